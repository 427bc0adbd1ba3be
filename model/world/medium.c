/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: links on other media
 *
 * A point-to-point frame has one receiver, which is known as it is sent, and it always comes back. So the packet waits
 * here with everything that belongs to it (receiver, its epoch, its place in the order, a copy when the link doubles
 * it), and the mark is its address. On a LAN anybody or nobody may hear a frame: what its receivers must know about it
 * is in the mark itself. No clause of the protocols is met here.
 */
#include "world/medium.h"

#include "world/priv.h"

/* The mark of a frame on a LAN: its number, its class for traces, and how it was sent. */
#define MARK_FRAME_BITS 40u
#define MARK_CLASS_AT MARK_FRAME_BITS
#define MARK_AS_SENT (UINT64_C(1) << 61)
#define MARK_TWICE (UINT64_C(1) << 62)
#define MARK_FROM_HUB (UINT64_C(1) << 63)

static uint64_t frame_of(uint64_t mark) { return mark & ((UINT64_C(1) << MARK_FRAME_BITS) - 1); }

void moor_medium_tap(struct moor_world *w, moor_tap_fn *fn, void *ctx)
{
	assert(!w->tap || !fn);
	w->tap = fn;
	w->tap_ctx = ctx;
}

static void tell(const struct moor_world *w, const struct moor_tap *t)
{
	if (w->tap)
		w->tap(w->tap_ctx, t);
}

static void tell_of_frame(enum moor_tap_kind kind, moor_time at, struct moor_port *p, const struct moor_pkt *pkt,
			  bool lost)
{
	struct moor_world *w = world_of(p);

	tell(w, &(struct moor_tap){ kind, at, p, p->link, pkt->frame, pkt->data, pkt->len, lost });
}

void moor_link_station(struct moor_port *p, struct moor_link *l, moor_time at)
{
	tell(world_of(p), &(struct moor_tap){ .kind = TAP_STATION, .at = at, .port = p, .link = l });
}

void medium_plug(struct moor_link *l, struct moor_port *p, bool in)
{
	struct moor_tap t = { .kind = in ? TAP_PLUGGED : TAP_UNPLUGGED, .at = l->world->now, .port = p, .link = l };

	tell(l->world, &t);
	l->medium->plug(l->medium, p, in);
}

bool medium_admit(struct moor_link *l, struct moor_port *p)
{
	if (!l->medium->admit)
		return true;
	p->flags |= PORT_ADMITTED;
	return l->medium->admit(l->medium, p);
}

bool moor_port_admitted(const struct moor_port *p)
{
	return p->flags & PORT_ADMITTED;
}

/* Which of the media waits for the port nobody keeps: there are few of them, and this is seldom. */
void medium_leave(struct moor_port *p)
{
	struct moor_world *w = world_of(p);

	for (uint32_t i = 0; i < w->links.n; i++) {
		struct moor_medium *m = ((struct moor_link *)table_at(&w->links, i))->medium;

		if (m && m->leave)
			m->leave(m, p);
	}
}

void moor_link_carry(struct moor_link *l, struct moor_medium *m)
{
	struct moor_world *w = l->world;

	l->medium = m;
	for (uint32_t i = 0; l->up && i < w->ports.n; i++) {
		if (port_of(w, i)->link == l)
			medium_plug(l, port_of(w, i), true);
	}
}

unsigned moor_link_end(const struct moor_port *p)
{
	assert(p->link && !p->link->lan);
	return sender_of(p)->at;
}

/* A mark of its own for what the link has lost: the medium has only to be busy with it. */
static void occupy(struct moor_port *p, const struct moor_pkt *pkt)
{
	struct moor_medium *m = p->link->medium;

	m->send(m, p, pkt->data, pkt->len, MOOR_MARK_LOST);
	tell_of_frame(TAP_SENT, p->link->world->now, p, pkt, true);
}

/* True: the medium took it. */
static bool give(struct moor_port *p, const struct moor_pkt *pkt, uint64_t mark)
{
	struct moor_medium *m = p->link->medium;
	bool taken = m->send(m, p, pkt->data, pkt->len, mark);

	tell_of_frame(taken ? TAP_SENT : TAP_REFUSED, p->link->world->now, p, pkt, false);
	return taken;
}

static struct moor_pkt *send_lan(struct moor_port *p, struct moor_pkt *pkt, bool twice)
{
	uint64_t mark = pkt->frame | (uint64_t)pkt->trace_class << MARK_CLASS_AT;

	assert(pkt->frame >> MARK_FRAME_BITS == 0);
	mark |= (pkt->as_sent ? MARK_AS_SENT : 0) | (twice ? MARK_TWICE : 0) | (p->flags & PORT_HUB ? MARK_FROM_HUB : 0);
	if (give(p, pkt, mark))
		moor_pkt_free(p->link->world, pkt);
	else
		port_drop(p, pkt, "medium");
	return NULL;
}

struct moor_pkt *medium_send(struct moor_port *p, struct moor_pkt *pkt, const char *cause, bool twice)
{
	struct moor_link *l = p->link;
	uint32_t peer = l->lan ? 0 : l->pair[1 - sender_of(p)->at];
	struct moor_pkt *copy;

	if (!cause && l->lan)
		return send_lan(p, pkt, twice);
	if (cause || !peer) {
		occupy(p, pkt);
		copy = twice && !cause ? moor_pkt_copy(l->world, pkt) : NULL;	/* each of the two finds nobody */
		port_drop(p, pkt, cause ? cause : "address");
		if (copy)
			port_drop(p, copy, "address");
		return NULL;
	}
	if (!give(p, pkt, (uint64_t)(uintptr_t)pkt)) {
		port_drop(p, pkt, "medium");
		return NULL;
	}
	copy = twice ? moor_pkt_copy(l->world, pkt) : NULL;
	pkt_depart(l->world, pkt, port_of(l->world, peer - 1), WAY_LINK, NULL);
	if (copy)
		pkt_depart(l->world, copy, port_of(l->world, peer - 1), WAY_LINK, NULL);
	pkt->next = copy;
	return pkt;
}

void moor_link_arrived(struct moor_world *w, moor_time at, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct moor_pkt *pkt = (struct moor_pkt *)(uintptr_t)mark;
	struct moor_port *p;

	if (mark == MOOR_MARK_LOST)
		return;
	assert(pkt->taken == PKT_FLYING && pkt->len == len && at >= w->now);
	p = pkt_box(pkt)->to;
	tell(w, &(struct moor_tap){ TAP_HEARD, at, p, p->link && !p->link->lan ? p->link : NULL, pkt->frame, frame, len,
				    false });
	for (; pkt; pkt = pkt->next) {
		struct pkt_box *b = pkt_box(pkt);

		memcpy(pkt->data, frame, len);
		queue_push(&w->queue, w->now, at, b->to->number, b->order, (uint64_t)(uintptr_t)pkt | REF_PKT);
	}
}

void moor_link_heard(struct moor_port *p, moor_time at, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct moor_world *w = world_of(p);
	struct moor_pkt *pkt;

	if (mark == MOOR_MARK_LOST || !moor_port_up(p) || len < ETH_OCTETS || len > MOOR_PKT_MAX)
		return;
	tell(w, &(struct moor_tap){ TAP_HEARD, at, p, p->link, frame_of(mark), frame, len, false });
	if ((p->link->isolated && !(mark & MARK_FROM_HUB) && !(p->flags & PORT_HUB)) || !port_accepts(p, frame))
		return;
	for (unsigned n = mark & MARK_TWICE ? 2 : 1; n; n--) {
		pkt = moor_pkt_from(w, frame, len);
		pkt->frame = frame_of(mark);
		pkt->trace_class = (uint8_t)(mark >> MARK_CLASS_AT);
		pkt->as_sent = (mark & MARK_AS_SENT) != 0;
		pkt_fly(w, pkt, p, at, WAY_LINK, NULL);
	}
}

void moor_link_heard_foreign(struct moor_port *p, moor_time at, const uint8_t *frame, size_t len)
{
	struct moor_world *w = world_of(p);
	struct moor_pkt *pkt;

	if (!moor_port_up(p) || len < ETH_OCTETS || len > MOOR_PKT_MAX || !port_accepts(p, frame))
		return;
	pkt = moor_pkt_from(w, frame, len);
	pkt->frame = ++w->frames;
	pkt_fly(w, pkt, p, at, WAY_LINK, NULL);
}

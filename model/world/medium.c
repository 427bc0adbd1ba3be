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

void moor_link_carry(struct moor_link *l, struct moor_medium *m)
{
	struct moor_world *w = l->world;

	l->medium = m;
	for (uint32_t i = 0; l->up && i < w->ports.n; i++) {
		if (port_of(w, i)->link == l)
			m->plug(m, port_of(w, i), true);
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
}

static struct moor_pkt *send_lan(struct moor_port *p, struct moor_pkt *pkt, bool twice)
{
	struct moor_medium *m = p->link->medium;
	uint64_t mark = pkt->frame | (uint64_t)pkt->trace_class << MARK_CLASS_AT;

	assert(pkt->frame >> MARK_FRAME_BITS == 0);
	mark |= (pkt->as_sent ? MARK_AS_SENT : 0) | (twice ? MARK_TWICE : 0) | (p->flags & PORT_HUB ? MARK_FROM_HUB : 0);
	if (m->send(m, p, pkt->data, pkt->len, mark))
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
	if (!l->medium->send(l->medium, p, pkt->data, pkt->len, (uint64_t)(uintptr_t)pkt)) {
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

	if (mark == MOOR_MARK_LOST)
		return;
	assert(pkt->taken == PKT_FLYING && pkt->len == len && at >= w->now);
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
	if ((p->link->isolated && !(mark & MARK_FROM_HUB) && !(p->flags & PORT_HUB)) || !port_accepts(p, frame))
		return;
	for (unsigned n = mark & MARK_TWICE ? 2 : 1; n; n--) {
		pkt = moor_pkt_from(w, frame, len);
		pkt->frame = mark & ((UINT64_C(1) << MARK_FRAME_BITS) - 1);
		pkt->trace_class = (uint8_t)(mark >> MARK_CLASS_AT);
		pkt->as_sent = (mark & MARK_AS_SENT) != 0;
		pkt_fly(w, pkt, p, at, WAY_LINK, NULL);
	}
}

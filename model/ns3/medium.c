/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ns-3's devices as media
 *
 * A point-to-point link is a cable, two ns-3 devices, whoever is at its ends. When an end is pulled out, the world's
 * transmitter there is free again, while ns-3's device goes on with what it was given: what waits there comes back at
 * the time when it would have arrived, and is lost then, as on the world's own links. Whoever is plugged in meanwhile
 * sends by another cable of the link, unless the old one has nothing under way. So nothing is ever taken out of a
 * device, and no time is computed here. No clause of the protocols is met in this file.
 *
 * On CSMA every port is a device of its own, which hears everything: what is for whom is decided by the world. One that
 * left hears nothing and loses what waited; its device stays, for when it comes back.
 */
#include "ns3/medium.h"

#include "base/mem.h"
#include "base/text.h"
#include "world/timer.h"

#define NO_LIMIT 100000000u		/* frames: the world's queue is the one that drops */
#define MTU_MOST 65535u
#define MTU_USUAL 1500u

struct cable {
	struct cable *next;
	struct wire *wire;
	struct ns3c_port *port[2];
	uint64_t under_way[2];		/* from that end */
};

struct wire {
	struct moor_medium medium;
	struct wire *next;
	struct ns3_media *media;
	struct ns3c_node *node[2];
	uint64_t rate;
	moor_time delay;
	struct cable *cables;
	struct cable *now[2];		/* that an end sends by; NULL: to be chosen */
};

struct tap {				/* a port on a CSMA segment */
	struct tap *next;
	struct ns3_media *media;
	struct moor_port *port;
	struct ns3c_port *device;
	bool lent;			/* others are on that medium */
};

struct segment {
	struct moor_medium medium;
	struct segment *next;
	struct ns3_media *media;
	struct ns3c_channel *channel;	/* NULL: the devices are somebody else's */
	struct tap *taps;
};

struct ns3_media {
	const struct ns3c_table *n;
	struct ns3_engine *engine;
	struct moor_world *world;
	struct wire *wires;
	struct segment *segments;
	struct ns3c_node **nodes;	/* by the number of the world's node; NULL: none yet */
	uint32_t n_nodes, cap_nodes;
	struct ns3_media_stats stats;
};

struct ns3_media *ns3_media_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w)
{
	struct ns3_media *m = mem_zeroed(sizeof *m);

	m->n = table;
	m->engine = e;
	m->world = w;
	return m;
}

void ns3_media_free(struct ns3_media *m)
{
	while (m && m->wires) {
		struct wire *x = m->wires;

		m->wires = x->next;
		while (x->cables) {
			struct cable *c = x->cables;

			x->cables = c->next;
			mem_free(c);
		}
		mem_free(x);
	}
	while (m && m->segments) {
		struct segment *s = m->segments;

		m->segments = s->next;
		while (s->taps) {
			struct tap *t = s->taps;

			s->taps = t->next;
			mem_free(t);
		}
		mem_free(s);
	}
	if (m)
		mem_free(m->nodes);
	mem_free(m);
}

struct ns3_media_stats ns3_media_stats(const struct ns3_media *m) { return m->stats; }

/* ---- point-to-point ---------------------------------------------------------------------------------------------- */

static void wire_heard(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct cable *c = arg;
	struct ns3_media *m = c->wire->media;

	c->under_way[p == c->port[0] ? 1 : 0]--;
	m->stats.heard++;
	if (mark == MOOR_MARK_LOST)
		return;
	moor_link_arrived(m->world, m->n->now_(), frame, len, mark);
	ns3_engine_wake(m->engine);
}

static struct cable *new_cable(struct wire *x)
{
	const struct ns3c_table *n = x->media->n;
	struct cable *c = mem_zeroed(sizeof *c);

	if (n->p2p_(x->node[0], x->node[1], x->rate, x->delay, c->port)) {
		mem_free(c);
		return NULL;
	}
	c->wire = x;
	for (unsigned i = 0; i < 2; i++) {
		n->port_set_mtu_(c->port[i], MTU_MOST);
		n->port_queue_(c->port[i], NO_LIMIT);
		n->port_on_frame_(c->port[i], wire_heard, c);
	}
	c->next = x->cables;
	x->cables = c;
	x->media->stats.cables++;
	return c;
}

/* One whose device at that end is idle. */
static struct cable *choose(struct wire *x, unsigned end)
{
	struct cable *c = x->cables;

	while (c && c->under_way[end])
		c = c->next;
	return c ? c : new_cable(x);
}

static bool wire_send(struct moor_medium *medium, struct moor_port *from, const uint8_t *frame, size_t len,
		      uint64_t mark)
{
	struct wire *x = MOOR_CONTAINER(medium, struct wire, medium);
	unsigned end = moor_link_end(from);
	struct cable *c = x->now[end] ? x->now[end] : choose(x, end);

	if (!c || x->media->n->port_send_(c->port[end], frame, len, mark))
		return false;
	x->now[end] = c;
	c->under_way[end]++;
	x->media->stats.sent++;
	x->media->stats.lost += mark == MOOR_MARK_LOST;
	return true;
}

static void wire_plug(struct moor_medium *medium, struct moor_port *p, bool in)
{
	if (!in)
		MOOR_CONTAINER(medium, struct wire, medium)->now[moor_link_end(p)] = NULL;
}

static const char *carry_wire(struct ns3_media *m, struct moor_link *l, const struct link_params *p)
{
	struct wire *x = mem_zeroed(sizeof *x);
	char name[160];

	*x = (struct wire){ .medium = { .send = wire_send, .plug = wire_plug }, .next = m->wires, .media = m, .rate = p->rate,
			    .delay = p->delay.a };
	m->wires = x;
	for (unsigned i = 0; i < 2; i++) {
		struct text t = text_on(name, sizeof name);

		text_add(&t, "%s/%u", moor_link_name(l), i);
		x->node[i] = m->n->node_new_(name);
		if (!x->node[i])
			return m->n->error_text_();
	}
	if (!new_cable(x))
		return m->n->error_text_();
	moor_link_carry(l, &x->medium);
	return NULL;
}

/* ---- CSMA -------------------------------------------------------------------------------------------------------- */

static void tap_heard(void *arg, struct ns3c_port *device, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct tap *t = arg;

	(void)device;
	t->media->stats.heard++;
	if (t->lent && !mark)
		moor_link_heard_foreign(t->port, t->media->n->now_(), frame, len);
	else
		moor_link_heard(t->port, t->media->n->now_(), frame, len, mark);
	ns3_engine_wake(t->media->engine);
}

static struct ns3c_node *node_of(struct ns3_media *m, const struct moor_port *p)
{
	const struct moor_node *n = moor_port_node(p);
	uint32_t id = moor_node_id(n);

	mem_reserve(&m->nodes, &m->cap_nodes, sizeof *m->nodes, id + 1);
	while (m->n_nodes <= id)
		m->nodes[m->n_nodes++] = NULL;
	if (!m->nodes[id])
		m->nodes[id] = m->n->node_new_(moor_node_name(n));
	return m->nodes[id];
}

static struct tap *tap_of(struct segment *s, const struct moor_port *p)
{
	struct tap *t = s->taps;

	while (t && t->port != p)
		t = t->next;
	return t;
}

static struct tap *add_tap(struct segment *s, struct moor_port *p, struct ns3c_port *device)
{
	struct tap *t = mem_zeroed(sizeof *t);

	*t = (struct tap){ .next = s->taps, .media = s->media, .port = p, .device = device, .lent = !s->channel };
	s->taps = t;
	return t;
}

static struct tap *new_tap(struct segment *s, struct moor_port *p)
{
	const struct ns3c_table *n = s->media->n;
	struct ns3c_port *device = s->channel ? n->csma_attach_(node_of(s->media, p), s->channel) : NULL;
	struct tap *t;

	if (!device)
		return NULL;
	t = add_tap(s, p, device);
	n->port_set_mac_(device, moor_port_mac(p)->o);
	n->port_set_mtu_(device, MTU_MOST);
	n->port_queue_(device, NO_LIMIT);
	n->port_promiscuous_(device, true);
	return t;
}

static bool segment_send(struct moor_medium *medium, struct moor_port *from, const uint8_t *frame, size_t len,
			 uint64_t mark)
{
	struct segment *s = MOOR_CONTAINER(medium, struct segment, medium);
	struct tap *t = tap_of(s, from);

	if (t && t->lent && mark == MOOR_MARK_LOST)
		return true;		/* the others are not to hear it either */
	if (!t || s->media->n->port_send_(t->device, frame, len, mark))
		return false;
	s->media->stats.sent++;
	s->media->stats.lost += mark == MOOR_MARK_LOST;
	return true;
}

static void segment_plug(struct moor_medium *medium, struct moor_port *p, bool in)
{
	struct segment *s = MOOR_CONTAINER(medium, struct segment, medium);
	struct tap *t = tap_of(s, p);

	if (!t && in)
		t = new_tap(s, p);
	if (!t)
		return;
	s->media->n->port_on_frame_(t->device, in ? tap_heard : NULL, t);
	if (!in && !t->lent)
		s->media->n->port_flush_(t->device);
}

static const char *carry_lan(struct ns3_media *m, struct moor_link *l, const struct link_params *p)
{
	struct ns3c_channel *c = m->n->csma_channel_(p->rate, p->delay.a);
	struct segment *s;

	if (!c)
		return m->n->error_text_();
	s = mem_zeroed(sizeof *s);
	*s = (struct segment){ .medium = { .send = segment_send, .plug = segment_plug }, .next = m->segments, .media = m,
			       .channel = c };
	m->segments = s;
	moor_link_carry(l, &s->medium);
	return NULL;
}

const char *ns3_media_lend(struct ns3_media *m, struct moor_link *l, struct moor_port *const *ports,
			   struct ns3c_port *const *devices, uint32_t n)
{
	uint32_t mtu = moor_link_params(l)->mtu ? moor_link_params(l)->mtu : MTU_USUAL;
	struct segment *s;

	if (moor_link_kind(l) != LINK_LAN)
		return "devices of another program are for a LAN";
	if (moor_link_params(l)->rate || moor_link_params(l)->delay.kind != DELAY_CONSTANT || moor_link_params(l)->delay.a
	    || moor_link_params(l)->reorder_ppm)
		return "rate, delay and order of frames are those of the program's devices";
	s = mem_zeroed(sizeof *s);
	*s = (struct segment){ .medium = { .send = segment_send, .plug = segment_plug }, .next = m->segments, .media = m };
	m->segments = s;
	for (uint32_t i = 0; i < n; i++) {
		if (m->n->port_mtu_(devices[i]) < mtu)
			return "the MTU of a device is smaller than the link's";
		if (m->n->port_set_mac_(devices[i], moor_port_mac(ports[i])->o))
			return m->n->error_text_();
		m->n->port_promiscuous_(devices[i], true);
		add_tap(s, ports[i], devices[i]);
	}
	moor_link_carry(l, &s->medium);
	m->stats.links++;
	return NULL;
}

const char *ns3_media_carry(struct ns3_media *m, struct moor_link *l)
{
	const struct link_params *p = moor_link_params(l);
	const char *why;

	if (!p->rate)
		return "a link on ns-3's devices has a `rate`";
	if (p->delay.kind != DELAY_CONSTANT)
		return "a link on ns-3's devices has one constant `delay`";
	if (p->reorder_ppm)
		return "ns-3's devices keep frames in order: `reorder` is not for them";
	why = moor_link_kind(l) == LINK_P2P ? carry_wire(m, l, p) : carry_lan(m, l, p);
	m->stats.links += !why;
	return why;
}

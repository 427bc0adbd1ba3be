/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ports
 *
 * A port is a network card: it takes frames to its address, to groups it joined and to all, or everything when it is
 * promiscuous. Nothing is delivered within the call that sent it: an arrival is always an event of its own.
 */
#include "world/port.h"

#include "world/priv.h"

#define NAMES_LOOKED_AT 8u
#define DEFAULT_MTU 1500u

/* The ports of a million UEs are made one after the other with the same few names: the last ones are looked at. */
static uint32_t share_name(struct moor_world *w, const char *name)
{
	uint32_t i = w->n_port_names, least = i > NAMES_LOOKED_AT ? i - NAMES_LOOKED_AT : 0;

	while (i-- > least) {
		if (!strcmp(w->port_names[i], name))
			return i;
	}
	mem_reserve(&w->port_names, &w->cap_port_names, sizeof *w->port_names, w->n_port_names + 1);
	w->port_names[w->n_port_names] = texts_keep(&w->texts, name);
	return w->n_port_names++;
}

struct moor_port *moor_port_new(struct moor_node *n, const char *name, const struct mac_addr *mac)
{
	struct moor_world *w = n->world;
	struct moor_port *p = table_add(&w->ports);

	p->node = n;
	p->number = w->ports.n - 1;
	p->mac = *mac;
	p->name = share_name(w, name);
	return p;
}

static uint8_t share_handlers(struct moor_world *w, moor_rx_fn *rx, moor_carrier_fn *carrier)
{
	uint32_t i = 0;

	while (i < w->n_handlers && (w->handlers[i].rx != rx || w->handlers[i].carrier != carrier))
		i++;
	if (i == w->n_handlers) {
		assert(i < UINT8_MAX);
		mem_reserve(&w->handlers, &w->cap_handlers, sizeof *w->handlers, i + 1);
		w->handlers[w->n_handlers++] = (struct handlers){ .rx = rx, .carrier = carrier };
	}
	return (uint8_t)(i + 1);
}

void moor_port_handlers(struct moor_port *p, moor_rx_fn *rx, moor_carrier_fn *carrier, void *owner)
{
	p->handlers = rx || carrier ? share_handlers(world_of(p), rx, carrier) : 0;
	p->owner = owner;
}

void moor_port_foresee(struct moor_port *p, moor_foresee_frame_fn *foresee)
{
	if (p->handlers)
		world_of(p)->handlers[p->handlers - 1].foresee = foresee;
}

void moor_port_stations(struct moor_port *p, moor_station_fn *fn)
{
	p->flags |= PORT_STATIONS;
	if (p->handlers)
		world_of(p)->handlers[p->handlers - 1].station = fn;
}

static struct handlers handlers_of(const struct moor_port *p)
{
	return p->handlers ? world_of(p)->handlers[p->handlers - 1] : (struct handlers){ .rx = NULL };
}

void *moor_port_owner(const struct moor_port *p) { return p->owner; }

const char *moor_port_name(const struct moor_port *p) { return world_of(p)->port_names[p->name]; }

struct moor_node *moor_port_node(const struct moor_port *p) { return p->node; }

uint32_t moor_port_number(const struct moor_port *p) { return p->number; }

const struct mac_addr *moor_port_mac(const struct moor_port *p) { return &p->mac; }

struct moor_link *moor_port_link(const struct moor_port *p) { return p->link; }

struct moor_port *moor_port_at(const struct moor_world *w, uint32_t number)
{
	return number < w->ports.n ? port_of(w, number) : NULL;
}

uint32_t moor_port_mtu(const struct moor_port *p)
{
	if (p->link && p->link->params->p.mtu)
		return p->link->params->p.mtu;
	return p->flags & PORT_EXTERNAL ? p->sender : DEFAULT_MTU;
}

bool moor_port_up(const struct moor_port *p)
{
	return p->link ? p->link->up : (p->flags & PORT_EXTERNAL) != 0;
}

void moor_port_external(struct moor_port *p, bool external, uint32_t mtu)
{
	bool was = moor_port_up(p);

	assert(!p->link);
	p->flags = (uint16_t)(external ? p->flags | PORT_EXTERNAL : p->flags & ~PORT_EXTERNAL);
	p->sender = !external ? 0 : mtu ? mtu : DEFAULT_MTU;
	if (!external)
		port_lose_in_flight(p);
	if (external != was)
		post_carrier(p, external);
}

void moor_port_promiscuous(struct moor_port *p, bool on)
{
	if (on == ((p->flags & PORT_PROMISCUOUS) != 0))
		return;
	p->flags ^= PORT_PROMISCUOUS;
	if (p->link && p->link->lan)
		lan_promiscuous(p, on);
}

void moor_port_all_groups(struct moor_port *p, bool on)
{
	if (on == ((p->flags & PORT_ALL_GROUPS) != 0))
		return;
	p->flags ^= PORT_ALL_GROUPS;
	if (p->link && p->link->lan)
		lan_all_groups(p, on);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

/*
 * A subscription is 24 octets in a slab, in a list of its port. The group of all IPv6 nodes, which every IPv6 interface
 * joins, is a counter in the port instead; and the only solicited-node group of a port, which is all that most hosts
 * have, stands in the port as long as no LAN wants to find it.
 */
static const struct mac_addr all_nodes = { { 0x33, 0x33, 0, 0, 0, 1 } };

static uint32_t solicited(const uint8_t *group)	/* its 24 bits; above them: it is no such group */
{
	static const uint8_t first[3] = { 0x33, 0x33, 0xff };

	if (memcmp(group, first, sizeof first))
		return UINT32_MAX;
	return (uint32_t)group[3] << 16 | (uint32_t)group[4] << 8 | group[5];
}

#define SOLE_BITS 0xffffffu
#define SOLE_ONCE (SOLE_BITS + 1)

static bool is_sole(const struct moor_port *p, const uint8_t *group)
{
	return p->flags & PORT_SOLE && solicited(group) == (p->groups & SOLE_BITS);
}

static bool may_be_sole(const struct moor_port *p, const uint8_t *group)
{
	return !p->groups && solicited(group) <= SOLE_BITS && !(p->link && p->link->lan && p->link->lan->grouped);
}

static struct member *find_member(const struct moor_port *p, const uint8_t *group, uint32_t *handle, uint32_t *before)
{
	const struct moor_world *w = world_of(p);
	uint32_t prev = 0;

	for (uint32_t h = p->flags & PORT_SOLE ? 0 : p->groups; h; ) {
		struct member *m = slab_get(&w->members, h);

		if (!memcmp(m->group.o, group, sizeof m->group.o)) {
			if (handle)
				*handle = h;
			if (before)
				*before = prev;
			return m;
		}
		prev = h;
		h = m->of_port;
	}
	return NULL;
}

static void add_member(struct moor_port *p, const struct mac_addr *group, uint32_t times)
{
	moor_handle h;
	struct member *m = slab_alloc(&world_of(p)->members, &h);

	m->group = *group;
	m->times = times & INT16_MAX;
	m->port = p->number;
	m->of_port = p->groups;
	p->groups = h;
	if (p->link && p->link->lan)
		lan_join(p, h);
}

void port_spread(struct moor_port *p)
{
	uint32_t sole = p->groups;
	struct mac_addr group = { { 0x33, 0x33, 0xff, (uint8_t)(sole >> 16), (uint8_t)(sole >> 8), (uint8_t)sole } };

	p->flags &= (uint8_t)~PORT_SOLE;
	p->groups = 0;
	add_member(p, &group, sole / SOLE_ONCE);
}

void moor_port_join(struct moor_port *p, const struct mac_addr *group)
{
	struct member *m;

	if (mac_eq(group, &all_nodes)) {
		assert(p->all_nodes < UINT8_MAX);
		p->all_nodes++;
	} else if (may_be_sole(p, group->o)) {
		p->flags |= PORT_SOLE;
		p->groups = SOLE_ONCE + solicited(group->o);
	} else if (is_sole(p, group->o) && p->groups / SOLE_ONCE < UINT8_MAX) {
		p->groups += SOLE_ONCE;
	} else {
		if (p->flags & PORT_SOLE)
			port_spread(p);
		m = find_member(p, group->o, NULL, NULL);
		if (m) {
			assert(m->times < INT16_MAX);
			m->times++;
		} else {
			add_member(p, group, 1);
		}
	}
}

void moor_port_leave(struct moor_port *p, const struct mac_addr *group)
{
	struct moor_world *w = world_of(p);
	struct member *m;
	uint32_t h, prev;

	if (mac_eq(group, &all_nodes)) {
		assert(p->all_nodes > 0);
		p->all_nodes--;
		return;
	}
	if (p->flags & PORT_SOLE) {
		assert(is_sole(p, group->o));
		p->groups -= SOLE_ONCE;
		if (p->groups < SOLE_ONCE) {
			p->groups = 0;
			p->flags &= (uint8_t)~PORT_SOLE;
		}
		return;
	}
	m = find_member(p, group->o, &h, &prev);
	assert(m);
	if (--m->times)
		return;
	if (p->link && p->link->lan)
		lan_leave(p, h);
	if (prev)
		((struct member *)slab_get(&w->members, prev))->of_port = m->of_port;
	else
		p->groups = m->of_port;
	slab_free(&w->members, h);
}

bool port_joined(const struct moor_port *p, const uint8_t *group)
{
	return is_sole(p, group) || find_member(p, group, NULL, NULL);
}

bool port_accepts(const struct moor_port *p, const uint8_t *dst)
{
	if (p->flags & PORT_PROMISCUOUS || !memcmp(dst, p->mac.o, 6))
		return true;
	if (!(dst[0] & 1))
		return false;
	if (p->flags & PORT_ALL_GROUPS || !memcmp(dst, mac_broadcast.o, 6))
		return true;
	if (!memcmp(dst, all_nodes.o, 6))
		return p->all_nodes != 0;
	return port_joined(p, dst);
}

bool moor_port_accepts(const struct moor_port *p, const uint8_t *dst) { return port_accepts(p, dst); }

/* ---- records and carrier ----------------------------------------------------------------------------------------- */

void port_frame_record(struct moor_port *p, enum rec_kind kind, const struct moor_pkt *pkt, const char *cause)
{
	struct moor_world *w = world_of(p);

	struct moor_record r;	/* filled by hand: the rest of the union is large, and this runs twice per frame */

	if (!(w->wanted & REC_BIT(kind)))
		return;
	r.kind = kind;
	r.node = p->node->id;
	r.port = p->number;
	r.instance = 0;
	memset(&r.u.frame, 0, sizeof r.u.frame);
	r.u.frame.frame = pkt->frame;
	r.u.frame.octets = pkt->data;
	r.u.frame.len = pkt->len;
	r.u.frame.cause = cause;
	r.u.frame.trace_class = pkt->trace_class;
	r.u.frame.same = kind == REC_FRAME_RX && pkt->as_sent;
	moor_record_emit(w, &r);
}

void port_tell_carrier(struct moor_port *p, bool up)
{
	moor_carrier_fn *carrier = handlers_of(p).carrier;

	if (carrier)
		carrier(p->owner, p, up);
}

void port_tell_station(struct moor_port *hub, const struct mac_addr *mac, bool there)
{
	moor_station_fn *station = handlers_of(hub).station;

	if (station)
		station(hub->owner, hub, mac, there);
}

void port_drop(struct moor_port *p, struct moor_pkt *pkt, const char *cause)
{
	port_frame_record(p, REC_FRAME_DROP, pkt, cause);
	moor_pkt_free(world_of(p), pkt);
}

static struct post *push_post(struct moor_port *p, bool up)
{
	struct moor_world *w = world_of(p);
	struct post *post;
	moor_handle h;

	post = slab_alloc(&w->posts, &h);
	*post = (struct post){ .port = p, .up = up, .order = queue_order(&w->queue), .self = h };
	queue_push(&w->queue, w->now, w->now, ORDER_TIMER, post->order, (uint64_t)(uintptr_t)post | REF_POST);
	return post;
}

void post_carrier(struct moor_port *p, bool up)
{
	struct moor_world *w = world_of(p);
	struct moor_record r;

	if (moor_record_wanted(w, REC_CARRIER)) {
		MOOR_RECORD_BEGIN(&r, REC_CARRIER, p->node->id, p->number, carrier);
		r.u.carrier.up = up;
		r.u.carrier.link = p->link ? p->link->name : "";
		moor_record_emit(w, &r);
	}
	if (p->link && !(p->flags & PORT_HUB)) {
		if (p->link->lan)
			lan_tell_hubs(p, up);
		else
			link_tell_hub(p, up);
	}
	if (handlers_of(p).carrier)
		push_post(p, up);
}

/* Posts to a hub that left meanwhile are told all the same: its owner knows which link it is on. */
void post_station(struct moor_port *hub, const struct moor_port *p, bool there)
{
	struct post *post;

	if (!(hub->flags & PORT_STATIONS))
		return;
	post = push_post(hub, there);
	post->is_station = true;
	post->station = p->mac;
}

/* ---- the way of a frame ------------------------------------------------------------------------------------------ */

void moor_port_send(struct moor_port *p, struct moor_pkt *pkt)
{
	assert(pkt->taken == PKT_OWNED && pkt->len >= ETH_OCTETS);
	if (p->filters)
		filters_run(p, FILTER_OUT, NULL, pkt);
	else
		port_out(p, pkt);
}

void port_out(struct moor_port *p, struct moor_pkt *pkt)
{
	struct moor_world *w = world_of(p);

	if (!moor_port_up(p)) {
		port_drop(p, pkt, "carrier");
	} else if (pkt->len > moor_port_mtu(p) + ETH_OCTETS) {
		port_drop(p, pkt, "mtu");
	} else if (p->link) {
		link_send(p, pkt);
	} else if (!w->config.out) {
		port_drop(p, pkt, "engine");
	} else {
		pkt->frame = ++w->frames;
		port_frame_record(p, REC_FRAME_TX, pkt, NULL);
		w->config.out(w->config.ctx, p, w->now, pkt->data, pkt->len);
		moor_pkt_free(w, pkt);
	}
}

uint32_t moor_port_asking(const struct moor_world *w) { return w->asking; }

/* Behind all filters inwards. */
void port_hand_over(struct moor_port *p, struct moor_pkt *pkt)
{
	moor_rx_fn *rx = handlers_of(p).rx;

	port_frame_record(p, REC_FRAME_RX, pkt, NULL);
	pkt->taken = PKT_LENT;
	if (rx)
		rx(p->owner, p, pkt);
	if (pkt->taken == PKT_LENT) {
		pkt->taken = PKT_OWNED;
		moor_pkt_free(world_of(p), pkt);
	}
}

void port_in(struct moor_port *p, struct moor_pkt *pkt, struct moor_filter *behind)
{
	if (p->filters)
		filters_run(p, FILTER_IN, behind, pkt);
	else
		port_hand_over(p, pkt);
}

void port_arrive(struct moor_world *w, struct moor_pkt *pkt)
{
	struct pkt_box *b = pkt_box(pkt);
	struct moor_port *p = b->to;

	pkt_land(w, pkt);
	w->asking = b->from;
	b->hint = 0;
	switch ((enum pkt_way)b->way) {
	case WAY_LINK:
		if (b->lost || b->epoch != p->epoch)
			port_drop(p, pkt, "carrier");
		else if (!port_accepts(p, pkt->data))
			port_drop(p, pkt, "address");
		else
			port_in(p, pkt, NULL);
		break;
	case WAY_IN:
		pkt->as_sent = false;
		port_in(p, pkt, b->behind);
		break;
	case WAY_OUT:
		filters_run(p, FILTER_OUT, b->behind, pkt);
		break;
	}
}

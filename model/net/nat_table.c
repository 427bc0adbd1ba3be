/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings of a NAT [RFC 4787 4, 5; RFC 5382 5; RFC 5508 3.2]. Every mapping of a class has the same time-out, so
 * mappings
 * stand in a list ordered by last use and one timer per NAT waits for the oldest: expiry is exact and costs nothing
 * per packet.
 * A permit is one remote endpoint that the inside host has sent to, as coarse as the filtering behaviour looks at it.
 *
 * Port parity and contiguity [RFC 4787 4.2.2, 4.2.3] are left out: nothing here carries RTP pairs.
 */
#include "net/nat_table.h"

#include "wire/ip.h"

/* One remote end more that a mapping may hear from. */
struct nat_permit { moor_handle mapping, next; struct nat_end remote; };

#define UDP_TIMEOUT (120 * MOOR_S)	/* the shortest that RFC 4787 4.3 allows */
#define TCP_TIMEOUT (7440 * MOOR_S)	/* RFC 5382 5, established idle */
#define ICMP_TIMEOUT (60 * MOOR_S)	/* RFC 5508 3.2 */

uint8_t nat_class_protocol(enum nat_class c)
{
	static const uint8_t protocols[NAT_CLASSES] = { PROTO_UDP, PROTO_TCP, PROTO_ICMP4 };

	return protocols[c];
}

static uint64_t end_bits(struct nat_end e)
{
	return (uint64_t)ip4_u32(e.addr) << 16 | e.port;
}

/* What of the remote endpoint counts for a behaviour. */
static struct nat_end seen(enum nat_behaviour b, struct nat_end remote)
{
	struct nat_end e = { { { 0 } }, 0 };

	if (b != NAT_ENDPOINT_INDEPENDENT)
		e.addr = remote.addr;
	if (b == NAT_ADDRESS_PORT_DEPENDENT)
		e.port = remote.port;
	return e;
}

static bool same_end(struct nat_end x, struct nat_end y)
{
	return ip4_eq(x.addr, y.addr) && x.port == y.port;
}

static uint32_t inside_hash(enum nat_class c, struct nat_end inside, struct nat_end remote)
{
	return index_hash((uint64_t)c << 56 | end_bits(inside), end_bits(remote));
}

static uint32_t outside_hash(enum nat_class c, uint16_t port)
{
	return index_hash(c, port);
}

static uint32_t permit_hash(moor_handle mapping, struct nat_end remote)
{
	return index_hash(mapping, end_bits(remote));
}

void nat_table_record(struct nat_table *t, enum rec_nat what, uint8_t protocol, struct nat_end inside,
		      struct nat_end outside, struct nat_end remote)
{
	struct moor_record r;

	if (!moor_record_wanted(t->world, REC_NAT))
		return;
	MOOR_RECORD_BEGIN(&r, REC_NAT, t->node, t->port_number, nat);
	r.u.nat.what = what;
	r.u.nat.protocol = protocol;
	r.u.nat.inside = inside.addr;
	r.u.nat.inside_port = inside.port;
	r.u.nat.outside = outside.addr;
	r.u.nat.outside_port = outside.port;
	r.u.nat.remote = remote.addr;
	r.u.nat.remote_port = remote.port;
	moor_record_emit(t->world, &r);
}

/* ---- order of use, expiry ---------------------------------------------------------------------------------------- */

static struct nat_mapping *mapping(struct nat_table *t, moor_handle h)
{
	return slab_get(&t->mappings, h);
}

static void unlink_use(struct nat_table *t, struct nat_mapping *m)
{
	struct nat_mapping *prev = mapping(t, m->prev), *next = mapping(t, m->next);

	*(prev ? &prev->next : &t->use[m->class].oldest) = m->next;
	*(next ? &next->prev : &t->use[m->class].newest) = m->prev;
}

static void link_newest(struct nat_table *t, struct nat_mapping *m)
{
	struct nat_mapping *last = mapping(t, t->use[m->class].newest);

	m->prev = t->use[m->class].newest;
	m->next = 0;
	*(last ? &last->next : &t->use[m->class].oldest) = m->self;
	t->use[m->class].newest = m->self;
	m->used = moor_world_now(t->world);
}

static void remove_mapping(struct nat_table *t, struct nat_mapping *m, enum rec_nat what)
{
	moor_handle h = m->permits;

	while (h) {
		struct nat_permit *p = slab_get(&t->permits, h);
		moor_handle next = p->next;

		index_remove(&t->by_permit, permit_hash(p->mapping, p->remote), h);
		slab_free(&t->permits, h);
		h = next;
	}
	unlink_use(t, m);
	index_remove(&t->by_inside, inside_hash(m->class, m->inside, m->remote), m->self);
	index_remove(&t->by_outside, outside_hash(m->class, m->outside.port), m->self);
	nat_table_record(t, what, nat_class_protocol(m->class), m->inside, m->outside, m->remote);
	slab_free(&t->mappings, m->self);
}

static moor_time deadline(struct nat_table *t, unsigned c)
{
	const struct nat_mapping *m = mapping(t, t->use[c].oldest);

	return m ? moor_time_add(m->used, t->use[c].timeout) : MOOR_NEVER;
}

static void expire(struct moor_world *w, struct moor_timer *timer);

static void rearm(struct nat_table *t)
{
	moor_time due = MOOR_NEVER;

	for (unsigned c = 0; c < NAT_CLASSES; c++)
		if (deadline(t, c) < due)
			due = deadline(t, c);
	moor_timer_at(t->world, &t->expiry, due, expire);
}

/* The timer is not moved at each use: its mapping may have been used since, then it goes on to the new oldest one. */
static void expire(struct moor_world *w, struct moor_timer *timer)
{
	struct nat_table *t = MOOR_CONTAINER(timer, struct nat_table, expiry);

	for (unsigned c = 0; c < NAT_CLASSES; c++)
		while (deadline(t, c) <= moor_world_now(w))
			remove_mapping(t, mapping(t, t->use[c].oldest), NAT_EXPIRED);
	rearm(t);
}

void nat_table_used(struct nat_table *t, struct nat_mapping *m)
{
	unlink_use(t, m);
	link_newest(t, m);
}

/* ---- mappings ---------------------------------------------------------------------------------------------------- */

struct nat_mapping *nat_table_find_inside(struct nat_table *t, enum nat_class c, struct nat_end inside,
					  struct nat_end remote)
{
	struct nat_end as_seen = seen(t->params.mapping, remote);
	uint32_t hash = inside_hash(c, inside, as_seen), at, h;

	for (h = index_first(&t->by_inside, hash, &at); h; h = index_next(&t->by_inside, hash, &at)) {
		struct nat_mapping *m = mapping(t, h);

		if (m->class == c && same_end(m->inside, inside) && same_end(m->remote, as_seen))
			return m;
	}
	return NULL;
}

struct nat_mapping *nat_table_find_outside(struct nat_table *t, enum nat_class c, uint16_t outside_port)
{
	uint32_t hash = outside_hash(c, outside_port), at, h;

	for (h = index_first(&t->by_outside, hash, &at); h; h = index_next(&t->by_outside, hash, &at)) {
		struct nat_mapping *m = mapping(t, h);

		if (m->class == c && m->outside.port == outside_port)
			return m;
	}
	return NULL;
}

/* 0: none is free. */
static uint16_t choose_port(struct nat_table *t, enum nat_class c, uint16_t inside_port)
{
	uint32_t lo = t->params.port_min, n = t->params.port_max - lo + 1u, at;

	if (t->preserve && inside_port && !nat_table_find_outside(t, c, inside_port))
		return inside_port;
	at = (uint32_t)rng_below(&t->rng, n);
	for (uint32_t i = 0; i < n; i++) {
		uint16_t port = (uint16_t)(lo + (at + i) % n);

		if (port != inside_port && !nat_table_find_outside(t, c, port))
			return port;
	}
	return 0;
}

struct nat_mapping *nat_table_outbound(struct nat_table *t, enum nat_class c, struct nat_end inside,
				       struct nat_end remote)
{
	struct nat_mapping *m = nat_table_find_inside(t, c, inside, remote);
	struct nat_end outside = { t->params.outside, 0 };
	moor_handle h;

	if (m)
		return m;
	if (!t->params.max_mappings || t->mappings.count < t->params.max_mappings)
		outside.port = choose_port(t, c, inside.port);
	if (!outside.port)
		return NULL;
	m = slab_alloc(&t->mappings, &h);
	m->self = h;
	m->class = (uint8_t)c;
	m->inside = inside;
	m->outside = outside;
	m->remote = seen(t->params.mapping, remote);
	index_add(&t->by_inside, inside_hash(c, inside, m->remote), h);
	index_add(&t->by_outside, outside_hash(c, outside.port), h);
	link_newest(t, m);
	nat_table_record(t, NAT_CREATED, nat_class_protocol(c), inside, outside, remote);
	if (!moor_timer_pending(&t->expiry) || deadline(t, c) < moor_timer_due(t->world, &t->expiry))
		rearm(t);
	return m;
}

static bool permits(const struct nat_table *t, const struct nat_mapping *m, struct nat_end remote)
{
	uint32_t hash = permit_hash(m->self, remote), at, h;

	if (m->permitted && same_end(m->permit, remote))
		return true;
	if (!m->permits)
		return false;
	for (h = index_first(&t->by_permit, hash, &at); h; h = index_next(&t->by_permit, hash, &at)) {
		const struct nat_permit *p = slab_get(&t->permits, h);

		if (p->mapping == m->self && same_end(p->remote, remote))
			return true;
	}
	return false;
}

void nat_table_permit(struct nat_table *t, struct nat_mapping *m, struct nat_end remote)
{
	struct nat_end as_seen = seen(t->params.filtering, remote);
	struct nat_permit *p;
	moor_handle h;

	nat_table_used(t, m);
	if (t->params.filtering == NAT_ENDPOINT_INDEPENDENT || permits(t, m, as_seen))
		return;
	if (!m->permitted) {
		m->permitted = true;
		m->permit = as_seen;
		return;
	}
	p = slab_alloc(&t->permits, &h);
	*p = (struct nat_permit){ m->self, m->permits, as_seen };
	m->permits = h;
	index_add(&t->by_permit, permit_hash(m->self, as_seen), h);
}

bool nat_table_permitted(const struct nat_table *t, const struct nat_mapping *m, struct nat_end remote)
{
	return t->params.filtering == NAT_ENDPOINT_INDEPENDENT || permits(t, m, seen(t->params.filtering, remote));
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void nat_table_init(struct nat_table *t, struct moor_port *outside, const struct nat_params *p)
{
	struct moor_node *n = moor_port_node(outside);

	*t = (struct nat_table){ .params = *p };
	if (!t->params.port_max)
		t->params.port_max = 65535;
	if (!t->params.port_min)
		t->params.port_min = 1024;
	t->preserve = p->port_preservation;
	t->world = moor_node_world(n);
	t->node = moor_node_id(n);
	t->port_number = moor_port_number(outside);
	t->rng = moor_world_rng(t->world, n, "nat");
	t->use[NAT_UDP].timeout = p->udp_timeout ? p->udp_timeout : UDP_TIMEOUT;
	t->use[NAT_TCP].timeout = TCP_TIMEOUT;
	t->use[NAT_ICMP].timeout = ICMP_TIMEOUT;
	slab_init(&t->mappings, "nat mappings", sizeof(struct nat_mapping));
	slab_init(&t->permits, "nat permits", sizeof(struct nat_permit));
}

void nat_table_flush(struct nat_table *t, enum rec_nat what)
{
	for (unsigned c = 0; c < NAT_CLASSES; c++)
		while (t->use[c].oldest)
			remove_mapping(t, mapping(t, t->use[c].oldest), what);
	moor_timer_cancel(t->world, &t->expiry);
}

void nat_table_done(struct nat_table *t)
{
	moor_timer_cancel(t->world, &t->expiry);
	slab_done(&t->mappings);
	slab_done(&t->permits);
	index_done(&t->by_inside);
	index_done(&t->by_outside);
	index_done(&t->by_permit);
}

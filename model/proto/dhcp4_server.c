/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCPv4 server [RFC 2131 4.3]. Leases are kept by client (client identifier, else hardware address) and by
 * address, both as hash look-ups, so that a hundred thousand clients are nothing special. Lapsed leases are found
 * when their address is wanted again; no timer runs per lease.
 *
 * Implements 4.3.1 DISCOVER (an address: current, previous, requested, new), 4.3.2 REQUEST in SELECTING,
 * INIT-REBOOT, RENEWING and REBINDING, 4.3.3 DECLINE, 4.3.4 RELEASE, 4.3.5 INFORM. Does not: relay agents, probing
 * addresses before offering.
 */
#include "proto/dhcp4_server.h"

#include <glib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/index.h"
#include "base/slab.h"
#include "wire/dhcp4.h"
#include "wire/ip.h"

#define MESSAGE_MAX 576u
#define DECLINED_FOR (3600 * MOOR_S)

/* Names a client: its identifier's hash, or its hardware address. */
struct client { uint64_t a, b; };

enum lease_state { LEASE_OFFERED, LEASE_GRANTED, LEASE_RELEASED, LEASE_DECLINED };

struct lease {
	struct client client;
	moor_time until;
	uint32_t number;		/* of the address in the pool, from 0 */
	uint8_t state;
};

struct dhcp4_server {
	struct dhcp4_server_config c;
	struct net_iface *iface;
	struct slab leases;
	struct index by_client, by_number;
	uint32_t pool;			/* addresses in it */
	uint32_t cursor;		/* where the next free one is looked for */
	moor_time full_until;		/* no use in looking before */
	struct slab replies;
	struct reply *first, *last;	/* answers that wait for their thinking time, in order */
	struct moor_timer thinking;
	bool mute;
};

struct reply {
	struct reply *next;
	moor_handle self;
	moor_time due;
	struct dhcp4 m;
};

static struct moor_world *world_of(const struct dhcp4_server *s)
{
	return net_host_world(net_iface_host(s->iface));
}

static struct ip4_addr address_of(const struct dhcp4_server *s, uint32_t number)
{
	return ip4_from_u32(ip4_u32(s->c.first) + number);
}

static bool number_of(const struct dhcp4_server *s, struct ip4_addr a, uint32_t *number)
{
	*number = ip4_u32(a) - ip4_u32(s->c.first);
	return *number < s->pool;
}

static void record(const struct dhcp4_server *s, uint8_t message, bool sent, struct ip4_addr a)
{
	struct moor_record r;

	if (!moor_record_wanted(world_of(s), REC_DHCP))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DHCP, moor_node_id(net_host_node(net_iface_host(s->iface))),
			  moor_port_number(net_iface_port(s->iface)), dhcp);
	r.u.dhcp.message = message;
	r.u.dhcp.sent = sent;
	r.u.dhcp.address = a;
	moor_record_emit(world_of(s), &r);
}

/* ---- leases ------------------------------------------------------------------------------------------------------ */

/* The client identifier names a client, else its hardware address does [RFC 2131 4.2]. */
static struct client client_of(const struct dhcp4 *m)
{
	XXH128_hash_t h;

	if (!(m->has & DHCP4_HAS_CLIENT_ID))
		return (struct client){ 0, mac_u64(&m->chaddr) };
	h = XXH3_128bits(m->client_id, m->client_id_len);
	return (struct client){ h.high64 | 1, h.low64 };
}

static bool same_client(struct client x, struct client y) { return x.a == y.a && x.b == y.b; }

static moor_handle handle_of_client(const struct dhcp4_server *s, struct client k)	/* 0: it has none */
{
	uint32_t hash = index_hash(k.a, k.b), at, h;

	for (h = index_first(&s->by_client, hash, &at); h; h = index_next(&s->by_client, hash, &at))
		if (same_client(((const struct lease *)slab_get(&s->leases, h))->client, k))
			return h;
	return 0;
}

static struct lease *lease_of_client(struct dhcp4_server *s, struct client k)
{
	return slab_get(&s->leases, handle_of_client(s, k));
}

static moor_handle handle_of_number(const struct dhcp4_server *s, uint32_t number)	/* 0: nobody has it */
{
	uint32_t hash = index_hash(0, number), at, h;

	for (h = index_first(&s->by_number, hash, &at); h; h = index_next(&s->by_number, hash, &at))
		if (((const struct lease *)slab_get(&s->leases, h))->number == number)
			return h;
	return 0;
}

/* Released addresses may be given to others at once; granted and offered ones once their time is over. */
static bool is_taken(struct dhcp4_server *s, uint32_t number, struct client by, moor_handle *h)
{
	const struct lease *l;

	*h = handle_of_number(s, number);
	l = slab_get(&s->leases, *h);
	if (!l || same_client(l->client, by))
		return false;
	return l->state != LEASE_RELEASED && l->until > moor_world_now(world_of(s));
}

static void forget_client(struct dhcp4_server *s, moor_handle h)
{
	const struct lease *l = slab_get(&s->leases, h);

	if (l->state != LEASE_DECLINED)		/* it is nobody's then */
		index_remove(&s->by_client, index_hash(l->client.a, l->client.b), h);
}

static void forget(struct dhcp4_server *s, moor_handle h)
{
	const struct lease *l = slab_get(&s->leases, h);

	forget_client(s, h);
	index_remove(&s->by_number, index_hash(0, l->number), h);
	slab_free(&s->leases, h);
}

/* Takes the address from whoever had it. */
static struct lease *bind(struct dhcp4_server *s, struct client client, uint32_t number, moor_handle old)
{
	struct lease *l = lease_of_client(s, client);
	moor_handle h;

	if (l && l->number == number)
		return l;
	if (old)
		forget(s, old);
	h = handle_of_client(s, client);
	if (h)
		forget(s, h);
	l = slab_alloc(&s->leases, &h);
	l->client = client;
	l->number = number;
	index_add(&s->by_client, index_hash(client.a, client.b), h);
	index_add(&s->by_number, index_hash(0, number), h);
	return l;
}

/* The next free address behind the last one given out. NULL: the pool is used up. */
static struct lease *bind_free(struct dhcp4_server *s, struct client client)
{
	moor_time soonest = MOOR_NEVER;
	moor_handle h;

	if (s->full_until > moor_world_now(world_of(s)))
		return NULL;
	for (uint32_t i = 0; i < s->pool; i++) {
		uint32_t number = (s->cursor + i) % s->pool;

		if (!is_taken(s, number, client, &h)) {
			s->cursor = number + 1;
			return bind(s, client, number, h);
		}
		const struct lease *l = slab_get(&s->leases, h);
		if (l->until < soonest)
			soonest = l->until;
	}
	s->full_until = soonest;
	return NULL;
}

/* Current, previous, requested, new [RFC 2131 4.3.1]. */
static struct lease *choose(struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct client client = client_of(m);
	struct lease *l = lease_of_client(s, client);
	uint32_t number;
	moor_handle h;

	if (l && l->state != LEASE_DECLINED)
		return l;
	if (m->has & DHCP4_HAS_REQUESTED && number_of(s, m->requested, &number) && !is_taken(s, number, client, &h))
		return bind(s, client, number, h);
	return bind_free(s, client);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* Where an answer goes: to the client's address, to its hardware address, or to all [RFC 2131 4.1]. */
static struct ip4_addr destination(const struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct ip6_addr to = ip6_mapped(m->yiaddr);

	if (m->type == DHCP4_NAK || (m->broadcast && ip4_is_zero(m->ciaddr)))
		return ip4_from_u32(UINT32_MAX);
	if (!ip4_is_zero(m->ciaddr))
		return m->ciaddr;
	net_neighbour_set(s->iface, &to, &m->chaddr);
	return m->yiaddr;
}

static void transmit(const struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct net_send send = { .via = s->iface, .trace_class = CLASS_DHCP };
	uint8_t buffer[MESSAGE_MAX];
	size_t n = dhcp4_encode(m, buffer, sizeof buffer);

	send.src = ip6_mapped(s->c.address);
	send.dst = ip6_mapped(destination(s, m));
	g_assert(n > 0);
	record(s, m->type, true, m->yiaddr);
	net_udp_send(net_iface_host(s->iface), moor_pkt_from(world_of(s), buffer, n), &send, PORT_DHCP4_SERVER,
		     PORT_DHCP4_CLIENT);
}

static void reply_due(struct moor_world *w, struct moor_timer *t)
{
	struct dhcp4_server *s = MOOR_CONTAINER(t, struct dhcp4_server, thinking);

	while (s->first && s->first->due <= moor_world_now(w)) {
		struct reply *r = s->first;

		s->first = r->next;
		if (!s->mute)
			transmit(s, &r->m);
		slab_free(&s->replies, r->self);
	}
	if (s->first)
		moor_timer_at(w, t, s->first->due, reply_due);
}

/* The thinking time is the same for all, so answers stay in order. */
static void think(struct dhcp4_server *s, const struct dhcp4 *m)
{
	moor_handle self;
	struct reply *r = slab_alloc(&s->replies, &self);

	r->self = self;
	r->m = *m;
	r->m.has &= ~(unsigned)(DHCP4_HAS_MESSAGE | DHCP4_HAS_HOST_NAME);	/* lent octets */
	r->due = moor_time_add(moor_world_now(world_of(s)), s->c.delay);
	*(s->first ? &s->last->next : &s->first) = r;
	s->last = r;
	if (!moor_timer_pending(&s->thinking))
		moor_timer_at(world_of(s), &s->thinking, r->due, reply_due);
}

static void answer(struct dhcp4_server *s, const struct dhcp4 *to, uint8_t type, const struct lease *l)
{
	struct dhcp4 m = { .op = 2, .broadcast = to->broadcast, .xid = to->xid, .giaddr = to->giaddr, .chaddr = to->chaddr };

	m.type = type;
	m.has = DHCP4_HAS_TYPE | DHCP4_HAS_SERVER_ID;
	m.server_id = s->c.address;
	m.ciaddr = type == DHCP4_OFFER || type == DHCP4_NAK ? (struct ip4_addr){ { 0 } } : to->ciaddr;
	if (to->has & DHCP4_HAS_CLIENT_ID) {	/* [RFC 6842] */
		m.has |= DHCP4_HAS_CLIENT_ID;
		m.client_id_len = to->client_id_len;
		memcpy(m.client_id, to->client_id, to->client_id_len);
	}
	if (type != DHCP4_NAK) {
		m.has |= DHCP4_HAS_MASK | (ip4_is_zero(s->c.router) ? 0 : DHCP4_HAS_ROUTER);
		m.mask = ip4_from_u32(s->c.prefix_len ? UINT32_MAX << (32 - s->c.prefix_len) : 0);
		m.n_routers = 1;
		m.routers[0] = s->c.router;
	}
	if (l) {
		m.yiaddr = address_of(s, l->number);
		m.has |= DHCP4_HAS_LEASE;
		m.lease = s->c.lease;
	}
	if (s->c.delay)
		think(s, &m);
	else
		transmit(s, &m);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static moor_time lease_end(const struct dhcp4_server *s)
{
	return s->c.lease == DHCP4_INFINITE ? MOOR_NEVER : moor_time_add(moor_world_now(world_of(s)), s->c.lease * MOOR_S);
}

static void on_discover(struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct lease *l = choose(s, m);
	moor_time until = moor_time_add(moor_world_now(world_of(s)), s->c.offer_hold);

	if (!l)
		return;		/* [RFC 2131 4.3.1]: nothing to offer, no answer */
	if (l->state != LEASE_GRANTED || l->until <= moor_world_now(world_of(s))) {
		l->state = LEASE_OFFERED;
		l->until = until;
	}
	answer(s, m, DHCP4_OFFER, l);
}

/* The address that a REQUEST is about: option 50, or ciaddr while renewing and rebinding. */
static void on_request(struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct ip4_addr wanted = m->has & DHCP4_HAS_REQUESTED ? m->requested : m->ciaddr;
	struct lease *l = lease_of_client(s, client_of(m));
	uint32_t number;
	moor_handle h;

	if (m->has & DHCP4_HAS_SERVER_ID && !ip4_eq(m->server_id, s->c.address)) {
		if (l && l->state == LEASE_OFFERED)
			l->state = LEASE_RELEASED;	/* it chose another server */
		return;
	}
	if (!number_of(s, wanted, &number) || is_taken(s, number, client_of(m), &h)) {
		answer(s, m, DHCP4_NAK, NULL);		/* wrong network, or another's by now */
		return;
	}
	if (!l || l->number != number) {
		/* Not in our books: INIT-REBOOT is met with silence, an answer to our own offer or a renewal with a NAK [4.3.2] */
		if (m->has & DHCP4_HAS_SERVER_ID || !ip4_is_zero(m->ciaddr))
			answer(s, m, DHCP4_NAK, NULL);
		return;
	}
	l->state = LEASE_GRANTED;
	l->until = lease_end(s);
	answer(s, m, DHCP4_ACK, l);
}

static void on_decline(struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct lease *l = lease_of_client(s, client_of(m));

	if (!l || !(m->has & DHCP4_HAS_REQUESTED) || !ip4_eq(m->requested, address_of(s, l->number)))
		return;
	forget_client(s, handle_of_client(s, l->client));	/* the address stays out of use, the client gets another */
	l->state = LEASE_DECLINED;
	l->until = moor_time_add(moor_world_now(world_of(s)), DECLINED_FOR);
	l->client = (struct client){ UINT64_MAX, l->number };
}

static void on_release(struct dhcp4_server *s, const struct dhcp4 *m)
{
	struct lease *l = lease_of_client(s, client_of(m));

	if (l && ip4_eq(m->ciaddr, address_of(s, l->number))) {
		l->state = LEASE_RELEASED;
		s->full_until = 0;
	}
}

void dhcp4_server_input(struct dhcp4_server *s, const struct net_rx *rx)
{
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct dhcp4 m;

	if (!dhcp4_decode(&r, &m, NULL) || m.op != 1 || !(m.has & DHCP4_HAS_TYPE) || s->mute)
		return;
	record(s, m.type, false, m.has & DHCP4_HAS_REQUESTED ? m.requested : m.ciaddr);
	switch ((enum dhcp4_type)m.type) {
	case DHCP4_DISCOVER: on_discover(s, &m); break;
	case DHCP4_REQUEST: on_request(s, &m); break;
	case DHCP4_DECLINE: on_decline(s, &m); break;
	case DHCP4_RELEASE: on_release(s, &m); break;
	case DHCP4_INFORM: answer(s, &m, DHCP4_ACK, NULL); break;
	case DHCP4_OFFER: case DHCP4_ACK: case DHCP4_NAK: break;	/* another server's */
	}
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void dhcp4_server_config_default(struct dhcp4_server_config *c)
{
	*c = (struct dhcp4_server_config){ .prefix_len = 24, .lease = 3600, .offer_hold = 60 * MOOR_S };
}

struct dhcp4_server *dhcp4_server_new(struct net_iface *i, const struct dhcp4_server_config *c)
{
	struct dhcp4_server *s = g_new0(struct dhcp4_server, 1);

	s->c = *c;
	s->iface = i;
	slab_init(&s->replies, "dhcp replies", sizeof(struct reply));
	if (ip4_u32(c->last) >= ip4_u32(c->first) && !ip4_is_zero(c->last))
		s->pool = ip4_u32(c->last) - ip4_u32(c->first) + 1;
	dhcp4_server_forget(s);
	return s;
}

void dhcp4_server_forget(struct dhcp4_server *s)
{
	slab_done(&s->leases);
	index_done(&s->by_client);
	index_done(&s->by_number);
	slab_init(&s->leases, "dhcp leases", sizeof(struct lease));
	s->full_until = 0;
}

void dhcp4_server_free(struct dhcp4_server *s)
{
	moor_timer_cancel(world_of(s), &s->thinking);
	slab_done(&s->replies);
	slab_done(&s->leases);
	index_done(&s->by_client);
	index_done(&s->by_number);
	g_free(s);
}

uint32_t dhcp4_server_leases(const struct dhcp4_server *s)
{
	moor_time now = moor_world_now(world_of(s));
	const struct lease *l;
	moor_handle h = 0;
	uint32_t n = 0;

	while ((l = slab_next(&s->leases, &h)))
		n += l->state == LEASE_GRANTED && l->until > now;
	return n;
}

void dhcp4_server_memory(const struct dhcp4_server *s, mem_report_fn *fn, void *ctx)
{
	slab_report(&s->leases, fn, ctx);
	fn(ctx, "dhcp lease index", s->leases.count, index_octets(&s->by_client) + index_octets(&s->by_number));
}

void dhcp4_server_mute(struct dhcp4_server *s, bool mute)
{
	s->mute = mute;
}

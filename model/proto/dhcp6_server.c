/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCPv6 server: configuration and home agents for those who ask without state, prefixes and addresses for those
 * who want a lease.
 *
 * Implements RFC 8415 16 (what a server takes), 18.3.1, 18.3.2, 18.3.4, 18.3.5, 18.3.6 (Information-request), 18.3.7,
 * 18.3.9 to 18.3.11, 19.3 (answers through relays), RFC 6610 4.3, RFC 6276 3 (the delegating router). Of several
 * identity associations of one message each gets at most one lease. Does not: Confirm, Decline, Reconfigure, Server
 * Unicast. [R24303-5.1.2.1.5-02] [R24303-5.1.2.1.5-03]
 */
#include "proto/dhcp6_server_priv.h"

#include <glib.h>

#include "wire/ip.h"

#define OFFER_HELD (60 * MOOR_S)

/* A client's message on its way through the server, with the relays it came by, the outermost first. */
struct question {
	const struct net_rx *rx;
	struct dhcp6 m;
	struct ip6_addr peer;
	uint8_t n_relays;
	struct { uint8_t hops; struct ip6_addr link, peer; bool has_id; struct dhcp6_octets id; } relay[DHCP6_HOP_LIMIT];
};

static moor_time now_of(const struct dhcp6_server *s) { return moor_world_now(d6s_world(s)); }

/* ---- answering --------------------------------------------------------------------------------------------------- */

/* [RFC 8415 19.3] wrapped as often as the question was; 0: it does not fit */
static size_t wrap(const struct question *q, uint8_t *message, size_t n, uint8_t *buf, size_t cap)
{
	for (unsigned i = q->n_relays; i--;) {
		struct dhcp6 m = { .type = DHCP6_RELAY_REPL, .hops = q->relay[i].hops, .link = q->relay[i].link,
				   .peer = q->relay[i].peer, .has = DHCP6_HAS_RELAY_MSG,
				   .relay_msg = { message, (uint16_t)n } };

		if (q->relay[i].has_id) {
			m.has |= DHCP6_HAS_INTERFACE_ID;
			m.interface_id = q->relay[i].id;
		}
		n = dhcp6_encode(&m, buf, cap);
		if (!n)
			return 0;
		memcpy(message, buf, n);
	}
	return n;
}

static void send(struct dhcp6_server *s, const struct question *q, const uint8_t *p, size_t n)
{
	bool relayed = q->n_relays > 0, multicast = ip6_is_multicast(&q->rx->ip6->h.dst);
	struct dhcp6_tx tx = { .h = s->h, .sport = PORT_DHCP6_SERVER, .owner = s->owner };

	tx.dport = relayed ? PORT_DHCP6_SERVER : PORT_DHCP6_CLIENT;
	tx.send.dst = *dhcp6_from(q->rx);
	tx.home_address = relayed ? q->peer : ip6_any;
	if (!multicast)
		tx.send.src = *ip6_upper_dst(q->rx->ip6);
	if (ip6_is_link_local(&tx.send.dst))
		tx.send.via = q->rx->iface;
	tx.fn = s->ops && s->ops->send ? s->ops->send : NULL;
	dhcp6_transmit(&tx, p, n);
}

static void answer(struct dhcp6_server *s, const struct question *q, struct dhcp6 *m)
{
	uint8_t message[DHCP6_MESSAGE_MAX], buf[DHCP6_MESSAGE_MAX];
	struct dhcp6_words words = { .n = 0 };
	size_t n;

	if (m->type != DHCP6_REPLY || q->m.type != DHCP6_RELEASE)
		dhcp6_server_configure(s, &q->m, m, &words);
	if (m->type == DHCP6_ADVERTISE && s->c.preference) {
		m->has |= DHCP6_HAS_PREFERENCE;
		m->preference = s->c.preference;
	}
	if (s->c.lies)
		dhcp6_server_lie(s, m, &words);
	n = dhcp6_encode(m, message, sizeof message);
	n = dhcp6_server_spoil(s, message, n, sizeof message);
	n = n ? wrap(q, message, n, buf, sizeof buf) : 0;
	if (n)
		send(s, q, message, n);
}

/* ---- leases ------------------------------------------------------------------------------------------------------ */

static struct dhcp6_pool *pool_of(struct dhcp6_server *s, const struct dhcp6_ia *ia)
{
	return ia->pd ? &s->pd : &s->na;
}

/*
 * What a lease is [R5213d-6.11-02]: where each client has a link of its own, the link-address of the relay nearest to
 * it is the prefix, and the pool's number the rest.
 */
static struct ip6_prefix lease_of(const struct dhcp6_server *s, const struct question *q,
				  const struct dhcp6_pool *pool, const struct dhcp6_held *l)
{
	struct ip6_prefix p = dhcp6_pool_prefix(pool, l);

	if (s->c.na_link && pool == &s->na && q->n_relays)
		p.addr = ip6_from64(ip6_high64(&q->relay[q->n_relays - 1].link), ip6_low64(&p.addr));
	if (s->ops && s->ops->address_of && pool == &s->na)
		s->ops->address_of(s->owner, q->rx, &p.addr);
	return p;
}

static bool may_lease(struct dhcp6_server *s, struct question *q)
{
	return !s->ops || !s->ops->may_lease || s->ops->may_lease(s->owner, q->rx, &q->peer);
}

/* What the client holds; *stolen: somebody else holds it, who has the same identifier. */
static struct dhcp6_held *held_by(struct dhcp6_server *s, const struct question *q, const struct dhcp6_ia *ia,
				  bool *stolen)
{
	struct dhcp6_held *l = dhcp6_pool_of(pool_of(s, ia), &q->m.client_id, ia->iaid, now_of(s));

	*stolen = l && l->granted && s->ops && s->ops->anothers && s->ops->anothers(s->owner, &l->peer, &q->peer);
	return *stolen ? NULL : l;
}

static void refuse(struct dhcp6_ia *to, uint16_t status)
{
	to->has_status = true;
	to->status = status;
}

static void grant(struct dhcp6_server *s, const struct question *q, const struct dhcp6_pool *pool, struct dhcp6_held *l,
		  struct dhcp6_ia *to)
{
	struct ip6_prefix p = lease_of(s, q, pool, l);

	l->granted = true;
	l->peer = q->peer;
	l->until = s->c.valid == DHCP6_INFINITE ? MOOR_NEVER : moor_time_add(now_of(s), (moor_time)s->c.valid * MOOR_S);
	dhcp6_server_put_lease(s, to, &p);
	if (s->ops && s->ops->granted && to->pd)
		s->ops->granted(s->owner, &q->peer, &p);
}

/* Solicit and Request [RFC 8415 18.3.1, 18.3.2] */
static void assign(struct dhcp6_server *s, struct question *q, const struct dhcp6_ia *ia, bool commit,
		   struct dhcp6_ia *to)
{
	struct dhcp6_pool *pool = pool_of(s, ia);
	struct dhcp6_held *l = NULL;
	struct ip6_prefix p;
	bool stolen = !may_lease(s, q);

	if (!stolen)
		held_by(s, q, ia, &stolen);
	if (!stolen)
		l = dhcp6_pool_take(pool, &q->m.client_id, ia->iaid, ia->n ? &ia->lease[0].prefix : NULL, now_of(s));
	if (!l) {
		refuse(to, ia->pd ? DHCP6_S_NO_PREFIX : DHCP6_S_NO_ADDRS);
		return;
	}
	if (commit) {
		grant(s, q, pool, l, to);
		return;
	}
	p = lease_of(s, q, pool, l);
	if (!l->granted)
		l->until = moor_time_add(now_of(s), OFFER_HELD);
	dhcp6_server_put_lease(s, to, &p);
}

/* Renew and Rebind [RFC 8415 18.3.4, 18.3.5]; after a Rebind even what the books have lost, when nobody else has it. */
static void extend(struct dhcp6_server *s, struct question *q, const struct dhcp6_ia *ia, struct dhcp6_ia *to)
{
	struct dhcp6_pool *pool = pool_of(s, ia);
	bool may = may_lease(s, q), stolen;
	struct dhcp6_held *l = held_by(s, q, ia, &stolen);
	struct ip6_prefix p;

	if (!may)
		l = NULL;
	else if (!l && !stolen && q->m.type == DHCP6_REBIND && ia->n)
		l = dhcp6_pool_take(pool, &q->m.client_id, ia->iaid, &ia->lease[0].prefix, now_of(s));
	if (!l) {
		refuse(to, DHCP6_S_NO_BINDING);
		return;
	}
	grant(s, q, pool, l, to);
	p = lease_of(s, q, pool, l);
	for (unsigned i = 0; i < ia->n && to->n < DHCP6_MAX_LEASES; i++)
		if (!ip6_prefix_eq(&ia->lease[i].prefix, &p))	/* not this client's (any more) */
			to->lease[to->n++] = (struct dhcp6_lease){ .prefix = ia->lease[i].prefix };
}

static void give_back(struct dhcp6_server *s, struct dhcp6_pool *pool, struct dhcp6_held *l)
{
	struct ip6_prefix p = dhcp6_pool_prefix(pool, l);

	if (s->ops && s->ops->gone && l->granted && pool == &s->pd)
		s->ops->gone(s->owner, &l->peer, &p);
	dhcp6_pool_give(pool, l);
}

/* [RFC 8415 18.3.7] */
static void release(struct dhcp6_server *s, struct question *q, const struct dhcp6_ia *ia, struct dhcp6_ia *to)
{
	bool may = may_lease(s, q), stolen;
	struct dhcp6_held *l = held_by(s, q, ia, &stolen);

	if (!l || !may) {
		refuse(to, DHCP6_S_NO_BINDING);
		return;
	}
	give_back(s, pool_of(s, ia), l);
}

static bool commits(const struct dhcp6_server *s, const struct question *q)
{
	return q->m.type == DHCP6_REQUEST || (s->c.rapid && q->m.has & DHCP6_HAS_RAPID_COMMIT);
}

static void each_ia(struct dhcp6_server *s, struct question *q, struct dhcp6 *m)
{
	for (unsigned i = 0; i < q->m.n_ia; i++) {
		const struct dhcp6_ia *ia = &q->m.ia[i];
		struct dhcp6_ia to = { .pd = ia->pd, .iaid = ia->iaid };

		switch ((enum dhcp6_type)q->m.type) {
		case DHCP6_SOLICIT: case DHCP6_REQUEST: assign(s, q, ia, commits(s, q), &to); break;
		case DHCP6_RENEW: case DHCP6_REBIND: extend(s, q, ia, &to); break;
		case DHCP6_RELEASE: release(s, q, ia, &to); break;
		case DHCP6_ADVERTISE: case DHCP6_CONFIRM: case DHCP6_REPLY: case DHCP6_DECLINE: case DHCP6_RECONFIGURE:
		case DHCP6_INFORMATION_REQUEST: case DHCP6_RELAY_FORW: case DHCP6_RELAY_REPL:
			break;
		}
		if (q->m.type != DHCP6_RELEASE || to.has_status)
			m->ia[m->n_ia++] = to;
	}
}

static void on_lease(struct dhcp6_server *s, struct question *q)
{
	bool offer = q->m.type == DHCP6_SOLICIT && !commits(s, q);
	struct dhcp6 m;

	dhcp6_server_begin(s, &q->m, offer ? DHCP6_ADVERTISE : DHCP6_REPLY, &m);
	if (q->m.type == DHCP6_SOLICIT && !offer)
		m.has |= DHCP6_HAS_RAPID_COMMIT;
	if (q->m.type == DHCP6_RELEASE)
		m.has |= DHCP6_HAS_STATUS;		/* Success [RFC 8415 18.3.7] */
	each_ia(s, q, &m);
	answer(s, q, &m);
}

/* [RFC 8415 18.3.6] */
static void on_information_request(struct dhcp6_server *s, struct question *q)
{
	struct dhcp6 m;

	dhcp6_server_begin(s, &q->m, DHCP6_REPLY, &m);
	answer(s, q, &m);
}

/* [RFC 8415 18.4] asked by unicast, which nobody was told to */
static void use_multicast(struct dhcp6_server *s, struct question *q)
{
	struct dhcp6 m;

	dhcp6_server_begin(s, &q->m, DHCP6_REPLY, &m);
	m.has |= DHCP6_HAS_STATUS;
	m.status = DHCP6_S_USE_MULTICAST;
	answer(s, q, &m);
}

/* ---- receiving --------------------------------------------------------------------------------------------------- */

/* [RFC 8415 16] why a server does not take this message; NULL: it does */
static const char *unfit(const struct dhcp6_server *s, const struct question *q)
{
	const struct dhcp6 *m = &q->m;
	struct dhcp6 own;
	bool to_us;

	dhcp6_server_begin(s, m, DHCP6_REPLY, &own);
	to_us = m->has & DHCP6_HAS_SERVER_ID && dhcp6_duid_eq(&m->server_id, &own.server_id);
	switch ((enum dhcp6_type)m->type) {
	case DHCP6_SOLICIT: case DHCP6_REBIND:
		if (m->has & DHCP6_HAS_SERVER_ID)
			return "dhcp6-server-id";
		return m->has & DHCP6_HAS_CLIENT_ID ? NULL : "dhcp6-no-client-id";
	case DHCP6_REQUEST: case DHCP6_RENEW: case DHCP6_RELEASE:
		if (!to_us)
			return m->has & DHCP6_HAS_SERVER_ID ? "dhcp6-other-server" : "dhcp6-no-server-id";
		return m->has & DHCP6_HAS_CLIENT_ID ? NULL : "dhcp6-no-client-id";
	case DHCP6_INFORMATION_REQUEST:
		if (m->has & DHCP6_HAS_SERVER_ID && !to_us)
			return "dhcp6-other-server";
		return m->n_ia ? "dhcp6-ia-in-information-request" : NULL;
	case DHCP6_ADVERTISE: case DHCP6_CONFIRM: case DHCP6_REPLY: case DHCP6_DECLINE: case DHCP6_RECONFIGURE:
	case DHCP6_RELAY_FORW: case DHCP6_RELAY_REPL:
		break;
	}
	return "dhcp6-type";
}

/* Takes the relays' layers off. False: it cannot be read, or was relayed too often; reason says why. */
static bool unwrap(struct question *q, const uint8_t *p, size_t n, const char **reason)
{
	for (;;) {
		struct reader r = reader_on(p, n);

		*reason = "dhcp6-relayed-too-often";
		if (!dhcp6_decode(&r, &q->m, NULL)) {
			*reason = r.fault.reason;
			return false;
		}
		if (q->m.type != DHCP6_RELAY_FORW)
			return true;
		if (q->n_relays == DHCP6_HOP_LIMIT)
			return false;
		*reason = "dhcp6-no-relay-message";
		if (!(q->m.has & DHCP6_HAS_RELAY_MSG))
			return false;
		q->relay[q->n_relays].hops = q->m.hops;
		q->relay[q->n_relays].link = q->m.link;
		q->relay[q->n_relays].peer = q->m.peer;
		q->relay[q->n_relays].has_id = q->m.has & DHCP6_HAS_INTERFACE_ID;
		q->relay[q->n_relays++].id = q->m.interface_id;
		q->peer = q->m.peer;
		p = q->m.relay_msg.o;
		n = q->m.relay_msg.len;
	}
}

static void take(struct dhcp6_server *s, struct question *q)
{
	bool unicast = !q->n_relays && !ip6_is_multicast(&q->rx->ip6->h.dst);

	if (q->m.type == DHCP6_INFORMATION_REQUEST || q->m.type == DHCP6_SOLICIT || q->m.type == DHCP6_REBIND) {
		if (unicast)
			dhcp6_discard(q->rx, "dhcp6-unicast", "RFC 8415 16");
		else if (q->m.type == DHCP6_INFORMATION_REQUEST)
			on_information_request(s, q);
		else
			on_lease(s, q);
	} else if (unicast) {
		use_multicast(s, q);
	} else {
		on_lease(s, q);
	}
}

void dhcp6_server_input(struct dhcp6_server *s, const struct net_rx *rx, uint16_t sport)
{
	struct question q = { .rx = rx };
	const char *reason;

	(void)sport;
	if (!rx->ip6 || s->c.mute)
		return;
	q.peer = *dhcp6_from(rx);
	dhcp6_record_rx(rx);
	if (unwrap(&q, rx->payload, rx->payload_len, &reason))
		reason = unfit(s, &q);
	if (reason)
		dhcp6_discard(rx, reason, "RFC 8415 16");
	else
		take(s, &q);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void dhcp6_server_config_default(struct dhcp6_server_config *c)
{
	*c = (struct dhcp6_server_config){ .preferred = 3600, .valid = 7200, .pd_len = 64 };
}

static void pools(struct dhcp6_server *s)
{
	static const struct ip6_prefix any_link = { .len = 64 };

	dhcp6_pool_init(&s->pd, &s->c.pd_pool, s->c.pd_len, "dhcp6 delegations");
	dhcp6_pool_init(&s->na, s->c.na_link ? &any_link : &s->c.na_pool, 128, "dhcp6 addresses");
	s->na.next = s->na.size > 2;		/* not the subnet-router anycast address [RFC 4291 2.6.1] */
}

struct dhcp6_server *dhcp6_server_new(struct net_host *h, const struct dhcp6_server_config *c,
				      const struct dhcp6_server_ops *ops, void *owner)
{
	struct dhcp6_server *s = g_new0(struct dhcp6_server, 1);
	struct mac_addr group = ip6_multicast_mac(&dhcp6_all_agents);

	s->h = h;
	s->c = *c;
	s->ops = ops;
	s->owner = owner;
	pools(s);
	for (struct net_iface *i = net_iface_next(h, NULL); i; i = net_iface_next(h, i))
		moor_port_join(net_iface_port(i), &group);
	return s;
}

void dhcp6_server_forget(struct dhcp6_server *s)
{
	dhcp6_pool_done(&s->pd);
	dhcp6_pool_done(&s->na);
	pools(s);
}

void dhcp6_server_forget_peers(struct dhcp6_server *s, const struct ip6_prefix *peers)
{
	struct dhcp6_held *l;
	moor_handle h = 0;

	while ((l = slab_next(&s->pd.held, &h)))
		if (l->granted && ip6_in_prefix(&l->peer, peers))
			give_back(s, &s->pd, l);
}

void dhcp6_server_free(struct dhcp6_server *s)
{
	dhcp6_pool_done(&s->pd);
	dhcp6_pool_done(&s->na);
	g_free(s);
}

struct dhcp6_server_config *dhcp6_server_settings(struct dhcp6_server *s) { return &s->c; }

uint32_t dhcp6_server_leases(const struct dhcp6_server *s)
{
	return dhcp6_pool_granted(&s->pd, now_of(s)) + dhcp6_pool_granted(&s->na, now_of(s));
}

bool dhcp6_server_holder(const struct dhcp6_server *s, const struct ip6_addr *addr, struct ip6_addr *peer)
{
	const struct dhcp6_held *l = dhcp6_pool_at(&s->pd, addr, now_of(s));

	if (l)
		*peer = l->peer;
	return l != NULL;
}

void dhcp6_server_memory(const struct dhcp6_server *s, mem_report_fn *fn, void *ctx)
{
	slab_report(&s->pd.held, fn, ctx);
	slab_report(&s->na.held, fn, ctx);
}

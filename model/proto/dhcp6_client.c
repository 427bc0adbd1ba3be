/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 clients: which ones a host runs, their retransmission, and what of the messages that come is for whom.
 *
 * Implements RFC 8415 15 (retransmission, its random part from the world's streams), 16 (which messages a client
 * takes), 18.2 as far as all exchanges have it in common, and RFC 6276 3.1 (the relay within a mobile router).
 * Does not: Reconfigure, Confirm, Decline, authentication, unicast by the Server Unicast option (obsolete).
 *
 * Clients are in a slab of the world, linked by host: a host that runs none keeps nothing.
 */
#include "proto/dhcp6_client_priv.h"

#include <glib.h>

#include "base/map.h"
#include "wire/ip.h"

struct clients {
	struct slab slab;
	struct map by_host;		/* node number -> first client's handle */
};

static const char clients_key;

#define TO(s) (1u << DHCP6C_##s)
#define EV(e) FSM_BIT(D6_EV_##e)

static const char *const event_names[D6_EVENTS] = {
	"ask", "advertise", "reply", "timeout", "release", "rebind", "stop",
};

static const struct fsm_state states[DHCP6C_STATES] = {
	[DHCP6C_IDLE] = { "IDLE", EV(ASK), TO(INFORMING) | TO(SOLICITING), NULL, "RFC 8415 18.2" },
	[DHCP6C_INFORMING] = { "INFORMING", EV(REPLY) | EV(TIMER) | EV(STOP), TO(IDLE), "INF_TIMEOUT",
			       "RFC 8415 18.2.6" },
	[DHCP6C_SOLICITING] = { "SOLICITING", EV(ADVERTISE) | EV(REPLY) | EV(TIMER) | EV(STOP) | EV(RELEASE),
				TO(REQUESTING) | TO(BOUND) | TO(IDLE), "SOL_TIMEOUT", "RFC 8415 18.2.1" },
	[DHCP6C_REQUESTING] = { "REQUESTING", EV(REPLY) | EV(TIMER) | EV(STOP) | EV(RELEASE),
				TO(BOUND) | TO(SOLICITING) | TO(IDLE), "REQ_TIMEOUT", "RFC 8415 18.2.2" },
	[DHCP6C_BOUND] = { "BOUND", EV(TIMER) | EV(STOP) | EV(RELEASE) | EV(REBIND),
			   TO(RENEWING) | TO(REBINDING) | TO(RELEASING) | TO(IDLE), NULL, "RFC 8415 18.2.10" },
	[DHCP6C_RENEWING] = { "RENEWING", EV(REPLY) | EV(TIMER) | EV(STOP) | EV(RELEASE) | EV(REBIND),
			      TO(BOUND) | TO(REBINDING) | TO(REQUESTING) | TO(RELEASING) | TO(IDLE), "REN_TIMEOUT",
			      "RFC 8415 18.2.4" },
	[DHCP6C_REBINDING] = { "REBINDING", EV(REPLY) | EV(TIMER) | EV(STOP) | EV(RELEASE) | EV(REBIND),
			       TO(BOUND) | TO(REQUESTING) | TO(RELEASING) | TO(IDLE), "REB_TIMEOUT", "RFC 8415 18.2.5" },
	[DHCP6C_RELEASING] = { "RELEASING", EV(REPLY) | EV(TIMER) | EV(STOP), TO(IDLE), "REL_TIMEOUT",
			       "RFC 8415 18.2.7" },
};

const struct fsm dhcp6_client_fsm = {
	"dhcp6-client", "DHCPv6 client", states, event_names, DHCP6C_STATES, D6_EVENTS,
};

/* ---- which ones there are ---------------------------------------------------------------------------------------- */

static void destroy(void *thing)
{
	struct clients *all = thing;

	slab_done(&all->slab);
	map_done(&all->by_host);
	g_free(all);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	slab_report(&((const struct clients *)thing)->slab, fn, ctx);
}

static struct clients *clients_of(struct moor_world *w)
{
	struct clients *all = moor_world_attached(w, &clients_key);

	if (all)
		return all;
	all = g_new0(struct clients, 1);
	slab_init(&all->slab, "dhcp6-client", sizeof(struct dhcp6_client));
	map_init(&all->by_host);
	moor_world_attach(w, &clients_key, all, destroy);
	moor_world_reports(w, &clients_key, report);
	return all;
}

static struct map_key host_key(const struct net_host *h)
{
	return (struct map_key){ moor_node_id(net_host_node(h)), 0 };
}

static struct dhcp6_client *first_of(const struct clients *all, const struct net_host *h)
{
	uint32_t first;

	return map_get(&all->by_host, host_key(h), &first) ? slab_get(&all->slab, first) : NULL;
}

static struct dhcp6_client *next_of(const struct clients *all, const struct dhcp6_client *c)
{
	return c->next ? slab_get(&all->slab, c->next) : NULL;
}

struct dhcp6_client *dhcp6_client_get(const struct net_host *h, moor_handle handle)
{
	const struct clients *all = moor_world_attached(net_host_world(h), &clients_key);
	struct dhcp6_client *c = all ? slab_get(&all->slab, handle) : NULL;

	return c && c->h == h ? c : NULL;
}

/* The lowest number that no other client of the host has. */
static uint8_t free_slot(const struct clients *all, const struct net_host *h)
{
	uint32_t taken = 0;
	uint8_t slot = 0;

	for (const struct dhcp6_client *c = first_of(all, h); c; c = next_of(all, c))
		taken |= c->slot < 32 ? 1u << c->slot : 0;
	while (slot < 32 && taken >> slot & 1)
		slot++;
	return slot;
}

static void on_answer(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);
static void on_relay_reply(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);

/* The relay within the host listens while a client of it goes that way. */
static void listen_for_relay(struct net_host *h)
{
	const struct clients *all = clients_of(net_host_world(h));
	struct dhcp6_client *c = first_of(all, h);

	while (c && c->way.link)
		c = next_of(all, c);
	if (c)
		net_udp_bind(h, PORT_DHCP6_SERVER, on_relay_reply, NULL);
	else
		net_udp_unbind(h, PORT_DHCP6_SERVER);
}

struct dhcp6_client *dhcp6_client_new(struct net_host *h, const struct dhcp6_way *way, const struct timer_set *timers,
				      void *owner)
{
	struct clients *all = clients_of(net_host_world(h));
	struct dhcp6_client *first = first_of(all, h), *c;
	uint8_t slot = free_slot(all, h);
	moor_handle self;

	c = slab_alloc(&all->slab, &self);
	c->self = self;
	c->h = h;
	c->next = first ? first->self : 0;
	c->slot = slot;
	c->way = *way;
	c->timers = timers;
	c->owner = owner;
	machine_init(&c->machine, &dhcp6_client_fsm, DHCP6C_IDLE);
	map_put(&all->by_host, host_key(h), self);
	if (!first)
		net_udp_bind(h, PORT_DHCP6_CLIENT, on_answer, NULL);
	listen_for_relay(h);
	return c;
}

void dhcp6_client_reroute(struct dhcp6_client *c, const struct dhcp6_way *way)
{
	c->way = *way;
	listen_for_relay(c->h);
}

void dhcp6_client_free(struct dhcp6_client *c)
{
	struct clients *all = clients_of(d6_world(c));
	struct dhcp6_client *first = first_of(all, c->h);
	struct net_host *h = c->h;
	moor_handle *at = &first->next;

	moor_timer_cancel(d6_world(c), &c->timer);
	if (first == c && c->next)
		map_put(&all->by_host, host_key(h), c->next);
	else if (first == c)
		map_del(&all->by_host, host_key(h));
	for (; first != c && *at != c->self; at = &((struct dhcp6_client *)slab_get(&all->slab, *at))->next)
		;
	if (first != c)
		*at = c->next;
	slab_free(&all->slab, c->self);
	first = first_of(all, h);
	if (!first)
		net_udp_unbind(h, PORT_DHCP6_CLIENT);
	listen_for_relay(h);
}

/* ---- the machine ------------------------------------------------------------------------------------------------- */

static uint32_t node(const struct dhcp6_client *c) { return moor_node_id(net_host_node(c->h)); }

bool dhcp6_client_admits(struct dhcp6_client *c, uint8_t event, bool packet)
{
	return machine_admits(&c->machine, &dhcp6_client_fsm, d6_world(c), node(c), c->slot, event, packet);
}

void dhcp6_client_go(struct dhcp6_client *c, enum dhcp6_client_state to)
{
	machine_go(&c->machine, &dhcp6_client_fsm, d6_world(c), node(c), c->slot, (uint8_t)to);
}

static bool is_info(const struct dhcp6_client *c) { return c->info_ops != NULL; }

static void due(struct moor_world *w, struct moor_timer *t)
{
	struct dhcp6_client *c = MOOR_CONTAINER(t, struct dhcp6_client, timer);

	(void)w;
	if (!dhcp6_client_admits(c, D6_EV_TIMER, false))
		return;
	if (is_info(c))
		dhcp6_info_due(c);
	else
		dhcp6_lease_due(c);
}

void dhcp6_client_at(struct dhcp6_client *c, moor_time at)
{
	moor_time now = moor_world_now(d6_world(c));

	if (at == MOOR_NEVER)
		moor_timer_cancel(d6_world(c), &c->timer);
	else
		moor_timer_at(d6_world(c), &c->timer, at > now ? at : now, due);
}

/*
 * A client draws rarely and is gone soon: its stream is found by time and by its number on the host, so that nothing
 * need be kept between draws or clients.
 */
static struct rng draw(const struct dhcp6_client *c, unsigned what)
{
	struct rng r = moor_world_rng(d6_world(c), net_host_node(c->h), "dhcp6");

	r.counter += ((uint64_t)moor_world_now(d6_world(c)) * 64 + c->slot) * 16 + what;
	return r;
}

/* [RFC 8415 16.1, 18.2] */
void dhcp6_client_exchange(struct dhcp6_client *c, enum dhcp6_client_state to, moor_time delay_max)
{
	struct rng r = draw(c, 0);

	c->xid = rng_u32(&r) & 0xffffff;
	c->tries = 0;
	c->rt = 0;
	c->waiting = false;
	if (c->machine.state != to)
		dhcp6_client_go(c, to);
	c->began = moor_world_now(d6_world(c)) + (delay_max ? rng_span(&r, 0, delay_max) : 0);
	dhcp6_client_at(c, c->began);
}

/* RAND * span, RAND from -0.1 to +0.1 [RFC 8415 15] */
static moor_time rand_of(struct rng *r, moor_time span, bool positive)
{
	return rng_span(r, positive ? 1 : -span / 10, span / 10);
}

void dhcp6_client_wait(struct dhcp6_client *c, enum timer_id first, int64_t max, moor_time end)
{
	moor_time base = c->rt ? 2 * c->rt : d6_timer(c, first), at;
	struct rng r = draw(c, 8);

	/* the first RT of a Solicit is never below IRT: servers have that long to advertise [RFC 8415 18.2.1] */
	c->rt = base + rand_of(&r, c->rt ? c->rt : base, !c->rt && c->machine.state == DHCP6C_SOLICITING);
	if (max && c->rt > max)
		c->rt = max + rand_of(&r, max, false);
	at = moor_time_add(moor_world_now(d6_world(c)), c->rt);
	dhcp6_client_at(c, at < end ? at : end);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

void dhcp6_client_fill(const struct dhcp6_client *c, struct dhcp6 *m, uint8_t type)
{
	moor_time elapsed = (moor_world_now(d6_world(c)) - c->began) / (10 * MOOR_MS);

	*m = (struct dhcp6){ .type = type, .xid = c->xid, .has = DHCP6_HAS_CLIENT_ID | DHCP6_HAS_ELAPSED };
	dhcp6_duid_ll(&m->client_id, moor_port_mac(net_iface_port(net_iface_next(c->h, NULL))));
	m->elapsed = (uint16_t)(elapsed > UINT16_MAX ? UINT16_MAX : elapsed);
}

/* To the owner's function, whose own arguments are fewer. */
static void by_owner(void *owner, struct moor_pkt *p, struct net_send *s, uint16_t sport, uint16_t dport)
{
	const struct dhcp6_client *c = owner;

	if (c->way.send)
		c->way.send(c->owner, p, s);
	else
		net_udp_send(c->h, p, s, sport, dport);
}

/* [RFC 6276 3.1.2] */
static size_t relayed(const struct dhcp6_client *c, const uint8_t *inner, size_t n, uint8_t *buf, size_t cap)
{
	struct dhcp6 m = { .type = DHCP6_RELAY_FORW, .hops = 1, .link = c->way.own, .peer = c->way.own,
			   .has = DHCP6_HAS_RELAY_MSG, .relay_msg = { inner, (uint16_t)n } };

	return dhcp6_encode(&m, buf, cap);
}

void dhcp6_client_send(struct dhcp6_client *c, const struct dhcp6 *m)
{
	struct dhcp6_tx tx = { .h = c->h, .sport = PORT_DHCP6_CLIENT, .dport = PORT_DHCP6_SERVER };
	uint8_t message[DHCP6_MESSAGE_MAX], outer[DHCP6_MESSAGE_MAX];
	size_t n = dhcp6_encode(m, message, sizeof message);

	g_assert(n > 0);
	if (c->tries < UINT16_MAX)
		c->tries++;
	tx.attempt = c->tries;
	if (c->way.link) {
		tx.send = (struct net_send){ .dst = dhcp6_all_agents, .via = c->way.link };
		dhcp6_transmit(&tx, message, n);
		return;
	}
	n = relayed(c, message, n, outer, sizeof outer);
	g_assert(n > 0);
	tx.sport = PORT_DHCP6_SERVER;
	tx.send = (struct net_send){ .src = c->way.own, .dst = c->way.server };
	tx.home_address = c->way.own;
	tx.fn = by_owner;
	tx.owner = c;
	dhcp6_transmit(&tx, outer, n);
}

/* ---- receiving --------------------------------------------------------------------------------------------------- */

/* [RFC 8415 16.3, 16.10] what no client takes; NULL: nothing wrong so far */
static const char *unfit(const struct dhcp6_client *c, const struct dhcp6 *m)
{
	struct dhcp6_duid own;

	dhcp6_duid_ll(&own, moor_port_mac(net_iface_port(net_iface_next(c->h, NULL))));
	if (m->type != DHCP6_ADVERTISE && m->type != DHCP6_REPLY)
		return "dhcp6-type";
	if (!(m->has & DHCP6_HAS_SERVER_ID))
		return "dhcp6-no-server-id";
	if (!(m->has & DHCP6_HAS_CLIENT_ID))
		return "dhcp6-no-client-id";
	if (!dhcp6_duid_eq(&m->client_id, &own))
		return "dhcp6-client-id";
	return NULL;
}

static void for_client(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx)
{
	const char *reason = unfit(c, m);

	if (reason)
		dhcp6_discard(rx, reason, m->type == DHCP6_ADVERTISE ? "RFC 8415 16.3" : "RFC 8415 16.10");
	else if (dhcp6_client_admits(c, m->type == DHCP6_REPLY ? D6_EV_REPLY : D6_EV_ADVERTISE, true)) {
		if (is_info(c))
			dhcp6_info_input(c, m, rx);
		else
			dhcp6_lease_input(c, m, rx);
	}
}

/* Is this how the client's messages come? By a relay of its own from its server alone, whatever the relay believes. */
static bool comes_to(const struct dhcp6_client *c, const struct net_rx *rx, bool by_relay)
{
	if (!c->way.link != by_relay)
		return false;
	return by_relay ? ip6_eq(&c->way.server, dhcp6_from(rx)) : c->way.link == rx->iface;
}

/* A message to a client of this host, straight or out of a Relay-reply. */
static void message_in(const uint8_t *p, size_t n, const struct net_rx *rx, bool by_relay)
{
	const struct clients *all = clients_of(net_host_world(rx->host));
	struct reader r = reader_on(p, n);
	struct dhcp6_client *c;
	struct dhcp6 m;

	if (!dhcp6_decode(&r, &m, NULL)) {
		dhcp6_discard(rx, r.fault.reason, "RFC 8415 16");
		return;
	}
	for (c = first_of(all, rx->host); c; c = next_of(all, c))
		if (c->xid == m.xid && comes_to(c, rx, by_relay))
			break;
	if (c)
		for_client(c, &m, rx);
	else
		dhcp6_discard(rx, "dhcp6-transaction", "RFC 8415 16");
}

static void on_answer(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)owner, (void)sport, (void)dport;
	if (!rx->ip6)
		return;
	dhcp6_record_rx(rx);
	message_in(rx->payload, rx->payload_len, rx, false);
}

/* [RFC 6276 3.1.3] */
static void on_relay_reply(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct dhcp6 m;

	(void)owner, (void)sport, (void)dport;
	if (!rx->ip6 || !rx->payload_len || rx->payload[0] != DHCP6_RELAY_REPL)
		return;			/* clients on our other links ask: not our business */
	dhcp6_record_rx(rx);
	if (!dhcp6_decode(&r, &m, NULL) || !(m.has & DHCP6_HAS_RELAY_MSG))
		dhcp6_discard(rx, r.fault.reason ? r.fault.reason : "dhcp6-no-relay-message", "RFC 8415 16.14");
	else
		message_in(m.relay_msg.o, m.relay_msg.len, rx, true);
}

/* ---- for owners -------------------------------------------------------------------------------------------------- */

void dhcp6_client_stop(struct net_host *h, moor_handle handle)
{
	struct dhcp6_client *c = dhcp6_client_get(h, handle);

	if (!c || !dhcp6_client_admits(c, D6_EV_STOP, false))
		return;
	dhcp6_client_go(c, DHCP6C_IDLE);
	dhcp6_client_free(c);
}

bool dhcp6_client_running(const struct net_host *h, moor_handle handle)
{
	return dhcp6_client_get(h, handle) != NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DHCPv4 client [RFC 2131 4.4]: how a UE gets its IPv4 care-of address, and a mobile node of PMIPv6 its home
 * address. States and timers of figure 5; INIT-REBOOT is for the latter alone, because a UE on a new link knows nothing
 * that is worth confirming.
 *
 * Implements 3.1 (discover, request), 4.1 (retransmission 4, 8, … 64 s, each plus or minus a second), 4.4.1, 4.4.4
 * (broadcast and unicast), 4.4.5 (renewing at T1, rebinding at T2, half the remaining time between tries, at least
 * 60 s), 4.4.2 (the known address, REBOOTING for two tries), 4.4.6 (release), DECLINE. Does not: INFORM, ARP probing of
 * its own (net's duplicate detection tells the owner).
 */
#include "proto/dhcp4_client.h"

#include <glib.h>

#include "wire/dhcp4.h"
#include "wire/ip.h"

#define MESSAGE_MAX 576u
#define MIN_RENEW (60 * MOOR_S)		/* [RFC 2131 4.4.5] */
#define AFTER_CONFLICT (10 * MOOR_S)	/* [RFC 2131 3.1 step 5] */
#define REBOOT_TRIES 2u			/* then a new address is better than none */
#define DEFAULT_LEASE 3600u		/* an ACK without lease time breaks RFC 2131 table 3; it is not taken for ever */

#define TO(s) (1u << DHCP4C_##s)
#define EV(e) FSM_BIT(EV_##e)

enum { EV_START, EV_STOP, EV_OFFER, EV_ACK, EV_NAK, EV_TIMER, EV_CONFLICT, EVENTS };

static const char *const event_names[EVENTS] = { "start", "stop", "offer", "ack", "nak", "timeout", "conflict" };

#define ALWAYS (EV(START) | EV(STOP))

static const struct fsm_state states[DHCP4C_STATES] = {
	[DHCP4C_STOPPED] = { "STOPPED", ALWAYS, TO(INIT), NULL, "RFC 2131 4.4" },
	[DHCP4C_INIT] = { "INIT", ALWAYS | EV(TIMER), TO(SELECTING) | TO(REBOOTING) | TO(STOPPED), NULL,
			  "RFC 2131 4.4.1" },
	[DHCP4C_SELECTING] = { "SELECTING", ALWAYS | EV(OFFER) | EV(TIMER), TO(REQUESTING) | TO(INIT) | TO(STOPPED),
			       "DHCP_FIRST_RETRANSMISSION", "RFC 2131 4.4.1" },
	[DHCP4C_REQUESTING] = { "REQUESTING", ALWAYS | EV(ACK) | EV(NAK) | EV(TIMER),
				TO(BOUND) | TO(INIT) | TO(STOPPED), "DHCP_FIRST_RETRANSMISSION", "RFC 2131 4.4.1" },
	[DHCP4C_BOUND] = { "BOUND", ALWAYS | EV(TIMER) | EV(CONFLICT), TO(RENEWING) | TO(INIT) | TO(STOPPED), NULL,
			   "RFC 2131 4.4.5" },
	[DHCP4C_RENEWING] = { "RENEWING", ALWAYS | EV(ACK) | EV(NAK) | EV(TIMER) | EV(CONFLICT),
			      TO(BOUND) | TO(REBINDING) | TO(INIT) | TO(STOPPED), NULL, "RFC 2131 4.4.5" },
	[DHCP4C_REBINDING] = { "REBINDING", ALWAYS | EV(ACK) | EV(NAK) | EV(TIMER) | EV(CONFLICT),
			       TO(BOUND) | TO(INIT) | TO(STOPPED), NULL, "RFC 2131 4.4.5" },
	[DHCP4C_REBOOTING] = { "REBOOTING", ALWAYS | EV(ACK) | EV(NAK) | EV(TIMER), TO(BOUND) | TO(INIT) | TO(STOPPED),
			       "DHCP_FIRST_RETRANSMISSION", "RFC 2131 4.4.2" },
};

const struct fsm dhcp4_client_fsm = {
	"dhcp4-client", "DHCPv4 client of one interface", states, event_names, DHCP4C_STATES, EVENTS,
};

const struct dhcp4_client_profile dhcp4_client_profile_default = { .jitter = 1 * MOOR_S, .request_tries = 4 };

static void due(struct moor_world *w, struct moor_timer *t);

static struct net_host *host(const struct dhcp4_client *c) { return net_iface_host(c->iface); }
static struct moor_world *world(const struct dhcp4_client *c) { return net_host_world(host(c)); }
static uint32_t node(const struct dhcp4_client *c) { return moor_node_id(net_host_node(host(c))); }

static uint32_t instance(const struct dhcp4_client *c)
{
	return moor_port_number(net_iface_port(c->iface));
}

static bool admits(struct dhcp4_client *c, uint8_t event, bool packet)
{
	return machine_admits(&c->machine, &dhcp4_client_fsm, world(c), node(c), instance(c), event, packet);
}

static void go(struct dhcp4_client *c, enum dhcp4_client_state to)
{
	machine_go(&c->machine, &dhcp4_client_fsm, world(c), node(c), instance(c), (uint8_t)to);
}

static int64_t timer_value(const struct dhcp4_client *c, enum timer_id id)
{
	return c->profile->timers ? c->profile->timers->v[id] : timer_rows[id].def;
}

/* A client draws rarely: the stream is made anew and moved on, which costs no memory between draws. */
static struct rng draw(struct dhcp4_client *c)
{
	struct rng r = moor_world_rng(world(c), net_host_node(host(c)), net_iface_name(c->iface));

	r.counter += 16u * ++c->draws;
	return r;
}

static void record(const struct dhcp4_client *c, uint8_t message, bool sent, struct ip4_addr a)
{
	struct moor_record r;

	if (!moor_record_wanted(world(c), REC_DHCP))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DHCP, node(c), instance(c), dhcp);
	r.u.dhcp.message = message;
	r.u.dhcp.sent = sent;
	r.u.dhcp.address = a;
	moor_record_emit(world(c), &r);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

static void fill(const struct dhcp4_client *c, struct dhcp4 *m, uint8_t type)
{
	static const uint8_t wanted[] = { DHCP4_O_MASK, DHCP4_O_ROUTER, DHCP4_O_DNS, DHCP4_O_T1, DHCP4_O_T2 };

	*m = (struct dhcp4){ .op = 1, .xid = c->xid, .chaddr = *moor_port_mac(net_iface_port(c->iface)), .type = type };
	m->secs = (uint16_t)((moor_world_now(world(c)) - c->started) / MOOR_S);
	m->has = DHCP4_HAS_TYPE | DHCP4_HAS_CLIENT_ID | DHCP4_HAS_PARAMS;
	m->client_id[0] = 1;		/* Ethernet [RFC 2132 9.14] */
	memcpy(m->client_id + 1, m->chaddr.o, 6);
	m->client_id_len = 7;
	memcpy(m->params, wanted, sizeof wanted);
	m->n_params = sizeof wanted;
	if (c->profile->lease && (type == DHCP4_DISCOVER || type == DHCP4_REQUEST)) {
		m->has |= DHCP4_HAS_LEASE;
		m->lease = c->profile->lease;
	}
}

static void transmit(const struct dhcp4_client *c, const struct dhcp4 *m, struct ip4_addr src, struct ip4_addr dst)
{
	struct net_send s = { .via = c->iface, .trace_class = CLASS_DHCP };
	uint8_t buffer[MESSAGE_MAX];
	size_t n = dhcp4_encode(m, buffer, sizeof buffer);

	s.src = ip6_mapped(src);
	s.dst = ip6_mapped(dst);
	g_assert(n > 0);
	record(c, m->type, true, m->has & DHCP4_HAS_REQUESTED ? m->requested : m->ciaddr);
	net_udp_send(host(c), moor_pkt_from(world(c), buffer, n), &s, PORT_DHCP4_CLIENT, PORT_DHCP4_SERVER);
}

static const struct ip4_addr nowhere = { { 0 } }, everywhere = { { 255, 255, 255, 255 } };

static void send_discover(struct dhcp4_client *c)
{
	struct dhcp4 m;

	fill(c, &m, DHCP4_DISCOVER);
	transmit(c, &m, nowhere, everywhere);
}

static void send_request(struct dhcp4_client *c)
{
	bool rebooting = c->machine.state == DHCP4C_REBOOTING;
	bool leased = c->machine.state != DHCP4C_REQUESTING && !rebooting, rebinding = c->machine.state == DHCP4C_REBINDING;
	struct dhcp4 m;

	fill(c, &m, DHCP4_REQUEST);
	if (leased) {
		m.ciaddr = c->address;
	} else {
		m.has |= DHCP4_HAS_REQUESTED | (rebooting ? 0 : DHCP4_HAS_SERVER_ID);	/* [RFC 2131 4.3.2] */
		m.requested = c->address;
		m.server_id = c->server;
	}
	c->lease_from = moor_world_now(world(c));
	transmit(c, &m, leased ? c->address : nowhere, leased && !rebinding ? c->server : everywhere);
}

static void send_about_address(struct dhcp4_client *c, uint8_t type)
{
	struct dhcp4 m;

	fill(c, &m, type);
	m.has &= ~(unsigned)DHCP4_HAS_PARAMS;
	m.has |= DHCP4_HAS_SERVER_ID;
	m.server_id = c->server;
	if (type == DHCP4_RELEASE) {
		m.ciaddr = c->address;
		transmit(c, &m, c->address, c->server);
		return;
	}
	m.has |= DHCP4_HAS_REQUESTED;
	m.requested = c->address;
	transmit(c, &m, nowhere, everywhere);
}

/* ---- timing ------------------------------------------------------------------------------------------------------ */

/* 4, 8, 16, 32, 64 s plus or minus a second [RFC 2131 4.1]. */
static void arm_retransmission(struct dhcp4_client *c)
{
	moor_time span = timer_value(c, T_DHCP_FIRST), max = timer_value(c, T_DHCP_MAX), jitter = c->profile->jitter;
	struct rng r = draw(c);

	for (unsigned i = 1; i < c->tries && span < max; i++)
		span *= 2;
	if (span > max)
		span = max;
	if (jitter > span)
		jitter = span / 2;
	if (c->tries < UINT8_MAX)
		c->tries++;
	moor_timer_in(world(c), &c->timer, span - jitter + rng_span(&r, 0, 2 * jitter), due);
}

static void arm_until(struct dhcp4_client *c, uint32_t seconds)
{
	moor_time at = moor_time_add(c->lease_from, seconds * MOOR_S), now = moor_world_now(world(c));

	moor_timer_at(world(c), &c->timer, at > now ? at : now, due);
}

/* Half of what is left until the next step, but not more often than once a minute [RFC 2131 4.4.5]. */
static void arm_renewal(struct dhcp4_client *c, moor_time base, uint32_t limit_s)
{
	moor_time now = moor_world_now(world(c)), left = moor_time_add(base, limit_s * MOOR_S) - now, wait = left / 2;

	if (wait < MIN_RENEW)
		wait = left;
	moor_timer_in(world(c), &c->timer, wait > 0 ? wait : 0, due);
}

/* ---- the address ------------------------------------------------------------------------------------------------- */

static uint8_t mask_len(struct ip4_addr mask)
{
	uint32_t m = ip4_u32(mask);
	uint8_t n = 0;

	for (; m & 0x80000000u; m <<= 1)
		n++;
	return n ? n : 32;
}

static void configure(struct dhcp4_client *c)
{
	struct ip6_addr a = ip6_mapped(c->address), zero4 = ip6_mapped(nowhere), router = ip6_mapped(c->router);
	struct ip6_prefix all = ip6_prefix_make(&zero4, 96);

	net_address_add(c->iface, &a, (uint8_t)(96 + mask_len(c->mask)));
	if (!ip4_is_zero(c->router))
		net_route_add(host(c), &all, &router, c->iface);
}

static void unconfigure(struct dhcp4_client *c)
{
	struct ip6_addr a = ip6_mapped(c->address), zero4 = ip6_mapped(nowhere);
	struct ip6_prefix all = ip6_prefix_make(&zero4, 96);

	if (!ip4_is_zero(c->router))
		net_route_remove_via(host(c), &all, c->iface);
	net_address_remove(c->iface, &a);
	c->address = nowhere;
}

static bool has_lease(const struct dhcp4_client *c)
{
	return c->machine.state >= DHCP4C_BOUND && c->machine.state != DHCP4C_REBOOTING;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void begin(struct dhcp4_client *c, moor_time wait)
{
	struct rng r = draw(c);

	c->xid = rng_u32(&r);
	c->tries = 0;
	c->address = nowhere;
	go(c, DHCP4C_INIT);
	moor_timer_in(world(c), &c->timer, wait, due);
}

/* The address of the last lease is still there [RFC 2131 4.4.2]; begin() would forget it. */
static void begin_again(struct dhcp4_client *c)
{
	struct rng r = draw(c);

	c->xid = rng_u32(&r);
	c->tries = 1;
	c->started = moor_world_now(world(c));
	go(c, DHCP4C_INIT);
	go(c, DHCP4C_REBOOTING);
	send_request(c);
	arm_retransmission(c);
}

static void lose(struct dhcp4_client *c, moor_time wait)
{
	unconfigure(c);
	begin(c, wait);
	c->ops->lost(c);
}

static void discover(struct dhcp4_client *c)
{
	if (c->machine.state == DHCP4C_INIT) {
		c->started = moor_world_now(world(c));
		go(c, DHCP4C_SELECTING);
	}
	send_discover(c);
	if (!c->tries)
		c->tries = 1;
	arm_retransmission(c);
}

static void request_again(struct dhcp4_client *c)
{
	if (c->tries > (c->machine.state == DHCP4C_REBOOTING ? REBOOT_TRIES : c->profile->request_tries)) {
		begin(c, 0);
		return;
	}
	send_request(c);
	arm_retransmission(c);
}

static void renew(struct dhcp4_client *c)
{
	moor_time now = moor_world_now(world(c)), base = c->lease_from;

	if (c->machine.state == DHCP4C_BOUND) {
		c->granted_from = c->lease_from;
		go(c, DHCP4C_RENEWING);
	}
	base = c->granted_from;
	if (now >= moor_time_add(base, c->lease_s * MOOR_S)) {
		lose(c, 0);		/* the lease is over [RFC 2131 4.4.5] */
		return;
	}
	if (c->machine.state == DHCP4C_RENEWING && now >= moor_time_add(base, c->t2_s * MOOR_S))
		go(c, DHCP4C_REBINDING);
	send_request(c);
	arm_renewal(c, base, c->machine.state == DHCP4C_RENEWING ? c->t2_s : c->lease_s);
}

static void due(struct moor_world *w, struct moor_timer *t)
{
	struct dhcp4_client *c = MOOR_CONTAINER(t, struct dhcp4_client, timer);

	(void)w;
	if (!admits(c, EV_TIMER, false))
		return;
	switch ((enum dhcp4_client_state)c->machine.state) {
	case DHCP4C_INIT: case DHCP4C_SELECTING: discover(c); break;
	case DHCP4C_REQUESTING: case DHCP4C_REBOOTING: request_again(c); break;
	case DHCP4C_BOUND: case DHCP4C_RENEWING: case DHCP4C_REBINDING: renew(c); break;
	case DHCP4C_STOPPED: case DHCP4C_STATES: break;
	}
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void on_offer(struct dhcp4_client *c, const struct dhcp4 *m)
{
	if (!admits(c, EV_OFFER, true) || !(m->has & DHCP4_HAS_SERVER_ID) || ip4_is_zero(m->yiaddr))
		return;
	c->address = m->yiaddr;
	c->server = m->server_id;
	c->tries = 1;
	go(c, DHCP4C_REQUESTING);
	if (c->ops->offered)
		c->ops->offered(c);
	if (c->machine.state != DHCP4C_REQUESTING)
		return;			/* the owner stopped us */
	send_request(c);
	arm_retransmission(c);
}

static void on_ack(struct dhcp4_client *c, const struct dhcp4 *m)
{
	bool renewed = has_lease(c);

	if (!admits(c, EV_ACK, true) || !ip4_eq(m->yiaddr, c->address))
		return;
	c->lease_s = m->has & DHCP4_HAS_LEASE ? m->lease : DEFAULT_LEASE;
	c->t1_s = m->has & DHCP4_HAS_T1 && m->t1 < c->lease_s ? m->t1 : c->lease_s / 2;
	c->t2_s = m->has & DHCP4_HAS_T2 && m->t2 >= c->t1_s && m->t2 < c->lease_s ? m->t2
		: (uint32_t)((uint64_t)c->lease_s * 7 / 8);
	if (m->has & DHCP4_HAS_SERVER_ID)
		c->server = m->server_id;
	go(c, DHCP4C_BOUND);
	if (c->lease_s == DHCP4_INFINITE)
		moor_timer_cancel(world(c), &c->timer);
	else
		arm_until(c, c->t1_s);
	if (!renewed) {
		c->mask = m->has & DHCP4_HAS_MASK ? m->mask : everywhere;
		c->router = m->has & DHCP4_HAS_ROUTER && m->n_routers ? m->routers[0] : nowhere;
		configure(c);
	}
	c->ops->bound(c, renewed);
}

static void on_nak(struct dhcp4_client *c)
{
	if (!admits(c, EV_NAK, true))
		return;
	if (has_lease(c))
		lose(c, 0);
	else
		begin(c, 0);
}

void dhcp4_client_input(struct dhcp4_client *c, const struct net_rx *rx)
{
	struct reader r = reader_on(rx->payload, rx->payload_len);
	struct dhcp4 m;

	if (c->machine.state == DHCP4C_STOPPED || !dhcp4_decode(&r, &m, NULL) || m.op != 2 || m.xid != c->xid ||
	    !(m.has & DHCP4_HAS_TYPE) || !mac_eq(&m.chaddr, moor_port_mac(net_iface_port(c->iface))))
		return;
	record(c, m.type, false, m.yiaddr);
	switch ((enum dhcp4_type)m.type) {
	case DHCP4_OFFER: on_offer(c, &m); break;
	case DHCP4_ACK: on_ack(c, &m); break;
	case DHCP4_NAK: on_nak(c); break;
	case DHCP4_DISCOVER: case DHCP4_REQUEST: case DHCP4_DECLINE: case DHCP4_RELEASE: case DHCP4_INFORM: break;
	}
}

/* ---- the owner's calls ------------------------------------------------------------------------------------------- */

void dhcp4_client_init(struct dhcp4_client *c, struct net_iface *i, const struct dhcp4_client_profile *p,
		       const struct dhcp4_client_ops *ops)
{
	*c = (struct dhcp4_client){ .iface = i, .profile = p, .ops = ops };
	machine_init(&c->machine, &dhcp4_client_fsm, DHCP4C_STOPPED);
}

void dhcp4_client_start(struct dhcp4_client *c)
{
	struct rng r;

	dhcp4_client_stop(c);
	admits(c, EV_START, false);
	if (c->profile->reboot && !ip4_is_zero(c->address)) {
		begin_again(c);
		return;
	}
	r = draw(c);
	begin(c, c->profile->start_delay_max ? rng_span(&r, 0, c->profile->start_delay_max) : 0);
}

void dhcp4_client_stop(struct dhcp4_client *c)
{
	struct ip4_addr last = has_lease(c) || c->machine.state == DHCP4C_REBOOTING ? c->address : nowhere;

	if (c->machine.state == DHCP4C_STOPPED)
		return;
	admits(c, EV_STOP, false);
	moor_timer_cancel(world(c), &c->timer);
	if (has_lease(c))
		unconfigure(c);
	c->address = c->profile->reboot ? last : nowhere;
	go(c, DHCP4C_STOPPED);
}

void dhcp4_client_release(struct dhcp4_client *c)
{
	if (has_lease(c))
		send_about_address(c, DHCP4_RELEASE);
	dhcp4_client_stop(c);
	c->address = nowhere;
}

void dhcp4_client_conflict(struct dhcp4_client *c)
{
	if (!has_lease(c))
		return;
	admits(c, EV_CONFLICT, false);
	send_about_address(c, DHCP4_DECLINE);
	lose(c, AFTER_CONFLICT);
}

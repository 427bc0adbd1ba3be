/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 with state: the requesting router that is given prefixes, and the host that is given an address. A mobile
 * router runs it with its home agent [RFC 6276, 24.303 5.1.1].
 *
 * Implements RFC 8415 18.2.1, 18.2.2, 18.2.4, 18.2.5, 18.2.7, 18.2.9, 18.2.10 for one identity association of one kind
 * per client, Rapid Commit, and RFC 6276 3.1 to 3.4. Does not: Confirm, Decline (delegated prefixes need none), several
 * identity associations in one message. [R24303-5.1.1-09]
 */
#include "proto/dhcp6_client_priv.h"

#include <glib.h>

#define T1_LEAST 5u			/* seconds */

/* ---- lifetimes --------------------------------------------------------------------------------------------------- */

static moor_time after(const struct dhcp6_client *c, uint32_t seconds)
{
	return seconds == DHCP6_INFINITE ? MOOR_NEVER : moor_time_add(c->from, (moor_time)seconds * MOOR_S);
}

static uint32_t longest_valid(const struct dhcp6_client *c)
{
	uint32_t longest = 0;

	for (unsigned i = 0; i < c->n; i++)
		if (c->lease[i].valid > longest)
			longest = c->lease[i].valid;
	return longest;
}

static uint32_t share(uint32_t seconds, unsigned tenths)
{
	return seconds == DHCP6_INFINITE ? DHCP6_INFINITE : (uint32_t)((uint64_t)seconds * tenths / 10);
}

/*
 * [RFC 8415 21.21] 0.5 and 0.8 of the shortest preferred lifetime where the server leaves it to us; never at once, or
 * lifetimes of 0 and 1 would have us renew as fast as packets go [RFC 8415 14.2]
 */
static void choose_times(struct dhcp6_client *c, const struct dhcp6_ia *ia)
{
	uint32_t shortest = DHCP6_INFINITE;

	for (unsigned i = 0; i < c->n; i++)
		if (c->lease[i].preferred < shortest)
			shortest = c->lease[i].preferred;
	c->t1 = ia->t1 ? ia->t1 : share(shortest, 5);
	c->t2 = ia->t2 ? ia->t2 : share(shortest, 8);
	if (c->t1 < T1_LEAST)
		c->t1 = T1_LEAST;
	if (c->t2 < c->t1)
		c->t2 = c->t1;
}

/* ---- messages out ------------------------------------------------------------------------------------------------ */

/* What each message says about the association: hints, what was offered, what is held. */
static void put_ia(const struct dhcp6_client *c, struct dhcp6 *m)
{
	struct dhcp6_ia *ia = &m->ia[m->n_ia++];

	*ia = (struct dhcp6_ia){ .pd = c->pd, .iaid = c->iaid, .n = c->n };
	memcpy(ia->lease, c->lease, c->n * sizeof c->lease[0]);
	for (unsigned i = 0; i < ia->n; i++) {
		ia->lease[i].preferred = ia->lease[i].valid = 0;
		ia->lease[i].has_status = false;
	}
	if (!c->n && c->pd && c->hint)
		ia->lease[ia->n++] = (struct dhcp6_lease){ .prefix.len = c->hint };
}

static void put_wishes(struct dhcp6 *m)
{
	m->has |= DHCP6_HAS_ORO;
	m->oro[m->n_oro++] = DHCP6_O_DNS;
	m->oro[m->n_oro++] = DHCP6_O_SOL_MAX_RT;
}

static void tell(struct dhcp6_client *c, uint8_t type)
{
	struct dhcp6 m;

	dhcp6_client_fill(c, &m, type);
	if (type == DHCP6_REQUEST || type == DHCP6_RENEW || type == DHCP6_RELEASE) {
		m.has |= DHCP6_HAS_SERVER_ID;
		m.server_id = c->server;
	}
	if (type == DHCP6_SOLICIT && c->rapid)
		m.has |= DHCP6_HAS_RAPID_COMMIT;
	put_ia(c, &m);
	if (type != DHCP6_RELEASE)
		put_wishes(&m);
	dhcp6_client_send(c, &m);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void lose(struct dhcp6_client *c, enum dhcp6_failure why)
{
	const struct dhcp6_lease_ops *ops = c->lease_ops;
	void *owner = c->owner;

	dhcp6_client_go(c, DHCP6C_IDLE);
	dhcp6_client_free(c);
	ops->lost(owner, why);
}

static void request(struct dhcp6_client *c)
{
	dhcp6_client_exchange(c, DHCP6C_REQUESTING, 0);
}

static void solicit_due(struct dhcp6_client *c)
{
	moor_time max = c->max_rt ? c->max_rt : d6_timer(c, T_D6_SOL_MAX);

	if (c->waiting) {
		request(c);		/* the best of those that advertised in time [RFC 8415 18.2.9] */
		return;
	}
	if (c->limit && c->tries >= c->limit) {
		lose(c, c->refused ? DHCP6_NOTHING : DHCP6_SILENCE);
		return;
	}
	c->from = moor_world_now(d6_world(c));
	tell(c, DHCP6_SOLICIT);
	dhcp6_client_wait(c, T_D6_SOL, max, MOOR_NEVER);
}

/* [RFC 8415 18.2.2] another server is looked for after REQ_MAX_RC tries; a lease that its server disowned is over */
static void request_due(struct dhcp6_client *c)
{
	if (c->tries >= d6_timer(c, T_D6_REQ_TRIES)) {
		if (c->held) {
			lose(c, DHCP6_GONE);
			return;
		}
		c->n = 0;
		dhcp6_client_exchange(c, DHCP6C_SOLICITING, 0);
		return;
	}
	c->from = moor_world_now(d6_world(c));
	tell(c, DHCP6_REQUEST);
	dhcp6_client_wait(c, T_D6_REQ, d6_timer(c, T_D6_REQ_MAX), MOOR_NEVER);
}

/*
 * While renewing `from` stays that of the lease that is held; `began` (the time of the exchange's first message) is
 * what a Reply counts from.
 */
static void renew_due(struct dhcp6_client *c)
{
	moor_time now = moor_world_now(d6_world(c)), t2 = after(c, c->t2), end = after(c, longest_valid(c));

	if (now >= end) {
		lose(c, DHCP6_GONE);
		return;
	}
	if (c->machine.state == DHCP6C_RENEWING && now >= t2) {
		dhcp6_client_exchange(c, DHCP6C_REBINDING, 0);
		return;
	}
	tell(c, c->machine.state == DHCP6C_RENEWING ? DHCP6_RENEW : DHCP6_REBIND);
	if (c->machine.state == DHCP6C_RENEWING)
		dhcp6_client_wait(c, T_D6_REN, d6_timer(c, T_D6_REN_MAX), t2 < end ? t2 : end);
	else
		dhcp6_client_wait(c, T_D6_REB, d6_timer(c, T_D6_REB_MAX), end);
}

static void release_due(struct dhcp6_client *c)
{
	if (c->tries >= d6_timer(c, T_D6_REL_TRIES)) {
		lose(c, DHCP6_GONE);
		return;
	}
	tell(c, DHCP6_RELEASE);
	dhcp6_client_wait(c, T_D6_REL, 0, MOOR_NEVER);
}

void dhcp6_lease_due(struct dhcp6_client *c)
{
	switch ((enum dhcp6_client_state)c->machine.state) {
	case DHCP6C_SOLICITING: solicit_due(c); break;
	case DHCP6C_REQUESTING: request_due(c); break;
	case DHCP6C_BOUND: dhcp6_client_exchange(c, DHCP6C_RENEWING, 0); break;
	case DHCP6C_RENEWING: case DHCP6C_REBINDING: renew_due(c); break;
	case DHCP6C_RELEASING: release_due(c); break;
	case DHCP6C_IDLE: case DHCP6C_INFORMING: case DHCP6C_STATES: break;
	}
}

/* ---- messages in ------------------------------------------------------------------------------------------------- */

/* Ours, with times that make sense [RFC 8415 21.21]. NULL: none. */
static const struct dhcp6_ia *own_ia(const struct dhcp6_client *c, const struct dhcp6 *m)
{
	for (unsigned i = 0; i < m->n_ia; i++) {
		const struct dhcp6_ia *ia = &m->ia[i];

		if (ia->pd == c->pd && ia->iaid == c->iaid && !(ia->t1 && ia->t2 && ia->t1 > ia->t2))
			return ia;
	}
	return NULL;
}

/* [RFC 8415 21.22] lifetimes that contradict each other, and prefixes of no use, are passed over */
static bool usable(const struct dhcp6_client *c, const struct dhcp6_lease *l)
{
	if (!l->valid || l->preferred > l->valid || (l->has_status && l->status != DHCP6_S_SUCCESS))
		return false;
	return dhcp6_usable6(&l->prefix.addr) && (!c->pd || (l->prefix.len && l->prefix.len <= 64));
}

static unsigned count_usable(const struct dhcp6_client *c, const struct dhcp6_ia *ia)
{
	unsigned n = 0;

	for (unsigned i = 0; ia && i < ia->n; i++)
		n += usable(c, &ia->lease[i]);
	return n;
}

static void keep(struct dhcp6_client *c, const struct dhcp6_ia *ia)
{
	c->n = 0;
	for (unsigned i = 0; i < ia->n; i++)
		if (usable(c, &ia->lease[i]))
			c->lease[c->n++] = ia->lease[i];
}

static void bind(struct dhcp6_client *c, const struct dhcp6 *m, const struct dhcp6_ia *ia)
{
	keep(c, ia);
	c->server = m->server_id;
	c->held = true;
	if (c->machine.state == DHCP6C_RENEWING || c->machine.state == DHCP6C_REBINDING)
		c->from = c->began;
	choose_times(c, ia);
	dhcp6_client_go(c, DHCP6C_BOUND);
	dhcp6_client_at(c, after(c, c->t1 < longest_valid(c) ? c->t1 : longest_valid(c)));
	c->lease_ops->bound(c->owner, c->lease, c->n);
}

/*
 * [RFC 8415 18.2.9] the best preference within the first RT, at once when it is 255, when time is up, or when only one
 * server can be there. [RFC 6276 3.3] a home agent that has nothing to delegate is no delegating router.
 */
static void on_advertise(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx)
{
	const struct dhcp6_ia *ia = own_ia(c, m);
	uint8_t preference = m->has & DHCP6_HAS_PREFERENCE ? m->preference : 0;

	if (m->has & DHCP6_HAS_SOL_MAX_RT && m->sol_max_rt >= 60 && m->sol_max_rt <= 86400)
		c->max_rt = (moor_time)m->sol_max_rt * MOOR_S;
	if (!count_usable(c, ia)) {
		dhcp6_discard(rx, "dhcp6-nothing-offered", "RFC 8415 18.2.9");
		c->refused = true;
		if (!c->way.link)
			lose(c, DHCP6_NOTHING);
		return;
	}
	if (!c->waiting || preference > c->preference) {
		keep(c, ia);
		c->server = m->server_id;
		c->preference = preference;
		c->waiting = true;
	}
	if (preference == 255 || !c->way.link || c->tries > 1)
		request(c);
}

/* The server does not do what was asked [RFC 8415 18.2.10]. False: it did. */
static bool refused(struct dhcp6_client *c, const struct dhcp6 *m, const struct dhcp6_ia *ia, const struct net_rx *rx)
{
	uint16_t status = m->has & DHCP6_HAS_STATUS && m->status ? m->status : ia && ia->has_status ? ia->status : 0;
	bool held = c->machine.state == DHCP6C_RENEWING || c->machine.state == DHCP6C_REBINDING;

	if (!status && count_usable(c, ia))
		return false;
	dhcp6_discard(rx, status ? "dhcp6-status" : "dhcp6-nothing-offered", "RFC 8415 18.2.10");
	if (status == DHCP6_S_UNSPEC_FAIL)
		return true;		/* later again [RFC 8415 18.2.10] */
	if (held && status == DHCP6_S_NO_BINDING) {
		c->server = m->server_id;
		request(c);		/* [RFC 8415 18.2.10.1] */
	} else if (held && ia && !status) {
		lose(c, DHCP6_GONE);	/* taken back: lifetimes of 0 */
	} else if (!held && (status == DHCP6_S_NO_PREFIX || status == DHCP6_S_NO_ADDRS || c->limit)) {
		lose(c, DHCP6_NOTHING);
	}
	return true;
}

static void on_reply(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx)
{
	const struct dhcp6_ia *ia = own_ia(c, m);

	if (c->machine.state == DHCP6C_SOLICITING && !(c->rapid && m->has & DHCP6_HAS_RAPID_COMMIT)) {
		dhcp6_discard(rx, "dhcp6-no-rapid-commit", "RFC 8415 18.2.10");
		return;
	}
	if (c->machine.state == DHCP6C_RELEASING) {
		lose(c, DHCP6_GONE);
		return;
	}
	if (!refused(c, m, ia, rx))
		bind(c, m, ia);
}

void dhcp6_lease_input(struct dhcp6_client *c, const struct dhcp6 *m, const struct net_rx *rx)
{
	if (m->type == DHCP6_ADVERTISE)
		on_advertise(c, m, rx);
	else
		on_reply(c, m, rx);
}

/* ---- for owners -------------------------------------------------------------------------------------------------- */

moor_handle dhcp6_lease_start(struct net_host *h, const struct dhcp6_lease_ask *a, const struct dhcp6_lease_ops *ops,
			      void *owner)
{
	struct dhcp6_client *c = dhcp6_client_new(h, &a->way, a->timers, owner);

	c->lease_ops = ops;
	c->pd = a->pd;
	c->iaid = a->iaid;
	c->hint = a->prefix_len;
	c->rapid = a->rapid;
	c->limit = a->solicits;
	dhcp6_client_admits(c, D6_EV_ASK, false);
	dhcp6_client_exchange(c, DHCP6C_SOLICITING, a->way.link ? d6_timer(c, T_D6_SOL_DELAY) : 0);
	return c->self;
}

void dhcp6_lease_way(struct net_host *h, moor_handle handle, const struct dhcp6_way *way)
{
	struct dhcp6_client *c = dhcp6_client_get(h, handle);

	if (!c)
		return;
	dhcp6_client_reroute(c, way);
	if (c->machine.state != DHCP6C_BOUND)
		dhcp6_client_exchange(c, (enum dhcp6_client_state)c->machine.state, 0);
}

void dhcp6_lease_release(struct net_host *h, moor_handle handle)
{
	struct dhcp6_client *c = dhcp6_client_get(h, handle);

	if (!c || c->machine.state == DHCP6C_RELEASING || !dhcp6_client_admits(c, D6_EV_RELEASE, false))
		return;
	if (c->machine.state == DHCP6C_SOLICITING || c->machine.state == DHCP6C_REQUESTING)
		lose(c, DHCP6_GONE);
	else
		dhcp6_client_exchange(c, DHCP6C_RELEASING, 0);
}

void dhcp6_lease_rebind(struct net_host *h, moor_handle handle)
{
	struct dhcp6_client *c = dhcp6_client_get(h, handle);

	if (!c || c->machine.state < DHCP6C_BOUND || c->machine.state > DHCP6C_REBINDING ||
	    !dhcp6_client_admits(c, D6_EV_REBIND, false))
		return;
	dhcp6_client_exchange(c, DHCP6C_REBINDING, 0);
}

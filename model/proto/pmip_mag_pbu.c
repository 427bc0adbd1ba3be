/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Proxy Binding Updates
 *
 * First registration, extension, de-registration [RFC 5213 6.9.1.1, 6.9.1.3 to 6.9.1.5; 6.9.4; RFC 5844 3.2.2; RFC 5845
 * 3.1; RFC 5149; 29.275]. Sent again after INITIAL_BINDACK_TIMEOUT, doubled up to MAX_BINDACK_TIMEOUT, each time with a
 * fresh timestamp and only while the mobile node is there [RFC 5213 6.9.4]. Extended before the lifetime is over
 * [R5213d-6.9-10], and only when the mobile node is known to be there [R5213d-6.13-01] [R5213d-6.13-02].
 */
#include "proto/pmip_mag_dhcp.h"

#include <string.h>

#include "world/clock.h"

#define STAMP_TICKS 64u			/* a millisecond: more sessions than a mobile node has */

/* ---- the message ------------------------------------------------------------------------------------------------- */

/* [R5213d-6.9-02] [R5213d-6.9-04] [R5213d-6.9-16] all that are assigned, one that is wanted, or "any" */
static void put_hnps(const struct pmip_bule *b, struct mh_msg *m, bool any)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);
	struct mh_opt *o;

	if (r && (r->no_ip6 || r->release4))	/* [RFC 5844 3.2.3.1, 3.2.3.3] */
		return;
	if (b->host || (b->m->c.shared_prefix && (any || !b->n_hnp))) {
		pmip_mag_shared_put(b, m, any);
		return;
	}
	if (any || !b->n_hnp) {
		mh_add(m, MH_OPT_HNP);
		return;
	}
	for (unsigned k = 0; k < b->n_hnp; k++) {
		o = mh_add(m, MH_OPT_HNP);
		o->prefix.addr = ip6_from64(b->hnp[k], 0);
		o->prefix.len = 64;
	}
}

/* [R5213d-6.9-17] ALL_ZERO asks the LMA; an extension names what was agreed */
static void put_link_local(const struct pmip_bule *b, struct mh_msg *m)
{
	struct ip6_addr ours;

	if (pmip_mag_nd_option(b, &ours))
		mh_add(m, MH_OPT_LINK_LOCAL)->ip6 = ours;
}

static void put_rest(struct pmip_bule *b, struct mh_msg *m, bool dereg)
{
	const struct pmip_mag *g = b->m;
	struct mh_opt *o;

	if (g->c.gre && !dereg) {		/* [R29275-6.1-06]; not in a de-registration [RFC 5845 3.1.3] */
		if (!b->key_down)		/* status 163 taught it meanwhile that one is needed */
			b->key_down = gre_key_of(&b->m->keys, b->self);
		o = mh_add(m, MH_OPT_GRE_KEY);
		o->gre.has_key = true;
		o->gre.key = b->key_down;
	}
	if (b->apn) {
		o = mh_add(m, MH_OPT_SERVICE_SELECTION);
		o->octets = (struct mh_octets){ (const uint8_t *)b->apn, (uint8_t)strlen(b->apn) };
	}
	pmip_mag_put_ip4(b, m, dereg);
}

static enum mh_procedure procedure(const struct pmip_bule *b, bool dereg)
{
	if (dereg)
		return MH_PROC_DETACH;
	if (b->handoff == MH_HI_UNCHANGED)
		return MH_PROC_REREGISTRATION;
	return b->handoff == MH_HI_NEW_INTERFACE ? MH_PROC_INITIAL : MH_PROC_HANDOVER;
}

/*
 * Each PBU about a mobile node is later than the one before, also when two of its sessions begin within one tick of
 * the option: the LMA compares them per mobile node [RFC 5213 5.5]. A clock that was set back says so.
 */
static struct mh_stamp next_stamp(struct pmip_mn *n, struct mh_stamp now)
{
	if (now.v <= n->stamp.v && n->stamp.v - now.v < STAMP_TICKS)
		now.v = n->stamp.v + 1;
	n->stamp = now;
	return now;
}

/*
 * The next number of a session without timestamps. An answer names the mobile node and the number, not the PDN
 * connection: a number is used once for all that a mobile node has, also when an answer comes late.
 */
static uint16_t next_number(const struct pmip_bule *b)
{
	const struct pmip_mag *m = b->m;
	struct imsi i = mn_of(b)->imsi;
	uint16_t seq = b->seq;
	uint32_t at;

	for (const struct pmip_mn *n = pmip_mag_first(m, i, &at); n; n = pmip_mag_next(m, i, &at))
		for (const struct pmip_bule *o = bule_at(m, n->first); o; o = bule_at(m, o->next))
			if (dsmip_seq_newer(o->seq, seq))
				seq = o->seq;
	return (uint16_t)(seq + 1);
}

/* [R5213d-6.9-13] to [R5213d-6.9-15] [R5213d-6.9-18] [R5213d-6.9-19] [R5213d-8.1-01] */
static void send(struct pmip_bule *b, bool dereg)
{
	struct pmip_mag *g = b->m;
	const struct pmip_mn *n = mn_of(b);
	struct pmip_tx tx = {
		.local = pmip_mag_coa(b), .remote = b->lma, .transport = (enum pmip_transport)b->transport,
		.profile = g->c.profile, .context = { .procedure = procedure(b, dereg) }, .proxy_coa = pmip_mag_coa(b),
		.instance = bule_index(b), .attempt = ++b->attempt,
	};
	bool fresh = b->machine.state == PMIP_BULE_PBU_SENT;
	uint8_t room[EAP_NAI_MAX];
	struct pmip_values values;
	struct mh_msg m;

	mh_start(&m, MH_BU);
	b->seq = g->c.timestamps ? ++g->seq : next_number(b);
	m.bu.seq = b->seq;
	m.bu.flags = MH_BU_A | MH_BU_P;
	if (b->machine.state != PMIP_BULE_ACTIVE)
		b->tlv_asked = pmip_tlv_asks(tx.transport, g->c.profile, g->c.gre, g->c.tlv_header);
	if (b->tlv_asked && !dereg)
		m.bu.flags |= MH_BU_T;
	m.bu.life = dereg ? (moor_life4){ 0 } : moor_life4_from(g->c.lifetime);
	pmip_add_name(g->c.names, &m, n->imsi, room);
	put_hnps(b, &m, fresh && (b->any || !((g->c.known_prefix || b->host) && b->n_hnp)));
	if (!mag_draft(g)) {
		mh_add(&m, MH_OPT_HANDOFF)->handoff = b->handoff;
		mh_add(&m, MH_OPT_ATT)->att = g->access[n->access].att;
	}
	if (g->c.timestamps) {			/* [R5213d-5.4-01] [R5213d-5.4-02] [R5213d-6.9-03] */
		b->stamp = next_stamp(mn_of(b), pmip_now(g->h));
		mh_add(&m, MH_OPT_TIMESTAMP)->stamp = b->stamp;
	}
	if (!mag_draft(g))
		mh_add(&m, MH_OPT_MN_LL_ID)->lla.addr = (struct mh_octets){ n->mac.o, sizeof n->mac.o };
	put_link_local(b, &m);
	put_rest(b, &m, dereg);
	pmip_mag_put3gpp(b, &m, &values, dereg);
	tx.hnp = bule_address(b);
	b->waiting = true;
	g->asked[b->seq % MAG_ASKED] = b->self;
	pmip_send(g->h, &m, &tx);
}

/* ---- series ------------------------------------------------------------------------------------------------------ */

static void on_timer(struct moor_world *w, struct moor_timer *t);

/* The draft's first registration: RFC 3775 11.8. RFC 5213 6.9.4 has one time for all. */
static moor_time backoff(const struct pmip_bule *b)
{
	bool first = mag_draft(b->m) && b->machine.state == PMIP_BULE_PBU_SENT;
	moor_time wait = mag_timer(b->m, first ? T_BINDACK_FIRST : T_BINDACK), most = mag_timer(b->m, T_BINDACK_MAX);

	for (unsigned k = 1; k < b->attempt && wait < most; k++)
		wait *= 2;
	return wait < most ? wait : most;
}

/* Without an SA a PBU waits for one; a de-registration not for long. */
static void shoot(struct pmip_bule *b)
{
	bool dereg = b->machine.state == PMIP_BULE_DEREG, may = !b->m->sec || pmip_mag_sec_may(b);

	if (may)
		send(b, dereg || pmip_bule_releases4(b));
	if (may || dereg)
		moor_timer_in(mag_world(b->m), &b->timer, backoff(b), on_timer);
	else if (b->machine.state == PMIP_BULE_ACTIVE)	/* it does not outlast its lifetime, whether one comes or not */
		moor_timer_at(mag_world(b->m), &b->timer, b->expires, on_timer);
	else
		moor_timer_cancel(mag_world(b->m), &b->timer);
}

/*
 * What the MAG knows about where it comes from [RFC 5213 6.9.1.1 point 5]. An interface is an access technology and a
 * link-layer identifier: an anchor finds no session by one that has changed its technology, unless it is told that two
 * take turns [RFC 5213 5.4.1.2].
 */
static uint8_t handoff(struct pmip_bule *b, bool *known, struct pmip_context *c)
{
	struct pmip_mag *g = b->m;
	const struct pmip_mn *n = mn_of(b);
	struct ip6_addr us = pmip_mag_coa(b);

	*known = pmip_domain_ask(g->c.domain, n->imsi, b->apn, pmip_mag_pdn_id(b), &b->context, c);
	if (!g->c.domain || g->c.knowledge == PMIP_KNOWS_NOTHING)
		return MH_HI_UNKNOWN;
	if (!*known || (mac_eq(&c->mac, &n->mac) && ip6_eq(&c->mag, &us) && c->att == g->access[n->access].att))
		return MH_HI_NEW_INTERFACE;
	if (mac_eq(&c->mac, &n->mac))
		return c->att == g->access[n->access].att ? MH_HI_BETWEEN_MAGS : MH_HI_BETWEEN_INTERFACES;
	return g->c.knowledge == PMIP_KNOWS_MOVES ? MH_HI_BETWEEN_INTERFACES : MH_HI_NEW_INTERFACE;
}

/* [R29275-5.2-03] [R29275-5.2-04] [R5213d-5.4-03] */
static void use_context(struct pmip_bule *b, const struct pmip_context *c)
{
	struct pmip_mag *g = b->m;

	if (!g->c.timestamps)
		b->seq = c->seq;
	if (c->host && !b->n_hnp && !pmip_mag_shared_known(b, ip6_from64(c->hnp, c->host)))
		return;
	if (g->c.known_prefix && c->hnp && !b->n_hnp)
		pmip_mag_set_hnps(b, &c->hnp, 1);
	if (!g->c.early_uplink || !c->key_up || !c->hnp)
		return;
	if (!b->n_hnp)
		pmip_mag_set_hnps(b, &c->hnp, 1);
	b->key_up = c->key_up;
	b->tlv = c->tlv && pmip_is_udp((enum pmip_transport)b->transport);
	b->early = true;
	if (ip6_is_zero(&b->lma))
		b->lma = c->lma;
}

/* [R29275-5.2-04] not even the policy store's answer is waited for: who gave the key on had asked it */
void pmip_mag_early(struct pmip_bule *b)
{
	struct pmip_context c;
	bool known;
	uint8_t h = handoff(b, &known, &c);

	if (b->m->c.early_uplink && known && h != MH_HI_NEW_INTERFACE)
		use_context(b, &c);
}

/* What a release of the IPv4 home address left undone goes with the session, or is asked for again. */
static void forget_release(struct pmip_bule *b)
{
	if (pmip_bule_releases4(b))
		pmip_bule_rare(b)->release4 = false;
}

void pmip_mag_register(struct pmip_bule *b, enum pmip_bule_event ev)
{
	struct pmip_context c;
	bool known;

	b->handoff = handoff(b, &known, &c);
	if (known && b->handoff != MH_HI_NEW_INTERFACE)
		use_context(b, &c);
	b->attempt = 0;
	b->tries = 0;
	b->stuck = b->withdrawn = false;
	forget_release(b);
	pmip_mag_state(b, ev, PMIP_BULE_PBU_SENT);
	shoot(b);
}

void pmip_mag_extend(struct pmip_bule *b)
{
	b->handoff = MH_HI_UNCHANGED;
	b->attempt = 0;
	forget_release(b);
	pmip_mag_state(b, PMIP_BULE_EV_REFRESH, PMIP_BULE_ACTIVE);
	shoot(b);
}

void pmip_mag_again(struct pmip_bule *b)
{
	shoot(b);
}

void pmip_mag_resume(struct pmip_bule *b)
{
	b->attempt = 0;
	b->tries = 0;
	shoot(b);
}

/* [RFC 5213 6.9.1.2 point 6] "until an administrative action is taken"; what it has still ends with its lifetime */
void pmip_mag_stop(struct pmip_bule *b)
{
	b->waiting = false;
	b->stuck = true;
	if (b->machine.state == PMIP_BULE_ACTIVE)
		moor_timer_at(mag_world(b->m), &b->timer, b->expires, on_timer);
	else
		moor_timer_cancel(mag_world(b->m), &b->timer);
}

/*
 * [RFC 5213 6.9.1.2 point 10] another PBU has a later time; where that was not enough a clock was set back, and time
 * itself has to make up for it.
 */
void pmip_mag_later(struct pmip_bule *b, bool wait)
{
	if (!wait) {
		shoot(b);
		return;
	}
	b->waiting = true;
	moor_timer_in(mag_world(b->m), &b->timer, backoff(b), on_timer);
}

static void clock_is_right(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bule *b = MOOR_CONTAINER(t, struct pmip_bule, timer);
	struct moor_node *n = net_host_node(b->m->h);

	(void)w;
	moor_clock_step(n, -moor_clock_error(n));
	b->attempt = 0;
	if (b->machine.state != PMIP_BULE_AUTH)		/* it is back: there will be another PBU */
		shoot(b);
}

/* [RFC 5213 6.9.1.2 point 9] [R5213d-5.4-07] from the common source, not from the LMA */
void pmip_mag_sync(struct pmip_bule *b)
{
	moor_timer_in(mag_world(b->m), &b->timer, b->m->c.clock_sync, clock_is_right);
}

static void once_more(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bule *b = MOOR_CONTAINER(t, struct pmip_bule, timer);

	(void)w;
	if (b->machine.state == PMIP_BULE_DEREG)
		shoot(b);
}

/*
 * [RFC 5213 6.9.1.2 points 9 and 10] hold for a de-registration too: without it the session stands until its lifetime
 * is over, and keeps its prefix from where the mobile node is.
 */
bool pmip_mag_leave_again(struct pmip_bule *b, uint8_t status)
{
	bool wrong = status == MH_BA_TIMESTAMP_MISMATCH && b->m->c.clock_sync;

	if (!(wrong || status == MH_BA_TIMESTAMP_LOWER) || b->tries++ >= MAG_RETRIES)
		return false;
	if (wrong)
		pmip_mag_sync(b);
	else
		moor_timer_in(mag_world(b->m), &b->timer, b->tries > 1 ? backoff(b) : 0, once_more);
	return true;
}

/* [RFC 5213 6.9.1.4] */
void pmip_mag_leave(struct pmip_bule *b, enum pmip_bule_event ev)
{
	pmip_mag_withdraw(b);
	b->handoff = MH_HI_UNKNOWN;
	b->attempt = 0;
	b->tries = 0;
	forget_release(b);
	pmip_mag_state(b, ev, PMIP_BULE_DEREG);
	shoot(b);
}

/* [R5213d-6.9-12] */
void pmip_mag_gone(struct pmip_bule *b, enum pmip_bule_event ev, enum rec_binding what)
{
	pmip_mag_record(b, what, 0);
	pmip_mag_state(b, ev, PMIP_BULE_DETACHED);
	pmip_mag_delete(b);
}

void pmip_mag_plan_refresh(struct pmip_bule *b)
{
	moor_time life = moor_life4_span((moor_life4){ b->lifetime });
	unsigned percent = b->m->c.refresh_percent;

	b->attempt = 0;
	b->waiting = false;
	b->expires = moor_world_now(mag_world(b->m)) + life;
	moor_timer_in(mag_world(b->m), &b->timer, percent ? life / 100 * percent : life, on_timer);
}

/* [RFC 5844 3.2.3.3, 3.4.3] the mobile node gave it back; a session that has nothing else ends */
void pmip_mag_release4(struct pmip_bule *b)
{
	if (!b->n_hnp) {
		pmip_mag_leave(b, PMIP_BULE_EV_DETACH);
		return;
	}
	pmip_bule_rare_new(b)->release4 = true;
	b->handoff = MH_HI_UNKNOWN;
	b->attempt = 0;
	shoot(b);
}

/* The session goes on as it was, without the address. */
void pmip_mag_released4(struct pmip_bule *b)
{
	moor_time life = moor_life4_span((moor_life4){ b->lifetime }), now = moor_world_now(mag_world(b->m));
	unsigned percent = b->m->c.refresh_percent;
	moor_time at = percent ? b->expires - life / 100 * (100 - percent) : b->expires;
	struct pmip_bule_rare *r = pmip_bule_rare_new(b);

	r->release4 = r->want4 = false;
	r->left4 = true;
	b->attempt = 0;
	b->waiting = false;
	pmip_mag_no_ip4(b);
	pmip_mag_record(b, BINDING_UPDATED, 0);
	moor_timer_at(mag_world(b->m), &b->timer, at > now ? at : now, on_timer);
}

/* A session whose lifetime is over: if the mobile node is still there, it begins anew [RFC 5213 6.9.1]. */
static void expired(struct pmip_bule *b)
{
	struct pmip_mn *n = mn_of(b);
	bool there = n->there;

	pmip_mag_record(b, BINDING_EXPIRED, 0);
	pmip_mag_withdraw(b);
	pmip_mag_set_hnps(b, NULL, 0);
	pmip_mag_no_ip4(b);
	if (there) {
		pmip_mag_state(b, PMIP_BULE_EV_EXPIRED, PMIP_BULE_PBU_SENT);
		b->handoff = MH_HI_UNKNOWN;
		b->attempt = 0;
		if (!b->stuck)
			shoot(b);
		return;
	}
	pmip_mag_state(b, PMIP_BULE_EV_EXPIRED, PMIP_BULE_DETACHED);
	pmip_mag_delete(b);
}

/* Time for an extension, or for its next PBU; the lifetime's end comes first. */
static void active(struct pmip_bule *b)
{
	struct moor_world *w = mag_world(b->m);

	if (b->waiting)
		shoot(b);
	else
		pmip_mag_extend(b);
	if (moor_timer_due(w, &b->timer) > b->expires)
		moor_timer_at(w, &b->timer, b->expires, on_timer);
}

static moor_time later(const struct pmip_bule *b, moor_time wait)
{
	moor_time at = moor_world_now(mag_world(b->m)) + wait;

	return at < b->expires ? at : b->expires;
}

static void on_timer(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bule *b = MOOR_CONTAINER(t, struct pmip_bule, timer);
	struct pmip_mn *n = mn_of(b);

	switch ((enum pmip_bule_state)b->machine.state) {
	case PMIP_BULE_PBU_SENT:
		shoot(b);
		return;
	case PMIP_BULE_ACTIVE:
		if (moor_world_now(w) >= b->expires)
			expired(b);
		else if (n->there && !pmip_mag_sure(n))		/* it is being asked */
			moor_timer_at(w, &b->timer, later(b, mag_timer(b->m, T_RETRANS)), on_timer);
		else if (n->there)
			active(b);
		else
			pmip_mag_leave(b, PMIP_BULE_EV_DETACH);
		return;
	case PMIP_BULE_DEREG:
		pmip_mag_gone(b, PMIP_BULE_EV_TIMER, BINDING_DEREGISTERED);
		return;
	case PMIP_BULE_DETACHED:
	case PMIP_BULE_AUTH:
	case PMIP_BULE_REFUSED:
	case PMIP_BULE_STATES:
		return;
	}
}

void pmip_mag_certain(const struct pmip_mn *n)
{
	const struct pmip_mag *m = n->m;
	unsigned percent = m->c.refresh_percent;
	moor_time now = moor_world_now(mag_world(m));

	for (struct pmip_bule *b = bule_at(m, n->first); b && percent; b = bule_at(m, b->next)) {
		moor_time life = moor_life4_span((moor_life4){ b->lifetime });

		if (b->machine.state == PMIP_BULE_ACTIVE && !b->waiting && !b->stuck && now < b->expires &&
		    now >= b->expires - life / 100 * (100 - percent))
			moor_timer_in(mag_world(m), &b->timer, 0, on_timer);
	}
}

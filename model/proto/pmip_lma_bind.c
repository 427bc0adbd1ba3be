/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what a Proxy Binding Update does to the binding cache
 *
 * New sessions, extensions, handoffs and de-registrations [RFC 5213 5.3.2 to 5.3.5] [R5213d-5.3.1-15]
 * [R5213d-5.3.1-25].
 * A de-registered entry is held for a while, so that the new MAG of a mobile node on its way finds its prefixes again
 * [R5213d-5.3.1-29] [R5213d-9-06]; a PBU whose handoff is unknown waits as long for the de-registration of the old one
 * [RFC 5213 5.4.1.2]. IPv4 home addresses: RFC 5844 3.1.2; GRE keys: RFC 5845 3.2, the uplink key stays through
 * handoffs.
 */
#include "proto/pmip_lma_priv.h"
#include "proto/pmip_sec.h"

#include <assert.h>
#include <string.h>

#define LMA_TYPES (FSM_BIT(MH_BU) | FSM_BIT(MH_BR) | FSM_BIT(MH_HEARTBEAT) | FSM_BIT(MH_BE) | FSM_BIT(MH_UPA))

/* ---- ends -------------------------------------------------------------------------------------------------------- */

void pmip_lma_gone(struct pmip_bce *b, enum pmip_bce_event ev, enum rec_binding what)
{
	pmip_lma_record(b, what, 0);
	pmip_lma_state(b, ev, PMIP_BCE_NONE);
	pmip_lma_delete(b);
}

/* [R29275-6.1-08] the tunnel goes with the binding */
static void lifetime_over(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	pmip_lma_gone(MOOR_CONTAINER(t, struct pmip_bce, timer), PMIP_BCE_EV_EXPIRED, BINDING_EXPIRED);
}

/* [R5213d-5.3.1-32] [R5213d-9-07]; that it was de-registered is recorded already */
static void hold_over(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_bce *b = MOOR_CONTAINER(t, struct pmip_bce, timer);

	(void)w;
	pmip_lma_state(b, PMIP_BCE_EV_HOLD_OVER, PMIP_BCE_NONE);
	pmip_lma_delete(b);
}

bool pmip_lma_end_held(struct pmip_lma *a, const struct ip6_addr *addr)
{
	struct pmip_bce *b = pmip_lma_find(a, addr);

	if (!b || b->machine.state != PMIP_BCE_HOLD)
		return false;
	pmip_lma_state(b, PMIP_BCE_EV_HOLD_OVER, PMIP_BCE_NONE);
	pmip_lma_delete(b);
	return true;
}

/* [RFC 5846 8.1] the lifetime begins anew: how much of it was left is not kept */
void pmip_lma_stay(struct pmip_bce *b)
{
	pmip_lma_state(b, PMIP_BCE_EV_PBU, PMIP_BCE_ACTIVE);
	moor_timer_in(lma_world(b->a), &b->timer, moor_life4_span((moor_life4){ b->lifetime }), lifetime_over);
}

static moor_time hold_time(const struct pmip_lma *a)
{
	/* [R5213d-9-05] the draft's default, unless the timer table says otherwise */
	if (lma_draft(a) && lma_timer(a, T_DELETE_DELAY) == timer_rows[T_DELETE_DELAY].def)
		return MOOR_S;
	return lma_timer(a, T_DELETE_DELAY);
}

static void answer_waiting(struct pmip_bce *b);

void pmip_lma_hold(struct pmip_bce *b, enum pmip_bce_event ev)
{
	pmip_lma_record(b, BINDING_DEREGISTERED, 0);
	b->lifetime = 0;
	pmip_lma_state(b, ev, PMIP_BCE_HOLD);
	moor_timer_in(lma_world(b->a), &b->timer, hold_time(b->a), hold_over);
	answer_waiting(b);
}

/* ---- accepted ---------------------------------------------------------------------------------------------------- */

static uint16_t grant(const struct pmip_lma *a, uint16_t asked)
{
	uint16_t most = moor_life4_from(a->c.lifetime_max).units;

	if (!most)
		most = 1;
	return asked < most ? asked : most;
}

/* [R5213d-5.3.1-39] the draft: the mobile node's, uploaded by the MAG; RFC 5213: the MAG's, made here */
static void set_link_local(struct pmip_lma *a, struct pmip_bce *b, const struct pbu *u)
{
	if (!u->link_local)
		return;
	if (!ip6_is_zero(&u->link_local->ip6)) {
		if (!lma_draft(a) || !b->link_local)
			b->link_local = ip6_low64(&u->link_local->ip6);
	} else if (!b->link_local && !lma_draft(a)) {
		b->link_local = ip6_is_zero(&a->c.mag_link_local) ? rng_u64(&a->rng) | 1 : ip6_low64(&a->c.mag_link_local);
	}
}

/* [R5213d-5.1-07] [R29275-5.2-01] [R29275-5.3-01] what both a new and a known session take from the message */
static void update(struct pmip_lma *a, struct pmip_bce *b, const struct pbu *u)
{
	const struct pmip_rx *x = u->x;
	bool udp = pmip_is_udp(x->transport);
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);

	b->seq = x->d.m.bu.seq;
	b->lifetime = grant(a, x->d.m.bu.life.units);
	b->att = u->att ? u->att->att : 0;
	b->handoff = u->handoff ? u->handoff->handoff : 0;
	b->stamped = u->stamp != NULL;
	if (u->stamp)
		b->stamp = u->stamp->stamp;
	b->ll_id_len = u->ll_id ? u->ll_id->lla.addr.n & 15 : 0;
	if (b->ll_id_len)
		memcpy(b->ll_id, u->ll_id->lla.addr.p, b->ll_id_len);
	set_link_local(a, b, u);
	pmip_lma_bind3gpp(b, u);
	b->gre = u->gre && u->gre->gre.has_key;
	b->key_down = b->gre ? u->gre->gre.key : 0;
	if (b->gre && !b->key_up)
		pmip_lma_new_key(b);
	b->tlv = b->gre && x->d.m.bu.flags & MH_BU_T && pmip_is_udp(x->transport) &&
		 (a->c.tlv_header || (b->tlv && t && ip6_eq(&t->remote, &u->proxy_coa)));
	pmip_lma_set_tunnel(b, &u->proxy_coa, x->transport, udp ? x->sport : 0);
}

static moor_time life_of(const struct pmip_bce *b)
{
	return moor_life4_span((moor_life4){ b->lifetime });
}

static void refuse(struct pmip_lma *a, const struct pbu *u, uint8_t status)
{
	struct pmip_bce asked = { .a = a, .self = u->b ? u->b->self : 0, .seq = u->x->d.m.bu.seq,
				  .hnp = u->n_hnp ? u->hnp[0] : 0 };	/* of one address the prefix */

	pmip_lma_record(&asked, BINDING_REFUSED, status);
	pmip_lma_answer(a, u, status, 0);
}

/* A session for which nothing at all could be given goes again. */
static void undo(struct pmip_lma *a, struct pbu *u, uint8_t status)
{
	struct pmip_bce *b = u->b;

	u->b = NULL;
	pmip_lma_delete(b);
	refuse(a, u, status);
}

static bool is_stale(const struct pmip_bce *b, const struct pbu *u)
{
	bool stands = b->machine.state == PMIP_BCE_ACTIVE || b->machine.state == PMIP_BCE_HOLD;

	return stands && b->att != u->att->att && b->ll_id_len == u->ll_id->lla.addr.n &&
	       !memcmp(b->ll_id, u->ll_id->lla.addr.p, b->ll_id_len);
}

/*
 * An interface that comes by another access technology has another session [RFC 5213 5.4.1.2]. Where prefixes are those
 * of PDN connections it is the same connection, and the old session is what its gateway could not de-register: it ends,
 * for its prefixes are wanted. Returns how many they are.
 */
static unsigned replace_stale(struct pmip_lma *a, const struct pbu *u, uint64_t hnp[static PMIP_HNP_MAX])
{
	unsigned n;

	struct pmip_bce *b;
	uint32_t at;

	for (b = pmip_lma_first(a, u->imsi, &at); b; b = pmip_lma_next(a, u->imsi, &at))
		if (pmip_lma_same_pdn(b, u) && is_stale(b, u))
			break;
	if (!b)
		return 0;
	n = pmip_lma_hnps(b, hnp);
	pmip_lma_gone(b, PMIP_BCE_EV_PBU, BINDING_DEREGISTERED);
	return n;
}

/* [RFC 5213 5.3.2] [R5213d-5.3.1-18] */
static void create(struct pmip_lma *a, struct pbu *u)
{
	struct pmip_bce *b;
	uint8_t status4 = 0, status;
	uint64_t fixed[PMIP_HNP_MAX], stale[PMIP_HNP_MAX];
	unsigned n_stale = 0, n = u->n_hnp, most = lma_draft(a) ? 1 : PMIP_HNP_MAX;	/* the draft: one for each mobile node */
	bool one;

	if (a->c.pool && u->ll_id && u->att && !u->n_hnp && !u->one_address)
		n_stale = replace_stale(a, u, stale);
	b = u->b = pmip_lma_create(a, u->imsi, u->apn);
	memcpy(fixed, u->hnp, sizeof fixed);
	for (unsigned k = 0; !u->n_hnp && u->sub && k < u->sub->pmip.n_hnps && n < most; k++)
		fixed[n++] = ip6_high64(&u->sub->pmip.hnp[k].addr);
	if (!n && n_stale)
		memcpy(fixed, stale, sizeof fixed);
	one = u->one_address && (u->host || !n);	/* what the profile names goes before it */
	if (u->has_hnp && !(one ? pmip_lma_shared_give(b, u->host) : pmip_lma_give(b, fixed, n ? n : n_stale))) {
		undo(a, u, MH_BA_RESOURCES);
		return;
	}
	update(a, b, u);
	if (u->hoa4)
		status4 = pmip_lma_bind4(a, b, u);
	status = pmip_lma_status4(a, u, status4);
	if (status != MH_BA_ACCEPTED) {
		undo(a, u, status);
		return;
	}
	pmip_lma_state(b, PMIP_BCE_EV_PBU, PMIP_BCE_ACTIVE);
	moor_timer_in(lma_world(a), &b->timer, life_of(b), lifetime_over);
	pmip_lma_record(b, BINDING_CREATED, 0);
	pmip_lma_answer(a, u, MH_BA_ACCEPTED, status4);
}

/* [RFC 5213 5.3.3, 5.3.4] [R5213d-5.3.1-27] [R5213d-5.3.1-30] */
static void extend(struct pmip_lma *a, struct pbu *u)
{
	struct pmip_bce *b = u->b;
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);
	bool same = t && ip6_eq(&t->remote, &u->proxy_coa) && b->machine.state == PMIP_BCE_ACTIVE;
	uint8_t status4 = 0;

	if (a->c.revoke_handoff && t && !same && b->machine.state == PMIP_BCE_ACTIVE)
		pmip_lma_tell_previous(b, u->att ? u->att->att : 0);
	if (!same)
		pmip_lma_narrow(b, u);
	update(a, b, u);
	pmip_lma_renumbered(b, u->n_hnp && !pmip_lma_was(b, u->hnp[0]));
	if (u->hoa4)
		status4 = pmip_lma_bind4(a, b, u);
	pmip_lma_state(b, PMIP_BCE_EV_PBU, PMIP_BCE_ACTIVE);
	moor_timer_in(lma_world(a), &b->timer, life_of(b), lifetime_over);
	pmip_lma_record(b, same ? BINDING_REFRESHED : BINDING_UPDATED, 0);
	pmip_lma_answer(a, u, MH_BA_ACCEPTED, status4);
}

/* [RFC 5213 5.3.5] [R5213d-5.3.1-31] */
static void deregister(struct pmip_lma *a, struct pbu *u)
{
	struct pmip_bce *b = u->b;

	b->seq = u->x->d.m.bu.seq;
	if (u->stamp)
		b->stamp = u->stamp->stamp;
	pmip_lma_answer(a, u, MH_BA_ACCEPTED, 0);
	if (b->machine.state == PMIP_BCE_ACTIVE && pmip_lma_partly(b, u))
		return;
	if (b->machine.state == PMIP_BCE_ACTIVE || b->machine.state == PMIP_BCE_REVOKING)
		pmip_lma_hold(b, PMIP_BCE_EV_DEREG);
}

/* ---- waiting for the other MAG ----------------------------------------------------------------------------------- */

/* The same MAG's, about the same host: then one is the other sent again. */
bool pmip_lma_is_waiting(const struct pmip_bce *b, const struct pbu *u)
{
	const struct pmip_waiting *x = b->pending ? slab_get(&b->a->waiting, b->pending) : NULL;
	const struct mh_opt *ll;
	struct mh_msg m;

	if (!x || !ip6_eq(&x->src, &u->x->src))
		return false;
	mh_decode(x->mh, x->len, &m, NULL);
	ll = mh_find(&m, MH_OPT_MN_LL_ID);
	if (!ll || !u->ll_id)
		return ll == u->ll_id;
	return ll->lla.addr.n == u->ll_id->lla.addr.n && !memcmp(ll->lla.addr.p, u->ll_id->lla.addr.p, ll->lla.addr.n);
}

void pmip_lma_forget_waiting(struct pmip_bce *b)
{
	struct pmip_waiting *x = slab_get(&b->a->waiting, pmip_lma_take_waiting(b));

	moor_timer_cancel(lma_world(b->a), &x->timer);
	slab_free(&b->a->waiting, x->self);
}

/* It waited for a session of its own, which a later PBU made meanwhile. */
static bool outdated(const struct pbu *u)
{
	return u->b && u->stamp && u->b->stamped && u->stamp->stamp.v <= u->b->stamp.v;
}

/* What waited is looked at again as if it had come now; handoff: the entry that it waited for. */
static void resume(struct pmip_waiting *x, struct pmip_bce *handoff)
{
	struct pmip_lma *a = x->a;
	struct pmip_waiting copy = *x;
	struct net_rx rx = { .host = a->h };
	struct pmip_rx again = { .transport = (enum pmip_transport)x->transport, .src = x->src, .dst = x->dst,
				 .sport = x->sport };
	const char *reason = NULL;
	struct pbu u;
	int status;

	moor_timer_cancel(lma_world(a), &x->timer);
	slab_free(&a->waiting, x->self);
	again.d.rx = &rx;
	again.d.mh = copy.mh;
	again.d.mh_len = copy.len;
	mh_decode(copy.mh, copy.len, &again.d.m, NULL);
	pmip_lma_read(a, &again, &u);
	status = pmip_lma_check(a, &u, true, &reason);
	if (handoff)
		u.b = handoff;
	if (!handoff && status == MH_BA_ACCEPTED && outdated(&u)) {
		dsmip_discard(a->h, pbce_index(u.b), "pbu-outdated", "RFC 5213 5.5");
	} else if (status != MH_BA_ACCEPTED) {
		if (status >= 0)
			refuse(a, &u, (uint8_t)status);
	} else if (u.b) {
		extend(a, &u);
	} else {
		create(a, &u);
	}
}

/* [RFC 5213 5.4.1.2 point 4] nobody de-registered: another session it is */
static void waited_enough(struct moor_world *w, struct moor_timer *t)
{
	struct pmip_waiting *x = MOOR_CONTAINER(t, struct pmip_waiting, timer);
	struct pmip_bce *b = slab_get(&x->a->cache, x->bce);

	(void)w;
	if (b)
		b->pending = 0;
	resume(x, NULL);
}

moor_handle pmip_lma_take_waiting(struct pmip_bce *b)
{
	moor_handle waiting = b->pending;

	b->pending = 0;
	return waiting;
}

void pmip_lma_waited(struct pmip_lma *a, moor_handle waiting)
{
	struct pmip_waiting *x = waiting ? slab_get(&a->waiting, waiting) : NULL;

	if (x)
		resume(x, NULL);
}

static void answer_waiting(struct pmip_bce *b)
{
	moor_handle waiting = pmip_lma_take_waiting(b);
	struct pmip_waiting *x = waiting ? slab_get(&b->a->waiting, waiting) : NULL;

	if (x)
		resume(x, b);
}

/*
 * [RFC 5846 8.1] the other MAG is asked instead of waited for. Its answer ends the waiting, or that the last indication
 * was not answered; the timer stands behind both.
 */
static void ask_previous(struct pmip_lma *a, struct pmip_bce *b)
{
	struct pmip_waiting *x = slab_get(&a->waiting, b->pending);
	moor_time patience = lma_timer(a, T_BRI_FIRST) + (lma_timer(a, T_BRI_TRIES) + 1) * lma_timer(a, T_BRI_MAX);

	if (b->machine.state != PMIP_BCE_ACTIVE)
		return;
	moor_timer_in(lma_world(a), &x->timer, patience, waited_enough);
	pmip_lma_take_back(b, MH_BRI_MAG_HO_UNKNOWN);
}

/*
 * False: too long to be kept; then it does not wait. One that is sent again takes the place of the one that waits,
 * whose number its MAG has forgotten, and waits no longer for it.
 */
static bool wait_for(struct pmip_lma *a, const struct pmip_rx *r, struct pmip_bce *b)
{
	struct pmip_waiting *x = b->pending ? slab_get(&a->waiting, b->pending) : NULL;
	moor_handle h;

	if (r->d.mh_len > sizeof x->mh || !lma_timer(a, T_NEW_BCE_DELAY))
		return false;
	if (!x) {
		x = slab_alloc(&a->waiting, &h);
		x->a = a;
		x->self = h;
		x->bce = b->self;
		b->pending = h;
		moor_timer_in(lma_world(a), &x->timer, lma_timer(a, T_NEW_BCE_DELAY), waited_enough);
		if (a->c.revoke_handoff)
			ask_previous(a, b);
	}
	x->src = r->src;
	x->dst = r->dst;
	x->sport = r->sport;
	x->transport = (uint8_t)r->transport;
	x->len = (uint16_t)r->d.mh_len;
	memcpy(x->mh, r->d.mh, r->d.mh_len);
	return true;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static enum mh_procedure procedure(const struct pmip_lma *a, const struct pbu *u)
{
	const struct mh_opt *h = u->handoff;

	(void)a;
	if (u->dereg)
		return MH_PROC_DETACH;
	if (h && h->handoff == MH_HI_UNCHANGED)
		return MH_PROC_REREGISTRATION;
	return h && h->handoff != MH_HI_NEW_INTERFACE ? MH_PROC_HANDOVER : MH_PROC_INITIAL;
}

static void pbu_in(struct pmip_lma *a, const struct pmip_rx *x)
{
	struct ip6_addr hnp;
	const char *reason = NULL;
	struct pbu u;
	int status;

	pmip_lma_read(a, x, &u);
	status = pmip_lma_check(a, &u, false, &reason);
	hnp = u.n_hnp ? ip6_from64(u.hnp[0], u.host) : u.b ? pbce_address(u.b) : ip6_any;
	pmip_record_rx(x, a->c.profile, (struct mh_context){ .procedure = procedure(a, &u) }, &hnp, &u.proxy_coa,
		       pbce_index(u.b));
	if (status == PBU_LATER) {
		if (wait_for(a, x, u.b))
			return;
		u.b = NULL;
		status = pmip_lma_check(a, &u, true, &reason);
	}
	if (status == PBU_SILENT)
		dsmip_discard(a->h, pbce_index(u.b), reason, "RFC 5213 5.3.5");
	else if (status == PBU_NOTHING)
		pmip_lma_answer(a, &u, MH_BA_ACCEPTED, 0);
	else if (status != MH_BA_ACCEPTED)
		refuse(a, &u, (uint8_t)status);
	else if (u.dereg)
		deregister(a, &u);
	else if (u.b)
		extend(a, &u);
	else
		create(a, &u);
}

static bool known(struct pmip_lma *a, const struct pmip_rx *x)
{
	if (a->sec && !pmip_sec_admits(a->h, x))
		return true;
	switch (x->d.m.type) {
	case MH_BU:
		if (!(x->d.m.bu.flags & MH_BU_P))
			return false;		/* [R5213d-8.1-01] a mobile node's own: none of ours */
		pbu_in(a, x);
		return true;
	case MH_BR:
		pmip_lma_br(a, x);
		return true;
	case MH_HEARTBEAT:
		pmip_lma_heartbeat(a, x);
		return true;
	case MH_UPA:
		pmip_lma_upa(a, x);
		return true;
	}
	return false;
}

/* Before anything is checked or recorded: a P flag, or a type that mobile nodes do not use. */
static bool is_proxy(const struct net_rx *rx)
{
	const uint8_t *p = rx->payload;

	if (rx->payload_len < 12)
		return false;
	switch (p[2]) {
	case MH_BU:
		return load16(p + 8) & MH_BU_P;
	case MH_BR:
		return load16(p + 10) & MH_BR_P;
	case MH_HEARTBEAT:
		return true;
	}
	return false;
}

bool pmip_lma_input(struct pmip_lma *a, struct net_rx *rx)
{
	struct pmip_rx x;

	if (a->shared && !is_proxy(rx))
		return false;
	if (pmip_receive(rx, LMA_TYPES, a->c.profile, &x) != DSMIP_OK)
		return a->shared;
	if (!ip6_eq(&x.dst, &a->c.lmaa) && !(pmip_is_ip4(x.transport) && ip4_eq(dsmip_unmap(&x.dst), a->c.lmaa4)))
		return a->shared;
	return known(a, &x);
}

void pmip_lma_bare_in(struct pmip_lma *a, struct net_rx *rx, uint16_t sport)
{
	struct pmip_rx x;

	if (!rx->ip6 && pmip_receive_bare(rx, LMA_TYPES, sport, &x) == DSMIP_OK)
		known(a, &x);
}

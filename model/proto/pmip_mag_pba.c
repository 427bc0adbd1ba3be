/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the LMA says
 *
 * Proxy Binding Acknowledgements and the reaction to each status [RFC 5213 6.9.1.2; RFC 5844 3.2.2; RFC 5845 3.1];
 * heartbeats [RFC 5847]. An answer that does not echo the request is ignored, and nothing is
 * sent any more until somebody looks at it [RFC 5213 6.9.1.2 point 6].
 */
#include "proto/pmip_mag_dhcp.h"
#include "proto/pmip_sec.h"

#include <string.h>

#define MAG_TYPES (FSM_BIT(MH_BA) | FSM_BIT(MH_BR) | FSM_BIT(MH_HEARTBEAT) | FSM_BIT(MH_BE) | FSM_BIT(MH_UPN))
/* ---- which request is answered ----------------------------------------------------------------------------------- */

static bool awaits(const struct pmip_bule *b, const struct pmip_rx *x)
{
	return b->waiting && b->seq == x->d.m.ba.seq && ip6_eq(&b->lma, &x->src);
}

/* Mostly the entry that sent a PBU with this number last; else one of those of whom the message names. */
static struct pmip_bule *asked(const struct pmip_mag *m, const struct pmip_rx *x)
{
	const struct mh_opt *id = mh_find(&x->d.m, MH_OPT_MN_ID);
	struct imsi i = { .n = 0 };
	moor_handle h = 0;
	struct pmip_bule *b = slab_get(&m->bules, m->asked[x->d.m.ba.seq % MAG_ASKED]);
	bool named = id && pmip_who(m->c.names, id, &i);
	uint32_t at;

	if (named && b && awaits(b, x) && imsi_same(mn_of(b)->imsi, i))
		return b;
	while (!named && (b = slab_next(&m->bules, &h)))	/* it named nobody, or we did not: by the number alone */
		if (awaits(b, x))
			return b;
	for (const struct pmip_mn *n = pmip_mag_first(m, i, &at); n; n = pmip_mag_next(m, i, &at))
		for (b = bule_at(m, n->first); b; b = bule_at(m, b->next))
			if (awaits(b, x))
				return b;
	return NULL;
}

/* RFC 5213 6.9.1.2 point 6; the draft has no such rule */
static bool echoes(const struct pmip_bule *b, const struct mh_msg *m)
{
	const struct mh_opt *h = mh_find(m, MH_OPT_HANDOFF), *att = mh_find(m, MH_OPT_ATT), *ll = mh_find(m, MH_OPT_MN_LL_ID);
	const struct pmip_mn *n = mn_of(b);

	if (mag_draft(b->m))
		return true;
	return (!h || h->handoff == b->handoff) && (!att || att->att == b->m->access[n->access].att) &&
	       (!ll || (ll->lla.addr.n == sizeof n->mac.o && !memcmp(ll->lla.addr.p, n->mac.o, sizeof n->mac.o)));
}

/* ---- accepted ---------------------------------------------------------------------------------------------------- */

static void take_prefixes(struct pmip_bule *b, const struct mh_msg *m)
{
	uint64_t hnp[PMIP_HNP_MAX], old[PMIP_HNP_MAX];
	unsigned n = 0, n_old = b->machine.state == PMIP_BULE_ACTIVE ? b->n_hnp : 0;

	if (pmip_mag_shared_take(b, m))
		return;
	memcpy(old, b->hnp, sizeof old);
	for (const struct mh_opt *o = mh_find(m, MH_OPT_HNP); o && n < PMIP_HNP_MAX; o = mh_next(m, o))
		if (o->prefix.len == 64 && !ip6_is_zero(&o->prefix.addr))
			hnp[n++] = ip6_high64(&o->prefix.addr);
	if (n == b->n_hnp && !b->host && !memcmp(hnp, old, n * sizeof *hnp))
		return;
	pmip_mag_set_hnps(b, hnp, n);
	if (n_old)
		pmip_mag_nd_renumbered(b, old, n_old);
}

static void tell_domain(struct pmip_bule *b)
{
	const struct pmip_mn *n = mn_of(b);
	struct pmip_context c = { .mag = pmip_mag_coa(b), .mac = n->mac, .hnp = b->n_hnp ? b->hnp[0] : 0, .key_up = b->key_up,
				  .seq = b->seq, .lma = b->lma, .att = b->m->access[n->access].att, .tlv = b->tlv,
				  .router = pmip_mag_nd_router(b) };
	struct ip6_addr one = bule_address(b);

	if (b->host && ip6_low64(&one) <= UINT32_MAX)
		c.host = (uint32_t)ip6_low64(&one);
	else if (b->host)
		c.hnp = 0;

	pmip_domain_tell(b->m->c.domain, n->imsi, b->apn, pmip_mag_pdn_id(b), &b->context, &c);
}

static bool shares(const struct pmip_bule *a, const struct pmip_bule *b)
{
	struct ip6_addr one = bule_address(b);

	if (a->host || b->host)
		return a->host && b->host && pmip_mag_has_address(a, &one);
	for (unsigned i = 0; i < a->n_hnp; i++)
		for (unsigned k = 0; k < b->n_hnp; k++)
			if (a->hnp[i] == b->hnp[k])
				return true;
	return false;
}

/* The session was that of another interface of the mobile node on this MAG: there it is over. */
static void moved_here(const struct pmip_bule *b)
{
	const struct pmip_mag *m = b->m;
	struct imsi i = mn_of(b)->imsi;
	uint32_t at;

	for (const struct pmip_mn *n = pmip_mag_first(m, i, &at); n; n = pmip_mag_next(m, i, &at))
		for (struct pmip_bule *o = bule_at(m, n->first); o; o = bule_at(m, o->next))
			if (o != b && o->machine.state == PMIP_BULE_ACTIVE && shares(o, b)) {
				pmip_mag_taken_back(o);
				return;		/* more than one cannot have it */
			}
}

/* [R5213d-6.9-06] to [R5213d-6.9-08] [R5213d-6.7-03] [R5213d-6.7-04] [R29275-5.2-03] */
static void accepted(struct pmip_bule *b, const struct mh_msg *m)
{
	const struct mh_opt *gre = mh_find(m, MH_OPT_GRE_KEY), *ll = mh_find(m, MH_OPT_LINK_LOCAL);
	enum rec_binding what = b->machine.state == PMIP_BULE_ACTIVE ? BINDING_REFRESHED :
				b->handoff == MH_HI_NEW_INTERFACE ? BINDING_CREATED : BINDING_UPDATED;
	bool fresh = b->machine.state != PMIP_BULE_ACTIVE, none = !b->n_hnp;

	take_prefixes(b, m);
	pmip_mag_take_ip4(b, m);
	pmip_mag_take3gpp(b, m);
	b->keyed = gre && gre->gre.has_key && m->ba.status != MH_BA_GRE_KEY_NOT_REQUIRED;
	b->key_up = b->keyed ? gre->gre.key : 0;
	b->tlv = b->keyed && b->tlv_asked && m->ba.flags & MH_BA_T;
	b->early = false;
	b->lifetime = m->ba.life.units;
	b->status = 0;
	b->tries = 0;
	pmip_mag_state(b, PMIP_BULE_EV_PBA, PMIP_BULE_ACTIVE);
	pmip_mag_plan_refresh(b);
	pmip_mag_record(b, what, 0);
	pmip_mag_dhcp4_settled(b);
	if (fresh) {
		moved_here(b);
		pmip_mag_peer(b, true);
	}
	pmip_mag_nd_accepted(b, ll ? &ll->ip6 : NULL, fresh || none);
	tell_domain(b);
}

/* ---- refused ----------------------------------------------------------------------------------------------------- */

/* [R5213d-6.9-09] no advertisements, no packets */
static void give_up(struct pmip_bule *b)
{
	pmip_mag_withdraw(b);
	moor_timer_cancel(mag_world(b->m), &b->timer);
	pmip_mag_set_hnps(b, NULL, 0);
	pmip_mag_no_ip4(b);
	pmip_mag_state(b, PMIP_BULE_EV_REFUSED, PMIP_BULE_REFUSED);
	pmip_mag_nd_guest(mn_of(b));
	pmip_mag_dhcp4_settled(b);
}

static void refused(struct pmip_bule *b, const struct mh_msg *m)
{
	struct pmip_mag *g = b->m;
	uint8_t status = m->ba.status;

	b->status = status;
	b->waiting = false;
	pmip_mag_record(b, BINDING_REFUSED, status);
	if (pmip_bule_releases4(b)) {			/* it has it no more, whatever the LMA says */
		pmip_mag_released4(b);
		return;
	}
	if (b->machine.state == PMIP_BULE_DEREG && pmip_mag_leave_again(b, status))
		return;
	if (b->machine.state == PMIP_BULE_DEREG) {	/* whatever else it is: the mobile node is gone */
		pmip_mag_gone(b, PMIP_BULE_EV_REFUSED, BINDING_DEREGISTERED);
		return;
	}
	if (b->tries++ >= MAG_RETRIES) {
		give_up(b);
	} else if (status == MH_BA_TIMESTAMP_MISMATCH && g->c.clock_sync) {
		pmip_mag_sync(b);
	} else if (status == MH_BA_TIMESTAMP_LOWER) {
		pmip_mag_later(b, b->tries > 1);
	} else if (status == MH_BA_HNP_NOT_AUTHORISED && b->n_hnp && !b->any) {
		b->any = true;
		pmip_mag_withdraw(b);		/* an extension: what it had is not its any more */
		pmip_mag_set_hnps(b, NULL, 0);
		pmip_mag_again(b);
	} else if (pmip_mag_refused_ip4(b, status)) {
		pmip_mag_again(b);
	} else if (status == MH_BA_SEQUENCE && !g->c.timestamps) {
		b->seq = m->ba.seq;
		pmip_mag_again(b);
	} else if (status == MH_BA_GRE_KEY_REQUIRED && !g->c.gre) {
		g->c.gre = true;
		give_up(b);
	} else {
		give_up(b);
	}
}

static void pba_in(struct pmip_mag *m, const struct pmip_rx *x)
{
	/* [R5213d-8.2-01] OpenAirInterface's anchor forgets the flag */
	bool proxy = x->d.m.ba.flags & MH_BA_P || m->c.profile == MH_PROFILE_OAI_PMIP;
	struct pmip_bule *b = proxy ? asked(m, x) : NULL;
	struct ip6_addr hnp = b ? bule_address(b) : ip6_any;
	bool dereg = b && b->machine.state == PMIP_BULE_DEREG;

	pmip_record_rx(x, m->c.profile, (struct mh_context){ .procedure = dereg ? MH_PROC_DETACH : MH_PROC_ANY }, &hnp,
		       &x->dst, bule_index(b));
	if (!b) {
		dsmip_discard(m->h, 0, proxy ? "pba-not-asked" : "pba-p-clear", "RFC 5213 6.9.1.2");
		return;
	}
	if (!echoes(b, &x->d.m)) {
		dsmip_discard(m->h, bule_index(b), "pba-echo", "RFC 5213 6.9.1.2");
		if (!dereg)			/* which is over in a while, whatever is answered */
			pmip_mag_stop(b);
		return;
	}
	b->waiting = false;
	if (x->d.m.ba.status >= 128)
		refused(b, &x->d.m);
	else if (dereg)
		pmip_mag_gone(b, PMIP_BULE_EV_PBA, BINDING_DEREGISTERED);
	else if (pmip_bule_releases4(b))
		pmip_mag_released4(b);
	else
		accepted(b, &x->d.m);
}

/* ---- heartbeats -------------------------------------------------------------------------------------------------- */

/* The LMA forgot its bindings: whoever is still there is registered anew [RFC 5847 3.2]. */
static void lma_restarted(void *owner, const struct ip6_addr *peer, moor_time since)
{
	struct pmip_mag *m = owner;
	moor_handle h = 0;
	struct pmip_bule *b;

	(void)since;			/* to extend what it knows does no harm */
	while ((b = slab_next(&m->bules, &h)))
		if (ip6_eq(&b->lma, peer) && b->machine.state == PMIP_BULE_ACTIVE)
			pmip_mag_extend(b);
}

/* Is it dead, or did it lose its SAs? */
static void lma_lost(void *owner, const struct ip6_addr *peer)
{
	struct pmip_mag *m = owner;

	if (m->sec)
		pmip_mag_sec_doubt(m->sec, peer);
}

const struct pmip_heart_ops pmip_mag_heart_ops = { .lost = lma_lost, .restarted = lma_restarted };

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static void message(struct pmip_mag *m, const struct pmip_rx *x)
{
	if (pmip_mag_is_access(m, x->d.rx->iface)) {	/* a mobile node in the LMA's name */
		dsmip_discard(m->h, 0, "mh-from-access-link", "RFC 5213 4");
		return;
	}
	if (m->sec && !pmip_sec_admits(m->h, x))
		return;
	switch (x->d.m.type) {
	case MH_BA:
		pba_in(m, x);
		return;
	case MH_BR:
		pmip_mag_br(m, x);
		return;
	case MH_UPN:
		pmip_mag_upn(m, x);
		return;
	case MH_HEARTBEAT:
		pmip_heart_input(m->heart, x);
		return;
	}
	dsmip_discard(m->h, 0, "mh-not-for-a-mag", "RFC 5213 6");
}

void pmip_mag_input(void *owner, struct net_rx *rx)
{
	struct pmip_mag *m = owner;
	struct pmip_rx x;

	if (pmip_receive(rx, MAG_TYPES, m->c.profile, &x) == DSMIP_OK)
		message(m, &x);
}

void pmip_mag_bare_in(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct pmip_rx x;

	(void)dport;
	if (!rx->ip6 && pmip_receive_bare(rx, MAG_TYPES, sport, &x) == DSMIP_OK)
		message(owner, &x);
}

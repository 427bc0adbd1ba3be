/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Binding Updates
 *
 * Composing them (24.303 5.1.2.4 and Annex A, by profile), and their timing: a series is one BU with its
 * retransmissions, each with a sequence number of its own [RFC 6275 11.8]. 1.5 s before the first retransmission
 * when the home agent has no binding, 1 s otherwise, doubling to 32 s; never more than MAX_UPDATE_RATE a second.
 *
 *	home link	IPv6 from the home address, no Home Address option [RFC 6275 11.5.5]
 *	IPv6		from the care-of address with the Home Address option
 *	IPv4		IPv6 from the home address in UDP in IPv4, whatever the tunnel is later [RFC 5555 4.2]
 */
#include "proto/dsmip_ue_priv.h"

static void bu_timer(struct moor_world *w, struct moor_timer *t);

/* The home agent is of no further use: an answer is not waited for beyond MAX_BINDACK_TIMEOUT. */
static bool ends(const struct dsmip_ue *d)
{
	return d->machine.state == DSMIP_DETACHING || d->machine.state == DSMIP_SWITCHING;
}

bool dsmip_ue_leaving(const struct dsmip_ue *d)
{
	return d->machine.state == DSMIP_RETURNING || ends(d);
}

/* The lifetime is 0: all of the binding, or one of several care-of addresses. */
static bool taken_away(const struct dsmip_ue *d)
{
	return dsmip_ue_leaving(d) || (d->rare && dsmip_ue_bid_removing(d));
}

static bool by_profile(uint8_t choice, bool profile)
{
	return choice == DSMIP_BY_PROFILE ? profile : choice == DSMIP_ALWAYS;
}

static bool is_3gpp(enum mh_profile p)
{
	return p == MH_PROFILE_R8 || p == MH_PROFILE_R10;
}

/*
 * [R24303-A.2.1-04] [R24303-A.3.1-04] [R24303-A.4.1-04] [R24303-A.5.1-04]: the home address and the link-local
 * address have the same interface identifier
 */
static bool l_flag(const struct dsmip_ue *d)
{
	return d->via && ip6_low64(&d->hoa) == mac_iid(moor_port_mac(net_iface_port(ue_via(d))));
}

/*
 * H and A always [R24303-5.1.2.4-05] [R24303-5.1.2.4-15] [R24303-A.2.1-03] [R24303-A.2.1-06]; K for 3GPP
 * [R24303-A.2.1-05], while without a dynamic security association RFC 6275 11.7.1 clears it; R from release 10 on, in
 * registrations [R24303-5.1.2.4-19]; F never unless asked for [R24303-5.1.2.4-18] [R24303-A.2.1-07]; bit T stays 0
 * [R24303-5.1.2.4-16] [R24303-A.2.1-08]. The other procedures' tables say the same: [R24303-A.3.1-03] [R24303-A.3.1-05]
 * [R24303-A.3.1-06] [R24303-A.3.1-07] [R24303-A.3.1-08] [R24303-A.4.1-03] [R24303-A.4.1-05] [R24303-A.4.1-06]
 * [R24303-A.4.1-07] [R24303-A.4.1-08] [R24303-A.5.1-03] [R24303-A.5.1-05] [R24303-A.5.1-06] [R24303-A.5.1-07]
 * [R24303-A.5.1-08], and release 8 [R24303-5.1.2.4-17].
 */
static uint16_t flags(const struct dsmip_ue *d)
{
	const struct dsmip_ue_profile *p = d->p;
	uint16_t f = MH_BU_A | MH_BU_H;

	if (l_flag(d))
		f |= MH_BU_L;
	if (by_profile(p->k_flag, is_3gpp(p->profile)))
		f |= MH_BU_K;
	if (!taken_away(d) && by_profile(p->r_flag, p->profile == MH_PROFILE_R10))
		f |= MH_BU_R;
	if (p->f_flag && !d->f_off && dsmip_is_mapped(&d->coa))
		f |= MH_BU_F;
	return f;
}

/* [R24303-5.1.2.4-06] [R24303-5.1.2.4-20] [R24303-A.2.1-09] [R24303-A.3.1-09] [R24303-A.4.1-09] [R24303-A.5.1-09] */
static void add_hoa4(struct dsmip_ue *d, struct mh_msg *m)
{
	struct mh_opt *o;

	d->asked4 = d->want4 && !d->refused4 && !(dsmip_ue_leaving(d) && !d->has4);
	if (!d->asked4)
		return;
	o = mh_add(m, MH_OPT_IP4_HOA);
	o->hoa4.addr = d->hoa4;		/* 0.0.0.0: give me one */
	o->hoa4.prefix_len = 32;
}

/*
 * [R24303-5.1.2.4-08] [R24303-5.1.2.4-09] [R24303-A.2.1-11] [R24303-A.3.1-11] [R24303-A.4.1-11] [R24303-A.5.1-11],
 * optional in release 8 [R24303-5.1.2.4-07]; not at home, where it would say nothing new
 */
static void add_alt_coa(const struct dsmip_ue *d, struct mh_msg *m)
{
	const struct ip6_addr *fault = &d->p->fault_alt_coa;

	if (ue_from_home(d) || dsmip_is_mapped(&d->coa) || !by_profile(d->p->alt_coa, true))
		return;
	mh_add(m, MH_OPT_ALT_COA)->ip6 = ip6_is_zero(fault) ? *dsmip_ue_claimed_coa(d) : *fault;
}

/* [R24303-5.1.2.4-13] [R24303-A.2.1-10] [R24303-A.3.1-10] [R24303-A.4.1-10] [R24303-A.5.1-10] */
static void add_coa4(const struct dsmip_ue *d, struct mh_msg *m)
{
	if (dsmip_is_mapped(&d->coa) && !d->p->fault_no_coa4)
		mh_add(m, MH_OPT_IP4_COA)->ip4 = dsmip_unmap(&d->coa);
}

/*
 * Sequence number: [R24303-A.2.1-01] [R24303-A.3.1-01] [R24303-A.4.1-01] [R24303-A.5.1-01]. Lifetime: what is wished
 * for [R24303-A.2.1-02] [R24303-A.3.1-02] [R24303-A.4.1-02] [R24303-5.3.2-04], or 0 [R24303-A.5.1-02]. The same for a
 * periodic one [R24303-5.3.2-02].
 */
static void compose(struct dsmip_ue *d, struct mh_msg *m)
{
	mh_start(m, MH_BU);
	m->bu.seq = d->seq;
	m->bu.flags = flags(d);
	if (!taken_away(d)) {
		m->bu.life = moor_life4_from(d->p->lifetime);
		m->bu.life.units += !m->bu.life.units;	/* 0 would take the binding away */
	}
	d->life_sent = m->bu.life.units;
	if (d->rare && dsmip_ue_bid_job(d)) {
		m->bu.flags |= dsmip_ue_bid_flags(d);
		add_hoa4(d, m);
		dsmip_ue_bid_options(d, m);
		return;
	}
	add_alt_coa(d, m);
	add_hoa4(d, m);
	add_coa4(d, m);
}

enum mh_procedure dsmip_ue_procedure(const struct dsmip_ue *d)
{
	if (taken_away(d))
		return MH_PROC_DETACH;
	if (!d->bound)
		return MH_PROC_INITIAL;
	return ip6_eq(&d->coa, &d->bound_coa) ? MH_PROC_REREGISTRATION : MH_PROC_HANDOVER;
}

static enum mh_access access_kind(const struct dsmip_ue *d)
{
	return ue_from_home(d) ? MH_ACCESS_HOME : dsmip_is_mapped(&d->coa) ? MH_ACCESS_IP4 : MH_ACCESS_IP6;
}

/* The home agent and the way to it; over IPv4 the tunnel is told in *udp, which outlives tx. */
void dsmip_ue_way(struct dsmip_ue *d, const struct ip6_addr *coa, struct net_iface *via, struct net_tunnel *udp,
		  struct net_send *out)
{
	bool here = ip6_eq(coa, dsmip_ue_claimed_coa(d)) && ue_from_home(d);

	out->dst = ue_ha(d)->a6;
	if (here || (d->at_home && ip6_eq(coa, &d->hoa))) {
		out->src = d->hoa;
		out->via = via;
	} else if (dsmip_is_mapped(coa)) {
		*udp = (struct net_tunnel){ .local = *coa, .remote = ip6_mapped(ue_ha(d)->a4), .sport = DSMIP_UDP_PORT,
					    .dport = DSMIP_UDP_PORT, .encap = ENCAP_UDP4, .via = via };
		out->src = d->hoa;
		out->tunnel = udp;
		d->last_up = moor_world_now(ue_world(d));
	} else {
		out->src = *coa;
		out->home_address = &d->hoa;
		out->via = via;
	}
}

/* [R24303-5.1.2.4-04] [R24303-5.1.2.4-11] [R24303-5.1.2.4-12] [R24303-A.1-02] */
static void send(struct dsmip_ue *d)
{
	struct net_tunnel udp;
	struct dsmip_tx tx = { .profile = d->p->profile, .hoa = d->hoa, .coa = d->coa, .attempt = d->attempt,
			       .instance = ue_pdn(d),
			       /* what is known of a NAT holds for the registered care-of address */
			       .nat = d->nat && ip6_eq(&d->coa, &d->bound_coa) };
	struct mh_msg m;

	compose(d, &m);
	tx.context = (struct mh_context){ .procedure = dsmip_ue_procedure(d), .access = access_kind(d),
					  .ifom = d->rare && dsmip_ue_bid_job(d), .has_coa = true, .has_hoa = true, .coa = d->coa, .hoa = d->hoa };
	dsmip_ue_way(d, dsmip_ue_claimed_coa(d), ue_via(d), &udp, &tx.send);
	if (tx.send.home_address) {		/* over IPv6 */
		tx.send.no_divert = true;
		tx.coa = tx.context.coa = tx.send.src;
	}
	dsmip_send(d->h, &m, &tx);
}

/* ---- timing ------------------------------------------------------------------------------------------------------ */

/*
 * [RFC 6275 11.8] not more than `rate` in any second: after so many without a pause of a second, the next one waits
 * for such a pause. A little stricter than the rule, and it needs no list of times.
 */
static moor_time not_before(const struct dsmip_ue *d)
{
	if (d->burst < ue_timer(d, T_UPDATE_RATE))
		return 0;
	return moor_time_add(d->last_bu, 1 * MOOR_S);
}

/* The wait after the attempt-th BU of a series [RFC 6275 11.8]. */
static moor_time backoff(const struct dsmip_ue *d)
{
	bool first = !d->bound && !dsmip_ue_leaving(d);
	moor_time span = ue_timer(d, first ? T_BINDACK_FIRST : T_BINDACK);
	moor_time most = ue_timer(d, T_BINDACK_MAX);

	for (unsigned k = 1; k < d->attempt && span < most; k++)
		span *= 2;
	return span < most ? span : most;
}

void dsmip_ue_again(struct dsmip_ue *d)
{
	struct moor_world *w = ue_world(d);
	moor_time now = moor_world_now(w), earliest = not_before(d), span, end;

	d->deferred = now < earliest;
	if (d->deferred) {
		moor_timer_at(w, &d->t_bu, earliest, bu_timer);
		return;
	}
	d->burst = d->burst && now - d->last_bu < 1 * MOOR_S ? (uint16_t)(d->burst + 1) : 1;
	d->last_bu = now;
	d->seq++;
	if (!d->attempt) {
		d->series = d->seq;
		d->series_at = now;
	}
	if (d->attempt < UINT16_MAX)
		d->attempt++;
	send(d);
	span = backoff(d);
	end = moor_time_add(d->series_at, ue_timer(d, T_BINDACK_MAX));
	if (ends(d) && moor_time_add(now, span) > end)
		span = end > now ? end - now : 0;
	moor_timer_in(w, &d->t_bu, span, bu_timer);
}

void dsmip_ue_series(struct dsmip_ue *d)
{
	dsmip_ue_series_end(d);
	d->answered = false;
	d->left_128 = d->p->retries_128;
	d->left_135 = 3;
	dsmip_ue_again(d);
}

void dsmip_ue_series_end(struct dsmip_ue *d)
{
	moor_timer_cancel(ue_world(d), &d->t_bu);
	d->attempt = 0;
	d->deferred = false;
}

/* No answer in time. [R24303-5.1.2.4-34] also: status 128 leaves the timer running. */
static void bu_timer(struct moor_world *w, struct moor_timer *t)
{
	struct dsmip_ue *d = MOOR_CONTAINER(t, struct dsmip_ue, t_bu);
	moor_time most = ue_timer(d, T_BINDACK_MAX);

	dsmip_ue_admit(d, DSMIP_EV_TIMER, false);
	if (d->deferred) {
		dsmip_ue_again(d);
		return;
	}
	if (ends(d) && moor_world_now(w) - d->series_at >= most) {
		if (d->machine.state == DSMIP_SWITCHING)
			dsmip_ue_switched(d);
		else
			dsmip_ue_finish(d);	/* the home agent will see the lifetime end */
		return;
	}
	if (dsmip_ue_leaving(d)) {
		dsmip_ue_again(d);
		return;
	}
	/* [RFC 5555 4.4.1] three BUs in total without an answer from an IPv6 care-of address: try the IPv4 one */
	if (!d->answered && d->attempt >= ue_timer(d, T_V6_TRIES) && dsmip_ue_other_family(d)) {
		dsmip_ue_evaluate(d);
		return;
	}
	if (d->rare && dsmip_ue_bid_silent(d))
		return;
	if (!d->answered && !d->bound && backoff(d) >= most) {
		dsmip_ue_ha_silent(d);
		return;
	}
	dsmip_ue_again(d);
	/* It may have lost the security associations: then none of this reaches it. */
	if (d->p->security && !d->answered && d->attempt > ue_timer(d, T_V6_TRIES))
		s2c_ue_unanswered(d);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what the home agent says
 *
 * Binding Acknowledgements: validation [RFC 6275 11.7.3, RFC 5555 4.4.2], the binding update list entry and its
 * lifetime, the reaction to each status [24.303 5.1.2.4], the IPv4 home address, the NAT. Binding Errors [RFC 6275
 * 11.3.6] and Binding Refresh Requests. The timers of a binding: refresh, NAT keepalive, expiry [24.303 5.3.2].
 *
 * A BA answers any BU of the running series: each of them is outstanding, they say the same, and a path slower than
 * the retransmission timer would never register otherwise.
 */
#include "proto/dsmip_ue_priv.h"

/*
 * The types that RFC 6275 defines and two more; what is not for a mobile node is dropped, others are "unrecognised",
 * and so are the messages that begin route optimisation [R24303-4.1-05].
 */
#define UE_TYPES ((0xffu & ~(FSM_BIT(MH_HOTI) | FSM_BIT(MH_COTI))) | FSM_BIT(MH_HA_SWITCH) | FSM_BIT(MH_BR))

/* ---- timers of the binding --------------------------------------------------------------------------------------- */

static void expired(struct moor_world *w, struct moor_timer *t);

void dsmip_ue_no_refresh(struct dsmip_ue *d)
{
	moor_time now = moor_world_now(ue_world(d));

	d->fresh = false;
	if (d->bound)
		moor_timer_at(ue_world(d), &d->t_life, d->expires > now ? d->expires : now, expired);
}

static void refresh_due(struct moor_world *w, struct moor_timer *t)
{
	struct dsmip_ue *d = MOOR_CONTAINER(t, struct dsmip_ue, t_life);

	(void)w;
	dsmip_ue_no_refresh(d);
	dsmip_ue_refresh(d);		/* [R24303-5.3.2-01] [R24303-5.3.2-03] same care-of address */
}

/* [R24303-5.3.2-06] only when nothing of ours went through the NAT for that long */
static void keepalive_due(struct moor_world *w, struct moor_timer *t)
{
	struct dsmip_ue *d = MOOR_CONTAINER(t, struct dsmip_ue, t_keepalive);
	moor_time due = moor_time_add(d->last_up, d->keepalive_s * MOOR_S);

	if (due > moor_world_now(w))
		moor_timer_at(w, t, due, keepalive_due);
	else
		dsmip_ue_refresh(d);
}

/* [RFC 6275 11.5.5] the home address, now ours alone again, and the link-local one */
static void announce(const struct dsmip_ue *d)
{
	struct ip6_addr local = ip6_link_local(mac_iid(moor_port_mac(net_iface_port(ue_via(d)))));

	net_announce(ue_via(d), &d->hoa);
	net_announce(ue_via(d), &local);
}

/* The lifetime is over and the home agent has forgotten us: from now on it is a first registration. */
static void expired(struct moor_world *w, struct moor_timer *t)
{
	struct dsmip_ue *d = MOOR_CONTAINER(t, struct dsmip_ue, t_life);

	(void)w;
	dsmip_ue_admit(d, DSMIP_EV_EXPIRED, false);
	dsmip_ue_record_binding(d, BINDING_EXPIRED, 0);
	dsmip_ue_unbind(d);
	switch (dsmip_ue_state(d)) {
	case DSMIP_REGISTERED:
		d->coa = ip6_any;
		d->via = 0;
		dsmip_ue_series_end(d);
		dsmip_ue_go(d, DSMIP_HLD);
		dsmip_ue_evaluate(d);
		break;
	case DSMIP_REGISTERING:
		if (ue_has_coa(d))
			break;
		d->via = 0;
		dsmip_ue_go(d, DSMIP_HLD);
		dsmip_ue_evaluate(d);
		break;
	case DSMIP_RETURNING:
		dsmip_ue_series_end(d);
		dsmip_ue_go(d, DSMIP_HOME);
		announce(d);
		dsmip_ue_move_end(d, MOVE_REGISTERED);
		break;
	case DSMIP_DETACHING:
		dsmip_ue_finish(d);
		break;
	case DSMIP_SWITCHING:
		dsmip_ue_switched(d);
		break;
	case DSMIP_IDLE:
	case DSMIP_DISCOVER:
	case DSMIP_CHILD_SA:
	case DSMIP_HLD:
	case DSMIP_HOME:
	case DSMIP_UE_STATES:
		break;
	}
}

/* ---- an accepted registration ------------------------------------------------------------------------------------ */

/* 24.303: F decides [R24303-5.1.2.4-50]. RFC 5555 4.2 and 4.4.2 read together: F, or a NAT that needs keepalives. */
static bool wants_udp(const struct dsmip_ue *d, const struct mh_opt *nat)
{
	if (!nat || !dsmip_is_mapped(&d->coa))
		return false;
	return nat->nat.force || (d->p->profile == MH_PROFILE_RFC && nat->nat.refresh_s != UINT32_MAX);
}

/* [R24303-5.3.2-07] [R24303-5.3.2-08] [RFC 5555 4.3]; seconds, 0: none */
static uint32_t keepalive_interval(const struct dsmip_ue *d, const struct mh_opt *nat, uint16_t granted)
{
	if (!d->p->keepalive || d->encap != ENCAP_UDP4)
		return 0;
	if (nat->nat.refresh_s == 0)
		return (uint32_t)(ue_timer(d, T_NATKA) / MOOR_S);
	if (nat->nat.refresh_s == UINT32_MAX)
		return d->p->profile == MH_PROFILE_RFC ? 0 : granted * 4u;
	return nat->nat.refresh_s;
}

static void set_tunnel(struct dsmip_ue *d, const struct mh_opt *nat)
{
	d->bound_coa = d->coa;
	d->bound_via = d->via;
	d->encap = dsmip_is_mapped(&d->coa) ? wants_udp(d, nat) ? ENCAP_UDP4 : ENCAP_IN4 : ENCAP_IN6;
	d->nat = d->encap == ENCAP_UDP4;
}

/* True: the BU must go again, with 0.0.0.0 [R24303-5.1.2.4-42]. */
static bool hoa4_result(struct dsmip_ue *d, const struct mh_msg *m)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_IP4_ACK);	/* type 30 [R24303-5.1.2.4-44] */
	uint8_t status;

	if (!o || !d->asked4) {
		dsmip_ue_set_hoa4(d, (struct ip4_addr){ { 0 } });	/* [R24303-5.1.2.4-43] */
		return false;
	}
	status = o->hoa4.status;
	if (status < 128 && dsmip_routable4(o->hoa4.addr)) {
		dsmip_ue_set_hoa4(d, o->hoa4.addr);		/* [R24303-5.1.2.4-38] */
		d->left_hoa4 = d->p->retries_hoa4;
		return false;
	}
	dsmip_ue_set_hoa4(d, (struct ip4_addr){ { 0 } });		/* [R24303-5.1.2.4-39] */
	switch (status) {
	case MH_IP4_UNSPECIFIED:
	case MH_IP4_INCORRECT_HOA:
	case MH_IP4_INVALID_ADDRESS:
	case MH_IP4_NO_PREFIX:
		if (d->left_hoa4) {
			d->left_hoa4--;
			return true;
		}
		break;
	}
	d->refused4 = true;		/* [R24303-5.1.2.4-40] [R24303-5.1.2.4-41] and when it does not end */
	return false;
}

/* [R24303-5.3.2-01] by the home agent's advice when it makes sense, else at a share of the lifetime */
static void arm_refresh(struct dsmip_ue *d, const struct mh_msg *m, moor_time from)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_REFRESH_ADVICE);
	moor_time span = moor_life4_span((moor_life4){ d->life_granted }) / 100 * d->p->refresh_percent;
	moor_time now = moor_world_now(ue_world(d));

	if (o && o->refresh.units && o->refresh.units < d->life_granted)
		span = moor_life4_span(o->refresh);
	d->fresh = span && d->expires > now;
	if (d->fresh)
		moor_timer_at(ue_world(d), &d->t_life, from + span > now ? from + span : now, refresh_due);
	else
		dsmip_ue_no_refresh(d);
}

/*
 * The binding update list entry [R24303-5.1.2.4-32]. Its remaining lifetime is that of the entry since the BU was
 * sent, less what the home agent did not grant [RFC 6275 11.7.3]: the same as the granted one counted from that BU.
 */
void dsmip_ue_accept(struct dsmip_ue *d, const struct mh_msg *m)
{
	struct moor_world *w = ue_world(d);
	const struct mh_opt *nat = mh_find(m, MH_OPT_NAT_DETECTION);
	moor_time from = m->ba.seq == d->seq ? d->last_bu : d->series_at;
	enum rec_binding what = !d->bound || ip6_is_zero(&d->bound_coa) ? BINDING_CREATED :
				ip6_eq(&d->coa, &d->bound_coa) ? BINDING_REFRESHED :
				BINDING_UPDATED;
	bool again;

	d->life_granted = m->ba.life.units < d->life_sent ? m->ba.life.units : d->life_sent;
	d->bound = true;
	dsmip_ue_path_ok(d);
	d->k = m->ba.flags & MH_BA_K;
	d->r = m->ba.flags & MH_BA_R;
	set_tunnel(d, nat);
	again = hoa4_result(d, m);
	d->expires = from + moor_life4_span((moor_life4){ d->life_granted });
	arm_refresh(d, m, from);
	d->keepalive_s = nat ? keepalive_interval(d, nat, d->life_granted) : 0;
	d->last_up = moor_world_now(w);
	if (d->p->security && !(d->rare && dsmip_ue_bid_job(d)))
		s2c_ue_bound(d, d->k);
	if (d->keepalive_s)
		moor_timer_in(w, &d->t_keepalive, d->keepalive_s * MOOR_S, keepalive_due);
	else
		moor_timer_cancel(w, &d->t_keepalive);
	dsmip_ue_series_end(d);
	dsmip_ue_record_binding(d, what, m->ba.status);
	dsmip_ue_go(d, DSMIP_REGISTERED);
	dsmip_ue_move_end(d, MOVE_REGISTERED);
	dsmip_ue_mip_bound(d);
	if (d->rare && dsmip_ue_bid_job(d))
		dsmip_ue_bid_accepted(d, m, again);
	else if (again)
		dsmip_ue_refresh(d);
}

/* ---- the answer to a de-registration ----------------------------------------------------------------------------- */

/* k: as in the BA; then the home address is the new end of the IKE SA [RFC 6275 10.3.2]. */
static void gone(struct dsmip_ue *d, uint8_t status, bool k)
{
	dsmip_ue_record_binding(d, BINDING_DEREGISTERED, status);
	if (d->machine.state == DSMIP_DETACHING) {
		dsmip_ue_finish(d);
		return;
	}
	if (d->machine.state == DSMIP_SWITCHING) {
		dsmip_ue_switched(d);
		return;
	}
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
	dsmip_ue_go(d, DSMIP_HOME);
	announce(d);
	if (d->p->security)
		s2c_ue_bound(d, k);
	dsmip_ue_move_end(d, MOVE_REGISTERED);
}

/* ---- a refusal --------------------------------------------------------------------------------------------------- */

/* 134: never this home address again; the next interface identifier [RFC 6275 11.7.1]. */
static void other_hoa(struct dsmip_ue *d)
{
	struct ip6_addr hoa = ip6_from64(ip6_high64(&d->hoa), ip6_low64(&d->hoa) + 1);

	if (!d->left_dad || d->bound) {
		dsmip_ue_ha_unusable(d, MH_BA_DAD_FAILED);
		return;
	}
	d->left_dad--;
	dsmip_ue_record_binding(d, BINDING_REFUSED, MH_BA_DAD_FAILED);
	dsmip_ue_series_end(d);
	dsmip_ue_set_hoa(d, &hoa);
	d->coa = ip6_any;
	dsmip_ue_go(d, DSMIP_CHILD_SA);		/* a security association for the new home address [RFC 5026 5.3.2] */
	if (d->p->security) {
		s2c_ue_new_hoa(d);
		return;
	}
	dsmip_ue_admit(d, DSMIP_EV_SA, false);
	dsmip_ue_go(d, DSMIP_HLD);
	dsmip_ue_evaluate(d);
}

void dsmip_ue_refused(struct dsmip_ue *d, uint8_t status)
{
	d->answered = true;
	switch (status) {
	case MH_BA_UNSPECIFIED:			/* [R24303-5.1.2.4-34] the retransmission timer sends it again */
	case MH_BA_INVALID_COA:
		if (!d->left_128--)
			dsmip_ue_ha_unusable(d, status);
		else
			dsmip_ue_record_binding(d, BINDING_REFUSED, status);
		break;
	case MH_BA_DAD_FAILED:
		other_hoa(d);
		break;
	case MH_BA_FORCE_UDP_REFUSED:		/* [RFC 5555 4.4.2] once more without F */
		if (d->p->f_flag && !d->f_off) {
			d->f_off = true;
			dsmip_ue_again(d);
			break;
		}
		dsmip_ue_ha_unusable(d, status);
		break;
	default:				/* a number of the peer's: 129-133, 140-143 and what we cannot mend */
		dsmip_ue_ha_unusable(d, status);
		break;
	}
}

/*
 * [RFC 6275 11.7.3] the home agent's number is the truth; the next BU goes on from there. One that our latest BU is
 * ahead of answers a copy of an earlier BU: going back to it would use numbers twice [RFC 6275 11.8].
 */
static void sequence(struct dsmip_ue *d, uint16_t last)
{
	d->answered = true;
	if ((uint16_t)(d->seq - last - 1) < 0x7fff)
		return;
	d->seq = last;
	d->series = (uint16_t)(last + 1);
	if (d->left_135) {
		d->left_135--;
		dsmip_ue_again(d);
	}
}

/* ---- Mobility Headers in ----------------------------------------------------------------------------------------- */

bool dsmip_ue_from_ha(const struct dsmip_ue *d, const struct dsmip_rx *x)
{
	struct ip6_addr ha4 = ip6_mapped(ue_ha(d)->a4);

	if (!ip6_eq(&x->rx->ip6->h.src, &ue_ha(d)->a6))
		return false;
	return !x->v4 || ip6_eq(&x->rx->outer.src, &ha4);
}

static bool outstanding(const struct dsmip_ue *d, uint16_t seq)
{
	return d->attempt && (uint16_t)(seq - d->series) < (uint16_t)(d->seq - d->series + 1);
}

/*
 * [RFC 6275 11.7.3] [R24303-5.1.2.4-31] and that it names our home address: in a type 2 routing header, or as the
 * destination where there is none (in IPv4, at home) [RFC 5555 4.5]. Answers what is wrong, or NULL.
 */
static const char *ba_fault(const struct dsmip_ue *d, const struct dsmip_rx *x)
{
	if (!dsmip_ue_from_ha(d, x))
		return "ba-source";
	if (!ip6_eq(&x->dst, &d->hoa))
		return "ba-home-address";
	if (!x->has_rh2 && !x->v4 && !ue_from_home(d))
		return "ba-routing-header";
	if (x->m.ba.status == MH_BA_SEQUENCE ? !d->attempt : !outstanding(d, x->m.ba.seq))
		return "ba-sequence";
	return NULL;
}

static void ba_in(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	const struct mh_opt *nat = mh_find(&x->m, MH_OPT_NAT_DETECTION);
	struct mh_context c = { .access = d->at_home ? MH_ACCESS_HOME : x->v4 ? MH_ACCESS_IP4 : MH_ACCESS_IP6,
				.procedure = dsmip_ue_procedure(d), .udp = x->v4 };
	const char *fault = ba_fault(d, x);
	uint8_t status = x->m.ba.status;
	enum dsmip_ue_event ev = DSMIP_EV_BA_ACCEPTED;

	dsmip_record_rx(x, d->p->profile, &c, ue_pdn(d), nat && nat->nat.force);
	if (fault) {
		dsmip_discard(d->h, ue_pdn(d), fault, "RFC 6275 11.7.3");
		return;
	}
	if (d->rare && dsmip_ue_bid_ba(d, &x->m))
		return;
	if (status == MH_BA_SEQUENCE)
		ev = DSMIP_EV_BA_SEQUENCE;
	else if (status >= 128 || (!x->m.ba.life.units && !dsmip_ue_leaving(d)))
		ev = DSMIP_EV_BA_REFUSED;
	if (!dsmip_ue_admit(d, ev, true))
		return;
	if (status == MH_BA_SEQUENCE)
		sequence(d, x->m.ba.seq);
	else if (dsmip_ue_leaving(d))
		gone(d, status, x->m.ba.flags & MH_BA_K);	/* refused with 133 too: there is nothing left to remove */
	else if (ev == DSMIP_EV_BA_REFUSED)
		dsmip_ue_refused(d, status < 128 ? MH_BA_UNSPECIFIED : status);
	else
		dsmip_ue_accept(d, &x->m);
}

/* [RFC 6275 11.3.6] from our home agent, about our home address; anything else is ignored */
static void be_in(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	dsmip_record_rx(x, d->p->profile, &(struct mh_context){ 0 }, ue_pdn(d), d->nat);
	if (!dsmip_ue_from_ha(d, x) || !(d->bound || d->attempt)) {
		dsmip_discard(d->h, ue_pdn(d), "be-source", "RFC 6275 11.3.6");
		return;
	}
	if (!dsmip_ue_admit(d, DSMIP_EV_BE, true) || dsmip_ue_leaving(d))
		return;
	if (x->m.be.status == MH_BE_UNKNOWN_BINDING && ip6_eq(&x->m.be.hoa, &d->hoa))
		dsmip_ue_refresh(d);		/* a BU, unless one is under way */
	else if (x->m.be.status == MH_BE_UNKNOWN_MH_TYPE && d->attempt)
		dsmip_ue_ha_unusable(d, 0);	/* it does not even know Binding Updates */
}

static void brr_in(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	dsmip_record_rx(x, d->p->profile, &(struct mh_context){ 0 }, ue_pdn(d), d->nat);
	if (!dsmip_ue_from_ha(d, x) || !d->bound) {
		dsmip_discard(d->h, ue_pdn(d), "brr-source", "RFC 6275 11.7.4");
		return;
	}
	if (dsmip_ue_admit(d, DSMIP_EV_BRR, true))
		dsmip_ue_refresh(d);
}

/* [R24303-5.1.2.2-04] [RFC 6275 5.1] With security associations what comes without them is not the home agent's. */
static bool believed(struct dsmip_ue *d, const struct dsmip_rx *x)
{
	if (!d->p->security || x->rx->protected)
		return true;
	dsmip_discard(d->h, ue_pdn(d), "mh-unprotected", "RFC 4877 4.2");
	return false;
}

void dsmip_ue_input(void *owner, struct net_rx *rx)
{
	struct dsmip_ue *d = owner;
	struct dsmip_rx x;

	switch (dsmip_receive(rx, UE_TYPES, &x)) {
	case DSMIP_DROP:
		return;
	case DSMIP_UNKNOWN_TYPE:
		dsmip_discard(d->h, ue_pdn(d), "mh-type", "RFC 6275 9.2");
		if (!net_error_allowed(d->h))	/* [RFC 6275 9.3.3] */
			return;
		dsmip_send_error(rx, MH_BE_UNKNOWN_MH_TYPE, x.has_hao ? &x.hoa : &ip6_any,
				 rx->outer.encap == ENCAP_UDP4, d->p->profile, ue_pdn(d));
		return;
	case DSMIP_OK:
		break;
	}
	switch (x.m.type) {
	case MH_BA:
		if (believed(d, &x))
			ba_in(d, &x);
		break;
	case MH_BE:
		if (believed(d, &x))
			be_in(d, &x);
		else if (x.m.be.status == MH_BE_UNKNOWN_BINDING && dsmip_ue_from_ha(d, &x) && net_error_allowed(d->h))
			s2c_ue_unanswered(d);	/* a hint, not more, not often: does the home agent have what we have? */
		break;
	case MH_BRR:
		if (believed(d, &x))
			brr_in(d, &x);
		break;
	case MH_BR:
		if (believed(d, &x))
			dsmip_ue_bri(d, &x);
		break;
	case MH_HA_SWITCH:
		if (believed(d, &x))
			dsmip_ue_ha_switch(d, &x);
		break;
	default:				/* no route optimisation [R24303-4.1-05] */
		dsmip_discard(d->h, ue_pdn(d), "mh-not-for-a-mobile-node", "24.303 4.1");
		break;
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the life of a DSMIPv6 UE
 *
 * States and what moves between them [24.303 5.1 to 5.4]. One struct is one PDN connection [R24303-4.1-08]. It is
 * the UE that sets the tunnel up [R24303-4.1-01] [R24303-4.1-02]; the order of the steps is that of
 * [R24303-5.1.1-06] [R24303-5.2.1-02].
 *
 *	IDLE - DISCOVER (next usable home agent) - CHILD_SA (security association) - HLD (home link detection)
 *	     - HOME, or REGISTERING - REGISTERED - RETURNING (to HOME) or DETACHING (to IDLE)
 *
 * Home link detection comes before registration [R24303-5.1.1-05]. In CHILD_SA IKEv2 (s2c_ue.c) brings the home
 * network prefix and the security association for the home address; it needs an access and an address, so it waits
 * for those first. With `ipsec: none` there is nothing to set up, the state passes at once, and the prefix is static
 * [24.303 5.1.2.3 of release 8, R24303-5.1.2.3-05]. A security association that is lost later is set up anew from
 * here, while a binding may stand; on the home link it is missed only when it is needed [24.303 5.2.2.2].
 *
 * Where the candidates come from is dsmip_ue_discover.c's, or they are the profile's list.
 *
 * Not here: IP flow mobility is in dsmip_ue_bid.c, Binding Revocation in dsmip_ue_bri.c, Home Agent Switch in
 * dsmip_ue_switch.c.
 */
#include "proto/dsmip_ue_priv.h"

#define ALL_BA (FSM_BIT(DSMIP_EV_BA_ACCEPTED) | FSM_BIT(DSMIP_EV_BA_REFUSED) | FSM_BIT(DSMIP_EV_BA_SEQUENCE))
#define LINKS (FSM_BIT(DSMIP_EV_HOME_LINK) | FSM_BIT(DSMIP_EV_FOREIGN_LINK) | FSM_BIT(DSMIP_EV_MOVED))
#define ERRORS (FSM_BIT(DSMIP_EV_BE) | FSM_BIT(DSMIP_EV_ICMP))
#define NO_SA (FSM_BIT(DSMIP_EV_NO_SA) | FSM_BIT(DSMIP_EV_REVOKED))
#define TO(state) (1u << DSMIP_##state)

static const struct fsm_state ue_states[DSMIP_UE_STATES] = {
	[DSMIP_IDLE] = { "IDLE", FSM_BIT(DSMIP_EV_ATTACH), TO(DISCOVER), NULL, "24.303 5.1.1" },
	[DSMIP_DISCOVER] = { "DISCOVER", FSM_BIT(DSMIP_EV_HA) | FSM_BIT(DSMIP_EV_NO_HA) | FSM_BIT(DSMIP_EV_DETACH),
			     TO(CHILD_SA) | TO(IDLE), NULL, "24.303 5.1.2.1" },
	[DSMIP_CHILD_SA] = { "CHILD_SA",
			     FSM_BIT(DSMIP_EV_SA) | NO_SA | FSM_BIT(DSMIP_EV_EXPIRED) | FSM_BIT(DSMIP_EV_DETACH) |
			     FSM_BIT(DSMIP_EV_HOME_LINK),
			     TO(HLD) | TO(DISCOVER) | TO(IDLE), "IKE_RETRANSMISSION", "24.303 5.1.2.2" },
	[DSMIP_HLD] = { "HLD", LINKS | NO_SA | FSM_BIT(DSMIP_EV_DETACH),
			TO(HOME) | TO(REGISTERING) | TO(RETURNING) | TO(CHILD_SA) | TO(IDLE), NULL,
			"24.303 5.1.2.3" },
	[DSMIP_HOME] = { "HOME", LINKS | NO_SA | FSM_BIT(DSMIP_EV_DETACH),
			 TO(HLD) | TO(REGISTERING) | TO(CHILD_SA) | TO(IDLE), NULL, "24.303 5.1.2.3" },
	[DSMIP_REGISTERING] = { "REGISTERING",
				LINKS | ALL_BA | ERRORS | NO_SA | FSM_BIT(DSMIP_EV_TIMER) |
				FSM_BIT(DSMIP_EV_EXPIRED) | FSM_BIT(DSMIP_EV_DETACH) | FSM_BIT(DSMIP_EV_BRR) |
				FSM_BIT(DSMIP_EV_SWITCH),
				TO(SWITCHING) | TO(REGISTERED) | TO(RETURNING) | TO(HOME) | TO(HLD) | TO(DISCOVER) | TO(CHILD_SA) |
				TO(DETACHING) | TO(IDLE), "INITIAL_BINDACK_TIMEOUT", "24.303 5.1.2.4" },
	[DSMIP_REGISTERED] = { "REGISTERED",
			       LINKS | ALL_BA | ERRORS | NO_SA | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_REFRESH) |
			       FSM_BIT(DSMIP_EV_SWITCH) |
			       FSM_BIT(DSMIP_EV_EXPIRED) | FSM_BIT(DSMIP_EV_BRR) | FSM_BIT(DSMIP_EV_DETACH),
			       TO(REGISTERING) | TO(RETURNING) | TO(HLD) | TO(DISCOVER) | TO(CHILD_SA) | TO(DETACHING) |
			       TO(SWITCHING) | TO(IDLE), NULL, "24.303 5.3.2" },
	[DSMIP_RETURNING] = { "RETURNING",
			      LINKS | ALL_BA | ERRORS | NO_SA | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED) |
			      FSM_BIT(DSMIP_EV_DETACH),
			      TO(HOME) | TO(HLD) | TO(REGISTERING) | TO(REGISTERED) | TO(CHILD_SA) | TO(DETACHING) |
			      TO(IDLE),
			      "INITIAL_BINDACK_TIMEOUT",
			      "RFC 6275 11.5.5" },
	[DSMIP_DETACHING] = { "DETACHING",
			      ALL_BA | ERRORS | NO_SA | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED),
			      TO(IDLE), "MAX_BINDACK_TIMEOUT", "24.303 5.4.2.2" },
	[DSMIP_SWITCHING] = { "SWITCHING",
			      ALL_BA | ERRORS | NO_SA | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED) |
			      FSM_BIT(DSMIP_EV_DETACH),
			      TO(DISCOVER) | TO(DETACHING) | TO(IDLE), "MAX_BINDACK_TIMEOUT", "RFC 5142 6.1" },
};

static const char *const ue_event_names[DSMIP_UE_EVENTS] = {
	"attach", "home-agent", "no-home-agent", "security-association", "home-link", "foreign-link", "moved", "timeout",
	"ba-accepted", "ba-refused", "ba-sequence", "refresh", "expired", "binding-error", "refresh-request",
	"icmp-error", "detach", "no-security-association", "revoked", "switch",
};

const struct fsm dsmip_ue_fsm = {
	"dsmip-ue", "DSMIPv6 on the UE, one per PDN connection", ue_states, ue_event_names, DSMIP_UE_STATES,
	DSMIP_UE_EVENTS
};

void dsmip_ue_profile_default(struct dsmip_ue_profile *p)
{
	*p = (struct dsmip_ue_profile){
		.profile = MH_PROFILE_R10, .lifetime = 3600 * MOOR_S, .refresh_percent = 80, .keepalive = true,
		.v6_wait = 1 * MOOR_S, .first_sequence = 1, .retries_128 = 3, .retries_hoa4 = 3,
	};
}

bool dsmip_ue_admit(struct dsmip_ue *d, enum dsmip_ue_event ev, bool from_packet)
{
	return machine_admits(&d->machine, &dsmip_ue_fsm, ue_world(d), ue_node(d), ue_pdn(d), (uint8_t)ev, from_packet);
}

void dsmip_ue_go(struct dsmip_ue *d, enum dsmip_ue_state to)
{
	if (d->machine.state != to)
		machine_go(&d->machine, &dsmip_ue_fsm, ue_world(d), ue_node(d), ue_pdn(d), (uint8_t)to);
	if (d->rare)
		dsmip_ue_pd_state(d);
}

struct ip6_prefix dsmip_ue_hnp(const struct dsmip_ue *d)
{
	return ip6_prefix_make(&d->hoa, d->hnp_len);
}

void dsmip_ue_record_binding(struct dsmip_ue *d, enum rec_binding what, uint8_t status)
{
	struct moor_record r;

	if (!moor_record_wanted(ue_world(d), REC_BINDING))
		return;
	MOOR_RECORD_BEGIN(&r, REC_BINDING, ue_node(d), REC_NONE, binding);
	r.instance = ue_pdn(d);
	if (d->via)
		r.port = moor_port_number(net_iface_port(ue_via(d)));
	r.u.binding.what = what;
	r.u.binding.status = status;
	r.u.binding.sequence = d->seq;
	r.u.binding.lifetime = what <= BINDING_REFRESHED ? d->life_granted : 0;
	r.u.binding.udp_port = d->encap == ENCAP_UDP4 ? DSMIP_UDP_PORT : 0;
	r.u.binding.bid = d->rare ? dsmip_ue_bid_number(d) : 0;
	r.u.binding.home_address = d->hoa;
	r.u.binding.care_of = d->coa;
	r.u.binding.home_address4 = d->has4 ? d->hoa4 : (struct ip4_addr){ { 0 } };
	moor_record_emit(ue_world(d), &r);
}

/* ---- addresses and the binding ----------------------------------------------------------------------------------- */

/* The home address is one of ours as long as the PDN connection lasts, on whatever link we are. */
void dsmip_ue_set_hoa(struct dsmip_ue *d, const struct ip6_addr *hoa)
{
	dsmip_ue_leave_home(d);
	net_address_remove_virtual(d->h, &d->hoa);
	d->hoa = *hoa;
	net_address_add_virtual(d->h, &d->hoa);
}

void dsmip_ue_set_hoa4(struct dsmip_ue *d, struct ip4_addr a)
{
	struct ip6_addr mapped = ip6_mapped(d->hoa4);

	if (d->has4 && !ip4_eq(d->hoa4, a))
		net_address_remove_virtual(d->h, &mapped);
	if (!ip4_is_zero(a) && !(d->has4 && ip4_eq(d->hoa4, a))) {
		mapped = ip6_mapped(a);
		net_address_add_virtual(d->h, &mapped);
	}
	d->hoa4 = a;
	d->has4 = !ip4_is_zero(a);
}

struct net_tunnel dsmip_ue_tunnel(const struct dsmip_ue *d)
{
	bool v4 = dsmip_is_mapped(&d->bound_coa);

	return (struct net_tunnel){
		.local = d->bound_coa, .remote = v4 ? ip6_mapped(ue_ha(d)->a4) : ue_ha(d)->a6,
		.sport = DSMIP_UDP_PORT, .dport = DSMIP_UDP_PORT, .encap = d->encap,
		.via = net_iface_numbered(d->h, d->bound_via),
	};
}

void dsmip_ue_unbind(struct dsmip_ue *d)
{
	struct moor_world *w = ue_world(d);

	if (d->rare)
		dsmip_ue_bids_unbind(d);
	d->bound = false;
	d->nat = false;
	d->encap = ENCAP_PLAIN;
	moor_timer_cancel(w, &d->t_life);
	d->fresh = false;
	moor_timer_cancel(w, &d->t_keepalive);
	if (d->rare)
		dsmip_ue_mip_stop(d);
	dsmip_ue_set_hoa4(d, (struct ip4_addr){ { 0 } });
	d->hoa4 = d->hoa4_static;
}

/* What was given for this PDN connection was this home agent's to give; what is known otherwise may still hold. */
static void forget_prefix(struct dsmip_ue *d)
{
	struct ip6_prefix hnp = s2c_ue_known_hnp(d);
	struct ip6_addr hoa = ip6_from64(ip6_high64(&hnp.addr), ip6_low64(&d->hoa));

	if (ip6_eq(&hoa, &d->hoa))
		return;
	dsmip_ue_leave_home(d);
	net_address_remove_virtual(d->h, &d->hoa);
	d->hoa = hoa;
	d->hnp_len = hnp.len ? hnp.len : 64;
	d->home_mask = 0;
}

void dsmip_ue_finish(struct dsmip_ue *d)
{
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
	dsmip_ue_leave_home(d);
	dsmip_discovery_stop(d);
	net_address_remove_virtual(d->h, &d->hoa);
	moor_timer_cancel(ue_world(d), &d->t_wait);
	d->coa = ip6_any;
	d->via = 0;
	d->moving = false;
	if (d->p->security) {
		s2c_ue_end(d);		/* [R24303-5.4.2.2-02] behind the BA */
		forget_prefix(d);
	}
	dsmip_ue_go(d, DSMIP_IDLE);
}

/* ---- home agents ------------------------------------------------------------------------------------------------- */

/* A home agent that was found is one of the profile's list, or as good as its first. */
static unsigned place_in_list(const struct dsmip_ue *d)
{
	for (unsigned k = 0; d->found && k < d->p->n_ha; k++)
		if (ip6_eq(&d->p->ha[k].a6, &ue_ha(d)->a6))
			return k;
	return d->found ? 0 : d->ha;
}

/* The home agents serve different pools: the same place in the new one's is ours. IKEv2 would tell. */
static void move_to_pool(struct dsmip_ue *d)
{
	const struct ip6_prefix *pool = &d->p->ha_pool[place_in_list(d)];
	uint64_t mask = pool->len >= 64 ? UINT64_MAX : ~(UINT64_MAX >> pool->len);
	struct ip6_addr hoa = d->hoa;

	if (pool->len)
		hoa = ip6_from64((ip6_high64(&pool->addr) & mask) | (ip6_high64(&d->hoa) & ~mask), ip6_low64(&d->hoa));
	if (!ip6_eq(&hoa, &d->hoa)) {
		d->home_mask = 0;
		dsmip_ue_set_hoa(d, &hoa);
	}
}

/* IKEv2 sets up the security association for the home address [24.303 5.1.2.2]; without it, done. */
static void secure(struct dsmip_ue *d)
{
	dsmip_ue_go(d, DSMIP_CHILD_SA);
	if (dsmip_ue_knows_hoa(d)) {
		net_address_add_virtual(d->h, &d->hoa);
		dsmip_ue_look_for_home(d);	/* with another home agent its link may be where we are */
	}
	if (!d->p->security) {
		dsmip_ue_admit(d, DSMIP_EV_SA, false);
		dsmip_ue_go(d, DSMIP_HLD);
	}
	dsmip_ue_evaluate(d);
}

/* [R24303-5.1.2.4-36] [R24303-5.2.1-03] the next of the list that has not refused us */
void dsmip_ue_discover(struct dsmip_ue *d)
{
	dsmip_ue_go(d, DSMIP_DISCOVER);
	if (d->rare && dsmip_ue_switch_next(d)) {
		dsmip_ue_admit(d, DSMIP_EV_HA, false);
		if (!d->p->security)
			move_to_pool(d);
		secure(d);
		return;
	}
	if (dsmip_ue_dhaad(d))
		return;
	for (unsigned k = 0; k < ue_n_ha(d); k++) {
		unsigned n = (d->ha + k) % ue_n_ha(d);

		if (d->ha_bad >> n & 1)
			continue;
		d->ha = (uint8_t)n;
		dsmip_ue_admit(d, DSMIP_EV_HA, false);
		if (!d->p->security)
			move_to_pool(d);
		secure(d);
		return;
	}
	if (dsmip_discovery_start(d))
		return;
	dsmip_ue_admit(d, DSMIP_EV_NO_HA, false);
	d->moving = true;
	dsmip_ue_move_end(d, MOVE_FAILED);
	dsmip_ue_finish(d);
}

void dsmip_ue_change_ha(struct dsmip_ue *d)
{
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
	if (d->p->security) {
		s2c_ue_end(d);
		forget_prefix(d);
	}
	d->hoa4 = d->hoa4_static;
	d->refused4 = false;
	d->left_hoa4 = d->p->retries_hoa4;
	d->f_off = false;
	d->coa = ip6_any;
	dsmip_ue_discover(d);
}

/* [R24303-5.1.2.4-35] [R24303-5.1.2.4-37] */
void dsmip_ue_ha_unusable(struct dsmip_ue *d, uint8_t status)
{
	dsmip_ue_record_binding(d, BINDING_REFUSED, status);
	d->ha_bad |= (uint8_t)(1u << d->ha);
	dsmip_ue_change_ha(d);
}

/*
 * [RFC 6275 11.7.1] MAX_BINDACK_TIMEOUT without an answer: the next home agent, if there is another that may be
 * tried.
 */
void dsmip_ue_ha_silent(struct dsmip_ue *d)
{
	for (unsigned k = 1; k < ue_n_ha(d); k++) {
		unsigned n = (d->ha + k) % ue_n_ha(d);

		if (d->ha_bad >> n & 1)
			continue;
		d->ha = (uint8_t)n;
		dsmip_ue_change_ha(d);
		return;
	}
	if (dsmip_discovery_more(d)) {
		d->ha_bad |= (uint8_t)(1u << d->ha);
		dsmip_ue_change_ha(d);
		return;
	}
	dsmip_ue_again(d);
}

/* ---- security associations --------------------------------------------------------------------------------------- */

/* [R24303-5.1.2.2-24] */
bool dsmip_ue_prefix(struct dsmip_ue *d, const struct ip6_prefix *hnp)
{
	struct ip6_addr hoa = ip6_from64(ip6_high64(&hnp->addr), ip6_low64(&d->hoa));

	if (!hnp->len || hnp->len > 64 || !dsmip_routable6(&hoa))
		return false;
	if (ip6_eq(&hoa, &d->hoa) && hnp->len == d->hnp_len)
		return true;
	if (d->bound) {			/* of a home address that is ours no more */
		dsmip_ue_record_binding(d, BINDING_REVOKED, 0);
		dsmip_ue_unbind(d);
	}
	dsmip_ue_set_hoa(d, &hoa);
	d->hnp_len = hnp->len;
	d->home_mask = 0;
	dsmip_ue_look_for_home(d);
	return true;
}

void dsmip_ue_secured(struct dsmip_ue *d)
{
	if (d->machine.state != DSMIP_CHILD_SA)
		return;
	dsmip_ue_move_record(d, MOVE_SECURED, NULL, &d->hoa);
	dsmip_ue_admit(d, DSMIP_EV_SA, false);
	dsmip_ue_go(d, DSMIP_HLD);
	dsmip_ue_evaluate(d);
}

/* Of what discovery found each is tried once, then it goes on; a list is gone round. */
static void pass_over(struct dsmip_ue *d)
{
	if (d->found)
		d->ha_bad |= (uint8_t)(1u << d->ha);
	else
		d->ha = (uint8_t)((d->ha + 1) % d->p->n_ha);
}

/* As with a home agent that refuses BUs, or is silent: the next of the list. */
void dsmip_ue_not_secured(struct dsmip_ue *d, bool refused)
{
	if (d->machine.state != DSMIP_CHILD_SA)
		return;
	dsmip_ue_admit(d, DSMIP_EV_NO_SA, false);
	if (refused)
		d->ha_bad |= (uint8_t)(1u << d->ha);
	else
		pass_over(d);
	dsmip_ue_change_ha(d);
}

/* Where we are, and the binding may outlive it. */
void dsmip_ue_insecure(struct dsmip_ue *d)
{
	dsmip_ue_admit(d, DSMIP_EV_NO_SA, false);
	dsmip_ue_series_end(d);
	dsmip_ue_go(d, DSMIP_CHILD_SA);
	dsmip_ue_evaluate(d);
}

/* At home it is not needed. */
void dsmip_ue_sa_lost(struct dsmip_ue *d)
{
	switch (dsmip_ue_state(d)) {
	case DSMIP_HLD:
	case DSMIP_REGISTERING:
	case DSMIP_REGISTERED:
	case DSMIP_RETURNING:
		dsmip_ue_insecure(d);
		break;
	case DSMIP_DETACHING:
		dsmip_ue_admit(d, DSMIP_EV_NO_SA, false);
		dsmip_ue_finish(d);
		break;
	case DSMIP_SWITCHING:
		dsmip_ue_admit(d, DSMIP_EV_NO_SA, false);
		dsmip_ue_switched(d);
		break;
	case DSMIP_IDLE:
	case DSMIP_DISCOVER:
	case DSMIP_CHILD_SA:
	case DSMIP_HOME:
	case DSMIP_UE_STATES:
		break;
	}
}

/* The network ends the PDN connection [24.303 5.4.1]. */
void dsmip_ue_revoked(struct dsmip_ue *d)
{
	if (d->machine.state == DSMIP_IDLE || d->machine.state == DSMIP_DISCOVER)
		return;
	dsmip_ue_admit(d, DSMIP_EV_REVOKED, false);
	if (d->machine.state == DSMIP_SWITCHING) {
		dsmip_ue_switched(d);
		return;
	}
	if (d->bound)
		dsmip_ue_record_binding(d, BINDING_REVOKED, 0);
	dsmip_ue_finish(d);
}

/* ---- actions ----------------------------------------------------------------------------------------------------- */

static void forget(struct dsmip_ue *d)
{
	d->seq = (uint16_t)(d->p->first_sequence - 1);
	d->ha = 0;
	d->ha_bad = 0;
	d->v6_bad = 0;
	d->f_off = false;
	d->refused4 = false;
	d->want4 = d->p->want_hoa4;
	d->left_dad = 3;
}

void dsmip_ue_attach(struct dsmip_ue *d, struct net_iface *prefer)
{
	if (d->machine.state == DSMIP_DETACHING)
		dsmip_ue_finish(d);	/* the answer is no longer waited for: its binding is replaced */
	if (d->machine.state != DSMIP_IDLE)
		return;
	dsmip_ue_admit(d, DSMIP_EV_ATTACH, false);
	d->prefer = ue_number(prefer);
	d->hoa4 = d->hoa4_static;
	d->ha_bad = 0;
	dsmip_discovery_forget(d);
	d->refused4 = false;
	d->left_hoa4 = d->p->retries_hoa4;
	d->moving = true;
	d->ordered = false;
	d->steps = 0;
	if (prefer && net_iface_up(prefer))
		dsmip_ue_step(d, MOVE_LINK_UP, prefer, &ip6_any);
	dsmip_ue_discover(d);
}

void dsmip_ue_handover(struct dsmip_ue *d, struct net_iface *prefer)
{
	bool elsewhere = d->moving && d->ordered && ue_number(prefer) != d->prefer;

	d->prefer = ue_number(prefer);
	if (d->machine.state == DSMIP_IDLE || d->machine.state == DSMIP_DETACHING)
		return;
	if (elsewhere)			/* the movement under way will not be finished: another one begins */
		d->moving = false;
	d->ordered = true;		/* a lost link and the order that answers it are one movement */
	if (d->prefer != d->via || elsewhere)	/* else the loss of its link will be the movement */
		dsmip_ue_move_start(d, d->via ? ue_via(d) : prefer);
	dsmip_ue_evaluate(d);
}

/* [R24303-5.4.2.2-01] [R24303-4.1-03]; security associations are deleted once the BA is there */
void dsmip_ue_detach(struct dsmip_ue *d)
{
	bool known = d->bound || d->attempt;		/* the home agent may have a binding of ours */
	bool mute = d->machine.state == DSMIP_CHILD_SA;	/* and cannot be told: the binding's lifetime will end it */

	if (d->machine.state == DSMIP_IDLE || d->machine.state == DSMIP_DETACHING)
		return;
	dsmip_ue_admit(d, DSMIP_EV_DETACH, false);
	d->moving = false;
	if (!known || mute || !d->via || !(d->at_home || ue_has_coa(d))) {
		dsmip_ue_finish(d);
		return;
	}
	if (d->rare)
		dsmip_ue_bids_leave(d);
	dsmip_ue_go(d, DSMIP_DETACHING);
	dsmip_ue_no_refresh(d);
	moor_timer_cancel(ue_world(d), &d->t_keepalive);
	dsmip_ue_series(d);
}

void dsmip_ue_refresh(struct dsmip_ue *d)
{
	if ((d->rare && dsmip_ue_bids_refresh(d)) || d->machine.state != DSMIP_REGISTERED || d->attempt)
		return;
	d->owed = d->bounced;
	if (d->owed)
		return;
	dsmip_ue_admit(d, DSMIP_EV_REFRESH, false);
	dsmip_ue_series(d);
}

/* [R24303-5.3.2-05] [R24303-5.3.2-09] [RFC 5555 4.4.2.1]: a BU without the option removes the IPv4 binding alone */
void dsmip_ue_want_hoa4(struct dsmip_ue *d, bool want)
{
	d->want4 = want;
	d->refused4 = false;
	d->left_hoa4 = d->p->retries_hoa4;
	dsmip_ue_refresh(d);
}

void dsmip_ue_set_sequence(struct dsmip_ue *d, uint16_t next)
{
	d->seq = (uint16_t)(next - 1);
}

void dsmip_ue_reboot(struct dsmip_ue *d)
{
	if (d->p->security)
		s2c_ue_lose(d);
	if (d->machine.state != DSMIP_IDLE) {
		d->machine.last_event = DSMIP_EV_DETACH;
		dsmip_ue_finish(d);
	}
	forget(d);
	if (d->rare)
		dsmip_ue_mip_forget(d);
	d->hoa4 = d->hoa4_static;
	d->home_mask = 0;
	d->lost_mask = 0;
	d->lost4_mask = 0;
	d->prefer = 0;
	d->burst = 0;
}

/* ---- life and queries -------------------------------------------------------------------------------------------- */

struct dsmip_ue *dsmip_ue_new(struct net_host *h, const struct dsmip_ue_profile *p, const struct ip6_prefix *hnp,
			      const struct ip6_addr *hoa, struct ip4_addr hoa4, size_t room)
{
	struct slab *s = world_slab(net_host_world(h), &dsmip_ue_fsm, "dsmip-ue", sizeof(struct dsmip_ue) + room);
	struct dsmip_ue *d = slab_alloc(s, &(moor_handle){ 0 });

	d->h = h;
	d->p = p;
	d->hnp_len = hnp->len ? hnp->len : 64;
	d->hoa = *hoa;
	d->hoa4_static = hoa4;
	d->hoa4 = hoa4;
	forget(d);
	machine_init(&d->machine, &dsmip_ue_fsm, DSMIP_IDLE);
	net_host_hooks_of(h, &dsmip_ue_hooks, d);
	dsmip_ue_ifom_new(d);
	return d;
}

void *dsmip_ue_room(struct dsmip_ue *d)
{
	return d + 1;
}

struct dsmip_ue *dsmip_ue_of(const void *room)
{
	return (struct dsmip_ue *)(uintptr_t)room - 1;
}

struct net_host *dsmip_ue_host(const struct dsmip_ue *d)
{
	return d->h;
}

enum dsmip_ue_state dsmip_ue_state(const struct dsmip_ue *d)
{
	return (enum dsmip_ue_state)d->machine.state;
}

struct dsmip_bul dsmip_ue_binding(const struct dsmip_ue *d)
{
	return (struct dsmip_bul){
		.valid = d->bound, .home_address = d->hoa, .hnp = dsmip_ue_hnp(d),
		.home_address4 = dsmip_ue_hoa4(d), .care_of = d->bound ? d->bound_coa : d->coa,
		.home_agent = ue_ha(d)->a6, .sequence = d->seq, .expires = d->bound ? d->expires : MOOR_NEVER,
		.refresh = d->fresh ? moor_timer_due(ue_world(d), &d->t_life) : MOOR_NEVER,
		.keepalive = d->keepalive_s * MOOR_S, .k = d->k, .r = d->r, .nat = d->nat, .udp = d->encap == ENCAP_UDP4,
	};
}

const struct ip6_addr *dsmip_ue_hoa(const struct dsmip_ue *d)
{
	return &d->hoa;
}

bool dsmip_ue_home4(const struct dsmip_ue *d, struct ip6_addr *out)
{
	return d->at_home && d->via && dsmip_ue_state(d) == DSMIP_HOME && net_address_global(ue_via(d), true, out);
}

struct ip4_addr dsmip_ue_hoa4(const struct dsmip_ue *d)
{
	return d->has4 ? d->hoa4 : (struct ip4_addr){ { 0 } };
}

bool dsmip_ue_knows_hoa(const struct dsmip_ue *d)
{
	return ip6_high64(&d->hoa) != 0;
}

bool dsmip_ue_reachable(const struct dsmip_ue *d)
{
	/* on a home link that others share it may still be under duplicate address detection */
	return d->bound || (d->at_home && net_address_is_ours(d->h, &d->hoa));
}

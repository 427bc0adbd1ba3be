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
 * CHILD_SA is a seam: with `ipsec: none` there is nothing to set up and it passes at once; the home network prefix,
 * which IKEv2 would bring, is static [24.303 5.1.2.3 of release 8, R24303-5.1.2.3-05].
 *
 * Not here: home agent discovery (the candidates are a list), IKEv2, network-initiated detach, HA Switch, IFOM.
 */
#include "proto/dsmip_ue_priv.h"

#define ALL_BA (FSM_BIT(DSMIP_EV_BA_ACCEPTED) | FSM_BIT(DSMIP_EV_BA_REFUSED) | FSM_BIT(DSMIP_EV_BA_SEQUENCE))
#define LINKS (FSM_BIT(DSMIP_EV_HOME_LINK) | FSM_BIT(DSMIP_EV_FOREIGN_LINK) | FSM_BIT(DSMIP_EV_MOVED))
#define ERRORS (FSM_BIT(DSMIP_EV_BE) | FSM_BIT(DSMIP_EV_ICMP))
#define TO(state) (1u << DSMIP_##state)

static const struct fsm_state ue_states[DSMIP_UE_STATES] = {
	[DSMIP_IDLE] = { "IDLE", FSM_BIT(DSMIP_EV_ATTACH), TO(DISCOVER), NULL, "24.303 5.1.1" },
	[DSMIP_DISCOVER] = { "DISCOVER", FSM_BIT(DSMIP_EV_HA) | FSM_BIT(DSMIP_EV_NO_HA), TO(CHILD_SA) | TO(IDLE), NULL,
			     "24.303 5.1.2.1" },
	[DSMIP_CHILD_SA] = { "CHILD_SA", FSM_BIT(DSMIP_EV_SA) | FSM_BIT(DSMIP_EV_DETACH), TO(HLD) | TO(IDLE), NULL,
			     "24.303 5.1.2.2" },
	[DSMIP_HLD] = { "HLD", LINKS | FSM_BIT(DSMIP_EV_DETACH), TO(HOME) | TO(REGISTERING) | TO(IDLE), NULL,
			"24.303 5.1.2.3" },
	[DSMIP_HOME] = { "HOME", LINKS | FSM_BIT(DSMIP_EV_DETACH), TO(HLD) | TO(REGISTERING) | TO(IDLE), NULL,
			 "24.303 5.1.2.3" },
	[DSMIP_REGISTERING] = { "REGISTERING",
				LINKS | ALL_BA | ERRORS | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED) |
				FSM_BIT(DSMIP_EV_DETACH) | FSM_BIT(DSMIP_EV_BRR),
				TO(REGISTERED) | TO(RETURNING) | TO(HOME) | TO(HLD) | TO(DISCOVER) | TO(CHILD_SA) |
				TO(DETACHING) | TO(IDLE), "INITIAL_BINDACK_TIMEOUT", "24.303 5.1.2.4" },
	[DSMIP_REGISTERED] = { "REGISTERED",
			       LINKS | ALL_BA | ERRORS | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_REFRESH) |
			       FSM_BIT(DSMIP_EV_EXPIRED) | FSM_BIT(DSMIP_EV_BRR) | FSM_BIT(DSMIP_EV_DETACH),
			       TO(REGISTERING) | TO(RETURNING) | TO(HLD) | TO(DISCOVER) | TO(CHILD_SA) | TO(DETACHING) |
			       TO(IDLE), NULL, "24.303 5.3.2" },
	[DSMIP_RETURNING] = { "RETURNING",
			      LINKS | ALL_BA | ERRORS | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED) |
			      FSM_BIT(DSMIP_EV_DETACH),
			      TO(HOME) | TO(HLD) | TO(REGISTERING) | TO(REGISTERED) | TO(DETACHING) | TO(IDLE),
			      "INITIAL_BINDACK_TIMEOUT",
			      "RFC 6275 11.5.5" },
	[DSMIP_DETACHING] = { "DETACHING", ALL_BA | ERRORS | FSM_BIT(DSMIP_EV_TIMER) | FSM_BIT(DSMIP_EV_EXPIRED),
			      TO(IDLE), "MAX_BINDACK_TIMEOUT", "24.303 5.4.2.2" },
};

static const char *const ue_event_names[DSMIP_UE_EVENTS] = {
	"attach", "home-agent", "no-home-agent", "security-association", "home-link", "foreign-link", "moved", "timeout",
	"ba-accepted", "ba-refused", "ba-sequence", "refresh", "expired", "binding-error", "refresh-request",
	"icmp-error", "detach",
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
	return machine_admits(&d->machine, &dsmip_ue_fsm, ue_world(d), ue_node(d), 0, (uint8_t)ev, from_packet);
}

void dsmip_ue_go(struct dsmip_ue *d, enum dsmip_ue_state to)
{
	if (d->machine.state != to)
		machine_go(&d->machine, &dsmip_ue_fsm, ue_world(d), ue_node(d), 0, (uint8_t)to);
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
	r = (struct moor_record){ .kind = REC_BINDING, .node = ue_node(d), .port = REC_NONE };
	if (d->via)
		r.port = moor_port_number(net_iface_port(ue_via(d)));
	r.u.binding.what = what;
	r.u.binding.status = status;
	r.u.binding.sequence = d->seq;
	r.u.binding.lifetime = what <= BINDING_REFRESHED ? d->life_granted : 0;
	r.u.binding.udp_port = d->encap == ENCAP_UDP4 ? DSMIP_UDP_PORT : 0;
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

	d->bound = false;
	d->nat = false;
	d->encap = ENCAP_PLAIN;
	moor_timer_cancel(w, &d->t_life);
	d->fresh = false;
	moor_timer_cancel(w, &d->t_keepalive);
	dsmip_ue_set_hoa4(d, (struct ip4_addr){ { 0 } });
	d->hoa4 = d->hoa4_static;
}

void dsmip_ue_finish(struct dsmip_ue *d)
{
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
	dsmip_ue_leave_home(d);
	net_address_remove_virtual(d->h, &d->hoa);
	moor_timer_cancel(ue_world(d), &d->t_wait);
	d->coa = ip6_any;
	d->via = 0;
	d->moving = false;
	dsmip_ue_go(d, DSMIP_IDLE);
}

/* ---- home agents ------------------------------------------------------------------------------------------------- */

/* The home agents serve different pools: the same place in the new one's is ours. */
static void move_to_pool(struct dsmip_ue *d)
{
	const struct ip6_prefix *pool = &d->p->ha_pool[d->ha];
	uint64_t mask = pool->len >= 64 ? UINT64_MAX : ~(UINT64_MAX >> pool->len);
	struct ip6_addr hoa = d->hoa;

	if (pool->len)
		hoa = ip6_from64((ip6_high64(&pool->addr) & mask) | (ip6_high64(&d->hoa) & ~mask), ip6_low64(&d->hoa));
	if (!ip6_eq(&hoa, &d->hoa)) {
		d->home_mask = 0;
		dsmip_ue_set_hoa(d, &hoa);
	}
}

/* The place where IKEv2 sets up the security association for the home address [24.303 5.1.2.2]; without it, done. */
static void secure(struct dsmip_ue *d)
{
	dsmip_ue_go(d, DSMIP_CHILD_SA);
	net_address_add_virtual(d->h, &d->hoa);
	dsmip_ue_admit(d, DSMIP_EV_SA, false);
	dsmip_ue_go(d, DSMIP_HLD);
	dsmip_ue_evaluate(d);
}

/* [R24303-5.1.2.4-36] [R24303-5.2.1-03] the next of the list that has not refused us */
void dsmip_ue_discover(struct dsmip_ue *d)
{
	dsmip_ue_go(d, DSMIP_DISCOVER);
	for (unsigned k = 0; k < d->p->n_ha; k++) {
		unsigned n = (d->ha + k) % d->p->n_ha;

		if (d->ha_bad >> n & 1)
			continue;
		d->ha = (uint8_t)n;
		dsmip_ue_admit(d, DSMIP_EV_HA, false);
		move_to_pool(d);
		secure(d);
		return;
	}
	dsmip_ue_admit(d, DSMIP_EV_NO_HA, false);
	d->moving = true;
	dsmip_ue_move_end(d, MOVE_FAILED);
	dsmip_ue_finish(d);
}

static void change_ha(struct dsmip_ue *d)
{
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
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
	change_ha(d);
}

/*
 * [RFC 6275 11.7.1] MAX_BINDACK_TIMEOUT without an answer: the next home agent, if there is another that may be
 * tried.
 */
void dsmip_ue_ha_silent(struct dsmip_ue *d)
{
	for (unsigned k = 1; k < d->p->n_ha; k++) {
		unsigned n = (d->ha + k) % d->p->n_ha;

		if (d->ha_bad >> n & 1)
			continue;
		d->ha = (uint8_t)n;
		change_ha(d);
		return;
	}
	dsmip_ue_again(d);
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

/* [R24303-5.4.2.2-01] [R24303-4.1-03]; with security associations they would be deleted once the BA is there */
void dsmip_ue_detach(struct dsmip_ue *d)
{
	bool known = d->bound || d->attempt;		/* the home agent may have a binding of ours */

	if (d->machine.state == DSMIP_IDLE || d->machine.state == DSMIP_DETACHING)
		return;
	dsmip_ue_admit(d, DSMIP_EV_DETACH, false);
	d->moving = false;
	if (!known || !d->via || !(d->at_home || ue_has_coa(d))) {
		dsmip_ue_finish(d);
		return;
	}
	dsmip_ue_go(d, DSMIP_DETACHING);
	dsmip_ue_no_refresh(d);
	moor_timer_cancel(ue_world(d), &d->t_keepalive);
	dsmip_ue_series(d);
}

void dsmip_ue_refresh(struct dsmip_ue *d)
{
	if (d->machine.state != DSMIP_REGISTERED || d->attempt)
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
	if (d->machine.state != DSMIP_IDLE) {
		d->machine.last_event = DSMIP_EV_DETACH;
		dsmip_ue_finish(d);
	}
	forget(d);
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
	d->hnp_len = hnp->len;
	d->hoa = *hoa;
	d->hoa4_static = hoa4;
	d->hoa4 = hoa4;
	forget(d);
	machine_init(&d->machine, &dsmip_ue_fsm, DSMIP_IDLE);
	net_host_hooks_of(h, &dsmip_ue_hooks, d);
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

struct ip4_addr dsmip_ue_hoa4(const struct dsmip_ue *d)
{
	return d->has4 ? d->hoa4 : (struct ip4_addr){ { 0 } };
}

bool dsmip_ue_reachable(const struct dsmip_ue *d)
{
	return d->bound || d->at_home;
}

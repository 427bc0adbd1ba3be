/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the binding cache
 *
 * From a Mobility Header to a change of the binding cache and a Binding Acknowledgement [24.303 5.1.3.2, 5.2.3, 5.3.3;
 * RFC 6275 10.3; RFC 5555 4.5; RFC 3963 6.2]. The rules for which message is accepted are in dsmip_ha_bu.c, what is
 * answered in dsmip_ha_ba.c.
 *
 * Entries end by their lifetime, by de-registration (then they are held as invalid for a while, so that a late BU
 * is known by its sequence number [RFC 6275 10.3.2]), or by an administrative hand.
 *
 * Not here: BID and flow options (dsmip_ha_bid.c, dsmip_ha_flow.c), prefix discovery (status 1), Binding Revocation
 * (dsmip_ha_revoke.c), Home Agent Switch (dsmip_ha_switch.c).
 */
#include "proto/dsmip_ha_priv.h"

/*
 * The types of RFC 6275 and Binding Revocation, but for Home and Care-of Test Init: without route optimisation
 * [R24303-4.1-05] they are as unrecognised as any other, so that their sender gives it up [RFC 6275 11.3.6].
 */
#define HA_TYPES ((0xffu & ~(FSM_BIT(MH_HOTI) | FSM_BIT(MH_COTI))) | FSM_BIT(MH_BR))
#define LIFETIME_LEAST 1u		/* units of 4 s */

/* ---- what a BU says ---------------------------------------------------------------------------------------------- */

/*
 * [R24303-5.1.3.2-13]: the IPv4 Care-of Address option against the outer source. Without the option nothing is
 * known of a NAT, so the way back is the way it came.
 */
static void read_bu(struct dsmip_ha *a, const struct dsmip_rx *x, struct bu *u)
{
	bool udp_in = x->rx->outer.encap == ENCAP_UDP4;

	*u = (struct bu){ .x = x, .b = dsmip_ha_find(a, &x->hoa), .flags = x->m.bu.flags, .coa = x->coa };
	if (u->b && !ip6_eq(&u->b->hoa, &x->hoa)) {
		u->other = u->b;
		u->b = NULL;
	}
	u->alt_coa = mh_find(&x->m, MH_OPT_ALT_COA);
	u->coa4 = mh_find(&x->m, MH_OPT_IP4_COA);
	u->hoa4 = mh_find(&x->m, MH_OPT_IP4_HOA);
	if (a->c.ifom && mh_find_any(&x->m, MH_OPT_BID)) {
		dsmip_ha_bid_read(a, u);
		return;
	}
	u->dereg = !x->m.bu.life.units || ip6_eq(&u->coa, &x->hoa);	/* [RFC 3963 6.2] */
	if (!x->v4)
		return;
	u->nat = u->coa4 && !ip4_eq(u->coa4->ip4, dsmip_unmap(&x->coa));
	u->udp_tunnel = u->nat || a->c.force_udp || ((u->flags & MH_BU_F) && a->c.accept_f);
	u->udp = udp_in && (u->udp_tunnel || !u->coa4 || dsmip_by_profile(a->c.ba_udp, dsmip_ha_is_rfc(a)));
}

static enum mh_procedure procedure(const struct bu *u)
{
	if (u->bid)
		return dsmip_ha_bid_procedure(u);
	if (u->dereg)
		return MH_PROC_DETACH;
	if (!bce_stands(u->b))
		return MH_PROC_INITIAL;
	/* Behind one NAT the care-of address is another although packets go to the same address. */
	if (u->x->v4 && u->coa4 && !ip4_eq(u->coa4->ip4, u->b->coa4))
		return MH_PROC_HANDOVER;
	return ip6_eq(&u->b->remote, &u->coa) ? MH_PROC_REREGISTRATION : MH_PROC_HANDOVER;
}

struct answer dsmip_ha_answer_to(const struct bu *u, uint8_t status)
{
	const struct dsmip_rx *x = u->x;

	return (struct answer){
		.status = status, .request = &x->m, .seq = x->m.bu.seq, .dereg = u->dereg, .v4 = x->v4, .nat = u->nat, .udp = u->udp,
		.udp_tunnel = u->udp_tunnel,
		.udp_in = x->rx->outer.encap == ENCAP_UDP4, .has_hao = x->has_hao, .hoa = x->hoa, .coa = x->coa,
		.port = x->rx->outer.sport, .via = x->rx->iface, .procedure = procedure(u),
		.instance = bce_index(u->b),
	};
}

/* ---- IPv4 home address ------------------------------------------------------------------------------------------- */

/*
 * [R24303-5.1.3.2-12] [R24303-5.2.3.2-09] [R24303-5.2.3.2-11] [RFC 5555 4.5, 3.2.1]: the status, and the address in
 * the entry
 */
static uint8_t bind4(struct dsmip_ha *a, struct bce *b, const struct mh_opt *o)
{
	struct ip4_addr mine;
	bool is_mine = dsmip_ha_static4(a, &b->hoa, &mine);

	if (!a->c.hoa4_service || dsmip_ha_revoked4(b) || (a->sec && s2c_ha_no_ip4(a->sec, &b->hoa)))
		return MH_IP4_PROHIBITED;
	if (a->c.refuse4 >= 128)
		return a->c.refuse4;
	if (!o->hoa4.prefix_len)
		return MH_IP4_UNSPECIFIED;	/* "an error" [RFC 5555 3.1.1] */
	if (!is_mine && !ip4_is_zero(b->hoa4)) {
		mine = b->hoa4;
		is_mine = true;
	}
	if (!ip4_is_zero(o->hoa4.addr)) {
		if (!dsmip_routable4(o->hoa4.addr))
			return MH_IP4_INVALID_ADDRESS;
		if (!is_mine || !ip4_eq(mine, o->hoa4.addr))
			return MH_IP4_INCORRECT_HOA;
	} else if (o->hoa4.prefix && !is_mine) {
		return MH_IP4_NO_PREFIX;
	}
	if (is_mine)
		dsmip_ha_set4(b, mine);
	else if (!dsmip_ha_alloc4(a, b))
		return MH_IP4_NO_DYNAMIC;
	return MH_IP4_OK;
}

/* A BU without the option, or one that was refused for IPv4, leaves no IPv4 binding [RFC 5555 4.4.2.1]. */
static void update4(struct dsmip_ha *a, struct bce *b, const struct bu *u)
{
	b->asked4 = u->hoa4 != NULL;
	b->ack4 = u->hoa4 ? bind4(a, b, u->hoa4) : MH_IP4_OK;
	if (!u->hoa4 || b->ack4 >= 128)
		dsmip_ha_set4(b, (struct ip4_addr){ { 0 } });
}

/* The address an acknowledgement names: the bound one, else what was asked for [RFC 5555 3.2.1]. */
static struct ip4_addr ack4_address(const struct bce *b, const struct mh_opt *asked)
{
	return !ip4_is_zero(b->hoa4) || !asked ? b->hoa4 : asked->hoa4.addr;
}

/* ---- timers ------------------------------------------------------------------------------------------------------ */

void dsmip_ha_drop_entry(struct bce *b, enum dsmip_bce_event ev)
{
	dsmip_ha_state(b, ev, DSMIP_BCE_NONE);
	dsmip_ha_delete(b);
}

static void lifetime_over(struct moor_world *w, struct moor_timer *t)
{
	struct bce *b = MOOR_CONTAINER(t, struct bce, timer);

	(void)w;
	dsmip_ha_record(b, BINDING_EXPIRED, 0);
	dsmip_ha_drop_entry(b, DSMIP_BCE_EV_EXPIRED);
}

static void hold_over(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	dsmip_ha_drop_entry(MOOR_CONTAINER(t, struct bce, timer), DSMIP_BCE_EV_HOLD_OVER);
}

/* ---- accepted ---------------------------------------------------------------------------------------------------- */

/* [R24303-5.1.3.2-06] [R24303-A.2.2-05] never more than asked for [RFC 6275 10.3.1] */
static uint16_t grant(const struct dsmip_ha *a, uint16_t asked)
{
	uint16_t most = moor_life4_from(a->c.lifetime_max).units;

	if (a->net && most > a->c.prefix_valid_s / 4)		/* [RFC 6275 10.6.4] */
		most = (uint16_t)(a->c.prefix_valid_s / 4);
	if (most < LIFETIME_LEAST)
		most = LIFETIME_LEAST;
	return asked < most ? asked : most;
}

/*
 * [R24303-5.1.3.2-26] [R24303-5.1.3.2-27] [R24303-5.1.3.2-28] [R24303-5.2.3.2-04] [R24303-5.2.3.2-05]. The IPv4
 * care-of address is the outer source, which without a NAT is the option's.
 */
static void set_tunnel(struct bce *b, const struct bu *u)
{
	bool v4 = u->x->v4;

	b->nat = u->nat;
	b->coa4 = v4 ? u->coa4->ip4 : (struct ip4_addr){ { 0 } };
	b->remote = u->coa;
	b->port = u->x->rx->outer.sport ? u->x->rx->outer.sport : DSMIP_UDP_PORT;
	b->encap = !v4 ? ENCAP_IN6 : u->udp_tunnel ? ENCAP_UDP4 : ENCAP_IN4;
}

/*
 * [R24303-A.2.2-02]: K as asked where the SA could be moved; R as the release has it
 * [R24303-5.1.3.2-09]
 */
static void set_flags(const struct dsmip_ha *a, struct bce *b, const struct bu *u)
{
	b->k = (u->flags & MH_BU_K) && dsmip_by_profile(a->c.k_flag, !dsmip_ha_is_rfc(a));
	b->r_asked = u->flags & MH_BU_R;
	b->r = dsmip_by_profile(a->c.r_flag, b->r_asked && a->c.profile != MH_PROFILE_R8);
}

void dsmip_ha_send_ba(struct dsmip_ha *a, const struct bce *b, struct answer *r, const struct mh_opt *asked)
{
	r->seq = b->seq;
	r->lifetime = r->dereg ? 0 : b->lifetime;
	r->k = b->k;
	r->r = b->r;
	r->asked4 = b->asked4;
	r->ack4 = b->ack4;
	r->hoa4 = ack4_address(b, asked);
	r->instance = bce_index(b);
	dsmip_ha_answer(a, r);
}

static void activate(struct dsmip_ha *a, struct bce *b, enum dsmip_bce_event ev, enum rec_binding what)
{
	moor_time life = moor_life4_span((moor_life4){ b->lifetime });

	dsmip_ha_state(b, ev, DSMIP_BCE_ACTIVE);
	moor_timer_in(ha_world(a), &b->timer, life, lifetime_over);
	dsmip_ha_record(b, what, MH_BA_ACCEPTED);
	dsmip_ha_ask_later(b);
}

static void dad_over(struct moor_world *w, struct moor_timer *t);

/* [RFC 6275 10.3.1] not for 3GPP, where the prefix is the UE's alone [R24303-5.1.3.2-07]: a switch, default off */
void dsmip_ha_start_dad(struct dsmip_ha *a, struct bce *b)
{
	struct ip6_prefix hnp = ip6_prefix_make(&b->hoa, 64);
	moor_time span = ha_timer(a, T_RETRANS) * ha_timer(a, T_DAD_COUNT);

	dsmip_ha_state(b, DSMIP_BCE_EV_BU, DSMIP_BCE_DAD);
	if (a->home && net_iface_up(a->home))
		net_address_form(a->home, &hnp, ip6_low64(&b->hoa));
	/* The probe's own outcome comes first when there is a home link; this is the end in any case. */
	moor_timer_in(ha_world(a), &b->timer, a->home ? 2 * span : span, dad_over);
}

static struct answer answer_after_dad(const struct bce *b, uint8_t status)
{
	return (struct answer){
		.status = status, .seq = b->seq, .v4 = dsmip_is_mapped(&b->remote), .nat = b->nat,
		.udp_in = b->udp_in, .udp = b->udp_out, .udp_tunnel = b->encap == ENCAP_UDP4,
		.has_hao = b->has_hao, .hoa = b->hoa, .coa = b->remote,
		.port = b->port, .procedure = MH_PROC_INITIAL,
	};
}

static void dad_result(struct bce *b, bool unique)
{
	struct dsmip_ha *a = b->a;
	struct answer r = answer_after_dad(b, unique ? MH_BA_ACCEPTED : MH_BA_DAD_FAILED);

	if (unique && bce_has_bids(b)) {
		dsmip_ha_bid_after_dad(a, b, &r);
		return;
	}
	if (unique) {
		activate(a, b, DSMIP_BCE_EV_DAD_OK, BINDING_CREATED);
		dsmip_ha_send_ba(a, b, &r, NULL);
		if (a->sec)
			s2c_ha_registered(a->sec, &b->hoa);
		return;
	}
	dsmip_ha_record(b, BINDING_REFUSED, MH_BA_DAD_FAILED);
	dsmip_ha_answer(a, &r);
	dsmip_ha_drop_entry(b, DSMIP_BCE_EV_DAD_FAILED);
}

static void dad_over(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	dad_result(MOOR_CONTAINER(t, struct bce, timer), true);
}

void dsmip_ha_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	struct dsmip_ha *a = owner;
	struct bce *b = a->home && i == a->home ? dsmip_ha_find(a, addr) : NULL;

	if (!b || b->machine.state != DSMIP_BCE_DAD || !ip6_eq(&b->hoa, addr))
		return;
	if (what == ADDRESS_USABLE || what == ADDRESS_DUPLICATE)
		dad_result(b, what == ADDRESS_USABLE);
}

void dsmip_ha_replace_other(struct bu *u)
{
	if (!u->other)
		return;
	dsmip_ha_record(u->other, BINDING_REVOKED, 0);
	dsmip_ha_drop_entry(u->other, DSMIP_BCE_EV_REVOKED);
	u->other = NULL;
}

void dsmip_ha_take_bu(struct dsmip_ha *a, struct bce *b, const struct bu *u)
{
	b->seq = u->x->m.bu.seq;
	b->lifetime = grant(a, u->x->m.bu.life.units);
	set_flags(a, b, u);
	if (a->net)
		dsmip_ha_link_local(b, u->flags & MH_BU_L);
	update4(a, b, u);
	b->has_hao = u->x->has_hao;
	b->udp_in = u->x->rx->outer.encap == ENCAP_UDP4;
	b->udp_out = u->udp;
}

/* [R24303-5.1.3.2-05] [R24303-5.2.3.2-02] [R24303-5.3.3-03] [R24303-5.3.3-04] */
static void register_binding(struct dsmip_ha *a, struct bu *u)
{
	struct answer r = dsmip_ha_answer_to(u, MH_BA_ACCEPTED);
	struct bce *b = u->b;
	bool fresh;
	enum rec_binding what = r.procedure == MH_PROC_HANDOVER ? BINDING_UPDATED :
				r.procedure == MH_PROC_INITIAL ? BINDING_CREATED : BINDING_REFRESHED;

	dsmip_ha_replace_other(u);
	if (!b)
		b = dsmip_ha_create(a, &u->x->hoa);
	fresh = b->machine.state == DSMIP_BCE_NONE;
	dsmip_ha_bid_forget(b);			/* [RFC 5648 6.2] a binding without a BID replaces all */
	set_tunnel(b, u);
	dsmip_ha_take_bu(a, b, u);
	if (b->machine.state == DSMIP_BCE_DAD)
		return;				/* answered when the probe is over */
	if (fresh && a->c.dad) {
		dsmip_ha_start_dad(a, b);
		return;
	}
	activate(a, b, DSMIP_BCE_EV_BU, what);
	if (a->sec && b->k)
		s2c_ha_moved(a->sec, &b->hoa, &b->remote);
	if (!a->c.ifom || !dsmip_ha_flows_plain(a, b, u, &r))
		dsmip_ha_send_ba(a, b, &r, u->hoa4);
	if (a->homes && what == BINDING_CREATED)
		a->homes->bound(a->homes_owner, &b->hoa);
	if (a->sec && what == BINDING_CREATED)
		s2c_ha_registered(a->sec, &b->hoa);
}

void dsmip_ha_hold(struct dsmip_ha *a, struct bce *b)
{
	dsmip_ha_bid_forget(b);
	b->lifetime = 0;
	moor_timer_in(ha_world(a), &b->timer, ha_timer(a, T_DELETE_BCE), hold_over);
	dsmip_ha_state(b, DSMIP_BCE_EV_BU_DEREG, DSMIP_BCE_HOLD);	/* it may be the last of its session: b is gone then */
}

/*
 * [RFC 6275 10.3.2] the UE is at the link-layer address that its BU came from; what was known of an earlier stay may be
 * another interface's.
 */
static void came_home(struct dsmip_ha *a, const struct bu *u)
{
	const struct net_rx *rx = u->x->rx;

	if (a->home && rx->iface == a->home && rx->outer.encap == ENCAP_PLAIN && !u->x->has_hao)
		net_neighbour_correct(a->home, &u->x->hoa, &rx->from);
}

/* [RFC 6275 10.3.2] [R24303-A.5.2-01]; once more while it is held is a BU whose BA was lost */
static void deregister(struct dsmip_ha *a, struct bu *u)
{
	struct answer r = dsmip_ha_answer_to(u, MH_BA_ACCEPTED);
	struct bce *b = u->b;

	came_home(a, u);
	b->seq = u->x->m.bu.seq;
	b->asked4 = u->hoa4 != NULL;
	b->ack4 = MH_IP4_OK;
	b->k = (u->flags & MH_BU_K) && b->k;
	b->r = (u->flags & MH_BU_R) && b->r;
	dsmip_ha_send_ba(a, b, &r, u->hoa4);
	if (b->machine.state == DSMIP_BCE_DAD) {
		dsmip_ha_drop_entry(b, DSMIP_BCE_EV_REVOKED);
		return;
	}
	if (bce_stands(b))
		dsmip_ha_record(b, BINDING_DEREGISTERED, MH_BA_ACCEPTED);
	b->lifetime = 0;
	if (a->sec && b->k && !u->x->v4 && !u->x->has_hao)
		s2c_ha_moved(a->sec, &b->hoa, &b->hoa);
	dsmip_ha_hold(a, b);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* 135 carries the last number that was accepted [R24303-A.3.2-04] [R24303-A.4.2-04]; a refusal changes nothing */
void dsmip_ha_refused(struct dsmip_ha *a, const struct bu *u, uint8_t status, const struct ha_ifom_answer *ifom)
{
	struct answer r = dsmip_ha_answer_to(u, status);
	/* what was asked for, for the record alone */
	struct bce asked = { .a = a, .hoa = u->x->hoa, .seq = u->x->m.bu.seq, .remote = u->coa };

	r.ifom = ifom;
	asked.self = u->b ? u->b->self : 0;
	if (status == MH_BA_SEQUENCE)
		r.seq = u->b->seq;
	dsmip_ha_record(&asked, BINDING_REFUSED, status);
	dsmip_ha_answer(a, &r);
}

static void bu_in(struct dsmip_ha *a, const struct dsmip_rx *x)
{
	struct bu u;
	struct mh_context c;
	const char *reason = NULL;
	bool believes;
	int status;

	read_bu(a, x, &u);
	/* A UE that names its IPv4 home address believes in a binding: it may be us who forgot. */
	believes = u.hoa4 && !ip4_is_zero(u.hoa4->hoa4.addr) && procedure(&u) == MH_PROC_INITIAL;
	c = (struct mh_context){ .procedure = believes ? MH_PROC_ANY : procedure(&u), .has_coa = true,
				 .coa = u.coa, .has_hoa = true,
				 .hoa = x->hoa, .access = x->v4 ? MH_ACCESS_IP4 : x->has_hao ? MH_ACCESS_IP6 :
				 MH_ACCESS_HOME, .udp = x->rx->outer.encap == ENCAP_UDP4, .nat = u.nat };
	dsmip_record_rx(x, a->c.profile, &c, bce_index(u.b), u.nat);
	if (!ip6_eq(&x->dst, &a->c.addr.a6)) {
		dsmip_discard(a->h, bce_index(u.b), "bu-destination", "RFC 6275 11.7.1");
		return;
	}
	status = dsmip_ha_check(a, &u, &reason);
	if (status == BU_SILENT)
		dsmip_discard(a->h, bce_index(u.b), reason, "RFC 6275 9.5.1");
	else if (status != MH_BA_ACCEPTED)
		u.bid ? dsmip_ha_bid_refused(a, &u, (uint8_t)status) : dsmip_ha_refused(a, &u, (uint8_t)status, NULL);
	else if (u.bid)
		dsmip_ha_bid_in(a, &u);
	else if (u.dereg)
		deregister(a, &u);
	else
		register_binding(a, &u);
}

void dsmip_ha_input(void *owner, struct net_rx *rx)
{
	struct dsmip_ha *a = owner;
	struct dsmip_rx x;

	switch (dsmip_receive(rx, HA_TYPES, &x)) {
	case DSMIP_DROP:
		return;
	case DSMIP_UNKNOWN_TYPE:		/* [R24303-5.1.3.3-01] */
		dsmip_discard(a->h, 0, "mh-type", "RFC 6275 9.2");
		dsmip_ha_error(a, rx, MH_BE_UNKNOWN_MH_TYPE, &x.hoa, x.has_hao);
		return;
	case DSMIP_OK:
		break;
	}
	if (x.m.type == MH_BU)
		bu_in(a, &x);
	else if (x.m.type == MH_BE)
		dsmip_ha_be_in(a, &x);
	else if (x.m.type == MH_BR)
		dsmip_ha_bra(a, &x);
	else
		dsmip_discard(a->h, 0, "mh-not-for-a-home-agent", "24.303 4.1");
}

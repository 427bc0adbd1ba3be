/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: where the UE is
 *
 * Home link detection on every interface from the prefixes of its router advertisements [24.303 5.1.2.3, RFC 6275
 * 11.5.2], the choice of a care-of address [24.303 5.1.2.4, RFC 5555 4.4.1], and the steps of a movement as
 * records.
 *
 * Whatever happens on the interfaces - carrier, advertisements, addresses, lost routers, DHCP - ends in one
 * question asked anew, dsmip_ue_evaluate(): at home, at a care-of address, or nowhere. What follows depends on the
 * state alone.
 *
 * The choice: the preferred interface first; the one in use before any other; on each IPv6 before IPv4. An IPv4
 * address that comes first waits a while for IPv6 (an IPv4-only link is known by IPv6 not turning up, RFC 5555
 * 4.4.4), and after three BUs without an answer from an IPv6 address its interface counts as IPv4-only.
 */
#include "proto/dsmip_ue_priv.h"

enum where { NOWHERE, AT_HOME, FOREIGN };

struct place {
	enum where where;
	struct net_iface *i;
	struct ip6_addr coa;
};

/* ---- records of a movement --------------------------------------------------------------------------------------- */

void dsmip_ue_move_record(struct dsmip_ue *d, enum rec_move what, struct net_iface *i, const struct ip6_addr *addr)
{
	struct moor_record r;

	if (!moor_record_wanted(ue_world(d), REC_MOVE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_MOVE, ue_node(d), REC_NONE, move);
	r.instance = ue_pdn(d);
	if (i)
		r.port = moor_port_number(net_iface_port(i));
	r.u.move.what = what;
	r.u.move.addr = *addr;
	moor_record_emit(ue_world(d), &r);
}

/*
 * A handover begins: with the link's loss, the scenario's wish, or the first sign of another place. Once per
 * movement.
 */
void dsmip_ue_move_start(struct dsmip_ue *d, struct net_iface *i)
{
	if (d->moving && (d->steps & 1u << MOVE_STARTED))
		return;
	d->moving = true;
	d->steps = 1u << MOVE_STARTED;
	dsmip_ue_move_record(d, MOVE_STARTED, i, &d->coa);
}

/* Each step once, and only of the interface that the UE wants. */
void dsmip_ue_step(struct dsmip_ue *d, enum rec_move what, struct net_iface *i, const struct ip6_addr *addr)
{
	if (!d->moving || (d->steps & 1u << what))
		return;
	if (d->prefer && ue_number(i) != d->prefer && net_iface_up(ue_prefer(d)) && what < MOVE_HOME_LINK)
		return;
	d->steps |= (uint16_t)(1u << what);
	dsmip_ue_move_record(d, what, i, addr);
}

void dsmip_ue_move_end(struct dsmip_ue *d, enum rec_move what)
{
	if (!d->moving)
		return;
	dsmip_ue_move_record(d, what, ue_via(d), &d->coa);
	d->moving = d->ordered = false;
	d->steps = 0;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

static uint8_t bit_of(const struct net_iface *i)
{
	unsigned n = net_iface_number(i);

	return n && n <= 8 ? (uint8_t)(1u << (n - 1)) : 0;
}

static bool waits_for_v6(const struct dsmip_ue *d, const struct net_iface *i)
{
	return d->waiting == ue_number(i) && moor_timer_pending(&d->t_wait);
}

/*
 * [R24303-5.1.2.4-02] [R24303-5.1.2.4-03] IPv6 before IPv4, never both; only toward an address that the home agent
 * has
 */
static bool look_at(const struct dsmip_ue *d, struct net_iface *i, struct place *out)
{
	uint8_t bit = bit_of(i);

	if (!net_iface_up(i))
		return false;
	out->i = i;
	if (d->home_mask & bit) {
		out->where = AT_HOME;
		return true;
	}
	out->where = FOREIGN;
	if (!((d->v6_bad | d->lost_mask) & bit) && ue_ha_has6(d) &&
	    net_address_global(i, false, &out->coa) && !ue_is_home(d, &out->coa))
		return true;
	if (waits_for_v6(d, i) && !(d->v6_bad & bit))
		return false;
	return !(d->lost4_mask & bit) && ue_ha_has4(d) && net_address_global(i, true, &out->coa);
}

/* IPv6 was bad, here or elsewhere, and this link turns out to have nothing else [RFC 5555 4.4.1]. */
static bool only_v6(const struct dsmip_ue *d, struct net_iface *i, struct place *out)
{
	struct ip6_addr v4;

	out->i = i;
	out->where = FOREIGN;
	return net_iface_up(i) && ue_ha_has6(d) && (d->v6_bad & bit_of(i)) && !(d->lost_mask & bit_of(i)) &&
	       !waits_for_v6(d, i) && !net_address_global(i, true, &v4) &&
	       net_address_global(i, false, &out->coa) && !ue_is_home(d, &out->coa);
}

bool dsmip_ue_look(const struct dsmip_ue *d, struct net_iface *i, bool *home, struct ip6_addr *coa)
{
	struct place p = { NOWHERE, NULL, { { 0 } } };

	if (!look_at(d, i, &p) && !only_v6(d, i, &p))
		return false;
	*home = p.where == AT_HOME;
	*coa = p.coa;
	return true;
}

/*
 * A router that was given up is better than none: only packets for it find out that it is back [RFC 4861 6.3.6]. An
 * IPv6 binding that still stands needs no such packets; that an IPv4 gateway is back, no advertisement tells.
 */
static bool last_resort(const struct dsmip_ue *d, struct net_iface *i, struct place *out)
{
	uint8_t bit = bit_of(i);

	if (!net_iface_up(i))
		return false;
	out->i = i;
	out->where = FOREIGN;
	if (only_v6(d, i, out))
		return true;
	if (!d->bound && (d->lost_mask & bit) && !(d->v6_bad & bit) && ue_ha_has6(d) &&
	    net_address_global(i, false, &out->coa) && !ue_is_home(d, &out->coa))
		return true;
	return (d->lost4_mask & bit) && ue_ha_has4(d) && net_address_global(i, true, &out->coa);
}

static struct place choose(const struct dsmip_ue *d)
{
	struct place p = { NOWHERE, NULL, { { 0 } } };
	struct net_iface *prefer = ue_prefer(d), *via = ue_via(d);
	bool coming = prefer && net_iface_up(prefer) && waits_for_v6(d, prefer);

	if (prefer && look_at(d, prefer, &p))
		return p;
	if (via && via != prefer && look_at(d, via, &p))
		return p;
	for (struct net_iface *i = net_iface_next(d->h, NULL); i && !coming; i = net_iface_next(d->h, i))
		if (i != prefer && i != via && look_at(d, i, &p))
			return p;
	if (via && last_resort(d, via, &p))
		return p;
	for (struct net_iface *i = net_iface_next(d->h, NULL); i && !coming; i = net_iface_next(d->h, i))
		if (last_resort(d, i, &p))
			return p;
	return (struct place){ NOWHERE, NULL, { { 0 } } };
}

bool dsmip_ue_other_family_of(struct dsmip_ue *d, struct net_iface *i)
{
	struct ip6_addr v4;

	if (ip4_is_zero(ue_ha(d)->a4) || !net_address_global(i, true, &v4))
		return false;
	d->v6_bad |= d->p->keep_family ? 0xff : bit_of(i);
	return true;
}

bool dsmip_ue_other_family(struct dsmip_ue *d)
{
	return d->via && !dsmip_is_mapped(&d->coa) && dsmip_ue_other_family_of(d, ue_via(d));
}

/* The home agent answered: packets come through. */
void dsmip_ue_path_ok(struct dsmip_ue *d)
{
	if (dsmip_is_mapped(&d->coa)) {
		d->lost4_mask &= (uint8_t)~bit_of(ue_via(d));
		return;
	}
	d->lost_mask &= (uint8_t)~bit_of(ue_via(d));
	d->v6_bad &= d->p->keep_family ? 0 : (uint8_t)~bit_of(ue_via(d));
}

/* ---- at home ----------------------------------------------------------------------------------------------------- */

void dsmip_ue_leave_home(struct dsmip_ue *d)
{
	if (!d->at_home)
		return;
	/* with several accesses it may not be the one in use */
	for (struct net_iface *i = net_iface_next(d->h, NULL); i; i = net_iface_next(d->h, i))
		net_address_remove(i, &d->hoa);
	net_address_add_virtual(d->h, &d->hoa);
	d->at_home = false;
}

/*
 * Without duplicate address detection while a binding may still stand [RFC 6275 11.5.5], or where the prefix is ours
 * alone.
 */
void dsmip_ue_settle_at_home(struct dsmip_ue *d, struct net_iface *i)
{
	struct ip6_prefix hnp = dsmip_ue_hnp(d);

	if (d->at_home && d->via == ue_number(i))
		return;
	dsmip_ue_leave_home(d);
	net_address_remove_virtual(d->h, &d->hoa);
	if (d->p->shared_home && !d->bound && !d->attempt)
		net_address_form(i, &hnp, ip6_low64(&d->hoa));
	else
		net_address_add(i, &d->hoa, d->hnp_len);
	d->at_home = true;
	d->via = ue_number(i);
	d->coa = d->hoa;
	dsmip_ue_step(d, MOVE_HOME_LINK, i, &d->hoa);
}

/* IKE from the home link: over the PDN connection itself [R24303-5.1.3.1-14]. Its own address may still be coming. */
static void secure_at_home(struct dsmip_ue *d, struct net_iface *i)
{
	struct ip6_addr own;

	if (d->p->security && net_address_global(i, false, &own))
		s2c_ue_place(d, i, &own);
}

/* [R24303-5.1.2.3-09] The prefix came by PCO: IKEv2 tells nothing that is needed here, it waits until the UE leaves. */
static void skip_security(struct dsmip_ue *d)
{
	if (d->p->security)
		s2c_ue_place(d, NULL, &ip6_any);
	dsmip_ue_admit(d, DSMIP_EV_HOME_LINK, false);
	dsmip_ue_go(d, DSMIP_HLD);
}

static void discover_at_home(struct dsmip_ue *d, struct net_iface *i)
{
	struct ip6_addr own;

	if (net_address_global(i, false, &own)) {
		dsmip_ue_dhaad_from(d, i, &own);
		dsmip_discovery_place(d, i, &own);
	} else {
		dsmip_discovery_place(d, NULL, &ip6_any);
	}
}

/* [R24303-5.1.2.4-01] No BU without a security association: it is set up first. True: that is under way. */
static bool needs_sa(struct dsmip_ue *d)
{
	if (!d->p->security || s2c_ue_ready(d))
		return false;
	dsmip_ue_insecure(d);
	return true;
}

/* [R24303-5.1.2.3-06] no BU without a binding; [R24303-5.1.2.3-07] with one, it is removed [RFC 6275 11.5.5] */
static void at_home(struct dsmip_ue *d, struct net_iface *i)
{
	bool known = d->bound || d->attempt;
	bool same = d->at_home && d->via == ue_number(i);

	switch (dsmip_ue_state(d)) {
	case DSMIP_HLD:
	case DSMIP_HOME:
	case DSMIP_REGISTERING:
	case DSMIP_REGISTERED:
		break;
	case DSMIP_RETURNING:
		if (same)
			return;
		break;
	case DSMIP_CHILD_SA:
		if (known || !dsmip_discovery_hnp(d)) {
			secure_at_home(d, i);
			return;
		}
		skip_security(d);
		break;
	case DSMIP_DISCOVER:
		discover_at_home(d, i);
		return;
	case DSMIP_IDLE:
	case DSMIP_DETACHING:
	case DSMIP_SWITCHING:
	case DSMIP_UE_STATES:
		return;
	}
	if (same && d->machine.state == DSMIP_HOME)
		return;
	if (known && needs_sa(d))
		return;
	dsmip_ue_admit(d, DSMIP_EV_HOME_LINK, false);
	if (known && d->machine.state != DSMIP_HOME)
		dsmip_ue_move_start(d, ue_via(d));
	dsmip_ue_series_end(d);
	dsmip_ue_settle_at_home(d, i);
	if (!known || d->machine.state == DSMIP_HOME) {
		dsmip_ue_go(d, DSMIP_HOME);
		/* the home agent may know the home address by another interface of ours [RFC 4861 7.2.6] */
		net_announce(i, &d->hoa);
		dsmip_ue_move_end(d, MOVE_REGISTERED);
		return;
	}
	dsmip_ue_no_refresh(d);
	moor_timer_cancel(ue_world(d), &d->t_keepalive);
	dsmip_ue_go(d, DSMIP_RETURNING);
	dsmip_ue_series(d);
}

/* ---- abroad ------------------------------------------------------------------------------------------------------ */

/* [R24303-5.1.2.3-08] [R24303-5.1.2.4-01] [R24303-5.2.1-01] */
static void register_at(struct dsmip_ue *d, const struct place *p)
{
	struct net_iface *was = ue_via(d);

	if (needs_sa(d))
		return;
	dsmip_ue_admit(d, DSMIP_EV_FOREIGN_LINK, false);
	/* another care-of address while the first is still being tried (IPv4 after IPv6) goes on with the same movement */
	if (d->machine.state != DSMIP_HLD && !d->moving)
		dsmip_ue_move_start(d, was);
	dsmip_ue_leave_home(d);
	d->via = ue_number(p->i);
	d->coa = p->coa;
	d->bounced = false;
	d->owed = false;
	dsmip_ue_no_refresh(d);
	moor_timer_cancel(ue_world(d), &d->t_keepalive);
	dsmip_ue_step(d, MOVE_ADDRESS_FORMED, p->i, &p->coa);
	dsmip_ue_step(d, MOVE_ADDRESS_READY, p->i, &p->coa);
	dsmip_ue_step(d, MOVE_FOREIGN_LINK, p->i, &p->coa);
	dsmip_ue_go(d, DSMIP_REGISTERING);
	dsmip_ue_series(d);
}

static void foreign(struct dsmip_ue *d, const struct place *p)
{
	bool same = ue_number(p->i) == d->via && ip6_eq(&p->coa, &d->coa) && !d->at_home;

	switch (dsmip_ue_state(d)) {
	case DSMIP_HLD:
	case DSMIP_HOME:
	case DSMIP_RETURNING:
		register_at(d, p);
		break;
	case DSMIP_REGISTERING:
		if (!same)
			register_at(d, p);
		break;
	case DSMIP_CHILD_SA:
		if (d->p->security)
			s2c_ue_place(d, p->i, &p->coa);
		break;
	case DSMIP_REGISTERED:
		/* The same place again: the binding still holds, but a NAT's mapping may be another. */
		if (!same || (d->bounced && dsmip_is_mapped(&p->coa)))
			register_at(d, p);
		else if (d->bounced || (d->moving && ue_number(p->i) == d->prefer))
			dsmip_ue_move_end(d, MOVE_REGISTERED);
		d->bounced = false;
		if (d->owed)
			dsmip_ue_refresh(d);
		break;
	case DSMIP_DISCOVER:
		dsmip_ue_dhaad_from(d, p->i, &p->coa);
		dsmip_discovery_place(d, p->i, &p->coa);
		break;
	case DSMIP_IDLE:
	case DSMIP_DETACHING:
	case DSMIP_SWITCHING:
	case DSMIP_UE_STATES:
		break;
	}
}

/* The home link is gone, or is no home link any more; the interface may have a care-of address as well. */
static void out_of_home(struct dsmip_ue *d)
{
	dsmip_ue_admit(d, DSMIP_EV_MOVED, false);
	dsmip_ue_move_start(d, ue_via(d));
	dsmip_ue_series_end(d);
	dsmip_ue_leave_home(d);
	d->via = 0;
	d->coa = ip6_any;
	d->bounced = true;
	dsmip_ue_go(d, d->bound ? DSMIP_REGISTERED : DSMIP_HLD);
	dsmip_ue_evaluate(d);
}

/*
 * A home agent that was found, or that another sent us to, has no address of the family that we have: that may have
 * been on another link, or half of the answer was lost. There may be other ways to find one [24.303 5.1.2.1].
 */
static bool out_of_reach(const struct dsmip_ue *d)
{
	const struct dsmip_ha_addr *ha = ue_ha(d);
	struct ip6_addr own;
	bool other = false, told = d->found || ha != ue_listed(d);

	for (struct net_iface *i = net_iface_next(d->h, NULL); i && told && !d->bound; i = net_iface_next(d->h, i)) {
		if (!net_iface_up(i))
			continue;
		if (waits_for_v6(d, i))
			return false;
		other = other || (ip4_is_zero(ha->a4) && net_address_global(i, true, &own));
		other = other || (ip6_is_zero(&ha->a6) && net_address_global(i, false, &own) && !ue_is_home(d, &own));
	}
	return other;
}

static void nowhere(struct dsmip_ue *d)
{
	switch (dsmip_ue_state(d)) {
	case DSMIP_HOME:
	case DSMIP_RETURNING:
		out_of_home(d);
		break;
	case DSMIP_REGISTERING:
		dsmip_ue_admit(d, DSMIP_EV_MOVED, false);
		dsmip_ue_series_end(d);
		d->coa = ip6_any;
		if (!d->bound) {
			d->via = 0;
			dsmip_ue_go(d, DSMIP_HLD);
		}
		break;
	case DSMIP_REGISTERED:
		d->owed |= d->attempt > 0;
		dsmip_ue_series_end(d);
		d->bounced = true;
		break;
	case DSMIP_CHILD_SA:
		if (d->p->security)
			s2c_ue_place(d, NULL, &ip6_any);
		if (d->p->security && out_of_reach(d))
			dsmip_ue_not_secured(d, d->found);
		break;
	case DSMIP_DISCOVER:
		dsmip_discovery_place(d, NULL, &ip6_any);
		break;
	case DSMIP_HLD:
	case DSMIP_IDLE:
	case DSMIP_DETACHING:
	case DSMIP_SWITCHING:
	case DSMIP_UE_STATES:
		break;
	}
}

/* [R24303-5.1.2.3-01] [R24303-5.1.2.3-02] home link detection comes before every BU over an interface */
void dsmip_ue_evaluate(struct dsmip_ue *d)
{
	struct place p;

	if (d->rare && dsmip_ue_bids_evaluate(d))
		return;
	p = choose(d);
	switch (p.where) {
	case AT_HOME:
		at_home(d, p.i);
		break;
	case FOREIGN:
		foreign(d, &p);
		break;
	case NOWHERE:
		nowhere(d);
		break;
	}
}

/*
 * The prefix became known after the advertisements that showed it: an address of ours in it was formed from one
 * [R24303-5.1.2.3-03].
 */
void dsmip_ue_look_for_home(struct dsmip_ue *d)
{
	struct ip6_addr a;

	for (struct net_iface *i = net_iface_next(d->h, NULL); i; i = net_iface_next(d->h, i))
		if (net_iface_up(i) && net_address_global(i, false, &a) && !ip6_eq(&a, &d->hoa) && ue_in_hnp(d, &a))
			d->home_mask |= bit_of(i);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static bool on_pdn(const struct dsmip_ue *d)
{
	return d->machine.state != DSMIP_IDLE;
}

static void wait_over(struct moor_world *w, struct moor_timer *t)
{
	struct dsmip_ue *d = MOOR_CONTAINER(t, struct dsmip_ue, t_wait);

	(void)w;
	d->waiting = 0;
	dsmip_ue_evaluate(d);
}

static moor_time dad_time(const struct dsmip_ue *d)
{
	return ue_timer(d, T_RETRANS) * ue_timer(d, T_DAD_COUNT);
}

static void on_carrier(void *owner, struct net_iface *i, bool up)
{
	struct dsmip_ue *d = owner;
	uint8_t bit = bit_of(i);

	d->home_mask &= (uint8_t)~bit;
	d->lost_mask &= (uint8_t)~bit;
	d->lost4_mask &= (uint8_t)~bit;
	if (!d->p->keep_family)
		d->v6_bad &= (uint8_t)~bit;
	if (!on_pdn(d) && !up)
		return;
	if (up) {
		if (d->moving && ue_number(i) == d->prefer)	/* it came back: what follows the link begins anew */
			d->steps &= 1u << MOVE_STARTED;
		dsmip_ue_step(d, MOVE_LINK_UP, i, &ip6_any);
		if (d->p->v6_wait) {
			d->waiting = ue_number(i);
			moor_timer_in(ue_world(d), &d->t_wait, d->p->v6_wait, wait_over);
		}
	} else if (ue_number(i) == d->via) {
		d->bounced = true;
		dsmip_ue_move_start(d, i);
	}
	dsmip_ue_evaluate(d);
}

/* A link-local address is no care-of address; one of the home network prefix is not one either. */
static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	struct dsmip_ue *d = owner;
	bool found;

	if (!on_pdn(d) || dsmip_is_mapped(addr) || !dsmip_routable6(addr))
		return;
	if (ue_in_hnp(d, addr)) {
		/* the prefix may have become known behind the advertisement, before this address was there to be seen */
		found = i && what == ADDRESS_USABLE && !ip6_eq(addr, &d->hoa) &&
			!((d->home_mask | d->lost_mask) & bit_of(i));
		if (found)
			d->home_mask |= bit_of(i);
		dsmip_ue_home_address(d, i, addr, what);
		/* at home IKE runs from it, and discovery */
		if (found || d->machine.state == DSMIP_CHILD_SA || d->machine.state == DSMIP_DISCOVER)
			dsmip_ue_evaluate(d);
		return;
	}
	switch (what) {
	case ADDRESS_TENTATIVE:
		dsmip_ue_step(d, MOVE_ADDRESS_FORMED, i, addr);
		break;
	case ADDRESS_USABLE:
		dsmip_ue_step(d, MOVE_ADDRESS_FORMED, i, addr);
		dsmip_ue_step(d, MOVE_ADDRESS_READY, i, addr);
		break;
	case ADDRESS_DUPLICATE:
	case ADDRESS_DEPRECATED:
	case ADDRESS_REMOVED:
		break;
	}
	dsmip_ue_evaluate(d);
}

/* [R24303-5.1.2.3-03] [RFC 6275 11.5.2] */
static void on_advert(void *owner, struct net_iface *i, const struct ip6_addr *router,
		      const struct ip6_prefix *prefixes, unsigned n, bool new_link)
{
	struct dsmip_ue *d = owner;
	struct ip6_prefix hnp = dsmip_ue_hnp(d);
	struct ip6_addr current;
	uint8_t bit = bit_of(i);
	bool home = false;

	for (unsigned k = 0; k < n && !home; k++)
		home = ip6_prefix_eq(&prefixes[k], &hnp);
	d->lost_mask &= (uint8_t)~bit;
	if (home)
		d->home_mask |= bit;
	else if (new_link || (n && net_default_router(i, false, &current) && ip6_eq(&current, router)))
		d->home_mask &= (uint8_t)~bit;
	if (!on_pdn(d))
		return;
	if (new_link && ue_number(i) == d->via && !home)
		dsmip_ue_move_start(d, i);
	/* there is IPv6: the address has its duplicate detection to go through */
	if (n && waits_for_v6(d, i) && !(d->v6_bad & bit))
		moor_timer_in(ue_world(d), &d->t_wait, d->p->v6_wait + dad_time(d), wait_over);
	dsmip_ue_step(d, MOVE_DETECTED, i, router);
	dsmip_ue_evaluate(d);
}

static void on_router_lost(void *owner, struct net_iface *i, bool v4)
{
	struct dsmip_ue *d = owner;
	uint8_t bit = bit_of(i);

	if (v4) {		/* no movement yet: it is one when there is another place to go */
		d->lost4_mask |= bit;
		if (on_pdn(d))
			dsmip_ue_evaluate(d);
		return;
	}
	d->home_mask &= (uint8_t)~bit;
	d->lost_mask |= bit;
	if (!on_pdn(d))
		return;
	if (ue_number(i) == d->via && (d->at_home || !dsmip_is_mapped(&d->coa))) {
		dsmip_ue_move_start(d, i);
		dsmip_ue_step(d, MOVE_DETECTED, i, &ip6_any);
	}
	dsmip_ue_evaluate(d);
}

/* [RFC 6275 11.3.5] A node that does not know the Mobility Header is no home agent; other errors are not about us. */
static void on_icmp_error(void *owner, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
			  const uint8_t *inner, uint32_t inner_len)
{
	struct dsmip_ue *d = owner;
	struct ip6_packet k;

	if (!rx->ip6 || type != 4 || code > 2 || (code && !d->attempt) || d->p->security)
		return;			/* anybody can send it: what is protected does not depend on it */
	ip6_decode_capture(inner, inner_len, &k, NULL);
	if (k.len < IP6_LEN || (k.proto != DSMIP_PROTO_MH && k.proto != PROTO_ESP) || !ip6_eq(&k.h.dst, &ue_ha(d)->a6))
		return;
	if (code == 0)		/* a field of the Mobility Header [RFC 6275 9.2]: a fault of ours, which another BU would repeat */
		dsmip_discard(d->h, 0, arg == (uint32_t)(k.upper - k.p) ? "icmp-payload-proto" : "icmp-header-field",
			      "RFC 6275 9.2");
	else if (code == 2)	/* it does not know the Home Address option: to be noted, no more */
		dsmip_discard(d->h, ue_pdn(d), "icmp-home-address-option", "RFC 6275 11.3.5");
	else if (dsmip_ue_admit(d, DSMIP_EV_ICMP, true) && !dsmip_ue_leaving(d))
		dsmip_ue_ha_unusable(d, 0);
}

static const struct net_service services[] = { { .number = DSMIP_PROTO_MH, .proto = dsmip_ue_input } };

const struct net_events dsmip_ue_events = {
	.services = services, .n_services = 1, .carrier = on_carrier, .address = on_address, .advert = on_advert,
	.router_lost = on_router_lost, .icmp_error = on_icmp_error, .icmp6 = dsmip_ue_icmp,
};

/* [RFC 5555 4.4.4] */
void dsmip_ue_ip4_seen(struct dsmip_ue *d, struct net_iface *i)
{
	if (on_pdn(d))
		dsmip_ue_step(d, MOVE_DETECTED, i, &ip6_any);
}

void dsmip_ue_ip4(struct dsmip_ue *d, struct net_iface *i, bool usable)
{
	struct ip6_addr a;

	d->lost4_mask &= (uint8_t)~bit_of(i);
	if (!on_pdn(d))
		return;
	if (usable && net_address_global(i, true, &a)) {
		dsmip_ue_step(d, MOVE_DETECTED, i, &ip6_any);
		dsmip_ue_step(d, MOVE_ADDRESS_FORMED, i, &a);
		dsmip_ue_step(d, MOVE_ADDRESS_READY, i, &a);
	}
	dsmip_ue_evaluate(d);
}

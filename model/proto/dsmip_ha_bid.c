/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: several care-of addresses of one UE at the home agent
 *
 * Binding Identifier options in Binding Updates [R24303-5.1.3.2-18] [RFC 5648 6, 8.1; RFC 6089 5.3.1]. Refusals:
 *
 *	a length other than 4, 8, 20						164, the whole BU
 *	not a unicast routable care-of address, BID 0, twice the same, two with H	164, the option
 *	no care-of address, and the BID is not registered			167, the option
 *	O clear, and a binding without BID exists				165, the whole BU
 *	several BIDs in IPv4 whose IPv4 care-of address is new or behind a NAT	168, the whole BU
 *	an IPv4 care-of address in a BU from elsewhere that is new or has a NAT	168, the option
 *	H, and there is no home link						169, the option
 *	removing a BID that is not registered					133, the option
 *	no room for another BID							130, the option
 *	by configuration: no BIDs at all 166, not several at once 168, not at home and abroad 169
 *
 * One option that is refused is the BA's status; of several the BA says 4 and each option its own, and when all are
 * refused the first one's status is the BA's [RFC 5648 6.2]. Without `ifom` BID options are not seen: what is left of
 * the BU is treated as any [RFC 5648 6.1].
 *
 * An Alternate or IPv4 Care-of Address option beside a BID is not looked at: it must not be there [R24303-5.1.2.4-10]
 * [R24303-5.1.2.4-14], which the profile check says.
 *
 * RFC 5648 4.4 wants 164 for an option without care-of address in ESP, and its 5.3 shows such a BU as a good one: it
 * is taken when the BID is registered, whose care-of address stays as it is. The home binding gets status 0, since
 * this home agent is the only router of its home link, and ends with any BU with BIDs none of which has H [RFC 5648
 * 5.6.5].
 *
 * Not here: keeping them (dsmip_ha_care.c), flows (dsmip_ha_flow.c).
 */
#include <assert.h>

#include "base/mem.h"
#include "proto/dsmip_ha_ifom.h"

#define BA_ROOM 1800u			/* octets for these options in a BA */
#define BID_OCTETS 8u			/* of an option in a BA, with its padding */

/* ---- what a BU says ---------------------------------------------------------------------------------------------- */

static const struct bce_mcoa *known(const struct bu *u)
{
	return bce_stands(u->b) ? bce_mcoa(u->b) : NULL;
}

static const struct mh_opt *next_bid(const struct mh_msg *m, const struct mh_opt *o)
{
	for (o = o ? o + 1 : m->opt; o < m->opt + m->n_opt; o++) {
		if (o->type == MH_OPT_BID)
			return o;
	}
	return NULL;
}

/* The IPv4 care-of address option of the way that the BU came, NULL: none says which. */
static const struct mh_opt *own_ip4(const struct bu *u)
{
	const struct mh_opt *any = NULL;

	for (const struct mh_opt *o = mh_find(&u->x->m, MH_OPT_BID); o; o = mh_next(&u->x->m, o)) {
		if (o->bid.family != 4)
			continue;
		if (ip4_eq(o->bid.ip4, dsmip_unmap(&u->x->coa)))
			return o;
		if (!any)
			any = o;
	}
	return any;
}

/* [RFC 5648 8.1] the address in the option against the outer source; without one it is as it was */
void dsmip_ha_bid_read(struct dsmip_ha *a, struct bu *u)
{
	bool udp_in = u->x->rx->outer.encap == ENCAP_UDP4;
	const struct mh_opt *own;
	const struct care_of *c;

	u->bid = next_bid(&u->x->m, NULL);
	u->alt_coa = u->coa4 = NULL;
	u->dereg = !u->x->m.bu.life.units;
	if (!u->x->v4)
		return;
	own = own_ip4(u);
	c = own || u->bid->bad ? NULL : dsmip_ha_care_at(known(u), u->bid->bid.bid);
	u->nat = own ? !ip4_eq(own->bid.ip4, dsmip_unmap(&u->x->coa)) : c && c->nat;
	u->udp_tunnel = u->nat || a->c.force_udp || ((u->flags & MH_BU_F) && a->c.accept_f) ||
			(c && c->encap == ENCAP_UDP4);
	u->udp = udp_in && (u->udp_tunnel || (!own && !c) || dsmip_by_profile(a->c.ba_udp, dsmip_ha_is_rfc(a)));
}

/* The same care-of addresses as before, or others. */
enum mh_procedure dsmip_ha_bid_procedure(const struct bu *u)
{
	if (u->dereg)
		return MH_PROC_DETACH;
	if (!bce_stands(u->b))
		return MH_PROC_INITIAL;
	for (const struct mh_opt *o = mh_find(&u->x->m, MH_OPT_BID); o; o = mh_next(&u->x->m, o)) {
		const struct care_of *c = dsmip_ha_care_at(known(u), o->bid.bid);

		if (!c || (o->bid.family == 6 && !ip6_eq(&c->remote, &o->bid.ip6)) ||
		    (o->bid.family == 4 && !ip4_eq(c->coa4, o->bid.ip4)))
			return MH_PROC_HANDOVER;
	}
	return MH_PROC_REREGISTRATION;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

void dsmip_ha_bid_answer(struct ha_ifom_answer *r, const struct ha_bid_answer *x)
{
	if (r->n_bid + r->n_fid >= HA_IFOM_ANSWERS)
		return;
	r->bid[r->n_bid++] = *x;
	r->octets += BID_OCTETS;
}

/* Of a malformed option what can be read. */
static struct ha_bid_answer read_option(const struct mh_opt *o)
{
	struct ha_bid_answer x = { .o = o };

	if (!o->bad) {
		x.bid = o->bid.bid;
		x.priority = o->bid.priority;
		x.home = o->bid.home;
		return x;
	}
	x.bid = o->raw.n >= 2 ? (uint16_t)(o->raw.p[0] << 8 | o->raw.p[1]) : 0;
	x.priority = o->raw.n >= 4 ? o->raw.p[3] & 0x7f : 0;
	x.home = o->raw.n >= 4 && o->raw.p[3] & 0x80;
	return x;
}

void dsmip_ha_bid_copy(const struct bu *u, struct ha_ifom_answer *out)
{
	out->n_bid = out->n_fid = out->octets = 0;
	for (const struct mh_opt *o = u->bid; o; o = next_bid(&u->x->m, o)) {
		struct ha_bid_answer x = read_option(o);

		dsmip_ha_bid_answer(out, &x);
	}
}

/*
 * [R24303-5.1.3.2-20] [R24303-5.1.3.2-21] without care-of addresses [RFC 5648 4.3]; flow options whole while there is
 * room, then without their sub-options
 */
void dsmip_ha_add_ifom(struct mh_msg *m, const struct ha_ifom_answer *r)
{
	uint32_t room = r->octets < BA_ROOM ? BA_ROOM - r->octets : 0;

	for (unsigned i = 0; i < r->n_bid; i++) {
		struct mh_opt *o = mh_add(m, MH_OPT_BID);

		o->bid.bid = r->bid[i].bid;
		o->bid.status = r->bid[i].status;
		o->bid.priority = r->bid[i].priority;
		o->bid.home = r->bid[i].home;
	}
	for (unsigned i = 0; i < r->n_fid; i++) {
		struct mh_opt *o = mh_add(m, MH_OPT_FLOW_ID);

		o->flow.fid = r->fid[i].fid;
		o->flow.priority = r->fid[i].priority;
		o->flow.status = r->fid[i].status;
		if (r->fid[i].subs.n <= room) {
			o->flow.subs = r->fid[i].subs;
			room -= r->fid[i].subs.n;
		}
	}
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

static bool address_ok(const struct bu *u, const struct mh_opt *o)
{
	if (o->bid.home)		/* the home address, or none [RFC 5648 5.6.3] */
		return !o->bid.family || (o->bid.family == 6 && ip6_eq(&o->bid.ip6, &u->x->hoa));
	if (o->bid.family == 4)
		return dsmip_routable4(o->bid.ip4);
	return !o->bid.family || (dsmip_routable6(&o->bid.ip6) && !ip6_eq(&o->bid.ip6, &u->x->hoa));
}

/* Registered in IPv4 without a NAT before: a BU from anywhere may refresh it [RFC 5648 8.1]. */
static bool ip4_settled(const struct bu *u, const struct mh_opt *o)
{
	const struct care_of *c = dsmip_ha_care_at(known(u), o->bid.bid);

	return c && !c->nat && ip4_eq(c->coa4, o->bid.ip4);
}

/* The same BID, or a home binding too: there is one at a time [RFC 5648 5.6.3]. */
static bool earlier(const struct bu *u, const struct mh_opt *o)
{
	for (const struct mh_opt *x = mh_find(&u->x->m, MH_OPT_BID); x && x < o; x = mh_next(&u->x->m, x)) {
		if (x->bid.bid == o->bid.bid || (x->bid.home && o->bid.home))
			return true;
	}
	return false;
}

static uint8_t judge_option(const struct dsmip_ha *a, const struct bu *u, const struct mh_opt *o)
{
	if (!o->bid.bid || earlier(u, o))
		return MH_BA_MCOA_MALFORMED;
	if (u->dereg)
		return dsmip_ha_care_at(known(u), o->bid.bid) ? MH_BA_ACCEPTED : MH_BA_NOT_HOME_AGENT;
	if (!address_ok(u, o))
		return MH_BA_MCOA_MALFORMED;
	if (o->bid.home)
		return (a->home || a->homes) && a->c.home_and_foreign ? MH_BA_ACCEPTED : MH_BA_MCOA_HOME_FOREIGN_PROHIBITED;
	if (!o->bid.family && !dsmip_ha_care_at(known(u), o->bid.bid))
		return MH_BA_MCOA_UNKNOWN_COA;
	if (o->bid.family == 6 && dsmip_ha_circle(a, &o->bid.ip6))
		return MH_BA_PROHIBITED;
	if (o->bid.family == 4 && !u->x->v4 && !ip4_settled(u, o))
		return MH_BA_MCOA_BULK_PROHIBITED;
	return MH_BA_ACCEPTED;
}

/* Of those that would be accepted, the ones for which there is a place. */
static void judge_room(const struct bu *u, struct ha_ifom_answer *r)
{
	const struct bce_mcoa *m = known(u);
	bool over = u->flags & MH_BU_O;
	unsigned taken = 0;

	for (unsigned at = 0; m && !over && at < IFOM_BIDS; at++)
		taken += m->table.bids[at].bid != 0;
	for (unsigned i = 0; i < r->n_bid; i++) {
		if (r->bid[i].status >= 128 || (!over && dsmip_ha_care_at(m, r->bid[i].bid)))
			continue;
		if (taken < IFOM_BIDS)
			taken++;
		else
			r->bid[i].status = MH_BA_RESOURCES;
	}
}

/* What concerns all of it. */
static uint8_t judge_whole(const struct dsmip_ha *a, const struct bu *u, unsigned n)
{
	if (mh_count(&u->x->m, MH_OPT_BID) != n)
		return MH_BA_MCOA_MALFORMED;
	if (!a->c.mcoa)
		return MH_BA_MCOA_PROHIBITED;
	if (u->dereg)
		return MH_BA_ACCEPTED;
	if (n > 1 && !a->c.bulk)
		return MH_BA_MCOA_BULK_PROHIBITED;
	if (n > 1 && u->nat)
		return MH_BA_MCOA_BULK_PROHIBITED;
	for (const struct mh_opt *o = u->bid; u->x->v4 && n > 1 && o; o = next_bid(&u->x->m, o)) {
		if (o->bid.family == 4 && !ip4_settled(u, o))
			return MH_BA_MCOA_BULK_PROHIBITED;
	}
	if (bce_stands(u->b) && !bce_mcoa(u->b) && !(u->flags & MH_BU_O))
		return MH_BA_MCOA_NON_MCOA_EXISTS;
	return MH_BA_ACCEPTED;
}

/* The BA's status from those of the options; a single one's moves there [RFC 5648 6.2]. */
static uint8_t sum_up(struct ha_ifom_answer *r)
{
	unsigned bad = 0, first = 0;

	for (unsigned i = r->n_bid; i-- > 0;) {
		bad += r->bid[i].status >= 128;
		first = r->bid[i].status >= 128 ? i : first;
	}
	if (!bad)
		return MH_BA_ACCEPTED;
	if (bad < r->n_bid)
		return MH_BA_MCOA_NOTCOMPLETE;
	bad = r->bid[first].status;
	if (r->n_bid == 1)
		r->bid[0].status = 0;
	return (uint8_t)bad;
}

/* ---- changing the entry ------------------------------------------------------------------------------------------ */

static struct care_of care_from(const struct bu *u, const struct mh_opt *o, const struct care_of *old)
{
	struct care_of c = { .port = DSMIP_UDP_PORT, .encap = ENCAP_IN6 };

	if (o->bid.home) {
		c.home = true;
		c.remote = u->x->hoa;
	} else if (o->bid.family == 6) {
		c.remote = o->bid.ip6;
	} else if (o->bid.family == 4 && u->x->v4 && o == own_ip4(u)) {
		c.remote = u->x->coa;			/* the outer source: the option's own without a NAT */
		c.coa4 = o->bid.ip4;
		c.nat = u->nat;
		c.encap = u->udp_tunnel ? ENCAP_UDP4 : ENCAP_IN4;
		if (u->x->rx->outer.sport)
			c.port = u->x->rx->outer.sport;
	} else if (old) {
		c = *old;
	}
	return c;
}

static bool same_place(const struct care_of *a, const struct care_of *b)
{
	return ip6_eq(&a->remote, &b->remote) && ip4_eq(a->coa4, b->coa4) && a->encap == b->encap && a->port == b->port;
}

static bool waits_for_dad(const struct bce *b)
{
	return b->machine.state == DSMIP_BCE_DAD || (b->machine.state == DSMIP_BCE_NONE && b->a->c.dad);
}

/* [RFC 5648 6.2, last steps] */
static void put(struct bce *b, const struct bu *u, const struct mh_opt *o, const struct care_of *before)
{
	struct bce_mcoa *m = bce_mcoa(b);
	struct care_of c = care_from(u, o, before);
	int at = ifom_bid_put(&m->table, o->bid.bid, o->bid.priority);

	assert(at >= 0);			/* judge_room */
	c.lifetime = b->lifetime;
	c.expires = moor_world_now(ha_world(b->a)) + moor_life4_span((moor_life4){ c.lifetime });
	m->care[at] = c;
	if (!waits_for_dad(b))
		dsmip_ha_care_record(b, at, !before ? BINDING_CREATED : same_place(before, &c) ? BINDING_REFRESHED : BINDING_UPDATED);
}

static bool asked_for(const struct ha_ifom_answer *r, uint16_t bid, bool accepted)
{
	for (unsigned i = 0; i < r->n_bid; i++) {
		if (r->bid[i].bid == bid && (!accepted || r->bid[i].status < 128))
			return true;
	}
	return false;
}

static bool any_home(const struct ha_ifom_answer *r)
{
	for (unsigned i = 0; i < r->n_bid; i++) {
		if (r->bid[i].home && r->bid[i].status < 128)
			return true;
	}
	return false;
}

/* With O all that is not registered anew; without, the home binding when the BU has no H, or H for another. */
static void clear_old(struct bce *b, const struct bu *u, const struct ha_ifom_answer *r)
{
	struct bce_mcoa *m = bce_mcoa(b);

	for (int at = 0; at < (int)IFOM_BIDS; at++) {
		uint16_t bid = m->table.bids[at].bid;

		if (!bid || asked_for(r, bid, true))
			continue;
		if (u->flags & MH_BU_O)
			dsmip_ha_care_end(b, at, BINDING_DEREGISTERED);
		else if (m->care[at].home && (any_home(r) || !asked_for(r, bid, false)))
			dsmip_ha_care_end(b, at, BINDING_DEREGISTERED);
	}
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

void dsmip_ha_bid_refused(struct dsmip_ha *a, const struct bu *u, uint8_t status)
{
	struct ha_ifom_answer r;

	dsmip_ha_bid_copy(u, &r);
	dsmip_ha_refused(a, u, status, &r);
}

/* One that takes BIDs back acknowledges its own flags, and leaves those of the rest as they are. */
static void answer(struct dsmip_ha *a, struct bce *b, const struct bu *u, uint8_t status,
		   const struct ha_ifom_answer *r)
{
	struct answer x = dsmip_ha_answer_to(u, status);
	bool k = b->k, router = b->r;

	x.ifom = r;
	b->k = k && u->flags & MH_BU_K;
	b->r = router && u->flags & MH_BU_R;
	dsmip_ha_send_ba(a, b, &x, u->hoa4);
	b->k = k;
	b->r = router;
}

/* Of two places that change in one BU each is told from what it was before it. */
static void put_all(struct bce *b, const struct bu *u, const struct ha_ifom_answer *r,
		    const struct bce_mcoa *before)
{
	for (unsigned i = 0; i < r->n_bid; i++) {
		if (r->bid[i].status < 128)
			put(b, u, r->bid[i].o, dsmip_ha_care_at(before, r->bid[i].bid));
	}
}

static void wait_for_dad(struct bce *b, const struct ha_ifom_answer *r)
{
	struct bce_mcoa *m = bce_mcoa(b);

	if (!m->waiting)
		m->waiting = mem_new(sizeof *r);
	*m->waiting = *r;
	for (unsigned i = 0; i < r->n_fid; i++)
		m->waiting->fid[i].subs = (struct mh_octets){ 0 };
}

void dsmip_ha_bid_after_dad(struct dsmip_ha *a, struct bce *b, struct answer *r)
{
	struct bce_mcoa *m = bce_mcoa(b);

	dsmip_ha_state(b, DSMIP_BCE_EV_DAD_OK, DSMIP_BCE_ACTIVE);
	dsmip_ha_care_arm(b);
	for (int at = 0; at < (int)IFOM_BIDS; at++) {
		if (m->table.bids[at].bid)
			dsmip_ha_care_record(b, at, BINDING_CREATED);
	}
	r->ifom = m->waiting;
	r->status = sum_up(m->waiting);
	dsmip_ha_send_ba(a, b, r, NULL);
	mem_free(m->waiting);
	m->waiting = NULL;
	if (a->sec)
		s2c_ha_registered(a->sec, &b->hoa);
}

static void register_all(struct dsmip_ha *a, struct bu *u, struct ha_ifom_answer *r)
{
	struct ip6_addr was = u->b ? u->b->remote : ip6_any;
	struct bce_mcoa before = { .self = 0 };		/* only BIDs and care-of addresses of it are looked at */
	struct bce *b = u->b;
	uint8_t status = sum_up(r);
	bool fresh;

	dsmip_ha_replace_other(u);
	if (!b)
		b = dsmip_ha_create(a, &u->x->hoa);
	fresh = !bce_stands(b);
	if (known(u))
		before = *known(u);
	else
		dsmip_ha_bid_forget(b);		/* of an entry that was held, or waits for DAD */
	dsmip_ha_care_make(b);
	dsmip_ha_take_bu(a, b, u);
	clear_old(b, u, r);
	put_all(b, u, r, &before);
	dsmip_ha_flows(a, b, u, r);
	dsmip_ha_care_settle(a, b, &was);
	if (waits_for_dad(b)) {
		wait_for_dad(b, r);
		if (b->machine.state == DSMIP_BCE_NONE)
			dsmip_ha_start_dad(a, b);
		return;
	}
	dsmip_ha_state(b, DSMIP_BCE_EV_BU, DSMIP_BCE_ACTIVE);
	dsmip_ha_care_arm(b);
	dsmip_ha_ask_later(b);
	answer(a, b, u, status, r);
	if (a->sec && fresh)
		s2c_ha_registered(a->sec, &b->hoa);
}

/* Lifetime 0: those BIDs only, the last of them takes the entry along [RFC 5648 5.4] */
static void deregister(struct dsmip_ha *a, struct bu *u, struct ha_ifom_answer *r)
{
	struct bce *b = u->b;
	struct ip6_addr was = b->remote;
	struct bce_mcoa *m = bce_mcoa(b);
	uint8_t status = sum_up(r);

	for (unsigned i = 0; i < r->n_bid; i++) {
		int at = r->bid[i].status < 128 ? ifom_bid_find(&m->table, r->bid[i].bid) : -1;

		if (at >= 0)
			dsmip_ha_care_end(b, at, BINDING_DEREGISTERED);
	}
	b->seq = u->x->m.bu.seq;
	b->asked4 = u->hoa4 != NULL;
	b->ack4 = MH_IP4_OK;
	if (ifom_bid_default(&m->table) < 0) {
		answer(a, b, u, status, r);
		dsmip_ha_hold(a, b);
		return;
	}
	dsmip_ha_flows(a, b, u, r);
	dsmip_ha_care_settle(a, b, &was);
	dsmip_ha_care_arm(b);
	answer(a, b, u, status, r);
}

/* [RFC 5648 6.2]; the BU has passed what every BU must pass */
void dsmip_ha_bid_in(struct dsmip_ha *a, struct bu *u)
{
	struct ha_ifom_answer r;
	unsigned n = 0;
	uint8_t status;

	for (const struct mh_opt *o = u->bid; o; o = next_bid(&u->x->m, o))
		n++;
	dsmip_ha_bid_copy(u, &r);
	status = n > HA_IFOM_ANSWERS ? MH_BA_RESOURCES : judge_whole(a, u, n);
	for (unsigned i = 0; status == MH_BA_ACCEPTED && i < r.n_bid; i++)
		r.bid[i].status = judge_option(a, u, r.bid[i].o);
	if (status == MH_BA_ACCEPTED) {
		if (!u->dereg)
			judge_room(u, &r);
		status = sum_up(&r);
	}
	if (status >= 128)
		dsmip_ha_refused(a, u, status, &r);
	else if (u->dereg)
		deregister(a, u, &r);
	else
		register_all(a, u, &r);
}

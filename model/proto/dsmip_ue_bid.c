/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: several care-of addresses at once
 *
 * Each interface that has a care-of address, and the home link beside foreign ones, is an access with a binding
 * identifier [24.303 5.1.2.4, RFC 5648 5]. Binding Updates are about one access at a time, because they share one
 * sequence number; what is to be said waits for its turn, in this order: the first access of all, accesses that are
 * gone, new ones, routing rules, refreshes. dsmip_ue_bu.c and dsmip_ue_ba.c carry each out as if its access were the
 * only one (coa and via); between two of them coa and via are those of the default access.
 *
 *	the first one		O, so that what the home agent still has goes [RFC 5648 5.9]
 *	another, or anew	BID with its care-of address
 *	refresh			BID; the care-of address only when it is IPv4, for the home agent must look for NATs
 *	gone			lifetime 0, BID, sent by another access
 *	on the home link	H, the home address as care-of address, while a foreign access is there too; the home link
 *				alone is an ordinary return home. The other accesses' messages name it as well, for without
 *				H the home agent sends nothing to the home link any more [RFC 5648 5.6.5]; where that is
 *				not possible (a new IPv4 care-of address stands alone) it is registered anew behind it
 *	at the end		one lifetime 0 without any BID
 *
 * An access whose Binding Updates remain unanswered is left alone for MAX_BINDACK_TIMEOUT when there is another. A home
 * agent that does not answer with a BID option, or says 166, gets ordinary Binding Updates from then on.
 *
 * Not here: bulk registration of care-of addresses that are new (several BIDs stand in one message only when a rule
 * refers to several).
 */
#include "proto/dsmip_ue_ifom.h"

#include <string.h>

#include "base/mem.h"

static void due(struct moor_world *w, struct moor_timer *t);

/* ---- what there is ----------------------------------------------------------------------------------------------- */

static struct net_iface *iface_of(const struct ue_ifom *f, unsigned i)
{
	return net_iface_numbered(f->d->h, i + 1);
}

static moor_time now_of(const struct ue_ifom *f)
{
	return moor_world_now(ue_world(f->d));
}

static bool usable(const struct ue_ifom *f, unsigned i)
{
	const struct ue_access *a = &f->access[i];

	return !ip6_is_zero(&a->place) && !a->barred && !a->refused && now_of(f) >= a->retry;
}

bool dsmip_ue_bid_any(const struct ue_ifom *f)
{
	for (unsigned i = 0; i < UE_BIDS; i++)
		if (f->access[i].bound)
			return true;
	return false;
}

bool dsmip_ue_bid_carries(const struct ue_ifom *f, unsigned i)
{
	const struct ue_access *a = &f->access[i];
	const struct net_iface *iface = i < UE_BIDS && a->bound ? iface_of(f, i) : NULL;

	if (!iface || !net_iface_up(iface))
		return false;
	return a->home_bound ? f->d->at_home && !a->no_nd : net_address_is_ours(f->d->h, &a->coa);
}

static int best(const struct ue_ifom *f, bool (*fits)(const struct ue_ifom *f, unsigned i))
{
	int k = -1;

	for (unsigned i = 0; i < UE_BIDS; i++)
		if (fits(f, i) && (k < 0 || f->access[i].priority < f->access[k].priority))
			k = (int)i;
	return k;
}

int dsmip_ue_bid_default(const struct ue_ifom *f)
{
	return best(f, dsmip_ue_bid_carries);
}

static bool can_be_made(const struct ue_ifom *f, unsigned i)
{
	const struct ue_access *a = &f->access[i];

	return usable(f, i) && (!a->bound || !ip6_eq(&a->coa, &a->place) || a->unknown);
}

static bool must_go(const struct ue_ifom *f, unsigned i)
{
	return f->access[i].bound && !usable(f, i);
}

static bool wants_refresh(const struct ue_ifom *f, unsigned i)
{
	return f->access[i].bound && f->access[i].due && usable(f, i);
}

/* Who tells that access i is gone: another one. */
static int teller(const struct ue_ifom *f, unsigned i)
{
	int k = -1;

	for (unsigned j = 0; j < UE_BIDS; j++)
		if (j != i && f->access[j].bound && !f->access[j].home_bound && usable(f, j) && dsmip_ue_bid_carries(f, j) &&
		    (k < 0 || f->access[j].priority < f->access[k].priority))
			k = (int)j;
	return k;
}

/* [R24303-5.1.2.1a-01] [R24303-5.1.2.1a-03] [R24303-5.1.2.2-31] [R24303-5.1.2.2-32] */
static bool capable(const struct ue_ifom *f)
{
	if (f->unsupported || f->known == DSMIP_IFOM_NO)
		return false;
	return f->known == DSMIP_IFOM_YES || !f->d->p->security || s2c_ue_ifom(f->d);
}

/* ---- the home link beside foreign ones --------------------------------------------------------------------------- */

/* Whichever interface it was: ue_via may be another access's. */
static void leave_home_link(struct ue_ifom *f)
{
	dsmip_ue_leave_home(f->d);
}

/* ---- one after the other ----------------------------------------------------------------------------------------- */

/* Nobody said H: the home agent has forgotten the home binding. */
static void home_unnamed(struct ue_ifom *f)
{
	for (unsigned i = 0; i < UE_BIDS; i++) {
		struct ue_access *a = &f->access[i];

		if (!a->home_bound || f->job == i + 1 || (f->bulk >> i & 1))
			continue;
		a->bound = a->home_bound = false;
		ifom_bid_remove(&f->table, (uint16_t)(i + 1));
	}
}

/* What others see between two jobs: the default access, as if it were the only one. */
static void show_default(struct ue_ifom *f)
{
	struct dsmip_ue *d = f->d;
	int i = dsmip_ue_bid_default(f);
	const struct ue_access *a;

	for (unsigned k = 0; k < UE_BIDS && i < 0; k++)
		if (f->access[k].bound)
			i = (int)k;
	if (i < 0)
		return;
	a = &f->access[i];
	d->via = d->bound_via = (uint8_t)(i + 1);
	d->coa = d->bound_coa = a->coa;
	d->encap = a->encap & 3;
	d->nat = a->nat;
	d->keepalive_s = a->keepalive_s;
	d->expires = a->expires;
}

static void move_steps(struct dsmip_ue *d)
{
	dsmip_ue_step(d, MOVE_ADDRESS_FORMED, ue_via(d), &d->coa);
	dsmip_ue_step(d, MOVE_ADDRESS_READY, ue_via(d), &d->coa);
	dsmip_ue_step(d, MOVE_FOREIGN_LINK, ue_via(d), &d->coa);
}

/* Bulk registration is not for IPv4 care-of addresses that are new, or behind a NAT [RFC 5648 8.1]. */
static void name_home(struct ue_ifom *f)
{
	const struct ue_access *a = &f->access[f->job - 1];
	bool alone = dsmip_is_mapped(&f->d->coa) && (!a->bound || a->nat || !ip6_eq(&a->coa, &a->place));

	for (unsigned i = 0; i < UE_BIDS && !alone && !f->no_bulk && f->op != JOB_REMOVE; i++)
		if (f->access[i].home_bound && usable(f, i) && f->job != i + 1)
			f->bulk |= (uint8_t)(1u << i);
}

static void begin(struct ue_ifom *f, unsigned i, enum ue_job op, unsigned by)
{
	struct dsmip_ue *d = f->d;
	struct ue_access *a = &f->access[i];
	bool first = op == JOB_REGISTER || d->machine.state == DSMIP_HLD || d->machine.state == DSMIP_HOME;

	f->on = true;
	f->job = (uint8_t)(i + 1);
	f->op = (uint8_t)op;
	f->overwrite = !dsmip_ue_bid_any(f);	/* [R24303-5.1.2.4-21] [RFC 5648 5.9] */
	if (f->overwrite)
		dsmip_ue_flows_forget(f);
	if (a->home && op != JOB_REMOVE) {
		dsmip_ue_settle_at_home(d, iface_of(f, i));
	} else if (d->machine.state != DSMIP_REGISTERED && d->machine.state != DSMIP_REGISTERING) {
		dsmip_ue_admit(d, DSMIP_EV_FOREIGN_LINK, false);
	}
	d->via = (uint8_t)(by + 1);
	d->coa = f->access[by].place;
	if (op != JOB_REMOVE)
		d->bound_coa = a->bound ? a->coa : ip6_any;
	a->due = false;
	dsmip_ue_flows_begin(f);
	name_home(f);
	if (op == JOB_REGISTER && !a->home)
		move_steps(d);
	dsmip_ue_go(d, first ? DSMIP_REGISTERING : DSMIP_REGISTERED);
	dsmip_ue_series(d);
}

static moor_time sooner(moor_time a, moor_time b)
{
	return a < b ? a : b;
}

static moor_time keepalive_at(const struct ue_access *a)
{
	return a->keepalive_s ? moor_time_add(a->last_up, a->keepalive_s * MOOR_S) : MOOR_NEVER;
}

static void arm(struct ue_ifom *f)
{
	moor_time at = MOOR_NEVER, now = now_of(f);

	for (unsigned i = 0; i < UE_BIDS; i++) {
		const struct ue_access *a = &f->access[i];

		if (a->bound)
			at = sooner(at, sooner(a->expires, sooner(a->refresh, keepalive_at(a))));
		if (a->retry > now && !ip6_is_zero(&a->place))
			at = sooner(at, a->retry);
	}
	if (at == MOOR_NEVER)
		moor_timer_cancel(ue_world(f->d), &f->timer);
	else
		moor_timer_at(ue_world(f->d), &f->timer, at > now ? at : now, due);
}

static bool busy(const struct dsmip_ue *d)
{
	return d->attempt || d->deferred;
}

static bool on_its_way(const struct dsmip_ue *d)
{
	return d->machine.state == DSMIP_HLD || d->machine.state == DSMIP_HOME || d->machine.state == DSMIP_REGISTERING ||
	       d->machine.state == DSMIP_REGISTERED || d->machine.state == DSMIP_RETURNING;
}

static bool begin_one(struct ue_ifom *f)
{
	bool any = dsmip_ue_bid_any(f);
	unsigned waiting = 0;
	int i;

	for (i = 0; any && i < (int)UE_BIDS; i++)
		if (must_go(f, (unsigned)i) && teller(f, (unsigned)i) >= 0) {
			int first = best(f, wants_refresh);

			/* what carries packets must not run out over what carries none */
			if (first >= 0)
				begin(f, (unsigned)first, JOB_REFRESH, (unsigned)first);
			else
				begin(f, (unsigned)i, JOB_REMOVE, (unsigned)teller(f, (unsigned)i));
			return true;
		}
	i = best(f, can_be_made);
	/* while the home link alone carries, its binding comes first: O takes nothing away then */
	for (unsigned k = 0; f->d->at_home && !any && k < UE_BIDS; k++)
		if (f->access[k].home && can_be_made(f, k))
			i = (int)k;
	if (i >= 0) {
		begin(f, (unsigned)i, JOB_REGISTER, (unsigned)i);
		return true;
	}
	if (any && dsmip_ue_flows_waiting(f, &waiting) && usable(f, waiting)) {
		begin(f, waiting, JOB_REFRESH, waiting);
		return true;
	}
	i = best(f, wants_refresh);
	if (i >= 0)
		begin(f, (unsigned)i, JOB_REFRESH, (unsigned)i);
	return i >= 0;
}

void dsmip_ue_bids_next(struct ue_ifom *f)
{
	struct dsmip_ue *d = f->d;

	if (!f->on || busy(d) || !on_its_way(d) || !capable(f) || (d->p->security && !s2c_ue_ready(d)))
		return;
	f->job = 0;
	if (!begin_one(f) && dsmip_ue_bid_any(f)) {
		show_default(f);
		if (d->bounced && d->via && net_iface_up(ue_via(d)))
			dsmip_ue_move_end(d, MOVE_REGISTERED);
		d->bounced = false;
		if (d->p->security)	/* the IKE SA is where the default is [RFC 5648 9.1] */
			s2c_ue_bound(d, d->k);
		if (d->machine.state == DSMIP_REGISTERING)
			dsmip_ue_go(d, DSMIP_REGISTERED);
	}
	arm(f);
}

/* ---- where the accesses are -------------------------------------------------------------------------------------- */

/* A NAT may know a link that was gone no more. */
static void placed(struct ue_access *a, const struct ip6_addr *place, bool home)
{
	bool back = ip6_is_zero(&a->place) && !ip6_is_zero(place);

	if (!ip6_eq(&a->place, place) || a->home != home) {
		a->refused = false;
		a->retry = 0;
	}
	if (back && a->bound && dsmip_is_mapped(place))
		a->due = true;
	a->place = *place;
	a->home = home;
}

static void look(struct ue_ifom *f, unsigned *foreign, unsigned *home)
{
	struct dsmip_ue *d = f->d;

	*foreign = *home = 0;
	for (unsigned i = 0; i < UE_BIDS; i++) {
		struct net_iface *iface = iface_of(f, i);
		struct ip6_addr place = ip6_any;
		bool at_home = false, there = iface && dsmip_ue_look(d, iface, &at_home, &place);

		if (f->access[i].home && !(there && at_home))	/* it may be found by another interface */
			leave_home_link(f);
		if (there && at_home)
			place = *home || f->home_barred ? ip6_any : d->hoa;	/* one home binding [RFC 5648 5.6.3] */
		placed(&f->access[i], &place, there && at_home);
		if (there && !f->access[i].barred) {
			*home += at_home;
			*foreign += !at_home;
		}
	}
}

/* Bindings have no BIDs any more, as far as we know. */
static void forget(struct ue_ifom *f)
{
	for (unsigned i = 0; i < UE_BIDS; i++) {
		struct ue_access *a = &f->access[i];

		if (a->bound)
			ifom_bid_remove(&f->table, (uint16_t)(i + 1));
		a->bound = a->home_bound = a->unknown = a->due = a->no_nd = a->refused = false;
		a->retry = 0;
		a->keepalive_s = 0;
	}
	f->on = false;
	f->job = 0;
	dsmip_ue_flows_forget(f);
	moor_timer_cancel(ue_world(f->d), &f->timer);
}

/* The home link is all there is: an ordinary return home. */
static void return_home(struct ue_ifom *f)
{
	struct dsmip_ue *d = f->d;

	if (!f->on)
		return;
	for (unsigned i = 0; i < UE_BIDS; i++)
		if (f->access[i].home && d->at_home) {
			d->via = (uint8_t)(i + 1);
			d->coa = d->hoa;
		}
	forget(f);
}

bool dsmip_ue_bids_evaluate(struct dsmip_ue *d)
{
	struct ue_ifom *f = ue_ifom(d);
	unsigned foreign, home;
	struct ip6_addr was;

	if (!f || !on_its_way(d) || !capable(f))
		return false;
	was = f->job ? f->access[f->job - 1].place : ip6_any;
	look(f, &foreign, &home);
	if ((f->on || foreign) && !home)
		leave_home_link(f);
	if (!foreign) {
		if (home)
			return_home(f);
		return false;
	}
	if (d->p->security && !s2c_ue_ready(d)) {
		dsmip_ue_insecure(d);
		return true;
	}
	if (d->machine.state == DSMIP_RETURNING || (!f->on && busy(d)) ||
	    (busy(d) && f->job && !ip6_eq(&was, &f->access[f->job - 1].place)) ||
	    (busy(d) && d->via && !net_iface_up(ue_via(d))))
		dsmip_ue_series_end(d);
	if (d->machine.state == DSMIP_HLD)
		for (unsigned i = 0; i < UE_BIDS; i++)
			f->access[i].due = f->access[i].bound;
	f->on = true;
	dsmip_ue_bids_next(f);
	return true;
}

/* ---- Binding Updates --------------------------------------------------------------------------------------------- */

bool dsmip_ue_bid_job(const struct dsmip_ue *d)
{
	const struct ue_ifom *f = ue_ifom(d);

	return f && f->on && f->job && !dsmip_ue_leaving(d);
}

bool dsmip_ue_mcoa(const struct dsmip_ue *d)
{
	const struct ue_ifom *f = ue_ifom(d);

	return f && f->on && dsmip_ue_bid_any(f);
}

bool dsmip_ue_bid_removing(const struct dsmip_ue *d)
{
	return dsmip_ue_bid_job(d) && ue_ifom(d)->op == JOB_REMOVE;
}

uint16_t dsmip_ue_bid_number(const struct dsmip_ue *d)
{
	return dsmip_ue_bid_job(d) ? ue_ifom(d)->job : 0;
}

uint16_t dsmip_ue_bid_flags(const struct dsmip_ue *d)
{
	return dsmip_ue_bid_job(d) && ue_ifom(d)->overwrite ? MH_BU_O : 0;
}

/*
 * [R24303-5.1.2.4-22] [R24303-5.1.2.4-23] [RFC 5648 5.2]; whether its care-of address stands in it: the first time,
 * when the home agent asked for it, and always in IPv4.
 */
static void add_bid(const struct ue_ifom *f, struct mh_msg *m, unsigned i, bool subject)
{
	const struct ue_access *a = &f->access[i];
	struct mh_opt *o = mh_add(m, MH_OPT_BID);
	bool known = a->bound && ip6_eq(&a->coa, &a->place) && !a->unknown;

	o->bid.bid = (uint16_t)(i + 1);
	o->bid.priority = a->priority;
	o->bid.home = subject ? a->home && f->op != JOB_REMOVE : a->home_bound;
	if (!subject || f->op == JOB_REMOVE || (known && !dsmip_is_mapped(&a->place)))
		return;
	if (dsmip_is_mapped(&a->place)) {
		o->bid.family = 4;
		o->bid.ip4 = dsmip_unmap(&a->place);
	} else {
		o->bid.family = 6;
		o->bid.ip6 = a->place;
	}
}

/* [R24303-5.1.2.4-10] [R24303-5.1.2.4-14] in place of the care-of address options */
void dsmip_ue_bid_options(struct dsmip_ue *d, struct mh_msg *m)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ue_access *a = &f->access[f->job - 1];
	struct mh_opt *o;

	add_bid(f, m, f->job - 1u, true);
	for (unsigned i = 0; i < UE_BIDS; i++)
		if (f->bulk >> i & 1)
			add_bid(f, m, i, false);
	dsmip_ue_flows_options(f, m);
	/* [RFC 5648 5.6.3]; 24.303 Annex A does not have it, and its home link leads to one home agent */
	if (!a->home || f->op == JOB_REMOVE || d->p->profile != MH_PROFILE_RFC)
		return;
	f->mac = *moor_port_mac(net_iface_port(iface_of(f, f->job - 1u)));
	o = mh_add(m, MH_OPT_LLA);
	o->lla.code = 2;
	o->lla.addr.p = f->mac.o;
	o->lla.addr.n = sizeof f->mac.o;
}

/* ---- Binding Acknowledgements ------------------------------------------------------------------------------------ */

/* After dsmip_ue_accept has done for the access of the job what it does for the only one. */
void dsmip_ue_bid_accepted(struct dsmip_ue *d, const struct mh_msg *m, bool again)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ue_access *a = &f->access[f->job - 1];
	struct moor_world *w = ue_world(d);

	a->coa = d->coa;
	a->home_bound = a->home;
	a->bound = true;
	a->unknown = false;
	a->no_nd = a->home && m->ba.status == MH_BA_MCOA_RETURNHOME_WO_NDP;
	a->due = again;
	a->encap = d->encap;
	a->nat = d->nat;
	a->keepalive_s = d->keepalive_s;
	a->last_up = moor_world_now(w);
	a->expires = d->expires;
	a->refresh = d->fresh ? moor_timer_due(w, &d->t_life) : MOOR_NEVER;
	ifom_bid_put(&f->table, f->job, a->priority);
	moor_timer_cancel(w, &d->t_life);
	d->fresh = false;
	moor_timer_cancel(w, &d->t_keepalive);
	home_unnamed(f);
	dsmip_ue_flows_answered(f, m);
	if (a->no_nd)
		leave_home_link(f);
	f->job = 0;
	dsmip_ue_bids_next(f);
}

/* The home agent has it no more; nor have we. */
static void removed(struct ue_ifom *f, unsigned i, const struct mh_msg *m)
{
	struct dsmip_ue *d = f->d;
	struct ue_access *a = &f->access[i];

	if (a->home_bound)
		leave_home_link(f);
	a->bound = a->home_bound = a->unknown = a->no_nd = false;
	a->keepalive_s = 0;
	ifom_bid_remove(&f->table, (uint16_t)(i + 1));
	if (m)
		dsmip_ue_flows_answered(f, m);
	f->job = 0;
	dsmip_ue_series_end(d);
	if (dsmip_ue_bid_any(f))
		dsmip_ue_move_end(d, MOVE_REGISTERED);
	dsmip_ue_bids_next(f);
}

/*
 * [RFC 5648 5.7] Without a BID option in it, or prohibited: an ordinary binding, or none. A home agent that took the
 * home link's for a de-registration has none.
 */
static void unsupported(struct ue_ifom *f, const struct mh_msg *m)
{
	struct dsmip_ue *d = f->d;
	bool home = f->access[f->job - 1].home, accepted = m->ba.status < 128 && m->ba.life.units && !home;

	leave_home_link(f);
	forget(f);
	if (!accepted) {
		dsmip_ue_series_end(d);
		dsmip_ue_unbind(d);
	}
	f->unsupported = true;
	if (accepted) {
		dsmip_ue_accept(d, m);
	} else {
		d->coa = ip6_any;
		d->via = 0;
		dsmip_ue_go(d, DSMIP_REGISTERING);
		dsmip_ue_go(d, DSMIP_HLD);
	}
	dsmip_ue_evaluate(d);
}

static bool another_bound(const struct ue_ifom *f, unsigned i)
{
	for (unsigned k = 0; k < UE_BIDS; k++)
		if (k != i && f->access[k].bound)
			return true;
	return false;
}

static void access_refused(struct ue_ifom *f, uint8_t status)
{
	struct dsmip_ue *d = f->d;
	unsigned i = f->job - 1u;

	if (!another_bound(f, i)) {	/* what the home agent has of it stays until its time is over */
		dsmip_ue_refused(d, status);
		return;
	}
	if (f->access[i].home_bound)
		leave_home_link(f);
	f->access[i].bound = f->access[i].home_bound = false;
	ifom_bid_remove(&f->table, f->job);
	dsmip_ue_record_binding(d, BINDING_REFUSED, status);
	f->access[i].refused = true;
	f->job = 0;
	dsmip_ue_series_end(d);
	dsmip_ue_bids_next(f);
}

/* [RFC 5648 5.7] */
static void refused(struct ue_ifom *f, uint8_t status, const struct mh_msg *m)
{
	struct ue_access *a = &f->access[f->job - 1];

	if (status == MH_BA_MCOA_PROHIBITED) {
		unsupported(f, m);
	} else if (status == MH_BA_MCOA_NON_MCOA_EXISTS && !f->overwrite) {
		f->overwrite = true;
		dsmip_ue_again(f->d);
	} else if (status == MH_BA_MCOA_UNKNOWN_COA && !a->unknown) {
		a->unknown = true;
		dsmip_ue_again(f->d);
	} else if (status == MH_BA_MCOA_BULK_PROHIBITED && !f->no_bulk) {
		f->no_bulk = true;
		dsmip_ue_flows_begin(f);
		dsmip_ue_again(f->d);
	} else {
		f->home_barred |= status == MH_BA_MCOA_HOME_FOREIGN_PROHIBITED;
		access_refused(f, status);
	}
}

static const struct mh_opt *answer_about(const struct mh_msg *m, uint16_t bid)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_BID);

	while (o && o->bid.bid != bid)
		o = mh_next(m, o);
	return o;
}

/* [R24303-5.1.2.4-45] the option's status, when it has one, is the one that counts [RFC 5648 5.7] */
bool dsmip_ue_bid_ba(struct dsmip_ue *d, const struct mh_msg *m)
{
	struct ue_ifom *f = ue_ifom(d);
	const struct mh_opt *o;
	uint8_t status;

	if (!dsmip_ue_bid_job(d) || m->ba.status == MH_BA_SEQUENCE)
		return false;
	o = answer_about(m, f->job);
	status = o && o->bid.status ? o->bid.status : m->ba.status;
	if (!dsmip_ue_admit(d, status < 128 ? DSMIP_EV_BA_ACCEPTED : DSMIP_EV_BA_REFUSED, true))
		return true;
	d->answered = true;
	if (f->op == JOB_REMOVE) {	/* 133 and 167: there is nothing left to remove */
		dsmip_ue_record_binding(d, BINDING_DEREGISTERED, status);
		removed(f, f->job - 1u, status < 128 ? m : NULL);
	} else if (!o) {
		unsupported(f, m);
	} else if (status >= 128 || !m->ba.life.units) {
		refused(f, status < 128 ? MH_BA_UNSPECIFIED : status, m);
	} else {
		dsmip_ue_accept(d, m);
	}
	return true;
}

/* ---- silence and time -------------------------------------------------------------------------------------------- */

/* Another access may reach the home agent. */
bool dsmip_ue_bid_silent(struct dsmip_ue *d)
{
	struct ue_ifom *f = ue_ifom(d);
	unsigned by = (unsigned)d->via - 1;
	bool other = false;

	if (!dsmip_ue_bid_job(d) || d->answered || d->attempt < ue_timer(d, T_V6_TRIES))
		return false;
	for (unsigned i = 0; i < UE_BIDS; i++)
		other |= i != by && f->access[i].bound && usable(f, i);
	if (!other)
		return false;
	dsmip_ue_series_end(d);
	f->access[by].retry = moor_time_add(now_of(f), ue_timer(d, T_BINDACK_MAX));
	f->job = 0;
	dsmip_ue_bids_next(f);
	return true;
}

/* All of them have expired: it is a first registration again. */
static void all_expired(struct ue_ifom *f)
{
	struct dsmip_ue *d = f->d;
	bool awaited = d->machine.state != DSMIP_HLD && d->machine.state != DSMIP_HOME;

	if (awaited)
		dsmip_ue_admit(d, DSMIP_EV_EXPIRED, false);
	dsmip_ue_series_end(d);
	dsmip_ue_unbind(d);
	if (d->machine.state != DSMIP_HOME) {
		d->coa = ip6_any;
		d->via = 0;
		dsmip_ue_go(d, DSMIP_HLD);
	}
	dsmip_ue_evaluate(d);
}

static bool expire(struct ue_ifom *f, moor_time now)
{
	bool any = false;

	for (unsigned i = 0; i < UE_BIDS; i++) {
		struct ue_access *a = &f->access[i];

		if (!a->bound || a->expires > now)
			continue;
		any = true;
		if (a->home_bound)
			leave_home_link(f);
		a->bound = a->home_bound = a->unknown = false;
		ifom_bid_remove(&f->table, (uint16_t)(i + 1));
		dsmip_ue_record_binding(f->d, BINDING_EXPIRED, 0);
	}
	return any && !dsmip_ue_bid_any(f);
}

static void due(struct moor_world *w, struct moor_timer *t)
{
	struct ue_ifom *f = MOOR_CONTAINER(t, struct ue_ifom, timer);
	moor_time now = moor_world_now(w);

	if (!on_its_way(f->d))
		return;
	if (expire(f, now)) {
		all_expired(f);
		return;
	}
	for (unsigned i = 0; i < UE_BIDS; i++) {
		struct ue_access *a = &f->access[i];

		if (!a->bound || (a->refresh > now && keepalive_at(a) > now))
			continue;
		a->due = true;
		if (a->refresh <= now)
			a->refresh = MOOR_NEVER;
		if (keepalive_at(a) <= now)
			a->last_up = now;	/* the BU will be one */
	}
	/* a removal that is not answered comes again behind the refresh, unless there is nothing to remove any more */
	if (f->job && f->op == JOB_REMOVE && busy(f->d) &&
	    (!f->access[f->job - 1].bound || best(f, wants_refresh) >= 0)) {
		dsmip_ue_series_end(f->d);
		f->job = 0;
	}
	dsmip_ue_bids_next(f);
	if (busy(f->d))
		arm(f);
}

bool dsmip_ue_bids_refresh(struct dsmip_ue *d)
{
	struct ue_ifom *f = ue_ifom(d);

	if (!f || !f->on)
		return false;
	for (unsigned i = 0; i < UE_BIDS; i++)
		f->access[i].due = f->access[i].bound;
	dsmip_ue_bids_next(f);
	return true;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void done(void *arg)
{
	struct ue_ifom *f = arg;

	moor_timer_cancel(f->w, &f->timer);
	ifom_done(&f->table);
	mem_free(f->rules);
	mem_free(f);
}

void dsmip_ue_ifom_new(struct dsmip_ue *d)
{
	struct ue_ifom *f;

	if (!d->p->ifom)
		return;
	f = mem_zeroed(sizeof *f);
	f->d = d;
	f->w = ue_world(d);
	for (unsigned i = 0; i < UE_BIDS; i++)
		f->access[i].priority = d->p->bid_priority[i] ? d->p->bid_priority[i] : (uint8_t)(10 * (i + 1));
	dsmip_ue_rare_make(d)->ifom = f;
	net_host_own(d->h, f, done);
}

void dsmip_ue_bids_unbind(struct dsmip_ue *d)
{
	struct ue_ifom *f = ue_ifom(d);

	if (!f)
		return;
	if (f->on)
		leave_home_link(f);
	forget(f);
	f->unsupported = f->no_bulk = f->home_barred = false;
}

struct net_iface *dsmip_ue_registered(const struct dsmip_ue *d, struct ip6_addr *coa)
{
	const struct ue_ifom *f = ue_ifom(d);
	int i = f && f->on ? dsmip_ue_bid_default(f) : -1;

	*coa = i < 0 ? d->bound_coa : f->access[i].coa;
	return i < 0 ? net_iface_numbered(d->h, d->bound_via) : iface_of(f, (unsigned)i);
}

/* Leaving: one message about all of them, from an access that is there. */
void dsmip_ue_bids_leave(struct dsmip_ue *d)
{
	struct ue_ifom *f = ue_ifom(d);

	if (f && f->on)
		show_default(f);
}

void dsmip_ue_ifom_capability(struct dsmip_ue *d, enum dsmip_ifom c)
{
	struct ue_ifom *f = ue_ifom(d);

	if (f)
		f->known = (uint8_t)c;
}

void dsmip_ue_access(struct dsmip_ue *d, struct net_iface *i, bool use)
{
	struct ue_ifom *f = ue_ifom(d);
	unsigned n = net_iface_number(i);

	if (!f || !n || n > UE_BIDS)
		return;
	f->access[n - 1].barred = !use;
	f->access[n - 1].refused = false;
	f->access[n - 1].retry = 0;
	dsmip_ue_evaluate(d);
}

bool dsmip_ue_bid_at(const struct dsmip_ue *d, unsigned n, struct dsmip_ue_bid *out)
{
	const struct ue_ifom *f = ue_ifom(d);

	for (unsigned i = 0; f && i < UE_BIDS; i++) {
		const struct ue_access *a = &f->access[i];

		if (!a->bound || n--)
			continue;
		*out = (struct dsmip_ue_bid){
			.bid = (uint16_t)(i + 1), .priority = a->priority, .bound = true, .home = a->home_bound, .nat = a->nat,
			.udp = a->encap == ENCAP_UDP4, .care_of = a->coa, .expires = a->expires,
		};
		return true;
	}
	return false;
}

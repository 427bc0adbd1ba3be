/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: routing rules of the UE
 *
 * What the user wants (rules), what of it the home agent has (the table), and how one becomes the other: every
 * Binding Update names all rules that stay, in Flow Summary options [RFC 6089 5.2.3], and tells new and changed ones
 * in Flow Identification options [24.303 5.1.2.4, RFC 6089 5.2.2]; what is left out is removed there. A rule is told
 * in a Binding Update about an access that it refers to [R24303-5.1.2.4-29]; it waits for that access's registration.
 * So that messages stay below the smallest MTU, at most UE_TOLD are told at a time, the others in the next one.
 *
 * Packets of the UE go by the same rules, turned around; what no rule takes goes by the access with the lowest
 * BID-PRI. A rule holds for them once the home agent has acknowledged it.
 *
 * Not here: copies of a packet on several accesses upwards; the first usable one of a rule's takes it.
 */
#include "proto/dsmip_ue_ifom.h"

#include <string.h>

#include "base/mem.h"

#define FID_MOST 16u			/* octets of a Flow Identification option beside its sub-options, padding too */
#define TRIES 3u			/* times that a rule is told again after statuses 131 and 132 */

/* ---- rules ------------------------------------------------------------------------------------------------------- */

static struct ue_rule *rule_of(const struct ue_ifom *f, uint16_t fid)
{
	for (uint32_t k = 0; fid && k < f->n_rules; k++)
		if (f->rules[k].want.fid == fid)
			return &f->rules[k];
	return NULL;
}

static struct ue_rule *rule_new(struct ue_ifom *f)
{
	uint32_t k = 0;

	while (k < f->n_rules && f->rules[k].want.fid)
		k++;
	if (k >= DSMIP_UE_RULES)
		return NULL;
	if (k == f->cap_rules) {
		uint32_t cap = k ? k * 2 : 8;
		struct ue_rule *more = mem_zeroed(cap * sizeof *more);

		if (k)
			memcpy(more, f->rules, k * sizeof *more);
		mem_free(f->rules);
		f->rules = more;
		f->cap_rules = cap;
	}
	if (k == f->n_rules)
		f->n_rules++;
	f->rules[k] = (struct ue_rule){ 0 };
	return &f->rules[k];
}

static bool good(const struct ifom_flow *w)
{
	if (!w->fid || !w->priority || !w->n_bid || w->n_bid > IFOM_FLOW_BIDS)
		return false;
	for (unsigned k = 0; k < w->n_bid; k++) {
		if (!w->bid[k] || w->bid[k] > UE_BIDS)
			return false;
		for (unsigned j = 0; j < k; j++)
			if (w->bid[j] == w->bid[k])
				return false;
	}
	return (w->ts.format == MH_TS_IP4 || w->ts.format == MH_TS_IP6) && ifom_ts_sane(&w->ts);
}

static void changed(struct ue_ifom *f, struct ue_rule *r)
{
	r->version++;
	r->changed = true;
	r->gone = r->refused = false;
	r->tries = 0;
	dsmip_ue_bids_next(f);
}

/* [R24303-5.1.2.4-24] [R24303-5.1.2.4-26] [R24303-5.1.2.4-27] */
uint8_t dsmip_ue_flow_put(struct dsmip_ue *d, const struct ifom_flow *w)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ue_rule *r;

	if (!f)
		return MH_FID_REJECTED;
	if (!good(w))
		return MH_FID_MALFORMED;
	for (uint32_t k = 0; k < f->n_rules; k++)
		if (f->rules[k].want.fid != w->fid && f->rules[k].want.priority == w->priority && !f->rules[k].gone)
			return MH_FID_REJECTED;
	r = rule_of(f, w->fid);
	if (!r)
		r = rule_new(f);
	if (!r)
		return MH_FID_REJECTED;
	r->want = *w;
	r->want.active = r->want.kept = false;
	changed(f, r);
	return MH_FID_OK;
}

bool dsmip_ue_flow_move(struct dsmip_ue *d, uint16_t fid, const uint16_t *bid, unsigned n)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ue_rule *r = f ? rule_of(f, fid) : NULL;
	struct ifom_flow w;

	if (!r || r->gone || n > IFOM_FLOW_BIDS)
		return false;
	w = r->want;
	w.n_bid = (uint8_t)n;
	memset(w.bid, 0, sizeof w.bid);
	memcpy(w.bid, bid, n * sizeof *bid);
	if (!good(&w))
		return false;
	r->want = w;
	changed(f, r);
	return true;
}

static void drop(struct ue_ifom *f, struct ue_rule *r)
{
	ifom_flow_remove(&f->table, r->want.fid);
	*r = (struct ue_rule){ 0 };
}

/* [RFC 6089 5.2.4] by a Binding Update that leaves it out */
bool dsmip_ue_flow_remove(struct dsmip_ue *d, uint16_t fid)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ue_rule *r = f ? rule_of(f, fid) : NULL;

	if (!r || r->gone)
		return false;
	/* also when it is only just being told: the answer is not known yet */
	r->gone = true;
	if (!r->at_ha && r->in_bu != RULE_TOLD)
		drop(f, r);
	else
		dsmip_ue_bids_next(f);
	return true;
}

enum dsmip_ue_rule dsmip_ue_flow_state(const struct dsmip_ue *d, uint16_t fid, uint8_t *status)
{
	const struct ue_ifom *f = ue_ifom(d);
	const struct ue_rule *r = f ? rule_of(f, fid) : NULL;

	if (status)
		*status = r ? r->status : 0;
	if (!r || r->gone)
		return DSMIP_RULE_NONE;
	if (r->refused || f->no_flows)
		return DSMIP_RULE_REFUSED;
	return r->at_ha && !r->changed ? DSMIP_RULE_REGISTERED : DSMIP_RULE_PENDING;
}

/* ---- what is said of them ---------------------------------------------------------------------------------------- */

static bool untold(const struct ue_ifom *f, const struct ue_rule *r)
{
	return r->want.fid && !r->gone && !r->refused && !f->no_flows && (r->changed || !r->at_ha);
}

/* All accesses that it refers to are registered; job: as if this one (index + 1) were. */
static bool ready(const struct ue_ifom *f, const struct ue_rule *r, unsigned job)
{
	for (unsigned k = 0; k < r->want.n_bid; k++)
		if (r->want.bid[k] != job && !f->access[r->want.bid[k] - 1].bound)
			return false;
	return true;
}

bool dsmip_ue_flows_waiting(const struct ue_ifom *f, unsigned *i)
{
	int def = dsmip_ue_bid_default(f);

	for (uint32_t k = 0; k < f->n_rules && def >= 0; k++) {
		const struct ue_rule *r = &f->rules[k];

		if (r->want.fid && r->gone) {
			*i = (unsigned)def;
			return true;
		}
		if (!untold(f, r) || !ready(f, r, 0))
			continue;
		for (unsigned b = 0; b < r->want.n_bid; b++)
			if (dsmip_ue_bid_carries(f, r->want.bid[b] - 1u)) {
				*i = r->want.bid[b] - 1u;
				return true;
			}
	}
	return false;
}

static bool refers(const struct ue_rule *r, unsigned bid)
{
	for (unsigned k = 0; k < r->want.n_bid; k++)
		if (r->want.bid[k] == bid)
			return true;
	return false;
}

/* In a de-registration nothing new is told [RFC 6089 5.3.3]. */
static bool to_be_told(const struct ue_ifom *f, const struct ue_rule *r)
{
	if (f->op == JOB_REMOVE || !untold(f, r) || !refers(r, f->job) || !ready(f, r, f->job))
		return false;
	return r->want.n_bid == 1 || !f->no_bulk;
}

/* [R24303-5.1.2.4-29] what a rule refers to stands in the message */
static void name_accesses(struct ue_ifom *f, const struct ue_rule *r)
{
	for (unsigned k = 0; k < r->want.n_bid; k++)
		if (r->want.bid[k] != f->job)
			f->bulk |= (uint8_t)(1u << (r->want.bid[k] - 1));
}

/* One always does. */
static bool fits(struct ue_ifom *f, const struct ue_rule *r, unsigned told, unsigned *room)
{
	unsigned octets = told < UE_TOLD ? (unsigned)ifom_flow_write(&r->want, true, true, f->subs[told], UE_SUBS) : 0;

	if (!octets || (told && octets + FID_MOST > *room))
		return false;
	*room -= octets + FID_MOST < *room ? octets + FID_MOST : *room;
	return true;
}

void dsmip_ue_flows_begin(struct ue_ifom *f)
{
	unsigned told = 0, room = UE_ROOM;

	f->bulk = 0;
	for (uint32_t k = 0; k < f->n_rules; k++) {
		struct ue_rule *r = &f->rules[k];

		r->in_bu = RULE_OUT;
		if (!r->want.fid)
			continue;
		if (to_be_told(f, r) && fits(f, r, told, &room)) {
			told++;
			r->in_bu = RULE_TOLD;
			r->said = r->want;
			r->told = r->version;
			name_accesses(f, r);
		} else if (r->at_ha && !r->gone) {
			r->in_bu = RULE_NAMED;
		}
	}
}

/* [R24303-5.1.2.4-25] [R24303-5.1.2.4-28] [R24303-5.1.2.4-30] selector and reference, in changes too */
static void tell(struct ue_ifom *f, struct mh_msg *m, const struct ue_rule *r, unsigned place)
{
	struct mh_opt *o = mh_add(m, MH_OPT_FLOW_ID);

	o->flow.fid = r->said.fid;
	o->flow.priority = r->said.priority;
	o->flow.subs.p = f->subs[place];
	o->flow.subs.n = (uint8_t)ifom_flow_write(&r->said, true, true, f->subs[place], UE_SUBS);
}

/* [RFC 6089 5.2.3] the same in every Binding Update of a series */
void dsmip_ue_flows_options(struct ue_ifom *f, struct mh_msg *m)
{
	unsigned told = 0, named = 0;

	for (uint32_t k = 0; k < f->n_rules; k++) {
		const struct ue_rule *r = &f->rules[k];

		if (r->in_bu == RULE_TOLD) {
			tell(f, m, r, told++);
		} else if (r->in_bu == RULE_NAMED) {
			f->summary[2 * named] = (uint8_t)(r->want.fid >> 8);
			f->summary[2 * named++ + 1] = (uint8_t)r->want.fid;
		}
	}
	for (unsigned at = 0; at < named; at += UE_NAMED) {
		struct mh_opt *o = mh_add(m, MH_OPT_FLOW_SUMMARY);

		o->fids.p = f->summary + 2 * at;
		o->fids.n = (uint8_t)(named - at < UE_NAMED ? named - at : UE_NAMED);
	}
}

/* ---- what is answered -------------------------------------------------------------------------------------------- */

static const struct mh_opt *answer_about(const struct mh_msg *m, uint16_t fid)
{
	const struct mh_opt *o = mh_find(m, MH_OPT_FLOW_ID);

	while (o && o->flow.fid != fid)
		o = mh_next(m, o);
	return o;
}

static void lost_there(struct ue_ifom *f, struct ue_rule *r)
{
	r->at_ha = false;
	ifom_flow_remove(&f->table, r->want.fid);
	r->refused = r->tries++ >= TRIES;
}

/* 131: the home agent does not know an access that we think is registered. It is told again, then the rule. */
static void accesses_unknown(struct ue_ifom *f, struct ue_rule *r)
{
	for (unsigned k = 0; k < r->said.n_bid; k++) {
		struct ue_access *a = &f->access[r->said.bid[k] - 1];

		a->unknown = a->due = a->bound;
	}
	r->refused = r->tries++ >= TRIES;
}

/* [R24303-5.1.2.4-46] [RFC 6089 5.2.6] */
static void answered(struct ue_ifom *f, struct ue_rule *r, uint8_t status)
{
	r->status = status;
	if (status < MH_FID_PROHIBITED) {
		r->at_ha = true;
		r->tries = 0;
		r->changed = r->version != r->told;
		ifom_flow_put(&f->table, &r->said);
	} else if (status == MH_FID_BID_NOT_FOUND) {
		accesses_unknown(f, r);
	} else if (status == MH_FID_NOT_FOUND) {
		lost_there(f, r);
	} else if (r->version == r->told) {	/* a change that was refused leaves the home agent with what it had */
		r->refused = true;
	}
}

void dsmip_ue_flows_answered(struct ue_ifom *f, const struct mh_msg *m)
{
	bool any = mh_find(m, MH_OPT_FLOW_ID);

	for (uint32_t k = 0; k < f->n_rules; k++) {
		struct ue_rule *r = &f->rules[k];
		const struct mh_opt *o = r->want.fid && any ? answer_about(m, r->want.fid) : NULL;

		if (!r->want.fid)
			continue;
		if (r->in_bu == RULE_TOLD && any)
			answered(f, r, o ? o->flow.status : MH_FID_REJECTED);
		else if (r->in_bu == RULE_TOLD)		/* it does not know the option, or does not want to */
			f->no_flows = true;
		else if (r->in_bu == RULE_NAMED && o && o->flow.status == MH_FID_NOT_FOUND)
			lost_there(f, r);
		else if (r->in_bu == RULE_OUT && r->at_ha)
			r->at_ha = false;		/* left out: removed */
		r->in_bu = RULE_OUT;
		if (r->gone && !r->at_ha)
			drop(f, r);
	}
}

void dsmip_ue_flows_forget(struct ue_ifom *f)
{
	ifom_flows_clear(&f->table);
	f->no_flows = false;
	for (uint32_t k = 0; k < f->n_rules; k++) {
		struct ue_rule *r = &f->rules[k];

		r->at_ha = r->refused = false;
		r->tries = 0;
		r->in_bu = RULE_OUT;
		if (r->gone)
			*r = (struct ue_rule){ 0 };
	}
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

/* IPv4 has no native way on the home link. */
static bool takes(const struct ue_ifom *f, unsigned i, bool v4)
{
	return dsmip_ue_bid_carries(f, i) && !(v4 && f->access[i].home_bound);
}

static int by_rule(const struct ue_ifom *f, const struct ifom_flow *w, bool v4)
{
	for (unsigned k = 0; k < w->n_bid; k++)
		if (takes(f, w->bid[k] - 1u, v4))
			return w->bid[k] - 1;
	return -1;
}

static int strongest(const struct ue_ifom *f, bool v4)
{
	int best = dsmip_ue_bid_default(f);

	if (best < 0 || takes(f, (unsigned)best, v4))
		return best;
	best = -1;
	for (unsigned i = 0; i < UE_BIDS; i++)
		if (takes(f, i, v4) && (best < 0 || f->access[i].priority < f->access[best].priority))
			best = (int)i;
	return best;
}

const struct net_tunnel *dsmip_ue_steer(struct dsmip_ue *d, const struct ip6_addr *src, const uint8_t *packet,
					uint32_t len, struct net_tunnel *room)
{
	struct ue_ifom *f = ue_ifom(d);
	struct ifom_packet k;
	const struct ifom_flow *w = NULL;
	bool v4 = dsmip_is_mapped(src);
	struct ue_access *a;
	int i = -1;

	if (f->table.count && ifom_read(packet, len, true, &k))
		w = ifom_classify(&f->table, &k);
	if (w)
		i = by_rule(f, w, v4);
	if (i < 0)
		i = strongest(f, v4);
	if (i < 0)
		return &net_tunnel_discard;
	a = &f->access[i];
	if (a->home_bound)
		return NULL;		/* [RFC 5648 5.6.4] as at home */
	if (!d->r && !v4 && !ip6_eq(src, &d->hoa))
		return &net_tunnel_discard;
	a->last_up = moor_world_now(ue_world(d));
	*room = (struct net_tunnel){
		.local = a->coa, .remote = dsmip_is_mapped(&a->coa) ? ip6_mapped(ue_ha(d)->a4) : ue_ha(d)->a6,
		.sport = DSMIP_UDP_PORT, .dport = DSMIP_UDP_PORT, .encap = a->encap,
		.via = net_iface_numbered(d->h, (unsigned)i + 1),
	};
	return room;
}

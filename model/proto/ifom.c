/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the flow table of IP flow mobility
 *
 * Binding identifiers with their priorities, and the flow bindings in the order of FID-PRI [RFC 6089 4.3], kept alike
 * by the home agent and the UE. A flow binding whose BIDs are all gone stays and is inactive [RFC 6089 5.2.4]. What is
 * looked up per packet is compiled from the active ones when the next packet comes (ifom_compile.c); a change that
 * moves a flow to another BID leaves what was compiled as it is.
 *
 * Not here: care-of addresses, lifetimes, options (ifom_wire.c), messages.
 */
#include "proto/ifom.h"

#include <string.h>

#include "base/mem.h"
#include "proto/ifom_priv.h"

static void changed(struct ifom_table *t)
{
	ifom_rules_free(t->rules);
	t->rules = NULL;
}

void ifom_done(struct ifom_table *t)
{
	changed(t);
	mem_free(t->flows);
	mem_free(t->order);
	index_done(&t->by_fid);
	*t = (struct ifom_table){ 0 };
}

size_t ifom_octets(const struct ifom_table *t)
{
	return t->cap * sizeof *t->flows + t->order_cap * sizeof *t->order + index_octets(&t->by_fid) +
	       ifom_rules_octets(t->rules);
}

/* ---- binding identifiers ----------------------------------------------------------------------------------------- */

int ifom_bid_find(const struct ifom_table *t, uint16_t bid)
{
	for (unsigned i = 0; bid && i < IFOM_BIDS; i++) {
		if (t->bids[i].bid == bid)
			return (int)i;
	}
	return -1;
}

static bool names(const struct ifom_flow *f, uint16_t bid)
{
	for (unsigned i = 0; i < f->n_bid; i++) {
		if (f->bid[i] == bid)
			return true;
	}
	return false;
}

/* A BID came or went: flows that name it may be active now, or no longer [RFC 6089 5.3.1]. */
static void refresh_active(struct ifom_table *t, uint16_t bid)
{
	bool any = false;

	for (uint32_t i = 0; i < t->n; i++) {
		struct ifom_flow *f = &t->flows[i];
		bool active = f->fid && names(f, bid) ? ifom_flow_places(t, f) != 0 : f->active;

		any |= active != f->active;
		f->active = active;
	}
	if (any)
		changed(t);
}

int ifom_bid_put(struct ifom_table *t, uint16_t bid, uint8_t priority)
{
	int at = ifom_bid_find(t, bid);

	if (at >= 0) {
		t->bids[at].priority = priority;
		return at;
	}
	for (at = 0; at < (int)IFOM_BIDS && t->bids[at].bid; at++)
		;
	if (at == (int)IFOM_BIDS || !bid)
		return -1;
	t->bids[at] = (struct ifom_bid){ bid, priority };
	refresh_active(t, bid);
	return at;
}

bool ifom_bid_remove(struct ifom_table *t, uint16_t bid)
{
	int at = ifom_bid_find(t, bid);

	if (at < 0)
		return false;
	t->bids[at] = (struct ifom_bid){ 0 };
	refresh_active(t, bid);
	return true;
}

/* 0 stands behind all others: an option of RFC 5648 alone, which knows no priority */
static unsigned strength(const struct ifom_bid *b)
{
	return b->priority ? b->priority : 256;
}

int ifom_bid_default(const struct ifom_table *t)
{
	return ifom_bid_strongest(t, UINT16_MAX);
}

int ifom_bid_strongest(const struct ifom_table *t, uint16_t places)
{
	int best = -1;

	for (int i = 0; i < (int)IFOM_BIDS; i++) {
		const struct ifom_bid *b = &t->bids[i], *than = best < 0 ? NULL : &t->bids[best];

		if (!b->bid || !(places >> i & 1))
			continue;
		if (!than || strength(b) < strength(than) || (strength(b) == strength(than) && b->bid < than->bid))
			best = i;
	}
	return best;
}

uint16_t ifom_flow_places(const struct ifom_table *t, const struct ifom_flow *f)
{
	uint16_t set = 0;

	for (unsigned i = 0; i < f->n_bid; i++) {
		int at = ifom_bid_find(t, f->bid[i]);

		if (at >= 0)
			set |= (uint16_t)(1u << at);
	}
	return set;
}

/* ---- flow bindings ----------------------------------------------------------------------------------------------- */

static uint32_t hash_fid(uint16_t fid)
{
	return index_hash(fid, 0);
}

static struct ifom_flow *find(const struct ifom_table *t, uint16_t fid)
{
	uint32_t hash = hash_fid(fid), at, place1;

	for (place1 = index_first(&t->by_fid, hash, &at); place1; place1 = index_next(&t->by_fid, hash, &at)) {
		if (t->flows[place1 - 1].fid == fid)
			return &t->flows[place1 - 1];
	}
	return NULL;
}

const struct ifom_flow *ifom_flow_find(const struct ifom_table *t, uint16_t fid)
{
	return fid ? find(t, fid) : NULL;
}

/* How many flow bindings are stronger than this priority: where one of it stands, or would stand, in the order. */
static uint32_t rank_of(const struct ifom_table *t, uint16_t priority)
{
	uint32_t low = 0, high = t->count;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (t->flows[t->order[mid]].priority < priority)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct ifom_flow *of_priority(const struct ifom_table *t, uint16_t priority)
{
	uint32_t at = rank_of(t, priority);

	if (at == t->count || t->flows[t->order[at]].priority != priority)
		return NULL;
	return &t->flows[t->order[at]];
}

const struct ifom_flow *ifom_flow_next(const struct ifom_table *t, const struct ifom_flow *f)
{
	uint32_t at = f ? rank_of(t, f->priority) + 1 : 0;

	return at < t->count ? &t->flows[t->order[at]] : NULL;
}

/* Into the order at its priority: the place was the first of those behind it. */
static void into_order(struct ifom_table *t, uint32_t place)
{
	uint32_t at = rank_of(t, t->flows[place].priority);

	memmove(&t->order[at + 1], &t->order[at], (t->count - at) * sizeof *t->order);
	t->order[at] = place;
	t->count++;
}

static void out_of_order(struct ifom_table *t, uint32_t place)
{
	uint32_t at = rank_of(t, t->flows[place].priority);

	t->count--;
	memmove(&t->order[at], &t->order[at + 1], (t->count - at) * sizeof *t->order);
	t->order[t->count] = place;
}

static uint32_t free_place(struct ifom_table *t)
{
	if (t->count < t->n)
		return t->order[t->count];
	mem_reserve(&t->flows, &t->cap, sizeof *t->flows, t->n + 1);
	mem_reserve(&t->order, &t->order_cap, sizeof *t->order, t->n + 1);
	t->order[t->n] = t->n;
	return t->n++;
}

/* BIDs that a flow binding had before may be gone: it is inactive then, and may still be changed [RFC 6089 5.2.4]. */
static uint8_t check(const struct ifom_table *t, const struct ifom_flow *f)
{
	const struct ifom_flow *other, *old = ifom_flow_find(t, f->fid);

	if (!f->fid || !f->priority || !f->n_bid || f->n_bid > IFOM_FLOW_BIDS)
		return MH_FID_MALFORMED;
	if (f->ts.format != MH_TS_IP4 && f->ts.format != MH_TS_IP6)
		return MH_FID_TS_UNSUPPORTED;
	if (!ifom_ts_sane(&f->ts))
		return MH_FID_MALFORMED;
	for (unsigned i = 0; i < f->n_bid; i++) {
		if (ifom_bid_find(t, f->bid[i]) < 0 && !(old && names(old, f->bid[i])))
			return MH_FID_BID_NOT_FOUND;
	}
	other = of_priority(t, f->priority);
	return other && other->fid != f->fid ? MH_FID_REJECTED : MH_FID_OK;
}

static void drop_duplicates(struct ifom_flow *f)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->n_bid; i++) {
		unsigned k;

		for (k = 0; k < n && f->bid[k] != f->bid[i]; k++)
			;
		if (k == n)
			f->bid[n++] = f->bid[i];
	}
	f->n_bid = (uint8_t)n;
}

uint8_t ifom_flow_put(struct ifom_table *t, const struct ifom_flow *f)
{
	uint8_t status = check(t, f);
	struct ifom_flow *old;
	uint32_t place;
	bool active;

	if (status != MH_FID_OK)
		return status;
	active = ifom_flow_places(t, f) != 0;
	old = find(t, f->fid);
	if (!old || old->active != active || old->priority != f->priority || !mh_ts_eq(&old->ts, &f->ts))
		changed(t);
	if (old) {
		place = (uint32_t)(old - t->flows);
		out_of_order(t, place);
	} else {
		place = free_place(t);
		index_add(&t->by_fid, hash_fid(f->fid), place + 1);
	}
	t->flows[place] = *f;
	t->flows[place].active = active;
	t->flows[place].kept = true;
	drop_duplicates(&t->flows[place]);
	into_order(t, place);
	return MH_FID_OK;
}

bool ifom_flow_remove(struct ifom_table *t, uint16_t fid)
{
	struct ifom_flow *f = fid ? find(t, fid) : NULL;
	uint32_t place;

	if (!f)
		return false;
	place = (uint32_t)(f - t->flows);
	out_of_order(t, place);
	index_remove(&t->by_fid, hash_fid(fid), place + 1);
	if (f->active)
		changed(t);
	memset(f, 0, sizeof *f);
	return true;
}

void ifom_flows_clear(struct ifom_table *t)
{
	changed(t);
	mem_free(t->flows);
	mem_free(t->order);
	index_done(&t->by_fid);
	t->flows = NULL;
	t->order = NULL;
	t->n = t->cap = t->order_cap = t->count = 0;
}

void ifom_round_begin(struct ifom_table *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		t->flows[i].kept = false;
}

bool ifom_round_keep(struct ifom_table *t, uint16_t fid)
{
	struct ifom_flow *f = fid ? find(t, fid) : NULL;

	if (f)
		f->kept = true;
	return f != NULL;
}

uint32_t ifom_round_end(struct ifom_table *t)
{
	uint32_t removed = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		if (t->flows[i].fid && !t->flows[i].kept)
			removed += ifom_flow_remove(t, t->flows[i].fid);
	}
	return removed;
}

const struct ifom_flow *ifom_match(const struct ifom_table *t, const struct mh_flow_key *k)
{
	for (uint32_t i = 0; i < t->count; i++) {
		const struct ifom_flow *f = &t->flows[t->order[i]];

		if (f->active && mh_ts_match(&f->ts, k))
			return f;
	}
	return NULL;
}

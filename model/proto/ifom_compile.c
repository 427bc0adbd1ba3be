/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: flow bindings made ready for looking up
 *
 * Finding the strongest of many selectors that match a packet [RFC 6089 5.3.6; RFC 6088] is the classical problem of
 * packet classification. What is done about it, from the outside to the inside:
 *
 *	groups		selectors that name the same fields, the same of them with one value and the same of them with wide
 *			ranges, are looked up together. Most packets lack a field of most groups (no SPI, no ports), which
 *			then cost one comparison; and what is wide in one field and narrow in another never meets its reverse,
 *			each of which would have to be told apart from all of the other kind.
 *	buckets		within a group, the exact fields are hashed.
 *	tree		within a bucket, the fields with ranges are parted again and again at the middle of the ranges' ends
 *			that lie in the part. A selector that fills its part hides all weaker ones there, so overlapping
 *			ranges do not pile up. Parts with few rules, and parts that parting does not make smaller, are leaves.
 *	leaf		rules by strength, compared one by one with mh_ts_match: that comparison alone says yes, everything
 *			before it only leaves out what cannot match.
 *
 * Groups and buckets know their strongest rule and are passed over when something stronger is found. A tree may hold a
 * rule several times, but not more than COPIES times on average, so memory is linear in the rules; sets made to defeat
 * it end in long leaves, and flows already seen are found in a table in front of it all (ifom_classify.c).
 */
#include "proto/ifom_priv.h"

#include <string.h>

#include "base/mem.h"

#define LEAF 4u				/* rules that need not be parted */
#define COPIES 8u			/* of a rule in its tree, on average and at most */
#define DEPTH 40u
#define SAMPLE 31u			/* ends of ranges of which the middle one is taken */
#define SEEN_LEAST 64u
#define SEEN_MOST 8192u

/* What a part of the tree spans. */
struct part { struct ifom_value low[IFOM_FIELDS], high[IFOM_FIELDS]; };

struct job {				/* the bucket being built */
	const struct ifom_table *t;
	struct ifom_rules *r;
	uint16_t ranges;		/* start bits of the fields to part by */
	bool mixed;			/* different exact values came to the same hash: only a leaf can tell them apart */
};

/* ---- values ------------------------------------------------------------------------------------------------------ */

struct ifom_value ifom_key_value(const struct mh_flow_key *k, unsigned field)
{
	switch (field) {
	case 0:
		return ifom_address(&k->src);
	case 1:
		return ifom_address(&k->dst);
	case 2:
		return ifom_u(k->spi);
	case 3:
		return ifom_u(k->label & 0xffffff);
	case 4:
		return ifom_u(k->sport);
	case 5:
		return ifom_u(k->dport);
	case 6:
		return ifom_u(k->ds & 0xfc);
	}
	return ifom_u(k->proto);
}

struct ifom_value ifom_ts_value(const struct mh_ts *ts, unsigned field, bool end)
{
	unsigned i = end && ts->has >> (2 * field + 1) & 1;

	switch (field) {
	case 0:
		return ifom_address(&ts->src[i]);
	case 1:
		return ifom_address(&ts->dst[i]);
	case 2:
		return ifom_u(ts->spi[i]);
	case 3:
		return ifom_u(ts->label[i]);
	case 4:
		return ifom_u(ts->sport[i]);
	case 5:
		return ifom_u(ts->dport[i]);
	case 6:
		return ifom_u(ts->ds[i] & 0xfc);
	}
	return ifom_u(ts->proto[i]);
}

uint32_t ifom_mix(uint32_t hash, struct ifom_value v)
{
	return index_hash(v.high + hash, v.low);
}

static const uint8_t width[IFOM_FIELDS] = { 16, 16, 4, 3, 2, 2, 1, 1 };	/* octets of a field's values */

static struct ifom_value largest(unsigned field, uint8_t family)
{
	if (width[field] < 16)
		return ifom_u((uint32_t)((UINT64_C(1) << 8 * width[field]) - 1) & (field == 6 ? 0xfc : UINT32_MAX));
	if (family == 4)				/* it lies in the first octets */
		return (struct ifom_value){ UINT64_MAX << 32, 0 };
	return (struct ifom_value){ UINT64_MAX, UINT64_MAX };
}

static struct ifom_value above(struct ifom_value v)	/* wraps; asked only when something is above */
{
	v.low++;
	v.high += !v.low;
	return v;
}

static struct ifom_value below(struct ifom_value v)
{
	v.high -= !v.low;
	v.low--;
	return v;
}

static const struct mh_ts *ts_of(const struct ifom_table *t, const struct ifom_rules *r, uint32_t rank)
{
	return &t->flows[r->rank[rank]].ts;
}

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

static bool overlaps(const struct mh_ts *ts, unsigned field, struct ifom_value low, struct ifom_value high)
{
	return !ifom_less(high, ifom_ts_value(ts, field, false)) && !ifom_less(ifom_ts_value(ts, field, true), low);
}

/* It matches whatever comes to the part: weaker rules are of no use there. */
static bool fills(const struct job *j, const struct mh_ts *ts, const struct part *p)
{
	if (j->mixed)
		return false;
	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		if (!(j->ranges >> 2 * f & 1))
			continue;
		if (ifom_less(p->low[f], ifom_ts_value(ts, f, false)) || ifom_less(ifom_ts_value(ts, f, true), p->high[f]))
			return false;
	}
	return true;
}

/*
 * Those of the n ranks in list that reach into the part by this field, up to the first that fills it. out may be NULL.
 */
static uint32_t pick(const struct job *j, const uint32_t *list, uint32_t n, const struct part *p, unsigned field,
		     uint32_t *out)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct mh_ts *ts = ts_of(j->t, j->r, list[i]);

		if (!overlaps(ts, field, p->low[field], p->high[field]))
			continue;
		if (out)
			out[kept] = list[i];
		kept++;
		if (fills(j, ts, p))
			break;
	}
	return kept;
}

/* The middle one of the places inside the part where ranges of this field begin or end. False: there is none. */
static bool middle(const struct job *j, const uint32_t *list, uint32_t n, const struct part *p, unsigned field,
		   struct ifom_value *out)
{
	struct ifom_value v[SAMPLE + 1], x;
	uint32_t step = 2 * n / SAMPLE + 1, at = 0;
	unsigned have = 0, k;

	/* every step-th end; begun anew from the next one while none was inside */
	for (uint32_t from = 0; from < step && !have; from++) {
		for (at = from; at < 2 * n; at += step) {
			const struct mh_ts *ts = ts_of(j->t, j->r, list[at / 2]);

			x = ifom_ts_value(ts, field, at & 1);
			if (at & 1 ? !ifom_less(x, p->high[field]) : !ifom_less(p->low[field], x))
				continue;
			if (at & 1)
				x = above(x);
			if (ifom_less(p->high[field], x) || !ifom_less(p->low[field], x))
				continue;
			for (k = have++; k && ifom_less(x, v[k - 1]); k--)
				v[k] = v[k - 1];
			v[k] = x;
		}
	}
	if (have)
		*out = v[have / 2];
	return have > 0;
}

struct cut { struct ifom_value at; uint32_t n[2]; unsigned field; };

static void halves(const struct part *p, const struct cut *c, struct part half[2])
{
	half[0] = half[1] = *p;
	half[0].high[c->field] = below(c->at);
	half[1].low[c->field] = c->at;
}

/* The field and place that leave the fewest rules on both sides together. False: nothing gets smaller. */
static bool choose(const struct job *j, const uint32_t *list, uint32_t n, const struct part *p, struct cut *best)
{
	uint64_t least = UINT64_MAX;

	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		struct cut c = { .field = f };
		struct part half[2];
		uint64_t cost;

		if (!(j->ranges >> 2 * f & 1) || !middle(j, list, n, p, f, &c.at))
			continue;
		halves(p, &c, half);
		for (unsigned s = 0; s < 2; s++)
			c.n[s] = pick(j, list, n, &half[s], f, NULL);
		/* the larger side counts twice: it says how deep this goes on */
		cost = (uint64_t)c.n[0] + c.n[1] + (c.n[0] > c.n[1] ? c.n[0] : c.n[1]);
		if (cost < least && (c.n[0] < n || c.n[1] < n)) {
			least = cost;
			*best = c;
		}
	}
	return least != UINT64_MAX;
}

static void leaf(struct ifom_rules *r, uint32_t node, const uint32_t *list, uint32_t n)
{
	struct ifom_node *x = &r->nodes[node];

	if (n > UINT16_MAX)
		n = UINT16_MAX;			/* there are no more FIDs than that */
	mem_reserve(&r->refs, &r->refs_cap, sizeof *r->refs, r->n_refs + n);
	x->field = IFOM_FIELDS;
	x->child = r->n_refs;
	x->n = (uint16_t)n;
	if (n)
		memcpy(&r->refs[r->n_refs], list, n * sizeof *list);
	r->n_refs += n;
}

/* The number of the first of n new ones, side by side. */
static uint32_t new_nodes(struct ifom_rules *r, uint32_t n)
{
	mem_reserve(&r->nodes, &r->nodes_cap, sizeof *r->nodes, r->n_nodes + n);
	r->n_nodes += n;
	return r->n_nodes - n;
}

/* extra: how many rules more than it has the part may hold after parting, in all of its leaves. */
static void grow(const struct job *j, uint32_t node, const uint32_t *list, uint32_t n, const struct part *p,
		 uint64_t extra, unsigned depth)
{
	struct part half[2];
	struct cut c;
	uint32_t *sub, child;
	uint64_t left;

	if (n <= LEAF || depth == DEPTH || !choose(j, list, n, p, &c) ||
	    (uint64_t)c.n[0] + c.n[1] > n + extra) {
		leaf(j->r, node, list, n);
		return;
	}
	left = n + extra - c.n[0] - c.n[1];
	child = new_nodes(j->r, 2);
	j->r->nodes[node] = (struct ifom_node){ .split = c.at, .child = child, .field = (uint8_t)c.field };
	halves(p, &c, half);
	for (unsigned s = 0; s < 2; s++) {
		uint64_t share = left * c.n[s] / ((uint64_t)c.n[0] + c.n[1]);

		sub = mem_new((size_t)(c.n[s] ? c.n[s] : 1) * sizeof *sub);
		pick(j, list, n, &half[s], c.field, sub);
		grow(j, child + s, sub, c.n[s], &half[s], share, depth + 1);
		mem_free(sub);
	}
}

/* ---- buckets and groups ------------------------------------------------------------------------------------------ */

static uint16_t exact_fields(const struct mh_ts *ts)
{
	uint16_t exact = 0;

	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		if (ts->has >> 2 * f & 1 && ifom_same(ifom_ts_value(ts, f, false), ifom_ts_value(ts, f, true)))
			exact |= (uint16_t)(1u << 2 * f);
	}
	return exact;
}

/* Fields with ranges that take half of all values or more. */
static uint16_t wide_fields(const struct mh_ts *ts)
{
	uint16_t wide = 0;

	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		struct ifom_value low = ifom_ts_value(ts, f, false), high = ifom_ts_value(ts, f, true);
		uint64_t span = width[f] == 16 ? high.high - low.high : (high.low - low.low) << (64 - 8 * width[f]);

		if (ts->has >> 2 * f & 1 && span >> 63)
			wide |= (uint16_t)(1u << 2 * f);
	}
	return wide;
}

static uint32_t hash_exact(const struct mh_ts *ts, uint16_t exact)
{
	uint32_t hash = 0;

	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		if (exact >> 2 * f & 1)
			hash = ifom_mix(hash, ifom_ts_value(ts, f, false));
	}
	return hash;
}

/*
 * A rule and where it belongs: group is format, fields, and in turns a bit for exact and for wide. Sorted, the rules
 * of one bucket lie together, and those of one group.
 */
struct entry { uint64_t group; uint32_t hash, rank; };

static bool entry_less(const struct entry *a, const struct entry *b)
{
	if (a->group != b->group)
		return a->group < b->group;
	return a->hash != b->hash ? a->hash < b->hash : a->rank < b->rank;
}

static void sift(struct entry *e, uint32_t at, uint32_t n)
{
	for (uint32_t c; (c = 2 * at + 1) < n; at = c) {
		struct entry x = e[at];

		c += c + 1 < n && entry_less(&e[c], &e[c + 1]);
		if (!entry_less(&x, &e[c]))
			return;
		e[at] = e[c];
		e[c] = x;
	}
}

static void sort(struct entry *e, uint32_t n)
{
	for (uint32_t i = n / 2; i-- > 0;)
		sift(e, i, n);
	for (uint32_t i = n; i-- > 1;) {
		struct entry x = e[0];

		e[0] = e[i];
		e[i] = x;
		sift(e, 0, i);
	}
}

static bool same_exact(const struct mh_ts *a, const struct mh_ts *b, uint16_t exact)
{
	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		if (exact >> 2 * f & 1 && !ifom_same(ifom_ts_value(a, f, false), ifom_ts_value(b, f, false)))
			return false;
	}
	return true;
}

static void add_bucket(struct job *j, struct ifom_group *g, const struct entry *e, uint32_t n)
{
	struct ifom_rules *r = j->r;
	uint32_t *list = mem_new(n * sizeof *list), root = new_nodes(r, 1), kept;
	struct part p = { 0 };

	for (unsigned f = 0; f < IFOM_FIELDS; f++)
		p.high[f] = largest(f, g->family);
	j->mixed = false;
	for (uint32_t i = 1; i < n; i++)
		j->mixed |= !same_exact(ts_of(j->t, r, e[0].rank), ts_of(j->t, r, e[i].rank), g->exact);
	for (kept = 0; kept < n;) {
		list[kept] = e[kept].rank;
		if (fills(j, ts_of(j->t, r, list[kept++]), &p))
			break;
	}
	mem_reserve(&r->buckets, &r->buckets_cap, sizeof *r->buckets, r->n_buckets + 1);
	r->buckets[r->n_buckets++] = (struct ifom_bucket){ root, list[0] };
	index_add(&g->by_value, e->hash, r->n_buckets);
	if (list[0] < g->best)
		g->best = list[0];
	grow(j, root, list, kept, &p, (uint64_t)(COPIES - 1) * kept, 0);
	mem_free(list);
}

static void add_group(const struct ifom_table *t, struct ifom_rules *r, const struct entry *e, uint32_t n)
{
	struct ifom_group g = { .best = IFOM_NONE, .has = (uint16_t)(e->group >> 16), .exact = e->group & IFOM_STARTS,
				.family = e->group >> 32 == MH_TS_IP6 ? 6 : 4 };
	struct job j = { .t = t, .r = r, .ranges = g.has & (uint16_t)~g.exact };
	uint32_t i, k;

	for (i = 0; i < n; i = k) {
		for (k = i; k < n && e[k].hash == e[i].hash; k++)
			;
		add_bucket(&j, &g, e + i, k - i);
	}
	mem_reserve(&r->groups, &r->groups_cap, sizeof *r->groups, r->n_groups + 1);
	for (i = r->n_groups++; i && g.best < r->groups[i - 1].best; i--)
		r->groups[i] = r->groups[i - 1];
	r->groups[i] = g;
}

static void add_groups(const struct ifom_table *t, struct ifom_rules *r)
{
	struct entry *e = mem_new(r->n * sizeof *e);
	uint32_t i, k;

	for (i = 0; i < r->n; i++) {
		const struct mh_ts *ts = ts_of(t, r, i);
		uint16_t exact = exact_fields(ts);

		e[i].group = (uint64_t)ts->format << 32 | (uint32_t)(ts->has & IFOM_STARTS) << 16 | exact |
			     (uint32_t)wide_fields(ts) << 1;
		e[i].hash = hash_exact(ts, exact);
		e[i].rank = i;
	}
	sort(e, r->n);
	for (i = 0; i < r->n; i = k) {
		for (k = i; k < r->n && e[k].group == e[i].group; k++)
			;
		add_group(t, r, e + i, k - i);
	}
	mem_free(e);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void make_seen(struct ifom_rules *r)
{
	uint32_t n = SEEN_LEAST;

	while (n < 2 * r->n && n < SEEN_MOST)
		n *= 2;
	r->seen = mem_zeroed(n * sizeof *r->seen);
	r->seen_mask = n - 1;
}

struct ifom_rules *ifom_compile(const struct ifom_table *t)
{
	struct ifom_rules *r = mem_zeroed(sizeof *r);

	r->rank = mem_new((size_t)(t->count ? t->count : 1) * sizeof *r->rank);
	for (uint32_t i = 0; i < t->count; i++) {
		const struct ifom_flow *f = &t->flows[t->order[i]];

		if (!f->active)
			continue;
		r->rank[r->n++] = t->order[i];
		r->used[f->ts.format == MH_TS_IP6] |= f->ts.has & IFOM_STARTS;
	}
	if (r->n > IFOM_LINEAR) {
		add_groups(t, r);
		make_seen(r);
	}
	return r;
}

void ifom_rules_free(struct ifom_rules *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->n_groups; i++)
		index_done(&r->groups[i].by_value);
	mem_free(r->rank);
	mem_free(r->refs);
	mem_free(r->nodes);
	mem_free(r->buckets);
	mem_free(r->groups);
	mem_free(r->seen);
	mem_free(r->pieces);
	mem_free(r);
}

size_t ifom_rules_octets(const struct ifom_rules *r)
{
	size_t n;

	if (!r)
		return 0;
	n = sizeof *r + r->n * sizeof *r->rank + r->refs_cap * sizeof *r->refs + r->nodes_cap * sizeof *r->nodes +
	    r->buckets_cap * sizeof *r->buckets + r->groups_cap * sizeof *r->groups;
	for (uint32_t i = 0; i < r->n_groups; i++)
		n += index_octets(&r->groups[i].by_value);
	return n + (r->seen ? (r->seen_mask + 1) * sizeof *r->seen : 0) +
	       (r->pieces ? IFOM_FRAGMENTS * sizeof *r->pieces : 0);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: from a packet to its flow binding
 *
 * The search of RFC 6089 5.3.6 over what ifom_compile.c prepared. What was found for a flow is remembered, with only
 * those fields that any selector looks at, so its next packet costs one look into a table however many selectors there
 * are. Every change of the selectors that count forgets all of it.
 *
 * Fragments: the first one has the ports, and the others of its packet follow it [RFC 6089 5.3.6, last paragraph],
 * found by addresses, protocol and identification. Those whose first one was not seen (they came before it, or too
 * many others came between) are matched as what they are: selectors with ports do not take them. They are not held
 * back.
 */
#include "proto/ifom_priv.h"

#include <string.h>

#include "base/mem.h"

/* ---- the search -------------------------------------------------------------------------------------------------- */

static uint32_t search_leaf(const struct ifom_table *t, const struct ifom_node *x, const struct mh_flow_key *k,
			    uint32_t best)
{
	const uint32_t *ref = t->rules->refs + x->child;

	for (uint32_t i = 0; i < x->n && ref[i] < best; i++) {
		if (mh_ts_match(&t->flows[t->rules->rank[ref[i]]].ts, k))
			return ref[i];
	}
	return best;
}

static uint32_t search_tree(const struct ifom_table *t, uint32_t root, const struct mh_flow_key *k, uint32_t best)
{
	const struct ifom_node *nodes = t->rules->nodes, *x = &nodes[root];

	while (x->field < IFOM_FIELDS)
		x = &nodes[x->child + !ifom_less(ifom_key_value(k, x->field), x->split)];
	return search_leaf(t, x, k, best);
}

static uint32_t search_group(const struct ifom_table *t, const struct ifom_group *g, const struct mh_flow_key *k,
			     uint32_t best)
{
	uint32_t hash = 0, at, b1;

	for (unsigned f = 0, m = g->exact; m; f++, m >>= 2) {
		if (m & 1)
			hash = ifom_mix(hash, ifom_key_value(k, f));
	}
	for (b1 = index_first(&g->by_value, hash, &at); b1; b1 = index_next(&g->by_value, hash, &at)) {
		const struct ifom_bucket *b = &t->rules->buckets[b1 - 1];

		if (b->best < best)
			best = search_tree(t, b->root, k, best);
	}
	return best;
}

/* The place of the flow + 1, 0: none. */
static uint32_t search(const struct ifom_table *t, const struct mh_flow_key *k)
{
	const struct ifom_rules *r = t->rules;
	uint32_t best = IFOM_NONE;

	if (!r->groups) {
		for (uint32_t i = 0; i < r->n; i++) {
			if (mh_ts_match(&t->flows[r->rank[i]].ts, k))
				return r->rank[i] + 1;
		}
		return 0;
	}
	for (uint32_t i = 0; i < r->n_groups && r->groups[i].best < best; i++) {
		const struct ifom_group *g = &r->groups[i];

		if (g->family == k->family && !(g->has & ~(unsigned)k->has))
			best = search_group(t, g, k, best);
	}
	return best == IFOM_NONE ? 0 : r->rank[best] + 1;
}

/* ---- flows seen before ------------------------------------------------------------------------------------------- */

/* The fields that any selector of the family has, and which of them the packet has. */
static void words(const struct ifom_rules *r, const struct mh_flow_key *k, uint64_t w[6])
{
	unsigned used = r->used[k->family == 6] & k->has;

	memset(w, 0, 6 * sizeof *w);
	if (used & MH_TS_SRC) {
		w[0] = ip6_high64(&k->src);
		w[1] = ip6_low64(&k->src);
	}
	if (used & MH_TS_DST) {
		w[2] = ip6_high64(&k->dst);
		w[3] = ip6_low64(&k->dst);
	}
	w[4] = (uint64_t)(used & MH_TS_SPI ? k->spi : 0) << 32 | (used & MH_TS_LABEL ? k->label & 0xffffff : 0) |
	       (uint64_t)k->family << 24;
	w[5] = (uint64_t)(used & MH_TS_SPORT ? k->sport : 0) << 48 | (uint64_t)(used & MH_TS_DPORT ? k->dport : 0) << 32 |
	       (uint64_t)(used & MH_TS_DS ? k->ds & 0xfc : 0) << 24 | (uint64_t)(used & MH_TS_PROTO ? k->proto : 0) << 16 |
	       used;
}

static uint32_t hash_words(const uint64_t w[6])
{
	uint64_t x = 0;

	for (unsigned i = 0; i < 6; i++) {
		x = (x ^ w[i]) * UINT64_C(0x9e3779b97f4a7c15);
		x ^= x >> 29;
	}
	return (uint32_t)(x >> 32);
}

static uint32_t look_up(struct ifom_table *t, const struct mh_flow_key *k)
{
	struct ifom_rules *r = t->rules;
	struct ifom_seen *s;
	uint64_t w[6];

	if (!r->seen)
		return search(t, k);
	words(r, k, w);
	s = &r->seen[hash_words(w) & r->seen_mask & ~1u];
	if (s->used && !memcmp(s->w, w, sizeof w))
		return s->place1;
	if (s[1].used && !memcmp(s[1].w, w, sizeof w))
		return s[1].place1;
	s[1] = s[0];				/* of two places the newer one stays */
	memcpy(s->w, w, sizeof w);
	s->used = true;
	s->place1 = search(t, k);
	return s->place1;
}

/* ---- fragments --------------------------------------------------------------------------------------------------- */

static struct ifom_pieces *pieces_of(const struct ifom_rules *r, const struct ifom_packet *p)
{
	for (unsigned i = 0; r->pieces && i < IFOM_FRAGMENTS; i++) {
		struct ifom_pieces *x = &r->pieces[i];

		if (x->family == p->key.family && x->id == p->id && x->proto == p->key.proto &&
		    ip6_eq(&x->src, &p->key.src) && ip6_eq(&x->dst, &p->key.dst))
			return x;
	}
	return NULL;
}

static uint32_t fragment(struct ifom_table *t, const struct ifom_packet *p)
{
	struct ifom_rules *r = t->rules;
	struct ifom_pieces *x = pieces_of(r, p);

	if (!p->first)
		return x ? x->place1 : look_up(t, &p->key);
	if (!r->pieces)
		r->pieces = mem_zeroed(IFOM_FRAGMENTS * sizeof *r->pieces);
	if (!x) {
		x = &r->pieces[r->next_piece];
		r->next_piece = (r->next_piece + 1) % IFOM_FRAGMENTS;
	}
	*x = (struct ifom_pieces){ p->key.src, p->key.dst, p->id, look_up(t, &p->key), p->key.family, p->key.proto };
	return x->place1;
}

const struct ifom_flow *ifom_classify(struct ifom_table *t, const struct ifom_packet *p)
{
	uint32_t place1;

	if (!t->count)
		return NULL;
	if (!t->rules)
		t->rules = ifom_compile(t);
	if (!t->rules->n)
		return NULL;
	place1 = p->fragment ? fragment(t, p) : look_up(t, &p->key);
	return place1 ? &t->flows[place1 - 1] : NULL;
}

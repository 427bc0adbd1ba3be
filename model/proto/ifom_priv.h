/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IP flow mobility's classifier, shared by ifom.c (the table), ifom_compile.c (from flow bindings to rules)
 * and ifom_classify.c (from packets to flow bindings). The thoughts behind it are in ifom_compile.c.
 */
#ifndef MOOR_PROTO_IFOM_PRIV_H
#define MOOR_PROTO_IFOM_PRIV_H

#include "base/addr.h"
#include "proto/ifom.h"

#define IFOM_FIELDS 8u			/* of a selector: bit 1 << 2n of enum mh_ts_field is field n */
#define IFOM_STARTS 0x5555u		/* those bits of all fields */
#define IFOM_LINEAR 4u			/* so many rules are compared one by one: nothing else is faster */
#define IFOM_NONE UINT32_MAX		/* no rule */

/* A field's value, of any width up to 128 bits. */
struct ifom_value { uint64_t high, low; };

/* A place where the values of one field part, or the rules that are left. */
struct ifom_node {
	struct ifom_value split;	/* smaller: child; else child + 1 */
	uint32_t child;			/* of a leaf: the first of its rules in refs */
	uint16_t n;			/* of a leaf: how many */
	uint8_t field;			/* IFOM_FIELDS: a leaf */
};

/* Rules whose exact fields have the same values (or, once in four billion times, the same hash of them). */
struct ifom_bucket {
	uint32_t root;			/* node */
	uint32_t best;			/* rank of its strongest rule */
};

/* Rules that name the same fields, the same of them with a single value. */
struct ifom_group {
	struct index by_value;		/* hash of the exact fields -> bucket + 1 */
	uint32_t best;			/* rank of its strongest rule; groups are in this order */
	uint16_t has, exact;		/* start bits */
	uint8_t family;			/* 4 or 6 */
};

/* What was found for a packet, so that its flow's next one needs no search. */
struct ifom_seen {
	uint64_t w[6];			/* the fields that any rule looks at */
	uint32_t place1;		/* of the flow + 1; 0: none matched */
	bool used;
};

struct ifom_pieces {			/* of a fragmented packet */
	struct ip6_addr src, dst;
	uint32_t id, place1;
	uint8_t family, proto;		/* family 0: free */
};

struct ifom_rules {
	uint32_t *rank;			/* places of the active flows, strongest first */
	uint32_t *refs;			/* ranks, leaf by leaf, strongest first */
	struct ifom_node *nodes;
	struct ifom_bucket *buckets;
	struct ifom_group *groups;
	struct ifom_seen *seen;		/* NULL: few rules */
	struct ifom_pieces *pieces;	/* IFOM_FRAGMENTS of them; NULL: no fragment was seen */
	uint32_t n;
	uint32_t n_refs, refs_cap, n_nodes, nodes_cap, n_buckets, buckets_cap, n_groups, groups_cap;
	uint32_t seen_mask;		/* places of seen - 1 */
	uint32_t next_piece;
	uint16_t used[2];		/* start bits that any rule of family 4, 6 has */
};

static inline struct ifom_value ifom_u(uint32_t v) { return (struct ifom_value){ 0, v }; }
static inline struct ifom_value ifom_address(const struct ip6_addr *a)
{
	return (struct ifom_value){ ip6_high64(a), ip6_low64(a) };
}
static inline bool ifom_less(struct ifom_value a, struct ifom_value b)
{
	return a.high < b.high || (a.high == b.high && a.low < b.low);
}
static inline bool ifom_same(struct ifom_value a, struct ifom_value b) { return a.high == b.high && a.low == b.low; }

/* ifom_compile.c */
struct ifom_rules *ifom_compile(const struct ifom_table *t);	/* never NULL */
void ifom_rules_free(struct ifom_rules *r);			/* NULL too */
size_t ifom_rules_octets(const struct ifom_rules *r);
struct ifom_value ifom_key_value(const struct mh_flow_key *k, unsigned field);
/* One end of the range of values that a selector's field takes; it must be there. */
struct ifom_value ifom_ts_value(const struct mh_ts *ts, unsigned field, bool end);
uint32_t ifom_mix(uint32_t hash, struct ifom_value v);

#endif

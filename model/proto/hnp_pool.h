/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of home network prefixes, each a /64 of its own: given out in order, those that came back after a rest
 * [RFC 5213 5.3.2, 24.303 5.1.3.1]. Prefixes are their upper 64 bits in host order.
 */
#ifndef MOOR_PROTO_HNP_POOL_H
#define MOOR_PROTO_HNP_POOL_H

#include "base/addr.h"

struct hnp_pool {
	struct ip6_prefix all;		/* length 1..64; 0: an empty pool */
	uint64_t **held;		/* pages of bits by number: in use; NULL: none of that page is */
	uint32_t pages, count;		/* of them; prefixes in use */
	uint32_t next;			/* the first number that was never given out in order */
	uint32_t *resting;		/* numbers of prefixes that came back, in a ring, the longest first */
	uint32_t cap, at, n;
};

void hnp_pool_init(struct hnp_pool *p, const struct ip6_prefix *all);
void hnp_pool_done(struct hnp_pool *p);
bool hnp_pool_any(struct hnp_pool *p, uint64_t *hnp);		/* false: all in use */
bool hnp_pool_this(struct hnp_pool *p, uint64_t hnp);		/* false: outside the pool, or in use */
void hnp_pool_back(struct hnp_pool *p, uint64_t hnp);		/* it must be in use */
bool hnp_pool_has(const struct hnp_pool *p, uint64_t hnp);	/* is it of this pool, in use or not */
bool hnp_pool_held(const struct hnp_pool *p, uint64_t hnp);
size_t hnp_pool_octets(const struct hnp_pool *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a pool of home network prefixes
 *
 * "Not in use by any other node or mobility session" [RFC 5213 5.3.2] [R5213d-5.3.1-17]: a prefix that came back rests
 * behind the 256 that came back before it, as long as there are fresh ones, so that packets under way to its last owner
 * do not reach the next.
 */
#include "proto/hnp_pool.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define RESTING 256u
#define PAGE_BITS 32768u		/* prefixes of one page of `held`: 4 KB */

static uint64_t numbered(const struct hnp_pool *p, uint32_t n)
{
	return ip6_high64(&p->all.addr) + n;
}

void hnp_pool_init(struct hnp_pool *p, const struct ip6_prefix *all)
{
	*p = (struct hnp_pool){ .all = *all };
}

void hnp_pool_done(struct hnp_pool *p)
{
	for (uint32_t i = 0; i < p->pages; i++)
		mem_free(p->held[i]);
	mem_free(p->held);
	mem_free(p->resting);
}

bool hnp_pool_has(const struct hnp_pool *p, uint64_t hnp)
{
	struct ip6_addr a = ip6_from64(hnp, 0);

	return p->all.len && p->all.len <= 64 && ip6_in_prefix(&a, &p->all) && hnp - ip6_high64(&p->all.addr) < UINT32_MAX;
}

bool hnp_pool_held(const struct hnp_pool *p, uint64_t hnp)
{
	uint64_t n = hnp - ip6_high64(&p->all.addr);
	const uint64_t *page = n / PAGE_BITS < p->pages ? p->held[n / PAGE_BITS] : NULL;

	return page && page[n % PAGE_BITS / 64] >> n % 64 & 1;
}

/* hnp: of this pool, and free */
static void hold(struct hnp_pool *p, uint64_t hnp)
{
	uint32_t n = (uint32_t)(hnp - ip6_high64(&p->all.addr)), page = n / PAGE_BITS, cap = p->pages;

	if (page >= cap) {
		mem_reserve(&p->held, &p->pages, sizeof *p->held, page + 1);
		memset(p->held + cap, 0, (p->pages - cap) * sizeof *p->held);
	}
	if (!p->held[page])
		p->held[page] = mem_zeroed(PAGE_BITS / 8);
	p->held[page][n % PAGE_BITS / 64] |= UINT64_C(1) << n % 64;
	p->count++;
}

static bool rested(struct hnp_pool *p, uint64_t *hnp)
{
	while (p->n) {
		*hnp = numbered(p, p->resting[p->at]);
		p->at = p->at + 1 < p->cap ? p->at + 1 : 0;
		p->n--;
		if (!hnp_pool_held(p, *hnp))	/* asked for by name meanwhile */
			return true;
	}
	return false;
}

static bool fresh(struct hnp_pool *p, uint64_t *hnp)
{
	while (p->next < UINT32_MAX && hnp_pool_has(p, numbered(p, p->next))) {
		*hnp = numbered(p, p->next++);
		if (!hnp_pool_held(p, *hnp))
			return true;
	}
	return false;
}

bool hnp_pool_any(struct hnp_pool *p, uint64_t *hnp)
{
	if (!(p->n >= RESTING && rested(p, hnp)) && !fresh(p, hnp) && !rested(p, hnp))
		return false;
	hold(p, *hnp);
	return true;
}

bool hnp_pool_this(struct hnp_pool *p, uint64_t hnp)
{
	if (!hnp_pool_has(p, hnp) || hnp_pool_held(p, hnp))
		return false;
	hold(p, hnp);
	return true;
}

void hnp_pool_back(struct hnp_pool *p, uint64_t hnp)
{
	uint32_t cap = p->cap, n = (uint32_t)(hnp - ip6_high64(&p->all.addr));

	assert(hnp_pool_held(p, hnp));
	p->held[n / PAGE_BITS][n % PAGE_BITS / 64] &= ~(UINT64_C(1) << n % 64);
	p->count--;
	/* What was given by name beyond the ones in order is still fresh. */
	if (n >= p->next)
		return;
	if (p->n == cap) {
		mem_reserve(&p->resting, &p->cap, sizeof *p->resting, cap + 1);
		for (uint32_t i = 0; i < p->at; i++)		/* what had wrapped around goes behind the rest */
			p->resting[(cap + i) % p->cap] = p->resting[i];
	}
	p->resting[(p->at + p->n) % p->cap] = n;
	p->n++;
}

size_t hnp_pool_octets(const struct hnp_pool *p)
{
	size_t octets = (size_t)p->cap * sizeof *p->resting + p->pages * sizeof *p->held;

	for (uint32_t i = 0; i < p->pages; i++)
		octets += p->held[i] ? PAGE_BITS / 8 : 0;
	return octets;
}

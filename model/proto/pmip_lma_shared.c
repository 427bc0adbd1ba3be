/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the shared-prefix model at the LMA [draft 02, Appendix B]
 *
 * Several mobile nodes share one prefix; a session then has a single address of it, which the Home Network Prefix
 * option carries with length 128 [R5213d-App.B-02], and to which alone the LMA has a route. A MAG asks for one by
 * ::/128 and names it from then on. The lower half of the address lies in the rare part of the entry, and the index
 * has such sessions by the whole address: one with prefixes of its own is found as without this model.
 *
 * RFC 5213 leaves the model out (5.2), so nobody gets an address unless both MAG and LMA are set up for it. Which
 * addresses are free is the LMA's to say; the mobile node gets its own by DHCPv6 from the MAG (pmip_mag_shared.c).
 */
#include "proto/pmip_lma_priv.h"

/* A pool of "prefixes" that are the lower halves of addresses; its numbers are what limits it to 2^32 of them. */
void pmip_lma_shared_init(struct pmip_lma *a)
{
	const struct ip6_prefix *p = &a->c.shared;
	struct ip6_addr first = ip6_from64(ip6_low64(&p->addr), 0);
	struct ip6_prefix all = ip6_prefix_make(&first, p->len > 64 ? p->len - 64u : 1);

	if (!p->len)
		return;
	a->shared_hnp = ip6_high64(&p->addr);
	hnp_pool_init(&a->hosts, &all);
	if (!ip6_low64(&p->addr))		/* the routers' anycast address [RFC 4291 2.6.1] */
		hnp_pool_this(&a->hosts, 0);
}

bool pmip_lma_shared_has(const struct pmip_lma *a, const struct ip6_addr *addr)
{
	return a->shared_hnp && ip6_high64(addr) == a->shared_hnp;
}

bool pmip_lma_shared_read(const struct pmip_lma *a, struct pbu *u, const struct mh_opt *o)
{
	if (!a->shared_hnp || o->prefix.len != 128 || u->n_hnp)
		return false;
	if (ip6_is_zero(&o->prefix.addr)) {
		u->one_address = true;
		return true;
	}
	if (!pmip_lma_shared_has(a, &o->prefix.addr) || !ip6_low64(&o->prefix.addr))
		return false;
	u->one_address = true;
	u->host = ip6_low64(&o->prefix.addr);
	u->hnp[u->n_hnp++] = a->shared_hnp;
	return true;
}

bool pmip_lma_shared_may(const struct pmip_lma *a, uint64_t host)
{
	return hnp_pool_has(&a->hosts, host) && !hnp_pool_held(&a->hosts, host);
}

bool pmip_lma_shared_give(struct pmip_bce *b, uint64_t host)
{
	struct pmip_lma *a = b->a;

	if (host ? !hnp_pool_this(&a->hosts, host) : !hnp_pool_any(&a->hosts, &host))
		return false;
	b->hnp = a->shared_hnp;
	b->host = true;
	pmip_bce_rare_new(b)->host = host;
	index_add(&a->by_address, pmip_lma_hash(b->hnp, host), b->self);
	return true;
}

void pmip_lma_shared_take(struct pmip_bce *b)
{
	struct pmip_bce_rare *r = pmip_bce_rare(b);

	index_remove(&b->a->by_address, pmip_lma_hash(b->hnp, r->host), b->self);
	hnp_pool_back(&b->a->hosts, r->host);
	r->host = b->hnp = 0;
	b->host = false;
}

/* [R5213d-App.B-02] */
void pmip_lma_add_hnp(struct mh_msg *m, uint64_t hnp, uint64_t host)
{
	struct mh_opt *o = mh_add(m, MH_OPT_HNP);

	o->prefix.addr = ip6_from64(hnp, host);
	o->prefix.len = host ? 128 : 64;
}

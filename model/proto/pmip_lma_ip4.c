/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IPv4 home addresses at the LMA [RFC 5844 3.1.2]
 *
 * Who may have IPv4 or IPv6, with the statuses 170 to 173 [3.1.2.1], which session an IPv4 home address names
 * [3.1.2.7], what is given and what is refused [3.1.2.2], and that one family of a session can go while the other
 * stays [3.1.2.4, 3.1.2.5].
 *
 * RFC 5844 refuses the whole request when IPv4 cannot be had. In the profiles of 3GPP, where a PDN connection for both
 * may become one for IPv6 alone, it is accepted without IPv4, and the option's status says why.
 */
#include "proto/pmip_lma_priv.h"

/* ---- who may have it --------------------------------------------------------------------------------------------- */

static bool may4(const struct pbu *u)
{
	return !u->sub || (u->sub->ip4 != AAA_IP4_NONE && u->sub->pmip.ip4);
}

static bool all_or_nothing(const struct pmip_lma *a, const struct pbu *u)
{
	return !u->has_hnp || a->c.profile == MH_PROFILE_RFC;
}

/* A PDN gateway has a subscriber's own address without a pool too. */
static bool has_any4(const struct pmip_lma *a, const struct pbu *u)
{
	return a->c.ip4_pool.len || (a->c.pool && u->sub && u->sub->ip4 == AAA_IP4_STATIC);
}

int pmip_lma_check4(const struct pmip_lma *a, const struct pbu *u)
{
	const struct mh_msg *m = &u->x->d.m;

	if (u->hoa4 && mh_next(m, u->hoa4))
		return MH_BA_MULTIPLE_IP4_HOA;
	if (u->dereg)
		return MH_BA_ACCEPTED;
	if (u->has_hnp && u->sub && u->sub->pmip.no_ip6)
		return MH_BA_IP6_MOBILITY_NOT_AUTHORISED;
	if (u->hoa4 && all_or_nothing(a, u) && (!may4(u) || !has_any4(a, u)))
		return MH_BA_IP4_MOBILITY_NOT_AUTHORISED;
	return MH_BA_ACCEPTED;
}

/* The session that the address named in the request belongs to; NULL: none named, or nobody's. */
struct pmip_bce *pmip_lma_named4(const struct pmip_lma *a, const struct pbu *u)
{
	struct ip6_addr mapped;

	if (!u->hoa4 || ip4_is_zero(u->hoa4->hoa4.addr))
		return NULL;
	mapped = ip6_mapped(u->hoa4->hoa4.addr);
	return pmip_lma_find(a, &mapped);
}

/* ---- giving ------------------------------------------------------------------------------------------------------ */

/* Of the pool and a host's: neither the default router nor what stands for all of the network, and nobody has it. */
static bool free4(const struct pmip_lma *a, struct ip4_addr asked)
{
	struct ip6_addr mapped = ip6_mapped(asked);
	uint32_t host = a->c.ip4_pool.len < 31 ? ip4_u32(asked) & (UINT32_MAX >> a->c.ip4_pool.len) : 1;

	return a->c.ip4_pool.len && ip4_in_prefix(asked, a->c.ip4_pool) && !ip4_eq(asked, pmip_lma_router4(a)) && host &&
	       (a->c.ip4_pool.len >= 31 || host != UINT32_MAX >> a->c.ip4_pool.len) && !pmip_lma_find(a, &mapped);
}

/* The status of the IPv4 Home Address Reply option [RFC 5844 3.3.2], and the address in the entry. */
uint8_t pmip_lma_bind4(struct pmip_lma *a, struct pmip_bce *b, const struct pbu *u)
{
	struct ip4_addr none = { { 0 } }, asked = u->hoa4->hoa4.addr;
	bool fixed = u->sub && u->sub->ip4 == AAA_IP4_STATIC;
	struct ip6_addr mapped;

	if (!may4(u))
		return MH_IP4_PROHIBITED;
	if (!ip4_is_zero(b->hoa4))
		return ip4_is_zero(asked) || ip4_eq(asked, b->hoa4) ? MH_IP4_OK : MH_IP4_INCORRECT_HOA;
	if (!ip4_is_zero(asked) && !dsmip_routable4(asked))
		return MH_IP4_INVALID_ADDRESS;
	if (fixed && !ip4_is_zero(asked) && !ip4_eq(asked, u->sub->ip4_address))
		return MH_IP4_INCORRECT_HOA;
	mapped = ip6_mapped(u->sub ? u->sub->ip4_address : none);
	if (fixed && pmip_lma_find(a, &mapped))		/* another session has it: there it stays */
		return MH_IP4_NO_DYNAMIC;
	if (!fixed && !ip4_is_zero(asked) && !free4(a, asked))
		return MH_IP4_INCORRECT_HOA;
	if (!pmip_lma_give4(b, fixed ? u->sub->ip4_address : ip4_is_zero(asked) ? none : asked))
		return MH_IP4_NO_DYNAMIC;
	return MH_IP4_OK;
}

/* The status of the whole answer when the option's is status4 [RFC 5844 3.1.2.2]. */
uint8_t pmip_lma_status4(const struct pmip_lma *a, const struct pbu *u, uint8_t status4)
{
	if (status4 < 128 || !all_or_nothing(a, u))
		return MH_BA_ACCEPTED;
	return status4 == MH_IP4_NO_DYNAMIC ? MH_BA_RESOURCES : MH_BA_IP4_HOA_NOT_AUTHORISED;
}

/* ---- one family alone -------------------------------------------------------------------------------------------- */

/* [RFC 5844 3.1.2.5] true: it was, and the session goes on with the other one */
bool pmip_lma_partly(struct pmip_bce *b, const struct pbu *u)
{
	if (!b->hnp || ip4_is_zero(b->hoa4) || u->has_hnp == (u->hoa4 != NULL))
		return false;
	if (u->hoa4)
		pmip_lma_take4(b);
	else
		pmip_lma_take_hnps(b);
	pmip_lma_record(b, BINDING_UPDATED, 0);
	return true;
}

/* [RFC 5844 3.1.2.4] after a handoff the family that is not named is not wanted any more */
void pmip_lma_narrow(struct pmip_bce *b, const struct pbu *u)
{
	if (!b->hnp || ip4_is_zero(b->hoa4))
		return;
	if (!u->hoa4)
		pmip_lma_take4(b);
	else if (!u->has_hnp)
		pmip_lma_take_hnps(b);
}

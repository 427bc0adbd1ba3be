/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: is a Binding Update in order
 *
 * The tests of the home agent, one function per document's step, in this order:
 *
 *	home and care-of address are unicast and routable	silence		RFC 6275 9.5.1, 6.1.7
 *	the sequence number is new				135		RFC 6275 9.5.1
 *	H is set, and there are no nonce indices		139/140/silence	RFC 6275 9.5.1, RFC 3963 6.2
 *	it is a home agent					131		RFC 6275 10.3.1
 *	the home address is in a prefix that it serves		132		RFC 6275 10.3.1, RFC 3963 6.2
 *	a Home Address option, or the home address as source	silence		RFC 6275 10.3.1, RFC 5555 4.4.2
 *	de-registration: there is a binding			133		RFC 6275 10.3.2
 *	the Alternate Care-of Address is the source		128, rfc 174	24.303 5.1.3.2; not with BIDs
 *	in IPv4: the IPv4 Care-of Address option is there	128		RFC 5555 4.2 (no status given there); not with BIDs
 *	F is granted						144		RFC 5555 4.5
 *	R as before, permitted, prefixes within the UE's own	139/140/142	RFC 3963 6.2
 *	the care-of address is no home address bound here	129		RFC 6275 15.1
 *	policy and room						any, 130	RFC 6275 10.3.1
 *
 * Before all of it: with security associations, that it came through one. Its selectors are of the home address and of
 * nobody else's [RFC 4877 7.1], so the SA authorises the home address [RFC 6275 9.5.1, 10.3.1].
 */
#include "proto/dsmip_ha_priv.h"

bool dsmip_by_profile(uint8_t choice, bool profile)
{
	return choice == DSMIP_BY_PROFILE ? profile : choice == DSMIP_ALWAYS;
}

static bool routable(const struct ip6_addr *addr)
{
	return dsmip_is_mapped(addr) ? dsmip_routable4(dsmip_unmap(addr)) : dsmip_routable6(addr);
}

static int silent(const char **reason, const char *why)
{
	*reason = why;
	return BU_SILENT;
}

/* [RFC 6275 9.5.1] */
static int check_valid(const struct dsmip_ha *a, const struct bu *u, const char **reason)
{
	bool entry = u->b && u->b->machine.state != DSMIP_BCE_HOLD;

	if (a->sec && !u->x->rx->protected)	/* [R24303-5.1.3.1-04] */
		return silent(reason, "bu-unprotected");
	if (u->x->rx->outer.encap == ENCAP_IN6)
		return silent(reason, "bu-in-ipv6-tunnel");
	if (!dsmip_routable6(&u->x->hoa))
		return silent(reason, "bu-home-address");
	if (!routable(&u->coa))
		return silent(reason, "bu-care-of-address");
	if (u->b && !dsmip_seq_newer(u->x->m.bu.seq, u->b->seq))
		return MH_BA_SEQUENCE;
	if (!(u->flags & MH_BU_H)) {
		if (entry)
			return MH_BA_TYPE_CHANGE;
		return u->flags & MH_BU_R ? MH_BA_ROUTER_NOT_PERMITTED : silent(reason, "bu-no-route-optimisation");
	}
	if (mh_find_any(&u->x->m, MH_OPT_NONCE_INDICES))
		return silent(reason, "bu-nonce-indices");
	return MH_BA_ACCEPTED;
}

/* [RFC 6275 10.3.1, 10.3.2] */
static int check_home(const struct dsmip_ha *a, const struct bu *u, const char **reason)
{
	if (!a->c.enabled)
		return MH_BA_HOME_REG_UNSUPPORTED;
	if (!dsmip_ha_served(a, &u->x->hoa))
		return MH_BA_NOT_HOME_SUBNET;
	if (!u->x->has_hao && !u->x->v4 && !u->dereg && !u->bid)	/* with BIDs it may come from home [RFC 5648 5.6.3] */
		return silent(reason, "bu-no-home-address-option");
	if (u->dereg && !u->b)
		return MH_BA_NOT_HOME_AGENT;
	return MH_BA_ACCEPTED;
}

/* [R24303-5.1.3.2-03] [R24303-5.1.3.2-04] [R24303-5.2.3.2-03] */
static int check_coa(const struct dsmip_ha *a, const struct bu *u)
{
	if (u->x->v4)
		return u->coa4 ? MH_BA_ACCEPTED : MH_BA_UNSPECIFIED;
	if (!u->alt_coa || ip6_eq(&u->alt_coa->ip6, &u->coa))
		return MH_BA_ACCEPTED;
	return a->c.profile == MH_PROFILE_RFC ? MH_BA_INVALID_COA : MH_BA_UNSPECIFIED;
}

/*
 * [RFC 3963 6.2] explicit prefixes are accepted when they are part of the UE's own one; there is nothing else to
 * forward
 */
static int check_router(const struct dsmip_ha *a, const struct bu *u)
{
	bool entry = u->b && u->b->machine.state != DSMIP_BCE_HOLD, r = u->flags & MH_BU_R;
	/* a shared prefix is nobody's own */
	struct ip6_prefix hnp = ip6_prefix_make(&u->x->hoa, a->c.shared_home ? 128 : 64);

	if (u->dereg)
		return MH_BA_ACCEPTED;		/* R is ignored then */
	if (entry && u->b->r_asked != r)
		return MH_BA_TYPE_CHANGE;
	if (!r)
		return MH_BA_ACCEPTED;
	if (!a->c.router_permitted)
		return MH_BA_ROUTER_NOT_PERMITTED;
	for (const struct mh_opt *o = mh_find(&u->x->m, MH_OPT_MNP); o; o = mh_next(&u->x->m, o)) {
		if (o->prefix.len > 128)
			return MH_BA_INVALID_PREFIX;
		if (o->prefix.len < hnp.len || !ip6_in_prefix(&o->prefix.addr, &hnp))
			return MH_BA_PREFIX_NOT_AUTHORISED;
	}
	return MH_BA_ACCEPTED;
}

/* One home address bound to another one that is bound here closes a circle [RFC 6275 15.1] [R24303-4.3-02]. */
bool dsmip_ha_circle(const struct dsmip_ha *a, const struct ip6_addr *care_of)
{
	return !a->c.own_coa && dsmip_ha_in_pool(a, care_of) && bce_stands(dsmip_ha_find(a, care_of));
}

/*
 * A binding being revoked is not registered anew, unless the operator would have it so [RFC 5846 7]; one that is to go
 * to another home agent is not extended [RFC 5142 5.3]; and an ended session gets no other one.
 */
static bool is_leaving(const struct dsmip_ha *a, const struct bu *u)
{
	if (!bce_stands(u->b))
		return a->sec && s2c_ha_ending(a->sec, &u->x->hoa);
	return u->b->machine.state == DSMIP_BCE_SWITCHING ||
	       (u->b->machine.state == DSMIP_BCE_REVOKING && !a->c.bu_ends_revocation);
}

static int check_policy(const struct dsmip_ha *a, const struct bu *u)
{
	if (u->dereg)
		return MH_BA_ACCEPTED;
	if (a->c.refuse >= 128)
		return a->c.refuse;
	if (is_leaving(a, u))
		return MH_BA_PROHIBITED;
	/* the home binding of several care-of addresses is no circle: packets go to the home link [RFC 5648 5.6] */
	if (!(u->bid && ip6_eq(&u->coa, &u->x->hoa)) && dsmip_ha_circle(a, &u->coa))
		return MH_BA_PROHIBITED;
	if (!u->b && !u->other && a->c.max_bindings && a->cache.count >= a->c.max_bindings)
		return MH_BA_RESOURCES;
	return MH_BA_ACCEPTED;
}

/*
 * [R24303-5.1.3.2-01] [R24303-5.2.3.2-01] [R24303-5.3.3-01]; the same for every kind of BU [R24303-5.2.3.1-01]
 * [R24303-5.2.3.1-02] [R24303-5.2.3.2-12] [R24303-5.3.3-02]
 */
int dsmip_ha_check(struct dsmip_ha *a, struct bu *u, const char **reason)
{
	int s = check_valid(a, u, reason);

	if (s == MH_BA_ACCEPTED)
		s = check_home(a, u, reason);
	if (s == MH_BA_ACCEPTED && !u->bid)
		s = check_coa(a, u);
	if (s == MH_BA_ACCEPTED && (u->flags & MH_BU_F) && !u->dereg && !a->c.accept_f)
		s = MH_BA_FORCE_UDP_REFUSED;
	if (s == MH_BA_ACCEPTED)
		s = check_router(a, u);
	if (s == MH_BA_ACCEPTED)
		s = check_policy(a, u);
	return s;
}

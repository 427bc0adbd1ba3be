/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a PDN gateway, home agent and local mobility anchor at once [24.303 5.1.3.1; RFC 6612 4.2; 29.275]
 *
 * A local mobility anchor is a home agent with more to it [R5213d-5-01]; here both functions are there, side by side.
 * What comes in is told apart by itself: Mobility Headers by their P flag, tunnel packets by GRE, or by the session
 * that their inner source is of. A mobile node's own packets through a MAG - IKEv2, the Binding Update that removes its
 * binding - are shown to the home agent as if they had come over a link, for a MAG is the home link [RFC 6612 3.2].
 *
 * The two caches are independent [RFC 6612 4.2]: a session does not replace a binding, nor does the end of one end the
 * other. Down, the binding is looked at first; when the mobile node has removed it, the session is what is left. So the
 * order in which messages arrive does no harm: a late refresh of a binding does not take a session away, and a session
 * that was made early does not take packets from a care-of address that is still in use.
 *
 * When a mobile node registers its first care-of address its session is revoked (`release`), for the MAG need not have
 * noticed that it left: trigger "inter-MAG handoff, other access type", the nearest of RFC 5846's. Not when it merely
 * moves between care-of addresses, or extends a binding.
 *
 * One prefix for one PDN connection. With security associations s2c_ha_pdn.c keeps who has which, and the UE's IKEv2
 * over the MAG, or with a PDN Identifier, finds it [R24303-5.1.3.1-12]; without, it is known beforehand, or made with
 * the first session. A second session of a subscriber to the same APN (another interface, at the same time) is another
 * connection, with another prefix.
 *
 * Mobility Headers of MAGs are outside of the security associations of mobile nodes; here they come unprotected. A
 * Binding Update without P that a MAG's address sends in clear is refused by the home agent all the same.
 *
 * Does not: several prefixes for one session (a 24.303 UE has one), home links of its own.
 */
#include "proto/pgw.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "net/ipsec.h"
#include "proto/dsmip_ha_priv.h"
#include "proto/s2c_ha.h"

/* A PDN connection of a gateway without security associations. */
struct pgw_pdn {
	moor_handle self;
	struct imsi imsi;
	const char *apn;
	struct ip6_prefix hnp;
	bool known;			/* of pgw_connection: it stands for ever */
	bool fixed;			/* the prefix is the subscriber's for ever */
	bool on_3gpp;			/* a session has it */
};

struct pgw {
	struct dsmip_ha *a;
	struct pmip_lma *lma;
	struct pgw_config c;
	struct slab pdns;		/* without security associations: struct pgw_pdn, */
	struct index by_user;		/* by IMSI, */
	struct index by_prefix;		/* and by prefix */
	struct texts apns;
	struct ipsec_policy *policies;	/* those of RFC 4877 behind one for each MAG; NULL: no security associations */
	bool restarting;		/* sessions end, but whose prefix it is stays known */
};

void pgw_config_default(struct pgw_config *c)
{
	*c = (struct pgw_config){ .release = true };
	pmip_lma_config_default(&c->pmip);
}

/* ---- whose prefix it is, without security associations ----------------------------------------------------------- */

static uint32_t user_hash(struct imsi i) { return index_hash(i.digits, i.n); }
static uint32_t prefix_hash(const struct ip6_prefix *p) { return index_hash(ip6_high64(&p->addr), 1); }

static bool same_apn(const char *have, const char *asked)
{
	return !asked || aaa_apn_matches(have, asked);
}

static struct pgw_pdn *of_prefix(const struct pgw *g, const struct ip6_prefix *hnp)
{
	uint32_t hash = prefix_hash(hnp), at, h;

	for (h = index_first(&g->by_prefix, hash, &at); h; h = index_next(&g->by_prefix, hash, &at)) {
		struct pgw_pdn *p = slab_get(&g->pdns, h);

		if (ip6_prefix_eq(&p->hnp, hnp))
			return p;
	}
	return NULL;
}

static struct pgw_pdn *not_on_3gpp(const struct pgw *g, struct imsi i, const char *apn)
{
	uint32_t hash = user_hash(i), at, h;

	for (h = index_first(&g->by_user, hash, &at); h; h = index_next(&g->by_user, hash, &at)) {
		struct pgw_pdn *p = slab_get(&g->pdns, h);

		if (imsi_same(p->imsi, i) && same_apn(p->apn, apn) && !p->on_3gpp)
			return p;
	}
	return NULL;
}

static struct pgw_pdn *add(struct pgw *g, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	moor_handle h;
	struct pgw_pdn *p = slab_alloc(&g->pdns, &h);

	*p = (struct pgw_pdn){ .self = h, .imsi = i, .apn = texts_keep(&g->apns, apn ? apn : ""), .hnp = *hnp };
	index_add(&g->by_user, user_hash(i), h);
	index_add(&g->by_prefix, prefix_hash(hnp), h);
	return p;
}

static bool may_have(const struct pgw *g, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	const struct pgw_pdn *p = of_prefix(g, hnp);

	if (p)
		return imsi_same(p->imsi, i) && same_apn(p->apn, apn);
	return hnp->len == 64 && dsmip_ha_in_pool(g->a, &hnp->addr) && !dsmip_ha_served(g->a, &hnp->addr);
}

static bool open_pdn(struct pgw *g, struct imsi i, const char *apn, const char *name, struct ip6_prefix *hnp,
		     bool fixed)
{
	struct pgw_pdn *p = hnp->len ? of_prefix(g, hnp) : not_on_3gpp(g, i, apn);

	if (hnp->len && !(fixed && !p) && !may_have(g, i, apn, hnp))
		return false;
	if (!p) {
		if (hnp->len ? !dsmip_ha_assign_this(g->a, hnp) : !dsmip_ha_assign(g->a, hnp))
			return false;
		p = add(g, i, name, hnp);
		p->fixed = fixed;
	}
	p->on_3gpp = true;
	*hnp = p->hnp;
	return true;
}

static void close_pdn(struct pgw *g, const struct ip6_prefix *hnp)
{
	struct pgw_pdn *p = of_prefix(g, hnp);

	if (!p)
		return;
	p->on_3gpp = false;
	if (p->known)
		return;
	dsmip_ha_release(g->a, &p->hnp, p->fixed);
	index_remove(&g->by_user, user_hash(p->imsi), p->self);
	index_remove(&g->by_prefix, prefix_hash(&p->hnp), p->self);
	slab_free(&g->pdns, p->self);
}

void pgw_connection(struct pgw *g, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	add(g, i, apn, hnp)->known = true;
}

/* ---- the pool that both use -------------------------------------------------------------------------------------- */

static const struct aaa_apn *subscription(const struct pgw *g, struct imsi i, const char *apn)
{
	bool known;

	return g->c.pmip.policy ? aaa_subscription(g->c.pmip.policy, i, apn, &known) : NULL;
}

/* Does the subscriber's profile name it? It stays that subscriber's, connected or not. */
static bool is_fixed(const struct aaa_apn *sub, const struct ip6_prefix *hnp)
{
	bool fixed = sub && hnp->len && ip6_prefix_eq(&sub->hnp, hnp);

	for (unsigned k = 0; sub && hnp->len && k < sub->pmip.n_hnps; k++)
		fixed |= ip6_prefix_eq(&sub->pmip.hnp[k], hnp);
	return fixed;
}

static bool open_any(struct pgw *g, struct imsi i, const char *apn, struct ip6_prefix *hnp)
{
	const struct aaa_apn *sub = subscription(g, i, apn);
	const char *name = sub ? sub->name : apn ? apn : "";	/* else the subscription's default */
	bool fixed = is_fixed(sub, hnp);

	if (g->a->sec)
		return s2c_ha_pdn_open(g->a->sec, i, apn, name, hnp, fixed);
	return open_pdn(g, i, apn, name, hnp, fixed);
}

static bool assign(void *owner, struct imsi i, const char *apn, struct ip6_prefix *hnp)
{
	struct pgw *g = owner;
	const struct aaa_apn *sub = subscription(g, i, apn);

	/* where it is at home is known to a UE by its security association: a session that waits does not keep it from it */
	if (g->a->sec && s2c_ha_pdn_secured(g->a->sec, i, apn, hnp))
		pmip_lma_end_held(g->lma, &hnp->addr);
	*hnp = sub ? sub->hnp : (struct ip6_prefix){ .len = 0 };
	return open_any(g, i, apn, hnp);
}

static bool owns(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	struct pgw *g = owner;

	if (g->a->sec)
		return s2c_ha_pdn_owns(g->a->sec, i, apn, hnp, is_fixed(subscription(g, i, apn), hnp));
	return (is_fixed(subscription(g, i, apn), hnp) && !of_prefix(g, hnp)) || may_have(g, i, apn, hnp);
}

static bool take(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	struct ip6_prefix this = *hnp;

	return open_any(owner, i, apn, &this);
}

static void release(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	struct pgw *g = owner;

	(void)i, (void)apn;
	if (g->restarting)
		return;
	if (g->a->sec)
		s2c_ha_pdn_close(g->a->sec, hnp);
	else
		close_pdn(g, hnp);
}

static bool home4(void *owner, const struct ip6_prefix *hnp, struct ip4_addr wanted, struct ip4_addr *out)
{
	struct pgw *g = owner;

	return dsmip_ha_reserve4(g->a, hnp, wanted, out);
}

static const struct pmip_pool_ops pool = {
	.assign = assign, .owns = owns, .take = take, .release = release, .home4 = home4,
};

/* ---- the MAG as the home link ------------------------------------------------------------------------------------ */

static bool way_home(void *owner, const struct ip6_addr *addr, struct net_tunnel *room)
{
	const struct pgw *g = owner;
	const struct net_tunnel *t = pmip_lma_hooks.divert(g->lma, &ip6_any, addr, NULL, 0, false, room);

	return t == room;
}

static void bound(void *owner, const struct ip6_addr *hoa)
{
	struct pgw *g = owner;

	if (g->c.release)
		pmip_lma_revoke_session(g->lma, hoa, MH_BRI_MAG_HO_OTHER_ATT);
}

static const struct dsmip_home_ops homes = { .way = way_home, .bound = bound };

/* ---- packets ----------------------------------------------------------------------------------------------------- */

/* [RFC 6612 4.2] the home agent's binding is looked at first; what it leaves is the session's. */
static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	const struct pgw *g = owner;
	const struct net_tunnel *t = dsmip_ha_hooks.divert(g->a, src, dst, packet, len, forwarded, room), *session;

	if (t && t != &net_tunnel_discard)
		return t;
	session = pmip_lma_hooks.divert(g->lma, src, dst, packet, len, forwarded, room);
	return session ? session : t;
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	struct pgw *g = owner;

	if (pmip_lma_from_mag(g->lma, &outer->outer, inner_src, inner_dst))
		return pmip_lma_hooks.tunnel_in(g->lma, outer, inner_src, inner_dst, inner, len);
	return dsmip_ha_hooks.tunnel_in(g->a, outer, inner_src, inner_dst, inner, len);
}

static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	const struct pgw *g = owner;

	return dsmip_ha_hooks.home_address_in(g->a, rx, home_address);
}

static void mh_in(void *owner, struct net_rx *rx)
{
	struct pgw *g = owner;
	struct net_rx home = *rx;

	if (pmip_lma_input(g->lma, rx))
		return;
	if (rx->ip6 && rx->outer.encap != ENCAP_PLAIN &&
	    pmip_lma_from_mag(g->lma, &rx->outer, &rx->ip6->h.src, &rx->ip6->h.dst))
		home.outer = (struct net_outer){ .encap = ENCAP_PLAIN };
	dsmip_ha_input(g->a, &home);
}

static void address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	const struct pgw *g = owner;

	dsmip_ha_address(g->a, i, addr, what);
}

static void icmp6(void *owner, const struct net_rx *rx, const struct icmp6 *m)
{
	const struct pgw *g = owner;

	dsmip_ha_net_icmp(g->a, rx, m);
}

static const struct net_service services[] = { { .number = DSMIP_PROTO_MH, .proto = mh_in } };

static const struct net_events events = {
	.address = address, .icmp6 = icmp6, .services = services, .n_services = 1,
};

static const struct net_hooks hooks = {
	.events = &events, .divert = divert, .tunnel_in = tunnel_in, .gre = true, .home_address_in = home_address_in,
};

/* ---- life -------------------------------------------------------------------------------------------------------- */

/* [RFC 4301 4.4.1] the first that fits counts: between MAGs and us PMIPv6 has rules of its own. */
static void let_mags_through(struct pgw *g)
{
	unsigned n = g->c.pmip.n_mags;

	assert(n);
	g->policies = mem_zeroed((n + ipsec_n_policies_mip6) * sizeof *g->policies);
	for (unsigned k = 0; k < n; k++)
		g->policies[k] = (struct ipsec_policy){
			.sel = { .remote = g->c.pmip.mag[k], .remote_len = 128, .proto = DSMIP_PROTO_MH, .local_hi = UINT16_MAX,
				 .remote_hi = UINT16_MAX },
			.action = IPSEC_BYPASS,
		};
	memcpy(g->policies + n, ipsec_policies_mip6, ipsec_n_policies_mip6 * sizeof *g->policies);
	ipsec_policies(ipsec_of(g->a->h), g->policies, n + ipsec_n_policies_mip6);
}

struct pgw *pgw_new(struct dsmip_ha *a, const struct pgw_config *c)
{
	struct pgw *g = mem_zeroed(sizeof *g);

	g->a = a;
	g->c = *c;
	slab_init(&g->pdns, "pgw-pdn", sizeof(struct pgw_pdn));
	g->c.pmip.lmaa = a->c.addr.a6;
	g->c.pmip.lmaa4 = a->c.addr.a4;
	g->c.pmip.hnp_pool = a->c.hnp_pool;
	g->c.pmip.ip4_pool = a->c.ip4_pool;
	g->c.pmip.pool = &pool;
	g->c.pmip.pool_owner = g;
	g->lma = pmip_lma_new(a->h, &g->c.pmip, false);
	if (a->c.ip4_pool.len)
		dsmip_ha_keep4(a, pmip_lma_router4(g->lma));
	if (a->sec)
		let_mags_through(g);
	dsmip_ha_homes(a, &homes, g);
	net_host_hooks_of(a->h, &hooks, g);
	return g;
}

void pgw_free(struct pgw *g)
{
	pmip_lma_free(g->lma);
	slab_done(&g->pdns);
	index_done(&g->by_user);
	index_done(&g->by_prefix);
	texts_done(&g->apns);
	mem_free(g->policies);
	mem_free(g);
}

void pgw_reboot(struct pgw *g)
{
	struct pgw_pdn *p;
	moor_handle h = 0;

	g->restarting = true;
	pmip_lma_reboot(g->lma);
	g->restarting = false;
	while ((p = slab_next(&g->pdns, &h)))
		p->on_3gpp = false;
}

struct pmip_lma *pgw_lma(const struct pgw *g) { return g->lma; }

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a home link that mobile nodes share
 *
 * The network that RFC 6275 has in mind, in place of 3GPP's prefix for each UE: one /64 on one link, hosts and mobile
 * nodes on it, perhaps several home agents. While a mobile node is away its home agent stands in for it there [RFC 6275
 * 10.4.1]: it tells all nodes its own link-layer address for the home address, answers solicitations, so defends the
 * address, and whatever comes for it goes into the tunnel. With L in the BU the same for the link-local address.
 *
 * The link is advertised as a home agent's: H, a whole address with R in the prefix, Home Agent Information [RFC 6275
 * 7.1 to 7.4]. Lifetimes of the prefix bound those of bindings [RFC 6275 10.6.4].
 *
 * Not here: duplicate address detection for the link-local address, prefixes of other home agents on the link.
 */
#include "proto/dsmip_ha_net.h"

#include "base/mem.h"

/* Mobile IPv6 Home-Agents anycast in a prefix of 64 bits: identifier 126 [RFC 2526 2]. */
#define ANYCAST_IID UINT64_C(0xfdfffffffffffffe)

bool dsmip_ha_net_anycast(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	return a->net && ip6_eq(addr, &a->net->anycast);
}

static void advertise(struct dsmip_ha *a)
{
	struct router_advert *r = &a->net->advert;

	r->n = 1;
	r->prefixes[0] = (struct router_prefix){ .prefix = a->c.hnp_pool, .on_link = true, .autonomous = true,
						 .router_address = true, .valid = a->c.prefix_valid_s,
						 .preferred = a->c.prefix_preferred_s };
	r->ha_preference = a->c.preference;
	r->ha_lifetime = r->lifetime;
	router_advertise(a->home, r);
}

void dsmip_ha_net_new(struct dsmip_ha *a, const struct router_advert *params)
{
	a->net = mem_zeroed(sizeof *a->net);
	a->net->advert = *params;
	a->net->rng = moor_world_rng(ha_world(a), net_host_node(a->h), "mip6");
	a->net->advert.home_agent = true;
	a->net->anycast = ip6_from64(ip6_high64(&a->c.hnp_pool.addr), ANYCAST_IID);
	net_address_add_virtual(a->h, &a->net->anycast);
	net_proxy_group(a->home, &a->net->anycast, true);
	advertise(a);
}

void dsmip_ha_net_free(struct dsmip_ha *a)
{
	mem_free(a->net);
}

void dsmip_ha_net_lifetimes(struct dsmip_ha *a, uint32_t preferred_s, uint32_t valid_s)
{
	bool changed = a->c.prefix_preferred_s != preferred_s || a->c.prefix_valid_s != valid_s;

	a->c.prefix_preferred_s = preferred_s;
	a->c.prefix_valid_s = valid_s;
	if (!a->net || !changed)
		return;
	advertise(a);
	dsmip_ha_prefix_changed(a);
}

void dsmip_ha_net_preference(struct dsmip_ha *a, uint16_t preference)
{
	a->c.preference = preference;
	if (a->net)
		advertise(a);
}

/* ---- standing in for mobile nodes -------------------------------------------------------------------------------- */

void dsmip_ha_net_stop(struct bce *b)
{
	dsmip_ha_prefix_done(b);
}

static struct ip6_addr link_local_of(const struct bce *b)
{
	return ip6_link_local(ip6_low64(&b->hoa));
}

/* [RFC 6275 10.4.1] */
static void stand_in(struct bce *b, bool on)
{
	struct dsmip_ha *a = b->a;
	struct bce_rare *x = bce_rare(b);
	struct ip6_addr local = link_local_of(b);

	net_proxy_group(a->home, &b->hoa, on);	/* the link-local address is in the same group */
	if (!on)
		return;
	net_proxy_announce(a->home, &b->hoa);
	if (x && x->link_local)
		net_proxy_announce(a->home, &local);
}

void dsmip_ha_net_state(struct bce *b, enum dsmip_bce_state from, enum dsmip_bce_state to)
{
	if (bce_state_stands((uint8_t)from) == bce_state_stands((uint8_t)to))
		return;
	stand_in(b, bce_state_stands((uint8_t)to));
	if (!bce_state_stands((uint8_t)to))
		dsmip_ha_prefix_done(b);
}

bool dsmip_ha_net_proxies(void *owner, const struct net_iface *i, const struct ip6_addr *target)
{
	const struct dsmip_ha *a = owner;
	const struct bce *b;

	if (!a->net || i != a->home)
		return false;
	if (dsmip_ha_net_anycast(a, target))
		return true;
	b = dsmip_ha_find(a, target);
	return bce_stands(b);
}

void dsmip_ha_net_icmp(void *owner, const struct net_rx *rx, const struct icmp6 *m)
{
	struct dsmip_ha *a = owner;

	if (a->net && m->type == ICMP6_T_DHAAD_REQUEST)
		dsmip_ha_agents_asked(a, rx, m);
	else if (a->net && m->type == ICMP6_T_MPS)
		dsmip_ha_prefix_asked(a, rx, m);
	else
		dsmip_discard(a->h, 0, "icmp6-not-for-a-home-agent", "RFC 6275 10.5, 10.6");
}

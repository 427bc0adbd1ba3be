/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agent as delegating router
 *
 * [RFC 6276 3, 4; RFC 3963 6] Prefixes are delegated only to whoever has a binding with R (in the BU and in the BA), or
 * is on the home link. A delegated prefix follows the binding of its holder: packets for it go into that binding's
 * tunnel, packets from it come out of that one alone, both only while the binding stands and the lease is not over. So
 * nothing has to be withdrawn when either goes. At home it is routed to the holder. The HA's own pool never leads
 * anywhere else: what nobody holds is dropped here. [R24303-5.1.1-09]
 *
 * Does not: protection of DHCPv6 by ESP (RFC 6276 4 wants it; the security associations of 24.303 are for Mobility
 * Headers alone), explicit mode, dynamic routing with the mobile router.
 */
#include "proto/dsmip_ha_pd.h"

#include "proto/dhcp4_inform.h"
#include "proto/dhcp6.h"
#include "proto/dsmip_ha_priv.h"
#include "wire/ip.h"

static bool is_bound(const struct bce *b)
{
	return bce_stands(b) && b->r;
}

/* ---- forwarding -------------------------------------------------------------------------------------------------- */

/* The holder's binding; NULL: the address is in no delegated prefix, or its holder is not registered. */
const struct bce *dsmip_ha_pd_find(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	struct ip6_addr holder;
	const struct bce *b;

	if (!a->pd || dsmip_is_mapped(addr) || !dhcp6_server_holder(a->pd, addr, &holder))
		return NULL;
	b = dsmip_ha_find(a, &holder);
	return is_bound(b) ? b : NULL;
}

/* In the pool, and not to be routed natively to a holder at home. */
bool dsmip_ha_pd_stops(const struct dsmip_ha *a, const struct ip6_addr *addr)
{
	struct ip6_addr holder;

	if (!a->pd || dsmip_is_mapped(addr) || !ip6_in_prefix(addr, &dhcp6_server_settings(a->pd)->pd_pool) ||
	    !dhcp6_server_settings(a->pd)->pd_pool.len)
		return false;
	return !a->home || !dhcp6_server_holder(a->pd, addr, &holder);
}

/* ---- what the server asks and tells ------------------------------------------------------------------------------ */

static bool at_home(const struct dsmip_ha *a, const struct net_rx *rx)
{
	return a->home && rx->iface == a->home && rx->outer.encap == ENCAP_PLAIN;
}

/* [RFC 4291 A] backwards; false: the interface identifier was not made of a MAC. */
static bool mac_of(const struct ip6_addr *a, struct mac_addr *out)
{
	uint64_t v = ip6_low64(a) ^ UINT64_C(0x0200000000000000);

	*out = mac_from_u64(v >> 40 << 24 | (v & 0xffffff));
	return ip6_is_link_local(a) && (v >> 24 & 0xffff) == 0xfffe;
}

/*
 * Abroad the relay's peer-address must be the home address that the message really came from; at home the link-local
 * address leads to the prefix by the MAC in it.
 */
static bool may_lease(void *owner, const struct net_rx *rx, struct ip6_addr *peer)
{
	const struct dsmip_ha *a = owner;
	struct ip6_prefix hnp;
	struct mac_addr mac;

	if (at_home(a, rx)) {
		if (!mac_of(peer, &mac) || !dsmip_ha_home_prefix(a, &mac, &hnp))
			return false;
		*peer = ip6_from_prefix_iid(&hnp, ip6_low64(peer));
		return true;
	}
	return ip6_eq(peer, dhcp6_from(rx)) && is_bound(dsmip_ha_find(a, peer));
}

/* A client identifier that its holder's binding does not vouch for: a mobile node may know those of others. */
static bool anothers(void *owner, const struct ip6_addr *was, const struct ip6_addr *now)
{
	const struct dsmip_ha *a = owner;
	const struct bce *b = dsmip_ha_find(a, was);

	return is_bound(b) && b != dsmip_ha_find(a, now);
}

static void granted(void *owner, const struct ip6_addr *peer, const struct ip6_prefix *p)
{
	struct dsmip_ha *a = owner;

	if (a->home)
		net_route_add(a->h, p, peer, a->home);
}

static void gone(void *owner, const struct ip6_addr *peer, const struct ip6_prefix *p)
{
	struct dsmip_ha *a = owner;

	(void)peer;
	if (a->home)
		net_route_remove_via(a->h, p, a->home);
}

/* [RFC 6276 3.1] to the care-of address with a type 2 routing header; in IPv4 in the tunnel, as any packet is */
static void send(void *owner, struct moor_pkt *p, struct net_send *s, uint16_t sport, uint16_t dport)
{
	struct dsmip_ha *a = owner;
	const struct bce *b = dsmip_ha_find(a, &s->dst);
	struct ip6_addr hoa = s->dst;

	if (bce_stands(b) && ip6_eq(&b->hoa, &hoa) && b->encap == ENCAP_IN6) {
		s->rh2 = &hoa;
		s->dst = b->remote;
		s->no_divert = true;
	}
	net_udp_send(a->h, p, s, sport, dport);
}

static const struct dhcp6_server_ops ops = {
	.may_lease = may_lease, .anothers = anothers, .granted = granted, .gone = gone, .send = send,
};

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct dsmip_ha *a = owner;

	(void)dport;
	dhcp6_server_input(a->pd, rx, sport);
}

/* [R24303-5.1.1-08] [R24303-5.1.2.4-52] DHCPv4 without state, from IPv4 home addresses that are bound */
static void inform(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct dsmip_ha *a = owner;
	const struct dhcp6_server_config *c = dhcp6_server_settings(a->pd);
	struct ip6_addr from = ip6_mapped(rx->src4);

	(void)sport, (void)dport;
	if (!rx->ip6 && !c->mute && bce_stands(dsmip_ha_find(a, &from)))
		dhcp4_inform_answer(rx, c->dns4, c->n_dns4);
}

void dsmip_ha_serve_dhcp6(struct dsmip_ha *a, const struct dhcp6_server_config *c)
{
	a->pd = dhcp6_server_new(a->h, c, &ops, a);
	net_udp_bind(a->h, PORT_DHCP6_SERVER, input, a);
	if (c->n_dns4)
		net_udp_bind(a->h, PORT_DHCP4_SERVER, inform, a);
}

struct dhcp6_server *dsmip_ha_dhcp6(const struct dsmip_ha *a) { return a->pd; }

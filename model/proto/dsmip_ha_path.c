/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: user packets of the home agent, and Binding Errors
 *
 * Down: everything for a registered home network prefix or IPv4 home address goes into the binding's tunnel [24.303
 * 5.1.3.2; RFC 6275 10.4.1; RFC 5555 4.5.1]; without R in the BA, and in release 8, only the home address itself
 * does. For a prefix without a binding: to the home link when there is one, otherwise nowhere.
 *
 * Up: a tunnelled packet is taken only from the registered care-of address, port included behind a NAT, and only
 * with an inner source that belongs to that binding [RFC 6275 10.4.5]. Binding Updates are the exception: they come
 * in UDP from wherever the UE is now.
 */
#include "proto/dsmip_ha_priv.h"
#include "proto/ike.h"
#include "proto/s2c_ha.h"
#include "wire/ip.h"

/* ---- down -------------------------------------------------------------------------------------------------------- */

/*
 * Our own IKE packets for another address of the prefix than the home address: the UE is on the home link, without
 * the security association that it needs to remove its binding. They go where its own came from.
 */
static bool is_ike_at_home(const struct dsmip_ha *a, const struct bce *b, const struct ip6_addr *dst,
			   const uint8_t *packet, uint32_t len)
{
	uint16_t port;

	if (!a->sec || !(a->home || a->homes) || len < IP6_LEN + 8 || packet[0] >> 4 != 6 || packet[6] != PROTO_UDP)
		return false;
	port = load16(packet + IP6_LEN);
	return (port == IKE_PORT || port == IKE_PORT_NAT) && !ip6_eq(dst, &b->hoa);
}

/* [R24303-5.1.3.2-24] [R24303-5.1.3.2-25] */
static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	const struct dsmip_ha *a = owner;
	const struct bce *b;

	if (ip6_is_multicast(dst) || ip6_is_link_local(dst))
		return NULL;
	b = dsmip_ha_find(a, dst);
	if (!b && a->pd) {
		b = dsmip_ha_pd_find(a, dst);
		if (!b && dsmip_ha_pd_stops(a, dst))
			return &net_tunnel_discard;
	}
	if (bce_stands(b) && (b->r || dsmip_is_mapped(dst) || ip6_eq(dst, &b->hoa))) {
		if (!forwarded && is_ike_at_home(a, b, dst, packet, len))
			return NULL;
		if (bce_has_bids(b))
			return dsmip_ha_steer(b, dst, packet, len, forwarded, room);
		*room = dsmip_ha_tunnel(b);
		return room;
	}
	if (!dsmip_ha_in_pool(a, dst) || net_address_is_ours(a->h, dst))
		return NULL;
	if (s2c_ha_tunnel(a, dst, room) && ipsec_child_for(ipsec_of(a->h), src, dst, 0, 0, 0))
		return room;		/* without a binding [RFC 4877 6.4] */
	if (a->home && !dsmip_is_mapped(dst) && !bce_stands(b))
		return NULL;
	/* A neighbour discovery of our own for such an address would be pointless too, but it goes to multicast. */
	return &net_tunnel_discard;
}

/* ---- up ---------------------------------------------------------------------------------------------------------- */

/* Signalling to us: from any place, checked as what it is; in ESP by its security association. */
static bool is_signalling(const struct dsmip_ha *a, const struct ip6_addr *dst, const uint8_t *inner, uint32_t len)
{
	struct ip6_packet k;

	return len >= IP6_LEN && inner[0] >> 4 == 6 && ip6_eq(dst, &a->c.addr.a6) && ip6_decode(inner, len, &k, NULL) &&
	       (k.proto == DSMIP_PROTO_MH || k.proto == PROTO_ESP);
}

/*
 * A UE may use plain IP in IPv4 or UDP as told; what counts is that the outer source, with its port, is the
 * registered one.
 */
static bool outer_matches(const struct bce *b, const struct net_outer *o)
{
	if (bce_has_bids(b))
		return dsmip_ha_bid_from(b, o);
	if (!ip6_eq(&o->src, &b->remote))
		return false;
	return b->encap != ENCAP_UDP4 || (o->encap == ENCAP_UDP4 && o->sport == b->port);
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	struct dsmip_ha *a = owner;
	const struct bce *b;

	if (is_signalling(a, inner_dst, inner, len))
		return true;
	b = dsmip_ha_find(a, inner_src);
	if (!b && a->pd)
		b = dsmip_ha_pd_find(a, inner_src);
	if (!bce_stands(b)) {
		dsmip_discard(a->h, bce_index(b), "tunnel-no-binding", "RFC 6275 10.4.5");
		return false;
	}
	if (!outer_matches(b, &outer->outer)) {
		dsmip_discard(a->h, bce_index(b), "tunnel-source", "RFC 6275 10.4.5");
		return false;
	}
	return true;
}

/* ---- Binding Errors ---------------------------------------------------------------------------------------------- */

bool dsmip_ha_be_allowed(struct dsmip_ha *a)
{
	moor_time now = moor_world_now(ha_world(a)), step = MOOR_S / BE_BURST;
	moor_time n = (now - a->be_at) / step;

	if (n >= BE_BURST) {
		a->be_tokens = BE_BURST;
		a->be_at = now;
	} else {
		a->be_tokens = a->be_tokens + n > BE_BURST ? BE_BURST : (uint32_t)(a->be_tokens + n);
		a->be_at += n * step;
	}
	if (!a->be_tokens)
		return false;
	a->be_tokens--;
	return true;
}

/*
 * [R24303-5.1.3.3-04] [R24303-5.1.3.3-06]: in UDP with a NAT. Whether there is one, the binding knows; else the way
 * it came.
 */
void dsmip_ha_error(struct dsmip_ha *a, const struct net_rx *rx, uint8_t status, const struct ip6_addr *hoa,
		    bool has_hao)
{
	const struct bce *b = dsmip_ha_find(a, hoa);
	bool udp = rx->outer.encap == ENCAP_UDP4;
	uint8_t encap;

	if (bce_stands(b) && dsmip_ha_bid_has(b, &rx->outer.src, &encap))
		udp = udp && encap == ENCAP_UDP4;
	if (dsmip_ha_be_allowed(a))
		dsmip_send_error(rx, status, has_hao ? hoa : &ip6_any, udp, a->c.profile, bce_index(b));
}

/* [RFC 6275 9.3.1] [R24303-5.1.3.3-01] [R24303-5.1.3.3-02] */
static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	struct dsmip_ha *a = owner;
	const struct bce *b = dsmip_ha_find(a, home_address);

	if (bce_stands(b) && ip6_eq(&b->hoa, home_address) &&
	    dsmip_ha_bid_has(b, &rx->ip6->h.src, NULL))		/* [RFC 5648 6.5] */
		return true;
	dsmip_discard(a->h, bce_index(b), "home-address-option", "RFC 6275 9.3.1");
	if (dsmip_routable6(home_address))
		dsmip_ha_error(a, rx, MH_BE_UNKNOWN_BINDING, home_address, true);
	return false;
}

static const struct net_service services[] = { { .number = DSMIP_PROTO_MH, .proto = dsmip_ha_input } };

static const struct net_events events = {
	.address = dsmip_ha_address, .icmp6 = dsmip_ha_net_icmp, .router_heard = dsmip_ha_router_heard,
	.services = services, .n_services = 1,
};

const struct net_hooks dsmip_ha_hooks = {
	.events = &events,
	.divert = divert, .tunnel_in = tunnel_in, .home_address_in = home_address_in,
	.proxies = dsmip_ha_net_proxies,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: user packets of the UE
 *
 * Bidirectional tunnelling of everything that has a home address [24.303 4.1, 5.1.2.4; RFC 6275 11.3.1, 11.3.3;
 * RFC 5555 4.4.3]. There is no route optimisation [R24303-4.1-05].
 *
 * Up: IPv6 and IPv4 from a home address go through the tunnel of the acknowledged binding, also while a new care-of
 * address is being registered, as long as the old interface is there; otherwise they are lost, never sent bare on a
 * foreign link. On the home link they go natively. Down: what the home agent tunnels to any of our addresses, so
 * also to the previous care-of address [RFC 6275 11.5.4].
 */
#include "proto/dsmip_ue_priv.h"

#include "proto/s2c_ue.h"

static bool is_home(const struct dsmip_ue *d, const struct ip6_addr *a)
{
	struct ip6_addr hoa4;

	if (dsmip_is_mapped(a)) {
		hoa4 = ip6_mapped(d->hoa4);
		return d->has4 && ip6_eq(a, &hoa4);
	}
	return !((ip6_high64(a) ^ ip6_high64(&d->hoa)) & (d->hnp_len >= 64 ? UINT64_MAX :
							     ~(UINT64_MAX >> d->hnp_len)));
}

/* From a home link that is not known as one yet. */
static bool is_ike(const struct dsmip_ue *d, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	return d->p->security && !ip6_eq(src, &d->hoa) && s2c_ue_is_ike(d, src, dst);
}

/*
 * IPv4 in IPv6 and IPv6 in IPv6 [R24303-5.1.2.4-48] [R24303-5.1.2.4-49], in UDP behind a NAT [R24303-5.1.2.4-50],
 * in IPv4 without [R24303-5.1.2.4-51]: all in the tunnel's encap. [R24303-4.1-04] [R24303-5.1.2.4-33]
 * [R24303-5.1.2.4-47]
 */
static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct dsmip_ue *d = owner;

	if (d->machine.state == DSMIP_IDLE || forwarded || !is_home(d, src))
		return d->rare ? dsmip_ue_pd_divert(d, src, dst, packet, len, forwarded, room) : NULL;
	if (ip6_is_multicast(dst) || ip6_is_link_local(dst))
		return NULL;
	if (d->rare && dsmip_ue_mcoa(d))
		return is_ike(d, src, dst) ? NULL : dsmip_ue_steer(d, src, packet, len, room);
	if (d->at_home && !dsmip_is_mapped(src))
		return NULL;		/* [RFC 6275 11.5.5] from the moment the de-registration was sent */
	if (is_ike(d, src, dst))
		return NULL;
	if (!d->bound && s2c_ue_tunnel(d, room))	/* without a binding, into the child SA */
		return room;
	/* A care-of address whose lifetime is over is nobody's source [RFC 4862 5.5.4]. */
	*room = dsmip_ue_tunnel(d);
	if (!d->bound || !net_iface_up(room->via) || !net_address_is_ours(d->h, &room->local))
		return &net_tunnel_discard;
	/* A home agent without R forwards no prefix: the home address alone is served. */
	if (!d->r && !dsmip_is_mapped(src) && !ip6_eq(src, &d->hoa))
		return &net_tunnel_discard;
	d->last_up = moor_world_now(ue_world(d));
	return room;
}

/* [RFC 6275 11.3.3] only the home agent may tunnel to us, and only what is for a home address */
const char *dsmip_ue_tunnel_fault(const struct dsmip_ue *d, const struct net_outer *o,
				  const struct ip6_addr *inner_dst)
{
	struct ip6_addr ha4 = ip6_mapped(ue_ha(d)->a4);

	if (d->machine.state == DSMIP_IDLE || !ip6_eq(&o->src, dsmip_is_mapped(&o->src) ? &ha4 : &ue_ha(d)->a6))
		return "tunnel-source";
	return is_home(d, inner_dst) || (d->rare && dsmip_ue_pd_owns(d, inner_dst)) ? NULL : "tunnel-inner-destination";
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	struct dsmip_ue *d = owner;
	const char *fault = dsmip_ue_tunnel_fault(d, &outer->outer, inner_dst);

	(void)inner_src;
	(void)inner;
	(void)len;
	if (fault)
		dsmip_discard(d->h, ue_pdn(d), fault, "RFC 6275 11.3.3");
	return !fault;
}

/* We hold no binding of anybody: a Home Address option is not vouched for [RFC 6275 9.3.1]. */
static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	struct dsmip_ue *d = owner;

	dsmip_discard(d->h, ue_pdn(d), "home-address-option", "RFC 6275 9.3.1");
	if (net_error_allowed(d->h))		/* [RFC 6275 9.3.3] */
		dsmip_send_error(rx, MH_BE_UNKNOWN_BINDING, home_address, rx->outer.encap == ENCAP_UDP4,
				 d->p->profile, ue_pdn(d));
	return false;
}

/* [RFC 6275 11.3.3] without route optimisation only the home agent has a use for it */
bool dsmip_ue_rh2_fits(const struct dsmip_ue *d, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	return ip6_eq(home_address, &d->hoa) && ip6_eq(&rx->ip6->h.src, &ue_ha(d)->a6);
}

static bool rh2_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	struct dsmip_ue *d = owner;

	if (dsmip_ue_rh2_fits(d, rx, home_address))
		return true;
	dsmip_discard(d->h, ue_pdn(d), "routing-header", "RFC 6275 11.3.3");
	return false;
}

const struct net_hooks dsmip_ue_hooks = {
	.events = &dsmip_ue_events,
	.divert = divert, .tunnel_in = tunnel_in, .home_address_in = home_address_in, .rh2_in = rh2_in,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: user packets of the MAG
 *
 * Up: what comes from a home network prefix goes into the tunnel with the LMA's key, also to another mobile node of
 * this MAG unless EnableMAGLocalRouting [R5213d-6.10.6-04] to [R5213d-6.10.6-08] [R5213d-9-01] to [R5213d-9-03];
 * link-local sources go nowhere. Down: the key says to whom; the prefix's route leads to its access link
 * [R5213d-6.10.6-01] to [R5213d-6.10.6-03].
 *
 * A mobile node on an access link is asked for by neighbour discovery as any host is.
 */
#include "proto/pmip_mag_dhcp.h"
#include "wire/ip.h"

/* ---- which link -------------------------------------------------------------------------------------------------- */

/* [R5213d-6.1-07] [R5213d-6.10.3-01] in place of a route for each prefix: the entry knows the access link */
static struct net_iface *on_link(const void *owner, const struct ip6_addr *dst)
{
	const struct pmip_bule *b = pmip_mag_find(owner, dst);

	return b && b->machine.state == PMIP_BULE_ACTIVE ? mn_iface(mn_of(b)) : NULL;
}

/* ---- up ---------------------------------------------------------------------------------------------------------- */

struct net_tunnel pmip_mag_tunnel(struct pmip_bule *b)
{
	const struct pmip_mag *m = b->m;
	enum pmip_transport t = (enum pmip_transport)b->transport;
	bool keyed = b->keyed || b->early;

	return (struct net_tunnel){
		.local = pmip_mag_coa(b), .remote = b->lma, .encap = pmip_data_encap(t, keyed, b->tlv),
		.sport = pmip_data_port(t), .dport = pmip_data_port(t), .gre = keyed, .keyed = keyed, .key = b->key_up,
		.sequence = keyed && m->c.gre_sequence ? &b->sequence : NULL,
	};
}

/* [R29275-5.2-04] before the answer, and before the question */
static bool early(const struct pmip_bule *b)
{
	return b->early && (b->machine.state == PMIP_BULE_PBU_SENT || b->machine.state == PMIP_BULE_AUTH);
}

/* [R5213d-9-04] what the mobile node's profile says goes before EnableMAGLocalRouting */
static bool routes_locally(const struct pmip_bule *b)
{
	return b->local == AAA_PMIP_LOCAL_AS_MAG ? b->m->c.local_routing : b->local == AAA_PMIP_LOCAL_ON;
}

static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct pmip_mag *m = owner;
	struct pmip_bule *b, *to;

	(void)packet, (void)len;
	if (!forwarded || ip6_is_link_local(src) || ip6_is_multicast(dst))
		return NULL;
	b = pmip_mag_find(m, src);
	to = pmip_mag_find(m, dst);
	if (!b)				/* from the core, or a guest's; IPv4 is nobody's who was given none [RFC 5844 3.2.4] */
		return dsmip_is_mapped(src) ? &net_tunnel_discard : NULL;
	if (b->machine.state != PMIP_BULE_ACTIVE && !early(b))
		return &net_tunnel_discard;
	if (to && routes_locally(b) && to->machine.state == PMIP_BULE_ACTIVE)
		return NULL;
	*room = pmip_mag_tunnel(b);
	return room;
}

/* ---- down -------------------------------------------------------------------------------------------------------- */

static bool to_us(const struct pmip_mag *m, const struct ip6_addr *dst)
{
	struct ip6_addr mapped = ip6_mapped(m->c.proxy_coa4);

	return ip6_eq(dst, &m->c.proxy_coa) || (!ip4_is_zero(m->c.proxy_coa4) && ip6_eq(dst, &mapped));
}

static bool is_signalling(const struct pmip_mag *m, const struct ip6_addr *dst, const uint8_t *inner, uint32_t len)
{
	struct ip6_packet k;

	return len >= IP6_LEN && inner[0] >> 4 == 6 && to_us(m, dst) && ip6_decode(inner, len, &k, NULL) &&
	       (k.proto == DSMIP_PROTO_MH || k.proto == PROTO_ESP);
}

static bool no(const struct pmip_mag *m, const struct pmip_bule *b, const char *why, const char *clause)
{
	dsmip_discard(m->h, bule_index(b), why, clause);
	return false;
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	struct pmip_mag *m = owner;
	const struct net_outer *o = &outer->outer;
	struct pmip_bule *b, *of_destination;

	(void)inner_src;
	if (pmip_mag_is_access(m, outer->iface))	/* a mobile node knows nothing of tunnels */
		return no(m, NULL, "tunnel-from-access-link", "RFC 5213 6.10.5");
	if (!o->gre && is_signalling(m, inner_dst, inner, len))
		return true;
	of_destination = pmip_mag_find(m, inner_dst);
	b = o->gre && o->keyed ? pmip_mag_find_key(m, o->key) : of_destination;
	if (!b || b->machine.state != PMIP_BULE_ACTIVE)
		return no(m, b, o->gre ? "gre-key-unknown" : "tunnel-no-session", "29.275 5.2");
	if (b != of_destination)
		return no(m, b, "tunnel-inner-destination", "RFC 5213 6.10.5");
	if (o->gre != b->keyed || o->keyed != b->keyed || (o->gre && (o->encap == ENCAP_UDP4) != b->tlv))
		return no(m, b, "tunnel-form", "29.275 6.1");
	if (!ip6_eq(&o->src, &b->lma))
		return no(m, b, "tunnel-source", "RFC 5213 6.10.5");
	return true;
}

static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	(void)owner, (void)home_address;
	dsmip_discard(rx->host, 0, "home-address-option", "RFC 6275 9.3.1");
	return false;
}

static bool rh2_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	(void)owner, (void)home_address;
	dsmip_discard(rx->host, 0, "routing-header", "RFC 5213 6.9.1.2");
	return false;
}

static const struct net_events mag_events = { .station = pmip_mag_station, .icmp_error = pmip_mag_nd_error };

const struct net_hooks pmip_mag_hooks = {
	.events = &mag_events, .divert = divert, .tunnel_in = tunnel_in, .home_address_in = home_address_in, .rh2_in = rh2_in,
	.heard = pmip_mag_heard, .may_pass = pmip_mag_may_pass,
	.gre = true, .route_inner = true, .on_link = on_link, .seen_as = pmip_mag_seen_as, .seen_by = pmip_mag_seen_by,
	.host_address = pmip_mag_host_address, .arp_proxies = pmip_mag_arp_proxies,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: user packets of the LMA [RFC 5213 5.6.2; RFC 5844 3.1.3; RFC 5845 3.2; 29.275 5.1 to 5.3, 6.1]
 *
 * Down: what is for a home network prefix or IPv4 home address of an active session goes into its tunnel, with the
 * MAG's key [R5213d-5.5.2-01] [R5213d-5.5.2-03] [R29275-6.1-01]; of a held one it is dropped. Up: the key says whose
 * packet it is, whichever trusted MAG it comes from [R29275-5.3-03]; without GRE the outer source must be the
 * session's.
 * The inner source must be the session's in any case; then the packet is routed by its destination [R5213d-5.5.2-04].
 */
#include "proto/pmip_lma_priv.h"
#include "wire/ip.h"

/* [RFC 5213 5.3.5] dropped while it is held; the draft takes the routes away with the entry, not before */
static bool held(const struct pmip_bce *b)
{
	return b->machine.state == PMIP_BCE_HOLD && !lma_draft(b->a);
}

/* ---- down -------------------------------------------------------------------------------------------------------- */

/* Behind a NAT signalling and user packets of port 4191 share one mapping. */
static uint16_t data_port(const struct pmip_tunnel *t)
{
	return t->transport == PMIP_UDP4 ? t->port : pmip_data_port((enum pmip_transport)t->transport);
}

static const struct net_tunnel *divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
				       const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct pmip_lma *a = owner;
	struct pmip_bce *b;
	struct pmip_tunnel *t;

	(void)src, (void)packet, (void)len, (void)forwarded;
	if (ip6_is_multicast(dst) || ip6_is_link_local(dst))
		return NULL;
	b = pmip_lma_find(a, dst);
	if (!b) {
		bool pooled = dsmip_is_mapped(dst) ? a->c.ip4_pool.len && ip4_in_prefix(dsmip_unmap(dst), a->c.ip4_pool) :
			      hnp_pool_has(&a->pool, ip6_high64(dst)) || pmip_lma_shared_has(a, dst);

		return pooled && !a->c.pool && !net_address_is_ours(a->h, dst) ? &net_tunnel_discard : NULL;
	}
	t = pmip_lma_tunnel(b);
	if (!t || held(b))
		return &net_tunnel_discard;
	t->packets_out++;
	*room = (struct net_tunnel){
		.local = dsmip_is_mapped(&t->remote) ? ip6_mapped(a->c.lmaa4) : a->c.lmaa, .remote = t->remote,
		.encap = pmip_data_encap((enum pmip_transport)t->transport, b->gre, b->tlv),
		.sport = pmip_data_port((enum pmip_transport)t->transport), .dport = data_port(t),
		.gre = b->gre, .keyed = b->gre, .key = b->key_down,
		.sequence = b->gre && a->c.gre_sequence ? &t->sequence : NULL,
	};
	return room;
}

/* ---- up ---------------------------------------------------------------------------------------------------------- */

static bool to_us(const struct pmip_lma *a, const struct ip6_addr *dst)
{
	struct ip6_addr mapped = ip6_mapped(a->c.lmaa4);

	return ip6_eq(dst, &a->c.lmaa) || (!ip4_is_zero(a->c.lmaa4) && ip6_eq(dst, &mapped));
}

/* Signalling over IPv4, checked as what it is. */
static bool is_signalling(const struct pmip_lma *a, const struct ip6_addr *dst, const uint8_t *inner, uint32_t len)
{
	struct ip6_packet k;

	return len >= IP6_LEN && inner[0] >> 4 == 6 && to_us(a, dst) && ip6_decode(inner, len, &k, NULL) &&
	       (k.proto == DSMIP_PROTO_MH || k.proto == PROTO_ESP);
}

/* One that may register, or that has a tunnel [R29275-5.3-03]. */
static bool trusted(const struct pmip_lma *a, const struct ip6_addr *mag)
{
	uint32_t hash = index_hash(ip6_high64(mag), ip6_low64(mag)), at, h;

	for (unsigned k = 0; k < a->c.n_mags; k++)
		if (ip6_eq(&a->c.mag[k], mag))
			return true;
	for (h = index_first(&a->by_peer, hash, &at); h; h = index_next(&a->by_peer, hash, &at))
		if (ip6_eq(&((struct pmip_tunnel *)slab_get(&a->tunnels, h))->remote, mag))
			return true;
	return false;
}

static bool no(const struct pmip_lma *a, const struct pmip_bce *b, const char *why, const char *clause)
{
	dsmip_discard(a->h, pbce_index(b), why, clause);
	return false;
}

/*
 * [RFC 5213 5.3.5] what is held is dropped. But a packet with the session's key from another MAG than the one that has
 * de-registered it tells that the mobile node is there by now, before its PBU does [R29275-5.3-03].
 */
static bool moved_on(const struct pmip_bce *b, const struct net_outer *o)
{
	const struct pmip_tunnel *t = pmip_lma_tunnel(b);

	return b->gre && o->keyed && t && !ip6_eq(&t->remote, &o->src);
}

static bool tunnel_in(void *owner, const struct net_rx *outer, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t len)
{
	struct pmip_lma *a = owner;
	const struct net_outer *o = &outer->outer;
	struct pmip_bce *b, *of_source;
	struct pmip_tunnel *t;

	if (!o->gre && is_signalling(a, inner_dst, inner, len))
		return true;
	of_source = pmip_lma_find(a, inner_src);
	b = o->gre && o->keyed ? pmip_lma_find_key(a, o->key) : of_source;
	if (!b || (held(b) && !moved_on(b, o)))
		return no(a, b, o->gre ? "gre-key-unknown" : "tunnel-no-session", "29.275 5.3");
	if (b != of_source)
		return no(a, b, "tunnel-inner-source", "RFC 5213 5.6.2");
	t = pmip_lma_tunnel(b);
	if (b->gre != o->gre || o->keyed != b->gre || (o->gre && (o->encap == ENCAP_UDP4) != b->tlv))
		return no(a, b, "tunnel-form", "29.275 6.1");
	if (b->gre ? !trusted(a, &o->src) : !t || !ip6_eq(&t->remote, &o->src))
		return no(a, b, "tunnel-source", "RFC 5213 5.6.2");
	if (t)
		t->packets_in++;
	return true;
}

bool pmip_lma_from_mag(const struct pmip_lma *a, const struct net_outer *o, const struct ip6_addr *inner_src,
		       const struct ip6_addr *inner_dst)
{
	const struct pmip_bce *b = o->gre ? NULL : pmip_lma_find(a, inner_src);
	const struct pmip_tunnel *t = b ? pmip_lma_tunnel(b) : NULL;

	return o->gre || (dsmip_is_mapped(inner_dst) && to_us(a, inner_dst)) || (t && ip6_eq(&t->remote, &o->src));
}

static bool home_address_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	struct pmip_lma *a = owner;

	(void)home_address;
	dsmip_discard(rx->host, 0, "home-address-option", "RFC 6275 9.3.1");
	if (net_error_allowed(a->h))
		dsmip_send_error(rx, MH_BE_UNKNOWN_BINDING, home_address, rx->outer.encap == ENCAP_UDP4, a->c.profile, 0);
	return false;
}

static bool rh2_in(void *owner, const struct net_rx *rx, const struct ip6_addr *home_address)
{
	(void)owner, (void)home_address;
	dsmip_discard(rx->host, 0, "routing-header", "RFC 5213 5.3.6");
	return false;
}

const struct net_hooks pmip_lma_hooks = {
	.divert = divert, .tunnel_in = tunnel_in, .home_address_in = home_address_in, .rh2_in = rh2_in, .gre = true,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 packets on their way in [RFC 791, RFC 1122 3.2.1]: for this node (its addresses, limited and subnet
 * broadcast, and what a DHCP client without an address is sent), to be forwarded, or dropped. Options are carried,
 * not acted upon; source routes are not followed.
 */
#include <string.h>

#include "net/ipsec_priv.h"
#include "wire/eth.h"

#define DHCP_CLIENT_PORT 68u

static void drop(struct net_in *c, const char *reason, const char *clause)
{
	net_drop(c->h, c->i, c->p, reason, clause);
}

static bool subnet_broadcast(const struct net_in *c, struct ip4_addr dst)
{
	uint32_t d = ip4_u32(dst), host;

	EACH_ADDR(a, c->h) {
		if (a->i != c->i || !net_is_mapped(&a->a) || a->len < 96 || a->len > 126)
			continue;
		host = UINT32_MAX >> (a->len - 96);
		if ((d | host) == d && ((ip4_u32(net_unmap(&a->a)) ^ d) & ~host) == 0)
			return true;
	}
	return false;
}

static bool unicast_source(struct ip4_addr a)
{
	return !ip4_is_multicast(a) && a.o[0] != 127 && a.o[0] < 240;
}

/* A DHCP answer sent to the address that the client does not have yet [RFC 2131 4.1]. */
static bool for_dhcp_client(const struct net_in *c, const struct ip4_packet *k)
{
	struct net_taker t;

	return k->h.proto == PROTO_UDP && k->upper_len >= 4 && k->upper[2] == 0 && k->upper[3] == DHCP_CLIENT_PORT &&
	       net_handler_find(c->h, HANDLER_UDP, DHCP_CLIENT_PORT, &t);
}

static bool ours(const struct net_in *c, const struct ip4_packet *k)
{
	struct ip6_addr dst = ip6_mapped(k->h.dst);

	if (net_addr_ours(c->h, &dst))
		return true;
	if (c->outer.encap != ENCAP_PLAIN)
		return false;
	if (c->l2_multicast)
		return ip4_u32(k->h.dst) == UINT32_MAX || subnet_broadcast(c, k->h.dst) ||
		       (ip4_is_multicast(k->h.dst) && k->h.dst.o[0] == 224 && !k->h.dst.o[1] && !k->h.dst.o[2]) ||
		       for_dhcp_client(c, k);
	return !c->h->profile->forward && for_dhcp_client(c, k);
}

/* Takes c->p. */
static void dispatch(struct net_in *c, const struct ip4_packet *k, struct net_rx *rx)
{
	struct net_outer outer = { .encap = ENCAP_IN4, .src = ip6_mapped(k->h.src), .dst = ip6_mapped(k->h.dst) };
	bool tunnels = c->h->hooks && c->h->hooks->tunnel_in;

	if (k->h.proto == PROTO_ESP && net_ipsec(c->h)) {
		ipsec_tunnel_in(net_ipsec(c->h), c, rx, &outer);
		return;
	}
	if (tunnels && (k->h.proto == PROTO_IP4 || k->h.proto == PROTO_IP6)) {
		net_tunnel_in(c, rx, &outer, k->upper, k->upper_len);
		return;
	}
	if (tunnels && k->h.proto == PROTO_GRE && c->h->hooks->gre) {
		net_gre_in(c, rx, &outer, k->upper, k->upper_len);
		return;
	}
	if (k->h.proto == PROTO_ICMP4) {
		net_icmp4_in(c, rx);
		return;
	}
	if (k->h.proto == PROTO_UDP) {
		if (net_admits(c, rx, PROTO_UDP) && net_udp_in(c, rx))
			return;
	} else if (!net_rest_in(c, rx)) {
		net_discard(c->h, c->i, "protocol-unknown", "RFC 1122 3.2.2.1");
		net_error4(c->h, c->i, c->p->data, c->p->len, c->l2_multicast, ICMP4_T_UNREACHABLE, ICMP4_U_PROTOCOL, 0);
	}
	moor_pkt_free(c->h->nw->w, c->p);
}

static void local4(struct net_in *c, const struct ip4_packet *k)
{
	struct net_rx rx = {
		.host = c->h, .iface = c->i, .outer = c->outer, .src4 = k->h.src, .dst4 = k->h.dst, .hop_limit = k->h.ttl,
		.protected = c->protected, .from = c->from,
		.payload = k->upper, .payload_len = k->upper_len, .packet = c->p->data, .packet_len = c->p->len,
	};

	if (ip4_is_fragment(&k->h))
		net_reassemble4(c, k);
	else
		dispatch(c, k, &rx);
}

void net_in4(struct net_in *c)
{
	struct ip4_packet k;

	if (!ip4_decode(c->p->data, c->p->len, &k, NULL)) {
		drop(c, k.fault.reason, "RFC 1122 3.2.1");
		return;
	}
	moor_pkt_trim(c->p, k.h.total_len);
	if (!unicast_source(k.h.src))
		drop(c, "source-address", "RFC 1122 3.2.1.3");
	else if (ours(c, &k))
		local4(c, &k);
	else if (c->h->profile->forward && !c->l2_multicast && k.h.dst.o[0] && k.h.dst.o[0] < 224)
		net_forward4(c);
	else
		drop(c, "not-for-us", "RFC 1122 3.2.1.3");
}

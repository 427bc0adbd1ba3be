/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP messages to this node: echo [RFC 4443 4, RFC 792], errors with their effect on path MTU and tunnels [RFC
 * 4443 2.4, RFC 8201 4, RFC 1191 3, RFC 2473 8], and neighbour discovery, which goes to nd.c.
 *
 * An error counts only when the packet it cites has one of our addresses as its source.
 */
#include <string.h>

#include "net/ipsec_priv.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

#define IP4_MTU_MIN 68u			/* RFC 791 */

static void tell_error(struct net_in *c, const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg,
		       const uint8_t *inner, uint32_t inner_len)
{
	struct net_listener *l = net_listener_at(c->h, c->h->listeners);
	const struct net_events *common = c->h->profile->events;

	if (common && common->icmp_error)
		common->icmp_error(c->h->hooks_owner, rx, type, code, arg, inner, inner_len);
	for (; l; l = net_listener_at(c->h, l->next))
		if (l->ev->icmp_error)
			l->ev->icmp_error(l->owner, rx, type, code, arg, inner, inner_len);
	if (c->h->hooks && c->h->hooks->events && c->h->hooks->events->icmp_error)
		c->h->hooks->events->icmp_error(c->h->hooks_owner, rx, type, code, arg, inner, inner_len);
}

static void echo_reply_in(struct net_in *c, struct net_rx *rx, uint16_t id)
{
	struct net_taker k;

	if (net_handler_find(c->h, HANDLER_ECHO, id, &k))
		k.fn.echo(k.owner, rx, rx->payload + ICMP6_LEN, rx->payload_len - ICMP6_LEN);
	else
		net_rest_in(c, rx);
}

/* ---- ICMPv6 ------------------------------------------------------------------------------------------------------ */

/* [RFC 4443 4.2] */
static void echo6(struct net_in *c, const struct ip6_packet *k, struct icmp6 *m)
{
	struct net_send s = { .dst = *ip6_upper_src(k), .next_header = PROTO_ICMP6, .trace_class = c->p->trace_class };
	struct moor_pkt *p;

	if (!ip6_is_multicast(&k->h.dst))
		s.src = *ip6_upper_dst(k);
	if (ip6_is_link_local(&s.dst) || ip6_is_multicast(&k->h.dst))
		s.via = c->i;
	if (ip6_is_zero(&s.src) && !net_addr_source(c->h, c->i, &s.dst, &s.src))
		return;
	if (ip6_is_zero(&s.dst) || ip6_is_multicast(&s.dst))
		return;
	m->type = ICMP6_T_ECHO_REPLY;
	p = moor_pkt_new(c->h->nw->w, ICMP6_LEN + m->body_len);
	icmp6_encode(m, &s.src, &s.dst, p->data, p->len);
	net_send6(c->h, p, &s);
}

/* A GRE header's octets, 0 when it cannot be read. */
static uint32_t gre_octets(const uint8_t *p, uint32_t n)
{
	struct gre_hdr g;

	return gre_decode(p, n, &g) ? g.len : 0;
}

/* How many octets of headers stand before the packet inside a tunnel packet of ours; 0: it is none. */
static uint32_t tunnel_headers6(const struct ip6_packet *k)
{
	bool fragment = k->fragment.present && (k->fragment.more || k->fragment.offset);
	uint32_t gre = k->proto == PROTO_GRE && !fragment ? gre_octets(k->upper, k->upper_len) : 0;

	if (gre)
		return (uint32_t)(k->upper - k->p) + gre;
	return (k->proto == PROTO_IP6 || k->proto == PROTO_IP4) && !fragment ? (uint32_t)(k->upper - k->p) : 0;
}

/* Which errors from inside a tunnel concern the inner packet's source [RFC 2473 8.1]. */
static bool reported6(const struct icmp6 *m, const struct ip6_packet *cited)
{
	if (m->type == ICMP6_T_TIME_EXCEEDED)
		return m->code == 0;
	if (m->type == ICMP6_T_PARAM_PROBLEM)
		return cited->has_encap_limit;
	return m->type == ICMP6_T_TOO_BIG || m->type == ICMP6_T_UNREACHABLE;
}

static void error6_in(struct net_in *c, struct net_rx *rx, const struct icmp6 *m)
{
	uint32_t arg = m->type == ICMP6_T_TOO_BIG ? m->mtu : m->type == ICMP6_T_PARAM_PROBLEM ? m->pointer : 0;
	struct ip6_packet cited;
	uint32_t headers;

	if (m->body_len < IP6_LEN || (!ip6_decode_capture(m->body, m->body_len, &cited, NULL) && !cited.len)) {
		net_discard(c->h, c->i, "icmp-citation", "RFC 4443 2.4");
		return;
	}
	if (!net_addr_ours(c->h, &cited.h.src)) {
		net_discard(c->h, c->i, "icmp-not-ours", "RFC 8201 4");
		return;
	}
	if (m->type == ICMP6_T_TOO_BIG) {
		if (m->mtu < IP6_MIN_MTU) {
			net_discard(c->h, c->i, "mtu-below-minimum", "RFC 8201 4");
			return;
		}
		net_pmtu_learn(c->h, &cited.h.dst, m->mtu);
	}
	headers = tunnel_headers6(&cited);
	if (headers && reported6(m, &cited))
		net_tunnel_error(c->h, rx, m->body, m->body_len, headers, m->type == ICMP6_T_TOO_BIG, arg);
	tell_error(c, rx, m->type, m->code, arg, m->body, m->body_len);
	net_rest_in(c, rx);
}

static void icmp6_take(struct net_in *c, struct net_rx *rx)
{
	const struct ip6_packet *k = rx->ip6;
	const char *why;
	struct icmp6 m;

	if (!ip6_upper_csum_ok(k)) {
		net_discard(c->h, c->i, "icmp6-checksum", "RFC 4443 2.3");
		return;
	}
	if (!icmp6_decode(rx->payload, rx->payload_len, &m, &why, NULL)) {
		net_discard(c->h, c->i, why, "RFC 4861 6.1");
		return;
	}
	if (icmp6_is_nd(m.type)) {
		net_nd_in(c, k, &m);
		return;
	}
	if (!net_admits(c, rx, PROTO_ICMP6))
		return;
	if (m.type == ICMP6_T_ECHO_REQUEST)
		echo6(c, k, &m);
	else if (m.type == ICMP6_T_ECHO_REPLY)
		echo_reply_in(c, rx, m.id);
	else if (icmp6_is_error(m.type))
		error6_in(c, rx, &m);
	else if (c->h->hooks && c->h->hooks->events && c->h->hooks->events->icmp6)
		c->h->hooks->events->icmp6(c->h->hooks_owner, rx, &m);
}

void net_icmp6_in(struct net_in *c, struct net_rx *rx)
{
	icmp6_take(c, rx);
	moor_pkt_free(c->h->nw->w, c->p);
}

/* ---- ICMPv4 ------------------------------------------------------------------------------------------------------ */

static void echo4(struct net_in *c, const struct net_rx *rx, struct icmp4 *m)
{
	struct ip6_addr dst = ip6_mapped(rx->dst4);
	struct net_addr *a = net_addr_ours(c->h, &dst);
	struct ip4_addr src = { { 0 } };
	struct moor_pkt *p;

	if (a)
		src = rx->dst4;
	m->type = ICMP4_T_ECHO_REPLY;
	p = moor_pkt_new(c->h->nw->w, ICMP4_LEN + m->body_len);
	icmp4_encode(m, p->data, p->len);
	net_send4(c->h, p, src, rx->src4, PROTO_ICMP4, NULL, c->p->trace_class);
}

static uint32_t tunnel_headers4(const struct ip4_packet *k)
{
	uint32_t gre;

	if (k->h.frag_offset)
		return 0;
	if (k->h.proto == PROTO_IP6 || k->h.proto == PROTO_IP4)
		return k->hdr_len;
	gre = k->h.proto == PROTO_GRE ? gre_octets(k->upper, k->upper_len) : 0;
	if (gre)
		return k->hdr_len + gre;
	if (k->h.proto == PROTO_UDP && k->upper_len >= UDP_LEN &&
	    (k->upper[2] << 8 | k->upper[3]) == PORT_DSMIP)
		return k->hdr_len + UDP_LEN;
	return 0;
}

static void error4_in(struct net_in *c, struct net_rx *rx, const struct icmp4 *m)
{
	bool too_big = m->type == ICMP4_T_UNREACHABLE && m->code == ICMP4_U_FRAG_NEEDED;
	uint32_t arg = too_big ? m->mtu : m->type == ICMP4_T_PARAM_PROBLEM ? m->pointer : 0;
	struct ip4_packet cited;
	struct ip6_addr a;
	uint32_t headers;

	if (!ip4_decode_capture(m->body, m->body_len, &cited, NULL)) {
		net_discard(c->h, c->i, "icmp-citation", "RFC 1122 3.2.2");
		return;
	}
	a = ip6_mapped(cited.h.src);
	if (!net_addr_ours(c->h, &a)) {
		net_discard(c->h, c->i, "icmp-not-ours", "RFC 1122 3.2.2");
		return;
	}
	if (too_big && !arg)
		arg = 576;			/* a router that does not say [RFC 1191 5] */
	a = ip6_mapped(cited.h.dst);
	if (too_big)
		net_pmtu_learn(c->h, &a, arg < IP4_MTU_MIN ? IP4_MTU_MIN : arg);
	headers = tunnel_headers4(&cited);
	if (headers && (m->type == ICMP4_T_UNREACHABLE || (m->type == ICMP4_T_TIME_EXCEEDED && !m->code)))
		net_tunnel_error(c->h, rx, m->body, m->body_len, headers, too_big, arg);
	tell_error(c, rx, m->type, m->code, arg, m->body, m->body_len);
	net_rest_in(c, rx);
}

static void icmp4_take(struct net_in *c, struct net_rx *rx)
{
	struct icmp4 m;

	if (!icmp4_decode(rx->payload, rx->payload_len, &m, NULL) || !m.csum_ok) {
		net_discard(c->h, c->i, "icmp4-checksum", "RFC 792");
		return;
	}
	if (!net_admits(c, rx, PROTO_ICMP4))
		return;
	if (m.type == ICMP4_T_ECHO_REQUEST)
		echo4(c, rx, &m);
	else if (m.type == ICMP4_T_ECHO_REPLY)
		echo_reply_in(c, rx, m.id);
	else if (icmp4_is_error(m.type) && m.type != ICMP4_T_REDIRECT)
		error4_in(c, rx, &m);
}

void net_icmp4_in(struct net_in *c, struct net_rx *rx)
{
	icmp4_take(c, rx);
	moor_pkt_free(c->h->nw->w, c->p);
}

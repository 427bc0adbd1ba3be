/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels without interfaces: an IPv4 or IPv6 packet goes into IPv6 [RFC 2473], into IPv4 [RFC 4213 3, RFC 2003]
 * or into UDP port 4191 over IPv4 [RFC 5555 4.1], with or without GRE (gre.c), and comes out again. The outer header
 * is written into the
 * packet's head-room: nothing is copied. The outer UDP checksum is 0, as RFC 768 allows and tunnels use.
 *
 * Size [RFC 2473 7, RFC 4213 3.2.2]: what is too long for the tunnel is answered with Packet Too Big (or
 * fragmentation needed) when its source can do something about it, else the outer packet is fragmented. Packets of
 * our own are fragmented before they enter. Errors from inside a tunnel are passed on to the source of the inner
 * packet [RFC 2473 8].
 *
 * The tunnel encapsulation limit is obeyed and counted down when the inner packet is itself a tunnel packet that
 * has one, and added where the tunnel wants it [RFC 2473 4.1.1]; see loop.c. Flow label and traffic class of the
 * outer header are 0 [RFC 2473 6.4, 6.5] but for explicit congestion notification: an ECN-capable packet's outer header
 * is ECN-capable too, and congestion that it met on the way is marked in the inner one [RFC 3168 9.1, full
 * functionality; RFC 5213 5.6.3].
 */
#include <string.h>

#include "net/ipsec_priv.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

const uint8_t net_tunnel_overhead[] = {
	[ENCAP_PLAIN] = 0, [ENCAP_IN6] = IP6_LEN, [ENCAP_IN4] = IP4_LEN, [ENCAP_UDP4] = IP4_LEN + UDP_LEN,
};

/* ---- explicit congestion notification ---------------------------------------------------------------------------- */

enum { ECN_ECT0 = 2, ECN_CE = 3 };

static uint8_t ecn_of(const uint8_t *p)
{
	return p[0] >> 4 == 6 ? p[1] >> 4 & 3 : p[1] & 3;
}

/* What the outer header says: that congestion was met before it is not repeated. */
static uint8_t ecn_outside(const uint8_t *inner)
{
	uint8_t ecn = ecn_of(inner);

	return ecn == ECN_CE ? ECN_ECT0 : ecn;
}

static void mark(uint8_t *p)
{
	uint8_t ecn = ecn_of(p);

	if (!ecn || ecn == ECN_CE)
		return;
	if (p[0] >> 4 == 6)
		p[1] |= ECN_CE << 4;
	else
		ip4_mark_congested(p);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static bool inner_ends(const uint8_t *p, uint32_t n, struct ip6_addr *src, struct ip6_addr *dst)
{
	struct ip4_addr a;

	if (n >= IP6_LEN && p[0] >> 4 == 6) {
		memcpy(src->o, p + 8, 16);
		memcpy(dst->o, p + 24, 16);
		return true;
	}
	if (n < IP4_LEN || p[0] >> 4 != 4)
		return false;
	memcpy(a.o, p + 12, 4);
	*src = ip6_mapped(a);
	memcpy(a.o, p + 16, 4);
	*dst = ip6_mapped(a);
	return true;
}

/* Link-local addresses and groups have no meaning at the other end of a tunnel [RFC 6275 10.4.2]. */
static bool may_travel(const struct ip6_addr *src, const struct ip6_addr *dst)
{
	return !ip6_is_link_local(src) && !ip6_is_link_local(dst) && !ip6_is_multicast(dst) &&
	       !(net_is_mapped(dst) && dst->o[12] >= 224);
}

void net_tunnel_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer, const uint8_t *inner,
		   uint32_t inner_len)
{
	const struct net_hooks *hooks = c->h->hooks;
	uint32_t outer_len = (uint32_t)(inner - c->p->data);
	bool congested = ecn_of(c->p->data) == ECN_CE;
	struct net_rx seen = *rx;
	struct ip6_addr src, dst;
	const char *why = NULL;

	seen.outer = *outer;
	if (!inner_ends(inner, inner_len, &src, &dst))
		why = "inner-header";
	else if (c->depth >= NET_DEPTH_MAX)
		why = "tunnel-depth";
	else if (!may_travel(&src, &dst))
		why = "inner-address";
	else if (net_ipsec(c->h) && !ipsec_admits_inner(net_ipsec(c->h), inner, inner_len))
		why = "policy";
	else if (!hooks->tunnel_in(c->h->hooks_owner, &seen, &src, &dst, inner, inner_len))
		why = "tunnel-refused";
	if (why) {
		net_drop(c->h, c->i, c->p, why, "RFC 2473 3.1");
		return;
	}
	c->depth++;
	c->outer = *outer;
	c->protected = false;		/* the SA's selector was about the outer packet */
	moor_pkt_pull(c->p, outer_len);
	moor_pkt_trim(c->p, inner_len);
	if (congested)
		mark(c->p->data);
	net_in_ip(c);
}

/* ---- out: headers ------------------------------------------------------------------------------------------------ */

static struct moor_pkt *push_outer6(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, int limit,
				    uint8_t hop_limit, uint8_t next, uint8_t ecn)
{
	if (limit >= 0) {
		p = moor_pkt_push(h->nw->w, p, IP6_ENCAP_LIMIT_LEN);
		ip6_push_encap_limit(p->data + IP6_ENCAP_LIMIT_LEN, IP6_ENCAP_LIMIT_LEN, next, (uint8_t)limit);
		next = PROTO_DSTOPTS;
	}
	p = net_push6(h, p, &t->local, &t->remote, next, hop_limit);
	p->data[1] |= (uint8_t)(ecn << 4);
	return p;
}

static struct moor_pkt *push_outer4(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, bool df,
				    uint8_t hop_limit, uint8_t next, uint8_t ecn)
{
	struct ip4_hdr hdr = { .src = net_unmap(&t->local), .dst = net_unmap(&t->remote), .ttl = hop_limit, .df = df,
			       .tos = ecn, .proto = next, .id = (uint16_t)h->ids++ };
	size_t payload = p->len;

	if (t->encap == ENCAP_UDP4) {
		p = moor_pkt_push(h->nw->w, p, UDP_LEN);
		udp_push_nocsum(p->data + UDP_LEN, UDP_LEN, t->sport, t->dport, payload);
		hdr.proto = PROTO_UDP;
	}
	hdr.total_len = (uint16_t)(p->len + IP4_LEN);
	p = moor_pkt_push(h->nw->w, p, IP4_LEN);
	ip4_push(p->data + IP4_LEN, IP4_LEN, &hdr);
	return p;
}

/* ---- out: sizes -------------------------------------------------------------------------------------------------- */

struct exit {
	struct net_host *h;
	const struct net_tunnel *t;
	struct net_iface *in;		/* of a forwarded packet, NULL: ours */
	struct net_hop hop;
	uint32_t path;			/* MTU towards the exit */
	uint32_t overhead;
	int limit;			/* encapsulation limit, -1: none */
	moor_handle child;		/* in ESP by this child SA; 0: as it is */
	bool udp6;			/* ESP in UDP over IPv6: with a checksum [RFC 3948 2.1, RFC 8200 8.1] */
};

/* The longest inner packet that needs no fragments of the outer one. */
static uint32_t inner_max(const struct exit *e)
{
	uint32_t octets = e->path - e->overhead;

	return e->child ? ipsec_inner_max(net_ipsec(e->h), e->child, octets) : octets;
}

static uint32_t tunnel_mtu(const struct exit *e)
{
	return e->t->mtu ? e->t->mtu : inner_max(e);
}

/* Does the packet fit, or may it be helped by fragments of the outer packet? Else its source is told. */
static bool fits(const struct exit *e, const struct moor_pkt *p)
{
	uint32_t mtu = tunnel_mtu(e);
	bool v6 = p->data[0] >> 4 == 6;

	if (p->len <= mtu)
		return true;
	if (v6 ? p->len <= IP6_MIN_MTU : !(p->data[6] & 0x40))
		return true;
	if (v6 && mtu < IP6_MIN_MTU)
		mtu = IP6_MIN_MTU;
	net_trouble(e->h, e->in, p->data, p->len, TROUBLE_TOO_BIG, mtu);
	return false;
}

static void enter(const struct exit *e, struct moor_pkt *p)
{
	uint8_t hop_limit = e->t->hop_limit ? e->t->hop_limit : 64;
	bool v6 = p->data[0] >> 4 == 6;
	/* [RFC 4213 3.2.2] [RFC 2003 3.1] do not fragment what can do without */
	bool df = p->len <= inner_max(e) && (v6 ? inner_max(e) >= IP6_MIN_MTU : p->data[6] & 0x40);
	uint8_t next = v6 ? PROTO_IP6 : PROTO_IP4, ecn = ecn_outside(p->data);

	if (e->t->gre) {
		p = net_gre_push(e->h, p, e->t);
		next = PROTO_GRE;
	}
	if (e->child) {
		p = ipsec_wrap(net_ipsec(e->h), p, e->child);
		if (!p)
			return;
		next = PROTO_ESP;
	}
	if (e->udp6) {
		size_t n = p->len;

		p = moor_pkt_push(e->h->nw->w, p, UDP_LEN);
		udp_push6(p->data + UDP_LEN, UDP_LEN, e->t->sport, e->t->dport, &e->t->local, &e->t->remote, n);
		next = PROTO_UDP;
	}
	if (e->t->encap == ENCAP_IN6)
		p = push_outer6(e->h, p, e->t, e->limit, hop_limit, next, ecn);
	else
		p = push_outer4(e->h, p, e->t, df, hop_limit, next, ecn);
	net_emit(e->h, p, &e->hop, e->path);
}

/* Our own packet: cut to the tunnel's size before it enters, as its source should [RFC 8200 5]. */
static void enter_own(const struct exit *e, struct moor_pkt *p)
{
	bool v6 = p->data[0] >> 4 == 6;
	uint32_t mtu = tunnel_mtu(e);
	struct moor_pkt *next;

	if (v6 && mtu < IP6_MIN_MTU)
		mtu = IP6_MIN_MTU;
	if (p->len <= mtu) {
		enter(e, p);
		return;
	}
	for (p = v6 ? net_fragment6(e->h, p, mtu) : net_fragment4(e->h, p, mtu); p; p = next) {
		next = p->next;
		p->next = NULL;
		enter(e, p);
	}
}

bool net_tunnel_esp(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, moor_handle child,
		    struct net_iface *in)
{
	struct exit e = { .h = h, .t = t, .in = in, .child = child,
			  .overhead = net_tunnel_overhead[t->encap] + net_gre_overhead(t) };
	uint32_t pointer = 0;

	e.udp6 = child && t->encap == ENCAP_IN6 && t->dport;
	if (e.udp6)
		e.overhead += UDP_LEN;
	e.limit = t->encap == ENCAP_IN6 ? net_encap_limit(p->data, (uint32_t)p->len, &pointer) : -1;
	if (e.limit == -2) {
		if (in)
			net_error6(h, in, p->data, p->len, false, ICMP6_T_PARAM_PROBLEM, ICMP6_P_FIELD, pointer);
		net_drop(h, in, p, "encapsulation-limit", "RFC 2473 4.1.1");
		return false;
	}
	if (e.limit == -1 && net_in_tunnel(p->data) && net_tunnel_recursive(p->data, (uint32_t)p->len, t)) {
		net_drop(h, in, p, "recursive-encapsulation", "RFC 2473 4.1.2");
		return false;
	}
	if (e.limit == -1 && t->encap == ENCAP_IN6 && t->encap_limit)
		e.limit = t->encap_limit;
	if (e.limit >= 0)
		e.overhead += IP6_ENCAP_LIMIT_LEN;
	if (!net_route_find(h, &t->local, &t->remote, t->via, &e.hop)) {
		if (in)
			net_trouble(h, in, p->data, p->len, TROUBLE_UNREACHABLE, 0);
		net_drop(h, in, p, "tunnel-no-route", "RFC 2473 3.1");
		return false;
	}
	e.path = net_hop_mtu(h, &e.hop, &t->remote);
	if (p->len + e.overhead > 65535) {
		net_drop(h, in, p, "packet-too-long", "RFC 2473 7");
	} else if (!in) {
		enter_own(&e, p);
	} else if (fits(&e, p)) {
		enter(&e, p);
	} else {
		net_drop(h, in, p, "tunnel-too-big", "RFC 2473 7.1");
		return false;
	}
	return true;
}

static bool tunnel_out(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, struct net_iface *in)
{
	struct net_tunnel esp;
	moor_handle child;

	if (t->encap == ENCAP_PLAIN)
		return net_originate(h, p, NULL, NULL, true);
	if (!net_ipsec(h))
		return net_tunnel_esp(h, p, t, 0, in);
	switch (ipsec_tunnel_way(net_ipsec(h), p, t, &esp, &child)) {
	case WAY_PLAIN:
		return net_tunnel_esp(h, p, t, 0, in);
	case WAY_ESP:
		return net_tunnel_esp(h, p, &esp, child, in);
	case WAY_NONE:
		break;
	}
	moor_pkt_free(h->nw->w, p);
	return false;
}

bool net_tunnel_out(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, struct net_iface *in)
{
	for (; t->also; t = t->also)
		tunnel_out(h, moor_pkt_copy(h->nw->w, p), t, in);
	return tunnel_out(h, p, t, in);
}

uint32_t net_tunnel_mtu(const struct net_host *h, const struct net_tunnel *t)
{
	uint32_t overhead = net_tunnel_overhead[t->encap] + net_gre_overhead(t), path;
	struct net_hop hop;

	if (t->mtu || !net_route_find(h, &t->local, &t->remote, t->via, &hop))
		return t->mtu;
	path = net_hop_mtu(h, &hop, &t->remote);
	if (t->encap == ENCAP_IN6 && t->encap_limit)
		overhead += IP6_ENCAP_LIMIT_LEN;
	return path > overhead ? path - overhead : 0;
}

/* ---- errors from inside a tunnel [RFC 2473 8] -------------------------------------------------------------------- */

void net_tunnel_error(struct net_host *h, const struct net_rx *rx, const uint8_t *outer, uint32_t len,
		      uint32_t headers, bool too_big, uint32_t mtu)
{
	const uint8_t *inner = outer + headers;
	uint32_t n = len - headers, size;
	struct ip6_addr src, dst;

	if (len <= headers || !inner_ends(inner, n, &src, &dst) || net_addr_ours(h, &src))
		return;
	if (!too_big) {
		net_trouble(h, rx->iface, inner, n, TROUBLE_UNREACHABLE, 0);
		return;
	}
	mtu = mtu > headers ? mtu - headers : 0;
	if (inner[0] >> 4 == 6) {
		size = IP6_LEN + ((uint32_t)inner[4] << 8 | inner[5]);
		if (size <= IP6_MIN_MTU)
			return;
		if (mtu < IP6_MIN_MTU)
			mtu = IP6_MIN_MTU;
	} else if (!(inner[6] & 0x40)) {
		return;
	}
	net_trouble(h, rx->iface, inner, n, TROUBLE_TOO_BIG, mtu);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP errors that this node originates [RFC 4443 2.4 c, e, f and 3; RFC 792, RFC 1812 4.3.2]: never about errors,
 * groups or senders that are not one node, never more than a token bucket allows, and with as much of the packet
 * as fits.
 */
#include <string.h>

#include "net/core.h"

#define HOST_GAP (100 * MOOR_MS)	/* RFC 4443 2.4 f: B = 10, N = 10/s for small devices */
#define HOST_BURST 10
#define ROUTER_GAP (1 * MOOR_MS)	/* … and more where many nodes are served */
#define ROUTER_BURST 1000
#define ERROR4_BODY_MAX (576u - IP4_LEN - ICMP4_LEN)	/* RFC 1812 4.3.2.3 */

/* Token bucket, as the theoretical arrival time of the next error. */
bool net_error_allowed(struct net_host *h)
{
	struct net_extra *x = net_extra(h);
	moor_time now = net_now(h);
	moor_time gap = h->profile->forward ? ROUTER_GAP : HOST_GAP;
	moor_time burst = gap * ((h->profile->forward ? ROUTER_BURST : HOST_BURST) - 1);

	if (x->error_tat < now)
		x->error_tat = now;
	if (x->error_tat - now > burst)
		return false;
	x->error_tat += gap;
	return true;
}

/* Is the packet itself an ICMPv6 error or a redirect? Looks through extension headers; unsure counts as yes. */
static bool is_error6(const uint8_t *p, uint32_t n)
{
	struct ip6_packet k;

	if (!ip6_decode_capture(p, n, &k, NULL))
		return k.proto == PROTO_ICMP6;
	if (k.proto != PROTO_ICMP6)
		return false;
	if (k.fragment.present && k.fragment.offset)
		return true;
	return !k.upper_len || icmp6_is_error(k.upper[0]) || k.upper[0] == ICMP6_T_REDIRECT;
}

static bool answerable6(const uint8_t *p, uint32_t n, bool l2_multicast, uint8_t type, uint8_t code)
{
	struct ip6_addr src, dst;
	bool exempt = type == ICMP6_T_TOO_BIG || (type == ICMP6_T_PARAM_PROBLEM && code == ICMP6_P_OPTION);

	if (n < IP6_LEN)
		return false;
	memcpy(src.o, p + 8, 16);
	memcpy(dst.o, p + 24, 16);
	if (ip6_is_zero(&src) || ip6_is_multicast(&src))
		return false;
	if ((l2_multicast || ip6_is_multicast(&dst)) && !exempt)
		return false;
	return !is_error6(p, n);
}

/* [RFC 4443 2.2] the address the packet was sent to, when it is ours, else one of the interface it came by */
static bool error_source(struct net_host *h, struct net_iface *i, const struct ip6_addr *to, const struct ip6_addr *dst,
			 struct ip6_addr *out)
{
	struct net_hop hop = { .i = i };

	if (net_addr_ours(h, dst)) {
		*out = *dst;
		return true;
	}
	if (!i && !net_route_find(h, NULL, to, NULL, &hop))
		hop.i = net_iface_any(h);
	return net_addr_source(h, hop.i, to, out);
}

void net_error6(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, bool l2_multicast,
		uint8_t type, uint8_t code, uint32_t arg)
{
	struct icmp6 m = { .type = type, .code = code, .mtu = arg, .pointer = arg };
	struct net_send s = { .next_header = PROTO_ICMP6, .trace_class = CLASS_ERROR };
	struct ip6_addr dst;
	struct moor_pkt *p;

	if (!answerable6(packet, len, l2_multicast, type, code) || !net_error_allowed(h))
		return;
	memcpy(s.dst.o, packet + 8, 16);
	memcpy(dst.o, packet + 24, 16);
	if (ip6_is_link_local(&s.dst))
		s.via = i;
	if (!error_source(h, i, &s.dst, &dst, &s.src))
		return;
	m.body_len = len < ICMP6_ERROR_BODY_MAX ? len : ICMP6_ERROR_BODY_MAX;
	p = moor_pkt_new(h->nw->w, ICMP6_LEN + m.body_len);
	m.body = memcpy(p->data + ICMP6_LEN, packet, m.body_len);
	icmp6_encode(&m, &s.src, &s.dst, p->data, p->len);
	net_send6(h, p, &s);
}

/* [RFC 1122 3.2.2] */
static bool answerable4(const uint8_t *p, uint32_t n, bool l2_multicast)
{
	uint32_t hdr = n ? (p[0] & 15u) * 4 : 0;
	struct ip4_addr src, dst;

	if (n < IP4_LEN || n < hdr || hdr < IP4_LEN)
		return false;
	memcpy(src.o, p + 12, 4);
	memcpy(dst.o, p + 16, 4);
	if (l2_multicast || ip4_is_zero(src) || src.o[0] >= 224 || dst.o[0] >= 224 || src.o[0] == 127)
		return false;
	if ((p[6] & 0x1f) || p[7])
		return false;				/* not a first fragment */
	return p[9] != PROTO_ICMP4 || (n > hdr && !icmp4_is_error(p[hdr]));
}

void net_error4(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, bool l2_multicast,
		uint8_t type, uint8_t code, uint32_t arg)
{
	struct icmp4 m = { .type = type, .code = code, .mtu = (uint16_t)(arg > 65535 ? 65535 : arg),
			   .pointer = (uint8_t)arg };
	struct ip6_addr to, dst, src;
	struct ip4_addr a;
	struct moor_pkt *p;

	if (!answerable4(packet, len, l2_multicast) || !net_error_allowed(h))
		return;
	memcpy(a.o, packet + 16, 4);
	dst = ip6_mapped(a);
	memcpy(a.o, packet + 12, 4);
	to = ip6_mapped(a);
	if (!error_source(h, i, &to, &dst, &src))
		return;
	m.body_len = len < ERROR4_BODY_MAX ? len : ERROR4_BODY_MAX;
	p = moor_pkt_new(h->nw->w, ICMP4_LEN + m.body_len);
	m.body = memcpy(p->data + ICMP4_LEN, packet, m.body_len);
	icmp4_encode(&m, p->data, p->len);
	net_send4(h, p, net_unmap(&src), a, PROTO_ICMP4, NULL, CLASS_ERROR);
}

void net_trouble(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, enum net_trouble what,
		 uint32_t mtu)
{
	static const struct { uint8_t type6, code6, type4, code4; } answer[] = {
		[TROUBLE_NO_ROUTE] = { ICMP6_T_UNREACHABLE, ICMP6_U_NO_ROUTE, ICMP4_T_UNREACHABLE, ICMP4_U_NET },
		[TROUBLE_UNREACHABLE] = { ICMP6_T_UNREACHABLE, ICMP6_U_ADDRESS, ICMP4_T_UNREACHABLE, ICMP4_U_HOST },
		[TROUBLE_TOO_BIG] = { ICMP6_T_TOO_BIG, 0, ICMP4_T_UNREACHABLE, ICMP4_U_FRAG_NEEDED },
	};
	struct ip6_addr src;
	struct ip4_addr a;
	bool v6 = len && packet[0] >> 4 == 6;

	if (len < (v6 ? IP6_LEN : IP4_LEN))
		return;
	if (v6) {
		memcpy(src.o, packet + 8, 16);
	} else {
		memcpy(a.o, packet + 12, 4);
		src = ip6_mapped(a);
	}
	if (net_addr_ours(h, &src))
		return;				/* our own packets need no letter to ourselves */
	if (v6)
		net_error6(h, i, packet, len, false, answer[what].type6, answer[what].code6, mtu);
	else
		net_error4(h, i, packet, len, false, answer[what].type4, answer[what].code4, mtu);
}

/* About what came encrypted nothing is said in clear: the letter would cite what it said. */
void net_icmp6_error(const struct net_rx *rx, uint8_t type, uint8_t code, uint32_t arg)
{
	if (rx->protected)
		return;
	net_error6(rx->host, rx->iface, rx->packet, rx->packet_len, false, type, code, arg);
}

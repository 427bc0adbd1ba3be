/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: whole packets of a stack above this one
 *
 * Programs of live runs have a kernel's stack of their own, whose packets leave as if this node had made them:
 * the hooks of mobility, tunnels and ESP are asked as for any other. Fragments are refused: whoever sends is told an
 * MTU that needs none [RFC 8200 5, RFC 791 2.3].
 */
#include "net/core.h"

enum { IP4_LEN_MIN = 20, IP4_MORE_OR_OFFSET = 0x3fff };

static uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static bool unicast_of_ours(struct net_host *h, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	return net_address_is_ours(h, src) && !ip6_is_zero(dst) && !ip6_is_multicast(dst);
}

static bool send6(struct net_host *h, const uint8_t *p, size_t len)
{
	struct net_send s = { .next_header = p[6], .hop_limit = p[7], .trace_class = CLASS_DATA,
			      .traffic_class = (uint8_t)(p[0] << 4 | p[1] >> 4) };
	size_t n = be16(p + 4);

	memcpy(s.src.o, p + 8, 16);
	memcpy(s.dst.o, p + 24, 16);
	if (IP6_LEN + n > len || !unicast_of_ours(h, &s.src, &s.dst))
		return false;
	return net_send6(h, moor_pkt_from(h->nw->w, p + IP6_LEN, n), &s);
}

static bool send4(struct net_host *h, const uint8_t *p, size_t len)
{
	size_t head = (p[0] & 15u) * 4u, n = be16(p + 2);
	struct ip4_addr src = { { p[12], p[13], p[14], p[15] } }, dst = { { p[16], p[17], p[18], p[19] } };
	struct ip6_addr from = ip6_mapped(src), to = ip6_mapped(dst);

	if (head < IP4_LEN_MIN || n < head || n > len || be16(p + 6) & IP4_MORE_OR_OFFSET)
		return false;
	if (dst.o[0] >= 224 || !unicast_of_ours(h, &from, &to))
		return false;
	return net_send4(h, moor_pkt_from(h->nw->w, p + head, n - head), src, dst, p[9], NULL, CLASS_DATA);
}

bool net_send_packet(struct net_host *h, const uint8_t *packet, size_t len)
{
	if (len >= IP6_LEN && packet[0] >> 4 == 6)
		return send6(h, packet, len);
	return len >= IP4_LEN_MIN && packet[0] >> 4 == 4 && send4(h, packet, len);
}

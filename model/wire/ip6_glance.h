/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shapes of IPv6 headers that nearly every packet has, seen at a glance: no extension header, or a single one with
 * a home address in it as everybody lays it out. For those who take apart millions of packets; what is not of these
 * shapes goes through ip6_decode. [RFC 8200 3, RFC 6275 6.3, 6.4]
 */
#ifndef MOOR_WIRE_IP6_GLANCE_H
#define MOOR_WIRE_IP6_GLANCE_H

#include "wire/ip6.h"

/* Where the upper layer begins and ends, and the home address on the way there, which is its 16 octets before `at`. */
struct ip6_glance {
	uint32_t at, end;		/* octets from the IPv6 header on */
	uint8_t proto;			/* of the upper layer */
	bool hao, rh2;			/* a Home Address option; a type 2 routing header with a segment left */
};

/* False: another shape, or not all of it is among the n octets. */
static inline bool ip6_glance(const uint8_t *p, size_t n, struct ip6_glance *g)
{
	static const uint8_t option[7] = { 2, 1, 2, 0, 0, 201, 16 }, routing[3] = { 2, 2, 1 };

	if (n < IP6_LEN || p[0] >> 4 != 6)
		return false;
	g->end = IP6_LEN + load16(p + 4);
	if (g->end > n)
		return false;
	g->at = IP6_LEN;
	g->proto = p[6];
	g->hao = g->rh2 = false;
	if (!ip6_is_extension(g->proto))
		return true;
	if (g->end < IP6_LEN + IP6_HAO_LEN)
		return false;
	g->hao = g->proto == PROTO_DSTOPTS && !memcmp(p + IP6_LEN + 1, option, sizeof option);
	g->rh2 = g->proto == PROTO_ROUTING && !memcmp(p + IP6_LEN + 1, routing, sizeof routing);
	g->at += IP6_HAO_LEN;
	g->proto = p[IP6_LEN];
	return (g->hao || g->rh2) && !ip6_is_extension(g->proto);
}

#endif

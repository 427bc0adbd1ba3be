/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: packets that come into a tunnel which they have not left yet
 *
 * Two home agents that hold bindings to each other's home addresses would wrap a packet for ever: every wrapping gives
 * it a new hop limit [RFC 2473 4.1.3; RFC 6275 15.1; 24.303 4.3, note; R24303-4.3-02]. Two things end that:
 *
 *	the Tunnel Encapsulation Limit option [RFC 2473 4.1.1], where it is configured (net_tunnel.encap_limit)
 *	or present: it counts down over all tunnels of all nodes, and at 0 the packet goes no further;
 *	a look into the packet where there is no such option, so in IPv4 always: when a header inside says that the
 *	packet is in this very tunnel already, it is dropped [RFC 2473 4.1.2, RFC 2003 3.2].
 *
 * Both only cost something for packets that are tunnel packets already.
 */
#include <string.h>

#include "net/core.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

#define DSMIP_UDP_PORT 4191u
#define OPTION_PAD1 0u

/* A header chain on its way down: where it is, and what comes there. */
struct depth {
	const uint8_t *p;
	uint32_t n, at;
	uint8_t next;
};

static bool is_extension(uint8_t next)
{
	return next == PROTO_HOPOPTS || next == PROTO_ROUTING || next == PROTO_DSTOPTS || next == PROTO_FRAGMENT;
}

/* Behind the extension header at d->at. False: that cannot be read, or is not the beginning of a packet. */
static bool step(struct depth *d)
{
	const uint8_t *h = d->p + d->at;
	uint32_t len;

	if (d->at + 8 > d->n)
		return false;
	len = d->next == PROTO_FRAGMENT ? 8 : 8u * (h[1] + 1u);
	if (d->next == PROTO_FRAGMENT && ((h[2] << 8 | h[3]) & 0xfff8))
		return false;
	d->next = h[0];
	d->at += len;
	return d->at <= d->n;
}

/* The option within the destination options header at d->at; 0: it is not there, else where its value is. */
static uint32_t option_at(const struct depth *d)
{
	uint32_t at = d->at + 2, end = d->at + 8 <= d->n ? d->at + 8u * (d->p[d->at + 1] + 1u) : 0;

	if (end > d->n)
		return 0;
	while (at < end) {
		if (d->p[at] == OPTION_PAD1) {
			at++;
			continue;
		}
		if (at + 2 > end || at + 2 + d->p[at + 1] > end)
			return 0;
		if (d->p[at] == IP6_OPT_ENCAP_LIMIT && d->p[at + 1] == 1)
			return at + 2;
		at += 2u + d->p[at + 1];
	}
	return 0;
}

int net_encap_limit(const uint8_t *p, uint32_t n, uint32_t *pointer)
{
	struct depth d = { .p = p, .n = n, .at = IP6_LEN, .next = n >= IP6_LEN ? p[6] : PROTO_NONE };

	if (n < IP6_LEN || p[0] >> 4 != 6)
		return -1;
	while (is_extension(d.next)) {
		uint32_t at = d.next == PROTO_DSTOPTS ? option_at(&d) : 0;

		if (at) {
			*pointer = at;
			return p[at] ? p[at] - 1 : -2;
		}
		if (!step(&d))
			break;
	}
	return -1;
}

/* Past a GRE header, behind a TLV header or not [RFC 5845 7.2]; false: there is none that could be read. */
static bool past_gre(struct depth *d, bool tlv)
{
	struct gre_hdr g;

	if (tlv)
		d->at += UDP_TLV_LEN;
	if (d->at >= d->n || !gre_decode(d->p + d->at, d->n - d->at, &g))
		return false;
	d->at += g.len;
	return d->at < d->n;
}

/* Into what the packet at d->at carries; false: no tunnel packet. */
static bool descend(struct depth *d, struct ip6_addr *src, struct ip6_addr *dst)
{
	struct ip4_addr a;
	const uint8_t *o;

	if (d->next == PROTO_UDP) {
		o = d->p + d->at;
		if (d->at + UDP_LEN > d->n || (o[2] << 8 | o[3]) != DSMIP_UDP_PORT)
			return false;
		d->at += UDP_LEN;
		if (d->at < d->n && o[UDP_LEN] >> 4 != 6 && o[UDP_LEN] >> 4 != 4 && !past_gre(d, true))
			return false;
	} else if (d->next == PROTO_GRE) {
		if (!past_gre(d, false))
			return false;
	} else if (d->next != PROTO_IP6 && d->next != PROTO_IP4) {
		return false;
	}
	o = d->p + d->at;
	if (d->at + IP6_LEN <= d->n && o[0] >> 4 == 6) {
		memcpy(src->o, o + 8, 16);
		memcpy(dst->o, o + 24, 16);
		d->next = o[6];
		d->at += IP6_LEN;
		while (is_extension(d->next) && step(d))
			;
		return true;
	}
	if (d->at + IP4_LEN > d->n || o[0] >> 4 != 4 || (o[0] & 15) < 5)
		return false;
	memcpy(a.o, o + 12, 4);
	*src = ip6_mapped(a);
	memcpy(a.o, o + 16, 4);
	*dst = ip6_mapped(a);
	d->next = (o[6] << 8 | o[7]) & 0x1fff ? PROTO_NONE : o[9];
	d->at += 4u * (o[0] & 15);
	return true;
}

bool net_tunnel_recursive(const uint8_t *p, uint32_t n, const struct net_tunnel *t)
{
	struct depth d = { .p = p, .n = n, .at = 0, .next = PROTO_IP6 };
	struct ip6_addr src, dst;

	while (descend(&d, &src, &dst))
		if (ip6_eq(&src, &t->local) && ip6_eq(&dst, &t->remote))
			return true;
	return false;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames of every link type a capture may hold, down to the innermost transport payload, through tunnels. This is
 * what replay and summaries work on; nothing is printed. Link types are our own: the file format's numbers are its
 * reader's matter.
 */
#ifndef MOOR_WIRE_FRAME_H
#define MOOR_WIRE_FRAME_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"
#include "wire/tunnel.h"

enum wire_link {
	WIRE_LINK_ETHERNET,
	WIRE_LINK_RAW,			/* IPv4 or IPv6 by its version nibble */
	WIRE_LINK_IP4,
	WIRE_LINK_IP6,
	WIRE_LINK_SLL,			/* Linux cooked capture v1 */
	WIRE_LINK_SLL2,			/* Linux cooked capture v2 */
	WIRE_LINK_NULL,			/* BSD loopback: 4 octets address family, in either octet order */
	WIRE_LINK_LOOP,			/* OpenBSD loopback: the same in network order */
	WIRE_LINK_PPP			/* protocol field behind an optional ff 03 */
};

const char *wire_link_name(enum wire_link t);		/* "ethernet", "linux-cooked-v2", ... */

struct link_view {
	enum wire_link kind;
	bool has_src, has_dst;		/* hardware addresses of 6 octets */
	struct mac_addr src, dst;
	uint16_t type;			/* ethertype (also made up for raw and loopback links), 0 when unknown */
	uint8_t pkttype;		/* cooked: 0 to us, 1 broadcast, 2 multicast, 3 others', 4 from us */
	uint8_t len;			/* octets of the link header */
	uint16_t vlan;
	uint16_t arphrd;		/* cooked: ARPHRD value; 1 Ethernet, 772 loopback, 768 and 769 tunnels */
	uint32_t ifindex;		/* cooked v2; else 0 */
};

/* False when the link header does not fit. */
bool link_decode(enum wire_link kind, const uint8_t *p, size_t n, struct link_view *out);

#define FRAME_MAX_IP 8u			/* nested IP layers kept; deeper ones end the walk with fault "too-deep" */

struct frame_ip {
	uint8_t family;			/* 4 or 6 */
	uint8_t encap;			/* enum encap: how the layer outside carries this one */
	uint8_t hop_limit;		/* or TTL */
	uint8_t proto;			/* upper-layer protocol behind the extension headers */
	uint16_t sport, dport;		/* when proto is UDP or TCP and the ports are there, else 0 */
	uint32_t offset;		/* of this IP header in the frame */
	uint32_t len;			/* octets of this IP packet that are there */
	uint32_t gre_key;		/* encap GRE with key; else 0 */
	bool fragment;			/* a fragment (of any offset) */
	bool cut;			/* claims more octets than were captured */
	bool has_hao, has_rh2;
	struct ip6_addr src, dst;	/* IPv4 as ::ffff:a.b.c.d */
	struct ip6_addr hao, rh2;	/* valid when has_hao, has_rh2 */
};

struct frame_view {
	struct link_view link;
	const uint8_t *p;		/* lent: the frame */
	uint32_t n;
	uint8_t n_ip;			/* 0: ARP, or not IP at all */
	struct frame_ip ip[FRAME_MAX_IP];	/* outermost first */

	/* The innermost layer reached. */
	uint8_t proto;			/* upper protocol of ip[n_ip - 1]; PROTO_MH also for MH straight in UDP 5436 */
	const uint8_t *upper;		/* lent: its transport header, or a fragment's part */
	uint32_t upper_len;
	const uint8_t *payload;		/* lent: behind the UDP header; equals upper for others */
	uint32_t payload_len;
	const uint8_t *mh;		/* lent: Mobility Header, or NULL */
	uint32_t mh_len;		/* octets there; the header's own length may claim more or less */
	bool mh_in_udp;			/* straight in UDP 5436, its checksum is not used [RFC 5844 4.1.3.3] */
	bool csum_bad;			/* MH or ICMP checksum wrong, where it could be verified */
	struct fault fault;		/* what ended the walk early; NULL reason: nothing */
};

/* False when nothing was understood (not even a link header). Fragments are not reassembled: the walk ends there. */
bool frame_view_make(enum wire_link kind, const uint8_t *p, size_t n, struct frame_view *out);

/*
 * The IKE message of the innermost layer, behind the non-ESP marker if there is one, or its ESP packet, also in UDP
 * port 4500 [RFC 3948]; NULL when it holds none, and for fragments. Lent; *n: octets.
 */
const uint8_t *frame_ike(const struct frame_view *v, uint32_t *n);
const uint8_t *frame_esp(const struct frame_view *v, uint32_t *n);

/* The innermost and outermost IP layer, or NULL. */
static inline const struct frame_ip *frame_inner(const struct frame_view *v)
{
	return v->n_ip ? &v->ip[v->n_ip - 1] : NULL;
}

static inline const struct frame_ip *frame_outer(const struct frame_view *v)
{
	return v->n_ip ? &v->ip[0] : NULL;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one packet travels inside another: IP in IP by protocol number [RFC 2473, RFC 4213], UDP port 4191 [RFC 5555
 * 3.1, 4.1], its TLV header [RFC 5845 7.2] and GRE version 0 with key and sequence number [RFC 2784, RFC 2890].
 */
#ifndef MOOR_WIRE_TUNNEL_H
#define MOOR_WIRE_TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "wire/ip.h"

/* How an IP layer is carried by the layer outside it. */
enum encap {
	ENCAP_NONE,			/* straight on the link */
	ENCAP_IP,			/* IP in IP: protocol 41 or 4 */
	ENCAP_UDP,			/* UDP 4191, the inner packet right behind the UDP header ("vanilla") */
	ENCAP_UDP_TLV,			/* UDP 4191, TLV header */
	ENCAP_GRE,
	ENCAP_ICMP			/* quoted in an ICMP error: not really carried */
};

const char *encap_name(enum encap e);	/* "IP", "UDP4191", "UDP4191-TLV", "GRE", ... */

#define UDP_TLV_LEN 4u

enum udp_encap {
	UDP_ENCAP_IP6,			/* first nibble 6 */
	UDP_ENCAP_IP4,			/* first nibble 4 */
	UDP_ENCAP_TLV,			/* first nibble 0, and its length equals what is there */
	UDP_ENCAP_KEEPALIVE,		/* one octet ff [RFC 3948 2.3], seen from some NAT keepalive senders */
	UDP_ENCAP_EMPTY,		/* no octets */
	UDP_ENCAP_BAD			/* anything else: discard */
};

struct udp_encap_view {
	enum udp_encap kind;
	uint8_t proto;			/* PROTO_IP6, PROTO_IP4, or the TLV header's next header */
	const uint8_t *inner;		/* lent */
	uint32_t inner_len;
};

/* What the payload of a datagram on port 4191 is [RFC 5555 4.1: the version nibble decides]. */
struct udp_encap_view udp_encap_demux(const uint8_t *p, size_t n);

/*
 * Writes the 4 octets in front of `front` (room free octets before it); payload_len at most 65535. Returns
 * UDP_TLV_LEN.
 */
size_t udp_tlv_push(uint8_t *front, size_t room, uint8_t next_header, size_t payload_len);

struct gre_hdr {
	uint16_t protocol;		/* enum ether_type */
	bool has_csum, has_key, has_seq;
	uint16_t csum;
	uint32_t key, seq;
	uint8_t len;			/* octets of the header, 4..16 */
};

/* False when short, of another version, or with bits of RFC 1701 that must not be there: routing, strict, recursion. */
bool gre_decode(const uint8_t *p, size_t n, struct gre_hdr *out);
/* Is the checksum over header and payload right? True without one. n: octets from p to the end of the packet. */
bool gre_sum_ok(const uint8_t *p, size_t n, const struct gre_hdr *h);
/*
 * Writes the header in front of `front` (room free octets before it); no checksum, csum and len are not looked at.
 * Returns its octets: 4, 8 or 12.
 */
size_t gre_push(uint8_t *front, size_t room, const struct gre_hdr *h);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP over IPv4 [RFC 768] and IPv6 [RFC 8200 8.1]. */
#ifndef MOOR_WIRE_UDP_H
#define MOOR_WIRE_UDP_H

#include "base/addr.h"
#include "base/checksum.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"

#define UDP_LEN 8u

struct udp_hdr {
	uint16_t sport, dport;
	uint16_t len;			/* header and payload */
	uint16_t csum;			/* 0: none */
};

enum udp_csum { UDP_CSUM_OK, UDP_CSUM_NONE, UDP_CSUM_BAD };

/*
 * n octets at p of a whole (not cut) datagram. False with *why (may be NULL) "udp-short" or "udp-length" when fewer
 * than 8 octets are there or the length field is below 8 or beyond n. Octets behind `len` are ignored and noted
 * ("udp-trailing"). The payload is p + 8, h->len - 8 octets.
 */
bool udp_decode(const uint8_t *p, size_t n, struct udp_hdr *out, const char **why, struct wire_diags *d);

/* Whether the checksum of the decoded datagram at p (h->len octets) is right. NONE is legal on IPv4; over IPv6 it is
 * forbidden except for tunnels that say otherwise [RFC 8200 8.1, RFC 6935]: the receiver decides. */
enum udp_csum udp_check4(const uint8_t *p, const struct udp_hdr *h, struct ip4_addr src, struct ip4_addr dst);
enum udp_csum udp_check6(const uint8_t *p, const struct udp_hdr *h, const struct ip6_addr *src,
			 const struct ip6_addr *dst);

/*
 * Write a UDP header in front of the payload_len octets at front (room free octets before it); return UDP_LEN. A
 * computed checksum of 0 is sent as ffff. The _nocsum variant sends checksum 0 (legal on IPv4 only; UDP tunnels use
 * it). Too little room, or a payload above 65527, is an assertion.
 */
size_t udp_push4(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, struct ip4_addr src, struct ip4_addr dst,
		 size_t payload_len);
size_t udp_push6(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, const struct ip6_addr *src,
		 const struct ip6_addr *dst, size_t payload_len);
size_t udp_push_nocsum(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, size_t payload_len);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 [RFC 791]. Options are tolerated and lent, never written. */
#ifndef MOOR_WIRE_IP4_H
#define MOOR_WIRE_IP4_H

#include "base/addr.h"
#include "base/checksum.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"

#define IP4_LEN 20u			/* without options */

struct ip4_hdr {
	struct ip4_addr src, dst;
	uint16_t total_len;		/* header and payload */
	uint16_t id;
	uint16_t frag_offset;		/* octets, a multiple of 8 */
	uint8_t tos, ttl, proto;
	bool df, mf;
};

struct ip4_packet {
	struct ip4_hdr h;
	const uint8_t *p;		/* lent: the header's first octet */
	uint32_t len;			/* octets of this packet that are there: total_len unless cut */
	uint8_t hdr_len;		/* 20..60 */
	bool csum_ok;			/* of the header */
	bool cut;			/* only ip4_decode_capture: total_len exceeds the octets captured */
	const uint8_t *upper;		/* lent: payload, or this fragment's part of it */
	uint32_t upper_len;
	struct fault fault;
};

/*
 * False with out->fault "ip4-short", "ip4-version", "ip4-header-length", "ip4-total-length", "ip4-checksum". Octets
 * beyond total_len are link padding and ignored. A fragment: h.mf or h.frag_offset not zero.
 */
bool ip4_decode(const uint8_t *p, size_t n, struct ip4_packet *out, struct wire_diags *d);

/*
 * The same for captures: a packet cut by the snapshot length is walked as far as it goes, and a wrong header checksum
 * is noted ("ip4-checksum") instead of refused, as is a total length of 0 (segmentation off-load: the rest of the
 * frame counts).
 */
bool ip4_decode_capture(const uint8_t *p, size_t n, struct ip4_packet *out, struct wire_diags *d);

static inline bool ip4_is_fragment(const struct ip4_hdr *h) { return h->mf || h->frag_offset; }

/*
 * Writes a header of 20 octets in front of `front` (room octets are free before it), checksum included; returns
 * IP4_LEN. Too little room is an assertion. h->total_len as given: header and payload.
 */
size_t ip4_push(uint8_t *front, size_t room, const struct ip4_hdr *h);

/* Decrements the TTL of the header at p in place and mends its checksum [RFC 1624]; the TTL must not be 0. */
void ip4_ttl_decrement(uint8_t *p);
/* Sets the ECN field to "congestion experienced" [RFC 3168 5], likewise in place. */
void ip4_mark_congested(uint8_t *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 [RFC 8200] with the extension headers of mobility: the Home Address option [RFC 6275 6.3] and the type 2
 * routing header [RFC 6275 6.4], and the tunnel encapsulation limit option [RFC 2473 4.1.1].
 *
 * Decoding walks the whole chain once into struct ip6_packet and judges nothing that depends on who receives: what
 * RFC 8200 wants answered with a Parameter Problem stands in `problem`, and the receiver decides. Offsets count from
 * the IPv6 header's first octet, which is what a Parameter Problem's pointer needs [RFC 4443 3.4].
 */
#ifndef MOOR_WIRE_IP6_H
#define MOOR_WIRE_IP6_H

#include "base/addr.h"
#include "base/checksum.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"

#define IP6_LEN 40u
#define IP6_HAO_LEN 24u			/* destination options header with a Home Address option alone */
#define IP6_RH2_LEN 24u
#define IP6_FRAGMENT_LEN 8u
#define IP6_ENCAP_LIMIT_LEN 8u
#define IP6_MIN_MTU 1280u
#define IP6_MAX_CHAIN 16u		/* extension headers walked before the packet is called faulty */

enum ip6_option {
	IP6_OPT_PAD1 = 0,
	IP6_OPT_PADN = 1,
	IP6_OPT_ENCAP_LIMIT = 4,	/* [RFC 2473 4.1.1] */
	IP6_OPT_ROUTER_ALERT = 5,	/* [RFC 2711] */
	IP6_OPT_JUMBO = 194,
	IP6_OPT_HAO = 201		/* [RFC 6275 6.3] */
};

/* The two high bits of an option's type: what a node does that does not know it [RFC 8200 4.2]. */
enum ip6_unknown {
	IP6_UNKNOWN_SKIP = 0,
	IP6_UNKNOWN_DISCARD = 1,
	IP6_UNKNOWN_ICMP = 2,		/* discard and send a Parameter Problem, code 2 */
	IP6_UNKNOWN_ICMP_UNICAST = 3	/* the same, but not when the destination is multicast */
};

struct ip6_hdr {
	struct ip6_addr src, dst;
	uint32_t flow_label;		/* 0 .. 2^20-1 */
	uint16_t payload_len;		/* octets behind this header */
	uint8_t traffic_class;
	uint8_t next_header;
	uint8_t hop_limit;
};

/* Why the packet cannot be accepted as it is by its final receiver; the first reason found in the chain. */
struct ip6_problem {
	bool set;
	uint8_t code;			/* of Parameter Problem: 0 bad field, 1 unknown next header, 2 option */
	bool icmp;			/* false: discard silently */
	bool icmp_to_multicast;		/* send it even when the destination was multicast (option class 2) */
	uint32_t pointer;		/* from the IPv6 header's start */
};

struct ip6_fragment {
	bool present;
	bool more;
	uint16_t offset;		/* octets (a multiple of 8) */
	uint32_t id;
	uint8_t next_header;		/* of the fragmentable part */
	uint16_t header_offset;		/* of the fragment header; before it is the unfragmentable part */
	uint16_t prev_nh_offset;	/* of the next header octet that says "fragment": rewritten on reassembly */
};

struct ip6_packet {
	struct ip6_hdr h;		/* valid when len is not 0 */
	struct ip6_addr hao;		/* valid when has_hao */
	struct ip6_addr home;		/* valid when has_rh2: the address in the type 2 routing header */

	const uint8_t *p;		/* lent: the IPv6 header's first octet */
	uint32_t len;			/* octets of this packet that are there: 40 + payload_len unless cut */

	uint8_t proto;			/* upper layer, PROTO_NONE too; in a later fragment its next header */
	bool cut;			/* only ip6_decode_capture: the packet claims more octets than were captured */
	bool has_hao, has_rh2;
	uint8_t segments_left;		/* of the type 2 routing header */
	uint8_t encap_limit;		/* of the option, valid when has_encap_limit */
	bool has_encap_limit;
	bool has_hbh;			/* a hop-by-hop options header is there */
	uint8_t n_ext;			/* extension headers walked */
	uint16_t nh_offset;		/* of the next header octet that names proto (Parameter Problem) */
	uint16_t hao_offset;		/* of the option's type octet; the address stands two octets later */
	uint16_t rh2_offset;		/* of the routing header's first octet; the address stands 8 octets later */

	const uint8_t *upper;		/* lent: the upper-layer header, or this fragment's part */
	uint32_t upper_len;

	struct ip6_fragment fragment;
	struct ip6_problem problem;
	struct fault fault;
};

/*
 * Decodes the n octets at p. False when the chain cannot be walked: out->fault tells where and why ("ip6-short",
 * "ip6-version", "ip6-payload-length", "ip6-ext-short", "ip6-opt-length", "ip6-chain-long"); what was read until then
 * is valid. Octets beyond 40 + payload_len are link padding and ignored. True does not mean acceptable: look at
 * problem.
 */
bool ip6_decode(const uint8_t *p, size_t n, struct ip6_packet *out, struct wire_diags *d);

/* The same for captures, where a packet may be cut by the snapshot length: sets cut, and walks what is there. */
bool ip6_decode_capture(const uint8_t *p, size_t n, struct ip6_packet *out, struct wire_diags *d);

/* The addresses of the pseudo-header: the home address of a HAO as source, a type 2 routing header's address as
 * destination while a segment is left [RFC 6275 6.1.1, 11.3.1; RFC 8200 8.1]. */
static inline const struct ip6_addr *ip6_upper_src(const struct ip6_packet *k)
{
	return k->has_hao ? &k->hao : &k->h.src;
}

static inline const struct ip6_addr *ip6_upper_dst(const struct ip6_packet *k)
{
	return k->has_rh2 && k->segments_left ? &k->home : &k->h.dst;
}

/*
 * Is the upper-layer checksum (ICMPv6, UDP, TCP, MH: all cover their whole payload) right? False for fragments and
 * cut packets too.
 */
bool ip6_upper_csum_ok(const struct ip6_packet *k);
/* The same of n octets behind the headers, between the addresses of the pseudo-header. */
bool ip6_csum_ok(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto, const uint8_t *p, uint32_t n);

/* Headers that another header follows, and that the walk goes through. */
static inline bool ip6_is_extension(uint8_t next_header)
{
	const uint64_t all = UINT64_C(1) << PROTO_HOPOPTS | UINT64_C(1) << PROTO_ROUTING | UINT64_C(1) << PROTO_FRAGMENT
		| UINT64_C(1) << PROTO_DSTOPTS;

	return next_header < 64 && all >> next_header & 1;
}

/*
 * The checksum over n octets at p, whose own checksum field must hold zero. proto: PROTO_ICMP6, PROTO_MH, ...; never
 * 0 for UDP.
 */
uint16_t ip6_upper_csum(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t proto, const uint8_t *p,
			size_t n);

/*
 * A walk over the options of a hop-by-hop or destination options header: at is the first option, n the octets of
 * options. Answers false at the end or at a fault (*bad is then set). Pad options are reported like others.
 */
struct ip6_opt { uint8_t type, len; const uint8_t *data; const uint8_t *start; };
bool ip6_opt_next(const uint8_t **at, const uint8_t *end, struct ip6_opt *out, bool *bad);

/*
 * Encoders write in front of `front`, which has `room` free octets before it, and return the octets written. Too
 * little room is an assertion: head-room is the packet buffer's business.
 */
size_t ip6_push(uint8_t *front, size_t room, const struct ip6_hdr *h);
/* PadN, then the Home Address option at 8n + 6: IP6_HAO_LEN octets. */
size_t ip6_push_hao(uint8_t *front, size_t room, uint8_t next_header, const struct ip6_addr *home);
/* One segment left: IP6_RH2_LEN octets. */
size_t ip6_push_rh2(uint8_t *front, size_t room, uint8_t next_header, const struct ip6_addr *home);
/* Uses next_header, offset, more and id: IP6_FRAGMENT_LEN octets. */
size_t ip6_push_fragment(uint8_t *front, size_t room, const struct ip6_fragment *f);
/* A destination options header with the option alone: IP6_ENCAP_LIMIT_LEN octets. */
size_t ip6_push_encap_limit(uint8_t *front, size_t room, uint8_t next_header, uint8_t limit);

/*
 * Headers of one packet in the order of RFC 6275 6.3/6.4: IPv6, [type 2 routing header], [destination options with
 * HAO].
 */
struct ip6_build {
	struct ip6_hdr h;		/* payload_len and next_header are computed */
	const struct ip6_addr *rh2;	/* home address of a type 2 routing header, or NULL */
	const struct ip6_addr *hao;	/* home address of a Home Address option, or NULL */
	uint8_t proto;			/* of the payload at front */
	uint32_t payload_len;		/* octets at front; with the extension headers at most 65535 (assertion) */
};
size_t ip6_push_build(uint8_t *front, size_t room, const struct ip6_build *b);

#endif

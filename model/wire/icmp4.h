/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMPv4 [RFC 792]: echo, destination unreachable with the next hop's MTU [RFC 1191], time exceeded, parameter
 * problem.
 */
#ifndef MOOR_WIRE_ICMP4_H
#define MOOR_WIRE_ICMP4_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"

#define ICMP4_LEN 8u

enum icmp4_type {
	ICMP4_T_ECHO_REPLY = 0,
	ICMP4_T_UNREACHABLE = 3,
	ICMP4_T_REDIRECT = 5,
	ICMP4_T_ECHO_REQUEST = 8,
	ICMP4_T_TIME_EXCEEDED = 11,
	ICMP4_T_PARAM_PROBLEM = 12
};

enum icmp4_unreachable {
	ICMP4_U_NET = 0, ICMP4_U_HOST = 1, ICMP4_U_PROTOCOL = 2, ICMP4_U_PORT = 3, ICMP4_U_FRAG_NEEDED = 4,
	ICMP4_U_ADMIN = 13
};

struct icmp4 {
	uint8_t type, code;
	uint16_t id, seq;		/* echo */
	uint16_t mtu;			/* frag needed; 0: an old router that does not say */
	uint8_t pointer;		/* parameter problem: octet of the inner packet */
	struct ip4_addr gateway;	/* redirect */
	const uint8_t *body;		/* lent: echo data, or the inner packet's start in errors */
	uint32_t body_len;
	bool csum_ok;			/* decoding only */
};

/*
 * n octets at p: the whole ICMP message. Fault (false): shorter than 8 octets. A wrong checksum is noted
 * ("icmp4-checksum") and in csum_ok.
 */
bool icmp4_decode(const uint8_t *p, size_t n, struct icmp4 *out, struct wire_diags *d);

static inline bool icmp4_is_error(uint8_t type)
{
	return type == ICMP4_T_UNREACHABLE || type == ICMP4_T_TIME_EXCEEDED || type == ICMP4_T_PARAM_PROBLEM ||
	       type == ICMP4_T_REDIRECT;
}

/*
 * The whole message with its checksum; 8 + body_len octets, or 0 when cap is too small. body may already lie at buf +
 * 8.
 */
size_t icmp4_encode(const struct icmp4 *m, uint8_t *buf, size_t cap);

#endif

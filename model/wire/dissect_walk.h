/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dissector's inner seam: link and IP layers (dissect.c) on one side, what IP carries (dissect_upper.c) on the
 * other.
 */
#ifndef MOOR_WIRE_DISSECT_WALK_H
#define MOOR_WIRE_DISSECT_WALK_H

#include "wire/frame.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/show.h"

struct dissection {
	struct show s;
	bool good;			/* no fault so far */
	bool quoted;			/* inside a packet quoted by an ICMP error: it is cut on purpose */
	unsigned depth;			/* layers of IP, GRE and quoted packets around */
};

/* What an upper layer needs to know about the IP layer that carries it. */
struct carrier {
	const struct ip6_packet *ip6;	/* one of the two is not NULL */
	const struct ip4_packet *ip4;
	uint8_t proto;
	bool whole;			/* neither cut nor a fragment: checksums can be verified */
};

/* A fault: told as a note, and remembered. */
void dissect_fault(struct dissection *w, const char *reason, const uint8_t *at);
/* Shows n octets as a layer "data"; nothing when n is 0. */
void dissect_data(struct dissection *w, const uint8_t *p, size_t n);
/* By ethertype: IPv4, IPv6, ARP, or data. */
void dissect_by_type(struct dissection *w, uint16_t type, const uint8_t *p, size_t n);
void dissect_upper(struct dissection *w, const struct carrier *c, const uint8_t *p, size_t n);

#endif

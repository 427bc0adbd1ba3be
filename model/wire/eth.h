/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet II frames [RFC 894, RFC 2464]. VLAN tags are skipped on decoding (the outermost one is reported), never
 * written.
 */
#ifndef MOOR_WIRE_ETH_H
#define MOOR_WIRE_ETH_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"

#define ETH_LEN 14u

struct eth_hdr {
	struct mac_addr dst, src;
	uint16_t type;			/* enum ether_type or any other; below 1536 it is an 802.3 length */
	uint16_t vlan;			/* VLAN id 0..4095 of the outermost tag; 0 without tag */
	uint8_t n_tags;			/* tags skipped, 0..4 */
	uint8_t len;			/* octets of the whole header, tags included */
};

/* r stands behind the header afterwards. Faults: "eth-short". */
bool eth_decode(struct reader *r, struct eth_hdr *out, struct wire_diags *d);

/*
 * The plain case of the packet path: n octets at p; false when shorter than a header. No tags: type ETYPE_VLAN is
 * left to the caller.
 */
static inline bool eth_peek(const uint8_t *p, size_t n, struct eth_hdr *out)
{
	if (n < ETH_LEN)
		return false;
	memcpy(out->dst.o, p, 6);
	memcpy(out->src.o, p + 6, 6);
	out->type = load16(p + 12);
	out->vlan = 0;
	out->n_tags = 0;
	out->len = ETH_LEN;
	return true;
}

/* Writes 14 octets (dst, src, type; tags are not written) to buf; 0 when cap is too small. */
size_t eth_encode(const struct eth_hdr *h, uint8_t *buf, size_t cap);

/*
 * Writes the header in front of `front`, which has `room` free octets before it; returns ETH_LEN. Too little room is
 * an assertion.
 */
size_t eth_push(uint8_t *front, size_t room, const struct mac_addr *dst, const struct mac_addr *src, uint16_t type);

#endif

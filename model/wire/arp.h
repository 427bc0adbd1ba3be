/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP for IPv4 over Ethernet [RFC 826]; other hardware or protocol types are a fault. Announcements and probes as RFC
 * 5227 names them.
 */
#ifndef MOOR_WIRE_ARP_H
#define MOOR_WIRE_ARP_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"

#define ARP_LEN 28u

enum arp_op { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp {
	uint16_t op;			/* enum arp_op, or another number (noted, not refused) */
	struct mac_addr sha, tha;	/* sender's and target's hardware address; tha is zero in requests */
	struct ip4_addr spa, tpa;	/* sender's and target's IPv4 address; spa is 0.0.0.0 in a probe */
};

bool arp_decode(struct reader *r, struct arp *out, struct wire_diags *d);	/* faults: "arp-short", "arp-type" */
size_t arp_encode(const struct arp *a, uint8_t *buf, size_t cap);		/* ARP_LEN; 0: cap too small */

#endif

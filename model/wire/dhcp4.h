/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv4 messages [RFC 2131] and the options a client and a small server need [RFC 2132]. Option overload (52) is
 * followed into `file` and `sname`. Options split over several instances [RFC 3396] are not joined: the first
 * instance counts, and the others are noted ("dhcp4-opt-repeated").
 */
#ifndef MOOR_WIRE_DHCP4_H
#define MOOR_WIRE_DHCP4_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/print.h"

#define DHCP4_FIXED 240u		/* up to and with the magic cookie */
#define DHCP4_MIN 300u			/* the encoder pads to BOOTP's least length [RFC 1542 2.1] */
#define DHCP4_MAX_PARAMS 32u
#define DHCP4_MAX_DNS 3u
#define DHCP4_MAX_ROUTERS 2u
#define DHCP4_MAX_CLIENT_ID 32u

enum dhcp4_type {
	DHCP4_DISCOVER = 1, DHCP4_OFFER = 2, DHCP4_REQUEST = 3, DHCP4_DECLINE = 4,
	DHCP4_ACK = 5, DHCP4_NAK = 6, DHCP4_RELEASE = 7, DHCP4_INFORM = 8
};

enum dhcp4_option {
	DHCP4_O_PAD = 0, DHCP4_O_MASK = 1, DHCP4_O_ROUTER = 3, DHCP4_O_DNS = 6, DHCP4_O_HOST_NAME = 12,
	DHCP4_O_MTU = 26,
	DHCP4_O_REQUESTED = 50, DHCP4_O_LEASE = 51, DHCP4_O_OVERLOAD = 52, DHCP4_O_TYPE = 53, DHCP4_O_SERVER_ID = 54,
	DHCP4_O_PARAMS = 55, DHCP4_O_MESSAGE = 56, DHCP4_O_MAX_SIZE = 57, DHCP4_O_T1 = 58, DHCP4_O_T2 = 59,
	DHCP4_O_CLIENT_ID = 61, DHCP4_O_END = 255
};

/* Bits of dhcp4.has: which options were there, or shall be written. */
enum dhcp4_has {
	DHCP4_HAS_MASK = 1u << 0, DHCP4_HAS_ROUTER = 1u << 1, DHCP4_HAS_DNS = 1u << 2, DHCP4_HAS_REQUESTED = 1u << 3,
	DHCP4_HAS_LEASE = 1u << 4, DHCP4_HAS_TYPE = 1u << 5, DHCP4_HAS_SERVER_ID = 1u << 6, DHCP4_HAS_PARAMS = 1u << 7,
	DHCP4_HAS_T1 = 1u << 8, DHCP4_HAS_T2 = 1u << 9, DHCP4_HAS_CLIENT_ID = 1u << 10, DHCP4_HAS_MAX_SIZE = 1u << 11,
	DHCP4_HAS_MTU = 1u << 12, DHCP4_HAS_MESSAGE = 1u << 13, DHCP4_HAS_HOST_NAME = 1u << 14
};

#define DHCP4_INFINITE UINT32_MAX	/* lease that never ends */

struct dhcp4 {
	uint8_t op;			/* 1 BOOTREQUEST, 2 BOOTREPLY */
	uint8_t hops;
	bool broadcast;			/* the B flag */
	uint16_t secs;
	uint32_t xid;
	struct ip4_addr ciaddr, yiaddr, siaddr, giaddr;
	struct mac_addr chaddr;		/* of Ethernet; others are noted ("dhcp4-hardware"), 6 octets kept */

	uint32_t has;			/* enum dhcp4_has */
	uint8_t type;			/* enum dhcp4_type */
	struct ip4_addr mask, server_id, requested;
	uint8_t n_routers, n_dns, n_params, client_id_len;
	struct ip4_addr routers[DHCP4_MAX_ROUTERS], dns[DHCP4_MAX_DNS];
	uint32_t lease, t1, t2;		/* seconds */
	uint16_t max_size, mtu;
	uint8_t params[DHCP4_MAX_PARAMS];
	uint8_t client_id[DHCP4_MAX_CLIENT_ID];	/* type octet first */
	const uint8_t *message;		/* lent, not ended: text of a NAK or DECLINE */
	const uint8_t *host_name;	/* lent, not ended */
	uint8_t message_len, host_name_len;
};

/*
 * r: the UDP payload. Faults: "dhcp4-short", "dhcp4-cookie", "dhcp4-opt-length". Without option 53 it is BOOTP: true,
 * has says so.
 */
bool dhcp4_decode(struct reader *r, struct dhcp4 *out, struct wire_diags *d);

/* Options in ascending order but the message type first; padded with zeros to DHCP4_MIN. 0 when cap is too small. */
size_t dhcp4_encode(const struct dhcp4 *m, uint8_t *buf, size_t cap);

const char *dhcp4_type_name(uint8_t type);	/* "DISCOVER"; "BOOTP" for 0 and what is not known */

void dhcp4_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);

#endif

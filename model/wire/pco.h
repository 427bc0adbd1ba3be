/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Protocol configuration options [TS 24.008 10.5.6.3] with the containers that DSMIPv6 uses, and the messages of EPS
 * session management [TS 24.301 8.3] that carry them: PDN CONNECTIVITY REQUEST and REJECT, ACTIVATE DEFAULT EPS BEARER
 * CONTEXT REQUEST, ACCEPT and REJECT, as plain messages.
 *
 * A container without contents asks; with contents it answers. Which of the two a side may send is the message's.
 */
#ifndef MOOR_WIRE_PCO_H
#define MOOR_WIRE_PCO_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/print.h"

#define PCO_MAX 251u			/* octets of the element's contents */
#define PCO_DNS_MAX 4u			/* of each family; more are noted */
#define NAS_APN_TEXT 101u		/* 100 octets as text, and the end */
#define NAS_MESSAGE_MAX 512u

/* Container identifiers; NUMBERS of both directions are the same. */
enum pco_id {
	PCO_DNS6 = 0x0003, PCO_HA6 = 0x0007, PCO_HNP = 0x0008, PCO_HA4 = 0x0009, PCO_DNS4 = 0x000d, PCO_IFOM = 0x000f
};

/* Bits of struct pco's masks. */
enum pco_bit { PCO_B_DNS6 = 1, PCO_B_HA6 = 2, PCO_B_HNP = 4, PCO_B_HA4 = 8, PCO_B_DNS4 = 16, PCO_B_IFOM = 32 };

struct pco {
	uint8_t asks;			/* bits: empty containers; PCO_B_IFOM stands in `has` when answered */
	uint8_t has;			/* bits: filled ones, and in answers IFOM */
	struct ip6_addr ha6;		/* DSMIPv6 Home Agent Address */
	struct ip4_addr ha4;		/* DSMIPv6 IPv4 Home Agent Address */
	struct ip6_prefix hnp;		/* DSMIPv6 Home Network Prefix: 16 octets and the length; bits behind it are cleared */
	unsigned n_dns6, n_dns4;
	struct ip6_addr dns6[PCO_DNS_MAX];
	struct ip4_addr dns4[PCO_DNS_MAX];
	unsigned n_other;		/* containers that are none of these */
};

enum nas_type {
	NAS_ACTIVATE_REQUEST = 0xc1, NAS_ACTIVATE_ACCEPT = 0xc2, NAS_ACTIVATE_REJECT = 0xc3,
	NAS_PDN_REQUEST = 0xd0, NAS_PDN_REJECT = 0xd1
};
/* ESM causes that are used here [TS 24.301 9.9.4.4]. */
enum nas_cause { NAS_INSUFFICIENT_RESOURCES = 26, NAS_UNKNOWN_APN = 27, NAS_REJECTED_BY_GATEWAY = 30 };

struct nas_message {
	uint8_t type;			/* enum nas_type */
	uint8_t ebi;			/* EPS bearer identity: 0, or 5..15 */
	uint8_t pti;			/* procedure transaction identity, 1..254 */
	uint8_t pdn_type;		/* 1 IPv4, 2 IPv6, 3 both: of a request, and of the address that is given */
	uint8_t request_type;		/* 1: initial, 2: handover */
	uint8_t cause;			/* of a reject */
	uint8_t iid[8];			/* ACTIVATE: of the UE's link-local address */
	bool has_apn, has_pco;
	char apn[NAS_APN_TEXT];
	struct pco pco;
};

/*
 * The contents of the element, the whole of r. answer: containers come from the network. Faults: "pco-short" (a
 * container leaves the element). Notes: "pco-protocol", "pco-length" (the container is passed over), "pco-repeated",
 * "pco-prefix-length" (likewise passed over), "pco-dns".
 */
bool pco_decode(struct reader *r, bool answer, struct pco *out, struct wire_diags *d);
size_t pco_encode(const struct pco *p, bool answer, uint8_t *buf, size_t cap);	/* 0: does not fit */

/*
 * Faults: "nas-short", "nas-protocol" (none of session management, or with a security header), "nas-type" (another
 * message), "nas-element" (an element leaves the message), those of pco_decode.
 */
bool nas_decode(struct reader *r, struct nas_message *out, struct wire_diags *d);
size_t nas_encode(const struct nas_message *m, uint8_t *buf, size_t cap);	/* 0: does not fit, or an APN that is none */
void nas_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset);
const char *nas_type_name(uint8_t type);	/* "PDN-CONNECTIVITY-REQUEST"; NULL: none of ours */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DNS messages [RFC 1035, RFC 3596, RFC 2782]: what finding a home agent needs, which is one question, and records of
 * the types A, AAAA, CNAME and SRV in the answer and additional sections. libldns reads and writes the records; before
 * it sees an octet the message's bounds and every name in it were walked here, and nothing of it survives a call.
 *
 * Names are text in lower case, labels of letters, digits, '-' and '_' joined by dots, without a dot at the end.
 */
#ifndef MOOR_WIRE_DNS_H
#define MOOR_WIRE_DNS_H

#include "base/addr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "wire/diag.h"
#include "wire/print.h"

#define DNS_PORT 53u
#define DNS_HEADER 12u
#define DNS_MESSAGE_MAX 512u		/* in UDP [RFC 1035 2.3.4] */
#define DNS_NAME_TEXT 254u		/* 253 characters and the end */
#define DNS_RECORDS_MAX 16u		/* kept of one message; more are noted and passed over */

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28, DNS_SRV = 33 };
enum dns_rcode {
	DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5
};
enum dns_section { DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL };

struct dns_record {
	char owner[DNS_NAME_TEXT];
	uint8_t section;		/* enum dns_section */
	uint16_t type;			/* enum dns_type */
	uint32_t ttl;			/* seconds */
	struct ip4_addr a4;		/* A */
	struct ip6_addr a6;		/* AAAA */
	char target[DNS_NAME_TEXT];	/* CNAME, SRV */
	uint16_t priority, weight, port;	/* SRV */
};

struct dns_message {
	uint16_t id;
	bool response, authoritative, truncated, recursion_desired, recursion_available;
	uint8_t opcode;			/* 0: a query */
	uint8_t rcode;			/* enum dns_rcode or any other, 0..15 */
	bool has_question;
	char qname[DNS_NAME_TEXT];
	uint16_t qtype;
	unsigned n;
	struct dns_record r[DNS_RECORDS_MAX];
};

/*
 * The whole of r. Faults: "dns-short", "dns-name-short", "dns-name-label" (a label of a kind that is none), "dns-name-
 * loop" (a pointer that does not point backwards), "dns-name-long", "dns-rdata" (a length that its type cannot have),
 * "dns-library" (libldns would not have it). Notes: records of other types or classes, names with other characters,
 * records above DNS_RECORDS_MAX, octets behind the end.
 */
bool dns_decode(struct reader *r, struct dns_message *out, struct wire_diags *d);
/* Octets written to buf; 0: a name is none, or cap is too small. Names are compressed. */
size_t dns_encode(const struct dns_message *m, uint8_t *buf, size_t cap);
void dns_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset);

void dns_summary(const uint8_t *p, size_t n, struct text *t);	/* "DNS AAAA name: NOERROR, 2 records" */

bool dns_name_ok(const char *name);	/* as above: labels of 1..63 characters, 253 in all */
/* Copies in lower case, a dot at the end dropped; false when it is no name (out is then ""). */
bool dns_name_set(char out[DNS_NAME_TEXT], const char *name);
const char *dns_type_name(uint16_t type);	/* "AAAA"; NULL: none of ours */
const char *dns_rcode_name(uint8_t rcode);	/* "NXDOMAIN"; NULL: none of ours */

/*
 * The FQDN of an HA-APN, `network-id.ha-apn.mncNNN.mccNNN.pub.3gppnetwork.org` [TS 23.003 21; 24.303 4.2]: mcc of 3
 * digits, mnc of 2 or 3 (2 are filled to 3). False when the network identifier is one that TS 23.003 forbids: begins
 * with or holds "ha-apn." or "w-apn.", ends in ".3gppnetwork.org", or does not fit 100 octets.
 */
bool dns_ha_apn(char out[DNS_NAME_TEXT], const char *network_id, const char *mcc, const char *mnc);

#endif

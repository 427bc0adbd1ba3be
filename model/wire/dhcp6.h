/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 messages [RFC 8415 7-9] with the options that hosts, relays and delegating routers of this project use, and
 * those of home agent discovery [RFC 6610]. One struct for client, server and relay messages: what a message has, `has`
 * and the counters say. Options in options (IA_NA, IA_PD, home network information) are read with them.
 *
 * Texts and octet strings are lent: they point into what was decoded, or at the caller's memory when encoding.
 */
#ifndef MOOR_WIRE_DHCP6_H
#define MOOR_WIRE_DHCP6_H

#include "base/addr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "wire/diag.h"
#include "wire/print.h"

#define DHCP6_DUID_MAX 130u		/* type and at most 128 octets [RFC 8415 11.1] */
#define DHCP6_MAX_ORO 24u
#define DHCP6_MAX_DNS 4u
#define DHCP6_MAX_IA 4u
#define DHCP6_MAX_LEASES 8u		/* addresses or prefixes of one IA */
#define DHCP6_MAX_HNI 4u		/* home network information options */
#define DHCP6_MAX_HNIDF 4u		/* home network identifiers of a client */
#define DHCP6_MAX_HAA 4u
#define DHCP6_NAME_MAX 255u		/* octets of a domain name on the wire */
#define DHCP6_HOP_LIMIT 8u		/* relays at most [RFC 8415 7.6] */
#define DHCP6_INFINITE UINT32_MAX	/* a lifetime [RFC 8415 7.7] */

enum dhcp6_type {			/* [RFC 8415 7.3] */
	DHCP6_SOLICIT = 1, DHCP6_ADVERTISE = 2, DHCP6_REQUEST = 3, DHCP6_CONFIRM = 4, DHCP6_RENEW = 5, DHCP6_REBIND = 6,
	DHCP6_REPLY = 7, DHCP6_RELEASE = 8, DHCP6_DECLINE = 9, DHCP6_RECONFIGURE = 10, DHCP6_INFORMATION_REQUEST = 11,
	DHCP6_RELAY_FORW = 12, DHCP6_RELAY_REPL = 13
};

enum dhcp6_option {			/* [RFC 8415 21, RFC 3646, RFC 6610 6] */
	DHCP6_O_CLIENT_ID = 1, DHCP6_O_SERVER_ID = 2, DHCP6_O_IA_NA = 3, DHCP6_O_IA_TA = 4, DHCP6_O_IAADDR = 5,
	DHCP6_O_ORO = 6, DHCP6_O_PREFERENCE = 7, DHCP6_O_ELAPSED = 8, DHCP6_O_RELAY_MSG = 9, DHCP6_O_STATUS = 13,
	DHCP6_O_RAPID_COMMIT = 14, DHCP6_O_INTERFACE_ID = 18, DHCP6_O_DNS = 23, DHCP6_O_DOMAINS = 24,
	DHCP6_O_IA_PD = 25, DHCP6_O_IAPREFIX = 26, DHCP6_O_INFO_REFRESH = 32, DHCP6_O_HNIDF = 49, DHCP6_O_VDINF = 50,
	DHCP6_O_IDINF = 69, DHCP6_O_UDINF = 70, DHCP6_O_HNP = 71, DHCP6_O_HAA = 72, DHCP6_O_HAF = 73,
	DHCP6_O_SOL_MAX_RT = 82, DHCP6_O_INF_MAX_RT = 83
};

enum dhcp6_status {			/* [RFC 8415 21.13] */
	DHCP6_S_SUCCESS = 0, DHCP6_S_UNSPEC_FAIL = 1, DHCP6_S_NO_ADDRS = 2, DHCP6_S_NO_BINDING = 3,
	DHCP6_S_NOT_ON_LINK = 4, DHCP6_S_USE_MULTICAST = 5, DHCP6_S_NO_PREFIX = 6
};

enum dhcp6_duid_type { DHCP6_DUID_LLT = 1, DHCP6_DUID_EN = 2, DHCP6_DUID_LL = 3, DHCP6_DUID_UUID = 4 };

/* Bits of dhcp6.has: which options were there, or shall be written. What is counted has none. */
enum dhcp6_has {
	DHCP6_HAS_CLIENT_ID = 1u << 0, DHCP6_HAS_SERVER_ID = 1u << 1, DHCP6_HAS_PREFERENCE = 1u << 2,
	DHCP6_HAS_ELAPSED = 1u << 3, DHCP6_HAS_RELAY_MSG = 1u << 4, DHCP6_HAS_STATUS = 1u << 5,
	DHCP6_HAS_RAPID_COMMIT = 1u << 6, DHCP6_HAS_INTERFACE_ID = 1u << 7, DHCP6_HAS_INFO_REFRESH = 1u << 8,
	DHCP6_HAS_SOL_MAX_RT = 1u << 9, DHCP6_HAS_INF_MAX_RT = 1u << 10, DHCP6_HAS_ORO = 1u << 11,
	DHCP6_HAS_DNS = 1u << 12, DHCP6_HAS_DOMAINS = 1u << 13
};

struct dhcp6_duid {
	uint8_t len;			/* with the two octets of its type; 3 .. DHCP6_DUID_MAX */
	uint8_t o[DHCP6_DUID_MAX];
};

struct dhcp6_octets {
	const uint8_t *o;		/* lent */
	uint16_t len;
};

/* An address (len 128) or a delegated prefix. */
struct dhcp6_lease {
	struct ip6_prefix prefix;
	uint32_t preferred, valid;	/* seconds */
	bool has_status;
	uint16_t status;
};

/* An identity association [RFC 8415 12]. IA_TA is passed over. */
struct dhcp6_ia {
	bool pd;			/* IA_PD; false: IA_NA */
	bool has_status;
	uint16_t status;		/* enum dhcp6_status, as far as known */
	uint32_t iaid, t1, t2;		/* seconds; 0: the client's choice */
	uint8_t n;
	struct dhcp6_lease lease[DHCP6_MAX_LEASES];
};

/* Home network information: one of the three containers of RFC 6610 3.2. */
struct dhcp6_hni {
	uint16_t code;			/* DHCP6_O_VDINF, _IDINF, _UDINF */
	bool has_id, has_fqdn, has_hnp;
	uint8_t n_haa;
	struct dhcp6_octets id, fqdn;	/* names on the wire: home network identifier; of the home agent */
	struct ip6_prefix hnp;		/* the first one */
	struct ip6_addr haa[DHCP6_MAX_HAA];	/* IPv4 in 64:ff9b::/96: see dhcp6_haa_ip4 */
};

struct dhcp6 {
	uint8_t type;			/* enum dhcp6_type, as far as known */
	uint8_t hops;			/* relay messages */
	uint32_t xid;			/* others: 24 bits */
	struct ip6_addr link, peer;	/* relay messages */
	uint32_t has;			/* enum dhcp6_has */
	struct dhcp6_duid client_id, server_id;
	uint8_t preference;
	uint16_t elapsed;		/* 1/100 s */
	uint16_t status;
	struct dhcp6_octets status_text;/* UTF-8, not ended */
	struct dhcp6_octets relay_msg, interface_id;
	struct dhcp6_octets domains;	/* a list of names on the wire */
	uint32_t info_refresh, sol_max_rt, inf_max_rt;	/* seconds */
	uint8_t n_oro, n_dns, n_ia, n_hnidf, n_hni;
	uint16_t oro[DHCP6_MAX_ORO];
	struct ip6_addr dns[DHCP6_MAX_DNS];
	struct dhcp6_ia ia[DHCP6_MAX_IA];
	struct dhcp6_octets hnidf[DHCP6_MAX_HNIDF];	/* what the client wants: names on the wire */
	struct dhcp6_hni hni[DHCP6_MAX_HNI];
};

static inline bool dhcp6_is_relay(uint8_t type) { return type == DHCP6_RELAY_FORW || type == DHCP6_RELAY_REPL; }

/*
 * r: the UDP payload, or a Relay Message option's value. Faults: "dhcp6-short", "dhcp6-opt-length" (also of an option
 * within an option), "dhcp6-duid-length", "dhcp6-name" (a domain name that is none). Notes: options that are repeated,
 * too many or at a place where they mean nothing ("dhcp6-opt-repeated", "dhcp6-opt-many", "dhcp6-opt-place"; left out),
 * "dhcp6-type", "dhcp6-prefix-length" (left out), "dhcp6-prefix-bits" (cleared), "dhcp6-lifetimes" (preferred above
 * valid), "dhcp6-t1-t2".
 */
bool dhcp6_decode(struct reader *r, struct dhcp6 *out, struct wire_diags *d);

/* In one fixed order. 0 when cap is too small or m cannot be said: counts, lengths and names out of range. */
size_t dhcp6_encode(const struct dhcp6 *m, uint8_t *buf, size_t cap);

/* "Solicit", "Information-request", …; NULL for a type that is not known. */
const char *dhcp6_type_name(uint8_t type);
/* "Success", "NoPrefixAvail", …; NULL when not known. */
const char *dhcp6_status_name(uint16_t status);

/* DUID-LL of an Ethernet address [RFC 8415 11.4]. */
void dhcp6_duid_ll(struct dhcp6_duid *out, const struct mac_addr *mac);
static inline bool dhcp6_duid_eq(const struct dhcp6_duid *a, const struct dhcp6_duid *b)
{
	return a->len == b->len && !memcmp(a->o, b->o, a->len);
}

/*
 * Domain names [RFC 8415 10]: text "ha.example.net" to octets on the wire, uncompressed, with the empty label. 0: it
 * is no name, or cap is too small. Labels of 1..63 octets, no escapes.
 */
size_t dhcp6_name_encode(const char *name, uint8_t *buf, size_t cap);
/* Back to text without the last dot; octets that no host name has become "?". False: not one whole name. */
bool dhcp6_name_text(struct dhcp6_octets name, struct text *out);
bool dhcp6_name_eq(struct dhcp6_octets a, struct dhcp6_octets b);	/* letters of either case are equal */

/* The IPv4 address in a home agent address of 64:ff9b::/96 [RFC 6610 3.4, RFC 6052 2.1]; false: it is IPv6. */
bool dhcp6_haa_ip4(const struct ip6_addr *haa, struct ip4_addr *out);
struct ip6_addr dhcp6_haa_of_ip4(struct ip4_addr a);

/* One line: "DHCPv6 Reply xid 0x12ab34 IA_PD 2001:db8:5::/56". Relay messages show what they carry. */
void dhcp6_summary(const uint8_t *p, size_t n, struct text *out);
void dhcp6_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);

#endif

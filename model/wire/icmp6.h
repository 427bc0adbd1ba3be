/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMPv6 [RFC 4443], neighbour discovery [RFC 4861] with the mobility changes of RFC 6275 6.5 to 6.8 and 7.1 to 7.4,
 * and recursive DNS servers [RFC 8106 5.1]. Multicast listener discovery is not decoded.
 *
 * One struct holds every message; which members are valid depends on the type. The checksum is the caller's to verify
 * (ip6_upper_csum_ok), because it covers addresses this codec does not see; encoders write it.
 */
#ifndef MOOR_WIRE_ICMP6_H
#define MOOR_WIRE_ICMP6_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/ip.h"
#include "wire/print.h"

#define ICMP6_LEN 8u			/* the fixed part of echo, errors, RS, DHAAD, MPS */

enum icmp6_type {
	ICMP6_T_UNREACHABLE = 1,
	ICMP6_T_TOO_BIG = 2,
	ICMP6_T_TIME_EXCEEDED = 3,
	ICMP6_T_PARAM_PROBLEM = 4,
	ICMP6_T_ECHO_REQUEST = 128,
	ICMP6_T_ECHO_REPLY = 129,
	ICMP6_T_RS = 133,
	ICMP6_T_RA = 134,
	ICMP6_T_NS = 135,
	ICMP6_T_NA = 136,
	ICMP6_T_REDIRECT = 137,
	ICMP6_T_DHAAD_REQUEST = 144,	/* home agent address discovery [RFC 6275 6.5] */
	ICMP6_T_DHAAD_REPLY = 145,
	ICMP6_T_MPS = 146,		/* mobile prefix solicitation [RFC 6275 6.7] */
	ICMP6_T_MPA = 147
};

enum icmp6_unreachable {
	ICMP6_U_NO_ROUTE = 0, ICMP6_U_ADMIN = 1, ICMP6_U_SCOPE = 2, ICMP6_U_ADDRESS = 3, ICMP6_U_PORT = 4,
	ICMP6_U_POLICY = 5, ICMP6_U_REJECT = 6
};
enum icmp6_problem { ICMP6_P_FIELD = 0, ICMP6_P_NEXT_HEADER = 1, ICMP6_P_OPTION = 2 };

enum nd_option {
	ND_O_SLLA = 1, ND_O_TLLA = 2, ND_O_PIO = 3, ND_O_REDIRECTED = 4, ND_O_MTU = 5,
	ND_O_ADV_INTERVAL = 7,	/* [RFC 6275 7.3] */
	ND_O_HOME_AGENT = 8,		/* [RFC 6275 7.4] */
	ND_O_RDNSS = 25	/* [RFC 8106 5.1] */
};

#define ND_INFINITE UINT32_MAX		/* lifetime that never ends */
#define ND_MAX_PREFIXES 8u		/* kept; more are counted in n_prefixes_seen and noted ("nd-many-prefixes") */
#define ND_MAX_RDNSS 4u
#define DHAAD_MAX_AGENTS 16u

/* Prefix Information [RFC 4861 4.6.2, RFC 6275 7.2]. */
struct nd_prefix {
	struct ip6_addr addr;		/* as on the wire: with router_addr a whole address */
	uint8_t len;			/* bits, 0..128 */
	bool on_link, autonomous, router_addr;	/* L, A, R */
	uint32_t valid, preferred;	/* seconds, ND_INFINITE */
};

/* Every option of a message; a repeated single option keeps its first value and is noted ("nd-opt-repeated"). */
struct nd_opts {
	bool has_slla, has_tlla, has_mtu, has_adv_interval, has_home_agent, has_rdnss, has_redirected;
	struct mac_addr slla, tlla;	/* only of Ethernet's length; others are noted ("nd-lla-length") and left out */
	uint32_t mtu;			/* octets */
	uint32_t adv_interval;		/* milliseconds: the longest time between unsolicited RAs */
	uint16_t ha_preference;		/* greater is better; 0 when absent */
	uint16_t ha_lifetime;		/* seconds; never 0 on the wire */
	uint8_t n_prefixes, n_rdnss;
	uint16_t n_prefixes_seen;
	uint32_t rdnss_lifetime;	/* seconds */
	const uint8_t *redirected;	/* lent: the packet that caused a redirect */
	uint32_t redirected_len;
	/* Only the first n_prefixes, n_rdnss elements are ever set. */
	struct nd_prefix prefixes[ND_MAX_PREFIXES];
	struct ip6_addr rdnss[ND_MAX_RDNSS];
};

struct icmp6 {
	uint8_t type, code;
	const uint8_t *body;		/* lent: echo data; the inner packet in errors; the options of ND messages */
	uint32_t body_len;
	uint16_t id, seq;		/* echo; id also DHAAD and mobile prefix messages */
	uint32_t mtu;			/* too big */
	uint32_t pointer;		/* parameter problem */
	/* router advertisement */
	uint8_t cur_hop_limit;		/* 0: unspecified */
	bool managed, other, home_agent;	/* M, O, H; M and O also in a mobile prefix advertisement */
	uint16_t router_lifetime;	/* seconds; 0: not a default router */
	uint32_t reachable, retrans;	/* milliseconds; 0: unspecified */
	/* neighbour solicitation and advertisement, redirect */
	struct ip6_addr target;
	struct ip6_addr redirect_dst;
	bool router, solicited, override_;	/* R, S, O of an advertisement */
	/* home agent address discovery reply */
	uint8_t n_agents;
	struct ip6_addr agents[DHAAD_MAX_AGENTS];	/* the first n_agents are set */
	struct nd_opts opts;		/* written by the decoder only for types that carry options */
};

/*
 * The n octets of a whole ICMPv6 message at p. False with *why ("icmp6-short", "nd-opt-length", "dhaad-length") when
 * its fixed part or an option does not fit or an option's length is zero: RFC 4861 6.1 and 7.1 then want it
 * discarded. Types not listed above decode with type, code and body only. `opts` is only written for types that carry
 * options.
 */
bool icmp6_decode(const uint8_t *p, size_t n, struct icmp6 *out, const char **why, struct wire_diags *d);

static inline bool icmp6_is_error(uint8_t type) { return type < 128; }
static inline bool icmp6_is_nd(uint8_t type) { return type >= ICMP6_T_RS && type <= ICMP6_T_REDIRECT; }

/*
 * Validity of ND messages that the message alone and its IP header tell [RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1]:
 * hop limit 255, code 0, address kinds, options that must be or must not be there. NULL when valid, else a constant
 * text with the reason.
 */
const char *nd_invalid(const struct icmp6 *m, const struct ip6_addr *src, const struct ip6_addr *dst,
		       uint8_t hop_limit);

/*
 * The whole message, checksum included, to buf; its octets, or 0 when cap is too small. Options stand in the order
 * SLLA, TLLA, MTU, prefixes, advertisement interval, home agent, RDNSS. Echo and errors: body may already lie at buf
 * + 8. Redirects and types not listed are not encoded (0).
 */
size_t icmp6_encode(const struct icmp6 *m, const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t *buf,
		    size_t cap);

/*
 * How many octets of an offending packet an error may carry so that it stays within the minimum MTU [RFC 4443 2.4 c].
 */
#define ICMP6_ERROR_BODY_MAX (1280u - 40u - 8u)

bool icmp6_type_known(uint8_t type);			/* one of enum icmp6_type */
const char *icmp6_type_name(uint8_t type);		/* "router-advertisement"; "icmp6" for what is not listed */

/*
 * Shows a message and its options; base_offset is where p stands in the outermost buffer. Errors' inner packets are
 * dissect's to show.
 */
void icmp6_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);

#endif

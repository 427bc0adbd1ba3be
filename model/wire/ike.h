/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKEv2 messages [RFC 7296 3], as structs in host order, with what mobility adds to them [RFC 4739, 5026, 5685,
 * 7383, 7427, 7651]. Names and numbers: wire/ike_num.h. Composing: wire/ike_write.h.
 *
 * Decoding is pure and lenient: whatever can be read is read, what a strict reader would refuse is noted
 * (wire/diag.h), and a length that makes octets unreadable is a fault, which answers INVALID_SYNTAX. Values of wrong
 * length inside notifies, configuration attributes and signatures are notes ("ike-notify-data", "ike-redirect",
 * "ike-cp-value", "ike-auth-signature"). Nothing is decrypted here: ike_decode reads the cleartext of a message and
 * stops behind an Encrypted payload (SK or SKF), whose place ike_sk_view tells; the decrypted inner payloads are read
 * by ike_decode_payloads.
 *
 * Octets (names, keys, nonces, data) are lent from the buffer that was decoded and live as long as it does.
 */
#ifndef MOOR_WIRE_IKE_H
#define MOOR_WIRE_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/text.h"
#include "wire/diag.h"
#include "wire/esp.h"
#include "wire/ike_num.h"
#include "wire/print.h"

#define IKE_HDR_LEN 28u
#define IKE_GENERIC_LEN 4u		/* of every payload */
#define IKE_VERSION 0x20u		/* major 2, minor 0 */

/* How many of each one message keeps; more are noted ("ike-too-many") and left out. All payloads share the stores. */
#define IKE_PAYLOAD_MAX 40u
#define IKE_PROPOSAL_MAX 24u
#define IKE_TRANSFORM_MAX 192u
#define IKE_TS_MAX 48u
#define IKE_CP_ATTR_MAX 48u

struct ike_hdr {
	uint64_t spi_i, spi_r;		/* the octets as a big-endian number; spi_r 0 in the first request */
	uint8_t next;			/* enum ike_payload_type of the first payload, 0 none */
	uint8_t version;		/* major << 4 | minor */
	uint8_t exchange;		/* enum ike_exchange */
	uint8_t flags;			/* enum ike_flag */
	uint32_t mid;			/* message id */
	uint32_t length;		/* of the whole message */
};

struct ike_octets {
	const uint8_t *p;		/* lent; never NULL after decoding */
	uint16_t n;
};

/* A transform [RFC 7296 3.3.2]. */
struct ike_transform {
	uint8_t type;			/* enum ike_transform_type */
	/* Has an attribute other than Key Length, or one of a wrong form: such a transform must not be chosen
	 * [RFC 7296 3.3.6]. */
	bool odd;
	uint16_t id;
	uint16_t key_bits;		/* the Key Length attribute; 0: none */
};

struct ike_proposal {			/* [RFC 7296 3.3.1] */
	uint8_t number;			/* from 1 */
	uint8_t protocol;		/* enum ike_protocol */
	uint8_t spi_len;		/* 0, 4 or 8 */
	uint8_t n;			/* transforms */
	const uint8_t *spi;		/* lent */
	const struct ike_transform *t;
};

/* A traffic selector [RFC 7296 3.13.1]. IPv4 addresses as ::ffff:a.b.c.d, so that ranges compare alike. */
struct ike_ts {
	uint8_t type;			/* enum ike_ts_type; another one: skipped and noted */
	uint8_t proto;			/* 0 any */
	/* Inclusive; 0..65535 any, 65535..0 opaque. For MH the type is the high octet (BU alone: 0x0500..0x05ff or, as
	 * [RFC 4877] peers write, 0x0500..0x0500); for ICMP type and code. */
	uint16_t start_port, end_port;
	struct ip6_addr start, end;	/* inclusive */
};

struct ike_cp_attr {			/* [RFC 7296 3.15.1] */
	uint16_t type;			/* enum ike_cp_attr_type, reserved bit removed */
	uint16_t len;			/* 0: asked for, no value */
	const uint8_t *value;		/* lent */
};

struct ike_payload {
	uint8_t type;			/* enum ike_payload_type, or a number we do not know: only `body` */
	bool critical;
	bool bad;			/* the body could not be read: the union is not to be used */
	uint32_t offset;		/* of the generic header, from the start of what was decoded */
	struct ike_octets body;		/* all behind the generic header (AUTH covers the body of IDi and IDr) */
	union {
		struct { uint8_t n; const struct ike_proposal *p; } sa;
		struct { uint16_t group; struct ike_octets data; } ke;
		struct { uint8_t type; struct ike_octets data; } id;		/* IDi, IDr: enum ike_id_type */
		struct { uint8_t encoding; struct ike_octets data; } cert;	/* enum ike_cert_encoding */
		struct { uint8_t method; struct ike_octets data; } auth;	/* enum ike_auth_method */
		struct ike_octets data;				/* Nonce, Vendor ID, EAP */
		struct { uint8_t protocol; uint16_t type; struct ike_octets spi, data; } notify;
		struct { uint8_t protocol, spi_len; uint16_t n; const uint8_t *spi; } del;	/* n SPIs in a row */
		struct { uint8_t n; const struct ike_ts *ts; } ts;		/* TSi, TSr */
		struct { uint8_t type, n; const struct ike_cp_attr *attr; } cp;	/* enum ike_cp_type */
		/* SK, SKF: IV, ciphertext and ICV together. SK: number and total are 0 */
		struct { uint8_t inner; uint16_t number, total; struct ike_octets data; } sk;
	};
};

/*
 * A message, or a chain of inner payloads. Some 12 kilooctets, never zeroed: only what the counters say is set. Its
 * payloads point into its stores, so it must not be copied.
 */
struct ike_msg {
	struct ike_hdr h;
	uint8_t n;			/* payloads */
	uint8_t n_prop, n_attr, n_ts;
	uint16_t n_transform;
	/* The first payload type we do not know that was marked critical; 0 none. Answer: UNSUPPORTED_CRITICAL_PAYLOAD
	 * with this octet [RFC 7296 2.5]. */
	uint8_t critical_unknown;
	uint16_t notes;			/* also when the caller passed no wire_diags */
	struct fault fault;		/* the first; reason NULL: none. Offset from the start of what was decoded */
	struct ike_payload payload[IKE_PAYLOAD_MAX];
	struct ike_proposal prop[IKE_PROPOSAL_MAX];
	struct ike_transform transform[IKE_TRANSFORM_MAX];
	struct ike_ts ts[IKE_TS_MAX];
	struct ike_cp_attr attr[IKE_CP_ATTR_MAX];
};

/* The fixed 28 octets and no judgement; false when n < 28. */
bool ike_hdr_decode(const uint8_t *p, size_t n, struct ike_hdr *out);
/* Writes 28 octets as they are in h. */
void ike_hdr_encode(const struct ike_hdr *h, uint8_t *p);

/*
 * Reads the message at p (behind the non-ESP marker, if there was one); n: octets of the datagram. True when all was
 * readable; false with out->fault when not: everything read before, and payloads behind one with a bad body, stay
 * usable. A major version other than 2 is the fault IKE_FAULT_VERSION, with out->h filled (answer:
 * INVALID_MAJOR_VERSION). d may be NULL. Never reads outside p[0..n).
 */
bool ike_decode(const uint8_t *p, size_t n, struct ike_msg *out, struct wire_diags *d);
#define IKE_FAULT_VERSION "ike-version"

/*
 * Reads a decrypted chain of payloads, n octets at p without padding, of which the first is `first` (sk.inner). The
 * same results; out->h is zero but for `next` and `length`. n = 0 with first = 0 is an empty chain (liveness check).
 * Encrypted payloads inside are a fault.
 */
bool ike_decode_payloads(uint8_t first, const uint8_t *p, size_t n, struct ike_msg *out, struct wire_diags *d);

/* The first payload of that type that is not bad, or NULL; the next of the same type after pl. */
const struct ike_payload *ike_find(const struct ike_msg *m, uint8_t type);
const struct ike_payload *ike_next(const struct ike_msg *m, const struct ike_payload *pl);
/* The first notify of that type, and the next of the same notify type. */
const struct ike_payload *ike_find_notify(const struct ike_msg *m, uint16_t notify);
const struct ike_payload *ike_next_notify(const struct ike_msg *m, const struct ike_payload *pl);
/* The first notify with an error type (below 16384), or NULL. */
const struct ike_payload *ike_find_error(const struct ike_msg *m);
unsigned ike_count(const struct ike_msg *m, uint8_t type);

/* ---- the Encrypted payload [RFC 7296 3.14] and its fragments [RFC 7383 2.5] ---- */

/* Where its parts are: offsets from the message's first octet. */
struct ike_sk {
	uint8_t inner;			/* type of the first inner payload; in fragments after the first it is 0 */
	uint16_t number, total;		/* SKF: 1..total; SK: 0, 0 */
	uint32_t iv, iv_len;
	uint32_t ct, ct_len;		/* inner payloads, padding and pad length */
	uint32_t icv, icv_len;
	uint32_t len;			/* of the message */
	uint32_t aad_len;		/* from 0 up to the IV: associated data of an AEAD [RFC 5282 5.1] */
	uint32_t auth_len;		/* from 0 up to the ICV: what a separate integrity transform covers */
};

/*
 * Finds the parts of the decoded message m, whose last payload is SK or SKF. False with *why (may be NULL):
 * "ike-sk-none", "ike-sk-short" when IV, pad length and ICV do not fit, "ike-sk-block" when the ciphertext is no
 * multiple of the block, "ike-skf-number" when a fragment is numbered 0, or above the total.
 */
bool ike_sk_view(const struct ike_msg *m, const struct seal_sizes *z, struct ike_sk *out, const char **why);

/* Octets of inner payloads in the n decrypted ones at p; false when the pad length claims more than there is. */
bool ike_sk_unpad(const uint8_t *p, size_t n, size_t *inner_len);

/* ---- values inside payloads ---- */

struct ike_home_prefix {		/* MIP6_HOME_PREFIX [RFC 5026 8.2] */
	uint32_t life_s;		/* seconds; all ones: infinite */
	struct ip6_addr prefix;
	uint8_t len;			/* bits, 0..128 */
};
#define IKE_HOME_PREFIX_LEN 21u

/*
 * Attribute values; false when the length is not the attribute's (an empty value: asked for), out then untouched.
 * ip4: 4 octets. ip6: 16, or 17 with a prefix length of 0..128 (*bits; 128 when there is none; may be NULL).
 * home_agent: 16 octets IPv6, then perhaps 4 octets IPv4 (*has4).
 */
bool ike_cp_ip4(const struct ike_cp_attr *a, struct ip4_addr *out);
bool ike_cp_ip6(const struct ike_cp_attr *a, struct ip6_addr *out, uint8_t *bits);
bool ike_cp_home_prefix(const struct ike_cp_attr *a, struct ike_home_prefix *out);
bool ike_cp_home_agent(const struct ike_cp_attr *a, struct ip6_addr *out, struct ip4_addr *out4, bool *has4);
/* The first attribute of that type in a CP payload, or NULL. */
const struct ike_cp_attr *ike_cp_find(const struct ike_payload *cp, uint16_t type);

/* Data of REDIRECT and REDIRECTED_FROM [RFC 5685 5.2, 5.3]. */
struct ike_redirect {
	uint8_t gw_type;		/* enum ike_gw_type */
	struct ike_octets gw;		/* 4 octets, 16 octets, or a name without ending zero */
	struct ike_octets nonce;	/* only in an IKE_SA_INIT response; else n = 0 */
};

/*
 * False when the data is shorter than it says, the type is unknown or its length is not the type's. A nonce, when
 * there is one, has 16..256 octets; another length is false too.
 */
bool ike_redirect_decode(const struct ike_octets *data, struct ike_redirect *out);
/* Octets written, or 0: does not fit or contradicts itself. */
size_t ike_redirect_encode(const struct ike_redirect *r, uint8_t *buf, size_t cap);

/* AUTH data of method 14 [RFC 7427 3]: length octet, AlgorithmIdentifier (DER), signature. False when short. */
bool ike_auth_sig_split(const struct ike_octets *data, struct ike_octets *algorithm, struct ike_octets *signature);

/* ---- for people ---- */

/* Everything about the message, faults and notes included, told to out; offsets count from base_offset. */
void ike_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);
/* The same of a decrypted chain; what is open in the printer stays open, so that it can stand inside its SK. */
void ike_print_payloads(uint8_t first, const uint8_t *p, size_t n, const struct wire_printer *out,
			uint32_t base_offset);

/*
 * "IKE_SA_INIT request mid 0 SA KE No N(COOKIE)"; SK as "SK{152}", fragments as "SKF{1/3}". Returns octets added.
 */
size_t ike_summary(const struct ike_msg *m, struct text *t);
/* The payloads alone, each with a space before it: what stands in the braces of an opened SK. */
size_t ike_summary_payloads(const struct ike_msg *m, struct text *t);

#endif

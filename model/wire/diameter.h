/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diameter messages [RFC 6733 3, 4]: a header and attribute-value pairs, those of the base protocol, of EAP [RFC 4072],
 * of a home agent that asks about its users [RFC 5447, RFC 5778, RFC 5779] and of TS 29.273. Numbers are in host order.
 *
 * A decoded message lends its octets. Members of groups that are known follow their group in the same array, one level
 * deeper, so nobody walks octets twice.
 */
#ifndef MOOR_WIRE_DIAMETER_H
#define MOOR_WIRE_DIAMETER_H

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/print.h"

enum {
	DIAM_HEADER = 20,
	DIAM_AVP_HEADER = 8,		/* 12 with a Vendor-Id */
	DIAM_MESSAGE_MAX = 16384,	/* octets; longer ones are a fault */
	DIAM_AVPS_MAX = 160,		/* members of groups included; more are a fault */
	DIAM_DEPTH_MAX = 4,
	DIAM_PORT = 3868
};

enum diam_flag { DIAM_F_REQUEST = 0x80, DIAM_F_PROXIABLE = 0x40, DIAM_F_ERROR = 0x20, DIAM_F_AGAIN = 0x10 };
enum diam_avp_flag {
	DIAM_AVP_VENDOR = 0x80, DIAM_AVP_MUST = 0x40, DIAM_AVP_PROTECTED = 0x20, DIAM_AVP_RESERVED = 0x1f
};

enum diam_command {
	DIAM_CER = 257, DIAM_RAR = 258, DIAM_AAR = 265, DIAM_DER = 268, DIAM_ASR = 274, DIAM_STR = 275, DIAM_DWR = 280,
	DIAM_DPR = 282
};

/* [RFC 6733 11.3, RFC 4072, RFC 5778; TS 29.273 for those of 3GPP] */
enum diam_application {
	DIAM_APP_BASE = 0, DIAM_APP_EAP = 5, DIAM_APP_MIP6I = 7, DIAM_APP_SWM = 16777264, DIAM_APP_S6B = 16777272,
	DIAM_APP_RELAY = -1		/* 0xffffffff: any, of an agent */
};

enum diam_vendor { DIAM_IETF = 0, DIAM_3GPP = 10415, DIAM_OWN = 32473 };

/* Result-Code [RFC 6733 7.1]; those of enum aaa_result are of applications. */
enum diam_result {
	DIAM_MULTI_ROUND = 1001,
	DIAM_SUCCESS = 2001, DIAM_LIMITED = 2002,
	DIAM_COMMAND_UNSUPPORTED = 3001, DIAM_UNABLE_TO_DELIVER = 3002, DIAM_REALM_NOT_SERVED = 3003, DIAM_TOO_BUSY = 3004,
	DIAM_LOOP_DETECTED = 3005, DIAM_APPLICATION_UNSUPPORTED = 3007, DIAM_INVALID_HDR_BITS = 3008,
	DIAM_INVALID_AVP_BITS = 3009, DIAM_UNKNOWN_PEER = 3010,
	DIAM_AVP_UNSUPPORTED = 5001, DIAM_UNKNOWN_SESSION = 5002, DIAM_INVALID_AVP_VALUE = 5004, DIAM_MISSING_AVP = 5005,
	DIAM_AVP_NOT_ALLOWED = 5008, DIAM_AVP_TOO_OFTEN = 5009, DIAM_NO_COMMON_APPLICATION = 5010,
	DIAM_UNSUPPORTED_VERSION = 5011, DIAM_UNABLE_TO_COMPLY = 5012, DIAM_INVALID_AVP_LENGTH = 5014,
	DIAM_INVALID_MESSAGE_LENGTH = 5015, DIAM_NO_COMMON_SECURITY = 5017
};
/* "DIAMETER_UNABLE_TO_DELIVER"; NULL: none of ours */
const char *diam_result_name(uint32_t code);
/* Class 3 goes with the E flag [RFC 6733 7.2]. */
static inline bool diam_protocol_error(uint32_t code) { return code / 1000 == 3; }

enum diam_cause { DIAM_REBOOTING = 0, DIAM_BUSY = 1, DIAM_DO_NOT_WANT = 2 };	/* Disconnect-Cause */
enum diam_auth_request { DIAM_AUTHENTICATE_ONLY = 1, DIAM_AUTHORIZE_ONLY = 2, DIAM_AUTHORIZE_AUTHENTICATE = 3 };

/*
 * Pairs that are known: the code, with the vendor's number in this list above it. OWN_… are of the enterprise number
 * for examples [RFC 5612]; they tell another Mooring what only it asks, with a clear M bit, so others pass over them.
 */
#define DIAM_ID(vendor, code) ((uint32_t)(vendor) << 24 | (code))
enum diam_id {
	AVP_OTHER = 0,
	AVP_USER_NAME = 1, AVP_STATE = 24, AVP_CLASS = 25, AVP_SESSION_TIMEOUT = 27, AVP_PROXY_STATE = 33,
	AVP_MIP6_FEATURE_VECTOR = 124, AVP_MIP6_HOME_LINK_PREFIX = 125,
	AVP_HOST_IP_ADDRESS = 257, AVP_AUTH_APPLICATION_ID = 258, AVP_ACCT_APPLICATION_ID = 259,
	AVP_VENDOR_SPECIFIC_APPLICATION_ID = 260, AVP_SESSION_ID = 263, AVP_ORIGIN_HOST = 264, AVP_SUPPORTED_VENDOR_ID = 265,
	AVP_VENDOR_ID = 266, AVP_FIRMWARE_REVISION = 267, AVP_RESULT_CODE = 268, AVP_PRODUCT_NAME = 269,
	AVP_DISCONNECT_CAUSE = 273, AVP_AUTH_REQUEST_TYPE = 274, AVP_AUTH_SESSION_STATE = 277, AVP_ORIGIN_STATE_ID = 278,
	AVP_FAILED_AVP = 279, AVP_PROXY_HOST = 280, AVP_ERROR_MESSAGE = 281, AVP_ROUTE_RECORD = 282,
	AVP_DESTINATION_REALM = 283, AVP_PROXY_INFO = 284, AVP_RE_AUTH_REQUEST_TYPE = 285,
	AVP_AUTHORIZATION_LIFETIME = 291, AVP_REDIRECT_HOST = 292, AVP_DESTINATION_HOST = 293, AVP_ERROR_REPORTING_HOST = 294,
	AVP_TERMINATION_CAUSE = 295, AVP_ORIGIN_REALM = 296, AVP_EXPERIMENTAL_RESULT = 297,
	AVP_EXPERIMENTAL_RESULT_CODE = 298, AVP_INBAND_SECURITY_ID = 299,
	AVP_MIP_MOBILE_NODE_ADDRESS = 333, AVP_MIP_HOME_AGENT_ADDRESS = 334, AVP_MIP_HOME_AGENT_HOST = 348,
	AVP_EAP_PAYLOAD = 462, AVP_EAP_REISSUED_PAYLOAD = 463, AVP_EAP_MASTER_SESSION_KEY = 464,
	AVP_ACCOUNTING_EAP_AUTH_METHOD = 465, AVP_MIP6_AGENT_INFO = 486, AVP_MIP_CAREOF_ADDRESS = 487,
	AVP_SERVICE_SELECTION = 493, AVP_PMIP6_IPV4_HOME_ADDRESS = 505, AVP_MOBILE_NODE_IDENTIFIER = 506,
	AVP_SERVED_PARTY_IP_ADDRESS = DIAM_ID(1, 848), AVP_CONTEXT_IDENTIFIER = DIAM_ID(1, 1423),
	AVP_APN_CONFIGURATION = DIAM_ID(1, 1430), AVP_PDN_TYPE = DIAM_ID(1, 1456),
	AVP_OWN_DETAIL = DIAM_ID(2, 1), AVP_OWN_ASKS = DIAM_ID(2, 2), AVP_OWN_WHEN = DIAM_ID(2, 3),
	AVP_OWN_EXTERNAL_USER = DIAM_ID(2, 4), AVP_OWN_POLICY = DIAM_ID(2, 5)
};

enum diam_type {
	DIAM_T_OCTETS, DIAM_T_TEXT, DIAM_T_IDENTITY, DIAM_T_U32, DIAM_T_U64, DIAM_T_ENUM, DIAM_T_ADDRESS, DIAM_T_PREFIX6,
	DIAM_T_GROUP
};

struct diam_row {
	uint32_t id;			/* enum diam_id */
	const char *name;		/* "Session-Id" */
	uint8_t type;			/* enum diam_type */
	bool must;			/* the M bit that we send */
};
const struct diam_row *diam_row(uint32_t id);			/* NULL: not known */
const char *diam_command_name(uint32_t command, bool request);	/* "DER", "CEA"; NULL: none of ours */

struct diam_avp {
	uint32_t id;			/* enum diam_id; AVP_OTHER: see code and vendor */
	uint32_t code, vendor;
	uint32_t at;			/* of its header, from the message's start */
	uint32_t len;			/* octets of data, without padding */
	const uint8_t *data;
	uint8_t flags;			/* enum diam_avp_flag */
	uint8_t depth;			/* 0: of the message itself */
};

struct diam_msg {
	uint8_t flags;			/* enum diam_flag */
	uint32_t command;		/* enum diam_command, or any */
	uint32_t app;
	uint32_t hop, end;		/* Hop-by-Hop and End-to-End Identifier */
	uint32_t len;
	unsigned n;
	struct diam_avp avp[DIAM_AVPS_MAX];
};

/* How long the message is whose first octets these are; 0: fewer than four. Whatever it says: see diam_decode. */
size_t diam_length(const uint8_t *p, size_t n);

/*
 * One message, the whole of p. Faults: "diam-short" (less than its header, or than it says), "diam-version",
 * "diam-length" (under the header's, not a multiple of four, above DIAM_MESSAGE_MAX, not n), "diam-avp-short" (a pair
 * leaves its message), "diam-avp-length" (under its header's), "diam-many". Notes: "diam-flags", "diam-avp-flags"
 * (reserved bits, or an error that is a request), "diam-padding" (not zero), "diam-group" (its members leave it:
 * kept as octets), "diam-avp-size" (data that its type does not have), "diam-deep" (kept as octets).
 *
 * Of a message with a fault, too, flags and numbers of the header are told when all of it is there, and the pairs
 * before the fault. A pair that faults is told by the fault's offset: diam_w_header quotes it.
 */
bool diam_decode(const uint8_t *p, size_t n, struct diam_msg *out, struct fault *fault, struct wire_diags *d);

/* The first with this id in the group (NULL: of the message itself); NULL: none. Of ids that are known. */
const struct diam_avp *diam_find(const struct diam_msg *m, const struct diam_avp *group, uint32_t id);
/* The next one after a with its id, at its level of the same group; NULL: none. */
const struct diam_avp *diam_next(const struct diam_msg *m, const struct diam_avp *a);
/* What a pair says, when its size fits; false (and *out untouched): there is none, or it does not. a may be NULL. */
bool diam_u32(const struct diam_avp *a, uint32_t *out);
bool diam_u64(const struct diam_avp *a, uint64_t *out);
bool diam_address(const struct diam_avp *a, struct ip6_addr *out);		/* IPv4 as mapped [RFC 6733 4.3.1] */
bool diam_prefix6(const struct diam_avp *a, struct ip6_prefix *out);		/* [RFC 5447 4.2.4]: length, address */
/* Its text with an end, if it fits and has no octet zero. */
bool diam_text(const struct diam_avp *a, char *out, size_t cap);
/* Result-Code, else the code of Experimental-Result; 0: none. */
uint32_t diam_result(const struct diam_msg *m);

/*
 * What is wrong with a request or answer so that it must be refused [RFC 6733 7.5], by the grammar of its command:
 * DIAM_SUCCESS, or a result code; *failed: the pair that Failed-AVP quotes; NULL: the one with *missing, or none.
 */
uint32_t diam_check(const struct diam_msg *m, const struct diam_avp **failed, uint32_t *missing);

/* ---- writing ----------------------------------------------------------------------------------------------------- */

struct diam_writer {
	struct writer w;
	unsigned depth;
	size_t group[DIAM_DEPTH_MAX];	/* where the open groups begin */
};

void diam_w_begin(struct diam_writer *w, uint8_t *buf, size_t cap, uint8_t flags, uint32_t command, uint32_t app,
		  uint32_t hop, uint32_t end);
/* Ids that diam_row knows; anything else is an assertion. */
void diam_w_octets(struct diam_writer *w, uint32_t id, const void *data, size_t n);
void diam_w_text(struct diam_writer *w, uint32_t id, const char *text);
void diam_w_u32(struct diam_writer *w, uint32_t id, uint32_t v);
void diam_w_u64(struct diam_writer *w, uint32_t id, uint64_t v);
void diam_w_address(struct diam_writer *w, uint32_t id, const struct ip6_addr *a);
void diam_w_prefix6(struct diam_writer *w, uint32_t id, const struct ip6_prefix *p);
void diam_w_open(struct diam_writer *w, uint32_t id);		/* a group; what follows is in it until diam_w_close */
void diam_w_close(struct diam_writer *w);
/* The header of the pair at p, of which n octets are left, with data as short as its type has it, all zeros. */
void diam_w_header(struct diam_writer *w, const uint8_t *p, size_t n);
/* A pair as it was, a group whole. */
void diam_w_again(struct diam_writer *w, const struct diam_avp *a);
size_t diam_w_end(struct diam_writer *w);			/* octets of the message; 0: it did not fit */
/* The whole message again: the same octets when it was decoded without a note. */
size_t diam_encode(const struct diam_msg *m, uint8_t *buf, size_t cap);

/* The layer "diameter" and a layer for each pair: "session-id", "eap-payload"; "avp" for those not known. */
void diam_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP packets [RFC 3748 4] and the messages and attributes of EAP-AKA [RFC 4187 8 to 11]. Octets <-> structs and
 * nothing else: no keys are known here. The place of AT_MAC is told, so that whoever has K_aut computes it.
 *
 * Decoding lends: every pointer in the result points into the octets that were read. The order of attributes is kept.
 * What a strict peer would refuse but which leaves the rest readable is noted (wire/diag.h); a wrong length, zero
 * included, is a fault. Encoding is strict: what does not fit its attribute is refused, 0 octets.
 */
#ifndef MOOR_WIRE_EAP_H
#define MOOR_WIRE_EAP_H

#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/print.h"

#define EAP_HEADER 4u			/* code, identifier, length */
#define EAP_MAX 1020u			/* the EAP MTU that every lower layer carries [RFC 3748 3.1]; ours never exceed it */
#define EAP_AKA_ATTRS_MAX 24u		/* attributes kept of one message, or of one AT_ENCR_DATA */
#define EAP_MAC_OCTETS 16u
#define EAP_CHECKCODE_OCTETS 20u

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE = 2, EAP_SUCCESS = 3, EAP_FAILURE = 4 };

enum eap_type {
	EAP_IDENTITY = 1, EAP_NOTIFICATION = 2, EAP_NAK = 3, EAP_MD5 = 4, EAP_OTP = 5, EAP_GTC = 6, EAP_TLS = 13,
	EAP_SIM = 18, EAP_AKA = 23, EAP_AKA_PRIME = 50, EAP_EXPANDED = 254
};

enum eap_aka_subtype {
	AKA_CHALLENGE = 1, AKA_AUTHENTICATION_REJECT = 2, AKA_SYNCHRONIZATION_FAILURE = 4, AKA_IDENTITY = 5,
	AKA_NOTIFICATION = 12, AKA_REAUTHENTICATION = 13, AKA_CLIENT_ERROR = 14
};

enum eap_aka_attr_type {
	AT_RAND = 1, AT_AUTN = 2, AT_RES = 3, AT_AUTS = 4, AT_PADDING = 6, AT_PERMANENT_ID_REQ = 10, AT_MAC = 11,
	AT_NOTIFICATION = 12, AT_ANY_ID_REQ = 13, AT_IDENTITY = 14, AT_FULLAUTH_ID_REQ = 17, AT_COUNTER = 19,
	AT_COUNTER_TOO_SMALL = 20, AT_NONCE_S = 21, AT_CLIENT_ERROR_CODE = 22, AT_IV = 129, AT_ENCR_DATA = 130,
	AT_NEXT_PSEUDONYM = 132, AT_NEXT_REAUTH_ID = 133, AT_CHECKCODE = 134, AT_RESULT_IND = 135
};

/* Values of AT_NOTIFICATION. Bit S: no failure; bit P: before the challenge round [RFC 4187 10.19]. */
enum eap_aka_notification {
	AKA_N_FAILURE_AFTER = 0, AKA_N_DENIED = 1026, AKA_N_NOT_SUBSCRIBED = 1031, AKA_N_FAILURE = 16384,
	AKA_N_SUCCESS = 32768
};

#define AKA_N_S 0x8000u
#define AKA_N_P 0x4000u

/*
 * One attribute. octets and len: its meaning without reserved, length and pad octets: RAND, AUTN, MAC, IV, NONCE_S 16;
 * AUTS 14; RES bits / 8 rounded up; identities, pseudonym, re-authentication identity as long as they say; ENCR_DATA
 * the cipher text; CHECKCODE 0 or 20; those with a number or without a value 0; PADDING and unknown ones: all after
 * type and length.
 * value: the 16 bits after the length: bits of RES, actual length of identities, COUNTER, NOTIFICATION,
 * CLIENT_ERROR_CODE. When writing, those of RES and of identities follow from len (value of RES: bits, 0: 8 * len).
 */
struct eap_attr {
	uint8_t type;			/* enum eap_aka_attr_type, or anything */
	uint16_t value;
	uint16_t len;
	uint16_t at;			/* of its type octet, from the start of what was decoded */
	const uint8_t *octets;		/* lent */
};

struct eap_attrs {
	uint8_t n;
	bool critical;			/* one below 128 that nobody here knows: the exchange ends [RFC 4187 8.1] */
	bool repeated;			/* one that is known occurs twice */
	bool bad_padding;		/* AT_PADDING that is not zeros, or not last [RFC 4187 10.12] */
	struct eap_attr a[EAP_AKA_ATTRS_MAX];
};

/*
 * type_data: what follows the type octet (whole, for EAP-AKA too), empty for Success and Failure.
 * For type AKA: subtype and attrs.
 */
struct eap_packet {
	uint8_t code;			/* enum eap_code */
	uint8_t id;			/* Identifier */
	uint8_t type;			/* enum eap_type; 0 for Success and Failure */
	uint8_t subtype;		/* enum eap_aka_subtype; 0 when not EAP-AKA */
	uint16_t len;			/* the packet's Length; what is behind it is padding of a lower layer */
	uint16_t mac_at;		/* of the 16 octets of AT_MAC from the packet's start; 0: no AT_MAC */
	uint16_t type_data_len;
	const uint8_t *type_data;
	struct eap_attrs attrs;
};

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

/*
 * Faults: "eap-short" (below 4 octets, or a request or response without a type), "eap-length" (the Length field is
 * below its minimum or beyond the octets), "eap-code", "eap-aka-short", "eap-aka-attr-length" (zero, beyond the end, or
 * not that of its type), "eap-aka-attrs-many". Notes: "eap-trailing", "eap-aka-subtype", "eap-aka-attr-unknown",
 * "eap-aka-attr-critical", "eap-aka-attr-repeated", "eap-aka-reserved", "eap-aka-padding", "eap-aka-pad-octets",
 * "eap-aka-res-bits", and what eap_aka_check says.
 */
bool eap_decode(struct reader *r, struct eap_packet *out, struct wire_diags *d);

/* Attributes alone: the plain text of AT_ENCR_DATA. The same faults and notes. */
bool eap_attrs_decode(struct reader *r, struct eap_attrs *out, struct wire_diags *d);

/*
 * Which attributes a message must, may and must not have [RFC 4187 10.1]: the first deviation's id, NULL: none.
 * "eap-aka-attr-missing", "eap-aka-attr-forbidden" (also one that belongs inside AT_ENCR_DATA, or none of it),
 * "eap-aka-attr-exclusive" (two identity requests; AT_IV without AT_ENCR_DATA). Every one is noted in d (may be NULL).
 * Known attributes only; eap_decode has called it already when it was given d.
 */
const char *eap_aka_check(const struct eap_packet *p, struct wire_diags *d);
/* The same for the plain text of the AT_ENCR_DATA of such a message. */
const char *eap_aka_check_nested(const struct eap_packet *outer, const struct eap_attrs *in, struct wire_diags *d);

/* The first of this type; NULL: not there. */
const struct eap_attr *eap_attr_find(const struct eap_attrs *as, uint8_t type);

/* ---- encoding ---------------------------------------------------------------------------------------------------- */

/*
 * A message is written piece by piece:
 *	struct eap_writer w;
 *	eap_write_aka(&w, buf, cap, EAP_RESPONSE, id, AKA_CHALLENGE);
 *	eap_write_octets(&w, AT_RES, res, 8);
 *	eap_write_mac(&w);		// zeros for now; its place is w.mac_at
 *	n = eap_write_end(&w);		// fills in the Length; 0: something did not fit
 * Attributes stand in the order of the calls.
 */
struct eap_writer {
	struct writer w;
	uint16_t mac_at;		/* as in struct eap_packet */
	bool packet;			/* has a header */
};

void eap_write_aka(struct eap_writer *w, uint8_t *buf, size_t cap, uint8_t code, uint8_t id, uint8_t subtype);
void eap_write_attrs(struct eap_writer *w, uint8_t *buf, size_t cap);		/* the plain text of AT_ENCR_DATA */
void eap_write_octets(struct eap_writer *w, uint8_t type, const uint8_t *octets, size_t n);	/* every kind with octets */
void eap_write_number(struct eap_writer *w, uint8_t type, uint16_t value);	/* COUNTER, NOTIFICATION, …; else 0 */
void eap_write_mac(struct eap_writer *w);
void eap_write_attr(struct eap_writer *w, const struct eap_attr *a);		/* by its type; unknown ones as they are */
/* AT_PADDING up to a multiple of 16 octets, when there is need. Of eap_write_attrs' text. */
void eap_write_padding(struct eap_writer *w);
size_t eap_write_end(struct eap_writer *w);

/* A whole packet as decoded; AT_MAC with the octets given (NULL: zeros). Returns 0 when it cannot be. */
size_t eap_encode(const struct eap_packet *p, uint8_t *buf, size_t cap);

/* Success and Failure: 4 octets. */
size_t eap_encode_result(uint8_t code, uint8_t id, uint8_t *buf, size_t cap);
/* Identity, Notification, Nak, MD5: code, type and the octets after it. */
size_t eap_encode_plain(uint8_t code, uint8_t id, uint8_t type, const uint8_t *data, size_t n, uint8_t *buf,
			size_t cap);

/* ---- names and printing ------------------------------------------------------------------------------------------ */

const char *eap_code_name(uint8_t code);		/* "Request"; "unknown" */
const char *eap_type_name(uint8_t type);		/* "AKA"; NULL: not known */
const char *eap_aka_subtype_name(uint8_t subtype);	/* "AKA-Challenge"; NULL: not known */
const char *eap_attr_name(uint8_t type);		/* "AT_RAND"; NULL: not known */
const char *eap_notification_name(uint16_t code);	/* "general failure"; by its bits when the code is not known */
/* For ladders: "EAP-Request/AKA-Challenge", "EAP-Success", "EAP-Response/Identity"; a constant. */
const char *eap_message_name(uint8_t code, uint8_t type, uint8_t subtype);

void eap_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);
/* Attributes alone, in the layer "eap-aka-encrypted": for whoever could decrypt them. */
void eap_attrs_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset);

#endif

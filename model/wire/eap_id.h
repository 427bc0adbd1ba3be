/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Identities of EAP-AKA: the IMSI, the Network Access Identifier made from it [TS 23.003 19.3.2, RFC 4187 4.1.1], and
 * what kind a received identity is by its first character.
 */
#ifndef MOOR_WIRE_EAP_ID_H
#define MOOR_WIRE_EAP_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EAP_NAI_MAX 127u		/* octets of an identity that we keep; longer ones are nobody's here */
#define EAP_USERNAME_MAX 31u		/* octets of a username that we make */
#define IMSI_DIGITS_MAX 15u

/* 6 to 15 decimal digits; 8 octets. All zeros: none. Two are equal when their bits are. */
struct imsi {
	uint64_t digits : 54;		/* the number they are; leading zeros follow from n */
	uint64_t n : 5;			/* how many digits */
	uint64_t mnc : 2;		/* digits of the MNC: 2 or 3 */
};

/* Digits only, 6 to 15 of them. mnc: 2 or 3. */
bool imsi_parse(const char *text, size_t len, unsigned mnc, struct imsi *out);
const char *imsi_text(struct imsi i, char buf[IMSI_DIGITS_MAX + 1]);
struct imsi imsi_add(struct imsi i, uint64_t n);	/* the n-th after it; its length stays */
static inline bool imsi_is_none(struct imsi i) { return i.n == 0; }
static inline bool imsi_same(struct imsi a, struct imsi b) { return a.digits == b.digits && a.n == b.n; }

enum eap_id_kind {
	EAP_ID_UNKNOWN,			/* none of EAP-AKA, or not to be classified */
	EAP_ID_PERMANENT,		/* "0" and the IMSI */
	EAP_ID_PSEUDONYM,		/* "2" */
	EAP_ID_REAUTH			/* "4" */
};

/* By the first character of the username. A permanent one has digits only; imsi (may be NULL) is then filled in, with
 * the MNC's length as in the realm, 3 without such a realm: found by imsi_same, which does not look at it. */
enum eap_id_kind eap_id_kind(const uint8_t *nai, size_t len, struct imsi *imsi);
size_t eap_id_username(const uint8_t *nai, size_t len);		/* octets before the first "@"; len without one */

/* nai.epc.mnc<3 digits>.mcc<3 digits>.3gppnetwork.org: 37 octets, no end; a 2-digit MNC gets a zero in front. */
#define EAP_REALM_OCTETS 37u
void eap_id_realm(struct imsi i, char out[EAP_REALM_OCTETS]);
/* "0" IMSI "@" realm. Returns its length (at most 54); not ended by 0. */
size_t eap_id_permanent(struct imsi i, uint8_t out[EAP_NAI_MAX]);
/* username "@" the realm of the IMSI. 0: longer than EAP_NAI_MAX. */
size_t eap_id_with_realm(const uint8_t *username, size_t n, struct imsi i, uint8_t out[EAP_NAI_MAX]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of other nodes' SAs, for who looks on: a scenario's faults that must know a Binding Update inside ESP, the
 * replay of a capture whose keys were saved. What is opened is copied out; the packet stays as it is.
 *
 * A keyring has a provider of its own, so that looking costs no virtual time; `modelled` opens what `modelled` sealed.
 */
#ifndef MOOR_CRYPTO_KEYRING_H
#define MOOR_CRYPTO_KEYRING_H

#include "crypto/crypto.h"

#define KEYRING_IKE_MAX 65536u		/* octets of a message put together from fragments at most */

struct keyring;

struct keyring *keyring_new(enum crypto_kind kind);
void keyring_free(struct keyring *k);			/* NULL is allowed */

/* Key lengths follow from the algorithms (crypto.h). False: an algorithm that is not known, nothing was added. */
bool keyring_add_ike(struct keyring *k, uint64_t spi_i, uint64_t spi_r, uint16_t encr, uint16_t key_bits,
		     const uint8_t *sk_ei, const uint8_t *sk_er, uint16_t integ, const uint8_t *sk_ai,
		     const uint8_t *sk_ar);
/* One direction. Several SAs may have the same SPI: that one counts whose ICV is right. */
bool keyring_add_esp(struct keyring *k, uint32_t spi, uint16_t encr, uint16_t key_bits, const uint8_t *encr_key,
		     uint16_t integ, const uint8_t *integ_key);

/*
 * The same for a key that somebody kept without the one of its ICV: icv_len octets at the end are not looked at, and
 * nothing tells a wrong key but what comes out. encr: AES-CBC or NULL.
 */
bool keyring_add_esp_unchecked(struct keyring *k, uint32_t spi, uint16_t encr, uint16_t key_bits,
			       const uint8_t *encr_key, uint8_t icv_len);

enum keyring_result {
	KEYRING_OPEN,
	KEYRING_CLEAR,			/* IKE: there is no SK payload; out holds the message as it came */
	KEYRING_PART,			/* IKE: a fragment, others are missing yet; nothing in out */
	KEYRING_NO_KEY,			/* nobody gave keys for these SPIs */
	KEYRING_BAD_ICV,		/* right with none of the keys given */
	KEYRING_MALFORMED		/* also when the ICV was right, but not what was decrypted: keyring_used tells */
};

#define KEYRING_NOBODY UINT32_MAX
/*
 * With which key the last packet's ICV was right: the number of a successful keyring_add_ike, or of a
 * keyring_add_esp(_unchecked), counted from 0 each. KEYRING_NOBODY: with none.
 */
uint32_t keyring_used(const struct keyring *k);

/*
 * The ESP packet of n octets at p, SPI first. out: cap octets for the payload; next_header: what it is. MALFORMED also
 * when it does not fit.
 */
enum keyring_result keyring_open_esp(struct keyring *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				     size_t *len, uint8_t *next_header);
/*
 * The IKE message of n octets at p (behind the non-ESP marker). out: the same message with its inner payloads in clear
 * behind the others, as if there were no SK payload; header fields `next` and `length` fit that. Fragments [RFC 7383]
 * are put together: the last missing one opens.
 */
enum keyring_result keyring_open_ike(struct keyring *k, const uint8_t *p, size_t n, uint8_t *out, size_t cap,
				     size_t *len);

#endif

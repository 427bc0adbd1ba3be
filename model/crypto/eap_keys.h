/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of EAP-AKA [RFC 4187 7]. Real in both providers. Identities are octets as sent in AT_IDENTITY or the EAP
 * identity response, without an end.
 */
#ifndef MOOR_CRYPTO_EAP_KEYS_H
#define MOOR_CRYPTO_EAP_KEYS_H

#include "crypto/crypto.h"

struct eap_aka_keys {
	uint8_t mk[20];				/* kept for fast re-authentication, with k_encr and k_aut */
	uint8_t k_encr[16], k_aut[16];
	uint8_t msk[64], emsk[64];
};

/* MK = SHA1(identity | IK | CK), and all keys of it. Charged CRYPTO_OP_EAP_KEYS. */
void eap_aka_keys_full(struct crypto *c, const uint8_t *identity, size_t identity_len, const uint8_t ik[16],
		       const uint8_t ck[16], struct eap_aka_keys *out);
/*
 * XKEY' = SHA1(identity | counter | NONCE_S | MK): new msk and emsk in *keys; the rest of it is read and kept.
 * identity: the fast re-authentication identity that was used. Charged CRYPTO_OP_EAP_KEYS.
 */
void eap_aka_keys_reauth(struct crypto *c, const uint8_t *identity, size_t identity_len, uint16_t counter,
			 const uint8_t nonce_s[16], struct eap_aka_keys *keys);

/* The generator of FIPS 186-2 with change notice 1, without reduction [RFC 4187 7]: out_len octets from XKEY. */
void eap_aka_prf(const uint8_t xkey[20], uint8_t *out, size_t out_len);

/* AT_MAC: HMAC-SHA1-128 with K_aut [RFC 4187 10.15]; k_aut prepared by crypto_mac_init(CRYPTO_PRF_SHA1). */
void eap_aka_mac(struct crypto *c, const struct crypto_mac *k_aut, const struct crypto_part *parts, size_t n,
		 uint8_t out[16]);
/* AT_ENCR_DATA: AES-128-CBC with K_encr, in place; len a multiple of 16 [RFC 4187 10.12]. */
void eap_aka_encrypt(struct crypto *c, const uint8_t k_encr[16], const uint8_t iv[16], uint8_t *data, size_t len);
void eap_aka_decrypt(struct crypto *c, const uint8_t k_encr[16], const uint8_t iv[16], uint8_t *data, size_t len);

#endif

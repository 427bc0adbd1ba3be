/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys of EAP-AKA
 *
 * Key derivation of full and fast re-authentication [RFC 4187 7], the generator under it (FIPS 186-2 with change
 * notice 1 and no reduction modulo q, as RFC 4186 appendix B writes it down), AT_MAC [10.15] and AT_ENCR_DATA [10.12].
 */
#include "crypto/eap_keys.h"

#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "crypto/priv.h"

/* G(t, c): SHA-1's compression of c followed by zeros, from SHA-1's own start, without padding */
static void g_of(const uint8_t xval[20], uint8_t out[20])
{
	uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t block[64] = { 0 };

	memcpy(block, xval, 20);
	crypto_sha1_block(state, block);
	for (size_t i = 0; i < 5; i++)
		store32(out + 4 * i, state[i]);
}

/* XKEY = (1 + XKEY + w) mod 2^160 */
static void add_one_and(uint8_t xkey[20], const uint8_t w[20])
{
	unsigned carry = 1;

	for (size_t i = 20; i-- > 0; carry >>= 8) {
		carry += (unsigned)xkey[i] + w[i];
		xkey[i] = (uint8_t)carry;
	}
}

void eap_aka_prf(const uint8_t xkey[20], uint8_t *out, size_t out_len)
{
	uint8_t x[20], w[20];

	memcpy(x, xkey, sizeof x);
	for (size_t at = 0; at < out_len; at += 20) {
		g_of(x, w);
		add_one_and(x, w);
		memcpy(out + at, w, out_len - at < 20 ? out_len - at : 20);
	}
}

/* [RFC 4187 7] MK = SHA1(Identity|IK|CK); K_encr, K_aut, MSK, EMSK in this order */
void eap_aka_keys_full(struct crypto *c, const uint8_t *identity, size_t identity_len, const uint8_t ik[16],
		       const uint8_t ck[16], struct eap_aka_keys *out)
{
	const struct crypto_part parts[] = { { identity, identity_len }, { ik, 16 }, { ck, 16 } };
	uint8_t stream[160];

	crypto_charge(c, CRYPTO_OP_EAP_KEYS, 1);
	sha1_parts(parts, CRYPTO_PARTS(parts), out->mk);
	eap_aka_prf(out->mk, stream, sizeof stream);
	memcpy(out->k_encr, stream, 16);
	memcpy(out->k_aut, stream + 16, 16);
	memcpy(out->msk, stream + 32, 64);
	memcpy(out->emsk, stream + 96, 64);
}

/* [RFC 4187 7] XKEY' = SHA1(Identity|counter|NONCE_S|MK); MSK and EMSK alone */
void eap_aka_keys_reauth(struct crypto *c, const uint8_t *identity, size_t identity_len, uint16_t counter,
			 const uint8_t nonce_s[16], struct eap_aka_keys *keys)
{
	uint8_t count[2], xkey[20], stream[128];
	const struct crypto_part parts[] = { { identity, identity_len }, { count, 2 }, { nonce_s, 16 }, { keys->mk, 20 } };

	store16(count, counter);
	crypto_charge(c, CRYPTO_OP_EAP_KEYS, 1);
	sha1_parts(parts, CRYPTO_PARTS(parts), xkey);
	eap_aka_prf(xkey, stream, sizeof stream);
	memcpy(keys->msk, stream, 64);
	memcpy(keys->emsk, stream + 64, 64);
}

void eap_aka_mac(struct crypto *c, const struct crypto_mac *k_aut, const struct crypto_part *parts, size_t n,
		 uint8_t out[16])
{
	uint8_t mac[CRYPTO_PRF_MAX];

	assert(k_aut->prf == CRYPTO_PRF_SHA1);
	crypto_mac(c, k_aut, parts, n, mac);
	memcpy(out, mac, 16);
}

static crypto_key encr_key(struct crypto *c, const uint8_t k_encr[16])
{
	return crypto_key_new(c, CRYPTO_ENCR_AES_CBC, 128, k_encr, CRYPTO_INTEG_NONE, NULL);
}

void eap_aka_encrypt(struct crypto *c, const uint8_t k_encr[16], const uint8_t iv[16], uint8_t *data, size_t len)
{
	crypto_key k = encr_key(c, k_encr);

	crypto_seal(c, k, iv, NULL, 0, data, len, NULL);
	crypto_key_drop(c, k);
}

void eap_aka_decrypt(struct crypto *c, const uint8_t k_encr[16], const uint8_t iv[16], uint8_t *data, size_t len)
{
	crypto_key k = encr_key(c, k_encr);
	bool good = crypto_open(c, k, iv, NULL, 0, data, len, NULL);

	assert(good);
	(void)good;
	crypto_key_drop(c, k);
}

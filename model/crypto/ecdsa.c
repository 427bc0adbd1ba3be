/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: deterministic ECDSA
 *
 * ECDSA with P-256 whose nonce is made of the private key and the digest [RFC 6979 3.2, HMAC with SHA-256], because
 * libcrypto 3.0 draws it at random and a run would not repeat. The forms of a signature: r | s of 64 octets
 * [RFC 4754 7] and the SEQUENCE of two INTEGERs of X.509 and RFC 7427.
 */
#include <assert.h>
#include <openssl/crypto.h>
#include <string.h>

#include "crypto/priv.h"

/* The generator of nonces: K and V of [RFC 6979 3.2]. */
struct drbg { uint8_t k[32], v[32]; };

static void hmac_once(const uint8_t key[32], const struct crypto_part *parts, size_t n, uint8_t out[32])
{
	struct crypto_mac m = { .prf = CRYPTO_PRF_SHA256 };

	hmac_init(&m, key, 32);
	hmac(&m, parts, n, out);
}

/* K = HMAC_K(V | mark | x | h), V = HMAC_K(V); x NULL: without both */
static void drbg_step(struct drbg *g, uint8_t mark, const uint8_t x[32], const uint8_t h[32])
{
	const struct crypto_part parts[] = { { g->v, 32 }, { &mark, 1 }, { x, 32 }, { h, 32 } };
	const struct crypto_part v = { g->v, 32 };
	uint8_t out[32];

	hmac_once(g->k, parts, x ? 4 : 2, out);
	memcpy(g->k, out, 32);
	hmac_once(g->k, &v, 1, out);
	memcpy(g->v, out, 32);
}

/* x and h: private key and digest as numbers below n, 32 octets */
static void drbg_start(struct drbg *g, const uint8_t x[32], const uint8_t h[32])
{
	memset(g->k, 0, sizeof g->k);
	memset(g->v, 1, sizeof g->v);
	drbg_step(g, 0, x, h);
	drbg_step(g, 1, x, h);
}

/* The next candidate; the first is V after one more step. */
static BIGNUM *drbg_next(struct drbg *g, bool first)
{
	const struct crypto_part v = { g->v, 32 };
	uint8_t out[32];
	BIGNUM *k;

	if (!first)
		drbg_step(g, 0, NULL, NULL);
	hmac_once(g->k, &v, 1, out);
	memcpy(g->v, out, 32);
	k = BN_bin2bn(g->v, 32, NULL);
	crypto_must(k, "BN_bin2bn");
	BN_set_flags(k, BN_FLG_CONSTTIME);
	return k;
}

/* r = (kG).x mod n, s = (z + r d) / k mod n; false: one of them is 0, or k is out of range */
static bool sign_with(struct crypto *c, const BIGNUM *d, const BIGNUM *z, const BIGNUM *k, uint8_t out[64])
{
	const EC_GROUP *group = crypto_p256(c);
	const BIGNUM *n = EC_GROUP_get0_order(group);
	EC_POINT *p = EC_POINT_new(group);
	BIGNUM *r = BN_new(), *s = BN_new(), *inverse;
	BN_CTX *bn = crypto_bn(c);
	bool good = false;

	if (!BN_is_zero(k) && BN_cmp(k, n) < 0) {
		inverse = BN_mod_inverse(NULL, k, n, bn);
		crypto_must(p && r && s && inverse && EC_POINT_mul(group, p, k, NULL, NULL, bn) &&
			    EC_POINT_get_affine_coordinates(group, p, r, NULL, bn) && BN_nnmod(r, r, n, bn) &&
			    BN_mod_mul(s, r, d, n, bn) && BN_mod_add(s, s, z, n, bn) && BN_mod_mul(s, s, inverse, n, bn),
			    "ECDSA");
		good = !BN_is_zero(r) && !BN_is_zero(s);
		crypto_must(BN_bn2binpad(r, out, 32) == 32 && BN_bn2binpad(s, out + 32, 32) == 32, "ECDSA");
		BN_clear_free(inverse);
	}
	EC_POINT_clear_free(p);
	BN_free(r);
	BN_clear_free(s);
	return good;
}

void ecdsa_sign(struct crypto *c, const BIGNUM *d, const uint8_t *digest, size_t digest_len, uint8_t out[64])
{
	const BIGNUM *n = EC_GROUP_get0_order(crypto_p256(c));
	BIGNUM *z = BN_bin2bn(digest, (int)digest_len, NULL);
	uint8_t x[32], h[32];
	struct drbg g;
	bool done = false;

	assert(digest_len <= 32);	/* longer ones would have to be cut to the length of n */
	crypto_must(z && BN_nnmod(z, z, n, crypto_bn(c)) && BN_bn2binpad(d, x, 32) == 32 && BN_bn2binpad(z, h, 32) == 32,
		    "ECDSA");
	drbg_start(&g, x, h);
	for (bool first = true; !done; first = false) {
		BIGNUM *k = drbg_next(&g, first);

		done = sign_with(c, d, z, k, out);
		BN_clear_free(k);
	}
	BN_free(z);
	OPENSSL_cleanse(x, sizeof x);
	OPENSSL_cleanse(&g, sizeof g);
}

/* ---- forms ------------------------------------------------------------------------------------------------------- */

static uint8_t *integer_to_der(const uint8_t number[32], uint8_t *p)
{
	size_t skip = 0;

	while (skip < 31 && !number[skip])
		skip++;
	*p++ = 2;
	*p++ = (uint8_t)(32 - skip + (number[skip] >> 7));
	if (number[skip] >> 7)
		*p++ = 0;		/* or it would be negative */
	memcpy(p, number + skip, 32 - skip);
	return p + 32 - skip;
}

size_t ecdsa_to_der(const uint8_t raw[64], uint8_t *der)
{
	uint8_t *p = integer_to_der(raw, der + 2);

	p = integer_to_der(raw + 32, p);
	der[0] = 0x30;
	der[1] = (uint8_t)(p - der - 2);
	return (size_t)(p - der);
}

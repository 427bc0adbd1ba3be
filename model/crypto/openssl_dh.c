/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Diffie-Hellman with libcrypto
 *
 * MODP-2048 [RFC 3526 3], P-256 [RFC 5903] and X25519 [RFC 8031, RFC 7748]. Private values are the caller's octets:
 * MODP takes them as an exponent of 256 bits (twice the group's strength), P-256 as a number 1 .. n - 1.
 *
 * A MODP peer is checked by its range, 1 < y < p - 1, which is all that a group of a safe prime with a fresh exponent
 * needs [RFC 6989 2.1]; libcrypto's own check (y^q = 1) would take seven times as long as the exchange. Its big numbers
 * are used directly for the same reason: the interface above them repeats that check at every import.
 */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#include "crypto/priv.h"

#define MODP_OCTETS 256

/* ---- group 14 ---------------------------------------------------------------------------------------------------- */

static void modp_prepare(struct crypto *c)
{
	if (c->modp)
		return;
	c->modp = BN_get_rfc3526_prime_2048(NULL);
	c->modp_last = BN_dup(c->modp);
	c->modp_mont = BN_MONT_CTX_new();
	crypto_must(c->modp && c->modp_last && BN_sub_word(c->modp_last, 1) && c->modp_mont &&
		    BN_MONT_CTX_set(c->modp_mont, c->modp, crypto_bn(c)), "MODP-2048");
}

/* base^x mod p, 256 octets with leading zeros */
static void modp_power(struct crypto *c, const BIGNUM *base, const struct crypto_dh *dh, uint8_t *out)
{
	uint8_t exponent[CRYPTO_DH_RANDOM];
	BIGNUM *x, *y = BN_new();

	memcpy(exponent, dh->private_value, sizeof exponent);
	exponent[0] |= 0x80;		/* always of full length, never 0 or 1 */
	x = BN_bin2bn(exponent, sizeof exponent, NULL);
	crypto_must(x && y && BN_mod_exp_mont_consttime(y, base, x, c->modp, crypto_bn(c), c->modp_mont) &&
		    BN_bn2binpad(y, out, MODP_OCTETS) == MODP_OCTETS, "MODP-2048");
	BN_clear_free(x);
	BN_clear_free(y);
	OPENSSL_cleanse(exponent, sizeof exponent);
}

static BIGNUM *modp_peer(struct crypto *c, const uint8_t *peer)
{
	BIGNUM *y = BN_bin2bn(peer, MODP_OCTETS, NULL);

	modp_prepare(c);
	crypto_must(y, "BN_bin2bn");
	if (BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, c->modp_last) < 0)
		return y;
	BN_free(y);
	return NULL;
}

bool openssl_modp_in_range(struct crypto *c, const uint8_t peer[256])
{
	BIGNUM *y = modp_peer(c, peer);
	bool good = y;

	BN_free(y);
	return good;
}

static enum crypto_dh_result modp_derive(struct crypto *c, const struct crypto_dh *dh, const uint8_t *peer,
					 uint8_t *secret)
{
	BIGNUM *y = modp_peer(c, peer);

	if (!y)
		return CRYPTO_DH_RANGE;
	modp_power(c, y, dh, secret);
	BN_free(y);
	return CRYPTO_DH_OK;
}

static void modp_new(struct crypto *c, const struct crypto_dh *dh, uint8_t *public_value)
{
	BIGNUM *g = BN_new();

	modp_prepare(c);
	crypto_must(g && BN_set_word(g, 2), "generator");
	modp_power(c, g, dh, public_value);
	BN_free(g);
}

/* ---- P-256 ------------------------------------------------------------------------------------------------------- */

BIGNUM *openssl_p256_scalar(struct crypto *c, const uint8_t random[32])
{
	BIGNUM *d = BN_bin2bn(random, 32, NULL), *last = BN_dup(EC_GROUP_get0_order(crypto_p256(c)));

	/* random mod (n - 1), then 1 more: 1 .. n - 1 */
	crypto_must(d && last && BN_sub_word(last, 1) && BN_mod(d, d, last, crypto_bn(c)) && BN_add_word(d, 1), "scalar");
	BN_free(last);
	BN_set_flags(d, BN_FLG_CONSTTIME);
	return d;
}

static void p256_new(struct crypto *c, const struct crypto_dh *dh, uint8_t *public_value)
{
	const EC_GROUP *group = crypto_p256(c);
	BIGNUM *d = openssl_p256_scalar(c, dh->private_value);
	EC_POINT *q = EC_POINT_new(group);
	uint8_t point[65];

	crypto_must(q && EC_POINT_mul(group, q, d, NULL, NULL, crypto_bn(c)) &&
		    EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, sizeof point, crypto_bn(c)) ==
		    sizeof point, "P-256");
	memcpy(public_value, point + 1, 64);	/* x | y without the octet that says so [RFC 5903 7] */
	EC_POINT_free(q);
	BN_clear_free(d);
}

static enum crypto_dh_result p256_derive(struct crypto *c, const struct crypto_dh *dh, const uint8_t *peer,
					 uint8_t *secret)
{
	const EC_GROUP *group = crypto_p256(c);
	EC_POINT *q = EC_POINT_new(group);
	enum crypto_dh_result r = CRYPTO_DH_CURVE;
	uint8_t point[65] = { POINT_CONVERSION_UNCOMPRESSED };

	memcpy(point + 1, peer, 64);
	/* refuses coordinates that are not below p and points beside the curve; the group's order is prime */
	if (q && EC_POINT_oct2point(group, q, point, sizeof point, crypto_bn(c))) {
		BIGNUM *d = openssl_p256_scalar(c, dh->private_value);

		crypto_must(EC_POINT_mul(group, q, NULL, q, d, crypto_bn(c)) &&
			    EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, sizeof point,
					       crypto_bn(c)) == sizeof point, "P-256");
		memcpy(secret, point + 1, 32);
		BN_clear_free(d);
		r = CRYPTO_DH_OK;
	}
	EC_POINT_clear_free(q);
	OPENSSL_cleanse(point, sizeof point);
	return r;
}

/* ---- X25519 ------------------------------------------------------------------------------------------------------ */

static void x25519_new(struct crypto_dh *dh, uint8_t *public_value)
{
	size_t n = 32;

	dh->x25519 = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, dh->private_value, CRYPTO_DH_RANDOM);
	crypto_must(dh->x25519 && EVP_PKEY_get_raw_public_key(dh->x25519, public_value, &n) && n == 32, "X25519");
}

static enum crypto_dh_result x25519_derive(const struct crypto_dh *dh, const uint8_t *peer, uint8_t *secret)
{
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, peer, 32);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(dh->x25519, NULL);
	uint8_t out[32], zero[32] = { 0 };
	size_t n = sizeof out;
	bool good;

	crypto_must(other && ctx && EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer_ex(ctx, other, 0) > 0,
		    "X25519");
	/* libcrypto itself refuses a secret of zeros in some versions */
	good = EVP_PKEY_derive(ctx, out, &n) > 0 && !crypto_equal(out, zero, sizeof out);
	if (good)
		memcpy(secret, out, sizeof out);
	OPENSSL_cleanse(out, sizeof out);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(other);
	return good ? CRYPTO_DH_OK : CRYPTO_DH_ZERO;
}

void openssl_dh_new(struct crypto *c, struct crypto_dh *dh, uint8_t *public_value)
{
	if (dh->group == CRYPTO_DH_MODP_2048)
		modp_new(c, dh, public_value);
	else if (dh->group == CRYPTO_DH_P_256)
		p256_new(c, dh, public_value);
	else
		x25519_new(dh, public_value);
}

enum crypto_dh_result openssl_dh_derive(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, uint8_t *secret)
{
	if (dh->group == CRYPTO_DH_MODP_2048)
		return modp_derive(c, dh, peer, secret);
	if (dh->group == CRYPTO_DH_P_256)
		return p256_derive(c, dh, peer, secret);
	return x25519_derive(dh, peer, secret);
}

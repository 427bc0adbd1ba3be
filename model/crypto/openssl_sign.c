/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: signatures with libcrypto
 *
 * RSA PKCS#1 v1.5, ECDSA with P-256 and Ed25519 over octets in pieces. What hash goes with which AUTH method, and the
 * AlgorithmIdentifier of RFC 7427, are auth.c's matter. None of them draws random numbers that reach a result: ECDSA's
 * nonce is RFC 6979's (ecdsa.c), the blinding of RSA cancels out.
 */
#include <openssl/err.h>
#include <string.h>

#include "crypto/priv.h"

static size_t hash_parts(enum crypto_hash_id hash, const struct crypto_part *parts, size_t n, uint8_t out[32])
{
	if (hash == CRYPTO_HASH_SHA1) {
		sha1_parts(parts, n, out);
		return 20;
	}
	sha256_parts(parts, n, out);
	return 32;
}

static const EVP_MD *md_of(enum crypto_hash_id hash)
{
	return hash == CRYPTO_HASH_SHA1 ? EVP_sha1() : EVP_sha256();
}

static size_t rsa_sign(EVP_PKEY *key, enum crypto_hash_id hash, const uint8_t *digest, size_t digest_len, uint8_t *out)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t len = CRYPTO_SIGNATURE_MAX;

	crypto_must(ctx && EVP_PKEY_sign_init(ctx) > 0 && EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) > 0 &&
		    EVP_PKEY_sign(ctx, out, &len, digest, digest_len) > 0, "RSA signature");
	EVP_PKEY_CTX_free(ctx);
	return len;
}

static size_t ed25519_sign(struct crypto *c, EVP_PKEY *key, const struct crypto_part *parts, size_t n, uint8_t *out)
{
	uint8_t *copy = NULL;
	struct crypto_part all = parts_join(parts, n, &copy);
	EVP_MD_CTX *md = crypto_md(c);
	size_t len = 64;

	crypto_must(EVP_DigestSignInit(md, NULL, NULL, NULL, key) > 0 && EVP_DigestSign(md, out, &len, all.p, all.n) > 0,
		    "Ed25519 signature");
	mem_free(copy);
	return len;
}

size_t openssl_sign(struct crypto *c, const struct crypto_identity *id, enum crypto_hash_id hash, bool der,
		    const struct crypto_part *parts, size_t n, uint8_t *out)
{
	uint8_t digest[32], raw[64];
	size_t len;

	if (id->type == CRYPTO_KEY_ED25519)
		return ed25519_sign(c, id->key, parts, n, out);
	len = hash_parts(hash, parts, n, digest);
	if (id->type == CRYPTO_KEY_RSA)
		return rsa_sign(id->key, hash, digest, len, out);
	ecdsa_sign(c, id->d, digest, len, raw);
	if (der)
		return ecdsa_to_der(raw, out);
	memcpy(out, raw, sizeof raw);
	return sizeof raw;
}

static bool ed25519_verify(struct crypto *c, EVP_PKEY *key, const struct crypto_part *parts, size_t n,
			   const uint8_t *signature, size_t len)
{
	uint8_t *copy = NULL;
	struct crypto_part all = parts_join(parts, n, &copy);
	EVP_MD_CTX *md = crypto_md(c);
	bool good = EVP_DigestVerifyInit(md, NULL, NULL, NULL, key) > 0 &&
		    EVP_DigestVerify(md, signature, len, all.p, all.n) > 0;

	mem_free(copy);
	ERR_clear_error();
	return good;
}

bool openssl_verify(struct crypto *c, const struct public_key *key, enum crypto_hash_id hash, bool der,
		    const struct crypto_part *parts, size_t n, const uint8_t *signature, size_t len)
{
	uint8_t digest[32], form[80];
	EVP_PKEY_CTX *ctx;
	size_t digest_len;
	bool good;

	if (key->type == CRYPTO_KEY_ED25519)
		return ed25519_verify(c, key->key, parts, n, signature, len);
	digest_len = hash_parts(hash, parts, n, digest);
	if (key->type == CRYPTO_KEY_ECDSA_P_256 && !der) {
		if (len != 64)
			return false;
		len = ecdsa_to_der(signature, form);
		signature = form;
	}
	ctx = EVP_PKEY_CTX_new(key->key, NULL);
	crypto_must(ctx && EVP_PKEY_verify_init(ctx) > 0 && EVP_PKEY_CTX_set_signature_md(ctx, md_of(hash)) > 0,
		    "verification");
	good = EVP_PKEY_verify(ctx, signature, len, digest, digest_len) > 0;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

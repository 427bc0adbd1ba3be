/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the Authentication Data of the AUTH payload
 *
 * Which hash and which form of signature belong to an AUTH method and a kind of key [RFC 7296 3.8, RFC 4754 7, RFC 7427
 * 3, RFC 8420 2], and the AlgorithmIdentifiers in front of signatures of method 14 [RFC 7427 A, RFC 8420 A]. Not:
 * RSASSA-PSS, SHA-384 and SHA-512, other curves.
 */
#include <assert.h>
#include <string.h>

#include "crypto/priv.h"

/* AlgorithmIdentifiers in DER. */
struct row {
	enum crypto_key_type type;
	enum crypto_hash_id hash;
	uint8_t len, der[15];
};

static const struct row rows[] = {
	/* those we sign with come before those we only accept */
	{ CRYPTO_KEY_RSA, CRYPTO_HASH_SHA256, 15,
	  { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00 } },
	{ CRYPTO_KEY_ECDSA_P_256, CRYPTO_HASH_SHA256, 12,
	  { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 } },
	{ CRYPTO_KEY_ED25519, CRYPTO_HASH_IDENTITY, 7, { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 } },
	{ CRYPTO_KEY_RSA, CRYPTO_HASH_SHA1, 15,
	  { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00 } },
	{ CRYPTO_KEY_ECDSA_P_256, CRYPTO_HASH_SHA1, 11,
	  { 0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01 } },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

static bool method_fits(enum crypto_key_type type, uint8_t method)
{
	switch (method) {
	case CRYPTO_AUTH_RSA: return type == CRYPTO_KEY_RSA;
	case CRYPTO_AUTH_ECDSA_256: return type == CRYPTO_KEY_ECDSA_P_256;
	case CRYPTO_AUTH_DIGITAL: return true;
	}
	return false;
}

bool crypto_identity_can(const struct crypto_identity *id, uint8_t method)
{
	return method_fits(id->type, method);
}

uint8_t crypto_identity_method(const struct crypto_identity *id)
{
	switch (id->type) {
	case CRYPTO_KEY_RSA: return CRYPTO_AUTH_RSA;
	case CRYPTO_KEY_ECDSA_P_256: return CRYPTO_AUTH_ECDSA_256;
	case CRYPTO_KEY_ED25519: break;
	}
	return CRYPTO_AUTH_DIGITAL;
}

static void charge_type(struct crypto *c, enum crypto_key_type type, bool sign)
{
	switch (type) {
	case CRYPTO_KEY_RSA:
		crypto_charge(c, sign ? CRYPTO_OP_SIGN_RSA_2048 : CRYPTO_OP_VERIFY_RSA_2048, 1);
		break;
	case CRYPTO_KEY_ECDSA_P_256:
		crypto_charge(c, sign ? CRYPTO_OP_SIGN_ECDSA_P_256 : CRYPTO_OP_VERIFY_ECDSA_P_256, 1);
		break;
	case CRYPTO_KEY_ED25519:
		crypto_charge(c, sign ? CRYPTO_OP_SIGN_ED25519 : CRYPTO_OP_VERIFY_ED25519, 1);
		break;
	}
}

size_t crypto_sign(struct crypto *c, const struct crypto_identity *id, uint8_t method, const struct crypto_part *parts,
		   size_t n, uint8_t *out)
{
	const struct row *r = rows;

	if (!method_fits(id->type, method))
		return 0;
	charge_type(c, id->type, true);
	if (method == CRYPTO_AUTH_RSA)
		return c->ops->sign(c, id, CRYPTO_HASH_SHA1, false, parts, n, out);
	if (method == CRYPTO_AUTH_ECDSA_256)
		return c->ops->sign(c, id, CRYPTO_HASH_SHA256, false, parts, n, out);
	while (r->type != id->type)
		r++;
	out[0] = r->len;			/* [RFC 7427 3] ASN.1 length, AlgorithmIdentifier, signature */
	memcpy(out + 1, r->der, r->len);
	return 1 + r->len + c->ops->sign(c, id, r->hash, true, parts, n, out + 1 + r->len);
}

static enum crypto_cert_result verify_digital(struct crypto *c, const struct public_key *key,
					      const struct crypto_part *parts, size_t n, const uint8_t *auth, size_t len)
{
	if (len < 1 || !auth[0] || len < 1 + (size_t)auth[0])
		return CRYPTO_CERT_MALFORMED;
	for (const struct row *r = rows; r < rows + N_ROWS; r++) {
		size_t head = 1 + (size_t)r->len;

		if (r->type != key->type || auth[0] != r->len || memcmp(auth + 1, r->der, r->len))
			continue;
		return c->ops->verify(c, key, r->hash, true, parts, n, auth + head, len - head) ?
		       CRYPTO_CERT_OK : CRYPTO_CERT_SIGNATURE;
	}
	return CRYPTO_CERT_METHOD;
}

enum crypto_cert_result crypto_verify(struct crypto *c, const uint8_t *cert, size_t cert_len, uint8_t method,
				      const struct crypto_part *parts, size_t n, const uint8_t *auth, size_t auth_len)
{
	struct public_key key;
	bool good;

	if (!cert_public_key(c, cert, cert_len, &key))
		return CRYPTO_CERT_MALFORMED;
	if (!method_fits(key.type, method))
		return CRYPTO_CERT_METHOD;
	charge_type(c, key.type, false);
	if (method == CRYPTO_AUTH_DIGITAL)
		return verify_digital(c, &key, parts, n, auth, auth_len);
	if (method == CRYPTO_AUTH_ECDSA_256)
		good = c->ops->verify(c, &key, CRYPTO_HASH_SHA256, false, parts, n, auth, auth_len);
	else
		good = c->ops->verify(c, &key, CRYPTO_HASH_SHA1, false, parts, n, auth, auth_len) ||
		       c->ops->verify(c, &key, CRYPTO_HASH_SHA256, false, parts, n, auth, auth_len);
	return good ? CRYPTO_CERT_OK : CRYPTO_CERT_SIGNATURE;
}

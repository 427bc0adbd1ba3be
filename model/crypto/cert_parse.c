/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: certificates taken apart
 *
 * What a certificate in DER says, remembered by its SHA-256, because a home agent's certificate is shown to every UE
 * and taking it apart costs more than checking a signature. Also the kinds of keys that are known. Implements the part
 * of RFC 7296 3.6 that concerns X.509 certificates for signatures.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>
#include <xxhash.h>

#include "crypto/cert_priv.h"

struct crypto_part parts_join(const struct crypto_part *parts, size_t n, uint8_t **copy)
{
	size_t total = 0, at = 0;

	*copy = NULL;
	if (n == 1)
		return parts[0];
	for (size_t i = 0; i < n; i++)
		total += parts[i].n;
	*copy = mem_new(total + 1);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(*copy + at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return (struct crypto_part){ *copy, total };
}

static bool is_p256(EVP_PKEY *key)
{
	char name[32];
	size_t n;

	return EVP_PKEY_get_group_name(key, name, sizeof name, &n) > 0 && !strcmp(name, "prime256v1");
}

bool key_type_of(EVP_PKEY *key, enum crypto_key_type *type)
{
	if (EVP_PKEY_is_a(key, "ED25519"))
		*type = CRYPTO_KEY_ED25519;
	else if (EVP_PKEY_is_a(key, "EC") && is_p256(key))
		*type = CRYPTO_KEY_ECDSA_P_256;
	else if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= 1024 && EVP_PKEY_get_bits(key) <= 4096)
		*type = CRYPTO_KEY_RSA;
	else
		return false;
	return true;
}

const char *crypto_key_type_name(enum crypto_key_type t)
{
	switch (t) {
	case CRYPTO_KEY_ECDSA_P_256: return "ecdsa-p256";
	case CRYPTO_KEY_ED25519: return "ed25519";
	case CRYPTO_KEY_RSA: return "rsa";
	}
	return "?";
}

bool crypto_key_type_find(const char *name, enum crypto_key_type *t)
{
	static const enum crypto_key_type all[] = { CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (!strcmp(name, crypto_key_type_name(all[i]))) {
			*t = all[i];
			return true;
		}
	return false;
}

uint64_t public_key_digest(EVP_PKEY *key)
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	uint64_t v;

	crypto_must(n > 0, "public key");
	v = XXH3_64bits(der, (size_t)n);
	OPENSSL_free(der);
	return v;
}

/* ---- the memory -------------------------------------------------------------------------------------------------- */

struct cert_cache *cert_cache(struct crypto *c)
{
	if (!c->certs)
		c->certs = mem_zeroed(sizeof *c->certs);
	return c->certs;
}

void cert_cache_free(struct crypto *c)
{
	if (!c->certs)
		return;
	for (unsigned i = 0; i < CERTS_KEPT; i++)
		X509_free(c->certs->certs[i].x);
	mem_free(c->certs);
}

static X509 *parse(const uint8_t *der, size_t n)
{
	const uint8_t *p = der;
	X509 *x = n && n <= CERT_MAX ? d2i_X509(NULL, &p, (long)n) : NULL;

	if (x && p != der + n) {		/* something behind it */
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return x;
}

const struct cert *cert_get(struct crypto *c, const uint8_t *der, size_t n)
{
	struct cert_cache *m = cert_cache(c);
	const struct crypto_part whole = { der, n };
	struct cert *e;
	EVP_PKEY *key;
	uint8_t digest[32];
	X509 *x;

	sha256_parts(&whole, 1, digest);
	for (unsigned i = 0; i < CERTS_KEPT; i++)
		if (m->certs[i].x && !memcmp(m->certs[i].digest, digest, sizeof digest))
			return &m->certs[i];
	x = parse(der, n);
	key = x ? X509_get0_pubkey(x) : NULL;
	ERR_clear_error();
	if (!x)
		return NULL;
	e = &m->certs[m->next_cert++ % CERTS_KEPT];
	X509_free(e->x);
	*e = (struct cert){ .x = x };
	memcpy(e->digest, digest, sizeof digest);
	e->known = key && key_type_of(key, &e->key.type);
	if (e->known) {
		e->key.key = key;
		e->key.signature_len = (size_t)EVP_PKEY_get_size(key);
		e->key.digest = public_key_digest(key);
	}
	return e;
}

bool cert_public_key(struct crypto *c, const uint8_t *der, size_t n, struct public_key *key)
{
	const struct cert *e = cert_get(c, der, n);

	if (!e || !e->known)
		return false;
	*key = e->key;
	return true;
}

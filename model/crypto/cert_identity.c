/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: private keys with their certificates
 *
 * Identities out of PEM texts [RFC 7468] and what of them is sent in CERT payloads [RFC 7296 3.6]. Encrypted private
 * keys are refused: nobody is there to ask for a password.
 */
#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/text.h"
#include "crypto/cert_priv.h"

struct crypto_identity *identity_make(struct crypto *c, EVP_PKEY *key)
{
	struct crypto_identity *id;
	enum crypto_key_type type;

	if (!key_type_of(key, &type)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	id = mem_zeroed(sizeof *id);
	id->c = c;
	id->type = type;
	id->key = key;
	id->signature_len = (size_t)EVP_PKEY_get_size(key);
	id->digest = public_key_digest(key);
	if (type == CRYPTO_KEY_ECDSA_P_256) {
		crypto_must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &id->d), "private key");
		BN_set_flags(id->d, BN_FLG_CONSTTIME);
	}
	return id;
}

void identity_add(struct crypto_identity *id, const uint8_t *der, size_t n)
{
	uint8_t *copy = mem_new(n);

	assert(id->n < CRYPTO_CHAIN_MAX);
	memcpy(copy, der, n);
	id->chain[id->n++] = (struct crypto_part){ copy, n };
}

void crypto_identity_free(struct crypto_identity *id)
{
	if (!id)
		return;
	EVP_PKEY_free(id->key);
	BN_clear_free(id->d);
	for (size_t i = 0; i < id->n; i++)
		mem_free((void *)(uintptr_t)id->chain[i].p);
	mem_free(id);
}

enum crypto_key_type crypto_identity_type(const struct crypto_identity *id)
{
	return id->type;
}

size_t crypto_identity_chain(const struct crypto_identity *id)
{
	return id->n;
}

struct crypto_part crypto_identity_cert(const struct crypto_identity *id, size_t i)
{
	assert(i < id->n);
	return id->chain[i];
}

/* ---- PEM --------------------------------------------------------------------------------------------------------- */

static int no_password(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static void say(char *error, const char *what)
{
	struct text t = text_on(error, CRYPTO_ERROR_MAX);

	text_str(&t, what);
}

EVP_PKEY *pem_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key;

	crypto_must(bio, "BIO");
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

int pem_certs(const char *pem, X509 **out, int max)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	int n = 0;
	bool good;
	X509 *x;

	crypto_must(bio, "BIO");
	while (n < max && (x = PEM_read_bio_X509(bio, NULL, no_password, NULL)))
		out[n++] = x;
	/* the end of the text is the only good reason to stop */
	good = n < max && ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(bio);
	for (int i = 0; !good && i < n; i++)
		X509_free(out[i]);
	return good ? n : -1;
}

static bool self_signed(X509 *x)
{
	return !X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x));
}

struct crypto_identity *crypto_identity_new(struct crypto *c, const char *key_pem, const char *chain_pem, char *error)
{
	X509 *certs[CRYPTO_CHAIN_MAX + 1];
	struct crypto_identity *id;
	EVP_PKEY *key = pem_key(key_pem);
	int n = key ? pem_certs(chain_pem, certs, CRYPTO_CHAIN_MAX + 1) : 0;

	if (!key || n <= 0) {
		say(error, !key ? "no private key in PEM, or an encrypted one" :
			   n < 0 ? "a broken certificate in PEM, or too many of them" : "no certificate in PEM");
		EVP_PKEY_free(key);
		return NULL;
	}
	id = identity_make(c, key);
	if (!id)
		say(error, "a private key that is neither P-256 nor Ed25519 nor RSA of 1024 to 4096 bits");
	for (int i = 0; i < n; i++) {
		uint8_t *der = NULL;
		int len = i2d_X509(certs[i], &der);

		crypto_must(len > 0, "certificate");
		if (id && !(i && i == n - 1 && self_signed(certs[i])))
			identity_add(id, der, (size_t)len);
		OPENSSL_free(der);
		X509_free(certs[i]);
	}
	return id;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: identities as PEM texts
 *
 * For other people's programs in live runs, which read keys and certificates from files [RFC 7468]. What it writes is
 * what crypto_identity_new reads.
 */
#include <openssl/pem.h>

#include "crypto/cert_priv.h"

static char *text_of(BIO *bio)
{
	char *p = NULL, *copy;
	long n = BIO_get_mem_data(bio, &p);

	crypto_must(n > 0, "PEM");
	copy = mem_new((size_t)n + 1);
	memcpy(copy, p, (size_t)n);
	copy[n] = 0;
	BIO_free(bio);
	return copy;
}

static void put_cert(BIO *bio, struct crypto_part der)
{
	crypto_must(PEM_write_bio(bio, PEM_STRING_X509, "", der.p, (long)der.n), "PEM");
}

char *crypto_identity_key_pem(const struct crypto_identity *id)
{
	BIO *bio = BIO_new(BIO_s_mem());

	crypto_must(bio && PEM_write_bio_PrivateKey(bio, id->key, NULL, NULL, 0, NULL, NULL), "PEM");
	return text_of(bio);
}

char *crypto_identity_chain_pem(const struct crypto_identity *id)
{
	BIO *bio = BIO_new(BIO_s_mem());

	crypto_must(bio != NULL, "PEM");
	for (size_t i = 0; i < id->n; i++)
		put_cert(bio, id->chain[i]);
	return text_of(bio);
}

char *crypto_ca_pem(const struct crypto_ca *ca)
{
	BIO *bio = BIO_new(BIO_s_mem());

	crypto_must(bio != NULL, "PEM");
	put_cert(bio, crypto_ca_cert(ca));
	return text_of(bio);
}

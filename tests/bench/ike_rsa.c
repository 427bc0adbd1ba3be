/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A home agent's certificate with an RSA key of 1024 bits, signed by itself: what a well-known load tester of another
 * IKE implementation was measured with. The model itself makes no RSA keys; libcrypto does here.
 */
#include <glib.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "tests/bench/ike_world.h"

static void must(bool good)
{
	if (!good)
		g_error("libcrypto makes no certificate");
}

static char *text_of(BIO *b)
{
	char *p, *copy;
	long n = BIO_get_mem_data(b, &p);

	copy = g_strndup(p, (gsize)n);
	BIO_free(b);
	return copy;
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
}

static X509 *certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	must(x && X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), 3) &&
	     ASN1_TIME_set_string(X509_getm_notBefore(x), "20250101000000Z") &&
	     ASN1_TIME_set_string(X509_getm_notAfter(x), "20300101000000Z") && X509_set_pubkey(x, key) &&
	     X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"home agent", -1, -1, 0) &&
	     X509_set_issuer_name(x, name));
	extend(x, NID_basic_constraints, "critical,CA:TRUE");
	extend(x, NID_key_usage, "critical,digitalSignature,keyCertSign");
	extend(x, NID_subject_alt_name, "DNS:" IKE_WORLD_APN);
	must(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

struct crypto_identity *ike_world_rsa1024(struct crypto *c, struct crypto_trust *t)
{
	EVP_PKEY *key = EVP_RSA_gen(1024);
	X509 *x = certificate(key);
	BIO *k = BIO_new(BIO_s_mem()), *s = BIO_new(BIO_s_mem());
	char error[CRYPTO_ERROR_MAX], *key_pem, *cert_pem;
	struct crypto_identity *id;

	must(PEM_write_bio_PrivateKey(k, key, NULL, NULL, 0, NULL, NULL) && PEM_write_bio_X509(s, x));
	key_pem = text_of(k);
	cert_pem = text_of(s);
	id = crypto_identity_new(c, key_pem, cert_pem, error);
	if (!id || crypto_trust_add_pem(t, cert_pem) != 1)
		g_error("RSA-1024: %s", id ? "no anchor" : error);
	g_free(key_pem);
	g_free(cert_pem);
	X509_free(x);
	EVP_PKEY_free(key);
	return id;
}

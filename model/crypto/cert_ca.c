/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a certification authority out of a seed
 *
 * Keys and certificates for scenarios that name no files. libcrypto can make both, but takes its own random numbers
 * for the keys and for ECDSA; here keys come from a seed (RSA: a key of rsa_key.c) and the DER of [RFC 5280 4.1] is
 * written by hand, so every octet is the same everywhere. Extensions: basic constraints, key usage, extended key usage,
 * subjectAltName, key identifiers.
 *
 * DER puts the length in front of the content, so it is written from its end to its beginning.
 */
#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/rng.h"
#include "crypto/cert_priv.h"

#define CERT_ROOM 8192u			/* octets of a certificate made here; about 60 names fit */

struct crypto_ca {
	struct crypto_identity *id;	/* key and chain; a root's own certificate is not in its chain */
	uint8_t *cert;
	size_t cert_len;
	char name[65];
	uint8_t key_id[20];
};

/* ---- DER --------------------------------------------------------------------------------------------------------- */

enum tag {
	TAG_BOOLEAN = 1, TAG_INTEGER = 2, TAG_BIT_STRING = 3, TAG_OCTET_STRING = 4, TAG_OID = 6, TAG_UTF8 = 12,
	TAG_UTC_TIME = 23, TAG_GENERALIZED_TIME = 24, TAG_SEQUENCE = 0x30, TAG_SET = 0x31,
	TAG_CONTEXT = 0x80, TAG_CONTEXT_CONSTRUCTED = 0xa0
};

struct der {
	uint8_t room[CERT_ROOM];
	size_t at;			/* what is written stands in room[at..CERT_ROOM) */
};

static void put(struct der *d, const uint8_t *p, size_t n)
{
	assert(n <= d->at);
	d->at -= n;
	if (n)
		memcpy(d->room + d->at, p, n);
}

static void put_octet(struct der *d, uint8_t v)
{
	put(d, &v, 1);
}

/* A header in front of everything written since the mark, which is an earlier value of d->at. */
static void wrap(struct der *d, uint8_t tag, size_t mark)
{
	size_t n = mark - d->at, rest = n;

	if (n > 127) {
		uint8_t octets = 0;

		for (; rest; rest >>= 8, octets++)
			put_octet(d, (uint8_t)rest);
		put_octet(d, 0x80 | octets);
	} else {
		put_octet(d, (uint8_t)n);
	}
	put_octet(d, tag);
}

static void put_tagged(struct der *d, uint8_t tag, const uint8_t *p, size_t n)
{
	size_t mark = d->at;

	put(d, p, n);
	wrap(d, tag, mark);
}

static void put_integer(struct der *d, uint64_t v)
{
	size_t mark = d->at;
	uint8_t last;

	do {
		last = (uint8_t)v;
		put_octet(d, last);
		v >>= 8;
	} while (v);
	if (last & 0x80)
		put_octet(d, 0);
	wrap(d, TAG_INTEGER, mark);
}

/* Two digits of a date, the later ones first. */
static void put_two(struct der *d, unsigned v)
{
	put_octet(d, (uint8_t)('0' + v % 10));
	put_octet(d, (uint8_t)('0' + v / 10 % 10));
}

/* [RFC 5280 4.1.2.5] UTCTime until 2049, GeneralizedTime afterwards */
static void put_time(struct der *d, int64_t seconds)
{
	int64_t days = seconds / 86400, era, year, of_day = seconds % 86400;
	size_t mark = d->at;
	unsigned doe, yoe, doy, mp, month;

	assert(seconds >= 0);
	/* days to a civil date, with years that begin in March (H. Hinnant) */
	days += 719468;
	era = days / 146097;
	doe = (unsigned)(days % 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	month = mp < 10 ? mp + 3 : mp - 9;
	year = era * 400 + yoe + (month <= 2);
	assert(year <= 9999);
	put_octet(d, 'Z');
	put_two(d, (unsigned)(of_day % 60));
	put_two(d, (unsigned)(of_day / 60 % 60));
	put_two(d, (unsigned)(of_day / 3600));
	put_two(d, doy - (153 * mp + 2) / 5 + 1);
	put_two(d, month);
	put_two(d, (unsigned)(year % 100));
	if (year >= 2050)
		put_two(d, (unsigned)(year / 100));
	wrap(d, year >= 2050 ? TAG_GENERALIZED_TIME : TAG_UTC_TIME, mark);
}

/* ---- names, keys, extensions ------------------------------------------------------------------------------------- */

static const uint8_t oid_common_name[] = { 0x55, 0x04, 0x03 };
static const uint8_t oid_basic[] = { 0x55, 0x1d, 0x13 }, oid_key_usage[] = { 0x55, 0x1d, 0x0f };
static const uint8_t oid_ext_key_usage[] = { 0x55, 0x1d, 0x25 }, oid_san[] = { 0x55, 0x1d, 0x11 };
static const uint8_t oid_subject_key[] = { 0x55, 0x1d, 0x0e }, oid_authority_key[] = { 0x55, 0x1d, 0x23 };
static const uint8_t oid_ipsec_ike[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x11 };
static const uint8_t oid_server_auth[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01 };
static const uint8_t alg_ecdsa[] = { 0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };
static const uint8_t alg_rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 5, 0 };
static const uint8_t alg_ed25519[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };

static void put_algorithm(struct der *d, enum crypto_key_type type)
{
	switch (type) {
	case CRYPTO_KEY_ED25519: put(d, alg_ed25519, sizeof alg_ed25519); break;
	case CRYPTO_KEY_ECDSA_P_256: put(d, alg_ecdsa, sizeof alg_ecdsa); break;
	case CRYPTO_KEY_RSA: put(d, alg_rsa, sizeof alg_rsa); break;
	}
}

/* A Name of one common name. */
static void put_name(struct der *d, const char *name)
{
	size_t mark = d->at;

	put_tagged(d, TAG_UTF8, (const uint8_t *)name, strlen(name));
	put_tagged(d, TAG_OID, oid_common_name, sizeof oid_common_name);
	wrap(d, TAG_SEQUENCE, mark);
	wrap(d, TAG_SET, mark);
	wrap(d, TAG_SEQUENCE, mark);
}

/* Puts object identifier and criticality in front of a value written since the mark. */
static void wrap_extension(struct der *d, const uint8_t *oid, size_t n, bool critical, size_t mark)
{
	static const uint8_t yes = 0xff;

	wrap(d, TAG_OCTET_STRING, mark);
	if (critical)
		put_tagged(d, TAG_BOOLEAN, &yes, 1);
	put_tagged(d, TAG_OID, oid, n);
	wrap(d, TAG_SEQUENCE, mark);
}

/* subjectAltName [RFC 5280 4.2.1.6]; nothing when there is no name */
static void put_names(struct der *d, const struct crypto_cert_spec *spec)
{
	size_t mark = d->at, n = 0;

	for (size_t i = spec->n_ip4; i-- > 0;)
		put_tagged(d, TAG_CONTEXT | 7, spec->ip4[i].o, 4);
	for (size_t i = spec->n_ip6; i-- > 0;)
		put_tagged(d, TAG_CONTEXT | 7, spec->ip6[i].o, 16);
	while (spec->dns && spec->dns[n])
		n++;
	while (n-- > 0)
		put_tagged(d, TAG_CONTEXT | 2, (const uint8_t *)spec->dns[n], strlen(spec->dns[n]));
	if (d->at == mark)
		return;
	wrap(d, TAG_SEQUENCE, mark);
	wrap_extension(d, oid_san, sizeof oid_san, false, mark);
}

static void put_key_ids(struct der *d, const uint8_t subject[20], const uint8_t issuer[20])
{
	size_t mark = d->at;

	put_tagged(d, TAG_CONTEXT, issuer, 20);
	wrap(d, TAG_SEQUENCE, mark);
	wrap_extension(d, oid_authority_key, sizeof oid_authority_key, false, mark);
	mark = d->at;
	put_tagged(d, TAG_OCTET_STRING, subject, 20);
	wrap_extension(d, oid_subject_key, sizeof oid_subject_key, false, mark);
}

static void put_extensions(struct der *d, const struct crypto_cert_spec *spec, bool ca, const uint8_t subject_key[20],
			   const uint8_t issuer_key[20])
{
	/* bits are counted from the left: keyCertSign 5, cRLSign 6; digitalSignature 0 */
	static const uint8_t usage_ca[] = { 1, 0x06 }, usage_leaf[] = { 7, 0x80 }, yes = 0xff;
	size_t all = d->at, mark;

	put_key_ids(d, subject_key, issuer_key);
	if (!ca) {
		put_names(d, spec);
		mark = d->at;
		put_tagged(d, TAG_OID, oid_server_auth, sizeof oid_server_auth);
		put_tagged(d, TAG_OID, oid_ipsec_ike, sizeof oid_ipsec_ike);
		wrap(d, TAG_SEQUENCE, mark);
		wrap_extension(d, oid_ext_key_usage, sizeof oid_ext_key_usage, false, mark);
	}
	mark = d->at;
	put_tagged(d, TAG_BIT_STRING, ca ? usage_ca : usage_leaf, 2);
	wrap_extension(d, oid_key_usage, sizeof oid_key_usage, true, mark);
	mark = d->at;
	if (ca)
		put_tagged(d, TAG_BOOLEAN, &yes, 1);
	wrap(d, TAG_SEQUENCE, mark);
	wrap_extension(d, oid_basic, sizeof oid_basic, true, mark);
	wrap(d, TAG_SEQUENCE, all);
	wrap(d, TAG_CONTEXT_CONSTRUCTED | 3, all);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static EVP_PKEY *ecdsa_key(struct crypto *c, const uint8_t seed[32])
{
	const EC_GROUP *group = crypto_p256(c);
	BIGNUM *d = openssl_p256_scalar(c, seed);
	EC_POINT *q = EC_POINT_new(group);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;
	uint8_t point[65];

	crypto_must(q && EC_POINT_mul(group, q, d, NULL, NULL, crypto_bn(c)) &&
		    EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, sizeof point, crypto_bn(c)) ==
		    sizeof point, "P-256 key");
	crypto_must(b && OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
		    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) &&
		    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, d), "P-256 key");
	params = OSSL_PARAM_BLD_to_param(b);
	crypto_must(params && ctx && EVP_PKEY_fromdata_init(ctx) > 0 &&
		    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) > 0, "P-256 key");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	EC_POINT_free(q);
	BN_clear_free(d);
	return key;
}

static struct crypto_identity *key_of(struct crypto *c, const struct crypto_cert_spec *spec)
{
	struct rng r = rng_make(spec->seed, spec->name, "certificate key");
	struct crypto_identity *id;
	EVP_PKEY *key;
	uint8_t seed[32];

	assert(spec->name[0] && strlen(spec->name) <= 64 && spec->serial);
	rng_octets(&r, seed, sizeof seed);
	key = spec->type == CRYPTO_KEY_RSA ? pem_key(rsa_published_key) : spec->type == CRYPTO_KEY_ED25519 ?
	      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed) : ecdsa_key(c, seed);
	crypto_must(key, "key of a certificate");
	OPENSSL_cleanse(seed, sizeof seed);
	id = identity_make(c, key);
	assert(id);
	return id;
}

/* The DER of a public key's information, to be freed, and SHA-1 of the key's bits in it [RFC 5280 4.2.1.2 (1)]. */
static size_t spki_of(const struct crypto_identity *id, uint8_t **spki, uint8_t key_id[20])
{
	int n = i2d_PUBKEY(id->key, spki), bits = 0;
	const uint8_t *p = *spki;
	X509_PUBKEY *info = n > 0 ? d2i_X509_PUBKEY(NULL, &p, n) : NULL;
	struct crypto_part key;

	crypto_must(info && X509_PUBKEY_get0_param(NULL, &p, &bits, NULL, info), "public key");
	key = (struct crypto_part){ p, (size_t)bits };
	sha1_parts(&key, 1, key_id);
	X509_PUBKEY_free(info);
	return (size_t)n;
}

/* ---- certificates ------------------------------------------------------------------------------------------------ */

/* The certificate of subject's key, signed by the issuer. *out is to be freed. */
static size_t make_cert(const struct crypto_cert_spec *spec, const struct crypto_identity *subject, bool ca,
			const char *issuer_name, const struct crypto_identity *issuer, const uint8_t issuer_key[20],
			uint8_t **out)
{
	struct der *d = mem_new(sizeof *d);
	uint8_t key_id[20], signature[CRYPTO_SIGNATURE_MAX], *spki = NULL;
	size_t spki_len = spki_of(subject, &spki, key_id), mark, n, len;
	struct crypto_part tbs;

	assert(spec->not_before <= spec->not_after);
	d->at = CERT_ROOM;
	put_extensions(d, spec, ca, key_id, issuer_key ? issuer_key : key_id);
	put(d, spki, spki_len);
	put_name(d, spec->name);
	mark = d->at;
	put_time(d, spec->not_after);
	put_time(d, spec->not_before);
	wrap(d, TAG_SEQUENCE, mark);
	put_name(d, issuer_name);
	put_algorithm(d, issuer->type);
	put_integer(d, spec->serial);
	mark = d->at;
	put_integer(d, 2);			/* version 3 */
	wrap(d, TAG_CONTEXT_CONSTRUCTED, mark);
	wrap(d, TAG_SEQUENCE, CERT_ROOM);
	/* certificates are real in both providers */
	tbs = (struct crypto_part){ d->room + d->at, CERT_ROOM - d->at };
	len = openssl_sign(issuer->c, issuer, CRYPTO_HASH_SHA256, true, &tbs, 1, signature);
	OPENSSL_free(spki);
	/* the whole: what was signed, algorithm, signature; now from the end again */
	n = tbs.n;
	*out = mem_new(n);
	memcpy(*out, tbs.p, n);
	d->at = CERT_ROOM;
	put(d, signature, len);
	put_octet(d, 0);			/* no unused bits */
	wrap(d, TAG_BIT_STRING, CERT_ROOM);
	put_algorithm(d, issuer->type);
	put(d, *out, n);
	wrap(d, TAG_SEQUENCE, CERT_ROOM);
	mem_free(*out);
	n = CERT_ROOM - d->at;
	*out = mem_new(n);
	memcpy(*out, d->room + d->at, n);
	mem_free(d);
	return n;
}

static struct crypto_ca *ca_make(struct crypto *c, const struct crypto_cert_spec *spec, const struct crypto_ca *above)
{
	struct crypto_ca *ca = mem_zeroed(sizeof *ca);
	uint8_t *spki = NULL;

	ca->id = key_of(c, spec);
	memcpy(ca->name, spec->name, strlen(spec->name) + 1);
	spki_of(ca->id, &spki, ca->key_id);
	OPENSSL_free(spki);
	ca->cert_len = make_cert(spec, ca->id, true, above ? above->name : ca->name, above ? above->id : ca->id,
				 above ? above->key_id : NULL, &ca->cert);
	if (above) {
		identity_add(ca->id, ca->cert, ca->cert_len);
		for (size_t i = 0; i < above->id->n; i++)
			identity_add(ca->id, above->id->chain[i].p, above->id->chain[i].n);
	}
	return ca;
}

struct crypto_ca *crypto_ca_new(struct crypto *c, const struct crypto_cert_spec *spec)
{
	return ca_make(c, spec, NULL);
}

struct crypto_ca *crypto_ca_below(const struct crypto_ca *ca, const struct crypto_cert_spec *spec)
{
	return ca_make(ca->id->c, spec, ca);
}

void crypto_ca_free(struct crypto_ca *ca)
{
	if (!ca)
		return;
	crypto_identity_free(ca->id);
	mem_free(ca->cert);
	mem_free(ca);
}

struct crypto_part crypto_ca_cert(const struct crypto_ca *ca)
{
	return (struct crypto_part){ ca->cert, ca->cert_len };
}

struct crypto_identity *crypto_ca_issue(const struct crypto_ca *ca, const struct crypto_cert_spec *spec)
{
	struct crypto_identity *id = key_of(ca->id->c, spec);
	uint8_t *der;
	size_t n = make_cert(spec, id, false, ca->name, ca->id, ca->key_id, &der);

	identity_add(id, der, n);
	mem_free(der);
	for (size_t i = 0; i < ca->id->n; i++)
		identity_add(id, ca->id->chain[i].p, ca->id->chain[i].n);
	return id;
}

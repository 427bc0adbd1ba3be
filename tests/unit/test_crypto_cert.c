/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates and signatures with both providers: what a CA out of a seed issues (the same octets everywhere), chains
 * that are good, late, early, foreign, forged or of the wrong kind, identities that match and do not, every AUTH method
 * with every kind of key, RFC 6979's nonces, and keys and certificates out of PEM.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "crypto/cert.h"
#include "crypto/priv.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

#define FROM INT64_C(1735689600)		/* 2025-01-01 */
#define TO INT64_C(2524608000)			/* 2050-01-01: the first date that is no UTCTime */
#define NOW INT64_C(1767225600)			/* 2026-01-01 */

static const enum crypto_key_type types[] = { CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA };
static const char *const names[] = { "ha.example.org", "apn1.mnc001.mcc001.3gppnetwork.org", NULL };
static const struct ip6_addr ip6 = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } };
static const struct ip4_addr ip4 = { { 192, 0, 2, 1 } };

/* A root, a home agent's certificate below it, and somebody who trusts the root. */
struct scene {
	struct crypto *c;
	struct crypto_ca *ca;
	struct crypto_identity *id;
	struct crypto_trust *trust;
};

static struct crypto_cert_spec root_spec(enum crypto_key_type type)
{
	return (struct crypto_cert_spec){ .type = type, .seed = 7, .name = "Root", .serial = 1, .not_before = FROM,
					  .not_after = TO };
}

static struct crypto_cert_spec leaf_spec(enum crypto_key_type type)
{
	return (struct crypto_cert_spec){ .type = type, .seed = 8, .name = "ha", .dns = names, .ip6 = &ip6, .n_ip6 = 1,
					  .ip4 = &ip4, .n_ip4 = 1, .serial = 0x8000, .not_before = FROM,
					  .not_after = TO - 1 };
}

static struct scene scene_new(enum crypto_kind kind, enum crypto_key_type ca_type, enum crypto_key_type type)
{
	struct crypto_cert_spec root = root_spec(ca_type), leaf = leaf_spec(type);
	struct scene s = { .c = crypto_new(kind, NULL) };
	struct crypto_part cert;

	s.ca = crypto_ca_new(s.c, &root);
	s.id = crypto_ca_issue(s.ca, &leaf);
	s.trust = crypto_trust_new(s.c);
	cert = crypto_ca_cert(s.ca);
	CU_ASSERT(crypto_trust_add(s.trust, cert.p, cert.n));
	return s;
}

static void scene_free(struct scene *s)
{
	crypto_trust_free(s->trust);
	crypto_identity_free(s->id);
	crypto_ca_free(s->ca);
	crypto_free(s->c);
}

static enum crypto_cert_result check(const struct scene *s, const struct crypto_identity *id, int64_t now, uint8_t type,
				     const void *name, size_t n)
{
	struct crypto_part certs[CRYPTO_CHAIN_MAX];

	for (size_t i = 0; i < crypto_identity_chain(id); i++)
		certs[i] = crypto_identity_cert(id, i);
	return crypto_chain_check(s->c, s->trust, certs, crypto_identity_chain(id), now, type, name, n);
}

static enum crypto_cert_result check_fqdn(const struct scene *s, const struct crypto_identity *id, int64_t now,
					  const char *name)
{
	return check(s, id, now, 2, name, strlen(name));
}

static void test_good_chains(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < 9; i++) {
			struct scene s = scene_new(kind, types[i / 3], types[i % 3]);

			CU_ASSERT_EQUAL(crypto_identity_type(s.id), types[i % 3]);
			CU_ASSERT_EQUAL(crypto_identity_chain(s.id), 1);
			for (int again = 0; again < 2; again++)
				CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, names[0]), CRYPTO_CERT_OK);
			CU_ASSERT_EQUAL(crypto_take_cost(s.c), 2 * crypto_costs_default.ps[CRYPTO_OP_CHAIN] / 1000);
			scene_free(&s);
		}
}

static void test_time(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);

	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, FROM - 1, names[0]), CRYPTO_CERT_NOT_YET);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, FROM, names[0]), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, TO - 1, names[0]), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, TO, names[0]), CRYPTO_CERT_EXPIRED);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, TO, "other.example.org"), CRYPTO_CERT_EXPIRED);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, names[0]), CRYPTO_CERT_OK);
	scene_free(&s);
}

static void test_identities(void)
{
	static const uint8_t other4[] = { 192, 0, 2, 2 };
	struct scene s = scene_new(CRYPTO_MODELLED, CRYPTO_KEY_ED25519, CRYPTO_KEY_ECDSA_P_256);
	struct ip6_addr other6 = ip6;
	/* CN=ha: SEQUENCE of SET of SEQUENCE of OID and UTF8String */
	uint8_t dn[] = { 0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x02, 'h', 'a' };

	other6.o[15] = 2;
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 0, NULL, 0), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, names[1]), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, "HA.Example.org"), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, "example.org"), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, "a.ha.example.org"), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, ".example.org"), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, ""), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, "ha"), CRYPTO_CERT_NAME);		/* the common name is none */
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 2, "ha.example.org\0x", 16), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 1, ip4.o, 4), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 1, other4, 4), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 1, ip6.o, 16), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 5, ip6.o, 16), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 5, other6.o, 16), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 5, ip6.o, 15), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 3, "ha@example.org", 14), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 9, dn, sizeof dn), CRYPTO_CERT_OK);
	dn[14] = 'b';
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 9, dn, sizeof dn), CRYPTO_CERT_NAME);
	CU_ASSERT_EQUAL(check(&s, s.id, NOW, 11, "x", 1), CRYPTO_CERT_NAME);
	scene_free(&s);
}

static void test_strangers(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
	struct crypto_cert_spec root = root_spec(CRYPTO_KEY_ECDSA_P_256), leaf = leaf_spec(CRYPTO_KEY_ECDSA_P_256);
	struct crypto_ca *impostor, *stranger;
	struct crypto_identity *forged, *foreign, *self;
	struct crypto_trust *empty = crypto_trust_new(s.c), *kept = s.trust;

	root.seed = 99;			/* the same name, another key */
	impostor = crypto_ca_new(s.c, &root);
	forged = crypto_ca_issue(impostor, &leaf);
	root.name = "Stranger";
	stranger = crypto_ca_new(s.c, &root);
	foreign = crypto_ca_issue(stranger, &leaf);
	CU_ASSERT_EQUAL(check_fqdn(&s, forged, NOW, names[0]), CRYPTO_CERT_UNTRUSTED);
	CU_ASSERT_EQUAL(check_fqdn(&s, foreign, NOW, names[0]), CRYPTO_CERT_UNTRUSTED);
	CU_ASSERT_EQUAL(check_fqdn(&s, foreign, TO, "other.org"), CRYPTO_CERT_UNTRUSTED);
	s.trust = empty;
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, names[0]), CRYPTO_CERT_UNTRUSTED);
	s.trust = kept;
	CU_ASSERT_EQUAL(check_fqdn(&s, s.id, NOW, names[0]), CRYPTO_CERT_OK);
	/* the anchor itself, shown as a node's certificate: a CA's key usage rules that out */
	self = identity_make(s.c, EVP_PKEY_dup(s.id->key));
	identity_add(self, crypto_ca_cert(s.ca).p, crypto_ca_cert(s.ca).n);
	CU_ASSERT_EQUAL(check(&s, self, NOW, 0, NULL, 0), CRYPTO_CERT_PURPOSE);
	crypto_identity_free(self);
	crypto_identity_free(forged);
	crypto_identity_free(foreign);
	crypto_ca_free(impostor);
	crypto_ca_free(stranger);
	crypto_trust_free(empty);
	scene_free(&s);
}

/* A CA below the root; its certificate travels with the chain and may be an anchor of its own. */
static void test_intermediates(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ED25519, CRYPTO_KEY_ECDSA_P_256);
	struct crypto_cert_spec below = root_spec(CRYPTO_KEY_ECDSA_P_256), leaf = leaf_spec(CRYPTO_KEY_ED25519);
	struct crypto_trust *kept = s.trust, *narrow = crypto_trust_new(s.c);
	struct crypto_ca *middle;
	struct crypto_identity *id;
	struct crypto_part cert;

	below.name = "Middle";
	below.not_after = NOW + 10;
	middle = crypto_ca_below(s.ca, &below);
	id = crypto_ca_issue(middle, &leaf);
	CU_ASSERT_EQUAL(crypto_identity_chain(id), 2);
	CU_ASSERT_EQUAL(check_fqdn(&s, id, NOW, names[0]), CRYPTO_CERT_OK);
	CU_ASSERT_EQUAL(check_fqdn(&s, id, NOW + 11, names[0]), CRYPTO_CERT_EXPIRED);
	cert = crypto_identity_cert(id, 0);
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, &cert, 1, NOW, 0, NULL, 0), CRYPTO_CERT_UNTRUSTED);
	cert = crypto_ca_cert(middle);
	CU_ASSERT(crypto_trust_add(narrow, cert.p, cert.n));
	s.trust = narrow;
	cert = crypto_identity_cert(id, 0);
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, &cert, 1, NOW, 0, NULL, 0), CRYPTO_CERT_OK);
	s.trust = kept;
	crypto_identity_free(id);
	crypto_ca_free(middle);
	crypto_trust_free(narrow);
	scene_free(&s);
}

/* A certificate that a node signed with its own key, as if it were a CA. */
static X509 *signed_by_node(const struct scene *s, X509 *node)
{
	X509 *x = X509_new();

	CU_ASSERT(X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), 5) &&
		  X509_set_issuer_name(x, X509_get_subject_name(node)) &&
		  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)"x", 1, -1, 0) &&
		  ASN1_TIME_set(X509_getm_notBefore(x), FROM) && ASN1_TIME_set(X509_getm_notAfter(x), NOW + 1000) &&
		  X509_set_pubkey(x, s->id->key) && X509_sign(x, s->id->key, EVP_sha256()) > 0);
	return x;
}

static void test_a_node_is_no_ca(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
	struct crypto_part certs[2] = { { NULL, 0 }, crypto_identity_cert(s.id, 0) };
	const uint8_t *p = certs[1].p;
	X509 *node = d2i_X509(NULL, &p, (long)certs[1].n), *x = signed_by_node(&s, node);
	uint8_t *der = NULL;

	certs[0].n = (size_t)i2d_X509(x, &der);
	certs[0].p = der;
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 2, NOW, 0, NULL, 0), CRYPTO_CERT_PURPOSE);
	der[certs[0].n - 1] ^= 1;
	CU_ASSERT_NOT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 2, NOW, 0, NULL, 0), CRYPTO_CERT_OK);
	OPENSSL_free(der);
	X509_free(x);
	X509_free(node);
	scene_free(&s);
}

struct damaged {
	struct scene *s;
	size_t good, tried;
};

static void check_damaged(const uint8_t *p, size_t n, void *data)
{
	struct damaged *d = data;
	struct crypto_part cert = { p, n };
	enum crypto_cert_result r = crypto_chain_check(d->s->c, d->s->trust, &cert, 1, NOW, 2, (const uint8_t *)names[0],
						       strlen(names[0]));

	d->tried++;
	d->good += r == CRYPTO_CERT_OK;
}

/* Cut anywhere and with every bit flipped: only what changes no meaning may pass, and nothing does here. */
static void test_damage(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ED25519, CRYPTO_KEY_ED25519);
	struct damaged d = { .s = &s };
	struct crypto_part cert = crypto_identity_cert(s.id, 0), certs[9];

	check_damaged(cert.p, cert.n, &d);
	CU_ASSERT_EQUAL(d.good, 1);
	damage_each(cert.p, cert.n, check_damaged, &d);
	CU_ASSERT_EQUAL(d.good, 1);
	CU_ASSERT_EQUAL(d.tried, 1 + 9 * cert.n);
	for (size_t i = 0; i < G_N_ELEMENTS(certs); i++)
		certs[i] = cert;
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 9, NOW, 0, NULL, 0), CRYPTO_CERT_MALFORMED);
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 0, NOW, 0, NULL, 0), CRYPTO_CERT_MALFORMED);
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 8, NOW, 0, NULL, 0), CRYPTO_CERT_OK);
	certs[0].n--;
	CU_ASSERT_EQUAL(crypto_chain_check(s.c, s.trust, certs, 1, NOW, 0, NULL, 0), CRYPTO_CERT_MALFORMED);
	scene_free(&s);
}

static void check_sha256(struct crypto_part cert, const char *hex)
{
	size_t n;
	uint8_t *want = octets_of(hex, &n), got[32];

	sha256_parts(&cert, 1, got);
	CU_ASSERT(!memcmp(got, want, n));
	g_free(want);
}

/* The octets are the same on every machine and with every version of libcrypto. */
static void test_octets_are_fixed(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
	struct scene again = scene_new(CRYPTO_MODELLED, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
	struct crypto_part a = crypto_identity_cert(s.id, 0), b = crypto_identity_cert(again.id, 0);

	CU_ASSERT(a.n == b.n && !memcmp(a.p, b.p, a.n));
	check_sha256(crypto_ca_cert(s.ca),
		     "e4f8dafc8c927166ddd98c5dd8af53ef9c6282539cfb53aab87cbffe22cb6308");
	check_sha256(a,
		     "f7fa495cc391625d8c4c6f2cb0f1d85653aaa6c1f38c65d40a27bc85e751a237");
	scene_free(&s);
	scene_free(&again);
	s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_RSA, CRYPTO_KEY_ED25519);
	check_sha256(crypto_ca_cert(s.ca),
		     "ae6bb3fd0c1a44709a2e33d8632e698b6a38c0df62e759c05cb7d9710b79d3d2");
	check_sha256(crypto_identity_cert(s.id, 0),
		     "1e035364329d8e73b54f164c2af58ac6ed811b88afd429fcbbdd7138019b2685");
	scene_free(&s);
}

static void test_certreq(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ED25519);
	struct crypto_part ca = crypto_ca_cert(s.ca);
	const uint8_t *p = ca.p;
	X509 *x = d2i_X509(NULL, &p, (long)ca.n);
	uint8_t *der = NULL, want[20];
	int n = i2d_PUBKEY(X509_get0_pubkey(x), &der);
	struct crypto_part info = { der, (size_t)n };

	sha1_parts(&info, 1, want);
	CU_ASSERT_EQUAL(crypto_trust_anchors(s.trust), 1);
	CU_ASSERT(!memcmp(crypto_trust_anchor(s.trust, 0), want, 20));
	CU_ASSERT(!crypto_trust_add(s.trust, (const uint8_t *)"\x30\x00", 2));
	OPENSSL_free(der);
	X509_free(x);
	scene_free(&s);
}

/* ---- signatures -------------------------------------------------------------------------------------------------- */

static const uint8_t methods[] = { CRYPTO_AUTH_RSA, CRYPTO_AUTH_ECDSA_256, CRYPTO_AUTH_DIGITAL, 2, 0 };

static void sign_and_verify(struct scene *s, uint8_t method, bool fits)
{
	uint8_t text[300], auth[CRYPTO_SIGNATURE_MAX], again[CRYPTO_SIGNATURE_MAX];
	struct crypto_part cert = crypto_identity_cert(s->id, 0), whole = { text, sizeof text };
	struct crypto_part parts[] = { { text, 100 }, { text + 100, 200 } };
	size_t n, wrong = 0;

	memset(text, 0x42, sizeof text);
	CU_ASSERT_EQUAL(crypto_identity_can(s->id, method), fits);
	n = crypto_sign(s->c, s->id, method, parts, 2, auth);
	if (!fits) {
		CU_ASSERT_EQUAL(n, 0);
		CU_ASSERT_EQUAL(crypto_verify(s->c, cert.p, cert.n, method, &whole, 1, auth, 64), CRYPTO_CERT_METHOD);
		return;
	}
	CU_ASSERT(n && n <= sizeof auth);
	CU_ASSERT(crypto_sign(s->c, s->id, method, &whole, 1, again) == n && !memcmp(auth, again, n));
	CU_ASSERT_EQUAL(crypto_verify(s->c, cert.p, cert.n, method, &whole, 1, auth, n), CRYPTO_CERT_OK);
	for (size_t bit = 0; bit < 8 * n; bit += 7) {
		auth[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wrong += crypto_verify(s->c, cert.p, cert.n, method, &whole, 1, auth, n) == CRYPTO_CERT_OK;
		auth[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t cut = 0; cut < n; cut++)
		wrong += crypto_verify(s->c, cert.p, cert.n, method, &whole, 1, auth, cut) == CRYPTO_CERT_OK;
	text[299] ^= 1;
	wrong += crypto_verify(s->c, cert.p, cert.n, method, &whole, 1, auth, n) == CRYPTO_CERT_OK;
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(crypto_verify(s->c, cert.p, cert.n - 1, method, &whole, 1, auth, n), CRYPTO_CERT_MALFORMED);
}

static void test_signatures(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
			struct scene s = scene_new(kind, CRYPTO_KEY_ED25519, types[i]);

			for (size_t m = 0; m < G_N_ELEMENTS(methods); m++)
				sign_and_verify(&s, methods[m],
						methods[m] == CRYPTO_AUTH_DIGITAL ||
						(methods[m] == CRYPTO_AUTH_RSA && types[i] == CRYPTO_KEY_RSA) ||
						(methods[m] == CRYPTO_AUTH_ECDSA_256 &&
						 types[i] == CRYPTO_KEY_ECDSA_P_256));
			CU_ASSERT(crypto_identity_can(s.id, crypto_identity_method(s.id)));
			scene_free(&s);
		}
}

/* Both providers give Authentication Data of the same length (ECDSA in DER has 70 to 72 octets behind its head). */
static void test_lengths(void)
{
	static const size_t want[][2] = { { 64, 13 + 72 }, { 0, 8 + 64 }, { 256, 16 + 256 } };
	const struct crypto_part text = { (const uint8_t *)"text", 4 };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
			struct scene s = scene_new(kind, CRYPTO_KEY_ED25519, types[i]);
			uint8_t auth[CRYPTO_SIGNATURE_MAX];
			size_t n = crypto_sign(s.c, s.id, CRYPTO_AUTH_DIGITAL, &text, 1, auth);

			CU_ASSERT(n <= want[i][1] && n + (types[i] == CRYPTO_KEY_ECDSA_P_256 ? 6 : 0) >= want[i][1]);
			if (want[i][0])
				CU_ASSERT_EQUAL(crypto_sign(s.c, s.id, crypto_identity_method(s.id), &text, 1, auth), want[i][0]);
			scene_free(&s);
		}
}

static void test_other_hashes_are_accepted(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA);
	const struct crypto_part text = { (const uint8_t *)"text", 4 };
	struct crypto_part cert = crypto_identity_cert(s.id, 0);
	static const uint8_t sha1_rsa[] = { 15, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					    0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00 };
	uint8_t auth[CRYPTO_SIGNATURE_MAX];
	size_t n;

	/* method 1 with SHA-256, method 14 with SHA-1 */
	n = openssl_sign(s.c, s.id, CRYPTO_HASH_SHA256, false, &text, 1, auth);
	CU_ASSERT_EQUAL(crypto_verify(s.c, cert.p, cert.n, CRYPTO_AUTH_RSA, &text, 1, auth, n), CRYPTO_CERT_OK);
	memcpy(auth, sha1_rsa, sizeof sha1_rsa);
	n = sizeof sha1_rsa + openssl_sign(s.c, s.id, CRYPTO_HASH_SHA1, false, &text, 1, auth + sizeof sha1_rsa);
	CU_ASSERT_EQUAL(crypto_verify(s.c, cert.p, cert.n, CRYPTO_AUTH_DIGITAL, &text, 1, auth, n), CRYPTO_CERT_OK);
	auth[13] = 0x0c;		/* sha384: a method nobody knows here */
	CU_ASSERT_EQUAL(crypto_verify(s.c, cert.p, cert.n, CRYPTO_AUTH_DIGITAL, &text, 1, auth, n), CRYPTO_CERT_METHOD);
	scene_free(&s);
}

/* RFC 6979 A.2.5, SHA-256, "sample" and "test" */
static void check_rfc6979(const char *text, const char *rs)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	const struct crypto_part part = { (const uint8_t *)text, strlen(text) };
	uint8_t digest[32], got[64];
	BIGNUM *d = NULL;
	size_t n;
	uint8_t *want = octets_of(rs, &n);

	BN_hex2bn(&d, "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
	sha256_parts(&part, 1, digest);
	ecdsa_sign(c, d, digest, 32, got);
	CU_ASSERT(n == 64 && !memcmp(got, want, 64));
	BN_free(d);
	g_free(want);
	crypto_free(c);
}

static void test_rfc6979(void)
{
	check_rfc6979("sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
				"F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
	check_rfc6979("test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
			      "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083");
}

/* ---- PEM --------------------------------------------------------------------------------------------------------- */

static char *pem_of(BIO *bio)
{
	char *p;
	long n = BIO_get_mem_data(bio, &p);
	char *text = g_strndup(p, (gsize)n);

	BIO_free(bio);
	return text;
}

static char *cert_pem(struct crypto_part der)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio(bio, PEM_STRING_X509, "", der.p, (long)der.n);
	return pem_of(bio);
}

static char *key_pem(const struct crypto_identity *id, const char *password)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PKCS8PrivateKey(bio, id->key, password ? EVP_aes_128_cbc() : NULL, password,
				      password ? (int)strlen(password) : 0, NULL, NULL);
	return pem_of(bio);
}

static void test_pem(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, types[i]);
		char *key = key_pem(s.id, NULL), *leaf = cert_pem(crypto_identity_cert(s.id, 0));
		char *root = cert_pem(crypto_ca_cert(s.ca)), *chain = g_strconcat(leaf, root, NULL), error[CRYPTO_ERROR_MAX];
		struct crypto_trust *trust = crypto_trust_new(s.c), *kept = s.trust;
		struct crypto_identity *id = crypto_identity_new(s.c, key, chain, error);

		CU_ASSERT(id && crypto_identity_chain(id) == 1 && crypto_identity_type(id) == types[i]);
		CU_ASSERT_EQUAL(crypto_trust_add_pem(trust, root), 1);
		s.trust = trust;
		if (id)
			CU_ASSERT_EQUAL(check_fqdn(&s, id, NOW, names[0]), CRYPTO_CERT_OK);
		s.trust = kept;
		crypto_identity_free(s.id);
		s.id = id;
		if (id)
			sign_and_verify(&s, CRYPTO_AUTH_DIGITAL, true);
		crypto_trust_free(trust);
		scene_free(&s);
		g_free(key);
		g_free(leaf);
		g_free(root);
		g_free(chain);
	}
}

static void test_bad_pem(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
	char *key = key_pem(s.id, NULL), *locked = key_pem(s.id, "secret"), *leaf = cert_pem(crypto_identity_cert(s.id, 0));
	char *broken = g_strdup(leaf), error[CRYPTO_ERROR_MAX] = "";

	broken[60] = '*';
	CU_ASSERT(!crypto_identity_new(s.c, "", leaf, error) && strstr(error, "private key"));
	CU_ASSERT(!crypto_identity_new(s.c, leaf, leaf, error) && strstr(error, "private key"));
	CU_ASSERT(!crypto_identity_new(s.c, locked, leaf, error) && strstr(error, "encrypted"));
	CU_ASSERT(!crypto_identity_new(s.c, key, "", error) && strstr(error, "no certificate"));
	CU_ASSERT(!crypto_identity_new(s.c, key, broken, error) && strstr(error, "broken"));
	CU_ASSERT_EQUAL(crypto_trust_add_pem(s.trust, broken), -1);
	CU_ASSERT_EQUAL(crypto_trust_add_pem(s.trust, ""), 0);
	CU_ASSERT_EQUAL(crypto_trust_anchors(s.trust), 1);
	g_free(key);
	g_free(locked);
	g_free(leaf);
	g_free(broken);
	scene_free(&s);
}

/* Somebody shows the home agent's certificate without having its key. */
static void test_stolen_certificate(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct scene s = scene_new(kind, CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ECDSA_P_256);
		struct crypto_cert_spec spec = leaf_spec(CRYPTO_KEY_ECDSA_P_256);
		struct crypto_identity *thief;
		const struct crypto_part text = { (const uint8_t *)"text", 4 };
		struct crypto_part cert = crypto_identity_cert(s.id, 0);
		uint8_t auth[CRYPTO_SIGNATURE_MAX];
		size_t n;

		spec.seed = 1000;
		thief = crypto_ca_issue(s.ca, &spec);
		n = crypto_sign(s.c, thief, CRYPTO_AUTH_ECDSA_256, &text, 1, auth);
		CU_ASSERT_EQUAL(crypto_verify(s.c, cert.p, cert.n, CRYPTO_AUTH_ECDSA_256, &text, 1, auth, n),
				CRYPTO_CERT_SIGNATURE);
		crypto_identity_free(thief);
		scene_free(&s);
	}
}

/* More certificates and chains than are remembered, twice each. */
static void test_memory(void)
{
	struct scene s = scene_new(CRYPTO_OPENSSL, CRYPTO_KEY_ED25519, CRYPTO_KEY_ED25519);
	struct crypto_identity *ids[100];

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
		struct crypto_cert_spec spec = leaf_spec(CRYPTO_KEY_ED25519);

		spec.serial = i + 1;
		spec.not_after = NOW + (int64_t)i;
		ids[i] = crypto_ca_issue(s.ca, &spec);
	}
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
			CU_ASSERT_EQUAL(check_fqdn(&s, ids[i], NOW + 50, names[0]),
					i < 50 ? CRYPTO_CERT_EXPIRED : CRYPTO_CERT_OK);
	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
		crypto_identity_free(ids[i]);
	scene_free(&s);
}

static const struct harness_test tests[] = {
	{ "a CA's certificates are good", test_good_chains },
	{ "a chain holds in its time only", test_time },
	{ "identities are looked for in subjectAltName", test_identities },
	{ "strangers and impostors are not trusted", test_strangers },
	{ "intermediate CAs", test_intermediates },
	{ "a node's certificate signs no others", test_a_node_is_no_ca },
	{ "damaged certificates are refused", test_damage },
	{ "certificates are the same octets everywhere", test_octets_are_fixed },
	{ "CERTREQ hashes the anchors' keys", test_certreq },
	{ "every method with every key", test_signatures },
	{ "signatures have their lengths in both providers", test_lengths },
	{ "other hashes are accepted", test_other_hashes_are_accepted },
	{ "ECDSA's nonces are those of RFC 6979", test_rfc6979 },
	{ "identities out of PEM", test_pem },
	{ "broken PEM is refused with a reason", test_bad_pem },
	{ "a certificate without its key is of no use", test_stolen_certificate },
	{ "what was validated may be forgotten", test_memory },
};

int main(int argc, char **argv)
{
	return harness_main("crypto_cert", tests, G_N_ELEMENTS(tests), argc, argv);
}

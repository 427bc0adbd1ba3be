/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: certificates and signatures as a peer shows them. The first octet chooses: even, the rest is the peer's
 * certificate and is judged against a root; odd, the rest is the Authentication Data of a text under a good
 * certificate. Laws: the same question has the same answer; nothing passes but the one certificate of that name that
 * the root signed (in whatever encoding), and but the one signature (RSA and Ed25519 have no second one).
 */
#include <openssl/x509.h>
#include <string.h>

#include "crypto/cert.h"
#include "tests/fuzz/laws.h"

#define NOW INT64_C(1767225600)

static struct crypto *c;
static struct crypto_ca *ca;
static struct crypto_trust *trust;
static struct crypto_identity *ids[2];
static const struct crypto_part text = { (const uint8_t *)"text", 4 };
static uint8_t auth[2][CRYPTO_SIGNATURE_MAX];
static size_t auth_len[2];

static void prepare(void)
{
	static const enum crypto_key_type types[2] = { CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA };
	static const char *const names[] = { "ha.example.org", NULL };
	struct crypto_cert_spec spec = { .type = CRYPTO_KEY_ED25519, .seed = 7, .name = "Root", .serial = 1,
					 .not_before = NOW - 1000, .not_after = NOW + 1000 };

	c = crypto_new(CRYPTO_OPENSSL, NULL);
	ca = crypto_ca_new(c, &spec);
	trust = crypto_trust_new(c);
	LAW(crypto_trust_add(trust, crypto_ca_cert(ca).p, crypto_ca_cert(ca).n));
	spec.dns = names;
	spec.name = "ha";
	for (unsigned i = 0; i < 2; i++) {
		spec.type = types[i];
		ids[i] = crypto_ca_issue(ca, &spec);
		auth_len[i] = crypto_sign(c, ids[i], CRYPTO_AUTH_DIGITAL, &text, 1, auth[i]);
	}
}

/* Whether this is the root's certificate for ha.example.org with either key, however it is encoded. */
static bool is_genuine(const uint8_t *p, size_t n)
{
	X509 *x = d2i_X509(NULL, &p, (long)n);
	uint8_t *der = NULL;
	int len = x ? i2d_X509(x, &der) : 0;
	bool good = false;

	for (unsigned i = 0; len > 0 && i < 2; i++) {
		struct crypto_part own = crypto_identity_cert(ids[i], 0);

		good = good || (own.n == (size_t)len && !memcmp(own.p, der, own.n));
	}
	OPENSSL_free(der);
	X509_free(x);
	return good;
}

static void judge(const uint8_t *p, size_t n)
{
	struct crypto_part cert = { p, n };
	enum crypto_cert_result r;

	r = crypto_chain_check(c, trust, &cert, 1, NOW, 2, (const uint8_t *)"ha.example.org", 14);
	LAW(r == crypto_chain_check(c, trust, &cert, 1, NOW, 2, (const uint8_t *)"ha.example.org", 14));
	LAW(r != CRYPTO_CERT_OK || is_genuine(p, n));
	r = crypto_verify(c, p, n, CRYPTO_AUTH_DIGITAL, &text, 1, auth[0], auth_len[0]);
	LAW(r == crypto_verify(c, p, n, CRYPTO_AUTH_DIGITAL, &text, 1, auth[0], auth_len[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	unsigned which;

	if (!c)
		prepare();
	if (!n)
		return 0;
	which = p[0] >> 1 & 1;
	if (p[0] & 1) {
		struct crypto_part cert = crypto_identity_cert(ids[which], 0);
		enum crypto_cert_result r = crypto_verify(c, cert.p, cert.n, CRYPTO_AUTH_DIGITAL, &text, 1, p + 1, n - 1);

		LAW(r != CRYPTO_CERT_OK || (n - 1 == auth_len[which] && !memcmp(p + 1, auth[which], n - 1)));
	} else {
		judge(p + 1, n - 1);
	}
	return 0;
}

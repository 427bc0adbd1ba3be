/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: measuring cryptography
 *
 * Runs every operation that has a price, through the same functions that the protocols call, and takes the median of
 * several turns of CPU time. Packets are measured at two lengths: the slope is the price of an octet, the rest that of
 * a packet. Chains are validated from certificates that are not remembered from the turn before. It implements no
 * clause.
 */
#include "cli/measure_crypto.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/cert.h"
#include "crypto/crypto.h"
#include "crypto/eap_keys.h"
#include "crypto/milenage.h"

#define TURNS 5
#define TURN_NS 8000000			/* CPU time of one turn, about */
#define CHAINS 100			/* more than a provider remembers */
#define SHORT 64
#define LONG 1408
#define YEAR_2026 INT64_C(1767225600)

struct work {
	struct crypto *c;
	uint16_t group;
	struct crypto_dh *dh;
	uint8_t public_value[CRYPTO_DH_PUBLIC_MAX], secret[CRYPTO_DH_SECRET_MAX], random[CRYPTO_DH_RANDOM];
	struct crypto_ca *ca;
	struct crypto_identity *id;
	uint8_t auth[CRYPTO_SIGNATURE_MAX];
	size_t auth_len;
	struct crypto_trust *trust;
	struct crypto_identity *chains[CHAINS];
	crypto_key key;
	struct crypto_mac mac;
	uint8_t data[LONG], iv[16], icv[16];
	size_t len;
	struct milenage_key subscriber;
	unsigned n;
};

typedef void work_fn(struct work *w);

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t run_ns(work_fn *fn, struct work *w, unsigned times)
{
	int64_t start = cpu_ns();

	for (unsigned i = 0; i < times; i++)
		fn(w);
	return cpu_ns() - start;
}

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Picoseconds of one call. */
static int64_t measure(work_fn *fn, struct work *w)
{
	int64_t turns[TURNS], once;
	unsigned times = 1;

	fn(w);				/* whatever is made at the first use */
	while ((once = run_ns(fn, w, times)) < TURN_NS / 8 && times < 1u << 24)
		times *= 2;
	times = (unsigned)((int64_t)times * TURN_NS / (once + 1)) + 1;
	for (unsigned i = 0; i < TURNS; i++)
		turns[i] = run_ns(fn, w, times) * 1000 / times;
	qsort(turns, TURNS, sizeof turns[0], by_value);
	return turns[TURNS / 2];
}

/* ---- the operations ---------------------------------------------------------------------------------------------- */

static void keygen(struct work *w)
{
	crypto_dh_free(w->c, crypto_dh_new(w->c, w->group, w->random, w->public_value));
}

static void derive(struct work *w)
{
	if (crypto_dh_derive(w->c, w->dh, w->public_value, crypto_dh_public_len(w->group), w->secret) != CRYPTO_DH_OK)
		g_error("a good public value was refused");
}

static void sign(struct work *w)
{
	const struct crypto_part text = { w->data, 500 };

	w->auth_len = crypto_sign(w->c, w->id, CRYPTO_AUTH_DIGITAL, &text, 1, w->auth);
}

static void verify(struct work *w)
{
	const struct crypto_part text = { w->data, 500 }, cert = crypto_identity_cert(w->id, 0);

	if (crypto_verify(w->c, cert.p, cert.n, CRYPTO_AUTH_DIGITAL, &text, 1, w->auth, w->auth_len) != CRYPTO_CERT_OK)
		g_error("a good signature was refused");
}

static void chain(struct work *w)
{
	const struct crypto_part cert = crypto_identity_cert(w->chains[w->n++ % CHAINS], 0);

	if (crypto_chain_check(w->c, w->trust, &cert, 1, YEAR_2026, 0, NULL, 0) != CRYPTO_CERT_OK)
		g_error("a good chain was refused");
}

static void hash(struct work *w)
{
	const struct crypto_part text = { w->data, 28 };

	crypto_sha1(w->c, &text, 1, w->auth);
}

static void prf(struct work *w)
{
	const struct crypto_part text = { w->data, 128 };

	crypto_mac(w->c, &w->mac, &text, 1, w->auth);
}

/* There and back: half of it is the price of one end. */
static void packet(struct work *w)
{
	crypto_seal(w->c, w->key, w->iv, w->iv, 8, w->data, w->len, w->icv);
	if (!crypto_open(w->c, w->key, w->iv, w->iv, 8, w->data, w->len, w->icv))
		g_error("a good packet was refused");
}

static void vector(struct work *w)
{
	struct milenage_vector v;

	milenage_vector(w->c, &w->subscriber, w->random, w->random, w->random, &v);
}

static void eap_keys(struct work *w)
{
	struct eap_aka_keys keys;

	eap_aka_keys_full(w->c, w->data, 56, w->random, w->random, &keys);
}

/* ---- the rows ---------------------------------------------------------------------------------------------------- */

static void measure_group(struct work *w, uint16_t group, int64_t *keygen_ps, int64_t *derive_ps)
{
	w->group = group;
	*keygen_ps = measure(keygen, w);
	w->dh = crypto_dh_new(w->c, group, w->random, w->public_value);
	*derive_ps = measure(derive, w);
	crypto_dh_free(w->c, w->dh);
}

static struct crypto_cert_spec spec_of(enum crypto_key_type type, const char *name, uint64_t serial)
{
	return (struct crypto_cert_spec){ .type = type, .seed = 1, .name = name, .serial = serial,
					  .not_before = YEAR_2026 - 1000, .not_after = YEAR_2026 + 1000 };
}

static void measure_signature(struct work *w, enum crypto_key_type type, int64_t *sign_ps, int64_t *verify_ps)
{
	struct crypto_cert_spec spec = spec_of(type, "signer", 2);

	w->id = crypto_ca_issue(w->ca, &spec);
	*sign_ps = measure(sign, w);
	*verify_ps = measure(verify, w);
	crypto_identity_free(w->id);
}

static int64_t measure_chain(struct work *w)
{
	struct crypto_part root = crypto_ca_cert(w->ca);
	int64_t ps;

	w->trust = crypto_trust_new(w->c);
	if (!crypto_trust_add(w->trust, root.p, root.n))
		g_error("a good anchor was refused");
	for (unsigned i = 0; i < CHAINS; i++) {
		struct crypto_cert_spec spec = spec_of(CRYPTO_KEY_ECDSA_P_256, "node", i + 10);

		w->chains[i] = crypto_ca_issue(w->ca, &spec);
	}
	ps = measure(chain, w);
	for (unsigned i = 0; i < CHAINS; i++)
		crypto_identity_free(w->chains[i]);
	crypto_trust_free(w->trust);
	return ps;
}

static void measure_packets(struct work *w, crypto_key key, int64_t *packet_ps, int64_t *octet_ps)
{
	int64_t shorter, longer;

	w->key = key;
	w->len = SHORT;
	shorter = measure(packet, w) / 2;
	w->len = LONG;
	longer = measure(packet, w) / 2;
	*octet_ps = longer > shorter ? (longer - shorter) / (LONG - SHORT) : 0;
	*packet_ps = shorter > *octet_ps * SHORT ? shorter - *octet_ps * SHORT : 0;
	crypto_key_drop(w->c, key);
}

/* To three digits. */
static int64_t rounded(int64_t ps)
{
	int64_t step = 1;

	while (ps / step >= 1000)
		step *= 10;
	return (ps + step / 2) / step * step;
}

struct crypto_costs measure_crypto(void)
{
	struct work *w = g_new0(struct work, 1);
	struct crypto_cert_spec root = spec_of(CRYPTO_KEY_ECDSA_P_256, "root", 1);
	struct crypto_costs costs = { { 0 } };
	int64_t *ps = costs.ps;

	w->c = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_charging(w->c, false);
	w->ca = crypto_ca_new(w->c, &root);
	memset(w->random, 0x5a, sizeof w->random);
	measure_group(w, CRYPTO_DH_MODP_2048, &ps[CRYPTO_OP_KEYGEN_MODP_2048], &ps[CRYPTO_OP_DERIVE_MODP_2048]);
	measure_group(w, CRYPTO_DH_P_256, &ps[CRYPTO_OP_KEYGEN_P_256], &ps[CRYPTO_OP_DERIVE_P_256]);
	measure_group(w, CRYPTO_DH_X25519, &ps[CRYPTO_OP_KEYGEN_X25519], &ps[CRYPTO_OP_DERIVE_X25519]);
	measure_signature(w, CRYPTO_KEY_RSA, &ps[CRYPTO_OP_SIGN_RSA_2048], &ps[CRYPTO_OP_VERIFY_RSA_2048]);
	measure_signature(w, CRYPTO_KEY_ECDSA_P_256, &ps[CRYPTO_OP_SIGN_ECDSA_P_256], &ps[CRYPTO_OP_VERIFY_ECDSA_P_256]);
	measure_signature(w, CRYPTO_KEY_ED25519, &ps[CRYPTO_OP_SIGN_ED25519], &ps[CRYPTO_OP_VERIFY_ED25519]);
	ps[CRYPTO_OP_CHAIN] = measure_chain(w);
	ps[CRYPTO_OP_HASH] = measure(hash, w);
	crypto_mac_init(w->c, &w->mac, CRYPTO_PRF_SHA256, w->random, 32);
	ps[CRYPTO_OP_PRF] = measure(prf, w);
	measure_packets(w, crypto_key_new(w->c, CRYPTO_ENCR_AES_CBC, 128, w->random, CRYPTO_INTEG_SHA256_128, w->random),
			&ps[CRYPTO_OP_CBC_PACKET], &ps[CRYPTO_OP_CBC_OCTET]);
	measure_packets(w, crypto_key_new(w->c, CRYPTO_ENCR_AES_GCM_16, 128, w->random, CRYPTO_INTEG_NONE, NULL),
			&ps[CRYPTO_OP_GCM_PACKET], &ps[CRYPTO_OP_GCM_OCTET]);
	ps[CRYPTO_OP_MILENAGE] = measure(vector, w);
	ps[CRYPTO_OP_EAP_KEYS] = measure(eap_keys, w);
	for (unsigned i = 0; i < CRYPTO_OPS; i++)
		ps[i] = rounded(ps[i]);
	crypto_ca_free(w->ca);
	crypto_free(w->c);
	g_free(w);
	return costs;
}

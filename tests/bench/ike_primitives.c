/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting and measuring the primitives of IKEv2: see ike_primitives.h. Operations that have a price are counted where
 * it is charged; macs and packets, whose octets matter, by standing between the crypto layer and its provider.
 *
 * "key" is what a new SA key costs beyond the packets: its object, the library's context and both key schedules.
 */
#include "tests/bench/ike_primitives.h"

#include <glib.h>
#include <string.h>
#include <time.h>

#include "crypto/eap_keys.h"
#include "crypto/milenage.h"

#define TURN_NS 1e6

static struct primitive_uses counted;
static uint64_t before[CRYPTO_OPS];
static const struct crypto_ops *real;
static struct crypto_ops counting;

static const char *const names[PRIMITIVES] = {
	[PRIM_KEYGEN] = "DH key pair", [PRIM_DERIVE] = "DH secret", [PRIM_SIGN] = "sign", [PRIM_VERIFY] = "verify",
	[PRIM_CHAIN] = "chain (remembered)", [PRIM_SHA1] = "SHA-1 (NAT detection)", [PRIM_PRF_KEY] = "prf key",
	[PRIM_PRF] = "prf", [PRIM_EAP_MAC] = "HMAC-SHA1", [PRIM_KEY] = "SA key and context",
	[PRIM_SEAL] = "seal", [PRIM_OPEN] = "open", [PRIM_MILENAGE] = "Milenage", [PRIM_EAP_KEYS] = "EAP-AKA keys",
};

const char *primitive_name(enum primitive p)
{
	return names[p];
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static void count(enum primitive p, size_t octets)
{
	counted.of[p].calls++;
	counted.of[p].octets += octets;
}

static void count_mac_init(struct crypto_mac *m, const uint8_t *key, size_t key_len)
{
	count(PRIM_PRF_KEY, key_len);
	real->mac_init(m, key, key_len);
}

static void count_mac(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out)
{
	size_t octets = 0;

	for (size_t i = 0; i < n; i++)
		octets += parts[i].n;
	count(m->prf == CRYPTO_PRF_SHA1 ? PRIM_EAP_MAC : PRIM_PRF, octets);
	real->mac(m, parts, n, out);
}

static void count_key(const struct key *k)
{
	if (!k->context)
		count(PRIM_KEY, 0);
}

static void count_seal(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, uint8_t *icv)
{
	count_key(k);
	count(PRIM_SEAL, p->len);
	real->seal(c, h, k, p, icv);
}

static bool count_open(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, const uint8_t *icv)
{
	count_key(k);
	count(PRIM_OPEN, p->len);
	return real->open(c, h, k, p, icv);
}

void primitives_begin(struct crypto *c)
{
	real = c->ops;
	counting = *real;
	counting.mac_init = count_mac_init;
	counting.mac = count_mac;
	counting.seal = count_seal;
	counting.open = count_open;
	counted = (struct primitive_uses){ { { 0, 0 } } };
	memcpy(before, c->done, sizeof before);
	c->ops = &counting;
}

void primitives_end(struct crypto *c, struct primitive_uses *out)
{
	static const struct { enum primitive p; enum crypto_op from, to; } priced[] = {
		{ PRIM_KEYGEN, CRYPTO_OP_KEYGEN_MODP_2048, CRYPTO_OP_KEYGEN_X25519 },
		{ PRIM_DERIVE, CRYPTO_OP_DERIVE_MODP_2048, CRYPTO_OP_DERIVE_X25519 },
		{ PRIM_SIGN, CRYPTO_OP_SIGN_RSA_2048, CRYPTO_OP_SIGN_ED25519 },
		{ PRIM_VERIFY, CRYPTO_OP_VERIFY_RSA_2048, CRYPTO_OP_VERIFY_ED25519 },
		{ PRIM_CHAIN, CRYPTO_OP_CHAIN, CRYPTO_OP_CHAIN }, { PRIM_SHA1, CRYPTO_OP_HASH, CRYPTO_OP_HASH },
		{ PRIM_MILENAGE, CRYPTO_OP_MILENAGE, CRYPTO_OP_MILENAGE },
		{ PRIM_EAP_KEYS, CRYPTO_OP_EAP_KEYS, CRYPTO_OP_EAP_KEYS },
	};

	c->ops = real;
	*out = counted;
	for (unsigned i = 0; i < G_N_ELEMENTS(priced); i++)
		for (unsigned op = priced[i].from; op <= priced[i].to; op++)
			out->of[priced[i].p].calls += c->done[op] - before[op];
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */

struct work {
	struct crypto *c;
	const struct primitive_setting *s;
	struct crypto_dh *dh;
	uint8_t public_value[CRYPTO_DH_PUBLIC_MAX], secret[CRYPTO_DH_SECRET_MAX];
	uint8_t auth[CRYPTO_SIGNATURE_MAX], data[2048], iv[16], key[32], icv[32];
	size_t auth_len, len;
	crypto_key sealing;
	struct crypto_mac mac;
	uint32_t n;
};

typedef void work_fn(struct work *w);

static void keygen(struct work *w)
{
	crypto_dh_free(w->c, crypto_dh_new(w->c, w->s->group, w->key, w->public_value));
}

static void derive(struct work *w)
{
	if (crypto_dh_derive(w->c, w->dh, w->public_value, crypto_dh_public_len(w->s->group), w->secret) != CRYPTO_DH_OK)
		g_error("a good public value was refused");
}

static void sign(struct work *w)
{
	const struct crypto_part text = { w->data, 500 };

	w->auth_len = crypto_sign(w->c, w->s->identity, CRYPTO_AUTH_DIGITAL, &text, 1, w->auth);
}

static void verify(struct work *w)
{
	const struct crypto_part text = { w->data, 500 }, cert = crypto_identity_cert(w->s->identity, 0);

	if (crypto_verify(w->c, cert.p, cert.n, CRYPTO_AUTH_DIGITAL, &text, 1, w->auth, w->auth_len) != CRYPTO_CERT_OK)
		g_error("a good signature was refused");
}

static void chain(struct work *w)
{
	const struct crypto_part cert = crypto_identity_cert(w->s->identity, 0);

	if (crypto_chain_check(w->c, w->s->trust, &cert, 1, w->s->now, 2, (const uint8_t *)w->s->name,
			       strlen(w->s->name)) != CRYPTO_CERT_OK)
		g_error("a good chain was refused");
}

static void sha1(struct work *w)
{
	const struct crypto_part text = { w->data, 34 };

	crypto_sha1(w->c, &text, 1, w->icv);
}

static void mac_key(struct work *w)
{
	crypto_mac_init(w->c, &w->mac, CRYPTO_PRF_SHA256, w->key, 32);
}

static void mac(struct work *w)
{
	const struct crypto_part text = { w->data, w->len };

	crypto_mac(w->c, &w->mac, &text, 1, w->icv);
}

static void seal(struct work *w)
{
	crypto_seal(w->c, w->sealing, w->iv, w->iv, 16, w->data, w->len, w->icv);
}

static void both(struct work *w)
{
	seal(w);
	if (!crypto_open(w->c, w->sealing, w->iv, w->iv, 16, w->data, w->len, w->icv))
		g_error("a good packet was refused");
}

static crypto_key new_key(struct work *w)
{
	return crypto_key_new(w->c, (uint8_t)w->s->encr, w->s->key_bits, w->key, (uint8_t)w->s->integ, w->key);
}

/* Never the key of the turn before, and its context is not there any more. */
static void fresh_both(struct work *w)
{
	w->n++;
	memcpy(w->key, &w->n, sizeof w->n);
	w->sealing = new_key(w);
	both(w);
	crypto_key_drop(w->c, w->sealing);
}

static void vector(struct work *w)
{
	struct milenage_key k;
	struct milenage_vector v;

	memcpy(&k, w->data, sizeof k);
	milenage_vector(w->c, &k, w->iv, w->iv, w->iv, &v);
}

static void eap_keys(struct work *w)
{
	struct eap_aka_keys keys;

	eap_aka_keys_full(w->c, w->data, 56, w->key, w->key, &keys);
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double run_ns(work_fn *fn, struct work *w, unsigned times)
{
	double start = cpu_ns();

	for (unsigned i = 0; i < times; i++)
		fn(w);
	return cpu_ns() - start;
}

static double measure(work_fn *fn, struct work *w)
{
	unsigned times = 1;
	double once;

	fn(w);
	while ((once = run_ns(fn, w, times)) < TURN_NS / 8)
		times *= 2;
	times = (unsigned)(times * TURN_NS / once) + 1;
	return run_ns(fn, w, times) / times;
}

static size_t average(const struct primitive_use *u)
{
	return u->calls ? (size_t)(u->octets / u->calls) : 0;
}

static void measure_packets(struct work *w, const struct primitive_uses *u, double ns[PRIMITIVES])
{
	double opened;

	w->len = (average(&u->of[PRIM_SEAL]) + 8) / 16 * 16;
	w->sealing = new_key(w);
	ns[PRIM_SEAL] = measure(seal, w);
	opened = measure(both, w);
	ns[PRIM_OPEN] = opened - ns[PRIM_SEAL];
	crypto_key_drop(w->c, w->sealing);
	ns[PRIM_KEY] = measure(fresh_both, w) - opened;
}

static void measure_macs(struct work *w, const struct primitive_uses *u, double ns[PRIMITIVES])
{
	ns[PRIM_PRF_KEY] = measure(mac_key, w);
	w->len = average(&u->of[PRIM_PRF]);
	ns[PRIM_PRF] = measure(mac, w);
	crypto_mac_init(w->c, &w->mac, CRYPTO_PRF_SHA1, w->key, 16);
	w->len = average(&u->of[PRIM_EAP_MAC]);
	ns[PRIM_EAP_MAC] = measure(mac, w);
}

void primitives_measure(struct crypto *c, const struct primitive_setting *s, const struct primitive_uses *uses,
			double ns[PRIMITIVES])
{
	struct work *w = g_new0(struct work, 1);

	w->c = c;
	w->s = s;
	memset(w->key, 0x5a, sizeof w->key);
	ns[PRIM_KEYGEN] = measure(keygen, w);
	w->dh = crypto_dh_new(c, s->group, w->key, w->public_value);
	ns[PRIM_DERIVE] = measure(derive, w);
	crypto_dh_free(c, w->dh);
	ns[PRIM_SIGN] = measure(sign, w);
	ns[PRIM_VERIFY] = measure(verify, w);
	ns[PRIM_CHAIN] = measure(chain, w);
	ns[PRIM_SHA1] = measure(sha1, w);
	ns[PRIM_MILENAGE] = measure(vector, w);
	ns[PRIM_EAP_KEYS] = measure(eap_keys, w);
	measure_macs(w, uses, ns);
	measure_packets(w, uses, ns);
	g_free(w);
}

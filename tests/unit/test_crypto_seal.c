/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealing and opening packets with every pair of algorithms and both providers: published vectors, what the ICV covers,
 * damage anywhere, keys shared by both ends of an SA, and contexts that are forgotten and made again.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

struct suite { uint8_t encr; uint16_t bits; uint8_t integ; };

static const struct suite suites[] = {
	{ CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96 },	{ CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA256_128 },
	{ CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA1_96 },	{ CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128 },
	{ CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE },	{ CRYPTO_ENCR_AES_GCM_16, 256, CRYPTO_INTEG_NONE },
	{ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA1_96 },		{ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA256_128 },
};

static crypto_key make_key(struct crypto *c, const struct suite *s, uint32_t number)
{
	uint8_t encr[CRYPTO_ENCR_KEY_MAX], integ[CRYPTO_INTEG_KEY_MAX];

	memset(encr, 0x31, sizeof encr);
	memset(integ, 0x77, sizeof integ);
	memcpy(encr, &number, sizeof number);
	memcpy(integ, &number, sizeof number);
	return crypto_key_new(c, s->encr, s->bits, encr, s->integ, integ);
}

static void fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 5 + 1);
}

/* McGrew and Viega's case 4: 60 octets, 20 of additional data; the nonce is salt and IV */
static void test_gcm_vector(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	size_t n, aad_len, key_len, want_len;
	uint8_t *key = octets_of("feffe9928665731c6d6a8f9467308308cafebabe", &key_len);
	uint8_t *data = octets_of("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
				  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39", &n);
	uint8_t *aad = octets_of("feedfacedeadbeeffeedfacedeadbeefabaddad2", &aad_len);
	uint8_t *want = octets_of("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
				  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
				  "5bc94fbc3221a5db94fae95ae7121a47", &want_len);
	static const uint8_t iv[] = { 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88 };
	crypto_key k = crypto_key_new(c, CRYPTO_ENCR_AES_GCM_16, 128, key, CRYPTO_INTEG_NONE, NULL);
	uint8_t icv[16];

	crypto_seal(c, k, iv, aad, aad_len, data, n, icv);
	CU_ASSERT(!memcmp(data, want, n) && !memcmp(icv, want + n, 16));
	CU_ASSERT(crypto_open(c, k, iv, aad, aad_len, data, n, icv));
	CU_ASSERT_EQUAL(data[0], 0xd9);
	crypto_key_drop(c, k);
	crypto_free(c);
	g_free(key);
	g_free(data);
	g_free(aad);
	g_free(want);
}

/* The ciphertext of RFC 3602 case 4 with the HMAC over aad | iv | ciphertext, computed apart. */
static void test_cbc_vector(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	size_t n;
	uint8_t *key = octets_of("56e47a38c5598974bc46903dba290349", &n);
	uint8_t *iv = octets_of("8ce82eefbea0da3c44699ed7db51b7d9", &n);
	uint8_t *want = octets_of("c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
				  "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55", &n);
	static const uint8_t aad[] = "header", integ_key[32] = { 1, 2, 3 };
	uint8_t data[64], icv[16], mac[32];
	const struct crypto_part covered[] = { { aad, 6 }, { iv, 16 }, { want, 64 } };
	crypto_key k = crypto_key_new(c, CRYPTO_ENCR_AES_CBC, 128, key, CRYPTO_INTEG_SHA256_128, integ_key);

	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(0xa0 + i);
	crypto_seal(c, k, iv, aad, 6, data, sizeof data, icv);
	CU_ASSERT(!memcmp(data, want, sizeof data));
	crypto_prf(c, CRYPTO_PRF_SHA256, integ_key, 32, covered, CRYPTO_PARTS(covered), mac);
	CU_ASSERT(!memcmp(mac, icv, 16));
	crypto_key_drop(c, k);
	crypto_free(c);
	g_free(key);
	g_free(iv);
	g_free(want);
}

static void round_trip(struct crypto *c, const struct suite *s, size_t len)
{
	uint8_t plain[320], data[320], icv[CRYPTO_ICV_MAX], iv[CRYPTO_IV_MAX], aad[28];
	crypto_key k = make_key(c, s, 1), other = make_key(c, s, 2);

	CU_ASSERT_EQUAL(crypto_key_icv_len(c, k), crypto_icv_len(s->encr, s->integ));
	CU_ASSERT_EQUAL(crypto_key_iv_len(c, k), crypto_iv_len(s->encr));
	CU_ASSERT_EQUAL(crypto_key_block_len(c, k), crypto_block_len(s->encr));
	fill(plain, len);
	fill(iv, sizeof iv);
	fill(aad, sizeof aad);
	memcpy(data, plain, len);
	crypto_seal(c, k, iv, aad, sizeof aad, data, len, icv);
	if (len && s->encr != CRYPTO_ENCR_NULL)
		CU_ASSERT(memcmp(data, plain, len));
	CU_ASSERT(crypto_open(c, k, iv, aad, sizeof aad, data, len, icv));
	CU_ASSERT(!memcmp(data, plain, len));
	crypto_seal(c, k, iv, NULL, 0, data, len, icv);
	CU_ASSERT(crypto_open(c, k, iv, NULL, 0, data, len, icv));
	CU_ASSERT(!memcmp(data, plain, len));
	crypto_seal(c, k, iv, aad, sizeof aad, data, len, icv);
	CU_ASSERT(!crypto_open(c, other, iv, aad, sizeof aad, data, len, icv));
	crypto_key_drop(c, k);
	crypto_key_drop(c, other);
	CU_ASSERT_EQUAL(crypto_alive(c), 0);
}

static void test_round_trips(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);

		for (size_t i = 0; i < G_N_ELEMENTS(suites); i++)
			for (size_t len = 0; len <= 320; len += crypto_block_len(suites[i].encr) == 16 ? 16 : 17)
				round_trip(c, &suites[i], len);
		crypto_free(c);
	}
}

/* The packet of a damage test: aad, IV, data and ICV one behind the other. */
struct victim {
	struct crypto *c;
	crypto_key k;
	size_t aad, iv, len;
	size_t good, tried;
};

static void open_victim(const uint8_t *p, size_t n, void *data)
{
	struct victim *v = data;
	size_t icv = crypto_key_icv_len(v->c, v->k), fixed = v->aad + v->iv + icv;
	uint8_t copy[256];

	v->tried++;
	if (n < fixed)
		return;
	memcpy(copy, p, n);
	v->good += crypto_open(v->c, v->k, copy + v->aad, copy, v->aad, copy + v->aad + v->iv, n - fixed, copy + n - icv);
}

static void test_damage(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
			struct crypto *c = crypto_new(kind, NULL);
			struct victim v = { .c = c, .k = make_key(c, &suites[i], 5), .aad = 8, .len = 96 };
			size_t n = v.aad + crypto_key_iv_len(c, v.k) + v.len + crypto_key_icv_len(c, v.k);
			uint8_t packet[256];

			v.iv = crypto_key_iv_len(c, v.k);
			fill(packet, n);
			crypto_seal(c, v.k, packet + 8, packet, 8, packet + 8 + v.iv, v.len, packet + 8 + v.iv + v.len);
			open_victim(packet, n, &v);
			CU_ASSERT_EQUAL(v.good, 1);
			damage_each(packet, n, open_victim, &v);
			CU_ASSERT_EQUAL(v.good, 1);
			CU_ASSERT_EQUAL(v.tried, 1 + 9 * n);
			crypto_free(c);
		}
}

static void test_nothing_is_decrypted_before_the_icv_was_good(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_key k = make_key(c, &suites[1], 1);
	uint8_t data[32], sealed[32], iv[16] = { 9 }, icv[16];

	fill(data, sizeof data);
	crypto_seal(c, k, iv, NULL, 0, data, sizeof data, icv);
	memcpy(sealed, data, sizeof sealed);
	icv[15] ^= 1;
	CU_ASSERT(!crypto_open(c, k, iv, NULL, 0, data, sizeof data, icv));
	CU_ASSERT(!memcmp(data, sealed, sizeof sealed));
	icv[15] ^= 1;
	CU_ASSERT(!crypto_open(c, k, iv, NULL, 0, data, 31, icv));
	CU_ASSERT(!memcmp(data, sealed, sizeof sealed));
	CU_ASSERT(crypto_open(c, k, iv, NULL, 0, data, sizeof data, icv));
	crypto_free(c);
}

static void test_sharing(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
			struct crypto *c = crypto_new(kind, NULL);
			crypto_key a = make_key(c, &suites[i], 1), b = make_key(c, &suites[i], 1);
			crypto_key other = make_key(c, &suites[i], 2);

			CU_ASSERT(a == b && a != other);
			CU_ASSERT_EQUAL(crypto_alive(c), 2);
			crypto_key_hold(c, a);
			crypto_key_drop(c, a);
			crypto_key_drop(c, b);
			CU_ASSERT_EQUAL(crypto_alive(c), 2);
			crypto_key_drop(c, a);
			CU_ASSERT_EQUAL(crypto_alive(c), 1);
			crypto_key_drop(c, other);
			crypto_key_drop(c, 0);
			CU_ASSERT_EQUAL(crypto_alive(c), 0);
			b = make_key(c, &suites[i], 1);
			CU_ASSERT(b != a);		/* a handle of its own, not the dead one */
			crypto_free(c);
		}
}

/* The same octets under another algorithm are another key. */
static void test_algorithm_is_part_of_a_key(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		static const uint8_t octets[64] = { 1 };
		crypto_key a = crypto_key_new(c, CRYPTO_ENCR_AES_CBC, 128, octets, CRYPTO_INTEG_NONE, NULL);
		crypto_key b = crypto_key_new(c, CRYPTO_ENCR_AES_CBC, 256, octets, CRYPTO_INTEG_NONE, NULL);
		crypto_key d = crypto_key_new(c, CRYPTO_ENCR_NULL, 0, NULL, CRYPTO_INTEG_SHA256_128, octets);
		crypto_key e = crypto_key_new(c, CRYPTO_ENCR_NULL, 0, NULL, CRYPTO_INTEG_SHA1_96, octets);

		CU_ASSERT(a != b && a != d && a != e && b != d && b != e && d != e);
		CU_ASSERT_EQUAL(crypto_alive(c), 4);
		crypto_free(c);
	}
}

static void count_contexts(void *ctx, const char *what, uint64_t n, size_t octets)
{
	uint64_t *contexts = ctx;

	(void)octets;
	if (!strcmp(what, "crypto contexts"))
		*contexts = n;
}

/* Many more SAs than contexts, of all kinds, used in turn and at random, some of them taken down in between. */
static void test_contexts_are_made_again(void)
{
	enum { KEYS = 3000, TURNS = 20000 };
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_key *keys = g_new(crypto_key, KEYS);
	uint8_t (*sealed)[48] = g_malloc(KEYS * sizeof *sealed), iv[16] = { 3 }, plain[32], data[32];
	uint64_t contexts = 0, state = 1;
	size_t bad = 0;

	fill(plain, sizeof plain);
	for (uint32_t i = 0; i < KEYS; i++) {
		keys[i] = make_key(c, &suites[i % G_N_ELEMENTS(suites)], i);
		memcpy(sealed[i], plain, 32);
		crypto_seal(c, keys[i], iv, NULL, 0, sealed[i], 32, sealed[i] + 32);
	}
	for (uint32_t turn = 0; turn < TURNS; turn++) {
		uint32_t i;

		state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
		i = turn % 3 ? (uint32_t)(state >> 33) % KEYS : (uint32_t)(state >> 33) % 50;
		memcpy(data, sealed[i], 32);
		bad += !crypto_open(c, keys[i], iv, NULL, 0, data, 32, sealed[i] + 32) || memcmp(data, plain, 32);
		if (turn % 7 == 0) {
			crypto_key_drop(c, keys[i]);
			keys[i] = make_key(c, &suites[i % G_N_ELEMENTS(suites)], i);
		}
	}
	CU_ASSERT_EQUAL(bad, 0);
	crypto_memory(c, count_contexts, &contexts);
	CU_ASSERT_EQUAL(contexts, 1024);
	CU_ASSERT_EQUAL(crypto_alive(c), KEYS);
	for (uint32_t i = 0; i < KEYS; i++)
		crypto_key_drop(c, keys[i]);
	CU_ASSERT_EQUAL(crypto_alive(c), 0);
	crypto_free(c);
	g_free(keys);
	g_free(sealed);
}

static void test_price(void)
{
	const struct crypto_costs *costs = &crypto_costs_default;

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		crypto_key cbc = make_key(c, &suites[1], 1), gcm = make_key(c, &suites[4], 1);
		uint8_t data[160] = { 0 }, iv[16] = { 0 }, icv[16];

		crypto_seal(c, cbc, iv, NULL, 0, data, 160, icv);
		CU_ASSERT_EQUAL(crypto_take_cost(c),
				(costs->ps[CRYPTO_OP_CBC_PACKET] + 160 * costs->ps[CRYPTO_OP_CBC_OCTET] + 500) / 1000);
		crypto_seal(c, gcm, iv, NULL, 0, data, 160, icv);
		CU_ASSERT_EQUAL(crypto_take_cost(c),
				(costs->ps[CRYPTO_OP_GCM_PACKET] + 160 * costs->ps[CRYPTO_OP_GCM_OCTET] + 500) / 1000);
		crypto_free(c);
	}
}

static const struct harness_test tests[] = {
	{ "AES-GCM gives a published value", test_gcm_vector },
	{ "AES-CBC and its ICV give published values", test_cbc_vector },
	{ "what was sealed is opened, by its key alone", test_round_trips },
	{ "damage anywhere is noticed", test_damage },
	{ "nothing is decrypted before the ICV was good", test_nothing_is_decrypted_before_the_icv_was_good },
	{ "equal keys are kept once", test_sharing },
	{ "the algorithm is part of a key", test_algorithm_is_part_of_a_key },
	{ "contexts are forgotten and made again", test_contexts_are_made_again },
	{ "packets have their price", test_price },
};

int main(int argc, char **argv)
{
	return harness_main("crypto_seal", tests, G_N_ELEMENTS(tests), argc, argv);
}

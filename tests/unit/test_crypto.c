/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common part of the crypto layer, with both providers: names and lengths of algorithms, prices and the account of
 * virtual time, hashes, HMAC and prf against the vectors of FIPS 180, RFC 2202, RFC 4231, and prf+ of RFC 7296.
 */
#include <string.h>

#include "crypto/crypto.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

static void test_kinds(void)
{
	enum crypto_kind kind;

	CU_ASSERT(crypto_kind_find("openssl", &kind) && kind == CRYPTO_OPENSSL);
	CU_ASSERT(crypto_kind_find("modelled", &kind) && kind == CRYPTO_MODELLED);
	CU_ASSERT(!crypto_kind_find("opensslx", &kind) && !crypto_kind_find("", &kind));
	for (kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);

		CU_ASSERT_EQUAL(crypto_kind_of(c), kind);
		CU_ASSERT_EQUAL(crypto_alive(c), 0);
		crypto_free(c);
	}
	crypto_free(NULL);
}

static void test_algorithms(void)
{
	CU_ASSERT(crypto_encr_known(12, 128) && crypto_encr_known(12, 256) && crypto_encr_known(20, 128));
	CU_ASSERT(crypto_encr_known(20, 256) && crypto_encr_known(11, 0));
	CU_ASSERT(!crypto_encr_known(12, 0) && !crypto_encr_known(12, 192) && !crypto_encr_known(11, 128));
	CU_ASSERT(!crypto_encr_known(3, 0) && !crypto_encr_known(0, 0));
	CU_ASSERT(crypto_integ_known(0) && crypto_integ_known(2) && crypto_integ_known(12) && !crypto_integ_known(5));
	CU_ASSERT(crypto_prf_known(2) && crypto_prf_known(5) && !crypto_prf_known(4));
	CU_ASSERT(crypto_group_known(14) && crypto_group_known(19) && crypto_group_known(31) && !crypto_group_known(2));
	CU_ASSERT_EQUAL(crypto_encr_key_len(12, 256), 32);
	CU_ASSERT_EQUAL(crypto_encr_key_len(20, 128), 20);
	CU_ASSERT_EQUAL(crypto_encr_key_len(20, 256), CRYPTO_ENCR_KEY_MAX);
	CU_ASSERT_EQUAL(crypto_encr_key_len(11, 0), 0);
	CU_ASSERT(crypto_iv_len(12) == 16 && crypto_iv_len(20) == 8 && crypto_iv_len(11) == 0);
	CU_ASSERT(crypto_block_len(12) == 16 && crypto_block_len(20) == 1 && crypto_block_len(11) == 1);
	CU_ASSERT(crypto_icv_len(12, 2) == 12 && crypto_icv_len(12, 12) == 16 && crypto_icv_len(20, 0) == 16);
	CU_ASSERT(crypto_icv_len(12, 0) == 0 && crypto_icv_len(11, 12) == 16);
	CU_ASSERT(crypto_integ_key_len(2) == 20 && crypto_integ_key_len(12) == 32 && crypto_integ_key_len(0) == 0);
	CU_ASSERT(crypto_dh_public_len(14) == 256 && crypto_dh_public_len(19) == 64 && crypto_dh_public_len(31) == 32);
	CU_ASSERT(crypto_dh_secret_len(14) == 256 && crypto_dh_secret_len(19) == 32 && crypto_dh_secret_len(31) == 32);
	CU_ASSERT_STRING_EQUAL(crypto_encr_name(20, 256), "AES-GCM-16-256");
	CU_ASSERT_STRING_EQUAL(crypto_encr_name(3, 0), "?");
	CU_ASSERT_STRING_EQUAL(crypto_integ_name(12), "HMAC-SHA2-256-128");
	CU_ASSERT_STRING_EQUAL(crypto_prf_name(5), "PRF-HMAC-SHA2-256");
	CU_ASSERT_STRING_EQUAL(crypto_group_name(31), "X25519");
}

static void test_cost_names(void)
{
	enum crypto_op found;

	for (unsigned op = 0; op < CRYPTO_OPS; op++) {
		CU_ASSERT(crypto_op_find(crypto_op_name((enum crypto_op)op), &found) && found == op);
		CU_ASSERT(crypto_costs_default.ps[op] > 0);
	}
	CU_ASSERT(!crypto_op_find("keygen", &found));
}

static void check_cost(const char *text, int64_t ps, const char *back)
{
	char buf[CRYPTO_COST_TEXT];
	int64_t got = -1;

	CU_ASSERT(crypto_cost_parse(text, &got));
	CU_ASSERT_EQUAL(got, ps);
	CU_ASSERT_STRING_EQUAL(crypto_cost_text(ps, buf), back);
}

static void test_cost_texts(void)
{
	static const char *const bad[] = { "", "5", "ns", "5 days", "-5ns", "5.ns", ".5ns", "5nss", "1001s", "1e3ns",
					   "99999999999999999999ps", "5..1ns" };
	int64_t got;

	check_cost("415us", 415000000, "415us");
	check_cost("1.52ns", 1520, "1.52ns");
	check_cost("250ps", 250, "250ps");
	check_cost("0.25 ns", 250, "250ps");
	check_cost("2.8505ms", INT64_C(2850500000), "2.85ms");
	check_cost("1000s", INT64_C(1000000000000000), "1000s");
	check_cost("0ps", 0, "0ps");
	check_cost("0.5s", INT64_C(500000000000), "500ms");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		CU_ASSERT(!crypto_cost_parse(bad[i], &got));
}

static void test_account(void)
{
	struct crypto_costs costs = { .ps = { [CRYPTO_OP_PRF] = 1400, [CRYPTO_OP_HASH] = 100000 } };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, &costs);
		uint8_t out[96];

		CU_ASSERT_EQUAL(crypto_take_cost(c), 0);
		crypto_prf(c, CRYPTO_PRF_SHA256, out, 0, NULL, 0, out);
		CU_ASSERT_EQUAL(crypto_take_cost(c), 1);	/* 1.4 */
		CU_ASSERT_EQUAL(crypto_take_cost(c), 0);
		crypto_prf_plus(c, CRYPTO_PRF_SHA256, out, 0, NULL, 0, out, sizeof out);
		CU_ASSERT_EQUAL(crypto_take_cost(c), 4);	/* three times: 4.2 */
		crypto_sha1(c, NULL, 0, out);
		crypto_sha256(c, NULL, 0, out);
		CU_ASSERT_EQUAL(crypto_take_cost(c), 200);
		crypto_charging(c, false);
		crypto_sha1(c, NULL, 0, out);
		CU_ASSERT_EQUAL(crypto_take_cost(c), 0);
		crypto_free(c);
	}
}

static void check_octets(const uint8_t *got, const char *hex)
{
	size_t n;
	uint8_t *want = octets_of(hex, &n);

	CU_ASSERT(!memcmp(got, want, n));
	g_free(want);
}

static void test_hashes(void)
{
	const struct crypto_part abc[] = { { (const uint8_t *)"a", 1 }, { NULL, 0 }, { (const uint8_t *)"bc", 2 } };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		uint8_t out[32];

		crypto_sha1(c, abc, CRYPTO_PARTS(abc), out);
		check_octets(out, "a9993e364706816aba3e25717850c26c9cd0d89d");
		crypto_sha256(c, abc, CRYPTO_PARTS(abc), out);
		check_octets(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		crypto_sha1(c, NULL, 0, out);
		check_octets(out, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
		crypto_free(c);
	}
}

/* RFC 2202 cases 1, 2, 6 and RFC 4231 cases 1, 2, 6 (a key longer than a block) */
static void test_hmac_vectors(void)
{
	static const char long_text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	const struct crypto_part hi = { (const uint8_t *)"Hi There", 8 };
	const struct crypto_part what[] = { { (const uint8_t *)"what do ya want ", 16 },
					    { (const uint8_t *)"for nothing?", 12 } };
	const struct crypto_part longer = { (const uint8_t *)long_text, sizeof long_text - 1 };
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	uint8_t key[131], out[32];

	memset(key, 0x0b, 20);
	crypto_prf(c, CRYPTO_PRF_SHA1, key, 20, &hi, 1, out);
	check_octets(out, "b617318655057264e28bc0b6fb378c8ef146be00");
	crypto_prf(c, CRYPTO_PRF_SHA256, key, 20, &hi, 1, out);
	check_octets(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	crypto_prf(c, CRYPTO_PRF_SHA1, (const uint8_t *)"Jefe", 4, what, 2, out);
	check_octets(out, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	crypto_prf(c, CRYPTO_PRF_SHA256, (const uint8_t *)"Jefe", 4, what, 2, out);
	check_octets(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	crypto_prf(c, CRYPTO_PRF_SHA1, key, 80, &longer, 1, out);
	check_octets(out, "aa4ae5e15272d00e95705637ce8a3b55ed402112");
	crypto_prf(c, CRYPTO_PRF_SHA256, key, 131, &longer, 1, out);
	check_octets(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	crypto_free(c);
}

/* A prepared key serves many texts, is plain data, and a text may be cut anywhere. */
static void test_mac_contexts(void)
{
	uint8_t text[2500];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7);
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);

		for (uint8_t prf = CRYPTO_PRF_SHA1; prf <= CRYPTO_PRF_SHA256; prf += 3) {
			struct crypto_part whole = { text, sizeof text };
			struct crypto_mac m, copy;
			uint8_t want[32], got[32];

			crypto_mac_init(c, &m, prf, (const uint8_t *)"key", 3);
			copy = m;
			crypto_prf(c, prf, (const uint8_t *)"key", 3, &whole, 1, want);
			for (size_t cut = 0; cut < sizeof text; cut += 99) {
				const struct crypto_part parts[] = { { text, cut }, { text + cut, sizeof text - cut } };

				crypto_mac(c, cut % 2 ? &m : &copy, parts, 2, got);
				CU_ASSERT(!memcmp(got, want, crypto_prf_len(prf)));
			}
			text[sizeof text - 1] ^= 1;
			crypto_mac(c, &m, &whole, 1, got);
			CU_ASSERT(memcmp(got, want, crypto_prf_len(prf)));
			text[sizeof text - 1] ^= 1;
			crypto_prf(c, prf, (const uint8_t *)"kez", 3, &whole, 1, got);
			CU_ASSERT(memcmp(got, want, crypto_prf_len(prf)));
		}
		crypto_free(c);
	}
}

/* T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2) …, computed step by step */
static void test_prf_plus(void)
{
	static const uint8_t key[] = "SKEYSEED", seed_a[] = "NiNr", seed_b[] = "SPIs";
	const struct crypto_part seed[] = { { seed_a, 4 }, { seed_b, 4 } };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		uint8_t out[100], t[32], shorter[100];

		crypto_prf_plus(c, CRYPTO_PRF_SHA256, key, 8, seed, 2, out, sizeof out);
		for (uint8_t i = 1; i <= 3; i++) {
			const struct crypto_part step[] = { { t, i == 1 ? 0 : 32 }, seed[0], seed[1], { &i, 1 } };

			crypto_prf(c, CRYPTO_PRF_SHA256, key, 8, step, 4, t);
			CU_ASSERT(!memcmp(t, out + 32 * (i - 1), 32));
		}
		crypto_prf_plus(c, CRYPTO_PRF_SHA256, key, 8, seed, 2, shorter, 47);
		CU_ASSERT(!memcmp(shorter, out, 47));
		crypto_free(c);
	}
}

/* The modelled prf is defined on octets: any machine, compiler and build gives this. */
static void test_modelled_is_fixed(void)
{
	struct crypto *c = crypto_new(CRYPTO_MODELLED, NULL);
	const struct crypto_part text = { (const uint8_t *)"text", 4 };
	uint8_t out[32];

	crypto_prf(c, CRYPTO_PRF_SHA256, (const uint8_t *)"key", 3, &text, 1, out);
	check_octets(out, "12c1cb9f2688a621bc3ece4cc1db2400ed45c9af8274e03a3d9366b35d7ed608");
	crypto_free(c);
}

static void test_equal(void)
{
	CU_ASSERT(crypto_equal((const uint8_t *)"abc", (const uint8_t *)"abd", 2));
	CU_ASSERT(!crypto_equal((const uint8_t *)"abc", (const uint8_t *)"abd", 3));
	CU_ASSERT(crypto_equal((const uint8_t *)"", (const uint8_t *)"x", 0));
}

static const struct harness_test tests[] = {
	{ "providers have names", test_kinds },
	{ "algorithms have their lengths and names", test_algorithms },
	{ "prices have names and defaults", test_cost_names },
	{ "prices are read and written", test_cost_texts },
	{ "what is done is owed once", test_account },
	{ "SHA-1 and SHA-256 are right in both providers", test_hashes },
	{ "HMACs give the published values", test_hmac_vectors },
	{ "prepared keys serve texts cut anywhere", test_mac_contexts },
	{ "prf+ chains as written", test_prf_plus },
	{ "the modelled prf is the same everywhere", test_modelled_is_fixed },
	{ "comparison looks at all octets", test_equal },
};

int main(int argc, char **argv)
{
	return harness_main("crypto", tests, G_N_ELEMENTS(tests), argc, argv);
}

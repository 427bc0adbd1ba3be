/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diffie-Hellman with both providers: the published vectors of RFC 5903 and RFC 7748, agreement of both sides in every
 * group, repeatable public values, and the refusal of every peer value that is out of range.
 */
#include <openssl/bn.h>
#include <string.h>

#include "crypto/crypto.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

static const uint16_t groups[] = { CRYPTO_DH_MODP_2048, CRYPTO_DH_P_256, CRYPTO_DH_X25519 };

static void check_vector(uint16_t group, const char *private_a, const char *public_a, const char *public_b,
			 const char *want)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	size_t n, n_pub, n_b, n_want;
	uint8_t *a = octets_of(private_a, &n), *pub = octets_of(public_a, &n_pub), *b = octets_of(public_b, &n_b);
	uint8_t *secret = octets_of(want, &n_want), got[CRYPTO_DH_PUBLIC_MAX];
	struct crypto_dh *dh;

	CU_ASSERT(n == CRYPTO_DH_RANDOM && n_pub == crypto_dh_public_len(group) && n_want == crypto_dh_secret_len(group));
	dh = crypto_dh_new(c, group, a, got);
	CU_ASSERT(!memcmp(got, pub, n_pub));
	CU_ASSERT_EQUAL(crypto_dh_derive(c, dh, b, n_b, got), CRYPTO_DH_OK);
	CU_ASSERT(!memcmp(got, secret, n_want));
	crypto_dh_free(c, dh);
	CU_ASSERT_EQUAL(crypto_alive(c), 0);
	crypto_free(c);
	g_free(a);
	g_free(b);
	g_free(pub);
	g_free(secret);
}

/* RFC 5903 8.1; the private number is one above the octets it is made of */
static void test_p256_vector(void)
{
	check_vector(CRYPTO_DH_P_256, "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1432",
		     "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
		     "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
		     "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
		     "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB",
		     "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE");
}

/* RFC 7748 6.1 */
static void test_x25519_vector(void)
{
	check_vector(CRYPTO_DH_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
		     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
		     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
		     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

/* 2^x mod p by another routine of libcrypto, with a prime built from RFC 3526's formula instead of its constant */
static void test_modp_against_formula(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = NULL, *x = NULL, *y = BN_new(), *two = BN_new();
	uint8_t random[CRYPTO_DH_RANDOM], got[256], want[256];
	struct crypto_dh *dh;

	for (size_t i = 0; i < sizeof random; i++)
		random[i] = (uint8_t)(0x11 * i + 3);
	BN_hex2bn(&p, "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
		      "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
		      "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
		      "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
		      "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
		      "15728E5A8AACAA68FFFFFFFFFFFFFFFF");
	dh = crypto_dh_new(c, CRYPTO_DH_MODP_2048, random, got);
	random[0] |= 0x80;
	x = BN_bin2bn(random, sizeof random, NULL);
	BN_set_word(two, 2);
	CU_ASSERT(BN_mod_exp_simple(y, two, x, p, ctx));
	CU_ASSERT_EQUAL(BN_bn2binpad(y, want, sizeof want), 256);
	CU_ASSERT(!memcmp(got, want, 256));
	crypto_dh_free(c, dh);
	BN_free(p);
	BN_free(x);
	BN_free(y);
	BN_free(two);
	BN_CTX_free(ctx);
	crypto_free(c);
}

static void agree(struct crypto *c, uint16_t group)
{
	uint8_t ra[CRYPTO_DH_RANDOM] = { 1, 2, 3 }, rb[CRYPTO_DH_RANDOM] = { 4, 5 }, rc[CRYPTO_DH_RANDOM] = { 9 };
	uint8_t pa[256] = { 0 }, pb[256] = { 0 }, pc[256] = { 0 }, again[256] = { 0 }, sa[256], sb[256], sc[256];
	struct crypto_dh *a = crypto_dh_new(c, group, ra, pa), *b = crypto_dh_new(c, group, rb, pb);
	struct crypto_dh *third = crypto_dh_new(c, group, rc, pc), *a2 = crypto_dh_new(c, group, ra, again);
	size_t n = crypto_dh_public_len(group), len = crypto_dh_secret_len(group);

	CU_ASSERT(!memcmp(pa, again, sizeof pa) && memcmp(pa, pb, n));
	CU_ASSERT_EQUAL(crypto_dh_derive(c, a, pb, n, sa), CRYPTO_DH_OK);
	CU_ASSERT_EQUAL(crypto_dh_derive(c, b, pa, n, sb), CRYPTO_DH_OK);
	CU_ASSERT(!memcmp(sa, sb, len));
	CU_ASSERT_EQUAL(crypto_dh_derive(c, third, pa, n, sc), CRYPTO_DH_OK);
	CU_ASSERT(memcmp(sa, sc, len));
	CU_ASSERT_EQUAL(crypto_dh_derive(c, a2, pb, n, sc), CRYPTO_DH_OK);
	CU_ASSERT(!memcmp(sa, sc, len));
	CU_ASSERT_EQUAL(crypto_alive(c), 4);
	crypto_dh_free(c, a);
	crypto_dh_free(c, b);
	crypto_dh_free(c, third);
	/* a2 is left to crypto_free */
}

static void test_agreement(void)
{
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
			struct crypto *c = crypto_new(kind, NULL);

			agree(c, groups[i]);
			CU_ASSERT_EQUAL(crypto_alive(c), 1);
			crypto_free(c);
		}
}

static void refuse(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, size_t n, enum crypto_dh_result want)
{
	uint8_t secret[256];

	memset(secret, 0x5a, sizeof secret);
	CU_ASSERT_EQUAL(crypto_dh_derive(c, dh, peer, n, secret), want);
	for (size_t i = 0; i < sizeof secret; i++)
		if (secret[i] != 0x5a)
			CU_FAIL("a refused peer left something in the secret");
}

static void test_lengths_are_checked(void)
{
	uint8_t random[CRYPTO_DH_RANDOM] = { 7 }, pub[256] = { 0 };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
			struct crypto *c = crypto_new(kind, NULL);
			struct crypto_dh *dh = crypto_dh_new(c, groups[i], random, pub);

			refuse(c, dh, pub, crypto_dh_public_len(groups[i]) - 1, CRYPTO_DH_LENGTH);
			refuse(c, dh, pub, crypto_dh_public_len(groups[i]) + 1, CRYPTO_DH_LENGTH);
			refuse(c, dh, pub, 0, CRYPTO_DH_LENGTH);
			crypto_free(c);
		}
}

/* 0, 1, p - 1, p and all ones are no values of a peer; 2 and p - 2 are. */
static void test_modp_range(void)
{
	BIGNUM *p = BN_get_rfc3526_prime_2048(NULL), *y = BN_new();
	uint8_t random[CRYPTO_DH_RANDOM] = { 7 }, pub[256], secret[256];

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		struct crypto_dh *dh = crypto_dh_new(c, CRYPTO_DH_MODP_2048, random, pub);

		memset(pub, 0, sizeof pub);
		refuse(c, dh, pub, 256, CRYPTO_DH_RANGE);
		pub[255] = 1;
		refuse(c, dh, pub, 256, CRYPTO_DH_RANGE);
		pub[255] = 2;
		CU_ASSERT_EQUAL(crypto_dh_derive(c, dh, pub, 256, secret), CRYPTO_DH_OK);
		for (unsigned below = 0; below < 3; below++) {
			BN_copy(y, p);
			BN_sub_word(y, below);
			BN_bn2binpad(y, pub, 256);
			if (below < 2)
				refuse(c, dh, pub, 256, CRYPTO_DH_RANGE);
			else
				CU_ASSERT_EQUAL(crypto_dh_derive(c, dh, pub, 256, secret), CRYPTO_DH_OK);
		}
		memset(pub, 0xff, sizeof pub);
		refuse(c, dh, pub, 256, CRYPTO_DH_RANGE);
		crypto_free(c);
	}
	BN_free(p);
	BN_free(y);
}

static void test_points(void)
{
	uint8_t random[CRYPTO_DH_RANDOM] = { 7 }, pub[64], bad[64];
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	struct crypto_dh *dh = crypto_dh_new(c, CRYPTO_DH_P_256, random, pub);

	memset(bad, 0, sizeof bad);
	refuse(c, dh, bad, 64, CRYPTO_DH_CURVE);
	memset(bad, 0xff, sizeof bad);
	refuse(c, dh, bad, 64, CRYPTO_DH_CURVE);
	for (size_t i = 0; i < 512; i += 37) {
		memcpy(bad, pub, sizeof bad);
		bad[i / 8] ^= (uint8_t)(1 << i % 8);
		refuse(c, dh, bad, 64, CRYPTO_DH_CURVE);
	}
	crypto_free(c);
	c = crypto_new(CRYPTO_MODELLED, NULL);
	dh = crypto_dh_new(c, CRYPTO_DH_P_256, random, pub);
	memset(bad, 0, sizeof bad);
	refuse(c, dh, bad, 64, CRYPTO_DH_CURVE);
	crypto_free(c);
}

/* Points of small order (RFC 7748 7) give a secret of zeros. */
static void test_x25519_zero(void)
{
	uint8_t random[CRYPTO_DH_RANDOM] = { 7 }, pub[32], peer[32] = { 0 };

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);
		struct crypto_dh *dh = crypto_dh_new(c, CRYPTO_DH_X25519, random, pub);

		peer[0] = 0;
		refuse(c, dh, peer, 32, CRYPTO_DH_ZERO);
		peer[0] = 1;
		if (kind == CRYPTO_OPENSSL)
			refuse(c, dh, peer, 32, CRYPTO_DH_ZERO);
		crypto_free(c);
	}
	CU_ASSERT_STRING_EQUAL(crypto_dh_result_name(CRYPTO_DH_ZERO), "all zeros");
}

/* Random octets of all zeros and of all ones make usable private values, too. */
static void test_extreme_randoms(void)
{
	uint8_t random[CRYPTO_DH_RANDOM], other[CRYPTO_DH_RANDOM] = { 3 }, pa[256], pb[256], sa[256], sb[256];

	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (size_t i = 0; i < 2 * G_N_ELEMENTS(groups); i++) {
			struct crypto *c = crypto_new(kind, NULL);
			uint16_t g = groups[i / 2];
			struct crypto_dh *a, *b;

			memset(random, i % 2 ? 0xff : 0, sizeof random);
			a = crypto_dh_new(c, g, random, pa);
			b = crypto_dh_new(c, g, other, pb);
			CU_ASSERT_EQUAL(crypto_dh_derive(c, a, pb, crypto_dh_public_len(g), sa), CRYPTO_DH_OK);
			CU_ASSERT_EQUAL(crypto_dh_derive(c, b, pa, crypto_dh_public_len(g), sb), CRYPTO_DH_OK);
			CU_ASSERT(!memcmp(sa, sb, crypto_dh_secret_len(g)));
			crypto_free(c);
		}
}

static const struct harness_test tests[] = {
	{ "P-256 gives the values of RFC 5903", test_p256_vector },
	{ "X25519 gives the values of RFC 7748", test_x25519_vector },
	{ "MODP-2048 is 2^x of the group's prime", test_modp_against_formula },
	{ "both sides agree, a third does not", test_agreement },
	{ "lengths are checked", test_lengths_are_checked },
	{ "MODP values out of range are refused", test_modp_range },
	{ "points beside the curve are refused", test_points },
	{ "X25519 refuses a secret of zeros", test_x25519_zero },
	{ "any octets make a private value", test_extreme_randoms },
};

int main(int argc, char **argv)
{
	return harness_main("crypto_dh", tests, G_N_ELEMENTS(tests), argc, argv);
}

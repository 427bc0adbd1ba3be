/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Milenage against the published sets 1 to 6 of TS 35.208, AUTN and AUTS both ways, and the keys of EAP-AKA: the
 * generator against the keys of RFC 4186 appendix A, derivations against values that an independent implementation
 * computed.
 */
#include <string.h>

#include "crypto/eap_keys.h"
#include "crypto/milenage.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

struct set { const char *k, *rand, *sqn, *amf, *op, *opc, *f1, *f1star, *f2, *f3, *f4, *f5, *f5star; };

static const struct set sets[] = {
	{ "465b5ce8b199b49faa5f0a2ee238a6bc", "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9",
	  "cdc202d5123e20f62b6d676ac72cb318", "cd63cb71954a9f4e48a5994e37a02baf",
	  "4a9ffac354dfafb3", "01cfaf9ec4e871e9", "a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb",
	  "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b" },
	{ "465b5ce8b199b49faa5f0a2ee238a6bc", "23553cbe9637a89d218ae64dae47bf35", "ff9bb4d0b607", "b9b9",
	  "cdc202d5123e20f62b6d676ac72cb318", "cd63cb71954a9f4e48a5994e37a02baf",
	  "4a9ffac354dfafb3", "01cfaf9ec4e871e9", "a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb",
	  "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b" },
	{ "fec86ba6eb707ed08905757b1bb44b8f", "9f7c8d021accf4db213ccff0c7f71a6a", "9d0277595ffc", "725c",
	  "dbc59adcb6f9a0ef735477b7fadf8374", "1006020f0a478bf6b699f15c062e42b3",
	  "9cabc3e99baf7281", "95814ba2b3044324", "8011c48c0c214ed2", "5dbdbb2954e8f3cde665b046179a5098",
	  "59a92d3b476a0443487055cf88b2307b", "33484dc2136b", "deacdd848cc6" },
	{ "9e5944aea94b81165c82fbf9f32db751", "ce83dbc54ac0274a157c17f80d017bd6", "0b604a81eca8", "9e09",
	  "223014c5806694c007ca1eeef57f004f", "a64a507ae1a2a98bb88eb4210135dc87",
	  "74a58220cba84c49", "ac2cc74a96871837", "f365cd683cd92e96", "e203edb3971574f5a94b0d61b816345d",
	  "0c4524adeac041c4dd830d20854fc46b", "f0b9c08ad02e", "6085a86c6f63" },
	{ "4ab1deb05ca6ceb051fc98e77d026a84", "74b0cd6031a1c8339b2b6ce2b8c4a186", "e880a1b580b6", "9f07",
	  "2d16c5cd1fdf6b22383584e3bef2a8d8", "dcf07cbd51855290b92a07a9891e523e",
	  "49e785dd12626ef2", "9e85790336bb3fa2", "5860fc1bce351e7e", "7657766b373d1c2138f307e3de9242f9",
	  "1c42e960d89b8fa99f2744e0708ccb53", "31e11a609118", "fe2555e54aa9" },
	{ "6c38a116ac280c454f59332ee35c8c4f", "ee6466bc96202c5a557abbeff8babf63", "414b98222181", "4464",
	  "1ba00a1a7c6700ac8c3ff3e96ad08725", "3803ef5363b947c6aaa225e58fae3934",
	  "078adfb488241a57", "80246b8d0186bcf1", "16c8233f05a0ac28", "3f8c7587fe8e4b233af676aede30ba3b",
	  "a7466cc1e6b2a1337d49d3b66e95d7b4", "45b0f69ab06c", "1f53cd2b1113" },
};

static bool same(const uint8_t *got, size_t n, const char *hex)
{
	size_t n_want;
	uint8_t *want = octets_of(hex, &n_want);
	bool good = n == n_want && !memcmp(got, want, n);

	g_free(want);
	return good;
}

static void put(uint8_t *to, size_t n, const char *hex)
{
	size_t n_got;
	uint8_t *got = octets_of(hex, &n_got);

	g_assert(n == n_got);
	memcpy(to, got, n);
	g_free(got);
}

static void test_sets(void)
{
	struct crypto *c = crypto_new(CRYPTO_MODELLED, NULL);	/* real here too */

	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		const struct set *s = &sets[i];
		uint8_t op[16], rand[16], sqn[6], amf[2], a[8], star[8];
		struct milenage_key key;
		struct milenage_f2345 f;

		put(key.k, 16, s->k);
		put(op, 16, s->op);
		put(rand, 16, s->rand);
		put(sqn, 6, s->sqn);
		put(amf, 2, s->amf);
		milenage_opc(c, key.k, op, key.opc);
		CU_ASSERT(same(key.opc, 16, s->opc));
		milenage_f1(c, &key, rand, sqn, amf, a, star);
		CU_ASSERT(same(a, 8, s->f1) && same(star, 8, s->f1star));
		milenage_f2345(c, &key, rand, &f);
		CU_ASSERT(same(f.res, 8, s->f2) && same(f.ck, 16, s->f3) && same(f.ik, 16, s->f4));
		CU_ASSERT(same(f.ak, 6, s->f5) && same(f.ak_star, 6, s->f5star));
	}
	CU_ASSERT_EQUAL(crypto_take_cost(c), 0);
	crypto_free(c);
}

static struct milenage_key key_1(void)
{
	struct milenage_key key;

	put(key.k, 16, sets[0].k);
	put(key.opc, 16, sets[0].opc);
	return key;
}

static void test_autn(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	struct milenage_key key = key_1();
	uint8_t rand[16], sqn[6], amf[2], autn[16];
	struct milenage_vector v;
	struct milenage_check check;

	put(rand, 16, sets[0].rand);
	put(sqn, 6, sets[0].sqn);
	put(amf, 2, sets[0].amf);
	milenage_vector(c, &key, rand, sqn, amf, &v);
	CU_ASSERT(same(v.autn, 16, "55f328b43577b9b94a9ffac354dfafb3"));
	CU_ASSERT(same(v.xres, 8, sets[0].f2) && same(v.ck, 16, sets[0].f3) && same(v.ik, 16, sets[0].f4));
	CU_ASSERT(!memcmp(v.rand, rand, 16));
	CU_ASSERT_EQUAL(crypto_take_cost(c), crypto_costs_default.ps[CRYPTO_OP_MILENAGE] / 1000);
	CU_ASSERT(milenage_check(c, &key, rand, v.autn, &check));
	CU_ASSERT(!memcmp(check.sqn, sqn, 6) && !memcmp(check.amf, amf, 2) && !memcmp(check.f.res, v.xres, 8));
	for (unsigned bit = 0; bit < 128; bit++) {
		memcpy(autn, v.autn, 16);
		autn[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT(!milenage_check(c, &key, rand, autn, &check));
	}
	key.k[3] ^= 1;
	CU_ASSERT(!milenage_check(c, &key, rand, v.autn, &check));
	crypto_free(c);
}

static void test_auts(void)
{
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	struct milenage_key key = key_1();
	uint8_t rand[16], sqn[6], auts[14], bad[14], got[6] = { 0 }, zero[6] = { 0 };

	put(rand, 16, sets[0].rand);
	put(sqn, 6, sets[0].sqn);
	milenage_auts(c, &key, rand, sqn, auts);
	CU_ASSERT(same(auts, 14, "ba853f3c123ccf44e93596e355c6"));
	for (unsigned bit = 0; bit < 112; bit++) {
		memcpy(bad, auts, 14);
		bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT(!milenage_auts_check(c, &key, rand, bad, got));
	}
	CU_ASSERT(!memcmp(got, zero, 6));
	CU_ASSERT(milenage_auts_check(c, &key, rand, auts, got));
	CU_ASSERT(!memcmp(got, sqn, 6));
	crypto_free(c);
}

static void test_sqn(void)
{
	uint8_t o[6];

	milenage_sqn_octets(UINT64_C(0xff9bb4d0b607), o);
	CU_ASSERT(same(o, 6, "ff9bb4d0b607"));
	CU_ASSERT_EQUAL(milenage_sqn(o), UINT64_C(0xff9bb4d0b607));
	milenage_sqn_octets(UINT64_C(0x1000000000000), o);	/* wraps at 48 bits */
	CU_ASSERT_EQUAL(milenage_sqn(o), 0);
}

/* RFC 4186 A.5: the generator is the same */
static void test_generator(void)
{
	uint8_t mk[20], out[160], part[50];

	put(mk, 20, "e576d5ca332e9930018bf1baee2763c795b3c712");
	eap_aka_prf(mk, out, sizeof out);
	CU_ASSERT(same(out, 16, "536e5ebc4465582aa6a8ec9986ebb620"));
	CU_ASSERT(same(out + 16, 16, "25af1942efcbf4bc72b3943421f2a974"));
	CU_ASSERT(same(out + 32, 64, "39d45aeaf4e30601983e972b6cfd46d1c363773365690d09cd44976b525f47d3"
				     "a60a985e955c53b090b2e4b73719196a402542968fd14a888f46b9a7886e4488"));
	CU_ASSERT(same(out + 96, 64, "5949eab0fff69d52315c6c634fd14a7f0d52023d56f79698fa6596abeed4f93f"
				     "bb48eb534d985414ceed0d9a8ed33c387c9dfdab92ffbdf240fcecf65a2c93b9"));
	eap_aka_prf(mk, part, sizeof part);
	CU_ASSERT(!memcmp(part, out, sizeof part));
}

static void test_eap_aka_keys(void)
{
	static const char identity[] = "0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org";
	static const char reauth[] = "4001010reauth0001@nai.epc.mnc001.mcc001.3gppnetwork.org";
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	uint8_t ck[16], ik[16], nonce[16];
	struct eap_aka_keys k;

	put(ck, 16, sets[0].f3);
	put(ik, 16, sets[0].f4);
	eap_aka_keys_full(c, (const uint8_t *)identity, strlen(identity), ik, ck, &k);
	CU_ASSERT(same(k.mk, 20, "1014e944adbd4a1f26f8834ebd0f4c9db4459b79"));
	CU_ASSERT(same(k.k_encr, 16, "8400ca96b6131fa7939e59054c8bb110"));
	CU_ASSERT(same(k.k_aut, 16, "f5d15dba0e481d73e3d8e1faf8d07167"));
	CU_ASSERT(same(k.msk, 64, "40df4684c6b709f92d36194b206465e02c410ef2721dce56f7aebe49bbbcb2d2"
				  "f024804737d9159cdcabb7aaf41cf38d8d34ca1a31edde3ec06112b708679a76"));
	CU_ASSERT(same(k.emsk, 64, "9319dd48fc3a3d92fe11439d216205eca75e409c649aff2772cba8dc9aed436c"
				   "63e88f6418f631701b31b15324131eac784ebda7019b647734d1b066da296913"));
	put(nonce, 16, "0123456789abcdeffedcba9876543210");
	eap_aka_keys_reauth(c, (const uint8_t *)reauth, strlen(reauth), 1, nonce, &k);
	CU_ASSERT(same(k.msk, 64, "e7e7c128e386ad19bc40a1141668e280b8349fd40e1d97082cbf1dae79f3bee0"
				  "5eafb219fa8a80a8a117fe2af2c5b8b04402039e6809e5dd027877ef3015ec03"));
	CU_ASSERT(same(k.mk, 20, "1014e944adbd4a1f26f8834ebd0f4c9db4459b79"));
	crypto_free(c);
}

/* AT_MAC of a whole AKA-Challenge request, computed elsewhere */
static void test_at_mac(void)
{
	static const char packet[] = "01010044170100000105000023553cbe9637a89d218ae64dae47bf350205000055f328b43577b9b9"
				     "4a9ffac354dfafb30b05000000000000000000000000000000000000";
	struct crypto *c = crypto_new(CRYPTO_OPENSSL, NULL);
	struct crypto_mac k_aut;
	size_t n;
	uint8_t *p = octets_of(packet, &n), key[16], mac[16];
	struct crypto_part part = { p, n };

	put(key, 16, "f5d15dba0e481d73e3d8e1faf8d07167");
	crypto_mac_init(c, &k_aut, CRYPTO_PRF_SHA1, key, 16);
	eap_aka_mac(c, &k_aut, &part, 1, mac);
	CU_ASSERT(same(mac, 16, "038747cae5d4e8e0a14fe3ad56f287cf"));
	g_free(p);
	crypto_free(c);
}

/* RFC 3602 case 4; and back, in both providers */
static void test_at_encr_data(void)
{
	uint8_t key[16], iv[16], data[64], plain[64];

	put(key, 16, "56e47a38c5598974bc46903dba290349");
	put(iv, 16, "8ce82eefbea0da3c44699ed7db51b7d9");
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(0xa0 + i);
	for (enum crypto_kind kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++) {
		struct crypto *c = crypto_new(kind, NULL);

		memcpy(data, plain, sizeof data);
		eap_aka_encrypt(c, key, iv, data, sizeof data);
		CU_ASSERT(memcmp(data, plain, sizeof data));
		if (kind == CRYPTO_OPENSSL)
			CU_ASSERT(same(data, 64, "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
						 "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55"));
		eap_aka_decrypt(c, key, iv, data, sizeof data);
		CU_ASSERT(!memcmp(data, plain, sizeof data));
		CU_ASSERT_EQUAL(crypto_alive(c), 0);
		crypto_free(c);
	}
}

static const struct harness_test tests[] = {
	{ "Milenage gives sets 1 to 6 of TS 35.208", test_sets },
	{ "AUTN is made and checked", test_autn },
	{ "AUTS is made and checked", test_auts },
	{ "SQN is a number of 48 bits", test_sqn },
	{ "the generator gives the keys of RFC 4186 A.5", test_generator },
	{ "EAP-AKA keys, full and fast re-authentication", test_eap_aka_keys },
	{ "AT_MAC of a challenge", test_at_mac },
	{ "AT_ENCR_DATA both ways", test_at_encr_data },
};

int main(int argc, char **argv)
{
	return harness_main("milenage", tests, G_N_ELEMENTS(tests), argc, argv);
}

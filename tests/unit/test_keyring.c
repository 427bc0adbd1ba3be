/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keyring of who looks on: what it opens is what was sealed, for each suite and both providers; fragments in any
 * order; several keys of one SPI; keys whose ICV nobody can check; and that what was changed, is cut or has no key is
 * told as that and nothing else.
 */
#include <string.h>

#include "crypto/keyring.h"
#include "tests/unit/harness.h"
#include "wire/esp.h"
#include "wire/ike_write.h"

enum { ROOM = 4096, SPI = 0x01020304 };

struct suite { uint8_t encr; uint16_t bits; uint8_t integ; };

static const struct suite suites[] = {
	{ CRYPTO_ENCR_AES_CBC, 128, CRYPTO_INTEG_SHA1_96 }, { CRYPTO_ENCR_AES_CBC, 256, CRYPTO_INTEG_SHA256_128 },
	{ CRYPTO_ENCR_AES_GCM_16, 128, CRYPTO_INTEG_NONE }, { CRYPTO_ENCR_AES_GCM_16, 256, CRYPTO_INTEG_NONE },
	{ CRYPTO_ENCR_NULL, 0, CRYPTO_INTEG_SHA256_128 },
};

/* A sealing end and a ring that knows its keys. */
struct bench {
	struct crypto *c;
	struct keyring *k;
	crypto_key key;
	struct seal_sizes z;
	uint8_t encr[CRYPTO_ENCR_KEY_MAX], integ[CRYPTO_INTEG_KEY_MAX];
	uint8_t out[ROOM];
	size_t len;
	uint8_t next;
};

static void bench_new(struct bench *b, enum crypto_kind kind, const struct suite *s)
{
	memset(b, 0, sizeof(*b));
	b->c = crypto_new(kind, NULL);
	b->k = keyring_new(kind);
	for (size_t i = 0; i < sizeof(b->encr); i++)
		b->encr[i] = (uint8_t)(3 * i + 1);
	for (size_t i = 0; i < sizeof(b->integ); i++)
		b->integ[i] = (uint8_t)(5 * i + 2);
	b->key = crypto_key_new(b->c, s->encr, s->bits, b->encr, s->integ, s->integ ? b->integ : NULL);
	b->z = (struct seal_sizes){ .iv = (uint8_t)crypto_key_iv_len(b->c, b->key),
				    .block = (uint8_t)crypto_key_block_len(b->c, b->key),
				    .icv = (uint8_t)crypto_key_icv_len(b->c, b->key) };
}

static void bench_free(struct bench *b)
{
	crypto_key_drop(b->c, b->key);
	CU_ASSERT_EQUAL(crypto_alive(b->c), 0);
	crypto_free(b->c);
	keyring_free(b->k);
}

static size_t sealed_esp(struct bench *b, uint32_t seq, const uint8_t *payload, size_t n, uint8_t proto, uint8_t *buf)
{
	const struct esp_hdr h = { SPI, seq };
	struct esp_parts e;
	size_t len = esp_frame(&h, &b->z, payload, n, proto, buf, ROOM, &e);

	memset(buf + e.iv, (int)seq, e.iv_len);
	crypto_seal(b->c, b->key, buf + e.iv, buf, e.aad_len, buf + e.ct, e.ct_len, buf + e.icv);
	return len;
}

static enum keyring_result open_esp(struct bench *b, const uint8_t *p, size_t n)
{
	b->len = 0;
	return keyring_open_esp(b->k, p, n, b->out, sizeof(b->out), &b->len, &b->next);
}

static void esp_with(enum crypto_kind kind, const struct suite *s)
{
	uint8_t payload[100], buf[ROOM], changed[ROOM];
	struct bench b;
	size_t n;

	bench_new(&b, kind, s);
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)i;
	n = sealed_esp(&b, 7, payload, sizeof(payload), 135, buf);
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_NO_KEY);
	CU_ASSERT(keyring_add_esp(b.k, SPI, s->encr, s->bits, b.encr, s->integ, b.integ));
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT(b.len == sizeof(payload) && b.next == 135 && !memcmp(b.out, payload, b.len));
	CU_ASSERT_EQUAL(keyring_used(b.k), 0);
	for (size_t i = 0; i < n; i++) {
		memcpy(changed, buf, n);
		changed[i] ^= 0x10;
		CU_ASSERT_EQUAL(open_esp(&b, changed, n), i < 4 ? KEYRING_NO_KEY : KEYRING_BAD_ICV);
		CU_ASSERT_EQUAL(keyring_used(b.k), KEYRING_NOBODY);
	}
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_NOT_EQUAL(open_esp(&b, buf, i), KEYRING_OPEN);
	CU_ASSERT_EQUAL(open_esp(&b, buf, 7), KEYRING_MALFORMED);
	bench_free(&b);
}

static void test_esp(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		esp_with(CRYPTO_OPENSSL, &suites[i]);
		esp_with(CRYPTO_MODELLED, &suites[i]);
	}
}

static void test_no_room(void)
{
	uint8_t payload[64] = { 0 }, buf[ROOM];
	struct bench b;
	size_t n;

	bench_new(&b, CRYPTO_OPENSSL, &suites[0]);
	keyring_add_esp(b.k, SPI, suites[0].encr, suites[0].bits, b.encr, suites[0].integ, b.integ);
	n = sealed_esp(&b, 1, payload, sizeof(payload), 41, buf);
	CU_ASSERT_EQUAL(keyring_open_esp(b.k, buf, n, b.out, sizeof(payload), &b.len, &b.next), KEYRING_OPEN);
	CU_ASSERT_EQUAL(keyring_open_esp(b.k, buf, n, b.out, sizeof(payload) - 1, &b.len, &b.next), KEYRING_MALFORMED);
	bench_free(&b);
}

/* The one whose ICV is right counts, and its number is told; older and newer ones of the same SPI do not matter. */
static void test_several_of_one_spi(void)
{
	uint8_t payload[32] = { 1 }, buf[ROOM], other[CRYPTO_INTEG_KEY_MAX] = { 0 };
	const struct suite *s = &suites[1];
	struct bench b;
	size_t n;

	bench_new(&b, CRYPTO_OPENSSL, s);
	n = sealed_esp(&b, 1, payload, sizeof(payload), 41, buf);
	keyring_add_esp(b.k, SPI, s->encr, s->bits, b.encr, s->integ, other);
	keyring_add_esp(b.k, SPI, suites[0].encr, suites[0].bits, b.encr, suites[0].integ, other);
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_BAD_ICV);
	keyring_add_esp(b.k, SPI, s->encr, s->bits, b.encr, s->integ, b.integ);
	keyring_add_esp(b.k, SPI, s->encr, s->bits, b.encr, s->integ, other);
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT_EQUAL(keyring_used(b.k), 2);
	CU_ASSERT_FALSE(keyring_add_esp(b.k, SPI, 3, 0, b.encr, s->integ, b.integ));
	CU_ASSERT_FALSE(keyring_add_esp(b.k, SPI, s->encr, s->bits, b.encr, 99, b.integ));
	CU_ASSERT_FALSE(keyring_add_esp(b.k, SPI, 0x0c0c, 128, b.encr, s->integ, b.integ));
	bench_free(&b);
}

/* A right ICV over what decrypts to nonsense is malformed, and says whose key it was. */
static void test_wrong_cipher_key(void)
{
	uint8_t payload[40] = { 0 }, buf[ROOM], wrong[CRYPTO_ENCR_KEY_MAX];
	const struct suite *s = &suites[0];
	unsigned malformed = 0;
	struct bench b;

	bench_new(&b, CRYPTO_OPENSSL, s);
	memcpy(wrong, b.encr, sizeof(wrong));
	wrong[3] ^= 1;
	keyring_add_esp(b.k, SPI, s->encr, s->bits, wrong, s->integ, b.integ);
	for (uint32_t seq = 1; seq < 40; seq++) {
		enum keyring_result got = open_esp(&b, buf, sealed_esp(&b, seq, payload, sizeof(payload), 41, buf));

		CU_ASSERT(got == KEYRING_MALFORMED || got == KEYRING_OPEN);
		CU_ASSERT_EQUAL(keyring_used(b.k), 0);
		malformed += got == KEYRING_MALFORMED;
	}
	CU_ASSERT(malformed > 20);
	bench_free(&b);
}

static void test_unchecked(void)
{
	uint8_t payload[40], buf[ROOM];
	const struct suite *s = &suites[0];
	struct bench b;
	size_t n;

	bench_new(&b, CRYPTO_OPENSSL, s);
	memset(payload, 0x45, sizeof(payload));
	n = sealed_esp(&b, 1, payload, sizeof(payload), 4, buf);
	CU_ASSERT(keyring_add_esp_unchecked(b.k, SPI, s->encr, s->bits, b.encr, 12));
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT(b.len == sizeof(payload) && b.next == 4 && !memcmp(b.out, payload, b.len));
	buf[n - 1] ^= 1;
	CU_ASSERT_EQUAL(open_esp(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT_FALSE(keyring_add_esp_unchecked(b.k, SPI, CRYPTO_ENCR_AES_GCM_16, 128, b.encr, 16));
	bench_free(&b);
}

/* ---- IKE --------------------------------------------------------------------------------------------------------- */

static const struct ike_hdr header = { .spi_i = 0x1122334455667788, .spi_r = 0x99aabbccddeeff00, .version = IKE_VERSION,
				       .exchange = IKE_INFORMATIONAL, .flags = IKE_FLAG_I, .mid = 5 };

static size_t sealed_ike(struct bench *b, const struct ike_hdr *h, uint8_t first, const uint8_t *inner, size_t n,
			 uint16_t number, uint16_t total, uint8_t *buf)
{
	struct ike_sk s;
	size_t len = ike_sk_frame(h, &b->z, first, inner, n, number, total, buf, ROOM, &s);

	memset(buf + s.iv, 0x5a + number, s.iv_len);
	crypto_seal(b->c, b->key, buf + s.iv, buf, s.aad_len, buf + s.ct, s.ct_len, buf + s.icv);
	return len;
}

static enum keyring_result open_ike(struct bench *b, const uint8_t *p, size_t n)
{
	b->len = 0;
	return keyring_open_ike(b->k, p, n, b->out, sizeof(b->out), &b->len);
}

static bool add_ike(struct bench *b, const struct suite *s)
{
	uint8_t other[CRYPTO_ENCR_KEY_MAX] = { 9 };

	return keyring_add_ike(b->k, header.spi_i, header.spi_r, s->encr, s->bits, b->encr, other, s->integ, b->integ, other);
}

/* A nonce and a notify, 40 octets or so. */
static size_t inner_chain(uint8_t *buf, uint8_t *first)
{
	static const uint8_t nonce[16] = "sixteen octets..", cookie[5] = "12345";
	struct ike_writer w;
	size_t n;

	ike_w_inner(&w, buf, ROOM);
	ike_w_nonce(&w, nonce, sizeof(nonce));
	ike_w_notify(&w, IKE_N_COOKIE, cookie, sizeof(cookie));
	n = ike_w_end(&w);
	*first = w.first;
	return n;
}

static bool clear_is(const struct bench *b, const struct ike_hdr *h)
{
	struct ike_msg m;

	return ike_decode(b->out, b->len, &m, NULL) && m.n == 2 && ike_find(&m, IKE_P_NONCE)
		&& ike_find_notify(&m, IKE_N_COOKIE) && m.h.mid == h->mid && m.h.length == b->len && !m.notes;
}

static void ike_with(enum crypto_kind kind, const struct suite *s)
{
	uint8_t inner[ROOM], buf[ROOM], changed[ROOM], first;
	struct ike_hdr back = header;
	struct bench b;
	size_t n;

	bench_new(&b, kind, s);
	n = inner_chain(inner, &first);
	n = sealed_ike(&b, &header, first, inner, n, 0, 0, buf);
	CU_ASSERT_EQUAL(open_ike(&b, buf, n), KEYRING_NO_KEY);
	CU_ASSERT(add_ike(&b, s));
	CU_ASSERT_EQUAL(open_ike(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT(clear_is(&b, &header));
	CU_ASSERT_EQUAL(keyring_used(b.k), 0);
	for (size_t i = IKE_HDR_LEN; i < n; i++) {
		memcpy(changed, buf, n);
		changed[i] ^= 1;
		CU_ASSERT_NOT_EQUAL(open_ike(&b, changed, n), KEYRING_OPEN);
	}
	/* the other side's keys are others */
	back.flags = IKE_FLAG_R;
	n = inner_chain(inner, &first);
	CU_ASSERT_EQUAL(open_ike(&b, buf, sealed_ike(&b, &back, first, inner, n, 0, 0, buf)), KEYRING_BAD_ICV);
	bench_free(&b);
}

static void test_ike(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		if (suites[i].encr == CRYPTO_ENCR_NULL)
			continue;
		ike_with(CRYPTO_OPENSSL, &suites[i]);
		ike_with(CRYPTO_MODELLED, &suites[i]);
	}
}

static void test_liveness_and_clear(void)
{
	uint8_t buf[ROOM], init[ROOM];
	struct ike_writer w;
	struct ike_msg m;
	struct bench b;
	size_t n;

	bench_new(&b, CRYPTO_OPENSSL, &suites[0]);
	add_ike(&b, &suites[0]);
	n = sealed_ike(&b, &header, 0, NULL, 0, 0, 0, buf);
	CU_ASSERT_EQUAL(open_ike(&b, buf, n), KEYRING_OPEN);
	CU_ASSERT(b.len == IKE_HDR_LEN && ike_decode(b.out, b.len, &m, NULL) && m.n == 0);
	ike_w_start(&w, init, sizeof(init), &header);
	ike_w_nonce(&w, buf, 32);
	n = ike_w_end(&w);
	CU_ASSERT_EQUAL(open_ike(&b, init, n), KEYRING_CLEAR);
	CU_ASSERT(b.len == n && !memcmp(b.out, init, n));
	CU_ASSERT_EQUAL(open_ike(&b, init, 20), KEYRING_MALFORMED);
	bench_free(&b);
}

/* In every order, with repetitions, and a new message that ends the one before. */
static void test_fragments(void)
{
	static const uint8_t order[][4] = { { 1, 2, 3, 3 }, { 3, 2, 1, 1 }, { 2, 3, 1, 1 }, { 1, 1, 3, 2 }, { 3, 3, 1, 2 } };
	uint8_t inner[ROOM], part[4][ROOM], first;
	struct ike_hdr h = header;
	size_t all, len[4], at = 0;
	struct bench b;

	bench_new(&b, CRYPTO_OPENSSL, &suites[2]);
	add_ike(&b, &suites[2]);
	all = inner_chain(inner, &first);
	for (size_t o = 0; o < G_N_ELEMENTS(order); o++) {
		bool seen[4] = { false };
		unsigned have = 0;

		h.mid++;
		at = 0;
		for (uint16_t i = 1; i <= 3; i++) {
			size_t n = i == 3 ? all - at : all / 3;

			len[i] = sealed_ike(&b, &h, i == 1 ? first : 0, inner + at, n, i, 3, part[i]);
			at += n;
		}
		for (unsigned i = 0; i < 4 && have < 3; i++) {
			uint8_t which = order[o][i];

			have += !seen[which];
			seen[which] = true;
			CU_ASSERT_EQUAL(open_ike(&b, part[which], len[which]), have == 3 ? KEYRING_OPEN : KEYRING_PART);
			CU_ASSERT_EQUAL(keyring_used(b.k), 0);
		}
		CU_ASSERT(clear_is(&b, &h));
	}
	/* half a message, then another one */
	CU_ASSERT_EQUAL(open_ike(&b, part[1], len[1]), KEYRING_PART);
	h.mid++;
	len[0] = sealed_ike(&b, &h, first, inner, all, 1, 1, part[0]);
	CU_ASSERT_EQUAL(open_ike(&b, part[0], len[0]), KEYRING_OPEN);
	CU_ASSERT_EQUAL(open_ike(&b, part[2], len[2]), KEYRING_PART);
	CU_ASSERT_EQUAL(open_ike(&b, part[3], len[3]), KEYRING_PART);
	bench_free(&b);
}

static void test_nothing(void)
{
	struct keyring *k = keyring_new(CRYPTO_OPENSSL);
	uint8_t out[8], next;
	size_t len;

	CU_ASSERT_EQUAL(keyring_used(k), KEYRING_NOBODY);
	CU_ASSERT_EQUAL(keyring_open_esp(k, NULL, 0, out, 8, &len, &next), KEYRING_MALFORMED);
	CU_ASSERT_EQUAL(keyring_open_ike(k, NULL, 0, out, 8, &len), KEYRING_MALFORMED);
	keyring_free(k);
	keyring_free(NULL);
}

static const struct harness_test tests[] = {
	{ "ESP opens to what was sealed, by every suite", test_esp },
	{ "a payload that has no room is refused", test_no_room },
	{ "of several keys of an SPI the right one is found and told", test_several_of_one_spi },
	{ "a wrong cipher key under a right ICV is told as such", test_wrong_cipher_key },
	{ "a key without one for the ICV opens", test_unchecked },
	{ "IKE opens to what was sealed, by every suite", test_ike },
	{ "an empty message opens, a clear one stays", test_liveness_and_clear },
	{ "fragments come in any order", test_fragments },
	{ "an empty ring and no octets", test_nothing },
};

int main(int argc, char **argv)
{
	return harness_main("keyring", tests, G_N_ELEMENTS(tests), argc, argv);
}

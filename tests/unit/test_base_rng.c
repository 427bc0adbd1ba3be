/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random streams: the generator against its published vectors, the distributions against their laws (computed with
 * the mathematics library, which the model may not use), and fixed draws that must be the same on every machine and
 * compiler.
 */
#include "tests/unit/harness.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"

/* The known answers for philox4x32 with 10 rounds that come with the authors' Random123 library. */
static void test_known_answers(void)
{
	static const struct { uint32_t counter[4], key[2], out[4]; } vectors[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
		uint32_t out[4];

		rng_philox(vectors[i].counter, vectors[i].key, out);
		CU_ASSERT_EQUAL(memcmp(out, vectors[i].out, sizeof out), 0);
	}
}

static void test_stream_is_the_generator(void)
{
	struct rng r = rng_at(UINT64_C(0x299f31d0a4093822), 0);
	uint32_t out[4];

	for (uint32_t block = 0; block < 5; block++) {
		rng_philox((const uint32_t[4]){ block, 0, 0, 0 }, (const uint32_t[2]){ 0xa4093822, 0x299f31d0 }, out);
		CU_ASSERT_EQUAL(rng_u64(&r), (uint64_t)out[1] << 32 | out[0]);
		CU_ASSERT_EQUAL(rng_u64(&r), (uint64_t)out[3] << 32 | out[2]);
	}
	r = rng_at(UINT64_C(0x299f31d0a4093822), 9);	/* rounded down to the block of 8 */
	CU_ASSERT_EQUAL(rng_u64(&r), (uint64_t)out[1] << 32 | out[0]);
}

static void test_streams_by_name(void)
{
	struct rng a = rng_make(1, "ue1", "loss"), b = rng_make(1, "ue1", "loss");
	struct rng others[] = { rng_make(2, "ue1", "loss"), rng_make(1, "ue2", "loss"), rng_make(1, "ue1", "delay"),
				rng_make(1, "ue1l", "oss"), rng_make(1, "", "ue1loss") };
	uint64_t first = rng_u64(&a);

	CU_ASSERT_EQUAL(first, rng_u64(&b));
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		CU_ASSERT_NOT_EQUAL(first, rng_u64(&others[i]));
}

static void test_below(void)
{
	struct rng r = rng_make(7, "below", "test");
	unsigned counts[7] = { 0 };

	for (int i = 0; i < 70000; i++) {
		uint64_t v = rng_below(&r, 7);

		CU_ASSERT_TRUE(v < 7);
		counts[v % 7]++;
	}
	for (int i = 0; i < 7; i++)	/* six standard deviations */
		CU_ASSERT_TRUE(abs((int)counts[i] - 10000) < 560);
	CU_ASSERT_EQUAL(rng_below(&r, 1), 0);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_TRUE(rng_below(&r, UINT64_C(1) << 63 | 1) <= UINT64_C(1) << 63);
}

static void test_span_includes_both_ends(void)
{
	struct rng r = rng_make(7, "span", "test");
	bool low = false, high = false;

	for (int i = 0; i < 1000; i++) {
		moor_time t = rng_span(&r, -3, 3);

		CU_ASSERT_TRUE(t >= -3 && t <= 3);
		low |= t == -3;
		high |= t == 3;
	}
	CU_ASSERT_TRUE(low && high);
	CU_ASSERT_EQUAL(rng_span(&r, 5, 5), 5);
	rng_span(&r, INT64_MIN, INT64_MAX);		/* the whole range: no overflow (UBSan) */
}

static void test_chance(void)
{
	struct rng r = rng_make(7, "chance", "test");
	int hits = 0;

	for (int i = 0; i < 1000; i++) {
		CU_ASSERT_FALSE(rng_chance(&r, 0));
		CU_ASSERT_TRUE(rng_chance(&r, 1000000));
		CU_ASSERT_TRUE(rng_chance(&r, UINT32_MAX));
	}
	for (int i = 0; i < 100000; i++)
		hits += rng_chance(&r, 250000);
	CU_ASSERT_TRUE(abs(hits - 25000) < 830);
}

/* The same draws, once by rng.c's own logarithm and once by the mathematics library's. */
static void test_exponential_against_libm(void)
{
	struct rng r = rng_make(7, "exp", "test"), same = r;
	double sum = 0;

	for (int i = 0; i < 100000; i++) {
		moor_time t = rng_exp(&r, 1000 * MOOR_S);
		double u = ((double)(rng_u64(&same) >> 11) + 0.5) / 9007199254740992.0;

		CU_ASSERT_TRUE(fabs((double)t + log(u) * 1e12) <= 1.0);
		sum += (double)t / 1e12;
	}
	CU_ASSERT_TRUE(fabs(sum / 100000 - 1) < 0.02);
	CU_ASSERT_EQUAL(rng_exp(&r, 0), 0);
	CU_ASSERT_TRUE(rng_exp(&r, MOOR_NEVER) >= 0);		/* sticks at the range */
}

static void test_normal(void)
{
	struct rng r = rng_make(7, "normal", "test"), same = r;
	double sum = 0, squares = 0;

	for (int i = 0; i < 100000; i++) {
		moor_time t = rng_normal(&r, 0, MOOR_S, -100 * MOOR_S);
		double x = (double)t / 1e9, u = ((double)(rng_u64(&same) >> 11) + 0.5) / 9007199254740992.0;

		CU_ASSERT_TRUE(fabs(0.5 * erfc(-x / sqrt(2)) - u) < 2e-9);	/* x is the quantile of u */
		sum += x;
		squares += x * x;
	}
	CU_ASSERT_TRUE(fabs(sum / 100000) < 0.02);
	CU_ASSERT_TRUE(fabs(squares / 100000 - 1) < 0.03);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_TRUE(rng_normal(&r, 10, 100, 0) >= 0);
}

static void test_octets(void)
{
	struct rng a = rng_make(7, "octets", "test"), b = a;
	uint8_t one[21], two[21] = { 0 };

	memset(one, 0, sizeof one);
	rng_octets(&a, one, 20);
	CU_ASSERT_EQUAL(one[20], 0);
	for (int i = 0; i < 20; i += 8) {
		uint64_t v = GUINT64_TO_LE(rng_u64(&b));

		memcpy(two + i, &v, i == 16 ? 4 : 8);
	}
	CU_ASSERT_EQUAL(memcmp(one, two, 20), 0);
}

/* Written down once: whoever changes a draw changes every run anybody ever published. */
static void test_the_same_on_every_machine(void)
{
	struct rng r = rng_make(42, "ue1", "golden");
	uint64_t hash = 0;

	CU_ASSERT_EQUAL(rng_u64(&r), UINT64_C(0xf931264803922c69));
	for (int i = 0; i < 2000; i++) {
		hash = hash * 31 + (uint64_t)rng_exp(&r, 40 * MOOR_MS);
		hash = hash * 31 + (uint64_t)rng_normal(&r, 40 * MOOR_MS, 10 * MOOR_MS, 0);
		hash = hash * 31 + (uint64_t)(rng_unit(&r) * 1e15);
	}
	CU_ASSERT_EQUAL(hash, UINT64_C(0x17ee2f564b98bcbe));
}

static const struct harness_test tests[] = {
	{ "the generator gives the published answers", test_known_answers },
	{ "a stream is the generator's blocks in order", test_stream_is_the_generator },
	{ "seed, entity and purpose each name another stream", test_streams_by_name },
	{ "below: in range, every value as often", test_below },
	{ "span includes both ends", test_span_includes_both_ends },
	{ "chance: never, always and a quarter", test_chance },
	{ "exponential draws are those of the exact logarithm", test_exponential_against_libm },
	{ "normal draws are the quantiles of their uniform draws", test_normal },
	{ "octets are the stream, little-endian", test_octets },
	{ "draws are the same on every machine", test_the_same_on_every_machine },
};

int main(int argc, char **argv) { return harness_main("base_rng", tests, G_N_ELEMENTS(tests), argc, argv); }

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Indexes: long random lives against a plain table, with hashes that are good, that all fall into one place, and that
 * fall upon the end of the table so that runs go round.
 */
#include "tests/unit/harness.h"

#include "base/index.h"
#include "base/rng.h"

enum { KEYS = 20000 };

static uint32_t good(uint32_t key) { return index_hash(key, 1); }
static uint32_t crowded(uint32_t key) { return key % 7 ? key % 3 : UINT32_MAX; }
static uint32_t at_the_end(uint32_t key) { return UINT32_MAX - key % 5; }

/* Keys are references less one here; each may be in the index up to twice, under two references. */
static uint32_t refs_of(const struct index *x, uint32_t hash, uint32_t key, uint32_t keys)
{
	uint32_t at, ref, n = 0;

	for (ref = index_first(x, hash, &at); ref; ref = index_next(x, hash, &at))
		n += (ref - 1) % keys == key;
	return n;
}

static void random_life(uint32_t keys, int steps, uint32_t (*hash)(uint32_t key))
{
	static uint8_t there[2 * KEYS];
	struct index x = { 0 };
	struct rng r = rng_make(keys, "index", "test");
	uint32_t count = 0;

	memset(there, 0, sizeof there);
	for (int step = 0; step < steps; step++) {
		uint32_t i = (uint32_t)rng_below(&r, 2 * keys), key = i % keys;

		if (there[i])
			index_remove(&x, hash(key), i + 1);
		else
			index_add(&x, hash(key), i + 1);
		there[i] = !there[i];
		count += there[i] ? 1 : UINT32_MAX;
		CU_ASSERT_EQUAL(x.count, count);
		key = (uint32_t)rng_below(&r, keys);
		CU_ASSERT_EQUAL(refs_of(&x, hash(key), key, keys), (uint32_t)there[key] + there[key + keys]);
	}
	CU_ASSERT_TRUE(x.count < x.cap);
	for (uint32_t i = 0; i < 2 * keys; i++) {
		if (there[i])
			index_remove(&x, hash(i % keys), i + 1);
	}
	CU_ASSERT_EQUAL(x.count, 0);
	for (uint32_t i = 0; i < x.cap; i++)
		CU_ASSERT_EQUAL(x.slots[i].ref, 0);
	index_done(&x);
	CU_ASSERT_EQUAL(index_octets(&x), 0);
}

static void test_empty(void)
{
	struct index x = { 0 };
	uint32_t at;

	CU_ASSERT_EQUAL(index_first(&x, 5, &at), 0);
	CU_ASSERT_EQUAL(index_octets(&x), 0);
	index_done(&x);
}

static void test_small(void) { random_life(3, 20000, good); }
static void test_large(void) { random_life(KEYS, 300000, good); }
static void test_crowded(void) { random_life(60, 20000, crowded); }
static void test_around(void) { random_life(40, 20000, at_the_end); }

static void test_size(void)
{
	struct index x = { 0 };

	for (uint32_t i = 1; i <= 100000; i++)
		index_add(&x, good(i), i);
	CU_ASSERT_TRUE(index_octets(&x) <= 100000 * 13);
	index_done(&x);
}

static const struct harness_test tests[] = {
	{ "an empty index", test_empty },
	{ "a random life of three keys", test_small },
	{ "a random life of twenty thousand keys", test_large },
	{ "many keys of few hashes", test_crowded },
	{ "runs that go round the end", test_around },
	{ "at most 13 octets an object", test_size },
};

int main(int argc, char **argv) { return harness_main("base_index", tests, G_N_ELEMENTS(tests), argc, argv); }

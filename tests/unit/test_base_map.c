/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps: against GLib's hash table over a long random life in which keys come and go, with keys that collide on purpose.
 */
#include "tests/unit/harness.h"

#include "base/map.h"
#include "base/rng.h"

static void test_empty(void)
{
	struct map m;
	uint32_t v = 5;

	map_init(&m);
	CU_ASSERT_EQUAL(map_octets(&m), 0);
	CU_ASSERT_FALSE(map_get(&m, (struct map_key){ 0, 0 }, &v));
	CU_ASSERT_EQUAL(v, 5);
	CU_ASSERT_FALSE(map_del(&m, (struct map_key){ 0, 0 }));
	map_put(&m, (struct map_key){ 0, 0 }, 9);	/* the zero key is a key */
	CU_ASSERT_TRUE(map_get(&m, (struct map_key){ 0, 0 }, &v));
	CU_ASSERT_EQUAL(v, 9);
	map_put(&m, (struct map_key){ 0, 0 }, 10);
	CU_ASSERT_TRUE(map_get(&m, (struct map_key){ 0, 0 }, &v));
	CU_ASSERT_EQUAL(v, 10);
	CU_ASSERT_EQUAL(m.count, 1);
	CU_ASSERT_TRUE(map_del(&m, (struct map_key){ 0, 0 }));
	CU_ASSERT_FALSE(map_get(&m, (struct map_key){ 0, 0 }, &v));
	map_done(&m);
}

/* Keys of a /64 and its interface identifiers: few bits differ. */
static struct map_key key_of(uint32_t i)
{
	return (struct map_key){ UINT64_C(0x20010db800000000) + i % 3, (uint64_t)(i / 3) << (i % 2 ? 40 : 0) };
}

static void random_life(uint32_t keys, int steps)
{
	struct map m;
	GHashTable *model = g_hash_table_new(NULL, NULL);
	struct rng r = rng_make(keys, "map", "test");

	map_init(&m);
	for (int step = 0; step < steps; step++) {
		uint32_t i = (uint32_t)rng_below(&r, keys), v = 0;
		gpointer id = GUINT_TO_POINTER(i + 1), want;

		switch (rng_below(&r, step < steps / 2 ? 4 : 3)) {	/* it grows, then shrinks */
		case 0: case 3:
			map_put(&m, key_of(i), (uint32_t)step);
			g_hash_table_insert(model, id, GINT_TO_POINTER(step));
			break;
		case 1:
			CU_ASSERT_EQUAL(map_del(&m, key_of(i)), g_hash_table_remove(model, id));
			break;
		default:
			CU_ASSERT_EQUAL(map_get(&m, key_of(i), &v), g_hash_table_lookup_extended(model, id, NULL, &want));
			if (g_hash_table_contains(model, id))
				CU_ASSERT_EQUAL(v, GPOINTER_TO_UINT(want));
		}
		CU_ASSERT_EQUAL(m.count, g_hash_table_size(model));
	}
	for (uint32_t i = 0; i < keys; i++) {
		uint32_t v;

		CU_ASSERT_EQUAL(map_get(&m, key_of(i), &v), g_hash_table_contains(model, GUINT_TO_POINTER(i + 1)));
	}
	CU_ASSERT_TRUE(m.count <= m.cap / 4 * 3);
	g_hash_table_destroy(model);
	map_done(&m);
}

static void test_small(void) { random_life(5, 20000); }
static void test_medium(void) { random_life(100, 100000); }
static void test_large(void) { random_life(20000, 200000); }

static const struct harness_test tests[] = {
	{ "an empty map, the zero key, replacing", test_empty },
	{ "a random life of five keys", test_small },
	{ "a random life of a hundred keys", test_medium },
	{ "a random life of twenty thousand keys", test_large },
};

int main(int argc, char **argv) { return harness_main("base_map", tests, G_N_ELEMENTS(tests), argc, argv); }

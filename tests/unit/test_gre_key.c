/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRE keys: each handle has one, no two the same, none is 0, and each key leads back to its handle, whatever was drawn.
 */
#include "tests/unit/harness.h"

#include "proto/gre_key.h"

static void there_and_back(void)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct rng r = rng_make(seed, "gre", "test");
		struct gre_keys k;

		gre_keys_init(&k, &r);
		for (uint32_t n = 0; n < 200000; n++) {
			moor_handle h = n < 100000 ? (1u << SLAB_NUMBER_BITS) + n : rng_u32(&r) | 1;
			uint32_t key = gre_key_of(&k, h);

			if (!key || gre_key_handle(&k, key) != h)
				CU_FAIL_FATAL("a key that does not lead back");
		}
		CU_ASSERT_EQUAL(gre_key_handle(&k, 0), 0);
	}
}

/* Counted handles do not give counted keys. */
static void neighbours_differ(void)
{
	struct rng r = rng_make(1, "gre", "neighbours");
	struct gre_keys k;
	unsigned near = 0;

	gre_keys_init(&k, &r);
	for (uint32_t n = 1; n <= 10000; n++)
		near += (gre_key_of(&k, n) ^ gre_key_of(&k, n + 1)) < 0x10000;
	CU_ASSERT(near < 10);
}

static const struct harness_test tests[] = {
	{ "each key leads back to its handle", there_and_back },
	{ "neighbours have different keys", neighbours_differ },
};

int main(int argc, char **argv)
{
	return harness_main("gre_key", tests, G_N_ELEMENTS(tests), argc, argv);
}

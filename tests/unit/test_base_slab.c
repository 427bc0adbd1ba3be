/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: handles of freed objects, reuse, iteration order, and a random life against a plain table.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/slab.h"

struct thing { uint64_t value; uint8_t more[20]; };

static void test_handles(void)
{
	struct slab s;
	moor_handle a, b;
	struct thing *p, *q;

	slab_init(&s, "thing", sizeof(struct thing));
	CU_ASSERT_EQUAL(s.pool.size, 32);
	CU_ASSERT_PTR_NULL(slab_get(&s, 0));
	CU_ASSERT_PTR_NULL(slab_get(&s, 0x01000000));	/* never given out */
	p = slab_alloc(&s, &a);
	q = slab_alloc(&s, &b);
	CU_ASSERT_TRUE(a && b && a != b && p != q);
	CU_ASSERT_EQUAL(p->value, 0);
	p->value = 7;
	CU_ASSERT_PTR_EQUAL(slab_get(&s, a), p);
	slab_free(&s, a);
	CU_ASSERT_PTR_NULL(slab_get(&s, a));
	CU_ASSERT_EQUAL(s.count, 1);
	p = slab_alloc(&s, &b);
	CU_ASSERT_EQUAL(p->value, 0);			/* zeroed again */
	CU_ASSERT_NOT_EQUAL(a, b);
	CU_ASSERT_PTR_NULL(slab_get(&s, a));		/* the same place, another generation */
	slab_done(&s);
	CU_ASSERT_EQUAL(slab_octets(&s), 0);
}

static void test_generations_never_make_zero(void)
{
	struct slab s;
	moor_handle first, h;

	slab_init(&s, "thing", 1);
	slab_alloc(&s, &first);
	slab_free(&s, first);
	for (int i = 0; i < 254; i++) {
		slab_alloc(&s, &h);
		CU_ASSERT_NOT_EQUAL(h, 0);
		CU_ASSERT_NOT_EQUAL(h, first);
		slab_free(&s, h);
	}
	slab_alloc(&s, &h);
	CU_ASSERT_EQUAL(h, first);	/* after 255 lives */
	slab_done(&s);
}

static void test_iteration(void)
{
	struct slab s;
	moor_handle h[3000], at = 0;
	struct thing *p;
	uint32_t seen = 0;

	slab_init(&s, "thing", sizeof(struct thing));
	for (uint32_t i = 0; i < 3000; i++)
		((struct thing *)slab_alloc(&s, &h[i]))->value = i;
	for (uint32_t i = 0; i < 3000; i += 3)
		slab_free(&s, h[i]);
	while ((p = slab_next(&s, &at))) {
		CU_ASSERT_EQUAL(p->value, seen + seen / 2 + 1);
		CU_ASSERT_EQUAL(at, h[p->value]);
		seen++;
		if (p->value % 2)
			slab_free(&s, at);	/* freeing the current one is allowed */
	}
	CU_ASSERT_EQUAL(seen, 2000);
	CU_ASSERT_EQUAL(at, 0);
	CU_ASSERT_EQUAL(s.count, 1000);
	slab_done(&s);
}

static void test_random_life(void)
{
	enum { N = 5000 };
	struct slab s;
	struct rng r = rng_make(1, "slab", "test");
	static moor_handle handles[N], dead[N];
	static struct thing *where[N];
	uint32_t alive = 0;

	slab_init(&s, "thing", sizeof(struct thing));
	for (int step = 0; step < 200000; step++) {
		uint32_t i = (uint32_t)rng_below(&r, N);

		if (handles[i]) {
			CU_ASSERT_PTR_EQUAL(slab_get(&s, handles[i]), where[i]);
			CU_ASSERT_EQUAL(where[i]->value, i);
			slab_free(&s, handles[i]);
			dead[i] = handles[i];
			handles[i] = 0;
			alive--;
			CU_ASSERT_PTR_NULL(slab_get(&s, dead[i]));
		} else {
			where[i] = slab_alloc(&s, &handles[i]);
			CU_ASSERT_EQUAL(where[i]->value, 0);
			where[i]->value = i;
			memset(where[i]->more, 0xff, sizeof where[i]->more);
			alive++;
		}
		CU_ASSERT_EQUAL(s.count, alive);
	}
	CU_ASSERT_TRUE(slab_octets(&s) <= N * 34);
	slab_done(&s);
}

static void test_tables_and_texts(void)
{
	struct table t;
	struct texts k = { 0 };
	const char *kept[3000];
	char *large = g_strnfill(10000, 'x');
	char buf[16];

	table_init(&t, sizeof(uint32_t));
	for (uint32_t i = 0; i < 3000; i++) {
		uint32_t *v = table_add(&t);

		CU_ASSERT_EQUAL(*v, 0);
		*v = i;
		g_snprintf(buf, sizeof buf, "name%u", i);
		kept[i] = texts_keep(&k, i == 1500 ? large : buf);
	}
	for (uint32_t i = 0; i < 3000; i++) {
		CU_ASSERT_EQUAL(*(uint32_t *)table_at(&t, i), i);
		g_snprintf(buf, sizeof buf, "name%u", i);
		CU_ASSERT_STRING_EQUAL(kept[i], i == 1500 ? large : buf);
	}
	CU_ASSERT_TRUE(table_octets(&t) == 3000 * sizeof(uint32_t));
	g_free(large);
	texts_done(&k);
	table_done(&t);
}

static const struct harness_test tests[] = {
	{ "a freed object's handle answers nothing, then and later", test_handles },
	{ "generations go round without a zero", test_generations_never_make_zero },
	{ "iteration is in index order and survives freeing", test_iteration },
	{ "a random life", test_random_life },
	{ "tables and texts stay where they are", test_tables_and_texts },
};

int main(int argc, char **argv) { return harness_main("base_slab", tests, G_N_ELEMENTS(tests), argc, argv); }

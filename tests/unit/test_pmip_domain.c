/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What MAGs of a domain know of each other's mobile nodes, when the domain is in two processes: what is told in one
 * half is known in the other, names that are gone in the first included.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "proto/pmip_mag_priv.h"

static void to_other(void *ctx, const void *told, size_t n)
{
	pmip_domain_hear(ctx, told, n);
}

static struct imsi imsi(uint64_t number) { return (struct imsi){ .n = 15, .digits = number }; }

static void test_halves(void)
{
	struct pmip_domain *a = pmip_domain_new(), *b = pmip_domain_new();
	struct pmip_context c = { .key_up = 7, .seq = 3 }, found;
	moor_handle at = 0, there = 0, none = 0;
	char apn[] = "internet";

	pmip_domain_on_tell(a, to_other, b);
	pmip_domain_tell(a, imsi(1), apn, 0, &at, &c);
	memset(apn, 'x', sizeof apn - 1);
	CU_ASSERT_TRUE(pmip_domain_ask(b, imsi(1), "internet", 0, &there, &found));
	CU_ASSERT_EQUAL(found.key_up, 7);
	CU_ASSERT_FALSE(pmip_domain_ask(b, imsi(2), "internet", 0, &none, &found));
	CU_ASSERT_FALSE(pmip_domain_ask(b, imsi(1), "ims", 0, &none, &found));
	CU_ASSERT_FALSE(pmip_domain_ask(b, imsi(1), "internet", 1, &none, &found));

	/* the other half tells nobody, and what came later counts */
	c.seq = 4;
	pmip_domain_tell(a, imsi(1), "internet", 0, &none, &c);
	CU_ASSERT_TRUE(pmip_domain_ask(b, imsi(1), "internet", 0, &there, &found));
	CU_ASSERT_EQUAL(found.seq, 4);
	c.seq = 9;
	pmip_domain_tell(b, imsi(1), "internet", 0, &there, &c);
	none = 0;
	CU_ASSERT_TRUE(pmip_domain_ask(a, imsi(1), "internet", 0, &none, &found));
	CU_ASSERT_EQUAL(found.seq, 4);
	pmip_domain_free(a);
	pmip_domain_free(b);
}

static void test_without_a_name_and_cut(void)
{
	struct pmip_domain *a = pmip_domain_new(), *b = pmip_domain_new();
	struct pmip_context c = { .seq = 5 }, found;
	moor_handle at = 0, there = 0;

	pmip_domain_on_tell(a, to_other, b);
	pmip_domain_tell(a, imsi(1), NULL, 0, &at, &c);
	CU_ASSERT_TRUE(pmip_domain_ask(b, imsi(1), NULL, 0, &there, &found));
	pmip_domain_hear(b, "short", 5);
	CU_ASSERT_EQUAL(found.seq, 5);
	pmip_domain_free(a);
	pmip_domain_free(b);
}

static const struct harness_test tests[] = {
	{ "two halves of a domain", test_halves },
	{ "without a name, and cut", test_without_a_name_and_cut },
};

int main(int argc, char **argv) { return harness_main("pmip_domain", tests, G_N_ELEMENTS(tests), argc, argv); }

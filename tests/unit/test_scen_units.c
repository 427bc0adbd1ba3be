/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities with units, the values that expectations compare, and what names a message's fields have. It implements
 * no clause.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "scenarios/fields.h"
#include "scenarios/units.h"
#include "wire/mh.h"

static int64_t parsed(enum unit_kind kind, const char *text)
{
	int64_t v = -12345;

	return unit_parse(kind, text, &v) ? INT64_MIN : v;
}

static void test_quantities(void)
{
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "40ms"), 40000000);
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "1.5s"), 1500000000);
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "1.5 s"), 1500000000);
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "2min"), INT64_C(120000000000));
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "-3h"), INT64_C(-10800000000000));
	CU_ASSERT_EQUAL(parsed(UNIT_SPAN, "0.000000001s"), 1);
	CU_ASSERT_EQUAL(parsed(UNIT_RATE, "2.5Gbps"), INT64_C(2500000000));
	CU_ASSERT_EQUAL(parsed(UNIT_SHARE, "0.5%"), 5000);
	CU_ASSERT_EQUAL(parsed(UNIT_SHARE, "20ppm"), 20);
	CU_ASSERT_EQUAL(parsed(UNIT_OCTETS, "1400octets"), 1400);
	CU_ASSERT_EQUAL(parsed(UNIT_NONE, "0"), 0);
}

static void test_no_quantities(void)
{
	static const char *const spans[] = {
		"", "s", "40", "40 m", "40  ms", "ms40", "4e3s", "0x10s", "1.s", ".5s", "+1s", "1,5s", "0.5ns", "1.0000000000001s",
		"9223372036854775808ns", "99999999999h", "40ms ", "40msx", "- 1s", "1s1ms",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
		CU_ASSERT_EQUAL(parsed(UNIT_SPAN, spans[i]), INT64_MIN);
	}
	CU_ASSERT_EQUAL(parsed(UNIT_NONE, "1.5"), INT64_MIN);
	CU_ASSERT_EQUAL(parsed(UNIT_SHARE, "1"), INT64_MIN);
}

/* What is written reads back as the same. */
static void test_there_and_back(void)
{
	static const int64_t values[] = {
		0, 1, 999, 1000, 1500, 1000000, 2663557305, 1500000000, 90000000000, 60000000000, 3600000000000, 1001, -1500000000,
	};
	char buf[64];

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		unit_text(UNIT_SPAN, values[i], buf, sizeof buf);
		CU_ASSERT_EQUAL(parsed(UNIT_SPAN, buf), values[i]);
	}
	unit_text(UNIT_SPAN, 1500000000, buf, sizeof buf);
	CU_ASSERT_STRING_EQUAL(buf, "1.5s");
	unit_text(UNIT_SPAN, 0, buf, sizeof buf);
	CU_ASSERT_STRING_EQUAL(buf, "0s");
	unit_text(UNIT_SPAN, INT64_MIN, buf, sizeof buf);
	CU_ASSERT_TRUE(buf[0] == '-');
	unit_text(UNIT_SHARE, 5000, buf, sizeof buf);
	CU_ASSERT_STRING_EQUAL(buf, "5000ppm");
}

static struct field_list list;

static bool meets(const char *value, const char *wanted)
{
	return value_meets(&list, value, wanted);
}

static void test_values(void)
{
	CU_ASSERT_TRUE(meets("900 s", "900s") && meets("900 s", "15min") && !meets("900 s", "900") && !meets("900 s", "901s"));
	CU_ASSERT_TRUE(meets("128 (reason unspecified)", "128") && meets("128 (reason unspecified)", "reason unspecified"));
	CU_ASSERT_TRUE(meets("128 (reason unspecified)", ">=128") && !meets("128 (reason unspecified)", ">128"));
	CU_ASSERT_TRUE(meets("12", "10..12") && !meets("13", "10..12") && meets("3", "!=4") && meets("text", "!=4"));
	CU_ASSERT_TRUE(meets("2001:db8::1", "2001:db8:0:0::1") && !meets("2001:db8::1", "2001:db8::2"));
	CU_ASSERT_TRUE(meets("A,H,K", "K,A,H") && !meets("A,H,K", "A,H") && !meets("A,H", "A,H,K"));
	CU_ASSERT_TRUE(meets("A,H,K", "+A,-P") && !meets("A,H,K", "+P") && !meets("A,H,K", "-A") && meets("-", "-A"));
	CU_ASSERT_TRUE(meets(NULL, "absent") && !meets("0", "absent") && meets("0", "present") && !meets(NULL, "0"));
	CU_ASSERT_TRUE(!meets(NULL, "!=3") && !meets("x", ">3"));
}

/* A Binding Update with an Alternate Care-of Address option. */
static size_t update(uint8_t *buf, size_t cap)
{
	struct mh_msg m;

	mh_start(&m, MH_BU);
	m.bu.seq = 7;
	m.bu.flags = MH_BU_A | MH_BU_H;
	m.bu.life = moor_life4_from(900 * MOOR_S);
	ip6_parse("2001:db8::9", &mh_add(&m, MH_OPT_ALT_COA)->ip6);
	return mh_encode(&m, buf, cap);
}

static void test_fields(void)
{
	uint8_t buf[128];
	size_t n = update(buf, sizeof buf);

	fields_of_message(&list, buf, n);
	CU_ASSERT_TRUE(meets(fields_get(&list, "sequence"), "7") && meets(fields_get(&list, "bu.sequence"), "7"));
	CU_ASSERT_TRUE(meets(fields_get(&list, "lifetime"), "900s") && meets(fields_get(&list, "flags"), "A,H"));
	CU_ASSERT_TRUE(meets(fields_get(&list, "opt-alternate-care-of-address.address"), "2001:db8::9"));
	CU_ASSERT_TRUE(meets(fields_get(&list, "opt-alternate-care-of-address"), "present"));
	CU_ASSERT_TRUE(meets(fields_get(&list, "opt-nat-detection"), "absent"));
	CU_ASSERT_TRUE(meets(fields_get(&list, "sequence"), "$bu.sequence") && !meets("8", "$sequence"));
}

/* Every field that a real message shows must be known to the check of scenarios. */
static void test_known_names(void)
{
	const struct message_row *bu = message_find("BU");
	uint8_t buf[128];
	char near[100];

	fields_of_message(&list, buf, update(buf, sizeof buf));
	CU_ASSERT_TRUE(list.n > 8);
	for (unsigned i = 0; i < list.n; i++) {
		CU_ASSERT_TRUE(field_known(bu, NULL, list.f[i].name, near, sizeof near));
	}
	CU_ASSERT_FALSE(field_known(bu, NULL, "sequnce", near, sizeof near));
	CU_ASSERT_STRING_EQUAL(near, "; did you mean `sequence`?");
	CU_ASSERT_FALSE(field_known(bu, NULL, "status", near, sizeof near));
	CU_ASSERT_TRUE(field_known(bu, NULL, "attempt", near, sizeof near));
}

static const struct harness_test tests[] = {
	{ "quantities with units", test_quantities },
	{ "what is no quantity is refused", test_no_quantities },
	{ "written quantities read back", test_there_and_back },
	{ "values are compared as what they are", test_values },
	{ "a message's fields by name", test_fields },
	{ "names of fields are known before the run", test_known_names },
};

int main(int argc, char **argv)
{
	return harness_main("scen_units", tests, G_N_ELEMENTS(tests), argc, argv);
}

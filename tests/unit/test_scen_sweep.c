/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sweeps: which points come of the file's `sweep`, --set and --zip, in which order, and what is refused before anything
 * is made of it; quantities as numbers for tables. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "scenarios/load.h"
#include "scenarios/units.h"

static const char base[] =
	"scenario: base\nabout: a base\nduration: 10s\nseed: 5\n"
	"nodes:\n  ha: {kind: ha, hnp-pool: '2001:db8:a000::/40'}\n  ar: {kind: router}\n"
	"links:\n  core: {nodes: [ha, ar], prefix: '2001:db8:c0::/64'}\n";

/* Points as "a=1 b=2|a=1 b=3", or what was wrong. Free it. */
static char *points_of(const char *sweep, const char *const *sets)
{
	char *text = g_strconcat(base, sweep, NULL);
	struct report r;
	struct scen_file *f;
	GPtrArray *points;
	GString *s = g_string_new(NULL);

	report_init(&r);
	f = scen_open_text("test", text, strlen(text), &r);
	points = f ? scen_points(f, sets, &r) : NULL;
	CU_ASSERT_TRUE(!points == (r.errors > 0));
	for (guint i = 0; points && i < points->len; i++) {
		char *one = g_strjoinv(" ", ((struct scen_point *)points->pdata[i])->overrides);

		g_string_append_printf(s, "%s%s", i ? "|" : "", one);
		g_free(one);
	}
	if (!points)
		g_string_assign(s, r.text->str);
	if (points)
		g_ptr_array_unref(points);
	scen_close(f);
	report_done(&r);
	g_free(text);
	return g_string_free(s, FALSE);
}

static void expect(const char *sweep, const char *const *sets, const char *wanted)
{
	char *got = points_of(sweep, sets);

	if (strcmp(got, wanted))
		g_printerr("%s %s: got %s, not %s\n", sweep, sets ? *sets : "", got, wanted);
	CU_ASSERT_STRING_EQUAL(got, wanted);
	g_free(got);
}

static void expect_set(const char *set, const char *wanted)
{
	const char *const sets[] = { set, NULL };

	expect("", sets, wanted);
}

static void refuse(const char *sweep, const char *const *sets, const char *words)
{
	char *got = points_of(sweep, sets);

	if (!strstr(got, words))
		g_printerr("%s %s: got %s, without %s\n", sweep, sets ? *sets : "", got, words);
	CU_ASSERT_TRUE(strstr(got, words) != NULL);
	g_free(got);
}

static void refuse_set(const char *set, const char *words)
{
	const char *const sets[] = { set, NULL };

	refuse("", sets, words);
}

static void test_ranges(void)
{
	expect_set("a={1..4}", "a=1|a=2|a=3|a=4");
	expect_set("a={1..9/3,20}", "a=1|a=4|a=7|a=20");
	expect_set("a={5..1/-2}", "a=5|a=3|a=1");
	expect_set("a={3..3}", "a=3");
	expect_set("a={500ms..2s/500ms}", "a=500ms|a=1s|a=1.5s|a=2s");
	expect_set("a={10ms..30ms..10ms}", "a=10ms|a=20ms|a=30ms");
	expect_set("a={1ms..1s*10}", "a=1ms|a=10ms|a=100ms|a=1s");
	expect_set("a={1 .. 10 * 1.5}", "a=1|a=2|a=3|a=5|a=8");
	expect_set("a={1Mbps..5Mbps*2}", "a=1Mbps|a=2Mbps|a=4Mbps");
	expect_set("a={0%..1%/0.5%}", "a=0%|a=0.5%|a=1%");
	expect_set("a={0.05%..10%*10}", "a=0.05%|a=0.5%|a=5%");
	expect_set("a={5ppm..15ppm/5ppm}", "a=5ppm|a=10ppm|a=15ppm");
	expect_set("a={10ppb..2ppm*10}", "a=10ppb|a=100ppb|a=1ppm");
	expect_set("a={-2..0}", "a=-2|a=-1|a=0");
	expect_set("a={9223372036854775806..9223372036854775807}", "a=9223372036854775806|a=9223372036854775807");
	expect_set("a={[1s,3s],normal(40ms, 5ms),\"1..2\"}", "a=[1s,3s]|a=normal(40ms, 5ms)|a=\"1..2\"");
	expect_set("a={../one.yaml,../two.yaml}", "a=../one.yaml|a=../two.yaml");
	expect_set("a=1..4", "a=1..4");
}

static void test_bad_ranges(void)
{
	refuse_set("a={1..5/0}", "{1..5/0} is no range: a step of 0");
	refuse_set("a={1..5/-1}", "must not be negative");
	refuse_set("a={5..1}", "must be negative");
	refuse_set("a={1ms..5Mbps/1ms}", "different units");
	refuse_set("a={1ms..5/1ms}", "different units");
	refuse_set("a={1ms..5ms/1}", "different units");
	refuse_set("a={1ms..5ms}", "need a step");
	refuse_set("a={1..2..3..4}", "too many ends");
	refuse_set("a={1..x}", "whole numbers or quantities");
	refuse_set("a={1..8*1}", "must be above 1");
	refuse_set("a={1..8*x}", "no number such as");
	refuse_set("a={0..8*2}", "must begin above 0");
	refuse_set("a={8..1*2}", "below its beginning");
	refuse_set("a={1..8*1.01}", "rounded values repeat");
	refuse_set("a={1..10000000}", "has more than 1000000 values");
	refuse_set("a={1ns..1h/1ns}", "has more than 1000000 values");
	refuse_set("a={-9223372036854775807..9223372036854775807}", "has more than 1000000 values");
	refuse_set("a={100000000..1000000000*1.000001}", "has more than 1000000 values");
	refuse_set("a={}", "holds no value");
	refuse_set("a={ }", "holds no value");
	refuse_set("a={1,,2}", "an empty value");
	refuse_set("a={1,2,1}", "the value `1` is there twice");
}

static void test_zip(void)
{
	static const char *const same[] = { "a={1,2}", "b=9", "a=5", NULL };
	static const char *const crossed[] = { "zip a={1,2} b={x,y}", "c={1..2}", NULL };
	static const char *const twice[] = { "zip a={1,1} b={1,2}", NULL };
	static const char *const both[] = { "a={1,2}", "zip a={1,2} b={3,4}", NULL };

	expect("", same, "a=1 b=9|a=2 b=9|a=5 b=9");
	expect("", crossed, "a=1 b=x c=1|a=1 b=x c=2|a=2 b=y c=1|a=2 b=y c=2");
	expect("", twice, "a=1 b=1|a=1 b=2");
	expect_set("zip a={1..3}  b={1ms..100ms*10} c={x,[1, 2],z}", "a=1 b=1ms c=x|a=2 b=10ms c=[1, 2]|a=3 b=100ms c=z");
	refuse("", both, "--zip a: is swept twice");
	refuse_set("zip a={1,2} b={1..3}", "--zip b: values: 3, but a, which it is zipped with, has 2");
	refuse_set("zip a={1,2} a={1,2}", "is swept twice");
	refuse_set("zip ", "which paths?");
	refuse_set("zip a", "must be path=value");
}

static void test_file(void)
{
	static const char *const out[] = { "a=7", NULL }, *const zipped[] = { "zip b={8,9} d={1,2}", NULL };
	static const char file[] = "sweep:\n  c: [\"{1..2}\"]\n  zip: {a: [1, 2], b: \"{10ms..20ms/10ms}\"}\n";

	expect(file, NULL, "c=1 a=1 b=10ms|c=1 a=2 b=20ms|c=2 a=1 b=10ms|c=2 a=2 b=20ms");
	expect(file, out, "c=1 b=10ms a=7|c=1 b=20ms a=7|c=2 b=10ms a=7|c=2 b=20ms a=7");
	expect(file, zipped,
	       "c=1 a=1 b=8 d=1|c=1 a=1 b=9 d=2|c=1 a=2 b=8 d=1|c=1 a=2 b=9 d=2|"
	       "c=2 a=1 b=8 d=1|c=2 a=1 b=9 d=2|c=2 a=2 b=8 d=1|c=2 a=2 b=9 d=2");
	expect("sweep:\n  zip:\n    - {a: [1, 2]}\n    - {b: [3, 4]}\n", NULL, "a=1 b=3|a=1 b=4|a=2 b=3|a=2 b=4");
	expect("sweep: {a: [128..133, \"{k: 1}\"]}\n", NULL, "a=128..133|a={k: 1}");
	refuse("sweep:\n  zip: {a: [1, 2], b: [1]}\n", NULL, "test:11:20: `sweep` b: values: 1, but a");
	refuse("sweep:\n  a: [1, 2]\n  zip: {a: [1, 2]}\n", NULL, "is swept twice");
	refuse("sweep:\n  zip: [1, 2]\n", NULL, "`zip` must be a mapping");
	refuse("sweep:\n  zip: {}\n", NULL, "`zip` must be a mapping");
	refuse("sweep:\n  zip: []\n", NULL, "`zip` must be a mapping");
	refuse("sweep:\n  a: [\"{1..5/0}\"]\n", NULL, "test:11:8: `sweep` a: {1..5/0} is no range");
	refuse("sweep: [a]\n", NULL, "must be a mapping from paths");
}

/* Each part is few, all together are not: nothing of them may be made. */
static void test_too_many(void)
{
	static const char *const sets[] = { "b={1..1000000}", "c={1..1000000}", NULL };

	refuse("sweep:\n  a: [\"{1..1000000}\"]\n", sets, "(a: 1000000 × b: 1000000 × c: 1000000)");
	refuse("sweep:\n  a: [\"{1..1001}\"]\n  b: [\"{1..1000}\"]\n", NULL, "the sweep has more than 1000000 combinations");
}

static void expect_si(const char *text, const char *number, const char *unit)
{
	char buf[64] = "";
	const char *got = NULL;
	bool is = unit_si(text, buf, sizeof buf, &got);

	CU_ASSERT_EQUAL(is, number != NULL);
	if (is && number)
		CU_ASSERT_TRUE(!strcmp(buf, number) && !strcmp(got, unit));
}

static void test_si(void)
{
	expect_si("15ms", "0.015", "s");
	expect_si("2min", "120", "s");
	expect_si("-1.5us", "-0.0000015", "s");
	expect_si("0s", "0", "s");
	expect_si("20Mbps", "20000000", "bit/s");
	expect_si("0.5%", "0.005", "1");
	expect_si("20ppm", "0.00002", "1");
	expect_si("3ppb", "0.000000003", "1");
	expect_si("1400octets", "1400", "octet");
	expect_si("7", "7", "");
	expect_si("0.25", "0.25", "");
	expect_si("beacons", NULL, NULL);
	expect_si("[1s,3s]", NULL, NULL);
	expect_si("", NULL, NULL);
}

static const struct harness_test tests[] = {
	{ "ranges with steps, factors and units", test_ranges },
	{ "what is no range", test_bad_ranges },
	{ "paths in step, and more than one --set of a path", test_zip },
	{ "the same in the file", test_file },
	{ "too many combinations", test_too_many },
	{ "quantities as numbers in SI units", test_si },
};

int main(int argc, char **argv)
{
	return harness_main("scen_sweep", tests, G_N_ELEMENTS(tests), argc, argv);
}

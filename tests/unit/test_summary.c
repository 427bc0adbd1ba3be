/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Means over runs of made-up data: lines of summary.csv, what is printed for one point and for several, notes about
 * values far out and first steps, when the precision is reached; and reading CSV files that are damaged.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/harness.h"
#include "traces/csv_read.h"
#include "traces/precision.h"
#include "traces/summary.h"

static struct spread_row row(const char *step, int64_t total)
{
	struct spread_row r = { .kind = STEP_HANDOVER, .outcome = OUTCOME_OK };

	g_strlcpy(r.node, "ue", sizeof r.node);
	g_strlcpy(r.step, step, sizeof r.step);
	for (int i = 0; i < METRICS; i++)
		r.v[i] = METRIC_ABSENT;
	r.v[M_TOTAL] = total;
	return r;
}

static char *printed(const struct spread *s)
{
	char *buf = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&buf, &n);

	summary_print(f, s, NULL);
	fclose(f);
	return buf;
}

static char *printed_points(const char *const *names, struct spread *const *s, guint n)
{
	char *buf = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&buf, &len);

	summary_print_points(f, names, s, n, NULL);
	fclose(f);
	return buf;
}

/* 1, 2, 3, 4 ms: mean 2.5, deviation 1.291, t of three degrees of freedom 3.182446. */
static struct spread *four(void)
{
	struct spread *s = spread_new();

	for (int i = 1; i <= 4; i++) {
		struct spread_row r = row("a, b", i * MOOR_MS);

		r.v[M_LOST_UP] = i % 2;
		spread_run(s, (uint64_t)i, &r, 1);
	}
	spread_left_out(s, 5);
	return s;
}

static void test_csv(void)
{
	struct spread *s = four();
	GString *out = g_string_new(NULL);

	summary_csv(out, "x/y=\"1\"", s, NULL);
	CU_ASSERT(strstr(out->str, "\"x/y=\"\"1\"\"\",ue,\"a, b\",1,handover,total,4,2500000,445740,4554260,2500000,1150000,"
				   "3850000,ns,1290994,1000000,4000000,0,0,t\n") != NULL);
	CU_ASSERT(strstr(out->str, ",lost_up,4,0.5,-0.418693,1.418693,0.5,0,1,1,0.57735,0,1,0,0,t\n") != NULL);
	CU_ASSERT(strstr(out->str, ",lost,4,0.5,") != NULL);
	CU_ASSERT_PTR_NULL(strstr(out->str, ",dad,"));
	g_string_free(out, TRUE);
	spread_free(s);
}

static void test_numbers(void)
{
	static const struct { enum metric_unit unit; double v; const char *text; } cases[] = {
		{ UNIT_NS, 0, "0" }, { UNIT_NS, 1.5, "1" }, { UNIT_NS, 1.6, "2" }, { UNIT_NS, -1.4, "-1" },
		{ UNIT_NS, 3e15, "3000000000000000" }, { UNIT_COUNT, 0, "0" }, { UNIT_COUNT, 100, "100" },
		{ UNIT_COUNT, -1e-9, "0" }, { UNIT_COUNT, 0.25, "0.25" }, { UNIT_COUNT, 2.0 / 3, "0.666667" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GString *s = g_string_new("9");

		summary_number(s, cases[i].unit, cases[i].v);
		CU_ASSERT_STRING_EQUAL(s->str + 1, cases[i].text);
		g_string_free(s, TRUE);
	}
}

static void test_one_point(void)
{
	struct spread *s = four();
	char *text = printed(s);

	CU_ASSERT(strstr(text, "Means over the other 4 runs, ±95 % interval (Student's t):") != NULL);
	CU_ASSERT(strstr(text, "TOTAL     2.500 ±2.054\n") != NULL);
	CU_ASSERT(strstr(text, "LOST      0.5 ±0.9\n") != NULL);
	CU_ASSERT_PTR_NULL(strstr(text, "Note"));
	free(text);
	spread_free(s);
}

static void test_several_points(void)
{
	static const char *const names[] = { "y=1", "y=20" };
	struct spread *s[2] = { four(), spread_new() };
	struct spread_row r = row("c > d", 7 * MOOR_MS);
	char *text;

	spread_run(s[1], 1, &r, 1);
	text = printed_points(names, s, 2);
	CU_ASSERT(strstr(text, "Means over 5 runs of 2 points, ±95 % interval (Student's t); 1 runs failed and are left out:")
		  != NULL);
	CU_ASSERT(strstr(text, "handover  ue  a, b\npoint  runs  ok   TOTAL         LOST\n"
			       "y=1    4/5   4/4  2.500 ±2.054  0.5 ±0.9\ny=20   1/1   0/0  -             -\n") != NULL);
	CU_ASSERT(strstr(text, "handover  ue  c > d\n") != NULL && strstr(text, "y=20   1/1   1/1  7.000\n") != NULL);
	free(text);
	spread_free(s[0]);
	spread_free(s[1]);
}

/* The first handover of a run takes 3 ms longer; one of the second ones is far out. */
static void test_notes(void)
{
	struct spread *s = spread_new();
	char *text;

	for (int i = 0; i < 12; i++) {
		struct spread_row r[2] = { row("a > b", (53 + i % 4) * MOOR_MS), row("a > b", (50 + i % 4) * MOOR_MS) };

		if (i == 7)
			r[1].v[M_TOTAL] += 100 * MOOR_US;
		if (i == 9) {
			r[1].v[M_REGISTRATION] = 900 * MOOR_MS;
			r[0].v[M_REGISTRATION] = 31 * MOOR_MS;
		} else {
			r[0].v[M_REGISTRATION] = r[1].v[M_REGISTRATION] = (30 + i % 3) * MOOR_MS;
		}
		spread_run(s, (uint64_t)(40 + i), r, 2);
	}
	text = printed(s);
	CU_ASSERT(strstr(text, "Note: ue a > b: the first of a run takes 2.991 ms longer than the second (TOTAL; paired over "
			       "12 runs") != NULL);
	CU_ASSERT(strstr(text, "Note: ue a > b, 2 REGIST: 1 of 12 values far out") != NULL);
	CU_ASSERT(strstr(text, "seeds 49\n") != NULL);
	free(text);
	spread_free(s);
}

/* A lower bound makes the mean one. */
static void test_open_gap(void)
{
	struct spread *s = spread_new();
	char *text;

	for (int i = 0; i < 3; i++) {
		struct spread_row r = row("a > b", 5 * MOOR_MS);

		r.v[M_GAP_UP] = 40 * MOOR_MS;
		r.gap_up_open = i == 1;
		spread_run(s, (uint64_t)i, &r, 1);
	}
	text = printed(s);
	CU_ASSERT(strstr(text, "GAP-UP    >40.00\n") != NULL);
	free(text);
	spread_free(s);
}

static void test_precision_words(void)
{
	static const char *const bad[] = { "", "5", "%", "0%", "101%", "5%total", "5%:", "5%:colour", "-5%", "nan%", "5%%" };
	struct precision p;
	const char *why = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		why = NULL;
		CU_ASSERT_FALSE(precision_parse(bad[i], &p, &why));
		CU_ASSERT_PTR_NOT_NULL(why);
	}
	CU_ASSERT(precision_parse("5%", &p, &why) && p.share == 0.05 && !*p.figure);
	CU_ASSERT(precision_parse("0.5%:gap-up", &p, &why) && p.share == 0.005 && !strcmp(p.figure, "gap_up"));
	CU_ASSERT(precision_parse("2%:retransmissions", &p, &why) && !strcmp(p.figure, "retransmissions"));
}

/* The state, without what it is about. */
static struct precision_state look(const struct precision *p, const struct spread *s, guint most)
{
	struct precision_state state = precision_look(p, s, 4, most, NULL);

	g_free(state.what);
	state.what = NULL;
	return state;
}

static void test_precision_looks(void)
{
	struct precision p = { 0.5, "total" };
	struct spread *s = four();
	struct precision_state state = precision_look(&p, s, 4, 100, NULL);

	/* 2.054 of 2.5 are 82 %: (0.82 / 0.5)^2 of 4 runs and a twentieth more are beyond twice as many */
	CU_ASSERT_FALSE(state.reached);
	CU_ASSERT_DOUBLE_EQUAL(state.worst, 0.8217, 1e-4);
	CU_ASSERT_EQUAL(state.next, 9);
	CU_ASSERT_STRING_EQUAL(state.what, "ue a, b total");
	g_free(state.what);
	CU_ASSERT_EQUAL(look(&p, s, 6).next, 6);
	p.share = 0.8;
	CU_ASSERT_EQUAL(look(&p, s, 100).next, 5);
	p.share = 0.83;
	CU_ASSERT(look(&p, s, 100).reached);
	p = (struct precision){ 0.9, "ike" };
	state = precision_look(&p, s, 4, 100, NULL);
	CU_ASSERT(!state.reached && !state.what && state.worst == 0);
	/* of all phases: LOST is none */
	p = (struct precision){ 0.83, "" };
	CU_ASSERT(look(&p, s, 100).reached);
	spread_free(s);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Reads a text as a file; "a|b;c|d" is what was read, "!" and the message where that failed. */
static char *read_back(const char *text, gssize n)
{
	char *path = NULL;
	int fd = g_file_open_tmp("mooring-csv-XXXXXX", &path, NULL);
	GString *out = g_string_new(NULL);
	GError *error = NULL;
	struct csv_read *c = NULL;

	CU_ASSERT(fd >= 0 && g_file_set_contents(path, text, n, NULL));
	c = csv_read_open(path, &error);
	while (c && csv_read_next(c, &error)) {
		for (guint i = 0; i < c->fields->len; i++)
			g_string_append_printf(out, "%s%s", i ? "|" : "", (const char *)c->fields->pdata[i]);
		g_string_append_c(out, ';');
	}
	if (error)
		g_string_append_printf(out, "!%s", error->message + strlen(path));
	g_clear_error(&error);
	csv_read_close(c);
	g_unlink(path);
	g_free(path);
	close(fd);
	return g_string_free(out, FALSE);
}

static void test_reading(void)
{
	static const struct { const char *text, *read; } cases[] = {
		{ "a,b\n1,2\n3,4\n", "1|2;3|4;" }, { "a,b\r\n1,2\r\n3,4", "1|2;3|4;" }, { "a,b\n", "" }, { "a,b\n,\n", "|;" },
		{ "a,b\n\"x,y\",\"say \"\"no\"\"\"\n\"\",\"\"\n", "x,y|say \"no\";|;" }, { "a,b\n\"1\n2\",3\n4,5\n", "1\n2|3;4|5;" },
		{ "a,b\r\n\"1\",\"2\"\r\n", "1|2;" }, { "", "!:1: is empty" }, { "a,a\n", "!:1: a column stands there twice" },
		{ "a,b\n1\n", "!:2: 1 fields where 2 belong: cut short?" },
		{ "a,b\n\"1\n2\",3\n4,5,6\n", "1\n2|3;!:4: 3 fields where 2 belong: cut short?" },
		{ "a,b\n\"1,2\n", "!:2: a quote that does not end, or has something behind it" },
		{ "a,b\n\"1\"x,2\n", "!:2: a quote that does not end, or has something behind it" },
		{ "\"a,b", "!:1: a quote that does not end" }, { "a,b\n1,2\n\n", "1|2;!:3: 1 fields where 2 belong: cut short?" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *read = read_back(cases[i].text, -1);

		CU_ASSERT_STRING_EQUAL(read, cases[i].read);
		g_free(read);
	}
	char *read = read_back("a,b\n1\0002,3\n", 10);

	CU_ASSERT_STRING_EQUAL(read, "!:1: has octets of value 0: no text");
	g_free(read);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "lines of summary.csv", test_csv },
		{ "numbers in their units", test_numbers },
		{ "the means of one point", test_one_point },
		{ "several points, a line each", test_several_points },
		{ "notes about first steps and values far out", test_notes },
		{ "a gap that has not ended makes the mean a lower bound", test_open_gap },
		{ "words of --precision", test_precision_words },
		{ "when the precision is reached", test_precision_looks },
		{ "CSV files, damaged ones too", test_reading },
	};

	return harness_main("summary", tests, G_N_ELEMENTS(tests), argc, argv);
}

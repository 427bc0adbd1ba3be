/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures over many runs: ranks of the median's interval against exact binomial sums, medians of few and of many
 * values, which steps go together, what is left out, and what is printed.
 */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/spread.h"

/* Made with whole numbers: the greatest k whose sum of n over i for i < k is 2.5 % of 2^n or less. */
static const struct { uint64_t n, k; double coverage; } exact[] = {
	{ 0, 0, 0 }, { 1, 0, 0 }, { 2, 0, 0 }, { 5, 0, 0 }, { 6, 1, 0.96875 }, { 7, 1, 0.984375 }, { 8, 1, 0.9921875 },
	{ 9, 2, 0.9609375 }, { 10, 2, 0.978515625 }, { 17, 5, 0.950958251953125 }, { 20, 6, 0.9586105346679688 },
	{ 25, 8, 0.9567147493362427 }, { 50, 18, 0.9671608624357315 }, { 99, 40, 0.9561247064129847 },
	{ 100, 40, 0.9647997997822951 }, { 200, 86, 0.9599628083866005 }, { 201, 87, 0.951998533946168 },
	{ 1000, 469, 0.9537088026395019 },
};

static void test_ranks(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(exact); i++) {
		double coverage = -1;

		CU_ASSERT_EQUAL(spread_rank(exact[i].n, &coverage), exact[i].k);
		CU_ASSERT_DOUBLE_EQUAL(coverage, exact[i].coverage, 1e-9);
		CU_ASSERT_EQUAL(spread_rank(exact[i].n, NULL), exact[i].k);
	}
}

static void test_rank_of_many(void)
{
	double coverage;
	uint64_t k = spread_rank(1000000, &coverage);

	/* the normal distribution: half of it less 1.96 times the root of a quarter of it */
	CU_ASSERT(k >= 499018 && k <= 499022);
	CU_ASSERT(coverage >= 0.95 && coverage < 0.9503);
}

static void test_medians(void)
{
	static const int64_t one[] = { 7 }, two[] = { 3, 8 }, three[] = { -5, 1, 900 }, four[] = { -9, -4, -1, 0 };

	CU_ASSERT_EQUAL(spread_median(one, 1), 7);
	CU_ASSERT_EQUAL(spread_median(two, 2), 5);
	CU_ASSERT_EQUAL(spread_median(three, 3), 1);
	CU_ASSERT_EQUAL(spread_median(four, 4), -3);
}

static struct spread_row row(const char *node, const char *step, moor_time start)
{
	struct spread_row r = { .start = start, .kind = STEP_HANDOVER, .outcome = OUTCOME_OK };

	g_strlcpy(r.node, node, sizeof r.node);
	g_strlcpy(r.step, step, sizeof r.step);
	for (int i = 0; i < METRICS; i++)
		r.v[i] = METRIC_ABSENT;
	return r;
}

static char *printed(const struct spread *s)
{
	char *buf = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&buf, &n);

	spread_print(f, s);
	fclose(f);
	return buf;
}

static JsonObject *step_of(JsonParser *p, const struct spread *s, guint i)
{
	GString *out = g_string_new(NULL);
	JsonObject *o = NULL;

	spread_json(out, s);
	CU_ASSERT(json_parser_load_from_data(p, out->str, -1, NULL));
	if (json_parser_get_root(p)) {
		JsonArray *steps = json_object_get_array_member(json_node_get_object(json_parser_get_root(p)), "steps");

		CU_ASSERT(i < json_array_get_length(steps));
		o = i < json_array_get_length(steps) ? json_array_get_object_element(steps, i) : NULL;
	}
	g_string_free(out, TRUE);
	return o;
}

static int64_t figure(JsonObject *step, const char *metric, const char *of)
{
	JsonObject *m = step ? json_object_get_object_member(step, "metrics") : NULL;
	JsonObject *f = m && json_object_has_member(m, metric) ? json_object_get_object_member(m, metric) : NULL;

	return f && !json_object_get_null_member(f, of) ? json_object_get_int_member(f, of) : METRIC_ABSENT;
}

/* 20 runs with the values 1 to 20 ms, in no order: median 10.5, interval from the 6th to the 15th. */
static void test_figures_of_known_data(void)
{
	struct spread *s = spread_new();
	JsonParser *p = json_parser_new();
	JsonObject *o;

	for (int i = 0; i < 20; i++) {
		struct spread_row r = row("ue", "a > b", 5);

		r.v[M_REGISTRATION] = ((i * 7) % 20 + 1) * MOOR_MS;
		r.v[M_SOLICIT_WAIT] = 2 * MOOR_MS;
		r.v[M_BU_WAIT] = 3 * MOOR_MS;
		r.v[M_LOST_UP] = i % 2;
		spread_run(s, (uint64_t)i, &r, 1);
	}
	o = step_of(p, s, 0);
	CU_ASSERT_EQUAL(figure(o, "registration", "n"), 20);
	CU_ASSERT_EQUAL(figure(o, "registration", "median"), 10500 * MOOR_US);
	CU_ASSERT_EQUAL(figure(o, "registration", "low"), 6 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(o, "registration", "high"), 15 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(o, "registration", "min"), 1 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(o, "registration", "max"), 20 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(o, "wait", "median"), 5 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(o, "lost", "high"), 1);
	CU_ASSERT_EQUAL(figure(o, "dad", "n"), METRIC_ABSENT);
	g_object_unref(p);
	spread_free(s);
}

static void test_few_values_have_no_interval(void)
{
	for (int n = 1; n <= 6; n++) {
		struct spread *s = spread_new();
		JsonParser *p = json_parser_new();
		JsonObject *o;
		char *text;

		for (int i = 1; i <= n; i++) {
			struct spread_row r = row("ue", "a > b", 5);

			r.v[M_TOTAL] = i * MOOR_MS;
			spread_run(s, (uint64_t)i, &r, 1);
		}
		o = step_of(p, s, 0);
		CU_ASSERT_EQUAL(figure(o, "total", "median"), (n + 1) * MOOR_MS / 2);
		CU_ASSERT_EQUAL(figure(o, "total", "low"), n < 6 ? METRIC_ABSENT : 1 * MOOR_MS);
		CU_ASSERT_EQUAL(figure(o, "total", "high"), n < 6 ? METRIC_ABSENT : 6 * MOOR_MS);
		text = printed(s);
		CU_ASSERT_EQUAL(strstr(text, "an interval takes 6 runs") != NULL, n < 6);
		CU_ASSERT_EQUAL(strchr(text, '[') != NULL, n == 6);
		free(text);
		g_object_unref(p);
		spread_free(s);
	}
}

static void test_no_run_at_all(void)
{
	struct spread *s = spread_new();
	GString *json = g_string_new(NULL);
	char *text;

	text = printed(s);
	CU_ASSERT_STRING_EQUAL(text, "No run was complete: no figures.\n");
	free(text);
	spread_left_out(s, 3);
	spread_left_out(s, 4);
	text = printed(s);
	CU_ASSERT_STRING_EQUAL(text, "All 2 runs failed: no figures.\n");
	free(text);
	spread_json(json, s);
	CU_ASSERT(strstr(json->str, "\"runs\": 0, \"left_out\": [3, 4]") && strstr(json->str, "\"steps\": []") != NULL);
	g_string_free(json, TRUE);
	spread_free(s);
}

/* The second "a > b" of a run is compared with the second of the others, another node's with its own. */
static void test_which_steps_go_together(void)
{
	struct spread *s = spread_new();
	struct spread_row r[3] = { row("ue", "a > b", 5), row("ue", "a > b", 9), row("x", "a > b", 9) };
	JsonParser *p = json_parser_new();
	char *text;

	for (int i = 0; i < 3; i++)
		r[i].v[M_TOTAL] = (i + 1) * MOOR_MS;
	r[2].number = 1;
	spread_run(s, 1, r, 3);
	r[1].outcome = OUTCOME_NO_ANSWER;
	spread_run(s, 2, r, 3);
	spread_run(s, 3, r, 1);			/* no second one this time */
	spread_left_out(s, 7);
	CU_ASSERT_EQUAL(figure(step_of(p, s, 0), "total", "n"), 3);
	CU_ASSERT_EQUAL(figure(step_of(p, s, 1), "total", "n"), 1);
	CU_ASSERT_EQUAL(figure(step_of(p, s, 1), "total", "median"), 2 * MOOR_MS);
	CU_ASSERT_EQUAL(figure(step_of(p, s, 2), "total", "n"), 2);
	text = printed(s);
	CU_ASSERT(strstr(text, "Over 3 runs; 1 failed and are left out, seeds 7:") != NULL);
	CU_ASSERT(strstr(text, "a > b, 2") != NULL);
	CU_ASSERT(strstr(text, "1 of 2 ok") != NULL);
	free(text);
	g_object_unref(p);
	spread_free(s);
}

/* A silence that had not ended is a lower bound, and says so where it is the median. */
static void test_open_gaps(void)
{
	struct spread *s = spread_new();
	char *text;

	for (int i = 0; i < 7; i++) {
		struct spread_row r = row("ue", "a > b", 5);

		r.v[M_GAP_DOWN] = i < 3 ? 40 * MOOR_MS : 900 * MOOR_MS;
		r.gap_down_open = i >= 3;
		r.v[M_GAP_UP] = 20 * MOOR_MS;
		spread_run(s, (uint64_t)i, &r, 1);
	}
	text = printed(s);
	CU_ASSERT(strstr(text, ">900.0 [40.00, >900.0]") != NULL);
	CU_ASSERT(strstr(text, "GAP-UP    20.00\n") != NULL);
	free(text);
	spread_free(s);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "ranks are those of the exact binomial", test_ranks },
		{ "the rank of a million is near the normal one", test_rank_of_many },
		{ "medians of one, two, three and four values", test_medians },
		{ "figures of known data", test_figures_of_known_data },
		{ "below six values there is no interval", test_few_values_have_no_interval },
		{ "runs that all failed give no figures", test_no_run_at_all },
		{ "steps of the same name go together in their order", test_which_steps_go_together },
		{ "a gap that has not ended is a lower bound", test_open_gaps },
	};

	return harness_main("trace_spread", tests, G_N_ELEMENTS(tests), argc, argv);
}

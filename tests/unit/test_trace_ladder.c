/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ladders and the handover table from made-up records, compared with what they must look like to the letter.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/harness.h"
#include "tests/unit/trace_script.h"
#include "traces/ladder.h"
#include "traces/table.h"

static void ha_hears(struct script *s, moor_time at, uint16_t sequence, uint16_t lifetime)
{
	struct moor_record r = { .at = at, .kind = REC_SIGNAL_RX, .node = NODE_HA, .port = REC_NONE };

	r.u.signal = (struct rec_signal){ .protocol = 135, .type = 5, .sequence = sequence, .lifetime = lifetime,
		.home_address = s->home, .care_of = s->coa, .src = s->coa, .dst = s->ha };
	s->sink(s->ctx, &r);
}

static void ha_says(struct script *s, moor_time at, uint16_t sequence, uint8_t status)
{
	struct moor_record r = { .at = at, .kind = REC_SIGNAL_TX, .node = NODE_HA, .port = REC_NONE };

	r.u.signal = (struct rec_signal){ .protocol = 135, .type = 6, .sequence = sequence, .status = status,
		.home_address = s->home, .care_of = s->coa, .src = s->ha, .dst = s->coa };
	s->sink(s->ctx, &r);
}

static void story(struct script *s)
{
	struct moor_record r = { .at = 1 * MOOR_S, .kind = REC_ACTION, .node = REC_NONE, .port = REC_NONE };

	r.u.action.verb = "attach";
	r.u.action.arg = "ue";
	s->sink(s->ctx, &r);
	script_move(s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_solicit(s, 1 * MOOR_S + 400 * MOOR_MS, PORT_LTE);
	script_move(s, 1 * MOOR_S + 430 * MOOR_MS, MOVE_DETECTED, PORT_LTE, NULL);
	script_bu(s, 2 * MOOR_S, 7, 1, 225);
	script_bu(s, 3 * MOOR_S, 8, 2, 225);
	ha_hears(s, 3 * MOOR_S + 20500 * MOOR_US, 8, 225);
	ha_says(s, 3 * MOOR_S + 21 * MOOR_MS, 8, 0);
	script_ba(s, 3 * MOOR_S + 41 * MOOR_MS, 8, 0, true);
	script_ba(s, 3 * MOOR_S + 42 * MOOR_MS, 8, 0, true);
	ha_says(s, 4 * MOOR_S, 9, 129);
}

/* What fn writes to a stream. */
static char *printed(void (*fn)(FILE *f, void *arg), void *arg)
{
	char *text = NULL, *copy;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	fn(f, arg);
	fclose(f);
	copy = g_strdup(text);
	free(text);
	return copy;
}

static void as_text(FILE *f, void *ladder)
{
	ladder_text(ladder, f);
}

static void test_text(void)
{
	static const char wanted[] =
		"A story\n"
		"          s      ue        ha\n"
		"   1.000000 ....................  attach ue\n"
		"   1.000000      o         |      ue: link up on lte\n"
		"   1.400000      o         |      ue: router solicitation sent\n"
		"   1.430000      o         |      ue: movement detected\n"
		"   2.000000      |----x    |      bu seq 7 900 s LOST\n"
		"   3.000000      |-------->|      bu seq 8 900 s (attempt 2) (20.500 ms)\n"
		"   3.021000      |<========|      [UDP NAT] ba seq 8 status 0 (20.000 ms)\n"
		"   3.021000      |<========|      [UDP NAT] ba seq 8 status 0 (again) (21.000 ms)\n"
		"   4.000000      |    x----|      ba seq 9 status 129 LOST\n";
	struct name_table *names = script_names();
	struct trace_names n = trace_names_of_table(names);
	struct ladder *l = ladder_new(&n, &(struct ladder_options){ .moves = true, .states = true, .title = "A story" });
	struct script s = script_new(ladder_record, l);
	char *text;

	story(&s);
	text = printed(as_text, l);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	if (strcmp(text, wanted))
		fputs(text, stderr);
	g_free(text);
	ladder_free(l);
	name_table_free(names);
}

/* A home agent that knows the subscribers itself: nothing of that is lost. */
static void test_asks_itself(void)
{
	struct name_table *names = script_names();
	struct trace_names n = trace_names_of_table(names);
	struct ladder *l = ladder_new(&n, &(struct ladder_options){ .moves = true });
	struct moor_record r = { .at = 1 * MOOR_S, .kind = REC_AAA, .node = NODE_HA, .port = REC_NONE, .instance = 1 };
	char *text;

	r.u.aaa = (struct rec_aaa){ .command = 268, .request = true, .sent = true, .peer = NODE_HA };
	ladder_record(l, &r);
	r.u.aaa.sent = false;
	ladder_record(l, &r);
	text = printed(as_text, l);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "*      DER\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "LOST"));
	g_free(text);
	ladder_free(l);
	name_table_free(names);
}

static void test_bounded(void)
{
	struct name_table *names = script_names();
	struct trace_names n = trace_names_of_table(names);
	struct ladder *l = ladder_new(&n, &(struct ladder_options){ .moves = true, .max_items = 3 });
	struct script s = script_new(ladder_record, l);
	char *text;

	story(&s);
	CU_ASSERT_EQUAL(ladder_items(l), 3);
	text = printed(as_text, l);
	CU_ASSERT(strstr(text, "... 5 more are not shown\n") != NULL);
	g_free(text);
	ladder_free(l);
	name_table_free(names);
}

static void test_svg(void)
{
	struct name_table *names = script_names();
	struct trace_names n = trace_names_of_table(names);
	struct ladder *l = ladder_new(&n, NULL), *empty = ladder_new(&n, NULL);
	struct script s = script_new(ladder_record, l);
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *path = g_build_filename(dir, "l.svg", NULL), *text = NULL;
	GError *e = NULL;

	story(&s);
	CU_ASSERT(ladder_svg(l, path, &e));
	CU_ASSERT(g_file_get_contents(path, &text, NULL, NULL));
	CU_ASSERT(text && strstr(text, "<svg") && g_str_has_suffix(g_strchomp(text), "</svg>"));
	CU_ASSERT(ladder_svg(empty, path, &e));
	CU_ASSERT(!ladder_svg(l, "/nonexistent/l.svg", &e) && e && strstr(e->message, "/nonexistent/l.svg"));
	g_clear_error(&e);
	g_free(text);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	g_free(dir);
	ladder_free(l);
	ladder_free(empty);
	name_table_free(names);
}

/* ---- the table ----------------------------------------------------------------------------------- */

struct shown {
	struct metrics *m;
	struct trace_names names;
	struct table_options o;
};

static void as_table(FILE *f, void *arg)
{
	struct shown *s = arg;

	table_print(f, s->m, &s->names, &s->o);
}

static void test_table(void)
{
	static const char wanted[] =
		"    AT  NODE  STEP        L2   WAIT  DETECT  ADDR  DAD  REGIST  GAP-UP  GAP-DN  LOST  RESULT\n"
		" 1.000  ue    attach lte   -  400.0   30.00     -    -  1041.0       -       -     -  ok, 1 resent, NAT\n"
		"10.000  ue    detach lte   -      -       -     -    -       -       -       -     -  refused 129\n";
	struct name_table *names = script_names();
	struct shown s = { .names = trace_names_of_table(names) };
	struct script script;
	char *text, **lines;

	s.m = metrics_new(&(struct metrics_config){ s.names, 10 });
	script = script_new(metrics_record, s.m);
	text = printed(as_table, &s);
	CU_ASSERT_STRING_EQUAL(text, "No attach, handover or detach was seen.\n");
	g_free(text);
	story(&script);
	script_bu(&script, 10 * MOOR_S, 9, 1, 0);
	script_ba(&script, 10 * MOOR_S + MOOR_MS, 9, 129, false);
	metrics_finish(s.m, 20 * MOOR_S);
	text = printed(as_table, &s);
	CU_ASSERT_STRING_EQUAL(text, wanted);
	if (strcmp(text, wanted))
		fputs(text, stderr);
	g_free(text);
	s.o.legend = s.o.summary_only = false;
	s.o.max_rows = 1;
	text = printed(as_table, &s);
	CU_ASSERT(strstr(text, "... and 1 more steps\n") && strstr(text, "attach: 1 of 1 ok\n"));
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++)
		CU_ASSERT(strlen(lines[i]) <= 110);
	g_strfreev(lines);
	g_free(text);
	metrics_free(s.m);
	name_table_free(names);
}

static void test_milliseconds(void)
{
	char buf[24];

	CU_ASSERT_STRING_EQUAL(table_ms(1234567, buf), "1.234");
	CU_ASSERT_STRING_EQUAL(table_ms(12345678, buf), "12.34");
	CU_ASSERT_STRING_EQUAL(table_ms(123456789, buf), "123.4");
	CU_ASSERT_STRING_EQUAL(table_ms(12 * MOOR_S, buf), "12000.0");
	CU_ASSERT_STRING_EQUAL(table_ms(METRIC_ABSENT, buf), "-");
	CU_ASSERT_STRING_EQUAL(table_ms(0, buf), "0.000");
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "what a home agent asks itself is not lost", test_asks_itself },
		{ "a ladder as text", test_text },
		{ "a ladder keeps no more than it was told", test_bounded },
		{ "a ladder as SVG", test_svg },
		{ "the handover table", test_table },
		{ "milliseconds for people", test_milliseconds },
	};

	return harness_main("trace_ladder", tests, G_N_ELEMENTS(tests), argc, argv);
}

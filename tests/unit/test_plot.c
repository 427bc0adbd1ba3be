/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures over runs: the tables that gnuplot gets, octet by octet, from made-up runs; names of points and swept values
 * as numbers; what cannot be drawn is refused with words.
 */
#include <string.h>

#include "tests/unit/harness.h"
#include "traces/plot.h"

static struct spread_row row(const char *step, enum step_kind kind, int64_t total)
{
	struct spread_row r = { .kind = kind, .outcome = OUTCOME_OK };

	g_strlcpy(r.node, "ue", sizeof r.node);
	g_strlcpy(r.step, step, sizeof r.step);
	for (int i = 0; i < METRICS; i++)
		r.v[i] = METRIC_ABSENT;
	r.v[M_TOTAL] = total;
	return r;
}

static void point_free(gpointer data)
{
	struct results_point *p = data;

	g_free(p->name);
	spread_free(p->spread);
	g_free(p);
}

static struct results *made(void)
{
	struct results *r = g_new0(struct results, 1);

	r->dir = g_strdup("DIR");
	r->points = g_ptr_array_new_with_free_func(point_free);
	return r;
}

static void done(struct results *r)
{
	g_ptr_array_unref(r->points);
	g_free(r->dir);
	g_free(r);
}

/* A point whose handovers took first, first + 1 ... ms, n of them, and the attach before 1 ms. */
static struct results_point *add(struct results *r, const char *name, int first, int n)
{
	struct results_point *p = g_new0(struct results_point, 1);

	p->name = g_strdup(name);
	p->spread = spread_new();
	for (int i = 0; i < n; i++) {
		struct spread_row rows[2] = { row("attach a", STEP_ATTACH, MOOR_MS),
					      row("a > b", STEP_HANDOVER, (first + i) * MOOR_MS) };

		spread_run(p->spread, (uint64_t)i, rows, 2);
	}
	g_ptr_array_add(r->points, p);
	return p;
}

static struct plot_options options(enum plot_kind kind)
{
	return (struct plot_options){ .kind = kind, .figure = spread_figure(M_TOTAL) };
}

static char *table(const struct results *r, const struct plot_options *o)
{
	GError *error = NULL;
	struct plot *p = plot_new(r, o, &error);
	GString *out = g_string_new(NULL);

	if (p)
		plot_data(p, out);
	else
		g_string_append(out, error->message);
	g_clear_error(&error);
	plot_free(p);
	return g_string_free(out, FALSE);
}

static void is(const struct results *r, const struct plot_options *o, const char *wanted)
{
	char *got = table(r, o);

	CU_ASSERT_STRING_EQUAL(got, wanted);
	if (strcmp(got, wanted))
		g_printerr("%s", got);
	g_free(got);
}

static void test_sweep_by_number(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_SWEEP);

	/* the order of the points is that of the text; x is sorted as numbers of one unit */
	add(r, "s/links.wan.delay=20ms", 10, 1);
	add(r, "s/links.wan.delay=1s", 30, 3);
	add(r, "s/links.wan.delay=500us", 2, 1);
	is(r, &o, "# total in ms; 5 runs, 0 that did not pass are left out\n# x: links.wan.delay in ms\n"
	   "# columns: x, mean, low and high end of its 95 % interval, n\n# line 1: ue a > b\n"
	   " 0.5 2 2 2 1\n 20 10 10 10 1\n 1000 31 28.515862 33.484138 3\n");
	done(r);
}

static void test_sweep_by_name(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_SWEEP);

	add(r, "s/a.mode=fast", 10, 1);
	add(r, "s/a.mode=2001:db8::/64", 20, 1);
	is(r, &o, "# total in ms; 2 runs, 0 that did not pass are left out\n# x: a.mode, the number of the point\n"
	   "# columns: x, mean, low and high end of its 95 % interval, n\n# line 1: ue a > b\n"
	   " 1 10 10 10 1\n 2 20 20 20 1\n");
	done(r);
}

static void test_two_swept(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_SWEEP);

	add(r, "s/l.delay=1ms/l.loss=0%", 10, 1);
	add(r, "s/l.delay=1ms/l.loss=1%", 11, 1);
	add(r, "s/l.delay=2ms/l.loss=0%", 12, 1);
	add(r, "s/l.delay=2ms/l.loss=1%", 13, 1);
	o.over = "loss";
	is(r, &o, "# total in ms; 4 runs, 0 that did not pass are left out\n# x: l.loss in %\n"
	   "# columns: x, mean, low and high end of its 95 % interval, n\n# line 1: delay=1ms\n"
	   " 0 10 10 10 1\n 1 11 11 11 1\n\n\n# line 2: delay=2ms\n 0 12 12 12 1\n 1 13 13 13 1\n");
	o.over = "rate";
	is(r, &o, "no value called `rate` differs between the points (l.delay, l.loss)");
	done(r);
}

static void test_ecdf(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_ECDF);
	struct results_point *p = add(r, "s", 1, 2);
	struct spread_row again = row("a > b", STEP_HANDOVER, MOOR_MS);

	spread_run(p->spread, 9, &again, 1);
	spread_run(p->spread, 10, &again, 1);
	spread_left_out(p->spread, 11);
	is(r, &o, "# total in ms; 4 runs, 1 that did not pass are left out\n"
	   "# columns: value, share of the runs that have at most this\n# line 1: ue a > b\n 1 0\n 1 0.75\n 2 1\n");
	done(r);
}

static void test_box(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_BOX);
	struct results_point *p = add(r, "s", 1, 5);
	struct spread_row far = row("a > b", STEP_HANDOVER, 50 * MOOR_MS);

	spread_run(p->spread, 9, &far, 1);
	is(r, &o, "# total in ms; 6 runs, 0 that did not pass are left out\n"
	   "# columns: place, lower whisker, quartile, median, quartile, upper whisker, mean, n; "
	   "values outside the whiskers: place, five times -, value, 0\n# line 1: ue a > b\n"
	   " 1 1 2.25 3.5 4.75 5 10.833333 6\n 1 - - - - - 50 0\n");
	o.step = "attach";
	o.kind = PLOT_MEAN;
	is(r, &o, "# total in ms; 6 runs, 0 that did not pass are left out\n"
	   "# columns: place, mean, low and high end of its 95 % interval, n\n# line 1: ue attach a\n 1 1 1 1 5\n");
	done(r);
}

static void test_refused(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_SWEEP);
	struct results_point *empty;

	add(r, "s/x=1", 1, 2);
	is(r, &o, "there is one point, and a curve over a swept value wants two at least (`mooring run --set path={a,b,c}`); "
	   "ecdf, box and mean show one, too");
	o.kind = PLOT_ECDF;
	o.figure = spread_figure(M_IKE);
	is(r, &o, "ike was not seen in any step of DIR");
	o.step = "elsewhere";
	is(r, &o, "ike was not seen in any step with `elsewhere` in its name of DIR");
	o.point = "y=";
	is(r, &o, "no point of DIR has `y=` in its name; the first is s/x=1");
	done(r);
	r = made();
	empty = add(r, "s", 1, 0);
	spread_left_out(empty->spread, 1);
	o = options(PLOT_ECDF);
	is(r, &o, "no run of DIR passed (1 did not): there is nothing to draw");
	done(r);
}

static void test_too_many(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_ECDF);

	for (int i = 0; i < 30; i++) {
		char name[16];

		g_snprintf(name, sizeof name, "s/x=%d", i);
		add(r, name, i, 1);
	}
	is(r, &o, "30 lines in one picture cannot be told apart, 8 can: choose with --step and --point");
	o.kind = PLOT_BOX;
	is(r, &o, "30 places side by side are too many to be read, 24 can be: choose with --step and --point");
	done(r);
}

/* Names of files and steps are quoted, and the suffix says the format. */
static void test_script(void)
{
	struct results *r = made();
	struct plot_options o = options(PLOT_ECDF);
	struct plot *p;
	GString *out = g_string_new(NULL);

	add(r, "s", 1, 2);
	p = plot_new(r, &o, NULL);
	CU_ASSERT_PTR_NOT_NULL(p);
	if (!p)
		return;
	plot_script(p, "it's.dat", "it's.pdf", out);
	CU_ASSERT_PTR_NOT_NULL(strstr(out->str, "set terminal pdfcairo size 8.890cm,"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out->str, "set output 'it''s.pdf'\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out->str, "data = 'it''s.dat'\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(out->str, "background rgb 'white'"));
	g_string_free(out, TRUE);
	plot_free(p);
	done(r);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "a swept value as a number", test_sweep_by_number },
		{ "a swept value as a name", test_sweep_by_name },
		{ "two swept values", test_two_swept },
		{ "distributions", test_ecdf },
		{ "boxes, and a step that is chosen", test_box },
		{ "what cannot be drawn", test_refused },
		{ "more than can be told apart", test_too_many },
		{ "names in the script", test_script },
	};

	return harness_main("plot", tests, G_N_ELEMENTS(tests), argc, argv);
}

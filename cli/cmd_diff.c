/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring diff
 *
 * Two results folders, or two points or steps of one, compared figure by figure: which differences are beyond the noise
 * of the seeds. Folders are read and judged elsewhere (traces/results.c, traces/compare.c); here are the words of the
 * command. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "moor-config.h"
#include "traces/compare.h"

struct diff {
	char *point_a, *point_b, *step_a, *step_b, *metric;
	gboolean json, csv, any_version, partial, bootstrap;
	struct results *a, *b;		/* b may be a */
	struct compare *c;
};

static struct results *open_side(const struct diff *d, const char *dir)
{
	GError *error = NULL;
	struct results *r = results_open(dir, d->partial, &error);

	if (!r) {
		cli_error("diff: %s", error->message);
		g_clear_error(&error);
	} else if (r->written < r->wanted) {
		fprintf(stderr, "mooring: diff: %s: %u of %u runs are there (%s)\n", dir, r->written, r->wanted, r->state);
	}
	return r;
}

static bool open_both(struct diff *d, char **words, int n)
{
	d->a = open_side(d, words[0]);
	d->b = d->a && n > 1 ? open_side(d, words[1]) : d->a;
	if (!d->a || !d->b)
		return false;
	if (d->any_version || !strcmp(d->a->version, d->b->version))
		return true;
	cli_error("diff: %s is of mooring %s, %s of mooring %s: their figures may mean different things (--any-version "
		  "compares them nevertheless)", d->a->dir, d->a->version, d->b->dir, d->b->version);
	return false;
}

/* The only point of that name, or with the text in it. */
static const struct results_point *find_point(const struct results *r, const char *text)
{
	const struct results_point *found = NULL;
	guint n = 0;

	for (guint i = 0; i < r->points->len; i++) {
		const struct results_point *p = r->points->pdata[i];

		if (!strcmp(p->name, text))
			return p;
		if (strstr(p->name, text)) {
			found = p;
			n++;
		}
	}
	if (n == 1)
		return found;
	cli_error("diff: `%s` fits %u points of %s, which has:", text, n, r->dir);
	for (guint i = 0; i < MIN(r->points->len, 10); i++)
		fprintf(stderr, "  %s\n", ((const struct results_point *)r->points->pdata[i])->name);
	if (r->points->len > 10)
		fprintf(stderr, "  and %u more\n", r->points->len - 10);
	return NULL;
}

static bool compare_two(struct diff *d, const struct results_point *a, const struct results_point *b)
{
	GError *error = NULL;

	if (a && b && compare_points(d->c, a, b, d->step_a, d->step_b, &error))
		return true;
	if (error)
		cli_error("diff: %s", error->message);
	g_clear_error(&error);
	return false;
}

/* Points that are called the same; those of one side alone are told. */
static bool compare_all(struct diff *d)
{
	GHashTable *in_a = results_by_name(d->a), *in_b = results_by_name(d->b);
	bool ok = true;
	guint pairs = 0;

	for (guint i = 0; i < d->a->points->len && ok; i++) {
		const struct results_point *a = d->a->points->pdata[i], *b = g_hash_table_lookup(in_b, a->name);

		if (b)
			ok = compare_two(d, a, b);
		else
			compare_lonely(d->c, a, true);
		pairs += b != NULL;
	}
	for (guint i = 0; i < d->b->points->len; i++) {
		const struct results_point *b = d->b->points->pdata[i];

		if (!g_hash_table_contains(in_a, b->name))
			compare_lonely(d->c, b, false);
	}
	g_hash_table_unref(in_a);
	g_hash_table_unref(in_b);
	if (ok && !pairs) {
		cli_error("diff: no point of %s is in %s: name one of each with --a and --b", d->a->dir, d->b->dir);
		ok = false;
	}
	return ok;
}

static bool compare_what(struct diff *d)
{
	const struct results_point *a = d->a->points->pdata[0], *b = d->b->points->pdata[0];

	if (d->point_a || d->point_b) {
		const char *text_a = d->point_a ? d->point_a : d->point_b, *text_b = d->point_b ? d->point_b : d->point_a;

		/* a side with one point needs no name */
		a = !d->point_a && d->a->points->len == 1 ? a : find_point(d->a, text_a);
		b = !a ? NULL : !d->point_b && d->b->points->len == 1 ? b : find_point(d->b, text_b);
		return compare_two(d, a, b);
	}
	if (d->a->points->len == 1 && d->b->points->len == 1)
		return compare_two(d, a, b);
	return compare_all(d);
}

static void write_result(const struct diff *d)
{
	GString *out = g_string_new(NULL);

	if (d->json) {
		g_string_append(out, "{\"mooring\": \"" MOORING_VERSION "\", \"a\": ");
		summary_json_text(out, d->a->dir);
		g_string_append(out, ", \"b\": ");
		summary_json_text(out, d->b->dir);
		g_string_append(out, ", ");
		compare_json(out, d->c);
		g_string_append(out, "}\n");
	} else if (d->csv) {
		compare_csv(out, d->c);
	} else {
		compare_print(stdout, d->c);
	}
	fputs(out->str, stdout);
	g_string_free(out, TRUE);
}

static bool known_metric(const char *part)
{
	bool found = !part || strstr("wait", part) || strstr("lost", part);

	for (int i = 0; i < METRICS && !found; i++)
		found = strstr(metric_rows[i].name, part);
	if (!found)
		cli_error("diff: no metric has `%s` in its name (docs/metrics.md)", part);
	return found;
}

static int compare_words(struct diff *d, char **words, int n)
{
	const struct summary_options o = { .bootstrap = d->bootstrap };
	int code = EXIT_USAGE;

	if (d->json && d->csv) {
		cli_error("diff: --json or --csv, not both");
		return EXIT_USAGE;
	}
	if (n < 1 || n > 2 || (n == 1 && !(d->point_a && d->point_b) && !(d->step_a && d->step_b))) {
		cli_error("diff: which two results folders? (or one, and two points --a, --b or two steps --step-a, --step-b of it)");
		return EXIT_USAGE;
	}
	if (!known_metric(d->metric) || !open_both(d, words, n))
		return EXIT_USAGE;
	d->c = compare_new(&o);
	compare_figure(d->c, d->metric);
	if (compare_what(d)) {
		code = compare_decide(d->c) ? EXIT_FAIL : EXIT_PASS;
		write_result(d);
		if (compare_of_nothing(d->c)) {
			cli_error("diff: no run passed on either side: there are no figures to compare");
			code = EXIT_USAGE;
		}
	}
	compare_free(d->c);
	return code;
}

int cmd_diff(int argc, char **argv)
{
	struct diff d = { .json = FALSE };
	const GOptionEntry entries[] = {
		{ "a", 0, 0, G_OPTION_ARG_STRING, &d.point_a, "This point of A (its name, or a part that fits one)", "POINT" },
		{ "b", 0, 0, G_OPTION_ARG_STRING, &d.point_b, "This point of B", "POINT" },
		{ "step-a", 0, 0, G_OPTION_ARG_STRING, &d.step_a, "This step of A, \"ue lte > wlan\" or a part of it", "STEP" },
		{ "step-b", 0, 0, G_OPTION_ARG_STRING, &d.step_b, "This step of B", "STEP" },
		{ "metric", 0, 0, G_OPTION_ARG_STRING, &d.metric, "Only figures with this in their names", "NAME" },
		{ "bootstrap", 0, 0, G_OPTION_ARG_NONE, &d.bootstrap, "Intervals of means by bootstrap (BCa)", NULL },
		{ "partial", 0, 0, G_OPTION_ARG_NONE, &d.partial, "Also folders whose runs were killed", NULL },
		{ "any-version", 0, 0, G_OPTION_ARG_NONE, &d.any_version, "Also of two versions of mooring", NULL },
		{ "csv", 0, 0, G_OPTION_ARG_NONE, &d.csv, "Every figure as CSV", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &d.json, "Every figure as JSON", NULL }, G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	if (cli_options(&argc, &argv, "A [B]", "Compares results folders (`mooring run -o`): which figures of which steps "
			"differ beyond the noise of the seeds. Exit: 0 none, 1 some, 2 cannot compare.", entries, &code))
		code = compare_words(&d, argv + 1, argc - 1);
	results_close(d.a);
	if (d.b != d.a)
		results_close(d.b);
	g_free(d.point_a);
	g_free(d.point_b);
	g_free(d.step_a);
	g_free(d.step_b);
	g_free(d.metric);
	return code;
}

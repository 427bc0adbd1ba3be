/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: figures over the runs of a command
 *
 * Groups the jobs by file and point and hands their steps to the statistics. A file with one point shows medians and
 * means of its steps side by side, a file with several a line per point. It implements no clause.
 */
#include "cli/run_over.h"

#include <stdio.h>
#include <string.h>

static void take(struct spread *s, const struct job *j)
{
	if (!j->done || j->result.interrupted || j->result.trouble == RUN_SKIPPED)
		return;
	if (j->result.verdict == VERDICT_PASS)
		spread_run(s, j->options.seed, (const struct spread_row *)(const void *)j->result.steps->data,
			   j->result.steps->len);
	else
		spread_left_out(s, j->options.seed);
}

GArray *run_over(const struct job *jobs, guint n, bool figures)
{
	GArray *points = g_array_new(FALSE, FALSE, sizeof(struct run_over_point));

	for (guint i = 0; i < n; i++) {
		if (!i || jobs[i].file != jobs[i - 1].file || jobs[i].point != jobs[i - 1].point) {
			struct run_over_point p = { jobs[i].point_name, jobs[i].file, spread_new(), 0 };

			g_array_append_val(points, p);
		}

		struct run_over_point *last = &g_array_index(points, struct run_over_point, points->len - 1);

		if (figures)
			take(last->spread, &jobs[i]);
		last->jobs++;
	}
	return points;
}

void run_over_free(GArray *points)
{
	for (guint i = 0; i < points->len; i++)
		spread_free(g_array_index(points, struct run_over_point, i).spread);
	g_array_unref(points);
}

/* What tells the points of a file apart: their names but for the scenario's. */
static const char *own_part(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? slash + 1 : name;
}

static void print_points(const struct run_over_point *p, guint n, const struct summary_options *o)
{
	const char **names = g_new0(const char *, n);
	struct spread **spreads = g_new0(struct spread *, n);

	for (guint i = 0; i < n; i++) {
		names[i] = own_part(p[i].name);
		spreads[i] = p[i].spread;
	}
	printf("\n%.*s. ", (int)strcspn(p->name, "/"), p->name);
	summary_print_points(stdout, names, spreads, n, o);
	g_free(names);
	g_free(spreads);
}

/* None of them ran, or they were skipped. */
static bool nothing_ran(const struct run_over_point *p, guint n)
{
	for (guint i = 0; i < n; i++)
		if (!spread_empty(p[i].spread))
			return false;
	return true;
}

void run_over_print(const GArray *points, const struct summary_options *o)
{
	bool any = false;

	for (guint i = 0, n; i < points->len; i += n) {
		const struct run_over_point *p = &g_array_index(points, struct run_over_point, i);

		for (n = 1; i + n < points->len && p[n].file == p->file;)
			n++;
		if (nothing_ran(p, n))
			continue;
		if (n > 1) {
			print_points(p, n, o);
		} else if (p->jobs > 1) {
			printf("\n%s. ", p->name);
			spread_print(stdout, p->spread);
			summary_print(stdout, p->spread, o);
		} else {
			continue;
		}
		any = true;
	}
	if (any)
		putchar('\n');
}

static void json_medians(GString *out, const GArray *points)
{
	g_string_append(out, "\"distributions\": [");
	for (guint i = 0; i < points->len; i++) {
		const struct run_over_point *p = &g_array_index(points, struct run_over_point, i);

		g_string_append(out, i ? ",\n  {\"name\": " : "\n  {\"name\": ");
		summary_json_text(out, p->name);
		g_string_append(out, ", \"over\": ");
		spread_json(out, p->spread);
		g_string_append_c(out, '}');
	}
	g_string_append(out, "\n], ");
}

void run_over_json(const GArray *points, bool repeated, const struct summary_options *o)
{
	GString *out = g_string_new(NULL);

	if (repeated)
		json_medians(out, points);
	g_string_append(out, "\"summary\": [");
	for (guint i = 0; i < points->len; i++) {
		const struct run_over_point *p = &g_array_index(points, struct run_over_point, i);

		g_string_append(out, i ? ",\n  " : "\n  ");
		summary_json(out, p->name, p->spread, o);
	}
	g_string_append(out, "\n], ");
	fputs(out->str, stdout);
	g_string_free(out, TRUE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: runs until the means are known
 *
 * Rounds of seeds in their order: how large the next one is follows from the figures of the ones before, all of them
 * done. So the same runs are made by any number of workers, and none is made in vain. It implements no clause.
 */
#include "cli/run_precision.h"

#include <stdio.h>

#include "cli/run_over.h"

/* How many jobs from here on are of the same point. */
static guint of_point(const struct job *jobs, guint n)
{
	guint k = 1;

	while (k < n && jobs[k].file == jobs[0].file && jobs[k].point == jobs[0].point)
		k++;
	return k;
}

/* False: interrupted. */
static bool run_point(struct job *jobs, guint most, unsigned workers, job_done_fn *fn, void *ctx,
		      const struct precision *p, guint least, const struct summary_options *o,
		      struct run_precision_point *point)
{
	guint next = MIN(least, most);

	do {
		GArray *over;

		if (!jobs_run(jobs + point->runs, next - point->runs, workers, fn, ctx))
			return false;
		point->runs = next;
		over = run_over(jobs, point->runs, true);
		g_free(point->state.what);
		point->state = precision_look(p, g_array_index(over, struct run_over_point, 0).spread, point->runs, most, o);
		run_over_free(over);
		next = point->state.next;
	} while (!point->state.reached && point->state.what && point->runs < most);
	return true;
}

GArray *run_precisely(struct job *jobs, guint n, unsigned workers, job_done_fn *fn, void *ctx,
		      const struct precision *p, guint least, const struct summary_options *o, bool *whole)
{
	GArray *points = g_array_new(FALSE, FALSE, sizeof(struct run_precision_point));

	*whole = true;
	for (guint i = 0, k; i < n && *whole; i += k) {
		struct run_precision_point point = { .name = jobs[i].point_name };

		k = of_point(jobs + i, n - i);
		*whole = run_point(jobs + i, k, workers, fn, ctx, p, least, o, &point);
		g_array_append_val(points, point);
	}
	return points;
}

void run_precision_free(GArray *points)
{
	for (guint i = 0; points && i < points->len; i++)
		g_free(g_array_index(points, struct run_precision_point, i).state.what);
	if (points)
		g_array_unref(points);
}

bool run_precision_reached(const GArray *points)
{
	bool reached = true;

	for (guint i = 0; i < points->len; i++)
		reached = reached && g_array_index(points, struct run_precision_point, i).state.reached;
	return reached;
}

void run_precision_print(const GArray *points, const struct precision *p)
{
	printf("Precision ±%g %% of %s, 95 %%:\n", p->share * 100, *p->figure ? p->figure : "every phase and gap");
	for (guint i = 0; i < points->len; i++) {
		const struct run_precision_point *x = &g_array_index(points, struct run_precision_point, i);

		printf("  %s: %s with %u runs", x->name, x->state.reached ? "reached" : "not reached", x->runs);
		if (x->state.what)
			printf("; the widest is %s with ±%.2g %%\n", x->state.what, x->state.worst * 100);
		else
			puts(": no such figure in the runs that count");
	}
	putchar('\n');
}

void run_precision_json(const GArray *points, const struct precision *p)
{
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "\"precision\": {\"percent\": %g, \"metric\": \"%s\", \"points\": [", p->share * 100,
			       p->figure);
	for (guint i = 0; i < points->len; i++) {
		const struct run_precision_point *x = &g_array_index(points, struct run_precision_point, i);

		g_string_append(s, i ? ", {\"point\": " : "{\"point\": ");
		summary_json_text(s, x->name);
		g_string_append_printf(s, ", \"runs\": %u, \"reached\": %s, \"widest\": ", x->runs,
				       x->state.reached ? "true" : "false");
		summary_json_text(s, x->state.what ? x->state.what : "");
		g_string_append_printf(s, ", \"percent\": %.3g}", x->state.worst * 100);
	}
	g_string_append(s, "]}, ");
	fputs(s->str, stdout);
	g_string_free(s, TRUE);
}

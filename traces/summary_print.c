/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: means over runs, for people
 *
 * One point: steps side by side as in the table of medians. Several points: for each step one line per point, so that
 * a column reads as the figure against what was swept. Notes below say what a mean does not: values far out, and steps
 * whose first time in a run is unlike the later ones. It implements no clause.
 */
#include <math.h>
#include <stdlib.h>

#include "traces/summary_internal.h"
#include "traces/table.h"

#define NOTES_SHOWN 6u
#define SEEDS_SHOWN 5u
#define FENCES_FROM 10u			/* values; fewer make no quartiles to speak of */

/* ---- a cell ------------------------------------------------------------------------------------------------------ */

char *summary_plain(enum metric_unit unit, double v)
{
	char buf[24];
	double whole = floor(v + 0.5);

	if (unit == UNIT_COUNT)
		return g_strdup_printf(v == whole ? "%.0f" : "%.1f", v);
	return g_strconcat(whole < 0 ? "-" : "", table_ms((int64_t)fabs(whole), buf), NULL);
}

/* of a bootstrap "12.3 [11.9, 12.8]": it need not be in the middle */
char *summary_cell(const struct summary_figure *f, enum metric_unit unit, const struct summary_options *o)
{
	char *mean, *low, *high, *half;
	GString *s;

	if (!f->m.n)
		return g_strdup("-");
	mean = summary_plain(unit, f->m.mean);
	low = summary_plain(unit, f->interval.low);
	high = summary_plain(unit, f->interval.high);
	half = summary_plain(unit, (f->interval.high - f->interval.low) / 2);
	s = g_string_new(f->open ? ">" : "");
	g_string_append(s, mean);
	if (f->interval.there && (strcmp(low, mean) || strcmp(high, mean))) {
		if (o && o->bootstrap)
			g_string_append_printf(s, " [%s, %s]", low, high);
		else
			g_string_append_printf(s, " ±%s", half);
	}
	g_free(mean);
	g_free(low);
	g_free(high);
	g_free(half);
	return g_string_free(s, FALSE);
}

/* with how many there were when not one in each step */
static char *cell(const void *ctx, const struct spread_group *g, const struct spread_column *c)
{
	struct summary_figure f = summary_figure_of(g, c, ctx);
	char *text = summary_cell(&f, c->unit, ctx), *both;

	if (!f.m.n || f.m.n == g->rows->len)
		return text;
	both = g_strdup_printf("%s n=%" G_GSIZE_FORMAT, text, f.m.n);
	g_free(text);
	return both;
}

static const char *how(const struct summary_options *o)
{
	return o && o->bootstrap ? "[95 % interval, BCa bootstrap]" : "±95 % interval (Student's t)";
}

/* ---- notes ------------------------------------------------------------------------------------------------------- */

static void note_seeds(GString *s, const double *v, const uint64_t *seeds, guint n, const struct stats_outliers *o)
{
	guint shown = 0;

	for (guint i = 0; i < n; i++)
		if ((v[i] < o->far_low || v[i] > o->far_high) && shown++ < SEEDS_SHOWN)
			g_string_append_printf(s, " %" G_GUINT64_FORMAT, seeds[i]);
	if (shown > SEEDS_SHOWN)
		g_string_append(s, " …");
}

static void note_far(GPtrArray *notes, const struct spread_group *g, const struct spread_column *c)
{
	guint n, open;
	uint64_t *seeds;
	double *v = summary_values(g, c, &n, &open, &seeds), *sorted = g_new(double, n + 1);
	struct stats_outliers o;

	memcpy(sorted, v, n * sizeof *v);
	stats_sort(sorted, n);
	o = stats_outliers(sorted, n);
	if (n >= FENCES_FROM && o.far) {
		GString *s = g_string_new(NULL);
		char *step = spread_step(g);

		g_string_append_printf(s, "%s %s %s: %" G_GSIZE_FORMAT " of %u values far out (beyond 3 interquartile ranges; "
				       "they count), seeds", g->node, step, c->name, o.far, n);
		note_seeds(s, v, seeds, n, &o);
		g_ptr_array_add(notes, g_string_free(s, FALSE));
		g_free(step);
	}
	g_free(sorted);
	g_free(seeds);
	g_free(v);
}

/* Is the first time in a run unlike the second? What is learned once (neighbours, home agents) is learned then. */
static void note_first(GPtrArray *notes, const struct spread_group *first, const struct spread_group *second)
{
	const struct spread_column c = spread_figure(M_TOTAL);
	uint64_t *sa, *sb;
	guint na, nb, n, open;
	double *a = summary_values(first, &c, &na, &open, &sa), *b = summary_values(second, &c, &nb, &open, &sb);
	struct stats_compared p;

	n = summary_match(a, sa, na, b, sb, nb);
	p = stats_paired(b, a, n);
	if (p.there && p.difference != 0 && (p.interval.low > 0 || p.interval.high < 0)) {
		char *off = summary_plain(UNIT_NS, fabs(p.difference));

		g_ptr_array_add(notes, g_strdup_printf(
			"%s %s: the first of a run takes %s ms %s than the second (TOTAL; paired over %u runs, p %.2g): a warm-up?",
			first->node, first->step, off, p.difference > 0 ? "longer" : "less", n, p.p));
		g_free(off);
	}
	g_free(a);
	g_free(b);
	g_free(sa);
	g_free(sb);
}

static const struct spread_group *second_of(const struct spread *s, const struct spread_group *first)
{
	for (guint i = 0; i < s->groups->len; i++) {
		const struct spread_group *g = s->groups->pdata[i];

		if (g->nth == 1 && g->kind == first->kind && !strcmp(g->node, first->node) && !strcmp(g->step, first->step))
			return g;
	}
	return NULL;
}

void summary_notes(FILE *f, const struct spread *s)
{
	GPtrArray *notes = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < s->groups->len; i++) {
		const struct spread_group *g = s->groups->pdata[i], *second = g->nth ? NULL : second_of(s, g);

		if (second)
			note_first(notes, g, second);
		for (guint c = 0; c < SPREAD_COLUMNS; c++)
			note_far(notes, g, &spread_columns[c]);
	}
	for (guint i = 0; i < MIN(notes->len, NOTES_SHOWN); i++)
		fprintf(f, "Note: %s\n", (const char *)notes->pdata[i]);
	if (notes->len > NOTES_SHOWN)
		fprintf(f, "Note: %u more of this kind (column `far` of summary.csv)\n", notes->len - NOTES_SHOWN);
	g_ptr_array_unref(notes);
}

/* ---- one point --------------------------------------------------------------------------------------------------- */

void summary_print(FILE *f, const struct spread *s, const struct summary_options *o)
{
	if (!s->runs)
		return;
	fprintf(f, "\nMeans over %s %u runs, %s:\n", s->left_out->len ? "the other" : "the same", s->runs, how(o));
	spread_print_groups(f, s, cell, o);
	fputs("\nOne value: it did not vary, or there is no second run. docs/statistics.md says what an interval is worth.\n",
	      f);
	summary_notes(f, s);
}

/* ---- several points ---------------------------------------------------------------------------------------------- */

/* The steps of all points, each once, in the order in which they are first met; keys are lent. */
static GPtrArray *steps_of(struct spread *const *s, guint n)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *steps = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < n; i++)
		for (guint k = 0; k < s[i]->groups->len; k++) {
			char *key = spread_key(s[i]->groups->pdata[k]);

			if (g_hash_table_contains(seen, key)) {
				g_free(key);
				continue;
			}
			g_hash_table_add(seen, key);
			g_ptr_array_add(steps, key);
		}
	g_hash_table_unref(seen);
	return steps;
}

static bool column_empty(char *const *cells, guint rows, guint columns, guint c)
{
	for (guint i = 0; i < rows; i++)
		if (strcmp(cells[i * columns + c], "-") && strcmp(cells[i * columns + c], "0.000") &&
		    strcmp(cells[i * columns + c], ""))
			return false;
	return true;
}

void summary_print_cells(FILE *f, const char *const *heads, char *const *cells, guint rows, guint columns, guint fixed)
{
	size_t *width = g_new0(size_t, columns);
	guint last = 0;

	for (guint c = 0; c < columns; c++) {
		if (c >= fixed && column_empty(cells, rows, columns, c))
			continue;
		last = c;
		width[c] = spread_width(heads[c]);
		for (guint i = 0; i < rows; i++)
			width[c] = MAX(width[c], spread_width(cells[i * columns + c]));
	}
	for (guint i = 0; i <= rows; i++) {
		for (guint c = 0; c <= last; c++) {
			if (c >= fixed && !width[c])
				continue;
			fputs(c ? "  " : "", f);
			spread_pad(f, i ? cells[(i - 1) * columns + c] : heads[c], c < last ? width[c] : 0);
		}
		fputc('\n', f);
	}
	g_free(width);
}

#define FIXED 3u			/* columns before the figures: point, runs, ok */

static void print_step(FILE *f, const char *key, const char *const *names, struct spread *const *s, guint n,
		       const struct summary_options *o)
{
	const guint columns = FIXED + SPREAD_COLUMNS;
	const char *heads[FIXED + SPREAD_COLUMNS] = { "point", "runs", "ok" };
	char **cells = g_new0(char *, (gsize)n * columns + 1);
	const struct spread_group *any = NULL;
	char *step;

	for (guint c = 0; c < SPREAD_COLUMNS; c++)
		heads[FIXED + c] = spread_columns[c].name;
	for (guint i = 0; i < n; i++) {
		const struct spread_group *g = g_hash_table_lookup(s[i]->index, key);
		char **row = cells + (gsize)i * columns;

		any = g ? g : any;
		row[0] = g_strdup(names[i]);
		row[1] = g_strdup_printf("%u/%u", s[i]->runs, s[i]->runs + s[i]->left_out->len);
		row[2] = g ? g_strdup_printf("%u/%u", g->rows->len, g->all) : g_strdup("0/0");
		for (guint c = 0; c < SPREAD_COLUMNS; c++)
			row[FIXED + c] = g ? cell(o, g, &spread_columns[c]) : g_strdup("-");
	}
	step = spread_step(any);
	fprintf(f, "\n%s  %s  %s\n", step_kind_name(any->kind), any->node, step);
	summary_print_cells(f, heads, cells, n, columns, FIXED);
	g_free(step);
	g_strfreev(cells);
}

void summary_print_points(FILE *f, const char *const *names, struct spread *const *s, guint n,
			  const struct summary_options *o)
{
	GPtrArray *steps = steps_of(s, n);
	guint runs = 0, left_out = 0;

	for (guint i = 0; i < n; i++) {
		runs += s[i]->runs;
		left_out += s[i]->left_out->len;
	}
	fprintf(f, "Means over %u runs of %u points, %s", runs, n, how(o));
	if (left_out)
		fprintf(f, "; %u runs failed and are left out", left_out);
	fputs(":\n", f);
	for (guint i = 0; i < steps->len; i++)
		print_step(f, steps->pdata[i], names, s, n, o);
	if (steps->len)
		fputs("\nms, LOST packets both ways. runs: those that count, of all; ok: steps in them that ended well, of all. One\n"
		      "value: it did not vary, or there is no second run. > at least: a gap had not ended. n= seen in so many.\n"
		      "docs/statistics.md; medians and quantiles: --json, or summary.csv with -o.\n", f);
	g_ptr_array_unref(steps);
}

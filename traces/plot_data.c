/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a picture over many runs shows, and its table. All figures are worked out here with the functions of stats.h,
 * and gnuplot only draws them: quartiles and intervals are those of summary.csv and `mooring diff`. No clause.
 */
#include "traces/plot.h"

#include <string.h>

#include "traces/summary_internal.h"

static bool refuse(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *fmt, ...)
{
	va_list ap;
	char *what;

	va_start(ap, fmt);
	what = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, what);
	g_free(what);
	return false;
}

/* ---- what is drawn ----------------------------------------------------------------------------------------------- */

static void point_clear(gpointer data)
{
	struct plot_point *p = data;

	g_free(p->label);
	g_free(p->rest);
	g_free(p->value);
}

static void cell_clear(gpointer data)
{
	g_free(((struct plot_cell *)data)->v);
}

static void choose_points(struct plot *p, const struct results *r)
{
	for (guint i = 0; i < r->points->len; i++) {
		const struct plot_point point = { .of = r->points->pdata[i] };

		if (p->o.point && !strstr(point.of->name, p->o.point))
			continue;
		g_array_append_val(p->points, point);
		p->runs += point.of->spread->runs;
		p->left_out += point.of->spread->left_out->len;
	}
}

static bool has_values(const struct plot *p, const struct spread_group *g)
{
	bool open;

	for (guint i = 0; i < g->rows->len; i++)
		if (spread_value(&g_array_index(g->rows, struct spread_row, i), &p->o.figure, &open) != METRIC_ABSENT)
			return true;
	return false;
}

static char *step_name(const struct spread_group *g)
{
	char *step = spread_step(g), *name = g_strdup_printf("%s %s", g->node, step);

	g_free(step);
	return name;
}

static void choose_steps(struct plot *p, enum step_kind kind)
{
	for (guint i = 0; i < p->points->len; i++) {
		const struct spread *s = g_array_index(p->points, struct plot_point, i).of->spread;

		for (guint k = 0; k < s->groups->len; k++) {
			const struct spread_group *g = s->groups->pdata[k];
			char *name = step_name(g), *key = spread_key(g);
			guint at;

			if (g->kind == kind && (!p->o.step || strstr(name, p->o.step)) &&
			    has_values(p, g) && !g_ptr_array_find_with_equal_func(p->keys, key, g_str_equal, &at)) {
				g_ptr_array_add(p->steps, g_strdup(name));
				g_ptr_array_add(p->keys, g_strdup(key));
			}
			g_free(name);
			g_free(key);
		}
	}
}

static void add_cell(struct plot *p, guint step, guint point, const struct spread_group *g)
{
	struct plot_cell c = { .step = step, .point = point };

	c.v = summary_values(g, &p->o.figure, &c.n, &c.open, NULL);
	for (guint i = 0; i < c.n && p->o.figure.unit == UNIT_NS; i++)
		c.v[i] /= 1e6;
	c.m = stats_moments(c.v, c.n);
	c.interval = stats_mean_interval(&c.m, STATS_LEVEL);
	stats_sort(c.v, c.n);
	p->open += c.open;
	if (c.n)
		g_array_append_val(p->cells, c);
	else
		g_free(c.v);
}

/* Over a swept value: points that differ in others make lines of their own, in the order in which they are met. */
static void number_lines(struct plot *p)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < p->points->len; i++) {
		struct plot_point *point = &g_array_index(p->points, struct plot_point, i);

		if (!g_hash_table_contains(seen, point->rest))
			g_hash_table_insert(seen, point->rest, GUINT_TO_POINTER(g_hash_table_size(seen)));
		point->line = GPOINTER_TO_UINT(g_hash_table_lookup(seen, point->rest));
	}
	p->lines = g_hash_table_size(seen);
	g_hash_table_unref(seen);
}

static void make_cells(struct plot *p)
{
	for (guint k = 0; k < p->keys->len; k++)
		for (guint i = 0; i < p->points->len; i++) {
			const struct spread *s = g_array_index(p->points, struct plot_point, i).of->spread;
			const struct spread_group *g = g_hash_table_lookup(s->index, p->keys->pdata[k]);

			if (g)
				add_cell(p, k, i, g);
		}
}

static bool fits(const struct plot *p, GError **error)
{
	guint places = p->points->len * p->steps->len, lines = plot_blocks(p);

	if (lines > PLOT_LINES)
		return refuse(error, "%u lines in one picture cannot be told apart, %u can: choose with --step and --point", lines,
			      PLOT_LINES);
	if ((p->o.kind == PLOT_BOX || p->o.kind == PLOT_MEAN) && places > PLOT_PLACES)
		return refuse(error, "%u places side by side are too many to be read, %u can be: choose with --step and --point",
			      places, PLOT_PLACES);
	if (p->o.kind == PLOT_SWEEP && (p->points->len < 2 || !*p->parameter))
		return refuse(error, "there is one point, and a curve over a swept value wants two at least "
			      "(`mooring run --set path={a,b,c}`); ecdf, box and mean show one, too");
	return true;
}

static bool choose(struct plot *p, const struct results *r, GError **error)
{
	static const enum step_kind order[] = { STEP_HANDOVER, STEP_ATTACH, STEP_HOME, STEP_DETACH };

	choose_points(p, r);
	if (!p->points->len)
		return refuse(error, "no point of %s has `%s` in its name; the first is %s", r->dir, p->o.point,
			      ((const struct results_point *)r->points->pdata[0])->name);
	if (!p->runs)
		return refuse(error, "no run of %s passed (%u did not): there is nothing to draw", r->dir, p->left_out);
	for (size_t i = 0; i < G_N_ELEMENTS(order) && !p->keys->len; i++)
		choose_steps(p, order[i]);
	if (!p->keys->len)
		return refuse(error, "%s was not seen in any step%s%s%s of %s", p->o.figure.figure, p->o.step ? " with `" : "",
			      p->o.step ? p->o.step : "", p->o.step ? "` in its name" : "", r->dir);
	if (!plot_points(p, error))
		return false;
	number_lines(p);
	make_cells(p);
	return fits(p, error);
}

struct plot *plot_new(const struct results *r, const struct plot_options *o, GError **error)
{
	struct plot *p = g_new0(struct plot, 1);

	p->o = *o;
	p->o.width = o->width > 0 ? o->width : PLOT_COLUMN;
	p->points = g_array_new(FALSE, FALSE, sizeof(struct plot_point));
	p->cells = g_array_new(FALSE, FALSE, sizeof(struct plot_cell));
	p->steps = g_ptr_array_new_with_free_func(g_free);
	p->keys = g_ptr_array_new_with_free_func(g_free);
	g_array_set_clear_func(p->points, point_clear);
	g_array_set_clear_func(p->cells, cell_clear);
	if (choose(p, r, error))
		return p;
	plot_free(p);
	return NULL;
}

void plot_free(struct plot *p)
{
	if (!p)
		return;
	g_array_unref(p->points);
	g_array_unref(p->cells);
	g_ptr_array_unref(p->steps);
	g_ptr_array_unref(p->keys);
	g_free(p->parameter);
	g_free(p->unit);
	g_free(p);
}

/* ---- lines and places -------------------------------------------------------------------------------------------- */

static const struct plot_point *point_of(const struct plot *p, guint i)
{
	return &g_array_index(p->points, struct plot_point, i);
}

guint plot_block(const struct plot *p, const struct plot_cell *c)
{
	if (p->o.kind == PLOT_ECDF)
		return c->step * p->points->len + c->point;
	if (p->o.kind == PLOT_SWEEP)
		return c->step * p->lines + point_of(p, c->point)->line;
	return c->step;
}

guint plot_blocks(const struct plot *p)
{
	if (p->o.kind == PLOT_ECDF)
		return p->steps->len * p->points->len;
	return p->steps->len * (p->o.kind == PLOT_SWEEP ? p->lines : 1);
}

double plot_place(const struct plot *p, const struct plot_cell *c)
{
	double room = 0.8 / p->steps->len;

	return c->point + 1 - 0.4 + room * (c->step + 0.5);
}

char *plot_name(const struct plot *p, const struct plot_cell *c)
{
	const char *step = p->steps->pdata[c->step], *what = "";

	if (p->o.kind == PLOT_ECDF)
		what = point_of(p, c->point)->label;
	else if (p->o.kind == PLOT_SWEEP)
		what = point_of(p, c->point)->rest;
	if (*what && p->steps->len == 1)
		return g_strdup(what);
	return g_strdup_printf("%s%s%s", step, *what ? ", " : "", what);
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

/* A number with six digits behind the point, none that are nothing. */
static void number(GString *out, double v)
{
	char buf[G_ASCII_DTOSTR_BUF_SIZE], *end;

	g_ascii_formatd(buf, sizeof buf, "%.6f", v);
	for (end = buf + strlen(buf); end[-1] == '0'; end--)
		end[-1] = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
	g_string_append_printf(out, " %s", strcmp(buf, "-0") ? buf : "0");
}

static void ecdf_lines(GString *out, const struct plot_cell *c)
{
	struct stats_step *steps = g_new(struct stats_step, c->n);
	size_t n = stats_ecdf(c->v, c->n, steps);

	/* from nothing up to the first */
	number(out, steps[0].value);
	g_string_append(out, " 0\n");
	for (size_t i = 0; i < n; i++) {
		number(out, steps[i].value);
		number(out, steps[i].share);
		g_string_append_c(out, '\n');
	}
	g_free(steps);
}

/* Whiskers reach the last values inside the fences. */
static void box_lines(const struct plot *p, GString *out, const struct plot_cell *c)
{
	struct stats_outliers o = stats_outliers(c->v, c->n);
	double q1 = stats_quantile(c->v, c->n, 0.25), q3 = stats_quantile(c->v, c->n, 0.75), low = q1, high = q3;
	double place = plot_place(p, c);
	bool even = q3 <= q1;

	for (guint i = 0; i < c->n && !even; i++) {
		low = c->v[i] >= o.low ? MIN(low, c->v[i]) : low;
		high = c->v[i] <= o.high ? MAX(high, c->v[i]) : high;
	}
	number(out, place);
	number(out, low);
	number(out, q1);
	number(out, stats_quantile(c->v, c->n, 0.5));
	number(out, q3);
	number(out, high);
	number(out, c->m.mean);
	g_string_append_printf(out, " %u\n", c->n);
	for (guint i = 0; i < c->n; i++) {
		if (c->v[i] >= low && c->v[i] <= high)
			continue;
		number(out, place);
		g_string_append(out, " - - - - -");
		number(out, c->v[i]);
		g_string_append(out, " 0\n");
	}
}

static void mean_line(GString *out, double x, const struct plot_cell *c)
{
	number(out, x);
	number(out, c->m.mean);
	number(out, c->interval.there ? c->interval.low : c->m.mean);
	number(out, c->interval.there ? c->interval.high : c->m.mean);
	g_string_append_printf(out, " %u\n", c->n);
}

static gint by_x(gconstpointer a, gconstpointer b, gpointer plot)
{
	const struct plot *p = plot;
	double x = point_of(p, (*(const struct plot_cell *const *)a)->point)->x;
	double y = point_of(p, (*(const struct plot_cell *const *)b)->point)->x;

	return (x > y) - (x < y);
}

/* A line's cells, by x where that is a number. */
static GPtrArray *cells_of(const struct plot *p, guint block)
{
	GPtrArray *a = g_ptr_array_new();

	for (guint i = 0; i < p->cells->len; i++) {
		struct plot_cell *c = &g_array_index(p->cells, struct plot_cell, i);

		if (plot_block(p, c) == block)
			g_ptr_array_add(a, c);
	}
	if (p->o.kind == PLOT_SWEEP && p->numeric)
		g_ptr_array_sort_with_data(a, by_x, (gpointer)(uintptr_t)p);
	return a;
}

static void head(const struct plot *p, GString *out)
{
	static const char *const columns[] = {
		[PLOT_ECDF] = "value, share of the runs that have at most this",
		[PLOT_BOX] = ("place, lower whisker, quartile, median, quartile, upper whisker, mean, n; "
			      "values outside the whiskers: place, five times -, value, 0"),
		[PLOT_MEAN] = "place, mean, low and high end of its 95 % interval, n",
		[PLOT_SWEEP] = "x, mean, low and high end of its 95 % interval, n",
	};

	g_string_append_printf(out, "# %s in %s; %u runs, %u that did not pass are left out\n", p->o.figure.figure,
			       p->o.figure.unit == UNIT_NS ? "ms" : "packets or messages", p->runs, p->left_out);
	if (p->open)
		g_string_append_printf(out, "# %u of the values are lower bounds: the silence had not ended\n", p->open);
	if (p->o.kind == PLOT_SWEEP)
		g_string_append_printf(out, "# x: %s%s%s%s\n", p->parameter, *p->unit ? " in " : "", p->unit,
				       p->numeric ? "" : ", the number of the point");
	g_string_append_printf(out, "# columns: %s\n", columns[p->o.kind]);
}

void plot_data(const struct plot *p, GString *out)
{
	head(p, out);
	for (guint b = 0; b < plot_blocks(p); b++) {
		GPtrArray *cells = cells_of(p, b);
		char *name = cells->len ? plot_name(p, cells->pdata[0]) : g_strdup("no value");

		g_string_append_printf(out, "%s# line %u: %s\n", b ? "\n\n" : "", b + 1, name);
		g_free(name);
		for (guint i = 0; i < cells->len; i++) {
			const struct plot_cell *c = cells->pdata[i];

			if (p->o.kind == PLOT_ECDF)
				ecdf_lines(out, c);
			else if (p->o.kind == PLOT_BOX)
				box_lines(p, out, c);
			else
				mean_line(out, p->o.kind == PLOT_MEAN ? plot_place(p, c) :
					  p->numeric ? point_of(p, c->point)->x : c->point + 1.0, c);
		}
		/* gnuplot counts blocks: an empty one would not be one */
		if (!cells->len)
			g_string_append(out, " NaN NaN NaN NaN NaN NaN NaN NaN\n");
		g_ptr_array_unref(cells);
	}
}

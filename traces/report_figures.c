/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the figures of many runs in a report
 *
 * For each step a table with a line per point of the sweep and a column for each path that was swept, its means with
 * their intervals as `mooring run` prints them, handovers first; before all that a card for each handover, and below it
 * what means do not show. It implements no clause.
 */
#include "traces/report_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "traces/report_html.h"
#include "traces/report_key.h"
#include "traces/summary_internal.h"

#define POINTS_MOST 500u
#define TABLES_MOST 50u			/* steps of a kind */
#define CARDS_MOST 4u

/* ---- points ------------------------------------------------------------------------------------------------------ */

static const struct results_point *point_at(const struct report_figures *f, guint i)
{
	return f->r->points->pdata[i];
}

/* The value that a point has for a path, "" if none. */
static const char *value_of(const struct results_point *p, const char *path)
{
	size_t n = strlen(path);

	for (char **o = p->overrides; o && *o; o++)
		if (!strncmp(*o, path, n) && (*o)[n] == '=')
			return *o + n + 1;
	return "";
}

static bool has_path(const GPtrArray *axes, const char *path)
{
	for (guint i = 0; i < axes->len; i++)
		if (!strcmp(axes->pdata[i], path))
			return true;
	return false;
}

/* Paths of which not all points have the same value, in the order in which they were given. */
static void find_axes(struct report_figures *f)
{
	if (f->axes)
		return;
	f->axes = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < f->r->points->len; i++)
		for (char **o = point_at(f, i)->overrides; o && *o; o++) {
			char *path = g_strndup(*o, strcspn(*o, "="));
			bool swept = false;

			for (guint k = 0; k < f->r->points->len && !swept; k++)
				swept = strcmp(value_of(point_at(f, k), path), value_of(point_at(f, 0), path));
			if (swept && !has_path(f->axes, path))
				g_ptr_array_add(f->axes, path);
			else
				g_free(path);
		}
}

static bool same_scenario(const struct report_figures *f)
{
	const char *first = point_at(f, 0)->name;
	size_t n = strcspn(first, "/");

	for (guint i = 1; i < f->r->points->len; i++)
		if (strncmp(point_at(f, i)->name, first, n) || strcspn(point_at(f, i)->name, "/") != n)
			return false;
	return true;
}

/* Columns of their own for what was swept, where that names all points. */
static bool by_axes(struct report_figures *f)
{
	find_axes(f);
	return f->axes->len && same_scenario(f);
}

static void point_cells(struct report_figures *f, const struct results_point *p)
{
	if (!by_axes(f))
		html_head_cell(f->s, p->name);
	else
		for (guint i = 0; i < f->axes->len; i++)
			html_head_cell(f->s, value_of(p, f->axes->pdata[i]));
}

static const struct spread_group *group_of(const struct results_point *point, const char *key)
{
	return g_hash_table_lookup(point->spread->index, key);
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

/* Has the column anything to show for that step, at any point? */
static bool has_column(const struct report_figures *f, const char *key, const struct spread_column *c)
{
	for (guint i = 0; i < f->r->points->len; i++) {
		const struct spread_group *g = group_of(point_at(f, i), key);
		struct summary_figure figure;

		if (!g || !c->name)
			continue;
		figure = summary_figure_of(g, c, &(struct summary_options){ false });
		if (figure.m.n && (figure.m.max > 0 || figure.m.min < 0))
			return true;
	}
	return false;
}

static char *cell_of(const struct report_figures *f, const struct spread_group *g, const struct spread_column *c)
{
	const struct summary_options how = { .bootstrap = f->bootstrap };
	struct summary_figure figure = { .open = 0 };

	if (g)
		figure = summary_figure_of(g, c, &how);
	return summary_cell(&figure, c->unit, &how);
}

static void point_row(struct report_figures *f, const struct results_point *point, const char *key, const bool *shown)
{
	const struct spread_group *g = group_of(point, key);
	guint ok = g ? g->rows->len : 0, all = g ? g->all : 0;

	html_row(f->s);
	point_cells(f, point);
	g_string_append_printf(f->s, "<td class=\"num nb\">%u / %u</td><td class=\"num nb\">%u / %u</td>", point->spread->runs,
			       point->runs->len, ok, all);
	for (guint c = 0; c < SPREAD_COLUMNS; c++) {
		char *cell;

		if (!shown[c])
			continue;
		cell = cell_of(f, g, &spread_columns[c]);
		html_number(f->s, cell);
		g_free(cell);
	}
	g_string_append(f->s, "</tr>\n");
}

static char *title_of(const struct spread_group *g)
{
	char *step = spread_step(g), *title = g_strdup_printf("%s of %s: %s", step_kind_name(g->kind), g->node, step);

	g_free(step);
	return title;
}

static void step_table(struct report_figures *f, const char *key, const struct spread_group *g)
{
	GString *heads = g_string_new(by_axes(f) ? "" : "Point");
	bool shown[SPREAD_COLUMNS];
	char *title = title_of(g);

	for (guint i = 0; by_axes(f) && i < f->axes->len; i++)
		g_string_append_printf(heads, "%s%s", i ? "|" : "", (const char *)f->axes->pdata[i]);
	g_string_append(heads, "|#Runs|#Ok");
	for (guint c = 0; c < SPREAD_COLUMNS; c++) {
		shown[c] = has_column(f, key, &spread_columns[c]);
		if (shown[c])
			g_string_append_printf(heads, "|#%s", spread_columns[c].name);
	}
	html_table_as(f->s, "tall", title, heads->str);
	for (guint i = 0; i < MIN(f->r->points->len, POINTS_MOST); i++)
		point_row(f, point_at(f, i), key, shown);
	html_table_end(f->s);
	g_free(title);
	g_string_free(heads, TRUE);
}

typedef void group_fn(struct report_figures *f, const char *key, const struct spread_group *g);

/* Every step of any point once. How many. */
static guint each_step(struct report_figures *f, enum step_kind kind, guint most, group_fn *told)
{
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	guint n;

	for (guint i = 0; i < f->r->points->len; i++) {
		const struct results_point *point = point_at(f, i);

		for (guint k = 0; k < point->spread->groups->len; k++) {
			const struct spread_group *g = point->spread->groups->pdata[k];
			char *key = spread_key(g);

			if (g->kind != kind || g_hash_table_contains(seen, key)) {
				g_free(key);
				continue;
			}
			if (g_hash_table_size(seen) < most)
				told(f, key, g);
			g_hash_table_add(seen, key);
		}
	}
	n = g_hash_table_size(seen);
	g_hash_table_unref(seen);
	return n;
}

/* ---- cards ------------------------------------------------------------------------------------------------------- */

static const struct spread_column *column_called(const char *figure)
{
	for (guint c = 0; c < SPREAD_COLUMNS; c++)
		if (!strcmp(spread_columns[c].figure, figure))
			return &spread_columns[c];
	return NULL;
}

/* The points with the least and the greatest mean of a column; false: none has any. */
static bool range_of(const struct report_figures *f, const char *key, const struct spread_column *c, guint at[2])
{
	double least = 0, most = 0;
	bool any = false;

	for (guint i = 0; i < f->r->points->len; i++) {
		const struct spread_group *g = group_of(point_at(f, i), key);
		struct summary_figure figure;

		if (!g)
			continue;
		figure = summary_figure_of(g, c, &(struct summary_options){ false });
		if (!figure.m.n)
			continue;
		if (!any || figure.m.mean < least) {
			least = figure.m.mean;
			at[0] = i;
		}
		if (!any || figure.m.mean > most) {
			most = figure.m.mean;
			at[1] = i;
		}
		any = true;
	}
	return any;
}

static char *point_words(struct report_figures *f, const struct results_point *p)
{
	GString *s = g_string_new(NULL);

	if (!by_axes(f))
		return g_string_free(g_string_append(s, p->name), FALSE);
	for (guint i = 0; i < f->axes->len; i++)
		g_string_append_printf(s, "%s%s=%s", i ? ", " : "", (const char *)f->axes->pdata[i],
				       value_of(p, f->axes->pdata[i]));
	return g_string_free(s, FALSE);
}

/* An interval stays with its mean. */
static void no_break(char **words)
{
	char **parts = g_strsplit(*words, " \u00b1", -1);

	g_free(*words);
	*words = g_strjoinv("\u00a0\u00b1", parts);
	g_strfreev(parts);
}

static void card_of(struct report_figures *f, const char *key, const struct spread_group *g, const char *what,
		    const struct spread_column *c, const guint at[2])
{
	char *title = title_of(g), *least = cell_of(f, group_of(point_at(f, at[0]), key), c);
	char *most = cell_of(f, group_of(point_at(f, at[1]), key), c);
	char *point = point_words(f, point_at(f, at[1])), *words, *more;

	words = at[0] == at[1] ? g_strdup_printf("%s\u00a0ms", least) : g_strdup_printf("%s to %s\u00a0ms", least, most);
	if (f->r->points->len == 1)
		more = g_strdup(strstr(least, "\u00b1") ? "mean and its 95 % interval" : "mean; it did not vary, or is of one run");
	else if (at[0] == at[1])
		more = g_strdup_printf("mean and its 95 %% interval, %s", point);
	else
		more = g_strdup_printf("least and greatest mean of %u points; the greatest with %s", f->r->points->len, point);
	no_break(&words);
	title[0] = g_ascii_toupper(title[0]);
	report_key_card(f->s, title, words, what, more);
	g_free(title);
	g_free(least);
	g_free(most);
	g_free(point);
	g_free(words);
	g_free(more);
}

static void card(struct report_figures *f, const char *key, const struct spread_group *g)
{
	static const struct { const char *figure, *what; } figures[] = {
		{ "gap_down", "without downlink data" }, { "gap_up", "without uplink data" }, { "total", "until registered" } };

	for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
		const struct spread_column *c = column_called(figures[i].figure);
		guint at[2] = { 0, 0 };

		if (c && range_of(f, key, c, at)) {
			card_of(f, key, g, figures[i].what, c, at);
			return;
		}
	}
}

void report_figures_key(struct report_figures *f)
{
	gsize before = f->s->len, empty;
	guint n;

	report_key_begin(f->s);
	empty = f->s->len;
	n = each_step(f, STEP_HANDOVER, CARDS_MOST, card) + each_step(f, STEP_HOME, CARDS_MOST, card);
	if (!n)
		n = each_step(f, STEP_ATTACH, CARDS_MOST, card);
	if (n > CARDS_MOST)
		g_string_append_printf(f->s, "<li><a href=\"#figures\">All %u steps</a></li>\n", n);
	if (f->s->len == empty)
		g_string_truncate(f->s, before);
	else
		report_key_end(f->s);
}

/* ---- the section ------------------------------------------------------------------------------------------------- */

/* A line each, and which point it is of. */
static guint note_lines(const struct report_figures *f, GString *all)
{
	guint points = 0;

	for (guint i = 0; i < MIN(f->r->points->len, POINTS_MOST); i++) {
		char *text = NULL;
		size_t n = 0;
		FILE *out = open_memstream(&text, &n);

		summary_notes(out, point_at(f, i)->spread);
		fclose(out);
		if (n) {
			g_string_append_printf(all, "%s%s:\n%s", points ? "\n" : "", point_at(f, i)->name, text);
			points++;
		}
		free(text);
	}
	return points;
}

static void notes(struct report_figures *f)
{
	GString *all = g_string_new(NULL);
	guint points = note_lines(f, all);

	if (points == 1 && f->r->points->len == 1) {
		html_note(f->s, all->str);
	} else if (points) {
		g_string_append_printf(f->s, "<details class=\"note\"><summary>What means do not show, at %u of %u points: values "
				       "far out, drifts</summary>\n", points, f->r->points->len);
		html_element(f->s, "p class=\"lines\"", all->str);
		g_string_append(f->s, "</details>\n");
	}
	g_string_free(all, TRUE);
}

void report_figures_section(struct report_figures *f)
{
	static const enum step_kind kinds[] = { STEP_HANDOVER, STEP_HOME, STEP_ATTACH, STEP_DETACH };
	guint n = 0, left = 0;

	html_section(f->s, "figures", "Figures");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		guint of = each_step(f, kinds[i], TABLES_MOST, step_table);

		n += of;
		left += of > TABLES_MOST ? of - TABLES_MOST : 0;
	}
	if (left)
		html_printf(f->s, "p class=\"note\" role=\"note\"", "%u more steps are in summary.csv: the first %u of each kind are "
			    "on this page.", left, TABLES_MOST);
	if (!n)
		html_note(f->s, "No run that passed has a step: there are no figures.");
	if (f->r->points->len > POINTS_MOST)
		html_note(f->s, "Only the first 500 points are on this page; summary.csv has all.");
	html_printf(f->s, "p class=\"small\"", "Means with their 95 %% interval (%s), times in ms, LOST packets both ways. "
		    "Runs: those that count, of all; Ok: steps in them that ended well, of all. A value without an interval did not "
		    "vary, or there is no second run. > at least: a gap had not ended. Columns that are nothing at every point are "
		    "left out. Medians and quantiles are in summary.csv.", f->bootstrap ? "BCa bootstrap" : "Student's t");
	notes(f);
	html_section_end(f->s);
}

void report_figures_done(struct report_figures *f)
{
	if (f->axes)
		g_ptr_array_unref(f->axes);
}

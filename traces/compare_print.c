/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a comparison, written
 *
 * For people one table per step with the columns of the table of means, and other figures only where they differ; for
 * programs every figure as JSON or CSV. p has three digits and nothing below 1e-12, where mathematics libraries go
 * different ways. It implements no clause.
 */
#include <math.h>
#include <string.h>

#include "traces/compare_internal.h"

#define SEEDS_SHOWN 10u
#define P_LEAST 1e-12

static char *p_text(double p)
{
	char buf[32];

	g_snprintf(buf, sizeof buf, "%.3g", p);
	return p < P_LEAST ? g_strdup("0") : g_strdup(buf);
}

static char *p_cell(double p)
{
	return p < P_LEAST ? g_strdup("<1e-12") : p_text(p);
}

const struct stats_compared *compare_test_of(const struct compare_row *r)
{
	switch (r->test) {
	case COMPARE_PAIRED:
		return &r->paired;
	case COMPARE_WELCH:
		return &r->welch;
	case COMPARE_NO_TEST:
	case COMPARE_FISHER:
		break;
	}
	return r->paired.there ? &r->paired : r->welch.there ? &r->welch : NULL;
}

static double difference(const struct compare_row *r)
{
	const struct stats_compared *t = compare_test_of(r);

	return t ? t->difference : r->in_a.m.n && r->in_b.m.n ? r->in_b.m.mean - r->in_a.m.mean : 0;
}

static const char *figure_name(const struct compare_row *r)
{
	return r->column.figure ? r->column.figure : "ok_share";
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

enum { C_NAME, C_A, C_B, C_DIFFERENCE, C_SHARE, C_TEST, C_P, C_EFFECT, C_RANKS, C_DELTA, C_FINDING, C_COLUMNS };

static char *difference_cell(const struct compare_row *r)
{
	const struct stats_compared *t = compare_test_of(r);
	double d = difference(r);
	char *value, *half, *text;

	if (!r->in_a.m.n || !r->in_b.m.n)
		return g_strdup("-");
	value = summary_plain(r->column.unit, d);
	if (!t || !t->interval.there || t->interval.low == t->interval.high) {
		text = g_strconcat(d > 0 ? "+" : "", value, NULL);
	} else {
		half = summary_plain(r->column.unit, (t->interval.high - t->interval.low) / 2);
		text = g_strdup_printf("%s%s ±%s", d > 0 ? "+" : "", value, half);
		g_free(half);
	}
	g_free(value);
	return text;
}

/* The name in the table of one run; NULL: it has no column there. */
static const char *table_name(const struct compare_row *r)
{
	for (guint i = 0; i < SPREAD_COLUMNS; i++)
		if (!g_strcmp0(spread_columns[i].figure, r->column.figure))
			return spread_columns[i].name;
	return NULL;
}

const char *compare_column_name(const struct compare_row *r)
{
	const char *name = table_name(r);

	return name ? name : figure_name(r);
}

/* Over what it is decided: this many pairs, or values of the two sides. */
static char *test_cell(const struct compare_row *r)
{
	switch (r->test) {
	case COMPARE_PAIRED:
		return g_strdup_printf("%u pairs", r->pairs);
	case COMPARE_WELCH:
		return g_strdup_printf("Welch %u, %u", (guint)r->in_a.m.n, (guint)r->in_b.m.n);
	case COMPARE_NO_TEST:
	case COMPARE_FISHER:
		break;
	}
	return g_strdup("");
}

static void row_cells(const struct compare *c, const struct compare_row *r, char **cell)
{
	const struct stats_compared *t = compare_test_of(r);

	cell[C_NAME] = g_strdup(compare_column_name(r));
	cell[C_A] = summary_cell(&r->in_a, r->column.unit, c->o);
	cell[C_B] = summary_cell(&r->in_b, r->column.unit, c->o);
	cell[C_DIFFERENCE] = difference_cell(r);
	cell[C_SHARE] = r->in_a.m.n && r->in_b.m.n && fabs(r->in_a.m.mean) > 0
				? g_strdup_printf("%+.1f %%", 100 * difference(r) / r->in_a.m.mean) : g_strdup("");
	cell[C_TEST] = test_cell(r);
	cell[C_P] = r->test == COMPARE_NO_TEST ? g_strdup("") : p_cell(r->p);
	cell[C_EFFECT] = r->test != COMPARE_NO_TEST && t && t->has_effect ? g_strdup_printf("%+.2f", t->g) : g_strdup("");
	cell[C_RANKS] = r->test != COMPARE_NO_TEST && r->ranks.there ? p_cell(r->ranks.p) : g_strdup("");
	cell[C_DELTA] = r->test != COMPARE_NO_TEST && r->ranks.there ? g_strdup_printf("%+.2f", r->ranks.delta) : g_strdup("");
	cell[C_FINDING] = g_strdup(r->finding == COMPARE_NOISE ? "" : compare_finding_name(r->finding));
}

static const struct compare_row *row_of(const struct compare_row *rows, guint n, const char *figure)
{
	for (guint i = 0; i < n; i++)
		if (!g_strcmp0(rows[i].column.figure, figure))
			return &rows[i];
	return NULL;
}

/*
 * The lines of a step: the columns of the table in its order, but for what is nothing on both sides; then figures
 * without a column of their own that differ.
 */
static GPtrArray *lines_of(const struct compare_row *rows, guint n)
{
	GPtrArray *lines = g_ptr_array_new();

	for (guint i = 0; i < SPREAD_COLUMNS; i++) {
		const struct compare_row *r = row_of(rows, n, spread_columns[i].figure);

		if (r && (r->in_a.m.max > 0 || r->in_b.m.max > 0))
			g_ptr_array_add(lines, (gpointer)r);
	}
	for (guint i = 0; i < n; i++)
		if (rows[i].column.figure && !table_name(&rows[i]) && rows[i].finding == COMPARE_DIFFERS)
			g_ptr_array_add(lines, (gpointer)&rows[i]);
	return lines;
}

static bool all_equal(const struct compare_row *rows, guint n)
{
	for (guint i = 0; i < n; i++)
		if (rows[i].finding != COMPARE_EQUAL)
			return false;
	return true;
}

static char *group_name(const struct spread_group *g)
{
	char *step = spread_step(g), *name = g_strdup_printf("%s  %s", g->node, step);

	g_free(step);
	return name;
}

/* Rows of one step, n of them; the first is the share. */
static void print_step(FILE *f, const struct compare *c, const struct compare_row *rows, guint n)
{
	static const char *const heads[C_COLUMNS] = {
		"", "A", "B", "B - A", "of A", "test", "p", "g", "p ranks", "delta", "finding"
	};
	const struct spread_group *a = rows->a, *b = rows->b;
	GPtrArray *lines = lines_of(rows, n);
	char **cells = g_new0(char *, (gsize)lines->len * C_COLUMNS + 1), *name = group_name(a), *other = group_name(b);

	for (guint i = 0; i < lines->len; i++)
		row_cells(c, lines->pdata[i], cells + (gsize)C_COLUMNS * i);
	fprintf(f, "\n%s  %s", step_kind_name(a->kind), name);
	if (strcmp(name, other))
		fprintf(f, " (A), %s (B)", other);
	fprintf(f, ": %u of %u ok, %u of %u ok", a->rows->len, a->all, b->rows->len, b->all);
	if (!rows->column.figure && rows->finding == COMPARE_DIFFERS)
		fprintf(f, ": differs (p %.3g)", rows->p);
	if (all_equal(rows, n))
		fputs(": all values are the same\n", f);
	else
		fputc('\n', f);
	if (lines->len && !all_equal(rows, n))
		summary_print_cells(f, heads, cells, lines->len, C_COLUMNS, C_COLUMNS);
	g_strfreev(cells);
	g_ptr_array_unref(lines);
	g_free(name);
	g_free(other);
}

static void print_changed(FILE *f, const struct compare_pair *p)
{
	if (p->changed->len)
		fprintf(f, "%u of %u common seeds have another verdict:", p->changed->len, p->common);
	for (guint i = 0; i < MIN(p->changed->len, SEEDS_SHOWN); i++) {
		const struct results_run *b =
			&g_array_index(p->b->runs, struct results_run, g_array_index(p->changed, guint, i));

		fprintf(f, "%s %" G_GUINT64_FORMAT " %s > %s", i ? "," : "", b->seed,
			verdict_name(compare_run(p->a, b->seed)->verdict), verdict_name(b->verdict));
	}
	if (p->changed->len)
		fputs(p->changed->len > SEEDS_SHOWN ? ", …\n" : "\n", f);
	if (p->p_passed < COMPARE_ALPHA)
		fprintf(f, "The shares of runs that passed differ (p %.3g, Fisher's exact test).\n", p->p_passed);
}

static void print_pair(FILE *f, const struct compare *c, const struct compare_pair *p)
{
	const struct compare_row *rows = (const struct compare_row *)(const void *)p->rows->data;

	fprintf(f, "A  %s: %u of %u runs count\n", p->a->name, p->passed_a, p->a->runs->len);
	fprintf(f, "B  %s: %u of %u runs count\n", p->b->name, p->passed_b, p->b->runs->len);
	if (p->common && p->same_course == p->common)
		fprintf(f, "Common seeds: %u, all with the same course (fingerprint).\n", p->common);
	else if (p->common)
		fprintf(f, "Common seeds: %u; what most of them have on both sides is compared seed by seed.\n", p->common);
	else
		fputs("No common seeds.\n", f);
	print_changed(f, p);
	for (guint i = 0; i < p->lonely->len; i++) {
		char *name = group_name(p->lonely->pdata[i]);

		fprintf(f, "Only in %s: %s\n", g_array_index(p->lonely_in_a, bool, i) ? "A" : "B", name);
		g_free(name);
	}
	for (guint i = 0, n; i < p->rows->len; i += n) {
		for (n = 1; i + n < p->rows->len && rows[i + n].a == rows[i].a && rows[i + n].b == rows[i].b;)
			n++;
		print_step(f, c, rows + i, n);
	}
}

void compare_print(FILE *f, const struct compare *c)
{
	for (guint i = 0; i < c->pairs->len; i++) {
		if (i)
			fputc('\n', f);
		print_pair(f, c, c->pairs->pdata[i]);
	}
	for (guint i = 0; i < c->alone->len; i++)
		fprintf(f, "%sOnly in %s: point %s\n", i ? "" : "\n", g_array_index(c->alone_in_a, bool, i) ? "A" : "B",
			((const struct results_point *)c->alone->pdata[i])->name);
	compare_words(f, c);
	fputs("\nms, LOST packets. test: what p is of; pairs: paired t test, seed by seed. g: Hedges' effect size, in\n"
	      "standard deviations (of pairs: of their differences). p ranks: Mann-Whitney. delta: Cliff's, -1 to 1.\n"
	      "differs: p below 5 % after Holm's correction for all figures (docs/statistics.md).\n", f);
	fprintf(f, "\n%u of %u figures that vary differ beyond the noise%s\n", c->differing, c->tests,
		c->differs && !c->differing ? "; what else differs stands above" : "");
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void value(GString *out, const char *key, enum metric_unit unit, double v, bool there, bool json)
{
	if (json)
		g_string_append_printf(out, ", \"%s\": ", key);
	else
		g_string_append_c(out, ',');
	if (there)
		summary_number(out, unit, v);
	else if (json)
		g_string_append(out, "null");
}

/* A number without a unit, three digits. */
static void ratio(GString *out, const char *key, double v, bool there, bool json)
{
	char *text = p_text(fabs(v));

	if (json)
		g_string_append_printf(out, ", \"%s\": ", key);
	else
		g_string_append_c(out, ',');
	if (there)
		g_string_append_printf(out, "%s%s", v < 0 && strcmp(text, "0") ? "-" : "", text);
	else if (json)
		g_string_append(out, "null");
	g_free(text);
}

static void whole(GString *out, const char *key, guint v, bool json)
{
	if (json)
		g_string_append_printf(out, ", \"%s\": %u", key, v);
	else
		g_string_append_printf(out, ",%u", v);
}

static void side(GString *out, const char *n, const char *mean, const char *low, const char *high,
		 const struct compare_row *r, bool is_a, bool json)
{
	const struct summary_figure *f = is_a ? &r->in_a : &r->in_b;
	const struct spread_group *g = is_a ? r->a : r->b;
	bool share = !r->column.figure;

	whole(out, n, share ? g->all : (guint)f->m.n, json);
	value(out, mean, r->column.unit, share ? g->rows->len / (double)MAX(g->all, 1) : f->m.mean, share || f->m.n > 0, json);
	value(out, low, r->column.unit, f->interval.low, f->interval.there, json);
	value(out, high, r->column.unit, f->interval.high, f->interval.there, json);
}

/* What JSON and CSV have of a row, in this order. */
static void numbers(GString *out, const struct compare_row *r, bool json)
{
	const struct stats_compared *t = compare_test_of(r);
	bool both = r->in_a.m.n && r->in_b.m.n, interval = t && t->interval.there;

	side(out, "n_a", "mean_a", "low_a", "high_a", r, true, json);
	side(out, "n_b", "mean_b", "low_b", "high_b", r, false, json);
	whole(out, "pairs", r->pairs, json);
	value(out, "difference", r->column.unit, difference(r), both, json);
	value(out, "difference_low", r->column.unit, interval ? t->interval.low : 0, interval, json);
	value(out, "difference_high", r->column.unit, interval ? t->interval.high : 0, interval, json);
	ratio(out, "p_paired", r->paired.p, r->paired.there, json);
	ratio(out, "p_welch", r->welch.p, r->welch.there, json);
	ratio(out, "p_ranks", r->ranks.p, r->ranks.there, json);
	ratio(out, "g", r->welch.g, r->welch.has_effect, json);
	ratio(out, "g_paired", r->paired.g, r->paired.has_effect, json);
	ratio(out, "delta", r->ranks.delta, r->ranks.there, json);
	ratio(out, "p", r->p, r->test != COMPARE_NO_TEST, json);
	ratio(out, "p_adjusted", r->adjusted, r->test != COMPARE_NO_TEST, json);
}

static void csv_row(GString *out, const struct compare_pair *p, const struct compare_row *r)
{
	const char *const texts[] = { p->a->name, p->b->name, r->a->node, r->a->step, r->b->node, r->b->step };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		summary_csv_text(out, texts[i]);
		g_string_append_c(out, ',');
	}
	g_string_append_printf(out, "%u,%s,%s,%s", r->a->nth + 1, step_kind_name(r->a->kind), figure_name(r),
			       metric_unit_name(r->column.unit));
	numbers(out, r, false);
	g_string_append_printf(out, ",%s,%s\n", compare_test_name(r->test), compare_finding_name(r->finding));
}

void compare_csv(GString *out, const struct compare *c)
{
	g_string_append(out, "point_a,point_b,node_a,step_a,node_b,step_b,nth,kind,metric,unit,n_a,mean_a,lo_a,hi_a,n_b,"
			     "mean_b,lo_b,hi_b,pairs,difference,difference_lo,difference_hi,p_paired,p_welch,p_ranks,g,g_paired,delta,p,"
			     "p_adjusted,test,finding\n");
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = c->pairs->pdata[i];

		for (guint k = 0; k < p->rows->len; k++)
			csv_row(out, p, &g_array_index(p->rows, struct compare_row, k));
	}
}

static void json_row(GString *out, const struct compare_row *r)
{
	g_string_append(out, "{\"node_a\": ");
	summary_json_text(out, r->a->node);
	g_string_append(out, ", \"step_a\": ");
	summary_json_text(out, r->a->step);
	g_string_append(out, ", \"node_b\": ");
	summary_json_text(out, r->b->node);
	g_string_append(out, ", \"step_b\": ");
	summary_json_text(out, r->b->step);
	g_string_append_printf(out, ", \"nth\": %u, \"kind\": \"%s\", \"metric\": \"%s\", \"unit\": \"%s\"", r->a->nth + 1,
			       step_kind_name(r->a->kind), figure_name(r), metric_unit_name(r->column.unit));
	numbers(out, r, true);
	g_string_append_printf(out, ", \"test\": \"%s\", \"finding\": \"%s\"}", compare_test_name(r->test),
			       compare_finding_name(r->finding));
}

static void json_changed(GString *out, const struct compare_pair *p)
{
	g_string_append(out, ", \"verdicts\": [");
	for (guint i = 0; i < p->changed->len; i++) {
		const struct results_run *b =
			&g_array_index(p->b->runs, struct results_run, g_array_index(p->changed, guint, i));

		g_string_append_printf(out, "%s{\"seed\": \"%" G_GUINT64_FORMAT "\", \"a\": \"%s\", \"b\": \"%s\"}", i ? ", " : "",
				       b->seed, verdict_name(compare_run(p->a, b->seed)->verdict), verdict_name(b->verdict));
	}
	g_string_append(out, "], \"only\": [");
	for (guint i = 0; i < p->lonely->len; i++) {
		const struct spread_group *g = p->lonely->pdata[i];

		g_string_append_printf(out, "%s{\"in\": \"%s\", \"node\": ", i ? ", " : "",
				       g_array_index(p->lonely_in_a, bool, i) ? "a" : "b");
		summary_json_text(out, g->node);
		g_string_append(out, ", \"step\": ");
		summary_json_text(out, g->step);
		g_string_append_printf(out, ", \"nth\": %u}", g->nth + 1);
	}
	g_string_append(out, "]");
}

static void json_pair(GString *out, const struct compare_pair *p)
{
	g_string_append(out, "{\"point_a\": ");
	summary_json_text(out, p->a->name);
	g_string_append(out, ", \"point_b\": ");
	summary_json_text(out, p->b->name);
	g_string_append_printf(out, ", \"runs_a\": %u, \"passed_a\": %u, \"runs_b\": %u, \"passed_b\": %u, \"common\": %u, "
			       "\"same_course\": %u", p->a->runs->len, p->passed_a, p->b->runs->len, p->passed_b, p->common,
			       p->same_course);
	json_changed(out, p);
	g_string_append(out, ", \"figures\": [");
	for (guint k = 0; k < p->rows->len; k++) {
		g_string_append(out, k ? ",\n   " : "\n   ");
		json_row(out, &g_array_index(p->rows, struct compare_row, k));
	}
	g_string_append(out, "]}");
}

void compare_json(GString *out, const struct compare *c)
{
	g_string_append(out, "\"pairs\": [");
	for (guint i = 0; i < c->pairs->len; i++) {
		g_string_append(out, i ? ",\n  " : "\n  ");
		json_pair(out, c->pairs->pdata[i]);
	}
	g_string_append(out, "], \"only\": [");
	for (guint i = 0; i < c->alone->len; i++) {
		g_string_append_printf(out, "%s{\"in\": \"%s\", \"point\": ", i ? ", " : "",
				       g_array_index(c->alone_in_a, bool, i) ? "a" : "b");
		summary_json_text(out, ((const struct results_point *)c->alone->pdata[i])->name);
		g_string_append_c(out, '}');
	}
	g_string_append_printf(out, "], \"tests\": %u, \"differing\": %u, \"differs\": %s", c->tests, c->differing,
			       c->differs ? "true" : "false");
}

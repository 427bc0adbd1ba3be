/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: means over runs, for programs
 *
 * The rows of a step become arrays, the arrays figures (stats.h), the figures lines of summary.csv and JSON. Numbers
 * are rounded to the nanosecond, far above the last digit in which mathematics libraries differ, so that the files of
 * two machines are the same. It implements no clause.
 */
#include "traces/summary_internal.h"

#include <math.h>

/* ---- figures ----------------------------------------------------------------------------------------------------- */

double *summary_values(const struct spread_group *g, const struct spread_column *c, guint *n, guint *open,
		       uint64_t **seeds)
{
	double *v = g_new(double, g->rows->len + 1);

	*n = *open = 0;
	if (seeds)
		*seeds = g_new(uint64_t, g->rows->len + 1);
	for (guint i = 0; i < g->rows->len; i++) {
		bool bound;
		int64_t value = spread_value(&g_array_index(g->rows, struct spread_row, i), c, &bound);

		if (value == METRIC_ABSENT)
			continue;
		if (seeds)
			(*seeds)[*n] = g_array_index(g->seeds, uint64_t, i);
		*open += bound;
		v[(*n)++] = (double)value;
	}
	return v;
}

guint summary_match(double *a, const uint64_t *sa, guint na, double *b, const uint64_t *sb, guint nb)
{
	guint n = 0, i = 0, k = 0;

	while (i < na && k < nb) {
		if (sa[i] == sb[k]) {
			a[n] = a[i++];
			b[n++] = b[k++];
		} else if (sa[i] < sb[k]) {
			i++;
		} else {
			k++;
		}
	}
	return n;
}

struct summary_figure summary_figure_of(const struct spread_group *g, const struct spread_column *c,
					const struct summary_options *o)
{
	struct summary_figure f = { .open = 0 };
	guint n;
	double *v = summary_values(g, c, &n, &f.open, NULL);

	f.m = stats_moments(v, n);
	if (o && o->bootstrap) {
		/* the same resamples for all figures: what is equal has equal intervals */
		const struct stats_bootstrap b = { 0, "summary", STATS_RESAMPLES, STATS_LEVEL };

		f.interval = stats_bootstrap_bca(v, n, &b);
	} else {
		f.interval = stats_mean_interval(&f.m, STATS_LEVEL);
	}
	stats_sort(v, n);
	f.median = stats_quantile(v, n, 0.5);
	f.q05 = stats_quantile(v, n, 0.05);
	f.q95 = stats_quantile(v, n, 0.95);
	f.outliers = stats_outliers(v, n);
	g_free(v);
	return f;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

void summary_number(GString *out, enum metric_unit unit, double v)
{
	gsize begin = out->len;
	double whole;

	switch (unit) {
	case UNIT_NS:
		whole = ceil(v - 0.5);
		g_string_append_printf(out, "%" G_GINT64_FORMAT, (int64_t)whole);
		return;
	case UNIT_COUNT:
		break;
	}
	/* no "-0" */
	g_string_append_printf(out, "%.6f", ceil(v * 1e6 - 0.5) == 0 ? 0.0 : v);
	while (out->str[out->len - 1] == '0')
		g_string_truncate(out, out->len - 1);
	if (out->len > begin && out->str[out->len - 1] == '.')
		g_string_truncate(out, out->len - 1);
}

void summary_csv_text(GString *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		g_string_append(out, text);
		return;
	}
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			g_string_append_c(out, '"');
		g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

void summary_json_text(GString *out, const char *text)
{
	g_string_append_c(out, '"');
	for (const char *p = text; *p; p++)
		if (*p == '"' || *p == '\\')
			g_string_append_printf(out, "\\%c", *p);
		else if ((unsigned char)*p < 32)
			g_string_append_printf(out, "\\u%04x", (unsigned char)*p);
		else
			g_string_append_c(out, *p);
	g_string_append_c(out, '"');
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

void summary_csv_header(GString *out)
{
	g_string_append(out, "point,node,step,nth,kind,metric,n,mean,lo,hi,median,q05,q95,unit,sd,min,max,open,far,"
			     "interval\n");
}

static void csv_numbers(GString *out, enum metric_unit unit, const double *v, unsigned n, bool there)
{
	for (unsigned i = 0; i < n; i++) {
		g_string_append_c(out, ',');
		if (there)
			summary_number(out, unit, v[i]);
	}
}

static void csv_figure(GString *out, enum metric_unit unit, const struct summary_figure *f,
		       const struct summary_options *o)
{
	g_string_append_printf(out, ",%" G_GSIZE_FORMAT, f->m.n);
	csv_numbers(out, unit, (const double[]){ f->m.mean }, 1, true);
	csv_numbers(out, unit, (const double[]){ f->interval.low, f->interval.high }, 2, f->interval.there);
	csv_numbers(out, unit, (const double[]){ f->median, f->q05, f->q95 }, 3, true);
	g_string_append_printf(out, ",%s", metric_unit_name(unit));
	csv_numbers(out, unit, (const double[]){ f->m.sd }, 1, f->m.n >= 2);
	csv_numbers(out, unit, (const double[]){ f->m.min, f->m.max }, 2, true);
	g_string_append_printf(out, ",%u,%" G_GSIZE_FORMAT ",%s\n", f->open, f->outliers.far,
			       o && o->bootstrap ? "bca" : "t");
}

void summary_csv(GString *out, const char *point, const struct spread *s, const struct summary_options *o)
{
	for (guint i = 0; i < s->groups->len; i++) {
		const struct spread_group *g = s->groups->pdata[i];

		for (unsigned k = 0; k < SPREAD_FIGURES; k++) {
			struct spread_column c = spread_figure(k);
			struct summary_figure f = summary_figure_of(g, &c, o);

			if (!f.m.n)
				continue;
			summary_csv_text(out, point);
			g_string_append_c(out, ',');
			summary_csv_text(out, g->node);
			g_string_append_c(out, ',');
			summary_csv_text(out, g->step);
			g_string_append_printf(out, ",%u,%s,%s", g->nth + 1, step_kind_name(g->kind), c.figure);
			csv_figure(out, c.unit, &f, o);
		}
	}
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void json_number(GString *out, const char *key, enum metric_unit unit, double v, bool there)
{
	g_string_append_printf(out, ", \"%s\": ", key);
	if (there)
		summary_number(out, unit, v);
	else
		g_string_append(out, "null");
}

static void json_figure(GString *out, const struct spread_column *c, const struct summary_figure *f)
{
	g_string_append_printf(out, "\"%s\": {\"n\": %" G_GSIZE_FORMAT, c->figure, f->m.n);
	json_number(out, "mean", c->unit, f->m.mean, true);
	json_number(out, "low", c->unit, f->interval.low, f->interval.there);
	json_number(out, "high", c->unit, f->interval.high, f->interval.there);
	json_number(out, "sd", c->unit, f->m.sd, f->m.n >= 2);
	json_number(out, "median", c->unit, f->median, true);
	json_number(out, "q05", c->unit, f->q05, true);
	json_number(out, "q95", c->unit, f->q95, true);
	json_number(out, "min", c->unit, f->m.min, true);
	json_number(out, "max", c->unit, f->m.max, true);
	g_string_append_printf(out, ", \"open\": %u, \"far\": %" G_GSIZE_FORMAT ", \"unit\": \"%s\"}", f->open,
			       f->outliers.far, metric_unit_name(c->unit));
}

static void json_group(GString *out, const struct spread_group *g, const struct summary_options *o)
{
	bool first = true;

	g_string_append(out, "{\"node\": ");
	summary_json_text(out, g->node);
	g_string_append(out, ", \"step\": ");
	summary_json_text(out, g->step);
	g_string_append_printf(out, ", \"nth\": %u, \"kind\": \"%s\", \"steps\": %u, \"ok\": %u, \"metrics\": {", g->nth + 1,
			       step_kind_name(g->kind), g->all, g->rows->len);
	for (unsigned k = 0; k < SPREAD_FIGURES; k++) {
		struct spread_column c = spread_figure(k);
		struct summary_figure f = summary_figure_of(g, &c, o);

		if (!f.m.n)
			continue;
		g_string_append(out, first ? "" : ", ");
		json_figure(out, &c, &f);
		first = false;
	}
	g_string_append(out, "}}");
}

void summary_json(GString *out, const char *point, const struct spread *s, const struct summary_options *o)
{
	g_string_append(out, "{\"point\": ");
	summary_json_text(out, point);
	g_string_append_printf(out, ", \"interval\": \"%s\", \"level\": 0.95, \"runs\": %u, \"left_out\": %u, \"steps\": [",
			       o && o->bootstrap ? "bca" : "t", s->runs, s->left_out->len);
	for (guint i = 0; i < s->groups->len; i++) {
		g_string_append(out, i ? ",\n   " : "\n   ");
		json_group(out, s->groups->pdata[i], o);
	}
	g_string_append(out, "]}");
}

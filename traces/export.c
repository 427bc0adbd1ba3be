/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: results in OMNeT++'s layout
 *
 * A run keeps its number, seed and point as OMNeT++'s attributes (experiment, measurement, replication); what was set
 * becomes iteration variables; each figure of each step is a scalar of its node, seconds where it is a time; what runs
 * with events tell over time is vectors. No date, no machine and no process stands in the file: equal results make
 * equal files. It implements no clause.
 */
#include "traces/export.h"

#include <string.h>

#include "traces/export_vectors.h"
#include "traces/results.h"
#include "traces/sqlite_out.h"

#define NANOSECONDS (-9)		/* exponent of the time unit of a run */

struct export {
	struct sqlite_out *out;
	const struct export_options *options;
	struct export_sums *sums;
	GHashTable *names;		/* of runs that stand in the file */
	int64_t scalar, parameter;	/* last keys */
	struct series_to series;
};

static void attribute(struct export *x, const char *name, const char *value)
{
	sqlite_out_row(x->out, SQL_RUN_ATTR, "iss", (int64_t)x->sums->runs, name, value);
}

static void attribute_number(struct export *x, const char *name, uint64_t value)
{
	char text[24];

	g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, value);
	attribute(x, name, text);
}

/* The scenario's name: the point's up to the first setting. */
static char *scenario_of(const struct results_point *p)
{
	const char *cut = *p->overrides ? strchr(p->name, '/') : NULL;

	return cut ? g_strndup(p->name, (gsize)(cut - p->name)) : g_strdup(p->name);
}

/* "$a=1, $b=2", as OMNeT++ names a measurement. */
static char *measurement_of(const struct results_point *p)
{
	GString *s = g_string_new(NULL);

	for (char **set = p->overrides; *set; set++)
		g_string_append_printf(s, "%s$%s", set == p->overrides ? "" : ", ", *set);
	return g_string_free(s, FALSE);
}

static void settings(struct export *x, const struct results_point *p, const struct results_run *run)
{
	const int64_t id = x->sums->runs;
	char seed[24];
	int64_t nth = 0;

	for (char **set = p->overrides; *set; set++) {
		const char *is = strchr(*set, '='), *value = is ? is + 1 : "";
		char *path = is ? g_strndup(*set, (gsize)(is - *set)) : g_strdup(*set), *dot = strrchr(path, '.');

		sqlite_out_row(x->out, SQL_RUN_ITERVAR, "iss", id, path, value);
		sqlite_out_row(x->out, SQL_RUN_CONFIG, "issi", id, path, value, nth++);
		if (dot)
			*dot = 0;
		sqlite_out_row(x->out, SQL_PARAMETER, "iisss", ++x->parameter, id, dot ? path : "scenario", dot ? dot + 1 : path,
			       value);
		g_free(path);
	}
	g_snprintf(seed, sizeof seed, "%" G_GUINT64_FORMAT, run->seed);
	sqlite_out_row(x->out, SQL_RUN_CONFIG, "issi", id, "seed", seed, nth);
}

static void attributes(struct export *x, const struct results *r, const struct results_point *p,
		       const struct results_run *run)
{
	char *scenario = scenario_of(p), *measurement = measurement_of(p);
	char *replication = g_strdup_printf("#%u, seed-set=%" G_GUINT64_FORMAT, p->runs->len - 1, run->seed);

	attribute(x, "configname", scenario);
	attribute(x, "experiment", scenario);
	attribute(x, "inifile", p->file);
	attribute(x, "iterationvars", measurement);
	attribute(x, "measurement", measurement);
	attribute(x, "network", scenario);
	attribute_number(x, "repetition", p->runs->len - 1);
	attribute(x, "replication", replication);
	attribute_number(x, "runnumber", run->number);
	attribute_number(x, "seedset", run->seed);
	attribute(x, "verdict", verdict_name(run->verdict));
	attribute(x, "finished", run->finished ? "true" : "false");
	attribute(x, "fingerprint", run->fingerprint);
	attribute(x, "hash", p->hash);
	attribute(x, "engine", r->engine);
	attribute(x, "version", r->version);
	g_free(replication);
	g_free(measurement);
	g_free(scenario);
}

static bool lower_bound(const struct spread_row *row, int id)
{
	return (id == M_GAP_UP && row->gap_up_open) || (id == M_GAP_DOWN && row->gap_down_open);
}

static void figures(struct export *x, const struct spread_row *row, guint nth)
{
	char number[16];

	g_snprintf(number, sizeof number, "%u", nth + 1);
	for (int i = 0; i < METRICS; i++) {
		const struct metric_row *m = &metric_rows[i];
		const double value = m->unit == UNIT_NS ? (double)row->v[i] / 1e9 : (double)row->v[i];

		if (row->v[i] == METRIC_ABSENT)
			continue;
		x->sums->figures++;
		x->scalar++;
		sqlite_out_row(x->out, SQL_SCALAR, "iissr", x->scalar, (int64_t)x->sums->runs, row->node, m->name, value);
		sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "unit", m->unit == UNIT_NS ? "s" : "1");
		sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "step", row->step);
		sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "nth", number);
		sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "kind", step_kind_name(row->kind));
		sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "outcome", step_outcome_name(row->outcome));
		if (lower_bound(row, i))
			sqlite_out_row(x->out, SQL_SCALAR_ATTR, "iss", x->scalar, "bound", "lower");
	}
}

/* Unique wherever it came from: OMNeT++ takes runs of one name in two files for one. */
static bool name_run(struct export *x, const struct results *r, const struct results_point *p,
		     const struct results_run *run, GError **error)
{
	char *scenario = scenario_of(p);
	char *name = g_strdup_printf("%s-%u-seed%" G_GUINT64_FORMAT "-%s-%s-%s", scenario, run->number, run->seed, p->hash,
				     r->engine, r->version);

	g_free(scenario);
	if (!g_hash_table_add(x->names, name)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: run %u stands in a folder before this one, too", r->dir,
			    run->number);
		return false;
	}
	x->sums->runs++;
	sqlite_out_row(x->out, SQL_RUN, "isi", (int64_t)x->sums->runs, name, (int64_t)NANOSECONDS);
	return true;
}

/* Of a run with events; runs that are tables only have none. */
static bool vectors(struct export *x, const struct results *r, const struct results_run *run, GError **error)
{
	char *events = g_build_filename(r->dir, run->folder, "events.jsonl", NULL);
	bool there = *run->folder && g_file_test(events, G_FILE_TEST_EXISTS), ok = true;

	x->series.run = x->sums->runs;
	if (x->options->no_vectors || !there)
		x->sums->eventless++;
	else
		ok = export_vectors(&x->series, events, x->options, error);
	g_free(events);
	return ok;
}

static bool export_run(void *ctx, const struct results *r, const struct results_point *p, const struct results_run *run,
		       const struct spread_row *rows, guint n, GError **error)
{
	struct export *x = ctx;
	const bool counts = run->finished && run->verdict == VERDICT_PASS;
	guint *nth;

	if (!name_run(x, r, p, run, error))
		return false;
	attributes(x, r, p, run);
	settings(x, p, run);
	x->sums->left_out += !counts && !run->interrupted && !x->options->all;
	if (!counts && !x->options->all)
		return true;
	nth = spread_nth(rows, n);
	for (guint i = 0; i < n; i++)
		if (x->options->all || rows[i].outcome == OUTCOME_OK)
			figures(x, &rows[i], nth[i]);
	g_free(nth);
	return vectors(x, r, run, error);
}

bool export_sqlite(const char *file, char *const *dirs, int n, const struct export_options *options,
		   struct export_sums *sums, GError **error)
{
	struct export x = { .options = options, .sums = sums };
	bool ok = true;

	*sums = (struct export_sums){ .runs = 0 };
	x.out = sqlite_out_open(file, options->overwrite, error);
	if (!x.out)
		return false;
	x.series.out = x.out;
	x.names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (int i = 0; i < n && ok; i++) {
		struct results *r = results_read(dirs[i], options->partial, export_run, &x, error);

		ok = r != NULL;
		results_close(r);
	}
	g_hash_table_unref(x.names);
	sums->vectors = (guint64)x.series.vector;
	sums->values = x.series.values;
	return sqlite_out_close(x.out, ok, ok ? error : NULL) && ok;
}

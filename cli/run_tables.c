/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the tables at the top of a results folder
 *
 * runs.csv has a line for each run, steps.csv one for each step of each run, summary.csv the figures over them;
 * runs.json says what was run and whether that came to its end. Lines are written in the order of the runs whoever is
 * done first, and hold nothing of the machine or of how long it took, so the files are the same for any number of
 * workers. It implements no clause but RFC 4180 for the quoting.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/run_over.h"
#include "moor-config.h"
#include "traces/folder.h"
#include "traces/out.h"

struct run_tables {
	char *dir, *engine;
	char **sets;
	guint runs, written;
	struct trace_folder folder;
	struct trace_out *run_lines, *step_lines;
	GString *points;			/* array of JSON, of those that began */
	const struct scen_point *last;
};

static struct trace_out *open_table(const struct run_tables *t, const char *name, const char *head, GError **error)
{
	char *path = g_build_filename(t->dir, name, NULL);
	struct trace_out *o = trace_out_open(path, OUT_LINES, error);

	if (o)
		trace_out_text(o, head);
	g_free(path);
	return o;
}

static bool write_file(const struct run_tables *t, const char *name, const GString *text, GError **error)
{
	char *path = g_build_filename(t->dir, name, NULL);
	bool ok = trace_out_file(path, text->str, text->len, error);

	g_free(path);
	return ok;
}

static bool write_state(const struct run_tables *t, const char *state, GError **error)
{
	GString *s = g_string_new("{\n  \"format\": \"mooring-runs-1\",\n  \"version\": \"" MOORING_VERSION "\",\n");
	bool ok;

	g_string_append(s, "  \"state\": ");
	summary_json_text(s, state);
	g_string_append(s, ",\n  \"engine\": ");
	summary_json_text(s, t->engine);
	g_string_append_printf(s, ",\n  \"runs\": %u,\n  \"written\": %u,\n  \"set\": [", t->runs, t->written);
	for (guint i = 0; t->sets && t->sets[i]; i++) {
		g_string_append(s, i ? ", " : "");
		summary_json_text(s, t->sets[i]);
	}
	g_string_append_printf(s, "],\n  \"points\": [%s%s]\n}\n", t->points->str, t->points->len ? "\n  " : "");
	ok = write_file(t, "runs.json", s, error);
	g_string_free(s, TRUE);
	return ok;
}

static char *steps_head(void)
{
	GString *s = g_string_new("run,point,seed,verdict,node,step,nth,kind,outcome,start_ns");

	for (int i = 0; i < METRICS; i++)
		g_string_append_printf(s, ",%s%s", metric_rows[i].name, metric_rows[i].unit == UNIT_NS ? "_ns" : "");
	g_string_append(s, ",gap_up_open,gap_down_open\n");
	return g_string_free(s, FALSE);
}

static bool open_all(struct run_tables *t, GError **error)
{
	char *head = steps_head();
	bool ok = trace_folder_take(&t->folder, t->dir, error) && write_state(t, "running", error);

	if (ok)
		t->run_lines = open_table(t, "runs.csv", "run,point,seed,verdict,state,checks,passed,events,fingerprint,folder\n",
					  error);
	if (ok && t->run_lines)
		t->step_lines = open_table(t, "steps.csv", head, error);
	g_free(head);
	return ok && t->run_lines && t->step_lines;
}

static void free_tables(struct run_tables *t)
{
	trace_folder_leave(&t->folder);
	g_strfreev(t->sets);
	g_string_free(t->points, TRUE);
	g_free(t->engine);
	g_free(t->dir);
	g_free(t);
}

struct run_tables *run_tables_open(const char *folder, const struct run_tables_about *about)
{
	struct run_tables *t = g_new0(struct run_tables, 1);
	GError *error = NULL;

	t->dir = g_strdup(folder);
	t->engine = g_strdup(about->engine);
	t->sets = g_strdupv((char **)about->sets);
	t->runs = about->runs;
	t->points = g_string_new(NULL);
	if (open_all(t, &error))
		return t;
	cli_error("%s", error ? error->message : "the results folder cannot be made");
	g_clear_error(&error);
	trace_out_close(t->run_lines, NULL);
	trace_out_close(t->step_lines, NULL);
	free_tables(t);
	return NULL;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void note_point(struct run_tables *t, const struct job *j)
{
	if (j->point == t->last)
		return;
	t->last = j->point;
	g_string_append(t->points, t->points->len ? ",\n    {\"point\": " : "\n    {\"point\": ");
	summary_json_text(t->points, j->point_name);
	g_string_append(t->points, ", \"file\": ");
	summary_json_text(t->points, j->file->path);
	g_string_append(t->points, ", \"hash\": ");
	summary_json_text(t->points, j->hash);
	g_string_append(t->points, ", \"overrides\": [");
	for (char **p = j->point->overrides; *p; p++) {
		g_string_append(t->points, p == j->point->overrides ? "" : ", ");
		summary_json_text(t->points, *p);
	}
	g_string_append(t->points, "]}");
}

static const char *state_of(const struct run_result *r)
{
	switch (r->trouble) {
	case RUN_REFUSED:
		return "refused";
	case RUN_BROKEN:
		return "broken";
	case RUN_SKIPPED:
		return "skipped";
	case RUN_FINE:
		break;
	}
	return r->interrupted ? "interrupted" : "finished";
}

static void put_line(struct trace_out *o, GString *line)
{
	g_string_append_c(line, '\n');
	trace_out_text(o, line->str);
	g_string_free(line, TRUE);
}

/* run,point,seed,verdict: what all lines begin with */
static GString *begin_line(const struct job *j)
{
	GString *s = g_string_new(NULL);

	g_string_append_printf(s, "%u,", j->number);
	summary_csv_text(s, j->point_name);
	g_string_append_printf(s, ",%" G_GUINT64_FORMAT ",%s,", j->options.seed, verdict_name(j->result.verdict));
	return s;
}

static void step_line(struct run_tables *t, const struct job *j, const struct spread_row *r, guint nth)
{
	GString *s = begin_line(j);

	summary_csv_text(s, r->node);
	g_string_append_c(s, ',');
	summary_csv_text(s, r->step);
	g_string_append_printf(s, ",%u,%s,%s,%" G_GINT64_FORMAT, nth + 1, step_kind_name(r->kind),
			       step_outcome_name(r->outcome), r->start);
	for (int i = 0; i < METRICS; i++) {
		g_string_append_c(s, ',');
		if (r->v[i] != METRIC_ABSENT)
			g_string_append_printf(s, "%" G_GINT64_FORMAT, r->v[i]);
	}
	g_string_append_printf(s, ",%d,%d", r->gap_up_open, r->gap_down_open);
	put_line(t->step_lines, s);
}

void run_tables_add(struct run_tables *t, const struct job *j)
{
	const struct run_result *r = &j->result;
	const struct spread_row *rows = (const struct spread_row *)(const void *)r->steps->data;
	guint *nth = spread_nth(rows, r->steps->len);
	const char *folder = j->options.out;
	GString *s = begin_line(j);

	note_point(t, j);
	g_string_append_printf(s, "%s,%u,%u,%" G_GUINT64_FORMAT ",%s,", state_of(r), r->checks, r->passed, r->events,
			       r->fingerprint);
	if (folder && g_str_has_prefix(folder, t->dir))
		folder += strlen(t->dir);
	summary_csv_text(s, folder ? folder + strspn(folder, "/") : "");
	for (guint i = 0; i < r->steps->len; i++)
		step_line(t, j, &rows[i], nth[i]);
	/* a run whose line is there has all its steps, whenever this is killed or the disk is full */
	trace_out_flush(t->step_lines);
	if (!t->step_lines->error) {
		put_line(t->run_lines, s);
		trace_out_flush(t->run_lines);
		t->written += !t->run_lines->error;
	} else {
		g_string_free(s, TRUE);
	}
	g_free(nth);
}

bool run_tables_close(struct run_tables *t, const GArray *points, const struct summary_options *o, bool whole)
{
	GString *s;
	GError *error = NULL;
	bool ok;

	if (!t)
		return true;
	trace_folder_release(&t->folder);
	if (whole && !t->step_lines->error && !t->run_lines->error)
		t->runs = t->written;		/* with --precision that was not known before */
	s = g_string_new(NULL);
	summary_csv_header(s);
	for (guint i = 0; i < points->len; i++) {
		const struct run_over_point *p = &g_array_index(points, struct run_over_point, i);

		summary_csv(s, p->name, p->spread, o);
	}
	ok = trace_out_close(t->step_lines, &error);
	ok = trace_out_close(t->run_lines, ok ? &error : NULL) && ok;
	ok = ok && write_file(t, "summary.csv", s, &error);
	ok = ok && write_state(t, whole ? "finished" : "interrupted", &error);
	if (!ok) {
		cli_error("%s", error ? error->message : "the tables could not be written");
		write_state(t, "write-error", NULL);
	}
	g_clear_error(&error);
	g_string_free(s, TRUE);
	free_tables(t);
	return ok;
}

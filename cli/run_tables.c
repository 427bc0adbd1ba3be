/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the tables at the top of a results folder
 *
 * runs.csv has a line for each run, steps.csv one for each step of each run, summary.csv the figures over them,
 * points.csv what was set at each point;
 * runs.json says what was run and whether that came to its end. Lines are written in the order of the runs whoever is
 * done first, and hold nothing of the machine or of how long it took, so the files are the same for any number of
 * workers, and for one that was cut short and gone on with. It implements no clause but RFC 4180 for the quoting.
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/run_lines.h"
#include "cli/run_over.h"
#include "traces/folder.h"
#include "traces/out.h"
#include "traces/results.h"

#define AGAIN ".new"			/* what is written while the earlier tables stand beside it */

/* The runs of a point that were written, as who reads the tables finds them. */
struct table_point {
	char *name;
	struct spread *spread;
};

struct run_tables {
	char *dir;
	const char *suffix;
	struct run_state *state;
	struct trace_folder folder;
	struct trace_out *run_lines, *step_lines;
	GHashTable *earlier;		/* lines of runs that are there already; NULL: none */
	GPtrArray *points;		/* struct table_point, unless lines were taken as they are */
	GHashTable *nodes;		/* in the order in which steps.csv names them */
	bool taken;			/* they were: the tables themselves are read for their figures */
	bool stopped;			/* for want of room */
};

static void point_free(gpointer data)
{
	struct table_point *p = data;

	g_free(p->name);
	spread_free(p->spread);
	g_free(p);
}

static char *path_of(const struct run_tables *t, const char *name, const char *suffix)
{
	char *base = g_strconcat(name, suffix, NULL), *path = g_build_filename(t->dir, base, NULL);

	g_free(base);
	return path;
}

static struct trace_out *open_table(const struct run_tables *t, const char *name, char *head, GError **error)
{
	char *path = path_of(t, name, t->suffix);
	struct trace_out *o = trace_out_open(path, OUT_LINES, error);

	if (o)
		trace_out_text(o, head);
	g_free(path);
	g_free(head);
	return o;
}

/* What an earlier command left: its lines, and those of one that was going on with it. False with error. */
static bool read_earlier(struct run_tables *t, GError **error)
{
	GError *bad = NULL;
	struct run_state *s = run_state_read(t->dir, &bad);
	char *path = path_of(t, "steps.csv", AGAIN);
	bool half = g_file_test(path, G_FILE_TEST_EXISTS), ok;

	g_free(path);
	if (!s && g_error_matches(bad, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		g_clear_error(&bad);
		return true;			/* nothing: this is the beginning */
	}
	if (!s) {
		g_propagate_error(error, bad);
		return false;
	}
	t->earlier = run_lines_new();
	ok = run_state_same(s, t->state, t->dir, error);
	if (ok && (s->shard.i != t->state->shard.i || s->shard.n != t->state->shard.n)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: holds another shard", t->dir);
		ok = false;
	}
	ok = ok && run_lines_read(t->earlier, t->dir, "", error) &&
	     (!half || run_lines_read(t->earlier, t->dir, AGAIN, error));
	run_state_free(s);
	return ok;
}

/* The earlier tables stay until the new ones are whole. */
static bool open_all(struct run_tables *t, bool again, GError **error)
{
	bool folders = strcmp(t->state->leaves, "tables") && t->state->runs;
	bool ok = trace_folder_take_above(&t->folder, t->dir, again, folders, error) && (!again || read_earlier(t, error));

	t->suffix = t->earlier ? AGAIN : "";
	ok = ok && run_state_write(t->state, t->dir, error) && run_points_write(t->state, t->dir, error);
	if (ok)
		t->step_lines = open_table(t, "steps.csv", run_lines_steps_head(), error);
	if (t->step_lines)
		t->run_lines = open_table(t, "runs.csv", run_lines_head(), error);
	return t->run_lines != NULL;
}

static void free_tables(struct run_tables *t)
{
	trace_folder_leave(&t->folder);
	run_state_free(t->state);
	if (t->earlier)
		g_hash_table_unref(t->earlier);
	g_ptr_array_unref(t->points);
	g_hash_table_unref(t->nodes);
	g_free(t->dir);
	g_free(t);
}

struct run_tables *run_tables_open(const char *folder, struct run_state *state, bool again)
{
	struct run_tables *t = g_new0(struct run_tables, 1);
	GError *error = NULL;

	t->dir = g_strdup(folder);
	t->state = state;
	t->folder.fd = t->folder.reserve = -1;
	t->points = g_ptr_array_new_with_free_func(point_free);
	t->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (open_all(t, again, &error))
		return t;
	cli_error("%s", error ? error->message : "the results folder cannot be made");
	g_clear_error(&error);
	trace_out_close(t->run_lines, NULL);
	trace_out_close(t->step_lines, NULL);
	free_tables(t);
	return NULL;
}

bool run_tables_keep(struct run_tables *t, struct job *jobs, guint n, guint *kept)
{
	*kept = 0;
	for (guint i = 0; t->earlier && i < n; i++) {
		struct job *j = &jobs[i];
		const struct run_lines_run *r = run_lines_get(t->earlier, j->number);

		if (!r)
			continue;
		if (strcmp(r->point, j->point_name) || r->seed != j->options.seed) {
			cli_error("%s: run %u is %s with seed %" G_GUINT64_FORMAT ", and would now be %s with seed %" G_GUINT64_FORMAT,
				  t->dir, j->number, r->point, r->seed, j->point_name, j->options.seed);
			return false;
		}
		j->done = j->kept = true;
		j->result = (struct run_result){ .verdict = r->verdict, .text = g_string_new(NULL), .json = g_string_new(NULL),
						 .steps = g_array_new(FALSE, FALSE, sizeof(struct spread_row)) };
		++*kept;
	}
	return true;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

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

static void add_number(GString *s, int64_t v)
{
	char digits[24], *p = digits + sizeof digits;
	uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + left % 10);
	while (left /= 10);
	if (v < 0)
		*--p = '-';
	g_string_append_len(s, p, digits + sizeof digits - p);
}

/* run,point,seed,verdict: what all lines begin with */
static GString *begin_line(const struct job *j)
{
	GString *s = g_string_sized_new(512);

	g_string_append_printf(s, "%u,", j->number);
	summary_csv_text(s, j->point_name);
	g_string_append_printf(s, ",%" G_GUINT64_FORMAT ",%s,", j->options.seed, verdict_name(j->result.verdict));
	return s;
}

/* Behind what all lines of its run begin with. */
static void step_line(GString *s, const struct spread_row *r, guint nth)
{
	summary_csv_text(s, r->node);
	g_string_append_c(s, ',');
	summary_csv_text(s, r->step);
	g_string_append_c(s, ',');
	add_number(s, (int64_t)nth + 1);
	g_string_append_c(s, ',');
	g_string_append(s, step_kind_name(r->kind));
	g_string_append_c(s, ',');
	g_string_append(s, step_outcome_name(r->outcome));
	g_string_append_c(s, ',');
	add_number(s, r->start);
	for (int i = 0; i < METRICS; i++) {
		g_string_append_c(s, ',');
		if (r->v[i] != METRIC_ABSENT)
			add_number(s, r->v[i]);
	}
	g_string_append_c(s, ',');
	add_number(s, r->gap_up_open);
	g_string_append_c(s, ',');
	add_number(s, r->gap_down_open);
	g_string_append_c(s, '\n');
}

static void add_steps(struct run_tables *t, const struct job *j)
{
	const struct spread_row *rows = (const struct spread_row *)(const void *)j->result.steps->data;
	guint *nth = spread_nth(rows, j->result.steps->len);
	GString *s = begin_line(j);
	gsize begun = s->len;

	for (guint i = 0; i < j->result.steps->len; i++) {
		g_string_truncate(s, begun);
		step_line(s, &rows[i], nth[i]);
		trace_out_text(t->step_lines, s->str);
	}
	g_string_free(s, TRUE);
	g_free(nth);
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static struct spread *spread_of(struct run_tables *t, const char *name)
{
	struct table_point *p = t->points->len ? t->points->pdata[t->points->len - 1] : NULL;

	if (!p || strcmp(p->name, name)) {		/* runs of a point follow one another */
		p = g_new(struct table_point, 1);
		*p = (struct table_point){ g_strdup(name), spread_new() };
		g_ptr_array_add(t->points, p);
	}
	return p->spread;
}

/* A run that was written, as traces/results.c would read it. */
static void count_run(struct run_tables *t, const struct job *j)
{
	const char *state = state_of(&j->result);
	guint n = j->result.steps->len;
	struct spread_row *rows;
	struct spread *s;

	if (t->taken)
		return;
	s = spread_of(t, j->point_name);
	rows = g_memdup2(j->result.steps->data, n * sizeof(*rows));
	for (guint i = 0; i < n; i++) {
		gpointer number;

		if (!g_hash_table_lookup_extended(t->nodes, rows[i].node, NULL, &number)) {
			number = GUINT_TO_POINTER(g_hash_table_size(t->nodes));
			g_hash_table_insert(t->nodes, g_strdup(rows[i].node), number);
		}
		rows[i].number = GPOINTER_TO_UINT(number);
	}
	if (!strcmp(state, "finished") && j->result.verdict == VERDICT_PASS)
		spread_run(s, j->options.seed, rows, n);
	else if (strcmp(state, "interrupted"))
		spread_left_out(s, j->options.seed);
	g_free(rows);
}

/*
 * The line of a run, when its steps stand in the file: whatever ends the command, a run that has a line has all of its
 * steps. Takes the line. False: something could not be written, now or before.
 */
static bool put_run(struct run_tables *t, GString *line)
{
	trace_out_flush(t->step_lines);
	if (!t->step_lines->error) {
		trace_out_text(t->run_lines, line->str);
		trace_out_flush(t->run_lines);
		t->state->written += !t->run_lines->error;
	}
	g_string_free(line, TRUE);
	return !t->step_lines->error && !t->run_lines->error;
}

bool run_tables_lines(struct run_tables *t, const struct run_lines_run *r)
{
	t->taken = true;
	if (r->steps)
		trace_out_text(t->step_lines, r->steps);
	return put_run(t, g_string_new(r->line));
}

bool run_tables_add(struct run_tables *t, const struct job *j)
{
	const struct run_result *r = &j->result;
	const char *folder = j->options.out;
	GString *s;

	if (j->kept)
		return run_tables_lines(t, run_lines_get(t->earlier, j->number));
	add_steps(t, j);
	s = begin_line(j);
	g_string_append_printf(s, "%s,%u,%u,%" G_GUINT64_FORMAT ",%u,%s,", state_of(r), r->checks, r->passed, r->events,
			       r->steps->len, r->fingerprint);
	if (folder && g_str_has_prefix(folder, t->dir))
		folder += strlen(t->dir);
	summary_csv_text(s, folder ? folder + strspn(folder, "/") : "");
	g_string_append_c(s, '\n');
	if (!put_run(t, s))
		return false;
	count_run(t, j);
	return true;
}

void run_tables_stop(struct run_tables *t)
{
	t->stopped = true;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* Of lines that were taken as they are the tables alone know the figures. */
static bool read_points(struct run_tables *t, GError **error)
{
	struct results *r;

	g_ptr_array_set_size(t->points, 0);
	if (!t->state->written)
		return true;
	r = results_open(t->dir, true, error);
	for (guint i = 0; r && i < r->points->len; i++) {
		struct results_point *p = r->points->pdata[i];
		struct table_point *own = g_new(struct table_point, 1);

		*own = (struct table_point){ g_strdup(p->name), p->spread };
		p->spread = NULL;
		g_ptr_array_add(t->points, own);
	}
	results_close(r);
	return r != NULL;
}

/* Of what stands in the tables, so that it is the same however they came about. */
static bool write_summary(const struct run_tables *t, const struct summary_options *o, GError **error)
{
	char *path = path_of(t, "summary.csv", "");
	GString *s = g_string_new(NULL);
	bool ok;

	summary_csv_header(s);
	for (guint i = 0; i < t->points->len; i++) {
		const struct table_point *p = t->points->pdata[i];

		summary_csv(s, p->name, p->spread, o);
	}
	ok = trace_out_file(path, s->str, s->len, error);
	g_string_free(s, TRUE);
	g_free(path);
	return ok;
}

/* To who asks for them; what has none there keeps its own. */
static void hand_over(const struct run_tables *t, GArray *over)
{
	GHashTable *named = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < t->points->len; i++) {
		struct table_point *p = t->points->pdata[i];

		g_hash_table_insert(named, p->name, p);
	}
	for (guint i = 0; over && i < over->len; i++) {
		struct run_over_point *to = &g_array_index(over, struct run_over_point, i);
		struct table_point *p = g_hash_table_lookup(named, to->name);
		struct spread *own = to->spread;

		if (!p)
			continue;
		to->spread = p->spread;
		p->spread = own;
	}
	g_hash_table_unref(named);
}

/* The new table takes the place of the earlier one. */
static bool put_in_place(const struct run_tables *t, const char *name, GError **error)
{
	char *from = path_of(t, name, t->suffix), *to = path_of(t, name, "");
	bool ok = !*t->suffix || g_rename(from, to) == 0;

	if (!ok)
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", from, g_strerror(errno));
	g_free(from);
	g_free(to);
	return ok;
}

bool run_tables_close(struct run_tables *t, const struct summary_options *o, bool whole, GArray *over)
{
	GError *error = NULL;
	bool ok;

	if (!t)
		return true;
	trace_folder_release(&t->folder);
	if (whole && !t->state->shard.n)
		t->state->runs = t->state->written;	/* with --precision that was not known before */
	ok = trace_out_close(t->step_lines, &error);
	ok = trace_out_close(t->run_lines, ok ? &error : NULL) && ok;
	/* steps first: a kill between the two leaves steps without their runs, which are then run again */
	ok = ok && put_in_place(t, "steps.csv", &error) && put_in_place(t, "runs.csv", &error);
	ok = ok && (!t->taken || read_points(t, &error)) && write_summary(t, o, &error);
	g_free(t->state->state);
	t->state->state = g_strdup(t->stopped ? "write-error" : whole ? "finished" : "interrupted");
	ok = ok && run_state_write(t->state, t->dir, &error);
	if (!ok) {
		cli_error("%s", error ? error->message : "the tables could not be written");
		g_free(t->state->state);
		t->state->state = g_strdup("write-error");
		run_state_write(t->state, t->dir, NULL);
	}
	g_clear_error(&error);
	hand_over(t, over);
	free_tables(t);
	return ok;
}

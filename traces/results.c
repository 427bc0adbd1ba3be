/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: results folders, read
 *
 * Manifest first: it says which format this is and whether it is whole. Then the lines of runs.csv make the points, and
 * the lines of steps.csv, which stand in the order of the runs, the figures. It implements no clause.
 */
#include "traces/results.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "traces/csv_read.h"
#include "traces/members.h"
#include "traces/table.h"

static bool refuse(const char *path, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, what);
	return false;
}

static bool verdict_find(const char *name, enum verdict *v)
{
	for (int i = VERDICT_PASS; i <= VERDICT_ERROR; i++)
		if (!strcmp(name, verdict_name((enum verdict)i))) {
			*v = (enum verdict)i;
			return true;
		}
	return false;
}

/* ---- points ------------------------------------------------------------------------------------------------------ */

static void point_free(gpointer data)
{
	struct results_point *p = data;

	g_free(p->name);
	g_free(p->file);
	g_free(p->hash);
	g_strfreev(p->overrides);
	g_array_unref(p->runs);
	spread_free(p->spread);
	g_free(p);
}

static void point_said(struct results_point *p, JsonObject *o, const char *file, const char *hash)
{
	static char *none[] = { NULL };

	p->file = g_strdup(o ? member_text(o, file) : "");
	p->hash = g_strdup(o ? member_text(o, hash) : "");
	p->overrides = o ? member_texts(o, "overrides") : g_strdupv(none);
}

/* The manifest's words on points, by their names; they live as long as it does. */
static GHashTable *points_said(JsonObject *o)
{
	GHashTable *said = g_hash_table_new(g_str_hash, g_str_equal);
	JsonNode *n = json_object_get_member(o, "points");
	JsonArray *a = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;

	for (guint i = 0; a && i < json_array_get_length(a); i++) {
		JsonNode *e = json_array_get_element(a, i);

		if (JSON_NODE_HOLDS_OBJECT(e))
			g_hash_table_insert(said, (gpointer)(uintptr_t)member_text(json_node_get_object(e), "point"),
					    json_node_get_object(e));
	}
	return said;
}

/* Runs of a point follow one another. */
static struct results_point *point_named(struct results *r, const char *name)
{
	struct results_point *p = r->points->len ? r->points->pdata[r->points->len - 1] : NULL;

	if (p && !strcmp(p->name, name))
		return p;
	p = g_new0(struct results_point, 1);
	p->name = g_strdup(name);
	p->runs = g_array_new(FALSE, FALSE, sizeof(struct results_run));
	p->spread = spread_new();
	point_said(p, g_hash_table_lookup(r->said, name), r->single ? "scenario_path" : "file",
		   r->single ? "scenario_hash" : "hash");
	g_ptr_array_add(r->points, p);
	return p;
}

static bool add_run(struct results *r, const char *point, const struct results_run *run, const GArray *rows,
		    GError **error)
{
	const struct spread_row *row = (const struct spread_row *)(const void *)rows->data;
	struct results_point *p = point_named(r, point);

	g_array_append_val(p->runs, *run);
	g_array_index(p->runs, struct results_run, p->runs->len - 1).folder = NULL;
	if (run->finished && run->verdict == VERDICT_PASS)
		spread_run(p->spread, run->seed, row, rows->len);
	else if (!run->interrupted)
		spread_left_out(p->spread, run->seed);
	r->written++;
	return !r->told || r->told(r->ctx, r, p, run, row, rows->len, error);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* Where the columns of a table of steps are; -1: not there. */
struct columns {
	int node, step, kind, outcome, start, from, to, run, up_open, down_open;
	int metric[METRICS];
};

static const char *const others[] = { "run", "point", "seed", "verdict", "node", "step", "nth", "kind", "outcome",
	"start_ns", "end_ns", "gap_up_open", "gap_down_open", "instance", "handover", "status", "from_link", "to_link",
	"from_coa", "to_coa", "home_address", "nat", "udp", "flow_up", "flow_down" };

static char *metric_column(int id)
{
	return g_strconcat(metric_rows[id].name, metric_rows[id].unit == UNIT_NS ? "_ns" : "", NULL);
}

static bool is_metric(const char *name)
{
	bool found = false;

	for (int i = 0; i < METRICS && !found; i++) {
		char *own = metric_column(i);

		found = !strcmp(own, name);
		g_free(own);
	}
	return found;
}

static bool known_columns(const struct csv_read *c, const char *const *more, size_t n, bool metrics, GError **error)
{
	for (guint i = 0; i < c->head->len; i++) {
		const char *name = c->head->pdata[i];
		bool known = metrics && is_metric(name);
		char *what;

		for (size_t k = 0; k < n && !known; k++)
			known = !strcmp(more[k], name);
		if (known)
			continue;
		what = g_strdup_printf("column %u is `%.40s`, which this program does not write", i + 1, name);
		refuse(c->path, what, error);
		g_free(what);
		return false;
	}
	return true;
}

static bool need(const struct csv_read *c, int *column, const char *name, GError **error)
{
	char *what;

	*column = csv_read_column(c, name);
	if (*column >= 0)
		return true;
	what = g_strdup_printf("has no column `%s`", name);
	refuse(c->path, what, error);
	g_free(what);
	return false;
}

static bool find_columns(const struct csv_read *c, bool single, struct columns *at, GError **error)
{
	const struct { int *column; const char *name; bool wanted; } wanted[] = {
		{ &at->run, "run", true }, { &at->node, "node", true }, { &at->kind, "kind", true },
		{ &at->outcome, "outcome", true }, { &at->start, "start_ns", true }, { &at->up_open, "gap_up_open", true },
		{ &at->down_open, "gap_down_open", true }, { &at->step, "step", !single }, { &at->from, "from_link", single },
		{ &at->to, "to_link", single },
	};

	if (!known_columns(c, others, G_N_ELEMENTS(others), true, error))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (wanted[i].wanted && !need(c, wanted[i].column, wanted[i].name, error))
			return false;
	for (int i = 0; i < METRICS; i++) {
		char *name = metric_column(i);
		bool ok = need(c, &at->metric[i], name, error);

		g_free(name);
		if (!ok)
			return false;
	}
	return true;
}

static int index_of(const char *text, const char *(*name)(unsigned), unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(text, name(i)))
			return (int)i;
	return -1;
}

static const char *kind_name(unsigned i)
{
	return step_kind_name((enum step_kind)i);
}

static const char *outcome_name(unsigned i)
{
	return step_outcome_name((enum step_outcome)i);
}

static void name_step(struct spread_row *row, const struct csv_read *c, const struct columns *at, bool single)
{
	struct handover_row h = { .kind = row->kind };
	char *step;

	if (!single) {
		g_strlcpy(row->step, c->fields->pdata[at->step], sizeof row->step);
		return;
	}
	h.from_link = c->fields->pdata[at->from];
	h.to_link = c->fields->pdata[at->to];
	step = g_strchomp(table_step(&h));
	g_strlcpy(row->step, step, sizeof row->step);
	g_free(step);
}

static bool read_step(const struct csv_read *c, const struct columns *at, bool single, GHashTable *nodes,
		      struct spread_row *row, GError **error)
{
	const char *node = c->fields->pdata[at->node];
	int kind = index_of(c->fields->pdata[at->kind], kind_name, STEP_KINDS);
	int outcome = index_of(c->fields->pdata[at->outcome], outcome_name, STEP_OUTCOMES);
	int64_t up = 0, down = 0;

	*row = (struct spread_row){ .kind = (enum step_kind)kind, .outcome = (enum step_outcome)outcome };
	if (kind < 0 || outcome < 0) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: no kind of step or no outcome of ours", c->path,
			    c->line);
		return false;
	}
	/* tables show nodes in the order in which they are met first */
	if (!g_hash_table_contains(nodes, node))
		g_hash_table_insert(nodes, g_strdup(node), GUINT_TO_POINTER(g_hash_table_size(nodes)));
	row->number = GPOINTER_TO_UINT(g_hash_table_lookup(nodes, node));
	g_strlcpy(row->node, node, sizeof row->node);
	name_step(row, c, at, single);
	for (int i = 0; i < METRICS; i++)
		if (!csv_read_number(c, at->metric[i], METRIC_ABSENT, &row->v[i], error))
			return false;
	if (!csv_read_number(c, at->start, 0, &row->start, error) || !csv_read_number(c, at->up_open, 0, &up, error) ||
	    !csv_read_number(c, at->down_open, 0, &down, error))
		return false;
	row->gap_up_open = up;
	row->gap_down_open = down;
	return true;
}

/* ---- many runs --------------------------------------------------------------------------------------------------- */

/* Lines of steps.csv, one ahead. */
struct steps {
	struct csv_read *c;
	struct columns at;
	GHashTable *nodes;
	bool there;			/* a line is read and waits */
	bool single;
};

static void steps_close(struct steps *s)
{
	csv_read_close(s->c);
	if (s->nodes)
		g_hash_table_unref(s->nodes);
}

static bool steps_open(struct steps *s, const char *dir, const char *name, bool single, GError **error)
{
	char *path = g_build_filename(dir, name, NULL);
	GError *bad = NULL;

	*s = (struct steps){ .c = csv_read_open(path, error), .single = single };
	g_free(path);
	if (!s->c || !find_columns(s->c, single, &s->at, error))
		return false;
	s->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s->there = csv_read_next(s->c, &bad);
	if (bad)
		g_propagate_error(error, bad);
	return !bad;
}

/* All lines of a run; NULL: of whatever follows. */
static bool steps_of(struct steps *s, const char *run, GArray *rows, GError **error)
{
	GError *bad = NULL;

	g_array_set_size(rows, 0);
	while (s->there && (!run || !strcmp(s->c->fields->pdata[s->at.run], run))) {
		struct spread_row row;

		if (!read_step(s->c, &s->at, s->single, s->nodes, &row, error))
			return false;
		g_array_append_val(rows, row);
		s->there = csv_read_next(s->c, &bad);
		if (bad) {
			g_propagate_error(error, bad);
			return false;
		}
	}
	return true;
}

static bool lonely(const struct steps *s, GError **error)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: steps of a run that is not in runs.csv", s->c->path,
		    s->c->line);
	return false;
}

/* Steps of runs before this one are of runs that have no line: with `partial` they are left out. */
static bool skip_lonely(struct steps *s, guint run, bool partial, GError **error)
{
	GError *bad = NULL;

	while (s->there && !bad && g_ascii_strtoull(s->c->fields->pdata[s->at.run], NULL, 10) < run) {
		if (!partial)
			return lonely(s, error);
		s->there = csv_read_next(s->c, &bad);
	}
	if (bad)
		g_propagate_error(error, bad);
	return !bad;
}

static const char *const run_columns[] = { "run", "point", "seed", "verdict", "state", "checks", "passed", "events",
	"steps", "fingerprint", "folder" };

/* Columns of runs.csv; what follows uses these. */
struct run_at {
	int run, point, seed, verdict, state, steps, fingerprint, folder;
};

static bool read_run(const struct csv_read *c, const struct run_at *at, struct results_run *run, GError **error)
{
	char **f = (char **)c->fields->pdata, *end;

	*run = (struct results_run){ .finished = !strcmp(f[at->state], "finished"),
				     .interrupted = !strcmp(f[at->state], "interrupted") };
	run->number = (guint)g_ascii_strtoull(f[at->run], NULL, 10);
	run->seed = g_ascii_strtoull(f[at->seed], &end, 10);
	g_strlcpy(run->fingerprint, f[at->fingerprint], sizeof run->fingerprint);
	run->folder = f[at->folder];
	if (verdict_find(f[at->verdict], &run->verdict) && *f[at->seed] && !*end)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: no seed or no verdict of ours", c->path, c->line);
	return false;
}

/* As many steps as the run's line says? With `partial` a run that has lost some counts as one that did not finish. */
static bool all_steps(const struct csv_read *c, const struct run_at *at, struct results_run *run, const struct steps *s,
		      guint n, bool partial, GError **error)
{
	int64_t said;

	if (!csv_read_number(c, at->steps, 0, &said, error))
		return false;
	if (said == n)
		return true;
	run->finished = false;
	if (!partial)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%u: run %u has %" G_GINT64_FORMAT " steps, %s has %u of "
			    "them: cut short? (--partial leaves such runs out)", c->path, c->line, run->number, said, s->c->path, n);
	return partial;
}

static bool read_runs(struct results *r, struct csv_read *c, struct steps *s, bool partial, GError **error)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct spread_row));
	struct run_at at;
	GError *bad = NULL;
	bool ok = known_columns(c, run_columns, G_N_ELEMENTS(run_columns), false, error) &&
		  need(c, &at.run, "run", error) && need(c, &at.point, "point", error) && need(c, &at.seed, "seed", error) &&
		  need(c, &at.verdict, "verdict", error) && need(c, &at.state, "state", error) &&
		  need(c, &at.steps, "steps", error) && need(c, &at.fingerprint, "fingerprint", error) &&
		  need(c, &at.folder, "folder", error);

	while (ok && csv_read_next(c, &bad)) {
		struct results_run run;

		ok = read_run(c, &at, &run, error) && skip_lonely(s, run.number, partial, error) &&
		     steps_of(s, c->fields->pdata[at.run], rows, error) &&
		     all_steps(c, &at, &run, s, rows->len, partial, error);
		ok = ok && add_run(r, c->fields->pdata[at.point], &run, rows, error);
	}
	if (bad) {
		g_propagate_error(error, bad);
		ok = false;
	}
	g_array_unref(rows);
	return ok;
}

static bool read_many(struct results *r, bool partial, GError **error)
{
	char *path = g_build_filename(r->dir, "runs.csv", NULL);
	struct csv_read *c = csv_read_open(path, error);
	struct steps s = { .c = NULL };
	bool ok = c && steps_open(&s, r->dir, "steps.csv", false, error) && read_runs(r, c, &s, partial, error);

	if (ok && s.there && !partial)
		ok = lonely(&s, error);
	steps_close(&s);
	csv_read_close(c);
	g_free(path);
	return ok;
}

/* ---- manifests --------------------------------------------------------------------------------------------------- */

/* Which manifest, and whether it is ours and of a run that is over. */
static bool read_manifest(struct results *r, const char *path, const char *format, JsonObject *o, bool partial,
			  GError **error)
{
	char *what = NULL;

	r->version = g_strdup(member_text(o, "version"));
	r->engine = g_strdup(member_text(o, "engine"));
	r->state = g_strdup(member_text(o, "state"));
	r->wanted = member_count(o, "runs");
	if (strcmp(member_text(o, "format"), format))
		what = g_strdup_printf("is of format `%.40s`, this program reads `%s`", member_text(o, "format"), format);
	else if (!partial && !strcmp(r->state, "write-error"))
		what = g_strdup("its files could not be written: there is less in them than there was (--partial takes that)");
	else if (!partial && strcmp(r->state, "finished") && strcmp(r->state, "interrupted"))
		what = g_strdup_printf("says `%.40s`: these runs go on, or were killed (--partial takes what is there)", r->state);
	if (what)
		refuse(path, what, error);
	g_free(what);
	return what == NULL;
}

static bool read_single(struct results *r, JsonObject *o, GError **error)
{
	GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct spread_row));
	struct results_run run = { .number = 1, .finished = !strcmp(r->state, "finished"),
				   .interrupted = !strcmp(r->state, "interrupted"), .seed = g_ascii_strtoull(member_text(o, "seed"), NULL, 10) };
	GString *name = g_string_new(member_text(o, "scenario"));
	char **sets = member_texts(o, "overrides");
	struct steps s;
	bool ok = steps_open(&s, r->dir, "handovers.csv", true, error) && steps_of(&s, NULL, rows, error);

	for (char **set = sets; *set; set++)
		g_string_append_printf(name, "/%s", *set);
	g_hash_table_insert(r->said, name->str, o);
	g_strlcpy(run.fingerprint, member_text(o, "fingerprint"), sizeof run.fingerprint);
	if (ok && !verdict_find(member_text(o, "verdict"), &run.verdict)) {
		run.verdict = VERDICT_ERROR;
		run.finished = false;
	}
	run.folder = ".";
	ok = ok && add_run(r, name->str, &run, rows, error);
	r->wanted = 1;
	steps_close(&s);
	g_strfreev(sets);
	g_hash_table_remove_all(r->said);
	g_string_free(name, TRUE);
	r->rows = rows;
	return ok;
}

/* A table may be cut at the end of a line, too. */
static bool all_there(const struct results *r, const char *path, guint said, bool partial, GError **error)
{
	char *what;

	if (partial || r->single || said == r->written)
		return true;
	what = g_strdup_printf("says there are %u runs, runs.csv has %u: cut short? (--partial takes what is there)", said,
			       r->written);
	refuse(path, what, error);
	g_free(what);
	return false;
}

static bool read_folder(struct results *r, const char *path, bool partial, GError **error)
{
	JsonParser *p = json_parser_new();
	GError *bad = NULL;
	bool ok = json_parser_load_from_file(p, path, &bad);
	JsonNode *root = ok ? json_parser_get_root(p) : NULL;

	if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
		ok = refuse(path, bad ? bad->message : "is no JSON object", error);
	} else {
		JsonObject *o = json_node_get_object(root);

		r->said = points_said(o);
		ok = read_manifest(r, path, r->single ? "mooring-run-1" : "mooring-runs-1", o, partial, error) &&
		     (r->single ? read_single(r, o, error) : read_many(r, partial, error)) &&
		     all_there(r, path, member_count(o, "written"), partial, error);
	}
	g_clear_error(&bad);
	g_clear_pointer(&r->said, g_hash_table_unref);
	g_object_unref(p);
	return ok;
}

struct results *results_open(const char *dir, bool partial, GError **error)
{
	return results_read(dir, partial, NULL, NULL, error);
}

struct results *results_read(const char *dir, bool partial, results_run_fn *run, void *ctx, GError **error)
{
	struct results *r = g_new0(struct results, 1);
	char *path = g_build_filename(dir, "runs.json", NULL);
	bool ok;

	r->dir = g_strdup(dir);
	r->told = run;
	r->ctx = ctx;
	r->points = g_ptr_array_new_with_free_func(point_free);
	r->single = !g_file_test(path, G_FILE_TEST_EXISTS);
	if (r->single) {
		g_free(path);
		path = g_build_filename(dir, "run.json", NULL);
	}
	if (r->single && !g_file_test(path, G_FILE_TEST_EXISTS))
		ok = refuse(dir, g_file_test(dir, G_FILE_TEST_IS_DIR) ? "holds no results: neither runs.json nor run.json"
								      : "there is no such folder", error);
	else
		ok = read_folder(r, path, partial, error);
	if (ok && !r->written)
		ok = refuse(dir, "holds no run", error);
	g_free(path);
	if (ok)
		return r;
	results_close(r);
	return NULL;
}

GHashTable *results_by_name(const struct results *r)
{
	GHashTable *points = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < r->points->len; i++) {
		struct results_point *p = r->points->pdata[i];

		g_hash_table_insert(points, p->name, p);
	}
	return points;
}

void results_close(struct results *r)
{
	if (!r)
		return;
	g_ptr_array_unref(r->points);
	if (r->rows)
		g_array_unref(r->rows);
	g_free(r->dir);
	g_free(r->version);
	g_free(r->engine);
	g_free(r->state);
	g_free(r);
}

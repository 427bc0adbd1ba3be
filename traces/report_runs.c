/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the report of many runs
 *
 * Runs that did not pass first, then for each step a table with a line per point of the sweep, its figures with their
 * intervals as `mooring run` prints them, notes, the pictures that lie beside, the list of runs with links to the
 * folders that are there, and the commands that make it all again. It implements no clause.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moor-config.h"
#include "traces/csv_read.h"
#include "traces/report.h"
#include "traces/report_figures.h"
#include "traces/report_html.h"
#include "traces/results.h"

#define FAILED_MOST 200u
#define RUNS_MOST 1000u
#define POINTS_MOST 500u
#define SCENARIOS_NAMED 3u

struct runs_page {
	GString *s;
	const char *dir;
	JsonObject *root;
	struct results *r;
	struct report_figures figures;
	guint of[VERDICT_ERROR + 1];
	guint all;
	char *fault;			/* of tables that said that they are whole; NULL */
	char **damage;
};

static void count_all(struct runs_page *p)
{
	for (guint i = 0; i < p->r->points->len; i++) {
		const struct results_point *point = p->r->points->pdata[i];

		for (guint k = 0; k < point->runs->len; k++)
			p->of[g_array_index(point->runs, struct results_run, k).verdict]++;
		p->all += point->runs->len;
	}
}

/* summary.csv says in its last column how its intervals were made. */
static bool is_bootstrap(const char *dir)
{
	char *path = g_build_filename(dir, "summary.csv", NULL);
	struct csv_read *c = csv_read_open(path, NULL);
	int column = c ? csv_read_column(c, "interval") : -1;
	bool is = column >= 0 && csv_read_next(c, NULL) && !strcmp(c->fields->pdata[column], "bca");

	csv_read_close(c);
	g_free(path);
	return is;
}

/* ---- verdict ----------------------------------------------------------------------------------------------------- */

static bool incomplete(const struct runs_page *p)
{
	return p->fault || p->r->wanted > p->all || strcmp(p->r->state, "finished");
}

static void verdict(struct runs_page *p)
{
	enum verdict worst = VERDICT_PASS;

	for (int v = VERDICT_PASS; v <= VERDICT_ERROR; v++)
		worst = p->of[v] ? (enum verdict)v : worst;
	html_section(p->s, "verdict", "Verdict");
	if (p->fault)
		html_damaged(p->s, p->fault, p->damage);
	g_string_append(p->s, "<p class=\"big\">");
	/* runs that are not there have no verdict: neither has the list, but for those that failed */
	if (incomplete(p)) {
		html_verdict(p->s, p->fault ? "damaged" : !strcmp(p->r->state, "interrupted") ? "interrupted" : "incomplete");
		g_string_append_printf(p->s, " %u of %u runs are here: of these", p->all, MAX(p->r->wanted, p->all));
		if (worst != VERDICT_PASS) {
			g_string_append_c(p->s, ' ');
			html_verdict(p->s, verdict_name(worst));
		}
	} else {
		html_verdict(p->s, verdict_name(worst));
	}
	g_string_append_printf(p->s, " %u of %u runs passed", p->of[VERDICT_PASS], p->all);
	if (p->r->wanted > p->all)
		g_string_append_printf(p->s, ", %u more were wanted and are missing", p->r->wanted - p->all);
	g_string_append(p->s, "</p>\n");
	if (p->of[VERDICT_PASS] != p->all)
		html_element(p->s, "p", "What did not pass is in no figure; it is listed below.");
	if (strcmp(p->r->state, "finished"))
		html_printf(p->s, "p class=\"note\" role=\"note\"", "These runs did not all come to their end (%s): %u of %u are "
			    "here. mooring run --resume goes on with them.", p->r->state, p->all, p->r->wanted);
	report_figures_key(&p->figures);
	html_section_end(p->s);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

static void link_to(struct runs_page *p, const char *folder)
{
	static const char *const files[] = { "report.html", "run.json" };
	char *uri = NULL;

	for (size_t i = 0; *folder && !g_path_is_absolute(folder) && !uri && i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(p->dir, folder, files[i], NULL), *name = g_build_filename(folder, i ? "" : files[i],
													 NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			uri = g_uri_escape_string(name, "/", FALSE);
		g_free(path);
		g_free(name);
	}
	if (!uri) {
		html_cell(p->s, folder);
		return;
	}
	g_string_append(p->s, "<td><a href=\"./");
	html_text(p->s, uri);
	g_string_append(p->s, "\">");
	html_text(p->s, folder);
	g_string_append(p->s, "</a></td>");
	g_free(uri);
}

static guint run_lines(struct runs_page *p, struct csv_read *c, bool failed, guint most)
{
	static const char *const names[] = { "run", "point", "seed", "verdict", "state", "checks", "passed", "folder" };
	int at[G_N_ELEMENTS(names)];
	guint n = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if ((at[i] = csv_read_column(c, names[i])) < 0)
			return 0;
	while (csv_read_next(c, NULL)) {
		char *const *f = (char *const *)c->fields->pdata;

		if ((failed && !strcmp(f[at[3]], "pass")) || n++ >= most)
			continue;
		html_row(p->s);
		html_number(p->s, f[at[0]]);
		html_head_cell(p->s, f[at[1]]);
		html_number(p->s, f[at[2]]);
		g_string_append(p->s, "<td>");
		html_verdict(p->s, f[at[3]]);
		g_string_append(p->s, "</td>");
		html_cell(p->s, f[at[4]]);
		g_string_append(p->s, "<td class=\"num\">");
		html_text(p->s, f[at[6]]);
		g_string_append(p->s, " / ");
		html_text(p->s, f[at[5]]);
		g_string_append(p->s, "</td>");
		link_to(p, f[at[7]]);
		g_string_append(p->s, "</tr>\n");
	}
	return n;
}

static void run_table(struct runs_page *p, const char *caption, bool failed, guint most)
{
	char *path = g_build_filename(p->dir, "runs.csv", NULL);
	struct csv_read *c = csv_read_open(path, NULL);
	guint n;

	if (c) {
		html_table_as(p->s, "tall", caption, "#Run|Point|#Seed|Verdict|State|#Met|Folder");
		n = run_lines(p, c, failed, most);
		html_table_end(p->s);
		if (n > most)
			html_printf(p->s, "p class=\"note\" role=\"note\"", "Only the first %u are on this page; %u more are in runs.csv.",
				    most, n - most);
	} else {
		html_note(p->s, "runs.csv cannot be read.");
	}
	csv_read_close(c);
	g_free(path);
}

static void failures(struct runs_page *p)
{
	if (p->of[VERDICT_PASS] == p->all)
		return;
	html_section(p->s, "failed", "Runs that did not pass");
	html_element(p->s, "p", "They are in no figure below. mooring run with that seed and -o shows such a run.");
	run_table(p, "Runs that did not pass", true, FAILED_MOST);
	html_section_end(p->s);
}

static void all_runs(struct runs_page *p)
{
	html_section(p->s, "runs", "All runs");
	g_string_append(p->s, "<details><summary>List of runs, with their folders</summary>\n");
	run_table(p, "All runs, in their order", false, RUNS_MOST);
	g_string_append(p->s, "</details>\n");
	html_section_end(p->s);
}

/* ---- again ------------------------------------------------------------------------------------------------------- */

static uint64_t first_seed(const struct results_point *point)
{
	return point->runs->len ? g_array_index(point->runs, struct results_run, 0).seed : 1;
}

/* Of one point: what is the same whether the number of runs was given or grew until a precision was reached. */
static void point_command(GString *out, const struct runs_page *p, JsonObject *o, const struct results_point *point)
{
	JsonArray *sets = html_array(o, "overrides");
	char *file = g_shell_quote(html_member(o, "file"));

	g_string_append_printf(out, "mooring run %s", file);
	if (strcmp(p->r->engine, "builtin"))
		g_string_append_printf(out, " --engine %s", p->r->engine);
	for (guint i = 0; sets && i < json_array_get_length(sets); i++) {
		char *set = g_shell_quote(html_array_text(sets, i));

		g_string_append_printf(out, " --set %s", set);
		g_free(set);
	}
	g_string_append_printf(out, " --seed %" G_GUINT64_FORMAT " --runs %u\n", first_seed(point), point->runs->len);
	g_free(file);
}

static const struct results_point *point_called(const struct results *r, const char *name)
{
	for (guint i = 0; i < r->points->len; i++)
		if (!strcmp(((const struct results_point *)r->points->pdata[i])->name, name))
			return r->points->pdata[i];
	return NULL;
}

static void point_rows(struct runs_page *p, JsonArray *points, GString *commands)
{
	for (guint i = 0; points && i < MIN(json_array_get_length(points), POINTS_MOST); i++) {
		JsonObject *o = html_array_object(points, i);
		const struct results_point *point = point_called(p->r, html_member(o, "point"));

		html_row(p->s);
		html_head_cell(p->s, html_member(o, "point"));
		html_cell(p->s, html_member(o, "file"));
		html_cell(p->s, html_member(o, "hash"));
		g_string_append_printf(p->s, "<td class=\"num\">%u</td></tr>\n", point ? point->runs->len : 0);
		if (point)
			point_command(commands, p, o, point);
	}
}

/* The whole list in one command, where all points have the same number of runs and the same first seed. */
static char *whole_command(const struct runs_page *p, JsonArray *points)
{
	GString *s = g_string_new("mooring run");
	JsonArray *sets = html_array(p->root, "set");
	const struct results_point *first = p->r->points->pdata[0];
	const char *before = "";

	for (guint i = 0; points && i < json_array_get_length(points); i++) {
		const char *file = html_member(html_array_object(points, i), "file");
		char *word = g_shell_quote(file);

		if (strcmp(file, before))
			g_string_append_printf(s, " %s", word);
		before = file;
		g_free(word);
	}
	if (strcmp(p->r->engine, "builtin"))
		g_string_append_printf(s, " --engine %s", p->r->engine);
	for (guint i = 0; sets && i < json_array_get_length(sets); i++) {
		char *word = g_shell_quote(html_array_text(sets, i));

		g_string_append_printf(s, " --set %s", word);
		g_free(word);
	}
	g_string_append_printf(s, " --seed %" G_GUINT64_FORMAT " --runs %u -o results\n", first_seed(first), first->runs->len);
	return g_string_free(s, FALSE);
}

static bool even(const struct results *r)
{
	const struct results_point *first = r->points->pdata[0];

	for (guint i = 1; i < r->points->len; i++) {
		const struct results_point *point = r->points->pdata[i];

		if (point->runs->len != first->runs->len || first_seed(point) != first_seed(first))
			return false;
	}
	return !strcmp(r->state, "finished");
}

static void again(struct runs_page *p)
{
	JsonArray *points = html_array(p->root, "points");
	GString *commands = g_string_new(NULL);

	html_section(p->s, "again", "Exactly this again");
	if (even(p->r)) {
		char *all = whole_command(p, points);

		html_listing(p->s, "Command", all);
		g_free(all);
	}
	html_printf(p->s, "p", "Made by mooring %s on the engine %s. With the same version and scenarios of the same hash "
		    "every table is the same, octet by octet, for any -j and any number of shards.", p->r->version, p->r->engine);
	html_table_as(p->s, "tall", "Points", "Point|File|Hash of the scenario|#Runs");
	point_rows(p, points, commands);
	html_table_end(p->s);
	g_string_append(p->s, "<details><summary>Point by point</summary>\n");
	html_listing(p->s, "Commands", commands->str);
	g_string_append(p->s, "</details>\n");
	html_section_end(p->s);
	g_string_free(commands, TRUE);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

/* The scenarios by name: the first words of the points. Free it. */
static char *scenarios_of(const struct runs_page *p)
{
	GString *s = g_string_new(NULL);
	const char *before = "";
	guint n = 0;

	for (guint i = 0; i < p->r->points->len; i++) {
		const char *name = ((const struct results_point *)p->r->points->pdata[i])->name;
		size_t len = strcspn(name, "/");

		if (len == strcspn(before, "/") && !strncmp(name, before, len))
			continue;
		before = name;
		if (n++ < SCENARIOS_NAMED)
			g_string_append_printf(s, "%s%.*s", n > 1 ? ", " : "", (int)len, name);
	}
	if (n > SCENARIOS_NAMED)
		g_string_append_printf(s, " and %u more", n - SCENARIOS_NAMED);
	return g_string_free(s, FALSE);
}

static void page(struct runs_page *p)
{
	char *base = g_path_get_basename(p->dir), *names = scenarios_of(p);
	char *title = g_strdup_printf("%s: %u run%s", names, p->all, p->all == 1 ? "" : "s");
	char *lead = g_strdup_printf("%u point%s, folder %s, engine %s, mooring %s", p->r->points->len,
				     p->r->points->len == 1 ? "" : "s", base, p->r->engine, p->r->version);

	html_begin(p->s, title, lead);
	verdict(p);
	failures(p);
	report_figures_section(&p->figures);
	html_pictures(p->s, p->dir);
	all_runs(p);
	again(p);
	html_end(p->s, MOORING_VERSION);
	g_free(lead);
	g_free(title);
	g_free(names);
	g_free(base);
}

/* As they are read who wants them whole, and if they are not, what there is. */
static struct results *read_all(struct runs_page *p, GError **error)
{
	GError *bad = NULL;
	struct results *r = results_open(p->dir, false, &bad);

	if (r)
		return r;
	r = results_open(p->dir, true, error);
	/* of those that were killed it is known that they are not whole */
	if (r && (!strcmp(r->state, "finished") || !strcmp(r->state, "interrupted")))
		p->fault = g_strdup(bad->message);
	g_clear_error(&bad);
	return r;
}

bool report_runs(const char *dir, const struct report_options *o, GError **error)
{
	struct runs_page p = { .dir = dir, .damage = o->damage };
	JsonParser *parser;

	p.root = html_manifest(dir, "runs.json", "mooring-runs-1", &parser, error);
	if (!p.root)
		return false;
	p.r = read_all(&p, error);
	if (!p.r) {
		g_object_unref(parser);
		return false;
	}
	p.s = g_string_sized_new(1 << 20);
	p.figures = (struct report_figures){ p.s, p.r, is_bootstrap(dir), NULL };
	count_all(&p);
	page(&p);
	report_figures_done(&p.figures);
	results_close(p.r);
	g_free(p.fault);
	g_object_unref(parser);
	return html_write(p.s, dir, error);
}

static bool has_shards(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	bool found = false;

	for (const char *name; d && !found && (name = g_dir_read_name(d)) != NULL;)
		found = g_str_has_prefix(name, "shard-");
	if (d)
		g_dir_close(d);
	return found;
}

enum report_kind report_kind_of(const char *dir, GError **error)
{
	static const struct { const char *file; enum report_kind kind; } kinds[] = {
		{ "runs.json", REPORT_RUNS }, { "run.json", REPORT_RUN } };

	if (!g_file_test(dir, G_FILE_TEST_IS_DIR)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: %s", *dir ? dir : "\"\"",
			    g_file_test(dir, G_FILE_TEST_EXISTS) ? "is a file; a results folder is wanted" : "there is no such folder");
		return REPORT_NONE;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		char *path = g_build_filename(dir, kinds[i].file, NULL);
		bool there = g_file_test(path, G_FILE_TEST_EXISTS);

		g_free(path);
		if (there)
			return kinds[i].kind;
	}
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: holds no results: neither runs.json nor run.json%s", dir,
		    has_shards(dir) ? "; its shards become one folder with mooring merge" : "");
	return REPORT_NONE;
}

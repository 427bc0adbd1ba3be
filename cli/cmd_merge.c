/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring merge
 *
 * Puts the tables of shards together: every line is taken as it is, in the order of the whole list of runs, and the
 * summary is made of them anew. So the result is that of one command without shards, octet by octet, however many
 * shards there were and how often each was cut short and gone on with. It implements no clause.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/run_lines.h"
#include "cli/run_over.h"

#define MISSING_SHOWN 10

struct merge {
	char *out;
	gboolean partial, bootstrap;
	GPtrArray *dirs;		/* char *, with results of their own */
	GPtrArray *states;		/* struct run_state, beside them */
	GHashTable *lines;
};

static bool has_results(const char *dir)
{
	char *path = g_build_filename(dir, "runs.json", NULL);
	bool has = g_file_test(path, G_FILE_TEST_EXISTS);

	g_free(path);
	return has;
}

/* Its folders shard-*, by name. */
static void find_shards(struct merge *m, const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	guint from = m->dirs->len;

	for (const char *name; d && (name = g_dir_read_name(d)) != NULL;) {
		char *path = g_build_filename(dir, name, NULL);

		if (g_str_has_prefix(name, "shard-") && has_results(path))
			g_ptr_array_add(m->dirs, g_strdup(path));
		g_free(path);
	}
	if (d)
		g_dir_close(d);
	if (m->dirs->len > from)
		qsort(m->dirs->pdata + from, m->dirs->len - from, sizeof(gpointer), cli_by_name);
}

/* A folder with shards in it stands for these, and the result goes into it unless said otherwise. */
static bool find_all(struct merge *m, char **words, int n)
{
	for (int i = 0; i < n; i++) {
		guint before = m->dirs->len;

		find_shards(m, words[i]);
		if (m->dirs->len == before && !has_results(words[i])) {
			cli_error("%s: holds no results, and no folders shard-* with any", words[i]);
			return false;
		}
		if (m->dirs->len == before)
			g_ptr_array_add(m->dirs, g_strdup(words[i]));
		else if (!m->out && n == 1)
			m->out = g_strdup(words[i]);
	}
	if (!m->out)
		cli_error("merge: into which folder? (-o; only one folder with parts shard-* in it needs none)");
	return m->out != NULL;
}

static bool read_all(struct merge *m, GError **error)
{
	for (guint i = 0; i < m->dirs->len; i++) {
		const char *dir = m->dirs->pdata[i];
		struct run_state *s = run_state_read(dir, error);

		if (!s)
			return false;
		g_ptr_array_add(m->states, s);
		if (!run_state_same(s, m->states->pdata[0], dir, error) ||
		    !run_state_same_list(s, m->states->pdata[0], dir, error) || !run_lines_read(m->lines, dir, "", error))
			return false;
	}
	return true;
}

/* False after telling which runs are not there. */
static bool all_there(const struct merge *m, guint runs)
{
	GString *which = g_string_new(NULL);
	guint missing = 0;

	for (guint i = 1; i <= runs; i++)
		if (!run_lines_get(m->lines, i) && ++missing <= MISSING_SHOWN)
			g_string_append_printf(which, " %u", i);
	if (missing)
		cli_error("merge: %u of %u runs are missing or not finished:%s%s; %s", missing, runs, which->str,
			  missing > MISSING_SHOWN ? " …" : "",
			  m->partial ? "the others are put together" : "go on with their shards (mooring run --resume), or say --partial");
	g_string_free(which, TRUE);
	return !missing;
}

/* struct run_point by name, of all folders. */
static GHashTable *all_points(const struct merge *m)
{
	GHashTable *points = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < m->states->len; i++) {
		const struct run_state *s = m->states->pdata[i];

		for (guint k = 0; k < s->points->len; k++) {
			struct run_point *p = s->points->pdata[k];

			g_hash_table_insert(points, p->name, p);
		}
	}
	return points;
}

/* Its tables go when the new ones begin, and a full disk would then leave neither. */
static bool is_source(const struct merge *m)
{
	struct stat to, from;
	bool same = false;

	if (stat(m->out, &to) != 0)
		return false;
	for (guint i = 0; i < m->dirs->len && !same; i++)
		same = stat(m->dirs->pdata[i], &from) == 0 && from.st_dev == to.st_dev && from.st_ino == to.st_ino;
	if (same)
		cli_error("merge: -o %s: is one of the folders that are put together: name another one", m->out);
	return same;
}

static int write_all(struct merge *m, bool whole)
{
	const struct run_state *first = m->states->pdata[0];
	const struct summary_options o = { .bootstrap = m->bootstrap };
	struct run_state *state = run_state_new(first->engine, first->sets, first->runs, (struct shard){ 0, 0 });
	GHashTable *points = all_points(m);
	struct run_tables *t;
	guint written = 0;

	for (guint i = 1; i <= first->runs; i++) {
		const struct run_lines_run *r = run_lines_get(m->lines, i);
		const struct run_point *p = r ? g_hash_table_lookup(points, r->point) : NULL;

		if (p)
			run_state_point(state, p->name, p->file, p->hash, p->overrides);
	}
	g_hash_table_unref(points);
	run_state_list(state, first->list);
	run_state_leaves(state, first->leaves, first->fingerprints);
	t = run_tables_open(m->out, state, false);
	if (!t)
		return EXIT_USAGE;
	for (guint i = 1; i <= first->runs; i++) {
		const struct run_lines_run *r = run_lines_get(m->lines, i);

		written += r && run_tables_lines(t, r);
	}
	if (!run_tables_close(t, &o, whole, NULL))
		return EXIT_INTERNAL;
	printf("%u of %u runs from %u folders in %s\n", written, first->runs, m->dirs->len, m->out);
	return EXIT_PASS;
}

static int merge(struct merge *m, char **words, int n)
{
	GError *error = NULL;
	bool whole;

	if (!n) {
		cli_error("merge: which folders?");
		return EXIT_USAGE;
	}
	if (!find_all(m, words, n) || is_source(m))
		return EXIT_USAGE;
	if (!read_all(m, &error)) {
		cli_error("%s", error->message);
		g_clear_error(&error);
		return EXIT_USAGE;
	}
	if (!g_hash_table_size(m->lines)) {
		cli_error("merge: there is no finished run in any of %u folders", m->dirs->len);
		return EXIT_USAGE;
	}
	whole = all_there(m, ((const struct run_state *)m->states->pdata[0])->runs);
	if (!whole && !m->partial)
		return EXIT_FAIL;
	return write_all(m, whole);
}

static void state_free(gpointer state)
{
	run_state_free(state);
}

int cmd_merge(int argc, char **argv)
{
	struct merge m = { .out = NULL };
	const GOptionEntry entries[] = {
		{ "out", 'o', 0, G_OPTION_ARG_FILENAME, &m.out, "Where to (default: the folder whose shards they are)", "FOLDER" },
		{ "partial", 0, 0, G_OPTION_ARG_NONE, &m.partial, "Also when runs are missing", NULL },
		{ "bootstrap", 0, 0, G_OPTION_ARG_NONE, &m.bootstrap, "Intervals of means by bootstrap (BCa), not Student's t",
			NULL },
		G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	m.dirs = g_ptr_array_new_with_free_func(g_free);
	m.states = g_ptr_array_new_with_free_func(state_free);
	m.lines = run_lines_new();
	if (cli_options(&argc, &argv, "FOLDER...", "Puts the tables of `mooring run --shard` together: those of one "
			"command without shards, octet by octet.", entries, &code))
		code = merge(&m, argv + 1, argc - 1);
	g_ptr_array_unref(m.dirs);
	g_ptr_array_unref(m.states);
	g_hash_table_unref(m.lines);
	g_free(m.out);
	return code;
}

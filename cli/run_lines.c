/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: lines of results, read back as they are
 *
 * Only as much of a line is understood as tells whose it is and whether its run came to its end; the rest is text. It
 * implements no clause but RFC 4180 for the quoting.
 */
#include "cli/run_lines.h"

#include <string.h>

#include "traces/metrics.h"

static void run_free(gpointer data)
{
	struct run_lines_run *r = data;

	g_free(r->line);
	g_free(r->steps);
	g_free(r->point);
	g_free(r);
}

GHashTable *run_lines_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, run_free);
}

const struct run_lines_run *run_lines_get(GHashTable *lines, guint number)
{
	return g_hash_table_lookup(lines, GUINT_TO_POINTER(number));
}

char *run_lines_head(void)
{
	return g_strdup("run,point,seed,verdict,state,checks,passed,events,steps,fingerprint,folder\n");
}

char *run_lines_steps_head(void)
{
	GString *s = g_string_new("run,point,seed,verdict,node,step,nth,kind,outcome,start_ns");

	for (int i = 0; i < METRICS; i++)
		g_string_append_printf(s, ",%s%s", metric_rows[i].name, metric_rows[i].unit == UNIT_NS ? "_ns" : "");
	g_string_append(s, ",gap_up_open,gap_down_open\n");
	return g_string_free(s, FALSE);
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

/* Behind the line's end outside of quotes; NULL: it has none. */
static const char *line_end(const char *at)
{
	for (bool quoted = false; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\n' && !quoted)
			return at + 1;
	}
	return NULL;
}

/* The next field without its quotes, and behind its comma; NULL: there is none. */
static char *field(const char **at)
{
	GString *s;
	bool quoted = false;

	if (!**at || **at == '\n')
		return NULL;
	s = g_string_new(NULL);
	for (; **at && (quoted || (**at != '\n' && **at != ',')); (*at)++) {
		if (**at != '"')
			g_string_append_c(s, **at);
		else if (quoted && (*at)[1] == '"')
			g_string_append_c(s, *++*at);
		else
			quoted = !quoted;
	}
	*at += **at == ',';
	return g_string_free(s, FALSE);
}

static bool number(const char *text, guint64 most, guint64 *v)
{
	return text && g_ascii_string_to_unsigned(text, 10, 1, most, v, NULL);
}

static bool verdict_find(const char *text, enum verdict *v)
{
	for (int i = VERDICT_PASS; text && i <= VERDICT_ERROR; i++)
		if (!strcmp(text, verdict_name((enum verdict)i))) {
			*v = (enum verdict)i;
			return true;
		}
	return false;
}

/* run,point,seed,verdict,state,checks,passed,events,steps,... ; NULL: no such line. */
static struct run_lines_run *run_of(const char *line, size_t len)
{
	const char *at = line;
	char *f[9];
	guint64 n = 0, steps = 0;
	struct run_lines_run *r = g_new0(struct run_lines_run, 1);
	bool good;

	for (size_t i = 0; i < G_N_ELEMENTS(f); i++)
		f[i] = field(&at);
	good = number(f[0], G_MAXUINT32, &n) && f[2] && g_ascii_string_to_unsigned(f[2], 10, 0, G_MAXUINT64, &r->seed, NULL) &&
	       verdict_find(f[3], &r->verdict) && f[8] && g_ascii_string_to_unsigned(f[8], 10, 0, G_MAXUINT32, &steps, NULL);
	r->number = (guint)n;
	r->n_steps = (guint)steps;
	r->line = g_strndup(line, len);
	r->point = g_strdup(f[1]);
	r->finished = good && !strcmp(f[4], "finished");
	for (size_t i = 0; i < G_N_ELEMENTS(f); i++)
		g_free(f[i]);
	if (good)
		return r;
	run_free(r);
	return NULL;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Which of the two heads' columns is the first to differ; with the same names, its commas, quotes or end do. */
static void refuse_head(const char *path, const char *text, const char *head, GError **error)
{
	bool same = true;

	for (guint column = 1; same; column++) {
		char *is = field(&text), *wanted = field(&head);

		same = !g_strcmp0(is, wanted);
		if (!same)
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: column %u is `%.40s`, this version writes `%.40s`",
				    path, column, is ? is : "", wanted ? wanted : "");
		else if (!is)
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: another program has written it: the names of its "
				    "columns are ours, their commas, quotes or the end of the line are not", path);
		same = same && is;
		g_free(is);
		g_free(wanted);
	}
}

/*
 * The table's text, at: behind its head. A kill or a full disk before the first run was over leaves none, or not all of
 * its head: that is a table without lines. NULL with error.
 */
static char *table(const char *dir, const char *name, const char *suffix, char *head, const char **at, GError **error)
{
	char *base = g_strconcat(name, suffix, NULL), *path = g_build_filename(dir, base, NULL), *text = NULL;
	GError *bad = NULL;

	if (g_file_get_contents(path, &text, NULL, &bad) && g_str_has_prefix(text, head)) {
		*at = text + strlen(head);
	} else if (text ? g_str_has_prefix(head, text) : g_error_matches(bad, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		g_free(text);
		*at = text = g_strdup("");
	} else if (text) {
		refuse_head(path, text, head, error);
		g_clear_pointer(&text, g_free);
	} else {
		g_propagate_error(error, g_steal_pointer(&bad));
	}
	g_clear_error(&bad);
	g_free(base);
	g_free(path);
	g_free(head);
	return text;
}

/*
 * All lines of the run, from where the steps stand, which is behind them then: both tables are in the order of the
 * runs, and steps may be there of runs that are not. A line without an end ends the steps.
 */
static char *steps_of(const char **steps, guint run, guint *n)
{
	const char *from = NULL;

	*n = 0;
	for (const char *end; (end = line_end(*steps)) != NULL; *steps = end) {
		guint64 of = g_ascii_strtoull(*steps, NULL, 10);

		if (of > run)
			break;
		if (of == run && !from)
			from = *steps;
		*n += of == run;
	}
	return from ? g_strndup(from, (gsize)(*steps - from)) : NULL;
}

static bool take(GHashTable *lines, struct run_lines_run *r, const char *dir, GError **error)
{
	const struct run_lines_run *there = run_lines_get(lines, r->number);
	bool same = !there || (!strcmp(there->line, r->line) && !g_strcmp0(there->steps, r->steps));

	if (!same)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: run %u (%s, seed %" G_GUINT64_FORMAT ") is there twice, "
			    "and with different results", dir, r->number, r->point, r->seed);
	if (!there && r->finished)
		g_hash_table_insert(lines, GUINT_TO_POINTER(r->number), r);
	else
		run_free(r);
	return same;
}

bool run_lines_read(GHashTable *lines, const char *dir, const char *suffix, GError **error)
{
	const char *at = NULL, *step = NULL;
	char *runs = table(dir, "runs.csv", suffix, run_lines_head(), &at, error);
	char *steps = runs ? table(dir, "steps.csv", suffix, run_lines_steps_head(), &step, error) : NULL;
	bool ok = runs && steps;

	for (const char *end; ok && (end = line_end(at)) != NULL; at = end) {
		struct run_lines_run *r = run_of(at, (size_t)(end - at));
		guint n;

		if (!r) {
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s/runs.csv%s: this is no line of ours: %.60s", dir,
				    suffix, at);
			ok = false;
			break;
		}
		r->steps = steps_of(&step, r->number, &n);
		r->finished = r->finished && n == r->n_steps;	/* else the other table was cut short */
		ok = take(lines, r, dir, error);
	}
	g_free(runs);
	g_free(steps);
	return ok;
}

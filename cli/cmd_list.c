/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring list
 *
 * What there is: shipped scenarios by family, timers, events, and the requirements with the code and the scenarios
 * that stand for them. A requirement counts as `scenario` when an expectation of a shipped scenario covers it, as
 * `code` when only a tag in the sources does. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/coverage.h"
#include "net/timers.h"
#include "scenarios/fields.h"
#include "scenarios/load.h"

/* ---- scenarios --------------------------------------------------------------------------------------------------- */

struct shipped {
	char *path, *family;
	struct scen_file *file;
	struct scenario *s;
};

static void shipped_free(gpointer p)
{
	struct shipped *x = p;

	scen_free(x->s);
	scen_close(x->file);
	g_free(x->path);
	g_free(x->family);
	g_free(x);
}

/* All shipped scenarios that can be read; NULL when there is no folder. */
static GPtrArray *shipped_all(void)
{
	char *top = cli_scenarios();
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free), *all = g_ptr_array_new_with_free_func(shipped_free);
	struct report r;

	if (!top || !cli_files(&top, 1, paths))
		g_clear_pointer(&all, g_ptr_array_unref);
	report_init(&r);
	for (guint i = 0; all && i < paths->len; i++) {
		struct shipped *x = g_new0(struct shipped, 1);
		char *folder = g_path_get_dirname(paths->pdata[i]);

		x->path = g_strdup(paths->pdata[i]);
		x->family = g_path_get_basename(folder);
		x->file = scen_open(x->path, &r);
		x->s = x->file ? scen_load(x->file, NULL, &r) : NULL;
		g_free(folder);
		if (x->s)
			g_ptr_array_add(all, x);
		else
			shipped_free(x);
	}
	if (!all)
		cli_error("the shipped scenarios are not to be found");
	fputs(r.text->str, stderr);
	report_done(&r);
	g_ptr_array_unref(paths);
	g_free(top);
	return all;
}

static void put_json(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 32)
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	putchar('"');
}

static int list_scenarios(bool json)
{
	GPtrArray *all = shipped_all();
	const char *family = "";

	if (!all)
		return EXIT_CANNOT;
	if (json)
		printf("[");
	for (guint i = 0; i < all->len; i++) {
		const struct shipped *x = all->pdata[i];

		if (json) {
			printf("%s\n {\"family\": \"%s\", \"scenario\": \"%s\", \"expectations\": %u, \"about\": ", i ? "," : "", x->family,
			       x->s->name, x->s->expect->len);
			put_json(x->s->about);
			printf(", \"file\": ");
			put_json(x->path);
			printf("}");
			continue;
		}
		if (strcmp(family, x->family))
			printf("%s%s\n", i ? "\n" : "", x->family);
		family = x->family;
		printf("  %-28s %s\n", x->s->name, x->s->about);
	}
	printf(json ? "\n]\n" : "");
	g_ptr_array_unref(all);
	return EXIT_PASS;
}

/* ---- timers and events ------------------------------------------------------------------------------------------- */

static int list_timers(bool json)
{
	char def[40], min[40], max[40];

	printf(json ? "[" : "%-32s %-8s %-20s %s\n", "timer", "default", "bounds", "clause");
	for (unsigned i = 0; i < TIMER_IDS; i++) {
		const struct timer_row *t = &timer_rows[i];
		enum unit_kind unit = t->unit == TIMER_SPAN ? UNIT_SPAN : UNIT_NONE;
		char *bounds;

		unit_text(unit, t->def, def, sizeof def);
		unit_text(unit, t->min, min, sizeof min);
		unit_text(unit, t->max, max, sizeof max);
		bounds = g_strdup_printf("%s to %s", min, max);
		if (json)
			printf("%s\n {\"timer\": \"%s\", \"default\": \"%s\", \"min\": \"%s\", \"max\": \"%s\", \"clause\": \"%s\"}",
				i ? "," : "", t->name, def, min, max, t->clause);
		else
			printf("%-32s %-8s %-20s %s\n", t->name, def, bounds, t->clause);
		g_free(bounds);
	}
	printf(json ? "\n]\n" : "");
	return EXIT_PASS;
}

static int list_events(bool json)
{
	if (json)
		printf("[");
	for (const struct event_row *e = event_rows; e->name; e++)
		if (json)
			printf("%s\n {\"event\": \"%s\", \"about\": \"%s\"}", e == event_rows ? "" : ",", e->name, e->about);
		else
			printf("%-24s %s\n", e->name, e->about);
	printf(json ? "\n]\n" : "");
	return EXIT_PASS;
}

/* ---- requirements ------------------------------------------------------------------------------------------------ */

enum cover { COVER_SCENARIO, COVER_CODE, COVER_NOT_APPLICABLE, COVER_MISSING, COVERS };

static bool covered_by(const struct scenario *s, const char *id)
{
	for (guint i = 0; i < s->expect->len; i++) {
		const struct scen_expect *e = s->expect->pdata[i];

		for (guint k = 0; k < e->covers->len; k++)
			if (!strcmp(((const struct tree *)e->covers->pdata[k])->text, id))
				return true;
	}
	return false;
}

static enum cover cover_of(const struct requirement_row *q, const GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++)
		if (covered_by(((const struct shipped *)all->pdata[i])->s, q->id))
			return COVER_SCENARIO;
	for (const struct tag_row *t = coverage_tags; t->tag; t++)
		if (!strcmp(t->tag, q->id))
			return COVER_CODE;
	return q->applies ? COVER_MISSING : COVER_NOT_APPLICABLE;
}

/* A clause matches itself and what lies below it: 5.1 matches 5.1.2.4; an id matches itself. */
static bool clause_matches(const char *wanted, const struct requirement_row *q)
{
	size_t n = strlen(wanted);
	const char *space = strchr(wanted, ' ');

	if (!*wanted || !strcmp(wanted, q->id))
		return true;
	if (space) {
		char *document = g_strndup(wanted, (gsize)(space - wanted));
		bool same = strstr(q->source, document) != NULL;

		g_free(document);
		return same && clause_matches(space + 1, q);
	}
	return !strncmp(q->clause, wanted, n) && (!q->clause[n] || q->clause[n] == '.');
}

static void show_requirement(const struct requirement_row *q, enum cover c, const GPtrArray *all)
{
	static const char *const words[] = { "scenario", "code", "not applicable", "missing" };

	printf("%s  %s  %s  [%s %s]  %s\n    %s\n", q->id, q->role, q->level, q->source, q->clause, words[c], q->text);
	for (const struct tag_row *t = coverage_tags; t->tag; t++)
		if (!strcmp(t->tag, q->id))
			printf("    code: %s:%u\n", t->file, t->line);
	for (guint i = 0; i < all->len; i++) {
		const struct shipped *x = all->pdata[i];

		if (covered_by(x->s, q->id))
			printf("    scenario: %s/%s\n", x->family, x->s->name);
	}
}

static void json_requirement(const struct requirement_row *q, enum cover c, bool first)
{
	static const char *const words[] = { "scenario", "code", "not_applicable", "missing" };

	printf("%s\n  {\"id\": \"%s\", \"role\": \"%s\", \"level\": \"%s\", \"clause\": \"%s\", \"covered\": \"%s\"}",
		first ? "" : ",", q->id, q->role, q->level, q->clause, words[c]);
}

/* Clause tags that name no requirement are worth finding as well: `list --clause "RFC 5555 4.1"`. */
static guint show_tags(const char *wanted)
{
	size_t n = strlen(wanted);
	guint shown = 0;

	for (const struct tag_row *t = coverage_tags; *wanted && t->tag; t++)
		if (!strncmp(t->tag, wanted, n) && (!t->tag[n] || t->tag[n] == '.')) {
			printf("[%s]  %s:%u\n", t->tag, t->file, t->line);
			shown++;
		}
	return shown;
}

struct totals {
	GPtrArray *roles;		/* char * */
	GArray *counts;			/* guint[COVERS] each */
};

static guint *role_counts(struct totals *t, const char *role)
{
	static const guint none[COVERS];
	guint i = 0;

	while (i < t->roles->len && strcmp(t->roles->pdata[i], role))
		i++;
	if (i == t->roles->len) {
		g_ptr_array_add(t->roles, g_strdup(role));
		g_array_append_vals(t->counts, none, COVERS);
	}
	return &g_array_index(t->counts, guint, i * COVERS);
}

/* A requirement on MAG+LMA counts for both. */
static void count(struct totals *t, const struct requirement_row *q, enum cover c)
{
	char **roles = g_strsplit(q->role, "+", -1);

	for (char **r = roles; *r; r++)
		role_counts(t, *r)[c]++;
	g_strfreev(roles);
}

static void put_totals(const struct totals *t, bool json)
{
	if (!json)
		printf("\n%-6s %9s %6s %15s %8s\n", "role", "scenario", "code", "not applicable", "missing");
	for (guint i = 0; i < t->roles->len; i++) {
		const guint *n = &g_array_index(t->counts, guint, i * COVERS);
		const char *role = t->roles->pdata[i];

		if (json)
			printf("%s\n  \"%s\": {\"scenario\": %u, \"code\": %u, \"not_applicable\": %u, \"missing\": %u}", i ? "," : "",
				role, n[COVER_SCENARIO], n[COVER_CODE], n[COVER_NOT_APPLICABLE], n[COVER_MISSING]);
		else
			printf("%-6s %9u %6u %15u %8u\n", role, n[COVER_SCENARIO], n[COVER_CODE], n[COVER_NOT_APPLICABLE],
				n[COVER_MISSING]);
	}
}

static void show_all(const GPtrArray *wanted, const GPtrArray *all, bool json)
{
	for (guint i = 0; i < wanted->len; i++) {
		const struct requirement_row *q = wanted->pdata[i];

		if (json)
			json_requirement(q, cover_of(q, all), !i);
		else
			show_requirement(q, cover_of(q, all), all);
	}
}

/* Without a clause only the totals; as JSON they are the whole object. With one: {"requirements": [...], "roles":
 * {...}}. */
static int list_clauses(const char *clause, bool json)
{
	struct totals t = { g_ptr_array_new_with_free_func(g_free), g_array_new(FALSE, TRUE, sizeof(guint)) };
	GPtrArray *all = shipped_all(), *wanted = g_ptr_array_new();
	guint shown;

	if (!all)
		all = g_ptr_array_new();
	for (const struct requirement_row *q = coverage_requirements; q->id; q++)
		if (clause_matches(clause, q)) {
			g_ptr_array_add(wanted, (gpointer)q);
			count(&t, q, cover_of(q, all));
		}
	if (json)
		printf(*clause ? "{\"requirements\": [" : "{");
	if (*clause)
		show_all(wanted, all, json);
	if (json && *clause)
		printf("\n ], \"roles\": {");
	if (wanted->len)
		put_totals(&t, json);
	shown = wanted->len;
	if (json)
		printf(*clause ? "\n}}\n" : "\n}\n");
	else
		shown += show_tags(clause);
	g_ptr_array_unref(wanted);
	g_ptr_array_unref(all);
	g_ptr_array_unref(t.roles);
	g_array_unref(t.counts);
	if (!shown)
		cli_error("no requirement and no tag of clause `%s`", clause);
	return shown ? EXIT_PASS : EXIT_USAGE;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

struct what {
	gboolean clause, timers, events, json;
	char *wanted;
};

/* --clause may stand alone or with a value, which GOption cannot say: it is taken out before. */
static void take_clause(struct what *w, int *argc, char **argv)
{
	int to = 1;

	for (int i = 1; i < *argc; i++) {
		bool alone = !strcmp(argv[i], "--clause");

		if (!alone && !g_str_has_prefix(argv[i], "--clause=")) {
			argv[to++] = argv[i];
			continue;
		}
		bool next = alone && i + 1 < *argc && argv[i + 1][0] != '-';

		w->clause = TRUE;
		g_free(w->wanted);
		w->wanted = g_strdup(next ? argv[i + 1] : alone ? "" : argv[i] + strlen("--clause="));
		i += next;
	}
	*argc = to;
}

int cmd_list(int argc, char **argv)
{
	struct what w = { 0 };
	gboolean clause = FALSE;
	const GOptionEntry entries[] = { { "clause", 0, 0, G_OPTION_ARG_NONE, &clause,
			"Requirements (of a clause or id: --clause 5.1.2.4) with code and scenarios",
			NULL },
		{ "timers", 0, 0, G_OPTION_ARG_NONE, &w.timers, "Timers with defaults and bounds", NULL },
		{ "events", 0, 0, G_OPTION_ARG_NONE, &w.events, "Events that expectations may name", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &w.json, "As JSON", NULL }, G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	take_clause(&w, &argc, argv);
	if (cli_options(&argc, &argv, "", "Lists the shipped scenarios by family, or something else.", entries, &code)) {
		if (argc > 1) {
			cli_error("list: what is `%s`?", argv[1]);
			code = EXIT_USAGE;
		} else if (w.clause) {
			code = list_clauses(w.wanted, w.json);
		} else {
			code = w.timers ? list_timers(w.json) : w.events ? list_events(w.json) : list_scenarios(w.json);
		}
	}
	g_free(w.wanted);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring report
 *
 * Writes report.html into results folders. The page is made by traces/report*.c from the folder; here the scenario of a
 * single run is looked for, and compared with what was run by its hash. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "scenarios/load.h"
#include "scenarios/tree.h"
#include "traces/report.h"

struct report_command { gint max; };

/* The file as it is named, else among the shipped scenarios. NULL: nowhere. */
static char *find_scenario(const char *path)
{
	char *shipped = cli_scenarios(), *found = NULL;

	if (*path && g_file_test(path, G_FILE_TEST_IS_REGULAR))
		found = g_strdup(path);
	else if (shipped && g_str_has_prefix(path, "scenarios/"))
		found = g_build_filename(shipped, path + strlen("scenarios/"), NULL);
	if (found && !g_file_test(found, G_FILE_TEST_IS_REGULAR))
		g_clear_pointer(&found, g_free);
	g_free(shipped);
	return found;
}

/* Its hash with the overrides; "" when it cannot be read any more. */
static char *hash_of(const char *path, char **overrides)
{
	struct report r;
	struct scen_file *f;
	struct scen_point point = { overrides };
	struct scenario *s;
	char *hash;

	report_init(&r);
	f = scen_open(path, &r);
	s = f ? scen_load(f, &point, &r) : NULL;
	hash = g_strdup(s ? scen_hash(s) : "");
	if (s)
		scen_free(s);
	if (f)
		scen_close(f);
	report_done(&r);
	return hash;
}

static char *note_of(const char *path, const char *text, const struct report_scenario *s)
{
	char *hash = hash_of(path, s->overrides), *note;
	bool extends = g_str_has_prefix(text, "extends:") || strstr(text, "\nextends:");

	if (!strcmp(hash, s->hash))
		note = g_strdup_printf("%s has the hash of what was run%s.", s->path,
				       extends ? ", with the file that it extends and that is not shown here" : "");
	else
		note = g_strdup_printf("%s was changed since this run, or this is another version of mooring: its hash is %s now and "
				       "was %s. It is shown as it is now.", s->path, *hash ? hash : "none", s->hash);
	g_free(hash);
	return note;
}

static bool one_run(const char *dir, struct report_options *o, GError **error)
{
	struct report_scenario s;
	char *path, *text = NULL, *note = NULL;
	bool ok;

	if (!report_scenario_of(dir, &s, error))
		return false;
	path = find_scenario(s.path);
	if (path && g_file_get_contents(path, &text, NULL, NULL))
		note = note_of(path, text, &s);
	else
		note = g_strdup_printf("The scenario's file (%s) is not here: its text is not shown.", *s.path ? s.path : "none");
	o->scenario = text;
	o->scenario_note = note;
	ok = report_run(dir, o, error);
	g_free(path);
	g_free(text);
	g_free(note);
	report_scenario_clear(&s);
	return ok;
}

static int one(const struct report_command *c, const char *dir)
{
	char *damage = NULL;
	struct report_options o = { .max_messages = (guint)c->max, .damage = &damage };
	GError *error = NULL;
	enum report_kind kind = report_kind_of(dir, &error);
	bool ok = false, write;

	switch (kind) {
	case REPORT_NONE:
		break;
	case REPORT_RUN:
		ok = one_run(dir, &o, &error);
		break;
	case REPORT_RUNS:
		ok = report_runs(dir, &o, &error);
		break;
	}
	if (ok) {
		printf("%s%sreport.html\n", dir, g_str_has_suffix(dir, "/") ? "" : "/");
		if (damage)
			cli_error("%s: these results are damaged, and the page says so: %s", dir, damage);
		write = damage != NULL;
		g_free(damage);
		return write ? EXIT_INCONCLUSIVE : EXIT_PASS;
	}
	g_free(damage);
	cli_error("%s", error->message);
	/* the folder itself was all right */
	write = error->domain == G_FILE_ERROR && error->code != G_FILE_ERROR_NOENT && error->code != G_FILE_ERROR_INVAL;
	g_clear_error(&error);
	return write ? EXIT_INTERNAL : EXIT_USAGE;
}

int cmd_report(int argc, char **argv)
{
	struct report_command c = { .max = (gint)REPORT_MESSAGES };
	const GOptionEntry entries[] = {
		{ "max", 0, 0, G_OPTION_ARG_INT, &c.max, "Messages and events on the page of a run (1000)", "N" },
		G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	if (!cli_options(&argc, &argv, "DIR...", "Writes DIR/report.html: a results folder (`mooring run -o`) as one page "
			 "that needs no network and no other file. docs/report.md.", entries, &code))
		return code;
	if (argc < 2 || c.max < 1 || c.max > (gint)REPORT_MESSAGES_MOST) {
		cli_error(argc < 2 ? "report: which folder?" : "report: --max must be 1 to 100000");
		return EXIT_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		int came = one(&c, argv[i]);

		code = MAX(code, came);
	}
	return code;
}

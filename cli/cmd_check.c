/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring check
 *
 * Reads scenarios with all their combinations and says what is wrong with them. Also prints the two documents that are
 * made from the language's table, which is how docs/ is brought up to date. It implements no clause.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "scenarios/load.h"
#include "scenarios/radio.h"
#include "scenarios/schema.h"

/* Every point is decoded: an override may break what the file alone keeps. At most this many, then the ends only. */
#define CHECK_POINTS 1000u

static gboolean check_file(const char *path, char **sets, struct report *r)
{
	struct scen_file *f = scen_open(path, r);
	GPtrArray *points = f ? scen_points(f, (const char *const *)sets, r) : NULL;
	unsigned before = r->errors;
	guint runs = points ? points->len : 0;

	for (guint i = 0; i < runs && r->errors == before; i++) {
		if (i >= CHECK_POINTS && i + 1 < runs)
			continue;
		struct scenario *s = scen_load(f, points->pdata[i], r);

		if (s)
			radio_check_recording(s, r);
		scen_free(s);
	}
	gboolean ok = points && r->errors == before;

	if (ok)
		printf("%s: good%s\n", path, runs > 1 ? " in all its combinations" : "");
	if (points)
		g_ptr_array_unref(points);
	scen_close(f);
	return ok;
}

static int print_document(char *text)
{
	fputs(text, stdout);
	g_free(text);
	return EXIT_PASS;
}

int cmd_check(int argc, char **argv)
{
	gboolean schema = FALSE, reference = FALSE, good = TRUE;
	char **sets = NULL, **zips = NULL;
	const GOptionEntry entries[] = {
		{ "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &sets, "Change a value; {a,b,c} and {1..5} are sweeps", "PATH=VALUE" },
		{ "zip", 0, 0, G_OPTION_ARG_STRING_ARRAY, &zips, "Sweep paths in step: 'a={1,2} b={3,4}'", "PATHS" },
		{ "schema", 0, 0, G_OPTION_ARG_NONE, &schema, "Print the JSON schema of the language", NULL },
		{ "reference", 0, 0, G_OPTION_ARG_NONE, &reference, "Print the reference page of the language", NULL },
		G_OPTION_ENTRY_NULL
	};
	GPtrArray *files;
	int code = EXIT_PASS;

	if (!cli_options(&argc, &argv, "SCENARIO...", "Reads scenarios (files, folders, shipped names) without running them.",
			 entries, &code))
		return code;
	if (schema || reference)
		return print_document(schema ? schema_json() : schema_page());
	sets = cli_zips(sets, zips);
	g_strfreev(zips);
	files = g_ptr_array_new_with_free_func(g_free);
	if (argc < 2) {
		cli_error("check: which scenario?");
		good = FALSE;
	} else if (!cli_files(argv + 1, argc - 1, files)) {
		good = FALSE;
	}
	for (guint i = 0; good && i < files->len; i++) {
		struct report r;

		report_init(&r);
		if (!check_file(files->pdata[i], sets, &r))
			code = EXIT_USAGE;
		fputs(r.text->str, stderr);
		if (r.errors > REPORT_MAX)
			fprintf(stderr, "… and %u more\n", r.errors - REPORT_MAX);
		report_done(&r);
	}
	g_ptr_array_unref(files);
	g_strfreev(sets);
	return good ? code : EXIT_USAGE;
}

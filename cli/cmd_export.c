/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring export
 *
 * Results folders as one file in OMNeT++'s SQLite layout, for its analysis tool, opp_scavetool, pandas and whatever
 * reads SQLite. The work is in traces/export.c; here are the words of the command. It implements no clause.
 */
#include <signal.h>
#include <stdio.h>

#include "cli/cli.h"
#include "scenarios/expect.h"
#include "traces/export.h"

struct words {
	char *out;
	gboolean overwrite, partial, all, no_vectors;
};

static int export_words(const struct words *w, char **dirs, int n)
{
	const struct export_options o = { .overwrite = w->overwrite, .partial = w->partial, .all = w->all,
		.no_vectors = w->no_vectors, .machine = scen_machine };
	struct export_sums sums;
	GError *error = NULL;
	int code;

	if (!n || !w->out || !*w->out) {
		cli_error(n ? "export: into which file? (-o)" : "export: which results folder?");
		return EXIT_USAGE;
	}
	/* a limit on the size of files is an error of writing, told like a full disk */
	signal(SIGXFSZ, SIG_IGN);
	if (!export_sqlite(w->out, dirs, n, &o, &sums, &error)) {
		cli_error("export: %s", error->message);
		code = g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_IO) ? EXIT_INTERNAL : EXIT_USAGE;
		g_clear_error(&error);
		return code;
	}
	if (sums.left_out)
		fprintf(stderr, "mooring: export: %u of %u runs did not pass: they stand there without figures (--all: with them)\n",
			sums.left_out, sums.runs);
	if (sums.eventless && !w->no_vectors)
		fprintf(stderr, "mooring: export: %u of %u runs left no events and have no vectors: those of `run -o` without "
			"--tables, --no-trace and --records do (`mooring unpack` makes them)\n", sums.eventless, sums.runs);
	printf("%u runs with %" G_GUINT64_FORMAT " figures and %" G_GUINT64_FORMAT " vectors (%" G_GUINT64_FORMAT
	       " values) in %s\n", sums.runs, sums.figures, sums.vectors, sums.values, w->out);
	return EXIT_PASS;
}

int cmd_export(int argc, char **argv)
{
	struct words w = { .out = NULL };
	const GOptionEntry entries[] = {
		{ "out", 'o', 0, G_OPTION_ARG_FILENAME, &w.out, "Write this file", "FILE" },
		{ "overwrite", 0, 0, G_OPTION_ARG_NONE, &w.overwrite, "Also when it is there", NULL },
		{ "all", 0, 0, G_OPTION_ARG_NONE, &w.all, "Also figures of runs that failed and of steps that did not succeed",
			NULL },
		{ "no-vectors", 0, 0, G_OPTION_ARG_NONE, &w.no_vectors, "No time series, also where there are events", NULL },
		{ "partial", 0, 0, G_OPTION_ARG_NONE, &w.partial, "Also folders whose runs were killed", NULL },
		G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	if (cli_options(&argc, &argv, "FOLDER...", "Puts results (`mooring run -o`) into one SQLite file as OMNeT++ lays "
			"it out, for its tools and for others.", entries, &code))
		code = export_words(&w, argv + 1, argc - 1);
	g_free(w.out);
	return code;
}

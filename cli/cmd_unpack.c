/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring unpack
 *
 * Makes the files that people and other programs read of a run that was recorded in records.bin (`run --records`):
 * events.jsonl and trace.pcapng, the same, octet for octet, as the run would have written itself. All else is made from
 * these. It implements no clause.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "traces/traces.h"

/* What was wrong with what was read is the user's to mend; that it could not be written is no fault of the command. */
static bool is_writing(const GError *e)
{
	return !g_error_matches(e, G_FILE_ERROR, G_FILE_ERROR_INVAL) && !g_error_matches(e, G_FILE_ERROR, G_FILE_ERROR_NOENT)
	       && !g_error_matches(e, G_FILE_ERROR, G_FILE_ERROR_EXIST);
}

/* A run's own folder and all below. False: something was wrong, and told. */
static bool unpack_below(const char *dir, guint *done, int *code)
{
	char *records = g_build_filename(dir, "records.bin", NULL);
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GError *error = NULL;
	const char *name;
	bool ok = true;
	GDir *d;

	if (g_file_test(records, G_FILE_TEST_EXISTS)) {
		ok = trace_convert(dir, TRACE_EVENTS | TRACE_PCAPNG, &error);
		*done += ok;
	}
	if (!error && (d = g_dir_open(dir, 0, &error))) {
		while ((name = g_dir_read_name(d)))
			g_ptr_array_add(names, g_build_filename(dir, name, NULL));
		g_dir_close(d);
	}
	if (error && is_writing(error))
		*code = EXIT_INTERNAL;
	if (error)
		cli_error("unpack: %s", error->message);
	ok = ok && !error;
	g_clear_error(&error);
	g_ptr_array_sort(names, cli_by_name);
	for (guint i = 0; i < names->len; i++)
		if (g_file_test(names->pdata[i], G_FILE_TEST_IS_DIR) && !g_file_test(names->pdata[i], G_FILE_TEST_IS_SYMLINK))
			ok = unpack_below(names->pdata[i], done, code) && ok;
	g_ptr_array_unref(names);
	g_free(records);
	return ok;
}

int cmd_unpack(int argc, char **argv)
{
	const GOptionEntry entries[] = { G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;
	bool ok = true;

	if (!cli_options(&argc, &argv, "FOLDER...", "Makes events.jsonl and trace.pcapng of all runs in a folder and below "
			 "that were recorded in records.bin (`mooring run --records`).", entries, &code))
		return code;
	if (argc < 2) {
		cli_error("unpack: which results folder?");
		return EXIT_USAGE;
	}
	for (int i = 1; i < argc; i++) {
		guint done = 0;
		bool whole = unpack_below(argv[i], &done, &code);

		if (whole && !done)
			cli_error("unpack: %s: no records.bin in it or below it: `mooring run --records` makes them", argv[i]);
		if (done)
			printf("%s: %u run%s unpacked\n", argv[i], done, done == 1 ? "" : "s");
		ok = ok && whole && done;
	}
	return code ? code : ok ? EXIT_PASS : EXIT_USAGE;
}

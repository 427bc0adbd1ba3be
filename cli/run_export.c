/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring run --export
 *
 * Saves the second command: when all runs are over, the results folder gets results.sqlite beside its tables. It
 * implements no clause.
 */
#include "cli/run_export.h"

#include <string.h>

#include "cli/cli.h"
#include "scenarios/expect.h"
#include "traces/export.h"

bool run_export_check(const char *form, const char *out, bool part)
{
	if (strcmp(form, "sqlite"))
		cli_error("--export %s: there is no such form (sqlite)", form);
	else if (!out)
		cli_error("--export: into which folder? (-o)");
	else if (part)
		cli_error("--export: a shard has a part of the runs; `mooring export` takes what `mooring merge` made");
	else
		return true;
	return false;
}

bool run_export(const char *out)
{
	const struct export_options o = { .overwrite = true, .machine = scen_machine };
	char *file = g_build_filename(out, "results.sqlite", NULL), *dir = g_strdup(out);
	struct export_sums sums;
	GError *error = NULL;
	bool ok = export_sqlite(file, &dir, 1, &o, &sums, &error);

	if (!ok)
		cli_error("--export: %s", error->message);
	g_clear_error(&error);
	g_free(file);
	g_free(dir);
	return ok;
}

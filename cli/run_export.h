/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `mooring run --export sqlite`: what `mooring export` writes, into the results folder itself. */
#ifndef MOOR_CLI_RUN_EXPORT_H
#define MOOR_CLI_RUN_EXPORT_H

#include <glib.h>
#include <stdbool.h>

/* False after telling: no such form, no folder (out NULL), or a part of the runs alone. */
bool run_export_check(const char *form, const char *out, bool part);
/* Writes out/results.sqlite of all runs there; false after telling why not. */
bool run_export(const char *out);

#endif

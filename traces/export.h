/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results folders for other people's programs: runs with their attributes, each step's figures as scalars, in
 * OMNeT++'s SQLite layout. docs/export.md says which of our words becomes which of theirs.
 */
#ifndef MOOR_TRACES_EXPORT_H
#define MOOR_TRACES_EXPORT_H

#include <glib.h>
#include <stdbool.h>

struct export_options {
	bool overwrite;			/* replace a file that is there */
	bool partial;			/* also folders whose runs were killed */
	bool all;			/* also figures of runs that failed and steps that did not succeed */
};

struct export_sums { guint runs, left_out; guint64 figures; };	/* left_out: runs without their figures */

/* False with error: a folder that is no whole one, a run that stands in two of them, a file that cannot be written. */
bool export_sqlite(const char *file, char *const *dirs, int n, const struct export_options *options,
		   struct export_sums *sums, GError **error);

#endif

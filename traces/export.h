/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results folders for other people's programs: runs with their attributes, each step's figures as scalars, user data
 * and states over time as vectors, in OMNeT++'s SQLite layout. docs/export.md says which of our words becomes which of
 * theirs.
 */
#ifndef MOOR_TRACES_EXPORT_H
#define MOOR_TRACES_EXPORT_H

#include <glib.h>
#include <stdbool.h>

#include "base/fsm.h"

struct export_options {
	const struct fsm *(*machine)(const char *name);	/* a state machine's numbers of states; NULL: as they occur */
	bool overwrite;			/* replace a file that is there */
	bool partial;			/* also folders whose runs were killed */
	bool all;			/* also figures of runs that failed and steps that did not succeed */
	bool no_vectors;
};

/* left_out: runs without their figures; eventless: of the others, those that left no events and so have no vectors */
struct export_sums { guint runs, left_out, eventless; guint64 figures, vectors, values; };

/* False with error: a folder that is no whole one, a run that stands in two of them, a file that cannot be written. */
bool export_sqlite(const char *file, char *const *dirs, int n, const struct export_options *options,
		   struct export_sums *sums, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines that runs have in runs.csv and steps.csv of a results folder, kept as they are: what is gone on with or put
 * together with others is written again octet by octet.
 */
#ifndef MOOR_CLI_RUN_LINES_H
#define MOOR_CLI_RUN_LINES_H

#include <glib.h>
#include <stdbool.h>

#include "traces/verdict.h"

struct run_lines_run {
	guint number;			/* in the list of runs, from 1 */
	char *line, *steps;		/* with their line ends; steps NULL: none */
	char *point;
	uint64_t seed;
	enum verdict verdict;
	guint n_steps;			/* lines that it has in steps.csv */
	bool finished;			/* and all of these are there */
};

/* The heads of the tables as this version writes them; free them. */
char *run_lines_head(void);
char *run_lines_steps_head(void);

/* By number. */
GHashTable *run_lines_new(void);
const struct run_lines_run *run_lines_get(GHashTable *lines, guint number);
/*
 * The runs of DIR/runs.csv<suffix> and steps.csv<suffix>, beside those that are there already. A line that was cut
 * short by a kill or a full disk is left out with its run, and so is a run that is not finished; a table that was not
 * begun has no runs. False with error: a file cannot be read, has a column that this version does not write, or has
 * another line for a run that is there.
 */
bool run_lines_read(GHashTable *lines, const char *dir, const char *suffix, GError **error);

#endif

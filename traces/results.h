/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A results folder read back: that of many runs (runs.json, runs.csv, steps.csv) or of a single one (run.json,
 * handovers.csv). What is not as this program writes it is refused by name: another format, a table cut short, a
 * column that is none of ours.
 */
#ifndef MOOR_TRACES_RESULTS_H
#define MOOR_TRACES_RESULTS_H

#include "traces/spread.h"
#include "traces/verdict.h"

struct results_run {
	uint64_t seed;
	enum verdict verdict;
	bool finished;			/* else refused, broken or interrupted: in no figure */
	char fingerprint[40];		/* "" unknown */
};

struct results_point {
	char *name;
	GArray *runs;			/* struct results_run, in their order */
	struct spread *spread;		/* of those that passed */
};

struct results {
	char *dir, *version, *engine, *state;
	bool single;			/* the folder of one run */
	guint wanted, written;		/* runs there were to be, and are */
	GPtrArray *points;		/* struct results_point, in their order */
};

/* partial: also a folder whose runs are still going on or were killed. NULL with error. */
struct results *results_open(const char *dir, bool partial, GError **error);
void results_close(struct results *r);	/* r may be NULL */

#endif

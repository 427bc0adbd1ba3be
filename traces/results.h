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
	guint number;			/* in the list of runs, from 1 */
	uint64_t seed;
	enum verdict verdict;
	bool finished;			/* else refused, broken or interrupted: in no figure */
	bool interrupted;		/* and has failed nothing: it is not among those left out */
	char fingerprint[40];		/* "" unknown */
	const char *folder;		/* of its own below the results' ("." that one); "" none; lent while it is told */
};

struct results_point {
	char *name;
	char *file, *hash;		/* of the scenario; "" unknown */
	char **overrides;		/* "path=value", NULL-ended */
	GArray *runs;			/* struct results_run, in their order */
	struct spread *spread;		/* of those that passed */
};

struct results;
/* Told of each run, whatever came of it, with all its steps in their order. False with error: read no further. */
typedef bool results_run_fn(void *ctx, const struct results *r, const struct results_point *p,
			    const struct results_run *run, const struct spread_row *rows, guint n, GError **error);

struct results {
	char *dir, *version, *engine, *state;
	bool single;			/* the folder of one run */
	guint wanted, written;		/* runs there were to be, and are */
	GPtrArray *points;		/* struct results_point, in their order */
	GArray *rows;			/* single: struct spread_row, all steps, whether the run passed or not; else NULL */
	GHashTable *said;		/* while it is read: what the manifest says of points; then NULL */
	results_run_fn *told;		/* may be NULL */
	void *ctx;
};

/* partial: also a folder whose runs are still going on or were killed. NULL with error. */
struct results *results_open(const char *dir, bool partial, GError **error);
/* The same; run (may be NULL) is called with ctx while it is read. */
struct results *results_read(const char *dir, bool partial, results_run_fn *run, void *ctx, GError **error);
/* struct results_point by name, for those who look for many; unref it before r goes. */
GHashTable *results_by_name(const struct results *r);
void results_close(struct results *r);	/* r may be NULL */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What many runs have in common: their figures over the seeds of each point and over the points of a sweep, printed,
 * as JSON, and as the tables at the top of the results folder (docs/statistics.md).
 */
#ifndef MOOR_CLI_RUN_OVER_H
#define MOOR_CLI_RUN_OVER_H

#include "cli/jobs.h"
#include "cli/run_state.h"
#include "traces/summary.h"

struct run_over_point {
	const char *name;			/* lent by the job */
	const struct scen_file *file;
	struct spread *spread;
	guint jobs;				/* done or not */
};

/* struct run_over_point, in the order of the jobs; without figures when others will give them theirs; run_over_free. */
GArray *run_over(const struct job *jobs, guint n, bool figures);
void run_over_free(GArray *points);
/* On stdout; files of which there is one run alone have nothing to say. */
void run_over_print(const GArray *points, const struct summary_options *o);
/* Members of an object on stdout, ", " behind each: "distributions" when seeds are repeated, "summary". */
void run_over_json(const GArray *points, bool repeated, const struct summary_options *o);

/* ---- runs.json, runs.csv, steps.csv, summary.csv ----------------------------------------------------------------- */

struct run_lines_run;
struct run_tables;
/*
 * Takes the folder: what is in it of an earlier command goes, or with `again` stays, where it was of the same list of
 * runs. Takes state, with all points noted. NULL after telling why not.
 */
struct run_tables *run_tables_open(const char *folder, struct run_state *state, bool again);
/* Jobs whose lines are there become done and kept. False after telling which does not fit. */
bool run_tables_keep(struct run_tables *t, struct job *jobs, guint n, guint *kept);
/* In the order of the jobs, those that are done; or lines as they are. False: they cannot be written (told at the
 * end). */
bool run_tables_add(struct run_tables *t, const struct job *j);
bool run_tables_lines(struct run_tables *t, const struct run_lines_run *r);
/* There is no room for the folders of further runs: the state will say that the results could not be written. */
void run_tables_stop(struct run_tables *t);
/*
 * whole: all runs are in them; else the state says they are cut short. False after telling what could not be written.
 * over (may be NULL): gets the figures of the tables, those of runs that an earlier command did among them. Frees t,
 * which may be NULL.
 */
bool run_tables_close(struct run_tables *t, const struct summary_options *o, bool whole, GArray *over);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many runs, worked off by processes that are forked from this one, with results in order whatever their number.
 */
#ifndef MOOR_CLI_JOBS_H
#define MOOR_CLI_JOBS_H

#include "scenarios/run.h"

struct job;
/* What runs of one command have in common, lent by its jobs. */
struct job_maker {
	/* Makes options.name and options.command, which a job has while it runs and while it is told alone. */
	void (*name)(const struct job_maker *m, struct job *j);
};

struct job {
	const struct job_maker *maker;
	struct scen_file *file;			/* lent */
	const struct scen_point *point;		/* lent */
	const char *point_name;			/* lent; scenario and overrides, no two points alike */
	const char *scenario, *about, *hash;	/* lent; hash: of the scenario with its overrides */
	guint number;				/* in the list of runs, from 1 */
	struct run_options options;		/* out and record_l2 are the job's */
	struct run_result result;
	bool done;				/* set before jobs_run: its result is there already, and is told like the others */
	bool kept;				/* that result is from an earlier command */
};

/*
 * Called in the order of the jobs, each as soon as it and all before it are done.
 */
typedef void job_done_fn(void *ctx, struct job *j);

/*
 * Runs those that are not done: simulations in so many child processes, so that one that crashes costs itself alone; a
 * single one, and real time, stay in this process. False: interrupted; those that had not begun are left out (done
 * false), those that were done behind such a one are told all the same. SIGINT and SIGTERM are heard while it runs.
 */
bool jobs_run(struct job *jobs, guint n, unsigned workers, job_done_fn *fn, void *ctx);

/* From inside of fn: no further job begins, as with an interrupt. */
void jobs_stop(void);

#endif

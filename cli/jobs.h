/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many runs: each in a process of its own when there is more than one worker, results in order whatever the number of
 * workers.
 */
#ifndef MOOR_CLI_JOBS_H
#define MOOR_CLI_JOBS_H

#include "scenarios/run.h"

struct job {
	struct scen_file *file;			/* lent */
	const struct scen_point *point;		/* lent */
	const char *point_name;			/* lent; scenario and overrides, no two points alike */
	char hash[20];				/* of the scenario with its overrides */
	guint number;				/* in the list of runs, from 1 */
	struct run_options options;		/* name, out and command are the job's */
	char *about;
	struct run_result result;
	bool done;
};

/* Called in the order of the jobs, each as soon as it and all before it are done. */
typedef void job_done_fn(void *ctx, const struct job *j);

/*
 * Runs them. False: interrupted; those that had not begun are left out (done false). SIGINT and SIGTERM are heard
 * while it runs.
 */
bool jobs_run(struct job *jobs, guint n, unsigned workers, job_done_fn *fn, void *ctx);

#endif

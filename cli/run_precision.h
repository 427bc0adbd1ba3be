/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of each point until its means are known well enough (docs/statistics.md, "How many runs").
 */
#ifndef MOOR_CLI_RUN_PRECISION_H
#define MOOR_CLI_RUN_PRECISION_H

#include "cli/jobs.h"
#include "traces/precision.h"

struct run_precision_point {
	const char *name;			/* lent by the job */
	guint runs;				/* done */
	struct precision_state state;
};

/*
 * jobs: as many of each point as there may be. Takes those that are wanted, point by point, and looks at whole rounds
 * alone, so which are run does not depend on workers. least: of the first round. Returns struct run_precision_point,
 * *whole false when it was interrupted.
 */
GArray *run_precisely(struct job *jobs, guint n, unsigned workers, job_done_fn *fn, void *ctx,
		      const struct precision *p, guint least, const struct summary_options *o, bool *whole);
void run_precision_free(GArray *points);	/* NULL is fine */
bool run_precision_reached(const GArray *points);
void run_precision_print(const GArray *points, const struct precision *p);
void run_precision_json(const GArray *points, const struct precision *p);	/* a member, ", " behind it */

#endif

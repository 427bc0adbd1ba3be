/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command over runs prints of each of them, and of all at the end: every run that did not pass, with what it
 * missed; of those that did, a line each while they are few.
 */
#ifndef MOOR_CLI_RUN_TELL_H
#define MOOR_CLI_RUN_TELL_H

#include "cli/jobs.h"

#define RUN_TELL_FEW 20u		/* runs that have a line each when nothing else was said */
#define RUN_TELL_DETAILS 10u		/* with --quiet and of many: so many that did not pass tell what they missed */

struct run_tell {
	bool alone;			/* the only run: all there is to tell of it */
	bool compact;			/* no line for a run that passed */
	bool fingerprint;
	guint missed;			/* runs that told what they missed */
};

struct run_sum {
	guint counts[VERDICT_ERROR + 1];
	guint skipped, interrupted;	/* in none of the counts; interrupted: in the middle */
	guint not_begun;
	bool resumable;
	bool full;			/* not by a signal but because the disk was full */
};

void run_tell_job(struct run_tell *t, const struct job *j);
void run_tell_sum(const struct run_sum *s);

#endif

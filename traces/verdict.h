/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts as they are written to run.json, junit.xml and tap. Judging is the runner's matter.
 */
#ifndef MOOR_TRACES_VERDICT_H
#define MOOR_TRACES_VERDICT_H

#include "base/time.h"

/*
 * From best to worst: the worst sticks. A skip says nothing about the implementation, so it is better than
 * inconclusive.
 */
enum verdict { VERDICT_PASS, VERDICT_SKIP, VERDICT_INCONCLUSIVE, VERDICT_FAIL, VERDICT_ERROR };

static inline enum verdict verdict_worse(enum verdict a, enum verdict b) { return a > b ? a : b; }
const char *verdict_name(enum verdict v);		/* "pass", "skip", "inconclusive", "fail", "error" */

/* One expectation with its outcome. All texts are lent; any but id may be NULL. */
struct trace_check {
	const char *id;			/* "DSMIP-UE-REG-01" */
	const char *clause;		/* "24.303 5.1.2.4" */
	const char *requirements;	/* ids of the requirement catalogue, separated by spaces */
	const char *place;		/* "scenarios/attach/basic.yaml:41:5" */
	enum verdict verdict;
	const char *message;		/* why: expected against seen */
	moor_time at;			/* when it was decided; MOOR_NEVER: never */
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The expectations of a finished run, read back from its run.json, for pictures that mark them. What the file does not
 * have, or has in another kind, is left out: a folder of an older version has a picture nevertheless.
 */
#ifndef MOOR_TRACES_CHECKS_H
#define MOOR_TRACES_CHECKS_H

#include <glib.h>

#include "traces/verdict.h"

struct checks {
	GArray *a;			/* struct trace_check; their texts are of `texts` */
	GStringChunk *texts;
	char *title;			/* "run (seed 1)" */
	moor_time end;			/* of the run; MOOR_NEVER: not known */
};

/* Of the run in this folder. Never NULL. */
struct checks *checks_of_folder(const char *dir);
void checks_free(struct checks *c);

#endif

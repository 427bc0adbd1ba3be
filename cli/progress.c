/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: progress of many runs
 *
 * The time that is left is told from the runs of this command alone: those that an earlier one left took no time now.
 * It implements no clause.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define QUIET G_USEC_PER_SEC		/* what takes less needs no telling */
#define EVERY (G_USEC_PER_SEC / 10)

void progress_begin(struct progress *p, guint all, guint before)
{
	*p = (struct progress){ .begun = g_get_monotonic_time(), .all = all, .before = before,
				.on = isatty(STDERR_FILENO) };
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = 0;
}

/* 75: "1 min 15 s" */
static void print_left(gint64 seconds)
{
	if (seconds >= 3600)
		fprintf(stderr, "%" G_GINT64_FORMAT " h ", seconds / 3600);
	if (seconds >= 60)
		fprintf(stderr, "%" G_GINT64_FORMAT " min ", seconds / 60 % 60);
	if (seconds < 3600)
		fprintf(stderr, "%" G_GINT64_FORMAT " s ", seconds % 60);
}

void progress_tell(struct progress *p, guint done, guint bad)
{
	gint64 now = g_get_monotonic_time(), took = now - p->begun;

	if (!p->on || done <= p->before || took < QUIET || now - p->shown < EVERY)
		return;
	progress_clear(p);
	fprintf(stderr, "%u of %u runs, ", done, p->all);
	if (bad)
		fprintf(stderr, "%u not passed, ", bad);
	print_left(took / (done - p->before) * (p->all - done) / G_USEC_PER_SEC);
	fputs("left", stderr);
	fflush(stderr);
	p->shown = now;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line on a terminal's stderr that tells how far many runs are and when they will be through, from a second on;
 * nothing where stderr is no terminal.
 */
#ifndef MOOR_CLI_PROGRESS_H
#define MOOR_CLI_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

struct progress {
	gint64 begun, shown;		/* us; 0: it does not stand there */
	guint all, before;		/* runs, and those of them that were there already */
	bool on;
};

void progress_begin(struct progress *p, guint all, guint before);
/* Before anything else is printed. */
void progress_clear(struct progress *p);
/* done: of all; bad: of those, did not pass. At most ten times a second. */
void progress_tell(struct progress *p, guint done, guint bad);

#endif

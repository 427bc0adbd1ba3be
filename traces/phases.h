/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phases of the steps of one run as bars on one axis of time that begins with each step: what the host waited for
 * is hatched, the network's share solid, and below each bar the silence of the user's data with the packets lost in it.
 */
#ifndef MOOR_TRACES_PHASES_H
#define MOOR_TRACES_PHASES_H

#include "traces/spread.h"

#define PHASES_STEPS 24u		/* on one page; more are counted */

struct phases_options {
	const char *step;		/* only steps with this in "node step"; NULL: all */
	const char *title;		/* NULL: none */
	double width;			/* points */
};

/*
 * Rows of one run. Steps are of one kind: handovers where there are any. SVG, PNG or PDF by the path's end. False with
 * error: no such step, nothing was seen of it, the file cannot be written.
 */
bool phases_draw(const struct spread_row *rows, guint n, const struct phases_options *o, const char *path,
		 GError **error);

/* One span of a bar; from and to count from the begin of the step. */
struct phases_span { enum metric_id id; moor_time from, to; };
/* The phases of a step, one behind the other in the order in which they happen. spans: PHASES of them. How many. */
#define PHASES 12u
guint phases_spans(const struct spread_row *r, struct phases_span *spans);

#endif

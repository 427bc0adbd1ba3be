/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timeline of a run (timeline.svg): one true axis of time, and for each mobile node, home agent and NAT box lanes
 * that show which link its interfaces are on, its state machines' states, the phases of its steps, its signalling and
 * its user data. Made from records and from the rows of the metrics, so a simulation, a live run and a replay give the
 * same picture.
 *
 * Bounded whatever the run's length: at most TIMELINE_NODES nodes, and per lane so many bars; where more happens, what
 * is close together becomes one bar.
 */
#ifndef MOOR_TRACES_TIMELINE_H
#define MOOR_TRACES_TIMELINE_H

#include <glib.h>

#include "traces/metrics.h"
#include "traces/verdict.h"

#define TIMELINE_NODES 12u

struct timeline;
/* names are asked while records come, never later; title, which may be NULL, is copied. */
struct timeline *timeline_new(const struct trace_names *names, const char *title);
void timeline_free(struct timeline *t);		/* t may be NULL */
/* From now on records are named by these. */
void timeline_names(struct timeline *t, const struct trace_names *names);
#define TIMELINE_KINDS (REC_BIT(REC_CARRIER) | REC_BIT(REC_STATE) | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX) \
	| REC_BIT(REC_MOVE) | REC_BIT(REC_BINDING) | REC_BIT(REC_DATA_TX) | REC_BIT(REC_DATA_RX) | REC_BIT(REC_NAT) \
	| REC_BIT(REC_ACTION) | REC_BIT(REC_RADIO))
/* Records in order of time, and the metrics' rows as they are finished. */
void timeline_record(void *timeline, const struct moor_record *r);
void timeline_row(struct timeline *t, const struct handover_row *r);
/* Width of the page in points, 0: as wide as a screen; the span that it shows, to 0: until the end. */
void timeline_page(struct timeline *t, double width, moor_time from, moor_time to);
/* Expectations are marked where they were decided, those that were not met with their names. */
void timeline_checks(struct timeline *t, const struct trace_check *checks, size_t n);
/* The run ended at `end`; no record may follow. SVG, PNG or PDF by the
 * path's end. False with error when the file cannot be written. */
bool timeline_svg(struct timeline *t, moor_time end, const char *path, GError **error);

struct timeline_look {
	const char *title;		/* NULL: scenario and seed; "": none */
	double width;			/* points; 0: a screen's */
	moor_time from, to;		/* to 0: until the end */
};

/* The same of a finished run's folder, from its events.jsonl and run.json. */
bool timeline_of_folder(const char *dir, const struct timeline_look *look, const char *path, GError **error);

#endif

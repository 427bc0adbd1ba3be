/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ladder diagrams: participants as columns, messages as arrows in true order on a time axis, lost messages marked,
 * state changes and movement steps at their participant, UDP encapsulation and NAT as marks. Made from records (so a
 * run, a run's folder and a capture give the same picture), shown as text or SVG.
 *
 * Bounded: messages past `max_items` are counted, not kept, and the diagram says so.
 */
#ifndef MOOR_TRACES_LADDER_H
#define MOOR_TRACES_LADDER_H

#include <glib.h>
#include <stdio.h>

#include "traces/names.h"
#include "traces/verdict.h"

struct ladder_options {
	uint32_t max_items;		/* 0: 400 */
	uint32_t width;			/* of the text, 0: 100 */
	bool states, moves;		/* show them too */
	bool data;			/* first data packet after each silence */
	const char *title;		/* may be NULL; lent until ladder_free */
	moor_time from, to;		/* what was sent earlier or later is left out; to 0: nothing is later */
	double points;			/* width of a picture; 0: as wide as its participants want it, a screen at most */
};

struct ladder;
struct ladder *ladder_new(const struct trace_names *names, const struct ladder_options *o);
void ladder_free(struct ladder *l);
#define LADDER_KINDS (REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX) | REC_BIT(REC_STATE) | REC_BIT(REC_MOVE) \
	| REC_BIT(REC_ROUTER) | REC_BIT(REC_DHCP) | REC_BIT(REC_BINDING) | REC_BIT(REC_NAT) | REC_BIT(REC_FRAME_DROP) \
	| REC_BIT(REC_ACTION) | REC_BIT(REC_DISCARD) | REC_BIT(REC_DEVIATION) | REC_BIT(REC_AAA) | REC_BIT(REC_RADIO))
void ladder_record(void *ladder, const struct moor_record *r);
uint32_t ladder_items(const struct ladder *l);			/* kept */
void ladder_text(struct ladder *l, FILE *f);
/* Expectations become bands of the picture; end: of the run, MOOR_NEVER: not known. After the last record. */
void ladder_checks(struct ladder *l, const struct trace_check *checks, size_t n, moor_time end);
/* SVG, PNG or PDF by the path's end. False with error when the file cannot be written. */
bool ladder_svg(struct ladder *l, const char *path, GError **error);

/* A ladder from a run's folder (events.jsonl) or from a capture (frames; addresses are the participants). */
struct ladder *ladder_from_events(const char *path, const struct ladder_options *o, GError **error);
struct ladder *ladder_from_capture(const char *path, const struct ladder_options *o, GError **error);

#endif

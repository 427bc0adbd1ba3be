/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signs of a timeline, shared by its lanes and its legend. Internal.
 */
#ifndef MOOR_TRACES_TIMELINE_DRAW_H
#define MOOR_TRACES_TIMELINE_DRAW_H

#include "traces/svg.h"
#include "traces/timeline_internal.h"

void draw_nodes(struct timeline *t, struct svg *s);

void draw_box(struct svg *s, double x, double y, double w, double h, bool outlined);
void draw_hatch(struct svg *s, double x, double y, double w, double h);
void draw_phase(struct svg *s, double x, double y, double w, double h, unsigned look);	/* LOOK_HOST, LOOK_NETWORK */
void draw_mark(struct svg *s, double x, double y, unsigned look);
void draw_silence(struct svg *s, double x, double y, double w, double h);
/* States are numbered as they are drawn; the number gives the colour. */
unsigned state_number(struct timeline *t, const char *state);
/* Numbers all states of a lane. */
void lane_states(struct timeline *t, const struct tl_lane *l);
void state_tint(struct svg *s, unsigned number);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where nodes are and how they move: keys that any section about radio has by SCEN_MOTION_ROWS, what must be true of
 * them, and the way that comes of them for one node or one member of a group.
 */
#ifndef MOOR_SCENARIOS_MOTION_H
#define MOOR_SCENARIOS_MOTION_H

#include <stddef.h>

#include "base/rng.h"
#include "scenarios/schema.h"

#define MOTION_FAR 1e6			/* metres; metres per second */

struct scen_motion {
	GPtrArray *at;			/* const struct tree *: two metres; empty: where the path begins */
	GPtrArray *velocity;		/* two metres per second */
	const struct tree *path;	/* a list of points, see motion_points; NULL: none */
	const char *speed;		/* metres per second along the path; NULL: its points have times */
	int64_t depart;			/* ns */
	GPtrArray *spacing, *jitter;	/* two metres */
};

#define SCEN_MOTION_ROW(type_, member, of) .offset = offsetof(type_, member) + offsetof(struct scen_motion, of)

/* Rows of a section whose struct has a struct scen_motion of that name. */
#define SCEN_MOTION_ROWS(type_, m) \
	{ "at", ST_TEXTS, SCEN_MOTION_ROW(type_, m, at), \
	  .about = "[x, y], metres, at the beginning; without it the path's first point" }, \
	{ "velocity", ST_TEXTS, SCEN_MOTION_ROW(type_, m, velocity), \
	  .about = "[x, y], metres per second; without it and without a path it stands" }, \
	{ "path", ST_PATH, SCEN_MOTION_ROW(type_, m, path), \
	  .about = "where it goes in straight lines: [[2s, 0, 5], [12s, 100, 5]] with times, [[0, 5], [100, 5]] with a " \
		   "`speed`, metres; or {file: walk.csv} (path from this file), whose first line is " \
		   "`t,x,y` (seconds, metres), or `x,y`" }, \
	{ "speed", ST_TEXT, SCEN_MOTION_ROW(type_, m, speed), .about = "metres per second along the path" }, \
	{ "depart", ST_NUM, UNIT_SPAN, SCEN_MOTION_ROW(type_, m, depart), .def = "0s", .min = "0s", \
	  .max = "24h", .about = "until then it stands; for `velocity` and `speed`" }, \
	{ "spacing", ST_TEXTS, SCEN_MOTION_ROW(type_, m, spacing), \
	  .about = "[x, y], metres; each member of a group has its way moved by that much against the one before" }, \
	{ "jitter", ST_TEXTS, SCEN_MOTION_ROW(type_, m, jitter), \
	  .about = "[x, y], metres; its way is moved by up to that much to either side, drawn for each node by the " \
		   "run's seed" }

/* A point in time and space: ns, metres. */
struct scen_waypoint { int64_t t; double x, y; };

/* A finite number of this size at most; false: it is none. */
bool motion_number(const char *text, double most, double *out);
/* The two numbers of a list that was checked; zeros of an empty one. */
void motion_pair(const GPtrArray *pair, double out[2]);

/*
 * The list of points that a value of type ST_PATH stands for: itself, or what the file holds, whose lines are the
 * places of the points in reports. NULL after reporting.
 */
const struct tree *motion_points(struct tree_pool *pool, const struct tree *path, struct report *r);
/* map: the section's, for places. */
void motion_check_pair(const struct tree *map, const char *key, const GPtrArray *pair, struct report *r);
void motion_check(const struct tree *map, const struct scen_motion *m, struct report *r);
/*
 * The way of the member-th (from 0) of a group, or of the one node (0): struct scen_waypoint, the first of them at time
 * 0, times ascend. end: of the run; a way by a velocity is as long. rng: for jitter, of that node. Free with
 * g_array_unref.
 */
GArray *motion_way(const struct scen_motion *m, uint32_t member, struct rng *rng, int64_t end);
/* When does it come to the end of its path? 0: it has none, or stands at once. */
int64_t motion_arrival(const struct scen_motion *m);

#endif

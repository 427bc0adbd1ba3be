/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures of a figure over many runs: what is drawn is worked out here (distributions, quartiles, means with their
 * 95 % interval) and written as a table and a script for gnuplot, so that whoever wants another look alters these and
 * not our program. docs/pictures.md shows them.
 *
 *	p = plot_new(results, &options, &error);
 *	plot_data(p, table);
 *	plot_script(p, "x.dat", "x.svg", script);
 */
#ifndef MOOR_TRACES_PLOT_H
#define MOOR_TRACES_PLOT_H

#include "traces/results.h"
#include "traces/spread_internal.h"
#include "traces/stats.h"

enum plot_kind {
	PLOT_ECDF,			/* share of the runs that took at most so long */
	PLOT_BOX,			/* quartiles, whiskers to Tukey's fences, what is outside them */
	PLOT_MEAN,			/* mean with its interval, side by side */
	PLOT_SWEEP			/* the same over the value that was swept, as lines with bands */
};

#define PLOT_LINES 8u			/* that can be told apart by colour, dash and marker together */
#define PLOT_PLACES 24u			/* side by side */
#define PLOT_COLUMN 252			/* width of a column of a paper in points; of a page 504 */

struct plot_options {
	enum plot_kind kind;
	struct spread_column figure;
	/* Steps are of one kind: handovers where there are any, else attaches, and so on. */
	const char *step;		/* only those with this in "node step"; NULL: all */
	const char *point;		/* only points with this in their names; NULL: all */
	const char *over;		/* the swept value on the x axis; NULL: the first that differs */
	const char *title;		/* NULL: the step, where there is one alone; "": none */
	double width;			/* points; 0: PLOT_COLUMN */
};

/* A point of the sweep as the picture names it. */
struct plot_point {
	const struct results_point *of;
	char *label;			/* what tells it from the others: "delay=10ms"; "" with one point alone */
	char *rest;			/* the same without the swept value */
	char *value;			/* that value's text; "" none */
	double x;			/* as a number in the axis' unit; where all are */
	guint line;			/* over a swept value: which line of a step it is on, from 0 */
};

/* Values of one step in one point; n > 0. */
struct plot_cell {
	guint step, point;		/* indexes */
	double *v;			/* sorted; milliseconds or counts */
	guint n, open;			/* open: of these, lower bounds */
	struct stats_moments m;
	struct stats_interval interval;
};

struct plot {
	struct plot_options o;
	GArray *points;			/* struct plot_point */
	GPtrArray *steps, *keys;	/* names, "ue lte > wlan"; by what a group is found */
	GArray *cells;			/* struct plot_cell: step by step, then in the order of the points */
	bool numeric;			/* x is there for all points */
	guint lines;			/* over a swept value: of each step */
	char *parameter, *unit;		/* of x; "" none */
	guint left_out, runs, open;	/* runs that did not pass; that did; values that are lower bounds */
};

/* NULL with error: no value to be drawn, a step, point or swept value that is not there, too much for one picture. */
struct plot *plot_new(const struct results *r, const struct plot_options *o, GError **error);
void plot_free(struct plot *p);		/* p may be NULL */

/* The table: a block of lines for each line of the picture, two empty lines between blocks. */
void plot_data(const struct plot *p, GString *out);
/* The script. data, picture: names beside it; the suffix of picture (.svg, .png, .pdf) says which format. */
void plot_script(const struct plot *p, const char *data, const char *picture, GString *out);

/* ---- between plot*.c --------------------------------------------------------------------------------------------- */

/* Labels, numbers and the swept value of the points. False with error. */
bool plot_points(struct plot *p, GError **error);
/* Where cells stand side by side: from 1; steps of a point next to one another. */
double plot_place(const struct plot *p, const struct plot_cell *c);
/* What a line of the picture, a block of the table, is called: free it. */
char *plot_name(const struct plot *p, const struct plot_cell *c);
/* Lines of the picture: cells of one block have the same number. */
guint plot_blocks(const struct plot *p);
guint plot_block(const struct plot *p, const struct plot_cell *c);

#endif

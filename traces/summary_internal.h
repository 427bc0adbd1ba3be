/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One figure of one step over runs. Internal to summary*.c.
 */
#ifndef MOOR_TRACES_SUMMARY_INTERNAL_H
#define MOOR_TRACES_SUMMARY_INTERNAL_H

#include "traces/spread_internal.h"
#include "traces/stats.h"
#include "traces/summary.h"

struct summary_figure {
	struct stats_moments m;		/* m.n 0: nothing else is valid */
	struct stats_interval interval;
	double median, q05, q95;
	struct stats_outliers outliers;
	guint open;			/* lower bounds among the values */
};

struct summary_figure summary_figure_of(const struct spread_group *g, const struct spread_column *c,
					const struct summary_options *o);
/* The values in the order of the runs, free them; seeds may be NULL, else the seed of each. */
double *summary_values(const struct spread_group *g, const struct spread_column *c, guint *n, guint *open,
		       uint64_t **seeds);

/* Values of the same seeds to the front of both, in their order; both have the seeds in that order. How many. */
guint summary_match(double *a, const uint64_t *sa, guint na, double *b, const uint64_t *sb, guint nb);

/* A figure with its interval as a cell of a table: "12.3 ±0.4", and a value alone; free them. */
char *summary_cell(const struct summary_figure *f, enum metric_unit unit, const struct summary_options *o);
char *summary_plain(enum metric_unit unit, double v);
/* What means do not show, a line "Note: …" each. */
void summary_notes(FILE *f, const struct spread *s);
/* `rows` lines of cells under heads; columns of nothing but "-", "0.000" and "" are left out, but for `fixed` ones. */
void summary_print_cells(FILE *f, const char *const *heads, char *const *cells, guint rows, guint columns, guint fixed);

#endif

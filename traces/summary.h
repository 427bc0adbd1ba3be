/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Means over runs: per point of a sweep, step and figure how many values there are, their mean with its 95 % interval,
 * median and quantiles. Made of what a spread has taken in, so runs that failed and steps that did not end well are
 * left out. docs/statistics.md says what each figure is; traces/spread.h has the medians with their interval.
 */
#ifndef MOOR_TRACES_SUMMARY_H
#define MOOR_TRACES_SUMMARY_H

#include "traces/spread.h"

struct summary_options {
	bool bootstrap;			/* intervals by BCa bootstrap instead of Student's t */
};

/* The means of one point beside one another, and notes. Nothing when no run counts. */
void summary_print(FILE *f, const struct spread *s, const struct summary_options *o);
/* Several points: for each step a line per point. names: what tells the points apart. */
void summary_print_points(FILE *f, const char *const *names, struct spread *const *s, guint n,
			  const struct summary_options *o);

/*
 * summary.csv, long form: point,node,step,nth,kind,metric,n,mean,lo,hi,median,q05,q95,unit,sd,min,max,open,far,
 * interval. Times are whole nanoseconds (halves rounded down), counts have up to six decimals. lo and hi are empty
 * below two values. open: how many of the values are lower bounds. far: outside 3 interquartile ranges. interval:
 * "t" or "bca".
 */
void summary_csv_header(GString *out);
void summary_csv(GString *out, const char *point, const struct spread *s, const struct summary_options *o);
/* One object of the same. */
void summary_json(GString *out, const char *point, const struct spread *s, const struct summary_options *o);

/* A text as a field of a CSV file, quoted where it must be [RFC 4180 2], or of JSON with its quotes [RFC 8259 7]. */
void summary_csv_text(GString *out, const char *text);
void summary_json_text(GString *out, const char *text);
/* A value in its unit as above: "1234567", "0.25". */
void summary_number(GString *out, enum metric_unit unit, double v);

#endif

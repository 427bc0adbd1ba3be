/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handover table for people, used by run, demo and replay: one line per step, times in milliseconds, at most 100
 * columns as long as names are short. Many rows become a table of medians and quantiles.
 */
#ifndef MOOR_TRACES_TABLE_H
#define MOOR_TRACES_TABLE_H

#include <stdio.h>

#include "traces/metrics.h"

struct table_options {
	size_t max_rows;	/* more steps than this: the first ones and the sums; 0: 40 */
	bool summary_only;
	bool legend;		/* a line below that says what the columns are */
};

/* o may be NULL. Prints what m keeps; a plain sentence when there is no step at all. */
void table_print(FILE *f, const struct metrics *m, const struct trace_names *names, const struct table_options *o);

/*
 * The same table, cell by cell, for whoever draws it otherwise: line 0 is the heads, at most max more follow. first: of
 * its line; number: stands to the right. Returns how many steps m keeps.
 */
typedef void table_cell_fn(void *ctx, size_t line, bool first, bool number, const char *text);
size_t table_visit(const struct metrics *m, const struct trace_names *names, size_t max, table_cell_fn *cell,
		   void *ctx);
void table_legend(FILE *f);		/* what the columns are */

/*
 * Milliseconds with four or more digits, cut off: 1234567 ns is "1.234", 12 s "12000.0"; METRIC_ABSENT "-". Returns
 * buf.
 */
char *table_ms(int64_t ns, char buf[24]);

/* What a step is called: "attach lte", "lte > wlan". Free with g_free. */
char *table_step(const struct handover_row *r);

#endif

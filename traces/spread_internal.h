/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What spread.c takes in and summary*.c makes figures of. Internal to these.
 */
#ifndef MOOR_TRACES_SPREAD_INTERNAL_H
#define MOOR_TRACES_SPREAD_INTERNAL_H

#include "traces/spread.h"

/* What a table shows: a metric, or a sum of them. */
struct spread_column {
	const char *name;		/* of the table; NULL: programs alone */
	const char *figure;		/* for programs */
	enum metric_unit unit;
	enum metric_id of[3];
	unsigned n;
};

#define SPREAD_COLUMNS 16u
extern const struct spread_column spread_columns[SPREAD_COLUMNS];

/* For programs: every metric, then the sums. */
#define SPREAD_FIGURES (METRICS + 2u)
struct spread_column spread_figure(unsigned k);

/* A step over all runs. */
struct spread_group {
	char *node, *step;
	uint32_t number;
	guint nth;			/* of this name in a run, from 0 */
	enum step_kind kind;
	guint all;			/* of them ok: */
	GArray *rows;			/* struct spread_row, in the order of the runs */
	GArray *seeds;			/* uint64_t, of the rows */
};

struct spread {
	GPtrArray *groups;		/* struct spread_group, by kind, then in the order of the scenario */
	GHashTable *index;		/* of them, by their names */
	GArray *left_out;		/* uint64_t: seeds */
	guint runs;			/* that count */
};

/* METRIC_ABSENT: not seen. *open: a lower bound. */
int64_t spread_value(const struct spread_row *r, const struct spread_column *c, bool *open);
/* By which it is found in the index of any spread; free it. */
char *spread_key(const struct spread_group *g);
/* "a > b, 2"; free it. */
char *spread_step(const struct spread_group *g);

/* What stands in a cell of the table, to be freed; "-": nothing there. */
typedef char *spread_cell_fn(const void *ctx, const struct spread_group *g, const struct spread_column *c);
/* Steps side by side, a line for each column of which a cell has something. */
void spread_print_groups(FILE *f, const struct spread *s, spread_cell_fn *cell, const void *ctx);
/* Fills up a text to a width in characters. */
void spread_pad(FILE *f, const char *text, size_t width);
size_t spread_width(const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of one scenario over many runs that differ by their seed: for each step of each node the median of every
 * phase and gap, with a 95 % interval of that median. docs/metrics.md has the definitions.
 *
 *	s = spread_new();
 *	spread_run(s, seed, rows, n);		a run that counts
 *	spread_left_out(s, seed);		one that failed
 *	spread_print(stdout, s);
 */
#ifndef MOOR_TRACES_SPREAD_H
#define MOOR_TRACES_SPREAD_H

#include <glib.h>
#include <stdio.h>

#include "traces/metrics.h"

/* A step as it leaves its run: no pointers, so that it goes from one process to another as octets. */
struct spread_row {
	char node[48], step[96];		/* cut when longer */
	moor_time start;
	uint32_t number;			/* of the node in its scenario */
	enum step_kind kind;
	enum step_outcome outcome;
	bool gap_up_open, gap_down_open;	/* lower bounds */
	int64_t v[METRICS];			/* METRIC_ABSENT: not observed */
};

struct spread;

struct spread *spread_new(void);
void spread_free(struct spread *s);
/* The rows that m keeps, in the order in which they began, behind those that are in rows (of struct spread_row). */
void spread_rows(GArray *rows, const struct metrics *m, const struct trace_names *names);
/* Of each row: how many of this kind, node and name were before it in its run. Free it with g_free. */
guint *spread_nth(const struct spread_row *rows, guint n);
/* Steps of a node that are called the same count on: the second "a > b" of a run goes with the second of the others. */
void spread_run(struct spread *s, uint64_t seed, const struct spread_row *rows, guint n);
void spread_left_out(struct spread *s, uint64_t seed);
/* Neither a run nor one that was left out. */
bool spread_empty(const struct spread *s);
void spread_print(FILE *f, const struct spread *s);
/* One object: runs, the seeds that were left out, and steps with their metrics in the units of metrics.csv. */
void spread_json(GString *out, const struct spread *s);

/* ---- the statistics ---------------------------------------------------------------------------------------------- */

/*
 * Which of n values in their order, counted from 1 at either end, bound the median with a probability of 95 % or more
 * whatever the distribution: the greatest k with P(B <= k - 1) <= 2.5 %, B binomial of n and 1/2. 0: n is too small
 * (below 6). *coverage (NULL: not wanted): the exact probability, 1 - 2 P(B <= k - 1).
 */
uint64_t spread_rank(uint64_t n, double *coverage);
/* Of values in their order: the middle one, or the mean of the two (rounded down); n > 0. */
int64_t spread_median(const int64_t *sorted, uint64_t n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compare.c finds and compare_print.c writes. Internal to these.
 */
#ifndef MOOR_TRACES_COMPARE_INTERNAL_H
#define MOOR_TRACES_COMPARE_INTERNAL_H

#include "traces/compare.h"
#include "traces/summary_internal.h"

enum compare_finding {
	COMPARE_EQUAL,			/* all values are the same */
	COMPARE_NOISE,			/* no difference beyond the noise */
	COMPARE_FEW,			/* a single value and no common seed: nothing is known of the noise */
	COMPARE_DIFFERS
};
const char *compare_finding_name(enum compare_finding f);	/* "equal", "noise", "few", "differs" */

enum compare_test { COMPARE_NO_TEST, COMPARE_PAIRED, COMPARE_WELCH, COMPARE_FISHER };
const char *compare_test_name(enum compare_test t);		/* "", "paired", "welch", "fisher" */

/* One figure of one step. */
struct compare_row {
	const struct spread_group *a, *b;
	struct spread_column column;	/* figure NULL: the share of steps that ended well */
	struct summary_figure in_a, in_b;
	guint pairs;			/* of common seeds */
	struct stats_compared paired, welch;
	struct stats_ranks ranks;
	enum compare_test test;		/* by which it is decided */
	double p, adjusted;		/* of that test; 1 without one */
	enum compare_finding finding;
};

/* A pair of points. */
struct compare_pair {
	const struct results_point *a, *b;
	GArray *rows;			/* struct compare_row, step by step */
	GPtrArray *lonely;		/* const struct spread_group: steps of one side alone */
	GArray *lonely_in_a;		/* bool, beside */
	GArray *changed;		/* guint: of b's runs; seeds in common with another verdict */
	guint common, same_course;	/* seeds in common; of them with the same fingerprint */
	guint passed_a, passed_b;
	double p_passed;		/* Fisher's test of that, where no seeds are common; else 1 */
};

struct compare {
	const struct summary_options *o;
	const char *part;
	GPtrArray *pairs;		/* struct compare_pair */
	GPtrArray *alone;		/* const struct results_point */
	GArray *alone_in_a;		/* bool */
	guint tests, differing;		/* figures */
	bool differs;
};

/* The comparison of means that decides, or would; NULL: neither can be made. */
const struct stats_compared *compare_test_of(const struct compare_row *r);
/* The figure's name as tables have it. */
const char *compare_column_name(const struct compare_row *r);
/* Sentences on what differs in the figures that count most. */
void compare_words(FILE *f, const struct compare *c);

/* The run of the point with this seed; NULL. */
const struct results_run *compare_run(const struct results_point *p, uint64_t seed);

#endif

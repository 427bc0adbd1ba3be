/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the same work on several engines, each in a process of its own, in turns within one run: the machine's moods
 * hit all of them alike, so ratios can be trusted where absolute figures cannot. CPU time, medians.
 */
#ifndef MOOR_TESTS_BENCH_VERSUS_H
#define MOOR_TESTS_BENCH_VERSUS_H

#include "tests/bench/engines.h"

enum { VERSUS_MAX = 4, VERSUS_ROUNDS = 9 };

struct versus_result {
	double ns[VERSUS_MAX];			/* median per event, by engine */
	double ratio[VERSUS_MAX];		/* median over rounds of engine's time / first engine's time */
	uint64_t pending[VERSUS_MAX];
	bool same_order;
};

/* rounds <= VERSUS_ROUNDS turns of `events` events on each of the engines with n things. */
struct versus_result versus(const struct bench_engine *const *engines, unsigned n_engines, bool mix, uint32_t n,
			    uint64_t events, unsigned rounds);
double versus_median(double *v, unsigned n);	/* sorts v */
bool versus_quick(void);			/* MOORING_BENCH=quick: fewer and smaller turns, figures without worth */

#endif

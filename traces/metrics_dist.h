/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distribution of a figure over many steps in bounded memory: exact up to DIST_EXACT values, then log-linear buckets
 * of 64 to the power of two (quantiles within 1/64). Integers only, so equal on every machine. Internal to the
 * metrics.
 */
#ifndef MOOR_TRACES_METRICS_DIST_H
#define MOOR_TRACES_METRICS_DIST_H

#include <stdint.h>

#define DIST_EXACT 4096u

struct dist {
	uint64_t n;
	int64_t min, max;
	__int128 sum;
	int64_t *values;	/* while n <= DIST_EXACT */
	uint64_t sorted;	/* so many of them are in order */
	uint32_t *buckets;	/* afterwards */
	uint32_t room;
};

void metrics_dist_add(struct dist *d, int64_t v);
/* The smallest value such that at least permille/1000 of all are not above it; 0 without values. */
int64_t metrics_dist_quantile(struct dist *d, uint32_t permille);
int64_t metrics_dist_mean(const struct dist *d);		/* rounded towards minus infinity */
void metrics_dist_done(struct dist *d);

#endif

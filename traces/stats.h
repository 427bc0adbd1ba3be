/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics on arrays: what `mooring run --runs`, `mooring diff` and `--precision` say about many runs. Pure
 * functions; no result is ever NaN or infinite: what a sample is too small or too even for is marked as not there.
 * docs/statistics.md says in words what each figure is.
 *
 * Values are doubles; nanoseconds up to 104 days are whole numbers in them, so sums of times do not depend on the
 * order. Means, spreads, ranks and resamples use + - * / and sqrt alone and are the same on every machine; where a
 * distribution of GSL comes in (intervals, p) the last digits may differ between mathematics libraries, and what is
 * printed is rounded far above that.
 */
#ifndef MOOR_TRACES_STATS_H
#define MOOR_TRACES_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_LEVEL 0.95		/* of every interval that is printed */
#define STATS_RESAMPLES 2000u		/* of the bootstrap */
#define STATS_EXACT_MOST 50u		/* Mann-Whitney: exact with less than this in each sample, and no ties */

void stats_sort(double *v, size_t n);

struct stats_moments {
	size_t n;
	double mean, min, max;		/* 0 without values */
	double sd;			/* of the population the sample is from (n - 1); 0 below two values */
	double skew;			/* third moment over the second's 3/2 power (n in both); 0 when all are equal */
};
struct stats_moments stats_moments(const double *v, size_t n);

/* Of values in their order, type 7 of Hyndman and Fan (R's default): linear between the order statistics. q 0 to 1. */
double stats_quantile(const double *sorted, size_t n, double q);

struct stats_interval { bool there; double low, high; };
/* Student's t interval of the mean; there from two values on. level 0.95: 95 %. */
struct stats_interval stats_mean_interval(const struct stats_moments *m, double level);
/* Quantile q of Student's distribution, df > 0. */
double stats_t(double q, double df);

/*
 * Bootstrap intervals of the mean from resamples drawn with the stream of (seed, name): bit by bit the same on every
 * machine but for the last digits of the BCa correction. There from two values on. work: resamples doubles.
 */
struct stats_bootstrap { uint64_t seed; const char *name; unsigned resamples; double level; };
struct stats_interval stats_bootstrap_percentile(const double *v, size_t n, const struct stats_bootstrap *b);
/* Bias-corrected and accelerated [Efron 1987]; the percentile interval where the correction is not finite. */
struct stats_interval stats_bootstrap_bca(const double *v, size_t n, const struct stats_bootstrap *b);

/* Empirical distribution: distinct values in their order, share of values not above each. Returns how many; out: n. */
struct stats_step { double value, share; };
size_t stats_ecdf(const double *sorted, size_t n, struct stats_step *out);

/* Tukey's fences: outside 1.5 (far: 3) interquartile ranges from the quartiles. None where the range is 0. */
struct stats_outliers { double low, high, far_low, far_high; size_t outside, far; };
struct stats_outliers stats_outliers(const double *sorted, size_t n);

/* ---- two samples ------------------------------------------------------------------------------------------------- */

/* A comparison of means. there: both samples have a spread, or p is known without (0 or 1). */
struct stats_compared {
	bool there;
	double difference;		/* of the means, b - a; 0 when a sample is empty */
	struct stats_interval interval;	/* of the difference, STATS_LEVEL */
	double t, df, p;		/* two-sided; t and df 0 where nothing varies */
	bool has_effect;
	double d, g;			/* Cohen's d and Hedges' g; paired: d of the differences, corrected likewise */
};
struct stats_compared stats_welch(const double *a, size_t na, const double *b, size_t nb);
struct stats_compared stats_paired(const double *a, const double *b, size_t n);

struct stats_ranks {
	bool there;			/* both samples have values */
	double u;			/* pairs with b > a, ties counted half */
	double z, p;			/* two-sided; z 0 when exact */
	bool exact;			/* else normal with correction for ties and continuity */
	double delta;			/* Cliff's delta = rank-biserial correlation: share b > a less share b < a; -1 to 1 */
};
struct stats_ranks stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb);

/* Fisher's exact test, two-sided: is ka of na as large a share as kb of nb? p 1 when one of them is of nothing. */
double stats_fisher(unsigned ka, unsigned na, unsigned kb, unsigned nb);
/*
 * Holm's correction for many tests at once: each p becomes one that may be compared with the level of all together. In
 * place; p points to each.
 */
void stats_holm(double **p, size_t n);

#endif

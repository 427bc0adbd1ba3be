/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: statistics of one sample
 *
 * Moments, quantiles, intervals of the mean by Student's t and by bootstrap, empirical distribution, fences. The
 * moments are our own: GSL's run in long double, which is not the same on every processor; its distribution functions
 * are what we take it for. It implements no clause.
 */
#include "traces/stats.h"

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof *v, by_value);
}

/* What each addition rounds off is added at the end [Neumaier 1974]; of whole numbers nothing is. */
static double sum_of(const double *v, size_t n)
{
	double sum = 0, lost = 0;

	for (size_t i = 0; i < n; i++) {
		double next = sum + v[i];

		lost += fabs(sum) >= fabs(v[i]) ? (sum - next) + v[i] : (v[i] - next) + sum;
		sum = next;
	}
	return sum + lost;
}

/* Two passes: the second sum is of small numbers, and of nothing but zeros when all values are equal. */
struct stats_moments stats_moments(const double *v, size_t n)
{
	struct stats_moments m = { .n = n };
	double second = 0, third = 0;

	if (!n)
		return m;
	m.min = m.max = v[0];
	for (size_t i = 0; i < n; i++) {
		m.min = v[i] < m.min ? v[i] : m.min;
		m.max = v[i] > m.max ? v[i] : m.max;
	}
	m.mean = sum_of(v, n) / (double)n;
	if (m.min == m.max) {
		m.mean = m.min;		/* the division may have rounded */
		return m;
	}
	for (size_t i = 0; i < n; i++) {
		double d = v[i] - m.mean;

		second += d * d;
		third += d * d * d;
	}
	m.sd = sqrt(second / (double)(n - 1));
	second /= (double)n;
	if (second > 0)
		m.skew = third / (double)n / (second * sqrt(second));
	return m;
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	return n ? gsl_stats_quantile_from_sorted_data(sorted, 1, n, CLAMP(q, 0, 1)) : 0;
}

double stats_t(double q, double df)
{
	return gsl_cdf_tdist_Pinv(q, df);
}

struct stats_interval stats_mean_interval(const struct stats_moments *m, double level)
{
	struct stats_interval i = { .there = m->n >= 2, .low = m->mean, .high = m->mean };
	double half;

	if (!i.there || m->sd == 0)
		return i;
	half = stats_t(0.5 + level / 2, (double)(m->n - 1)) * m->sd / sqrt((double)m->n);
	i.low -= half;
	i.high += half;
	return i;
}

/* ---- bootstrap --------------------------------------------------------------------------------------------------- */

/* Means of the resamples, in their order. */
static double *resampled(const double *v, size_t n, const struct stats_bootstrap *b)
{
	struct rng rng = rng_make(b->seed, b->name, "bootstrap");
	double *means = g_new(double, b->resamples);

	for (unsigned r = 0; r < b->resamples; r++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += v[rng_below(&rng, n)];
		means[r] = sum / (double)n;
	}
	stats_sort(means, b->resamples);
	return means;
}

static bool all_equal(const double *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i] != v[0])
			return false;
	return true;
}

/* Without values to draw from, or with nothing to draw: *i is what there is to say. */
static bool is_trivial(const double *v, size_t n, const struct stats_bootstrap *b, struct stats_interval *i)
{
	double only = n ? v[0] : 0;

	*i = (struct stats_interval){ .there = n >= 2 && b->resamples, .low = only, .high = only };
	return !i->there || all_equal(v, n);
}

struct stats_interval stats_bootstrap_percentile(const double *v, size_t n, const struct stats_bootstrap *b)
{
	struct stats_interval i;
	double *means;

	if (is_trivial(v, n, b, &i))
		return i;
	means = resampled(v, n, b);
	i.low = stats_quantile(means, b->resamples, (1 - b->level) / 2);
	i.high = stats_quantile(means, b->resamples, (1 + b->level) / 2);
	g_free(means);
	return i;
}

/* The share of resamples to cut at instead of the normal one with quantile z. */
static double corrected(double z, double bias, double acceleration)
{
	double under = 1 - acceleration * (bias + z);

	return under > 0 ? gsl_cdf_ugaussian_P(bias + (bias + z) / under) : gsl_cdf_ugaussian_P(z);
}

struct stats_interval stats_bootstrap_bca(const double *v, size_t n, const struct stats_bootstrap *b)
{
	struct stats_interval i;
	struct stats_moments m = stats_moments(v, n);
	double *means, below = 0, bias = 0, z, acceleration;

	if (is_trivial(v, n, b, &i))
		return i;
	means = resampled(v, n, b);
	for (unsigned r = 0; r < b->resamples; r++)
		below += means[r] < m.mean ? 1 : means[r] > m.mean ? 0 : 0.5;
	below /= b->resamples;
	if (below > 0 && below < 1)
		bias = gsl_cdf_ugaussian_Pinv(below);
	/* the jackknife's, which for a mean is a sixth of the skewness over the root of n */
	acceleration = m.skew / (6 * sqrt((double)n));
	z = gsl_cdf_ugaussian_Pinv((1 + b->level) / 2);
	i.low = stats_quantile(means, b->resamples, corrected(-z, bias, acceleration));
	i.high = stats_quantile(means, b->resamples, corrected(z, bias, acceleration));
	g_free(means);
	return i;
}

/* ---- distribution ------------------------------------------------------------------------------------------------ */

size_t stats_ecdf(const double *sorted, size_t n, struct stats_step *out)
{
	size_t steps = 0;

	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || sorted[i + 1] != sorted[i])
			out[steps++] = (struct stats_step){ sorted[i], (double)(i + 1) / (double)n };
	return steps;
}

struct stats_outliers stats_outliers(const double *sorted, size_t n)
{
	double low = stats_quantile(sorted, n, 0.25), high = stats_quantile(sorted, n, 0.75), range = high - low;
	struct stats_outliers o = { low - 1.5 * range, high + 1.5 * range, low - 3 * range, high + 3 * range, 0, 0 };

	for (size_t i = 0; range > 0 && i < n; i++) {
		o.outside += sorted[i] < o.low || sorted[i] > o.high;
		o.far += sorted[i] < o.far_low || sorted[i] > o.far_high;
	}
	return o;
}

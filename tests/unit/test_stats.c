/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics against figures that others published (the data sets `sleep` and `mtcars` and the example of wilcox.test
 * in the documentation of R; the mice of Efron and Tibshirani), against closed forms and against counting everything,
 * and for samples of no, one, two and equal values.
 */
#include <math.h>

#include "base/rng.h"
#include "tests/unit/harness.h"
#include "traces/stats.h"

#define N(a) G_N_ELEMENTS(a)
#define NEAR(a, b, tolerance) CU_ASSERT_DOUBLE_EQUAL((a), (b), (tolerance))

static const double sleep1[] = { 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0 };
static const double sleep2[] = { 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4 };
static const double automatic[] = { 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7,
				    21.5, 15.5, 15.2, 13.3, 19.2 };
static const double manual[] = { 21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4 };
static const double mice[] = { 94, 197, 16, 38, 99, 141, 23 };

static const struct stats_bootstrap draws = { 7, "test", 2000, 0.95 };

static void test_moments(void)
{
	static const double v[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	struct stats_moments m = stats_moments(v, N(v));

	NEAR(m.mean, 5, 0);
	NEAR(m.sd, sqrt(32.0 / 7), 1e-15);
	NEAR(m.skew, 5.25 / 8, 1e-12);		/* sum of cubes 42, of squares 32 */
	NEAR(m.min, 2, 0);
	NEAR(m.max, 9, 0);
	m = stats_moments(sleep1, N(sleep1));
	NEAR(m.mean, 0.75, 1e-15);
	NEAR(m.sd, 1.78901, 1e-5);
}

/* A second a nanosecond apart, and sums that rounding would eat up: R 4.2 gave these. */
static void test_far_from_zero(void)
{
	static const double df[] = { 1, 1.5, 2.7, 9, 30, 999, 9999 };
	static const double qt[] = { 12.7062047361747, 6.01666310442793, 3.39214838317375, 2.2621571627982,
				     2.04227245630124, 1.96234146113345, 1.96020126362136 };	/* qt(.975, df) */
	static double v[10000];
	struct stats_moments m;
	struct stats_interval i;

	for (int k = 0; k < 10000; k++)
		v[k] = 1e9 + k % 7 * 0.01;
	m = stats_moments(v, N(v));
	i = stats_mean_interval(&m, 0.95);
	NEAR(m.mean - 1e9, 0.029994, 2e-7);
	NEAR(m.sd, 0.0200004801, 1e-8);
	NEAR(i.low - 1e9, 0.0296019, 2e-7);
	NEAR(i.high - 1e9, 0.0303861, 2e-7);
	for (size_t k = 0; k < N(df); k++)
		NEAR(stats_t(0.975, df[k]), qt[k], qt[k] * 1e-9);
}

/* Whole nanoseconds: no order of the runs makes another sum. */
static void test_order_makes_no_difference(void)
{
	double v[200], w[200];
	struct rng r = rng_make(1, "order", "test");
	struct stats_moments a, b;

	for (int i = 0; i < 200; i++)
		v[i] = w[199 - i] = (double)rng_span(&r, 0, 1000 * MOOR_S);
	a = stats_moments(v, 200);
	b = stats_moments(w, 200);
	CU_ASSERT_EQUAL(a.mean, b.mean);
	CU_ASSERT_EQUAL(a.min, b.min);
	NEAR(a.sd, b.sd, a.sd * 1e-14);
}

static void test_quantiles(void)
{
	double v[10];

	for (int i = 0; i < 10; i++)
		v[i] = i + 1;
	NEAR(stats_quantile(v, 10, 0.05), 1.45, 1e-12);
	NEAR(stats_quantile(v, 10, 0.25), 3.25, 1e-12);
	NEAR(stats_quantile(v, 10, 0.5), 5.5, 1e-12);
	NEAR(stats_quantile(v, 10, 0.95), 9.55, 1e-12);
	NEAR(stats_quantile(v, 10, 0), 1, 0);
	NEAR(stats_quantile(v, 10, 1), 10, 0);
	NEAR(stats_quantile(v, 10, 7), 10, 0);
	NEAR(stats_quantile(v, 1, 0.3), 1, 0);
	NEAR(stats_quantile(v, 2, 0.5), 1.5, 1e-15);
	CU_ASSERT_EQUAL(stats_quantile(NULL, 0, 0.5), 0);
}

static void test_mean_interval(void)
{
	struct stats_moments m = stats_moments(sleep1, N(sleep1));
	struct stats_interval i = stats_mean_interval(&m, 0.95);

	CU_ASSERT(i.there);
	NEAR(i.low, -0.5297804, 1e-6);
	NEAR(i.high, 2.0297804, 1e-6);
	/* two values: t of one degree of freedom is the tangent */
	m = stats_moments((const double[]){ 1, 3 }, 2);
	i = stats_mean_interval(&m, 0.95);
	NEAR(i.high - 2, tan(0.475 * G_PI), 1e-9);
	NEAR(2 - i.low, tan(0.475 * G_PI), 1e-9);
}

static void test_too_few_values(void)
{
	static const double one[] = { 42 };

	for (size_t n = 0; n < 2; n++) {
		struct stats_moments m = stats_moments(one, n);

		CU_ASSERT_EQUAL(m.n, n);
		CU_ASSERT_EQUAL(m.mean, n ? 42 : 0);
		CU_ASSERT_EQUAL(m.sd, 0);
		CU_ASSERT_EQUAL(m.skew, 0);
		CU_ASSERT_FALSE(stats_mean_interval(&m, 0.95).there);
		CU_ASSERT_FALSE(stats_bootstrap_percentile(one, n, &draws).there);
		CU_ASSERT_FALSE(stats_bootstrap_bca(one, n, &draws).there);
		CU_ASSERT_EQUAL(stats_outliers(one, n).outside, 0);
		CU_ASSERT_FALSE(stats_welch(one, n, sleep1, N(sleep1)).there);
		CU_ASSERT_FALSE(stats_welch(sleep1, N(sleep1), one, n).there);
		CU_ASSERT_FALSE(stats_paired(one, one, n).there);
		CU_ASSERT_FALSE(stats_welch(one, n, one, n).has_effect);
		CU_ASSERT_EQUAL(stats_mann_whitney(one, n, sleep1, N(sleep1)).there, n > 0);
	}
	NEAR(stats_mann_whitney(one, 1, sleep1, 1).p, 1, 0);
	NEAR(stats_mann_whitney(one, 1, sleep1, 1).delta, -1, 0);
}

/* Timers do not vary: what is equal is certain, and nothing is divided by zero. */
static void test_equal_values(void)
{
	static const double same[] = { 0.1, 0.1, 0.1, 0.1 }, other[] = { 0.3, 0.3, 0.3, 0.3 };
	struct stats_moments m = stats_moments(same, 4);
	struct stats_interval i = stats_mean_interval(&m, 0.95);
	struct stats_compared c;
	struct stats_ranks r;

	CU_ASSERT_EQUAL(m.mean, 0.1);
	CU_ASSERT_EQUAL(m.sd, 0);
	CU_ASSERT(i.there && i.low == 0.1 && i.high == 0.1);
	i = stats_bootstrap_bca(same, 4, &draws);
	CU_ASSERT(i.there && i.low == 0.1 && i.high == 0.1);
	CU_ASSERT_EQUAL(stats_outliers(same, 4).outside, 0);
	c = stats_welch(same, 4, same, 4);
	CU_ASSERT(c.there && c.p == 1 && c.difference == 0 && c.has_effect && c.d == 0);
	c = stats_welch(same, 4, other, 4);
	CU_ASSERT(c.there && c.p == 0 && !c.has_effect && c.interval.low == c.difference && c.difference > 0.19);
	c = stats_paired(same, other, 4);
	CU_ASSERT(c.there && c.p == 0 && !c.has_effect && c.t == 0);
	c = stats_paired(same, same, 4);
	CU_ASSERT(c.there && c.p == 1);
	r = stats_mann_whitney(same, 4, same, 4);
	CU_ASSERT(r.there && r.p == 1 && r.delta == 0 && r.u == 8);
	/* one side varies */
	c = stats_welch(same, 4, sleep1, N(sleep1));
	CU_ASSERT(c.there && c.has_effect && isfinite(c.t) && fabs(c.df - 9) < 1e-9);
}

static void test_welch(void)
{
	struct stats_compared c = stats_welch(sleep1, N(sleep1), sleep2, N(sleep2));

	NEAR(c.difference, 1.58, 1e-12);
	NEAR(c.t, 1.8608, 5e-5);
	NEAR(c.df, 17.776, 5e-4);
	NEAR(c.p, 0.07939, 5e-6);
	NEAR(c.interval.low, -0.2054832, 5e-8);
	NEAR(c.interval.high, 3.3654832, 5e-8);
	NEAR(c.d, 0.8321811, 1e-7);
	NEAR(c.g, 0.7970185, 1e-7);
	c = stats_welch(automatic, N(automatic), manual, N(manual));
	NEAR(c.t, 3.7671, 5e-5);
	NEAR(c.df, 18.332, 5e-4);
	NEAR(c.p, 0.001374, 5e-7);
	NEAR(c.interval.low, 3.209684, 5e-7);
	NEAR(c.interval.high, 11.280194, 5e-7);
	c = stats_welch(manual, N(manual), automatic, N(automatic));
	NEAR(c.t, -3.7671, 5e-5);
	NEAR(c.p, 0.001374, 5e-7);
}

static void test_paired(void)
{
	struct stats_compared c = stats_paired(sleep1, sleep2, N(sleep1));

	NEAR(c.difference, 1.58, 1e-12);
	NEAR(c.t, 4.0621, 5e-5);
	CU_ASSERT_EQUAL(c.df, 9);
	NEAR(c.p, 0.002833, 5e-7);
	NEAR(c.interval.low, 0.7001142, 5e-8);
	NEAR(c.interval.high, 2.4598858, 5e-8);
	NEAR(c.d, 4.0621 / sqrt(10), 5e-5);
}

static void test_ranks(void)
{
	static const double x[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
	static const double y[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	struct stats_ranks r = stats_mann_whitney(x, N(x), y, N(y));

	CU_ASSERT(r.exact);
	CU_ASSERT_EQUAL(r.u, 50 - 35);
	NEAR(r.p, 0.2544, 1e-4);
	NEAR(r.delta, -0.4, 1e-15);
	/* ties: the normal distribution */
	r = stats_mann_whitney(sleep1, N(sleep1), sleep2, N(sleep2));
	CU_ASSERT_FALSE(r.exact);
	CU_ASSERT_EQUAL(r.u, 100 - 25.5);
	NEAR(r.p, 0.06933, 5e-6);
	r = stats_mann_whitney(automatic, N(automatic), manual, N(manual));
	CU_ASSERT_EQUAL(r.u, 19 * 13 - 42);
	NEAR(r.p, 0.001871, 5e-7);
	NEAR(r.delta, 1 - 84.0 / 247, 1e-12);
}

/* Every order of 4 and 5 values counted. */
static void test_ranks_by_counting(void)
{
	for (unsigned wanted = 0; wanted <= 20; wanted++) {
		double a[4], b[5], found = -1;
		unsigned below = 0, all = 0;

		for (unsigned set = 0; set < 512; set++) {
			unsigned na = 0, nb = 0, u = 0;
			double as[9], bs[9];

			for (unsigned i = 0; i < 9; i++)
				if (set >> i & 1)
					as[na++] = i;
				else
					bs[nb++] = i;
			if (na != 4)
				continue;
			for (unsigned i = 0; i < 4; i++)
				for (unsigned k = 0; k < 5; k++)
					u += bs[k] > as[i];
			all++;
			below += u <= MIN(wanted, 20 - wanted);
			if (u == wanted && found < 0) {
				memcpy(a, as, sizeof a);
				memcpy(b, bs, sizeof b);
				found = u;
			}
		}
		CU_ASSERT_EQUAL(all, 126);
		CU_ASSERT_EQUAL(stats_mann_whitney(a, 4, b, 5).u, wanted);
		NEAR(stats_mann_whitney(a, 4, b, 5).p, MIN(1, 2.0 * below / all), 1e-12);
	}
}

/* The exact distribution of the largest samples for which it is taken, against the normal one. */
static void test_ranks_of_many(void)
{
	double a[60], b[60];
	struct stats_ranks exact, normal;
	struct rng r = rng_make(3, "ranks", "test");

	for (int i = 0; i < 60; i++) {
		a[i] = rng_unit(&r);
		b[i] = rng_unit(&r) + 0.1;
	}
	exact = stats_mann_whitney(a, 49, b, 49);
	CU_ASSERT(exact.exact);
	a[49] = a[0];				/* a tie of a with itself: the same but for the method */
	normal = stats_mann_whitney(a, 50, b, 49);
	CU_ASSERT_FALSE(normal.exact);
	CU_ASSERT(exact.p > 0 && exact.p < 1);
	NEAR(exact.p, normal.p, 0.03);
	CU_ASSERT_FALSE(stats_mann_whitney(a, 49, b, 60).exact);
}

static void test_bootstrap_repeats(void)
{
	const struct stats_bootstrap other = { 8, "test", 2000, 0.95 };
	struct stats_interval p = stats_bootstrap_percentile(mice, N(mice), &draws);
	struct stats_interval q = stats_bootstrap_percentile(mice, N(mice), &draws);
	struct stats_interval b = stats_bootstrap_bca(mice, N(mice), &draws);

	CU_ASSERT(p.there && p.low == q.low && p.high == q.high);
	/* sums of whole numbers: the same draws give these on every machine */
	NEAR(p.low * 7, 309, 1e-9);
	NEAR(p.high * 7, 936.125, 1e-9);
	CU_ASSERT(stats_bootstrap_percentile(mice, N(mice), &other).low != p.low);
	/* mean 86.86; the standard error of the bootstrap is known: 23.37 */
	NEAR(p.high - p.low, 2 * 1.96 * 23.37, 6);
	CU_ASSERT(p.low < 86 && p.high > 87);
	/* the long tail is above: the corrected interval lies higher */
	CU_ASSERT(b.low > p.low && b.high > p.high && b.high <= 197);
}

/* Of even data without skew the correction is nothing but noise. */
static void test_bootstrap_symmetric(void)
{
	double v[41];
	struct stats_interval b, t;
	struct stats_moments m;

	for (int i = 0; i < 41; i++)
		v[i] = i - 20;
	m = stats_moments(v, 41);
	t = stats_mean_interval(&m, 0.95);
	b = stats_bootstrap_bca(v, 41, &draws);
	NEAR(b.low, t.low, 0.4);
	NEAR(b.high, t.high, 0.4);
}

/* What an interval promises: of 2,000 samples some 95 % hold the mean of what they were drawn from. */
static void test_coverage(void)
{
	struct rng r = rng_make(5, "coverage", "test");
	unsigned held = 0;

	for (int s = 0; s < 2000; s++) {
		double v[6];
		struct stats_moments m;
		struct stats_interval i;

		for (int k = 0; k < 6; k++)
			v[k] = (double)rng_normal(&r, 1000 * MOOR_MS, 50 * MOOR_MS, 0);
		m = stats_moments(v, 6);
		i = stats_mean_interval(&m, 0.95);
		held += i.low <= 1e9 && 1e9 <= i.high;
	}
	CU_ASSERT(held > 1870 && held < 1930);		/* 1900 and three standard deviations */
}

static void test_ecdf(void)
{
	static const double v[] = { 1, 2, 2, 5 };
	struct stats_step out[4];

	CU_ASSERT_EQUAL(stats_ecdf(v, 4, out), 3);
	CU_ASSERT(out[0].value == 1 && out[0].share == 0.25);
	CU_ASSERT(out[1].value == 2 && out[1].share == 0.75);
	CU_ASSERT(out[2].value == 5 && out[2].share == 1);
	CU_ASSERT_EQUAL(stats_ecdf(v, 0, out), 0);
	CU_ASSERT_EQUAL(stats_ecdf(v, 1, out), 1);
}

static void test_outliers(void)
{
	static const double v[] = { 10, 11, 12, 13, 14, 15, 16, 17, 18, 27, 60 };
	struct stats_outliers o = stats_outliers(v, N(v));

	/* quartiles 12.5 and 17.5 */
	NEAR(o.low, 5, 1e-12);
	NEAR(o.high, 25, 1e-12);
	NEAR(o.far_high, 32.5, 1e-12);
	CU_ASSERT_EQUAL(o.outside, 2);
	CU_ASSERT_EQUAL(o.far, 1);
	/* more than half are equal: there is no range to measure by */
	CU_ASSERT_EQUAL(stats_outliers((const double[]){ 1, 1, 1, 1, 1, 9 }, 6).outside, 0);
}

/* The tea and the twins' convictions of R's documentation. */
static void test_shares(void)
{
	NEAR(stats_fisher(3, 4, 1, 4), 0.4857143, 1e-7);
	NEAR(stats_fisher(2, 12, 15, 18), 0.0005367, 5e-8);
	NEAR(stats_fisher(5, 5, 5, 5), 1, 1e-12);
	NEAR(stats_fisher(0, 0, 3, 5), 1, 0);
	NEAR(stats_fisher(0, 0, 0, 0), 1, 0);
	NEAR(stats_fisher(0, 3, 3, 3), 0.1, 1e-12);
}

/* The example in the documentation of R's p.adjust is random; this is by hand: 4, 3, 2 and 1 times, never falling. */
static void test_many_tests(void)
{
	double p[] = { 0.02, 0.01, 0.9, 0.021 }, *at[] = { &p[0], &p[1], &p[2], &p[3] };

	stats_holm(at, 4);
	NEAR(p[1], 0.04, 1e-15);
	NEAR(p[0], 0.06, 1e-15);
	NEAR(p[3], 0.06, 1e-15);
	NEAR(p[2], 0.9, 1e-15);
	stats_holm(NULL, 0);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "mean, standard deviation and skewness", test_moments },
		{ "samples far from zero, and t, are R's", test_far_from_zero },
		{ "the order of whole nanoseconds makes no difference", test_order_makes_no_difference },
		{ "quantiles are those of type 7", test_quantiles },
		{ "the t interval of the mean is R's", test_mean_interval },
		{ "too few values give no interval and no NaN", test_too_few_values },
		{ "equal values are certain", test_equal_values },
		{ "Welch's t and effect sizes are R's", test_welch },
		{ "paired differences are R's", test_paired },
		{ "Mann-Whitney is R's, exact and with ties", test_ranks },
		{ "Mann-Whitney is exact: all orders counted", test_ranks_by_counting },
		{ "Mann-Whitney of many", test_ranks_of_many },
		{ "the bootstrap repeats and leans where the data does", test_bootstrap_repeats },
		{ "the bootstrap of even data is the t interval", test_bootstrap_symmetric },
		{ "95 % of intervals hold the mean", test_coverage },
		{ "the empirical distribution", test_ecdf },
		{ "Tukey's fences", test_outliers },
		{ "Fisher's exact test is R's", test_shares },
		{ "Holm's correction", test_many_tests },
	};

	return harness_main("stats", tests, G_N_ELEMENTS(tests), argc, argv);
}

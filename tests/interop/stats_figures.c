/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: our statistics, for another program to judge
 *
 * Reads data sets from standard input and prints every figure that traces/stats.h makes of them, with all digits. It
 * exists for test_stats_judge.py, which has R make the same figures. It implements no clause.
 *
 * Lines in: "one NAME N VALUES", "two NAME NA NB VALUES" (pairs too when NA is NB), "fisher NAME KA NA KB NB",
 * "holm NAME N VALUES". Lines out: "NAME figure value"; figures that are not there have no line.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "traces/stats.h"

static double *values(unsigned n)
{
	double *v = g_new(double, n + 1);

	for (unsigned i = 0; i < n; i++)
		if (scanf("%lf", &v[i]) != 1)
			exit(2);
	return v;
}

static void put(const char *name, const char *figure, double v)
{
	printf("%s %s %.17g\n", name, figure, v);
}

static void put_interval(const char *name, const char *low, const char *high, struct stats_interval i)
{
	if (!i.there)
		return;
	put(name, low, i.low);
	put(name, high, i.high);
}

static void put_quantiles(const char *name, const double *v, unsigned n)
{
	static const double at[] = { 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1 };

	for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
		char figure[16];

		g_snprintf(figure, sizeof figure, "q%02.0f", 100 * at[i]);
		put(name, figure, stats_quantile(v, n, at[i]));
	}
}

static void one(const char *name, unsigned n)
{
	const struct stats_bootstrap b = { 1, "judge", STATS_RESAMPLES, STATS_LEVEL };
	double *v = values(n);
	struct stats_step *steps = g_new(struct stats_step, n + 1);
	struct stats_moments m = stats_moments(v, n);
	struct stats_outliers o;
	double area = 0;
	size_t k;

	put_interval(name, "lo", "hi", stats_mean_interval(&m, STATS_LEVEL));
	put_interval(name, "percentile_lo", "percentile_hi", stats_bootstrap_percentile(v, n, &b));
	put_interval(name, "bca_lo", "bca_hi", stats_bootstrap_bca(v, n, &b));
	if (n) {
		put(name, "mean", m.mean);
		put(name, "min", m.min);
		put(name, "max", m.max);
		put(name, "skew", m.skew);
	}
	if (n > 1)
		put(name, "sd", m.sd);
	stats_sort(v, n);
	if (n)
		put_quantiles(name, v, n);
	o = stats_outliers(v, n);
	put(name, "outside", (double)o.outside);
	put(name, "far", (double)o.far);
	k = stats_ecdf(v, n, steps);
	for (size_t i = 0; i < k; i++)
		area += steps[i].share * (double)(i + 1);
	put(name, "ecdf_steps", (double)k);
	put(name, "ecdf_sum", area);
	g_free(steps);
	g_free(v);
}

static void put_compared(const char *name, const char *test, const struct stats_compared *c)
{
	char figure[32];
	const struct { const char *what; double v; bool there; } all[] = {
		{ "difference", c->difference, true }, { "p", c->p, true }, { "t", c->t, c->df > 0 }, { "df", c->df, c->df > 0 },
		{ "lo", c->interval.low, c->interval.there }, { "hi", c->interval.high, c->interval.there },
		{ "d", c->d, c->has_effect }, { "g", c->g, c->has_effect },
	};

	for (size_t i = 0; c->there && i < G_N_ELEMENTS(all); i++) {
		g_snprintf(figure, sizeof figure, "%s_%s", test, all[i].what);
		if (all[i].there)
			put(name, figure, all[i].v);
	}
}

static void two(const char *name, unsigned na, unsigned nb)
{
	double *a = values(na), *b = values(nb);
	struct stats_compared c = stats_welch(a, na, b, nb);
	struct stats_ranks r = stats_mann_whitney(a, na, b, nb);

	put_compared(name, "welch", &c);
	if (r.there) {
		put(name, "u", r.u);
		put(name, "ranks_p", r.p);
		put(name, "ranks_exact", r.exact);
		put(name, "delta", r.delta);
	}
	if (na == nb) {
		c = stats_paired(a, b, na);
		put_compared(name, "paired", &c);
	}
	g_free(a);
	g_free(b);
}

static void holm(const char *name, unsigned n)
{
	double *p = values(n), **at = g_new(double *, n + 1);
	char figure[16];

	for (unsigned i = 0; i < n; i++)
		at[i] = &p[i];
	stats_holm(at, n);
	for (unsigned i = 0; i < n; i++) {
		g_snprintf(figure, sizeof figure, "p%u", i);
		put(name, figure, p[i]);
	}
	g_free(at);
	g_free(p);
}

int main(void)
{
	char what[16], name[64];
	unsigned n[4];

	while (scanf("%15s %63s", what, name) == 2) {
		unsigned wanted = *what == 't' ? 2 : *what == 'f' ? 4 : 1;

		for (unsigned i = 0; i < wanted; i++)
			if (scanf("%u", &n[i]) != 1)
				return 2;
		if (*what == 'o')
			one(name, n[0]);
		else if (*what == 't')
			two(name, n[0], n[1]);
		else if (*what == 'f')
			put(name, "fisher", stats_fisher(n[0], n[1], n[2], n[3]));
		else
			holm(name, n[0]);
	}
	return 0;
}

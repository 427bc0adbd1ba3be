/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: statistics of two samples
 *
 * Welch's t, paired differences, Mann-Whitney U, effect sizes. Simulations often do not vary at all where a phase is a
 * timer, so every function says what it makes of samples without a spread: a difference is then certain, or there is
 * none. It implements no clause.
 */
#include "traces/stats.h"

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- means ------------------------------------------------------------------------------------------------------- */

/* Nothing varies: the difference is what it is. */
static void certain(struct stats_compared *c)
{
	c->there = true;
	c->p = c->difference == 0 ? 1 : 0;
	c->interval = (struct stats_interval){ true, c->difference, c->difference };
	c->has_effect = c->difference == 0;
}

static void by_t(struct stats_compared *c, double error, double df)
{
	double half = stats_t(0.5 + STATS_LEVEL / 2, df) * error;

	c->there = true;
	c->t = c->difference / error;
	c->df = df;
	c->p = MIN(1, 2 * gsl_cdf_tdist_Q(fabs(c->t), df));
	c->interval = (struct stats_interval){ true, c->difference - half, c->difference + half };
}

/* Hedges' correction of d for small samples, in its usual approximation. */
static double hedges(double d, double df)
{
	return d * (1 - 3 / (4 * df - 1));
}

struct stats_compared stats_welch(const double *a, size_t na, const double *b, size_t nb)
{
	struct stats_moments x = stats_moments(a, na), y = stats_moments(b, nb);
	struct stats_compared c = { .difference = na && nb ? y.mean - x.mean : 0 };
	double u, v, error, df, pooled;

	if (na < 2 || nb < 2)
		return c;
	u = x.sd * x.sd / (double)na;
	v = y.sd * y.sd / (double)nb;
	if (u + v <= 0) {
		certain(&c);
		return c;
	}
	error = sqrt(u + v);
	/* as a share, so that no square of a variance is too small or too large */
	u /= u + v;
	df = 1 / (u * u / (double)(na - 1) + (1 - u) * (1 - u) / (double)(nb - 1));
	by_t(&c, error, df);
	df = (double)(na + nb - 2);
	pooled = sqrt(((double)(na - 1) * x.sd * x.sd + (double)(nb - 1) * y.sd * y.sd) / df);
	c.has_effect = true;
	c.d = c.difference / pooled;
	c.g = hedges(c.d, df);
	return c;
}

struct stats_compared stats_paired(const double *a, const double *b, size_t n)
{
	struct stats_compared c = { .there = false };
	double *d = g_new(double, n + 1);
	struct stats_moments m;

	for (size_t i = 0; i < n; i++)
		d[i] = b[i] - a[i];
	m = stats_moments(d, n);
	g_free(d);
	c.difference = m.mean;
	if (n < 2)
		return c;
	if (m.sd <= 0) {
		certain(&c);
		return c;
	}
	by_t(&c, m.sd / sqrt((double)n), (double)(n - 1));
	c.has_effect = true;
	c.d = m.mean / m.sd;
	c.g = hedges(c.d, (double)(n - 1));
	return c;
}

/* ---- ranks ------------------------------------------------------------------------------------------------------- */

/* Pairs with y > x, ties half; *ties: the sum of t^3 - t over groups of t equal values of both. Both in order. */
static double pairs_above(const double *x, size_t nx, const double *y, size_t ny, double *ties)
{
	double u = 0;
	size_t i = 0, k = 0;

	*ties = 0;
	while (i < nx || k < ny) {
		double v = k >= ny || (i < nx && x[i] < y[k]) ? x[i] : y[k], t;
		size_t first_x = i, first_y = k;

		while (i < nx && x[i] <= v)
			i++;
		while (k < ny && y[k] <= v)
			k++;
		u += (double)(k - first_y) * ((double)first_x + (double)(i - first_x) / 2);
		t = (double)(i - first_x + k - first_y);
		*ties += t * t * t - t;
	}
	return u;
}

/*
 * P(U <= most) when all orders of the values are as likely. Orders with m of one sample and a sum s: of those with one
 * value less, the highest value belongs to the one sample or to the other. Only additions, so nothing cancels.
 */
static double exact_below(size_t m, size_t n, size_t most)
{
	size_t room = m * n + 1;
	double *count = g_new0(double, (m + 1) * room), below = 0, all = 0;

	count[0] = 1;
	for (size_t rank = 0; rank < m + n; rank++)		/* values in order; a value of the first sample adds */
		for (size_t k = MIN(rank + 1, m); k >= 1; k--) {	/* how many of the other are below it */
			double *to = count + k * room, *from = count + (k - 1) * room;
			size_t add = rank - (k - 1);

			if (add > n)
				continue;
			for (size_t s = room - 1; s >= add && s < room; s--)
				to[s] += from[s - add];
		}
	for (size_t s = 0; s < room; s++) {
		all += count[m * room + s];
		below += s <= most ? count[m * room + s] : 0;
	}
	g_free(count);
	return below / all;
}

static void approximate(struct stats_ranks *r, double na, double nb, double ties)
{
	double n = na + nb, off = r->u - na * nb / 2;
	double variance = na * nb / 12 * (n + 1 - ties / (n * (n - 1)));

	r->p = 1;
	if (variance <= 0 || off == 0)
		return;
	off = off > 0 ? MAX(off - 0.5, 0) : MIN(off + 0.5, 0);
	r->z = off / sqrt(variance);
	r->p = MIN(1, 2 * gsl_cdf_ugaussian_Q(fabs(r->z)));
}

static double *in_order(const double *v, size_t n)
{
	double *copy = g_new(double, n);

	memcpy(copy, v, n * sizeof *v);
	stats_sort(copy, n);
	return copy;
}

struct stats_ranks stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb)
{
	struct stats_ranks r = { .there = na && nb };
	double *x, *y, ties;

	if (!r.there)
		return r;
	x = in_order(a, na);
	y = in_order(b, nb);
	r.u = pairs_above(x, na, y, nb, &ties);
	r.delta = 2 * r.u / ((double)na * (double)nb) - 1;
	r.exact = ties <= 0 && na < STATS_EXACT_MOST && nb < STATS_EXACT_MOST;
	if (r.exact) {
		double pairs = (double)na * (double)nb;

		r.p = MIN(1, 2 * exact_below(na, nb, (size_t)MIN(r.u, pairs - r.u)));
	} else {
		approximate(&r, (double)na, (double)nb, ties);
	}
	g_free(x);
	g_free(y);
	return r;
}

/* ---- shares, many tests ------------------------------------------------------------------------------------------ */

/* All tables with the same sums that are no likelier than this one, but for what arithmetic leaves. */
double stats_fisher(unsigned ka, unsigned na, unsigned kb, unsigned nb)
{
	unsigned k = ka + kb, from = k > nb ? k - nb : 0, to = MIN(k, na);
	double here = gsl_ran_hypergeometric_pdf(ka, na, nb, k), p = 0;

	if (!na || !nb)
		return 1;
	for (unsigned i = from; i <= to; i++) {
		double likely = gsl_ran_hypergeometric_pdf(i, na, nb, k);

		p += likely <= here * (1 + 1e-7) ? likely : 0;
	}
	return MIN(p, 1);
}

static int by_p(const void *a, const void *b)
{
	double x = **(double *const *)a, y = **(double *const *)b;

	return (x > y) - (x < y);
}

void stats_holm(double **p, size_t n)
{
	double most = 0;

	if (n)
		qsort(p, n, sizeof *p, by_p);
	for (size_t i = 0; i < n; i++) {
		most = MAX(most, MIN(1, *p[i] * (double)(n - i)));
		*p[i] = most;
	}
}

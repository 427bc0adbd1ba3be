/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Distributions in bounded memory for the sums over many steps. It exists because a run may have millions of
 * handovers. The bucket layout is the usual log-linear one (a power of two split into 64 equal parts). No clause.
 */
#include "traces/metrics_dist.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define SUB_BITS 6
#define SUB (1u << SUB_BITS)
#define BUCKETS ((64 - SUB_BITS) * SUB)

static uint32_t bucket_of(int64_t v)
{
	uint64_t u = v < 0 ? 0 : (uint64_t)v;
	unsigned high;

	if (u < 2 * SUB)
		return (uint32_t)u;
	high = 63 - (unsigned)__builtin_clzll(u);
	return (high - SUB_BITS) * SUB + (uint32_t)(u >> (high - SUB_BITS));
}

static int64_t bucket_low(uint32_t b)
{
	unsigned shift;

	if (b < 2 * SUB)
		return b;
	shift = b / SUB - 1;
	return (int64_t)((uint64_t)(b % SUB + SUB) << shift);
}

static void to_buckets(struct dist *d)
{
	d->buckets = g_new0(uint32_t, BUCKETS);
	for (uint64_t i = 0; i < d->n; i++)
		d->buckets[bucket_of(d->values[i])]++;
	g_clear_pointer(&d->values, g_free);
}

void metrics_dist_add(struct dist *d, int64_t v)
{
	if (!d->n || v < d->min)
		d->min = v;
	if (!d->n || v > d->max)
		d->max = v;
	if (d->n == DIST_EXACT)
		to_buckets(d);
	if (d->buckets) {
		d->buckets[bucket_of(v)]++;
	} else {
		if (d->n == d->room) {
			d->room = d->room ? 2 * d->room : 8;
			d->values = g_renew(int64_t, d->values, d->room);
		}
		d->values[d->n] = v;
	}
	d->n++;
	d->sum += v;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int64_t metrics_dist_quantile(struct dist *d, uint32_t permille)
{
	uint64_t rank, sum = 0;
	int64_t v = d->max;

	if (!d->n)
		return 0;
	rank = (d->n * permille + 999) / 1000;
	rank = rank ? rank : 1;
	if (d->values) {
		if (d->sorted < d->n)
			qsort(d->values, d->n, sizeof(*d->values), by_value);
		d->sorted = d->n;
		return d->values[rank - 1];
	}
	for (uint32_t b = 0; b < BUCKETS; b++) {
		sum += d->buckets[b];
		if (sum >= rank) {
			v = bucket_low(b);
			break;
		}
	}
	return CLAMP(v, d->min, d->max);
}

int64_t metrics_dist_mean(const struct dist *d)
{
	__int128 n = (__int128)d->n, q;

	if (!d->n)
		return 0;
	q = d->sum / n;
	return (int64_t)(d->sum % n < 0 ? q - 1 : q);
}

void metrics_dist_done(struct dist *d)
{
	g_free(d->values);
	g_free(d->buckets);
	memset(d, 0, sizeof(*d));
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: sorting a run
 *
 * A run is what a bucket of the event queue held. A few entries are sorted by insertion. More of them, spread over
 * the span of their bucket, are first dealt out to as many bins as there are entries, about, and then nearly in
 * place. Many entries of one instant come in the order of their arming but for timers that were re-armed: merged when
 * not sorted yet.
 */
#include "world/queue.h"

#include <string.h>

#include "base/mem.h"

#define FEW 24u
#define BINS 512u

static void insertion(struct ready *a, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct ready r;
		uint32_t k = i;

		if (!ready_before(&a[i], &a[i - 1]))
			continue;
		r = a[i];
		do {
			a[k] = a[k - 1];
			k--;
		} while (k && ready_before(&r, &a[k - 1]));
		a[k] = r;
	}
}

static void merge(const struct ready *x, uint32_t nx, const struct ready *y, uint32_t ny, struct ready *out)
{
	while (nx && ny) {
		if (ready_before(y, x)) {
			*out++ = *y++;
			ny--;
		} else {
			*out++ = *x++;
			nx--;
		}
	}
	memcpy(out, x, nx * sizeof *out);
	memcpy(out + nx, y, ny * sizeof *out);
}

static bool sorted(const struct ready *a, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		if (ready_before(&a[i], &a[i - 1]))
			return false;
	}
	return true;
}

static void swap_buffers(struct queue *q)
{
	struct ready *r = q->run;
	uint32_t cap = q->run_cap;

	q->run = q->scratch;
	q->run_cap = q->scratch_cap;
	q->scratch = r;
	q->scratch_cap = cap;
}

static void merge_sort(struct queue *q)
{
	uint32_t n = q->run_n;

	for (uint32_t i = 0; i < n; i += FEW)
		insertion(q->run + i, n - i < FEW ? n - i : FEW);
	for (uint64_t width = FEW; width < n; width *= 2) {
		for (uint64_t i = 0; i < n; i += 2 * width) {
			uint64_t m = i + width < n ? i + width : n, e = m + width < n ? m + width : n;

			merge(q->run + i, (uint32_t)(m - i), q->run + m, (uint32_t)(e - m), q->scratch + i);
		}
		swap_buffers(q);
	}
}

/* shift: the highest bits of (time - start) are the bin. */
static void bin_sort(struct queue *q, moor_time start, unsigned shift)
{
	uint32_t place[BINS + 1] = { 0 };

	for (uint32_t i = 0; i < q->run_n; i++)
		place[((uint64_t)(q->run[i].at - start) >> shift) + 1]++;
	for (unsigned i = 1; i < BINS; i++)
		place[i] += place[i - 1];
	for (uint32_t i = 0; i < q->run_n; i++)
		q->scratch[place[(uint64_t)(q->run[i].at - start) >> shift]++] = q->run[i];
	swap_buffers(q);
	insertion(q->run, q->run_n);
}

void queue_sort(struct queue *q, moor_time start, unsigned span_bits)
{
	if (q->run_n <= FEW) {
		insertion(q->run, q->run_n);
		return;
	}
	if (!span_bits && sorted(q->run, q->run_n))
		return;
	mem_reserve(&q->scratch, &q->scratch_cap, sizeof *q->scratch, q->run_n);
	if (span_bits && q->run_n <= 2 * BINS)
		bin_sort(q, start, span_bits > 9 ? span_bits - 9 : 0);
	else
		merge_sort(q);
}

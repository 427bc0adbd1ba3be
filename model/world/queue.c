/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the event queue
 *
 * A monotone multi-level bucket queue. Time is read as eleven digits of six bits. An entry lies in bucket (l, d),
 * where l is the highest digit in which its time differs from the base, and d its value of that digit. Putting one in
 * is a count of leading zeros and an append of 16 octets; nothing is compared. The first entry is always in the
 * lowest level that has any, in its lowest bucket. That bucket, when it is large, is dealt out to the levels below
 * it; when it is small (or holds one single instant) it becomes the run: its entries get their place in the order
 * from the timer slot or packet they refer to, and are sorted. What is put in later for a time before the end of the
 * run goes to a small heap beside it.
 *
 * The bound between run and buckets follows: everything before `bound` is in run or heap. Buckets are opened only
 * when they start at or before the limit of the caller, so the base normally stays at or below now; queue_next() may
 * look further. When the heap grows (many events between now and a far bound) run and heap are put back into buckets
 * with the base at now. Should that lie below the base, all buckets of the levels up to the one where both differ
 * become one.
 */
#include "world/queue.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "world/priv.h"

#define FEWEST 24u			/* entries of a bucket that becomes a run: never fewer than this … */
#define MOST 512u			/* … and never more than this, except of one instant */
#define NEXT_FEW 8u			/* entries of the run that may be moved to make room for another */
#define FETCH_FROM 4096u		/* pending events from which memory is fetched ahead: fewer stay in the cache */
#define AHEAD 8u			/* events whose owners are fetched before their turn */
#define LARGE_HEAP 192u			/* entries after which run and heap go back into buckets */
#define BLOCK_CHUNKS 128u

/* gcc takes a function that only prefetches for one without effect, and drops calls that it has not inlined. */
#define FETCH inline __attribute__((always_inline))

void queue_init(struct queue *q)
{
	memset(q, 0, sizeof *q);
	q->slots_n = 1;
	mem_reserve(&q->run, &q->run_cap, sizeof *q->run, FEWEST);
}

void queue_done(struct queue *q)
{
	for (uint32_t i = 0; i < q->n_blocks; i++)
		mem_free(q->blocks[i]);
	mem_free(q->blocks);
	mem_free(q->run);
	mem_free(q->heap);
	mem_free(q->scratch);
	mem_free(q->slots);
}

void queue_report(const struct queue *q, mem_report_fn *fn, void *ctx)
{
	fn(ctx, "queue entry", q->entries, sizeof *q + (size_t)q->n_blocks * BLOCK_CHUNKS * sizeof(struct chunk)
	   + q->cap_blocks * sizeof *q->blocks + ((size_t)q->run_cap + q->heap_cap + q->scratch_cap) * sizeof *q->run);
	fn(ctx, "armed timer", q->slots_n, q->slots_cap * sizeof *q->slots);
}

/* ---- buckets ----------------------------------------------------------------------------------------------------- */

struct chunk *queue_chunk(struct queue *q)
{
	struct chunk *c = q->free_chunks;

	if (!c) {
		struct chunk *block = mem_new(BLOCK_CHUNKS * sizeof *block);

		mem_reserve(&q->blocks, &q->cap_blocks, sizeof *q->blocks, q->n_blocks + 1);
		q->blocks[q->n_blocks++] = block;
		for (uint32_t i = BLOCK_CHUNKS; i-- > 0;) {
			block[i].next = q->free_chunks;
			q->free_chunks = &block[i];
		}
		c = q->free_chunks;
	}
	q->free_chunks = c->next;
	c->next = NULL;
	c->n = 0;
	return c;
}

static void chunk_free(struct queue *q, struct chunk *c)
{
	c->next = q->free_chunks;
	q->free_chunks = c;
}

/* Empties bucket (l, d) and returns what it held. */
static struct bucket bucket_take(struct queue *q, unsigned l, unsigned d)
{
	struct bucket b = q->buckets[l][d];

	q->buckets[l][d] = (struct bucket){ 0 };
	q->digits[l] &= ~(UINT64_C(1) << d);
	if (!q->digits[l])
		q->levels &= ~(1u << l);
	return b;
}

/* ---- the order of what is near ----------------------------------------------------------------------------------- */

enum found { FOUND_READY, FOUND_LATER, FOUND_DEAD };

/* What an entry is worth now. FOUND_LATER: its timer was re-armed, r->at is the new time. */
static inline enum found resolve(const struct queue *q, struct event e, struct ready *r)
{
	const struct slot *s;
	const struct fanout *f;
	const struct pkt_box *b;

	r->at = e.at;
	r->ref = e.ref;
	switch ((enum ref_kind)(e.ref & 3)) {
	case REF_TIMER:
		s = &q->slots[ref_slot(e.ref)];
		if ((s->word & WORD_GEN) != ref_gen(e.ref) || !(s->word >> WORD_ORDER))
			return FOUND_DEAD;
		r->hi = ORDER_TIMER;
		r->lo = s->word;
		if (s->due == e.at)
			return FOUND_READY;
		r->at = s->due;
		return s->due > e.at ? FOUND_LATER : FOUND_DEAD;
	case REF_PKT:
		b = pkt_box(ref_pointer(e.ref));
		r->hi = b->to->number;
		r->lo = b->order << WORD_ORDER;
		break;
	case REF_FANOUT:
		f = ref_pointer(e.ref);
		r->hi = f->to[f->at].port;
		r->lo = f->order << WORD_ORDER;
		break;
	case REF_POST:
		r->hi = ORDER_TIMER;
		r->lo = ((const struct post *)ref_pointer(e.ref))->order << WORD_ORDER;
		break;
	}
	return FOUND_READY;
}

static void heap_add(struct queue *q, const struct ready *r)
{
	uint32_t i = q->heap_n++;

	mem_reserve(&q->heap, &q->heap_cap, sizeof *q->heap, q->heap_n);
	while (i && ready_before(r, &q->heap[(i - 1) / 4])) {
		q->heap[i] = q->heap[(i - 1) / 4];
		i = (i - 1) / 4;
	}
	q->heap[i] = *r;
}

static void heap_drop(struct queue *q)
{
	struct ready last = q->heap[--q->heap_n];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = 4 * i + 1, least = child;

		if (child >= q->heap_n)
			break;
		for (uint32_t k = child + 1; k < child + 4 && k < q->heap_n; k++) {
			if (ready_before(&q->heap[k], &q->heap[least]))
				least = k;
		}
		if (!ready_before(&q->heap[least], &last))
			break;
		q->heap[i] = q->heap[least];
		i = least;
	}
	if (q->heap_n)
		q->heap[i] = last;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

static FETCH void prefetch(const struct queue *q, struct event e)
{
	if ((e.ref & 3) == REF_TIMER)
		__builtin_prefetch(&q->slots[ref_slot(e.ref)], 1);
	else
		__builtin_prefetch(ref_pointer(e.ref));
}

/*
 * The memory of an event's owner, which will be written when its turn comes: of a timer's, or for an arrival the
 * packet and the port, whose slot or box has been read already; a while later what owns the port.
 */
static FETCH void prefetch_owner(const struct queue *q, uint32_t i)
{
	uint64_t ref = i < q->run_n ? q->run[i].ref : REF_POST;

	if ((ref & 3) == REF_TIMER) {
		const char *t = (const char *)q->slots[ref_slot(ref)].timer;

		__builtin_prefetch(t - 64, 1);
		__builtin_prefetch(t, 1);
	} else if ((ref & 3) == REF_PKT) {
		const struct pkt_box *b = pkt_box(ref_pointer(ref));

		__builtin_prefetch(b->pkt.data);
		__builtin_prefetch(b->pkt.data + 64);
	}
}

static FETCH void prefetch_port_owner(const struct queue *q, uint32_t i)
{
	if (i < q->run_n && (q->run[i].ref & 3) == REF_PKT) {
		const struct moor_port *to = pkt_box(ref_pointer(q->run[i].ref))->to;
		const struct moor_world *w = MOOR_CONTAINER(q, const struct moor_world, queue);
		const char *owner = to->owner;

		__builtin_prefetch(owner, 1);
		__builtin_prefetch((const void *)((uintptr_t)owner + 64), 1);	/* there may be none */
		__builtin_prefetch(to->node);
		if (to->link)		/* it may answer */
			__builtin_prefetch(slab_at(&w->senders, slab_number(to->sender)), 1);
		if (to->flags & PORT_HUB && pkt_box(ref_pointer(q->run[i].ref))->from)		/* the answer goes there */
			__builtin_prefetch(port_of(w, pkt_box(ref_pointer(q->run[i].ref))->from - 1));
	}
}

/* Asks what else the handler will want, now that the memory around its owner is there. */
static void foresee(const struct queue *q, uint32_t i)
{
	const struct moor_world *w = MOOR_CONTAINER(q, const struct moor_world, queue);
	const struct ready *r = i < q->run_n ? &q->run[i] : NULL;
	const struct pkt_box *b;
	moor_foresee_fn *fn;
	uint8_t handlers;

	if (!r)
		return;
	if ((r->ref & 3) == REF_TIMER) {
		fn = q->foresee[r->lo >> WORD_HANDLER & (HANDLERS - 1)];
		if (fn && queue_unchanged(q, r))
			fn(q->slots[ref_slot(r->ref)].timer);
	} else if ((r->ref & 3) == REF_PKT) {
		b = pkt_box(ref_pointer(r->ref));
		handlers = b->to->handlers;
		if (handlers && w->handlers[handlers - 1].foresee)
			w->handlers[handlers - 1].foresee(b->to->owner, b->pkt.data, b->pkt.len);
	}
}

static FETCH void prefetch_chunk(const struct queue *q, const struct chunk *c)
{
	for (uint32_t i = 0; c && i < c->n; i++)
		prefetch(q, c->e[i]);
}

/* What will become the next run, or its beginning. */
static FETCH void prefetch_first_bucket(const struct queue *q)
{
	unsigned l;

	if (!q->levels)
		return;
	l = (unsigned)__builtin_ctz(q->levels);
	prefetch_chunk(q, q->buckets[l][__builtin_ctzll(q->digits[l])].first);
}

/* What is alive in the bucket becomes the run. Run and heap are empty; the bucket reaches from start to bound. */
static void make_run(struct queue *q, struct bucket b, moor_time start, unsigned span_bits)
{
	struct chunk *c = b.first;

	q->run_at = q->run_n = 0;
	mem_reserve(&q->run, &q->run_cap, sizeof *q->run, (uint32_t)b.count);
	if (q->fetch)
		prefetch_chunk(q, c);
	while (c) {
		struct chunk *next = c->next;

		if (q->fetch)
			prefetch_chunk(q, next);
		for (uint32_t i = 0; i < c->n; i++) {
			struct ready *r = &q->run[q->run_n];
			enum found found = resolve(q, c->e[i], r);

			if (found == FOUND_DEAD)
				q->entries--;
			else if (r->at >= q->bound)
				queue_bucket_add(q, r->at, r->ref);
			else
				q->run_n++;
		}
		chunk_free(q, c);
		c = next;
	}
	queue_sort(q, start, span_bits);
	if (!q->fetch)
		return;
	for (uint32_t i = 0; i <= AHEAD; i++)
		prefetch_owner(q, i);
	for (uint32_t i = 0; i <= AHEAD / 2; i++)
		prefetch_port_owner(q, i);
	for (uint32_t i = 0; i <= AHEAD / 4; i++)
		foresee(q, i);
	prefetch_first_bucket(q);
}

/* Deals a bucket out to the levels below. base is its start. */
static void deal(struct queue *q, struct bucket b)
{
	struct chunk *c = b.first;

	while (c) {
		struct chunk *next = c->next;

		if (next)
			__builtin_prefetch(next);
		for (uint32_t i = 0; i < c->n; i++)
			queue_bucket_add(q, c->e[i].at, c->e[i].ref);
		chunk_free(q, c);
		c = next;
	}
}

/* Run and heap are empty: makes a run of the first bucket. False when there is none that starts at or before limit. */
static bool refill(struct queue *q, moor_time limit)
{
	/* large enough for memory to be fetched ahead, small enough that few events are put in before its end */
	uint64_t small = q->live / 64 < FEWEST ? FEWEST : q->live / 64 > MOST ? MOST : q->live / 64;

	q->fetch = q->live >= FETCH_FROM;
	q->run_at = q->run_n = 0;
	while (!q->run_n) {
		uint64_t start, span;
		unsigned l, d;

		if (!q->levels)
			return false;
		l = (unsigned)__builtin_ctz(q->levels);
		d = (unsigned)__builtin_ctzll(q->digits[l]);
		span = UINT64_C(1) << l * QUEUE_DIGIT;
		start = ((uint64_t)q->base & ~(span * QUEUE_FAN - 1)) | d * span;
		if (start > (uint64_t)limit)
			return false;
		q->base = (moor_time)start;
		if (l && q->buckets[l][d].count > small) {
			q->bound = (moor_time)start;
			deal(q, bucket_take(q, l, d));
			continue;
		}
		q->bound = start + span > (uint64_t)MOOR_NEVER ? MOOR_NEVER : (moor_time)(start + span);
		make_run(q, bucket_take(q, l, d), (moor_time)start, l * QUEUE_DIGIT);
	}
	return true;
}

/* ---- going back -------------------------------------------------------------------------------------------------- */

static void append(struct bucket *to, struct bucket from)
{
	if (to->last)
		to->last->next = from.first;
	else
		to->first = from.first;
	to->last = from.last;
	to->count += from.count;
}

/*
 * Lowers the base to `to`. Entries of levels above the highest digit in which both differ stay where they are, as do
 * those of that level; everything below shares the old base's digit there, and becomes that one bucket.
 */
static void lower_base(struct queue *q, moor_time to)
{
	unsigned l = queue_level(q->base, to), d = queue_digit(q->base, l);
	struct bucket all = { 0 };

	for (unsigned k = 0; k < l; k++) {
		while (q->digits[k])
			append(&all, bucket_take(q, k, (unsigned)__builtin_ctzll(q->digits[k])));
	}
	if (all.count) {
		q->buckets[l][d] = all;
		q->levels |= 1u << l;
		q->digits[l] |= UINT64_C(1) << d;
	}
	q->base = to;
}

/* Puts run and heap back into buckets, so that a crowd before a far bound is ordered by digits again. */
static void rebase(struct queue *q, moor_time now)
{
	if (now < q->base)
		lower_base(q, now);
	q->base = q->bound = now;
	for (uint32_t i = q->run_at; i < q->run_n; i++)
		queue_bucket_add(q, q->run[i].at, q->run[i].ref);
	for (uint32_t i = 0; i < q->heap_n; i++)
		queue_bucket_add(q, q->heap[i].at, q->heap[i].ref);
	q->run_at = q->run_n = q->heap_n = 0;
}

/* ---- sweeping ---------------------------------------------------------------------------------------------------- */

static void sweep_bucket(struct queue *q, unsigned l, unsigned d)
{
	struct bucket b = bucket_take(q, l, d);
	struct chunk *c = b.first;
	struct ready r;

	while (c) {
		struct chunk *next = c->next;

		for (uint32_t i = 0; i < c->n; i++)
			prefetch(q, c->e[i]);
		for (uint32_t i = 0; i < c->n; i++) {
			if (resolve(q, c->e[i], &r) == FOUND_DEAD)
				q->entries--;
			else
				queue_bucket_add(q, c->e[i].at, c->e[i].ref);		/* the same bucket: the base has not moved */
		}
		chunk_free(q, c);
		c = next;
	}
}

void queue_sweep(struct queue *q)
{
	for (unsigned l = 0; l < QUEUE_LEVELS; l++) {
		uint64_t digits = q->digits[l];

		for (; digits; digits &= digits - 1)
			sweep_bucket(q, l, (unsigned)__builtin_ctzll(digits));
	}
}

/* ---- in and out -------------------------------------------------------------------------------------------------- */

/*
 * Most of what comes for a time before the bound is due soon: it goes into the run, where what was taken has left room
 * in front. False when its place is not among the next few.
 */
static inline bool run_add(struct queue *q, moor_time at, uint64_t hi, uint64_t lo, uint64_t ref)
{
	uint32_t from = q->run_at, k = from;
	struct ready *r = q->run;

	if (from == q->run_n) {
		q->run_at = 0;
		q->run_n = k = 1;
	} else {
		if (!from)
			return false;
		while (k < q->run_n && ready_is_before(&r[k], at, hi, lo)) {
			if (++k - from > NEXT_FEW)
				return false;
		}
		for (; from < k; from++)
			r[from - 1] = r[from];
		q->run_at--;
	}
	r[k - 1].at = at;
	r[k - 1].hi = hi;
	r[k - 1].lo = lo;
	r[k - 1].ref = ref;
	return true;
}

/* By value: a struct written in parts and copied as a whole a moment later makes the processor wait. */
void queue_add_near(struct queue *q, moor_time now, moor_time at, uint64_t hi, uint64_t lo, uint64_t ref)
{
	if (run_add(q, at, hi, lo, ref))
		return;
	heap_add(q, &(struct ready){ at, hi, lo, ref });
	if (q->heap_n > LARGE_HEAP && q->bound - now > (moor_time)QUEUE_FAN)
		rebase(q, now);
}

void queue_push(struct queue *q, moor_time now, moor_time at, uint64_t hi, uint64_t order, uint64_t ref)
{
	assert(at >= now && at < MOOR_NEVER);
	q->live++;
	queue_add(q, now, at, hi, order << WORD_ORDER, ref);
}

static inline bool in_run(const struct queue *q, const struct ready *r) { return r == &q->run[q->run_at]; }

static inline void drop(struct queue *q, const struct ready *r)
{
	if (in_run(q, r)) {
		q->run_at++;
		if (q->fetch) {
			prefetch_owner(q, q->run_at + AHEAD);
			prefetch_port_owner(q, q->run_at + AHEAD / 2);
			foresee(q, q->run_at + AHEAD / 4);
		}
	} else {
		heap_drop(q);
	}
	q->entries--;
}

struct ready *queue_first_slowly(struct queue *q, moor_time now, moor_time limit)
{
	for (;;) {
		struct ready *r = q->run_at < q->run_n ? &q->run[q->run_at] : NULL, again;

		if (q->heap_n && (!r || ready_before(q->heap, r)))
			r = q->heap;
		if (!r) {
			if (!refill(q, limit))
				return NULL;
			continue;
		}
		if (r->at > limit)
			return NULL;
		if ((r->ref & 3) != REF_TIMER || queue_unchanged(q, r))
			return r;
		/* cancelled, or armed again: then it has another place */
		again = *r;
		drop(q, r);
		if (resolve(q, (struct event){ again.at, again.ref }, &again) != FOUND_DEAD)
			queue_add(q, now, again.at, again.hi, again.lo, again.ref);
	}
}

void queue_take(struct queue *q, const struct ready *r)
{
	drop(q, r);
	q->live--;
}

moor_time queue_next(struct queue *q, moor_time now)
{
	const struct ready *r = queue_first(q, now, MOOR_NEVER - 1);

	return r ? r->at : MOOR_NEVER;
}

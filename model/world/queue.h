/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event queue of a world; private to model/world (docs/world.md tells how it works). An entry is 16 octets: an
 * instant and a tagged reference to what happens then. The order of entries of one instant is not in the entry but in
 * what it refers to, and is looked up once, when the entry comes near:
 *
 *	hi = number of the receiving port for an arrival, ORDER_TIMER for everything else; lo = the world's running order
 *
 * Timers own at most one valid entry. Cancelling leaves the entry behind (its generation no longer fits the slot's),
 * re-arming to a later time leaves it where it is: it is put in again when it surfaces. Leftovers are swept when they
 * are more than half as many as what is alive, so that no pattern of arming and cancelling makes the queue grow.
 */
#ifndef MOOR_WORLD_QUEUE_H
#define MOOR_WORLD_QUEUE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/time.h"
#include "world/timer.h"

#define QUEUE_DIGIT 6u				/* bits of a digit of time */
#define QUEUE_FAN (1u << QUEUE_DIGIT)
#define QUEUE_LEVELS 11u			/* 11 * 6 >= 63 bits */
#define CHUNK_ENTRIES 31u

#define ORDER_TIMER (UINT64_C(1) << 32)		/* above every port number: arrivals come first */

enum ref_kind { REF_PKT, REF_TIMER, REF_POST, REF_FANOUT };	/* the two lowest bits of a reference */

struct event {
	moor_time at;
	uint64_t ref;
};

/* An event that is near: with its place in the order. */
struct ready {
	moor_time at;
	uint64_t hi, lo;
	uint64_t ref;
};

static inline bool ready_is_before(const struct ready *r, moor_time at, uint64_t hi, uint64_t lo)
{
	if (r->at != at)
		return r->at < at;
	if (r->hi != hi)
		return r->hi < hi;
	return r->lo < lo;
}

static inline bool ready_before(const struct ready *x, const struct ready *y)
{
	return ready_is_before(x, y->at, y->hi, y->lo);
}

struct chunk {
	struct chunk *next;
	uint32_t n;
	struct event e[CHUNK_ENTRIES];
};

struct bucket {
	struct chunk *first, *last;
	uint64_t count;
};

/*
 * An armed timer, and from the highest bit down in its word: the order of its arming (44 bits: enough for days of
 * nothing but arming), its handler's place in queue.handlers, the generation of the slot. A free slot has order 0;
 * due is then the next free one. The generation keeps leftovers from being taken for the slot's own entry; should all
 * of them pass under a leftover, it costs one more look at it, never a wrong event, because a timer fires only from
 * an entry at exactly its due time.
 */
struct slot {
	moor_time due;
	uint64_t word;
	struct moor_timer *timer;
};

#define WORD_GEN UINT64_C(0x3ff)
#define WORD_HANDLER 10u		/* lowest bit of the place */
#define WORD_ORDER 20u			/* lowest bit of the order */
#define HANDLERS 1024u

struct queue {
	moor_time base;			/* buckets are relative to it; base <= bound */
	moor_time bound;		/* what comes before it is in run or heap, all else in buckets */
	uint32_t levels;		/* bit l: level l has entries */
	uint64_t digits[QUEUE_LEVELS];	/* bit d: bucket d of the level has entries */
	struct bucket buckets[QUEUE_LEVELS][QUEUE_FAN];
	struct ready *run;		/* sorted; taken from run_at on */
	uint32_t run_at, run_n, run_cap;
	struct ready *heap;		/* came after the run was made */
	uint32_t heap_n, heap_cap;
	struct ready *scratch;
	uint32_t scratch_cap;
	struct chunk *free_chunks;
	struct chunk **blocks;		/* what the chunks were cut from */
	uint32_t n_blocks, cap_blocks;
	struct slot *slots;		/* slot 0 is never used */
	uint32_t slots_n, slots_cap, slots_free;
	uint64_t entries;		/* in buckets, run and heap, leftovers included */
	uint64_t live;			/* entries that will be events */
	bool fetch;			/* memory of what comes next is fetched ahead */
	uint64_t unswept;		/* leftovers that the last sweep could not reach */
	uint64_t order;			/* the last one given out */
	moor_foresee_fn *foresee[HANDLERS];	/* of the handler at the same place; NULL: none */
	moor_timer_fn *handlers[HANDLERS];	/* placed by their hash, never moved: a program has some dozens */
};

void queue_init(struct queue *q);
void queue_done(struct queue *q);
void queue_report(const struct queue *q, mem_report_fn *fn, void *ctx);

/* now: the world's time, <= at. hi: the receiving port's number or ORDER_TIMER; order: from queue_order. What ref
 * refers to must know both as well. Not for timers. */
void queue_push(struct queue *q, moor_time now, moor_time at, uint64_t hi, uint64_t order, uint64_t ref);
moor_time queue_next(struct queue *q, moor_time now);
static inline uint64_t queue_order(struct queue *q)
{
	assert(q->order >> (64 - WORD_ORDER) == 0);
	return ++q->order;
}

/* ---- between the files of the queue ------------------------------------------------------------------------------ */

struct chunk *queue_chunk(struct queue *q);
void queue_add_near(struct queue *q, moor_time now, moor_time at, uint64_t hi, uint64_t lo, uint64_t ref);
struct ready *queue_first_slowly(struct queue *q, moor_time now, moor_time limit);
void queue_sweep(struct queue *q);
/* Sorts the run, whose entries lie in 2^span_bits ns from start on; uses scratch. */
void queue_sort(struct queue *q, moor_time start, unsigned span_bits);

static inline uint64_t ref_timer(uint32_t slot, uint64_t word)
{
	return (uint64_t)slot << 32 | (word & WORD_GEN) << 2 | REF_TIMER;
}

static inline uint64_t ref_gen(uint64_t ref) { return ref >> 2 & WORD_GEN; }

static inline uint32_t ref_slot(uint64_t ref) { return (uint32_t)(ref >> 32); }

static inline void *ref_pointer(uint64_t ref) { return (void *)(uintptr_t)(ref & ~UINT64_C(3)); }

static inline unsigned queue_level(moor_time base, moor_time at)
{
	uint64_t x = (uint64_t)(base ^ at);

	return (63u - (unsigned)__builtin_clzll(x | 1)) * 43u >> 8;	/* / 6, exact up to 63 */
}

static inline unsigned queue_digit(moor_time at, unsigned level)
{
	return (unsigned)((uint64_t)at >> level * QUEUE_DIGIT) & (QUEUE_FAN - 1);
}

/* base <= at */
static inline void queue_bucket_add(struct queue *q, moor_time at, uint64_t ref)
{
	unsigned l = queue_level(q->base, at), d = queue_digit(at, l);
	struct bucket *b = &q->buckets[l][d];
	struct chunk *c = b->last;

	if (!c || c->n == CHUNK_ENTRIES) {
		c = queue_chunk(q);
		if (b->last)
			b->last->next = c;
		else
			b->first = c;
		b->last = c;
		q->levels |= 1u << l;
		q->digits[l] |= UINT64_C(1) << d;
	}
	c->e[c->n].at = at;
	c->e[c->n++].ref = ref;
	b->count++;
}

/* An entry comes in; hi and lo are its place in the order of its instant, as they are now. */
static inline void queue_add(struct queue *q, moor_time now, moor_time at, uint64_t hi, uint64_t lo, uint64_t ref)
{
	q->entries++;
	if (at >= q->bound)
		queue_bucket_add(q, at, ref);
	else
		queue_add_near(q, now, at, hi, lo, ref);
}

/* Whether a ready timer is still what it was when it got its place. */
static inline bool queue_unchanged(const struct queue *q, const struct ready *r)
{
	return q->slots[ref_slot(r->ref)].word == r->lo;
}

/* The first event if it is due at or before limit, leftovers removed; else NULL. It stays where it is. */
static inline struct ready *queue_first(struct queue *q, moor_time now, moor_time limit)
{
	if (q->run_at < q->run_n && !q->heap_n) {
		struct ready *r = &q->run[q->run_at];

		if (r->at > limit)
			return NULL;
		if ((r->ref & 3) != REF_TIMER || queue_unchanged(q, r))
			return r;
	}
	return queue_first_slowly(q, now, limit);
}

/* Removes what queue_first returned, as an event that happens. */
void queue_take(struct queue *q, const struct ready *r);

#endif

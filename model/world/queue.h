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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

static inline bool ready_before(const struct ready *x, const struct ready *y)
{
	if (x->at != y->at)
		return x->at < y->at;
	if (x->hi != y->hi)
		return x->hi < y->hi;
	return x->lo < y->lo;
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
 * An armed timer. word: the order of its arming in the upper 48 bits, the generation of the slot in the lower 16. A
 * free slot has no timer; due is then the next free one. The generation keeps leftovers from being taken for the
 * slot's own entry; should 65,536 generations pass under a leftover, it costs one more look at it, never a wrong
 * event, because a timer fires only from an entry at exactly its due time.
 */
struct slot {
	moor_time due;
	uint64_t word;
	moor_timer_fn *fn;
	struct moor_timer *timer;
};

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
	uint64_t unswept;		/* leftovers that the last sweep could not reach */
	uint64_t order;			/* the last one given out */
};

void queue_init(struct queue *q);
void queue_done(struct queue *q);
size_t queue_octets(const struct queue *q);

/* now: the world's time, <= at. What ref refers to must know its order already. Not for timers. */
void queue_push(struct queue *q, moor_time now, moor_time at, uint64_t ref);
/* Takes the first event if it is due at or before limit. Timers come out still armed: queue_fire. */
bool queue_pop(struct queue *q, moor_time now, moor_time limit, struct ready *out);
moor_time queue_next(struct queue *q, moor_time now);

/* Sorts the run, whose entries lie in 2^span_bits ns from start on; uses scratch. */
void queue_sort(struct queue *q, moor_time start, unsigned span_bits);

static inline uint64_t queue_order(struct queue *q) { return ++q->order; }

/* Timers, as world/timer.h says. */
void queue_arm(struct queue *q, moor_time now, struct moor_timer *t, moor_time due, moor_timer_fn *fn);
void queue_cancel(struct queue *q, struct moor_timer *t);
/* The timer that ref names is idle afterwards; returns it and its handler. */
struct moor_timer *queue_fire(struct queue *q, uint64_t ref, moor_timer_fn **fn);
static inline uint32_t ref_slot(uint64_t ref) { return (uint32_t)(ref >> 32); }

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: timers
 *
 * An armed timer is a slot of 24 octets and an entry in the event queue (queue.c). Re-arming to a later time changes
 * the slot only; cancelling gives the slot back at once and leaves the entry to be swept or found dead.
 */
#include "world/timer.h"

#include "world/priv.h"

static uint32_t slot_new(struct queue *q)
{
	uint32_t i = q->slots_free;

	if (i) {
		q->slots_free = (uint32_t)q->slots[i].due;
		__builtin_prefetch(&q->slots[q->slots_free], 1);	/* the next one's */
		return i;
	}
	i = q->slots_n++;
	mem_reserve(&q->slots, &q->slots_cap, sizeof *q->slots, q->slots_n);
	q->slots[i].word = 0;
	return i;
}

static inline void slot_free(struct queue *q, uint32_t i)
{
	struct slot *s = &q->slots[i];

	s->word = (s->word + 1) & WORD_GEN;
	s->due = q->slots_free;
	q->slots_free = i;
}

/*
 * Entries that stay in the queue although nothing will come of them. A sweep does not reach run and heap: what it could
 * not remove is not counted again.
 */
static inline void count_leftovers(struct queue *q)
{
	uint64_t left = q->entries - q->live;

	if (left < q->unswept)
		q->unswept = left;
	if (left - q->unswept > q->live / 2 + 1024) {
		queue_sweep(q);
		q->unswept = q->entries - q->live;
	}
}

/* Where the pointer lies in the table depends on the machine's memory; nothing that can be seen depends on where. */
static inline uint32_t place_of(struct queue *q, moor_timer_fn *fn)
{
	uint32_t i = (uint32_t)((uint64_t)(uintptr_t)fn * UINT64_C(0x9e3779b97f4a7c15) >> 54);

	for (uint32_t n = 0; q->handlers[i] != fn; n++) {
		if (!q->handlers[i]) {
			q->handlers[i] = fn;
			break;
		}
		assert(n < HANDLERS);		/* more of them than any program has */
		i = (i + 1) % HANDLERS;
	}
	return i;
}

static void cancel(struct queue *q, struct moor_timer *t)
{
	assert(q->slots[t->slot].timer == t);
	slot_free(q, t->slot);
	t->slot = 0;
	q->live--;
	count_leftovers(q);
}

static void arm_again(struct queue *q, moor_time now, struct moor_timer *t, moor_time due, uint64_t word)
{
	struct slot *s = &q->slots[t->slot];

	assert(s->timer == t);
	if (due >= s->due) {		/* its entry is at or before the old time: it will be found there */
		s->due = due;
		s->word = word | (s->word & WORD_GEN);
		return;
	}
	s->due = due;
	s->word = word | ((s->word + 1) & WORD_GEN);
	queue_add(q, now, due, ORDER_TIMER, s->word, ref_timer(t->slot, s->word));
	count_leftovers(q);
}

static inline void arm(struct queue *q, moor_time now, struct moor_timer *t, moor_time due, moor_timer_fn *fn)
{
	uint64_t word = queue_order(q) << WORD_ORDER | (uint64_t)place_of(q, fn) << WORD_HANDLER;
	struct slot *s;
	uint32_t i;

	assert(due >= now);
	if (t->slot) {
		arm_again(q, now, t, due, word);
		return;
	}
	t->slot = i = slot_new(q);
	s = &q->slots[i];
	word |= s->word & WORD_GEN;
	s->due = due;
	s->word = word;
	s->timer = t;
	q->live++;
	queue_add(q, now, due, ORDER_TIMER, word, ref_timer(i, word));
}

void moor_timer_at(struct moor_world *w, struct moor_timer *t, moor_time due, moor_timer_fn *fn)
{
	if (due == MOOR_NEVER)
		moor_timer_cancel(w, t);
	else
		arm(&w->queue, w->now, t, due, fn);
}

void moor_timer_in(struct moor_world *w, struct moor_timer *t, moor_time span, moor_timer_fn *fn)
{
	assert(span >= 0);
	if (span >= MOOR_NEVER - w->now)
		moor_timer_cancel(w, t);
	else
		arm(&w->queue, w->now, t, w->now + span, fn);
}

void moor_timer_cancel(struct moor_world *w, struct moor_timer *t)
{
	if (t->slot)
		cancel(&w->queue, t);
}

moor_time moor_timer_due(const struct moor_world *w, const struct moor_timer *t)
{
	return t->slot ? w->queue.slots[t->slot].due : MOOR_NEVER;
}

void moor_timer_foresee(struct moor_world *w, moor_timer_fn *fn, moor_foresee_fn *foresee)
{
	w->queue.foresee[place_of(&w->queue, fn)] = foresee;
}

void timer_fire(struct moor_world *w, uint64_t ref)
{
	uint32_t i = ref_slot(ref);
	struct moor_timer *t = w->queue.slots[i].timer;
	moor_timer_fn *fn = w->queue.handlers[w->queue.slots[i].word >> WORD_HANDLER & (HANDLERS - 1)];

	slot_free(&w->queue, i);
	t->slot = 0;
	fn(w, t);
}

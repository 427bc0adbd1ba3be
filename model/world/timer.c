/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: timers
 *
 * The entities' view of the event queue (queue.c), which holds an armed timer in a slot of 32 octets.
 */
#include "world/timer.h"

#include "world/priv.h"

void moor_timer_at(struct moor_world *w, struct moor_timer *t, moor_time due, moor_timer_fn *fn)
{
	if (due == MOOR_NEVER)
		moor_timer_cancel(w, t);
	else
		queue_arm(&w->queue, w->now, t, due, fn);
}

void moor_timer_in(struct moor_world *w, struct moor_timer *t, moor_time span, moor_timer_fn *fn)
{
	assert(span >= 0);
	moor_timer_at(w, t, moor_time_add(w->now, span), fn);
}

void moor_timer_cancel(struct moor_world *w, struct moor_timer *t)
{
	if (t->slot)
		queue_cancel(&w->queue, t);
}

moor_time moor_timer_due(const struct moor_world *w, const struct moor_timer *t)
{
	return t->slot ? w->queue.slots[t->slot].due : MOOR_NEVER;
}

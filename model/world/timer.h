/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers. The owner embeds a struct moor_timer (4 octets, zero = idle); an armed timer holds a slot of 24 octets in
 * the world. Arming again for the same or a later time changes that slot only, cancelling gives it back. When it
 * fires it is idle before its handler runs. The struct must not move and must be cancelled before its memory goes.
 */
#ifndef MOOR_WORLD_TIMER_H
#define MOOR_WORLD_TIMER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

struct moor_world;
struct moor_timer { uint32_t slot; };

/* The owner is found with MOOR_CONTAINER(t, struct owner, member). */
typedef void moor_timer_fn(struct moor_world *w, struct moor_timer *t);

/*
 * In large worlds a timer's memory is far when its turn comes. The world fetches ahead the cache line that it stands in
 * and the one before, so a timer stands best behind what its handler reads. What else the handler fn will want, foresee
 * may fetch: it is called once some events before, or not at all. It may read the owner, change nothing, and call
 * nothing but mem_fetch.
 */
typedef void moor_foresee_fn(const struct moor_timer *t);
void moor_timer_foresee(struct moor_world *w, moor_timer_fn *fn, moor_foresee_fn *foresee);

#define MOOR_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* due >= now; MOOR_NEVER cancels */
void moor_timer_at(struct moor_world *w, struct moor_timer *t, moor_time due, moor_timer_fn *fn);
void moor_timer_in(struct moor_world *w, struct moor_timer *t, moor_time span, moor_timer_fn *fn);	/* span >= 0 */
void moor_timer_cancel(struct moor_world *w, struct moor_timer *t);					/* idle already: nothing happens */
static inline bool moor_timer_pending(const struct moor_timer *t) { return t->slot != 0; }
moor_time moor_timer_due(const struct moor_world *w, const struct moor_timer *t);			/* MOOR_NEVER when idle */

#endif

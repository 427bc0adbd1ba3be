/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: objects of one size that never move, named by 32-bit handles (24 bits of number, 8 bits of generation). A
 * handle of a freed object answers NULL instead of somebody else's object (until its slot was reused 255 times).
 * Iteration is in the order of numbers, so that it is the same in every run.
 *
 * Owners that are sure of what they hold (a list whose members leave it when they are freed) may keep the number
 * alone: slab_at() asks no questions.
 */
#ifndef MOOR_BASE_SLAB_H
#define MOOR_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

typedef uint32_t moor_handle;		/* 0 names nothing */

#define SLAB_NUMBER_BITS 24u
#define SLAB_NUMBER_MASK ((1u << SLAB_NUMBER_BITS) - 1)

struct slab {
	struct mem_pool pool;
	uint8_t *gens;			/* one octet a slot: its generation */
	uint64_t *alive;		/* one bit a slot */
	uint32_t free;			/* the first free slot's number + 1; each holds the next one's in its first octets */
	uint32_t count;			/* objects alive */
	uint32_t top;			/* slots ever used */
	const char *name;		/* for reports */
};

void slab_init(struct slab *s, const char *name, size_t object_size);
void slab_done(struct slab *s);				/* frees everything, alive or not */
/* zeroed; never NULL (out of memory ends the process with a message) */
void *slab_alloc(struct slab *s, moor_handle *h);
void slab_free(struct slab *s, moor_handle h);		/* h must be alive: anything else is an assertion */
/* iteration: start with *h = 0; NULL at the end; freeing the current one is allowed */
void *slab_next(const struct slab *s, moor_handle *h);
size_t slab_octets(const struct slab *s);		/* memory used so far, bookkeeping included */
static inline void slab_report(const struct slab *s, mem_report_fn *fn, void *ctx)
{
	fn(ctx, s->name, s->count, slab_octets(s));
}

static inline uint32_t slab_number(moor_handle h) { return h & SLAB_NUMBER_MASK; }

/* The object with a number that is certainly alive. */
static inline void *slab_at(const struct slab *s, uint32_t number) { return mem_pool_at(&s->pool, number); }

static inline moor_handle slab_handle(const struct slab *s, uint32_t number)
{
	return (moor_handle)s->gens[number] << SLAB_NUMBER_BITS | number;
}

/* The handle of an object that is alive: for owners that do not keep it. Costs a division. */
moor_handle slab_handle_of(const struct slab *s, const void *object);

static inline void *slab_get(const struct slab *s, moor_handle h)	/* NULL when 0, freed or never given out */
{
	uint32_t number = slab_number(h);

	/* a free slot is of the next generation already */
	if (number >= s->top || s->gens[number] != h >> SLAB_NUMBER_BITS)
		return NULL;
	return slab_at(s, number);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: slabs
 *
 * Objects of one size in a pool, named by handles of 24 bits of number and 8 bits of generation. The generation starts
 * at 1 and skips 0, so no handle is ever 0; freeing an object advances it. Freed slots are reused last in, first out:
 * the memory of a busy slab stays in the cache, and the order is the same in every run. They are linked through their
 * own octets, so that bookkeeping is a little more than one octet a slot.
 */
#include "base/slab.h"

#include <assert.h>
#include <string.h>

#define LEAST 4u			/* octets: a free slot holds the number of the next */

void slab_init(struct slab *s, const char *name, size_t object_size)
{
	assert(object_size > 0 && object_size < (1u << 24));
	*s = (struct slab){ .name = name };
	/* the size of a struct is a multiple of its alignment: nothing to round but what is smaller than the link */
	mem_pool_init(&s->pool, (object_size + LEAST - 1) / LEAST * LEAST);
}

void slab_done(struct slab *s)
{
	mem_pool_done(&s->pool);
	mem_free(s->gens);
	mem_free(s->alive);
	*s = (struct slab){ .name = s->name, .pool = { .size = s->pool.size } };
}

static bool is_alive(const struct slab *s, uint32_t number)
{
	return s->alive[number / 64] >> number % 64 & 1;
}

static void grow(struct slab *s)
{
	assert(s->pool.cap <= SLAB_NUMBER_MASK);
	mem_pool_grow(&s->pool);
	s->gens = mem_resize(s->gens, s->pool.cap);
	s->alive = mem_resize(s->alive, (s->pool.cap + 63) / 64 * sizeof *s->alive);
}

/* A slot that was never used: its memory is zero, its bookkeeping is not made yet. */
static uint32_t fresh(struct slab *s)
{
	uint32_t number = s->top;

	if (number == s->pool.cap)
		grow(s);
	s->top++;
	s->gens[number] = 1;
	if (number % 64 == 0)
		s->alive[number / 64] = 0;
	return number;
}

void *slab_alloc(struct slab *s, moor_handle *h)
{
	uint32_t number = s->free - 1;
	void *p;

	if (s->free) {
		p = slab_at(s, number);
		memcpy(&s->free, p, sizeof s->free);
		memset(p, 0, s->pool.size);
		if (s->free)		/* its turn comes next, and it may have been free for long */
			mem_fetch(slab_at(s, s->free - 1), s->pool.size < 128 ? s->pool.size : 128);
	} else {
		number = fresh(s);
		p = slab_at(s, number);
	}
	assert(number <= SLAB_NUMBER_MASK);
	s->alive[number / 64] |= UINT64_C(1) << number % 64;
	s->count++;
	*h = slab_handle(s, number);
	return p;
}

moor_handle slab_handle_of(const struct slab *s, const void *object)
{
	return slab_handle(s, mem_pool_number(&s->pool, object));
}

void slab_free(struct slab *s, moor_handle h)
{
	uint32_t number = slab_number(h);
	void *p = slab_get(s, h);

	assert(p && is_alive(s, number));
	s->alive[number / 64] &= ~(UINT64_C(1) << number % 64);
	s->gens[number] = s->gens[number] == 255 ? 1 : (uint8_t)(s->gens[number] + 1);
	memcpy(p, &s->free, sizeof s->free);
	s->free = number + 1;
	s->count--;
}

void *slab_next(const struct slab *s, moor_handle *h)
{
	uint32_t number = *h ? slab_number(*h) + 1 : 0;

	while (number < s->top) {
		uint64_t rest = s->alive[number / 64] >> number % 64;

		if (rest) {
			number += (uint32_t)__builtin_ctzll(rest);
			*h = slab_handle(s, number);
			return slab_at(s, number);
		}
		number = (number / 64 + 1) * 64;
	}
	*h = 0;
	return NULL;
}

size_t slab_octets(const struct slab *s)
{
	return (size_t)s->top * (s->pool.size + 1) + (s->top + 63) / 64 * sizeof *s->alive;
}

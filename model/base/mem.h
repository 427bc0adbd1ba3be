/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the base library and of the world's own pools. Nothing else in model/ allocates: objects live in slabs,
 * packets in the world's pools. Out of memory ends the process with a message: a simulation that lost an object is
 * worth nothing.
 */
#ifndef MOOR_BASE_MEM_H
#define MOOR_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

void *mem_new(size_t octets);			/* undefined content; NULL only for 0 octets */
void *mem_zeroed(size_t octets);		/* zeros (untouched pages stay untouched) */
void *mem_resize(void *p, size_t octets);	/* as realloc: large blocks grow without being copied */
void mem_free(void *p);

/* Told by whoever holds memory, for reports: a kind of thing, how many there are, and the octets of all of them. */
typedef void mem_report_fn(void *ctx, const char *what, uint64_t n, size_t octets);

/* Fetches memory that will be read or written soon. Always inline: gcc drops calls of functions that only prefetch. */
static inline __attribute__((always_inline)) void mem_fetch(const void *p, size_t octets)
{
	for (size_t at = 0; at < octets; at += 64)
		__builtin_prefetch((const char *)p + at, 1);
}

/* Makes room for at least `need` elements in *array: grows by half, above 1 MiB by a quarter. `cap` counts elements. */
void mem_reserve(void *array_pointer, uint32_t *cap, size_t element, uint32_t need);

/*
 * Blocks for many objects: zeros, aligned to a cache line, large ones straight from the system. Pages that are never
 * written cost nothing. octets is the same for both calls.
 */
void *mem_block_new(size_t octets);
void mem_block_free(void *p, size_t octets);

/*
 * Room for objects of one size, numbered from 0, which never move: each chunk holds as many as all before it, so there
 * are few of them, and most neighbours lie side by side.
 */
#define POOL_FIRST_BITS 6u		/* the first chunk holds 64 */
#define POOL_CHUNKS 26u

struct mem_pool {
	uint8_t *chunks[POOL_CHUNKS];
	uint32_t size;			/* octets an object */
	uint32_t cap;			/* objects there is room for */
};

void mem_pool_init(struct mem_pool *p, size_t object_size);
void mem_pool_done(struct mem_pool *p);
void mem_pool_grow(struct mem_pool *p);		/* one chunk more */

/* i < p->cap */
static inline void *mem_pool_at(const struct mem_pool *p, uint32_t i)
{
	uint32_t n = i + (1u << POOL_FIRST_BITS);
	unsigned k = 31u - (unsigned)__builtin_clz(n);

	return p->chunks[k - POOL_FIRST_BITS] + (size_t)(n - (1u << k)) * p->size;
}

/* Of an object in it: anything else is an assertion. */
uint32_t mem_pool_number(const struct mem_pool *p, const void *object);

/* A table: objects that are only ever added. */
struct table {
	struct mem_pool pool;
	uint32_t n;
};

void table_init(struct table *t, size_t object_size);
void table_done(struct table *t);
void *table_add(struct table *t);		/* zeroed; its number is t->n - 1 afterwards */
static inline void *table_at(const struct table *t, uint32_t i) { return mem_pool_at(&t->pool, i); }	/* i < t->n */
static inline size_t table_octets(const struct table *t) { return (size_t)t->n * t->pool.size; }	/* in use */

/* Texts that live as long as their owner, packed one behind the other. */
struct texts {
	char **blocks;
	uint32_t n, cap;
	uint32_t used;		/* octets of the last block */
	size_t octets;
};

const char *texts_keep(struct texts *t, const char *s);		/* a copy; t starts as zeros */
void texts_done(struct texts *t);

#endif

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

/* Makes room for at least `need` elements in *array: grows by half, above 1 MiB by a quarter. `cap` counts elements. */
void mem_reserve(void *array_pointer, uint32_t *cap, size_t element, uint32_t need);

/*
 * A table: objects of one size that are only ever added, in chunks that never move, named by 0, 1, 2 …
 */
struct table {
	uint8_t **chunks;
	uint32_t n, cap_chunks;
	uint32_t size;		/* octets an object */
};

#define TABLE_CHUNK 256u

void table_init(struct table *t, size_t object_size);
void table_done(struct table *t);
void *table_add(struct table *t);		/* zeroed; its number is t->n - 1 afterwards */
size_t table_octets(const struct table *t);

/* i < t->n */
static inline void *table_at(const struct table *t, uint32_t i)
{
	return t->chunks[i / TABLE_CHUNK] + (size_t)(i % TABLE_CHUNK) * t->size;
}

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: slabs
 *
 * Objects of one size in chunks that never move, named by handles of 24 bits of index and 8 bits of generation. The
 * generation starts at 1 and skips 0, so no handle is ever 0. Freed slots are reused last in, first out: the memory
 * of a busy slab stays in the cache, and the order is the same in every run.
 */
#include "base/slab.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define INDEX_BITS 24
#define INDEX_MASK ((1u << INDEX_BITS) - 1)

void slab_init(struct slab *s, const char *name, size_t object_size)
{
	assert(object_size > 0 && object_size < (1u << 24));
	*s = (struct slab){ .name = name, .size = (uint32_t)((object_size + 7) & ~(size_t)7) };
}

void slab_done(struct slab *s)
{
	for (uint32_t i = 0; i < s->cap / SLAB_CHUNK; i++)
		mem_free(s->chunks[i]);
	mem_free(s->chunks);
	mem_free(s->gens);
	mem_free(s->used);
	mem_free(s->free_list);
	*s = (struct slab){ .name = s->name, .size = s->size };
}

static void *object(const struct slab *s, uint32_t index)
{
	return s->chunks[index / SLAB_CHUNK] + (size_t)(index % SLAB_CHUNK) * s->size;
}

static void grow(struct slab *s)
{
	uint32_t chunks = s->cap / SLAB_CHUNK;

	assert(s->cap <= INDEX_MASK);
	s->cap += SLAB_CHUNK;
	s->chunks = mem_resize(s->chunks, (chunks + 1) * sizeof *s->chunks);
	s->chunks[chunks] = mem_zeroed((size_t)SLAB_CHUNK * s->size);
	s->gens = mem_resize(s->gens, s->cap);
	s->used = mem_resize(s->used, s->cap);
	s->free_list = mem_resize(s->free_list, s->cap * sizeof *s->free_list);
	memset(s->gens + s->top, 1, SLAB_CHUNK);
	memset(s->used + s->top, 0, SLAB_CHUNK);
}

void *slab_alloc(struct slab *s, moor_handle *h)
{
	uint32_t index;
	void *p;

	if (s->n_free) {
		index = s->free_list[--s->n_free];
		p = memset(object(s, index), 0, s->size);
	} else {
		if (s->top == s->cap)
			grow(s);
		index = s->top++;
		p = object(s, index);		/* new memory is zero already */
	}
	s->used[index] = 1;
	s->count++;
	*h = (moor_handle)s->gens[index] << INDEX_BITS | index;
	return p;
}

void slab_free(struct slab *s, moor_handle h)
{
	uint32_t index = h & INDEX_MASK;

	assert(slab_get(s, h));
	s->used[index] = 0;
	s->gens[index] = s->gens[index] == 255 ? 1 : (uint8_t)(s->gens[index] + 1);
	s->free_list[s->n_free++] = index;
	s->count--;
}

void *slab_get(const struct slab *s, moor_handle h)
{
	uint32_t index = h & INDEX_MASK;

	if (index >= s->top || !s->used[index] || s->gens[index] != h >> INDEX_BITS)
		return NULL;
	return object(s, index);
}

void *slab_next(const struct slab *s, moor_handle *h)
{
	uint32_t index = *h ? (*h & INDEX_MASK) + 1 : 0;

	while (index < s->top && !s->used[index])
		index++;
	if (index >= s->top) {
		*h = 0;
		return NULL;
	}
	*h = (moor_handle)s->gens[index] << INDEX_BITS | index;
	return object(s, index);
}

size_t slab_octets(const struct slab *s)
{
	return (size_t)s->cap * (s->size + 2 + sizeof *s->free_list) + s->cap / SLAB_CHUNK * sizeof *s->chunks;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slabs: objects of one size in chunks that never move, named by 32-bit handles (24 bits of index, 8 bits of
 * generation). A handle of a freed object answers NULL instead of somebody else's object (until its slot was reused
 * 255 times). Iteration is in index order, so that it is the same in every run.
 */
#ifndef MOOR_BASE_SLAB_H
#define MOOR_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t moor_handle;		/* 0 names nothing */

struct slab {
	uint8_t **chunks;		/* each holds SLAB_CHUNK objects */
	uint8_t *gens;			/* one octet a slot: generation; */
	uint8_t *used;			/* one octet a slot */
	uint32_t *free_list;
	uint32_t size;			/* octets an object, a multiple of 8 */
	uint32_t count;			/* objects alive */
	uint32_t top;			/* slots ever used */
	uint32_t n_free, cap;
	const char *name;		/* for the leak check's message */
};

#define SLAB_CHUNK 1024u

void slab_init(struct slab *s, const char *name, size_t object_size);
void slab_done(struct slab *s);				/* frees everything, alive or not */
/* zeroed; never NULL (out of memory ends the process with a message) */
void *slab_alloc(struct slab *s, moor_handle *h);
void slab_free(struct slab *s, moor_handle h);		/* h must be alive: anything else is an assertion */
void *slab_get(const struct slab *s, moor_handle h);	/* NULL when 0, freed or never given out */
/* iteration: start with *h = 0; NULL at the end; freeing the current one is allowed */
void *slab_next(const struct slab *s, moor_handle *h);
size_t slab_octets(const struct slab *s);		/* memory held, bookkeeping included */

#endif

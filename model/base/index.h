/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index finds objects by something they contain: open addressing over pairs of a 32-bit hash and a 32-bit reference
 * (a number or a handle; 0 is none). The keys stay in the objects, which the caller compares; the whole hash is
 * compared first, so an object that is not meant is touched once in four billion times. 8 octets a slot, 5/8 to 7/8
 * full but for small ones: about 11 octets an object. Slots are in the order of hashes, so that looking for what is not
 * there ends as soon as looking for what is: after four or five slots at most on average, in one or two cache lines.
 *
 * Several objects may have the same key; they are found in the order in which they came. There is no iteration: its
 * order would depend on the hash.
 *
 *	uint32_t at, ref;
 *
 *	for (ref = index_first(&x, hash, &at); ref; ref = index_next(&x, hash, &at))
 *		if (is_meant(slab_get(&things, ref)))
 *			...
 */
#ifndef MOOR_BASE_INDEX_H
#define MOOR_BASE_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct index_slot { uint32_t hash, ref; };

struct index {
	struct index_slot *slots;	/* cap of them, and `spare` more behind for what does not fit before the end */
	uint32_t cap, spare, count;
};

/* All zeros is an empty index that holds no memory. */
void index_done(struct index *x);
void index_add(struct index *x, uint32_t hash, uint32_t ref);		/* ref > 0 */
void index_remove(struct index *x, uint32_t hash, uint32_t ref);	/* it must be there: anything else is an assertion */
size_t index_octets(const struct index *x);

/* Places are in the order of hashes, so that growing moves memory from one end to the other. */
static inline uint32_t index_home(const struct index *x, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * x->cap >> 32);
}

static inline uint32_t index_first(const struct index *x, uint32_t hash, uint32_t *at)
{
	const struct index_slot *s;

	if (!x->cap)
		return 0;
	s = &x->slots[index_home(x, hash)];
	while (s->ref && s->hash < hash)
		s++;
	*at = (uint32_t)(s - x->slots);
	return s->hash == hash ? s->ref : 0;
}

static inline uint32_t index_next(const struct index *x, uint32_t hash, uint32_t *at)
{
	const struct index_slot *s = &x->slots[++*at];

	return s->hash == hash ? s->ref : 0;
}

/* The memory that looking for the hash will begin with. */
static inline void index_foresee(const struct index *x, uint32_t hash)
{
	if (x->cap)
		__builtin_prefetch(&x->slots[index_home(x, hash)]);
}

/* A good hash of two words that may differ in few bits anywhere. */
static inline uint32_t index_hash(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) + b;

	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(x >> 32);
}

#endif

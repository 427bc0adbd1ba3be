/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: indexes
 *
 * Linear probing from hash * capacity / 2^32 on, so the capacity may be any number and grows by two fifths: a table
 * that doubles is half empty after each step, which a million UEs would pay for. Homes are in the order of hashes, and
 * so are the slots (Amble and Knuth's ordered hash tables): what comes in moves what is behind it by one, what goes
 * lets it move back. There are no tombstones, and no object is looked at. The last slots have their overflow behind
 * the end instead of at the beginning.
 */
#include "base/index.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define LEAST 8u			/* slots of the smallest one */
#define SPARE 8u			/* behind the end, to begin with; one of them always stays free */

static size_t octets(uint32_t cap, uint32_t spare) { return ((size_t)cap + spare) * sizeof(struct index_slot); }

void index_done(struct index *x)
{
	if (x->cap)
		mem_block_free(x->slots, octets(x->cap, x->spare));
	*x = (struct index){ 0 };
}

/* Behind those with the same hash. False: there is no room behind the end. */
static bool put(struct index *x, struct index_slot new)
{
	struct index_slot *s = &x->slots[index_home(x, new.hash)], *end;

	while (s->ref && s->hash <= new.hash)
		s++;
	for (end = s; end->ref; end++)
		;
	if (end == x->slots + x->cap + x->spare - 1)
		return false;
	memmove(s + 1, s, (size_t)((char *)end - (char *)s));
	*s = new;
	return true;
}

static bool remake(struct index *x, uint32_t cap, uint32_t spare)
{
	struct index old = *x;
	bool fits = true;

	x->cap = cap;
	x->spare = spare;
	x->slots = mem_block_new(octets(cap, spare));
	for (uint32_t i = 0; fits && i < old.cap + old.spare; i++)
		if (old.slots[i].ref)
			fits = put(x, old.slots[i]);
	if (fits) {
		index_done(&old);
		return true;
	}
	index_done(x);
	*x = old;
	return false;
}

static void grow(struct index *x)
{
	uint64_t cap = x->cap < LEAST ? LEAST : x->cap + (uint64_t)x->cap * 2 / 5;
	uint32_t spare = x->spare < SPARE ? SPARE : x->spare;

	assert(cap <= UINT32_MAX);
	while (!remake(x, (uint32_t)cap, spare))
		spare *= 2;
}

void index_add(struct index *x, uint32_t hash, uint32_t ref)
{
	assert(ref);
	if (x->count + 1 > (uint64_t)x->cap * 7 / 8)
		grow(x);
	while (!put(x, (struct index_slot){ hash, ref })) {
		uint32_t spare = x->spare * 2;

		while (!remake(x, x->cap, spare))
			spare *= 2;
	}
	x->count++;
}

void index_remove(struct index *x, uint32_t hash, uint32_t ref)
{
	struct index_slot *s, *end;
	uint32_t at, found;

	assert(x->count);
	for (found = index_first(x, hash, &at); found != ref; found = index_next(x, hash, &at))
		assert(found);
	s = &x->slots[at];
	/* those behind come nearer to their homes, up to the first that is at home */
	for (end = s + 1; end->ref && end != &x->slots[index_home(x, end->hash)]; end++)
		;
	memmove(s, s + 1, (size_t)((char *)end - (char *)(s + 1)));
	end[-1] = (struct index_slot){ 0, 0 };
	x->count--;
}

size_t index_octets(const struct index *x)
{
	return octets(x->cap, x->spare);
}

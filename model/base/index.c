/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: indexes
 *
 * Linear probing from hash * capacity / 2^32 on, so the capacity may be any number and grows by two fifths: a table
 * that doubles is half empty after each step, which a million UEs would pay for. Removal moves the followers of the
 * hole back, so there are no tombstones; their hashes stand in the slots, no object is looked at.
 */
#include "base/index.h"

#include <assert.h>

#include "base/mem.h"

#define LEAST 8u			/* slots of the smallest one */

void index_done(struct index *x)
{
	if (x->cap)
		mem_block_free(x->slots, x->cap * sizeof *x->slots);
	*x = (struct index){ 0 };
}

static void put(struct index *x, struct index_slot s)
{
	uint32_t at = index_home(x, s.hash);

	while (x->slots[at].ref)
		at = at + 1 < x->cap ? at + 1 : 0;
	x->slots[at] = s;
}

static void grow(struct index *x)
{
	struct index old = *x;
	uint64_t cap = old.cap < LEAST ? LEAST : old.cap + (uint64_t)old.cap * 2 / 5;

	assert(cap <= UINT32_MAX);
	x->cap = (uint32_t)cap;
	x->slots = mem_block_new(x->cap * sizeof *x->slots);
	for (uint32_t i = 0; i < old.cap; i++) {
		if (old.slots[i].ref)
			put(x, old.slots[i]);
	}
	index_done(&old);
}

void index_add(struct index *x, uint32_t hash, uint32_t ref)
{
	assert(ref);
	if (x->count + 1 > (uint64_t)x->cap * 7 / 8)
		grow(x);
	put(x, (struct index_slot){ hash, ref });
	x->count++;
}

/* How far place `at` lies behind place `from`, going round. */
static uint32_t distance(const struct index *x, uint32_t from, uint32_t at)
{
	return at >= from ? at - from : at + x->cap - from;
}

void index_remove(struct index *x, uint32_t hash, uint32_t ref)
{
	uint32_t hole, at;

	assert(x->count);
	for (hole = index_home(x, hash); x->slots[hole].ref != ref || x->slots[hole].hash != hash;) {
		assert(x->slots[hole].ref);
		hole = hole + 1 < x->cap ? hole + 1 : 0;
	}
	for (at = hole;;) {
		at = at + 1 < x->cap ? at + 1 : 0;
		if (!x->slots[at].ref)
			break;
		/* it may fill the hole unless its home lies behind the hole, on its own way */
		if (distance(x, index_home(x, x->slots[at].hash), at) >= distance(x, hole, at)) {
			x->slots[hole] = x->slots[at];
			hole = at;
		}
	}
	x->slots[hole].ref = 0;
	x->count--;
}

size_t index_octets(const struct index *x)
{
	return x->cap * sizeof *x->slots;
}

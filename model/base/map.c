/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: maps
 *
 * Open addressing with linear probing, a power of two of slots, at most three quarters full. Deletion shifts the
 * followers of the hole back, so there are no tombstones and look-ups never get slower with age. The hash is a fixed
 * mixing function without a seed: the order inside a map is nobody's business, and there is no iteration that could
 * show it.
 */
#include "base/map.h"

#include "base/mem.h"

struct map_slot {
	struct map_key key;
	uint32_t value;
	uint32_t used;
};

void map_init(struct map *m)
{
	*m = (struct map){ 0 };
}

void map_done(struct map *m)
{
	mem_free(m->slots);
	*m = (struct map){ 0 };
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

static uint32_t home(const struct map *m, struct map_key k)
{
	return (uint32_t)mix(k.a * UINT64_C(0x9e3779b97f4a7c15) + k.b) & (m->cap - 1);
}

static bool same(struct map_key x, struct map_key y)
{
	return x.a == y.a && x.b == y.b;
}

/* The slot of k, or the free one where it would go. Only for cap > 0; there is always a free slot. */
static struct map_slot *find(const struct map *m, struct map_key k)
{
	uint32_t i = home(m, k);

	while (m->slots[i].used && !same(m->slots[i].key, k))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

bool map_get(const struct map *m, struct map_key k, uint32_t *value)
{
	const struct map_slot *s;

	if (!m->cap)
		return false;
	s = find(m, k);
	if (s->used)
		*value = s->value;
	return s->used;
}

static void grow(struct map *m)
{
	struct map old = *m;

	m->cap = old.cap ? old.cap * 2 : 8;
	m->slots = mem_zeroed(m->cap * sizeof *m->slots);
	for (uint32_t i = 0; i < old.cap; i++) {
		if (old.slots[i].used)
			*find(m, old.slots[i].key) = old.slots[i];
	}
	mem_free(old.slots);
}

void map_put(struct map *m, struct map_key k, uint32_t value)
{
	struct map_slot *s;

	if (m->count + 1 > m->cap / 4 * 3)
		grow(m);
	s = find(m, k);
	m->count += !s->used;
	*s = (struct map_slot){ .key = k, .value = value, .used = 1 };
}

bool map_del(struct map *m, struct map_key k)
{
	struct map_slot *hole;
	uint32_t i;

	if (!m->cap)
		return false;
	hole = find(m, k);
	if (!hole->used)
		return false;
	for (i = (uint32_t)(hole - m->slots);;) {
		uint32_t h;

		i = (i + 1) & (m->cap - 1);
		if (!m->slots[i].used)
			break;
		h = home(m, m->slots[i].key);
		/* it may fill the hole unless its home lies behind the hole, on its own way */
		if (((i - h) & (m->cap - 1)) >= ((i - (uint32_t)(hole - m->slots)) & (m->cap - 1))) {
			*hole = m->slots[i];
			hole = &m->slots[i];
		}
	}
	hole->used = 0;
	m->count--;
	return true;
}

size_t map_octets(const struct map *m)
{
	return m->cap * sizeof *m->slots;
}

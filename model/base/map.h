/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps from a 128-bit key to a 32-bit value (a handle or an index): open addressing, linear probing, backward-shift
 * deletion, 24 octets a slot (20 used), load at most 3/4. Made for look-ups on the packet path (binding cache by
 * home address, neighbour by address). There is no iteration on purpose: order would depend on capacity; iterate the
 * slab instead.
 */
#ifndef MOOR_BASE_MAP_H
#define MOOR_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct map_key { uint64_t a, b; };

struct map {
	struct map_slot *slots;
	uint32_t cap;			/* 0 or a power of two */
	uint32_t count;
};

void map_init(struct map *m);			/* holds no memory until the first put */
void map_done(struct map *m);
bool map_get(const struct map *m, struct map_key k, uint32_t *value);
void map_put(struct map *m, struct map_key k, uint32_t value);		/* replaces */
bool map_del(struct map *m, struct map_key k);				/* false when absent */
size_t map_octets(const struct map *m);

static inline struct map_key map_key_ip6(const struct ip6_addr *a)
{
	return (struct map_key){ ip6_high64(a), ip6_low64(a) };
}

#endif

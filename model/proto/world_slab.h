/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One slab per world and kind of object: a hundred thousand UEs cost their own size and nothing beside it.
 */
#ifndef MOOR_PROTO_WORLD_SLAB_H
#define MOOR_PROTO_WORLD_SLAB_H

#include "base/slab.h"
#include "world/world.h"

/*
 * Made at the first call; freed with the world, after the owners of its nodes. key: the address of a constant of
 * the caller.
 */
struct slab *world_slab(struct moor_world *w, const void *key, const char *name, size_t object_size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRE keys [RFC 5845 3] that name what they were given to: a permutation of handles, so that no two are alike and none
 * has to be looked up in an index; drawn by whoever gives them out, so that one does not tell the next.
 */
#ifndef MOOR_PROTO_GRE_KEY_H
#define MOOR_PROTO_GRE_KEY_H

#include "base/rng.h"
#include "base/slab.h"

#define GRE_KEY_ROUNDS 4u

struct gre_keys { uint32_t round[GRE_KEY_ROUNDS]; };

void gre_keys_init(struct gre_keys *k, struct rng *r);
uint32_t gre_key_of(const struct gre_keys *k, moor_handle h);		/* h > 0; never 0 */
/* Whose key it would be: somebody's whom nothing was given to, perhaps. 0 for 0. */
moor_handle gre_key_handle(const struct gre_keys *k, uint32_t key);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counter-based random streams (Philox 4x32-10, Salmon et al., SC11). A stream is named by (master seed, entity
 * name, purpose): adding a node never changes another node's draws, and a stream costs 24 octets, no table. Draws
 * are integers; the continuous distributions use only + - * / so that every machine and compiler draws the same
 * values.
 */
#ifndef MOOR_BASE_RNG_H
#define MOOR_BASE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct rng {
	uint64_t key;
	uint64_t counter;	/* 64-bit numbers drawn; two make a block of 128 bits */
	uint64_t spare;		/* the second half of the last block, valid while counter is odd */
};

/* purpose: a short constant such as "link-loss"; entity: the node's or link's name. Both are hashed, neither is
 * kept. */
struct rng rng_make(uint64_t master_seed, const char *entity, const char *purpose);
uint64_t rng_u64(struct rng *r);
uint32_t rng_u32(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n);			/* 0 .. n-1, without bias; n > 0 */
moor_time rng_span(struct rng *r, moor_time lo, moor_time hi);	/* lo .. hi, both included; lo <= hi */
double rng_unit(struct rng *r);					/* [0, 1) with 53 bits */
bool rng_chance(struct rng *r, uint32_t ppm);			/* true with probability ppm / 1,000,000 (ppm >= 1,000,000: always) */
moor_time rng_exp(struct rng *r, moor_time mean);		/* exponential, rounded to ns */
moor_time rng_normal(struct rng *r, moor_time mean, moor_time sd, moor_time floor);	/* normal, cut off below at floor */
void rng_octets(struct rng *r, uint8_t *out, size_t n);

/* A stream by its key, from some place on (counter is rounded down to even): for draws that belong to a numbered thing,
 * such as the frames of a link. Draws of one thing then do not depend on how many another one took. */
struct rng rng_at(uint64_t key, uint64_t counter);
/* One block of the generator itself, as its paper defines it: for the published test vectors. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif

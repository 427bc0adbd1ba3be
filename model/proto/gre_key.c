/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: GRE keys
 *
 * A Feistel network over the two halves of a handle, which is its own inverse with the rounds in the other order. 0 is
 * no handle and shall be no key [R29275-5.2-01] [R29275-5.3-01]: what would become 0 becomes what 0 becomes. This hides
 * the numbering from those who see keys; it is no cipher, and a key is no secret [RFC 5845 8].
 */
#include "proto/gre_key.h"

void gre_keys_init(struct gre_keys *k, struct rng *r)
{
	for (unsigned i = 0; i < GRE_KEY_ROUNDS; i++)
		k->round[i] = rng_u32(r) | 1;
}

static uint32_t turn(uint32_t half, uint32_t round)
{
	uint32_t x = (half + 1) * round;

	return (x ^ x >> 15) * UINT32_C(0x2c1b3c6d) >> 16;
}

static uint32_t forth(const struct gre_keys *k, uint32_t v)
{
	uint32_t left = v >> 16, right = v & 0xffff;

	for (unsigned i = 0; i < GRE_KEY_ROUNDS; i++) {
		uint32_t was = right;

		right = left ^ turn(right, k->round[i]);
		left = was;
	}
	return left << 16 | right;
}

static uint32_t back(const struct gre_keys *k, uint32_t v)
{
	uint32_t left = v >> 16, right = v & 0xffff;

	for (unsigned i = GRE_KEY_ROUNDS; i-- > 0;) {
		uint32_t was = left;

		left = right ^ turn(left, k->round[i]);
		right = was;
	}
	return left << 16 | right;
}

uint32_t gre_key_of(const struct gre_keys *k, moor_handle h)
{
	uint32_t key = forth(k, h);

	return key ? key : forth(k, 0);
}

moor_handle gre_key_handle(const struct gre_keys *k, uint32_t key)
{
	moor_handle h = key ? back(k, key) : 0;

	return h || !key ? h : back(k, 0);
}

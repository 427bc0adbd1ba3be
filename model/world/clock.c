/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: wall clocks
 *
 * A node's clock is the true one plus an error: an offset and a drift since some instant. Nodes with a true clock hold
 * nothing.
 */
#include "world/clock.h"

#include "world/priv.h"

typedef __int128 wide;

static const struct clock_state *state_of(const struct moor_node *n)
{
	return n->clock ? table_at(&n->world->clocks, n->clock - 1) : NULL;
}

int64_t moor_clock_error(const struct moor_node *n)
{
	const struct clock_state *c = state_of(n);

	if (!c)
		return 0;
	return c->offset + (int64_t)((wide)(n->world->now - c->since) * c->drift_ppb / 1000000000);
}

moor_wall moor_clock_read(const struct moor_node *n)
{
	return MOOR_EPOCH_S * MOOR_S + n->world->now + moor_clock_error(n);
}

void moor_clock_set(struct moor_node *n, int64_t offset_ns, int64_t drift_ppb)
{
	struct clock_state *c;

	if (n->clock) {
		c = table_at(&n->world->clocks, n->clock - 1);
	} else {
		c = table_add(&n->world->clocks);
		n->clock = n->world->clocks.n;
	}
	*c = (struct clock_state){ .offset = offset_ns, .drift_ppb = drift_ppb, .since = n->world->now };
}

void moor_clock_step(struct moor_node *n, int64_t by_ns)
{
	const struct clock_state *c = state_of(n);

	moor_clock_set(n, moor_clock_error(n) + by_ns, c ? c->drift_ppb : 0);
}

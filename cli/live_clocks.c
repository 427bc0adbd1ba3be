/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: wall clocks of a live run with other programs
 *
 * A simulation begins in the same moment of the calendar each time, so that it repeats. Other programs look at the
 * clock on the wall: where there are some, our nodes' clocks show its time, still as wrong as the scenario says.
 * Timestamps of proxy registrations [RFC 5213 5.5] and the validity of certificates are read off them.
 */
#include "cli/live_run.h"
#include "world/clock.h"

static bool begin(struct live_run *r, GError **e)
{
	struct moor_world *w = build_world(r->b);
	int64_t now = g_get_real_time() * 1000, ours = MOOR_EPOCH_S * MOOR_S + moor_world_now(w);
	bool others = device_anywhere(r->s);

	(void)e;
	for (guint k = 0; k < r->s->nodes->len; k++)
		others |= ((const struct scen_node *)r->s->nodes->pdata[k])->peer == PEER_EXTERNAL;
	for (uint32_t k = 0; others && k < moor_node_count(w); k++)
		moor_clock_step(moor_node_at(w, k), now - ours);
	return true;
}

const struct live_part live_clocks_part = { .begin = begin };

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the scenario's words about places to a node's way on ns-3.
 */
#ifndef MOOR_CLI_NS3_WAY_H
#define MOOR_CLI_NS3_WAY_H

#include "ns3/way.h"
#include "scenarios/motion.h"
#include "world/world.h"

/*
 * Where the node, the member-th (from 0) of its group, is when. *points: what the way is made of, free it behind the
 * way's last use with g_array_unref. end: of the run.
 */
struct ns3_way ns3_way_of(const struct scen_motion *m, uint32_t member, const struct moor_world *w,
			  const struct moor_node *node, moor_time end, GArray **points);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a node on ns-3: where it is when, with straight lines between.
 */
#ifndef MOOR_NS3_WAY_H
#define MOOR_NS3_WAY_H

#include "base/time.h"
#include "ns3/ns3c_table.h"

struct ns3_waypoint { moor_time t; struct ns3c_xyz at; };	/* metres */

struct ns3_way {
	const struct ns3_waypoint *points;	/* the first at time 0, times ascend; lent for the call */
	size_t n;				/* 1: it stands there */
};

/* The node has no place yet, and nothing ran. False: table->error_text_(). */
bool ns3_way_take(const struct ns3c_table *table, struct ns3c_node *node, const struct ns3_way *way);

#endif

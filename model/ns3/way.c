/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: nodes that move
 *
 * A node with one point is placed there, so that it can be given a velocity still; one with several follows them and
 * stays at the last. No clause of the protocols is met here.
 */
#include "ns3/way.h"

bool ns3_way_take(const struct ns3c_table *table, struct ns3c_node *node, const struct ns3_way *way)
{
	if (!way->n)
		return false;
	if (way->n == 1)
		return !table->node_place_(node, way->points[0].at);
	for (size_t i = 0; i < way->n; i++)
		if (table->node_waypoint_(node, way->points[i].t, way->points[i].at))
			return false;
	return true;
}

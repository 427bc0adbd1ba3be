/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: ways from a scenario to ns-3
 *
 * What chance has in them is drawn from the world's streams, by the run's seed and the node's name, so that a run is
 * the same again and another node changes nobody else's way. It implements no clause.
 */
#include "cli/ns3_way.h"

struct ns3_way ns3_way_of(const struct scen_motion *m, uint32_t member, const struct moor_world *w,
			  const struct moor_node *node, moor_time end, GArray **points)
{
	struct rng rng = moor_world_rng(w, node, "place");
	GArray *way = motion_way(m, member, &rng, end);

	*points = g_array_new(FALSE, FALSE, sizeof(struct ns3_waypoint));
	for (guint i = 0; i < way->len; i++) {
		const struct scen_waypoint *from = &g_array_index(way, struct scen_waypoint, i);
		struct ns3_waypoint to = { from->t, { from->x, from->y, 0 } };

		g_array_append_val(*points, to);
	}
	g_array_unref(way);
	return (struct ns3_way){ (const struct ns3_waypoint *)(const void *)(*points)->data, (*points)->len };
}

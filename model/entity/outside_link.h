/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link that goes on outside of the world: what anybody on it sends to somebody who is not here leaves by a wire, and
 * what comes by the wire is on the link.
 *
 *	w = outside_link(node, link, profile);		node: of its own, for records; owns what this makes
 *	live_port(live, w, device, 1500);
 */
#ifndef MOOR_ENTITY_OUTSIDE_LINK_H
#define MOOR_ENTITY_OUTSIDE_LINK_H

#include "wire/mh_profile.h"
#include "world/link.h"

struct outside_link;
/* The caller's; goes after the world. Mobility Headers that come by the wire are recorded as sent by the node. */
struct outside_link *outside_link_new(struct moor_node *n, struct moor_link *l, enum mh_profile profile);
void outside_link_free(struct outside_link *o);
struct moor_port *outside_link_wire(const struct outside_link *o);	/* for moor_port_external */

#endif

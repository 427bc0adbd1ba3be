/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node whose IP stack is somebody else's: a kernel, a daemon, another simulator. Each interface is a port on the
 * scenario's links, as of any node, and a wire that leaves the world behind it. Links delay, lose and move its frames as
 * everybody's.
 *
 *	o = outside_new(node, &config);
 *	moor_link_attach(wlan, outside_port(o, 0), false);
 *	live_port(live, outside_wire(o, 0), device, 1500);	(or another engine's callback)
 */
#ifndef MOOR_ENTITY_OUTSIDE_H
#define MOOR_ENTITY_OUTSIDE_H

#include "world/port.h"

#define OUTSIDE_IFACE_MAX 8

struct outside_iface_config {
	const char *name;		/* copied; at most 60 octets */
	struct mac_addr mac;		/* which the stack outside has to use: links deliver by it */
};

/* Copied. */
struct outside_config {
	unsigned n_ifaces;		/* 1 .. OUTSIDE_IFACE_MAX */
	struct outside_iface_config iface[OUTSIDE_IFACE_MAX];
};

struct outside;
struct outside *outside_new(struct moor_node *n, const struct outside_config *c);	/* owned by the node */
struct moor_port *outside_port(const struct outside *o, unsigned i);	/* for links; NULL past the last */
struct moor_port *outside_wire(const struct outside *o, unsigned i);	/* for moor_port_external; NULL past the last */
/* What the link's carrier does on the way out: called when it changes, so that the interface outside goes up and down. */
void outside_on_carrier(struct outside *o, void (*fn)(void *ctx, unsigned iface, bool up), void *ctx);

#endif

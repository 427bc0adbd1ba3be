/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node whose IP stack is somebody else's: a kernel, a daemon, another simulator. It keeps its place in the world, its
 * ports, addresses and names; its own stack falls silent, and behind each port there is a wire that leaves the world.
 * Links delay, lose and move its frames as everybody's.
 *
 *	o = outside_new(node, profile, OUTSIDE_NODE);		when all its ports are there
 *	live_port(live, outside_wire(o, 0), device, 1500);	(or another engine's callback)
 */
#ifndef MOOR_ENTITY_OUTSIDE_H
#define MOOR_ENTITY_OUTSIDE_H

#include "crypto/keyring.h"
#include "wire/mh_profile.h"
#include "world/port.h"

#define OUTSIDE_OWN_MAX 32u

enum outside_kind {
	OUTSIDE_NODE,			/* an anchor, a gateway, a server */
	OUTSIDE_ROUTER,			/* most of what it sends is others' */
	OUTSIDE_HOST,			/* a host without mobility of its own: its movements end with its first packet */
	OUTSIDE_UE			/* a mobile node that registers by itself */
};

struct outside;
/*
 * The caller's; goes after the world. What it says of mobility, router discovery, DHCP, DNS and IKE is recorded as
 * every node's is; what it sends otherwise than the profile says is a deviation. Mobile nodes' movements are recorded.
 */
struct outside *outside_new(struct moor_node *n, enum mh_profile profile, enum outside_kind kind);
/*
 * Its IKE messages are opened with these keys, which whoever has them puts in as they come to be, and are recorded in
 * clear; what in them is not as IKEv2 wants it is a deviation. Lent; goes after the node.
 */
void outside_keys(struct outside *o, struct keyring *keys);
/* An address that it has (IPv4 as mapped), OUTSIDE_OWN_MAX at most: by these it is known what it forwards. */
void outside_address(struct outside *o, const struct ip6_addr *a);
void outside_free(struct outside *o);
unsigned outside_count(const struct outside *o);			/* ports it took over, in their order */
struct moor_port *outside_port(const struct outside *o, unsigned i);	/* on links; its MAC is the outer interface's */
/*
 * Others than the stack outside may be where that wire leads to, a network of its own. known: only frames from the
 * MAC address of the port are the node's; else all are, and it gets those to everybody.
 */
void outside_shared(struct outside *o, unsigned i, bool known);
struct moor_port *outside_wire(const struct outside *o, unsigned i);	/* for moor_port_external */
/* The link's carrier came or went: the interface outside goes up and down with it. */
void outside_on_carrier(struct outside *o, void (*fn)(void *ctx, unsigned i, bool up), void *ctx);
/*
 * fn is called for each frame from outside before it is sent on; it may change its trace_class. Someone else records
 * what the node says and hears: its frames are not looked into.
 */
void outside_on_sending(struct outside *o, void (*fn)(void *ctx, unsigned i, struct moor_pkt *p), void *ctx);

#endif

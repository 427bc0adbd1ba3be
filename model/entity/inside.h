/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node whose links are in another world: it is on them here too, so that it knows where it is and what it may send,
 * but its frames leave by a callback at the link's end of each port, and what comes is handed in. The counterpart of
 * entity/outside.h, for a node of ours that lives apart from the rest of its world.
 *
 *	x = inside_new(node, out, ctx);			when all its ports are there, and their filters
 *	inside_rx(x, 0, frame, len);			from outside of any handler
 */
#ifndef MOOR_ENTITY_INSIDE_H
#define MOOR_ENTITY_INSIDE_H

#include <stddef.h>

#include "world/port.h"

struct inside;
/* port: the i-th of the node; p, with its Ethernet header, is lent for the call. */
typedef void inside_out_fn(void *ctx, unsigned i, const struct moor_pkt *p);

/* The caller's; goes after the world. */
struct inside *inside_new(struct moor_node *n, inside_out_fn *out, void *ctx);
void inside_free(struct inside *x);
unsigned inside_count(const struct inside *x);				/* ports, in their order */
struct moor_port *inside_port(const struct inside *x, unsigned i);
/* A frame (Ethernet) came; it arrives now, unless the port has no carrier or the frame is for somebody else. */
void inside_rx(struct inside *x, unsigned i, const uint8_t *frame, size_t len);

#endif

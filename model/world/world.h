/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world: one struct owns time, timers, random streams, packets, nodes, ports and links. Single-threaded, no
 * globals, any number of worlds in a process. Four calls drive it, and an engine is a thin loop around them:
 *
 *	moor_world_next()      the next deadline, MOOR_NEVER when nothing is due ever
 *	moor_world_advance()   time moves to t; everything due up to and including t runs
 *	moor_world_rx()        a frame came in on an external port at t (now <= t <= next deadline)
 *	config.out()           a frame leaves on an external port now
 *
 * A port is external when no link of this world carries it (TAP, packet socket, pcap, ns-3 device).
 *
 * Order of events (hard contract, the same on every engine): by time; at one instant frame arrivals come before timers,
 * arrivals by (receiving port's number, order of sending), timers by the order in which they were armed. A timer re-
 * armed takes the place of its last arming. A handler only enqueues: nothing re-enters an entity before its handler
 * returned. Code that runs outside any handler (set-up, the engine's loop) may call everything.
 */
#ifndef MOOR_WORLD_WORLD_H
#define MOOR_WORLD_WORLD_H

#include "base/addr.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/time.h"

struct moor_world;
struct moor_node;
struct moor_port;
struct moor_pkt;

struct moor_world_config {
	uint64_t seed;
	/* The frame (Ethernet, without FCS) is lent for the call. Never called from inside moor_world_rx. May be NULL:
	 * such frames are lost. */
	void (*out)(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len);
	void *ctx;
};

struct moor_world *moor_world_new(const struct moor_world_config *config);
/* Stops everything and frees it. Entities that own more than world memory registered a destructor with
 * moor_node_own. */
void moor_world_free(struct moor_world *w);

/* How every world begins, so that the commonest questions need no call. */
struct moor_world_head {
	moor_time now;
	uint64_t wanted;		/* record kinds that some sink wants */
};

static inline moor_time moor_world_now(const struct moor_world *w)
{
	return ((const struct moor_world_head *)(const void *)w)->now;
}

moor_time moor_world_next(const struct moor_world *w);		/* exact; MOOR_NEVER also when it was stopped */
/* now <= t. Returns the number of events that ran. Afterwards now == t. Stops early, with now at the last event, when
 * moor_world_stop was called from a handler. Not from inside a handler. */
uint64_t moor_world_advance(struct moor_world *w, moor_time t);
void moor_world_stop(struct moor_world *w);			/* for good: nothing runs in it any more */
bool moor_world_stopped(const struct moor_world *w);
/* One frame arrives at an external port at time t >= now; the octets are copied. It is an arrival like any other: it
 * waits for moor_world_advance, what is due before t runs before it. Frames below 14 or above MOOR_PKT_MAX octets are
 * dropped with a record. */
void moor_world_rx(struct moor_world *w, struct moor_port *port, moor_time t, const uint8_t *frame, size_t len);

uint64_t moor_world_seed(const struct moor_world *w);
uint64_t moor_world_events(const struct moor_world *w);		/* events run so far */
/* A stream of its own per (node's name, purpose); see base/rng.h. node NULL: the world's own. */
struct rng moor_world_rng(const struct moor_world *w, const struct moor_node *node, const char *purpose);
size_t moor_world_octets(const struct moor_world *w);		/* memory of queue, packets, ports, nodes */
/* The same by kind, with that of the attached things that can tell (moor_world_reports). */
void moor_world_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx);
/* Objects alive that should not be at the end (packets in nobody's hands); names the first kind found. 0: none. */
uint64_t moor_world_leaks(const struct moor_world *w, const char **what);

/* State that a layer above keeps once per world (the IP layer's slabs, say), found by the address of a constant of its
 * own. destroy(thing) is called by moor_world_free after the owners of all nodes, in reverse order of attaching. */
void moor_world_attach(struct moor_world *w, const void *key, void *thing, void (*destroy)(void *thing));
/* The thing attached under this key can tell about its memory. */
void moor_world_reports(struct moor_world *w, const void *key,
			void (*report)(const void *thing, mem_report_fn *fn, void *ctx));
void *moor_world_attached(const struct moor_world *w, const void *key);	/* NULL: nothing attached under this key */

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

/* A node is a name, a number (0,1,2… in the order of creation), a wall clock and ports. What it does is its owner's
 * matter. */
struct moor_node *moor_node_new(struct moor_world *w, const char *name);
struct moor_node *moor_node_at(const struct moor_world *w, uint32_t id);	/* NULL past the last */
struct moor_node *moor_node_find(const struct moor_world *w, const char *name);
uint32_t moor_node_count(const struct moor_world *w);
const char *moor_node_name(const struct moor_node *n);
uint32_t moor_node_id(const struct moor_node *n);
struct moor_world *moor_node_world(const struct moor_node *n);
/* destroy(owner) is called by moor_world_free, in reverse order of creation. */
void moor_node_own(struct moor_node *n, void *owner, void (*destroy)(void *owner));
void *moor_node_owner(const struct moor_node *n);

#endif

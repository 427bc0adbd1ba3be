/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3's clock for a world: ns-3 has one event of ours, the world's next deadline.
 *
 *	e = ns3_engine_new(table, world, seed, fatal, ctx);	table: ns3c_table.h, loaded by the caller
 *	ns3_engine_run(e, end, stop);
 *	ns3_engine_free(e);
 *
 * One in the life of a process, as ns-3's simulator. Where ns-3's simulator is another program's, who runs it:
 *
 *	e = ns3_engine_join(table, world);		after its ns3c_init
 *	ns3_engine_begin(e);
 *	...						Simulator::Run of its own
 *	ns3_engine_reach(e, end);
 *	ns3_engine_free(e);				ns3c_end is its own matter too
 */
#ifndef MOOR_NS3_ENGINE_H
#define MOOR_NS3_ENGINE_H

#include <signal.h>

#include "ns3/ns3c_table.h"
#include "world/radio.h"
#include "world/world.h"

struct ns3_engine;

/*
 * NULL: ns-3 did not begin, table->error_text_() says why. seed: of ns-3's radio, made of its low 32 bits (0: 1).
 * fatal:
 * ns-3 is about to end the process; may be NULL.
 */
struct ns3_engine *ns3_engine_new(const struct ns3c_table *table, struct moor_world *w, uint64_t seed,
				  void (*fatal)(void *ctx, const char *reason), void *ctx);
struct ns3_engine *ns3_engine_join(const struct ns3c_table *table, struct moor_world *w);
void ns3_engine_free(struct ns3_engine *e);
/*
 * Until the world is at `end` with all that is due then done, as moor_world_advance; or until *stop (looked at every
 * few thousand events; may be NULL), or moor_world_stop. May be called again.
 */
void ns3_engine_run(struct ns3_engine *e, moor_time end, const volatile sig_atomic_t *stop);
/* Joined: the world goes along from now on; then, when ns-3 has run: up to its present, or `end` if that is sooner. */
void ns3_engine_begin(struct ns3_engine *e);
void ns3_engine_reach(struct ns3_engine *e, moor_time end);
/* A frame came in for the world now, from outside of its own handlers: it has something to do at once. */
void ns3_engine_wake(struct ns3_engine *e);
/*
 * A record of layer 2 (world/radio.h) at ns-3's present, to which the world is advanced first: nothing of it was due
 * before. From a callback of ns-3 that is not inside one of the world's handlers, or at the time that they run at.
 */
void ns3_engine_radio(struct ns3_engine *e, struct moor_port *p, const struct rec_radio *what);
uint64_t ns3_engine_events(const struct ns3_engine *e);		/* of ns-3, ours included */

#endif

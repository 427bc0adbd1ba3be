/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a scenario to a world: nodes, links, addresses, routes, timeline, traffic, faults.
 *
 *	b = build_new(scenario, seed);		an empty world: attach sinks to build_world(b) now
 *	build_fill(b);				everything is there; nothing has happened yet
 *	moor_world_advance(build_world(b), t);
 */
#ifndef MOOR_SCENARIOS_BUILD_H
#define MOOR_SCENARIOS_BUILD_H

#include "scenarios/load.h"
#include "world/world.h"

struct build;

/* The scenario must outlive it. */
struct build *build_new(const struct scenario *s, uint64_t seed);
/* False: the scenario asks for what cannot be had (home network prefixes used up); why is set, free it. */
bool build_fill(struct build *b, char **why);
struct moor_world *build_world(const struct build *b);
void build_free(struct build *b);

#endif

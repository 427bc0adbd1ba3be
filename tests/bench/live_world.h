/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Worlds of the benchmarks of the live engine: from a scenario's text, some of its nodes with their ports on devices in
 * a network namespace. What goes wrong ends the program with a word about it.
 */
#ifndef MOOR_TESTS_BENCH_LIVE_WORLD_H
#define MOOR_TESTS_BENCH_LIVE_WORLD_H

#include "emu/live.h"
#include "emu/netns.h"
#include "entity/outside.h"
#include "scenarios/build.h"

struct live_world {
	const char *name;
	struct netns *ns;
	struct scen_file *f;
	struct scenario *s;
	struct build *b;
	struct live *l;
};

G_GNUC_NORETURN void live_world_broken(const struct live_world *w, const char *what, GError *e);
void live_world_namespace(struct live_world *w);
/* At time 0. c: frames of external ports; NULL: the engine's, w->l. */
void live_world_open(struct live_world *w, const char *text, const struct moor_world_config *c);
struct moor_world *live_world(const struct live_world *w);
struct moor_node *live_world_node(const struct live_world *w, const char *name);
struct moor_port *live_world_port(const struct live_world *w, const char *node, const char *port);
/* A TAP device (tun: TUN) in the namespace, up; its kernel says nothing by itself, having no addresses. */
struct device *live_world_device(const struct live_world *w, const char *name, bool tun);
/* Whatever interface is made there from now on has no IPv6. */
void live_world_silent(const struct live_world *w);
/* The stack of a node is taken away, and what comes on its port of that name goes to the device, and back. */
struct outside *live_world_away(const struct live_world *w, const char *node, const char *port, struct device *d);
/* What is not NULL; not the devices that the engine has. */
void live_world_close(struct live_world *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a scenario to a world: nodes, links, addresses, routes, timeline, traffic, faults.
 *
 *	b = build_new(scenario, seed, NULL);		an empty world: attach sinks to build_world(b) now
 *	build_fill(b);				everything is there; nothing has happened yet
 *	moor_world_advance(build_world(b), t);
 */
#ifndef MOOR_SCENARIOS_BUILD_H
#define MOOR_SCENARIOS_BUILD_H

#include "net/nat.h"
#include "scenarios/load.h"
#include "world/world.h"

struct build;

/* The scenario must outlive it. c: who carries frames of external ports; its seed is left alone. NULL: nobody. */
struct build *build_new(const struct scenario *s, uint64_t seed, const struct moor_world_config *c);
/* False: the scenario asks for what cannot be had (home network prefixes used up); why is set, free it. */
bool build_fill(struct build *b, char **why);
struct moor_world *build_world(const struct build *b);
/*
 * The n-th address that the scenario gives a fixed node on the link of this port, with its prefix length; IPv4 as
 * mapped, with 96 more. False: no more.
 */
bool build_port_address(const struct build *b, const struct moor_port *p, unsigned n, struct ip6_prefix *out);
/* The static routes of a fixed node (IPv4 as mapped): prefix, next hop, and the port that it leaves by. */
typedef void build_route_fn(void *ctx, const struct ip6_prefix *prefix, const struct ip6_addr *hop,
			    struct moor_port *out);
void build_routes_of(struct build *b, const struct moor_node *n, build_route_fn *fn, void *ctx);
/* The NAT of a router, with what it translates and the address that it has outside. NULL: it has none. */
struct moor_filter *build_nat(struct build *b, const struct moor_node *n, struct nat_params *out);
/* The stack of a node of ours, and its address of a family for programs on it (IPv4 as mapped); false: none now. */
struct net_host *build_host(struct build *b, const struct moor_node *n);
bool build_address(struct build *b, const struct moor_node *n, bool v4, struct ip6_addr *out);
/*
 * What another program in this node's place must know to take part in the scenario's security: names and their values,
 * PEM texts and tables of which are to be in files. Array of struct build_credential; free with g_ptr_array_unref.
 * Empty: there is none.
 */
struct build_credential {
	char *name;			/* "ID", "KEY", "PSK_mag1" */
	char *value;
	bool file;
};
GPtrArray *build_credentials(struct build *b, const struct moor_node *n);
bool build_modelled(const struct build *b);	/* cryptography is not real: no other program can take part */
/* The AAA server of a node of kind aaa, and a node's client of one; NULL: it has none. */
struct aaa_server *build_aaa_at(struct build *b, const struct moor_node *n);
struct aaa_client *build_aaa_client(struct build *b, const struct moor_node *n);
/* The scenario's node of a node in the world. */
const struct scen_node *build_scen_node(struct build *b, const struct moor_node *n);
/* What the timeline's last entry, added by act_tell, says happens: at its time, or as soon as the world goes on. */
void build_act(struct build *b, uint32_t entry);
/* Why it cannot be done in a world that was built without it; NULL: it can. */
const char *build_act_refused(const struct build *b, uint32_t entry);
/*
 * Who hands a UE's port over to an eNB (its place in the scenario) when the timeline says `x2`. Without anybody, and
 * without a recording, `x2` leaves a note and does nothing.
 */
typedef void build_x2_fn(void *ctx, struct moor_port *p, unsigned enb);
void build_on_x2(struct build *b, build_x2_fn *fn, void *ctx);
void build_free(struct build *b);

/* ---- one scenario in several processes --------------------------------------------------------------------------- */

/* Another process plays this node: before build_fill, or when nothing has happened yet. */
void build_absent(struct build *b, uint32_t node);
/*
 * An address of a UE's pdn-th PDN connection, or of a mobile node or host (pdn 0), IPv4 as mapped: 1, it has one; 0, it
 * has none; -1, there is no such node or connection.
 */
int build_address_to_tell(struct build *b, uint32_t node, unsigned pdn, bool v4, struct ip6_addr *out);
/* The same, told of a node that is absent here; NULL: none. */
void build_tell_address(struct build *b, uint32_t node, unsigned pdn, bool v4, const struct ip6_addr *a);
/*
 * What the MAGs here tell those of their domain (model/proto/pmip_mag.h) goes to fn as well; what those elsewhere tell
 * is told to the domain here. After build_fill.
 */
typedef void build_context_fn(void *ctx, const char *domain, const void *told, size_t n);
void build_on_context(struct build *b, build_context_fn *fn, void *ctx);
void build_tell_context(struct build *b, const char *domain, const void *told, size_t n);

#endif

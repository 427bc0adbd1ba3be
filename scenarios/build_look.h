/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in a world that was built from a scenario, for people and programs that look on while it runs.
 */
#ifndef MOOR_SCENARIOS_BUILD_LOOK_H
#define MOOR_SCENARIOS_BUILD_LOOK_H

#include "scenarios/build.h"

/* One binding as one node sees it. Texts are lent for the call. */
struct build_binding {
	const char *node;
	const char *kind;		/* "cache" (home agent, LMA), "list" (UE, MAG) */
	const char *protocol;		/* "dsmipv6", "pmipv6" */
	const char *state;		/* of the state machine */
	const char *who;		/* mobile node's IMSI, where the node knows it; NULL */
	const char *pdn;		/* APN; NULL */
	struct ip6_addr home_address;	/* or the home network prefix's first address; zeros: none */
	struct ip4_addr home_address4;	/* 0.0.0.0: none */
	struct ip6_addr care_of;	/* proxy care-of address; IPv4 as mapped; zeros: none, or at home */
	struct ip6_addr peer;		/* home agent, LMA; zeros: not known */
	const char *encapsulation;	/* "ipv6", "ipv4", "udp", with "+gre" */
	uint16_t sequence, bid, udp_port;	/* bid, udp_port 0: none */
	moor_time expires;		/* virtual time; MOOR_NEVER: does not stand */
};

/*
 * Every binding of the nodes that the selector names (NULL: of all), those of nodes that other programs play left out;
 * fn returns false to end it.
 */
void build_bindings(struct build *b, const char *selector, bool (*fn)(void *ctx, const struct build_binding *x),
		    void *ctx);

/* How many there are at a node of the scenario, of all its members; active: those that stand. */
struct build_count { uint64_t entries, active; };
struct build_count build_count_bindings(struct build *b, const struct scen_node *n, bool cache);

/*
 * Of a node that another process plays (build_absent), as that one tells it: what is shown here until it is told anew.
 * kind, protocol, state and encapsulation of rows are constants of the program; node, who and pdn are not looked at.
 */
struct build_binding_told {
	struct build_binding x;
	char who[24], pdn[104];		/* "": none */
};
/* All rows of a node, and its counts: of the list, of the cache. */
void build_tell_bindings(struct build *b, uint32_t node, const struct build_count count[2],
			 const struct build_binding_told *rows, unsigned n);
GArray *build_bindings_to_tell(struct build *b, uint32_t node, struct build_count count[2]);	/* for it; unref it */

#endif

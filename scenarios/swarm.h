/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The swarm: a seed becomes a random scenario, which is played under invariants. Three parts, each usable alone:
 *
 *	scene = swarm_make(seed, features);	what is random: topology, timers, timeline, traffic, faults
 *	text = swarm_text(scene, NULL);		an ordinary scenario file: keep it, read it, `mooring run` it
 *	swarm_play(file, &options, &report);	plays any scenario and tells what must never be and was
 *
 * Three labels in the timeline say what a scenario promises; without them only what must always hold is judged:
 *
 *	calm		from here on nothing is harmed any more: links are whole, servers answer
 *	settled		by now every UE told to be attached must be registered, or at home, with packets flowing
 *	leaving		UEs told to detach at or behind this leave nothing behind by the end of the run
 */
#ifndef MOOR_SCENARIOS_SWARM_H
#define MOOR_SCENARIOS_SWARM_H

#include "base/fsm.h"
#include "scenarios/load.h"

/* ---- making ------------------------------------------------------------------------------------------------------ */

struct build;

/* What may be random. A seed makes the same choices about the others when one is left out. */
enum swarm_feature {
	SWARM_SECURITY,			/* IKEv2, ESP, AAA */
	SWARM_OPENSSL,			/* real cryptography, now and then */
	SWARM_IPV4,			/* IPv4 and dual accesses, IPv4 home addresses */
	SWARM_NAT,
	SWARM_HOME,			/* home links */
	SWARM_AGENTS,			/* several home agents */
	SWARM_IMPAIR,			/* links that lose, reorder, duplicate, corrupt */
	SWARM_FAULTS,			/* chosen messages are harmed */
	SWARM_REBOOTS,			/* nodes forget everything */
	SWARM_PROFILES,			/* r8 and rfc too */
	SWARM_REVOKE,			/* revocation, reallocation and refresh requests by the network */
	SWARM_PDNS,			/* several PDN connections */
	SWARM_IFOM,			/* IP flow mobility */
	SWARM_DISCOVERY,		/* home agents are found by PCO, DHCPv6, DNS, IKEv2 */
	SWARM_DELEGATION,		/* prefixes delegated to mobile routers */
	SWARM_CLOCKS,			/* clocks that are wrong, drift and jump */
	SWARM_FEATURES
};

/* What a scene is about. A seed takes the one that it would take among all, unless that is left out. */
enum swarm_kind {
	SWARM_DSMIP,			/* UEs and home agents */
	SWARM_PMIP,			/* mobile nodes, gateways and their anchors */
	SWARM_MIXED,			/* both in one network */
	SWARM_GATEWAY,			/* the home agent is the anchor too: UEs are at home behind gateways */
	SWARM_KINDS
};
#define SWARM_KIND(k) (1u << (SWARM_FEATURES + (k)))
#define SWARM_ALL ((1u << (SWARM_FEATURES + SWARM_KINDS)) - 1)

struct swarm_choice {
	const char *name, *about;
};
extern const struct swarm_choice swarm_features[SWARM_FEATURES], swarm_kinds[SWARM_KINDS];

struct swarm_scene;

struct swarm_scene *swarm_make(uint64_t seed, uint32_t features);	/* 1u << enum swarm_feature | SWARM_KIND(…) */
void swarm_scene_free(struct swarm_scene *s);
/*
 * The scenario as text; free it. without: for each part of the scene, is it left out? NULL: none is. Parts are what a
 * scene can do without: an entry of the timeline, a flow, a fault, a UE with everything about it.
 */
char *swarm_text(const struct swarm_scene *s, const bool *without);
unsigned swarm_parts(const struct swarm_scene *s);

/* ---- playing ----------------------------------------------------------------------------------------------------- */

#define SWARM_FINDINGS 6
#define SWARM_MACHINES 32

/* Something that must never be, and was. */
struct swarm_finding {
	moor_time at;
	char invariant[24], node[40], text[240];
};

enum swarm_count { SWARM_BUS, SWARM_ACCEPTED, SWARM_REFUSED, SWARM_MOVES, SWARM_SECURED, SWARM_NATS, SWARM_DELIVERED,
	SWARM_LOST, SWARM_ACTIONS, SWARM_COUNTS };
extern const char *const swarm_count_names[SWARM_COUNTS];

/* Plain data: a child writes it into memory that its parent shares, and what stands there survives a crash. */
struct swarm_report {
	bool begun, done;
	bool refused;			/* the scenario cannot be played; the finding says why */
	unsigned n;			/* findings; only the first SWARM_FINDINGS are kept */
	struct swarm_finding finding[SWARM_FINDINGS];
	moor_time now;			/* how far it came */
	uint64_t events;
	char fingerprint[33];
	uint64_t count[SWARM_COUNTS];
	/* by place in scen_machines and state: states that followed, as bits; for what the swarm has reached */
	uint32_t followed[SWARM_MACHINES][FSM_MAX_STATES];
};

struct swarm_options {
	uint64_t seed;			/* of the run; 0: as in the file */
	uint64_t events_max;		/* more is a storm; 0: the default */
	bool twice;			/* a clean run is played again: its course must be the same */
	/* for tests: called on the world's side at this time, to break something that must then be found */
	void (*sabotage)(void *arg, struct build *b);
	void *arg;
	moor_time sabotage_at;
};

void swarm_play(struct scen_file *f, const struct swarm_options *o, struct swarm_report *out);
/* The report of a scenario that cannot be played, and why. */
void swarm_refuse(struct swarm_report *out, const char *why);
/* The same of a text. */
void swarm_play_text(const char *name, const char *text, const struct swarm_options *o, struct swarm_report *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the swarm's maker: a scene as lines of a scenario file, and what is known while it is being made.
 */
#ifndef MOOR_SCENARIOS_SWARM_SCENE_H
#define MOOR_SCENARIOS_SWARM_SCENE_H

#include "base/rng.h"
#include "scenarios/swarm.h"

#define SWARM_UES 6u
#define SWARM_AGENTS_MAX 3u
#define SWARM_LINKS_MAX 16u		/* accesses, home links, and of gateways those where UEs are at home */

/* A link that harms nothing. */
#define SCENE_WHOLE "loss: 0%%, reorder: 0%%, duplicate: 0%%, corrupt: 0%%, delay: 10ms"

enum scene_section { SCENE_HEAD, SCENE_NODES, SCENE_LINKS, SCENE_TIMELINE, SCENE_TRAFFIC, SCENE_FAULTS, SCENE_EXPECT,
	SCENE_SECTIONS };

struct scene_line {
	enum scene_section section;
	moor_time at;			/* timeline: order */
	unsigned part;			/* 0: always there; else the number of the part + 1 */
	unsigned ue;			/* 0: nobody's; else the UE's number from 1, or a mobile node's behind: goes with it */
	char *text;
};

struct scene_ue {
	bool mine[SWARM_LINKS_MAX];	/* links that it may go to */
	bool hoa4;			/* asks for an IPv4 home address */
	bool pdns, ifom, delegation;
	unsigned rules;			/* made so far */
};

struct scene_link {
	char name[16];
	char box[16];			/* its router with a NAT; "" none */
	char dhcp[16];			/* who gives addresses; "" nobody */
	bool six, four, home;
};

#define SWARM_MNS 6u
#define SWARM_MAGS 5u
#define SWARM_LMAS 2u
#define SWARM_SPOTS (2 * SWARM_MAGS)	/* access links of gateways */

struct scene_spot {
	char name[16];
	unsigned mag;			/* from 1 */
};

struct scene_mn {
	unsigned ifaces;
	bool guest;
};

/* What is known of PMIPv6 in a scene. */
struct scene_pmip {
	bool gateway;			/* the home agent is the anchor too: a PDN gateway */
	unsigned n_lmas, n_mags, n_spots;
	unsigned lma[SWARM_MAGS];	/* of each gateway, from 1 */
	struct scene_spot spot[SWARM_SPOTS];
	struct scene_mn mn[SWARM_MNS];
	bool policy;			/* anchors and gateways ask the AAA server */
	bool gre, stamps;
	bool ipsec;			/* between anchors and gateways */
	bool told;			/* access links tell gateways who comes and goes, whatever else they watch */
	bool watched;			/* who is there shows by what it sends too; then it has one interface */
	bool fixed;			/* one link-local address on all access links */
	bool longer;			/* some lifetimes are an hour */
	bool beats;			/* all send heartbeats */
	bool appeared[SWARM_MAGS];	/* a gateway believes in somebody who is not there */
};

struct swarm_scene {
	uint64_t seed;
	uint32_t features;
	enum swarm_kind kind;
	GArray *lines;			/* struct scene_line */
	unsigned parts;
	/* what is known of it */
	bool secured, harmed, four, rfc, r10, pdns, ifom, discovery, delegation;
	unsigned n_ues, n_agents, n_links, n_mns;
	struct scene_pmip pmip;
	struct scene_ue ue[SWARM_UES];
	struct scene_link link[SWARM_LINKS_MAX];
	moor_time calm, settled, leaving, end;
};

/* A stream of its own for each question, so that a new question changes nobody's answers. */
struct rng scene_rng(const struct swarm_scene *s, const char *purpose);
static inline bool scene_chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }
static inline unsigned scene_pick(struct rng *r, unsigned n) { return (unsigned)rng_below(r, n); }
static inline bool scene_has(const struct swarm_scene *s, enum swarm_feature f) { return s->features >> f & 1; }
/* One of the words of a text, separated by blanks; a word may stand there several times. */
const char *scene_word(struct rng *r, const char *words, char *buf, size_t cap);

unsigned scene_part(struct swarm_scene *s);	/* a new part that the scene can do without */
void scene_line(struct swarm_scene *s, enum scene_section section, unsigned part, unsigned ue, const char *fmt, ...)
	G_GNUC_PRINTF(5, 6);
void scene_action(struct swarm_scene *s, moor_time at, unsigned part, unsigned ue, const char *fmt, ...)
	G_GNUC_PRINTF(5, 6);

void scene_places(struct swarm_scene *s);	/* swarm_place.c: nodes and links */
void scene_events(struct swarm_scene *s);	/* swarm_event.c: timeline */
void scene_load(struct swarm_scene *s);	/* swarm_event.c: traffic and faults */

/* swarm_place.c: rate, delay and harm of a link; a link of the core is harmed less */
void scene_impair(struct swarm_scene *s, struct rng *r, GString *t, bool core);
/* swarm_event.c: a flow at random from one node to another, start and end within the trouble */
void scene_flow(struct swarm_scene *s, struct rng *r, unsigned owner, const char *name, const char *from,
		const char *to, const char *more);

/* swarm_pmip.c, swarm_pmip_event.c: gateways, anchors and mobile nodes */
void scene_pmip_places(struct swarm_scene *s);
void scene_pmip_choose(struct swarm_scene *s);
void scene_pmip_gateway(struct swarm_scene *s, GString *t);	/* what the home agent is besides */
void scene_pmip_homes(struct swarm_scene *s);	/* UEs may go to gateways' links */
void scene_pmip_hosts(struct swarm_scene *s);
void scene_pmip_timers(struct swarm_scene *s, GString *t);
void scene_pmip_core(struct swarm_scene *s, GString *core);	/* ", lma1, mag1" … */
void scene_pmip_events(struct swarm_scene *s);
void scene_pmip_attacks(struct swarm_scene *s);		/* swarm_pmip_sec.c */
void scene_pmip_load(struct swarm_scene *s);
static inline bool scene_dsmip(const struct swarm_scene *s) { return s->kind != SWARM_PMIP; }
static inline bool scene_pmip(const struct swarm_scene *s) { return s->kind != SWARM_DSMIP; }

/* What the anchors' names begin with. */
static inline const char *scene_anchor(const struct swarm_scene *s) { return s->pmip.gateway ? "ha" : "lma"; }

/* swarm_more.c: what is chosen, keys of nodes and links, verbs */
void scene_more_choose(struct swarm_scene *s);
void scene_more_timers(struct swarm_scene *s, GString *t);
void scene_more_agent(struct swarm_scene *s, unsigned k, GString *t);
void scene_more_mobile(struct swarm_scene *s, unsigned u, bool first, GString *t);
void scene_more_router(struct swarm_scene *s, GString *t);
void scene_more_link(struct swarm_scene *s, struct rng *r, const char *router, bool six, GString *t);
void scene_more_core(struct swarm_scene *s, GString *core);
const char *scene_more_pdn(const struct swarm_scene *s, struct rng *r, unsigned u);
void scene_more_network(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u);
void scene_more_flow(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u);
void scene_more_prefix(struct swarm_scene *s, struct rng *r, moor_time at, unsigned part, unsigned u);
void scene_more_stay(struct swarm_scene *s, moor_time at, unsigned u);

#endif

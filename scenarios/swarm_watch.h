/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the swarm's player: what is watched while a scene plays.
 */
#ifndef MOOR_SCENARIOS_SWARM_WATCH_H
#define MOOR_SCENARIOS_SWARM_WATCH_H

#include "scenarios/build_priv.h"
#include "scenarios/swarm.h"
#include "world/record.h"

#define SWARM_BU_TIMES 8u		/* sending times of a UE's latest BUs that are kept */

struct watch_pdn {			/* of a UE's PDN connection */
	bool excused;			/* its home agent lost its binding by order: the cache need not have it */
	bool restarted;			/* and may have taken an answer to a BU from before for one to its own */
	moor_time bu_at[SWARM_BU_TIMES];
	unsigned bus;
};

struct watch_node {
	struct watch_pdn pdn[DSMIP_PDN_MAX];
};

struct each {				/* a walk over all PDN connections of all UEs */
	struct group *group;
	struct ue *ue;			/* as it stands for the PDN connection */
	struct dsmip_ue *d;
	struct dsmip_bul bul;
	struct watch_pdn *watch;
	const char *apn;
	uint32_t node;
	unsigned pdn;			/* its number; 0: the UE's first */
	guint g, k, next;
};

struct watch_flow {			/* of one direction */
	GHashTable *seen;		/* sequence numbers that arrived */
	uint64_t sent, arrived;
	uint32_t source, sink;		/* nodes */
};

struct swarm_watch {
	struct build *b;
	const struct scenario *s;
	struct moor_world *w;
	struct swarm_report *out;
	struct watch_node *node;
	struct watch_flow *flow;	/* two for each flow: by number * 2 + direction */
	uint32_t n_flows;		/* of the scenario: what was built may be gone before this is */
	GHashTable *sequences;		/* "node/home address" -> last sequence number + 1 */
	GHashTable *taken;		/* sessions of anchors: what they took last */
	GHashTable *changed;		/* "node/prefix" -> when a session was last changed there */
	bool anchors;			/* there are some */
	bool partly;			/* IPv4 home addresses alone are revoked: sessions change without a PBU */
	uint32_t update_rate;		/* MAX_UPDATE_RATE */
	bool duplicates;		/* links or faults may copy user packets */
	bool ends;			/* the AAA server ends sessions, or wants UEs authenticated anew or gone */
	moor_time calm, settled, leaving;	/* MOOR_NEVER: the scenario does not say */
};

void swarm_find(struct swarm_watch *x, const char *invariant, uint32_t node, const char *fmt, ...) G_GNUC_PRINTF(4, 5);
const char *swarm_node_name(const struct swarm_watch *x, uint32_t node);

void swarm_watch_begin(struct swarm_watch *x);	/* swarm_watch.c: before build_fill, but for the flows */
void swarm_watch_flows(struct swarm_watch *x);	/* behind it */
void swarm_watch_end(struct swarm_watch *x);
/* All records that are looked at, as if they came from the world. */
void swarm_watch_record(void *ctx, const struct moor_record *r);

bool swarm_next(struct swarm_watch *x, struct each *e);	/* begins with zeros */

/* swarm_state.c: questions about what is there now */
void swarm_check_always(struct swarm_watch *x);	/* at any moment */
void swarm_check_settled(struct swarm_watch *x);
void swarm_check_reached(struct swarm_watch *x);	/* the flows of the end have run */
void swarm_check_end(struct swarm_watch *x);

/* The pings of a flow of the end at this node are all answered. */
void swarm_answered(struct swarm_watch *x, uint32_t node, uint32_t flow);

/* swarm_pmip_watch.c; binding: false, it is no anchor's or gateway's */
bool swarm_pmip_binding(struct swarm_watch *x, const struct moor_record *r);
void swarm_pmip_signal(struct swarm_watch *x, const struct moor_record *r);
void swarm_pmip_frame(struct swarm_watch *x, const struct moor_record *r);
/* swarm_pmip_state.c */
void swarm_pmip_always(struct swarm_watch *x);
void swarm_pmip_settled(struct swarm_watch *x);
/* Is this node on a link of a gateway that lets sessions run out before it makes them anew? */
bool swarm_pmip_lapses(struct swarm_watch *x, uint32_t node);
void swarm_pmip_reached(struct swarm_watch *x);
void swarm_pmip_end(struct swarm_watch *x);

#endif

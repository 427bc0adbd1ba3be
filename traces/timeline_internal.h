/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a timeline consists of, shared by the collector, the layout and the drawing. Internal.
 */
#ifndef MOOR_TRACES_TIMELINE_INTERNAL_H
#define MOOR_TRACES_TIMELINE_INTERNAL_H

#include "base/map.h"
#include "traces/timeline.h"

#define TRACK_MAX 512u			/* bars of a track while records come */
#define TL_BINS 1024u
#define TL_EARLY 512u
#define TL_NETWORK 3u			/* home agents and NAT boxes that get a place although mobile nodes want it */
#define TL_FLOWS 24u			/* user data lanes of all nodes */

/* What a bar is. Where bars become one the greater wins, but LOOK_MIXED for bars that are nothing in common. */
enum tl_look {
	LOOK_PLAIN, LOOK_HOST, LOOK_NETWORK, LOOK_OTHER, LOOK_BA, LOOK_BU, LOOK_REFUSED, LOOK_STEP_OK, LOOK_STEP_BAD,
	LOOK_MIXED
};

struct tl_bar {
	moor_time from, to;
	const char *label;		/* lent from the timeline's texts; NULL: none, or several */
	uint32_t n;			/* how many became this one */
	uint8_t look;			/* enum tl_look */
	uint8_t kind;			/* of a step: enum step_kind */
};

struct tl_track {
	GArray *bars;			/* struct tl_bar by time; NULL while there is none */
	moor_time quantum;		/* bars closer together than this became one; 0: none did */
};

void track_add(struct tl_track *t, struct tl_bar bar);
/* Makes one bar of all that together take at most `quantum`, and of more until there are no more than `most`. */
void track_coarsen(struct tl_track *t, moor_time quantum, guint most);
static inline guint track_len(const struct tl_track *t) { return t->bars ? t->bars->len : 0; }
static inline struct tl_bar *track_bar(const struct tl_track *t, guint i)
{
	return &g_array_index(t->bars, struct tl_bar, i);
}

/* Received packets of one direction of a flow, counted per span of time; the spans double as the run gets longer. */
struct tl_flow {
	moor_time first, width;		/* of bin 0; of a bin */
	uint32_t bins[TL_BINS];
	uint64_t sequence;
	moor_time sent_at, at, interval;	/* of the last packet that came; sending interval, 0: not known */
	moor_time sent_first, sent_last;	/* of all that were sent */
	bool any, sent_any;
};

enum tl_lane_kind { LANE_LINK, LANE_RADIO, LANE_STATE, LANE_PHASES, LANE_SIGNALS, LANE_NAT, LANE_FLOW, LANE_KINDS };
enum tl_phase { PHASE_STEP, PHASE_L2, PHASE_WAIT, PHASE_DETECT, PHASE_ADDR, PHASE_DAD, PHASE_IKE, PHASE_AAA,
	PHASE_REGIST, TL_PHASES };
extern const char *const tl_phase_names[TL_PHASES];

#define PHASE_ROW 8.0

struct tl_lane {
	enum tl_lane_kind kind;
	uint32_t key, instance;		/* port, flow * 2 + direction; state machine */
	const char *machine;		/* lent */
	char *label;
	struct tl_track tracks[TL_PHASES];	/* PHASES: one per phase; SIGNALS: sent, received; else the first */
	struct tl_bar current;		/* LINK, RADIO, STATE: what holds now */
	bool open;
	struct ip6_addr home;		/* STATE at a home agent: whose binding; zero: not known */
	struct tl_flow *flow;
	double y, height;		/* layout */
};

/* IKE and AAA have rows only where there was any. */
bool timeline_has_phase(const struct tl_lane *l, int phase);

enum tl_rank { RANK_MOBILE, RANK_NETWORK };

struct tl_node {
	uint32_t id;
	enum tl_rank rank;
	const char *name;
	struct ip6_addr home;		/* a mobile node's; at a home agent: of the BU that came last */
	GPtrArray *lanes;		/* struct tl_lane */
	double y;
	bool shown;
};

/* A record of a node of which nothing else is known yet. */
struct tl_early {
	moor_time at;
	uint32_t node, key;		/* port or instance */
	const char *machine, *from, *to;	/* machine NULL: a carrier */
	bool up;
};

struct timeline {
	struct trace_names names;
	char *title;
	GStringChunk *texts;
	GPtrArray *nodes;		/* struct tl_node, in order of appearance */
	GByteArray *slots;		/* by node number: 0 nothing known, SLOT_NONE left out, else index + 1 */
	GArray *early;			/* struct tl_early */
	unsigned ranks[2];
	uint32_t left_out;		/* nodes that were not followed */
	struct map flows;		/* (flow, 0) -> node */
	unsigned flow_lanes;
	uint32_t flows_left_out;
	struct tl_track actions, failures;
	GPtrArray *states;		/* names of states, in order of appearance */
	moor_time end;
	bool ended;
	/* layout */
	uint32_t hidden;
	double top, bottom, height;	/* of the lanes; of the page */
	guint bars_per_track;
};

#define TL_STRANGERS 4u			/* entries of a home agent that are shown although they are of nobody who is followed */

#define SLOT_NONE 255u
#define TL_LEFT 170.0
#define TL_PLOT 1100.0
#define TL_RIGHT 30.0

/* Closes what is open at the end. Further calls do nothing. */
void timeline_end(struct timeline *t, moor_time end);
/* Chooses nodes, orders and places their lanes. */
void timeline_lay_out(struct timeline *t);
/* Where a time stands on the page. */
static inline double timeline_x(const struct timeline *t, moor_time at)
{
	return TL_LEFT + TL_PLOT * (double)at / (double)(t->end > 0 ? t->end : 1);
}
/* The distance of the axis's ticks for a run of that length: 1, 2 or 5 times a power of ten, at most 12 of them. */
moor_time timeline_tick(moor_time end);

/* The mobile node of that home address; NULL: none that is followed. */
const struct tl_node *timeline_owner(const struct timeline *t, const struct ip6_addr *home);
/* A record of the radio in its lane. */
void timeline_radio(struct timeline *t, struct tl_lane *l, const struct moor_record *r);
/* Of a radio lane: what a radio does when it is with nobody, or with nobody that it hears. */
bool timeline_radio_is_away(const char *label);
/* The sets of lanes, for the collector. */
struct tl_lane *timeline_lane(struct tl_node *n, enum tl_lane_kind kind, uint32_t key, uint32_t instance,
			      const char *machine);
struct tl_lane *timeline_lane_add(struct tl_node *n, struct tl_lane lane, char *label);
void lane_switch(struct tl_lane *l, moor_time at, const char *label);
void flow_sent(struct tl_flow *f, const struct moor_record *r);
void flow_received(struct tl_lane *l, const struct moor_record *r);
void flow_end(struct tl_lane *l);

#endif

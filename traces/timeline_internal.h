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
/* Forgets what is not in that span at all. */
void track_window(struct tl_track *t, moor_time from, moor_time to);
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

#define PHASE_ROW 10.0

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
	struct tl_track met;		/* expectations that were */
	moor_time from, to;		/* what is shown; to 0: until the end */
	/* layout */
	uint32_t hidden;
	double wanted;			/* width of the page; 0: a screen's */
	double width, left, plot;	/* of the page; where the axis begins, and its length */
	double top, bottom, height;	/* of the lanes; of the page */
	unsigned action_rows, failure_rows;
	bool narrow;			/* the lanes' names stand above them */
	guint bars_per_track;
};

#define TL_STRANGERS 4u			/* entries of a home agent that are shown although they are of nobody who is followed */

#define SLOT_NONE 255u
#define TL_WIDTH 936.0			/* a screen of 1280 dots */
#define TL_NARROW 400.0
#define TL_RIGHT 16.0
#define TL_ROW 11.0			/* of words */
#define TL_ROWS 8u			/* of words above the axis, of one sort */

/* Closes what is open at the end. Further calls do nothing. */
void timeline_end(struct timeline *t, moor_time end);
/*
 * Chooses nodes, orders and places their lanes below `above` points of other things. The width is known before:
 * timeline_widths.
 */
void timeline_widths(struct timeline *t);
void timeline_lay_out(struct timeline *t, double above);
/* The end of what is shown, and how long that is; never 0. */
static inline moor_time timeline_last(const struct timeline *t)
{
	return t->to > 0 && t->to < t->end ? t->to : t->end;
}
static inline moor_time timeline_span(const struct timeline *t)
{
	return timeline_last(t) > t->from ? timeline_last(t) - t->from : 1;
}
/* Where a time stands on the page, and the time that `points` of the page stand for. */
static inline double timeline_x(const struct timeline *t, moor_time at)
{
	return t->left + t->plot * (double)(at - t->from) / (double)timeline_span(t);
}
static inline moor_time timeline_points(const struct timeline *t, double points)
{
	return (moor_time)((double)timeline_span(t) * points / t->plot);
}
/* The distance of the axis's ticks for such a span: 1, 2 or 5 times a power of ten, at most so many of them. */
moor_time timeline_tick(moor_time span, int most);

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the metrics share: mobile nodes with the step and the exchange under way, and flows. Internal.
 * metrics.c takes records apart, metrics_step.c begins and ends steps, metrics_signal.c follows BUs and BAs,
 * metrics_ike.c IKEv2, metrics_radio.c the layer 2 of radio links.
 */
#ifndef MOOR_TRACES_METRICS_INTERNAL_H
#define MOOR_TRACES_METRICS_INTERNAL_H

#include <glib.h>

#include "base/mem.h"
#include "traces/metrics.h"
#include "traces/metrics_dist.h"
#include "traces/metrics_flow.h"
#include "traces/numbers.h"

enum { MH_TYPE_BU = 5, MH_TYPE_BA = 6, BU_FLAG_PROXY = 0x0200, STATUS_REFUSED = 128, STATUS_SEQUENCE = 135,
	MH_BU_OPTIONS = 12, MH_OPTION_BID = 35,
	MH_OPTION_HANDOFF = 23, MH_OPTION_MN_LL_ID = 25 };

#define BUS_KEPT 8u
#define LINKS_KEPT 64u
#define NEVER_SEEN INT64_MIN

/* Another interface of the node than the step's: what it learnt meanwhile, in case the registration goes over it. */
#define SIDES 3u
struct side { uint32_t port; moor_time solicit, found; };

/* A PBU for another interface than the one that the mobile node said was up. */
struct side_pbu { uint64_t iid; moor_time at; struct ip6_addr care_of, home_address; bool udp, there; };

/* A step under way. Times are NEVER_SEEN until their record came. */
struct step {
	struct handover_row row;
	moor_time link_up, solicit, detected, request_first, request_last, formed, ready;
	moor_time securing, secured, aaa;	/* IKEv2: its first begin, its last end; what the AAA server took of it */
	moor_time discovering, discovered, discovered_late;	/* begun; all of it so far; of that behind the address */
	moor_time radio_left;		/* the radio gap that was counted last */
	uint64_t aaa_last;		/* message that was counted last */
	bool proxied;			/* a MAG signals: over when the mobile node says so */
	bool moved, failed, home;	/* a REC_MOVE was seen; MOVE_FAILED; MOVE_HOME_LINK or at home by its BU */
	moor_time bu_first, rtt_sum, accepted, over;	/* over: end of signalling */
	moor_time first_up, first_down;
	uint32_t port;
	struct side side[SIDES];
	uint32_t sides;
	uint64_t iid;			/* of the interface that came up, when the mobile node told its link-local address */
	struct side_pbu pbu;
};

struct exchange {
	bool active;
	uint32_t n;			/* BUs kept: the last BUS_KEPT of them, in turn */
	struct bu_exchange x;
	uint16_t sequence[BUS_KEPT];
	moor_time at[BUS_KEPT];
};

struct mobile {
	uint32_t node, instance;
	moor_time due;			/* when time alone brings something about; MOOR_NEVER: nothing */
	struct step *step;		/* NULL: none under way */
	uint32_t steps;
	uint32_t flows;			/* list through struct flow.next; REC_NONE ends it */
	bool attached;
	bool proxy;			/* a binding of a MAG, whose instance is one more than the records' */
	uint32_t served;		/* with it: index of the mobile node whose steps it signals; REC_NONE: unknown */
	const char *link;
	struct ip6_addr coa;		/* registered */
	struct ip6_addr left;		/* the place that its last detach was from, and its link */
	const char *left_link;
	struct exchange exchange;
};

struct flow {
	uint32_t number, mobile, next;	/* mobile: index, REC_NONE while unknown */
	uint32_t instance;		/* PDN connection of the mobile node, as its source says */
	struct flow_dir dir[2];
};

/* An EAP packet that the AAA server's answer brought, and how long that took. */
struct eap_answer {
	uint64_t hash;
	moor_time delay;
	bool kept;
};

/* A time without a link as the radio of a port told it: the one under way, or else the last one. */
struct radio_gap {
	moor_time left, heard;		/* its begin; the last beacon before */
	moor_time scan_begun, scan_done;	/* the first and the last of its scans */
	moor_time joined;		/* its end; NEVER_SEEN: it lasts */
};

struct listener {
	handover_row_fn *rows;
	bu_exchange_fn *exchanges;
	void *ctx;
};

struct metrics {
	struct metrics_config config;
	GStringChunk *texts;
	const char *links[LINKS_KEPT];	/* of texts, those of ports lately, by their numbers; NULL: none */
	struct step *spare;		/* of a step that ended, or NULL: as one ends another begins, often */
	struct numbers mobile_index, flow_index;
	GArray *mobiles, *flows, *listeners, *rows;
	struct dist *dists[STEP_KINDS];	/* METRICS each, made when first used */
	uint64_t counts[STEP_KINDS][STEP_OUTCOMES];
	struct metrics_totals totals;
	bool finished, unnumbered;
	bool aaa_told;			/* there are REC_AAA */
	struct eap_answer *answers;	/* the newest, in turn; NULL: none yet */
	struct map answer_index;
	uint32_t n_answers;
	uint32_t last_mobile;		/* index of the one found last */
	GArray *gaps;			/* struct radio_gap; NULL: no radio told anything */
	struct numbers gap_index;	/* port -> index of its gap */
	struct numbers left_index;	/* node -> that of the port that left last */
	struct numbers by_iid;		/* the two halves of an interface identifier -> index of its mobile node */
};

static inline struct mobile *mobile_at(const struct metrics *m, uint32_t i)
{
	return &g_array_index(m->mobiles, struct mobile, i);
}

static inline struct flow *flow_at(const struct metrics *m, uint32_t i)
{
	return &g_array_index(m->flows, struct flow, i);
}

/* The mobile node of that number; make: a new one when it is not known, else NULL. Valid until the next one is made. */
struct mobile *metrics_mobile_find(struct metrics *m, uint32_t node, uint32_t instance, bool make);
static inline struct mobile *metrics_mobile(struct metrics *m, uint32_t node, uint32_t instance, bool make)
{
	uint32_t i = m->last_mobile;

	/* records of one node come in bunches */
	if (i < m->mobiles->len && mobile_at(m, i)->node == node && mobile_at(m, i)->instance == instance)
		return mobile_at(m, i);
	return metrics_mobile_find(m, node, instance, make);
}
void metrics_time_passed(struct metrics *m, struct mobile *mn, moor_time now);
/* What time alone brings about for this node: the end of its step's time. Called before each of its records. */
static inline void metrics_at_time(struct metrics *m, struct mobile *mn, moor_time now)
{
	if (G_UNLIKELY(now > mn->due))
		metrics_time_passed(m, mn, now);
}

struct step *metrics_step_begin(struct metrics *m, struct mobile *mn, moor_time at, enum step_kind kind);
/* The step's interface, and with it the link that it leads to. REC_NONE: nothing learnt. */
void metrics_step_port(struct metrics *m, struct step *s, uint32_t port);
/* The registration goes over another interface than what was seen so far: neither its label nor its phases are that. */
void metrics_step_other(struct metrics *m, struct step *s, uint32_t port);
void metrics_step_over(struct mobile *mn, moor_time at, bool ok);
void metrics_step_close(struct metrics *m, struct mobile *mn, moor_time at, enum flow_close how);

/* metrics_ike.c */
void metrics_securing(struct metrics *m, struct mobile *mn, const struct moor_record *r);
void metrics_aaa(struct metrics *m, const struct moor_record *r);
void metrics_ike_received(struct metrics *m, const struct moor_record *r);
void metrics_ike_fill(const struct metrics *m, struct step *s);		/* after bu_wait */
void metrics_ike_done(struct metrics *m);

/* metrics_radio.c */
void metrics_radio(struct metrics *m, const struct moor_record *r);
void metrics_radio_link_up(struct metrics *m, struct step *s, const struct moor_record *r);
/* The node's radio left its link at this very instant: its own movement is told behind that. */
bool metrics_radio_left(const struct metrics *m, uint32_t node, moor_time at);
void metrics_radio_done(struct metrics *m);

void metrics_exchange_end(struct metrics *m, struct mobile *mn);
void metrics_bu_sent(struct metrics *m, const struct moor_record *r);
/* metrics_proxy.c */
void metrics_link_up(struct metrics *m, const struct mobile *mn, const struct ip6_addr *link_local);
/* A PBU or PBA at a MAG; by: its binding there, whose exchange is followed already. False: no mobile node is known. */
bool metrics_proxy_bu(struct metrics *m, struct mobile *by, const struct moor_record *r);
/* The step's interface is up: a PBU of this very instant that seemed to be for another one was for this one. */
void metrics_proxy_link_up(struct step *s, const struct moor_record *r);
void metrics_proxy_ba(struct metrics *m, const struct mobile *by, const struct moor_record *r);
void metrics_proxy_gone(struct metrics *m, const struct mobile *by, const struct ip6_addr *coa);
void metrics_ba_received(struct metrics *m, const struct moor_record *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a ladder consists of, shared by the collector and the two ways of drawing it. Internal.
 */
#ifndef MOOR_TRACES_LADDER_INTERNAL_H
#define MOOR_TRACES_LADDER_INTERNAL_H

#include "traces/ladder.h"

enum ladder_kind {
	LADDER_MESSAGE,
	LADDER_NOTE,			/* something at one participant */
	LADDER_BAR			/* the scenario did something */
};

struct ladder_item {
	enum ladder_kind kind;
	moor_time at, end;		/* sent, received (valid if delivered) */
	uint32_t from, to;		/* nodes; REC_NONE unknown */
	uint64_t key;			/* ties the two ends of a message together */
	bool delivered, copy, udp, nat, refused;
	bool broadcast;			/* nobody in particular was addressed: nobody answering is no loss */
	uint32_t again;			/* notes: how many times more the same followed, until `end` */
	bool update;			/* a BU, or IKEv2 begins: its sender is a mobile node (or its proxy) */
	bool esp;			/* a Mobility Header in ESP, of this home address: */
	struct ip6_addr home;
	char *text;
	char *cause;			/* why it was lost, or NULL */
};

/* What became of an expectation, in words. */
struct ladder_check {
	moor_time at;
	enum verdict verdict;
	char *text;
};

struct ladder {
	struct ladder_options o;
	struct trace_names names;
	GArray *items;			/* struct ladder_item */
	GArray *checks;			/* struct ladder_check */
	guint verdicts[VERDICT_ERROR + 1];
	uint64_t left_out;
	GHashTable *addresses;		/* struct ip6_addr * -> node + 1 */
	GHashTable *peers;		/* node -> node + 1 it last spoke with */
	GHashTable *moving;		/* nodes between a movement's begin and its detection */
	GArray *seats;			/* struct ladder_seat, in order of columns; made by ladder_seats */
	struct name_table *own_names;	/* when the ladder was read from a file */
};

/* A participant. rank 0: mobile nodes, 2: those who answer them, 1: what is between. */
struct ladder_seat {
	uint32_t node;
	unsigned rank, messages, first;	/* first: in order of appearance */
	uint32_t family, number;	/* ue1 to ue12: the least of their nodes, and 1 to 12 */
};

static inline struct ladder_item *ladder_item_at(const struct ladder *l, uint32_t i)
{
	return &g_array_index(l->items, struct ladder_item, i);
}

static inline struct ladder_check *ladder_check_at(const struct ladder *l, uint32_t i)
{
	return &g_array_index(l->checks, struct ladder_check, i);
}

enum verdict ladder_worst(const struct ladder *l);
char *ladder_checks_summary(const struct ladder *l);	/* "fail: 4 of 5 expectations met"; NULL: none. Free it */

/*
 * Settles who the participants are, at most `max`; call after the last record. Ends of unanswered messages are
 * guessed.
 */
void ladder_seats(struct ladder *l, unsigned max);
/* Column of a node, -1: not shown. */
int ladder_seat_of(const struct ladder *l, uint32_t node);
const char *ladder_seat_name(const struct ladder *l, unsigned column, char buf[32]);
/* What a record of a radio says, in words. Free with g_free. */
char *ladder_radio_text(const struct rec_radio *r);
/* The item's line for people: marks, text, cause, delay. Free with g_free. */
char *ladder_describe(const struct ladder_item *i);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the expectation engine; shared by expect.c (records) and expect_judge.c (verdicts).
 */
#ifndef MOOR_SCENARIOS_EXPECT_SET_H
#define MOOR_SCENARIOS_EXPECT_SET_H

#include "scenarios/expect.h"

enum pat_kind { PAT_NONE, PAT_MESSAGE, PAT_EVENT, PAT_ACTION, PAT_EXPECT };

/* Something to look for in one record. */
struct pat {
	enum pat_kind kind;
	const struct message_row *message;
	const struct event_row *event;
	bool received;
	uint8_t *entries;		/* ACTION: by index of the timeline */
	guint n_entries;		/* … as long as it was at the beginning */
	const char *verb;		/* … of what is told later; NULL: a label was meant */
	guint expect;			/* EXPECT: its index */
	int selector;			/* -1: any node */
	const char *pdn;		/* NULL: any */
	const struct tree *fields;
	int64_t nth;
};

/* What has been seen for one node, or for all. Zero: nothing yet. */
struct inst {
	moor_time start, end;		/* of the window, when started, ended */
	int64_t after_seen, before_seen;
	int64_t seen, count;		/* matches without and with their fields, inside the window */
	uint32_t rescued, doubtful;	/* with their fields: within the allowance behind it, within the lateness behind that */
	moor_time hit_at;
	moor_time since;		/* state: in it since */
	uint8_t state;			/* state + 1; 0: not known yet */
	bool started, ended, wrong;
	moor_time slow;			/* metric: as late was the machine in a step that took too long by a little more */
	bool surely;			/* metric: wrong by more than that */
	bool unfinished;		/* metric: a step that the end of the records cut off was not as expected */
};

struct exp {
	const struct scen_expect *e;
	struct pat pat, after, before;
	bool each;			/* one inst per member of `by` */
	bool windowed;			/* `within` was given */
	bool met;			/* by the record at hand */
	int selector;			/* of `by` or of the state's node; -1: none */
	int64_t least, most;		/* how many times */
	moor_time from, upto;		/* the window, from its beginning; upto MOOR_NEVER: open */
	moor_time allowance;		/* behind it, for what would be missed; never for what is too many */
	struct inst all;		/* anchors that count for every member */
	struct inst *inst;
	guint n_inst;
	const struct fsm *machine;
	uint8_t is;
	struct expect_metric metric;
	int64_t bound_least, bound_most;
	uint64_t kinds;
	GString *why;			/* the first that nearly matched; with `named`: that matched, and should not */
	bool named;
	struct trace_check check;
	char *place, *clause, *covers, *message;
};

struct sel {
	const char *text;
	bool one;			/* names a single node */
	int ordinal;			/* … which is this; -1: none */
	GByteArray *has;		/* by ordinal: 0 not known, 1 no, 2 yes */
};

struct expect_set {
	const struct scenario *s;
	struct expect_config config;
	GArray *ordinals;		/* int32_t by node number: -2 not known, -1 no node of the scenario */
	guint n_members;		/* of the whole scenario */
	GPtrArray *sels;		/* struct sel */
	GHashTable *by_text;		/* text -> its place among them, from 1 */
	struct exp *exps;
	guint n;
	uint64_t kinds;
	struct field_list fields;	/* of the record at hand */
	bool fields_made;
	struct trace_check *checks;
	moor_time now;
	enum verdict verdict;
	const struct flows_table *flows;	/* NULL: none */
};

const char *expect_member_name(const struct scenario *s, guint ordinal, char *buf, size_t cap);
bool expect_selected(struct expect_set *x, int selector, int ordinal);
void expect_state_until(struct expect_set *x, struct exp *p, struct inst *i, const struct inst *w, moor_time t);
const struct inst *expect_window(const struct exp *p, const struct inst *i, moor_time *start, bool *started);
bool expect_explained(const struct expect_set *x, const struct exp *p, const struct inst *i, moor_time end,
		      moor_time *late);

#endif

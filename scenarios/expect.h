/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expectations: judged from records and from nothing else, so that a simulation, a live run and a replay are judged
 * alike.
 *
 *	x = expect_new(scenario, &config);
 *	moor_record_sink(world, EXPECT_KINDS, expect_record, x);	or expect_record by hand, in order of time
 *	metrics_listen(metrics, expect_step, NULL, x);			for expectations about metrics
 *	expect_finish(x, end, metrics);
 */
#ifndef MOOR_SCENARIOS_EXPECT_H
#define MOOR_SCENARIOS_EXPECT_H

#include "scenarios/fields.h"
#include "scenarios/load.h"
#include "traces/flows_table.h"
#include "traces/metrics.h"
#include "traces/verdict.h"

struct expect_set;

struct expect_config {
	struct trace_names names;	/* node numbers to the names of the scenario's nodes */
	int64_t late_ppm;		/* what is missed may come this much later: 0 in simulation; live runs allow for others */
	moor_time late_least;		/* and by this at least: between processes nothing is at once */
	/*
	 * Live: the machine's largest lateness between two times. What comes later than that by no more than it, is
	 * inconclusive; so is whatever failed within or behind a lateness of at least `late` and 5 % of its window
	 * (half a second is enough for any), but for deviations: octets are not wrong because they are late. NULL: never.
	 */
	moor_time (*late_between)(void *ctx, moor_time from, moor_time to);
	void *late_ctx;
	moor_time late;
};

/* The scenario must outlive it; config is copied. */
struct expect_set *expect_new(const struct scenario *s, const struct expect_config *config);
void expect_free(struct expect_set *x);
uint64_t expect_kinds(const struct expect_set *x);		/* the records it needs, as REC_BIT */
void expect_record(void *expect_set, const struct moor_record *r);
void expect_step(void *expect_set, const struct handover_row *row);	/* handover_row_fn */
bool expect_wants_metrics(const struct expect_set *x);

/* What is known of single traffic flows; before expect_finish, and only when expect_wants_flows. Lent till then. */
void expect_flows(struct expect_set *x, const struct flows_table *t);
bool expect_wants_flows(const struct scenario *s);
/*
 * The records end at `end`; interrupted: before the run was over, and what could still have become otherwise is
 * inconclusive. m may be NULL. Once.
 */
void expect_finish(struct expect_set *x, moor_time end, bool interrupted, const struct metrics *m);
/*
 * How many stand as met or failed already, whatever comes, and how many are open: as if the run ended now. For people
 * who look on; those about a hundred members or more, and about sums at the end, are open till then.
 */
struct expect_count { unsigned met, failed, open; };
struct expect_count expect_so_far(struct expect_set *x, moor_time now);
/* Valid after expect_finish, until expect_free. One per expectation, in the scenario's order. */
const struct trace_check *expect_checks(const struct expect_set *x, size_t *n);
enum verdict expect_verdict(const struct expect_set *x);	/* the worst; pass when there is none */

/* ---- checks at loading ------------------------------------------------------------------------------------------- */

void expect_check(const struct scenario *s, struct report *r);
void expect_check_message(const char *name, const struct tree *fields, const struct tree *place, struct report *r);
/* The state machines that a scenario may name; NULL ends them. */
extern const struct fsm *const scen_machines[];
const struct fsm *scen_machine(const char *name);
/* What a metric's name means. */
struct expect_metric {
	int id;				/* enum metric_id; -1: a total */
	int total;			/* index into the totals, -1: none */
	int sum;			/* 0 none, else which quantile of all steps */
	int flow;			/* enum flow_figure + 1 of one traffic flow; 0: not of one */
	enum metric_unit unit;
};
bool expect_metric_find(const char *name, struct expect_metric *out);
extern const char *const expect_totals[];	/* names, ended by NULL */
extern const char *const expect_flow_figures[];	/* by enum flow_figure; ended by NULL */
extern const char *const expect_sums[];		/* ".n", ".min" …; ended by NULL */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handover metrics against made-up records: every figure of docs/metrics.md exact to the nanosecond.
 */
#include <stdio.h>

#include "tests/unit/harness.h"
#include "tests/unit/trace_script.h"
#include "traces/metrics.h"
#include "traces/metrics_dist.h"

struct bench {
	struct name_table *names;
	struct metrics *m;
	struct script s;
	GArray *exchanges;	/* struct bu_exchange */
	unsigned told;		/* rows heard of */
};

static void heard_row(void *ctx, const struct handover_row *r)
{
	struct bench *b = ctx;

	b->told += r->number > 0;
}

static void heard_exchange(void *ctx, const struct bu_exchange *x)
{
	struct bench *b = ctx;

	g_array_append_vals(b->exchanges, x, 1);
}

static void open_bench(struct bench *b)
{
	b->names = script_names();
	b->exchanges = g_array_new(FALSE, FALSE, sizeof(struct bu_exchange));
	b->told = 0;
	b->m = metrics_new(&(struct metrics_config){ trace_names_of_table(b->names), 100 });
	b->s = script_new(metrics_record, b->m);
	metrics_listen(b->m, heard_row, heard_exchange, b);
}

static void close_bench(struct bench *b)
{
	metrics_free(b->m);
	name_table_free(b->names);
	g_array_free(b->exchanges, TRUE);
}

static const struct handover_row *row(const struct bench *b, size_t i)
{
	static const struct handover_row none;
	size_t n;
	const struct handover_row *rows = metrics_rows(b->m, &n);

	CU_ASSERT(i < n);
	return i < n ? &rows[i] : &none;
}

static size_t row_count(const struct bench *b)
{
	size_t n;

	metrics_rows(b->m, &n);
	return n;
}

static void attach(struct bench *b)
{
	script_move(&b->s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_solicit(&b->s, 1 * MOOR_S + 400000001, PORT_LTE);
	script_move(&b->s, 1 * MOOR_S + 430000003, MOVE_DETECTED, PORT_LTE, NULL);
	script_move(&b->s, 1 * MOOR_S + 430000003, MOVE_ADDRESS_FORMED, PORT_LTE, "2001:db8:1::5");
	script_move(&b->s, 2 * MOOR_S + 430000003, MOVE_ADDRESS_READY, PORT_LTE, "2001:db8:1::5");
	script_move(&b->s, 2 * MOOR_S + 430000003, MOVE_FOREIGN_LINK, PORT_LTE, NULL);
	script_bu(&b->s, 2 * MOOR_S + 430000010, 7, 1, 225);
	script_ba(&b->s, 2 * MOOR_S + 471000017, 7, 0, false);
	script_move(&b->s, 2 * MOOR_S + 471000017, MOVE_REGISTERED, PORT_LTE, NULL);
}

static void test_attach(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	attach(&b);
	metrics_finish(b.m, 20 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 1);
	r = row(&b, 0);
	CU_ASSERT_EQUAL(r->kind, STEP_ATTACH);
	CU_ASSERT_EQUAL(r->outcome, OUTCOME_OK);
	CU_ASSERT_EQUAL(r->number, 1);
	CU_ASSERT_STRING_EQUAL(r->from_link, "");
	CU_ASSERT_STRING_EQUAL(r->to_link, "lte");
	CU_ASSERT(r->answered && r->status == 0 && !r->nat);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_SOLICIT_WAIT], 400000001);
	CU_ASSERT_EQUAL(r->v[M_DETECTION], 30000002);
	CU_ASSERT_EQUAL(r->v[M_ADDRESS_WAIT], 0);
	CU_ASSERT_EQUAL(r->v[M_ADDRESS], 0);
	CU_ASSERT_EQUAL(r->v[M_DAD], 1 * MOOR_S);
	CU_ASSERT_EQUAL(r->v[M_BU_WAIT], 7);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION], 41000007);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION_RTT], 41000007);
	CU_ASSERT_EQUAL(r->v[M_RETRANSMIT_WAIT], 0);
	CU_ASSERT_EQUAL(r->v[M_TOTAL], 1 * MOOR_S + 471000017);
	CU_ASSERT_EQUAL(r->v[M_GAP_DOWN], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_LOST_DOWN], METRIC_ABSENT);
	CU_ASSERT_EQUAL(b.told, 1);
	close_bench(&b);
}

/* IPv6 to IPv4 behind a NAT: DHCPDISCOVER and BU each lost once; downlink packets 350 .. 612 never arrive. */
static void handover_to_wlan(struct bench *b)
{
	script_move(&b->s, 12 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);
	script_move(&b->s, 12 * MOOR_S + 50 * MOOR_MS, MOVE_LINK_UP, PORT_WLAN, NULL);
	script_dhcp(&b->s, 12 * MOOR_S + 60 * MOOR_MS, 1, true);
	script_dhcp(&b->s, 16 * MOOR_S + 60 * MOOR_MS, 1, true);
	script_move(&b->s, 16 * MOOR_S + 64 * MOOR_MS, MOVE_DETECTED, PORT_WLAN, NULL);
	script_dhcp(&b->s, 16 * MOOR_S + 64 * MOOR_MS, 3, true);
	script_move(&b->s, 16 * MOOR_S + 68 * MOOR_MS, MOVE_ADDRESS_FORMED, PORT_WLAN, "10.0.0.5");
	script_move(&b->s, 16 * MOOR_S + 68 * MOOR_MS, MOVE_ADDRESS_READY, PORT_WLAN, "10.0.0.5");
	script_move(&b->s, 16 * MOOR_S + 68 * MOOR_MS, MOVE_FOREIGN_LINK, PORT_WLAN, NULL);
	b->s.coa = script_addr("10.0.0.5");
	script_bu(&b->s, 16 * MOOR_S + 68 * MOOR_MS, 8, 1, 225);
	script_bu(&b->s, 17 * MOOR_S + 68 * MOOR_MS, 9, 2, 225);
	script_ba(&b->s, 17 * MOOR_S + 90 * MOOR_MS, 9, 0, true);
	script_move(&b->s, 17 * MOOR_S + 90 * MOOR_MS, MOVE_REGISTERED, PORT_WLAN, NULL);
}

static void check_wlan_phases(const struct handover_row *r)
{
	CU_ASSERT_EQUAL(r->kind, STEP_HANDOVER);
	CU_ASSERT_EQUAL(r->outcome, OUTCOME_OK);
	CU_ASSERT_EQUAL(r->number, 2);
	CU_ASSERT_STRING_EQUAL(r->from_link, "lte");
	CU_ASSERT_STRING_EQUAL(r->to_link, "wlan");
	CU_ASSERT(r->nat && r->udp);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 50 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_SOLICIT_WAIT], 4 * MOOR_S + 10 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_DETECTION], 4 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_ADDRESS_WAIT], 0);
	CU_ASSERT_EQUAL(r->v[M_ADDRESS], 4 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_DAD], 0);
	CU_ASSERT_EQUAL(r->v[M_BU_WAIT], 0);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION], 1022 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_RETRANSMIT_WAIT], 1 * MOOR_S);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION_RTT], 22 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_RETRANSMISSIONS], 1);
	CU_ASSERT_EQUAL(r->v[M_REFUSALS], 0);
	CU_ASSERT_EQUAL(r->v[M_TOTAL], 5 * MOOR_S + 90 * MOOR_MS);
	CU_ASSERT(ip6_eq(&r->from_coa, &(struct ip6_addr){ { 0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 5 } }));
}

/* A flow that begins between the end of the step's packets and the row's closing is none of the step's. */
static void test_flow_that_begins_late(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	attach(&b);
	handover_to_wlan(&b);		/* over at 17.09 s, closed at 22.09 s */
	for (int k = 0; k < 10; k++) {	/* packet k leaves at 22 s + k * 20 ms and takes 35 ms */
		script_data(&b.s, 22 * MOOR_S + k * 20 * MOOR_MS, true, false, (uint64_t)k,
			    22 * MOOR_S + k * 20 * MOOR_MS);
		if (k)
			script_data(&b.s, 22 * MOOR_S + k * 20 * MOOR_MS + 15 * MOOR_MS, false, false, (uint64_t)k - 1,
				    22 * MOOR_S + (k - 1) * 20 * MOOR_MS);
	}
	metrics_finish(b.m, 36 * MOOR_S);
	r = row(&b, 1);
	CU_ASSERT(r->v[M_LOST_DOWN] == METRIC_ABSENT || r->v[M_LOST_DOWN] == 0);
	CU_ASSERT_EQUAL(r->v[M_GAP_DOWN], METRIC_ABSENT);
	CU_ASSERT(!r->gap_down_open);
	close_bench(&b);
}

static void test_handover_with_traffic(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	attach(&b);
	/* packet k leaves at 5 s + k * 20 ms; both ways 10 ms */
	script_flow(&b.s, false, 0, 349, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	handover_to_wlan(&b);
	/* packet 605 leaves at 17.1 s; the last lost one, 604, at 17.08 s */
	script_flow(&b.s, false, 350, 1500, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 350, 604);
	metrics_finish(b.m, 36 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 2);
	r = row(&b, 1);
	check_wlan_phases(r);
	CU_ASSERT_EQUAL(r->v[M_LOST_DOWN], 255);
	CU_ASSERT_EQUAL(r->v[M_LOST_UP], METRIC_ABSENT);
	/* from packet 349 (11.98 s + 10 ms) to packet 605 (17.1 s + 10 ms) */
	CU_ASSERT_EQUAL(r->v[M_GAP_DOWN], 5120 * MOOR_MS);
	CU_ASSERT(!r->gap_down_open);
	CU_ASSERT_EQUAL(r->v[M_INTERVAL_DOWN], 20 * MOOR_MS);
	CU_ASSERT_EQUAL(r->flow_down, 1);
	CU_ASSERT_EQUAL(r->v[M_FIRST_DOWN], 5110 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_DUP_DOWN], 0);
	CU_ASSERT_EQUAL(metrics_totals(b.m).data_tx, 1501);
	CU_ASSERT_EQUAL(metrics_totals(b.m).data_rx, 1501 - 255);
	close_bench(&b);
}

/* Losses long after the step, and packets still under way at the end, belong to no step. */
static void test_window(void)
{
	struct bench b;

	open_bench(&b);
	attach(&b);
	script_flow(&b.s, true, 0, 349, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	handover_to_wlan(&b);
	script_flow(&b.s, true, 603, 900, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	/* sent at 23.02 s and later: more than METRICS_SETTLE after 17.09 s */
	script_flow(&b.s, true, 901, 1300, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 901, 1200);
	metrics_finish(b.m, 36 * MOOR_S);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_LOST_UP], 603 - 350);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_GAP_UP], (603 - 349) * 20 * MOOR_MS);
	close_bench(&b);
}

static void test_duplicates_and_late(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	attach(&b);
	script_flow(&b.s, false, 0, 10, 11 * MOOR_S, 20 * MOOR_MS, 5 * MOOR_MS, 1, 0);
	script_move(&b.s, 12 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);
	script_move(&b.s, 12 * MOOR_S, MOVE_LINK_UP, PORT_WLAN, NULL);
	script_move(&b.s, 12 * MOOR_S, MOVE_REGISTERED, PORT_WLAN, NULL);
	for (uint64_t k = 11; k <= 16; k++)
		script_data(&b.s, 12 * MOOR_S + (moor_time)k * MOOR_MS, true, false, k, 12 * MOOR_S + (moor_time)k * MOOR_MS);
	/* 11, 13, 13 again, 12 late, 10 again (before the step), 16; 14 and 15 lost */
	script_data(&b.s, 12 * MOOR_S + 31 * MOOR_MS, false, false, 11, 12 * MOOR_S + 11 * MOOR_MS);
	script_data(&b.s, 12 * MOOR_S + 32 * MOOR_MS, false, false, 13, 12 * MOOR_S + 13 * MOOR_MS);
	script_data(&b.s, 12 * MOOR_S + 33 * MOOR_MS, false, false, 13, 12 * MOOR_S + 13 * MOOR_MS);
	script_data(&b.s, 12 * MOOR_S + 34 * MOOR_MS, false, false, 12, 12 * MOOR_S + 12 * MOOR_MS);
	script_data(&b.s, 12 * MOOR_S + 35 * MOOR_MS, false, false, 10, 11 * MOOR_S);
	script_data(&b.s, 12 * MOOR_S + 36 * MOOR_MS, false, false, 16, 12 * MOOR_S + 16 * MOOR_MS);
	metrics_finish(b.m, 30 * MOOR_S);
	r = row(&b, 1);
	CU_ASSERT_EQUAL(r->v[M_DUP_DOWN], 2);
	CU_ASSERT_EQUAL(r->v[M_REORD_DOWN], 1);
	CU_ASSERT_EQUAL(r->v[M_LOST_DOWN], 2);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 0);
	close_bench(&b);
}

/* The flow never comes back: the gap is open and everything sent in time is lost. */
static void test_flow_that_stays_away(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	attach(&b);
	script_flow(&b.s, false, 0, 349, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	handover_to_wlan(&b);
	script_flow(&b.s, false, 350, 1500, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 350, 1500);
	metrics_finish(b.m, 36 * MOOR_S);
	r = row(&b, 1);
	CU_ASSERT(r->gap_down_open);
	/* closed 5 s after 17.09 s; the last packet came at 11.99 s */
	CU_ASSERT_EQUAL(r->v[M_GAP_DOWN], 10100 * MOOR_MS);
	/* sent up to 21.09 s: packet 804 */
	CU_ASSERT_EQUAL(r->v[M_LOST_DOWN], 804 - 349);
	CU_ASSERT_EQUAL(r->v[M_FIRST_DOWN], METRIC_ABSENT);
	close_bench(&b);
}

/* At the end of the records what was sent in the last second may be under way. */
static void test_end_while_away(void)
{
	struct bench b;

	open_bench(&b);
	attach(&b);
	script_flow(&b.s, false, 0, 349, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	script_move(&b.s, 12 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);
	script_flow(&b.s, false, 350, 449, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 350, 449);
	metrics_finish(b.m, 14 * MOOR_S);
	CU_ASSERT_EQUAL(row(&b, 1)->outcome, OUTCOME_OPEN);
	/* packets 350 (12.00 s) to 399 (12.98 s) were sent at least one second before the end, 400 (13.00 s) just so */
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_LOST_DOWN], 50);
	CU_ASSERT(row(&b, 1)->gap_down_open);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_TOTAL], METRIC_ABSENT);
	close_bench(&b);
}

/* The next step begins before the first is over: what is under way counts for the next one only. */
static void test_overtaken(void)
{
	struct bench b;

	open_bench(&b);
	attach(&b);
	script_flow(&b.s, false, 0, 349, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 1, 0);
	script_move(&b.s, 12 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);
	script_flow(&b.s, false, 350, 360, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 350, 360);
	b.s.coa = script_addr("10.0.0.5");
	handover_to_wlan(&b);
	script_flow(&b.s, false, 361, 1000, 5 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 361, 604);
	metrics_finish(b.m, 36 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 3);
	CU_ASSERT_EQUAL(row(&b, 1)->outcome, OUTCOME_OVERTAKEN);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_LOST_DOWN], 0);
	CU_ASSERT(row(&b, 1)->gap_down_open);
	CU_ASSERT_EQUAL(row(&b, 2)->v[M_LOST_DOWN], 255);
	close_bench(&b);
}

/* Both interfaces come up at once and the other one is the first to have an address: the row is of that one alone. */
static void test_two_interfaces(void)
{
	struct bench b;
	const struct handover_row *r;
	struct moor_record found = { .at = 1 * MOOR_S + 200 * MOOR_MS, .kind = REC_ROUTER, .node = NODE_UE,
				     .port = PORT_WLAN };

	open_bench(&b);
	script_move(&b.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_solicit(&b.s, 1 * MOOR_S + 150 * MOOR_MS, PORT_WLAN);
	found.u.router.what = ROUTER_FOUND;
	metrics_record(b.m, &found);
	script_solicit(&b.s, 1 * MOOR_S + 400 * MOOR_MS, PORT_LTE);
	script_move(&b.s, 1 * MOOR_S + 600 * MOOR_MS, MOVE_DETECTED, PORT_LTE, NULL);
	script_move(&b.s, 1 * MOOR_S + 600 * MOOR_MS, MOVE_ADDRESS_FORMED, PORT_LTE, "2001:db8:1::5");
	b.s.coa = script_addr("2001:db8:2::5");
	script_bu_over(&b.s, 2 * MOOR_S + 200 * MOOR_MS, 7, PORT_WLAN);
	script_ba(&b.s, 2 * MOOR_S + 230 * MOOR_MS, 7, 0, false);
	script_move(&b.s, 2 * MOOR_S + 230 * MOOR_MS, MOVE_REGISTERED, PORT_WLAN, NULL);
	metrics_finish(b.m, 20 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 1);
	r = row(&b, 0);
	CU_ASSERT(r->outcome == OUTCOME_OK && ip6_eq(&r->to_coa, &b.s.coa));
	CU_ASSERT_STRING_EQUAL(r->to_link, "wlan");
	CU_ASSERT_EQUAL(r->v[M_SOLICIT_WAIT], METRIC_ABSENT);	/* nobody said when that link came up */
	CU_ASSERT_EQUAL(r->v[M_DETECTION], 50 * MOOR_MS);
	CU_ASSERT(r->v[M_ADDRESS] == METRIC_ABSENT && r->v[M_DAD] == METRIC_ABSENT && r->v[M_BU_WAIT] == METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION], 30 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_TOTAL], 1 * MOOR_S + 230 * MOOR_MS);
	close_bench(&b);
}

static void test_refused(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	script_move(&b.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_bu(&b.s, 2 * MOOR_S, 1, 1, 225);
	script_ba(&b.s, 2 * MOOR_S + 5, 9, 135, false);		/* carries the number that the home agent wants */
	script_bu(&b.s, 3 * MOOR_S, 10, 1, 225);
	script_ba(&b.s, 3 * MOOR_S + 6, 10, 129, false);
	script_move(&b.s, 3 * MOOR_S + 6, MOVE_FAILED, PORT_LTE, NULL);
	metrics_finish(b.m, 30 * MOOR_S);
	r = row(&b, 0);
	CU_ASSERT_EQUAL(r->outcome, OUTCOME_REFUSED);
	CU_ASSERT_EQUAL(r->status, 129);
	CU_ASSERT_EQUAL(r->v[M_REFUSALS], 2);
	CU_ASSERT_EQUAL(r->v[M_RETRANSMISSIONS], 0);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION], METRIC_ABSENT);
	CU_ASSERT_EQUAL(metrics_totals(b.m).refused, 2);
	CU_ASSERT_EQUAL(metrics_steps(b.m, STEP_ATTACH, OUTCOME_REFUSED), 1);
	CU_ASSERT_EQUAL(metrics_sum(b.m, STEP_ATTACH, M_TOTAL).n, 0);
	close_bench(&b);
}

/* Signalling without movement records, as replay has it: round trips by sequence number, refreshes, detach. */
static void test_signalling_only(void)
{
	struct bench b;
	const struct bu_exchange *x;

	open_bench(&b);
	script_bu(&b.s, 1 * MOOR_S, 1, 0, 225);
	script_bu(&b.s, 2 * MOOR_S, 2, 0, 225);
	script_ba(&b.s, 2 * MOOR_S + 100, 1, 0, false);		/* the first one's answer, late */
	script_bu(&b.s, 100 * MOOR_S, 3, 0, 225);		/* a refresh */
	script_ba(&b.s, 100 * MOOR_S + 7, 3, 0, false);
	b.s.coa = script_addr("2001:db8:2::5");
	script_bu(&b.s, 200 * MOOR_S, 4, 0, 225);
	script_ba(&b.s, 200 * MOOR_S + 9, 4, 0, false);
	script_bu(&b.s, 300 * MOOR_S, 5, 0, 0);
	script_bu(&b.s, 301 * MOOR_S, 6, 0, 0);
	metrics_finish(b.m, 302 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 3);
	CU_ASSERT_EQUAL(row(&b, 0)->kind, STEP_ATTACH);
	CU_ASSERT_EQUAL(row(&b, 0)->v[M_REGISTRATION_RTT], 1 * MOOR_S + 100);
	CU_ASSERT_EQUAL(row(&b, 0)->v[M_RETRANSMIT_WAIT], 0);
	CU_ASSERT_EQUAL(row(&b, 1)->kind, STEP_HANDOVER);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_REGISTRATION], 9);
	CU_ASSERT_EQUAL(row(&b, 2)->kind, STEP_DETACH);
	CU_ASSERT_EQUAL(row(&b, 2)->outcome, OUTCOME_OPEN);
	CU_ASSERT_EQUAL(b.exchanges->len, 4);
	x = &g_array_index(b.exchanges, struct bu_exchange, 0);
	CU_ASSERT(x->answered && x->sequence == 1 && x->attempts == 2 && x->answered_at - x->sent == 1 * MOOR_S + 100);
	x = &g_array_index(b.exchanges, struct bu_exchange, 3);
	CU_ASSERT(!x->answered && x->lifetime == 0 && x->attempts == 2);
	CU_ASSERT_EQUAL(metrics_totals(b.m).deregistrations_unanswered, 1);
	CU_ASSERT_EQUAL(metrics_totals(b.m).bus, 6);
	CU_ASSERT_EQUAL(metrics_totals(b.m).accepted, 3);
	close_bench(&b);
}

static void test_home_and_detach(void)
{
	struct bench b;

	open_bench(&b);
	attach(&b);
	script_move(&b.s, 20 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);
	script_move(&b.s, 20 * MOOR_S + 1, MOVE_LINK_UP, PORT_WLAN, NULL);
	script_move(&b.s, 20 * MOOR_S + 2, MOVE_DETECTED, PORT_WLAN, NULL);
	script_move(&b.s, 20 * MOOR_S + 2, MOVE_HOME_LINK, PORT_WLAN, NULL);
	b.s.coa = b.s.home;
	script_bu(&b.s, 20 * MOOR_S + 3, 8, 1, 0);
	script_ba(&b.s, 20 * MOOR_S + 5, 8, 0, false);
	script_move(&b.s, 20 * MOOR_S + 5, MOVE_REGISTERED, PORT_WLAN, NULL);
	script_move(&b.s, 30 * MOOR_S, MOVE_STARTED, PORT_WLAN, NULL);
	script_move(&b.s, 30 * MOOR_S + 10, MOVE_LINK_UP, PORT_LTE, NULL);
	b.s.coa = script_addr("2001:db8:1::5");
	script_bu(&b.s, 30 * MOOR_S + 11, 9, 1, 225);
	script_ba(&b.s, 30 * MOOR_S + 12, 9, 1, false);
	script_bu(&b.s, 31 * MOOR_S, 10, 1, 0);		/* within the time of the step before */
	script_ba(&b.s, 31 * MOOR_S + 4, 10, 0, false);
	metrics_finish(b.m, 40 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 4);
	CU_ASSERT_EQUAL(row(&b, 1)->kind, STEP_HOME);
	CU_ASSERT_EQUAL(row(&b, 1)->v[M_REGISTRATION], 2);
	CU_ASSERT_EQUAL(row(&b, 2)->kind, STEP_HANDOVER);
	CU_ASSERT_STRING_EQUAL(row(&b, 2)->from_link, "wlan");
	CU_ASSERT_EQUAL(row(&b, 3)->kind, STEP_DETACH);
	CU_ASSERT_EQUAL(row(&b, 3)->outcome, OUTCOME_OK);
	CU_ASSERT_EQUAL(row(&b, 3)->v[M_REGISTRATION], 4);
	CU_ASSERT_STRING_EQUAL(row(&b, 3)->from_link, "lte");
	CU_ASSERT_STRING_EQUAL(row(&b, 3)->to_link, "");
	close_bench(&b);
}

/* ---- IKEv2 and AAA ----------------------------------------------------------------------------------------------- */

/* An answer of the AAA server reaches the home agent; its EAP packet then the mobile node, in IKE_AUTH. */
static void aaa_answer(struct bench *b, moor_time at, moor_time delay, uint8_t id)
{
	uint8_t eap[] = { 1, id, 0, 5, 23 };
	struct moor_record r = { .at = at, .kind = REC_AAA, .node = NODE_HA, .port = REC_NONE };

	r.u.aaa.command = 268;
	r.u.aaa.delay = delay;
	r.u.aaa.eap = eap;
	r.u.aaa.eap_len = sizeof(eap);
	b->s.sink(b->s.ctx, &r);
	r.u.aaa.request = true;		/* what the home agent says is no answer */
	r.u.aaa.sent = true;
	b->s.sink(b->s.ctx, &r);
}

static void ike_auth(struct bench *b, moor_time at, uint32_t node, uint8_t mid, uint8_t id)
{
	uint8_t m[28 + 6 + 9] = { 7, [15] = 9, [16] = 41, 0x20, 35, 0x20, [23] = mid, [27] = sizeof(m), 48, 0, 0, 6, 0, 0,
				  0, 0, 0, 9, 1, id, 0, 5, 23 };
	struct moor_record r = { .at = at, .kind = REC_SIGNAL_RX, .node = node, .port = REC_NONE };

	r.u.signal = (struct rec_signal){ .protocol = SIGNAL_IKE, .type = 35, .subtype = 2, .message = m,
					  .message_len = sizeof(m), .secured = true };
	b->s.sink(b->s.ctx, &r);
}

static void test_ike(void)
{
	struct bench b;
	const struct handover_row *r;

	open_bench(&b);
	script_move(&b.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_move(&b.s, 2 * MOOR_S, MOVE_ADDRESS_READY, PORT_LTE, "2001:db8:1::5");
	script_move(&b.s, 2 * MOOR_S + 1000, MOVE_SECURING, PORT_LTE, "2001:db8:c0::1");
	aaa_answer(&b, 2 * MOOR_S + 5000, 3000, 1);
	ike_auth(&b, 2 * MOOR_S + 6000, NODE_UE, 1, 1);
	ike_auth(&b, 2 * MOOR_S + 6001, NODE_UE, 1, 1);		/* seen twice */
	ike_auth(&b, 2 * MOOR_S + 6002, NODE_CN, 1, 1);		/* another one's business */
	aaa_answer(&b, 2 * MOOR_S + 9000, 2500, 2);
	ike_auth(&b, 2 * MOOR_S + 9500, NODE_UE, 2, 2);
	ike_auth(&b, 2 * MOOR_S + 9600, NODE_UE, 3, 3);		/* no answer of the server's */
	script_move(&b.s, 2 * MOOR_S + 20000, MOVE_SECURED, PORT_LTE, "2001:db8:a0::1");
	script_bu(&b.s, 2 * MOOR_S + 20050, 7, 1, 225);
	script_ba(&b.s, 2 * MOOR_S + 30000, 7, 0, false);
	script_move(&b.s, 2 * MOOR_S + 30000, MOVE_REGISTERED, PORT_LTE, NULL);
	script_move(&b.s, 50 * MOOR_S, MOVE_SECURING, PORT_LTE, NULL);		/* keys anew: no step */
	script_move(&b.s, 51 * MOOR_S, MOVE_SECURED, PORT_LTE, NULL);
	script_move(&b.s, 60 * MOOR_S, MOVE_STARTED, PORT_LTE, NULL);		/* a handover that needs none */
	b.s.coa = script_addr("2001:db8:2::5");
	script_bu(&b.s, 61 * MOOR_S, 8, 1, 225);
	script_ba(&b.s, 61 * MOOR_S + 5, 8, 0, false);
	metrics_finish(b.m, 90 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 2);
	r = row(&b, 0);
	CU_ASSERT_EQUAL(r->v[M_AAA], 5500);
	CU_ASSERT_EQUAL(r->v[M_IKE], 19000 - 5500);
	CU_ASSERT_EQUAL(r->v[M_BU_WAIT], 1050);
	CU_ASSERT_EQUAL(r->v[M_REGISTRATION], 9950);
	CU_ASSERT(row(&b, 1)->v[M_IKE] == 0 && row(&b, 1)->v[M_AAA] == 0);
	close_bench(&b);
}

/* As a capture shows it: nothing of the AAA server, no movement. */
static void test_ike_only(void)
{
	struct bench b;

	open_bench(&b);
	script_move(&b.s, 1 * MOOR_S, MOVE_SECURING, PORT_LTE, NULL);
	ike_auth(&b, 1 * MOOR_S + 10, NODE_UE, 1, 1);
	script_move(&b.s, 1 * MOOR_S + 10, MOVE_SECURED, PORT_LTE, NULL);
	script_move(&b.s, 1 * MOOR_S + 70, MOVE_SECURED, PORT_LTE, NULL);
	script_bu(&b.s, 1 * MOOR_S + 100, 7, 1, 225);
	script_ba(&b.s, 1 * MOOR_S + 200, 7, 0, false);
	metrics_finish(b.m, 90 * MOOR_S);
	CU_ASSERT(row_count(&b) == 1 && row(&b, 0)->kind == STEP_ATTACH && row(&b, 0)->start == 1 * MOOR_S);
	CU_ASSERT(row(&b, 0)->v[M_IKE] == 70 && row(&b, 0)->v[M_AAA] == METRIC_ABSENT);
	CU_ASSERT_EQUAL(row(&b, 0)->v[M_TOTAL], 200);
	close_bench(&b);
}

/* A proxy's bindings are nodes of their own. */
/* The same node's second PDN connection: its own rows, its own flow; what the node solicits counts for both. */
static uint32_t speaker;

static void as_pdn(void *metrics, const struct moor_record *r)
{
	struct moor_record copy = *r;

	if (r->kind == REC_MOVE || r->kind == REC_SIGNAL_TX || r->kind == REC_SIGNAL_RX || r->kind == REC_DATA_TX)
		copy.instance = speaker;
	metrics_record(metrics, &copy);
}

static void test_pdns(void)
{
	struct bench b;
	unsigned n[2] = { 0, 0 };

	open_bench(&b);
	b.s = script_new(as_pdn, b.m);
	for (speaker = 0; speaker < 2; speaker++)
		script_move(&b.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_solicit(&b.s, 1 * MOOR_S + 400, PORT_LTE);
	for (speaker = 0; speaker < 2; speaker++) {
		script_move(&b.s, 1 * MOOR_S + 500, MOVE_DETECTED, PORT_LTE, NULL);
		script_move(&b.s, 1 * MOOR_S + 500, MOVE_ADDRESS_FORMED, PORT_LTE, "2001:db8:1::5");
		script_move(&b.s, 1 * MOOR_S + 500, MOVE_ADDRESS_READY, PORT_LTE, "2001:db8:1::5");
		script_bu(&b.s, 1 * MOOR_S + 600, 7, 1, 225);
	}
	for (speaker = 0; speaker < 2; speaker++) {
		script_ba(&b.s, 1 * MOOR_S + 700 + speaker, 7, 0, false);
		script_move(&b.s, 1 * MOOR_S + 700 + speaker, MOVE_REGISTERED, PORT_LTE, NULL);
	}
	speaker = 1;			/* its flow loses packets in its handover; the first one does not move */
	script_flow(&b.s, false, 0, 99, 7 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, UINT64_MAX, UINT64_MAX);
	script_move(&b.s, 9 * MOOR_S + 1, MOVE_STARTED, PORT_LTE, NULL);
	script_flow(&b.s, false, 100, 199, 7 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 110, 119);
	script_move(&b.s, 11 * MOOR_S, MOVE_REGISTERED, PORT_LTE, NULL);
	metrics_finish(b.m, 30 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 3);
	for (size_t i = 0; i < row_count(&b); i++) {
		const struct handover_row *r = row(&b, i);

		n[r->instance & 1]++;
		if (r->kind == STEP_HANDOVER) {
			CU_ASSERT_EQUAL(r->instance, 1);
			CU_ASSERT_EQUAL(r->number, 2);
			CU_ASSERT_EQUAL(r->v[M_LOST_DOWN], 10);
		} else {
			CU_ASSERT_EQUAL(r->v[M_SOLICIT_WAIT], 400);
			CU_ASSERT_EQUAL(r->v[M_REGISTRATION], 100 + r->instance);
		}
	}
	CU_ASSERT_EQUAL(n[0], 1);
	CU_ASSERT_EQUAL(n[1], 2);
	close_bench(&b);
}

static void test_proxy(void)
{
	struct bench b;

	open_bench(&b);
	script_bu_proxy(&b.s, 1 * MOOR_S, 0, 1);
	script_bu_proxy(&b.s, 1 * MOOR_S + 5, 1, 1);
	metrics_finish(b.m, 10 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 2);
	CU_ASSERT_EQUAL(metrics_totals(b.m).bu_retransmissions, 0);
	close_bench(&b);
}

/* A message of a gateway (a node of its own) about the host whose MAC is 02:00:00:00:00:09. */
static void gateway(struct bench *b, moor_time at, uint32_t mag, bool sent, uint16_t sequence, uint16_t lifetime)
{
	static const uint8_t pbu[] = { 59, 2, 5, 0, 0, 0, 0, 1, 0xc2, 0, 0, 100, 25, 8, 0, 0, 2, 0, 0, 0, 0, 9, 1, 0 };
	struct moor_record r = { .at = at, .kind = sent ? REC_SIGNAL_TX : REC_SIGNAL_RX, .node = mag, .port = REC_NONE };

	r.u.signal = (struct rec_signal){ .protocol = 135, .type = sent ? 5 : 6, .sequence = sequence, .lifetime = lifetime,
		.flags = sent ? 0xc200 : 0x20, .attempt = 1, .message = sent ? pbu : NULL, .message_len = sent ? sizeof pbu : 0,
		.care_of = script_addr(mag == 7 ? "2001:db8::7" : "2001:db8::8") };
	b->s.sink(b->s.ctx, &r);
}

static void host_moves(struct bench *b, moor_time at)
{
	script_move(&b->s, at, MOVE_STARTED, PORT_LTE, "fe80::ff:fe00:9");
	script_move(&b->s, at + 50, MOVE_LINK_UP, PORT_LTE, "fe80::ff:fe00:9");
}

static void host_settles(struct bench *b, moor_time at)
{
	script_move(&b->s, at, MOVE_DETECTED, PORT_LTE, "fe80::1");
	script_move(&b->s, at, MOVE_ADDRESS_FORMED, PORT_LTE, "2001:db8:a::9");
	script_move(&b->s, at + 500, MOVE_ADDRESS_READY, PORT_LTE, "2001:db8:a::9");
	script_move(&b->s, at + 500, MOVE_REGISTERED, PORT_LTE, "2001:db8:a::9");
}

/* The rows are the host's, though its gateways signal; a gateway that it left ends its part and no step. */
static void test_host_of_a_gateway(void)
{
	struct bench b;

	open_bench(&b);
	host_moves(&b, 1 * MOOR_S);
	gateway(&b, 1 * MOOR_S + 60, 7, true, 1, 100);
	gateway(&b, 1 * MOOR_S + 80, 7, false, 1, 100);
	host_settles(&b, 1 * MOOR_S + 85);
	host_moves(&b, 20 * MOOR_S);
	gateway(&b, 20 * MOOR_S + 1, 7, true, 2, 0);
	gateway(&b, 20 * MOOR_S + 11, 7, false, 2, 0);
	gateway(&b, 20 * MOOR_S + 70, 8, true, 1, 100);
	gateway(&b, 20 * MOOR_S + 100, 8, false, 1, 100);
	host_settles(&b, 20 * MOOR_S + 110);
	gateway(&b, 30 * MOOR_S, 8, true, 2, 100);		/* an extension */
	gateway(&b, 30 * MOOR_S + 9, 8, false, 2, 100);
	gateway(&b, 40 * MOOR_S, 8, true, 3, 0);		/* it is gone */
	gateway(&b, 40 * MOOR_S + 9, 8, false, 3, 0);
	metrics_finish(b.m, 60 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 3);
	for (unsigned i = 0; i < 3; i++)
		CU_ASSERT_TRUE(row(&b, i)->node == NODE_UE && row(&b, i)->outcome == OUTCOME_OK);
	CU_ASSERT_TRUE(row(&b, 0)->kind == STEP_ATTACH && row(&b, 1)->kind == STEP_HANDOVER);
	CU_ASSERT_TRUE(row(&b, 2)->kind == STEP_DETACH);
	CU_ASSERT_TRUE(row(&b, 0)->v[M_REGISTRATION] == 20 && row(&b, 0)->v[M_BU_WAIT] == 10);
	CU_ASSERT_TRUE(row(&b, 1)->v[M_L2_GAP] == 50 && row(&b, 1)->v[M_BU_WAIT] == 20);
	CU_ASSERT_TRUE(row(&b, 1)->v[M_REGISTRATION] == 30 && row(&b, 1)->v[M_DETECTION] == 10);
	CU_ASSERT_TRUE(row(&b, 1)->v[M_DAD] == 500 && row(&b, 1)->v[M_TOTAL] == 610);
	CU_ASSERT_TRUE(row(&b, 2)->v[M_REGISTRATION] == 9);
	close_bench(&b);
}

/* On a radio the gateway hears that the host is gone before the host says that it moves: no detach. */
static void test_host_on_a_radio(void)
{
	struct moor_record r = { .at = 20 * MOOR_S, .kind = REC_RADIO, .node = NODE_UE, .port = PORT_LTE };
	struct bench b;

	open_bench(&b);
	host_moves(&b, 1 * MOOR_S);
	gateway(&b, 1 * MOOR_S + 60, 7, true, 1, 100);
	gateway(&b, 1 * MOOR_S + 80, 7, false, 1, 100);
	host_settles(&b, 1 * MOOR_S + 85);
	r.u.radio.what = RADIO_LEFT;
	metrics_record(b.m, &r);
	gateway(&b, 20 * MOOR_S, 7, true, 2, 0);
	host_moves(&b, 20 * MOOR_S);
	gateway(&b, 20 * MOOR_S + 70, 8, true, 1, 100);
	gateway(&b, 20 * MOOR_S + 100, 8, false, 1, 100);
	host_settles(&b, 20 * MOOR_S + 110);
	gateway(&b, 40 * MOOR_S, 8, true, 3, 0);
	metrics_finish(b.m, 60 * MOOR_S);
	CU_ASSERT_EQUAL(row_count(&b), 3);
	CU_ASSERT_TRUE(row(&b, 1)->kind == STEP_HANDOVER && row(&b, 1)->outcome == OUTCOME_OK);
	CU_ASSERT_TRUE(row(&b, 2)->kind == STEP_DETACH);
	close_bench(&b);
}

static void test_dist(void)
{
	struct dist d = { 0 };
	int64_t exact;

	for (int64_t i = 1; i <= 4096; i++)
		metrics_dist_add(&d, i * 1000003);
	CU_ASSERT_EQUAL(metrics_dist_quantile(&d, 500), INT64_C(2048) * 1000003);
	exact = metrics_dist_quantile(&d, 950);
	metrics_dist_add(&d, 4097 * INT64_C(1000003));
	CU_ASSERT_EQUAL(d.max, 4097 * INT64_C(1000003));
	CU_ASSERT(metrics_dist_quantile(&d, 950) > exact - exact / 64 && metrics_dist_quantile(&d, 950) <= exact + exact / 64);
	CU_ASSERT_EQUAL(metrics_dist_mean(&d), INT64_C(2049) * 1000003);
	CU_ASSERT_EQUAL(metrics_dist_quantile(&d, 0), d.min);
	metrics_dist_done(&d);
}

/* docs/metrics.md says of each figure what it is. */
static void test_documented(void)
{
	const char *top = g_getenv("MOORING_TOP");
	char *path = g_build_filename(top ? top : ".", "docs", "metrics.md", NULL), *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		harness_skip("no docs/metrics.md");
		g_free(path);
		return;
	}
	for (int i = 0; i < METRICS; i++) {
		char *quoted = g_strdup_printf("`%s`", metric_rows[i].name);

		CU_ASSERT(strstr(text, quoted) != NULL);
		CU_ASSERT_EQUAL(metric_find(metric_rows[i].name), i);
		if (!strstr(text, quoted))
			fprintf(stderr, "%s is not in docs/metrics.md\n", quoted);
		g_free(quoted);
	}
	CU_ASSERT_EQUAL(metric_find("no-such-metric"), -1);
	g_free(text);
	g_free(path);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "attach: every phase to the nanosecond", test_attach },
		{ "handover behind a NAT with a flow", test_handover_with_traffic },
		{ "a flow that begins late", test_flow_that_begins_late },
		{ "losses after the step's time are not counted", test_window },
		{ "duplicated, late and lost packets", test_duplicates_and_late },
		{ "a flow that stays away", test_flow_that_stays_away },
		{ "records end during a step", test_end_while_away },
		{ "a step overtaken by the next", test_overtaken },
		{ "two interfaces at once", test_two_interfaces },
		{ "refusals", test_refused },
		{ "signalling without movement records", test_signalling_only },
		{ "return home and detach", test_home_and_detach },
		{ "PDN connections of one node", test_pdns },
		{ "a proxy's bindings", test_proxy },
		{ "a host and its gateways", test_host_of_a_gateway },
		{ "a host that its gateway misses before it moves", test_host_on_a_radio },
		{ "IKEv2 and the AAA server's share of it", test_ike },
		{ "IKEv2 in a capture", test_ike_only },
		{ "distributions", test_dist },
		{ "every figure is documented", test_documented },
	};

	return harness_main("trace_metrics", tests, G_N_ELEMENTS(tests), argc, argv);
}

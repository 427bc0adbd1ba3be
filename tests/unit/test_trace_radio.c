/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layer 2 of radio links from made-up records: the L2 part of a row exact to the nanosecond, its place in tables and
 * files, and what ladder, timeline and expectations make of the same records.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/fields.h"
#include "tests/unit/harness.h"
#include "tests/unit/trace_script.h"
#include "traces/csv.h"
#include "traces/ladder.h"
#include "traces/metrics.h"
#include "traces/table.h"
#include "traces/timeline_internal.h"

struct stage {
	struct name_table *names;
	struct trace_names n;
	struct metrics *m;
	struct ladder *l;
	struct timeline *t;
	struct script s;
};

static void all(void *stage, const struct moor_record *r)
{
	struct stage *g = stage;

	metrics_record(g->m, r);
	if (LADDER_KINDS & REC_BIT(r->kind))
		ladder_record(g->l, r);
	if (TIMELINE_KINDS & REC_BIT(r->kind))
		timeline_record(g->t, r);
}

static void open_stage(struct stage *g)
{
	g->names = script_names();
	g->n = trace_names_of_table(g->names);
	g->m = metrics_new(&(struct metrics_config){ g->n, 100 });
	g->l = ladder_new(&g->n, &(struct ladder_options){ .moves = true });
	g->t = timeline_new(&g->n, "radio");
	g->s = script_new(all, g);
}

static void close_stage(struct stage *g)
{
	metrics_free(g->m);
	ladder_free(g->l);
	timeline_free(g->t);
	name_table_free(g->names);
}

static void tell(struct stage *g, moor_time at, struct rec_radio what)
{
	struct moor_record r = { .at = at, .kind = REC_RADIO, .node = NODE_UE, .port = PORT_WLAN };

	r.u.radio = what;
	all(g, &r);
}

#define WIFI(word, ...) \
	(struct rec_radio){ .what = word, .channel = 36, .bssid = { { 2, 0, 0, 0, 0, 1 } }, __VA_ARGS__ }

/* Of no access point in particular. */
#define LOOKING(word) (struct rec_radio){ .what = word, .channel = 36 }

static void registered(struct stage *g, moor_time at, uint16_t sequence, const char *coa)
{
	script_move(&g->s, at, MOVE_ADDRESS_READY, PORT_WLAN, coa);
	g->s.coa = script_addr(coa);
	script_bu(&g->s, at, sequence, 1, 225);
	script_ba(&g->s, at + 20 * MOOR_MS, sequence, 0, false);
	script_move(&g->s, at + 20 * MOOR_MS, MOVE_REGISTERED, PORT_WLAN, NULL);
}

/* Associated before it is wanted, so that the attach has no gap; then 3 beacons are missed. */
static void attach(struct stage *g)
{
	tell(g, 0, LOOKING(RADIO_SCAN_BEGUN));
	tell(g, 100 * MOOR_MS, LOOKING(RADIO_SCAN_DONE));
	tell(g, 101 * MOOR_MS, WIFI(RADIO_ASSOCIATED, .link = "wlan"));
	script_move(&g->s, 1 * MOOR_S, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(g, 2 * MOOR_S, 1, "2001:db8:1::5");
}

static void walk(struct stage *g)
{
	const moor_time left = 10 * MOOR_S + 7;

	tell(g, left, WIFI(RADIO_BEACONS_LOST, .link = "wlan", .count = 3, .heard = left - 307200000));
	tell(g, left, WIFI(RADIO_LEFT, .link = "wlan", .heard = left - 307200000));
	script_move(&g->s, left, MOVE_STARTED, PORT_WLAN, NULL);
	tell(g, left + 11, LOOKING(RADIO_SCAN_BEGUN));
	tell(g, left + 300000, LOOKING(RADIO_PROBE_SENT));
	tell(g, left + 20600011, LOOKING(RADIO_SCAN_DONE));
	/* nobody was heard: again */
	tell(g, left + 20600011, LOOKING(RADIO_SCAN_BEGUN));
	tell(g, left + 41200011, LOOKING(RADIO_SCAN_DONE));
	tell(g, left + 41800000, WIFI(RADIO_ASSOCIATED, .link = "wlan2"));
	script_move(&g->s, left + 41800000, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(g, 12 * MOOR_S, 2, "2001:db8:2::5");
}

static const struct handover_row *row(const struct stage *g, size_t i)
{
	static const struct handover_row none;
	size_t n;
	const struct handover_row *rows = metrics_rows(g->m, &n);

	CU_ASSERT(i < n);
	return i < n ? &rows[i] : &none;
}

static void test_parts_of_the_gap(void)
{
	struct stage g;
	const struct handover_row *r;

	open_stage(&g);
	attach(&g);
	walk(&g);
	metrics_finish(g.m, 30 * MOOR_S);
	r = row(&g, 0);
	CU_ASSERT_EQUAL(r->kind, STEP_ATTACH);
	CU_ASSERT_EQUAL(r->v[M_L2_LOSS], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_L2_SCAN], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], METRIC_ABSENT);
	r = row(&g, 1);
	CU_ASSERT_EQUAL(r->kind, STEP_HANDOVER);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 41800000);
	CU_ASSERT_EQUAL(r->v[M_L2_LOSS], 307200000);
	CU_ASSERT_EQUAL(r->v[M_L2_SCAN], 41200000);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], 41800000 - 41200011);
	CU_ASSERT_EQUAL(metrics_sum(g.m, STEP_HANDOVER, M_L2_SCAN).n, 1);
	CU_ASSERT_EQUAL(metrics_sum(g.m, STEP_ATTACH, M_L2_SCAN).n, 0);
	close_stage(&g);
}

/* A station without a list of channels tells of no scan; links without radios have none of all this. */
static void test_without_a_scan(void)
{
	struct stage g;
	const struct handover_row *r;

	open_stage(&g);
	script_move(&g.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(&g, 2 * MOOR_S, 1, "2001:db8:1::5");
	tell(&g, 9 * MOOR_S, WIFI(RADIO_LEFT));
	script_move(&g.s, 9 * MOOR_S, MOVE_STARTED, PORT_WLAN, NULL);
	tell(&g, 9 * MOOR_S + 120 * MOOR_MS, WIFI(RADIO_ASSOCIATED));
	script_move(&g.s, 9 * MOOR_S + 120 * MOOR_MS, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(&g, 10 * MOOR_S, 2, "2001:db8:2::5");
	script_move(&g.s, 20 * MOOR_S, MOVE_STARTED, PORT_WLAN, NULL);
	script_move(&g.s, 20 * MOOR_S + 50 * MOOR_MS, MOVE_LINK_UP, PORT_LTE, NULL);
	registered(&g, 21 * MOOR_S, 3, "2001:db8:3::5");
	metrics_finish(g.m, 40 * MOOR_S);
	r = row(&g, 1);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 120 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_L2_LOSS], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_L2_SCAN], METRIC_ABSENT);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], 120 * MOOR_MS);
	r = row(&g, 2);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 50 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], METRIC_ABSENT);
	close_stage(&g);
}

/* LTE: a handover that fails, the link lost with it, and a new connection are one gap. */
static void test_lte(void)
{
	struct stage g;
	const struct handover_row *r;
	const struct rec_radio old = { .cell = 1 }, new = { .cell = 2 };
	const enum rec_radio_what steps[] = { RADIO_HANDOVER_START, RADIO_HANDOVER_FAILED, RADIO_LINK_FAILURE };

	open_stage(&g);
	script_move(&g.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(&g, 2 * MOOR_S, 1, "2001:db8:1::5");
	for (size_t k = 0; k < G_N_ELEMENTS(steps); k++) {
		struct rec_radio one = old;

		one.what = steps[k];
		tell(&g, 9 * MOOR_S + (moor_time)k * 30 * MOOR_MS, one);
		if (!k)
			script_move(&g.s, 9 * MOOR_S, MOVE_STARTED, PORT_WLAN, NULL);
	}
	tell(&g, 9 * MOOR_S + 100 * MOOR_MS, (struct rec_radio){ .what = RADIO_RRC_CONNECTED, .cell = new.cell });
	script_move(&g.s, 9 * MOOR_S + 100 * MOOR_MS, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(&g, 10 * MOOR_S, 2, "2001:db8:2::5");
	metrics_finish(g.m, 30 * MOOR_S);
	r = row(&g, 1);
	CU_ASSERT_EQUAL(r->v[M_L2_GAP], 100 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], 100 * MOOR_MS);
	CU_ASSERT_EQUAL(r->v[M_L2_SCAN], METRIC_ABSENT);
	close_stage(&g);
}

/* The link goes and comes twice before the registration: the parts add up, the loss is the first one's. */
static void test_twice_in_a_step(void)
{
	struct stage g;
	const struct handover_row *r;
	const moor_time t = 9 * MOOR_S;

	open_stage(&g);
	script_move(&g.s, 1 * MOOR_S, MOVE_LINK_UP, PORT_WLAN, NULL);
	registered(&g, 2 * MOOR_S, 1, "2001:db8:1::5");
	tell(&g, t, WIFI(RADIO_LEFT, .heard = t - 5));
	script_move(&g.s, t, MOVE_STARTED, PORT_WLAN, NULL);
	for (moor_time at = t; at < t + 200; at += 100) {
		if (at > t)
			tell(&g, at, WIFI(RADIO_LEFT, .heard = at - 7));
		tell(&g, at, LOOKING(RADIO_SCAN_BEGUN));
		tell(&g, at + 30, LOOKING(RADIO_SCAN_DONE));
		tell(&g, at + 40, WIFI(RADIO_ASSOCIATED));
		script_move(&g.s, at + 40, MOVE_LINK_UP, PORT_WLAN, NULL);
		script_move(&g.s, at + 41, MOVE_LINK_UP, PORT_WLAN, NULL);	/* told twice, counted once */
	}
	registered(&g, 10 * MOOR_S, 2, "2001:db8:2::5");
	metrics_finish(g.m, 30 * MOOR_S);
	r = row(&g, 1);
	CU_ASSERT_EQUAL(r->v[M_L2_LOSS], 5);
	CU_ASSERT_EQUAL(r->v[M_L2_SCAN], 60);
	CU_ASSERT_EQUAL(r->v[M_L2_ASSOC], 20);
	close_stage(&g);
}

/* ---- where they are shown ---------------------------------------------------------------------------------------- */

static char *table_text(const struct stage *g)
{
	char *text = NULL, *copy;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	table_print(f, g->m, &g->n, NULL);
	fclose(f);
	copy = g_strdup(text);
	free(text);
	return copy;
}

static void test_table_and_csv(void)
{
	struct stage g;
	char *text, *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *path = g_build_filename(dir, "h.csv", NULL), **lines;
	struct trace_out *o = trace_out_open(path, OUT_LINES, NULL);

	open_stage(&g);
	attach(&g);
	text = table_text(&g);
	CU_ASSERT_PTR_NULL(strstr(text, "SCAN"));
	g_free(text);
	walk(&g);
	metrics_finish(g.m, 30 * MOOR_S);
	text = table_text(&g);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "  L2   LOSS   SCAN  ASSOC "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " 41.80  307.2  41.20  0.599 "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "By the radio: LOSS"));
	g_free(text);
	csv_handovers_header(o);
	csv_handover(o, "r", &g.n, row(&g, 0));
	csv_handover(o, "r", &g.n, row(&g, 1));
	CU_ASSERT_TRUE(trace_out_close(o, NULL));
	CU_ASSERT_TRUE(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	CU_ASSERT_TRUE(g_str_has_suffix(lines[0], ",refusals,gap_up_open,gap_down_open,flow_up,flow_down,"
					"l2_loss_ns,l2_scan_ns,l2_assoc_ns"));
	CU_ASSERT_TRUE(g_str_has_suffix(lines[1], ",0,0,,,,,"));
	CU_ASSERT_TRUE(g_str_has_suffix(lines[2], ",0,0,,,307200000,41200000,599989"));
	g_strfreev(lines);
	g_free(text);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	g_free(dir);
	close_stage(&g);
}

static void test_ladder(void)
{
	static const char *const wanted[] = {
		"ue: associated with wlan on channel 36", "ue: 3 beacons missed in a row: wlan", "ue: left wlan", "ue: scan begins",
		"ue: probe request sent on channel 36", "ue: too weak: wlan SNR -1.5 dB", "ue: RRC handover begins: cell 7",
	};
	struct stage g;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	open_stage(&g);
	attach(&g);
	walk(&g);
	tell(&g, 20 * MOOR_S, WIFI(RADIO_SNR_LOW, .link = "wlan", .snr = -15));
	tell(&g, 21 * MOOR_S, (struct rec_radio){ .what = RADIO_HANDOVER_START, .cell = 7 });
	ladder_text(g.l, f);
	fclose(f);
	for (size_t k = 0; k < G_N_ELEMENTS(wanted); k++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted[k]));
		if (!strstr(text, wanted[k]))
			fprintf(stderr, "%s\n%s", wanted[k], text);
	}
	free(text);
	close_stage(&g);
}

static void test_timeline(void)
{
	static const struct { moor_time from, to; const char *label; } wanted[] = {
		{ 0, 100 * MOOR_MS, "scan" }, { 100 * MOOR_MS, 101 * MOOR_MS, "joins" },
		{ 101 * MOOR_MS, 10 * MOOR_S + 7 - 307200000, "wlan" },
		{ 10 * MOOR_S + 7 - 307200000, 10 * MOOR_S + 7, "no beacons" }, { 10000000018, 10020600018, "scan" },
		{ 10020600018, 10041200018, "scan" }, { 10041200018, 10041800007, "joins" }, { 10041800007, 29 * MOOR_S, "wlan2" },
		{ 29 * MOOR_S, 30 * MOOR_S, "lte cell 2" },
	};
	struct stage g;
	const struct tl_lane *radio = NULL;

	open_stage(&g);
	attach(&g);
	walk(&g);
	tell(&g, 29 * MOOR_S, (struct rec_radio){ .what = RADIO_RRC_CONNECTED, .link = "lte", .cell = 2 });
	timeline_end(g.t, 30 * MOOR_S);
	for (guint i = 0; i < g.t->nodes->len; i++) {
		const struct tl_node *n = g.t->nodes->pdata[i];

		for (guint k = 0; k < n->lanes->len && !strcmp(n->name, "ue"); k++)
			if (!strcmp(((const struct tl_lane *)n->lanes->pdata[k])->label, "radio of if1"))
				radio = n->lanes->pdata[k];
	}
	CU_ASSERT_PTR_NOT_NULL(radio);
	CU_ASSERT_EQUAL(radio ? track_len(&radio->tracks[0]) : 0, G_N_ELEMENTS(wanted));
	for (guint k = 0; radio && k < MIN(track_len(&radio->tracks[0]), G_N_ELEMENTS(wanted)); k++) {
		const struct tl_bar *b = track_bar(&radio->tracks[0], k);

		CU_ASSERT_EQUAL(b->from, wanted[k].from);
		CU_ASSERT_EQUAL(b->to, wanted[k].to);
		CU_ASSERT_STRING_EQUAL(b->label, wanted[k].label);
	}
	close_stage(&g);
}

/* ---- expectations ------------------------------------------------------------------------------------------------ */

static void field_is(const struct moor_record *r, const char *name, const char *value)
{
	struct field_list *l = g_new(struct field_list, 1);
	const char *got;

	fields_of_record(l, r, NULL);
	got = fields_get(l, name);
	CU_ASSERT_STRING_EQUAL(got ? got : "absent", value ? value : "absent");
	g_free(l);
}

static void test_expectations(void)
{
	struct moor_record r = { .kind = REC_RADIO, .node = NODE_UE, .port = PORT_WLAN };
	unsigned rows = 0;

	for (const struct event_row *e = event_rows; e->name; e++) {
		if (e->kind != REC_RADIO)
			continue;
		r.u.radio.what = (enum rec_radio_what)rows++;
		CU_ASSERT_EQUAL(e->what, (int)r.u.radio.what);	/* each is there, once */
		CU_ASSERT_TRUE(event_matches(e, &r));
	}
	CU_ASSERT_EQUAL(rows, RADIO_LINK_FAILURE + 1);
	r.u.radio = WIFI(RADIO_BEACONS_LOST, .link = "wlan", .count = 3, .heard = 5);
	field_is(&r, "link", "wlan");
	field_is(&r, "bssid", "02:00:00:00:00:01");
	field_is(&r, "channel", "36");
	field_is(&r, "beacons", "3");
	field_is(&r, "heard", "5 ns");
	field_is(&r, "snr", NULL);
	field_is(&r, "cell", NULL);
	r.u.radio = WIFI(RADIO_SNR_LOW, .snr = 121);
	field_is(&r, "snr", "121");
	r.u.radio = (struct rec_radio){ .what = RADIO_HANDOVER_END, .cell = 2, .link = "lte" };
	field_is(&r, "cell", "2");
	field_is(&r, "bssid", NULL);
}

static const struct harness_test tests[] = {
	{ "loss, scan and association are parts of a step", test_parts_of_the_gap },
	{ "without a scan the association is the whole gap; without a radio there is none", test_without_a_scan },
	{ "an LTE handover that fails and a new connection are one gap", test_lte },
	{ "two gaps of a step add up", test_twice_in_a_step },
	{ "columns only where a radio told, behind the others in files", test_table_and_csv },
	{ "ladder notes", test_ladder },
	{ "timeline bars", test_timeline },
	{ "events and fields of expectations", test_expectations },
};

int main(int argc, char **argv)
{
	return harness_main("trace_radio", tests, G_N_ELEMENTS(tests), argc, argv);
}

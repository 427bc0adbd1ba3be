/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timelines from made-up records: which lanes there are, where their bars begin and end, and that neither a long run
 * nor many nodes make the picture large.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "tests/unit/harness.h"
#include "tests/unit/trace_script.h"
#include "traces/timeline_internal.h"

static const struct fsm_state states[] = {
	{ "IDLE", 1, 6, NULL, "-" }, { "BUSY", 1, 5, NULL, "-" }, { "READY", 1, 3, NULL, "-" }
};
static const char *const events[] = { "go" };
static const struct fsm machine = { "machine-x", "a test's", states, events, 3, 1 };

/* Feeds the timeline and the metrics that give it its rows. */
struct story {
	struct name_table *table;
	struct timeline *t;
	struct metrics *m;
	struct script s;
};

static void both(void *story, const struct moor_record *r)
{
	struct story *y = story;

	if (TIMELINE_KINDS & REC_BIT(r->kind))
		timeline_record(y->t, r);
	metrics_record(y->m, r);
}

static void row(void *story, const struct handover_row *r)
{
	timeline_row(((struct story *)story)->t, r);
}

static void story_begin(struct story *y)
{
	struct trace_names n;

	y->table = script_names();
	n = trace_names_of_table(y->table);
	y->t = timeline_new(&n, "A <story> & more");
	y->m = metrics_new(&(struct metrics_config){ n, 0 });
	metrics_listen(y->m, row, NULL, y);
	y->s = script_new(both, y);
}

static void story_free(struct story *y)
{
	timeline_free(y->t);
	metrics_free(y->m);
	name_table_free(y->table);
}

/* The file's size; 0 when it is no XML. */
static gsize drawn(struct story *y, moor_time end)
{
	char *dir = g_dir_make_tmp("moor-XXXXXX", NULL), *path = g_build_filename(dir, "t.svg", NULL), *text = NULL;
	GMarkupParser markup = { 0 };
	GMarkupParseContext *xml = g_markup_parse_context_new(&markup, 0, NULL, NULL);
	GError *e = NULL;
	gsize n = 0;

	metrics_finish(y->m, end);
	CU_ASSERT(timeline_svg(y->t, end, path, &e) && !e);
	CU_ASSERT(g_file_get_contents(path, &text, &n, NULL));
	if (!text || !strstr(text, "<svg") || !g_markup_parse_context_parse(xml, text, (gssize)n, NULL)
	    || !g_markup_parse_context_end_parse(xml, NULL))
		n = 0;
	CU_ASSERT(!timeline_svg(y->t, end, "/nonexistent/t.svg", &e) && e && strstr(e->message, "/nonexistent/t.svg"));
	g_clear_error(&e);
	g_markup_parse_context_free(xml);
	g_free(text);
	g_unlink(path);
	g_rmdir(dir);
	g_free(path);
	g_free(dir);
	return n;
}

static void link_is(struct story *y, moor_time at, uint32_t port, bool up, const char *link)
{
	struct moor_record r = { .at = at, .kind = REC_CARRIER, .node = NODE_UE, .port = port };

	r.u.carrier.up = up;
	r.u.carrier.link = link;
	both(y, &r);
}

static void state_is(struct story *y, moor_time at, uint32_t node, uint8_t from, uint8_t to)
{
	struct moor_record r = { .at = at, .kind = REC_STATE, .node = node, .port = REC_NONE };

	r.u.state.machine = &machine;
	r.u.state.from = from;
	r.u.state.to = to;
	both(y, &r);
}

static void bound(struct story *y, moor_time at)
{
	struct moor_record r = { .at = at, .kind = REC_BINDING, .node = NODE_HA, .port = REC_NONE };

	r.u.binding.at_home_agent = true;
	r.u.binding.home_address = y->s.home;
	both(y, &r);
}

static void tell(struct story *y)
{
	struct moor_record r = { .at = MOOR_S, .kind = REC_ACTION, .node = REC_NONE, .port = REC_NONE };

	r.u.action.verb = "attach";
	both(y, &r);
	link_is(y, 1 * MOOR_S, PORT_LTE, true, "lte");
	state_is(y, 1 * MOOR_S, NODE_UE, 0, 1);
	script_move(&y->s, 1 * MOOR_S, MOVE_LINK_UP, PORT_LTE, NULL);
	script_solicit(&y->s, 1400 * MOOR_MS, PORT_LTE);
	script_move(&y->s, 1430 * MOOR_MS, MOVE_DETECTED, PORT_LTE, NULL);
	script_move(&y->s, 1440 * MOOR_MS, MOVE_ADDRESS_FORMED, PORT_LTE, "2001:db8:1::5");
	script_move(&y->s, 2440 * MOOR_MS, MOVE_ADDRESS_READY, PORT_LTE, "2001:db8:1::5");
	script_bu(&y->s, 2500 * MOOR_MS, 7, 1, 225);
	state_is(y, 2510 * MOOR_MS, NODE_HA, 0, 1);
	bound(y, 2510 * MOOR_MS);
	script_ba(&y->s, 2540 * MOOR_MS, 7, 0, true);
	state_is(y, 2540 * MOOR_MS, NODE_UE, 1, 2);
	/* 20 ms apart, those of 6.00 s to 6.98 s never come */
	script_flow(&y->s, false, 0, 199, 4 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 100, 149);
	link_is(y, 8 * MOOR_S, PORT_LTE, false, "lte");
	link_is(y, 9 * MOOR_S, PORT_LTE, true, "wifi");
	script_bu(&y->s, 9 * MOOR_S, 8, 1, 0);
	script_ba(&y->s, 9100 * MOOR_MS, 8, 129, false);
}

static struct tl_lane *lane_named(const struct story *y, const char *node, const char *label)
{
	for (guint i = 0; i < y->t->nodes->len; i++) {
		struct tl_node *n = y->t->nodes->pdata[i];

		for (guint k = 0; !strcmp(n->name, node) && k < n->lanes->len; k++)
			if (!strcmp(((struct tl_lane *)n->lanes->pdata[k])->label, label))
				return n->lanes->pdata[k];
	}
	return NULL;
}

static bool is_bar(const struct tl_lane *l, int track, guint i, moor_time from, moor_time to, const char *label)
{
	const struct tl_bar *b = l && i < track_len(&l->tracks[track]) ? track_bar(&l->tracks[track], i) : NULL;

	return b && b->from == from && b->to == to && (!label || (b->label && !strcmp(b->label, label)));
}

static void test_lanes(void)
{
	struct story y;
	const struct tl_lane *l;
	const struct trace_check checks[] = { { .id = "GOOD", .verdict = VERDICT_PASS, .at = 1 },
		{ .id = "LATE", .verdict = VERDICT_FAIL, .at = MOOR_NEVER },
		{ .id = "EARLY", .verdict = VERDICT_ERROR, .at = 3 * MOOR_S } };

	story_begin(&y);
	tell(&y);
	timeline_checks(y.t, checks, G_N_ELEMENTS(checks));
	CU_ASSERT(drawn(&y, 10 * MOOR_S) > 1000);
	CU_ASSERT_EQUAL(y.t->nodes->len, 2);
	l = lane_named(&y, "ue", "link of if0");
	CU_ASSERT(is_bar(l, 0, 0, 1 * MOOR_S, 8 * MOOR_S, "lte") && is_bar(l, 0, 1, 9 * MOOR_S, 10 * MOOR_S, "wifi"));
	CU_ASSERT(l && track_len(&l->tracks[0]) == 2);
	l = lane_named(&y, "ue", "machine-x");
	CU_ASSERT(is_bar(l, 0, 0, 0, 1 * MOOR_S, "IDLE") && is_bar(l, 0, 1, 1 * MOOR_S, 2540 * MOOR_MS, "BUSY"));
	CU_ASSERT(is_bar(l, 0, 2, 2540 * MOOR_MS, 10 * MOOR_S, "READY"));
	l = lane_named(&y, "ha", "machine-x of ue");
	CU_ASSERT(is_bar(l, 0, 1, 2510 * MOOR_MS, 10 * MOOR_S, "BUSY"));
	CU_ASSERT(track_len(&y.t->failures) == 2 && !strcmp(track_bar(&y.t->failures, 0)->label, "EARLY"));
	CU_ASSERT(track_bar(&y.t->failures, 1)->from == 10 * MOOR_S);
	story_free(&y);
}

static void test_phases(void)
{
	struct story y;
	const struct tl_lane *l;

	story_begin(&y);
	tell(&y);
	CU_ASSERT(drawn(&y, 10 * MOOR_S) > 1000);
	l = lane_named(&y, "ue", "phases");
	CU_ASSERT(is_bar(l, PHASE_STEP, 0, 1 * MOOR_S, 2540 * MOOR_MS, "lte"));
	CU_ASSERT(is_bar(l, PHASE_WAIT, 0, 1 * MOOR_S, 1400 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, PHASE_DETECT, 0, 1400 * MOOR_MS, 1430 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, PHASE_ADDR, 0, 1430 * MOOR_MS, 1440 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, PHASE_DAD, 0, 1440 * MOOR_MS, 2440 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, PHASE_WAIT, 1, 2440 * MOOR_MS, 2500 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, PHASE_REGIST, 0, 2500 * MOOR_MS, 2540 * MOOR_MS, NULL));
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_DAD], 0)->look == LOOK_HOST);
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_REGIST], 0)->look == LOOK_NETWORK);
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_STEP], 1)->look == LOOK_STEP_BAD);
	/* the axis is a true one */
	timeline_widths(y.t);
	CU_ASSERT_DOUBLE_EQUAL(timeline_x(y.t, 0), y.t->left, 0.001);
	CU_ASSERT_DOUBLE_EQUAL(timeline_x(y.t, 5 * MOOR_S), y.t->left + y.t->plot / 2, 0.001);
	CU_ASSERT_EQUAL(timeline_tick(10 * MOOR_S, 12), MOOR_S);
	CU_ASSERT_EQUAL(timeline_tick(40 * MOOR_S, 12), 5 * MOOR_S);
	CU_ASSERT_EQUAL(timeline_tick(1300 * MOOR_MS, 12), 200 * MOOR_MS);
	story_free(&y);
}

/* A gateway registers before its host hears of it: what came first stands first. */
static void test_proxied_phases(void)
{
	struct story y;
	const struct tl_lane *l;
	struct handover_row r = { .node = NODE_UE, .kind = STEP_HANDOVER, .start = 8 * MOOR_S, .end = 9 * MOOR_S,
				  .from_link = "a", .to_link = "b", .proxied = true };

	story_begin(&y);
	tell(&y);
	for (int i = 0; i < METRICS; i++)
		r.v[i] = METRIC_ABSENT;
	r.v[M_L2_GAP] = 50 * MOOR_MS;
	r.v[M_BU_WAIT] = 20 * MOOR_MS;
	r.v[M_REGISTRATION_RTT] = 30 * MOOR_MS;
	r.v[M_DETECTION] = 10 * MOOR_MS;
	r.v[M_DAD] = 800 * MOOR_MS;
	timeline_row(y.t, &r);
	l = lane_named(&y, "ue", "phases");
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_REGIST], track_len(&l->tracks[PHASE_REGIST]) - 1)->from == 8070 * MOOR_MS);
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_DETECT], track_len(&l->tracks[PHASE_DETECT]) - 1)->from == 8100 * MOOR_MS);
	CU_ASSERT(l && track_bar(&l->tracks[PHASE_DAD], track_len(&l->tracks[PHASE_DAD]) - 1)->from == 8110 * MOOR_MS);
	story_free(&y);
}

static void test_signals_and_data(void)
{
	struct story y;
	const struct tl_lane *l;
	uint64_t packets = 0;

	story_begin(&y);
	tell(&y);
	CU_ASSERT(drawn(&y, 10 * MOOR_S) > 1000);
	l = lane_named(&y, "ue", "signalling");
	CU_ASSERT(is_bar(l, 0, 0, 2500 * MOOR_MS, 2500 * MOOR_MS, NULL));
	CU_ASSERT(is_bar(l, 1, 1, 9100 * MOOR_MS, 9100 * MOOR_MS, NULL));
	CU_ASSERT(l && track_bar(&l->tracks[0], 0)->look == LOOK_BU && track_bar(&l->tracks[1], 0)->look == LOOK_BA);
	CU_ASSERT(l && track_bar(&l->tracks[1], 1)->look == LOOK_REFUSED);
	l = lane_named(&y, "ue", "flow 1 down");
	CU_ASSERT(l && track_len(&l->tracks[0]) == 1);
	CU_ASSERT(is_bar(l, 0, 0, 5990 * MOOR_MS, 7010 * MOOR_MS, NULL));
	for (guint i = 0; l && i < TL_BINS; i++)
		packets += l->flow->bins[i];
	CU_ASSERT_EQUAL(packets, 150);
	story_free(&y);
}

/* A source that says nothing for a while is no outage; packets that never come are one. */
static void test_pauses(void)
{
	struct story y;
	const struct tl_lane *l;

	story_begin(&y);
	script_flow(&y.s, false, 0, 49, 1 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 100, 100);
	script_flow(&y.s, false, 50, 99, 4 * MOOR_S, 20 * MOOR_MS, 10 * MOOR_MS, 80, 99);
	CU_ASSERT(drawn(&y, 10 * MOOR_S) > 1000);
	l = lane_named(&y, "ue", "flow 1 down");
	CU_ASSERT(l && track_len(&l->tracks[0]) == 1);
	CU_ASSERT(is_bar(l, 0, 0, 4 * MOOR_S + 79 * 20 * MOOR_MS + 10 * MOOR_MS, 4 * MOOR_S + 99 * 20 * MOOR_MS, NULL));
	story_free(&y);
}

static void test_empty(void)
{
	struct story y;

	story_begin(&y);
	CU_ASSERT(drawn(&y, 0) > 200);
	CU_ASSERT_EQUAL(y.t->nodes->len, 0);
	story_free(&y);
}

#define LARGE (1000u * 1000)

static void test_long(void)
{
	struct story y;
	const struct tl_lane *l;
	uint64_t all = 0;

	story_begin(&y);
	for (unsigned i = 0; i < 10000; i++) {
		moor_time at = (moor_time)(i + 1) * 10 * MOOR_S;

		link_is(&y, at, PORT_LTE, false, "lte");
		link_is(&y, at + 50 * MOOR_MS, PORT_LTE, true, i % 2 ? "lte" : "wifi");
		script_move(&y.s, at, MOVE_STARTED, PORT_LTE, NULL);
		script_move(&y.s, at + 50 * MOOR_MS, MOVE_LINK_UP, PORT_LTE, NULL);
		script_move(&y.s, at + 60 * MOOR_MS, MOVE_DETECTED, PORT_LTE, NULL);
		state_is(&y, at, NODE_UE, 2, 1);
		script_bu(&y.s, at + MOOR_S, (uint16_t)i, 1, 225);
		script_ba(&y.s, at + MOOR_S + MOOR_MS, (uint16_t)i, 0, false);
		state_is(&y, at + MOOR_S + MOOR_MS, NODE_UE, 1, 2);
		script_flow(&y.s, true, i * 3, i * 3 + 2, at - (moor_time)i * 3 * MOOR_S, MOOR_S, MOOR_MS, 1, 0);
	}
	CU_ASSERT(drawn(&y, (moor_time)100020 * MOOR_S) > 1000);
	CU_ASSERT(drawn(&y, (moor_time)100020 * MOOR_S) < LARGE);
	l = lane_named(&y, "ue", "phases");
	for (guint i = 0; l && i < track_len(&l->tracks[PHASE_STEP]); i++)
		all += track_bar(&l->tracks[PHASE_STEP], i)->n;
	CU_ASSERT_EQUAL(all, 10000);
	CU_ASSERT(l && track_len(&l->tracks[PHASE_STEP]) <= TRACK_MAX);
	story_free(&y);
}

static void test_many(void)
{
	struct story y;
	unsigned shown = 0;

	story_begin(&y);
	for (uint32_t i = 0; i < 1000; i++) {
		struct moor_record r = { .at = MOOR_S, .kind = REC_MOVE, .node = 10 + i, .port = REC_NONE };

		both(&y, &r);
		state_is(&y, 2 * MOOR_S, 10 + i, 0, 1);
	}
	bound(&y, 3 * MOOR_S);
	CU_ASSERT(drawn(&y, 10 * MOOR_S) < LARGE);
	for (guint i = 0; i < y.t->nodes->len; i++)
		shown += ((struct tl_node *)y.t->nodes->pdata[i])->shown;
	CU_ASSERT_EQUAL(shown, TIMELINE_NODES);
	CU_ASSERT_EQUAL(y.t->hidden, 1001 - TIMELINE_NODES);
	story_free(&y);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "attachment, states, bindings and failures stand at their times", test_lanes },
		{ "the phases of a step stand where they were", test_phases },
		{ "those of a gateway's registration come first", test_proxied_phases },
		{ "messages, packets and silences", test_signals_and_data },
		{ "a source's pause is no silence", test_pauses },
		{ "a run in which nothing happened", test_empty },
		{ "ten thousand steps make no large file", test_long },
		{ "a thousand nodes: twelve are shown, the others counted", test_many },
	};

	return harness_main("trace_timeline", tests, G_N_ELEMENTS(tests), argc, argv);
}

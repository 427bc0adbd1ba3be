/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The expectation engine on records made by hand: windows, counts, order, anchors, groups, states, and every verdict.
 * It implements no clause.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "proto/dsmip_ue.h"
#include "scenarios/expect.h"
#include "wire/mh.h"

static const char head[] =
	"scenario: x\nabout: y\nduration: 100s\n"
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: '2001:db8:a000::/40'}\n"
	"  ue: {kind: ue, home-agent: ha, interfaces: [lte], count: 3}\n"
	"links:\n"
	"  core: {nodes: [ha], access: true, prefix: '2001:db8:c0::/64'}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: ue, interface: lte, to: core, every: 1s}\n"
	"  - {at: 50s, do: detach, node: ue, label: bye}\n"
	"expect:\n";

static const char *node_name(void *ctx, uint32_t node)
{
	static const char *const names[] = { "ha", "ue1", "ue2", "ue3" };

	(void)ctx;
	return node < G_N_ELEMENTS(names) ? names[node] : NULL;
}

static const char *port_name(void *ctx, uint32_t port, uint32_t *node, const char **link, struct mac_addr *mac)
{
	(void)ctx, (void)port, (void)node, (void)link, (void)mac;
	return NULL;
}

/* A scenario with the given expectations, and the engine on it. */
static struct rig {
	struct tree_pool *pool;
	struct scen_file file;
	struct scenario *s;
	struct expect_set *x;
} rig;

/* The machine was late by so much from `since` on. */
static moor_time late_since, late_by, late_least;

static moor_time late_between(void *ctx, moor_time from, moor_time to)
{
	(void)ctx, (void)from;
	return to >= late_since ? late_by : 0;
}

static void begin_live(const char *expectations, moor_time since, moor_time by);

static void begin(const char *expectations)
{
	begin_live(expectations, MOOR_NEVER, -1);
}

/* by -1: a simulation. */
static void begin_live(const char *expectations, moor_time since, moor_time by)
{
	struct expect_config c = { .names = { NULL, node_name, port_name } };
	char *text = g_strconcat(head, expectations, NULL);
	struct report r;

	late_since = since;
	late_by = by;
	if (by >= 0) {
		c.late_ppm = 50000;
		c.late = 20 * MOOR_MS;
		c.late_between = late_between;
		c.late_least = late_least;
	}
	report_init(&r);
	rig.pool = tree_pool_new();
	rig.file = (struct scen_file){ .path = "x", .pool = rig.pool };
	rig.file.root = tree_read_text(rig.pool, "x", text, strlen(text), &r);
	rig.s = rig.file.root ? scen_load(&rig.file, NULL, &r) : NULL;
	if (!rig.s)
		g_printerr("%s", r.text->str);
	CU_ASSERT_TRUE(rig.s != NULL);
	rig.x = rig.s ? expect_new(rig.s, &c) : NULL;
	report_done(&r);
	g_free(text);
}

static void end(moor_time at, bool interrupted, const char *verdicts)
{
	static const char letters[] = { [VERDICT_PASS] = 'P', [VERDICT_SKIP] = 'S', [VERDICT_INCONCLUSIVE] = 'I',
					[VERDICT_FAIL] = 'F', [VERDICT_ERROR] = 'E' };
	const struct trace_check *checks;
	char got[40] = "";
	size_t n = 0;

	if (rig.x) {
		expect_finish(rig.x, at, interrupted, NULL);
		checks = expect_checks(rig.x, &n);
		for (size_t i = 0; i < n; i++)
			got[i] = letters[checks[i].verdict];
		if (strcmp(got, verdicts))
			for (size_t i = 0; i < n; i++)
				g_printerr("%s %s: %s\n", verdict_name(checks[i].verdict), checks[i].id, checks[i].message);
	}
	CU_ASSERT_STRING_EQUAL(got, verdicts);
	expect_free(rig.x);
	scen_free(rig.s);
	tree_pool_free(rig.pool);
}

static void feed(struct moor_record *r, uint32_t node, moor_time at)
{
	r->node = node;
	r->at = at;
	r->port = REC_NONE;
	if (rig.x)
		expect_record(rig.x, r);
}

static void message(uint32_t node, moor_time at, uint8_t type, uint16_t seq, uint8_t status)
{
	struct moor_record r = { .kind = REC_SIGNAL_TX };
	struct mh_msg m;
	uint8_t buf[64];

	mh_start(&m, type);
	if (type == MH_BU) {
		m.bu.seq = seq;
		m.bu.flags = MH_BU_A | MH_BU_H;
	} else {
		m.ba.seq = seq;
		m.ba.status = status;
	}
	r.u.signal.protocol = SIGNAL_MH;
	r.u.signal.type = type;
	r.u.signal.attempt = 1;
	r.u.signal.message = buf;
	r.u.signal.message_len = (uint32_t)mh_encode(&m, buf, sizeof buf);
	feed(&r, node, at);
}

static void bu(uint32_t node, moor_time at, uint16_t seq)
{
	message(node, at, MH_BU, seq, 0);
}

static void ba(uint32_t node, moor_time at, uint16_t seq, uint8_t status)
{
	message(node, at, MH_BA, seq, status);
}

static void action(uint32_t entry, uint32_t node, moor_time at)
{
	struct moor_record r = { .kind = REC_ACTION, .instance = entry };

	r.u.action.verb = entry ? "detach" : "attach";
	feed(&r, node, at);
}

static void state(uint32_t node, moor_time at, uint8_t from, uint8_t to)
{
	struct moor_record r = { .kind = REC_STATE };

	r.u.state.machine = &dsmip_ue_fsm;
	r.u.state.from = from;
	r.u.state.to = to;
	feed(&r, node, at);
}

#define E(text) "  - {id: " text ", clause: c}\n"

static void test_windows(void)
{
	begin(E("A, message: BU, by: ue1, after: attach, within: 2s")		/* 2 s after: just in */
	      E("B, message: BU, by: ue1, after: attach, within: [1s, 1500ms]")	/* 2 s: too late, 0.5 s: too early */
	      E("C, message: BU, by: ue1, at: 3s, within: 0s")			/* at this very instant */
	      E("D, message: BU, by: ue1, at: 3500ms")				/* none after that */
	      E("E, message: BU, by: ue1, before: {message: BA}"));
	action(0, 1, 1 * MOOR_S);
	bu(1, 1500 * MOOR_MS, 1);
	bu(1, 3 * MOOR_S, 2);
	ba(0, 4 * MOOR_S, 2, 0);
	end(100 * MOOR_S, false, "PFPFP");
}

/* Windows of live runs are longer, for what would be missed, not for what comes too often. */
static void test_allowances(void)
{
	begin_live(E("A, message: BU, at: 10s, within: 10s, count: 2") E("B, message: BU, at: 10s, within: 10s, count: 3")
		   E("C, message: BU, at: 10s, within: 10s, count: 4") E("D, message: BU, at: 10s, within: 10s, count: [0, 1]")
		   E("E, message: BU, at: 10s, within: 5s, never: true") E("F, message: BU, at: 10s, within: 3s, never: true")
		   E("G, message: BU, at: 10s, within: 10s, count: 5"),
		   0, 20 * MOOR_MS);
	bu(1, 13100 * MOOR_MS, 1);
	bu(1, 19 * MOOR_S, 2);
	bu(1, 20500 * MOOR_MS, 3);			/* just in */
	bu(1, 20510 * MOOR_MS, 4);			/* in by the machine's lateness */
	end(100 * MOOR_S, false, "PPIFFPF");
	begin_live(E("A, message: BU, at: 10s, within: 10s, count: 1") E("B, message: BU, at: 10s, within: 10s, count: 2"),
		   0, 20 * MOOR_MS);
	bu(1, 11 * MOOR_S, 1);
	end(20200 * MOOR_MS, false, "PF");		/* an allowance that the run did not see is none */
}

static void test_counts(void)
{
	begin(E("A, message: BU, count: 2") E("B, message: BU, count: [1, 3]") E("C, message: BU, count: 3")
	      E("D, message: BU, never: true") E("E, message: BE, never: true") E("F, message: BU, count: 0")
	      E("G, message: BU, count: [0, 1]"));
	bu(1, 1 * MOOR_S, 1);
	bu(2, 2 * MOOR_S, 1);
	end(100 * MOOR_S, false, "PPFFPFF");
}

static void test_fields_and_nth(void)
{
	begin(E("A, message: BU, fields: {sequence: 2}") E("B, message: BU, nth: 2, fields: {sequence: 2}")
			E("C, message: BU, nth: 1, fields: {sequence: 2}") E("D, message: BU, nth: 3")
				E("E, message: BA, fields: {status: '>=128'}")
					E("F, message: BU, fields: {opt-nat-detection: absent, flags: '+A,-P'}, count: 2"));
	bu(1, 1 * MOOR_S, 1);
	bu(1, 2 * MOOR_S, 2);
	ba(0, 3 * MOOR_S, 2, 0);
	end(100 * MOOR_S, false, "PPFFFP");
}

/* Each member of a group is judged for itself, with anchors of its own. */
static void test_groups(void)
{
	begin(E("A, message: BU, by: ue, after: attach, within: 500ms") E("B, message: BU, by: ue, after: attach, within: 5s")
	      E("C, message: BU, by: ue, together: true, count: 3") E("D, message: BU, by: ue2, count: 1")
	      E("E, message: BU, by: 'ue?', after: attach, within: [500ms, 1s]") E("F, message: BU, by: 'ue*', count: 1"));
	for (uint32_t n = 1; n <= 3; n++)
		action(0, n, n * MOOR_S);
	bu(1, 1 * MOOR_S + 400 * MOOR_MS, 1);
	bu(2, 2 * MOOR_S + 400 * MOOR_MS, 1);
	bu(3, 3 * MOOR_S + 700 * MOOR_MS, 1);
	end(100 * MOOR_S, false, "FPPPFP");
}

static void test_anchors(void)
{
	begin(
		E("A, message: BA, after: {message: BU, nth: 2}, within: 1s") E("B, message: BU, after: {message: BU}, within: 1s")
			E("C, message: BU, after: A") E("D, message: BA, after: bye, never: true")
				E("E, message: BA, after: {message: BA, fields: {status: 128}}") E("F, message: BU, after: {event: nat-rebound}"));
	bu(1, 1 * MOOR_S, 1);			/* opens B's window but is not in it */
	ba(0, 1200 * MOOR_MS, 1, 128);
	bu(1, 4 * MOOR_S, 2);
	ba(0, 4500 * MOOR_MS, 2, 0);
	bu(1, 6 * MOOR_S, 3);
	action(1, 1, 50 * MOOR_S);
	end(100 * MOOR_S, false, "PFPPPF");
}

/* What could not be judged never passes. */
static void test_not_judged(void)
{
	begin(E("A, message: BU, after: bye, never: true")			/* bye never came: nothing was judged */
	      E("B, message: BU, after: bye, within: 5s")			/* and this was not met */
	      E("C, metric: gap_down, most: 1s")				/* no step */
	      E("D, message: BA, after: attach, within: 99s")			/* the window outlives the records */
	      E("E, message: BA, after: attach, within: 99s, never: true") E("F, metric: bus, least: 1"));
	action(0, 1, 10 * MOOR_S);
	end(100 * MOOR_S, false, "EFEIIE");
}

static void test_interrupted(void)
{
	begin(E("A, message: BU") E("B, message: BA, never: true") E("C, message: BA") E("D, message: BU, after: bye"));
	bu(1, 1 * MOOR_S, 1);
	end(20 * MOOR_S, true, "PIII");
}

static void test_states(void)
{
#define ST(is) "state: {node: ue1, machine: dsmip-ue, is: " is "}"
	begin(E("A, " ST("REGISTERED")) E("B, " ST("REGISTERING")) E("C, " ST("REGISTERING") ", at: 3s")
	      E("D, " ST("REGISTERED") ", at: 3s") E("E, " ST("REGISTERED") ", after: attach, within: 5s")
	      E("F, " ST("REGISTERED") ", after: attach, within: 2s") E("G, " ST("DETACHING") ", never: true")
	      E("H, " ST("REGISTERING") ", never: true") E("I, state: {node: ue2, machine: dsmip-ue, is: IDLE}")
	      E("J, " ST("REGISTERED") ", at: 4s") E("K, " ST("REGISTERING") ", at: 4s"));
	action(0, 1, 1 * MOOR_S);
	state(1, 2 * MOOR_S, DSMIP_IDLE, DSMIP_REGISTERING);
	state(1, 4 * MOOR_S, DSMIP_REGISTERING, DSMIP_REGISTERED);
	end(100 * MOOR_S, false, "PFPFPFPFPPF");
}

static void test_events(void)
{
	struct moor_record r = { .kind = REC_BINDING };

	begin(E("A, event: binding-created, by: ue1, fields: {side: mobile, lifetime: 900s, care-of-address: 10.0.0.7}")
	      E("B, event: binding-created, by: ha") E("C, event: binding-expired, never: true")
	      E("D, event: action, fields: {verb: attach}, count: 1"));
	action(0, 1, MOOR_S);
	r.u.binding.what = BINDING_CREATED;
	r.u.binding.lifetime = 225;
	r.u.binding.care_of = ip6_mapped((struct ip4_addr){ { 10, 0, 0, 7 } });
	feed(&r, 1, 2 * MOOR_S);
	end(100 * MOOR_S, false, "PFPP");
}

static void step(uint32_t node, enum step_kind kind, moor_time start, int64_t gap)
{
	struct handover_row row = { .node = node, .kind = kind, .start = start, .end = start + MOOR_S };

	for (unsigned i = 0; i < METRICS; i++)
		row.v[i] = METRIC_ABSENT;
	row.v[M_GAP_DOWN] = gap;
	if (rig.x)
		expect_step(rig.x, &row);
}

static void test_metrics(void)
{
	begin(E("A, metric: gap_down, by: ue1, step: handover, most: 200ms")
			E("B, metric: gap_down, by: ue1, step: handover, most: 100ms")
				E("C, metric: gap_down, by: ue1, step: handover, nth: 2, least: 150ms") E("D, metric: dad, by: ue1, is: 0s")
					E("E, metric: gap_down, by: ue, step: handover, most: 200ms")
						E("F, metric: gap_down, by: ue1, step: home, most: 1s")
							E("G, metric: gap_down, by: ue1, step: handover, at: 15s, most: 180ms"));
	step(1, STEP_HANDOVER, 10 * MOOR_S, 90 * MOOR_MS);
	step(1, STEP_HANDOVER, 20 * MOOR_S, 180 * MOOR_MS);
	step(2, STEP_HANDOVER, 20 * MOOR_S, 100 * MOOR_MS);
	end(100 * MOOR_S, false, "PFPFEEP");	/* ue3 never moved: E */
}

/* A step that the machine slowed down, by a little more than it was late; what is slower by more than that fails. */
static void test_slow_steps(void)
{
	const char *const what = E("A, metric: gap_down, by: ue1, step: handover, most: 100ms")
				 E("B, metric: gap_down, by: ue2, step: handover, most: 100ms");

	begin_live(what, 19 * MOOR_S, 30 * MOOR_MS);
	step(1, STEP_HANDOVER, 20 * MOOR_S, 190 * MOOR_MS);
	step(2, STEP_HANDOVER, 20 * MOOR_S, 400 * MOOR_MS);
	end(100 * MOOR_S, false, "IF");
	begin_live(what, 19 * MOOR_S, 5 * MOOR_MS);		/* less than a machine is ever blamed for */
	step(1, STEP_HANDOVER, 20 * MOOR_S, 101 * MOOR_MS);
	end(100 * MOOR_S, false, "FE");
	begin(what);
	step(1, STEP_HANDOVER, 20 * MOOR_S, 101 * MOOR_MS);
	end(100 * MOOR_S, false, "FE");
}

/* 5 % more for what would be missed: never for what is too many. */
static void test_allowance(void)
{
	begin_live(E("A, message: BU, by: ue1, after: attach, within: 2s")
		   E("B, message: BU, by: ue1, after: attach, within: 2s, never: true")
		   E("C, message: BU, by: ue1, after: attach, within: 2s, count: [0, 0]")
		   E("D, message: BA, after: attach, within: 2s, count: [1, 1]")
		   E("E, message: BA, after: attach, within: 2s, count: 2")
		   E("F, message: BA, after: attach, within: 2s, count: 3")
		   E("G, message: BU, by: ue2, after: attach, within: 2s")
		   E("H, message: BA, after: D, within: 1s")
		   E("I, message: BU, by: ue1, within: 3s, nth: 1, fields: {sequence: 1}"), 0, 0);
	action(0, 1, 1 * MOOR_S);
	ba(0, 2 * MOOR_S, 1, 0);
	bu(1, 3050 * MOOR_MS, 1);
	ba(0, 3050 * MOOR_MS, 1, 0);	/* for E; one too many for nobody */
	bu(2, 3110 * MOOR_MS, 1);	/* 5 % and 10 ms, and the machine was never late */
	end(100 * MOOR_S, false, "PPPPPFFPP");
}

static void test_allowance_of_states(void)
{
	begin_live(E("A, " ST("REGISTERED") ", after: attach, within: 2s")
		   E("B, " ST("REGISTERED") ", after: attach, within: 1900ms")
		   E("C, " ST("REGISTERED") ", after: attach, within: 2s, never: true") E("D, " ST("REGISTERED") ", at: 3s")
		   E("E, " ST("REGISTERING") ", after: attach, within: 100ms"), 0, 0);
	action(0, 1, 1 * MOOR_S);
	state(1, 2 * MOOR_S, DSMIP_IDLE, DSMIP_REGISTERING);
	state(1, 3050 * MOOR_MS, DSMIP_REGISTERING, DSMIP_REGISTERED);
	end(100 * MOOR_S, false, "PFPFF");
}

/* Steps behind a window count where there was none in it, and only there. */
static void test_allowance_of_metrics(void)
{
	begin_live(E("A, metric: gap_down, by: ue1, within: 20s, most: 100ms")
		   E("B, metric: gap_down, by: ue2, within: 20s, most: 100ms"), 0, 0);
	step(1, STEP_HANDOVER, 10 * MOOR_S, 90 * MOOR_MS);
	step(1, STEP_HANDOVER, 20500 * MOOR_MS, 180 * MOOR_MS);
	step(2, STEP_HANDOVER, 20500 * MOOR_MS, 80 * MOOR_MS);
	end(100 * MOOR_S, false, "PP");
}

/* Between processes nothing is at once: spans have that much more room, counts of packets have not. */
static void test_spans_between_processes(void)
{
	late_least = 5 * MOOR_MS;
	begin_live(E("A, metric: gap_down, by: ue1, most: 100ms") E("B, metric: gap_down, by: ue1, is: 104ms")
		   E("C, metric: gap_down, by: ue2, most: 100ms") E("D, metric: gap_down, by: ue1, is: 106ms"), 0, 0);
	late_least = 0;
	step(1, STEP_HANDOVER, 10 * MOOR_S, 105 * MOOR_MS);
	step(2, STEP_HANDOVER, 10 * MOOR_S, 106 * MOOR_MS);
	end(100 * MOOR_S, false, "PPFF");
}

static void test_lateness(void)
{
	/* 3 s late from 4 s on */
	begin_live(E("A, message: BU, by: ue1, after: attach, within: 2s")		/* over before: nothing excuses it */
		   E("B, message: BU, by: ue2, at: 3s, within: 2s")			/* came late by what the machine was late */
		   E("C, message: BU, by: ue3, at: 3s, within: 2s")			/* did not come */
		   E("D, message: BU, at: 5s, never: true")				/* repeated, since nobody answered */
		   E("E, message: BU, at: 1s, within: 2s, never: true")			/* not by then */
		   E("F, event: deviation, never: true")				/* octets are as they were written */
		   E("G, message: BU, by: ue2, nth: 1, fields: {sequence: 7}")
		   E("H, message: BE, after: bye, never: true"), 4 * MOOR_S, 3 * MOOR_S);
	struct moor_record odd = { .kind = REC_DEVIATION, .u.deviation = { .id = "odd", .clause = "c" } };

	action(0, 1, 1 * MOOR_S);
	bu(3, 2 * MOOR_S, 1);
	feed(&odd, 1, 6 * MOOR_S);
	bu(2, 7 * MOOR_S, 1);
	end(100 * MOOR_S, false, "FIIIFFII");
}

/* A little lateness excuses nothing that has more room than that. */
static void test_little_lateness(void)
{
	begin_live(E("A, message: BU, by: ue1, at: 1s, within: 2s") E("B, message: BU, by: ue2, at: 1s, within: 2s")
		   E("C, message: BU, by: ue3, at: 1s, within: 200ms"), 0, 50 * MOOR_MS);
	bu(2, 3140 * MOOR_MS, 1);		/* 100 ms for others, 40 for us */
	end(100 * MOOR_S, false, "FII");
}

/* A run that was cut short: what might still have become otherwise is open. */
static void test_cut_short(void)
{
	begin(E("A, " ST("IDLE")) E("B, metric: bus, least: 1") E("C, metric: bus, most: 1") E("D, metric: data_lost, most: 1")
	      E("E, message: BU, after: bye, never: true") E("F, message: BU, within: 5s")
	      E("G, metric: gap_down, by: ue1, most: 1s")
	      E("H, message: BE, within: 5s"));
	struct handover_row row = { .node = 1, .kind = STEP_ATTACH, .outcome = OUTCOME_OPEN };
	struct metrics *m = metrics_new(&(struct metrics_config){ .names = { NULL, node_name, port_name } });
	const char *want = "IIIIIPIF";
	const struct trace_check *checks;
	size_t n;

	for (unsigned i = 0; i < METRICS; i++)
		row.v[i] = METRIC_ABSENT;
	bu(1, 1 * MOOR_S, 1);
	expect_step(rig.x, &row);
	metrics_finish(m, 20 * MOOR_S);
	expect_finish(rig.x, 20 * MOOR_S, true, m);
	checks = expect_checks(rig.x, &n);
	for (size_t i = 0; i < n; i++)
		CU_ASSERT_EQUAL(checks[i].verdict, want[i] == 'P' ? VERDICT_PASS : want[i] == 'I' ? VERDICT_INCONCLUSIVE
					: VERDICT_FAIL);
	metrics_free(m);
	expect_free(rig.x);
	scen_free(rig.s);
	tree_pool_free(rig.pool);
}

static const struct harness_test tests[] = {
	{ "windows begin and end where they should", test_windows },
	{ "allowances", test_allowances },
	{ "steps that a machine slowed down", test_slow_steps },
	{ "counts", test_counts },
	{ "fields and the n-th message", test_fields_and_nth },
	{ "members of a group", test_groups },
	{ "anchors", test_anchors },
	{ "what could not be judged never passes", test_not_judged },
	{ "an interrupted run is inconclusive where it was open", test_interrupted },
	{ "states", test_states },
	{ "events", test_events },
	{ "metrics", test_metrics },
	{ "what is missed may come a little later, live", test_allowance },
	{ "states too", test_allowance_of_states },
	{ "and steps", test_allowance_of_metrics },
	{ "spans between processes have room for the way", test_spans_between_processes },
	{ "a late machine makes a verdict inconclusive where it could be the reason", test_lateness },
	{ "and not where it could not", test_little_lateness },
	{ "a run that was cut short", test_cut_short },
};

int main(int argc, char **argv)
{
	return harness_main("scen_expect", tests, G_N_ELEMENTS(tests), argc, argv);
}

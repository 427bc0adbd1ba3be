/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The observation bus, fingerprints and state machines: who is told what, and which octets count.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "world/machine.h"
#include "world/timer.h"

static struct moor_world *bare_world(void) { return moor_world_new(&(struct moor_world_config){ .seed = 1 }); }

struct tap { char letter; GString *log; };

static void tap(void *ctx, const struct moor_record *r)
{
	struct tap *t = ctx;

	g_string_append_printf(t->log, "%c %s %" G_GINT64_FORMAT ";", t->letter, moor_record_kind_name(r->kind), r->at);
}

static void note(struct moor_world *w, const char *text)
{
	struct moor_record r = { .kind = REC_NOTE, .node = REC_NONE, .port = REC_NONE, .at = 777, .u.note = text };

	moor_record_emit(w, &r);
}

static void test_sinks(void)
{
	struct moor_world *w = bare_world();
	GString *log = g_string_new("");
	struct tap a = { 'a', log }, b = { 'b', log };
	struct moor_record move = { .kind = REC_MOVE, .node = 0 };

	CU_ASSERT_FALSE(moor_record_wanted(w, REC_NOTE));
	note(w, "nobody hears");
	moor_record_sink(w, REC_BIT(REC_NOTE), tap, &b);
	moor_record_sink(w, REC_BIT(REC_NOTE) | REC_BIT(REC_MOVE), tap, &a);
	CU_ASSERT_TRUE(moor_record_wanted(w, REC_NOTE));
	CU_ASSERT_FALSE(moor_record_wanted(w, REC_NAT));
	moor_world_advance(w, 5);
	note(w, "x");
	moor_record_emit(w, &move);
	moor_record_unsink(w, tap, &a);
	CU_ASSERT_FALSE(moor_record_wanted(w, REC_MOVE));
	note(w, "y");
	CU_ASSERT_STRING_EQUAL(log->str, "b note 5;a note 5;a move 5;b note 5;");
	moor_world_free(w);
	g_string_free(log, TRUE);
}

struct gate { struct moor_world *w; unsigned seen; bool open; };

static void gate(void *ctx, const struct moor_record *r)
{
	struct gate *g = ctx;

	g->seen++;
	if (g->open)
		moor_record_pass(g->w, r);
}

/* One sink stands before all others, those that come later too. */
static void test_divert(void)
{
	struct moor_world *w = bare_world();
	GString *log = g_string_new("");
	struct tap a = { 'a', log }, b = { 'b', log };
	struct gate g = { .w = w };
	struct moor_record move = { .kind = REC_MOVE, .node = 0 };

	moor_record_sink(w, REC_BIT(REC_NOTE), tap, &a);
	moor_record_divert(w, gate, &g);
	note(w, "kept back");
	g.open = true;
	note(w, "handed on");
	moor_record_emit(w, &move);		/* nobody wants it yet */
	moor_record_sink(w, REC_BIT(REC_MOVE), tap, &b);
	CU_ASSERT_TRUE(moor_record_wanted(w, REC_MOVE));
	moor_record_emit(w, &move);
	moor_record_unsink(w, tap, &a);
	CU_ASSERT_FALSE(moor_record_wanted(w, REC_NOTE));
	note(w, "nobody wants it any more");
	CU_ASSERT_STRING_EQUAL(log->str, "a note 0;b move 0;");
	CU_ASSERT_EQUAL(g.seen, 3);
	moor_world_free(w);
	g_string_free(log, TRUE);
}

static void test_names(void)
{
	unsigned protocol = 0;

	for (unsigned k = 0; k < REC_KINDS; k++) {
		const char *name = moor_record_kind_name((enum rec_kind)k);

		CU_ASSERT_TRUE(name && *name);
		for (unsigned other = 0; name && other < k; other++)
			CU_ASSERT_STRING_NOT_EQUAL(name, moor_record_kind_name((enum rec_kind)other));
		protocol += moor_record_is_protocol((enum rec_kind)k);
	}
	CU_ASSERT_EQUAL(protocol, REC_KINDS - 5);
	CU_ASSERT_STRING_EQUAL(moor_record_kind_name(REC_KINDS), "unknown");
}

/* ---- fingerprints ------------------------------------------------------------------------------------------------ */

/* Fingerprint of a world in which one record was emitted. */
static void print_of(const struct moor_record *rec, bool protocol_only, char out[33])
{
	struct moor_world *w = bare_world();
	struct fingerprint *f = fingerprint_new(w, protocol_only);
	struct moor_record r = *rec;

	moor_world_advance(w, 1000);
	moor_record_emit(w, &r);
	fingerprint_text(f, out);
	fingerprint_free(f);
	CU_ASSERT_FALSE(moor_record_wanted(w, REC_NOTE));	/* it took its sink away */
	moor_world_free(w);
}

static const struct fsm some_machine = { .name = "some" }, same_machine = { .name = "some" };
static const struct fsm other_machine = { .name = "other" };

static void expect(bool equal, const struct moor_record *x, const struct moor_record *y)
{
	char a[33], b[33];

	print_of(x, false, a);
	print_of(y, false, b);
	CU_ASSERT_EQUAL(strlen(a), 32);
	CU_ASSERT_EQUAL(!strcmp(a, b), equal);
}

static void test_what_counts(void)
{
	static const uint8_t octets[2][4] = { { 1, 2, 3, 4 }, { 1, 2, 3, 4 } }, other[4] = { 1, 2, 3, 5 };
	char text[] = "note";
	struct moor_record x, y;

	x = y = (struct moor_record){ .kind = REC_FRAME_TX, .u.frame = { .frame = 1, .octets = octets[0], .len = 4 } };
	y.u.frame.frame = 99;			/* a number, and another place of the same octets */
	y.u.frame.octets = octets[1];
	expect(true, &x, &y);
	y.u.frame.octets = other;
	expect(false, &x, &y);
	y = x;
	y.u.frame.len = 3;
	expect(false, &x, &y);
	y = x;
	y.u.frame.cause = "loss";
	expect(false, &x, &y);
	y = x;
	y.port = 1;
	expect(false, &x, &y);
	x = (struct moor_record){ .kind = REC_NOTE, .u.note = "note" };
	y = (struct moor_record){ .kind = REC_NOTE, .u.note = text };
	expect(true, &x, &y);
	y.u.note = "not";
	expect(false, &x, &y);
	x = y = (struct moor_record){ .kind = REC_STATE, .u.state = { .machine = &some_machine, .to = 1 } };
	y.u.state.machine = &same_machine;
	expect(true, &x, &y);
	y.u.state.machine = &other_machine;
	expect(false, &x, &y);
	y = x;
	y.instance = 1;
	expect(false, &x, &y);
}

/*
 * Every field of every kind counts: flip each octet of it. What may change nothing is padding and the upper octets of
 * an enumeration, counted by hand.
 */
static void test_every_kind_counts(void)
{
	static const struct { enum rec_kind kind; size_t size, dead; } kinds[] = {
		{ REC_ADDRESS, sizeof ((struct moor_record *)0)->u.address, 6 },
		{ REC_ROUTER, sizeof ((struct moor_record *)0)->u.router, 3 + 2 },
		{ REC_MOVE, sizeof ((struct moor_record *)0)->u.move, 3 },
		{ REC_BINDING, sizeof ((struct moor_record *)0)->u.binding, 3 + 2 },
		{ REC_DATA_TX, sizeof ((struct moor_record *)0)->u.data, 7 },
		{ REC_DATA_RX, sizeof ((struct moor_record *)0)->u.data, 7 },
		{ REC_NAT, sizeof ((struct moor_record *)0)->u.nat, 4 },
		{ REC_DHCP, sizeof ((struct moor_record *)0)->u.dhcp, 0 },
		{ REC_AAA, offsetof(struct rec_aaa, eap), 4 },
		{ REC_RADIO, offsetof(struct rec_radio, link), 3 + 2 },
	};

	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
		struct moor_record x = { .kind = kinds[k].kind };
		size_t dead = 0;
		char a[33], b[33];

		print_of(&x, false, a);
		for (size_t i = 0; i < kinds[k].size; i++) {
			struct moor_record y = x;

			((uint8_t *)&y.u)[i] = 1;
			print_of(&y, false, b);
			dead += !strcmp(a, b);
		}
		CU_ASSERT_EQUAL(dead, kinds[k].dead);
	}
}

static void test_signals_count(void)
{
	struct moor_record x = { .kind = REC_SIGNAL_TX }, y = x;
	static const uint8_t message[] = { 1, 2, 3 };

	y.kind = REC_SIGNAL_RX;
	expect(false, &x, &y);
	for (size_t i = 0; i < offsetof(struct rec_signal, message); i++) {
		char a[33], b[33];
		bool is_bool = i == offsetof(struct rec_signal, secured) || i == offsetof(struct rec_signal, udp) ||
			       i == offsetof(struct rec_signal, nat);

		y = x;
		((uint8_t *)&y.u.signal)[i] = 1;
		print_of(&x, false, a);
		print_of(&y, false, b);
		if (is_bool || i < offsetof(struct rec_signal, secured) || i >= offsetof(struct rec_signal, src))
			CU_ASSERT_TRUE(strcmp(a, b) || i >= offsetof(struct rec_signal, care_of) + 16);
	}
	y = x;
	y.u.signal.message = message;
	y.u.signal.message_len = 3;
	expect(false, &x, &y);
}

static void test_protocol_only(void)
{
	struct moor_record frame = { .kind = REC_FRAME_TX }, nothing = { .kind = REC_CARRIER, .u.carrier.link = "l" };
	struct moor_record move = { .kind = REC_MOVE };
	struct moor_record radio = { .kind = REC_RADIO, .u.radio = { .what = RADIO_LEFT, .link = "l" } };
	char a[33], b[33], c[33], d[33];

	print_of(&frame, true, a);
	print_of(&nothing, true, b);
	print_of(&move, true, c);
	print_of(&radio, true, d);
	CU_ASSERT_STRING_EQUAL(a, d);
	CU_ASSERT_STRING_EQUAL(a, b);
	CU_ASSERT_STRING_NOT_EQUAL(a, c);
}

static void test_reading_changes_nothing(void)
{
	struct moor_world *w = bare_world();
	struct fingerprint *f = fingerprint_new(w, false), *g = fingerprint_new(w, false);
	char a[33], b[33], large[2000];

	memset(large, 'x', sizeof large);
	large[sizeof large - 1] = 0;
	for (int i = 0; i < 100; i++) {
		note(w, i % 10 ? "short" : large);
		fingerprint_text(f, a);
	}
	fingerprint_text(f, a);
	fingerprint_text(g, b);
	CU_ASSERT_STRING_EQUAL(a, b);
	CU_ASSERT_STRING_EQUAL(a, "28cae1047a3dec6d0d73f5c3869d8e8e");	/* on every machine */
	moor_world_free(w);		/* the fingerprint may be read and freed after its world */
	fingerprint_text(f, b);
	CU_ASSERT_STRING_EQUAL(a, b);
	fingerprint_free(f);
	fingerprint_free(g);
	fingerprint_free(NULL);
}

/* ---- state machines ---------------------------------------------------------------------------------------------- */

enum { IDLE, BUSY, DONE };
enum { START, FINISH };

static const char *const events[] = { "start", "finish" };
static const struct fsm_state states[] = {
	[IDLE] = { "IDLE", FSM_BIT(START), 1u << BUSY, NULL, "1.1" },
	[BUSY] = { "BUSY", FSM_BIT(START) | FSM_BIT(FINISH), 1u << DONE, "T1", "1.2" },
	[DONE] = { "DONE", 0, 1u << IDLE, NULL, "1.3" },
};
static const struct fsm machine = { "door", "an example", states, events, G_N_ELEMENTS(states), G_N_ELEMENTS(events) };

static struct moor_record last;

static void remember(void *ctx, const struct moor_record *r)
{
	(void)ctx;
	last = *r;
}

static void test_machine(void)
{
	struct moor_world *w = bare_world();
	struct machine m;

	moor_record_sink(w, REC_BIT(REC_STATE) | REC_BIT(REC_REFUSED), remember, NULL);
	machine_init(&m, &machine, IDLE);
	CU_ASSERT_TRUE(machine_admits(&m, &machine, w, 3, 4, START, false));
	machine_go(&m, &machine, w, 3, 4, BUSY);
	CU_ASSERT_TRUE(last.kind == REC_STATE && last.node == 3 && last.instance == 4 && last.port == REC_NONE);
	CU_ASSERT_TRUE(last.u.state.machine == &machine && last.u.state.from == IDLE && last.u.state.to == BUSY);
	CU_ASSERT_EQUAL(last.u.state.event, START);
	machine_go(&m, &machine, w, 3, 4, BUSY);			/* staying is legal */
	CU_ASSERT_TRUE(machine_admits(&m, &machine, w, 3, 4, FINISH, true));
	machine_go(&m, &machine, w, 3, 4, DONE);
	CU_ASSERT_FALSE(machine_admits(&m, &machine, w, 3, 4, FINISH, true));
	CU_ASSERT_TRUE(last.kind == REC_REFUSED && last.u.state.from == DONE && last.u.state.to == DONE);
	CU_ASSERT_EQUAL(last.u.state.event, FINISH);
	for (int i = 0; i < 70000; i++)
		machine_admits(&m, &machine, w, 3, 4, FINISH, true);
	CU_ASSERT_EQUAL(m.refused, UINT16_MAX);
	CU_ASSERT_EQUAL(m.state, DONE);
	moor_world_free(w);
}

static void test_descriptors(void)
{
	struct fsm f = machine;
	struct fsm_state s[3];

	CU_ASSERT_PTR_NULL(fsm_defect(&machine));
	CU_ASSERT_PTR_NOT_NULL(fsm_defect(&some_machine));
	f.states = s;
	memcpy(s, states, sizeof s);
	s[1].successors = 1u << 3;
	CU_ASSERT_STRING_EQUAL(fsm_defect(&f), "a state has a successor that the machine does not have");
	memcpy(s, states, sizeof s);
	s[1].successors = 0;
	CU_ASSERT_STRING_EQUAL(fsm_defect(&f), "a state cannot be reached from the first");
	memcpy(s, states, sizeof s);
	s[2].admits = FSM_BIT(2);
	CU_ASSERT_STRING_EQUAL(fsm_defect(&f), "a state admits an event that the machine does not have");
	memcpy(s, states, sizeof s);
	s[0].clause = NULL;
	CU_ASSERT_STRING_EQUAL(fsm_defect(&f), "a state has no clause");
}

static const struct harness_test tests[] = {
	{ "sinks get what they want, in order", test_sinks },
	{ "a sink stands before all others", test_divert },
	{ "every kind has a name of its own", test_names },
	{ "a fingerprint covers content, not addresses and numbers", test_what_counts },
	{ "every field counts", test_every_kind_counts },
	{ "every field of a signal counts", test_signals_count },
	{ "the protocol fingerprint leaves frames and carriers out", test_protocol_only },
	{ "a fingerprint may be read at any time", test_reading_changes_nothing },
	{ "machines record, refuse and count", test_machine },
	{ "descriptors are checked", test_descriptors },
};

int main(int argc, char **argv) { return harness_main("world_record", tests, G_N_ELEMENTS(tests), argc, argv); }

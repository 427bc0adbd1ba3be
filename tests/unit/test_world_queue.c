/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of events, against a balanced tree that is kept by the contract's own words (world/world.h): time,
 * arrivals before timers, arrivals by port and order of sending, timers by their last arming. Random lives of a
 * world, in which timers are armed, moved both ways and cancelled and frames come in, from inside handlers and from
 * outside, with many equal instants and with spans from nothing to a century; advanced in odd steps, with and without
 * looking ahead.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "base/mem.h"
#include "world/port.h"
#include "world/priv.h"

enum { TIMERS = 6000, PORTS = 7, FRAMES = 256 };

struct key { moor_time at; uint32_t hi; uint64_t order; uint32_t id; };		/* hi: port number, PORTS for timers */

struct life {
	struct moor_world *w;
	struct rng r;
	GTree *tree;
	struct { struct moor_timer t; struct key key; struct life *life; } timers[TIMERS];
	struct moor_port *ports[PORTS];
	struct key frames[FRAMES];
	bool flying[FRAMES];
	uint32_t in_flight;
	uint64_t order, ops, fired, most;
	moor_time anchor;		/* an instant that many things choose */
	uint32_t n_timers;		/* those in use */
	unsigned per_event;		/* operations in a handler, on average in halves */
	moor_time cap;			/* longest span */
	uint64_t wrong;			/* the line that first found something */
};

static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct key *x = a, *y = b;

	(void)data;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Spans of every magnitude, and instants that collide. */
static moor_time some_instant(struct life *l)
{
	moor_time now = moor_world_now(l->w), span;

	switch (rng_below(&l->r, 8)) {
	case 0:
		return now;
	case 1:
		span = rng_span(&l->r, 0, 70);
		break;
	case 2: case 3:
		if (l->anchor < now || rng_chance(&l->r, 50000))
			l->anchor = now + rng_span(&l->r, 0, 2 * MOOR_MS);
		return l->anchor;
	case 4:
		span = INT64_C(1) << rng_below(&l->r, 62);
		span += rng_span(&l->r, -1, 1);
		break;
	case 5:
		span = rng_exp(&l->r, 5 * MOOR_MS);
		break;
	default:
		span = rng_exp(&l->r, 50 * MOOR_S);
	}
	return now + (span < l->cap ? span : l->cap);
}

static void check_first(struct life *l, const struct key *k)
{
	const struct key *want = g_tree_node_key(g_tree_node_first(l->tree));

	if (want != k || k->at != moor_world_now(l->w))
		l->wrong = l->wrong ? l->wrong : __LINE__;
	g_tree_remove(l->tree, want);
	l->fired++;
}

static void some_operations(struct life *l, unsigned n);

static void fired(struct moor_world *w, struct moor_timer *t)
{
	uint32_t i = 0;
	struct life *l;

	memcpy(&l, (char *)t + offsetof(struct life, timers[0].life) - offsetof(struct life, timers[0].t), sizeof l);
	i = (uint32_t)(((char *)t - (char *)&l->timers[0].t) / (ptrdiff_t)sizeof l->timers[0]);
	if (moor_timer_pending(t) || moor_timer_due(w, t) != MOOR_NEVER)
		l->wrong = l->wrong ? l->wrong : __LINE__;
	check_first(l, &l->timers[i].key);
	some_operations(l, (unsigned)rng_below(&l->r, l->per_event + 1));
}

static void received(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct life *l = owner;
	uint32_t i;

	memcpy(&i, pkt->data + 14, sizeof i);
	if (l->frames[i].hi != moor_port_number(p))
		l->wrong = l->wrong ? l->wrong : __LINE__;
	check_first(l, &l->frames[i]);
	l->flying[i] = false;
	l->in_flight--;
	some_operations(l, (unsigned)rng_below(&l->r, l->per_event + 1));
}

static void send_frame(struct life *l)
{
	uint8_t frame[64];
	uint32_t i = (uint32_t)rng_below(&l->r, FRAMES), port = (uint32_t)rng_below(&l->r, PORTS);

	if (l->flying[i])
		return;
	memset(frame, 0xff, sizeof frame);
	memcpy(frame + 14, &i, sizeof i);
	l->frames[i] = (struct key){ some_instant(l), port, ++l->order, i };
	l->flying[i] = true;
	l->in_flight++;
	g_tree_insert(l->tree, &l->frames[i], NULL);
	moor_world_rx(l->w, l->ports[port], l->frames[i].at, frame, sizeof frame);
}

static void one_operation(struct life *l)
{
	uint32_t i = (uint32_t)rng_below(&l->r, l->n_timers);
	struct moor_timer *t = &l->timers[i].t;
	struct key *k = &l->timers[i].key;
	bool armed = moor_timer_pending(t);

	l->ops++;
	if (moor_timer_due(l->w, t) != (armed ? k->at : MOOR_NEVER))
		l->wrong = l->wrong ? l->wrong : __LINE__;
	if (rng_below(&l->r, 4) == 0) {
		send_frame(l);
		return;
	}
	if (armed)
		g_tree_remove(l->tree, k);
	if (rng_below(&l->r, 3) == 0) {
		moor_timer_cancel(l->w, t);
		return;
	}
	*k = (struct key){ some_instant(l), PORTS, ++l->order, i };
	g_tree_insert(l->tree, k, NULL);
	moor_timer_at(l->w, t, k->at, fired);
}

static void some_operations(struct life *l, unsigned n)
{
	while (n--)
		one_operation(l);
}

static void check_bounds(struct life *l)
{
	const struct queue *q = &l->w->queue;

	if (q->live != (uint64_t)g_tree_nnodes(l->tree) || q->entries < q->live)
		l->wrong = l->wrong ? l->wrong : __LINE__;
	l->most = MAX(l->most, q->live);	/* the bound is kept when timers are cancelled or moved, not when they fire */
	if (q->entries - q->live > l->most / 2 + 1024)
		l->wrong = l->wrong ? l->wrong : __LINE__;
}

static void live(uint64_t seed, uint64_t ops, uint32_t n_timers, moor_time cap, bool look_ahead, moor_time step)
{
	struct moor_world_config config = { .seed = seed };
	struct life *l = g_new0(struct life, 1);
	struct moor_node *n;

	l->w = moor_world_new(&config);
	l->r = rng_make(seed, "life", "test");
	l->tree = g_tree_new_with_data(compare, NULL);
	l->per_event = 2;
	l->n_timers = n_timers;
	l->cap = cap;
	n = moor_node_new(l->w, "node");
	for (uint32_t i = 0; i < PORTS; i++) {
		l->ports[i] = moor_port_new(n, "p", &(struct mac_addr){ { 2, 0, 0, 0, 0, (uint8_t)i } });
		moor_port_external(l->ports[i], true, 0);
		moor_port_handlers(l->ports[i], received, NULL, l);
	}
	for (uint32_t i = 0; i < TIMERS; i++)
		l->timers[i].life = l;
	while (l->ops < ops && !l->wrong && moor_world_now(l->w) < MOOR_NEVER / 2) {
		GTreeNode *node;
		moor_time first, to;

		some_operations(l, 3);
		node = g_tree_node_first(l->tree);
		first = node ? ((const struct key *)g_tree_node_key(node))->at : MOOR_NEVER;
		if (look_ahead && moor_world_next(l->w) != first)
			l->wrong = l->wrong ? l->wrong : __LINE__;
		to = rng_below(&l->r, 2) || first == MOOR_NEVER ? moor_world_now(l->w) + rng_span(&l->r, 0, step) : first;
		moor_world_advance(l->w, to);
		node = g_tree_node_first(l->tree);
		if (moor_world_now(l->w) != to || (node && ((const struct key *)g_tree_node_key(node))->at <= to))
			l->wrong = l->wrong ? l->wrong : __LINE__;
		check_bounds(l);
	}
	CU_ASSERT_EQUAL(l->wrong, 0);
	CU_ASSERT_TRUE(l->ops >= ops || moor_world_now(l->w) >= MOOR_NEVER / 2);
	CU_ASSERT_TRUE(l->fired > 1000);
	CU_ASSERT_EQUAL(moor_world_events(l->w), l->fired);
	CU_ASSERT_EQUAL(moor_world_leaks(l->w, NULL), 0);
	g_tree_destroy(l->tree);
	moor_world_free(l->w);
	g_free(l);
}

static void test_crowded(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++)
		live(seed, 200000, seed == 4 ? TIMERS : 600, 10 * MOOR_MS, seed % 2, 20 * MOOR_US);
}

static void test_minutes(void)
{
	for (uint64_t seed = 11; seed <= 16; seed++)
		live(seed, 200000, seed > 14 ? TIMERS : 600, 3600 * MOOR_S, seed % 2, seed % 3 ? 2 * MOOR_MS : MOOR_S);
}

static void test_centuries(void)
{
	for (uint64_t seed = 21; seed <= 24; seed++)
		live(seed, 100000, seed > 23 ? TIMERS : 600, INT64_C(1) << 61, seed % 2, seed % 3 ? 100 * MOOR_S : 10);
}

/* ---- patterns that made queues of this kind grow or go wrong ----------------------------------------------------- */

static void never(struct moor_world *w, struct moor_timer *t) { (void)w; (void)t; CU_FAIL("a cancelled timer fired"); }

static uint64_t ticks;

static void tick(struct moor_world *w, struct moor_timer *t)
{
	ticks++;
	moor_timer_in(w, t, MOOR_S, tick);
}

static struct moor_world *bare_world(void) { return moor_world_new(&(struct moor_world_config){ .seed = 1 }); }

/* A retransmission timer of a second, set and cancelled each few milliseconds; a lifetime that moves both ways. */
static void test_no_growth(void)
{
	struct moor_world *w = bare_world();
	struct moor_timer retransmit[50] = { { 0 } }, lifetime[50] = { { 0 } }, clock = { 0 };
	size_t before = 0;
	uint64_t most = 0;

	moor_timer_in(w, &clock, MOOR_S, tick);
	ticks = 0;
	for (uint32_t i = 0; i < 1000000; i++) {
		moor_timer_in(w, &retransmit[i % 50], MOOR_S, never);
		moor_timer_in(w, &lifetime[i % 50], i % 3 ? 3600 * MOOR_S : 2880 * MOOR_S, never);
		moor_world_advance(w, moor_world_now(w) + 10 * MOOR_MS);
		moor_timer_cancel(w, &retransmit[i % 50]);
		if (i % 7 == 0)
			moor_timer_cancel(w, &lifetime[i % 50]);
		most = MAX(most, w->queue.entries);
		if (i == 100000)
			before = moor_world_octets(w);
	}
	CU_ASSERT_EQUAL(moor_world_now(w), 10000 * MOOR_S);
	CU_ASSERT_EQUAL(ticks, 10000);
	CU_ASSERT_TRUE(most < 2048);
	CU_ASSERT_TRUE(moor_world_octets(w) < before + 16384);	/* the run and the heap may still find their size */
	moor_world_free(w);
}

/* A hundred thousand timers at one instant, each cancelling another one of that instant: the leftovers lie in the run,
 * where no sweep reaches them, and must not be swept for again and again. */
static struct moor_timer crowd[100000];

static void cancel_another(struct moor_world *w, struct moor_timer *t)
{
	ticks++;
	moor_timer_cancel(w, &crowd[99999 - (t - crowd)]);
}

static void test_one_instant(void)
{
	struct moor_world *w = bare_world();

	ticks = 0;
	for (unsigned i = 0; i < G_N_ELEMENTS(crowd); i++)
		moor_timer_at(w, &crowd[i], MOOR_S, cancel_another);
	for (unsigned i = 0; i < G_N_ELEMENTS(crowd); i += 3)	/* these lose their place in the order */
		moor_timer_at(w, &crowd[i], MOOR_S, cancel_another);
	CU_ASSERT_EQUAL(moor_world_advance(w, 2 * MOOR_S), 50000);
	CU_ASSERT_EQUAL(ticks, 50000);
	CU_ASSERT_EQUAL(moor_world_next(w), MOOR_NEVER);
	moor_world_free(w);
}

static void test_next_is_exact(void)
{
	struct moor_world *w = bare_world();
	struct moor_timer a = { 0 }, b = { 0 };

	CU_ASSERT_EQUAL(moor_world_next(w), MOOR_NEVER);
	moor_timer_at(w, &a, 3600 * MOOR_S, never);
	CU_ASSERT_EQUAL(moor_world_next(w), 3600 * MOOR_S);
	moor_timer_at(w, &a, 7200 * MOOR_S, never);		/* later: its entry is at the old time */
	CU_ASSERT_EQUAL(moor_world_next(w), 7200 * MOOR_S);
	moor_timer_at(w, &b, 5 * MOOR_S, tick);			/* before what was looked at */
	CU_ASSERT_EQUAL(moor_world_next(w), 5 * MOOR_S);
	moor_timer_at(w, &a, 4 * MOOR_S, tick);			/* earlier than everything */
	CU_ASSERT_EQUAL(moor_world_next(w), 4 * MOOR_S);
	ticks = 0;
	CU_ASSERT_EQUAL(moor_world_advance(w, 4 * MOOR_S), 1);
	moor_timer_cancel(w, &a);
	moor_timer_cancel(w, &a);				/* idle already */
	moor_timer_at(w, &b, MOOR_NEVER, never);		/* cancels */
	CU_ASSERT_FALSE(moor_timer_pending(&b));
	CU_ASSERT_EQUAL(moor_world_next(w), MOOR_NEVER);
	CU_ASSERT_EQUAL(ticks, 1);
	moor_timer_in(w, &a, MOOR_NEVER - 1, never);		/* sticks at never */
	CU_ASSERT_FALSE(moor_timer_pending(&a));
	CU_ASSERT_EQUAL(moor_world_advance(w, MOOR_NEVER - 1), 0);
	moor_world_free(w);
}

/* ---- the order alone, for lives that a tree would take too long for ---------------------------------------------- */

struct ordered { struct moor_timer t; moor_time due; uint64_t order; };

static struct { moor_time due; uint64_t order, fired, wrong; } before;

static void in_order(struct moor_world *w, struct moor_timer *t)
{
	struct ordered *o = MOOR_CONTAINER(t, struct ordered, t);

	before.wrong += o->due != moor_world_now(w) || o->due < before.due
		|| (o->due == before.due && o->order <= before.order);
	before.due = o->due;
	before.order = o->order;
	before.fired++;
}

static void arm_ordered(struct moor_world *w, struct ordered *o, moor_time due, uint64_t *order)
{
	o->due = due;
	o->order = ++*order;
	moor_timer_at(w, &o->t, due, in_order);
}

/* Whoever looks ahead to a far deadline may still have a crowd come in before it: the queue has to go back. */
static void test_crowds_before_what_was_looked_at(void)
{
	enum { FAR = 9000, NEAR = 1000, ROUNDS = 60 };
	static struct ordered far[FAR], near[NEAR];
	struct moor_world *w = bare_world();
	struct rng r = rng_make(1, "crowds", "test");
	uint64_t order = 0;

	memset(&before, 0, sizeof before);
	for (unsigned i = 0; i < FAR; i++)
		arm_ordered(w, &far[i], (1 + i % ROUNDS) * 3607 * MOOR_S + rng_span(&r, 0, 20 * MOOR_MS), &order);
	for (unsigned k = 0; k < ROUNDS; k++) {
		moor_time now = moor_world_now(w), next = moor_world_next(w), gap = next - now;

		CU_ASSERT_TRUE(next < MOOR_NEVER);
		for (unsigned i = 0; i < NEAR; i++) {
			moor_time due = now + rng_span(&r, 0, gap > 1 ? gap >> rng_below(&r, 30) : 0);

			arm_ordered(w, &near[i], i % 5 || !i ? due : near[i - 1].due, &order);
			if (i % 400 == 0)
				CU_ASSERT_TRUE(moor_world_next(w) <= due);
		}
		moor_world_advance(w, now + gap / 2);
		moor_world_advance(w, next + k % 3 * MOOR_S);
	}
	moor_world_advance(w, 400000 * MOOR_S);
	CU_ASSERT_EQUAL(before.wrong, 0);
	CU_ASSERT_EQUAL(before.fired, FAR + ROUNDS * NEAR);
	moor_world_free(w);
}

/* The last bucket of all ends where time does. */
static void test_end_of_time(void)
{
	static struct ordered o[500];
	struct moor_world *w = bare_world();
	struct rng r = rng_make(1, "end", "test");
	uint64_t order = 0;

	memset(&before, 0, sizeof before);
	for (unsigned i = 0; i < 250; i++)
		arm_ordered(w, &o[i], MOOR_NEVER - 1 - (rng_span(&r, 0, MOOR_NEVER / 2) >> rng_below(&r, 62)), &order);
	moor_world_next(w);
	for (unsigned i = 250; i < 500; i++)
		arm_ordered(w, &o[i], MOOR_NEVER - 1 - (rng_span(&r, 0, MOOR_NEVER / 2) >> rng_below(&r, 62)), &order);
	moor_world_advance(w, MOOR_NEVER - 1);
	CU_ASSERT_EQUAL(before.wrong, 0);
	CU_ASSERT_EQUAL(before.fired, 500);
	moor_world_free(w);
}

static void stop(struct moor_world *w, struct moor_timer *t) { (void)t; moor_world_stop(w); }

static void test_stop(void)
{
	struct moor_world *w = bare_world();
	struct moor_timer a = { 0 }, b = { 0 };

	ticks = 0;
	moor_timer_at(w, &a, 10 * MOOR_S + 1, stop);
	moor_timer_at(w, &b, MOOR_S, tick);
	CU_ASSERT_EQUAL(moor_world_advance(w, 20 * MOOR_S), 11);
	CU_ASSERT_TRUE(moor_world_stopped(w));
	CU_ASSERT_EQUAL(moor_world_now(w), 10 * MOOR_S + 1);
	CU_ASSERT_EQUAL(moor_world_next(w), MOOR_NEVER);
	CU_ASSERT_EQUAL(moor_world_advance(w, 30 * MOOR_S), 0);
	CU_ASSERT_EQUAL(moor_world_now(w), 10 * MOOR_S + 1);
	CU_ASSERT_EQUAL(ticks, 10);
	moor_world_free(w);
}

static const struct harness_test tests[] = {
	{ "order holds in a crowd", test_crowded },
	{ "order holds over minutes", test_minutes },
	{ "order holds over centuries", test_centuries },
	{ "no pattern of arming and cancelling makes the queue grow", test_no_growth },
	{ "a hundred thousand timers of one instant", test_one_instant },
	{ "the next deadline is exact", test_next_is_exact },
	{ "crowds before what was looked at", test_crowds_before_what_was_looked_at },
	{ "the end of time", test_end_of_time },
	{ "stopping", test_stop },
};

int main(int argc, char **argv) { return harness_main("world_queue", tests, G_N_ELEMENTS(tests), argc, argv); }

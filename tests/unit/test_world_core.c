/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world itself: nodes, ownership and the order of destruction, external ports and the four calls that drive a
 * world, wall clocks, leaks, and that a run repeats.
 */
#include "tests/unit/world_rig.h"

#include <string.h>

#include "world/clock.h"
#include "world/link.h"

static void test_nodes(void)
{
	struct rig *r = rig_new(1);
	char name[16];

	CU_ASSERT_PTR_NULL(moor_node_find(r->w, "n0"));
	for (uint32_t i = 0; i < 3000; i++) {
		g_snprintf(name, sizeof name, "n%u", i);
		CU_ASSERT_EQUAL(moor_node_id(moor_node_new(r->w, name)), i);
	}
	CU_ASSERT_EQUAL(moor_node_count(r->w), 3000);
	CU_ASSERT_EQUAL(moor_node_id(moor_node_find(r->w, "n1234")), 1234);
	CU_ASSERT_PTR_NULL(moor_node_find(r->w, "n3000"));
	CU_ASSERT_PTR_NULL(moor_node_at(r->w, 3000));
	CU_ASSERT_STRING_EQUAL(moor_node_name(moor_node_at(r->w, 7)), "n7");
	CU_ASSERT_PTR_EQUAL(moor_node_world(moor_node_at(r->w, 7)), r->w);
	rig_free(r);
}

static void test_ports(void)
{
	struct rig *r = rig_new(1);
	struct moor_node *n = moor_node_new(r->w, "n");
	struct mac_addr mac = rig_mac(5);
	struct moor_port *p[40];
	char name[16];

	for (unsigned i = 0; i < 40; i++) {
		g_snprintf(name, sizeof name, "eth%u", i % 20);
		p[i] = moor_port_new(n, name, &mac);
		CU_ASSERT_STRING_EQUAL(moor_port_name(p[i]), name);
		CU_ASSERT_EQUAL(moor_port_number(p[i]), i);
		CU_ASSERT_PTR_EQUAL(moor_port_at(r->w, i), p[i]);
	}
	for (unsigned i = 0; i < 40; i++) {
		g_snprintf(name, sizeof name, "eth%u", i % 20);
		CU_ASSERT_STRING_EQUAL(moor_port_name(p[i]), name);
	}
	CU_ASSERT_PTR_NULL(moor_port_at(r->w, 40));
	CU_ASSERT_PTR_EQUAL(moor_port_node(p[3]), n);
	CU_ASSERT_TRUE(mac_eq(moor_port_mac(p[3]), &mac));
	moor_port_handlers(p[3], NULL, NULL, name);
	CU_ASSERT_PTR_EQUAL(moor_port_owner(p[3]), name);
	rig_free(r);
}

/* ---- the end of a world ------------------------------------------------------------------------------------------ */

static GString *ends;

static void ended(void *thing) { g_string_append(ends, thing); }

static enum filter_verdict pass(struct moor_filter *f, struct moor_port *p, enum filter_dir dir, struct moor_pkt **pkt)
{
	(void)f;
	(void)p;
	(void)dir;
	(void)pkt;
	return FILTER_PASS;
}

static void filter_ended(struct moor_filter *f) { g_string_append(ends, f->name); }

static void test_order_of_destruction(void)
{
	static struct moor_filter f[2] = { { .name = "f0 ", .frame = pass, .destroy = filter_ended },
					   { .name = "f1 ", .frame = pass, .destroy = filter_ended } };
	static const char key_a, key_b;
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	char names[3][4] = { "n0 ", "n1 ", "n2 " }, a[] = "a ", b[] = "b ";

	ends = g_string_new("");
	moor_world_attach(w, &key_a, a, ended);
	for (int i = 0; i < 3; i++) {
		struct moor_node *n = moor_node_new(w, names[i]);
		struct mac_addr mac = rig_mac((uint32_t)i);

		if (i != 1)
			moor_node_own(n, names[i], ended);
		if (i < 2)
			moor_filter_add(moor_port_new(n, "eth0", &mac), &f[i]);
		CU_ASSERT_PTR_EQUAL(moor_node_owner(n), i != 1 ? names[i] : NULL);
	}
	moor_world_attach(w, &key_b, b, ended);
	CU_ASSERT_PTR_EQUAL(moor_world_attached(w, &key_a), a);
	CU_ASSERT_PTR_EQUAL(moor_world_attached(w, &key_b), b);
	CU_ASSERT_PTR_NULL(moor_world_attached(w, w));
	moor_world_free(w);
	CU_ASSERT_STRING_EQUAL(ends->str, "n2 n0 f1 f0 b a ");
	g_string_free(ends, TRUE);
	moor_world_free(NULL);
}

static void test_leaks_are_found(void)
{
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	struct moor_pkt *p = moor_pkt_new(w, 100), *q = moor_pkt_new(w, 60000);
	const char *what = NULL;

	CU_ASSERT_EQUAL(moor_world_leaks(w, &what), 2);
	CU_ASSERT_STRING_EQUAL(what, "packet");
	moor_pkt_free(w, p);
	moor_pkt_free(w, q);
	CU_ASSERT_EQUAL(moor_world_leaks(w, &what), 0);
	CU_ASSERT_PTR_NULL(what);
	moor_world_free(w);
}

/* ---- the four calls ---------------------------------------------------------------------------------------------- */

struct outside { GString *log; bool in_rx; };

static void out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct outside *o = ctx;

	CU_ASSERT_FALSE(o->in_rx);
	g_string_append_printf(o->log, "out %s %" G_GINT64_FORMAT " %zu %u;", moor_port_name(port), at, len, frame[14]);
}

static void echo(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct outside *o = owner;

	g_string_append_printf(o->log, "in %s %u;", moor_port_name(p), pkt->data[14]);
	moor_port_send(p, moor_pkt_take(pkt));
}

static void carrier(void *owner, struct moor_port *p, bool up)
{
	g_string_append_printf(((struct outside *)owner)->log, "%s %s;", up ? "up" : "down", moor_port_name(p));
}

static void rx(struct moor_world *w, struct outside *o, struct moor_port *p, moor_time at, uint8_t mark, size_t len)
{
	uint8_t frame[70000] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, [14] = mark };

	o->in_rx = true;
	moor_world_rx(w, p, at, frame, len);
	o->in_rx = false;
}

static void fire(struct moor_world *w, struct moor_timer *t);
struct timed { struct moor_timer t; struct outside *o; };

static void fire(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	g_string_append(MOOR_CONTAINER(t, struct timed, t)->o->log, "timer;");
}

static void test_external_ports(void)
{
	struct outside o = { .log = g_string_new("") };
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1, .out = out, .ctx = &o });
	struct moor_node *n = moor_node_new(w, "n");
	struct mac_addr mac = rig_mac(1);
	struct moor_port *a = moor_port_new(n, "a", &mac), *b = moor_port_new(n, "b", &mac);
	struct timed t = { .o = &o };

	moor_port_handlers(a, echo, carrier, &o);
	moor_port_handlers(b, echo, carrier, &o);
	moor_port_external(a, true, 1280);
	moor_port_external(b, true, 0);
	CU_ASSERT_TRUE(moor_port_up(a));
	CU_ASSERT_PTR_NULL(moor_port_link(a));
	CU_ASSERT_EQUAL(moor_port_mtu(a), 1280);
	CU_ASSERT_EQUAL(moor_port_mtu(b), 1500);
	moor_world_advance(w, 10);
	CU_ASSERT_STRING_EQUAL(o.log->str, "up a;up b;");
	g_string_truncate(o.log, 0);
	moor_timer_at(w, &t.t, 20, fire);
	CU_ASSERT_EQUAL(moor_world_next(w), 20);
	rx(w, &o, b, 20, 1, 60);
	rx(w, &o, a, 20, 2, 60);
	rx(w, &o, b, 20, 3, 60);
	rx(w, &o, a, 15, 4, 1295);		/* its echo is too long for a */
	rx(w, &o, a, 15, 5, 13);		/* no frame at all */
	rx(w, &o, a, 15, 6, 70000);
	CU_ASSERT_STRING_EQUAL(o.log->str, "");
	CU_ASSERT_EQUAL(moor_world_next(w), 15);
	CU_ASSERT_EQUAL(moor_world_advance(w, 30), 5);
	CU_ASSERT_STRING_EQUAL(o.log->str, "in a 4;in a 2;out a 20 60 2;in b 1;out b 20 60 1;in b 3;out b 20 60 3;timer;");
	g_string_truncate(o.log, 0);
	rx(w, &o, a, 40, 7, 60);
	moor_port_external(a, false, 0);	/* what was on its way is lost */
	CU_ASSERT_EQUAL(moor_port_mtu(a), 1500);
	moor_world_advance(w, 50);
	CU_ASSERT_STRING_EQUAL(o.log->str, "down a;");
	CU_ASSERT_EQUAL(moor_world_leaks(w, NULL), 0);
	moor_world_free(w);
	g_string_free(o.log, TRUE);
}

static void test_nobody_takes_what_leaves(void)
{
	struct rig *r = rig_new(1);
	struct moor_port *p = rig_port(r, "n");

	moor_port_external(p, true, 0);
	rig_send(r, p, &mac_broadcast, 60);
	CU_ASSERT_EQUAL(rig_count(r, "engine", 0), 1);
	rig_free(r);
}

/* ---- clocks ------------------------------------------------------------------------------------------------------ */

static void test_clocks(void)
{
	struct rig *r = rig_new(1);
	struct moor_node *n = moor_node_new(r->w, "n"), *other = moor_node_new(r->w, "other");
	moor_wall epoch = MOOR_EPOCH_S * MOOR_S;

	CU_ASSERT_EQUAL(moor_clock_read(n), epoch);
	moor_world_advance(r->w, 10 * MOOR_S);
	CU_ASSERT_EQUAL(moor_clock_read(n), epoch + 10 * MOOR_S);
	moor_clock_set(n, -3 * MOOR_S, 20000);			/* 20 ppm fast */
	CU_ASSERT_EQUAL(moor_clock_error(n), -3 * MOOR_S);
	moor_world_advance(r->w, 1010 * MOOR_S);
	CU_ASSERT_EQUAL(moor_clock_error(n), -3 * MOOR_S + 20 * MOOR_MS);
	moor_clock_step(n, 5 * MOOR_S);				/* the drift goes on */
	moor_world_advance(r->w, 2010 * MOOR_S);
	CU_ASSERT_EQUAL(moor_clock_error(n), 2 * MOOR_S + 40 * MOOR_MS);
	CU_ASSERT_EQUAL(moor_clock_read(other), epoch + 2010 * MOOR_S);
	moor_clock_step(other, -1);
	CU_ASSERT_EQUAL(moor_clock_error(other), -1);
	moor_clock_set(n, 0, -1000000000);			/* stands still, for a century: no overflow */
	moor_world_advance(r->w, 2010 * MOOR_S + INT64_C(3153600000) * MOOR_S);
	CU_ASSERT_EQUAL(moor_clock_read(n), epoch + 2010 * MOOR_S);
	rig_free(r);
}

/* ---- runs repeat ------------------------------------------------------------------------------------------------- */

struct talker { struct moor_timer t; struct rng r; struct moor_port *p; struct rig *rig; };

static void talk(struct moor_world *w, struct moor_timer *t)
{
	struct talker *k = MOOR_CONTAINER(t, struct talker, t);
	struct mac_addr dst = rig_mac((uint32_t)rng_below(&k->r, 4));
	bool to_all = rng_chance(&k->r, 200000);
	uint32_t len = 60 + (uint32_t)rng_below(&k->r, 900);

	rig_send(k->rig, k->p, to_all ? &mac_broadcast : &dst, len);
	moor_timer_in(w, t, rng_exp(&k->r, 10 * MOOR_MS), talk);
}

/* Four nodes that talk over a bad LAN for ten seconds; perhaps a silent stranger among them. */
static void run_talkers(uint64_t seed, bool stranger, char fingerprint[33], char **draws)
{
	struct rig *r = rig_new(seed);
	struct link_params bad = { .rate = 600000, .delay = { DELAY_UNIFORM, MOOR_MS, 5 * MOOR_MS }, .loss_ppm = 50000,
		.dup_ppm = 50000, .reorder_ppm = 20000, .reorder_extra = 10 * MOOR_MS, .corrupt_ppm = 10000, .queue = 5 };
	struct moor_link *l = moor_link_new(r->w, "lan", LINK_LAN, &bad);
	struct fingerprint *f = fingerprint_new(r->w, false);
	struct talker k[4];

	for (unsigned i = 0; i < 4; i++) {
		char name[8];

		g_snprintf(name, sizeof name, "n%u", i);
		k[i] = (struct talker){ .p = rig_port(r, name), .rig = r };
		moor_link_attach(l, k[i].p, false);
		k[i].r = moor_world_rng(r->w, moor_port_node(k[i].p), "talk");
		moor_timer_in(r->w, &k[i].t, 1 + i, talk);
	}
	if (stranger)
		moor_link_attach(l, rig_port(r, "stranger"), false);
	moor_world_advance(r->w, 10 * MOOR_S);
	fingerprint_text(f, fingerprint);
	*draws = rig_log(r, "loss");
	CU_ASSERT_TRUE(rig_count(r, "loss", REC_NONE) > 100 && rig_count(r, "queue", REC_NONE) > 10);
	rig_free(r);
	fingerprint_free(f);
}

static void test_runs_repeat(void)
{
	char one[33], two[33], other[33], with[33], *draws[4];

	run_talkers(1, false, one, &draws[0]);
	run_talkers(1, false, two, &draws[1]);
	run_talkers(2, false, other, &draws[2]);
	run_talkers(1, true, with, &draws[3]);
	CU_ASSERT_STRING_EQUAL(one, two);
	CU_ASSERT_STRING_NOT_EQUAL(one, other);
	CU_ASSERT_STRING_NOT_EQUAL(one, with);			/* he heard the broadcasts … */
	CU_ASSERT_STRING_EQUAL(draws[0], draws[3]);		/* … but changed nobody's luck */
	CU_ASSERT_STRING_NOT_EQUAL(draws[0], draws[2]);
	for (int i = 0; i < 4; i++)
		g_free(draws[i]);
	CU_ASSERT_STRING_EQUAL(one, "6b5b03c45683c1db06010ba79af47720");	/* on every machine, compiler and build */
}

static void test_rng_by_node(void)
{
	struct rig *r = rig_new(9);
	struct moor_node *n = moor_node_new(r->w, "n");
	struct rng a = moor_world_rng(r->w, n, "x"), b = rng_make(9, "n", "x"), c = moor_world_rng(r->w, NULL, "x");
	uint64_t v = rng_u64(&a);

	CU_ASSERT_EQUAL(v, rng_u64(&b));
	CU_ASSERT_NOT_EQUAL(v, rng_u64(&c));
	CU_ASSERT_EQUAL(moor_world_seed(r->w), 9);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "nodes by name and number", test_nodes },
	{ "ports", test_ports },
	{ "destruction: owners, filters, what layers attached; youngest first", test_order_of_destruction },
	{ "leaked packets are found", test_leaks_are_found },
	{ "external ports and the four calls", test_external_ports },
	{ "without an engine's callback what leaves is dropped with a record", test_nobody_takes_what_leaves },
	{ "wall clocks: offset, drift, step", test_clocks },
	{ "streams by node", test_rng_by_node },
	{ "runs repeat; another node changes nobody's draws", test_runs_repeat },
};

int main(int argc, char **argv) { return harness_main("world_core", tests, G_N_ELEMENTS(tests), argc, argv); }

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packet buffers and the filters of a port.
 */
#include "tests/unit/world_rig.h"

#include <stdlib.h>
#include <string.h>

#include "world/link.h"
#include "world/priv.h"

static void test_sizes(void)
{
	static const uint32_t lens[] = { 0, 1, 96, 97, 352, 353, 1514, 1888, 1889, 9056, 9057, 65535, MOOR_PKT_MAX };
	struct rig *r = rig_new(1);

	for (size_t i = 0; i < G_N_ELEMENTS(lens); i++) {
		struct moor_pkt *p = moor_pkt_new(r->w, lens[i]), *q;

		CU_ASSERT_EQUAL(p->len, lens[i]);
		CU_ASSERT_EQUAL(p->room, MOOR_PKT_HEADROOM);
		CU_ASSERT_TRUE(p->cap >= p->len);
		memset(p->data - p->room, 0xaa, p->room + p->cap);	/* all of it may be used (ASan) */
		q = moor_pkt_copy(r->w, p);
		CU_ASSERT_EQUAL(q->len, p->len);
		CU_ASSERT_EQUAL(memcmp(q->data, p->data, p->len), 0);
		moor_pkt_free(r->w, p);
		moor_pkt_free(r->w, q);
	}
	rig_free(r);
}

static void test_push_pull_trim(void)
{
	struct rig *r = rig_new(1);
	struct moor_pkt *p = moor_pkt_new(r->w, 40);
	uint8_t *data = p->data;

	for (int i = 0; i < 40; i++)
		p->data[i] = (uint8_t)i;
	p->trace_class = 3;
	p = moor_pkt_push(r->w, p, 60);
	CU_ASSERT_PTR_EQUAL(p->data, data - 60);	/* a pointer moved, nothing else */
	CU_ASSERT_EQUAL(p->len, 100);
	memset(p->data, 0xbb, 60);
	moor_pkt_pull(p, 60);
	moor_pkt_trim(p, 30);
	CU_ASSERT_PTR_EQUAL(p->data, data);
	CU_ASSERT_EQUAL(p->room, MOOR_PKT_HEADROOM);
	CU_ASSERT_EQUAL(p->len, 30);
	for (int i = 0; i < 40; i++) {			/* far more than the head-room holds */
		p = moor_pkt_push(r->w, p, 48);
		memset(p->data, i, 48);
	}
	CU_ASSERT_EQUAL(p->len, 30 + 40 * 48);
	CU_ASSERT_EQUAL(p->trace_class, 3);
	for (int i = 0; i < 40; i++)
		CU_ASSERT_EQUAL(p->data[48 * i], 39 - i);
	for (int i = 0; i < 30; i++)
		CU_ASSERT_EQUAL(p->data[48 * 40 + i], i);
	moor_pkt_free(r->w, p);
	rig_free(r);
}

static void test_memory_is_reused(void)
{
	struct rig *r = rig_new(1);
	size_t octets = 0;

	for (int k = 0; k < 10000; k++) {
		struct moor_pkt *p[50];

		for (int i = 0; i < 50; i++)
			p[i] = moor_pkt_new(r->w, (size_t)(i * 40));
		for (int i = 0; i < 50; i++)
			moor_pkt_free(r->w, p[i]);
		if (!k)
			octets = moor_world_octets(r->w);
	}
	CU_ASSERT_EQUAL(moor_world_octets(r->w), octets);
	rig_free(r);
}

/* ---- receiving lends --------------------------------------------------------------------------------------------- */

static struct moor_pkt *kept;

static void keep(struct rig *r, struct moor_port *p, struct moor_pkt *pkt)
{
	(void)r;
	(void)p;
	kept = moor_pkt_take(pkt);
}

static void forward(struct rig *r, struct moor_port *p, struct moor_pkt *pkt)
{
	struct moor_pkt *out = moor_pkt_push(r->w, moor_pkt_take(pkt), 14);

	memcpy(out->data, mac_broadcast.o, 6);
	r->on_rx = NULL;
	moor_port_send(p, out);
}

static void test_lent_and_taken(void)
{
	struct rig *r = rig_new(1);
	struct moor_link *l = moor_link_new(r->w, "l", LINK_P2P, &(struct link_params){ 0 });
	struct moor_port *a = rig_port(r, "a"), *b = rig_port(r, "b");

	moor_link_attach(l, a, false);
	moor_link_attach(l, b, false);
	r->on_rx = keep;
	rig_send(r, a, moor_port_mac(b), 100);
	moor_world_advance(r->w, 1);
	CU_ASSERT_EQUAL(moor_world_leaks(r->w, NULL), 1);	/* in our hands */
	moor_pkt_free(r->w, kept);
	r->on_rx = forward;
	rig_send(r, a, moor_port_mac(b), 100);
	moor_world_advance(r->w, 2);
	CU_ASSERT_EQUAL(rig_find(r, "got", 0, 0)->len, 114);
	rig_free(r);
}

/* ---- filters ----------------------------------------------------------------------------------------------------- */

struct letter {
	struct moor_filter f;
	GString *log;
	char letter;
	enum filter_verdict verdict;
	struct moor_pkt *held;
	bool freed;
};

static enum filter_verdict letter_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
					struct moor_pkt **pkt)
{
	struct letter *x = MOOR_CONTAINER(f, struct letter, f);

	(void)p;
	g_string_append_c(x->log, dir == FILTER_OUT ? x->letter : (char)(x->letter - 'A' + 'a'));
	if (x->verdict == FILTER_HOLD)
		x->held = *pkt;
	return x->verdict;
}

static void letter_destroy(struct moor_filter *f) { MOOR_CONTAINER(f, struct letter, f)->freed = true; }

static struct letter letter_make(char letter, GString *log)
{
	return (struct letter){ .f = { .name = "letter", .frame = letter_frame, .destroy = letter_destroy }, .log = log,
				.letter = letter };
}

struct filtered { struct rig *r; struct moor_port *a, *b; GString *log; struct letter x[3]; };

static void filtered_init(struct filtered *t)
{
	t->r = rig_new(1);
	t->a = rig_port(t->r, "a");
	t->b = rig_port(t->r, "b");
	t->log = g_string_new("");
	moor_link_attach(moor_link_new(t->r->w, "l", LINK_P2P, &(struct link_params){ 0 }), t->a, false);
	moor_link_attach(moor_link_find(t->r->w, "l"), t->b, false);
	for (int i = 0; i < 3; i++) {
		t->x[i] = letter_make((char)('A' + i), t->log);
		moor_filter_add(t->a, &t->x[i].f);
	}
	moor_world_advance(t->r->w, 0);
}

static void filtered_done(struct filtered *t)
{
	rig_free(t->r);
	g_string_free(t->log, TRUE);
}

static void exchange(struct filtered *t)
{
	g_string_truncate(t->log, 0);
	rig_send(t->r, t->a, moor_port_mac(t->b), 100);
	moor_world_advance(t->r->w, moor_world_now(t->r->w) + 1);
	rig_send(t->r, t->b, moor_port_mac(t->a), 100);
	moor_world_advance(t->r->w, moor_world_now(t->r->w) + 1);
}

static void test_chain(void)
{
	struct filtered t;

	filtered_init(&t);
	exchange(&t);
	CU_ASSERT_STRING_EQUAL(t.log->str, "ABCcba");
	t.x[1].verdict = FILTER_DROP;
	exchange(&t);
	CU_ASSERT_STRING_EQUAL(t.log->str, "ABcb");
	CU_ASSERT_EQUAL(rig_count(t.r, "letter", 0), 2);	/* the cause is the filter's name */
	moor_filter_remove(t.a, &t.x[1].f);
	CU_ASSERT_TRUE(t.x[1].freed);
	exchange(&t);
	CU_ASSERT_STRING_EQUAL(t.log->str, "ACca");
	CU_ASSERT_EQUAL(rig_count(t.r, "got", REC_NONE), 4);
	filtered_done(&t);
	CU_ASSERT_TRUE(t.x[0].freed && t.x[2].freed);
}

static void test_hold_and_resume(void)
{
	struct filtered t;
	struct moor_pkt *out, *in;

	filtered_init(&t);
	t.x[1].verdict = FILTER_HOLD;
	rig_send(t.r, t.a, moor_port_mac(t.b), 100);
	out = t.x[1].held;
	rig_send(t.r, t.b, moor_port_mac(t.a), 100);
	moor_world_advance(t.r->w, 5);
	in = t.x[1].held;
	CU_ASSERT_STRING_EQUAL(t.log->str, "ABcb");
	CU_ASSERT_EQUAL(rig_count(t.r, "got", REC_NONE), 0);
	moor_filter_resume(&t.x[1].f, t.a, FILTER_IN, in);
	moor_filter_resume(&t.x[1].f, t.a, FILTER_OUT, out);
	CU_ASSERT_STRING_EQUAL(t.log->str, "ABcbC");		/* inwards it is an event of its own */
	moor_world_advance(t.r->w, 10);
	CU_ASSERT_STRING_EQUAL(t.log->str, "ABcbCa");
	CU_ASSERT_EQUAL(rig_find(t.r, "got", 0, 0)->at, 5);
	CU_ASSERT_EQUAL(rig_find(t.r, "got", 1, 0)->at, 5);
	/* a filter that goes while a frame of it is on its way inwards takes the frame with it */
	rig_send(t.r, t.b, moor_port_mac(t.a), 100);
	moor_world_advance(t.r->w, 20);
	moor_filter_resume(&t.x[1].f, t.a, FILTER_IN, t.x[1].held);
	moor_filter_remove(t.a, &t.x[1].f);
	moor_world_advance(t.r->w, 30);
	CU_ASSERT_EQUAL(rig_count(t.r, "filter", 0), 1);
	filtered_done(&t);
}

/* A filter may put a longer packet in the place of what it got. */
static enum filter_verdict lengthen(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
					struct moor_pkt **pkt)
{
	(void)f;
	if (dir == FILTER_OUT) {
		*pkt = moor_pkt_push(moor_node_world(moor_port_node(p)), *pkt, 400);
		memmove((*pkt)->data, (*pkt)->data + 400, 12);
	}
	return FILTER_PASS;
}

static void test_replacing(void)
{
	struct filtered t;
	struct moor_filter f = { .name = "lengthen", .frame = lengthen };

	filtered_init(&t);
	moor_filter_add(t.a, &f);
	exchange(&t);
	CU_ASSERT_EQUAL(rig_find(t.r, "got", 1, 0)->len, 500);
	CU_ASSERT_EQUAL(rig_find(t.r, "tx", 0, 0)->len, 500);
	filtered_done(&t);
}

static void test_impairing_one_port(void)
{
	struct filtered t;
	struct link_params bad = { .delay = { .a = 10 * MOOR_MS }, .loss_ppm = 200000, .dup_ppm = 100000,
		.reorder_ppm = 50000, .reorder_extra = 30 * MOOR_MS };
	unsigned got;

	filtered_init(&t);
	moor_filter_add(t.a, filter_impair_new(t.a, &bad, true, false));
	for (int i = 0; i < 1000; i++) {
		rig_send(t.r, t.a, moor_port_mac(t.b), 100);
		rig_send(t.r, t.b, moor_port_mac(t.a), 100);
		moor_world_advance(t.r->w, moor_world_now(t.r->w) + MOOR_MS);
	}
	moor_world_advance(t.r->w, moor_world_now(t.r->w) + MOOR_S);
	CU_ASSERT_EQUAL(rig_count(t.r, "got", 0), 1000);	/* inwards it does nothing */
	got = rig_count(t.r, "got", 1);
	CU_ASSERT_TRUE(got > 1000 * 8 / 10 * 105 / 100 && got < 1000 * 8 / 10 * 115 / 100);
	CU_ASSERT_TRUE(abs((int)rig_count(t.r, "impair", 0) - 200) < 76);
	for (unsigned i = 0; i < got; i++)
		CU_ASSERT_TRUE(rig_find(t.r, "got", 1, i)->at >= 10 * MOOR_MS);
	filtered_done(&t);
}

static void test_impairing_inwards_with_a_mask(void)
{
	struct filtered t;
	struct link_params mask = { .loss_mask = 1, .loss_mask_bits = 3 };

	filtered_init(&t);
	moor_filter_add(t.a, filter_impair_new(t.a, &mask, false, true));
	for (int i = 0; i < 9; i++)
		exchange(&t);
	CU_ASSERT_EQUAL(rig_count(t.r, "got", 1), 9);
	CU_ASSERT_EQUAL(rig_count(t.r, "got", 0), 6);
	filtered_done(&t);
}

static const struct harness_test tests[] = {
	{ "buffers of every size class", test_sizes },
	{ "push, pull, trim", test_push_pull_trim },
	{ "memory is reused", test_memory_is_reused },
	{ "receiving lends, taking keeps", test_lent_and_taken },
	{ "the chain runs outwards and back", test_chain },
	{ "holding and resuming", test_hold_and_resume },
	{ "a filter may replace a packet", test_replacing },
	{ "impairing one port, outwards", test_impairing_one_port },
	{ "impairing inwards, with a mask", test_impairing_inwards_with_a_mask },
};

int main(int argc, char **argv) { return harness_main("world_pkt", tests, G_N_ELEMENTS(tests), argc, argv); }

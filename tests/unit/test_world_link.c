/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links: the timing of ns-3's point-to-point device, its queue, what impairs frames, deterministic losses, carriers,
 * coming and going with frames in flight.
 */
#include "tests/unit/world_rig.h"

#include <stdlib.h>
#include <string.h>

#include "world/link.h"

struct pair { struct rig *r; struct moor_link *l; struct moor_port *a, *b; };

static struct pair pair_new(const struct link_params *params)
{
	struct pair p = { .r = rig_new(1) };

	p.l = moor_link_new(p.r->w, "wire", LINK_P2P, params);
	p.a = rig_port(p.r, "a");
	p.b = rig_port(p.r, "b");
	moor_link_attach(p.l, p.a, false);
	moor_link_attach(p.l, p.b, false);
	moor_world_advance(p.r->w, 0);
	rig_forget(p.r);
	return p;
}

static void send(struct pair *p, uint32_t len) { rig_send(p->r, p->a, moor_port_mac(p->b), len); }

static void test_timing(void)
{
	/* octets of frame, bit/s, transmission time as ns-3.37 computes it for (octets - 14 + 2) */
	static const struct { uint32_t len; uint64_t rate; moor_time tx; } rows[] = {
		{ 114, 1000000, 816000 }, { 1514, 1000000000, 12016 }, { 60, 3000000, 128000 }, { 61, 3000000, 130667 },
		{ 62, 3000000, 133333 }, { 18, 7, INT64_C(6857142857) }, { 1514, UINT64_C(100000000000), 120 },
		{ 514, 0, 0 }, { 20, 16000000000, 4 },
		/* exact halves: the first four are no finite fractions of a second in base two, the others are */
		{ 19, 16000000000, 3 }, { 9304, 64000000000, 1161 }, { 1282, 2048000, 4960937 }, { 330, 2048000, 1242187 },
		{ 15, 8192, 2929688 }, { 20, 65536, 976563 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct pair p = pair_new(&(struct link_params){ .rate = rows[i].rate, .mtu = 10000, .delay = { .a = 5 * MOOR_MS } });

		send(&p, rows[i].len);
		moor_world_advance(p.r->w, 100 * MOOR_S);
		CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 1);
		CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 0)->at, 5 * MOOR_MS + rows[i].tx);
		rig_free(p.r);
	}
}

/* Frames wait for the transmitter, which takes them one after the other; both directions have their own. */
static void test_transmitter(void)
{
	struct pair p = pair_new(&(struct link_params){ .rate = 8000000, .delay = { .a = MOOR_MS } });	/* 1 us an octet */

	for (int i = 0; i < 3; i++)
		send(&p, 112);		/* 100 us */
	rig_send(p.r, p.b, moor_port_mac(p.a), 112);
	rig_send_at(p.r, 250 * MOOR_US, p.a, moor_port_mac(p.b), 112);
	rig_send_at(p.r, 900 * MOOR_US, p.a, moor_port_mac(p.b), 112);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 0)->at, 1100 * MOOR_US);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 1)->at, 1200 * MOOR_US);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 2)->at, 1300 * MOOR_US);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 3)->at, 1400 * MOOR_US);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 4)->at, 2000 * MOOR_US);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 0, 0)->at, 1100 * MOOR_US);
	rig_free(p.r);
}

/* One being sent and as many waiting as the queue holds; the next is dropped until the transmitter takes one. */
static void test_queue(void)
{
	struct pair p = pair_new(&(struct link_params){ .rate = 8000000, .queue = 10 });
	struct pair q = pair_new(&(struct link_params){ .rate = 8000000 });

	for (int i = 0; i < 15; i++)
		send(&p, 112);
	CU_ASSERT_EQUAL(rig_count(p.r, "tx", 0), 11);
	CU_ASSERT_EQUAL(rig_count(p.r, "queue", 0), 4);
	moor_world_advance(p.r->w, 99 * MOOR_US);
	send(&p, 112);
	CU_ASSERT_EQUAL(rig_count(p.r, "queue", 0), 5);
	moor_world_advance(p.r->w, 100 * MOOR_US);	/* a transmission that ends now has ended */
	send(&p, 112);
	CU_ASSERT_EQUAL(rig_count(p.r, "queue", 0), 5);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 12);
	for (int i = 0; i < 300; i++)		/* the ring of those that wait goes round */
		send(&q, 112 - 80 * (i % 2));
	for (int k = 1; k < 400; k++) {
		moor_world_advance(q.r->w, k * 60 * MOOR_US);
		send(&q, 112);
	}
	moor_world_advance(q.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(q.r, "got", 1), rig_count(q.r, "tx", 0));
	CU_ASSERT_EQUAL(rig_count(q.r, "queue", 0) + rig_count(q.r, "tx", 0), 300 + 399);
	CU_ASSERT_TRUE(rig_count(q.r, "queue", 0) > 199);
	for (unsigned i = 1; i < rig_count(q.r, "got", 1); i++)		/* nothing overtook */
		CU_ASSERT_TRUE(rig_find(q.r, "got", 1, i)->mark > rig_find(q.r, "got", 1, i - 1)->mark);
	rig_free(p.r);
	rig_free(q.r);
}

static void test_mtu_and_carrier(void)
{
	struct pair p = pair_new(&(struct link_params){ .mtu = 1280 });
	struct moor_port *lonely = rig_port(p.r, "lonely");

	CU_ASSERT_EQUAL(moor_port_mtu(p.a), 1280);
	CU_ASSERT_EQUAL(moor_port_mtu(lonely), 1500);
	CU_ASSERT_FALSE(moor_port_up(lonely));
	CU_ASSERT_PTR_NULL(moor_port_link(lonely));
	send(&p, 1294);
	send(&p, 1295);
	rig_send(p.r, lonely, moor_port_mac(p.a), 100);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "mtu", 0), 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "carrier", 2), 1);
	rig_free(p.r);
}

static void test_addresses(void)
{
	struct pair p = pair_new(&(struct link_params){ 0 });
	struct mac_addr group = { { 0x33, 0x33, 0xff, 0, 0, 9 } }, all = { { 0x33, 0x33, 0, 0, 0, 1 } }, other = rig_mac(99);

	rig_send(p.r, p.a, &group, 60);
	rig_send(p.r, p.a, &all, 60);
	rig_send(p.r, p.a, &other, 60);
	rig_send(p.r, p.a, &mac_broadcast, 60);
	moor_world_advance(p.r->w, 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "address", 1), 3);
	moor_port_join(p.b, &group);
	moor_port_join(p.b, &group);
	moor_port_join(p.b, &all);
	moor_port_leave(p.b, &group);		/* joined twice: still in */
	rig_send(p.r, p.a, &group, 60);
	rig_send(p.r, p.a, &all, 60);
	moor_world_advance(p.r->w, 2);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 3);
	moor_port_leave(p.b, &group);
	moor_port_leave(p.b, &all);
	rig_send(p.r, p.a, &group, 60);
	rig_send(p.r, p.a, &all, 60);
	moor_world_advance(p.r->w, 3);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 3);
	moor_port_promiscuous(p.b, true);
	rig_send(p.r, p.a, &other, 60);
	moor_world_advance(p.r->w, 4);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 4);
	rig_free(p.r);
}

/* ---- impairments ------------------------------------------------------------------------------------------------- */

static void send_many(struct pair *p, unsigned n, moor_time apart)
{
	moor_time now = moor_world_now(p->r->w);

	for (unsigned i = 0; i < n; i++)
		rig_send_at(p->r, now + (moor_time)i * apart, p->a, moor_port_mac(p->b), 100);
	moor_world_advance(p->r->w, now + (moor_time)n * apart + 100 * MOOR_S);
}

static void test_loss(void)
{
	struct pair p = pair_new(&(struct link_params){ .loss_ppm = 100000 });

	send_many(&p, 4000, MOOR_MS);
	CU_ASSERT_EQUAL(rig_count(p.r, "tx", 0), 4000);
	CU_ASSERT_EQUAL(rig_count(p.r, "loss", 0) + rig_count(p.r, "got", 1), 4000);
	CU_ASSERT_TRUE(abs((int)rig_count(p.r, "loss", 0) - 400) < 115);	/* six standard deviations */
	rig_free(p.r);
}

static void test_mask(void)
{
	struct pair p = pair_new(&(struct link_params){ .loss_mask = 0x5, .loss_mask_bits = 5 });

	send_many(&p, 12, MOOR_MS);
	for (unsigned i = 0; i < 5; i++)
		CU_ASSERT_EQUAL(rig_find(p.r, "mask", 0, i)->mark, i / 2 * 5 + i % 2 * 2);
	CU_ASSERT_EQUAL(rig_count(p.r, "mask", 0), 5);
	/* a mask counts from when it was set */
	rig_forget(p.r);
	moor_link_set(p.l, &(struct link_params){ .loss_mask = 0x3, .loss_mask_bits = 64 });
	send_many(&p, 64, MOOR_MS);
	CU_ASSERT_EQUAL(rig_count(p.r, "mask", 0), 2);
	CU_ASSERT_EQUAL(rig_find(p.r, "mask", 0, 0)->mark, 12);
	CU_ASSERT_EQUAL(rig_find(p.r, "mask", 0, 1)->mark, 13);
	rig_free(p.r);
}

static bool is_long(void *arg, const struct moor_port *from, const uint8_t *frame, size_t len)
{
	CU_ASSERT_PTR_NOT_NULL(from);
	CU_ASSERT_PTR_NOT_NULL(frame);
	return len > *(size_t *)arg;
}

static void test_lose_rules(void)
{
	struct pair p = pair_new(&(struct link_params){ 0 });
	size_t limit = 150;

	moor_link_lose(p.l, is_long, &limit, 2);
	moor_link_lose(p.l, NULL, NULL, 1);
	moor_link_lose(p.l, is_long, &limit, 0);
	for (uint32_t i = 0; i < 8; i++)
		send(&p, i % 2 ? 200 : 100);
	moor_world_advance(p.r->w, 1);
	/* 0 falls to the second rule, 1 and 3 to the first */
	CU_ASSERT_EQUAL(rig_count(p.r, "fault", 0), 3);
	CU_ASSERT_EQUAL(rig_find(p.r, "fault", 0, 0)->mark, 0);
	CU_ASSERT_EQUAL(rig_find(p.r, "fault", 0, 1)->mark, 1);
	CU_ASSERT_EQUAL(rig_find(p.r, "fault", 0, 2)->mark, 3);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 5);
	moor_link_lose(p.l, is_long, &limit, 5);	/* left over: freed with the world */
	rig_free(p.r);
}

static void test_duplicates(void)
{
	struct pair p = pair_new(&(struct link_params){ .dup_ppm = 300000, .delay = { .a = MOOR_MS } });
	unsigned twice = 0, n;

	send_many(&p, 1000, MOOR_MS);
	n = rig_count(p.r, "got", 1);
	for (unsigned i = 1; i < n; i++) {
		const struct seen *x = rig_find(p.r, "got", 1, i - 1), *y = rig_find(p.r, "got", 1, i);

		twice += x->mark == y->mark && x->at == y->at && x->frame == y->frame;
	}
	CU_ASSERT_EQUAL(n, 1000 + twice);
	CU_ASSERT_TRUE(abs((int)twice - 300) < 87);
	rig_free(p.r);
}

static void test_corruption(void)
{
	struct pair p = pair_new(&(struct link_params){ .corrupt_ppm = 500000 });
	unsigned hurt = 0;

	send_many(&p, 400, MOOR_MS);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 400);		/* the header stays whole */
	for (unsigned i = 0; i < 400; i++) {
		const struct seen *s = rig_find(p.r, "got", 1, i);

		hurt += s->altered || s->mark >= 400 || s->mark != i;
		CU_ASSERT_FALSE(rig_find(p.r, "tx", 0, i)->altered);	/* it left in good order */
	}
	CU_ASSERT_TRUE(abs((int)hurt - 200) < 60);
	rig_free(p.r);
}

static void test_delays_keep_order(void)
{
	static const struct delay delays[] = {
		{ DELAY_UNIFORM, 10 * MOOR_MS, 30 * MOOR_MS }, { DELAY_NORMAL, 20 * MOOR_MS, 8 * MOOR_MS },
		{ DELAY_EXPONENTIAL, 10 * MOOR_MS, 10 * MOOR_MS },
	};

	for (size_t k = 0; k < G_N_ELEMENTS(delays); k++) {
		struct pair p = pair_new(&(struct link_params){ .delay = delays[k] }), q;
		double sum = 0;

		send_many(&p, 500, MOOR_MS);		/* closer together than the delays differ */
		for (unsigned i = 0; i < 500; i++)
			CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, i)->mark, i);
		rig_free(p.r);
		q = pair_new(&(struct link_params){ .delay = delays[k] });
		send_many(&q, 1000, MOOR_S);
		for (unsigned i = 0; i < 1000; i++) {
			moor_time d = rig_find(q.r, "got", 1, i)->at - rig_find(q.r, "tx", 0, i)->at;

			CU_ASSERT_TRUE(d >= (delays[k].kind == DELAY_NORMAL ? 0 : 10 * MOOR_MS));
			CU_ASSERT_TRUE(delays[k].kind != DELAY_UNIFORM || d <= 30 * MOOR_MS);
			sum += (double)d;
		}
		CU_ASSERT_TRUE(sum / 1000 > 18e6 && sum / 1000 < 22e6);
		rig_free(q.r);
	}
}

static void test_reordering(void)
{
	struct pair p = pair_new(&(struct link_params){ .delay = { .a = MOOR_MS }, .reorder_ppm = 200000,
							  .reorder_extra = 5 * MOOR_MS });
	unsigned late = 0, overtaken = 0;

	send_many(&p, 500, MOOR_MS);
	for (unsigned i = 0; i < 500; i++) {
		const struct seen *s = rig_find(p.r, "got", 1, i);
		moor_time d = s->at - s->mark * MOOR_MS;

		CU_ASSERT_TRUE(d == MOOR_MS || d == 6 * MOOR_MS);
		late += d == 6 * MOOR_MS;
		overtaken += i && s->mark < rig_find(p.r, "got", 1, i - 1)->mark;
	}
	CU_ASSERT_TRUE(overtaken > 20);
	CU_ASSERT_TRUE(abs((int)late - 100) < 54);
	rig_free(p.r);
}

/* What is drawn for one purpose does not move when another is switched on, nor when another link is there. */
static void test_streams_are_apart(void)
{
	struct link_params loss = { .loss_ppm = 200000 }, both = { .loss_ppm = 200000, .dup_ppm = 300000, .corrupt_ppm = 100,
		.delay = { DELAY_UNIFORM, MOOR_MS, 9 * MOOR_MS }, .reorder_ppm = 1000, .reorder_extra = MOOR_S };
	struct pair p = pair_new(&loss), q = pair_new(&both);
	char *x, *y;

	send_many(&p, 300, MOOR_MS);
	moor_link_attach(moor_link_new(q.r->w, "another", LINK_P2P, &both), rig_port(q.r, "c"), false);
	moor_world_advance(q.r->w, moor_world_now(q.r->w));
	send_many(&q, 300, MOOR_MS);
	x = rig_log(p.r, "loss");
	y = rig_log(q.r, "loss");
	CU_ASSERT_STRING_EQUAL(x, y);
	CU_ASSERT_TRUE(strlen(x) > 100);
	g_free(x);
	g_free(y);
	rig_free(p.r);
	rig_free(q.r);
}

/* A port that comes back to a link does not live through the same luck again. */
static void test_draws_do_not_repeat(void)
{
	struct pair p = pair_new(&(struct link_params){ .loss_ppm = 300000 });
	unsigned lost[2][100] = { { 0 } }, same = 0;

	for (unsigned k = 0; k < 2; k++) {
		rig_forget(p.r);
		p.r->next_mark = 0;
		send_many(&p, 100, MOOR_MS);
		for (unsigned i = 0; i < rig_count(p.r, "loss", 0); i++)
			lost[k][rig_find(p.r, "loss", 0, i)->mark] = 1;
		moor_link_attach(p.l, p.a, false);
	}
	for (unsigned i = 0; i < 100; i++)
		same += lost[0][i] == lost[1][i];
	CU_ASSERT_TRUE(same > 30 && same < 86);
	rig_free(p.r);
}

/* ---- coming and going -------------------------------------------------------------------------------------------- */

static void test_carrier_is_posted(void)
{
	struct pair p = pair_new(&(struct link_params){ 0 });
	struct moor_link *other = moor_link_new(p.r->w, "other", LINK_P2P, &(struct link_params){ .mtu = 1400 });
	char *log;

	moor_link_attach(other, p.a, false);		/* moves it */
	CU_ASSERT_EQUAL(rig_count(p.r, "up", 0) + rig_count(p.r, "down", 0), 0);	/* not from inside the call */
	CU_ASSERT_PTR_EQUAL(moor_port_link(p.a), other);
	CU_ASSERT_EQUAL(moor_port_mtu(p.a), 1400);
	moor_link_state(other, false);
	moor_link_state(other, false);			/* is already */
	CU_ASSERT_FALSE(moor_port_up(p.a));
	moor_link_state(other, true);
	moor_link_detach(p.a);
	moor_link_detach(p.a);
	moor_world_advance(p.r->w, 0);
	log = rig_log(p.r, NULL);
	CU_ASSERT_STRING_EQUAL(log, "0 carrier-down 0 0;0 carrier-up 0 0;0 carrier-down 0 0;0 carrier-up 0 0;"
			       "0 carrier-down 0 0;0 down 0 0;0 up 0 0;0 down 0 0;0 up 0 0;0 down 0 0;");
	g_free(log);
	rig_free(p.r);
}

static void test_detaching_loses_frames_in_flight(void)
{
	struct pair p = pair_new(&(struct link_params){ .delay = { .a = 10 * MOOR_MS } });

	send(&p, 100);
	rig_send(p.r, p.b, moor_port_mac(p.a), 100);
	moor_world_advance(p.r->w, 5 * MOOR_MS);
	moor_link_detach(p.b);
	moor_link_attach(p.l, p.b, false);		/* back at once: what was in flight is lost all the same */
	send(&p, 100);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "carrier", 1), 1);
	CU_ASSERT_EQUAL(rig_find(p.r, "carrier", 1, 0)->mark, 0);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 1);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 0)->mark, 2);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 0), 1);	/* what b had sent arrives: it was on the wire */
	moor_link_detach(p.a);
	rig_send(p.r, p.b, moor_port_mac(p.a), 100);	/* nobody there */
	moor_world_advance(p.r->w, 2 * MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "address", 1), 1);
	rig_free(p.r);
}

/* What still waits for the transmitter goes nowhere when its sender leaves; what was begun does. */
static void test_leaving_loses_what_waits(void)
{
	struct pair p = pair_new(&(struct link_params){ .rate = 8000000, .delay = { .a = MOOR_MS }, .dup_ppm = 1000000 });

	for (int i = 0; i < 5; i++)
		send(&p, 112);
	moor_world_advance(p.r->w, 150 * MOOR_US);
	moor_link_detach(p.a);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 4);		/* two frames, each twice */
	CU_ASSERT_EQUAL(rig_count(p.r, "carrier", 1), 6);
	moor_link_attach(p.l, p.a, false);
	send(&p, 112);						/* its transmitter is free again */
	moor_world_advance(p.r->w, 2 * MOOR_S);
	CU_ASSERT_EQUAL(rig_find(p.r, "got", 1, 4)->at, MOOR_S + 1100 * MOOR_US);
	rig_free(p.r);
}

static void test_link_down(void)
{
	struct pair p = pair_new(&(struct link_params){ .delay = { .a = 10 * MOOR_MS } });

	send(&p, 100);
	rig_send(p.r, p.b, moor_port_mac(p.a), 100);
	moor_world_advance(p.r->w, MOOR_MS);
	moor_link_state(p.l, false);
	CU_ASSERT_FALSE(moor_link_up(p.l));
	send(&p, 100);
	moor_world_advance(p.r->w, 2 * MOOR_MS);
	moor_link_state(p.l, true);
	send(&p, 100);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "carrier", REC_NONE), 3);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", REC_NONE), 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "down", REC_NONE), 2);
	CU_ASSERT_EQUAL(rig_count(p.r, "up", REC_NONE), 2);
	rig_free(p.r);
}

static void test_find_and_share(void)
{
	struct rig *r = rig_new(1);
	struct link_params params = { .rate = 1000, .mtu = 1280 };
	char name[16];
	size_t octets;

	for (int i = 0; i < 2000; i++) {
		g_snprintf(name, sizeof name, "l%d", i);
		moor_link_new(r->w, name, LINK_P2P, &params);
	}
	octets = moor_world_octets(r->w);
	CU_ASSERT_STRING_EQUAL(moor_link_name(moor_link_find(r->w, "l1234")), "l1234");
	CU_ASSERT_PTR_NULL(moor_link_find(r->w, "l2000"));
	CU_ASSERT_PTR_EQUAL(moor_link_params(moor_link_find(r->w, "l0")), moor_link_params(moor_link_find(r->w, "l1")));
	CU_ASSERT_TRUE(octets < 200000 + 2000 * 110);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "a frame takes round(8 (n - 12) / rate) and the delay", test_timing },
	{ "frames wait for their transmitter", test_transmitter },
	{ "the queue drops its tail", test_queue },
	{ "too long, or no carrier", test_mtu_and_carrier },
	{ "a port takes what is for it", test_addresses },
	{ "loss", test_loss },
	{ "loss mask", test_mask },
	{ "rules that lose the next n frames that match", test_lose_rules },
	{ "duplicates follow at once", test_duplicates },
	{ "corruption flips a bit behind the header", test_corruption },
	{ "random delays keep the order", test_delays_keep_order },
	{ "reordering", test_reordering },
	{ "random streams are apart", test_streams_are_apart },
	{ "draws do not repeat when a port comes back", test_draws_do_not_repeat },
	{ "carrier changes are posted", test_carrier_is_posted },
	{ "detaching loses what is in flight towards the port", test_detaching_loses_frames_in_flight },
	{ "leaving loses what waits for the transmitter", test_leaving_loses_what_waits },
	{ "a link that goes down loses everything", test_link_down },
	{ "links by name; equal parameters are shared", test_find_and_share },
};

int main(int argc, char **argv) { return harness_main("world_link", tests, G_N_ELEMENTS(tests), argc, argv); }

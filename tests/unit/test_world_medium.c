/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that another medium carries: with one that has the link's own timing nothing changes that can be seen; what is
 * lost still takes its time; a medium without room loses with a record; on a LAN those hear who are meant to.
 */
#include "tests/unit/world_rig.h"

#include <string.h>

#include "world/medium.h"

#define RATE 8000000u			/* 1 us an octet */
#define DELAY (2 * MOOR_MS)

struct sent { moor_time at; uint64_t mark; uint32_t len; uint8_t frame[1600]; };

/* A medium of the test's own: two transmitters, and what is on its way. */
struct fake {
	struct moor_medium medium;
	struct moor_world *w;
	moor_time busy[2];
	GPtrArray *way;			/* struct sent, in the order of sending */
	unsigned plugged, unplugged, lost;
	bool full;
};

static bool fake_send(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct fake *f = MOOR_CONTAINER(m, struct fake, medium);
	moor_time *busy = &f->busy[moor_link_end(from)], now = moor_world_now(f->w);
	struct sent *s;

	if (f->full)
		return false;
	s = g_new0(struct sent, 1);
	*busy = MAX(*busy, now) + (moor_time)(len - 12) * MOOR_US;
	s->at = *busy + DELAY;
	s->mark = mark;
	s->len = (uint32_t)len;
	memcpy(s->frame, frame, len);
	f->lost += mark == MOOR_MARK_LOST;
	g_ptr_array_add(f->way, s);
	return true;
}

static void fake_plug(struct moor_medium *m, struct moor_port *p, bool in)
{
	struct fake *f = MOOR_CONTAINER(m, struct fake, medium);

	f->plugged += in;
	f->unplugged += !in;
	if (!in)
		f->busy[moor_link_end(p)] = 0;
}

/* Takes the first that arrives until t; NULL: none does. */
static struct sent *next_arrival(struct fake *f, moor_time t)
{
	struct sent *first = NULL;

	for (guint i = 0; i < f->way->len; i++) {
		struct sent *s = f->way->pdata[i];

		if (s->at <= t && (!first || s->at < first->at))
			first = s;
	}
	return first;
}

static void fake_run(struct fake *f, moor_time end)
{
	struct sent *s;
	moor_time next;

	do {
		next = MIN(moor_world_next(f->w), end);
		s = next_arrival(f, next);
		if (s)
			next = s->at;
		for (; s; s = next_arrival(f, next)) {
			moor_link_arrived(f->w, s->at, s->frame, s->len, s->mark);
			g_ptr_array_remove(f->way, s);
		}
		moor_world_advance(f->w, next);
	} while (next < end);
}

struct pair { struct rig *r; struct moor_link *l; struct moor_port *a, *b; };

static struct pair pair_new(const struct link_params *params)
{
	struct pair p = { .r = rig_new(1) };

	p.l = moor_link_new(p.r->w, "wire", LINK_P2P, params);
	p.a = rig_port(p.r, "a");
	p.b = rig_port(p.r, "b");
	moor_link_attach(p.l, p.a, false);
	moor_link_attach(p.l, p.b, false);
	return p;
}

static struct fake fake_on(struct pair *p)
{
	return (struct fake){ .medium = { .send = fake_send, .plug = fake_plug }, .w = p->r->w,
			      .way = g_ptr_array_new_with_free_func(g_free) };
}

/* Bursts both ways, everything that a link does to frames, and cables that are pulled out with frames under way. */
static char *course(bool on_fake, struct fake *told)
{
	struct link_params params = { .rate = RATE, .delay = { .a = DELAY }, .queue = 5, .loss_ppm = 100000, .dup_ppm = 150000,
				      .corrupt_ppm = 100000, .loss_mask = 4, .loss_mask_bits = 7 };
	struct pair p = pair_new(&params);
	struct fake f = fake_on(&p);
	char *log;

	if (on_fake)
		moor_link_carry(p.l, &f.medium);
	for (moor_time t = MOOR_MS; t < 100 * MOOR_MS; t += 700 * MOOR_US) {
		for (int k = 0; k < 4; k++)
			rig_send_at(p.r, t, k & 1 ? p.b : p.a, moor_port_mac(k & 1 ? p.a : p.b), 212 + 100 * (uint32_t)k);
	}
	for (moor_time t = 10 * MOOR_MS; t <= 90 * MOOR_MS; t += 10 * MOOR_MS) {
		if (on_fake)
			fake_run(&f, t);
		else
			moor_world_advance(p.r->w, t);
		if (t == 20 * MOOR_MS)
			moor_link_detach(p.b);
		if (t == 30 * MOOR_MS)
			moor_link_attach(p.l, p.b, false);
		if (t == 50 * MOOR_MS || t == 60 * MOOR_MS)
			moor_link_state(p.l, t == 60 * MOOR_MS);
		if (t == 70 * MOOR_MS) {
			moor_link_detach(p.a);
			moor_link_attach(p.l, p.a, false);
		}
	}
	if (on_fake)
		fake_run(&f, MOOR_S);
	else
		moor_world_advance(p.r->w, MOOR_S);
	log = rig_log(p.r, NULL);
	if (told)
		*told = f;
	CU_ASSERT_EQUAL(f.way->len, 0);
	g_ptr_array_free(f.way, TRUE);
	rig_free(p.r);
	return log;
}

static void test_the_same_timing_is_the_same_course(void)
{
	struct fake f = { .w = NULL };
	char *ours = course(false, NULL), *theirs = course(true, &f);

	CU_ASSERT(strlen(ours) > 10000);
	CU_ASSERT_STRING_EQUAL(ours, theirs);
	CU_ASSERT(f.lost > 50);
	CU_ASSERT_EQUAL(f.unplugged, 4);
	CU_ASSERT_EQUAL(f.plugged, 6);
	g_free(ours);
	g_free(theirs);
}

static void test_a_medium_without_room_loses(void)
{
	struct pair p = pair_new(&(struct link_params){ .rate = RATE, .dup_ppm = 1000000 });
	struct fake f = fake_on(&p);

	moor_link_carry(p.l, &f.medium);
	f.full = true;
	rig_send(p.r, p.a, moor_port_mac(p.b), 100);
	moor_world_advance(p.r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(p.r, "medium", 0), 1);
	CU_ASSERT_EQUAL(rig_count(p.r, "got", 1), 0);
	g_ptr_array_free(f.way, TRUE);
	rig_free(p.r);
}

/* ---- LAN --------------------------------------------------------------------------------------------------------- */

static struct { uint8_t frame[100]; uint64_t mark; } last;

static bool note(struct moor_medium *m, struct moor_port *from, const uint8_t *frame, size_t len, uint64_t mark)
{
	(void)m, (void)from;
	memcpy(last.frame, frame, MIN(len, sizeof last.frame));
	last.mark = mark;
	return true;
}

static void ignore(struct moor_medium *m, struct moor_port *p, bool in) { (void)m, (void)p, (void)in; }

static void test_a_lan_is_heard_by_whom_it_is_for(void)
{
	struct rig *r = rig_new(1);
	struct moor_medium m = { .send = note, .plug = ignore };
	struct link_params params = { .rate = RATE };
	struct moor_link *l = moor_link_new(r->w, "lan", LINK_LAN, &params);
	struct moor_port *p[3];

	for (unsigned i = 0; i < 3; i++) {
		p[i] = rig_port(r, i ? i > 1 ? "c" : "b" : "a");
		moor_link_attach(l, p[i], i == 0);
	}
	moor_link_carry(l, &m);
	rig_send(r, p[0], moor_port_mac(p[1]), 100);
	for (unsigned i = 0; i < 3; i++)
		moor_link_heard(p[i], MOOR_MS, last.frame, 100, last.mark);
	moor_world_advance(r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(r, "got", REC_NONE), 1);
	CU_ASSERT_EQUAL(rig_find(r, "got", 1, 0)->at, MOOR_MS);
	CU_ASSERT_EQUAL(rig_find(r, "rx", 1, 0)->frame, rig_find(r, "tx", 0, 0)->frame);
	moor_link_isolate(l, true);
	rig_send(r, p[1], moor_port_mac(p[2]), 100);
	moor_link_heard(p[2], MOOR_S, last.frame, 100, last.mark);		/* not from the hub */
	rig_send(r, p[1], moor_port_mac(p[0]), 100);
	moor_link_heard(p[0], MOOR_S, last.frame, 100, last.mark);
	params.loss_ppm = 1000000;
	moor_link_set(l, &params);
	rig_send(r, p[0], moor_port_mac(p[1]), 100);
	moor_link_heard(p[1], MOOR_S, last.frame, 100, last.mark);		/* lost by the link */
	moor_world_advance(r->w, 2 * MOOR_S);
	moor_link_state(l, false);
	moor_link_heard(p[1], 2 * MOOR_S, last.frame, 100, 1);
	moor_world_advance(r->w, 3 * MOOR_S);
	CU_ASSERT_EQUAL(last.mark, MOOR_MARK_LOST);
	CU_ASSERT_EQUAL(rig_count(r, "got", 0), 1);
	CU_ASSERT_EQUAL(rig_count(r, "got", REC_NONE), 2);
	rig_free(r);
}

static void test_others_on_a_medium_are_heard(void)
{
	struct rig *r = rig_new(1);
	struct moor_medium m = { .send = note, .plug = ignore };
	struct link_params params = { .rate = RATE };
	struct moor_link *l = moor_link_new(r->w, "lan", LINK_LAN, &params);
	struct moor_port *p[2];
	uint8_t frame[100] = { 0 };

	for (unsigned i = 0; i < 2; i++) {
		p[i] = rig_port(r, i ? "b" : "a");
		moor_link_attach(l, p[i], false);
	}
	moor_link_carry(l, &m);
	memcpy(frame, moor_port_mac(p[1])->o, 6);
	for (unsigned i = 0; i < 2; i++)
		moor_link_heard_foreign(p[i], MOOR_MS, frame, sizeof frame);	/* for one of them */
	moor_link_heard_foreign(p[1], MOOR_MS, frame, 13);
	moor_world_advance(r->w, MOOR_S);
	CU_ASSERT_EQUAL(rig_count(r, "got", REC_NONE), 1);
	CU_ASSERT_EQUAL(rig_find(r, "got", 1, 0)->at, MOOR_MS);
	moor_link_state(l, false);
	moor_link_heard_foreign(p[1], MOOR_S, frame, sizeof frame);
	moor_world_advance(r->w, 2 * MOOR_S);
	CU_ASSERT_EQUAL(rig_count(r, "got", REC_NONE), 1);
	rig_free(r);
}

static const struct harness_test tests[] = {
	{ "the same timing is the same course", test_the_same_timing_is_the_same_course },
	{ "a medium without room loses", test_a_medium_without_room_loses },
	{ "a LAN is heard by whom it is for", test_a_lan_is_heard_by_whom_it_is_for },
	{ "others on a medium are heard", test_others_on_a_medium_are_heard },
};

int main(int argc, char **argv) { return harness_main("world_medium", tests, G_N_ELEMENTS(tests), argc, argv); }

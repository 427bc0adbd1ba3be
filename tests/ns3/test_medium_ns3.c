/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links on ns-3's devices: what happens in a small world is the same, record for record and nanosecond for nanosecond,
 * whether the world or ns-3 carries the frames of its point-to-point links, with everything that links do to frames and
 * everything that is done to links. A LAN on CSMA carries what it should to whom it should. One simulation a process.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns3/medium.h"
#include "tests/ns3/library.h"
#include "world/record.h"
#include "world/timer.h"

enum { WORLDS = 40, WIRES = 4, ROAMERS = 3, LONGEST = 1514 };
#define END (2 * MOOR_S)
#define STEP (50 * MOOR_US)		/* coarse, so that many things fall on one instant */

static const struct ns3c_table *n3;
static const char *missing;

struct scene {
	struct moor_world *w;
	struct rng rng;
	struct moor_timer timer;
	struct moor_link *link[WIRES];
	struct moor_port *fixed[WIRES], *roamer[ROAMERS];
	GString *log;
	uint64_t records, drops_on_the_way;
};

/* What the children found. */
static struct sums { uint64_t worlds, records, drops, different, frames, cables, links; } *sums;

/* ---- a world in which everything happens to links ---------------------------------------------------------------- */

static void sink(void *ctx, const struct moor_record *r)
{
	struct scene *s = ctx;
	uint32_t sum = 5381;

	s->records++;
	g_string_append_printf(s->log, "%" G_GINT64_FORMAT " %d %u %u ", moor_world_now(s->w), (int)r->kind, r->node, r->port);
	if (r->kind == REC_CARRIER) {
		g_string_append_printf(s->log, "%s %d\n", r->u.carrier.link, r->u.carrier.up);
		return;
	}
	for (uint32_t i = 0; i < r->u.frame.len; i++)
		sum = sum * 33 + r->u.frame.octets[i];
	s->drops_on_the_way += r->kind == REC_FRAME_DROP && r->u.frame.frame &&
		!g_strcmp0(r->u.frame.cause, "carrier");
	g_string_append_printf(s->log, "%" G_GUINT64_FORMAT " %u %08x %d %u %s\n", r->u.frame.frame, r->u.frame.len, sum,
			       r->u.frame.same, r->u.frame.trace_class, r->u.frame.cause ? r->u.frame.cause : "");
}

static void say(struct scene *s, struct moor_port *p, uint32_t len)
{
	struct moor_pkt *pkt = moor_pkt_new(s->w, len);

	memset(pkt->data, (int)len, len);
	memset(pkt->data, 0xff, 6);
	if (rng_chance(&s->rng, 100000))
		memset(pkt->data, 2, 6);		/* for nobody here */
	memcpy(pkt->data + 6, moor_port_mac(p)->o, 6);
	pkt->trace_class = (uint8_t)(len & 1);
	moor_port_send(p, pkt);
}

/* Some frames are answered at once, so that what is sent depends on what has been heard. */
static void hear(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	if (pkt->len % 3 == 0 && pkt->len > 100)
		say(owner, p, pkt->len / 2);
}

static void new_params(struct scene *s, struct moor_link *l)
{
	struct link_params p = *moor_link_params(l);

	p.queue = 1 + (uint32_t)rng_below(&s->rng, 12);
	p.loss_ppm = rng_chance(&s->rng, 500000) ? 50000 : 0;
	p.dup_ppm = rng_chance(&s->rng, 500000) ? 100000 : 0;
	p.corrupt_ppm = rng_chance(&s->rng, 300000) ? 50000 : 0;
	p.loss_mask = 0x16;
	p.loss_mask_bits = rng_chance(&s->rng, 300000) ? 7 : 0;
	moor_link_set(l, &p);
}

static bool end_is_free(const struct scene *s, const struct moor_link *l)
{
	for (int i = 0; i < ROAMERS; i++)
		if (moor_port_link(s->roamer[i]) == l)
			return false;
	return true;
}

static void happen(struct scene *s)
{
	struct moor_link *l = s->link[rng_below(&s->rng, WIRES)];
	struct moor_port *roamer = s->roamer[rng_below(&s->rng, ROAMERS)], *p = s->fixed[rng_below(&s->rng, WIRES)];
	uint64_t what = rng_below(&s->rng, 100), n = 1 + rng_below(&s->rng, 8);

	if (what < 4) {
		moor_link_state(l, !moor_link_up(l));
	} else if (what < 9) {
		new_params(s, l);
	} else if (what < 15) {
		moor_link_detach(roamer);
	} else if (what < 24 && end_is_free(s, l)) {
		moor_link_attach(l, roamer, false);
	} else if (what < 26 && moor_port_link(roamer)) {	/* away and back at once */
		l = moor_port_link(roamer);
		moor_link_detach(roamer);
		moor_link_attach(l, roamer, false);
	} else if (moor_port_link(rng_chance(&s->rng, 500000) ? roamer : p)) {
		p = moor_port_link(roamer) && what & 1 ? roamer : p;
		while (n--)
			say(s, p, 14 + (uint32_t)rng_below(&s->rng, rng_chance(&s->rng, 200000) ? 3 : LONGEST - 14));
	}
}

static void turn(struct moor_world *w, struct moor_timer *t)
{
	struct scene *s = MOOR_CONTAINER(t, struct scene, timer);

	happen(s);
	/* a quiet end, so that both have heard everything */
	if (moor_world_now(w) < END - 500 * MOOR_MS)
		moor_timer_in(w, t, (moor_time)rng_below(&s->rng, 40) * STEP, turn);
}

static struct moor_port *node(struct scene *s, const char *kind, unsigned i)
{
	struct mac_addr mac = { { 0x02, 0, 0, 0, (uint8_t)kind[0], (uint8_t)i } };
	char name[16];
	struct moor_port *p;

	g_snprintf(name, sizeof name, "%s%u", kind, i);
	p = moor_port_new(moor_node_new(s->w, name), "eth0", &mac);
	moor_port_handlers(p, hear, NULL, s);
	return p;
}

static void scene_make(struct scene *s, uint64_t seed)
{
	/* 1 us an octet, and others that are no whole nanoseconds */
	static const uint64_t rates[WIRES] = { 8000000, 8000000, 3000000, 16384000 };
	static const moor_time delays[WIRES] = { 2 * MOOR_MS, 0, 333333, 7 * MOOR_MS };
	char name[8];

	*s = (struct scene){ .w = moor_world_new(&(struct moor_world_config){ .seed = seed }), .log = g_string_new(NULL) };
	s->rng = rng_make(seed, "scene", "test");
	moor_record_sink(s->w, REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_FRAME_DROP) | REC_BIT(REC_CARRIER),
			 sink, s);
	for (unsigned i = 0; i < WIRES; i++) {
		struct link_params p = { .rate = rates[i], .delay = { .a = delays[i] }, .queue = 4 };

		g_snprintf(name, sizeof name, "wire%u", i);
		s->link[i] = moor_link_new(s->w, name, LINK_P2P, &p);
		s->fixed[i] = node(s, "fixed", i);
		moor_link_attach(s->link[i], s->fixed[i], true);
	}
	for (unsigned i = 0; i < ROAMERS; i++) {
		s->roamer[i] = node(s, "roamer", i);
		moor_link_attach(s->link[i], s->roamer[i], false);
	}
	moor_timer_at(s->w, &s->timer, STEP, turn);
}

static void scene_done(struct scene *s)
{
	moor_world_free(s->w);
	g_string_free(s->log, TRUE);
}

static void run_on_ns3(struct scene *s)
{
	struct ns3_engine *e = ns3_engine_new(n3, s->w, 1, NULL, NULL);
	struct ns3_media *m = ns3_media_new(n3, e, s->w);
	struct ns3_media_stats stats;

	for (unsigned i = 0; i < WIRES; i++)
		if (ns3_media_carry(m, s->link[i]))
			_exit(3);
	/* in two parts, the first of which ends where something happens */
	ns3_engine_run(e, 20000 * STEP, NULL);
	ns3_engine_run(e, END, NULL);
	stats = ns3_media_stats(m);
	sums->frames += stats.sent;
	sums->cables += stats.cables;
	sums->links += stats.links;
	if (stats.sent != stats.heard)
		_exit(4);
	ns3_engine_free(e);
	ns3_media_free(m);
}

static void show_difference(const char *ours, const char *theirs, uint64_t seed)
{
	size_t i = 0, line = 0;

	for (; ours[i] && ours[i] == theirs[i]; i++)
		line = ours[i] == '\n' ? i + 1 : line;
	fprintf(stderr, "world %" G_GUINT64_FORMAT ": builtin %.*s; ns-3 %.*s\n", seed, (int)strcspn(ours + line, "\n"),
		ours + line, (int)strcspn(theirs + line, "\n"), theirs + line);
}

/* In a child: both, compared. */
static int both(uint64_t seed)
{
	struct scene a, b;
	bool same;

	scene_make(&a, seed);
	moor_world_advance(a.w, END);
	scene_make(&b, seed);
	run_on_ns3(&b);
	same = a.records == b.records && !strcmp(a.log->str, b.log->str) && !moor_world_leaks(b.w, NULL);
	if (!same)
		show_difference(a.log->str, b.log->str, seed);
	sums->worlds++;
	sums->records += a.records;
	sums->drops += a.drops_on_the_way;
	sums->different += !same;
	scene_done(&a);
	scene_done(&b);
	return !same;
}

static int in_child(int (*fn)(uint64_t), uint64_t seed)
{
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(fn(seed));
	waitpid(pid, &status, 0);
	return status;
}

static void test_wires_are_the_same(void)
{
	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	for (uint64_t seed = 1; seed <= WORLDS; seed++)
		CU_ASSERT_EQUAL(in_child(both, seed), 0);
	CU_ASSERT_EQUAL(sums->worlds, WORLDS);
	CU_ASSERT_EQUAL(sums->different, 0);
	CU_ASSERT(sums->records > 50000);
	CU_ASSERT(sums->drops > 500);			/* some were under way when somebody left */
	CU_ASSERT(sums->cables > sums->links);		/* and came back before */
	printf("%" G_GUINT64_FORMAT " worlds, %" G_GUINT64_FORMAT " records compared, %" G_GUINT64_FORMAT " differences; %"
	       G_GUINT64_FORMAT " frames through ns-3, %" G_GUINT64_FORMAT " lost with a carrier\n", sums->worlds,
	       sums->records, sums->different, sums->frames, sums->drops);
}

/* ---- CSMA -------------------------------------------------------------------------------------------------------- */

static uint64_t heard[4];

static void count(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	(void)p;
	*(uint64_t *)owner += pkt->len == 100 && pkt->as_sent;
}

static void tell(struct scene *s, unsigned from, const uint8_t *to)
{
	struct moor_pkt *pkt = moor_pkt_new(s->w, 100);

	memset(pkt->data, 0x5a, 100);
	memcpy(pkt->data, to, 6);
	memcpy(pkt->data + 6, moor_port_mac(s->fixed[from])->o, 6);
	moor_port_send(s->fixed[from], pkt);
}

static bool want(const char *what, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	bool right = heard[0] == a && heard[1] == b && heard[2] == c && heard[3] == d;

	if (!right)
		fprintf(stderr, "%s: %d %d %d %d\n", what, (int)heard[0], (int)heard[1], (int)heard[2], (int)heard[3]);
	memset(heard, 0, sizeof heard);
	return right;
}

static int segment(uint64_t seed)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct link_params params = { .rate = 10000000, .delay = { .a = MOOR_US }, .mtu = 1500 };
	struct scene s = { .w = moor_world_new(&(struct moor_world_config){ .seed = seed }) };
	struct moor_link *l = moor_link_new(s.w, "lan", LINK_LAN, &params);
	struct ns3_engine *e = ns3_engine_new(n3, s.w, 1, NULL, NULL);
	struct ns3_media *m = ns3_media_new(n3, e, s.w);
	bool right = true;

	for (unsigned i = 0; i < 4; i++) {
		s.fixed[i] = node(&s, "fixed", i);
		moor_port_handlers(s.fixed[i], count, NULL, &heard[i]);
		moor_link_attach(l, s.fixed[i], i == 0);
	}
	right &= ns3_media_carry(m, l) == NULL;
	tell(&s, 0, all);
	tell(&s, 1, moor_port_mac(s.fixed[2])->o);
	ns3_engine_run(e, MOOR_MS, NULL);
	right &= want("everybody, and one", 0, 1, 2, 1);
	moor_link_isolate(l, true);
	tell(&s, 1, all);
	tell(&s, 1, moor_port_mac(s.fixed[2])->o);
	tell(&s, 2, moor_port_mac(s.fixed[0])->o);
	ns3_engine_run(e, 2 * MOOR_MS, NULL);
	right &= want("isolated", 2, 0, 0, 0);
	moor_link_detach(s.fixed[3]);
	tell(&s, 0, all);
	ns3_engine_run(e, 3 * MOOR_MS, NULL);
	right &= want("one left", 0, 1, 1, 0);
	moor_link_attach(l, s.fixed[3], false);
	params.dup_ppm = 1000000;
	moor_link_set(l, &params);
	tell(&s, 0, all);
	tell(&s, 3, all);
	ns3_engine_run(e, 4 * MOOR_MS, NULL);
	right &= want("came back, twice each", 2, 2, 2, 2);
	moor_link_state(l, false);
	tell(&s, 0, all);
	ns3_engine_run(e, 5 * MOOR_MS, NULL);
	right &= want("down", 0, 0, 0, 0);
	right &= !moor_world_leaks(s.w, NULL);
	ns3_engine_free(e);
	ns3_media_free(m);
	moor_world_free(s.w);
	return !right;
}

static void test_a_segment_carries_to_whom_it_should(void)
{
	if (missing)
		harness_skip("%s", missing);
	else
		CU_ASSERT_EQUAL(in_child(segment, 1), 0);
}

/* ---- what ns-3 cannot do ----------------------------------------------------------------------------------------- */

static int refuse(uint64_t seed)
{
	static const struct { struct link_params p; const char *word; } rows[] = {
		{ { .rate = 0 }, "rate" },
		{ { .rate = 1000, .delay = { DELAY_UNIFORM, 1, 2 } }, "delay" },
		{ { .rate = 1000, .reorder_ppm = 1 }, "reorder" },
	};
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = seed });
	struct ns3_engine *e = ns3_engine_new(n3, w, 1, NULL, NULL);
	struct ns3_media *m = ns3_media_new(n3, e, w);
	int wrong = 0;
	char name[8];

	for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *why;

		g_snprintf(name, sizeof name, "l%u", i);
		why = ns3_media_carry(m, moor_link_new(w, name, LINK_P2P, &rows[i].p));
		wrong += !why || !strstr(why, rows[i].word);
	}
	ns3_engine_free(e);
	ns3_media_free(m);
	moor_world_free(w);
	return wrong;
}

static void test_what_ns3_cannot_do_is_refused(void)
{
	if (missing)
		harness_skip("%s", missing);
	else
		CU_ASSERT_EQUAL(in_child(refuse, 1), 0);
}

static const struct harness_test tests[] = {
	{ "wires are the same", test_wires_are_the_same },
	{ "a segment carries to whom it should", test_a_segment_carries_to_whom_it_should },
	{ "what ns-3 cannot do is refused", test_what_ns3_cannot_do_is_refused },
};

int main(int argc, char **argv)
{
	n3 = ns3_library(&missing);
	sums = mmap(NULL, sizeof *sums, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return harness_main("medium_ns3", tests, G_N_ELEMENTS(tests), argc, argv);
}

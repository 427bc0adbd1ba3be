/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An access link on ns-3's LTE: frames of every size both ways, UEs that do not hear each other, handovers by X2 on
 * command and by event A3 of which the link sees nothing, a radio that is lost and found. One simulation a process.
 */
#include "tests/unit/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns3/lte.h"
#include "tests/ns3/library.h"
#include "world/record.h"
#include "world/timer.h"

#define UES 2u
#define SIZES 1514u
#define PERIOD (5 * MOOR_MS)

static const struct ns3c_table *n3;
static const char *missing;

/* What happened. Times: the longest silence each way. */
static struct story {
	unsigned came, left, stations, up, down, other, group, wrong, dropped, events[NS3C_LTE_RADIO_LOST + 1];
	unsigned cell;
	moor_time connected, begun, ended, gap_up, gap_down, last_up, last_down;
	uint8_t sizes_up[SIZES + 2], sizes_down[SIZES + 2];
	uint64_t sum;
} *told;

struct scene {
	struct moor_world *w;
	struct moor_timer timer;
	struct moor_link *link;
	struct moor_port *hub, *ue[UES];
	struct ns3_engine *engine;
	struct ns3_lte *lte;
	uint32_t size;			/* of the next frame; 0: they all have 114 octets */
	moor_time period;
};

static const struct ns3_waypoint near = { 0, { 10, 0, 0 } }, middle = { 0, { 250, 0, 0 } };
static const struct mac_addr gateway = { { 2, 0, 0, 0, 0, 0xfe } }, group = { { 0x33, 0x33, 0, 0, 0, 1 } };

/* ---- a scene ----------------------------------------------------------------------------------------------------- */

static void note(moor_time now, moor_time *last, moor_time *gap)
{
	if (*last)
		*gap = MAX(*gap, now - *last);
	*last = now;
	told->sum = told->sum * 31 + (uint64_t)now;
}

static uint8_t fill(uint32_t len, uint32_t i) { return (uint8_t)(len * 7 + i * 3); }

static bool as_made(const struct moor_pkt *pkt)
{
	for (uint32_t i = 14; i < pkt->len; i++)
		if (pkt->data[i] != fill(pkt->len, i))
			return false;
	return pkt->len <= SIZES;
}

static void hear(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct scene *s = owner;
	moor_time now = moor_world_now(s->w);

	told->wrong += !as_made(pkt);
	if (pkt->data[0] & 1) {
		told->group++;
	} else if (p == s->ue[0]) {
		told->down++;
		told->sizes_down[pkt->len]++;
		note(now, &told->last_down, &told->gap_down);
	} else if (p == s->hub) {
		told->up++;
		told->sizes_up[pkt->len]++;
		note(now, &told->last_up, &told->gap_up);
	} else {
		told->other++;
	}
}

static void carrier(void *owner, struct moor_port *p, bool up)
{
	struct scene *s = owner;

	told->came += p == s->ue[0] && up;
	told->left += p == s->ue[0] && !up;
}

static void stations(void *owner, struct moor_port *hub, const struct mac_addr *mac, bool there)
{
	struct scene *s = owner;

	(void)there;
	told->stations += hub == s->hub && mac_eq(mac, moor_port_mac(s->ue[0]));
}

static void radio(void *ctx, struct moor_port *p, moor_time at, enum ns3c_lte_event event, unsigned cell)
{
	struct scene *s = ctx;

	if (p != s->ue[0])
		return;
	told->events[event]++;
	told->cell = cell;
	if (event == NS3C_LTE_CONNECTED)
		told->connected = at;
	if (event == NS3C_LTE_HANDOVER_START)
		told->begun = at;
	if (event == NS3C_LTE_HANDOVER_END)
		told->ended = at;
}

static void say(struct scene *s, struct moor_port *from, const struct mac_addr *to, uint32_t len)
{
	struct moor_pkt *pkt;

	if (!moor_port_link(from))
		return;
	pkt = moor_pkt_new(s->w, len);
	for (uint32_t i = 14; i < len; i++)
		pkt->data[i] = fill(len, i);
	memcpy(pkt->data, to->o, 6);
	memcpy(pkt->data + 6, moor_port_mac(from)->o, 6);
	pkt->data[12] = 0x86;
	pkt->data[13] = 0xdd;
	moor_port_send(from, pkt);
}

static void speak(struct moor_world *w, struct moor_timer *t)
{
	struct scene *s = MOOR_CONTAINER(t, struct scene, timer);
	uint32_t len = s->size ? s->size++ : 114;

	say(s, s->ue[0], &gateway, len);
	say(s, s->hub, moor_port_mac(s->ue[0]), len);
	if (s->size <= SIZES + 1)
		moor_timer_in(w, t, s->period, speak);
}

static void drop(void *ctx, const struct moor_record *r)
{
	(void)ctx;
	told->dropped += !strcmp(r->u.frame.cause, "mtu");
}

static struct moor_port *node(struct scene *s, const char *name, const struct mac_addr *mac)
{
	struct moor_port *p = moor_port_new(moor_node_new(s->w, name), "lte", mac);

	moor_port_handlers(p, hear, carrier, s);
	return p;
}

/* Two eNBs half a kilometre apart, the first UE goes that way, the other stays with the first eNB. */
static int begin(struct scene *s, const struct ns3_waypoint *points, size_t n, bool a3)
{
	static const struct ns3c_xyz places[] = { { 0, 0, 0 }, { 500, 0, 0 } };
	static const struct ns3_waypoint resting = { 0, { 5, 5, 0 } };
	const struct ns3_way way[UES] = { { points, n }, { &resting, 1 } };
	struct ns3_lte_config c = { .radio = { .enbs = 2, .places = places, .a3 = a3 }, .core = MOOR_MS, .fn = radio,
				    .ctx = s };
	const char *why;
	int wrong = 0;

	*s = (struct scene){ .w = moor_world_new(&(struct moor_world_config){ .seed = 1 }), .period = PERIOD };
	s->engine = ns3_engine_new(n3, s->w, 1, NULL, NULL);
	s->link = moor_link_new(s->w, "lte", LINK_LAN, &(struct link_params){ 0 });
	moor_link_isolate(s->link, true);
	moor_record_sink(s->w, REC_BIT(REC_FRAME_DROP), drop, NULL);
	s->hub = node(s, "mag", &gateway);
	moor_port_stations(s->hub, stations);
	moor_link_attach(s->link, s->hub, true);
	s->lte = ns3_lte_new(n3, s->engine, s->w, s->link, &c, &why);
	for (unsigned i = 0; i < UES; i++) {
		s->ue[i] = node(s, i ? "other" : "ue", &(struct mac_addr){ { 2, 0, 0, 0, 0, (uint8_t)(i + 1) } });
		wrong += ns3_lte_ue(s->lte, s->ue[i], &way[i]) != NULL;
		moor_link_attach(s->link, s->ue[i], false);
	}
	return wrong;
}

static int end(struct scene *s)
{
	int wrong = moor_world_leaks(s->w, NULL) != 0;

	ns3_engine_free(s->engine);
	ns3_lte_free(s->lte);
	moor_world_free(s->w);
	return wrong;
}

static void until(struct scene *s, moor_time t) { ns3_engine_run(s->engine, t, NULL); }

/* ---- what is played ---------------------------------------------------------------------------------------------- */

static int sizes(void)
{
	struct scene s;
	int wrong = begin(&s, &near, 1, false);

	until(&s, 10 * MOOR_MS);
	wrong += moor_port_link(s.ue[0]) != NULL;		/* the radio is not connected yet */
	until(&s, MOOR_S);
	wrong += moor_port_link(s.ue[0]) != s.link || !ns3_lte_connected(s.lte, s.ue[0]);
	s.size = 14;
	s.period = 2 * MOOR_MS;
	moor_timer_in(s.w, &s.timer, PERIOD, speak);
	until(&s, MOOR_S + 4 * MOOR_S);
	return wrong + end(&s);
}

static int strangers(void)
{
	struct scene s;
	int wrong = begin(&s, &near, 1, false);

	until(&s, MOOR_S);
	moor_port_join(s.ue[0], &group);
	for (unsigned i = 0; i < 5; i++) {
		say(&s, s.ue[0], moor_port_mac(s.ue[1]), 100);	/* isolated: nobody hears that */
		say(&s, s.ue[1], moor_port_mac(s.ue[0]), 100);
		say(&s, s.ue[1], &group, 100);			/* nor that, the hub is in no group */
		say(&s, s.hub, moor_port_mac(s.ue[0]), 100);	/* a router advertisement to one UE */
		say(&s, s.hub, &group, 100);			/* and to all that listen: one does */
		ns3_engine_wake(s.engine);
		until(&s, MOOR_S + (i + 1) * 20 * MOOR_MS);
	}
	moor_link_detach(s.ue[0]);				/* switched off */
	say(&s, s.hub, moor_port_mac(s.ue[0]), 100);
	until(&s, 2 * MOOR_S);
	wrong += told->down != 5 || told->group != 5 || told->up || told->other;
	moor_link_attach(s.link, s.ue[0], false);
	until(&s, 2 * MOOR_S + MOOR_MS);
	wrong += moor_port_link(s.ue[0]) != s.link;
	return wrong + end(&s);
}

static int commanded(void)
{
	struct scene s;
	int wrong = begin(&s, &middle, 1, false);

	wrong += ns3_lte_handover(s.lte, s.ue[0], 1) == NULL;	/* nothing to hand over yet */
	until(&s, MOOR_S);
	moor_timer_in(s.w, &s.timer, PERIOD, speak);
	until(&s, 2 * MOOR_S);
	wrong += ns3_lte_handover(s.lte, s.ue[0], 0) == NULL || ns3_lte_handover(s.lte, s.ue[0], 2) == NULL ||
		 ns3_lte_handover(s.lte, s.hub, 1) == NULL;
	wrong += ns3_lte_handover(s.lte, s.ue[0], 1) != NULL;
	until(&s, 2 * MOOR_S + MOOR_MS);
	wrong += ns3_lte_handover(s.lte, s.ue[0], 0) == NULL;	/* one at a time */
	until(&s, 3 * MOOR_S);
	return wrong + end(&s);
}

static int walked(void)
{
	static const struct ns3_waypoint walk[] = { { 0, { 200, 0, 0 } }, { 6 * MOOR_S, { 440, 0, 0 } } };
	struct scene s;
	int wrong = begin(&s, walk, 2, true);

	until(&s, MOOR_S);
	moor_timer_in(s.w, &s.timer, PERIOD, speak);
	until(&s, 6 * MOOR_S);
	return wrong + end(&s);
}

/* Far away from all eNBs, and back. */
static int lost(void)
{
	static const struct ns3_waypoint away[] = {
		{ 0, { 10, 0, 0 } }, { 2 * MOOR_S, { 10, 0, 0 } }, { 2 * MOOR_S + MOOR_MS, { 1e5, 0, 0 } },
		{ 5 * MOOR_S, { 1e5, 0, 0 } }, { 5 * MOOR_S + MOOR_MS, { 490, 0, 0 } },
	};
	struct scene s;
	int wrong = begin(&s, away, 5, false);

	until(&s, MOOR_S);
	moor_timer_in(s.w, &s.timer, PERIOD, speak);
	until(&s, 5 * MOOR_S);
	wrong += moor_port_link(s.ue[0]) != NULL || told->left != 1 || told->events[NS3C_LTE_RADIO_LOST] != 1;
	until(&s, 9 * MOOR_S);
	return wrong + end(&s);
}

static int in_child(int (*fn)(void))
{
	int status = 0;
	pid_t pid;

	memset(told, 0, sizeof *told);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(fn());
	waitpid(pid, &status, 0);
	return status;
}

static bool runs(int (*fn)(void))
{
	if (missing) {
		harness_skip("%s", missing);
		return false;
	}
	CU_ASSERT_EQUAL(in_child(fn), 0);
	return true;
}

static void print(const char *what)
{
	printf("%s: %.1f ms of RRC, silence %.1f ms up, %.1f ms down; %u frames up, %u down\n", what,
	       (double)(told->ended - told->begun) / MOOR_MS, (double)told->gap_up / MOOR_MS,
	       (double)told->gap_down / MOOR_MS, told->up, told->down);
}

static void test_frames_of_every_size(void)
{
	unsigned up = 0, down = 0;

	if (!runs(sizes))
		return;
	for (unsigned len = 14; len <= SIZES; len++) {
		up += told->sizes_up[len] == 1;
		down += told->sizes_down[len] == 1;
	}
	CU_ASSERT_EQUAL(up, SIZES - 13);
	CU_ASSERT_EQUAL(down, SIZES - 13);
	CU_ASSERT_EQUAL(told->wrong, 0);
	CU_ASSERT_EQUAL(told->dropped, 2);		/* one octet more than the MTU allows, each way */
}

static void test_two_ues_do_not_hear_each_other(void)
{
	runs(strangers);
}

/* Nothing of the handover is seen on the link. */
static void test_x2_on_command(void)
{
	uint64_t sum;

	if (!runs(commanded))
		return;
	print("X2 on command");
	CU_ASSERT(told->came == 1 && told->left == 0 && told->stations == 1);
	CU_ASSERT(told->events[NS3C_LTE_HANDOVER_START] == 1 && told->events[NS3C_LTE_HANDOVER_END] == 1);
	CU_ASSERT_EQUAL(told->cell, 1);
	CU_ASSERT(told->ended - told->begun > 2 * MOOR_MS && told->ended - told->begun < 20 * MOOR_MS);
	CU_ASSERT(told->gap_up > PERIOD && told->gap_up < 60 * MOOR_MS);
	CU_ASSERT(told->gap_down < 20 * MOOR_MS);		/* what came for it meanwhile went from eNB to eNB */
	sum = told->sum;
	CU_ASSERT_EQUAL(in_child(commanded), 0);
	CU_ASSERT_EQUAL(told->sum, sum);			/* each frame at the same instant */
}

static void test_x2_by_event_a3(void)
{
	if (!runs(walked))
		return;
	print("X2 by event A3");
	CU_ASSERT(told->came == 1 && told->left == 0 && told->stations == 1);
	CU_ASSERT(told->events[NS3C_LTE_HANDOVER_START] == 1 && told->events[NS3C_LTE_HANDOVER_END] == 1);
	CU_ASSERT_EQUAL(told->cell, 1);
	CU_ASSERT(told->begun > 2250 * MOOR_MS);		/* behind the middle: hysteresis and time to trigger */
	CU_ASSERT(told->up > 900 && told->down > 900);
}

static void test_a_radio_that_is_lost_and_found(void)
{
	if (!runs(lost))
		return;
	CU_ASSERT(told->came == 2 && told->left == 1 && told->stations == 3);
	CU_ASSERT_EQUAL(told->events[NS3C_LTE_CONNECTED], 2);
	CU_ASSERT_EQUAL(told->cell, 1);
	CU_ASSERT(told->gap_up > 2 * MOOR_S && told->gap_down > 2 * MOOR_S);
	CU_ASSERT(told->last_up > 6900 * MOOR_MS && told->last_down > 6900 * MOOR_MS);
}

/* What ns-3 would end the process for, and what no LTE can be. */
static int senseless(void)
{
	static const struct ns3c_xyz place = { 0, 0, 0 };
	const struct ns3c_xyz nowhere = { 0, (double)INFINITY, 0 };
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	struct ns3_engine *e = ns3_engine_new(n3, w, 1, NULL, NULL);
	struct ns3_lte_config good = { .radio = { .enbs = 1, .places = &place } }, none = { .radio = { .places = &place } },
		lost_enb = { .radio = { .enbs = 1, .places = &nowhere } }, late = good, strong = good;
	struct moor_link *l[] = {
		moor_link_new(w, "cable", LINK_P2P, &(struct link_params){ 0 }),
		moor_link_new(w, "slow", LINK_LAN, &(struct link_params){ .rate = 1 }),
		moor_link_new(w, "big", LINK_LAN, &(struct link_params){ .mtu = 1501 }),
		moor_link_new(w, "fine", LINK_LAN, &(struct link_params){ 0 }),
	};
	struct moor_port *p[] = { moor_port_new(moor_node_new(w, "a"), "lte", &gateway),
				  moor_port_new(moor_node_new(w, "b"), "lte", &gateway) };
	const struct ns3_waypoint point = { 0, place };
	const char *why;
	struct ns3_lte *lte;
	int taken = 0;

	late.core = -1;
	strong.radio.a3_hysteresis = 16;
	for (unsigned i = 0; i < 3; i++)
		taken += ns3_lte_new(n3, e, w, l[i], &good, &why) || !why;
	taken += ns3_lte_new(n3, e, w, l[3], &none, &why) || ns3_lte_new(n3, e, w, l[3], &lost_enb, &why) ||
		 ns3_lte_new(n3, e, w, l[3], &strong, &why) || ns3_lte_new(n3, e, w, l[3], &late, &why);
	lte = ns3_lte_new(n3, e, w, l[3], &good, &why);
	taken += !lte || !ns3_lte_ue(lte, p[0], &(struct ns3_way){ .n = 0 });
	taken += ns3_lte_ue(lte, p[1], &(struct ns3_way){ &point, 1 }) != NULL;
	taken += ns3_lte_ue(lte, p[0], &(struct ns3_way){ &point, 1 }) == NULL;		/* the same MAC address */
	taken += ns3_lte_new(n3, e, w, l[3], &good, &why) != NULL;	/* one in a simulation */
	ns3_engine_free(e);
	ns3_lte_free(lte);
	moor_world_free(w);
	return taken;
}

static void test_what_makes_no_sense_is_refused(void)
{
	runs(senseless);
}

static const struct harness_test tests[] = {
	{ "frames of every size", test_frames_of_every_size },
	{ "two UEs do not hear each other", test_two_ues_do_not_hear_each_other },
	{ "X2 on command", test_x2_on_command },
	{ "X2 by event A3", test_x2_by_event_a3 },
	{ "a radio that is lost and found", test_a_radio_that_is_lost_and_found },
	{ "what makes no sense is refused", test_what_makes_no_sense_is_refused },
};

int main(int argc, char **argv)
{
	n3 = ns3_library(&missing);
	told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return harness_main("lte_ns3", tests, G_N_ELEMENTS(tests), argc, argv);
}

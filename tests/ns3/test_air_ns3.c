/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Access links on ns-3's Wi-Fi: a port that walks past two access points is on the one's link and then on the other's,
 * with the gap that the policy of its station makes; the same again in a second process. One simulation a process.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns3/air.h"
#include "tests/ns3/library.h"
#include "world/record.h"
#include "world/timer.h"

#define PERIOD (10 * MOOR_MS)
#define END (11 * MOOR_S)

static const struct ns3c_table *n3;
static const char *missing;

/* What a walk was like. Times: the longest silence, and without a link. */
static struct walk {
	unsigned attached, detached, lost_beacons, beacons, probes, up, down, other;
	moor_time gap_up, gap_down, away, last_up, last_down, left;
	uint64_t sum;
} *told;

struct scene {
	struct moor_world *w;
	struct moor_timer timer;
	struct moor_link *cell[2];
	struct moor_port *hub[2], *mn, *other;
};

static const struct mac_addr gateway = { { 2, 0, 0, 0, 0, 0xfe } };
static const uint16_t channels[] = { 36, 40 };

static void note(moor_time now, moor_time *last, moor_time *gap)
{
	if (*last)
		*gap = MAX(*gap, now - *last);
	*last = now;
	told->sum = told->sum * 31 + (uint64_t)now;
}

static void hear(void *owner, struct moor_port *p, struct moor_pkt *pkt)
{
	struct scene *s = owner;
	moor_time now = moor_world_now(s->w);

	if (pkt->len != 114 || !pkt->as_sent)
		return;
	if (p == s->mn) {
		told->down++;
		note(now, &told->last_down, &told->gap_down);
	} else if (p == s->other) {
		told->other++;
	} else {
		told->up++;
		note(now, &told->last_up, &told->gap_up);
	}
}

static void carrier(void *owner, struct moor_port *p, bool up)
{
	struct scene *s = owner;
	moor_time now = moor_world_now(s->w);

	if (p != s->mn)
		return;
	told->attached += up;
	told->detached += !up;
	if (up && told->left)
		told->away = now - told->left;
	if (!up)
		told->left = now;
}

static void say(struct scene *s, struct moor_port *from, const struct mac_addr *to)
{
	struct moor_pkt *pkt;

	if (!moor_port_link(from))
		return;
	pkt = moor_pkt_new(s->w, 114);
	memset(pkt->data, 0x5a, 114);
	memcpy(pkt->data, to->o, 6);
	memcpy(pkt->data + 6, moor_port_mac(from)->o, 6);
	pkt->data[12] = 0x86;
	pkt->data[13] = 0xdd;
	moor_port_send(from, pkt);
}

static void speak(struct moor_world *w, struct moor_timer *t)
{
	struct scene *s = MOOR_CONTAINER(t, struct scene, timer);

	say(s, s->mn, &gateway);
	say(s, s->mn, moor_port_mac(s->other));		/* isolated: it must not hear that */
	for (unsigned i = 0; i < 2; i++)
		say(s, s->hub[i], moor_port_mac(s->mn));
	moor_timer_in(w, t, PERIOD, speak);
}

static void radio(void *ctx, struct moor_port *p, moor_time at, const struct ns3c_wifi_info *info)
{
	struct scene *s = ctx;

	(void)at;
	if (p != s->mn)
		return;
	told->lost_beacons += info->event == NS3C_WIFI_BEACONS_LOST;
	told->beacons += info->event == NS3C_WIFI_BEACON;
	told->probes += info->event == NS3C_WIFI_PROBE;
}

static struct moor_port *node(struct scene *s, const char *name, const struct mac_addr *mac)
{
	struct moor_port *p = moor_port_new(moor_node_new(s->w, name), "wlan", mac);

	moor_port_handlers(p, hear, carrier, s);
	return p;
}

/* Past two access points, 100 m apart, at 10 m/s; another station stays with the first. */
static int walk(const char *standard, uint16_t second_channel, struct ns3_sta sta)
{
	struct scene s = { .w = moor_world_new(&(struct moor_world_config){ .seed = 1 }) };
	struct ns3_engine *e = ns3_engine_new(n3, s.w, 1, NULL, NULL);
	struct ns3_air *a = ns3_air_new(n3, e, s.w, standard, "campus", radio, &s);
	struct ns3_sta resting = { .at = { 5, 5, 0 }, .channel = 36 };
	int wrong = 0;

	for (unsigned i = 0; i < 2; i++) {
		struct ns3_ap ap = { .at = { 100.0 * i, 0, 0 }, .channel = i ? second_channel : 36 };

		s.cell[i] = moor_link_new(s.w, i ? "cell2" : "cell1", LINK_LAN, &(struct link_params){ 0 });
		moor_link_isolate(s.cell[i], true);
		s.hub[i] = node(&s, i ? "mag2" : "mag1", &gateway);
		moor_link_attach(s.cell[i], s.hub[i], true);
		wrong += ns3_air_cell(a, s.cell[i], &ap) != NULL;
	}
	s.mn = node(&s, "mn", &(struct mac_addr){ { 2, 0, 0, 0, 0, 1 } });
	s.other = node(&s, "other", &(struct mac_addr){ { 2, 0, 0, 0, 0, 2 } });
	sta.at = (struct ns3c_xyz){ 0, 5, 0 };
	sta.velocity = (struct ns3c_xyz){ 10, 0, 0 };
	sta.channel = 36;
	wrong += ns3_air_station(a, s.mn, &sta) != NULL;
	wrong += ns3_air_station(a, s.other, &resting) != NULL;
	wrong += ns3_air_station(a, s.mn, &sta) == NULL;		/* two with one address */
	ns3_engine_run(e, MOOR_S, NULL);
	wrong += moor_port_link(s.mn) != NULL || told->attached;	/* not switched on yet */
	moor_link_attach(s.cell[1], s.mn, false);			/* the radio knows better */
	moor_link_attach(s.cell[0], s.other, false);
	moor_timer_in(s.w, &s.timer, PERIOD, speak);
	ns3_engine_run(e, 2 * MOOR_S, NULL);
	wrong += moor_port_link(s.mn) != s.cell[0];
	ns3_engine_run(e, END, NULL);
	wrong += moor_port_link(s.mn) != s.cell[1] || moor_port_link(s.other) != s.cell[0] || told->other;
	moor_link_detach(s.mn);						/* switched off */
	ns3_engine_run(e, END + MOOR_S, NULL);
	wrong += moor_port_link(s.mn) != NULL || moor_world_leaks(s.w, NULL);
	ns3_engine_free(e);
	ns3_air_free(a);
	moor_world_free(s.w);
	return wrong;
}

static int missed(void) { return walk("a", 36, (struct ns3_sta){ .missed_beacons = 3 }); }

static int by_snr(void)
{
	return walk("a", 40, (struct ns3_sta){ .roaming = NS3_ROAM_SNR, .snr = 12.2, .scan = NS3C_SCAN_ACTIVE,
					       .channels = channels, .n_channels = 2 });
}

static int senseless(void)
{
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	struct ns3_engine *e = ns3_engine_new(n3, w, 1, NULL, NULL);
	struct ns3_air *a = ns3_air_new(n3, e, w, "a", "campus", NULL, NULL);
	struct moor_link *cable = moor_link_new(w, "cable", LINK_P2P, &(struct link_params){ 0 }),
		*slow = moor_link_new(w, "slow", LINK_LAN, &(struct link_params){ .rate = 1 }),
		*fine = moor_link_new(w, "fine", LINK_LAN, &(struct link_params){ 0 });
	struct moor_port *p = moor_port_new(moor_node_new(w, "n"), "wlan", &gateway);
	struct ns3_sta sta = { .roaming = NS3_ROAM_SNR, .channel = 36 }, nowhere = { .channel = 36, .at = { 1e300, 0, 0 } };
	int taken = ns3_air_new(n3, e, w, "z", "campus", NULL, NULL) != NULL;

	taken += !ns3_air_cell(a, cable, &(struct ns3_ap){ .channel = 36 });
	taken += !ns3_air_cell(a, slow, &(struct ns3_ap){ .channel = 36 });
	taken += !ns3_air_cell(a, fine, &(struct ns3_ap){ .channel = 37 });
	taken += !ns3_air_station(a, p, &sta);
	taken += !ns3_air_station(a, p, &nowhere);
	ns3_engine_free(e);
	ns3_air_free(a);
	moor_world_free(w);
	return taken;
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

/* Attached to the wrong cell, which is put right unseen, and once from cell to cell; then switched off. */
static void print(const char *policy)
{
	printf("%s: %.1f ms without a link, silence %.1f ms up, %.1f ms down; %u frames up, %u down\n", policy,
	       (double)told->away / MOOR_MS, (double)told->gap_up / MOOR_MS, (double)told->gap_down / MOOR_MS, told->up,
	       told->down);
}

static void test_a_station_that_misses_beacons(void)
{
	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	CU_ASSERT_EQUAL(in_child(missed), 0);
	print("three beacons missed, passive");
	CU_ASSERT(told->attached == 2 && told->detached == 2 && told->lost_beacons == 1);
	CU_ASSERT(told->away > 50 * MOOR_MS && told->away < 200 * MOOR_MS);
	CU_ASSERT(told->gap_up > 250 * MOOR_MS && told->gap_up < 600 * MOOR_MS);
	CU_ASSERT(told->gap_down > 250 * MOOR_MS && told->gap_down < 600 * MOOR_MS);
	CU_ASSERT(told->up > 800 && told->down > 800);
}

static void test_a_station_that_goes_by_the_signal(void)
{
	uint64_t sum;

	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	CU_ASSERT_EQUAL(in_child(by_snr), 0);
	print("SNR below 12.2 dB, active");
	CU_ASSERT(told->attached == 2 && told->detached == 2);
	CU_ASSERT(told->lost_beacons == 0 && told->probes >= 2);
	CU_ASSERT(told->away > 10 * MOOR_MS && told->away < 40 * MOOR_MS);
	CU_ASSERT(told->gap_up < 100 * MOOR_MS && told->gap_down < 100 * MOOR_MS);
	sum = told->sum;
	CU_ASSERT_EQUAL(in_child(by_snr), 0);
	CU_ASSERT_EQUAL(told->sum, sum);		/* each frame at the same instant */
}

static void test_what_makes_no_sense_is_refused(void)
{
	if (missing)
		harness_skip("%s", missing);
	else
		CU_ASSERT_EQUAL(in_child(senseless), 0);
}

static const struct harness_test tests[] = {
	{ "a station that misses beacons", test_a_station_that_misses_beacons },
	{ "a station that goes by the signal", test_a_station_that_goes_by_the_signal },
	{ "what makes no sense is refused", test_what_makes_no_sense_is_refused },
};

int main(int argc, char **argv)
{
	n3 = ns3_library(&missing);
	told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return harness_main("air_ns3", tests, G_N_ELEMENTS(tests), argc, argv);
}

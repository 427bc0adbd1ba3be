/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns-3 through its C API, as a program uses it that loads the library: time, timers, wires, Wi-Fi, LTE, and everything
 * that would end the process in ns-3 and is an error here. One simulation a process: every test is a child.
 */
#include "tests/unit/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ns3/ns3c_table.h"
#include "tests/ns3/library.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
enum { ETH = 14, SHORT = 60 };
#define MARK UINT64_C(0x123456789abcdef0)

static const struct ns3c_table *n3;
static const char *missing;
static int wrong;		/* of a child */

#define WANT(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #what, n3->error_text_()); \
			wrong++; \
		} \
	} while (0)

/* The child's status; its complaints are on standard error. */
static int child(void (*fn)(void))
{
	struct ns3c_config c = { .seed = 1, .run = 1 };
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		WANT(n3->init_(&c) == NS3C_OK);
		fn();
		n3->end_();
		_exit(wrong != 0);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void run(void (*fn)(void))
{
	if (missing)
		harness_skip("%s", missing);
	else
		CU_ASSERT_EQUAL(child(fn), 0);
}

#define TEST(name) \
	static void in_##name(void); \
	static void name(void) { run(in_##name); } \
	static void in_##name(void)

/* ---- what tests share -------------------------------------------------------------------------------------------- */

struct ear { unsigned n; int64_t at, gap; size_t len; uint64_t mark; uint8_t frame[1600]; };

static void hear(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	struct ear *e = arg;

	(void)p;
	if (e->n++)
		e->gap = MAX(e->gap, n3->now_() - e->at);
	e->at = n3->now_();
	e->len = len;
	e->mark = mark;
	memcpy(e->frame, frame, MIN(len, sizeof e->frame));
}

static size_t frame_to(uint8_t *f, const struct ns3c_port *from, const struct ns3c_port *to, uint16_t type, size_t len)
{
	memset(f, 0x5a, len);
	memset(f, 0xff, 6);
	if (to)
		n3->port_mac_(to, f);
	n3->port_mac_(from, f + 6);
	f[12] = (uint8_t)(type >> 8);
	f[13] = (uint8_t)type;
	return len;
}

static int say(struct ns3c_port *from, struct ns3c_port *to, size_t len)
{
	uint8_t f[1600];

	return n3->port_send_(from, f, frame_to(f, from, to, 0x86dd, len), MARK);
}

static struct ns3c_node *placed(const char *name, double x, double y)
{
	struct ns3c_node *n = n3->node_new_(name);

	WANT(n3->node_place_(n, (struct ns3c_xyz){ x, y, 0 }) == NS3C_OK);
	return n;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static char order[64];
static struct ns3c_timer late, second;

static char letter[128];		/* one octet for each, told from one another by their places */

static void note(void *arg)
{
	size_t n = strlen(order);

	order[n] = (char)((char *)arg - letter);
}

static void note_and_arm(void *arg)
{
	note(arg);
	WANT(!n3->timer_pending_(&late));
	WANT(n3->timer_set_(&late, 0, note, &letter['z']) == NS3C_OK);	/* behind what is due now already */
}

TEST(a_run_ends_before_its_time)
{
	struct ns3c_timer a = { 0 }, b = { 0 }, c = { 0 };

	n3->timer_set_(&a, 10, note, &letter['a']);
	n3->timer_set_(&b, 20, note, &letter['b']);
	WANT(n3->run_until_(20) == NS3C_OK);
	WANT(n3->now_() == 20 && !strcmp(order, "a"));
	n3->timer_set_(&c, 0, note, &letter['c']);
	WANT(n3->run_until_(20) == NS3C_OK && !strcmp(order, "a"));
	WANT(n3->run_until_(21) == NS3C_OK && !strcmp(order, "abc"));
	WANT(n3->run_until_(5) == NS3C_BAD_ARGUMENT);
	WANT(n3->now_() == 21);
}

TEST(timers_keep_the_order_in_which_they_were_set)
{
	struct ns3c_timer a = { 0 }, c = { 0 };

	n3->timer_set_(&late, 5, note_and_arm, &letter['l']);
	n3->timer_set_(&a, 5, note, &letter['a']);
	n3->timer_set_(&second, 5, note, &letter['s']);
	n3->timer_set_(&c, 5, note, &letter['c']);
	n3->timer_set_(&a, 5, note, &letter['a']);	/* anew: last */
	n3->timer_cancel_(&second);
	n3->timer_cancel_(&second);
	WANT(!n3->timer_pending_(&second) && n3->timer_pending_(&a));
	n3->run_until_(6);
	WANT(!strcmp(order, "lcaz"));
	WANT(n3->timer_set_(&a, -1, note, NULL) == NS3C_BAD_ARGUMENT);
	WANT(n3->timer_set_(&a, 1, NULL, NULL) == NS3C_BAD_ARGUMENT);
}

static void stop(void *arg)
{
	(void)arg;
	n3->stop_();
}

TEST(a_stopped_run_goes_on)
{
	struct ns3c_timer a = { 0 }, b = { 0 };

	n3->timer_set_(&a, 10, stop, NULL);
	n3->timer_set_(&b, 20, note, &letter['b']);
	n3->run_until_(100);
	WANT(n3->now_() == 10 && !*order);
	n3->run_until_(100);
	WANT(n3->now_() == 100 && !strcmp(order, "b"));
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

TEST(what_ns3_would_die_of_is_an_error)
{
	struct ns3c_node *a = n3->node_new_("a");
	struct ns3c_port *p[2], *twice[2];

	WANT(!n3->node_new_("a") && !n3->node_new_("") && !n3->node_new_(NULL));
	WANT(n3->default_("ns3::CsmaNetDevice::Mtu", "xyz") == NS3C_BAD_VALUE);
	WANT(n3->default_("ns3::CsmaNetDevice::Mtuu", "1400") == NS3C_NO_SUCH);
	WANT(n3->default_("ns3::Nothing::Mtu", "1400") == NS3C_NO_SUCH);
	WANT(n3->default_("Mtu", "1400") == NS3C_BAD_ARGUMENT);
	WANT(n3->default_("ns3::CsmaChannel::Delay", "1furlong") == NS3C_BAD_VALUE);
	WANT(n3->default_("ns3::PointToPointNetDevice::DataRate", "fast") == NS3C_BAD_VALUE);
	WANT(n3->attribute_check_("ns3::WifiPhy", "ChannelSettings", "{36, 20") == NS3C_BAD_VALUE);
	WANT(n3->default_("ns3::CsmaNetDevice::Mtu", "1400") == NS3C_OK);
	WANT(n3->p2p_(a, a, 1000, 0, p) == NS3C_BAD_ARGUMENT);
	WANT(n3->p2p_(a, n3->node_new_("b"), 0, 0, p) == NS3C_BAD_ARGUMENT);
	WANT(n3->p2p_(a, n3->node_new_("c"), 1000, -1, p) == NS3C_BAD_ARGUMENT);
	WANT(n3->p2p_(a, n3->node_new_("d"), 1000, 0, p) == NS3C_OK);
	WANT(n3->port_attribute_(p[0], "Mtu", "many") == NS3C_BAD_VALUE);
	WANT(n3->port_set_mtu_(p[0], 10) == NS3C_BAD_ARGUMENT);
	WANT(n3->port_queue_(p[0], 0) == NS3C_BAD_ARGUMENT);
	WANT(n3->port_pcap_(p[0], "/no/such/folder/x.pcap") == NS3C_BAD_ARGUMENT);
	twice[0] = twice[1] = n3->csma_attach_(a, n3->csma_channel_(1000000, 0));
	WANT(!n3->bridge_(a, twice, 2) && !n3->bridge_(a, p, 1) && !n3->bridge_(a, NULL, 0));
	WANT(!n3->fd_(a, -1, (const uint8_t[6]){ 2 }));
	WANT(n3->init_(&(struct ns3c_config){ .seed = 1 }) == NS3C_BAD_STATE);
	WANT(*n3->error_text_() != '\0');
}

TEST(numbers_that_are_no_places_are_errors)
{
	struct ns3c_node *a = n3->node_new_("a"), *b = n3->node_new_("b");
	struct ns3c_xyz at;

	WANT(n3->node_place_(a, (struct ns3c_xyz){ NAN, 0, 0 }) == NS3C_BAD_ARGUMENT);
	WANT(n3->node_place_(a, (struct ns3c_xyz){ INFINITY, 0, 0 }) == NS3C_BAD_ARGUMENT);
	WANT(n3->node_velocity_(a, (struct ns3c_xyz){ 1, 0, 0 }) == NS3C_BAD_STATE);
	WANT(n3->node_position_(a, &at) == NS3C_BAD_STATE);
	WANT(n3->node_place_(a, (struct ns3c_xyz){ 1, 2, 3 }) == NS3C_OK);
	WANT(n3->node_velocity_(a, (struct ns3c_xyz){ 10, 0, 0 }) == NS3C_OK);
	WANT(n3->node_waypoint_(a, S, (struct ns3c_xyz){ 0, 0, 0 }) == NS3C_BAD_STATE);
	WANT(n3->node_waypoint_(b, 0, (struct ns3c_xyz){ 0, 0, 0 }) == NS3C_OK);
	WANT(n3->node_waypoint_(b, 10 * S, (struct ns3c_xyz){ 100, 0, 0 }) == NS3C_OK);
	WANT(n3->node_waypoint_(b, 10 * S, (struct ns3c_xyz){ 100, 0, 0 }) == NS3C_BAD_ARGUMENT);
	n3->run_until_(5 * S);
	WANT(n3->node_position_(a, &at) == NS3C_OK && fabs(at.x - 51) < 1e-6 && at.z == 3);
	WANT(n3->node_position_(b, &at) == NS3C_OK && fabs(at.x - 50) < 1e-6);
}

TEST(stations_of_one_address_are_an_error)
{
	struct ns3c_wifi *w = n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = "a" });
	struct ns3c_wifi *elsewhere = n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = "a" });
	const struct ns3c_sta_config sta = { .ssid = "x", .channel = 36 };
	struct ns3c_port *a, *b, *c;
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 7 }, group[6] = { 3, 0, 0, 0, 0, 7 };
	uint8_t kept[6];

	a = n3->wifi_sta_(placed("a", 0, 0), w, &sta);
	b = n3->wifi_sta_(placed("b", 1, 0), w, &sta);
	c = n3->wifi_sta_(placed("c", 2, 0), elsewhere, &sta);
	WANT(n3->port_set_mac_(a, mac) == NS3C_OK && n3->port_set_mac_(a, mac) == NS3C_OK);
	WANT(n3->port_set_mac_(b, mac) == NS3C_BAD_ARGUMENT && strstr(n3->error_text_(), "that of a"));
	n3->port_mac_(b, kept);
	WANT(memcmp(kept, mac, sizeof mac));
	WANT(n3->port_set_mac_(b, group) == NS3C_BAD_ARGUMENT);
	WANT(n3->port_set_mac_(c, mac) == NS3C_OK);
}

/* What is handed over as a device of the kernel, in a simulation of real time. */
static void in_realtime(void)
{
	struct ns3c_config c = { .seed = 1, .run = 1, .realtime = true };
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, group[6] = { 1, 0, 0, 0, 0, 1 };
	int pipes[2], pair[2], file = fileno(tmpfile()), stream[2];
	struct ns3c_node *n;

	WANT(!pipe(pipes) && !socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) && !socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
	WANT(n3->init_(&c) == NS3C_OK);
	n = n3->node_new_("n");
	WANT(!n3->fd_(n, -1, mac) && !n3->fd_(n, 1000, mac) && !n3->fd_(n, pipes[0], mac) && !n3->fd_(n, file, mac));
	WANT(strstr(n3->error_text_(), "neither a TAP"));
	WANT(!n3->fd_(n, stream[0], mac) && !n3->fd_(NULL, pair[0], mac) && !n3->fd_(n, pair[0], NULL));
	WANT(!n3->fd_(n, pair[0], group));
	WANT(n3->fd_(n, pair[0], mac) != NULL);
	WANT(n3->run_until_(MS) == NS3C_OK);
	n3->end_();
	_exit(wrong != 0);
}

static void what_is_no_device_is_an_error(void)
{
	int status = 0;
	pid_t pid;

	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	fflush(NULL);
	pid = fork();
	if (!pid)
		in_realtime();
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
}

static void fatal(void *ctx, const char *reason)
{
	(void)write(*(int *)ctx, reason, strlen(reason));
}

/* ns-3 gives up where nothing could be looked at before: the program writes down what it has, and exits with 70. */
static void test_a_fatal_error_is_told_first(void)
{
	int pipes[2], status;
	char text[200] = "";
	pid_t pid;

	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	CU_ASSERT(!pipe(pipes));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct ns3c_config c = { .seed = 1, .run = 1, .fatal = fatal, .ctx = &pipes[1] };

		n3->init_(&c);
		(void)!freopen("/dev/null", "w", stderr);
		/* a number, as the attribute asks for, but none of the bandwidths that there are */
		n3->default_("ns3::ComponentCarrier::DlBandwidth", "7");
		n3->default_("ns3::LteEnbNetDevice::DlBandwidth", "7");
		n3->lte_new_(&(struct ns3c_lte_config){ .enbs = 1, .places = &(struct ns3c_xyz){ 0, 0, 0 } });
		_exit(1);
	}
	close(pipes[1]);
	waitpid(pid, &status, 0);
	CU_ASSERT(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 70);
	CU_ASSERT(read(pipes[0], text, sizeof text - 1) > 10);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "invalid bandwidth value 7 (lte-"));
	close(pipes[0]);
}

/* ---- wires ------------------------------------------------------------------------------------------------------- */

TEST(a_cable_takes_its_time_and_keeps_every_octet)
{
	struct ns3c_port *p[2];
	struct ear e = { 0 };
	uint8_t f[114];

	WANT(n3->p2p_(n3->node_new_("a"), n3->node_new_("b"), 1000000000, 5 * MS, p) == NS3C_OK);
	n3->port_on_frame_(p[1], hear, &e);
	frame_to(f, p[0], p[1], 0x0806, sizeof f);		/* a type that ns-3's link does not know */
	WANT(n3->port_send_(p[0], f, sizeof f, 7) == NS3C_OK);
	n3->run_until_(S);
	WANT(e.n == 1 && e.at == 5 * MS + 816);			/* 100 octets and two of PPP at 1 Gbit/s */
	WANT(e.len == sizeof f && e.mark == 7 && !memcmp(e.frame, f, sizeof f));
	WANT(n3->port_send_(p[0], f, 13, 0) == NS3C_BAD_ARGUMENT);
	WANT(say(p[0], p[1], ETH + 1501) == NS3C_BAD_ARGUMENT);
	WANT(n3->port_enable_(p[1], false) == NS3C_OK && !n3->port_up_(p[1]));
	WANT(say(p[0], p[1], SHORT) == NS3C_OK);
	n3->run_until_(2 * S);
	WANT(e.n == 1);
	WANT(n3->port_stats_(p[0]).out == 2 && n3->port_stats_(p[1]).in == 1);
}

TEST(a_queue_that_is_full_loses_packets)
{
	struct ns3c_port *p[2];
	struct ear e = { 0 };
	unsigned refused = 0;

	n3->p2p_(n3->node_new_("a"), n3->node_new_("b"), 1000000, 0, p);
	n3->port_on_frame_(p[1], hear, &e);
	WANT(n3->port_queue_(p[0], 10) == NS3C_OK);
	for (unsigned k = 0; k < 20; k++)
		refused += say(p[0], p[1], 1000) == NS3C_REFUSED;
	n3->run_until_(S);
	WANT(e.n == 11 && refused == 9 && n3->port_stats_(p[0]).refused == 9);
}

TEST(a_wire_for_all_and_a_bridge)
{
	struct ns3c_channel *left = n3->csma_channel_(100000000, 1000), *right = n3->csma_channel_(100000000, 1000);
	struct ns3c_node *a = n3->node_new_("a"), *b = n3->node_new_("b"), *c = n3->node_new_("c");
	struct ns3c_port *pa = n3->csma_attach_(a, left), *pb = n3->csma_attach_(b, right), *two[2], *bridge;
	struct ear ea = { 0 }, eb = { 0 }, ec = { 0 };

	two[0] = n3->csma_attach_(c, left);
	two[1] = n3->csma_attach_(c, right);
	bridge = n3->bridge_(c, two, 2);
	WANT(bridge != NULL);
	n3->port_on_frame_(pa, hear, &ea);
	n3->port_on_frame_(pb, hear, &eb);
	n3->port_on_frame_(bridge, hear, &ec);
	WANT(say(two[0], pb, SHORT) == NS3C_BAD_STATE);
	say(pa, pb, SHORT);
	n3->run_until_(10 * MS);
	WANT(eb.n == 1 && ec.n == 0 && eb.len == SHORT && eb.mark == MARK);
	WANT(n3->port_promiscuous_(bridge, true) == NS3C_OK);
	say(pb, NULL, SHORT);
	n3->run_until_(20 * MS);
	WANT(ea.n == 1 && ec.n == 1 && ea.frame[0] == 0xff);
}

/* ---- radio ------------------------------------------------------------------------------------------------------- */

struct walk {
	struct ns3c_port *sta, *ap[2];
	struct ns3c_timer timer;
	struct ear up;
	unsigned joined, lost, beacons, probes;
	double roam_below;		/* dB; 0: by lost beacons */
	int64_t left, away;		/* the longest time without an access point */
};

static void on_wifi(void *arg, struct ns3c_port *p, const struct ns3c_wifi_info *i)
{
	struct walk *w = arg;

	if (p != w->sta)
		return;
	w->joined += i->event == NS3C_WIFI_ASSOCIATED;
	w->lost += i->event == NS3C_WIFI_BEACONS_LOST;
	w->probes += i->event == NS3C_WIFI_PROBE;
	w->beacons += i->event == NS3C_WIFI_BEACON;
	if (i->event == NS3C_WIFI_LEFT)
		w->left = n3->now_();
	if (i->event == NS3C_WIFI_ASSOCIATED && w->joined > 1)
		w->away = MAX(w->away, n3->now_() - w->left);
	if (i->event == NS3C_WIFI_BEACON && i->snr < w->roam_below)
		WANT(n3->wifi_roam_(w->sta, 0) == NS3C_OK);
}

static void speak(void *arg)
{
	struct walk *w = arg;

	say(w->sta, NULL, 114);
	n3->timer_set_(&w->timer, 10 * MS, speak, w);
}

/* Past two access points, 100 m apart, at 10 m/s. */
static void walk(struct walk *w, const char *standard, uint16_t second_channel, struct ns3c_sta_config sta)
{
	struct ns3c_wifi *medium = n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = standard });
	struct ns3c_node *n;

	for (unsigned k = 0; k < 2; k++) {
		n = placed(k ? "ap2" : "ap1", 100.0 * k, 0);
		w->ap[k] = n3->wifi_ap_(n, medium, &(struct ns3c_ap_config){ .ssid = "x", .channel = k ? second_channel : 36 });
		WANT(w->ap[k] != NULL);
		n3->wifi_on_event_(w->ap[k], on_wifi, w);
		n3->port_on_frame_(w->ap[k], hear, &w->up);
	}
	n = placed("sta", 0, 5);
	sta.ssid = "x";
	sta.channel = 36;
	w->sta = n3->wifi_sta_(n, medium, &sta);
	WANT(w->sta != NULL);
	n3->wifi_on_event_(w->sta, on_wifi, w);
	n3->node_velocity_(n, (struct ns3c_xyz){ 10, 0, 0 });
	n3->timer_set_(&w->timer, S, speak, w);
	n3->run_until_(10 * S);
	WANT(w->joined == 2 && w->beacons > 50);
	WANT(w->up.n > 700 && w->up.mark == MARK);
}

static const uint16_t two_channels[] = { 36, 40 };

TEST(a_station_that_misses_beacons_joins_another_access_point)
{
	struct walk w = { 0 };

	walk(&w, "802.11a", 36, (struct ns3c_sta_config){ .missed_beacons = 10 });
	WANT(w.lost == 1);
	WANT(w.away > 100 * MS && w.away < 130 * MS);		/* a passive scan of a beacon interval */
	WANT(w.up.gap > 900 * MS && w.up.gap < 1300 * MS);	/* ten beacons more */
}

TEST(a_station_that_misses_fewer_beacons_is_sooner_back)
{
	struct walk w = { 0 };

	walk(&w, "802.11a", 36, (struct ns3c_sta_config){ .missed_beacons = 3, .scan = NS3C_SCAN_ACTIVE });
	WANT(w.lost == 1 && w.away < 80 * MS && w.up.gap < 450 * MS);
}

TEST(a_station_with_a_list_of_channels_finds_the_other_channel)
{
	struct walk w = { 0 };

	walk(&w, "802.11a", 40, (struct ns3c_sta_config){ .scan_channels = two_channels, .n_scan_channels = 2 });
	WANT(w.lost == 1 && w.away > 200 * MS && w.away < 250 * MS);
}

TEST(a_station_told_to_roam_by_the_signal_is_hardly_away)
{
	struct walk w = { .roam_below = 12.4 };

	walk(&w, "ax", 40, (struct ns3c_sta_config){ .scan_channels = two_channels, .n_scan_channels = 2,
						     .scan = NS3C_SCAN_ACTIVE });
	WANT(w.lost == 0 && w.probes >= 2 && w.away < 30 * MS && w.up.gap < 100 * MS);
}

TEST(radio_without_sense_is_an_error)
{
	struct ns3c_wifi *w = n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = "a" });
	struct ns3c_node *n = placed("n", 0, 0), *nowhere = n3->node_new_("nowhere");
	struct ns3c_port *sta;

	WANT(!n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = "z" }));
	WANT(!n3->wifi_new_(&(struct ns3c_wifi_config){ .standard = "a", .rate_manager = "ns3::Node" }));
	WANT(!n3->wifi_ap_(n, w, &(struct ns3c_ap_config){ .ssid = "x", .channel = 37 }));
	WANT(!n3->wifi_ap_(n, w, &(struct ns3c_ap_config){ .ssid = "", .channel = 36 }));
	WANT(!n3->wifi_ap_(nowhere, w, &(struct ns3c_ap_config){ .ssid = "x", .channel = 36 }));
	WANT(!n3->wifi_ap_(n, w, &(struct ns3c_ap_config){ .ssid = "x", .channel = 36, .beacon = 100 * MS }));
	WANT(!n3->wifi_ap_(n, w, &(struct ns3c_ap_config){ .ssid = "x", .channel = 36, .power = NAN }));
	sta = n3->wifi_sta_(n, w, &(struct ns3c_sta_config){ .ssid = "x", .channel = 36 });
	WANT(sta != NULL);
	WANT(n3->wifi_roam_(sta, 0) == NS3C_UNSUPPORTED && n3->wifi_roam_(sta, 37) == NS3C_BAD_ARGUMENT);
	WANT(n3->port_enable_(sta, false) == NS3C_UNSUPPORTED && !n3->port_up_(sta));
	WANT(!n3->wifi_associated_(sta, NULL));
}

static unsigned events[NS3C_LTE_RADIO_LOST + 1];

static void on_lte(void *arg, struct ns3c_port *p, enum ns3c_lte_event e, uint16_t cell)
{
	(void)arg, (void)p, (void)cell;
	events[e]++;
}

static struct ns3c_port *lte_ue, *lte_sgi;

static void both_ways(void *arg)
{
	static struct ns3c_timer t;

	say(lte_ue, lte_sgi, 114);
	say(lte_sgi, lte_ue, 114);
	n3->timer_set_(&t, 10 * MS, both_ways, arg);
}

TEST(a_ue_is_handed_over_between_cells)
{
	static const struct ns3c_xyz places[] = { { 0, 0, 0 }, { 500, 0, 0 } };
	struct ns3c_lte *l = n3->lte_new_(&(struct ns3c_lte_config){ .enbs = 2, .places = places, .a3 = true });
	struct ns3c_node *n = placed("ue", 100, 0);
	struct ns3c_timer t = { 0 };
	struct ear up = { 0 }, down = { 0 };

	lte_ue = n3->lte_ue_(n, l);
	lte_sgi = n3->lte_sgi_(n3->node_new_("gw"), l, 1000000000, MS);
	WANT(lte_ue && lte_sgi);
	WANT(!n3->lte_sgi_(n, l, 1000000000, MS) && !n3->lte_ue_(n3->node_new_("nowhere"), l));
	WANT(n3->lte_handover_(lte_ue, 1) == NS3C_BAD_STATE && n3->lte_handover_(lte_ue, 2) == NS3C_BAD_ARGUMENT);
	n3->lte_on_event_(lte_ue, on_lte, NULL);
	n3->port_on_frame_(lte_sgi, hear, &up);
	n3->port_on_frame_(lte_ue, hear, &down);
	n3->node_velocity_(n, (struct ns3c_xyz){ 30, 0, 0 });
	n3->timer_set_(&t, S, both_ways, NULL);
	n3->run_until_(10 * S);
	WANT(events[NS3C_LTE_CONNECTED] == 1 && events[NS3C_LTE_HANDOVER_START] == 1 && events[NS3C_LTE_HANDOVER_END] == 1);
	WANT(up.n > 880 && down.n > 880 && up.len == 114 && up.frame[20] == 0x5a);
	WANT(up.mark == MARK && down.mark == MARK);
	WANT(up.gap < 50 * MS && down.gap < 200 * MS);
}

static const struct harness_test tests[] = {
	{ "a run ends before its time", a_run_ends_before_its_time },
	{ "timers keep the order in which they were set", timers_keep_the_order_in_which_they_were_set },
	{ "a stopped run goes on", a_stopped_run_goes_on },
	{ "what ns-3 would die of is an error", what_ns3_would_die_of_is_an_error },
	{ "numbers that are no places are errors", numbers_that_are_no_places_are_errors },
	{ "stations of one address are an error", stations_of_one_address_are_an_error },
	{ "what is no device is an error", what_is_no_device_is_an_error },
	{ "a fatal error is told first", test_a_fatal_error_is_told_first },
	{ "a cable takes its time and keeps every octet", a_cable_takes_its_time_and_keeps_every_octet },
	{ "a queue that is full loses packets", a_queue_that_is_full_loses_packets },
	{ "a wire for all, and a bridge", a_wire_for_all_and_a_bridge },
	{ "a station that misses beacons joins another access point",
	  a_station_that_misses_beacons_joins_another_access_point },
	{ "a station that misses fewer beacons is sooner back", a_station_that_misses_fewer_beacons_is_sooner_back },
	{ "a station with a list of channels finds the other channel",
	  a_station_with_a_list_of_channels_finds_the_other_channel },
	{ "a station told to roam by the signal is hardly away", a_station_told_to_roam_by_the_signal_is_hardly_away },
	{ "radio without sense is an error", radio_without_sense_is_an_error },
	{ "a UE is handed over between cells", a_ue_is_handed_over_between_cells },
};

int main(int argc, char **argv)
{
	n3 = ns3_library(&missing);
	return harness_main("ns3c", tests, G_N_ELEMENTS(tests), argc, argv);
}

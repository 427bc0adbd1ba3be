/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live engine in namespaces of its own: time, devices of each kind against the kernel's stack, devices that go
 * away,
 * and a plain kernel host as mobile node between two MAGs. Skipped where namespaces are refused.
 */
#include "tests/unit/harness.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <string.h>
#include <unistd.h>

#include "emu/live.h"
#include "emu/netns.h"
#include "entity/cn.h"
#include "entity/lma.h"
#include "entity/mag.h"
#include "entity/outside.h"
#include "net/net.h"
#include "world/link.h"
#include "world/timer.h"

static struct netns *peer;
static char *refused;

static bool ready(void)
{
	if (refused)
		harness_skip("%s", refused);
	return !refused;
}

static struct moor_world *world(struct live *l)
{
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1, .out = live_out, .ctx = l });

	live_attach(l, w);
	return w;
}

static struct ip6_addr a6(const char *text)
{
	struct ip6_addr a;

	CU_ASSERT(ip6_parse(text, &a));
	return a;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

struct ticks {
	struct moor_timer timer;
	unsigned n;
	gint64 begun;
	bool early;
};

static void tick(struct moor_world *w, struct moor_timer *t)
{
	struct ticks *k = MOOR_CONTAINER(t, struct ticks, timer);

	k->early |= (g_get_monotonic_time() - k->begun) * 1000 < moor_world_now(w) - 1000;
	if (++k->n < 20)
		moor_timer_in(w, t, 10 * MOOR_MS, tick);
}

static void test_nothing_runs_before_its_time(void)
{
	struct live *l = live_new();
	struct moor_world *w = world(l);
	struct ticks k = { .begun = g_get_monotonic_time() };
	struct live_lateness late;

	moor_timer_in(w, &k.timer, 10 * MOOR_MS, tick);
	CU_ASSERT_EQUAL(live_run(l, 300 * MOOR_MS, NULL), LIVE_DONE);
	CU_ASSERT(g_get_monotonic_time() - k.begun >= 300 * 1000);
	CU_ASSERT_EQUAL(k.n, 20);
	CU_ASSERT_FALSE(k.early);
	late = live_lateness(l);
	/* a machine that stood still ran several at once, or was late while nothing was due */
	CU_ASSERT(late.n == 20 || (late.n && late.max >= 10 * MOOR_MS));
	CU_ASSERT(late.p50 <= late.p99 && late.p99 <= late.max && late.max > 0);
	CU_ASSERT_EQUAL(live_late_between(l, 0, 300 * MOOR_MS), late.max);
	CU_ASSERT_EQUAL(live_late_between(l, 310 * MOOR_MS, MOOR_S), 0);
	moor_world_free(w);
	live_free(l);
}

static void count(void *ctx, const uint8_t *octets, size_t len)
{
	(void)octets;
	*(size_t *)ctx += len;
}

/* Parts that wait for others before the run turn the main context: what comes meanwhile moves no time. */
static void test_nothing_moves_time_before_the_run(void)
{
	struct live *l = live_new();
	struct moor_world *w = world(l);
	size_t heard = 0;
	int ends[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	live_watch(l, device_stream("early", ends[0], false), count, &heard);
	CU_ASSERT_EQUAL(send(ends[1], "early", 5, 0), 5);
	g_main_context_iteration(NULL, FALSE);
	CU_ASSERT_EQUAL(heard, 5);
	CU_ASSERT_EQUAL(moor_world_now(w), 0);
	CU_ASSERT_EQUAL(live_run(l, 20 * MOOR_MS, NULL), LIVE_DONE);
	CU_ASSERT_EQUAL(moor_world_now(w), 20 * MOOR_MS);
	close(ends[1]);
	moor_world_free(w);
	live_free(l);
}

/* A device that is read from inside of the world too. */
static struct {
	struct device *d;
	char first[4];			/* octet of each piece, in the order they came in */
	unsigned n;
} pieces;

static void piece(void *ctx, const uint8_t *octets, size_t len)
{
	(void)ctx;
	if (len && pieces.n < sizeof pieces.first)
		pieces.first[pieces.n++] = (char)*octets;
}

static void read_inside(struct moor_world *w, struct moor_timer *t)
{
	const uint8_t *octets;
	int n = device_read(pieces.d, &octets);

	(void)w, (void)t;
	if (n > 0)
		piece(NULL, octets, (size_t)n);
}

static gboolean oversleep(gpointer user)
{
	(void)user;
	g_usleep(30000);
	return G_SOURCE_REMOVE;
}

/* The world catches up between two of the main context's sources, and reads what one of them is about to. */
static void test_pieces_come_in_order(void)
{
	static const uint8_t much[65536] = "a";
	struct live *l = live_new();
	struct moor_world *w = world(l);
	struct moor_timer t = { 0 };
	int ends[2];

	pieces.n = 0;
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	CU_ASSERT(send(ends[1], much, sizeof much, 0) == sizeof much && send(ends[1], "b", 1, 0) == 1);
	pieces.d = device_stream("pieces", ends[0], false);
	g_timeout_add(0, oversleep, NULL);
	live_watch(l, pieces.d, piece, NULL);
	moor_timer_in(w, &t, 10 * MOOR_MS, read_inside);
	CU_ASSERT_EQUAL(live_run(l, 50 * MOOR_MS, NULL), LIVE_DONE);
	CU_ASSERT(pieces.n == 2 && pieces.first[0] == 'a' && pieces.first[1] == 'b');
	close(ends[1]);
	moor_world_free(w);
	live_free(l);
}

static volatile sig_atomic_t stop;

static void stop_now(struct moor_world *w, struct moor_timer *t)
{
	(void)w, (void)t;
	stop = 1;
}

static void test_a_stop_is_heard(void)
{
	struct live *l = live_new();
	struct moor_world *w = world(l);
	struct moor_timer t = { 0 };
	gint64 begun = g_get_monotonic_time();

	stop = 0;
	moor_timer_in(w, &t, 50 * MOOR_MS, stop_now);
	CU_ASSERT_EQUAL(live_run(l, 3600 * MOOR_S, &stop), LIVE_STOPPED);
	CU_ASSERT(g_get_monotonic_time() - begun < 20 * G_USEC_PER_SEC);
	moor_world_free(w);
	live_free(l);
}

/* ---- devices ----------------------------------------------------------------------------------------------------- */

static int code_of(GPid pid)
{
	int status = -1;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* A host of ours at 2001:db8::2 behind d; the kernel in `peer` has 2001:db8::1 and pings it. */
static void pinged(struct device *d)
{
	static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };
	const char *argv[] = { "ping", "-c", "3", "-i", "0.2", "-W", "2", "2001:db8::2", NULL };
	struct mac_addr mac = mac_from_u64(0x020000000002);
	struct ip6_addr ours = a6("2001:db8::2");
	struct live *l = live_new();
	struct moor_world *w = world(l);
	struct net_host *h = net_host_new(moor_node_new(w, "h"), &plain);
	struct net_iface *i = net_iface_new(h, "eth", &mac);
	struct device_stats s;
	GError *e = NULL;
	GPid pid;
	int out = g_file_open_tmp(NULL, NULL, NULL), code = -1;

	net_address_add(i, &ours, 64);
	live_port(l, net_iface_port(i), d, 1500);
	pid = netns_spawn(peer, argv, NULL, out, &e);
	CU_ASSERT(pid > 0);
	for (unsigned k = 0; k < 600 && code < 0; k++) {
		CU_ASSERT_EQUAL(live_run(l, moor_world_now(w) + 100 * MOOR_MS, NULL), LIVE_DONE);
		code = code_of(pid);
	}
	CU_ASSERT_EQUAL(code, 0);
	s = live_device_stats(l);
	CU_ASSERT(s.in >= 4 && s.out >= 4 && s.octets_in > s.in * 14);
	CU_ASSERT_EQUAL(s.lost_in, 0);
	close(out);
	moor_world_free(w);
	live_free(l);
}

static bool fine(bool ok, GError *e)
{
	CU_ASSERT(ok);
	if (e)
		g_printerr("%s\n", e->message);
	g_clear_error(&e);
	return ok;
}

static void test_the_kernel_pings_us_through_tap(void)
{
	struct device *d;
	GError *e = NULL;

	if (!ready())
		return;
	netns_go(peer);
	d = device_tap("tap0", &e);
	netns_home();
	if (fine(d && netns_ip(peer, "addr add 2001:db8::1/64 dev tap0 nodad\nlink set tap0 up\n", &e), e))
		pinged(d);
}

/* A tool that does not read what it is told, more than a pipe holds, ends with its error and not with our end. */
static void test_a_tool_that_does_not_read(void)
{
	static const char *const tool[] = { "true", NULL };
	char *much = g_strnfill(1 << 20, '#');
	GError *e = NULL;

	if (ready())
		fine(netns_tool(peer, tool, "coreutils", much, &e), e);
	g_free(much);
}

static bool wired(void)
{
	GError *e = NULL;

	return fine(netns_ip(peer, "link add w0 type veth peer name w1\naddr add 2001:db8::1/64 dev w0 nodad\n"
			     "link set w0 up\nlink set w1 up\n", &e), e);
}

static void test_the_kernel_pings_us_through_a_packet_socket(void)
{
	struct device *d;
	GError *e = NULL;

	if (!ready() || !wired())
		return;
	netns_go(peer);
	d = device_packet("w1", &e);
	netns_home();
	if (fine(d != NULL, e))
		pinged(d);
	fine(netns_ip(peer, "link del w0\n", NULL), NULL);
}

static void test_the_kernel_pings_us_through_pcap(void)
{
	struct device *d;
	GError *e = NULL;

	if (!ready() || !wired())
		return;
	netns_go(peer);
	d = device_pcap("w1", "icmp6", &e);
	netns_home();
	if (fine(d != NULL, e))
		pinged(d);
	fine(netns_ip(peer, "link del w0\n", NULL), NULL);
}

static void gone(void *ctx, struct moor_port *port, const char *device)
{
	unsigned *n = ctx;

	CU_ASSERT_FALSE(moor_port_up(port));
	CU_ASSERT_STRING_EQUAL(device, *n ? "w1" : "tap0");
	++*n;
}

static void test_a_device_may_vanish(void)
{
	static const struct net_profile plain = { .ipv6 = true };
	struct live *l = live_new();
	struct moor_world *w;
	unsigned n = 0;
	GError *e = NULL;

	if (!ready() || !wired()) {
		live_free(l);
		return;
	}
	w = world(l);
	live_on_gone(l, gone, &n);
	for (unsigned k = 0; k < 2; k++) {
		struct mac_addr mac = mac_from_u64(0x020000000002 + k);
		struct net_host *h = net_host_new(moor_node_new(w, k ? "h1" : "h0"), &plain);
		struct net_iface *i = net_iface_new(h, "eth", &mac);
		struct device *d;

		netns_go(peer);
		d = k ? device_packet("w1", &e) : device_tap("tap0", &e);
		netns_home();
		if (fine(d != NULL, e))
			live_port(l, net_iface_port(i), d, 1500);
	}
	CU_ASSERT_EQUAL(live_run(l, 100 * MOOR_MS, NULL), LIVE_DONE);
	fine(netns_ip(peer, "link del tap0\n", &e), e);
	CU_ASSERT_EQUAL(live_run(l, 300 * MOOR_MS, NULL), LIVE_DONE);
	CU_ASSERT_EQUAL(n, 1);
	fine(netns_ip(peer, "link del w0\n", &e), e);
	CU_ASSERT_EQUAL(live_run(l, 600 * MOOR_MS, NULL), LIVE_DONE);
	CU_ASSERT_EQUAL(n, 2);
	moor_world_free(w);
	live_free(l);
}

static void says(struct device *d, GError **e, int code, const char *words)
{
	CU_ASSERT_PTR_NULL(d);
	CU_ASSERT(g_error_matches(*e, DEVICE_ERROR, code));
	CU_ASSERT(*e && strstr((*e)->message, words));
	if (*e && !strstr((*e)->message, words))
		g_printerr("%s\n", (*e)->message);
	g_clear_error(e);
}

static void test_errors_name_the_place(void)
{
	struct device *d;
	GError *e = NULL;

	if (!ready())
		return;
	d = device_packet("nosuch0", &e);
	says(d, &e, DEVICE_NO_SUCH, "nosuch0");
	d = device_pcap("nosuch0", NULL, &e);
	says(d, &e, DEVICE_NO_SUCH, "nosuch0");
	d = device_pcap("lo", NULL, &e);
	says(d, &e, DEVICE_BAD, "loopback");
	d = device_tap("a name with spaces", &e);
	says(d, &e, DEVICE_BAD, "a name with spaces");
	d = device_tap("", &e);
	says(d, &e, DEVICE_BAD, "\"\"");
	CU_ASSERT_FALSE(netns_ip(peer, "link set nosuch0 up\n", &e));
	CU_ASSERT(e && strstr(e->message, "nosuch0") && strstr(e->message, "peer"));
	g_clear_error(&e);
}

static const struct harness_test tests[] = {
	{ "nothing runs before its time, and lateness is measured", test_nothing_runs_before_its_time },
	{ "a stop is heard", test_a_stop_is_heard },
	{ "pieces of a stream come in order", test_pieces_come_in_order },
	{ "nothing moves time before the run", test_nothing_moves_time_before_the_run },
	{ "a tool that does not read what it is told", test_a_tool_that_does_not_read },
	{ "the kernel pings us through a TAP device", test_the_kernel_pings_us_through_tap },
	{ "the kernel pings us through a packet socket", test_the_kernel_pings_us_through_a_packet_socket },
	{ "the kernel pings us through libpcap", test_the_kernel_pings_us_through_pcap },
	{ "a device may vanish while it runs", test_a_device_may_vanish },
	{ "errors name the place", test_errors_name_the_place },
};

int main(int argc, char **argv)
{
	GError *e = NULL;

	if (netns_enter(&e))
		peer = netns_new("peer", &e);
	if (!peer)
		refused = g_strdup(e->message);
	g_clear_error(&e);
	harness_patient();
	return harness_main("engine", tests, G_N_ELEMENTS(tests), argc, argv);
}

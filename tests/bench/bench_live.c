/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P14: packets per CPU-second between two devices of the kernel, beside a loop in C that reads from one and writes to
 * the other, in the same run.
 *
 *	UE       a program's packet on a TUN device, UDP encapsulation by the UE, out to the access network
 *	HA       from the access network, out of the tunnel by the home agent, to the correspondent
 *	UE-HA    both in one process
 *	MAG-LMA  from the access link, into GRE by the MAG, out of it by the LMA, to the correspondent
 *
 * UE-HA also with ESP: AES-GCM-128 in tunnel mode, in UDP port 4500. Everything is done that a live run does: engine,
 * world, links without delay, neighbours, bindings. Another process floods the first device from another processor, so
 * that its queue is never empty; behind the second the kernel drops what is not for its MAC address. Contestants take
 * turns in short rounds; medians.
 *
 *	bench_live [NAME]	all of them, or the copy and one
 *
 *	must	80 % of the copy with 1400 octets, 70 % with 64, 60 % with ESP
 */
#include <errno.h>
#include <glib.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "emu/programs.h"
#include "net/ipsec.h"
#include "tests/bench/live_world.h"
#include "tests/bench/measure.h"
#include "tests/bench/versus.h"
#include "wire/ip6.h"
#include "wire/udp.h"
#include "world/filter.h"

#define TURN (40 * MOOR_MS)

enum { BURST = 64, ROUNDS = 15, FRAME_MAX = 1600, ETH = 14 };
enum { MUST_LARGE = 80, MUST_SMALL = 70, MUST_ESP = 60 };	/* percent of the copy */

static const size_t sizes[] = { 1400, 64 };	/* octets of the IP packet at its source */

static const char ue_text[] =
	"scenario: forward\nabout: one UE behind its home agent\nspec: [24.303 5.1.2.4]\nduration: 1h\nseed: 1\n"
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\", force-udp: true}\n"
	"  ar: {kind: router}\n"
	"  cn: {kind: cn}\n"
	"  ue: {kind: ue, ipsec: none, home-agent: ha, interfaces: [wlan]}\n"
	"links:\n"
	"  core: {nodes: [ha, cn], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24}\n"
	"  wlan: {access: true, nodes: [ar, ha], prefix4: 198.51.100.0/24, dhcp4: ar, mtu: 1600octets}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: ue, interface: wlan}\n";

static const char mag_text[] =
	"scenario: forward\nabout: one host behind a gateway\nspec: [29.275 5.1]\nduration: 1h\nseed: 1\n"
	"nodes:\n"
	"  aaa: {kind: aaa}\n"
	"  lma: {kind: lma, aaa: aaa, hnp-pool: \"2001:db8:a000::/40\", mags: [mag]}\n"
	"  mag: {kind: mag, lma: lma, aaa: aaa}\n"
	"  cn:  {kind: cn}\n"
	"  mn:  {kind: mn, interfaces: [wlan]}\n"
	"links:\n"
	"  core: {nodes: [lma, mag], prefix: \"2001:db8:c0::/64\", prefix4: 203.0.113.0/24, mtu: 1600octets}\n"
	"  pdn:  {nodes: [lma, cn], prefix: \"2001:db8:f::/64\"}\n"
	"  wlan: {access: true, nodes: [mag], access-technology: wlan}\n"
	"timeline:\n"
	"  - {at: 1s, do: attach, node: mn, interface: wlan}\n";

/* One contestant: a device to fill, one to drain into, and who is between them. */
struct way {
	struct live_world w;		/* of a copy: name and namespace alone */
	int fill;			/* packet socket on the first device */
	size_t head;			/* octets before the IP packet there */
	struct ip6_addr from, to;
	struct mac_addr mac_from, mac_to;
	struct recorder { struct moor_filter f; uint8_t frame[FRAME_MAX]; size_t len; } heard;	/* the UE's last frame */
	/* ours */
	bool esp;
	struct ip6_addr care_of;
	uint8_t given[2][FRAME_MAX];	/* frames of the UE, in place of a packet from `from` to `to` */
	size_t given_len[2];
	struct programs *programs;
	struct outside *in, *away;
	uint64_t sent;			/* packets into the other device */
	/* a copy */
	struct device *a, *z;
};

static struct crypto *crypto;

/* Of two processors the first is ours. */
static void pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);		/* only one: never mind */
}

/* ---- filling the first device ------------------------------------------------------------------------------------ */

static void open_fill(struct way *w, const char *device)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = g_htons(ETH_P_IPV6) };
	int room = 8 << 20;

	netns_go(w->w.ns);
	w->fill = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	at.sll_ifindex = (int)if_nametoindex(device);
	netns_home();
	if (w->fill < 0 || setsockopt(w->fill, SOL_SOCKET, SO_SNDBUF, &room, sizeof room)
	    || bind(w->fill, (struct sockaddr *)(void *)&at, sizeof at))
		live_world_broken(&w->w, "a packet socket", NULL);
}

/* UDP to a port where nobody listens. */
static size_t packet(const struct way *w, uint8_t *frame, size_t len)
{
	uint8_t room[FRAME_MAX] = { 0 }, *p = room + FRAME_MAX;
	size_t n = len - IP6_LEN - UDP_LEN;

	p -= n;
	p -= udp_push6(p, (size_t)(p - room), 9, 9, &w->from, &w->to, n);
	p -= ip6_push(p, (size_t)(p - room), &(struct ip6_hdr){ .src = w->from, .dst = w->to, .next_header = PROTO_UDP,
		      .hop_limit = 64, .payload_len = (uint16_t)(n + UDP_LEN) });
	if (w->head) {
		memcpy(frame, w->mac_to.o, 6);
		memcpy(frame + 6, w->mac_from.o, 6);
		frame[12] = 0x86;
		frame[13] = 0xdd;
	}
	memcpy(frame + w->head, p, len);
	return len + w->head;
}

/* A process of its own, on the other processor if there is one, fills the first device until it is killed. */
static pid_t flood(const struct way *w, const uint8_t *frame, size_t len)
{
	struct iovec v = { (void *)(uintptr_t)frame, len };
	struct mmsghdr m[BURST] = { 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "flood");
	pin(1);
	for (unsigned k = 0; k < BURST; k++)
		m[k].msg_hdr = (struct msghdr){ .msg_iov = &v, .msg_iovlen = 1 };
	for (;;)
		sendmmsg(w->fill, m, BURST, 0);
}

/* ---- ours -------------------------------------------------------------------------------------------------------- */

static void out(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct way *w = ctx;

	live_out(w->w.l, port, at, frame, len);
	w->sent += len >= 64 + ETH;
}

static struct net_host *host(struct way *w, const char *name)
{
	return build_host(w->w.b, live_world_node(&w->w, name));
}

/* The world of a text, eight seconds old: who has to is registered. */
static void world(struct way *w, const char *text)
{
	live_world_namespace(&w->w);
	live_world_open(&w->w, text, &(struct moor_world_config){ .out = out, .ctx = w });
	moor_world_advance(live_world(&w->w), 8 * MOOR_S);
}

static struct outside *away(struct way *w, const char *node, const char *port, const char *device)
{
	return live_world_away(&w->w, node, port, live_world_device(&w->w, device, false));
}

static enum filter_verdict record(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				  struct moor_pkt **pkt)
{
	struct recorder *r = (struct recorder *)(void *)f;

	(void)p;
	if (dir == FILTER_OUT && (*pkt)->data[12] == 8 && (*pkt)->len <= FRAME_MAX) {	/* IPv4 */
		memcpy(r->frame, (*pkt)->data, (*pkt)->len);
		r->len = (*pkt)->len;
	}
	return FILTER_PASS;
}

/* In virtual time, so that everybody on the way knows his neighbours. */
static void first_packet(struct way *w, const char *from, size_t len)
{
	uint8_t frame[FRAME_MAX];
	size_t n = packet(w, frame, len);

	if (!net_send_packet(host(w, from), frame + w->head, n - w->head))
		live_world_broken(&w->w, "the first packet", NULL);
	moor_world_advance(live_world(&w->w), moor_world_now(live_world(&w->w)) + MOOR_S);
}

static void addresses(struct way *w, const char *mobile, const char *cn)
{
	if (!build_address(w->w.b, live_world_node(&w->w, mobile), false, &w->from) ||
	    !build_address(w->w.b, live_world_node(&w->w, cn), false, &w->to))
		live_world_broken(&w->w, "addresses", NULL);
}

static struct ip6_addr own4(struct way *w, const char *node, const char *port)
{
	struct ip6_prefix a;

	for (unsigned n = 0; build_port_address(w->w.b, live_world_port(&w->w, node, port), n, &a); n++)
		if (ip6_is_mapped(&a.addr))
			return a.addr;
	live_world_broken(&w->w, "no IPv4 address", NULL);
}

/* AES-GCM-128 for all that the UE says to anybody and back, keys by hand. */
static void secure(struct way *w)
{
	static const uint8_t up[36] = { 1 }, down[36] = { 2 };
	static struct ipsec_policy at_ue, at_ha;
	struct ipsec_selector any = { .local_len = 128, .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX };
	struct ipsec_child_config u = { .spi_in = 0x1001, .spi_out = 0x1002, .mode = IPSEC_TUNNEL, .udp = true,
					.peer_port = 4500, .encr = CRYPTO_ENCR_AES_GCM_16, .key_bits = 128, .encr_in = down,
					.encr_out = up }, h = u;
	struct ipsec *us = ipsec_new(host(w, "ue"), crypto, NULL, NULL), *hs = ipsec_new(host(w, "ha"), crypto, NULL, NULL);

	any.local = w->from;
	u.sel = any;
	h.sel = (struct ipsec_selector){ .remote = w->from, .remote_len = 128, .local_hi = UINT16_MAX,
					 .remote_hi = UINT16_MAX };
	u.peer = h.own = own4(w, "ha", "wlan");
	u.own = h.peer = w->care_of;
	h.spi_in = u.spi_out;
	h.spi_out = u.spi_in;
	h.encr_in = up;
	h.encr_out = down;
	at_ue = (struct ipsec_policy){ .sel = u.sel, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL };
	at_ha = (struct ipsec_policy){ .sel = h.sel, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL };
	ipsec_policies(us, &at_ue, 1);
	ipsec_policies(hs, &at_ha, 1);
	if (!ipsec_child_add(us, &u) || !ipsec_child_add(hs, &h))
		live_world_broken(&w->w, "an SA", NULL);
}

static void open_program(struct way *w)
{
	GError *e = NULL;

	w->programs = programs_new(w->w.l, host(w, "ue"), w->w.ns, "fill", 1700, &e);
	if (!w->programs)
		live_world_broken(&w->w, "a TUN device", e);
	open_fill(w, "fill");
}

/* What the UE puts on its access link, until stop_listening. */
static void listen_to_ue(struct way *w)
{
	w->heard.f = (struct moor_filter){ .name = "recorder", .frame = record };
	moor_filter_add(live_world_port(&w->w, "ue", "wlan"), &w->heard.f);
}

static void stop_listening(struct way *w)
{
	moor_filter_remove(live_world_port(&w->w, "ue", "wlan"), &w->heard.f);
}

/* ---- the contestants --------------------------------------------------------------------------------------------- */

static void make_copy(struct way *w)
{
	live_world_namespace(&w->w);
	w->head = ETH;
	w->from = a6("2001:db8:c0::4");
	w->to = a6("2001:db8:c0::5");
	w->mac_from = mac(1, 1);
	w->mac_to = mac(1, 2);
	w->a = live_world_device(&w->w, "fill", false);
	w->z = live_world_device(&w->w, "drain", false);
	open_fill(w, "fill");
}

static void make_ue_world(struct way *w, bool esp)
{
	world(w, ue_text);
	addresses(w, "ue", "cn");
	listen_to_ue(w);
	first_packet(w, "ue", 64);
	if (esp) {
		w->care_of = ip6_mapped((struct ip4_addr){ { w->heard.frame[26], w->heard.frame[27], w->heard.frame[28],
						      w->heard.frame[29] } });
		secure(w);
		first_packet(w, "ue", 64);
	}
	stop_listening(w);
}

static void make_both(struct way *w)
{
	make_ue_world(w, w->esp);
	open_program(w);
	w->away = away(w, "cn", "core", "drain");
}

static void make_ue(struct way *w)
{
	make_ue_world(w, w->esp);
	open_program(w);
	w->away = away(w, "ha", "wlan", "drain");
}

static void make_ha(struct way *w)
{
	make_ue_world(w, w->esp);
	listen_to_ue(w);
	for (unsigned k = 0; k < G_N_ELEMENTS(sizes); k++) {
		first_packet(w, "ue", sizes[k]);
		w->given_len[k] = w->heard.len;
		memcpy(w->given[k], w->heard.frame, w->heard.len);
	}
	stop_listening(w);
	w->in = away(w, "ue", "wlan", "fill");
	w->away = away(w, "cn", "core", "drain");
	open_fill(w, "fill");
}

static void make_mag(struct way *w)
{
	world(w, mag_text);
	addresses(w, "mn", "cn");
	w->head = ETH;
	w->mac_from = *moor_port_mac(live_world_port(&w->w, "mn", "wlan"));
	w->mac_to = *moor_port_mac(live_world_port(&w->w, "mag", "wlan"));
	first_packet(w, "mn", 64);
	w->in = away(w, "mn", "wlan", "fill");
	w->away = away(w, "cn", "pdn", "drain");
	open_fill(w, "fill");
}

static void copy(struct way *w)
{
	gint64 end = g_get_monotonic_time() + TURN / MOOR_US;
	struct pollfd ready = { .fd = device_fd(w->a), .events = POLLIN };
	const uint8_t *frame;
	int n;

	while (g_get_monotonic_time() < end) {
		poll(&ready, 1, 10);
		for (unsigned k = 0; k < BURST && (n = device_read(w->a, &frame)) > 0; k++)
			w->sent += device_write(w->z, frame, (size_t)n);
	}
}

/* Packets per second, of processor time or of the clock. */
struct pace { double cpu, clock; };

static struct pace turn(struct way *w, unsigned size)
{
	uint8_t frame[FRAME_MAX];
	const uint8_t *p = w->given_len[size] ? w->given[size] : frame;
	size_t len = w->given_len[size] ? w->given_len[size] : packet(w, frame, sizes[size]);
	pid_t pid = flood(w, p, len);
	double cpu, clock;
	struct pace pace;

	g_usleep(1000);
	w->sent = 0;
	cpu = cpu_now();
	clock = (double)g_get_monotonic_time();
	if (w->w.b)
		live_run(w->w.l, moor_world_now(live_world(&w->w)) + TURN, NULL);
	else
		copy(w);
	pace.cpu = (double)w->sent / (cpu_now() - cpu);
	pace.clock = (double)w->sent * 1e6 / ((double)g_get_monotonic_time() - clock);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (w->sent < 1000)
		live_world_broken(&w->w, "hardly a packet comes through", NULL);
	return pace;
}

static void close_way(struct way *w)
{
	programs_free(w->programs);
	build_free(w->w.b);
	w->w.b = NULL;
	outside_free(w->in);
	outside_free(w->away);
	device_free(w->a);
	device_free(w->z);
	live_world_close(&w->w);
}

static struct contest {
	void (*make)(struct way *);
	const char *name;
	bool esp;
	unsigned must[2];		/* percent, by size */
	double cpu, clock, share;	/* what came of it */
} contests[] = {
	{ make_copy, "copy", false, { 0, 0 }, 0, 0, 0 },
	{ make_ue, "UE", false, { MUST_LARGE, MUST_SMALL }, 0, 0, 0 },
	{ make_ha, "HA", false, { MUST_LARGE, MUST_SMALL }, 0, 0, 0 },
	{ make_both, "UE-HA", false, { MUST_LARGE, MUST_SMALL }, 0, 0, 0 },
	{ make_mag, "MAG-LMA", false, { MUST_LARGE, MUST_SMALL }, 0, 0, 0 },
	{ make_ue, "UE, ESP", true, { MUST_ESP, MUST_ESP }, 0, 0, 0 },
	{ make_both, "UE-HA, ESP", true, { MUST_ESP, MUST_ESP }, 0, 0, 0 },
};

static unsigned n_contests = G_N_ELEMENTS(contests);

static void contest(struct way *ways, unsigned size)
{
	unsigned rounds = versus_quick() ? 1 : ROUNDS;
	double cpu[G_N_ELEMENTS(contests)][ROUNDS], clock[G_N_ELEMENTS(contests)][ROUNDS], share[ROUNDS];

	for (unsigned i = 0; i < rounds; i++)
		for (unsigned k = 0; k < n_contests; k++) {
			struct pace p = turn(&ways[k], size);

			cpu[k][i] = p.cpu;
			clock[k][i] = p.clock;
		}
	printf("%4zu octets      packets/CPU-s      packets/s   of the copy, per CPU-s\n", sizes[size]);
	for (unsigned k = n_contests; k--;) {
		for (unsigned i = 0; i < rounds; i++)
			share[i] = cpu[k][i] / cpu[0][i];
		contests[k].share = versus_median(share, rounds) * 100;
		contests[k].cpu = versus_median(cpu[k], rounds);
		contests[k].clock = versus_median(clock[k], rounds);
	}
	for (unsigned k = 0; k < n_contests; k++) {
		printf("  %-12s %15.0f %14.0f", contests[k].name, contests[k].cpu, contests[k].clock);
		if (contests[k].must[size])
			printf(" %8.0f %%  (must %u)", contests[k].share, contests[k].must[size]);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	static struct way ways[G_N_ELEMENTS(contests)];
	GError *e = NULL;

	if (!netns_enter(&e)) {
		printf("SKIP: %s\n", e->message);
		g_error_free(e);
		return 77;
	}
	pin(0);
	crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	for (unsigned k = 1; argc > 1 && k < n_contests; k++)
		if (!strcmp(contests[k].name, argv[1])) {
			contests[1] = contests[k];
			n_contests = 2;
		}
	for (unsigned k = 0; k < n_contests; k++) {
		ways[k].w.name = contests[k].name;
		ways[k].esp = contests[k].esp;
		contests[k].make(&ways[k]);
	}
	for (unsigned size = 0; size < G_N_ELEMENTS(sizes); size++)
		contest(ways, size);
	for (unsigned k = 0; k < n_contests; k++)
		close_way(&ways[k]);
	crypto_free(crypto);
	return 0;
}

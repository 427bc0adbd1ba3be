/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PMIPv6 on real octets, without scenario and traces around it.
 *
 * The whole life of plain mobile nodes: attach at one MAG (link event, PBU/PBA, advertisement, SLAAC with duplicate
 * detection), handover to another with 20 ms between the two links, leaving. The same with stations in place of the
 * mobile nodes, which come and go and are advertised to and do nothing of their own: what signalling alone costs, real
 * octets at MAGs and LMA, eight messages. And the LMA by itself: Proxy Binding Updates in, acknowledgements out.
 *
 *	P3   cycles per CPU-second at 1e6 mobile nodes		must 100,000, moonshot 200,000
 *	P4   exponent of CPU per cycle over N			must 0.15, moonshot 0.10
 *	P5   octets per mobile node, all roles, all registered	must 640, moonshot 450
 *	     registrations per CPU-second at one LMA		must 400,000, with 1e6 bindings too
 *	P13  binary tracing of the cycle, share of its time	must 10 %
 *
 * Each N runs in a process of its own, so that memory is its own. Memory is the growth of the resident set from before
 * the world was made, divided by N.
 *
 *	bench_pmip [MOST]		1e3, 1e4, … up to MOST (1e6) mobile nodes, then the LMA
 *	bench_pmip --only N		one run of N
 *	bench_pmip --stations N		one run of N stations
 *	bench_pmip --lma N		the LMA with N bindings
 *	bench_pmip --traced N		N without and with binary traces, in turn
 *	bench_pmip --memory N		what the octets of N mobile nodes are
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/pmip_lma.h"
#include "proto/pmip_mag.h"
#include "wire/eth.h"
#include "wire/ip6.h"
#include "tests/bench/measure.h"
#include "traces/traces.h"
#include "world/link.h"
#include "world/port.h"

#define PER_MAG 50000u			/* mobile nodes that begin at one MAG; as many more come to it by handover */
#define SPACING (50 * MOOR_US)		/* between two mobile nodes' actions */
#define GAP 400u			/* of so many actions: 20 ms between a mobile node's two links */
#define IMSI_FIRST UINT64_C(1010000000000)

struct result {
	double build_s, run_s, cycles, octets;
	uint64_t events;
	uint32_t bound, moved, left;
};

struct bench {
	struct moor_world *w;
	struct moor_link *core, **air;
	struct net_host *lma_host;
	struct pmip_lma *lma;
	struct pmip_mag **mag;
	struct pmip_domain *domain;
	struct net_iface **mn;
	struct moor_port **port;
	bool stations;
	uint32_t n, mags, at;
	int phase;
	struct moor_timer timer;
};

static struct imsi imsi_at(uint32_t i)
{
	return (struct imsi){ .digits = IMSI_FIRST + i, .n = 15, .mnc = 2 };
}

/* Access authentication: the MAC says which mobile node it is. */
static bool who(void *owner, const struct mac_addr *m, struct pmip_host *out)
{
	uint64_t v = mac_u64(m);

	(void)owner;
	if ((v >> 32 & 0xff) != 4)
		return false;
	*out = (struct pmip_host){ .imsi = imsi_at((uint32_t)v), .n_apns = 1, .apn = { "internet" } };
	return true;
}

static struct moor_link *link_new(struct bench *b, const char *name, moor_time delay, bool isolated)
{
	struct link_params p = { .rate = 10000000000u, .delay = { DELAY_CONSTANT, delay, 0 }, .queue = 1000000 };
	struct moor_link *l = moor_link_new(b->w, name, LINK_LAN, &p);

	moor_link_isolate(l, isolated);
	return l;
}

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static struct pmip_lma_config lma_config(void)
{
	struct pmip_lma_config c;

	pmip_lma_config_default(&c);
	c.lmaa = a6("2001:db8::1");
	ip6_prefix_parse("2001:db8:a000::/36", &c.hnp_pool);
	return c;
}

static void make_lma(struct bench *b)
{
	struct pmip_lma_config c = lma_config();
	struct mac_addr m = mac(1, 1);
	struct net_iface *i;

	b->lma_host = net_host_new(moor_node_new(b->w, "lma"), &agent);
	i = net_iface_new(b->lma_host, "core", &m);
	moor_link_attach(b->core, net_iface_port(i), false);
	net_address_add(i, &c.lmaa, 64);
	b->lma = pmip_lma_new(b->lma_host, &c, true);
}

static void make_mag(struct bench *b, uint32_t k)
{
	struct pmip_mag_config c;
	struct net_host *h;
	struct net_iface *core, *access;
	struct mac_addr m1 = mac(2, k), m2 = mac(3, k);
	char name[32];

	pmip_mag_config_default(&c);
	c.proxy_coa = ip6_from64(ip6_high64(&(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8 } }), 0x100 + k);
	c.lma.a6 = a6("2001:db8::1");
	c.who = who;
	c.domain = b->domain;
	g_snprintf(name, sizeof name, "mag%u", k);
	h = net_host_new(moor_node_new(b->w, name), &agent);
	core = net_iface_new(h, "core", &m1);
	access = net_iface_new(h, "access", &m2);
	moor_link_attach(b->core, net_iface_port(core), false);
	net_address_add(core, &c.proxy_coa, 64);
	g_snprintf(name, sizeof name, "air%u", k);
	b->air[k] = link_new(b, name, 2 * MOOR_MS, true);
	moor_link_attach(b->air[k], net_iface_port(access), true);
	b->mag[k] = pmip_mag_new(h, &c);
	pmip_mag_access(b->mag[k], access, MH_ATT_80211);
}

static void make(struct bench *b)
{
	struct moor_world_config config = { .seed = 1 };

	b->mags = 2 * ((b->n + PER_MAG - 1) / PER_MAG);
	b->w = moor_world_new(&config);
	b->core = link_new(b, "core", 5 * MOOR_MS, false);
	b->air = g_new0(struct moor_link *, b->mags);
	b->mag = g_new0(struct pmip_mag *, b->mags);
	b->mn = g_new(struct net_iface *, b->n);
	b->port = g_new(struct moor_port *, b->n);
	b->domain = pmip_domain_new();
	make_lma(b);
	for (uint32_t k = 0; k < b->mags; k++)
		make_mag(b, k);
	for (uint32_t i = 0; i < b->n; i++) {
		struct mac_addr m = mac(4, i);
		char name[32];

		g_snprintf(name, sizeof name, "mn%u", i + 1);
		if (b->stations) {
			b->port[i] = moor_port_new(moor_node_new(b->w, name), "wlan", &m);
			moor_port_join(b->port[i], &(struct mac_addr){ { 0x33, 0x33, 0, 0, 0, 1 } });
			continue;
		}
		b->mn[i] = net_iface_new(net_host_new_plain(moor_node_new(b->w, name), &net_profile_host), "wlan", &m);
		b->port[i] = net_iface_port(b->mn[i]);
	}
}

static void act(struct bench *b, uint32_t i)
{
	switch (b->phase) {
	case 0:
		if (i < b->n)
			moor_link_attach(b->air[i / PER_MAG * 2], b->port[i], false);
		break;
	case 1:
		if (i < b->n)
			moor_link_detach(b->port[i]);
		if (i >= GAP)
			moor_link_attach(b->air[(i - GAP) / PER_MAG * 2 + 1], b->port[i - GAP], false);
		break;
	case 2:
		if (i < b->n)
			moor_link_detach(b->port[i]);
		break;
	}
}

static void step(struct moor_world *w, struct moor_timer *t)
{
	struct bench *b = MOOR_CONTAINER(t, struct bench, timer);

	act(b, b->at++);
	if (b->at < b->n + GAP)
		moor_timer_in(w, t, SPACING, step);
}

static void run_phase(struct bench *b, int phase)
{
	b->phase = phase;
	b->at = 0;
	moor_timer_in(b->w, &b->timer, SPACING, step);
	moor_world_advance(b->w, moor_time_add(moor_world_now(b->w), (b->n + GAP) * SPACING + 15 * MOOR_S));
}

/* Those with an address, too: registered alone is not enough. */
static uint32_t usable(const struct bench *b)
{
	struct ip6_addr a;
	uint32_t n = 0;

	if (b->stations)
		return b->n;
	for (uint32_t i = 0; i < b->n; i++)
		n += net_address_global(b->mn[i], false, &a);
	return n;
}

enum what { NODES, STATIONS, TRACED, LMA };

/* records.bin without frames and checks of messages against their profile, as P13 says. */
static struct trace_writer *trace(struct moor_world *w, const char *dir)
{
	struct trace_options o = { .files = TRACE_BINARY, .leave_out = REC_BIT(REC_DEVIATION) };

	return trace_writer_new(w, dir, &o, NULL);
}

static void empty(char *dir)
{
	static const char *const names[] = { "run.json", ".reserve", "records.bin" };

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		char *path = g_build_filename(dir, names[i], NULL);

		g_unlink(path);
		g_free(path);
	}
	g_rmdir(dir);
	g_free(dir);
}

static struct result measure(uint32_t n, enum what what)
{
	struct bench b = { .n = n, .stations = what == STATIONS };
	char *dir = what == TRACED ? g_dir_make_tmp("bench-pmip-XXXXXX", NULL) : NULL;
	struct trace_writer *t;
	struct result r = { 0 };
	double before = resident(), start = cpu_now();

	make(&b);
	t = dir ? trace(b.w, dir) : NULL;
	r.build_s = cpu_now() - start;
	start = cpu_now();
	run_phase(&b, 0);
	r.bound = MIN(pmip_lma_bindings(b.lma), usable(&b));
	r.octets = (resident() - before) / n;
	run_phase(&b, 1);
	r.moved = MIN(pmip_lma_bindings(b.lma), usable(&b));
	run_phase(&b, 2);
	if (t)
		trace_writer_flush(t);
	r.run_s = cpu_now() - start;
	if (dir)
		empty(dir);
	r.left = pmip_lma_entries(b.lma);
	r.events = moor_world_events(b.w);
	r.cycles = n / r.run_s;
	return r;		/* the process ends here: freeing is not what is measured */
}

/* ---- the LMA by itself ------------------------------------------------------------------------------------------- */

/* A frame with a PBU of mobile node i, as its MAG sends it. */
static size_t pbu_frame(uint32_t i, bool first, moor_time now, uint8_t *out)
{
	struct ip6_addr src = ip6_from64(ip6_high64(&(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8 } }), 0x100 + i % 16);
	struct ip6_addr dst = a6("2001:db8::1");
	struct mac_addr to = mac(1, 1), from = mac(2, i % 16), ll = mac(4, i);
	uint8_t room[EAP_NAI_MAX], *mh = out + ETH_LEN + IP6_LEN;
	struct mh_msg m;
	struct mh_opt *o;
	size_t n;

	mh_start(&m, MH_BU);
	m.bu.seq = (uint16_t)i;
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.life.units = 65535;
	pmip_add_id(&m, imsi_at(i), room);
	mh_add(&m, MH_OPT_HNP);
	mh_add(&m, MH_OPT_HANDOFF)->handoff = first ? MH_HI_NEW_INTERFACE : MH_HI_UNCHANGED;
	mh_add(&m, MH_OPT_ATT)->att = MH_ATT_80211;
	mh_add(&m, MH_OPT_TIMESTAMP)->stamp = mh_stamp_from_ns((uint64_t)(1767225600 * MOOR_S + now));
	mh_add(&m, MH_OPT_MN_LL_ID)->lla.addr = (struct mh_octets){ ll.o, 6 };
	mh_add(&m, MH_OPT_LINK_LOCAL);
	o = mh_add(&m, MH_OPT_GRE_KEY);
	o->gre.has_key = true;
	o->gre.key = i + 1;
	mh_add(&m, MH_OPT_SERVICE_SELECTION)->octets = (struct mh_octets){ (const uint8_t *)"internet", 8 };
	n = mh_encode(&m, mh, 512);
	mh_seal(mh, n, &src, &dst);
	memcpy(out, to.o, 6);
	memcpy(out + 6, from.o, 6);
	store16(out + 12, ETYPE_IP6);
	memset(out + ETH_LEN, 0, IP6_LEN);
	out[ETH_LEN] = 0x60;
	store16(out + ETH_LEN + 4, (uint16_t)n);
	out[ETH_LEN + 6] = 135;
	out[ETH_LEN + 7] = 64;
	memcpy(out + ETH_LEN + 8, src.o, 16);
	memcpy(out + ETH_LEN + 24, dst.o, 16);
	return ETH_LEN + IP6_LEN + n;
}

struct alone {
	struct moor_world *w;
	struct moor_port *port;
	struct pmip_lma *lma;
	uint32_t answers;
};

static void out_fn(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len)
{
	struct alone *x = ctx;

	(void)port, (void)at;
	x->answers += len > ETH_LEN + IP6_LEN + 8 && frame[ETH_LEN + 6] == 135;
}

static double alone_round(struct alone *x, uint32_t n, bool first)
{
	enum { BATCH = 4096 };
	uint8_t *frames = g_malloc(BATCH * 640);
	size_t len[BATCH];
	double spent = 0, start;

	for (uint32_t at = 0; at < n; at += BATCH) {
		uint32_t k, m = MIN(BATCH, n - at);
		moor_time t = moor_world_now(x->w) + MOOR_MS;

		for (k = 0; k < m; k++)		/* made by others: not what is measured */
			len[k] = pbu_frame(at + k, first, t, frames + k * 640);
		start = cpu_now();
		for (k = 0; k < m; k++)
			moor_world_rx(x->w, x->port, t, frames + k * 640, len[k]);
		moor_world_advance(x->w, t);
		spent += cpu_now() - start;
	}
	g_free(frames);
	return spent;
}

/* Registrations per CPU-second with n bindings: each has been made, then each is extended. */
static double alone(uint32_t n)
{
	struct alone x = { 0 };
	struct moor_world_config config = { .seed = 1, .out = out_fn, .ctx = &x };
	struct pmip_lma_config c = lma_config();
	struct mac_addr m = mac(1, 1);
	struct net_host *h;
	struct net_iface *i;
	double spent;

	c.heartbeat = false;
	x.w = moor_world_new(&config);
	h = net_host_new(moor_node_new(x.w, "lma"), &agent);
	i = net_iface_new(h, "core", &m);
	x.port = net_iface_port(i);
	moor_port_external(x.port, true, 1500);
	moor_world_advance(x.w, MOOR_MS);
	net_address_add(i, &c.lmaa, 64);
	for (uint32_t k = 0; k < 16; k++) {
		struct ip6_addr mag = ip6_from64(ip6_high64(&c.lmaa), 0x100 + k);
		struct mac_addr at = mac(2, k);

		net_neighbour_set(i, &mag, &at);
	}
	x.lma = pmip_lma_new(h, &c, true);
	alone_round(&x, n, true);
	x.answers = 0;
	spent = alone_round(&x, n, false);
	if (x.answers != n || pmip_lma_bindings(x.lma) != n) {
		printf("  wrong: %u answers, %u bindings of %u\n", x.answers, pmip_lma_bindings(x.lma), n);
		return 0;
	}
	return n / spent;
}

/* ---- processes and tables ---------------------------------------------------------------------------------------- */

static struct result in_own_process(uint32_t n, enum what what)
{
	struct result r = { 0 };
	int p[2];

	if (pipe(p))
		return r;
	if (!fork()) {
		if (what == LMA)
			r.cycles = alone(n);
		else
			r = measure(n, what);
		fflush(stdout);
		_exit(write(p[1], &r, sizeof r) != (ssize_t)sizeof r);
	}
	close(p[1]);
	if (read(p[0], &r, sizeof r) != (ssize_t)sizeof r)
		memset(&r, 0, sizeof r);
	close(p[0]);
	wait(NULL);
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct result *x = a, *y = b;

	return x->cycles < y->cycles ? -1 : x->cycles > y->cycles;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The run of median speed out of three; one at the largest size. */
static struct result median_run(uint32_t n, enum what what)
{
	struct result r[3];
	int k = n > 200000 ? 1 : 3;

	for (int i = 0; i < k; i++)
		r[i] = in_own_process(n, what);
	qsort(r, (size_t)k, sizeof *r, compare);
	return r[k / 2];
}

/* False: the run was not what it should be, its figures mean nothing. */
static bool row(uint32_t n, const struct result *r)
{
	printf("%9u %8.2f %8.2f %9.0f %9.2f %9.1f %10.0f\n", n, r->build_s, r->run_s, r->cycles, 1e6 / r->cycles,
	       (double)r->events / n, r->octets);
	fflush(stdout);
	if (r->bound == n && r->moved == n && !r->left)
		return true;
	printf("  wrong: %u, then %u of %u registered with an address, %u left\n", r->bound, r->moved, n, r->left);
	return false;
}

static int cycles(uint32_t most, enum what what)
{
	double first = 0, last = 0;
	uint32_t first_n = 0, last_n = 0;
	int bad = 0;

	printf("PMIPv6 attach, handover between MAGs, leaving; GRE; no traces; %s; CPU time, median of 3 (1e6: one run)\n",
	       what == STATIONS ? "signalling alone" : "hosts with ND");
	printf("%9s %8s %8s %9s %9s %9s %10s\n", "MNs", "build s", "run s", "cycles/s", "us/cycle", "events", "octets");
	for (uint32_t n = 1000; n <= most; n *= 10) {
		struct result r = median_run(n, what);

		bad |= !row(n, &r);
		if (!first_n) {
			first_n = n;
			first = r.cycles;
		}
		last_n = n;
		last = r.cycles;
	}
	if (last_n > first_n)
		printf("CPU per cycle ~ N^%.3f from %u to %u\n", log(first / last) / log((double)last_n / first_n), first_n,
		       last_n);
	return bad;
}

/* P13. The share is the median of the rounds' own ratios: speed drifts between rounds, less within one. */
static int traced(uint32_t n)
{
	enum { ROUNDS = 9 };
	double share[ROUNDS], less[ROUNDS], more[ROUNDS];
	int bad = 0;

	for (int k = 0; k < ROUNDS; k++) {
		struct result plain = in_own_process(n, NODES), traces = in_own_process(n, TRACED);

		bad |= plain.left || traces.left || plain.bound != n || traces.bound != n || plain.events != traces.events;
		less[k] = 1e6 / plain.cycles;
		more[k] = 1e6 / traces.cycles;
		share[k] = 100 * (more[k] / less[k] - 1);
	}
	qsort(share, ROUNDS, sizeof *share, by_value);
	qsort(less, ROUNDS, sizeof *less, by_value);
	qsort(more, ROUNDS, sizeof *more, by_value);
	printf("binary tracing of %u mobile nodes: %.2f us a cycle without, %.2f with it, medians of %d; the ratio's median "
	       "%.1f %% more (%.1f to %.1f), must 10 %%%s\n", n, less[ROUNDS / 2], more[ROUNDS / 2], ROUNDS, share[ROUNDS / 2],
	       share[0], share[ROUNDS - 1], share[ROUNDS / 2] > 10 ? " MISSED" : "");
	return bad;
}

static int scale(uint32_t most)
{
	int bad = cycles(most, NODES);

	printf("\n");
	bad |= cycles(most, STATIONS);
	printf("\nthe LMA by itself: registrations (PBU read and checked, PBA written) per CPU-second\n");
	for (uint32_t n = 1000; n <= most; n *= n < 100000 ? 100 : 10) {
		struct result r = median_run(n, LMA);

		printf("%9u %12.0f\n", n, r.cycles);
		bad |= r.cycles <= 0;
	}
	printf("\n");
	bad |= traced(MIN(most, 10000));
	return bad;
}

static void memory_line(void *ctx, const char *what, uint64_t n, size_t octets)
{
	uint32_t all = *(uint32_t *)ctx;

	printf("  %-24s %10" G_GUINT64_FORMAT " %8.1f octets per mobile node\n", what, n, (double)octets / all);
}

static int memory(uint32_t n)
{
	struct bench b = { .n = n };

	make(&b);
	run_phase(&b, 0);
	moor_world_memory(b.w, memory_line, &n);
	pmip_lma_memory(b.lma, memory_line, &n);
	for (uint32_t k = 0; k < b.mags; k += 2)
		pmip_mag_memory(b.mag[k], memory_line, &n);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 2 ? (uint32_t)g_ascii_strtoull(argv[2], NULL, 10) : 0;

	if (argc > 2 && (!strcmp(argv[1], "--only") || !strcmp(argv[1], "--stations"))) {
		struct result r = in_own_process(n, strcmp(argv[1], "--only") ? STATIONS : NODES);

		return !row(n, &r);
	}
	if (argc > 2 && !strcmp(argv[1], "--lma")) {
		printf("%u bindings: %.0f registrations per CPU-second\n", n, alone(n));
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "--traced"))
		return traced(n);
	if (argc > 2 && !strcmp(argv[1], "--memory"))
		return memory(n);
	return scale(argc > 1 ? (uint32_t)g_ascii_strtoull(argv[1], NULL, 10) : 1000000);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What observing a run costs, as a share of the model's own time: UEs that attach over IPv6 and detach, once for each
 * way of tracing, interleaved, each run in a process of its own, medians of CPU time. And how fast captures are read.
 *	P13	binary tracing costs <= 10 % of the model's time (records.bin without frames; checking each message against
 *		its profile, which happens when deviations are recorded, is told apart)
 *	P9	reading: >= 2.5 million packets a second, >= 0.8 x `tcpdump -r F -w /dev/null` (when it is there)
 * A missed goal is told in words; only what went wrong (UEs without bindings, packets not read) makes this fail.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entity/ha.h"
#include "entity/router.h"
#include "entity/ue.h"
#include "traces/capture.h"
#include "traces/traces.h"
#include "tests/bench/measure.h"
#include "world/link.h"

#define UES 10000u
#define SPACING (200 * MOOR_US)
#define ROUNDS 21		/* of what has a goal, and of what it is compared with */
#define FEW 5			/* of the others */
#define PACKETS 2000000u

struct way {
	const char *name;
	unsigned files;			/* 0: nothing is recorded; METRICS_ONLY, EMIT_ONLY: see there */
	bool frames, checks;		/* frames are recorded; messages are checked against their profile */
	double must;			/* largest share of the model's time; 0: told only */
	bool often;			/* in all rounds */
};
#define METRICS_ONLY (1u << 30)
#define EMIT_ONLY (1u << 31)		/* a sink that does nothing */

static const struct way ways[] = {
	{ "nothing", 0, .often = true },
	{ "emitting alone", EMIT_ONLY, .often = true },
	{ "binary", TRACE_BINARY, .must = 0.10, .often = true },
	{ "emitting and checks", EMIT_ONLY, .checks = true },
	{ "metrics", METRICS_ONLY, .must = 0 },
	{ "binary and checks", TRACE_BINARY, .checks = true },
	{ "binary with frames", TRACE_BINARY | TRACE_PCAPNG, .frames = true },
	{ "handovers.csv", TRACE_HANDOVERS, .must = 0 },
	{ "events.jsonl", TRACE_EVENTS, .checks = true },
	{ "trace.pcapng", TRACE_PCAPNG, .frames = true },
	{ "the usual folder", TRACE_DEFAULT & ~(unsigned)(TRACE_LADDER | TRACE_TIMELINE | TRACE_WIRESHARK), .frames = true,
	  .checks = true },
};

struct bench {
	struct moor_world *w;
	struct ha *ha;
	struct ue **ue;
	struct moor_link *lte;
	uint32_t at;
	bool leaving;
	struct moor_timer timer;
};

static double cpu_of(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec
		+ ((double)u.ru_utime.tv_usec + (double)u.ru_stime.tv_usec) / 1e6;
}

/* ---- the world ----------------------------------------------------------------------------------- */

static struct moor_link *make_link(struct bench *b, const char *name, bool isolated)
{
	struct link_params p = { .rate = 10000000000u, .delay = { DELAY_CONSTANT, 5 * MOOR_MS, 0 }, .queue = 100000 };
	struct moor_link *l = moor_link_new(b->w, name, LINK_LAN, &p);

	moor_link_isolate(l, isolated);
	return l;
}

static void make_network(struct bench *b)
{
	struct moor_link *core = make_link(b, "core", false);
	struct router_advert ra = router_advert_default;
	struct router_config c = { .n_ifaces = 2 };
	struct ha_config h;
	struct router *r;

	ha_config_default(&h);
	h.dsmip.addr.a6 = a6("2001:db8:c0::1");
	ip6_prefix_parse("2001:db8:a000::/36", &h.dsmip.hnp_pool);
	h.n_ifaces = 1;
	h.iface[0] = (struct ha_iface_config){ .name = "core", .mac = mac(1, 1), .a6 = h.dsmip.addr.a6, .len6 = 64 };
	h.gateway6 = a6("2001:db8:c0::2");
	b->ha = ha_new(moor_node_new(b->w, "ha"), &h);
	moor_link_attach(core, ha_port(b->ha, 0), false);
	b->lte = make_link(b, "lte", true);
	ra.unsolicited = false;
	ra.solicited_unicast = true;
	ra.n = 1;
	ra.prefixes[0] = (struct router_prefix){ .on_link = true, .autonomous = true, .valid = 2592000,
		.preferred = 604800 };
	ip6_prefix_parse("2001:db8:1::/64", &ra.prefixes[0].prefix);
	c.iface[0] = (struct router_iface_config){ .name = "core", .mac = mac(1, 2), .a6 = a6("2001:db8:c0::2"), .len6 = 64 };
	c.iface[1] = (struct router_iface_config){ .name = "lte", .mac = mac(1, 3), .a6 = a6("2001:db8:1::1"), .len6 = 64,
		.advert = &ra };
	r = router_new(moor_node_new(b->w, "ar"), &c);
	moor_link_attach(core, router_port(r, 0), false);
	moor_link_attach(b->lte, router_port(r, 1), true);
}

static void make_ues(struct bench *b, struct ue_profile *profile)
{
	ue_profile_default(profile);
	profile->dsmip.n_ha = 1;
	profile->dsmip.ha[0].a6 = a6("2001:db8:c0::1");
	b->ue = g_new(struct ue *, UES);
	for (uint32_t i = 0; i < UES; i++) {
		struct ue_config c = { .profile = profile, .n_ifaces = 1 };
		char name[32];

		ha_assign(b->ha, NULL, &c.hnp);
		c.iface[0] = (struct ue_iface_config){ "lte", mac(4, i), false };
		g_snprintf(name, sizeof(name), "ue%u", i + 1);
		b->ue[i] = ue_new(moor_node_new(b->w, name), &c);
	}
}

static void step(struct moor_world *w, struct moor_timer *t)
{
	struct bench *b = MOOR_CONTAINER(t, struct bench, timer);

	if (b->leaving) {
		ue_detach(b->ue[b->at]);
	} else {
		moor_link_attach(b->lte, ue_port(b->ue[b->at], 0), false);
		ue_attach(b->ue[b->at], "lte");
	}
	if (++b->at < UES)
		moor_timer_in(w, t, SPACING, step);
}

static void run_phase(struct bench *b, bool leaving)
{
	b->leaving = leaving;
	b->at = 0;
	moor_timer_in(b->w, &b->timer, SPACING, step);
	moor_world_advance(b->w, moor_world_now(b->w) + UES * SPACING + 8 * MOOR_S);
}

/* ---- one way of tracing -------------------------------------------------------------------------- */

struct outcome { double seconds; uint64_t octets, records; bool good; };

static void count_record(void *ctx, const struct moor_record *r)
{
	(void)r;
	++*(uint64_t *)ctx;
}

/* What grows with the run; the folder is emptied. */
static uint64_t folder_octets(const char *dir)
{
	static const char *const names[] = {
		"run.json", ".reserve", "records.bin", "events.jsonl", "trace.pcapng", "handovers.csv", "metrics.csv"
	};
	uint64_t all = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		char *path = g_build_filename(dir, names[i], NULL);
		GStatBuf s;

		if (i > 1 && g_stat(path, &s) == 0)
			all += (uint64_t)s.st_size;
		g_unlink(path);
		g_free(path);
	}
	return all;
}

static struct outcome measure(const struct way *way, const char *dir)
{
	struct bench b = { .w = moor_world_new(&(struct moor_world_config){ .seed = 1 }) };
	uint64_t out = way->checks ? 0 : REC_BIT(REC_DEVIATION);
	struct trace_options o = { .files = way->files, .leave_out = out };
	struct trace_writer *t = NULL;
	struct metrics *m = NULL;
	struct ue_profile profile;
	struct outcome r = { 0 };
	double start;

	make_network(&b);
	make_ues(&b, &profile);
	if (way->files == METRICS_ONLY) {
		m = metrics_new(&(struct metrics_config){ trace_names_of_world(b.w), 100 });
		metrics_attach(m, b.w);
	} else if (way->files == EMIT_ONLY) {
		moor_record_sink(b.w, ~(out | REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX)), count_record, &r.records);
	} else if (way->files) {
		t = trace_writer_new(b.w, dir, &o, NULL);
		if (!t)
			return r;
	}
	start = cpu_of(RUSAGE_SELF);
	run_phase(&b, false);
	r.good = dsmip_ha_bindings(ha_dsmip(b.ha)) == UES;
	run_phase(&b, true);
	if (t)
		trace_writer_flush(t);
	r.seconds = cpu_of(RUSAGE_SELF) - start;
	r.octets = t ? folder_octets(dir) : 0;
	return r;		/* the process ends here */
}

static struct outcome in_own_process(const struct way *way, const char *dir)
{
	struct outcome r = { 0 };
	int p[2];
	pid_t child;

	if (pipe(p))
		return r;
	child = fork();
	if (!child) {
		r = measure(way, dir);
		_exit(write(p[1], &r, sizeof(r)) != (ssize_t)sizeof(r));
	}
	close(p[1]);
	if (read(p[0], &r, sizeof(r)) != (ssize_t)sizeof(r))
		memset(&r, 0, sizeof(r));
	close(p[0]);
	waitpid(child, NULL, 0);
	return r;
}

static int by_seconds(const void *a, const void *b)
{
	const struct outcome *x = a, *y = b;

	return x->seconds < y->seconds ? -1 : x->seconds > y->seconds;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Of as many as there are; both are sorted. */
static void tell_way(const struct way *w, struct outcome *r, double *share, int rounds)
{
	char must[16] = "-";

	qsort(share, (size_t)rounds, sizeof(*share), by_value);
	qsort(r, (size_t)rounds, sizeof(*r), by_seconds);
	if (w->must > 0)
		g_snprintf(must, sizeof(must), "%.0f %%%s", 100 * w->must, share[rounds / 2] > w->must ? " MISSED" : "");
	printf("%-20s %9.2f %8.1f %% %10.1f %10.0f %12s\n", w->name, 1e6 * r[rounds / 2].seconds / UES,
	       100 * share[rounds / 2], (double)r->records / UES, (double)r->octets / UES, must);
}

/*
 * The share is the median of the rounds' own ratios: speed drifts between rounds, less within one, so what has a goal
 * runs right behind what it is compared with.
 */
static int compare_ways(const char *dir)
{
	static struct outcome r[G_N_ELEMENTS(ways)][ROUNDS];
	static double share[G_N_ELEMENTS(ways)][ROUNDS];
	int bad = 0;

	printf("tracing %u UEs that attach and detach, CPU time, medians of %d interleaved rounds, %d below \"binary\"\n",
	       UES, ROUNDS, FEW);
	for (int k = 0; k < ROUNDS; k++)
		for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
			if (k < FEW || ways[i].often) {
				r[i][k] = in_own_process(&ways[i], dir);
				share[i][k] = r[i][k].seconds / r[0][k].seconds - 1;
				bad |= !r[i][k].good;
			}
	printf("%-20s %9s %10s %10s %10s %12s\n", "way", "us/cycle", "more", "records/UE", "octets/UE", "must");
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
		tell_way(&ways[i], r[i], share[i], ways[i].often ? ROUNDS : FEW);
	return bad;
}

/* ---- reading captures ---------------------------------------------------------------------------- */

/* Packets of 60 to 1,400 octets in a pcap file. */
static void make_capture(const char *path)
{
	static const uint32_t header[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	static uint8_t packet[1500];
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fwrite(header, sizeof(header), 1, f);
	for (uint32_t i = 0; i < PACKETS; i++) {
		uint32_t n = i % 5 == 0 ? 1400 : 60 + i % 60, record[4] = { i / 1000, i % 1000, n, n };

		fwrite(record, sizeof(record), 1, f);
		fwrite(packet, n, 1, f);
	}
	fclose(f);
}

static double read_ours(const char *path)
{
	double start = cpu_of(RUSAGE_SELF);
	struct capture *c = capture_open(path, NULL);
	struct capture_frame f;
	uint64_t n = 0;

	while (c && capture_next(c, &f, NULL) == 1)
		n++;
	capture_close(c);
	return n == PACKETS ? cpu_of(RUSAGE_SELF) - start : 0;
}

static double read_tcpdump(const char *path)
{
	double start = cpu_of(RUSAGE_CHILDREN);
	const char *argv[] = { "tcpdump", "-r", path, "-w", "/dev/null", NULL };
	int status = -1;

	if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL
			  | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) || status)
		return 0;
	return cpu_of(RUSAGE_CHILDREN) - start;
}

static int compare_readers(const char *dir)
{
	char *path = g_build_filename(dir, "packets.pcap", NULL);
	double ours[FEW], theirs[FEW], speed;
	int bad = 0;

	make_capture(path);
	for (int k = 0; k < FEW; k++) {
		ours[k] = read_ours(path);
		theirs[k] = read_tcpdump(path);
		bad |= ours[k] <= 0;
	}
	qsort(ours, FEW, sizeof(*ours), by_value);
	qsort(theirs, FEW, sizeof(*theirs), by_value);
	speed = ours[FEW / 2] > 0 ? PACKETS / ours[FEW / 2] / 1e6 : 0;
	printf("reading a capture of %u packets: %.1f million/s (must 2.5%s)", PACKETS, speed, speed < 2.5 ? ", MISSED" : "");
	if (theirs[0] > 0 && !bad) {
		double times = theirs[FEW / 2] / ours[FEW / 2];

		printf("; %.1f x tcpdump -r -w /dev/null (must 0.8%s)", times, times < 0.8 ? ", MISSED" : "");
	}
	putchar('\n');
	g_unlink(path);
	g_free(path);
	return bad;
}

/* For profilers: one way in this process. */
static int one_way(const char *name, const char *dir)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
		if (!strcmp(ways[i].name, name)) {
			struct outcome r = measure(&ways[i], dir);

			printf("%s: %.2f us/cycle, %.0f octets/UE\n", name, 1e6 * r.seconds / UES, (double)r.octets / UES);
			return !r.good;
		}
	fprintf(stderr, "bench_trace: no way of tracing is called \"%s\"\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	char *dir = g_dir_make_tmp("moor-bench-XXXXXX", NULL);
	int bad;

	if (!dir)
		return 77;
	bad = argc > 1 ? one_way(argv[1], dir) : compare_ways(dir) | compare_readers(dir);
	g_rmdir(dir);
	g_free(dir);
	return bad;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P8: nanoseconds to read and verify, and to write, a binding update, its acknowledgement and a proxy binding update;
 * and how that compares with tshark over a file of the same messages, in one run on one machine.
 *
 * Times are processor times. Each figure is the median of many short rounds, the messages taking turns, so that a
 * disturbance of the machine meets all of them alike. tshark's start-up (its time on an empty file) is taken off its
 * figure; without tshark the comparison is left out. `--enforce` makes missed bounds an exit code of 1: for quiet
 * machines.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/mh_golden.h"
#include "tests/unit/mh_tools.h"
#include "wire/mh.h"

#define ROUNDS 200
#define PER_ROUND 2000
#define MESSAGES 5
#define BOUND 3		/* the first of them: those that P8 names */
#define PACKETS 30000

struct subject {
	const char *name;
	uint8_t octets[MH_MAX];
	size_t n;
	struct ip6_addr src, dst;
	struct mh_msg m;
	double read[ROUNDS], write[ROUNDS], seal[ROUNDS], sum_up[ROUNDS];
};

static struct subject subjects[MESSAGES];
static volatile size_t sink;

static void prepare(struct subject *s, unsigned golden, const char *name)
{
	s->name = name;
	s->n = octets_of(goldens[golden].hex, s->octets);
	if (!ip6_parse(goldens[golden].src, &s->src) || !ip6_parse(goldens[golden].dst, &s->dst) ||
		!mh_decode(s->octets, s->n, &s->m, NULL) || !mh_sum_ok(s->octets, s->n, &s->src, &s->dst))
		g_error("%s is not readable", name);
}

/* The message of P8: seven options, of the proxy binding update that has everything. */
static void seven_options(struct subject *s)
{
	static const uint8_t keep[] = { MH_OPT_MN_ID, MH_OPT_HNP, MH_OPT_HANDOFF, MH_OPT_ATT, MH_OPT_TIMESTAMP,
		MH_OPT_LINK_LOCAL, MH_OPT_GRE_KEY };
	static uint8_t all[MH_MAX];
	unsigned i, n = 0;

	memcpy(all, s->octets, s->n);
	if (!mh_decode(all, s->n, &s->m, NULL))
		g_error("%s is not readable", s->name);
	for (i = 0; i < s->m.n_opt; i++)
		if (memchr(keep, s->m.opt[i].type, sizeof keep))
			s->m.opt[n++] = s->m.opt[i];
	s->m.n_opt = (uint8_t)n;
	s->n = mh_encode(&s->m, s->octets, sizeof s->octets);
	mh_seal(s->octets, s->n, &s->src, &s->dst);
}

/* Processor time of this process in ns: what else the machine does is not ours. */
static gint64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (gint64)t.tv_sec * 1000000000 + t.tv_nsec;
}

static double per_call(gint64 from, gint64 to)
{
	return (double)(to - from) / PER_ROUND;
}

static void one_round(struct subject *s, unsigned round)
{
	uint8_t buf[MH_MAX];
	char line[256];
	struct mh_msg m;
	gint64 t[5];
	unsigned i;

	t[0] = now();
	for (i = 0; i < PER_ROUND; i++)
		sink += mh_decode(s->octets, s->n, &m, NULL) && mh_sum_ok(s->octets, s->n, &s->src, &s->dst);
	t[1] = now();
	for (i = 0; i < PER_ROUND; i++)
		sink += mh_encode(&s->m, buf, sizeof buf);
	t[2] = now();
	for (i = 0; i < PER_ROUND; i++) {
		size_t n = mh_encode(&s->m, buf, sizeof buf);

		mh_seal(buf, n, &s->src, &s->dst);
		sink += buf[4];
	}
	t[3] = now();
	for (i = 0; i < PER_ROUND; i++) {
		struct text text = text_on(line, sizeof line);

		mh_decode(s->octets, s->n, &m, NULL);
		sink += mh_summary(&m, &text) + mh_sum_ok(s->octets, s->n, &s->src, &s->dst);
	}
	t[4] = now();
	s->read[round] = per_call(t[0], t[1]);
	s->write[round] = per_call(t[1], t[2]);
	s->seal[round] = per_call(t[2], t[3]);
	s->sum_up[round] = per_call(t[3], t[4]);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof *v, by_value);
	return v[ROUNDS / 2];
}

static void put_le32(GByteArray *a, uint32_t v)
{
	uint8_t o[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	g_byte_array_append(a, o, 4);
}

/* A capture of raw IPv6 packets (link type 229), each the next message in turn. */
static char *capture(unsigned packets)
{
	static const uint8_t magic[20] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [17] = 0, [18] = 4 };
	GByteArray *a = g_byte_array_new();
	char *path = NULL;
	unsigned i;
	int fd;

	g_byte_array_append(a, magic, sizeof magic);
	put_le32(a, 229);
	for (i = 0; i < packets; i++) {
		const struct subject *s = &subjects[i % BOUND];
		uint8_t head[8] = { 0x60, 0, 0, 0, (uint8_t)(s->n >> 8), (uint8_t)s->n, 135, 64 };

		put_le32(a, 1000 + i / 1000000);
		put_le32(a, i % 1000000);
		put_le32(a, (uint32_t)s->n + 40);
		put_le32(a, (uint32_t)s->n + 40);
		g_byte_array_append(a, head, sizeof head);
		g_byte_array_append(a, s->src.o, 16);
		g_byte_array_append(a, s->dst.o, 16);
		g_byte_array_append(a, s->octets, (guint)s->n);
	}
	fd = g_file_open_tmp("mooring-bench-XXXXXX.pcap", &path, NULL);
	if (fd >= 0) {
		g_close(fd, NULL);
		if (!g_file_set_contents(path, (const char *)a->data, a->len, NULL))
			g_clear_pointer(&path, g_free);
	}
	g_byte_array_unref(a);
	return path;
}

/* Seconds of processor time that our children took until now. */
static double children(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Seconds that tshark takes over a file, its output thrown away; below 0 when it cannot be run. */
static double tshark_time(const char *path)
{
	const char *argv[] = { "tshark", "-n", "-r", path, NULL };
	double from = children();
	int status;

	if (!path || !g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
		G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) || status)
		return -1;
	return children() - from;
}

static bool compare(double ours, double ours_line)
{
	char *none = capture(0), *many = capture(PACKETS);
	double start = -1, all = -1, each;
	unsigned i;

	/* the least of three: what the machine's other work adds is not tshark's */
	for (i = 0; i < 3; i++) {
		double s = tshark_time(none), a = s < 0 ? -1 : tshark_time(many);

		start = i && start < s ? start : s;
		all = i && all < a ? all : a;
	}
	each = (all - start) * 1e9 / PACKETS;
	if (none)
		g_unlink(none);
	if (many)
		g_unlink(many);
	g_free(none);
	g_free(many);
	if (all < 0) {
		printf("tshark cannot be run: not compared\n");
		return true;
	}
	printf("tshark -n: %.0f ns per message over %u messages, start-up of %.2f s taken off\n", each, PACKETS, start);
	printf("ratio to reading and verifying: %.0fx (bound 100x); with a line of text too: %.0fx\n", each / ours,
		each / ours_line);
	return each / ours >= 100;
}

int main(int argc, char **argv)
{
	bool enforce = argc > 1 && !strcmp(argv[1], "--enforce"), good = true;
	double read = 0, sum_up = 0;
	unsigned i, round;

	prepare(&subjects[0], 0, "BU");
	prepare(&subjects[1], 1, "BA");
	prepare(&subjects[2], 2, "PBU");
	seven_options(&subjects[2]);
	prepare(&subjects[3], 2, "PBU all");
	prepare(&subjects[4], 3, "PBA all");
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < MESSAGES; i++)
			one_round(&subjects[i], round);
	printf("message  octets  options  read+verify     write  write+sum  read+verify+line   [ns, medians]\n");
	for (i = 0; i < MESSAGES; i++) {
		struct subject *s = &subjects[i];
		double r = median(s->read), w = median(s->write), l = median(s->sum_up);

		printf("%-7s  %6zu  %7u  %11.1f  %8.1f  %9.1f  %16.1f\n", s->name, s->n, s->m.n_opt, r, w,
			median(s->seal), l);
		if (i >= BOUND)
			continue;
		good &= r <= 100 && w <= 80;
		read += r / BOUND;
		sum_up += l / BOUND;
	}
	printf("P8 bounds for BU, BA, PBU: read+verify 100 ns, write 80 ns: %s\n", good ? "held" : "missed");
	good &= compare(read, sum_up);
	return enforce && !good;
}

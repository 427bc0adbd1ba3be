/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P9: how fast `mooring replay` follows a capture that is nothing but Mobility Headers, against tcpdump copying the
 * same file and against tcpdump printing it, turn by turn in one run on one machine. A million packets: BUs and BAs of
 * 2,000 mobile nodes, each moving between two places, 20 us apart. The best of ROUNDS counts for everybody, in
 * processor time, because wall time on a shared machine says what others do; both are told. tcpdump prints
 * PRINTED_PACKETS only, and its time is scaled. Without tcpdump only our own rate is told. `--enforce` makes missed
 * bounds an exit code of 1: for quiet machines.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/mh.h"

#define PRINTED_PACKETS 50000

enum { PACKETS = 1000000, MOBILES = 2000, ROUNDS = 3, RUNNERS = 3, HEADERS = 14 + 40 + 24 };

struct runner {
	const char *name;
	const char *argv[8];
	bool there;
	double share, wall, cpu;	/* share: of the packets that it reads */
};

static void word(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, 4);
}

static struct ip6_addr address(uint64_t prefix, uint64_t iid)
{
	return ip6_from64(UINT64_C(0x20010db800000000) + prefix, iid);
}

/* Ethernet and IPv6 with a Home Address option or a type 2 routing header, both 24 octets long. */
static size_t frame(uint8_t *p, const struct ip6_addr *src, const struct ip6_addr *dst, const struct ip6_addr *home,
		    bool update, const struct mh_msg *m)
{
	static const uint8_t option[8] = { 135, 2, 1, 2, 0, 0, 201, 16 }, routing[8] = { 135, 2, 2, 1, 0, 0, 0, 0 };
	size_t n = mh_encode(m, p + HEADERS, 512);

	memset(p, 0, 54);
	p[0] = p[6] = 2;
	p[12] = 0x86;
	p[13] = 0xdd;
	p[14] = 0x60;
	p[18] = (uint8_t)((n + 24) >> 8);
	p[19] = (uint8_t)(n + 24);
	p[20] = update ? 60 : 43;
	p[21] = 64;
	memcpy(p + 22, src, 16);
	memcpy(p + 38, dst, 16);
	memcpy(p + 54, update ? option : routing, 8);
	memcpy(p + 62, home, 16);
	mh_seal(p + HEADERS, n, update ? home : src, update ? dst : home);
	return HEADERS + n;
}

static size_t packet(uint8_t *p, unsigned i)
{
	unsigned mobile = i / 2 % MOBILES, turn = i / 2 / MOBILES;
	struct ip6_addr home = address(0x10000 + mobile, 1), agent = address(1, 1),
		coa = address(2 + turn / 5 % 2, 0x1000 + mobile);
	struct mh_msg m;

	mh_start(&m, i % 2 ? MH_BA : MH_BU);
	if (i % 2) {
		m.ba.seq = (uint16_t)(turn + 1);
		m.ba.life = (moor_life4){ 225 };
		return frame(p, &agent, &coa, &home, false, &m);
	}
	m.bu.seq = (uint16_t)(turn + 1);
	m.bu.flags = MH_BU_A | MH_BU_H;
	m.bu.life = (moor_life4){ 225 };
	mh_add(&m, MH_OPT_ALT_COA)->ip6 = coa;
	return frame(p, &coa, &agent, &home, true, &m);
}

static void write_capture(const char *path)
{
	static const uint32_t head[6] = { 0xa1b23c4d, 0x00040002, 0, 0, 65535, 1 };
	static uint8_t p[1024];
	FILE *f = fopen(path, "wb");

	if (!f)
		g_error("%s cannot be written", path);
	fwrite(head, sizeof head, 1, f);
	for (unsigned i = 0; i < PACKETS; i++) {
		uint64_t at = (uint64_t)i * 20000;
		size_t n = packet(p + 16, i);

		word(p, (uint32_t)(at / 1000000000u));
		word(p + 4, (uint32_t)(at % 1000000000u));
		word(p + 8, (uint32_t)n);
		word(p + 12, (uint32_t)n);
		fwrite(p, n + 16, 1, f);
	}
	if (fclose(f))
		g_error("%s cannot be written", path);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* One run; the least wall and processor times are kept. */
static bool run(struct runner *r)
{
	gint64 from = g_get_monotonic_time();
	struct rusage u;
	double wall, cpu;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execvp(r->argv[0], (char *const *)r->argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		return false;
	wall = (double)(g_get_monotonic_time() - from) / 1e6 / r->share;
	cpu = (seconds(u.ru_utime) + seconds(u.ru_stime)) / r->share;
	r->wall = r->wall > 0 && r->wall < wall ? r->wall : wall;
	r->cpu = r->cpu > 0 && r->cpu < cpu ? r->cpu : cpu;
	return true;
}

static bool bound(const char *what, double value, double least)
{
	printf("  %-46s %6.2f  (at least %.1f)%s\n", what, value, least, value < least ? "  MISSED" : "");
	return value >= least;
}

static int report(const struct runner *r, bool enforce)
{
	bool good = true;

	for (int i = 0; i < RUNNERS; i++)
		if (r[i].there)
			printf("%-24s %6.3f s wall %6.3f s processor  %6.2f million packets/s\n", r[i].name, r[i].wall, r[i].cpu,
			       PACKETS / r[i].cpu / 1e6);
	good &= bound("replay, million packets a second", PACKETS / r[0].cpu / 1e6, 2.5);
	if (r[1].there && r[2].there) {
		good &= bound("replay against tcpdump -r F -w /dev/null", r[1].cpu / r[0].cpu, 0.8);
		good &= bound("replay against tcpdump -nn", r[2].cpu / r[0].cpu, 8);
	}
	return enforce && !good;
}

int main(int argc, char **argv)
{
	const char *program = g_getenv("MOORING");
	char *path = g_build_filename(g_get_tmp_dir(), "mooring-bench-XXXXXX.pcap", NULL);
	int fd = g_mkstemp(path), code = 0;
	struct runner r[RUNNERS] = {
		{ .name = "mooring replay", .argv = { program ? program : "build/mooring", "replay", path }, .share = 1 },
		{ .name = "tcpdump -w /dev/null", .argv = { "tcpdump", "-r", path, "-w", "/dev/null" }, .share = 1 },
		{ .name = "tcpdump -nn", .argv = { "tcpdump", "-nn", "-c", G_STRINGIFY(PRINTED_PACKETS), "-r", path },
		  .share = (double)PRINTED_PACKETS / PACKETS },
	};

	if (fd < 0)
		g_error("no temporary file");
	close(fd);
	write_capture(path);
	for (int i = 0; i < RUNNERS; i++)
		r[i].there = true;
	for (int k = 0; k < ROUNDS; k++)
		for (int i = 0; i < RUNNERS; i++)
			r[i].there = r[i].there && run(&r[i]);
	if (!r[0].there) {
		fprintf(stderr, "%s does not replay its capture\n", r[0].argv[0]);
		code = 1;
	} else {
		code = report(r, argc > 1 && !strcmp(argv[1], "--enforce"));
	}
	g_unlink(path);
	g_free(path);
	return code;
}

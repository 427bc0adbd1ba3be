/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P9: how fast `mooring replay` follows captures, against tcpdump copying the same file and against tcpdump printing
 * it, turn by turn in one run on one machine. There are two captures, because the goals were set with two:
 *
 * signalling: nothing but Mobility Headers, a million BUs and BAs of 2,000 mobile nodes, each moving between two
 *   places, 20 us apart. For packets a second, and against `tcpdump -nn`, which prints PRINTED_PACKETS of it only: its
 *   time is scaled.
 * mix: 60 % the same, 40 % user packets of these mobile nodes through their tunnels, 351 octets on average. For the
 *   ratio to `tcpdump -w /dev/null`, whose price of a packet hardly depends on what is in it.
 *
 * The best of ROUNDS counts for everybody, in processor time, because wall time on a shared machine says what others
 * do; both are told. Without tcpdump only our own rates are told. A missed goal is said in words and is no failure:
 * `--enforce` makes it an exit code of 1, for quiet machines.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/mh.h"

#define PRINTED_PACKETS 50000

enum { MH_PACKETS = 1000000, MIX_PACKETS = 1000000, MOBILES = 2000, ROUNDS = 3, HEADERS = 14 + 40 + 24,
	USER_HEADERS = 14 + 40 + 40, USER_OCTETS = 725 };

enum { MH_REPLAY, MH_COPY, MH_PRINT, MIX_REPLAY, MIX_COPY, RUNNERS };

/* A capture file. */
struct bench_file {
	char *path;
	bool mix;
	unsigned packets;
	uint64_t octets;
};

struct runner {
	const char *name;
	const char *argv[8];
	const struct bench_file *file;
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

static void ip6(uint8_t *p, size_t n, uint8_t next, const struct ip6_addr *src, const struct ip6_addr *dst)
{
	memset(p, 0, 8);
	p[0] = 0x60;
	p[4] = (uint8_t)(n >> 8);
	p[5] = (uint8_t)n;
	p[6] = next;
	p[7] = 64;
	memcpy(p + 8, src, 16);
	memcpy(p + 24, dst, 16);
}

/* A datagram between a mobile node and a correspondent node in the tunnel to the home agent, each way in turn. */
static size_t user_packet(uint8_t *p, unsigned i, unsigned turn)
{
	unsigned mobile = i % MOBILES;
	struct ip6_addr home = address(0x10000 + mobile, 1), agent = address(1, 1), peer = address(0x90000, 7),
		coa = address(2 + turn / 5 % 2, 0x1000 + mobile);
	bool up = i / MOBILES % 2;
	size_t n = USER_OCTETS - USER_HEADERS;

	memset(p, 0, USER_OCTETS);
	p[0] = p[6] = 2;
	p[12] = 0x86;
	p[13] = 0xdd;
	ip6(p + 14, 40 + n, 41, up ? &coa : &agent, up ? &agent : &coa);
	ip6(p + 54, n, 17, up ? &home : &peer, up ? &peer : &home);
	p[94] = p[96] = 0x13;
	p[98] = (uint8_t)(n >> 8);
	p[99] = (uint8_t)n;
	for (size_t k = USER_HEADERS + 8; k < USER_OCTETS; k++)
		p[k] = (uint8_t)(k * 37 + i);
	word(p + USER_HEADERS + 8, i);
	return USER_OCTETS;
}

/* Packet i of the mix: of ten the first six are signalling. */
static size_t mixed_packet(uint8_t *p, unsigned i)
{
	unsigned messages = i / 10 * 6 + MIN(i % 10, 6u);

	if (i % 10 < 6)
		return packet(p, messages);
	return user_packet(p, i / 10 * 4 + i % 10 - 6, messages / 2 / MOBILES);
}

static void write_capture(struct bench_file *file)
{
	static const uint32_t head[6] = { 0xa1b23c4d, 0x00040002, 0, 0, 65535, 1 };
	static uint8_t p[2048];
	FILE *f = fopen(file->path, "wb");

	if (!f)
		g_error("%s cannot be written", file->path);
	fwrite(head, sizeof head, 1, f);
	for (unsigned i = 0; i < file->packets; i++) {
		uint64_t at = (uint64_t)i * 20000;
		size_t n = file->mix ? mixed_packet(p + 16, i) : packet(p + 16, i);

		word(p, (uint32_t)(at / 1000000000u));
		word(p + 4, (uint32_t)(at % 1000000000u));
		word(p + 8, (uint32_t)n);
		word(p + 12, (uint32_t)n);
		fwrite(p, n + 16, 1, f);
		file->octets += n;
	}
	if (fclose(f))
		g_error("%s cannot be written", file->path);
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

static bool bound(const char *what, double value, double least, double wished)
{
	const char *verdict = value < least ? "MISSED" : value < wished ? "met" : "met, and what was wished for";

	printf("  goal: %-52s %6.2f, at least %.1f: %s\n", what, value, least, verdict);
	return value >= least;
}

static void rates(const struct runner *r, const char *what)
{
	const struct bench_file *f = r->file;

	printf("%s: %u packets of %.0f octets on average\n", what, f->packets, (double)f->octets / f->packets);
	for (const struct bench_file *same = f; r->file == same; r++)
		if (r->there)
			printf("  %-22s %6.3f s wall %6.3f s processor  %6.2f million packets/s\n", r->name, r->wall, r->cpu,
			       f->packets / r->cpu / 1e6);
}

static int report(const struct runner *r, bool enforce)
{
	bool good = true;

	rates(&r[MH_REPLAY], "signalling (every packet a BU or BA)");
	good &= bound("replay, million packets a second", MH_PACKETS / r[MH_REPLAY].cpu / 1e6, 2.5, 2.5);
	if (r[MH_PRINT].there)
		good &= bound("replay against tcpdump -nn", r[MH_PRINT].cpu / r[MH_REPLAY].cpu, 8, 12);
	if (r[MH_COPY].there)
		printf("  no goal: replay against tcpdump -r F -w /dev/null     %6.2f\n", r[MH_COPY].cpu / r[MH_REPLAY].cpu);
	rates(&r[MIX_REPLAY], "mix (60 % signalling, 40 % tunnelled user packets)");
	if (r[MIX_COPY].there)
		good &= bound("replay against tcpdump -r F -w /dev/null", r[MIX_COPY].cpu / r[MIX_REPLAY].cpu, 0.8, 1.2);
	return enforce && !good;
}

static void prepare(struct bench_file *f)
{
	int fd;

	f->path = g_build_filename(g_get_tmp_dir(), "mooring-bench-XXXXXX.pcap", NULL);
	fd = g_mkstemp(f->path);
	if (fd < 0)
		g_error("no temporary file");
	close(fd);
	write_capture(f);
}

static bool measure(struct runner *r)
{
	for (int i = 0; i < RUNNERS; i++)
		r[i].there = true;
	for (int k = 0; k < ROUNDS; k++)
		for (int i = 0; i < RUNNERS; i++)
			r[i].there = r[i].there && run(&r[i]);
	return r[MH_REPLAY].there && r[MIX_REPLAY].there;
}

int main(int argc, char **argv)
{
	const char *program = g_getenv("MOORING") ? g_getenv("MOORING") : "build/mooring";
	struct bench_file mh = { .packets = MH_PACKETS }, mix = { .packets = MIX_PACKETS, .mix = true };
	int code = 1;

	prepare(&mh);
	prepare(&mix);
	struct runner r[RUNNERS + 1] = {
		[MH_REPLAY] = { "mooring replay", { program, "replay", mh.path }, &mh, .share = 1 },
		[MH_COPY] = { "tcpdump -w /dev/null", { "tcpdump", "-r", mh.path, "-w", "/dev/null" }, &mh, .share = 1 },
		[MH_PRINT] = { "tcpdump -nn", { "tcpdump", "-nn", "-c", G_STRINGIFY(PRINTED_PACKETS), "-r", mh.path }, &mh,
			.share = (double)PRINTED_PACKETS / MH_PACKETS },
		[MIX_REPLAY] = { "mooring replay", { program, "replay", mix.path }, &mix, .share = 1 },
		[MIX_COPY] = { "tcpdump -w /dev/null", { "tcpdump", "-r", mix.path, "-w", "/dev/null" }, &mix, .share = 1 },
	};
	if (measure(r))
		code = report(r, argc > 1 && !strcmp(argv[1], "--enforce"));
	else
		fprintf(stderr, "%s does not replay its capture\n", program);
	if (!g_getenv("MOORING_BENCH_KEEP")) {
		g_unlink(mh.path);
		g_unlink(mix.path);
	}
	g_free(mh.path);
	g_free(mix.path);
	return code;
}

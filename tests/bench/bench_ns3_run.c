/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring run` on its own engine, on ns-3's clock, and with the core's frames on ns-3's devices: CPU per simulated
 * second, peak memory, and what it costs to start. The same scenario each time: UEs that attach and have a call each,
 * up and down, over a core of point-to-point links, 4 of a packet's 5 links; the access link, which all UEs share, is
 * the world's own. A simulated second is the difference of a long and a short run, so that neither start nor attaching
 * counts. Runs take turns. Fails when a run does, when fingerprints differ, or when the program needs ns-3 to start.
 */
#include "tests/bench/versus.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef MOOR_HAVE_NS3
#define TALK 5			/* s: when the calls begin */

struct way {
	const char *name, *engine;
	bool devices;
};

static const struct way ways[] = {
	{ "builtin", "builtin", false },
	{ "ns3, its clock", "ns3", false },
	{ "ns3, its devices", "ns3", true },
};
enum { WAYS = G_N_ELEMENTS(ways) };

struct size {
	unsigned ues, spans;		/* simulated seconds between the two runs */
};

static const struct size sizes[] = { { 1, 400 }, { 100, 8 }, { 1000, 2 } };

struct cost {
	double cpu, wall, peak;		/* s, s, MB */
};

static char *folder, *program, *out;

static char *scenario(unsigned ues, unsigned until, bool devices)
{
	const char *medium = devices ? "medium: ns3, " : "";

	return g_strdup_printf(
		"scenario: wires\nabout: UEs with a call each, up and down, over a core of cables\nprofile: r10\n"
		"duration: %us\nseed: 1\nnodes:\n"
		"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\", lifetime-max: 3600s}\n"
		"  cr: {kind: router}\n  ar: {kind: router}\n  cn: {kind: cn}\n"
		"  ue: {kind: ue, count: %u, home-agent: ha, ipsec: none, interfaces: [lte], lifetime: 3600s}\n"
		"links:\n"
		"  to-ha: {kind: p2p, %snodes: [ha, cr], prefix: \"2001:db8:c0::/64\", rate: 10Gbps, delay: 2ms, queue: 9000}\n"
		"  to-ar: {kind: p2p, %snodes: [cr, ar], prefix: \"2001:db8:c1::/64\", rate: 10Gbps, delay: 3ms, queue: 9000}\n"
		"  to-cn: {kind: p2p, %snodes: [cr, cn], prefix: \"2001:db8:c2::/64\", rate: 10Gbps, delay: 2ms, queue: 9000}\n"
		"  lte: {access: true, nodes: [ar], prefix: \"2001:db8:1::/64\", rate: 10Gbps, delay: 15ms, queue: 9000}\n"
		"timeline:\n  - {at: 1s, do: attach, node: ue, interface: lte, every: 1ms}\n"
		"traffic:\n"
		"  - {flow: down, from: cn, to: ue, kind: cbr, interval: 20ms, size: 160octets, start: %us, stop: %us}\n"
		"  - {flow: up, from: ue, to: cn, kind: cbr, interval: 20ms, size: 160octets, start: %us, stop: %us}\n"
		"expect:\n  - {id: BENCH-01, event: binding-created, by: ha, count: %u, clause: 24.303 5.1.3.2}\n",
		until, ues, medium, medium, medium, TALK, until, TALK, until, ues);
}

/* Once; what it prints is in `out`. */
static struct cost run(const char *const *argv)
{
	gint64 begin = g_get_monotonic_time();
	pid_t pid = fork();
	struct rusage u;
	int status;

	if (!pid) {
		int fd = g_open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		g_error("%s %s failed; what it printed is in %s", argv[0], argv[1], out);
	return (struct cost){
		.cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6,
		.wall = (double)(g_get_monotonic_time() - begin) / 1e6, .peak = (double)u.ru_maxrss / 1024,
	};
}

static struct cost run_scenario(unsigned ues, unsigned until, const struct way *way, const char *option)
{
	char *text = scenario(ues, until, way->devices), *path = g_build_filename(folder, "wires.yaml", NULL);
	const char *const argv[] = { program, "run", path, "--engine", way->engine, "--no-trace", option, NULL };
	struct cost c;

	if (!g_file_set_contents(path, text, -1, NULL))
		g_error("%s cannot be written", path);
	c = run(argv);
	g_free(text);
	g_free(path);
	return c;
}

/* "fingerprint ..." of the last run. */
static char *fingerprint(void)
{
	char *text = NULL, *line, *found;

	if (!g_file_get_contents(out, &text, NULL, NULL) || !(line = strstr(text, "\nfingerprint ")))
		g_error("no fingerprint in %s", out);
	found = g_strndup(line + 1, strcspn(line + 1, "\n"));
	g_free(text);
	return found;
}

static bool equal(unsigned ues)
{
	bool same = true;
	char *first = NULL;

	for (unsigned k = 0; k < WAYS; k++) {
		char *now;

		run_scenario(ues, TALK + 1, &ways[k], "--fingerprint");
		now = fingerprint();
		same = same && (!first || !strcmp(first, now));
		if (!first)
			first = now;
		else
			g_free(now);
	}
	g_free(first);
	return same;
}

static bool measure(const struct size *s, unsigned rounds)
{
	double ms[WAYS][VERSUS_ROUNDS], ratio[WAYS][VERSUS_ROUNDS], peak[WAYS] = { 0 };
	unsigned span = versus_quick() ? 1 + s->spans / 20 : s->spans;
	bool same = equal(s->ues);

	for (unsigned k = 0; k < rounds; k++)
		for (unsigned w = 0; w < WAYS; w++) {
			struct cost few = run_scenario(s->ues, TALK + 1, &ways[w], NULL);
			struct cost many = run_scenario(s->ues, TALK + 1 + span, &ways[w], NULL);

			ms[w][k] = 1000 * (many.cpu - few.cpu) / span;
			ratio[w][k] = ms[w][k] / ms[0][k];
			peak[w] = MAX(peak[w], many.peak);
		}
	for (unsigned w = 0; w < WAYS; w++)
		printf("%6u %-18s %10.3f %8.2f %9.1f%s\n", s->ues, ways[w].name, versus_median(ms[w], rounds),
		       versus_median(ratio[w], rounds), peak[w], same ? "" : "   FINGERPRINTS DIFFER");
	fflush(stdout);
	return same;
}

/* The smallest run, and the program that does nothing. */
static void start(unsigned rounds)
{
	static const char *const names[] = { "mooring --version", "run, builtin", "run, ns3" };
	double cpu[3][VERSUS_ROUNDS], wall[3][VERSUS_ROUNDS], peak[3] = { 0 };

	for (unsigned k = 0; k < rounds; k++)
		for (unsigned w = 0; w < 3; w++) {
			const char *const version[] = { program, "--version", NULL };
			struct cost c = w ? run_scenario(1, TALK, &ways[w - 1], NULL) : run(version);

			cpu[w][k] = 1000 * c.cpu;
			wall[w][k] = 1000 * c.wall;
			peak[w] = MAX(peak[w], c.peak);
		}
	printf("\nStart to end of the smallest run (1 UE, %u simulated seconds), ms\n%-25s %10s %8s %9s\n", TALK, "", "CPU",
	       "wall", "peak MB");
	for (unsigned w = 0; w < 3; w++)
		printf("%-25s %10.1f %8.1f %9.1f\n", names[w], versus_median(cpu[w], rounds), versus_median(wall[w], rounds),
		       peak[w]);
}

/* Does the program itself want ns-3 or C++? */
static bool bare(void)
{
	char *command = g_strdup_printf("ldd '%s'", program), *text = NULL;
	unsigned libraries = 0, strange = 0;

	if (!g_spawn_command_line_sync(command, &text, NULL, NULL, NULL))
		g_error("%s could not be run", command);
	for (char **lines = g_strsplit(text, "\n", -1), **l = lines; *l || (g_strfreev(lines), false); l++) {
		libraries += **l != 0;
		strange += strstr(*l, "ns3") || strstr(*l, "stdc++");
	}
	printf("\nldd of the program: %u libraries, %u of them ns-3's or C++'s\n", libraries, strange);
	g_free(command);
	g_free(text);
	return !strange;
}

int main(void)
{
	char *self = g_file_read_link("/proc/self/exe", NULL), *here = g_path_get_dirname(self ? self : ".");
	unsigned rounds = versus_quick() ? 1 : 5;
	bool good = true;

	program = g_build_filename(here, "..", "..", "mooring", NULL);
	if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE))
		g_error("%s was not built", program);
	folder = g_dir_make_tmp("moor-bench-XXXXXX", NULL);
	out = g_build_filename(folder, "out", NULL);
	printf("ns-3 %s\nCPU per simulated second (medians of %u turns), against builtin in the same turn, and peak memory\n"
	       "%6s %-18s %10s %8s %9s\n", bench_ns3_version(), rounds, "UEs", "", "ms/s", "ratio", "peak MB");
	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++)
		good &= measure(&sizes[i], rounds);
	start(versus_quick() ? 1 : VERSUS_ROUNDS);
	good &= bare();
	printf("fingerprints equal on all three: %s\n", good ? "yes" : "NO");
	for (unsigned k = 0; k < 2; k++) {
		char *path = g_build_filename(folder, k ? "out" : "wires.yaml", NULL);

		g_remove(path);
		g_free(path);
	}
	g_rmdir(folder);
	return good ? 0 : 1;
}
#else
int main(void)
{
	printf("skipped: ns-3 was not there when this was configured\n");
	return 0;
}
#endif

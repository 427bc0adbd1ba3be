/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interleaved comparison of engines: see versus.h. Each engine is a child process that waits for the word to run its
 * next events and answers with its CPU time, the hash of the order so far and the length of its queue.
 */
#include "tests/bench/versus.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct answer { double ns; uint64_t hash, pending; };

struct child { pid_t pid; int to, from; };

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int64_t *spans(void)
{
	int64_t *table = g_new(int64_t, BENCH_SPANS);

	for (unsigned i = 0; i < BENCH_SPANS; i++)
		table[i] = (int64_t)(-1e9 * log(((double)i + 0.5) / BENCH_SPANS));
	return table;
}

static void must(bool ok)
{
	if (!ok)
		g_error("a benchmark process failed");
}

static void serve(const struct bench_engine *e, struct bench_work *work, int in, int out)
{
	void *engine = e->make(work);
	uint64_t events;

	/* 0 is the word to end: the ends of its pipes live on in the children that were started later */
	while (read(in, &events, sizeof events) == sizeof events && events) {
		struct answer a;
		double start = cpu_ns();

		work->left = events;
		e->run(engine, work);
		a.ns = (cpu_ns() - start) / (double)events;
		a.hash = work->hash;
		a.pending = e->pending ? e->pending(engine) : 0;
		must(write(out, &a, sizeof a) == sizeof a);
	}
	_exit(0);
}

static struct child start(const struct bench_engine *e, bool mix, uint32_t n)
{
	struct bench_work work = { .mix = mix, .n = n, .draw = { 88172645463325252u, spans() } };
	int to[2], from[2];
	struct child c;

	must(!pipe(to) && !pipe(from));
	c.pid = fork();
	must(c.pid >= 0);
	if (!c.pid) {
		close(to[1]);
		close(from[0]);
		serve(e, &work, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	g_free(work.draw.table);
	c.to = to[1];
	c.from = from[0];
	return c;
}

static struct answer turn(const struct child *c, uint64_t events)
{
	struct answer a;

	must(write(c->to, &events, sizeof events) == sizeof events);
	must(read(c->from, &a, sizeof a) == sizeof a);
	return a;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double versus_median(double *v, unsigned n)
{
	qsort(v, n, sizeof *v, by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

bool versus_quick(void)
{
	const char *s = g_getenv("MOORING_BENCH");

	return s && !strcmp(s, "quick");
}

struct versus_result versus(const struct bench_engine *const *engines, unsigned n_engines, bool mix, uint32_t n,
			    uint64_t events, unsigned rounds)
{
	struct versus_result r = { .same_order = true };
	struct child children[VERSUS_MAX];
	double ns[VERSUS_MAX][VERSUS_ROUNDS], ratio[VERSUS_MAX][VERSUS_ROUNDS];

	for (unsigned e = 0; e < n_engines; e++)
		children[e] = start(engines[e], mix, n);
	for (unsigned k = 0; k <= rounds; k++) {	/* turn 0 warms up */
		struct answer first = { 0 };

		for (unsigned e = 0; e < n_engines; e++) {
			struct answer a = turn(&children[e], events);

			if (!e)
				first = a;
			r.same_order = r.same_order && a.hash == first.hash;
			r.pending[e] = MAX(r.pending[e], a.pending);
			if (k) {
				ns[e][k - 1] = a.ns;
				ratio[e][k - 1] = a.ns / first.ns;
			}
		}
	}
	for (unsigned e = 0; e < n_engines; e++) {
		uint64_t end = 0;
		int status;

		must(write(children[e].to, &end, sizeof end) == sizeof end);
		close(children[e].to);
		close(children[e].from);
		must(waitpid(children[e].pid, &status, 0) == children[e].pid && WIFEXITED(status) && !WEXITSTATUS(status));
		r.ns[e] = versus_median(ns[e], rounds);
		r.ratio[e] = versus_median(ratio[e], rounds);
	}
	return r;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * P14, the other half: UEs by the thousand in one process attach in real time at a home agent in another, all of them
 * over one TAP device. Told are how many registered, the most of any second, processor time of both processes, and how
 * late the engine's timers were: idle, and while this went on.
 *
 *	bench_live_many [UES]		1,000 of them
 */
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/live_world.h"
#include "tests/bench/measure.h"
#include "tests/bench/versus.h"
#include "world/link.h"
#include "world/record.h"
#include "world/timer.h"

#define IDLE (2 * MOOR_S)		/* a timer each millisecond for so long */
#define LONG (60 * MOOR_S)		/* nobody takes longer */

static const char text[] =
	"scenario: many\nabout: many UEs at one home agent\nspec: [24.303 5.1.2.4]\nduration: 1h\nseed: 1\n"
	"nodes:\n"
	"  ha: {kind: ha, hnp-pool: \"2001:db8:a000::/40\"}\n"
	"  ar: {kind: router}\n"
	"  ue: {kind: ue, count: %u, ipsec: none, home-agent: ha, interfaces: [lte]}\n"
	"links:\n"
	"  core: {nodes: [ha, ar], prefix: \"2001:db8:c0::/64\"}\n"
	"  lte:  {access: true, nodes: [ar], prefix: \"2001:db8:1::/64\", isolated: true}\n"
	"%s";
static const char attach[] =
	"timeline:\n"
	"  - {at: 100ms, do: attach, node: ue, interface: lte, every: 100us}\n";

struct many {
	uint32_t ues, registered, in_second, best_second;
	moor_time first, last, second;
	volatile sig_atomic_t stop;
};

static void on_move(void *ctx, const struct moor_record *r)
{
	struct many *m = ctx;

	if (r->u.move.what != MOVE_REGISTERED)
		return;
	if (!m->registered++)
		m->first = r->at;
	m->last = r->at;
	if (r->at / MOOR_S != m->second)
		m->in_second = 0;
	m->second = r->at / MOOR_S;
	m->in_second++;
	m->best_second = MAX(m->best_second, m->in_second);
	m->stop = m->registered == m->ues;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static void tell_lateness(const char *what, const struct live *l)
{
	struct live_lateness late = live_lateness(l);

	printf("  lateness %-12s %9" G_GUINT64_FORMAT " wake-ups: half within %.3f ms, 99 %% within %.3f ms, at most %.3f "
	       "ms\n", what, late.n, (double)late.p50 / 1e6, (double)late.p99 / 1e6, (double)late.max / 1e6);
}

/* ---- the home agent's process ------------------------------------------------------------------------------------ */

static volatile sig_atomic_t told;

static void on_term(int number)
{
	(void)number;
	told = 1;
}

static void home_agent(struct live_world *w, uint32_t ues)
{
	char *own = g_strdup_printf(text, ues, "");
	GError *e = NULL;
	struct device *d;
	struct moor_port *p;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, on_term);
	w->name = "the home agent";
	live_world_open(w, own, NULL);
	p = live_world_port(w, "ha", "core");
	netns_go(w->ns);
	d = device_packet("wire", &e);
	netns_home();
	if (!d)
		live_world_broken(w, "a packet socket", e);
	moor_link_detach(p);
	live_port(w->l, p, d, 1500);
	live_run(w->l, LONG, &told);
	tell_lateness("home agent:", w->l);
	fflush(stdout);
	_exit(0);
}

/* ---- the UEs' ---------------------------------------------------------------------------------------------------- */

static void register_all(struct live_world *w, struct many *m)
{
	char *own = g_strdup_printf(text, m->ues, attach);
	struct device *d = live_world_device(w, "wire", false);
	double cpu = cpu_now();
	struct rusage child;
	struct outside *o;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		home_agent(w, m->ues);
	live_world_open(w, own, NULL);
	moor_record_sink(live_world(w), REC_BIT(REC_MOVE), on_move, m);
	o = live_world_away(w, "ha", "core", d);
	live_run(w->l, LONG, &m->stop);
	cpu = cpu_now() - cpu;
	printf("%u UEs at one home agent over one TAP device: %u registered, from %.3f s to %.3f s after the first attach, "
	       "at most %u in a second\n", m->ues, m->registered, (double)(m->first - 100 * MOOR_MS) / 1e9,
	       (double)(m->last - 100 * MOOR_MS) / 1e9, m->best_second);
	tell_lateness("UEs:", w->l);
	fflush(stdout);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	getrusage(RUSAGE_CHILDREN, &child);
	printf("  processor time a registration: %.1f us of the home agent's process, %.1f us of the UEs' (set-up included)\n",
	       (seconds(child.ru_utime) + seconds(child.ru_stime)) * 1e6 / m->ues, cpu * 1e6 / m->ues);
	printf("  lost by the kernel: %" G_GUINT64_FORMAT " frames\n", live_device_stats(w->l).lost_in
	       + live_device_stats(w->l).lost_out);
	live_world_close(w);
	outside_free(o);
	g_free(own);
}

static void tick(struct moor_world *w, struct moor_timer *t)
{
	moor_timer_in(w, t, MOOR_MS, tick);
}

static void idle(void)
{
	struct live *l = live_new();
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1, .out = live_out, .ctx = l });
	struct moor_timer t = { 0 };

	live_attach(l, w);
	moor_timer_in(w, &t, MOOR_MS, tick);
	live_run(l, versus_quick() ? IDLE / 10 : IDLE, NULL);
	printf("a timer each millisecond, nothing else\n");
	tell_lateness("idle:", l);
	moor_timer_cancel(w, &t);
	moor_world_free(w);
	live_free(l);
}

int main(int argc, char **argv)
{
	struct many m = { .ues = versus_quick() ? 50 : 1000 };
	struct live_world w = { .name = "bench_live_many" };
	GError *e = NULL;

	if (argc > 1)
		m.ues = (uint32_t)CLAMP(g_ascii_strtoull(argv[1], NULL, 10), 1, 60000);
	if (!netns_enter(&e)) {
		printf("SKIP: %s\n", e->message);
		g_error_free(e);
		return 77;
	}
	idle();
	live_world_namespace(&w);
	register_all(&w, &m);
	return m.registered == m.ues ? 0 : 1;
}

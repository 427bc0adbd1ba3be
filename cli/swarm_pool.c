/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the swarm's processes
 *
 * A child plays one seed and writes into memory that it shares with its parent, so what it found before it crashed is
 * not lost. A child that takes too long is ended by its own alarm clock. It implements no clause.
 */
#include "cli/swarm_pool.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t stop;

struct worker {
	pid_t pid;			/* 0: idle */
	uint64_t seed;
	struct swarm_report *shared;
};

/* Results that wait for an earlier seed's. */
struct waiting {
	uint64_t seed;
	struct swarm_report r;
};

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static struct swarm_report *share(void)
{
	void *p = mmap(NULL, sizeof(struct swarm_report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* ---- what a child does ------------------------------------------------------------------------------------------- */

static void add_finding(struct swarm_report *r, const char *invariant, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

static void add_finding(struct swarm_report *r, const char *invariant, const char *fmt, ...)
{
	struct swarm_finding *f = &r->finding[MIN(r->n, SWARM_FINDINGS - 1)];
	va_list ap;

	r->n++;
	*f = (struct swarm_finding){ .at = r->now, .node = "-" };
	g_strlcpy(f->invariant, invariant, sizeof f->invariant);
	va_start(ap, fmt);
	g_vsnprintf(f->text, sizeof f->text, fmt, ap);
	va_end(ap);
}

static void play_seed(const struct swarm_job *j, uint64_t seed, struct swarm_report *out)
{
	struct swarm_scene *s = swarm_make(seed, j->features);
	struct swarm_options o = { .twice = j->twice && seed % j->twice == 0 };
	char *text = swarm_text(s, NULL), *name = g_strdup_printf("swarm-%" G_GUINT64_FORMAT ".yaml", seed);

	swarm_play_text(name, text, &o, out);
	g_free(name);
	g_free(text);
	swarm_scene_free(s);
}

/* Begun in a child: the parent's tables of signals are not ours. */
static void prepare_child(int limit)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	alarm((unsigned)limit);
}

/* How the child ended, when not by itself. */
static void judge(struct swarm_report *r, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		add_finding(r, "hang", "no end in sight");
	else if (WIFSIGNALED(status))
		add_finding(r, "crash", "killed by signal %d (%s)", WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) || (!r->done && !r->refused))
		add_finding(r, "crash", "ended with exit code %d", WEXITSTATUS(status));
}

/* ---- one child --------------------------------------------------------------------------------------------------- */

static void in_child(const char *name, const char *text, int limit, struct swarm_report *out)
{
	struct swarm_report *shared = share();
	int status = 0;
	pid_t pid;

	fflush(NULL);
	pid = shared ? fork() : -1;
	if (!pid) {
		struct swarm_options o = { 0 };
		struct report r;
		struct scen_file *f;

		prepare_child(limit);
		report_init(&r);
		f = text ? NULL : scen_open(name, &r);
		if (f)
			swarm_play(f, &o, shared);
		else if (text)
			swarm_play_text(name, text, &o, shared);
		else
			swarm_refuse(shared, r.text->str);
		scen_close(f);
		report_done(&r);
		fflush(NULL);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0) {
		*out = *shared;
		judge(out, status);
	} else {
		add_finding(out, "scenario", "no process can be had");
	}
	if (shared)
		munmap(shared, sizeof *shared);
}

void swarm_child_text(const char *name, const char *text, int limit, struct swarm_report *out)
{
	in_child(name, text, limit, out);
}

void swarm_child_file(const char *path, int limit, struct swarm_report *out)
{
	in_child(path, NULL, limit, out);
}

/* ---- many children ----------------------------------------------------------------------------------------------- */

static void start(const struct swarm_job *j, struct worker *w, uint64_t seed)
{
	w->seed = seed;
	memset(w->shared, 0, sizeof *w->shared);
	fflush(NULL);
	w->pid = fork();
	if (!w->pid) {
		prepare_child(j->limit);
		play_seed(j, seed, w->shared);
		fflush(NULL);
		_exit(0);
	}
	if (w->pid < 0) {
		w->pid = 0;
		stop = 1;
		cli_error("swarm: no process can be had: %s", g_strerror(errno));
	}
}

/* Tells what is next in order, as long as it is there. */
static uint64_t tell(GArray *done, uint64_t next, swarm_done_fn *fn, void *ctx)
{
	for (guint i = 0; i < done->len;) {
		struct waiting *w = &g_array_index(done, struct waiting, i);

		if (w->seed != next) {
			i++;
			continue;
		}
		fn(ctx, next++, &w->r);
		g_array_remove_index_fast(done, i);
		i = 0;
	}
	return next;
}

static void collect(struct worker *w, int status, GArray *done)
{
	struct waiting one = { .seed = w->seed, .r = *w->shared };

	w->pid = 0;
	judge(&one.r, status);
	g_array_append_val(done, one);
}

static struct worker *with_pid(struct worker *all, unsigned n, pid_t pid)
{
	for (unsigned i = 0; i < n; i++)
		if (all[i].pid == pid)
			return &all[i];
	return NULL;
}

static void work(const struct swarm_job *j, struct worker *all, swarm_done_fn *fn, void *ctx)
{
	GArray *done = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	uint64_t next = j->first, told = j->first, end = j->first + j->runs;
	unsigned busy = 0;

	while (busy || (next < end && !stop)) {
		struct worker *idle = next < end && !stop ? with_pid(all, j->workers, 0) : NULL;
		struct worker *w;
		int status;
		pid_t pid;

		if (idle) {
			start(j, idle, next);
			busy += idle->pid > 0;
			next += idle->pid > 0;
			continue;
		}
		pid = waitpid(-1, &status, 0);
		w = pid > 0 ? with_pid(all, j->workers, pid) : NULL;
		if (w && (!stop || !WIFSIGNALED(status))) {
			collect(w, status, done);
			busy--;
			told = tell(done, told, fn, ctx);
		} else if (w) {
			w->pid = 0;
			busy--;
		} else if (pid < 0 && errno != EINTR) {
			break;
		} else if (stop) {
			for (unsigned i = 0; i < j->workers; i++)
				if (all[i].pid > 0)
					kill(all[i].pid, SIGTERM);
		}
	}
	g_array_unref(done);
}

bool swarm_pool_run(const struct swarm_job *j, swarm_done_fn *fn, void *ctx)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal }, old[G_N_ELEMENTS(signals)];
	struct worker *all = g_new0(struct worker, j->workers);
	bool ok = true;

	stop = 0;
	for (unsigned i = 0; i < j->workers; i++) {
		all[i].shared = share();
		ok = ok && all[i].shared;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &act, &old[i]);
	if (ok)
		work(j, all, fn, ctx);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	for (unsigned i = 0; i < j->workers; i++)
		if (all[i].shared)
			munmap(all[i].shared, sizeof *all[i].shared);
	g_free(all);
	return ok && !stop;
}

/* ---- making it smaller ------------------------------------------------------------------------------------------- */

static bool still_breaks(const struct swarm_scene *s, const bool *without, const char *invariant, int limit)
{
	struct swarm_report r = { .begun = false };
	char *text = swarm_text(s, without);

	swarm_child_text("swarm.yaml", text, limit, &r);
	g_free(text);
	if (r.refused)
		return false;
	for (unsigned i = 0; i < MIN(r.n, SWARM_FINDINGS); i++)
		if (!invariant || !strcmp(r.finding[i].invariant, invariant))
			return true;
	return false;
}

/* Leaves out runs of `size` parts wherever that changes nothing. True: some could be left out. */
static bool thin_out(
	const struct swarm_scene *s, bool *without, unsigned n, unsigned size, const char *invariant, int limit)
{
	bool *try = g_new(bool, n);
	bool some = false;

	for (unsigned from = 0; from < n; from += size) {
		bool fresh = false;

		memcpy(try, without, n * sizeof *try);
		for (unsigned k = from; k < from + size && k < n; k++) {
			fresh = fresh || !try[k];
			try[k] = true;
		}
		if (fresh && still_breaks(s, try, invariant, limit)) {
			memcpy(without, try, n * sizeof *try);
			some = true;
		}
	}
	g_free(try);
	return some;
}

char *swarm_shrink(const struct swarm_scene *s, const char *invariant, int limit, unsigned *left)
{
	unsigned n = swarm_parts(s);
	bool *without = g_new0(bool, n + 1);
	char *text;

	for (unsigned size = MAX(n / 2, 1); size; size /= 2)
		while (thin_out(s, without, n, size, invariant, limit) && size == 1)
			;
	*left = n;
	for (unsigned i = 0; i < n; i++)
		*left -= without[i];
	text = swarm_text(s, without);
	g_free(without);
	return text;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the fork pool
 *
 * A worker is a child of this process, forked for one run after everything is parsed: that costs a fraction of a
 * millisecond, and a run that crashes takes nobody with it. A child hands its result back in a memory file, so no pipe
 * can fill up. It implements no clause.
 */
#include "cli/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t stop;

/* A child's result as octets: this, then error, text, json and steps. */
struct blob {
	enum run_trouble trouble;
	enum verdict verdict;
	bool interrupted;
	unsigned checks, passed;
	uint64_t events;
	char fingerprint[33], protocol_fingerprint[33];
	size_t error, text, json;
	guint steps;			/* how many */
};

struct worker {
	pid_t pid;			/* 0: idle */
	int fd;
	guint job;
};

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* ---- results between processes ----------------------------------------------------------------------------------- */

static bool put(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool get(int fd, void *data, size_t n)
{
	char *p = data;

	while (n) {
		ssize_t done = read(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool put_result(int fd, const struct run_result *r)
{
	struct blob b = {
		.trouble = r->trouble, .verdict = r->verdict, .interrupted = r->interrupted, .checks = r->checks, .passed = r->passed,
		.events = r->events, .error = r->error ? strlen(r->error) : 0, .text = r->text->len, .json = r->json->len,
		.steps = r->steps->len,
	};

	memcpy(b.fingerprint, r->fingerprint, sizeof b.fingerprint);
	memcpy(b.protocol_fingerprint, r->protocol_fingerprint, sizeof b.protocol_fingerprint);
	return put(fd, &b, sizeof b) && put(fd, r->error, b.error) && put(fd, r->text->str, b.text) &&
			put(fd, r->json->str, b.json) && put(fd, r->steps->data, b.steps * sizeof(struct spread_row));
}

static bool get_result(int fd, struct run_result *r)
{
	struct blob b;

	if (lseek(fd, 0, SEEK_SET) || !get(fd, &b, sizeof b))
		return false;
	*r = (struct run_result){
		.trouble = b.trouble, .verdict = b.verdict, .interrupted = b.interrupted, .checks = b.checks, .passed = b.passed,
		.events = b.events, .error = b.error || b.trouble ? g_malloc0(b.error + 1) : NULL, .text = g_string_new(NULL),
		.json = g_string_new(NULL), .steps = g_array_new(FALSE, FALSE, sizeof(struct spread_row)),
	};
	memcpy(r->fingerprint, b.fingerprint, sizeof b.fingerprint);
	memcpy(r->protocol_fingerprint, b.protocol_fingerprint, sizeof b.protocol_fingerprint);
	g_string_set_size(r->text, b.text);
	g_string_set_size(r->json, b.json);
	g_array_set_size(r->steps, b.steps);
	return (!b.error || get(fd, r->error, b.error)) && get(fd, r->text->str, b.text) &&
	       get(fd, r->json->str, b.json) && get(fd, r->steps->data, b.steps * sizeof(struct spread_row));
}

/* ---- workers ----------------------------------------------------------------------------------------------------- */

static void run_job(struct job *j)
{
	j->options.stop = &stop;
	run_scenario(j->file, j->point, &j->options, &j->result);
	j->done = true;
}

/* Its engine ends the process behind this. */
static void hand_on(void *ctx, const struct run_result *r)
{
	put_result(*(const int *)ctx, r);
}

static void tell_alone(void *ctx, const struct run_result *r)
{
	const struct job *j = ctx;

	cli_error("%s: %s", j->options.name, r->error);
}

static void start(struct worker *w, struct job *jobs, guint which)
{
	w->job = which;
	w->fd = memfd_create("mooring-result", MFD_CLOEXEC);
	fflush(NULL);
	w->pid = w->fd >= 0 ? fork() : -1;
	if (w->pid == 0) {
		bool ok;

		jobs[which].options.progress = false;
		jobs[which].options.broken = hand_on;
		jobs[which].options.broken_ctx = &w->fd;
		run_job(&jobs[which]);
		ok = put_result(w->fd, &jobs[which].result);
		fflush(NULL);
		_exit(ok ? 0 : EXIT_INTERNAL);
	}
	if (w->pid > 0)
		return;
	/* no process to be had: do it here */
	if (w->fd >= 0)
		close(w->fd);
	w->pid = 0;
	jobs[which].options.broken = tell_alone;
	jobs[which].options.broken_ctx = &jobs[which];
	run_job(&jobs[which]);
}

static void lost(struct run_result *r, int status)
{
	*r = (struct run_result){
		.trouble = RUN_BROKEN, .verdict = VERDICT_ERROR, .text = g_string_new(NULL), .json = g_string_new("  {}"),
		.steps = g_array_new(FALSE, FALSE, sizeof(struct spread_row)),
		.error = WIFSIGNALED(status) ? g_strdup_printf("the run was killed by signal %d (%s)", WTERMSIG(status),
			       g_strsignal(WTERMSIG(status)))
					     : g_strdup_printf("the run ended with exit code %d and no result", WEXITSTATUS(status)),
	};
}

static void collect(struct worker *w, struct job *j, int status)
{
	bool handed = WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == EXIT_INTERNAL);

	if (!handed || !get_result(w->fd, &j->result))
		lost(&j->result, status);
	close(w->fd);
	w->pid = 0;
	j->done = true;
}

static struct worker *worker_of(struct worker *workers, unsigned n, pid_t pid)
{
	for (unsigned i = 0; i < n; i++)
		if (workers[i].pid == pid)
			return &workers[i];
	return NULL;
}

static guint tell(struct job *jobs, guint n, guint told, job_done_fn *fn, void *ctx)
{
	for (; told < n && jobs[told].done; told++)
		fn(ctx, &jobs[told]);
	return told;
}

static void run_pool(struct job *jobs, guint n, unsigned n_workers, job_done_fn *fn, void *ctx)
{
	struct worker *workers = g_new0(struct worker, n_workers);
	guint next = 0, told = 0;
	unsigned busy = 0;
	bool passed_on = false;

	while (busy || (next < n && !stop)) {
		struct worker *idle = busy < n_workers && next < n && !stop ? worker_of(workers, n_workers, 0) : NULL;

		if (idle) {
			start(idle, jobs, next++);
			busy += idle->pid > 0;
			told = tell(jobs, n, told, fn, ctx);
			continue;
		}
		if (stop && !passed_on) {
			for (unsigned i = 0; i < n_workers; i++)
				if (workers[i].pid > 0)
					kill(workers[i].pid, SIGINT);
			passed_on = true;
		}
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		struct worker *w = pid > 0 ? worker_of(workers, n_workers, pid) : NULL;

		if (w) {
			collect(w, &jobs[w->job], status);
			busy--;
			told = tell(jobs, n, told, fn, ctx);
		} else if (pid < 0 && errno != EINTR) {
			break;
		}
	}
	g_free(workers);
}

bool jobs_run(struct job *jobs, guint n, unsigned workers, job_done_fn *fn, void *ctx)
{
	/* no SA_RESTART: waiting for a worker must notice */
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction act = { .sa_handler = on_signal }, old[G_N_ELEMENTS(signals)];

	stop = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
		sigaction(signals[i], NULL, &old[i]);
		if (old[i].sa_handler != SIG_IGN)	/* nohup keeps its word */
			sigaction(signals[i], &act, NULL);
	}
	if ((workers > 1 && n > 1) || (n && jobs[0].options.engine && jobs[0].options.engine->once)) {
		run_pool(jobs, n, MIN(workers, n), fn, ctx);
	} else {
		for (guint i = 0; i < n && !stop; i++) {
			run_job(&jobs[i]);
			fn(ctx, &jobs[i]);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	return !stop;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the fork pool
 *
 * A worker is a child of this process, forked after everything is parsed, that runs what it is told, one run after the
 * other. One that crashes costs the run that it was at, and is replaced; an engine that a process has for one run alone
 * (ns-3) gets a child for each. Results come back in a memory file, so no pipe can fill up. It implements no clause.
 */
#include "cli/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "traces/out.h"

#define PATIENCE_MS 200

static volatile sig_atomic_t stop;

/* A child's result as octets: this, then error, text, json and steps. */
struct blob {
	guint job;
	enum run_trouble trouble;
	enum verdict verdict;
	bool interrupted, no_room;
	unsigned checks, passed;
	uint64_t events;
	char fingerprint[33], protocol_fingerprint[33];
	size_t error, text, json;
	guint steps;			/* how many */
};

struct worker {
	pid_t pid;			/* 0: there is none */
	int result;			/* memory file that both sides have open */
	int line;			/* socket: the number of a job one way, one octet when it is done the other way */
	guint job;
	bool busy;
};

/* That octet. */
enum { WORKER_GOES_ON = 1, WORKER_LEAVES };

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

void jobs_stop(void)
{
	stop = 1;
}

/* ---- results between processes ----------------------------------------------------------------------------------- */

/* From a line, where a read gives what is there. */
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

/* With one write: what is told of a run is short, and there are many. */
static bool put_result(int fd, guint job, const struct run_result *r)
{
	struct blob b = {
		.job = job, .trouble = r->trouble, .verdict = r->verdict, .interrupted = r->interrupted,
		.no_room = r->no_room, .checks = r->checks, .passed = r->passed, .events = r->events,
		.error = r->error ? strlen(r->error) : 0, .text = r->text->len, .json = r->json->len, .steps = r->steps->len,
	};
	GByteArray *all = g_byte_array_sized_new(4096);
	bool ok;

	memcpy(b.fingerprint, r->fingerprint, sizeof b.fingerprint);
	memcpy(b.protocol_fingerprint, r->protocol_fingerprint, sizeof b.protocol_fingerprint);
	g_byte_array_append(all, (const guint8 *)&b, sizeof b);
	g_byte_array_append(all, (const guint8 *)r->error, (guint)b.error);
	g_byte_array_append(all, (const guint8 *)r->text->str, (guint)b.text);
	g_byte_array_append(all, (const guint8 *)r->json->str, (guint)b.json);
	g_byte_array_append(all, (const guint8 *)r->steps->data, (guint)(b.steps * sizeof(struct spread_row)));
	ok = trace_out_put(fd, all->data, all->len, 0);
	g_byte_array_unref(all);
	return ok;
}

/* n octets from *at on, most of which were read with what is in front of them. */
static bool take(int fd, const char *head, size_t have, off_t *at, void *data, size_t n)
{
	size_t here = (size_t)*at < have ? MIN(n, have - (size_t)*at) : 0;
	char *p = data;

	if (!n)
		return true;		/* and data may be NULL */
	if (here)
		memcpy(p, head + *at, here);
	*at += (off_t)here;
	for (p += here, n -= here; n;) {
		ssize_t done = pread(fd, p, n, *at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		p += done;
		*at += done;
		n -= (size_t)done;
	}
	return true;
}

/* What stands there may be of an earlier run: then it is none of this one. */
static bool get_result(int fd, guint job, struct run_result *r)
{
	char head[8192];
	ssize_t have = pread(fd, head, sizeof head, 0);
	size_t n = have > 0 ? (size_t)have : 0;
	off_t at = 0;
	struct blob b;

	if (!take(fd, head, n, &at, &b, sizeof b) || b.job != job)
		return false;
	*r = (struct run_result){
		.trouble = b.trouble, .verdict = b.verdict, .interrupted = b.interrupted,
		.no_room = b.no_room, .checks = b.checks, .passed = b.passed, .events = b.events,
		.error = b.error || b.trouble ? g_malloc0(b.error + 1) : NULL, .text = g_string_new(NULL),
		.json = g_string_new(NULL), .steps = g_array_new(FALSE, FALSE, sizeof(struct spread_row)),
	};
	memcpy(r->fingerprint, b.fingerprint, sizeof b.fingerprint);
	memcpy(r->protocol_fingerprint, b.protocol_fingerprint, sizeof b.protocol_fingerprint);
	g_string_set_size(r->text, b.text);
	g_string_set_size(r->json, b.json);
	g_array_set_size(r->steps, b.steps);
	return (!b.error || take(fd, head, n, &at, r->error, b.error)) && take(fd, head, n, &at, r->text->str, b.text) &&
	       take(fd, head, n, &at, r->json->str, b.json) &&
	       take(fd, head, n, &at, r->steps->data, b.steps * sizeof(struct spread_row));
}

/* ---- workers ----------------------------------------------------------------------------------------------------- */

static void name_it(struct job *j)
{
	if (!j->options.name)
		j->maker->name(j->maker, j);
}

static void forget_name(struct job *j)
{
	g_free((char *)j->options.name);
	g_free((char *)j->options.command);
	j->options.name = j->options.command = NULL;
}

static void run_job(struct job *j)
{
	name_it(j);
	j->options.stop = &stop;
	run_scenario(j->file, j->point, &j->options, &j->result);
	j->done = true;
}

/* Its engine ends the process behind this. */
static void hand_on(void *ctx, const struct run_result *r)
{
	const struct worker *w = ctx;

	put_result(w->result, w->job, r);
}

static void tell_alone(void *ctx, const struct run_result *r)
{
	const struct job *j = ctx;

	cli_error("%s: %s", j->options.name, r->error);
}

/* One run of a worker: its octet, or 0 when the result could not be handed over. */
static char serve(struct worker *w, struct job *j)
{
	char told = WORKER_GOES_ON;

	j->options.progress = false;
	j->options.broken = hand_on;
	j->options.broken_ctx = w;
	run_job(j);
	if (!put_result(w->result, w->job, &j->result))
		return 0;
	run_result_done(&j->result);
	forget_name(j);
	fflush(NULL);
	/* an interrupt that was meant for this run is not for the next one */
	if (stop || (j->options.engine && j->options.engine->once))
		told = WORKER_LEAVES;
	return told;
}

/* Runs of one point follow one another: it is read for the first of them. What is wrong with it each tells itself. */
static void read_point(struct scenario **s, const struct job *before, struct job *j)
{
	struct report r;

	if (!before || before->point != j->point || before->file != j->file) {
		report_init(&r);
		scen_free(*s);
		*s = scen_load(j->file, j->point, &r);
		report_done(&r);
	}
	j->options.scenario = *s;
}

static void work(struct worker *w, struct job *jobs)
{
	const struct job *before = NULL;
	struct scenario *s = NULL;
	guint which;

	while (get(w->line, &which, sizeof which)) {
		char told;

		read_point(&s, before, &jobs[which]);
		before = &jobs[which];
		w->job = which;
		told = serve(w, &jobs[which]);

		if (!told)
			_exit(EXIT_FAIL);	/* not as engines end: what stands there may be half of this, half of another */
		if (send(w->line, &told, 1, MSG_NOSIGNAL) != 1 || told == WORKER_LEAVES)
			break;
	}
	_exit(EXIT_PASS);
}

static void leave(struct worker *w)
{
	close(w->line);
	close(w->result);
	w->pid = 0;
}

/* False: no process is to be had. others: their lines are not this one's. */
static bool hire(struct worker *w, struct worker *others, unsigned n, struct job *jobs)
{
	int pair[2];

	w->result = memfd_create("mooring-result", MFD_CLOEXEC);
	if (w->result < 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		close(w->result);
		return false;
	}
	fflush(NULL);
	w->pid = fork();
	if (w->pid == 0) {
		for (unsigned i = 0; i < n; i++)
			if (others[i].pid > 0)
				close(others[i].line);
		close(pair[0]);
		w->line = pair[1];
		work(w, jobs);
	}
	close(pair[1]);
	w->line = pair[0];
	if (w->pid < 0)
		leave(w);
	return w->pid > 0;
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

static int wait_for(const struct worker *w)
{
	int status = 0;

	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* It ends when nobody is at the other end of its line. */
static void dismiss(struct worker *w)
{
	shutdown(w->line, SHUT_RDWR);
	wait_for(w);
	leave(w);
}

/* The worker has told that it is done, or is gone. */
static void collect(struct worker *w, struct job *j)
{
	char told = 0;
	int status;

	w->busy = false;
	j->done = true;
	if (get(w->line, &told, 1)) {
		if (!get_result(w->result, w->job, &j->result))
			lost(&j->result, 0);
		if (told == WORKER_LEAVES)
			dismiss(w);
		return;
	}
	status = wait_for(w);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_INTERNAL || !get_result(w->result, w->job, &j->result))
		lost(&j->result, status);
	leave(w);
}

static bool give(struct worker *w, guint which)
{
	w->job = which;
	w->busy = send(w->line, &which, sizeof which, MSG_NOSIGNAL) == sizeof which;
	if (!w->busy)
		dismiss(w);		/* somebody killed it while it waited */
	return w->busy;
}

static bool any_busy(const struct worker *workers, unsigned n)
{
	bool busy = false;

	for (unsigned i = 0; i < n; i++)
		busy = busy || workers[i].busy;
	return busy;
}

/* No process is to be had, now or ever. */
static void start_here(struct job *j, bool only)
{
	if (j->options.engine && j->options.engine->once && !only) {	/* the next one would find this process used up */
		lost(&j->result, 0);
		g_free(j->result.error);
		j->result.error = g_strdup_printf("no process is to be had for the run: %s", g_strerror(errno));
		j->done = true;
		return;
	}
	j->options.broken = tell_alone;
	j->options.broken_ctx = j;
	run_job(j);
}

/* With a worker, or where there is none to be had, here. False: not before one of those that are busy is done. */
static bool start(struct worker *w, struct worker *workers, unsigned n, struct job *jobs, guint which, guint n_jobs)
{
	if (w->pid && give(w, which))
		return true;
	if (hire(w, workers, n, jobs) && give(w, which))
		return true;
	if (any_busy(workers, n))
		return false;
	start_here(&jobs[which], n_jobs == 1);
	return true;
}

static void tell_one(struct job *j, job_done_fn *fn, void *ctx)
{
	name_it(j);
	fn(ctx, j);
	forget_name(j);
}

static guint tell(struct job *jobs, guint n, guint told, job_done_fn *fn, void *ctx)
{
	for (; told < n && jobs[told].done; told++)
		tell_one(&jobs[told], fn, ctx);
	return told;
}

/* An end before the end: what was done out of turn is not lost. */
static void tell_rest(struct job *jobs, guint n, guint told, job_done_fn *fn, void *ctx)
{
	for (; told < n; told++)
		if (jobs[told].done)
			tell_one(&jobs[told], fn, ctx);
}

static guint skip_done(const struct job *jobs, guint n, guint next)
{
	while (next < n && jobs[next].done)
		next++;
	return next;
}

/* Until one of the busy ones has something to tell, or for a moment, so that an interrupt is noticed: takes that. */
static void wait_for_any(struct worker *workers, struct pollfd *lines, unsigned n, struct job *jobs)
{
	nfds_t busy = 0;

	/* those alone: more places than a process may have files are an error */
	for (unsigned i = 0; i < n; i++)
		if (workers[i].busy)
			lines[busy++] = (struct pollfd){ .fd = workers[i].line, .events = POLLIN };
	if (!busy || poll(lines, busy, PATIENCE_MS) <= 0)
		return;
	for (unsigned i = 0, k = 0; i < n; i++)
		if (workers[i].busy && lines[k++].revents)
			collect(&workers[i], &jobs[workers[i].job]);
}

static void run_pool(struct job *jobs, guint n, unsigned n_workers, job_done_fn *fn, void *ctx)
{
	struct worker *workers = g_new0(struct worker, n_workers);
	struct pollfd *lines = g_new0(struct pollfd, n_workers);
	guint next = skip_done(jobs, n, 0), told = tell(jobs, n, 0, fn, ctx);
	bool passed_on = false;

	while ((next < n && !stop) || any_busy(workers, n_workers)) {
		for (unsigned i = 0; i < n_workers && next < n && !stop; i++) {
			if (workers[i].busy)
				continue;
			if (!start(&workers[i], workers, n_workers, jobs, next, n))
				continue;
			next = skip_done(jobs, n, next + 1);
		}
		for (unsigned i = 0; stop && !passed_on && i < n_workers; i++)
			if (workers[i].busy)
				kill(workers[i].pid, SIGINT);
		passed_on = stop;
		/* what is told is told while the workers are at the next ones */
		told = tell(jobs, n, told, fn, ctx);
		wait_for_any(workers, lines, n_workers, jobs);
	}
	for (unsigned i = 0; i < n_workers; i++)
		if (workers[i].pid)
			dismiss(&workers[i]);
	tell_rest(jobs, n, told, fn, ctx);
	g_free(lines);
	g_free(workers);
}

/* One after the other, in this process: real time, and what is run singly. */
static void run_here(struct job *jobs, guint n, job_done_fn *fn, void *ctx)
{
	guint told = tell(jobs, n, 0, fn, ctx);

	while (told < n && !stop) {
		run_job(&jobs[told]);
		told = tell(jobs, n, told, fn, ctx);
	}
	tell_rest(jobs, n, told, fn, ctx);
}

static bool in_processes(const struct job *jobs, guint n)
{
	const struct run_engine *e = n ? jobs[0].options.engine : NULL;

	return n && ((e && e->once) || (n > 1 && (!e || e->simulates)));
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
	if (in_processes(jobs, n))
		run_pool(jobs, n, MIN(workers, n), fn, ctx);
	else
		run_here(jobs, n, fn, ctx);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	return !stop;
}

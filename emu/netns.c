/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: network namespaces
 *
 * A user namespace lets anybody be root over network namespaces of his own. Interfaces, addresses and routes in them
 * are ip(8)'s matter, which knows more about the kernel than we ever would.
 *
 * Programs that turn into daemons, or start others, outlive a signal to their process group. So they have a process
 * namespace of their own, whose first process is ours and does nothing but wait for our end: with it the kernel kills
 * all others there. It implements no clause.
 */
#include "emu/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/device.h"

G_DEFINE_QUARK(moor-netns-error, netns_error)

#define FOLDER "/run/netns"

struct netns {
	char *name, *path;
	int fd;
};

static int origin = -1;			/* where it was before */
static int home = -1;			/* the process's own network namespace, once netns_enter was called */
static pid_t first;			/* process of the programs' namespace; 0: they have none */
static int alive = -1;			/* the end of a pipe that it hears us by */
static int programs = -1;		/* their namespace */

static gboolean fail(GError **error, const char *what)
{
	int err = errno;

	if (err == EPERM || err == EACCES || err == ENOSPC || err == EUSERS)
		g_set_error(error, NETNS_ERROR, NETNS_REFUSED,
			    "%s: %s. Live runs need a user namespace: as root allow them with "
			    "`sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 "
			    "user.max_net_namespaces=10000 user.max_mnt_namespaces=10000 user.max_pid_namespaces=10000` (and "
			    "`kernel.apparmor_restrict_unprivileged_userns=0` where there is one), or run as root", what, g_strerror(err));
	else
		g_set_error(error, NETNS_ERROR, NETNS_FAILED, "%s: %s", what, g_strerror(err));
	return FALSE;
}

/* ---- the process's own ------------------------------------------------------------------------------------------- */

static gboolean put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	gboolean fine = fd >= 0 && write(fd, text, n) == (ssize_t)n;

	if (fd >= 0)
		close(fd);
	return fine;
}

/* Who we were is root in there; nobody else is anybody. */
static gboolean map_ids(uid_t uid, gid_t gid, GError **error)
{
	char map[64];

	if (!put("/proc/self/setgroups", "deny") && errno != ENOENT)
		return fail(error, "/proc/self/setgroups");
	g_snprintf(map, sizeof map, "0 %u 1\n", (unsigned)uid);
	if (!put("/proc/self/uid_map", map))
		return fail(error, "/proc/self/uid_map");
	g_snprintf(map, sizeof map, "0 %u 1\n", (unsigned)gid);
	return put("/proc/self/gid_map", map) || fail(error, "/proc/self/gid_map");
}

static gboolean loopback(GError **error)
{
	return device_configure("lo", NULL, 0, true, error);
}

gboolean netns_enter(GError **error)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int user = uid ? CLONE_NEWUSER : 0;

	origin = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (unshare(user | CLONE_NEWNET | CLONE_NEWNS))
		return fail(error, "a network namespace of our own cannot be made");
	if (user && !map_ids(uid, gid, error))
		return FALSE;
	/* what is mounted from here on is seen by nobody else */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL)
	    || mount("mooring", "/run", "tmpfs", 0, "mode=755,size=16m"))
		return fail(error, "/run of our own cannot be mounted");
	if (mkdir(FOLDER, 0755))
		return fail(error, FOLDER);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return fail(error, "/proc/self/ns/net");
	return loopback(error);
}

/* ---- others ------------------------------------------------------------------------------------------------------ */

void netns_go(const struct netns *n)
{
	if (setns(n->fd, CLONE_NEWNET))
		g_error("network namespace %s: %s", n->name, g_strerror(errno));
}

void netns_home(void)
{
	if (setns(home, CLONE_NEWNET))
		g_error("our own network namespace: %s", g_strerror(errno));
}

bool netns_out(void)
{
	return origin >= 0 && !setns(origin, CLONE_NEWNET);
}

void netns_settle(const struct netns *n)
{
	home = n->fd;
	netns_home();
}

static gboolean make(struct netns *n, GError **error)
{
	int fd = open(n->path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	gboolean fine;

	if (fd < 0)
		return fail(error, n->path);
	close(fd);
	if (unshare(CLONE_NEWNET))
		return fail(error, n->path);
	/* ip(8) finds it by this name */
	fine = !mount("/proc/self/ns/net", n->path, "none", MS_BIND, NULL) || fail(error, n->path);
	n->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fine = fine && (n->fd >= 0 || fail(error, n->path)) && loopback(error);
	netns_home();
	return fine;
}

struct netns *netns_new(const char *name, GError **error)
{
	struct netns *n = g_new0(struct netns, 1);

	n->name = g_strdup(name);
	n->path = g_strdup_printf(FOLDER "/%s", name);
	n->fd = -1;
	if (make(n, error))
		return n;
	netns_free(n);
	return NULL;
}

void netns_free(struct netns *n)
{
	if (!n)
		return;
	if (n->fd >= 0)
		close(n->fd);
	umount2(n->path, MNT_DETACH);
	unlink(n->path);
	g_free(n->path);
	g_free(n->name);
	g_free(n);
}

const char *netns_name(const struct netns *n) { return n->name; }
int netns_fd(const struct netns *n) { return n->fd; }

/* ---- programs ---------------------------------------------------------------------------------------------------- */

/* The first process: it has nothing of ours but the pipe. */
static void wait_for_the_end(int in)
{
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	signal(SIGCHLD, SIG_IGN);	/* orphans are buried by the kernel */
	if (dup2(in, STDIN_FILENO) < 0 || close_range(STDERR_FILENO, ~0u, 0) || close(STDOUT_FILENO))
		_exit(126);
	while (read(STDIN_FILENO, &c, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int its_namespace(pid_t pid)
{
	char path[40];

	g_snprintf(path, sizeof path, "/proc/%ld/ns/pid", (long)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

gboolean netns_programs_begin(GError **error)
{
	int ends[2];
	long pid;

	if (first)
		return TRUE;
	if (pipe2(ends, O_CLOEXEC))
		return fail(error, "a process namespace of our own");
	pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (!pid)
		wait_for_the_end(ends[0]);
	close(ends[0]);
	alive = ends[1];
	first = pid > 0 ? (pid_t)pid : 0;
	programs = first ? its_namespace(first) : -1;
	if (programs >= 0)
		return TRUE;
	fail(error, "a process namespace of our own cannot be made");
	netns_programs_end();
	return FALSE;
}

void netns_programs_end(void)
{
	if (alive >= 0)
		close(alive);
	if (programs >= 0)
		close(programs);
	alive = programs = -1;
	if (!first)
		return;
	kill(first, SIGKILL);
	/* it is over when all others there are */
	while (waitpid(first, NULL, 0) < 0 && errno == EINTR)
		;
	first = 0;
}

struct inside {
	int fd;				/* -1: at home */
	int out;			/* -1: ours */
	pid_t parent;
	bool apart;			/* it goes into the programs' process namespace, with a /proc of that */
	bool terminal;			/* our standard input is a terminal, and its now */
};

/* As its process namespace says; systems that hide parts of /proc do not allow it, and it is a convenience. */
static void own_proc(void)
{
	if (!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		(void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

static void take_terminal(void)
{
	static const int own[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };

	signal(SIGTTOU, SIG_IGN);	/* from the background it would stop us */
	tcsetpgrp(STDIN_FILENO, getpgrp());
	for (size_t k = 0; k < G_N_ELEMENTS(own); k++)
		signal(own[k], SIG_DFL);
}

/* Ends as the program did, for who waits for us. */
static void end_as(int status)
{
	sigset_t none;

	if (!WIFSIGNALED(status))
		_exit(WEXITSTATUS(status));
	prctl(PR_SET_DUMPABLE, 0);	/* one core is enough */
	sigemptyset(&none);
	signal(WTERMSIG(status), SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	kill(getpid(), WTERMSIG(status));
	_exit(128 + WTERMSIG(status));
}

/* Between us and a program in the other process namespace: signals go in, its end comes out. */
static void stand_for(pid_t pid, const sigset_t *all)
{
	int status, number;

	close_range(0, ~0u, 0);
	setpgid(pid, pid);
	for (;;) {
		number = sigwaitinfo(all, NULL);
		if (waitpid(pid, &status, WNOHANG) == pid)
			end_as(status);
		if (number > 0 && number != SIGCHLD)
			kill(-pid, number);
	}
}

static bool go_apart(void)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	signal(SIGCHLD, SIG_DFL);
	if (setns(programs, CLONE_NEWPID))
		return false;
	pid = fork();
	if (pid > 0)
		stand_for(pid, &all);
	if (pid < 0)
		return false;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	own_proc();
	sigprocmask(SIG_SETMASK, &old, NULL);
	return true;
}

static void enter(gpointer user)
{
	const struct inside *i = user;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != i->parent || (i->fd >= 0 && setns(i->fd, CLONE_NEWNET)) || (i->apart && !go_apart()))
		_exit(126);
	if (i->out >= 0 && (dup2(i->out, STDOUT_FILENO) < 0 || dup2(i->out, STDERR_FILENO) < 0))
		_exit(126);
	signal(SIGPIPE, SIG_DFL);	/* GLib ignores it once it has made a socket */
	if (i->terminal)
		take_terminal();
}

static struct inside inside(const struct netns *n, int out)
{
	return (struct inside){ .fd = n ? n->fd : -1, .out = out, .parent = getpid() };
}

static GPid spawn(struct inside *i, GSpawnFlags more, const char *const *argv, const char *const *env, GError **error)
{
	char **all = g_get_environ();
	GPid pid = 0;

	i->apart = programs >= 0;
	for (; env && *env; env++) {
		char **pair = g_strsplit(*env, "=", 2);

		all = g_environ_setenv(all, pair[0], pair[1] ? pair[1] : "", TRUE);
		g_strfreev(pair);
	}
	if (!g_spawn_async(NULL, (char **)(uintptr_t)argv, all, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | more, enter,
			   i, &pid, error))
		pid = 0;
	g_strfreev(all);
	return pid;
}

GPid netns_spawn(const struct netns *n, const char *const *argv, const char *const *env, int out, GError **error)
{
	struct inside i = inside(n, out);

	return spawn(&i, G_SPAWN_DEFAULT, argv, env, error);
}

GPid netns_shell(const struct netns *n, const char *const *argv, const char *const *env, int out, bool terminal,
		 GError **error)
{
	struct inside i = inside(n, out);

	i.terminal = terminal;
	return spawn(&i, G_SPAWN_CHILD_INHERITS_STDIN, argv, env, error);
}

static void ip_input(int fd, const char *commands)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	size_t n = strlen(commands), done = 0;
	struct sigaction was;

	sigaction(SIGPIPE, &ignore, &was);
	while (done < n) {
		ssize_t k = write(fd, commands + done, n - done);

		if (k < 0 && errno != EINTR)
			break;			/* it ended early and tells why */
		done += k > 0 ? (size_t)k : 0;
	}
	sigaction(SIGPIPE, &was, NULL);
}

gboolean netns_tool(const struct netns *n, const char *const *argv, const char *package, const char *commands,
		    GError **error)
{
	struct inside i = inside(n, -1);
	GPid pid;
	int in, err, status = -1;
	GString *said = g_string_new(NULL);
	char buf[512];
	ssize_t k;

	if (!g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
				      enter, &i, &pid, &in, NULL, &err, error)) {
		g_prefix_error(error, "%s(8) of %s is needed: ", *argv, package);
		g_string_free(said, TRUE);
		return FALSE;
	}
	ip_input(in, commands);
	close(in);
	while ((k = read(err, buf, sizeof buf)) > 0)
		g_string_append_len(said, buf, k);
	close(err);
	waitpid(pid, &status, 0);
	if (status)
		g_set_error(error, NETNS_ERROR, NETNS_FAILED, "%s in namespace %s: %s", *argv, n ? n->name : "of ours",
			    g_strstrip(said->str));
	g_string_free(said, TRUE);
	return status == 0;
}

gboolean netns_ip(const struct netns *n, const char *commands, GError **error)
{
	return netns_tool(n, (const char *const[]){ "ip", "-batch", "-", NULL }, "iproute2", commands, error);
}

gboolean netns_wire(const struct netns *in_a, const char *a, const struct netns *in_b, const char *b, GError **error)
{
	char *text = g_strdup_printf("link add %s netns %s type veth peer name %s netns %s\n", a, in_a->name, b, in_b->name);
	gboolean fine = netns_ip(NULL, text, error);

	g_free(text);
	return fine;
}

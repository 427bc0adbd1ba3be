/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a shell in a node
 *
 * `--shell NODE` starts $SHELL in that node's namespace, with our standard input. On a terminal it leads the foreground
 * process group, as under a login: an interrupt is its job's and not the run's, and we have the terminal back when it
 * is over. The run lasts as long as the shell. It implements no clause.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/live_run.h"

struct live_shell {
	struct live_peer *peer;
	GPid pid;			/* 0: not yet, or over */
	bool started, over, terminal;
	struct termios settings;	/* of the terminal */
	void (*stopped)(int);		/* what SIGTTOU did */
};

bool live_shell_alive(const struct live_run *r) { return r->shell && r->shell->pid; }

static const char *program(void)
{
	const char *own = g_getenv("SHELL");

	return own && *own == '/' && g_file_test(own, G_FILE_TEST_IS_EXECUTABLE) ? own : "/bin/sh";
}

/* ---- which node -------------------------------------------------------------------------------------------------- */

static struct live_peer *peer_named(const struct live_run *r, const char *name)
{
	for (guint k = 0; k < r->peers->len; k++)
		if (!strcmp(((struct live_peer *)r->peers->pdata[k])->name, name))
			return r->peers->pdata[k];
	return NULL;
}

static struct moor_node *node_named(struct live_run *r, const char *name)
{
	struct moor_world *w = build_world(r->b);

	for (uint32_t i = 0; i < moor_node_count(w); i++)
		if (!strcmp(moor_node_name(moor_node_at(w, i)), name) && build_scen_node(r->b, moor_node_at(w, i)))
			return moor_node_at(w, i);
	return NULL;
}

/* Another program's node, or one of ours with a device for programs, which it has got for this. */
static struct live_peer *find(struct live_run *r, const char *name, GError **e)
{
	struct live_peer *p = peer_named(r, name);
	struct moor_node *node = node_named(r, name);
	const struct scen_node *n = node ? build_scen_node(r->b, node) : NULL;

	if (p && (p->o || p->programs || live_programs_can(n)))
		return p;
	if (n && live_programs_can(n) && live_elsewhere(r, node))
		return live_peer_find(r, node);
	if (!n)
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "--shell %s: the scenario has no such node", name);
	else
		g_set_error(e, NETNS_ERROR, NETNS_FAILED, "--shell %s: of our own nodes only mobile and correspondent ones have "
			    "programs on them", name);
	return NULL;
}

/* ---- its life ---------------------------------------------------------------------------------------------------- */

static void lend_terminal(struct live_shell *h)
{
	h->terminal = isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp() && !tcgetattr(STDIN_FILENO, &h->settings);
	if (h->terminal)
		h->stopped = signal(SIGTTOU, SIG_IGN);		/* we are in the background, and print */
}

static void take_terminal_back(struct live_shell *h)
{
	if (!h->terminal)
		return;
	tcsetpgrp(STDIN_FILENO, getpgrp());
	tcsetattr(STDIN_FILENO, TCSADRAIN, &h->settings);
	signal(SIGTTOU, h->stopped);
	h->terminal = false;
}

static bool start(struct live_shell *h, GPtrArray *env, GError **e)
{
	const char *argv[] = { program(), NULL };

	lend_terminal(h);
	h->pid = netns_shell(h->peer->ns, argv, (const char *const *)env->pdata,
			     h->peer->run->options->json ? STDERR_FILENO : -1, h->terminal, e);
	h->started = h->pid != 0;
	if (!h->pid)
		take_terminal_back(h);
	return h->pid != 0;
}

static bool begin(struct live_run *r, GError **e)
{
	struct live_peer *p = r->options->shell ? find(r, r->options->shell, e) : NULL;
	GPtrArray *env;
	bool fine = true;

	if (!r->options->shell)
		return true;
	if (!p)
		return false;
	r->shell = g_new0(struct live_shell, 1);
	r->shell->peer = p;
	if (p->programs || live_elsewhere(r, p->node))
		return true;		/* when it has an address */
	env = g_ptr_array_new();
	for (char **v = p->env; v && *v; v++)
		g_ptr_array_add(env, *v);
	g_ptr_array_add(env, NULL);
	fine = start(r->shell, env, e);
	g_ptr_array_free(env, TRUE);
	return fine;
}

static void is_over(struct live_run *r, int status)
{
	struct live_shell *h = r->shell;

	h->pid = 0;
	h->over = true;
	take_terminal_back(h);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		live_note(r, "%s: its shell ended with %d", h->peer->name, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		live_note(r, "%s: its shell was ended by signal %d (%s)", h->peer->name, WTERMSIG(status),
			  g_strsignal(WTERMSIG(status)));
	if (!r->options->keep)
		moor_world_stop(build_world(r->b));
}

/* The same of a node in a process of its own: its device has the addresses. */
static void elsewhere_env(const struct live_peer *p, GPtrArray *env)
{
	struct ifaddrs *all, *a;
	char text[INET6_ADDRSTRLEN];

	netns_go(p->ns);
	if (getifaddrs(&all))
		all = NULL;
	netns_home();
	for (a = all; a; a = a->ifa_next) {
		const struct sockaddr_in6 *v6 = (const void *)a->ifa_addr;
		const struct sockaddr_in *v4 = (const void *)a->ifa_addr;
		int family = a->ifa_addr ? a->ifa_addr->sa_family : AF_UNSPEC;

		if (strcmp(a->ifa_name, LIVE_PROGRAM_DEVICE))
			continue;
		if (family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
			g_ptr_array_add(env, g_strdup_printf("MOORING_IP6=%s", inet_ntop(family, &v6->sin6_addr, text, sizeof text)));
		if (family == AF_INET)
			g_ptr_array_add(env, g_strdup_printf("MOORING_IP4=%s", inet_ntop(family, &v4->sin_addr, text, sizeof text)));
	}
	if (all)
		freeifaddrs(all);
}

/* A node of ours has an address now. */
static void start_when_ready(struct live_run *r)
{
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	GError *e = NULL;

	if (r->shell->peer->programs)
		live_programs_env(r->shell->peer, env);
	else
		elsewhere_env(r->shell->peer, env);
	if (env->len) {
		g_ptr_array_add(env, g_strdup_printf("MOORING_NODE=%s", r->shell->peer->name));
		g_ptr_array_add(env, NULL);
		if (!start(r->shell, env, &e)) {
			live_note(r, "%s: %s", r->shell->peer->name, e->message);
			r->shell->over = true;
		}
		g_clear_error(&e);
	}
	g_ptr_array_free(env, TRUE);
}

static void look(struct live_run *r)
{
	struct live_shell *h = r->shell;
	int status;

	if (!h || h->over)
		return;
	if (!h->pid)
		start_when_ready(r);
	else if (waitpid(h->pid, &status, WNOHANG) == h->pid)
		is_over(r, status);
}

/* A shell that is told so by its terminal passes it on to its jobs; what is left then goes with its namespace. */
static void stop(struct live_run *r)
{
	struct live_shell *h = r->shell;
	int status;

	for (unsigned ms = 0; h && h->pid; ms += 10) {
		if (!ms) {
			kill(-h->pid, SIGHUP);
			kill(-h->pid, SIGCONT);
		} else if (ms >= LIVE_GRACE_MS) {
			kill(-h->pid, SIGKILL);
		}
		if (waitpid(h->pid, &status, WNOHANG) == h->pid)
			h->pid = 0;
		else
			g_usleep(10000);
	}
	if (h)
		take_terminal_back(h);
}

static void tell(struct live_run *r, GString *text)
{
	if (r->shell && !r->shell->started && !r->shell->over)
		g_string_append_printf(text, "%s: it had no address, and so no shell\n", r->shell->peer->name);
}

static void clean(struct live_run *r)
{
	g_clear_pointer(&r->shell, g_free);
}

const struct live_part live_shell_part = { .begin = begin, .look = look, .stop = stop, .tell = tell, .clean = clean };

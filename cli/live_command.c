/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: programs of a live run
 *
 * Each node that has one gets it started by a shell in its namespace. At the end all are told to, and those that do not
 * listen are killed; what they had started is in their process group and goes with them. It implements no clause.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/live_run.h"

struct live_peer *live_peer_new(struct live_run *r, struct moor_node *node)
{
	struct live_peer *p = g_new0(struct live_peer, 1);

	p->run = r;
	p->node = node;
	p->name = g_strdup(moor_node_name(node));
	p->device = g_ptr_array_new();
	g_ptr_array_add(r->peers, p);
	return p;
}

void live_peer_free(struct live_peer *p)
{
	programs_free(p->programs);
	netns_free(p->ns);
	outside_free(p->o);
	g_ptr_array_free(p->device, TRUE);
	g_free(p->name);
	g_free(p);
}

bool live_enter(struct live_run *r, GError **e)
{
	if (!r->entered)
		r->entered = netns_enter(e);
	return r->entered;
}

bool live_command(struct live_peer *p, const char *command, GPtrArray *env, GError **e)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };

	if (!command)
		return true;
	g_ptr_array_add(env, g_strdup_printf("MOORING_NODE=%s", p->name));
	g_ptr_array_add(env, NULL);
	p->pid = netns_spawn(p->ns, argv, (const char *const *)env->pdata, p->run->options->json ? STDERR_FILENO : -1, e);
	return p->pid != 0;
}

static bool over(struct live_peer *p)
{
	int status;

	if (!p->pid || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return !p->pid;
	p->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		g_string_append_printf(p->run->notes, "%s: its command ended with %d\n", p->name, WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && !p->told)
		g_string_append_printf(p->run->notes, "%s: its command was ended by signal %d (%s)\n", p->name,
				       WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	return true;
}

void live_commands_stop(struct live_run *r)
{
	for (unsigned ms = 0, left = r->peers->len; left; ms += 10) {
		left = 0;
		for (guint k = 0; k < r->peers->len; k++) {
			struct live_peer *p = r->peers->pdata[k];

			if (over(p))
				continue;
			left++;
			p->told = true;
			if (!ms || ms >= LIVE_GRACE_MS)
				kill(-p->pid, ms ? SIGKILL : SIGTERM);
		}
		if (left)
			g_usleep(10000);
	}
}

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

#define NOTES_MAX 8000u			/* octets: a program can do the same thing very often */

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

struct live_peer *live_peer_find(const struct live_run *r, const struct moor_node *node)
{
	for (guint k = 0; k < r->peers->len; k++)
		if (((struct live_peer *)r->peers->pdata[k])->node == node)
			return r->peers->pdata[k];
	return NULL;
}

bool live_elsewhere(const struct live_run *r, const struct moor_node *node)
{
	return r->elsewhere && r->elsewhere[moor_node_id(node)];
}

void live_peer_free(struct live_peer *p)
{
	programs_free(p->programs);
	netns_free(p->ns);
	outside_free(p->o);
	g_strfreev(p->env);
	g_ptr_array_free(p->device, TRUE);
	g_free(p->name);
	g_free(p);
}

bool live_enter(struct live_run *r, GError **e)
{
	if (!r->entered)
		r->entered = netns_enter(e);
	return r->entered && netns_programs_begin(e);
}

void live_note(struct live_run *r, const char *fmt, ...)
{
	moor_time now = r->b ? moor_world_now(build_world(r->b)) : 0;
	va_list ap;

	if (r->notes->len >= NOTES_MAX)
		return;
	va_start(ap, fmt);
	g_string_append_vprintf(r->notes, fmt, ap);
	va_end(ap);
	g_string_append_printf(r->notes, ", at %.3f s\n", (double)(now / MOOR_US) / 1e6);
	if (r->notes->len >= NOTES_MAX)
		g_string_append(r->notes, "and more of this kind\n");
}

bool live_command(struct live_peer *p, const char *command, GPtrArray *env, GError **e)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };

	g_ptr_array_add(env, g_strdup_printf("MOORING_NODE=%s", p->name));
	g_ptr_array_add(env, NULL);
	g_strfreev(p->env);
	p->env = g_strdupv((char **)env->pdata);
	if (!command)
		return true;
	p->pid = netns_spawn(p->ns, argv, (const char *const *)env->pdata, p->run->options->json ? STDERR_FILENO : -1, e);
	p->group = p->pid;
	return p->pid != 0;
}

static bool over(struct live_peer *p)
{
	int status;

	if (!p->pid || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return !p->pid;
	p->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		live_note(p->run, "%s: its command ended with %d", p->name, WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && !p->told)
		live_note(p->run, "%s: its command was ended by signal %d (%s)", p->name, WTERMSIG(status),
			  g_strsignal(WTERMSIG(status)));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		live_note(p->run, "%s: its command did not end when it was told to, and was killed", p->name);
	return true;
}

void live_commands_look(struct live_run *r)
{
	for (guint k = 0; k < r->peers->len; k++)
		over(r->peers->pdata[k]);
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
	for (guint k = 0; k < r->peers->len; k++) {
		struct live_peer *p = r->peers->pdata[k];

		if (p->group)
			kill(-p->group, SIGKILL);
		p->group = 0;
	}
}

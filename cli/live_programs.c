/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: programs on nodes of ours
 *
 * A node with `program` gets a namespace with a TUN device; the program is started when the node has an address, which
 * the device follows from then on. It implements no clause.
 */
#include <string.h>

#include "cli/live_run.h"

static void complain(struct live_peer *p, GError *e)
{
	if (e)
		g_string_append_printf(p->run->notes, "%s: %s\n", p->name, e->message);
	g_clear_error(&e);
}

static void put_env(GPtrArray *env, const struct ip6_addr *a, bool v4)
{
	char text[ADDR_TEXT_MAX];

	g_ptr_array_add(env, g_strdup_printf("MOORING_%s=%s", v4 ? "IP4" : "IP6",
					     v4 ? ip4_text(ip6_mapped_ip4(a), text) : ip6_text(a, text)));
}

void live_programs_env(struct live_peer *p, GPtrArray *env)
{
	struct ip6_addr a;

	for (unsigned v4 = 0; v4 < 2; v4++)
		if (build_address(p->run->b, p->node, v4, &a))
			put_env(env, &a, v4);
}

static void look_at(struct live_peer *p)
{
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	struct ip6_addr a;
	GError *e = NULL;

	live_programs_env(p, env);
	for (unsigned v4 = 0; v4 < 2; v4++) {
		bool there = build_address(p->run->b, p->node, v4, &a);

		if (!programs_address(p->programs, v4, there ? &a : NULL, &e))
			complain(p, e);
		e = NULL;
	}
	if (env->len && p->program) {
		g_ptr_array_add(env, g_strdup_printf("MOORING_ORIGIN=%" G_GINT64_FORMAT, live_origin(p->run->l)));
		if (!live_command(p, p->program, env, &e))
			complain(p, e);
		p->program = NULL;
	}
	g_ptr_array_free(env, TRUE);
}

static void look(struct live_run *r)
{
	for (guint k = 0; k < r->peers->len; k++)
		if (((struct live_peer *)r->peers->pdata[k])->programs)
			look_at(r->peers->pdata[k]);
}

static struct live_peer *open_device(struct live_run *r, struct moor_node *node, GError **e)
{
	struct live_peer *p = live_peer_find(r, node);

	if (!p)
		p = live_peer_new(r, node);
	if (!p->ns)
		p->ns = netns_new(p->name, e);
	p->programs = p->ns ? programs_new(r->l, build_host(r->b, node), p->ns, LIVE_PROGRAM_DEVICE, LIVE_PROGRAM_MTU, e)
			    : NULL;
	if (!p->programs)
		g_prefix_error(e, "node %s: ", p->name);
	return p->programs ? p : NULL;
}

static bool open_programs(struct live_run *r, struct moor_node *node, GError **e)
{
	struct live_peer *p = open_device(r, node, e);

	if (p)
		p->program = build_scen_node(r->b, node)->program;
	return p != NULL;
}

bool live_programs_can(const struct scen_node *n)
{
	return n->peer != PEER_EXTERNAL && (n->kind == NODE_UE || n->kind == NODE_MN || n->kind == NODE_CN);
}

static bool wanted(const struct live_run *r, const struct moor_node *node, const struct scen_node *n)
{
	bool shell = r->options->shell && !strcmp(r->options->shell, moor_node_name(node));

	return n->peer != PEER_EXTERNAL && (n->program || (shell && live_programs_can(n)));
}

static bool begin(struct live_run *r, GError **e)
{
	struct moor_world *w = build_world(r->b);
	uint32_t n = moor_node_count(w);
	bool fine = true;

	for (uint32_t i = 0; fine && i < n; i++) {
		const struct scen_node *node = build_scen_node(r->b, moor_node_at(w, i));

		if (node && wanted(r, moor_node_at(w, i), node) && !live_elsewhere(r, moor_node_at(w, i)))
			fine = live_enter(r, e) && open_programs(r, moor_node_at(w, i), e);
	}
	return fine;
}

const struct live_part live_programs_part = { .begin = begin, .look = look };

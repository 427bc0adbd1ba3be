/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: nodes that are other programs
 *
 * A node with `peer: external` has a network namespace of its own, named as the node, and in it a TAP device for each
 * interface, with the scenario's MAC address, MTU and addresses; its carrier is that of the link. It implements no
 * clause.
 */
#include <unistd.h>

#include "cli/live_run.h"

/* Its link may be another one now, with another MTU. */
static void follow_mtu(struct live_peer *p, unsigned i)
{
	uint32_t mtu = moor_port_mtu(outside_port(p->o, i));
	const char *name = device_name(p->device->pdata[i]);
	GError *e = NULL;

	if (!moor_port_up(outside_wire(p->o, i)))
		return;			/* it was removed */
	moor_port_external(outside_wire(p->o, i), true, mtu);
	netns_go(p->ns);
	if (!device_set_mtu(name, mtu, &e))
		live_note(p->run, "%s: its interface %s cannot follow its link: %s", p->name, name, e->message);
	netns_home();
	g_clear_error(&e);
}

static void follow_carrier(void *ctx, unsigned i, bool up)
{
	struct live_peer *p = ctx;

	if (device_of(build_scen_node(p->run->b, p->node), moor_port_name(outside_port(p->o, i))))
		return;			/* who is there keeps his own cable */
	if (up)
		follow_mtu(p, i);
	if (!device_carrier(p->device->pdata[i], up))
		live_note(p->run, "%s: the carrier of its interface %s could not be changed", p->name,
			  device_name(p->device->pdata[i]));
}

static void addresses(const struct build *b, struct outside *o, const struct moor_port *port, const char *name,
		      GString *ip, GPtrArray *env)
{
	struct ip6_prefix a;
	char text[48];

	for (unsigned n = 0; build_port_address(b, port, n, &a); n++) {
		bool v4 = ip6_is_mapped(&a.addr);

		outside_address(o, &a.addr);
		if (v4)
			ip4_text(ip6_mapped_ip4(&a.addr), text);
		else
			ip6_text(&a.addr, text);
		g_string_append_printf(ip, "addr add %s/%u dev %s%s\n", text, v4 ? a.len - 96u : a.len, name, v4 ? "" : " nodad");
		g_ptr_array_add(env, g_strdup_printf("MOORING_%s_%s=%s", name, v4 ? "IP4" : "IP6", text));
	}
}

/* The interface of one port: device, MAC, MTU, addresses, and up if its link is. */
static bool open_port(struct live_peer *p, const struct build *b, unsigned i, GPtrArray *env, GError **e)
{
	struct moor_port *port = outside_port(p->o, i);
	GString *ip = g_string_new(NULL);
	char name[LIVE_NAME_MAX + 1];
	struct device *d;
	bool fine;

	g_strlcpy(name, moor_port_name(port), sizeof name);
	netns_go(p->ns);
	d = device_tap(name, e);
	/* before it is up: a kernel that saw a carrier once takes its return for the same link, and solicits no router */
	if (d)
		device_carrier(d, moor_port_up(port));
	fine = d && device_configure(name, moor_port_mac(port), moor_port_mtu(port), true, e);
	netns_home();
	if (fine) {
		g_ptr_array_add(p->device, d);
		live_port(p->run->l, outside_wire(p->o, i), d, moor_port_mtu(port));
		addresses(b, p->o, port, name, ip, env);
		fine = !ip->len || netns_ip(p->ns, ip->str, e);
	} else {
		device_free(d);
	}
	g_string_free(ip, TRUE);
	return fine;
}

static enum outside_kind kind_of(const struct scen_node *n)
{
	return n->kind == NODE_MN ? OUTSIDE_HOST : n->kind == NODE_UE ? OUTSIDE_UE :
	       n->kind == NODE_ROUTER ? OUTSIDE_ROUTER : OUTSIDE_NODE;
}

/* An interface of the machine, opened already. */
static void join_port(struct live_peer *p, unsigned i, const struct scen_device *s)
{
	struct moor_port *port = outside_port(p->o, i);
	struct device *d = live_device_take(p->run, s);

	g_ptr_array_add(p->device, d);
	outside_shared(p->o, i, s->mac != NULL);
	if (device_mtu(d) && device_mtu(d) < moor_port_mtu(port))
		g_string_append_printf(p->run->notes, "%s: %s has an MTU of %u, %s one of %u: longer packets are lost\n", p->name,
				       s->interface, device_mtu(d), moor_port_name(port), moor_port_mtu(port));
	live_port(p->run->l, outside_wire(p->o, i), d, moor_port_mtu(port));
}

/* One that has an interface which nobody else has needs a namespace for it. */
static bool is_placed(const struct live_peer *p, const struct scen_node *n)
{
	bool all = outside_count(p->o) > 0;

	for (unsigned i = 0; i < outside_count(p->o); i++)
		all &= device_of(n, moor_port_name(outside_port(p->o, i))) != NULL;
	return all;
}

static bool open_peer(struct live_run *r, struct moor_node *node, GError **e)
{
	const struct scen_node *n = build_scen_node(r->b, node);
	struct live_peer *p = live_peer_new(r, node);
	GPtrArray *env = g_ptr_array_new_with_free_func(g_free);
	bool fine;

	p->o = outside_new(node, (enum mh_profile)r->s->profile, kind_of(n));
	outside_on_carrier(p->o, follow_carrier, p);
	fine = is_placed(p, n) || (live_enter(r, e) && (p->ns = netns_new(p->name, e)) != NULL);
	for (unsigned i = 0; fine && i < outside_count(p->o); i++) {
		const struct scen_device *d = device_of(n, moor_port_name(outside_port(p->o, i)));

		if (d)
			join_port(p, i, d);
		else
			fine = open_port(p, r->b, i, env, e);
	}
	fine = fine && ((!p->ns && !n->command) || live_keys(p, env, e)) && live_command(p, n->command, env, e);
	g_ptr_array_free(env, TRUE);
	if (!fine)
		g_prefix_error(e, "node %s: ", p->name);
	return fine;
}

static bool begin(struct live_run *r, GError **e)
{
	struct moor_world *w = build_world(r->b);
	uint32_t n = moor_node_count(w);
	bool fine = true;

	for (uint32_t i = 0; fine && i < n; i++) {
		const struct scen_node *node = build_scen_node(r->b, moor_node_at(w, i));

		if (node && node->peer == PEER_EXTERNAL && node->kind != NODE_AAA)
			fine = open_peer(r, moor_node_at(w, i), e);
	}
	return fine;
}

const struct live_part live_peers_part = { .begin = begin };

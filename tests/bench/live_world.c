/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: worlds of live benchmarks
 *
 * A scenario's text becomes a world, ports of nodes are put on devices of a namespace. It implements no clause.
 */
#include "tests/bench/live_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICE_MTU = 1700, WIRE_MTU = 1600 };

void live_world_broken(const struct live_world *w, const char *what, GError *e)
{
	fprintf(stderr, "%s: %s%s%s\n", w->name, what, e ? ": " : "", e ? e->message : "");
	exit(1);
}

void live_world_namespace(struct live_world *w)
{
	char *name = g_strdup_printf("w%p", (void *)w);
	GError *e = NULL;

	w->ns = netns_new(name, &e);
	if (!w->ns)
		live_world_broken(w, "a namespace", e);
	g_free(name);
	live_world_silent(w);
}

void live_world_silent(const struct live_world *w)
{
	FILE *f;

	netns_go(w->ns);
	f = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");
	netns_home();
	if (!f || fputs("1", f) < 0 || fclose(f))
		live_world_broken(w, "IPv6 of a namespace", NULL);
}

void live_world_open(struct live_world *w, const char *text, const struct moor_world_config *c)
{
	struct moor_world_config own = { .out = live_out };
	struct report r;
	char *why = NULL;

	report_init(&r);
	w->f = scen_open_text(w->name, text, strlen(text), &r);
	w->s = w->f ? scen_load(w->f, NULL, &r) : NULL;
	if (!w->s)
		live_world_broken(w, r.text->str, NULL);
	report_done(&r);
	own.ctx = w->l = live_new();
	w->b = build_new(w->s, 1, c ? c : &own);
	live_attach(w->l, live_world(w));
	if (!build_fill(w->b, &why))
		live_world_broken(w, why, NULL);
}

struct moor_world *live_world(const struct live_world *w) { return build_world(w->b); }

struct moor_node *live_world_node(const struct live_world *w, const char *name)
{
	for (uint32_t k = 0; k < moor_node_count(live_world(w)); k++)
		if (!strcmp(moor_node_name(moor_node_at(live_world(w), k)), name))
			return moor_node_at(live_world(w), k);
	live_world_broken(w, name, NULL);
}

struct moor_port *live_world_port(const struct live_world *w, const char *node, const char *port)
{
	struct moor_port *p;

	for (uint32_t k = 0; (p = moor_port_at(live_world(w), k)); k++)
		if (!strcmp(moor_node_name(moor_port_node(p)), node) && !strcmp(moor_port_name(p), port))
			return p;
	live_world_broken(w, port, NULL);
}

struct device *live_world_device(const struct live_world *w, const char *name, bool tun)
{
	GError *e = NULL;
	struct device *d;

	netns_go(w->ns);
	d = tun ? device_tun(name, &e) : device_tap(name, &e);
	if (!d || !device_configure(name, NULL, DEVICE_MTU, true, &e))
		live_world_broken(w, name, e);
	netns_home();
	return d;
}

struct outside *live_world_away(const struct live_world *w, const char *node, const char *port, struct device *d)
{
	struct outside *o = outside_new(live_world_node(w, node), (enum mh_profile)w->s->profile, false);

	for (unsigned k = 0; k < outside_count(o); k++)
		if (!strcmp(moor_port_name(outside_port(o, k)), port)) {
			live_port(w->l, outside_wire(o, k), d, WIRE_MTU);
			return o;
		}
	live_world_broken(w, port, NULL);
}

void live_world_close(struct live_world *w)
{
	build_free(w->b);
	live_free(w->l);
	scen_free(w->s);
	if (w->f)
		scen_close(w->f);
	netns_free(w->ns);
}

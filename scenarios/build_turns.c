/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: interfaces of a host that take turns
 *
 * A plain host knows nothing of mobility, but somebody in it decides which of its interfaces is used: the first of a
 * list whose link is there. Where a radio says when a link is there, nothing else decides about a handover between
 * technologies. As the gateways of PMIPv6 know one attachment at a time, the worse interfaces are off their links
 * meanwhile; they are switched on again when the better one has lost its own. It implements no clause.
 */
#include <string.h>

#include "scenarios/build_priv.h"

/* Its place in the list; -1: it does not take turns. */
static int rank(const struct scen_node *n, const struct moor_port *p)
{
	for (guint i = 0; i < n->prefer->len; i++)
		if (!strcmp(((const struct tree *)n->prefer->pdata[i])->text, moor_port_name(p)))
			return (int)i;
	return -1;
}

static struct moor_port *ranked(const struct scen_node *n, const struct mn *m, int k)
{
	return net_iface_port(mn_iface(m, ((const struct tree *)n->prefer->pdata[k])->text));
}

static bool better_is_there(const struct scen_node *n, const struct mn *m, int its)
{
	for (int k = 0; k < its; k++)
		if (moor_port_up(ranked(n, m, k)))
			return true;
	return false;
}

static void comes(const struct scen_node *n, struct mn *m, struct moor_port *p, int its)
{
	if (!moor_port_up(p))
		return;			/* and went again */
	if (better_is_there(n, m, its)) {
		moor_link_detach(p);
		return;
	}
	if (net_iface_port(mn_preferred(m)) != p)
		mn_prefer(m, moor_port_name(p));
	for (int k = its + 1; k < (int)n->prefer->len; k++)
		moor_link_detach(ranked(n, m, k));
}

/* The worse ones are switched on; which of them it will be is seen when they come, the first of them is hoped for. */
static void goes(struct build *b, const struct scen_node *n, struct mn *m, int its)
{
	bool hoped = false;

	for (int k = its + 1; k < (int)n->prefer->len; k++) {
		struct moor_port *p = ranked(n, m, k);
		struct moor_link *l = g_hash_table_lookup(b->turns, p);

		if (!l)
			continue;
		if (!hoped)
			mn_go_on(m, moor_port_name(p));
		hoped = true;
		if (!moor_port_link(p))
			moor_link_attach(l, p, false);
	}
}

static void on_carrier(void *ctx, struct mn *m, struct net_iface *i, bool up)
{
	struct build *b = ctx;
	struct moor_port *p = net_iface_port(i);
	const struct scen_node *n = build_member(b, moor_node_id(moor_port_node(p))).herd->n;
	int its = rank(n, p);

	if (its < 0 || !mn_preferred(m))
		return;
	if (up)
		comes(n, m, p, its);
	else if (mn_preferred(m) == i)
		goes(b, n, m, its);
}

void build_turns(struct build *b, struct herd *h)
{
	if (!h->n->prefer->len)
		return;
	h->profile.carrier = on_carrier;
	h->profile.ctx = b;
}

bool build_turns_attach(struct build *b, const struct herd *h, struct mn *m, struct moor_port *p, struct moor_link *to)
{
	int its = rank(h->n, p);

	if (its < 0)
		return false;
	g_hash_table_insert(b->turns, p, to);
	if (!mn_preferred(m))
		mn_prefer(m, moor_port_name(p));
	if (!better_is_there(h->n, m, its))
		moor_link_attach(to, p, false);
	return true;
}

void build_turns_end(struct build *b, const struct mn *m)
{
	struct moor_port *p;

	for (unsigned i = 0; (p = mn_port(m, i)); i++)
		g_hash_table_remove(b->turns, p);
}

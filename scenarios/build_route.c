/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: static routes between fixed nodes
 *
 * Once, after all nodes stand: for every prefix of a link and every pool of a home agent, the distance of each
 * forwarding node (home agents and routers) is found by breadth-first search over links that carry the family, and
 * every node gets a route by its nearest neighbour, the first in the scenario's order among equals. Private IPv4
 * prefixes behind a NAT are known to nobody else. It implements no clause.
 */
#include <string.h>

#include "scenarios/build_priv.h"
#include "scenarios/dhcp6.h"
#include "scenarios/pmip.h"

#define FAR UINT_MAX

/* Where packets for a prefix are to be brought: the nodes on a link, or one node. */
struct target {
	struct ip6_prefix prefix;	/* IPv4 as mapped, 96 + n */
	bool v4;
	guint link;			/* G_MAXUINT: only the node `at` */
	const struct fix *at;
};

static bool forwards(const struct fix *f)
{
	const struct scen_node *n = f->n;

	return n && (n->kind == NODE_HA || n->kind == NODE_ROUTER || n->kind == NODE_LMA || n->kind == NODE_MAG);
}

static bool has_family(const struct fix_iface *i, bool v4)
{
	return v4 ? !ip4_is_zero(i->a4) : !ip6_is_zero(&i->a6);
}

/* A private prefix behind a NAT of a router on that link: nobody outside can know it. */
static bool behind_nat(const struct build *b, const struct scen_link *l)
{
	for (guint k = 0; k < b->n_fix; k++) {
		const struct scen_node *n = b->fix[k].n;

		if (n && n->nat && scen_on_link(b->s, l, n->base.name) && strcmp(n->nat->outside->text, l->base.name)
		    && (n->nat->inside.len ? ip4_in_prefix(l->prefix4.addr, n->nat->inside) : ip4_is_private(l->prefix4.addr)))
			return true;
	}
	return false;
}

static void distances(struct build *b, const struct target *t, guint *dist)
{
	bool changed = true;

	for (guint k = 0; k < b->n_fix; k++)
		dist[k] = t->link == G_MAXUINT ? (&b->fix[k] == t->at ? 0 : FAR)
					       : b->fix[k].n && fix_on(&b->fix[k], t->link) ? 0 : FAR;
	while (changed) {
		changed = false;
		for (guint k = 0; k < b->n_fix; k++)
			for (guint i = 0; forwards(&b->fix[k]) && i < b->fix[k].n_ifaces; i++) {
				const struct fix_iface *own = &b->fix[k].iface[i];

				for (guint o = 0; o < b->n_fix; o++) {
					struct fix_iface *other = forwards(&b->fix[o]) ? fix_on(&b->fix[o], own->link) : NULL;

					if (o == k || !other || dist[o] == FAR || dist[o] + 1 >= dist[k] || !has_family(own, t->v4)
					    || !has_family(other, t->v4))
						continue;
					dist[k] = dist[o] + 1;
					changed = true;
				}
			}
	}
}

/* The neighbour nearest to the target, and by which interface. */
static const struct fix_iface *next_hop(struct build *b, struct fix *f, const struct target *t, const guint *dist,
					struct fix_iface **out)
{
	const struct fix_iface *best = NULL;
	guint nearest = FAR;

	for (guint i = 0; i < f->n_ifaces; i++)
		for (guint o = 0; o < b->n_fix; o++) {
			struct fix_iface *other = forwards(&b->fix[o]) ? fix_on(&b->fix[o], f->iface[i].link) : NULL;

			if (&b->fix[o] == f || !other || dist[o] >= nearest || !has_family(&f->iface[i], t->v4)
			    || !has_family(other, t->v4))
				continue;
			nearest = dist[o];
			best = other;
			*out = &f->iface[i];
		}
	return best;
}

/* What to do with a route; by_port: the port of the node that it leaves by. */
struct told {
	const struct fix *only;		/* NULL: they are added to everybody's stack */
	build_route_fn *fn;
	void *ctx;
};

static void tell(struct fix *f, const struct target *t, const struct ip6_addr *hop, struct net_iface *out,
		 const struct told *to)
{
	if (!to->fn)
		net_route_add(f->host, &t->prefix, hop, out);
	else if (f == to->only)
		to->fn(to->ctx, &t->prefix, hop, net_iface_port(out));
}

static void route_to(struct build *b, const struct target *t, const struct told *to)
{
	guint *dist = g_new(guint, b->n_fix + 1);

	distances(b, t, dist);
	for (guint k = 0; k < b->n_fix; k++) {
		struct fix *f = &b->fix[k];
		struct fix_iface *out = NULL;

		/* on the link, or the home agent itself: it knows already */
		if (!f->n || dist[k] == 0 || (f->n->kind == NODE_MAG && t->link == G_MAXUINT && t->prefix.len == 64))
			continue;	/* a pool of one prefix: the MAG's own route for its mobile node would be a second */
		const struct fix_iface *hop = next_hop(b, f, t, dist, &out);

		if (!hop)
			continue;
		struct ip6_addr a = t->v4 ? ip6_mapped(hop->a4) : hop->a6;

		tell(f, t, &a, out->iface, to);
	}
	g_free(dist);
}

static struct ip6_prefix mapped_prefix(struct ip4_prefix p)
{
	return (struct ip6_prefix){ ip6_mapped(p.addr), (uint8_t)(96 + p.len) };
}

/* Home agents that share a pool: packets go to the first of them. */
static bool pool_of_earlier(const struct build *b, guint k)
{
	for (guint i = 0; i < k; i++) {
		const struct scen_node *n = b->fix[i].n;

		if (n && (n->kind == NODE_HA || n->kind == NODE_LMA) && ip6_prefix_eq(&n->hnp_pool, &b->fix[k].n->hnp_pool))
			return true;
	}
	return false;
}

static void all_routes(struct build *b, const struct told *to)
{
	for (guint i = 0; i < b->s->links->len; i++) {
		const struct scen_link *l = b->s->links->pdata[i];
		struct target t = { .prefix = l->prefix, .link = i };

		if (l->prefix.len)
			route_to(b, &t, to);
		t = (struct target){ .prefix = mapped_prefix(l->prefix4), .v4 = true, .link = i };
		if (l->prefix4.len && !behind_nat(b, l))
			route_to(b, &t, to);
	}
	for (guint i = 0; i < b->s->links->len; i++) {	/* a prefix for guests of a MAG, which knows it already */
		const struct scen_link *l = b->s->links->pdata[i];
		struct target t = { .prefix = l->guest_prefix, .link = i };

		if (l->guest_prefix.len)
			route_to(b, &t, to);
	}
	for (guint k = 0; k < b->n_fix; k++) {
		const struct scen_node *n = b->fix[k].n;

		if (!n || (n->kind != NODE_HA && n->kind != NODE_LMA))
			continue;
		/* [R5213d-5.5.2-02] an LMA's prefixes are advertised as one aggregate, its pool */
		struct target t = { .prefix = n->hnp_pool, .link = G_MAXUINT, .at = &b->fix[k] };

		if (!pool_of_earlier(b, k))
			route_to(b, &t, to);
		if (n->kind == NODE_LMA && n->anchoring->shared_prefix.len) {
			struct ip6_addr first = ip6_from64(ip6_high64(&n->anchoring->shared_prefix.addr), 0);

			t.prefix = ip6_prefix_make(&first, 64);
			route_to(b, &t, to);
		}
		t = (struct target){ .prefix = mapped_prefix(n->ipv4_pool), .v4 = true, .link = G_MAXUINT, .at = &b->fix[k] };
		if (n->ipv4_pool.len)
			route_to(b, &t, to);
		if (!n->dhcp6 || !n->dhcp6->delegate.len)
			continue;
		t = (struct target){ .prefix = n->dhcp6->delegate, .link = G_MAXUINT, .at = &b->fix[k] };
		route_to(b, &t, to);
	}
}

void build_routes(struct build *b)
{
	all_routes(b, &(struct told){ .only = NULL });
}

void build_routes_of(struct build *b, const struct moor_node *n, build_route_fn *fn, void *ctx)
{
	struct told to = { .fn = fn, .ctx = ctx };

	for (guint k = 0; k < b->n_fix; k++)
		if (b->fix[k].node == n)
			to.only = &b->fix[k];
	if (to.only)
		all_routes(b, &to);
}

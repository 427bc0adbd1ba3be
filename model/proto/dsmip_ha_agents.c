/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agents of a link
 *
 * The Home Agents List, learnt from the advertisements of the others with H set [RFC 6275 10.5.1], and dynamic home
 * agent address discovery: whoever asks at the anycast address is told all of them, the highest preference first,
 * equals in an order that chance decides each time [RFC 6275 10.5, 6.5, 6.6].
 */
#include "proto/dsmip_ha_net.h"

uint64_t dsmip_ha_net_draw(struct dsmip_ha *a, uint64_t below)
{
	return rng_below(&a->net->rng, below);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static struct ha_listed *listed(struct ha_net *n, const struct ip6_addr *local)
{
	for (unsigned k = 0; k < n->n; k++)
		if (ip6_eq(&n->list[k].local, local))
			return &n->list[k];
	return NULL;
}

static void strike(struct ha_net *n, struct ha_listed *e)
{
	*e = n->list[--n->n];
}

static void strike_old(struct ha_net *n, moor_time now)
{
	for (unsigned k = n->n; k-- > 0;)
		if (n->list[k].until <= now)
			strike(n, &n->list[k]);
}

static void addresses(struct ha_listed *e, const struct nd_opts *o)
{
	for (unsigned k = 0; k < o->n_prefixes; k++) {
		const struct nd_prefix *x = &o->prefixes[k];
		bool known = !x->router_addr || !dsmip_routable6(&x->addr);

		for (unsigned j = 0; j < e->n; j++)
			known = known || ip6_eq(&e->global[j], &x->addr);
		if (!known && e->n < HA_ADDRS_MAX)
			e->global[e->n++] = x->addr;
	}
}

/* [RFC 6275 10.5.1], its steps in their order */
void dsmip_ha_router_heard(void *owner, struct net_iface *i, const struct ip6_addr *router, const struct icmp6 *m)
{
	struct dsmip_ha *a = owner;
	struct ha_net *n = a->net;
	moor_time now = moor_world_now(ha_world(a));
	uint16_t life = m->opts.has_home_agent ? m->opts.ha_lifetime : m->router_lifetime;
	struct ha_listed *e;

	if (!n || i != a->home)
		return;
	strike_old(n, now);
	e = listed(n, router);
	if (!m->home_agent || !life) {
		if (e)
			strike(n, e);
		return;
	}
	if (!e && n->n == HA_LIST_MAX) {
		dsmip_discard(a->h, 0, "home-agents-many", "RFC 6275 10.5.1");
		return;
	}
	if (!e) {
		e = &n->list[n->n++];
		*e = (struct ha_listed){ .local = *router };
	}
	e->until = now + life * MOOR_S;
	e->preference = m->opts.has_home_agent ? m->opts.ha_preference : 0;
	addresses(e, &m->opts);
}

/* ---- the answer -------------------------------------------------------------------------------------------------- */

struct ranked {
	struct ip6_addr addr;
	uint16_t preference;
};

static unsigned all_addresses(struct dsmip_ha *a, struct ranked *out)
{
	unsigned n = 0;

	out[n++] = (struct ranked){ a->c.addr.a6, a->c.preference };
	for (unsigned k = 0; k < a->net->n; k++)
		for (unsigned j = 0; j < a->net->list[k].n; j++)
			out[n++] = (struct ranked){ a->net->list[k].global[j], a->net->list[k].preference };
	return n;
}

/* A random one of the highest that are left goes to the next place. */
static void rank(struct dsmip_ha *a, struct ranked *r, unsigned n)
{
	for (unsigned at = 0; at < n; at++) {
		unsigned best = at, equals = 0, pick;
		struct ranked t;

		for (unsigned k = at; k < n; k++)
			if (r[k].preference > r[best].preference)
				best = k;
		for (unsigned k = at; k < n; k++)
			equals += r[k].preference == r[best].preference;
		pick = (unsigned)dsmip_ha_net_draw(a, equals);
		for (unsigned k = at; k < n; k++)
			if (r[k].preference == r[best].preference && !pick--) {
				t = r[k];
				r[k] = r[at];
				r[at] = t;
				break;
			}
	}
}

void dsmip_ha_agents_asked(struct dsmip_ha *a, const struct net_rx *rx, const struct icmp6 *m)
{
	struct ranked all[1 + HA_LIST_MAX * HA_ADDRS_MAX];
	struct icmp6 reply = { .type = ICMP6_T_DHAAD_REPLY, .id = m->id };
	struct net_send s = { .src = a->c.addr.a6, .dst = rx->ip6->h.src };
	unsigned n;

	if (!dsmip_ha_net_anycast(a, &rx->ip6->h.dst) || rx->outer.encap != ENCAP_PLAIN || m->code ||
	    !dsmip_routable6(&s.dst)) {
		dsmip_discard(a->h, 0, "home-agent-discovery", "RFC 6275 10.5.1");
		return;
	}
	dsmip_icmp_record_rx(rx, m, &ip6_any, &s.dst);
	strike_old(a->net, moor_world_now(ha_world(a)));
	n = all_addresses(a, all);
	rank(a, all, n);
	reply.n_agents = (uint8_t)(n < DHAAD_MAX_AGENTS ? n : DHAAD_MAX_AGENTS);	/* within the least MTU */
	for (unsigned k = 0; k < reply.n_agents; k++)
		reply.agents[k] = all[k].addr;
	dsmip_icmp_send(a->h, &reply, &s, &ip6_any, &s.dst, 1);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbour discovery messages: sending them, and what neighbour solicitations and advertisements do to the neighbour
 * cache and to addresses being tested [RFC 4861 7.2.3 to 7.2.6, RFC 4862 5.4.3 to 5.4.5]. Router discovery is in
 * discover.c (hosts) and router.c (routers). Redirects are discarded: no router here sends them.
 */
#include "net/core.h"

#define ND_BUFFER 512u			/* the largest message we make is an advertisement with all options */

void net_nd_send(struct net_iface *i, const struct ip6_addr *src, const struct ip6_addr *dst, const struct mac_addr *to,
		 const struct icmp6 *m)
{
	struct net_host *h = i->h;
	uint8_t buffer[ND_BUFFER];
	struct mac_addr group;
	struct moor_pkt *p;

	if (!i->link || i->link->disabled6)
		return;
	p = moor_pkt_from(h->nw->w, buffer, icmp6_encode(m, src, dst, buffer, sizeof buffer));
	p->trace_class = CLASS_ND;
	p = net_push6(h, p, src, dst, PROTO_ICMP6, 255);
	if (!to && ip6_is_multicast(dst)) {
		group = ip6_multicast_mac(dst);
		to = &group;
	}
	if (to)
		net_frame_send(i, to, p, ETYPE_IP6);
	else
		net_neigh_send(i, dst, p);
}

/* The link-local address that the host with the address target knows us by. */
static bool seen_by(const struct net_iface *i, const struct ip6_addr *target, struct ip6_addr *ours)
{
	const struct net_hooks *hooks = i->h->hooks;

	return hooks && hooks->seen_by && hooks->seen_by(i->h->hooks_owner, i, target, ours);
}

/*
 * An address of this interface, or nobody on the link could answer [RFC 4861 7.2.2]: where it has none of the target's
 * scope, as a router that shows itself by its link-local address alone, that one.
 */
static bool source_on(const struct net_iface *i, const struct ip6_addr *target, struct ip6_addr *out)
{
	if (!net_addr_source(i->h, i, target, out))
		return false;
	if (!net_addr_on(i, out))
		net_addr_link_local(i, out);
	return true;
}

void net_nd_solicit(struct net_iface *i, const struct ip6_addr *src, const struct ip6_addr *target,
		    const struct mac_addr *to)
{
	struct icmp6 m = { .type = ICMP6_T_NS, .target = *target };
	struct ip6_addr dst = to ? *target : ip6_solicited_node(target), chosen;
	struct net_addr *a;
	bool seen = !src && seen_by(i, target, &chosen);

	if (!src) {
		if (!seen && !source_on(i, target, &chosen))
			return;
		src = &chosen;
	}
	/* No link-layer address from an unspecified [RFC 4861 4.3] or optimistic [RFC 4429 3.2] source. */
	a = net_addr_on(i, src);
	if (seen || (a && a->state == ADDR_USABLE)) {
		m.opts.has_slla = true;
		m.opts.slla = *moor_port_mac(i->port);
	}
	net_nd_send(i, src, &dst, to, &m);
}

void net_probe_host(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac)
{
	net_enter(i->h->nw);
	if (i->link && net_is_mapped(addr))
		net_arp_request(i, net_unmap(addr), mac);
	else if (i->link)
		net_nd_solicit(i, NULL, addr, mac);
	net_leave(i->h->nw);
}

/* to NULL: all nodes, unsolicited. */
static void advertise(struct net_iface *i, const struct net_addr *a, const struct ip6_addr *to,
		      const struct mac_addr *mac)
{
	struct icmp6 m = { .type = ICMP6_T_NA, .target = a->a };
	struct ip6_addr src = a->a;

	m.router = i->h->profile->forward || net_advertises(i);
	m.solicited = to != NULL;
	m.override_ = a->state == ADDR_USABLE;
	m.opts.has_tlla = true;
	m.opts.tlla = *moor_port_mac(i->port);
	net_nd_send(i, &src, to ? to : &ip6_all_nodes, mac, &m);
}

void net_announce(struct net_iface *i, const struct ip6_addr *addr)
{
	struct net_addr *a = net_addr_ours(i->h, addr);

	if (!i->link || !a)
		return;
	if (net_is_mapped(addr))
		net_arp_announce(i, net_unmap(addr));
	else
		advertise(i, a, NULL, NULL);
}

/*
 * For an address that is not ours [RFC 6275 10.4.1]: as its owner would, but never as a router. to NULL: all nodes.
 * What is unasked overrides what others know; an answer does not, so that the owner's own goes before it
 * [RFC 4861 7.2.8].
 */
static void advertise_for(struct net_iface *i, const struct ip6_addr *target, const struct ip6_addr *to, bool override)
{
	struct icmp6 m = { .type = ICMP6_T_NA, .target = *target, .solicited = to != NULL, .override_ = override };
	struct ip6_addr src;

	if (!net_addr_link_local(i, &src))
		return;
	m.opts.has_tlla = true;
	m.opts.tlla = *moor_port_mac(i->port);
	net_nd_send(i, &src, to ? to : &ip6_all_nodes, NULL, &m);
}

void net_proxy_announce(struct net_iface *i, const struct ip6_addr *addr)
{
	net_enter(i->h->nw);
	if (i->link)
		advertise_for(i, addr, NULL, true);
	net_leave(i->h->nw);
}

void net_proxy_group(struct net_iface *i, const struct ip6_addr *addr, bool join)
{
	struct ip6_addr solicited = ip6_solicited_node(addr);
	struct mac_addr mac = ip6_multicast_mac(&solicited);

	if (join)
		moor_port_join(i->port, &mac);
	else
		moor_port_leave(i->port, &mac);
}

/*
 * Does the sender of a solicitation get an entry of its own? Where [RFC 4861 7.2.3] has a SHOULD, two kinds get none,
 * which would be kept for a million hosts and never be asked for: who probes us by unicast (it knows us already), and
 * the default router of a host under another of its addresses.
 */
static bool worth_an_entry(const struct net_in *c, const struct ip6_packet *k, const struct mac_addr *mac)
{
	const struct net_router *r = net_default(c->i, true);
	const struct net_neigh *n;

	if (net_neigh_find(c->i, &k->h.src))
		return true;
	if (!ip6_is_multicast(&k->h.dst))
		return false;
	n = r ? net_neigh_find(c->i, &r->ip) : NULL;
	return !n || !mac_eq(&n->mac, mac);
}

/* Solicitations from ::, which look for a duplicate or for the home agent, are answered to all [RFC 6275 11.5.5]. */
static void proxied_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	const struct net_hooks *hooks = c->h->hooks;
	bool probe = ip6_is_zero(&k->h.src);

	if (!hooks || !hooks->proxies || !hooks->proxies(c->h->hooks_owner, c->i, &m->target))
		return;
	if (!probe && m->opts.has_slla)
		net_neigh_learn(c->i, &k->h.src, &m->opts.slla);
	advertise_for(c->i, &m->target, probe ? NULL : &k->h.src, false);
}

void net_host_address(const struct net_in *c, const struct ip6_addr *addr)
{
	const struct net_hooks *hooks = c->h->hooks;

	if (hooks && hooks->host_address)
		hooks->host_address(c->h->hooks_owner, c->i, &c->from, addr);
}

bool net_seen_as(const struct net_in *c, const struct ip6_addr *ours)
{
	const struct net_hooks *hooks = c->h->hooks;

	return hooks && hooks->seen_as && ip6_is_link_local(ours) &&
	       hooks->seen_as(c->h->hooks_owner, c->i, &c->from, ours);
}

/* For the link-local address that this host alone knows us by [RFC 5213 6.8]. */
static void advertise_seen(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	bool probe = ip6_is_zero(&k->h.src);
	struct icmp6 a = { .type = ICMP6_T_NA, .target = m->target, .router = true, .solicited = !probe, .override_ = true };

	a.opts.has_tlla = true;
	a.opts.tlla = *moor_port_mac(c->i->port);
	if (!probe && m->opts.has_slla)
		net_neigh_learn(c->i, &k->h.src, &m->opts.slla);
	net_nd_send(c->i, &m->target, probe ? &ip6_all_nodes : &k->h.src, &c->from, &a);
}

/* [RFC 4861 7.2.3, RFC 4862 5.4.3] */
static void solicitation_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	struct net_addr *a = net_addr_on(c->i, &m->target);
	bool probe = ip6_is_zero(&k->h.src);

	if (probe)
		net_host_address(c, &m->target);
	if (!a && net_seen_as(c, &m->target))
		advertise_seen(c, k, m);
	else if (!a)
		proxied_in(c, k, m);
	if (!a || a->state == ADDR_DUPLICATE)
		return;
	if (a->state == ADDR_TENTATIVE || (a->state == ADDR_OPTIMISTIC && probe)) {
		if (probe)
			net_addr_clash(a);
		return;
	}
	if (!probe && m->opts.has_slla && worth_an_entry(c, k, &m->opts.slla))
		net_neigh_learn(c->i, &k->h.src, &m->opts.slla);
	if (probe)
		advertise(c->i, a, NULL, NULL);
	else
		advertise(c->i, a, &k->h.src, net_neigh_find(c->i, &k->h.src) ? NULL : &c->from);
}

/* [RFC 4861 7.2.5] for an entry that has a link-layer address */
static void update(struct net_neigh *n, const struct icmp6 *m)
{
	bool other = m->opts.has_tlla && !mac_eq(&m->opts.tlla, &n->mac);
	struct mac_addr mac = m->opts.has_tlla ? m->opts.tlla : n->mac;
	bool was_router = n->is_router;
	struct net_iface *i = n->i;

	if (other && !m->override_) {
		if (n->state == NEIGH_REACHABLE) {
			n->state = NEIGH_STALE;
			n->until = net_now(i->h);
		}
		return;
	}
	n->is_router = m->router;
	if (m->solicited)
		net_neigh_confirm(n, &mac);
	else if (other)
		net_neigh_learn(i, &n->ip, &mac);
	if (was_router && !m->router)
		net_discover_not_router(i, &m->target);
}

static void advertisement_in(struct net_in *c, const struct icmp6 *m)
{
	struct net_addr *a = net_addr_on(c->i, &m->target);
	struct net_neigh *n;

	if (a && a->state == ADDR_USABLE) {
		net_discard(c->h, c->i, "address-conflict", "RFC 4862 5.4.4");
		return;
	}
	if (a && (a->state == ADDR_TENTATIVE || a->state == ADDR_OPTIMISTIC))
		net_addr_clash(a);	/* so it is a neighbour's: what that says holds as for any other */
	n = net_neigh_find(c->i, &m->target);
	if (!n)
		return;
	if (n->state != NEIGH_INCOMPLETE) {
		update(n, m);
		return;
	}
	if (!m->opts.has_tlla)
		return;
	n->is_router = m->router;
	if (m->solicited)
		net_neigh_confirm(n, &m->opts.tlla);
	else
		net_neigh_learn(c->i, &m->target, &m->opts.tlla);
}

void net_nd_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	const char *why = nd_invalid(m, &k->h.src, &k->h.dst, k->h.hop_limit);

	if (why || c->outer.encap != ENCAP_PLAIN) {
		net_discard(c->h, c->i, why ? why : "nd-in-tunnel", "RFC 4861 6.1");
		return;
	}
	if (!c->i->link)
		return;
	switch (m->type) {
	case ICMP6_T_NS:
		solicitation_in(c, k, m);
		return;
	case ICMP6_T_NA:
		advertisement_in(c, m);
		return;
	case ICMP6_T_RA:
		net_discover_in(c, k, m);
		return;
	case ICMP6_T_RS:
		net_router_solicited(c, k, m);
		return;
	default:
		net_discard(c->h, c->i, "nd-redirect", "RFC 4861 8.1");
	}
}

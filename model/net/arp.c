/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP [RFC 826] as a feeder of the neighbour cache: requests and replies, announcements [RFC 5227 2.3], and the
 * answer to probes, and for others where a hook says so. Address conflicts are recorded, not defended against
 * [RFC 5227 2.4 is left out].
 */
#include "net/core.h"
#include "wire/arp.h"

static void arp_send(struct net_iface *i, const struct arp *a, const struct mac_addr *to)
{
	struct moor_pkt *p = moor_pkt_new(i->h->nw->w, ARP_LEN);

	arp_encode(a, p->data, ARP_LEN);
	p->trace_class = CLASS_ND;
	net_frame_send(i, to, p, ETYPE_ARP);
}

static struct ip4_addr own_address(const struct net_iface *i, struct ip4_addr target)
{
	struct ip6_addr mapped = ip6_mapped(target), src;
	struct net_addr *a;

	if (!net_addr_source(i->h, i, &mapped, &src))
		return (struct ip4_addr){ { 0 } };
	a = net_addr_ours(i->h, &src);
	return a && a->i == i ? net_unmap(&src) : (struct ip4_addr){ { 0 } };
}

void net_arp_request(struct net_iface *i, struct ip4_addr target, const struct mac_addr *to)
{
	struct arp a = { .op = ARP_REQUEST, .sha = *moor_port_mac(i->port), .tpa = target };

	a.spa = own_address(i, target);
	arp_send(i, &a, to ? to : &mac_broadcast);
}

void net_arp_announce(struct net_iface *i, struct ip4_addr addr)
{
	struct arp a = { .op = ARP_REQUEST, .sha = *moor_port_mac(i->port), .spa = addr, .tpa = addr };

	arp_send(i, &a, &mac_broadcast);
}

static void answer(struct net_iface *i, const struct arp *q)
{
	struct arp a = { .op = ARP_REPLY, .sha = *moor_port_mac(i->port), .spa = q->tpa, .tha = q->sha,
			 .tpa = q->spa };

	arp_send(i, &a, &q->sha);
}

static bool assigned(const struct net_iface *i, struct ip4_addr a)
{
	struct ip6_addr mapped = ip6_mapped(a);
	struct net_addr *k = net_addr_on(i, &mapped);

	return k && net_addr_live(k);
}

/* Not for who announces or probes its own address [RFC 5227 2.1, 2.3]. */
static bool for_another(const struct net_iface *i, const struct arp *a)
{
	const struct net_hooks *hooks = i->h->hooks;

	return hooks && hooks->arp_proxies && a->op == ARP_REQUEST && !ip4_eq(a->spa, a->tpa) &&
	       hooks->arp_proxies(i->h->hooks_owner, i, &a->sha, a->tpa);
}

/* [RFC 826] "Packet reception": a known sender is updated; the target of a request learns the sender. */
static void take(struct net_iface *i, const struct arp *a)
{
	struct ip6_addr sender = ip6_mapped(a->spa);
	bool for_us = assigned(i, a->tpa);
	struct net_neigh *n = net_neigh_find(i, &sender);

	if (assigned(i, a->spa)) {
		net_discard(i->h, i, "arp-conflict", "RFC 5227 2.4");
		return;
	}
	if (!ip4_is_zero(a->spa) && !ip4_is_multicast(a->spa)) {
		if (n && a->op == ARP_REPLY && for_us)
			net_neigh_confirm(n, &a->sha);
		else if (n || (for_us && a->op == ARP_REQUEST))
			net_neigh_learn(i, &sender, &a->sha);
	}
	if ((for_us && a->op == ARP_REQUEST) || (!for_us && for_another(i, a)))
		answer(i, a);
}

void net_arp_in(struct net_iface *i, struct moor_pkt *p)
{
	struct reader r = reader_on(p->data, p->len);
	struct arp a;

	if (!i->h->profile->ipv4) {
		moor_pkt_free(i->h->nw->w, p);
		return;
	}
	if (!arp_decode(&r, &a, NULL))
		net_discard(i->h, i, r.fault.reason, "RFC 826");
	else if (mac_eq(&a.sha, moor_port_mac(i->port)) || (a.sha.o[0] & 1))
		net_discard(i->h, i, "arp-sender", "RFC 5227 2.4");
	else
		take(i, &a);
	moor_pkt_free(i->h->nw->w, p);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The neighbour cache and neighbour unreachability detection [RFC 4861 7.2.2, 7.3], for IPv6 and, with ARP requests in
 * place of solicitations, for IPv4 [RFC 826, RFC 1122 2.3.2.1 (2) unicast poll].
 *
 * REACHABLE ends by comparing times when a packet is sent, so only entries being resolved or probed hold a timer. A few
 * neighbours stand in a list, more are found through an index: a router with a million of them looks up in constant
 * time. Entries unused for a while are swept as new ones come.
 */
#include <string.h>

#include "net/core.h"
#include "wire/eth.h"

#define SWEEP_AGE (600 * MOOR_S)	/* a STALE entry older than this may be forgotten */
#define SWEEP_STEP 2			/* entries looked at for each new one */

static void neigh_due(struct moor_world *w, struct moor_timer *t);

/* ---- finding, making, removing ----------------------------------------------------------------------------------- */

static uint32_t hash_of(const struct net_iface *i, const struct ip6_addr *ip)
{
	return index_hash(ip6_high64(ip) ^ (uint64_t)moor_port_number(i->port) << 32, ip6_low64(ip));
}

static struct net_neigh *find_indexed(const struct net_iface *i, const struct ip6_addr *ip)
{
	const struct net_world *nw = i->h->nw;
	uint32_t hash = hash_of(i, ip), at, ref;
	struct net_neigh *n;

	for (ref = index_first(&nw->neighs, hash, &at); ref; ref = index_next(&nw->neighs, hash, &at)) {
		n = slab_get(&nw->s[S_NEIGHS], ref);
		if (n->i == i && ip6_eq(&n->ip, ip))
			return n;
	}
	return NULL;
}

struct net_neigh *net_neigh_find(const struct net_iface *i, const struct ip6_addr *ip)
{
	const struct net_link *l = i->link;

	if (!l)
		return NULL;
	if (l->indexed)
		return find_indexed(i, ip);
	for (struct net_neigh *n = net_neigh_at(i->h, l->neighs); n; n = net_neigh_at(i->h, n->next))
		if (ip6_eq(&n->ip, ip))
			return n;
	return NULL;
}

/* The packets that wait; the caller's from now on. */
static struct moor_pkt *queue_take(struct net_neigh *n)
{
	struct moor_pkt *p = n->state == NEIGH_INCOMPLETE ? n->queue : NULL;

	if (p)
		n->queue = NULL;
	return p;
}

static void neigh_free(struct net_neigh *n)
{
	struct net_world *nw = n->i->h->nw;
	struct net_link *l = n->i->link;
	struct moor_pkt *waiting = queue_take(n), *p;
	moor_handle *at = &l->neighs, self;

	if (l->indexed) {
		self = slab_handle_of(&nw->s[S_NEIGHS], n);
		index_remove(&nw->neighs, hash_of(n->i, &n->ip), self);
	} else {
		while (net_neigh_at(n->i->h, *at) != n)
			at = &net_neigh_at(n->i->h, *at)->next;
		self = *at;
		*at = n->next;
	}
	l->n_neighs--;
	moor_timer_cancel(nw->w, &n->timer);
	while ((p = waiting)) {
		waiting = p->next;
		moor_pkt_free(nw->w, p);
	}
	slab_free(&nw->s[S_NEIGHS], self);
}

static void to_index(struct net_iface *i)
{
	struct net_link *l = i->link;

	for (moor_handle at = l->neighs; at; at = net_neigh_at(i->h, at)->next)
		index_add(&i->h->nw->neighs, hash_of(i, &net_neigh_at(i->h, at)->ip), at);
	for (moor_handle at = l->neighs, next; at; at = next) {
		next = net_neigh_at(i->h, at)->next;
		net_neigh_at(i->h, at)->port = 0;
	}
	l->neighs = 0;
	l->indexed = true;
}

static bool idle_long(const struct net_neigh *n, moor_time now)
{
	return !moor_timer_pending(&n->timer) && !n->is_router && n->until < now && now - n->until > SWEEP_AGE;
}

/* Goes round all neighbours of the world, a few steps for each one made. */
static void sweep(struct net_world *nw)
{
	const struct slab *all = &nw->s[S_NEIGHS];
	moor_time now = moor_world_now(nw->w);
	struct net_neigh *n;

	for (int k = 0; k < SWEEP_STEP; k++) {
		n = slab_next(all, &nw->sweep);
		if (!n) {
			nw->sweep = 0;
			return;
		}
		if (idle_long(n, now))
			neigh_free(n);
	}
	if (slab_number(nw->sweep) + SWEEP_STEP < all->top)	/* those of the next time */
		mem_fetch(slab_at(all, slab_number(nw->sweep) + 1), SWEEP_STEP * sizeof *n);
}

static struct net_neigh *neigh_new(struct net_iface *i, const struct ip6_addr *ip, enum neigh_state state)
{
	struct net_world *nw = i->h->nw;
	struct net_link *l = i->link;
	struct net_neigh *n;
	moor_handle self;

	if (l->n_neighs >= (i->h->profile->forward ? NET_NEIGHS_ROUTER : NET_NEIGHS_HOST)) {
		net_discard(i->h, i, "neighbour-cache-full", "RFC 6583 6");
		return NULL;
	}
	sweep(nw);
	n = slab_alloc(&nw->s[S_NEIGHS], &self);
	n->ip = *ip;
	n->i = i;
	n->state = (uint8_t)state;
	if (state != NEIGH_INCOMPLETE)
		n->until = moor_world_now(nw->w);
	if (!l->indexed && l->n_neighs >= NET_NEIGHS_LISTED)
		to_index(i);
	if (l->indexed) {
		index_add(&nw->neighs, hash_of(i, ip), self);
	} else {
		n->next = l->neighs;
		l->neighs = self;
	}
	l->n_neighs++;
	return n;
}

void net_neigh_flush(struct net_iface *i)
{
	struct net_world *nw = i->h->nw;
	struct net_link *l = i->link;
	struct net_neigh *n;
	moor_handle at = 0;

	while (!l->indexed && l->neighs)
		neigh_free(net_neigh_at(i->h, l->neighs));
	while (l->indexed && (n = slab_next(&nw->s[S_NEIGHS], &at)))
		if (n->i == i)
			neigh_free(n);
	l->indexed = false;
}

/* ---- times ------------------------------------------------------------------------------------------------------- */

moor_time net_retrans(const struct net_iface *i)
{
	if (i->link && i->link->retrans_us)
		return i->link->retrans_us * MOOR_US;
	return net_timer(i->h, T_RETRANS);
}

moor_time net_reachable(const struct net_iface *i)
{
	return i->link->reachable_us * MOOR_US;
}

/* ReachableTime: 0.5 to 1.5 times the base value [RFC 4861 6.3.2]. */
void net_reachable_draw(struct net_iface *i)
{
	uint32_t base = i->link->base_reachable_us;

	if (!base)
		base = (uint32_t)(net_timer(i->h, T_REACHABLE) / MOOR_US);
	i->link->reachable_us = base / 2 + (uint32_t)net_draw(i->h, (uint64_t)base + 1);
}

/* ---- sending ----------------------------------------------------------------------------------------------------- */

void net_frame_send(struct net_iface *i, const struct mac_addr *to, struct moor_pkt *p, uint16_t type)
{
	p = moor_pkt_push(i->h->nw->w, p, ETH_LEN);
	eth_push(p->data + ETH_LEN, ETH_LEN, to, moor_port_mac(i->port), type);
	moor_port_send(i->port, p);
}

static void ip_frame(struct net_iface *i, const struct mac_addr *to, struct moor_pkt *p)
{
	net_frame_send(i, to, p, p->data[0] >> 4 == 6 ? ETYPE_IP6 : ETYPE_IP4);
}

static void frame_to(const struct net_neigh *n, struct moor_pkt *p)
{
	moor_pkt_hint(p, n->i->link->indexed ? n->port : 0);
	ip_frame(n->i, &n->mac, p);
}

/* The neighbour is mostly who sent the frame that told its address. */
static void place(struct net_neigh *n)
{
	if (n->i->link->indexed)
		n->port = moor_port_asking(n->i->h->nw->w);
}

static void queue_send(struct net_neigh *n, struct moor_pkt *waiting)
{
	struct moor_pkt *p;

	while ((p = waiting)) {
		waiting = p->next;
		p->next = NULL;
		frame_to(n, p);
	}
}

static void queue_add(struct net_neigh *n, struct moor_pkt *p)
{
	struct moor_pkt **end = &n->queue, *oldest;
	unsigned count = 0;

	p->next = NULL;
	for (; *end; end = &(*end)->next)
		count++;
	*end = p;
	if (count < NET_QUEUE_MAX)
		return;
	oldest = n->queue;		/* [RFC 4861 7.2.2] the new arrival replaces the oldest */
	n->queue = oldest->next;
	net_drop(n->i->h, n->i, oldest, "neighbour-queue-full", "RFC 4861 7.2.2");
}

/* The source of the packet that waits, when it is an address of this interface [RFC 4861 7.2.2]. */
static bool prompting_source(const struct net_neigh *n, struct ip6_addr *src)
{
	struct net_addr *a;

	if (n->state != NEIGH_INCOMPLETE || !n->queue)
		return false;
	memcpy(src->o, n->queue->data + 8, 16);
	a = net_addr_on(n->i, src);
	return a && a->state == ADDR_USABLE;
}

static void solicit(struct net_neigh *n)
{
	const struct mac_addr *to = n->state == NEIGH_INCOMPLETE ? NULL : &n->mac;
	struct ip6_addr src;

	n->tries = n->tries < 127 ? n->tries + 1 : 127;
	if (net_is_mapped(&n->ip))
		net_arp_request(n->i, net_unmap(&n->ip), to);
	else
		net_nd_solicit(n->i, prompting_source(n, &src) ? &src : NULL, &n->ip, to);
	moor_timer_in(n->i->h->nw->w, &n->timer, net_retrans(n->i), neigh_due);
}

/* What waits has been taken out before. */
static void enter(struct net_neigh *n, enum neigh_state state)
{
	n->state = (uint8_t)state;
	n->until = net_now(n->i->h);
	n->tries = 0;
}

static void gave_up(struct net_neigh *n)
{
	struct net_iface *i = n->i;
	struct net_host *h = i->h;
	struct moor_pkt *waiting = queue_take(n), *p;
	struct ip6_addr ip = n->ip;

	neigh_free(n);
	while ((p = waiting)) {
		waiting = p->next;
		p->next = NULL;
		net_trouble(h, i, p->data, p->len, TROUBLE_UNREACHABLE, 0);
		net_drop(h, i, p, "neighbour-unresolved", "RFC 4861 7.2.2");
	}
	net_discover_unreachable(i, &ip);
}

static void neigh_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_neigh *n = MOOR_CONTAINER(t, struct net_neigh, timer);
	struct net_host *h = n->i->h;
	enum timer_id limit = T_UNICAST_SOLICIT;

	(void)w;
	net_enter(h->nw);
	if (net_is_mapped(&n->ip))
		limit = T_ARP_COUNT;
	else if (n->state == NEIGH_INCOMPLETE)
		limit = T_MULTICAST_SOLICIT;
	if (n->state == NEIGH_DELAY)
		enter(n, NEIGH_PROBE);
	if (n->tries >= net_timer(h, limit))
		gave_up(n);
	else
		solicit(n);
	net_leave(h->nw);
}

static void foresee_neigh(const struct moor_timer *t)
{
	net_fetch_host(MOOR_CONTAINER(t, const struct net_neigh, timer)->i, false);
}

void net_neigh_foresee(struct moor_world *w)
{
	moor_timer_foresee(w, neigh_due, foresee_neigh);
}

static void group_mac(const struct ip6_addr *ip, struct mac_addr *out)
{
	if (!net_is_mapped(ip)) {
		*out = ip6_multicast_mac(ip);
	} else if (ip->o[12] == 255 || !ip4_is_multicast(net_unmap(ip))) {
		*out = mac_broadcast;
	} else {
		*out = (struct mac_addr){ { 1, 0, 0x5e, ip->o[13] & 0x7f, ip->o[14], ip->o[15] } };
	}
}

static bool is_group(const struct ip6_addr *ip)
{
	if (!net_is_mapped(ip))
		return ip6_is_multicast(ip);
	return ip->o[12] >= 224 && (ip->o[12] < 240 || ip->o[12] == 255);
}

void net_neigh_send(struct net_iface *i, const struct ip6_addr *next_hop, struct moor_pkt *p)
{
	struct net_neigh *n;
	struct mac_addr to;

	if (is_group(next_hop)) {
		group_mac(next_hop, &to);
		ip_frame(i, &to, p);
		return;
	}
	n = net_neigh_find(i, next_hop);
	if (!n) {
		n = neigh_new(i, next_hop, NEIGH_INCOMPLETE);
		if (!n) {
			moor_pkt_free(i->h->nw->w, p);
			return;
		}
		queue_add(n, p);
		solicit(n);
		return;
	}
	if (n->state == NEIGH_INCOMPLETE) {
		queue_add(n, p);
		return;
	}
	if (n->state == NEIGH_STALE || (n->state == NEIGH_REACHABLE && n->until <= net_now(i->h))) {
		enter(n, NEIGH_DELAY);
		moor_timer_in(i->h->nw->w, &n->timer, net_timer(i->h, T_DELAY_PROBE), neigh_due);
	}
	frame_to(n, p);
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

struct net_neigh *net_neigh_learn(struct net_iface *i, const struct ip6_addr *ip, const struct mac_addr *mac)
{
	struct net_neigh *n = net_neigh_find(i, ip);
	struct moor_pkt *waiting;

	if (!n)
		n = neigh_new(i, ip, NEIGH_STALE);
	else if (n->state != NEIGH_INCOMPLETE && mac_eq(&n->mac, mac))
		return n;
	if (!n)
		return NULL;
	waiting = queue_take(n);
	n->mac = *mac;
	place(n);
	moor_timer_cancel(i->h->nw->w, &n->timer);
	enter(n, NEIGH_STALE);
	if (waiting) {
		enter(n, NEIGH_DELAY);
		moor_timer_in(i->h->nw->w, &n->timer, net_timer(i->h, T_DELAY_PROBE), neigh_due);
		queue_send(n, waiting);
	}
	return n;
}

void net_neigh_confirm(struct net_neigh *n, const struct mac_addr *mac)
{
	struct moor_pkt *waiting = queue_take(n);

	n->mac = *mac;
	place(n);
	moor_timer_cancel(n->i->h->nw->w, &n->timer);
	enter(n, NEIGH_REACHABLE);
	n->until = net_now(n->i->h) + net_reachable(n->i);
	queue_send(n, waiting);
	net_discover_reachable(n->i, &n->ip);
}

void net_neigh_probe(struct net_iface *i, const struct ip6_addr *ip)
{
	struct net_neigh *n = net_neigh_find(i, ip);

	if (!n)
		n = neigh_new(i, ip, NEIGH_INCOMPLETE);
	else if (n->state == NEIGH_INCOMPLETE || n->state == NEIGH_PROBE)
		return;
	else
		enter(n, NEIGH_PROBE);
	if (n)
		solicit(n);
}

void net_probe_router(struct net_iface *i)
{
	struct ip6_addr ip;

	if (i->link && (net_default_router(i, false, &ip) || net_default_router(i, true, &ip)))
		net_neigh_probe(i, &ip);
}

void net_neighbour_set(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac)
{
	if (i->link)
		net_neigh_learn(i, addr, mac);
}

void net_neighbour_correct(struct net_iface *i, const struct ip6_addr *addr, const struct mac_addr *mac)
{
	if (net_neigh_find(i, addr))
		net_neigh_learn(i, addr, mac);
}

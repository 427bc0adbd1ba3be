/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next-hop determination [RFC 4861 5.2]: on-link prefixes, static routes by longest match, default routers, for
 * IPv6 and (as mapped addresses) IPv4; and the path MTU cache [RFC 8201, RFC 1191].
 *
 * A few routes stand in a list, sorted by length. Many (a million host routes on a home agent) go into a map per
 * prefix length, so that a look-up costs one probe per length in use.
 *
 * A host with several interfaces sends from an address by the interface that owns it [RFC 1122 3.3.4.2, strong
 * model for default routers], then by the preferred one, then by the first that has a way.
 */
#include <glib.h>
#include <string.h>

#include "net/core.h"

#define PMTU_AGE (600 * MOOR_S)		/* RFC 8201 4: not less than 5 minutes, recommended 10 */

/* ---- static routes ----------------------------------------------------------------------------------------------- */

static struct net_route *routes_of(const struct net_host *h)
{
	return h->routes ? slab_get(&h->nw->s[S_ROUTES], h->routes) : NULL;
}

static void list_insert(struct net_host *h, struct net_route *r)
{
	struct net_route *head = routes_of(h), **at = &head;

	while (*at && (*at)->len >= r->len)
		at = &(*at)->next;
	r->next = *at;
	*at = r;
	h->routes = head->self;
}

static unsigned listed(const struct net_host *h)
{
	unsigned n = 0;

	for (const struct net_route *r = routes_of(h); r; r = r->next)
		n++;
	return n;
}

static void lens_insert(struct net_route_table *t, uint8_t len)
{
	uint32_t k = t->n_lens++;

	for (; k && t->lens[k - 1] < len; k--)
		t->lens[k] = t->lens[k - 1];
	t->lens[k] = len;
}

static void lens_remove(struct net_route_table *t, uint8_t len)
{
	uint32_t k = 0;

	while (t->lens[k] != len)
		k++;
	memmove(&t->lens[k], &t->lens[k + 1], --t->n_lens - k);
}

static struct net_route *table_get(const struct net_host *h, const struct net_route_table *t, uint8_t len,
				   const struct ip6_addr *prefix)
{
	uint32_t handle;

	if (!map_get(&t->by_len[len], map_key_ip6(prefix), &handle))
		return NULL;
	return slab_get(&h->nw->s[S_ROUTES], handle);
}

static void table_insert(struct net_host *h, struct net_route_table *t, struct net_route *r)
{
	struct map *m = &t->by_len[r->len];
	size_t was = map_octets(m);

	r->next = table_get(h, t, r->len, &r->addr);
	if (!m->count)
		lens_insert(t, r->len);
	map_put(m, map_key_ip6(&r->addr), r->self);
	h->nw->extra_octets += (uint32_t)(map_octets(m) - was);
}

static void to_table(struct net_host *h)
{
	struct net_route_table *t = g_new0(struct net_route_table, 1);
	struct net_route *r, *next;

	for (int k = 0; k <= 128; k++)
		map_init(&t->by_len[k]);
	net_extra(h)->table = t;
	h->nw->extra_octets += (uint32_t)sizeof *t;
	for (r = routes_of(h); r; r = next) {
		next = r->next;
		table_insert(h, t, r);
	}
	h->routes = 0;
}

static struct net_route_table *table_of(const struct net_host *h)
{
	return h->extra ? h->extra->table : NULL;
}

static struct net_route *first_of(const struct net_host *h, const struct ip6_prefix *p)
{
	struct net_route_table *t = table_of(h);
	struct net_route *r;

	if (t)
		return table_get(h, t, p->len, &p->addr);
	for (r = routes_of(h); r; r = r->next)
		if (r->len == p->len && ip6_eq(&r->addr, &p->addr))
			return r;
	return NULL;
}

/* The next one of the same prefix; in a list others of that length may stand between. */
static struct net_route *next_of(const struct net_route *r)
{
	struct net_route *n = r->next;

	while (n && n->len == r->len && !ip6_eq(&n->addr, &r->addr))
		n = n->next;
	return n && n->len == r->len ? n : NULL;
}

void net_route_add(struct net_host *h, const struct ip6_prefix *prefix, const struct ip6_addr *next_hop,
		   struct net_iface *out)
{
	struct ip6_prefix p = ip6_prefix_make(&prefix->addr, prefix->len);
	struct net_route *r = first_of(h, &p);
	moor_handle self;

	while (r && r->out != out)
		r = next_of(r);
	if (r) {
		r->next_hop = *next_hop;
		return;
	}
	r = slab_alloc(&h->nw->s[S_ROUTES], &self);
	r->self = self;
	r->addr = p.addr;
	r->len = p.len;
	r->next_hop = *next_hop;
	r->out = out;
	if (!table_of(h) && listed(h) >= NET_ROUTES_LISTED)
		to_table(h);
	if (table_of(h))
		table_insert(h, h->extra->table, r);
	else
		list_insert(h, r);
}

static void table_remove(struct net_host *h, struct net_route *r)
{
	struct net_route_table *t = h->extra->table;
	struct ip6_prefix p = { r->addr, r->len };
	struct net_route *k = first_of(h, &p);

	if (k != r) {
		while (k->next != r)
			k = k->next;
		k->next = r->next;
	} else if (r->next) {
		map_put(&t->by_len[r->len], map_key_ip6(&r->addr), r->next->self);
	} else {
		map_del(&t->by_len[r->len], map_key_ip6(&r->addr));
		if (!t->by_len[r->len].count)
			lens_remove(t, r->len);
	}
}

static void route_free(struct net_host *h, struct net_route *r)
{
	struct net_route *head = routes_of(h), **at = &head;

	if (table_of(h)) {
		table_remove(h, r);
	} else {
		while (*at != r)
			at = &(*at)->next;
		*at = r->next;
		h->routes = head ? head->self : 0;
	}
	slab_free(&h->nw->s[S_ROUTES], r->self);
}

void net_route_remove(struct net_host *h, const struct ip6_prefix *prefix)
{
	struct ip6_prefix p = ip6_prefix_make(&prefix->addr, prefix->len);
	struct net_route *r;

	while ((r = first_of(h, &p)))
		route_free(h, r);
}

void net_route_remove_via(struct net_host *h, const struct ip6_prefix *prefix, const struct net_iface *out)
{
	struct ip6_prefix p = ip6_prefix_make(&prefix->addr, prefix->len);
	struct net_route *r = first_of(h, &p);

	while (r && r->out != out)
		r = next_of(r);
	if (r)
		route_free(h, r);
}

/* ---- looking up -------------------------------------------------------------------------------------------------- */

struct choice {
	const struct net_host *h;
	const struct net_iface *via;	/* the only one allowed, or NULL */
	const struct net_iface *owner;	/* of the source address, or NULL */
	const struct net_iface *prefer;
	int len;			/* of the best match, -1: none */
	int rank;			/* of its interface */
	struct net_hop hop;
};

static int rank(const struct choice *c, const struct net_iface *i)
{
	if (i == c->owner)
		return 2;
	return i == c->prefer;
}

static void offer(struct choice *c, uint8_t len, struct net_iface *i, const struct ip6_addr *next_hop)
{
	int r;

	if (!i || !i->link || (c->via && c->via != i) || len < c->len)
		return;
	r = rank(c, i);
	if (len == c->len && r <= c->rank)
		return;
	c->len = len;
	c->rank = r;
	c->hop.i = i;
	c->hop.ip = *next_hop;
}

static void offer_route(struct choice *c, const struct net_route *r, const struct ip6_addr *dst)
{
	offer(c, r->len, r->out, ip6_is_zero(&r->next_hop) ? dst : &r->next_hop);
}

static void offer_static(struct choice *c, const struct ip6_addr *dst)
{
	const struct net_route_table *t = table_of(c->h);
	struct ip6_prefix p;

	for (const struct net_route *r = routes_of(c->h); r && r->len >= c->len; r = r->next)
		if (ip6_same_prefix(&r->addr, dst, r->len))
			offer_route(c, r, dst);
	for (uint32_t k = 0; t && k < t->n_lens && t->lens[k] > c->len; k++) {
		p = ip6_prefix_make(dst, t->lens[k]);
		for (const struct net_route *r = table_get(c->h, t, p.len, &p.addr); r; r = r->next)
			offer_route(c, r, dst);
	}
}

static void offer_on_link(struct choice *c, const struct ip6_addr *dst)
{
	moor_time now = net_now(c->h);

	for (const struct net_addr *a = c->h->addrs; a; a = a->next)
		if (net_on_link(a, now) && ip6_same_prefix(&a->a, dst, a->len))
			offer(c, a->len, a->i, dst);
}

/* suspects: routers that NUD gave up on are better than none. */
static void offer_default(struct choice *c, bool suspects)
{
	struct net_router *r;

	for (struct net_iface *i = c->h->ifaces; i; i = i->next) {
		if (c->owner && c->owner != i)
			continue;
		r = net_default(i, suspects);
		if (r)
			offer(c, 0, i, &r->ip);
	}
}

static bool link_local_hop(struct choice *c, const struct ip6_addr *dst)
{
	for (struct net_iface *i = c->h->ifaces; i; i = i->next)
		offer(c, 64, i, dst);
	return c->len >= 0;
}

bool net_route_find(const struct net_host *h, const struct ip6_addr *src, const struct ip6_addr *dst,
		    struct net_iface *via, struct net_hop *out)
{
	struct choice c = { .h = h, .via = via, .prefer = net_iface_preferred(h), .len = -1 };
	struct net_addr *a = src && !h->profile->forward ? net_addr_ours(h, src) : NULL;

	c.owner = a ? a->i : NULL;
	if (ip6_is_link_local(dst)) {
		link_local_hop(&c, dst);
	} else {
		offer_on_link(&c, dst);
		offer_static(&c, dst);
		if (c.len < 0 && !net_is_mapped(dst)) {
			offer_default(&c, false);
			if (c.len < 0)
				offer_default(&c, true);
		}
	}
	*out = c.hop;
	return c.len >= 0;
}

bool net_default_router(const struct net_iface *i, bool v4, struct ip6_addr *out)
{
	static const struct ip6_prefix any4 = { { { [10] = 0xff, [11] = 0xff } }, 96 };
	const struct net_router *r = net_default(i, false);
	const struct net_route *s;

	if (!i->link)
		return false;
	if (!v4 && r) {
		*out = r->ip;
		return true;
	}
	for (s = first_of(i->h, v4 ? &any4 : &(struct ip6_prefix){ .len = 0 }); s; s = next_of(s))
		if (s->out == i && !ip6_is_zero(&s->next_hop)) {
			*out = s->next_hop;
			return true;
		}
	return false;
}

/* ---- path MTU ---------------------------------------------------------------------------------------------------- */

uint32_t net_iface_mtu(const struct net_iface *i)
{
	uint32_t mtu = moor_port_mtu(i->port);

	return i->link && i->link->mtu && i->link->mtu < mtu ? i->link->mtu : mtu;
}

static struct net_pmtu *pmtu_any(const struct net_host *h, const struct ip6_addr *dst)
{
	uint32_t at;

	if (!h->extra || !h->extra->pmtu_first || !map_get(&h->extra->pmtu_at, map_key_ip6(dst), &at))
		return NULL;
	return slab_get(&h->nw->s[S_PMTUS], at);
}

static struct net_pmtu *pmtu_find(const struct net_host *h, const struct ip6_addr *dst)
{
	struct net_pmtu *k = pmtu_any(h, dst);

	return k && k->until > net_now(h) ? k : NULL;
}

uint32_t net_hop_mtu(const struct net_host *h, const struct net_hop *hop, const struct ip6_addr *dst)
{
	uint32_t mtu = net_iface_mtu(hop->i);
	const struct net_pmtu *k = pmtu_find(h, dst);

	return k && k->mtu < mtu ? k->mtu : mtu;
}

uint32_t net_path_mtu(const struct net_host *h, const struct ip6_addr *dst)
{
	struct net_hop hop;
	const struct net_pmtu *k;

	if (net_route_find(h, NULL, dst, NULL, &hop))
		return net_hop_mtu(h, &hop, dst);
	k = pmtu_find(h, dst);
	return k ? k->mtu : IP6_MIN_MTU;
}

static struct net_pmtu *pmtu_new(struct net_host *h, const struct ip6_addr *dst)
{
	struct net_extra *x = net_extra(h);
	struct net_pmtu *k;
	moor_handle self;

	if (x->pmtu_at.count >= NET_PMTU_MAX) {			/* the oldest makes room */
		k = x->pmtu_first;
		x->pmtu_first = k->next;
		map_del(&x->pmtu_at, map_key_ip6(&k->dst));
		slab_free(&h->nw->s[S_PMTUS], k->self);
	}
	k = slab_alloc(&h->nw->s[S_PMTUS], &self);
	k->self = self;
	k->dst = *dst;
	map_put(&x->pmtu_at, map_key_ip6(dst), self);
	if (x->pmtu_first)
		x->pmtu_last->next = k;
	else
		x->pmtu_first = k;
	x->pmtu_last = k;
	return k;
}

/* A Packet Too Big may only lower what is known [RFC 8201 4]. */
void net_pmtu_learn(struct net_host *h, const struct ip6_addr *dst, uint32_t mtu)
{
	struct net_pmtu *k = pmtu_any(h, dst);

	if (k && k->until > net_now(h) && k->mtu <= mtu)
		return;
	if (!k)
		k = pmtu_new(h, dst);
	k->mtu = mtu;
	k->until = net_now(h) + PMTU_AGE;
}

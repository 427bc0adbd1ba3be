/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next-hop determination [RFC 4861 5.2]: on-link prefixes, static routes by longest match, default routers, for
 * IPv6 and (as mapped addresses) IPv4; and the path MTU cache [RFC 8201, RFC 1191].
 *
 * A few routes stand in a list, sorted by length. Many (a million host routes on a home agent) stand in an
 * index, so that a look-up costs one probe per length in use.
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

static uint32_t hash_of(uint8_t len, const struct ip6_addr *prefix)
{
	return index_hash(ip6_high64(prefix) ^ len, ip6_low64(prefix));
}

/* The routes of one prefix that stand in a table, one after the other: start with *at 0. */
struct table_walk { uint32_t hash, at; bool on; };

static struct net_route *table_next(const struct net_host *h, struct table_walk *w, uint8_t len,
				    const struct ip6_addr *prefix)
{
	const struct index *x = &net_rest(h)->table->at;
	struct net_route *r;
	uint32_t ref;

	if (!w->on)
		w->hash = hash_of(len, prefix);
	ref = w->on ? index_next(x, w->hash, &w->at) : index_first(x, w->hash, &w->at);
	w->on = true;
	for (; ref; ref = index_next(x, w->hash, &w->at)) {
		r = slab_get(&h->nw->s[S_ROUTES], ref);
		if (r->len == len && ip6_eq(&r->addr, prefix))
			return r;
	}
	return NULL;
}

static void table_insert(struct net_host *h, struct net_route_table *t, struct net_route *r)
{
	size_t was = index_octets(&t->at);

	r->next = NULL;
	if (!t->count[r->len]++)
		lens_insert(t, r->len);
	index_add(&t->at, hash_of(r->len, &r->addr), r->self);
	h->nw->extra_octets += index_octets(&t->at) - was;
}

static void to_table(struct net_host *h)
{
	struct net_route_table *t = g_new0(struct net_route_table, 1);
	struct net_route *r, *next;

	h->nw->extra_octets += sizeof *t;
	for (r = routes_of(h); r; r = next) {
		next = r->next;
		table_insert(h, t, r);
	}
	net_extra(h)->table = t;
	h->routes = 0;
}

static struct net_route_table *table_of(const struct net_host *h)
{
	return h->extra ? net_rest(h)->table : NULL;
}

/* The route of this prefix by this interface; out NULL: the first by any with a next hop or without. */
static struct net_route *route_of(const struct net_host *h, const struct ip6_prefix *p, const struct net_iface *out)
{
	struct table_walk w = { 0 };
	struct net_route *r;

	if (table_of(h)) {
		while ((r = table_next(h, &w, p->len, &p->addr)) && out && r->out != out)
			;
		return r;
	}
	for (r = routes_of(h); r; r = r->next)
		if (r->len == p->len && ip6_eq(&r->addr, &p->addr) && (!out || r->out == out))
			return r;
	return NULL;
}

void net_route_add(struct net_host *h, const struct ip6_prefix *prefix, const struct ip6_addr *next_hop,
		   struct net_iface *out)
{
	struct ip6_prefix p = ip6_prefix_make(&prefix->addr, prefix->len);
	struct net_route *r = route_of(h, &p, out);
	moor_handle self;

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
		table_insert(h, net_rest(h)->table, r);
	else
		list_insert(h, r);
}

static void table_remove(struct net_host *h, struct net_route *r)
{
	struct net_route_table *t = net_rest(h)->table;

	index_remove(&t->at, hash_of(r->len, &r->addr), r->self);
	if (!--t->count[r->len])
		lens_remove(t, r->len);
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

	while ((r = route_of(h, &p, NULL)))
		route_free(h, r);
}

void net_route_remove_via(struct net_host *h, const struct ip6_prefix *prefix, const struct net_iface *out)
{
	struct ip6_prefix p = ip6_prefix_make(&prefix->addr, prefix->len);
	struct net_route *r = route_of(h, &p, out);

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
	const struct net_route *found;
	struct table_walk w;
	struct ip6_prefix p;

	for (const struct net_route *r = routes_of(c->h); r && r->len >= c->len; r = r->next)
		if (ip6_same_prefix(&r->addr, dst, r->len))
			offer_route(c, r, dst);
	for (uint32_t k = 0; t && k < t->n_lens && t->lens[k] > c->len; k++) {
		p = ip6_prefix_make(dst, t->lens[k]);
		w.on = false;
		while ((found = table_next(c->h, &w, p.len, &p.addr)))
			offer_route(c, found, dst);
	}
}

static void offer_on_link(struct choice *c, const struct ip6_addr *dst)
{
	moor_time now = net_now(c->h);

	EACH_ADDR(a, c->h)
		if (net_on_link(a, now) && ip6_same_prefix(&a->a, dst, a->len))
			offer(c, a->len, a->i, dst);
}

/* suspects: routers that NUD gave up on are better than none. */
static void offer_default(struct choice *c, bool suspects)
{
	struct net_router *r;

	EACH_IFACE(i, c->h) {
		if (c->owner && c->owner != i)
			continue;
		r = net_default(i, suspects);
		if (r)
			offer(c, 0, i, &r->ip);
	}
}

static bool link_local_hop(struct choice *c, const struct ip6_addr *dst)
{
	EACH_IFACE(i, c->h)
		offer(c, 64, i, dst);
	return c->len >= 0;
}

static bool owners_hop(struct choice *c, const struct ip6_addr *dst)
{
	const struct net_hooks *hooks = c->h->hooks;
	struct net_iface *i = hooks && hooks->on_link ? hooks->on_link(c->h->hooks_owner, dst) : NULL;

	if (!i || !i->link || (c->via && c->via != i))
		return false;
	c->hop = (struct net_hop){ i, *dst };
	c->len = 128;
	return true;
}

bool net_route_find(const struct net_host *h, const struct ip6_addr *src, const struct ip6_addr *dst,
		    struct net_iface *via, struct net_hop *out)
{
	struct choice c = { .h = h, .via = via, .prefer = net_iface_at(h, h->prefer), .len = -1 };
	struct net_addr *a = src && !h->profile->forward ? net_addr_ours(h, src) : NULL;

	c.owner = a ? a->i : NULL;
	if (ip6_is_link_local(dst)) {
		link_local_hop(&c, dst);
	} else if (owners_hop(&c, dst)) {
		/* its owner knows better than any route */
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
	static const struct ip6_prefix any6 = { .len = 0 };
	const struct net_router *r = net_default(i, false);
	const struct net_route *s;

	if (!i->link)
		return false;
	if (!v4 && r) {
		*out = r->ip;
		return true;
	}
	s = route_of(i->h, v4 ? &any4 : &any6, i);
	if (!s || ip6_is_zero(&s->next_hop))
		return false;
	*out = s->next_hop;
	return true;
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

	if (!h->extra || !net_rest(h)->pmtu_first || !map_get(&net_rest(h)->pmtu_at, map_key_ip6(dst), &at))
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

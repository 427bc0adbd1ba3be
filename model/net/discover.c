/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host side of router discovery [RFC 4861 6.3], stateless autoconfiguration from advertisements [RFC 4862
 * 5.5.3], and movement detection [RFC 6275 11.5.1].
 *
 * When is an advertisement the first of a new link? After the carrier came up: always. Otherwise when it shares no
 * prefix with those known here and either the profile switches eagerly or no default router is left; else the old
 * router is probed, and if neighbour unreachability detection gives up on it, what was learnt from it goes and the
 * link counts as new. A default router is lost when its lifetime ends, when it stops being a router, when it is
 * unreachable, and when too many of its promised advertisements (Advertisement Interval option) did not come.
 *
 * Left out: a solicitation after an unsolicited advertisement was heard first (a SHOULD of RFC 4861 6.3.7).
 */
#include "net/core.h"

#define TWO_HOURS (7200 * MOOR_S)	/* RFC 4862 5.5.3 e */
#define REACHABLE_MAX_MS 3600000u	/* RFC 4861 6.2.1 */

/* ---- solicitations [RFC 4861 6.3.7] ------------------------------------------------------------------------------ */

static void rs_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_link *l = MOOR_CONTAINER(t, struct net_link, rs);
	struct net_iface *i = l->i;
	struct icmp6 m = { .type = ICMP6_T_RS };
	struct ip6_addr src = ip6_any;

	net_enter(i->h->nw);
	if (net_addr_link_local(i, &src) && net_addr_on(i, &src)->state == ADDR_USABLE) {
		m.opts.has_slla = true;
		m.opts.slla = *moor_port_mac(i->port);
	}
	net_record_router(i, ROUTER_SOLICIT_SENT, &src);
	net_nd_send(i, &src, &ip6_all_routers, NULL, &m);
	if (--l->rs_left)
		moor_timer_in(w, t, net_timer(i->h, T_RS_INTERVAL), rs_due);
	net_leave(i->h->nw);
}

static void foresee_rs(const struct moor_timer *t)
{
	net_fetch_host_at(MOOR_CONTAINER(t, const struct net_link, rs), offsetof(struct net_host, own_link));
}

void net_discover_foresee(struct moor_world *w)
{
	moor_timer_foresee(w, rs_due, foresee_rs);
}

void net_discover_start(struct net_iface *i, moor_time delay)
{
	int64_t n = net_timer(i->h, T_RS_COUNT);

	if (!i->h->profile->accept_rd || i->h->profile->forward || n <= 0 || i->link->disabled6)
		return;
	i->link->rs_left = (uint16_t)n;
	moor_timer_in(i->h->nw->w, &i->link->rs, delay, rs_due);
}

/* ---- default routers --------------------------------------------------------------------------------------------- */

static struct net_router *router_find(const struct net_iface *i, const struct ip6_addr *ip)
{
	struct net_router *r = net_router_at(i, i->link->routers);

	while (r && !ip6_eq(&r->ip, ip))
		r = net_router_at(i, r->next);
	return r;
}

/* [RFC 4861 6.3.6] those that may be reachable first, in order of appearance */
struct net_router *net_default(const struct net_iface *i, bool suspects)
{
	struct net_router *first, *r;

	if (!i->link)
		return NULL;
	first = r = net_router_at(i, i->link->routers);
	while (r && r->suspect)
		r = net_router_at(i, r->next);
	return r || !suspects ? r : first;
}

static void router_free(struct net_iface *i, struct net_router *r)
{
	uint32_t *at = &i->link->routers, ref;

	while (net_router_at(i, *at) != r)
		at = &net_router_at(i, *at)->next;
	ref = *at;
	*at = r->next;
	if (ref == 1)
		i->link->own_used = false;
	else
		slab_free(&i->h->nw->s[S_ROUTERS], ref);
}

void net_discover_stop(struct net_iface *i)
{
	struct net_link *l = i->link;

	moor_timer_cancel(i->h->nw->w, &l->rs);
	moor_timer_cancel(i->h->nw->w, &l->life);
	l->rs_left = 0;
	while (l->routers)
		router_free(i, net_router_at(i, l->routers));
}

/* Forgets prefixes and addresses that only this router advertised [RFC 6275 11.5.4]. */
static void forget_learnt(struct net_iface *i, uint32_t router)
{
	struct net_addr *next;

	for (struct net_addr *a = net_addr_at(i->h, i->h->addrs); a; a = next) {
		next = net_addr_at(i->h, a->next);
		if (a->i == i && a->origin == ADDR_AUTO && net_learnt_from(a, router))
			net_addr_gone(a);
	}
}

/* This is the router from now on: layers above hear of its prefixes, of another router's link as of a new one. */
static void tell_switched(struct net_iface *i, const struct net_router *to, bool new_link)
{
	struct ip6_prefix prefixes[ND_MAX_PREFIXES];
	unsigned n = 0;

	EACH_ADDR(a, i->h)
		if (n < ND_MAX_PREFIXES && a->i == i && a->origin == ADDR_AUTO && net_learnt_from(a, to->id))
			prefixes[n++] = ip6_prefix_make(&a->a, a->len);
	net_tell_advert(i, &to->ip, prefixes, n, new_link);
}

/* The router in use cannot be relied upon any longer. keep: it stays listed, as the last resort. */
static void router_lost(struct net_iface *i, struct net_router *r, bool keep)
{
	struct net_router *other;
	uint32_t id = r->id;

	net_record_router(i, ROUTER_LOST, &r->ip);
	r->suspect = true;
	r->missed = MOOR_NEVER;
	other = net_default(i, false);
	if (!keep || other)
		router_free(i, r);
	if (other) {
		forget_learnt(i, id);
		tell_switched(i, other, true);
		return;
	}
	net_tell_router_lost(i, false);
	if (!moor_timer_pending(&i->link->rs))
		net_discover_start(i, 0);
}

void net_discover_unreachable(struct net_iface *i, const struct ip6_addr *ip)
{
	struct net_router *r = i->link ? router_find(i, ip) : NULL;
	struct ip6_addr gateway;

	if (r && !r->suspect)
		router_lost(i, r, true);
	else if (net_is_mapped(ip) && net_default_router(i, true, &gateway) && ip6_eq(&gateway, ip))
		net_tell_router_lost(i, true);
}

void net_discover_reachable(struct net_iface *i, const struct ip6_addr *ip)
{
	struct net_router *r = router_find(i, ip);

	if (!r || !r->suspect)
		return;
	r->suspect = false;
	if (net_default(i, false) == r)		/* it was told lost, and is back without an advertisement */
		tell_switched(i, r, false);
}

void net_discover_not_router(struct net_iface *i, const struct ip6_addr *ip)
{
	struct net_router *r = i->link ? router_find(i, ip) : NULL;

	if (r)
		router_lost(i, r, false);
}

moor_time net_discover_lifetimes(struct net_iface *i, moor_time now)
{
	moor_time next = MOOR_NEVER;
	struct net_router *r, *after;

	for (r = i->link ? net_router_at(i, i->link->routers) : NULL; r; r = after) {
		after = net_router_at(i, r->next);
		if (r->lifetime <= now || r->missed <= now) {
			router_lost(i, r, false);
			continue;
		}
		if (r->lifetime < next)
			next = r->lifetime;
		if (r->missed < next)
			next = r->missed;
	}
	return next;
}

/* ---- prefixes ---------------------------------------------------------------------------------------------------- */

static moor_time seconds_from(moor_time now, uint32_t seconds)
{
	return seconds == ND_INFINITE ? MOOR_NEVER : now + (moor_time)seconds * MOOR_S;
}

static struct net_addr *prefix_find(const struct net_iface *i, const struct nd_prefix *x)
{
	EACH_ADDR(a, i->h)
		if (a->i == i && a->origin == ADDR_AUTO && a->len == x->len && ip6_same_prefix(&a->a, &x->addr, x->len))
			return a;
	return NULL;
}

/* [RFC 4862 5.5.3 e] a lifetime may not be cut below two hours by whoever sends advertisements */
static void lengthen(struct net_addr *a, const struct nd_prefix *x, moor_time now)
{
	struct net_times *t = net_times(a);
	moor_time remaining = t->valid == MOOR_NEVER ? MOOR_NEVER : t->valid - now;
	moor_time offered = x->valid == ND_INFINITE ? MOOR_NEVER : (moor_time)x->valid * MOOR_S;

	t->preferred = seconds_from(now, x->preferred);
	a->deprecated = a->deprecated && t->preferred <= now;
	if (offered > TWO_HOURS || offered > remaining)
		t->valid = seconds_from(now, x->valid);
	else if (remaining > TWO_HOURS)
		t->valid = now + TWO_HOURS;
}

static bool forms_address(const struct nd_prefix *x)
{
	return x->autonomous && x->len == 64 && x->preferred <= x->valid;
}

static void prefix_take(struct net_iface *i, const struct nd_prefix *x, uint32_t router, moor_time now)
{
	struct net_addr *a = prefix_find(i, x);
	struct ip6_prefix prefix = ip6_prefix_make(&x->addr, x->len);
	struct ip6_addr address;
	struct net_times *t;
	bool forms = forms_address(x);

	if (ip6_is_link_local(&x->addr) || ip6_is_multicast(&x->addr))
		return;
	if (!a) {
		if (!x->valid || (!forms && !x->on_link))
			return;
		if (net_addr_count(i) >= NET_ADDRS_MAX) {
			net_discard(i->h, i, "too-many-prefixes", "RFC 4861 6.3.4");
			return;
		}
		a = net_addr_new(i->h, i, &prefix.addr, x->len, ADDR_AUTO);
	}
	t = net_times(a);
	t->router = router;
	if (x->on_link)
		t->on_link = x->valid ? seconds_from(now, x->valid) : 0;
	if (!forms)
		return;
	if (a->state != ADDR_PREFIX) {
		lengthen(a, x, now);
		return;
	}
	address = ip6_from_prefix_iid(&prefix, mac_iid(moor_port_mac(i->port)));
	if (!x->valid || net_addr_on(i, &address))
		return;
	a->a = address;
	t->valid = seconds_from(now, x->valid);
	t->preferred = seconds_from(now, x->preferred);
	/* [RFC 6275 11.5.3] mobile nodes rather do not wait: the timer is 0, and nothing is drawn [RFC 4862 5.4.2] */
	net_addr_dad(a, net_draw_span(i->h, net_timer(i->h, T_DAD_DELAY)));
}

/* ---- advertisements [RFC 4861 6.3.4] ----------------------------------------------------------------------------- */

static void parameters_take(struct net_iface *i, const struct icmp6 *m)
{
	struct net_link *l = i->link;
	uint32_t reachable = m->reachable > REACHABLE_MAX_MS ? 0 : m->reachable * 1000;

	if (m->cur_hop_limit)
		l->hop_limit = m->cur_hop_limit;
	if (reachable && reachable != l->base_reachable_us) {
		l->base_reachable_us = reachable;
		net_reachable_draw(i);
	}
	if (m->retrans)
		l->retrans_us = (m->retrans > REACHABLE_MAX_MS ? REACHABLE_MAX_MS : m->retrans) * 1000;
	if (m->opts.has_mtu && m->opts.mtu >= IP6_MIN_MTU && m->opts.mtu <= moor_port_mtu(i->port))
		l->mtu = (uint16_t)m->opts.mtu;
}

static struct net_router *router_new(struct net_iface *i, const struct ip6_addr *ip)
{
	uint32_t *end = &i->link->routers;
	struct net_router *r;
	unsigned n = 0;

	for (; *end; end = &net_router_at(i, *end)->next)
		n++;
	if (n >= NET_ROUTERS_MAX)
		return NULL;
	if (i->link->own_used)
		slab_alloc(&i->h->nw->s[S_ROUTERS], end);
	else
		*end = 1;
	i->link->own_used = true;
	r = net_router_at(i, *end);
	*r = (struct net_router){ .ip = *ip, .missed = MOOR_NEVER };
	r->id = ++i->h->nw->router_ids & 0x7fffffff;
	net_record_router(i, ROUTER_FOUND, ip);
	return r;
}

static struct net_router *router_take(struct net_iface *i, const struct ip6_addr *ip, const struct icmp6 *m,
				      moor_time now)
{
	struct net_router *r = router_find(i, ip);
	unsigned misses = i->h->profile->missed_adverts;

	if (!m->router_lifetime) {
		if (r)
			router_lost(i, r, false);
		return NULL;
	}
	if (!r)
		r = router_new(i, ip);
	if (!r)
		return NULL;
	r->lifetime = now + m->router_lifetime * MOOR_S;
	r->suspect = false;
	if (m->opts.has_adv_interval && m->opts.adv_interval && misses)
		r->missed = now + (moor_time)m->opts.adv_interval * MOOR_MS * misses;
	moor_timer_cancel(i->h->nw->w, &i->link->rs);
	i->link->rs_left = 0;
	return r;
}

static bool shares_prefix(const struct net_iface *i, const struct nd_opts *o)
{
	for (unsigned k = 0; k < o->n_prefixes; k++)
		if (prefix_find(i, &o->prefixes[k]))
			return true;
	return false;
}

/* Everything learnt on the link we were on goes; the link-local address is tested again [RFC 6275 11.5.1]. */
static void start_over(struct net_iface *i)
{
	struct net_addr *ll;
	struct ip6_addr a = ip6_link_local(mac_iid(moor_port_mac(i->port)));

	net_discover_stop(i);
	net_neigh_flush(i);
	net_addr_leave_link(i);
	ll = net_addr_new(i->h, i, &a, 64, ADDR_LINK_LOCAL);
	net_addr_dad(ll, 0);
}

/* Does this advertisement come from another link than the one we know? */
static bool judge_link(struct net_iface *i, const struct ip6_addr *from, const struct icmp6 *m)
{
	struct net_router *current = net_default(i, false);

	if (!i->link->heard)
		return true;
	if (!m->opts.n_prefixes || shares_prefix(i, &m->opts))
		return false;
	if (i->h->profile->eager_switching || !current) {
		start_over(i);
		return true;
	}
	if (!ip6_eq(&current->ip, from))
		net_neigh_probe(i, &current->ip);
	return false;
}

static void tell(struct net_iface *i, const struct ip6_addr *from, const struct icmp6 *m, bool new_link)
{
	const struct nd_opts *o = &m->opts;
	struct ip6_prefix prefixes[ND_MAX_PREFIXES];

	for (unsigned k = 0; k < o->n_prefixes; k++)
		prefixes[k] = ip6_prefix_make(&o->prefixes[k].addr, o->prefixes[k].len);
	net_record_advert(i, ROUTER_ADVERT_RECEIVED, from, m);
	net_tell_advert(i, from, prefixes, o->n_prefixes, new_link);
}

/*
 * A home agent tells a whole address of its own [RFC 6275 7.2]. Who knows where that is need not solicit it, which a
 * mobile node that comes home could not do from its home address [RFC 6275 11.5.5].
 */
static void routers_address(struct net_iface *i, const struct nd_opts *o)
{
	struct net_neigh *n;

	for (unsigned k = 0; k < o->n_prefixes && o->has_slla; k++) {
		if (!o->prefixes[k].router_addr || ip6_is_multicast(&o->prefixes[k].addr))
			continue;
		n = net_neigh_learn(i, &o->prefixes[k].addr, &o->slla);
		if (n)
			n->is_router = true;
	}
}

void net_discover_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	struct net_iface *i = c->i;
	moor_time now = net_now(c->h);
	struct net_router *r;
	struct net_neigh *n;
	bool new_link;

	if (c->h->profile->forward && c->h->hooks && c->h->hooks->events && c->h->hooks->events->router_heard)
		c->h->hooks->events->router_heard(c->h->hooks_owner, i, &k->h.src, m);
	if (!c->h->profile->accept_rd || c->h->profile->forward || i->link->disabled6)
		return;
	new_link = judge_link(i, &k->h.src, m);
	i->link->heard = true;
	tell(i, &k->h.src, m, new_link);
	net_tell_dhcp6(i, m->managed, m->other);
	parameters_take(i, m);
	n = m->opts.has_slla ? net_neigh_learn(i, &k->h.src, &m->opts.slla) : net_neigh_find(i, &k->h.src);
	if (n)
		n->is_router = true;
	routers_address(i, &m->opts);
	r = router_take(i, &k->h.src, m, now);
	for (unsigned j = 0; j < m->opts.n_prefixes; j++)
		prefix_take(i, &m->opts.prefixes[j], r ? r->id : 0, now);
	net_addr_lifetimes(i);
}

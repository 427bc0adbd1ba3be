/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts and interfaces: their making, coming up and going down with the carrier, and how the layers above hear of it.
 *
 * A link that comes up is always taken for a new one: addresses and routers learnt before are forgotten, and address
 * configuration and router discovery start over [RFC 4861 6.3.7, RFC 6275 11.5.1: notification from lower layers].
 */
#include <assert.h>
#include <glib.h>
#include <string.h>

#include "net/core.h"

static const char world_key = 'n';

const struct net_tunnel net_tunnel_discard = { .encap = ENCAP_PLAIN };

const struct net_profile net_profile_host = {
	.ipv4 = true, .ipv6 = true, .dad = true, .accept_rd = true, .missed_adverts = 3,
};

const struct net_profile net_profile_router = {
	.forward = true, .ipv4 = true, .ipv6 = true,
};

/* ---- the world's share ------------------------------------------------------------------------------------------- */

static void world_gone(void *thing)
{
	struct net_world *nw = thing;
	moor_handle at = 0;
	struct net_extra *x;
	struct net_owned *o;

	while ((x = slab_next(&nw->s[S_EXTRAS], &at)))
		for (moor_handle k = x->owned; k; k = o->next) {
			o = slab_get(&nw->s[S_OWNED], k);
			o->destroy(o->arg);
		}
	at = 0;
	while ((x = slab_next(&nw->s[S_EXTRAS], &at))) {
		if (x->table)
			index_done(&x->table->at);
		g_free(x->table);
		map_done(&x->pmtu_at);
		map_done(&x->handlers_at);
	}
	index_done(&nw->neighs);
	for (unsigned k = 0; k < NET_SLABS; k++)
		slab_done(&nw->s[k]);
	g_free(nw);
}

static void report(const void *thing, mem_report_fn *fn, void *ctx)
{
	const struct net_world *nw = thing;

	for (unsigned k = 0; k < NET_SLABS; k++)
		slab_report(&nw->s[k], fn, ctx);
	fn(ctx, "net index", nw->neighs.count, nw->extra_octets + index_octets(&nw->neighs));
}

static struct net_world *world_new(struct moor_world *w)
{
	struct net_world *nw = g_new0(struct net_world, 1);

	nw->w = w;
	slab_init(&nw->s[S_HOSTS], "net host", sizeof(struct net_host));
	slab_init(&nw->s[S_PLAIN_HOSTS], "net host, plain", PLAIN_HOST_OCTETS);
	slab_init(&nw->s[S_IFACES], "net interface", sizeof(struct net_more_iface));
	slab_init(&nw->s[S_LINKS], "net link", sizeof(struct net_link));
	slab_init(&nw->s[S_ADDRS], "net address", sizeof(struct net_addr));
	slab_init(&nw->s[S_TIMES], "net lifetimes", sizeof(struct net_times));
	slab_init(&nw->s[S_NEIGHS], "net neighbour", sizeof(struct net_neigh));
	slab_init(&nw->s[S_ROUTERS], "net default router", sizeof(struct net_router));
	slab_init(&nw->s[S_ROUTES], "net route", sizeof(struct net_route));
	slab_init(&nw->s[S_HANDLERS], "net handler", sizeof(struct net_handler));
	slab_init(&nw->s[S_LISTENERS], "net listener", sizeof(struct net_listener));
	slab_init(&nw->s[S_EXTRAS], "net host's rest", sizeof(struct net_extra));
	slab_init(&nw->s[S_REASSEMBLIES], "net reassembly", sizeof(struct net_reassembly));
	slab_init(&nw->s[S_PMTUS], "net path MTU", sizeof(struct net_pmtu));
	slab_init(&nw->s[S_EVENTS], "net event", sizeof(struct net_event));
	slab_init(&nw->s[S_ADVERTS], "net advertisement", sizeof(struct net_advert_event));
	slab_init(&nw->s[S_ADVERTISERS], "net advertiser", net_router_size_advertiser);
	slab_init(&nw->s[S_ANSWERS], "net advertisement due", net_router_size_answer);
	slab_init(&nw->s[S_OWNED], "net owned", sizeof(struct net_owned));
	moor_world_attach(w, &world_key, nw, world_gone);
	moor_world_reports(w, &world_key, report);
	net_address_foresee(w);
	net_discover_foresee(w);
	net_neigh_foresee(w);
	return nw;
}

struct net_world *net_world_of(struct moor_world *w)
{
	struct net_world *nw = moor_world_attached(w, &world_key);

	return nw ? nw : world_new(w);
}

static uint64_t chain_length(const struct moor_pkt *p)
{
	uint64_t n = 0;

	for (; p; p = p->next)
		n++;
	return n;
}

uint64_t net_packets_held(const struct moor_world *w)
{
	const struct net_world *nw = moor_world_attached(w, &world_key);
	const struct net_reassembly *r;
	const struct net_neigh *n;
	const struct net_extra *x;
	uint64_t sum = 0;
	moor_handle at = 0;

	if (!nw)
		return 0;
	while ((n = slab_next(&nw->s[S_NEIGHS], &at)))
		sum += n->state == NEIGH_INCOMPLETE ? chain_length(n->queue) : 0;
	for (at = 0; (r = slab_next(&nw->s[S_REASSEMBLIES], &at)); )
		sum += chain_length(r->pieces);
	for (at = 0; (x = slab_next(&nw->s[S_EXTRAS], &at)); )
		sum += chain_length(x->loop);
	return sum;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

int64_t net_timer(const struct net_host *h, enum timer_id id)
{
	return h->profile->timers ? h->profile->timers->v[id] : timer_rows[id].def;
}

uint64_t net_draw(struct net_host *h, uint64_t n)
{
	struct rng r = moor_world_rng(h->nw->w, h->node, "nd");
	uint64_t v;

	r.counter = h->draws;
	v = rng_below(&r, n);
	h->draws = (uint32_t)r.counter;
	return v;
}

moor_time net_draw_span(struct net_host *h, moor_time hi)
{
	return hi > 0 ? (moor_time)net_draw(h, (uint64_t)hi + 1) : 0;
}

moor_time net_rs_delay(struct net_host *h)
{
	return net_draw_span(h, h->profile->rs_delay_max ? h->profile->rs_delay_max : net_timer(h, T_RS_DELAY));
}

/* ---- links ------------------------------------------------------------------------------------------------------- */

static void link_down(struct net_iface *i)
{
	net_router_carrier(i, false);
	net_discover_stop(i);
	net_neigh_flush(i);
	EACH_ADDR(a, i->h)
		if (a->i == i)
			moor_timer_cancel(i->h->nw->w, &a->dad);
	if (i->link_self)
		slab_free(&i->h->nw->s[S_LINKS], i->link_self);
	else
		i->h->own_link_used = false;
	i->link = NULL;
	i->link_self = 0;
}

static void link_up(struct net_iface *i)
{
	struct net_host *h = i->h;
	struct net_addr *ll;
	struct ip6_addr a;
	moor_time delay;

	if (h->own_link_used) {
		i->link = slab_alloc(&h->nw->s[S_LINKS], &i->link_self);
	} else {
		i->link = &h->own_link;
		*i->link = (struct net_link){ .i = NULL };
		h->own_link_used = true;
	}
	i->link->i = i;
	net_addr_leave_link(i);
	net_reachable_draw(i);
	if (!h->profile->ipv6)
		return;
	/* One random delay serves duplicate address detection and router solicitation [RFC 4861 6.3.7]. */
	delay = h->profile->forward ? 0 : net_rs_delay(h);
	a = ip6_link_local(mac_iid(moor_port_mac(i->port)));
	ll = net_addr_new(h, i, &a, 64, ADDR_LINK_LOCAL);
	net_addr_dad(ll, delay);
	net_discover_start(i, delay);
	net_router_carrier(i, true);
}

/*
 * It may be the same link: the router is asked, both by a solicitation of its own and by one for routers, and what is
 * heard decides [RFC 6059 5.5, 5.7]. An address that was under test goes on being tested.
 */
static void link_again(struct net_iface *i)
{
	net_probe_router(i);
	net_discover_start(i, net_rs_delay(i->h));
}

static void on_carrier(void *owner, struct moor_port *port, bool up)
{
	struct net_iface *i = owner;
	struct net_event *e;

	(void)port;
	net_enter(i->h->nw);
	if (i->link && !(i->h->profile->same_link && i->link->heard))
		link_down(i);
	e = net_post(i, EVENT_CARRIER);
	if (e)
		e->flag = up;
	if (up && !i->link)
		link_up(i);
	else if (up)
		link_again(i);
	net_leave(i->h->nw);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

bool net_spoil_mh(struct net_host *h, uint8_t *mh, size_t *n, size_t cap)
{
	const struct net_spoil *s = h->profile->spoil;
	uint8_t was[2048];
	size_t before = *n;

	if (!s || before > sizeof was)
		return false;
	memcpy(was, mh, before);
	*n = s->mh(s->owner, h, mh, (uint32_t)before, (uint32_t)cap);
	return *n != before || memcmp(was, mh, before);
}

static struct net_host *host_new(struct moor_node *n, const struct net_profile *profile, bool plain)
{
	struct net_world *nw = net_world_of(moor_node_world(n));
	moor_handle self;
	struct net_host *h = slab_alloc(&nw->s[plain ? S_PLAIN_HOSTS : S_HOSTS], &self);

	h->nw = nw;
	h->node = n;
	h->profile = profile;
	h->plain = plain;
	h->ids = (uint32_t)net_draw(h, UINT64_C(1) << 32);
	return h;
}

struct net_host *net_host_new(struct moor_node *n, const struct net_profile *profile)
{
	return host_new(n, profile, false);
}

struct net_host *net_host_new_plain(struct moor_node *n, const struct net_profile *profile)
{
	return host_new(n, profile, true);
}

void net_host_own(struct net_host *h, void *arg, void (*destroy)(void *arg))
{
	moor_handle self;
	struct net_owned *o = slab_alloc(&h->nw->s[S_OWNED], &self);

	o->arg = arg;
	o->destroy = destroy;
	o->next = net_extra(h)->owned;
	net_extra(h)->owned = self;
}

struct net_extra *net_extra(struct net_host *h)
{
	struct net_extra *x = net_rest(h);

	if (!x) {
		x = slab_alloc(&h->nw->s[S_EXTRAS], &h->extra);
		x->h = h;
		map_init(&x->pmtu_at);
		map_init(&x->handlers_at);
	}
	return x;
}

struct moor_node *net_host_node(const struct net_host *h)
{
	return h->node;
}

struct moor_world *net_host_world(const struct net_host *h)
{
	return h->nw->w;
}

void net_host_hooks_of(struct net_host *h, const struct net_hooks *hooks, void *owner)
{
	h->hooks = hooks;
	h->hooks_owner = owner;
}

void net_host_hooks(struct net_host *h, const struct net_hooks *hooks)
{
	net_host_hooks_of(h, hooks, hooks ? hooks->owner : NULL);
}

void net_host_events_of(struct net_host *h, const struct net_events *events, void *owner)
{
	moor_handle *end = &h->listeners;
	struct net_listener *l;

	while (*end)
		end = &net_listener_at(h, *end)->next;
	l = slab_alloc(&h->nw->s[S_LISTENERS], end);
	l->ev = events;
	l->owner = owner;
}

void net_host_events(struct net_host *h, const struct net_events *events)
{
	net_host_events_of(h, events, events->owner);
}

struct net_iface *net_iface_beyond(const struct net_host *h, unsigned n)
{
	moor_handle at = net_rest(h)->more_ifaces;
	struct net_more_iface *m = slab_get(&h->nw->s[S_IFACES], at);

	while (--n)
		m = slab_get(&h->nw->s[S_IFACES], m->next);
	return &m->i;
}

static struct net_iface *iface_alloc(struct net_host *h)
{
	struct net_more_iface *m;
	moor_handle *end;

	assert(h->n_ifaces < UINT8_MAX);
	h->n_ifaces++;
	if (h->n_ifaces <= (h->plain ? PLAIN_IFACES : HOST_IFACES))
		return h->n_ifaces == 1 ? &h->own_iface : &h->second_iface;
	for (end = &net_extra(h)->more_ifaces; *end; end = &m->next)
		m = slab_get(&h->nw->s[S_IFACES], *end);
	m = slab_alloc(&h->nw->s[S_IFACES], end);
	return &m->i;
}

struct net_iface *net_iface_new(struct net_host *h, const char *name, const struct mac_addr *mac)
{
	struct net_iface *i = iface_alloc(h);
	struct mac_addr group;

	i->h = h;
	i->number = h->n_ifaces;
	i->port = moor_port_new(h->node, name, mac);
	moor_port_handlers(i->port, net_frame_in, on_carrier, i);
	moor_port_foresee(i->port, net_foresee_frame);
	if (h->profile->ipv6) {
		group = ip6_multicast_mac(&ip6_all_nodes);
		moor_port_join(i->port, &group);
		group = ip6_multicast_mac(&ip6_all_routers);
		if (h->profile->forward)
			moor_port_join(i->port, &group);
	}
	return i;
}

struct net_iface *net_iface_find(const struct net_host *h, const char *name)
{
	EACH_IFACE(i, h)
		if (!strcmp(moor_port_name(i->port), name))
			return i;
	return NULL;
}

struct net_iface *net_iface_next(const struct net_host *h, const struct net_iface *after)
{
	return after ? net_iface_after(after) : net_iface_at(h, 1);
}

struct net_host *net_iface_host(const struct net_iface *i)
{
	return i->h;
}

struct moor_port *net_iface_port(const struct net_iface *i)
{
	return i->port;
}

const char *net_iface_name(const struct net_iface *i)
{
	return moor_port_name(i->port);
}

struct net_iface *net_iface_any(const struct net_host *h)
{
	struct net_iface *i = net_iface_at(h, h->prefer);

	if (!i || !i->link)
		i = net_iface_at(h, 1);
	while (i && !i->link)
		i = net_iface_after(i);
	return i;
}

unsigned net_iface_number(const struct net_iface *i)
{
	return i ? i->number : 0;
}

struct net_iface *net_iface_numbered(const struct net_host *h, unsigned number)
{
	return net_iface_at(h, number);
}

/* What was learnt on a link stands until its loss has been told; it is of no use before that already. */
bool net_iface_up(const struct net_iface *i)
{
	return i->link && moor_port_up(i->port);
}

void net_iface_stations(struct net_iface *i)
{
	moor_port_stations(i->port, net_tell_station);
}

void net_iface_watch(struct net_iface *i)
{
	i->watched = true;
	moor_port_promiscuous(i->port, true);
}

void net_iface_all_groups(struct net_iface *i, bool on)
{
	moor_port_promiscuous(i->port, on);
}

void net_iface_prefer(struct net_iface *i)
{
	i->h->prefer = i->number;
}

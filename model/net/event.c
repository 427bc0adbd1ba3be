/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the layers above are told, and what is recorded. Events are queued while net works and delivered, in order, by
 * the outermost net_leave: a listener may call anything of net, and is never called from within its own call.
 */
#include "net/core.h"

/* ---- events to the layers above ---------------------------------------------------------------------------------- */

static void deliver_to(const struct net_events *to, void *owner, const struct net_event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_CARRIER:
		if (to->carrier)
			to->carrier(owner, e->i, e->flag);
		return;
	case EVENT_ADDRESS:
		if (to->address)
			to->address(owner, e->i, &e->addr, (enum rec_address)e->what);
		return;
	case EVENT_ADVERT:
		if (to->advert)
			to->advert(owner, e->i, &e->addr, ((const struct net_advert_event *)e)->prefixes, e->n, e->flag);
		return;
	case EVENT_DHCP6:
		if (to->dhcp6)
			to->dhcp6(owner, e->i, e->flag, e->what);
		return;
	case EVENT_ROUTER_LOST:
		if (to->router_lost)
			to->router_lost(owner, e->i, e->flag);
		return;
	case EVENT_STATION:
		if (to->station)
			to->station(owner, e->i, &(struct mac_addr){ { e->addr.o[0], e->addr.o[1], e->addr.o[2], e->addr.o[3],
								       e->addr.o[4], e->addr.o[5] } }, e->flag);
		return;
	}
}

void net_leave(struct net_world *nw)
{
	while (nw->depth == 1 && nw->first) {
		struct net_event *e = nw->first;
		struct net_listener *l;

		nw->first = e->next;
		if (!nw->first)
			nw->last = NULL;
		if (e->h->profile->events)
			deliver_to(e->h->profile->events, e->h->hooks_owner, e);
		for (l = net_listener_at(e->h, e->h->listeners); l; l = net_listener_at(e->h, l->next))
			deliver_to(l->ev, l->owner, e);
		if (e->h->hooks && e->h->hooks->events)
			deliver_to(e->h->hooks->events, e->h->hooks_owner, e);
		slab_free(&nw->s[e->kind == EVENT_ADVERT ? S_ADVERTS : S_EVENTS], e->self);
	}
	nw->depth--;
}

static void events_due(struct moor_world *w, struct moor_timer *t)
{
	struct net_world *nw = MOOR_CONTAINER(t, struct net_world, event_timer);

	(void)w;
	net_enter(nw);
	net_leave(nw);
}

struct net_event *net_post(struct net_iface *i, enum event_kind kind)
{
	struct net_world *nw = i->h->nw;
	struct net_event *e;
	moor_handle self;

	if (!i->h->listeners && !i->h->profile->events && !(i->h->hooks && i->h->hooks->events))
		return NULL;
	e = slab_alloc(&nw->s[kind == EVENT_ADVERT ? S_ADVERTS : S_EVENTS], &self);
	e->self = self;
	e->h = i->h;
	e->i = i;
	e->kind = (uint8_t)kind;
	if (nw->last)
		nw->last->next = e;
	else
		nw->first = e;
	nw->last = e;
	if (!nw->depth && !moor_timer_pending(&nw->event_timer))
		moor_timer_in(nw->w, &nw->event_timer, 0, events_due);
	return e;
}

void net_tell_address(struct net_iface *i, struct net_host *h, const struct net_addr *a, enum rec_address what)
{
	struct moor_record r;
	struct net_event *e = i ? net_post(i, EVENT_ADDRESS) : NULL;

	if (e) {
		e->addr = a->a;
		e->what = (uint8_t)what;
	}
	if (!moor_record_wanted(h->nw->w, REC_ADDRESS))
		return;
	MOOR_RECORD_BEGIN(&r, REC_ADDRESS, moor_node_id(h->node), i ? moor_port_number(i->port) : REC_NONE, address);
	r.u.address.what = what;
	r.u.address.prefix_len = a->len;
	r.u.address.addr = a->a;
	moor_record_emit(h->nw->w, &r);
}

void net_record_router(struct net_iface *i, enum rec_router what, const struct ip6_addr *router)
{
	struct moor_record r;

	if (!moor_record_wanted(i->h->nw->w, REC_ROUTER))
		return;
	MOOR_RECORD_BEGIN(&r, REC_ROUTER, moor_node_id(i->h->node), moor_port_number(i->port), router);
	r.u.router.what = what;
	r.u.router.router = *router;
	moor_record_emit(i->h->nw->w, &r);
}

void net_record_advert(struct net_iface *i, enum rec_router what, const struct ip6_addr *router, const struct icmp6 *m)
{
	const struct nd_prefix *first = m->opts.n_prefixes ? &m->opts.prefixes[0] : NULL;
	struct moor_record r;

	if (!moor_record_wanted(i->h->nw->w, REC_ROUTER))
		return;
	MOOR_RECORD_BEGIN(&r, REC_ROUTER, moor_node_id(i->h->node), moor_port_number(i->port), router);
	r.u.router.what = what;
	r.u.router.router = *router;
	r.u.router.n_prefixes = m->opts.n_prefixes;
	r.u.router.managed = m->managed;
	r.u.router.other = m->other;
	r.u.router.lifetime = m->router_lifetime;
	r.u.router.mtu = m->opts.has_mtu ? m->opts.mtu : 0;
	if (first) {
		r.u.router.prefix = ip6_prefix_make(&first->addr, first->len);
		r.u.router.valid = first->valid;
		r.u.router.preferred = first->preferred;
	}
	moor_record_emit(i->h->nw->w, &r);
}

void net_tell_advert(struct net_iface *i, const struct ip6_addr *router, const struct ip6_prefix *prefixes, unsigned n,
		     bool new_link)
{
	struct net_event *e = net_post(i, EVENT_ADVERT);

	if (!e)
		return;
	e->addr = *router;
	e->n = (uint8_t)(n > ND_MAX_PREFIXES ? ND_MAX_PREFIXES : n);
	for (unsigned k = 0; k < e->n; k++)
		((struct net_advert_event *)e)->prefixes[k] = prefixes[k];
	e->flag = new_link;
}

void net_tell_dhcp6(struct net_iface *i, bool managed, bool other)
{
	struct net_event *e = managed || other ? net_post(i, EVENT_DHCP6) : NULL;

	if (!e)
		return;
	e->flag = managed;
	e->what = other;
}

void net_tell_router_lost(struct net_iface *i, bool v4)
{
	struct net_event *e = net_post(i, EVENT_ROUTER_LOST);

	if (e)
		e->flag = v4;
}

/* The event's address holds the MAC. */
void net_tell_station(void *owner, struct moor_port *hub, const struct mac_addr *mac, bool there)
{
	struct net_iface *i = owner;
	struct net_event *e;

	(void)hub;
	net_enter(i->h->nw);
	e = net_post(i, EVENT_STATION);
	if (e) {
		memcpy(e->addr.o, mac->o, sizeof mac->o);
		e->flag = there;
	}
	net_leave(i->h->nw);
}

void net_discard(struct net_host *h, struct net_iface *i, const char *reason, const char *clause)
{
	struct moor_record r;

	if (!moor_record_wanted(h->nw->w, REC_DISCARD))
		return;
	r = (struct moor_record){ .kind = REC_DISCARD, .node = moor_node_id(h->node), .port = REC_NONE };
	if (i)
		r.port = moor_port_number(i->port);
	r.u.discard.reason = reason;
	r.u.discard.clause = clause;
	moor_record_emit(h->nw->w, &r);
}

void net_drop(struct net_host *h, struct net_iface *i, struct moor_pkt *p, const char *reason, const char *clause)
{
	net_discard(h, i, reason, clause);
	moor_pkt_free(h->nw->w, p);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router advertisements [RFC 4861 6.2, RFC 6275 7]: unsolicited ones at random intervals, answers to solicitations
 * with their random delay and rate limit, to all or to the asking host alone, per-host prefixes for 3GPP access, a
 * last one with lifetime 0 when it stops.
 *
 * A host that asks before it has an address is answered at its link-layer address with all nodes as destination
 * [RFC 6085]. The first advertisement goes out soon after the start, within the delay of an answer, so that hosts
 * on the link need not wait for an interval. Other routers' advertisements are not checked for consistency
 * [6.2.7].
 */
#include "net/core.h"
#include "net/router.h"

#define INITIAL_ADVERTS 3u		/* MAX_INITIAL_RTR_ADVERTISEMENTS */
#define INITIAL_INTERVAL (16 * MOOR_S)	/* MAX_INITIAL_RTR_ADVERT_INTERVAL */
#define SHORT_INTERVAL 200u		/* ms; RFC 6275 7.5: below it … */
#define SHORT_INTERVAL_ADD 20u		/* … so much is added to the option */
#define ANSWERS_MAX (1u << 20)		/* answers waiting in one world */

struct advertiser {
	struct net_iface *i;
	moor_handle next;		/* of the host */
	struct router_advert a;
	struct moor_timer timer;	/* next multicast advertisement */
	moor_time last;			/* of the last one; -1: none yet */
	moor_handle self;
	uint8_t initial_left;
};

/* An answer to one host, waiting for its random delay. */
struct answer {
	struct net_iface *i;
	struct ip6_addr to;		/* the host's address, or all nodes */
	struct moor_timer timer;
	moor_handle self;
	struct mac_addr mac;
};

const size_t net_router_size_advertiser = sizeof(struct advertiser);
const size_t net_router_size_answer = sizeof(struct answer);

const struct router_advert router_advert_default = {
	.interval_min = 200 * MOOR_S, .interval_max = 600 * MOOR_S, .unsolicited = true,
	.reply_delay_max = 500 * MOOR_MS, .min_delay = 3 * MOOR_S, .lifetime = 1800, .hop_limit = 64,
};

static struct advertiser *advertiser_of(const struct net_iface *i)
{
	const struct slab *all = &i->h->nw->s[S_ADVERTISERS];
	struct advertiser *ad = i->h->extra ? slab_get(all, net_rest(i->h)->advertisers) : NULL;

	while (ad && ad->i != i)
		ad = slab_get(all, ad->next);
	return ad;
}

/* ---- one advertisement ------------------------------------------------------------------------------------------- */

/* With the R bit the field holds an address of ours in that prefix [RFC 6275 7.2]. */
static void put_prefix(const struct net_iface *i, const struct router_prefix *x, struct nd_prefix *out)
{
	*out = (struct nd_prefix){ .addr = x->prefix.addr, .len = x->prefix.len, .on_link = x->on_link,
				   .autonomous = x->autonomous, .valid = x->valid, .preferred = x->preferred };
	if (!x->router_address)
		return;
	EACH_ADDR(a, i->h)
		if (a->i == i && net_addr_live(a) && ip6_in_prefix(&a->a, &x->prefix)) {
			out->addr = a->a;
			out->router_addr = true;
			return;
		}
}

static void put_options(const struct advertiser *ad, struct nd_opts *o, uint32_t mtu)
{
	uint32_t interval = (uint32_t)(ad->a.interval_max / MOOR_MS);

	o->has_slla = true;
	o->slla = *moor_port_mac(ad->i->port);
	o->has_mtu = mtu != 0;
	o->mtu = mtu;
	o->has_adv_interval = ad->a.interval_option;
	o->adv_interval = interval < SHORT_INTERVAL ? interval + SHORT_INTERVAL_ADD : interval;
	o->has_home_agent = ad->a.home_agent && ad->a.ha_lifetime;
	o->ha_preference = ad->a.ha_preference;
	o->ha_lifetime = ad->a.ha_lifetime;
}

static void common(const struct advertiser *ad, struct router_told *t)
{
	t->src = ip6_any;
	t->mtu = ad->a.mtu;
	t->lifetime = ad->a.lifetime;
	t->managed = ad->a.managed;
	t->other = ad->a.other;
	t->more = false;
	t->n = 0;
}

static void send_advert(struct advertiser *ad, const struct ip6_addr *dst, const struct mac_addr *to,
			const struct router_told *t, const struct router_prefix *prefixes, unsigned n)
{
	struct icmp6 m = { .type = ICMP6_T_RA, .cur_hop_limit = ad->a.hop_limit, .managed = t->managed,
			   .other = t->other, .home_agent = ad->a.home_agent, .router_lifetime = t->lifetime };
	struct ip6_addr src = t->src;

	if (ip6_is_zero(&src) && !net_addr_link_local(ad->i, &src))
		return;
	put_options(ad, &m.opts, t->mtu);
	m.opts.n_prefixes = (uint8_t)(n > ND_MAX_PREFIXES ? ND_MAX_PREFIXES : n);
	for (unsigned k = 0; k < m.opts.n_prefixes; k++)
		put_prefix(ad->i, &prefixes[k], &m.opts.prefixes[k]);
	net_record_advert(ad->i, ROUTER_ADVERT_SENT, &src, &m);
	net_nd_send(ad->i, &src, dst, to, &m);
}

/* The same to all that hear it. */
static void send_common(struct advertiser *ad, const struct ip6_addr *dst, const struct mac_addr *to, uint16_t lifetime)
{
	struct router_told t;

	common(ad, &t);
	t.lifetime = lifetime;
	send_advert(ad, dst, to, &t, ad->a.prefixes, ad->a.n);
}

/* To one host; what it gets may be its own. */
static void send_to(struct advertiser *ad, const struct ip6_addr *dst, const struct mac_addr *mac)
{
	struct router_told t;

	if (!ad->a.for_host) {
		send_common(ad, dst, mac, ad->a.lifetime);
		return;
	}
	t.more = true;
	for (unsigned k = 0; t.more; k++) {
		common(ad, &t);
		if (!ad->a.for_host(ad->a.owner, mac, k, &t))
			return;
		send_advert(ad, dst, mac, &t, t.prefixes, t.n);
	}
}

void router_advertise_to(struct net_iface *i, const struct mac_addr *host)
{
	struct advertiser *ad = advertiser_of(i);

	if (ad && i->link)
		send_to(ad, &ip6_all_nodes, host);
}

void router_tell(struct net_iface *i, const struct mac_addr *host, const struct router_told *t)
{
	struct advertiser *ad = advertiser_of(i);

	if (ad && i->link)
		send_advert(ad, &ip6_all_nodes, host, t, t->prefixes, t->n);
}

bool router_common(const struct net_iface *i, struct router_told *t)
{
	const struct advertiser *ad = advertiser_of(i);

	if (ad)
		common(ad, t);
	return ad != NULL;
}

/* ---- multicast ones [RFC 4861 6.2.4] ----------------------------------------------------------------------------- */

static void multicast_due(struct moor_world *w, struct moor_timer *t);

static bool has_common(const struct advertiser *ad)
{
	return !ad->a.for_host || ad->a.n;
}

static void schedule(struct advertiser *ad)
{
	moor_time span = ad->a.interval_max > ad->a.interval_min ? ad->a.interval_max - ad->a.interval_min : 0;
	moor_time wait = ad->a.interval_min + net_draw_span(ad->i->h, span);

	if (!ad->a.unsolicited || !has_common(ad))
		return;
	if (ad->initial_left) {
		ad->initial_left--;
		if (wait > INITIAL_INTERVAL)
			wait = INITIAL_INTERVAL;
	}
	moor_timer_in(ad->i->h->nw->w, &ad->timer, wait, multicast_due);
}

static void multicast_due(struct moor_world *w, struct moor_timer *t)
{
	struct advertiser *ad = MOOR_CONTAINER(t, struct advertiser, timer);

	net_enter(ad->i->h->nw);
	ad->last = moor_world_now(w);
	send_common(ad, &ip6_all_nodes, NULL, ad->a.lifetime);
	schedule(ad);
	net_leave(ad->i->h->nw);
}

static void start(struct advertiser *ad)
{
	ad->initial_left = INITIAL_ADVERTS - 1;
	if (ad->i->link && ad->a.unsolicited && has_common(ad))
		moor_timer_in(ad->i->h->nw->w, &ad->timer, net_draw_span(ad->i->h, ad->a.reply_delay_max),
			      multicast_due);
}

/* ---- answers [RFC 4861 6.2.6] ------------------------------------------------------------------------------------ */

static void answer_due(struct moor_world *w, struct moor_timer *t)
{
	struct answer *q = MOOR_CONTAINER(t, struct answer, timer);
	struct advertiser *ad = advertiser_of(q->i);
	struct net_world *nw = q->i->h->nw;

	(void)w;
	net_enter(nw);
	if (ad && q->i->link)
		send_to(ad, &q->to, &q->mac);
	slab_free(&nw->s[S_ANSWERS], q->self);
	net_leave(nw);
}

static void answer_one(struct advertiser *ad, const struct net_in *c, const struct ip6_packet *k)
{
	struct net_host *h = ad->i->h;
	struct answer *q;
	moor_handle self;

	if (h->nw->s[S_ANSWERS].count >= ANSWERS_MAX) {
		net_discard(h, ad->i, "solicitations-many", "RFC 4861 6.2.6");
		return;
	}
	q = slab_alloc(&h->nw->s[S_ANSWERS], &self);
	q->self = self;
	q->i = ad->i;
	q->mac = c->from;
	q->to = ip6_is_zero(&k->h.src) ? ip6_all_nodes : k->h.src;
	moor_timer_in(h->nw->w, &q->timer, net_draw_span(h, ad->a.reply_delay_max), answer_due);
}

static void answer_all(struct advertiser *ad)
{
	struct moor_world *w = ad->i->h->nw->w;
	moor_time now = moor_world_now(w), delay = net_draw_span(ad->i->h, ad->a.reply_delay_max);
	moor_time at = now + delay;

	if (ad->last >= 0 && now - ad->last < ad->a.min_delay)
		at = ad->last + ad->a.min_delay + delay;
	if (!moor_timer_pending(&ad->timer) || at < moor_timer_due(w, &ad->timer))
		moor_timer_at(w, &ad->timer, at, multicast_due);
}

void net_router_solicited(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m)
{
	struct advertiser *ad = advertiser_of(c->i);
	struct net_neigh *n = NULL;

	if (!c->h->profile->forward && !ad)
		return;
	if (!ip6_is_zero(&k->h.src))
		n = m->opts.has_slla ? net_neigh_learn(c->i, &k->h.src, &m->opts.slla) : net_neigh_find(c->i, &k->h.src);
	if (n)
		n->is_router = false;
	if (!ip6_is_zero(&k->h.src))
		net_host_address(c, &k->h.src);
	if (!ad)
		return;
	if (ad->a.for_host || ad->a.solicited_unicast)
		answer_one(ad, c, k);
	else
		answer_all(ad);
}

/* ---- control ----------------------------------------------------------------------------------------------------- */

void net_router_carrier(struct net_iface *i, bool up)
{
	struct advertiser *ad = advertiser_of(i);

	if (!ad)
		return;
	moor_timer_cancel(i->h->nw->w, &ad->timer);
	ad->last = -1;
	if (up)
		start(ad);
}

bool net_advertises(const struct net_iface *i)
{
	return advertiser_of(i) != NULL;
}

/* Routers are in this group from the start; a mobile router only on the link it advertises on. */
static void join_routers(struct net_iface *i, bool join)
{
	struct mac_addr group = ip6_multicast_mac(&ip6_all_routers);

	if (join)
		moor_port_join(i->port, &group);
	else
		moor_port_leave(i->port, &group);
}

static void stop(struct advertiser *ad)
{
	struct net_iface *i = ad->i;
	struct slab *all = &i->h->nw->s[S_ADVERTISERS];
	moor_handle *at = &net_rest(i->h)->advertisers;

	if (i->link && has_common(ad))		/* [RFC 4861 6.2.5] */
		send_common(ad, &ip6_all_nodes, NULL, 0);
	moor_timer_cancel(i->h->nw->w, &ad->timer);
	if (!i->h->profile->forward)
		join_routers(i, false);
	while (*at != ad->self)
		at = &((struct advertiser *)slab_get(all, *at))->next;
	*at = ad->next;
	slab_free(all, ad->self);
}

void router_advertise(struct net_iface *i, const struct router_advert *params)
{
	struct advertiser *ad = advertiser_of(i);
	moor_handle self;

	if (!params) {
		if (ad)
			stop(ad);
		return;
	}
	if (!ad) {
		ad = slab_alloc(&i->h->nw->s[S_ADVERTISERS], &self);
		ad->self = self;
		ad->i = i;
		ad->next = net_extra(i->h)->advertisers;
		net_rest(i->h)->advertisers = self;
		ad->last = -1;
		if (!i->h->profile->forward)
			join_routers(i, true);
	}
	ad->a = *params;
	moor_timer_cancel(i->h->nw->w, &ad->timer);
	start(ad);
}

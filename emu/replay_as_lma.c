/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: plays the local mobility anchor of a capture
 *
 * A world with one LMA of ours at the captured address, fed with the captured PBUs at the times at which they reached
 * the captured one. [RFC 5213 5.3] It gives each mobile node the prefixes that the captured LMA gave it. Its
 * clock is the capture's, moved by what the timestamp of the first accepted PBU says, since a capture does not tell how
 * far the gateways' clocks were from its own [RFC 5213 5.5]; windows and order of timestamps are judged from there on.
 */
#include "emu/replay_as.h"

#include "entity/lma.h"
#include "world/clock.h"

enum { FRAME_MAX = 2300 };

#define FAR (86400 * MOOR_S)		/* a timestamp so far away is no clock's */

struct given {
	struct imsi imsi;
	struct ip6_prefix hnp;
	bool used;
};

struct lma_player {
	struct replay_as *a;
	struct as_net net;
	struct lma *lma;
	struct moor_node *node;
	struct as_names *names;
	GArray *given;			/* struct given */
	enum pmip_transport transport;
	struct ip6_addr lmaa;		/* IPv4 as mapped */
	int64_t bias;			/* of the gateways' clocks against the capture's */
};

static const struct mac_addr lma_mac = { { 2, 0, 0, 0, 0, 1 } }, mags_mac = { { 2, 0, 0, 0, 0, 2 } };

static void sent(void *ctx, const struct moor_record *r)
{
	struct lma_player *p = ctx;
	struct as_view v;

	if (r->kind == REC_DISCARD) {
		as_item(p->a, p->a->fed)->why = r->u.discard.reason;
		return;
	}
	v = as_view_of(r->u.signal.message, r->u.signal.message_len, r->at);
	if (v.type != MH_BA)
		return;
	for (uint32_t k = p->a->fed + 1, back = 0; k-- > 0 && back < AS_BACK; back++) {
		struct as_item *i = as_item(p->a, k);

		if (i->skipped || i->ours.there || (v.who && i->asked.who != v.who)
		    || (i->asked.sequence != v.sequence && v.status != MH_BA_SEQUENCE))
			continue;
		i->ours = v;
		return;
	}
}

/* ---- what the captured one had ------------------------------------------------------------------- */

static void choose(struct lma_player *p)
{
	const struct as_item *first = as_item(p->a, 0);

	p->transport = as_transport(first);
	p->lmaa = first->v4 ? first->outer_dst : first->dst;
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		struct as_item *i = as_item(p->a, k);

		i->skipped = as_transport(i) != p->transport || !ip6_eq(i->v4 ? &i->outer_dst : &i->dst, &p->lmaa);
	}
}

static bool known(const struct lma_player *p, struct imsi i, const struct ip6_prefix *hnp)
{
	for (guint k = 0; k < p->given->len; k++) {
		const struct given *g = &g_array_index(p->given, struct given, k);

		if (imsi_same(g->imsi, i) && ip6_prefix_eq(&g->hnp, hnp))
			return true;
	}
	return false;
}

static void learn(struct lma_player *p, const struct as_item *i)
{
	const uint8_t *octets = p->a->octets->data;
	struct given g = { .used = false };
	struct mh_msg asked, answer, *m;

	mh_decode(octets + i->octets, i->n, &asked, NULL);
	mh_decode(octets + i->answer_octets, i->answer_n, &answer, NULL);
	if (!as_subject(p->names, &asked, &g.imsi))
		return;
	m = mh_find(&answer, MH_OPT_HNP) ? &answer : &asked;	/* one that says nothing accepts what was asked for */
	for (const struct mh_opt *o = mh_find(m, MH_OPT_HNP); o; o = mh_next(m, o)) {
		g.hnp = ip6_prefix_make(&o->prefix.addr, 64);
		if (!ip6_is_zero(&o->prefix.addr) && !known(p, g.imsi, &g.hnp))
			g_array_append_val(p->given, g);
	}
}

static bool assign(void *owner, struct imsi i, const char *apn, struct ip6_prefix *hnp)
{
	struct lma_player *p = owner;

	(void)apn;
	for (guint k = 0; k < p->given->len; k++) {
		struct given *g = &g_array_index(p->given, struct given, k);

		if (!imsi_same(g->imsi, i) || g->used)
			continue;
		g->used = true;
		*hnp = g->hnp;
		return true;
	}
	return false;
}

static bool owns(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	(void)apn;
	return known(owner, i, hnp);
}

static void release(void *owner, struct imsi i, const char *apn, const struct ip6_prefix *hnp)
{
	struct lma_player *p = owner;

	(void)apn;
	for (guint k = 0; k < p->given->len; k++) {
		struct given *g = &g_array_index(p->given, struct given, k);

		if (imsi_same(g->imsi, i) && ip6_prefix_eq(&g->hnp, hnp))
			g->used = false;
	}
}

static const struct pmip_pool_ops pool = { .assign = assign, .owns = owns, .release = release };

/* What the first accepted PBU says of the clock, and what of it the whole capture has. */
static void look(struct lma_player *p, struct pmip_lma_config *c)
{
	bool biased = false;

	c->gre = false;
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		const struct as_item *i = as_item(p->a, k);
		struct mh_msg m;
		const struct mh_opt *o;

		if (i->skipped || !i->captured.there || i->captured.status >= 128)
			continue;
		learn(p, i);
		c->gre |= i->captured.options >> MH_OPT_GRE_KEY & 1;
		mh_decode(p->a->octets->data + i->octets, i->n, &m, NULL);
		o = mh_find(&m, MH_OPT_TIMESTAMP);
		if (o && !biased) {
			int64_t off = (int64_t)mh_stamp_ns(o->stamp) - (p->a->r->first + i->wall);

			biased = off > -FAR && off < FAR;
			p->bias = biased ? off : 0;
		}
		if (!ip4_is_zero(i->hoa4) && !c->ip4_pool.len)
			c->ip4_pool = (struct ip4_prefix){ ip4_from_u32(ip4_u32(i->hoa4) & 0xffffff00u), 24 };
	}
}

static void make(struct lma_player *p)
{
	static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
	const struct ip6_addr none = ip6_any, any4 = ip6_mapped((struct ip4_addr){ { 0 } });
	struct lma_config c = { .net = &agent, .n_ifaces = 1 };
	bool v4 = pmip_is_ip4(p->transport);
	struct net_iface *i;

	pmip_lma_config_default(&c.pmip);
	c.pmip.profile = p->a->r->o.profile;
	c.pmip.names = &p->names->names;
	c.pmip.lifetime_max = INT64_C(262140) * MOOR_S;
	c.pmip.heartbeat = false;
	c.pmip.accept_force_udp = true;
	c.pmip.pool = &pool;
	c.pmip.pool_owner = p;
	c.iface[0] = (struct lma_iface_config){ .name = "net", .mac = lma_mac };
	if (v4)
		c.pmip.lmaa4 = c.iface[0].a4 = ip6_mapped_ip4(&p->lmaa);
	else
		c.pmip.lmaa = c.iface[0].a6 = p->lmaa;
	c.iface[0].len6 = 128;
	c.iface[0].len4 = 32;
	look(p, &c.pmip);
	p->node = moor_node_new(p->net.w, "lma");
	p->lma = lma_new(p->node, &c);
	i = net_iface_find(lma_host(p->lma), "net");
	net_route_add(lma_host(p->lma), &(struct ip6_prefix){ none, 0 }, &none, i);
	net_route_add(lma_host(p->lma), &(struct ip6_prefix){ any4, 96 }, &none, i);
	p->net.port = net_iface_port(i);
	moor_port_external(p->net.port, true, 1500);
}

/* ---- playing ------------------------------------------------------------------------------------- */

static void feed(struct lma_player *p, uint32_t k, moor_time start)
{
	const struct as_item *i = as_item(p->a, k);
	const struct as_envelope e = { .from = mags_mac, .to = lma_mac, .src = i->src, .dst = i->dst,
		.outer_src = i->outer_src, .outer_dst = i->outer_dst, .v4 = i->v4, .udp = i->udp, .bare = i->bare,
		.sport = i->sport };
	uint8_t frame[FRAME_MAX];
	uint32_t n = as_frame(&e, p->a->octets->data + i->octets, i->n, frame, sizeof(frame));
	moor_time now;

	as_net_until(&p->net, MAX(AS_WARM_UP + i->arrived - start, moor_world_now(p->net.w)));
	now = moor_world_now(p->net.w);
	moor_clock_set(p->node, p->a->r->first + i->wall + p->bias - MOOR_EPOCH_S * MOOR_S - now, 0);
	p->a->fed = k;
	if (n)
		moor_world_rx(p->net.w, p->net.port, now, frame, n);
	as_net_until(&p->net, now);
}

void replay_play_lma(struct replay_as *a)
{
	struct lma_player p = { .a = a, .net.mac = mags_mac };
	struct moor_world_config c = { .seed = 1, .out = as_net_out, .ctx = &p.net };
	moor_time start = as_item(a, 0)->arrived;

	p.names = as_names_new();
	p.given = g_array_new(FALSE, TRUE, sizeof(struct given));
	choose(&p);
	p.net.w = moor_world_new(&c);
	make(&p);
	moor_record_sink(p.net.w, REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_DISCARD), sent, &p);
	as_net_until(&p.net, AS_WARM_UP - 1);
	for (uint32_t k = 0; k < a->items->len; k++)
		if (!as_item(a, k)->skipped)
			feed(&p, k, start);
	as_net_until(&p.net, moor_world_now(p.net.w) + AS_WARM_UP);
	moor_world_free(p.net.w);
	g_array_free(p.given, TRUE);
	as_names_free(p.names);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: plays a mobile access gateway of a capture
 *
 * A world with one MAG of ours at the address of the first captured PBU. Mobile nodes come, stay and go when the
 * captured gateway said so, and each captured PBA reaches ours as long after its own PBU as the captured anchor took,
 * with the fields that echo a PBU (sequence number, timestamp, handoff indicator) set to those of ours [RFC 5213
 * 6.9.1.2]; nothing else of it is changed, and a wrong checksum stays wrong. PBUs of other gateways are not played.
 */
#include "emu/replay_as.h"

#include "entity/mag.h"
#include "world/clock.h"
#include "world/link.h"

enum { FRAME_MAX = 2300, SEQUENCE_AT = 8 };

#define PATIENCE (12 * MOOR_S)		/* how long a PBU of ours is waited for */
#define SETTLE (200 * MOOR_MS)		/* after a PBA, before the state is looked at */

struct guest {				/* a mobile node that the captured gateway served */
	uint64_t who;
	struct mac_addr mac;
	struct imsi imsi;
	char *apn;			/* or NULL */
	bool there;
};

struct mag_player {
	struct replay_as *a;
	struct as_net net;
	struct mag *mag;
	struct net_iface *access;
	struct moor_node *node;
	struct as_names *names;
	struct pmip_domain *domain;
	GArray *guests;			/* struct guest */
	enum pmip_transport transport;
	struct ip6_addr coa, lmaa;	/* IPv4 as mapped */
	struct as_view pbu;		/* what ours sent last */
	struct mh_stamp stamp;
	uint8_t handoff;
	const char *why;
};

static const struct mac_addr mag_mac = { { 2, 0, 0, 0, 0, 1 } }, core_mac = { { 2, 0, 0, 0, 0, 2 } },
			     access_mac = { { 2, 0, 0, 0, 0, 3 } };

static void sent(void *ctx, const struct moor_record *r)
{
	struct mag_player *p = ctx;
	const struct mh_opt *stamp, *handoff;
	struct mh_msg m;

	if (r->kind == REC_DISCARD) {
		p->why = r->u.discard.reason;
		return;
	}
	if (r->u.signal.type != MH_BU || p->pbu.there)
		return;
	p->pbu = as_view_of(r->u.signal.message, r->u.signal.message_len, r->at);
	mh_decode(r->u.signal.message, r->u.signal.message_len, &m, NULL);
	stamp = mh_find(&m, MH_OPT_TIMESTAMP);
	handoff = mh_find(&m, MH_OPT_HANDOFF);
	p->stamp = stamp ? stamp->stamp : (struct mh_stamp){ 0 };
	p->handoff = handoff ? handoff->handoff : 0;
}

/* ---- whom and where ------------------------------------------------------------------------------ */

static struct guest *guest_of(struct mag_player *p, uint64_t who)
{
	for (guint k = 0; k < p->guests->len; k++) {
		struct guest *g = &g_array_index(p->guests, struct guest, k);

		if (g->who == who)
			return g;
	}
	return NULL;
}

static bool mac_taken(const struct mag_player *p, const struct mac_addr *mac)
{
	for (guint k = 0; k < p->guests->len; k++)
		if (mac_eq(&g_array_index(p->guests, struct guest, k).mac, mac))
			return true;
	return false;
}

static bool meet(struct mag_player *p, const struct as_item *i)
{
	struct guest g = { .who = i->asked.who };
	const struct mh_opt *ll, *apn;
	struct mh_msg m;
	guint k = p->guests->len + 1;

	if (guest_of(p, i->asked.who))
		return true;
	mh_decode(p->a->octets->data + i->octets, i->n, &m, NULL);
	if (!as_subject(p->names, &m, &g.imsi))
		return false;
	ll = mh_find(&m, MH_OPT_MN_LL_ID);
	apn = mh_find(&m, MH_OPT_SERVICE_SELECTION);
	g.mac = (struct mac_addr){ { 2, 0, 1, (uint8_t)(k >> 16), (uint8_t)(k >> 8), (uint8_t)k } };
	if (ll && ll->lla.addr.n == sizeof g.mac.o && !(ll->lla.addr.p[0] & 1)) {
		struct mac_addr said;

		memcpy(said.o, ll->lla.addr.p, sizeof said.o);
		if (!mac_taken(p, &said))
			g.mac = said;
	}
	g.apn = apn ? g_strndup((const char *)apn->octets.p, apn->octets.n) : NULL;
	g_array_append_val(p->guests, g);
	return true;
}

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	struct mag_player *p = owner;

	for (guint k = 0; k < p->guests->len; k++) {
		const struct guest *g = &g_array_index(p->guests, struct guest, k);

		if (!mac_eq(&g->mac, mac))
			continue;
		*out = (struct pmip_host){ .imsi = g->imsi, .n_apns = g->apn ? 1 : 0, .apn = { g->apn } };
		return true;
	}
	return false;
}

static void choose(struct mag_player *p)
{
	const struct as_item *first = as_item(p->a, 0);

	p->transport = as_transport(first);
	p->coa = first->v4 ? first->outer_src : first->src;
	p->lmaa = first->v4 ? first->outer_dst : first->dst;
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		struct as_item *i = as_item(p->a, k);

		i->skipped = as_transport(i) != p->transport || !ip6_eq(i->v4 ? &i->outer_src : &i->src, &p->coa)
			|| !ip6_eq(i->v4 ? &i->outer_dst : &i->dst, &p->lmaa) || !meet(p, i);
	}
}

/* Settings as the first captured PBU shows them. */
static void settle(struct mag_player *p, struct pmip_mag_config *c, uint8_t *att)
{
	const struct as_item *first = as_item(p->a, 0);
	uint64_t has = first->asked.options;
	const struct mh_opt *o;
	struct mh_msg m;

	pmip_mag_config_default(c);
	mh_decode(p->a->octets->data + first->octets, first->n, &m, NULL);
	c->profile = p->a->r->o.profile;
	c->names = &p->names->names;
	c->transport = p->transport;
	c->who = who;
	c->owner = p;
	c->lifetime = MAX(first->asked.lifetime, 1) * 4 * MOOR_S;
	c->refresh_percent = 0;			/* the captured gateway says when */
	c->clock_sync = 0;
	c->heartbeat = false;
	c->gre = has >> MH_OPT_GRE_KEY & 1;
	c->timestamps = has >> MH_OPT_TIMESTAMP & 1;
	c->link_local_option = has >> MH_OPT_LINK_LOCAL & 1;
	c->ip4 = has >> MH_OPT_IP4_HOA_REQUEST & 1;
	o = mh_find(&m, MH_OPT_HANDOFF);
	if (o && o->handoff != MH_HI_UNKNOWN)
		c->domain = p->domain;
	o = mh_find(&m, MH_OPT_ATT);
	*att = o ? o->att : 0;
}

static void make(struct mag_player *p)
{
	static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
	const struct ip6_addr none = ip6_any, any4 = ip6_mapped((struct ip4_addr){ { 0 } });
	struct mag_config c = { .net = &agent, .n_ifaces = 2 };
	struct net_iface *core;
	struct moor_link *air;

	c.iface[0] = (struct mag_iface_config){ .name = "core", .mac = mag_mac, .len6 = 128, .len4 = 32 };
	c.iface[1] = (struct mag_iface_config){ .name = "access", .mac = access_mac, .access = true };
	settle(p, &c.pmip, &c.iface[1].att);
	if (pmip_is_ip4(p->transport)) {
		c.pmip.proxy_coa4 = c.iface[0].a4 = ip6_mapped_ip4(&p->coa);
		c.pmip.lma.a4 = ip6_mapped_ip4(&p->lmaa);
	} else {
		c.pmip.proxy_coa = c.iface[0].a6 = p->coa;
		c.pmip.lma.a6 = p->lmaa;
	}
	p->node = moor_node_new(p->net.w, "mag");
	p->mag = mag_new(p->node, &c);
	core = net_iface_find(mag_host(p->mag), "core");
	net_route_add(mag_host(p->mag), &(struct ip6_prefix){ none, 0 }, &none, core);
	net_route_add(mag_host(p->mag), &(struct ip6_prefix){ any4, 96 }, &none, core);
	p->net.port = net_iface_port(core);
	moor_port_external(p->net.port, true, 1500);
	p->access = net_iface_find(mag_host(p->mag), "access");
	air = moor_link_new(p->net.w, "access", LINK_LAN, &(struct link_params){ 0 });
	moor_link_attach(air, net_iface_port(p->access), true);
	mag_open(p->mag);
}

/* ---- playing ------------------------------------------------------------------------------------- */

/* What made the captured gateway send this PBU, done to ours. */
static void provoke(struct mag_player *p, const struct as_item *i, struct guest *g)
{
	struct pmip_mag *m = mag_pmip(p->mag);

	if (!i->asked.lifetime)
		pmip_mag_detached(m, &g->mac);
	else if (g->there)
		pmip_mag_refresh(m, g->imsi);
	else
		pmip_mag_attached(m, p->access, &g->mac);
	g->there = i->asked.lifetime > 0;
}

static void put_stamp(uint8_t *p, struct mh_stamp s)
{
	for (unsigned k = 0; k < 8; k++)
		p[k] = (uint8_t)(s.v >> (56 - 8 * k));
}

/* The captured answer as the captured anchor would have given it to ours. */
static void echo(const struct mag_player *p, const struct as_item *i, uint8_t *mh, uint32_t n)
{
	const struct ip6_addr *src = i->v4 ? &i->outer_dst : &i->dst, *dst = i->v4 ? &i->outer_src : &i->src;
	struct mh_msg asked, answer;
	const struct mh_opt *o, *q;
	bool right = i->bare || mh_sum_ok(mh, n, src, dst);

	mh_decode(p->a->octets->data + i->octets, i->n, &asked, NULL);
	mh_decode(mh, n, &answer, NULL);
	if (i->captured.sequence == i->asked.sequence)
		wire_put16(mh + SEQUENCE_AT, p->pbu.sequence);
	o = mh_find(&answer, MH_OPT_TIMESTAMP);
	q = mh_find(&asked, MH_OPT_TIMESTAMP);
	if (o && q && o->stamp.v == q->stamp.v && p->stamp.v && o->offset + 10u <= n)
		put_stamp(mh + o->offset + 2, p->stamp);
	o = mh_find(&answer, MH_OPT_HANDOFF);
	q = mh_find(&asked, MH_OPT_HANDOFF);
	if (o && q && o->handoff == q->handoff && o->offset + 4u <= n)
		mh[o->offset + 3] = p->handoff;
	if (right && !i->bare)
		mh_seal(mh, n, src, dst);
}

static void answer(struct mag_player *p, struct as_item *i)
{
	struct as_envelope e = { .from = core_mac, .to = mag_mac, .src = i->dst, .dst = i->src, .outer_src = i->outer_dst,
		.outer_dst = i->outer_src, .v4 = i->v4, .udp = i->udp, .bare = i->bare };
	uint8_t frame[FRAME_MAX], *mh = g_memdup2(p->a->octets->data + i->answer_octets, i->answer_n);
	uint32_t n;

	if (i->answer_n >= SEQUENCE_AT + 2)
		echo(p, i, mh, i->answer_n);
	n = as_frame(&e, mh, i->answer_n, frame, sizeof(frame));
	g_free(mh);
	as_net_until(&p->net, MAX(moor_world_now(p->net.w), p->pbu.at + MAX(i->replied - i->arrived, 0)));
	p->why = NULL;
	if (n)
		moor_world_rx(p->net.w, p->net.port, moor_world_now(p->net.w), frame, n);
	as_net_until(&p->net, moor_world_now(p->net.w) + SETTLE);
	i->why = p->why;
}

static void play(struct mag_player *p, struct as_item *i, moor_time start, bool asked_already)
{
	struct guest *g = guest_of(p, i->asked.who);
	struct pmip_bule_view v;
	moor_time end;

	as_net_until(&p->net, MAX(AS_WARM_UP + i->sent - start, moor_world_now(p->net.w)));
	/* an unanswered PBU is sent again without being told to */
	if (!asked_already) {
		p->pbu.there = false;
		moor_clock_set(p->node, p->a->r->first + i->wall - MOOR_EPOCH_S * MOOR_S - moor_world_now(p->net.w), 0);
		provoke(p, i, g);
	}
	end = moor_world_now(p->net.w) + PATIENCE;
	while (!p->pbu.there && moor_world_now(p->net.w) < end)
		as_net_until(&p->net, moor_world_now(p->net.w) + 10 * MOOR_MS);
	i->ours = p->pbu;
	if (p->pbu.there && i->captured.there)
		answer(p, i);
	p->pbu.there = false;
	i->registered = pmip_mag_binding(mag_pmip(p->mag), g->imsi, 0, &v) && v.state == PMIP_BULE_ACTIVE;
}

/* The same message again, because the one before had no answer. */
static bool again(const struct as_item *i, const struct as_item *before)
{
	return before && before->ours.there && !before->captured.there && before->asked.who == i->asked.who
		&& !before->asked.lifetime == !i->asked.lifetime && i->asked.lifetime;
}

void replay_play_mag(struct replay_as *a)
{
	struct mag_player p = { .a = a, .net.mac = core_mac };
	struct moor_world_config c = { .seed = 1, .out = as_net_out, .ctx = &p.net };
	const struct as_item *before = NULL;
	moor_time start = as_item(a, 0)->sent;

	p.names = as_names_new();
	p.domain = pmip_domain_new();
	p.guests = g_array_new(FALSE, TRUE, sizeof(struct guest));
	choose(&p);
	p.net.w = moor_world_new(&c);
	make(&p);
	moor_record_sink(p.net.w, REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_DISCARD), sent, &p);
	as_net_until(&p.net, AS_WARM_UP / 2);
	for (uint32_t k = 0; k < a->items->len; k++) {
		struct as_item *i = as_item(a, k);

		if (i->skipped)
			continue;
		play(&p, i, start, again(i, before));
		before = i;
	}
	moor_world_free(p.net.w);
	pmip_domain_free(p.domain);
	for (guint k = 0; k < p.guests->len; k++)
		g_free(g_array_index(p.guests, struct guest, k).apn);
	g_array_free(p.guests, TRUE);
	as_names_free(p.names);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays the home agent of a capture: a world with one home agent of ours at the captured addresses, fed with the
 * captured BUs at the times at which they reached the captured one. What it sends is seen on the observation bus.
 * [RFC 6275 10.3] [RFC 5555 4.5] [24.303 5.1.3.2]
 *
 * Ours serves one home network prefix of 64 bits to each mobile node, as 3GPP has it: two mobile nodes with home
 * addresses in one /64 cannot both be bound, and the later one's messages then differ from a capture where they can.
 */
#include "emu/replay_as.h"

#include "entity/ha.h"

enum { POOL_LEAST = 32, FRAME_MAX = 2300 };

struct ha_player {
	struct replay_as *a;
	struct as_net net;
	struct ha *ha;
	struct ip6_addr agent;
	struct ip4_addr agent4;
};

static const struct mac_addr agent_mac = { { 2, 0, 0, 0, 0, 1 } }, router_mac = { { 2, 0, 0, 0, 0, 2 } };

static void sent(void *ctx, const struct moor_record *r)
{
	struct ha_player *p = ctx;
	const struct rec_signal *g = &r->u.signal;
	struct as_view v = as_view_of(g->message, g->message_len, r->at);

	if (g->type != MH_BA)
		return;
	for (uint32_t k = p->a->fed + 1, back = 0; k-- > 0 && back < AS_BACK; back++) {
		struct as_item *i = as_item(p->a, k);

		if (i->skipped || i->ours.there || !ip6_eq(&i->home, &g->home_address)
		    || (i->asked.sequence != v.sequence && v.status != MH_BA_SEQUENCE))
			continue;
		i->ours = v;
		return;
	}
}

static uint8_t common_bits(const struct ip6_addr *a, const struct ip6_addr *b)
{
	uint8_t n = 0;

	while (n < 64 && !((a->o[n / 8] ^ b->o[n / 8]) >> (7 - n % 8) & 1))
		n++;
	return n;
}

/* The shortest prefix that holds every home address, not shorter than the pool may be. */
static struct ip6_prefix pool_of(const struct replay_as *a)
{
	struct ip6_addr first = as_item(a, 0)->home;
	uint8_t len = 64;

	for (uint32_t k = 1; k < a->items->len; k++) {
		uint8_t n = common_bits(&first, &as_item(a, k)->home);

		if (n >= POOL_LEAST && n < len)
			len = n;
	}
	return ip6_prefix_make(&first, len);
}

static void choose_agent(struct ha_player *p)
{
	p->agent = as_item(p->a, 0)->dst;
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		struct as_item *i = as_item(p->a, k);

		i->skipped = !ip6_eq(&i->dst, &p->agent);
		if (!i->skipped && i->v4 && ip4_is_zero(p->agent4))
			p->agent4 = ip6_mapped_ip4(&i->outer_dst);
	}
}

static void make_agent(struct ha_player *p)
{
	const struct ip4_addr own = { { 169, 254, 77, 1 } }, next = { { 169, 254, 77, 2 } };
	const struct ip6_addr next6 = ip6_link_local(2);
	struct ha_config c;
	struct net_iface *i;

	ha_config_default(&c);
	c.dsmip.profile = p->a->r->o.profile;
	c.dsmip.addr = (struct dsmip_ha_addr){ p->agent, p->agent4 };
	c.dsmip.hnp_pool = pool_of(p->a);
	c.dsmip.lifetime_max = INT64_C(262140) * MOOR_S;
	c.dsmip.dad = c.dsmip.profile == MH_PROFILE_RFC;	/* [RFC 6275 10.3.1], not 24.303 */
	c.n_ifaces = 1;
	c.iface[0] = (struct ha_iface_config){ .name = "net", .mac = agent_mac, .a4 = own, .len4 = 24 };
	c.gateway6 = next6;
	c.gateway4 = next;
	p->ha = ha_new(moor_node_new(p->net.w, "ha"), &c);
	i = ha_iface(p->ha, "net");
	moor_port_external(net_iface_port(i), true, 1500);
	p->net.port = net_iface_port(i);
}

/* Each mobile node's prefix, and the IPv4 home address that the captured home agent gave it. */
static void provision(struct ha_player *p)
{
	struct map done;
	uint32_t seen;

	map_init(&done);
	for (uint32_t k = 0; k < p->a->items->len; k++) {
		struct as_item *i = as_item(p->a, k);
		struct ip6_prefix hnp = ip6_prefix_make(&i->home, 64);

		if (!map_get(&done, map_key_ip6(&hnp.addr), &seen)) {
			map_put(&done, map_key_ip6(&hnp.addr), 0);
			if (!ha_assign_this(p->ha, NULL, &hnp))
				i->skipped = true;
		}
		if (!ip4_is_zero(i->hoa4))
			ha_static_hoa4(p->ha, &hnp, i->hoa4);
	}
	map_done(&done);
}

static void feed(struct ha_player *p, uint32_t k, moor_time start)
{
	const struct as_item *i = as_item(p->a, k);
	const struct as_envelope e = { .from = router_mac, .to = agent_mac, .src = i->src, .dst = i->dst,
		.outer_src = i->outer_src, .outer_dst = i->outer_dst, .home = i->has_hao ? &i->home : NULL, .v4 = i->v4,
		.udp = i->udp, .sport = i->sport };
	uint8_t frame[FRAME_MAX];
	uint32_t n = as_frame(&e, p->a->octets->data + i->octets, i->n, frame, sizeof(frame));
	moor_time at = AS_WARM_UP + i->arrived - start;

	p->a->fed = k;
	as_net_until(&p->net, MAX(at, moor_world_now(p->net.w)));
	if (n)
		moor_world_rx(p->net.w, p->net.port, moor_world_now(p->net.w), frame, n);
}

void replay_play_ha(struct replay_as *a)
{
	struct ha_player p = { .a = a, .net.mac = router_mac };
	struct moor_world_config c = { .seed = 1, .out = as_net_out, .ctx = &p.net };
	moor_time start = as_item(a, 0)->arrived;

	choose_agent(&p);
	p.net.w = moor_world_new(&c);
	make_agent(&p);
	provision(&p);
	moor_record_sink(p.net.w, REC_BIT(REC_SIGNAL_TX), sent, &p);
	as_net_until(&p.net, AS_WARM_UP - 1);
	for (uint32_t k = 0; k < a->items->len; k++)
		if (!as_item(a, k)->skipped)
			feed(&p, k, start);
	as_net_until(&p.net, moor_world_now(p.net.w) + AS_WARM_UP);
	moor_world_free(p.net.w);
}

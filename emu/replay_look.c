/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes captured packets apart, as far as replay looks at them. Nearly all are of a few shapes (Ethernet; IPv6, perhaps
 * with a home address, perhaps in IPv6; a Mobility Header, UDP or TCP), of which nothing needs to be copied; the others
 * are wire/frame.h's. It exists apart because it is done one packet ahead of following, so that what the next one will
 * want from memory is under way while this one is worked on. No clause of its own.
 */
#include "emu/replay_internal.h"
#include "wire/eth.h"
#include "wire/ip6_glance.h"
#include "wire/udp.h"

enum { LINK_FROM_US = 4 };

static uint64_t vantage_of(uint32_t interface, uint32_t ifindex, uint8_t way)
{
	return (uint64_t)(interface & 0xffff) << 48 | (uint64_t)(ifindex & 0xffff) << 32 | (uint64_t)way << 16 | 1;
}

void replay_packet_of(const struct capture_frame *f, const struct frame_view *v, struct packet *k)
{
	const struct frame_ip *ip = frame_inner(v), *outer = v->n_ip > 1 ? ip - 1 : NULL;
	uint8_t way = v->link.kind == WIRE_LINK_SLL || v->link.kind == WIRE_LINK_SLL2 ? v->link.pkttype == LINK_FROM_US
		: f->direction;

	*k = (struct packet){ .src = &ip->src, .dst = &ip->dst, .hao = ip->has_hao ? &ip->hao : NULL,
		.rh2 = ip->has_rh2 ? &ip->rh2 : NULL, .from = ip->has_hao ? &ip->hao : &ip->src,
		.to = ip->has_rh2 ? &ip->rh2 : &ip->dst, .outer_src = outer ? &outer->src : NULL,
		.outer_dst = outer ? &outer->dst : NULL, .upper = v->mh ? v->mh : v->upper,
		.upper_len = v->mh ? v->mh_len : v->upper_len, .payload_len = v->payload_len,
		.vantage = vantage_of(f->interface, v->link.ifindex, way), .spot = f->interface << 16 ^ v->link.ifindex,
		.outer_sport = outer ? outer->sport : 0, .proto = v->proto, .n_ip = v->n_ip, .hop_limit = ip->hop_limit,
		.mh = v->mh, .mh_in_udp = v->mh_in_udp, .in_udp = ip->encap == ENCAP_UDP || ip->encap == ENCAP_UDP_TLV,
		.cut = ip->cut, .sum_bad = v->csum_bad && !v->mh_in_udp };
}

/* ---- the plainest shapes ------------------------------------------------------------------------- */

static inline bool special_port(const uint8_t *p)
{
	uint16_t port = load16(p);

	return port == PORT_IKE || port == PORT_IKE_NAT || port == PORT_DSMIP || port == PORT_PMIP;
}

/* User data in UDP or TCP between ports that mean nothing to us. */
static inline bool plain_data(struct packet *k)
{
	uint32_t len;

	k->mh = k->sum_bad = false;
	k->payload_len = k->upper_len;
	if ((k->proto != PROTO_UDP && k->proto != PROTO_TCP) || k->upper_len < UDP_LEN || special_port(k->upper)
	    || special_port(k->upper + 2))
		return false;
	if (k->proto == PROTO_TCP)
		return true;
	len = load16(k->upper + 4);
	k->payload_len = len - UDP_LEN;
	return len >= UDP_LEN && len <= k->upper_len;
}

static inline bool plain_signal(struct packet *k)
{
	k->mh = true;
	k->sum_bad = !ip6_csum_ok(k->from, k->to, PROTO_MH, k->upper, k->upper_len);
	return k->upper_len >= 12;
}

static inline const struct ip6_addr *address_at(const uint8_t *p)
{
	return (const struct ip6_addr *)(const void *)p;
}

/* False: another shape. */
static inline bool plain(const struct capture_frame *f, struct packet *k)
{
	const uint8_t *p = f->octets + ETH_LEN;
	struct ip6_glance g;

	if (f->link != WIRE_LINK_ETHERNET || f->len < ETH_LEN || load16(f->octets + 12) != ETYPE_IP6
	    || !ip6_glance(p, f->len - ETH_LEN, &g))
		return false;
	k->outer_src = k->outer_dst = NULL;
	k->n_ip = 1;
	if (g.proto == PROTO_IP6) {
		k->outer_src = address_at(p + 8);
		k->outer_dst = address_at(p + 24);
		k->n_ip = 2;
		p += g.at;
		if (!ip6_glance(p, g.end - g.at, &g))
			return false;
	}
	k->src = address_at(p + 8);
	k->dst = address_at(p + 24);
	k->hao = k->rh2 = NULL;
	k->from = k->src;
	k->to = k->dst;
	if (g.hao)
		k->from = k->hao = address_at(p + g.at - 16);
	else if (g.rh2)
		k->to = k->rh2 = address_at(p + g.at - 16);
	k->hop_limit = p[7];
	k->proto = g.proto;
	k->upper = p + g.at;
	k->upper_len = g.end - g.at;
	k->outer_sport = 0;
	k->mh_in_udp = k->in_udp = k->cut = false;
	k->vantage = vantage_of(f->interface, 0, f->direction);
	k->spot = f->interface << 16;
	return k->proto == PROTO_MH ? plain_signal(k) : plain_data(k);
}

/* ---- what will be wanted ------------------------------------------------------------------------- */

/* The binding that a message is about is that of its addresses, but for PMIPv6. */
static inline void look_at_signal(struct replay *r, struct replay_look *l)
{
	const struct packet *k = &l->k;

	bool answer = k->upper[2] == MH_BA;

	l->pair = replay_pair_key(answer ? k->to : k->from, answer ? k->src : k->dst);
	/* an answer's is that of the update before it, mostly */
	if (!r->ahead || r->ahead->pair.a != l->pair.a)
		map_expect(&r->binding_index, l->pair);
}

static inline void look_at_data(struct replay *r, const struct packet *k)
{
	map_expect(&r->homes, map_key_ip6(k->src));
	map_expect(&r->homes, map_key_ip6(k->dst));
	__builtin_prefetch(k->upper + k->upper_len - 1);
}

/* What lies beyond the spots is fetched as far as messages usually need it. */
static inline void expect_binding(const struct binding *b, bool data)
{
	if (data) {
		mem_fetch(b, 128);
		__builtin_prefetch(&b->near);
		return;
	}
	mem_fetch(b, offsetof(struct binding, far) + 8);
	__builtin_prefetch(b->request, 1);
	__builtin_prefetch(b->answer);
}

void replay_expect(void *replay, const struct sight_hint *far, const struct sight_hint *near,
		   const struct sight_hint *next)
{
	struct replay *r = replay;
	const struct binding *all = binding_at(r, 0), *b;
	uint32_t n = r->bindings->len, mobile = REC_NONE, flow = REC_NONE;

	if (far->binding < n)
		expect_binding(&all[far->binding], far->data);
	if (near->binding < n) {
		b = &all[near->binding];
		__builtin_prefetch(&b->bu[b->n_bu % BUS_REMEMBERED], 1);
		mobile = b->mobile;
		flow = near->data ? near->binding + 1 : REC_NONE;
	}
	metrics_expect(r->metrics, mobile, flow, next->binding < n ? all[next->binding].mobile : REC_NONE);
}

void replay_look(struct replay *r, struct replay_look *l)
{
	l->plain = l->f.readable && plain(&l->f, &l->k);
	if (G_UNLIKELY(!l->plain)) {
		l->linked = l->f.readable && frame_view_make(l->f.link, l->f.octets, l->f.len, &l->v);
		if (l->linked && l->v.n_ip)
			replay_packet_of(&l->f, &l->v, &l->k);
	} else if (l->k.mh) {
		look_at_signal(r, l);
	} else {
		look_at_data(r, &l->k);
	}
}

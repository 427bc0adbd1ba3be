/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home agent with several care-of addresses and flows, by Binding Updates made by hand: a mobile node with two
 * IPv6 care-of addresses, an IPv4 one and one behind a NAT sends whatever the test wants, and counts what comes to
 * which of them [RFC 5648 6, 8; RFC 6089 5.3]. Every status of both documents is drawn.
 */
#include <string.h>

#include "base/rng.h"
#include "proto/ifom.h"
#include "tests/pair/rig.h"
#include "wire/udp.h"

enum way { LTE, LTE2, WLAN4, NAT, WAYS };

struct mobile {
	struct rig *r;
	struct net_host *h;
	struct net_hooks hooks;
	struct net_profile profile;
	struct ip6_addr coa[WAYS], hoa, hoa4, ha, ha4, cn, cn4;
	uint16_t seq;
	unsigned answers, got[WAYS];
	struct mh_msg last;
	uint8_t octets[2048];
};

#define USUAL (MH_BU_A | MH_BU_H | MH_BU_R)

static struct ip6_addr addr(const char *t)
{
	struct ip6_addr a;
	struct ip4_addr a4;

	if (ip4_parse(t, &a4))
		return ip6_mapped(a4);
	g_assert(ip6_parse(t, &a));
	return a;
}

static bool any_rh2(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx, (void)home;
	return true;
}

/* User packets are counted where their tunnel ends; behind the NAT by the inside address. */
static bool tunnel_in(void *owner, const struct net_rx *rx, const struct ip6_addr *src, const struct ip6_addr *dst,
		      const uint8_t *inner, uint32_t len)
{
	struct mobile *s = owner;

	(void)dst, (void)inner, (void)len;
	if (ip6_eq(src, &s->ha))
		return true;
	for (unsigned w = 0; w < WAYS; w++)
		s->got[w] += ip6_eq(&rx->outer.dst, &s->coa[w]);
	return true;
}

static void input(void *owner, struct net_rx *rx)
{
	struct mobile *s = owner;

	CU_ASSERT(rx->payload_len <= sizeof s->octets);
	memcpy(s->octets, rx->payload, rx->payload_len);
	s->answers++;
	CU_ASSERT(mh_decode(s->octets, rx->payload_len, &s->last, NULL));
}

static void iface(struct mobile *s, unsigned n, struct moor_link *l, enum way w, const char *gateway, bool v4)
{
	struct mac_addr mac = mac_from_u64(0x0200000000b0u + n);
	struct ip6_addr gw = addr(gateway);
	struct net_iface *i = net_iface_new(s->h, (const char *[]){ "e0", "e1", "e2", "e3" }[n], &mac);

	moor_link_attach(l, net_iface_port(i), false);
	net_address_add(i, &s->coa[w], v4 ? 96 + 24 : 64);
	net_route_add(s->h, &(struct ip6_prefix){ v4 ? addr("0.0.0.0") : ip6_any, v4 ? 96 : 0 }, &gw, i);
}

static struct mobile *arrive(struct rig *r)
{
	struct mobile *s = g_new0(struct mobile, 1);

	s->r = r;
	s->profile = net_profile_host;
	s->profile.dsmip_udp = true;
	s->h = net_host_new(moor_node_new(r->w, "mobile"), &s->profile);
	s->hooks = (struct net_hooks){ .owner = s, .rh2_in = any_rh2, .tunnel_in = tunnel_in };
	net_host_hooks(s->h, &s->hooks);
	net_proto_handler(s->h, DSMIP_PROTO_MH, input, s);
	s->coa[LTE] = addr("2001:db8:1::bad");
	s->coa[LTE2] = addr("2001:db8:2::bad");
	s->coa[WLAN4] = addr("198.51.100.77");
	s->coa[NAT] = addr("10.0.0.77");
	s->hoa = ip6_from_prefix_iid(&r->ue_config.hnp, 0x77);
	s->ha = addr("2001:db8:c0::1");
	s->ha4 = addr("203.0.113.1");
	s->cn = addr("2001:db8:c0::9");
	s->cn4 = addr("203.0.113.9");
	iface(s, 0, r->lte, LTE, "2001:db8:1::1", false);
	iface(s, 1, r->lte2, LTE2, "2001:db8:2::1", false);
	iface(s, 2, r->wlan4, WLAN4, "198.51.100.1", true);
	iface(s, 3, r->wlan, NAT, "10.0.0.1", true);
	net_address_add_virtual(s->h, &s->hoa);
	rig_run(r, S(2));
	return s;
}

static struct rig *world(struct mobile **s)
{
	struct rig *r = rig_new();

	r->ha_config.dsmip.ifom = true;
	rig_build(r);
	*s = arrive(r);
	return r;
}

static void leave(struct mobile *s)
{
	struct rig *r = s->r;

	rig_free(r);
	g_free(s);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void start_bu(struct mobile *s, struct mh_msg *m, uint16_t more, uint16_t life)
{
	mh_start(m, MH_BU);
	m->bu.seq = ++s->seq;
	m->bu.flags = USUAL | more;
	m->bu.life.units = life;
}

static struct mh_opt *bid(struct mh_msg *m, uint16_t bid, uint8_t priority, const struct ip6_addr *coa)
{
	struct mh_opt *o = mh_add(m, MH_OPT_BID);

	o->bid.bid = bid;
	o->bid.priority = priority;
	if (coa && ip6_is_mapped(coa)) {
		o->bid.family = 4;
		o->bid.ip4 = ip6_mapped_ip4(coa);
	} else if (coa) {
		o->bid.family = 6;
		o->bid.ip6 = *coa;
	}
	return o;
}

/* Sub-options live as long as the test: they are lent to the message. */
static struct mh_opt *fid(struct mh_msg *m, uint16_t fid, uint16_t priority, uint16_t to, uint16_t dport)
{
	static uint8_t room[64][64];
	static unsigned next;
	uint8_t *subs = room[next++ % 64];
	struct ifom_flow f = { .n_bid = 1, .bid = { to }, .ts = { .format = MH_TS_IP6, .has = MH_TS_DPORT,
				.dport = { dport, dport } } };
	struct mh_opt *o = mh_add(m, MH_OPT_FLOW_ID);

	o->flow.fid = fid;
	o->flow.priority = priority;
	o->flow.subs.p = subs;
	o->flow.subs.n = (uint8_t)ifom_flow_write(&f, to, dport, subs, sizeof room[0]);
	return o;
}

static void summary(struct mh_msg *m, const uint8_t *fids, uint8_t n)
{
	struct mh_opt *o = mh_add(m, MH_OPT_FLOW_SUMMARY);

	o->fids.p = fids;
	o->fids.n = n;
}

static int wait_answer(struct mobile *s, unsigned before)
{
	rig_run(s->r, S(1));
	return s->answers == before ? -1 : s->last.type == MH_BA ? s->last.ba.status : 1000 + s->last.be.status;
}

static int say(struct mobile *s, enum way w, const struct mh_msg *m)
{
	struct net_tunnel t = { .local = s->coa[w], .remote = s->ha4, .sport = 4191, .dport = 4191, .encap = ENCAP_UDP4 };
	struct dsmip_tx tx = { .send = { .src = s->coa[w], .dst = s->ha, .home_address = &s->hoa } };
	unsigned before = s->answers;

	if (ip6_is_mapped(&s->coa[w])) {
		tx.send.src = s->hoa;
		tx.send.home_address = NULL;
		tx.send.tunnel = &t;
	}
	dsmip_send(s->h, m, &tx);
	return wait_answer(s, before);
}

/* One care-of address in a BU from there. */
static int one(struct mobile *s, enum way w, uint16_t id, uint8_t priority, uint16_t flags)
{
	struct mh_msg m;

	start_bu(s, &m, flags, 100);
	bid(&m, id, priority, &s->coa[w]);
	return say(s, w, &m);
}

/* The same octets as they are, for options that no encoder writes. */
static int raw(struct mobile *s, const char *hex)
{
	struct net_send send = { .src = s->coa[LTE], .dst = s->ha, .next_header = DSMIP_PROTO_MH, .home_address = &s->hoa };
	size_t n = strlen(hex) / 2;
	struct moor_pkt *p = moor_pkt_new(s->r->w, n);
	unsigned before = s->answers;

	for (size_t k = 0; k < n; k++)
		p->data[k] = (uint8_t)(g_ascii_xdigit_value(hex[2 * k]) << 4 | g_ascii_xdigit_value(hex[2 * k + 1]));
	store16(p->data + 6, ++s->seq);
	mh_seal(p->data, n, &s->hoa, &s->ha);
	net_send6(s->h, p, &send);
	return wait_answer(s, before);
}

/* What the last BA says of a BID or FID; -1: nothing. */
static int said_bid(const struct mobile *s, uint16_t id)
{
	for (const struct mh_opt *o = mh_find(&s->last, MH_OPT_BID); o; o = mh_next(&s->last, o)) {
		CU_ASSERT_EQUAL(o->bid.family, 0);	/* [RFC 5648 4.3] */
		if (o->bid.bid == id)
			return o->bid.status;
	}
	return -1;
}

static int said_fid(const struct mobile *s, uint16_t id)
{
	for (const struct mh_opt *o = mh_find(&s->last, MH_OPT_FLOW_ID); o; o = mh_next(&s->last, o)) {
		if (o->flow.fid == id)
			return o->flow.status;
	}
	return -1;
}

static unsigned addresses(const struct mobile *s)
{
	return dsmip_ha_care_of(s->r->a, &s->hoa, NULL, 0);
}

static unsigned flows(const struct mobile *s)
{
	const struct ifom_table *t = dsmip_ha_flow_table(s->r->a, &s->hoa);

	return t ? t->count : 0;
}

/* ---- user packets ------------------------------------------------------------------------------------------------ */

/* A datagram from the correspondent; the care-of addresses that it came to, as bits; twice to one: -1. */
static int down(struct mobile *s, const struct ip6_addr *from, const struct ip6_addr *to, uint16_t dport)
{
	struct moor_pkt *p = moor_pkt_new(s->r->w, UDP_LEN + 4);
	int set = 0;

	memset(s->got, 0, sizeof s->got);
	memset(p->data, 0, p->len);
	udp_push_nocsum(p->data + UDP_LEN, UDP_LEN, 9, dport, 4);
	if (ip6_is_mapped(to)) {
		net_send4(cn_host(s->r->cn), p, ip6_mapped_ip4(from), ip6_mapped_ip4(to), PROTO_UDP, NULL, 0);
	} else {
		struct net_send send = { .src = *from, .dst = *to, .next_header = PROTO_UDP };

		store16(p->data + 6, ip6_upper_csum(from, to, PROTO_UDP, p->data, p->len));
		net_send6(cn_host(s->r->cn), p, &send);
	}
	rig_run(s->r, S(0.5));
	for (unsigned w = 0; w < WAYS; w++) {
		if (s->got[w] > 1)
			return -1;
		set |= (int)s->got[w] << w;
	}
	return set;
}

static int down6(struct mobile *s, uint16_t dport)
{
	return down(s, &s->cn, &s->hoa, dport);
}

/* A tunnelled packet from one of them; true when the home agent let it in. */
static bool up(struct mobile *s, enum way w)
{
	bool v4 = ip6_is_mapped(&s->coa[w]);
	struct net_tunnel t = { .local = s->coa[w], .remote = v4 ? s->ha4 : s->ha, .sport = 4191, .dport = 4191,
				.encap = w == NAT ? ENCAP_UDP4 : v4 ? ENCAP_IN4 : ENCAP_IN6 };
	struct net_send send = { .src = s->hoa, .dst = s->cn, .next_header = 59, .tunnel = &t };
	unsigned before = rig_count(s->r, REC_DISCARD, s->r->ha_id, 0);

	net_send6(s->h, moor_pkt_new(s->r->w, 8), &send);
	rig_run(s->r, S(0.5));
	return rig_count(s->r, REC_DISCARD, s->r->ha_id, 0) == before;
}

/* ---- binding identifiers ----------------------------------------------------------------------------------------- */

static void closes_no_circle(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct ip6_addr mine = s->hoa;
	struct mh_msg m;
	CU_ASSERT(!one(s, LTE, 1, 10, MH_BU_O) && s->hoa.o[7]++ < 255);	/* then another mobile node: the next prefix */
	CU_ASSERT(dsmip_ha_assign_this(r->a, &(struct ip6_prefix){ ip6_from64(ip6_high64(&s->hoa), 0), 64 }));
	net_address_add_virtual(s->h, &s->hoa);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 10, &s->coa[LTE2]);
	bid(&m, 2, 20, &mine);
	CU_ASSERT(say(s, LTE2, &m) == MH_BA_MCOA_NOTCOMPLETE && addresses(s) == 1);
	CU_ASSERT(said_bid(s, 1) == 0 && said_bid(s, 2) == MH_BA_PROHIBITED);
	leave(s);
}

static void two_addresses(void)
{
	struct dsmip_care_view v[2];
	struct mobile *s;
	struct rig *r = world(&s);

	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, MH_BU_O), 0);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);
	CU_ASSERT_EQUAL(mh_find(&s->last, MH_OPT_BID)->bid.priority, 20);	/* copied [RFC 6089 5.3.5] */
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	CU_ASSERT_EQUAL(one(s, LTE2, 2, 10, 0), 0);		/* stronger: the default now */
	CU_ASSERT_EQUAL(addresses(s), 2);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE2);
	CU_ASSERT(up(s, LTE) && up(s, LTE2) && !up(s, WLAN4));
	CU_ASSERT_EQUAL(dsmip_ha_care_of(r->a, &s->hoa, v, 2), 2);
	CU_ASSERT(v[0].bid == 1 && v[0].priority == 20 && ip6_eq(&v[0].care_of, &s->coa[LTE]));
	CU_ASSERT_EQUAL(one(s, LTE2, 1, 20, 0), 0);		/* the BID moves */
	CU_ASSERT_EQUAL(addresses(s), 2);
	CU_ASSERT(!up(s, LTE));
	CU_ASSERT_EQUAL(one(s, LTE, 3, 1, MH_BU_O), 0);		/* replaces all */
	CU_ASSERT_EQUAL(addresses(s), 1);
	CU_ASSERT(!up(s, LTE2) && up(s, LTE));
	CU_ASSERT_EQUAL(one(s, LTE2, 4, 2, 0), 0);
	leave(s);
}

static void ip4_and_nat(void)
{
	struct dsmip_care_view v[3];
	const struct mh_opt *nat;
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, MH_BU_O), 0);
	CU_ASSERT_EQUAL(one(s, WLAN4, 2, 10, 0), 0);
	nat = mh_find(&s->last, MH_OPT_NAT_DETECTION);
	CU_ASSERT(!nat || !nat->nat.force);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << WLAN4);
	CU_ASSERT_EQUAL(one(s, NAT, 3, 5, 0), 0);
	nat = mh_find(&s->last, MH_OPT_NAT_DETECTION);
	CU_ASSERT(nat && nat->nat.force);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << NAT);
	CU_ASSERT(up(s, LTE) && up(s, WLAN4) && up(s, NAT));
	CU_ASSERT_EQUAL(dsmip_ha_care_of(r->a, &s->hoa, v, 3), 3);
	CU_ASSERT(v[2].nat && !v[1].nat && v[2].udp_port && !v[1].udp_port);
	CU_ASSERT(ip6_eq(&v[2].care_of, &(struct ip6_addr){ 0 }) == false);
	CU_ASSERT(ip4_eq(v[2].care_of4, ip6_mapped_ip4(&s->coa[NAT])));
	/* without a NAT an IPv4 care-of address may be renewed from anywhere, and several at once [RFC 5648 8.1] */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 20, NULL);
	bid(&m, 2, 10, &s->coa[WLAN4]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	/* a new one may not, nor one behind a NAT */
	start_bu(s, &m, 0, 100);
	bid(&m, 4, 10, &s->coa[WLAN4]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_BULK_PROHIBITED);
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 20, NULL);
	bid(&m, 3, 5, &s->coa[NAT]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_NOTCOMPLETE);
	CU_ASSERT_EQUAL(said_bid(s, 3), MH_BA_MCOA_BULK_PROHIBITED);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);
	/* several at once from behind a NAT, and from a new IPv4 care-of address */
	start_bu(s, &m, 0, 100);
	bid(&m, 3, 5, &s->coa[NAT]);
	bid(&m, 1, 20, NULL);
	CU_ASSERT_EQUAL(say(s, NAT, &m), MH_BA_MCOA_BULK_PROHIBITED);
	start_bu(s, &m, 0, 0);
	bid(&m, 2, 10, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	start_bu(s, &m, 0, 100);
	bid(&m, 2, 10, &s->coa[WLAN4]);
	bid(&m, 1, 20, NULL);
	CU_ASSERT_EQUAL(say(s, WLAN4, &m), MH_BA_MCOA_BULK_PROHIBITED);
	CU_ASSERT_EQUAL(addresses(s), 2);
	leave(s);
}

/* [RFC 5648 5.6] at home and abroad */
static void home_binding(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, MH_BU_O), 0);
	start_bu(s, &m, 0, 100);
	bid(&m, 2, 10, &s->hoa)->bid.home = true;
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(mh_find(&s->last, MH_OPT_BID)->bid.home, true);
	CU_ASSERT_EQUAL(addresses(s), 2);
	CU_ASSERT_EQUAL(down6(s, 80), 0);			/* to the home link, where nobody is */
	start_bu(s, &m, 0, 100);
	bid(&m, 3, 10, &s->coa[LTE])->bid.home = true;		/* not the home address */
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_MALFORMED);
	start_bu(s, &m, 0, 100);
	bid(&m, 4, 10, NULL)->bid.home = true;			/* one at a time */
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(addresses(s), 2);
	dsmip_ha_settings(r->a)->home_and_foreign = false;
	start_bu(s, &m, 0, 100);
	bid(&m, 5, 10, &s->hoa)->bid.home = true;
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_HOME_FOREIGN_PROHIBITED);
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), 0);		/* no H: it has left home [RFC 5648 5.6.5] */
	CU_ASSERT_EQUAL(addresses(s), 1);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	leave(s);
}

static void bid_statuses(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct ip6_addr zero = ip6_any;
	struct mh_msg m;

	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_UNKNOWN_COA);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);			/* the BA's status holds [RFC 5648 6.2] */
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 0, 20, &s->coa[LTE]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_MALFORMED);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &zero);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_MALFORMED);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &(struct ip6_addr){ { 0xff, 2, [15] = 1 } });
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_MALFORMED);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &s->hoa);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_MALFORMED);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	/* O clear with a binding without a BID */
	start_bu(s, &m, 0, 100);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), MH_BA_MCOA_NON_MCOA_EXISTS);
	CU_ASSERT_EQUAL(addresses(s), 0);
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, MH_BU_O), 0);
	/* twice the same one, some bad ones, all bad */
	start_bu(s, &m, 0, 100);
	bid(&m, 2, 20, &s->coa[LTE2]);
	bid(&m, 2, 30, &s->coa[LTE]);
	bid(&m, 3, 30, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_NOTCOMPLETE);
	CU_ASSERT_EQUAL(said_bid(s, 3), MH_BA_MCOA_UNKNOWN_COA);
	CU_ASSERT_EQUAL(addresses(s), 2);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 7, 20, NULL);
	bid(&m, 8, 30, &zero);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_UNKNOWN_COA);
	CU_ASSERT_EQUAL(said_bid(s, 8), MH_BA_MCOA_MALFORMED);
	CU_ASSERT_EQUAL(addresses(s), 2);			/* nothing was replaced */
	/* by configuration */
	dsmip_ha_settings(r->a)->bulk = false;
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 20, NULL);
	bid(&m, 2, 20, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_BULK_PROHIBITED);
	dsmip_ha_settings(r->a)->mcoa = false;
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), MH_BA_MCOA_PROHIBITED);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);
	/* reasons of any BU: the options are copied */
	dsmip_ha_settings(r->a)->mcoa = true;
	dsmip_ha_refuse(r->a, MH_BA_RESOURCES);
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), MH_BA_RESOURCES);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);
	leave(s);
}

static void places(void)
{
	struct mobile *s;
	struct mh_msg m;

	world(&s);
	start_bu(s, &m, MH_BU_O, 100);
	for (uint16_t k = 1; k <= 20; k++)
		bid(&m, k, 20, &s->coa[LTE]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_NOTCOMPLETE);
	CU_ASSERT_EQUAL(addresses(s), IFOM_BIDS);
	CU_ASSERT_EQUAL(said_bid(s, 16), 0);
	CU_ASSERT_EQUAL(said_bid(s, 17), MH_BA_RESOURCES);
	CU_ASSERT_EQUAL(one(s, LTE, 99, 20, 0), MH_BA_RESOURCES);
	CU_ASSERT_EQUAL(one(s, LTE, 16, 20, 0), 0);
	CU_ASSERT_EQUAL(one(s, LTE, 99, 20, MH_BU_O), 0);
	start_bu(s, &m, MH_BU_O, 100);
	for (uint16_t k = 1; k <= 38; k++)
		bid(&m, k, 20, &s->coa[LTE]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_RESOURCES);
	CU_ASSERT_EQUAL(addresses(s), 1);
	leave(s);
}

/* Lengths other than 4, 8, 20; in each message the option, then padding. */
static void lengths(void)
{
	static const char *const bad[] = {
		"3b01050000000000" "c440" "0064" "2300" "0100",				/* 0 */
		"3b02050000000000" "c440" "0064" "2303" "000100" "01050000000000",	/* 3 */
		"3b02050000000000" "c440" "0064" "2305" "00010010aa" "0103000000",	/* 5 */
		"3b03050000000000" "c440" "0064" "2310" "00010010" "20010db80001000000000000" "0100",
	};
	struct mobile *s;
	struct rig *r = world(&s);

	for (unsigned k = 0; k < G_N_ELEMENTS(bad); k++) {
		int status = raw(s, bad[k]);

		CU_ASSERT(status == MH_BA_MCOA_MALFORMED);
		if (status != MH_BA_MCOA_MALFORMED)
			printf("bad length %u: %d\n", k, status);
	}
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	leave(s);
}

static void removal(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &s->coa[LTE]);
	bid(&m, 2, 10, &s->coa[LTE2]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(addresses(s), 2);
	start_bu(s, &m, 0, 0);
	bid(&m, 9, 10, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_NOT_HOME_AGENT);
	start_bu(s, &m, 0, 0);
	bid(&m, 9, 10, NULL);
	bid(&m, 2, 10, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_MCOA_NOTCOMPLETE);
	CU_ASSERT_EQUAL(said_bid(s, 9), MH_BA_NOT_HOME_AGENT);
	CU_ASSERT_EQUAL(s->last.ba.life.units, 0);
	CU_ASSERT_EQUAL(addresses(s), 1);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	start_bu(s, &m, 0, 0);
	bid(&m, 1, 10, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
	start_bu(s, &m, 0, 0);
	bid(&m, 1, 10, NULL);
	CU_ASSERT_EQUAL(say(s, LTE, &m), MH_BA_NOT_HOME_AGENT);
	/* anew while the old entry is held; then all of them by a plain one */
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), 0);
	CU_ASSERT_EQUAL(one(s, LTE2, 2, 20, 0), 0);
	start_bu(s, &m, 0, 0);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 0);
	CU_ASSERT_EQUAL(addresses(s), 0);
	/* a plain registration replaces all */
	CU_ASSERT_EQUAL(one(s, LTE, 1, 20, 0), 0);
	CU_ASSERT_EQUAL(one(s, LTE2, 2, 20, 0), 0);
	start_bu(s, &m, 0, 100);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(addresses(s), 0);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	leave(s);
}

/* Each care-of address has a lifetime of its own. */
static void expiry(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	start_bu(s, &m, MH_BU_O, 10);
	bid(&m, 1, 5, &s->coa[LTE]);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	start_bu(s, &m, 0, 20);
	bid(&m, 2, 10, &s->coa[LTE2]);
	CU_ASSERT_EQUAL(say(s, LTE2, &m), 0);
	rig_run(r, S(36));
	CU_ASSERT_EQUAL(addresses(s), 2);
	rig_run(r, S(5));
	CU_ASSERT_EQUAL(addresses(s), 1);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE2);
	CU_ASSERT(!up(s, LTE) && up(s, LTE2));
	CU_ASSERT(rig_bound(r, r->ha_id, BINDING_EXPIRED, 0));
	rig_run(r, S(41));
	CU_ASSERT_EQUAL(addresses(s), 0);
	CU_ASSERT_EQUAL(dsmip_ha_entries(r->a), 0);
	leave(s);
}

/* A home agent that does not do it sees no BID: the BU is a plain one, and its answer has none [RFC 5648 5.7, 6.1]. */
static void without(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	dsmip_ha_settings(r->a)->ifom = false;
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &s->coa[LTE]);
	fid(&m, 1, 1, 1, 80);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_bid(s, 1), -1);
	CU_ASSERT_EQUAL(said_fid(s, 1), -1);
	CU_ASSERT_EQUAL(addresses(s), 0);
	CU_ASSERT_EQUAL(dsmip_ha_bindings(r->a), 1);
	leave(s);
}

/* With DAD the BA waits, and says what it would have said. */
static void after_dad(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct mh_msg m;

	dsmip_ha_settings(r->a)->dad = true;
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 20, &s->coa[LTE]);
	bid(&m, 2, 20, NULL);
	fid(&m, 5, 1, 1, 80);
	say(s, LTE, &m);
	rig_run(r, S(3));
	CU_ASSERT_EQUAL(s->answers, 1);
	CU_ASSERT_EQUAL(s->last.ba.status, MH_BA_MCOA_NOTCOMPLETE);
	CU_ASSERT_EQUAL(said_bid(s, 1), 0);
	CU_ASSERT_EQUAL(said_bid(s, 2), MH_BA_MCOA_UNKNOWN_COA);
	CU_ASSERT_EQUAL(said_fid(s, 5), 0);
	CU_ASSERT(addresses(s) == 1 && flows(s) == 1);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	leave(s);
}

/* ---- flows ------------------------------------------------------------------------------------------------------- */

static struct mobile *with_two(void)
{
	struct mobile *s;
	struct mh_msg m;

	world(&s);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 10, &s->coa[LTE]);
	bid(&m, 2, 20, &s->coa[LTE2]);
	fid(&m, 11, 1, 2, 8001);
	fid(&m, 12, 2, 1, 8002);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT(said_fid(s, 11) == 0 && said_fid(s, 12) == 0);
	CU_ASSERT(flows(s) == 2 && addresses(s) == 2);
	return s;
}

static void steering(void)
{
	static const uint8_t both[] = { 0, 11, 0, 12 };
	struct mobile *s = with_two();
	struct ifom_flow f;
	uint8_t subs[64];
	struct mh_opt *o;
	struct mh_msg m;

	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE2);
	CU_ASSERT_EQUAL(down6(s, 8002), 1 << LTE);
	/* the flow moves; the other is refreshed */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	fid(&m, 11, 1, 1, 0);
	summary(&m, both + 2, 1);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_fid(s, 11), 0);
	CU_ASSERT_EQUAL(said_fid(s, 12), -1);
	CU_ASSERT_EQUAL(flows(s), 2);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE);
	/* a copy to each */
	f = *ifom_flow_find(dsmip_ha_flow_table(s->r->a, &s->hoa), 11);
	f.n_bid = 2;
	f.bid[0] = 2;
	f.bid[1] = 1;
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	o = mh_add(&m, MH_OPT_FLOW_ID);
	o->flow.fid = 11;
	o->flow.priority = 1;
	o->flow.subs = (struct mh_octets){ subs, (uint8_t)ifom_flow_write(&f, true, false, subs, sizeof subs) };
	summary(&m, both, 2);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE | 1 << LTE2);
	/* a BID goes: the flow follows what is left; all go: it is inactive, and comes back with the BID */
	start_bu(s, &m, 0, 0);
	bid(&m, 1, 10, NULL);
	summary(&m, both, 2);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(flows(s), 2);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE2);
	CU_ASSERT_EQUAL(down6(s, 8002), 1 << LTE2);		/* inactive: the default */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 30, &s->coa[LTE]);
	summary(&m, both, 2);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(down6(s, 8002), 1 << LTE);
	CU_ASSERT_EQUAL(down6(s, 80), 1 << LTE2);		/* BID-PRI 20 against 30 */
	/* not named: removed */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 30, NULL);
	summary(&m, both + 2, 1);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(flows(s), 1);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE2);
	/* what takes its place in the same BU may have its priority */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 30, NULL);
	fid(&m, 13, ifom_flow_find(dsmip_ha_flow_table(s->r->a, &s->hoa), 12)->priority, 1, 8003);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_fid(s, 13), 0);
	CU_ASSERT_EQUAL(flows(s), 1);
	CU_ASSERT_EQUAL(down6(s, 8003), 1 << LTE);
	CU_ASSERT_EQUAL(one(s, LTE, 1, 30, 0), 0);
	CU_ASSERT_EQUAL(flows(s), 0);
	leave(s);
}

static void ip4_packets(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct ifom_flow f = { .n_bid = 1, .bid = { 2 }, .ts = { .format = MH_TS_IP4, .has = MH_TS_DPORT,
				.dport = { 8001, 8001 } } };
	struct dsmip_bce_view v;
	struct mh_opt *o;
	struct mh_msg m;
	uint8_t subs[64];

	start_bu(s, &m, MH_BU_O, 100);
	o = mh_add(&m, MH_OPT_IP4_HOA);
	o->hoa4.prefix_len = 32;
	bid(&m, 1, 10, &s->coa[LTE]);
	bid(&m, 2, 20, &s->coa[LTE2]);
	o = mh_add(&m, MH_OPT_FLOW_ID);
	o->flow.fid = 1;
	o->flow.priority = 1;
	o->flow.subs = (struct mh_octets){ subs, (uint8_t)ifom_flow_write(&f, true, true, subs, sizeof subs) };
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT(dsmip_ha_binding(r->a, &s->hoa, &v) && !ip4_is_zero(v.home_address4));
	s->hoa4 = ip6_mapped(v.home_address4);
	/* the acknowledgement of the IPv4 home address stands before the BIDs [RFC 5648 8.2] */
	CU_ASSERT(mh_find(&s->last, MH_OPT_IP4_ACK) && mh_find(&s->last, MH_OPT_IP4_ACK) < mh_find(&s->last, MH_OPT_BID));
	CU_ASSERT_EQUAL(down(s, &s->cn4, &s->hoa4, 80), 1 << LTE);
	CU_ASSERT_EQUAL(down(s, &s->cn4, &s->hoa4, 8001), 1 << LTE2);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE);		/* the selector is of IPv4 */
	leave(s);
}

static void fid_statuses(void)
{
	static const uint8_t inverted[] = { 2, 2, 0, 1, 3, 10, 1, 0, 0, 0xc0, 0, 0, 0, 90, 0, 80 };
	static const uint8_t format7[] = { 2, 2, 0, 1, 3, 4, 7, 0, 1, 2 }, all[] = { 0, 11, 0, 12, 0, 99, 0, 99, 0, 98 };
	struct mobile *s = with_two();
	struct rig *r = s->r;
	struct mh_msg m;
	struct mh_opt *o;

	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	fid(&m, 20, 20, 0, 80);					/* no reference */
	fid(&m, 21, 21, 1, 0);					/* no selector */
	fid(&m, 22, 22, 7, 80);					/* no such BID */
	fid(&m, 23, 1, 1, 80);					/* a priority that is taken */
	fid(&m, 24, 0, 1, 80);
	o = fid(&m, 25, 25, 1, 80);
	o->flow.subs = (struct mh_octets){ inverted, sizeof inverted };
	o = fid(&m, 26, 26, 1, 80);
	o->flow.subs = (struct mh_octets){ format7, sizeof format7 };
	fid(&m, 27, 27, 1, 80);
	fid(&m, 11, 1, 7, 0);					/* a change that cannot be */
	summary(&m, all + 2, 4);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);			/* the BU itself is good [RFC 6089 5.3.5] */
	CU_ASSERT_EQUAL(said_fid(s, 20), MH_FID_MALFORMED);
	CU_ASSERT_EQUAL(said_fid(s, 21), MH_FID_MALFORMED);
	CU_ASSERT_EQUAL(said_fid(s, 22), MH_FID_BID_NOT_FOUND);
	CU_ASSERT_EQUAL(said_fid(s, 23), MH_FID_REJECTED);
	CU_ASSERT_EQUAL(said_fid(s, 24), MH_FID_MALFORMED);
	CU_ASSERT_EQUAL(said_fid(s, 25), MH_FID_MALFORMED);
	CU_ASSERT_EQUAL(said_fid(s, 26), MH_FID_TS_UNSUPPORTED);
	CU_ASSERT_EQUAL(said_fid(s, 27), 0);
	CU_ASSERT_EQUAL(said_fid(s, 11), MH_FID_BID_NOT_FOUND);
	CU_ASSERT_EQUAL(said_fid(s, 99), MH_FID_NOT_FOUND);
	CU_ASSERT_EQUAL(said_fid(s, 98), MH_FID_NOT_FOUND);
	CU_ASSERT_EQUAL(mh_count(&s->last, MH_OPT_FLOW_ID), 11);	/* 99 once */
	CU_ASSERT_EQUAL(flows(s), 3);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE2);		/* stays as it was */
	/* twice the same: all of them */
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	fid(&m, 30, 30, 1, 80);
	fid(&m, 31, 31, 1, 80);
	fid(&m, 30, 32, 1, 80);
	summary(&m, all, 2);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT(said_fid(s, 30) == MH_FID_REJECTED && said_fid(s, 31) == MH_FID_REJECTED);
	CU_ASSERT_EQUAL(flows(s), 2);
	/* by configuration */
	dsmip_ha_settings(r->a)->flows_max = 2;
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	fid(&m, 40, 40, 1, 80);
	fid(&m, 11, 1, 1, 0);
	summary(&m, all, 2);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT(said_fid(s, 40) == MH_FID_REJECTED && said_fid(s, 11) == 0);
	dsmip_ha_settings(r->a)->flows = false;
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	fid(&m, 41, 41, 1, 80);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_fid(s, 41), MH_FID_PROHIBITED);
	CU_ASSERT_EQUAL(flows(s), 0);
	/* without BIDs no care-of address is there for them */
	dsmip_ha_settings(r->a)->flows = true;
	start_bu(s, &m, 0, 100);
	fid(&m, 50, 50, 1, 80);
	summary(&m, all, 1);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_fid(s, 50), MH_FID_BID_NOT_FOUND);
	CU_ASSERT_EQUAL(said_fid(s, 11), MH_FID_NOT_FOUND);
	leave(s);
}

/* 127 FIDs in one summary, twice; the answers that fit are given, and the rest of the BU counts. */
static void long_summary(void)
{
	struct mobile *s = with_two();
	uint8_t fids[254];
	struct mh_msg m;

	for (unsigned k = 0; k < 127; k++)
		store16(fids + 2 * k, (uint16_t)(k + 1));
	start_bu(s, &m, 0, 100);
	bid(&m, 1, 10, NULL);
	summary(&m, fids, 127);
	summary(&m, fids, 127);
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(said_fid(s, 1), MH_FID_NOT_FOUND);
	CU_ASSERT_EQUAL(said_fid(s, 11), -1);
	CU_ASSERT_EQUAL(mh_count(&s->last, MH_OPT_FLOW_ID), 35);
	CU_ASSERT_EQUAL(flows(s), 2);
	CU_ASSERT_EQUAL(down6(s, 8001), 1 << LTE2);
	leave(s);
}

/* Many of the largest options: the BA is never longer than a message may be. */
static void large_answers(void)
{
	struct mobile *s;
	struct mh_msg m;
	uint8_t subs[40];
	struct ifom_flow f = { .n_bid = 1, .bid = { 1 }, .ts = { .format = MH_TS_IP6, .has = MH_TS_SRC } };

	world(&s);
	start_bu(s, &m, MH_BU_O, 100);
	bid(&m, 1, 10, &s->coa[LTE]);
	for (uint16_t k = 1; k <= 30; k++) {
		struct mh_opt *o = mh_add(&m, MH_OPT_FLOW_ID);

		o->flow.fid = k;
		o->flow.priority = k;
		o->flow.subs = (struct mh_octets){ subs, (uint8_t)ifom_flow_write(&f, true, true, subs, sizeof subs) };
	}
	CU_ASSERT_EQUAL(say(s, LTE, &m), 0);
	CU_ASSERT_EQUAL(flows(s), 30);
	CU_ASSERT_EQUAL(mh_count(&s->last, MH_OPT_FLOW_ID), 30);
	leave(s);
}

/* ---- anything ---------------------------------------------------------------------------------------------------- */

static void any_option(struct mobile *s, struct rng *g, struct mh_msg *m, uint8_t room[48])
{
	struct mh_opt *o;

	switch (rng_below(g, 8)) {
	case 0:
		o = bid(m, (uint16_t)rng_below(g, 10), (uint8_t)rng_below(g, 128), NULL);
		o->bid.home = !rng_below(g, 6);
		break;
	case 1:
	case 2:
	case 3:
		o = bid(m, (uint16_t)rng_below(g, 10), (uint8_t)rng_below(g, 128), &s->coa[rng_below(g, WAYS)]);
		o->bid.home = !rng_below(g, 12);
		break;
	case 4:
	case 5:
		o = fid(m, (uint16_t)rng_below(g, 12), (uint16_t)rng_below(g, 12), (uint16_t)rng_below(g, 10), 80);
		break;
	case 6:
		o = mh_add(m, MH_OPT_FLOW_ID);		/* of any octets */
		rng_octets(g, room, 48);
		room[0] = (uint8_t)rng_below(g, 6);
		room[1] = (uint8_t)rng_below(g, 20);
		o->flow.fid = (uint16_t)rng_below(g, 12);
		o->flow.priority = (uint16_t)rng_below(g, 12);
		o->flow.subs = (struct mh_octets){ room, (uint8_t)rng_below(g, 48) };
		break;
	case 7:
		rng_octets(g, room, 48);
		for (unsigned k = 0; k < 48; k += 2)
			store16(room + k, room[k + 1] % 12);
		summary(m, room, (uint8_t)(1 + rng_below(g, 24)));
		break;
	}
}

/* Whatever is said, the table holds together, each care-of address is one that was said, and packets go somewhere. */
static void anything(void)
{
	struct mobile *s;
	struct rig *r = world(&s);
	struct rng g = rng_make(5, "ifom", "anything");
	struct dsmip_care_view v[IFOM_BIDS + 1];
	static uint8_t room[8][48];
	unsigned accepted = 0, with_flows = 0;
	struct mh_msg m;

	for (unsigned k = 0; k < 600; k++) {
		unsigned n = (unsigned)rng_below(&g, 8), have;
		bool over = !rng_below(&g, 3);
		uint16_t life = (uint16_t)rng_below(&g, 12);
		int status;

		start_bu(s, &m, over ? MH_BU_O : 0, life > 9 ? 0 : life + 3);
		for (unsigned i = 0; i < n; i++)
			any_option(s, &g, &m, room[i]);
		status = say(s, (enum way)rng_below(&g, WAYS), &m);
		accepted += status >= 0 && status < 128;
		have = dsmip_ha_care_of(r->a, &s->hoa, v, IFOM_BIDS + 1);
		CU_ASSERT(have <= IFOM_BIDS);
		for (unsigned i = 0; i < have; i++) {
			CU_ASSERT(v[i].bid && v[i].expires > moor_world_now(r->w));
			for (unsigned j = 0; j < i; j++)
				CU_ASSERT(v[i].bid != v[j].bid && !(v[i].home && v[j].home));
		}
		CU_ASSERT(dsmip_ha_entries(r->a) <= 1);
		CU_ASSERT(have <= dsmip_ha_bindings(r->a) * IFOM_BIDS);
		with_flows += flows(s) > 0;
		CU_ASSERT(down6(s, (uint16_t)rng_below(&g, 200)) >= 0);
	}
	CU_ASSERT(accepted > 100 && with_flows > 20);
	leave(s);
}

static const struct harness_test tests[] = {
	{ "no circle of home addresses", closes_no_circle },
	{ "two care-of addresses, and the stronger one is the default", two_addresses },
	{ "IPv4 care-of addresses and one behind a NAT, each with its tunnel", ip4_and_nat },
	{ "at home and abroad", home_binding },
	{ "every status of a Binding Identifier option", bid_statuses },
	{ "there is room for sixteen", places },
	{ "lengths other than 4, 8 and 20 are malformed", lengths },
	{ "one BID is removed, the last one, all of them", removal },
	{ "each care-of address expires on its own", expiry },
	{ "without flow mobility the options are not seen", without },
	{ "an answer that waits for duplicate address detection is whole", after_dad },
	{ "flows are steered, moved, copied, inactive and removed", steering },
	{ "IPv4 packets are steered too", ip4_packets },
	{ "every status of a Flow Identification option", fid_statuses },
	{ "127 flows in a summary, twice", long_summary },
	{ "many large options have an answer that fits", large_answers },
	{ "anything may be said", anything },
};

int main(int argc, char **argv)
{
	return harness_main("ifom-ha", tests, G_N_ELEMENTS(tests), argc, argv);
}

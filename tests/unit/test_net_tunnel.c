/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tunnels of every kind in both directions between a mobile node and a home agent, their sizes and errors; and the
 * extension headers of mobility with the hooks that judge them.
 */
#include "tests/unit/net_rig.h"

#include "wire/mh.h"

/* mn - lan1 - r - lan2 - ha - lan3 - cn. The home address lives at ha's side; r knows no way to it. */
struct net {
	struct net_rig *r;
	struct net_host *mn, *router, *ha, *cn;
	struct net_iface *mi, *r1, *r2, *h2, *h3, *ci;
	struct net_hooks mn_hooks, ha_hooks;
	struct net_tunnel up, down;
	bool refuse;
	unsigned asked;			/* tunnel_in */
	struct net_outer outer;		/* the last one shown to it */
};

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true };
static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };

static bool is(const struct ip6_addr *a, const char *text)
{
	struct ip6_addr b = a6(text);

	return ip6_eq(a, &b);
}

static const struct net_tunnel *mn_divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					  const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct net *n = owner;

	(void)dst, (void)room;
	CU_ASSERT(len >= 20 && (packet[0] >> 4 == 6 || packet[0] >> 4 == 4) && !forwarded);
	return is(src, "2001:db8:a::1") || is(src, "192.0.2.7") ? &n->up : NULL;
}

static const struct net_tunnel *ha_divert(void *owner, const struct ip6_addr *src, const struct ip6_addr *dst,
					  const uint8_t *packet, uint32_t len, bool forwarded, struct net_tunnel *room)
{
	struct net *n = owner;

	(void)src, (void)packet, (void)len, (void)forwarded, (void)room;
	if (is(dst, "2001:db8:a::dead"))
		return &net_tunnel_discard;
	return is(dst, "2001:db8:a::1") || is(dst, "192.0.2.7") ? &n->down : NULL;
}

static bool tunnel_in(void *owner, const struct net_rx *outer_rx, const struct ip6_addr *inner_src,
		      const struct ip6_addr *inner_dst, const uint8_t *inner, uint32_t inner_len)
{
	struct net *n = owner;

	(void)inner_src, (void)inner_dst, (void)inner;
	CU_ASSERT(inner_len >= 20);
	n->asked++;
	n->outer = outer_rx->outer;
	return !n->refuse;
}

static void set_tunnels(struct net *n, enum net_encap encap)
{
	bool v6 = encap == ENCAP_IN6;

	n->up = (struct net_tunnel){ .local = a6(v6 ? "2001:db8:1::a" : "10.0.1.10"),
				     .remote = a6(v6 ? "2001:db8:2::ff" : "10.0.2.99"), .encap = (uint8_t)encap,
				     .sport = 4191, .dport = 4191 };
	n->down = n->up;
	n->down.local = n->up.remote;
	n->down.remote = n->up.local;
	n->down.hop_limit = 33;
}

static void addresses(struct net *n)
{
	rig_address(n->mi, "2001:db8:1::a", 64);
	rig_address(n->mi, "10.0.1.10", 24);
	rig_address(n->r1, "2001:db8:1::1", 64);
	rig_address(n->r1, "10.0.1.1", 24);
	rig_address(n->r2, "2001:db8:2::1", 64);
	rig_address(n->r2, "10.0.2.1", 24);
	rig_address(n->h2, "2001:db8:2::ff", 64);
	rig_address(n->h2, "10.0.2.99", 24);
	rig_address(n->h3, "2001:db8:3::ff", 64);
	rig_address(n->h3, "10.0.3.99", 24);
	rig_address(n->ci, "2001:db8:3::c", 64);
	rig_address(n->ci, "10.0.3.12", 24);
	rig_route(n->mn, "::/0", "2001:db8:1::1", n->mi);
	rig_route(n->mn, "0.0.0.0/0", "10.0.1.1", n->mi);
	rig_route(n->ha, "2001:db8:1::/64", "2001:db8:2::1", n->h2);
	rig_route(n->ha, "10.0.1.0/24", "10.0.2.1", n->h2);
	rig_route(n->router, "2001:db8:3::/64", "2001:db8:2::ff", n->r2);
	rig_route(n->cn, "::/0", "2001:db8:3::ff", n->ci);
	rig_route(n->cn, "0.0.0.0/0", "10.0.3.99", n->ci);
	net_address_add_virtual(n->mn, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1 } });
	net_address_add_virtual(n->mn, &(struct ip6_addr){ { [10] = 0xff, 0xff, 192, 0, 2, 7 } });
}

static struct net *net_new(uint32_t mtu1, uint32_t mtu2, enum net_encap encap)
{
	struct net *n = g_new0(struct net, 1);
	struct moor_link *l1, *l2, *l3;

	n->r = net_rig_new();
	l1 = rig_lan(n->r, "lan1", MOOR_MS, mtu1);
	l2 = rig_lan(n->r, "lan2", MOOR_MS, mtu2);
	l3 = rig_lan(n->r, "lan3", MOOR_MS, 1500);
	n->mn = rig_host(n->r, "mn", &plain);
	n->router = rig_host(n->r, "r", &net_profile_router);
	n->ha = rig_host(n->r, "ha", &agent);
	n->cn = rig_host(n->r, "cn", &plain);
	n->mi = rig_iface(n->r, n->mn, "eth0", l1);
	n->r1 = rig_iface(n->r, n->router, "one", l1);
	n->r2 = rig_iface(n->r, n->router, "two", l2);
	n->h2 = rig_iface(n->r, n->ha, "two", l2);
	n->h3 = rig_iface(n->r, n->ha, "three", l3);
	n->ci = rig_iface(n->r, n->cn, "eth0", l3);
	addresses(n);
	set_tunnels(n, encap);
	n->mn_hooks = (struct net_hooks){ .owner = n, .divert = mn_divert, .tunnel_in = tunnel_in };
	n->ha_hooks = (struct net_hooks){ .owner = n, .divert = ha_divert, .tunnel_in = tunnel_in };
	net_host_hooks(n->mn, &n->mn_hooks);
	net_host_hooks(n->ha, &n->ha_hooks);
	rig_listen(n->r, n->mn);
	rig_listen(n->r, n->ha);
	rig_listen(n->r, n->cn);
	rig_bind(n->r, n->mn, 7000);
	rig_bind(n->r, n->cn, 7000);
	rig_run(n->r, MOOR_S);
	rig_clear(n->r);
	return n;
}

static void net_done(struct net *n)
{
	net_rig_free(n->r);
	g_free(n);
}

static unsigned count_outer(const struct net *n, const struct net_host *h, uint8_t version, uint8_t proto)
{
	unsigned count = 0;

	for (unsigned k = 0; k < n->r->frames->len; k++) {
		const struct rig_frame *f = &g_array_index(n->r->frames, struct rig_frame, k);
		const uint8_t *o = f->octets + ETH_LEN;

		count += f->sent && f->node == moor_node_id(net_host_node(h)) && o[0] >> 4 == version &&
			 (version == 6 ? o[6] : o[9]) == proto;
	}
	return count;
}

static void both_ways(enum net_encap encap)
{
	struct net *n = net_new(1500, 1500, encap);
	bool v6 = encap == ENCAP_IN6;
	const struct rig_got *g;

	CU_ASSERT(rig_udp(n->r, n->mn, "2001:db8:a::1", "2001:db8:3::c", 7000, 100));
	CU_ASSERT(rig_udp(n->r, n->mn, "192.0.2.7", "10.0.3.12", 7000, 50));
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 2);
	for (unsigned k = 0; (g = rig_got(n->r, k)); k++) {
		CU_ASSERT(g->h == n->cn && g->outer.encap == ENCAP_PLAIN);
		CU_ASSERT(rig_from(g, g->len == 100 ? "2001:db8:a::1" : "192.0.2.7"));
		CU_ASSERT_EQUAL(g->hop_limit, 63);		/* the tunnel is one hop, ha the only router */
	}
	CU_ASSERT_EQUAL(n->asked, 2);
	CU_ASSERT_EQUAL(count_outer(n, n->mn, v6 ? 6 : 4, v6 ? PROTO_IP6 : encap == ENCAP_IN4 ? PROTO_IP6 : PROTO_UDP),
			encap == ENCAP_UDP4 ? 2 : 1);
	CU_ASSERT(is(&n->outer.src, v6 ? "2001:db8:1::a" : "10.0.1.10") && n->outer.encap == encap);
	rig_clear(n->r);
	CU_ASSERT(rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 100));
	CU_ASSERT(rig_udp(n->r, n->cn, NULL, "192.0.2.7", 7000, 50));
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 2);
	for (unsigned k = 0; (g = rig_got(n->r, k)); k++) {
		CU_ASSERT(g->h == n->mn && g->outer.encap == encap);
		CU_ASSERT(is(&g->outer.src, v6 ? "2001:db8:2::ff" : "10.0.2.99"));
		CU_ASSERT_EQUAL(g->outer.sport, encap == ENCAP_UDP4 ? 4191 : 0);
		CU_ASSERT_EQUAL(g->hop_limit, 63);
	}
	net_done(n);
}

static void test_in6(void)
{
	both_ways(ENCAP_IN6);
}

static void test_in4(void)
{
	both_ways(ENCAP_IN4);
}

static void test_udp4(void)
{
	both_ways(ENCAP_UDP4);
}

/* The next link is narrower than the first: the entry tells the sender, who then cuts its packets. */
static void too_big(enum net_encap encap, uint32_t overhead)
{
	struct net *n = net_new(1500, 1400, encap);
	struct ip6_addr hoa = a6("2001:db8:a::1");
	struct ip6_packet k;
	struct icmp6 m;

	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1400);
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 0);
	CU_ASSERT(rig_icmp6(n->r, n->ha, ICMP6_T_TOO_BIG, 0, &k, &m, NULL) && m.mtu == 1400 - overhead);
	CU_ASSERT_EQUAL(net_path_mtu(n->cn, &hoa), 1400 - overhead);
	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1400);
	rig_run(n->r, MOOR_S);
	rig_udp(n->r, n->cn, NULL, "192.0.2.7", 7000, 1400);	/* IPv4 without DF: the outer packet is cut */
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 2);
	CU_ASSERT(rig_got(n->r, 0) && rig_got(n->r, 0)->len == 1400 && rig_got(n->r, 0)->octets[255] == 255);
	/* up: our own packets are cut before they enter, once the narrow link behind the router is known */
	rig_clear(n->r);
	rig_udp(n->r, n->mn, "2001:db8:a::1", "2001:db8:3::c", 7000, 1460);
	rig_run(n->r, MOOR_S);
	rig_udp(n->r, n->mn, "192.0.2.7", "10.0.3.12", 7000, 1460);
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 1);
	CU_ASSERT_EQUAL(rig_events(n->r, "error"), 1);
	CU_ASSERT_EQUAL(net_path_mtu(n->mn, &n->up.remote), 1400);
	rig_udp(n->r, n->mn, "2001:db8:a::1", "2001:db8:3::c", 7000, 1460);
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 2);
	CU_ASSERT_EQUAL(rig_discards(n->r, "tunnel-too-big"), 0);
	net_done(n);
}

static void test_too_big_in6(void)
{
	too_big(ENCAP_IN6, 40);
}

static void test_too_big_in4(void)
{
	too_big(ENCAP_IN4, 20);
}

static void test_too_big_udp4(void)
{
	too_big(ENCAP_UDP4, 28);
}

/* A link inside the tunnel is narrower: its router tells the entry, the entry the sender [RFC 2473 8.2]. */
static void test_error_from_inside(void)
{
	struct net *n = net_new(1350, 1500, ENCAP_IN6);
	struct ip6_addr coa = a6("2001:db8:1::a");
	struct ip6_packet k;
	struct icmp6 m;

	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1400);
	rig_run(n->r, MOOR_S);
	CU_ASSERT(rig_icmp6(n->r, n->router, ICMP6_T_TOO_BIG, 0, &k, &m, NULL) && m.mtu == 1350);
	CU_ASSERT_EQUAL(net_path_mtu(n->ha, &coa), 1350);
	CU_ASSERT(rig_icmp6(n->r, n->ha, ICMP6_T_TOO_BIG, 0, &k, &m, NULL) && m.mtu == 1310);
	CU_ASSERT(is(&k.h.dst, "2001:db8:3::c") && m.body_len > 1000 && m.body[6] == PROTO_UDP);
	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1400);
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 1);
	net_done(n);
}

/* Inner packets of up to 1280 octets must always pass: the outer packet is fragmented [RFC 2473 7.1 b]. */
static void test_minimum_passes(void)
{
	struct net *n = net_new(1500, 1280, ENCAP_IN6);

	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1232);	/* 1280 with its headers */
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(n->r->got->len, 1);
	CU_ASSERT_EQUAL(count_outer(n, n->ha, 6, PROTO_FRAGMENT), 2);
	CU_ASSERT(rig_got(n->r, 0) && rig_got(n->r, 0)->outer.encap == ENCAP_IN6);
	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 1233);
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(n->r, n->ha, ICMP6_T_TOO_BIG), 1);
	net_done(n);
}

static void test_unreachable_exit(void)
{
	struct net *n = net_new(1500, 1500, ENCAP_IN6);
	struct ip6_packet k;
	struct icmp6 m;

	moor_link_detach(net_iface_port(n->mi));
	rig_udp(n->r, n->cn, NULL, "2001:db8:a::1", 7000, 100);
	rig_run(n->r, 5 * MOOR_S);
	CU_ASSERT(rig_icmp6(n->r, n->router, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL) && is(&k.h.dst, "2001:db8:2::ff"));
	CU_ASSERT(rig_icmp6(n->r, n->ha, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL) && m.code == ICMP6_U_ADDRESS);
	CU_ASSERT(is(&k.h.dst, "2001:db8:3::c") && m.body[6] == PROTO_UDP);
	CU_ASSERT_EQUAL(rig_events(n->r, "error"), 2);
	rig_clear(n->r);
	rig_udp(n->r, n->cn, NULL, "2001:db8:a::dead", 7000, 100);	/* diverted to nowhere: silence */
	rig_run(n->r, 5 * MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(n->r, "diverted-to-nowhere"), 1);
	CU_ASSERT_EQUAL(rig_events(n->r, "error"), 0);
	net_done(n);
}

static void test_refused(void)
{
	struct net *n = net_new(1500, 1500, ENCAP_IN6);
	struct ip6_packet k;
	struct icmp6 m;

	n->refuse = true;
	rig_udp(n->r, n->mn, "2001:db8:a::1", "2001:db8:3::c", 7000, 100);
	rig_run(n->r, MOOR_S);
	CU_ASSERT(n->r->got->len == 0 && rig_discards(n->r, "tunnel-refused") == 1);
	n->ha_hooks.tunnel_in = NULL;			/* a node that knows no tunnels says so */
	rig_udp(n->r, n->mn, "2001:db8:a::1", "2001:db8:3::c", 7000, 100);
	rig_run(n->r, MOOR_S);
	CU_ASSERT(rig_icmp6(n->r, n->ha, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL));
	CU_ASSERT(m.code == ICMP6_P_NEXT_HEADER && m.pointer == 6);
	net_done(n);
}

/* Octets to UDP 4191 that are no packets, and tunnels within tunnels without end. */
static void test_rubbish_in_tunnels(void)
{
	struct net *n = net_new(1500, 1500, ENCAP_UDP4);
	uint8_t nest[40 * 12];
	struct { uint8_t octets[48]; uint32_t len; } const cases[] = {
		{ { 0xff }, 1 }, { { 0 }, 0 }, { { 0x45 }, 1 }, { { 0x60 }, 39 }, { { 0x99, 1, 2, 3 }, 4 },
		{ { 0x00, 41, 0, 8, 1, 2, 3, 4 }, 8 },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(cases); k++) {
		struct moor_pkt *p = moor_pkt_new(n->r->w, cases[k].len);
		struct net_send s = { .dst = a6("10.0.2.99"), .src = a6("10.0.1.10"), .no_divert = true };

		memcpy(p->data, cases[k].octets, cases[k].len);
		net_udp_send(n->mn, p, &s, 4191, 4191);
	}
	rig_run(n->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(n->r, "inner-header"), 0 + 1);	/* three waited for the neighbour at a time */
	for (unsigned k = 0; k < 12; k++) {
		struct ip6_hdr h = { .src = a6("2001:db8:1::a"), .dst = a6("2001:db8:2::ff"), .hop_limit = 9,
				     .payload_len = (uint16_t)(40 * (11 - k)), .next_header = PROTO_IP6 };

		ip6_push(nest + 40 * (k + 1), 40, &h);
	}
	rig_inject(n->r, n->h2, ETYPE_IP6, nest, sizeof nest);
	CU_ASSERT_EQUAL(rig_discards(n->r, "tunnel-depth"), 1);
	net_done(n);
}

/* [RFC 2473 4.1.1] */
static void test_encapsulation_limit(void)
{
	for (unsigned limit = 0; limit < 2; limit++) {
		struct net *n = net_new(1500, 1500, ENCAP_IN6);
		uint8_t p[40 + 8 + 40] = { 0 };
		struct ip6_hdr h = { .src = a6("2001:db8:3::c"), .dst = a6("2001:db8:a::1"), .hop_limit = 9,
				     .payload_len = 48, .next_header = PROTO_DSTOPTS };
		struct ip6_packet k;
		struct icmp6 m;

		ip6_push(p + 40, 40, &h);
		ip6_push_encap_limit(p + 48, 8, PROTO_IP6, (uint8_t)limit);
		h.next_header = PROTO_NONE;
		h.payload_len = 0;
		ip6_push(p + 88, 40, &h);
		rig_inject(n->r, n->h3, ETYPE_IP6, p, sizeof p);
		rig_run(n->r, MOOR_S);
		if (limit) {
			CU_ASSERT_EQUAL(count_outer(n, n->ha, 6, PROTO_DSTOPTS), 1);
			CU_ASSERT_EQUAL(rig_discards(n->r, "encapsulation-limit"), 0);
		} else {
			CU_ASSERT(rig_icmp6(n->r, n->ha, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL) && m.pointer == 44);
			CU_ASSERT_EQUAL(rig_discards(n->r, "encapsulation-limit"), 1);
		}
		net_done(n);
	}
}

/* ---- extension headers of mobility ------------------------------------------------------------------------------- */

static unsigned hook_calls;
static bool hook_answer;

static bool judge(void *owner, const struct net_rx *rx, const struct ip6_addr *home)
{
	(void)owner, (void)rx;
	CU_ASSERT(is(home, "2001:db8:a::1"));
	hook_calls++;
	return hook_answer;
}

static void send_hao(struct net *n, const char *home, uint8_t proto, uint8_t third)
{
	struct ip6_addr h = a6(home);
	struct net_send s = { .src = a6("2001:db8:1::a"), .dst = a6("2001:db8:3::c"), .next_header = proto,
			      .home_address = &h, .no_divert = true };
	struct moor_pkt *p = moor_pkt_new(n->r->w, 16);

	if (proto == PROTO_UDP) {
		moor_pkt_trim(p, 0);
		net_udp_send(n->mn, p, &s, 1, 7000);
	} else {
		memset(p->data, 0, 16);
		p->data[2] = third;
		net_send6(n->mn, p, &s);
	}
	rig_run(n->r, MOOR_S);
}

static unsigned mh_seen;

static void on_mh(void *owner, struct net_rx *rx)
{
	(void)owner;
	CU_ASSERT(rx->ip6 && rx->ip6->has_hao && rx->payload_len == 16);
	mh_seen++;
}

static void test_home_address_option(void)
{
	struct net *n = net_new(1500, 1500, ENCAP_IN6);
	struct net_hooks hooks = { .home_address_in = judge };
	struct ip6_packet k;
	struct icmp6 m;

	hook_calls = mh_seen = 0;
	send_hao(n, "2001:db8:a::1", PROTO_UDP, 0);		/* cn knows nothing of mobility */
	CU_ASSERT(rig_icmp6(n->r, n->cn, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL));
	CU_ASSERT(m.code == ICMP6_P_OPTION && m.pointer == 46 && m.body[m.pointer] == IP6_OPT_HAO);
	net_host_hooks(n->cn, &hooks);
	net_proto_handler(n->cn, PROTO_MH, on_mh, NULL);
	hook_answer = false;
	send_hao(n, "2001:db8:a::1", PROTO_UDP, 0);
	CU_ASSERT(hook_calls == 1 && n->r->got->len == 0 && rig_discards(n->r, "home-address-unvouched") == 1);
	hook_answer = true;
	send_hao(n, "2001:db8:a::1", PROTO_UDP, 0);
	CU_ASSERT(hook_calls == 2 && n->r->got->len == 1);
	CU_ASSERT(rig_from(rig_got(n->r, 0), "2001:db8:a::1"));	/* and its checksum covered the home address */
	hook_answer = false;
	send_hao(n, "2001:db8:a::1", PROTO_MH, MH_BU);		/* no binding is needed to make one */
	CU_ASSERT(hook_calls == 2 && mh_seen == 1);
	send_hao(n, "2001:db8:a::1", PROTO_MH, MH_BA);
	CU_ASSERT(hook_calls == 3 && mh_seen == 1);
	send_hao(n, "fe80::1", PROTO_MH, MH_BU);
	send_hao(n, "ff02::1", PROTO_MH, MH_BU);
	CU_ASSERT(mh_seen == 1 && rig_discards(n->r, "home-address-option") == 2);
	net_done(n);
}

static void send_rh2(struct net *n, const char *home)
{
	struct ip6_addr h = a6(home);
	struct net_send s = { .src = a6("2001:db8:3::c"), .dst = a6("2001:db8:1::a"), .rh2 = &h };

	net_udp_send(n->cn, moor_pkt_new(n->r->w, 4), &s, 1, 7000);
	rig_run(n->r, MOOR_S);
}

static void test_routing_header(void)
{
	struct net *n = net_new(1500, 1500, ENCAP_IN6);
	struct ip6_packet k;
	struct icmp6 m;

	hook_calls = 0;
	send_rh2(n, "2001:db8:a::1");				/* no hook: an unknown routing type */
	CU_ASSERT(rig_icmp6(n->r, n->mn, ICMP6_T_PARAM_PROBLEM, 0, &k, &m, NULL) && m.pointer == 42 && !m.code);
	n->mn_hooks.rh2_in = judge;
	hook_answer = true;
	send_rh2(n, "2001:db8:a::1");
	CU_ASSERT(hook_calls == 1 && n->r->got->len == 1);
	CU_ASSERT(rig_got(n->r, 0) && is(&rig_got(n->r, 0)->dst, "2001:db8:a::1"));
	hook_answer = false;
	send_rh2(n, "2001:db8:a::1");
	send_rh2(n, "2001:db8:a::2");				/* not ours: the hook is not even asked */
	CU_ASSERT(hook_calls == 2 && n->r->got->len == 1);
	CU_ASSERT(rig_discards(n->r, "routing-refused") == 1 && rig_discards(n->r, "routing-not-home") == 1);
	net_done(n);
}

static const struct harness_test tests[] = {
	{ "IPv6 and IPv4 in IPv6", test_in6 },
	{ "IPv6 and IPv4 in IPv4", test_in4 },
	{ "IPv6 and IPv4 in UDP 4191", test_udp4 },
	{ "too big for IPv6", test_too_big_in6 },
	{ "too big for IPv4", test_too_big_in4 },
	{ "too big for UDP", test_too_big_udp4 },
	{ "an error from inside reaches the sender", test_error_from_inside },
	{ "1280 octets always pass", test_minimum_passes },
	{ "an exit that is gone is told to the sender", test_unreachable_exit },
	{ "an inner packet can be refused", test_refused },
	{ "rubbish in tunnels is dropped", test_rubbish_in_tunnels },
	{ "the encapsulation limit counts down", test_encapsulation_limit },
	{ "a home address option is judged", test_home_address_option },
	{ "a type 2 routing header is judged", test_routing_header },
};

int main(int argc, char **argv)
{
	return harness_main("net_tunnel", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts and routers on links, from the outside: address resolution, echo, UDP, forwarding in IPv6 and IPv4, errors
 * of routers and hosts, source address selection, routes.
 */
#include "tests/unit/net_rig.h"

/* host a - lan1 - router r - lan2 - host b, both families, static addresses and routes */
struct line {
	struct net_rig *r;
	struct moor_link *lan1, *lan2;
	struct net_host *a, *b, *router;
	struct net_iface *ai, *bi, *r1, *r2;
};

static const struct net_profile plain = { .ipv4 = true, .ipv6 = true };

static struct line line_new(uint32_t mtu2)
{
	struct line l = { .r = net_rig_new() };

	l.lan1 = rig_lan(l.r, "lan1", MOOR_MS, 1500);
	l.lan2 = rig_lan(l.r, "lan2", MOOR_MS, mtu2);
	l.a = rig_host(l.r, "a", &plain);
	l.router = rig_host(l.r, "r", &net_profile_router);
	l.b = rig_host(l.r, "b", &plain);
	l.ai = rig_iface(l.r, l.a, "eth0", l.lan1);
	l.r1 = rig_iface(l.r, l.router, "one", l.lan1);
	l.r2 = rig_iface(l.r, l.router, "two", l.lan2);
	l.bi = rig_iface(l.r, l.b, "eth0", l.lan2);
	rig_address(l.ai, "2001:db8:1::a", 64);
	rig_address(l.ai, "10.0.1.10", 24);
	rig_address(l.r1, "2001:db8:1::1", 64);
	rig_address(l.r1, "10.0.1.1", 24);
	rig_address(l.r2, "2001:db8:2::1", 64);
	rig_address(l.r2, "10.0.2.1", 24);
	rig_address(l.bi, "2001:db8:2::b", 64);
	rig_address(l.bi, "10.0.2.11", 24);
	rig_route(l.a, "::/0", "2001:db8:1::1", l.ai);
	rig_route(l.a, "0.0.0.0/0", "10.0.1.1", l.ai);
	rig_route(l.b, "::/0", "2001:db8:2::1", l.bi);
	rig_route(l.b, "0.0.0.0/0", "10.0.2.1", l.bi);
	rig_listen(l.r, l.a);
	rig_run(l.r, MOOR_S);
	rig_clear(l.r);
	return l;
}

static void test_forwarding_both_families(void)
{
	struct line l = line_new(1500);

	rig_bind(l.r, l.b, 7000);
	CU_ASSERT(rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7000, 100));
	CU_ASSERT(rig_udp(l.r, l.a, NULL, "10.0.2.11", 7000, 50));
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	for (unsigned k = 0; k < l.r->got->len; k++) {
		const struct rig_got *g = rig_got(l.r, k);

		CU_ASSERT_EQUAL(g->hop_limit, 63);
		CU_ASSERT_EQUAL(g->sport, 5555);
		CU_ASSERT(g->octets[40] == 40 && (g->len == 100 || g->len == 50));
		CU_ASSERT(rig_from(g, g->len == 100 ? "2001:db8:1::a" : "10.0.1.10"));
	}
	/* NS, NA on each LAN, then the packet: three link delays of resolution and one of the packet, per LAN */
	CU_ASSERT_EQUAL(rig_got(l.r, 0)->at, MOOR_S + 6 * MOOR_MS);
	rig_ping(l.r, l.a, NULL, "2001:db8:2::b", 64);
	rig_ping(l.r, l.a, NULL, "10.0.2.11", 64);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 4);
	CU_ASSERT_EQUAL(rig_got(l.r, 2)->at, 2 * MOOR_S + 4 * MOOR_MS);
	net_rig_free(l.r);
}


static void test_hop_limit(void)
{
	struct line l = line_new(1500);
	struct net_send s = { .dst = a6("2001:db8:2::b"), .hop_limit = 1 };
	struct net_send s4 = { .dst = a6("10.0.2.11"), .hop_limit = 1 };
	struct ip6_packet k;
	struct ip4_packet k4;
	struct icmp6 m;
	struct icmp4 m4;

	rig_bind(l.r, l.b, 7000);
	net_udp_send(l.a, moor_pkt_new(l.r->w, 20), &s, 1, 7000);
	net_udp_send(l.a, moor_pkt_new(l.r->w, 20), &s4, 1, 7000);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 0);
	CU_ASSERT_EQUAL(rig_discards(l.r, "hop-limit"), 2);
	CU_ASSERT(rig_icmp6(l.r, l.router, ICMP6_T_TIME_EXCEEDED, 0, &k, &m, NULL));
	CU_ASSERT(m.code == 0 && m.body_len == 68);
	CU_ASSERT(rig_icmp4(l.r, l.router, ICMP4_T_TIME_EXCEEDED, 0, &k4, &m4));
	CU_ASSERT_EQUAL(rig_events(l.r, "error"), 2);
	CU_ASSERT(rig_event(l.r, "error", 0) && rig_event(l.r, "error", 0)->n == ICMP6_T_TIME_EXCEEDED);
	net_rig_free(l.r);
}

static void test_unreachables(void)
{
	struct line l = line_new(1500);
	struct ip6_packet k;
	struct ip4_packet k4;
	struct icmp6 m;
	struct icmp4 m4;

	rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7001, 20);	/* nobody listens */
	rig_udp(l.r, l.a, NULL, "10.0.2.11", 7001, 20);
	rig_udp(l.r, l.a, NULL, "2001:db8:99::1", 7001, 20);	/* no route at r */
	rig_udp(l.r, l.a, NULL, "10.0.99.1", 7001, 20);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::77", 7001, 20);	/* nobody there */
	rig_udp(l.r, l.a, NULL, "10.0.2.77", 7001, 20);
	rig_run(l.r, 5 * MOOR_S);
	CU_ASSERT(rig_icmp6(l.r, l.b, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL) && m.code == ICMP6_U_PORT);
	CU_ASSERT(rig_icmp4(l.r, l.b, ICMP4_T_UNREACHABLE, 0, &k4, &m4) && m4.code == ICMP4_U_PORT);
	CU_ASSERT(rig_icmp6(l.r, l.router, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL) && m.code == ICMP6_U_NO_ROUTE);
	CU_ASSERT(rig_icmp4(l.r, l.router, ICMP4_T_UNREACHABLE, 0, &k4, &m4) && m4.code == ICMP4_U_NET);
	/* three solicitations a second apart, then the packet's source is told */
	CU_ASSERT_EQUAL(rig_discards(l.r, "neighbour-unresolved"), 2);
	CU_ASSERT_EQUAL(rig_events(l.r, "error"), 6);
	CU_ASSERT(!rig_icmp6(l.r, l.a, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL));
	net_rig_free(l.r);
}

/* The error itself is checked against the packet that caused it. */
static void test_packet_too_big(void)
{
	struct line l = line_new(1280);
	struct ip6_packet k;
	struct icmp6 m;
	struct ip6_addr b = a6("2001:db8:2::b"), b4 = a6("10.0.2.11");

	rig_bind(l.r, l.b, 7000);
	CU_ASSERT_EQUAL(net_path_mtu(l.a, &b), 1500);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7000, 1400);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 0);
	CU_ASSERT(rig_icmp6(l.r, l.router, ICMP6_T_TOO_BIG, 0, &k, &m, NULL));
	CU_ASSERT_EQUAL(m.mtu, 1280);
	CU_ASSERT_EQUAL(k.len, 1280);			/* as much as fits [RFC 4443 2.4 c] */
	CU_ASSERT_EQUAL(net_path_mtu(l.a, &b), 1280);
	CU_ASSERT_EQUAL(rig_event(l.r, "error", 0)->arg, 1280);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7000, 1400);	/* now in fragments */
	rig_udp(l.r, l.a, NULL, "10.0.2.11", 7000, 1400);	/* IPv4: the router cuts it */
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	CU_ASSERT(rig_got(l.r, 0) && rig_got(l.r, 0)->len == 1400 && rig_got(l.r, 0)->octets[200] == 200);
	CU_ASSERT(rig_got(l.r, 1) && rig_got(l.r, 1)->len == 1400);
	CU_ASSERT_EQUAL(net_path_mtu(l.a, &b4), 1500);
	rig_run(l.r, 601 * MOOR_S);
	CU_ASSERT_EQUAL(net_path_mtu(l.a, &b), 1500);		/* forgotten after ten minutes */
	net_rig_free(l.r);
}

/* A Packet Too Big that lies: below the minimum, about a packet that is not ours, or upwards. */
static void test_too_big_lies(void)
{
	struct line l = line_new(1500);
	struct ip6_addr b = a6("2001:db8:2::b"), src = a6("2001:db8:1::1"), dst = a6("2001:db8:1::a");
	struct { uint32_t mtu; const char *cited; const char *reason; uint32_t known; } const cases[] = {
		{ 1000, "2001:db8:1::a", "mtu-below-minimum", 1500 },
		{ 1300, "2001:db8:1::ff", "icmp-not-ours", 1500 },
		{ 1300, "2001:db8:1::a", NULL, 1300 },
		{ 1400, "2001:db8:1::a", NULL, 1300 },
	};

	for (unsigned k = 0; k < G_N_ELEMENTS(cases); k++) {
		uint8_t p[40 + 8 + 48] = { 0 };
		struct ip6_hdr in = { .src = a6(cases[k].cited), .dst = b, .payload_len = 8, .next_header = PROTO_UDP };
		struct ip6_hdr out = { .src = src, .dst = dst, .payload_len = 56, .next_header = PROTO_ICMP6,
				       .hop_limit = 64 };
		struct icmp6 m = { .type = ICMP6_T_TOO_BIG, .mtu = cases[k].mtu, .body = p + 48, .body_len = 48 };

		ip6_push(p + 88, 40, &in);
		icmp6_encode(&m, &src, &dst, p + 40, 56);
		ip6_push(p + 40, 40, &out);
		rig_inject(l.r, l.ai, ETYPE_IP6, p, sizeof p);
		CU_ASSERT_EQUAL(net_path_mtu(l.a, &b), cases[k].known);
		if (cases[k].reason)
			CU_ASSERT_EQUAL(rig_discards(l.r, cases[k].reason), 1);
	}
	net_rig_free(l.r);
}

static void test_errors_are_limited(void)
{
	struct line l = line_new(1500);

	for (int k = 0; k < 50; k++)
		rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7001, 20);
	rig_run(l.r, MOOR_S / 2);
	/* three waited for the neighbour, the others overflowed its queue */
	CU_ASSERT_EQUAL(rig_icmp6_count(l.r, l.b, ICMP6_T_UNREACHABLE), 3);
	for (int k = 0; k < 50; k++)
		rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7001, 20);
	rig_run(l.r, MOOR_S / 20);
	CU_ASSERT_EQUAL(rig_icmp6_count(l.r, l.b, ICMP6_T_UNREACHABLE), 13);	/* a burst of ten */
	rig_clear(l.r);
	rig_run(l.r, MOOR_S);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7001, 20);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(l.r, l.b, ICMP6_T_UNREACHABLE), 1);
	net_rig_free(l.r);
}

static void test_neighbour_queue(void)
{
	struct line l = line_new(1500);

	rig_bind(l.r, l.b, 7000);
	for (uint32_t k = 0; k < 5; k++)
		rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7000, 100 + k);
	CU_ASSERT_EQUAL(net_packets_held(l.r->w), 3);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(l.r, "neighbour-queue-full"), 2);
	CU_ASSERT_EQUAL(l.r->got->len, 3);
	CU_ASSERT(rig_got(l.r, 0) && rig_got(l.r, 0)->len == 102);	/* the oldest made room */
	CU_ASSERT_EQUAL(net_packets_held(l.r->w), 0);
	net_rig_free(l.r);
}

/* REACHABLE for ReachableTime, then DELAY for 5 s, then three probes, then gone. */
static void test_unreachability(void)
{
	struct line l = line_new(1500);
	struct ip6_addr to = a6("2001:db8:1::1");
	struct ip6_packet k;
	struct icmp6 m;
	moor_time at;
	unsigned before;

	rig_ping(l.r, l.a, NULL, "2001:db8:1::1", 8);
	rig_run(l.r, 50 * MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 1);
	before = rig_icmp6_count(l.r, l.a, ICMP6_T_NS);
	CU_ASSERT_EQUAL(before, 1);
	moor_link_detach(net_iface_port(l.r1));
	at = moor_world_now(l.r->w);
	rig_ping(l.r, l.a, NULL, "2001:db8:1::1", 8);
	rig_run(l.r, 20 * MOOR_S);
	CU_ASSERT_EQUAL(rig_icmp6_count(l.r, l.a, ICMP6_T_NS), 4);
	CU_ASSERT(rig_icmp6(l.r, l.a, ICMP6_T_NS, 1, &k, &m, &at));
	CU_ASSERT(ip6_eq(&k.h.dst, &to));				/* a unicast probe */
	CU_ASSERT_EQUAL(at, MOOR_S + 55 * MOOR_S);
	CU_ASSERT(rig_icmp6(l.r, l.a, ICMP6_T_NS, 3, &k, &m, &at) && at == MOOR_S + 57 * MOOR_S);
	rig_ping(l.r, l.a, NULL, "2001:db8:1::1", 8);		/* resolution starts anew, multicast */
	rig_run(l.r, MOOR_S / 2);
	CU_ASSERT(rig_icmp6(l.r, l.a, ICMP6_T_NS, 4, &k, &m, &at) && ip6_is_multicast(&k.h.dst));
	net_rig_free(l.r);
}

static void test_unreachability_confirmed(void)
{
	struct line l = line_new(1500);

	for (int k = 0; k < 10; k++) {
		rig_ping(l.r, l.a, NULL, "2001:db8:1::1", 8);
		rig_run(l.r, 20 * MOOR_S);
	}
	CU_ASSERT_EQUAL(l.r->got->len, 10);
	CU_ASSERT(rig_icmp6_count(l.r, l.a, ICMP6_T_NS) > 2);	/* probes, all answered */
	CU_ASSERT(rig_icmp6_count(l.r, l.a, ICMP6_T_NS) < 10);
	net_rig_free(l.r);
}

static void test_source_selection(void)
{
	const char *const sources[] = { "2001:db8:1::a", "fe80::ff:fe00:1", "2001:db8:2:ffff::a" };	/* by arrival */
	struct line l = line_new(1500);

	rig_address(l.ai, "2001:db8:2:ffff::a", 64);
	rig_bind(l.r, l.b, 7000);
	rig_bind(l.r, l.router, 7000);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::b", 7000, 10);	/* longest match with 2001:db8:2:… */
	rig_udp(l.r, l.a, NULL, "2001:db8:1::1", 7000, 10);
	rig_udp(l.r, l.a, NULL, "fe80::ff:fe00:2", 7000, 10);	/* link-local to link-local */
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 3);
	for (unsigned k = 0; k < 3 && rig_got(l.r, k); k++)
		CU_ASSERT(rig_from(rig_got(l.r, k), sources[k]));
	net_rig_free(l.r);
}

/* Longest match, replacement, removal; the same with so many routes that they stand in maps. */
static void routes(unsigned extra)
{
	struct line l = line_new(1500);
	struct ip6_prefix p;
	char text[64];

	for (unsigned k = 0; k < extra; k++) {
		g_snprintf(text, sizeof text, "2001:db8:%x::/%u", 0x1000 + k, k % 3 ? 48 : 64);
		rig_route(l.router, text, "2001:db8:1::dead", l.r1);
	}
	rig_bind(l.r, l.b, 7000);
	net_address_add_virtual(l.b, &(struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, 0, 5, [15] = 1 } });
	rig_route(l.router, "2001:db8:5::/48", "2001:db8:1::dead", l.r1);
	rig_route(l.router, "2001:db8:5::/64", "2001:db8:2::b", l.r2);
	rig_udp(l.r, l.a, NULL, "2001:db8:5::1", 7000, 10);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 1);			/* the /64 wins */
	p = p6("2001:db8:5::/64");
	net_route_remove(l.router, &p);
	rig_udp(l.r, l.a, NULL, "2001:db8:5::1", 7000, 10);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 1);
	rig_route(l.router, "2001:db8:5::/48", "2001:db8:2::b", l.r2);	/* beside the other: the first that is up */
	p = p6("2001:db8:5::/48");
	net_route_remove_via(l.router, &p, l.r1);
	rig_udp(l.r, l.a, NULL, "2001:db8:5::1", 7000, 10);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	net_route_remove(l.router, &p);
	rig_udp(l.r, l.a, NULL, "2001:db8:5::1", 7000, 10);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	net_rig_free(l.r);
}

static void test_routes_few(void)
{
	routes(0);
}

static void test_routes_many(void)
{
	routes(300);
}

static void test_to_oneself(void)
{
	struct line l = line_new(1500);

	rig_ping(l.r, l.a, NULL, "2001:db8:1::a", 30);
	rig_ping(l.r, l.a, NULL, "10.0.1.10", 30);
	CU_ASSERT_EQUAL(l.r->got->len, 0);			/* never within the call */
	rig_run(l.r, 0);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	CU_ASSERT_EQUAL(l.r->frames->len, 0);
	net_rig_free(l.r);
}

static void test_scopes_are_kept(void)
{
	struct line l = line_new(1500);
	struct net_send s = { .src = a6("fe80::ff:fe00:1"), .dst = a6("2001:db8:2::b") };
	struct ip6_packet k;
	struct icmp6 m;

	rig_bind(l.r, l.b, 7000);
	net_udp_send(l.a, moor_pkt_new(l.r->w, 20), &s, 1, 7000);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(l.r, "beyond-scope"), 1);
	CU_ASSERT(rig_icmp6(l.r, l.router, ICMP6_T_UNREACHABLE, 0, &k, &m, NULL) && m.code == ICMP6_U_SCOPE);
	CU_ASSERT_EQUAL(l.r->got->len, 0);
	net_rig_free(l.r);
}

static void test_dhcp_client_without_address(void)
{
	struct line l = line_new(1500);
	struct ip6_addr client = a6("10.0.2.99");
	struct net_send any = { .src = a6("0.0.0.0"), .dst = a6("255.255.255.255"), .via = NULL };
	struct net_host *c = rig_host(l.r, "c", &plain);
	struct net_iface *ci = rig_iface(l.r, c, "eth0", l.lan2);

	rig_bind(l.r, c, 68);
	rig_bind(l.r, l.router, 67);
	rig_run(l.r, MOOR_S);
	any.via = ci;
	CU_ASSERT(net_udp_send(c, moor_pkt_new(l.r->w, 20), &any, 68, 67));
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 1);
	CU_ASSERT(rig_got(l.r, 0) && ip6_eq(&rig_got(l.r, 0)->src, &any.src));
	net_neighbour_set(l.r2, &client, moor_port_mac(net_iface_port(ci)));
	CU_ASSERT(rig_udp(l.r, l.router, NULL, "10.0.2.99", 68, 20));
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 2);
	rig_udp(l.r, l.router, NULL, "10.0.2.99", 69, 20);	/* but nothing else is taken */
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(l.r, "not-for-us"), 1);
	net_rig_free(l.r);
}

static void test_many_ports_and_neighbours(void)
{
	struct line l = line_new(1500);
	char text[64];

	for (unsigned k = 0; k < 40; k++)
		rig_bind(l.r, l.b, (uint16_t)(8000 + k));
	for (unsigned k = 0; k < 40; k++) {
		g_snprintf(text, sizeof text, "2001:db8:2::c:%x", k);
		rig_address(l.bi, text, 64);
	}
	for (unsigned k = 0; k < 40; k++) {
		g_snprintf(text, sizeof text, "2001:db8:2::c:%x", k);
		rig_udp(l.r, l.a, NULL, text, (uint16_t)(8000 + k), k);
	}
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 3);			/* a's own neighbour is not known yet: three fit */
	for (unsigned k = 0; k < 40; k++) {
		g_snprintf(text, sizeof text, "2001:db8:2::c:%x", k);
		rig_udp(l.r, l.a, NULL, text, (uint16_t)(8000 + k), k);
	}
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 43);
	net_udp_unbind(l.b, 8005);
	net_udp_unbind(l.b, 8005);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::c:0", 8005, 1);
	rig_udp(l.r, l.a, NULL, "2001:db8:2::c:0", 8006, 1);
	rig_run(l.r, MOOR_S);
	CU_ASSERT_EQUAL(l.r->got->len, 44);
	net_rig_free(l.r);
}

/* A plain host keeps what it has no room for apart: it finds and loses it all the same. */
static void test_plain_host_with_much(void)
{
	struct net_rig *r = net_rig_new();
	struct net_host *h = net_host_new_plain(moor_node_new(r->w, "plain"), &plain);
	struct net_iface *i[3];
	struct ip6_addr addr[6];
	char name[8];

	for (unsigned k = 0; k < G_N_ELEMENTS(i); k++) {
		g_snprintf(name, sizeof name, "eth%u", k);
		i[k] = rig_iface(r, h, name, rig_lan(r, name, MOOR_MS, 1500));
	}
	rig_run(r, MOOR_S);
	for (unsigned k = 0; k < G_N_ELEMENTS(addr); k++) {
		addr[k] = ip6_from64(UINT64_C(0x20010db800000000) + k, 1);
		net_address_add(i[k % 3], &addr[k], 64);
	}
	for (unsigned k = 0; k < G_N_ELEMENTS(addr); k++)
		CU_ASSERT(net_address_is_ours(h, &addr[k]));
	for (unsigned k = 0; k < G_N_ELEMENTS(i); k++) {
		CU_ASSERT_PTR_EQUAL(net_iface_numbered(h, k + 1), i[k]);
		CU_ASSERT_PTR_EQUAL(net_iface_find(h, net_iface_name(i[k])), i[k]);
		CU_ASSERT(net_iface_up(i[k]));
	}
	CU_ASSERT_PTR_NULL(net_iface_numbered(h, 4));
	moor_link_detach(net_iface_port(i[0]));
	moor_link_detach(net_iface_port(i[2]));
	rig_run(r, MOOR_S);
	CU_ASSERT(!net_iface_up(i[0]) && net_iface_up(i[1]) && !net_iface_up(i[2]));
	net_rig_free(r);
}

static const struct harness_test tests[] = {
	{ "a plain host with three interfaces and many addresses", test_plain_host_with_much },
	{ "packets are forwarded, IPv6 and IPv4", test_forwarding_both_families },
	{ "a hop limit that ends is told", test_hop_limit },
	{ "no port, no route, no neighbour: each is told", test_unreachables },
	{ "a packet too big is told, then fragmented", test_packet_too_big },
	{ "a lying Packet Too Big is not believed", test_too_big_lies },
	{ "errors are limited by a token bucket", test_errors_are_limited },
	{ "a neighbour's queue holds three packets", test_neighbour_queue },
	{ "an unreachable neighbour is probed and forgotten", test_unreachability },
	{ "a reachable neighbour stays", test_unreachability_confirmed },
	{ "the source address fits the destination", test_source_selection },
	{ "the longest of a few routes wins", test_routes_few },
	{ "the longest of many routes wins", test_routes_many },
	{ "packets to oneself come in again later", test_to_oneself },
	{ "link-local sources stay on their link", test_scopes_are_kept },
	{ "a DHCP client needs no address", test_dhcp_client_without_address },
	{ "many ports and neighbours are found", test_many_ports_and_neighbours },
};

int main(int argc, char **argv)
{
	return harness_main("net_basic", tests, G_N_ELEMENTS(tests), argc, argv);
}

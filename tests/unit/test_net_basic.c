/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts and routers on links, from the outside: address resolution, echo, UDP, forwarding in IPv6 and IPv4, errors of routers
 * and hosts, source address selection, routes.
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
		CU_ASSERT(ip6_eq(&g->src, &(struct ip6_addr){ { 0 } }) == false);
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

static const struct harness_test tests[] = {
	{ "packets are forwarded, IPv6 and IPv4", test_forwarding_both_families },
};

int main(int argc, char **argv)
{
	return harness_main("net_basic", tests, G_N_ELEMENTS(tests), argc, argv);
}

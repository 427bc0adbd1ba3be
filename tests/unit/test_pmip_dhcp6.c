/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 through a MAG: a mobile node that is told to ask, the MAG's relay, and a server in the core that gives
 * addresses of each mobile node's own prefix; configuration without addresses; a host without a session; the same
 * address at another attachment.
 */
#include "tests/unit/net_rig.h"

#include "entity/mn.h"
#include "proto/dhcp6_server.h"
#include "proto/pmip_mag.h"

struct rig {
	struct net_rig *r;
	struct net_host *lma_host, *mag_host, *server_host;
	struct moor_link *air;
	struct pmip_lma *lma;
	struct pmip_mag *mag;
	struct dhcp6_server *server;
	struct mn_profile profile;
	struct mn *mn[2];
};

static const struct net_profile agent = { .ipv4 = true, .ipv6 = true, .dsmip_udp = true, .forward = true };
static const struct net_profile plain = { .ipv6 = true };

static bool who(void *owner, const struct mac_addr *mac, struct pmip_host *out)
{
	char digits[16] = "001010000000001";

	(void)owner;
	digits[14] = (char)('0' + mac->o[5] % 8);
	imsi_parse(digits, 15, 2, &out->imsi);
	return true;
}

static void on_547(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	(void)dport;
	dhcp6_server_input(((struct rig *)owner)->server, rx, sport);
}

static void core(struct rig *x, bool managed, bool other)
{
	struct moor_link *lan = rig_lan(x->r, "core", MOOR_MS, 1500);
	struct pmip_lma_config lc;
	struct pmip_mag_config mc;
	struct dhcp6_server_config dc;

	pmip_lma_config_default(&lc);
	lc.lmaa = a6("2001:db8::1");
	lc.hnp_pool = p6("2001:db8:a000::/48");
	pmip_mag_config_default(&mc);
	mc.proxy_coa = a6("2001:db8::a");
	mc.lma.a6 = lc.lmaa;
	mc.who = who;
	mc.advert.managed = managed;
	mc.advert.other = other;
	x->lma_host = rig_host(x->r, "lma", &agent);
	rig_address(rig_iface(x->r, x->lma_host, "core", lan), "2001:db8::1", 64);
	x->lma = pmip_lma_new(x->lma_host, &lc, true);
	x->mag_host = rig_host(x->r, "mag", &agent);
	rig_address(rig_iface(x->r, x->mag_host, "core", lan), "2001:db8::a", 64);
	x->server_host = rig_host(x->r, "server", &plain);
	rig_address(rig_iface(x->r, x->server_host, "core", lan), "2001:db8::d", 64);
	dhcp6_server_config_default(&dc);
	dc.na_link = true;
	x->server = dhcp6_server_new(x->server_host, &dc, NULL, NULL);
	net_udp_bind(x->server_host, 547, on_547, x);
	x->mag = pmip_mag_new(x->mag_host, &mc);
}

static struct rig *rig_with(bool managed, bool other)
{
	struct rig *x = g_new0(struct rig, 1);
	struct ip6_addr server = a6("2001:db8::d");
	struct net_iface *i;

	x->r = net_rig_new();
	core(x, managed, other);
	x->air = rig_lan(x->r, "air", MOOR_MS, 1500);
	moor_link_isolate(x->air, true);
	i = rig_iface(x->r, x->mag_host, "access", NULL);
	moor_link_attach(x->air, net_iface_port(i), true);
	pmip_mag_access(x->mag, i, MH_ATT_80211);
	pmip_mag_relay6(x->mag, i, &server);
	mn_profile_default(&x->profile);
	for (unsigned k = 0; k < 2; k++) {
		struct mn_config c = { .profile = &x->profile, .n_ifaces = 1,
				       .iface = { { .name = "wlan", .mac = { { 2, 0, 0, 0, 1, (uint8_t)(k + 1) } } } } };

		x->mn[k] = mn_new(moor_node_new(x->r->w, k ? "mn2" : "mn1"), &c);
	}
	rig_run(x->r, MOOR_S);
	rig_clear(x->r);
	return x;
}

static void rig_done(struct rig *x)
{
	pmip_mag_free(x->mag);
	pmip_lma_free(x->lma);
	dhcp6_server_free(x->server);
	net_rig_free(x->r);
	g_free(x);
}

static void attach(struct rig *x, unsigned k)
{
	mn_prefer(x->mn[k], NULL);
	mn_prefer(x->mn[k], "wlan");
	moor_link_attach(x->air, mn_port(x->mn[k], 0), false);
	rig_run(x->r, 6 * MOOR_S);
}

/* Its prefix's address of this number. */
static bool has(const struct rig *x, unsigned k, struct ip6_addr *a)
{
	return mn_source6(x->mn[k], a);
}

static void test_stateful(void)
{
	struct rig *x = rig_with(true, false);
	struct ip6_addr a, b, again;

	attach(x, 0);
	attach(x, 1);
	CU_ASSERT_FATAL(has(x, 0, &a) && has(x, 1, &b));
	CU_ASSERT(ip6_high64(&a) != ip6_high64(&b));
	CU_ASSERT(ip6_high64(&a) >> 16 == UINT64_C(0x20010db8a000) && ip6_low64(&a));
	CU_ASSERT(ip6_low64(&a) < 16 && ip6_low64(&b) < 16);
	CU_ASSERT(dhcp6_server_leases(x->server) == 2);
	moor_link_detach(mn_port(x->mn[0], 0));
	rig_run(x->r, MOOR_S);
	attach(x, 0);
	CU_ASSERT(has(x, 0, &again) && ip6_eq(&a, &again) && dhcp6_server_leases(x->server) == 2);
	rig_done(x);
}

/* O alone: its address is its own making, and the server is asked once. */
static void test_stateless(void)
{
	struct rig *x = rig_with(false, true);
	struct ip6_addr a;

	attach(x, 0);
	CU_ASSERT_FATAL(has(x, 0, &a));
	CU_ASSERT(ip6_low64(&a) == mac_iid(moor_port_mac(mn_port(x->mn[0], 0))) && dhcp6_server_leases(x->server) == 0);
	CU_ASSERT(rig_record(x->r, REC_SIGNAL_TX, -1, 0) != NULL);
	rig_done(x);
}

/* Nothing is relayed for whom there is no session. */
static void test_no_session(void)
{
	struct rig *x = rig_with(true, false);
	struct ip6_addr a;

	pmip_lma_settings(x->lma)->refuse = MH_BA_PROXY_NOT_ENABLED;
	attach(x, 0);
	CU_ASSERT(!has(x, 0, &a) && dhcp6_server_leases(x->server) == 0);
	rig_done(x);
}

static const struct harness_test tests[] = {
	{ "addresses of the mobile node's own prefix", test_stateful },
	{ "configuration alone", test_stateless },
	{ "no session", test_no_session },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_dhcp6", tests, G_N_ELEMENTS(tests), argc, argv);
}

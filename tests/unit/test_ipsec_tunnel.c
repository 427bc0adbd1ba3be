/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User data in ESP tunnel mode between a mobile node and its home agent [RFC 4877 6.4, 4.3]: over IPv6, IPv4 and UDP
 * 4500, sizes, endpoints that move, and user data that come without.
 */
#include "tests/unit/ipsec_rig.h"

#include "wire/udp.h"

#define CBC_SHA2 (&sec_suites[1])

static const struct ipsec_policy mn_policies[] = {
	{ .sel = { .proto = PROTO_MH, .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX }, .action = IPSEC_PROTECT,
	  .mode = IPSEC_TRANSPORT },
	{ .sel = { .local = { { 0x20, 1, 0xd, 0xb8, 0, 0xa } }, .local_len = 64, .local_hi = UINT16_MAX,
		   .remote_hi = UINT16_MAX }, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL },
};

static const struct ipsec_policy ha_policies[] = {
	{ .sel = { .proto = PROTO_MH, .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX }, .action = IPSEC_PROTECT,
	  .mode = IPSEC_TRANSPORT },
	{ .sel = { .remote = { { 0x20, 1, 0xd, 0xb8, 0, 0xa } }, .remote_len = 64, .local_hi = UINT16_MAX,
		   .remote_hi = UINT16_MAX }, .action = IPSEC_PROTECT, .mode = IPSEC_TUNNEL },
};

static struct sec *start(enum net_encap encap)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, encap);

	ipsec_policies(s->ms, mn_policies, 2);
	ipsec_policies(s->hs, ha_policies, 2);
	return s;
}

/* IP packets that h sent in ESP with this outer version: directly, or in UDP 4500. */
static unsigned in_esp(const struct sec *s, const struct net_host *h, uint8_t version, bool udp)
{
	uint8_t o[2048];
	unsigned n = 0;

	for (unsigned k = 0; sec_packet(s, h, k, o); k++) {
		uint8_t proto = version == 6 ? o[6] : o[9];
		unsigned port = version == 6 ? 42 : 22;

		if (o[0] >> 4 != version)
			continue;
		n += udp ? proto == PROTO_UDP && (o[port] << 8 | o[port + 1]) == ESP_UDP_PORT : proto == PROTO_ESP;
	}
	return n;
}

static void exchange(struct sec *s, uint32_t len)
{
	rig_clear(s->r);
	CU_ASSERT(rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, len));
	rig_run(s->r, MOOR_S);
	CU_ASSERT(s->r->got->len == 1 && rig_from(rig_got(s->r, 0), SEC_HOME) && rig_got(s->r, 0)->len == len);
	CU_ASSERT(rig_udp(s->r, s->cn, NULL, SEC_HOME, 7000, len));
	rig_run(s->r, MOOR_S);
	CU_ASSERT(s->r->got->len == 2 && rig_from(rig_got(s->r, 1), "2001:db8:3::c") && rig_got(s->r, 1)->len == len);
}

static void test_over_ip6(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++) {
		struct sec *s = start(ENCAP_IN6);

		sec_tunnel(s, &sec_suites[i], "2001:db8:1::a", SEC_HA, false);
		for (uint32_t len = 1; len < 40; len += 3) {
			exchange(s, len);
			CU_ASSERT(in_esp(s, s->mn, 6, false) == 1 && in_esp(s, s->ha, 6, false) == 1);
		}
		sec_free(s);
	}
}

static void test_over_ip4(void)
{
	struct sec *s = start(ENCAP_IN4);

	sec_tunnel(s, CBC_SHA2, "10.0.1.10", "10.0.2.99", false);
	exchange(s, 100);
	CU_ASSERT(in_esp(s, s->mn, 4, false) == 1 && in_esp(s, s->ha, 4, false) == 1);
	sec_free(s);
}

static void test_in_udp(void)
{
	struct sec *s = start(ENCAP_UDP4);
	uint8_t keepalive = 0xff;
	struct moor_pkt *p;
	struct net_send to = { .src = a6("10.0.1.10"), .dst = a6("10.0.2.99") };

	sec_tunnel(s, CBC_SHA2, "10.0.1.10", "10.0.2.99", true);
	exchange(s, 100);
	CU_ASSERT(in_esp(s, s->mn, 4, true) == 1 && in_esp(s, s->ha, 4, true) == 1);
	CU_ASSERT_EQUAL(rig_got(s->r, 1)->outer.sport, ESP_UDP_PORT);
	/* a keepalive is nothing, three octets are rubbish, and IKE is another one's */
	rig_clear(s->r);
	net_udp_send(s->mn, moor_pkt_from(s->r->w, &keepalive, 1), &to, ESP_UDP_PORT, ESP_UDP_PORT);
	rig_run(s->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_records(s->r, REC_DISCARD, -1), 0);
	p = moor_pkt_new(s->r->w, 3);
	memset(p->data, 1, 3);
	net_udp_send(s->mn, p, &to, ESP_UDP_PORT, ESP_UDP_PORT);
	rig_run(s->r, MOOR_S);
	CU_ASSERT_EQUAL(rig_discards(s->r, "udp-esp-bad"), 1);
	rig_bind(s->r, s->ha, ESP_UDP_PORT);
	p = moor_pkt_new(s->r->w, 40);
	memset(p->data, 0, 40);
	net_udp_send(s->mn, p, &to, ESP_UDP_PORT, ESP_UDP_PORT);
	rig_run(s->r, MOOR_S);
	CU_ASSERT(s->r->got->len == 1 && rig_got(s->r, 0)->len == 40);
	sec_free(s);
}

/* Address translation is seen between IPv6 addresses too: then with a checksum, which the receiver looks at. */
static void test_in_udp_over_ip6(void)
{
	struct sec *s = start(ENCAP_IN6);
	uint8_t o[2048];

	sec_tunnel(s, CBC_SHA2, "2001:db8:1::a", SEC_HA, true);
	exchange(s, 100);
	CU_ASSERT(in_esp(s, s->mn, 6, true) == 1 && in_esp(s, s->ha, 6, true) == 1);
	CU_ASSERT(in_esp(s, s->mn, 6, false) == 0 && in_esp(s, s->ha, 6, false) == 0);
	CU_ASSERT(sec_packet(s, s->mn, 0, o) && (o[46] || o[47]));
	exchange(s, 1232);			/* 1280 octets always pass */
	rig_clear(s->r);			/* our own are cut before they enter, the outer ones are not */
	CU_ASSERT(rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, 2000));
	rig_run(s->r, MOOR_S);
	CU_ASSERT(s->r->got->len == 1 && rig_got(s->r, 0)->len == 2000 && in_esp(s, s->mn, 6, true) == 2);
	sec_free(s);
}

/* Without outer addresses of its own the SA goes where the binding goes. */
static void test_follows_binding(void)
{
	struct sec *s = start(ENCAP_IN6);
	struct sec_pair p = sec_tunnel(s, CBC_SHA2, NULL, NULL, false);
	struct ip6_addr own = a6("10.0.1.10"), peer = a6("10.0.2.99");

	exchange(s, 64);
	CU_ASSERT(in_esp(s, s->mn, 6, false) == 1 && in_esp(s, s->ha, 6, false) == 1);
	s->up = (struct net_tunnel){ .local = own, .remote = peer, .encap = ENCAP_UDP4, .sport = 4191, .dport = 4191 };
	s->down = s->up;
	s->down.local = peer;
	s->down.remote = own;
	exchange(s, 64);
	CU_ASSERT(in_esp(s, s->mn, 4, false) == 1 && in_esp(s, s->ha, 4, false) == 1);
	/* and with, where it is told to go [RFC 4877 9] */
	own = a6("2001:db8:1::a");
	peer = a6(SEC_HA);
	ipsec_child_move(s->ms, p.mn, &own, &peer, 0);
	ipsec_child_move(s->hs, p.ha, &peer, &own, 0);
	exchange(s, 64);
	CU_ASSERT(in_esp(s, s->mn, 6, false) == 1 && in_esp(s, s->ha, 6, false) == 1);
	sec_free(s);
}

static void test_unprotected(void)
{
	struct sec *s = start(ENCAP_IN6);

	CU_ASSERT(!rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, 10));	/* no SA yet */
	CU_ASSERT(rig_discards(s->r, "esp-no-sa") == 1);
	rig_run(s->r, MOOR_MS);
	CU_ASSERT_EQUAL(s->mn_told.no_sa, 1);
	rig_udp(s->r, s->cn, NULL, SEC_HOME, 7000, 10);
	rig_run(s->r, MOOR_S);
	CU_ASSERT(rig_discards(s->r, "esp-no-sa") == 2 && s->ha_told.no_sa == 1 && s->r->got->len == 0);
	sec_tunnel(s, CBC_SHA2, NULL, NULL, false);
	ipsec_policies(s->ms, mn_policies, 1);			/* the mobile node sends user data in clear */
	rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, 10);
	rig_run(s->r, MOOR_S);
	CU_ASSERT(rig_discards(s->r, "policy") == 1 && s->r->got->len == 0);
	sec_free(s);
}

/* Signalling in transport mode is not wrapped a second time. */
static void test_beside_signalling(void)
{
	struct sec *s = start(ENCAP_UDP4);

	sec_child(s, CBC_SHA2, SEC_HOME, 1);
	sec_tunnel(s, CBC_SHA2, "10.0.1.10", "10.0.2.99", true);
	CU_ASSERT(sec_up_tunnel(s, SEC_HOME, MH_BU, 40) && sec_seen(s, s->ha, MH_BU) == 1);
	CU_ASSERT(sec_last(s)->protected && sec_last(s)->outer.dport == 4191);
	exchange(s, 20);
	CU_ASSERT_EQUAL(in_esp(s, s->mn, 4, true), 1);
	sec_free(s);
}

/* An IPv6 packet from `src` to the home agent that holds a Binding Update. */
static void binding_update(uint8_t o[IP6_LEN + 16], const char *src)
{
	struct ip6_addr from = a6(src), to = a6(SEC_HA);

	memset(o, 0, IP6_LEN + 16);
	o[0] = 0x60;
	o[5] = 16;
	o[6] = PROTO_MH;
	o[7] = 64;
	memcpy(o + 8, from.o, 16);
	memcpy(o + 24, to.o, 16);
	o[IP6_LEN] = PROTO_NONE;
	o[IP6_LEN + 1] = 1;
	o[IP6_LEN + 2] = MH_BU;
	store16(o + IP6_LEN + 4, ip6_upper_csum(&from, &to, PROTO_MH, o + IP6_LEN, 16));
}

/*
 * What an SA protects is what its selector is about: a tunnel packet within it is another's word [RFC 4301 5.2].
 */
static void test_nested(void)
{
	struct sec *s = start(ENCAP_IN6);
	uint8_t o[IP6_LEN + 16];
	struct net_send n = { .src = a6(SEC_HOME), .dst = a6(SEC_HA), .next_header = PROTO_IP6 };

	sec_tunnel(s, CBC_SHA2, "2001:db8:1::a", SEC_HA, false);
	rig_clear(s->r);
	binding_update(o, "2001:db8:a::66");
	CU_ASSERT(net_send6(s->mn, moor_pkt_from(s->r->w, o, sizeof o), &n));
	rig_run(s->r, MOOR_S);
	CU_ASSERT_EQUAL(in_esp(s, s->mn, 6, false), 1);
	CU_ASSERT(!sec_seen(s, s->ha, MH_BU) && rig_discards(s->r, "policy") == 1);
	sec_free(s);
}

static void test_sizes(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++) {
		struct sec *s = start(ENCAP_IN6);
		struct ip6_packet k;
		struct icmp6 m;
		uint8_t o[2048];
		uint32_t mtu, n;

		sec_tunnel(s, &sec_suites[i], "2001:db8:1::a", SEC_HA, false);
		exchange(s, 1232);			/* 1280 octets always pass */
		rig_clear(s->r);
		rig_udp(s->r, s->cn, NULL, SEC_HOME, 7000, 1440);	/* forwarded: its source is told, exactly */
		rig_run(s->r, MOOR_S);
		CU_ASSERT(rig_icmp6(s->r, s->ha, ICMP6_T_TOO_BIG, 0, &k, &m, NULL) && m.mtu > 1400 && m.mtu < 1460);
		mtu = m.mtu;
		rig_clear(s->r);
		rig_udp(s->r, s->cn, NULL, SEC_HOME, 7000, mtu - 48);
		rig_run(s->r, MOOR_S);
		CU_ASSERT(s->r->got->len == 1 && rig_icmp6_count(s->r, s->ha, ICMP6_T_TOO_BIG) == 0);
		n = sec_packet(s, s->ha, 0, o);
		CU_ASSERT(n <= 1500 && n > 1484 && sec_packet(s, s->ha, 1, o) == 0);
		rig_clear(s->r);			/* our own are cut before they enter */
		CU_ASSERT(rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, 2000));
		rig_run(s->r, MOOR_S);
		CU_ASSERT(s->r->got->len == 1 && rig_got(s->r, 0)->len == 2000 && in_esp(s, s->mn, 6, false) == 2);
		sec_free(s);
	}
}

/* A home agent that lets its users choose protects those who have an SA, and passes over the others. */
static void test_where_sa(void)
{
	struct ipsec_policy theirs[2] = { ha_policies[0], ha_policies[1] };
	struct sec *s = start(ENCAP_IN6);

	theirs[1].where_sa = true;
	ipsec_policies(s->hs, theirs, 2);
	ipsec_policies(s->ms, mn_policies, 1);
	exchange(s, 100);
	CU_ASSERT(in_esp(s, s->mn, 6, false) == 0 && in_esp(s, s->ha, 6, false) == 0);
	sec_tunnel(s, CBC_SHA2, "2001:db8:1::a", SEC_HA, false);
	rig_clear(s->r);
	CU_ASSERT(rig_udp(s->r, s->mn, SEC_HOME, "2001:db8:3::c", 7000, 100));	/* it has one, and forgets it */
	rig_run(s->r, MOOR_S);
	CU_ASSERT_EQUAL(s->r->got->len, 0);
	ipsec_policies(s->ms, mn_policies, 2);
	exchange(s, 100);
	CU_ASSERT(in_esp(s, s->mn, 6, false) == 1 && in_esp(s, s->ha, 6, false) == 1);
	sec_free(s);
}

static const struct harness_test tests[] = {
	{ "user data in ESP over IPv6, every algorithm", test_over_ip6 },
	{ "over IPv4", test_over_ip4 },
	{ "in UDP 4500, beside keepalives and IKE", test_in_udp },
	{ "in UDP 4500 over IPv6", test_in_udp_over_ip6 },
	{ "outer addresses follow the binding, or are moved", test_follows_binding },
	{ "user data without an SA or without ESP are refused", test_unprotected },
	{ "signalling is protected once", test_beside_signalling },
	{ "a tunnel within the tunnel is not protected by it", test_nested },
	{ "sizes are right to the octet", test_sizes },
	{ "who has no SA is passed over where an SA is no duty", test_where_sa },
};

int main(int argc, char **argv)
{
	return harness_main("ipsec_tunnel", tests, G_N_ELEMENTS(tests), argc, argv);
}

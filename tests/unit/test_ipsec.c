/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ESP in transport mode around Mobility Headers: every algorithm, Home Address options and type 2 routing headers,
 * UDP 4191, policies, rekeying, the life of a child SA. What attackers and noise do is in test_ipsec_hostile.c, tunnel
 * mode in test_ipsec_tunnel.c.
 */
#include "tests/unit/ipsec_rig.h"

static bool same_address(const struct ip6_addr *a, const char *text)
{
	struct ip6_addr b = a6(text);

	return ip6_eq(a, &b);
}

static bool contains(const uint8_t *p, uint32_t n, uint8_t octet, uint32_t times)
{
	uint32_t run = 0;

	for (uint32_t i = 0; i < n; i++) {
		run = p[i] == octet ? run + 1 : 0;
		if (run == times)
			return true;
	}
	return false;
}

/* IPv6 | Home Address option or routing header | ESP, nothing readable unless the cipher is NULL. */
static void check_layout(const struct sec *s, const struct net_host *h, uint8_t ext, const struct sec_suite *suite)
{
	uint8_t o[2048];
	uint32_t n = sec_packet(s, h, 0, o);

	CU_ASSERT(n > IP6_LEN + 24 + ESP_HDR_LEN && o[6] == ext && o[40] == PROTO_ESP);
	CU_ASSERT(contains(o, n, 0x4d, 10) == (suite->encr == CRYPTO_ENCR_NULL));
}

static void one_suite(enum crypto_kind kind, const struct sec_suite *suite)
{
	struct sec *s = sec_new(kind, ENCAP_IN6);
	struct sec_pair p = sec_child(s, suite, SEC_HOME, 1);
	struct ipsec_child_view v;

	for (uint32_t len = 16; len <= 160; len += 8) {
		rig_clear(s->r);
		CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, len));
		if (kind == CRYPTO_OPENSSL)
			check_layout(s, s->mn, PROTO_DSTOPTS, suite);
		CU_ASSERT(sec_last(s) && sec_last(s)->protected && sec_last(s)->sum_ok && sec_last(s)->len == len);
		CU_ASSERT(sec_last(s) && same_address(&sec_last(s)->src, SEC_HOME));
		rig_clear(s->r);
		CU_ASSERT(sec_down(s, SEC_HOME, MH_BA, len));
		if (kind == CRYPTO_OPENSSL)
			check_layout(s, s->ha, PROTO_ROUTING, suite);
		CU_ASSERT(sec_last(s) && sec_last(s)->protected && sec_last(s)->sum_ok && sec_last(s)->len == len);
		CU_ASSERT(sec_last(s) && same_address(&sec_last(s)->dst, SEC_HOME));
	}
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 19 && sec_seen(s, s->mn, MH_BA) == 19);
	CU_ASSERT_EQUAL(s->hao_asked, 0);		/* the SA vouched for the home address */
	CU_ASSERT(ipsec_child_view(s->hs, p.ha, &v) && v.packets_in == 19 && v.packets_out == 19 && v.bad_icv == 0);
	CU_ASSERT_EQUAL(v.last_in > 0, true);
	sec_free(s);
}

static void test_algorithms(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++)
		one_suite(CRYPTO_OPENSSL, &sec_suites[i]);
}

static void test_modelled(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++)
		one_suite(CRYPTO_MODELLED, &sec_suites[i]);
}

/* The same length with either provider, so that links and captures look alike. */
static void test_lengths(void)
{
	uint8_t o[2048];

	for (unsigned i = 0; i < sec_n_suites; i++) {
		uint32_t n[2];

		for (unsigned k = 0; k < 2; k++) {
			struct sec *s = sec_new(k ? CRYPTO_MODELLED : CRYPTO_OPENSSL, ENCAP_IN6);

			sec_child(s, &sec_suites[i], SEC_HOME, 1);
			sec_up(s, SEC_HOME, MH_BU, 40);
			n[k] = sec_packet(s, s->mn, 0, o);
			sec_free(s);
		}
		CU_ASSERT(n[0] == n[1] && n[0] > 100);
	}
}

/* No Home Address option: the home address is the inner source [24.303 5.1.2.4]. */
static void through_tunnel(enum net_encap encap)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, encap);

	sec_child(s, &sec_suites[1], SEC_HOME, 1);
	CU_ASSERT(sec_up_tunnel(s, SEC_HOME, MH_BU, 48));
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 1 && sec_last(s)->protected && sec_last(s)->sum_ok);
	CU_ASSERT(sec_last(s) && sec_last(s)->outer.encap == encap && same_address(&sec_last(s)->src, SEC_HOME));
	CU_ASSERT_EQUAL(rig_discards(s->r, "policy"), 0);
	sec_free(s);
}

static void test_in_tunnels(void)
{
	through_tunnel(ENCAP_UDP4);
	through_tunnel(ENCAP_IN4);
	through_tunnel(ENCAP_IN6);
}

/* Fragments are made of the protected packet, and put together before it is opened [RFC 4303 3.3.4, 3.4.1]. */
static void test_fragments(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	uint8_t o[2048];

	sec_child(s, &sec_suites[1], SEC_HOME, 1);
	for (uint32_t len = 1360; len <= 1440; len += 8)	/* around the MTU, with each length of padding */
		CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, len) && sec_last(s) && sec_last(s)->len == len && sec_last(s)->sum_ok);
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 11);
	rig_clear(s->r);
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, 2040) && sec_last(s)->len == 2040 && sec_last(s)->protected);
	CU_ASSERT(sec_packet(s, s->mn, 0, o) <= 1500 && sec_packet(s, s->mn, 1, o) > 0 && sec_packet(s, s->mn, 2, o) == 0);
	rig_clear(s->r);
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, 16) && sec_packet(s, s->mn, 0, o) > 0 && sec_packet(s, s->mn, 1, o) == 0);
	sec_free(s);
}

/* ---- policies ---------------------------------------------------------------------------------------------------- */

static void test_unprotected(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct ip6_addr home = a6(SEC_HOME), ha = a6(SEC_HA);

	sec_child(s, &sec_suites[1], SEC_HOME, 1);
	ipsec_policies(s->ms, NULL, 0);			/* it forgets to protect */
	s->hao_asked = 0;
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, 24));
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 0 && rig_discards(s->r, "policy") == 1);
	CU_ASSERT(sec_up_tunnel(s, SEC_HOME, MH_BU, 24));
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 0 && rig_discards(s->r, "policy") == 2);
	CU_ASSERT(sec_up_tunnel(s, SEC_HOME, MH_BE, 24));	/* answers what came without an SA */
	CU_ASSERT(sec_seen(s, s->ha, MH_BE) == 1 && !sec_last(s)->protected);
	for (uint8_t type = MH_HOTI; type <= MH_COT; type++) {
		sec_up_tunnel(s, SEC_HOME, type, 24);
		CU_ASSERT_EQUAL(sec_seen(s, s->ha, type), 1);
	}
	sec_up_tunnel(s, SEC_HOME, MH_BRR, 24);
	CU_ASSERT(sec_seen(s, s->ha, MH_BRR) == 0 && rig_discards(s->r, "policy") == 3);
	/* and the other way */
	ipsec_policies(s->ms, ipsec_policies_mip6, ipsec_n_policies_mip6);
	ipsec_policies(s->hs, NULL, 0);
	sec_down(s, SEC_HOME, MH_BA, 24);
	CU_ASSERT(sec_seen(s, s->mn, MH_BA) == 0 && rig_discards(s->r, "policy") == 4);
	sec_down(s, SEC_HOME, MH_BE, 24);
	CU_ASSERT_EQUAL(sec_seen(s, s->mn, MH_BE), 1);
	/* what is asked of an SA follows the policies */
	CU_ASSERT(ipsec_child_for(s->ms, &home, &ha, PROTO_MH, MH_BU << 8, 0) != 0);
	CU_ASSERT_EQUAL(ipsec_child_for(s->ms, &home, &ha, PROTO_MH, MH_BE << 8, 0), 0);
	CU_ASSERT_EQUAL(ipsec_child_for(s->hs, &ha, &home, PROTO_MH, MH_BA << 8, 0), 0);
	sec_free(s);
}

static void test_no_sa(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	uint8_t o[2048];

	CU_ASSERT(!sec_up(s, SEC_HOME, MH_BU, 24));
	CU_ASSERT(rig_discards(s->r, "esp-no-sa") == 1 && sec_packet(s, s->mn, 0, o) == 0);
	CU_ASSERT(s->mn_told.no_sa == 1 && same_address(&s->mn_told.wanted.local, SEC_HOME));
	CU_ASSERT(same_address(&s->mn_told.wanted.remote, SEC_HA) && s->mn_told.wanted.proto == PROTO_MH);
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BE, 24));		/* needs none */
	CU_ASSERT(rig_udp(s->r, s->mn, NULL, "2001:db8:1::1", 7, 8));
	sec_child(s, &sec_suites[0], SEC_HOME, 1);
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, 24) && sec_seen(s, s->ha, MH_BU) == 1);
	sec_free(s);
}

static void test_discard_policy(void)
{
	static const struct ipsec_policy never[] = {
		{ .sel = { .proto = PROTO_UDP, .local_hi = UINT16_MAX, .remote_lo = 7000, .remote_hi = 7000 },
		  .action = IPSEC_DISCARD },
		{ .sel = { .proto = PROTO_ICMP6, .local_hi = UINT16_MAX, .remote_lo = ICMP6_T_ECHO_REQUEST << 8,
			   .remote_hi = ICMP6_T_ECHO_REQUEST << 8 | 0xff }, .action = IPSEC_DISCARD },
	};
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);

	ipsec_policies(s->ms, never, 2);
	CU_ASSERT(!rig_udp(s->r, s->mn, NULL, "2001:db8:2::ff", 7000, 8));
	CU_ASSERT(rig_udp(s->r, s->mn, NULL, "2001:db8:2::ff", 7001, 8));
	CU_ASSERT_EQUAL(rig_discards(s->r, "policy"), 1);
	rig_ping(s->r, s->ha, NULL, "2001:db8:1::a", 8);	/* its request comes in: one more */
	rig_run(s->r, MOOR_S);
	CU_ASSERT(rig_discards(s->r, "policy") == 2 && rig_icmp6_count(s->r, s->mn, ICMP6_T_ECHO_REPLY) == 0);
	ipsec_policies(s->ms, never, 1);
	rig_ping(s->r, s->ha, NULL, "2001:db8:1::a", 8);
	rig_run(s->r, MOOR_S);
	CU_ASSERT(rig_discards(s->r, "policy") == 2 && rig_icmp6_count(s->r, s->mn, ICMP6_T_ECHO_REPLY) == 1);
	sec_free(s);
}

/* ---- the life of a child SA -------------------------------------------------------------------------------------- */

static uint32_t spi_sent(const struct sec *s, const struct net_host *h)
{
	uint8_t o[2048];
	struct esp_hdr e;

	return sec_packet(s, h, 0, o) > 72 && esp_hdr_decode(o + 64, 8, &e) ? e.spi : 0;
}

static void test_rekey(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct sec_pair a = sec_child(s, &sec_suites[1], SEC_HOME, 1), b;

	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT_EQUAL(spi_sent(s, s->mn), 0x2001);
	b = sec_child(s, &sec_suites[3], SEC_HOME, 2);
	CU_ASSERT(ipsec_children(s->ms) == 2 && ipsec_children(s->hs) == 2);
	rig_clear(s->r);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT_EQUAL(spi_sent(s, s->mn), 0x2002);		/* the newest */
	ipsec_child_outbound(s->ms, b.mn, false);
	rig_clear(s->r);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT_EQUAL(spi_sent(s, s->mn), 0x2001);		/* not yet */
	ipsec_child_outbound(s->ms, b.mn, true);
	ipsec_child_remove(s->ms, a.mn);
	ipsec_child_remove(s->ms, a.mn);			/* a second time means nothing */
	rig_clear(s->r);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT(spi_sent(s, s->mn) == 0x2002 && sec_seen(s, s->ha, MH_BU) == 4);
	CU_ASSERT(ipsec_children(s->ms) == 1 && ipsec_children(s->hs) == 2);
	ipsec_child_outbound(s->hs, b.ha, false);		/* an old SA of the peer still works for it, not with us */
	rig_clear(s->r);
	sec_down(s, SEC_HOME, MH_BA, 24);
	CU_ASSERT(spi_sent(s, s->ha) == 0x1001 && rig_discards(s->r, "esp-spi") == 1);
	CU_ASSERT(s->mn_told.unknown_spi == 1 && s->mn_told.spi == 0x1001);
	sec_free(s);
}

static void test_sequence_ends(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct sec_pair p = sec_child(s, &sec_suites[1], SEC_HOME, 1);
	struct child *c = child_get(s->ms, p.mn);

	CU_ASSERT_EQUAL(c->soft, UINT32_MAX - (1u << 20) + 1);
	c->sent = c->soft - 2;
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT_EQUAL(s->mn_told.soft, 0);
	sec_up(s, SEC_HOME, MH_BU, 24);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT(s->mn_told.soft == 1 && s->mn_told.child == p.mn);
	c->sent = UINT32_MAX - 1;
	CU_ASSERT(sec_up(s, SEC_HOME, MH_BU, 24));
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 4);
	CU_ASSERT(!sec_up(s, SEC_HOME, MH_BU, 24));		/* never round again */
	CU_ASSERT(rig_discards(s->r, "esp-sequence") == 1 && sec_seen(s, s->ha, MH_BU) == 4);
	sec_free(s);
}

static void test_heard(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct sec_pair p = sec_child(s, &sec_suites[1], SEC_HOME, 1);

	for (unsigned i = 0; i < 5; i++)
		sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT(s->ha_told.heard == 1 && s->ha_told.child == p.ha);
	rig_run(s->r, MOOR_S);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT(s->ha_told.heard == 2 && s->mn_told.heard == 0);
	sec_free(s);
}

static void test_spis(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6), *t = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	uint32_t a = ipsec_spi(s->hs), b = ipsec_spi(s->hs), c = ipsec_spi(s->ms);
	struct ipsec_child_config cfg = { .spi_in = a, .encr = CRYPTO_ENCR_AES_GCM_16, .key_bits = 128 };
	uint8_t key[20] = { 1 };

	cfg.encr_in = cfg.encr_out = key;
	CU_ASSERT(a != b && a >= 256 && b >= 256 && c >= 256 && c != a);
	CU_ASSERT(ipsec_spi(t->hs) == a && ipsec_spi(t->hs) == b);	/* the same in every run */
	CU_ASSERT_EQUAL(ipsec_children(s->hs), 0);
	CU_ASSERT(ipsec_child_add(s->hs, &cfg) != 0 && ipsec_children(s->hs) == 1);
	CU_ASSERT_EQUAL(ipsec_child_add(s->hs, &cfg), 0);		/* it stands already */
	ipsec_spi_back(s->hs, a);					/* in use: stays */
	CU_ASSERT_EQUAL(ipsec_children(s->hs), 1);
	ipsec_spi_back(s->hs, b);
	ipsec_spi_back(s->hs, b);
	ipsec_clear(s->hs);
	CU_ASSERT_EQUAL(ipsec_children(s->hs), 0);
	sec_free(s);
	sec_free(t);
}

static void on_keys(void *ctx, const struct moor_record *r)
{
	struct rec_keys *k = ctx;

	CU_ASSERT(r->kind == REC_KEYS && r->u.keys.encr_i && r->u.keys.encr_r && r->u.keys.integ_i);
	if (r->u.keys.spi_i == 0x2001)			/* as the mobile node tells it */
		*k = r->u.keys;
}

static void test_keys_told(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct rec_keys k = { .esp = false };

	moor_record_sink(s->r->w, REC_BIT(REC_KEYS), on_keys, &k);
	sec_child(s, &sec_suites[0], SEC_HOME, 1);
	CU_ASSERT(k.esp && k.spi_i == 0x2001 && k.spi_r == 0x1001 && k.encr == CRYPTO_ENCR_AES_CBC);
	CU_ASSERT(k.key_bits == 128 && k.encr_len == 16 && k.integ_len == 20 && ip6_is_zero(&k.a) && ip6_is_zero(&k.b));
	sec_free(s);
}

/* A home agent with very many: found quickly, in the memory promised. */
static void test_many(void)
{
	enum { MANY = 20000 };
	struct sec *s = sec_new(CRYPTO_MODELLED, ENCAP_IN6);
	uint8_t key[36] = { 0 }, integ[32] = { 0 };
	struct ipsec_child_config c = { .encr = CRYPTO_ENCR_AES_CBC, .key_bits = 256, .integ = CRYPTO_INTEG_SHA256_128,
					.encr_in = key, .encr_out = key, .integ_in = integ, .integ_out = integ };
	size_t octets, indexes;

	c.sel = (struct ipsec_selector){ .local = a6(SEC_HA), .local_len = 128, .remote_len = 128, .proto = PROTO_MH,
					 .local_hi = UINT16_MAX, .remote_hi = UINT16_MAX };
	for (uint32_t i = 0; i < MANY; i++) {
		c.spi_in = c.spi_out = 0x10000 + i;
		c.sel.remote = ip6_from64(0x20010db8000b0000 + i, 1);
		CU_ASSERT(ipsec_child_add(s->hs, &c) != 0);
	}
	indexes = index_octets(&s->hs->iw->by_spi) + index_octets(&s->hs->iw->by_remote);
	octets = slab_octets(&s->hs->iw->children) + indexes;
	CU_ASSERT(sizeof(struct child) + indexes / MANY <= 190);
	CU_ASSERT(octets / MANY < 290);			/* slabs double */
	for (uint32_t i = 0; i < MANY; i++) {
		struct ip6_addr ue = ip6_from64(0x20010db8000b0000 + i, 1);
		struct ipsec_child_view v;
		moor_handle h = ipsec_child_for(s->hs, &c.sel.local, &ue, PROTO_MH, MH_BA << 8, 0);

		if (!ipsec_child_view(s->hs, h, &v) || v.spi_in != 0x10000 + i)
			CU_FAIL("another's child");
	}
	ipsec_clear(s->hs);
	CU_ASSERT(ipsec_children(s->hs) == 0 && s->hs->iw->n_used == 0);
	sec_free(s);
}

static const struct harness_test tests[] = {
	{ "every algorithm protects Mobility Headers both ways", test_algorithms },
	{ "the modelled provider too", test_modelled },
	{ "packets are as long with either provider", test_lengths },
	{ "ESP in UDP 4191, IPv4 and IPv6 tunnels", test_in_tunnels },
	{ "fragments", test_fragments },
	{ "unprotected Mobility Headers are refused but for those that may be", test_unprotected },
	{ "without a child SA nothing leaves and the owner is told", test_no_sa },
	{ "a policy may discard by port and by ICMP type", test_discard_policy },
	{ "rekeying overlaps", test_rekey },
	{ "sequence numbers never come round", test_sequence_ends },
	{ "the owner hears of life after a silence", test_heard },
	{ "SPIs are reserved and given back", test_spis },
	{ "keys are told to who keeps key files", test_keys_told },
	{ "twenty thousand child SAs are told apart", test_many },
};

int main(int argc, char **argv)
{
	return harness_main("ipsec", tests, G_N_ELEMENTS(tests), argc, argv);
}

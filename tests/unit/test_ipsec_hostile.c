/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an attacker without keys, a careless peer and noise can do to ESP: replays in and out of the window, every
 * flipped bit, every cut, foreign SPIs, somebody else's home address, wrong padding, dummy packets. Nothing of it may
 * reach a handler, and each refusal has its record.
 */
#include "tests/unit/ipsec_rig.h"

#define CBC_SHA2 (&sec_suites[1])
#define GCM (&sec_suites[2])

static void inject(struct sec *s, const uint8_t *packet, uint32_t n)
{
	rig_inject(s->r, s->h2, ETYPE_IP6, packet, n);
}

/* n Binding Updates of mn, as if none of them had reached ha. */
static unsigned collect(struct sec *s, unsigned n, uint8_t packets[][256], uint32_t lens[])
{
	struct child *c = child_get(s->hs, s->hs->first);
	unsigned got = 0;

	rig_clear(s->r);
	for (unsigned i = 0; i < n; i++)
		sec_up(s, SEC_HOME, MH_BU, 24);
	while (got < n && (lens[got] = sec_packet(s, s->mn, got, packets[got])))
		got++;
	c->window = c->top = c->received = 0;
	g_array_set_size(s->seen, 0);
	s->ha_told = (struct sec_told){ 0 };
	rig_run(s->r, 2 * MOOR_S);
	rig_clear(s->r);
	return got;
}

static void test_replay(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct sec_pair p = sec_child(s, CBC_SHA2, SEC_HOME, 1);
	static uint8_t k[200][256];
	struct ipsec_child_view v;
	uint32_t n[200];

	CU_ASSERT_EQUAL(collect(s, 200, k, n), 200);
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 0);
	inject(s, k[99], n[99]);				/* 100: the window is 37 .. 100 */
	inject(s, k[99], n[99]);
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 1 && rig_discards(s->r, "esp-replay") == 1);
	for (unsigned i = 36; i < 99; i++)			/* all that is still inside, backwards and forwards */
		inject(s, k[i % 2 ? i : 135 - i - 1], n[0]);
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) > 1);
	inject(s, k[35], n[35]);				/* 36: too old */
	inject(s, k[0], n[0]);
	CU_ASSERT(rig_discards(s->r, "esp-replay") >= 3);
	inject(s, k[163], n[163]);				/* 164: 100 is at the very end and was seen */
	inject(s, k[100], n[100]);				/* 101: inside */
	inject(s, k[99], n[99]);
	CU_ASSERT(ipsec_child_view(s->hs, p.ha, &v) && v.packets_in == sec_seen(s, s->ha, MH_BU));
	CU_ASSERT_EQUAL(v.replayed, rig_discards(s->r, "esp-replay"));
	inject(s, k[199], n[199]);
	for (unsigned i = 0; i < 200; i++)
		inject(s, k[i], n[i]);
	rig_clear(s->r);
	for (unsigned i = 0; i < 200; i++)			/* and now nothing at all */
		inject(s, k[i], n[i]);
	CU_ASSERT_EQUAL(rig_discards(s->r, "esp-replay"), 200);
	CU_ASSERT(ipsec_child_view(s->hs, p.ha, &v) && v.packets_in <= 200 && v.bad_icv == 0);
	CU_ASSERT_EQUAL(v.packets_in, sec_seen(s, s->ha, MH_BU));
	sec_free(s);
}

/* A window of 64: exactly which of a hundred may still come after the newest. */
static void test_window(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	static uint8_t k[100][256];
	uint32_t n[100];

	sec_child(s, GCM, SEC_HOME, 1);
	CU_ASSERT_EQUAL(collect(s, 100, k, n), 100);
	inject(s, k[99], n[99]);
	for (unsigned i = 0; i < 99; i++) {
		unsigned before = sec_seen(s, s->ha, MH_BU);

		inject(s, k[i], n[i]);
		CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU) - before, i >= 36);
	}
	CU_ASSERT(rig_discards(s->r, "esp-replay") == 36);
	sec_free(s);
}

static void flipped(const struct sec_suite *suite)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	uint8_t k[1][256], o[256];
	uint32_t n[1], refused;

	sec_child(s, suite, SEC_HOME, 1);
	CU_ASSERT_EQUAL(collect(s, 1, k, n), 1);
	for (uint32_t bit = 64 * 8; bit < n[0] * 8; bit++) {	/* from ESP's first octet on */
		memcpy(o, k[0], n[0]);
		o[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		inject(s, o, n[0]);
	}
	refused = rig_discards(s->r, "esp-icv") + rig_discards(s->r, "esp-spi") + rig_discards(s->r, "esp-replay");
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 0 && refused == (n[0] - 64) * 8);
	CU_ASSERT(rig_discards(s->r, "esp-spi") == 32 && s->ha_told.unknown_spi == 32 && s->ha_told.heard == 0);
	inject(s, k[0], n[0]);					/* none of it moved the window */
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 1);
	sec_free(s);
}

static void test_flipped_bits(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++)
		flipped(&sec_suites[i]);
}

static void set_len(uint8_t *o, uint32_t n)
{
	o[4] = (uint8_t)((n - IP6_LEN) >> 8);
	o[5] = (uint8_t)(n - IP6_LEN);
}

static void test_cut(void)
{
	for (unsigned i = 0; i < sec_n_suites; i++) {
		struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
		uint8_t k[1][256], o[256];
		uint32_t n[1];

		sec_child(s, &sec_suites[i], SEC_HOME, 1);
		CU_ASSERT_EQUAL(collect(s, 1, k, n), 1);
		for (uint32_t len = 64; len < n[0]; len++) {
			memcpy(o, k[0], len);
			set_len(o, len);
			inject(s, o, len);
		}
		CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 0 && rig_discards(s->r, "esp-short") > 10);
		CU_ASSERT_EQUAL(rig_discards(s->r, "esp-short") + rig_discards(s->r, "esp-icv"), n[0] - 64);
		sec_free(s);
	}
}

/* A mobile node with keys of its own says it is another one [RFC 4877 4.2: the home agent must prevent it]. */
static void test_theft(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct ip6_addr home = a6("2001:db8:a::2");
	uint8_t o[512];
	uint32_t n;

	net_address_add_virtual(s->mn, &home);
	sec_child(s, CBC_SHA2, SEC_HOME, 1);
	sec_child(s, CBC_SHA2, "2001:db8:a::2", 2);
	CU_ASSERT(sec_up(s, "2001:db8:a::2", MH_BU, 24) && sec_seen(s, s->ha, MH_BU) == 1);
	rig_clear(s->r);
	sec_child(s, CBC_SHA2, SEC_HOME, 3);
	sec_up(s, SEC_HOME, MH_BU, 24);
	n = sec_packet(s, s->mn, 0, o);
	CU_ASSERT(n > 100 && sec_seen(s, s->ha, MH_BU) == 2);
	/* the first one's keys around a message for the second: its own SA, but another Home Address option */
	rig_clear(s->r);
	s->ms->policies = ipsec_policies_mip6;
	child_get(s->ms, s->ms->first)->sel.local = home;	/* what a cheating mobile node would do */
	child_get(s->ms, s->ms->first)->born += 10;
	CU_ASSERT(sec_up(s, "2001:db8:a::2", MH_BU, 24));
	CU_ASSERT(rig_discards(s->r, "esp-selector") == 1 && sec_seen(s, s->ha, MH_BU) == 2);
	/* an SA for Binding Updates alone carries nothing else */
	child_get(s->ms, s->ms->first)->sel.local = a6(SEC_HOME);
	child_get(s->hs, s->hs->first)->sel.remote_lo = MH_BU << 8;
	child_get(s->hs, s->hs->first)->sel.remote_hi = MH_BU << 8 | 0xff;
	sec_up(s, SEC_HOME, MH_BA, 24);
	CU_ASSERT(rig_discards(s->r, "esp-selector") == 2 && sec_seen(s, s->ha, MH_BA) == 0);
	sec_up(s, SEC_HOME, MH_BU, 24);
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 3);
	sec_free(s);
}

/* ---- packets by hand --------------------------------------------------------------------------------------------- */

/*
 * An ESP packet from mn with this plaintext (payload, padding, pad length, next header), sealed with NULL and SHA-1
 * under the keys of generation 1.
 */
static void by_hand(struct sec *s, uint32_t seq, const uint8_t *plain, uint32_t n)
{
	struct child *c = child_get(s->ms, s->ms->first);
	uint8_t o[256] = { 0x60 };
	struct ip6_addr src = a6("2001:db8:1::a"), dst = a6(SEC_HA), home = a6(SEC_HOME);
	struct ip6_build b = { .h = { .src = src, .dst = dst, .hop_limit = 9 }, .hao = &home, .proto = PROTO_ESP,
			       .payload_len = 8 + n + 12 };
	uint8_t *esp = o + 64;

	for (unsigned i = 0; i < 4; i++) {
		esp[i] = (uint8_t)(c->spi_out >> (24 - 8 * i));
		esp[4 + i] = (uint8_t)(seq >> (24 - 8 * i));
	}
	memcpy(esp + 8, plain, n);
	crypto_seal(s->c, c->key_out, NULL, esp, 8, esp + 8, n, esp + 8 + n);
	ip6_push_build(esp, 64, &b);
	inject(s, o, 64 + 8 + n + 12);
}

static void test_padding(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct ip6_addr home = a6(SEC_HOME), ha = a6(SEC_HA);
	uint8_t t[32] = { PROTO_NONE, 2, MH_BU };

	sec_child(s, &sec_suites[4], SEC_HOME, 1);
	mh_seal(t, 24, &home, &ha);
	memcpy(t + 24, (uint8_t[]){ 1, 2, 3, 4, 5, 6, 6, PROTO_MH }, 8);
	by_hand(s, 1, t, 32);
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 1 && rig_records(s->r, REC_DEVIATION, -1) == 0);
	memcpy(t + 24, (uint8_t[]){ 0, 0, 0, 0, 0, 0, 6, PROTO_MH }, 8);	/* not as it should be, but whose keys? */
	by_hand(s, 2, t, 32);
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 2 && rig_records(s->r, REC_DEVIATION, -1) == 1);
	t[30] = 31;							/* more padding than there are octets */
	by_hand(s, 3, t, 32);
	t[30] = 255;
	by_hand(s, 4, t, 32);
	CU_ASSERT(rig_discards(s->r, "esp-padding") == 2 && sec_seen(s, s->ha, MH_BU) == 2);
	t[30] = 30;							/* nothing but padding: no Mobility Header */
	by_hand(s, 5, t, 32);
	t[31] = PROTO_NONE;						/* a dummy packet [RFC 4303 2.6] */
	by_hand(s, 6, t, 32);
	t[30] = 6;
	t[31] = PROTO_ESP;						/* ESP in ESP, or what selectors do not name */
	by_hand(s, 7, t, 32);
	CU_ASSERT(sec_seen(s, s->ha, MH_BU) == 2 && rig_discards(s->r, "esp-selector") == 1);
	by_hand(s, 0, t, 32);						/* no sender begins with 0 */
	CU_ASSERT_EQUAL(rig_discards(s->r, "esp-replay"), 1);
	CU_ASSERT_EQUAL(rig_icmp6_count(s->r, s->ha, ICMP6_T_PARAM_PROBLEM), 0);
	sec_free(s);
}

/* Whatever the holder of keys puts inside: it harms nobody, and only what its selector names comes through. */
static void test_keyed_noise(void)
{
	static const uint8_t nexts[] = { PROTO_MH, PROTO_IP6, PROTO_IP4, PROTO_NONE, PROTO_ICMP6, PROTO_UDP, PROTO_ESP,
					 PROTO_DSTOPTS, PROTO_FRAGMENT };
	struct rng r = rng_make(3, "noise", "keyed");

	for (unsigned tunnel = 0; tunnel < 2; tunnel++) {
		struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
		struct ipsec_child_view v;
		uint8_t t[132];

		if (tunnel)
			sec_tunnel(s, &sec_suites[4], "2001:db8:1::a", SEC_HA, false);
		else
			sec_child(s, &sec_suites[4], SEC_HOME, 1);
		for (uint32_t seq = 1; seq <= 2000; seq++) {
			uint32_t n = 4 + 4 * (uint32_t)rng_below(&r, 32);

			rng_octets(&r, t, n);
			if (seq % 2)
				t[0] = tunnel ? (seq % 4 == 1 ? 0x60 : 0x45) : PROTO_NONE;
			if (seq % 8)
				t[n - 2] = (uint8_t)rng_below(&r, 4);
			t[n - 1] = nexts[rng_below(&r, sizeof nexts)];
			by_hand(s, seq, t, n);
		}
		CU_ASSERT(ipsec_child_view(s->hs, s->hs->first, &v) && v.packets_in == 2000 && v.bad_icv == 0);
		for (unsigned i = 0; i < s->seen->len; i++)
			CU_ASSERT(!tunnel && g_array_index(s->seen, struct sec_mh, i).protected);
		CU_ASSERT(rig_discards(s->r, tunnel ? "esp-mode" : "esp-selector") > 500);
		CU_ASSERT(rig_discards(s->r, "esp-padding") > 10);
		CU_ASSERT_EQUAL(rig_icmp6_count(s->r, s->ha, ICMP6_T_PARAM_PROBLEM), 0);
		sec_free(s);
	}
}

static void test_without_ipsec(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	uint8_t k[1][256];
	struct ip6_packet p;
	struct icmp6 m;
	uint32_t n[1];

	sec_child(s, CBC_SHA2, SEC_HOME, 1);
	CU_ASSERT_EQUAL(collect(s, 1, k, n), 1);
	rig_clear(s->r);
	k[0][39] = 1;						/* to the router, which knows neither option nor ESP */
	memcpy(k[0] + 24, a6("2001:db8:2::1").o, 16);
	memmove(k[0] + 40, k[0] + 64, n[0] - 64);
	k[0][6] = PROTO_ESP;
	set_len(k[0], n[0] - 24);
	rig_inject(s->r, s->r2, ETYPE_IP6, k[0], n[0] - 24);
	CU_ASSERT(rig_icmp6(s->r, s->router, ICMP6_T_PARAM_PROBLEM, 0, &p, &m, NULL) && m.code == ICMP6_P_NEXT_HEADER);
	CU_ASSERT_EQUAL(rig_discards(s->r, "protocol-unknown"), 1);
	sec_free(s);
}

/* A thousand packets of random octets with the right SPI, and with any. */
static void test_noise(void)
{
	struct sec *s = sec_new(CRYPTO_OPENSSL, ENCAP_IN6);
	struct rng r = rng_make(1, "noise", "esp");
	uint8_t k[1][256], o[256];
	uint32_t n[1];

	sec_child(s, CBC_SHA2, SEC_HOME, 1);
	CU_ASSERT_EQUAL(collect(s, 1, k, n), 1);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t len = 64 + (uint32_t)rng_below(&r, 180);

		memcpy(o, k[0], 64);
		rng_octets(&r, o + 64, len - 64);
		if (i % 2)
			memcpy(o + 64, k[0] + 64, len > 68 ? 4 : len - 64);
		set_len(o, len);
		inject(s, o, len);
	}
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 0);
	CU_ASSERT_EQUAL(rig_discards(s->r, "esp-short") + rig_discards(s->r, "esp-icv") +
			rig_discards(s->r, "esp-spi"), 1000);
	inject(s, k[0], n[0]);
	CU_ASSERT_EQUAL(sec_seen(s, s->ha, MH_BU), 1);
	sec_free(s);
}

static const struct harness_test tests[] = {
	{ "what was taken in once is never taken in again", test_replay },
	{ "the window holds 64", test_window },
	{ "every flipped bit is noticed", test_flipped_bits },
	{ "every cut is noticed", test_cut },
	{ "nobody speaks for another home address", test_theft },
	{ "padding and dummy packets", test_padding },
	{ "noise from who has the keys", test_keyed_noise },
	{ "a node without IPsec says that it has none", test_without_ipsec },
	{ "noise is refused", test_noise },
};

int main(int argc, char **argv)
{
	return harness_main("ipsec_hostile", tests, G_N_ELEMENTS(tests), argc, argv);
}

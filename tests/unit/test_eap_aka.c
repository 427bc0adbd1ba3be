/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP-AKA: both ends against each other and against known octets. The store is a table of one subscriber, so that
 * vectors, names and faults are the test's own.
 */
#include "crypto/milenage.h"
#include "proto/eap_aka.h"
#include "proto/eap_md5.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

/* TS 35.208 set 1. */
static const uint8_t set1_k[16] = { 0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38,
				    0xa6, 0xbc };
static const uint8_t set1_opc[16] = { 0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e, 0x48, 0xa5, 0x99, 0x4e, 0x37,
				      0xa0, 0x2b, 0xaf };
static const uint8_t set1_rand[16] = { 0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d, 0x21, 0x8a, 0xe6, 0x4d, 0xae,
				       0x47, 0xbf, 0x35 };
#define SET1_SQN UINT64_C(0xff9bb4d0b607)

struct bench {
	struct crypto *crypto;
	struct usim_memory memory;
	struct usim card;
	struct rng rng;
	struct eap_aka_store store;
	struct eap_aka_peer_config pc;
	struct eap_aka_server_config sc;
	struct eap_aka_peer peer;
	struct eap_aka_server server;
	/* the store */
	uint8_t k[16];
	uint64_t sqn;
	uint8_t amf[2];
	bool fixed_rand;
	unsigned vectors, names;
	char pseudonym[40], reauth[80];
	struct eap_aka_context context;
	uint16_t admits;
	/* what went over the wire, one name after another */
	GString *seen;
	/* may change what passes: the n-th packet, from 0, of either direction */
	void (*meddle)(struct bench *b, unsigned n, uint8_t *p, uint16_t *len);
};

/* ---- the store of one -------------------------------------------------------------------------------------------- */

static uint32_t store_find(void *ctx, enum eap_id_kind kind, const uint8_t *nai, size_t n)
{
	struct bench *b = ctx;
	size_t user = eap_id_username(nai, n);
	struct imsi i;

	switch (kind) {
	case EAP_ID_PERMANENT:
		return eap_id_kind(nai, n, &i) == kind && imsi_same(i, b->card.imsi);
	case EAP_ID_PSEUDONYM:
		return strlen(b->pseudonym) == user && !memcmp(b->pseudonym, nai, user);
	case EAP_ID_REAUTH:
		return strlen(b->reauth) == n && !memcmp(b->reauth, nai, n);
	case EAP_ID_UNKNOWN:
		break;
	}
	return 0;
}

static bool store_vector(void *ctx, uint32_t user, struct eap_aka_vector *out)
{
	struct bench *b = ctx;
	struct milenage_vector v;
	struct milenage_key key;
	uint8_t sqn[6];

	CU_ASSERT_EQUAL(user, 1);
	b->vectors++;
	b->sqn += 32;
	memcpy(key.k, b->k, 16);
	memcpy(key.opc, set1_opc, 16);
	milenage_sqn_octets(b->sqn, sqn);
	memcpy(out->rand, set1_rand, 16);
	if (!b->fixed_rand)
		rng_octets(&b->rng, out->rand, 16);
	milenage_vector(b->crypto, &key, out->rand, sqn, b->amf, &v);
	memcpy(out->autn, v.autn, 16);
	memcpy(out->ck, v.ck, 16);
	memcpy(out->ik, v.ik, 16);
	memcpy(out->xres, v.xres, 8);
	out->xres_len = 8;
	return true;
}

static bool store_resync(void *ctx, uint32_t user, const uint8_t rand[16], const uint8_t auts[14])
{
	struct bench *b = ctx;
	struct milenage_key key;
	uint8_t sqn[6];

	(void)user;
	memcpy(key.k, b->k, 16);
	memcpy(key.opc, set1_opc, 16);
	if (!milenage_auts_check(b->crypto, &key, rand, auts, sqn))
		return false;
	b->sqn = milenage_sqn(sqn);
	return true;
}

static bool store_context(void *ctx, uint32_t user, struct eap_aka_context *out)
{
	struct bench *b = ctx;

	(void)user;
	if (!b->reauth[0])
		return false;
	b->reauth[0] = 0;
	*out = b->context;
	return true;
}

static size_t store_pseudonym(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX])
{
	struct bench *b = ctx;

	(void)user;
	return (size_t)g_snprintf((char *)out, EAP_NAI_MAX, "2name%u", ++b->names);
}

static size_t store_reauth_id(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX])
{
	struct bench *b = ctx;

	(void)user;
	return (size_t)g_snprintf((char *)out, EAP_NAI_MAX, "4again%u@aaa7.example.org", ++b->names);
}

static void store_succeeded(void *ctx, uint32_t user, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth,
			    size_t rn, const struct eap_aka_context *context)
{
	struct bench *b = ctx;

	(void)user;
	if (pn)
		g_snprintf(b->pseudonym, sizeof b->pseudonym, "%.*s", (int)pn, (const char *)pseudonym);
	g_snprintf(b->reauth, sizeof b->reauth, "%.*s", (int)rn, (const char *)reauth);
	b->context = *context;
}

static uint16_t store_admit(void *ctx, uint32_t user)
{
	(void)user;
	return ((struct bench *)ctx)->admits;
}

/* ---- a bench with both ends -------------------------------------------------------------------------------------- */

static struct bench *bench_new(void)
{
	struct bench *b = g_new0(struct bench, 1);

	b->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	usim_memory_init(&b->memory);
	b->rng = rng_make(1, "bench", "eap");
	imsi_parse("001010123456789", 15, 2, &b->card.imsi);
	memcpy(b->card.k, set1_k, 16);
	memcpy(b->card.opc, set1_opc, 16);
	memcpy(b->k, set1_k, 16);
	b->admits = AKA_N_SUCCESS;
	b->store = (struct eap_aka_store){ store_find, store_vector, store_resync, store_context, store_pseudonym,
					   store_reauth_id, store_succeeded, store_admit };
	b->pc = (struct eap_aka_peer_config){ .card = &b->card, .memory = &b->memory, .crypto = b->crypto, .rng = &b->rng,
					      .pseudonyms = true, .reauth = true, .checkcode = true };
	b->sc = (struct eap_aka_server_config){ .store = &b->store, .ctx = b, .crypto = b->crypto, .rng = &b->rng,
						.pseudonyms = true, .reauth = true, .checkcode = true };
	b->seen = g_string_new("");
	return b;
}

static void bench_free(struct bench *b)
{
	usim_release(&b->card, &b->memory);
	CU_ASSERT_EQUAL(b->memory.arrays.count, 0);
	CU_ASSERT_EQUAL(b->memory.temps.count, 0);
	usim_memory_done(&b->memory);
	crypto_free(b->crypto);
	g_string_free(b->seen, TRUE);
	g_free(b);
}

static void tell(struct bench *b, const struct eap_out *o)
{
	const char *name = eap_message_name(o->octets[0], o->len > 4 ? o->octets[4] : 0, o->len > 5 ? o->octets[5] : 0);

	g_string_append_printf(b->seen, "%s%s", b->seen->len ? " " : "", strchr(name, '/') ? strchr(name, '/') + 1 : name);
}

/* One exchange from the identity nai (NULL: what the card chooses) to its end; true: both succeeded with one MSK. */
static bool run(struct bench *b, const char *identity)
{
	struct eap_out out, back;
	uint8_t nai[EAP_NAI_MAX];
	size_t n = identity ? strlen(identity) : eap_aka_identity(&b->card, &b->memory, b->pc.pseudonyms, b->pc.reauth, nai);
	unsigned passed = 0;

	if (identity)
		memcpy(nai, identity, n);
	g_string_truncate(b->seen, 0);
	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 5, &out);
	for (unsigned i = 0; i < 20 && out.len; i++) {
		tell(b, &out);
		if (b->meddle)
			b->meddle(b, passed++, out.octets, &out.len);
		eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
		if (!back.len)
			break;
		tell(b, &back);
		if (b->meddle)
			b->meddle(b, passed++, back.octets, &back.len);
		eap_aka_server_input(&b->server, back.octets, back.len, &out);
	}
	return b->peer.outcome == EAP_SUCCEEDED && b->server.outcome == EAP_SUCCEEDED &&
		!memcmp(b->peer.keys.msk, b->server.keys.msk, 64) && !memcmp(b->peer.keys.emsk, b->server.keys.emsk, 64);
}

#define EXPECT_SEEN(b, text) CU_ASSERT_STRING_EQUAL((b)->seen->str, text)
#define FULL "AKA-Challenge AKA-Challenge EAP-Success"
#define FAST "AKA-Reauthentication AKA-Reauthentication EAP-Success"

/* ---- known octets ------------------------------------------------------------------------------------------------ */

static void expect_octets(const uint8_t *p, size_t n, const char *hex)
{
	size_t want_n;
	uint8_t *want = octets_of(hex, &want_n);

	CU_ASSERT_EQUAL(n, want_n);
	CU_ASSERT_TRUE(n == want_n && !memcmp(p, want, n));
	g_free(want);
}

static void plain(struct bench *b)
{
	b->sc.pseudonyms = b->sc.reauth = b->sc.checkcode = false;
	b->pc.checkcode = false;
}

/* The vectors that were computed apart from this code. */
static void a_full_run_is_octet_for_octet(void)
{
	struct bench *b = bench_new();
	struct eap_out out, back;
	uint8_t nai[EAP_NAI_MAX];
	size_t n;

	plain(b);
	b->fixed_rand = true;
	b->sqn = SET1_SQN - 32;
	b->amf[0] = b->amf[1] = 0xb9;
	n = eap_aka_identity(&b->card, &b->memory, true, true, nai);
	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 1, &out);
	expect_octets(out.octets, out.len, "01010044170100000105000023553cbe9637a89d218ae64dae47bf350205000055f328b43577b9"
		      "b94a9ffac354dfafb30b050000038747cae5d4e8e0a14fe3ad56f287cf");
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	expect_octets(back.octets, back.len, "020100281701000003030040a54211d5e3ba50bf0b0500005ddcfdce9f"
		      "c794ec5780fbc633a6cc6b");
	eap_aka_server_input(&b->server, back.octets, back.len, &out);
	expect_octets(out.octets, out.len, "03010004");
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, out.octets, out.len, &back), EAP_SUCCEEDED);
	expect_octets(b->peer.keys.msk, 64, "40df4684c6b709f92d36194b206465e02c410ef2721dce56f7aebe49bbbcb2d2f024804737d9159c"
		      "dcabb7aaf41cf38d8d34ca1a31edde3ec06112b708679a76");
	expect_octets(b->server.keys.emsk, 64, "9319dd48fc3a3d92fe11439d216205eca75e409c649aff2772cba8dc9aed436c63e88f6418f6"
		      "31701b31b15324131eac784ebda7019b647734d1b066da296913");
	/* the same challenge again: the card has seen its number */
	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 1, &out);
	b->sqn = SET1_SQN - 32;
	eap_aka_server_start(&b->server, &b->sc, nai, n, 2, &out);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	expect_octets(back.octets, back.len, "02020018170400000404ba853f3c123ccf44e93596e355c6");
	bench_free(b);
}

/* ---- exchanges --------------------------------------------------------------------------------------------------- */

static void full_then_fast_then_again(void)
{
	struct bench *b = bench_new();
	uint8_t first[64];

	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	CU_ASSERT_FALSE(b->peer.fast);
	memcpy(first, b->peer.keys.msk, 64);
	for (unsigned i = 1; i <= 3; i++) {
		CU_ASSERT_TRUE(run(b, NULL));
		EXPECT_SEEN(b, FAST);
		CU_ASSERT_TRUE(b->peer.fast && b->server.fast);
		CU_ASSERT_EQUAL(b->peer.counter, i);
		CU_ASSERT_NOT_EQUAL(memcmp(first, b->peer.keys.msk, 64), 0);
		CU_ASSERT_EQUAL(b->peer.nai[0], '4');
		memcpy(first, b->peer.keys.msk, 64);
	}
	CU_ASSERT_EQUAL(b->vectors, 1);
	b->pc.reauth = false;		/* a peer that does without: the pseudonym, a full run */
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	CU_ASSERT_EQUAL(b->peer.nai[0], '2');
	CU_ASSERT_EQUAL(b->vectors, 2);
	b->pc.pseudonyms = false;
	CU_ASSERT_TRUE(run(b, NULL));
	CU_ASSERT_EQUAL(b->peer.nai[0], '0');
	CU_ASSERT_EQUAL(b->card.temp, 0);
	bench_free(b);
}

/* A re-authentication identity begins one run only, whatever becomes of it [RFC 4187 4.1.1.8]. */
static void a_reauth_identity_is_used_once(void)
{
	struct bench *b = bench_new();
	uint8_t nai[EAP_NAI_MAX];

	CU_ASSERT_TRUE(run(b, NULL));
	eap_aka_identity(&b->card, &b->memory, true, true, nai);
	CU_ASSERT_EQUAL(nai[0], '4');
	eap_aka_identity(&b->card, &b->memory, true, true, nai);
	CU_ASSERT_EQUAL(nai[0], '2');
	bench_free(b);
}

static void identity_rounds(void)
{
	struct bench *b = bench_new();

	b->sc.ask = AKA_ASK_ANY;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Identity AKA-Identity " FULL);
	CU_ASSERT_TRUE(run(b, NULL));			/* asked although IDi said it: the same identity again */
	EXPECT_SEEN(b, "AKA-Identity AKA-Identity " FAST);
	b->sc.ask = AKA_ASK_FULLAUTH;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Identity AKA-Identity " FULL);
	CU_ASSERT_EQUAL(b->peer.nai[0], '2');
	b->sc.ask = AKA_ASK_PERMANENT;
	CU_ASSERT_TRUE(run(b, NULL));
	CU_ASSERT_EQUAL(b->peer.nai[0], '0');
	/* names that the server lost: re-authentication identity, then pseudonym, then the permanent one */
	b->sc.ask = AKA_ASK_NOTHING;
	strcpy(b->pseudonym, "2other");
	strcpy(b->reauth, "4other");
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Identity AKA-Identity AKA-Identity AKA-Identity " FULL);
	CU_ASSERT_EQUAL(b->peer.nai[0], '0');
	/* nothing that anybody could read */
	CU_ASSERT_TRUE(run(b, "hello"));
	CU_ASSERT_TRUE(g_str_has_prefix(b->seen->str, "AKA-Identity AKA-Identity "));
	CU_ASSERT_TRUE(run(b, ""));
	bench_free(b);
}

static void nobody_of_this_name(void)
{
	struct bench *b = bench_new();

	CU_ASSERT_FALSE(run(b, "0001010999999999@nai.epc.mnc001.mcc001.3gppnetwork.org"));
	EXPECT_SEEN(b, "AKA-Notification AKA-Notification EAP-Failure");
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_UNKNOWN_USER);
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_NOTIFIED);
	CU_ASSERT_EQUAL(b->peer.cause_value, AKA_N_FAILURE);
	CU_ASSERT_EQUAL(b->peer.outcome, EAP_FAILED);
	bench_free(b);
}

static void conservative_peers_keep_their_name(void)
{
	struct bench *b = bench_new();

	CU_ASSERT_TRUE(run(b, NULL));
	b->pc.conservative = true;
	b->pc.reauth = false;
	b->sc.ask = AKA_ASK_PERMANENT;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Identity AKA-Client-Error EAP-Failure");
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_PRIVACY);
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_CLIENT_ERROR);
	bench_free(b);
}

static void resynchronisation(void)
{
	struct bench *b = bench_new();

	usim_set_sqn(&b->card, &b->memory, 0x5000 << 5);
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Synchronization-Failure " FULL);
	CU_ASSERT_TRUE(b->server.resynced);
	CU_ASSERT_EQUAL(b->vectors, 2);
	CU_ASSERT_EQUAL(b->sqn, (UINT64_C(0x5000) << 5) + 32);
	b->pc.reauth = false;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	bench_free(b);
}

static void damage_auts(struct bench *b, unsigned n, uint8_t *p, uint16_t *len)
{
	(void)b;
	if (n == 1)
		p[*len - 1] ^= 1;
}

static void a_wrong_auts_ends_it(void)
{
	struct bench *b = bench_new();

	usim_set_sqn(&b->card, &b->memory, 0x5000 << 5);
	b->meddle = damage_auts;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Synchronization-Failure AKA-Notification AKA-Notification EAP-Failure");
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_SYNC);
	bench_free(b);
}

static void wrong_keys(void)
{
	struct bench *b = bench_new();

	b->card.k[3] ^= 0x10;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Authentication-Reject EAP-Failure");
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_WRONG_AUTN);
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_REJECTED);
	CU_ASSERT_EQUAL(b->peer.outcome, EAP_FAILED);
	CU_ASSERT_EQUAL(b->card.sqn, 0);
	bench_free(b);
}

static void wrong_mac_of_the_network(void)
{
	struct bench *b = bench_new();

	b->sc.wrong_mac = true;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Client-Error EAP-Failure");
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_WRONG_MAC);
	bench_free(b);
}

static void a_peer_that_errs(void)
{
	struct bench *b = bench_new();

	b->pc.client_error = true;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Client-Error EAP-Failure");
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_CLIENT_ERROR);
	bench_free(b);
}

static void flip_res(struct bench *b, unsigned n, uint8_t *p, uint16_t *len)
{
	struct eap_packet m;
	struct reader r = reader_on(p, *len);

	if (n != 1 || !eap_decode(&r, &m, NULL))
		return;
	p[12] ^= 1;			/* RES, and the MAC made anew: the key is stolen, RES is not */
	eap_aka_mac(b->crypto, &b->peer.k_aut, (struct crypto_part[]){ { p, m.mac_at }, { (uint8_t[16]){ 0 }, 16 } }, 2,
		    p + m.mac_at);
}

static void wrong_res(void)
{
	struct bench *b = bench_new();

	plain(b);
	b->meddle = flip_res;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Challenge AKA-Notification AKA-Client-Error EAP-Failure");
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_WRONG_RES);
	bench_free(b);
}

static void flip_identity(struct bench *b, unsigned n, uint8_t *p, uint16_t *len)
{
	(void)b, (void)len;
	if (n == 0)
		p[8] = AT_FULLAUTH_ID_REQ;	/* an attacker wants another kind of identity */
}

static void the_checkcode_tells_of_tampering(void)
{
	struct bench *b = bench_new();

	b->sc.ask = AKA_ASK_ANY;
	b->meddle = flip_identity;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Identity AKA-Identity AKA-Challenge AKA-Client-Error EAP-Failure");
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_CHECKCODE);
	b->sc.checkcode = false;	/* only the peer tells its own */
	CU_ASSERT_FALSE(run(b, "x"));
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_CHECKCODE);
	bench_free(b);
}

static void results_are_protected_when_both_want(void)
{
	struct bench *b = bench_new();

	b->sc.result_ind = true;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	b->pc.result_ind = true;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Reauthentication AKA-Reauthentication AKA-Notification AKA-Notification EAP-Success");
	eap_aka_forget(&b->card, &b->memory);
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Challenge AKA-Notification AKA-Notification EAP-Success");
	b->sc.result_ind = false;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FAST);
	bench_free(b);
}

static void refused_after_authentication(void)
{
	struct bench *b = bench_new();

	CU_ASSERT_TRUE(run(b, NULL));
	b->admits = AKA_N_NOT_SUBSCRIBED;
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Reauthentication AKA-Reauthentication AKA-Notification AKA-Notification EAP-Failure");
	CU_ASSERT_EQUAL(b->peer.cause_value, AKA_N_NOT_SUBSCRIBED);
	CU_ASSERT_EQUAL(b->peer.outcome, EAP_FAILED);
	CU_ASSERT_FALSE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Challenge AKA-Challenge AKA-Notification AKA-Notification EAP-Failure");
	bench_free(b);
}

/* The server's counter fell behind: AT_COUNTER_TOO_SMALL, and a full run with the same identity [RFC 4187 5.5]. */
static void a_counter_that_is_too_small(void)
{
	struct bench *b = bench_new();

	CU_ASSERT_TRUE(run(b, NULL));
	CU_ASSERT_TRUE(run(b, NULL));
	b->context.counter = 1;
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Reauthentication AKA-Reauthentication " FULL);
	CU_ASSERT_FALSE(b->peer.fast);
	CU_ASSERT_EQUAL(b->peer.nai[0], '4');
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FAST);
	CU_ASSERT_EQUAL(b->peer.counter, 1);
	bench_free(b);
}

static void counters_have_limits(void)
{
	struct bench *b = bench_new();

	b->sc.counter_max = 1;
	CU_ASSERT_TRUE(run(b, NULL));
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FAST);
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	b->sc.counter_max = 0;
	b->pc.counter_max = 1;
	CU_ASSERT_TRUE(run(b, NULL));
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, "AKA-Reauthentication AKA-Reauthentication " FULL);
	b->context.counter = 0;			/* 65,535 is the last one: the next does not exist */
	CU_ASSERT_TRUE(run(b, NULL));
	EXPECT_SEEN(b, FULL);
	bench_free(b);
}

/* ---- hostile and unlucky things ---------------------------------------------------------------------------------- */

static void results_that_come_too_early(void)
{
	static const uint8_t success[] = { 3, 5, 0, 4 };
	struct bench *b = bench_new();
	struct eap_out out, back;
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_aka_identity(&b->card, &b->memory, true, true, nai);

	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, success, 4, &out), EAP_RUNNING);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 5, &out);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	CU_ASSERT_TRUE(back.len > 0);
	/* a failure that nobody protected, after the network was authenticated */
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, (const uint8_t[]){ 4, 5, 0, 4 }, 4, &back), EAP_RUNNING);
	/* of another exchange */
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, (const uint8_t[]){ 3, 77, 0, 4 }, 4, &back), EAP_RUNNING);
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, success, 4, &back), EAP_SUCCEEDED);
	bench_free(b);
}

/* A protected result was agreed upon: an EAP-Success alone is not enough [RFC 4187 6.3.4]. */
static void success_must_be_protected_if_agreed(void)
{
	struct bench *b = bench_new();
	struct eap_out out, back;
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_aka_identity(&b->card, &b->memory, true, true, nai);

	b->sc.result_ind = b->pc.result_ind = true;
	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 5, &out);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, (const uint8_t[]){ 3, 5, 0, 4 }, 4, &out), EAP_RUNNING);
	eap_aka_server_input(&b->server, back.octets, back.len, &out);
	out.octets[9] ^= 4;			/* another code: the MAC is wrong now */
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	CU_ASSERT_EQUAL(back.octets[5], AKA_CLIENT_ERROR);
	CU_ASSERT_EQUAL(b->peer.outcome, EAP_RUNNING);
	CU_ASSERT_EQUAL(eap_aka_peer_input(&b->peer, (const uint8_t[]){ 3, 6, 0, 4 }, 4, &out), EAP_RUNNING);
	bench_free(b);
}

static void repeats_and_strangers_are_silent(void)
{
	struct bench *b = bench_new();
	struct eap_out out, back, again;
	uint8_t nai[EAP_NAI_MAX], other[EAP_MAX];
	size_t n = eap_aka_identity(&b->card, &b->memory, true, true, nai);

	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_server_start(&b->server, &b->sc, nai, n, 5, &out);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &again);
	CU_ASSERT_EQUAL(again.len, 0);		/* a retransmission: the layer below has the answer */
	memcpy(other, back.octets, back.len);
	other[1]++;
	eap_aka_server_input(&b->server, other, back.len, &again);
	CU_ASSERT_EQUAL(again.len, 0);
	eap_aka_server_input(&b->server, out.octets, out.len, &again);	/* its own request */
	CU_ASSERT_EQUAL(again.len, 0);
	CU_ASSERT_EQUAL(eap_aka_server_input(&b->server, back.octets, back.len, &again), EAP_SUCCEEDED);
	bench_free(b);
}

static void other_methods_are_declined(void)
{
	static const uint8_t identity[] = { 1, 1, 0, 5, 1 }, notification[] = { 1, 2, 0, 7, 2, 'h', 'i' };
	static const uint8_t md5[] = { 1, 3, 0, 22, 4, 16 };
	uint8_t request[22] = { 0 };
	struct bench *b = bench_new();
	struct eap_out out;
	struct eap_packet m;
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_aka_identity(&b->card, &b->memory, true, true, nai);
	struct reader r;

	memcpy(request, md5, sizeof md5);
	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_peer_input(&b->peer, identity, sizeof identity, &out);
	r = reader_on(out.octets, out.len);
	CU_ASSERT_TRUE(eap_decode(&r, &m, NULL) && m.type == EAP_IDENTITY && m.type_data_len == n);
	eap_aka_peer_input(&b->peer, notification, sizeof notification, &out);
	CU_ASSERT_EQUAL(out.len, 5);
	eap_aka_peer_input(&b->peer, request, sizeof request, &out);
	expect_octets(out.octets, out.len, "020300060317");
	/* and a peer that declines ours */
	eap_aka_server_start(&b->server, &b->sc, nai, n, 3, &out);
	CU_ASSERT_EQUAL(eap_aka_server_input(&b->server, (const uint8_t[]){ 2, 3, 0, 6, 3, 18 }, 6, &out), EAP_FAILED);
	CU_ASSERT_EQUAL(b->server.cause, EAP_CAUSE_NAK);
	CU_ASSERT_EQUAL(b->server.cause_value, 18);
	bench_free(b);
}

static void identity_requests_out_of_order(void)
{
	struct bench *b = bench_new();
	struct eap_out out;
	uint8_t request[] = { 1, 1, 0, 12, 23, 5, 0, 0, AT_PERMANENT_ID_REQ, 1, 0, 0 };
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_aka_identity(&b->card, &b->memory, true, true, nai);

	eap_aka_peer_start(&b->peer, &b->pc, nai, n);
	eap_aka_peer_input(&b->peer, request, sizeof request, &out);
	CU_ASSERT_EQUAL(out.octets[5], AKA_IDENTITY);
	request[1]++;
	request[8] = AT_FULLAUTH_ID_REQ;
	eap_aka_peer_input(&b->peer, request, sizeof request, &out);
	CU_ASSERT_EQUAL(out.octets[5], AKA_CLIENT_ERROR);
	CU_ASSERT_EQUAL(b->peer.cause, EAP_CAUSE_SEQUENCE);
	bench_free(b);
}

struct victim { struct bench *b; uint8_t nai[EAP_NAI_MAX]; size_t n; unsigned accepted; };

/* A damaged challenge is never accepted by a peer, whatever else it does. */
static void feed_peer(const uint8_t *p, size_t n, void *data)
{
	struct victim *v = data;
	struct usim card = v->b->card;
	struct eap_aka_peer_config c = v->b->pc;
	struct eap_aka_peer peer;
	struct eap_out out;

	card.sqn = 0;
	c.card = &card;
	eap_aka_peer_start(&peer, &c, v->nai, v->n);
	eap_aka_peer_input(&peer, p, n, &out);
	if (out.len && out.octets[4] == EAP_AKA && out.octets[5] == AKA_CHALLENGE)
		v->accepted++;
	CU_ASSERT_NOT_EQUAL(peer.outcome, EAP_SUCCEEDED);
	usim_release(&card, &v->b->memory);
}

static void feed_server(const uint8_t *p, size_t n, void *data)
{
	struct victim *v = data;
	struct eap_aka_server server = v->b->server;
	struct eap_out out;

	if (eap_aka_server_input(&server, p, n, &out) == EAP_SUCCEEDED)
		v->accepted++;
}

static void damaged_packets_authenticate_nobody(void)
{
	struct bench *b = bench_new();
	struct victim v = { .b = b };
	struct eap_out out, back;

	v.n = eap_aka_identity(&b->card, &b->memory, true, true, v.nai);
	eap_aka_server_start(&b->server, &b->sc, v.nai, v.n, 5, &out);
	damage_each(out.octets, out.len, feed_peer, &v);
	CU_ASSERT_EQUAL(v.accepted, 16);	/* AT_MAC's own reserved bits, which nobody looks at [RFC 4187 10.15] */
	v.accepted = 0;
	eap_aka_peer_start(&b->peer, &b->pc, v.nai, v.n);
	eap_aka_peer_input(&b->peer, out.octets, out.len, &back);
	damage_each(back.octets, back.len, feed_server, &v);
	CU_ASSERT_EQUAL(v.accepted, 16);
	damage_copy(back.octets, back.len, feed_server, &v);
	CU_ASSERT_EQUAL(v.accepted, 17);
	bench_free(b);
}

/* ---- the card ---------------------------------------------------------------------------------------------------- */

static enum usim_result offer(struct bench *b, uint64_t sqn, struct usim_answer *a)
{
	struct eap_aka_vector v;

	b->sqn = sqn - 32;
	store_vector(b, 1, &v);
	return usim_authenticate(&b->card, &b->memory, b->crypto, v.rand, v.autn, a);
}

static uint64_t sqn_of(uint64_t seq, unsigned ind) { return seq << 5 | ind; }

/* [TS 33.102 C.2.2] */
static void sequence_numbers_count_by_index(void)
{
	struct bench *b = bench_new();
	struct usim_answer a;

	CU_ASSERT_EQUAL(offer(b, sqn_of(100, 3), &a), USIM_OK);
	CU_ASSERT_EQUAL(offer(b, sqn_of(100, 3), &a), USIM_SYNC_FAILURE);
	CU_ASSERT_EQUAL(offer(b, sqn_of(101, 3), &a), USIM_OK);
	CU_ASSERT_EQUAL(b->memory.arrays.count, 0);
	CU_ASSERT_EQUAL(offer(b, sqn_of(90, 4), &a), USIM_OK);		/* out of order, another index */
	CU_ASSERT_EQUAL(b->memory.arrays.count, 1);
	CU_ASSERT_EQUAL(offer(b, sqn_of(101, 3), &a), USIM_SYNC_FAILURE);
	CU_ASSERT_EQUAL(offer(b, sqn_of(90, 4), &a), USIM_SYNC_FAILURE);
	CU_ASSERT_EQUAL(offer(b, sqn_of(91, 4), &a), USIM_OK);
	CU_ASSERT_EQUAL(b->card.sqn, sqn_of(101, 3));
	CU_ASSERT_EQUAL(offer(b, sqn_of(101 + USIM_DELTA + 1, 5), &a), USIM_SYNC_FAILURE);
	CU_ASSERT_EQUAL(offer(b, sqn_of(101 + USIM_DELTA, 5), &a), USIM_OK);
	b->k[0] ^= 1;
	CU_ASSERT_EQUAL(offer(b, sqn_of(102 + USIM_DELTA, 5), &a), USIM_MAC_FAILURE);
	bench_free(b);
}

static void state_is_small(void)
{
	CU_ASSERT_TRUE(sizeof(struct usim) <= 64);
	CU_ASSERT_PTR_NULL(fsm_defect(&eap_aka_peer_fsm));
	CU_ASSERT_PTR_NULL(fsm_defect(&eap_aka_server_fsm));
	for (int c = 0; c <= EAP_CAUSE_FAILURE; c++)
		CU_ASSERT_STRING_NOT_EQUAL(eap_cause_name((enum eap_cause)c), "unknown");
}

/* ---- the second authentication ----------------------------------------------------------------------------------- */

static void md5_knows_the_password(void)
{
	struct bench *b = bench_new();

	for (unsigned wrong = 0; wrong < 3; wrong++) {
		struct eap_md5_peer peer;
		struct eap_md5_server server;
		struct eap_out out, back;
		enum eap_outcome want = wrong ? EAP_FAILED : EAP_SUCCEEDED;

		eap_md5_peer_start(&peer, "user", "secret");
		eap_md5_server_start(&server, wrong == 2 ? NULL : wrong ? "sesame" : "secret", &b->rng, 9, &out);
		eap_md5_peer_input(&peer, out.octets, out.len, &back);
		CU_ASSERT_EQUAL(back.len, 22);
		CU_ASSERT_EQUAL(eap_md5_server_input(&server, back.octets, back.len, &out), want);
		CU_ASSERT_EQUAL(eap_md5_peer_input(&peer, out.octets, out.len, &back), want);
	}
	bench_free(b);
}

/* [RFC 1994 4.1] MD5(identifier | password | challenge), computed apart. */
static void md5_octets(void)
{
	struct eap_md5_peer peer;
	struct eap_out out;
	size_t n;
	uint8_t *request = octets_of("012a0016041000112233445566778899aabbccddeeff", &n);

	eap_md5_peer_start(&peer, "u", "password");
	eap_md5_peer_input(&peer, request, n, &out);
	expect_octets(out.octets, out.len, "022a00160410"
		      "6adc54a07b69abeff117491fa770c15d");
	g_free(request);
}

static const struct harness_test tests[] = {
	{ "a full run is octet for octet the known one", a_full_run_is_octet_for_octet },
	{ "full, fast, fast again, and without", full_then_fast_then_again },
	{ "a re-authentication identity is used once", a_reauth_identity_is_used_once },
	{ "identity rounds in every order", identity_rounds },
	{ "nobody of this name", nobody_of_this_name },
	{ "conservative peers keep their name", conservative_peers_keep_their_name },
	{ "resynchronisation", resynchronisation },
	{ "a wrong AUTS ends it", a_wrong_auts_ends_it },
	{ "wrong keys are rejected", wrong_keys },
	{ "a wrong MAC of the network is a client error", wrong_mac_of_the_network },
	{ "a peer that errs", a_peer_that_errs },
	{ "a wrong RES is refused", wrong_res },
	{ "the checkcode tells of tampering", the_checkcode_tells_of_tampering },
	{ "results are protected when both want it", results_are_protected_when_both_want },
	{ "refused after the authentication", refused_after_authentication },
	{ "a counter that is too small leads to a full run", a_counter_that_is_too_small },
	{ "counters have limits", counters_have_limits },
	{ "results that come too early are not believed", results_that_come_too_early },
	{ "success must be protected if that was agreed", success_must_be_protected_if_agreed },
	{ "repeats and strangers get no answer", repeats_and_strangers_are_silent },
	{ "other methods are declined", other_methods_are_declined },
	{ "identity requests out of order", identity_requests_out_of_order },
	{ "damaged packets authenticate nobody", damaged_packets_authenticate_nobody },
	{ "sequence numbers count by index", sequence_numbers_count_by_index },
	{ "state is small, machines are whole", state_is_small },
	{ "EAP-MD5 knows the password", md5_knows_the_password },
	{ "EAP-MD5 octets", md5_octets },
};

int main(int argc, char **argv)
{
	return harness_main("eap_aka", tests, G_N_ELEMENTS(tests), argc, argv);
}

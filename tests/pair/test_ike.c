/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE between two hosts: establishing with both crypto providers and every suite, lost, doubled and reordered messages,
 * cookies, Diffie-Hellman groups, redirects, fragments, liveness, deletion.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

static void both_suites(struct ike_rig *g, struct ike_suite ike, struct ike_suite esp)
{
	g->i.c.ike[0] = g->r.c.ike[0] = ike;
	g->i.c.esp[0] = g->r.c.esp[0] = esp;
	g->i.c.n_ike = g->r.c.n_ike = g->i.c.n_esp = g->r.c.n_esp = 1;
}

/* ---- establishing ------------------------------------------------------------------------------------------------ */

static void establish(enum crypto_kind kind)
{
	struct ike_rig *g = ike_rig_new(kind, 1);

	if (ike_rig_up(g)) {
		CU_ASSERT_EQUAL(g->i.heard.cp_len, IKE_HOME_PREFIX_LEN);
		CU_ASSERT(g->i.heard.ifom);
		CU_ASSERT_NOT_EQUAL(g->i.heard.first_child, 0);
		CU_ASSERT_EQUAL(g->keys, 2);
		CU_ASSERT_EQUAL(ike_sas(g->i.k), 1);
		CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), -1, false), 4);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), -1, true), 4);
		CU_ASSERT_EQUAL(g->signals_tx, 8);
		CU_ASSERT_EQUAL(g->signals_rx, 8);
	}
	ike_rig_free(g);
}

static void test_real(void) { establish(CRYPTO_OPENSSL); }
static void test_modelled(void) { establish(CRYPTO_MODELLED); }

static void test_suites(void)
{
	static const struct ike_suite ike[] = {
		{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_X25519 },
		{ IKE_ENCR_AES_CBC, 256, IKE_INTEG_HMAC_SHA1_96, IKE_PRF_HMAC_SHA1, IKE_DH_ECP_256 },
		{ IKE_ENCR_AES_GCM_16, 128, 0, IKE_PRF_HMAC_SHA1, IKE_DH_X25519 },
		{ IKE_ENCR_AES_GCM_16, 256, 0, IKE_PRF_HMAC_SHA2_256, IKE_DH_MODP_2048 },
		{ IKE_ENCR_NULL, 0, IKE_INTEG_HMAC_SHA2_256_128, IKE_PRF_HMAC_SHA2_256, IKE_DH_X25519 },
	};
	static const struct ike_suite esp[] = {
		{ IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, 0, IKE_DH_X25519 },
		{ IKE_ENCR_AES_GCM_16, 256, 0, 0, IKE_DH_ECP_256 },
		{ IKE_ENCR_NULL, 0, IKE_INTEG_HMAC_SHA1_96, 0, 0 },
	};

	for (unsigned kind = CRYPTO_OPENSSL; kind <= CRYPTO_MODELLED; kind++)
		for (unsigned i = 0; i < G_N_ELEMENTS(ike); i++) {
			struct ike_rig *g = ike_rig_new(kind, 2 + i);

			both_suites(g, ike[i], esp[i % G_N_ELEMENTS(esp)]);
			if (ike_rig_up(g)) {
				ike_child(g->i.heard.sa, &(struct ipsec_selector){
					.local = ike_a6(IKE_I), .remote = ike_a6(IKE_R), .local_len = 128,
					.remote_len = 128, .proto = 135, .local_hi = 65535, .remote_hi = 65535 }, true);
				ike_rekey(g->i.heard.sa);
				ike_rig_run(g, 2 * MOOR_S);
				ike_rig_agree(g, 2);
				CU_ASSERT_EQUAL(g->keys, 4);
			}
			ike_rig_free(g);
		}
}

/* The proposal that both have is found, whatever its place. */
static void test_choice(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 3);
	struct ike_sa_view v;

	g->r.c.ike[0] = g->i.c.ike[3];
	g->r.c.n_ike = 1;
	g->r.c.esp[0] = g->i.c.esp[2];
	g->r.c.n_esp = 1;
	ike_rig_start(g);
	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 1);
	if (g->i.heard.sa) {
		ike_sa_view(g->i.heard.sa, &v);
		CU_ASSERT_EQUAL(v.suite.prf, IKE_PRF_HMAC_SHA1);
	}
	ike_rig_free(g);
}

static void test_no_proposal(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 4);

	g->r.c.ike[0] = g->i.c.ike[1];
	g->r.c.n_ike = 1;
	g->i.c.n_ike = 1;
	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S / 10);
	CU_ASSERT_EQUAL(g->i.heard.closed, 0);		/* it may be forged */
	ike_rig_run(g, 10 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.closed, 1);
	CU_ASSERT_EQUAL(g->i.heard.why, IKE_NO_PROPOSAL);
	CU_ASSERT_EQUAL(g->i.heard.detail, IKE_N_NO_PROPOSAL_CHOSEN);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	ike_rig_free(g);
}

/* [RFC 7296 1.2]: the responder wants another group; with cookies too [2.6.1]: two more round trips, not three. */
static void test_group(void)
{
	for (unsigned cookies = 0; cookies < 2; cookies++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 5);

		g->r.c.ike[0] = g->i.c.ike[1];
		g->r.c.n_ike = 1;
		g->r.c.cookies_above = cookies ? 0 : 64;
		ike_rig_up(g);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_SA_INIT, false), 2 + cookies);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_SA_INIT, true), 2 + cookies);
		ike_rig_free(g);
	}
}

static void test_cookie(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_OPENSSL, 6);
	const struct ike_seen *first, *second;

	g->r.c.cookies_above = 0;
	if (ike_rig_up(g)) {
		first = ike_rig_nth(g, node(&g->i), IKE_SA_INIT, false, 0);
		second = ike_rig_nth(g, node(&g->i), IKE_SA_INIT, false, 1);
		CU_ASSERT_EQUAL(second->octets[16], IKE_P_NOTIFY);
		CU_ASSERT_EQUAL(second->len, first->len + 8 + IKE_COOKIE_LEN);
		/* all else is unchanged */
		CU_ASSERT(!memcmp(first->octets + 28, second->octets + 28 + 8 + IKE_COOKIE_LEN, first->len - 28));
	}
	ike_rig_free(g);
}

/* A cookie of the minute before is good, an older one is not. */
static void test_old_cookie(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 7);
	uint8_t nonce[16] = { 1 }, a[IKE_COOKIE_LEN], b[IKE_COOKIE_LEN];
	struct crypto_part ni = { nonce, sizeof nonce };
	struct ike_path path = { .peer = ike_a6(IKE_I), .peer_port = 500 };

	ike_rig_start(g);
	ike_cookie_make(g->r.k, &path, 1, ni, 0, a);
	ike_rig_run(g, 60 * MOOR_S);
	ike_cookie_make(g->r.k, &path, 1, ni, 1, b);
	CU_ASSERT(!memcmp(a, b, sizeof a));
	ike_cookie_make(g->r.k, &path, 1, ni, 0, b);
	CU_ASSERT(memcmp(a, b, sizeof a));
	ike_cookie_make(g->r.k, &path, 2, ni, 1, b);
	CU_ASSERT(memcmp(a, b, sizeof a));
	ike_rig_free(g);
}

static void test_redirect(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 8);

	g->r.init_to = ike_a6("2001:db8::77");
	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.redirects, 1);
	CU_ASSERT(ip6_eq(&g->i.heard.to, &g->r.init_to));
	CU_ASSERT_EQUAL(g->i.heard.closed, 1);
	CU_ASSERT_EQUAL(g->i.heard.why, IKE_REDIRECTED);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	ike_rig_free(g);
}

static void test_nobody(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 9);

	g->timers.v[T_IKE_TRIES] = 4;
	ike_rig_start(g);
	ike_rig_connect_by(g, IKE_I, IKE_X);
	ike_rig_run(g, 7 * MOOR_S);		/* 0.5 + 1 + 2 + 4 s */
	CU_ASSERT_EQUAL(g->i.heard.closed, 0);
	ike_rig_run(g, 1 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.closed, 1);
	CU_ASSERT_EQUAL(g->i.heard.why, IKE_TIMEOUT);
	CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_SA_INIT, false), 4);
	ike_rig_free(g);
}

/* Half of a set-up is forgotten. */
static void test_half_open(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 10);

	ike_rig_lose(g, IKE_AUTH, false, 100);
	ike_rig_connect(g);
	ike_rig_run(g, 1 * MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 1);
	ike_rig_run(g, 30 * MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	CU_ASSERT_EQUAL(g->r.heard.closed, 1);
	CU_ASSERT_EQUAL(g->r.heard.why, IKE_TIMEOUT);
	ike_rig_free(g);
}

/* ---- loss -------------------------------------------------------------------------------------------------------- */

/* Whatever is sent again is the same octets, and no message id is used twice for different ones. */
static void check_repeats(const struct ike_rig *g)
{
	for (unsigned i = 0; i < g->seen->len; i++)
		for (unsigned j = i + 1; j < g->seen->len; j++) {
			const struct ike_seen *a = &g_array_index(g->seen, struct ike_seen, i);
			const struct ike_seen *b = &g_array_index(g->seen, struct ike_seen, j);

			if (a->node != b->node || a->mid != b->mid || a->flags != b->flags || a->exchange == IKE_SA_INIT
			    || memcmp(a->octets, b->octets, 16))
				continue;
			CU_ASSERT(a->len == b->len && !memcmp(a->octets, b->octets, a->len));
		}
}

static void test_loss(void)
{
	for (unsigned nth = 0; nth < 14; nth++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 20 + nth);

		ike_rig_start(g);
		ike_rig_lose_nth(g, nth);
		ike_rig_connect(g);
		ike_rig_run(g, 2 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.established, 1);
		if (g->i.heard.sa && g->r.heard.sa) {
			struct ipsec_selector s = ike_sel("2001:db8:a::2");

			ike_child(g->i.heard.sa, &s, true);
			ike_rekey(g->i.heard.sa);
			ike_rig_run(g, 3 * MOOR_S);
			ike_rig_agree(g, 2);
		}
		check_repeats(g);
		CU_ASSERT_EQUAL(g->signal_sum, nth % 2 ? 2 : 1);	/* a lost answer: question and answer again */
		ike_rig_free(g);
	}
}

static void test_doubled(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 40);
	struct link_params p = *moor_link_params(g->link);

	p.dup_ppm = 1000000;
	moor_link_set(g->link, &p);
	ike_rig_up(g);
	CU_ASSERT(ike_rig_discards(g, "ike-repeated") > 0);
	CU_ASSERT_EQUAL(g->i.heard.children, 0);
	ike_rig_free(g);
}

static void test_reordered(void)
{
	for (unsigned seed = 0; seed < 12; seed++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 50 + seed);
		struct link_params p = *moor_link_params(g->link);

		p.dup_ppm = 300000;
		p.reorder_ppm = 300000;
		p.reorder_extra = 700 * MOOR_MS;
		p.loss_ppm = 150000;
		moor_link_set(g->link, &p);
		ike_rig_connect(g);
		ike_rig_run(g, 120 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.established, 1);
		if (g->i.heard.sa && g->r.heard.sa) {
			struct ipsec_selector s = ike_sel("2001:db8:a::2");

			ike_rekey(g->r.heard.sa);
			ike_child(g->i.heard.sa, &s, true);
			ike_rig_run(g, 300 * MOOR_S);
			ike_rig_agree(g, 2);
		}
		check_repeats(g);
		ike_rig_free(g);
	}
}

/* ---- fragments --------------------------------------------------------------------------------------------------- */

static void test_fragments(void)
{
	for (unsigned lost = 0; lost < 3; lost++) {
		struct ike_rig *g = ike_rig_new(lost ? CRYPTO_MODELLED : CRYPTO_OPENSSL, 70 + lost);
		unsigned n = 0;

		g->i.c.fragment_size = g->r.c.fragment_size = 300;
		ike_rig_start(g);
		if (lost)
			ike_rig_lose_nth(g, lost + 2);
		ike_rig_connect(g);
		ike_rig_run(g, 2 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.established, 1);
		ike_rig_agree(g, 1);
		for (unsigned i = 0; i < g->seen->len; i++) {
			const struct ike_seen *s = &g_array_index(g->seen, struct ike_seen, i);

			n += s->octets[16] == IKE_P_SKF;
			CU_ASSERT(s->exchange == IKE_SA_INIT || s->len <= 300 - 48);
		}
		CU_ASSERT(n >= 4);
		ike_rig_free(g);
	}
}

/* One that cannot do it is not sent any. */
static void test_no_fragments(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 75);

	g->i.c.fragment_size = g->r.c.fragment_size = 300;
	g->r.c.fragmentation = false;
	ike_rig_up(g);
	for (unsigned i = 0; i < g->seen->len; i++)
		CU_ASSERT_NOT_EQUAL(g_array_index(g->seen, struct ike_seen, i).octets[16], IKE_P_SKF);
	ike_rig_free(g);
}

/* A responder that declines transport mode makes a tunnel, which nobody wants and which is deleted [RFC 7296 1.3.1]. */
static void test_no_transport(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_OPENSSL, 76);

	g->r.decline_transport = true;
	ike_rig_connect(g);
	ike_rig_run(g, 1 * MOOR_S);
	CU_ASSERT(g->i.heard.established == 1 && g->r.heard.established == 1);
	CU_ASSERT(!g->i.heard.first_child && g->r.heard.first_child && g->r.heard.gone == 1);
	ike_rig_agree(g, 0);
	CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_INFORMATIONAL, false), 1);
	CU_ASSERT(g->i.heard.closed == 0 && g->r.heard.closed == 0);
	ike_rig_free(g);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static void test_close(void)
{
	for (unsigned who = 0; who < 2; who++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 80 + who);
		struct ike_end *us = who ? &g->r : &g->i, *peer = who ? &g->i : &g->r;

		if (ike_rig_up(g)) {
			ike_close(us->heard.sa);
			CU_ASSERT_EQUAL(us->heard.closed, 0);	/* not until it is answered */
			ike_rig_run(g, MOOR_S);
			CU_ASSERT_EQUAL(us->heard.closed, 1);
			CU_ASSERT_EQUAL(us->heard.why, IKE_DELETED);
			CU_ASSERT_EQUAL(peer->heard.closed, 1);
			CU_ASSERT_EQUAL(peer->heard.why, IKE_DELETED_BY_PEER);
			CU_ASSERT_EQUAL(ike_sas(g->i.k) + ike_sas(g->r.k), 0);
			CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)) + ipsec_children(ipsec_of(g->r.h)), 0);
		}
		ike_rig_free(g);
	}
}

/* The answer to a DELETE is lost: who deleted lingers to give it again. */
static void test_close_lost(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 82);

	if (ike_rig_up(g)) {
		ike_rig_lose(g, IKE_INFORMATIONAL, true, 2);
		ike_close(g->i.heard.sa);
		ike_rig_run(g, 4 * MOOR_S);
		CU_ASSERT_EQUAL(g->r.heard.closed, 1);
		CU_ASSERT_EQUAL(g->i.heard.closed, 1);
		CU_ASSERT_EQUAL(g->i.heard.why, IKE_DELETED);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_INFORMATIONAL, true), 3);
	}
	ike_rig_free(g);
}

/* Both delete at once [RFC 7296 2.25.2]. */
static void test_close_both(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 83);

	if (ike_rig_up(g)) {
		ike_close(g->i.heard.sa);
		ike_close(g->r.heard.sa);
		ike_rig_run(g, 4 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.closed, 1);
		CU_ASSERT_EQUAL(g->r.heard.closed, 1);
		CU_ASSERT_EQUAL(g->i.heard.why, IKE_DELETED);
	}
	ike_rig_free(g);
}

/* The responder restarts; liveness checks find out, and its word about unknown SPIs makes them begin early. */
static void test_dead_peer(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 84);

	g->i.c.dpd = 10 * MOOR_S;
	g->timers.v[T_IKE_TRIES] = 4;
	if (ike_rig_up(g)) {
		ike_rig_run(g, 25 * MOOR_S);
		CU_ASSERT(ike_rig_count(g, node(&g->i), IKE_INFORMATIONAL, false) >= 2);
		CU_ASSERT_EQUAL(g->i.heard.closed, 0);
		ike_reboot(g->r.k);
		ike_rig_run(g, 30 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.closed, 1);
		CU_ASSERT_EQUAL(g->i.heard.why, IKE_DEAD_PEER);
		CU_ASSERT_EQUAL(g->r.heard.closed, 0);	/* it remembers nothing */
		CU_ASSERT_EQUAL(ike_sas(g->r.k), 0);
	}
	ike_rig_free(g);
}

/* The kept answer is forgotten after a while; what an SA takes then. */
static void test_memory(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 85);

	if (ike_rig_up(g)) {
		CU_ASSERT(ike_packets_held(g->w) > 0);
		ike_rig_run(g, 300 * MOOR_S);
		CU_ASSERT_EQUAL(ike_packets_held(g->w), 0);
		CU_ASSERT_EQUAL(g->i.heard.sa->task, 0);
		CU_ASSERT_EQUAL(g->i.heard.sa->auth, 0);
	}
	ike_rig_free(g);
	g = ike_rig_new(CRYPTO_MODELLED, 85);
	if (ike_rig_up(g)) {	/* or as soon as a packet on the child proves that the answer arrived */
		CU_ASSERT_EQUAL(ike_packets_held(g->w), 2);	/* octets and, for who looks on, cleartext */
		ike_ipsec_ops.heard(g->r.k, g->r.heard.first_child);
		CU_ASSERT_EQUAL(ike_packets_held(g->w), 0);
	}
	CU_ASSERT(sizeof(struct ike_sa) <= 256);
	CU_ASSERT(sizeof(struct ike_child) <= 40);
	ike_rig_free(g);
}

/* Cryptography takes its time, and the same run takes the same. */
static void test_cost(void)
{
	moor_time at[2];

	for (unsigned i = 0; i < 2; i++) {
		struct ike_rig *g = ike_rig_new(i ? CRYPTO_MODELLED : CRYPTO_OPENSSL, 86);
		const struct ike_seen *q, *a;

		crypto_charging(g->crypto, true);
		ike_rig_up(g);
		q = ike_rig_nth(g, node(&g->i), IKE_SA_INIT, false, 0);
		a = ike_rig_nth(g, node(&g->r), IKE_SA_INIT, true, 0);
		CU_ASSERT(q && a && a->at > q->at + 5 * MOOR_MS);
		at[i] = a ? a->at : 0;
		ike_rig_free(g);
	}
	CU_ASSERT_EQUAL(at[0], at[1]);
}

static const struct harness_test tests[] = {
	{ "two hosts establish an SA with a child", test_real },
	{ "so they do with modelled cryptography", test_modelled },
	{ "every suite, with and without PFS", test_suites },
	{ "the proposal that both have is chosen", test_choice },
	{ "no common proposal ends the attempt, not at once", test_no_proposal },
	{ "another Diffie-Hellman group, with and without cookies", test_group },
	{ "a cookie comes back in front, all else unchanged", test_cookie },
	{ "cookies last for a minute or two", test_old_cookie },
	{ "a redirect in IKE_SA_INIT", test_redirect },
	{ "nobody answers", test_nobody },
	{ "a half-open SA is forgotten", test_half_open },
	{ "each message lost once", test_loss },
	{ "each message doubled", test_doubled },
	{ "messages lost, doubled and reordered", test_reordered },
	{ "messages in fragments, and a fragment lost", test_fragments },
	{ "no fragments for who cannot read them", test_no_fragments },
	{ "a child SA without transport mode is not kept", test_no_transport },
	{ "an SA is closed from either side", test_close },
	{ "the answer to a DELETE is lost", test_close_lost },
	{ "both close at once", test_close_both },
	{ "a restarted peer is found dead", test_dead_peer },
	{ "what a standing SA takes", test_memory },
	{ "cryptography takes virtual time", test_cost },
};

int main(int argc, char **argv)
{
	return harness_main("ike", tests, G_N_ELEMENTS(tests), argc, argv);
}

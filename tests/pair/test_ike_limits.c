/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a peer may cost: SAs that never come to stand, one child rekeyed without end, and a responder that names
 * itself because nobody asked for a name.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

static const uint8_t wrong_key[64] = { 1 };

static const uint8_t *wrong_msk(const struct eap_peer *p)
{
	(void)p;
	return wrong_key;
}

static unsigned sas_of(const struct ike *k)
{
	unsigned n = 0;

	for (moor_handle h = k->first; h; h = ((struct ike_sa *)slab_get(&k->iw->sas, h))->next)
		n++;
	return n;
}

/* Each attempt ends with AUTHENTICATION_FAILED, which the responder keeps for a while: not of any number. */
static void test_abandoned(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 60);
	const uint8_t *(*good)(const struct eap_peer *) = g->eap.msk;
	uint32_t r = moor_node_id(net_host_node(g->r.h));
	const unsigned n = 30;

	g->r.c.cookies_above = 4;
	g->r.c.half_open_max = 8;
	g->eap.msk = wrong_msk;
	for (unsigned i = 0; i < n; i++) {
		CU_ASSERT(ike_rig_connect(g) != NULL);
		ike_rig_run(g, 200 * MOOR_MS);
		CU_ASSERT(g->r.k->abandoned <= 8 && sas_of(g->r.k) <= 8);
	}
	CU_ASSERT_EQUAL(g->i.heard.closed, n);
	CU_ASSERT_EQUAL(g->r.k->abandoned, 8);
	CU_ASSERT_EQUAL(ike_rig_count(g, r, IKE_SA_INIT, true), 4 + 2 * (n - 4));	/* the first four without cookie */
	g->eap.msk = good;
	memset(&g->i.heard, 0, sizeof g->i.heard);
	CU_ASSERT(ike_rig_connect(g) != NULL);			/* who has the key is not kept out */
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 1);
	ike_rig_run(g, 60 * MOOR_S);
	CU_ASSERT(!g->r.k->abandoned && sas_of(g->r.k) == 1);
	ike_rig_free(g);
}

/* A host that brings cookies and never goes on: there is room left for others [RFC 8019 4.2]. */
static void test_greedy(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 64);

	g->r.c.cookies_above = 2;
	g->r.c.half_open_max = 20;
	g->nonsense = true;
	ike_rig_lose(g, IKE_AUTH, false, 1000);
	for (unsigned i = 0; i < 40; i++) {
		CU_ASSERT(ike_rig_connect_by(g, "10.0.0.1", "10.0.0.2") != NULL);
		ike_rig_run(g, 100 * MOOR_MS);
	}
	CU_ASSERT(ike_half_open(g->r.k) == 10 && ike_rig_discards(g, "ike-half-open-peer") > 0);
	CU_ASSERT_EQUAL(ike_rig_discards(g, "ike-half-open"), 0);
	CU_ASSERT(ike_rig_connect(g) != NULL);			/* from elsewhere */
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 11);
	ike_reboot(g->i.k);					/* it goes away */
	ike_rig_run(g, 60 * MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	ike_rig_free(g);
}

/* A child that its owner rekeys again and again, although it was replaced, has no more heirs than there is room for. */
static void test_rekeyed_for_ever(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 61);

	if (ike_rig_up(g)) {
		for (unsigned i = 0; i < 20; i++) {
			struct ike_child *c = ike_child_by_ipsec(g->i.heard.sa, g->i.heard.first_child);

			if (!c)
				break;
			c->dying = false;		/* it will not let go: no DELETE of the old one */
			ike_rekey_child(g->i.heard.sa, g->i.heard.first_child);
			ike_rig_lose(g, IKE_INFORMATIONAL, false, 1);
			ike_rig_run(g, 40 * MOOR_MS);
			if (g->i.heard.sa->task)
				ike_task_free(g->i.k, ike_task_of(g->i.heard.sa));
			ike_wishes_drop(g->i.heard.sa);
			g->i.heard.sa->next_request = g->r.heard.sa->next_expected;
		}
		CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->r.h)), 2 * IKE_CHILDREN_MAX);
	}
	ike_rig_free(g);
}

/* [RFC 7296 2.15, RFC 4301 4.4.3]: a good certificate is not enough when it is nobody's that was asked for. */
static void test_no_name(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 62);
	struct ike_sa *sa;

	sa = ike_rig_connect(g);
	for (unsigned i = 0; i < 200 && sa->machine.state != IKE_SA_AUTH_SENT; i++)
		ike_rig_run(g, MOOR_MS);
	CU_ASSERT_EQUAL(sa->machine.state, IKE_SA_AUTH_SENT);
	ike_auth_of(sa)->c.idr.len = 0;			/* nobody asked; the answer has the certificate's own name */
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 0);
	CU_ASSERT(g->i.heard.closed == 1 && g->i.heard.why == IKE_CERT_NAME);
	ike_rig_free(g);
}

/* [RFC 7383 2.6]: who begins an SA has its keys; what he may leave behind in pieces is no more than he could need. */
static void test_pieces(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 63);
	struct ike_hdr h = { .version = IKE_VERSION, .exchange = IKE_AUTH, .flags = IKE_FLAG_I, .mid = 1 };
	uint8_t piece[1000] = { 0 }, inner;
	uint64_t before, most = 0;
	struct ike_sa *sa = NULL;
	size_t whole;

	ike_rig_connect(g);
	for (unsigned i = 0; i < 200 && !sa; i++) {
		ike_rig_run(g, MOOR_MS);
		sa = slab_get(&g->r.k->iw->sas, g->r.k->first);
	}
	CU_ASSERT(sa && !sa->initiator && sa->machine.state == IKE_SA_HALF_OPEN);
	before = ike_packets_held(g->w);
	for (unsigned i = 1; i < 200 && sa; i++) {
		struct ike_sk sk = { .number = (uint16_t)i, .total = 200, .inner = IKE_P_IDI };

		CU_ASSERT(!ike_frag_in(sa, &h, &sk, piece, sizeof piece, &inner, &whole));
		most = ike_packets_held(g->w) - before;
	}
	CU_ASSERT_EQUAL(most, 8);
	if (sa)
		ike_frags_drop(sa);
	ike_rig_run(g, MOOR_S);
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

static const struct harness_test tests[] = {
	{ "attempts that fail", test_abandoned },
	{ "a host that wants all the room", test_greedy },
	{ "a child rekeyed for ever", test_rekeyed_for_ever },
	{ "a responder that names itself", test_no_name },
	{ "pieces of a message of a stranger", test_pieces },
};

int main(int argc, char **argv)
{
	return harness_main("ike-limits", tests, G_N_ELEMENTS(tests), argc, argv);
}

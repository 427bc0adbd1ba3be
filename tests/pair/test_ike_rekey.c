/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CREATE_CHILD_SA between two hosts: more children, rekeying of children and of IKE SAs from either side and from both
 * at once, with messages lost, by themselves when lifetimes end, and every refusal.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

#define PFS { IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, 0, IKE_DH_X25519 }
#define NO_PFS { IKE_ENCR_AES_CBC, 128, IKE_INTEG_HMAC_SHA2_256_128, 0, 0 }

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

static struct ike_rig *with_esp(uint64_t seed, struct ike_suite i, struct ike_suite r)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);

	g->i.c.esp[0] = i;
	g->r.c.esp[0] = r;
	g->i.c.n_esp = g->r.c.n_esp = 1;
	return g;
}

static struct ike_end *end_of(struct ike_rig *g, unsigned who)
{
	return who ? &g->r : &g->i;
}

/* The child that the end has, when it has one. */
static moor_handle only_child(const struct ike_end *e)
{
	const struct ike_child *c = slab_get(&e->k->iw->children, e->heard.sa->children);

	return c ? c->ipsec : 0;
}

/* SAs in the world that are not of users or linger: none must be left when all is settled. */
static unsigned left_over(const struct ike_rig *g)
{
	const struct ike_sa *sa;
	unsigned n = 0;
	moor_handle at = 0;

	while ((sa = slab_next(&g->i.k->iw->sas, &at)))
		n += sa->machine.state != IKE_SA_GONE;
	return n - 2;
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

static void test_new_child(void)
{
	for (unsigned who = 0; who < 2; who++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_OPENSSL, 1 + who);
		struct ipsec_selector s = ike_sel("2001:db8:a::2"), t = s;
		struct ike_end *e = end_of(g, who);
		struct ipsec_child_view v;

		if (who) {
			t.local = s.remote;
			t.remote = s.local;
		}
		if (ike_rig_up(g)) {
			ike_child(e->heard.sa, &t, true);
			ike_rig_run(g, MOOR_S);
			ike_rig_agree(g, 2);
			CU_ASSERT_EQUAL(g->i.heard.children, 1);
			CU_ASSERT_EQUAL(g->r.heard.children, 1);
			CU_ASSERT(ipsec_child_view(ipsec_of(g->r.h), g->r.heard.child, &v));
			CU_ASSERT(ip6_eq(&v.sel.remote, &s.local) && ip6_eq(&v.sel.local, &s.remote));
		}
		ike_rig_free(g);
	}
}

/* What another implementation may ask for: ranges that are no prefixes, a packet's own selector before the real one. */
static bool asked(struct ike_rig *g, const struct ike_ts *tsi, unsigned n, struct ike_draft *d)
{
	static uint8_t buf[1024];
	static struct ike_msg m;
	struct ike_ts tsr = { .type = IKE_TS_IP6_RANGE, .end_port = 65535, .start = ike_a6(IKE_R), .end = ike_a6(IKE_R) };
	struct ike_transform t[5];
	struct ike_proposal p = { .number = 3, .protocol = IKE_PROTO_ESP, .spi_len = 4, .t = t };
	struct ike_writer w;
	uint16_t notify;
	size_t len;

	p.spi = (const uint8_t *)"abcd";
	p.n = (uint8_t)ike_transforms(&g->r.c.esp[0], true, false, t);
	ike_w_inner(&w, buf, sizeof buf);
	ike_w_sa(&w, &p, 1);
	ike_w_ts(&w, IKE_P_TSI, tsi, n);
	ike_w_ts(&w, IKE_P_TSR, &tsr, 1);
	len = ike_w_end(&w);
	CU_ASSERT(len && ike_decode_payloads(IKE_P_SA, buf, len, &m, NULL));
	return ike_draft_asked(g->r.heard.sa, &m, false, d, &notify);
}

static void test_selectors(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 7);
	struct ike_ts t[2] = {
		{ .type = IKE_TS_IP6_RANGE, .proto = 17, .start_port = 53, .end_port = 53, .start = ike_a6("2001:db8:a::5"),
		  .end = ike_a6("2001:db8:a::5") },
		{ .type = IKE_TS_IP6_RANGE, .end_port = 65535, .start = ike_a6("2001:db8:a::"),
		  .end = ike_a6("2001:db8:a::ffff:ffff:ffff:ffff") },
	};
	struct ike_draft d;

	if (ike_rig_up(g)) {
		CU_ASSERT(asked(g, t, 2, &d));
		CU_ASSERT(d.sel.remote_len == 64 && d.sel.proto == 0 && d.sel.remote_hi == 65535 && d.proposal == 3);
		CU_ASSERT(d.spi_out == 0x61626364 && d.sel.local_len == 128);
		CU_ASSERT(asked(g, t, 1, &d));
		CU_ASSERT(d.sel.remote_len == 128 && d.sel.proto == 17 && d.sel.remote_lo == 53);
		t[1].start = ike_a6("2001:db8:a::10");		/* ::10 .. ::2f: not a prefix; ::10/124 is one */
		t[1].end = ike_a6("2001:db8:a::2f");
		CU_ASSERT(asked(g, t + 1, 1, &d));
		CU_ASSERT_EQUAL(d.sel.remote_len, 124);
		t[1].start = ike_a6("0.0.0.0");
		t[1].end = ike_a6("255.255.255.255");
		t[1].type = IKE_TS_IP4_RANGE;
		CU_ASSERT(asked(g, t + 1, 1, &d));
		CU_ASSERT_EQUAL(d.sel.remote_len, 96);
		t[1].type = IKE_TS_IP6_RANGE;
		t[1].start = ike_a6("2001:db8:a::9");
		t[1].end = ike_a6("2001:db8:a::8");
		CU_ASSERT(!asked(g, t + 1, 1, &d));
	}
	ike_rig_free(g);
}

static void test_refused_child(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 3);
	struct ipsec_selector s = ike_sel("2001:db8:a::2");

	g->r.refuse_child = true;
	if (ike_rig_up(g)) {
		ike_child(g->i.heard.sa, &s, true);
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.children_failed, 1);
		CU_ASSERT_EQUAL(g->i.heard.child_why, IKE_TS_REFUSED);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

static void test_too_many(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 4);
	struct ipsec_selector s = ike_sel("2001:db8:a::2");

	if (ike_rig_up(g)) {
		for (unsigned i = 0; i < IKE_CHILDREN_MAX + 1; i++)
			ike_child(g->i.heard.sa, &s, true);
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.children_failed, 2);
		CU_ASSERT_EQUAL(g->i.heard.child_why, IKE_PEER_ERROR);
		ike_rig_agree(g, IKE_CHILDREN_MAX);
	}
	ike_rig_free(g);
}

static void test_other_esp(void)
{
	struct ike_rig *g = with_esp(5, (struct ike_suite)NO_PFS, (struct ike_suite)PFS);
	struct ipsec_selector s = ike_sel("2001:db8:a::2");

	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S);
	if (g->i.heard.sa) {
		ike_child(g->i.heard.sa, &s, true);
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.children_failed, 1);
		CU_ASSERT_EQUAL(g->i.heard.child_why, IKE_NO_PROPOSAL);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

/* The first choice is without PFS, the other end takes the second: KE is asked for. */
static void test_group_of_child(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 6);
	struct ipsec_selector s = ike_sel("2001:db8:a::2");

	g->i.c.esp[0] = (struct ike_suite)NO_PFS;
	g->i.c.esp[1] = (struct ike_suite)PFS;
	g->i.c.n_esp = 2;
	g->r.c.esp[0] = (struct ike_suite)PFS;
	g->r.c.n_esp = 1;
	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S);
	if (g->i.heard.sa) {
		ike_child(g->i.heard.sa, &s, true);
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.children_failed, 0);
		CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)), 2);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_CREATE_CHILD_SA, false), 2);
	}
	ike_rig_free(g);
}

/* ---- rekeying children ------------------------------------------------------------------------------------------- */

static void rekey_child(uint64_t seed, unsigned who, bool pfs, int lost)
{
	struct ike_suite suite = pfs ? (struct ike_suite)PFS : (struct ike_suite)NO_PFS;
	struct ike_rig *g = with_esp(seed, suite, suite);
	struct ike_end *e = end_of(g, who);
	moor_handle i, r;

	if (ike_rig_up(g)) {
		i = only_child(&g->i);
		r = only_child(&g->r);
		if (lost >= 0)
			ike_rig_lose_nth(g, (unsigned)lost);
		ike_rekey_child(e->heard.sa, who ? r : i);
		ike_rig_run(g, 3 * MOOR_S);
		ike_rig_agree(g, 1);
		CU_ASSERT_NOT_EQUAL(only_child(&g->i), i);
		CU_ASSERT_EQUAL(g->i.heard.children, 1);
		CU_ASSERT_EQUAL(g->r.heard.children, 1);
		CU_ASSERT_EQUAL(g->i.heard.old, i);
		CU_ASSERT_EQUAL(g->r.heard.old, r);
		CU_ASSERT_EQUAL(g->i.heard.gone, 1);
		CU_ASSERT_EQUAL(g->r.heard.gone, 1);
		CU_ASSERT_EQUAL(g->i.k->deferred + g->r.k->deferred, 0);
	}
	ike_rig_free(g);
}

static void test_rekey_child(void)
{
	for (unsigned who = 0; who < 2; who++)
		for (unsigned pfs = 0; pfs < 2; pfs++)
			for (int lost = -1; lost < 4; lost++)
				rekey_child(10 + who, who, pfs, lost);
}

/* Who answers keeps sending on the old one until the other end is known to be ready. */
static void test_deferred(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 12);

	if (ike_rig_up(g)) {
		ike_rig_lose(g, IKE_CREATE_CHILD_SA, true, 1);
		ike_rekey_child(g->i.heard.sa, only_child(&g->i));
		ike_rig_run(g, 100 * MOOR_MS);
		CU_ASSERT_EQUAL(g->r.k->deferred, 1);
		CU_ASSERT_EQUAL(g->r.heard.children, 1);
		ike_rig_run(g, 2 * MOOR_S);
		CU_ASSERT_EQUAL(g->r.k->deferred, 0);
	}
	ike_rig_free(g);
}

/* [RFC 7296 2.8.1]: whichever loses, one child is left, and both know which. */
static void test_child_collision(void)
{
	unsigned i_won = 0, r_won = 0;

	for (uint64_t seed = 100; seed < 116; seed++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);
		struct ipsec_child_view a, b;

		if (ike_rig_up(g)) {
			ike_rekey_child(g->i.heard.sa, only_child(&g->i));
			ike_rekey_child(g->r.heard.sa, only_child(&g->r));
			ike_rig_run(g, 3 * MOOR_S);
			CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_CREATE_CHILD_SA, false), 1);
			CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_CREATE_CHILD_SA, false), 1);
			CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_INFORMATIONAL, false), 1);
			CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_INFORMATIONAL, false), 1);
			ike_rig_agree(g, 1);
			/* what the users heard last is what is there */
			CU_ASSERT_EQUAL(g->i.heard.child, only_child(&g->i));
			CU_ASSERT_EQUAL(g->r.heard.child, only_child(&g->r));
			CU_ASSERT(ipsec_child_view(ipsec_of(g->i.h), only_child(&g->i), &a));
			CU_ASSERT(ipsec_child_view(ipsec_of(g->r.h), only_child(&g->r), &b));
			i_won += ((struct ike_child *)slab_get(&g->i.k->iw->children, g->i.heard.sa->children))->ours;
			r_won += ((struct ike_child *)slab_get(&g->r.k->iw->children, g->r.heard.sa->children))->ours;
			CU_ASSERT_EQUAL(g->i.k->deferred + g->r.k->deferred, 0);
		}
		ike_rig_free(g);
	}
	CU_ASSERT(i_won && r_won && i_won + r_won == 16);
}

/* The second sequence of 2.8.1: the first request is lost, so one end never sees the collision. */
static void test_child_collision_lost(void)
{
	for (unsigned nth = 0; nth < 8; nth++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 120 + nth);

		if (ike_rig_up(g)) {
			ike_rig_lose_nth(g, nth);
			ike_rekey_child(g->i.heard.sa, only_child(&g->i));
			ike_rekey_child(g->r.heard.sa, only_child(&g->r));
			ike_rig_run(g, 5 * MOOR_S);
			ike_rig_agree(g, 1);
			CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
		}
		ike_rig_free(g);
	}
}

/* [RFC 7296 2.25]: the other end has lost the child: a new one is made from scratch. */
static void test_lost_there(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 13);
	moor_handle before;

	if (ike_rig_up(g)) {
		before = only_child(&g->i);
		ike_enter(g->r.k);
		ike_child_remove(g->r.heard.sa, ike_child_by_ipsec(g->r.heard.sa, g->r.heard.first_child), false);
		ike_leave(g->r.k);
		ike_rekey_child(g->i.heard.sa, before);
		ike_rig_run(g, MOOR_S);
		ike_rig_agree(g, 1);
		CU_ASSERT_NOT_EQUAL(only_child(&g->i), before);
		CU_ASSERT_EQUAL(g->i.heard.gone, 1);
		CU_ASSERT_EQUAL(g->i.heard.closed, 0);
	}
	ike_rig_free(g);
}

/* What the last answer that r composed says in clear. */
static uint16_t last_notify;

static void note_notify(void *ctx, const struct moor_record *r)
{
	static struct ike_msg m;
	const struct ike_payload *n;

	(void)ctx;
	if (r->u.signal.subtype != 2 || !ike_decode(r->u.signal.message, r->u.signal.message_len, &m, NULL))
		return;
	n = ike_find_error(&m);
	last_notify = n ? n->notify.type : 0;
}

/* [RFC 7296 2.5, 2.21.3]: an unknown critical payload costs the exchange, a bad format the SA. */
static void test_bad_requests(void)
{
	for (unsigned what = 0; what < 3; what++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 14);
		struct ike_writer *w;

		if (ike_rig_up(g)) {
			moor_record_sink(g->w, REC_BIT(REC_SIGNAL_TX), note_notify, NULL);
			g->nonsense = true;
			ike_enter(g->i.k);
			w = ike_request_begin(g->i.heard.sa, IKE_INFORMATIONAL);
			ike_w_raw(w, what == 2 ? IKE_P_DELETE : 200, what == 1, (const uint8_t[]){ 3, 4, 0, 9 }, 4);
			ike_request_end(g->i.heard.sa);
			ike_leave(g->i.k);
			ike_rig_run(g, MOOR_S);
			CU_ASSERT_EQUAL(last_notify, what == 0 ? 0 : what == 1 ? IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD
					: IKE_N_INVALID_SYNTAX);
			CU_ASSERT_EQUAL(g->r.heard.closed, what == 2);
			CU_ASSERT_EQUAL(g->i.heard.closed, what == 2);
			if (what == 2) {
				CU_ASSERT_EQUAL(g->r.heard.why, IKE_SYNTAX);
				CU_ASSERT_EQUAL(g->i.heard.why, IKE_SYNTAX);
			}
		}
		ike_rig_free(g);
	}
}

/* ---- rekeying the IKE SA ----------------------------------------------------------------------------------------- */

static void rekey_ike(uint64_t seed, unsigned who, int lost)
{
	struct ike_rig *g = ike_rig_new(lost < 0 ? CRYPTO_OPENSSL : CRYPTO_MODELLED, seed);
	struct ike_end *e = end_of(g, who);
	struct ike_sa_view before, after;
	moor_handle child;

	if (ike_rig_up(g)) {
		ike_sa_view(g->i.heard.sa, &before);
		child = only_child(&g->i);
		if (lost >= 0)
			ike_rig_lose_nth(g, (unsigned)lost);
		ike_rekey(e->heard.sa);
		ike_rig_run(g, 3 * MOOR_S);
		ike_rig_agree(g, 1);
		ike_sa_view(g->i.heard.sa, &after);
		CU_ASSERT_NOT_EQUAL(before.spi_i, after.spi_i);
		CU_ASSERT_NOT_EQUAL(before.spi_r, after.spi_r);
		CU_ASSERT_EQUAL(after.initiator, !who);
		CU_ASSERT_EQUAL(only_child(&g->i), child);	/* inherited */
		CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
		CU_ASSERT_EQUAL(left_over(g), 0);
		CU_ASSERT_EQUAL(ike_sas(g->i.k), 1);
		/* and it works */
		ike_rekey_child(g->r.heard.sa, only_child(&g->r));
		ike_check(g->i.heard.sa);
		ike_rekey(g->i.heard.sa);
		ike_rig_run(g, 3 * MOOR_S);
		ike_rig_agree(g, 1);
		CU_ASSERT_EQUAL(left_over(g), 0);
	}
	ike_rig_free(g);
}

static void test_rekey_ike(void)
{
	for (unsigned who = 0; who < 2; who++)
		for (int lost = -1; lost < 4; lost++)
			rekey_ike(20 + who, who, lost);
}

/* [RFC 7296 2.8.2] */
static void test_ike_collision(void)
{
	unsigned i_won = 0;

	for (uint64_t seed = 200; seed < 216; seed++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);
		struct ike_sa_view v;

		if (ike_rig_up(g)) {
			ike_rekey(g->i.heard.sa);
			ike_rekey(g->r.heard.sa);
			ike_rig_run(g, 3 * MOOR_S);
			CU_ASSERT_EQUAL(g->keys, 6);
			ike_rig_agree(g, 1);
			CU_ASSERT_EQUAL(left_over(g), 0);
			CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
			ike_sa_view(g->i.heard.sa, &v);
			i_won += v.initiator;
		}
		ike_rig_free(g);
	}
	CU_ASSERT(i_won > 0 && i_won < 16);
}

static void test_ike_collision_lost(void)
{
	for (unsigned nth = 0; nth < 10; nth++)
		for (uint64_t seed = 220; seed < 224; seed++) {
			struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);

			if (ike_rig_up(g)) {
				ike_rig_lose_nth(g, nth);
				ike_rekey(g->i.heard.sa);
				ike_rekey(g->r.heard.sa);
				ike_rig_run(g, 300 * MOOR_S);
				ike_rig_agree(g, 1);
				CU_ASSERT_EQUAL(left_over(g), 0);
				CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
			}
			ike_rig_free(g);
		}
}

/* [RFC 7296 2.25]: different things at once: whoever must wait waits, and all is done in the end. */
static void test_mixed(void)
{
	for (unsigned what = 0; what < 9; what++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 300 + what);
		struct ipsec_selector s = ike_sel("2001:db8:a::2");
		unsigned a = what % 3, b = what / 3, children = 1 + (a == 0);

		if (ike_rig_up(g)) {
			if (a == 0)
				ike_child(g->i.heard.sa, &s, true);
			else if (a == 1)
				ike_rekey_child(g->i.heard.sa, only_child(&g->i));
			else
				ike_rekey(g->i.heard.sa);
			if (b == 0)
				ike_check(g->r.heard.sa);
			else if (b == 1)
				ike_rekey_child(g->r.heard.sa, only_child(&g->r));
			else
				ike_rekey(g->r.heard.sa);
			ike_rig_run(g, 60 * MOOR_S);
			ike_rig_agree(g, children);
			CU_ASSERT_EQUAL(left_over(g), 0);
			CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
			CU_ASSERT_EQUAL(g->i.heard.children_failed, 0);
		}
		ike_rig_free(g);
	}
}

/* The SA is closed while the other end rekeys it, or its child. */
static void test_closed_meanwhile(void)
{
	for (unsigned what = 0; what < 4; what++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 320 + what);

		if (ike_rig_up(g)) {
			if (what & 1)
				ike_rekey(g->i.heard.sa);
			else
				ike_rekey_child(g->i.heard.sa, only_child(&g->i));
			ike_close(end_of(g, what / 2)->heard.sa);
			ike_rig_run(g, 300 * MOOR_S);
			CU_ASSERT_EQUAL(g->i.heard.closed, 1);
			CU_ASSERT_EQUAL(g->r.heard.closed, 1);
			CU_ASSERT_EQUAL(left_over(g), (unsigned)-2);
			CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)) + ipsec_children(ipsec_of(g->r.h)), 0);
		}
		ike_rig_free(g);
	}
}

/* ---- lifetimes --------------------------------------------------------------------------------------------------- */

static void test_lifetimes(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 400);
	struct ike_sa_view before, after;

	g->i.c.rekey_ike = 100 * MOOR_S;
	g->r.c.rekey_ike = 100 * MOOR_S;
	g->i.c.rekey_child = 30 * MOOR_S;
	g->r.c.rekey_child = 30 * MOOR_S;
	if (ike_rig_up(g)) {
		ike_sa_view(g->i.heard.sa, &before);
		ike_rig_run(g, 1000 * MOOR_S);
		ike_rig_agree(g, 1);
		ike_sa_view(g->i.heard.sa, &after);
		CU_ASSERT_NOT_EQUAL(before.spi_i, after.spi_i);
		CU_ASSERT(g->keys >= 2 * 10 && g->keys <= 2 * 14);
		CU_ASSERT(g->i.heard.children >= 1000 / 30 && g->i.heard.children <= 45);
		CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
		CU_ASSERT_EQUAL(left_over(g), 0);
	}
	ike_rig_free(g);
}

static void test_lifetimes_lossy(void)
{
	for (uint64_t seed = 410; seed < 416; seed++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);
		struct link_params p;

		g->i.c.rekey_ike = 100 * MOOR_S;
		g->r.c.rekey_ike = 110 * MOOR_S;
		g->i.c.rekey_child = 37 * MOOR_S;
		g->r.c.rekey_child = 37 * MOOR_S;
		g->i.c.dpd = 10 * MOOR_S;
		if (ike_rig_up(g)) {
			p = *moor_link_params(g->link);
			p.loss_ppm = 200000;
			p.dup_ppm = 200000;
			p.reorder_ppm = 200000;
			p.reorder_extra = 900 * MOOR_MS;
			moor_link_set(g->link, &p);
			ike_rig_run(g, 1500 * MOOR_S);
			p.loss_ppm = 0;
			moor_link_set(g->link, &p);
			CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
			g->i.c.rekey_ike = g->r.c.rekey_ike = g->i.c.rekey_child = g->r.c.rekey_child = 0;
			ike_rig_run(g, 500 * MOOR_S);
			ike_rig_agree(g, 1);
			CU_ASSERT_EQUAL(left_over(g), 0);
		}
		ike_rig_free(g);
	}
}

static const struct harness_test tests[] = {
	{ "a further child from either side", test_new_child },
	{ "traffic selectors as others write them", test_selectors },
	{ "a child that the user refuses", test_refused_child },
	{ "more children than there may be", test_too_many },
	{ "no common proposal for a child", test_other_esp },
	{ "the group of a child is asked for", test_group_of_child },
	{ "a child is rekeyed from either side, each message lost once", test_rekey_child },
	{ "the answering end waits with the new child", test_deferred },
	{ "both rekey the child at once", test_child_collision },
	{ "both rekey the child at once, each message lost once", test_child_collision_lost },
	{ "a child that the other end has lost", test_lost_there },
	{ "requests that make no sense", test_bad_requests },
	{ "the IKE SA is rekeyed from either side, each message lost once", test_rekey_ike },
	{ "both rekey the IKE SA at once", test_ike_collision },
	{ "both rekey the IKE SA at once, each message lost once", test_ike_collision_lost },
	{ "different requests at once", test_mixed },
	{ "closed while it is rekeyed", test_closed_meanwhile },
	{ "lifetimes end", test_lifetimes },
	{ "lifetimes end on a bad link", test_lifetimes_lossy },
};

int main(int argc, char **argv)
{
	return harness_main("ike-rekey", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE_AUTH looked at from inside: AUTH payloads recomputed from what was sent by the formulas of RFC 7296 2.15, and one
 * side made to lie - wrong keys, wrong names, things not asked for - at each step of the exchange. Whatever lies, the
 * other side finds out, and nothing comes of it.
 */
#include <string.h>

#include "proto/ike_auth_priv.h"
#include "base/checksum.h"
#include "tests/pair/s2c.h"
#include "world/filter.h"

static struct ike_sa *first_sa(const struct ike *k)
{
	return k->first ? slab_get(&k->iw->sas, k->first) : NULL;
}

static struct ike_auth_run *run_of(const struct ike *k, struct ike_auth **auth)
{
	struct ike_sa *sa = first_sa(k);
	struct ike_auth *a = sa ? ike_auth_of(sa) : NULL;

	*auth = a;
	return a ? a->run : NULL;
}

enum moment {
	ASKED,		/* the responder knows IDi and waits for the AAA server */
	SHOWN,		/* the initiator saw certificate and AUTH, and sent EAP */
	PROVED,		/* the initiator sent its AUTH */
};

/* An attach, stopped at that moment; a and r are of the liar's side. */
static struct s2c *stopped(struct s2c *s, enum moment m, bool at_ha, struct ike_auth **a, struct ike_auth_run **r)
{
	static const uint8_t steps[] = { AUTH_EAP, AUTH_EAP, AUTH_PROOF };
	const struct ike *watched = m == ASKED ? s->ike_ha : s->ike_ue;
	struct ike_auth *w;

	rig_attach(s->r, "lte", s->r->lte);
	for (unsigned ms = 0; ms < 8000; ms++) {
		*r = run_of(watched, &w);
		if (*r && (*r)->step == steps[m])
			break;
		rig_run(s->r, MOOR_MS);
	}
	*r = run_of(at_ha ? s->ike_ha : s->ike_ue, a);
	CU_ASSERT(*a && *r);
	return s;
}

static void comes_to_nothing(struct s2c *s, enum ike_reason why)
{
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT_STRING_EQUAL(ike_reason_name(s2c_view(s).why), ike_reason_name(why));
	CU_ASSERT(!dsmip_ha_entries(s->r->a) && !rig_signals(s->r, REC_SIGNAL_TX, s->r->ue_id, MH_BU));
	rig_run(s->r, S(60));
	CU_ASSERT(!ike_sas(s->ike_ha) && !ike_sas(s->ike_ue) && !ike_half_open(s->ike_ha));
	CU_ASSERT(!s2c_ha_sessions(s->sec) && !aaa_sessions(s->aaa));
	CU_ASSERT(!ipsec_children(ipsec_of(ha_host(s->r->ha))) && !ipsec_children(ipsec_of(ue_host(s->r->ue))));
	s2c_free(s);
}

static struct s2c *built(void)
{
	struct s2c *s = s2c_new();

	s2c_build(s);
	return s;
}

/* ---- AUTH by the book -------------------------------------------------------------------------------------------- */

/* The n-th IKE message of that exchange that the node sent, parsed; its octets stay in the record. */
static const struct ike_msg *sent(const struct s2c *s, uint32_t node, uint8_t exchange, unsigned n)
{
	static struct ike_msg m;

	for (unsigned i = 0; i < s->r->seen->len; i++) {
		const struct seen *x = &g_array_index(s->r->seen, struct seen, i);
		const struct rec_signal *g = &x->r.u.signal;

		if (x->r.kind != REC_SIGNAL_TX || x->r.node != node || g->protocol != SIGNAL_IKE ||
		    g->type != exchange || n--)
			continue;
		CU_ASSERT(g->message_len <= sizeof x->octets && ike_decode(x->octets, g->message_len, &m, NULL));
		return &m;
	}
	CU_ASSERT(false);
	return NULL;
}

/* prf(prf(MSK, "Key Pad for IKEv2"), message | nonce | prf(SK_p, ID')), with HMAC-SHA2-256 */
static void by_the_book(struct s2c *s, const uint8_t *msk, const struct moor_pkt *message, struct crypto_part nonce,
			const uint8_t *sk_p, const struct ike_id *id, uint8_t out[32])
{
	static const uint8_t pad[] = "Key Pad for IKEv2";
	uint8_t key[32], mac[32], body[4 + IKE_ID_MAX] = { id->type };
	struct crypto_part p[3] = { { pad, 17 } };

	memcpy(body + 4, id->data, id->len);
	crypto_prf(s->crypto, CRYPTO_PRF_SHA256, msk, 64, p, 1, key);
	p[0] = (struct crypto_part){ body, 4u + id->len };
	crypto_prf(s->crypto, CRYPTO_PRF_SHA256, sk_p, 32, p, 1, mac);
	p[0] = (struct crypto_part){ message->data, message->len };
	p[1] = nonce;
	p[2] = (struct crypto_part){ mac, 32 };
	crypto_prf(s->crypto, CRYPTO_PRF_SHA256, key, 32, p, 3, out);
}

static void test_formulas(void)
{
	struct s2c *s = built();
	struct ike_auth_run *r;
	struct ike_auth *a;
	const struct ike_payload *auth;
	uint8_t want_i[32], want_r[32];

	stopped(s, PROVED, false, &a, &r);
	CU_ASSERT(r->has_msk && a->init_i->data[18] == IKE_SA_INIT && !(a->init_i->data[19] & IKE_FLAG_R));
	CU_ASSERT(a->init_r->data[18] == IKE_SA_INIT && (a->init_r->data[19] & IKE_FLAG_R));
	CU_ASSERT(r->idi.type == IKE_ID_RFC822 && r->idr.type == IKE_ID_FQDN);
	CU_ASSERT(r->idr.len == strlen(S2C_APN) && !memcmp(r->idr.data, S2C_APN, r->idr.len));
	by_the_book(s, r->msk, a->init_i, a->nr, a->sk_pi, &r->idi, want_i);
	by_the_book(s, r->msk, a->init_r, a->ni, a->sk_pr, &r->idr, want_r);
	rig_run(s->r, S(1));
	auth = ike_find(sent(s, s->r->ue_id, IKE_AUTH, 2), IKE_P_AUTH);
	CU_ASSERT(auth && auth->auth.method == 2 && auth->auth.data.n == 32 && !memcmp(auth->auth.data.p, want_i, 32));
	auth = ike_find(sent(s, s->r->ha_id, IKE_AUTH, 2), IKE_P_AUTH);
	CU_ASSERT(auth && auth->auth.method == 2 && auth->auth.data.n == 32 && !memcmp(auth->auth.data.p, want_r, 32));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

/* ---- lies -------------------------------------------------------------------------------------------------------- */

static void test_initiator_without_key(void)
{
	struct s2c *s = built();
	struct ike_auth_run *r;
	struct ike_auth *a;

	stopped(s, SHOWN, false, &a, &r);
	a->sk_pi[7] ^= 1;
	comes_to_nothing(s, IKE_AUTH_FAILED);
}

static void test_responder_without_key(void)
{
	struct s2c *s = built();
	struct ike_auth_run *r;
	struct ike_auth *a;

	stopped(s, ASKED, true, &a, &r);	/* … of its certificate */
	a->sk_pr[7] ^= 1;
	comes_to_nothing(s, IKE_AUTH_FAILED);
	s = built();
	stopped(s, SHOWN, true, &a, &r);	/* … of EAP */
	a->sk_pr[7] ^= 1;
	rig_run(s->r, S(60));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_IDLE);
	CU_ASSERT_STRING_EQUAL(ike_reason_name(s2c_view(s).why), "authentication-failed");
	CU_ASSERT(!dsmip_ha_entries(s->r->a) && !ike_sas(s->ike_ue));
	s2c_free(s);
}

/* Even one that the certificate holds too. */
static void test_other_idr(void)
{
	static const char *const names[] = { S2C_APN, "hnternet.mnc001.mcc001.gprs", NULL };
	struct s2c *s = s2c_new();
	struct ike_auth_run *r;
	struct ike_auth *a;

	s->cert.dns = names;
	s2c_build(s);
	stopped(s, ASKED, true, &a, &r);
	r->idr.data[0] ^= 1;
	comes_to_nothing(s, IKE_CERT_NAME);
}

/* The other side's message was not the one that came: somebody changed IKE_SA_INIT on the way. */
static void test_changed_init(void)
{
	for (unsigned k = 0; k < 2; k++) {
		struct s2c *s = built();
		struct ike_auth_run *r;
		struct ike_auth *a;

		stopped(s, k ? SHOWN : ASKED, k, &a, &r);
		if (k)
			a->init_i->data[40] ^= 1;
		else
			a->init_r->data[40] ^= 1;
		comes_to_nothing(s, IKE_AUTH_FAILED);
	}
}

/* REDIRECT for a UE that never said it understands it: it is no REDIRECT, and EAP is missing. */
static void test_redirect_unasked(void)
{
	struct s2c *s = s2c_new();
	struct aaa_target t = { .when = AAA_FIRST_AUTH };
	struct ike_auth_run *r;
	struct ike_auth *a;

	s->ue_ike.redirect = false;
	ip6_parse("2001:db8:c0::5", &t.a6);
	s2c_build(s);
	aaa_reallocate(s->aaa, s->sub.imsi, NULL, &t);
	stopped(s, ASKED, true, &a, &r);
	a->sa->redirect_supported = true;
	ike_redirect(a->sa, &t.a6);
	CU_ASSERT_EQUAL(s2c_view(s).redirects, 0);
	comes_to_nothing(s, IKE_SYNTAX);
}

/* A UE that asks for no prefix has no business here [R24303-5.1.2.2-21]. */
static void test_no_prefix_asked(void)
{
	struct s2c *s = built();
	struct ike_auth_run *r;
	struct ike_auth *a;

	stopped(s, PROVED, true, &a, &r);
	r->n_cp = 0;
	comes_to_nothing(s, IKE_CFG_FAILED);
}

/* Without SIGNATURE_HASH_ALGORITHMS the responder signs by the older methods. */
static void test_old_method(void)
{
	struct s2c *s = built();
	struct ike_auth_run *r;
	struct ike_auth *a;

	stopped(s, ASKED, true, &a, &r);
	CU_ASSERT(a->hashes != 0);
	a->hashes = 0;
	rig_run(s->r, S(8));
	CU_ASSERT_EQUAL(dsmip_ue_state(s->r->d), DSMIP_REGISTERED);
	s2c_free(s);
}

/* ---- nonsense, well sealed --------------------------------------------------------------------------------------- */

/*
 * Requests and responses of IKE_AUTH with one bit of their payloads changed, and sealed again with the right keys:
 * authentic messages of a broken or malicious peer. Nobody crashes, no SA is left half done, and whoever is registered
 * in the end is so on both sides.
 */
struct spoiler {
	struct moor_filter f;
	struct s2c *s;
	unsigned countdown;		/* messages before the one that is spoiled */
	uint32_t random;
};

#define IKE_AT (14 + 40 + 8)		/* in a frame with IPv6 and UDP */
#define SK_AT (IKE_HDR_LEN + IKE_GENERIC_LEN)

static void checksum(uint8_t *f, size_t n)
{
	uint16_t len = (uint16_t)(n - 54), sum;

	store16(f + 54 + 6, 0);
	sum = csum_fold(csum_add(csum_add(csum_add(0, f + 22, 32), f + 54, len), (const uint8_t[]){ 0, 17 }, 2) + len);
	store16(f + 54 + 6, sum ? sum : 0xffff);
}

static void spoil(struct spoiler *x, crypto_key key, uint8_t *f, size_t n)
{
	uint8_t *ike = f + IKE_AT, *iv = ike + SK_AT, *ct = iv + crypto_key_iv_len(x->s->crypto, key), *icv;
	size_t icv_len = crypto_key_icv_len(x->s->crypto, key), len;

	icv = f + n - icv_len;
	len = (size_t)(icv - ct);
	if (!crypto_open(x->s->crypto, key, iv, ike, SK_AT, ct, len, icv)) {
		CU_ASSERT(false);
		return;
	}
	x->random = x->random * 1664525u + 1013904223u;
	ct[(x->random >> 8) % len] ^= (uint8_t)(1u << (x->random >> 29));
	crypto_seal(x->s->crypto, key, iv, ike, SK_AT, ct, len, icv);
	checksum(f, n);
}

static enum filter_verdict through(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
				   struct moor_pkt **pkt)
{
	struct spoiler *x = MOOR_CONTAINER(f, struct spoiler, f);
	struct ike_sa *sa = first_sa(x->s->ike_ue);
	uint8_t *d = (*pkt)->data;

	(void)p;
	if (!sa || !sa->key_out || (*pkt)->len < IKE_AT + SK_AT || d[12] != 0x86 || d[20] != 17 || load16(d + 56) != 500 ||
	    d[IKE_AT + 16] != IKE_P_SK || d[IKE_AT + 18] != IKE_AUTH || x->countdown-- != 0)
		return FILTER_PASS;
	spoil(x, dir == FILTER_OUT ? sa->key_out : sa->key_in, d, (*pkt)->len);
	(*pkt)->as_sent = false;
	return FILTER_PASS;
}

static void spoiled(unsigned k)
{
	struct spoiler x = { .f = { .name = "spoiler", .frame = through }, .countdown = k % 6,
			     .random = 12345 + k * 7919 };
	struct s2c *s = s2c_new();
	bool there, here;

	s->r->timers.v[T_IKE_TRIES] = 2;
	s->ue_ike.fragmentation = false;
	s->aaa_config.reauth = false;
	s2c_build(s);
	x.s = s;
	moor_filter_add(net_iface_port(ue_iface(s->r->ue, "lte")), &x.f);
	rig_attach(s->r, "lte", s->r->lte);
	rig_run(s->r, S(50));
	here = dsmip_ue_state(s->r->d) == DSMIP_REGISTERED;
	there = rig_bce(s->r).state == DSMIP_BCE_ACTIVE;
	CU_ASSERT_EQUAL(here, there);
	CU_ASSERT(x.countdown > 6);			/* it was spoiled */
	CU_ASSERT(here || dsmip_ue_state(s->r->d) == DSMIP_IDLE);
	CU_ASSERT_EQUAL(ike_sas(s->ike_ue), here);
	CU_ASSERT(!ike_half_open(s->ike_ha));
	s2c_free(s);
}

static void test_spoiled(void)
{
	for (unsigned k = 0; k < 300; k++)
		spoiled(k);
}

static const struct harness_test tests[] = {
	{ "AUTH is what RFC 7296 says", test_formulas },
	{ "an initiator without the key", test_initiator_without_key },
	{ "a responder without the key", test_responder_without_key },
	{ "another IDr than the one asked for", test_other_idr },
	{ "IKE_SA_INIT was changed on the way", test_changed_init },
	{ "REDIRECT that nobody asked for", test_redirect_unasked },
	{ "a UE that asks for no prefix", test_no_prefix_asked },
	{ "signatures of the older methods", test_old_method },
	{ "broken messages, well sealed", test_spoiled },
};

int main(int argc, char **argv)
{
	return harness_main("s2c-auth", tests, G_N_ELEMENTS(tests), argc, argv);
}

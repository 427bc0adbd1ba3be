/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IKE_AUTH, what both sides have in common
 *
 * Both prove themselves with a pre-shared key or a certificate each, in one exchange (ike_auth_plain.c):
 *
 *	IDi, [CERT], [CERTREQ], IDr, AUTH, SA, TSi, TSr	->
 *							<-	IDr, [CERT], AUTH, [SA, TSi, TSr]
 *
 * Or the responder proves itself with a certificate, the initiator with EAP, once or twice:
 *
 *	initiator						responder
 *	IDi, [CERTREQ], [IDr], CP, [SA, TSi, TSr]	->
 *							<-	IDr, CERT, AUTH(signature), EAP
 *	EAP						->	(as often as the method wants)
 *							<-	EAP, at last Success
 *	AUTH(key of EAP), [ANOTHER_AUTH_FOLLOWS]	->
 *							<-	AUTH(key of EAP), CP, [SA, TSi, TSr]
 *	with ANOTHER_AUTH_FOLLOWS instead		<-	AUTH
 *	IDi						->	EAP, AUTH again, and only then CP and SA
 *
 * Here: the identities, the octets that AUTH covers and the AUTH made with a shared key [RFC 7296 2.15, 2.16]. The
 * MSK of EAP stands for the shared key; a method that makes none leaves SK_pi and SK_pr. In a second authentication
 * IDi' is the latest IDi, IDr' the latest IDr [RFC 4739 2.1].
 *
 * Not here: EAP-only authentication [RFC 5998], hash-and-URL certificates, one end by key and the other by certificate.
 */
#include "proto/ike_auth_priv.h"

#include <assert.h>
#include <string.h>

static const char run_key;

static struct slab *runs(const struct moor_world *w)
{
	return world_slab((struct moor_world *)(uintptr_t)w, &run_key, "ike-auth-run", sizeof(struct ike_auth_run));
}

void ike_auth_memory(const struct moor_world *w, mem_report_fn *fn, void *ctx)
{
	slab_report(runs(w), fn, ctx);
}

/* ---- identities -------------------------------------------------------------------------------------------------- */

void auth_write_id(struct ike_writer *w, uint8_t payload, const struct ike_id *id)
{
	ike_w_id(w, payload, id->type, id->data, id->len);
}

bool auth_read_id(const struct ike_payload *p, struct ike_id *out)
{
	if (p->id.data.n > IKE_ID_MAX)
		return false;
	out->type = p->id.type;
	out->len = (uint8_t)p->id.data.n;
	memcpy(out->data, p->id.data.p, p->id.data.n);
	return true;
}

bool auth_same_id(const struct ike_id *a, const struct ike_id *b)
{
	return a->type == b->type && a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* ---- AUTH -------------------------------------------------------------------------------------------------------- */

/* prf(SK_p, ID'), where ID' is the payload without its generic header: type, three zeros, the identity. */
static void mac_id(const struct ike_sa *sa, const uint8_t *key, const struct ike_id *id, uint8_t *out)
{
	uint16_t prf = ike_suite_of(sa)->prf;
	uint8_t head[4] = { id->type };
	struct crypto_part parts[] = { { head, sizeof head }, { id->data, id->len } };

	crypto_prf(ike_crypto(sa), (uint8_t)prf, key, crypto_prf_len((uint8_t)prf), parts, CRYPTO_PARTS(parts), out);
}

void auth_octets(const struct ike_auth *a, bool of_initiator, struct crypto_part out[3], uint8_t mac[CRYPTO_PRF_MAX])
{
	const struct ike_auth_run *r = auth_run(a);
	const struct moor_pkt *message = of_initiator ? a->init_i : a->init_r;

	mac_id(a->sa, of_initiator ? a->sk_pi : a->sk_pr, of_initiator ? &r->idi : &r->idr, mac);
	out[0] = (struct crypto_part){ message->data, message->len };
	out[1] = of_initiator ? a->nr : a->ni;
	out[2] = (struct crypto_part){ mac, crypto_prf_len((uint8_t)ike_suite_of(a->sa)->prf) };
}

static void shared(const struct ike_auth *a, bool of_initiator, uint8_t *out)
{
	static const uint8_t pad[] = "Key Pad for IKEv2";
	const struct ike_auth_run *r = auth_run(a);
	uint8_t prf = (uint8_t)ike_suite_of(a->sa)->prf, mac[CRYPTO_PRF_MAX], key[CRYPTO_PRF_MAX];
	size_t n = crypto_prf_len(prf);
	struct crypto_part padding = { pad, sizeof pad - 1 }, parts[3];
	struct crypto_part secret = { of_initiator ? a->sk_pi : a->sk_pr, n };

	if (r->pad.proof == IKE_PROOF_KEY)
		secret = (struct crypto_part){ r->pad.key, r->pad.key_len };
	else if (r->has_msk)
		secret = (struct crypto_part){ r->msk, IKE_MSK_LEN };
	crypto_prf(ike_crypto(a->sa), prf, secret.p, secret.n, &padding, 1, key);
	auth_octets(a, of_initiator, parts, mac);
	crypto_prf(ike_crypto(a->sa), prf, key, n, parts, 3, out);
}

void auth_write_shared(const struct ike_auth *a, struct ike_writer *w, bool of_initiator)
{
	uint8_t auth[CRYPTO_PRF_MAX];

	shared(a, of_initiator, auth);
	ike_w_auth(w, IKE_AUTH_SHARED_KEY, auth, crypto_prf_len((uint8_t)ike_suite_of(a->sa)->prf));
}

bool auth_check_shared(const struct ike_auth *a, const struct ike_payload *auth, bool of_initiator)
{
	uint8_t want[CRYPTO_PRF_MAX];
	size_t n = crypto_prf_len((uint8_t)ike_suite_of(a->sa)->prf);

	if (auth->auth.method != IKE_AUTH_SHARED_KEY || auth->auth.data.n != n)
		return false;
	shared(a, of_initiator, want);
	return crypto_equal(want, auth->auth.data.p, n);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void ike_auth_begin(struct ike_sa *sa)
{
	struct ike_auth *a = ike_auth_of(sa);
	moor_handle h;
	struct ike_auth_run *r = slab_alloc(runs(ike_w(sa->k)), &h);

	assert(!a->run);
	r->self = h;
	a->run = r;
	if (sa->initiator)
		auth_initiate(a);
}

void ike_auth_end(struct ike_auth *a)
{
	struct ike_auth_run *r = a->run;

	if (!r)
		return;
	ike_draft_drop(a->sa, &r->draft);
	memset(r->msk, 0, sizeof r->msk);
	slab_free(runs(ike_w(a->sa->k)), r->self);
	a->run = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AUTH payloads of a capture, proved once more: signatures with the certificate that the same side sent, shared
 * keys and what EAP made with the key it left. It exists because a handshake that both ends took is not yet one that
 * the documents would take. Whether the certificate itself may be trusted is not asked: that is its receiver's matter.
 *
 * Implements for an onlooker RFC 7296 2.15 and 2.16, RFC 7427, RFC 4739 (a second authentication has its own
 * identity and its own key).
 */
#include "emu/replay_ike.h"

#include <string.h>

/* What a signature or MAC is made over [RFC 7296 2.15] */
struct signed_octets {
	GBytes *message, *nonce;	/* of this side, of the other */
	uint8_t maced[CRYPTO_PRF_MAX];	/* prf(SK_p, ID') */
	struct crypto_part part[3];
};

static struct crypto_part part_of(GBytes *b)
{
	gsize n;
	const uint8_t *p = g_bytes_get_data(b, &n);

	return (struct crypto_part){ p, n };
}

/* NULL: it is all there. */
static const char *octets_of(struct replay_ike *k, const struct watch_sa *s, bool from_i, struct signed_octets *o)
{
	GBytes *id = from_i ? s->idi : s->idr;
	struct crypto_part body;

	o->message = from_i ? s->first_q : s->first_a;
	o->nonce = from_i ? s->nr : s->ni;
	if (!o->message || !o->nonce)
		return "the capture does not have the IKE_SA_INIT exchange";
	if (!id)
		return "the capture does not have the identity";
	if (!s->has_p || !crypto_prf_known(s->prf))
		return s->secret_wrong ? "the secret given is not right" : "SK_p is not known (dh or sk-p)";
	body = part_of(id);
	crypto_prf(k->c, s->prf, from_i ? s->sk.pi : s->sk.pr, crypto_prf_len(s->prf), &body, 1, o->maced);
	o->part[0] = part_of(o->message);
	o->part[1] = part_of(o->nonce);
	o->part[2] = (struct crypto_part){ o->maced, crypto_prf_len(s->prf) };
	return NULL;
}

static void tell(struct replay_ike *k, const struct watch_sa *s, bool from_i, uint64_t number, enum watch_outcome o,
		 const char *why)
{
	char place[IKE_PLACE];
	const struct key_fact *p = s->computed ? s->dh : s->p_from;

	if (o == IKE_RIGHT)
		watch_tell(k, TALLY_IKE_AUTH, o, " ");
	else if (o == IKE_UNKNOWN)
		watch_tell(k, TALLY_IKE_AUTH, o, "record " U64 " (AUTH of the %s, IKE SA %u): %s", number,
			 from_i ? "initiator" : "responder", s->number, why);
	else
		watch_tell(k, TALLY_IKE_AUTH, o, "record " U64 " (AUTH of the %s, IKE SA %u): %s; SK_p%c is that of %s",
			 number, from_i ? "initiator" : "responder", s->number, why, from_i ? 'i' : 'r',
			 p ? watch_place(&p->at, place) : "?");
}

static enum watch_outcome signature(struct replay_ike *k, const struct watch_sa *s, bool from_i,
				    const struct ike_payload *a, const struct signed_octets *o, const char **why)
{
	GBytes *cert = from_i ? s->cert_i : s->cert_r;
	enum crypto_cert_result got;
	gsize n;
	const uint8_t *der;

	if (!cert) {
		*why = "the capture does not have the certificate";
		return IKE_UNKNOWN;
	}
	der = g_bytes_get_data(cert, &n);
	got = crypto_verify(k->c, der, n, a->auth.method, o->part, CRYPTO_PARTS(o->part), a->auth.data.p, a->auth.data.n);
	*why = crypto_cert_result_name(got);
	if (got == CRYPTO_CERT_OK)
		return IKE_RIGHT;
	if (got == CRYPTO_CERT_SIGNATURE) {
		*why = "the signature is wrong";
		return IKE_WRONG;
	}
	return IKE_UNKNOWN;
}

/* AUTH = prf(prf(secret, "Key Pad for IKEv2"), octets) */
static bool by_secret(struct replay_ike *k, const struct watch_sa *s, const uint8_t *secret, size_t n,
		      const struct ike_payload *a, const struct signed_octets *o)
{
	static const char pad[] = "Key Pad for IKEv2";
	const struct crypto_part text = { (const uint8_t *)pad, sizeof(pad) - 1 };
	size_t len = crypto_prf_len(s->prf);
	uint8_t key[CRYPTO_PRF_MAX], mac[CRYPTO_PRF_MAX];

	crypto_prf(k->c, s->prf, secret, n, &text, 1, key);
	crypto_prf(k->c, s->prf, key, len, o->part, CRYPTO_PARTS(o->part), mac);
	return a->auth.data.n == len && crypto_equal(mac, a->auth.data.p, len);
}

static enum watch_outcome shared_key(struct replay_ike *k, const struct watch_sa *s, bool from_i,
				     const struct ike_payload *a, const struct signed_octets *o, char *why, size_t cap)
{
	const struct key_fact *f = NULL;
	char place[IKE_PLACE];

	if (s->eap.success && s->eap.keyless && !s->eap.aka) {
		g_strlcpy(why, "it is not the one that SK_p gives after a method without keys", cap);
		return by_secret(k, s, from_i ? s->sk.pi : s->sk.pr, crypto_prf_len(s->prf), a, o) ? IKE_RIGHT : IKE_WRONG;
	}
	if (s->eap.msk) {
		if (s->eap.usim)
			g_snprintf(why, cap, "it is not the one that the MSK gives (K and OPc of %s)",
				   watch_place(&s->eap.usim->at, place));
		else
			g_strlcpy(why, "it is not the one that the MSK of the re-authentication gives", cap);
		return by_secret(k, s, s->eap.keys.msk, sizeof(s->eap.keys.msk), a, o) ? IKE_RIGHT : IKE_WRONG;
	}
	f = k->keys ? replay_keys_find(k->keys, s->eap.success ? FACT_MSK : FACT_PSK, s->spi_i) : NULL;
	if (!f) {
		g_strlcpy(why, s->eap.success ? "the MSK is not known (usim or msk)" : "the shared key is not known (psk)", cap);
		return IKE_UNKNOWN;
	}
	g_snprintf(why, cap, "it is not the one that %s gives", watch_place(&f->at, place));
	return by_secret(k, s, f->one, f->n_one, a, o) ? IKE_RIGHT : IKE_WRONG;
}

static void auth(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_payload *a,
		 bool from_i, uint64_t number)
{
	const char *name = a->auth.method == IKE_AUTH_SHARED_KEY ? s->eap.n_messages ? "EAP" : "shared key"
		: a->auth.method == IKE_AUTH_RSA ? "RSA" : ike_name(IKE_SPACE_AUTH, a->auth.method);
	struct signed_octets o;
	const char *why = octets_of(k, s, from_i, &o);
	char text[IKE_PLACE + 80];
	enum watch_outcome got = IKE_UNKNOWN;

	if (!why) {
		switch (a->auth.method) {
		case IKE_AUTH_SHARED_KEY:
		case IKE_AUTH_NULL:
			got = shared_key(k, s, from_i, a, &o, text, sizeof(text));
			why = text;
			break;
		default:
			got = signature(k, s, from_i, a, &o, &why);
		}
	}
	tell(k, s, from_i, number, got, why);
	watch_word(x, "AUTH of %c %s (%s)", from_i ? 'i' : 'r',
		   got == IKE_RIGHT ? "right" : got == IKE_WRONG ? "WRONG" : "not checked", name ? name : "unknown method");
}

/* A fact and what was computed should be the same. */
static void given_msk(struct replay_ike *k, const struct watch_sa *s)
{
	const struct key_fact *f = k->keys && s->eap.msk ? replay_keys_find(k->keys, FACT_MSK, s->spi_i) : NULL;

	if (f && memcmp(f->one, s->eap.keys.msk, sizeof(s->eap.keys.msk)))
		watch_tell(k, TALLY_EAP_MAC, IKE_WRONG, "%s:%u: the MSK of IKE SA %u is another one than K and OPc give", f->at.file,
			 f->at.line, s->number);
}

static void identity(struct watch_sa *s, const struct ike_payload *id, bool from_i)
{
	/* a second authentication begins with the initiator's identity once more [RFC 4739 2.2] */
	if (from_i) {
		eap_run_clear(&s->eap);
		eap_run_identity(&s->eap, id->id.data.p, id->id.data.n);
	}
	watch_keep(from_i ? &s->idi : &s->idr, id->body.p, id->body.n);
}

void watch_auth_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct ike_msg *m,
			bool from_i, uint64_t number)
{
	const struct ike_payload *id = ike_find(m, from_i ? IKE_P_IDI : IKE_P_IDR), *cert = ike_find(m, IKE_P_CERT);
	const struct ike_payload *eap = ike_find(m, IKE_P_EAP), *a = ike_find(m, IKE_P_AUTH);

	if (id)
		identity(s, id, from_i);
	if (cert && cert->cert.encoding == IKE_CERT_X509)
		watch_keep(from_i ? &s->cert_i : &s->cert_r, cert->cert.data.p, cert->cert.data.n);
	if (eap)
		eap_run_message(k, s, x, eap->data.p, eap->data.n, number);
	if (a)
		auth(k, s, x, a, from_i, number);
	if (a && from_i)
		given_msk(k, s);
}

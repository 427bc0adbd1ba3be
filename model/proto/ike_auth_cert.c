/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: certificates and signatures in IKE_AUTH
 *
 * Who signs does it with the method that its key and the peer's SIGNATURE_HASH_ALGORITHMS allow: 14 when they share a
 * hash [RFC 7427], else RSA (1) or ECDSA (9) [RFC 7296 3.8, RFC 4754]. The peer wants a chain to one of its anchors,
 * valid by its own wall clock, and a name. An initiator's certificate must hold its IDi.
 *
 * Which name: 24.303 5.1.3.1 has the home agent repeat the initiator's IDr, the APN, which many home agents serve; so
 * the certificate must hold IDr [RFC 4945 3.1] or else the address that the initiator chose to talk to, which it
 * learned by discovery. Either is what its peer authorization database has about the peer [RFC 4301 4.4.3, RFC 4877
 * 7.1].
 *
 * Not here: revocation, certificates by URL.
 */
#include "proto/ike_auth_priv.h"

#include <assert.h>
#include <string.h>

#include "world/clock.h"

#define SHA1_LEN 20u

void auth_write_certreq(const struct ike_sa *sa, struct ike_writer *w)
{
	const struct crypto_trust *t = sa->k->c->trust;
	size_t n = t ? crypto_trust_anchors(t) : 0;
	uint8_t *to;

	if (!n)
		return;
	to = ike_w_room(w, IKE_P_CERTREQ, 1 + n * SHA1_LEN);
	if (!to)
		return;
	*to++ = IKE_CERT_X509;
	for (size_t i = 0; i < n; i++)
		memcpy(to + i * SHA1_LEN, crypto_trust_anchor(t, i), SHA1_LEN);
}

/* ---- signing ----------------------------------------------------------------------------------------------------- */

static bool peer_knows(const struct ike_auth *a, enum ike_hash h)
{
	return a->hashes >> h & 1;
}

static uint8_t method(const struct ike_auth *a, const struct crypto_identity *id)
{
	enum ike_hash h = crypto_identity_type(id) == CRYPTO_KEY_ED25519 ? IKE_HASH_IDENTITY : IKE_HASH_SHA2_256;

	return peer_knows(a, h) ? CRYPTO_AUTH_DIGITAL : crypto_identity_method(id);
}

bool auth_can_sign(const struct ike_auth *a)
{
	const struct crypto_identity *id = a->sa->k->c->identity;

	return id && crypto_identity_can(id, method(a, id));
}

void auth_write_signature(const struct ike_auth *a, struct ike_writer *w, bool of_initiator)
{
	const struct crypto_identity *id = a->sa->k->c->identity;
	uint8_t auth[CRYPTO_SIGNATURE_MAX], mac[CRYPTO_PRF_MAX], how = method(a, id);
	struct crypto_part parts[3];
	size_t n;

	auth_octets(a, of_initiator, parts, mac);
	n = crypto_sign(ike_crypto(a->sa), id, how, parts, 3, auth);
	assert(n);
	for (size_t i = 0; i < crypto_identity_chain(id); i++) {
		struct crypto_part cert = crypto_identity_cert(id, i);

		ike_w_cert(w, IKE_CERT_X509, cert.p, cert.n);
	}
	ike_w_auth(w, how, auth, n);
}

/* ---- checking ---------------------------------------------------------------------------------------------------- */

static enum ike_reason reason(enum crypto_cert_result r)
{
	switch (r) {
	case CRYPTO_CERT_OK:
		return IKE_OK;
	case CRYPTO_CERT_MALFORMED:
	case CRYPTO_CERT_SIGNATURE:
	case CRYPTO_CERT_PURPOSE:
		return IKE_CERT_BAD;
	case CRYPTO_CERT_UNTRUSTED:
		return IKE_CERT_UNTRUSTED;
	case CRYPTO_CERT_NOT_YET:
	case CRYPTO_CERT_EXPIRED:
		return IKE_CERT_EXPIRED;
	case CRYPTO_CERT_NAME:
		return IKE_CERT_NAME;
	case CRYPTO_CERT_METHOD:
		return IKE_AUTH_FAILED;
	}
	return IKE_CERT_BAD;
}

/* What only the owner would learn otherwise: nothing that is sent tells which of these it was. */
static const char *discard_reason(enum crypto_cert_result r)
{
	switch (r) {
	case CRYPTO_CERT_OK:
		break;
	case CRYPTO_CERT_MALFORMED:
		return "certificate-malformed";
	case CRYPTO_CERT_SIGNATURE:
		return "certificate-signature";
	case CRYPTO_CERT_PURPOSE:
		return "certificate-purpose";
	case CRYPTO_CERT_UNTRUSTED:
		return "certificate-untrusted";
	case CRYPTO_CERT_NOT_YET:
		return "certificate-not-yet-valid";
	case CRYPTO_CERT_EXPIRED:
		return "certificate-expired";
	case CRYPTO_CERT_NAME:
		return "certificate-name";
	case CRYPTO_CERT_METHOD:
		return "certificate-method";
	}
	return "certificate";
}

static size_t chain_of(const struct ike_msg *msg, struct crypto_part out[CRYPTO_CHAIN_MAX])
{
	size_t n = 0;

	for (const struct ike_payload *p = ike_find(msg, IKE_P_CERT); p && n < CRYPTO_CHAIN_MAX; p = ike_next(msg, p))
		if (p->cert.encoding == IKE_CERT_X509)
			out[n++] = (struct crypto_part){ p->cert.data.p, p->cert.data.n };
	return n;
}

static enum crypto_cert_result names_address(const struct ike_sa *sa, const struct crypto_part *certs, size_t n,
					     int64_t now)
{
	const struct ip6_addr *peer = &sa->path.peer;
	struct ip4_addr peer4;

	if (!ip6_is_mapped(peer))
		return crypto_chain_check(ike_crypto(sa), sa->k->c->trust, certs, n, now, IKE_ID_IP6, peer->o, 16);
	peer4 = ip6_mapped_ip4(peer);
	return crypto_chain_check(ike_crypto(sa), sa->k->c->trust, certs, n, now, IKE_ID_IP4, peer4.o, 4);
}

/* The identity, or for a responder the address that was chosen, must be in the certificate. */
static enum crypto_cert_result names(const struct ike_auth *a, const struct crypto_part *certs, size_t n, int64_t now,
				     bool of_initiator)
{
	const struct ike_sa *sa = a->sa;
	const struct ike_id *id = of_initiator ? &auth_run(a)->idi : &auth_run(a)->idr;
	enum crypto_cert_result is = CRYPTO_CERT_NAME;

	if (of_initiator || a->c.idr.len)	/* else anybody with a certificate could name himself */
		is = crypto_chain_check(ike_crypto(sa), sa->k->c->trust, certs, n, now, id->type, id->data, id->len);
	return is == CRYPTO_CERT_NAME && !of_initiator && auth_run(a)->pad.proof == IKE_PROOF_EAP ?
	       names_address(sa, certs, n, now) : is;
}

/* [R24303-5.1.2.2-16] */
enum ike_reason auth_check_signature(const struct ike_auth *a, const struct ike_msg *msg,
				     const struct ike_payload *auth, bool of_initiator)
{
	const struct ike_sa *sa = a->sa;
	int64_t now = moor_clock_read(net_host_node(sa->k->h)) / MOOR_S;
	struct crypto_part certs[CRYPTO_CHAIN_MAX], parts[3];
	uint8_t mac[CRYPTO_PRF_MAX];
	size_t n = chain_of(msg, certs);
	enum crypto_cert_result is;

	if (!n || !sa->k->c->trust)
		return IKE_CERT_UNTRUSTED;
	is = names(a, certs, n, now, of_initiator);
	if (is != CRYPTO_CERT_OK) {
		ike_discard(sa->k, discard_reason(is), of_initiator ? "RFC 4945 3.1" : "24.303 5.1.2.2");
		return reason(is);
	}
	auth_octets(a, of_initiator, parts, mac);
	is = crypto_verify(ike_crypto(sa), certs[0].p, certs[0].n, auth->auth.method, parts, 3, auth->auth.data.p,
			   auth->auth.data.n);
	/* the certificate is good: what is wrong is the proof */
	if (is != CRYPTO_CERT_OK)
		ike_discard(sa->k, "auth-signature", "RFC 7296 2.15");
	return is == CRYPTO_CERT_OK ? IKE_OK : is == CRYPTO_CERT_MALFORMED ? IKE_CERT_BAD : IKE_AUTH_FAILED;
}

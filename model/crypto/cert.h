/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates and signatures: who a node is, whom it trusts, and the AUTH payload of IKEv2 made with a private key.
 * Certificates and their validation are real in both providers (they are made and parsed at set-up, and what was
 * validated is remembered by its digest); signatures of `modelled` are keyed checksums of the lengths of real ones.
 *
 * Signing draws no random numbers: RSA PKCS#1 v1.5 and Ed25519 have none, ECDSA takes its nonce from key and digest
 * [RFC 6979]. A certificate that crypto_ca_issue makes is the same on every machine.
 *
 * Times are wall-clock seconds since 1970-01-01 UTC: the node's own clock (moor_clock_read() / 10^9).
 *
 * Implements: RFC 7296 2.15, 3.6 (X.509 signature certificates only), 3.8, RFC 4754 (ECDSA-256), RFC 7427, RFC 8420,
 * RFC 5280 6.1 by means of libcrypto, RFC 4945 3.1, 5.1.3 (identity against subjectAltName, key usage).
 * Not: revocation lists, OCSP, raw public keys, hash-and-URL.
 */
#ifndef MOOR_CRYPTO_CERT_H
#define MOOR_CRYPTO_CERT_H

#include "base/addr.h"
#include "crypto/crypto.h"

#define CRYPTO_SIGNATURE_MAX 640	/* Authentication Data of the largest key allowed (RSA-4096, method 14) */
#define CRYPTO_CHAIN_MAX 8		/* certificates that a chain may have */
#define CRYPTO_ERROR_MAX 160		/* octets that hold any error text, its end included */

/* AUTH methods [RFC 7296 3.8, RFC 7427] */
enum crypto_auth { CRYPTO_AUTH_RSA = 1, CRYPTO_AUTH_ECDSA_256 = 9, CRYPTO_AUTH_DIGITAL = 14 };
/* SIGNATURE_HASH_ALGORITHMS [RFC 7427 7, RFC 8420 3]: what crypto_verify understands within method 14 */
enum crypto_hash_id { CRYPTO_HASH_SHA1 = 1, CRYPTO_HASH_SHA256 = 2, CRYPTO_HASH_IDENTITY = 5 };
enum crypto_key_type { CRYPTO_KEY_ECDSA_P_256, CRYPTO_KEY_ED25519, CRYPTO_KEY_RSA };

const char *crypto_key_type_name(enum crypto_key_type t);		/* "ecdsa-p256", "ed25519", "rsa" */
bool crypto_key_type_find(const char *name, enum crypto_key_type *t);

/* ---- a private key with its certificates ------------------------------------------------------------------------- */

struct crypto_identity;

/*
 * From PEM: a private key (PKCS#8 or traditional; P-256, Ed25519, RSA 1024..4096) and its chain, own certificate
 * first. NULL: *error (at least CRYPTO_ERROR_MAX octets) says what is wrong. A key that does not belong to the
 * certificate is accepted on purpose: its signatures fail, which is what a test of a wrong AUTH wants.
 */
struct crypto_identity *crypto_identity_new(struct crypto *c, const char *key_pem, const char *chain_pem, char *error);
void crypto_identity_free(struct crypto_identity *id);			/* NULL is allowed */
enum crypto_key_type crypto_identity_type(const struct crypto_identity *id);
/* CERT payloads: the chain in DER, own certificate first, a self-signed last one left out. Lent. */
size_t crypto_identity_chain(const struct crypto_identity *id);
struct crypto_part crypto_identity_cert(const struct crypto_identity *id, size_t i);	/* i < crypto_identity_chain() */

/* Whether this key can sign by this method, and the method a peer expects by default (RSA 1, ECDSA 9, Ed25519 14). */
bool crypto_identity_can(const struct crypto_identity *id, uint8_t method);
uint8_t crypto_identity_method(const struct crypto_identity *id);
/*
 * The Authentication Data of an AUTH payload over the parts (for RFC 7296 2.15: message | nonce | prf(SK_p, ID')).
 * Method 1: PKCS#1 v1.5 with SHA-1, as RFC 7296 3.8 wants by default; 9: r | s, 64 octets, SHA-256; 14: length octet,
 * AlgorithmIdentifier and signature with SHA-256 (Ed25519: with no hash of its own). Returns its length; 0: this key
 * cannot sign so. out: CRYPTO_SIGNATURE_MAX octets.
 */
size_t crypto_sign(struct crypto *c, const struct crypto_identity *id, uint8_t method, const struct crypto_part *parts,
		   size_t n, uint8_t *out);

/* ---- what a peer showed ------------------------------------------------------------------------------------------ */

enum crypto_cert_result {
	CRYPTO_CERT_OK,
	CRYPTO_CERT_MALFORMED,		/* no certificate, not DER, a key of a kind that is not known here, too many */
	CRYPTO_CERT_UNTRUSTED,		/* no path to an anchor */
	CRYPTO_CERT_SIGNATURE,		/* bad signature: of a certificate of the chain, or the AUTH payload's */
	CRYPTO_CERT_PURPOSE,		/* a CA that is none, a key usage or extended key usage that rules IKE out */
	CRYPTO_CERT_NOT_YET,		/* before a notBefore of the chain */
	CRYPTO_CERT_EXPIRED,		/* after a notAfter */
	CRYPTO_CERT_NAME,		/* subjectAltName (for a DN: subject) does not hold the identity */
	CRYPTO_CERT_METHOD		/* crypto_verify: the method or algorithm does not fit the certificate's key */
};

const char *crypto_cert_result_name(enum crypto_cert_result r);	/* "ok", "untrusted", "bad signature" … */

/* Trust anchors, chosen at set-up. */
struct crypto_trust;

struct crypto_trust *crypto_trust_new(struct crypto *c);
void crypto_trust_free(struct crypto_trust *t);				/* NULL is allowed */
bool crypto_trust_add(struct crypto_trust *t, const uint8_t *der, size_t n);	/* false: no certificate */
int crypto_trust_add_pem(struct crypto_trust *t, const char *pem);	/* how many were in it; -1: a broken one */
/* CERTREQ: SHA-1 of each anchor's public key information [RFC 7296 3.7]. Lent; 20 octets each. */
size_t crypto_trust_anchors(const struct crypto_trust *t);
const uint8_t *crypto_trust_anchor(const struct crypto_trust *t, size_t i);

/*
 * Whether the chain (DER, the peer's own certificate first, then any others in any order) leads to an anchor at that
 * time, and its first certificate holds the identity. id_type and id are those of an ID payload: 1 IPv4 (4 octets), 2
 * FQDN, 3 RFC 822, 5 IPv6 (16), 9 DN (DER); 0: no identity is asked for. Other types never match. FQDNs are compared
 * without case and without wildcards. Faults are reported in the order of the enumeration. Charged in full each time,
 * as if each node did it for itself; the work is done once per chain, anchors and identity.
 */
enum crypto_cert_result crypto_chain_check(struct crypto *c, const struct crypto_trust *t,
					   const struct crypto_part *certs, size_t n, int64_t now, uint8_t id_type,
					   const uint8_t *id, size_t id_len);

/*
 * Whether `auth` is a signature over the parts by the key of this certificate. Method 1 accepts SHA-1 and SHA-256, 14
 * RSA-PKCS1 and ECDSA with SHA-1 or SHA-256, and Ed25519. Says OK, MALFORMED (the certificate, or auth's own format),
 * METHOD or SIGNATURE. That the certificate may be trusted is crypto_chain_check's matter.
 */
enum crypto_cert_result crypto_verify(struct crypto *c, const uint8_t *cert, size_t cert_len, uint8_t method,
				      const struct crypto_part *parts, size_t n, const uint8_t *auth, size_t auth_len);

/* ---- a certification authority out of a seed --------------------------------------------------------------------- */

/*
 * For scenarios that name no files. P-256 and Ed25519 keys are made of the seed; libcrypto cannot make RSA keys so:
 * every RSA certificate made here holds the same published key of 2048 bits.
 */
struct crypto_ca;

struct crypto_cert_spec {
	enum crypto_key_type type;
	uint64_t seed;			/* with the name it makes the key (not RSA's) */
	const char *name;		/* common name of the subject: 1..64 octets of ASCII */
	const char *const *dns;		/* dNSNames, NULL-ended; NULL: none */
	const struct ip6_addr *ip6;	/* iPAddresses */
	size_t n_ip6;
	const struct ip4_addr *ip4;
	size_t n_ip4;
	uint64_t serial;		/* > 0 */
	int64_t not_before, not_after;	/* seconds since 1970, years 1970 .. 9999 */
};

/* Self-signed; SANs of the specification are ignored. Never NULL. */
struct crypto_ca *crypto_ca_new(struct crypto *c, const struct crypto_cert_spec *spec);
void crypto_ca_free(struct crypto_ca *ca);				/* NULL is allowed */
struct crypto_part crypto_ca_cert(const struct crypto_ca *ca);		/* DER; for crypto_trust_add. Lent. */
/* A key and a certificate for IKE (digitalSignature, ipsecIKE and serverAuth), signed by the CA. Never NULL. */
struct crypto_identity *crypto_ca_issue(const struct crypto_ca *ca, const struct crypto_cert_spec *spec);
/* A CA below this one, whose certificate is part of the chains of what it issues. */
struct crypto_ca *crypto_ca_below(const struct crypto_ca *ca, const struct crypto_cert_spec *spec);

/* ---- for other programs ------------------------------------------------------------------------------------------ */

/* PEM texts: the private key (PKCS#8, not encrypted), the chain, a CA's own certificate. To be freed with mem_free. */
char *crypto_identity_key_pem(const struct crypto_identity *id);
char *crypto_identity_chain_pem(const struct crypto_identity *id);
char *crypto_ca_pem(const struct crypto_ca *ca);

#endif

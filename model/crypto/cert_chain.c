/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: whom to trust
 *
 * Trust anchors, and the validation of a peer's chain against them [RFC 5280 6.1 by libcrypto] with the identity it
 * claims in its ID payload [RFC 4945 3.1]. The verdict is found in two steps: what does not depend on the time is
 * worked out once per chain, anchors and identity, together with the span in which all certificates of the path are
 * valid; then the caller's clock is held against that span. A million UEs that trust one home agent cost one
 * validation.
 *
 * Key usage [RFC 4945 5.1.3.2]: digitalSignature or nonRepudiation, when the extension is there; extended key usage
 * [RFC 4945 5.1.3.12]: ipsecIKE, serverAuth (which home agents of the field carry) or any. Not: revocation.
 */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "crypto/cert_priv.h"

#define ANCHORS_MAX 64u
#define DAY 86400

enum id_type { ID_NONE = 0, ID_IPV4 = 1, ID_FQDN = 2, ID_RFC822 = 3, ID_IPV6 = 5, ID_DN = 9 };

struct crypto_trust {
	struct crypto *c;
	X509_STORE *store;
	uint8_t anchors[ANCHORS_MAX][20];
	size_t n;
	uint8_t digest[32];		/* of all anchors, in the order they were added */
};

const char *crypto_cert_result_name(enum crypto_cert_result r)
{
	switch (r) {
	case CRYPTO_CERT_OK: return "ok";
	case CRYPTO_CERT_MALFORMED: return "malformed";
	case CRYPTO_CERT_UNTRUSTED: return "untrusted";
	case CRYPTO_CERT_SIGNATURE: return "bad signature";
	case CRYPTO_CERT_PURPOSE: return "wrong purpose";
	case CRYPTO_CERT_NOT_YET: return "not yet valid";
	case CRYPTO_CERT_EXPIRED: return "expired";
	case CRYPTO_CERT_NAME: return "name mismatch";
	case CRYPTO_CERT_METHOD: return "wrong method";
	}
	return "?";
}

/* ---- anchors ----------------------------------------------------------------------------------------------------- */

struct crypto_trust *crypto_trust_new(struct crypto *c)
{
	struct crypto_trust *t = mem_zeroed(sizeof *t);

	t->c = c;
	t->store = X509_STORE_new();
	crypto_must(t->store, "X509_STORE");
	return t;
}

void crypto_trust_free(struct crypto_trust *t)
{
	if (!t)
		return;
	X509_STORE_free(t->store);
	mem_free(t);
}

static bool trust_add(struct crypto_trust *t, X509 *x)
{
	uint8_t *spki = NULL, digest[32];
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);
	struct crypto_part key = { spki, n > 0 ? (size_t)n : 0 }, both[2] = { { t->digest, 32 }, { digest, 32 } };
	unsigned len = sizeof digest;
	bool good = n > 0 && t->n < ANCHORS_MAX && X509_STORE_add_cert(t->store, x) > 0 &&
		    X509_digest(x, EVP_sha256(), digest, &len) > 0;

	if (good) {
		sha1_parts(&key, 1, t->anchors[t->n++]);
		sha256_parts(both, 2, t->digest);
	}
	OPENSSL_free(spki);
	ERR_clear_error();
	return good;
}

bool crypto_trust_add(struct crypto_trust *t, const uint8_t *der, size_t n)
{
	const struct cert *e = cert_get(t->c, der, n);

	return e && trust_add(t, e->x);
}

int crypto_trust_add_pem(struct crypto_trust *t, const char *pem)
{
	X509 *certs[ANCHORS_MAX + 1];
	int n = pem_certs(pem, certs, ANCHORS_MAX + 1);
	bool good = n >= 0;

	for (int i = 0; i < n; i++) {
		good = trust_add(t, certs[i]) && good;
		X509_free(certs[i]);
	}
	return good ? n : -1;
}

size_t crypto_trust_anchors(const struct crypto_trust *t)
{
	return t->n;
}

const uint8_t *crypto_trust_anchor(const struct crypto_trust *t, size_t i)
{
	assert(i < t->n);
	return t->anchors[i];
}

/* ---- what does not depend on the time ---------------------------------------------------------------------------- */

static enum crypto_cert_result result_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return CRYPTO_CERT_OK;
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
	case X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH:
		return CRYPTO_CERT_SIGNATURE;
	case X509_V_ERR_INVALID_CA:
	case X509_V_ERR_INVALID_NON_CA:
	case X509_V_ERR_INVALID_PURPOSE:
	case X509_V_ERR_PATH_LENGTH_EXCEEDED:
	case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
	case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
	case X509_V_ERR_PERMITTED_VIOLATION:
	case X509_V_ERR_EXCLUDED_VIOLATION:
		return CRYPTO_CERT_PURPOSE;
	}
	return CRYPTO_CERT_UNTRUSTED;
}

static bool purpose_good(X509 *x)
{
	uint32_t flags = X509_get_extension_flags(x), usage = X509_get_key_usage(x);
	bool good = false;

	if (flags & EXFLAG_INVALID)
		return false;
	if ((flags & EXFLAG_KUSAGE) && !(usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
		return false;
	if (flags & EXFLAG_XKUSAGE) {
		EXTENDED_KEY_USAGE *all = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);

		for (int i = 0; all && i < sk_ASN1_OBJECT_num(all); i++) {
			int nid = OBJ_obj2nid(sk_ASN1_OBJECT_value(all, i));

			good = good || nid == NID_ipsec_IKE || nid == NID_server_auth || nid == NID_anyExtendedKeyUsage;
		}
		sk_ASN1_OBJECT_pop_free(all, ASN1_OBJECT_free);
		return good;
	}
	return true;
}

static bool name_good(X509 *x, uint8_t type, const uint8_t *id, size_t n)
{
	const unsigned flags = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
	const char *text = (const char *)id;
	const uint8_t *der;
	size_t len;

	switch (type) {
	case ID_NONE:
		return true;
	case ID_IPV4:
		return n == 4 && X509_check_ip(x, id, n, 0) > 0;
	case ID_IPV6:
		return n == 16 && X509_check_ip(x, id, n, 0) > 0;
	case ID_FQDN:		/* a length of 0 would mean: measure it */
		return n && !memchr(id, 0, n) && id[0] != '.' && X509_check_host(x, text, n, flags, NULL) > 0;
	case ID_RFC822:
		return n && !memchr(id, 0, n) && X509_check_email(x, text, n, flags) > 0;
	case ID_DN:
		return X509_NAME_get0_der(X509_get_subject_name(x), &der, &len) && len == n && !memcmp(der, id, n);
	}
	return false;
}

/* Seconds since 1970. */
static int64_t seconds_of(const ASN1_TIME *t, const ASN1_TIME *epoch)
{
	int days = 0, seconds = 0;

	crypto_must(ASN1_TIME_diff(&days, &seconds, epoch, t), "time of a certificate");
	return (int64_t)days * DAY + seconds;
}

/* The span in which all of the path are valid; false: a time in it cannot be read. */
static bool span_of(STACK_OF(X509) *path, struct verdict *v)
{
	ASN1_TIME *epoch = ASN1_TIME_new();
	bool good = true;

	crypto_must(epoch && ASN1_TIME_set_string(epoch, "19700101000000Z"), "1970");
	v->not_before = INT64_MIN;
	v->not_after = INT64_MAX;
	for (int i = 0; good && i < sk_X509_num(path); i++) {
		const ASN1_TIME *from = X509_get0_notBefore(sk_X509_value(path, i));
		const ASN1_TIME *to = X509_get0_notAfter(sk_X509_value(path, i));
		int64_t at;

		good = ASN1_TIME_check(from) && ASN1_TIME_check(to);
		if (!good)
			break;
		at = seconds_of(from, epoch);
		v->not_before = at > v->not_before ? at : v->not_before;
		at = seconds_of(to, epoch);
		v->not_after = at < v->not_after ? at : v->not_after;
	}
	ASN1_TIME_free(epoch);
	return good;
}

/* Looks for the path; its span goes to *v. */
static enum crypto_cert_result find_path(const struct crypto_trust *t, X509 *leaf, STACK_OF(X509) *others,
					 struct verdict *v)
{
	X509_STORE_CTX *s = X509_STORE_CTX_new();
	enum crypto_cert_result r;

	crypto_must(s && X509_STORE_CTX_init(s, t->store, leaf, others), "X509_STORE_CTX");
	/* the time is looked at afterwards; an anchor needs no issuer of its own */
	X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(s), X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
	r = X509_verify_cert(s) > 0 ? CRYPTO_CERT_OK : result_of(X509_STORE_CTX_get_error(s));
	if (r == CRYPTO_CERT_OK && !span_of(X509_STORE_CTX_get0_chain(s), v))
		r = CRYPTO_CERT_MALFORMED;
	if (r == CRYPTO_CERT_OK && !purpose_good(leaf))
		r = CRYPTO_CERT_PURPOSE;
	X509_STORE_CTX_free(s);
	ERR_clear_error();
	return r;
}

static void judge(const struct crypto_trust *t, const struct crypto_part *certs, size_t n, uint8_t id_type,
		  const uint8_t *id, size_t id_len, struct verdict *v)
{
	STACK_OF(X509) *others = sk_X509_new_null();
	X509 *leaf = NULL;
	bool good = others;

	v->result = CRYPTO_CERT_MALFORMED;
	for (size_t i = 0; good && i < n; i++) {
		const struct cert *e = cert_get(t->c, certs[i].p, certs[i].n);

		good = e && (i || e->known) && X509_up_ref(e->x);
		if (good && !i)
			leaf = e->x;
		else if (good)
			crypto_must(sk_X509_push(others, e->x) > 0, "sk_X509_push");
	}
	if (good && leaf) {
		v->result = find_path(t, leaf, others, v);
		v->name_good = name_good(leaf, id_type, id, id_len);
		ERR_clear_error();
	}
	sk_X509_pop_free(others, X509_free);
	X509_free(leaf);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* Certificates and identity with their lengths in front, so that no two questions look alike. */
static void digest_of(const struct crypto_trust *t, const struct crypto_part *certs, size_t n, uint8_t id_type,
		      const uint8_t *id, size_t id_len, uint8_t out[32])
{
	uint8_t lengths[CRYPTO_CHAIN_MAX + 1][8];
	struct crypto_part parts[2 * CRYPTO_CHAIN_MAX + 4];
	size_t k = 0;

	parts[k++] = (struct crypto_part){ t->digest, 32 };
	for (size_t i = 0; i < n; i++) {
		u64_octets(lengths[i], certs[i].n);
		parts[k++] = (struct crypto_part){ lengths[i], 8 };
		parts[k++] = certs[i];
	}
	u64_octets(lengths[n], (uint64_t)n << 8 | id_type);
	parts[k++] = (struct crypto_part){ lengths[n], 8 };
	parts[k++] = (struct crypto_part){ id, id_len };
	sha256_parts(parts, k, out);
}

enum crypto_cert_result crypto_chain_check(struct crypto *c, const struct crypto_trust *t,
					   const struct crypto_part *certs, size_t n, int64_t now, uint8_t id_type,
					   const uint8_t *id, size_t id_len)
{
	struct cert_cache *m = cert_cache(c);
	struct verdict *v = NULL;
	uint8_t digest[32];

	crypto_charge(c, CRYPTO_OP_CHAIN, 1);
	if (!n || n > CRYPTO_CHAIN_MAX)
		return CRYPTO_CERT_MALFORMED;
	digest_of(t, certs, n, id_type, id, id_len, digest);
	for (unsigned i = 0; i < VERDICTS_KEPT && !v; i++)
		if (m->verdicts[i].used && !memcmp(m->verdicts[i].digest, digest, sizeof digest))
			v = &m->verdicts[i];
	if (!v) {
		v = &m->verdicts[m->next_verdict++ % VERDICTS_KEPT];
		*v = (struct verdict){ .used = true };
		memcpy(v->digest, digest, sizeof digest);
		judge(t, certs, n, id_type, id, id_len, v);
	}
	if (v->result != CRYPTO_CERT_OK)
		return v->result;
	if (now < v->not_before || now > v->not_after)
		return now < v->not_before ? CRYPTO_CERT_NOT_YET : CRYPTO_CERT_EXPIRED;
	return v->name_good ? CRYPTO_CERT_OK : CRYPTO_CERT_NAME;
}

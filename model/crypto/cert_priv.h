/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about certificates share. */
#ifndef MOOR_CRYPTO_CERT_PRIV_H
#define MOOR_CRYPTO_CERT_PRIV_H

#include <openssl/x509.h>

#include "crypto/priv.h"

#define CERTS_KEPT 32u			/* certificates taken apart */
#define VERDICTS_KEPT 64u		/* chains judged */
#define CERT_MAX 65535u			/* octets of a certificate: more fits in no payload */

struct cert {
	uint8_t digest[32];		/* SHA-256 of the DER */
	X509 *x;			/* NULL: unused */
	bool known;			/* its key is of a kind we can use */
	struct public_key key;
};

/* What a chain is worth at any time: `result` apart from time and name, and the span in which it holds. */
struct verdict {
	uint8_t digest[32];		/* of chain, anchors and identity */
	bool used;
	enum crypto_cert_result result;
	bool name_good;
	int64_t not_before, not_after;
};

struct cert_cache {
	struct cert certs[CERTS_KEPT];
	struct verdict verdicts[VERDICTS_KEPT];
	unsigned next_cert, next_verdict;	/* the ones overwritten next */
};

struct cert_cache *cert_cache(struct crypto *c);
/* NULL: not a certificate. Lent until CERTS_KEPT others were looked at. */
const struct cert *cert_get(struct crypto *c, const uint8_t *der, size_t n);
EVP_PKEY *pem_key(const char *pem);	/* NULL: none, or an encrypted one */
extern const char rsa_published_key[];
/* The certificates of a PEM text, fewer than max; -1: one is broken, or there are too many. Free each. */
int pem_certs(const char *pem, X509 **out, int max);

#endif

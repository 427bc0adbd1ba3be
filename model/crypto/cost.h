/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cryptography costs in virtual time. Every operation of crypto.h, cert.h, milenage.h and eap_keys.h adds its
 * price to what the provider is owed, whatever it really cost on this machine; the caller takes the sum and delays its
 * answer by it. Both providers charge the same prices, so that both give the same virtual timeline.
 *
 * Prices are picoseconds, because the price of one octet is a fraction of a nanosecond. Ranges: 0 .. 10^15 (1000 s).
 */
#ifndef MOOR_CRYPTO_COST_H
#define MOOR_CRYPTO_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum crypto_op {
	CRYPTO_OP_KEYGEN_MODP_2048,	/* a Diffie-Hellman key pair */
	CRYPTO_OP_KEYGEN_P_256,
	CRYPTO_OP_KEYGEN_X25519,
	CRYPTO_OP_DERIVE_MODP_2048,	/* a shared secret, the peer's check included */
	CRYPTO_OP_DERIVE_P_256,
	CRYPTO_OP_DERIVE_X25519,
	CRYPTO_OP_SIGN_RSA_2048,
	CRYPTO_OP_SIGN_ECDSA_P_256,
	CRYPTO_OP_SIGN_ED25519,
	CRYPTO_OP_VERIFY_RSA_2048,
	CRYPTO_OP_VERIFY_ECDSA_P_256,
	CRYPTO_OP_VERIFY_ED25519,
	CRYPTO_OP_CHAIN,		/* validation of a certificate chain, whatever its length */
	CRYPTO_OP_HASH,			/* one SHA-1 or SHA-256 over a short text */
	CRYPTO_OP_PRF,			/* one HMAC over a short text, keys prepared */
	CRYPTO_OP_CBC_PACKET,		/* AES-CBC and HMAC: what a packet costs apart from its octets */
	CRYPTO_OP_CBC_OCTET,
	CRYPTO_OP_GCM_PACKET,
	CRYPTO_OP_GCM_OCTET,
	CRYPTO_OP_MILENAGE,		/* one AKA vector, or its check */
	CRYPTO_OP_EAP_KEYS,		/* the key generator of EAP-AKA */
	CRYPTO_OPS
};

struct crypto_costs { int64_t ps[CRYPTO_OPS]; };

/* "keygen-modp-2048", "cbc-octet" …: names of the rows of a cost table. */
const char *crypto_op_name(enum crypto_op op);
bool crypto_op_find(const char *name, enum crypto_op *op);	/* false: no such row */

#define CRYPTO_COST_TEXT 32		/* octets that hold any text below, its end included */

/* "415us", "1.52ns", "250ps": number and unit (ps, ns, us, ms, s). False: something else, or out of range. */
bool crypto_cost_parse(const char *text, int64_t *ps);
char *crypto_cost_text(int64_t ps, char *buf);		/* to buf of CRYPTO_COST_TEXT octets; returns buf */

/* Measured once on a 2-core server of 2023 with OpenSSL 3.0; `mooring bench crypto` measures another machine. */
extern const struct crypto_costs crypto_costs_default;

#endif

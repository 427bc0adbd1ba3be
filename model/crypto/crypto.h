/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cryptography behind one set of functions with two providers: `openssl`, where every octet is real, and `modelled`,
 * which gives octets of the same lengths by cheap keyed checksums, for runs with very many UEs. A `struct crypto`
 * serves one world: it holds contexts and the time owed (cost.h), and is made at set-up. Nothing is global; worlds
 * do not share one.
 *
 * Nothing here draws random numbers: keys, IVs and nonces are made of octets that the caller took from the world's
 * streams, so runs repeat. Results do not depend on machine, compiler or build type.
 *
 * Algorithms are named by the IANA transform numbers of IKEv2, as they stand in SA payloads. Functions assert on
 * algorithms that crypto_*_known() refuses and on lengths that are not those of the algorithm: what a peer sent is
 * checked by the caller (key and message lengths) except where a result says so (public values, certificates,
 * signatures, ICVs).
 *
 * Implements: RFC 7296 2.13, 2.14 (prf, prf+), 3.14 (SK payload), RFC 5282 (AES-GCM in IKEv2), RFC 7383 2.5 (SKF),
 * RFC 3602, RFC 4106, RFC 2404, RFC 4868, RFC 2410 (ESP), RFC 3526 (group 14), RFC 5903 (P-256), RFC 8031 (X25519).
 * Not: extended sequence numbers of ESP, AH, Curve448, other MODP groups.
 */
#ifndef MOOR_CRYPTO_CRYPTO_H
#define MOOR_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/slab.h"
#include "base/time.h"
#include "crypto/cost.h"

struct crypto;

enum crypto_kind { CRYPTO_OPENSSL, CRYPTO_MODELLED };

/* costs NULL: crypto_costs_default; copied otherwise. Never NULL. */
struct crypto *crypto_new(enum crypto_kind kind, const struct crypto_costs *costs);
/* Also frees keys and Diffie-Hellman objects that are still alive. Identities, CAs and trust sets (cert.h) go first. */
void crypto_free(struct crypto *c);
enum crypto_kind crypto_kind_of(const struct crypto *c);
const char *crypto_kind_name(enum crypto_kind kind);			/* "openssl", "modelled" */
bool crypto_kind_find(const char *name, enum crypto_kind *kind);	/* false: no such provider */
/* Memory by kind of thing: what is kept per key, and contexts (their number is bounded). */
void crypto_memory(const struct crypto *c, mem_report_fn *fn, void *ctx);
/* Keys and Diffie-Hellman objects alive: 0 when every SA was taken down. */
uint64_t crypto_alive(const struct crypto *c);

/* ---- virtual time ------------------------------------------------------------------------------------------------ */

/*
 * The price of everything done since the last call, rounded to the nearest nanosecond, and the account is empty again.
 * One account per world: a handler that answers takes it before it sends; one that found an old debt there did not
 * make it (take it and drop it at the start of a handler that delays its answer).
 */
moor_time crypto_take_cost(struct crypto *c);
void crypto_charging(struct crypto *c, bool on);			/* false: everything is free. On at the start. */
void crypto_charge(struct crypto *c, enum crypto_op op, uint64_t n);	/* n times the price of op */

/* ---- algorithms -------------------------------------------------------------------------------------------------- */

enum crypto_encr { CRYPTO_ENCR_NULL = 11, CRYPTO_ENCR_AES_CBC = 12, CRYPTO_ENCR_AES_GCM_16 = 20 };
enum crypto_integ { CRYPTO_INTEG_NONE = 0, CRYPTO_INTEG_SHA1_96 = 2, CRYPTO_INTEG_SHA256_128 = 12 };
enum crypto_prf { CRYPTO_PRF_SHA1 = 2, CRYPTO_PRF_SHA256 = 5 };
enum crypto_group { CRYPTO_DH_MODP_2048 = 14, CRYPTO_DH_P_256 = 19, CRYPTO_DH_X25519 = 31 };

#define CRYPTO_PRF_MAX 32		/* octets of the longest prf output */
#define CRYPTO_ICV_MAX 16
#define CRYPTO_IV_MAX 16
#define CRYPTO_ENCR_KEY_MAX 36		/* AES-256-GCM with its salt */
#define CRYPTO_INTEG_KEY_MAX 32
#define CRYPTO_DH_PUBLIC_MAX 256
#define CRYPTO_DH_SECRET_MAX 256
#define CRYPTO_DH_RANDOM 32		/* octets that make a private value, in every group */

/* Whether the numbers name something implemented here. key_bits: 128 or 256 for AES, 0 for NULL. */
bool crypto_encr_known(uint8_t encr, uint16_t key_bits);
bool crypto_integ_known(uint8_t integ);			/* NONE is known */
bool crypto_prf_known(uint8_t prf);
bool crypto_group_known(uint16_t group);

/* Octets; of known algorithms only. The key length of AES-GCM counts its 4 octets of salt [RFC 4106 8.1]. */
size_t crypto_encr_key_len(uint8_t encr, uint16_t key_bits);
size_t crypto_iv_len(uint8_t encr);			/* explicit, as sent: CBC 16, GCM 8, NULL 0 */
size_t crypto_block_len(uint8_t encr);			/* what padding must fill: CBC 16, others 1 (ESP itself wants 4) */
bool crypto_is_aead(uint8_t encr);			/* then integ is NONE */
size_t crypto_integ_key_len(uint8_t integ);		/* 20, 32, 0 */
size_t crypto_icv_len(uint8_t encr, uint8_t integ);	/* GCM 16, SHA1-96 12, SHA256-128 16, neither 0 */
size_t crypto_prf_len(uint8_t prf);			/* output and preferred key length: 20, 32 */
size_t crypto_dh_public_len(uint16_t group);		/* KE data: 256, 64, 32 */
size_t crypto_dh_secret_len(uint16_t group);		/* g^ir: 256, 32, 32 */

/* For records and messages: "AES-CBC-128", "HMAC-SHA2-256-128", "PRF-HMAC-SHA2-256", "X25519"; "?" when unknown. */
const char *crypto_encr_name(uint8_t encr, uint16_t key_bits);
const char *crypto_integ_name(uint8_t integ);
const char *crypto_prf_name(uint8_t prf);
const char *crypto_group_name(uint16_t group);

/* ---- hashes and prf ---------------------------------------------------------------------------------------------- */

/* Pieces of one text, in order. p may be NULL when n is 0. */
struct crypto_part { const uint8_t *p; size_t n; };

#define CRYPTO_PARTS(a) ((sizeof (a)) / sizeof (a)[0])

/* Real in both providers. */
void crypto_sha1(struct crypto *c, const struct crypto_part *parts, size_t n, uint8_t out[20]);
void crypto_sha256(struct crypto *c, const struct crypto_part *parts, size_t n, uint8_t out[32]);
/* SHA-1's compression of one block into a state of five words in host order: the G function of FIPS 186-2. Free. */
void crypto_sha1_block(uint32_t state[5], const uint8_t block[64]);

/*
 * An HMAC key prepared: plain data of the caller's, may be copied, needs no release. For keys used more than once
 * (SK_p*, K_aut). In `modelled` a keyed checksum of the same length.
 */
struct crypto_mac {
	uint32_t prf;
	uint32_t inner[8], outer[8];
};

/* key_len: any, 0 included [RFC 2104: keys above 64 octets are hashed first]. */
void crypto_mac_init(struct crypto *c, struct crypto_mac *m, uint8_t prf, const uint8_t *key, size_t key_len);
/* out: crypto_prf_len(prf) octets; who wants HMAC-SHA1-128 takes the first 16. */
void crypto_mac(struct crypto *c, const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out);

/* prf(key, parts) of RFC 7296 2.13; out: crypto_prf_len(prf) octets. */
void crypto_prf(struct crypto *c, uint8_t prf, const uint8_t *key, size_t key_len, const struct crypto_part *parts,
		size_t n, uint8_t *out);
/* prf+(key, parts): the first out_len octets of T1 | T2 | …; out_len <= 255 * crypto_prf_len(prf). */
void crypto_prf_plus(struct crypto *c, uint8_t prf, const uint8_t *key, size_t key_len,
		     const struct crypto_part *parts, size_t n, uint8_t *out, size_t out_len);

/* In constant time. */
bool crypto_equal(const uint8_t *a, const uint8_t *b, size_t n);

/* ---- sealing packets --------------------------------------------------------------------------------------------- */

/*
 * One direction of one SA: an encryption key and an integrity key, known by a handle of 4 octets. Both ends of an SA in
 * one world derive the same octets and then share one object (it counts its holders), in either direction; a context
 * of the library is made when it is first needed and forgotten when too many others were used since. 64 octets a key
 * (AES-256-CBC with an HMAC: 84), `modelled` 24; the index that finds them takes another 11.
 */
typedef moor_handle crypto_key;			/* 0: no key */

/*
 * encr_key: crypto_encr_key_len() octets, for AES-GCM the salt last [RFC 4106 8.1, RFC 5282 7.1]; integ_key:
 * crypto_integ_key_len() octets; either may be NULL when that is 0. The octets are copied. One of the two may be absent
 * (NULL with an integ: authentication only; AES-CBC with NONE: AT_ENCR_DATA). Released by crypto_key_drop.
 */
crypto_key crypto_key_new(struct crypto *c, uint8_t encr, uint16_t key_bits, const uint8_t *encr_key, uint8_t integ,
			  const uint8_t *integ_key);
void crypto_key_hold(struct crypto *c, crypto_key k);	/* one holder more */
void crypto_key_drop(struct crypto *c, crypto_key k);	/* 0 is allowed; the last holder's drop wipes it */
size_t crypto_key_icv_len(const struct crypto *c, crypto_key k);
size_t crypto_key_iv_len(const struct crypto *c, crypto_key k);
size_t crypto_key_block_len(const struct crypto *c, crypto_key k);

/*
 * Encrypts data[0..len) in place and writes the ICV, crypto_key_icv_len() octets, to icv (it may lie right behind the
 * data; it may be NULL when there is none). len is a multiple of crypto_key_block_len: padding is the caller's.
 *
 * What is covered: AES-CBC or NULL with an HMAC: ICV = HMAC(aad | iv | data as encrypted), truncated. AES-GCM: aad is
 * its additional authenticated data, the nonce is salt | iv, the iv is not in the aad. So, in all cases,
 *	IKE SK	aad = from the first octet of the IKE header to the end of the SK payload's generic header,
 *		data = the inner payloads, padding and Pad Length [RFC 7296 3.14, RFC 5282 5.1];
 *	IKE SKF	the same, aad up to the end of the Total Fragments field [RFC 7383 2.5];
 *	ESP	aad = SPI | sequence number (8 octets), data = payload, padding, Pad Length, Next Header [RFC 4303 2].
 * iv: crypto_key_iv_len() octets as sent. CBC: unpredictable octets. GCM: never twice under one key; a counter will do.
 */
void crypto_seal(struct crypto *c, crypto_key k, const uint8_t *iv, const uint8_t *aad, size_t aad_len, uint8_t *data,
		 size_t len, uint8_t *icv);
/*
 * The opposite; false: the ICV is wrong (compared in constant time) or len is no multiple of the block, and data is
 * undefined. With an HMAC nothing is decrypted before the ICV was good.
 */
bool crypto_open(struct crypto *c, crypto_key k, const uint8_t *iv, const uint8_t *aad, size_t aad_len, uint8_t *data,
		 size_t len, const uint8_t *icv);

/* ---- Diffie-Hellman ---------------------------------------------------------------------------------------------- */

struct crypto_dh;				/* a private value, while its exchange runs; the provider's memory */

enum crypto_dh_result {
	CRYPTO_DH_OK,
	CRYPTO_DH_LENGTH,			/* not crypto_dh_public_len() octets */
	CRYPTO_DH_RANGE,			/* MODP: not 1 < y < p - 1 */
	CRYPTO_DH_CURVE,			/* P-256: not a point of the curve */
	CRYPTO_DH_ZERO				/* X25519: the secret is all zeros [RFC 7748 6.1] */
};

/*
 * The private value is made of random[] alone. public_value: crypto_dh_public_len() octets, as in KE data: MODP y with
 * leading zeros, P-256 x | y [RFC 5903 7], X25519 u. Never NULL.
 */
struct crypto_dh *crypto_dh_new(struct crypto *c, uint16_t group, const uint8_t random[CRYPTO_DH_RANDOM],
				uint8_t *public_value);
/* secret: crypto_dh_secret_len() octets; untouched unless CRYPTO_DH_OK. May be called again with another peer. */
enum crypto_dh_result crypto_dh_derive(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, size_t peer_len,
				       uint8_t *secret);
void crypto_dh_free(struct crypto *c, struct crypto_dh *dh);	/* NULL is allowed */
const char *crypto_dh_result_name(enum crypto_dh_result r);

#endif

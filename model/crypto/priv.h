/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this folder share: the provider's insides and the table of what the two providers do differently.
 * The common functions (crypto.c, keys.c, cert_*.c) check arguments, charge the price, and then call the table.
 */
#ifndef MOOR_CRYPTO_PRIV_H
#define MOOR_CRYPTO_PRIV_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/index.h"
#include "crypto/cert.h"
#include "crypto/crypto.h"

/* The octets of one key: encryption first, integrity behind it. `modelled` keeps a digest of 8 octets instead. */
#define KEY_HEAD 48u			/* octets kept in the object itself: AES-128-CBC with HMAC-SHA256 fits */
#define KEY_TAIL 20u			/* octets of the second object of a longer one */
#define KEY_MAX (KEY_HEAD + KEY_TAIL)

struct key {
	uint32_t holders;
	uint32_t context;		/* openssl: where its context was last */
	uint8_t encr, integ, encr_len, integ_len;
	moor_handle tail;		/* in crypto.tails, 0: none */
	uint8_t octets[];		/* key_room: KEY_HEAD, or 8 */
};

/* What seal and open work on. */
struct packet {
	const uint8_t *iv, *aad;
	size_t iv_len, aad_len;
	uint8_t *data;
	size_t len;
	size_t icv_len;
};

struct crypto_dh {
	uint16_t group;
	uint8_t private_value[CRYPTO_DH_RANDOM];
	EVP_PKEY *x25519;		/* libcrypto computes the public value again whenever it imports a private one */
};

struct crypto_identity {
	struct crypto *c;
	enum crypto_key_type type;
	EVP_PKEY *key;			/* ECDSA: not needed for signing */
	BIGNUM *d;			/* ECDSA: the private number */
	size_t signature_len;		/* RSA: octets of the modulus */
	uint64_t digest;		/* of the public key: what `modelled` signs with */
	struct crypto_part chain[CRYPTO_CHAIN_MAX];
	size_t n;
};

struct context;
struct cert_cache;

/* A certificate's public key. */
struct public_key {
	enum crypto_key_type type;
	EVP_PKEY *key;			/* lent */
	size_t signature_len;
	uint64_t digest;
};

struct crypto_ops {
	enum crypto_kind kind;
	size_t key_room;		/* octets kept of each key */
	/* What is stored of n <= KEY_MAX octets; room and tail are zeros before. True: the tail is needed. */
	bool (*key_keep)(const uint8_t *octets, size_t n, uint8_t room[KEY_HEAD], uint8_t tail[KEY_TAIL]);
	void (*mac_init)(struct crypto_mac *m, const uint8_t *key, size_t key_len);
	void (*mac)(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out);
	void (*seal)(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, uint8_t *icv);
	bool (*open)(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, const uint8_t *icv);
	void (*dh_new)(struct crypto *c, struct crypto_dh *dh, uint8_t *public_value);
	enum crypto_dh_result (*dh_derive)(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, uint8_t *secret);
	/* the signature alone, without AlgorithmIdentifier; hash 0: none */
	size_t (*sign)(struct crypto *c, const struct crypto_identity *id, enum crypto_hash_id hash, bool der,
		       const struct crypto_part *parts, size_t n, uint8_t *out);
	bool (*verify)(struct crypto *c, const struct public_key *key, enum crypto_hash_id hash, bool der,
		       const struct crypto_part *parts, size_t n, const uint8_t *signature, size_t len);
};

extern const struct crypto_ops crypto_openssl, crypto_modelled;

#define CRYPTO_CONTEXTS 1024u		/* contexts kept at most: about 2 KiB each */

struct crypto {
	const struct crypto_ops *ops;
	struct crypto_costs costs;
	int64_t owed;			/* ps */
	uint64_t done[CRYPTO_OPS];	/* how often each was done, charged or not: what a benchmark asks */
	bool charging;
	struct slab keys, tails, dhs;
	struct index by_octets;		/* keys by a digest of their octets */
	/* of libcrypto; NULL until first needed */
	EVP_CIPHER *ciphers[5];		/* enum cipher */
	EVP_CIPHER_CTX *ecb;
	BN_CTX *bn;
	EC_GROUP *p256;
	BIGNUM *modp, *modp_last;	/* p and p - 1 of group 14 */
	BN_MONT_CTX *modp_mont;
	EVP_MD_CTX *md;
	struct context *contexts;	/* a list by last use, chained by numbers */
	uint32_t n_contexts, cap_contexts, newest, oldest;
	struct cert_cache *certs;
};

/* ---- crypto.c, hash.c -------------------------------------------------------------------------------------------- */

/* The AES modes that are used, by index in crypto.ciphers. */
enum cipher { CIPHER_ECB_128, CIPHER_CBC_128, CIPHER_CBC_256, CIPHER_GCM_128, CIPHER_GCM_256 };

EVP_CIPHER *crypto_cipher(struct crypto *c, enum cipher which);
/* An encryption of whole blocks under one AES-128 key that is used now and not again. */
void crypto_aes_key(struct crypto *c, const uint8_t key[16]);
void crypto_aes_blocks(struct crypto *c, const uint8_t *in, uint8_t *out, size_t len);
BN_CTX *crypto_bn(struct crypto *c);
const EC_GROUP *crypto_p256(struct crypto *c);
EVP_MD_CTX *crypto_md(struct crypto *c);
/* libcrypto failed where only lack of memory or a broken library can be the reason: ends the process. */
void crypto_must(bool good, const char *what);

void hmac_init(struct crypto_mac *m, const uint8_t *key, size_t key_len);
void hmac(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out);
void sha1_parts(const struct crypto_part *parts, size_t n, uint8_t out[20]);
void sha256_parts(const struct crypto_part *parts, size_t n, uint8_t out[32]);

/* ---- keys.c ------------------------------------------------------------------------------------------------------ */

/* All octets of a key in one piece: buf is used when they are not. */
const uint8_t *key_octets(const struct crypto *c, const struct key *k, uint8_t buf[KEY_MAX]);

/* ---- openssl_*.c ------------------------------------------------------------------------------------------------- */

void openssl_seal(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, uint8_t *icv);
bool openssl_open(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, const uint8_t *icv);
void openssl_forget(struct crypto *c, crypto_key h, const struct key *k);	/* the key goes: so does its context */
void openssl_contexts_free(struct crypto *c);
size_t openssl_contexts_octets(const struct crypto *c);
void openssl_dh_new(struct crypto *c, struct crypto_dh *dh, uint8_t *public_value);
enum crypto_dh_result openssl_dh_derive(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, uint8_t *secret);
bool openssl_modp_in_range(struct crypto *c, const uint8_t peer[256]);	/* 1 < y < p - 1 */
/* The scalar of a seed: 1 .. n - 1 of P-256. */
BIGNUM *openssl_p256_scalar(struct crypto *c, const uint8_t random[32]);
size_t openssl_sign(struct crypto *c, const struct crypto_identity *id, enum crypto_hash_id hash, bool der,
		    const struct crypto_part *parts, size_t n, uint8_t *out);
bool openssl_verify(struct crypto *c, const struct public_key *key, enum crypto_hash_id hash, bool der,
		    const struct crypto_part *parts, size_t n, const uint8_t *signature, size_t len);
/* Deterministic ECDSA with P-256 [RFC 6979] over a SHA-1 or SHA-256 digest: r | s. */
void ecdsa_sign(struct crypto *c, const BIGNUM *d, const uint8_t *digest, size_t digest_len, uint8_t out[64]);
/* r | s as the SEQUENCE of two INTEGERs, at most 72 octets, and back (false: it is no such thing). */
size_t ecdsa_to_der(const uint8_t raw[64], uint8_t *der);

/* ---- cert_*.c ---------------------------------------------------------------------------------------------------- */

/* Joins the parts: lent when there is but one, otherwise *copy is to be freed. */
struct crypto_part parts_join(const struct crypto_part *parts, size_t n, uint8_t **copy);
void cert_cache_free(struct crypto *c);
uint64_t public_key_digest(EVP_PKEY *key);
/* The key of a certificate in DER; lent. False: no certificate, or a key of a kind not known. */
bool cert_public_key(struct crypto *c, const uint8_t *der, size_t n, struct public_key *key);
/* False: neither P-256 nor Ed25519 nor RSA of 1024 to 4096 bits. */
bool key_type_of(EVP_PKEY *key, enum crypto_key_type *type);
struct crypto_identity *identity_make(struct crypto *c, EVP_PKEY *key);	/* takes the key; NULL: a kind not known */
void identity_add(struct crypto_identity *id, const uint8_t *der, size_t n);	/* copies */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the cryptographic provider of a world
 *
 * Life of a provider, its account of virtual time, prf and prf+ [RFC 7296 2.13], and the checks and prices in front of
 * the two tables of functions. What libcrypto needs set-up for (ciphers, a group, workspaces) is made when it is first
 * used, because a sweep makes ten thousand worlds of which most need little of it.
 *
 * libcrypto's configuration file is not read: what a machine's administrator put there must not change results.
 */
#include "crypto/crypto.h"

#include <assert.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <string.h>

#include "crypto/priv.h"

#define PS_PER_NS 1000

struct crypto *crypto_new(enum crypto_kind kind, const struct crypto_costs *costs)
{
	const struct crypto_ops *ops = kind == CRYPTO_OPENSSL ? &crypto_openssl : &crypto_modelled;
	struct crypto *c = mem_zeroed(sizeof *c);

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	c->ops = ops;
	c->costs = costs ? *costs : crypto_costs_default;
	c->charging = true;
	slab_init(&c->keys, "crypto keys", sizeof(struct key) + ops->key_room);
	slab_init(&c->tails, "crypto keys, long", KEY_TAIL);
	slab_init(&c->dhs, "Diffie-Hellman", sizeof(struct crypto_dh));
	return c;
}

void crypto_free(struct crypto *c)
{
	struct crypto_dh *dh;
	moor_handle h = 0;

	if (!c)
		return;
	while ((dh = slab_next(&c->dhs, &h)))
		EVP_PKEY_free(dh->x25519);
	slab_done(&c->dhs);
	slab_done(&c->keys);
	slab_done(&c->tails);
	index_done(&c->by_octets);
	openssl_contexts_free(c);
	cert_cache_free(c);
	for (unsigned i = 0; i < G_N_ELEMENTS(c->ciphers); i++)
		EVP_CIPHER_free(c->ciphers[i]);
	EVP_CIPHER_CTX_free(c->ecb);
	EVP_MD_CTX_free(c->md);
	BN_MONT_CTX_free(c->modp_mont);
	BN_free(c->modp);
	BN_free(c->modp_last);
	EC_GROUP_free(c->p256);
	BN_CTX_free(c->bn);
	mem_free(c);
}

enum crypto_kind crypto_kind_of(const struct crypto *c)
{
	return c->ops->kind;
}

const char *crypto_kind_name(enum crypto_kind kind)
{
	return kind == CRYPTO_OPENSSL ? "openssl" : "modelled";
}

bool crypto_kind_find(const char *name, enum crypto_kind *kind)
{
	if (strcmp(name, "openssl") && strcmp(name, "modelled"))
		return false;
	*kind = name[0] == 'o' ? CRYPTO_OPENSSL : CRYPTO_MODELLED;
	return true;
}

void crypto_memory(const struct crypto *c, mem_report_fn *fn, void *ctx)
{
	slab_report(&c->keys, fn, ctx);
	slab_report(&c->tails, fn, ctx);
	slab_report(&c->dhs, fn, ctx);
	fn(ctx, "crypto key index", c->by_octets.count, index_octets(&c->by_octets));
	fn(ctx, "crypto contexts", c->n_contexts, openssl_contexts_octets(c));
}

uint64_t crypto_alive(const struct crypto *c)
{
	return (uint64_t)c->keys.count + c->dhs.count;
}

void crypto_must(bool good, const char *what)
{
	if (!good)
		g_error("libcrypto cannot do: %s", what);
}

/* ---- virtual time ------------------------------------------------------------------------------------------------ */

void crypto_charging(struct crypto *c, bool on)
{
	c->charging = on;
}

void crypto_charge(struct crypto *c, enum crypto_op op, uint64_t n)
{
	assert((unsigned)op < CRYPTO_OPS);
	c->done[op] += n;
	if (c->charging)
		c->owed += c->costs.ps[op] * (int64_t)n;
}

moor_time crypto_take_cost(struct crypto *c)
{
	moor_time t = (c->owed + PS_PER_NS / 2) / PS_PER_NS;

	c->owed = 0;
	return t;
}

/* ---- what is kept of libcrypto ----------------------------------------------------------------------------------- */

EVP_CIPHER *crypto_cipher(struct crypto *c, enum cipher which)
{
	static const char *const names[] = { "AES-128-ECB", "AES-128-CBC", "AES-256-CBC", "AES-128-GCM", "AES-256-GCM" };

	if (!c->ciphers[which]) {
		c->ciphers[which] = EVP_CIPHER_fetch(NULL, names[which], NULL);
		crypto_must(c->ciphers[which], names[which]);
	}
	return c->ciphers[which];
}

void crypto_aes_key(struct crypto *c, const uint8_t key[16])
{
	EVP_CIPHER *cipher = NULL;

	if (!c->ecb) {
		c->ecb = EVP_CIPHER_CTX_new();
		cipher = crypto_cipher(c, CIPHER_ECB_128);
	}
	crypto_must(c->ecb && EVP_EncryptInit_ex(c->ecb, cipher, NULL, key, NULL), "AES key");
}

void crypto_aes_blocks(struct crypto *c, const uint8_t *in, uint8_t *out, size_t len)
{
	crypto_must(EVP_Cipher(c->ecb, out, in, (unsigned)len) >= 0, "AES");
}

BN_CTX *crypto_bn(struct crypto *c)
{
	if (!c->bn)
		c->bn = BN_CTX_new();
	crypto_must(c->bn, "BN_CTX");
	return c->bn;
}

const EC_GROUP *crypto_p256(struct crypto *c)
{
	if (!c->p256)
		c->p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	crypto_must(c->p256, "P-256");
	return c->p256;
}

EVP_MD_CTX *crypto_md(struct crypto *c)
{
	if (!c->md)
		c->md = EVP_MD_CTX_new();
	crypto_must(c->md && EVP_MD_CTX_reset(c->md), "EVP_MD_CTX");
	return c->md;
}

/* ---- hashes and prf ---------------------------------------------------------------------------------------------- */

void crypto_sha1(struct crypto *c, const struct crypto_part *parts, size_t n, uint8_t out[20])
{
	crypto_charge(c, CRYPTO_OP_HASH, 1);
	sha1_parts(parts, n, out);
}

void crypto_sha256(struct crypto *c, const struct crypto_part *parts, size_t n, uint8_t out[32])
{
	crypto_charge(c, CRYPTO_OP_HASH, 1);
	sha256_parts(parts, n, out);
}

void crypto_mac_init(struct crypto *c, struct crypto_mac *m, uint8_t prf, const uint8_t *key, size_t key_len)
{
	assert(crypto_prf_known(prf));
	m->prf = prf;
	c->ops->mac_init(m, key, key_len);
}

void crypto_mac(struct crypto *c, const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out)
{
	crypto_charge(c, CRYPTO_OP_PRF, 1);
	c->ops->mac(m, parts, n, out);
}

void crypto_prf(struct crypto *c, uint8_t prf, const uint8_t *key, size_t key_len, const struct crypto_part *parts,
		size_t n, uint8_t *out)
{
	struct crypto_mac m;

	crypto_mac_init(c, &m, prf, key, key_len);
	crypto_mac(c, &m, parts, n, out);
}

/* [RFC 7296 2.13] T1 = prf(K, S | 1), Tn = prf(K, Tn-1 | S | n) */
void crypto_prf_plus(struct crypto *c, uint8_t prf, const uint8_t *key, size_t key_len,
		     const struct crypto_part *parts, size_t n, uint8_t *out, size_t out_len)
{
	size_t each = crypto_prf_len(prf);
	struct crypto_part all[10];
	uint8_t t[CRYPTO_PRF_MAX], round = 0;
	struct crypto_mac m;

	assert(n + 2 <= G_N_ELEMENTS(all) && out_len <= 255 * each);
	if (n)
		memcpy(all + 1, parts, n * sizeof *parts);
	all[0] = (struct crypto_part){ t, 0 };
	all[n + 1] = (struct crypto_part){ &round, 1 };
	crypto_mac_init(c, &m, prf, key, key_len);
	for (size_t done = 0; done < out_len;) {
		size_t some = out_len - done < each ? out_len - done : each;

		round++;
		crypto_mac(c, &m, all, n + 2, t);
		all[0].n = each;
		memcpy(out + done, t, some);
		done += some;
	}
}

bool crypto_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	return !CRYPTO_memcmp(a, b, n);
}

/* ---- Diffie-Hellman ---------------------------------------------------------------------------------------------- */

static void charge_group(struct crypto *c, enum crypto_op first, uint16_t group)
{
	crypto_charge(c, first + (group == CRYPTO_DH_MODP_2048 ? 0 : group == CRYPTO_DH_P_256 ? 1 : 2), 1);
}

struct crypto_dh *crypto_dh_new(struct crypto *c, uint16_t group, const uint8_t random[CRYPTO_DH_RANDOM],
				uint8_t *public_value)
{
	struct crypto_dh *dh;
	moor_handle h;

	assert(crypto_group_known(group));
	charge_group(c, CRYPTO_OP_KEYGEN_MODP_2048, group);
	dh = slab_alloc(&c->dhs, &h);
	dh->group = group;
	memcpy(dh->private_value, random, CRYPTO_DH_RANDOM);
	c->ops->dh_new(c, dh, public_value);
	return dh;
}

enum crypto_dh_result crypto_dh_derive(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer, size_t peer_len,
				       uint8_t *secret)
{
	if (peer_len != crypto_dh_public_len(dh->group))
		return CRYPTO_DH_LENGTH;
	charge_group(c, CRYPTO_OP_DERIVE_MODP_2048, dh->group);
	return c->ops->dh_derive(c, dh, peer, secret);
}

void crypto_dh_free(struct crypto *c, struct crypto_dh *dh)
{
	if (!dh)
		return;
	EVP_PKEY_free(dh->x25519);
	OPENSSL_cleanse(dh, sizeof *dh);
	slab_free(&c->dhs, slab_handle_of(&c->dhs, dh));
}

const char *crypto_dh_result_name(enum crypto_dh_result r)
{
	switch (r) {
	case CRYPTO_DH_OK: return "ok";
	case CRYPTO_DH_LENGTH: return "wrong length";
	case CRYPTO_DH_RANGE: return "out of range";
	case CRYPTO_DH_CURVE: return "not on the curve";
	case CRYPTO_DH_ZERO: return "all zeros";
	}
	return "?";
}

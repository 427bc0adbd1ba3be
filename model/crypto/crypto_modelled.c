/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the provider `modelled`
 *
 * The same lengths and the same refusals as the real algorithms, made of xxHash: a wrong key, a changed octet or a
 * message of somebody without the keys fails here as it fails there, at a hundredth of the cost. It keeps nothing
 * secret from anyone who reads this file. Public values are expansions of private ones; the shared secret is a
 * symmetric mixture of both public values; a signature is a checksum keyed with the public key.
 *
 * Everything is defined on octets, so that machines of either byte order agree, and on a text as a whole, however it is
 * cut into parts. It stands in for the algorithms that crypto.h and cert.h name, and implements none of them.
 */
#include <string.h>
#define XXH_INLINE_ALL		/* short texts: the calls would cost more than the hash */
#include <xxhash.h>

#include "base/addr.h"
#include "crypto/priv.h"

#define BLOCK 1024u			/* of a text in parts */
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t x)		/* a bijection that spreads every bit (Stafford's variant 13) */
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* n octets out of 128 bits. */
static void expand(XXH128_hash_t from, uint8_t *out, size_t n)
{
	for (uint64_t i = 0; n; i++) {
		uint64_t v = mix(from.low64 + i * GOLDEN) ^ mix(from.high64 + (i << 32));
		size_t some = n < 8 ? n : 8;
		uint8_t octets[8];

		u64_octets(octets, v);
		memcpy(out, octets, some);
		out += some;
		n -= some;
	}
}

/* Blocks of one size, each the seed of the next: the same however the text is cut into parts. */
static XXH128_hash_t hash_parts(const struct crypto_part *parts, size_t n, uint64_t seed)
{
	uint8_t block[BLOCK];
	size_t have = 0;

	if (n == 1 && parts[0].n && parts[0].n <= BLOCK)
		return XXH3_128bits_withSeed(parts[0].p, parts[0].n, seed);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = parts[i].p;
		size_t left = parts[i].n;

		while (left) {
			size_t some = left < BLOCK - have ? left : BLOCK - have;

			if (have == BLOCK) {
				seed = XXH3_64bits_withSeed(block, BLOCK, seed);
				have = 0;
				continue;
			}
			memcpy(block + have, p, some);
			have += some;
			p += some;
			left -= some;
		}
	}
	return XXH3_128bits_withSeed(block, have, seed);
}

static uint64_t digest(const uint8_t *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(n ? p : (const uint8_t *)"", n, seed);
}

/* ---- prf --------------------------------------------------------------------------------------------------------- */

static void modelled_mac_init(struct crypto_mac *m, const uint8_t *key, size_t key_len)
{
	uint64_t d = digest(key, key_len, m->prf);

	memset(m->inner, 0, sizeof m->inner);
	memset(m->outer, 0, sizeof m->outer);
	m->inner[0] = (uint32_t)d;
	m->inner[1] = (uint32_t)(d >> 32);
}

static void modelled_mac(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out)
{
	expand(hash_parts(parts, n, (uint64_t)m->inner[1] << 32 | m->inner[0]), out, crypto_prf_len((uint8_t)m->prf));
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static bool keep_digest(const uint8_t *octets, size_t n, uint8_t room[KEY_HEAD], uint8_t tail[KEY_TAIL])
{
	(void)tail;
	u64_octets(room, digest(octets, n, 0));
	return false;
}

/* A key stream of its own per key and IV, xored over the data. */
static void stream(const struct key *k, const struct packet *p)
{
	uint64_t v = digest(p->iv, p->iv_len, octets_u64(k->octets)), word;
	size_t at = 0;

	for (; at + 8 <= p->len; at += 8) {
		v += GOLDEN;
		word = octets_u64(p->data + at) ^ (v ^ v >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
		u64_octets(p->data + at, word);
	}
	for (v = mix(v + GOLDEN); at < p->len; at++, v >>= 8)
		p->data[at] ^= (uint8_t)v;
}

static void icv_of(const struct key *k, const struct packet *p, uint8_t out[CRYPTO_ICV_MAX])
{
	uint64_t seed = digest(p->aad, p->aad_len, octets_u64(k->octets) + 1);

	seed = digest(p->iv, p->iv_len, seed);
	expand(XXH3_128bits_withSeed(p->len ? p->data : (const uint8_t *)"", p->len, seed), out, CRYPTO_ICV_MAX);
}

static void modelled_seal(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, uint8_t *icv)
{
	uint8_t out[CRYPTO_ICV_MAX];

	(void)c;
	(void)h;
	if (k->encr != CRYPTO_ENCR_NULL)
		stream(k, p);
	if (p->icv_len) {
		icv_of(k, p, out);
		memcpy(icv, out, p->icv_len);
	}
}

static bool modelled_open(struct crypto *c, crypto_key h, struct key *k, const struct packet *p, const uint8_t *icv)
{
	uint8_t out[CRYPTO_ICV_MAX];

	(void)c;
	(void)h;
	if (p->icv_len) {
		icv_of(k, p, out);
		if (memcmp(out, icv, p->icv_len))
			return false;
	}
	if (k->encr != CRYPTO_ENCR_NULL)
		stream(k, p);
	return true;
}

/* ---- Diffie-Hellman ---------------------------------------------------------------------------------------------- */

static void public_of(const struct crypto_dh *dh, uint8_t *out)
{
	size_t n = crypto_dh_public_len(dh->group);

	expand(XXH3_128bits_withSeed(dh->private_value, CRYPTO_DH_RANDOM, dh->group), out, n);
	out[0] &= 0x7f;			/* below the prime of group 14 */
	out[n - 2] |= 1;		/* above 1 */
}

static void modelled_dh_new(struct crypto *c, struct crypto_dh *dh, uint8_t *public_value)
{
	(void)c;
	public_of(dh, public_value);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	while (n && !p[n - 1])
		n--;
	return !n;
}

static enum crypto_dh_result modelled_dh_derive(struct crypto *c, struct crypto_dh *dh, const uint8_t *peer,
						uint8_t *secret)
{
	size_t n = crypto_dh_public_len(dh->group);
	uint8_t own[CRYPTO_DH_PUBLIC_MAX];
	XXH128_hash_t a, b;

	if (dh->group == CRYPTO_DH_MODP_2048 && !openssl_modp_in_range(c, peer))
		return CRYPTO_DH_RANGE;
	if (all_zero(peer, n))
		return dh->group == CRYPTO_DH_P_256 ? CRYPTO_DH_CURVE : CRYPTO_DH_ZERO;
	public_of(dh, own);
	a = XXH3_128bits_withSeed(own, n, dh->group);
	b = XXH3_128bits_withSeed(peer, n, dh->group);
	a.low64 += b.low64;
	a.high64 += b.high64;
	expand(a, secret, crypto_dh_secret_len(dh->group));
	return CRYPTO_DH_OK;
}

/* ---- signatures -------------------------------------------------------------------------------------------------- */

static size_t signature(enum crypto_key_type type, uint64_t key, size_t len, enum crypto_hash_id hash, bool der,
			const struct crypto_part *parts, size_t n, uint8_t *out)
{
	uint8_t raw[64];

	if (type == CRYPTO_KEY_ECDSA_P_256 && der) {
		expand(hash_parts(parts, n, key + hash), raw, sizeof raw);
		return ecdsa_to_der(raw, out);
	}
	if (type == CRYPTO_KEY_ECDSA_P_256)
		len = sizeof raw;
	expand(hash_parts(parts, n, key + hash), out, len);
	return len;
}

static size_t modelled_sign(struct crypto *c, const struct crypto_identity *id, enum crypto_hash_id hash, bool der,
			    const struct crypto_part *parts, size_t n, uint8_t *out)
{
	(void)c;
	return signature(id->type, id->digest, id->signature_len, hash, der, parts, n, out);
}

static bool modelled_verify(struct crypto *c, const struct public_key *key, enum crypto_hash_id hash, bool der,
			    const struct crypto_part *parts, size_t n, const uint8_t *shown, size_t len)
{
	uint8_t out[CRYPTO_SIGNATURE_MAX];

	(void)c;
	return signature(key->type, key->digest, key->signature_len, hash, der, parts, n, out) == len &&
	       !memcmp(out, shown, len);
}

const struct crypto_ops crypto_modelled = {
	.kind = CRYPTO_MODELLED,
	.key_room = 8,
	.key_keep = keep_digest,
	.mac_init = modelled_mac_init,
	.mac = modelled_mac,
	.seal = modelled_seal,
	.open = modelled_open,
	.dh_new = modelled_dh_new,
	.dh_derive = modelled_dh_derive,
	.sign = modelled_sign,
	.verify = modelled_verify,
};

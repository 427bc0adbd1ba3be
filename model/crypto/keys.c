/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: keys of security associations
 *
 * A world holds both ends of most SAs, and both derive the same octets. A key is therefore kept once and counted: the
 * second end finds it by its octets. This halves the memory of SAs and the contexts made of them. Equal octets mean
 * equal keys, so sharing cannot be noticed.
 *
 * seal and open check lengths and charge their price here [RFC 7296 3.14, RFC 4303 2, RFC 7383 2.5]; what they do is
 * the provider's matter.
 */
#include <assert.h>
#include <openssl/crypto.h>
#include <string.h>
#define XXH_INLINE_ALL		/* short texts: the calls would cost more than the hash */
#include <xxhash.h>

#include "crypto/priv.h"

/* A key as it is looked for: unused room is zeros, so whole rooms are compared and hashed. */
struct wanted {
	uint8_t encr, integ, encr_len, integ_len;
	uint8_t room[KEY_HEAD], tail[KEY_TAIL];
	bool has_tail;
};

static uint32_t hash_of(const struct crypto *c, uint8_t encr, uint8_t integ, const uint8_t *room, const uint8_t *tail)
{
	uint64_t seed = XXH3_64bits_withSeed(room, c->ops->key_room, (uint64_t)encr << 8 | integ);

	return (uint32_t)((tail ? XXH3_64bits_withSeed(tail, KEY_TAIL, seed) : seed) >> 32);
}

static const uint8_t *tail_of(const struct crypto *c, const struct key *k)
{
	return k->tail ? slab_get(&c->tails, k->tail) : NULL;
}

const uint8_t *key_octets(const struct crypto *c, const struct key *k, uint8_t buf[KEY_MAX])
{
	if (!k->tail)
		return k->octets;
	memcpy(buf, k->octets, KEY_HEAD);
	memcpy(buf + KEY_HEAD, tail_of(c, k), KEY_TAIL);
	return buf;
}

static bool same_key(const struct crypto *c, const struct key *k, const struct wanted *w)
{
	return k->encr == w->encr && k->integ == w->integ && k->encr_len == w->encr_len &&
	       !memcmp(k->octets, w->room, c->ops->key_room) &&
	       !memcmp(k->tail ? tail_of(c, k) : w->tail, w->tail, KEY_TAIL);
}

static crypto_key find_or_add(struct crypto *c, struct wanted *w)
{
	uint32_t hash = hash_of(c, w->encr, w->integ, w->room, w->has_tail ? w->tail : NULL), at, ref;
	struct key *k;

	for (ref = index_first(&c->by_octets, hash, &at); ref; ref = index_next(&c->by_octets, hash, &at)) {
		k = slab_get(&c->keys, ref);
		if (same_key(c, k, w)) {
			k->holders++;
			return ref;
		}
	}
	k = slab_alloc(&c->keys, &ref);
	*k = (struct key){ .holders = 1, .encr = w->encr, .integ = w->integ, .encr_len = w->encr_len,
			   .integ_len = w->integ_len };
	memcpy(k->octets, w->room, c->ops->key_room);
	if (w->has_tail)
		memcpy(slab_alloc(&c->tails, &k->tail), w->tail, KEY_TAIL);
	index_add(&c->by_octets, hash, ref);
	return ref;
}

crypto_key crypto_key_new(struct crypto *c, uint8_t encr, uint16_t key_bits, const uint8_t *encr_key, uint8_t integ,
			  const uint8_t *integ_key)
{
	struct wanted w = { .encr = encr, .integ = integ };
	size_t encr_len = crypto_encr_key_len(encr, key_bits), integ_len = crypto_integ_key_len(integ);
	uint8_t octets[KEY_MAX];
	crypto_key h;

	assert(!crypto_is_aead(encr) || !integ);
	w.encr_len = (uint8_t)encr_len;
	w.integ_len = (uint8_t)integ_len;
	if (encr_len)
		memcpy(octets, encr_key, encr_len);
	if (integ_len)
		memcpy(octets + encr_len, integ_key, integ_len);
	w.has_tail = c->ops->key_keep(octets, encr_len + integ_len, w.room, w.tail);
	h = find_or_add(c, &w);
	OPENSSL_cleanse(octets, sizeof octets);
	OPENSSL_cleanse(&w, sizeof w);
	return h;
}

static struct key *key_at(const struct crypto *c, crypto_key h)
{
	struct key *k = slab_get(&c->keys, h);

	assert(k);
	return k;
}

void crypto_key_hold(struct crypto *c, crypto_key h)
{
	key_at(c, h)->holders++;
}

void crypto_key_drop(struct crypto *c, crypto_key h)
{
	struct key *k;

	if (!h)
		return;
	k = key_at(c, h);
	if (--k->holders)
		return;
	index_remove(&c->by_octets, hash_of(c, k->encr, k->integ, k->octets, tail_of(c, k)), h);
	openssl_forget(c, h, k);
	if (k->tail) {
		OPENSSL_cleanse(slab_get(&c->tails, k->tail), KEY_TAIL);
		slab_free(&c->tails, k->tail);
	}
	OPENSSL_cleanse(k, sizeof *k + c->ops->key_room);
	slab_free(&c->keys, h);
}

size_t crypto_key_icv_len(const struct crypto *c, crypto_key h)
{
	const struct key *k = key_at(c, h);

	return crypto_icv_len(k->encr, k->integ);
}

size_t crypto_key_iv_len(const struct crypto *c, crypto_key h)
{
	return crypto_iv_len(key_at(c, h)->encr);
}

size_t crypto_key_block_len(const struct crypto *c, crypto_key h)
{
	return crypto_block_len(key_at(c, h)->encr);
}

static struct packet packet_of(const struct key *k, const uint8_t *iv, const uint8_t *aad, size_t aad_len,
			       uint8_t *data, size_t len)
{
	return (struct packet){ .iv = iv, .iv_len = crypto_iv_len(k->encr), .aad = aad, .aad_len = aad_len, .data = data,
				.len = len, .icv_len = crypto_icv_len(k->encr, k->integ) };
}

static void charge_packet(struct crypto *c, const struct key *k, size_t len)
{
	bool gcm = crypto_is_aead(k->encr);

	crypto_charge(c, gcm ? CRYPTO_OP_GCM_PACKET : CRYPTO_OP_CBC_PACKET, 1);
	crypto_charge(c, gcm ? CRYPTO_OP_GCM_OCTET : CRYPTO_OP_CBC_OCTET, len);
}

void crypto_seal(struct crypto *c, crypto_key h, const uint8_t *iv, const uint8_t *aad, size_t aad_len, uint8_t *data,
		 size_t len, uint8_t *icv)
{
	struct key *k = key_at(c, h);
	struct packet p = packet_of(k, iv, aad, aad_len, data, len);

	assert(len % crypto_block_len(k->encr) == 0);
	charge_packet(c, k, len);
	c->ops->seal(c, h, k, &p, icv);
}

bool crypto_open(struct crypto *c, crypto_key h, const uint8_t *iv, const uint8_t *aad, size_t aad_len, uint8_t *data,
		 size_t len, const uint8_t *icv)
{
	struct key *k = key_at(c, h);
	struct packet p = packet_of(k, iv, aad, aad_len, data, len);

	if (len % crypto_block_len(k->encr))
		return false;
	charge_packet(c, k, len);
	return c->ops->open(c, h, k, &p, icv);
}

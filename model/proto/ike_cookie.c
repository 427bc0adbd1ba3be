/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: cookies, which a responder under load demands before it spends memory and Diffie-Hellman on a stranger
 *
 * [RFC 7296 2.6]: version of the secret | hash(Ni | IPi | port | SPIi | secret). Nothing is kept: the secret of a
 * minute is drawn from a stream of its own at the place of that minute, and those of this minute and the one before
 * are good.
 */
#include "proto/ike_priv.h"

#include <string.h>

#define COOKIE_PERIOD (60 * MOOR_S)
#define VERSION_LEN 4u

void ike_cookie_make(struct ike *k, const struct ike_path *path, uint64_t spi_i, struct crypto_part ni, unsigned age,
		     uint8_t out[IKE_COOKIE_LEN])
{
	uint64_t version = (uint64_t)(ike_now(k) / COOKIE_PERIOD) + 1 - age;
	struct rng r = moor_world_rng(ike_w(k), net_host_node(k->h), "ike-cookie");
	uint8_t secret[32], hash[32], who[10];
	struct crypto_part parts[4] = { ni, { path->peer.o, 16 }, { who, sizeof who }, { secret, sizeof secret } };

	r = rng_at(r.key, version * 4);
	rng_octets(&r, secret, sizeof secret);
	store16(who, path->peer_port);
	store32(who + 2, (uint32_t)(spi_i >> 32));
	store32(who + 6, (uint32_t)spi_i);
	crypto_sha256(k->c->crypto, parts, CRYPTO_PARTS(parts), hash);
	store32(out, (uint32_t)version);
	memcpy(out + VERSION_LEN, hash, IKE_COOKIE_LEN - VERSION_LEN);
}

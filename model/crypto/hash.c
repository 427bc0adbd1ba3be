/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: hashes and HMAC
 *
 * SHA-1, SHA-256 [FIPS 180-4] and HMAC [RFC 2104] with prepared keys. An HMAC key is kept as the two chaining values
 * after its pads, so a short text costs three or four compressions and nothing else. libcrypto's old low-level
 * functions are used: they run the same machine code as its EVP interface, which spends ten times as long on its own
 * bookkeeping per text. They are declared deprecated since version 3, hence the first line.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <assert.h>
#include <openssl/sha.h>
#include <string.h>

#include "crypto/priv.h"

#define BLOCK 64u			/* octets of a block of both hashes */

void sha1_parts(const struct crypto_part *parts, size_t n, uint8_t out[20])
{
	SHA_CTX s;

	SHA1_Init(&s);
	for (size_t i = 0; i < n; i++)
		SHA1_Update(&s, parts[i].p, parts[i].n);
	SHA1_Final(out, &s);
}

void sha256_parts(const struct crypto_part *parts, size_t n, uint8_t out[32])
{
	SHA256_CTX s;

	SHA256_Init(&s);
	for (size_t i = 0; i < n; i++)
		SHA256_Update(&s, parts[i].p, parts[i].n);
	SHA256_Final(out, &s);
}

void crypto_sha1_block(uint32_t state[5], const uint8_t block[64])
{
	SHA_CTX s = { .h0 = state[0], .h1 = state[1], .h2 = state[2], .h3 = state[3], .h4 = state[4] };

	SHA1_Transform(&s, block);
	state[0] = s.h0;
	state[1] = s.h1;
	state[2] = s.h2;
	state[3] = s.h3;
	state[4] = s.h4;
}

/* The chaining value after one block: key xor pad. */
static void pad_sha1(const uint8_t key[BLOCK], uint8_t pad, uint32_t state[8])
{
	static const uint32_t start[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	memcpy(state, start, sizeof start);
	crypto_sha1_block(state, block);
}

static void pad_sha256(const uint8_t key[BLOCK], uint8_t pad, uint32_t state[8])
{
	SHA256_CTX s;
	uint8_t block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	SHA256_Init(&s);
	SHA256_Transform(&s, block);
	memcpy(state, s.h, sizeof s.h);
}

void hmac_init(struct crypto_mac *m, const uint8_t *key, size_t key_len)
{
	struct crypto_part whole = { key, key_len };
	uint8_t block[BLOCK] = { 0 };

	if (key_len > BLOCK && m->prf == CRYPTO_PRF_SHA1)
		sha1_parts(&whole, 1, block);
	else if (key_len > BLOCK)
		sha256_parts(&whole, 1, block);
	else if (key_len)
		memcpy(block, key, key_len);
	if (m->prf == CRYPTO_PRF_SHA1) {
		pad_sha1(block, 0x36, m->inner);
		pad_sha1(block, 0x5c, m->outer);
	} else {
		pad_sha256(block, 0x36, m->inner);
		pad_sha256(block, 0x5c, m->outer);
	}
}

static void resume_sha1(SHA_CTX *s, const uint32_t state[8])
{
	s->h0 = state[0];
	s->h1 = state[1];
	s->h2 = state[2];
	s->h3 = state[3];
	s->h4 = state[4];
	s->Nl = 8 * BLOCK;		/* bits so far */
	s->Nh = 0;
	s->num = 0;			/* octets waiting */
}

static void hmac_sha1(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t out[20])
{
	SHA_CTX s;

	resume_sha1(&s, m->inner);
	for (size_t i = 0; i < n; i++)
		SHA1_Update(&s, parts[i].p, parts[i].n);
	SHA1_Final(out, &s);
	resume_sha1(&s, m->outer);
	SHA1_Update(&s, out, 20);
	SHA1_Final(out, &s);
}

static void resume_sha256(SHA256_CTX *s, const uint32_t state[8])
{
	memcpy(s->h, state, sizeof s->h);
	s->Nl = 8 * BLOCK;
	s->Nh = 0;
	s->num = 0;
	s->md_len = 32;
}

static void hmac_sha256(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t out[32])
{
	SHA256_CTX s;

	resume_sha256(&s, m->inner);
	for (size_t i = 0; i < n; i++)
		SHA256_Update(&s, parts[i].p, parts[i].n);
	SHA256_Final(out, &s);
	resume_sha256(&s, m->outer);
	SHA256_Update(&s, out, 32);
	SHA256_Final(out, &s);
}

void hmac(const struct crypto_mac *m, const struct crypto_part *parts, size_t n, uint8_t *out)
{
	if (m->prf == CRYPTO_PRF_SHA1)
		hmac_sha1(m, parts, n, out);
	else
		hmac_sha256(m, parts, n, out);
}

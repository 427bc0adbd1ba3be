/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Milenage
 *
 * f1, f1*, f2, f3, f4, f5, f5* and OPc on AES-128 [TS 35.206 4.1], and AUTN and AUTS [TS 33.102 6.3.2, 6.3.3]. The six
 * encryptions of a vector share one key schedule, and all but the first of them are made in one call.
 */
#include "crypto/milenage.h"

#include <string.h>

#include "crypto/priv.h"

#define BLOCK 16u

static void xor_into(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] ^= from[i];
}

void milenage_opc(struct crypto *c, const uint8_t k[16], const uint8_t op[16], uint8_t opc[16])
{
	uint8_t out[BLOCK];

	crypto_aes_key(c, k);
	crypto_aes_blocks(c, op, out, BLOCK);
	xor_into(out, op, BLOCK);
	memcpy(opc, out, BLOCK);
}

/* TEMP = E_K(RAND xor OPc); the key schedule stays. */
static void temp_of(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], uint8_t temp[16])
{
	uint8_t in[BLOCK];

	memcpy(in, rand, BLOCK);
	xor_into(in, key->opc, BLOCK);
	crypto_aes_key(c, key->k);
	crypto_aes_blocks(c, in, temp, BLOCK);
}

/* OUT1 = E_K(TEMP xor rot(IN1 xor OPc, 64) xor 0) xor OPc, with IN1 = SQN | AMF | SQN | AMF [TS 35.206 4.1] */
static void f1_of(struct crypto *c, const struct milenage_key *key, const uint8_t temp[16], const uint8_t sqn[6],
		  const uint8_t amf[2], uint8_t out[16])
{
	uint8_t in1[BLOCK], x[BLOCK];

	memcpy(in1, sqn, 6);
	memcpy(in1 + 6, amf, 2);
	memcpy(in1 + 8, in1, 8);
	xor_into(in1, key->opc, BLOCK);
	memcpy(x, in1 + 8, 8);			/* r1: 64 bits */
	memcpy(x + 8, in1, 8);
	xor_into(x, temp, BLOCK);
	crypto_aes_blocks(c, x, out, BLOCK);
	xor_into(out, key->opc, BLOCK);
}

/* OUTn = E_K(rot(TEMP xor OPc, rn) xor cn) xor OPc, n = 2..5, rotations and last octets of the constants as below */
static void f2345_of(struct crypto *c, const struct milenage_key *key, const uint8_t temp[16],
		     struct milenage_f2345 *out)
{
	static const struct { uint8_t octets, constant; } rows[4] = { { 0, 1 }, { 4, 2 }, { 8, 4 }, { 12, 8 } };
	uint8_t base[BLOCK], in[4 * BLOCK], all[4 * BLOCK];

	memcpy(base, temp, BLOCK);
	xor_into(base, key->opc, BLOCK);
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < BLOCK; j++)
			in[i * BLOCK + j] = base[(j + rows[i].octets) % BLOCK];
		in[i * BLOCK + 15] ^= rows[i].constant;
	}
	crypto_aes_blocks(c, in, all, sizeof in);
	for (size_t i = 0; i < 4; i++)
		xor_into(all + i * BLOCK, key->opc, BLOCK);
	memcpy(out->ak, all, 6);		/* f5: the head of OUT2 */
	memcpy(out->res, all + 8, 8);		/* f2: its tail */
	memcpy(out->ck, all + BLOCK, 16);
	memcpy(out->ik, all + 2 * BLOCK, 16);
	memcpy(out->ak_star, all + 3 * BLOCK, 6);
}

void milenage_f1(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn[6],
		 const uint8_t amf[2], uint8_t mac_a[8], uint8_t mac_s[8])
{
	uint8_t temp[BLOCK], out[BLOCK];

	temp_of(c, key, rand, temp);
	f1_of(c, key, temp, sqn, amf, out);
	if (mac_a)
		memcpy(mac_a, out, 8);
	if (mac_s)
		memcpy(mac_s, out + 8, 8);
}

void milenage_f2345(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16],
		    struct milenage_f2345 *out)
{
	uint8_t temp[BLOCK];

	temp_of(c, key, rand, temp);
	f2345_of(c, key, temp, out);
}

/* [TS 33.102 6.3.2] AUTN = (SQN xor AK) | AMF | MAC-A */
void milenage_vector(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn[6],
		     const uint8_t amf[2], struct milenage_vector *out)
{
	uint8_t temp[BLOCK], mac[BLOCK];
	struct milenage_f2345 f;

	crypto_charge(c, CRYPTO_OP_MILENAGE, 1);
	temp_of(c, key, rand, temp);
	f1_of(c, key, temp, sqn, amf, mac);
	f2345_of(c, key, temp, &f);
	memcpy(out->rand, rand, 16);
	memcpy(out->autn, sqn, 6);
	xor_into(out->autn, f.ak, 6);
	memcpy(out->autn + 6, amf, 2);
	memcpy(out->autn + 8, mac, 8);
	memcpy(out->xres, f.res, 8);
	memcpy(out->ck, f.ck, 16);
	memcpy(out->ik, f.ik, 16);
}

bool milenage_check(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t autn[16],
		    struct milenage_check *out)
{
	uint8_t temp[BLOCK], mac[BLOCK];

	crypto_charge(c, CRYPTO_OP_MILENAGE, 1);
	temp_of(c, key, rand, temp);
	f2345_of(c, key, temp, &out->f);
	memcpy(out->sqn, autn, 6);
	xor_into(out->sqn, out->f.ak, 6);
	memcpy(out->amf, autn + 6, 2);
	f1_of(c, key, temp, out->sqn, out->amf, mac);
	return crypto_equal(mac, autn + 8, 8);
}

static const uint8_t amf_resync[2] = { 0, 0 };		/* [TS 33.102 6.3.3] a dummy in AUTS */

void milenage_auts(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16], const uint8_t sqn_ms[6],
		   uint8_t auts[14])
{
	uint8_t temp[BLOCK], mac[BLOCK];
	struct milenage_f2345 f;

	crypto_charge(c, CRYPTO_OP_MILENAGE, 1);
	temp_of(c, key, rand, temp);
	f1_of(c, key, temp, sqn_ms, amf_resync, mac);
	f2345_of(c, key, temp, &f);
	memcpy(auts, sqn_ms, 6);
	xor_into(auts, f.ak_star, 6);
	memcpy(auts + 6, mac + 8, 8);
}

bool milenage_auts_check(struct crypto *c, const struct milenage_key *key, const uint8_t rand[16],
			 const uint8_t auts[14], uint8_t sqn_ms[6])
{
	uint8_t temp[BLOCK], mac[BLOCK], sqn[6];
	struct milenage_f2345 f;

	crypto_charge(c, CRYPTO_OP_MILENAGE, 1);
	temp_of(c, key, rand, temp);
	f2345_of(c, key, temp, &f);
	memcpy(sqn, auts, 6);
	xor_into(sqn, f.ak_star, 6);
	f1_of(c, key, temp, sqn, amf_resync, mac);
	if (!crypto_equal(mac + 8, auts + 6, 8))
		return false;
	memcpy(sqn_ms, sqn, 6);
	return true;
}

uint64_t milenage_sqn(const uint8_t sqn[6])
{
	uint64_t v = 0;

	for (size_t i = 0; i < 6; i++)
		v = v << 8 | sqn[i];
	return v;
}

void milenage_sqn_octets(uint64_t value, uint8_t sqn[6])
{
	for (size_t i = 6; i-- > 0; value >>= 8)
		sqn[i] = (uint8_t)value;
}

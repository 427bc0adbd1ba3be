/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: algorithms and their lengths
 *
 * The transforms of IKEv2 and ESP that are implemented, by IANA number, with the lengths of keys, IVs, blocks and
 * checksums: RFC 3602 (AES-CBC), RFC 4106 and RFC 5282 (AES-GCM with 16 octets of ICV), RFC 2410 (NULL), RFC 2404 and
 * RFC 4868 (HMACs), RFC 3526, RFC 5903, RFC 8031 (groups). Lengths are the same for both providers.
 */
#include <assert.h>

#include "crypto/crypto.h"

bool crypto_encr_known(uint8_t encr, uint16_t key_bits)
{
	if (encr == CRYPTO_ENCR_NULL)
		return !key_bits;
	return (encr == CRYPTO_ENCR_AES_CBC || encr == CRYPTO_ENCR_AES_GCM_16) && (key_bits == 128 || key_bits == 256);
}

bool crypto_integ_known(uint8_t integ)
{
	return integ == CRYPTO_INTEG_NONE || integ == CRYPTO_INTEG_SHA1_96 || integ == CRYPTO_INTEG_SHA256_128;
}

bool crypto_prf_known(uint8_t prf)
{
	return prf == CRYPTO_PRF_SHA1 || prf == CRYPTO_PRF_SHA256;
}

bool crypto_group_known(uint16_t group)
{
	return group == CRYPTO_DH_MODP_2048 || group == CRYPTO_DH_P_256 || group == CRYPTO_DH_X25519;
}

size_t crypto_encr_key_len(uint8_t encr, uint16_t key_bits)
{
	assert(crypto_encr_known(encr, key_bits));
	return key_bits / 8u + (encr == CRYPTO_ENCR_AES_GCM_16 ? 4u : 0u);	/* [RFC 4106 8.1] [RFC 5282 7.1] */
}

size_t crypto_iv_len(uint8_t encr)
{
	return encr == CRYPTO_ENCR_AES_CBC ? 16 : encr == CRYPTO_ENCR_AES_GCM_16 ? 8 : 0;
}

size_t crypto_block_len(uint8_t encr)
{
	return encr == CRYPTO_ENCR_AES_CBC ? 16 : 1;
}

bool crypto_is_aead(uint8_t encr)
{
	return encr == CRYPTO_ENCR_AES_GCM_16;
}

size_t crypto_integ_key_len(uint8_t integ)
{
	assert(crypto_integ_known(integ));
	return integ == CRYPTO_INTEG_SHA1_96 ? 20 : integ == CRYPTO_INTEG_SHA256_128 ? 32 : 0;
}

size_t crypto_icv_len(uint8_t encr, uint8_t integ)
{
	if (crypto_is_aead(encr))
		return 16;
	return integ == CRYPTO_INTEG_SHA1_96 ? 12 : integ == CRYPTO_INTEG_SHA256_128 ? 16 : 0;
}

size_t crypto_prf_len(uint8_t prf)
{
	assert(crypto_prf_known(prf));
	return prf == CRYPTO_PRF_SHA1 ? 20 : 32;
}

size_t crypto_dh_public_len(uint16_t group)
{
	assert(crypto_group_known(group));
	return group == CRYPTO_DH_MODP_2048 ? 256 : group == CRYPTO_DH_P_256 ? 64 : 32;
}

size_t crypto_dh_secret_len(uint16_t group)
{
	assert(crypto_group_known(group));
	return group == CRYPTO_DH_MODP_2048 ? 256 : 32;		/* P-256: x alone [RFC 5903 7] */
}

const char *crypto_encr_name(uint8_t encr, uint16_t key_bits)
{
	if (!crypto_encr_known(encr, key_bits))
		return "?";
	if (encr == CRYPTO_ENCR_NULL)
		return "NULL";
	if (encr == CRYPTO_ENCR_AES_CBC)
		return key_bits == 128 ? "AES-CBC-128" : "AES-CBC-256";
	return key_bits == 128 ? "AES-GCM-16-128" : "AES-GCM-16-256";
}

const char *crypto_integ_name(uint8_t integ)
{
	switch (integ) {
	case CRYPTO_INTEG_NONE: return "NONE";
	case CRYPTO_INTEG_SHA1_96: return "HMAC-SHA1-96";
	case CRYPTO_INTEG_SHA256_128: return "HMAC-SHA2-256-128";
	}
	return "?";
}

const char *crypto_prf_name(uint8_t prf)
{
	return prf == CRYPTO_PRF_SHA1 ? "PRF-HMAC-SHA1" : prf == CRYPTO_PRF_SHA256 ? "PRF-HMAC-SHA2-256" : "?";
}

const char *crypto_group_name(uint16_t group)
{
	switch (group) {
	case CRYPTO_DH_MODP_2048: return "MODP-2048";
	case CRYPTO_DH_P_256: return "P-256";
	case CRYPTO_DH_X25519: return "X25519";
	}
	return "?";
}

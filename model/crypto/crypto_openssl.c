/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the provider `openssl`
 *
 * The table of functions in which every octet is real. Its parts: hash.c, openssl_seal.c, openssl_dh.c, openssl_sign.c.
 */
#include <string.h>

#include "crypto/priv.h"

/* All octets are kept: an evicted context is made of them again. */
static bool keep_octets(const uint8_t *octets, size_t n, uint8_t room[KEY_HEAD], uint8_t tail[KEY_TAIL])
{
	memcpy(room, octets, n < KEY_HEAD ? n : KEY_HEAD);
	if (n <= KEY_HEAD)
		return false;
	memcpy(tail, octets + KEY_HEAD, n - KEY_HEAD);
	return true;
}

const struct crypto_ops crypto_openssl = {
	.kind = CRYPTO_OPENSSL,
	.key_room = KEY_HEAD,
	.key_keep = keep_octets,
	.mac_init = hmac_init,
	.mac = hmac,
	.seal = openssl_seal,
	.open = openssl_open,
	.dh_new = openssl_dh_new,
	.dh_derive = openssl_dh_derive,
	.sign = openssl_sign,
	.verify = openssl_verify,
};

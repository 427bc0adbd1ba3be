/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * MD5 [RFC 1321], for EAP-MD5-Challenge [RFC 3748 5.4] and RADIUS authenticators [RFC 2865 3] alone: nothing that
 * should stay secret may rest on it. Real in both providers, and free of charge.
 */
#ifndef MOOR_CRYPTO_MD5_H
#define MOOR_CRYPTO_MD5_H

#include "crypto/crypto.h"

void crypto_md5(const struct crypto_part *parts, size_t n, uint8_t out[16]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: MD5
 *
 * [RFC 1321] by means of libcrypto. A library that was built without it leaves nothing to compare with: that ends
 * the process, as running out of memory does.
 */
#include "crypto/md5.h"

#include <glib.h>
#include <openssl/evp.h>

void crypto_md5(const struct crypto_part *parts, size_t n, uint8_t out[16])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_md5(), NULL);

	for (size_t i = 0; good && i < n; i++)
		good = EVP_DigestUpdate(ctx, parts[i].p, parts[i].n);
	if (!good || !EVP_DigestFinal_ex(ctx, out, NULL))
		g_error("this libcrypto has no MD5");
	EVP_MD_CTX_free(ctx);
}

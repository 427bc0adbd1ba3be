/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cipher suites by strongSwan's names: a table of words, each of which fills in one transform of a suite.
 */
#include "tests/interop/suites.h"

#include <glib.h>

enum kind { ENCR, INTEG, PRF, DH };

static const struct word {
	const char *text;
	enum kind kind;
	uint16_t id, bits, prf;
} words[] = {
	{ "aes128", ENCR, CRYPTO_ENCR_AES_CBC, 128, 0 },
	{ "aes256", ENCR, CRYPTO_ENCR_AES_CBC, 256, 0 },
	{ "aes128gcm16", ENCR, CRYPTO_ENCR_AES_GCM_16, 128, 0 },
	{ "aes256gcm16", ENCR, CRYPTO_ENCR_AES_GCM_16, 256, 0 },
	{ "sha1", INTEG, CRYPTO_INTEG_SHA1_96, 0, CRYPTO_PRF_SHA1 },
	{ "sha256", INTEG, CRYPTO_INTEG_SHA256_128, 0, CRYPTO_PRF_SHA256 },
	{ "prfsha1", PRF, CRYPTO_PRF_SHA1, 0, 0 },
	{ "prfsha256", PRF, CRYPTO_PRF_SHA256, 0, 0 },
	{ "modp2048", DH, CRYPTO_DH_MODP_2048, 0, 0 },
	{ "ecp256", DH, CRYPTO_DH_P_256, 0, 0 },
	{ "curve25519", DH, CRYPTO_DH_X25519, 0, 0 },
};

static bool put(const char *text, bool esp, struct ike_suite *s)
{
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const struct word *w = &words[i];

		if (g_strcmp0(w->text, text))
			continue;
		switch (w->kind) {
		case ENCR:
			s->encr = w->id;
			s->key_bits = w->bits;
			break;
		case INTEG:
			s->integ = w->id;
			s->prf = esp ? 0 : w->prf;
			break;
		case PRF:
			s->prf = w->id;
			break;
		case DH:
			s->dh = w->id;
			break;
		}
		return true;
	}
	return false;
}

bool suite_of(const char *text, bool esp, struct ike_suite *out)
{
	gchar **parts = g_strsplit(text, "-", -1);
	bool good = parts[0] != NULL;

	*out = (struct ike_suite){ .encr = 0 };
	for (unsigned i = 0; parts[i] && good; i++)
		good = put(parts[i], esp, out);
	g_strfreev(parts);
	return good && out->encr && (esp || (out->prf && out->dh));
}

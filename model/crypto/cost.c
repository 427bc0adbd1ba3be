/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: prices of cryptography
 *
 * The names of the rows of a cost table and the table that is used when a scenario brings none. It implements no
 * clause.
 */
#include "crypto/cost.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

#define NS 1000
#define US 1000000
#define MOST INT64_C(1000000000000000)	/* ps: a thousand seconds */

static const char *const names[CRYPTO_OPS] = {
	[CRYPTO_OP_KEYGEN_MODP_2048] = "keygen-modp-2048",
	[CRYPTO_OP_KEYGEN_P_256] = "keygen-p-256",
	[CRYPTO_OP_KEYGEN_X25519] = "keygen-x25519",
	[CRYPTO_OP_DERIVE_MODP_2048] = "derive-modp-2048",
	[CRYPTO_OP_DERIVE_P_256] = "derive-p-256",
	[CRYPTO_OP_DERIVE_X25519] = "derive-x25519",
	[CRYPTO_OP_SIGN_RSA_2048] = "sign-rsa-2048",
	[CRYPTO_OP_SIGN_ECDSA_P_256] = "sign-ecdsa-p-256",
	[CRYPTO_OP_SIGN_ED25519] = "sign-ed25519",
	[CRYPTO_OP_VERIFY_RSA_2048] = "verify-rsa-2048",
	[CRYPTO_OP_VERIFY_ECDSA_P_256] = "verify-ecdsa-p-256",
	[CRYPTO_OP_VERIFY_ED25519] = "verify-ed25519",
	[CRYPTO_OP_CHAIN] = "chain",
	[CRYPTO_OP_HASH] = "hash",
	[CRYPTO_OP_PRF] = "prf",
	[CRYPTO_OP_CBC_PACKET] = "cbc-packet",
	[CRYPTO_OP_CBC_OCTET] = "cbc-octet",
	[CRYPTO_OP_GCM_PACKET] = "gcm-packet",
	[CRYPTO_OP_GCM_OCTET] = "gcm-octet",
	[CRYPTO_OP_MILENAGE] = "milenage",
	[CRYPTO_OP_EAP_KEYS] = "eap-keys",
};

const struct crypto_costs crypto_costs_default = {
	.ps = {
		[CRYPTO_OP_KEYGEN_MODP_2048] = (int64_t)400 * US,
		[CRYPTO_OP_KEYGEN_P_256] = (int64_t)45 * US,
		[CRYPTO_OP_KEYGEN_X25519] = (int64_t)55 * US,
		[CRYPTO_OP_DERIVE_MODP_2048] = (int64_t)415 * US,
		[CRYPTO_OP_DERIVE_P_256] = (int64_t)74 * US,
		[CRYPTO_OP_DERIVE_X25519] = (int64_t)47 * US,
		[CRYPTO_OP_SIGN_RSA_2048] = (int64_t)412 * US,
		[CRYPTO_OP_SIGN_ECDSA_P_256] = (int64_t)33 * US,
		[CRYPTO_OP_SIGN_ED25519] = (int64_t)45 * US,
		[CRYPTO_OP_VERIFY_RSA_2048] = (int64_t)27 * US,
		[CRYPTO_OP_VERIFY_ECDSA_P_256] = (int64_t)93 * US,
		[CRYPTO_OP_VERIFY_ED25519] = (int64_t)130 * US,
		[CRYPTO_OP_CHAIN] = (int64_t)300 * US,
		[CRYPTO_OP_HASH] = (int64_t)70 * NS,
		[CRYPTO_OP_PRF] = (int64_t)250 * NS,
		[CRYPTO_OP_CBC_PACKET] = (int64_t)300 * NS,
		[CRYPTO_OP_CBC_OCTET] = 1500,
		[CRYPTO_OP_GCM_PACKET] = (int64_t)290 * NS,
		[CRYPTO_OP_GCM_OCTET] = 250,
		[CRYPTO_OP_MILENAGE] = (int64_t)1000 * NS,
		[CRYPTO_OP_EAP_KEYS] = (int64_t)1000 * NS,
	},
};

const char *crypto_op_name(enum crypto_op op)
{
	assert((unsigned)op < CRYPTO_OPS);
	return names[op];
}

bool crypto_op_find(const char *name, enum crypto_op *op)
{
	for (unsigned i = 0; i < CRYPTO_OPS; i++)
		if (!strcmp(names[i], name)) {
			*op = (enum crypto_op)i;
			return true;
		}
	return false;
}

/* ---- prices as text ---------------------------------------------------------------------------------------------- */

struct unit { const char *name; int64_t ps; };

static const struct unit units[] = {
	{ "s", INT64_C(1000000000000) }, { "ms", INT64_C(1000000000) }, { "us", US }, { "ns", NS }, { "ps", 1 },
};

#define N_UNITS (sizeof units / sizeof units[0])

/* Digits with at most one point, in millionths. NULL: none there. */
static const char *read_number(const char *s, int64_t *whole, int64_t *millionths)
{
	int64_t scale = 1000000;
	const char *start = s;

	*whole = *millionths = 0;
	for (; *s >= '0' && *s <= '9' && *whole < MOST; s++)
		*whole = *whole * 10 + (*s - '0');
	if (s == start)
		return NULL;
	if (*s != '.')
		return s;
	for (start = ++s; *s >= '0' && *s <= '9'; s++) {
		scale /= 10;
		*millionths += (*s - '0') * scale;
	}
	return s == start ? NULL : s;
}

bool crypto_cost_parse(const char *text, int64_t *ps)
{
	int64_t whole, millionths;
	const char *unit = read_number(text, &whole, &millionths);

	if (!unit)
		return false;
	if (*unit == ' ')
		unit++;
	for (size_t i = 0; i < N_UNITS; i++) {
		if (strcmp(units[i].name, unit))
			continue;
		if (whole > MOST / units[i].ps)
			return false;
		whole = whole * units[i].ps + (units[i].ps > US ? millionths * (units[i].ps / US) :
					       millionths * units[i].ps / US);
		if (whole > MOST)
			return false;
		*ps = whole;
		return true;
	}
	return false;
}

/* In the largest unit that leaves a whole part, with up to three digits behind the point. */
char *crypto_cost_text(int64_t ps, char *buf)
{
	struct text t = text_on(buf, CRYPTO_COST_TEXT);
	size_t i = 0;
	int64_t rest;

	while (i + 1 < N_UNITS && ps < units[i].ps)
		i++;
	rest = ps % units[i].ps * 1000 / units[i].ps;
	text_add(&t, "%lld", (long long)(ps / units[i].ps));
	if (rest % 100 == 0 && rest)
		text_add(&t, ".%lld", (long long)rest / 100);
	else if (rest % 10 == 0 && rest)
		text_add(&t, ".%02lld", (long long)rest / 10);
	else if (rest)
		text_add(&t, ".%03lld", (long long)rest);
	text_str(&t, units[i].name);
	return buf;
}

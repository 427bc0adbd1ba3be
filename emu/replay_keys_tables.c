/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of other programs' key files: Wireshark's ikev2_decryption_table and esp_sa (the latter with 8 fields, or 9
 * since sequence numbers of 64 bits are known to it), and the file that tcpdump's -E reads. They exist apart from our
 * own form because their names of algorithms are those programs'. No clause; lengths are crypto/crypto.h's.
 *
 * Not read: partial wild cards in addresses and SPIs, AES-192, 64-bit sequence numbers, and algorithms that are not in
 * model/crypto; each is an error that says so.
 */
#include "emu/replay_keys.h"

#include <string.h>

enum { FIELDS_MAX = 10, FIELD_SPAN = 640, SPI_OCTETS = 8, OTHER = 255, KEY_LEFT_OUT = 0 };

bool keys_hex(const char *text, uint8_t *out, size_t cap, size_t *n, char *why, size_t why_cap)
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");

	*n = digits / 2;
	if (text[digits])
		g_snprintf(why, why_cap, "'%.12s' is no hexadecimal digit", text + digits);
	else if (digits % 2)
		g_snprintf(why, why_cap, "%zu digits, an odd number: one too many or too few", digits);
	else if (digits == 0)
		g_snprintf(why, why_cap, "there are no digits");
	else if (*n > cap)
		g_snprintf(why, why_cap, "%zu digits are too many", digits);
	else {
		for (size_t i = 0; i < *n; i++)
			out[i] = (uint8_t)(g_ascii_xdigit_value(text[2 * i]) << 4 | g_ascii_xdigit_value(text[2 * i + 1]));
		return true;
	}
	return false;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

/* Cuts a line at its commas, those in quotes aside, and takes quotes and spaces off. -1: a quote is left open. */
static int split(char *line, char *field[FIELDS_MAX])
{
	int n = 0;
	bool quoted = false;
	char *start = line;

	for (char *p = line;; p++) {
		if (*p == '"')
			quoted = !quoted;
		if (*p && (*p != ',' || quoted))
			continue;
		if (n < FIELDS_MAX)
			field[n++] = start;
		if (!*p)
			break;
		*p = '\0';
		start = p + 1;
	}
	for (int i = 0; i < n; i++) {
		size_t len;

		field[i] = g_strstrip(field[i]);
		len = strlen(field[i]);
		if (len >= 2 && field[i][0] == '"' && field[i][len - 1] == '"') {
			field[i][len - 1] = '\0';
			field[i] = g_strstrip(field[i] + 1);
		}
	}
	return quoted ? -1 : n;
}

static bool said(char *why, const char *what, const char *more)
{
	g_snprintf(why, KEYS_WHY, "%s: %s", what, more);
	return false;
}

/* A key of exactly n octets, in digits, or (text_too) as text. */
static bool key_field(const char *field, const char *what, uint8_t *out, size_t n, const char *algorithm, bool text_too,
		      char *why)
{
	char reason[KEYS_WHY / 2];
	uint8_t octets[FIELD_SPAN];
	size_t got;

	if (g_ascii_strncasecmp(field, "0x", 2) == 0) {
		field += 2;
		text_too = false;
	}
	if (n == 0 && !*field)
		return true;
	if (text_too) {
		got = MIN(strlen(field), sizeof(octets));
		memcpy(octets, field, got);
	} else if (!keys_hex(field, octets, sizeof(octets), &got, reason, sizeof(reason))) {
		/* an odd number of digits is told by what is wanted */
		if (strncmp(reason, "there are", 9) && strspn(field, "0123456789abcdefABCDEF") == strlen(field))
			g_snprintf(why, KEYS_WHY, "%s: %zu digits, %s takes %zu", what, strlen(field), algorithm, 2 * n);
		else
			return said(why, what, reason);
		return false;
	}
	if (got != n) {
		g_snprintf(why, KEYS_WHY, "%s: %zu digits, %s takes %zu", what, 2 * got, algorithm, 2 * n);
		return false;
	}
	memcpy(out, octets, n);
	return true;
}

/* ---- algorithms -------------------------------------------------------------------------------------------------- */

/* What is known by name. bits 0: by the length of the key. id OTHER: known, and not built here. */
struct named { const char *name; uint8_t id; uint16_t bits; uint8_t icv; };

static const struct named ike_encrs[] = {
	{ "AES-CBC-128", CRYPTO_ENCR_AES_CBC, 128, 0 }, { "AES-CBC-256", CRYPTO_ENCR_AES_CBC, 256, 0 },
	{ "AES-CBC", CRYPTO_ENCR_AES_CBC, 0, 0 },
	{ "AES-GCM-128 with 16 octet ICV", CRYPTO_ENCR_AES_GCM_16, 128, 0 },
	{ "AES-GCM-256 with 16 octet ICV", CRYPTO_ENCR_AES_GCM_16, 256, 0 },
	{ "AES-GCM with 16 octet ICV", CRYPTO_ENCR_AES_GCM_16, 0, 0 },
	{ "NULL", CRYPTO_ENCR_NULL, 0, 0 },
	{ "3DES", OTHER, 0, 0 }, { "AES-CBC-192", OTHER, 0, 0 }, { "AES-CTR-", OTHER, 0, 0 }, { "AES-GCM", OTHER, 0, 0 },
	{ "AES-CCM", OTHER, 0, 0 }, { "ChaCha20", OTHER, 0, 0 }, { "DES", OTHER, 0, 0 },
};

static const struct named ike_integs[] = {
	{ "NONE", CRYPTO_INTEG_NONE, 0, 0 }, { "HMAC_SHA1_96", CRYPTO_INTEG_SHA1_96, 0, 0 },
	{ "HMAC_SHA2_256_128", CRYPTO_INTEG_SHA256_128, 0, 0 },
	{ "HMAC_", OTHER, 0, 0 }, { "ANY ", OTHER, 0, 0 },
};

static const struct named esp_encrs[] = {
	{ "AES-CBC", CRYPTO_ENCR_AES_CBC, 0, 0 }, { "AES-GCM with 16 octet ICV", CRYPTO_ENCR_AES_GCM_16, 0, 0 },
	/* what older versions call the same */
	{ "AES-GCM", CRYPTO_ENCR_AES_GCM_16, 0, 0 }, { "NULL", CRYPTO_ENCR_NULL, 0, 0 },
	{ "AES-", OTHER, 0, 0 }, { "TripleDES-CBC", OTHER, 0, 0 }, { "DES-CBC", OTHER, 0, 0 },
	{ "CAST5-CBC", OTHER, 0, 0 }, { "BLOWFISH-CBC", OTHER, 0, 0 }, { "TWOFISH-CBC", OTHER, 0, 0 },
	{ "ChaCha20", OTHER, 0, 0 },
};

static const struct named esp_integs[] = {
	{ "NULL", CRYPTO_INTEG_NONE, 0, 0 }, { "NONE", CRYPTO_INTEG_NONE, 0, 0 },
	{ "HMAC-SHA-1-96", CRYPTO_INTEG_SHA1_96, 0, 0 }, { "HMAC-SHA-256-128", CRYPTO_INTEG_SHA256_128, 0, 0 },
	{ "ANY 64 bit authentication", CRYPTO_INTEG_NONE, 0, 8 }, { "ANY 96 bit authentication", CRYPTO_INTEG_NONE, 0, 12 },
	{ "ANY 128 bit authentication", CRYPTO_INTEG_NONE, 0, 16 },
	{ "ANY 192 bit authentication", CRYPTO_INTEG_NONE, 0, 24 },
	{ "ANY 256 bit authentication", CRYPTO_INTEG_NONE, 0, 32 },
	{ "HMAC-", OTHER, 0, 0 }, { "MAC-", OTHER, 0, 0 }, { "AES-XCBC-MAC-96", OTHER, 0, 0 },
};

/* By the name in front of " [RFC…]". Rows that are not built here are known by how they begin. */
static const struct named *named_find(const struct named *rows, size_t n, const char *text, const char *what, char *why)
{
	const char *bracket = strstr(text, " [");
	size_t len = bracket ? (size_t)(bracket - text) : strlen(text);

	for (size_t i = 0; i < n; i++)
		if (rows[i].id != OTHER && strlen(rows[i].name) == len && !g_ascii_strncasecmp(rows[i].name, text, len))
			return &rows[i];
	for (size_t i = 0; i < n; i++)
		if (rows[i].id == OTHER && !g_ascii_strncasecmp(rows[i].name, text, strlen(rows[i].name))) {
			g_snprintf(why, KEYS_WHY, "%s: '%.48s' is not among the algorithms of this program (AES-CBC and AES-GCM "
				   "with keys of 128 and 256 bits, NULL; HMAC-SHA1-96, HMAC-SHA2-256-128)", what, text);
			return NULL;
		}
	g_snprintf(why, KEYS_WHY, "%s: no algorithm is called '%.60s'", what, text);
	return NULL;
}

/* Octets of a key in digits or (without 0x) text; what a length that the algorithm's name does not say follows from. */
static size_t key_octets(const char *field, bool text_too)
{
	bool hex = g_ascii_strncasecmp(field, "0x", 2) == 0;

	return hex ? (strlen(field) - 2) / 2 : text_too ? strlen(field) : strlen(field) / 2;
}

static uint16_t bits_of(const struct named *e, const char *key, bool text_too)
{
	size_t salt = e->id == CRYPTO_ENCR_AES_GCM_16 ? 4 : 0, n = key_octets(key, text_too);

	if (e->id == CRYPTO_ENCR_NULL)
		return 0;
	if (e->bits)
		return e->bits;
	/* whichever it is nearer to: the message then says what is wanted */
	return n >= 24 + salt ? 256 : 128;
}

/* ---- Wireshark --------------------------------------------------------------------------------------------------- */

static bool spi_field(const char *field, const char *what, uint64_t *spi, char *why)
{
	uint8_t octets[SPI_OCTETS];

	if (!key_field(field, what, octets, SPI_OCTETS, "an SPI of IKE", false, why))
		return false;
	*spi = 0;
	for (int i = 0; i < SPI_OCTETS; i++)
		*spi = *spi << 8 | octets[i];
	return true;
}

/* SPIi, SPIr, SK_ei, SK_er, encryption, SK_ai, SK_ar, integrity */
bool keys_ike_line(char *line, struct key_ike *out, char *why)
{
	char *f[FIELDS_MAX];
	int n = split(line, f);
	const struct named *e, *a;
	const char *encr, *integ;
	size_t key;

	if (n != 8) {
		g_snprintf(why, KEYS_WHY, n < 0 ? "a quotation mark is left open" : "%d fields, a line of "
			   "ikev2_decryption_table has 8", n);
		return false;
	}
	if (!spi_field(f[0], "initiator's SPI", &out->spi_i, why) || !spi_field(f[1], "responder's SPI", &out->spi_r, why))
		return false;
	e = named_find(ike_encrs, G_N_ELEMENTS(ike_encrs), f[4], "encryption algorithm", why);
	a = e ? named_find(ike_integs, G_N_ELEMENTS(ike_integs), f[7], "integrity algorithm", why) : NULL;
	if (!a)
		return false;
	out->encr = e->id;
	out->key_bits = bits_of(e, f[2], false);
	out->integ = a->id;
	if (crypto_is_aead(e->id) != (a->id == CRYPTO_INTEG_NONE))
		return said(why, "integrity algorithm", crypto_is_aead(e->id) ? "an AEAD cipher has none" : "there must be one");
	key = crypto_encr_key_len(e->id, out->key_bits);
	encr = crypto_encr_name(e->id, out->key_bits);
	integ = crypto_integ_name(a->id);
	return key_field(f[2], "SK_ei", out->ei, key, encr, false, why)
		&& key_field(f[3], "SK_er", out->er, key, encr, false, why)
		&& key_field(f[5], "SK_ai", out->ai, crypto_integ_key_len(a->id), integ, false, why)
		&& key_field(f[6], "SK_ar", out->ar, crypto_integ_key_len(a->id), integ, false, why);
}

static bool address_field(const char *field, const char *what, struct ip6_addr *out, char *why)
{
	struct ip4_addr v4;

	*out = (struct ip6_addr){ 0 };
	if (!strcmp(field, "*") || !*field || ip6_parse(field, out))
		return true;
	if (!ip4_parse(field, &v4))
		return said(why, what, "neither an address nor *");
	*out = ip6_mapped(v4);
	return true;
}

static bool esp_spi_field(const char *field, uint32_t *spi, char *why)
{
	char *end;
	guint64 v = g_ascii_strtoull(field, &end, 0);

	if (end == field || *end || v == 0 || v > UINT32_MAX)
		return said(why, "SPI", "a number of 32 bits is wanted, as 0x12345678, without wild cards");
	*spi = (uint32_t)v;
	return true;
}

/* protocol, source, destination, SPI, encryption, key, authentication, key, and perhaps sequence numbers' length */
bool keys_esp_line(char *line, struct key_esp *out, char *why)
{
	char *f[FIELDS_MAX];
	int n = split(line, f);
	const struct named *e, *a;

	if (n != 8 && n != 9) {
		g_snprintf(why, KEYS_WHY, n < 0 ? "a quotation mark is left open" : "%d fields, a line of esp_sa has 8 or 9",
			   n);
		return false;
	}
	if (g_ascii_strcasecmp(f[0], "IPv4") && g_ascii_strcasecmp(f[0], "IPv6") && g_ascii_strcasecmp(f[0], "Any"))
		return said(why, "protocol", "IPv4 or IPv6 is wanted");
	if (n == 9 && strncmp(f[8], "32", 2))
		return said(why, "sequence numbers", "only those of 32 bits are opened");
	if (!address_field(f[1], "source", &out->src, why) || !address_field(f[2], "destination", &out->dst, why)
	    || !esp_spi_field(f[3], &out->spi, why))
		return false;
	e = named_find(esp_encrs, G_N_ELEMENTS(esp_encrs), f[4], "encryption algorithm", why);
	a = e ? named_find(esp_integs, G_N_ELEMENTS(esp_integs), f[6], "authentication algorithm", why) : NULL;
	if (!a)
		return false;
	out->encr = e->id;
	out->key_bits = bits_of(e, f[5], true);
	out->integ = a->id;
	out->unchecked_icv = a->icv;
	/* the name of Wireshark's row for an AEAD cipher does not matter: its ICV is its own */
	if (crypto_is_aead(e->id)) {
		out->integ = CRYPTO_INTEG_NONE;
		out->unchecked_icv = 0;
	}
	return key_field(f[5], "encryption key", out->encr_key, crypto_encr_key_len(e->id, out->key_bits),
			 crypto_encr_name(e->id, out->key_bits), true, why)
		&& (a->icv || crypto_is_aead(e->id)
		    || key_field(f[7], "authentication key", out->integ_key, crypto_integ_key_len(a->id),
				 crypto_integ_name(a->id), true, why));
}

/* ---- tcpdump ----------------------------------------------------------------------------------------------------- */

/* "SPI@address cipher-cbc[-hmac96]:0xKEY": it holds no key for the ICV, only that there is one of 12 octets. */
bool keys_secret_line(char *line, struct key_esp *out, char *why)
{
	static const char suffix[] = "-cbc-hmac96";
	char *at = strchr(line, '@'), *cipher, *key, *end;
	unsigned bits = 0;

	cipher = at ? strpbrk(at, " \t") : NULL;
	key = cipher ? strchr(cipher, ':') : NULL;
	if (!key)
		return said(why, "ESP secret", "SPI@address cipher:key is wanted");
	*at = *cipher = *key = '\0';
	cipher = g_strstrip(cipher + 1);
	key = g_strstrip(key + 1);
	end = g_str_has_suffix(cipher, suffix) ? cipher + strlen(cipher) - strlen(suffix)
		: g_str_has_suffix(cipher, "-cbc") ? cipher + strlen(cipher) - strlen("-cbc") : NULL;
	if (!esp_spi_field(line, &out->spi, why) || !address_field(at + 1, "address", &out->dst, why))
		return false;
	out->unchecked_icv = g_str_has_suffix(cipher, "hmac96") ? 12 : 0;
	if (end && !strncmp(cipher, "aes", 3))
		bits = (unsigned)g_ascii_strtoull(cipher + 3, NULL, 10);
	if (!bits && strncmp(cipher, "aes-cbc", 7)) {
		out->spi = KEY_LEFT_OUT;
		g_snprintf(why, KEYS_WHY, "%.40s is not opened here, the line is left out", cipher);
		return true;
	}
	out->encr = CRYPTO_ENCR_AES_CBC;
	out->key_bits = (uint16_t)(bits ? bits : 128);
	if (!crypto_encr_known(CRYPTO_ENCR_AES_CBC, out->key_bits))
		return said(why, "ESP secret", "AES with keys of 128 or 256 bits is wanted");
	return key_field(key, "key", out->encr_key, crypto_encr_key_len(CRYPTO_ENCR_AES_CBC, out->key_bits),
			 crypto_encr_name(CRYPTO_ENCR_AES_CBC, out->key_bits), false, why);
}

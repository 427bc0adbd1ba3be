/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IMSI and NAI
 *
 * [TS 23.003 19.3.2] The root NAI of a subscriber is "0", the IMSI, and a realm made of MCC and MNC; [RFC 4187 4.1.1]
 * the first character of a username says of what kind it is: the ones used are those of the field ("0" permanent, "2"
 * pseudonym, "4" fast re-authentication). EAP-SIM's and EAP-AKA's other prefixes are not ours.
 */
#include "wire/eap_id.h"

#include <string.h>

bool imsi_parse(const char *text, size_t len, unsigned mnc, struct imsi *out)
{
	uint64_t digits = 0;
	bool other = false;

	if (len < 6 || len > IMSI_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (uint8_t)text[i] - (unsigned)'0';

		other |= digit > 9;
		digits = digits * 10 + digit;
	}
	if (other)
		return false;
	*out = (struct imsi){ .digits = digits, .n = len, .mnc = mnc };
	return true;
}

const char *imsi_text(struct imsi i, char buf[IMSI_DIGITS_MAX + 1])
{
	uint64_t digits = i.digits;

	for (unsigned k = i.n; k-- > 0; digits /= 10)
		buf[k] = (char)('0' + digits % 10);
	buf[i.n] = 0;
	return buf;
}

struct imsi imsi_add(struct imsi i, uint64_t n)
{
	i.digits += n;
	return i;
}

size_t eap_id_username(const uint8_t *nai, size_t len)
{
	const uint8_t *at = len ? memchr(nai, '@', len) : NULL;

	return at ? (size_t)(at - nai) : len;
}

/*
 * [TS 23.003 19.3.2] Written by hand: a home agent and its AAA server meet several of them in each attach, a local
 * mobility anchor one in each message.
 */
static void realm(const char *digits, unsigned mnc, char out[EAP_REALM_OCTETS])
{
	static const char form[EAP_REALM_OCTETS + 1] = "nai.epc.mnc000.mcc000.3gppnetwork.org";

	memcpy(out, form, EAP_REALM_OCTETS);
	if (mnc == 2)
		memcpy(out + 12, digits + 3, 2);
	else
		memcpy(out + 11, digits + 3, 3);
	memcpy(out + 18, digits, 3);
}

void eap_id_realm(struct imsi i, char out[EAP_REALM_OCTETS])
{
	char digits[IMSI_DIGITS_MAX + 1] = { 0 };

	realm(imsi_text(i, digits), i.mnc, out);
}

size_t eap_id_with_realm(const uint8_t *username, size_t n, struct imsi i, uint8_t out[EAP_NAI_MAX])
{
	if (n + 1 + EAP_REALM_OCTETS > EAP_NAI_MAX)
		return 0;
	memcpy(out, username, n);
	out[n] = '@';
	eap_id_realm(i, (char *)out + n + 1);
	return n + 1 + EAP_REALM_OCTETS;
}

size_t eap_id_permanent(struct imsi i, uint8_t out[EAP_NAI_MAX])
{
	char digits[IMSI_DIGITS_MAX + 1] = { 0 };

	imsi_text(i, digits);
	out[0] = '0';
	memcpy(out + 1, digits, IMSI_DIGITS_MAX);	/* what is too much is overwritten */
	out[1 + i.n] = '@';
	realm(digits, i.mnc, (char *)out + 2 + i.n);
	return 2u + i.n + EAP_REALM_OCTETS;
}

/* 2 when the realm says that the MNC has two digits (a zero before what stands in the IMSI), else 3. */
static unsigned mnc_digits(const uint8_t *nai, size_t len, size_t username)
{
	const uint8_t *digits = nai + 1, *says = nai + username + 1;

	if (len != username + 1 + EAP_REALM_OCTETS || memcmp(says, "nai.epc.mnc0", 12))
		return 3;
	return !memcmp(says + 12, digits + 3, 2) && !memcmp(says + 14, ".mcc", 4) && !memcmp(says + 18, digits, 3) &&
	       !memcmp(says + 21, ".3gppnetwork.org", 16) ? 2 : 3;
}

enum eap_id_kind eap_id_kind(const uint8_t *nai, size_t len, struct imsi *imsi)
{
	size_t n = eap_id_username(nai, len);
	struct imsi i;

	if (len > EAP_NAI_MAX || n < 2)
		return EAP_ID_UNKNOWN;
	switch (nai[0]) {
	case '0':
		if (!imsi_parse((const char *)nai + 1, n - 1, 3, &i))
			return EAP_ID_UNKNOWN;
		i.mnc = mnc_digits(nai, len, n) & 3;
		if (imsi)
			*imsi = i;
		return EAP_ID_PERMANENT;
	case '2':
		return EAP_ID_PSEUDONYM;
	case '4':
		return EAP_ID_REAUTH;
	}
	return EAP_ID_UNKNOWN;
}

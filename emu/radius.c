/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: RADIUS packets
 *
 * A home agent asks an EAP server of another make with them (emu/aaa_radius.c), and tests put our EAP-AKA behind and in
 * front of other people's. MD5 comes from GLib. Not here: accounting, retransmission, proxies, anything but EAP
 * [RFC 2865, RFC 3579].
 */
#include "emu/radius.h"

#include <glib.h>
#include <string.h>

#define HEADER 20u
#define VENDOR_MICROSOFT 311u

void radius_begin(struct radius *p, uint8_t code, uint8_t id)
{
	memset(p, 0, sizeof *p);
	p->octets[0] = code;
	p->octets[1] = id;
	p->len = HEADER;
}

void radius_add(struct radius *p, uint8_t type, const void *value, size_t n)
{
	g_assert(n <= 253 && p->len + 2 + n <= RADIUS_MAX);
	p->octets[p->len] = type;
	p->octets[p->len + 1] = (uint8_t)(n + 2);
	memcpy(p->octets + p->len + 2, value, n);
	p->len += n + 2;
}

void radius_add_eap(struct radius *p, const uint8_t *eap, size_t n)
{
	for (size_t at = 0; at < n; at += 253)
		radius_add(p, RADIUS_EAP_MESSAGE, eap + at, MIN(n - at, 253));
}

static void md5(const void *a, size_t an, const void *b, size_t bn, const void *c, size_t cn, uint8_t out[16])
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);
	gsize n = 16;

	g_checksum_update(sum, a, (gssize)an);
	g_checksum_update(sum, b, (gssize)bn);
	g_checksum_update(sum, c, (gssize)cn);
	g_checksum_get_digest(sum, out, &n);
	g_checksum_free(sum);
}

/* [RFC 2548 2.4.2]: each block is masked with a digest of the secret and what went before it. */
static void mask(uint8_t *text, size_t n, const uint8_t salt[2], const char *secret, const uint8_t request[16],
		 bool hide)
{
	uint8_t before[18], digest[16], block[16];

	memcpy(before, request, 16);
	memcpy(before + 16, salt, 2);
	md5(secret, strlen(secret), before, 18, "", 0, digest);
	for (size_t at = 0; at < n; at += 16) {
		memcpy(block, text + at, 16);
		for (unsigned i = 0; i < 16; i++)
			text[at + i] ^= digest[i];
		md5(secret, strlen(secret), hide ? text + at : block, 16, "", 0, digest);
	}
}

void radius_add_key(struct radius *p, uint8_t type, const uint8_t key[32], uint16_t salt, const char *secret,
		    const uint8_t request[16])
{
	uint8_t a[4 + 2 + 2 + 48] = { 0, 0, VENDOR_MICROSOFT >> 8, VENDOR_MICROSOFT & 255, type, 52 };

	a[6] = (uint8_t)(0x80 | salt >> 8);
	a[7] = (uint8_t)salt;
	a[8] = 32;
	memcpy(a + 9, key, 32);
	mask(a + 8, 48, a + 6, secret, request, true);
	radius_add(p, RADIUS_VENDOR, a, sizeof a);
}

static void message_authenticator(const struct radius *p, size_t at, const uint8_t authenticator[16],
				  const char *secret, uint8_t out[16])
{
	GHmac *h = g_hmac_new(G_CHECKSUM_MD5, (const guchar *)secret, strlen(secret));
	uint8_t copy[RADIUS_MAX];
	gsize n = 16;

	memcpy(copy, p->octets, p->len);
	memcpy(copy + 4, authenticator, 16);
	memset(copy + at, 0, 16);
	g_hmac_update(h, copy, (gssize)p->len);
	g_hmac_get_digest(h, out, &n);
	g_hmac_unref(h);
}

static void finish(struct radius *p, const uint8_t authenticator[16], const char *secret)
{
	static const uint8_t none[16];
	size_t at = p->len + 2;

	radius_add(p, RADIUS_MESSAGE_AUTHENTICATOR, none, sizeof none);
	p->octets[2] = (uint8_t)(p->len >> 8);
	p->octets[3] = (uint8_t)p->len;
	message_authenticator(p, at, authenticator, secret, p->octets + at);
}

void radius_end_request(struct radius *p, const uint8_t authenticator[16], const char *secret)
{
	finish(p, authenticator, secret);
	memcpy(p->octets + 4, authenticator, 16);
}

static void response_authenticator(const struct radius *p, const uint8_t request[16], const char *secret,
				   uint8_t out[16])
{
	uint8_t copy[RADIUS_MAX];

	memcpy(copy, p->octets, p->len);
	memcpy(copy + 4, request, 16);
	md5(copy, p->len, secret, strlen(secret), "", 0, out);
}

void radius_end_response(struct radius *p, const uint8_t request[16], const char *secret)
{
	uint8_t authenticator[16];

	finish(p, request, secret);
	response_authenticator(p, request, secret, authenticator);
	memcpy(p->octets + 4, authenticator, 16);
}

static bool attributes_in_order(const struct radius *p)
{
	size_t at = HEADER;

	if (p->len < HEADER || (size_t)(p->octets[2] << 8 | p->octets[3]) != p->len)
		return false;
	while (at < p->len) {
		if (p->len - at < 2 || p->octets[at + 1] < 2 || p->octets[at + 1] > p->len - at)
			return false;
		at += p->octets[at + 1];
	}
	return true;
}

bool radius_good(const struct radius *p, const uint8_t *request, const char *secret)
{
	const uint8_t *mac;
	uint8_t want[16];
	size_t n;

	if (!attributes_in_order(p))
		return false;
	mac = radius_find(p, RADIUS_MESSAGE_AUTHENTICATOR, &n);
	if (!mac || n != 16)
		return false;
	message_authenticator(p, (size_t)(mac - p->octets), request ? request : p->octets + 4, secret, want);
	if (memcmp(want, mac, 16))
		return false;
	if (!request)
		return true;
	response_authenticator(p, request, secret, want);
	return !memcmp(want, p->octets + 4, 16);
}

const uint8_t *radius_find(const struct radius *p, uint8_t type, size_t *n)
{
	for (size_t at = HEADER; at < p->len; at += p->octets[at + 1])
		if (p->octets[at] == type) {
			*n = p->octets[at + 1] - 2u;
			return p->octets + at + 2;
		}
	return NULL;
}

size_t radius_eap(const struct radius *p, uint8_t *out, size_t cap)
{
	size_t len = 0;

	for (size_t at = HEADER; at < p->len; at += p->octets[at + 1]) {
		size_t n = p->octets[at + 1] - 2u;

		if (p->octets[at] != RADIUS_EAP_MESSAGE)
			continue;
		if (len + n > cap)
			return 0;
		memcpy(out + len, p->octets + at + 2, n);
		len += n;
	}
	return len;
}

bool radius_key(const struct radius *p, uint8_t type, const char *secret, const uint8_t request[16], uint8_t key[32])
{
	for (size_t at = HEADER; at < p->len; at += p->octets[at + 1]) {
		const uint8_t *a = p->octets + at;
		uint8_t text[48];

		if (a[0] != RADIUS_VENDOR || a[1] != 58 || a[4] << 8 != (VENDOR_MICROSOFT & 0xff00)
		    || a[5] != (VENDOR_MICROSOFT & 255) || a[6] != type)
			continue;
		memcpy(text, a + 10, sizeof text);
		mask(text, sizeof text, a + 8, secret, request, false);
		if (text[0] != 32)
			return false;
		memcpy(key, text + 1, 32);
		return true;
	}
	return false;
}

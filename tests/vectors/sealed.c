/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vectors whose document gives the keys: an ESP packet [RFC 4303, 3602] or an IKE message [RFC 7296 3.14, RFC 7383] is
 * opened with the openssl provider and its inside is shown like the rest; AT_MAC [RFC 4187 10.15] is computed again.
 */
#include <string.h>

#include "base/cursor.h"
#include "crypto/eap_keys.h"
#include "tests/vectors/vectors.h"
#include "wire/dissect.h"
#include "wire/eap.h"
#include "wire/esp.h"
#include "wire/ike.h"
#include "wire/ip.h"
#include "wire/mh.h"

static struct crypto *crypto;	/* one for all cases; what it keeps is bounded */

static crypto_key key_of(const struct vector_seal *s, struct seal_sizes *z)
{
	crypto_key k;

	if (!crypto) {
		crypto = crypto_new(CRYPTO_OPENSSL, NULL);
		crypto_charging(crypto, false);
	}
	g_assert(crypto_encr_known(s->encr, s->bits) && crypto_integ_known(s->integ));
	g_assert((s->encr_key ? s->encr_key->len : 0) == crypto_encr_key_len(s->encr, s->bits));
	g_assert((s->integ_key ? s->integ_key->len : 0) == crypto_integ_key_len(s->integ));
	k = crypto_key_new(crypto, s->encr, s->bits, s->encr_key ? s->encr_key->data : NULL, s->integ,
			   s->integ_key ? s->integ_key->data : NULL);
	z->iv = (uint8_t)crypto_key_iv_len(crypto, k);
	z->block = (uint8_t)crypto_key_block_len(crypto, k);
	z->icv = (uint8_t)crypto_key_icv_len(crypto, k);
	return k;
}

struct place { uint32_t iv, ct, ct_len, icv, aad_len; };

static struct place place_in_ike(const struct ike_sk *k)
{
	return (struct place){ k->iv, k->ct, k->ct_len, k->icv, k->aad_len };
}

static struct place place_in_esp(const struct esp_parts *e)
{
	return (struct place){ e->iv, e->ct, e->ct_len, e->icv, e->aad_len };
}

/* The cleartext, to be freed; NULL: the ICV is wrong. */
static uint8_t *opened(crypto_key k, const uint8_t *p, const struct place *at)
{
	uint8_t *text = g_memdup2(p + at->ct, at->ct_len);

	if (crypto_open(crypto, k, p + at->iv, p, at->aad_len, text, at->ct_len, p + at->icv))
		return text;
	g_free(text);
	return NULL;
}

static uint8_t *open_esp(const struct vector *v, const uint8_t *p, size_t n, struct esp_parts *e, const char **why)
{
	struct seal_sizes z;
	crypto_key k = key_of(&v->seal, &z);
	uint8_t *text = NULL;

	if (esp_view(p, n, &z, e, why)) {
		struct place at = place_in_esp(e);

		*why = "esp-icv";
		text = opened(k, p, &at);
	}
	crypto_key_drop(crypto, k);
	return text;
}

static uint8_t *open_ike(const struct vector *v, const uint8_t *p, size_t n, struct ike_sk *sk, const char **why)
{
	struct seal_sizes z;
	crypto_key k = key_of(&v->seal, &z);
	uint8_t *text = NULL;
	struct ike_msg m;

	*why = NULL;
	if (ike_decode(p, n, &m, NULL) && ike_sk_view(&m, &z, sk, why)) {
		struct place at = place_in_ike(sk);

		*why = "ike-sk-icv";
		text = opened(k, p, &at);
	}
	crypto_key_drop(crypto, k);
	return text;
}

static void show_number(const struct wire_printer *pr, const char *name, size_t value)
{
	g_autofree char *text = g_strdup_printf("%zu", value);

	pr->field(pr->ctx, name, text, 0, 0);
}

static void show_rest(const struct wire_printer *pr, const uint8_t *p, size_t n)
{
	g_autoptr(GString) s = g_string_new(n ? NULL : "-");

	for (size_t i = 0; i < n; i++)
		g_string_append_printf(s, "%02x", p[i]);
	pr->field(pr->ctx, "octets", s->str, 0, (uint32_t)n);
}

/* What a packet carried: the payload of a transport or a tunnel mode SA. */
static bool show_payload(const struct wire_printer *pr, uint8_t proto, const uint8_t *p, size_t n)
{
	struct mh_msg m;

	if (proto == PROTO_IP4 || proto == PROTO_IP6)
		return dissect(WIRE_LINK_RAW, p, n, pr);
	if (proto != PROTO_MH) {
		show_rest(pr, p, n);
		return true;
	}
	mh_print(p, n, pr, 0);
	return mh_decode(p, n, &m, NULL);
}

bool vector_show_esp(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	const char *why = NULL;
	struct esp_parts e;
	bool pattern = false, good;
	size_t len = 0;
	uint8_t proto = 0;

	esp_print(p, n, pr, 0);
	if (!v->seal.given)
		return n >= ESP_HDR_LEN;
	g_autofree uint8_t *text = open_esp(v, p, n, &e, &why);
	if (text && !esp_trailer(text, e.ct_len, &len, &proto, &pattern))
		why = "esp-trailer";
	else if (text)
		why = NULL;
	if (why) {
		pr->note(pr->ctx, why, "RFC 4303", 0);
		return false;
	}
	pr->open(pr->ctx, "cleartext", NULL, e.ct, e.ct_len);
	show_number(pr, "payload-length", len);
	show_number(pr, "pad-length", e.ct_len - ESP_TRAILER_LEN - len);
	show_number(pr, "next-header", proto);
	if (!pattern)
		pr->note(pr->ctx, "esp-pad-pattern", "RFC 4303 2.4", 0);
	good = show_payload(pr, proto, text, len);
	pr->close(pr->ctx);
	return good;
}

static bool show_inner(const struct wire_printer *pr, const struct ike_sk *sk, const uint8_t *p, size_t n)
{
	struct ike_msg m;

	if (sk->total > 1) {		/* a part of a chain */
		show_rest(pr, p, n);
		return true;
	}
	ike_print_payloads(sk->inner, p, n, pr, 0);
	return ike_decode_payloads(sk->inner, p, n, &m, NULL);
}

bool vector_show_ike(const struct vector *v, const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	const char *why = NULL;
	struct ike_msg m;
	struct ike_sk sk;
	size_t len = 0;
	bool good;

	ike_print(p, n, pr, 0);
	if (!ike_decode(p, n, &m, NULL) || !v->seal.given)
		return !m.fault.reason;
	g_autofree uint8_t *text = open_ike(v, p, n, &sk, &why);
	if (text)
		why = ike_sk_unpad(text, sk.ct_len, &len) ? NULL : "ike-sk-pad";
	if (why) {
		pr->note(pr->ctx, why, "RFC 7296 3.14", 0);
		return false;
	}
	pr->open(pr->ctx, "cleartext", NULL, sk.ct, sk.ct_len);
	good = show_inner(pr, &sk, text, len);
	pr->close(pr->ctx);
	return good;
}

bool vector_opens(const struct vector *v, const uint8_t *p, size_t n)
{
	const char *why;
	struct esp_parts e;
	struct ike_sk sk;
	g_autofree uint8_t *text = v->layer == VECTOR_ESP ? open_esp(v, p, n, &e, &why) : open_ike(v, p, n, &sk, &why);

	return text;
}

bool vector_mac_ok(const struct vector *v, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct eap_packet m = { 0 };
	struct crypto_part parts[2];
	struct crypto_mac k;
	uint8_t mac[EAP_MAC_OCTETS];

	if (!crypto) {
		crypto = crypto_new(CRYPTO_OPENSSL, NULL);
		crypto_charging(crypto, false);
	}
	if (!eap_decode(&r, &m, NULL) || !m.mac_at)
		return false;
	g_autofree uint8_t *own = g_memdup2(p, m.len);
	memset(own + m.mac_at, 0, sizeof mac);
	parts[0] = (struct crypto_part){ own, m.len };
	parts[1] = (struct crypto_part){ v->mac_extra ? v->mac_extra->data : own,
					 v->mac_extra ? v->mac_extra->len : 0 };
	crypto_mac_init(crypto, &k, CRYPTO_PRF_SHA1, v->k_aut->data, v->k_aut->len);
	eap_aka_mac(crypto, &k, parts, 2, mac);
	return crypto_equal(mac, p + m.mac_at, sizeof mac);
}

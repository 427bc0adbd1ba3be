/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: EAP and EAP-AKA. The first octet chooses: the codec, attributes alone, or one of the two ends, which is
 * then given the input as packets (each behind a length of two octets), from its start or after a real challenge.
 * Laws: what was decoded is encoded and decoded to the same; both ends stay within their states and sizes; without the
 * key nobody is ever authenticated. With the highest bit of the first octet the packets' AT_MAC is made right first,
 * which takes the fuzzer behind the MAC.
 */
#include <string.h>

#include "crypto/milenage.h"
#include "proto/eap_aka.h"
#include "proto/eap_priv.h"
#include "tests/fuzz/laws.h"

static const struct milenage_key key = { { 1, 2, 3 }, { 4, 5, 6 } };
static struct crypto *crypto;
static struct usim_memory memory;
static struct rng rng;
static struct eap_aka_context context;

/* ---- a store of one ---------------------------------------------------------------------------------------------- */

static uint32_t find(void *ctx, enum eap_id_kind kind, const uint8_t *nai, size_t n)
{
	(void)ctx, (void)nai;
	return kind != EAP_ID_UNKNOWN && n > 2;
}

static bool vector(void *ctx, uint32_t user, struct eap_aka_vector *out)
{
	static const uint8_t rand[16], sqn[6] = { 0, 0, 0, 0, 1, 0 }, amf[2];
	struct milenage_vector v;

	(void)ctx, (void)user;
	milenage_vector(crypto, &key, rand, sqn, amf, &v);
	memcpy(out->rand, v.rand, 16);
	memcpy(out->autn, v.autn, 16);
	memcpy(out->ck, v.ck, 16);
	memcpy(out->ik, v.ik, 16);
	memcpy(out->xres, v.xres, 8);
	out->xres_len = 8;
	return true;
}

static bool resync(void *ctx, uint32_t user, const uint8_t rand[16], const uint8_t auts[14])
{
	uint8_t sqn[6];

	(void)ctx, (void)user;
	return milenage_auts_check(crypto, &key, rand, auts, sqn);
}

static bool old_context(void *ctx, uint32_t user, struct eap_aka_context *out)
{
	(void)ctx, (void)user;
	*out = context;
	return true;
}

static size_t name(void *ctx, uint32_t user, uint8_t out[EAP_NAI_MAX])
{
	(void)ctx, (void)user;
	memcpy(out, "4fuzz@x", 7);
	return 7;
}

static void succeeded(void *ctx, uint32_t user, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth_id,
		      size_t rn, const struct eap_aka_context *c)
{
	(void)ctx, (void)user, (void)pseudonym, (void)pn, (void)reauth_id, (void)rn;
	LAW(c->counter > 0);
}

static const struct eap_aka_store store = { find, vector, resync, old_context, name, name, succeeded, NULL };

/* ---- the codec --------------------------------------------------------------------------------------------------- */

static bool decode(const uint8_t *p, size_t n, struct eap_packet *m)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	bool good = eap_decode(&r, m, &d);

	LAW(good == reader_ok(&r));
	LAW(m->attrs.n <= EAP_AKA_ATTRS_MAX && (!m->mac_at || m->mac_at + EAP_MAC_OCTETS <= m->len));
	return good;
}

/* More than 128 bits are read and noted, but nobody writes them [RFC 4187 10.8]. */
static bool res_too_long(const struct eap_packet *m)
{
	for (unsigned i = 0; i < m->attrs.n; i++)
		if (m->attrs.a[i].type == AT_RES && m->attrs.a[i].value > 128)
			return true;
	return false;
}

static void codec(const uint8_t *p, size_t n)
{
	static uint8_t first[70000], second[70000];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct eap_packet m = { 0 }, back = { 0 };
	bool good = decode(p, n, &m);
	size_t n1;

	eap_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened && (good || state.noted));
	if (!good || res_too_long(&m))
		return;
	n1 = eap_encode(&m, first, sizeof first);
	LAW(n1 && n1 <= m.len);			/* padding may have been longer than it must be */
	LAW(decode(first, n1, &back) && back.attrs.n == m.attrs.n && back.subtype == m.subtype);
	LAW(eap_encode(&back, second, sizeof second) == n1 && !memcmp(first, second, n1));
}

static void attributes(const uint8_t *p, size_t n)
{
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);

	eap_attrs_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened);
}

/* ---- both ends --------------------------------------------------------------------------------------------------- */

struct script { const uint8_t *p; size_t n; };

/* The next packet in a heap block of its own size; NULL: no more. */
static uint8_t *next(struct script *s, size_t *n)
{
	uint8_t *copy;

	if (s->n < 2)
		return NULL;
	*n = load16(s->p) % 1200;
	s->p += 2, s->n -= 2;
	*n = *n < s->n ? *n : s->n;
	copy = malloc(*n ? *n : 1);
	memcpy(copy, s->p, *n);
	s->p += *n, s->n -= *n;
	return copy;
}

static void mend(uint8_t *p, size_t n, const struct crypto_mac *k_aut, const uint8_t nonce_s[16])
{
	struct eap_packet m;

	if (!k_aut->prf || !decode(p, n, &m) || !m.mac_at)
		return;
	eap_mac_compute(crypto, k_aut, p, m.len, m.mac_at, nonce_s, m.subtype == AKA_REAUTHENTICATION &&
			m.code == EAP_RESPONSE ? 16 : 0, p + m.mac_at);
}

static void peer(struct script s, bool challenged, bool mac)
{
	struct usim card = { .sqn = 0 };
	struct eap_aka_peer_config c = { .card = &card, .memory = &memory, .crypto = crypto, .rng = &rng,
					 .pseudonyms = true, .reauth = true, .result_ind = mac, .checkcode = true };
	struct eap_aka_server_config sc = { .store = &store, .crypto = crypto, .rng = &rng, .reauth = true,
					    .result_ind = true };
	static struct eap_aka_peer p;
	static struct eap_aka_server server;
	struct eap_out out;
	uint8_t nai[EAP_NAI_MAX], *packet;
	size_t n;

	imsi_parse("001010123456789", 15, 3, &card.imsi);
	memcpy(card.k, key.k, 16);
	memcpy(card.opc, key.opc, 16);
	if (!challenged)
		eap_temp_set(&card, &memory, (const uint8_t *)"2p", 2, (const uint8_t *)"4r@x", 4, &context);
	n = eap_aka_identity(&card, &memory, true, !challenged, nai);
	eap_aka_peer_start(&p, &c, nai, n);
	if (challenged) {
		eap_aka_server_start(&server, &sc, nai, n, 1, &out);
		eap_aka_peer_input(&p, out.octets, out.len, &out);
		LAW(p.machine.state == AKA_PEER_CHALLENGED);
	}
	while ((packet = next(&s, &n))) {
		if (mac)
			mend(packet, n, &p.k_aut, p.nonce_s);
		eap_aka_peer_input(&p, packet, n, &out);
		free(packet);
		LAW(out.len <= EAP_MAX && p.nai_len <= EAP_NAI_MAX);
		LAW(challenged || mac || p.outcome != EAP_SUCCEEDED);
	}
	usim_release(&card, &memory);
	LAW(!memory.temps.count && !memory.arrays.count);
}

static void server(struct script s, bool fast, bool mac)
{
	struct eap_aka_server_config c = { .store = &store, .crypto = crypto, .rng = &rng, .reauth = true,
					   .pseudonyms = true, .result_ind = true, .checkcode = true };
	const char *nai = fast ? "4r@x" : s.n % 3 ? "0001010123456789" : "x";
	static struct eap_aka_server v;
	struct eap_out out;
	uint8_t *packet;
	size_t n;

	eap_aka_server_start(&v, &c, (const uint8_t *)nai, strlen(nai), 1, &out);
	while ((packet = next(&s, &n))) {
		if (n > 1)
			packet[1] = v.id;
		if (mac)
			mend(packet, n, &v.k_aut, v.nonce_s);
		eap_aka_server_input(&v, packet, n, &out);
		free(packet);
		LAW(out.len <= EAP_MAX && v.nai_len <= EAP_NAI_MAX);
		LAW(mac || v.outcome != EAP_SUCCEEDED);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct script s = { p + 1, n - 1 };

	if (!n)
		return 0;
	if (!crypto) {
		crypto = crypto_new(CRYPTO_OPENSSL, NULL);
		crypto_charging(crypto, false);
		usim_memory_init(&memory);
	}
	rng = rng_make(1, "fuzz", "eap");
	context = (struct eap_aka_context){ .mk = { 9 }, .counter = 3 };
	switch (p[0] % 8) {
	case 0:
	case 1:
		codec(s.p, s.n);
		break;
	case 2:
		attributes(s.p, s.n);
		break;
	case 3:
		peer(s, false, p[0] & 0x80);
		break;
	case 4:
		peer(s, true, p[0] & 0x80);
		break;
	case 5:
	case 6:
		server(s, false, p[0] & 0x80);
		break;
	case 7:
		server(s, true, p[0] & 0x80);
		break;
	}
	return 0;
}

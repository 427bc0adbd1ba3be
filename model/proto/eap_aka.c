/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP-AKA, what both ends share
 *
 * [RFC 4187 10.12, 10.13, 10.15] MACs, encrypted attributes and the checkcode; [RFC 4187 4.1.3] the identity a run
 * begins with, and what a card keeps between runs: a pseudonym, and for fast re-authentication an identity, the master
 * key and a counter [RFC 4187 5.1]. K_encr and K_aut are made again from the master key when they are needed.
 */
#include "proto/eap_aka.h"

#include <string.h>

#include "proto/eap_priv.h"

const char *eap_cause_name(enum eap_cause c)
{
	static const char *const names[] = {
		[EAP_CAUSE_NONE] = "none", [EAP_CAUSE_UNKNOWN_USER] = "unknown-user", [EAP_CAUSE_WRONG_MAC] = "wrong-mac",
		[EAP_CAUSE_WRONG_AUTN] = "wrong-autn", [EAP_CAUSE_WRONG_RES] = "wrong-res", [EAP_CAUSE_SYNC] = "sync",
		[EAP_CAUSE_CLIENT_ERROR] = "client-error", [EAP_CAUSE_REJECTED] = "rejected",
		[EAP_CAUSE_NOTIFIED] = "notified", [EAP_CAUSE_MALFORMED] = "malformed",
		[EAP_CAUSE_CRITICAL] = "critical-attribute", [EAP_CAUSE_CHECKCODE] = "checkcode",
		[EAP_CAUSE_SEQUENCE] = "sequence", [EAP_CAUSE_COUNTER] = "counter", [EAP_CAUSE_NAK] = "nak",
		[EAP_CAUSE_PRIVACY] = "privacy", [EAP_CAUSE_FAILURE] = "failure",
	};

	return (unsigned)c < sizeof names / sizeof names[0] ? names[c] : "unknown";
}

/* ---- state ------------------------------------------------------------------------------------------------------- */

bool eap_admits(struct machine *m, const struct fsm *f, const struct eap_scene *s, uint8_t event)
{
	if (s->world)
		return machine_admits(m, f, s->world, s->node, s->instance, event, true);
	m->last_event = event;
	return fsm_admits(f, m->state, event);
}

void eap_go(struct machine *m, const struct fsm *f, const struct eap_scene *s, uint8_t to)
{
	if (s->world)
		machine_go(m, f, s->world, s->node, s->instance, to);
	else
		m->state = to;
}

/* ---- MAC --------------------------------------------------------------------------------------------------------- */

/* The attribute's value field, reserved octets and all, counts as zeros [RFC 4187 10.15]. */
void eap_mac_compute(struct crypto *c, const struct crypto_mac *k_aut, const uint8_t *octets, size_t n, size_t mac_at,
		     const uint8_t *extra, size_t n_extra, uint8_t out[EAP_MAC_OCTETS])
{
	static const uint8_t zeros[2 + EAP_MAC_OCTETS];
	size_t behind = mac_at + EAP_MAC_OCTETS;
	const struct crypto_part parts[] = {
		{ octets, mac_at - 2 }, { zeros, sizeof zeros }, { octets + behind, n - behind }, { extra, n_extra }
	};

	eap_aka_mac(c, k_aut, parts, CRYPTO_PARTS(parts), out);
}

bool eap_mac_good(struct crypto *c, const struct crypto_mac *k_aut, const uint8_t *octets, const struct eap_packet *p,
		  const uint8_t *extra, size_t n_extra)
{
	uint8_t mac[EAP_MAC_OCTETS];

	if (!p->mac_at)
		return false;
	eap_mac_compute(c, k_aut, octets, p->len, p->mac_at, extra, n_extra, mac);
	return crypto_equal(mac, octets + p->mac_at, sizeof mac);
}

void eap_mac_finish(struct crypto *c, const struct crypto_mac *k_aut, struct eap_writer *w, const uint8_t *extra,
		    size_t n_extra, struct eap_out *out)
{
	out->len = (uint16_t)eap_write_end(w);
	if (out->len && w->mac_at)
		eap_mac_compute(c, k_aut, out->octets, out->len, w->mac_at, extra, n_extra, out->octets + w->mac_at);
}

/* ---- encrypted attributes ---------------------------------------------------------------------------------------- */

void eap_put_encrypted(struct eap_writer *w, struct crypto *c, const uint8_t k_encr[16], struct rng *rng,
		       struct eap_writer *inner)
{
	uint8_t iv[16];
	size_t n;

	eap_write_padding(inner);
	n = eap_write_end(inner);
	rng_octets(rng, iv, sizeof iv);
	eap_aka_encrypt(c, k_encr, iv, inner->w.base, n);
	eap_write_octets(w, AT_IV, iv, sizeof iv);
	eap_write_octets(w, AT_ENCR_DATA, inner->w.base, n);
}

bool eap_get_encrypted(struct crypto *c, const uint8_t k_encr[16], const struct eap_packet *p, uint8_t *plain,
		       struct eap_attrs *in)
{
	const struct eap_attr *iv = eap_attr_find(&p->attrs, AT_IV), *data = eap_attr_find(&p->attrs, AT_ENCR_DATA);
	struct reader r;

	if (!iv || !data || data->len > EAP_MAX)
		return false;
	memcpy(plain, data->octets, data->len);
	eap_aka_decrypt(c, k_encr, iv->octets, plain, data->len);
	r = reader_on(plain, data->len);
	return eap_attrs_decode(&r, in, NULL) && !in->bad_padding && !in->repeated && !in->critical &&
		!eap_aka_check_nested(p, in, NULL);
}

void eap_keys_of_mk(struct eap_aka_keys *k)
{
	uint8_t octets[32];

	eap_aka_prf(k->mk, octets, sizeof octets);
	memcpy(k->k_encr, octets, sizeof k->k_encr);
	memcpy(k->k_aut, octets + 16, sizeof k->k_aut);
}

/* ---- checkcode --------------------------------------------------------------------------------------------------- */

bool eap_rounds_add(struct eap_aka_rounds *r, const uint8_t *octets, size_t n)
{
	if (n > sizeof r->octets - r->len)
		return false;
	memcpy(r->octets + r->len, octets, n);
	r->len = (uint16_t)(r->len + n);
	return true;
}

/* No identity round: no octets at all [RFC 4187 10.13]. */
static size_t checkcode(struct crypto *c, const struct eap_aka_rounds *r, uint8_t out[EAP_CHECKCODE_OCTETS])
{
	const struct crypto_part all = { r->octets, r->len };

	if (!r->len)
		return 0;
	crypto_sha1(c, &all, 1, out);
	return EAP_CHECKCODE_OCTETS;
}

void eap_put_checkcode(struct eap_writer *w, struct crypto *c, const struct eap_aka_rounds *r)
{
	uint8_t code[EAP_CHECKCODE_OCTETS];
	size_t n = checkcode(c, r, code);

	eap_write_octets(w, AT_CHECKCODE, code, n);
}

bool eap_checkcode_good(struct crypto *c, const struct eap_packet *p, const struct eap_aka_rounds *r)
{
	const struct eap_attr *a = eap_attr_find(&p->attrs, AT_CHECKCODE);
	uint8_t code[EAP_CHECKCODE_OCTETS];

	if (!a)
		return true;
	return a->len == checkcode(c, r, code) && !memcmp(a->octets, code, a->len);
}

/* ---- what a card keeps ------------------------------------------------------------------------------------------- */

size_t eap_temp_reauth(const struct eap_temp *t, struct imsi i, uint8_t nai[EAP_NAI_MAX])
{
	const uint8_t *name;

	if (!t || !t->reauth_len)
		return 0;
	name = t->text + t->pseudonym_len;
	if (t->own_realm)
		return eap_id_with_realm(name, t->reauth_len, i, nai);
	memcpy(nai, name, t->reauth_len);
	return t->reauth_len;
}

size_t eap_temp_pseudonym(const struct eap_temp *t, struct imsi i, uint8_t nai[EAP_NAI_MAX])
{
	return t && t->pseudonym_len ? eap_id_with_realm(t->text, t->pseudonym_len, i, nai) : 0;
}

/* Octets of the identity to keep: without the realm when that is the card's own. */
static size_t without_realm(const uint8_t *nai, size_t n, struct imsi i, bool *own)
{
	char realm[EAP_REALM_OCTETS];
	size_t user = eap_id_username(nai, n);

	eap_id_realm(i, realm);
	*own = n == user + 1 + sizeof realm && !memcmp(nai + user + 1, realm, sizeof realm);
	return *own ? user : n;
}

void eap_temp_set(struct usim *u, struct usim_memory *m, const uint8_t *pseudonym, size_t pn, const uint8_t *reauth_id,
		  size_t rn, const struct eap_aka_context *context)
{
	struct eap_temp t = { 0 }, *kept = eap_temp_of(u, m);

	if (pn && pn + 1 + EAP_REALM_OCTETS <= EAP_NAI_MAX && pn <= EAP_TEMP_TEXT) {
		t.pseudonym_len = (uint8_t)pn;
		memcpy(t.text, pseudonym, pn);
	}
	if (rn && context) {
		rn = without_realm(reauth_id, rn, u->imsi, &t.own_realm);
		if (rn && rn <= (size_t)EAP_TEMP_TEXT - t.pseudonym_len) {
			t.reauth_len = (uint8_t)rn;
			memcpy(t.text + t.pseudonym_len, reauth_id, rn);
			memcpy(t.mk, context->mk, sizeof t.mk);
			t.counter = context->counter;
		}
	}
	if (!t.pseudonym_len && !t.reauth_len) {
		eap_aka_forget(u, m);
		return;
	}
	if (!kept)
		kept = slab_alloc(&m->temps, &u->temp);
	*kept = t;
}

void eap_aka_forget(struct usim *u, struct usim_memory *m)
{
	if (u->temp)
		slab_free(&m->temps, u->temp);
	u->temp = 0;
}

/* [RFC 4187 4.1.3] [R24303-5.1.2.2-11] [R24303-5.1.2.2-12] [R24303-5.1.2.2-13] */
size_t eap_aka_identity(struct usim *u, struct usim_memory *m, bool pseudonyms, bool want_reauth,
			uint8_t nai[EAP_NAI_MAX])
{
	struct eap_temp *t = eap_temp_of(u, m);
	size_t n = 0;

	if (want_reauth && t && !t->reauth_used) {
		n = eap_temp_reauth(t, u->imsi, nai);
		t->reauth_used = n > 0;
	}
	if (!n && pseudonyms)
		n = eap_temp_pseudonym(t, u->imsi, nai);
	return n ? n : eap_id_permanent(u->imsi, nai);
}

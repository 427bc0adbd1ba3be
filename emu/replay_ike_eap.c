/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EAP-AKA inside the IKE_AUTH exchanges of a capture, checked with a subscriber's K and OPc: the network's token, the
 * MACs of every message, RES, the resynchronisation token, the check code; and the MSK that follows, which the AUTH
 * payloads are made with. It exists so that a foreign AAA and a foreign UE are both proved by our own Milenage and key
 * derivation, without either taking part.
 *
 * Implements for an onlooker RFC 4187 7 (keys), 9.x and 10.13, 10.15 (AT_CHECKCODE, AT_MAC), TS 33.102 6.3. Not:
 * EAP-AKA', SIM; AKA algorithms other than Milenage.
 */
#include "emu/replay_ike.h"

#include <string.h>

enum { IMSI_SHORTEST = 7 };

void eap_run_clear(struct eap_run *e)
{
	for (unsigned i = 0; i < e->n_identity; i++)
		g_bytes_unref(e->identity[i]);
	if (e->checked)
		g_byte_array_free(e->checked, TRUE);
	*e = (struct eap_run){ 0 };
}

void eap_run_identity(struct eap_run *e, const uint8_t *p, size_t n)
{
	if (!n)
		return;
	if (e->n_identity == EAP_IDENTITIES) {
		g_bytes_unref(e->identity[1]);
		memmove(e->identity + 1, e->identity + 2, (EAP_IDENTITIES - 2) * sizeof(e->identity[0]));
		e->n_identity--;
	}
	e->identity[e->n_identity++] = g_bytes_new(p, n);
}

/* ---- MACs -------------------------------------------------------------------------------------------------------- */

/* The message with zeros in the place of its MAC, and `more` behind it [RFC 4187 10.15] */
static bool mac_right(struct replay_ike *k, const uint8_t k_aut[16], const struct eap_packet *m, const uint8_t *p,
		      const uint8_t *more, size_t n_more)
{
	static const uint8_t zeros[EAP_MAC_OCTETS];
	size_t behind = (size_t)m->mac_at + EAP_MAC_OCTETS;
	const struct crypto_part parts[] = {
		{ p, m->mac_at }, { zeros, sizeof(zeros) }, { p + behind, m->len - behind }, { more, n_more },
	};
	struct crypto_mac key;
	uint8_t mac[EAP_MAC_OCTETS];

	crypto_mac_init(k->c, &key, CRYPTO_PRF_SHA1, k_aut, 16);
	eap_aka_mac(k->c, &key, parts, CRYPTO_PARTS(parts), mac);
	return crypto_equal(mac, p + m->mac_at, EAP_MAC_OCTETS);
}

static const char *name_of(const struct eap_packet *m)
{
	return eap_message_name(m->code, m->type, m->subtype);
}

/* Where the keys of this run are from, for people. */
static const char *from_text(const struct eap_run *e, char buf[IKE_PLACE + 32])
{
	char place[IKE_PLACE];

	if (e->usim)
		g_snprintf(buf, IKE_PLACE + 32, "K and OPc of %s", watch_place(&e->usim->at, place));
	else if (e->k_aut)
		g_snprintf(buf, IKE_PLACE + 32, "K_aut of %s", watch_place(&e->k_aut->at, place));
	else
		g_strlcpy(buf, "the keys of an earlier authentication", IKE_PLACE + 32);
	return buf;
}

static void judge_mac(struct replay_ike *k, const struct watch_sa *s, const struct eap_packet *m, const uint8_t *p,
		      uint64_t number)
{
	const struct eap_run *e = &s->eap;
	bool nonce = e->reauth && m->code == EAP_RESPONSE && m->subtype == AKA_REAUTHENTICATION;
	char from[IKE_PLACE + 32];

	if (!m->mac_at)
		return;
	if (!e->keyed)
		watch_tell(k, TALLY_EAP_MAC, IKE_UNKNOWN, "record " U64 ": no key to check the MAC of %s with", number,
			 name_of(m));
	else if (mac_right(k, e->keys.k_aut, m, p, nonce ? e->nonce_s : NULL, nonce ? sizeof(e->nonce_s) : 0))
		watch_tell(k, TALLY_EAP_MAC, IKE_RIGHT, " ");
	else
		watch_tell(k, TALLY_EAP_MAC, IKE_WRONG, "record " U64 " (%s, IKE SA %u): its MAC is wrong with %s",
			 number, name_of(m), s->number, from_text(e, from));
}

/* ---- the challenge ----------------------------------------------------------------------------------------------- */

enum is_of { NOT_OF, MAYBE_OF, SURELY_OF };

/* Whether a subscriber is the one who identifies: "0" and the IMSI in front of the realm [RFC 4187 4.1.1.6] */
static enum is_of is_of(const struct eap_run *e, const struct key_fact *f)
{
	enum is_of so_far = MAYBE_OF;

	for (unsigned i = 0; !f->any && i < e->n_identity; i++) {
		gsize n;
		const char *p = g_bytes_get_data(e->identity[i], &n);
		size_t digits = 0, imsi = strlen(f->who);

		while (digits < n && g_ascii_isdigit(p[digits]))
			digits++;
		if (digits < IMSI_SHORTEST || p[0] != '0')
			continue;
		if (digits == imsi + 1 && !memcmp(p + 1, f->who, imsi))
			return SURELY_OF;
		so_far = NOT_OF;
	}
	return so_far;
}

/* The subscriber whose K made this token; *named: one that the identity names, though its K did not. */
static const struct key_fact *subscriber(struct replay_ike *k, const struct eap_run *e, const uint8_t *rand,
					 const uint8_t *autn, struct milenage_check *out, const struct key_fact **named)
{
	*named = NULL;
	for (guint i = 0; k->keys && i < replay_keys_n_facts(k->keys); i++) {
		struct key_fact *f = replay_keys_fact(k->keys, i);
		struct milenage_key key;

		enum is_of of = f->kind == FACT_USIM ? is_of(e, f) : NOT_OF;

		if (of == NOT_OF)
			continue;
		memcpy(key.k, f->one, 16);
		memcpy(key.opc, f->two, 16);
		if (milenage_check(k->c, &key, rand, autn, out)) {
			f->used = true;
			return f;
		}
		if (f->any || of == SURELY_OF) {
			f->used = true;
			*named = f;
		}
	}
	return NULL;
}

/* MK needs the identity that was used last, and captures tell several: the one that the MAC fits [RFC 4187 7] */
static bool keys_by_identity(struct replay_ike *k, struct eap_run *e, const struct milenage_check *v,
			     const struct eap_packet *m, const uint8_t *p)
{
	for (unsigned i = e->n_identity; i-- > 0;) {
		gsize n;
		const uint8_t *id = g_bytes_get_data(e->identity[i], &n);

		eap_aka_keys_full(k->c, id, n, v->f.ik, v->f.ck, &e->keys);
		if (!m->mac_at || mac_right(k, e->keys.k_aut, m, p, NULL, 0))
			return true;
	}
	return false;
}

static void checkcode(struct replay_ike *k, const struct eap_run *e, const struct eap_packet *m, uint64_t number)
{
	const struct eap_attr *a = eap_attr_find(&m->attrs, AT_CHECKCODE);
	struct crypto_part all = { e->checked ? e->checked->data : NULL, e->checked ? e->checked->len : 0 };
	uint8_t want[EAP_CHECKCODE_OCTETS];

	if (!a || (a->len == 0) != (all.n == 0)) {
		if (a)
			watch_tell(k, TALLY_EAP_RES, IKE_WRONG, "record " U64 ": AT_CHECKCODE is for %s identity rounds",
				 number, a->len ? "some" : "no");
		return;
	}
	crypto_sha1(k->c, &all, 1, want);
	if (!a->len || (a->len == sizeof(want) && crypto_equal(want, a->octets, sizeof(want))))
		watch_tell(k, TALLY_EAP_RES, IKE_RIGHT, " ");
	else
		watch_tell(k, TALLY_EAP_RES, IKE_WRONG, "record " U64 ": AT_CHECKCODE is not that of the identity "
			   "rounds", number);
}

static void k_aut_alone(struct replay_ike *k, const struct watch_sa *s, struct eap_run *e)
{
	e->k_aut = k->keys ? replay_keys_find(k->keys, FACT_K_AUT, s->spi_i) : NULL;
	if (!e->k_aut)
		return;
	memcpy(e->keys.k_aut, e->k_aut->one, 16);
	e->keyed = true;
}

static void challenge(struct replay_ike *k, struct watch_sa *s, const struct eap_packet *m, const uint8_t *p,
		      uint64_t number)
{
	const struct eap_attr *rand = eap_attr_find(&m->attrs, AT_RAND), *autn = eap_attr_find(&m->attrs, AT_AUTN);
	struct eap_run *e = &s->eap;
	const struct key_fact *named = NULL;
	struct milenage_check v;
	char place[IKE_PLACE];

	e->aka = true;
	e->keyed = e->challenged = e->reauth = e->msk = false;
	if (!rand || !autn)
		return;
	e->usim = subscriber(k, e, rand->octets, autn->octets, &v, &named);
	if (!e->usim && named) {
		watch_tell(k, TALLY_EAP_MAC, IKE_WRONG, "record " U64 " (%s, IKE SA %u): the network's token is not "
			 "made with K and OPc of %s: a digit of them is not right, or they are another subscriber's", number, name_of(m),
			 s->number, watch_place(&named->at, place));
		return;
	}
	if (!e->usim) {
		k_aut_alone(k, s, e);
		judge_mac(k, s, m, p, number);
		return;
	}
	memcpy(e->milenage.k, e->usim->one, 16);
	memcpy(e->milenage.opc, e->usim->two, 16);
	memcpy(e->rand, rand->octets, 16);
	memcpy(e->xres, v.f.res, sizeof(e->xres));
	e->challenged = true;
	e->keyed = true;
	if (keys_by_identity(k, e, &v, m, p)) {
		e->msk = true;
		g_array_append_val(k->eap_sets, e->keys);
	}
	judge_mac(k, s, m, p, number);
	checkcode(k, e, m, number);
}

static void answer(struct replay_ike *k, struct watch_sa *s, const struct eap_packet *m, uint64_t number)
{
	const struct eap_attr *res = eap_attr_find(&m->attrs, AT_RES);
	const struct eap_run *e = &s->eap;
	char from[IKE_PLACE + 32];

	if (!res || !e->challenged) {
		if (res)
			watch_tell(k, TALLY_EAP_RES, IKE_UNKNOWN, "record " U64 ": no K to check RES with", number);
		return;
	}
	if (res->len == sizeof(e->xres) && crypto_equal(res->octets, e->xres, sizeof(e->xres)))
		watch_tell(k, TALLY_EAP_RES, IKE_RIGHT, " ");
	else
		watch_tell(k, TALLY_EAP_RES, IKE_WRONG, "record " U64 " (IKE SA %u): RES is not the one that %s give",
			 number, s->number, from_text(e, from));
	checkcode(k, e, m, number);
}

/* [TS 33.102 6.3.5] */
static void out_of_step(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct eap_packet *m,
			uint64_t number)
{
	const struct eap_attr *auts = eap_attr_find(&m->attrs, AT_AUTS);
	struct eap_run *e = &s->eap;
	uint8_t sqn[6];

	if (!auts || !e->challenged)
		return;
	if (milenage_auts_check(k->c, &e->milenage, e->rand, auts->octets, sqn)) {
		watch_tell(k, TALLY_EAP_RES, IKE_RIGHT, " ");
		watch_word(x, "SQN %012" G_GINT64_MODIFIER "x", milenage_sqn(sqn));
	} else {
		watch_tell(k, TALLY_EAP_RES, IKE_WRONG, "record " U64 " (IKE SA %u): AUTS is wrong", number, s->number);
	}
}

/* ---- fast re-authentication -------------------------------------------------------------------------------------- */

/* The keys of an earlier full authentication whose MAC fits; what is encrypted holds what the MSK is made of. */
static void reauthentication(struct replay_ike *k, struct watch_sa *s, const struct eap_packet *m, const uint8_t *p,
			     uint64_t number)
{
	const struct eap_attr *iv = eap_attr_find(&m->attrs, AT_IV), *data = eap_attr_find(&m->attrs, AT_ENCR_DATA);
	const struct eap_attr *counter, *nonce;
	struct eap_run *e = &s->eap;
	uint8_t plain[EAP_MAX];
	struct eap_attrs in;
	struct reader r;
	gsize n_id;
	const uint8_t *id;

	e->aka = e->reauth = true;
	e->keyed = e->msk = false;
	for (guint i = k->eap_sets->len; i-- > 0 && !e->keyed;) {
		e->keys = g_array_index(k->eap_sets, struct eap_aka_keys, i);
		e->keyed = m->mac_at && mac_right(k, e->keys.k_aut, m, p, NULL, 0);
	}
	judge_mac(k, s, m, p, number);
	if (!e->keyed || !iv || !data || data->len > sizeof(plain) || data->len % 16 || !e->n_identity)
		return;
	memcpy(plain, data->octets, data->len);
	eap_aka_decrypt(k->c, e->keys.k_encr, iv->octets, plain, data->len);
	r = reader_on(plain, data->len);
	if (!eap_attrs_decode(&r, &in, NULL))
		return;
	counter = eap_attr_find(&in, AT_COUNTER);
	nonce = eap_attr_find(&in, AT_NONCE_S);
	if (!counter || !nonce)
		return;
	memcpy(e->nonce_s, nonce->octets, sizeof(e->nonce_s));
	id = g_bytes_get_data(e->identity[e->n_identity - 1], &n_id);
	eap_aka_keys_reauth(k->c, id, n_id, counter->value, e->nonce_s, &e->keys);
	e->msk = true;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void aka_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const struct eap_packet *m,
			const uint8_t *p, uint64_t number)
{
	const struct eap_attr *id = eap_attr_find(&m->attrs, AT_IDENTITY);
	struct eap_run *e = &s->eap;

	switch (m->subtype) {
	case AKA_IDENTITY:
		if (!e->checked)
			e->checked = g_byte_array_new();
		g_byte_array_append(e->checked, p, m->len);
		if (id)
			eap_run_identity(e, id->octets, id->len);
		return;
	case AKA_CHALLENGE:
		if (m->code == EAP_REQUEST) {
			challenge(k, s, m, p, number);
		} else {
			judge_mac(k, s, m, p, number);
			answer(k, s, m, number);
		}
		return;
	case AKA_SYNCHRONIZATION_FAILURE:
		out_of_step(k, s, x, m, number);
		return;
	case AKA_REAUTHENTICATION:
		if (m->code == EAP_REQUEST)
			reauthentication(k, s, m, p, number);
		else
			judge_mac(k, s, m, p, number);
		return;
	}
	judge_mac(k, s, m, p, number);
}

void eap_run_message(struct replay_ike *k, struct watch_sa *s, struct watch_round *x, const uint8_t *p, size_t n,
		     uint64_t number)
{
	struct reader r = reader_on(p, n);
	struct eap_run *e = &s->eap;
	struct eap_packet m;

	if (!eap_decode(&r, &m, NULL)) {
		watch_word(x, "EAP that cannot be read");
		return;
	}
	watch_word(x, "%s", name_of(&m));
	e->n_messages++;
	if (m.code == EAP_SUCCESS)
		e->success = true;
	else if (m.code == EAP_FAILURE)
		e->msk = false;
	else if (m.type == EAP_IDENTITY && m.code == EAP_RESPONSE)
		eap_run_identity(e, m.type_data, m.type_data_len);
	else if (m.type == EAP_AKA)
		aka_message(k, s, x, &m, p, number);
	else if (m.type == EAP_MD5 || m.type == EAP_GTC || m.type == EAP_OTP)
		e->keyless = true;
}

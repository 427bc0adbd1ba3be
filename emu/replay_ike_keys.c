/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys of the SAs of a capture: computed once more from a Diffie-Hellman secret and the captured nonces, and held
 * against what a table says. It exists so that a foreign implementation's key schedule is proved by ours, and so that
 * rekeyed SAs, which no table need name, can be opened.
 *
 * Implements for an onlooker RFC 7296 2.13, 2.14 (SKEYSEED, SK_*), 2.17 (KEYMAT of child SAs), 2.18 (IKE rekeys),
 * 1.3.1 (an exchange of a child SA's own). Not: keys made of several exchanges (RFC 9370), extended sequence numbers.
 */
#include "emu/replay_ike.h"

#include <string.h>

/* What an answer chose. */
struct chosen {
	uint8_t number, protocol, encr, prf, integ;
	uint16_t key_bits, group;
	bool esn;
	uint64_t spi;
};

static uint64_t spi_of(const struct ike_proposal *p)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < p->spi_len && i < 8; i++)
		v = v << 8 | p->spi[i];
	return v;
}

static bool choice(const struct ike_msg *m, struct chosen *out)
{
	const struct ike_payload *sa = ike_find(m, IKE_P_SA);
	const struct ike_proposal *p = sa && sa->sa.n ? sa->sa.p : NULL;

	*out = (struct chosen){ 0 };
	if (!p)
		return false;
	out->number = p->number;
	out->protocol = p->protocol;
	out->spi = spi_of(p);
	for (unsigned i = 0; i < p->n; i++) {
		const struct ike_transform *t = &p->t[i];
		bool small = t->id <= UINT8_MAX;

		if (t->type == IKE_T_ENCR) {
			out->encr = small ? (uint8_t)t->id : 0;
			out->key_bits = t->key_bits;
		} else if (t->type == IKE_T_PRF) {
			out->prf = small ? (uint8_t)t->id : 0;
		} else if (t->type == IKE_T_INTEG) {
			out->integ = small ? (uint8_t)t->id : UINT8_MAX;
		} else if (t->type == IKE_T_DH) {
			out->group = t->id;
		} else if (t->type == IKE_T_ESN) {
			out->esn = t->id == IKE_ESN_YES;
		}
	}
	return true;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

struct watch_request *watch_request_new(const struct ike_msg *m)
{
	struct watch_request *q = g_new0(struct watch_request, 1);
	const struct ike_payload *sa = ike_find(m, IKE_P_SA), *nonce = ike_find(m, IKE_P_NONCE);
	const struct ike_payload *rekey = ike_find_notify(m, IKE_N_REKEY_SA);

	if (nonce)
		q->nonce = g_bytes_new(nonce->data.p, nonce->data.n);
	q->has_ke = ike_find(m, IKE_P_KE) != NULL;
	for (unsigned i = 0; sa && i < sa->sa.n && q->n < G_N_ELEMENTS(q->offer); i++, q->n++) {
		q->offer[q->n].number = sa->sa.p[i].number;
		q->offer[q->n].protocol = sa->sa.p[i].protocol;
		q->offer[q->n].spi = spi_of(&sa->sa.p[i]);
	}
	if (rekey && rekey->notify.spi.n == 4)
		for (int i = 0; i < 4; i++)
			q->rekeys = q->rekeys << 8 | rekey->notify.spi.p[i];
	return q;
}

void watch_request_free(struct watch_request *q)
{
	if (q && q->nonce)
		g_bytes_unref(q->nonce);
	g_free(q);
}

/* The SPI that was offered with the proposal that was chosen; 0: not known. */
static uint64_t offered(const struct watch_request *q, const struct chosen *c)
{
	for (unsigned i = 0; q && i < q->n; i++)
		if (q->offer[i].number == c->number)
			return q->offer[i].spi;
	return 0;
}

/* ---- what was given ---------------------------------------------------------------------------------------------- */

void watch_given_keys(struct replay_ike *k, uint32_t sa)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	const struct key_fact *f;

	if (!k->keys)
		return;
	for (guint i = 0; i < replay_keys_n_ike(k->keys); i++) {
		struct key_ike *t = replay_keys_ike(k->keys, i);

		if (t->spi_i == s->spi_i && t->spi_r == s->spi_r) {
			s->table = t;
			t->used = true;
		}
	}
	f = replay_keys_find(k->keys, FACT_PRF, s->spi_i);
	if (f && !s->prf)
		s->prf = f->prf;
	if (f && s->prf != f->prf)
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s:%u: IKE SA %u has %s", f->at.file, f->at.line, s->number,
			 crypto_prf_name(s->prf));
	s->d_from = replay_keys_find(k->keys, FACT_SK_D, s->spi_i);
	s->p_from = replay_keys_find(k->keys, FACT_SK_P, s->spi_i);
}

/* ---- SK_* -------------------------------------------------------------------------------------------------------- */

static struct crypto_part part_of(GBytes *b)
{
	gsize n;
	const uint8_t *p = g_bytes_get_data(b, &n);

	return (struct crypto_part){ p, n };
}

static void spi_octets(uint64_t spi, uint8_t out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(spi >> (56 - 8 * i));
}

static bool usable(const struct watch_sa *s)
{
	return crypto_prf_known(s->prf) && crypto_encr_known(s->encr, s->key_bits) && crypto_integ_known(s->integ)
		&& crypto_is_aead(s->encr) == (s->integ == CRYPTO_INTEG_NONE);
}

/* [RFC 7296 2.14] {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+ (SKEYSEED, Ni | Nr | SPIi | SPIr) */
static void expand(struct replay_ike *k, struct watch_sa *s, const uint8_t *skeyseed, size_t skeyseed_len)
{
	uint8_t i[8], r[8], out[3 * CRYPTO_PRF_MAX + 2 * CRYPTO_INTEG_KEY_MAX + 2 * CRYPTO_ENCR_KEY_MAX];
	const struct crypto_part seed[] = { part_of(s->ni), part_of(s->nr), { i, 8 }, { r, 8 } };
	size_t prf = crypto_prf_len(s->prf), a = crypto_integ_key_len(s->integ), at = 0;
	size_t e = crypto_encr_key_len(s->encr, s->key_bits);
	const struct { uint8_t *to; size_t n; } pieces[] = {
		{ s->sk.d, prf }, { s->sk.ai, a }, { s->sk.ar, a }, { s->sk.ei, e }, { s->sk.er, e }, { s->sk.pi, prf },
		{ s->sk.pr, prf },
	};

	spi_octets(s->spi_i, i);
	spi_octets(s->spi_r, r);
	crypto_prf_plus(k->c, s->prf, skeyseed, skeyseed_len, seed, CRYPTO_PARTS(seed), out, 3 * prf + 2 * a + 2 * e);
	for (size_t n = 0; n < G_N_ELEMENTS(pieces); n++) {
		memcpy(pieces[n].to, out + at, pieces[n].n);
		at += pieces[n].n;
	}
	s->computed = s->has_d = s->has_p = true;
}

static void ring_computed(struct replay_ike *k, uint32_t sa)
{
	const struct watch_sa *s = watch_sa_at(k, sa);
	struct ring_source from = { .of = sa };

	if (watch_ring_ike(k, s->spi_i, s->spi_r, s->encr, s->key_bits, s->integ,
		     (const uint8_t *const[]){ s->sk.ei, s->sk.er, s->sk.ai, s->sk.ar }))
		g_array_append_val(k->ike_sources, from);
}

/* Which of the table's keys is another one than the computed; NULL: none. */
static const char *differs(const struct watch_sa *s)
{
	const struct key_ike *t = s->table;
	size_t e = crypto_encr_key_len(s->encr, s->key_bits), a = crypto_integ_key_len(s->integ);

	if (t->encr != s->encr || t->key_bits != s->key_bits || t->integ != s->integ)
		return "an algorithm";
	return memcmp(t->ei, s->sk.ei, e) ? "SK_ei" : memcmp(t->er, s->sk.er, e) ? "SK_er"
		: memcmp(t->ai, s->sk.ai, a) ? "SK_ai" : memcmp(t->ar, s->sk.ar, a) ? "SK_ar" : NULL;
}

/* What was given besides the secret is held against what follows from it; without one it is all there is. */
static void facts(struct replay_ike *k, struct watch_sa *s)
{
	size_t n = crypto_prf_known(s->prf) ? crypto_prf_len(s->prf) : 0;
	char place[IKE_PLACE];

	if (s->d_from && s->d_from->n_one != n) {
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s: %s of IKE SA %u makes keys of %zu octets",
			 watch_place(&s->d_from->at, place), crypto_prf_name(s->prf), s->number, n);
	} else if (s->d_from && !s->computed) {
		memcpy(s->sk.d, s->d_from->one, n);
		s->has_d = true;
	} else if (s->d_from && memcmp(s->sk.d, s->d_from->one, n)) {
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s: SK_d of IKE SA %u is another one than %s:%u gives",
			 watch_place(&s->d_from->at, place), s->number, s->dh->at.file, s->dh->at.line);
	}
	if (s->p_from && s->p_from->n_one != n) {
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s: %s of IKE SA %u makes keys of %zu octets",
			 watch_place(&s->p_from->at, place), crypto_prf_name(s->prf), s->number, n);
	} else if (s->p_from && !s->computed) {
		memcpy(s->sk.pi, s->p_from->one, n);
		memcpy(s->sk.pr, s->p_from->two, n);
		s->has_p = true;
	} else if (s->p_from && (memcmp(s->sk.pi, s->p_from->one, n) || memcmp(s->sk.pr, s->p_from->two, n))) {
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s: %s of IKE SA %u is another one than %s:%u gives",
			 watch_place(&s->p_from->at, place), memcmp(s->sk.pi, s->p_from->one, n) ? "SK_pi" : "SK_pr", s->number,
			 s->dh->at.file, s->dh->at.line);
	}
}

/* Who looks on only needs the secret, so more groups than crypto/ can take part in. 0: unknown. */
static uint16_t secret_octets(uint16_t group)
{
	switch (group) {
	case IKE_DH_MODP_768:
		return 96;
	case IKE_DH_MODP_1024:
		return 128;
	case IKE_DH_MODP_1536:
		return 192;
	case IKE_DH_MODP_2048:
		return 256;
	case IKE_DH_MODP_3072:
		return 384;
	case IKE_DH_MODP_4096:
		return 512;
	case IKE_DH_ECP_256:
	case IKE_DH_X25519:
		return 32;
	case IKE_DH_ECP_384:
		return 48;
	case IKE_DH_ECP_521:
		return 66;
	case IKE_DH_X448:
		return 56;
	}
	return 0;
}

static bool secret_fits(struct replay_ike *k, const struct watch_sa *s, const struct key_fact *dh, uint16_t group)
{
	uint16_t want = secret_octets(group);

	if (!want)
		watch_tell(k, TALLY_IKE_KEY, IKE_UNKNOWN, "IKE SA %u has Diffie-Hellman group %u, which is not known here",
			   s->number, group);
	else if (dh->n_one != want)
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s:%u: %u octets, but a secret of group %u, as IKE SA %u has it, is %u "
			   "long", dh->at.file, dh->at.line, dh->n_one, group, s->number, want);
	return dh->n_one == want;
}

/* SKEYSEED of the first IKE SA, or of one that took another's place [RFC 7296 2.14, 2.18] */
static void compute(struct replay_ike *k, uint32_t sa)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	const struct watch_sa *old = s->parent == IKE_NOBODY ? NULL : watch_sa_at(k, s->parent);
	uint8_t seed[CRYPTO_PRF_MAX];

	s->dh = k->keys ? replay_keys_find(k->keys, FACT_DH, s->spi_i) : NULL;
	if (!s->dh || !secret_fits(k, s, s->dh, s->group))
		return;
	if (!s->ni || !s->nr || !usable(s) || (old && !(old->has_d && crypto_prf_known(old->prf)))) {
		watch_tell(k, TALLY_IKE_KEY, IKE_UNKNOWN, "IKE SA %u: %s", s->number, !s->ni || !s->nr ?
			 "the capture does not have both nonces" : !usable(s) ? "its algorithms are not known here" :
			 "SK_d of the IKE SA before it is not known");
		return;
	}
	if (old) {
		const struct crypto_part parts[] = { { s->dh->one, s->dh->n_one }, part_of(s->ni), part_of(s->nr) };

		crypto_prf(k->c, old->prf, old->sk.d, crypto_prf_len(old->prf), parts, CRYPTO_PARTS(parts), seed);
		expand(k, s, seed, crypto_prf_len(old->prf));
	} else {
		const struct crypto_part i = part_of(s->ni), r = part_of(s->nr), secret = { s->dh->one, s->dh->n_one };
		uint8_t *both = g_malloc(i.n + r.n);

		memcpy(both, i.p, i.n);
		memcpy(both + i.n, r.p, r.n);
		crypto_prf(k->c, s->prf, both, i.n + r.n, &secret, 1, seed);
		g_free(both);
		expand(k, s, seed, crypto_prf_len(s->prf));
	}
	ring_computed(k, sa);
}

/* All that follows from an SA's algorithms, nonces and SPIs. */
static void keys_of(struct replay_ike *k, uint32_t sa)
{
	struct watch_sa *s = watch_sa_at(k, sa);

	watch_given_keys(k, sa);
	compute(k, sa);
	facts(k, s);
	if (s->computed && s->table)
		s->differs = differs(s);
	else if (s->table && (s->table->encr != s->encr || s->table->key_bits != s->key_bits || s->table->integ != s->integ))
		watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "%s:%u: IKE SA %u has %s and %s", s->table->at.file, s->table->at.line,
			 s->number, crypto_encr_name(s->encr, s->key_bits), crypto_integ_name(s->integ));
}

void watch_opened(struct replay_ike *k, struct watch_sa *s)
{
	bool by_table = g_array_index(k->ike_sources, struct ring_source, keyring_used(k->ring)).ike != NULL;

	s->opened_by[!by_table]++;
	if (by_table && s->computed && !s->opened_by[1]) {
		s->secret_wrong = true;
		s->has_d = s->has_p = false;
	}
}

void watch_keys_judge(struct replay_ike *k)
{
	for (guint i = 0; i < k->sas->len; i++) {
		const struct watch_sa *s = watch_sa_at(k, i);
		char table[IKE_PLACE], dh[IKE_PLACE];

		if (!s->computed || !s->table)
			continue;
		watch_place(&s->table->at, table);
		watch_place(&s->dh->at, dh);
		if (!s->differs)
			watch_tell(k, TALLY_IKE_KEY, IKE_RIGHT, " ");
		else if (s->secret_wrong)
			watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "IKE SA %u: the secret of %s does not give the keys of %s, with which "
				   "ICVs are right: a digit of the secret is not right", s->number, dh, table);
		else
			watch_tell(k, TALLY_IKE_KEY, IKE_WRONG, "IKE SA %u: %s of %s is not what the secret of %s gives%s", s->number,
				   s->differs, table, dh, s->opened_by[1] ? ", with which ICVs are right" : "");
	}
}

static void take_choice(struct watch_sa *s, const struct chosen *c)
{
	s->encr = c->encr;
	s->key_bits = c->key_bits;
	s->prf = c->prf;
	s->integ = c->integ;
	s->group = c->group;
	s->chosen = true;
}

void watch_init_chosen(struct replay_ike *k, uint32_t sa, const struct watch_request *q, const struct ike_msg *a)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	const struct ike_payload *nonce = ike_find(a, IKE_P_NONCE);
	struct chosen c;

	if (!choice(a, &c))
		return;
	take_choice(s, &c);
	if (q && q->nonce)
		s->ni = g_bytes_ref(q->nonce);
	watch_keep(&s->nr, nonce->data.p, nonce->data.n);
	keys_of(k, sa);
}

void watch_rekey_chosen(struct replay_ike *k, uint32_t old, struct watch_round *x, const struct ike_msg *a)
{
	const struct watch_sa *o = watch_sa_at(k, old);
	const struct ike_payload *nonce = ike_find(a, IKE_P_NONCE);
	struct watch_sa *s;
	struct chosen c;
	uint64_t spi_i;

	if (!choice(a, &c) || !nonce)
		return;
	spi_i = offered(x->request, &c);
	k->ike_rekeys++;
	if (!spi_i || !c.spi)
		return;
	s = watch_sa_new(k, spi_i, c.spi, x->from_i ? &o->a : &o->b, x->from_i ? &o->b : &o->a);
	k->followers++;
	s->parent = old;
	take_choice(s, &c);
	if (x->request->nonce)
		s->ni = g_bytes_ref(x->request->nonce);
	watch_keep(&s->nr, nonce->data.p, nonce->data.n);
	s->established = true;
	watch_word(x, "IKE SA %u", s->number);
	keys_of(k, k->sas->len - 1);
}

/* ---- child SAs --------------------------------------------------------------------------------------------------- */

struct half { uint8_t encr[CRYPTO_ENCR_KEY_MAX], integ[CRYPTO_INTEG_KEY_MAX]; };

/* Lines of the table for this SPI against what was computed; marks them used. */
static void against_table(struct replay_ike *k, const struct watch_sa *s, const struct watch_child *c, uint32_t spi,
			  const struct half *h, bool toward_responder)
{
	size_t e = crypto_encr_key_len(c->encr, c->key_bits), a = crypto_integ_key_len(c->integ);

	for (guint i = 0; i < replay_keys_n_esp(k->keys); i++) {
		struct key_esp *t = replay_keys_esp(k->keys, i);
		const char *bad = NULL;

		if (t->spi != spi)
			continue;
		t->used = true;
		if (t->encr != c->encr || t->key_bits != c->key_bits)
			bad = "the encryption algorithm";
		else if (!t->unchecked_icv && t->integ != c->integ)
			bad = "the authentication algorithm";
		else if (memcmp(t->encr_key, h->encr, e))
			bad = "the encryption key";
		else if (!t->unchecked_icv && memcmp(t->integ_key, h->integ, a))
			bad = "the authentication key";
		if (bad)
			watch_tell(k, TALLY_ESP_KEY, IKE_WRONG, "%s:%u: %s of 0x%08x (towards the %s) is not what IKE SA %u agreed on",
				 t->at.file, t->at.line, bad, spi, toward_responder ? "responder" : "initiator", s->number);
		else
			watch_tell(k, TALLY_ESP_KEY, IKE_RIGHT, " ");
	}
}

static void ring_half(struct replay_ike *k, const struct watch_child *c, uint32_t number, uint32_t spi,
		      const struct half *h)
{
	struct ring_source from = { .of = number };

	if (watch_ring_esp(k, spi, c->encr, c->key_bits, h->encr, c->integ, h->integ))
		g_array_append_val(k->esp_sources, from);
}

/* Why a child SA's keys cannot be computed; NULL: they can. *dh: its own secret, if it has one. */
static const char *child_lacks(struct replay_ike *k, const struct watch_sa *s, const struct watch_child *c, bool ke,
			       uint16_t group, const struct key_fact **dh)
{
	*dh = NULL;
	if (!s->has_d)
		return s->secret_wrong ? "the secret given is not right" : "SK_d is not known (dh or sk-d)";
	if (!crypto_encr_known(c->encr, c->key_bits) || !crypto_integ_known(c->integ) || !crypto_prf_known(s->prf))
		return "its algorithms are not known here";
	if (!ke)
		return NULL;
	*dh = replay_keys_find(k->keys, FACT_DH, c->spi[0]);
	if (!*dh)
		*dh = replay_keys_find(k->keys, FACT_DH, c->spi[1]);
	if (!*dh)
		return "it has an exchange of its own, whose secret is not given (dh with its SPI)";
	return secret_fits(k, s, *dh, group) ? NULL : "its secret does not fit";
}

/* [RFC 7296 2.17] KEYMAT = prf+ (SK_d, [g^ir |] Ni | Nr): from the exchange's initiator first, encryption first */
static void child_keys(struct replay_ike *k, const struct watch_sa *s, struct watch_child *c, uint32_t number,
		       const struct key_fact *dh, GBytes *ni, GBytes *nr)
{
	size_t e = crypto_encr_key_len(c->encr, c->key_bits), a = crypto_integ_key_len(c->integ);
	const struct crypto_part seed[] = { { dh ? dh->one : NULL, dh ? dh->n_one : 0 }, part_of(ni), part_of(nr) };
	uint8_t out[2 * (CRYPTO_ENCR_KEY_MAX + CRYPTO_INTEG_KEY_MAX)];
	struct half forth, back;

	crypto_prf_plus(k->c, s->prf, s->sk.d, crypto_prf_len(s->prf), seed, CRYPTO_PARTS(seed), out, 2 * (e + a));
	memcpy(forth.encr, out, e);
	memcpy(forth.integ, out + e, a);
	memcpy(back.encr, out + e + a, e);
	memcpy(back.integ, out + 2 * e + a, a);
	c->computed = true;
	against_table(k, s, c, c->spi[1], &forth, true);
	against_table(k, s, c, c->spi[0], &back, false);
	ring_half(k, c, number, c->spi[1], &forth);
	ring_half(k, c, number, c->spi[0], &back);
}

/* The next child; a table's lines for it are for something here, ESP seen or not. */
static void known_child(struct replay_ike *k, uint32_t spi)
{
	map_put(&k->by_child, (struct map_key){ spi, 0 }, k->children->len);
	for (guint i = 0; k->keys && i < replay_keys_n_esp(k->keys); i++)
		replay_keys_esp(k->keys, i)->used |= replay_keys_esp(k->keys, i)->spi == spi;
}

void watch_child_chosen(struct replay_ike *k, uint32_t sa, struct watch_round *x, const struct ike_msg *a)
{
	struct watch_sa *s = watch_sa_at(k, sa);
	bool first = x->type == IKE_AUTH;
	const struct watch_request *q = first ? s->first_child : x->request;
	const struct ike_payload *nonce = ike_find(a, IKE_P_NONCE), *ke = ike_find(a, IKE_P_KE);
	struct watch_child c = { .sa = sa };
	const struct key_fact *dh;
	const char *why = NULL;
	struct chosen chosen;
	GBytes *ni, *nr;

	if (!choice(a, &chosen) || chosen.protocol != IKE_PROTO_ESP)
		return;
	c.spi[0] = (uint32_t)offered(q, &chosen);
	c.spi[1] = (uint32_t)chosen.spi;
	c.encr = chosen.encr;
	c.key_bits = chosen.key_bits;
	c.integ = chosen.integ;
	c.transport = ike_find_notify(a, IKE_N_USE_TRANSPORT_MODE) != NULL;
	c.rekeyed = q && q->rekeys;
	k->child_rekeys += c.rekeyed;
	k->first_children += !c.rekeyed;
	known_child(k, c.spi[0]);
	known_child(k, c.spi[1]);
	if (c.spi[0])
		watch_word(x, "child 0x%08x > 0x%08x", c.spi[0], c.spi[1]);
	else
		watch_word(x, "child ? > 0x%08x", c.spi[1]);
	ni = first ? s->ni : q ? q->nonce : NULL;
	nr = first ? s->nr ? g_bytes_ref(s->nr) : NULL : nonce ? g_bytes_new(nonce->data.p, nonce->data.n) : NULL;
	why = !ni || !nr || !c.spi[0] ? "the capture does not have both sides of its exchange"
		: chosen.esn ? "its sequence numbers have 64 bits" : !k->keys ? "no keys given"
		: child_lacks(k, s, &c, ke != NULL, chosen.group ? chosen.group : ke ? ke->ke.group : 0, &dh);
	if (why)
		watch_tell(k, TALLY_ESP_KEY, IKE_UNKNOWN, "child SA with the responder's SPI 0x%08x of IKE SA %u: %s", c.spi[1],
			   s->number, why);
	else
		child_keys(k, s, &c, k->children->len, dh, ni, nr);
	if (nr)
		g_bytes_unref(nr);
	g_array_append_val(k->children, c);
}

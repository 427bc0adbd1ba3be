/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP-AKA, the peer
 *
 * [RFC 4187 4.1.5, 5.4, 5.5, 6, 9] The UE's end: identity rounds in their order, the challenge with the USIM,
 * Synchronization-Failure, fast re-authentication, notifications before and after the network is authenticated,
 * protected results, Client-Error for everything that cannot be understood.
 *
 * One thing is done otherwise: EAP-Failure is believed as long as the network is not authenticated, where [RFC 4187
 * 6.3.3] would rather have it ignored. EAP runs inside IKEv2 here, which protects it, and a server that knows nobody of
 * this name says nothing else.
 */
#include <string.h>

#include "proto/eap_aka.h"
#include "proto/eap_priv.h"

#define BIT(s) (1u << (s))
#define MAX_ROUNDS 3u			/* [RFC 4187 4.1.5] */

enum event { EV_HELLO, EV_IDENTITY, EV_CHALLENGE, EV_REAUTH, EV_NOTIFICATION, EV_SUCCESS, EV_FAILURE, EV_BAD, EVENTS };

static const char *const event_names[] = {
	"identity-request", "aka-identity", "challenge", "reauthentication", "notification", "success", "failure", "bad",
};

#define ASKED (FSM_BIT(EV_HELLO) | FSM_BIT(EV_IDENTITY) | FSM_BIT(EV_CHALLENGE) | FSM_BIT(EV_REAUTH) | \
	       FSM_BIT(EV_NOTIFICATION) | FSM_BIT(EV_FAILURE) | FSM_BIT(EV_BAD))

static const struct fsm_state states[AKA_PEER_STATES] = {
	[AKA_PEER_IDENTITY] = { "IDENTITY", ASKED,
		BIT(AKA_PEER_CHALLENGED) | BIT(AKA_PEER_REFUSED) | BIT(AKA_PEER_FAILED), NULL, "RFC 4187 4.1.5" },
	[AKA_PEER_CHALLENGED] = { "CHALLENGED",
		FSM_BIT(EV_NOTIFICATION) | FSM_BIT(EV_SUCCESS) | FSM_BIT(EV_BAD),
		BIT(AKA_PEER_NOTIFIED) | BIT(AKA_PEER_REFUSED) | BIT(AKA_PEER_DONE), NULL, "RFC 4187 6.3.4" },
	[AKA_PEER_NOTIFIED] = { "NOTIFIED", FSM_BIT(EV_SUCCESS), BIT(AKA_PEER_DONE), NULL, "RFC 4187 6.2" },
	[AKA_PEER_REFUSED] = { "REFUSED", FSM_BIT(EV_FAILURE), BIT(AKA_PEER_FAILED), NULL, "RFC 4187 6.3.1" },
	[AKA_PEER_DONE] = { "DONE", 0, 0, NULL, "RFC 4187 6.3.4" },
	[AKA_PEER_FAILED] = { "FAILED", 0, 0, NULL, "RFC 4187 6.3.3" },
};

const struct fsm eap_aka_peer_fsm = {
	"eap-aka-peer", "the UE's end of EAP-AKA", states, event_names, AKA_PEER_STATES, EVENTS
};

struct input {
	const uint8_t *octets;
	struct eap_packet m;
	struct eap_out *out;
};

static void go(struct eap_aka_peer *p, enum eap_aka_peer_state to)
{
	eap_go(&p->machine, &eap_aka_peer_fsm, &p->c.scene, (uint8_t)to);
}

static void because(struct eap_aka_peer *p, enum eap_cause cause, uint16_t value)
{
	if (p->cause != EAP_CAUSE_NONE)
		return;
	p->cause = (uint8_t)cause;
	p->cause_value = value;
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void begin(struct eap_writer *w, const struct input *in, enum eap_aka_subtype subtype)
{
	eap_write_aka(w, in->out->octets, sizeof in->out->octets, EAP_RESPONSE, in->m.id, (uint8_t)subtype);
}

static void finish(struct eap_aka_peer *p, const struct input *in, struct eap_writer *w, const uint8_t *extra,
		   size_t n_extra)
{
	eap_mac_finish(p->c.crypto, &p->k_aut, w, extra, n_extra, in->out);
}

/* [RFC 4187 6.3.1, 9.9] */
static void client_error(struct eap_aka_peer *p, const struct input *in, enum eap_cause cause)
{
	struct eap_writer w;

	because(p, cause, 0);
	begin(&w, in, AKA_CLIENT_ERROR);
	eap_write_number(&w, AT_CLIENT_ERROR_CODE, 0);
	finish(p, in, &w, NULL, 0);
	go(p, AKA_PEER_REFUSED);
}

/* ---- identity rounds --------------------------------------------------------------------------------------------- */

static bool has(const struct input *in, uint8_t type) { return eap_attr_find(&in->m.attrs, type); }

/* The master key and counter that belong to the identity in use, when it is the card's re-authentication identity. */
static void take_context(struct eap_aka_peer *p)
{
	const struct eap_temp *t = eap_temp_of(p->c.card, p->c.memory);
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_temp_reauth(t, p->c.card->imsi, nai);

	p->context_known = n && n == p->nai_len && !memcmp(nai, p->nai, n);
	if (!p->context_known)
		return;
	memcpy(p->keys.mk, t->mk, sizeof p->keys.mk);
	p->counter = t->counter;
	eap_keys_of_mk(&p->keys);
	crypto_mac_init(p->c.crypto, &p->k_aut, CRYPTO_PRF_SHA1, p->keys.k_aut, sizeof p->keys.k_aut);
}

static void use_identity(struct eap_aka_peer *p, const uint8_t *nai, size_t n)
{
	p->nai_len = (uint8_t)n;
	memcpy(p->nai, nai, n);
	take_context(p);
}

/* [RFC 4187 4.1.5]: any first, then full, then permanent, and at most three. */
static bool in_order(const struct eap_aka_peer *p, uint8_t asked)
{
	if (p->rounds == MAX_ROUNDS)
		return false;
	if (asked == AT_ANY_ID_REQ)
		return !p->asked;
	if (asked == AT_FULLAUTH_ID_REQ)
		return p->asked != AT_PERMANENT_ID_REQ && p->asked != AT_FULLAUTH_ID_REQ;
	return p->asked != AT_PERMANENT_ID_REQ;
}

static uint8_t asked_for(const struct input *in)
{
	if (has(in, AT_ANY_ID_REQ))
		return AT_ANY_ID_REQ;
	return has(in, AT_FULLAUTH_ID_REQ) ? AT_FULLAUTH_ID_REQ : AT_PERMANENT_ID_REQ;
}

/* The identity to tell; 0: it will not. */
static size_t choose(struct eap_aka_peer *p, uint8_t asked, uint8_t nai[EAP_NAI_MAX])
{
	const struct eap_temp *t = eap_temp_of(p->c.card, p->c.memory);

	if (asked == AT_PERMANENT_ID_REQ) {
		if (p->c.conservative && p->c.pseudonyms && t && t->pseudonym_len)
			return 0;
		return eap_id_permanent(p->c.card->imsi, nai);
	}
	if (asked == AT_ANY_ID_REQ && p->context_known && p->c.reauth) {
		memcpy(nai, p->nai, p->nai_len);
		return p->nai_len;
	}
	return eap_aka_identity(p->c.card, p->c.memory, p->c.pseudonyms, asked == AT_ANY_ID_REQ && p->c.reauth, nai);
}

static void on_identity(struct eap_aka_peer *p, const struct input *in)
{
	uint8_t nai[EAP_NAI_MAX], asked = asked_for(in);
	struct eap_writer w;
	size_t n;

	if (!in_order(p, asked)) {
		client_error(p, in, EAP_CAUSE_SEQUENCE);
		return;
	}
	n = choose(p, asked, nai);
	if (!n) {
		client_error(p, in, EAP_CAUSE_PRIVACY);
		return;
	}
	p->asked = asked;
	p->rounds++;
	use_identity(p, nai, n);
	begin(&w, in, AKA_IDENTITY);
	eap_write_octets(&w, AT_IDENTITY, nai, n);
	finish(p, in, &w, NULL, 0);
	if (!eap_rounds_add(&p->trips, in->octets, in->m.len) || !eap_rounds_add(&p->trips, in->out->octets, in->out->len))
		client_error(p, in, EAP_CAUSE_MALFORMED);
}

/* ---- challenge --------------------------------------------------------------------------------------------------- */

/* Names that the server gives, out of the encrypted attributes. A pseudonym has no realm [RFC 4187 10.10]. */
static void take_names(struct eap_aka_peer *p, const struct eap_attrs *as)
{
	const struct eap_attr *a = eap_attr_find(as, AT_NEXT_PSEUDONYM), *b = eap_attr_find(as, AT_NEXT_REAUTH_ID);

	p->pseudonym_len = p->reauth_len = 0;
	if (a && p->c.pseudonyms && a->len <= EAP_NAI_MAX && eap_id_username(a->octets, a->len) == a->len) {
		memcpy(p->pseudonym, a->octets, a->len);
		p->pseudonym_len = (uint8_t)a->len;
	}
	if (b && p->c.reauth && b->len <= EAP_NAI_MAX) {
		memcpy(p->reauth_id, b->octets, b->len);
		p->reauth_len = (uint8_t)b->len;
	}
}

/* After AT_MAC was found good. */
static enum eap_cause examine(struct eap_aka_peer *p, const struct input *in)
{
	uint8_t plain[EAP_MAX];
	struct eap_attrs as;

	if (in->m.attrs.critical)
		return EAP_CAUSE_CRITICAL;
	if (!eap_checkcode_good(p->c.crypto, &in->m, &p->trips))
		return EAP_CAUSE_CHECKCODE;
	if (!has(in, AT_ENCR_DATA))
		return EAP_CAUSE_NONE;
	if (!eap_get_encrypted(p->c.crypto, p->keys.k_encr, &in->m, plain, &as))
		return EAP_CAUSE_MALFORMED;
	take_names(p, &as);
	return EAP_CAUSE_NONE;
}

static void put_options(struct eap_aka_peer *p, const struct input *in, struct eap_writer *w)
{
	if (p->c.checkcode)
		eap_put_checkcode(w, p->c.crypto, &p->trips);
	p->result_agreed = p->c.result_ind && has(in, AT_RESULT_IND);
	if (p->result_agreed)
		eap_write_number(w, AT_RESULT_IND, 0);
	eap_write_mac(w);
}

static void reject(struct eap_aka_peer *p, const struct input *in)
{
	struct eap_writer w;

	because(p, EAP_CAUSE_WRONG_AUTN, 0);
	begin(&w, in, AKA_AUTHENTICATION_REJECT);
	finish(p, in, &w, NULL, 0);
	go(p, AKA_PEER_REFUSED);
}

static void out_of_sync(struct eap_aka_peer *p, const struct input *in, const struct usim_answer *a)
{
	struct eap_writer w;

	begin(&w, in, AKA_SYNCHRONIZATION_FAILURE);
	eap_write_octets(&w, AT_AUTS, a->auts, sizeof a->auts);
	finish(p, in, &w, NULL, 0);
}

/* The network knows K. Keys are made before the MAC can be looked at [RFC 4187 9.3]. */
static void accept_challenge(struct eap_aka_peer *p, const struct input *in, const struct usim_answer *a)
{
	enum eap_cause wrong;
	struct eap_writer w;

	eap_aka_keys_full(p->c.crypto, p->nai, p->nai_len, a->ik, a->ck, &p->keys);
	crypto_mac_init(p->c.crypto, &p->k_aut, CRYPTO_PRF_SHA1, p->keys.k_aut, sizeof p->keys.k_aut);
	p->fast = p->context_known = false;
	wrong = eap_mac_good(p->c.crypto, &p->k_aut, in->octets, &in->m, NULL, 0) ? examine(p, in) :
		EAP_CAUSE_WRONG_MAC;
	if (wrong != EAP_CAUSE_NONE) {
		client_error(p, in, wrong);
		return;
	}
	begin(&w, in, AKA_CHALLENGE);
	eap_write_octets(&w, AT_RES, a->res, sizeof a->res);
	put_options(p, in, &w);
	finish(p, in, &w, NULL, 0);
	go(p, AKA_PEER_CHALLENGED);
}

/* [RFC 4187 6.3.1, 9.3; TS 33.102 6.3.3] [R24303-5.1.2.2-15] */
static void on_challenge(struct eap_aka_peer *p, const struct input *in)
{
	const uint8_t *rand = eap_attr_find(&in->m.attrs, AT_RAND)->octets;
	const uint8_t *autn = eap_attr_find(&in->m.attrs, AT_AUTN)->octets;
	struct usim_answer a;

	if (p->c.client_error) {
		client_error(p, in, EAP_CAUSE_CLIENT_ERROR);
		return;
	}
	switch (usim_authenticate(p->c.card, p->c.memory, p->c.crypto, rand, autn, &a)) {
	case USIM_OK:
		accept_challenge(p, in, &a);
		return;
	case USIM_MAC_FAILURE:
		reject(p, in);
		return;
	case USIM_SYNC_FAILURE:
		out_of_sync(p, in, &a);
		return;
	}
}

/* ---- fast re-authentication -------------------------------------------------------------------------------------- */

static void answer_reauth(struct eap_aka_peer *p, const struct input *in, uint16_t counter, bool too_small)
{
	uint8_t plain[32];
	struct eap_writer w, inner;

	eap_write_attrs(&inner, plain, sizeof plain);
	eap_write_number(&inner, AT_COUNTER, counter);
	if (too_small)
		eap_write_number(&inner, AT_COUNTER_TOO_SMALL, 0);
	begin(&w, in, AKA_REAUTHENTICATION);
	eap_put_encrypted(&w, p->c.crypto, p->keys.k_encr, p->c.rng, &inner);
	if (too_small)
		eap_write_mac(&w);
	else
		put_options(p, in, &w);
	finish(p, in, &w, p->nonce_s, sizeof p->nonce_s);	/* [RFC 4187 9.8] */
}

/* [RFC 4187 5.4, 5.5] [R24303-5.1.2.2-14] */
static void on_reauth(struct eap_aka_peer *p, const struct input *in)
{
	const struct eap_attr *counter, *nonce;
	uint8_t plain[EAP_MAX];
	struct eap_attrs as;
	enum eap_cause wrong = EAP_CAUSE_NONE;

	if (!p->context_known)
		wrong = EAP_CAUSE_SEQUENCE;
	else if (!eap_mac_good(p->c.crypto, &p->k_aut, in->octets, &in->m, NULL, 0))
		wrong = EAP_CAUSE_WRONG_MAC;
	else if (in->m.attrs.critical)
		wrong = EAP_CAUSE_CRITICAL;
	else if (!eap_checkcode_good(p->c.crypto, &in->m, &p->trips))
		wrong = EAP_CAUSE_CHECKCODE;
	else if (!eap_get_encrypted(p->c.crypto, p->keys.k_encr, &in->m, plain, &as))
		wrong = EAP_CAUSE_MALFORMED;
	if (wrong != EAP_CAUSE_NONE) {
		client_error(p, in, wrong);
		return;
	}
	counter = eap_attr_find(&as, AT_COUNTER);
	nonce = eap_attr_find(&as, AT_NONCE_S);
	memcpy(p->nonce_s, nonce->octets, sizeof p->nonce_s);
	if (counter->value < p->counter || (p->c.counter_max && counter->value > p->c.counter_max)) {
		answer_reauth(p, in, counter->value, true);
		return;
	}
	take_names(p, &as);
	p->counter = counter->value;
	p->fast = true;
	eap_aka_keys_reauth(p->c.crypto, p->nai, p->nai_len, p->counter, p->nonce_s, &p->keys);
	answer_reauth(p, in, p->counter, false);
	go(p, AKA_PEER_CHALLENGED);
}

/* ---- notifications ----------------------------------------------------------------------------------------------- */

/* [RFC 4187 6.1, 9.10]: without the P bit it is protected, and after a fast re-authentication numbered too. */
static enum eap_cause protected_notification(struct eap_aka_peer *p, const struct input *in)
{
	const struct eap_attr *counter;
	uint8_t plain[EAP_MAX];
	struct eap_attrs as;

	if (!eap_mac_good(p->c.crypto, &p->k_aut, in->octets, &in->m, NULL, 0))
		return EAP_CAUSE_WRONG_MAC;
	if (in->m.attrs.critical)
		return EAP_CAUSE_CRITICAL;
	if (!p->fast)
		return EAP_CAUSE_NONE;
	if (!eap_get_encrypted(p->c.crypto, p->keys.k_encr, &in->m, plain, &as))
		return EAP_CAUSE_MALFORMED;
	counter = eap_attr_find(&as, AT_COUNTER);
	return counter && counter->value == p->counter ? EAP_CAUSE_NONE : EAP_CAUSE_COUNTER;
}

/* Whether a notification of this code may come now. */
static enum eap_cause acceptable(struct eap_aka_peer *p, const struct input *in, uint16_t code)
{
	bool before = p->machine.state == AKA_PEER_IDENTITY;

	if (!!(code & AKA_N_P) != before || (code & AKA_N_S && (before || !p->result_agreed)))
		return EAP_CAUSE_SEQUENCE;
	return before ? EAP_CAUSE_NONE : protected_notification(p, in);
}

static void acknowledge(struct eap_aka_peer *p, const struct input *in, bool protect)
{
	uint8_t plain[16];
	struct eap_writer w, inner;

	begin(&w, in, AKA_NOTIFICATION);
	if (protect && p->fast) {
		eap_write_attrs(&inner, plain, sizeof plain);
		eap_write_number(&inner, AT_COUNTER, p->counter);
		eap_put_encrypted(&w, p->c.crypto, p->keys.k_encr, p->c.rng, &inner);
	}
	if (protect)
		eap_write_mac(&w);
	finish(p, in, &w, NULL, 0);
}

static void on_notification(struct eap_aka_peer *p, const struct input *in)
{
	uint16_t code = eap_attr_find(&in->m.attrs, AT_NOTIFICATION)->value;
	enum eap_cause wrong = acceptable(p, in, code);

	if (wrong != EAP_CAUSE_NONE) {
		client_error(p, in, wrong);
		return;
	}
	acknowledge(p, in, !(code & AKA_N_P));
	if (code & AKA_N_S) {
		go(p, AKA_PEER_NOTIFIED);
		return;
	}
	because(p, EAP_CAUSE_NOTIFIED, code);
	go(p, AKA_PEER_REFUSED);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

/* What the server gave is the card's now [RFC 4187 4.1.1.8, 5.1, 5.3]. */
static void keep(struct eap_aka_peer *p)
{
	const struct eap_temp *t = eap_temp_of(p->c.card, p->c.memory);
	struct eap_aka_context context = { .counter = p->fast ? (uint16_t)(p->counter + 1) : 1 };
	const uint8_t *pseudonym = p->pseudonym;
	uint8_t old[EAP_NAI_MAX];
	size_t n = p->pseudonym_len;

	if (!n && t && p->c.pseudonyms) {	/* the old one stays good */
		n = t->pseudonym_len;
		memcpy(old, t->text, n);
		pseudonym = old;
	}
	memcpy(context.mk, p->keys.mk, sizeof context.mk);
	eap_temp_set(p->c.card, p->c.memory, pseudonym, n, p->reauth_id, p->reauth_len,
		     context.counter ? &context : NULL);
}

static void on_success(struct eap_aka_peer *p)
{
	if (p->machine.state == AKA_PEER_CHALLENGED && p->result_agreed)
		return;			/* the protected result is still to come [RFC 4187 6.3.4] */
	keep(p);
	p->outcome = EAP_SUCCEEDED;
	go(p, AKA_PEER_DONE);
}

static void on_failure(struct eap_aka_peer *p)
{
	because(p, EAP_CAUSE_FAILURE, 0);
	p->outcome = EAP_FAILED;
	go(p, AKA_PEER_FAILED);
}

/* ---- dispatch ---------------------------------------------------------------------------------------------------- */

static enum event event_of(const struct eap_packet *m)
{
	if (m->attrs.repeated || eap_aka_check(m, NULL))
		return EV_BAD;
	switch (m->subtype) {
	case AKA_IDENTITY:
		return EV_IDENTITY;
	case AKA_CHALLENGE:
		return EV_CHALLENGE;
	case AKA_REAUTHENTICATION:
		return EV_REAUTH;
	case AKA_NOTIFICATION:
		return EV_NOTIFICATION;
	}
	return EV_BAD;
}

static void on_aka(struct eap_aka_peer *p, const struct input *in, enum event e)
{
	bool listening = p->machine.state == AKA_PEER_IDENTITY || p->machine.state == AKA_PEER_CHALLENGED;

	if (!eap_admits(&p->machine, &eap_aka_peer_fsm, &p->c.scene, (uint8_t)e)) {
		if (listening)		/* an unexpected subtype is an error, not noise [RFC 4187 6.3.1] */
			client_error(p, in, EAP_CAUSE_SEQUENCE);
		return;
	}
	/* the challenge's RAND and AUTN come before other attributes, protected messages' MAC too [RFC 4187 9.3, 10.15] */
	if (e == EV_BAD)
		client_error(p, in, EAP_CAUSE_MALFORMED);
	else if (in->m.attrs.critical && e == EV_IDENTITY)
		client_error(p, in, EAP_CAUSE_CRITICAL);
	else if (e == EV_IDENTITY)
		on_identity(p, in);
	else if (e == EV_CHALLENGE)
		on_challenge(p, in);
	else if (e == EV_REAUTH)
		on_reauth(p, in);
	else
		on_notification(p, in);
}

/* Methods of EAP itself [RFC 3748 5.1 to 5.3]. */
static void on_plain(struct eap_aka_peer *p, const struct input *in)
{
	static const uint8_t wanted[] = { EAP_AKA };
	const uint8_t *data = wanted;
	uint8_t type = EAP_NAK;
	size_t n = sizeof wanted;

	if (in->m.type == EAP_NOTIFICATION) {
		type = EAP_NOTIFICATION;
		n = 0;
	} else if (!eap_admits(&p->machine, &eap_aka_peer_fsm, &p->c.scene, EV_HELLO)) {
		return;
	} else if (in->m.type == EAP_IDENTITY) {
		type = EAP_IDENTITY;
		data = p->nai;
		n = p->nai_len;
	}
	in->out->len = (uint16_t)eap_encode_plain(EAP_RESPONSE, in->m.id, type, data, n, in->out->octets,
						  sizeof in->out->octets);
}

static void on_request(struct eap_aka_peer *p, const struct input *in, bool readable)
{
	if (p->answered && in->m.id == p->last_id)
		return;
	if (in->m.type == EAP_AKA)
		on_aka(p, in, readable ? event_of(&in->m) : EV_BAD);
	else
		on_plain(p, in);
	if (in->out->len) {
		p->answered = true;
		p->last_id = in->m.id;
	}
}

/* A result belongs to the last response; some servers count one further. */
static bool ours(const struct eap_aka_peer *p, uint8_t id)
{
	return !p->answered || id == p->last_id || id == (uint8_t)(p->last_id + 1);
}

static void on_result(struct eap_aka_peer *p, const struct eap_packet *m)
{
	enum event e = m->code == EAP_SUCCESS ? EV_SUCCESS : EV_FAILURE;

	if (!ours(p, m->id) || !eap_admits(&p->machine, &eap_aka_peer_fsm, &p->c.scene, (uint8_t)e))
		return;
	if (e == EV_SUCCESS)
		on_success(p);
	else
		on_failure(p);
}

void eap_aka_peer_start(struct eap_aka_peer *p, const struct eap_aka_peer_config *c, const uint8_t *nai, size_t n)
{
	memset(p, 0, sizeof *p);
	p->c = *c;
	machine_init(&p->machine, &eap_aka_peer_fsm, AKA_PEER_IDENTITY);
	use_identity(p, nai, n < EAP_NAI_MAX ? n : EAP_NAI_MAX);
}

enum eap_outcome eap_aka_peer_input(struct eap_aka_peer *p, const uint8_t *octets, size_t n, struct eap_out *out)
{
	struct reader r = reader_on(octets, n);
	struct input in = { .octets = octets, .out = out };
	bool readable;

	out->len = 0;
	if (p->outcome != EAP_RUNNING)
		return p->outcome;
	readable = eap_decode(&r, &in.m, NULL);
	if (!readable && in.m.type != EAP_AKA)
		return p->outcome;
	if (in.m.code == EAP_REQUEST)
		on_request(p, &in, readable);
	else if (in.m.code == EAP_SUCCESS || in.m.code == EAP_FAILURE)
		on_result(p, &in.m);
	return p->outcome;
}

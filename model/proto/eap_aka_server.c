/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP-AKA, the server
 *
 * [RFC 4187 4.1.4, 4.1.7, 5.4, 5.5, 6, 9] The AAA's end: which identity to ask for next, challenges with vectors of the
 * store, one resynchronisation a run, fast re-authentication with its fall-back to a full one, notifications of
 * failure before and after the authentication, protected results. Every fault in a response ends with a notification
 * and then EAP-Failure [RFC 4187 6.3.2].
 */
#include <string.h>

#include "proto/eap_aka.h"
#include "proto/eap_priv.h"

#define BIT(s) (1u << (s))
#define ENDS (BIT(AKA_SERVER_DONE) | BIT(AKA_SERVER_FAILED))

enum event {
	EV_START, EV_IDENTITY, EV_CHALLENGE, EV_SYNC, EV_REJECT, EV_REAUTH, EV_CLIENT_ERROR, EV_NOTIFICATION, EV_NAK, EV_BAD,
	EVENTS
};

static const char *const event_names[] = {
	"start", "aka-identity", "challenge", "synchronization-failure", "authentication-reject", "reauthentication",
	"client-error", "notification", "nak", "bad",
};

#define ALWAYS (FSM_BIT(EV_CLIENT_ERROR) | FSM_BIT(EV_NAK) | FSM_BIT(EV_BAD))
#define NEXT (BIT(AKA_SERVER_IDENTITY) | BIT(AKA_SERVER_CHALLENGE) | BIT(AKA_SERVER_REAUTH) | BIT(AKA_SERVER_NOTIFY))

static const struct fsm_state states[AKA_SERVER_STATES] = {
	[AKA_SERVER_START] = { "START", FSM_BIT(EV_START), NEXT | ENDS, NULL, "RFC 4187 4.1.4" },
	[AKA_SERVER_IDENTITY] = { "IDENTITY", FSM_BIT(EV_IDENTITY) | ALWAYS, NEXT | ENDS, NULL, "RFC 4187 4.1.7" },
	[AKA_SERVER_CHALLENGE] = { "CHALLENGE",
		FSM_BIT(EV_CHALLENGE) | FSM_BIT(EV_SYNC) | FSM_BIT(EV_REJECT) | ALWAYS,
		BIT(AKA_SERVER_NOTIFY) | ENDS, NULL, "RFC 4187 9.3" },
	[AKA_SERVER_REAUTH] = { "REAUTH", FSM_BIT(EV_REAUTH) | ALWAYS,
		BIT(AKA_SERVER_CHALLENGE) | BIT(AKA_SERVER_NOTIFY) | ENDS, NULL, "RFC 4187 5.4" },
	[AKA_SERVER_NOTIFY] = { "NOTIFY", FSM_BIT(EVENTS) - 1 - FSM_BIT(EV_START), ENDS, NULL, "RFC 4187 6.1" },
	[AKA_SERVER_DONE] = { "DONE", 0, 0, NULL, "RFC 4187 6.3.4" },
	[AKA_SERVER_FAILED] = { "FAILED", 0, 0, NULL, "RFC 4187 6.3.3" },
};

const struct fsm eap_aka_server_fsm = {
	"eap-aka-server", "the AAA's end of EAP-AKA", states, event_names, AKA_SERVER_STATES, EVENTS
};

struct input {
	const uint8_t *octets;
	struct eap_packet m;
};

static void go(struct eap_aka_server *s, enum eap_aka_server_state to)
{
	eap_go(&s->machine, &eap_aka_server_fsm, &s->c.scene, (uint8_t)to);
}

static void because(struct eap_aka_server *s, enum eap_cause cause, uint16_t value)
{
	if (s->cause != EAP_CAUSE_NONE)
		return;
	s->cause = (uint8_t)cause;
	s->cause_value = value;
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

/* [RFC 4187 6.3.3] */
static void fail(struct eap_aka_server *s, struct eap_out *out, enum eap_cause cause, uint16_t value)
{
	because(s, cause, value);
	out->len = (uint16_t)eap_encode_result(EAP_FAILURE, s->id, out->octets, sizeof out->octets);
	s->outcome = EAP_FAILED;
	go(s, AKA_SERVER_FAILED);
}

static void succeed(struct eap_aka_server *s, struct eap_out *out)
{
	struct eap_aka_context context = { .counter = s->fast ? (uint16_t)(s->counter + 1) : 1 };

	memcpy(context.mk, s->keys.mk, sizeof context.mk);
	s->c.store->succeeded(s->c.ctx, s->user, s->pseudonym, s->pseudonym_len, s->reauth_id, s->reauth_len, &context);
	out->len = (uint16_t)eap_encode_result(EAP_SUCCESS, s->id, out->octets, sizeof out->octets);
	s->outcome = EAP_SUCCEEDED;
	go(s, AKA_SERVER_DONE);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void begin(struct eap_aka_server *s, struct eap_writer *w, struct eap_out *out, enum eap_aka_subtype subtype)
{
	if (s->machine.state != AKA_SERVER_START)
		s->id++;
	eap_write_aka(w, out->octets, sizeof out->octets, EAP_REQUEST, s->id, (uint8_t)subtype);
}

static void finish(struct eap_aka_server *s, struct eap_writer *w, struct eap_out *out)
{
	eap_mac_finish(s->c.crypto, &s->k_aut, w, NULL, 0, out);
}

static void put_counter(struct eap_aka_server *s, struct eap_writer *w)
{
	uint8_t plain[16];
	struct eap_writer inner;

	eap_write_attrs(&inner, plain, sizeof plain);
	eap_write_number(&inner, AT_COUNTER, s->counter);
	eap_put_encrypted(w, s->c.crypto, s->keys.k_encr, s->c.rng, &inner);
}

/* [RFC 4187 6.1, 9.10] cause NONE: of success. */
static void notify(struct eap_aka_server *s, struct eap_out *out, uint16_t code, enum eap_cause cause)
{
	struct eap_writer w;

	if (cause != EAP_CAUSE_NONE)
		because(s, cause, code);
	s->notification = code;
	begin(s, &w, out, AKA_NOTIFICATION);
	eap_write_number(&w, AT_NOTIFICATION, code);
	if (!(code & AKA_N_P)) {
		if (s->fast)
			put_counter(s, &w);
		eap_write_mac(&w);
	}
	finish(s, &w, out);
	go(s, AKA_SERVER_NOTIFY);
}

/* A fault of the peer before it is authenticated. */
static void refuse(struct eap_aka_server *s, struct eap_out *out, enum eap_cause cause)
{
	notify(s, out, AKA_N_FAILURE, cause);
}

/* [RFC 4187 9.1] */
static void ask(struct eap_aka_server *s, struct eap_out *out, uint8_t attribute)
{
	struct eap_writer w;

	begin(s, &w, out, AKA_IDENTITY);
	eap_write_number(&w, attribute, 0);
	finish(s, &w, out);
	s->asked = attribute;
	eap_rounds_add(&s->trips, out->octets, out->len);
	go(s, AKA_SERVER_IDENTITY);
}

static void put_options(struct eap_aka_server *s, struct eap_writer *w)
{
	if (s->c.checkcode)
		eap_put_checkcode(w, s->c.crypto, &s->trips);
	if (s->c.result_ind)
		eap_write_number(w, AT_RESULT_IND, 0);
}

/* Names for the next time [RFC 4187 4.1.1.8]. */
static void put_names(struct eap_aka_server *s, struct eap_writer *inner, bool pseudonym, bool reauth)
{
	const struct eap_aka_store *store = s->c.store;

	s->pseudonym_len = s->reauth_len = 0;
	if (pseudonym && store->new_pseudonym)
		s->pseudonym_len = (uint8_t)store->new_pseudonym(s->c.ctx, s->user, s->pseudonym);
	if (reauth && store->new_reauth_id)
		s->reauth_len = (uint8_t)store->new_reauth_id(s->c.ctx, s->user, s->reauth_id);
	if (s->pseudonym_len)
		eap_write_octets(inner, AT_NEXT_PSEUDONYM, s->pseudonym, s->pseudonym_len);
	if (s->reauth_len)
		eap_write_octets(inner, AT_NEXT_REAUTH_ID, s->reauth_id, s->reauth_len);
}

/* [RFC 4187 9.3] A full authentication with a fresh vector. */
static void challenge(struct eap_aka_server *s, struct eap_out *out)
{
	uint8_t plain[2 * (EAP_NAI_MAX + 8) + 16];
	struct eap_writer w, inner;
	const struct eap_aka_vector *v = &s->vector;

	if (!s->c.store->vector(s->c.ctx, s->user, &s->vector)) {
		refuse(s, out, EAP_CAUSE_UNKNOWN_USER);
		return;
	}
	s->fast = false;
	eap_aka_keys_full(s->c.crypto, s->nai, s->nai_len, v->ik, v->ck, &s->keys);
	crypto_mac_init(s->c.crypto, &s->k_aut, CRYPTO_PRF_SHA1, s->keys.k_aut, sizeof s->keys.k_aut);
	begin(s, &w, out, AKA_CHALLENGE);
	eap_write_octets(&w, AT_RAND, v->rand, sizeof v->rand);
	eap_write_octets(&w, AT_AUTN, v->autn, sizeof v->autn);
	put_options(s, &w);
	eap_write_attrs(&inner, plain, sizeof plain);
	put_names(s, &inner, s->c.pseudonyms, s->c.reauth);
	if (writer_len(&inner.w))
		eap_put_encrypted(&w, s->c.crypto, s->keys.k_encr, s->c.rng, &inner);
	eap_write_mac(&w);
	finish(s, &w, out);
	if (s->c.wrong_mac)
		out->octets[w.mac_at] ^= 1;
	go(s, AKA_SERVER_CHALLENGE);
}

/* [RFC 4187 5.4, 9.7] s->keys.mk and s->counter are of the context. */
static void reauthenticate(struct eap_aka_server *s, struct eap_out *out)
{
	uint8_t plain[EAP_NAI_MAX + 48];
	struct eap_writer w, inner;

	s->fast = true;
	eap_keys_of_mk(&s->keys);
	crypto_mac_init(s->c.crypto, &s->k_aut, CRYPTO_PRF_SHA1, s->keys.k_aut, sizeof s->keys.k_aut);
	rng_octets(s->c.rng, s->nonce_s, sizeof s->nonce_s);
	eap_write_attrs(&inner, plain, sizeof plain);
	eap_write_number(&inner, AT_COUNTER, s->counter);
	eap_write_octets(&inner, AT_NONCE_S, s->nonce_s, sizeof s->nonce_s);
	put_names(s, &inner, false, true);
	begin(s, &w, out, AKA_REAUTHENTICATION);
	put_options(s, &w);
	eap_put_encrypted(&w, s->c.crypto, s->keys.k_encr, s->c.rng, &inner);
	eap_write_mac(&w);
	finish(s, &w, out);
	go(s, AKA_SERVER_REAUTH);
}

/* ---- identities -------------------------------------------------------------------------------------------------- */

/* What to ask for when the identity is of no use [RFC 4187 4.1.4, 4.1.7]; 0: nothing more can be asked. */
static uint8_t next_question(const struct eap_aka_server *s, enum eap_id_kind kind)
{
	if (s->asked == AT_PERMANENT_ID_REQ)
		return 0;
	if (kind == EAP_ID_PSEUDONYM || s->asked == AT_FULLAUTH_ID_REQ)
		return AT_PERMANENT_ID_REQ;
	if (kind == EAP_ID_REAUTH || s->asked == AT_ANY_ID_REQ)
		return AT_FULLAUTH_ID_REQ;
	return AT_ANY_ID_REQ;
}

/* Whether an identity of this kind may answer what was asked. */
static bool fits_question(const struct eap_aka_server *s, enum eap_id_kind kind)
{
	if (s->asked == AT_PERMANENT_ID_REQ)
		return kind == EAP_ID_PERMANENT;
	return s->asked != AT_FULLAUTH_ID_REQ || kind != EAP_ID_REAUTH;
}

/* The context of the re-authentication identity that found this user: it is used up whatever comes of it. */
static bool wants_fast(struct eap_aka_server *s)
{
	struct eap_aka_context context;

	if (!s->c.reauth || !s->c.store->context || !s->c.store->context(s->c.ctx, s->user, &context) || !context.counter)
		return false;
	if (s->c.counter_max && context.counter > s->c.counter_max)
		return false;
	memcpy(s->keys.mk, context.mk, sizeof context.mk);
	s->counter = context.counter;
	return true;
}

static void identified(struct eap_aka_server *s, const uint8_t *nai, size_t n, struct eap_out *out)
{
	enum eap_id_kind kind = eap_id_kind(nai, n, NULL);
	uint8_t question;

	s->user = kind != EAP_ID_UNKNOWN && fits_question(s, kind) ? s->c.store->find(s->c.ctx, kind, nai, n) : 0;
	if (s->user) {
		s->nai_len = (uint8_t)n;	/* an identity of a known kind is not longer than it may be */
		memcpy(s->nai, nai, n);
		if (kind == EAP_ID_REAUTH && wants_fast(s))
			reauthenticate(s, out);
		else
			challenge(s, out);
		return;
	}
	question = kind == EAP_ID_PERMANENT ? 0 : next_question(s, kind);
	if (question)
		ask(s, out, question);
	else
		refuse(s, out, EAP_CAUSE_UNKNOWN_USER);
}

/* ---- responses --------------------------------------------------------------------------------------------------- */

static bool has(const struct input *in, uint8_t type) { return eap_attr_find(&in->m.attrs, type); }

static void on_identity(struct eap_aka_server *s, const struct input *in, struct eap_out *out)
{
	const struct eap_attr *a = eap_attr_find(&in->m.attrs, AT_IDENTITY);

	if (!eap_rounds_add(&s->trips, in->octets, in->m.len))
		refuse(s, out, EAP_CAUSE_MALFORMED);
	else
		identified(s, a->octets, a->len, out);
}

/* The peer is authenticated; may it have what it wants, and shall it be told so? [RFC 4187 6.2] */
static void authenticated(struct eap_aka_server *s, const struct input *in, struct eap_out *out)
{
	uint16_t code = s->c.store->admit ? s->c.store->admit(s->c.ctx, s->user) : AKA_N_SUCCESS;

	s->result_agreed = s->c.result_ind && has(in, AT_RESULT_IND);
	if (!(code & AKA_N_S))
		notify(s, out, code & (uint16_t)~AKA_N_P, EAP_CAUSE_NOTIFIED);
	else if (s->result_agreed)
		notify(s, out, AKA_N_SUCCESS, EAP_CAUSE_NONE);
	else
		succeed(s, out);
}

/* [RFC 4187 9.4] */
static void on_challenge(struct eap_aka_server *s, const struct input *in, struct eap_out *out)
{
	const struct eap_attr *res = eap_attr_find(&in->m.attrs, AT_RES);

	if (!eap_mac_good(s->c.crypto, &s->k_aut, in->octets, &in->m, NULL, 0))
		refuse(s, out, EAP_CAUSE_WRONG_MAC);
	else if (!eap_checkcode_good(s->c.crypto, &in->m, &s->trips))
		refuse(s, out, EAP_CAUSE_CHECKCODE);
	else if (res->value != s->vector.xres_len * 8 || !crypto_equal(res->octets, s->vector.xres, s->vector.xres_len))
		refuse(s, out, EAP_CAUSE_WRONG_RES);
	else
		authenticated(s, in, out);
}

/* [RFC 4187 6.3.1, 9.6; TS 33.102 6.3.5] */
static void on_sync(struct eap_aka_server *s, const struct input *in, struct eap_out *out)
{
	const uint8_t *auts = eap_attr_find(&in->m.attrs, AT_AUTS)->octets;

	if (s->resynced || !s->c.store->resync(s->c.ctx, s->user, s->vector.rand, auts)) {
		refuse(s, out, EAP_CAUSE_SYNC);
		return;
	}
	s->resynced = true;
	challenge(s, out);
}

/* [RFC 4187 5.4, 5.5, 9.8] */
static void on_reauth(struct eap_aka_server *s, const struct input *in, struct eap_out *out)
{
	const struct eap_attr *counter;
	uint8_t plain[EAP_MAX];
	struct eap_attrs as;

	if (!eap_mac_good(s->c.crypto, &s->k_aut, in->octets, &in->m, s->nonce_s, sizeof s->nonce_s)) {
		refuse(s, out, EAP_CAUSE_WRONG_MAC);
		return;
	}
	if (!eap_checkcode_good(s->c.crypto, &in->m, &s->trips)) {
		refuse(s, out, EAP_CAUSE_CHECKCODE);
		return;
	}
	if (!eap_get_encrypted(s->c.crypto, s->keys.k_encr, &in->m, plain, &as)) {
		refuse(s, out, EAP_CAUSE_MALFORMED);
		return;
	}
	counter = eap_attr_find(&as, AT_COUNTER);
	if (counter->value != s->counter) {
		refuse(s, out, EAP_CAUSE_COUNTER);
		return;
	}
	if (eap_attr_find(&as, AT_COUNTER_TOO_SMALL)) {
		challenge(s, out);
		return;
	}
	eap_aka_keys_reauth(s->c.crypto, s->nai, s->nai_len, s->counter, s->nonce_s, &s->keys);
	authenticated(s, in, out);
}

/* Whatever comes in answer to a notification ends the run as the notification said [RFC 4187 6.1, 6.2]. */
static void on_notified(struct eap_aka_server *s, struct eap_out *out)
{
	if (s->notification & AKA_N_S)
		succeed(s, out);
	else
		fail(s, out, EAP_CAUSE_NOTIFIED, s->notification);
}

static enum event event_of(const struct eap_packet *m)
{
	const char *wrong = eap_aka_check(m, NULL);

	if (m->subtype == AKA_CLIENT_ERROR)
		return EV_CLIENT_ERROR;
	if (m->subtype == AKA_AUTHENTICATION_REJECT)
		return EV_REJECT;
	if (m->attrs.repeated || wrong)
		return EV_BAD;
	switch (m->subtype) {
	case AKA_IDENTITY:
		return EV_IDENTITY;
	case AKA_CHALLENGE:
		return EV_CHALLENGE;
	case AKA_SYNCHRONIZATION_FAILURE:
		return EV_SYNC;
	case AKA_REAUTHENTICATION:
		return EV_REAUTH;
	case AKA_NOTIFICATION:
		return EV_NOTIFICATION;
	}
	return EV_BAD;
}

static void handle(struct eap_aka_server *s, const struct input *in, enum event e, struct eap_out *out)
{
	const struct eap_attr *code = eap_attr_find(&in->m.attrs, AT_CLIENT_ERROR_CODE);

	if (in->m.attrs.critical && e != EV_CLIENT_ERROR && e != EV_REJECT) {
		refuse(s, out, EAP_CAUSE_CRITICAL);
		return;
	}
	switch (e) {
	case EV_IDENTITY:
		on_identity(s, in, out);
		return;
	case EV_CHALLENGE:
		on_challenge(s, in, out);
		return;
	case EV_SYNC:
		on_sync(s, in, out);
		return;
	case EV_REAUTH:
		on_reauth(s, in, out);
		return;
	case EV_REJECT:
		fail(s, out, EAP_CAUSE_REJECTED, 0);
		return;
	case EV_CLIENT_ERROR:
		fail(s, out, EAP_CAUSE_CLIENT_ERROR, code ? code->value : 0);
		return;
	case EV_NAK:
		fail(s, out, EAP_CAUSE_NAK, in->m.type_data_len ? in->m.type_data[0] : 0);
		return;
	case EV_BAD:
		refuse(s, out, EAP_CAUSE_MALFORMED);
		return;
	case EV_START:
	case EV_NOTIFICATION:
	case EVENTS:
		return;
	}
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

enum eap_outcome eap_aka_server_start(struct eap_aka_server *s, const struct eap_aka_server_config *c,
				      const uint8_t *nai, size_t n, uint8_t id, struct eap_out *out)
{
	static const uint8_t questions[] = {
		[AKA_ASK_NOTHING] = 0, [AKA_ASK_ANY] = AT_ANY_ID_REQ, [AKA_ASK_FULLAUTH] = AT_FULLAUTH_ID_REQ,
		[AKA_ASK_PERMANENT] = AT_PERMANENT_ID_REQ
	};

	memset(s, 0, sizeof *s);
	s->c = *c;
	s->id = id;
	machine_init(&s->machine, &eap_aka_server_fsm, AKA_SERVER_START);
	eap_admits(&s->machine, &eap_aka_server_fsm, &s->c.scene, EV_START);
	if (c->ask != AKA_ASK_NOTHING)
		ask(s, out, questions[c->ask]);
	else
		identified(s, nai, n, out);
	return s->outcome;
}

enum eap_outcome eap_aka_server_input(struct eap_aka_server *s, const uint8_t *octets, size_t n, struct eap_out *out)
{
	struct reader r = reader_on(octets, n);
	struct input in = { .octets = octets };
	bool readable;
	enum event e;

	out->len = 0;
	if (s->outcome != EAP_RUNNING)
		return s->outcome;
	readable = eap_decode(&r, &in.m, NULL);
	if ((!readable && in.m.type != EAP_AKA) || in.m.code != EAP_RESPONSE || in.m.id != s->id)
		return s->outcome;
	if (in.m.type != EAP_AKA && in.m.type != EAP_NAK)
		return s->outcome;
	e = in.m.type == EAP_NAK ? EV_NAK : readable ? event_of(&in.m) : EV_BAD;
	if (!eap_admits(&s->machine, &eap_aka_server_fsm, &s->c.scene, (uint8_t)e))
		e = EV_BAD;		/* an unexpected subtype is an error [RFC 4187 6.3.2] */
	if (s->machine.state == AKA_SERVER_NOTIFY)
		on_notified(s, out);
	else
		handle(s, &in, e, out);
	return s->outcome;
}

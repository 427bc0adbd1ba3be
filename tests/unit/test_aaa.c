/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA: a home agent's client and the server in one world. A UE's end of EAP runs inside the test, so that every
 * round costs the round trip of the path.
 */
#include <string.h>

#include "entity/aaa.h"
#include "proto/aaa_priv.h"
#include "tests/unit/harness.h"

#define RTT (20 * MOOR_MS)

static const uint8_t secret[16] = "a secret of ours";

struct scene;

struct ue {
	struct scene *s;
	struct usim card;
	struct eap_aka_peer aka;
	struct eap_md5_peer md5;
	moor_handle session;
	uint32_t result;		/* of the last answer; UINT32_MAX: none yet */
	unsigned rounds;
	moor_time began, ended;
	const char *apn, *user;
	struct imsi imsi;
	const struct aaa_apn *got;
	struct aaa_target target;
	uint8_t msk[64];
	bool fast, second, keyed, no_redirect;
};

struct scene {
	struct moor_world *w;
	struct crypto *crypto;
	struct usim_memory *memory;
	struct rng rng;
	struct aaa_server *server;
	struct aaa_client *client;
	struct aaa_target told;
	unsigned aborted, reauthenticated, reallocated, redirected;
	moor_time heard;
	enum aaa_result say;
	GString *seen;			/* REC_AAA as text */
};

/* ---- the home agent's side --------------------------------------------------------------------------------------- */

static enum aaa_result on_abort(void *owner, moor_handle session, void *user)
{
	struct scene *s = owner;
	struct ue *u = user;

	CU_ASSERT_EQUAL(u->session, session);
	s->aborted++;
	s->heard = moor_world_now(s->w);
	return s->say;
}

static enum aaa_result on_reauth(void *owner, moor_handle session, void *user)
{
	struct scene *s = owner;

	(void)session, (void)user;
	s->reauthenticated++;
	return s->say;
}

static enum aaa_result on_reallocate(void *owner, moor_handle session, void *user, const struct aaa_target *to)
{
	struct scene *s = owner;

	(void)session, (void)user;
	s->reallocated++;
	s->told = *to;
	return s->say;
}

static enum aaa_result on_redirect_all(void *owner, const struct aaa_target *to)
{
	struct scene *s = owner;

	s->redirected++;
	s->told = *to;
	return s->say;
}

static const struct aaa_client_ops ops = { on_abort, on_reauth, on_reallocate, on_redirect_all };

static void sink(void *ctx, const struct moor_record *r)
{
	struct scene *s = ctx;
	const struct rec_aaa *a = &r->u.aaa;

	g_string_append_printf(s->seen, "%s%u%c%s", s->seen->len ? " " : "", r->node, a->sent ? '>' : '<',
			       moor_record_aaa_name(a->command, a->request));
	if (!a->request)
		g_string_append_printf(s->seen, "=%u", a->result);
	if (!a->request && !a->sent)
		CU_ASSERT_TRUE(a->delay >= (a->result == AAA_UNABLE_TO_DELIVER ? RTT / 2 : RTT));
}

/* ---- a scene ----------------------------------------------------------------------------------------------------- */

static struct ip6_addr host(uint8_t n) { return (struct ip6_addr){ { 0x20, 1, 0xd, 0xb8, [15] = n } }; }

static struct imsi imsi_of(const char *text)
{
	struct imsi i = { 0 };

	imsi_parse(text, strlen(text), 2, &i);
	return i;
}

static struct scene *scene_new(void (*change)(struct aaa_server_config *c))
{
	struct scene *s = g_new0(struct scene, 1);
	struct aaa_server_config sc;
	struct aaa_client_config cc;
	struct aaa_apn apns[2] = {
		{ .name = "internet", .session_timeout = 3600 },
		{ .name = "corp", .external = true, .user = "alice", .password = "wonder" },
	};
	uint32_t profile;

	s->w = moor_world_new(&(struct moor_world_config){ .seed = 7 });
	s->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_charging(s->crypto, false);
	s->memory = usim_memory_of(s->w);
	s->rng = rng_make(7, "ue", "eap");
	s->say = AAA_SUCCESS;
	s->seen = g_string_new("");
	aaa_server_config_default(&sc);
	sc.crypto = s->crypto;
	if (change)
		change(&sc);
	s->server = aaa_server(aaa_new(moor_node_new(s->w, "aaa"), &sc));
	aaa_client_config_default(&cc);
	cc.home_agent6 = host(1);
	s->client = aaa_client_new(moor_node_new(s->w, "ha"), &cc, s->server, &ops, s);
	profile = aaa_profile_add(s->server, apns, 2);
	CU_ASSERT_TRUE(aaa_subscribers_generate(s->server, imsi_of("001010000000000"), 1000000, secret, profile));
	moor_record_sink(s->w, REC_BIT(REC_AAA), sink, s);
	return s;
}

static void scene_free(struct scene *s)
{
	aaa_client_free(s->client);
	moor_world_free(s->w);
	crypto_free(s->crypto);
	g_string_free(s->seen, TRUE);
	g_free(s);
}

static struct ue ue_new(struct scene *s, const char *imsi)
{
	struct ue u = { .s = s, .apn = "internet" };

	u.card.imsi = imsi_of(imsi);
	aaa_generated_keys(s->crypto, secret, u.card.imsi, u.card.k, u.card.opc);
	return u;
}

static void answered(void *owner, moor_handle session, void *user, const struct aaa_answer *a);

static void ask(struct ue *u, const uint8_t *nai, size_t n, const struct eap_out *eap)
{
	struct aaa_request q = { .nai = nai, .nai_len = (uint16_t)n, .apn = u->apn, .second = u->second,
				 .no_redirect = u->no_redirect };

	if (eap) {
		q.eap = eap->octets;
		q.eap_len = eap->len;
	}
	u->result = UINT32_MAX;
	u->rounds++;
	aaa_authenticate(u->s->client, u->session, &q, answered);
}

static void eap_in(struct ue *u, const struct aaa_answer *a, struct eap_out *back)
{
	if (u->second)
		eap_md5_peer_input(&u->md5, a->eap, a->eap_len, back);
	else
		eap_aka_peer_input(&u->aka, a->eap, a->eap_len, back);
}

static void answered(void *owner, moor_handle session, void *user, const struct aaa_answer *a)
{
	struct ue *u = user;
	struct eap_out back = { 0 };

	CU_ASSERT_PTR_EQUAL(owner, u->s);
	CU_ASSERT_EQUAL(session, u->session);
	u->result = a->result;
	u->ended = moor_world_now(u->s->w);
	u->target = a->target;
	if (a->eap_len)
		eap_in(u, a, &back);
	if (a->result == AAA_MULTI_ROUND) {
		ask(u, NULL, 0, &back);
		return;
	}
	if (a->result != AAA_SUCCESS)
		return;
	u->imsi = a->imsi;
	u->got = a->apn;
	u->fast = a->fast;
	u->keyed = a->msk_len == 64;
	if (u->keyed)
		memcpy(u->msk, a->msk, 64);
}

static void finish(struct scene *s)
{
	while (moor_world_next(s->w) != MOOR_NEVER)
		moor_world_advance(s->w, moor_world_next(s->w));
}

static void begin(struct ue *u)
{
	struct eap_aka_peer_config c = { .card = &u->card, .memory = u->s->memory, .crypto = u->s->crypto,
					 .rng = &u->s->rng, .pseudonyms = true, .reauth = true, .checkcode = true };
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_aka_identity(&u->card, u->s->memory, true, true, nai);

	u->rounds = 0;
	u->began = moor_world_now(u->s->w);
	u->second = false;
	eap_aka_peer_start(&u->aka, &c, nai, n);
	if (!u->session)
		u->session = aaa_open(u->s->client, u);
	ask(u, nai, n, NULL);
}

static void attach(struct ue *u)
{
	begin(u);
	finish(u->s);
}

static void leave(struct ue *u)
{
	aaa_close(u->s->client, u->session, AAA_LOGOUT);
	u->session = 0;
	finish(u->s);
}

/* ---- authentication ---------------------------------------------------------------------------------------------- */

static void a_generated_subscriber_is_authenticated(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000123456");

	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	CU_ASSERT_EQUAL(u.rounds, 2);
	CU_ASSERT_EQUAL(u.ended - u.began, 2 * RTT);
	CU_ASSERT_EQUAL(u.aka.outcome, EAP_SUCCEEDED);
	CU_ASSERT_TRUE(u.keyed && !memcmp(u.msk, u.aka.keys.msk, 64));
	CU_ASSERT_TRUE(imsi_same(u.imsi, u.card.imsi));
	CU_ASSERT_TRUE(u.got && !strcmp(u.got->name, "internet"));
	CU_ASSERT_EQUAL(u.target.when, AAA_NEVER);
	CU_ASSERT_STRING_EQUAL(s->seen->str, "1>DER 0<DER 0>DEA=1001 1<DEA=1001 1>DER 0<DER 0>DEA=2001 1<DEA=2001");
	g_string_truncate(s->seen, 0);
	leave(&u);
	CU_ASSERT_STRING_EQUAL(s->seen->str, "1>STR 0<STR 0>STA=2001 1<STA=2001");
	CU_ASSERT_EQUAL(aaa_sessions(s->server) + aaa_client_sessions(s->client) + aaa_client_waiting(s->client), 0);
	scene_free(s);
}

static void the_next_time_is_fast(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000007");
	struct aaa_subscriber_view v;

	attach(&u);
	leave(&u);
	CU_ASSERT_TRUE(aaa_subscriber_view(s->server, u.card.imsi, &v));
	CU_ASSERT_EQUAL(v.sqn, 1 << 5);
	CU_ASSERT_EQUAL(v.pseudonym[0], '2');
	CU_ASSERT_EQUAL(v.reauth_id[0], '4');
	for (unsigned i = 1; i < 4; i++) {
		CU_ASSERT_EQUAL(v.counter, i);
		attach(&u);
		CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.fast);
		leave(&u);
		aaa_subscriber_view(s->server, u.card.imsi, &v);
	}
	CU_ASSERT_EQUAL(v.sqn, 1 << 5);
	aaa_forget_identities(s->server);
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && !u.fast);
	CU_ASSERT_EQUAL(u.rounds, 4);		/* asked for another name twice: re-authentication, pseudonym, permanent */
	scene_free(s);
}

/* The peer lost its newest pseudonym and comes with the one before [RFC 4187 4.1.1.7]. */
static void the_former_pseudonym_is_good(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000008");
	struct aaa_subscriber_view first, second, third;
	struct imsi i = u.card.imsi;
	uint8_t nai[EAP_NAI_MAX];
	size_t n;

	aaa_server_settings(s->server)->reauth = false;
	attach(&u);
	aaa_subscriber_view(s->server, i, &first);
	attach(&u);
	aaa_subscriber_view(s->server, i, &second);
	CU_ASSERT_STRING_NOT_EQUAL(first.pseudonym, second.pseudonym);
	n = eap_id_with_realm((const uint8_t *)first.pseudonym, strlen(first.pseudonym), i, nai);
	CU_ASSERT_NOT_EQUAL(aaa_store.find(s->server, EAP_ID_PSEUDONYM, nai, n), 0);
	n = eap_id_with_realm((const uint8_t *)second.pseudonym, strlen(second.pseudonym), i, nai);
	CU_ASSERT_NOT_EQUAL(aaa_store.find(s->server, EAP_ID_PSEUDONYM, nai, n), 0);
	attach(&u);
	aaa_subscriber_view(s->server, i, &third);
	n = eap_id_with_realm((const uint8_t *)first.pseudonym, strlen(first.pseudonym), i, nai);
	CU_ASSERT_EQUAL(aaa_store.find(s->server, EAP_ID_PSEUDONYM, nai, n), 0);
	scene_free(s);
}

static void who_may_not(void)
{
	struct scene *s = scene_new(NULL);
	struct ue stranger = ue_new(s, "001010099999999"), thief = ue_new(s, "001010000000001");
	struct ue guest = ue_new(s, "001010000000002");

	attach(&stranger);
	CU_ASSERT_EQUAL(stranger.result, AAA_UNKNOWN_USER);
	CU_ASSERT_EQUAL(stranger.aka.outcome, EAP_FAILED);
	thief.card.k[0] ^= 1;
	attach(&thief);
	CU_ASSERT_EQUAL(thief.result, AAA_REJECTED);
	CU_ASSERT_EQUAL(thief.aka.cause, EAP_CAUSE_WRONG_AUTN);
	guest.apn = "ims";
	attach(&guest);
	CU_ASSERT_EQUAL(guest.result, AAA_NO_APN);
	CU_ASSERT_EQUAL(guest.aka.cause, EAP_CAUSE_NOTIFIED);
	CU_ASSERT_EQUAL(guest.aka.cause_value, AKA_N_NOT_SUBSCRIBED);
	CU_ASSERT_EQUAL(aaa_abort(s->server, guest.card.imsi, NULL), 0);
	leave(&stranger), leave(&thief), leave(&guest);
	CU_ASSERT_EQUAL(aaa_sessions(s->server), 0);
	scene_free(s);
}

static void ask_any(struct aaa_server_config *c) { c->ask = AKA_ASK_ANY; }

/* IDi names one subscriber, AT_IDENTITY another: the one that was authenticated counts. */
static void the_authenticated_identity_counts(void)
{
	struct scene *s = scene_new(ask_any);
	struct ue u = ue_new(s, "001010000000005");
	uint8_t nai[EAP_NAI_MAX];
	size_t n = eap_id_permanent(imsi_of("001010000000006"), nai);
	struct eap_aka_peer_config c = { .card = &u.card, .memory = s->memory, .crypto = s->crypto, .rng = &s->rng };

	eap_aka_peer_start(&u.aka, &c, nai, n);
	u.session = aaa_open(s->client, &u);
	ask(&u, nai, n, NULL);
	finish(s);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	CU_ASSERT_TRUE(imsi_same(u.imsi, u.card.imsi));
	CU_ASSERT_EQUAL(aaa_abort(s->server, imsi_of("001010000000006"), NULL), 0);
	CU_ASSERT_EQUAL(aaa_abort(s->server, u.card.imsi, NULL), 1);
	finish(s);
	scene_free(s);
}

static void resynchronisation_through_the_path(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000003");

	usim_set_sqn(&u.card, s->memory, 5000 << 5);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	CU_ASSERT_EQUAL(u.rounds, 3);
	CU_ASSERT_EQUAL(u.ended - u.began, 3 * RTT);
	CU_ASSERT_TRUE(aaa_set_sqn(s->server, u.card.imsi, 0));
	aaa_forget_identities(s->server);
	eap_aka_forget(&u.card, s->memory);
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.rounds == 3);
	CU_ASSERT_TRUE(aaa_set_key(s->server, u.card.imsi, secret));
	eap_aka_forget(&u.card, s->memory);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_REJECTED);
	CU_ASSERT_FALSE(aaa_set_key(s->server, imsi_of("999990000000003"), secret));
	usim_release(&u.card, s->memory);
	scene_free(s);
}

static void cycle(struct aaa_server_config *c) { c->ind = AAA_IND_CYCLE; c->pseudonyms = c->reauth = false; }

static void indexes_go_round(void)
{
	struct scene *s = scene_new(cycle);
	struct ue u = ue_new(s, "001010000000004");
	struct aaa_subscriber_view v;

	for (unsigned i = 1; i <= 40; i++) {
		attach(&u);
		CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
		CU_ASSERT_EQUAL(u.rounds, 2);
		aaa_subscriber_view(s->server, u.card.imsi, &v);
		CU_ASSERT_EQUAL(v.sqn, i << 5 | i % 32);
	}
	usim_release(&u.card, s->memory);
	scene_free(s);
}

static void provisioned_subscribers(void)
{
	struct scene *s = scene_new(NULL);
	struct aaa_subscriber sub = { .imsi = imsi_of("001010123456789"), .opc = false, .amf = { 0xb9, 0xb9 } };
	struct ue u = ue_new(s, "001010123456789");

	/* TS 35.208 set 1: the server knows OP, the card OPc */
	memcpy(sub.k, "\x46\x5b\x5c\xe8\xb1\x99\xb4\x9f\xaa\x5f\x0a\x2e\xe2\x38\xa6\xbc", 16);
	memcpy(sub.op, "\xcd\xc2\x02\xd5\x12\x3e\x20\xf6\x2b\x6d\x67\x6a\xc7\x2c\xb3\x18", 16);
	memcpy(u.card.k, sub.k, 16);
	memcpy(u.card.opc, "\xcd\x63\xcb\x71\x95\x4a\x9f\x4e\x48\xa5\x99\x4e\x37\xa0\x2b\xaf", 16);
	CU_ASSERT_TRUE(aaa_subscriber_add(s->server, &sub));
	CU_ASSERT_FALSE(aaa_subscriber_add(s->server, &sub));
	sub.profile = 9;
	sub.imsi.digits++;
	CU_ASSERT_FALSE(aaa_subscriber_add(s->server, &sub));
	CU_ASSERT_FALSE(aaa_subscribers_generate(s->server, imsi_of("001010000999999"), 2, secret, 0));
	CU_ASSERT_TRUE(aaa_subscribers_generate(s->server, imsi_of("001010001000000"), 2, secret, 0));
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	scene_free(s);
}

/* ---- the second authentication ----------------------------------------------------------------------------------- */

static void second(struct ue *u, const char *user, const char *password)
{
	u->second = true;
	u->rounds = 0;
	u->keyed = false;
	eap_md5_peer_start(&u->md5, user, password);
	ask(u, (const uint8_t *)user, strlen(user), NULL);
	finish(u->s);
}

static void an_external_aaa_asks_too(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000011"), v = ue_new(s, "001010000000012");

	u.apn = "corp.mnc001.mcc001.gprs";
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.got->external);
	second(&u, "alice", "wonder");
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	CU_ASSERT_EQUAL(u.rounds, 2);
	CU_ASSERT_FALSE(u.keyed);
	CU_ASSERT_TRUE(imsi_same(u.imsi, u.card.imsi));
	second(&u, "alice", "wander");
	CU_ASSERT_EQUAL(u.result, AAA_REJECTED);
	second(&u, "mallory", "wonder");
	CU_ASSERT_EQUAL(u.result, AAA_REJECTED);
	attach(&v);			/* an APN that has none */
	second(&v, "alice", "wonder");
	CU_ASSERT_EQUAL(v.result, AAA_NOT_AUTHORISED);
	scene_free(s);
}

/* ---- nobody there ------------------------------------------------------------------------------------------------ */

static void a_server_that_is_down(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000021");
	struct aaa_client *alone;

	aaa_down(s->server, true);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_NO_ANSWER);
	CU_ASSERT_EQUAL(u.ended - u.began, 5 * MOOR_S);
	aaa_down(s->server, false);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	/* closed while the answer is awaited: nothing is told any more */
	begin(&u);
	u.result = 1;
	aaa_close(s->client, u.session, AAA_LINK_BROKEN);
	u.session = 0;
	finish(s);
	CU_ASSERT_EQUAL(u.result, 1);
	CU_ASSERT_EQUAL(aaa_sessions(s->server), 0);
	alone = s->client;
	s->client = aaa_client_new(moor_node_at(s->w, 1), &(struct aaa_client_config){
			RTT, MOOR_S, host(1), { { 0 } }, false },
				   NULL, NULL, s);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_UNABLE_TO_DELIVER);
	aaa_client_free(alone);
	scene_free(s);
}

/* ---- triggers ---------------------------------------------------------------------------------------------------- */

static void sessions_are_aborted(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000031"), v = ue_new(s, "001010000000031");
	moor_time fired;

	attach(&u);
	v.apn = "corp";
	attach(&v);
	CU_ASSERT_EQUAL(aaa_abort(s->server, u.card.imsi, "ims"), 0);
	CU_ASSERT_EQUAL(aaa_abort(s->server, u.card.imsi, "corp"), 1);
	CU_ASSERT_EQUAL(s->aborted, 0);		/* not from inside the call */
	fired = moor_world_now(s->w);
	g_string_truncate(s->seen, 0);
	finish(s);
	CU_ASSERT_EQUAL(s->aborted, 1);
	CU_ASSERT_EQUAL(s->heard - fired, RTT / 2);
	CU_ASSERT_STRING_EQUAL(s->seen->str, "1<ASR 1>ASA=2001 0<ASA=2001");
	CU_ASSERT_EQUAL(aaa_abort(s->server, u.card.imsi, NULL), 2);
	CU_ASSERT_EQUAL(aaa_reauth(s->server, u.card.imsi, NULL), 2);
	finish(s);
	CU_ASSERT_EQUAL(s->aborted, 3);
	CU_ASSERT_EQUAL(s->reauthenticated, 2);
	s->say = AAA_UNKNOWN_SESSION;		/* a home agent that restarted */
	aaa_abort(s->server, u.card.imsi, NULL);
	finish(s);
	CU_ASSERT_EQUAL(aaa_sessions(s->server), 0);
	scene_free(s);
}

static void other_home_agents_are_named(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000000041");
	struct aaa_target to = { .a6 = host(2), .fqdn = "ha2.example", .when = AAA_FIRST_AUTH };
	struct ip6_addr other;

	aaa_reallocate(s->server, u.card.imsi, "internet", &to);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_REDIRECT);
	CU_ASSERT_EQUAL(u.rounds, 1);
	CU_ASSERT_TRUE(ip6_eq(&u.target.a6, &to.a6));
	CU_ASSERT_STRING_EQUAL(u.target.fqdn, "ha2.example");
	u.no_redirect = true;			/* served first, to be moved later */
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.target.when != AAA_NEVER && ip6_eq(&u.target.a6, &to.a6));
	u.no_redirect = false;
	to.when = AAA_LAST_AUTH;
	aaa_reallocate(s->server, u.card.imsi, NULL, &to);
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.target.when == AAA_LAST_AUTH);
	to.a6 = host(1);			/* the one that asks: no need to go anywhere */
	aaa_reallocate(s->server, u.card.imsi, NULL, &to);
	attach(&u);
	CU_ASSERT_TRUE(u.result == AAA_SUCCESS && u.target.when == AAA_NEVER);
	to.a6 = host(3);
	to.when = AAA_HA_SWITCH;
	CU_ASSERT_EQUAL(aaa_reallocate(s->server, u.card.imsi, "internet", &to), 1);
	finish(s);
	CU_ASSERT_EQUAL(s->reallocated, 1);
	CU_ASSERT_TRUE(ip6_eq(&s->told.a6, &to.a6));
	to.when = AAA_SA_INIT;
	CU_ASSERT_EQUAL(aaa_reallocate(s->server, (struct imsi){ 0 }, NULL, &to), 1);
	finish(s);
	CU_ASSERT_EQUAL(s->redirected, 1);
	other = host(1);
	CU_ASSERT_EQUAL(aaa_redirect(s->server, &other, &to), 1);
	finish(s);
	CU_ASSERT_EQUAL(s->redirected, 2);
	other = host(2);			/* nobody that asks this server */
	CU_ASSERT_EQUAL(aaa_redirect(s->server, &other, &to), 0);
	to.a6 = host(1);
	CU_ASSERT_EQUAL(aaa_reallocate(s->server, (struct imsi){ 0 }, NULL, &to), 0);
	scene_free(s);
}

/* ---- thrift and repetition --------------------------------------------------------------------------------------- */

static void count(void *ctx, const char *what, uint64_t n, size_t octets)
{
	(void)what, (void)n;
	*(size_t *)ctx += octets;
}

static void a_million_subscribers_cost_nothing(void)
{
	struct scene *s = scene_new(NULL);
	struct ue u = ue_new(s, "001010000999999");
	size_t before = 0, after = 0;

	aaa_server_memory(s->server, count, &before);
	CU_ASSERT_TRUE(before < 4096);
	attach(&u);
	CU_ASSERT_EQUAL(u.result, AAA_SUCCESS);
	aaa_server_memory(s->server, count, &after);
	CU_ASSERT_TRUE(sizeof(struct aaa_sub) <= 64);
	CU_ASSERT_TRUE(sizeof(struct aaa_names) <= 64);
	CU_ASSERT_TRUE(after > before);
	scene_free(s);
}

static void runs_repeat(void)
{
	char a[33], b[33];

	for (unsigned i = 0; i < 2; i++) {
		struct scene *s = scene_new(NULL);
		struct fingerprint *f = fingerprint_new(s->w, true);
		struct ue u = ue_new(s, "001010000000051");

		attach(&u);
		leave(&u);
		attach(&u);
		fingerprint_text(f, i ? b : a);
		fingerprint_free(f);
		scene_free(s);
	}
	CU_ASSERT_STRING_EQUAL(a, b);
}

static void names_of_numbers(void)
{
	CU_ASSERT_STRING_EQUAL(aaa_result_name(AAA_NO_APN), "no-apn");
	CU_ASSERT_STRING_EQUAL(aaa_result_name(77), "unknown");
	CU_ASSERT_STRING_EQUAL(aaa_when_name(AAA_HA_SWITCH), "ha-switch");
	CU_ASSERT_TRUE(aaa_apn_matches("internet", "Internet"));
	CU_ASSERT_TRUE(aaa_apn_matches("internet", "internet.apn.epc.mnc001.mcc001.3gppnetwork.org"));
	CU_ASSERT_FALSE(aaa_apn_matches("internet", "internet2"));
	CU_ASSERT_FALSE(aaa_apn_matches("internet", "inter"));
	CU_ASSERT_FALSE(aaa_apn_matches("internet", "internet.example"));
}

static const struct harness_test tests[] = {
	{ "a generated subscriber is authenticated", a_generated_subscriber_is_authenticated },
	{ "the next time is fast", the_next_time_is_fast },
	{ "the former pseudonym is good, older ones are not", the_former_pseudonym_is_good },
	{ "who may not", who_may_not },
	{ "the authenticated identity counts, not IDi", the_authenticated_identity_counts },
	{ "resynchronisation through the path", resynchronisation_through_the_path },
	{ "indexes go round", indexes_go_round },
	{ "provisioned subscribers, OP and OPc", provisioned_subscribers },
	{ "an external AAA asks too", an_external_aaa_asks_too },
	{ "a server that is down", a_server_that_is_down },
	{ "sessions are aborted and authenticated again", sessions_are_aborted },
	{ "other home agents are named", other_home_agents_are_named },
	{ "a million subscribers cost nothing", a_million_subscribers_cost_nothing },
	{ "runs repeat", runs_repeat },
	{ "names of numbers", names_of_numbers },
};

int main(int argc, char **argv)
{
	return harness_main("aaa", tests, G_N_ELEMENTS(tests), argc, argv);
}

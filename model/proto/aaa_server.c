/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA server
 *
 * Answers DER with the next EAP packet until EAP is over, then says what the subscriber may have [RFC 4072 2, RFC 5778
 * 4; TS 29.273 S6b], keeps sessions so that it can end them (ASR), have them authenticated again (RAR) or moved to
 * another home agent, and forgets them at STR [R24303-5.1.3.1-21]. The second authentication checks a user name and a
 * password of the access point name [RFC 4739]. Not here: Diameter's octets, peers and routing; the place between two
 * home agents that serve one session.
 */
#include "proto/aaa_priv.h"

#include <string.h>

#include <glib.h>

#define FIRST_ID 1u			/* EAP identifier when the home agent brought none */

const char *aaa_result_name(uint32_t result)
{
	switch ((enum aaa_result)result) {
	case AAA_NO_ANSWER:
		return "no-answer";
	case AAA_MULTI_ROUND:
		return "multi-round";
	case AAA_SUCCESS:
		return "success";
	case AAA_UNABLE_TO_DELIVER:
		return "unable-to-deliver";
	case AAA_REDIRECT:
		return "redirect";
	case AAA_REJECTED:
		return "rejected";
	case AAA_UNKNOWN_USER:
		return "unknown-user";
	case AAA_UNKNOWN_SESSION:
		return "unknown-session";
	case AAA_NOT_AUTHORISED:
		return "not-authorised";
	case AAA_NO_SUBSCRIPTION:
		return "no-subscription";
	case AAA_NO_APN:
		return "no-apn";
	}
	return "unknown";
}

const char *aaa_when_name(enum aaa_when w)
{
	static const char *const names[] = { "never", "sa-init", "first-auth", "last-auth", "ha-switch" };

	return (unsigned)w < sizeof names / sizeof names[0] ? names[w] : "unknown";
}

/* ---- making it --------------------------------------------------------------------------------------------------- */

void aaa_server_config_default(struct aaa_server_config *c)
{
	*c = (struct aaa_server_config){ .pseudonyms = true, .reauth = true, .checkcode = true, .counter_max = 100 };
}

struct aaa_server *aaa_server_new(struct moor_node *n, const struct aaa_server_config *c)
{
	struct aaa_server *s = g_new0(struct aaa_server, 1);

	s->c = *c;
	s->node = n;
	s->world = moor_node_world(n);
	aaa_store_init(&s->store);
	slab_init(&s->sessions, "aaa-sessions", sizeof(struct aaa_session));
	slab_init(&s->runs, "aaa-runs", sizeof(struct aaa_run));
	s->rng_rand = moor_world_rng(s->world, n, "aaa-rand");
	s->rng_names = moor_world_rng(s->world, n, "aaa-names");
	s->rng_eap = moor_world_rng(s->world, n, "aaa-eap");
	return s;
}

void aaa_server_free(struct aaa_server *s)
{
	if (!s)
		return;
	for (struct aaa_client *c = s->clients; c; c = c->next)
		c->server = NULL;
	for (struct aaa_user *u = s->users, *next; u; u = next) {
		next = u->next;
		g_free(u);
	}
	aaa_store_done(&s->store);
	slab_done(&s->sessions);
	slab_done(&s->runs);
	g_free(s);
}

struct aaa_server_config *aaa_server_settings(struct aaa_server *s) { return &s->c; }
void aaa_down(struct aaa_server *s, bool down) { s->down = down; }
bool aaa_is_down(const struct aaa_server *s) { return s->down; }
uint32_t aaa_sessions(const struct aaa_server *s) { return s->sessions.count; }

void aaa_server_eap(struct aaa_server *s, struct eap_aka_server_config *out)
{
	*out = (struct eap_aka_server_config){
		.store = &aaa_store, .ctx = s, .crypto = s->c.crypto, .rng = &s->rng_eap, .ask = s->c.ask,
		.pseudonyms = s->c.pseudonyms, .reauth = s->c.reauth, .result_ind = s->c.result_ind,
		.checkcode = s->c.checkcode, .counter_max = s->c.counter_max,
		.scene = { s->world, moor_node_id(s->node), s->current ? slab_number(s->current->self) : 0 }
	};
}

void aaa_server_memory(const struct aaa_server *s, mem_report_fn *fn, void *ctx)
{
	const struct aaa_store *t = &s->store;

	slab_report(&t->subs, fn, ctx);
	slab_report(&t->names, fn, ctx);
	slab_report(&t->overrides, fn, ctx);
	slab_report(&s->sessions, fn, ctx);
	slab_report(&s->runs, fn, ctx);
	fn(ctx, "aaa-keys", t->keys.n, table_octets(&t->keys));
	fn(ctx, "aaa-indexes", t->by_imsi.count + t->by_name.count, index_octets(&t->by_imsi) + index_octets(&t->by_name));
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static void end_run(struct aaa_server *s, struct aaa_session *x)
{
	if (x->run)
		slab_free(&s->runs, x->run);
	x->run = 0;
}

static void unlink_session(struct aaa_server *s, struct aaa_session *x)
{
	struct aaa_sub *owner = aaa_sub_of(&s->store, x->sub);
	struct aaa_session *former = slab_get(&s->sessions, x->former), *next = slab_get(&s->sessions, x->next);

	if (former)
		former->next = x->next;
	else if (owner)
		owner->sessions = x->next;
	if (next)
		next->former = x->former;
	x->former = x->next = x->sub = 0;
}

/* Whoever it is now: another identity than before makes it another's session. */
static void belongs_to(struct aaa_server *s, struct aaa_session *x, moor_handle sub)
{
	struct aaa_sub *owner = aaa_sub_of(&s->store, sub);
	struct aaa_session *next;

	if (x->sub == sub)
		return;
	unlink_session(s, x);
	x->granted = false;
	x->sub = sub;
	x->next = owner->sessions;
	next = slab_get(&s->sessions, x->next);
	if (next)
		next->former = x->self;
	owner->sessions = x->self;
}

void aaa_session_drop(struct aaa_server *s, struct aaa_session *x)
{
	unlink_session(s, x);
	end_run(s, x);
	slab_free(&s->sessions, x->self);
}

static struct aaa_session *session_of(struct aaa_server *s, struct aaa_message *m)
{
	struct aaa_client_session *remote = slab_get(&m->client->sessions, m->session);
	struct aaa_session *x = slab_get(&s->sessions, remote->remote);
	moor_handle h;

	if (x)
		return x;
	x = slab_alloc(&s->sessions, &h);
	x->self = h;
	x->client = m->client;
	x->remote = m->session;
	remote->remote = h;
	return x;
}

/* ---- DER --------------------------------------------------------------------------------------------------------- */

/* The identity of the EAP-Response/Identity, else User-Name. */
static const uint8_t *identity_of(const struct aaa_message *m, size_t *n, uint8_t *id)
{
	struct reader r = reader_on(m->eap.octets, m->eap.len);
	struct eap_packet p;

	*id = FIRST_ID;
	*n = m->nai_len;
	if (!m->eap.len || !eap_decode(&r, &p, NULL) || p.code != EAP_RESPONSE)
		return m->nai;
	*id = (uint8_t)(p.id + 1);
	if (p.type != EAP_IDENTITY)
		return m->nai;
	*n = p.type_data_len;
	return p.type_data;
}

static bool is_asker(const struct aaa_target *t, const struct aaa_message *m)
{
	return (!ip6_is_zero(&t->a6) && ip6_eq(&t->a6, &m->home_agent6)) ||
		(!ip4_is_zero(t->a4) && ip4_u32(t->a4) == ip4_u32(m->home_agent4));
}

/* The home agent that this session shall have, when it is not the one that asks. */
static struct aaa_target target_of(struct aaa_server *s, const struct aaa_session *x, const struct aaa_message *m)
{
	const struct aaa_sub *sub = aaa_sub_of(&s->store, x->sub);
	struct aaa_target t = { .when = AAA_NEVER };

	if (sub && x->apn)
		t = aaa_store_target(&s->store, sub, x->apn);
	return is_asker(&t, m) ? (struct aaa_target){ .when = AAA_NEVER } : t;
}

static void know(struct aaa_server *s, struct aaa_session *x, const struct aaa_message *m, moor_handle sub)
{
	const struct aaa_sub *owner = aaa_sub_of(&s->store, sub);

	if (!owner)
		return;
	belongs_to(s, x, sub);
	x->apn = aaa_store_apn(&s->store, owner, m->apn_told ? m->apn_name : NULL);
}

static void granted(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m)
{
	const struct aaa_sub *sub = aaa_sub_of(&s->store, x->sub);

	m->result = AAA_SUCCESS;
	m->imsi = sub->imsi;
	m->apn = x->apn;
	m->target = target_of(s, x, m);
	x->granted = true;
}

/* What an outcome of EAP means [RFC 4072 2.8]. */
static void conclude(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m, enum eap_outcome outcome,
		     enum eap_cause cause)
{
	if (outcome == EAP_RUNNING && m->eap.len) {
		m->result = AAA_MULTI_ROUND;
		return;
	}
	end_run(s, x);
	if (outcome == EAP_SUCCEEDED) {
		granted(s, x, m);
		return;
	}
	if (!m->eap.len)		/* what cannot be answered ends the exchange here: nobody would repeat it */
		m->eap.len = (uint16_t)eap_encode_result(EAP_FAILURE, 0, m->eap.octets, sizeof m->eap.octets);
	m->result = x->sub && !x->apn ? AAA_NO_APN : cause == EAP_CAUSE_UNKNOWN_USER ? AAA_UNKNOWN_USER : AAA_REJECTED;
}

/* The target is wanted before the UE has shown who it is: only for identities that say so themselves. */
static bool redirected_at_once(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m, const uint8_t *nai,
			       size_t n)
{
	enum eap_id_kind kind = eap_id_kind(nai, n, NULL);
	struct aaa_target t;

	know(s, x, m, kind == EAP_ID_UNKNOWN ? 0 : aaa_store.find(s, kind, nai, n));
	t = target_of(s, x, m);
	if (t.when != AAA_FIRST_AUTH || m->no_redirect)
		return false;
	m->result = AAA_REDIRECT;
	m->target = t;
	m->eap.len = 0;
	return true;
}

static void start_aka(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m)
{
	struct eap_aka_server_config c;
	struct aaa_run *run;
	uint8_t nai[EAP_NAI_MAX], id;
	size_t n;
	const uint8_t *told = identity_of(m, &n, &id);

	n = n <= sizeof nai ? n : 0;
	memcpy(nai, told, n);		/* what comes out is written where it stands */
	if (redirected_at_once(s, x, m, nai, n))
		return;
	aaa_server_eap(s, &c);
	run = slab_alloc(&s->runs, &x->run);
	eap_aka_server_start(&run->u.aka, &c, nai, n, id, &m->eap);
	conclude(s, x, m, run->u.aka.outcome, run->u.aka.cause);
}

static void go_on_aka(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m, struct aaa_run *run)
{
	struct eap_out in = m->eap;
	enum eap_outcome outcome = eap_aka_server_input(&run->u.aka, in.octets, in.len, &m->eap);

	if (outcome == EAP_SUCCEEDED) {
		memcpy(m->msk, run->u.aka.keys.msk, sizeof m->msk);
		m->msk_len = sizeof m->msk;
		m->fast = run->u.aka.fast;
	}
	conclude(s, x, m, outcome, run->u.aka.cause);
}

/* ---- users without a USIM ---------------------------------------------------------------------------------------- */

bool aaa_user_add(struct aaa_server *s, const char *name, const char *password, struct imsi i)
{
	moor_handle sub = aaa_store_find(&s->store, i);
	struct aaa_user *u;

	if (!sub)
		return false;
	u = g_new0(struct aaa_user, 1);
	*u = (struct aaa_user){ .next = s->users, .name = texts_keep(&s->store.texts, name),
				.password = texts_keep(&s->store.texts, password), .sub = sub };
	s->users = u;
	return true;
}

static const struct aaa_user *user_named(const struct aaa_server *s, const uint8_t *name, size_t n)
{
	const struct aaa_user *u = s->users;

	while (u && (n != strlen(u->name) || memcmp(name, u->name, n)))
		u = u->next;
	return u;
}

/* False: it is not about one of them. */
static bool start_user(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m)
{
	size_t n;
	uint8_t id;
	const uint8_t *name = identity_of(m, &n, &id);
	const struct aaa_user *u = user_named(s, name, n);
	struct aaa_run *run;

	if (!u)
		return false;
	know(s, x, m, u->sub);
	if (redirected_at_once(s, x, m, name, n))
		return true;
	run = slab_alloc(&s->runs, &x->run);
	run->md5 = run->user = true;
	eap_md5_server_start(&run->u.md5, u->password, &s->rng_eap, id, &m->eap);
	m->result = AAA_MULTI_ROUND;
	return true;
}

static void go_on_user(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m, struct aaa_run *run)
{
	struct eap_out in = m->eap;
	enum eap_outcome outcome = eap_md5_server_input(&run->u.md5, in.octets, in.len, &m->eap);

	conclude(s, x, m, outcome, run->u.md5.cause);
}

/* [RFC 4739] [R24303-5.1.3.1-03] */
static void second(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m)
{
	const struct aaa_apn *apn = x->apn;
	struct aaa_run *run = slab_get(&s->runs, x->run);
	struct eap_out in = m->eap;
	size_t n;
	uint8_t id;
	const uint8_t *name;

	if (!x->granted || !apn || !apn->external) {
		m->result = AAA_NOT_AUTHORISED;
		m->eap.len = 0;
		return;
	}
	if (run) {
		conclude(s, x, m, eap_md5_server_input(&run->u.md5, in.octets, in.len, &m->eap), run->u.md5.cause);
		return;
	}
	name = identity_of(m, &n, &id);
	run = slab_alloc(&s->runs, &x->run);
	run->md5 = true;
	eap_md5_server_start(&run->u.md5, apn->user && n == strlen(apn->user) && !memcmp(name, apn->user, n) ?
			     apn->password : NULL, &s->rng_eap, id, &m->eap);
	m->result = AAA_MULTI_ROUND;
}

/* [R5213d-6.6-04] [R5213d-6.6-05] what a MAG asks, which trusts its access network: who is it, what may it have */
static void authorise(struct aaa_server *s, struct aaa_session *x, struct aaa_message *m)
{
	enum eap_id_kind kind = eap_id_kind(m->nai, m->nai_len, NULL);

	know(s, x, m, kind == EAP_ID_UNKNOWN ? 0 : aaa_store.find(s, kind, m->nai, m->nai_len));
	if (x->sub && x->apn)
		granted(s, x, m);
	else
		m->result = x->sub ? AAA_NO_APN : AAA_UNKNOWN_USER;
}

void aaa_server_der(struct aaa_server *s, struct aaa_message *m)
{
	struct aaa_session *x = session_of(s, m);
	struct aaa_run *run = slab_get(&s->runs, x->run);

	m->msk_len = 0;
	m->target = (struct aaa_target){ .when = AAA_NEVER };
	s->current = x;
	if (run && (run->md5 && !run->user) != m->second) {	/* the other authentication begins anew */
		end_run(s, x);
		run = NULL;
	}
	if (m->authorise) {
		authorise(s, x, m);
	} else if (m->second) {
		second(s, x, m);
	} else if (!run) {
		if (!start_user(s, x, m))
			start_aka(s, x, m);
	} else if (run->user) {
		go_on_user(s, x, m, run);
	} else {
		if (run->u.aka.user)	/* who it is may have come with the last response */
			know(s, x, m, run->u.aka.user);
		go_on_aka(s, x, m, run);
	}
	run = slab_get(&s->runs, x->run);
	if (run && !run->md5 && run->u.aka.user)
		know(s, x, m, run->u.aka.user);
	s->current = NULL;
}

void aaa_server_str(struct aaa_server *s, struct aaa_message *m)
{
	struct aaa_session *x = slab_get(&s->sessions, m->remote);

	m->result = x ? AAA_SUCCESS : AAA_UNKNOWN_SESSION;
	if (x)
		aaa_session_drop(s, x);
}

/* ---- triggers ---------------------------------------------------------------------------------------------------- */

typedef void session_fn(struct aaa_session *x, const struct aaa_target *to);

/* Every session of a subscriber that stands, of one subscription or (apn NULL) of all. */
static unsigned for_sessions(struct aaa_server *s, struct imsi i, const char *apn, session_fn *fn,
			     const struct aaa_target *to)
{
	const struct aaa_sub *sub = aaa_sub_of(&s->store, aaa_store_find(&s->store, i));
	struct aaa_session *x = sub ? slab_get(&s->sessions, sub->sessions) : NULL;
	unsigned n = 0;

	for (; x; x = slab_get(&s->sessions, x->next)) {
		if (!x->granted || !x->apn || (apn && !aaa_apn_matches(x->apn->name, apn)))
			continue;
		fn(x, to);
		n++;
	}
	return n;
}

static void send_abort(struct aaa_session *x, const struct aaa_target *to)
{
	(void)to;
	aaa_client_command(x->client, AAA_ASR, x->remote)->remote = x->self;
}

static void send_reauth(struct aaa_session *x, const struct aaa_target *to)
{
	(void)to;
	aaa_client_command(x->client, AAA_RAR, x->remote)->remote = x->self;
}

static void send_target(struct aaa_session *x, const struct aaa_target *to)
{
	struct aaa_message *m = aaa_client_command(x->client, AAA_RAR, x->remote);

	m->remote = x->self;
	m->target = *to;
}

unsigned aaa_abort(struct aaa_server *s, struct imsi i, const char *apn)
{
	return for_sessions(s, i, apn, send_abort, NULL);
}

unsigned aaa_reauth(struct aaa_server *s, struct imsi i, const char *apn)
{
	return for_sessions(s, i, apn, send_reauth, NULL);
}

static void override(struct aaa_server *s, struct aaa_sub *sub, const struct aaa_apn *apn, const struct aaa_target *to)
{
	struct aaa_store *t = &s->store;
	struct aaa_override *o = slab_get(&t->overrides, sub->overrides);
	moor_handle h;

	while (o && o->apn != apn)
		o = slab_get(&t->overrides, o->next);
	if (!o) {
		o = slab_alloc(&t->overrides, &h);
		o->apn = apn;
		o->next = sub->overrides;
		sub->overrides = h;
	}
	o->target = *to;
}

/* of: that home agent alone; NULL: all of them. */
static unsigned redirect_all(struct aaa_server *s, const struct ip6_addr *of, const struct aaa_target *to)
{
	unsigned n = 0;

	for (struct aaa_client *c = s->clients; c; c = c->next) {
		struct aaa_message *m;

		if (of && !ip6_eq(of, &c->c.home_agent6))
			continue;
		if (!ip6_is_zero(&to->a6) && ip6_eq(&to->a6, &c->c.home_agent6))
			continue;
		m = aaa_client_command(c, AAA_RAR, 0);
		m->redirect_all = true;
		m->target = *to;
		n++;
	}
	return n;
}

unsigned aaa_reallocate(struct aaa_server *s, struct imsi i, const char *apn, const struct aaa_target *to)
{
	struct aaa_sub *sub = aaa_sub_of(&s->store, aaa_store_find(&s->store, i));
	const struct aaa_profile *p;
	struct aaa_target t = *to;

	t.fqdn = to->fqdn ? texts_keep(&s->store.texts, to->fqdn) : NULL;
	if (imsi_is_none(i))
		return redirect_all(s, NULL, &t);
	if (!sub)
		return 0;
	p = table_at(&s->store.profiles, sub->profile);
	for (unsigned k = 0; k < p->n; k++) {
		if (!apn || aaa_apn_matches(p->apn[k].name, apn))
			override(s, sub, &p->apn[k], &t);
	}
	return t.when == AAA_HA_SWITCH ? for_sessions(s, i, apn, send_target, &t) : 0;
}

unsigned aaa_redirect(struct aaa_server *s, const struct ip6_addr *home_agent, const struct aaa_target *to)
{
	struct aaa_target t = *to;

	t.fqdn = to->fqdn ? texts_keep(&s->store.texts, to->fqdn) : NULL;
	return redirect_all(s, home_agent, &t);
}

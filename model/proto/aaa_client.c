/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA client, and the path to the server
 *
 * A message is on its way for half a round trip each way, driven by one timer of its own; the server's thinking time
 * and what its cryptography costs come between. A server that is down answers nothing: the client gives up after its
 * time limit [RFC 6733 has none; RFC 3539's watchdog is not modelled]. Both ends emit REC_AAA. A carrier takes the
 * place of the path: then the message waits here until its answer comes from outside, or the time limit.
 */
#include "proto/aaa_priv.h"

#include <assert.h>
#include <string.h>

#include <glib.h>

void aaa_client_config_default(struct aaa_client_config *c)
{
	*c = (struct aaa_client_config){ .round_trip = 20 * MOOR_MS, .timeout = 5 * MOOR_S };
}

struct aaa_client *aaa_client_new(struct moor_node *n, const struct aaa_client_config *c, struct aaa_server *server,
				  const struct aaa_client_ops *ops, void *owner)
{
	struct aaa_client *a = g_new0(struct aaa_client, 1);

	a->c = *c;
	a->node = n;
	a->world = moor_node_world(n);
	a->server = server;
	a->owner = owner;
	if (ops)
		a->ops = *ops;
	slab_init(&a->sessions, "aaa-client-sessions", sizeof(struct aaa_client_session));
	slab_init(&a->messages, "aaa-messages", sizeof(struct aaa_message));
	if (server) {
		a->next = server->clients;
		server->clients = a;
	}
	return a;
}

static void leave_server(struct aaa_client *c)
{
	struct aaa_client **at = &c->server->clients;
	struct aaa_session *x;
	moor_handle h = 0;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	while ((x = slab_next(&c->server->sessions, &h))) {
		if (x->client == c)
			aaa_session_drop(c->server, x);
	}
}

void aaa_client_free(struct aaa_client *c)
{
	struct aaa_message *m;
	moor_handle h = 0;

	if (!c)
		return;
	while ((m = slab_next(&c->messages, &h)))
		moor_timer_cancel(c->world, &m->timer);
	if (c->server)
		leave_server(c);
	slab_done(&c->sessions);
	slab_done(&c->messages);
	g_free(c);
}

uint32_t aaa_client_sessions(const struct aaa_client *c) { return c->sessions.count; }

uint32_t aaa_client_waiting(const struct aaa_client *c)
{
	const struct aaa_message *m;
	moor_handle h = 0;
	uint32_t n = 0;

	while ((m = slab_next(&c->messages, &h)))
		n += m->command == AAA_DER;
	return n;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static uint32_t server_node(const struct aaa_client *c)
{
	return c->server ? moor_node_id(c->server->node) : c->by ? c->far_node : REC_NONE;
}

/* at_server: the record is the server's, else the client's. */
static void record(const struct aaa_message *m, bool at_server, bool request, bool sent)
{
	const struct aaa_client *c = m->client;
	uint32_t client = moor_node_id(c->node), server = server_node(c);
	struct moor_record r;

	if (!moor_record_wanted(c->world, REC_AAA) || (c->c.far && !at_server))
		return;
	if (c->c.far && client == server)
		client = REC_NONE;
	r = (struct moor_record){ .kind = REC_AAA, .node = at_server ? server : client, .port = REC_NONE,
				 .instance = slab_number(m->session) };
	r.u.aaa.command = m->command;
	r.u.aaa.request = request;
	r.u.aaa.sent = sent;
	r.u.aaa.peer = at_server ? client : server;
	r.u.aaa.imsi = m->imsi.digits;
	if (!request)
		r.u.aaa.result = m->result;
	if (!request && !sent)
		r.u.aaa.delay = moor_world_now(c->world) - m->sent_at;
	r.u.aaa.eap = m->eap.octets;
	r.u.aaa.eap_len = m->eap.len;
	moor_record_emit(c->world, &r);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static struct aaa_message *message_new(struct aaa_client *c, uint16_t command, moor_handle session)
{
	struct aaa_message *m;
	moor_handle h;

	m = slab_alloc(&c->messages, &h);
	m->self = h;
	m->client = c;
	m->command = command;
	m->session = session;
	m->sent_at = moor_world_now(c->world);
	return m;
}

static void message_free(struct aaa_message *m)
{
	moor_timer_cancel(m->client->world, &m->timer);
	slab_free(&m->client->messages, m->self);
}

static moor_time half(const struct aaa_client *c) { return c->c.round_trip / 2; }

/* ---- the client's requests --------------------------------------------------------------------------------------- */

/* The answer is here, or none comes: told once, after the message is gone. */
static void deliver(struct aaa_message *m)
{
	struct aaa_client *c = m->client;
	struct aaa_client_session *x = slab_get(&c->sessions, m->session);
	struct aaa_message copy;

	record(m, false, false, false);
	if (m->command != AAA_DER || !x) {
		message_free(m);
		return;
	}
	x->waiting = 0;
	if (m->result == AAA_SUCCESS && !m->second)
		x->imsi = m->imsi;
	copy = *m;
	message_free(m);
	copy.done(c->owner, copy.session, x->user, &(struct aaa_answer){
		.result = copy.result, .eap = copy.eap.octets, .eap_len = copy.eap.len, .msk_len = copy.msk_len,
		.msk = copy.msk, .imsi = copy.imsi, .apn = copy.apn, .target = copy.target, .fast = copy.fast });
}

static void fire(struct moor_world *w, struct moor_timer *t);

/* At the server: it thinks, and its cryptography costs time. */
static moor_time handle(struct aaa_server *s, struct aaa_message *m)
{
	crypto_take_cost(s->c.crypto);	/* somebody else's */
	if (m->command == AAA_DER)
		aaa_server_der(s, m);
	else
		aaa_server_str(s, m);
	return s->c.delay + crypto_take_cost(s->c.crypto);
}

static void reach_server(struct moor_world *w, struct aaa_message *m)
{
	struct aaa_client *c = m->client;
	struct aaa_server *s = c->server;
	moor_time thinking = 0;

	if (s && s->down) {
		m->stage = AAA_UNANSWERED;
		m->result = AAA_NO_ANSWER;
		m->eap.len = 0;
		moor_timer_at(w, &m->timer, moor_time_add(m->sent_at, c->c.timeout), fire);
		return;
	}
	if (s) {
		record(m, true, true, false);
		thinking = handle(s, m);
		record(m, true, false, true);
	} else {
		m->result = AAA_UNABLE_TO_DELIVER;
		m->eap.len = 0;
	}
	m->stage = AAA_AT_RECEIVER;
	moor_timer_in(w, &m->timer, thinking + (s ? half(c) : 0), fire);
}

/* ---- the server's requests --------------------------------------------------------------------------------------- */

static enum aaa_result told(struct aaa_client *c, struct aaa_message *m)
{
	struct aaa_client_session *x = slab_get(&c->sessions, m->session);

	if (m->redirect_all)
		return c->ops.redirect_all ? c->ops.redirect_all(c->owner, &m->target) : AAA_UNABLE_TO_DELIVER;
	if (!x)
		return AAA_UNKNOWN_SESSION;
	if (m->command == AAA_ASR)
		return c->ops.abort ? c->ops.abort(c->owner, m->session, x->user) : AAA_UNABLE_TO_DELIVER;
	if (m->target.when != AAA_NEVER)
		return c->ops.reallocate ? c->ops.reallocate(c->owner, m->session, x->user, &m->target) :
			AAA_UNABLE_TO_DELIVER;
	return c->ops.reauth ? c->ops.reauth(c->owner, m->session, x->user) : AAA_UNABLE_TO_DELIVER;
}

static void reach_client(struct moor_world *w, struct aaa_message *m)
{
	struct aaa_client *c = m->client;

	record(m, false, true, false);
	c->telling = m->self;
	m->result = told(c, m);
	c->telling = 0;
	record(m, false, false, true);
	m->stage = AAA_AT_RECEIVER;
	if (c->c.far && m->result == AAA_NO_ANSWER) {	/* it will come from outside */
		m->stage = AAA_UNANSWERED;
		moor_timer_in(w, &m->timer, c->c.timeout, fire);
		return;
	}
	moor_timer_in(w, &m->timer, half(c), fire);
}

/* A client that does not know the session has lost it: it restarted. */
static void answered(struct aaa_message *m)
{
	struct aaa_server *s = m->client->server;
	struct aaa_session *x = s ? slab_get(&s->sessions, m->remote) : NULL;

	if (s)
		record(m, true, false, false);
	if (x && m->result == AAA_UNKNOWN_SESSION)
		aaa_session_drop(s, x);
	message_free(m);
}

struct aaa_message *aaa_client_command(struct aaa_client *c, uint16_t command, moor_handle session)
{
	struct aaa_message *m = message_new(c, command, session);
	const struct aaa_client_session *x = slab_get(&c->sessions, session);

	if (x)
		m->imsi = x->imsi;
	record(m, true, true, true);
	moor_timer_in(c->world, &m->timer, half(c), fire);
	return m;
}

static void fire(struct moor_world *w, struct moor_timer *t)
{
	struct aaa_message *m = MOOR_CONTAINER(t, struct aaa_message, timer);
	bool ours = m->command == AAA_DER || m->command == AAA_STR;

	switch ((enum aaa_stage)m->stage) {
	case AAA_AT_SENDER:
		if (ours)
			reach_server(w, m);
		else
			reach_client(w, m);
		return;
	case AAA_AT_RECEIVER:
	case AAA_UNANSWERED:
		if (ours && m->client->by)
			m->client->by->forget(m->client->by_ctx, m->self);
		if (ours)
			deliver(m);
		else
			answered(m);
		return;
	}
}

/* ---- the home agent's calls -------------------------------------------------------------------------------------- */

moor_handle aaa_open(struct aaa_client *c, void *user)
{
	struct aaa_client_session *x;
	moor_handle h;

	x = slab_alloc(&c->sessions, &h);
	x->user = user;
	return h;
}

static void fill(struct aaa_message *m, const struct aaa_request *q)
{
	size_t apn = q->apn ? strlen(q->apn) : 0;

	m->second = q->second;
	m->authorise = q->authorise;
	m->no_redirect = q->no_redirect;
	m->nai_len = q->nai_len <= sizeof m->nai ? (uint8_t)q->nai_len : 0;
	if (m->nai_len)
		memcpy(m->nai, q->nai, m->nai_len);
	m->apn_told = q->apn;
	if (apn < sizeof m->apn_name)	/* too long for any: "" is nobody's */
		memcpy(m->apn_name, q->apn ? q->apn : "", apn);
	m->home_agent6 = q->home_agent6;
	m->home_agent4 = q->home_agent4;
	m->eap.len = q->eap_len <= sizeof m->eap.octets ? q->eap_len : 0;
	if (m->eap.len)
		memcpy(m->eap.octets, q->eap, m->eap.len);
}

/* It waits for what comes from outside. */
static void unanswered(struct aaa_message *m)
{
	m->stage = AAA_UNANSWERED;
	m->result = AAA_NO_ANSWER;
	m->eap.len = 0;
	moor_timer_in(m->client->world, &m->timer, m->client->c.timeout, fire);
}

static void carry(struct aaa_message *m, struct aaa_client_session *x, const struct aaa_request *q)
{
	struct aaa_client *c = m->client;
	struct aaa_request full = *q;
	bool first = !x->remote;

	full.home_agent6 = m->home_agent6;
	full.home_agent4 = m->home_agent4;
	x->remote = m->self;		/* the server is about to know it */
	unanswered(m);
	c->by->ask(c->by_ctx, m->session, m->self, &full, first);
}

void aaa_authenticate(struct aaa_client *c, moor_handle session, const struct aaa_request *q, aaa_answer_fn *done)
{
	struct aaa_client_session *x = slab_get(&c->sessions, session);
	struct aaa_message *m;

	assert(x && !x->waiting);
	m = message_new(c, AAA_DER, session);
	x->waiting = m->self;
	m->done = done;
	m->imsi = x->imsi;
	fill(m, q);
	if (ip6_is_zero(&m->home_agent6) && ip4_is_zero(m->home_agent4)) {
		m->home_agent6 = c->c.home_agent6;
		m->home_agent4 = c->c.home_agent4;
	}
	record(m, false, true, true);
	if (c->by)
		carry(m, x, q);
	else
		moor_timer_in(c->world, &m->timer, half(c), fire);
}

void aaa_close(struct aaa_client *c, moor_handle session, enum aaa_cause cause)
{
	struct aaa_client_session *x = slab_get(&c->sessions, session);
	struct aaa_message *m;

	assert(x);
	if (x->waiting) {
		if (c->by)
			c->by->forget(c->by_ctx, x->waiting);
		message_free(slab_get(&c->messages, x->waiting));
	}
	if (c->by ? c->by->end && (x->granted || x->waiting) : x->remote && c->server) {
		m = message_new(c, AAA_STR, session);
		m->remote = x->remote;
		m->cause = (uint32_t)cause;
		m->imsi = x->imsi;
		record(m, false, true, true);
		if (c->by) {
			unanswered(m);
			c->by->end(c->by_ctx, session, m->self, cause);
		} else {
			moor_timer_in(c->world, &m->timer, half(c), fire);
		}
	}
	slab_free(&c->sessions, session);
}

/* ---- a carrier --------------------------------------------------------------------------------------------------- */

void aaa_client_carry(struct aaa_client *c, struct moor_node *server, const struct aaa_carrier *by, void *ctx)
{
	if (c->server)
		leave_server(c);
	c->server = NULL;
	c->by = by;
	c->by_ctx = ctx;
	c->far_node = server ? moor_node_id(server) : REC_NONE;
}

void aaa_client_answered(struct aaa_client *c, moor_handle message, const struct aaa_answer *a)
{
	struct aaa_message *m = slab_get(&c->messages, message);
	struct aaa_client_session *x = m ? slab_get(&c->sessions, m->session) : NULL;

	if (!m || m->stage != AAA_UNANSWERED)
		return;
	m->result = a->result;
	if (m->command == AAA_DER) {
		m->eap.len = a->eap_len <= sizeof m->eap.octets ? a->eap_len : 0;
		if (m->eap.len)
			memcpy(m->eap.octets, a->eap, m->eap.len);
		m->msk_len = a->msk_len <= sizeof m->msk ? a->msk_len : 0;
		if (m->msk_len)
			memcpy(m->msk, a->msk, m->msk_len);
		m->apn = a->apn;
		m->target = a->target;
		m->fast = a->fast;
		if (a->result == AAA_SUCCESS && !m->second)
			m->imsi = a->imsi;
	}
	if (x && m->command == AAA_DER) {
		x->granted |= a->result == AAA_SUCCESS;
		if (a->result != AAA_SUCCESS && a->result != AAA_MULTI_ROUND)
			x->remote = 0;		/* nobody has a session any more [RFC 6733 8.1] */
	}
	deliver(m);
}

void aaa_client_obeyed(struct aaa_client *c, moor_handle message, enum aaa_result result)
{
	struct aaa_message *m = slab_get(&c->messages, message);

	if (!m || m->stage != AAA_UNANSWERED)
		return;
	m->result = result;
	answered(m);
}

moor_handle aaa_client_telling(const struct aaa_client *c) { return c->telling; }

void aaa_forget(struct aaa_client *c, moor_handle session)
{
	struct aaa_client_session *x = slab_get(&c->sessions, session);
	struct aaa_session *far = x && c->server ? slab_get(&c->server->sessions, x->remote) : NULL;

	if (!x)
		return;
	if (x->waiting)
		message_free(slab_get(&c->messages, x->waiting));
	if (far)
		aaa_session_drop(c->server, far);
	slab_free(&c->sessions, session);
}

enum aaa_result aaa_client_told(struct aaa_client *c, enum aaa_command command, moor_handle session,
				const struct aaa_target *to)
{
	struct aaa_message *m = message_new(c, command, session);
	const struct aaa_client_session *x = slab_get(&c->sessions, session);
	enum aaa_result result;

	if (x)
		m->imsi = x->imsi;
	if (to)
		m->target = *to;
	m->redirect_all = to && !session && command == AAA_RAR;
	record(m, false, true, false);
	m->result = result = told(c, m);
	record(m, false, false, true);
	message_free(m);
	return result;
}

bool aaa_client_knows(const struct aaa_client *c, moor_handle session)
{
	return slab_get(&c->sessions, session);
}

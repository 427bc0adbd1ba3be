/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the AAA client, and the path to the server
 *
 * A message is on its way for half a round trip each way, driven by one timer of its own; the server's thinking time
 * and what its cryptography costs come between. A server that is down answers nothing: the client gives up after its
 * time limit [RFC 6733 has none; RFC 3539's watchdog is not modelled]. Both ends emit REC_AAA.
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
	return c->server ? moor_node_id(c->server->node) : REC_NONE;
}

/* at_server: the record is the server's, else the client's. */
static void record(const struct aaa_message *m, bool at_server, bool request, bool sent)
{
	const struct aaa_client *c = m->client;
	uint32_t client = moor_node_id(c->node), server = server_node(c);
	struct moor_record r;

	if (!moor_record_wanted(c->world, REC_AAA))
		return;
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
	m->result = told(c, m);
	record(m, false, false, true);
	m->stage = AAA_AT_RECEIVER;
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
	moor_timer_in(c->world, &m->timer, half(c), fire);
}

void aaa_close(struct aaa_client *c, moor_handle session, enum aaa_cause cause)
{
	struct aaa_client_session *x = slab_get(&c->sessions, session);
	struct aaa_message *m;

	assert(x);
	if (x->waiting)
		message_free(slab_get(&c->messages, x->waiting));
	if (x->remote && c->server) {
		m = message_new(c, AAA_STR, session);
		m->remote = x->remote;
		m->cause = (uint32_t)cause;
		m->imsi = x->imsi;
		record(m, false, true, true);
		moor_timer_in(c->world, &m->timer, half(c), fire);
	}
	slab_free(&c->sessions, session);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a home agent's AAA client over Diameter [RFC 4072 2, RFC 5778 4, TS 29.273 9.1.2; RFC 6733 8.1]
 *
 * The client of proto/aaa.h keeps the sessions and the time limits; here its messages become octets and are matched
 * with their answers. The first request of a session goes to any server of the realm, the others to the one that
 * answered
 * [RFC 6733 6.1.4]. A Session-Id is this node's name, its start and the session's handle, so that what a server starts
 * finds its session without a table.
 */
#include <stdlib.h>

#include "emu/aaa_wire_priv.h"

struct asking {
	char *host;			/* of the server that answered; NULL: none yet */
	char apn[AAA_APN_OCTETS], user[EAP_NAI_MAX + 1];
	bool apn_told;
};

static void asking_free(gpointer x)
{
	struct asking *s = x;

	g_free(s->host);
	g_free(s);
}

static void session_id(const struct aaa_wire *w, moor_handle h, char out[AAA_SESSION_OCTETS])
{
	g_snprintf(out, AAA_SESSION_OCTETS, "%s;%u;%u", w->identity, w->c.state_id, h);
}

static struct asking *asking_of(struct aaa_wire *w, moor_handle h)
{
	struct asking *s = g_hash_table_lookup(w->sessions, GUINT_TO_POINTER(h));

	if (!s) {
		s = g_new0(struct asking, 1);
		g_hash_table_insert(w->sessions, GUINT_TO_POINTER(h), s);
	}
	return s;
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */

static gboolean tell_undelivered(gpointer user)
{
	struct aaa_wire *w = user;
	GArray *all = w->undelivered;

	w->idle = 0;
	w->undelivered = g_array_new(FALSE, FALSE, sizeof(moor_handle));
	for (guint i = 0; i < all->len && wire_now(w); i++)
		aaa_client_answered(w->client, g_array_index(all, moor_handle, i),
				    &(struct aaa_answer){ .result = AAA_UNABLE_TO_DELIVER });
	g_array_free(all, TRUE);
	return G_SOURCE_REMOVE;
}

/* Without a peer it is not delivered [RFC 6733 6.1.6]: that is told from outside of the call. */
static void leave(struct aaa_wire *w, moor_handle message, moor_handle session, const uint8_t *octets, size_t n)
{
	g_hash_table_insert(w->messages, GUINT_TO_POINTER(message), GUINT_TO_POINTER(session));
	if (n && w->c.api->send(w->node, octets, n, message))
		return;
	g_array_append_val(w->undelivered, message);
	if (!w->idle)
		w->idle = g_timeout_add(0, tell_undelivered, w);
}

static void on_ask(void *ctx, moor_handle session, moor_handle message, const struct aaa_request *q, bool first)
{
	struct aaa_wire *w = ctx;
	struct asking *s = asking_of(w, session);
	struct aaa_diameter_ends e = wire_ends(w, s->host, w->to_realm);
	char id[AAA_SESSION_OCTETS];
	uint8_t buf[WIRE_ROOM];

	session_id(w, session, id);
	s->apn_told = q->apn && strlen(q->apn) < sizeof s->apn;
	g_strlcpy(s->apn, s->apn_told ? q->apn : "", sizeof s->apn);
	if (q->nai_len < sizeof s->user) {
		memcpy(s->user, q->nai, q->nai_len);
		s->user[q->nai_len] = '\0';
	}
	leave(w, message, session, buf, aaa_diameter_ask(buf, sizeof buf, &e, id, q, first));
}

static void on_end(void *ctx, moor_handle session, moor_handle message, enum aaa_cause cause)
{
	struct aaa_wire *w = ctx;
	struct asking *s = asking_of(w, session);
	struct aaa_diameter_ends e = wire_ends(w, s->host, w->to_realm);
	char id[AAA_SESSION_OCTETS];
	uint8_t buf[WIRE_ROOM];

	session_id(w, session, id);
	leave(w, message, 0, buf, aaa_diameter_end(buf, sizeof buf, &e, id, s->user, cause));
	g_hash_table_remove(w->sessions, GUINT_TO_POINTER(session));
}

static void on_forget(void *ctx, moor_handle message)
{
	struct aaa_wire *w = ctx;

	w->c.api->forget(w->node, message);
	g_hash_table_remove(w->messages, GUINT_TO_POINTER(message));
}

static const struct aaa_carrier carrier = { on_ask, on_end, on_forget };

/* ---- what is answered -------------------------------------------------------------------------------------------- */

static bool same_apn(const struct aaa_diameter_answer *a, const struct aaa_diameter_answer *b)
{
	struct aaa_apn x = a->apn, y = b->apn;

	x.name = y.name = NULL;
	return !strcmp(a->name, b->name) && !memcmp(&x, &y, sizeof x);
}

/* The subscription, in a place where it stays. */
static const struct aaa_apn *kept(struct aaa_wire *w, const struct aaa_diameter_answer *a)
{
	struct aaa_diameter_answer *copy;

	for (guint i = 0; i < w->apns->len; i++)
		if (same_apn(w->apns->pdata[i], a))
			return &((struct aaa_diameter_answer *)w->apns->pdata[i])->apn;
	copy = g_memdup2(a, sizeof *a);
	copy->apn.name = copy->name;
	g_ptr_array_add(w->apns, copy);
	return &copy->apn;
}

/* Who the server is, for what follows. */
static void learn(struct asking *s, const struct diam_msg *m)
{
	const struct diam_avp *host = diam_find(m, NULL, AVP_ORIGIN_HOST);

	if (s && host && !s->host && !(m->flags & DIAM_F_ERROR))
		s->host = g_strndup((const char *)host->data, host->len);
}

/* [R24303-5.1.3.1-02] */
static void take_answer(struct aaa_wire *w, moor_handle message, moor_handle session, const struct diam_msg *m)
{
	struct asking *s = g_hash_table_lookup(w->sessions, GUINT_TO_POINTER(session));
	struct aaa_diameter_answer *in = g_new(struct aaa_diameter_answer, 1);

	aaa_diameter_read_answer(m, s && s->apn_told ? s->apn : NULL, in);
	learn(s, m);
	if (in->a.apn)
		in->a.apn = kept(w, in);
	if (in->a.result == AAA_SUCCESS && imsi_is_none(in->a.imsi) && s)
		eap_id_kind((const uint8_t *)s->user, strlen(s->user), &in->a.imsi);
	aaa_client_answered(w->client, message, &in->a);
	g_free(in);
}

static void on_answer(void *ctx, uint32_t tag, const uint8_t *octets, size_t n)
{
	struct aaa_wire *w = ctx;
	struct diam_msg *m = wire_read(octets, n);
	gpointer session;

	if (m && g_hash_table_steal_extended(w->messages, GUINT_TO_POINTER(tag), NULL, &session) && wire_now(w)) {
		if (m->command == DIAM_STR)
			aaa_client_answered(w->client, tag, &(struct aaa_answer){ .result = diam_result(m) });
		else
			take_answer(w, tag, GPOINTER_TO_UINT(session), m);
	}
	g_free(m);
}

/* ---- what the server starts -------------------------------------------------------------------------------------- */

/* The session of a Session-Id that is ours and stands; 0: none. */
static moor_handle own_session(const struct aaa_wire *w, const struct diam_msg *m)
{
	char id[AAA_SESSION_OCTETS], back[AAA_SESSION_OCTETS];
	const char *last;
	moor_handle h;

	if (!diam_text(diam_find(m, NULL, AVP_SESSION_ID), id, sizeof id))
		return 0;
	last = strrchr(id, ';');
	h = last ? (moor_handle)strtoul(last + 1, NULL, 10) : 0;
	session_id(w, h, back);
	return !strcmp(id, back) && aaa_client_knows(w->client, h) ? h : 0;
}

static uint32_t obey(struct aaa_wire *w, const struct diam_msg *m, moor_handle h)
{
	struct aaa_target to = { .when = AAA_NEVER };
	char fqdn[AAA_IDENTITY_OCTETS];
	enum aaa_result r;
	bool all;

	if (m->command == DIAM_RAR)
		aaa_diameter_read_target(m, &to, fqdn);
	all = m->command == DIAM_RAR && !h && (to.when == AAA_SA_INIT || diam_find(m, NULL, AVP_OWN_DETAIL));
	if (!h && !all)
		return DIAM_UNKNOWN_SESSION;
	r = aaa_client_told(w->client, (enum aaa_command)m->command, h, all || to.when != AAA_NEVER ? &to : NULL);
	return r == AAA_UNABLE_TO_DELIVER ? DIAM_UNABLE_TO_COMPLY : (uint32_t)r;
}

/* [R24303-5.1.3.1-21] */
static void on_request(void *ctx, uint32_t link, const uint8_t *octets, size_t n)
{
	struct aaa_wire *w = ctx;
	struct diam_msg *m = wire_read(octets, n);

	if (!m)
		return;
	if (m->command != DIAM_ASR && m->command != DIAM_RAR)
		wire_reply(w, link, m, DIAM_COMMAND_UNSUPPORTED);
	else if (!wire_now(w))
		wire_reply(w, link, m, DIAM_TOO_BUSY);
	else
		wire_reply(w, link, m, obey(w, m, own_session(w, m)));
	g_free(m);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void wire_client_free(struct aaa_wire *w)
{
	aaa_client_carry(w->client, NULL, NULL, NULL);
	if (w->idle)
		g_source_remove(w->idle);
	g_hash_table_destroy(w->sessions);
	g_hash_table_destroy(w->messages);
	g_array_free(w->undelivered, TRUE);
	g_ptr_array_free(w->apns, TRUE);
}

struct aaa_wire *aaa_wire_client(const struct aaa_wire_config *c, struct aaa_client *client, struct moor_node *server,
				 GError **error)
{
	struct diameter_config node = { .request = on_request, .answer = on_answer };
	struct aaa_wire *w = wire_new(c, &node, error);

	if (!w)
		return NULL;
	w->client = client;
	w->sessions = g_hash_table_new_full(NULL, NULL, NULL, asking_free);
	w->messages = g_hash_table_new(NULL, NULL);
	w->undelivered = g_array_new(FALSE, FALSE, sizeof(moor_handle));
	w->apns = g_ptr_array_new_with_free_func(g_free);
	aaa_client_carry(client, server, &carrier, w);
	return w;
}

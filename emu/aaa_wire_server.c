/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: our AAA server over Diameter [RFC 4072 2, RFC 5778 4, TS 29.273 9.1.2; RFC 6733 8.1, 8.6]
 *
 * For each Origin-Host that asks there is a client of proto/aaa.h here that stands for it, and asks the server in its
 * name: so the server needs to know nothing of networks. A request that comes a second time, which agents and failing
 * connections bring about, gets the answer of the first again. A client that started anew has lost its sessions.
 *
 * Whoever reaches the port can begin sessions without end under any name. Of those that were not granted only the last
 * are kept, and new names are refused beyond a number that no network has.
 */
#include "emu/aaa_wire_priv.h"

#define FARS_MAX 1024u			/* Origin-Hosts */
#define SESSION_ID_MAX 1024u		/* octets */
#define UNGRANTED_MAX 16384u		/* sessions under way, or refused and kept in case a request comes again */

/* Who asks. */
struct far {
	struct aaa_wire *w;
	char *host, *realm;
	uint32_t state_id;		/* its Origin-State-Id; 0: not told */
	struct aaa_client *client;
};

struct served {
	struct far *far;
	char *id;
	moor_handle h;			/* at the client */
	uint32_t link;			/* where its last request came from */
	GByteArray *request;		/* that waits for the server; NULL: none */
	uint32_t end;			/* End-to-End Identifier of the last one, and what it was answered with */
	GByteArray *answer;
	bool granted;
	bool over;			/* it ended without being granted */
	GList place;			/* in aaa_wire.ungranted */
	bool placed;
};

/* Whose answer a request of ours brings. */
struct telling {
	struct aaa_client *client;
	moor_handle message;
};

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static void served_free(gpointer x)
{
	struct served *s = x;

	if (s->request)
		g_byte_array_free(s->request, TRUE);
	if (s->answer)
		g_byte_array_free(s->answer, TRUE);
	g_free(s->id);
	g_free(s);
}

static void displace(struct served *s)
{
	if (s->placed)
		g_queue_unlink(&s->far->w->ungranted, &s->place);
	s->placed = false;
}

/* The last to ask is the last to be forgotten. */
static void place(struct served *s)
{
	GQueue *q = &s->far->w->ungranted;
	struct served *oldest;

	displace(s);
	s->place.data = s;
	g_queue_push_tail_link(q, &s->place);
	s->placed = true;
	if (q->length <= UNGRANTED_MAX)
		return;
	oldest = q->head->data;
	displace(oldest);
	aaa_forget(oldest->far->client, oldest->h);
	g_hash_table_remove(oldest->far->w->sessions, oldest->id);
}

static void far_free(gpointer x)
{
	struct far *f = x;

	aaa_client_free(f->client);
	g_free(f->host);
	g_free(f->realm);
	g_free(f);
}

static char *text_of(const struct diam_msg *m, uint32_t id)
{
	const struct diam_avp *a = diam_find(m, NULL, id);

	return a ? g_strndup((const char *)a->data, a->len) : g_strdup("");
}

/* The client is told so, and answers later; unless nobody can be asked. */
static enum aaa_result told(struct far *f, const char *session, enum aaa_command command, const struct aaa_target *to)
{
	struct aaa_wire *w = f->w;
	struct aaa_diameter_ends e = wire_ends(w, f->host, f->realm);
	uint8_t buf[WIRE_ROOM];
	uint32_t tag = w->next_tag++;
	size_t n = aaa_diameter_command(buf, sizeof buf, &e, session, command, to);
	struct telling t = { f->client, aaa_client_telling(f->client) };

	if (!n || !w->c.api->send(w->node, buf, n, tag))
		return AAA_UNABLE_TO_DELIVER;
	g_hash_table_insert(w->messages, GUINT_TO_POINTER(tag), g_memdup2(&t, sizeof t));
	return AAA_NO_ANSWER;		/* later */
}

static enum aaa_result on_abort(void *owner, moor_handle session, void *user)
{
	const struct served *s = user;

	(void)session;
	return told(owner, s->id, AAA_ASR, NULL);
}

static enum aaa_result on_reauth(void *owner, moor_handle session, void *user)
{
	const struct served *s = user;

	(void)session;
	return told(owner, s->id, AAA_RAR, NULL);
}

static enum aaa_result on_reallocate(void *owner, moor_handle session, void *user, const struct aaa_target *to)
{
	const struct served *s = user;

	(void)session;
	return told(owner, s->id, AAA_RAR, to);
}

/* Of no session: it has one of the server's own name. */
static enum aaa_result on_redirect_all(void *owner, const struct aaa_target *to)
{
	struct far *f = owner;
	char *id = g_strdup_printf("%s;0;0", f->w->identity);
	enum aaa_result r = told(f, id, AAA_RAR, to);

	g_free(id);
	return r;
}

static const struct aaa_client_ops ops = { on_abort, on_reauth, on_reallocate, on_redirect_all };

/* ---- who asks ---------------------------------------------------------------------------------------------------- */

static gboolean is_of(gpointer key, gpointer value, gpointer far)
{
	struct served *s = value;

	(void)key;
	if (s->far != far)
		return FALSE;
	displace(s);
	aaa_forget(s->far->client, s->h);
	return TRUE;
}

static struct far *far_new(struct aaa_wire *w, const char *host, const struct diam_msg *m, const struct aaa_request *q)
{
	struct aaa_client_config c;
	struct far *f = g_new0(struct far, 1);
	struct moor_node *n = w->c.find ? w->c.find(w->c.ctx, host) : NULL;

	aaa_client_config_default(&c);
	c.round_trip = 0;
	c.far = true;
	c.home_agent6 = q->home_agent6;
	c.home_agent4 = q->home_agent4;
	f->w = w;
	f->host = g_strdup(host);
	f->realm = text_of(m, AVP_ORIGIN_REALM);
	f->client = aaa_client_new(n ? n : w->at, &c, w->server, &ops, f);
	g_hash_table_insert(w->clients, f->host, f);
	return f;
}

/* NULL: too many are known. */
static struct far *far_of(struct aaa_wire *w, const struct diam_msg *m, const struct aaa_request *q)
{
	char *host = text_of(m, AVP_ORIGIN_HOST);
	struct far *f = g_hash_table_lookup(w->clients, host);
	uint32_t state = 0;

	if (!f && g_hash_table_size(w->clients) < FARS_MAX)
		f = far_new(w, host, m, q);
	g_free(host);
	if (!f)
		return NULL;
	diam_u32(diam_find(m, NULL, AVP_ORIGIN_STATE_ID), &state);
	if (f->state_id && state > f->state_id)
		g_hash_table_foreach_remove(w->sessions, is_of, f);
	f->state_id = state;
	return f;
}

/* NULL: likewise. */
static struct served *served_of(struct aaa_wire *w, const struct diam_msg *m, const struct aaa_request *q)
{
	char *id = text_of(m, AVP_SESSION_ID);
	struct far *f = far_of(w, m, q);
	struct served *s = g_hash_table_lookup(w->sessions, id);

	if (s || !f) {
		g_free(id);
		return s;
	}
	s = g_new0(struct served, 1);
	s->far = f;
	s->id = id;
	s->h = aaa_open(f->client, s);
	g_hash_table_insert(w->sessions, s->id, s);
	return s;
}

/* ---- DER, AAR, STR ----------------------------------------------------------------------------------------------- */

static void on_done(void *owner, moor_handle session, void *user, const struct aaa_answer *a)
{
	struct served *s = user;
	struct far *f = owner;
	struct aaa_wire *w = f->w;
	struct aaa_diameter_ends e = wire_ends(w, NULL, NULL);
	struct diam_msg *m = s->request ? wire_read(s->request->data, s->request->len) : NULL;
	uint8_t buf[WIRE_ROOM];
	size_t n;

	(void)session;
	if (m && a->result != AAA_NO_ANSWER) {
		n = aaa_diameter_answer(buf, sizeof buf, &e, m, a);
		s->end = m->end;
		g_byte_array_set_size(s->answer, 0);
		g_byte_array_append(s->answer, buf, (guint)n);
		w->c.api->reply(w->node, s->link, buf, n);
	}
	g_free(m);
	g_clear_pointer(&s->request, g_byte_array_unref);
	if (a->result == AAA_MULTI_ROUND)
		return;
	s->granted = a->result == AAA_SUCCESS;
	s->over = !s->granted;			/* [RFC 6733 8.1]: no session stands; its answer may be asked for again */
	if (s->granted)
		displace(s);
	else
		place(s);
}

/* A second time: the answer again, or nothing while there is none. */
static bool repeated(struct aaa_wire *w, struct served *s, const struct diam_msg *m, uint32_t link)
{
	const struct diam_msg *waits = s->request ? wire_read(s->request->data, s->request->len) : NULL;
	bool same = waits && waits->end == m->end;

	g_free((gpointer)waits);
	if (same) {
		s->link = link;
		return true;
	}
	if (!s->answer->len || s->end != m->end)
		return false;
	store32(s->answer->data + 12, m->hop);
	w->c.api->reply(w->node, link, s->answer->data, s->answer->len);
	return true;
}

static uint32_t session_octets(const struct diam_msg *m)
{
	const struct diam_avp *a = diam_find(m, NULL, AVP_SESSION_ID);

	return a ? a->len : 0;
}

static void ask(struct aaa_wire *w, uint32_t link, const struct diam_msg *m, const uint8_t *octets, size_t n)
{
	struct aaa_diameter_request *in = g_new(struct aaa_diameter_request, 1);
	struct served *s;

	if (!aaa_diameter_read_request(m, in) || session_octets(m) > SESSION_ID_MAX) {
		wire_reply(w, link, m, DIAM_INVALID_AVP_VALUE);
		g_free(in);
		return;
	}
	s = served_of(w, m, &in->q);
	if (!s) {
		wire_reply(w, link, m, DIAM_TOO_BUSY);
		g_free(in);
		return;
	}
	if (!s->answer)
		s->answer = g_byte_array_new();
	if (repeated(w, s, m, link)) {
		g_free(in);
		return;
	}
	if (s->request) {			/* one at a time */
		wire_reply(w, link, m, DIAM_UNABLE_TO_COMPLY);
	} else {
		s->link = link;
		s->over = false;
		if (!s->granted)
			place(s);
		s->request = g_byte_array_new();
		g_byte_array_append(s->request, octets, (guint)n);
		aaa_authenticate(s->far->client, s->h, &in->q, on_done);
	}
	g_free(in);
}

/* [R24303-5.1.3.1-21] */
static void end(struct aaa_wire *w, uint32_t link, const struct diam_msg *m)
{
	char *id = text_of(m, AVP_SESSION_ID);
	struct served *s = g_hash_table_lookup(w->sessions, id);
	uint32_t cause = AAA_LOGOUT;

	diam_u32(diam_find(m, NULL, AVP_TERMINATION_CAUSE), &cause);
	wire_reply(w, link, m, s && !s->over ? DIAM_SUCCESS : DIAM_UNKNOWN_SESSION);
	if (s) {
		displace(s);
		aaa_close(s->far->client, s->h, (enum aaa_cause)cause);
		g_hash_table_remove(w->sessions, id);
	}
	g_free(id);
}

static void on_request(void *ctx, uint32_t link, const uint8_t *octets, size_t n)
{
	struct aaa_wire *w = ctx;
	struct diam_msg *m = wire_read(octets, n);

	if (!m)
		return;
	if (!wire_now(w))
		wire_reply(w, link, m, DIAM_TOO_BUSY);
	else if (m->command == DIAM_DER || m->command == DIAM_AAR)
		ask(w, link, m, octets, n);
	else if (m->command == DIAM_STR)
		end(w, link, m);
	else
		wire_reply(w, link, m, DIAM_COMMAND_UNSUPPORTED);
	g_free(m);
}

/* ASA, RAA */
static void on_answer(void *ctx, uint32_t tag, const uint8_t *octets, size_t n)
{
	struct aaa_wire *w = ctx;
	struct diam_msg *m = wire_read(octets, n);
	struct telling *t = g_hash_table_lookup(w->messages, GUINT_TO_POINTER(tag));

	if (m && t && wire_now(w))
		aaa_client_obeyed(t->client, t->message, diam_result(m));
	g_hash_table_remove(w->messages, GUINT_TO_POINTER(tag));
	g_free(m);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void wire_server_free(struct aaa_wire *w)
{
	g_hash_table_destroy(w->clients);
	g_hash_table_destroy(w->sessions);
	g_hash_table_destroy(w->messages);
}

struct aaa_wire *aaa_wire_server(const struct aaa_wire_config *c, struct aaa_server *server, struct moor_node *at,
				 GError **error)
{
	struct diameter_config node = { .request = on_request, .answer = on_answer };
	struct aaa_wire *w = wire_new(c, &node, error);

	if (!w)
		return NULL;
	w->server = server;
	w->at = at;
	w->clients = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, far_free);
	w->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, served_free);
	w->messages = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	return w;
}

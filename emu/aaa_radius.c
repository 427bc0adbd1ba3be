/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a home agent's AAA client over RADIUS [RFC 2865 2, RFC 3579 2]
 *
 * Each request of an EAP exchange is an Access-Request with the State of the challenge before; the keys of the method
 * come in an Access-Accept in two halves [RFC 2548 2.4.2, 2.4.3]. Answers that do not prove to know the secret are
 * passed over as if they had not come. Not here: accounting, Disconnect-Messages, authorisation without EAP.
 */
#include "emu/aaa_radius.h"

#include <gio/gio.h>
#include <string.h>

#include "emu/radius.h"
#include "wire/eap.h"

#define IDS 256u
#define BURST 32u
#define PROBE_MS 100u

struct asked {
	struct aaa_radius *r;
	moor_handle message, session;	/* message 0: free */
	uint8_t authenticator[16];
	struct radius packet;
	char apn[AAA_APN_OCTETS];
	struct imsi imsi;
	guint again;			/* timer */
};

/* What the last challenge of a session said. */
struct state {
	size_t len;
	uint8_t octets[253];
};

struct aaa_radius {
	struct aaa_radius_config c;
	struct aaa_client *client;
	GSocket *socket;
	GSource *in;
	uint8_t nas[4], next;
	struct asked asked[IDS];	/* by identifier */
	GHashTable *states;		/* moor_handle -> struct state */
	GHashTable *apns;		/* name -> struct aaa_apn */
	bool told;			/* that answers are wrong */
};

static void done_with(struct asked *a)
{
	if (a->again)
		g_source_remove(a->again);
	a->again = 0;
	a->message = 0;
}

static void say(const struct aaa_radius *r, const char *text)
{
	if (r->c.say)
		r->c.say(r->c.ctx, text);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static gboolean send_it(gpointer user)
{
	struct asked *a = user;

	g_socket_send(a->r->socket, (const char *)a->packet.octets, a->packet.len, NULL, NULL);
	return G_SOURCE_CONTINUE;
}

/* The least recently used one that is free; NULL: 256 are under way. */
static struct asked *free_id(struct aaa_radius *r, uint8_t *id)
{
	for (unsigned i = 0; i < IDS; i++) {
		*id = r->next++;
		if (!r->asked[*id].message)
			return &r->asked[*id];
	}
	return NULL;
}

/* IKE brought IDi alone: that is the UE's answer to a question for its identity. */
static void add_identity(struct radius *p, const struct aaa_request *q)
{
	uint8_t eap[EAP_NAI_MAX + EAP_HEADER + 1] = { EAP_RESPONSE, 0, 0, 0, EAP_IDENTITY };
	size_t n = q->nai_len <= EAP_NAI_MAX ? q->nai_len : 0;

	eap[3] = (uint8_t)(EAP_HEADER + 1 + n);
	if (n)
		memcpy(eap + EAP_HEADER + 1, q->nai, n);
	radius_add_eap(p, eap, EAP_HEADER + 1 + n);
}

static void build(struct aaa_radius *r, struct asked *a, uint8_t id, const struct aaa_request *q)
{
	const struct state *s = g_hash_table_lookup(r->states, GUINT_TO_POINTER(a->session));

	for (unsigned i = 0; i < 4; i++) {
		guint32 v = g_random_int();

		memcpy(a->authenticator + 4 * i, &v, 4);
	}
	radius_begin(&a->packet, RADIUS_REQUEST, id);
	if (q->nai_len && q->nai_len <= EAP_NAI_MAX)
		radius_add(&a->packet, RADIUS_USER_NAME, q->nai, q->nai_len);
	radius_add(&a->packet, RADIUS_NAS_IP, r->nas, sizeof r->nas);
	if (s && q->eap_len)
		radius_add(&a->packet, RADIUS_STATE, s->octets, s->len);
	if (q->eap_len)
		radius_add_eap(&a->packet, q->eap, q->eap_len);
	else
		add_identity(&a->packet, q);
	radius_end_request(&a->packet, a->authenticator, r->c.secret);
}

static void on_ask(void *ctx, moor_handle session, moor_handle message, const struct aaa_request *q, bool first)
{
	struct aaa_radius *r = ctx;
	struct asked *a;
	uint8_t id;

	(void)first;
	if (q->authorise || q->eap_len > AAA_EAP_MAX || !(a = free_id(r, &id)))
		return;				/* no answer comes */
	a->r = r;
	a->message = message;
	a->session = session;
	g_strlcpy(a->apn, q->apn ? q->apn : "default", sizeof a->apn);
	a->imsi = (struct imsi){ .n = 0 };
	eap_id_kind(q->nai, q->nai_len, &a->imsi);
	build(r, a, id, q);
	send_it(a);
	a->again = g_timeout_add(r->c.repeat_ms, send_it, a);
}

static void on_forget(void *ctx, moor_handle message)
{
	struct aaa_radius *r = ctx;

	for (unsigned i = 0; i < IDS; i++)
		if (r->asked[i].message == message)
			done_with(&r->asked[i]);
}

static const struct aaa_carrier carrier = { on_ask, NULL, on_forget };

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The subscription to an APN, for good. */
static const struct aaa_apn *apn_of(struct aaa_radius *r, const char *name)
{
	struct aaa_apn *a = g_hash_table_lookup(r->apns, name);

	if (a)
		return a;
	a = g_new0(struct aaa_apn, 1);
	a->name = g_strdup(name);
	g_hash_table_insert(r->apns, (gpointer)a->name, a);
	return a;
}

static void keep_state(struct aaa_radius *r, const struct asked *a, const struct radius *p)
{
	size_t n = 0;
	const uint8_t *octets = p->octets[0] == RADIUS_CHALLENGE ? radius_find(p, RADIUS_STATE, &n) : NULL;
	struct state *s;

	if (!octets) {
		g_hash_table_remove(r->states, GUINT_TO_POINTER(a->session));
		return;
	}
	s = g_new0(struct state, 1);
	s->len = n;
	memcpy(s->octets, octets, n);
	g_hash_table_insert(r->states, GUINT_TO_POINTER(a->session), s);
}

/* MSK: what the server sends with, as the client sees it, comes second [RFC 2548 2.4.2, 2.4.3]. */
static void take(struct aaa_radius *r, struct asked *a, const struct radius *p)
{
	uint8_t eap[AAA_EAP_MAX], msk[64];
	struct aaa_answer x = { .result = AAA_REJECTED, .eap = eap, .msk = msk, .target = { .when = AAA_NEVER } };
	moor_handle message = a->message;

	x.eap_len = (uint16_t)radius_eap(p, eap, sizeof eap);
	if (p->octets[0] == RADIUS_CHALLENGE)
		x.result = AAA_MULTI_ROUND;
	if (p->octets[0] == RADIUS_ACCEPT) {
		x.result = AAA_SUCCESS;
		x.apn = apn_of(r, a->apn);
		x.imsi = a->imsi;
		if (radius_key(p, RADIUS_MPPE_RECV_KEY, r->c.secret, a->authenticator, msk) &&
		    radius_key(p, RADIUS_MPPE_SEND_KEY, r->c.secret, a->authenticator, msk + 32))
			x.msk_len = sizeof msk;
	}
	keep_state(r, a, p);
	done_with(a);
	if (!live_running(r->c.live))
		return;
	live_now(r->c.live);
	aaa_client_answered(r->client, message, &x);
}

static void receive(struct aaa_radius *r, struct radius *p)
{
	struct asked *a = &r->asked[p->octets[1]];
	bool answer = p->len >= 20 && (p->octets[0] == RADIUS_ACCEPT || p->octets[0] == RADIUS_REJECT ||
				       p->octets[0] == RADIUS_CHALLENGE);

	if (!answer || !a->message)
		return;
	if (radius_good(p, a->authenticator, r->c.secret)) {
		take(r, a, p);
	} else if (!r->told) {
		say(r, "an answer that does not know the secret");
		r->told = true;
	}
}

static gboolean readable(GSocket *s, GIOCondition condition, gpointer user)
{
	struct aaa_radius *r = user;
	struct radius p;

	(void)condition;
	for (unsigned i = 0; i < BURST; i++) {
		gssize n = g_socket_receive(s, (char *)p.octets, sizeof p.octets, NULL, NULL);

		if (n < 0)			/* nothing more, or nobody listens there */
			break;
		p.len = (size_t)n;
		if (n > 1)
			receive(r, &p);
	}
	return G_SOURCE_CONTINUE;
}

/* An octet that is no packet: servers pass over it, a host without one refuses it. */
bool aaa_radius_reached(struct aaa_radius *r, unsigned ms)
{
	char back[64] = { 0 };

	for (unsigned t = 0; t <= ms; t += PROBE_MS) {
		if (g_socket_send(r->socket, back, 1, NULL, NULL) == 1 &&
		    !g_socket_condition_timed_wait(r->socket, G_IO_IN, PROBE_MS * 1000, NULL, NULL))
			return true;
		g_socket_receive(r->socket, back, sizeof back, NULL, NULL);	/* the refusal */
		g_usleep(PROBE_MS * 1000);
	}
	return false;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

void aaa_radius_free(struct aaa_radius *r)
{
	if (!r)
		return;
	if (r->client)
		aaa_client_carry(r->client, NULL, NULL, NULL);
	for (unsigned i = 0; i < IDS; i++)
		done_with(&r->asked[i]);
	if (r->in) {
		g_source_destroy(r->in);
		g_source_unref(r->in);
	}
	g_clear_object(&r->socket);
	g_hash_table_destroy(r->states);
	g_hash_table_destroy(r->apns);
	g_free(r);
}

static void apn_free(gpointer x)
{
	struct aaa_apn *a = x;

	g_free((gpointer)a->name);
	g_free(a);
}

static bool open_socket(struct aaa_radius *r, GError **error)
{
	GSocketAddress *own = g_inet_socket_address_new_from_string(r->c.address, 0);
	GSocketAddress *to = g_inet_socket_address_new_from_string(r->c.server, r->c.port);
	bool fine;

	r->socket = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);
	fine = r->socket && g_socket_bind(r->socket, own, TRUE, error) && g_socket_connect(r->socket, to, NULL, error);
	if (fine) {
		g_socket_set_blocking(r->socket, FALSE);
		memcpy(r->nas, g_inet_address_to_bytes(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(own))), 4);
		r->in = g_socket_create_source(r->socket, G_IO_IN, NULL);
		g_source_set_callback(r->in, G_SOURCE_FUNC(readable), r, NULL);
		g_source_attach(r->in, NULL);
	}
	g_object_unref(own);
	g_object_unref(to);
	return fine;
}

struct aaa_radius *aaa_radius_new(const struct aaa_radius_config *c, struct aaa_client *client,
				  struct moor_node *server, GError **error)
{
	struct aaa_radius *r = g_new0(struct aaa_radius, 1);

	r->c = *c;
	r->states = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	r->apns = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, apn_free);
	if (!open_socket(r, error)) {
		aaa_radius_free(r);
		return NULL;
	}
	r->client = client;
	aaa_client_carry(client, server, &carrier, r);
	return r;
}

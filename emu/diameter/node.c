/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a Diameter node: its peers, and the requests that wait for answers [RFC 6733 2.1, 5.5.4, 5.6.4, 6.1]
 *
 * Requests that were under way when a connection was lost are sent again with the T flag when there is another; their
 * user decides how long they are worth waiting for. The module has no state but that of its nodes.
 */
#include "emu/diameter/priv.h"

#define REST_MS 100u			/* of the listener, when there is no descriptor for who comes */
#define SENDS_MAX 4u			/* of one request, over one connection after the other */
#define DPA_US 300000			/* how long the end of a run waits for one */

void node_say(struct diameter_node *d, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!d->c.say || d->closing)
		return;
	va_start(ap, fmt);
	text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	d->c.say(d->c.ctx, text);
	g_free(text);
}

static struct link *route(const struct diameter_node *d, const struct diam_avp *host);
static void dispatch(struct diameter_node *d, struct pending *p, struct link *l);
static bool worn_out(struct diameter_node *d, const struct pending *p);

/* ---- links ------------------------------------------------------------------------------------------------------- */

static gboolean sweep(gpointer user)
{
	struct diameter_node *d = user;

	d->sweep = 0;
	for (guint i = d->links->len; i--;) {
		struct link *l = d->links->pdata[i];

		if (l->state == LINK_DEAD) {
			g_ptr_array_remove_index(d->links, i);
			link_free(l);
		}
	}
	return G_SOURCE_REMOVE;
}

static gboolean again(gpointer user)
{
	struct peer *p = user;
	GError *e = NULL;

	p->retry = 0;
	if (!link_to(p->d, p, &e)) {
		node_say(p->d, "%s: %s", p->identity, e->message);
		p->retry = g_timeout_add(p->d->c.retry_ms, again, p);
	}
	g_clear_error(&e);
	return G_SOURCE_REMOVE;
}

static bool has_link(const struct diameter_node *d, const struct peer *p)
{
	for (guint i = 0; i < d->links->len; i++) {
		const struct link *l = d->links->pdata[i];

		if (l->state != LINK_DEAD && (l->peer == p || (l->identity && !g_ascii_strcasecmp(l->identity, p->identity))))
			return true;
	}
	return false;
}

static struct link *by_id(const struct diameter_node *d, uint32_t id)
{
	for (guint i = 0; i < d->links->len; i++) {
		struct link *l = d->links->pdata[i];

		if (l->id == id && l->state != LINK_DEAD)
			return l;
	}
	return NULL;
}

void node_lost(struct diameter_node *d, struct link *l)
{
	struct link *next = route(d, NULL);	/* [RFC 6733 5.5.4] */
	GHashTableIter it;
	struct pending *p;

	g_hash_table_iter_init(&it, d->pending);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&p)) {
		if (p->link != l->id)
			continue;
		p->link = 0;
		if (!d->closing && worn_out(d, p))
			g_hash_table_iter_remove(&it);
		else if (next && !d->closing)
			dispatch(d, p, next);
	}
	if (!d->sweep)
		d->sweep = g_idle_add(sweep, d);
	for (guint i = 0; i < d->peers->len && !d->closing; i++) {
		struct peer *x = d->peers->pdata[i];

		if (!x->retry && !has_link(d, x))
			x->retry = g_timeout_add(d->c.retry_ms, again, x);
	}
}

bool node_elects(struct diameter_node *d, struct link *l)
{
	for (guint i = 0; i < d->links->len; i++) {
		struct link *x = d->links->pdata[i];
		const char *name = x->identity ? x->identity : x->peer ? x->peer->identity : "";

		if (x == l || x->state == LINK_DEAD || x->state == LINK_CLOSING || g_ascii_strcasecmp(name, l->identity))
			continue;
		if (link_is_open(x) || g_ascii_strcasecmp(d->identity, l->identity) < 0)
			return false;
		link_drop(x, NULL);	/* we won: the connection that we began goes */
	}
	return true;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void pending_free(gpointer x)
{
	struct pending *p = x;

	g_byte_array_free(p->octets, TRUE);
	g_free(p);
}

/* Who lets connection after connection go without an answer does not get the request for ever. */
static bool worn_out(struct diameter_node *d, const struct pending *p)
{
	if (p->sends < SENDS_MAX)
		return false;
	node_say(d, "a request was sent %u times without an answer, and is given up", p->sends);
	d->counts.given_up++;
	return true;
}

static void dispatch(struct diameter_node *d, struct pending *p, struct link *l)
{
	p->sends++;
	if (p->octets->data[4] & DIAM_F_AGAIN)
		d->counts.again++;
	p->link = l->id;
	link_send(l, p->octets->data, p->octets->len);
	p->octets->data[4] |= DIAM_F_AGAIN;		/* of the next time */
}

void node_opened(struct diameter_node *d, struct link *l)
{
	GHashTableIter it;
	struct pending *p;

	node_say(d, "%s is connected", l->identity);
	g_hash_table_iter_init(&it, d->pending);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&p))
		if (!p->link)
			dispatch(d, p, l);
}

void node_answered(struct diameter_node *d, const struct diam_msg *m, const uint8_t *octets, size_t n)
{
	struct pending *p = g_hash_table_lookup(d->pending, GUINT_TO_POINTER(m->hop));
	uint32_t tag;

	if (!p || load32(p->octets->data + 16) != m->end)
		return;				/* forgotten, or nobody's */
	tag = p->tag;
	g_hash_table_remove(d->pending, GUINT_TO_POINTER(m->hop));
	d->c.answer(d->c.ctx, tag, octets, n);
}

/* The open link to that host, else any. A suspect one only when there is no other. */
static struct link *route(const struct diameter_node *d, const struct diam_avp *host)
{
	struct link *best = NULL;

	for (guint i = 0; i < d->links->len; i++) {
		struct link *l = d->links->pdata[i];

		if (!link_is_open(l))
			continue;
		if (host && strlen(l->identity) == host->len &&
		    !g_ascii_strncasecmp(l->identity, (const char *)host->data, host->len))
			return l;
		if (!best || (best->state == LINK_SUSPECT && l->state == LINK_OPEN))
			best = l;
	}
	return best;
}

static bool node_send(struct diameter_node *d, const uint8_t *octets, size_t n, uint32_t tag)
{
	struct diam_msg *m = g_new(struct diam_msg, 1);
	struct fault fault;
	struct link *l = diam_decode(octets, n, m, &fault, NULL) ?
		route(d, diam_find(m, NULL, AVP_DESTINATION_HOST)) : NULL;
	struct pending *p;

	g_free(m);
	if (!l)
		return false;
	p = g_new0(struct pending, 1);
	p->tag = tag;
	p->hop = ++d->next_hop;
	p->octets = g_byte_array_new();
	g_byte_array_append(p->octets, octets, (guint)n);
	store32(p->octets->data + 12, p->hop);
	store32(p->octets->data + 16, ++d->next_end);
	g_hash_table_insert(d->pending, GUINT_TO_POINTER(p->hop), p);
	dispatch(d, p, l);
	return true;
}

static void node_forget(struct diameter_node *d, uint32_t tag)
{
	GHashTableIter it;
	struct pending *p;

	g_hash_table_iter_init(&it, d->pending);
	while (g_hash_table_iter_next(&it, NULL, (gpointer *)&p)) {
		if (p->tag == tag) {
			g_hash_table_iter_remove(&it);
			return;
		}
	}
}

static void node_reply(struct diameter_node *d, uint32_t link, const uint8_t *octets, size_t n)
{
	struct link *l = by_id(d, link);

	if (l)
		link_send(l, octets, n);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static gboolean came(GSocket *s, GIOCondition condition, gpointer user);

static void listen_now(struct diameter_node *d)
{
	d->incoming = g_socket_create_source(d->listener, G_IO_IN, NULL);
	g_source_set_callback(d->incoming, G_SOURCE_FUNC(came), d, NULL);
	g_source_attach(d->incoming, NULL);
}

static gboolean rested(gpointer user)
{
	struct diameter_node *d = user;

	d->rest = 0;
	listen_now(d);
	return G_SOURCE_REMOVE;
}

/* Without a descriptor for it a connection stays in the queue, and would wake us again at once, and again. */
static gboolean came(GSocket *s, GIOCondition condition, gpointer user)
{
	struct diameter_node *d = user;
	GError *e = NULL;
	GSocket *one = g_socket_accept(s, NULL, &e);
	bool gone = !one && (g_error_matches(e, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ||
			     g_error_matches(e, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED));

	(void)condition;
	if (one)
		link_from(d, one);
	if (one || gone) {
		g_clear_error(&e);
		return G_SOURCE_CONTINUE;
	}
	if (!d->counts.unaccepted++)
		node_say(d, "a connection cannot be taken: %s", e->message);
	g_error_free(e);
	g_clear_pointer(&d->incoming, g_source_unref);
	d->rest = g_timeout_add(REST_MS, rested, d);
	return G_SOURCE_REMOVE;
}

static bool listen_on(struct diameter_node *d, GError **error)
{
	GSocketAddress *at = g_inet_socket_address_new(d->address, d->c.port);
	bool fine;

	d->listener = g_socket_new(g_socket_address_get_family(at), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
	fine = d->listener && g_socket_bind(d->listener, at, TRUE, error) && g_socket_listen(d->listener, error);
	g_object_unref(at);
	if (!fine)
		return false;
	g_socket_set_blocking(d->listener, FALSE);
	listen_now(d);
	return true;
}

static void peer_free(gpointer x)
{
	struct peer *p = x;

	if (p->retry)
		g_source_remove(p->retry);
	g_object_unref(p->address);
	g_free(p->identity);
	g_free(p);
}

/* What was written leaves before the socket closes, and the DPA has a moment to come [RFC 6733 5.4]. */
static void part_from(struct link *l)
{
	char buf[1024];

	base_dpr(l, DIAM_REBOOTING);
	g_socket_send(l->socket, (const char *)l->write->data, l->write->len, NULL, NULL);
	if (g_socket_condition_timed_wait(l->socket, G_IO_IN, DPA_US, NULL, NULL))
		g_socket_receive(l->socket, buf, sizeof buf, NULL, NULL);
	g_socket_close(l->socket, NULL);
}

static void node_close(struct diameter_node *d)
{
	d->closing = true;
	for (guint i = 0; i < d->links->len; i++) {
		struct link *l = d->links->pdata[i];

		if (link_is_open(l) && !d->hangs)
			part_from(l);
		link_free(l);
	}
	g_ptr_array_free(d->links, TRUE);
	g_ptr_array_free(d->peers, TRUE);
	g_hash_table_destroy(d->pending);
	if (d->incoming) {
		g_source_destroy(d->incoming);
		g_source_unref(d->incoming);
	}
	if (d->sweep)
		g_source_remove(d->sweep);
	if (d->rest)
		g_source_remove(d->rest);
	g_clear_object(&d->listener);
	g_clear_object(&d->address);
	g_free(d->identity);
	g_free(d->realm);
	g_free(d);
}

static struct diameter_node *node_open(const struct diameter_config *c, GError **error)
{
	struct diameter_node *d = g_new0(struct diameter_node, 1);

	d->c = *c;
	d->identity = g_strdup(c->identity);
	d->realm = g_strdup(c->realm);
	d->links = g_ptr_array_new();
	d->peers = g_ptr_array_new_with_free_func(peer_free);
	d->pending = g_hash_table_new_full(NULL, NULL, NULL, pending_free);
	d->next_hop = g_str_hash(c->identity);
	d->next_end = c->state_id << 20 | (d->next_hop & 0xfffff);	/* [RFC 6733 3]: the time's low 12 bits and any 20 */
	d->address = g_inet_address_new_from_string(c->address);
	if (!d->address)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s is no address", c->address);
	if (d->address && (!c->port || listen_on(d, error)))
		return d;
	node_close(d);
	return NULL;
}

static void node_peer(struct diameter_node *d, const char *identity, const char *address, uint16_t port)
{
	GSocketAddress *at = g_inet_socket_address_new_from_string(address, port);
	struct peer *p;

	if (!at)
		return;
	p = g_new0(struct peer, 1);
	p->d = d;
	p->identity = g_strdup(identity);
	p->address = at;
	g_ptr_array_add(d->peers, p);
	again(p);
}

static bool node_ready(const struct diameter_node *d)
{
	for (guint i = 0; i < d->links->len; i++)
		if (link_is_open(d->links->pdata[i]))
			return true;
	return false;
}

static void node_hang(struct diameter_node *d, bool hangs)
{
	if (d->hangs == hangs)
		return;
	d->hangs = hangs;
	for (guint i = 0; i < d->links->len && !hangs; i++)
		link_wake(d->links->pdata[i]);
}

static struct diameter_counts node_counts(const struct diameter_node *d) { return d->counts; }

extern const struct diameter_api mooring_diameter;
const struct diameter_api mooring_diameter = {
	DIAMETER_API, node_open, node_close, node_peer, node_ready, node_send, node_forget, node_reply, node_hang, node_counts
};

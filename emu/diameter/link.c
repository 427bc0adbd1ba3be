/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: one connection of a Diameter node [RFC 6733 2.1, 5.6; RFC 3539 3.4.1]
 *
 * Octets come in any pieces and are cut into messages by their lengths; a length that cannot be one ends the
 * connection, since nothing behind it could be found. The watchdog asks when nothing was heard for its time, and takes
 * silence for as long again as a connection that is suspect, and once more for one that is lost. Not here: TLS, SCTP,
 * the three DWAs after which RFC 3539 trusts a connection again.
 */
#include "emu/diameter/priv.h"

#define HANDSHAKE_S 10u
#define DPA_S 2u
#define READ_ROOM 16384u
#define WRITE_HIGH (256u << 10)	/* octets that a peer has not taken: until it does it is not heard */

static void watch(struct link *l);

bool link_is_open(const struct link *l) { return l->state == LINK_OPEN || l->state == LINK_SUSPECT; }

/* ---- timers ------------------------------------------------------------------------------------------------------ */

static gboolean too_long(gpointer user)
{
	struct link *l = user;

	l->timer = 0;
	link_drop(l, l->state == LINK_CLOSING ? NULL : l->state == LINK_CONNECTING ? "does not answer" :
		  "exchanged no capabilities");
	return G_SOURCE_REMOVE;
}

static gboolean watchdog(gpointer user)
{
	struct link *l = user;

	l->timer = 0;
	if (l->heard || l->d->hangs) {
		l->state = LINK_OPEN;
		l->waits_dwa = false;
	} else if (!l->waits_dwa) {
		base_dwr(l);
		l->waits_dwa = true;
	} else if (l->state == LINK_OPEN) {
		l->state = LINK_SUSPECT;
		node_say(l->d, "%s does not answer the watchdog", l->identity);
	} else {
		link_drop(l, "is lost: no answer to the watchdog");
		return G_SOURCE_REMOVE;
	}
	l->heard = false;
	link_set(l, l->state);
	return G_SOURCE_REMOVE;
}

void link_set(struct link *l, enum link_state state)
{
	unsigned tw = l->d->c.watchdog_s * 1000;

	l->state = state;
	if (l->timer)
		g_source_remove(l->timer);
	switch (state) {
	case LINK_CONNECTING:
	case LINK_WAIT_CEA:
	case LINK_WAIT_CER:
		l->timer = g_timeout_add_seconds(HANDSHAKE_S, too_long, l);
		return;
	case LINK_OPEN:
	case LINK_SUSPECT:		/* up to a third more or less, two seconds at most [RFC 3539 3.4.1] */
		l->timer = g_timeout_add(tw + g_random_int_range(0, 2 * (gint32)MIN(tw / 3, 2000) + 1) - MIN(tw / 3, 2000),
					 watchdog, l);
		return;
	case LINK_CLOSING:
		l->timer = g_timeout_add_seconds(DPA_S, too_long, l);
		return;
	case LINK_DEAD:
		l->timer = 0;
		return;
	}
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static void unwatch(GSource **s)
{
	if (*s) {
		g_source_destroy(*s);
		g_source_unref(*s);
	}
	*s = NULL;
}

void link_drop(struct link *l, const char *why)
{
	bool was_closing = l->state == LINK_CLOSING;

	if (l->state == LINK_DEAD)
		return;
	if (why && !was_closing && !(l->peer && l->peer->told))
		node_say(l->d, "%s %s", l->identity ? l->identity : l->peer ? l->peer->identity : "a connection", why);
	if (l->peer && l->state == LINK_CONNECTING)
		l->peer->told = true;
	link_set(l, LINK_DEAD);
	unwatch(&l->in);
	unwatch(&l->out);
	g_socket_close(l->socket, NULL);
	node_lost(l->d, l);
}

void link_free(struct link *l)
{
	if (l->timer)
		g_source_remove(l->timer);
	unwatch(&l->in);
	unwatch(&l->out);
	g_object_unref(l->socket);
	g_byte_array_free(l->read, TRUE);
	g_byte_array_free(l->write, TRUE);
	g_free(l->identity);
	g_free(l->realm);
	g_free(l);
}

/* ---- octets ------------------------------------------------------------------------------------------------------ */

static void take_messages(struct link *l)
{
	size_t at = 0;

	while (l->state != LINK_DEAD) {
		size_t n = diam_length(l->read->data + at, l->read->len - at);

		if (l->read->len - at >= 4 && (n < DIAM_HEADER || n % 4 || n > DIAM_MESSAGE_MAX)) {
			link_drop(l, "sent a length that none can be");
			return;
		}
		if (!n || n > l->read->len - at)
			break;
		l->heard = true;
		l->d->counts.in++;
		link_message(l, l->read->data + at, n);
		at += n;
	}
	g_byte_array_remove_range(l->read, 0, (guint)MIN(at, l->read->len));
}

static gboolean readable(GSocket *s, GIOCondition condition, gpointer user)
{
	struct link *l = user;
	guint8 buf[READ_ROOM];
	GError *e = NULL;
	gssize n;

	(void)condition;
	if (l->d->hangs || l->write->len >= WRITE_HIGH) {	/* the source would ask again at once */
		unwatch(&l->in);
		return G_SOURCE_REMOVE;
	}
	n = g_socket_receive(s, (char *)buf, sizeof buf, NULL, &e);
	if (n > 0) {
		g_byte_array_append(l->read, buf, (guint)n);
		take_messages(l);
	} else if (!g_error_matches(e, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
		link_drop(l, "closed the connection");
	}
	g_clear_error(&e);
	return l->state == LINK_DEAD ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void connected(struct link *l)
{
	GError *e = NULL;

	if (!g_socket_check_connect_result(l->socket, &e)) {
		link_drop(l, e->message);
		g_clear_error(&e);
		return;
	}
	l->peer->told = false;
	link_set(l, LINK_WAIT_CEA);
	base_cer(l);
	watch(l);
}

static gboolean writable(GSocket *s, GIOCondition condition, gpointer user)
{
	struct link *l = user;
	GError *e = NULL;
	gssize n;

	(void)condition;
	unwatch(&l->out);
	if (l->state == LINK_CONNECTING) {
		connected(l);
		return G_SOURCE_REMOVE;
	}
	n = g_socket_send(s, (const char *)l->write->data, l->write->len, NULL, &e);
	if (n > 0)
		g_byte_array_remove_range(l->write, 0, (guint)n);
	else if (!g_error_matches(e, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
		link_drop(l, "cannot be written to");
	g_clear_error(&e);
	if (l->state != LINK_DEAD)
		watch(l);
	return G_SOURCE_REMOVE;
}

static GSource *add(struct link *l, GIOCondition condition, GSocketSourceFunc fn)
{
	GSource *s = g_socket_create_source(l->socket, condition, NULL);

	g_source_set_callback(s, G_SOURCE_FUNC(fn), l, NULL);
	g_source_attach(s, NULL);
	return s;
}

/* Asks for what is needed now. */
static void watch(struct link *l)
{
	bool writes = l->state == LINK_CONNECTING || l->write->len;

	if (!l->in && l->state != LINK_CONNECTING && !l->d->hangs && l->write->len < WRITE_HIGH)
		l->in = add(l, G_IO_IN, readable);
	if (!l->out && writes)
		l->out = add(l, G_IO_OUT, writable);
}

void link_wake(struct link *l)
{
	if (l->state != LINK_DEAD)
		watch(l);
}

void link_send(struct link *l, const uint8_t *octets, size_t n)
{
	if (l->state == LINK_DEAD || !n)
		return;
	l->d->counts.out++;
	g_byte_array_append(l->write, octets, (guint)n);
	watch(l);
}

/* ---- making them ------------------------------------------------------------------------------------------------- */

static struct link *link_new(struct diameter_node *d, GSocket *s, struct peer *p)
{
	struct link *l = g_new0(struct link, 1);

	l->d = d;
	l->id = ++d->next_link;
	l->socket = s;
	l->peer = p;
	l->ours = p;
	l->read = g_byte_array_new();
	l->write = g_byte_array_new();
	g_socket_set_blocking(s, FALSE);
	g_socket_set_option(s, 6, 1, 1, NULL);		/* TCP_NODELAY */
	g_ptr_array_add(d->links, l);
	link_set(l, p ? LINK_CONNECTING : LINK_WAIT_CER);
	return l;
}

struct link *link_from(struct diameter_node *d, GSocket *s)
{
	struct link *l = link_new(d, s, NULL);

	watch(l);
	return l;
}

struct link *link_to(struct diameter_node *d, struct peer *p, GError **error)
{
	GSocket *s = g_socket_new(g_socket_address_get_family(p->address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
				  error);
	GSocketAddress *own = g_inet_socket_address_new(d->address, 0);
	GError *e = NULL;
	struct link *l;

	if (s && !g_socket_bind(s, own, TRUE, error))
		g_clear_object(&s);
	g_object_unref(own);
	if (!s)
		return NULL;
	l = link_new(d, s, p);
	if (g_socket_connect(s, p->address, NULL, &e) || g_error_matches(e, G_IO_ERROR, G_IO_ERROR_PENDING))
		watch(l);
	else
		link_drop(l, e->message);
	g_clear_error(&e);
	return l;
}

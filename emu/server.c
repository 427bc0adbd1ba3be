/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a server that cannot be disturbed
 *
 * Control and figures of a live run are served by the thread that runs it. So a turn takes a kilobyte at most of what a
 * client says, nobody is heard while much waits for him, and each buffer has its bound. A client that is ended has two
 * seconds to take what was said to it; what it goes on saying is thrown away, because closing a socket with octets
 * unread would take the answer back. It implements no clause.
 */
#include "emu/server.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TURN = 1024,			/* octets that are read at a time */
	HIGH = 64 * 1024,		/* with so many waiting nothing is read */
	LINGER = 2			/* seconds to take the last answer */
};

struct server_client {
	struct server *s;
	int fd;
	GString *in, *out;
	size_t taken;			/* of out */
	guint readable, writable, late, dropping;	/* sources; 0: none */
	bool ended, shut;
	bool deaf;			/* it has said its last */
	size_t past;			/* octets heard since it was ended, and thrown away */
	const char *why;		/* it is dropped for; NULL */
	void *data;
};

struct server {
	int fd;
	guint source;			/* 0: not listening now */
	const struct server_ops *ops;
	struct server_limits limits;
	void *ctx;
	GPtrArray *clients;
};

static void listen_on(struct server *s);

static void stop_source(guint *id)
{
	if (*id)
		g_source_remove(*id);
	*id = 0;
}

static void drop(struct server_client *c)
{
	struct server *s = c->s;

	stop_source(&c->readable);
	stop_source(&c->writable);
	stop_source(&c->late);
	stop_source(&c->dropping);
	g_ptr_array_remove_fast(s->clients, c);
	if (s->ops->gone)
		s->ops->gone(s->ctx, c, c->why);
	close(c->fd);
	g_string_free(c->in, TRUE);
	g_string_free(c->out, TRUE);
	g_free(c);
	if (!s->source && s->fd >= 0)
		listen_on(s);
}

static gboolean drop_now(gpointer user)
{
	struct server_client *c = user;

	c->dropping = 0;
	drop(c);
	return G_SOURCE_REMOVE;
}

/* Not at once: whoever found out may be inside of the world, or about to go on with this client. */
static void drop_soon(struct server_client *c, const char *why)
{
	if (c->dropping)
		return;
	c->why = why;
	c->ended = true;
	c->dropping = g_idle_add_full(G_PRIORITY_DEFAULT, drop_now, c, NULL);
}

static gboolean too_late(gpointer user)
{
	struct server_client *c = user;

	c->late = 0;
	drop_soon(c, c->ended ? c->why : "it took too long");
	return G_SOURCE_REMOVE;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void hear(struct server_client *c);
static gboolean heard(gint fd, GIOCondition condition, gpointer user);

/* What was said is taken, and no more will be. */
static void finish(struct server_client *c)
{
	if (!c->ended || server_waiting(c) || c->shut || c->dropping)
		return;
	c->shut = true;
	shutdown(c->fd, SHUT_WR);
	if (c->deaf)
		drop_soon(c, c->why);
}

static gboolean tell(gint fd, GIOCondition condition, gpointer user)
{
	struct server_client *c = user;
	ssize_t n = send(fd, c->out->str + c->taken, c->out->len - c->taken, MSG_NOSIGNAL | MSG_DONTWAIT);
	bool full = n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS);

	(void)condition;
	if (n < 0 && !full) {
		c->writable = 0;
		drop_soon(c, NULL);
		return G_SOURCE_REMOVE;
	}
	c->taken += n > 0 ? (size_t)n : 0;
	if (c->taken < c->out->len)
		return G_SOURCE_CONTINUE;
	g_string_truncate(c->out, 0);
	c->taken = 0;
	c->writable = 0;
	finish(c);
	if (!c->readable && !c->deaf)
		c->readable = g_unix_fd_add(c->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, heard, c);
	if (!c->ended)
		hear(c);
	return G_SOURCE_REMOVE;
}

bool server_say(struct server_client *c, const char *octets, size_t len)
{
	if (c->ended)
		return false;
	if (server_waiting(c) + len > c->s->limits.out) {
		drop_soon(c, "it does not read what it asked for");
		return false;
	}
	/* what was taken goes when it is most of the buffer: each octet is moved once on the average */
	if (c->taken > c->out->len / 2) {
		g_string_erase(c->out, 0, (gssize)c->taken);
		c->taken = 0;
	}
	g_string_append_len(c->out, octets, (gssize)len);
	if (!c->writable)
		c->writable = g_unix_fd_add(c->fd, G_IO_OUT, tell, c);
	return true;
}

size_t server_waiting(const struct server_client *c)
{
	return c->out->len - c->taken;
}

void server_end(struct server_client *c)
{
	if (c->ended)
		return;
	c->ended = true;
	stop_source(&c->late);
	c->late = g_timeout_add_seconds(LINGER, too_late, c);
	finish(c);
}

static void flush(struct server_client *c, gint64 until)
{
	struct pollfd p = { .fd = c->fd, .events = POLLOUT };

	while (server_waiting(c) && !c->dropping) {
		gint64 left = (until - g_get_monotonic_time()) / 1000;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
		n = send(c->fd, c->out->str + c->taken, server_waiting(c), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		c->taken += n > 0 ? (size_t)n : 0;
	}
}

void server_flush(struct server *s, unsigned ms)
{
	gint64 until = g_get_monotonic_time() + (gint64)ms * 1000;

	for (guint k = 0; k < s->clients->len; k++)
		flush(s->clients->pdata[k], until);
}

void server_set(struct server_client *c, void *data)
{
	c->data = data;
}

void *server_get(const struct server_client *c)
{
	return c->data;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

/* Uses up what is there, as long as the answers are taken. */
static void hear(struct server_client *c)
{
	struct server *s = c->s;
	size_t used = 1, at = 0;

	while (!c->ended && used && at < c->in->len && server_waiting(c) < HIGH) {
		used = s->ops->input(s->ctx, c, c->in->str + at, c->in->len - at);
		at += used;
	}
	g_string_erase(c->in, 0, (gssize)at);
	if (c->in->len > s->limits.in && !c->ended && !used) {
		if (s->ops->too_long)
			s->ops->too_long(s->ctx, c);
		c->why = "a request without an end";
		server_end(c);
	}
}

static gboolean heard(gint fd, GIOCondition condition, gpointer user)
{
	struct server_client *c = user;
	char octets[TURN];
	ssize_t n;

	if (!c->ended && server_waiting(c) >= HIGH && !(condition & (G_IO_HUP | G_IO_ERR))) {
		/* heard again when it has taken its answers: until then this source would turn in circles */
		c->readable = 0;
		return G_SOURCE_REMOVE;
	}
	n = recv(fd, octets, sizeof octets, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		/* half a request at the end counts for nothing; but who only stopped talking still gets its answers */
		c->readable = 0;
		c->deaf = true;
		if (n < 0 || c->ended || (condition & G_IO_HUP))
			drop_soon(c, c->why);
		else
			server_end(c);
		return G_SOURCE_REMOVE;
	}
	if (c->ended) {
		c->past += (size_t)n;
		if (c->past > HIGH)
			drop_soon(c, c->why);
		return G_SOURCE_CONTINUE;
	}
	g_string_append_len(c->in, octets, n);
	hear(c);
	return G_SOURCE_CONTINUE;
}

static gboolean came(gint fd, GIOCondition condition, gpointer user)
{
	struct server *s = user;
	struct server_client *c;
	int own = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)condition;
	if (own < 0)
		return G_SOURCE_CONTINUE;
	c = g_new0(struct server_client, 1);
	*c = (struct server_client){ .s = s, .fd = own, .in = g_string_new(NULL), .out = g_string_new(NULL) };
	g_ptr_array_add(s->clients, c);
	c->readable = g_unix_fd_add(own, G_IO_IN | G_IO_HUP | G_IO_ERR, heard, c);
	if (s->limits.patience)
		c->late = g_timeout_add_seconds(s->limits.patience, too_late, c);
	if (s->clients->len < s->limits.clients)
		return G_SOURCE_CONTINUE;
	s->source = 0;
	return G_SOURCE_REMOVE;
}

/* ---- the server -------------------------------------------------------------------------------------------------- */

static void listen_on(struct server *s)
{
	s->source = g_unix_fd_add(s->fd, G_IO_IN, came, s);
}

struct server *server_new(int fd, const struct server_ops *ops, const struct server_limits *limits, void *ctx)
{
	struct server *s = g_new0(struct server, 1);

	*s = (struct server){ .fd = fd, .ops = ops, .limits = *limits, .ctx = ctx, .clients = g_ptr_array_new() };
	listen_on(s);
	return s;
}

void server_free(struct server *s)
{
	int fd;

	if (!s)
		return;
	stop_source(&s->source);
	fd = s->fd;
	s->fd = -1;
	while (s->clients->len)
		drop(s->clients->pdata[0]);
	close(fd);
	g_ptr_array_free(s->clients, TRUE);
	g_free(s);
}

void server_forked(struct server *s)
{
	close(s->fd);
	for (guint k = 0; k < s->clients->len; k++)
		close(((struct server_client *)s->clients->pdata[k])->fd);
}

unsigned server_clients(const struct server *s)
{
	return s->clients->len;
}

void server_each(struct server *s, void (*fn)(void *ctx, struct server_client *c), void *ctx)
{
	for (guint k = 0; k < s->clients->len; k++)
		fn(ctx, s->clients->pdata[k]);
}

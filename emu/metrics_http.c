/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: figures over HTTP
 *
 * The few rules of HTTP/1.1 that a server of one resource needs [RFC 9112 2, 3, 6; RFC 9110 9.3.1, 9.3.2]: GET and
 * HEAD, no body taken, Connection: close on every answer. An HTTP library would bring a hundred further ones, and a
 * thread or a main loop of its own beside the one that runs the world; connections and their bounds are server.c's,
 * which control has anyway. docs/decisions/0007-metrics-without-a-library.md has the comparison.
 */
#include "emu/metrics_http.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/server.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"
enum { CLIENTS = 16, PATIENCE = 10, OUT_MAX = 16 << 20 };

struct metrics_http {
	struct server *server;
	void (*print)(void *ctx, GString *out);
	void *ctx;
	char *address;
};

GQuark metrics_http_error_quark(void)
{
	return g_quark_from_static_string("mooring-metrics-http");
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static void say(GString *out, const char *status, const char *more, const char *body, bool head)
{
	g_string_append_printf(out, "HTTP/1.1 %s\r\nContent-Type: " TYPE "\r\nContent-Length: %zu\r\n%s"
			       "Connection: close\r\n\r\n", status, strlen(body), more);
	if (!head)
		g_string_append(out, body);
}

/* The end of the head: octets up to it, or 0. Bare line feeds end lines too [RFC 9112 2.2]. */
static size_t head_length(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] != '\n')
			continue;
		if (i + 1 < len && p[i + 1] == '\n')
			return i + 2;
		if (i + 2 < len && p[i + 1] == '\r' && p[i + 2] == '\n')
			return i + 3;
	}
	return 0;
}

/* method, target and version of the first line, which ends with CR or LF; false: it is none. */
static bool request_line(const char *octets, char ***parts)
{
	char *line = g_strndup(octets, strcspn(octets, "\r\n"));

	*parts = g_strsplit(line, " ", 4);
	g_free(line);
	return g_strv_length(*parts) == 3 && *(*parts)[0] && (*parts)[1][0] == '/' &&
	       g_str_has_prefix((*parts)[2], "HTTP/1.");
}

static void answer(char **parts, void (*print)(void *ctx, GString *out), void *ctx, GString *out)
{
	bool head = !strcmp(parts[0], "HEAD");
	GString *body;

	parts[1][strcspn(parts[1], "?")] = 0;
	if (!head && strcmp(parts[0], "GET")) {
		say(out, "405 Method Not Allowed", "Allow: GET, HEAD\r\n", "only GET and HEAD\n", false);
		return;
	}
	if (strcmp(parts[1], "/metrics")) {
		say(out, "404 Not Found", "", "there is /metrics\n", head);
		return;
	}
	body = g_string_new(NULL);
	print(ctx, body);
	say(out, "200 OK", "", body->str, head);
	g_string_free(body, TRUE);
}

size_t metrics_http_answer(const char *octets, size_t len, void (*print)(void *ctx, GString *out), void *ctx,
			   GString *out)
{
	size_t n = head_length(octets, len);
	char **parts = NULL;

	/* what is no text at all will not become a request by waiting */
	if (!n && !memchr(octets, 0, len))
		return 0;
	if (n && !memchr(octets, 0, n) && request_line(octets, &parts))
		answer(parts, print, ctx, out);
	else
		say(out, "400 Bad Request", "", "that is no request\n", false);
	g_strfreev(parts);
	return n ? n : len;
}

/* ---- the socket -------------------------------------------------------------------------------------------------- */

static size_t input(void *ctx, struct server_client *c, const char *octets, size_t len)
{
	struct metrics_http *m = ctx;
	GString *out = g_string_new(NULL);
	size_t used = metrics_http_answer(octets, len, m->print, m->ctx, out);

	if (out->len) {
		server_say(c, out->str, out->len);
		server_end(c);
	}
	g_string_free(out, TRUE);
	return used;
}

static void too_long(void *ctx, struct server_client *c)
{
	GString *out = g_string_new(NULL);

	(void)ctx;
	say(out, "431 Request Header Fields Too Large", "", "too long\n", false);
	server_say(c, out->str, out->len);
	g_string_free(out, TRUE);
}

/* "PORT" or "ADDR:PORT" */
static GSocketAddress *parse(const char *where, GError **error)
{
	const char *colon = strrchr(where, ':');
	const char *digits = colon ? colon + 1 : where;
	char *host = colon ? g_strndup(where, (gsize)(colon - where)) : g_strdup("127.0.0.1");
	size_t n = strlen(host);
	GSocketAddress *a = NULL;
	guint64 port;

	if (n > 1 && host[0] == '[' && host[n - 1] == ']') {
		memmove(host, host + 1, n - 2);
		host[n - 2] = 0;
	} else if (colon && strchr(host, ':')) {
		*host = 0;		/* an IPv6 address without brackets: where would it end? */
	}
	if (g_ascii_string_to_unsigned(digits, 10, 0, 65535, &port, NULL))
		a = g_inet_socket_address_new_from_string(host, (guint)port);
	if (!a)
		g_set_error(error, METRICS_HTTP_ERROR, METRICS_HTTP_BAD_ADDRESS,
			    "--metrics %s: must be PORT, ADDRESS:PORT or [ADDRESS]:PORT, numbers all", where);
	g_free(host);
	return a;
}

static int listen_at(GSocketAddress *a, GError **error)
{
	gssize size = g_socket_address_get_native_size(a);
	char native[128];
	int fd = -1, yes = 1;

	if (size > 0 && (gsize)size <= sizeof native && g_socket_address_to_native(a, native, sizeof native, error)) {
		struct sockaddr *sa = (struct sockaddr *)(void *)native;

		fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) && !bind(fd, sa, (socklen_t)size) &&
		    !listen(fd, CLIENTS))
			return fd;
		g_set_error(error, METRICS_HTTP_ERROR, METRICS_HTTP_FAILED, "%s", g_strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static char *bound_address(int fd)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof own;
	GSocketAddress *a;
	char *text = NULL;

	if (getsockname(fd, (struct sockaddr *)(void *)&own, &len))
		return g_strdup("?");
	a = g_socket_address_new_from_native(&own, len);
	if (a)
		text = g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(a));
	g_clear_object(&a);
	return text ? text : g_strdup("?");
}

struct metrics_http *metrics_http_new(const char *where, void (*print)(void *ctx, GString *out), void *ctx,
				      GError **error)
{
	static const struct server_ops ops = { input, too_long, NULL };
	static const struct server_limits limits = {
		.clients = CLIENTS, .in = METRICS_REQUEST_MAX, .out = OUT_MAX, .patience = PATIENCE,
	};
	GSocketAddress *a = parse(where, error);
	int fd = a ? listen_at(a, error) : -1;
	struct metrics_http *m;

	if (a && fd < 0)
		g_prefix_error(error, "--metrics %s: ", where);
	g_clear_object(&a);
	if (fd < 0)
		return NULL;
	m = g_new0(struct metrics_http, 1);
	*m = (struct metrics_http){ .print = print, .ctx = ctx, .address = bound_address(fd) };
	m->server = server_new(fd, &ops, &limits, m);
	return m;
}

void metrics_http_free(struct metrics_http *m)
{
	if (!m)
		return;
	server_free(m->server);
	g_free(m->address);
	g_free(m);
}

void metrics_http_forked(struct metrics_http *m)
{
	server_forked(m->server);
}

const char *metrics_http_address(const struct metrics_http *m)
{
	return m->address;
}

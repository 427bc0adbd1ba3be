/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Control requests and figures over HTTP: what is asked rightly, and rubbish of every kind, by itself and through a
 * server with its bounds. It implements no clause.
 */
#include "tests/unit/harness.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu/control.h"
#include "emu/metrics_http.h"
#include "emu/server.h"

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* Echoes its words; `no` is refused. */
static bool echo(void *ctx, struct control_client *c, const char *const *words, guint n, JsonBuilder *out, char **why)
{
	unsigned *calls = ctx;

	(void)c;
	++*calls;
	if (!strcmp(words[0], "no")) {
		*why = g_strdup("no \"quoted\"\n");
		return false;
	}
	json_builder_set_member_name(out, "said");
	json_builder_add_string_value(out, words[n - 1]);
	return true;
}

static void answers(const char *request, gssize len, const char *answer, unsigned calls)
{
	unsigned n = 0;
	char *line = control_answer(echo, &n, NULL, request, len);

	CU_ASSERT_STRING_EQUAL(line, answer);
	CU_ASSERT_EQUAL(n, calls);
	g_free(line);
}

static void test_requests(void)
{
	answers("{\"words\":[\"a\",\"b\"]}", -1, "{\"ok\":true,\"said\":\"b\"}\n", 1);
	answers("{\"id\":7,\"words\":[\"a\"]}", -1, "{\"ok\":true,\"id\":7,\"said\":\"a\"}\n", 1);
	answers("{\"words\":[\"a\"],\"id\":\"x\"}\r", -1, "{\"ok\":true,\"id\":\"x\",\"said\":\"a\"}\n", 1);
	answers("{\"words\":[\"no\"],\"id\":-1}", -1, "{\"ok\":false,\"id\":-1,\"error\":\"no \\\"quoted\\\"\\n\"}\n", 1);
	/* brackets in a string are none */
	answers("{\"words\":[\"[[[[[[[[[[[[{{{\\\"[[[[\"]}", -1,
		"{\"ok\":true,\"said\":\"[[[[[[[[[[[[{{{\\\"[[[[\"}\n", 1);
}

static void refused(const char *request, gssize len)
{
	unsigned n = 0;
	char *line = control_answer(echo, &n, NULL, request, len);

	CU_ASSERT(g_str_has_prefix(line, "{\"ok\":false,"));
	CU_ASSERT(g_utf8_validate(line, -1, NULL));
	CU_ASSERT(g_str_has_suffix(line, "\"}\n"));
	CU_ASSERT_EQUAL(strchr(line, '\n'), line + strlen(line) - 1);
	CU_ASSERT_EQUAL(n, 0);
	g_free(line);
}

static void test_rubbish(void)
{
	static const char *const texts[] = {
		"", " ", "{", "}", "{}", "[]", "null", "true", "7", "\"status\"", "{\"words\":null}", "{\"words\":{}}",
		"{\"words\":[]}", "{\"words\":[null]}", "{\"words\":[[\"a\"]]}", "{\"words\":[\"a\",1]}", "{\"words\":\"a\"}",
		"{\"words\":[\"a\"],\"id\":1.5}", "{\"words\":[\"a\"],\"id\":null}", "{\"words\":[\"a\"],\"id\":[1]}",
		"{\"words\":[\"a\"],\"more\":1}", "{\"words\":[\"a\"]}{\"words\":[\"a\"]}", "{\"words\":[\"a\"", "{\"words\":[\"a]}",
		"{'words':['a']}", "{\"words\":[\"\\ud800\"]}x",
		"{\"words\":[\"\\ud83d\"]}", "{\"words\":[\"a\"],\"id\":\"\\udc00\"}", "{\"words\":[\"\\ud83d\":1}",
	};
	GString *long_one = g_string_new("{\"words\":[\"");

	for (gsize k = 0; k < G_N_ELEMENTS(texts); k++)
		refused(texts[k], -1);
	refused("{\"words\":[\"a\"]}\0 ", 17);
	refused("{\"words\":[\"\xff\"]}", -1);
	for (unsigned k = 0; k < CONTROL_LINE_MAX; k++)
		g_string_append_c(long_one, 'a');
	g_string_append(long_one, "\"]}");
	refused(long_one->str, (gssize)long_one->len);
	/* a bracket for each octet, closed and not */
	memset(long_one->str, '[', 16000);
	refused(long_one->str, 16000);
	memset(long_one->str + 8000, ']', 8000);
	refused(long_one->str, 16000);
	g_string_assign(long_one, "{\"words\":[\"a\"");
	for (unsigned k = 0; k < CONTROL_WORDS_MAX; k++)
		g_string_append(long_one, ",\"a\"");
	g_string_append(long_one, "]}");
	refused(long_one->str, -1);
	g_string_free(long_one, TRUE);
}

/* Whatever becomes of a request on its way: an answer, which is one object. */
static void test_damaged_requests(void)
{
	static const char good[] = "{\"id\":12,\"words\":[\"handover\",\"ue1\",\"wl\\u00e4n\",\"gap=50ms\"]}";
	GRand *r = g_rand_new_with_seed(6);
	unsigned bad = 0;

	for (unsigned k = 0; k < 20000; k++) {
		char text[sizeof good];
		unsigned n = 0;
		char *line;

		memcpy(text, good, sizeof good);
		for (gint32 i = g_rand_int_range(r, 1, 4); i > 0; i--)
			text[g_rand_int_range(r, 0, sizeof good - 1)] = (char)g_rand_int_range(r, 0, 256);
		line = control_answer(echo, &n, NULL, text, (gssize)g_rand_int_range(r, 0, sizeof good));
		bad += !g_str_has_prefix(line, "{\"ok\":") || strchr(line, '\n') != line + strlen(line) - 1;
		g_free(line);
	}
	CU_ASSERT_EQUAL(bad, 0);
	g_rand_free(r);
}

/* ---- a server's bounds ------------------------------------------------------------------------------------------- */

struct seen {
	struct server *s;
	unsigned gone;
	char *why;
	size_t say;			/* octets said for each one heard */
};

/* Uses up lines. */
static size_t lines(void *ctx, struct server_client *c, const char *octets, size_t len)
{
	struct seen *x = ctx;
	const char *end = memchr(octets, '\n', len);
	char *text = g_strnfill(x->say, 'y');

	if (end)
		server_say(c, text, x->say);
	g_free(text);
	return end ? (size_t)(end - octets) + 1 : 0;
}

static void gone(void *ctx, struct server_client *c, const char *why)
{
	struct seen *x = ctx;

	(void)c;
	x->gone++;
	g_free(x->why);
	x->why = g_strdup(why);
}

static const struct server_ops ops = { lines, NULL, gone };

static int listening(struct sockaddr_un *a, socklen_t *len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	g_snprintf(a->sun_path + 1, sizeof a->sun_path - 1, "mooring-test-%u", (unsigned)getpid());
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a->sun_path + 1));
	CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)(void *)a, *len), 0);
	CU_ASSERT_EQUAL(listen(fd, 8), 0);
	return fd;
}

static struct server *serve(struct seen *x, const struct server_limits *l, int *client)
{
	struct sockaddr_un a;
	socklen_t len;
	int fd = listening(&a, &len);

	x->s = server_new(fd, &ops, l, x);
	*client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CU_ASSERT_EQUAL(connect(*client, (struct sockaddr *)(void *)&a, len), 0);
	return x->s;
}

/* Turns until n clients are gone, for a minute at most. */
static void turn(const struct seen *x, unsigned n)
{
	gint64 until = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;

	while (x->gone < n && g_get_monotonic_time() < until)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(1000);
	CU_ASSERT_EQUAL(x->gone, n);
}

static void settle(void)
{
	for (unsigned k = 0; k < 20000 && g_main_context_iteration(NULL, FALSE); k++)
		;
}

/* Octets until the end, or until nothing comes. */
static size_t drain(int fd)
{
	static char room[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = recv(fd, room, sizeof room, 0)) > 0)
		all += (size_t)n;
	return all;
}

/* So many octets, as long as the server takes them; returns how many. */
static size_t fill(int fd, size_t n, char with)
{
	char *text = g_strnfill(n, with);
	size_t at = 0;

	while (at < n) {
		ssize_t k = send(fd, text + at, n - at, MSG_NOSIGNAL);

		if (k > 0)
			at += (size_t)k;
		else if (!g_main_context_iteration(NULL, FALSE))
			break;
	}
	g_free(text);
	return at;
}

static void test_endless_request(void)
{
	const struct server_limits l = { .clients = 4, .in = 5000, .out = 1000000 };
	struct seen x = { .say = 10 };
	int fd;
	struct server *s = serve(&x, &l, &fd);

	fill(fd, 4000, 'x');
	settle();
	CU_ASSERT_EQUAL(x.gone, 0);
	fill(fd, 400000, 'x');
	turn(&x, 1);
	CU_ASSERT_STRING_EQUAL(x.why, "a request without an end");
	CU_ASSERT_EQUAL(server_clients(s), 0);
	close(fd);
	server_free(s);
	g_free(x.why);
}

/* Who does not read is not heard while much waits for it; nothing grows. */
static void test_deaf_client(void)
{
	const struct server_limits l = { .clients = 4, .in = 5000, .out = 3000000 };
	struct seen x = { .say = 30000 };
	int fd;
	struct server *s = serve(&x, &l, &fd);
	size_t got = 0, asked = 0;

	for (unsigned k = 0; k < 400; k++) {
		asked += fill(fd, 1, '\n');
		settle();
	}
	CU_ASSERT(asked > 10);
	CU_ASSERT_EQUAL(x.gone, 0);
	/* … and when it reads at last it gets all it asked for */
	for (unsigned k = 0; k < 2000 && got < asked * 30000; k++) {
		got += drain(fd);
		settle();
	}
	CU_ASSERT_EQUAL(got, asked * 30000);

	close(fd);
	turn(&x, 1);
	CU_ASSERT_PTR_NULL(x.why);
	server_free(s);
}

static struct server_client *found;

static void find(void *ctx, struct server_client *c)
{
	(void)ctx;
	found = c;
}

/* A stream that nobody reads ends its client, not the server. */
static void test_stream_overflow(void)
{
	const struct server_limits l = { .clients = 4, .in = 5000, .out = 1000000 };
	struct seen x = { .say = 1 };
	int fd;
	struct server *s = serve(&x, &l, &fd);
	char *text = g_strnfill(10000, 'z');
	unsigned said = 0;

	settle();
	server_each(s, find, NULL);
	while (said < 100000 && server_say(found, text, 10000))
		said++;
	CU_ASSERT_EQUAL(said, 100);
	CU_ASSERT_FALSE(server_say(found, "x", 1));
	turn(&x, 1);
	CU_ASSERT_STRING_EQUAL(x.why, "it does not read what it asked for");
	g_free(text);
	close(fd);
	server_free(s);
	g_free(x.why);
}

/* Half a request, and then silence: with patience it is over some time, without it may stay. */
static void test_patience(void)
{
	const struct server_limits l = { .clients = 2, .in = 5000, .out = 1000000, .patience = 1 };
	struct seen x = { .say = 1 };
	int fd, more[3];
	struct server *s = serve(&x, &l, &fd);
	struct sockaddr_un a;
	socklen_t len = sizeof a;

	fill(fd, 3, 'x');
	CU_ASSERT_EQUAL(getpeername(fd, (struct sockaddr *)(void *)&a, &len), 0);
	for (unsigned k = 0; k < 3; k++) {
		more[k] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		CU_ASSERT_EQUAL(connect(more[k], (struct sockaddr *)(void *)&a, len), 0);
	}
	settle();
	CU_ASSERT_EQUAL(server_clients(s), 2);		/* the others wait at the door */
	turn(&x, 4);
	CU_ASSERT_STRING_EQUAL(x.why, "it took too long");
	for (unsigned k = 0; k < 3; k++)
		close(more[k]);
	close(fd);
	server_free(s);
	g_free(x.why);
}

/* ---- HTTP -------------------------------------------------------------------------------------------------------- */

static void body(void *ctx, GString *out)
{
	++*(unsigned *)ctx;
	g_string_append(out, "mooring_x 1\n");
}

static void http(const char *request, size_t len, const char *status, unsigned bodies, size_t used)
{
	GString *out = g_string_new(NULL);
	unsigned n = 0;

	CU_ASSERT_EQUAL(metrics_http_answer(request, len, body, &n, out), used);
	CU_ASSERT_EQUAL(n, bodies);
	CU_ASSERT(g_str_has_prefix(out->str, status));
	CU_ASSERT_EQUAL(*status == 0, out->len == 0);
	if (out->len)
		CU_ASSERT_PTR_NOT_NULL(strstr(out->str, "\r\nConnection: close\r\n\r\n"));
	g_string_free(out, TRUE);
}

static void test_http(void)
{
	static const char good[] = "GET /metrics?x=y HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";
	static const struct { const char *text, *status; } rows[] = {
		{ "GET /metrics HTTP/1.0\n\n", "HTTP/1.1 200 OK\r\n" }, { "HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n" },
		{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 " }, { "GET /metrics/x HTTP/1.1\r\n\r\n", "HTTP/1.1 404 " },
		{ "POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 405 " }, { "\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET /metrics\r\n\r\n", "HTTP/1.1 400 " }, { "GET  /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET /metrics HTTP/1.1 x\r\n\r\n", "HTTP/1.1 400 " }, { "GET metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET /metrics FTP/1.1\r\n\r\n", "HTTP/1.1 400 " }, { "\x16\x03\x01\x02\n\r\n\r\n", "HTTP/1.1 400 " },
	};

	for (size_t n = 1; n < sizeof good - 1; n++)
		http(good, n, "", 0, 0);
	http(good, sizeof good - 1, "HTTP/1.1 200 OK\r\n", 1, sizeof good - 1);
	for (gsize k = 0; k < G_N_ELEMENTS(rows); k++) {
		const char *end = strstr(rows[k].text, "\n\r\n") ? strstr(rows[k].text, "\n\r\n") + 3
								  : strstr(rows[k].text, "\n\n") + 2;

		http(rows[k].text, strlen(rows[k].text), rows[k].status, strstr(rows[k].status, "200") != NULL,
		     (size_t)(end - rows[k].text));
	}
	http("\0\0\0", 3, "HTTP/1.1 400 ", 0, 3);
}

static void test_http_address(void)
{
	static const char *const bad[] = { "", "x", "127.0.0.1", "127.0.0.1:", "localhost:1", "1.2.3:9", "::1:9", "[::1]",
					   "65536",
					   "-1", "127.0.0.1:9x", "[127.0.0.1:9" };
	GError *e = NULL;
	unsigned n = 0;
	struct metrics_http *m = metrics_http_new("0", body, &n, &e), *again;

	CU_ASSERT_PTR_NOT_NULL(m);
	CU_ASSERT(m && g_str_has_prefix(metrics_http_address(m), "127.0.0.1:"));
	again = m ? metrics_http_new(metrics_http_address(m), body, &n, &e) : NULL;
	CU_ASSERT_PTR_NULL(again);
	CU_ASSERT(g_error_matches(e, METRICS_HTTP_ERROR, METRICS_HTTP_FAILED));
	g_clear_error(&e);
	metrics_http_free(m);
	for (gsize k = 0; k < G_N_ELEMENTS(bad); k++) {
		CU_ASSERT_PTR_NULL(metrics_http_new(bad[k], body, &n, &e));
		CU_ASSERT(g_error_matches(e, METRICS_HTTP_ERROR, METRICS_HTTP_BAD_ADDRESS));
		g_clear_error(&e);
	}
}

static const struct harness_test tests[] = {
	{ "a request has words and maybe an id", test_requests },
	{ "rubbish is refused in words", test_rubbish },
	{ "a damaged request has an answer", test_damaged_requests },
	{ "a request without an end ends its client", test_endless_request },
	{ "who does not read is not heard, and loses nothing", test_deaf_client },
	{ "a stream that nobody reads ends its client", test_stream_overflow },
	{ "patience ends, and others wait at the door", test_patience },
	{ "HTTP as far as it is needed", test_http },
	{ "an address is a number, and one server's", test_http_address },
};

int main(int argc, char **argv)
{
	return harness_main("control", tests, G_N_ELEMENTS(tests), argc, argv);
}

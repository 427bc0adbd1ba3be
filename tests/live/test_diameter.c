/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Diameter module on loopback: capabilities, requests and answers, what the base protocol refuses and with which
 * code, octets in pieces and rubbish, a peer that hangs, is lost and comes back, requests that are sent again, and two
 * ends that connect to one another at once.
 */
#include <arpa/inet.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/diameter.h"
#include "tests/unit/harness.h"
#include "wire/diameter.h"

#define PORT 33868u
#define SERVER "127.0.38.2"
#define CLIENT "127.0.38.1"
#define OTHER "127.0.38.3"

static const uint32_t apps[] = { DIAM_APP_S6B };
static const uint32_t others[] = { DIAM_APP_SWM };
static const struct diameter_api *api;

/* A node, and what came to it. */
struct end {
	struct diameter_node *node;
	unsigned requests, answers;
	uint8_t flags;			/* of the last request */
	uint32_t tag, result, failed;	/* of the last answer; the pair that Failed-AVP quotes */
	bool mute;			/* answers nothing */
	GString *said;
};

static void on_request(void *ctx, uint32_t link, const uint8_t *octets, size_t n)
{
	struct end *e = ctx;
	struct diam_writer w;
	struct fault fault;
	struct diam_msg m;
	uint8_t buf[512];

	e->requests++;
	e->flags = octets[4];
	if (e->mute || !diam_decode(octets, n, &m, &fault, NULL))
		return;
	diam_w_begin(&w, buf, sizeof buf, DIAM_F_PROXIABLE, m.command, m.app, m.hop, m.end);
	diam_w_again(&w, diam_find(&m, NULL, AVP_SESSION_ID));
	diam_w_u32(&w, AVP_RESULT_CODE, DIAM_SUCCESS);
	diam_w_text(&w, AVP_ORIGIN_HOST, "s.b");
	diam_w_text(&w, AVP_ORIGIN_REALM, "b");
	api->reply(e->node, link, buf, diam_w_end(&w));
}

static void on_answer(void *ctx, uint32_t tag, const uint8_t *octets, size_t n)
{
	struct end *e = ctx;
	const struct diam_avp *failed;
	struct fault fault;
	struct diam_msg m;

	e->answers++;
	e->tag = tag;
	CU_ASSERT_TRUE_FATAL(diam_decode(octets, n, &m, &fault, NULL));
	e->result = diam_result(&m);
	failed = diam_find(&m, NULL, AVP_FAILED_AVP);
	e->failed = failed && failed + 1 < m.avp + m.n ? failed[1].id : 0;
	CU_ASSERT_EQUAL(!!(m.flags & DIAM_F_ERROR), diam_protocol_error(e->result));
}

static void on_say(void *ctx, const char *text)
{
	g_string_append_printf(((struct end *)ctx)->said, "%s\n", text);
}

static void end_open(struct end *e, const char *identity, const char *address, uint16_t port, const uint32_t *a)
{
	const struct diameter_config c = {
		.identity = identity, .realm = strchr(identity, '.') + 1, .address = address, .port = port, .product = "test",
		.state_id = 7, .apps = a, .n_apps = 1, .watchdog_s = 1, .retry_ms = 50, .ctx = e, .request = on_request,
		.answer = on_answer, .say = on_say
	};
	GError *error = NULL;

	memset(e, 0, sizeof *e);
	e->said = g_string_new(NULL);
	e->node = api->open(&c, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(e->node);
}

static void end_close(struct end *e)
{
	api->close(e->node);
	g_string_free(e->said, TRUE);
}

static gboolean alarm_rings(gpointer user)
{
	*(bool *)user = true;
	return G_SOURCE_REMOVE;
}

#define PATIENCE 10u			/* times as long as it takes on a machine that is in time */

/* Until *what is `least` at least; false: not within so many ms. */
static bool within(const unsigned *what, unsigned least, unsigned ms)
{
	bool late = false;
	guint timer = g_timeout_add(ms, alarm_rings, &late);

	while (!late && *what < least)
		g_main_context_iteration(NULL, TRUE);
	if (!late)
		g_source_remove(timer);
	return !late;
}

static bool await(const unsigned *what, unsigned least, unsigned ms)
{
	return within(what, least, ms * PATIENCE);
}

/* What came meanwhile is taken, late as it may be. */
static void linger(unsigned ms)
{
	const unsigned never = 0;

	within(&never, 1, ms);
	for (unsigned k = 0; k < 100 && g_main_context_iteration(NULL, FALSE); k++)
		;
}

static bool ready(struct end *e, bool wanted, unsigned ms)
{
	for (unsigned t = 0; t < ms * PATIENCE && api->ready(e->node) != wanted; t += 10)
		linger(10);
	return api->ready(e->node) == wanted;
}

/* STR with one thing changed. */
struct change {
	const char *realm, *host, *record;
	uint32_t app, command, without;
};

static size_t request(uint8_t *buf, size_t cap, const struct change *c)
{
	struct diam_writer w;

	diam_w_begin(&w, buf, cap, DIAM_F_REQUEST | DIAM_F_PROXIABLE, c->command ? c->command : DIAM_STR,
		     c->app ? c->app : DIAM_APP_S6B, 0, 0);
	diam_w_text(&w, AVP_SESSION_ID, "c.a;1;1");
	diam_w_text(&w, AVP_ORIGIN_HOST, "c.a");
	diam_w_text(&w, AVP_ORIGIN_REALM, "a");
	diam_w_text(&w, AVP_DESTINATION_REALM, c->realm ? c->realm : "b");
	if (c->host)
		diam_w_text(&w, AVP_DESTINATION_HOST, c->host);
	diam_w_u32(&w, AVP_AUTH_APPLICATION_ID, DIAM_APP_S6B);
	if (c->without != AVP_TERMINATION_CAUSE)
		diam_w_u32(&w, AVP_TERMINATION_CAUSE, 1);
	if (c->record)
		diam_w_text(&w, AVP_ROUTE_RECORD, c->record);
	return diam_w_end(&w);
}

static bool send_one(struct end *e, const struct change *c, uint32_t tag)
{
	uint8_t buf[512];

	return api->send(e->node, buf, request(buf, sizeof buf, c), tag);
}

static void both(struct end *server, struct end *client)
{
	end_open(server, "s.b", SERVER, PORT, apps);
	end_open(client, "c.a", CLIENT, 0, apps);
	CU_ASSERT_FALSE(send_one(client, &(struct change){ .realm = "b" }, 1));	/* nobody yet */
	api->peer(client->node, "s.b", SERVER, PORT);
	CU_ASSERT_TRUE(ready(client, true, 2000) && ready(server, true, 2000));
}

static void requests_are_answered(void)
{
	struct end server, client;

	both(&server, &client);
	CU_ASSERT_TRUE(send_one(&client, &(struct change){ .host = "s.b" }, 42));
	CU_ASSERT_TRUE(await(&client.answers, 1, 2000));
	CU_ASSERT_TRUE(client.tag == 42 && client.result == DIAM_SUCCESS && server.requests == 1);
	CU_ASSERT_EQUAL(server.flags, DIAM_F_REQUEST | DIAM_F_PROXIABLE);
	server.mute = true;
	CU_ASSERT_TRUE(send_one(&client, &(struct change){ .realm = "b" }, 43));
	CU_ASSERT_TRUE(await(&server.requests, 2, 2000));
	api->forget(client.node, 43);
	CU_ASSERT_PTR_NOT_NULL(strstr(client.said->str, "s.b is connected"));
	end_close(&client);
	CU_ASSERT_TRUE(ready(&server, false, 1000));		/* DPR */
	CU_ASSERT_PTR_NOT_NULL(strstr(server.said->str, "c.a leaves"));
	end_close(&server);
}

static const struct { struct change c; uint32_t result, failed; } refused[] = {
	{ { .realm = "elsewhere" }, DIAM_REALM_NOT_SERVED, 0 },
	{ { .host = "other.b" }, DIAM_UNABLE_TO_DELIVER, 0 },
	{ { .app = 4 }, DIAM_APPLICATION_UNSUPPORTED, 0 },
	{ { .command = 999 }, DIAM_COMMAND_UNSUPPORTED, 0 },
	{ { .command = DIAM_DPR }, DIAM_COMMAND_UNSUPPORTED, 0 },		/* the base protocol's, in an application */
	{ { .app = (uint32_t)DIAM_APP_RELAY }, DIAM_APPLICATION_UNSUPPORTED, 0 },
	{ { .record = "s.b" }, DIAM_LOOP_DETECTED, 0 },
	{ { .without = AVP_TERMINATION_CAUSE }, DIAM_MISSING_AVP, AVP_TERMINATION_CAUSE },
};

static void what_is_wrong_is_refused(void)
{
	struct end server, client;

	both(&server, &client);
	for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
		CU_ASSERT_TRUE(send_one(&client, &refused[i].c, i));
		CU_ASSERT_TRUE(await(&client.answers, i + 1, 2000));
		CU_ASSERT_TRUE(client.tag == i && client.result == refused[i].result && client.failed == refused[i].failed);
	}
	CU_ASSERT_EQUAL(server.requests, 0);
	CU_ASSERT_EQUAL(api->counts(server.node).refused, G_N_ELEMENTS(refused));
	end_close(&client);
	end_close(&server);
}

/* A peer that hangs is suspect after one silent watchdog, lost after another; what waited is sent again, marked. */
static void a_peer_that_hangs_is_lost_and_found(void)
{
	struct end server, client;

	both(&server, &client);
	api->hang(server.node, true);
	CU_ASSERT_TRUE(send_one(&client, &(struct change){ .realm = "b" }, 5));
	CU_ASSERT_TRUE(ready(&client, false, 6000));
	CU_ASSERT_PTR_NOT_NULL(strstr(client.said->str, "does not answer the watchdog"));
	CU_ASSERT_EQUAL(client.answers + server.requests, 0);
	api->hang(server.node, false);
	CU_ASSERT_TRUE(await(&client.answers, 1, 4000));
	CU_ASSERT_TRUE(client.tag == 5 && client.result == DIAM_SUCCESS);
	CU_ASSERT_TRUE(server.flags & DIAM_F_AGAIN && api->counts(client.node).again == 1);
	CU_ASSERT_TRUE(api->counts(client.node).watchdogs >= 1);
	end_close(&client);
	end_close(&server);
}

/* [RFC 6733 5.5.4] */
static void what_was_asked_of_a_lost_peer_another_answers(void)
{
	struct end first, second, client;

	both(&first, &client);
	end_open(&second, "t.b", OTHER, PORT, apps);
	first.mute = true;
	CU_ASSERT_TRUE(send_one(&client, &(struct change){ .realm = "b" }, 6));
	CU_ASSERT_TRUE(await(&first.requests, 1, 1000));
	api->peer(client.node, "t.b", OTHER, PORT);
	CU_ASSERT_TRUE(ready(&second, true, 2000));
	linger(50);
	CU_ASSERT_EQUAL(second.requests + client.answers, 0);
	end_close(&first);
	CU_ASSERT_TRUE(await(&client.answers, 1, 4000));
	CU_ASSERT_TRUE(client.tag == 6 && client.result == DIAM_SUCCESS);
	CU_ASSERT_TRUE(second.requests == 1 && second.flags & DIAM_F_AGAIN);
	end_close(&client);
	end_close(&second);
}

static const uint8_t cer[] = {
	1, 0, 0, 96, 0x80, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1,
	0, 0, 1, 8, 0x40, 0, 0, 11, 'r', '.', 'a', 0, 0, 0, 1, 0x28, 0x40, 0, 0, 9, 'a', 0, 0, 0,
	0, 0, 1, 1, 0x40, 0, 0, 14, 0, 1, 127, 0, 38, 9, 0, 0, 0, 0, 1, 10, 0x40, 0, 0, 12, 0, 0, 0, 0,
	0, 0, 1, 13, 0, 0, 0, 9, 'p', 0, 0, 0, 0, 0, 1, 2, 0x40, 0, 0, 12, 0xff, 0xff, 0xff, 0xff,
};

/* A server that is lost each time without having answered gets the request four times, then no more. */
static void a_request_is_given_up_in_the_end(void)
{
	struct end server, client;
	unsigned seen = 0;

	both(&server, &client);
	CU_ASSERT_TRUE(send_one(&client, &(struct change){ .realm = "b" }, 8));
	for (unsigned k = 0; k < 6; k++) {
		server.mute = true;
		if (k < 4)
			CU_ASSERT_TRUE(await(&server.requests, 1, 2000));
		linger(50);
		seen += server.requests;
		end_close(&server);
		end_open(&server, "s.b", SERVER, PORT, apps);
		server.mute = true;
		CU_ASSERT_TRUE(ready(&client, true, 4000) && ready(&server, true, 2000));
	}
	CU_ASSERT_EQUAL(seen, 4);
	CU_ASSERT_EQUAL(api->counts(client.node).given_up, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(client.said->str, "sent 4 times without an answer"));
	end_close(&client);
	end_close(&server);
}

/* Without a descriptor for who comes the listener rests in place of turning round; who waits is let in afterwards. */
static void who_cannot_be_taken_waits(void)
{
	struct rlimit all = { 0 }, few;
	struct end server;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), next;
	uint64_t failed;

	end_open(&server, "s.b", SERVER, PORT, apps);
	inet_pton(AF_INET, SERVER, &to.sin_addr);
	CU_ASSERT_TRUE(s >= 0 && !getrlimit(RLIMIT_NOFILE, &all));
	next = dup(s);
	close(next);
	few = all;
	few.rlim_cur = (rlim_t)next;		/* the lowest free number is one too many */
	CU_ASSERT_TRUE(!setrlimit(RLIMIT_NOFILE, &few));
	CU_ASSERT_TRUE(!connect(s, (struct sockaddr *)&to, sizeof to));
	linger(1000);
	failed = api->counts(server.node).unaccepted;
	CU_ASSERT_TRUE(failed >= 1 && failed <= 11);
	CU_ASSERT_PTR_NOT_NULL(strstr(server.said->str, "cannot be taken"));
	CU_ASSERT_TRUE(!setrlimit(RLIMIT_NOFILE, &all));
	linger(400);
	CU_ASSERT_TRUE(send(s, cer, sizeof cer, MSG_NOSIGNAL) == sizeof cer);
	for (unsigned t = 0; t < 100 && recv(s, &(char){ 0 }, 1, MSG_PEEK | MSG_DONTWAIT) < 1; t++)
		linger(20);
	CU_ASSERT_TRUE(recv(s, &(char){ 0 }, 1, MSG_DONTWAIT) == 1);	/* a CEA begins */
	close(s);
	linger(50);
	end_close(&server);
}

static void without_a_common_application_there_is_no_connection(void)
{
	struct end server, client;

	end_open(&server, "s.b", SERVER, PORT, apps);
	end_open(&client, "c.a", CLIENT, 0, others);
	api->peer(client.node, "s.b", SERVER, PORT);
	for (unsigned k = 0; k < 1000 && !strstr(client.said->str, "DIAMETER_NO_COMMON_APPLICATION"); k++)
		linger(10);
	linger(150);
	CU_ASSERT_FALSE(api->ready(client.node) || api->ready(server.node));
	CU_ASSERT_PTR_NOT_NULL(strstr(client.said->str, "DIAMETER_NO_COMMON_APPLICATION"));
	end_close(&client);
	end_close(&server);
}

/* Each connects to the other: one connection stays. */
static void the_election_leaves_one_connection(void)
{
	struct end a, b;

	end_open(&a, "a.x", CLIENT, PORT, apps);
	end_open(&b, "b.x", SERVER, PORT, apps);
	api->peer(a.node, "b.x", SERVER, PORT);
	api->peer(b.node, "a.x", CLIENT, PORT);
	CU_ASSERT_TRUE(ready(&a, true, 2000) && ready(&b, true, 2000));
	linger(300);
	CU_ASSERT_TRUE(ready(&a, true, 2000) && ready(&b, true, 2000));
	end_close(&a);
	CU_ASSERT_TRUE(ready(&b, false, 1000));
	end_close(&b);
}

/* Writes pieces of so many octets; returns how many octets came back in the end, -1: the connection was closed. */
static gssize talk(const uint8_t *p, size_t n, size_t piece, uint8_t *back, size_t cap)
{
	GInetAddress *at = g_inet_address_new_from_string(SERVER);
	GSocketAddress *to = g_inet_socket_address_new(at, PORT);
	GSocket *s = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
	gssize got;

	CU_ASSERT_TRUE_FATAL(g_socket_connect(s, to, NULL, NULL));
	for (size_t i = 0; i < n; i += piece) {
		g_socket_send(s, (const char *)p + i, MIN(piece, n - i), NULL, NULL);
		linger(2);
	}
	linger(50);
	g_socket_set_blocking(s, FALSE);
	got = g_socket_receive(s, (char *)back, cap, NULL, NULL);
	if (!got)
		got = -1;
	else if (got < 0)
		got = 0;
	g_object_unref(s);
	g_object_unref(to);
	g_object_unref(at);
	return got;
}

#define FLOOD (64u << 20)		/* octets: far more than the kernel keeps on the way */

/* One that asks on and on and takes no answer: in the end it is not heard, and nothing piles up for it. */
static void a_peer_that_does_not_read_is_not_heard(void)
{
	static const uint8_t dwr[] = {
		1, 0, 0, 44, 0x80, 0, 1, 0x18, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2,
		0, 0, 1, 8, 0x40, 0, 0, 11, 'r', '.', 'a', 0, 0, 0, 1, 0x28, 0x40, 0, 0, 9, 'a', 0, 0, 0,
	};
	GSocketAddress *to = g_inet_socket_address_new_from_string(SERVER, PORT);
	GSocket *s = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
	GByteArray *many = g_byte_array_new();
	unsigned stuck = 0;
	struct end server;
	size_t sent = 0;

	end_open(&server, "s.b", SERVER, PORT, apps);
	g_socket_set_option(s, SOL_SOCKET, SO_RCVBUF, 4096, NULL);
	CU_ASSERT_TRUE_FATAL(g_socket_connect(s, to, NULL, NULL));
	g_socket_send(s, (const char *)cer, sizeof cer, NULL, NULL);
	CU_ASSERT_TRUE(ready(&server, true, 1000));
	g_socket_set_blocking(s, FALSE);
	for (unsigned i = 0; i < 1000; i++)
		g_byte_array_append(many, dwr, sizeof dwr);
	while (stuck < 20 && sent < FLOOD) {
		size_t at = sent % many->len;
		gssize n = g_socket_send(s, (const char *)many->data + at, many->len - at, NULL, NULL);

		stuck = n > 0 ? 0 : stuck + 1;
		sent += n > 0 ? (size_t)n : 0;
		linger(n > 0 ? 0 : 10);
	}
	CU_ASSERT_TRUE(sent < FLOOD && api->counts(server.node).in > 1000);
	CU_ASSERT_TRUE(api->ready(server.node));
	g_object_unref(s);
	g_object_unref(to);
	g_byte_array_unref(many);
	end_close(&server);
}

/* Whether the answer has this result, and Failed-AVP this pair. */
static bool refused_with(const uint8_t bad[sizeof cer], uint32_t result, uint32_t quoted)
{
	const struct diam_avp *failed;
	struct fault fault;
	struct diam_msg m;
	uint8_t back[1024];
	gssize n = talk(bad, sizeof cer, sizeof cer, back, sizeof back);

	if (n <= 0 || !diam_decode(back, (size_t)n, &m, &fault, NULL))
		return false;
	failed = diam_find(&m, NULL, AVP_FAILED_AVP);
	CU_ASSERT_EQUAL(!!(m.flags & DIAM_F_ERROR), diam_protocol_error(result));
	return diam_result(&m) == result && (quoted ? failed && failed[1].id == quoted : !failed);
}

static void octets_in_pieces_and_rubbish(void)
{
	struct end server;
	uint8_t back[1024], bad[sizeof cer];

	end_open(&server, "s.b", SERVER, PORT, apps);
	CU_ASSERT_EQUAL(sizeof cer, 96);
	CU_ASSERT_TRUE(talk(cer, sizeof cer, 7, back, sizeof back) > 100 && back[0] == 1 && back[4] == 0 && back[7] == 1);
	CU_ASSERT_EQUAL(talk(cer, 60, 60, back, sizeof back), 0);		/* the rest may come */
	memcpy(bad, cer, sizeof bad);
	bad[3] = 16;								/* shorter than a header */
	CU_ASSERT_EQUAL(talk(bad, sizeof bad, sizeof bad, back, sizeof back), -1);
	memcpy(bad, cer, sizeof bad);
	bad[0] = 2;
	CU_ASSERT_EQUAL(talk(bad, sizeof bad, sizeof bad, back, sizeof back), -1);
	memcpy(bad, cer, sizeof bad);
	bad[6] = 1, bad[7] = 0x18;						/* DWR before CER */
	CU_ASSERT_EQUAL(talk(bad, sizeof bad, sizeof bad, back, sizeof back), -1);
	memcpy(bad, cer, sizeof bad);
	bad[27] = 7;								/* a pair shorter than its header */
	CU_ASSERT_TRUE(refused_with(bad, DIAM_INVALID_AVP_LENGTH, AVP_ORIGIN_HOST));
	memcpy(bad, cer, sizeof bad);
	bad[4] |= DIAM_F_ERROR;							/* a request that is an error */
	CU_ASSERT_TRUE(refused_with(bad, DIAM_INVALID_HDR_BITS, AVP_OTHER));
	CU_ASSERT_TRUE(talk((const uint8_t *)"GET / HTTP/1.1\r\n\r\n", 18, 18, back, sizeof back) == -1);
	linger(20);
	CU_ASSERT_FALSE(api->ready(server.node));
	end_close(&server);
}

static const struct harness_test tests[] = {
	{ "requests are answered", requests_are_answered },
	{ "what is wrong is refused", what_is_wrong_is_refused },
	{ "a peer that hangs is lost and found", a_peer_that_hangs_is_lost_and_found },
	{ "what was asked of a lost peer another answers", what_was_asked_of_a_lost_peer_another_answers },
	{ "a request is given up in the end", a_request_is_given_up_in_the_end },
	{ "who cannot be taken waits", who_cannot_be_taken_waits },
	{ "a peer that does not read is not heard", a_peer_that_does_not_read_is_not_heard },
	{ "without a common application there is no connection", without_a_common_application_there_is_no_connection },
	{ "the election leaves one connection", the_election_leaves_one_connection },
	{ "octets in pieces, and rubbish", octets_in_pieces_and_rubbish },
};

int main(int argc, char **argv)
{
	GError *error = NULL;

	api = diameter_load(&error);
	if (!api) {
		g_printerr("%s\n", error->message);
		return 1;
	}
	harness_patient();
	return harness_main("diameter", tests, G_N_ELEMENTS(tests), argc, argv);
}

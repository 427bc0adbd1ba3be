/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our AAA server behind Diameter against somebody who begins sessions without end, under one name and under many. The
 * Diameter node is the test's own: requests are handed to the server as from a peer, answers counted by their result.
 */
#include <string.h>

#include "emu/aaa_wire.h"
#include "proto/aaa_diameter.h"
#include "proto/aaa_priv.h"
#include "tests/unit/harness.h"

#define KEPT 16384u			/* sessions that were not granted */
#define NAMES 1024u			/* Origin-Hosts */

struct scene {
	struct moor_world *w;
	struct live *live;
	struct crypto *crypto;
	struct aaa_server *server;
	struct diameter_config node;
	void (*play)(struct scene *s);
	unsigned rounds, busy, others, replies;		/* answers, by their results */
};

static struct scene *scene;		/* the API has no context of its own */

static struct diameter_node *open_node(const struct diameter_config *c, GError **error)
{
	(void)error;
	scene->node = *c;
	return (struct diameter_node *)(void *)scene;
}

static void close_node(struct diameter_node *d) { (void)d; }

static void reply(struct diameter_node *d, uint32_t link, const uint8_t *octets, size_t n)
{
	struct diam_msg *m = g_new(struct diam_msg, 1);
	struct fault fault;
	uint32_t result;

	(void)d, (void)link;
	CU_ASSERT_TRUE(diam_decode(octets, n, m, &fault, NULL));
	result = diam_result(m);
	scene->replies++;
	scene->rounds += result == DIAM_MULTI_ROUND;
	scene->busy += result == DIAM_TOO_BUSY;
	scene->others += result != DIAM_MULTI_ROUND && result != DIAM_TOO_BUSY;
	g_free(m);
}

static const struct diameter_api api = {
	.version = DIAMETER_API, .open = open_node, .close = close_node, .reply = reply
};

/* A DER as the first of its session; number: its end-to-end identifier. */
static void ask(struct scene *s, const char *host, const char *session, const char *nai, uint32_t number)
{
	const struct aaa_diameter_ends ends = { .host = host, .realm = "far", .to_realm = "here", .app = DIAM_APP_S6B };
	struct aaa_request q = { .nai = (const uint8_t *)nai, .nai_len = (uint8_t)strlen(nai), .apn = "internet" };
	uint8_t buf[2048];
	size_t n = aaa_diameter_ask(buf, sizeof buf, &ends, session, &q, true);

	CU_ASSERT_TRUE(n > 20);
	buf[16] = (uint8_t)(number >> 24);
	buf[17] = (uint8_t)(number >> 16);
	buf[18] = (uint8_t)(number >> 8);
	buf[19] = (uint8_t)number;
	s->node.request(s->node.ctx, 1, buf, n);
}

static const char known[] = "0001010000000007@nai.epc.mnc001.mcc001.3gppnetwork.org";

static gboolean play(gpointer ctx)
{
	struct scene *s = ctx;

	s->play(s);
	moor_world_stop(s->w);
	return G_SOURCE_REMOVE;
}

static uint32_t sessions(const struct scene *s) { return s->server->sessions.count; }

/* The server hears of what `fn` asks while the world plays. */
static struct scene *scene_of(void (*fn)(struct scene *s))
{
	static const uint8_t secret[16] = "a secret of ours";
	struct aaa_apn apn = { .name = "internet" };
	struct aaa_server_config sc;
	struct moor_world_config wc = { .seed = 1, .out = live_out };
	struct aaa_wire_config c = { .api = &api, .identity = "aaa.here", .realm = "here", .address = "127.0.0.1" };
	struct imsi imsi = { .digits = 1010000000000, .n = 15, .mnc = 2 };
	struct scene *s = scene = g_new0(struct scene, 1);
	struct aaa_wire *wire;
	struct moor_node *n;

	s->live = live_new();
	wc.ctx = s->live;
	s->w = moor_world_new(&wc);
	n = moor_node_new(s->w, "aaa");
	s->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	crypto_charging(s->crypto, false);
	aaa_server_config_default(&sc);
	sc.crypto = s->crypto;
	s->server = aaa_server_new(n, &sc);
	CU_ASSERT_TRUE(aaa_subscribers_generate(s->server, imsi, 100, secret, aaa_profile_add(s->server, &apn, 1)));
	live_attach(s->live, s->w);
	c.live = s->live;
	wire = aaa_wire_server(&c, s->server, n, NULL);
	CU_ASSERT_PTR_NOT_NULL(wire);
	s->play = fn;
	g_idle_add(play, s);
	live_run(s->live, 600 * MOOR_S, NULL);
	aaa_wire_free(wire);
	return s;
}

static void scene_free(struct scene *s)
{
	aaa_server_free(s->server);
	moor_world_free(s->w);
	crypto_free(s->crypto);
	live_free(s->live);
	g_free(s);
}

/* ---- the tests --------------------------------------------------------------------------------------------------- */

static void ask_often(struct scene *s)
{
	char id[32];

	for (unsigned i = 0; i < KEPT + 500; i++) {
		g_snprintf(id, sizeof id, "far.a;1;%u", i);
		ask(s, "far.a", id, known, i);
		live_now(s->live);
	}
	CU_ASSERT_EQUAL(sessions(s), KEPT);
	/* the last one is still known, and asked for again has its answer; the first is a new one */
	ask(s, "far.a", id, known, KEPT + 499);
	CU_ASSERT_EQUAL(s->replies, KEPT + 501);
	CU_ASSERT_EQUAL(sessions(s), KEPT);
}

static void sessions_that_are_not_granted_are_forgotten(void)
{
	struct scene *s = scene_of(ask_often);

	CU_ASSERT_EQUAL(s->rounds, KEPT + 501);
	CU_ASSERT_EQUAL(s->busy + s->others, 0);
	scene_free(s);
}

static void ask_as_many(struct scene *s)
{
	char host[32], id[48];

	for (unsigned i = 0; i < NAMES + 100; i++) {
		g_snprintf(host, sizeof host, "far%u.a", i);
		g_snprintf(id, sizeof id, "%s;1;1", host);
		ask(s, host, id, known, 1);
		live_now(s->live);
	}
	CU_ASSERT_EQUAL(s->busy, 100);
	/* who is known already goes on to be served */
	ask(s, "far0.a", "far0.a;1;2", known, 2);
	live_now(s->live);
	CU_ASSERT_EQUAL(s->rounds, NAMES + 1);
}

static void names_without_end_are_refused(void)
{
	struct scene *s = scene_of(ask_as_many);

	CU_ASSERT_EQUAL(s->others, 0);
	scene_free(s);
}

static const struct harness_test tests[] = {
	{ "sessions that are not granted are forgotten, the oldest first", sessions_that_are_not_granted_are_forgotten },
	{ "names without end are refused, those that are known are not", names_without_end_are_refused },
};

int main(int argc, char **argv)
{
	return harness_main("aaa_wire", tests, G_N_ELEMENTS(tests), argc, argv);
}

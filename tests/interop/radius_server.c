/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our EAP-AKA server and subscriber store behind a RADIUS socket, for tests with other people's peers: eapol_test, and
 * charon's eap-radius as the relay of any IKEv2 initiator. Says on stdout what it was sent and how each run ended
 * [RFC 3579, RFC 4187]. A test program: no retransmission cache, one secret for every client.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "entity/aaa.h"
#include "tests/interop/octets.h"
#include "emu/radius.h"

struct run {
	struct eap_aka_server eap;
	uint64_t state;
};

struct server {
	struct moor_world *w;
	struct crypto *crypto;
	struct aaa_server *aaa;
	struct rng rng;
	const char *secret;
	GHashTable *runs;		/* by State */
	uint64_t last;
	int fd;
};

struct settings {
	int port, ask;
	const char *secret, *k, *opc, *sqn, *subscribers;
	gboolean no_reauth, result_ind;
};

static const char *message_name(const uint8_t *p, size_t n)
{
	struct eap_packet e;
	struct reader r = reader_on(p, n);

	return eap_decode(&r, &e, NULL) ? eap_message_name(e.code, e.type, e.subtype) : "unreadable";
}

static void answer(struct server *s, const struct radius *q, const struct sockaddr_in6 *to, struct run *run,
		   enum eap_outcome outcome, const struct eap_out *out)
{
	static const uint8_t codes[] = { RADIUS_CHALLENGE, RADIUS_ACCEPT, RADIUS_REJECT };
	struct radius a;

	if (!out->len)
		return;
	printf("> %s\n", message_name(out->octets, out->len));
	radius_begin(&a, codes[outcome], q->octets[1]);
	radius_add_eap(&a, out->octets, out->len);
	if (outcome == EAP_RUNNING)
		radius_add(&a, RADIUS_STATE, &run->state, sizeof run->state);
	if (outcome == EAP_SUCCEEDED) {
		radius_add_key(&a, RADIUS_MPPE_RECV_KEY, run->eap.keys.msk, 1, s->secret, q->octets + 4);
		radius_add_key(&a, RADIUS_MPPE_SEND_KEY, run->eap.keys.msk + 32, 2, s->secret, q->octets + 4);
	}
	radius_end_response(&a, q->octets + 4, s->secret);
	sendto(s->fd, a.octets, a.len, 0, (const struct sockaddr *)to, sizeof *to);
	if (outcome == EAP_RUNNING)
		return;
	printf("%s %s%s cause %s %u\n", outcome == EAP_SUCCEEDED ? "accepted" : "rejected", run->eap.fast ? "fast" : "full",
	       run->eap.resynced ? " resynchronised" : "", eap_cause_name(run->eap.cause), run->eap.cause_value);
	g_hash_table_remove(s->runs, &run->state);
}

/* The first packet of a run is an EAP-Response/Identity; those after it bring the State that the run was given. */
static void request(struct server *s, const struct radius *q, const struct sockaddr_in6 *from)
{
	uint8_t eap[RADIUS_MAX];
	size_t n = radius_eap(q, eap, sizeof eap), state_len;
	const uint8_t *state = radius_find(q, RADIUS_STATE, &state_len);
	struct eap_aka_server_config c;
	enum eap_outcome outcome;
	struct eap_out out = { .len = 0 };
	struct run *run = NULL;
	uint64_t key;

	if (n < 5)
		return;
	printf("< %s\n", message_name(eap, n));
	if (state && state_len == sizeof key) {
		memcpy(&key, state, sizeof key);
		run = g_hash_table_lookup(s->runs, &key);
	}
	if (run) {
		outcome = eap_aka_server_input(&run->eap, eap, n, &out);
	} else {
		if (eap[4] != EAP_IDENTITY)
			return;
		run = g_new0(struct run, 1);
		run->state = ++s->last;
		g_hash_table_insert(s->runs, &run->state, run);
		aaa_server_eap(s->aaa, &c);
		outcome = eap_aka_server_start(&run->eap, &c, eap + 5, n - 5, (uint8_t)(eap[1] + 1), &out);
	}
	answer(s, q, from, run, outcome, &out);
}

static void serve(struct server *s)
{
	struct sockaddr_in6 from;
	struct radius q;

	for (;;) {
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(s->fd, q.octets, sizeof q.octets, 0, (struct sockaddr *)&from, &from_len);

		if (n < 0)
			return;
		q.len = (size_t)n;
		if (radius_good(&q, NULL, s->secret) && q.octets[0] == RADIUS_REQUEST)
			request(s, &q, &from);
		else
			printf("bad RADIUS packet of %zd octets\n", n);
	}
}

/* A line for each: IMSI, K and OPc, as `mooring live` gives them to a home agent's command. */
static void read_subscribers(struct server *s, const char *path, uint32_t profile)
{
	char *text, **lines;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		g_error("%s cannot be read", path);
	lines = g_strsplit(g_strstrip(text), "\n", -1);
	for (char **l = lines; *l; l++) {
		struct aaa_subscriber sub = { .opc = true, .amf = { 0x80, 0 }, .profile = profile };
		char **word = g_strsplit(*l, " ", 3);

		if (g_strv_length(word) != 3 || !imsi_parse(word[0], strlen(word[0]), 2, &sub.imsi))
			g_error("%s: no subscriber: %s", path, *l);
		octets_of_hex(word[1], sub.k, sizeof sub.k);
		octets_of_hex(word[2], sub.op, sizeof sub.op);
		g_assert(aaa_subscriber_add(s->aaa, &sub));
		g_strfreev(word);
	}
	g_strfreev(lines);
	g_free(text);
}

static void set_up(struct server *s, const struct settings *o)
{
	struct aaa_server_config c;
	struct aaa_apn apn = { .name = "internet" };
	struct aaa_subscriber sub = { .opc = true, .amf = { 0x80, 0 } };

	s->secret = o->secret;
	s->w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	s->crypto = crypto_new(CRYPTO_OPENSSL, NULL);
	aaa_server_config_default(&c);
	c.crypto = s->crypto;
	c.ask = (enum aka_ask)o->ask;
	c.reauth = !o->no_reauth;
	c.result_ind = o->result_ind;
	s->aaa = aaa_server(aaa_new(moor_node_new(s->w, "aaa"), &c));
	sub.profile = aaa_profile_add(s->aaa, &apn, 1);
	s->runs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
	if (o->subscribers) {
		read_subscribers(s, o->subscribers, sub.profile);
		return;
	}
	g_assert(imsi_parse(TEST_IMSI, strlen(TEST_IMSI), 2, &sub.imsi));
	octets_of_hex(o->k, sub.k, sizeof sub.k);
	octets_of_hex(o->opc, sub.op, sizeof sub.op);
	sub.sqn = g_ascii_strtoull(o->sqn, NULL, 16);
	g_assert(aaa_subscriber_add(s->aaa, &sub));
}

int main(int argc, char **argv)
{
	struct settings o = { .port = 1812, .secret = "testing123", .k = TEST_K, .opc = TEST_OPC, .sqn = "ff9bb4d0b607" };
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };
	struct server s = { .fd = socket(AF_INET6, SOCK_DGRAM, 0) };
	GOptionEntry entries[] = {
		{ "port", 0, 0, G_OPTION_ARG_INT, &o.port, "UDP port", "N" },
		{ "secret", 0, 0, G_OPTION_ARG_STRING, &o.secret, "of every client", "TEXT" },
		{ "k", 0, 0, G_OPTION_ARG_STRING, &o.k, "of the subscriber", "HEX" },
		{ "opc", 0, 0, G_OPTION_ARG_STRING, &o.opc, "of the subscriber", "HEX" },
		{ "sqn", 0, 0, G_OPTION_ARG_STRING, &o.sqn, "the last one used", "HEX" },
		{ "subscribers", 0, 0, G_OPTION_ARG_FILENAME, &o.subscribers, "IMSI K OPc, a line each, in place of the one",
		  "FILE" },
		{ "ask", 0, 0, G_OPTION_ARG_INT, &o.ask, "identity round: 0 none, 1 any, 2 full-auth, 3 permanent", "N" },
		{ "no-reauth", 0, 0, G_OPTION_ARG_NONE, &o.no_reauth, "no fast re-authentication", NULL },
		{ "result-ind", 0, 0, G_OPTION_ARG_NONE, &o.result_ind, "protected results", NULL },
		{ .long_name = NULL }
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	set_up(&s, &o);
	at.sin6_port = htons((uint16_t)o.port);
	if (s.fd < 0 || bind(s.fd, (struct sockaddr *)&at, sizeof at)) {
		perror("socket");
		return 1;
	}
	printf("ready\n");
	serve(&s);
	return 0;
}

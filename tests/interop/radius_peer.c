/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our EAP-AKA peer with its card as a RADIUS client, for tests with other people's EAP servers (hostapd): a full
 * authentication and, on wish, fast ones after it, each with its keys compared with those of the Access-Accept
 * [RFC 4187, RFC 3579]. A test program: the server is at 127.0.0.1, nothing is retransmitted.
 */
#include <arpa/inet.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "proto/eap_aka.h"
#include "tests/interop/octets.h"
#include "emu/radius.h"
#include "world/world.h"

struct client {
	const char *secret;
	int fd;
	uint8_t id, authenticator[16];
	uint8_t nai[EAP_NAI_MAX];
	size_t nai_len;
	uint8_t state[253];
	size_t state_len;
	struct rng rng;
};

/* Sends one EAP packet and waits for what comes. */
static bool ask(struct client *c, const struct eap_out *eap, struct radius *a)
{
	static const uint8_t nas[4] = { 127, 0, 0, 1 };
	struct radius q;
	const uint8_t *state;
	ssize_t n;

	rng_octets(&c->rng, c->authenticator, sizeof c->authenticator);
	radius_begin(&q, RADIUS_REQUEST, ++c->id);
	radius_add(&q, RADIUS_USER_NAME, c->nai, c->nai_len);
	radius_add(&q, RADIUS_NAS_IP, nas, sizeof nas);
	if (c->state_len)
		radius_add(&q, RADIUS_STATE, c->state, c->state_len);
	radius_add_eap(&q, eap->octets, eap->len);
	radius_end_request(&q, c->authenticator, c->secret);
	if (send(c->fd, q.octets, q.len, 0) < 0)
		return false;
	n = recv(c->fd, a->octets, sizeof a->octets, 0);
	if (n < 0)
		return false;
	a->len = (size_t)n;
	if (!radius_good(a, c->authenticator, c->secret) || a->octets[1] != c->id)
		return false;
	state = radius_find(a, RADIUS_STATE, &c->state_len);
	if (state)
		memcpy(c->state, state, c->state_len);
	else
		c->state_len = 0;
	return true;
}

static bool keys_equal(const struct client *c, const struct radius *a, const uint8_t msk[64])
{
	uint8_t key[32];

	return radius_key(a, RADIUS_MPPE_RECV_KEY, c->secret, c->authenticator, key) && !memcmp(key, msk, 32)
		&& radius_key(a, RADIUS_MPPE_SEND_KEY, c->secret, c->authenticator, key) && !memcmp(key, msk + 32, 32);
}

/* One run from EAP-Response/Identity to Success or Failure. True: it succeeded, and the server has the same keys. */
static bool authenticate(struct client *c, const struct eap_aka_peer_config *config)
{
	uint8_t octets[RADIUS_MAX];
	struct eap_aka_peer peer;
	struct eap_out out = { .len = 0 };
	enum eap_outcome outcome = EAP_RUNNING;
	struct radius a;
	bool same;

	c->nai_len = eap_aka_identity(config->card, config->memory, true, config->reauth, c->nai);
	c->state_len = 0;
	eap_aka_peer_start(&peer, config, c->nai, c->nai_len);
	out.len = (uint16_t)eap_encode_plain(EAP_RESPONSE, 1, EAP_IDENTITY, c->nai, c->nai_len, out.octets,
					     sizeof out.octets);
	while (outcome == EAP_RUNNING && out.len) {
		size_t n;

		if (!ask(c, &out, &a)) {
			printf("no good answer of the server\n");
			return false;
		}
		n = radius_eap(&a, octets, sizeof octets);
		outcome = eap_aka_peer_input(&peer, octets, n, &out);
		printf("code %u, EAP %zu octets, answer %u\n", a.octets[0], n, out.len);
	}
	same = outcome == EAP_SUCCEEDED && keys_equal(c, &a, peer.keys.msk);
	printf("%s %s counter %u cause %s %u keys %s\n", outcome == EAP_SUCCEEDED ? "accepted" : "rejected",
	       peer.fast ? "fast" : "full", peer.counter, eap_cause_name((enum eap_cause)peer.cause), peer.cause_value,
	       same ? "equal" : "not equal");
	return same;
}

int main(int argc, char **argv)
{
	int port = 1812, more = 0;
	gboolean result_ind = FALSE;
	const char *k = TEST_K, *opc = TEST_OPC, *sqn = "0";
	GOptionEntry entries[] = {
		{ "port", 0, 0, G_OPTION_ARG_INT, &port, "UDP port", "N" },
		{ "more", 0, 0, G_OPTION_ARG_INT, &more, "runs after the first one", "N" },
		{ "k", 0, 0, G_OPTION_ARG_STRING, &k, "of the card", "HEX" },
		{ "sqn", 0, 0, G_OPTION_ARG_STRING, &sqn, "of the card", "HEX" },
		{ "result-ind", 0, 0, G_OPTION_ARG_NONE, &result_ind, "asks for protected results", NULL },
		{ .long_name = NULL }
	};
	GOptionContext *context = g_option_context_new(NULL);
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct timeval wait = { .tv_sec = 5 };
	struct client c = { .secret = "testing123", .fd = socket(AF_INET, SOCK_DGRAM, 0), .rng = rng_make(1, "nas", "r") };
	struct moor_world *w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	struct rng rng = rng_make(1, "ue", "eap");
	struct usim card = { .sqn = 0 };
	struct eap_aka_peer_config config = { .card = &card, .memory = usim_memory_of(w), .rng = &rng,
		.crypto = crypto_new(CRYPTO_OPENSSL, NULL), .pseudonyms = true, .reauth = true, .checkcode = true };
	unsigned good = 0;

	g_option_context_add_main_entries(context, entries, NULL);
	g_assert(g_option_context_parse(context, &argc, &argv, NULL));
	setvbuf(stdout, NULL, _IOLBF, 0);
	g_assert(imsi_parse(TEST_IMSI, strlen(TEST_IMSI), 2, &card.imsi));
	config.result_ind = result_ind;
	octets_of_hex(k, card.k, sizeof card.k);
	octets_of_hex(opc, card.opc, sizeof card.opc);
	card.sqn = g_ascii_strtoull(sqn, NULL, 16);
	at.sin_port = htons((uint16_t)port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
	g_assert(!connect(c.fd, (struct sockaddr *)&at, sizeof at));
	for (int i = 0; i <= more; i++)
		good += authenticate(&c, &config);
	printf("%u of %d succeeded\n", good, more + 1);
	return good == (unsigned)more + 1 ? 0 : 1;
}

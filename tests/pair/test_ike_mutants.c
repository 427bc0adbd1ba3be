/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers that have the keys and talk nonsense: every message of a run, with each octet of its payloads changed, each
 * payload cut, left out and doubled, sealed as it should be. Whatever comes of it, the other end stays in one piece: it
 * answers or drops, keeps the SA or gives it up, and nothing leaks.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

#define MESSAGE_MAX 2048u

/* A message in clear, as REC_SIGNAL_TX told it. */
struct clear {
	uint8_t exchange;
	bool response;
	uint32_t n;
	uint8_t octets[MESSAGE_MAX];
};

static GArray *collected;

static void collect(void *ctx, const struct moor_record *r)
{
	struct clear c;

	(void)ctx;
	if (r->u.signal.protocol != SIGNAL_IKE || r->u.signal.message_len > MESSAGE_MAX)
		return;
	c = (struct clear){ .exchange = r->u.signal.type, .response = r->u.signal.subtype == 2,
			    .n = r->u.signal.message_len };
	memcpy(c.octets, r->u.signal.message, c.n);
	g_array_append_val(collected, c);
}

static struct ike_rig *standing(uint64_t seed)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, seed);

	ike_rig_connect(g);
	ike_rig_run(g, MOOR_S);
	return g;
}

/* One of each: what a run with a new child, rekeying of both kinds and a deletion says. */
static void collect_all(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 1);
	struct ipsec_selector s = ike_sel("2001:db8:a::2");

	collected = g_array_new(FALSE, FALSE, sizeof(struct clear));
	g->i.c.esp[0].dh = g->r.c.esp[0].dh = IKE_DH_X25519;
	moor_record_sink(g->w, REC_BIT(REC_SIGNAL_TX), collect, NULL);
	ike_rig_up(g);
	ike_child(g->i.heard.sa, &s, true);
	ike_rig_run(g, MOOR_S);
	ike_rekey_child(g->i.heard.sa, g->i.heard.first_child);
	ike_rig_run(g, MOOR_S);
	ike_rekey(g->i.heard.sa);
	ike_rig_run(g, MOOR_S);
	ike_close(g->i.heard.sa);
	ike_rig_run(g, MOOR_S);
	ike_rig_free(g);
}

/* The payloads of a message in clear, into a writer, one of them changed. */
struct change { unsigned payload; enum { FLIP, CUT, OMIT, TWICE, CRITICAL } how; unsigned at, bit; };

static void one_payload(struct ike_writer *w, uint8_t type, const uint8_t *body, size_t n, const struct change *c)
{
	uint8_t copy[MESSAGE_MAX];

	memcpy(copy, body, n);
	if (!c) {
		ike_w_raw(w, type, false, copy, n);
		return;
	}
	switch ((int)c->how) {
	case FLIP:
		if (n)
			copy[c->at % n] ^= (uint8_t)(1u << c->bit);
		break;
	case CUT:
		n = n ? c->at % n : 0;
		break;
	case OMIT:
		return;
	case TWICE:
		ike_w_raw(w, type, false, copy, n);
		break;
	case CRITICAL:
		ike_w_raw(w, 200, true, copy, n);
		return;
	}
	ike_w_raw(w, type, false, copy, n);
}

static void write_changed(struct ike_writer *w, const struct clear *m, const struct change *c)
{
	uint8_t type = m->octets[16];
	size_t at = IKE_HDR_LEN;

	for (unsigned i = 0; type && at + 4 <= m->n; i++) {
		size_t len = load16(m->octets + at + 2);

		one_payload(w, type, m->octets + at + 4, len - 4, i == c->payload ? c : NULL);
		type = m->octets[at];
		at += len;
	}
}

static unsigned payloads(const struct clear *m, unsigned nth, size_t *len)
{
	uint8_t type = m->octets[16];
	size_t at = IKE_HDR_LEN;
	unsigned n = 0;

	*len = 0;
	while (type && at + 4 <= m->n) {
		if (n++ == nth)
			*len = load16(m->octets + at + 2) - 4u;
		type = m->octets[at];
		at += load16(m->octets + at + 2);
	}
	return n;
}

/* A request of i that is not its own idea: the answer would find nobody who asked. */
static void send_request(struct ike_rig *g, const struct clear *m, const struct change *c)
{
	struct ike_sa *sa = g->i.heard.sa;

	ike_rig_lose(g, m->exchange, true, 100);
	ike_enter(g->i.k);
	write_changed(ike_request_begin(sa, m->exchange), m, c);
	ike_request_end(sa);
	ike_leave(g->i.k);
	ike_rig_run(g, 100 * MOOR_MS);
}

/* i asks for something; r's answer is what the test says. */
static void send_response(struct ike_rig *g, const struct clear *m, const struct change *c)
{
	struct ipsec_selector s = ike_sel("2001:db8:a::2");
	struct ike_sa *sa = g->r.heard.sa;
	static unsigned turn;

	ike_rig_lose(g, m->exchange, false, 1);
	if (m->exchange == IKE_INFORMATIONAL)
		ike_close(g->i.heard.sa);
	else if (++turn % 3 == 0)
		ike_child(g->i.heard.sa, &s, true);
	else if (turn % 3 == 1)
		ike_rekey_child(g->i.heard.sa, g->i.heard.first_child);
	else
		ike_rekey(g->i.heard.sa);
	ike_enter(g->r.k);
	sa->answering = m->exchange;
	write_changed(ike_response_begin(sa), m, c);
	ike_response_end(sa);
	ike_leave(g->r.k);
	ike_rig_run(g, 100 * MOOR_MS);
}

static void try_one(const struct clear *m, const struct change *c)
{
	struct ike_rig *g = standing(7);

	g->nonsense = true;
	if (g->i.heard.sa && g->r.heard.sa) {
		if (m->response)
			send_response(g, m, c);
		else
			send_request(g, m, c);
		ike_rig_run(g, 5 * MOOR_S);
	}
	ike_rig_free(g);
}

/* Step: not every octet of the long ones. */
static unsigned try_message(const struct clear *m)
{
	unsigned tried = 0, n;
	size_t len;

	n = payloads(m, 0, &len);
	for (unsigned i = 0; i < n; i++) {
		payloads(m, i, &len);
		for (unsigned how = FLIP; how <= CRITICAL; how++) {
			unsigned times = how <= CUT ? (unsigned)len : 1, step = how == FLIP && len > 64 ? 5 : how == CUT && len > 32 ? 7 : 1;

			for (unsigned at = 0; at < times; at += step) {
				struct change c = { i, how, at, (at * 3 + i) % 8 };

				try_one(m, &c);
				tried++;
			}
		}
	}
	return tried;
}

static void test_sealed(void)
{
	unsigned tried = 0;

	collect_all();
	CU_ASSERT(collected->len >= 16);
	for (unsigned i = 0; i < collected->len; i++) {
		const struct clear *m = &g_array_index(collected, struct clear, i);

		if (m->exchange == IKE_CREATE_CHILD_SA || m->exchange == IKE_INFORMATIONAL)
			tried += try_message(m);
	}
	CU_ASSERT(tried > 300);
	g_array_free(collected, TRUE);
}

/* IKE_AUTH, first request: composed by i's own engine when IKE_SA_INIT is over, in place of its true one. */
static void try_auth(const struct clear *m, const struct change *c)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 8);
	struct ike_sa *sa;

	g->nonsense = true;
	ike_rig_start(g);
	ike_rig_lose(g, IKE_AUTH, false, 1);
	sa = ike_rig_connect(g);
	ike_rig_run(g, 100 * MOOR_MS);
	CU_ASSERT(sa->key_out && sa->task);
	ike_enter(g->i.k);
	ike_task_free(g->i.k, ike_task_of(sa));
	sa->next_request--;
	write_changed(ike_request_begin(sa, IKE_AUTH), m, c);
	ike_request_end(sa);
	ike_leave(g->i.k);
	ike_rig_run(g, 60 * MOOR_S);
	ike_rig_free(g);
}

static void test_auth(void)
{
	unsigned tried = 0;

	collect_all();
	for (unsigned i = 0; i < collected->len; i++) {
		const struct clear *m = &g_array_index(collected, struct clear, i);
		unsigned n;
		size_t len;

		if (m->exchange != IKE_AUTH || m->response)
			continue;
		n = payloads(m, 0, &len);
		for (unsigned k = 0; k < n; k++) {
			payloads(m, k, &len);
			for (unsigned how = FLIP; how <= CRITICAL; how++)
				for (unsigned at = 0; at < (how <= CUT ? len : 1); at += 1 + (unsigned)len / 20) {
					struct change c = { k, how, at, at % 8 };

					try_auth(m, &c);
					tried++;
				}
		}
	}
	CU_ASSERT(tried > 100);
	g_array_free(collected, TRUE);
}

/* IKE_SA_INIT in clear: changed and cut, question and answer. */
static void test_init(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_OPENSSL, 9);
	struct ike_seen q, a;

	ike_rig_start(g);
	ike_rig_lose(g, IKE_SA_INIT, true, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 100 * MOOR_MS);
	q = *ike_rig_nth(g, moor_node_id(net_host_node(g->i.h)), IKE_SA_INIT, false, 0);
	a = *ike_rig_nth(g, moor_node_id(net_host_node(g->r.h)), IKE_SA_INIT, true, 0);
	for (unsigned at = 0; at < q.len; at++) {
		struct ike_seen x = q;

		x.octets[at] ^= (uint8_t)(1u << at % 8);
		ike_rig_forge(g, IKE_I, 500, IKE_R, 500, x.octets, x.len);
		ike_rig_forge(g, IKE_I, 500, IKE_R, 500, q.octets, at);
		/* a cut datagram whose header says so */
		store32(q.octets + 24, at);
		ike_rig_forge(g, IKE_I, 500, IKE_R, 500, q.octets, at);
		store32(q.octets + 24, q.len);
		if (at % 16 == 0)
			ike_rig_run(g, 10 * MOOR_MS);
	}
	for (unsigned at = 0; at < a.len; at++) {
		uint32_t len = a.len;

		ike_rig_forge(g, IKE_R, 500, IKE_I, 500, a.octets, at);
		store32(a.octets + 24, at);
		ike_rig_forge(g, IKE_R, 500, IKE_I, 500, a.octets, at);
		store32(a.octets + 24, len);
		if (at % 16 == 0)
			ike_rig_run(g, MOOR_MS);
	}
	ike_rig_run(g, 300 * MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	/* a changed request may be answered before the true one, and this answer taken for the true one's [2.4] */
	CU_ASSERT_EQUAL(g->i.heard.established + g->i.heard.closed, 1);
	if (g->i.heard.closed) {
		ike_rig_connect(g);
		ike_rig_run(g, MOOR_S);
	}
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

/* The answer changed in each octet, before the true one. */
static void test_init_answer(void)
{
	unsigned failed = 0, stood = 0;

	for (unsigned at = 28; at < 300; at += 3) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 10);
		struct ike_seen a;

		ike_rig_start(g);
		ike_rig_lose(g, IKE_SA_INIT, true, 1);
		ike_rig_connect(g);
		ike_rig_run(g, 100 * MOOR_MS);
		a = *ike_rig_nth(g, moor_node_id(net_host_node(g->r.h)), IKE_SA_INIT, true, 0);
		if (at < a.len) {
			a.octets[at] ^= (uint8_t)(1u << at % 8);
			ike_rig_forge(g, IKE_R, 500, IKE_I, 500, a.octets, a.len);
		}
		ike_rig_run(g, 300 * MOOR_S);
		stood += g->i.heard.established;
		failed += g->i.heard.closed;
		CU_ASSERT_EQUAL(g->i.heard.established + g->i.heard.closed, 1);
		CU_ASSERT(g->i.heard.established == g->r.heard.established);
		ike_rig_free(g);
	}
	CU_ASSERT(stood > 0 && failed > 0);
}

static const struct harness_test tests[] = {
	{ "CREATE_CHILD_SA and INFORMATIONAL, changed under the seal", test_sealed },
	{ "IKE_AUTH, changed under the seal", test_auth },
	{ "IKE_SA_INIT, changed and cut", test_init },
	{ "the answer to IKE_SA_INIT, changed", test_init_answer },
};

int main(int argc, char **argv)
{
	return harness_main("ike-mutants", tests, G_N_ELEMENTS(tests), argc, argv);
}

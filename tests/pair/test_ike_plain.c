/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IKE_AUTH without EAP: pre-shared keys and certificates at both ends, who is refused and for which reason, and peers
 * that have the keys of IKE_SA_INIT and say something else than they should.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

#define OCTETS_MAX 2048u

static const uint8_t secret[] = "a secret of both", other[] = "a secret of one ";

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

static struct ike_pad by_key(const uint8_t *key, size_t n)
{
	return (struct ike_pad){ .proof = IKE_PROOF_KEY, .key = key, .key_len = n };
}

static struct ike_rig *rig(enum crypto_kind kind, enum ike_proof proof)
{
	struct ike_rig *g = ike_rig_new(kind, 11);

	if (proof == IKE_PROOF_KEY)
		g->i.pad = g->r.pad = by_key(secret, sizeof secret);
	else
		g->i.pad.proof = g->r.pad.proof = proof;
	g->i.c.identity = g->id_i;
	g->i.c.childless = g->r.c.childless = false;
	return g;
}

/* ---- establishing ------------------------------------------------------------------------------------------------ */

/* One exchange, with the child SA in it; what follows is as after EAP. */
static void establish(enum crypto_kind kind, enum ike_proof proof)
{
	struct ike_rig *g = rig(kind, proof);

	if (ike_rig_up(g)) {
		CU_ASSERT_NOT_EQUAL(g->i.heard.first_child, 0);
		CU_ASSERT_NOT_EQUAL(g->r.heard.first_child, 0);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_AUTH, false), 1);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_AUTH, true), 1);
		CU_ASSERT_EQUAL(g->signals_tx, 4);
		ike_rekey_child(g->i.heard.sa, g->i.heard.first_child);
		ike_rekey(g->r.heard.sa);
		ike_rig_run(g, 2 * MOOR_S);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

static void test_key(void)
{
	establish(CRYPTO_OPENSSL, IKE_PROOF_KEY);
	establish(CRYPTO_MODELLED, IKE_PROOF_KEY);
}

static void test_certificates(void)
{
	establish(CRYPTO_OPENSSL, IKE_PROOF_CERTIFICATE);
	establish(CRYPTO_MODELLED, IKE_PROOF_CERTIFICATE);
}

static void test_key_lengths(void)
{
	static const uint8_t long_key[300] = { 1, [299] = 2 };
	static const size_t lengths[] = { 1, 20, 64, 65, 300 };

	for (unsigned k = 0; k < G_N_ELEMENTS(lengths); k++) {
		struct ike_rig *g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);

		g->i.pad = g->r.pad = by_key(long_key, lengths[k]);
		ike_rig_up(g);
		ike_rig_free(g);
	}
}

/* A lost answer is repeated, not made anew. */
static void test_lost(void)
{
	struct ike_rig *g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);

	ike_rig_start(g);
	ike_rig_lose(g, IKE_AUTH, true, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 2 * MOOR_S);
	CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_AUTH, false), 2);
	CU_ASSERT_EQUAL(g->r.heard.established, 1);
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

/* i is told AUTHENTICATION_FAILED and nothing else; r has nothing left of it. */
static void refused(struct ike_rig *g, const char *reason)
{
	ike_rig_connect(g);
	ike_rig_run(g, 2 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 0);
	CU_ASSERT_EQUAL(g->r.heard.established, 0);
	CU_ASSERT_EQUAL(g->i.heard.closed, 1);
	CU_ASSERT_EQUAL(g->i.heard.why, IKE_AUTH_FAILED);
	CU_ASSERT_EQUAL(g->i.heard.detail, IKE_N_AUTHENTICATION_FAILED);
	CU_ASSERT_EQUAL(ike_rig_discards(g, reason), 1);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)), 0);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->r.h)), 0);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	ike_rig_free(g);
}

static void test_refused(void)
{
	struct ike_rig *g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);

	g->i.pad = by_key(other, sizeof other);
	refused(g, "ike-auth");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);
	g->i.idi = "stranger.example.org";
	refused(g, "ike-pad");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);
	g->r.pad.key_len = 0;			/* an entry without a key */
	refused(g, "ike-pad");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);
	g->r.pad = (struct ike_pad){ .proof = IKE_PROOF_EAP };
	refused(g, "ike-pad");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);
	g->r.pad = (struct ike_pad){ .proof = IKE_PROOF_CERTIFICATE };
	refused(g, "ike-auth-method");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_CERTIFICATE);
	g->r.pad = by_key(secret, sizeof secret);
	refused(g, "ike-auth-method");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_CERTIFICATE);
	g->i.c.identity = g->id;		/* of the same CA, for another name */
	refused(g, "certificate-name");
	g = rig(CRYPTO_OPENSSL, IKE_PROOF_CERTIFICATE);
	g->r.c.trust = NULL;
	ike_rig_connect(g);
	ike_rig_run(g, 2 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.why, IKE_AUTH_FAILED);
	ike_rig_free(g);
}

/* The initiator does not take the responder for who it asked for. */
static void test_other_responder(void)
{
	for (unsigned proof = IKE_PROOF_KEY; proof <= IKE_PROOF_CERTIFICATE; proof++) {
		struct ike_rig *g = rig(CRYPTO_OPENSSL, proof);

		g->r.idr = "other.example.org";
		ike_rig_connect(g);
		ike_rig_run(g, 2 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.established, 0);
		CU_ASSERT_EQUAL(g->i.heard.why, IKE_AUTH_FAILED);
		CU_ASSERT_EQUAL(ike_rig_discards(g, "ike-pad"), 1);
		CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)), 0);
		ike_rig_free(g);
	}
}

/* The SA stands, the child does not; it is for the user to judge. */
static void test_no_child(void)
{
	struct ike_rig *g = rig(CRYPTO_OPENSSL, IKE_PROOF_KEY);

	g->r.c.n_esp = 1;
	g->r.c.esp[0] = (struct ike_suite){ IKE_ENCR_NULL, 0, IKE_INTEG_HMAC_SHA1_96, 0, 0 };
	ike_rig_connect(g);
	ike_rig_run(g, 2 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 1);
	CU_ASSERT_EQUAL(g->i.heard.first_child, 0);
	ike_rig_agree(g, 0);
	ike_rig_free(g);
}

/* ---- under the seal ---------------------------------------------------------------------------------------------- */

/* An IKE_AUTH in clear, as a record told it. */
static struct { uint32_t n; uint8_t octets[OCTETS_MAX]; } clear[2];	/* request, response */

static void collect(void *ctx, const struct moor_record *r)
{
	unsigned k = r->u.signal.subtype == 2;

	(void)ctx;
	if (r->u.signal.protocol != SIGNAL_IKE || r->u.signal.type != IKE_AUTH || r->u.signal.message_len > OCTETS_MAX)
		return;
	clear[k].n = r->u.signal.message_len;
	memcpy(clear[k].octets, r->u.signal.message, clear[k].n);
}

static void learn(enum ike_proof proof)
{
	struct ike_rig *g = rig(CRYPTO_MODELLED, proof);

	memset(clear, 0, sizeof clear);
	moor_record_sink(g->w, REC_BIT(REC_SIGNAL_TX), collect, NULL);
	ike_rig_up(g);
	ike_rig_free(g);
	CU_ASSERT(clear[0].n > 0 && clear[1].n > 0);
}

enum how { FLIP, CUT, OMIT, TWICE, HOWS };

/* The message with its nth payload changed. Returns that payload's type, 0: there are not so many. */
static uint8_t write_changed(struct ike_writer *w, unsigned k, unsigned nth, enum how how, unsigned at, size_t *len)
{
	uint8_t type = clear[k].octets[16], changed = 0, copy[OCTETS_MAX];

	for (size_t o = IKE_HDR_LEN; type && o + 4 <= clear[k].n; o += load16(clear[k].octets + o + 2)) {
		size_t n = load16(clear[k].octets + o + 2) - 4u;
		uint8_t next = clear[k].octets[o];
		bool hit = !nth--;

		memcpy(copy, clear[k].octets + o + 4, n);
		if (hit) {
			changed = type;
			*len = n;
			if (how == FLIP && n)
				copy[at % n] ^= (uint8_t)(1u << at % 8);
			if (how == CUT)
				n = n ? at % n : 0;
		}
		if (w && !(hit && how == OMIT))
			ike_w_raw(w, type, false, copy, n);
		if (w && hit && how == TWICE)
			ike_w_raw(w, type, false, copy, n);
		type = next;
	}
	return changed;
}

/* i's engine says something else in place of its true request. */
static void ask(struct ike_rig *g, unsigned nth, enum how how, unsigned at)
{
	struct ike_sa *sa;
	size_t len;

	ike_rig_start(g);
	ike_rig_lose(g, IKE_AUTH, false, 1);
	sa = ike_rig_connect(g);
	ike_rig_run(g, 100 * MOOR_MS);
	ike_enter(g->i.k);
	ike_task_free(g->i.k, ike_task_of(sa));
	sa->next_request--;
	write_changed(ike_request_begin(sa, IKE_AUTH), 0, nth, how, at, &len);
	ike_request_end(sa);
	ike_leave(g->i.k);
	ike_rig_run(g, MOOR_S);
}

/* r's engine says something else than its true answer, which was lost. */
static void answer(struct ike_rig *g, unsigned nth, enum how how, unsigned at)
{
	struct ike_sa *sa;
	size_t len;

	ike_rig_start(g);
	ike_rig_lose(g, IKE_AUTH, true, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 100 * MOOR_MS);
	sa = g->r.heard.sa;
	CU_ASSERT_PTR_NOT_NULL_FATAL(sa);
	ike_enter(g->r.k);
	sa->answering = IKE_AUTH;
	write_changed(ike_response_begin(sa), 1, nth, how, at, &len);
	ike_response_end(sa);
	ike_leave(g->r.k);
	ike_rig_run(g, MOOR_S);
}

/* What proves who the peer is must be as it was; whatever else is changed, nothing breaks and nothing leaks. */
static void try_one(enum ike_proof proof, unsigned k, uint8_t type, unsigned nth, enum how how, unsigned at)
{
	struct ike_rig *g = rig(CRYPTO_MODELLED, proof);
	struct ike_end *judge = k ? &g->i : &g->r;
	bool reserved = how == FLIP && at >= 1 && at < 4;	/* octets that mean nothing [RFC 7296 3.5, 3.8] */
	bool vital = !reserved && (type == IKE_P_AUTH || type == IKE_P_IDI || type == IKE_P_IDR);

	g->nonsense = true;
	(k ? answer : ask)(g, nth, how, at);
	/* whom i asks for is but a wish, r says who it is */
	if (vital && how != TWICE && !(k == 0 && type == IKE_P_IDR))
		CU_ASSERT_EQUAL(judge->heard.established, 0);
	ike_rig_run(g, 60 * MOOR_S);
	ike_rig_free(g);
}

static void try_all(enum ike_proof proof)
{
	unsigned tried = 0;
	size_t len = 0;
	uint8_t type;

	learn(proof);
	for (unsigned k = 0; k < 2; k++)
		for (unsigned nth = 0; (type = write_changed(NULL, k, nth, HOWS, 0, &len)); nth++)
			for (unsigned how = FLIP; how < HOWS; how++) {
				unsigned times = how <= CUT ? (unsigned)len : 1;

				for (unsigned at = 0; at < times; at += 1 + times / 12, tried++)
					try_one(proof, k, type, nth, (enum how)how, at);
			}
	CU_ASSERT(tried > 150);
}

static void test_hostile_key(void) { try_all(IKE_PROOF_KEY); }
static void test_hostile_certificates(void) { try_all(IKE_PROOF_CERTIFICATE); }

static const struct harness_test tests[] = {
	{ "pre-shared keys", test_key },
	{ "certificates at both ends", test_certificates },
	{ "keys of any length", test_key_lengths },
	{ "a lost answer", test_lost },
	{ "who is refused", test_refused },
	{ "another responder than asked for", test_other_responder },
	{ "no child SA", test_no_child },
	{ "changed under the seal, keys", test_hostile_key },
	{ "changed under the seal, certificates", test_hostile_certificates },
};

int main(int argc, char **argv)
{
	return harness_main("ike-plain", tests, G_N_ELEMENTS(tests), argc, argv);
}

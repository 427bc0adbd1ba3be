/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stranger on the link, without keys, who hears everything and sends what he likes: repeated, changed, cut and
 * made-up messages. Nothing that stands is changed by it, and an attempt that is under way comes to its end.
 */
#include "tests/pair/ike_rig.h"

#include <string.h>

#include "proto/ike_priv.h"

static uint32_t node(const struct ike_end *e)
{
	return moor_node_id(net_host_node(e->h));
}

/* As if from i to r (or the other way). */
static void forge(struct ike_rig *g, bool to_r, const uint8_t *octets, size_t n)
{
	ike_rig_forge(g, to_r ? IKE_I : IKE_R, 500, to_r ? IKE_R : IKE_I, 500, octets, n);
}

static size_t message(uint8_t *buf, size_t cap, struct ike_hdr h, void (*fill)(struct ike_writer *w))
{
	struct ike_writer w;

	h.version = h.version ? h.version : IKE_VERSION;
	ike_w_start(&w, buf, cap, &h);
	fill(&w);
	return ike_w_end(&w);
}

static void delete_ike(struct ike_writer *w) { ike_w_delete_ike(w); }
static void failed(struct ike_writer *w) { ike_w_notify(w, IKE_N_AUTHENTICATION_FAILED, NULL, 0); }
static void no_proposal(struct ike_writer *w) { ike_w_notify(w, IKE_N_NO_PROPOSAL_CHOSEN, NULL, 0); }
static void unknown_spi(struct ike_writer *w) { ike_w_notify(w, IKE_N_INVALID_IKE_SPI, NULL, 0); }
static void syntax(struct ike_writer *w) { ike_w_notify(w, IKE_N_INVALID_SYNTAX, NULL, 0); }
static void version(struct ike_writer *w) { ike_w_notify(w, IKE_N_INVALID_MAJOR_VERSION, NULL, 0); }

/* What must not change. */
struct state { struct ike_sa_view i, r; uint32_t next[4]; };

static struct state state_of(struct ike_rig *g)
{
	struct state s;

	memset(&s, 0, sizeof s);
	ike_sa_view(g->i.heard.sa, &s.i);
	ike_sa_view(g->r.heard.sa, &s.r);
	s.next[0] = g->i.heard.sa->next_request;
	s.next[1] = g->i.heard.sa->next_expected;
	s.next[2] = g->r.heard.sa->next_request;
	s.next[3] = g->r.heard.sa->next_expected;
	return s;
}

static void check_same(struct ike_rig *g, const struct state *before)
{
	struct state now;

	CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
	CU_ASSERT_EQUAL(g->i.heard.moved + g->r.heard.moved, 0);
	CU_ASSERT(g->i.heard.sa && g->r.heard.sa);
	if (!g->i.heard.sa || !g->r.heard.sa)
		return;
	now = state_of(g);
	CU_ASSERT(!memcmp(&now, before, sizeof now));
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->i.h)), 1);
	CU_ASSERT_EQUAL(ipsec_children(ipsec_of(g->r.h)), 1);
	ike_rig_agree(g, 1);
}

/* ---- an SA that stands ------------------------------------------------------------------------------------------- */

static void test_unprotected(void)
{
	static void (*const fills[])(struct ike_writer *) = { delete_ike, failed, no_proposal, unknown_spi, syntax, version };
	struct ike_rig *g = ike_rig_new(CRYPTO_OPENSSL, 1);
	uint8_t buf[256];
	struct state s;

	if (ike_rig_up(g)) {
		s = state_of(g);
		for (unsigned i = 0; i < G_N_ELEMENTS(fills); i++)
			for (unsigned ex = IKE_AUTH; ex <= IKE_INFORMATIONAL; ex++)
				for (unsigned flags = 0; flags < 4; flags++)
					for (uint32_t mid = 0; mid < 6; mid++) {
						struct ike_hdr h = { .spi_i = s.i.spi_i, .spi_r = s.i.spi_r, .exchange = (uint8_t)ex, .mid = mid };

						h.flags = (uint8_t)((flags & 1 ? IKE_FLAG_R : 0) | (flags & 2 ? IKE_FLAG_I : 0));
						forge(g, flags & 2, buf, message(buf, sizeof buf, h, fills[i]));
					}
		ike_rig_run(g, 500 * MOOR_MS);
		check_same(g, &s);
	}
	ike_rig_free(g);
}

/* A word about unknown SPIs is worth a look, not more, and not often. */
static void test_hint(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 2);
	uint8_t buf[256];

	if (ike_rig_up(g)) {
		ike_rig_run(g, 5 * MOOR_S);
		for (unsigned i = 0; i < 50; i++) {
			struct ike_sa_view v;
			struct ike_hdr h = { .exchange = IKE_INFORMATIONAL, .flags = IKE_FLAG_R };

			ike_sa_view(g->i.heard.sa, &v);
			h.spi_i = v.spi_i;
			h.spi_r = v.spi_r;
			forge(g, false, buf, message(buf, sizeof buf, h, unknown_spi));
			ike_rig_run(g, 100 * MOOR_MS);
		}
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), IKE_INFORMATIONAL, false), 1);
		CU_ASSERT_EQUAL(g->i.heard.closed, 0);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

/* Every message that was ever sent, again, from where it came and from elsewhere. */
static void test_replay(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 3);
	struct ipsec_selector sel = ike_sel("2001:db8:a::2");
	unsigned n;
	struct state s;

	if (ike_rig_up(g)) {
		ike_child(g->i.heard.sa, &sel, true);
		ike_rekey_child(g->r.heard.sa, g->r.heard.first_child);
		ike_rig_run(g, MOOR_S);
		ike_rekey(g->i.heard.sa);
		ike_rig_run(g, MOOR_S);
		s = state_of(g);
		n = g->seen->len;
		for (unsigned k = 0; k < 2 * n; k++) {
			struct ike_seen m = g_array_index(g->seen, struct ike_seen, k % n);

			if (m.exchange == IKE_SA_INIT && !(m.flags & IKE_FLAG_R))
				continue;
			ike_rig_forge(g, k < n ? m.node == node(&g->i) ? IKE_I : IKE_R : IKE_X, 500,
				      m.node == node(&g->i) ? IKE_R : IKE_I, 500, m.octets, m.len);
			ike_rig_run(g, 50 * MOOR_MS);
		}
		ike_rig_run(g, 5 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.closed + g->r.heard.closed, 0);
		CU_ASSERT_EQUAL(g->r.heard.moved, 0);
		if (g->i.heard.sa && g->r.heard.sa) {
			struct state now = state_of(g);

			CU_ASSERT(!memcmp(&now, &s, sizeof s));
			ike_rig_agree(g, 2);
		}
	}
	ike_rig_free(g);
}

/* Each octet of each protected message changed, before the true one comes: nothing happens, and it goes on. */
static void test_changed(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 4);
	unsigned tried = 0;
	struct state s;

	if (ike_rig_up(g)) {
		s = state_of(g);
		/* a true request that r has not seen: i's next one, lost on the way */
		ike_rig_lose(g, IKE_INFORMATIONAL, false, 1);
		ike_check(g->i.heard.sa);
		ike_rig_run(g, 10 * MOOR_MS);
		struct ike_seen m = *ike_rig_nth(g, node(&g->i), IKE_INFORMATIONAL, false, 0);

		for (unsigned at = 0; at < m.len; at++)
			for (unsigned bit = 0; bit < 8; bit += 3) {
				struct ike_seen x = m;

				x.octets[at] ^= (uint8_t)(1u << bit);
				forge(g, true, x.octets, x.len);
				tried++;
			}
		for (unsigned n = 0; n < m.len; n++)
			forge(g, true, m.octets, n);
		ike_rig_run(g, 100 * MOOR_MS);
		CU_ASSERT(tried > 100);
		CU_ASSERT_EQUAL(g->r.heard.sa->next_expected, s.next[3]);
		ike_rig_run(g, 5 * MOOR_S);
		CU_ASSERT_EQUAL(g->r.heard.sa->next_expected, s.next[3] + 1);
		CU_ASSERT_EQUAL(g->i.heard.sa->task, 0);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

/* [RFC 7296 2.23]: a genuine, new request that someone else carries moves the path; a repeated one does not. */
static void test_repeat_from_elsewhere(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 5);
	struct ike_seen m;

	if (ike_rig_up(g)) {
		ike_check(g->i.heard.sa);
		ike_rig_run(g, MOOR_S);
		m = *ike_rig_nth(g, node(&g->i), IKE_INFORMATIONAL, false, 0);
		ike_rig_forge(g, IKE_X, 500, IKE_R, 500, m.octets, m.len);
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->r.heard.moved, 0);
		CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), IKE_INFORMATIONAL, true), 2);
		ike_check(g->r.heard.sa);
		ike_rig_run(g, MOOR_S);
		ike_rig_agree(g, 1);
	}
	ike_rig_free(g);
}

/* ---- an attempt under way ---------------------------------------------------------------------------------------- */

/* Errors that nobody authenticated come before the answer [RFC 7296 2.21.1]. */
static void test_forged_errors(void)
{
	static void (*const fills[])(struct ike_writer *) = { failed, no_proposal, syntax, version };

	for (unsigned i = 0; i < G_N_ELEMENTS(fills); i++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 10 + i);
		struct ike_sa *sa = ike_rig_connect(g);
		struct ike_hdr h = { .exchange = IKE_SA_INIT, .flags = IKE_FLAG_R };
		uint8_t buf[256];

		h.spi_i = sa->spi_i;
		forge(g, false, buf, message(buf, sizeof buf, h, fills[i]));
		ike_rig_run(g, MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.closed, 0);
		ike_rig_agree(g, 1);
		ike_rig_free(g);
	}
}

static const uint8_t wrong_nonce[32];

static void redirect(struct ike_writer *w)
{
	struct ip6_addr to = ike_a6(IKE_X);
	struct ike_redirect d = { .gw_type = IKE_GW_IP6, .gw = { to.o, 16 }, .nonce = { wrong_nonce, 32 } };
	uint8_t octets[128];
	size_t n = ike_redirect_encode(&d, octets, sizeof octets);

	ike_w_notify(w, IKE_N_REDIRECT, octets, n);
}

static void cookie(struct ike_writer *w) { ike_w_notify(w, IKE_N_COOKIE, wrong_nonce, 16); }
static void group(struct ike_writer *w) { ike_w_notify(w, IKE_N_INVALID_KE_PAYLOAD, (const uint8_t[]){ 0, 14 }, 2); }
static void bad_group(struct ike_writer *w) { ike_w_notify(w, IKE_N_INVALID_KE_PAYLOAD, (const uint8_t[]){ 0, 1 }, 2); }

/* A redirect without the nonce, and groups: the attempt still comes to its end. */
static void test_forged_help(void)
{
	static void (*const fills[])(struct ike_writer *) = { redirect, group, bad_group };

	for (unsigned i = 0; i < G_N_ELEMENTS(fills); i++) {
		struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 20 + i);
		struct ike_hdr h = { .exchange = IKE_SA_INIT, .flags = IKE_FLAG_R };
		struct ike_sa *sa;
		uint8_t buf[256];

		sa = ike_rig_connect(g);
		h.spi_i = sa->spi_i;
		for (unsigned k = 0; k < 20; k++)
			forge(g, false, buf, message(buf, sizeof buf, h, fills[i]));
		ike_rig_run(g, 3 * MOOR_S);
		CU_ASSERT_EQUAL(g->i.heard.redirects, 0);
		CU_ASSERT_EQUAL(g->i.heard.closed, 0);
		CU_ASSERT_EQUAL(g->i.heard.established, 1);
		CU_ASSERT(ike_rig_count(g, node(&g->i), IKE_SA_INIT, false) <= 8);
		ike_rig_free(g);
	}
}

/*
 * A cookie out of the air makes the initiator ask again, and then nobody can tell which of its requests the answer is
 * for: whoever hears the SPI can spoil this attempt [RFC 7296 2.4], but only this.
 */
static void test_forged_cookie(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 29);
	struct ike_hdr h = { .exchange = IKE_SA_INIT, .flags = IKE_FLAG_R };
	struct ike_sa *sa = ike_rig_connect(g);
	uint8_t buf[256];

	h.spi_i = sa->spi_i;
	for (unsigned k = 0; k < 20; k++)
		forge(g, false, buf, message(buf, sizeof buf, h, cookie));
	ike_rig_run(g, 3 * MOOR_S);
	CU_ASSERT(ike_rig_count(g, node(&g->i), IKE_SA_INIT, false) <= 8);
	CU_ASSERT_EQUAL(g->i.heard.established + g->i.heard.closed, 1);
	if (g->i.heard.closed) {
		CU_ASSERT_EQUAL(g->r.heard.established, 0);
		ike_rig_connect(g);
		ike_rig_run(g, MOOR_S);
	}
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

/* Copies of the responder's answer, each with something changed, come first: but for its keys the attempt is safe. */
static void test_forged_answer(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 30);
	struct ike_seen m;
	unsigned n;

	ike_rig_start(g);
	ike_rig_lose(g, IKE_SA_INIT, true, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 100 * MOOR_MS);
	m = *ike_rig_nth(g, node(&g->r), IKE_SA_INIT, true, 0);
	for (n = 0; n < m.len; n += 3)
		forge(g, false, m.octets, n);
	ike_rig_run(g, 100 * MOOR_MS);
	CU_ASSERT_EQUAL(g->i.heard.closed, 0);
	ike_rig_run(g, 3 * MOOR_S);
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

/* Initiators without number: memory is bounded, cookies are asked for, and a true one gets through. */
static void test_flood(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 40);
	struct ike_seen m;
	uint64_t spi = 1;

	ike_rig_start(g);
	ike_rig_lose(g, IKE_SA_INIT, false, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 10 * MOOR_MS);
	m = *ike_rig_nth(g, node(&g->i), IKE_SA_INIT, false, 0);
	for (unsigned k = 0; k < 10000; k++) {
		struct ike_seen x = m;

		store32(x.octets + 4, (uint32_t)spi++);
		ike_rig_forge(g, IKE_X, (uint16_t)(1024 + k % 5000), IKE_R, 500, x.octets, x.len);
		if (k % 50 == 0)
			ike_rig_run(g, 100 * MOOR_US);
	}
	ike_rig_run(g, 50 * MOOR_MS);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), g->r.c.cookies_above);
	ike_rig_run(g, 5 * MOOR_S);
	CU_ASSERT_EQUAL(g->i.heard.established, 1);
	CU_ASSERT(ike_rig_count(g, node(&g->i), IKE_SA_INIT, false) >= 3);
	ike_rig_run(g, 60 * MOOR_S);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 0);
	ike_rig_agree(g, 1);
	ike_rig_free(g);
}

static void test_half_open_max(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 41);
	struct ike_seen m;

	g->r.c.half_open_max = 10;
	g->r.c.cookies_above = 100;
	ike_rig_start(g);
	ike_rig_lose(g, IKE_SA_INIT, false, 1);
	ike_rig_connect(g);
	ike_rig_run(g, 10 * MOOR_MS);
	m = *ike_rig_nth(g, node(&g->i), IKE_SA_INIT, false, 0);
	for (uint32_t k = 0; k < 50; k++) {
		store32(m.octets + 4, k);
		ike_rig_forge(g, IKE_X, 500, IKE_R, 500, m.octets, m.len);
		if (!k)
			ike_rig_run(g, 50 * MOOR_MS);
	}
	ike_rig_run(g, 50 * MOOR_MS);
	CU_ASSERT_EQUAL(ike_half_open(g->r.k), 10);
	CU_ASSERT_EQUAL(ike_rig_discards(g, "ike-half-open"), 40);
	ike_rig_free(g);
}

/* Messages of another major version, of unknown exchanges, to SPIs of nobody: an answer now and then at most. */
static void test_strays(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 42);
	struct ip6_addr x = ike_a6(IKE_X);
	uint8_t buf[256];
	unsigned n = 0;

	if (ike_rig_up(g)) {
		struct state s = state_of(g);

		for (unsigned k = 0; k < 200; k++) {
			struct ike_hdr h = { .spi_i = 7 + k, .spi_r = 9, .version = k & 1 ? 0x30 : 0x20,
					     .exchange = (uint8_t)(30 + k % 12), .flags = IKE_FLAG_I };
			size_t len = message(buf, sizeof buf, h, delete_ike);

			ike_rig_forge(g, IKE_X, 500, IKE_R, k & 2 ? 500 : 4500, buf, len);
			buf[16] = IKE_P_SK;
			ike_rig_forge(g, IKE_X, 500, IKE_R, 500, buf, len);
		}
		ike_rig_run(g, 200 * MOOR_MS);
		for (unsigned i = 0; i < g->seen->len; i++)
			n += ip6_eq(&g_array_index(g->seen, struct ike_seen, i).dst, &x);
		CU_ASSERT(n > 0 && n <= 20);
		check_same(g, &s);
	}
	ike_rig_free(g);
}

/* A response to what was never asked makes nobody answer [RFC 7296 2.21.4]. */
static void test_no_loop(void)
{
	struct ike_rig *g = ike_rig_new(CRYPTO_MODELLED, 43);
	uint8_t buf[256];
	struct ike_hdr h = { .spi_i = 7, .spi_r = 9, .exchange = IKE_INFORMATIONAL, .flags = IKE_FLAG_R };
	size_t n;

	ike_rig_start(g);
	n = message(buf, sizeof buf, h, unknown_spi);
	ike_rig_forge(g, IKE_I, 500, IKE_R, 500, buf, n);
	ike_rig_run(g, MOOR_S);
	CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->r), -1, true), 0);
	CU_ASSERT_EQUAL(ike_rig_count(g, node(&g->i), -1, true), 0);
	ike_rig_free(g);
}

static const struct harness_test tests[] = {
	{ "unprotected messages change nothing", test_unprotected },
	{ "a hint is worth one liveness check", test_hint },
	{ "everything sent again", test_replay },
	{ "protected messages changed and cut", test_changed },
	{ "a repeated request from elsewhere moves nobody", test_repeat_from_elsewhere },
	{ "forged errors do not end an attempt", test_forged_errors },
	{ "forged redirects and groups do not either", test_forged_help },
	{ "a forged cookie spoils one attempt at most", test_forged_cookie },
	{ "cut answers do not either", test_forged_answer },
	{ "ten thousand half-open initiators", test_flood },
	{ "half-open SAs are bounded", test_half_open_max },
	{ "strays are answered seldom", test_strays },
	{ "strays make no loops", test_no_loop },
};

int main(int argc, char **argv)
{
	return harness_main("ike-hostile", tests, G_N_ELEMENTS(tests), argc, argv);
}

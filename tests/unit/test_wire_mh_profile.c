/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles: the reference messages follow the default profile, single changes are named, and every rule of the tables
 * can be broken. The last is found by changing messages in every simple way under every context and looking which
 * rules spoke.
 */
#include "tests/unit/harness.h"
#include "tests/unit/mh_golden.h"
#include "tests/unit/mh_tools.h"
#include "wire/mh_flow.h"
#include "wire/mh_profile.h"

static void read_golden(unsigned i, struct mh_msg *m)
{
	static uint8_t octets[GOLDENS][MH_MAX];
	size_t n = octets_of(goldens[i].hex, octets[i]);

	CU_ASSERT(mh_decode(octets[i], n, m, NULL));
}

static unsigned check(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c, struct wire_diags *d)
{
	*d = (struct wire_diags){ .n = 0 };
	return mh_check(m, p, c, d);
}

static struct mh_msg bu, ba, pbu, pba, bri, bra, nat_bu, ifom;

static void read_all(void)
{
	read_golden(0, &bu);
	read_golden(1, &ba);
	read_golden(2, &pbu);
	read_golden(3, &pba);
	read_golden(4, &bri);
	read_golden(5, &bra);
	read_golden(9, &nat_bu);
	read_golden(10, &ifom);
}

static void clean(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c)
{
	struct wire_diags d;

	CU_ASSERT_EQUAL(check(m, p, c, &d), 0);
	if (d.n)
		g_printerr("%s: %s (%s)\n", mh_type_name(m->type), d.d[0].id, d.d[0].clause);
}

static void test_reference_messages(void)
{
	struct mh_context on6 = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP6, .has_coa = true };
	struct mh_context on4 = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP4, .nat = true, .udp = true };
	struct mh_context c = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP6 };

	read_all();
	CU_ASSERT(ip6_parse("2001:db8:c:1::200", &on6.coa));
	clean(&bu, MH_PROFILE_R10, &on6);
	clean(&bu, MH_PROFILE_RFC, &on6);
	clean(&nat_bu, MH_PROFILE_R10, &on4);
	on6.ifom = true;
	clean(&ifom, MH_PROFILE_R10, &on6);
	c.request = &bu;
	clean(&ba, MH_PROFILE_R10, &c);
	clean(&ba, MH_PROFILE_R8, &c);
	clean(&ba, MH_PROFILE_RFC, &c);
	c.request = NULL;
	clean(&pbu, MH_PROFILE_R10, &c);
	clean(&pbu, MH_PROFILE_R8, &c);
	clean(&pbu, MH_PROFILE_RFC, &c);
	c.request = &pbu;
	clean(&pba, MH_PROFILE_R10, &c);
	clean(&pba, MH_PROFILE_RFC, &c);
	c = (struct mh_context){ .procedure = MH_PROC_NETWORK_DETACH };
	clean(&bri, MH_PROFILE_R10, &c);
	clean(&bri, MH_PROFILE_RFC, &c);
	c.request = &bri;
	clean(&bra, MH_PROFILE_R10, &c);
}

static void says(const struct mh_msg *m, enum mh_profile p, const struct mh_context *c, const char *id,
	const char *clause)
{
	struct wire_diags d;
	const struct wire_diag *note;

	CU_ASSERT(check(m, p, c, &d) > 0);
	note = note_of(&d, id);
	if (!note)
		g_printerr("%s is not said\n", id);
	CU_ASSERT(note && strstr(note->clause, clause));
}

static void drop(struct mh_msg *m, uint8_t type)
{
	unsigned i, n = 0;

	for (i = 0; i < m->n_opt; i++)
		if (m->opt[i].type != type)
			m->opt[n++] = m->opt[i];
	m->n_opt = (uint8_t)n;
}

/* The deviations that matter most to DSMIPv6, one by one. */
static void test_single_changes(void)
{
	struct mh_context on6 = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP6, .has_coa = true };
	struct mh_context on4 = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP4, .nat = true, .udp = true };
	struct mh_context answer = { .procedure = MH_PROC_INITIAL, .access = MH_ACCESS_IP6, .request = &bu };
	struct mh_msg m;

	read_all();
	CU_ASSERT(ip6_parse("2001:db8:c:1::201", &on6.coa));
	says(&bu, MH_PROFILE_R10, &on6, "bu-alt-coa-differs", "24.303 5.1.2.4");
	says(&bu, MH_PROFILE_R8, &on6, "bu-r-set", "24.303 A.1");
	says(&bu, MH_PROFILE_R10, &on4, "bu-ipv4-coa-missing", "24.303 A.2.1");
	says(&nat_bu, MH_PROFILE_R10, &on6, "bu-alt-coa-missing", "RFC 6275 11.7.1");
	m = bu;
	m.bu.flags &= (uint16_t)~MH_BU_K;
	says(&m, MH_PROFILE_R10, &on6, "bu-k-clear", "24.303 A.2.1");
	m.bu.flags |= MH_BU_F;
	says(&m, MH_PROFILE_R10, &on6, "bu-f-set", "24.303 5.1.2.4");
	m.bu.life.units = 0;
	says(&m, MH_PROFILE_R10, &on6, "bu-lifetime-zero", "RFC 6275");
	m = bu;
	mh_add(&m, MH_OPT_LOAD);
	says(&m, MH_PROFILE_R10, &on6, "bu-option-not-in-profile", "24.303 A.1");
	m = ba;
	m.ba.seq++;
	says(&m, MH_PROFILE_R10, &answer, "ba-sequence", "RFC 6275");
	m.ba.status = MH_BA_SEQUENCE;
	drop(&m, MH_OPT_REFRESH_ADVICE);
	clean(&m, MH_PROFILE_R10, &answer);
	m = ba;
	drop(&m, MH_OPT_IP4_ACK);
	says(&m, MH_PROFILE_R10, &answer, "ba-ipv4-ack-missing", "RFC 5555 3.2.1");
	answer = on4;
	answer.request = &nat_bu;
	says(&ba, MH_PROFILE_R10, &answer, "ba-nat-detection-missing", "RFC 5555 4.2");
	m = ba;
	mh_add(&m, MH_OPT_NAT_DETECTION);
	says(&m, MH_PROFILE_R10, &answer, "ba-nat-not-forced", "RFC 5555 4.2");
}

static void test_quirks(void)
{
	struct mh_context c = { .procedure = MH_PROC_INITIAL, .proxy = true, .request = &pbu };
	struct mh_msg m;

	read_all();
	m = pba;
	m.ba.flags = 0;
	drop(&m, MH_OPT_HANDOFF);
	drop(&m, MH_OPT_ATT);
	says(&m, MH_PROFILE_RFC, &c, "pba-p-clear", "RFC 5213 5.3.6");
	says(&m, MH_PROFILE_RFC, &c, "pba-handoff-missing", "RFC 5213 5.3.6");
	clean(&m, MH_PROFILE_OAI_PMIP, &c);
	m = pbu;
	drop(&m, MH_OPT_GRE_KEY);
	c.request = NULL;
	says(&m, MH_PROFILE_R10, &c, "pbu-gre-key-missing", "29.275 6.1");
	clean(&m, MH_PROFILE_RFC, &c);
}

/* Which rules spoke, over all messages and contexts tried. */
static GHashTable *spoken;

static void listen(const struct mh_msg *m, const struct mh_context *c)
{
	unsigned p;

	for (p = 0; p < MH_PROFILES; p++) {
		struct wire_diags d;
		uint32_t i;

		check(m, p, c, &d);
		for (i = 0; i < d.n && i < WIRE_DIAG_MAX; i++)
			g_hash_table_add(spoken, (gpointer)d.d[i].id);
	}
}

static void in_contexts(const struct mh_msg *m, const struct mh_msg *const *requests, unsigned n_requests)
{
	unsigned proc, access, bits, r;

	for (proc = 0; proc < MH_PROCS; proc++)
		for (access = MH_ACCESS_ANY; access <= MH_ACCESS_HOME; access++)
			for (bits = 0; bits < 8; bits++)
				for (r = 0; r <= n_requests; r++) {
					struct mh_context c = { .procedure = proc, .access = access, .proxy = bits & 1,
						.ifom = bits & 2, .nat = bits & 4, .udp = bits & 4, .has_coa = true,
						.request = r < n_requests ? requests[r] : NULL };

					listen(m, &c);
				}
}

static void set_flags(struct mh_msg *m, unsigned bit)
{
	if (m->type == MH_BU)
		m->bu.flags ^= (uint16_t)(1u << bit);
	else if (m->type == MH_BA)
		m->ba.flags ^= (uint8_t)(1u << bit);
	else if (m->type == MH_BR)
		m->br.flags ^= (uint16_t)(1u << bit);
	else if (m->type == MH_HEARTBEAT)
		m->heartbeat.flags ^= (uint16_t)(1u << bit);
}

static void numbers(struct mh_msg *m, unsigned way)
{
	if (m->type == MH_BU)
		m->bu.life.units = way ? 1 : 0;
	else if (m->type == MH_BA)
		*(way < 3 ? &m->ba.life.units : &m->ba.seq) = (uint16_t[]){ 0, 1, 0xffff, 99 }[way];
	else if (m->type == MH_BR)
		*(way < 3 ? &m->br.code : &m->br.type) = (uint8_t[]){ 0, 1, 128, MH_BR_BRA }[way];
	else if (m->type == MH_BE)
		m->be.status = (uint8_t)way;
}

/* Options whose zeroed value is a mistake in itself, and others, added to or in front of the message. */
static void options_of(const struct mh_msg *from, const struct mh_msg *const *requests, unsigned n_requests)
{
	static const uint8_t types[] = { MH_OPT_REFRESH_ADVICE, MH_OPT_ALT_COA, MH_OPT_IP4_HOA, MH_OPT_IP4_ACK,
		MH_OPT_IP4_COA,
		MH_OPT_NAT_DETECTION, MH_OPT_BID, MH_OPT_FLOW_ID, MH_OPT_GRE_KEY, MH_OPT_MN_ID, MH_OPT_HNP,
			MH_OPT_HANDOFF,
		MH_OPT_ATT, MH_OPT_TIMESTAMP, MH_OPT_MN_LL_ID, MH_OPT_LINK_LOCAL, MH_OPT_IP4_HOA_REQUEST,
			MH_OPT_IP4_HOA_REPLY,
		MH_OPT_SERVICE_SELECTION, MH_OPT_RESTART_COUNTER };
	struct mh_msg m;
	unsigned i;

	for (i = 0; i < G_N_ELEMENTS(types); i++) {
		m = *from;
		mh_add(&m, types[i])->offset = 200;
		if (types[i] == MH_OPT_BID)
			m.opt[m.n_opt - 1].bid.family = 4;
		in_contexts(&m, requests, n_requests);
		drop(&m, types[i]);
		in_contexts(&m, requests, n_requests);
		if (m.n_opt < MH_OPT_MAX) {		/* alone, in front and with a value */
			memmove(&m.opt[1], &m.opt[0], m.n_opt * sizeof m.opt[0]);
			m.opt[0] = (struct mh_opt){ .type = types[i], .offset = 12 };
			if (types[i] == MH_OPT_REFRESH_ADVICE)
				m.opt[0].refresh.units = 0xffff;
			m.n_opt++;
			in_contexts(&m, requests, n_requests);
		}
	}
}

static void vary(const struct mh_msg *from, const struct mh_msg *const *requests, unsigned n_requests)
{
	struct mh_msg m;
	unsigned i;

	in_contexts(from, requests, n_requests);
	for (i = 0; i < 16; i++) {
		m = *from;
		set_flags(&m, i);
		in_contexts(&m, requests, n_requests);
	}
	for (i = 0; i < 4; i++) {
		m = *from;
		numbers(&m, i);
		in_contexts(&m, requests, n_requests);
	}
	options_of(from, requests, n_requests);
}

static void special(void)
{
	struct mh_msg m, v, r, plain = bu;
	const struct mh_msg *requests[] = { &plain, &r };

	plain.bu.flags = 0;
	drop(&plain, MH_OPT_IP4_HOA);
	m = ba;					/* accepted without an address */
	((struct mh_opt *)mh_find(&m, MH_OPT_IP4_ACK))->hoa4.addr = (struct ip4_addr){ { 0 } };
	((struct mh_opt *)mh_find(&m, MH_OPT_IP4_ACK))->hoa4.prefix_len = 24;
	in_contexts(&m, requests, 1);
	m = bu;					/* an address where none should be */
	((struct mh_opt *)mh_find(&m, MH_OPT_IP4_HOA))->hoa4.addr.o[0] = 10;
	in_contexts(&m, NULL, 0);
	m = ifom;				/* two flows of one priority; a flow of another BID */
	m.opt[m.n_opt] = *mh_find(&m, MH_OPT_FLOW_ID);
	m.opt[m.n_opt++].flow.fid = 2;
	in_contexts(&m, NULL, 0);
	m = ifom;
	((struct mh_opt *)mh_find(&m, MH_OPT_BID))->bid.bid = 5;
	in_contexts(&m, NULL, 0);
	m = pba;
	m.ba.status = MH_BA_GRE_KEY_NOT_REQUIRED;
	in_contexts(&m, NULL, 0);
	v = pbu;				/* what the answer then does not echo */
	((struct mh_opt *)mh_find(&v, MH_OPT_HANDOFF))->handoff = MH_HI_UNKNOWN;
	((struct mh_opt *)mh_find(&v, MH_OPT_ATT))->att = MH_ATT_UTRAN;
	((struct mh_opt *)mh_find(&v, MH_OPT_MN_ID))->id.subtype = MH_ID_IMSI;
	mh_add(&v, MH_OPT_MN_LL_ID);
	requests[0] = &v;
	r = pbu;
	drop(&r, MH_OPT_TIMESTAMP);
	drop(&r, MH_OPT_LINK_LOCAL);
	drop(&r, MH_OPT_IP4_HOA_REQUEST);
	in_contexts(&pba, requests, 2);
	m = bri;
	m.br.flags = MH_BR_P | MH_BR_V;
	in_contexts(&m, NULL, 0);
	m = bra;
	m.br.seq++;
	m.br.flags = MH_BR_G;
	requests[0] = &bri;
	in_contexts(&m, requests, 1);
}

static void test_every_rule(void)
{
	static struct mh_profile_row rows[200];
	const struct mh_msg *requests[] = { &bu, &nat_bu };
	const struct mh_msg *proxy_requests[] = { &pbu };
	struct mh_msg m;
	unsigned i, n;

	read_all();
	spoken = g_hash_table_new(g_str_hash, g_str_equal);
	vary(&bu, NULL, 0);
	vary(&ifom, NULL, 0);
	vary(&ba, requests, 2);
	vary(&pbu, NULL, 0);
	vary(&pba, proxy_requests, 1);
	vary(&bri, NULL, 0);
	for (i = 6; i <= 8; i++) {
		read_golden(i, &m);
		vary(&m, NULL, 0);
	}
	special();
	n = mh_profile_rows(rows, G_N_ELEMENTS(rows));
	CU_ASSERT(n > 80 && n <= G_N_ELEMENTS(rows));
	for (i = 0; i < n; i++) {
		bool said = rows[i].presence == MH_OPTIONAL || g_hash_table_contains(spoken, rows[i].id);

		if (!said)
			g_printerr("never said: %s\n", rows[i].id);
		CU_ASSERT(said);
		CU_ASSERT(rows[i].clause && rows[i].element && rows[i].profiles);
	}
	g_hash_table_destroy(spoken);
}

static void test_names(void)
{
	enum mh_profile p;
	unsigned i;

	for (i = 0; i < MH_PROFILES; i++)
		CU_ASSERT(mh_profile_parse(mh_profile_name(i), &p) && p == i);
	CU_ASSERT(!mh_profile_parse("r11", &p));
}

static const struct harness_test tests[] = {
	{ "the reference messages follow the profile", test_reference_messages },
	{ "a single change is named with its clause", test_single_changes },
	{ "quirk profiles pass over what is known of their peers", test_quirks },
	{ "every rule can be broken", test_every_rule },
	{ "profiles have names", test_names },
};

int main(int argc, char **argv)
{
	return harness_main("wire_mh_profile", tests, G_N_ELEMENTS(tests), argc, argv);
}

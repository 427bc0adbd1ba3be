/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ICMPv6 and neighbour discovery: encode and decode agree, receivers' checks, faults, damage. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/icmp6.h"
#include "wire/ip6.h"

static struct ip6_addr addr(const char *s)
{
	struct ip6_addr a = { { 0 } };

	if (!ip6_parse(s, &a))
		CU_FAIL("an address of the test itself does not read");
	return a;
}

static struct nd_opts many_options(void)
{
	struct nd_opts o = {
		.has_slla = true, .slla = { { 2, 0, 0, 0, 0, 1 } }, .has_tlla = true, .tlla = { { 2, 0, 0, 0, 0, 2 } },
		.has_mtu = true, .mtu = 1400, .has_adv_interval = true, .adv_interval = 70, .has_home_agent = true,
		.ha_preference = 9, .ha_lifetime = 1800, .has_rdnss = true, .rdnss_lifetime = 600, .n_rdnss = 2,
		.n_prefixes = 2, .n_prefixes_seen = 2,
	};

	o.rdnss[0] = addr("2001:db8::53");
	o.rdnss[1] = addr("2001:db8::54");
	o.prefixes[0] = (struct nd_prefix){ addr("2001:db8:a::"), 64, true, true, false, ND_INFINITE, 604800 };
	o.prefixes[1] = (struct nd_prefix){ addr("2001:db8:b::1"), 64, true, false, true, 30, 20 };
	return o;
}

static bool same_prefix(const struct nd_prefix *a, const struct nd_prefix *b)
{
	return ip6_eq(&a->addr, &b->addr) && a->len == b->len && a->on_link == b->on_link && a->valid == b->valid &&
	       a->autonomous == b->autonomous && a->router_addr == b->router_addr && a->preferred == b->preferred;
}

static bool same_options(const struct nd_opts *a, const struct nd_opts *b)
{
	bool same = a->has_slla == b->has_slla && mac_eq(&a->slla, &b->slla) && a->has_tlla == b->has_tlla &&
		    mac_eq(&a->tlla, &b->tlla) && a->has_mtu == b->has_mtu && a->mtu == b->mtu &&
		    a->has_adv_interval == b->has_adv_interval && a->adv_interval == b->adv_interval &&
		    a->has_home_agent == b->has_home_agent && a->ha_preference == b->ha_preference &&
		    a->ha_lifetime == b->ha_lifetime && a->has_rdnss == b->has_rdnss && a->n_rdnss == b->n_rdnss &&
		    a->rdnss_lifetime == b->rdnss_lifetime && a->n_prefixes == b->n_prefixes &&
		    a->n_prefixes_seen == b->n_prefixes_seen;

	for (unsigned i = 0; same && i < a->n_prefixes; i++)
		same = same_prefix(&a->prefixes[i], &b->prefixes[i]);
	for (unsigned i = 0; same && i < a->n_rdnss; i++)
		same = ip6_eq(&a->rdnss[i], &b->rdnss[i]);
	return same;
}

static bool same_message(const struct icmp6 *a, const struct icmp6 *b)
{
	bool same = a->type == b->type && a->code == b->code && a->id == b->id && a->seq == b->seq && a->mtu == b->mtu &&
		    a->pointer == b->pointer && a->cur_hop_limit == b->cur_hop_limit && a->managed == b->managed &&
		    a->other == b->other && a->home_agent == b->home_agent && a->router_lifetime == b->router_lifetime &&
		    a->reachable == b->reachable && a->retrans == b->retrans && ip6_eq(&a->target, &b->target) &&
		    a->router == b->router && a->solicited == b->solicited && a->override_ == b->override_ &&
		    a->n_agents == b->n_agents;

	for (unsigned i = 0; same && i < a->n_agents; i++)
		same = ip6_eq(&a->agents[i], &b->agents[i]);
	return same;
}

#define N_MESSAGES 14

/* One message of each kind we send; those with options carry all of them. */
static void messages(struct icmp6 *m)
{
	struct icmp6 all[N_MESSAGES] = {
		{ .type = ICMP6_T_UNREACHABLE, .code = ICMP6_U_PORT }, { .type = ICMP6_T_TOO_BIG, .mtu = 1280 },
		{ .type = ICMP6_T_TIME_EXCEEDED }, { .type = ICMP6_T_PARAM_PROBLEM, .code = 2, .pointer = 0xffffffff },
		{ .type = ICMP6_T_ECHO_REQUEST, .id = 0xabcd, .seq = 3 }, { .type = ICMP6_T_ECHO_REPLY, .id = 1, .seq = 0xffff },
		{ .type = ICMP6_T_RS },
		{ .type = ICMP6_T_RA, .cur_hop_limit = 64, .managed = true, .home_agent = true, .router_lifetime = 1800,
		  .reachable = 30000, .retrans = 1000 },
		{ .type = ICMP6_T_NS, .target = addr("2001:db8::77") },
		{ .type = ICMP6_T_NA, .target = addr("2001:db8::78"), .router = true, .override_ = true },
		{ .type = ICMP6_T_DHAAD_REQUEST, .id = 77 }, { .type = ICMP6_T_DHAAD_REPLY, .id = 78, .n_agents = 2 },
		{ .type = ICMP6_T_MPS, .id = 5 }, { .type = ICMP6_T_MPA, .id = 6, .managed = true, .other = true },
	};

	memcpy(m, all, sizeof all);
	m[11].agents[0] = addr("2001:db8:f::1");
	m[11].agents[1] = addr("2001:db8:f::2");
	for (int i = 0; i < N_MESSAGES; i++)
		m[i].opts = many_options();
}

static bool has_options(uint8_t type)
{
	return icmp6_is_nd(type) || type == ICMP6_T_MPS || type == ICMP6_T_MPA;
}

static void every_message_reads_back(void)
{
	static const uint8_t body[] = "what goes with echo and errors";
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct icmp6 all[N_MESSAGES];

	messages(all);
	for (int i = 0; i < N_MESSAGES; i++) {
		struct wire_diags d = { 0 };
		const char *why = NULL;
		struct icmp6 *m = &all[i], back;
		uint8_t buf[400];
		size_t n;

		m->body = body;
		m->body_len = i < 6 ? (uint32_t)i * 5 : 0;
		n = icmp6_encode(m, &src, &dst, buf, sizeof buf);
		CU_ASSERT_TRUE(n >= ICMP6_LEN && !has_options(m->type) == (n < 100));
		CU_ASSERT_EQUAL(csum_fold(csum_add(csum_pseudo6(&src, &dst, (uint32_t)n, PROTO_ICMP6), buf, n)), 0);
		CU_ASSERT_TRUE(icmp6_decode(buf, n, &back, &why, &d));
		CU_ASSERT_TRUE(same_message(m, &back) && d.n == 0);
		CU_ASSERT_TRUE(!has_options(m->type) || same_options(&m->opts, &back.opts));
		CU_ASSERT_TRUE(i >= 6 || (back.body_len == m->body_len && !memcmp(back.body, body, back.body_len)));
		for (size_t cap = 0; cap < n; cap++)
			CU_ASSERT_EQUAL(icmp6_encode(m, &src, &dst, buf, cap), 0);
	}
}

/* A router advertisement as RFC 4861 and RFC 6275 draw it, octet for octet. */
static void a_router_advertisement_by_hand(void)
{
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct icmp6 m = { .type = ICMP6_T_RA, .cur_hop_limit = 64, .home_agent = true, .router_lifetime = 1800 };
	size_t n, want_n;
	uint8_t buf[200], *want = octets_of(
		"86 00 0000 40 20 0708 00000000 00000000"
		"05 01 0000 000005dc"
		"03 04 40 e0 ffffffff 00093a80 00000000 20010db8000a00000000000000000001"
		"07 01 0000 000003e8"
		"08 01 0000 0001 0e10", &want_n);

	m.opts = (struct nd_opts){ .has_mtu = true, .mtu = 1500, .has_adv_interval = true, .adv_interval = 1000,
				   .has_home_agent = true, .ha_preference = 1, .ha_lifetime = 3600, .n_prefixes = 1 };
	m.opts.prefixes[0] = (struct nd_prefix){ addr("2001:db8:a::1"), 64, true, true, true, ND_INFINITE, 604800 };
	n = icmp6_encode(&m, &src, &dst, buf, sizeof buf);
	CU_ASSERT_EQUAL(n, want_n);
	store16(buf + 2, 0);
	CU_ASSERT_EQUAL(memcmp(buf, want, want_n), 0);
	g_free(want);
}

static const char ns_head[] = "87 00 0000 00000000 20010db8000000000000000000000001";

static const struct { const char *options, *fault, *note; } option_rows[] = {
	{ "", NULL, NULL },
	{ "0100 020000000001", "nd-opt-length", NULL },			/* length zero */
	{ "0102 020000000001", "nd-opt-length", NULL },			/* beyond the end */
	{ "01", "nd-opt-length", NULL },
	{ "0303 40c0 00000001 00000001 00000000 20010db800000000", "nd-opt-length", NULL },	/* too short for a prefix */
	{ "1901 0000 00000001", "nd-opt-length", NULL },		/* too short for one server */
	{ "fe01 112233445566", NULL, NULL },				/* unknown: passed over */
	{ "0102 0011223344556677 000000000000", NULL, "nd-lla-length" },
	{ "0101 020000000001 0101 020000000002", NULL, "nd-opt-repeated" },
	{ "0304 81c0 00000001 00000001 00000000 20010db8000000000000000000000000", NULL, "nd-prefix-length" },
	{ "0304 40c0 00000001 00000002 00000000 20010db8000000000000000000000000", NULL, "nd-prefix-lifetimes" },
	{ "0502 0000 00000578 0000000000000000", NULL, "nd-opt-long" },
	{ "0801 0000 0000 0000", NULL, "nd-home-agent-lifetime" },
	{ "1904 0000 00000001 20010db8000000000000000000000001 0000000000000000", NULL, "nd-rdnss-length" },
};

static void options_faults_and_notes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(option_rows); i++) {
		char *hex = g_strconcat(ns_head, option_rows[i].options, NULL);
		struct wire_diags d = { 0 };
		const char *why = NULL;
		struct icmp6 m;
		size_t n;
		uint8_t *p = octets_of(hex, &n);
		bool good = icmp6_decode(p, n, &m, &why, &d);

		CU_ASSERT_EQUAL(good, !option_rows[i].fault);
		CU_ASSERT_TRUE(good || !strcmp(why, option_rows[i].fault));
		CU_ASSERT_EQUAL(d.n, option_rows[i].note != NULL);
		CU_ASSERT_TRUE(!d.n || !strcmp(d.d[0].id, option_rows[i].note));
		CU_ASSERT_TRUE(!d.n || d.d[0].offset >= 24);
		g_free(p);
		g_free(hex);
	}
}

static void the_first_of_repeated_options_counts(void)
{
	char *hex = g_strconcat(ns_head, "0101 020000000001 0101 020000000002", NULL);
	struct icmp6 m;
	size_t n;
	uint8_t *p = octets_of(hex, &n);

	CU_ASSERT_TRUE(icmp6_decode(p, n, &m, NULL, NULL));
	CU_ASSERT_TRUE(m.opts.has_slla && m.opts.slla.o[5] == 1 && !m.opts.has_tlla);
	g_free(p);
	g_free(hex);
}

static void more_prefixes_than_kept(void)
{
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct icmp6 m = { .type = ICMP6_T_RA }, back;
	struct wire_diags d = { 0 };
	uint8_t buf[600];
	size_t n;

	m.opts.n_prefixes = ND_MAX_PREFIXES;
	for (unsigned i = 0; i < ND_MAX_PREFIXES; i++)
		m.opts.prefixes[i] = (struct nd_prefix){ addr("2001:db8::"), (uint8_t)i, true, true, false, 1, 1 };
	n = icmp6_encode(&m, &src, &dst, buf, sizeof buf);
	memcpy(buf + n, buf + 16, 64);		/* two more */
	CU_ASSERT_TRUE(icmp6_decode(buf, n + 64, &back, NULL, &d));
	CU_ASSERT_TRUE(back.opts.n_prefixes == ND_MAX_PREFIXES && back.opts.n_prefixes_seen == ND_MAX_PREFIXES + 2);
	CU_ASSERT_TRUE(d.n == 2 && !strcmp(d.d[0].id, "nd-many-prefixes") && back.opts.prefixes[7].len == 7);
}

static void home_agent_lists(void)
{
	uint8_t buf[8 + 17 * 16 + 1] = { ICMP6_T_DHAAD_REPLY };
	struct wire_diags d = { 0 };
	const char *why = NULL;
	struct icmp6 m;

	CU_ASSERT_TRUE(icmp6_decode(buf, 8 + 17 * 16, &m, &why, &d));
	CU_ASSERT_TRUE(m.n_agents == DHAAD_MAX_AGENTS && d.n == 1);
	CU_ASSERT_FALSE(icmp6_decode(buf, sizeof buf, &m, &why, &d));
	CU_ASSERT_STRING_EQUAL(why, "dhaad-length");
}

struct check { uint8_t type, code, hop_limit; const char *src, *dst, *target; bool slla, solicited, valid; };

static const struct check checks[] = {
	{ ICMP6_T_RS, 0, 255, "fe80::1", "ff02::2", "::", true, false, true },
	{ ICMP6_T_RS, 0, 255, "::", "ff02::2", "::", true, false, false },
	{ ICMP6_T_RS, 0, 255, "::", "ff02::2", "::", false, false, true },
	{ ICMP6_T_RS, 0, 254, "fe80::1", "ff02::2", "::", true, false, false },
	{ ICMP6_T_RS, 1, 255, "fe80::1", "ff02::2", "::", true, false, false },
	{ ICMP6_T_RA, 0, 255, "fe80::1", "ff02::1", "::", true, false, true },
	{ ICMP6_T_RA, 0, 255, "2001:db8::1", "ff02::1", "::", true, false, false },
	{ ICMP6_T_NS, 0, 255, "fe80::1", "ff02::1:ff00:7", "2001:db8::7", true, false, true },
	{ ICMP6_T_NS, 0, 255, "fe80::1", "ff02::1:ff00:7", "ff02::1", true, false, false },
	{ ICMP6_T_NS, 0, 255, "::", "ff02::1:ff00:7", "2001:db8::7", false, false, true },
	{ ICMP6_T_NS, 0, 255, "::", "ff02::1:ff00:7", "2001:db8::7", true, false, false },
	{ ICMP6_T_NS, 0, 255, "::", "ff02::1:ff00:8", "2001:db8::7", false, false, false },
	{ ICMP6_T_NA, 0, 255, "fe80::1", "fe80::2", "2001:db8::7", false, true, true },
	{ ICMP6_T_NA, 0, 255, "fe80::1", "ff02::1", "2001:db8::7", false, true, false },
	{ ICMP6_T_NA, 0, 255, "fe80::1", "ff02::1", "2001:db8::7", false, false, true },
	{ ICMP6_T_NA, 0, 255, "fe80::1", "fe80::2", "ff02::7", false, false, false },
	{ ICMP6_T_REDIRECT, 0, 255, "fe80::1", "2001:db8::2", "fe80::9", false, false, true },
	{ ICMP6_T_REDIRECT, 0, 255, "2001:db8::9", "2001:db8::2", "fe80::9", false, false, false },
	{ ICMP6_T_REDIRECT, 0, 255, "fe80::1", "2001:db8::2", "2001:db8::9", false, false, false },
	{ ICMP6_T_REDIRECT, 0, 255, "fe80::1", "2001:db8::2", "2001:db8::77", false, false, true },
	{ ICMP6_T_ECHO_REQUEST, 0, 1, "fe80::1", "2001:db8::2", "::", false, false, true },
};

/* [RFC 4861 6.1, 7.1, 8.1] */
static void receivers_checks(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		const struct check *c = &checks[i];
		struct ip6_addr src = addr(c->src), dst = addr(c->dst);
		struct icmp6 m = { .type = c->type, .code = c->code, .target = addr(c->target), .solicited = c->solicited,
				   .redirect_dst = addr("2001:db8::77") };

		m.opts.has_slla = c->slla;
		if (!nd_invalid(&m, &src, &dst, c->hop_limit) != c->valid) {
			g_printerr("row %zu\n", i);
			CU_FAIL("validity is judged wrongly");
		}
	}
	CU_PASS("checks done");
}

static unsigned opened, closed, noted;

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	(void)ctx, (void)title, (void)offset, (void)len;
	CU_ASSERT_PTR_NOT_NULL(name);
	opened++;
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	(void)ctx, (void)offset, (void)len;
	CU_ASSERT_TRUE(*name && *value);
}

static void on_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	(void)ctx, (void)id, (void)text, (void)offset;
	noted++;
}

static void on_close(void *ctx)
{
	(void)ctx;
	closed++;
}

static const struct wire_printer printer = { on_open, on_field, on_note, on_close, NULL };

static void damaged(const uint8_t *p, size_t n, void *data)
{
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct wire_diags d = { 0 };
	const char *why = NULL;
	struct icmp6 m;
	bool good = icmp6_decode(p, n, &m, &why, &d);

	(void)data;
	CU_ASSERT_TRUE(good == (why == NULL) && (!good || n >= 4));
	opened = closed = noted = 0;
	icmp6_print(p, n, &printer, 0);
	CU_ASSERT_TRUE(opened == closed && opened > 0 && (good || noted > 0));
	if (good) {
		nd_invalid(&m, &src, &dst, 255);
		CU_ASSERT_TRUE(!m.body_len || m.body + m.body_len <= p + n);
	}
}

static void damaged_messages(void)
{
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct icmp6 all[N_MESSAGES];

	messages(all);
	for (int i = 0; i < N_MESSAGES; i++) {
		uint8_t buf[400];
		size_t n = icmp6_encode(&all[i], &src, &dst, buf, sizeof buf);

		CU_ASSERT_EQUAL(damage_each(buf, n, damaged, NULL), 9 * n);
		damage_copy(buf, n, damaged, NULL);
	}
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "every message reads back", every_message_reads_back },
		{ "a router advertisement by hand", a_router_advertisement_by_hand },
		{ "options: faults and notes", options_faults_and_notes },
		{ "the first of repeated options counts", the_first_of_repeated_options_counts },
		{ "more prefixes than kept", more_prefixes_than_kept },
		{ "home agent lists", home_agent_lists },
		{ "receivers' checks", receivers_checks },
		{ "damaged messages", damaged_messages },
	};

	return harness_main("wire_icmp6", tests, G_N_ELEMENTS(tests), argc, argv);
}

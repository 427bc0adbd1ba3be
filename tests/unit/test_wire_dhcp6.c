/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6: encode and decode agree for everything in the struct, what cannot be said is not written, names, damage. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/dhcp6.h"

static uint8_t apn[64], agent[64], search[64];

static struct dhcp6_octets named(const char *name, uint8_t *buf)
{
	return (struct dhcp6_octets){ buf, (uint16_t)dhcp6_name_encode(name, buf, 64) };
}

static struct ip6_addr addr(const char *text)
{
	struct ip6_addr a = ip6_any;

	CU_ASSERT_TRUE(ip6_parse(text, &a));
	return a;
}

static void put_leases(struct dhcp6 *m)
{
	struct ip6_prefix p;

	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:d000:100::/56", &p));
	m->n_ia = 2;
	m->ia[0] = (struct dhcp6_ia){ .pd = true, .iaid = 7, .t1 = 1800, .t2 = 2880, .n = 1 };
	m->ia[0].lease[0] = (struct dhcp6_lease){ p, 3600, DHCP6_INFINITE, true, DHCP6_S_SUCCESS };
	m->ia[1] = (struct dhcp6_ia){ .iaid = 8, .n = 1, .has_status = true, .status = DHCP6_S_NO_ADDRS };
	m->ia[1].lease[0] = (struct dhcp6_lease){ { addr("2001:db8::7"), 128 }, 1, 2, false, 0 };
}

static struct dhcp6 full_message(void)
{
	struct mac_addr c = { { 2, 0, 0, 0, 0, 1 } }, s = { { 2, 0, 0, 0, 0, 2 } };
	struct dhcp6 m = {
		.type = DHCP6_REPLY, .xid = 0xabcdef, .preference = 200, .elapsed = 65535, .status = DHCP6_S_UNSPEC_FAIL,
		.status_text = { (const uint8_t *)"no", 2 }, .interface_id = { (const uint8_t *)"if", 2 },
		.relay_msg = { (const uint8_t *)"\1\2\3\4", 4 }, .info_refresh = 600, .sol_max_rt = 60, .inf_max_rt = 61,
		.n_oro = 2, .oro = { 23, 69 }, .n_dns = 2,
	};

	m.has = (DHCP6_HAS_DOMAINS << 1) - 1;
	dhcp6_duid_ll(&m.client_id, &c);
	dhcp6_duid_ll(&m.server_id, &s);
	m.dns[0] = addr("2001:db8::53");
	m.dns[1] = addr("2001:db8::54");
	m.domains = named("example.org", search);
	put_leases(&m);
	m.n_hnidf = 1;
	m.hnidf[0] = named("internet.ha-apn.example", apn);
	m.n_hni = 1;
	m.hni[0] = (struct dhcp6_hni){ .code = DHCP6_O_IDINF, .has_id = true, .has_fqdn = true, .has_hnp = true, .n_haa = 2 };
	m.hni[0].id = m.hnidf[0];
	m.hni[0].fqdn = named("ha.example", agent);
	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:a000::/64", &m.hni[0].hnp));
	m.hni[0].haa[0] = addr("2001:db8:c0::1");
	m.hni[0].haa[1] = dhcp6_haa_of_ip4((struct ip4_addr){ { 192, 0, 2, 1 } });
	return m;
}

static bool decode(const uint8_t *p, size_t n, struct dhcp6 *m, struct wire_diags *d, const char **why)
{
	struct reader r = reader_on(p, n);
	bool good = dhcp6_decode(&r, m, d);

	*why = r.fault.reason;
	return good;
}

static void everything_reads_back(void)
{
	struct dhcp6 m = full_message(), back;
	uint8_t one[1400], two[1400];
	struct wire_diags d = { 0 };
	struct ip4_addr a4;
	const char *why;
	size_t n = dhcp6_encode(&m, one, sizeof one);

	CU_ASSERT_TRUE(n > 200);
	CU_ASSERT_TRUE(decode(one, n, &back, &d, &why));
	CU_ASSERT_EQUAL(d.n, 0);
	CU_ASSERT_TRUE(back.has == m.has && back.xid == m.xid && back.elapsed == 65535 && back.preference == 200);
	CU_ASSERT_TRUE(dhcp6_duid_eq(&back.client_id, &m.client_id) && !dhcp6_duid_eq(&back.client_id, &m.server_id));
	CU_ASSERT_TRUE(back.n_ia == 2 && back.ia[0].pd && back.ia[0].lease[0].valid == DHCP6_INFINITE);
	CU_ASSERT_TRUE(back.ia[0].lease[0].prefix.len == 56 && back.ia[0].lease[0].has_status && !back.ia[0].has_status);
	CU_ASSERT_TRUE(!back.ia[1].pd && back.ia[1].status == DHCP6_S_NO_ADDRS && back.ia[1].lease[0].prefix.len == 128);
	CU_ASSERT_TRUE(back.n_hni == 1 && back.hni[0].n_haa == 2 && back.hni[0].hnp.len == 64);
	CU_ASSERT_TRUE(dhcp6_name_eq(back.hni[0].id, m.hnidf[0]) && !dhcp6_name_eq(back.hni[0].id, back.hni[0].fqdn));
	CU_ASSERT_FALSE(dhcp6_haa_ip4(&back.hni[0].haa[0], &a4));
	CU_ASSERT_TRUE(dhcp6_haa_ip4(&back.hni[0].haa[1], &a4) && a4.o[0] == 192 && a4.o[3] == 1);
	CU_ASSERT_TRUE(dhcp6_encode(&back, two, sizeof two) == n && !memcmp(one, two, n));
	for (size_t cap = 0; cap < n; cap++)
		CU_ASSERT_EQUAL(dhcp6_encode(&m, two, cap), 0);
}

/* [RFC 8415 9] by hand: hop count, two addresses, one option. */
static void a_relay_message(void)
{
	struct dhcp6 m = { .type = DHCP6_RELAY_FORW, .hops = 1, .has = DHCP6_HAS_RELAY_MSG,
			   .relay_msg = { (const uint8_t *)"\1\0\0\1", 4 } }, back;
	uint8_t buf[64], want[42] = { 12, 1, [2] = 0x20, [17] = 1, [18] = 0x20, [33] = 1, 0, 9, 0, 4, 1, 0, 0, 1 };
	const char *why;

	m.link.o[0] = m.peer.o[0] = 0x20;
	m.link.o[15] = m.peer.o[15] = 1;
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), sizeof want);
	CU_ASSERT_EQUAL(memcmp(buf, want, sizeof want), 0);
	CU_ASSERT_TRUE(decode(buf, sizeof want, &back, NULL, &why) && back.relay_msg.len == 4 && back.hops == 1);
}

static void what_cannot_be_said(void)
{
	struct dhcp6 good = { .type = DHCP6_SOLICIT, .xid = 1 }, m;
	uint8_t buf[1400];

	CU_ASSERT_EQUAL(dhcp6_encode(&good, buf, sizeof buf), 4);
	m = good, m.xid = 0x1000000;
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = good, m.has = DHCP6_HAS_CLIENT_ID;			/* a DUID of no octets */
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = good, m.n_ia = DHCP6_MAX_IA + 1;
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = full_message(), m.ia[0].lease[0].prefix.addr.o[15] = 1;	/* bits behind the length */
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = full_message(), m.hni[0].code = 71;
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = full_message(), m.hnidf[0].len--;			/* a name without its end */
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
	m = full_message(), m.relay_msg.len = 3;
	CU_ASSERT_EQUAL(dhcp6_encode(&m, buf, sizeof buf), 0);
}

static const struct { const char *options, *fault, *note; } rows[] = {
	{ "000e 0000", NULL, NULL },
	{ "000e 0001 00", "dhcp6-opt-length", NULL },
	{ "0007 0000", "dhcp6-opt-length", NULL },
	{ "0008 0001 00", "dhcp6-opt-length", NULL },
	{ "0001 0002 0003", "dhcp6-opt-length", NULL },
	{ "0001 0000", "dhcp6-opt-length", NULL },
	{ "0006 0003 001700", "dhcp6-opt-length", NULL },
	{ "0017 000f 00000000000000000000000000000000", "dhcp6-opt-length", NULL },
	{ "0019 000c 00000001 00000002 00000003", NULL, NULL },
	{ "0019 000d 00000001 00000002 00000003 00", "dhcp6-opt-length", NULL },
	{ "0019 0010 00000001 00000002 00000003 000d0000", "dhcp6-opt-length", NULL },
	{ "0003 000c 00000001 00000003 00000002", NULL, "dhcp6-t1-t2" },
	{ "0007 0001 05 0007 0001 06", NULL, "dhcp6-opt-repeated" },
	{ "0009 0003 010203", "dhcp6-opt-length", NULL },
	{ "001a 0019 00000001 00000002 40 20010db8000000000000000000000000", NULL, "dhcp6-opt-place" },
	{ "0049 0001 00", NULL, "dhcp6-opt-place" },
	{ "0046 0004 0048 0000", "dhcp6-opt-length", NULL },
	{ "0018 0003 017a 00", NULL, NULL },
	{ "0018 0002 017a", "dhcp6-name", NULL },
	{ "0018 0003 40 7a 00", "dhcp6-name", NULL },
	{ "03e7 0000", NULL, NULL },
	{ "0001", "dhcp6-opt-length", NULL },
	{ "0001 ffff 00", "dhcp6-opt-length", NULL },
};

static void options_faults_and_notes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct wire_diags d = { 0 };
		uint8_t buf[100] = { 7, 0, 0, 1 };
		const char *why;
		struct dhcp6 m;
		size_t n;
		uint8_t *options = octets_of(rows[i].options, &n);

		memcpy(buf + 4, options, n);
		CU_ASSERT_EQUAL(decode(buf, 4 + n, &m, &d, &why), !rows[i].fault);
		CU_ASSERT_TRUE(!rows[i].fault || !strcmp(why, rows[i].fault));
		CU_ASSERT_TRUE(rows[i].fault || d.n == (rows[i].note != NULL));
		CU_ASSERT_TRUE(!rows[i].note || (d.n && !strcmp(d.d[0].id, rows[i].note)));
		g_free(options);
	}
}

static void more_than_there_is_room_for(void)
{
	uint8_t buf[400] = { 7, 0, 0, 1 };
	struct wire_diags d = { 0 };
	struct dhcp6 m;
	const char *why;

	for (unsigned i = 0; i < 6; i++)
		memcpy(buf + 4 + 16 * i, "\0\31\0\14\0\0\0\1\0\0\0\1\0\0\0\2", 16);
	CU_ASSERT_TRUE(decode(buf, 4 + 16 * 6, &m, &d, &why));
	CU_ASSERT_TRUE(m.n_ia == DHCP6_MAX_IA && d.n == 2 && !strcmp(d.d[0].id, "dhcp6-opt-many"));
	memcpy(buf + 4, "\0\27\0\140", 4);			/* six DNS servers */
	d = (struct wire_diags){ 0 };
	CU_ASSERT_TRUE(decode(buf, 8 + 96, &m, &d, &why));
	CU_ASSERT_TRUE(m.n_dns == DHCP6_MAX_DNS && d.n == 1);
}

static void domain_names(void)
{
	char text[80], longest[300];
	struct text t = text_on(text, sizeof text);
	uint8_t buf[300];

	CU_ASSERT_EQUAL(dhcp6_name_encode("a.bc", buf, sizeof buf), 6);
	CU_ASSERT_EQUAL(memcmp(buf, "\1a\2bc", 6), 0);
	CU_ASSERT_EQUAL(dhcp6_name_encode("a.bc.", buf, sizeof buf), 6);
	CU_ASSERT_EQUAL(dhcp6_name_encode("a.bc", buf, 5), 0);
	CU_ASSERT_EQUAL(dhcp6_name_encode("", buf, sizeof buf), 0);
	CU_ASSERT_EQUAL(dhcp6_name_encode("a..b", buf, sizeof buf), 0);
	memset(longest, 'x', sizeof longest);
	longest[64] = 0;
	CU_ASSERT_EQUAL(dhcp6_name_encode(longest, buf, sizeof buf), 0);
	for (unsigned i = 63; i < 255; i += 64)
		longest[i] = '.';
	longest[64] = 'x';
	longest[253] = 0;
	CU_ASSERT_EQUAL(dhcp6_name_encode(longest, buf, sizeof buf), 255);
	longest[253] = 'x';
	longest[254] = 0;
	CU_ASSERT_EQUAL(dhcp6_name_encode(longest, buf, sizeof buf), 0);
	CU_ASSERT_TRUE(dhcp6_name_text((struct dhcp6_octets){ (const uint8_t *)"\2h\0\3net", 8 }, &t));
	CU_ASSERT_STRING_EQUAL(text, "h?.net");
	CU_ASSERT_FALSE(dhcp6_name_text((struct dhcp6_octets){ (const uint8_t *)"\3net", 4 }, &t));
	CU_ASSERT_TRUE(dhcp6_name_eq((struct dhcp6_octets){ (const uint8_t *)"\2Ha", 4 },
				     (struct dhcp6_octets){ (const uint8_t *)"\2hA", 4 }));
}

static void victim(const uint8_t *p, size_t n, void *data)
{
	uint8_t one[70000], two[2000];
	struct dhcp6 m, back;
	const char *why;
	size_t len;

	(void)data;
	if (!decode(p, n, &m, NULL, &why)) {
		CU_ASSERT_PTR_NOT_NULL(why);
		return;
	}
	len = dhcp6_encode(&m, one, sizeof one);
	CU_ASSERT_TRUE(len > 0 && len < sizeof two);
	CU_ASSERT_TRUE(decode(one, len, &back, NULL, &why));
	CU_ASSERT_TRUE(dhcp6_encode(&back, two, sizeof two) == len && !memcmp(one, two, len));
}

static void damage(void)
{
	struct dhcp6 m = full_message();
	uint8_t buf[1400];
	size_t n = dhcp6_encode(&m, buf, sizeof buf);

	CU_ASSERT_EQUAL(damage_each(buf, n, victim, NULL), 9 * n);
}

static void one_line(void)
{
	struct dhcp6 m = full_message(), outer = { .type = DHCP6_RELAY_REPL, .has = DHCP6_HAS_RELAY_MSG };
	uint8_t inner[1400], buf[1400];
	char line[400];
	struct text t = text_on(line, sizeof line);
	size_t n;

	m.has &= ~(uint32_t)DHCP6_HAS_RELAY_MSG;
	m.n_ia = 1;
	m.n_hnidf = 0;
	n = dhcp6_encode(&m, inner, sizeof inner);
	outer.relay_msg = (struct dhcp6_octets){ inner, (uint16_t)n };
	n = dhcp6_encode(&outer, buf, sizeof buf);
	dhcp6_summary(buf, n, &t);
	CU_ASSERT_STRING_EQUAL(line, "Relay-reply[DHCPv6 Reply xid 0xabcdef UnspecFail IA_PD 2001:db8:d000:100::/56 "
				     "HA 2001:db8:c0::1 HA 192.0.2.1 HA ha.example]");
	t = text_on(line, sizeof line);
	dhcp6_summary(buf, 3, &t);
	CU_ASSERT_STRING_EQUAL(line, "DHCPv6 (dhcp6-short)");
}

static const struct harness_test tests[] = {
	{ "everything reads back", everything_reads_back },
	{ "a relay message by hand", a_relay_message },
	{ "what cannot be said is not written", what_cannot_be_said },
	{ "options: faults and notes", options_faults_and_notes },
	{ "more than there is room for", more_than_there_is_room_for },
	{ "domain names", domain_names },
	{ "damage", damage },
	{ "one line", one_line },
};

int main(int argc, char **argv)
{
	return harness_main("wire-dhcp6", tests, G_N_ELEMENTS(tests), argc, argv);
}

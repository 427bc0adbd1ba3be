/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: texts both ways [RFC 5952, RFC 4291 2.2], prefixes, derived addresses. */
#include "base/addr.h"
#include "tests/unit/harness.h"

static struct ip6_addr ip6(const char *s)
{
	struct ip6_addr a = { { 0 } };

	if (!ip6_parse(s, &a))
		CU_FAIL("an address of the test itself does not read");
	return a;
}

/* text as read, text as written (RFC 5952 section 4) */
static const struct { const char *in, *out; } ip6_texts[] = {
	{ "::", "::" },
	{ "::1", "::1" },
	{ "1::", "1::" },
	{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
	{ "2001:0DB8::0001", "2001:db8::1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },	/* a single group is not shortened */
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },		/* the longest run */
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },	/* the first of equals */
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "0:0:3:4:5:6:0:0", "::3:4:5:6:0:0" },
	{ "fe80::1:0:0", "fe80::1:0:0" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	{ "::ffff:c000:201", "::ffff:192.0.2.1" },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
};

static void ip6_text_is_canonical(void)
{
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < G_N_ELEMENTS(ip6_texts); i++) {
		struct ip6_addr a = ip6(ip6_texts[i].in), b;

		CU_ASSERT_STRING_EQUAL(ip6_text(&a, buf), ip6_texts[i].out);
		CU_ASSERT_TRUE(ip6_parse(buf, &b) && ip6_eq(&a, &b));
	}
}

static void wrong_ip6_text_is_refused(void)
{
	static const char *const wrong[] = {
		"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1::", "1:", "1::2:", "12345::",
		"g::", "::1.2.3", "::1.2.3.4.5", "::256.1.1.1", "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1%eth0",
		" ::1", "::1 ", "::1/64", "1:2:3:4:5:6:7:8::", "1.2.3.4", "::1.2.3.4:5",
	};
	struct ip6_addr before = ip6("2001:db8::77"), a = before;

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		if (ip6_parse(wrong[i], &a)) {
			g_printerr("read: %s\n", wrong[i]);
			CU_FAIL("a wrong text was read");
		}
		CU_ASSERT_TRUE(ip6_eq(&a, &before));
	}
}

static void every_pattern_of_zero_groups_reads_back(void)
{
	char buf[ADDR_TEXT_MAX];

	for (unsigned mask = 0; mask < 256; mask++) {
		struct ip6_addr a = { { 0 } }, b;

		for (unsigned i = 0; i < 8; i++) {
			a.o[2 * i] = mask >> i & 1 ? 0xab : 0;
			a.o[2 * i + 1] = mask >> i & 1 ? (uint8_t)i : 0;
		}
		CU_ASSERT_TRUE(ip6_parse(ip6_text(&a, buf), &b) && ip6_eq(&a, &b));
	}
}

static void ip4_and_mac_texts(void)
{
	static const char *const wrong4[] = { "", "1.2.3", "1.2.3.4.", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1..2.3",
					      "a.b.c.d" };
	static const char *const wrong_mac[] = { "", "02:00:00:00:00", "02:00:00:00:00:1", "02:00:00:00:00:011", "2:0:0:0:0:1",
						 "02-00-00-00-00-01", "02:00:00:00:00:01:", "0g:00:00:00:00:01" };
	struct ip4_addr a = { { 9, 9, 9, 9 } };
	struct mac_addr m = { { 0 } };
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; i < G_N_ELEMENTS(wrong4); i++)
		CU_ASSERT_FALSE(ip4_parse(wrong4[i], &a));
	CU_ASSERT_EQUAL(a.o[0], 9);
	CU_ASSERT_TRUE(ip4_parse("192.0.2.255", &a));
	CU_ASSERT_STRING_EQUAL(ip4_text(a, buf), "192.0.2.255");
	CU_ASSERT_EQUAL(ip4_u32(a), 0xc00002ffu);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong_mac); i++)
		CU_ASSERT_FALSE(mac_parse(wrong_mac[i], &m));
	CU_ASSERT_TRUE(mac_parse("02:aB:00:10:ff:01", &m));
	CU_ASSERT_STRING_EQUAL(mac_text(&m, buf), "02:ab:00:10:ff:01");
	CU_ASSERT_EQUAL(mac_u64(&m), UINT64_C(0x02ab0010ff01));
	m = mac_from_u64(UINT64_C(0xffff0a0b0c0d0e0f));
	CU_ASSERT_STRING_EQUAL(mac_text(&m, buf), "0a:0b:0c:0d:0e:0f");
}

static void prefixes_keep_only_their_bits(void)
{
	struct ip6_addr ones, a = ip6("2001:db8:1:2:3:4:5:6"), b = ip6("2001:db8:1:3::");
	struct ip6_prefix p;
	struct ip4_prefix q;
	char buf[ADDR_TEXT_MAX];

	memset(ones.o, 0xff, 16);
	for (unsigned len = 0; len <= 128; len++) {
		unsigned bits = 0;

		p = ip6_prefix_make(&ones, (uint8_t)len);
		for (unsigned i = 0; i < 16; i++)
			bits += (unsigned)__builtin_popcount(p.addr.o[i]);
		CU_ASSERT_EQUAL(bits, len);
		CU_ASSERT_TRUE(ip6_in_prefix(&ones, &p));
		CU_ASSERT_EQUAL(ip6_in_prefix(&ip6_any, &p), len == 0);
	}
	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:1:2::/64", &p));
	CU_ASSERT_TRUE(ip6_in_prefix(&a, &p) && !ip6_in_prefix(&b, &p));
	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:1:2::/63", &p) && ip6_in_prefix(&b, &p));
	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:ffff::1/33", &p));
	CU_ASSERT_STRING_EQUAL(ip6_prefix_text(&p, buf), "2001:db8:8000::/33");
	CU_ASSERT_FALSE(ip6_prefix_parse("2001:db8::", &p) || ip6_prefix_parse("2001:db8::/129", &p) ||
			ip6_prefix_parse("2001:db8::/", &p) || ip6_prefix_parse("2001:db8::/064", &p));
	CU_ASSERT_TRUE(ip4_prefix_parse("10.1.2.3/8", &q));
	CU_ASSERT_STRING_EQUAL(ip4_prefix_text(q, buf), "10.0.0.0/8");
	CU_ASSERT_TRUE(ip4_in_prefix((struct ip4_addr){ { 10, 255, 0, 1 } }, q));
	CU_ASSERT_FALSE(ip4_in_prefix((struct ip4_addr){ { 11, 0, 0, 1 } }, q));
	CU_ASSERT_TRUE(ip4_prefix_parse("0.0.0.0/0", &q) && ip4_in_prefix((struct ip4_addr){ { 11, 0, 0, 1 } }, q));
	CU_ASSERT_FALSE(ip4_prefix_parse("10.0.0.0/33", &q));
}

/* Values worked out by hand from RFC 4291 and RFC 2464. */
static void derived_addresses(void)
{
	struct mac_addr m = { { 0x00, 0x34, 0x56, 0x78, 0x9a, 0xbc } }, x;
	struct ip6_addr a = ip6_link_local(mac_iid(&m)), b;
	struct ip6_prefix p;
	char buf[ADDR_TEXT_MAX];

	CU_ASSERT_STRING_EQUAL(ip6_text(&a, buf), "fe80::234:56ff:fe78:9abc");
	CU_ASSERT_TRUE(ip6_is_link_local(&a));
	b = ip6_solicited_node(&a);
	CU_ASSERT_STRING_EQUAL(ip6_text(&b, buf), "ff02::1:ff78:9abc");
	CU_ASSERT_TRUE(ip6_is_multicast(&b));
	x = ip6_multicast_mac(&b);
	CU_ASSERT_STRING_EQUAL(mac_text(&x, buf), "33:33:ff:78:9a:bc");
	CU_ASSERT_TRUE(ip6_prefix_parse("2001:db8:a::/64", &p));
	b = ip6_from_prefix_iid(&p, 1);
	CU_ASSERT_STRING_EQUAL(ip6_text(&b, buf), "2001:db8:a::1");
	b = ip6_mapped((struct ip4_addr){ { 192, 0, 2, 9 } });
	CU_ASSERT_TRUE(ip6_is_mapped(&b) && ip6_mapped_ip4(&b).o[3] == 9);
	b = ip6("::fffe:192.0.2.9");
	CU_ASSERT_FALSE(ip6_is_mapped(&b));
	CU_ASSERT_TRUE(ip6_is_zero(&ip6_any) && !ip6_is_zero(&ip6_all_nodes) && !ip6_is_zero(&a));
	CU_ASSERT_STRING_EQUAL(ip6_text(&ip6_all_nodes, buf), "ff02::1");
	CU_ASSERT_STRING_EQUAL(ip6_text(&ip6_all_routers, buf), "ff02::2");
}

static void private_addresses(void)
{
	static const struct { uint8_t o[4]; bool yes; } rows[] = {
		{ { 10, 0, 0, 0 }, true }, { { 10, 255, 255, 255 }, true }, { { 11, 0, 0, 0 }, false },
		{ { 172, 15, 255, 255 }, false }, { { 172, 16, 0, 0 }, true }, { { 172, 31, 255, 255 }, true },
		{ { 172, 32, 0, 0 }, false }, { { 192, 168, 0, 1 }, true }, { { 192, 167, 0, 1 }, false },
		{ { 192, 169, 0, 1 }, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct ip4_addr a;

		memcpy(a.o, rows[i].o, 4);
		CU_ASSERT_EQUAL(ip4_is_private(a), rows[i].yes);
	}
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "IPv6 texts are canonical", ip6_text_is_canonical },
		{ "wrong IPv6 texts are refused", wrong_ip6_text_is_refused },
		{ "every pattern of zero groups reads back", every_pattern_of_zero_groups_reads_back },
		{ "IPv4 and MAC texts", ip4_and_mac_texts },
		{ "prefixes keep only their bits", prefixes_keep_only_their_bits },
		{ "derived addresses", derived_addresses },
		{ "private addresses", private_addresses },
	};

	return harness_main("base_addr", tests, G_N_ELEMENTS(tests), argc, argv);
}

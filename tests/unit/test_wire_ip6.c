/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 headers: what is pushed decodes to the same, the chain's faults and problems, checksums with home addresses. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/ip6.h"

static struct ip6_addr addr(const char *s)
{
	struct ip6_addr a = { { 0 } };

	if (!ip6_parse(s, &a))
		CU_FAIL("an address of the test itself does not read");
	return a;
}

/* A BU with Home Address option and its BA with type 2 routing header: golden packets 1 and 2, decoded by tshark. */
static const char bu_hex[] =
	"6000000000403c4020010db8000c0001000000000000020020010db8000f00000000000000000001870201020000c91020010db8000a0001"
	"00000000000001003b040500ba5c0001d40003840100031020010db8000c000100000000000002001d06800000000000";
static const char ba_hex[] =
	"6000000000302b4020010db8000f0000000000000000000120010db8000c00010000000000000200870202010000000020010db8000a0001"
	"00000000000001003b02060078dd00c000010384020201c21e060080c0000264";

static void home_address_option(void)
{
	struct ip6_addr hoa = addr("2001:db8:a:1::100"), coa = addr("2001:db8:c:1::200");
	struct wire_diags d = { 0 };
	struct ip6_packet k;
	size_t n;
	uint8_t *p = octets_of(bu_hex, &n);

	CU_ASSERT_TRUE(ip6_decode(p, n, &k, &d));
	CU_ASSERT_TRUE(k.has_hao && ip6_eq(&k.hao, &hoa) && ip6_eq(&k.h.src, &coa) && !k.has_rh2);
	CU_ASSERT_TRUE(k.hao_offset == 46 && k.proto == PROTO_MH && k.nh_offset == 40 && k.upper == p + 64);
	CU_ASSERT_TRUE(k.upper_len == 40 && k.n_ext == 1 && !k.problem.set && d.n == 0 && k.len == n);
	CU_ASSERT_PTR_EQUAL(ip6_upper_src(&k), &k.hao);
	CU_ASSERT_TRUE(ip6_upper_csum_ok(&k));
	p[50] ^= 1;			/* the home address is covered by the sum */
	CU_ASSERT_TRUE(ip6_decode(p, n, &k, NULL) && !ip6_upper_csum_ok(&k));
	p[50] ^= 1;
	p[20] ^= 1;			/* the care-of address is not */
	CU_ASSERT_TRUE(ip6_decode(p, n, &k, NULL) && ip6_upper_csum_ok(&k));
	g_free(p);
}

static void type_2_routing_header(void)
{
	struct ip6_addr hoa = addr("2001:db8:a:1::100");
	struct wire_diags d = { 0 };
	struct ip6_packet k;
	size_t n;
	uint8_t *p = octets_of(ba_hex, &n);

	CU_ASSERT_TRUE(ip6_decode(p, n, &k, &d));
	CU_ASSERT_TRUE(k.has_rh2 && k.segments_left == 1 && ip6_eq(&k.home, &hoa) && k.rh2_offset == 40);
	CU_ASSERT_TRUE(k.proto == PROTO_MH && !k.problem.set && d.n == 0 && ip6_upper_csum_ok(&k));
	p[43] = 0;			/* no segment left: the sum then counts the destination, and RFC 6275 discards */
	CU_ASSERT_TRUE(ip6_decode(p, n, &k, &d));
	CU_ASSERT_TRUE(k.problem.set && !k.problem.icmp && k.problem.pointer == 43 && d.n == 1 && !ip6_upper_csum_ok(&k));
	p[43] = 1;
	p[42] = 0;			/* type 0 with a segment left */
	CU_ASSERT_TRUE(ip6_decode(p, n, &k, NULL) && !k.has_rh2);
	CU_ASSERT_TRUE(k.problem.set && k.problem.icmp && k.problem.code == 0 && k.problem.pointer == 42);
	p[43] = 0;			/* and without: ignored */
	CU_ASSERT_TRUE(ip6_decode(p, n, &k, NULL) && !k.problem.set);
	g_free(p);
}

static void pushed_headers_are_the_golden_ones(void)
{
	struct ip6_addr hoa = addr("2001:db8:a:1::100");
	const char *const golden[2] = { bu_hex, ba_hex };

	for (int i = 0; i < 2; i++) {
		struct ip6_build b = { .proto = PROTO_MH };
		struct ip6_packet k;
		uint8_t buf[200];
		size_t n, pushed;
		uint8_t *p = octets_of(golden[i], &n);

		CU_ASSERT_TRUE(ip6_decode(p, n, &k, NULL));
		b.h = k.h;
		b.h.next_header = 99;		/* both are computed */
		b.h.payload_len = 1;
		b.payload_len = k.upper_len;
		b.hao = i == 0 ? &hoa : NULL;
		b.rh2 = i == 1 ? &hoa : NULL;
		memcpy(buf + 100, k.upper, k.upper_len);
		pushed = ip6_push_build(buf + 100, 100, &b);
		CU_ASSERT_EQUAL(pushed, n - k.upper_len);
		CU_ASSERT_EQUAL(memcmp(buf + 100 - pushed, p, n), 0);
		g_free(p);
	}
}

/* Every header we write, one behind the other, reads back as it was meant. */
static void a_chain_of_everything(void)
{
	struct ip6_addr hoa = addr("2001:db8:a::1"), home = addr("2001:db8:a::2");
	struct ip6_fragment f = { .next_header = PROTO_DSTOPTS, .id = 0xdeadbeef };
	struct ip6_hdr h = { .src = addr("2001:db8::1"), .dst = addr("2001:db8::2"), .flow_label = 0xabcde,
			     .traffic_class = 0xb8, .hop_limit = 7 };
	uint8_t buf[300], *front = buf + 200;
	struct wire_diags d = { 0 };
	struct ip6_packet k;

	memcpy(front, "payload", 7);
	front -= ip6_push_hao(front, 200, PROTO_UDP, &hoa);
	front -= ip6_push_fragment(front, 176, &f);
	front -= ip6_push_rh2(front, 168, PROTO_FRAGMENT, &home);
	front -= ip6_push_encap_limit(front, 144, PROTO_ROUTING, 4);
	h.next_header = PROTO_DSTOPTS;
	h.payload_len = (uint16_t)(buf + 207 - front);
	front -= ip6_push(front, 136, &h);
	CU_ASSERT_TRUE(ip6_decode(front, (size_t)(buf + 300 - front), &k, &d));	/* octets behind are padding */
	CU_ASSERT_TRUE(k.h.flow_label == 0xabcde && k.h.traffic_class == 0xb8 && k.h.hop_limit == 7 && d.n == 0);
	CU_ASSERT_TRUE(ip6_eq(&k.h.src, &h.src) && ip6_eq(&k.h.dst, &h.dst) && k.n_ext == 4 && !k.problem.set);
	CU_ASSERT_TRUE(k.has_encap_limit && k.encap_limit == 4 && k.has_rh2 && ip6_eq(&k.home, &home));
	CU_ASSERT_TRUE(k.has_hao && ip6_eq(&k.hao, &hoa) && k.fragment.present && k.fragment.id == 0xdeadbeef);
	CU_ASSERT_TRUE(!k.fragment.more && k.fragment.offset == 0 && k.fragment.header_offset == 72);
	CU_ASSERT_TRUE(k.fragment.prev_nh_offset == 48 && k.proto == PROTO_UDP && k.upper_len == 7);
	CU_ASSERT_EQUAL(memcmp(k.upper, "payload", 7), 0);
}

static void fragments_end_the_walk(void)
{
	static const struct { uint16_t offset; bool more, problem; uint32_t part; } rows[] = {
		{ 0, true, false, 16 }, { 1232, false, false, 13 }, { 0, true, true, 13 }, { 65528, false, true, 16 },
		{ 65528, false, false, 7 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct ip6_fragment f = { .next_header = PROTO_DSTOPTS, .id = 77, .offset = rows[i].offset, .more = rows[i].more };
		struct ip6_hdr h = { .next_header = PROTO_FRAGMENT, .payload_len = (uint16_t)(8 + rows[i].part) };
		uint8_t buf[100] = { 0 }, *front = buf + 60;
		struct ip6_packet k;

		front -= ip6_push_fragment(front, 60, &f);
		front -= ip6_push(front, 52, &h);
		CU_ASSERT_TRUE(ip6_decode(front, 48 + rows[i].part, &k, NULL));
		CU_ASSERT_TRUE(k.proto == PROTO_DSTOPTS && k.upper == buf + 60 && k.upper_len == rows[i].part);
		CU_ASSERT_TRUE(k.fragment.offset == rows[i].offset && k.fragment.more == rows[i].more);
		CU_ASSERT_EQUAL(k.problem.set, rows[i].problem);
		CU_ASSERT_FALSE(ip6_upper_csum_ok(&k));
	}
}

/* One destination options header of 8 octets with the option under test at its start: [RFC 8200 4.2]. */
static void unknown_options_by_their_high_bits(void)
{
	static const struct { uint8_t type; bool set, icmp, multicast; } rows[] = {
		{ 0x1e, false, false, false }, { 0x5e, true, false, false }, { 0x9e, true, true, true },
		{ 0xde, true, true, false }, { IP6_OPT_PADN, false, false, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		for (int hbh = 0; hbh < 2; hbh++) {
			uint8_t nh = hbh ? PROTO_HOPOPTS : PROTO_DSTOPTS;
			struct ip6_hdr h = { .next_header = nh, .payload_len = 8 };
			uint8_t buf[48] = { 0 };
			struct ip6_packet k;

			memcpy(buf + 40, (uint8_t[]){ PROTO_NONE, 0, rows[i].type, 4, 0, 0, 0, 0 }, 8);
			ip6_push(buf + 40, 40, &h);
			CU_ASSERT_TRUE(ip6_decode(buf, 48, &k, NULL));
			CU_ASSERT_TRUE(k.problem.set == rows[i].set && k.problem.icmp == rows[i].icmp);
			CU_ASSERT_EQUAL(k.problem.icmp_to_multicast, rows[i].multicast);
			CU_ASSERT_TRUE(!k.problem.set || (k.problem.code == 2 && k.problem.pointer == 42));
			CU_ASSERT_TRUE(k.proto == PROTO_NONE && k.upper_len == 0 && k.has_hbh == hbh);
		}
	}
}

static const struct { const char *ext; uint8_t first; const char *fault; uint32_t offset; } faults[] = {
	{ "", PROTO_DSTOPTS, "ip6-ext-short", 40 },
	{ "11000100000000", PROTO_DSTOPTS, "ip6-ext-short", 40 },
	{ "1101010000000000", PROTO_DSTOPTS, "ip6-ext-short", 40 },		/* claims 16 octets */
	{ "1100010500000000", PROTO_DSTOPTS, "ip6-opt-length", 42 },		/* PadN beyond the header */
	{ "1100010300000001", PROTO_HOPOPTS, "ip6-opt-length", 47 },		/* no room for a length octet */
	{ "11000101000501", PROTO_FRAGMENT, "ip6-ext-short", 40 },
};

static void faults_of_the_chain(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
		uint8_t buf[100];
		struct ip6_packet k;
		size_t n;
		uint8_t *ext = octets_of(faults[i].ext, &n);
		struct ip6_hdr h = { .next_header = faults[i].first, .payload_len = (uint16_t)n };

		memcpy(buf + 40, ext, n);
		ip6_push(buf + 40, 40, &h);
		CU_ASSERT_FALSE(ip6_decode(buf, 40 + n, &k, NULL));
		CU_ASSERT_STRING_EQUAL(k.fault.reason, faults[i].fault);
		CU_ASSERT_EQUAL(k.fault.offset, faults[i].offset);
		g_free(ext);
	}
}

static void endless_chains_are_refused(void)
{
	struct ip6_hdr h = { .next_header = PROTO_DSTOPTS, .payload_len = 8 * 40 };
	uint8_t buf[40 + 8 * 40] = { 0 };
	struct ip6_packet k;

	for (int i = 0; i < 40; i++)
		memcpy(buf + 40 + 8 * i, (uint8_t[]){ PROTO_DSTOPTS, 0, 1, 4, 0, 0, 0, 0 }, 8);
	ip6_push(buf + 40, 40, &h);
	CU_ASSERT_FALSE(ip6_decode(buf, sizeof buf, &k, NULL));
	CU_ASSERT_STRING_EQUAL(k.fault.reason, "ip6-chain-long");
}

static void deviations_have_names(void)
{
	static const struct { const char *ext; uint8_t first; const char *id; bool problem; } rows[] = {
		/* HAO of length 8 */
		{ "3b01 0100 c908 0000000000000000 0100", PROTO_DSTOPTS, "hao-length", true },
		/* HAO right behind the length octet: at 8n + 2 */
		{ "3b02 c910 20010db8000000000000000000000001 0102 0000", PROTO_DSTOPTS, "hao-alignment", false },
		/* hop-by-hop after destination options */
		{ "0000 0104 00000000 3b00 0104 00000000", PROTO_DSTOPTS, "hop-by-hop-place", true },
		/* type 2 routing header of another length */
		{ "3b01 0201 00000000 20010db800000000", PROTO_ROUTING, "rh2-length", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct wire_diags d = { 0 };
		uint8_t buf[100];
		struct ip6_packet k;
		size_t n;
		uint8_t *ext = octets_of(rows[i].ext, &n);
		struct ip6_hdr h = { .next_header = rows[i].first, .payload_len = (uint16_t)n };

		memcpy(buf + 40, ext, n);
		ip6_push(buf + 40, 40, &h);
		CU_ASSERT_TRUE(ip6_decode(buf, 40 + n, &k, &d));
		CU_ASSERT_TRUE(d.n == 1 && !strcmp(d.d[0].id, rows[i].id));
		CU_ASSERT_EQUAL(k.problem.set, rows[i].problem);
		g_free(ext);
	}
}

static void home_address_options_belong_to_the_destination(void)
{
	struct ip6_hdr h = { .next_header = PROTO_HOPOPTS, .payload_len = 24 };
	struct ip6_addr home = addr("2001:db8::1");
	uint8_t buf[64] = { 0 };
	struct ip6_packet k;

	ip6_push_hao(buf + 64, 24, PROTO_NONE, &home);
	ip6_push(buf + 40, 40, &h);
	CU_ASSERT_TRUE(ip6_decode(buf, 64, &k, NULL));
	CU_ASSERT_TRUE(!k.has_hao && k.problem.set && k.problem.code == 2 && k.problem.pointer == 46);
}

static void lengths_and_captures(void)
{
	struct ip6_packet k;
	size_t n;
	uint8_t *p = octets_of(bu_hex, &n);

	for (size_t cut = 0; cut < n; cut++) {
		bool good = ip6_decode_capture(p, cut, &k, NULL);

		CU_ASSERT_EQUAL(good, cut >= 64);
		CU_ASSERT_TRUE(cut < 40 || (k.cut && k.len == cut));
		CU_ASSERT_FALSE(good && ip6_upper_csum_ok(&k));
		CU_ASSERT_FALSE(ip6_decode(p, cut, &k, NULL));
		CU_ASSERT_STRING_EQUAL(k.fault.reason, cut < 40 ? "ip6-short" : "ip6-payload-length");
	}
	p[0] = 0x40;
	CU_ASSERT_FALSE(ip6_decode(p, n, &k, NULL));
	CU_ASSERT_STRING_EQUAL(k.fault.reason, "ip6-version");
	g_free(p);
}

static void damaged(const uint8_t *p, size_t n, void *data)
{
	bool good[2];

	(void)data;
	for (int capture = 0; capture < 2; capture++) {
		struct wire_diags d = { 0 };
		struct ip6_packet k;

		good[capture] = capture ? ip6_decode_capture(p, n, &k, &d) : ip6_decode(p, n, &k, &d);
		CU_ASSERT_EQUAL(good[capture], k.fault.reason == NULL);
		CU_ASSERT_TRUE(k.fault.offset <= n && k.len <= n);
		if (!good[capture])
			continue;
		CU_ASSERT_TRUE(k.upper >= p + IP6_LEN && k.upper + k.upper_len == p + k.len);
		CU_ASSERT_TRUE(!k.problem.set || k.problem.pointer < k.len);
		ip6_upper_csum_ok(&k);
	}
	CU_ASSERT_TRUE(!good[0] || good[1]);
}

static void damaged_packets(void)
{
	const char *const golden[2] = { bu_hex, ba_hex };

	for (int i = 0; i < 2; i++) {
		size_t n;
		uint8_t *p = octets_of(golden[i], &n);

		CU_ASSERT_EQUAL(damage_each(p, n, damaged, NULL), 9 * n);
		g_free(p);
	}
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "home address option", home_address_option },
		{ "type 2 routing header", type_2_routing_header },
		{ "pushed headers are the golden ones", pushed_headers_are_the_golden_ones },
		{ "a chain of everything", a_chain_of_everything },
		{ "fragments end the walk", fragments_end_the_walk },
		{ "unknown options by their high bits", unknown_options_by_their_high_bits },
		{ "faults of the chain", faults_of_the_chain },
		{ "endless chains are refused", endless_chains_are_refused },
		{ "deviations have names", deviations_have_names },
		{ "home address options belong to the destination", home_address_options_belong_to_the_destination },
		{ "lengths and captures", lengths_and_captures },
		{ "damaged packets", damaged_packets },
	};

	return harness_main("wire_ip6", tests, G_N_ELEMENTS(tests), argc, argv);
}

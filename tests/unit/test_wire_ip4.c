/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4, UDP, ICMPv4 and the tunnels' small headers. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

static const struct ip4_addr a4 = { { 192, 0, 2, 1 } }, b4 = { { 203, 0, 113, 9 } };

static void a_header_encodes_and_decodes(void)
{
	const struct ip4_hdr h = { .src = a4, .dst = b4, .total_len = 25, .id = 0x1234, .frag_offset = 0, .tos = 0x88,
				   .ttl = 64, .proto = PROTO_UDP, .df = true };
	uint8_t buf[60];
	struct ip4_packet k;

	memcpy(buf + 40, "hello", 5);
	CU_ASSERT_EQUAL(ip4_push(buf + 40, 40, &h), IP4_LEN);
	CU_ASSERT_TRUE(ip4_decode(buf + 20, 40, &k, NULL));
	CU_ASSERT_TRUE(ip4_eq(k.h.src, a4) && ip4_eq(k.h.dst, b4) && k.h.total_len == 25 && k.h.id == 0x1234);
	CU_ASSERT_TRUE(k.h.tos == 0x88 && k.h.ttl == 64 && k.h.proto == PROTO_UDP && k.h.df && !k.h.mf && k.csum_ok);
	CU_ASSERT_TRUE(k.hdr_len == 20 && k.upper == buf + 40 && k.upper_len == 5 && k.len == 25);
	CU_ASSERT_FALSE(ip4_is_fragment(&k.h));
}

static void fragment_fields(void)
{
	struct ip4_hdr h = { .total_len = 28, .frag_offset = 65528, .mf = true, .ttl = 1 };
	uint8_t buf[28] = { 0 };
	struct ip4_packet k;

	ip4_push(buf + 20, 20, &h);
	CU_ASSERT_TRUE(ip4_decode(buf, 28, &k, NULL));
	CU_ASSERT_TRUE(k.h.frag_offset == 65528 && k.h.mf && !k.h.df && ip4_is_fragment(&k.h));
	h.mf = false;
	ip4_push(buf + 20, 20, &h);
	CU_ASSERT_TRUE(ip4_decode(buf, 28, &k, NULL) && ip4_is_fragment(&k.h) && k.h.frag_offset == 65528);
}

/* A header with router alert [RFC 2113], whose checksum the test computes. */
static void options_are_stepped_over(void)
{
	size_t n;
	uint8_t *p = octets_of("4600001c000000000102 0000 c0000201e0000001 94040000 11223344", &n);
	struct ip4_packet k;

	store16(p + 10, csum_fold(csum_add(0, p, 24)));
	CU_ASSERT_TRUE(ip4_decode(p, n, &k, NULL));
	CU_ASSERT_TRUE(k.hdr_len == 24 && k.upper_len == 4 && k.upper[0] == 0x11);
	g_free(p);
}

static void ip4_faults(void)
{
	static const struct { const char *hex, *fault; } rows[] = {
		{ "4500", "ip4-short" },
		{ "6500001400000000400100000a0000010a000002", "ip4-version" },
		{ "4400001400000000400100000a0000010a000002", "ip4-header-length" },
		{ "4600001800000000400100000a0000010a000002", "ip4-header-length" },
		{ "4500001300000000400100000a0000010a000002", "ip4-total-length" },
		{ "4500001500000000400100000a0000010a000002", "ip4-total-length" },
		{ "4500001400000000400100000a0000010a000002", "ip4-checksum" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct ip4_packet k;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);

		CU_ASSERT_FALSE(ip4_decode(p, n, &k, NULL));
		CU_ASSERT_STRING_EQUAL(k.fault.reason, rows[i].fault);
		g_free(p);
	}
}

static void captures_are_read_leniently(void)
{
	struct wire_diags d = { 0 };
	struct ip4_packet k;
	size_t n;
	uint8_t *p = octets_of("4500003000000000400100000a0000010a000002 0800", &n);

	CU_ASSERT_TRUE(ip4_decode_capture(p, n, &k, &d));
	CU_ASSERT_TRUE(k.cut && !k.csum_ok && k.upper_len == 2 && d.n == 1 && !strcmp(d.d[0].id, "ip4-checksum"));
	p[3] = 0;			/* total length 0: off-loaded segmentation */
	CU_ASSERT_TRUE(ip4_decode_capture(p, n, &k, &d) && !k.cut && k.len == n);
	CU_ASSERT_FALSE(ip4_decode(p, n, &k, NULL));
	g_free(p);
}

static void decrementing_keeps_the_checksum_right(void)
{
	for (unsigned id = 0; id < 65536; id += 7) {
		struct ip4_hdr h = { .src = a4, .dst = b4, .total_len = 20, .id = (uint16_t)id, .ttl = (uint8_t)(id % 255 + 1) };
		uint8_t buf[20], want[20];

		ip4_push(buf + 20, 20, &h);
		ip4_ttl_decrement(buf);
		h.ttl--;
		ip4_push(want + 20, 20, &h);
		CU_ASSERT_EQUAL(memcmp(buf, want, 20), 0);
	}
}

static void udp_over_both_families(void)
{
	struct ip6_addr a6 = { { 0x20, 1, [15] = 1 } }, b6 = { { 0x20, 1, [15] = 2 } };
	uint8_t buf[64];
	struct udp_hdr h;
	const char *why = NULL;

	for (size_t len = 0; len < 30; len++) {
		for (size_t i = 0; i < len; i++)
			buf[20 + i] = (uint8_t)(i * 37);
		CU_ASSERT_EQUAL(udp_push4(buf + 20, 20, 1000, 4191, a4, b4, len), UDP_LEN);
		CU_ASSERT_TRUE(udp_decode(buf + 12, UDP_LEN + len, &h, &why, NULL));
		CU_ASSERT_TRUE(h.sport == 1000 && h.dport == 4191 && h.len == UDP_LEN + len && h.csum != 0);
		CU_ASSERT_EQUAL(udp_check4(buf + 12, &h, a4, b4), UDP_CSUM_OK);
		CU_ASSERT_EQUAL(udp_check4(buf + 12, &h, b4, b4), UDP_CSUM_BAD);
		CU_ASSERT_EQUAL(udp_push6(buf + 20, 20, 1000, 4191, &a6, &b6, len), UDP_LEN);
		CU_ASSERT_TRUE(udp_decode(buf + 12, UDP_LEN + len, &h, &why, NULL));
		CU_ASSERT_EQUAL(udp_check6(buf + 12, &h, &a6, &b6), UDP_CSUM_OK);
		CU_ASSERT_EQUAL(udp_check6(buf + 12, &h, &a6, &a6), UDP_CSUM_BAD);
		udp_push_nocsum(buf + 20, 20, 1, 2, len);
		CU_ASSERT_TRUE(udp_decode(buf + 12, UDP_LEN + len, &h, &why, NULL));
		CU_ASSERT_EQUAL(udp_check4(buf + 12, &h, a4, b4), UDP_CSUM_NONE);
	}
}

/* A payload that makes the sum come out as zero must be sent as ffff [RFC 768]. */
static void a_zero_sum_is_sent_as_ones(void)
{
	uint8_t buf[20] = { 0 };
	struct udp_hdr h;

	udp_push4(buf + 18, 18, 1, 2, a4, b4, 2);
	store16(buf + 18, load16(buf + 16));	/* adding the sum itself makes it zero */
	udp_push4(buf + 18, 18, 1, 2, a4, b4, 2);
	CU_ASSERT_TRUE(udp_decode(buf + 10, 10, &h, NULL, NULL));
	CU_ASSERT_EQUAL(h.csum, 0xffff);
	CU_ASSERT_EQUAL(udp_check4(buf + 10, &h, a4, b4), UDP_CSUM_OK);
}

static void udp_lengths(void)
{
	static const struct { const char *hex, *why; bool note; } rows[] = {
		{ "0001000200", "udp-short", false }, { "0001000200070000", "udp-length", false },
		{ "0001000200090000", "udp-length", false }, { "0001000200000000", "udp-length", false },
		{ "0001000200080000", NULL, false }, { "0001000200080000 aa", NULL, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct wire_diags d = { 0 };
		const char *why = NULL;
		struct udp_hdr h;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);

		CU_ASSERT_EQUAL(udp_decode(p, n, &h, &why, &d), rows[i].why == NULL);
		CU_ASSERT_TRUE(!rows[i].why || !strcmp(why, rows[i].why));
		CU_ASSERT_EQUAL(d.n, rows[i].note);
		g_free(p);
	}
}

static void icmp4_messages(void)
{
	static const uint8_t body[] = "0123456789";
	const struct icmp4 rows[] = {
		{ .type = ICMP4_T_ECHO_REQUEST, .id = 7, .seq = 65535 }, { .type = ICMP4_T_ECHO_REPLY, .id = 1, .seq = 2 },
		{ .type = ICMP4_T_UNREACHABLE, .code = ICMP4_U_FRAG_NEEDED, .mtu = 1400 },
		{ .type = ICMP4_T_UNREACHABLE, .code = ICMP4_U_PORT }, { .type = ICMP4_T_TIME_EXCEEDED, .code = 1 },
		{ .type = ICMP4_T_PARAM_PROBLEM, .pointer = 20 },
		{ .type = ICMP4_T_REDIRECT, .gateway = { { 10, 0, 0, 1 } } },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct icmp4 m = rows[i], back;
		uint8_t buf[40];
		size_t n;

		m.body = body;
		m.body_len = (uint32_t)i;
		n = icmp4_encode(&m, buf, sizeof buf);
		CU_ASSERT_EQUAL(n, ICMP4_LEN + i);
		CU_ASSERT_EQUAL(icmp4_encode(&m, buf, n - 1), 0);
		n = icmp4_encode(&m, buf, n);
		CU_ASSERT_TRUE(icmp4_decode(buf, n, &back, NULL) && back.csum_ok);
		CU_ASSERT_TRUE(back.type == m.type && back.code == m.code && back.id == m.id && back.seq == m.seq);
		CU_ASSERT_TRUE(back.mtu == m.mtu && back.pointer == m.pointer && ip4_eq(back.gateway, m.gateway));
		CU_ASSERT_TRUE(back.body_len == i && !memcmp(back.body, body, i));
		m.body = buf + ICMP4_LEN;	/* in place */
		CU_ASSERT_EQUAL(icmp4_encode(&m, buf, sizeof buf), n);
		CU_ASSERT_TRUE(icmp4_decode(buf, n, &back, NULL) && back.csum_ok);
		buf[n - 1] ^= 0x10;
		CU_ASSERT_TRUE(icmp4_decode(buf, n, &back, NULL) && !back.csum_ok);
	}
}

static void what_udp_4191_holds(void)
{
	static const struct { const char *hex; enum udp_encap kind; uint8_t proto; uint32_t inner; } rows[] = {
		{ "60", UDP_ENCAP_IP6, PROTO_IP6, 1 }, { "45aa", UDP_ENCAP_IP4, PROTO_IP4, 2 },
		{ "", UDP_ENCAP_EMPTY, PROTO_NONE, 0 },
		{ "ff", UDP_ENCAP_KEEPALIVE, PROTO_NONE, 0 }, { "ffff", UDP_ENCAP_BAD, PROTO_NONE, 2 },
		{ "00290002 6000", UDP_ENCAP_TLV, PROTO_IP6, 2 }, { "002f0000", UDP_ENCAP_TLV, PROTO_GRE, 0 },
		{ "00290003 6000", UDP_ENCAP_BAD, PROTO_NONE, 6 }, { "00290001 6000", UDP_ENCAP_BAD, PROTO_NONE, 6 },
		{ "002900", UDP_ENCAP_BAD, PROTO_NONE, 3 }, { "00", UDP_ENCAP_BAD, PROTO_NONE, 1 },
		{ "10", UDP_ENCAP_BAD, PROTO_NONE, 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct udp_encap_view v;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);

		v = udp_encap_demux(p, n);
		CU_ASSERT_TRUE(v.kind == rows[i].kind && v.proto == rows[i].proto && v.inner_len == rows[i].inner);
		CU_ASSERT_TRUE(v.inner + v.inner_len == p + n);
		g_free(p);
	}
}

static void a_pushed_tlv_header_is_recognised(void)
{
	uint8_t buf[12] = { 0 };
	struct udp_encap_view v;

	CU_ASSERT_EQUAL(udp_tlv_push(buf + 4, 4, PROTO_GRE, 8), UDP_TLV_LEN);
	v = udp_encap_demux(buf, sizeof buf);
	CU_ASSERT_TRUE(v.kind == UDP_ENCAP_TLV && v.proto == PROTO_GRE && v.inner_len == 8);
}

static void gre_headers(void)
{
	static const struct { const char *hex; bool good; uint8_t len; uint32_t key, seq; } rows[] = {
		{ "00000800", true, 4, 0, 0 }, { "200086dd 11223344", true, 8, 0x11223344, 0 },
		{ "b0000800 abcd0000 00000007 00000009", true, 16, 7, 9 }, { "10000800 00000005", true, 8, 0, 5 },
		{ "20000800", false, 0, 0, 0 }, { "000008", false, 0, 0, 0 }, { "00010800", false, 0, 0, 0 },
		{ "40000800 00000000", false, 0, 0, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct gre_hdr g;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);

		CU_ASSERT_EQUAL(gre_decode(p, n, &g), rows[i].good);
		CU_ASSERT_TRUE(!rows[i].good || (g.len == rows[i].len && g.key == rows[i].key && g.seq == rows[i].seq));
		g_free(p);
	}
}

static void damaged(const uint8_t *p, size_t n, void *data)
{
	struct wire_diags d = { 0 };
	struct ip4_packet k;
	struct udp_hdr h;
	struct icmp4 m;
	struct gre_hdr g;
	bool strict = ip4_decode(p, n, &k, &d), capture = ip4_decode_capture(p, n, &k, &d);
	const char *why = NULL;

	(void)data;
	CU_ASSERT_TRUE(!strict || capture);
	CU_ASSERT_TRUE(!capture || (k.upper + k.upper_len == p + k.len && k.len <= n));
	if (udp_decode(p, n, &h, &why, &d)) {
		CU_ASSERT_TRUE(h.len <= n);
		udp_check4(p, &h, a4, b4);
	}
	if (icmp4_decode(p, n, &m, &d))
		CU_ASSERT_TRUE(m.body + m.body_len == p + n);
	if (gre_decode(p, n, &g))
		CU_ASSERT_TRUE(g.len <= n);
	udp_encap_demux(p, n);
}

/* Golden packet 10: a Binding Update in UDP 4191 over IPv4. */
static void damaged_packets(void)
{
	size_t n;
	uint8_t *p = octets_of("45000064000000004011144dc6336407cb007101105f105f00500000600000000020874020010db8000a0001"
			       "000000000000010020010db8000f000000000000000000013b030500c32d0002d4000384200600000a000005"
			       "1d0680000000000001020000", &n);

	CU_ASSERT_EQUAL(damage_each(p, n, damaged, NULL), 9 * n);
	CU_ASSERT_EQUAL(damage_each(p + 20, n - 20, damaged, NULL), 9 * (n - 20));
	g_free(p);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "a header encodes and decodes", a_header_encodes_and_decodes },
		{ "fragment fields", fragment_fields },
		{ "options are stepped over", options_are_stepped_over },
		{ "IPv4 faults", ip4_faults },
		{ "captures are read leniently", captures_are_read_leniently },
		{ "decrementing keeps the checksum right", decrementing_keeps_the_checksum_right },
		{ "UDP over both families", udp_over_both_families },
		{ "a zero sum is sent as ones", a_zero_sum_is_sent_as_ones },
		{ "UDP lengths", udp_lengths },
		{ "ICMPv4 messages", icmp4_messages },
		{ "what UDP 4191 holds", what_udp_4191_holds },
		{ "a pushed TLV header is recognised", a_pushed_tlv_header_is_recognised },
		{ "GRE headers", gre_headers },
		{ "damaged packets", damaged_packets },
	};

	return harness_main("wire_ip4", tests, G_N_ELEMENTS(tests), argc, argv);
}

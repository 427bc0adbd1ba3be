/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames through tunnels: the view, the dissector's tree and the summary line of the same packets. */
#include "base/text.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/dhcp4.h"
#include "wire/dissect.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/summary.h"
#include "wire/udp.h"

/* Packets that tshark decoded: a BU with Home Address option, its BA, and a BU in UDP 4191. */
static const char bu_hex[] =
	"6000000000403c4020010db8000c0001000000000000020020010db8000f00000000000000000001870201020000c91020010db8000a0001"
	"00000000000001003b040500ba5c0001d40003840100031020010db8000c000100000000000002001d06800000000000";
static const char ba_hex[] =
	"6000000000302b4020010db8000f0000000000000000000120010db8000c00010000000000000200870202010000000020010db8000a0001"
	"00000000000001003b02060078dd00c000010384020201c21e060080c0000264";
static const char udp_bu_hex[] =
	"45000064000000004011144dc6336407cb007101105f105f00500000600000000020874020010db8000a0001000000000000010020010db8"
	"000f000000000000000000013b030500c32d0002d4000384200600000a0000051d0680000000000001020000";

static struct ip6_addr addr(const char *s)
{
	struct ip6_addr a = { { 0 } };

	if (!ip6_parse(s, &a))
		CU_FAIL("an address of the test itself does not read");
	return a;
}

/* A packet under construction: front moves towards buf. */
struct build { uint8_t buf[2000], *front; };

static size_t room(const struct build *b) { return (size_t)(b->front - b->buf); }
static size_t size(const struct build *b) { return (size_t)(b->buf + sizeof b->buf - b->front); }

static void payload(struct build *b, const uint8_t *p, size_t n)
{
	b->front = b->buf + sizeof b->buf - n;
	memcpy(b->front, p, n);
}

static void push6(struct build *b, uint8_t proto, const char *src, const char *dst)
{
	struct ip6_build h = { .h = { .src = addr(src), .dst = addr(dst), .hop_limit = 255 }, .proto = proto };

	h.payload_len = (uint32_t)size(b);
	b->front -= ip6_push_build(b->front, room(b), &h);
}

static void push4(struct build *b, uint8_t proto)
{
	struct ip4_hdr h = { .src = { { 10, 0, 0, 5 } }, .dst = { { 192, 0, 2, 1 } }, .ttl = 64, .proto = proto };

	h.total_len = (uint16_t)(size(b) + IP4_LEN);
	b->front -= ip4_push(b->front, room(b), &h);
}

static void push_echo(struct build *b)
{
	struct ip6_addr src = addr("2001:db8:a::1"), dst = addr("2001:db8:b::1");
	struct icmp6 m = { .type = ICMP6_T_ECHO_REQUEST, .id = 1, .seq = 4 };
	uint8_t buf[64];

	payload(b, buf, icmp6_encode(&m, &src, &dst, buf, sizeof buf));
	push6(b, PROTO_ICMP6, "2001:db8:a::1", "2001:db8:b::1");
}

static bool says(const uint8_t *p, size_t n, enum wire_link kind, const char *want)
{
	char line[300];
	struct text t = text_on(line, sizeof line);

	summary(kind, p, n, &t);
	if (strcmp(line, want))
		g_printerr("summary: %s\n", line);
	return !strcmp(line, want);
}

/* The dissector's tree as "name=value" fields and notes, in order. */
struct tree { GString *fields, *notes; int depth; bool good; };

static void on_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)title, (void)offset, (void)len;
	t->depth++;
	g_string_append_printf(t->fields, "[%s]", name);
}

static void on_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)offset, (void)len;
	CU_ASSERT_TRUE(t->depth > 0 && value != NULL);
	g_string_append_printf(t->fields, "%s=%s ", name, value);
}

static void on_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct tree *t = ctx;

	(void)text, (void)offset;
	g_string_append_printf(t->notes, "%s ", id);
}

static void on_close(void *ctx)
{
	struct tree *t = ctx;

	t->depth--;
	CU_ASSERT_TRUE(t->depth >= 0);
}

static struct tree tree_of(enum wire_link kind, const uint8_t *p, size_t n)
{
	struct tree t = { g_string_new(NULL), g_string_new(NULL), 0, false };
	struct wire_printer pr = { on_open, on_field, on_note, on_close, &t };

	t.good = dissect(kind, p, n, &pr);
	CU_ASSERT_EQUAL(t.depth, 0);
	return t;
}

static void tree_free(struct tree *t)
{
	g_string_free(t->fields, TRUE);
	g_string_free(t->notes, TRUE);
}

static void a_binding_update_on_ipv6(void)
{
	struct ip6_addr hoa = addr("2001:db8:a:1::100");
	struct frame_view v;
	struct tree t;
	size_t n;
	uint8_t *p = octets_of(bu_hex, &n);

	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_RAW, p, n, &v));
	CU_ASSERT_TRUE(v.n_ip == 1 && v.proto == PROTO_MH && v.mh == p + 64 && v.mh_len == 40 && !v.csum_bad);
	CU_ASSERT_TRUE(v.ip[0].family == 6 && v.ip[0].encap == ENCAP_NONE && v.ip[0].has_hao && ip6_eq(&v.ip[0].hao, &hoa));
	CU_ASSERT_TRUE(!v.fault.reason && !v.mh_in_udp && frame_inner(&v) == frame_outer(&v));
	CU_ASSERT_TRUE(says(p, n, WIRE_LINK_IP6, "BU seq 1 A,H,K,R lifetime 3600 s alt-CoA 2001:db8:c:1::200 HoA4 0.0.0.0 "
						 "HoA 2001:db8:a:1::100"));
	t = tree_of(WIRE_LINK_RAW, p, n);
	CU_ASSERT_TRUE(t.good && t.notes->len == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[destination-options]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[opt-home-address]home-address=2001:db8:a:1::100"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "sequence=1"));
	tree_free(&t);
	p[70] ^= 1;
	t = tree_of(WIRE_LINK_RAW, p, n);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.notes->str, "mh-checksum"));
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_RAW, p, n, &v) && v.csum_bad);
	tree_free(&t);
	g_free(p);
}

static void an_acknowledgement_names_both_addresses(void)
{
	size_t n;
	uint8_t *p = octets_of(ba_hex, &n);

	CU_ASSERT_TRUE(says(p, n, WIRE_LINK_RAW, "BA seq 1 status 0 K,R lifetime 3600 s refresh 1800 s HoA4 192.0.2.100 "
						 "HoA 2001:db8:a:1::100 CoA 2001:db8:c:1::200"));
	g_free(p);
}

static void a_binding_update_in_udp(void)
{
	struct frame_view v;
	struct tree t;
	size_t n;
	uint8_t *p = octets_of(udp_bu_hex, &n);

	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_RAW, p, n, &v));
	CU_ASSERT_TRUE(v.n_ip == 2 && v.ip[0].family == 4 && v.ip[0].sport == 4191 && v.ip[1].encap == ENCAP_UDP);
	CU_ASSERT_TRUE(v.ip[1].family == 6 && v.ip[1].offset == 28 && v.mh == p + 68 && !v.csum_bad && !v.fault.reason);
	CU_ASSERT_TRUE(says(p, n, WIRE_LINK_RAW, "UDP4191[BU seq 2 A,H,K,R lifetime 3600 s CoA4 10.0.0.5 HoA4 0.0.0.0 "
						 "HoA 2001:db8:a:1::100]"));
	t = tree_of(WIRE_LINK_RAW, p, n);
	CU_ASSERT_TRUE(t.good && t.notes->len == 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[ip4]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[udp]source-port=4191 destination-port=4191"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[ip6]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[bu]"));
	tree_free(&t);
	g_free(p);
}

/* Each way to carry an echo request: who wraps it, and what a reader of the ladder sees. */
static void in_ip6(struct build *b) { push6(b, PROTO_IP6, "2001:db8:1::1", "2001:db8:2::1"); }
static void in_ip4(struct build *b) { push4(b, PROTO_IP6); }

static void in_udp(struct build *b)
{
	b->front -= udp_push_nocsum(b->front, room(b), 40000, PORT_DSMIP, size(b));
	push4(b, PROTO_UDP);
}

static void in_tlv(struct build *b)
{
	b->front -= udp_tlv_push(b->front, room(b), PROTO_IP6, size(b));
	in_udp(b);
}

static void in_gre(struct build *b)
{
	b->front -= 8;
	memcpy(b->front, "\x20\0\x86\xdd\x11\x22\x33\x44", 8);
	push6(b, PROTO_GRE, "2001:db8:1::1", "2001:db8:2::1");
}

static void in_gre_in_tlv(struct build *b)
{
	b->front -= 8;
	memcpy(b->front, "\x20\0\x86\xdd\x11\x22\x33\x44", 8);
	b->front -= udp_tlv_push(b->front, room(b), PROTO_GRE, size(b));
	in_udp(b);
}

static const struct { void (*wrap)(struct build *); enum encap encap; const char *line, *in_tree; } wraps[] = {
	{ in_ip6, ENCAP_IP, "IP[echo request id 1 seq 4]", "[ip6]" },
	{ in_ip4, ENCAP_IP, "IP[echo request id 1 seq 4]", "[ip4]" },
	{ in_udp, ENCAP_UDP, "UDP4191[echo request id 1 seq 4]", "destination-port=4191" },
	{ in_tlv, ENCAP_UDP_TLV, "UDP4191-TLV[echo request id 1 seq 4]", "[tlv]next-header=41 (IPv6)" },
	{ in_gre, ENCAP_GRE, "GRE[echo request id 1 seq 4]", "[gre]protocol=0x86dd key=287454020" },
	{ in_gre_in_tlv, ENCAP_GRE, "GRE[echo request id 1 seq 4]", "[tlv]next-header=47 (GRE)" },
};

static void through_every_tunnel(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wraps); i++) {
		struct build b;
		struct frame_view v;
		struct tree t;

		push_echo(&b);
		wraps[i].wrap(&b);
		CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_RAW, b.front, size(&b), &v));
		CU_ASSERT_TRUE(v.n_ip == 2 && v.ip[1].encap == wraps[i].encap && v.proto == PROTO_ICMP6 && !v.csum_bad);
		CU_ASSERT_EQUAL(v.ip[1].gre_key, wraps[i].encap == ENCAP_GRE ? 0x11223344u : 0);
		CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, wraps[i].line));
		t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
		CU_ASSERT_TRUE(t.good && t.notes->len == 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, wraps[i].in_tree));
		CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[echo-request]"));
		tree_free(&t);
	}
}

static void depth_is_bounded(void)
{
	struct build b;
	struct frame_view v;
	struct tree t;

	push_echo(&b);
	for (int i = 0; i < 30; i++)
		in_ip6(&b);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_RAW, b.front, size(&b), &v));
	CU_ASSERT_TRUE(v.n_ip == FRAME_MAX_IP && !strcmp(v.fault.reason, "too-deep"));
	t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
	CU_ASSERT_TRUE(!t.good && strstr(t.notes->str, "too-deep"));
	tree_free(&t);
}

static void mobility_straight_in_udp(void)
{
	struct frame_view v;
	struct build b;
	size_t n;
	uint8_t *p = octets_of("3b020d00000000010102030401001c040000000501020000", &n);

	payload(&b, p, n);
	b.front -= udp_push4(b.front, room(&b), PORT_PMIP, PORT_PMIP, (struct ip4_addr){ { 10, 0, 0, 5 } },
			     (struct ip4_addr){ { 192, 0, 2, 1 } }, n);
	push4(&b, PROTO_UDP);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, b.front, size(&b), &v));
	CU_ASSERT_TRUE(v.mh == b.front + 28 && v.mh_in_udp && v.proto == PROTO_MH && !v.csum_bad);
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_IP4, "Heartbeat response seq 16909060 restart 5"));
	g_free(p);
}

static void errors_quote_packets(void)
{
	struct ip6_addr src = addr("2001:db8:9::1"), dst = addr("2001:db8:c:1::200");
	struct icmp6 m = { .type = ICMP6_T_PARAM_PROBLEM, .code = 2, .pointer = 46 };
	uint8_t buf[400];
	struct build b;
	struct tree t;
	size_t n;
	uint8_t *p = octets_of(bu_hex, &n);

	m.body = p;
	m.body_len = (uint32_t)n - 20;		/* cut on purpose */
	n = icmp6_encode(&m, &src, &dst, buf, sizeof buf);
	payload(&b, buf, n);
	push6(&b, PROTO_ICMP6, "2001:db8:9::1", "2001:db8:c:1::200");
	t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
	CU_ASSERT_TRUE(t.good);
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "pointer=46"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[quoted][ip6]"));
	CU_ASSERT_PTR_NOT_NULL(strstr(t.fields->str, "[opt-home-address]home-address=2001:db8:a:1::100"));
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "ICMPv6 parameter problem code 2 pointer 46"));
	tree_free(&t);
	g_free(p);
}

static void judgements(void)
{
	struct build b;
	struct tree t;

	push_echo(&b);
	b.front[44] ^= 1;
	t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
	CU_ASSERT_TRUE(t.good && !strcmp(t.notes->str, "icmp6-checksum "));
	tree_free(&t);
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "echo request id 257 seq 4 (bad checksum)"));
	payload(&b, (const uint8_t *)"hello", 5);
	b.front -= udp_push_nocsum(b.front, room(&b), 5000, 6000, 5);
	push6(&b, PROTO_UDP, "2001:db8::1", "2001:db8::2");
	t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
	CU_ASSERT_TRUE(t.good && !strcmp(t.notes->str, "udp-checksum-zero "));
	tree_free(&t);
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "UDP 5000 > 6000 len 5"));
}

static void neighbour_discovery_lines(void)
{
	struct icmp6 ra = { .type = ICMP6_T_RA, .cur_hop_limit = 64 };
	struct icmp6 na = { .type = ICMP6_T_NA, .target = addr("2001:db8:c::2"), .override_ = true };
	struct ip6_addr src = addr("fe80::1"), dst = addr("ff02::1");
	struct build b;
	uint8_t buf[200];

	ra.opts.n_prefixes = 1;
	ra.opts.prefixes[0] = (struct nd_prefix){ addr("2001:db8:c::"), 64, true, true, false, 60, 60 };
	payload(&b, buf, icmp6_encode(&ra, &src, &dst, buf, sizeof buf));
	push6(&b, PROTO_ICMP6, "fe80::1", "ff02::1");
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "RA prefix 2001:db8:c::/64"));
	payload(&b, buf, icmp6_encode(&na, &src, &dst, buf, sizeof buf));
	push6(&b, PROTO_ICMP6, "fe80::1", "ff02::1");
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "NA 2001:db8:c::2 O"));
}

static void dhcp_and_arp_lines(void)
{
	struct dhcp4 m = { .op = 2, .has = DHCP4_HAS_TYPE, .type = DHCP4_OFFER, .yiaddr = { { 10, 0, 0, 5 } } };
	struct build b;
	uint8_t buf[400];
	struct tree t;
	size_t n = dhcp4_encode(&m, buf, sizeof buf);
	uint8_t *arp = octets_of("ffffffffffff 020000000001 0806 0001080006040001 020000000001 0a000005 000000000000 0a000001",
				 &n);

	CU_ASSERT_TRUE(says(arp, n, WIRE_LINK_ETHERNET, "ARP who-has 10.0.0.1 tell 10.0.0.5"));
	t = tree_of(WIRE_LINK_ETHERNET, arp, n);
	CU_ASSERT_TRUE(t.good && strstr(t.fields->str, "[arp]operation=1 (request)"));
	tree_free(&t);
	g_free(arp);
	n = dhcp4_encode(&m, buf, sizeof buf);
	payload(&b, buf, n);
	b.front -= udp_push_nocsum(b.front, room(&b), 67, 68, n);
	push4(&b, PROTO_UDP);
	CU_ASSERT_TRUE(says(b.front, size(&b), WIRE_LINK_RAW, "DHCP OFFER 10.0.0.5"));
	t = tree_of(WIRE_LINK_RAW, b.front, size(&b));
	CU_ASSERT_TRUE(t.good && strstr(t.fields->str, "[opt-message-type]value=2 (OFFER)"));
	tree_free(&t);
}

/* The view sees the common shapes at a glance: that must show the same as the walk that knows all of them. */
static void as_walked(const struct frame_view *v, const uint8_t *p, size_t n)
{
	struct ip6_packet k;
	const struct frame_ip *ip = &v->ip[0];
	bool verified;

	if (!n || p[0] >> 4 != 6 || !ip6_decode_capture(p, n, &k, NULL) || !v->n_ip)
		return;
	CU_ASSERT_TRUE(ip->proto == k.proto && ip->len == k.len && ip->cut == k.cut && ip->hop_limit == k.h.hop_limit);
	CU_ASSERT_TRUE(ip6_eq(&ip->src, &k.h.src) && ip6_eq(&ip->dst, &k.h.dst));
	CU_ASSERT_TRUE(ip->has_hao == k.has_hao && (!k.has_hao || ip6_eq(&ip->hao, &k.hao)));
	CU_ASSERT_TRUE(ip->has_rh2 == k.has_rh2 && (!k.has_rh2 || ip6_eq(&ip->rh2, &k.home)));
	if (v->n_ip > 1)
		return;
	verified = !k.cut && !ip->fragment && (k.proto == PROTO_MH || k.proto == PROTO_ICMP6);
	CU_ASSERT_EQUAL(v->csum_bad, verified && !ip6_upper_csum_ok(&k));
	CU_ASSERT_TRUE(v->upper == k.upper && v->upper_len == k.upper_len);
}

static void damaged(const uint8_t *p, size_t n, void *data)
{
	static const enum wire_link kinds[] = { WIRE_LINK_RAW, WIRE_LINK_ETHERNET, WIRE_LINK_SLL2 };

	(void)data;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct tree t = tree_of(kinds[i], p, n);
		struct frame_view v;
		char line[300];
		struct text out = text_on(line, sizeof line);

		summary(kinds[i], p, n, &out);
		CU_ASSERT_TRUE(line[0] != '\0');
		if (frame_view_make(kinds[i], p, n, &v)) {
			CU_ASSERT_TRUE(v.upper >= p && v.upper + v.upper_len <= p + n && v.n_ip <= FRAME_MAX_IP);
			CU_ASSERT_TRUE(v.payload >= p && v.payload + v.payload_len <= p + n);
			CU_ASSERT_TRUE(!v.mh || v.mh + v.mh_len <= p + n);
			if (kinds[i] == WIRE_LINK_RAW)
				as_walked(&v, p, n);
		} else {
			CU_ASSERT_FALSE(t.good);
		}
		CU_ASSERT_TRUE(t.good || t.notes->len > 0);
		tree_free(&t);
	}
}

static void damaged_frames(void)
{
	const char *const golden[] = { bu_hex, ba_hex, udp_bu_hex };
	struct build b;

	for (size_t i = 0; i < G_N_ELEMENTS(golden); i++) {
		size_t n;
		uint8_t *p = octets_of(golden[i], &n);

		CU_ASSERT_EQUAL(damage_each(p, n, damaged, NULL), 9 * n);
		g_free(p);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wraps); i++) {
		push_echo(&b);
		wraps[i].wrap(&b);
		CU_ASSERT_EQUAL(damage_each(b.front, size(&b), damaged, NULL), 9 * size(&b));
	}
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "a binding update on IPv6", a_binding_update_on_ipv6 },
		{ "an acknowledgement names both addresses", an_acknowledgement_names_both_addresses },
		{ "a binding update in UDP", a_binding_update_in_udp },
		{ "through every tunnel", through_every_tunnel },
		{ "depth is bounded", depth_is_bounded },
		{ "mobility straight in UDP", mobility_straight_in_udp },
		{ "errors quote packets", errors_quote_packets },
		{ "judgements", judgements },
		{ "neighbour discovery lines", neighbour_discovery_lines },
		{ "DHCP and ARP lines", dhcp_and_arp_lines },
		{ "damaged frames", damaged_frames },
	};

	return harness_main("wire_frame", tests, G_N_ELEMENTS(tests), argc, argv);
}

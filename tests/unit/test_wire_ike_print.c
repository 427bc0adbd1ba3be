/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What IKEv2 and ESP show of themselves: the tree as "path = value" lines, the line of ladders, names of numbers; and
 * where the dissector, the summary and the frame view find them: ports 500 and 4500 and protocol 50.
 */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "tests/unit/ike_tools.h"
#include "wire/dissect.h"
#include "wire/ike_write.h"
#include "wire/summary.h"
#include "wire/udp.h"

struct tree {
	GString *path, *text;
};

static void tree_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)title, (void)offset, (void)len;
	g_string_append_printf(t->path, "%s%s", t->path->len ? "." : "", name);
	g_string_append_printf(t->text, "%s\n", t->path->str);
}

static void tree_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	struct tree *t = ctx;

	(void)offset, (void)len;
	g_string_append_printf(t->text, "%s.%s = %s\n", t->path->str, name, value);
}

static void tree_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	struct tree *t = ctx;

	(void)text;
	g_string_append_printf(t->text, "! %s at %u\n", id, offset);
}

static void tree_close(void *ctx)
{
	struct tree *t = ctx;
	const char *dot = strrchr(t->path->str, '.');

	g_string_truncate(t->path, dot ? (gsize)(dot - t->path->str) : 0);
}

struct shown {
	struct tree t;
	struct wire_printer pr;
};

static void show_start(struct shown *s)
{
	s->t = (struct tree){ g_string_new(NULL), g_string_new(NULL) };
	s->pr = (struct wire_printer){ tree_open, tree_field, tree_note, tree_close, &s->t };
}

/* Each line must be there, in this order. */
static void show_end(struct shown *s, const char *const *lines)
{
	const char *at = s->t.text->str;

	CU_ASSERT_EQUAL(s->t.path->len, 0);
	for (; *lines; lines++) {
		char *line = g_strdup_printf("%s\n", *lines);
		const char *found = strstr(at, line);

		if (!found) {
			g_printerr("not shown (in this order): %s\n%s", *lines, s->t.text->str);
			CU_FAIL("a line is missing");
		} else {
			at = found + strlen(line);
		}
		g_free(line);
	}
	g_string_free(s->t.path, TRUE);
	g_string_free(s->t.text, TRUE);
}

static void shows(const char *hex, const char *const *lines)
{
	struct shown s;
	size_t n;
	uint8_t *p = octets_of(hex, &n);

	show_start(&s);
	ike_print(p, n, &s.pr, 42);
	show_end(&s, lines);
	g_free(p);
}

static void shows_inside(unsigned first, const char *hex, const char *const *lines)
{
	struct shown s;
	size_t n;
	uint8_t *p = octets_of(hex, &n);

	show_start(&s);
	ike_print_payloads((uint8_t)first, p, n, &s.pr, 0);
	show_end(&s, lines);
	g_free(p);
}

static void an_init_request_is_shown(void)
{
	shows(IKE_INIT_HEX, (const char *const[]){
		"ike.initiator-spi = 0x1122334455667788", "ike.responder-spi = 0x0000000000000000",
		"ike.next-payload = 33 (SA)", "ike.version = 0x20", "ike.exchange-type = 34 (IKE_SA_INIT)",
		"ike.flags = I", "ike.message-id = 0", "ike.length = 116", "ike.sa.next-payload = 34 (KE)",
		"ike.sa.proposal.number = 1", "ike.sa.proposal.protocol = 1 (IKE)", "ike.sa.proposal.spi = -",
		"ike.sa.proposal.transforms = 4", "ike.sa.proposal.transform.type = 1 (ENCR)",
		"ike.sa.proposal.transform.id = 12 (AES_CBC)", "ike.sa.proposal.transform.key-length = 128 bits",
		"ike.sa.proposal.transform.type = 2 (PRF)", "ike.sa.proposal.transform.id = 5 (HMAC_SHA2_256)",
		"ike.sa.proposal.transform.id = 12 (HMAC_SHA2_256_128)",
		"ike.sa.proposal.transform.id = 14 (MODP_2048)", "ike.ke.group = 14 (MODP_2048)",
		"ike.ke.data = deadbeef", "ike.nonce.data = 000102030405060708090a0b0c0d0e0f",
		"ike.notify.type = 16406 (REDIRECT_SUPPORTED)", NULL });
}

static void inner_payloads_are_shown(void)
{
	shows_inside(IKE_INNER_FIRST, IKE_INNER_HEX, (const char *const[]){
		"idi.type = 3 (RFC822_ADDR)", "idi.identity = 0a@b", "idr.type = 2 (FQDN)", "idr.identity = net",
		"cp.type = 1 (CFG_REQUEST)", "cp.attribute.type = 16 (MIP6_HOME_PREFIX)", "cp.attribute.length = 0",
		"cp.attribute.type = 10 (INTERNAL_IP6_DNS)", "sa.proposal.protocol = 3 (ESP)",
		"sa.proposal.spi = c0ffee01", "sa.proposal.transform.id = 0 (no extended sequence numbers)",
		"tsi.selector.type = 8 (IPV6_ADDR_RANGE)", "tsi.selector.protocol = 135",
		"tsi.selector.start-mh-type = 5", "tsi.selector.end-mh-type = 5", "tsi.selector.start-port = 1280",
		"tsi.selector.end-address = 2001:db8::ff", "tsr.selector.end-address = 10.255.255.255",
		"notify.type = 16390 (COOKIE)", "notify.data = abcdef", "delete.spis = 2", "delete.spi = 00000101",
		"delete.spi = 00000102", NULL });
}

/* Values of attributes and notifies that have a form of their own. */
static void values_are_shown(void)
{
	shows_inside(IKE_P_CP, "00 00 006b 02 000000 0010 0015 00000e10 20010db8000a00000000000000000000 40 "
		"0001 0004 0a000005 0008 0011 20010db8000a00000000000000000001 40 "
		"0013 0014 20010db8000f00000000000000000001 c0000201 0007 0002 7631 "
		"0019 0001 ff 0010 0002 0102 7fff 0000", (const char *const[]){
		"cp.attribute.lifetime = 3600 s", "cp.attribute.prefix = 2001:db8:a::", "cp.attribute.prefix-length = 64",
		"cp.attribute.address = 10.0.0.5", "cp.attribute.address = 2001:db8:a::1",
		"cp.attribute.prefix-length = 64", "cp.attribute.type = 19 (HOME_AGENT_ADDRESS)",
		"cp.attribute.address = 2001:db8:f::1", "cp.attribute.ip4-address = 192.0.2.1",
		"cp.attribute.version = v1", "cp.attribute.type = 25", "cp.attribute.value = ff",
		"cp.attribute.value = 0102", "cp.attribute.type = 32767", NULL });
	shows_inside(IKE_P_NOTIFY, "29 00 000e 00 00 4017 0104 c0000201  29 00 000d 00 00 4018 0303 61622e "
		"29 00 000a 00 00 0011 0013  29 00 000e 00 00 402f 0002 0003 0009  29 00 0009 00 00 0001 63 "
		"29 00 000a 00 00 4017 0104  00 00 0008 00 00 9999", (const char *const[]){
		"notify.gw-type = 1 (IPv4)", "notify.gw-identity = 192.0.2.1", "notify.gw-type = 3 (FQDN)",
		"notify.gw-identity = ab.", "notify.group = 19 (ECP_256)", "notify.hashes = SHA2-256,SHA2-384,9",
		"notify.payload-type = 99", "notify.data = 0104", "notify.type = 39321", "! ike-redirect at 22",
		"! ike-redirect at 68", NULL });
	shows_inside(IKE_P_IDI, "24 00 000c 01 000000 c0000201  27 00 000a 0b 000000 0102 "
		"27 00 0010 0e 000000 01 05 000102030405  30 00 0009 02 000000 aa  30 00 000c 01020008 17010000 "
		"25 00 0008 03020004  00 00 0006 04 30", (const char *const[]){
		"idi.identity = 192.0.2.1", "idr.type = 11 (KEY_ID)", "idr.identity = 0102",
		"auth.method = 14 (digital signature)", "auth.algorithm = 05", "auth.signature = 000102030405",
		"auth.method = 2 (shared key message integrity code)", "auth.data = aa", "eap-payload.eap.code = 1 (Request)",
		"eap-payload.eap.subtype = 1 (AKA-Challenge)", "eap-payload.eap.code = 3 (Success)",
		"cert.encoding = 4 (X.509 certificate - signature)", "cert.data = 30", NULL });
}

static void what_cannot_be_read_is_shown_as_octets(void)
{
	shows_inside(IKE_P_KE, "63 80 0007 000e 00  00 80 0006 abcd", (const char *const[]){
		"ke.octets = 000e00", "payload-unknown.payload-type = 99", "payload-unknown.critical = C",
		"payload-unknown.data = abcd", "! ike-payload-unknown at 7", "! ike-body-short at 7", NULL });
	shows("1122334455667788 0000000000000000 01 10 02 00 00000000 0000001c", (const char *const[]){
		"ike.version = 0x10", "ike.exchange-type = 2", "! ike-version at 59", NULL });
	shows("112233", (const char *const[]){ "ike", "! ike-short at 45", NULL });
	shows("1122334455667788 0000000000000001 2e 20 25 20 00000007 00000026 2a 00 000a 010203040506",
	      (const char *const[]){ "ike.flags = R", "ike.sk.next-payload = 42 (D)", "ike.sk.encrypted-length = 6",
				     "ike.sk.encrypted = 010203040506", NULL });
}

static void line_is(const char *hex, const char *want)
{
	char buf[300];
	struct text t = text_on(buf, sizeof buf);
	struct ike_msg m;
	size_t n;
	uint8_t *p = octets_of(hex, &n);

	ike_decode(p, n, &m, NULL);
	CU_ASSERT_EQUAL(ike_summary(&m, &t), strlen(want));
	CU_ASSERT_STRING_EQUAL(buf, want);
	g_free(p);
}

static void the_line_of_ladders(void)
{
	char buf[300];
	struct text t = text_on(buf, sizeof buf);
	struct ike_msg m;
	size_t n;
	uint8_t *p = octets_of(IKE_INNER_HEX, &n);

	line_is(IKE_INIT_HEX, "IKE_SA_INIT request mid 0 SA KE No N(REDIRECT_SUPPORTED)");
	line_is("1122334455667788 0000000000000001 2e 20 25 20 00000007 00000026 2a 00 000a 010203040506",
		"INFORMATIONAL response mid 7 SK{6}");
	line_is("1122334455667788 0000000000000001 35 20 23 08 00000001 00000024 00 00 0008 00020003",
		"IKE_AUTH request mid 1 SKF{2/3}");
	line_is("1122334455667788 0000000000000001 29 20 63 08 00000001 0000002c 63 00 0008 00 00 9999 "
		"00 00 0004 0000", "IKE exchange 99 request mid 1 N(39321) P(99)");
	line_is("1122334455667788 0000000000000001 22 20 22 08 00000000 00000020 00 00 0004",
		"IKE_SA_INIT request mid 0 bad(34)");
	line_is("1122334455667788 0000000000000000 01 10 02 00 00000000 0000001c", "IKEv1");
	line_is("1122", "IKE");
	line_is("1122334455667788 0000000000000001 30 20 23 20 00000002 00000030 30 00 000c 01020008 17010000 "
		"00 00 0008 03020004", "IKE_AUTH response mid 2 EAP-Request/AKA-Challenge EAP-Success");
	ike_decode_payloads(IKE_INNER_FIRST, p, n, &m, NULL);
	ike_summary_payloads(&m, &t);
	CU_ASSERT_STRING_EQUAL(buf, " IDi IDr CP(CFG_REQUEST) SA TSi TSr N(COOKIE) D(ESP 0x00000101 0x00000102)");
	g_free(p);
}

static void numbers_have_the_names_of_the_registry(void)
{
	static const struct { enum ike_space space; unsigned value; const char *name; } some[] = {
		{ IKE_SPACE_EXCHANGE, 34, "IKE_SA_INIT" }, { IKE_SPACE_PAYLOAD, 53, "SKF" },
		{ IKE_SPACE_PROTOCOL, 3, "ESP" }, { IKE_SPACE_TRANSFORM_TYPE, 5, "ESN" },
		{ IKE_SPACE_ENCR, 20, "AES_GCM_16" }, { IKE_SPACE_PRF, 2, "HMAC_SHA1" },
		{ IKE_SPACE_INTEG, 12, "HMAC_SHA2_256_128" }, { IKE_SPACE_DH, 31, "CURVE25519" },
		{ IKE_SPACE_ESN, 1, "extended sequence numbers" }, { IKE_SPACE_ID, 3, "RFC822_ADDR" },
		{ IKE_SPACE_CERT, 4, "X.509 certificate - signature" }, { IKE_SPACE_AUTH, 14, "digital signature" },
		{ IKE_SPACE_HASH, 2, "SHA2-256" }, { IKE_SPACE_NOTIFY, 16428, "IFOM_CAPABILITY" },
		{ IKE_SPACE_NOTIFY, 42, "USE_ASSIGNED_HoA" }, { IKE_SPACE_TS, 8, "IPV6_ADDR_RANGE" },
		{ IKE_SPACE_CP, 2, "CFG_REPLY" }, { IKE_SPACE_CP_ATTR, 16, "MIP6_HOME_PREFIX" },
		{ IKE_SPACE_GW, 3, "FQDN" }, { IKE_SPACE_INTEG, 0, "NONE" },
		{ IKE_SPACE_NOTIFY, IKE_N_PDN_IDENTIFIER, "PDN_IDENTIFIER" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(some); i++)
		CU_ASSERT_EQUAL(g_strcmp0(ike_name(some[i].space, some[i].value), some[i].name), 0);
	for (unsigned space = 0; space < IKE_SPACE_N; space++)
		CU_ASSERT_PTR_NULL(ike_name((enum ike_space)space, 60000));
	CU_ASSERT_PTR_NULL(ike_name(IKE_SPACE_N, 1));
	CU_ASSERT_TRUE(ike_transform_space(4) == IKE_SPACE_DH && ike_transform_space(9) == IKE_SPACE_N);
}

/* ---- in packets ---- */

/* An IPv4 packet with UDP between these ports. */
static size_t in_udp(uint16_t sport, uint16_t dport, const char *hex, uint8_t *out)
{
	static const struct ip4_addr a = { { 192, 0, 2, 1 } }, b = { { 192, 0, 2, 2 } };
	static const uint8_t ip[20] = { 0x45, [8] = 64, 17, [12] = 192, 0, 2, 1, 192, 0, 2, 2 };
	size_t n;
	uint8_t *p = octets_of(hex, &n);

	memcpy(out, ip, 20);
	memcpy(out + 28, p, n);
	g_free(p);
	udp_push4(out + 28, 28, sport, dport, a, b, n);
	store16(out + 2, (uint16_t)(28 + n));
	store16(out + 10, csum_fold(csum_add(0, out, 20)));
	return 28 + n;
}

static const struct packet { uint16_t sport, dport; const char *hex, *line, *shown; bool good; } packets[] = {
	{ 500, 500, IKE_INIT_HEX, "IKE_SA_INIT request mid 0 SA KE No N(REDIRECT_SUPPORTED)", "ip4.udp.ike.message-id = 0",
	  true },
	{ 40000, 500, "00", "IKE (ike-short)", "! ike-short at 29", false },
	{ 40000, 4500, "00000000" IKE_INIT_HEX, "IKE_SA_INIT request mid 0 SA KE No N(REDIRECT_SUPPORTED)",
	  "ip4.udp.ike.message-id = 0", true },
	{ 4500, 40000, "01020304 00000007 aabb", "ESP spi 0x01020304 seq 7", "ip4.udp.esp.spi = 0x01020304", true },
	{ 4500, 40000, "01020304 00", "ESP (esp-short)", "! esp-short at 28", false },
	{ 4500, 4500, "ff", "NAT keepalive", "ip4.udp.nat-keepalive", true },
	{ 4500, 4500, "0000", "UDP 4500 > 4500 len 2", "! udp-encapsulation at 28", false },
	{ 500, 500, "1122334455667788 0000000000000000 01 10 02 00 00000000 0000001c", "IKEv1 (ike-version)",
	  "ip4.udp.ike.version = 0x10", true },
};

static void ports_500_and_4500_are_followed(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
		const struct packet *k = &packets[i];
		char buf[300];
		struct text t = text_on(buf, sizeof buf);
		uint8_t out[300];
		size_t n = in_udp(k->sport, k->dport, k->hex, out);
		struct shown s;

		summary(WIRE_LINK_IP4, out, n, &t);
		CU_ASSERT_STRING_EQUAL(buf, k->line);
		show_start(&s);
		CU_ASSERT_EQUAL(dissect(WIRE_LINK_IP4, out, n, &s.pr), k->good);
		show_end(&s, (const char *const[]){ k->shown, NULL });
	}
}

static void frames_lend_their_ike_and_esp(void)
{
	uint8_t out[300];
	struct frame_view v;
	uint32_t len = 0;
	size_t n = in_udp(4500, 4500, "00000000" IKE_INIT_HEX, out);

	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v));
	CU_ASSERT_TRUE(frame_ike(&v, &len) == out + 32 && len == 116 && !frame_esp(&v, &len));
	n = in_udp(500, 500, IKE_INIT_HEX, out);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v));
	CU_ASSERT_TRUE(frame_ike(&v, &len) == out + 28 && len == 116 && !frame_esp(&v, &len));
	out[6] = 0x20;					/* a fragment: nothing is said about it */
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v) && !frame_ike(&v, &len));
	n = in_udp(4500, 4501, "01020304 00000007 aabb", out);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v));
	CU_ASSERT_TRUE(frame_esp(&v, &len) == out + 28 && len == 10 && !frame_ike(&v, &len));
	out[9] = 50;
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v));
	CU_ASSERT_TRUE(frame_esp(&v, &len) == out + 20 && len == 18 && !frame_ike(&v, &len));
	n = in_udp(5000, 5001, IKE_INIT_HEX, out);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v) && !frame_ike(&v, &len) && !frame_esp(&v, &len));
	out[25] = 3;					/* a UDP length below its header's */
	store16(out + 20, 500);
	CU_ASSERT_TRUE(frame_view_make(WIRE_LINK_IP4, out, n, &v) && v.fault.reason && !frame_ike(&v, &len));
}

static const struct harness_test tests[] = {
	{ "an IKE_SA_INIT request is shown", an_init_request_is_shown },
	{ "inner payloads are shown", inner_payloads_are_shown },
	{ "values are shown", values_are_shown },
	{ "what cannot be read is shown as octets", what_cannot_be_read_is_shown_as_octets },
	{ "the line of ladders", the_line_of_ladders },
	{ "numbers have the names of the registry", numbers_have_the_names_of_the_registry },
	{ "ports 500 and 4500 are followed", ports_500_and_4500_are_followed },
	{ "frames lend their IKE and ESP", frames_lend_their_ike_and_esp },
};

int main(int argc, char **argv)
{
	return harness_main("wire_ike_print", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diameter: what is written reads back, groups nest, hostile counts and depths end, and refusals have their codes. */
#include <string.h>

#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/diameter.h"

static size_t request(uint8_t *buf, size_t cap, uint32_t leave_out, uint32_t twice)
{
	static const struct { uint32_t id; const char *text; } texts[] = {
		{ AVP_SESSION_ID, "ha.example;1;2" }, { AVP_ORIGIN_HOST, "ha.example" }, { AVP_ORIGIN_REALM, "example" },
		{ AVP_DESTINATION_REALM, "aaa.example" },
	};
	struct diam_writer w;

	diam_w_begin(&w, buf, cap, DIAM_F_REQUEST | DIAM_F_PROXIABLE, DIAM_STR, DIAM_APP_S6B, 5, 6);
	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (texts[i].id != leave_out)
			diam_w_text(&w, texts[i].id, texts[i].text);
		if (texts[i].id == twice)
			diam_w_text(&w, texts[i].id, texts[i].text);
	}
	if (leave_out != AVP_AUTH_APPLICATION_ID)
		diam_w_u32(&w, AVP_AUTH_APPLICATION_ID, DIAM_APP_S6B);
	if (leave_out != AVP_TERMINATION_CAUSE)
		diam_w_u32(&w, AVP_TERMINATION_CAUSE, 1);
	return diam_w_end(&w);
}

static uint32_t verdict(const uint8_t *p, size_t n, const struct diam_avp **failed, uint32_t *missing)
{
	static struct diam_msg m;		/* outlives the call: *failed lies in it */
	struct fault fault;

	if (!diam_decode(p, n, &m, &fault, NULL))
		return 0;
	return diam_check(&m, failed, missing);
}

static void what_is_missing_or_twice_is_told(void)
{
	static const uint32_t wanted[] = { AVP_SESSION_ID, AVP_ORIGIN_HOST, AVP_ORIGIN_REALM, AVP_DESTINATION_REALM,
					   AVP_AUTH_APPLICATION_ID, AVP_TERMINATION_CAUSE };
	const struct diam_avp *failed;
	uint8_t buf[512];
	uint32_t missing;

	CU_ASSERT_EQUAL(verdict(buf, request(buf, sizeof buf, 0, 0), &failed, &missing), DIAM_SUCCESS);
	for (unsigned i = 0; i < G_N_ELEMENTS(wanted); i++) {
		CU_ASSERT_EQUAL(verdict(buf, request(buf, sizeof buf, wanted[i], 0), &failed, &missing), DIAM_MISSING_AVP);
		CU_ASSERT_TRUE(missing == wanted[i] && !failed);
	}
	CU_ASSERT_EQUAL(verdict(buf, request(buf, sizeof buf, 0, AVP_ORIGIN_HOST), &failed, &missing), DIAM_AVP_TOO_OFTEN);
	CU_ASSERT_TRUE(failed && failed->id == AVP_ORIGIN_HOST && failed->at > 40);
}

/* `at`: the pair that fails, from the first one's beginning */
static const struct { const char *pair; uint32_t code, at; } refused[] = {
	{ "0000270f 4000000c 00000001", DIAM_AVP_UNSUPPORTED, 0 },		/* nobody's, with M */
	{ "0000270f c0000010 00000009 00000001", DIAM_AVP_UNSUPPORTED, 0 },
	{ "0000270f 0000000c 00000001", DIAM_SUCCESS, 0 },			/* and without */
	{ "0000270f 80000010 00000009 00000001", DIAM_SUCCESS, 0 },
	{ "00000116 4000000b 00000100", DIAM_INVALID_AVP_LENGTH, 0 },
	{ "00000108 40000008", DIAM_INVALID_AVP_LENGTH, 0 },
	{ "00000101 4000000d 00010102 03000000", DIAM_INVALID_AVP_VALUE, 0 },
	{ "00000001 4100000c 61626364", DIAM_INVALID_AVP_BITS, 0 },
	/* in a group that is known; but not what is quoted there, or an agent's own */
	{ "000001e6 40000014 0000270f 4000000c 00000001", DIAM_AVP_UNSUPPORTED, 8 },
	{ "000001e6 40000014 0000270f 0000000c 00000001", DIAM_SUCCESS, 0 },
	{ "00000117 40000010 00000108 40000008", DIAM_SUCCESS, 0 },
	{ "00000117 40000014 0000270f 4000000c 00000001", DIAM_SUCCESS, 0 },
	{ "0000011c 40000014 0000270f 4000000c 00000001", DIAM_SUCCESS, 0 },
};

static void pairs_that_may_not_stand_are_refused(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(refused); i++) {
		const struct diam_avp *failed;
		uint8_t buf[512];
		uint32_t missing;
		size_t n = request(buf, sizeof buf, 0, 0), more;
		uint8_t *pair = octets_of(refused[i].pair, &more);

		memcpy(buf + n, pair, more);
		store16(buf + 2, (uint16_t)(n + more));
		CU_ASSERT_EQUAL(verdict(buf, n + more, &failed, &missing), refused[i].code);
		CU_ASSERT_TRUE(refused[i].code == DIAM_SUCCESS ? !failed : failed && failed->at == n + refused[i].at);
		g_free(pair);
	}
}

/* What cannot be read is told by its place, and quoted by its header with data as short as can be [RFC 6733 7.1.5]. */
static const struct { const char *pair, *reason, *quoted; } cut[] = {
	{ "00000108 40000007", "diam-avp-length", "00000108 40000008" },
	{ "00000108 4000000d 61626364", "diam-avp-short", "00000108 40000008" },
	{ "00000112 400000ff 00000001", "diam-avp-short", "00000112 4000000c 00000000" },
	{ "00000112 c000000c", "diam-avp-short", "00000112 c0000010 00000000 00000000" },
	{ "00000101 400000ff", "diam-avp-short", "00000101 4000000e 00000000 00000000" },
	{ "0000007c 40000003", "diam-avp-length", "0000007c 40000010 00000000 00000000" },
	{ "00000108", "diam-avp-short", "00000108 00000008" },
};

static void what_cannot_be_read_is_quoted(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(cut); i++) {
		uint8_t buf[512], out[64];
		size_t n = request(buf, sizeof buf, 0, 0), more, length, quoted;
		uint8_t *pair = octets_of(cut[i].pair, &more), *wanted = octets_of(cut[i].quoted, &length);
		struct diam_writer w;
		struct fault fault;
		struct diam_msg m;

		memcpy(buf + n, pair, more);
		store16(buf + 2, (uint16_t)(n + more));
		CU_ASSERT_FALSE(diam_decode(buf, n + more, &m, &fault, NULL));
		CU_ASSERT_STRING_EQUAL(fault.reason, cut[i].reason);
		CU_ASSERT_EQUAL(fault.offset, n);
		CU_ASSERT_TRUE(m.command == DIAM_STR && m.hop == 5 && m.n == 6);
		diam_w_begin(&w, out, sizeof out, 0, DIAM_STR, 0, 0, 0);
		diam_w_header(&w, buf + fault.offset, n + more - fault.offset);
		quoted = diam_w_end(&w) - DIAM_HEADER;
		CU_ASSERT_TRUE(quoted == length && !memcmp(out + DIAM_HEADER, wanted, length));
		g_free(pair);
		g_free(wanted);
	}
}

static void a_command_of_nobody_is_unsupported(void)
{
	const struct diam_avp *failed;
	struct diam_writer w;
	uint8_t buf[64];
	uint32_t missing;

	diam_w_begin(&w, buf, sizeof buf, DIAM_F_REQUEST, 999, 0, 1, 1);
	CU_ASSERT_EQUAL(verdict(buf, diam_w_end(&w), &failed, &missing), DIAM_COMMAND_UNSUPPORTED);
	diam_w_begin(&w, buf, sizeof buf, DIAM_F_ERROR, 999, 0, 1, 1);	/* the answer to one says why */
	diam_w_text(&w, AVP_ORIGIN_HOST, "a");
	diam_w_text(&w, AVP_ORIGIN_REALM, "b");
	diam_w_u32(&w, AVP_RESULT_CODE, DIAM_COMMAND_UNSUPPORTED);
	CU_ASSERT_EQUAL(verdict(buf, diam_w_end(&w), &failed, &missing), DIAM_SUCCESS);
}

static void values_read_back(void)
{
	struct ip6_addr a6, a4 = ip6_mapped((struct ip4_addr){ { 192, 0, 2, 7 } }), got;
	struct ip6_prefix p, back;
	const struct diam_avp *group, *inner, *at;
	struct diam_writer w;
	struct wire_diags d = { 0 };
	struct fault fault;
	struct diam_msg m;
	uint8_t buf[512];
	uint64_t v = 0;
	uint8_t small[512];
	char text[16];

	ip6_parse("2001:db8::1", &a6);
	ip6_prefix_parse("2001:db8:a::/64", &p);
	diam_w_begin(&w, buf, sizeof buf, 0, DIAM_DER, DIAM_APP_SWM, 1, 2);
	diam_w_open(&w, AVP_MIP6_AGENT_INFO);
	diam_w_address(&w, AVP_MIP_HOME_AGENT_ADDRESS, &a6);
	diam_w_address(&w, AVP_MIP_HOME_AGENT_ADDRESS, &a4);
	diam_w_open(&w, AVP_MIP_HOME_AGENT_HOST);
	diam_w_text(&w, AVP_DESTINATION_HOST, "ha2");
	diam_w_close(&w);
	diam_w_prefix6(&w, AVP_MIP6_HOME_LINK_PREFIX, &p);
	diam_w_close(&w);
	diam_w_u64(&w, AVP_MIP6_FEATURE_VECTOR, UINT64_C(0x10000000003));
	CU_ASSERT_TRUE(diam_decode(buf, diam_w_end(&w), &m, &fault, &d) && !d.n);
	group = diam_find(&m, NULL, AVP_MIP6_AGENT_INFO);
	CU_ASSERT_PTR_NOT_NULL_FATAL(group);
	CU_ASSERT_PTR_NULL(diam_find(&m, NULL, AVP_MIP_HOME_AGENT_ADDRESS));
	at = diam_find(&m, group, AVP_MIP_HOME_AGENT_ADDRESS);
	CU_ASSERT_TRUE(diam_address(at, &got) && ip6_eq(&got, &a6));
	at = diam_next(&m, at);
	CU_ASSERT_TRUE(diam_address(at, &got) && ip6_eq(&got, &a4) && !diam_next(&m, at));
	inner = diam_find(&m, group, AVP_MIP_HOME_AGENT_HOST);
	CU_ASSERT_TRUE(diam_text(diam_find(&m, inner, AVP_DESTINATION_HOST), text, sizeof text) && !strcmp(text, "ha2"));
	CU_ASSERT_FALSE(diam_text(diam_find(&m, inner, AVP_DESTINATION_HOST), text, 3));
	CU_ASSERT_TRUE(diam_prefix6(diam_find(&m, group, AVP_MIP6_HOME_LINK_PREFIX), &back) && ip6_prefix_eq(&p, &back));
	CU_ASSERT_TRUE(diam_u64(diam_find(&m, NULL, AVP_MIP6_FEATURE_VECTOR), &v) && v == UINT64_C(0x10000000003));
	for (size_t room = 0; room < writer_len(&w.w); room++)
		CU_ASSERT_EQUAL(diam_encode(&m, small, room), 0);
}

static void too_many_and_too_deep_end(void)
{
	struct wire_diags d = { 0 };
	struct diam_writer w;
	struct fault fault;
	struct diam_msg m;
	uint8_t buf[8192];

	diam_w_begin(&w, buf, sizeof buf, 0, DIAM_DWR, 0, 1, 2);
	for (unsigned i = 0; i <= DIAM_AVPS_MAX; i++)
		diam_w_u32(&w, AVP_ORIGIN_STATE_ID, i);
	CU_ASSERT_FALSE(diam_decode(buf, diam_w_end(&w), &m, &fault, NULL));
	CU_ASSERT_STRING_EQUAL(fault.reason, "diam-many");
	CU_ASSERT_EQUAL(m.n, DIAM_AVPS_MAX);
	diam_w_begin(&w, buf, sizeof buf, 0, DIAM_DWR, 0, 1, 2);
	for (unsigned i = 0; i < DIAM_DEPTH_MAX; i++)
		diam_w_open(&w, AVP_FAILED_AVP);
	diam_w_u32(&w, AVP_ORIGIN_STATE_ID, 1);
	for (unsigned i = 0; i < DIAM_DEPTH_MAX; i++)
		diam_w_close(&w);
	CU_ASSERT_TRUE(diam_decode(buf, diam_w_end(&w), &m, &fault, &d));
	CU_ASSERT_TRUE(d.n == 1 && !strcmp(d.d[0].id, "diam-deep") && m.n == DIAM_DEPTH_MAX);
}

static void names(void)
{
	CU_ASSERT_STRING_EQUAL(diam_command_name(DIAM_DER, true), "DER");
	CU_ASSERT_STRING_EQUAL(diam_command_name(DIAM_AAR, false), "AAA");
	CU_ASSERT_PTR_NULL(diam_command_name(1, true));
	CU_ASSERT_STRING_EQUAL(diam_result_name(3002), "DIAMETER_UNABLE_TO_DELIVER");
	CU_ASSERT_PTR_NULL(diam_result_name(1));
	for (uint32_t id = 0; id < 600; id++)
		CU_ASSERT_TRUE(!diam_row(id) || diam_row(id)->id == id);
	CU_ASSERT_STRING_EQUAL(diam_row(AVP_OWN_POLICY)->name, "Own-Policy");
	CU_ASSERT_STRING_EQUAL(diam_row(AVP_USER_NAME)->name, "User-Name");
}

static const struct harness_test tests[] = {
	{ "what is missing or twice is told", what_is_missing_or_twice_is_told },
	{ "pairs that may not stand are refused", pairs_that_may_not_stand_are_refused },
	{ "what cannot be read is quoted", what_cannot_be_read_is_quoted },
	{ "a command of nobody is unsupported", a_command_of_nobody_is_unsupported },
	{ "values read back", values_read_back },
	{ "too many and too deep end", too_many_and_too_deep_end },
	{ "names", names },
};

int main(int argc, char **argv)
{
	return harness_main("wire-diameter", tests, G_N_ELEMENTS(tests), argc, argv);
}

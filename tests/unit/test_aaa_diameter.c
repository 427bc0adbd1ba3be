/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AAA interface in Diameter's octets: each message says on the far side what was meant here, satisfies its grammar,
 * and what others leave out or refuse has a meaning.
 */
#include <string.h>

#include "proto/aaa_diameter.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

static const struct aaa_diameter_ends home = { .host = "ha.a", .realm = "a", .to_host = NULL, .to_realm = "b",
					       .app = DIAM_APP_S6B, .state_id = 9 };
static const struct aaa_diameter_ends server = { .host = "s.b", .realm = "b", .to_host = "ha.a", .to_realm = "a",
						 .app = DIAM_APP_S6B };
static const char nai[] = "0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org";

static void decode(const uint8_t *p, size_t n, struct diam_msg *m)
{
	const struct diam_avp *failed;
	struct wire_diags d = { 0 };
	struct fault fault;
	uint32_t missing;

	CU_ASSERT_TRUE_FATAL(n && diam_decode(p, n, m, &fault, &d));
	CU_ASSERT_TRUE(!d.n && diam_check(m, &failed, &missing) == DIAM_SUCCESS);
}

static struct aaa_request request(void)
{
	struct aaa_request q = { .nai = (const uint8_t *)nai, .nai_len = sizeof nai - 1, .apn = "internet",
				 .no_redirect = true, .home_agent4 = { { 192, 0, 2, 1 } } };

	ip6_parse("2001:db8:f::1", &q.home_agent6);
	return q;
}

static void requests_arrive_as_meant(void)
{
	struct aaa_request q = request();
	struct aaa_diameter_request in;
	struct diam_msg m;
	uint8_t buf[2048];

	decode(buf, aaa_diameter_ask(buf, sizeof buf, &home, "ha.a;1;2", &q, true), &m);
	CU_ASSERT_TRUE(aaa_diameter_read_request(&m, &in));
	CU_ASSERT_TRUE(m.command == DIAM_DER && in.q.nai_len == q.nai_len && !memcmp(in.q.nai, nai, q.nai_len));
	CU_ASSERT_TRUE(!strcmp(in.q.apn, "internet") && in.q.no_redirect && !in.q.second && !in.q.authorise);
	CU_ASSERT_TRUE(ip6_eq(&in.q.home_agent6, &q.home_agent6) && ip4_eq(in.q.home_agent4, q.home_agent4));
	/* IDi stands for the identity [RFC 4072 2.2] */
	CU_ASSERT_TRUE(in.q.eap_len == 5 + q.nai_len && in.q.eap[0] == EAP_RESPONSE && in.q.eap[4] == EAP_IDENTITY);
	CU_ASSERT_TRUE(!memcmp(in.q.eap + 5, nai, q.nai_len));
	q.second = true;
	q.eap = (const uint8_t *)"\2\1\0\6\4\0";
	q.eap_len = 6;
	decode(buf, aaa_diameter_ask(buf, sizeof buf, &home, "ha.a;1;2", &q, false), &m);
	CU_ASSERT_TRUE(aaa_diameter_read_request(&m, &in) && in.q.second && in.q.eap_len == 6);
	CU_ASSERT_TRUE(ip6_is_zero(&in.q.home_agent6));		/* told once */
	q.authorise = true;
	decode(buf, aaa_diameter_ask(buf, sizeof buf, &home, "ha.a;1;2", &q, true), &m);
	CU_ASSERT_TRUE(m.command == DIAM_AAR && aaa_diameter_read_request(&m, &in) && in.q.authorise && !in.q.eap_len);
	decode(buf, aaa_diameter_end(buf, sizeof buf, &home, "ha.a;1;2", nai, AAA_USER_MOVED), &m);
	CU_ASSERT_EQUAL(m.command, DIAM_STR);
	for (size_t room = 0; room < 200; room++)
		CU_ASSERT_EQUAL(aaa_diameter_ask(buf, room, &home, "ha.a;1;2", &q, true), 0);
}

/* The answer to a DER or AAR of ours, read again. */
static void answered(bool authorise, const struct aaa_answer *a, struct aaa_diameter_answer *out, struct diam_msg *m)
{
	static uint8_t buf[4096];
	struct aaa_request q = request();
	size_t n;

	q.authorise = authorise;
	decode(buf, aaa_diameter_ask(buf, sizeof buf, &home, "ha.a;1;2", &q, true), m);
	m->hop = 77;
	n = aaa_diameter_answer(buf + 2048, 2048, &server, m, a);
	decode(buf + 2048, n, m);
	CU_ASSERT_TRUE(m->hop == 77 && !(m->flags & DIAM_F_REQUEST) && m->flags & DIAM_F_PROXIABLE);
	aaa_diameter_read_answer(m, "internet", out);
}

static void a_grant_arrives_whole(void)
{
	static const uint8_t msk[64] = { 1, 2, 3 }, success[] = { 3, 1, 0, 4 };
	struct aaa_apn apn = { .name = "corp", .ip4 = AAA_IP4_STATIC, .ip4_address = { { 192, 0, 2, 9 } },
			       .external = true, .session_timeout = 3600, .pmip = { .timestamp = true } };
	struct aaa_answer a = { .result = AAA_SUCCESS, .eap = success, .eap_len = 4, .msk = msk, .msk_len = 64, .apn = &apn,
				.target = { .when = AAA_HA_SWITCH, .a4 = { { 192, 0, 2, 2 } }, .fqdn = "ha2.a" } };
	struct aaa_diameter_answer in;
	struct diam_msg m;

	imsi_parse("001010123456789", 15, 2, &a.imsi);
	ip6_prefix_parse("2001:db8:a::/64", &apn.hnp);
	answered(false, &a, &in, &m);
	CU_ASSERT_TRUE(in.a.result == AAA_SUCCESS && in.a.eap_len == 4 && in.a.msk_len == 64 && !memcmp(in.a.msk, msk, 64));
	CU_ASSERT_TRUE(imsi_same(in.a.imsi, a.imsi) && in.a.apn == &in.apn && !strcmp(in.apn.name, "corp"));
	CU_ASSERT_TRUE(ip6_prefix_eq(&in.apn.hnp, &apn.hnp) && in.apn.ip4 == AAA_IP4_STATIC && in.apn.external);
	CU_ASSERT_TRUE(ip4_eq(in.apn.ip4_address, apn.ip4_address) && in.apn.session_timeout == 3600);
	CU_ASSERT_TRUE(in.a.target.when == AAA_HA_SWITCH && ip4_eq(in.a.target.a4, a.target.a4));
	CU_ASSERT_STRING_EQUAL(in.a.target.fqdn, "ha2.a");
	apn = (struct aaa_apn){ .name = "corp", .ip4 = AAA_IP4_NONE, .pmip = { .timestamp = true } };
	a.target = (struct aaa_target){ .when = AAA_NEVER };
	answered(false, &a, &in, &m);
	CU_ASSERT_TRUE(in.apn.ip4 == AAA_IP4_NONE && !in.apn.hnp.len && !in.apn.external && in.a.target.when == AAA_NEVER);
	CU_ASSERT_PTR_NULL(diam_find(&m, NULL, AVP_OWN_DETAIL));	/* nothing that others would not know */
}

static void a_profile_of_pmipv6_arrives_whole(void)
{
	struct aaa_apn apn = { .name = "internet" };
	struct aaa_pmip_policy *p = &apn.pmip;
	struct aaa_answer a = { .result = AAA_SUCCESS, .apn = &apn, .target = { .when = AAA_NEVER } };
	struct aaa_diameter_answer in;
	struct diam_msg m;

	*p = (struct aaa_pmip_policy){ .allowed = true, .lma4 = { { 192, 0, 2, 7 } }, .n_hnps = 2, .no_ip6 = true,
				       .managed = true, .local = AAA_PMIP_LOCAL_ON };
	ip6_prefix_parse("2001:db8:a::/64", &p->hnp[0]);
	ip6_prefix_parse("2001:db8:b::/64", &p->hnp[1]);
	answered(true, &a, &in, &m);
	CU_ASSERT_TRUE(in.apn.pmip.allowed && !in.apn.pmip.ip4 && in.apn.pmip.n_hnps == 2 && in.apn.pmip.no_ip6);
	CU_ASSERT_TRUE(in.apn.pmip.managed && !in.apn.pmip.other && !in.apn.pmip.timestamp);
	CU_ASSERT_TRUE(in.apn.pmip.local == AAA_PMIP_LOCAL_ON && ip4_eq(in.apn.pmip.lma4, p->lma4));
	CU_ASSERT_TRUE(ip6_prefix_eq(&in.apn.pmip.hnp[1], &p->hnp[1]) && in.a.target.when == AAA_NEVER);
}

static void refusals_keep_their_codes(void)
{
	static const uint32_t codes[] = { AAA_UNABLE_TO_DELIVER, AAA_REJECTED, AAA_UNKNOWN_USER, AAA_UNKNOWN_SESSION,
					  AAA_NOT_AUTHORISED, AAA_NO_SUBSCRIPTION, AAA_NO_APN, AAA_MULTI_ROUND };
	struct aaa_diameter_answer in;
	struct diam_msg m;

	for (unsigned i = 0; i < G_N_ELEMENTS(codes); i++) {
		answered(false, &(struct aaa_answer){ .result = codes[i] }, &in, &m);
		CU_ASSERT_EQUAL(in.a.result, codes[i]);
		CU_ASSERT_EQUAL(!!(m.flags & DIAM_F_ERROR), codes[i] == AAA_UNABLE_TO_DELIVER);
		CU_ASSERT_PTR_NULL(in.a.apn);
	}
	answered(false, &(struct aaa_answer){ .result = DIAM_AVP_UNSUPPORTED + 10000 }, &in, &m);
	CU_ASSERT_EQUAL(in.a.result, 15001);
}

/* Before EAP, the UE goes elsewhere: 3006 would be the base protocol's. */
static void a_redirect_is_no_error_of_the_base_protocol(void)
{
	struct aaa_answer a = { .result = AAA_REDIRECT, .target = { .when = AAA_FIRST_AUTH, .a4 = { { 192, 0, 2, 2 } } } };
	struct aaa_diameter_answer in;
	struct diam_msg m;

	answered(false, &a, &in, &m);
	CU_ASSERT_TRUE(in.a.result == AAA_REDIRECT && in.a.target.when == AAA_FIRST_AUTH && diam_result(&m) == DIAM_SUCCESS);
}

static void commands_name_their_target(void)
{
	struct aaa_target to = { .when = AAA_HA_SWITCH, .a4 = { { 192, 0, 2, 2 } } }, back;
	char fqdn[AAA_IDENTITY_OCTETS];
	struct diam_msg m;
	uint8_t buf[1024];

	decode(buf, aaa_diameter_command(buf, sizeof buf, &server, "ha.a;1;2", AAA_RAR, &to), &m);
	aaa_diameter_read_target(&m, &back, fqdn);
	CU_ASSERT_TRUE(m.command == DIAM_RAR && back.when == AAA_HA_SWITCH && ip4_eq(back.a4, to.a4));
	decode(buf, aaa_diameter_command(buf, sizeof buf, &server, "ha.a;1;2", AAA_RAR, NULL), &m);
	aaa_diameter_read_target(&m, &back, fqdn);
	CU_ASSERT_EQUAL(back.when, AAA_NEVER);
	decode(buf, aaa_diameter_command(buf, sizeof buf, &server, "ha.a;1;2", AAA_ASR, NULL), &m);
	CU_ASSERT_EQUAL(m.command, DIAM_ASR);
}

/* A server that says as little as it may. */
static void a_terse_answer_is_a_subscription_to_what_was_asked_for(void)
{
	struct aaa_diameter_answer in;
	struct diam_writer w;
	struct fault fault;
	struct diam_msg m;
	uint8_t buf[512];

	diam_w_begin(&w, buf, sizeof buf, DIAM_F_PROXIABLE, DIAM_DER, DIAM_APP_SWM, 1, 2);
	diam_w_u32(&w, AVP_RESULT_CODE, DIAM_LIMITED);
	diam_w_text(&w, AVP_USER_NAME, nai);
	CU_ASSERT_TRUE(diam_decode(buf, diam_w_end(&w), &m, &fault, NULL));
	aaa_diameter_read_answer(&m, "internet", &in);
	CU_ASSERT_TRUE(in.a.result == AAA_SUCCESS && !strcmp(in.apn.name, "internet") && in.apn.ip4 == AAA_IP4_POOL);
	CU_ASSERT_TRUE(!imsi_is_none(in.a.imsi) && !in.a.msk_len && in.a.target.when == AAA_NEVER);
	diam_w_begin(&w, buf, sizeof buf, DIAM_F_PROXIABLE, DIAM_DER, DIAM_APP_SWM, 1, 2);
	CU_ASSERT_TRUE(diam_decode(buf, diam_w_end(&w), &m, &fault, NULL));
	aaa_diameter_read_answer(&m, NULL, &in);
	CU_ASSERT_EQUAL(in.a.result, DIAM_UNABLE_TO_COMPLY);	/* says nothing at all */
}

static const struct harness_test tests[] = {
	{ "requests arrive as meant", requests_arrive_as_meant },
	{ "a grant arrives whole", a_grant_arrives_whole },
	{ "a profile of PMIPv6 arrives whole", a_profile_of_pmipv6_arrives_whole },
	{ "refusals keep their codes", refusals_keep_their_codes },
	{ "a redirect is no error of the base protocol", a_redirect_is_no_error_of_the_base_protocol },
	{ "commands name their target", commands_name_their_target },
	{ "a terse answer is a subscription to what was asked for", a_terse_answer_is_a_subscription_to_what_was_asked_for },
};

int main(int argc, char **argv)
{
	return harness_main("aaa-diameter", tests, G_N_ELEMENTS(tests), argc, argv);
}

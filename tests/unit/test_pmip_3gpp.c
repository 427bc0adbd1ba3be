/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of 3GPP in proxy messages: octets by hand against what is written, what is read of good and bad values,
 * and that only what was asked for is answered.
 */
#include "tests/unit/harness.h"

#include <string.h>

#include "proto/pmip_3gpp.h"

static struct mh_msg start(uint8_t type)
{
	struct mh_msg m;

	mh_start(&m, type);
	return m;
}

static struct ip6_addr a6(const char *text)
{
	struct ip6_addr a = ip6_any;

	ip6_parse(text, &a);
	return a;
}

/* Does the message hold these octets somewhere? */
static bool holds(const struct mh_msg *m, const uint8_t *want, size_t n)
{
	uint8_t buf[512];
	size_t len = mh_encode(m, buf, sizeof buf);

	for (size_t k = 0; k + n <= len; k++)
		if (!memcmp(buf + k, want, n))
			return true;
	return false;
}

static void test_octets(void)
{
	static const uint8_t charging[] = { 19, 10, 0, 0, 0x28, 0xaf, 7, 0, 0x01, 0x02, 0x03, 0x04 };
	static const uint8_t connection[] = { 19, 7, 0, 0, 0x28, 0xaf, 17, 0, 5 };
	static const uint8_t type[] = { 19, 8, 0, 0, 0x28, 0xaf, 6, 0, 2, 18 };
	static const uint8_t ask[] = { 19, 19, 0, 0, 0x28, 0xaf, 1, 0, 0x80, 0, 13, 0, 0, 3, 0, 0, 12, 0, 0, 1, 0 };
	struct mh_msg m = start(MH_BA);
	struct pmip_values v = { .n = 0 };
	uint32_t x;

	pmip_3gpp_add(&m, &v, MH_3GPP_CHARGING_ID, 0x01020304, 4);
	pmip_3gpp_add(&m, &v, MH_3GPP_PDN_CONNECTION_ID, 5, 1);
	pmip_3gpp_add(&m, &v, MH_3GPP_PDN_TYPE, MH_PDN_IP6 << 8 | PMIP_3GPP_NEW_PDN_TYPE, 2);
	pmip_3gpp_ask_pco(&m, &v);
	CU_ASSERT(holds(&m, charging, sizeof charging) && holds(&m, connection, sizeof connection));
	CU_ASSERT(holds(&m, type, sizeof type) && holds(&m, ask, sizeof ask));
	CU_ASSERT(pmip_3gpp_any(&m) && pmip_3gpp_get(&m, MH_3GPP_CHARGING_ID, 4, &x) && x == 0x01020304);
	CU_ASSERT(!pmip_3gpp_get(&m, MH_3GPP_CHARGING_ID, 2, &x) && !pmip_3gpp_get(&m, MH_3GPP_ERROR_CODE, 1, &x));
}

/* A value with the M bit goes on in another option: it is not taken for a whole one. */
static void test_parts(void)
{
	struct mh_msg m = start(MH_BA);
	struct pmip_values v = { .n = 0 };
	uint32_t x;

	pmip_3gpp_add(&m, &v, MH_3GPP_CHARGING_ID, 1, 4);
	m.opt[m.n_opt - 1].vendor.more = true;
	CU_ASSERT(!pmip_3gpp_get(&m, MH_3GPP_CHARGING_ID, 4, &x));
	m = start(MH_BA);
	mh_add(&m, MH_OPT_VENDOR)->vendor.id = 9;
	CU_ASSERT(!pmip_3gpp_any(&m));
}

static struct pmip_pdn pdn(void)
{
	return (struct pmip_pdn){ .n_dns4 = 2, .dns4 = { { { 1, 2, 3, 4 } }, { { 5, 6, 7, 8 } } }, .n_dns6 = 1,
				  .dns6 = { a6("2001:db8::53") }, .n_cscf6 = 1, .cscf6 = { a6("2001:db8::5060") } };
}

static void test_pco(void)
{
	struct mh_msg q = start(MH_BU), m = start(MH_BA);
	struct pmip_values qv = { .n = 0 }, v = { .n = 0 };
	struct pmip_pdn have = pdn(), got;

	pmip_3gpp_answer_pco(&m, &v, &q, &have);	/* nothing was asked */
	CU_ASSERT(!pmip_3gpp_any(&m));
	pmip_3gpp_ask_pco(&q, &qv);
	pmip_3gpp_answer_pco(&m, &v, &q, &have);
	CU_ASSERT(pmip_3gpp_read_pco(&m, &got));
	CU_ASSERT(got.n_dns4 == 2 && ip4_eq(got.dns4[1], have.dns4[1]) && got.n_dns6 == 1 && got.n_cscf6 == 1 && !got.n_cscf4);
	CU_ASSERT(ip6_eq(&got.dns6[0], &have.dns6[0]) && ip6_eq(&got.cscf6[0], &have.cscf6[0]));
}

static void test_some_asked(void)
{
	static const uint8_t only_dns6[] = { 0x80, 0, 3, 0 };
	struct mh_msg q = start(MH_BU), m = start(MH_BA);
	struct pmip_values v = { .n = 0 };
	struct pmip_pdn have = pdn(), got;
	struct mh_opt *o = mh_add(&q, MH_OPT_VENDOR);

	o->vendor.id = MH_VENDOR_3GPP;
	o->vendor.subtype = MH_3GPP_PCO;
	o->vendor.data = (struct mh_octets){ only_dns6, sizeof only_dns6 };
	pmip_3gpp_answer_pco(&m, &v, &q, &have);
	CU_ASSERT(pmip_3gpp_read_pco(&m, &got) && got.n_dns6 == 1 && !got.n_dns4 && !got.n_cscf6);
}

/* A container that leaves the element, one of an odd length, and no octet at all. */
static void test_bad_pco(void)
{
	static const uint8_t beyond[] = { 0x80, 0, 13, 4, 1, 2, 3, 4, 0, 3, 16, 1 };
	static const uint8_t odd[] = { 0x80, 0, 13, 3, 1, 2, 3, 0, 13, 4, 9, 9, 9, 9 };
	struct mh_msg m = start(MH_BA);
	struct mh_opt *o = mh_add(&m, MH_OPT_VENDOR);
	struct pmip_pdn got;

	o->vendor.id = MH_VENDOR_3GPP;
	o->vendor.subtype = MH_3GPP_PCO;
	o->vendor.data = (struct mh_octets){ beyond, sizeof beyond };
	CU_ASSERT(!pmip_3gpp_read_pco(&m, &got));
	o->vendor.data = (struct mh_octets){ odd, sizeof odd };
	CU_ASSERT(pmip_3gpp_read_pco(&m, &got) && got.n_dns4 == 1 && got.dns4[0].o[0] == 9);
	o->vendor.data = (struct mh_octets){ odd, 0 };
	CU_ASSERT(!pmip_3gpp_read_pco(&m, &got));
}

static const struct harness_test tests[] = {
	{ "octets", test_octets },
	{ "values in parts, other vendors", test_parts },
	{ "configuration is asked for and answered", test_pco },
	{ "only what was asked for", test_some_asked },
	{ "configuration that is none", test_bad_pco },
};

int main(int argc, char **argv)
{
	return harness_main("pmip_3gpp", tests, G_N_ELEMENTS(tests), argc, argv);
}

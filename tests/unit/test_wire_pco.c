/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocol configuration options and the messages that carry them: octets, reading back, hostile lengths, damage. */
#include <string.h>

#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/pco.h"

static struct nas_message answer(void)
{
	struct nas_message m = { .type = NAS_ACTIVATE_REQUEST, .ebi = 5, .pti = 7, .pdn_type = 2, .has_apn = true,
				 .apn = "internet.mnc001", .has_pco = true };

	m.iid[7] = 9;
	m.pco = (struct pco){ .has = 63, .ha4 = { { 192, 0, 2, 1 } }, .n_dns6 = 1, .n_dns4 = 2,
			      .dns4 = { { { 192, 0, 2, 53 } }, { { 192, 0, 2, 54 } } } };
	ip6_parse("2001:db8::1", &m.pco.ha6);
	ip6_prefix_parse("2001:db8:a::/64", &m.pco.hnp);
	ip6_parse("2001:db8::53", &m.pco.dns6[0]);
	return m;
}

static bool decode(const uint8_t *p, size_t n, struct nas_message *m, struct wire_diags *d, const char **why)
{
	struct reader r = reader_on(p, n);
	bool good = nas_decode(&r, m, d);

	*why = r.fault.reason;
	return good;
}

/* Structs are written whole, zeros between members included, so octets may be compared. */
static bool same(const struct nas_message *a, const struct nas_message *b)
{
	return a->type == b->type && a->ebi == b->ebi && a->pti == b->pti && a->pdn_type == b->pdn_type &&
	       a->request_type == b->request_type && a->cause == b->cause && !memcmp(a->iid, b->iid, 8) &&
	       a->has_apn == b->has_apn && a->has_pco == b->has_pco && !strcmp(a->apn, b->apn) &&
	       a->pco.asks == b->pco.asks && a->pco.has == b->pco.has && ip6_eq(&a->pco.ha6, &b->pco.ha6) &&
	       ip4_eq(a->pco.ha4, b->pco.ha4) && ip6_prefix_eq(&a->pco.hnp, &b->pco.hnp) &&
	       a->pco.n_dns6 == b->pco.n_dns6 && a->pco.n_dns4 == b->pco.n_dns4 &&
	       !memcmp(a->pco.dns6, b->pco.dns6, sizeof a->pco.dns6) &&
	       !memcmp(a->pco.dns4, b->pco.dns4, sizeof a->pco.dns4);
}

static void a_request_is_these_octets(void)
{
	struct nas_message m = { .type = NAS_PDN_REQUEST, .pti = 1, .pdn_type = 3, .request_type = 1, .has_apn = true,
				 .apn = "internet", .has_pco = true, .pco = { .asks = PCO_B_HA6 | PCO_B_HNP | PCO_B_HA4 } };
	struct nas_message back;
	struct wire_diags d = { 0 };
	uint8_t buf[NAS_MESSAGE_MAX];
	size_t n = nas_encode(&m, buf, sizeof buf), want;
	uint8_t *octets = octets_of("02 01 d0 31 28 09 08 696e7465726e6574"
				    "27 0a 80 0007 00 0009 00 0008 00", &want);
	const char *why;

	CU_ASSERT_TRUE(n == want && !memcmp(buf, octets, n));
	CU_ASSERT_TRUE(decode(buf, n, &back, &d, &why) && same(&m, &back) && !d.n);
	g_free(octets);
}

static void an_answer_reads_back(void)
{
	struct nas_message m = answer(), back;
	struct wire_diags d = { 0 };
	uint8_t buf[NAS_MESSAGE_MAX];
	size_t n = nas_encode(&m, buf, sizeof buf);
	const char *why;

	CU_ASSERT_TRUE(n > 0);
	CU_ASSERT_TRUE(decode(buf, n, &back, &d, &why));
	CU_ASSERT_EQUAL(d.n, 0);
	CU_ASSERT_TRUE(same(&m, &back));
	CU_ASSERT_EQUAL(nas_encode(&m, buf, 40), 0);
}

static const struct { const char *hex, *fault, *note; } cases[] = {
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 05 80 0008 11 00", "pco-short", NULL },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 04 80 0008 00", NULL, "pco-length" },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 05 80 0009 01 00", NULL, "pco-length" },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 15 80 0008 11 20010db8000000000000000000000000 81", NULL,
	  "pco-prefix-length" },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 15 80 0008 11 20010db8000000000000000000000000 00", NULL,
	  "pco-prefix-length" },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 0f 80 0009 04 01020304 0009 04 01020305", NULL,
	  "pco-repeated" },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 00", "pco-short", NULL },
	{ "52 01 c1 01 09 02 01 61 09 02 0000000000000001 27 01 00", NULL, "pco-protocol" },
	{ "52 01 c1 01 09 02 05 61 09 02 0000000000000001", NULL, "nas-apn" },
	{ "52 01 c1 01 09 02 01 61 01 02", NULL, "nas-pdn-address" },
	{ "52 01 c1 01 09 02 01 61 00", NULL, "nas-pdn-address" },
	{ "52 01 c1 05 09", "nas-short", NULL },
	{ "02 01 d0 31 28 09 08", "nas-element", NULL },
	{ "07 01 d0 31", "nas-protocol", NULL },
	{ "02 01 55 31", "nas-type", NULL },
	{ "02 01", "nas-short", NULL },
	{ "", "nas-short", NULL },
};

static void faults_and_notes_have_names(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct wire_diags d = { 0 };
		struct nas_message m;
		const char *why;
		size_t n;
		uint8_t *octets = octets_of(cases[i].hex, &n);

		decode(octets, n, &m, &d, &why);
		if (g_strcmp0(why, cases[i].fault) || (cases[i].note && (!d.n || strcmp(d.d[0].id, cases[i].note))))
			printf("%s: %s, %s\n", cases[i].hex, why ? why : "no fault", d.n ? d.d[0].id : "no note");
		CU_ASSERT_EQUAL(g_strcmp0(why, cases[i].fault), 0);
		CU_ASSERT_TRUE(!cases[i].note || (d.n && !strcmp(d.d[0].id, cases[i].note)));
		g_free(octets);
	}
}

static void examine(const uint8_t *p, size_t n, void *data)
{
	struct nas_message m, back;
	struct reader r = reader_on(p, n);
	uint8_t buf[NAS_MESSAGE_MAX];
	const char *why;
	size_t len;

	(void)data;
	if (!nas_decode(&r, &m, NULL)) {
		CU_ASSERT_TRUE(r.fault.reason && r.fault.offset <= n);
		return;
	}
	if (m.type == NAS_ACTIVATE_REQUEST && (!m.has_apn || m.pdn_type == 0))
		return;
	len = nas_encode(&m, buf, sizeof buf);
	CU_ASSERT_TRUE(len && decode(buf, len, &back, NULL, &why) && same(&m, &back));
}

static void damage_is_survived(void)
{
	struct nas_message m = answer();
	uint8_t buf[NAS_MESSAGE_MAX];
	size_t n = nas_encode(&m, buf, sizeof buf);

	CU_ASSERT_EQUAL(damage_each(buf, n, examine, NULL), 9 * n);
}

static const struct harness_test tests[] = {
	{ "a request is these octets", a_request_is_these_octets },
	{ "an answer reads back", an_answer_reads_back },
	{ "faults and notes have names", faults_and_notes_have_names },
	{ "damage is survived", damage_is_survived },
};

int main(int argc, char **argv)
{
	return harness_main("wire_pco", tests, G_N_ELEMENTS(tests), argc, argv);
}

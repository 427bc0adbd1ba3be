/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages: what is written reads back, compression, loops and other hostile names, damage, HA-APNs. */
#include <string.h>

#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/dns.h"

static bool decode(const uint8_t *p, size_t n, struct dns_message *m, struct wire_diags *d, const char **why)
{
	struct reader r = reader_on(p, n);
	bool good = dns_decode(&r, m, d);

	*why = r.fault.reason;
	return good;
}

static struct dns_message full(void)
{
	struct dns_message m = {
		.id = 0xbeef, .response = true, .authoritative = true, .recursion_desired = true,
		.recursion_available = true, .has_question = true, .qname = "_mip6._ipv6.example.org", .qtype = DNS_SRV, .n = 4,
	};

	m.r[0] = (struct dns_record){ .owner = "_mip6._ipv6.example.org", .section = DNS_ANSWER, .type = DNS_SRV,
				      .ttl = 60, .target = "ha.example.org", .priority = 1, .weight = 2, .port = 500 };
	m.r[1] = (struct dns_record){ .owner = "alias.example.org", .section = DNS_AUTHORITY, .type = DNS_CNAME,
				      .ttl = 61, .target = "ha.example.org" };
	m.r[2] = (struct dns_record){ .owner = "ha.example.org", .section = DNS_ADDITIONAL, .type = DNS_AAAA, .ttl = 62 };
	m.r[3] = (struct dns_record){ .owner = "ha.example.org", .section = DNS_ADDITIONAL, .type = DNS_A, .ttl = 63,
				      .a4 = { { 192, 0, 2, 9 } } };
	ip6_parse("2001:db8::9", &m.r[2].a6);
	return m;
}

static bool same(const struct dns_message *a, const struct dns_message *b)
{
	bool good = a->id == b->id && a->response == b->response && a->opcode == b->opcode && a->rcode == b->rcode &&
		    a->authoritative == b->authoritative && a->truncated == b->truncated && a->n == b->n &&
		    a->has_question == b->has_question && !strcmp(a->qname, b->qname) && a->qtype == b->qtype;

	for (unsigned i = 0; good && i < a->n; i++) {
		const struct dns_record *x = &a->r[i], *y = &b->r[i];

		good = !strcmp(x->owner, y->owner) && x->section == y->section && x->type == y->type && x->ttl == y->ttl &&
		       ip4_eq(x->a4, y->a4) && ip6_eq(&x->a6, &y->a6) && !strcmp(x->target, y->target) &&
		       x->priority == y->priority && x->weight == y->weight && x->port == y->port;
	}
	return good;
}

static void a_message_reads_back(void)
{
	struct dns_message m = full(), back;
	struct wire_diags d = { 0 };
	uint8_t buf[DNS_MESSAGE_MAX];
	size_t n = dns_encode(&m, buf, sizeof buf);
	const char *why;

	CU_ASSERT_TRUE(n > DNS_HEADER && n < 190);	/* names were compressed */
	CU_ASSERT_TRUE(decode(buf, n, &back, &d, &why));
	CU_ASSERT_EQUAL(d.n, 0);
	CU_ASSERT_TRUE(same(&m, &back));
	CU_ASSERT_EQUAL(dns_encode(&m, buf, 20), 0);
	m.r[1].target[0] = ' ';
	CU_ASSERT_EQUAL(dns_encode(&m, buf, sizeof buf), 0);
}

/* By hand from the figures of RFC 1035 4.1, RFC 2782 and RFC 3596. */
static void octets_are_those_of_the_figures(void)
{
	static const char query[] = "0001 0100 0001 0000 0000 0000"
				    "02 6861 07 6578616d706c65 03 6f7267 00 001c 0001";
	struct dns_message m = { .id = 1, .recursion_desired = true, .has_question = true, .qname = "ha.example.org",
				 .qtype = DNS_AAAA };
	uint8_t buf[DNS_MESSAGE_MAX];
	size_t n = dns_encode(&m, buf, sizeof buf), want;
	uint8_t *octets = octets_of(query, &want);

	CU_ASSERT_EQUAL(n, want);
	CU_ASSERT_TRUE(n == want && !memcmp(buf, octets, n));
	g_free(octets);
}

/* Each: octets behind a header that announces one answer, and the fault they must end with. */
static const struct { const char *what, *hex, *fault; } hostile[] = {
	{ "a pointer to itself", "c00c 0001 0001 00000000 0004 c0000201", "dns-name-loop" },
	{ "a pointer forwards", "c020 0001 0001 00000000 0004 c0000201", "dns-name-loop" },
	{ "two pieces that point at each other", "01 61 c00c 0001 0001 00000000 0004 c0000201", "dns-name-loop" },
	{ "a label of a kind that is none", "40 0001 0001 00000000 0004 c0000201", "dns-name-label" },
	{ "a label beyond the end", "3f 61", "dns-name-short" },
	{ "half a pointer", "c0", "dns-name-short" },
	{ "an A record of 5 octets", "00 0001 0001 00000000 0005 c000020101", "dns-rdata" },
	{ "an A record of none", "00 0001 0001 00000000 0000", "dns-rdata" },
	{ "an AAAA record of 4 octets", "00 001c 0001 00000000 0004 c0000201", "dns-rdata" },
	{ "a CNAME longer than its name", "00 0005 0001 00000000 0004 01 61 00 00", "dns-rdata" },
	{ "an SRV record without a name", "00 0021 0001 00000000 0006 0000 0000 0000", "dns-rdata" },
	{ "an SRV record whose name leaves it", "00 0021 0001 00000000 0008 0000 0000 0000 01 61 00", "dns-rdata" },
	{ "no room for the record", "00 0001 0001 0000", "dns-short" },
	{ "data beyond the end", "00 0001 0001 00000000 0010 c0000201", "dns-short" },
	{ "nothing at all", "", "dns-name-short" },
};

static void hostile_records_are_faults(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_autofree char *hex = g_strconcat("0001 8180 0000 0001 0000 0000", hostile[i].hex, NULL);
		struct dns_message m;
		const char *why;
		size_t n;
		uint8_t *octets = octets_of(hex, &n);

		if (decode(octets, n, &m, NULL, &why) || !why || strcmp(why, hostile[i].fault))
			printf("%s: %s\n", hostile[i].what, why ? why : "no fault");
		CU_ASSERT_TRUE(why && !strcmp(why, hostile[i].fault));
		g_free(octets);
	}
}

/* 16 labels of 16 octets are more than 255. */
static void a_name_of_256_octets_is_a_fault(void)
{
	uint8_t buf[400] = { 0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0 };
	struct dns_message m;
	const char *why;
	size_t n = 12;

	for (unsigned i = 0; i < 16; i++, n += 16) {
		buf[n] = 15;
		memset(buf + n + 1, 'a', 15);
	}
	CU_ASSERT_FALSE(decode(buf, sizeof buf, &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(why ? why : "", "dns-name-long");
}

static void others_are_passed_over(void)
{
	size_t n;
	/* a TXT record, a record of class CH, a name with a space; then an A record */
	uint8_t *octets = octets_of("0001 8180 0000 0004 0000 0000"
				    "00 0010 0001 00000000 0002 01 61"
				    "00 0001 0003 00000000 0001 00"
				    "02 6120 00 0001 0001 00000000 0004 c0000201"
				    "01 41 00 0001 0001 00000007 0004 c0000201", &n);
	struct wire_diags d = { 0 };
	struct dns_message m;
	const char *why;

	CU_ASSERT_TRUE(decode(octets, n, &m, &d, &why));
	CU_ASSERT_EQUAL(m.n, 1);
	CU_ASSERT_STRING_EQUAL(m.r[0].owner, "a");
	CU_ASSERT_EQUAL(d.n, 3);
	CU_ASSERT_STRING_EQUAL(d.d[0].id, "dns-type");
	CU_ASSERT_STRING_EQUAL(d.d[1].id, "dns-class");
	CU_ASSERT_STRING_EQUAL(d.d[2].id, "dns-name-character");
	g_free(octets);
}

static void more_records_than_are_kept(void)
{
	uint8_t buf[12 + 20 * 15] = { 0, 1, 0x81, 0x80, 0, 0, 0, 20 };
	static const uint8_t one[15] = { 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1 };
	static const uint8_t named[17] = { 1, 'a', 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1 };
	uint8_t more[12 + 20 * sizeof named];
	struct wire_diags d = { 0 };
	struct dns_message m;
	const char *why;

	for (unsigned i = 0; i < 20; i++)
		memcpy(buf + 12 + i * sizeof one, one, sizeof one);
	CU_ASSERT_TRUE(decode(buf, sizeof buf, &m, &d, &why));
	CU_ASSERT_EQUAL(m.n, 0);		/* the root has no name for us */
	memcpy(more, buf, 12);
	for (unsigned i = 0; i < 20; i++)
		memcpy(more + 12 + i * sizeof named, named, sizeof named);
	d.n = 0;
	CU_ASSERT_TRUE(decode(more, sizeof more, &m, &d, &why));
	CU_ASSERT_EQUAL(m.n, DNS_RECORDS_MAX);
	CU_ASSERT_EQUAL(d.n, 4);
}

/* What was read can be written, and reads back the same. */
static void examine(const uint8_t *p, size_t n, void *data)
{
	struct reader r = reader_on(p, n);
	uint8_t one[4096];
	struct dns_message m, back;
	const char *why;
	size_t len;

	(void)data;
	if (!dns_decode(&r, &m, NULL)) {
		CU_ASSERT_TRUE(r.fault.reason && r.fault.offset <= n);
		return;
	}
	len = dns_encode(&m, one, sizeof one);
	CU_ASSERT_TRUE(len && decode(one, len, &back, NULL, &why) && same(&m, &back));
}

static void damage_is_survived(void)
{
	struct dns_message m = full();
	uint8_t buf[DNS_MESSAGE_MAX];
	size_t n = dns_encode(&m, buf, sizeof buf);

	CU_ASSERT_EQUAL(damage_each(buf, n, examine, NULL), 9 * n);
}

static void names(void)
{
	char out[DNS_NAME_TEXT];

	CU_ASSERT_TRUE(dns_name_set(out, "HA.Example.ORG."));
	CU_ASSERT_STRING_EQUAL(out, "ha.example.org");
	CU_ASSERT_FALSE(dns_name_ok(""));
	CU_ASSERT_FALSE(dns_name_ok("."));
	CU_ASSERT_FALSE(dns_name_ok("a..b"));
	CU_ASSERT_FALSE(dns_name_ok(".a"));
	CU_ASSERT_FALSE(dns_name_ok("a b"));
	CU_ASSERT_FALSE(dns_name_ok("a\\000b"));
	CU_ASSERT_TRUE(dns_name_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b"));
	CU_ASSERT_FALSE(dns_name_ok("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b"));
}

static void ha_apns(void)
{
	char out[DNS_NAME_TEXT];

	CU_ASSERT_TRUE(dns_ha_apn(out, "internet", "345", "12"));
	CU_ASSERT_STRING_EQUAL(out, "internet.ha-apn.mnc012.mcc345.pub.3gppnetwork.org");
	CU_ASSERT_TRUE(dns_ha_apn(out, "a.b", "001", "123"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "x.ha-apn.y", "345", "12"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "w-apn.y", "345", "12"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "x.3gppnetwork.org", "345", "12"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "internet", "45", "12"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "internet", "345", "1a"));
	CU_ASSERT_FALSE(dns_ha_apn(out, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "345", "12"));
}

static const struct harness_test tests[] = {
	{ "a message reads back", a_message_reads_back },
	{ "octets are those of the figures", octets_are_those_of_the_figures },
	{ "hostile records are faults", hostile_records_are_faults },
	{ "a name of 256 octets is a fault", a_name_of_256_octets_is_a_fault },
	{ "others are passed over", others_are_passed_over },
	{ "more records than are kept", more_records_than_are_kept },
	{ "damage is survived", damage_is_survived },
	{ "names", names },
	{ "HA-APNs", ha_apns },
};

int main(int argc, char **argv)
{
	return harness_main("wire_dns", tests, G_N_ELEMENTS(tests), argc, argv);
}

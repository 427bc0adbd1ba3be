/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EAP and EAP-AKA octets: known packets, every attribute, lengths that lie, damage, identities. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "wire/eap.h"
#include "wire/eap_id.h"

static const char challenge[] = "01010044170100000105000023553cbe9637a89d218ae64dae47bf35"
				"0205000055f328b43577b9b94a9ffac354dfafb30b050000038747cae5d4e8e0a14fe3ad56f287cf";
static const char response[] = "020100281701000003030040a54211d5e3ba50bf0b0500005ddcfdce9fc794ec5780fbc633a6cc6b";
static const char sync_failure[] = "02010018170400000404ba853f3c123ccf44e93596e355c6";

static bool decode(const uint8_t *p, size_t n, struct eap_packet *m, struct wire_diags *d, const char **why)
{
	struct reader r = reader_on(p, n);
	bool good = eap_decode(&r, m, d);

	*why = r.fault.reason;
	return good;
}

/* Decoded, noted nothing, and written again octet for octet. */
static struct eap_packet known(const char *hex, uint8_t *p, const char *name)
{
	struct wire_diags d = { 0 };
	struct eap_packet m = { 0 };
	uint8_t back[EAP_MAX];
	const char *why;
	size_t n;
	uint8_t *octets = octets_of(hex, &n);

	memcpy(p, octets, n);
	CU_ASSERT_TRUE(decode(p, n, &m, &d, &why));
	CU_ASSERT_EQUAL(d.n, 0);
	CU_ASSERT_EQUAL(m.len, n);
	CU_ASSERT_EQUAL(eap_encode(&m, back, sizeof back), n);
	CU_ASSERT_EQUAL(memcmp(back, p, n), 0);
	CU_ASSERT_STRING_EQUAL(eap_message_name(m.code, m.type, m.subtype), name);
	for (size_t cap = 0; cap < n; cap++)
		CU_ASSERT_EQUAL(eap_encode(&m, back, cap), 0);
	g_free(octets);
	return m;
}

static void known_packets_read_and_write(void)
{
	uint8_t p[EAP_MAX];
	struct eap_packet m = known(challenge, p, "EAP-Request/AKA-Challenge");

	CU_ASSERT_EQUAL(m.id, 1);
	CU_ASSERT_EQUAL(m.attrs.n, 3);
	CU_ASSERT_EQUAL(m.mac_at, 8 + 20 + 20 + 4);
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_AUTN)->octets[0], 0x55);
	m = known(response, p, "EAP-Response/AKA-Challenge");
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_RES)->value, 64);
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_RES)->len, 8);
	m = known(sync_failure, p, "EAP-Response/AKA-Synchronization-Failure");
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_AUTS)->len, 14);
	known("03050004", p, "EAP-Success");
	known("04050004", p, "EAP-Failure");
	m = known("0207000a0161646d696e", p, "EAP-Response/Identity");
	CU_ASSERT_EQUAL(m.type_data_len, 5);
	known("020100060317", p, "EAP-Response/Nak");
}

/* What is behind the Length is another layer's padding. */
static void trailing_octets_are_noted(void)
{
	uint8_t p[64] = { 3, 9, 0, 4 };
	struct wire_diags d = { 0 };
	struct eap_packet m;
	const char *why;

	CU_ASSERT_TRUE(decode(p, 9, &m, &d, &why));
	CU_ASSERT_EQUAL(d.n, 1);
	CU_ASSERT_STRING_EQUAL(d.d[0].id, "eap-trailing");
}

/* Every attribute with octets of the length it wants, in a row; nested ones too: notes may come, faults not. */
static size_t every_attribute(uint8_t *buf, size_t cap)
{
	static const struct { uint8_t type; size_t n; } with_octets[] = {
		{ AT_RAND, 16 }, { AT_AUTN, 16 }, { AT_RES, 8 }, { AT_AUTS, 14 }, { AT_IDENTITY, 21 }, { AT_NONCE_S, 16 },
		{ AT_IV, 16 }, { AT_ENCR_DATA, 32 }, { AT_NEXT_PSEUDONYM, 17 }, { AT_NEXT_REAUTH_ID, 30 },
		{ AT_CHECKCODE, 20 },
	};
	static const uint8_t numbers[] = {
		AT_PERMANENT_ID_REQ, AT_ANY_ID_REQ, AT_FULLAUTH_ID_REQ, AT_COUNTER, AT_COUNTER_TOO_SMALL, AT_NOTIFICATION,
		AT_CLIENT_ERROR_CODE, AT_RESULT_IND,
	};
	static const uint8_t octets[64] = "0123456789abcdef0123456789abcdef";
	struct eap_attr unknown = { .type = 200, .octets = octets, .len = 6 };
	struct eap_writer w;

	eap_write_aka(&w, buf, cap, EAP_REQUEST, 7, AKA_CHALLENGE);
	for (size_t i = 0; i < G_N_ELEMENTS(with_octets); i++)
		eap_write_octets(&w, with_octets[i].type, octets, with_octets[i].n);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		eap_write_number(&w, numbers[i], 0);
	eap_write_attr(&w, &unknown);
	eap_write_mac(&w);
	return eap_write_end(&w);
}

static void every_attribute_reads_back(void)
{
	uint8_t buf[EAP_MAX], back[EAP_MAX];
	struct eap_packet m;
	struct wire_diags d = { 0 };
	const char *why;
	size_t n = every_attribute(buf, sizeof buf);

	CU_ASSERT_TRUE(n > 300);
	CU_ASSERT_TRUE(decode(buf, n, &m, &d, &why));
	CU_ASSERT_EQUAL(m.attrs.n, 21);
	CU_ASSERT_FALSE(m.attrs.critical);
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_IDENTITY)->len, 21);
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_NEXT_REAUTH_ID)->value, 30);
	CU_ASSERT_EQUAL(eap_attr_find(&m.attrs, AT_ENCR_DATA)->len, 32);
	CU_ASSERT_EQUAL(eap_encode(&m, back, sizeof back), n);
	CU_ASSERT_EQUAL(memcmp(back, buf, n), 0);
}

/* A packet with one attribute of these octets. */
static const char *fault_of(const char *hex, struct eap_packet *m, struct wire_diags *d)
{
	static uint8_t p[EAP_MAX];
	const char *why;
	size_t n;
	uint8_t *octets = octets_of(hex, &n);

	memcpy(p, (const uint8_t[]){ 2, 1, 0, (uint8_t)(8 + n), 23, 1, 0, 0 }, 8);
	memcpy(p + 8, octets, n);
	g_free(octets);
	*d = (struct wire_diags){ 0 };
	decode(p, 8 + n, m, d, &why);
	return why;
}

static bool noted(const struct wire_diags *d, const char *id)
{
	for (uint32_t i = 0; i < d->n && i < WIRE_DIAG_MAX; i++)
		if (!strcmp(d->d[i].id, id))
			return true;
	return false;
}

static void wrong_lengths_are_faults(void)
{
	static const char *const wrong[] = {
		"01000000",						/* zero */
		"c8000000",						/* zero of one that could be skipped */
		"0b050000112233445566778899aabbccddee",			/* one octet short of its length */
		"0b04000011223344556677889900aabb",			/* a MAC of 12 octets */
		"0403ba853f3c123ccf44e935",				/* AUTS of 10 */
		"0e0200ff61626364",					/* an identity longer than its attribute */
		"0302004100000000",					/* RES of 65 bits in 4 octets */
		"8202000000000000",					/* cipher text of 4 octets */
		"8201000000000000",					/* none, then a zero length */
		"8602000000000000",						/* a checkcode of 4 octets */
		"0c02000100000000",					/* a number with something behind it */
		"0a",							/* half a header */
	};
	struct eap_packet m;
	struct wire_diags d;

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		const char *why = fault_of(wrong[i], &m, &d);

		CU_ASSERT_PTR_NOT_NULL(why);
		if (why)
			CU_ASSERT_STRING_EQUAL(why, "eap-aka-attr-length");
	}
}

static void odd_things_are_noted(void)
{
	struct eap_packet m;
	struct wire_diags d;

	CU_ASSERT_PTR_NULL(fault_of("0b05001700112233445566778899aabbccddeeff", &m, &d));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-reserved"));
	CU_ASSERT_PTR_NULL(fault_of("050100000b05000000112233445566778899aabbccddeeff", &m, &d));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-attr-critical"));
	CU_ASSERT_TRUE(m.attrs.critical);
	CU_ASSERT_EQUAL(m.mac_at, 16);
	CU_ASSERT_PTR_NULL(fault_of("fe01abcd", &m, &d));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-attr-unknown"));
	CU_ASSERT_FALSE(m.attrs.critical);
	CU_ASSERT_PTR_NULL(fault_of("0301000003010000", &m, &d));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-attr-repeated"));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-res-bits"));
	CU_ASSERT_TRUE(m.attrs.repeated);
	CU_ASSERT_PTR_NULL(fault_of("0e02000161626300", &m, &d));
	CU_ASSERT_TRUE(noted(&d, "eap-aka-pad-octets"));
}

static void padding_must_be_zeros_and_last(void)
{
	static const struct { const char *hex; bool bad; } rows[] = {
		{ "13010001" "0604" "0000000000000000000000000000", true },	/* longer than 12 */
		{ "13010001" "0603" "00000000000000000000", false },
		{ "13010001" "0603" "00000000000100000000", true },
		{ "0603" "00000000000000000000" "13010001", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct wire_diags d = { 0 };
		struct eap_attrs as;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);
		struct reader r = reader_on(p, n);
		bool good = eap_attrs_decode(&r, &as, &d);

		CU_ASSERT_EQUAL(!good || as.bad_padding, rows[i].bad);
		g_free(p);
	}
}

static void headers_that_lie_are_faults(void)
{
	static const struct { const char *hex, *why; } rows[] = {
		{ "", "eap-short" }, { "010100", "eap-short" }, { "01010004", "eap-short" }, { "0101000317", "eap-length" },
		{ "0101000917010000", "eap-length" }, { "05010004", "eap-code" }, { "00010004", "eap-code" },
		{ "010100061701", "eap-aka-short" }, { "0101000017010000", "eap-length" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct eap_packet m;
		const char *why;
		size_t n;
		uint8_t *p = octets_of(rows[i].hex, &n);

		CU_ASSERT_FALSE(decode(p, n, &m, NULL, &why));
		CU_ASSERT_STRING_EQUAL(why ? why : "none", rows[i].why);
		g_free(p);
	}
}

static void messages_have_what_they_must(void)
{
	struct eap_writer w;
	struct eap_packet m;
	uint8_t buf[256];
	const char *why;

	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	eap_write_mac(&w);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(eap_aka_check(&m, NULL), "eap-aka-attr-missing");
	eap_write_aka(&w, buf, sizeof buf, EAP_RESPONSE, 1, AKA_CLIENT_ERROR);
	eap_write_number(&w, AT_CLIENT_ERROR_CODE, 0);
	eap_write_mac(&w);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(eap_aka_check(&m, NULL), "eap-aka-attr-forbidden");
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_IDENTITY);
	eap_write_number(&w, AT_ANY_ID_REQ, 0);
	eap_write_number(&w, AT_PERMANENT_ID_REQ, 0);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(eap_aka_check(&m, NULL), "eap-aka-attr-exclusive");
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_NOTIFICATION);
	eap_write_number(&w, AT_NOTIFICATION, AKA_N_SUCCESS);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(eap_aka_check(&m, NULL), "eap-aka-attr-missing");
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_NOTIFICATION);
	eap_write_number(&w, AT_NOTIFICATION, AKA_N_FAILURE);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_PTR_NULL(eap_aka_check(&m, NULL));
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CLIENT_ERROR);
	CU_ASSERT_TRUE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(eap_aka_check(&m, NULL), "eap-aka-subtype");
}

/* What does not fit its attribute is not written. */
static void the_writer_is_strict(void)
{
	uint8_t buf[256], octets[32] = { 0 };
	struct eap_attr odd = { .type = 201, .octets = octets, .len = 5 };
	struct eap_writer w;

	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	eap_write_octets(&w, AT_RAND, octets, 15);
	CU_ASSERT_EQUAL(eap_write_end(&w), 0);
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	eap_write_octets(&w, AT_COUNTER, octets, 2);
	CU_ASSERT_EQUAL(eap_write_end(&w), 0);
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	eap_write_octets(&w, 77, octets, 2);
	CU_ASSERT_EQUAL(eap_write_end(&w), 0);
	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	eap_write_attr(&w, &odd);
	CU_ASSERT_EQUAL(eap_write_end(&w), 0);
}

struct tally { unsigned opened, depth, notes; };

static void opened(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	struct tally *t = ctx;

	(void)title, (void)offset, (void)len;
	CU_ASSERT_PTR_NOT_NULL(name);
	t->opened++, t->depth++;
}

static void field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	(void)ctx, (void)name, (void)offset, (void)len;
	CU_ASSERT_PTR_NOT_NULL(value);
}

static void note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	(void)id, (void)text, (void)offset;
	((struct tally *)ctx)->notes++;
}

static void closed(void *ctx) { ((struct tally *)ctx)->depth--; }

static void print_and_decode(const uint8_t *p, size_t n, void *data)
{
	struct tally t = { 0 };
	struct wire_printer pr = { opened, field, note, closed, &t };
	struct eap_packet m;
	uint8_t back[EAP_MAX];
	const char *why;
	bool good = decode(p, n, &m, NULL, &why);

	(void)data;
	eap_print(p, n, &pr, 0);
	CU_ASSERT_EQUAL(t.depth, 0);
	CU_ASSERT_TRUE(good || t.notes);
	if (good)
		CU_ASSERT_TRUE(eap_encode(&m, back, sizeof back) || m.attrs.repeated || m.len > 300);
}

static void damage_is_survived(void)
{
	static const char *const victims[] = { challenge, response, sync_failure };
	uint8_t buf[EAP_MAX];
	size_t n;

	for (size_t i = 0; i < G_N_ELEMENTS(victims); i++) {
		uint8_t *p = octets_of(victims[i], &n);

		CU_ASSERT_EQUAL(damage_each(p, n, print_and_decode, NULL), n + 8 * n);
		g_free(p);
	}
	n = every_attribute(buf, sizeof buf);
	damage_each(buf, n, print_and_decode, NULL);
}

static void too_many_attributes_are_a_fault(void)
{
	struct eap_writer w;
	struct eap_packet m;
	uint8_t buf[256];
	const char *why;

	eap_write_aka(&w, buf, sizeof buf, EAP_REQUEST, 1, AKA_CHALLENGE);
	for (unsigned i = 0; i <= EAP_AKA_ATTRS_MAX; i++)
		eap_write_number(&w, AT_RESULT_IND, 0);
	CU_ASSERT_FALSE(decode(buf, eap_write_end(&w), &m, NULL, &why));
	CU_ASSERT_STRING_EQUAL(why, "eap-aka-attrs-many");
}

static void identities_are_made_and_told_apart(void)
{
	static const char nai[] = "0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org";
	char digits[IMSI_DIGITS_MAX + 1];
	uint8_t out[EAP_NAI_MAX];
	struct imsi i, j;

	CU_ASSERT_TRUE(imsi_parse("001010123456789", 15, 2, &i));
	CU_ASSERT_EQUAL(eap_id_permanent(i, out), strlen(nai));
	CU_ASSERT_EQUAL(memcmp(out, nai, strlen(nai)), 0);
	CU_ASSERT_STRING_EQUAL(imsi_text(i, digits), "001010123456789");
	CU_ASSERT_EQUAL(eap_id_kind(out, strlen(nai), &j), EAP_ID_PERMANENT);
	CU_ASSERT_TRUE(imsi_same(i, j));
	CU_ASSERT_EQUAL(j.mnc, 2);
	i.mnc = 3;
	CU_ASSERT_EQUAL(eap_id_permanent(i, out), strlen(nai));
	CU_ASSERT_EQUAL(memcmp(out + 17, "nai.epc.mnc010.mcc001.3gppnetwork.org", 37), 0);
	CU_ASSERT_EQUAL(eap_id_kind(out, strlen(nai), &j), EAP_ID_PERMANENT);
	CU_ASSERT_EQUAL(j.mnc, 3);
	CU_ASSERT_STRING_EQUAL(imsi_text(imsi_add(i, 11), digits), "001010123456800");
	CU_ASSERT_FALSE(imsi_parse("0010101234567890", 16, 2, &j));
	CU_ASSERT_FALSE(imsi_parse("00101", 5, 2, &j));
	CU_ASSERT_FALSE(imsi_parse("0010101x3456789", 15, 2, &j));
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"2abc@x", 6, NULL), EAP_ID_PSEUDONYM);
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"4abc", 4, NULL), EAP_ID_REAUTH);
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"0abc@x", 6, NULL), EAP_ID_UNKNOWN);
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"6001010123456789@x", 18, NULL), EAP_ID_UNKNOWN);
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"", 0, NULL), EAP_ID_UNKNOWN);
	CU_ASSERT_EQUAL(eap_id_kind((const uint8_t *)"@", 1, NULL), EAP_ID_UNKNOWN);
}

static const struct harness_test tests[] = {
	{ "known packets read and write octet for octet", known_packets_read_and_write },
	{ "octets behind the length are noted", trailing_octets_are_noted },
	{ "every attribute reads back", every_attribute_reads_back },
	{ "wrong lengths, zero included, are faults", wrong_lengths_are_faults },
	{ "odd things are noted and the rest is read", odd_things_are_noted },
	{ "padding must be zeros and last", padding_must_be_zeros_and_last },
	{ "headers that lie are faults", headers_that_lie_are_faults },
	{ "messages have the attributes they must", messages_have_what_they_must },
	{ "the writer is strict", the_writer_is_strict },
	{ "damage is survived", damage_is_survived },
	{ "too many attributes are a fault", too_many_attributes_are_a_fault },
	{ "identities are made and told apart", identities_are_made_and_told_apart },
};

int main(int argc, char **argv)
{
	return harness_main("eap_wire", tests, G_N_ELEMENTS(tests), argc, argv);
}

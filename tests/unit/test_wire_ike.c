/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading IKEv2: fields of every payload, each fault and note by its name, bounds, the Encrypted payload, damage. */
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"
#include "tests/unit/ike_tools.h"
#include "wire/ike.h"

static void an_init_request_by_hand(void)
{
	size_t n;
	uint8_t *p = octets_of(IKE_INIT_HEX, &n);
	struct wire_diags d = { 0 };
	const struct ike_proposal *prop;
	struct ike_msg m;

	CU_ASSERT_TRUE(ike_decode(p, n, &m, &d));
	CU_ASSERT_TRUE(n == 116 && d.n == 0 && m.notes == 0 && m.n == 4);
	CU_ASSERT_TRUE(m.h.spi_i == 0x1122334455667788 && m.h.spi_r == 0 && m.h.next == IKE_P_SA && m.h.version == 0x20);
	CU_ASSERT_TRUE(m.h.exchange == IKE_SA_INIT && m.h.flags == IKE_FLAG_I && m.h.mid == 0 && m.h.length == 116);
	CU_ASSERT_TRUE(m.payload[0].type == IKE_P_SA && m.payload[0].sa.n == 1 && m.payload[0].offset == 28);
	prop = m.payload[0].sa.p;
	CU_ASSERT_TRUE(prop->number == 1 && prop->protocol == IKE_PROTO_IKE && prop->spi_len == 0 && prop->n == 4);
	CU_ASSERT_TRUE(prop->t[0].type == IKE_T_ENCR && prop->t[0].id == IKE_ENCR_AES_CBC && prop->t[0].key_bits == 128);
	CU_ASSERT_TRUE(prop->t[1].type == IKE_T_PRF && prop->t[1].id == IKE_PRF_HMAC_SHA2_256 && !prop->t[1].key_bits);
	CU_ASSERT_TRUE(prop->t[3].type == IKE_T_DH && prop->t[3].id == IKE_DH_MODP_2048 && !prop->t[3].odd);
	CU_ASSERT_TRUE(m.payload[1].ke.group == 14 && m.payload[1].ke.data.n == 4 && m.payload[1].ke.data.p == p + 84);
	CU_ASSERT_TRUE(m.payload[2].data.n == 16 && m.payload[2].data.p[15] == 15);
	CU_ASSERT_TRUE(m.payload[3].notify.type == IKE_N_REDIRECT_SUPPORTED && m.payload[3].notify.data.n == 0);
	g_free(p);
}

static void inner_payloads_by_hand(void)
{
	size_t n;
	uint8_t *p = octets_of(IKE_INNER_HEX, &n);
	struct wire_diags d = { 0 };
	const struct ike_payload *pl;
	struct ike_msg m;

	CU_ASSERT_TRUE(ike_decode_payloads(IKE_INNER_FIRST, p, n, &m, &d));
	CU_ASSERT_TRUE(n == 174 && d.n == 0 && m.n == 8 && m.h.next == IKE_P_IDI && m.h.length == 174);
	pl = ike_find(&m, IKE_P_IDI);
	CU_ASSERT_TRUE(pl && pl->id.type == IKE_ID_RFC822 && pl->id.data.n == 4 && !memcmp(pl->id.data.p, "0a@b", 4));
	CU_ASSERT_TRUE(pl->body.n == 8 && pl->body.p == p + 4);		/* what AUTH covers */
	pl = ike_find(&m, IKE_P_CP);
	CU_ASSERT_TRUE(pl && pl->cp.type == IKE_CFG_REQUEST && pl->cp.n == 2);
	CU_ASSERT_TRUE(pl->cp.attr[0].type == IKE_CP_MIP6_HOME_PREFIX && pl->cp.attr[0].len == 0);
	CU_ASSERT_PTR_EQUAL(ike_cp_find(pl, IKE_CP_IP6_DNS), &pl->cp.attr[1]);
	CU_ASSERT_PTR_NULL(ike_cp_find(pl, IKE_CP_IP4_DNS));
	pl = ike_find(&m, IKE_P_SA);
	CU_ASSERT_TRUE(pl && pl->sa.p->spi_len == 4 && load32(pl->sa.p->spi) == 0xc0ffee01 && pl->sa.p->n == 2);
	pl = ike_find(&m, IKE_P_TSI);
	CU_ASSERT_TRUE(pl && pl->ts.n == 1 && pl->ts.ts->proto == 135 && pl->ts.ts->start_port == 0x500);
	CU_ASSERT_TRUE(pl->ts.ts->end_port == 0x5ff && pl->ts.ts->end.o[15] == 0xff && pl->ts.ts->end.o[0] == 0x20);
	pl = ike_find(&m, IKE_P_TSR);
	CU_ASSERT_TRUE(pl && pl->ts.ts->type == IKE_TS_IP4_RANGE && ip6_is_mapped(&pl->ts.ts->start));
	CU_ASSERT_EQUAL(ip6_mapped_ip4(&pl->ts.ts->end).o[1], 255);
	pl = ike_find(&m, IKE_P_DELETE);
	CU_ASSERT_TRUE(pl && pl->del.n == 2 && pl->del.spi_len == 4 && load32(pl->del.spi + 4) == 0x102);
	CU_ASSERT_PTR_NULL(ike_find(&m, IKE_P_AUTH));
	g_free(p);
}

/* An empty INFORMATIONAL is a chain of nothing, also without octets. */
static void an_empty_chain_is_good(void)
{
	struct ike_msg m;

	CU_ASSERT_TRUE(ike_decode_payloads(0, NULL, 0, &m, NULL));
	CU_ASSERT_TRUE(m.n == 0 && !m.fault.reason);
	CU_ASSERT_FALSE(ike_decode_payloads(IKE_P_NOTIFY, NULL, 0, &m, NULL));
	CU_ASSERT_STRING_EQUAL(m.fault.reason, "ike-payload-short");
}

/* What is wrong with one chain: first payload, octets, the fault, the first note. */
static const struct row { uint8_t first; const char *octets, *fault, *note; unsigned kept; } rows[] = {
	/* the generic header */
	{ 43, "00 00 0004", NULL, NULL, 1 },
	{ 43, "00 00 00", "ike-payload-short", NULL, 0 },
	{ 43, "00 00 0000", "ike-payload-length", NULL, 0 },
	{ 43, "00 00 0003", "ike-payload-length", NULL, 0 },
	{ 43, "00 00 0005", "ike-payload-past-end", NULL, 0 },
	{ 43, "2b 00 0004 00 00 0000", "ike-payload-length", NULL, 1 },
	{ 43, "2b 00 0004", "ike-payload-short", NULL, 1 },
	{ 43, "00 01 0004", NULL, "ike-reserved", 1 },
	{ 43, "00 00 0004 00", NULL, "ike-trailing", 1 },
	{ 0, "00", NULL, "ike-trailing", 0 },
	{ 99, "00 00 0004", NULL, "ike-payload-unknown", 1 },
	{ 46, "00 00 0004", "ike-sk-inside-sk", NULL, 0 },
	{ 53, "00 00 0008 00010001", "ike-sk-inside-sk", NULL, 0 },
	/* SA */
	{ 33, "00 00 0004", "ike-sa-empty", NULL, 1 },
	{ 33, "00 00 000b 00 00 0008 01 03 04", "ike-proposal-short", NULL, 1 },
	{ 33, "00 00 000c 00 00 0000 01 01 00 00", "ike-proposal-length", NULL, 1 },
	{ 33, "00 00 000c 00 00 0007 01 01 00 00", "ike-proposal-length", NULL, 1 },
	{ 33, "00 00 000c 00 00 0009 01 01 00 00", "ike-proposal-length", NULL, 1 },
	{ 33, "00 00 000c 00 00 0008 01 01 00 00", NULL, NULL, 1 },
	{ 33, "00 00 000c 00 00 0008 07 01 00 00", NULL, NULL, 1 },	/* a response keeps the number */
	{ 33, "00 00 000c 00 01 0008 01 01 00 00", NULL, "ike-reserved", 1 },
	{ 33, "00 00 000c 02 00 0008 01 01 00 00", NULL, "ike-proposal-last", 1 },
	{ 33, "00 00 000c 00 00 0008 01 01 08 00", "ike-proposal-spi-size", NULL, 1 },
	{ 33, "00 00 000c 00 00 0008 01 03 00 00", NULL, "ike-proposal-spi", 1 },
	{ 33, "00 00 000c 00 00 0008 01 01 00 01", NULL, "ike-transform-count", 1 },
	{ 33, "00 00 0014 02 00 0008 01 01 00 00 00 00 0008 03 01 00 00", NULL, "ike-proposal-number", 1 },
	{ 33, "00 00 000c 00 00 0008 00 01 00 00", NULL, "ike-proposal-number", 1 },
	{ 33, "00 00 000d 00 00 0009 01 01 00 00 00", "ike-transform-short", NULL, 1 },
	{ 33, "00 00 0014 00 00 0010 01 01 00 01 00 00 0000 01 00 000c", "ike-transform-length", NULL, 1 },
	{ 33, "00 00 0014 00 00 0010 01 01 00 01 00 00 0007 01 00 000c", "ike-transform-length", NULL, 1 },
	{ 33, "00 00 0014 00 00 0010 01 01 00 01 00 00 0009 01 00 000c", "ike-transform-length", NULL, 1 },
	{ 33, "00 00 0014 00 00 0010 01 01 00 01 03 00 0008 01 00 000c", NULL, "ike-transform-last", 1 },
	{ 33, "00 00 0014 00 00 0010 01 01 00 01 00 00 0008 01 01 000c", NULL, "ike-reserved", 1 },
	{ 33, "00 00 0016 00 00 0012 01 01 00 01 00 00 000a 01 00 000c 800e", "ike-attribute-short", NULL, 1 },
	{ 33, "00 00 0018 00 00 0014 01 01 00 01 00 00 000c 01 00 000c 800e 0000", NULL, "ike-attribute-unknown", 1 },
	{ 33, "00 00 0018 00 00 0014 01 01 00 01 00 00 000c 01 00 000c 000e 0002", "ike-attribute-length",
	  "ike-attribute-unknown", 1 },
	{ 33, "00 00 001a 00 00 0016 01 01 00 01 00 00 000e 01 00 000c 000e 0002 0080", NULL, "ike-attribute-unknown", 1 },
	/* payloads with a fixed part */
	{ 34, "00 00 0007 000e 00", "ike-body-short", NULL, 1 },
	{ 34, "00 00 0008 000e 0000", NULL, NULL, 1 },
	{ 34, "00 00 0008 000e 0001", NULL, "ike-reserved", 1 },
	{ 35, "00 00 0007 01 0000", "ike-body-short", NULL, 1 },
	{ 36, "00 00 0008 01 000001", NULL, "ike-reserved", 1 },
	{ 37, "00 00 0004", "ike-body-short", NULL, 1 },
	{ 37, "00 00 0005 04", NULL, NULL, 1 },
	{ 38, "00 00 0004", "ike-body-short", NULL, 1 },
	{ 39, "00 00 0007 02 0000", "ike-body-short", NULL, 1 },
	{ 39, "00 00 0008 02 100000", NULL, "ike-reserved", 1 },
	{ 40, "00 00 0004", NULL, "ike-nonce-length", 1 },
	{ 40, "00 00 0013 000000000000000000000000000000", NULL, "ike-nonce-length", 1 },
	{ 40, "00 00 0014 00000000000000000000000000000000", NULL, NULL, 1 },
	{ 41, "00 00 0007 00 00 40", "ike-body-short", NULL, 1 },
	{ 41, "00 00 000b 03 04 4009 c0ffee", "ike-body-short", NULL, 1 },
	{ 41, "00 00 000c 03 04 4009 c0ffee01", NULL, NULL, 1 },
	{ 42, "00 00 0007 01 00 00", "ike-body-short", NULL, 1 },
	{ 42, "00 00 0008 01 00 0000", NULL, NULL, 1 },
	{ 42, "00 00 0008 01 00 ffff", "ike-delete-spi-size", NULL, 1 },
	{ 42, "00 00 000a 03 02 0001 0101", "ike-delete-spi-size", NULL, 1 },
	{ 42, "00 00 000c 03 04 0002 00000101", "ike-delete-count", NULL, 1 },
	{ 42, "00 00 000c 03 04 0000 00000101", NULL, "ike-delete-trailing", 1 },
	{ 48, "00 00 0007 030100", "ike-body-short", NULL, 1 },
	{ 48, "00 00 0008 03010004", NULL, NULL, 1 },
	/* traffic selectors */
	{ 44, "00 00 0007 01 0000", "ike-body-short", NULL, 1 },
	{ 44, "00 00 0008 00 000000", NULL, "ike-ts-none", 1 },
	{ 44, "00 00 0008 01 000000", "ike-ts-short", NULL, 1 },
	{ 44, "00 00 0010 01 000000 07 00 0000 0000 ffff", "ike-ts-length", NULL, 1 },
	{ 44, "00 00 0010 01 000000 07 00 0008 0000 ffff", "ike-ts-length", NULL, 1 },
	{ 44, "00 00 0010 01 000000 07 00 0010 0000 ffff", "ike-ts-length", NULL, 1 },
	{ 44, "00 00 0010 01 000000 09 00 0008 0000 ffff", NULL, "ike-ts-type", 1 },
	{ 44, "00 00 0018 01 000000 08 00 0010 0000 ffff 0a000000 0a000001", "ike-ts-length", NULL, 1 },
	{ 44, "00 00 0018 02 000000 07 00 0010 0000 ffff 0a000000 0a000001", "ike-ts-short", NULL, 1 },
	{ 44, "00 00 0019 01 000000 07 00 0010 0000 ffff 0a000000 0a000001 00", NULL, "ike-ts-trailing", 1 },
	{ 45, "00 00 0018 01 000100 07 00 0010 0000 ffff 0a000000 0a000001", NULL, "ike-reserved", 1 },
	/* configuration */
	{ 47, "00 00 0007 01 0000", "ike-body-short", NULL, 1 },
	{ 47, "00 00 0008 01 000000", NULL, NULL, 1 },
	{ 47, "00 00 000b 01 000000 000100", "ike-cp-short", NULL, 1 },
	{ 47, "00 00 000c 01 000000 0001 0001", "ike-cp-length", NULL, 1 },
	{ 47, "00 00 000c 01 000000 8001 0000", NULL, "ike-reserved", 1 },
	{ 47, "00 00 000f 02 000000 0001 0003 0a0000", NULL, "ike-cp-value", 1 },
	{ 47, "00 00 0010 02 000000 0013 0004 0a000001", NULL, "ike-cp-value", 1 },
	/* values in notifies and signatures */
	{ 41, "00 00 0008 00 00 4006", NULL, "ike-notify-data", 1 },
	{ 41, "00 00 000b 00 00 402f 000200", NULL, "ike-notify-data", 1 },
	{ 41, "00 00 000d 00 00 4018 03 03 61622e", NULL, "ike-redirect", 1 },
	{ 41, "00 00 000e 00 00 4018 01 04 0a000001", NULL, NULL, 1 },
	{ 39, "00 00 0009 0e 000000 01", NULL, "ike-auth-signature", 1 },
	{ 47, "00 00 000c 01 000001 0001 0000", NULL, "ike-reserved", 1 },
};

static void each_fault_and_note_by_its_name(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct row *r = &rows[i];
		struct wire_diags d = { 0 };
		struct ike_msg m;
		size_t n;
		uint8_t *p = octets_of(r->octets, &n);
		bool good = ike_decode_payloads(r->first, p, n, &m, &d);

		if (g_strcmp0(m.fault.reason, r->fault) || g_strcmp0(d.n ? d.d[0].id : NULL, r->note) ||
		    good != !r->fault || m.n != r->kept || m.notes != d.n || m.fault.offset > n) {
			g_printerr("row %zu (%s): %s, %s, %u\n", i, r->octets, m.fault.reason,
				   d.n ? d.d[0].id : "no note", m.n);
			CU_FAIL("fault or note");
		}
		if (m.n)
			CU_ASSERT_EQUAL(m.payload[0].bad, r->fault && r->kept && !strstr(r->fault, "ike-payload"));
		g_free(p);
	}
	CU_ASSERT_TRUE(G_N_ELEMENTS(rows) > 70);
}

/* The fixed header: what each damage of it is called. */
static void headers_are_judged(void)
{
	static const struct { unsigned at; uint8_t value; const char *fault, *note; } cases[] = {
		{ 17, 0x21, NULL, NULL }, { 17, 0x10, "ike-version", NULL }, { 17, 0x30, "ike-version", NULL },
		{ 18, 33, NULL, "ike-exchange-unknown" }, { 18, 39, NULL, "ike-exchange-unknown" },
		{ 19, 0x09, NULL, "ike-flags-reserved" }, { 27, 0x75, "ike-length", NULL },
		{ 27, 0x73, "ike-payload-past-end", "ike-trailing" }, { 27, 0x1b, "ike-length", NULL },
		{ 27, 0, "ike-length", NULL }, { 16, 0, NULL, "ike-trailing" },
	};
	size_t n;
	uint8_t *p = octets_of(IKE_INIT_HEX, &n);
	struct ike_msg m;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t was = p[cases[i].at];
		struct wire_diags d = { 0 };

		p[cases[i].at] = cases[i].value;
		CU_ASSERT_EQUAL(ike_decode(p, n, &m, &d), !cases[i].fault);
		CU_ASSERT_EQUAL(g_strcmp0(m.fault.reason, cases[i].fault), 0);
		CU_ASSERT_EQUAL(g_strcmp0(d.n ? d.d[0].id : NULL, cases[i].note), 0);
		CU_ASSERT_EQUAL(m.h.spi_i, 0x1122334455667788);		/* always read: an answer needs it */
		p[cases[i].at] = was;
	}
	p[27]++;						/* longer than what came: what is there is read */
	CU_ASSERT_FALSE(ike_decode(p, n, &m, NULL));
	CU_ASSERT_EQUAL(m.n, 4);
	CU_ASSERT_FALSE(ike_decode(p, 27, &m, NULL));
	CU_ASSERT_STRING_EQUAL(m.fault.reason, "ike-short");
	g_free(p);
}

/* A body that cannot be read does not hide what follows. */
static void payloads_behind_a_bad_one_are_read(void)
{
	size_t n;
	uint8_t *p = octets_of("29 00 0007 000e 00  29 00 0008 00 00 0011  00 00 000a 00 00 4006 abcd", &n);
	struct ike_msg m;

	CU_ASSERT_FALSE(ike_decode_payloads(IKE_P_KE, p, n, &m, NULL));
	CU_ASSERT_TRUE(m.n == 3 && m.payload[0].bad && !m.payload[1].bad);
	CU_ASSERT_PTR_NULL(ike_find(&m, IKE_P_KE));
	CU_ASSERT_EQUAL(ike_count(&m, IKE_P_KE), 0);
	CU_ASSERT_EQUAL(ike_count(&m, IKE_P_NOTIFY), 2);
	CU_ASSERT_PTR_EQUAL(ike_find_error(&m), &m.payload[1]);
	CU_ASSERT_PTR_EQUAL(ike_find_notify(&m, IKE_N_COOKIE), &m.payload[2]);
	CU_ASSERT_PTR_NULL(ike_next_notify(&m, &m.payload[2]));
	CU_ASSERT_PTR_NULL(ike_find_notify(&m, IKE_N_REDIRECT));
	CU_ASSERT_PTR_EQUAL(ike_next(&m, &m.payload[1]), &m.payload[2]);
	g_free(p);
}

static void the_same_notify_twice_is_found_twice(void)
{
	size_t n;
	uint8_t *p = octets_of("29 00 0008 00 00 4004  29 00 0008 00 00 4005  00 00 0009 00 00 4004 01", &n);
	const struct ike_payload *pl;
	struct ike_msg m;

	CU_ASSERT_TRUE(ike_decode_payloads(IKE_P_NOTIFY, p, n, &m, NULL));
	pl = ike_find_notify(&m, IKE_N_NAT_DETECTION_SOURCE_IP);
	CU_ASSERT_PTR_EQUAL(pl, &m.payload[0]);
	CU_ASSERT_PTR_EQUAL(ike_next_notify(&m, pl), &m.payload[2]);
	CU_ASSERT_PTR_NULL(ike_find_error(&m));
	g_free(p);
}

/* [RFC 7296 2.5] */
static void critical_payloads_that_are_unknown_are_named(void)
{
	size_t n;
	uint8_t *p = octets_of("63 00 0004  64 80 0004  65 80 0004  00 80 0004", &n);
	struct ike_msg m;

	CU_ASSERT_TRUE(ike_decode_payloads(98, p, n, &m, NULL));
	CU_ASSERT_TRUE(m.n == 4 && m.critical_unknown == 99 && !m.payload[0].critical && m.payload[1].critical);
	g_free(p);
	p = octets_of("00 80 0014 00000000000000000000000000000000", &n);	/* known: the bit says nothing */
	CU_ASSERT_TRUE(ike_decode_payloads(IKE_P_NONCE, p, n, &m, NULL));
	CU_ASSERT_TRUE(m.critical_unknown == 0 && m.payload[0].critical);
	g_free(p);
}

/* ---- bounds ---- */

static void put_chain(GByteArray *a, unsigned count, const char *hex, uint8_t type)
{
	for (unsigned i = 0; i < count; i++) {
		size_t n;
		uint8_t *p = octets_of(hex, &n);

		p[0] = i + 1 == count ? 0 : type;
		g_byte_array_append(a, p, (guint)n);
		g_free(p);
	}
}

static void more_than_is_kept_is_noted_and_left_out(void)
{
	static const struct { uint8_t type; unsigned n; const char *hex; } many[] = {
		{ IKE_P_VENDOR, 100, "00 00 0004" },
		{ IKE_P_SA, 40, "00 00 000c 00 00 0008 01 01 00 00" },
		{ IKE_P_SA, 39, "00 00 0034 00 00 0030 01 01 00 05  03000008 03000001 03000008 03000002 03000008 03000005 "
				"03000008 0300000c 00000008 0300000e" },
		{ IKE_P_TSI, 38, "00 00 0028 02 000000 07 00 0010 0000 ffff 0a000000 0a000001 "
				 "07 00 0010 0000 ffff 0a000000 0a000001" },
		{ IKE_P_CP, 40, "00 00 0010 01 000000 0001 0000 0003 0000" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(many); i++) {
		GByteArray *a = g_byte_array_new();
		struct wire_diags d = { 0 };
		struct ike_msg *m = g_malloc(sizeof *m);	/* on the heap: a sanitizer sees a write behind it */

		put_chain(a, many[i].n, many[i].hex, many[i].type);
		CU_ASSERT_TRUE(ike_decode_payloads(many[i].type, a->data, a->len, m, &d));
		CU_ASSERT_TRUE(m->n <= IKE_PAYLOAD_MAX && m->n_prop <= IKE_PROPOSAL_MAX && m->n_ts <= IKE_TS_MAX);
		CU_ASSERT_TRUE(m->n_transform <= IKE_TRANSFORM_MAX && m->n_attr <= IKE_CP_ATTR_MAX);
		CU_ASSERT_TRUE(d.n && d.d[0].id && !strcmp(d.d[0].id, "ike-too-many"));
		g_free(m);
		g_byte_array_free(a, TRUE);
	}
}

/* ---- the Encrypted payload ---- */

#define SK_HEX \
	"1122334455667788 99aabbccddeeff00 2e 20 23 08 00000001 00000044 " \
	"23 00 0028 a0a1a2a3a4a5a6a7 00112233445566778899aabbccddeeff b0b1b2b3b4b5b6b7b8b9babb"

static void the_parts_of_an_encrypted_payload(void)
{
	static const struct seal_sizes z = { 8, 16, 12 };
	size_t n;
	uint8_t *p = octets_of(SK_HEX, &n);
	const char *why = NULL;
	struct ike_msg m;
	struct ike_sk sk;

	CU_ASSERT_TRUE(n == 68 && ike_decode(p, n, &m, NULL) && m.notes == 0);
	CU_ASSERT_TRUE(m.n == 1 && m.payload[0].sk.inner == IKE_P_IDI && m.payload[0].sk.data.n == 36);
	CU_ASSERT_TRUE(ike_sk_view(&m, &z, &sk, &why));
	CU_ASSERT_TRUE(sk.iv == 32 && sk.iv_len == 8 && sk.ct == 40 && sk.ct_len == 16 && sk.icv == 56 && sk.icv_len == 12);
	CU_ASSERT_TRUE(sk.aad_len == 32 && sk.auth_len == 56 && sk.len == 68 && sk.inner == IKE_P_IDI && sk.total == 0);
	CU_ASSERT_FALSE(ike_sk_view(&m, &(struct seal_sizes){ 8, 16, 11 }, &sk, &why));
	CU_ASSERT_STRING_EQUAL(why, "ike-sk-block");
	CU_ASSERT_FALSE(ike_sk_view(&m, &(struct seal_sizes){ 16, 1, 20 }, &sk, &why));
	CU_ASSERT_STRING_EQUAL(why, "ike-sk-short");
	CU_ASSERT_TRUE(ike_sk_view(&m, &(struct seal_sizes){ 15, 1, 20 }, &sk, &why));
	CU_ASSERT_EQUAL(sk.ct_len, 1);
	g_free(p);
	p = octets_of(IKE_INIT_HEX, &n);
	CU_ASSERT_TRUE(ike_decode(p, n, &m, NULL));
	CU_ASSERT_FALSE(ike_sk_view(&m, &z, &sk, &why));
	CU_ASSERT_STRING_EQUAL(why, "ike-sk-none");
	g_free(p);
}

static void fragments_are_numbered_from_one(void)
{
	static const struct { uint16_t number, total; bool good; } cases[] = {
		{ 1, 1, true }, { 2, 3, true }, { 3, 3, true }, { 0, 3, false }, { 4, 3, false }, { 0, 0, false },
		{ 1, 0, false }, { 65535, 65535, true },
	};
	size_t n;
	uint8_t *p = octets_of(SK_HEX, &n);
	const char *why;
	struct ike_msg m;
	struct ike_sk sk;

	p[16] = IKE_P_SKF;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		store16(p + 32, cases[i].number);
		store16(p + 34, cases[i].total);
		CU_ASSERT_TRUE(ike_decode(p, n, &m, NULL));
		why = NULL;
		CU_ASSERT_EQUAL(ike_sk_view(&m, &(struct seal_sizes){ 8, 4, 12 }, &sk, &why), cases[i].good);
		CU_ASSERT_EQUAL(g_strcmp0(why, cases[i].good ? NULL : "ike-skf-number"), 0);
		if (cases[i].good)
			CU_ASSERT_TRUE(sk.number == cases[i].number && sk.aad_len == 36 && sk.ct == 44 && sk.ct_len == 12);
	}
	p[31] = 6;					/* less than the fragment's fixed part */
	p[27] = 34;
	CU_ASSERT_FALSE(ike_decode(p, 34, &m, NULL));
	CU_ASSERT_STRING_EQUAL(m.fault.reason, "ike-body-short");
	CU_ASSERT_FALSE(ike_sk_view(&m, &(struct seal_sizes){ 0, 1, 0 }, &sk, NULL));
	g_free(p);
}

static void padding_is_held_against_what_is_there(void)
{
	size_t inner = 99;

	CU_ASSERT_FALSE(ike_sk_unpad((const uint8_t *)"", 0, &inner));
	CU_ASSERT_TRUE(ike_sk_unpad((const uint8_t *)"\0", 1, &inner) && inner == 0);
	CU_ASSERT_FALSE(ike_sk_unpad((const uint8_t *)"\1", 1, &inner));
	CU_ASSERT_TRUE(ike_sk_unpad((const uint8_t *)"\7\1", 2, &inner) && inner == 0);
	CU_ASSERT_TRUE(ike_sk_unpad((const uint8_t *)"aaa\0\0\2", 6, &inner) && inner == 3);
	CU_ASSERT_FALSE(ike_sk_unpad((const uint8_t *)"aaa\0\0\6", 6, &inner));
	CU_ASSERT_FALSE(ike_sk_unpad((const uint8_t *)"aaa\0\0\xff", 6, &inner));
}

/* ---- damage ---- */

static void touch(const struct ike_octets *o, unsigned *sum)
{
	for (unsigned i = 0; i < o->n; i++)
		*sum += o->p[i];
}

/* Reads every octet that the message lends. */
static void read_all(const struct ike_msg *m, unsigned *sum)
{
	for (unsigned i = 0; i < m->n; i++) {
		const struct ike_payload *pl = &m->payload[i];

		touch(&pl->body, sum);
		if (pl->bad)
			continue;
		if (pl->type == IKE_P_SA)
			for (unsigned j = 0; j < pl->sa.n; j++) {
				touch(&(struct ike_octets){ pl->sa.p[j].spi, pl->sa.p[j].spi_len }, sum);
				for (unsigned t = 0; t < pl->sa.p[j].n; t++)
					*sum += pl->sa.p[j].t[t].id;
			}
		if (pl->type == IKE_P_CP)
			for (unsigned j = 0; j < pl->cp.n; j++)
				touch(&(struct ike_octets){ pl->cp.attr[j].value, pl->cp.attr[j].len }, sum);
		if (pl->type == IKE_P_DELETE)
			touch(&(struct ike_octets){ pl->del.spi, (uint16_t)(pl->del.n * pl->del.spi_len) }, sum);
		if (pl->type == IKE_P_NOTIFY)
			touch(&pl->notify.data, sum);
	}
}

static void look(const uint8_t *p, size_t n, void *data)
{
	unsigned *sum = data;
	struct ike_msg m;
	struct ike_sk sk;

	if (ike_decode(p, n, &m, NULL) != !m.fault.reason || m.fault.offset > n)
		CU_FAIL("a fault outside");
	read_all(&m, sum);
	if (ike_sk_view(&m, &(struct seal_sizes){ 8, 4, 12 }, &sk, NULL) && sk.icv + sk.icv_len > n)
		CU_FAIL("an ICV outside");
}

static void look_inside(const uint8_t *p, size_t n, void *data)
{
	unsigned *sum = data;
	struct ike_msg m;

	if (ike_decode_payloads(IKE_INNER_FIRST, p, n, &m, NULL) != !m.fault.reason || m.fault.offset > n)
		CU_FAIL("a fault outside");
	read_all(&m, sum);
}

static void damaged_messages_are_read_within_their_octets(void)
{
	static const struct { const char *hex; damage_fn *fn; } victims[] = {
		{ IKE_INIT_HEX, look }, { SK_HEX, look }, { IKE_INNER_HEX, look_inside },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(victims); i++) {
		unsigned sum = 0;
		size_t n;
		uint8_t *p = octets_of(victims[i].hex, &n);

		CU_ASSERT_EQUAL(damage_each(p, n, victims[i].fn, &sum), 9 * n);
		CU_ASSERT_TRUE(sum > 0);
		g_free(p);
	}
}

static const struct harness_test tests[] = {
	{ "an IKE_SA_INIT request by hand", an_init_request_by_hand },
	{ "inner payloads by hand", inner_payloads_by_hand },
	{ "an empty chain is good", an_empty_chain_is_good },
	{ "each fault and note by its name", each_fault_and_note_by_its_name },
	{ "headers are judged", headers_are_judged },
	{ "payloads behind a bad one are read", payloads_behind_a_bad_one_are_read },
	{ "the same notify twice is found twice", the_same_notify_twice_is_found_twice },
	{ "critical payloads that are unknown are named", critical_payloads_that_are_unknown_are_named },
	{ "more than is kept is noted and left out", more_than_is_kept_is_noted_and_left_out },
	{ "the parts of an encrypted payload", the_parts_of_an_encrypted_payload },
	{ "fragments are numbered from one", fragments_are_numbered_from_one },
	{ "padding is held against what is there", padding_is_held_against_what_is_there },
	{ "damaged messages are read within their octets", damaged_messages_are_read_within_their_octets },
};

int main(int argc, char **argv)
{
	return harness_main("wire_ike", tests, G_N_ELEMENTS(tests), argc, argv);
}

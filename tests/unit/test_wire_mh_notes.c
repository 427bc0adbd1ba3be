/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the mobility header decoder says about wrong messages: which fault or note, at which offset, and that the rest
 * is still read. Also every option of the registry at its least length, and the dialects of the field.
 */
#include "tests/unit/harness.h"
#include "tests/unit/mh_golden.h"
#include "tests/unit/mh_tools.h"
#include "wire/mh_codec.h"

struct broken {
	const char *what, *hex;
	const char *id;			/* the note, or NULL when a fault is expected */
	uint32_t offset;
	unsigned n_opt;			/* options read all the same */
};

static const struct broken noted[] = {
	{ "payload protocol", "3a010500 0000 0001 c000 0010 01020000", "mh-payload-proto", 0, 0 },
	{ "reserved octet of the header", "3b010580 0000 0001 c000 0010 01020000", "reserved-nonzero", 3, 0 },
	{ "reserved flags", "3b010500 0000 0001 c001 0010 01020000", "reserved-nonzero", 9, 0 },
	{ "unknown type", "3b01c800 0000 0001 c000 0010 01020000", "mh-type-unknown", 2, 0 },
	{ "PadN with content", "3b010500 0000 0001 c000 0010 01020001", "padn-nonzero", 15, 0 },
	{ "unknown option", "3b010500 0000 0001 c000 0010 fa020001", "opt-unknown", 12, 1 },
	{ "alignment", "3b020500 0000 0001 c000 0010 00 02020001 01050000000000", "opt-alignment", 13, 1 },
	{ "an option twice", "3b020500 0000 0001 c000 0010 02020001 02020002 01020000", "opt-duplicate", 16, 2 },
	{ "a short option", "3b010500 0000 0001 c000 0010 02010000", "opt-length", 13, 1 },
	{ "a long option", "3b020500 0000 0001 c000 0010 0203000100 00 0104 00000000", "opt-length-long", 13, 1 },
	{ "a BID option of 6 octets", "3b020500 0000 0001 c000 0010 2306 000100010000 01020000", "opt-length", 13, 1 },
	{ "a GRE key of 4 octets", "3b020500 0000 0001 c000 0010 2104 00000000 01040000 0000", "opt-length", 13, 1 },
	{ "authentication before another option", "3b020500 0000 0001 c000 0010 0502 aaaa 0202 0001 0102 0000",
		"opt-auth-not-last", 16, 2 },
	{ "octets after the message", "3b010500 0000 0001 c000 0010 01020000 ff", "mh-trailing", 16, 0 },
	{ "an option past the header length", "3b010500 0000 0001 c000 0010 1c04 0000 0005", "opt-past-header-length",
		12, 1 },
	{ "revocation of unknown type", "3b011000 0000 0301 0001 0000 01020000", "br-type-unknown", 6, 0 },
	{ "prefix length above 128", "3b030500 0000 0001 c200 0010 1612 00 81 00000000000000000000000000000000",
		"prefix-length", 15, 1 },
};

static const struct broken faulty[] = {
	{ "nothing", "", NULL, 0, 0 },
	{ "five octets", "3b01050000", NULL, 5, 0 },
	{ "header length too short for a BU", "3b000500 0000 0001 c000 0010 01020000", NULL, 1, 0 },
	{ "header length too short for a BE", "3b010700 0000 0100 20010db800000000", NULL, 1, 0 },
	{ "header length beyond the packet", "3b040500 0000 0001 c000 0010 02020001", NULL, 16, 1 },
	{ "cut in the fixed part", "3b010500 0000 0001 c000", NULL, 10, 0 },
	{ "an option past the packet", "3b010500 0000 0001 c000 0010 02ff0001", NULL, 12, 0 },
	{ "an option without length", "3b010500 0000 0001 c000 0010 00000002", NULL, 15, 0 },
	{ "more addresses than there is room for", "3b020c00 0000 0200 20010db8000f00000000000000000002", NULL, 6, 0 },
};

static void test_notes(void)
{
	unsigned i;

	for (i = 0; i < G_N_ELEMENTS(noted); i++) {
		const struct broken *b = &noted[i];
		struct wire_diags d = { .n = 0 };
		const struct wire_diag *note;
		struct mh_msg m;
		uint8_t p[256];
		size_t n = octets_of(b->hex, p);

		if (!mh_decode(p, n, &m, &d))
			g_printerr("%s: %s at %u\n", b->what, m.fault.reason, m.fault.offset);
		CU_ASSERT_PTR_NULL(m.fault.reason);
		note = note_of(&d, b->id);
		if (!note || note->offset != b->offset || m.n_opt != b->n_opt)
			g_printerr("%s: %s at %u, %u options\n", b->what, note ? note->id : "no note", note
				? note->offset : 0,
				m.n_opt);
		CU_ASSERT(note && note->offset == b->offset);
		CU_ASSERT_EQUAL(m.n_opt, b->n_opt);
		CU_ASSERT_EQUAL(m.notes, d.n);
	}
}

static void test_faults(void)
{
	unsigned i;

	for (i = 0; i < G_N_ELEMENTS(faulty); i++) {
		const struct broken *b = &faulty[i];
		struct mh_msg m;
		uint8_t p[256];
		size_t n = octets_of(b->hex, p);

		CU_ASSERT(!mh_decode(p, n, &m, NULL));
		if (!m.fault.reason || m.fault.offset != b->offset || m.n_opt != b->n_opt)
			g_printerr("%s: %s at %u, %u options\n", b->what, m.fault.reason, m.fault.offset, m.n_opt);
		CU_ASSERT(m.fault.reason && m.fault.offset == b->offset);
		CU_ASSERT_EQUAL(m.n_opt, b->n_opt);
	}
}

/* Malformed options are passed over by mh_find, but can be asked for. */
static void test_bad_options(void)
{
	uint8_t p[64];
	size_t n = octets_of("3b020500 0000 0001 c000 0010 2306 000100010000 01020000", p);
	struct mh_msg m;

	CU_ASSERT(mh_decode(p, n, &m, NULL));
	CU_ASSERT_PTR_NULL(mh_find(&m, MH_OPT_BID));
	CU_ASSERT(mh_find_any(&m, MH_OPT_BID) == &m.opt[0] && m.opt[0].bad && m.opt[0].raw.n == 6);
	CU_ASSERT_EQUAL(mh_count(&m, MH_OPT_BID), 0);
}

static void test_many_options(void)
{
	uint8_t p[MH_MAX] = { 59, 255, MH_BU };
	struct wire_diags d = { .n = 0 };
	struct mh_msg m;
	unsigned i;

	for (i = 12; i < sizeof p; i += 2)
		p[i] = MH_OPT_CGA_REQUEST;
	CU_ASSERT(mh_decode(p, sizeof p, &m, &d));
	CU_ASSERT_EQUAL(m.n_opt, MH_OPT_MAX);
	CU_ASSERT_EQUAL(m.notes, d.n);
	CU_ASSERT(d.n >= (sizeof p - 12) / 2 - MH_OPT_MAX);
}

/* Every option type, with as many zero octets as the least and the most that its row allows. */
static void test_each_option(void)
{
	unsigned type, pass, read = 0;

	for (type = 2; type < MH_OPT_TYPES; type++)
		for (pass = 0; pass < 2; pass++) {
			unsigned len = pass ? mh_opt_rows[type].max : mh_opt_rows[type].min, n, y, pad, total;
			struct mh_opt probe = { .type = (uint8_t)type };
			uint8_t p[512] = { 59, 0, MH_BU }, back[512];
			struct mh_msg m;

			mh_opt_align(&probe, len, &n, &y);
			if (type == MH_OPT_FLOW_ID && len <= 6)
				n = 2, y = 0;
			pad = (y - 12) & (n - 1);
			mh_pad(p + 12, pad);
			p[12 + pad] = (uint8_t)type;
			p[13 + pad] = (uint8_t)len;
			total = 14 + pad + len;
			mh_pad(p + total, -total & 7);
			total += -total & 7;
			p[1] = (uint8_t)(total / 8 - 1);
			if (type == MH_OPT_REDIRECT)
				p[14 + pad] = pass ? 0x80 : 0x40;
			else if (type == MH_OPT_LMA_ADDRESS)
				p[14 + pad] = pass ? 1 : 2;
			else if (type == MH_OPT_DELEGATED_MNP)
				p[14 + pad] = pass ? 0 : 0x80;
			else if (type == MH_OPT_MAG_IP6)
				p[15 + pad] = 128;
			CU_ASSERT(mh_decode(p, total, &m, NULL));
			CU_ASSERT_EQUAL(m.n_opt, 1);
			if (m.notes || m.opt[0].bad)
				g_printerr("%s of %u octets: %u notes\n", mh_opt_name((uint8_t)type), len, m.notes);
			CU_ASSERT_EQUAL(m.notes, 0);
			CU_ASSERT(!m.opt[0].bad);
			CU_ASSERT_EQUAL(mh_encode(&m, back, sizeof back), total);
			if (memcmp(p, back, total))
				g_printerr("%s of %u octets is written otherwise\n", mh_opt_name((uint8_t)type), len);
			CU_ASSERT(!memcmp(p, back, total));
			read++;
		}
	CU_ASSERT_EQUAL(read, 2 * (MH_OPT_TYPES - 2));
}

/* Every message type with its fixed part zero. */
static void test_each_message(void)
{
	unsigned type;

	for (type = 0; type < MH_TYPES; type++) {
		uint8_t p[32] = { 59, 0, (uint8_t)type }, back[32];
		unsigned n = mh_msg_rows[type].fixed, pad = -n & 7;
		struct mh_msg m;

		if (mh_msg_rows[type].options)
			mh_pad(p + n, pad);
		n += pad;
		p[1] = (uint8_t)(n / 8 - 1);
		if (type == MH_BR)
			p[6] = 1;
		if (type == MH_FLOW_BINDING)
			p[7] = 1;
		CU_ASSERT(mh_decode(p, n, &m, NULL));
		CU_ASSERT_EQUAL(m.notes, 0);
		CU_ASSERT_EQUAL(mh_encode(&m, back, sizeof back), n);
		CU_ASSERT(!memcmp(p, back, n));
		CU_ASSERT(mh_type_name((uint8_t)type) && mh_type_title((uint8_t)type));
		p[1] = 0xff;
		CU_ASSERT(!mh_decode(p, n, &m, NULL));
	}
}

/*
 * A daemon of the field: the header is 4 octets longer than it says, so that the Timestamp option lies across the
 * end, and the acknowledgement has no P flag. All of it is read; the notes say what is wrong.
 */
static void test_short_header_dialect(void)
{
	uint8_t p[256];
	size_t n;
	struct wire_diags d = { .n = 0 };
	struct mh_msg m;

	n = octets_of("3b050600 0000 0000 0001 0010 0809 01 0102030405060708 00"
		"1612 0080 20010db8000a00010000000000000100 00 00 1b08 0102030405060708", p);
	CU_ASSERT_EQUAL(n, 12 + 12 + 20 + 2 + 10);
	CU_ASSERT(mh_decode(p, n, &m, &d));
	CU_ASSERT_EQUAL(m.n_opt, 3);
	CU_ASSERT(note_of(&d, "opt-past-header-length") != NULL);
	CU_ASSERT(mh_find(&m, MH_OPT_TIMESTAMP) && mh_find(&m, MH_OPT_TIMESTAMP)->stamp.v == 0x0102030405060708u);
	CU_ASSERT(!(m.ba.flags & MH_BA_P));
}

static void test_sum(void)
{
	uint8_t p[MH_MAX];
	struct ip6_addr src, dst, other;
	size_t n = octets_of(goldens[0].hex, p), i;

	CU_ASSERT(ip6_parse(goldens[0].src, &src) && ip6_parse(goldens[0].dst, &dst) && ip6_parse("2001:db8:c:1::200",
		&other));
	CU_ASSERT(mh_sum_ok(p, n, &src, &dst));
	CU_ASSERT(!mh_sum_ok(p, n, &other, &dst));	/* the care-of address does not stand in for the home address */
	for (i = 0; i < 8 * n; i++) {
		p[i / 8] ^= (uint8_t)(1 << i % 8);
		CU_ASSERT(!mh_sum_ok(p, n, &src, &dst));
		p[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	CU_ASSERT(!mh_sum_ok(p, 7, &src, &dst));
	p[n] = 0xaa;					/* lengths that are no multiple of 8 */
	mh_seal(p, n + 1, &src, &dst);
	CU_ASSERT(mh_sum_ok(p, n + 1, &src, &dst));
}

static void test_contradictions(void)
{
	uint8_t buf[MH_MAX], data[255] = { 0 };
	struct mh_msg m;
	struct mh_opt *o;

	mh_start(&m, MH_BU);
	mh_add(&m, MH_OPT_BID)->bid.family = 5;
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);
	mh_start(&m, MH_BU);
	mh_add(&m, MH_OPT_BID)->bid.priority = 128;
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);
	mh_start(&m, MH_BU);
	mh_add(&m, MH_OPT_HNP)->prefix.len = 129;
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);
	mh_start(&m, MH_BU);
	o = mh_add(&m, MH_OPT_MN_ID);
	o->id.id = (struct mh_octets){ data, 255 };		/* with the subtype 256 */
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);
	o->id.id.n = 254;
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 272);
	CU_ASSERT_EQUAL(mh_encode(&m, buf, 271), 0);
	while (m.n_opt < 9) {
		o = mh_add(&m, MH_OPT_EXPERIMENTAL);
		o->octets = (struct mh_octets){ data, 255 };
	}
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);	/* more than a header length can say */
	m.n_opt = 7;
	CU_ASSERT(mh_encode(&m, buf, sizeof buf) > 1800);
}

static void test_units(void)
{
	CU_ASSERT_EQUAL(mh_stamp_from_ns(1700000000500000000u).v, 1700000000ull << 16 | 0x8000);
	CU_ASSERT_EQUAL(mh_stamp_ns(mh_stamp_from_ns(1700000000500000000u)), 1700000000500000000u);
	CU_ASSERT_EQUAL(mh_stamp_ns((struct mh_stamp){ 1 }), 15259);		/* 1/65536 s, rounded up */
	CU_ASSERT_EQUAL(mh_stamp_from_ns(15259).v, 1);
	CU_ASSERT_STRING_EQUAL(mh_status_name(MH_SPACE_BA, 135), "sequence number out of window");
	CU_ASSERT_STRING_EQUAL(mh_status_name(MH_SPACE_IP4_ACK, 132),
		"dynamic ipv4 home address assignment not available");
	CU_ASSERT_PTR_NULL(mh_status_name(MH_SPACE_BA, 200));
	CU_ASSERT_STRING_EQUAL(mh_opt_name(30), "opt-ipv4-address-acknowledgement");
	CU_ASSERT_STRING_EQUAL(mh_opt_name(45), "opt-flow-identification");
	CU_ASSERT_STRING_EQUAL(mh_opt_name(71), "opt-unknown");
}

static const struct harness_test tests[] = {
	{ "each deviation is noted by name and place and the rest is read", test_notes },
	{ "what cannot be read is a fault with its place", test_faults },
	{ "malformed options are kept apart", test_bad_options },
	{ "more options than are kept are counted", test_many_options },
	{ "each option is read and written at its least and greatest length", test_each_option },
	{ "each message is read and written", test_each_message },
	{ "a header that is longer than it says is read", test_short_header_dialect },
	{ "the checksum covers the home address", test_sum },
	{ "contradicting structs are not written", test_contradictions },
	{ "units and names are those of the registries", test_units },
};

int main(int argc, char **argv)
{
	return harness_main("wire_mh_notes", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of messages: what each verb leaves of a Binding Update with three options, and of a GRE header. */
#include <string.h>

#include "scenarios/edit.h"
#include "tests/unit/harness.h"
#include "wire/mh.h"

/* HNP, handoff indicator, access technology, aligned and padded as the codec does it */
static uint32_t message(uint8_t *out)
{
	struct mh_msg m;

	mh_start(&m, MH_BU);
	m.bu.flags = MH_BU_A | MH_BU_P;
	m.bu.seq = 7;
	mh_add(&m, MH_OPT_HNP);
	mh_add(&m, MH_OPT_HANDOFF)->handoff = 3;
	mh_add(&m, MH_OPT_ATT)->att = 4;
	return (uint32_t)mh_encode(&m, out, 256);
}

/* One edit of a fresh message; the result decoded. */
static bool edited(struct scen_edit e, uint8_t *out, uint32_t *n, struct mh_msg *m)
{
	GPtrArray *edits = g_ptr_array_new();

	e.nth = e.nth ? e.nth : 1;
	g_ptr_array_add(edits, &e);
	*n = edit_message(edits, false, out, message(out), 256);
	g_ptr_array_unref(edits);
	return mh_decode(out, *n, m, NULL);
}

static void test_options(void)
{
	uint8_t p[256];
	struct mh_msg m;
	uint32_t n;

	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_LEAVE_OUT, .option = "home-network-prefix" }, p, &n, &m));
	CU_ASSERT(m.n_opt == 2 && !mh_find(&m, MH_OPT_HNP) && n % 8 == 0 && (p[1] + 1u) * 8 == n && m.bu.seq == 7);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_DOUBLE, .option = "handoff-indicator" }, p, &n, &m));
	CU_ASSERT(mh_count(&m, MH_OPT_HANDOFF) == 2 && m.n_opt == 4 && n % 8 == 0);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_REPLACE, .option = "23", .octets = "00 05" }, p, &n, &m));
	CU_ASSERT(mh_find(&m, MH_OPT_HANDOFF)->handoff == 5);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_REVERSE, .option = "access-technology-type" }, p, &n, &m));
	CU_ASSERT(mh_find(&m, MH_OPT_ATT)->att == 0 && m.notes);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_ADD, .option = "200", .octets = "aabb" }, p, &n, &m));
	CU_ASSERT(m.n_opt == 4 && mh_find(&m, 200)->raw.n == 2);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_WRITE, .option = "home-network-prefix", .at = 1, .octets = "40" },
			 p, &n, &m));
	CU_ASSERT(mh_find(&m, MH_OPT_HNP)->prefix.len == 64);
	/* what is not there stays as it is */
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_LEAVE_OUT, .option = "timestamp" }, p, &n, &m) && m.n_opt == 3);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_DOUBLE, .option = "handoff-indicator", .nth = 2 }, p, &n, &m));
	CU_ASSERT(m.n_opt == 3);
}

static void test_octets(void)
{
	uint8_t p[256], was[256];
	uint32_t n, before = message(was);
	struct mh_msg m;

	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_SET, .field = FIELD_SEQUENCE, .value = 0x1234 }, p, &n, &m));
	CU_ASSERT(m.bu.seq == 0x1234 && n == before && m.n_opt == 3);
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_SET, .field = FIELD_LIFETIME, .value = 9 }, p, &n, &m));
	CU_ASSERT(m.bu.life.units == 9 && m.bu.flags == (MH_BU_A | MH_BU_P));
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_SET, .field = FIELD_STATUS, .value = 9 }, p, &n, &m));
	CU_ASSERT(!memcmp(p, was, n));		/* a BU has none */
	CU_ASSERT(edited((struct scen_edit){ .verb = EDIT_WRITE, .at = 8, .octets = "0200" }, p, &n, &m));
	CU_ASSERT(m.bu.flags == MH_BU_P);
	edited((struct scen_edit){ .verb = EDIT_INSERT, .at = 12, .octets = "ffff" }, p, &n, &m);
	CU_ASSERT(n == before + 2 && p[12] == 0xff && p[1] == was[1] && !memcmp(p + 14, was + 12, before - 12));
	edited((struct scen_edit){ .verb = EDIT_CUT, .at = 20 }, p, &n, &m);
	CU_ASSERT(n == 20 && p[1] == was[1]);
	edited((struct scen_edit){ .verb = EDIT_CUT, .at = 1 }, p, &n, &m);
	CU_ASSERT(n == 8);			/* the shortest that has a checksum */
}

/* No padding at all, and a header length that says less than there is. */
static void test_pack(void)
{
	uint8_t p[256];
	struct mh_msg m;
	uint32_t n;

	edited((struct scen_edit){ .verb = EDIT_PACK }, p, &n, &m);
	CU_ASSERT(n == 12 + 20 + 4 + 4 && p[1] == n / 8 - 1 && p[12] == MH_OPT_HNP && p[32] == MH_OPT_HANDOFF);
}

static void test_gre(void)
{
	uint8_t p[32] = { 0x20, 0, 0x86, 0xdd, 0, 0, 0, 7, 0x60 };
	struct scen_edit key = { .verb = EDIT_SET, .field = FIELD_KEY, .value = 0x01020304 };
	struct scen_edit flags = { .verb = EDIT_SET, .field = FIELD_FLAGS, .value = 0xa000 };
	struct scen_edit status = { .verb = EDIT_SET, .field = FIELD_STATUS, .value = 1 };
	GPtrArray *edits = g_ptr_array_new();

	g_ptr_array_add(edits, &key);
	g_ptr_array_add(edits, &flags);
	g_ptr_array_add(edits, &status);
	CU_ASSERT(edit_message(edits, true, p, 12, sizeof p) == 12);
	CU_ASSERT(!memcmp(p, "\xa0\0\x86\xdd\1\2\3\4\x60", 9));
	g_ptr_array_unref(edits);
}

static const struct harness_test tests[] = {
	{ "options are left out, doubled, replaced, reversed, added and written", test_options },
	{ "fields and octets", test_octets },
	{ "without padding", test_pack },
	{ "GRE", test_gre },
};

int main(int argc, char **argv)
{
	return harness_main("scenario_edit", tests, G_N_ELEMENTS(tests), argc, argv);
}

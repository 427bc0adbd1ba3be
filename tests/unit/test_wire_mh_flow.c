/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flow sub-options, binary traffic selectors, 3GPP values and protocol configuration options: read, written, compared,
 * and refused where the documents say so. [RFC 6088] [RFC 6089 4.2.1] [RFC 7109 6.2] [24.008 10.5.6.3]
 */
#include <string.h>

#include "tests/unit/harness.h"
#include "wire/mh.h"
#include "wire/mh_3gpp.h"
#include "wire/mh_flow.h"

static struct ip6_addr ip6(const char *s)
{
	struct ip6_addr a;

	CU_ASSERT(ip6_parse(s, &a));
	return a;
}

static struct ip6_addr ip4in6(const char *s)
{
	struct ip6_addr a = { { 0 } };
	struct ip4_addr b;

	CU_ASSERT(ip4_parse(s, &b));
	memcpy(a.o, b.o, 4);
	return a;
}

static void test_every_field(void)
{
	uint8_t format;

	for (format = MH_TS_IP4; format <= MH_TS_IP6; format++) {
		struct mh_ts ts = { .format = format, .has = 0xffff }, back;
		struct wire_diags d = { .n = 0 };
		uint8_t buf[128];
		unsigned i;
		size_t n;

		if (format == MH_TS_IP4)
			ts.has &= (uint16_t)~(MH_TS_LABEL | MH_TS_LABEL_END);
		for (i = 0; i < 2; i++) {
			ts.src[i] = format == MH_TS_IP6 ? ip6("2001:db8::1") : ip4in6("192.0.2.1");
			ts.dst[i] = format == MH_TS_IP6 ? ip6("2001:db8::2") : ip4in6("192.0.2.2");
			ts.src[i].o[3] += (uint8_t)i;
			ts.spi[i] = 0x11111111u * (i + 1);
			ts.label[i] = ts.has & MH_TS_LABEL ? 0x112233u * (i + 1) : 0;
			ts.sport[i] = (uint16_t)(1000 + i);
			ts.dport[i] = (uint16_t)(2000 + i);
			ts.ds[i] = (uint8_t)(0x40 + i);
			ts.proto[i] = (uint8_t)(6 + i);
		}
		n = mh_ts_encode(&ts, buf, sizeof buf);
		CU_ASSERT_EQUAL(n, format == MH_TS_IP6 ? 4u + 64 + 16 + 8 + 4 : 4u + 24 + 8 + 4);
		CU_ASSERT(mh_ts_decode(format, buf, n, &back, &d, 0));
		CU_ASSERT_EQUAL(d.n, 0);
		CU_ASSERT(!memcmp(&ts, &back, sizeof ts));
		CU_ASSERT(mh_ts_eq(&ts, &back));
		CU_ASSERT_EQUAL(mh_ts_encode(&ts, buf, n - 1), 0);
		for (i = 0; i < n; i++)
			CU_ASSERT(!mh_ts_decode(format, buf, i, &back, NULL, 0));
	}
}

/* Octets as the figures of RFC 6088 3.1 and 3.2 have them. */
static void test_octets(void)
{
	static const uint8_t v4[] = { 0x20, 0x88, 0, 0, 192, 0, 2, 9, 0, 80, 17 };
	static const uint8_t v6[] = { 0x02, 0x20, 0, 0, 0, 0x01, 0x23, 0x45, 0x01, 0xbb };
	struct mh_ts ts;

	CU_ASSERT(mh_ts_decode(MH_TS_IP4, v4, sizeof v4, &ts, NULL, 0));
	CU_ASSERT_EQUAL(ts.has, MH_TS_DST | MH_TS_DPORT | MH_TS_PROTO);
	CU_ASSERT(!memcmp(ts.dst[0].o, v4 + 4, 4) && ts.dport[0] == 80 && ts.proto[0] == 17);
	CU_ASSERT(mh_ts_decode(MH_TS_IP6, v6, sizeof v6, &ts, NULL, 0));
	CU_ASSERT_EQUAL(ts.has, MH_TS_LABEL | MH_TS_DPORT);
	CU_ASSERT(ts.label[0] == 0x12345 && ts.dport[0] == 443);
}

static void test_end_without_start(void)
{
	static const uint8_t end_only[] = { 0x01, 0, 0, 0, 0, 99 };
	struct mh_ts ts = { .format = MH_TS_IP4, .has = MH_TS_SPORT_END };
	struct wire_diags d = { .n = 0 };
	uint8_t buf[64];

	CU_ASSERT_EQUAL(mh_ts_encode(&ts, buf, sizeof buf), 0);
	CU_ASSERT(!mh_ts_decode(MH_TS_IP4, end_only, sizeof end_only, &ts, &d, 0));
	CU_ASSERT(d.n == 1 && !strcmp(d.d[0].id, "ts-end-without-start"));
	ts = (struct mh_ts){ .format = MH_TS_IP4, .has = MH_TS_LABEL };
	CU_ASSERT_EQUAL(mh_ts_encode(&ts, buf, sizeof buf), 0);		/* IPv4 has no flow label */
}

static void test_match(void)
{
	struct mh_ts ts = { .format = MH_TS_IP4, .has = MH_TS_DPORT | MH_TS_DPORT_END | MH_TS_PROTO | MH_TS_DS,
		.dport = { 5000, 5010 }, .proto = { 17, 17 }, .ds = { 0xb8, 0xb8 } };
	struct mh_flow_key k = { .family = 4, .has = MH_TS_SRC | MH_TS_DST | MH_TS_SPORT | MH_TS_DPORT | MH_TS_PROTO |
		MH_TS_DS,
		.dport = 5000, .proto = 17, .ds = 0xbb };
	struct mh_ts back;

	CU_ASSERT(mh_ts_match(&ts, &k));		/* the two ECN bits do not count */
	k.dport = 5010;
	CU_ASSERT(mh_ts_match(&ts, &k));
	k.dport = 5011;
	CU_ASSERT(!mh_ts_match(&ts, &k));
	k.dport = 5005;
	k.proto = 6;
	CU_ASSERT(!mh_ts_match(&ts, &k));
	k.proto = 17;
	k.family = 6;
	CU_ASSERT(!mh_ts_match(&ts, &k));
	k.family = 4;
	k.has &= (uint16_t)~MH_TS_DPORT;		/* a fragment: no ports */
	CU_ASSERT(!mh_ts_match(&ts, &k));
	ts = (struct mh_ts){ .format = MH_TS_IP4, .has = MH_TS_SRC | MH_TS_SRC_END };
	ts.src[0] = ip4in6("10.0.0.5");
	ts.src[1] = ip4in6("10.0.1.0");
	k.src = ip4in6("10.0.0.200");
	CU_ASSERT(mh_ts_match(&ts, &k));
	k.src = ip4in6("10.0.1.1");
	CU_ASSERT(!mh_ts_match(&ts, &k));
	mh_ts_reverse(&ts, &back);
	CU_ASSERT_EQUAL(back.has, MH_TS_DST | MH_TS_DST_END);
	k.dst = ip4in6("10.0.0.6");
	CU_ASSERT(mh_ts_match(&back, &k));
	mh_ts_reverse(&back, &back);
	CU_ASSERT(mh_ts_eq(&back, &ts));
}

static void test_flow_round(void)
{
	struct mh_flow f = { .has_ref = true, .has_ts = true, .has_action = true, .has_target = true, .n_bid = 2,
		.bid = { 7, 9 }, .action = MH_ACTION_MOVE, .target_family = 6 }, back;
	uint8_t subs[249];
	struct mh_octets o = { subs, 0 };

	f.ts.format = MH_TS_IP6;
	f.ts.has = MH_TS_SRC;
	f.ts.src[0] = ip6("2001:db8::5");
	f.target6 = ip6("2001:db8:c::9");
	o.n = (uint8_t)mh_flow_encode(&f, subs, sizeof subs);
	/* reference 6, PadN 2, selector at 8 (8n) of 24, action 4, target 20 */
	CU_ASSERT_EQUAL(o.n, 6 + 2 + 24 + 4 + 20);
	CU_ASSERT(subs[8] == MH_SUB_TRAFFIC_SELECTOR && subs[9] == 22);
	CU_ASSERT(mh_flow_decode(o, &back, NULL, 0));
	CU_ASSERT(back.has_ref && back.n_bid == 2 && back.bid[0] == 7 && back.bid[1] == 9);
	CU_ASSERT(mh_ts_eq(&f.ts, &back.ts));
	CU_ASSERT(back.has_action && back.action == MH_ACTION_MOVE);
	CU_ASSERT(back.has_target && back.target_family == 6 && ip6_eq(&back.target6, &f.target6));
	CU_ASSERT_EQUAL(mh_flow_encode(&f, subs, o.n - 1u), 0);
	CU_ASSERT_EQUAL(mh_flow_encode(&(struct mh_flow){ .n_bid = 0 }, subs, sizeof subs), 0);
}

static void flow_is(const uint8_t *p, size_t n, bool good, const char *note)
{
	struct mh_octets o = { p, (uint8_t)n };
	struct wire_diags d = { .n = 0 };
	struct mh_flow f;

	CU_ASSERT_EQUAL(mh_flow_decode(o, &f, &d, 100), good);
	if (!note) {
		CU_ASSERT_EQUAL(d.n, 0);
	} else {
		CU_ASSERT(d.n >= 1 && !strcmp(d.d[0].id, note) && d.d[0].offset >= 100);
	}
}

#define FLOW(good, note, ...) \
	do { \
		static const uint8_t octets[] = { __VA_ARGS__ }; \
		flow_is(octets, sizeof octets, good, note); \
	} while (0)

static void test_flow_faults(void)
{
	FLOW(true, NULL, 0, 0, 0, 1, 2, 0, 0);
	FLOW(true, NULL, 2, 4, 0, 1, 0, 2);
	FLOW(false, "flow-reference-length", 2, 0);
	FLOW(false, "flow-reference-length", 2, 3, 0, 1, 0);
	FLOW(false, "flow-second-reference", 2, 2, 0, 1, 2, 2, 0, 1);
	FLOW(false, "flow-sub-length", 2, 200, 0, 1);
	FLOW(false, "flow-sub-length", 3);
	FLOW(false, "flow-selector-length", 3, 0);
	FLOW(false, "flow-selector-length", 3, 1, 1);
	FLOW(false, "ts-length", 3, 2, 1, 0);
	FLOW(true, "flow-selector-format", 3, 4, 9, 0, 1, 2);
	FLOW(false, "flow-second-selector", 3, 6, 1, 0, 0, 0, 0, 0, 3, 6, 1, 0, 0, 0, 0, 0);
	FLOW(false, "flow-action-length", 4, 1, 11);
	FLOW(false, "flow-target-length", 5, 4, 0, 0, 1, 1);
	FLOW(true, "flow-sub-unknown", 77, 3, 1, 2, 3, 2, 2, 0, 1);
}

static void test_pco(void)
{
	static const uint8_t ha[16] = { 0x20, 0x01, 0x0d, 0xb8, 15 }, v4[4] = { 192, 0, 2, 1 };
	struct mh_pco_item items[] = { { MH_PCO_HA_IP6, { ha, 16 } }, { MH_PCO_HA_IP4, { v4, 4 } }, { MH_PCO_IFOM,
		{ NULL, 0 } } };
	struct mh_pco_item item;
	struct mh_pco_walk w;
	uint8_t buf[64];
	size_t n = mh_pco_encode(items, 3, buf, sizeof buf), i;

	CU_ASSERT_EQUAL(n, 1 + 19 + 7 + 3);
	w = mh_pco_walk((struct mh_octets){ buf, (uint8_t)n });
	CU_ASSERT(mh_pco_next(&w, &item) && item.id == MH_PCO_HA_IP6 && item.data.n == 16 && !memcmp(item.data.p, ha,
		16));
	CU_ASSERT(mh_pco_next(&w, &item) && item.id == MH_PCO_HA_IP4 && item.data.n == 4);
	CU_ASSERT(mh_pco_next(&w, &item) && item.id == MH_PCO_IFOM && item.data.n == 0);
	CU_ASSERT(!mh_pco_next(&w, &item) && !w.fault);
	CU_ASSERT_EQUAL(mh_pco_encode(items, 3, buf, n - 1), 0);
	for (i = 0; i < n; i++) {			/* cut anywhere: an end or a fault, never beyond */
		unsigned rounds = 0;

		w = mh_pco_walk((struct mh_octets){ buf, (uint8_t)i });
		while (mh_pco_next(&w, &item))
			rounds++;
		CU_ASSERT(rounds < 3);
		CU_ASSERT_EQUAL(w.fault, i != 1 && i != 20 && i != 27);
	}
}

static void test_vendor_values(void)
{
	static const uint8_t id[4] = { 0, 0, 1, 2 };
	struct mh_msg m, back;
	struct mh_opt *o;
	const struct mh_opt *seen;
	uint8_t buf[256];
	uint32_t v;
	size_t n;

	mh_start(&m, MH_BU);
	o = mh_add(&m, MH_OPT_VENDOR);
	o->vendor.id = 4711;
	o->vendor.subtype = MH_3GPP_CHARGING_ID;
	o->vendor.data = (struct mh_octets){ id, 4 };
	o = mh_add(&m, MH_OPT_VENDOR);
	o->vendor.id = MH_VENDOR_3GPP;
	o->vendor.subtype = MH_3GPP_CHARGING_ID;
	o->vendor.more = true;
	o->vendor.data = (struct mh_octets){ id, 4 };
	n = mh_encode(&m, buf, sizeof buf);
	CU_ASSERT(n && mh_decode(buf, n, &back, NULL) && back.n_opt == 2);
	CU_ASSERT(back.opt[0].vendor.data.n == 4 && !back.opt[0].vendor.more);
	seen = mh_3gpp_find(back.opt, back.n_opt, MH_3GPP_CHARGING_ID);
	CU_ASSERT(seen == &back.opt[1] && seen->vendor.more && seen->vendor.data.n == 4);
	CU_ASSERT(mh_3gpp_number(seen, 4, &v) && v == 258);
	CU_ASSERT(!mh_3gpp_number(seen, 5, &v));
	CU_ASSERT_PTR_NULL(mh_3gpp_find(back.opt, back.n_opt, MH_3GPP_PCO));
	m.opt[0].vendor.more = true;			/* no M bit outside of 3GPP */
	CU_ASSERT_EQUAL(mh_encode(&m, buf, sizeof buf), 0);
}

static const struct harness_test tests[] = {
	{ "every selector field is written and read", test_every_field },
	{ "selector octets are those of the figures", test_octets },
	{ "an end without its start is refused", test_end_without_start },
	{ "selectors match by inclusive ranges and turn around", test_match },
	{ "flow sub-options are written aligned and read back", test_flow_round },
	{ "malformed flow sub-options are named", test_flow_faults },
	{ "protocol configuration options are walked within their length", test_pco },
	{ "vendor options keep apart whose sub-types they carry", test_vendor_values },
};

int main(int argc, char **argv)
{
	return harness_main("wire_mh_flow", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mobility header codec against the eleven reference messages: composed by us octet for octet, read back, and
 * broken in every single bit and at every length. What the codec says about wrong messages is in
 * test_wire_mh_notes.c.
 */
#include <string.h>

#include "tests/unit/harness.h"
#include "tests/unit/mh_golden.h"
#include "wire/mh.h"
#include "wire/mh_flow.h"
#include "wire/mh_profile.h"

static struct ip6_addr ip6(const char *s)
{
	struct ip6_addr a;

	CU_ASSERT(ip6_parse(s, &a));
	return a;
}

static struct ip4_addr ip4(const char *s)
{
	struct ip4_addr a;

	CU_ASSERT(ip4_parse(s, &a));
	return a;
}

static size_t octets(const char *hex, uint8_t *out)
{
	size_t n = strlen(hex) / 2, i;

	for (i = 0; i < n; i++)
		out[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
	return n;
}

static const char nai[] = "0001010123456789@nai.epc.mnc001.mcc001.3gppnetwork.org";

static struct mh_octets lend(const char *s)
{
	return (struct mh_octets){ (const uint8_t *)s, (uint8_t)strlen(s) };
}

static void add_hoa4(struct mh_msg *m, uint8_t type, uint8_t prefix_len, const char *addr)
{
	struct mh_opt *o = mh_add(m, type);

	o->hoa4.prefix_len = prefix_len;
	o->hoa4.addr = ip4(addr);
}

static void compose_bu(struct mh_msg *m)
{
	mh_start(m, MH_BU);
	m->bu.seq = 1;
	m->bu.flags = MH_BU_A | MH_BU_H | MH_BU_K | MH_BU_R;
	m->bu.life = moor_life4_from(3600 * MOOR_S);
	mh_add(m, MH_OPT_ALT_COA)->ip6 = ip6("2001:db8:c:1::200");
	add_hoa4(m, MH_OPT_IP4_HOA, 32, "0.0.0.0");
}

static void compose_ba(struct mh_msg *m)
{
	mh_start(m, MH_BA);
	m->ba.flags = MH_BA_K | MH_BA_R;
	m->ba.seq = 1;
	m->ba.life = moor_life4_from(3600 * MOOR_S);
	mh_add(m, MH_OPT_REFRESH_ADVICE)->refresh = moor_life4_from(1800 * MOOR_S);
	add_hoa4(m, MH_OPT_IP4_ACK, 32, "192.0.2.100");
}

/* What PBU and PBA share. */
static void compose_proxy(struct mh_msg *m, const char *hnp, uint8_t len, const char *link_local, uint32_t key)
{
	struct mh_opt *o = mh_add(m, MH_OPT_MN_ID);

	o->id.subtype = MH_ID_NAI;
	o->id.id = lend(nai);
	o = mh_add(m, MH_OPT_HNP);
	o->prefix.addr = ip6(hnp);
	o->prefix.len = len;
	mh_add(m, MH_OPT_HANDOFF)->handoff = MH_HI_NEW_INTERFACE;
	mh_add(m, MH_OPT_ATT)->att = MH_ATT_EUTRAN;
	mh_add(m, MH_OPT_TIMESTAMP)->stamp = mh_stamp_from_ns(1700000000500000000u);
	mh_add(m, MH_OPT_LINK_LOCAL)->ip6 = ip6(link_local);
	o = mh_add(m, MH_OPT_GRE_KEY);
	o->gre.has_key = true;
	o->gre.key = key;
}

static void compose_pbu(struct mh_msg *m)
{
	static const uint8_t accepted[] = { 16 };
	struct mh_opt *o;

	mh_start(m, MH_BU);
	m->bu.seq = 7;
	m->bu.flags = MH_BU_A | MH_BU_H | MH_BU_P;
	m->bu.life.units = 900;
	compose_proxy(m, "::", 0, "::", 0x11223344);
	mh_add(m, MH_OPT_SERVICE_SELECTION)->octets = lend("\x08" "internet");
	add_hoa4(m, MH_OPT_IP4_HOA_REQUEST, 32, "0.0.0.0");
	o = mh_add(m, MH_OPT_VENDOR);
	o->vendor.id = 10415;
	o->vendor.subtype = 2;
	o->vendor.data = (struct mh_octets){ accepted, 1 };
}

static void compose_pba(struct mh_msg *m)
{
	mh_start(m, MH_BA);
	m->ba.flags = MH_BA_P;
	m->ba.seq = 7;
	m->ba.life.units = 900;
	compose_proxy(m, "2001:db8:a:1::", 64, "fe80::200:5eff:fe00:5213", 0x55667788);
	add_hoa4(m, MH_OPT_IP4_HOA_REPLY, 32, "192.0.2.100");
	mh_add(m, MH_OPT_IP4_ROUTER)->ip4 = ip4("192.0.2.1");
	mh_add(m, MH_OPT_IP4_DHCP_MODE)->dhcp_server = false;
}

static void compose_br(struct mh_msg *m, uint8_t type, uint8_t code)
{
	mh_start(m, MH_BR);
	m->br.type = type;
	m->br.code = code;
	m->br.seq = 0x55aa;
}

static void compose_bri(struct mh_msg *m)
{
	compose_br(m, MH_BR_BRI, MH_BRI_ADMINISTRATIVE);
}

static void compose_bra(struct mh_msg *m)
{
	compose_br(m, MH_BR_BRA, MH_BRA_SUCCESS);
}

static void compose_ha_switch(struct mh_msg *m)
{
	static struct ip6_addr ha;

	ha = ip6("2001:db8:f::2");
	mh_start(m, MH_HA_SWITCH);
	m->ha_switch.n = 1;
	m->ha_switch.addr = &ha;
}

static void compose_be(struct mh_msg *m)
{
	mh_start(m, MH_BE);
	m->be.status = MH_BE_UNKNOWN_BINDING;
	m->be.hoa = ip6("2001:db8:a:1::100");
}

static void compose_heartbeat(struct mh_msg *m)
{
	mh_start(m, MH_HEARTBEAT);
	m->heartbeat.flags = MH_HB_R;
	m->heartbeat.seq = 0x01020304;
	mh_add(m, MH_OPT_RESTART_COUNTER)->u32 = 5;
}

static void compose_nat_bu(struct mh_msg *m)
{
	mh_start(m, MH_BU);
	m->bu.seq = 2;
	m->bu.flags = MH_BU_A | MH_BU_H | MH_BU_K | MH_BU_R;
	m->bu.life.units = 900;
	mh_add(m, MH_OPT_IP4_COA)->ip4 = ip4("10.0.0.5");
	add_hoa4(m, MH_OPT_IP4_HOA, 32, "0.0.0.0");
}

static void compose_ifom_bu(struct mh_msg *m)
{
	static uint8_t subs[64];
	struct mh_flow f = { .has_ref = true, .has_ts = true, .n_bid = 1, .bid = { 1 } };
	struct mh_opt *o;

	mh_start(m, MH_BU);
	m->bu.seq = 3;
	m->bu.flags = MH_BU_A | MH_BU_H | MH_BU_K | MH_BU_R | MH_BU_O;
	m->bu.life.units = 900;
	o = mh_add(m, MH_OPT_BID);
	o->bid.bid = 1;
	o->bid.priority = 10;
	o->bid.family = 6;
	o->bid.ip6 = ip6("2001:db8:c:1::200");
	f.ts.format = MH_TS_IP4;
	f.ts.has = MH_TS_DPORT | MH_TS_PROTO;
	f.ts.dport[0] = 80;
	f.ts.proto[0] = 6;
	o = mh_add(m, MH_OPT_FLOW_ID);
	o->flow.fid = 1;
	o->flow.priority = 10;
	o->flow.subs = (struct mh_octets){ subs, (uint8_t)mh_flow_encode(&f, subs, sizeof subs) };
}

static void (*const compose[GOLDENS])(struct mh_msg *) = {
	compose_bu, compose_ba, compose_pbu, compose_pba, compose_bri, compose_bra, compose_ha_switch, compose_be,
	compose_heartbeat, compose_nat_bu, compose_ifom_bu,
};

static void test_composed(void)
{
	unsigned i;

	for (i = 0; i < GOLDENS; i++) {
		struct ip6_addr src = ip6(goldens[i].src), dst = ip6(goldens[i].dst);
		uint8_t want[MH_MAX], got[MH_MAX];
		size_t n = octets(goldens[i].hex, want);
		struct mh_msg m;

		compose[i](&m);
		CU_ASSERT_EQUAL(mh_encode(&m, got, sizeof got), n);
		mh_seal(got, n, &src, &dst);
		if (memcmp(got, want, n))
			g_printerr("%s differs\n", goldens[i].name);
		CU_ASSERT(!memcmp(got, want, n));
		CU_ASSERT_EQUAL(mh_encode(&m, got, n), n);		/* the exact room is enough */
		CU_ASSERT_EQUAL(mh_encode(&m, got, n - 1), 0);
	}
}

static void test_read_back(void)
{
	unsigned i;

	for (i = 0; i < GOLDENS; i++) {
		struct ip6_addr src = ip6(goldens[i].src), dst = ip6(goldens[i].dst);
		uint8_t want[MH_MAX], got[MH_MAX];
		size_t n = octets(goldens[i].hex, want);
		struct wire_diags d = { .n = 0 };
		struct mh_msg m;

		CU_ASSERT(mh_decode(want, n, &m, &d));
		CU_ASSERT_EQUAL(d.n, 0);
		CU_ASSERT_EQUAL(m.notes, 0);
		CU_ASSERT_PTR_NULL(m.fault.reason);
		CU_ASSERT(mh_sum_ok(want, n, &src, &dst));
		CU_ASSERT_EQUAL(mh_encode(&m, got, sizeof got), n);
		mh_seal(got, n, &src, &dst);
		CU_ASSERT(!memcmp(got, want, n));
	}
}

static void test_fields(void)
{
	uint8_t p[MH_MAX];
	struct mh_msg m;
	const struct mh_opt *o;
	struct mh_flow f;
	size_t n;

	n = octets(goldens[3].hex, p);
	CU_ASSERT(mh_decode(p, n, &m, NULL));
	CU_ASSERT_EQUAL(m.type, MH_BA);
	CU_ASSERT_EQUAL(m.ba.status, MH_BA_ACCEPTED);
	CU_ASSERT_EQUAL(m.ba.flags, MH_BA_P);
	CU_ASSERT_EQUAL(m.n_opt, 10);
	o = mh_find(&m, MH_OPT_TIMESTAMP);
	CU_ASSERT(o && mh_stamp_ns(o->stamp) == 1700000000500000000u);
	o = mh_find(&m, MH_OPT_MN_ID);
	CU_ASSERT(o && o->id.id.n == strlen(nai) && !memcmp(o->id.id.p, nai, strlen(nai)));
	o = mh_find(&m, MH_OPT_IP4_HOA_REPLY);
	CU_ASSERT(o && o->hoa4.prefix_len == 32 && ip4_u32(o->hoa4.addr) == 0xc0000264);
	CU_ASSERT_PTR_NULL(mh_find(&m, MH_OPT_IP4_ACK));
	n = octets(goldens[10].hex, p);
	CU_ASSERT(mh_decode(p, n, &m, NULL));
	o = mh_find(&m, MH_OPT_BID);
	CU_ASSERT(o && o->bid.bid == 1 && o->bid.priority == 10 && o->bid.family == 6 && !o->bid.home);
	o = mh_find(&m, MH_OPT_FLOW_ID);
	CU_ASSERT(o && mh_flow_decode(o->flow.subs, &f, NULL, 0));
	CU_ASSERT(f.has_ref && f.n_bid == 1 && f.bid[0] == 1 && f.has_ts && f.ts.format == MH_TS_IP4);
	CU_ASSERT_EQUAL(f.ts.has, MH_TS_DPORT | MH_TS_PROTO);
	CU_ASSERT(f.ts.dport[0] == 80 && f.ts.dport[1] == 80 && f.ts.proto[0] == 6);
}

static void no_open(void *ctx, const char *name, const char *title, uint32_t offset, uint32_t len)
{
	CU_ASSERT(name && offset + len <= *(size_t *)ctx);
	(void)title;
}

static void no_field(void *ctx, const char *name, const char *value, uint32_t offset, uint32_t len)
{
	CU_ASSERT(name && value && offset + len <= *(size_t *)ctx);
}

static void no_note(void *ctx, const char *id, const char *text, uint32_t offset)
{
	CU_ASSERT(id && offset <= *(size_t *)ctx);
	(void)text;
}

static void no_close(void *ctx)
{
	(void)ctx;
}

/*
 * Laws of any n octets: what the decoder says lies within them, and what it read can be written and is then read again
 * as the same. The octets stand at the end of a block of their own, so that a sanitizer sees a read beyond them.
 */
static void laws(const uint8_t *from, size_t n)
{
	uint8_t *p = g_malloc(n ? n : 1), one[MH_MAX], two[MH_MAX];
	struct wire_printer pr = { no_open, no_field, no_note, no_close, &n };
	struct wire_diags d = { .n = 0 };
	struct mh_context c = { .procedure = MH_PROC_ANY };
	struct mh_msg m, again;
	char line[300];
	struct text t = text_on(line, sizeof line);
	size_t a, b;
	uint32_t i;
	bool ok;

	memcpy(p, from, n);
	ok = mh_decode(p, n, &m, &d);
	CU_ASSERT_EQUAL(ok, !m.fault.reason);
	CU_ASSERT(m.fault.offset <= n);
	CU_ASSERT_EQUAL(m.notes, d.n);
	for (i = 0; i < d.n && i < WIRE_DIAG_MAX; i++)
		CU_ASSERT(d.d[i].offset <= n);
	mh_print(p, n, &pr, 0);
	mh_summary(&m, &t);
	for (i = 0; i < MH_PROFILES; i++)
		mh_check(&m, i, &c, &d);
	a = mh_encode(&m, one, sizeof one);
	if (a) {
		CU_ASSERT(mh_decode(one, a, &again, NULL));
		b = mh_encode(&again, two, sizeof two);
		CU_ASSERT_EQUAL(a, b);
		CU_ASSERT(!memcmp(one, two, a));
	}
	g_free(p);
}

static void test_mutations(void)
{
	unsigned i, mutants = 0;

	for (i = 0; i < GOLDENS; i++) {
		uint8_t p[MH_MAX];
		size_t n = octets(goldens[i].hex, p), k;

		for (k = 0; k <= n; k++, mutants++)
			laws(p, k);
		for (k = 0; k < 8 * n; k++, mutants++) {
			p[k / 8] ^= (uint8_t)(0x80 >> k % 8);
			laws(p, n);
			p[k / 8] ^= (uint8_t)(0x80 >> k % 8);
		}
		for (k = 0; k < n; k++, mutants += 2) {
			uint8_t was = p[k];

			p[k] = 0;
			laws(p, n);
			p[k] = 0xff;
			laws(p, n);
			p[k] = was;
		}
	}
	CU_ASSERT(mutants > 6000);
}

static const struct harness_test tests[] = {
	{ "messages composed by us are the reference octets", test_composed },
	{ "reference messages are read without a note and written back octet for octet", test_read_back },
	{ "fields of reference messages have their values", test_fields },
	{ "cut and changed reference messages keep the laws of the decoder", test_mutations },
};

int main(int argc, char **argv)
{
	return harness_main("wire_mh", tests, G_N_ELEMENTS(tests), argc, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP flow mobility's table and classifier: the classifier gives what trying one selector after the other gives, for
 * random rules and packets of several kinds of worlds, through any order of changes; and the table's own rules.
 */
#include "tests/unit/harness.h"

#include "base/rng.h"
#include "proto/ifom_priv.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

/* How rules and packets are drawn: from few values, so that they meet. */
struct taste {
	const char *name;
	unsigned fields;		/* of eight a selector may name; each with this chance in 16 */
	unsigned chance;
	unsigned range;			/* chance in 16 that a field is a range */
	unsigned values;		/* different values of a field */
	unsigned flows;			/* FIDs in play */
};

static const struct taste tastes[] = {
	{ "few of everything", 0xff, 8, 8, 6, 40 },
	{ "ports alone, ranges", 0x30, 16, 16, 3000, 400 },
	{ "nested ranges of one port", 0x20, 16, 16, 60000, 600 },
	{ "exact addresses and ports", 0x3b, 14, 2, 12, 500 },
	{ "everything, wide", 0xff, 4, 12, 40, 300 },
	{ "addresses in ranges", 0x03, 12, 14, 100, 300 },
	{ "hardly anything named", 0xff, 1, 8, 10, 200 },
};

static uint32_t below(struct rng *r, uint32_t n)
{
	return (uint32_t)rng_below(r, n);
}

/* An address whose ends differ in high or low octets, so that ranges over both occur. */
static void draw_address(struct rng *r, const struct taste *t, uint8_t format, struct ip6_addr *a)
{
	uint32_t v = below(r, t->values);

	memset(a, 0, sizeof *a);
	a->o[0] = format == MH_TS_IP6 ? 0x20 : 10;
	a->o[format == MH_TS_IP6 ? 7 : 2] = (uint8_t)(v >> 2);
	a->o[format == MH_TS_IP6 ? 15 : 3] = (uint8_t)(v << 6 | v);
}

static uint32_t draw_number(struct rng *r, const struct taste *t, unsigned field)
{
	uint32_t v = below(r, t->values);

	if (field == 6)
		return v * 4 & 0xff;
	return field == 7 ? (v * 11 + 6) & 0xff : v + (field == 2 ? 0x10000 : 0);
}

static void set_number(struct mh_ts *ts, unsigned field, unsigned end, uint32_t v)
{
	uint32_t *wide[] = { ts->spi, ts->label };
	uint16_t *ports[] = { ts->sport, ts->dport };
	uint8_t *small[] = { ts->ds, ts->proto };

	if (field < 4)
		wide[field - 2][end] = v;
	else if (field < 6)
		ports[field - 4][end] = (uint16_t)v;
	else
		small[field - 6][end] = (uint8_t)v;
}

static void draw_field(struct rng *r, const struct taste *t, unsigned field, struct mh_ts *ts)
{
	bool range = below(r, 16) < t->range;

	ts->has |= (uint16_t)((range ? 3u : 1u) << 2 * field);
	if (field < 2) {
		struct ip6_addr *a = field ? ts->dst : ts->src, x;

		draw_address(r, t, ts->format, &a[0]);
		a[1] = a[0];
		if (!range)
			return;
		draw_address(r, t, ts->format, &x);
		if (memcmp(x.o, a[0].o, 16) < 0)
			a[0] = x;
		else
			a[1] = x;
		return;
	}
	uint32_t low = draw_number(r, t, field), high = range ? draw_number(r, t, field) : low;

	set_number(ts, field, 0, low < high ? low : high);
	set_number(ts, field, 1, low < high ? high : low);
}

static struct mh_ts draw_ts(struct rng *r, const struct taste *t)
{
	struct mh_ts ts;

	memset(&ts, 0, sizeof ts);
	ts.format = below(r, 2) ? MH_TS_IP6 : MH_TS_IP4;
	for (unsigned f = 0; f < 8; f++) {
		if (t->fields >> f & 1 && below(r, 16) < t->chance && (f != 3 || ts.format == MH_TS_IP6))
			draw_field(r, t, f, &ts);
	}
	return ts;
}

static struct ifom_packet draw_packet(struct rng *r, const struct taste *t)
{
	struct ifom_packet p;

	memset(&p, 0, sizeof p);
	p.key.family = below(r, 2) ? 6 : 4;
	p.key.has = MH_TS_SRC | MH_TS_DST | MH_TS_DS | MH_TS_PROTO;
	if (p.key.family == 6)
		p.key.has |= MH_TS_LABEL;
	if (below(r, 4))
		p.key.has |= MH_TS_SPORT | MH_TS_DPORT;
	else if (below(r, 2))
		p.key.has |= MH_TS_SPI;
	draw_address(r, t, p.key.family == 6 ? MH_TS_IP6 : MH_TS_IP4, &p.key.src);
	draw_address(r, t, p.key.family == 6 ? MH_TS_IP6 : MH_TS_IP4, &p.key.dst);
	p.key.spi = draw_number(r, t, 2);
	p.key.label = draw_number(r, t, 3);
	p.key.sport = (uint16_t)draw_number(r, t, 4);
	p.key.dport = (uint16_t)draw_number(r, t, 5);
	p.key.ds = (uint8_t)(draw_number(r, t, 6) + below(r, 4));
	p.key.proto = (uint8_t)draw_number(r, t, 7);
	return p;
}

static struct ifom_flow draw_flow(struct rng *r, const struct taste *t)
{
	struct ifom_flow f = { .fid = (uint16_t)(1 + below(r, t->flows)) };

	f.priority = (uint16_t)(1 + below(r, 4 * t->flows));
	f.ts = draw_ts(r, t);
	f.n_bid = (uint8_t)(1 + below(r, 3));
	for (unsigned i = 0; i < f.n_bid; i++)
		f.bid[i] = (uint16_t)(1 + below(r, 4));
	return f;
}

/* Something of the table changes. */
static void change(struct ifom_table *tab, struct rng *r, const struct taste *t)
{
	struct ifom_flow f = draw_flow(r, t);
	const struct ifom_flow *old = ifom_flow_find(tab, f.fid);
	uint16_t bid = (uint16_t)(1 + below(r, 4));

	switch (below(r, 12)) {
	case 0:
		ifom_bid_remove(tab, bid);
		break;
	case 1:
	case 2:
		CU_ASSERT(ifom_bid_put(tab, bid, 1) >= 0);
		break;
	case 3:
		CU_ASSERT_EQUAL(ifom_flow_remove(tab, f.fid), old != NULL);
		break;
	case 4:						/* a flow moves: selector and priority as before */
		if (old) {
			f.ts = old->ts;
			f.priority = old->priority;
		}
		ifom_flow_put(tab, &f);
		break;
	case 5:						/* another priority alone */
		if (old)
			f.ts = old->ts;
		ifom_flow_put(tab, &f);
		break;
	default:
		ifom_flow_put(tab, &f);
	}
}

static unsigned compare(struct ifom_table *tab, struct rng *r, const struct taste *t, unsigned packets)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < packets; i++) {
		struct ifom_packet p = draw_packet(r, t);
		const struct ifom_flow *want = ifom_match(tab, &p.key), *got = ifom_classify(tab, &p);

		CU_ASSERT_PTR_EQUAL(got, want);
		if (got != want)
			return hits;
		hits += got != NULL;
	}
	return hits;
}

static void test_as_the_reference(void)
{
	for (unsigned k = 0; k < G_N_ELEMENTS(tastes); k++) {
		const struct taste *t = &tastes[k];
		struct rng r = rng_make(k, "ifom", t->name);
		struct ifom_table tab = { 0 };
		unsigned hits = 0, packets = 0;

		for (unsigned i = 0; i < 60; i++) {
			for (unsigned n = i < 30 ? t->flows / 15 + 2 : below(&r, 4); n; n--)
				change(&tab, &r, t);
			hits += compare(&tab, &r, t, 400);
			packets += 400;
		}
		CU_ASSERT_TRUE(tab.count > t->flows / 4);
		CU_ASSERT_TRUE(hits > packets / 50);
		ifom_done(&tab);
		CU_ASSERT_EQUAL(ifom_octets(&tab), 0);
	}
}

/* The order of priorities is kept, FIDs are found, through the same changes. */
static void test_order(void)
{
	struct rng r = rng_make(9, "ifom", "order");
	struct ifom_table tab = { 0 };

	for (unsigned i = 0; i < 4000; i++) {
		uint32_t n = 0, last = 0;

		change(&tab, &r, &tastes[0]);
		for (const struct ifom_flow *f = ifom_flow_next(&tab, NULL); f; f = ifom_flow_next(&tab, f)) {
			CU_ASSERT_TRUE(f->priority > last);
			CU_ASSERT_PTR_EQUAL(ifom_flow_find(&tab, f->fid), f);
			CU_ASSERT_EQUAL(f->active, ifom_flow_places(&tab, f) != 0);
			last = f->priority;
			n++;
		}
		CU_ASSERT_EQUAL(n, tab.count);
	}
	ifom_flows_clear(&tab);
	CU_ASSERT_EQUAL(tab.count, 0);
	CU_ASSERT_PTR_NULL(ifom_flow_next(&tab, NULL));
	ifom_done(&tab);
}

/* ---- the table's rules ------------------------------------------------------------------------------------------- */

static struct ifom_flow simple(uint16_t fid, uint16_t priority, uint16_t bid, uint16_t dport)
{
	return (struct ifom_flow){ .fid = fid, .priority = priority, .n_bid = 1, .bid = { bid },
				   .ts = { .format = MH_TS_IP4, .has = MH_TS_DPORT, .dport = { dport, dport } } };
}

static void test_refusals(void)
{
	struct ifom_table t = { 0 };
	struct ifom_flow f = simple(1, 10, 1, 80), bad;

	CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_BID_NOT_FOUND);
	CU_ASSERT_EQUAL(ifom_bid_put(&t, 0, 1), -1);
	CU_ASSERT_EQUAL(ifom_bid_put(&t, 1, 1), 0);
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	bad = simple(0, 11, 1, 80);
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_MALFORMED);
	bad = simple(2, 0, 1, 80);
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_MALFORMED);
	bad = simple(2, 10, 1, 80);
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_REJECTED);
	bad = simple(2, 11, 1, 80);
	bad.n_bid = 0;
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_MALFORMED);
	bad = simple(2, 11, 1, 80);
	bad.ts.has |= MH_TS_DPORT_END;
	bad.ts.dport[1] = 79;
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_MALFORMED);
	bad.ts.format = 9;
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_TS_UNSUPPORTED);
	bad = simple(2, 11, 1, 80);
	bad.n_bid = 2;
	bad.bid[1] = 7;
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &bad), MH_FID_BID_NOT_FOUND);
	CU_ASSERT_EQUAL(t.count, 1);
	for (uint16_t b = 2; b <= IFOM_BIDS; b++)
		CU_ASSERT_EQUAL(ifom_bid_put(&t, b, 1), b - 1);
	CU_ASSERT_EQUAL(ifom_bid_put(&t, 99, 1), -1);
	ifom_done(&t);
}

/* [RFC 6089 4.3, 5.2.4, 5.3.6]: inactive ones affect nothing, stay, and wake when the BID comes back */
static void test_inactive(void)
{
	struct ifom_table t = { 0 };
	struct ifom_flow f = simple(1, 10, 1, 80), g = simple(2, 20, 2, 80);
	struct ifom_packet p = { .key = { .family = 4, .has = MH_TS_SPORT | MH_TS_DPORT, .dport = 80 } };

	ifom_bid_put(&t, 1, 3);
	ifom_bid_put(&t, 2, 2);
	ifom_bid_put(&t, 3, 2);
	f.n_bid = 3;
	f.bid[1] = 3;
	f.bid[2] = 1;					/* twice the same: once */
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &g), MH_FID_OK);
	CU_ASSERT_EQUAL(ifom_flow_find(&t, 1)->n_bid, 2);
	CU_ASSERT_EQUAL(ifom_bid_default(&t), 1);	/* of equal priority the lower BID */
	CU_ASSERT_EQUAL(ifom_flow_places(&t, ifom_flow_find(&t, 1)), 5);
	CU_ASSERT_EQUAL(ifom_classify(&t, &p)->fid, 1);
	CU_ASSERT_TRUE(ifom_bid_remove(&t, 1));
	CU_ASSERT_FALSE(ifom_bid_remove(&t, 1));
	CU_ASSERT_EQUAL(ifom_classify(&t, &p)->fid, 1);
	CU_ASSERT_EQUAL(ifom_flow_places(&t, ifom_flow_find(&t, 1)), 4);
	ifom_bid_remove(&t, 3);
	CU_ASSERT_EQUAL(ifom_classify(&t, &p)->fid, 2);
	CU_ASSERT_FALSE(ifom_flow_find(&t, 1)->active);
	f = *ifom_flow_find(&t, 1);			/* changed while inactive, with the BIDs that it had */
	f.priority = 30;
	CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	CU_ASSERT_FALSE(ifom_flow_find(&t, 1)->active);
	ifom_bid_put(&t, 1, 0);
	CU_ASSERT_TRUE(ifom_flow_find(&t, 1)->active);
	CU_ASSERT_EQUAL(ifom_bid_default(&t), 1);	/* no priority is weaker than any */
	ifom_bid_remove(&t, 2);
	CU_ASSERT_EQUAL(ifom_classify(&t, &p)->fid, 1);
	ifom_bid_remove(&t, 1);
	CU_ASSERT_PTR_NULL(ifom_classify(&t, &p));
	CU_ASSERT_EQUAL(ifom_bid_default(&t), -1);
	ifom_done(&t);
}

static void test_rounds(void)
{
	struct ifom_table t = { 0 };

	ifom_bid_put(&t, 1, 1);
	for (uint16_t i = 1; i <= 200; i++) {
		struct ifom_flow f = simple(i, i, 1, i);

		CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	}
	ifom_round_begin(&t);
	for (uint16_t i = 1; i <= 200; i += 2)
		CU_ASSERT_TRUE(ifom_round_keep(&t, i));
	CU_ASSERT_FALSE(ifom_round_keep(&t, 201));
	CU_ASSERT_FALSE(ifom_round_keep(&t, 0));
	struct ifom_flow f = simple(300, 300, 1, 1);

	CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	CU_ASSERT_EQUAL(ifom_round_end(&t), 100);
	CU_ASSERT_EQUAL(t.count, 101);
	CU_ASSERT_PTR_NULL(ifom_flow_find(&t, 2));
	CU_ASSERT_PTR_NOT_NULL(ifom_flow_find(&t, 300));
	ifom_done(&t);
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

static struct mh_opt option(uint16_t fid, const uint8_t *subs, size_t n)
{
	return (struct mh_opt){ .type = MH_OPT_FLOW_ID, .flow = { .fid = fid, .priority = 5, .subs = { subs, (uint8_t)n } } };
}

static void test_option(void)
{
	struct ifom_flow f = simple(4, 5, 9, 443), back, partly;
	uint8_t subs[249];
	size_t n = ifom_flow_write(&f, true, true, subs, sizeof subs);
	struct mh_opt o = option(4, subs, n);

	CU_ASSERT_TRUE(n > 0);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &back), MH_FID_OK);
	CU_ASSERT_EQUAL(back.fid, 4);
	CU_ASSERT_EQUAL(back.priority, 5);
	CU_ASSERT_TRUE(mh_ts_eq(&back.ts, &f.ts));
	CU_ASSERT_EQUAL(back.n_bid, 1);
	CU_ASSERT_EQUAL(back.bid[0], 9);
	o.flow.fid = 0;
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &back), MH_FID_MALFORMED);
	o = option(4, subs, n);
	o.flow.priority = 0;
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &back), MH_FID_MALFORMED);
	/* parts: the rest is kept of the old one, and missed without one */
	n = ifom_flow_write(&f, true, false, subs, sizeof subs);
	o = option(4, subs, n);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &back), MH_FID_MALFORMED);
	partly = simple(4, 77, 2, 22);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, &partly, &back), MH_FID_OK);
	CU_ASSERT_EQUAL(back.priority, 5);
	CU_ASSERT_EQUAL(back.bid[0], 9);
	CU_ASSERT_EQUAL(back.ts.dport[0], 22);
	n = ifom_flow_write(&f, false, true, subs, sizeof subs);
	o = option(4, subs, n);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &back), MH_FID_MALFORMED);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, &partly, &back), MH_FID_OK);
	CU_ASSERT_EQUAL(back.bid[0], 2);
	CU_ASSERT_EQUAL(back.ts.dport[0], 443);
	CU_ASSERT_EQUAL(ifom_flow_write(&f, false, false, subs, sizeof subs), 0);
}

static void test_bad_options(void)
{
	static const uint8_t inverted[] = { 2, 2, 0, 1, 3, 10, 1, 0, 0, 0xc0, 0, 0, 0, 90, 0, 80 };
	static const uint8_t format7[] = { 2, 2, 0, 1, 3, 4, 7, 0, 1, 2 }, format0[] = { 2, 2, 0, 1, 3, 2, 0, 0 };
	static const uint8_t two_selectors[] = { 2, 2, 0, 1, 3, 6, 1, 0, 0, 0, 0, 0, 3, 6, 1, 0, 0, 0, 0, 0 };
	static const uint8_t two_references[] = { 2, 2, 0, 1, 2, 2, 0, 1, 3, 6, 1, 0, 0, 0, 0, 0 };
	static const uint8_t no_length[] = { 2, 2, 0, 1, 3 }, beyond[] = { 2, 9, 0, 1 }, odd[] = { 2, 3, 0, 1, 0 };
	uint8_t many[2 + 34 + 8] = { 2, 34 };
	struct ifom_flow f;
	struct mh_opt o;

	o = option(1, inverted, sizeof inverted);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, format7, sizeof format7);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_TS_UNSUPPORTED);
	o = option(1, format0, sizeof format0);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, two_selectors, sizeof two_selectors);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, two_references, sizeof two_references);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, no_length, sizeof no_length);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, beyond, sizeof beyond);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	o = option(1, odd, sizeof odd);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_MALFORMED);
	many[36] = 3;					/* seventeen BIDs, and a selector of anything */
	many[37] = 6;
	many[38] = 1;
	o = option(1, many, sizeof many);
	CU_ASSERT_EQUAL(ifom_flow_read(&o, NULL, &f), MH_FID_REJECTED);
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static uint32_t udp4(uint8_t *buf, uint16_t id, uint16_t offset, bool more, uint16_t sport, uint16_t dport)
{
	struct ip4_hdr h = { .src = { { 192, 0, 2, 1 } }, .dst = { { 10, 0, 0, 7 } }, .total_len = 36, .id = id,
			     .frag_offset = offset, .mf = more, .tos = 0xb8, .ttl = 64, .proto = PROTO_UDP };

	memset(buf, 0, 36);
	ip4_push(buf + 20, 20, &h);
	store16(buf + 20, sport);
	store16(buf + 22, dport);
	return 36;
}

static uint32_t esp6(uint8_t *buf, uint32_t spi)
{
	struct ip6_hdr h = { .payload_len = 16, .next_header = PROTO_ESP, .hop_limit = 64, .flow_label = 0x12345,
			     .traffic_class = 0x28 };

	memset(buf, 0, 56);
	ip6_parse("2001:db8::1", &h.src);
	ip6_parse("2001:db8::2", &h.dst);
	ip6_push(buf + 40, 40, &h);
	store32(buf + 40, spi);
	return 56;
}

static void test_read(void)
{
	struct ifom_packet p;
	uint8_t b[64];
	uint32_t n = udp4(b, 1, 0, false, 53, 4000);

	CU_ASSERT_TRUE(ifom_read(b, n, false, &p));
	CU_ASSERT_EQUAL(p.key.has, MH_TS_SRC | MH_TS_DST | MH_TS_DS | MH_TS_PROTO | MH_TS_SPORT | MH_TS_DPORT);
	CU_ASSERT_EQUAL(p.key.src.o[0], 192);
	CU_ASSERT_EQUAL(p.key.sport, 53);
	CU_ASSERT_EQUAL(p.key.ds, 0xb8);
	CU_ASSERT_FALSE(p.fragment);
	CU_ASSERT_TRUE(ifom_read(b, n, true, &p));
	CU_ASSERT_EQUAL(p.key.dst.o[0], 192);
	CU_ASSERT_EQUAL(p.key.dport, 53);
	n = udp4(b, 1, 8, true, 53, 4000);
	CU_ASSERT_TRUE(ifom_read(b, n, false, &p));
	CU_ASSERT_TRUE(p.fragment && !p.first);
	CU_ASSERT_FALSE(p.key.has & MH_TS_SPORT);
	n = esp6(b, 0xdeadbeef);
	CU_ASSERT_TRUE(ifom_read(b, n, false, &p));
	CU_ASSERT_EQUAL(p.key.spi, 0xdeadbeef);
	CU_ASSERT_EQUAL(p.key.label, 0x12345);
	CU_ASSERT_EQUAL(p.key.has, MH_TS_SRC | MH_TS_DST | MH_TS_DS | MH_TS_PROTO | MH_TS_LABEL | MH_TS_SPI);
	for (uint32_t cut = 0; cut < n; cut++) {
		CU_ASSERT_FALSE(ifom_read(b, cut, false, &p));
		CU_ASSERT_EQUAL(p.key.family, 0);
	}
}

static uint16_t fid_of(struct ifom_table *t, const uint8_t *b, uint32_t n)
{
	const struct ifom_flow *f;
	struct ifom_packet p;

	ifom_read(b, n, false, &p);
	f = ifom_classify(t, &p);
	return f ? f->fid : 0;
}

/* [RFC 6089 5.3.6]: the others follow the first fragment while it is remembered */
static void test_fragments(void)
{
	struct ifom_table t = { 0 };
	struct ifom_flow f = simple(1, 1, 1, 4000), any = simple(2, 2, 1, 0);
	uint8_t b[64];

	any.ts.has = 0;
	ifom_bid_put(&t, 1, 1);
	ifom_flow_put(&t, &f);
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 8, true, 0, 0)), 0);	/* its first was not seen */
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 0, true, 53, 4000)), 1);
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 8, true, 0, 0)), 1);
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 8, 8, true, 0, 0)), 0);	/* another packet's */
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 16, false, 0, 0)), 1);
	for (uint16_t id = 100; id < 100 + IFOM_FRAGMENTS; id++)
		fid_of(&t, b, udp4(b, id, 0, true, 53, 4000));
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 8, true, 0, 0)), 0);	/* forgotten */
	ifom_flow_put(&t, &any);
	CU_ASSERT_EQUAL(fid_of(&t, b, udp4(b, 7, 8, true, 0, 0)), 2);	/* matched as what it is */
	ifom_done(&t);
}

/* Selectors made to be hard: memory stays in proportion, and the answers right. */
static void test_crossing_ranges(void)
{
	struct ifom_table t = { 0 };
	struct rng r = rng_make(3, "ifom", "crossing");
	const uint32_t n = 2000;

	ifom_bid_put(&t, 1, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct ifom_flow f = simple((uint16_t)(i + 1), (uint16_t)(i + 1), 1, 0);
		uint16_t at = (uint16_t)(i * 30);

		f.ts.has = MH_TS_SPORT | MH_TS_SPORT_END | MH_TS_DPORT | MH_TS_DPORT_END;
		f.ts.sport[0] = i & 1 ? at : (uint16_t)(i % 7);
		f.ts.sport[1] = i & 1 ? (uint16_t)(at + 9) : (uint16_t)(65535 - i % 5);
		f.ts.dport[0] = i & 1 ? (uint16_t)(i % 3) : at;
		f.ts.dport[1] = i & 1 ? (uint16_t)(65535 - i % 9) : (uint16_t)(at + 9);
		CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
	}
	for (unsigned i = 0; i < 3000; i++) {
		struct ifom_packet p = { .key = { .family = 4, .has = MH_TS_SPORT | MH_TS_DPORT } };

		p.key.sport = (uint16_t)rng_below(&r, 65536);
		p.key.dport = (uint16_t)rng_below(&r, 65536);
		CU_ASSERT_PTR_EQUAL(ifom_classify(&t, &p), ifom_match(&t, &p.key));
	}
	CU_ASSERT_TRUE(ifom_octets(&t) < n * 600);
	ifom_done(&t);
}

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Two SPIs whose hash is the same share a bucket, and neither hides the other. */
static void test_same_hash(void)
{
	enum { MANY = 400000 };
	uint64_t *v = g_new(uint64_t, MANY);
	uint32_t spi[2] = { 0, 0 };

	for (uint32_t i = 0; i < MANY; i++)
		v[i] = (uint64_t)ifom_mix(0, ifom_u(i + 1)) << 32 | (i + 1);
	qsort(v, MANY, sizeof *v, by_hash);
	for (uint32_t i = 1; i < MANY && !spi[0]; i++) {
		if (v[i] >> 32 == v[i - 1] >> 32) {
			spi[0] = (uint32_t)v[i - 1];
			spi[1] = (uint32_t)v[i];
		}
	}
	g_free(v);
	CU_ASSERT_TRUE(spi[0] != 0);
	for (unsigned first = 0; first < 2; first++) {
		struct ifom_table t = { 0 };

		ifom_bid_put(&t, 1, 1);
		for (uint16_t k = 0; k < 8; k++) {
			struct ifom_flow f = simple((uint16_t)(k + 1), (uint16_t)(k + 1), 1, 0);

			f.ts.has = MH_TS_SPI | MH_TS_DPORT | MH_TS_DPORT_END;
			f.ts.spi[0] = f.ts.spi[1] = k < 2 ? spi[k ^ first] : k;
			f.ts.dport[1] = 65535;
			CU_ASSERT_EQUAL(ifom_flow_put(&t, &f), MH_FID_OK);
		}
		for (unsigned k = 0; k < 2; k++) {
			struct ifom_packet p = { .key = { .family = 4, .has = MH_TS_SPI | MH_TS_DPORT, .spi = spi[k] } };

			CU_ASSERT_PTR_EQUAL(ifom_classify(&t, &p), ifom_match(&t, &p.key));
			CU_ASSERT_EQUAL(ifom_classify(&t, &p)->fid, (k ^ first) + 1);
		}
		ifom_done(&t);
	}
}

static const struct harness_test tests[] = {
	{ "the classifier finds what trying all selectors finds", test_as_the_reference },
	{ "flow bindings stay in the order of their priorities", test_order },
	{ "what may not be in a table is refused", test_refusals },
	{ "a flow binding without registered BIDs affects nothing and stays", test_inactive },
	{ "what a round does not name is removed", test_rounds },
	{ "a flow binding goes through its option and back, in parts too", test_option },
	{ "bad options are refused with the right status", test_bad_options },
	{ "packets show their fields", test_read },
	{ "fragments follow the first one", test_fragments },
	{ "crossing ranges do not pile up", test_crossing_ranges },
	{ "values with the same hash are told apart", test_same_hash },
};

int main(int argc, char **argv)
{
	return harness_main("proto-ifom", tests, G_N_ELEMENTS(tests), argc, argv);
}

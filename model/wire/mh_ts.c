/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Binary traffic selectors [RFC 6088]: a word of presence bits, then only the fields that are there. One table of
 * fields serves reading, writing and comparing in both formats; their orders and sizes are the only difference.
 *
 * Not here: choosing the flow binding by priority (proto does that).
 */
#include "wire/mh_codec.h"
#include "wire/mh_flow.h"

/* Order on the wire, and from the most significant bit of the flag word [RFC 6088 3.1, 3.2] */
static const uint16_t order4[] = {
	MH_TS_SRC, MH_TS_SRC_END, MH_TS_DST, MH_TS_DST_END, MH_TS_SPI, MH_TS_SPI_END, MH_TS_SPORT, MH_TS_SPORT_END,
		MH_TS_DPORT,
	MH_TS_DPORT_END, MH_TS_DS, MH_TS_DS_END, MH_TS_PROTO, MH_TS_PROTO_END,
};
static const uint16_t order6[] = {
	MH_TS_SRC, MH_TS_SRC_END, MH_TS_DST, MH_TS_DST_END, MH_TS_SPI, MH_TS_SPI_END, MH_TS_LABEL, MH_TS_LABEL_END,
		MH_TS_SPORT,
	MH_TS_SPORT_END, MH_TS_DPORT, MH_TS_DPORT_END, MH_TS_DS, MH_TS_DS_END, MH_TS_PROTO, MH_TS_PROTO_END,
};

#define STARTS (MH_TS_SRC | MH_TS_DST | MH_TS_SPI | MH_TS_LABEL | MH_TS_SPORT | MH_TS_DPORT | MH_TS_DS | MH_TS_PROTO)
#define LABEL_MASK 0x00ffffffu		/* the upper 8 bits are sent as zero and ignored [RFC 6088 3.2] */
#define DS_MASK 0xfcu			/* only the 6 bits of the DS field count */

static const uint16_t *order_of(uint8_t format, unsigned *n)
{
	*n = format == MH_TS_IP6 ? sizeof order6 / sizeof order6[0] : sizeof order4 / sizeof order4[0];
	return format == MH_TS_IP6 ? order6 : order4;
}

static unsigned size_of(uint16_t field, uint8_t format)
{
	if (field <= MH_TS_DST_END)
		return format == MH_TS_IP6 ? 16 : 4;
	if (field <= MH_TS_LABEL_END)
		return 4;
	return field <= MH_TS_DPORT_END ? 2 : 1;
}

/* Start and end of one field share a slot; ends are the odd bits. */
static void field_in(struct mh_ts *ts, uint16_t field, const uint8_t *p, unsigned size)
{
	unsigned i = !(field & STARTS);
	uint16_t start = i ? (uint16_t)(field >> 1) : field;

	if (start == MH_TS_SRC)
		memcpy(ts->src[i].o, p, size);
	else if (start == MH_TS_DST)
		memcpy(ts->dst[i].o, p, size);
	else if (start == MH_TS_SPI)
		ts->spi[i] = rd32(p);
	else if (start == MH_TS_LABEL)
		ts->label[i] = rd32(p) & LABEL_MASK;
	else if (start == MH_TS_SPORT)
		ts->sport[i] = rd16(p);
	else if (start == MH_TS_DPORT)
		ts->dport[i] = rd16(p);
	else if (start == MH_TS_DS)
		ts->ds[i] = *p;
	else
		ts->proto[i] = *p;
}

static void field_out(const struct mh_ts *ts, uint16_t field, uint8_t *p, unsigned size)
{
	unsigned i = !(field & STARTS);
	uint16_t start = i ? (uint16_t)(field >> 1) : field;

	if (start == MH_TS_SRC)
		memcpy(p, ts->src[i].o, size);
	else if (start == MH_TS_DST)
		memcpy(p, ts->dst[i].o, size);
	else if (start == MH_TS_SPI)
		wr32(p, ts->spi[i]);
	else if (start == MH_TS_LABEL)
		wr32(p, ts->label[i] & LABEL_MASK);
	else if (start == MH_TS_SPORT)
		wr16(p, ts->sport[i]);
	else if (start == MH_TS_DPORT)
		wr16(p, ts->dport[i]);
	else if (start == MH_TS_DS)
		*p = ts->ds[i];
	else
		*p = ts->proto[i];
}

/* Ends that were not sent are their starts. */
static void close_ranges(struct mh_ts *ts)
{
	if (!(ts->has & MH_TS_SRC_END))
		ts->src[1] = ts->src[0];
	if (!(ts->has & MH_TS_DST_END))
		ts->dst[1] = ts->dst[0];
	if (!(ts->has & MH_TS_SPI_END))
		ts->spi[1] = ts->spi[0];
	if (!(ts->has & MH_TS_LABEL_END))
		ts->label[1] = ts->label[0];
	if (!(ts->has & MH_TS_SPORT_END))
		ts->sport[1] = ts->sport[0];
	if (!(ts->has & MH_TS_DPORT_END))
		ts->dport[1] = ts->dport[0];
	if (!(ts->has & MH_TS_DS_END))
		ts->ds[1] = ts->ds[0];
	if (!(ts->has & MH_TS_PROTO_END))
		ts->proto[1] = ts->proto[0];
}

bool mh_ts_decode(uint8_t format, const uint8_t *p, size_t n, struct mh_ts *out, struct wire_diags *d, uint32_t offset)
{
	const char *clause = format == MH_TS_IP6 ? "RFC 6088 3.2" : "RFC 6088 3.1";
	const uint8_t *q = p + 4, *end = p + n;
	const uint16_t *order;
	unsigned i, fields;
	uint32_t word;

	memset(out, 0, sizeof *out);
	out->format = format;
	order = order_of(format, &fields);
	if (n < 4) {
		wire_note(d, "ts-length", clause, offset, (uint32_t)n);
		return false;
	}
	word = rd32(p);
	if (word & (0xffffffffu >> fields))
		wire_note(d, "reserved-nonzero", clause, offset, word & (0xffffffffu >> fields));
	for (i = 0; i < fields; i++) {
		unsigned size = size_of(order[i], format);

		if (!(word & 0x80000000u >> i))
			continue;
		if ((size_t)(end - q) < size) {
			wire_note(d, "ts-length", clause, offset + (uint32_t)(q - p), order[i]);
			return false;
		}
		field_in(out, order[i], q, size);
		out->has |= order[i];
		q += size;
	}
	close_ranges(out);
	if (q < end)
		wire_note(d, "ts-trailing", clause, offset + (uint32_t)(q - p), (uint32_t)(end - q));
	if ((out->has & ~STARTS) & ~((out->has & STARTS) << 1)) {
		wire_note(d, "ts-end-without-start", clause, offset, out->has);
		return false;
	}
	return true;
}

size_t mh_ts_encode(const struct mh_ts *ts, uint8_t *buf, size_t cap)
{
	uint8_t *q = buf + 4;
	const uint16_t *order;
	unsigned i, fields;
	uint32_t word = 0;
	uint16_t had = 0;

	if ((ts->format != MH_TS_IP4 && ts->format != MH_TS_IP6) || cap < 4)
		return 0;
	order = order_of(ts->format, &fields);
	for (i = 0; i < fields; i++) {
		unsigned size = size_of(order[i], ts->format);

		if (!(ts->has & order[i]))
			continue;
		if ((size_t)(q - buf) + size > cap)
			return 0;
		field_out(ts, order[i], q, size);
		word |= 0x80000000u >> i;
		had |= order[i];
		q += size;
	}
	if (had != ts->has || ((ts->has & ~STARTS) & ~((ts->has & STARTS) << 1)))
		return 0;			/* flow labels in IPv4, or an end without its start */
	wr32(buf, word);
	return (size_t)(q - buf);
}

static bool in_octets(const struct ip6_addr r[2], bool range, const struct ip6_addr *v)
{
	return memcmp(v->o, r[0].o, 16) >= 0 && memcmp(v->o, r[range].o, 16) <= 0;
}

static bool in_number(uint32_t low, uint32_t high, bool range, uint32_t v)
{
	return v >= low && v <= (range ? high : low);
}

bool mh_ts_match(const struct mh_ts *ts, const struct mh_flow_key *k)
{
	unsigned has = ts->has, ds0 = ts->ds[0] & DS_MASK, ds1 = ts->ds[1] & DS_MASK;

	if (k->family != (ts->format == MH_TS_IP6 ? 6 : 4) || (has & STARTS) & ~(unsigned)k->has)
		return false;
	return (!(has & MH_TS_SRC) || in_octets(ts->src, has & MH_TS_SRC_END, &k->src)) &&
		(!(has & MH_TS_DST) || in_octets(ts->dst, has & MH_TS_DST_END, &k->dst)) &&
		(!(has & MH_TS_SPI) || in_number(ts->spi[0], ts->spi[1], has & MH_TS_SPI_END, k->spi)) &&
		(!(has & MH_TS_LABEL) || in_number(ts->label[0], ts->label[1], has & MH_TS_LABEL_END,
			k->label & LABEL_MASK)) &&
		(!(has & MH_TS_SPORT) || in_number(ts->sport[0], ts->sport[1], has & MH_TS_SPORT_END, k->sport)) &&
		(!(has & MH_TS_DPORT) || in_number(ts->dport[0], ts->dport[1], has & MH_TS_DPORT_END, k->dport)) &&
		(!(has & MH_TS_DS) || in_number(ds0, ds1, has & MH_TS_DS_END, k->ds & DS_MASK)) &&
		(!(has & MH_TS_PROTO) || in_number(ts->proto[0], ts->proto[1], has & MH_TS_PROTO_END, k->proto));
}

bool mh_ts_eq(const struct mh_ts *a, const struct mh_ts *b)
{
	uint8_t x[128], y[128];
	size_t n = mh_ts_encode(a, x, sizeof x);

	return n && a->format == b->format && n == mh_ts_encode(b, y, sizeof y) && !memcmp(x, y, n);
}

void mh_ts_reverse(const struct mh_ts *ts, struct mh_ts *out)
{
	const unsigned src = MH_TS_SRC | MH_TS_SRC_END, sport = MH_TS_SPORT | MH_TS_SPORT_END;
	struct mh_ts t = *ts;

	memcpy(t.src, ts->dst, sizeof t.src);
	memcpy(t.dst, ts->src, sizeof t.dst);
	memcpy(t.sport, ts->dport, sizeof t.sport);
	memcpy(t.dport, ts->sport, sizeof t.dport);
	t.has = (uint16_t)(ts->has & ~(src | src << 2 | sport | sport << 2));
	t.has |= (uint16_t)((ts->has & src) << 2 | (ts->has >> 2 & src));
	t.has |= (uint16_t)((ts->has & sport) << 2 | (ts->has >> 2 & sport));
	*out = t;
}

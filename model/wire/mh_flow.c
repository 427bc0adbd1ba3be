/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sub-options of the Flow Identification option: read, written, shown. The traffic selectors themselves are in mh_ts.c.
 *
 * Implements [RFC 6089 4.2.1] with [RFC 7109 6.2]. PadN: the RFC's text says length N for N octets; the length is taken
 * as the number of data octets, as everywhere else. Deciding on a status (130 to 133) is for proto.
 */
#include "wire/mh_codec.h"
#include "wire/mh_flow.h"

static bool bid_reference(struct mh_flow *f, const uint8_t *p, unsigned n, struct wire_diags *d, uint32_t at)
{
	unsigned i;

	if (f->has_ref || n < 2 || n % 2) {
		wire_note(d, f->has_ref ? "flow-second-reference" : "flow-reference-length", "RFC 6089 4.2.1.3", at, n);
		return false;
	}
	f->has_ref = true;
	if (n / 2 > MH_FLOW_BID_MAX)
		wire_note(d, "flow-many-bids", "RFC 6089 4.2.1.3", at, n / 2);
	for (i = 0; i < n / 2 && i < MH_FLOW_BID_MAX; i++)
		f->bid[i] = rd16(p + 2 * i);
	f->n_bid = (uint8_t)i;
	f->n_ref = (uint8_t)(n / 2);
	return true;
}

static bool selector(struct mh_flow *f, const uint8_t *p, unsigned n, struct wire_diags *d, uint32_t at)
{
	if (f->has_ts || n < 2) {
		wire_note(d, f->has_ts ? "flow-second-selector" : "flow-selector-length", "RFC 6089 4.2.1.4", at, n);
		return false;
	}
	f->has_ts = true;
	f->ts_raw = (struct mh_octets){ p + 2, (uint8_t)(n - 2) };
	if (p[1])
		wire_note(d, "reserved-nonzero", "RFC 6089 4.2.1.4", at + 3, p[1]);
	if (p[0] != MH_TS_IP4 && p[0] != MH_TS_IP6) {
		f->ts.format = p[0];
		wire_note(d, "flow-selector-format", "RFC 6088 3", at + 2, p[0]);
		return true;
	}
	return mh_ts_decode(p[0], p + 2, n - 2, &f->ts, d, at + 4);
}

static bool action(struct mh_flow *f, const uint8_t *p, unsigned n, struct wire_diags *d, uint32_t at)
{
	if (n < 2) {
		wire_note(d, "flow-action-length", "RFC 7109 6.2.1", at, n);
		return false;
	}
	f->has_action = true;
	f->action = p[1];
	return true;
}

static bool target(struct mh_flow *f, const uint8_t *p, unsigned n, struct wire_diags *d, uint32_t at)
{
	if (n != 6 && n != 18) {
		wire_note(d, "flow-target-length", "RFC 7109 6.2.2", at, n);
		return false;
	}
	f->has_target = true;
	f->target_family = n == 6 ? 4 : 6;
	if (n == 6)
		f->target4 = rd_ip4(p + 2);
	else
		f->target6 = rd_ip6(p + 2);
	return true;
}

static bool sub_option(struct mh_flow *f, const uint8_t *p, struct wire_diags *d, uint32_t at)
{
	switch (p[0]) {
	case MH_SUB_PADN:
		return true;
	case MH_SUB_BID_REFERENCE:
		return bid_reference(f, p + 2, p[1], d, at);
	case MH_SUB_TRAFFIC_SELECTOR:
		return selector(f, p + 2, p[1], d, at);
	case MH_SUB_ACTION:
		return action(f, p + 2, p[1], d, at);
	case MH_SUB_TARGET_COA:
		return target(f, p + 2, p[1], d, at);
	}
	wire_note(d, "flow-sub-unknown", "RFC 6089 4.2.1", at, p[0]);
	return true;
}

bool mh_flow_decode(struct mh_octets subs, struct mh_flow *out, struct wire_diags *d, uint32_t offset)
{
	const uint8_t *p = subs.p, *end;
	bool ok = true;

	memset(out, 0, sizeof *out);
	if (!subs.n)
		return true;
	end = p + subs.n;
	while (p < end) {
		uint32_t at = offset + (uint32_t)(p - subs.p);

		if (*p == MH_SUB_PAD1) {
			p++;
			continue;
		}
		if (end - p < 2 || end - p - 2 < p[1]) {
			wire_note(d, "flow-sub-length", "RFC 6089 4.2.1", at, *p);
			return false;
		}
		ok &= sub_option(out, p, d, at);
		p += 2 + p[1];
	}
	return ok;
}

/* The alignment that a selector's fields ask of its sub-option [RFC 6088 3.1, 3.2] */
static unsigned ts_align(const struct mh_ts *ts)
{
	const unsigned address = MH_TS_SRC | MH_TS_SRC_END | MH_TS_DST | MH_TS_DST_END;
	const unsigned word = MH_TS_SPI | MH_TS_SPI_END | MH_TS_LABEL | MH_TS_LABEL_END;
	const unsigned port = MH_TS_SPORT | MH_TS_SPORT_END | MH_TS_DPORT | MH_TS_DPORT_END;

	if (ts->has & address)
		return ts->format == MH_TS_IP6 ? 8 : 4;
	if (ts->has & word)
		return 4;
	return ts->has & port ? 2 : 1;
}

static uint8_t *put_selector(const struct mh_flow *f, uint8_t *p, size_t at)
{
	uint8_t *start;
	size_t n;

	if (f->ts.format == MH_TS_IP4 || f->ts.format == MH_TS_IP6)
		p = mh_pad(p, (unsigned)(-at & (ts_align(&f->ts) - 1)));
	start = p;
	p = wr8(wr8(wr8(p, MH_SUB_TRAFFIC_SELECTOR), 0), f->ts.format);
	p = wr8(p, 0);
	if (f->ts.format == MH_TS_IP4 || f->ts.format == MH_TS_IP6) {
		n = mh_ts_encode(&f->ts, p, 128);
		if (!n)
			return NULL;
		p += n;
	} else {
		p = wr_octets(p, f->ts_raw.p, f->ts_raw.n);
	}
	if (p - start > 257)
		return NULL;
	start[1] = (uint8_t)(p - start - 2);
	return p;
}

static uint8_t *put_target(const struct mh_flow *f, uint8_t *p, size_t at)
{
	p = mh_pad(p, (unsigned)(-at & 3));
	p = wr16(wr8(wr8(p, MH_SUB_TARGET_COA), f->target_family == 4 ? 6 : 18), 0);
	if (f->target_family == 4)
		return wr_ip4(p, f->target4);
	return f->target_family == 6 ? wr_ip6(p, &f->target6) : NULL;
}

size_t mh_flow_encode(const struct mh_flow *f, uint8_t *buf, size_t cap)
{
	uint8_t scratch[512], *p = scratch;
	unsigned i;
	size_t n;

	if (f->has_ref) {
		if (!f->n_bid || f->n_bid > MH_FLOW_BID_MAX)
			return 0;
		p = wr8(wr8(p, MH_SUB_BID_REFERENCE), (uint8_t)(2 * f->n_bid));
		for (i = 0; i < f->n_bid; i++)
			p = wr16(p, f->bid[i]);
	}
	if (f->has_ts)
		p = put_selector(f, p, (size_t)(p - scratch));
	if (p && f->has_action)
		p = wr8(wr8(wr16(p, MH_SUB_ACTION << 8 | 2), 0), f->action);
	if (p && f->has_target)
		p = put_target(f, p, (size_t)(p - scratch));
	if (!p)
		return 0;
	n = (size_t)(p - scratch);
	if (n > cap || n > 249)			/* what an option has left behind the flow id, priority and status */
		return 0;
	wr_octets(buf, scratch, n);
	return n;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: flow bindings as options, and packets as a selector sees them
 *
 * Flow Identification options into flow bindings and back [RFC 6089 4.2, 5.3.2; RFC 6088], with the statuses that need
 * no look at the table, and the fields of a packet that selectors name.
 *
 * The next header of an IPv6 packet is that of its upper layer, behind extension headers: RFC 6088 3.2 speaks of a
 * first one, but a selector for TCP would then lose what a correspondent sends with options. A selector of the SPI
 * takes AH too [RFC 6088 3.1 names IPsec, then ESP's document].
 */
#include "proto/ifom.h"

#include <string.h>

#include "proto/ifom_priv.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#define PROTO_DCCP 33
#define PROTO_UDP_LITE 136

bool ifom_ts_sane(const struct mh_ts *ts)
{
	if (ts->format != MH_TS_IP4 && ts->format != MH_TS_IP6)
		return false;
	if (ts->format == MH_TS_IP4 && ts->has & (MH_TS_LABEL | MH_TS_LABEL_END))
		return false;
	if ((ts->has & ~IFOM_STARTS) & ~((ts->has & IFOM_STARTS) << 1))
		return false;
	for (unsigned f = 0; f < IFOM_FIELDS; f++) {
		if (ifom_less(ifom_ts_value(ts, f, true), ifom_ts_value(ts, f, false)))
			return false;
	}
	return true;
}

/* [R24303-5.1.3.2-19]: sub-options are read first, then what a new flow binding must have [RFC 6089 5.3.2.1] */
uint8_t ifom_flow_read(const struct mh_opt *o, const struct ifom_flow *old, struct ifom_flow *out)
{
	struct mh_flow f;

	if (o->bad || !o->flow.fid || !o->flow.priority || !mh_flow_decode(o->flow.subs, &f, NULL, 0))
		return MH_FID_MALFORMED;
	if (!old && !f.has_ts)
		return MH_FID_MALFORMED;
	if (f.has_ts && f.ts.format != MH_TS_IP4 && f.ts.format != MH_TS_IP6)
		return f.ts.format ? MH_FID_TS_UNSUPPORTED : MH_FID_MALFORMED;
	if (f.has_ts && !ifom_ts_sane(&f.ts))
		return MH_FID_MALFORMED;
	if (!old && !f.has_ref)
		return MH_FID_MALFORMED;
	if (f.has_ref && f.n_ref > IFOM_FLOW_BIDS)
		return MH_FID_REJECTED;
	if (old)
		*out = *old;
	else
		memset(out, 0, sizeof *out);
	out->fid = o->flow.fid;
	out->priority = o->flow.priority;
	if (f.has_ts)
		out->ts = f.ts;
	if (f.has_ref) {
		memcpy(out->bid, f.bid, sizeof out->bid);
		out->n_bid = f.n_bid;
	}
	return MH_FID_OK;
}

size_t ifom_flow_write(const struct ifom_flow *f, bool reference, bool selector, uint8_t *buf, size_t cap)
{
	struct mh_flow x;

	memset(&x, 0, sizeof x);
	x.has_ref = reference;
	x.has_ts = selector;
	x.n_bid = f->n_bid;
	memcpy(x.bid, f->bid, sizeof x.bid);
	x.ts = f->ts;
	return reference || selector ? mh_flow_encode(&x, buf, cap) : 0;
}

/* ---- packets ----------------------------------------------------------------------------------------------------- */

static void read_upper(struct mh_flow_key *k, const uint8_t *p, uint32_t n)
{
	switch (k->proto) {
	case PROTO_ESP:
		if (n < 4)
			return;
		k->spi = load32(p);
		k->has |= MH_TS_SPI;
		return;
	case PROTO_AH:
		if (n < 8)
			return;
		k->spi = load32(p + 4);
		k->has |= MH_TS_SPI;
		return;
	case PROTO_TCP:
	case PROTO_UDP:
	case PROTO_SCTP:
	case PROTO_DCCP:
	case PROTO_UDP_LITE:
		if (n < 4)
			return;
		k->sport = load16(p);
		k->dport = load16(p + 2);
		k->has |= MH_TS_SPORT | MH_TS_DPORT;
	}
}

static bool read4(const uint8_t *p, uint32_t len, struct ifom_packet *out)
{
	struct ip4_packet k;

	if (!ip4_decode(p, len, &k, NULL))
		return false;
	out->key.family = 4;
	out->key.has = MH_TS_SRC | MH_TS_DST | MH_TS_DS | MH_TS_PROTO;
	memcpy(out->key.src.o, k.h.src.o, 4);
	memcpy(out->key.dst.o, k.h.dst.o, 4);
	out->key.ds = k.h.tos;
	out->key.proto = k.h.proto;
	out->fragment = ip4_is_fragment(&k.h);
	out->first = out->fragment && !k.h.frag_offset;
	out->id = k.h.id;
	if (!k.h.frag_offset)
		read_upper(&out->key, k.upper, k.upper_len);
	return true;
}

static bool read6(const uint8_t *p, uint32_t len, struct ifom_packet *out)
{
	struct ip6_packet k;

	if (!ip6_decode(p, len, &k, NULL))
		return false;
	out->key.family = 6;
	out->key.has = MH_TS_SRC | MH_TS_DST | MH_TS_LABEL | MH_TS_DS | MH_TS_PROTO;
	out->key.src = k.h.src;
	out->key.dst = k.h.dst;
	out->key.label = k.h.flow_label;
	out->key.ds = k.h.traffic_class;
	out->key.proto = k.proto;
	out->fragment = k.fragment.present && (k.fragment.more || k.fragment.offset);
	out->first = out->fragment && !k.fragment.offset;
	out->id = k.fragment.id;
	if (!k.fragment.present || !k.fragment.offset)
		read_upper(&out->key, k.upper, k.upper_len);
	return true;
}

static void turn_round(struct mh_flow_key *k)
{
	struct ip6_addr a = k->src;
	uint16_t port = k->sport;

	k->src = k->dst;
	k->dst = a;
	k->sport = k->dport;
	k->dport = port;
}

bool ifom_read(const uint8_t *packet, uint32_t len, bool uplink, struct ifom_packet *out)
{
	memset(out, 0, sizeof *out);
	if (!len || !(packet[0] >> 4 == 6 ? read6(packet, len, out) : read4(packet, len, out))) {
		memset(out, 0, sizeof *out);
		return false;
	}
	if (uplink)
		turn_round(&out->key);
	return true;
}

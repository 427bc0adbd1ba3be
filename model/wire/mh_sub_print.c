/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Showing what lies inside of options: flow sub-options with their traffic selectors [RFC 6089 4.2.1] [RFC 6088] [RFC
 * 7109 6.2], the 3GPP vendor values [29.275 12.1.1] and the protocol configuration options [24.008 10.5.6.3].
 *
 * Values of 3GPP sub-types whose coding is that of other documents (FQ-CSID, serving network, time zone and so on)
 * stay octets.
 */
#include "wire/mh_3gpp.h"
#include "wire/mh_codec.h"
#include "wire/mh_flow.h"

static void ts_range(const struct mh_pr *r, const char *name, uint32_t rel, uint32_t low, uint32_t high)
{
	char buf[32];
	struct text t = text_on(buf, sizeof buf);

	text_add(&t, low == high ? "%u" : "%u-%u", low, high);
	pr_text(r, name, rel, 0, buf);
}

static void ts_address(const struct mh_pr *r, const char *name, uint32_t rel, const struct mh_ts *ts,
	const struct ip6_addr a[2])
{
	char buf[2 * ADDR_TEXT_MAX + 1], one[ADDR_TEXT_MAX];
	struct text t = text_on(buf, sizeof buf);
	bool v6 = ts->format == MH_TS_IP6;

	text_str(&t, v6 ? ip6_text(&a[0], one) : ip4_text(rd_ip4(a[0].o), one));
	if (!ip6_eq(&a[0], &a[1])) {
		text_str(&t, "-");
		text_str(&t, v6 ? ip6_text(&a[1], one) : ip4_text(rd_ip4(a[1].o), one));
	}
	pr_text(r, name, rel, 0, buf);
}

static void print_ts(const struct mh_ts *ts, const struct mh_pr *r, uint32_t rel)
{
	if (ts->has & MH_TS_SRC)
		ts_address(r, "source", rel, ts, ts->src);
	if (ts->has & MH_TS_DST)
		ts_address(r, "destination", rel, ts, ts->dst);
	if (ts->has & MH_TS_SPI)
		ts_range(r, "spi", rel, ts->spi[0], ts->spi[1]);
	if (ts->has & MH_TS_LABEL)
		ts_range(r, "flow-label", rel, ts->label[0], ts->label[1]);
	if (ts->has & MH_TS_SPORT)
		ts_range(r, "source-port", rel, ts->sport[0], ts->sport[1]);
	if (ts->has & MH_TS_DPORT)
		ts_range(r, "destination-port", rel, ts->dport[0], ts->dport[1]);
	if (ts->has & MH_TS_DS)
		ts_range(r, ts->format == MH_TS_IP6 ? "traffic-class" : "ds", rel, ts->ds[0], ts->ds[1]);
	if (ts->has & MH_TS_PROTO)
		ts_range(r, ts->format == MH_TS_IP6 ? "next-header" : "protocol", rel, ts->proto[0], ts->proto[1]);
}

static const char *const sub_names[] = {
	"sub-pad1", "sub-padn", "sub-binding-reference", "sub-traffic-selector", "sub-flow-binding-action",
	"sub-target-care-of-address",
};

/* One sub-option, read on its own so that the lines stand in its order. */
static void print_sub(struct mh_octets one, const struct mh_pr *r, uint32_t rel)
{
	struct mh_flow f;
	unsigned i;
	bool ok = mh_flow_decode(one, &f, NULL, 0);

	if (f.has_ref)
		for (i = 0; i < f.n_bid; i++)
			pr_num(r, "bid", rel + 2 + 2 * i, 2, f.bid[i]);
	if (f.has_ts) {
		pr_num(r, "format", rel + 2, 1, one.p[2]);
		print_ts(&f.ts, r, rel + 4);
	}
	if (f.has_action)
		pr_named(r, "action", rel + 3, 1, MH_SPACE_FLOW_ACTION, f.action);
	if (f.has_target && f.target_family == 4)
		pr_ip4(r, "address", rel + 4, f.target4);
	else if (f.has_target)
		pr_ip6(r, "address", rel + 4, &f.target6);
	if (!ok || *one.p > MH_SUB_TARGET_COA || (f.has_ts && f.ts.format != MH_TS_IP4 && f.ts.format != MH_TS_IP6))
		pr_hex(r, "data", rel + 2, one.p + 2, one.n - 2u);
}

void mh_flow_print(struct mh_octets subs, const struct mh_pr *r, uint32_t rel)
{
	struct wire_diags d = { .n = 0 };
	struct mh_flow f;
	unsigned i = 0, k;

	while (i < subs.n) {
		const uint8_t *p = subs.p + i;
		unsigned len = *p == MH_SUB_PAD1 ? 1 : subs.n - i < 2 ? 256 : 2u + p[1];

		if (len > subs.n - i)
			break;
		r->out->open(r->out->ctx, *p <= MH_SUB_TARGET_COA ? sub_names[*p] : "sub-unknown", NULL,
			r->at + rel + i, len);
		if (*p > MH_SUB_PADN)
			print_sub((struct mh_octets){ p, (uint8_t)len }, r, rel + i);
		r->out->close(r->out->ctx);
		i += len;
	}
	mh_flow_decode(subs, &f, &d, rel);
	for (k = 0; k < d.n && k < WIRE_DIAG_MAX; k++)
		r->out->note(r->out->ctx, d.d[k].id, d.d[k].clause, r->at + d.d[k].offset);
}

static const char *pco_name(uint16_t id)
{
	switch (id) {
	case 0x0001: return "pco-p-cscf-ipv6";
	case 0x0003: return "pco-dns-ipv6";
	case MH_PCO_HA_IP6: return "pco-ha-ipv6-address";
	case MH_PCO_HNP: return "pco-home-network-prefix";
	case MH_PCO_HA_IP4: return "pco-ha-ipv4-address";
	case 0x000a: return "pco-ip-by-nas";
	case 0x000b: return "pco-ip-by-dhcpv4";
	case 0x000c: return "pco-p-cscf-ipv4";
	case 0x000d: return "pco-dns-ipv4";
	case MH_PCO_IFOM: return "pco-ifom-support";
	case 0x0010: return "pco-ipv4-link-mtu";
	case 0x8021: return "pco-ipcp";
	case 0xc021: return "pco-lcp";
	case 0xc023: return "pco-pap";
	case 0xc223: return "pco-chap";
	}
	return "pco-container";
}

static void print_pco(const struct mh_octets pco, const struct mh_pr *r, uint32_t rel)
{
	struct mh_pco_walk w = mh_pco_walk(pco);
	struct mh_pco_item item;
	const struct mh_octets *d = &item.data;

	while (mh_pco_next(&w, &item)) {
		uint32_t at = rel + (uint32_t)(item.data.p - pco.p) - 3;
		struct ip6_addr a;

		r->out->open(r->out->ctx, pco_name(item.id), NULL, r->at + at, 3u + d->n);
		pr_num(r, "id", at, 2, item.id);
		if (item.id <= 0x0010 && d->n == 16) {
			a = rd_ip6(d->p);
			pr_ip6(r, "address", at + 3, &a);
		} else if (item.id == MH_PCO_HNP && d->n == 17) {
			a = rd_ip6(d->p);
			pr_prefix6(r, "prefix", at + 3, 17, &a, d->p[16]);
		} else if (item.id <= 0x0010 && d->n == 4) {
			pr_ip4(r, "address", at + 3, rd_ip4(d->p));
		} else if (d->n) {
			pr_hex(r, "data", at + 3, d->p, d->n);
		}
		r->out->close(r->out->ctx);
	}
	if (w.fault)
		r->out->note(r->out->ctx, "pco-length", "24.008 10.5.6.3", r->at + rel);
}

/* Semi-octet digits, low nibble first, filled up with 15 [29.060 7.7] */
static void print_tbcd(const struct mh_octets d, const struct mh_pr *r, const char *name, uint32_t rel)
{
	char buf[2 * 256 + 1];
	struct text t = text_on(buf, sizeof buf);
	unsigned i;

	for (i = 0; i < 2u * d.n; i++) {
		unsigned digit = i % 2 ? d.p[i / 2] >> 4 : d.p[i / 2] & 15;

		if (digit != 15)
			text_add(&t, "%x", digit);
	}
	pr_text(r, name, rel, d.n, buf);
}

static bool print_number(const struct mh_opt *o, const struct mh_pr *r, uint32_t rel)
{
	uint32_t v;

	if (o->vendor.subtype == MH_3GPP_ERROR_CODE && mh_3gpp_number(o, 1, &v))
		pr_named(r, "error-code", rel, 1, MH_SPACE_3GPP_ERROR, v);
	else if (o->vendor.subtype == MH_3GPP_CHARGING_ID && mh_3gpp_number(o, 4, &v))
		pr_num(r, "charging-id", rel, 4, v);
	else if (o->vendor.subtype == MH_3GPP_CHARGING_CHARS && mh_3gpp_number(o, 2, &v))
		pr_num(r, "charging-characteristics", rel, 2, v);
	else if (o->vendor.subtype == MH_3GPP_PDN_CONNECTION_ID && mh_3gpp_number(o, 1, &v))
		pr_num(r, "pdn-connection-id", rel, 1, v & 15);
	else if (o->vendor.subtype == MH_3GPP_DHCP4_INDICATION && mh_3gpp_number(o, 1, &v))
		pr_num(r, "dhcpv4-allocation", rel, 1, v);
	else if (o->vendor.subtype == MH_3GPP_SELECTION_MODE && mh_3gpp_number(o, 1, &v))
		pr_num(r, "selection-mode", rel, 1, v & 3);
	else if (o->vendor.subtype == MH_3GPP_APN_RESTRICTION && mh_3gpp_number(o, 1, &v))
		pr_num(r, "apn-restriction", rel, 1, v);
	else if (o->vendor.subtype == MH_3GPP_MAX_APN_RESTRICTION && mh_3gpp_number(o, 1, &v))
		pr_num(r, "maximum-apn-restriction", rel, 1, v);
	else if (o->vendor.subtype == MH_3GPP_SIGNALLING_PRIORITY && mh_3gpp_number(o, 1, &v))
		pr_flag(r, "low-access-priority", rel, 1, v & 1);
	else
		return false;
	return true;
}

static bool print_value(const struct mh_opt *o, const struct mh_pr *r, uint32_t rel)
{
	const struct mh_octets d = o->vendor.data;
	struct ip4_addr ip4;
	struct ip6_addr ip6;
	uint8_t family;

	if (o->vendor.subtype == MH_3GPP_PGW_ADDRESS && mh_3gpp_address(o, &family, &ip4, &ip6)) {
		if (family == 4)
			pr_ip4(r, "address", rel, ip4);
		else
			pr_ip6(r, "address", rel, &ip6);
	} else if (o->vendor.subtype == MH_3GPP_PDN_TYPE && d.n >= 2) {
		pr_named(r, "pdn-type", rel, 1, MH_SPACE_3GPP_PDN_TYPE, d.p[0]);
		pr_named(r, "cause", rel + 1, 1, MH_SPACE_3GPP_ERROR, d.p[1]);
	} else if (o->vendor.subtype == MH_3GPP_PCO || o->vendor.subtype == MH_3GPP_APCO) {
		print_pco(d, r, rel);
	} else if (o->vendor.subtype == MH_3GPP_MEI || o->vendor.subtype == MH_3GPP_MSISDN ||
		o->vendor.subtype == MH_3GPP_UNAUTH_IMSI) {
		print_tbcd(d, r, "digits", rel);
	} else {
		return false;
	}
	return true;
}

void mh_3gpp_print(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "sub-type", 6, 1, MH_SPACE_3GPP_SUBTYPE, o->vendor.subtype);
	pr_flag(r, "more", 7, 1, o->vendor.more);
	if (o->vendor.more || (!print_number(o, r, 8) && !print_value(o, r, 8)))
		pr_hex(r, "data", 8, o->vendor.data.p, o->vendor.data.n);
}

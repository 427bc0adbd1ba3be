/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each mobility option shows of itself: field names as in its document, values as text with units. Offsets given
 * to the printer count from the option's type octet.
 *
 * Sub-options of the access network identifier [RFC 6757 3.1], the LMA-controlled parameters [RFC 8127 3.1], flow
 * identification [RFC 6089 4.2.1] and 3GPP values are shown too; QoS attributes [RFC 7222 4.2], context requests and
 * multicast records as octets.
 */
#include "wire/mh_3gpp.h"
#include "wire/mh_codec.h"
#include "wire/mh_flow.h"

static void layer(const struct mh_pr *r, const char *name, const char *title, uint32_t rel, uint32_t len)
{
	r->out->open(r->out->ctx, name, title, r->at + rel, len);
}

static void close_layer(const struct mh_pr *r)
{
	r->out->close(r->out->ctx);
}

void op_none(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "length", 1, 1, o->len);
}

void op_octets(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_hex(r, "data", 2, o->octets.p, o->octets.n);
}

/* An access point name comes in labels with length octets [23.003 9.1], or, as the RFC has it, as plain text. */
static bool labels(struct text *t, struct mh_octets d)
{
	unsigned i;

	for (i = 0; i < d.n; i += 1u + d.p[i]) {
		if (!d.p[i] || d.p[i] > 63 || d.p[i] > d.n - i - 1u)
			return false;
		text_str(t, i ? "." : "");
		text_chars(t, d.p + i + 1, d.p[i]);
	}
	return true;
}

void op_apn(const struct mh_opt *o, const struct mh_pr *r)
{
	char buf[4 * 256 + 1];
	struct text t = text_on(buf, sizeof buf);

	if (labels(&t, o->octets))
		pr_text(r, "apn", 2, o->octets.n, buf);
	else
		pr_chars(r, "identifier", 2, o->octets.p, o->octets.n);
}

void op_refresh(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_life4(r, "refresh-interval", 2, o->refresh);
}

void op_ip6(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_ip6(r, "address", o->type == MH_OPT_MAG_IP6 ? 4 : 2, &o->ip6);
}

void op_ip4(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_ip4(r, "address", o->type == MH_OPT_ALT_IP4_COA ? 2 : 4, o->ip4);
}

void op_nonce(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "home-nonce-index", 2, 2, o->nonce.home);
	pr_num(r, "care-of-nonce-index", 4, 2, o->nonce.coa);
}

void op_prefix(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_prefix6(r, "prefix", 3, 17, &o->prefix.addr, o->prefix.len);
}

void op_code_prefix(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "option-code", 2, 1, o->prefix.code);
	op_prefix(o, r);
}

void op_lla(const struct mh_opt *o, const struct mh_pr *r)
{
	if (o->type == MH_OPT_LLA)
		pr_num(r, "option-code", 2, 1, o->lla.code);
	pr_hex(r, "address", o->type == MH_OPT_LLA ? 3 : 4, o->lla.addr.p, o->lla.addr.n);
}

void op_id(const struct mh_opt *o, const struct mh_pr *r)
{
	uint32_t at = o->type == MH_OPT_MAG_ID ? 4 : 3;

	pr_named(r, "subtype", 2, 1, MH_SPACE_MN_ID, o->id.subtype);
	if (o->id.subtype == MH_ID_NAI)
		pr_chars(r, "identifier", at, o->id.id.p, o->id.id.n);
	else
		pr_hex(r, "identifier", at, o->id.id.p, o->id.id.n);
}

void op_auth(const struct mh_opt *o, const struct mh_pr *r)
{
	uint32_t at = o->type == MH_OPT_AUTH ? 3 : 2;

	if (o->type == MH_OPT_AUTH)
		pr_num(r, "subtype", 2, 1, o->auth.subtype);
	pr_num(r, "spi", at, 4, o->auth.spi);
	pr_hex(r, "authenticator", at + 4, o->auth.data.p, o->auth.data.n);
}

void op_u64(const struct mh_opt *o, const struct mh_pr *r)
{
	uint8_t v[8];

	wr64(v, o->u64);
	if (o->type == MH_OPT_MESG_ID)
		pr_hex(r, "timestamp", 2, v, 8);
	else
		pr_hex(r, "interface-identifier", 4, v, 8);
}

void op_u32(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "restart-counter", 2, 4, o->u32);
}

void op_dns(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "status", 2, 1, MH_SPACE_DNS, o->dns.status);
	pr_flag(r, "remove", 3, 1, o->dns.remove);
	pr_chars(r, "identity", 4, o->dns.fqdn.p, o->dns.fqdn.n);
}

void op_vendor(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "vendor-id", 2, 4, o->vendor.id);
	if (o->vendor.id == MH_VENDOR_3GPP) {
		mh_3gpp_print(o, r);
		return;
	}
	pr_num(r, "sub-type", 6, 1, o->vendor.subtype);
	pr_hex(r, "data", 7, o->vendor.data.p, o->vendor.data.n);
}

void op_handoff(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "indicator", 3, 1, MH_SPACE_HANDOFF, o->handoff);
}

void op_att(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "technology", 3, 1, MH_SPACE_ATT, o->att);
}

/* Seconds since 1970 and nanoseconds, so that the text does not hang on a calendar. */
void op_stamp(const struct mh_opt *o, const struct mh_pr *r)
{
	char buf[40];
	struct text t = text_on(buf, sizeof buf);
	uint64_t ns = (o->stamp.v & 0xffff) * 1000000000u >> 16;

	text_add(&t, "%llu.%09llu s", (unsigned long long)(o->stamp.v >> 16), (unsigned long long)ns);
	pr_text(r, "timestamp", 2, 8, buf);
}

void op_hoa4(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "prefix-length", 2, 1, o->hoa4.prefix_len);
	pr_flag(r, "prefix-requested", 2, 1, o->hoa4.prefix);
	pr_ip4(r, "address", 4, o->hoa4.addr);
}

void op_ack4(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "status", 2, 1, MH_SPACE_IP4_ACK, o->hoa4.status);
	pr_num(r, "prefix-length", 3, 1, o->hoa4.prefix_len);
	pr_ip4(r, "address", 4, o->hoa4.addr);
}

void op_nat(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_flag(r, "force-udp", 2, 1, o->nat.force);
	if (o->nat.refresh_s == UINT32_MAX)
		pr_text(r, "refresh-time", 4, 4, "infinite");
	else
		pr_unit(r, "refresh-time", 4, 4, o->nat.refresh_s, "s");
}

void op_request4(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "prefix-length", 2, 1, o->hoa4.prefix_len);
	pr_ip4(r, "address", 4, o->hoa4.addr);
}

void op_gre(const struct mh_opt *o, const struct mh_pr *r)
{
	if (o->gre.has_key)
		pr_num(r, "key", 4, 4, o->gre.key);
	else
		pr_text(r, "key", 2, 2, "-");
}

static void address(const struct mh_pr *r, const char *name, uint32_t rel, uint8_t family, const struct ip4_addr *ip4,
	const struct ip6_addr *ip6)
{
	if (family == 4)
		pr_ip4(r, name, rel, *ip4);
	else if (family == 6)
		pr_ip6(r, name, rel, ip6);
}

void op_bid(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "bid", 2, 2, o->bid.bid);
	pr_named(r, "status", 4, 1, MH_SPACE_BA, o->bid.status);
	pr_flag(r, "home", 5, 1, o->bid.home);
	pr_num(r, "priority", 5, 1, o->bid.priority);
	address(r, "care-of-address", 6, o->bid.family, &o->bid.ip4, &o->bid.ip6);
}

void op_dhcp(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_text(r, "mode", 2, 2, o->dhcp_server ? "server" : "relay");
}

void op_addr(const struct mh_opt *o, const struct mh_pr *r)
{
	address(r, "address", 4, o->addr.family, &o->addr.ip4, &o->addr.ip6);
}

void op_transient(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_flag(r, "late-path-switch", 2, 1, o->transient.late);
	pr_unit(r, "lifetime", 3, 1, (uint64_t)o->transient.life * 100, "ms");
}

void op_fids(const struct mh_opt *o, const struct mh_pr *r)
{
	unsigned i;

	for (i = 0; i < o->fids.n; i++)
		pr_num(r, "fid", 2 + 2 * i, 2, mh_fid_at(o, i));
}

void op_flow(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "fid", 2, 2, o->flow.fid);
	pr_num(r, "priority", 4, 2, o->flow.priority);
	pr_named(r, "status", 7, 1, MH_SPACE_FID, o->flow.status);
	mh_flow_print(o->flow.subs, r, 8);
}

void op_load(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "priority", 2, 2, o->load.priority);
	pr_num(r, "sessions", 4, 4, o->load.sessions);
	pr_num(r, "sessions-max", 8, 4, o->load.sessions_max);
	pr_unit(r, "capacity", 12, 4, o->load.capacity, "kB/s");
	pr_unit(r, "capacity-max", 16, 4, o->load.capacity_max, "kB/s");
}

void op_group(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "sub-type", 2, 1, o->group.subtype);
	pr_num(r, "group-id", 4, 4, o->group.id);
}

void op_offload(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_text(r, "mode", 2, 1, o->offload.all_but ? "offload all but the selected" : "offload the selected");
	mh_flow_print(o->offload.subs, r, 6);
}

void op_mcast(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "protocol", 2, 1, o->mcast.protocol);
	pr_flag(r, "direct-routing", 3, 1, o->mcast.local);
	pr_num(r, "records", 4, 2, o->mcast.count);
	pr_hex(r, "data", 6, o->mcast.records.p, o->mcast.records.n);
}

void op_dmnp(const struct mh_opt *o, const struct mh_pr *r)
{
	char addr[ADDR_TEXT_MAX], buf[ADDR_TEXT_MAX + 8];
	struct text t = text_on(buf, sizeof buf);

	if (!o->dmnp.v4) {
		pr_prefix6(r, "prefix", 3, 17, &o->dmnp.ip6, o->dmnp.len);
		return;
	}
	text_add(&t, "%s/%u", ip4_text(o->dmnp.ip4, addr), o->dmnp.len);
	pr_text(r, "prefix", 3, 5, buf);
}

void op_membership(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "membership-type", 2, 1, o->membership.type);
	pr_hex(r, "context", 3, o->membership.context.p, o->membership.context.n);
}

void op_qos(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_num(r, "service-request-id", 2, 1, o->qos.sr_id);
	pr_num(r, "dscp", 3, 1, o->qos.tc >> 2);
	pr_num(r, "operational-code", 4, 1, o->qos.code);
	pr_hex(r, "attributes", 8, o->qos.attributes.p, o->qos.attributes.n);
}

void op_multipath(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_named(r, "interface-technology", 2, 1, MH_SPACE_ATT, o->multipath.att);
	pr_num(r, "interface-label", 3, 1, o->multipath.label);
	pr_num(r, "bid", 4, 1, o->multipath.bid);
	pr_flag(r, "bulk", 5, 1, o->multipath.bulk);
	pr_flag(r, "overwrite", 5, 1, o->multipath.overwrite);
}

void op_maar(const struct mh_opt *o, const struct mh_pr *r)
{
	pr_ip6(r, "maar", 4, &o->maar.maar);
	pr_prefix6(r, "prefix", 20, 16, &o->maar.prefix, o->maar.len);
}

/* The least octets of a sub-option list that has only type, length and data; the rest is said to be short. */
static bool sub_fits(const struct mh_opt *o, unsigned i)
{
	return o->octets.n - i >= 2 && o->octets.n - i - 2u >= o->octets.p[i + 1];
}

static void ani_network(const struct mh_pr *r, uint32_t rel, const uint8_t *p, unsigned n)
{
	unsigned net = n >= 2 ? p[1] : 0, ap;

	if (n < 2 || n - 2 < net) {
		pr_hex(r, "data", rel, p, n);
		return;
	}
	pr_flag(r, "utf-8", rel, 1, p[0] & 0x80);
	pr_chars(r, "network-name", rel + 2, p + 2, net);
	if (n > 2 + net) {
		ap = p[2 + net];
		if (ap > n - 3 - net)
			ap = n - 3 - net;
		pr_chars(r, "access-point-name", rel + 3 + net, p + 3 + net, ap);
	}
}

void op_ani(const struct mh_opt *o, const struct mh_pr *r)
{
	static const char *const names[] = { "ani-unknown", "ani-network-identifier", "ani-geo-location",
		"ani-operator-identifier" };
	unsigned i;

	for (i = 0; i < o->octets.n && sub_fits(o, i); i += 2u + o->octets.p[i + 1]) {
		const uint8_t *p = o->octets.p + i;
		unsigned type = p[0] <= 3 ? p[0] : 0;

		layer(r, names[type], NULL, 2 + i, 2u + p[1]);
		pr_num(r, "type", 2 + i, 1, p[0]);
		if (type == 1)
			ani_network(r, 4 + i, p + 2, p[1]);
		else if (type == 3 && p[1] && p[2] == 2)
			pr_chars(r, "realm", 5 + i, p + 3, p[1] - 1u);
		else
			pr_hex(r, "data", 4 + i, p + 2, p[1]);
		close_layer(r);
	}
	if (i < o->octets.n)
		pr_hex(r, "cut-short", 2 + i, o->octets.p + i, o->octets.n - i);
}

void op_lcmp(const struct mh_opt *o, const struct mh_pr *r)
{
	unsigned i;

	for (i = 0; i < o->octets.n && sub_fits(o, i); i += 2u + o->octets.p[i + 1]) {
		const uint8_t *p = o->octets.p + i;

		if (*p == 1 && p[1] == 6) {
			layer(r, "lcmp-binding-re-registration", NULL, 2 + i, 8);
			pr_unit(r, "start-time", 4 + i, 2, (uint64_t)rd16(p + 2) * 4, "s");
			pr_unit(r, "initial-retransmission-time", 6 + i, 2, rd16(p + 4), "s");
			pr_unit(r, "maximum-retransmission-time", 8 + i, 2, rd16(p + 6), "s");
		} else if (*p == 2 && p[1] == 6) {
			layer(r, "lcmp-heartbeat", NULL, 2 + i, 8);
			pr_unit(r, "interval", 4 + i, 2, rd16(p + 2), "s");
			pr_unit(r, "retransmission-delay", 6 + i, 2, rd16(p + 4), "s");
			pr_num(r, "maximum-retransmissions", 8 + i, 2, rd16(p + 6));
		} else {
			layer(r, "lcmp-unknown", NULL, 2 + i, 2u + p[1]);
			pr_num(r, "type", 2 + i, 1, p[0]);
			pr_hex(r, "data", 4 + i, p + 2, p[1]);
		}
		close_layer(r);
	}
	if (i < o->octets.n)
		pr_hex(r, "cut-short", 2 + i, o->octets.p + i, o->octets.n - i);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing the data of each mobility option, first part: those of mobile nodes, home agents and the common
 * ones of PMIPv6; the rest is in mh_opt_rw_proxy.c. Each pair stands together: od_x reads what oe_x writes. The table
 * (mh_opt.c) says which option uses which pair and between which lengths; a reader is only called with at least the
 * least length, so it reads without further checks up to there.
 *
 * Reserved bits that are set are noted and dropped. Data beyond a fixed layout is noted by the caller and dropped
 * too.
 *
 * [RFC 6275 6.2] [RFC 3963 4.3] [RFC 5568 6.4] [RFC 4283 3] [RFC 4285 5, 6] [RFC 5026 8.1] [RFC 5094 3] [RFC 5149 3]
 * [RFC 5213 8] [RFC 5555 3] [RFC 5844 3.3] [RFC 5845 6.1] [RFC 5648 4.3] [RFC 6089 4.2] [RFC 6705 11.1]. Left as
 * octets: the options of RFC 4866, and RFC 7411's two, whose length counts 32-bit words against the general rule of
 * RFC 6275 6.2.1; they are read by the general rule.
 */
#include "wire/mh_3gpp.h"
#include "wire/mh_codec.h"

bool od_none(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->raw = (struct mh_octets){ p, (uint8_t)n };
	return true;
}

uint8_t *oe_none(const struct mh_opt *o, uint8_t *p)
{
	(void)o;
	return p;
}

bool od_octets(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->octets = (struct mh_octets){ p, (uint8_t)n };
	return true;
}

uint8_t *oe_octets(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(p, o->octets.p, o->octets.n);
}

bool od_refresh(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->refresh.units = rd16(p);
	return true;
}

uint8_t *oe_refresh(const struct mh_opt *o, uint8_t *p)
{
	return wr16(p, o->refresh.units);
}

bool od_ip6(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->ip6 = rd_ip6(p);
	return true;
}

uint8_t *oe_ip6(const struct mh_opt *o, uint8_t *p)
{
	return wr_ip6(p, &o->ip6);
}

bool od_ip4(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->ip4 = rd_ip4(p);
	return true;
}

uint8_t *oe_ip4(const struct mh_opt *o, uint8_t *p)
{
	return wr_ip4(p, o->ip4);
}

bool od_ip4_res(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, rd16(p));
	o->ip4 = rd_ip4(p + 2);
	return true;
}

uint8_t *oe_ip4_res(const struct mh_opt *o, uint8_t *p)
{
	return wr_ip4(wr16(p, 0), o->ip4);
}

bool od_mag6(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, p[0]);
	if (p[1] != 128)
		mh_note(k, "mag-address-length", "RFC 6705 11.1", p + 1, p[1]);
	o->ip6 = rd_ip6(p + 2);
	return true;
}

uint8_t *oe_mag6(const struct mh_opt *o, uint8_t *p)
{
	return wr_ip6(wr16(p, 128), &o->ip6);
}

bool od_nonce(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->nonce.home = rd16(p);
	o->nonce.coa = rd16(p + 2);
	return true;
}

uint8_t *oe_nonce(const struct mh_opt *o, uint8_t *p)
{
	return wr16(wr16(p, o->nonce.home), o->nonce.coa);
}

bool od_prefix(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, p[0]);
	opt_prefix_length(k, o, p + 1, 128);
	o->prefix.code = 0;
	o->prefix.len = p[1];
	o->prefix.addr = rd_ip6(p + 2);
	return true;
}

uint8_t *oe_prefix(const struct mh_opt *o, uint8_t *p)
{
	if (o->prefix.len > 128)
		return NULL;
	return wr_ip6(wr16(p, o->prefix.len), &o->prefix.addr);
}

bool od_code_prefix(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_prefix_length(k, o, p + 1, 128);
	o->prefix.code = p[0];
	o->prefix.len = p[1];
	o->prefix.addr = rd_ip6(p + 2);
	return true;
}

uint8_t *oe_code_prefix(const struct mh_opt *o, uint8_t *p)
{
	if (o->prefix.len > 128)
		return NULL;
	return wr_ip6(wr8(wr8(p, o->prefix.code), o->prefix.len), &o->prefix.addr);
}

bool od_lla(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->lla.code = p[0];
	o->lla.addr = (struct mh_octets){ p + 1, (uint8_t)(n - 1) };
	return true;
}

uint8_t *oe_lla(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr8(p, o->lla.code), o->lla.addr.p, o->lla.addr.n);
}

bool od_ll_id(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p, rd16(p));
	o->lla.code = 0;
	o->lla.addr = (struct mh_octets){ p + 2, (uint8_t)(n - 2) };
	return true;
}

uint8_t *oe_ll_id(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr16(p, 0), o->lla.addr.p, o->lla.addr.n);
}

bool od_id(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->id.subtype = p[0];
	o->id.id = (struct mh_octets){ p + 1, (uint8_t)(n - 1) };
	return true;
}

uint8_t *oe_id(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr8(p, o->id.subtype), o->id.id.p, o->id.id.n);
}

bool od_mag_id(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 1, p[1]);
	o->id.subtype = p[0];
	o->id.id = (struct mh_octets){ p + 2, (uint8_t)(n - 2) };
	return true;
}

uint8_t *oe_mag_id(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr16(p, (uint16_t)(o->id.subtype << 8)), o->id.id.p, o->id.id.n);
}

bool od_auth(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->auth.subtype = p[0];
	o->auth.spi = rd32(p + 1);
	o->auth.data = (struct mh_octets){ p + 5, (uint8_t)(n - 5) };
	return true;
}

uint8_t *oe_auth(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr32(wr8(p, o->auth.subtype), o->auth.spi), o->auth.data.p, o->auth.data.n);
}

bool od_badf(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->auth.subtype = 0;
	o->auth.spi = rd32(p);
	o->auth.data = (struct mh_octets){ p + 4, (uint8_t)(n - 4) };
	return true;
}

uint8_t *oe_badf(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr32(p, o->auth.spi), o->auth.data.p, o->auth.data.n);
}

bool od_u64(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->u64 = rd64(p);
	return true;
}

uint8_t *oe_u64(const struct mh_opt *o, uint8_t *p)
{
	return wr64(p, o->u64);
}

bool od_iid(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, rd16(p));
	o->u64 = rd64(p + 2);
	return true;
}

uint8_t *oe_iid(const struct mh_opt *o, uint8_t *p)
{
	return wr64(wr16(p, 0), o->u64);
}

bool od_u32(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->u32 = rd32(p);
	return true;
}

uint8_t *oe_u32(const struct mh_opt *o, uint8_t *p)
{
	return wr32(p, o->u32);
}

bool od_dns(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 1, p[1] & 0x7f);
	o->dns.status = p[0];
	o->dns.remove = p[1] & 0x80;
	o->dns.fqdn = (struct mh_octets){ p + 2, (uint8_t)(n - 2) };
	return true;
}

uint8_t *oe_dns(const struct mh_opt *o, uint8_t *p)
{
	p = wr8(wr8(p, o->dns.status), o->dns.remove ? 0x80 : 0);
	return wr_octets(p, o->dns.fqdn.p, o->dns.fqdn.n);
}

/* 3GPP puts one octet, seven reserved bits and M, between the sub-type and what the sub-type means [29.275 12.1.1.0] */
bool od_vendor(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	unsigned head = 5;

	o->vendor.id = rd32(p);
	o->vendor.subtype = p[4];
	o->vendor.more = false;
	if (o->vendor.id == MH_VENDOR_3GPP) {
		if (n < 6)
			return false;
		opt_reserved(k, o, p + 5, p[5] & 0xfe);
		o->vendor.more = p[5] & 1;
		head = 6;
	}
	o->vendor.data = (struct mh_octets){ p + head, (uint8_t)(n - head) };
	return true;
}

uint8_t *oe_vendor(const struct mh_opt *o, uint8_t *p)
{
	p = wr8(wr32(p, o->vendor.id), o->vendor.subtype);
	if (o->vendor.id == MH_VENDOR_3GPP)
		p = wr8(p, o->vendor.more);
	else if (o->vendor.more)
		return NULL;
	return wr_octets(p, o->vendor.data.p, o->vendor.data.n);
}

/* Handoff Indicator and Access Technology Type: both are the union's first octet. */
bool od_byte(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, p[0]);
	o->handoff = p[1];
	return true;
}

uint8_t *oe_byte(const struct mh_opt *o, uint8_t *p)
{
	return wr16(p, o->handoff);
}

bool od_stamp(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->stamp.v = rd64(p);
	return true;
}

uint8_t *oe_stamp(const struct mh_opt *o, uint8_t *p)
{
	return wr64(p, o->stamp.v);
}

bool od_hoa4(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	uint16_t w = rd16(p);

	(void)n;
	opt_reserved(k, o, p, w & 0x01ff);
	o->hoa4.status = 0;
	o->hoa4.prefix_len = (uint8_t)(w >> 10);
	o->hoa4.prefix = w & 0x0200;
	o->hoa4.addr = rd_ip4(p + 2);
	if (o->hoa4.prefix_len > 32)
		mh_note(k, "prefix-length", mh_opt_clause(o->type), p, o->hoa4.prefix_len);
	return true;
}

uint8_t *oe_hoa4(const struct mh_opt *o, uint8_t *p)
{
	if (o->hoa4.prefix_len > 63)
		return NULL;
	return wr_ip4(wr16(p, (uint16_t)(o->hoa4.prefix_len << 10 | (o->hoa4.prefix ? 0x0200 : 0))), o->hoa4.addr);
}

bool od_ack4(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p + 1, p[1] & 3);
	o->hoa4.status = p[0];
	o->hoa4.prefix_len = p[1] >> 2;
	o->hoa4.prefix = false;
	o->hoa4.addr = rd_ip4(p + 2);
	if (o->hoa4.prefix_len > 32)
		mh_note(k, "prefix-length", mh_opt_clause(o->type), p + 1, o->hoa4.prefix_len);
	return true;
}

uint8_t *oe_ack4(const struct mh_opt *o, uint8_t *p)
{
	if (o->hoa4.prefix_len > 63)
		return NULL;
	return wr_ip4(wr8(wr8(p, o->hoa4.status), (uint8_t)(o->hoa4.prefix_len << 2)), o->hoa4.addr);
}

bool od_nat(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, rd16(p) & 0x7fff);
	o->nat.force = p[0] & 0x80;
	o->nat.refresh_s = rd32(p + 2);
	return true;
}

uint8_t *oe_nat(const struct mh_opt *o, uint8_t *p)
{
	return wr32(wr16(p, o->nat.force ? 0x8000 : 0), o->nat.refresh_s);
}

bool od_request4(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	uint16_t w = rd16(p);

	(void)n;
	opt_reserved(k, o, p, w & 0x03ff);
	o->hoa4.status = 0;
	o->hoa4.prefix_len = (uint8_t)(w >> 10);
	o->hoa4.prefix = false;
	o->hoa4.addr = rd_ip4(p + 2);
	if (o->hoa4.prefix_len > 32)
		mh_note(k, "prefix-length", mh_opt_clause(o->type), p, o->hoa4.prefix_len);
	return true;
}

uint8_t *oe_request4(const struct mh_opt *o, uint8_t *p)
{
	if (o->hoa4.prefix_len > 63)
		return NULL;
	return wr_ip4(wr16(p, (uint16_t)(o->hoa4.prefix_len << 10)), o->hoa4.addr);
}

bool od_gre(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	if (n != 2 && n < 6)
		return false;
	opt_reserved(k, o, p, rd16(p));
	o->gre.has_key = n > 2;
	o->gre.key = n > 2 ? rd32(p + 2) : 0;
	return true;
}

uint8_t *oe_gre(const struct mh_opt *o, uint8_t *p)
{
	p = wr16(p, 0);
	return o->gre.has_key ? wr32(p, o->gre.key) : p;
}

/*
 * The length alone says whether there is a care-of address, and of which family [RFC 5648 4.3]; BID-PRI [RFC 6089
 * 4.1]
 */
bool od_bid(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->bid.bid = rd16(p);
	o->bid.status = p[2];
	o->bid.home = p[3] & 0x80;
	o->bid.priority = p[3] & 0x7f;
	o->bid.family = 0;
	if (n == 8) {
		o->bid.family = 4;
		o->bid.ip4 = rd_ip4(p + 4);
	} else if (n == 20) {
		o->bid.family = 6;
		o->bid.ip6 = rd_ip6(p + 4);
	}
	return n == 4 || n == 8 || n == 20;
}

uint8_t *oe_bid(const struct mh_opt *o, uint8_t *p)
{
	if (o->bid.priority > 127)
		return NULL;
	p = wr8(wr8(wr16(p, o->bid.bid), o->bid.status), (uint8_t)((o->bid.home ? 0x80 : 0) | o->bid.priority));
	if (o->bid.family == 4)
		return wr_ip4(p, o->bid.ip4);
	if (o->bid.family == 6)
		return wr_ip6(p, &o->bid.ip6);
	return o->bid.family ? NULL : p;
}

bool od_dhcp(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, rd16(p) & 0xfffe);
	o->dhcp_server = p[1] & 1;
	return true;
}

uint8_t *oe_dhcp(const struct mh_opt *o, uint8_t *p)
{
	return wr16(p, o->dhcp_server);
}

bool od_fids(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->fids.p = p;
	o->fids.n = (uint8_t)(n / 2);
	return n % 2 == 0;
}

uint8_t *oe_fids(const struct mh_opt *o, uint8_t *p)
{
	if (!o->fids.n || o->fids.n > 127)
		return NULL;
	return wr_octets(p, o->fids.p, (size_t)o->fids.n * 2);
}

bool od_flow(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 4, p[4]);
	o->flow.fid = rd16(p);
	o->flow.priority = rd16(p + 2);
	o->flow.status = p[5];
	o->flow.subs = (struct mh_octets){ p + 6, (uint8_t)(n - 6) };
	return true;
}

uint8_t *oe_flow(const struct mh_opt *o, uint8_t *p)
{
	p = wr8(wr8(wr16(wr16(p, o->flow.fid), o->flow.priority), 0), o->flow.status);
	return wr_octets(p, o->flow.subs.p, o->flow.subs.n);
}

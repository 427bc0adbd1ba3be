/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading and writing the data of each mobility option, second part: what came to PMIPv6 after its first documents.
 * The rules of mh_opt_rw.c hold here too.
 *
 * [RFC 5949 6.2] [RFC 6058 5.1] [RFC 6463 4] [RFC 6602 4.3] [RFC 6909 3.1] [RFC 7028 5.1] [RFC 7148 4.1] [RFC 7161
 * 4.1] [RFC 7222 4.1] [RFC 7389 4] [RFC 8278 4] [RFC 8885 4.5]. Not taken apart: QoS attributes and multicast
 * records.
 */
#include "wire/mh_codec.h"

static uint8_t *family_out(const struct mh_opt *o, uint8_t *p)
{
	if (o->addr.family == 4)
		return wr_ip4(p, o->addr.ip4);
	return o->addr.family == 6 ? wr_ip6(p, &o->addr.ip6) : NULL;
}

/* An address of n octets, 4 or 16; other sizes are no address. */
static bool family_in(struct mh_opt *o, const uint8_t *p, unsigned n)
{
	o->addr.family = n == 4 ? 4 : n == 16 ? 6 : 0;
	if (n == 4)
		o->addr.ip4 = rd_ip4(p);
	else if (n == 16)
		o->addr.ip6 = rd_ip6(p);
	return o->addr.family;
}

bool od_lma_address(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 1, p[1]);
	if (!family_in(o, p + 2, n - 2))
		return false;
	if (p[0] != (o->addr.family == 6 ? 1 : 2))
		mh_note(k, "lma-address-code", "RFC 5949 6.2.2", p, p[0]);
	return true;
}

uint8_t *oe_lma_address(const struct mh_opt *o, uint8_t *p)
{
	return family_out(o, wr16(p, o->addr.family == 6 ? 0x0100 : 0x0200));
}

bool od_transient(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, p[0] & 0xfe);
	o->transient.late = p[0] & 1;
	o->transient.life = p[1];
	return true;
}

uint8_t *oe_transient(const struct mh_opt *o, uint8_t *p)
{
	return wr8(wr8(p, o->transient.late), o->transient.life);
}

bool od_redirect_cap(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p, rd16(p));
	o->raw = (struct mh_octets){ p, (uint8_t)n };
	return true;
}

uint8_t *oe_redirect_cap(const struct mh_opt *o, uint8_t *p)
{
	(void)o;
	return wr16(p, 0);
}

bool od_redirect(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p, rd16(p) & 0x3fff);
	if (!family_in(o, p + 2, n - 2))
		return false;
	if (p[0] >> 6 != (o->addr.family == 6 ? 2 : 1))
		mh_note(k, "redirect-flags", "RFC 6463 4.2", p, p[0] >> 6);
	return true;
}

uint8_t *oe_redirect(const struct mh_opt *o, uint8_t *p)
{
	return family_out(o, wr16(p, o->addr.family == 6 ? 0x8000 : 0x4000));
}

bool od_load(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n, (void)k;
	o->load.priority = rd16(p);
	o->load.sessions = rd32(p + 2);
	o->load.sessions_max = rd32(p + 6);
	o->load.capacity = rd32(p + 10);
	o->load.capacity_max = rd32(p + 14);
	return true;
}

uint8_t *oe_load(const struct mh_opt *o, uint8_t *p)
{
	p = wr32(wr32(wr16(p, o->load.priority), o->load.sessions), o->load.sessions_max);
	return wr32(wr32(p, o->load.capacity), o->load.capacity_max);
}

bool od_group(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p + 1, p[1]);
	o->group.subtype = p[0];
	o->group.id = rd32(p + 2);
	return true;
}

uint8_t *oe_group(const struct mh_opt *o, uint8_t *p)
{
	return wr32(wr16(p, (uint16_t)(o->group.subtype << 8)), o->group.id);
}

bool od_offload(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p, rd32(p) & 0x7fffffff);
	o->offload.all_but = p[0] & 0x80;
	o->offload.subs = (struct mh_octets){ p + 4, (uint8_t)(n - 4) };
	return true;
}

uint8_t *oe_offload(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr32(p, o->offload.all_but ? 0x80000000u : 0), o->offload.subs.p, o->offload.subs.n);
}

bool od_mcast(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 1, p[1] & 0x7f);
	o->mcast.protocol = p[0];
	o->mcast.local = p[1] & 0x80;
	o->mcast.count = rd16(p + 2);
	o->mcast.records = (struct mh_octets){ p + 4, (uint8_t)(n - 4) };
	return true;
}

uint8_t *oe_mcast(const struct mh_opt *o, uint8_t *p)
{
	p = wr16(wr8(wr8(p, o->mcast.protocol), o->mcast.local ? 0x80 : 0), o->mcast.count);
	return wr_octets(p, o->mcast.records.p, o->mcast.records.n);
}

/* A length that contradicts the V flag leaves open which of the two is wrong. */
bool od_dmnp(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	o->dmnp.v4 = p[0] & 0x80;
	if (n < (o->dmnp.v4 ? 6u : 18u) || (o->dmnp.v4 && n == 18))
		return false;
	opt_reserved(k, o, p, p[0] & 0x7f);
	opt_prefix_length(k, o, p + 1, o->dmnp.v4 ? 32 : 128);
	o->dmnp.len = p[1];
	if (o->dmnp.v4)
		o->dmnp.ip4 = rd_ip4(p + 2);
	else
		o->dmnp.ip6 = rd_ip6(p + 2);
	return true;
}

uint8_t *oe_dmnp(const struct mh_opt *o, uint8_t *p)
{
	if (o->dmnp.len > (o->dmnp.v4 ? 32 : 128))
		return NULL;
	p = wr8(wr8(p, o->dmnp.v4 ? 0x80 : 0), o->dmnp.len);
	return o->dmnp.v4 ? wr_ip4(p, o->dmnp.ip4) : wr_ip6(p, &o->dmnp.ip6);
}

bool od_membership(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)k;
	o->membership.type = p[0];
	o->membership.context = (struct mh_octets){ p + 1, (uint8_t)(n - 1) };
	return true;
}

uint8_t *oe_membership(const struct mh_opt *o, uint8_t *p)
{
	return wr_octets(wr8(p, o->membership.type), o->membership.context.p, o->membership.context.n);
}

bool od_qos(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p + 1, p[1] & 3);
	opt_reserved(k, o, p + 3, rd32(p + 2) & 0x00ffffff);
	o->qos.sr_id = p[0];
	o->qos.tc = p[1] & 0xfc;
	o->qos.code = p[2];
	o->qos.attributes = (struct mh_octets){ p + 6, (uint8_t)(n - 6) };
	return true;
}

uint8_t *oe_qos(const struct mh_opt *o, uint8_t *p)
{
	p = wr32(wr8(wr8(p, o->qos.sr_id), o->qos.tc & 0xfc), (uint32_t)o->qos.code << 24);
	return wr_octets(p, o->qos.attributes.p, o->qos.attributes.n);
}

bool od_up_address(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	opt_reserved(k, o, p, rd16(p));
	return family_in(o, p + 2, n - 2) || n == 2;
}

uint8_t *oe_up_address(const struct mh_opt *o, uint8_t *p)
{
	p = wr16(p, 0);
	return o->addr.family ? family_out(o, p) : p;
}

bool od_multipath(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p + 3, rd32(p + 2) & 0x003fffff);
	o->multipath.att = p[0];
	o->multipath.label = p[1];
	o->multipath.bid = p[2];
	o->multipath.bulk = p[3] & 0x80;
	o->multipath.overwrite = p[3] & 0x40;
	return true;
}

uint8_t *oe_multipath(const struct mh_opt *o, uint8_t *p)
{
	p = wr8(wr8(wr8(p, o->multipath.att), o->multipath.label), o->multipath.bid);
	return wr16(wr8(p, (uint8_t)((o->multipath.bulk ? 0x80 : 0) | (o->multipath.overwrite ? 0x40 : 0))), 0);
}

bool od_maar(struct mh_opt *o, const uint8_t *p, unsigned n, struct mh_decoding *k)
{
	(void)n;
	opt_reserved(k, o, p, p[0]);
	opt_prefix_length(k, o, p + 1, 128);
	o->maar.len = p[1];
	o->maar.maar = rd_ip6(p + 2);
	o->maar.prefix = rd_ip6(p + 18);
	return true;
}

uint8_t *oe_maar(const struct mh_opt *o, uint8_t *p)
{
	if (o->maar.len > 128)
		return NULL;
	return wr_ip6(wr_ip6(wr16(p, o->maar.len), &o->maar.maar), &o->maar.prefix);
}

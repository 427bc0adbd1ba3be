/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what else a foreign stack says, read off its frames
 *
 * Router solicitations and advertisements [RFC 4861 4.1, 4.2], home agent and prefix discovery [RFC 6275 6.5-6.8],
 * DHCPv4 [RFC 2131], DHCPv6 [RFC 8415], DNS [RFC 1035] and IKEv2 [RFC 7296 3.1] become records as those of our own
 * nodes are, so that expectations speak of both alike. What decoders note of what it sends, and what makes an
 * advertisement invalid [RFC 4861 6.1.2], is a deviation. Of IKE only the cleartext is read: there are no keys here
 * (outside_ike.c has them).
 */
#include "entity/outside_seen.h"
#include "proto/dhcp6.h"
#include "wire/dhcp4.h"
#include "wire/dns.h"
#include "wire/ike.h"
#include "world/record.h"

enum { BOOTPS = 67, BOOTPC = 68, DHCP6_CLIENT = 546, DHCP6_SERVER = 547, DNS_UDP = 53, IKE = 500, IKE_NAT = 4500 };

static bool begin_signal(const struct outside_seen *s, struct moor_record *r, enum rec_protocol protocol)
{
	struct moor_node *n = moor_port_node(s->port);
	enum rec_kind kind = s->sent ? REC_SIGNAL_TX : REC_SIGNAL_RX;

	if (!moor_record_wanted(moor_node_world(n), kind))
		return false;
	MOOR_RECORD_BEGIN(r, kind, moor_node_id(n), moor_port_number(s->port), signal);
	r->u.signal.protocol = (uint8_t)protocol;
	r->u.signal.src = s->v.ip[0].src;
	r->u.signal.dst = s->v.ip[0].dst;
	return true;
}

static void end_signal(const struct outside_seen *s, struct moor_record *r, const uint8_t *p, uint32_t n)
{
	r->u.signal.message = p;
	r->u.signal.message_len = n;
	moor_record_emit(moor_node_world(moor_port_node(s->port)), r);
}

/* ---- ICMPv6 ------------------------------------------------------------------------------------------------------ */

static void router(const struct outside_seen *s, enum rec_router what)
{
	struct moor_node *n = moor_port_node(s->port);
	const struct icmp6 *m = &s->icmp6;
	const struct nd_prefix *first = m->opts.n_prefixes ? &m->opts.prefixes[0] : NULL;
	struct moor_record r;

	if (!moor_record_wanted(moor_node_world(n), REC_ROUTER))
		return;
	MOOR_RECORD_BEGIN(&r, REC_ROUTER, moor_node_id(n), moor_port_number(s->port), router);
	r.u.router.what = what;
	r.u.router.router = what == ROUTER_SOLICIT_SENT ? s->v.ip[0].dst : s->v.ip[0].src;
	if (what != ROUTER_SOLICIT_SENT) {
		r.u.router.n_prefixes = m->opts.n_prefixes;
		r.u.router.managed = m->managed;
		r.u.router.other = m->other;
		r.u.router.lifetime = m->router_lifetime;
		r.u.router.mtu = m->opts.has_mtu ? m->opts.mtu : 0;
	}
	if (first && what != ROUTER_SOLICIT_SENT) {
		r.u.router.prefix = ip6_prefix_make(&first->addr, first->len);
		r.u.router.valid = first->valid;
		r.u.router.preferred = first->preferred;
	}
	moor_record_emit(moor_node_world(n), &r);
}

static void discovery(const struct outside_seen *s)
{
	struct moor_record r;

	if (!begin_signal(s, &r, SIGNAL_ICMP6))
		return;
	r.u.signal.type = s->icmp6.type;
	r.u.signal.sequence = s->icmp6.id;
	end_signal(s, &r, s->v.upper, s->v.upper_len);
}

static void icmp6(const struct outside_seen *s)
{
	const struct icmp6 *m = &s->icmp6;
	struct wire_diags ds = s->icmp6_notes;
	const char *wrong = NULL;

	if (icmp6_is_nd(m->type))
		wrong = nd_invalid(m, &s->v.ip[0].src, &s->v.ip[0].dst, s->v.ip[0].hop_limit);
	if (wrong)
		wire_note(&ds, wrong, "RFC 4861 6.1", 0, m->type);
	outside_deviations(s, &ds);
	if (wrong)
		return;
	if (m->type == ICMP6_T_RS && s->sent)
		router(s, ROUTER_SOLICIT_SENT);
	else if (m->type == ICMP6_T_RA)
		router(s, s->sent ? ROUTER_ADVERT_SENT : ROUTER_ADVERT_RECEIVED);
	else if (m->type >= ICMP6_T_DHAAD_REQUEST && m->type <= ICMP6_T_MPA)
		discovery(s);
}

/* ---- UDP --------------------------------------------------------------------------------------------------------- */

static void dhcp4(const struct outside_seen *s)
{
	struct moor_node *n = moor_port_node(s->port);
	struct reader in = reader_on(s->v.payload, s->v.payload_len);
	struct wire_diags ds = { .n = 0 };
	struct moor_record r;
	struct dhcp4 m;

	if (!dhcp4_decode(&in, &m, &ds))
		return;
	outside_deviations(s, &ds);
	if (!(m.has & DHCP4_HAS_TYPE) || !moor_record_wanted(moor_node_world(n), REC_DHCP))
		return;
	MOOR_RECORD_BEGIN(&r, REC_DHCP, moor_node_id(n), moor_port_number(s->port), dhcp);
	r.u.dhcp.message = m.type;
	r.u.dhcp.sent = s->sent;
	r.u.dhcp.address = m.op == 2 ? m.yiaddr : m.has & DHCP4_HAS_REQUESTED ? m.requested : m.ciaddr;
	moor_record_emit(moor_node_world(n), &r);
}

static void dhcp6(const struct outside_seen *s)
{
	struct reader in = reader_on(s->v.payload, s->v.payload_len);
	const uint8_t *p = s->v.payload;
	struct wire_diags ds = { .n = 0 };
	struct moor_record r;
	struct dhcp6 m;

	if (!s->v.payload_len)
		return;
	if (!dhcp6_decode(&in, &m, &ds))
		wire_note(&ds, in.fault.reason ? in.fault.reason : "dhcp6-short", "RFC 8415 16", in.fault.offset, p[0]);
	outside_deviations(s, &ds);
	if (!begin_signal(s, &r, SIGNAL_DHCP6))
		return;
	r.u.signal.type = p[0];
	r.u.signal.subtype = dhcp6_inner_type(p, s->v.payload_len);
	r.u.signal.sequence = s->v.payload_len >= 4 && !dhcp6_is_relay(p[0]) ? load16(p + 2) : 0;
	end_signal(s, &r, p, s->v.payload_len);
}

static void dns(const struct outside_seen *s)
{
	struct reader in = reader_on(s->v.payload, s->v.payload_len);
	struct wire_diags ds = { .n = 0 };
	struct dns_message m;
	struct moor_record r;

	if (!dns_decode(&in, &m, &ds)) {
		wire_note(&ds, in.fault.reason ? in.fault.reason : "dns-short", "RFC 1035 4.1", in.fault.offset, 0);
		outside_deviations(s, &ds);
		return;
	}
	if (!begin_signal(s, &r, SIGNAL_DNS))
		return;
	r.u.signal.type = (uint8_t)m.qtype;
	r.u.signal.subtype = m.response ? 2 : 1;
	r.u.signal.status = m.rcode;
	r.u.signal.sequence = m.id;
	end_signal(s, &r, s->v.payload, s->v.payload_len);
}

static void ike(const struct outside_seen *s, uint16_t sport, uint16_t dport)
{
	uint32_t n = 0;
	const uint8_t *p = frame_ike(&s->v, &n);
	struct moor_record r;
	struct ike_hdr h;

	if (!p || !ike_hdr_decode(p, n, &h) || !begin_signal(s, &r, SIGNAL_IKE))
		return;
	r.u.signal.type = h.exchange;
	r.u.signal.subtype = h.flags & IKE_FLAG_R ? 2 : 1;
	r.u.signal.flags = h.flags;
	r.u.signal.sequence = (uint16_t)h.mid;
	r.u.signal.udp = sport == IKE_NAT || dport == IKE_NAT;
	r.u.signal.secured = h.next == IKE_P_SK || h.next == IKE_P_SKF;
	end_signal(s, &r, p, n);
}

static bool either(uint16_t a, uint16_t b, uint16_t one, uint16_t other)
{
	return a == one || a == other || b == one || b == other;
}

void outside_signal(const struct outside_seen *s)
{
	const struct frame_ip *ip = &s->v.ip[0];

	if (s->is_icmp6)
		icmp6(s);
	if (s->v.n_ip != 1 || ip->proto != PROTO_UDP || ip->fragment || s->is_mh)
		return;
	if (ip->family == 4 && either(ip->sport, ip->dport, BOOTPS, BOOTPC))
		dhcp4(s);
	else if (ip->family == 6 && either(ip->sport, ip->dport, DHCP6_CLIENT, DHCP6_SERVER))
		dhcp6(s);
	else if (either(ip->sport, ip->dport, DNS_UDP, DNS_UDP))
		dns(s);
	else if (either(ip->sport, ip->dport, IKE, IKE_NAT))
		ike(s, ip->sport, ip->dport);
}

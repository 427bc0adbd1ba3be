/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a foreign mobile node's movements, read off its frames
 *
 * Our own nodes say when they look for a router, have an address and may use it; of another's the frames tell: its
 * router solicitation [RFC 4861 6.3.7], the advertisement that reaches it, the test of its address [RFC 4862 5.4.2] or
 * the DHCPv4 server's answers [RFC 2131 3.1], and the first packet from a global address, until which duplicate address
 * detection is taken to last: when it ended nobody outside knows.
 *
 * A plain host is through with the first such packet that it sends having heard of a router or server there, or gets;
 * one that does neither is never through. A UE goes on: it asks for its home
 * agent (DNS, DHCPv6 [RFC 6610 3.1], ICMPv6 [RFC 6275 11.4.1]), each question until its answer; IKEv2 from its first
 * message to the last answer in IKE_AUTH so far; registered it is with the BA [RFC 6275 11.7.3]. A BA in ESP is not
 * seen: then the first tunnelled packet that comes proves that it is. The first user packet of a UE is the first one
 * that it sends, or gets, in a tunnel; what ESP hides is left out.
 */
#include "entity/outside_steps.h"

#include "wire/dhcp4.h"
#include "wire/dhcp6.h"
#include "wire/dns.h"
#include "wire/ike.h"

enum { BOOTPS = 67, BOOTPC = 68, DHCP6_CLIENT = 546, DHCP6_SERVER = 547, DNS_UDP = 53 };

static bool did(const struct outside_steps *s, enum rec_move what) { return s->done >> what & 1; }

static void record(struct outside_steps *s, const struct moor_port *p, enum rec_move what, const struct ip6_addr *addr)
{
	struct moor_node *n = moor_port_node(p);
	struct moor_record r;

	s->done |= 1u << what;
	if (!moor_record_wanted(moor_node_world(n), REC_MOVE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_MOVE, moor_node_id(n), moor_port_number(p), move);
	r.u.move.what = what;
	r.u.move.addr = *addr;
	moor_record_emit(moor_node_world(n), &r);
}

static void once(struct outside_steps *s, const struct moor_port *p, enum rec_move what, const struct ip6_addr *addr)
{
	if (!did(s, what))
		record(s, p, what, addr);
}

void outside_steps_carrier(struct outside_steps *s, struct moor_port *p, bool up)
{
	struct ip6_addr own = ip6_link_local(mac_iid(moor_port_mac(p)));

	*s = (struct outside_steps){ .done = 0 };
	if (up)
		record(s, p, MOVE_LINK_UP, &own);
}

/* ---- to a care-of address ---------------------------------------------------------------------------------------- */

static void neighbours(struct outside_steps *s, const struct outside_seen *f)
{
	const struct icmp6 *m = &f->icmp6;

	if (!f->sent && m->type == ICMP6_T_RA && m->router_lifetime)
		once(s, f->port, MOVE_DETECTED, &f->v.ip[0].src);
	if (f->sent && m->type == ICMP6_T_NS && ip6_is_zero(&f->v.ip[0].src) && outside_is_global(&m->target))
		once(s, f->port, MOVE_ADDRESS_FORMED, &m->target);
}

static void lease(struct outside_steps *s, const struct outside_seen *f)
{
	struct reader in = reader_on(f->v.payload, f->v.payload_len);
	struct ip6_addr a;
	struct dhcp4 m;

	if (f->sent || !dhcp4_decode(&in, &m, NULL))
		return;
	a = ip6_mapped(m.type == DHCP4_ACK ? m.yiaddr : m.server_id);
	if (m.type == DHCP4_OFFER || m.type == DHCP4_ACK)
		once(s, f->port, MOVE_DETECTED, &a);
	if (m.type == DHCP4_ACK)
		once(s, f->port, MOVE_ADDRESS_FORMED, &a);
}

/* ---- to a home agent --------------------------------------------------------------------------------------------- */

static void asks(struct outside_steps *s, const struct outside_seen *f)
{
	if (!s->asked)
		record(s, f->port, MOVE_DISCOVERING, &f->v.ip[0].dst);
	s->asked = true;
}

static void answered(struct outside_steps *s, const struct outside_seen *f, const struct ip6_addr *agent)
{
	if (s->asked)
		record(s, f->port, MOVE_DISCOVERED, agent);
	s->asked = false;
}

static void by_dns(struct outside_steps *s, const struct outside_seen *f)
{
	struct reader in = reader_on(f->v.payload, f->v.payload_len);
	struct ip6_addr agent = { { 0 } };
	struct dns_message m;

	if (!dns_decode(&in, &m, NULL) || m.response == f->sent)
		return;
	if (f->sent) {
		asks(s, f);
		return;
	}
	for (unsigned k = m.n; k--;)
		if (m.r[k].type == DNS_AAAA)
			agent = m.r[k].a6;
		else if (m.r[k].type == DNS_A && ip6_is_zero(&agent))
			agent = ip6_mapped(m.r[k].a4);
	answered(s, f, &agent);
}

static void by_dhcp6(struct outside_steps *s, const struct outside_seen *f)
{
	struct reader in = reader_on(f->v.payload, f->v.payload_len);
	struct ip6_addr agent = { { 0 } };
	struct dhcp6 m;

	if (!dhcp6_decode(&in, &m, NULL))
		return;
	if (f->sent && m.n_hnidf)
		asks(s, f);
	for (unsigned k = m.n_hni; k--;)
		if (m.hni[k].n_haa)
			agent = m.hni[k].haa[0];
	if (!f->sent && m.type == DHCP6_REPLY)
		answered(s, f, &agent);
}

static void by_icmp6(struct outside_steps *s, const struct outside_seen *f)
{
	const struct ip6_addr none = { { 0 } };

	if (f->sent && f->icmp6.type == ICMP6_T_DHAAD_REQUEST)
		asks(s, f);
	if (!f->sent && f->icmp6.type == ICMP6_T_DHAAD_REPLY)
		answered(s, f, f->icmp6.n_agents ? &f->icmp6.agents[0] : &none);
}

static void by_ike(struct outside_steps *s, const struct outside_seen *f)
{
	uint32_t n = 0;
	const uint8_t *p = frame_ike(&f->v, &n);
	struct ike_hdr h;

	if (!p || !ike_hdr_decode(p, n, &h))
		return;
	if (f->sent && h.exchange == IKE_SA_INIT && !(h.flags & IKE_FLAG_R))
		once(s, f->port, MOVE_SECURING, &f->v.ip[0].dst);
	if (!f->sent && h.exchange == IKE_AUTH && h.flags & IKE_FLAG_R && did(s, MOVE_SECURING))
		record(s, f->port, MOVE_SECURED, &f->v.ip[0].src);
}

/* ---- registered, and after --------------------------------------------------------------------------------------- */

static void bindings(struct outside_steps *s, const struct outside_seen *f)
{
	const struct mh_msg *m = &f->mh;

	if (f->sent && m->type == MH_BU)
		s->leaving = !m->bu.life.units;
	if (!f->sent && m->type == MH_BA && m->ba.status < 128 && !s->leaving)
		once(s, f->port, MOVE_REGISTERED, &frame_outer(&f->v)->dst);
}

static void tunnelled(struct outside_steps *s, const struct outside_seen *f)
{
	const struct frame_ip *in = frame_inner(&f->v);
	const struct ip6_addr *own = f->sent ? &in->src : &in->dst;

	if (f->is_mh || s->leaving || !outside_is_global(own))
		return;
	if (!f->sent && did(s, MOVE_ADDRESS_READY))
		once(s, f->port, MOVE_REGISTERED, &frame_outer(&f->v)->dst);
	once(s, f->port, f->sent ? MOVE_FIRST_UP : MOVE_FIRST_DOWN, own);
}

static void ready(struct outside_steps *s, const struct outside_seen *f)
{
	const struct ip6_addr *src = &f->v.ip[0].src;

	if (!f->sent || !outside_is_global(src) || did(s, MOVE_ADDRESS_READY))
		return;
	once(s, f->port, MOVE_ADDRESS_FORMED, src);
	record(s, f->port, MOVE_ADDRESS_READY, src);
}

static void of_ue(struct outside_steps *s, const struct outside_seen *f)
{
	const struct frame_ip *ip = &f->v.ip[0];
	bool udp = f->v.n_ip == 1 && ip->proto == PROTO_UDP;

	if (udp && (ip->sport == DNS_UDP || ip->dport == DNS_UDP))
		by_dns(s, f);
	else if (udp && ip->family == 6 && (ip->dport == DHCP6_CLIENT || ip->dport == DHCP6_SERVER))
		by_dhcp6(s, f);
	else if (udp)
		by_ike(s, f);
	if (f->is_icmp6)
		by_icmp6(s, f);
	if (f->is_mh)
		bindings(s, f);
	else if (f->v.n_ip > 1)
		tunnelled(s, f);
}

static void of_host(struct outside_steps *s, const struct outside_seen *f)
{
	const struct frame_ip *ip = &f->v.ip[0];

	if (f->sent && outside_is_global(&ip->src)) {
		if (did(s, MOVE_DETECTED))
			once(s, f->port, MOVE_REGISTERED, &ip->src);
		once(s, f->port, MOVE_FIRST_UP, &ip->src);
	}
	if (!f->sent && outside_is_global(&ip->dst) && did(s, MOVE_ADDRESS_READY)) {
		once(s, f->port, MOVE_REGISTERED, &ip->dst);
		once(s, f->port, MOVE_FIRST_DOWN, &ip->dst);
	}
}

void outside_steps_frame(struct outside_steps *s, const struct outside_seen *f, bool ue)
{
	const struct frame_ip *ip = &f->v.ip[0];

	if (!did(s, MOVE_LINK_UP))
		return;
	if (f->is_icmp6 && icmp6_is_nd(f->icmp6.type)) {
		neighbours(s, f);
		return;
	}
	if (f->v.n_ip == 1 && ip->family == 4 && ip->proto == PROTO_UDP && (ip->dport == BOOTPC || ip->dport == BOOTPS)) {
		lease(s, f);
		return;
	}
	ready(s, f);
	if (ue)
		of_ue(s, f);
	else
		of_host(s, f);
}

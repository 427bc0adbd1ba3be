/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: one line per packet
 *
 * What a person wants to read on a ladder: the innermost message, wrapped in the names of the tunnels it came
 * through. A Mobility Header's line ends with the home and the care-of address as the packet tells them: from the
 * Home Address option or the type 2 routing header [RFC 6275 6.3, 6.4], or, inside UDP, from the inner IPv6 header
 * [RFC 5555 4.3.1].
 */
#include "wire/summary.h"

#include "wire/arp.h"
#include "wire/dhcp4.h"
#include "wire/dhcp6.h"
#include "wire/dns.h"
#include "wire/esp.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/pco.h"

static void add_ip6(struct text *t, const char *what, const struct ip6_addr *a)
{
	char buf[ADDR_TEXT_MAX];

	text_add(t, "%s%s", what, ip6_text(a, buf));
}

static void add_ip4(struct text *t, const char *what, struct ip4_addr a)
{
	char buf[ADDR_TEXT_MAX];

	text_add(t, "%s%s", what, ip4_text(a, buf));
}

/* The home and care-of addresses that the message itself does not name. */
static void mh_addresses(const struct frame_view *v, const struct mh_msg *m, struct text *t)
{
	const struct frame_ip *ip = frame_inner(v);
	bool in_tunnel = v->n_ip > 1 && ip->family == 6;

	if (ip->has_hao) {
		add_ip6(t, " HoA ", &ip->hao);
		if (!mh_find(m, MH_OPT_ALT_COA))
			add_ip6(t, " CoA ", &ip->src);
	} else if (ip->has_rh2) {
		add_ip6(t, " HoA ", &ip->rh2);
		add_ip6(t, " CoA ", &ip->dst);
	} else if (in_tunnel && m->type == MH_BU) {
		add_ip6(t, " HoA ", &ip->src);
	} else if (in_tunnel && m->type == MH_BA) {
		add_ip6(t, " HoA ", &ip->dst);
	}
}

static void mobility(const struct frame_view *v, struct text *t)
{
	struct mh_msg m;
	bool good = mh_decode(v->mh, v->mh_len, &m, NULL);

	mh_summary(&m, t);
	mh_addresses(v, &m, t);
	if (!good)
		text_add(t, " (%s)", m.fault.reason);
}

static void prefixes(const struct nd_opts *o, struct text *t)
{
	char buf[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < o->n_prefixes; i++) {
		struct ip6_prefix p = ip6_prefix_make(&o->prefixes[i].addr, o->prefixes[i].len);

		text_add(t, " prefix %s", ip6_prefix_text(&p, buf));
	}
}

static void na_flags(const struct icmp6 *m, struct text *t)
{
	if (m->router || m->solicited || m->override_)
		text_add(t, " %s%s%s", m->router ? "R" : "", m->solicited ? "S" : "", m->override_ ? "O" : "");
}

static void icmp6_message(const struct icmp6 *m, struct text *t)
{
	switch ((enum icmp6_type)m->type) {
	case ICMP6_T_UNREACHABLE:
		text_add(t, "ICMPv6 unreachable code %u", m->code);
		return;
	case ICMP6_T_TOO_BIG:
		text_add(t, "ICMPv6 packet too big mtu %u", m->mtu);
		return;
	case ICMP6_T_TIME_EXCEEDED:
		text_add(t, "ICMPv6 time exceeded code %u", m->code);
		return;
	case ICMP6_T_PARAM_PROBLEM:
		text_add(t, "ICMPv6 parameter problem code %u pointer %u", m->code, m->pointer);
		return;
	case ICMP6_T_ECHO_REQUEST:
	case ICMP6_T_ECHO_REPLY:
		text_add(t, "echo %s id %u seq %u", m->type == ICMP6_T_ECHO_REPLY ? "reply" : "request", m->id, m->seq);
		return;
	case ICMP6_T_RS:
		text_str(t, "RS");
		return;
	case ICMP6_T_RA:
		text_str(t, "RA");
		prefixes(&m->opts, t);
		return;
	case ICMP6_T_NS:
		add_ip6(t, "NS ", &m->target);
		return;
	case ICMP6_T_NA:
		add_ip6(t, "NA ", &m->target);
		na_flags(m, t);
		return;
	case ICMP6_T_REDIRECT:
		add_ip6(t, "redirect ", &m->redirect_dst);
		add_ip6(t, " to ", &m->target);
		return;
	case ICMP6_T_DHAAD_REQUEST:
		text_add(t, "DHAAD request id %u", m->id);
		return;
	case ICMP6_T_DHAAD_REPLY:
		text_add(t, "DHAAD reply id %u", m->id);
		for (unsigned i = 0; i < m->n_agents; i++)
			add_ip6(t, " ", &m->agents[i]);
		return;
	case ICMP6_T_MPS:
		text_add(t, "MPS id %u", m->id);
		return;
	case ICMP6_T_MPA:
		text_add(t, "MPA id %u", m->id);
		prefixes(&m->opts, t);
		return;
	}
	if ((m->type >= 130 && m->type <= 132) || m->type == 143)
		text_add(t, "MLD type %u", m->type);
	else
		text_add(t, "ICMPv6 type %u code %u", m->type, m->code);
}

static void icmp6_line(const struct frame_view *v, struct text *t)
{
	const char *why = NULL;
	struct icmp6 m;

	if (icmp6_decode(v->upper, v->upper_len, &m, &why, NULL))
		icmp6_message(&m, t);
	else
		text_add(t, "ICMPv6 (%s)", why);
}

static void icmp4_line(const struct frame_view *v, struct text *t)
{
	struct icmp4 m;

	if (!icmp4_decode(v->upper, v->upper_len, &m, NULL))
		text_str(t, "ICMP (icmp4-short)");
	else if (m.type == ICMP4_T_ECHO_REQUEST || m.type == ICMP4_T_ECHO_REPLY)
		text_add(t, "echo %s id %u seq %u", m.type == ICMP4_T_ECHO_REPLY ? "reply" : "request", m.id, m.seq);
	else if (m.type == ICMP4_T_UNREACHABLE && m.code == ICMP4_U_FRAG_NEEDED)
		text_add(t, "ICMP fragmentation needed mtu %u", m.mtu);
	else
		text_add(t, "ICMP type %u code %u", m.type, m.code);
}

static void dhcp4_line(const struct frame_view *v, struct text *t)
{
	struct reader r = reader_on(v->payload, v->payload_len);
	struct dhcp4 m;

	if (!dhcp4_decode(&r, &m, NULL)) {
		text_add(t, "DHCP (%s)", r.fault.reason);
		return;
	}
	text_add(t, "DHCP %s", dhcp4_type_name(m.type));
	if (m.op == 2 && !ip4_is_zero(m.yiaddr))
		add_ip4(t, " ", m.yiaddr);
	else if (m.has & DHCP4_HAS_REQUESTED)
		add_ip4(t, " ", m.requested);
	else if (!ip4_is_zero(m.ciaddr))
		add_ip4(t, " ", m.ciaddr);
}

static bool on_port(const struct frame_ip *ip, uint16_t port)
{
	return ip->sport == port || ip->dport == port;
}

static void ike_line(const uint8_t *p, size_t n, struct text *t)
{
	struct ike_msg m;
	bool good = ike_decode(p, n, &m, NULL);

	ike_summary(&m, t);
	if (!good)
		text_add(t, " (%s)", m.fault.reason);
}

static void udp_line(const struct frame_view *v, struct text *t)
{
	const struct frame_ip *ip = frame_inner(v);
	const uint8_t *p;
	uint32_t n;

	if ((p = frame_ike(v, &n)))
		ike_line(p, n, t);
	else if ((p = frame_esp(v, &n)))
		esp_summary(p, n, t);
	else if (on_port(ip, PORT_DHCP4_CLIENT) || on_port(ip, PORT_DHCP4_SERVER))
		dhcp4_line(v, t);
	else if (on_port(ip, PORT_DHCP6_CLIENT) || on_port(ip, PORT_DHCP6_SERVER))
		dhcp6_summary(v->payload, v->payload_len, t);
	else if (on_port(ip, DNS_PORT))
		dns_summary(v->payload, v->payload_len, t);
	else if ((on_port(ip, PORT_DSMIP) || on_port(ip, PORT_IKE_NAT)) && v->payload_len <= 1)
		text_str(t, "NAT keepalive");
	else
		text_add(t, "UDP %u > %u len %u", ip->sport, ip->dport, v->payload_len);
}

static void innermost(const struct frame_view *v, struct text *t)
{
	const struct frame_ip *ip = frame_inner(v);
	const char *name = ip_proto_name(ip->proto);

	if (v->mh)
		mobility(v, t);
	else if (ip->fragment)
		text_add(t, "fragment %s len %u", name ? name : "IP", v->upper_len);
	else if (ip->proto == PROTO_ICMP6)
		icmp6_line(v, t);
	else if (ip->proto == PROTO_ICMP4)
		icmp4_line(v, t);
	else if (ip->proto == PROTO_UDP)
		udp_line(v, t);
	else if (ip->proto == PROTO_TCP)
		text_add(t, "TCP %u > %u len %u", ip->sport, ip->dport, v->upper_len);
	else if (ip->proto == PROTO_ESP)
		esp_summary(v->upper, v->upper_len, t);
	else if (name)
		text_add(t, "%s len %u", name, v->upper_len);
	else
		text_add(t, "protocol %u len %u", ip->proto, v->upper_len);
}

static void not_ip(const struct frame_view *v, struct text *t)
{
	struct reader r = reader_on(v->upper, v->upper_len);
	struct arp a;
	char buf[ADDR_TEXT_MAX];

	if (v->link.type == ETYPE_NAS && v->upper_len > 2 && nas_type_name(v->upper[2])) {
		text_str(t, nas_type_name(v->upper[2]));
	} else if (v->link.type != ETYPE_ARP || !arp_decode(&r, &a, NULL)) {
		text_add(t, "%s type 0x%04x len %u", wire_link_name(v->link.kind), v->link.type, v->upper_len);
	} else if (a.op == ARP_REPLY) {
		add_ip4(t, "ARP ", a.spa);
		text_add(t, " is-at %s", mac_text(&a.sha, buf));
	} else {
		add_ip4(t, "ARP who-has ", a.tpa);
		add_ip4(t, " tell ", a.spa);
	}
}

void summary_view(const struct frame_view *v, struct text *out)
{
	for (unsigned i = 1; i < v->n_ip; i++)
		text_add(out, "%s[", encap_name((enum encap)v->ip[i].encap));
	if (v->n_ip)
		innermost(v, out);
	else
		not_ip(v, out);
	if (v->fault.reason)
		text_add(out, " (%s)", v->fault.reason);
	if (v->csum_bad)
		text_str(out, " (bad checksum)");
	for (unsigned i = 1; i < v->n_ip; i++)
		text_str(out, "]");
}

void summary(enum wire_link kind, const uint8_t *p, size_t n, struct text *out)
{
	struct frame_view v;

	if (frame_view_make(kind, p, n, &v))
		summary_view(&v, out);
	else
		text_add(out, "%s (%s)", wire_link_name(kind), v.fault.reason);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: dissector, what IP carries
 *
 * Tunnels lead back to the IP layers: IP-in-IP, GRE, and UDP port 4191 with or without TLV header [RFC 5555 4.1, RFC
 * 5845 7.2]. Neighbour discovery, DHCPv4, DHCPv6, DNS, IKEv2 on UDP ports 500 and 4500 [RFC 3948] and the Mobility
 * Header are
 * shown by their codecs; TCP and ESP only by their fixed header. What nobody here reads is shown as data. Ports alone
 * decide: no guessing.
 */
#include "wire/dhcp4.h"
#include "wire/dhcp6.h"
#include "wire/dissect_walk.h"
#include "wire/dns.h"
#include "wire/esp.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ike.h"
#include "wire/mh.h"
#include "wire/udp.h"

static uint16_t type_of_proto(uint8_t proto)
{
	return proto == PROTO_IP6 ? ETYPE_IP6 : proto == PROTO_IP4 ? ETYPE_IP4 : 0;
}

static void gre_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct gre_hdr g;
	bool good = gre_decode(p, n, &g);

	show_open(&w->s, "gre", NULL, p, n);
	if (!good) {
		dissect_fault(w, "gre", p);
		dissect_data(w, p, n);
		show_close(&w->s);
		return;
	}
	show_hex(&w->s, "protocol", g.protocol, p + 2, 2);
	if (g.has_csum)
		show_hex(&w->s, "checksum", g.csum, p + 4, 2);
	if (g.has_key)
		show_num(&w->s, "key", g.key, p + 4 + 4 * g.has_csum, 4);
	if (g.has_seq)
		show_num(&w->s, "sequence", g.seq, p + 4 + 4 * g.has_csum + 4 * g.has_key, 4);
	if (g.protocol == ETYPE_IP4 || g.protocol == ETYPE_IP6)
		dissect_by_type(w, g.protocol, p + g.len, n - g.len);
	else
		dissect_data(w, p + g.len, n - g.len);
	show_close(&w->s);
}

static uint32_t place(const struct dissection *w, const uint8_t *p)
{
	return w->s.base_offset + (uint32_t)(p - w->s.base);
}

static void esp_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	esp_print(p, n, w->s.pr, place(w, p));
	if (n < ESP_HDR_LEN && !w->quoted)
		w->good = false;		/* esp_print has said why */
}

/* IKE version 1 is shown as a header alone: it is no fault of the packet that nobody here reads it. */
static void ike_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct ike_msg m;

	ike_print(p, n, w->s.pr, place(w, p));
	if (!ike_decode(p, n, &m, NULL) && !w->quoted && strcmp(m.fault.reason, IKE_FAULT_VERSION))
		w->good = false;		/* ike_print has said why */
}

/* [RFC 3948 2] */
static void udp4500_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct udp4500_view v = udp4500_demux(p, n);

	switch (v.kind) {
	case UDP4500_IKE:
		show_hex(&w->s, "non-esp-marker", 0, p, NON_ESP_MARKER_LEN);
		ike_layer(w, v.inner, v.inner_len);
		return;
	case UDP4500_ESP:
		esp_layer(w, v.inner, v.inner_len);
		return;
	case UDP4500_KEEPALIVE:
		show_open(&w->s, "nat-keepalive", NULL, p, n);
		show_close(&w->s);
		return;
	case UDP4500_BAD:
		if (n && !w->quoted)
			dissect_fault(w, "udp-encapsulation", p);
		dissect_data(w, p, n);
		return;
	}
}

static void tcp_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	static const struct show_flag flags[] = {
		{ 1, "FIN" }, { 2, "SYN" }, { 4, "RST" }, { 8, "PSH" }, { 16, "ACK" }, { 32, "URG" }, { 0, NULL },
	};
	size_t header = n >= 20 ? (p[12] >> 4) * 4u : 0;

	show_open(&w->s, "tcp", NULL, p, n);
	if (header < 20 || header > n) {
		if (!w->quoted)
			dissect_fault(w, "tcp-short", p);
		dissect_data(w, p, n);
	} else {
		show_num(&w->s, "source-port", load16(p), p, 2);
		show_num(&w->s, "destination-port", load16(p + 2), p + 2, 2);
		show_num(&w->s, "sequence", load32(p + 4), p + 4, 4);
		show_num(&w->s, "acknowledgement", load32(p + 8), p + 8, 4);
		show_flags(&w->s, "flags", p[13], flags, p + 13, 1);
		dissect_data(w, p + header, n - header);
	}
	show_close(&w->s);
}

/* [RFC 5555 4.1] */
static void udp4191_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct udp_encap_view e = udp_encap_demux(p, n);

	switch (e.kind) {
	case UDP_ENCAP_IP6:
	case UDP_ENCAP_IP4:
		dissect_by_type(w, type_of_proto(e.proto), e.inner, e.inner_len);
		return;
	case UDP_ENCAP_TLV:
		show_open(&w->s, "tlv", NULL, p, n);
		show_named(&w->s, "next-header", e.proto, ip_proto_name(e.proto), p + 1, 1);
		show_num(&w->s, "length", load16(p + 2), p + 2, 2);
		if (e.proto == PROTO_GRE)
			gre_layer(w, e.inner, e.inner_len);
		else
			dissect_by_type(w, type_of_proto(e.proto), e.inner, e.inner_len);
		show_close(&w->s);
		return;
	case UDP_ENCAP_KEEPALIVE:
		show_open(&w->s, "nat-keepalive", NULL, p, n);
		show_close(&w->s);
		return;
	case UDP_ENCAP_EMPTY:
		return;
	case UDP_ENCAP_BAD:
		if (!w->quoted)
			dissect_fault(w, "udp-encapsulation", p);
		dissect_data(w, p, n);
		return;
	}
}

static void mh_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct mh_msg m;

	mh_print(p, n, w->s.pr, place(w, p));
	if (!mh_decode(p, n, &m, NULL) && !w->quoted)
		w->good = false;		/* mh_print has said why */
}

static void dhcp4_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct dhcp4 m;

	dhcp4_print(p, n, w->s.pr, place(w, p));
	if (!dhcp4_decode(&r, &m, NULL) && !w->quoted)
		w->good = false;
}

static void dhcp6_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct dhcp6 m;

	dhcp6_print(p, n, w->s.pr, place(w, p));
	if (!dhcp6_decode(&r, &m, NULL) && !w->quoted)
		w->good = false;		/* dhcp6_print has said why */
}

static void dns_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct dns_message m;

	dns_print(p, n, w->s.pr, place(w, p));
	if (!dns_decode(&r, &m, NULL) && !w->quoted)
		w->good = false;		/* dns_print has said why */
}

static bool on_port(const struct udp_hdr *h, uint16_t port)
{
	return h->sport == port || h->dport == port;
}

static void udp_payload(struct dissection *w, const struct udp_hdr *h, const uint8_t *p, size_t n)
{
	if (on_port(h, PORT_DSMIP))
		udp4191_layer(w, p, n);
	else if (on_port(h, PORT_PMIP) && n)
		mh_layer(w, p, n);
	else if (on_port(h, PORT_DHCP4_SERVER) || on_port(h, PORT_DHCP4_CLIENT))
		dhcp4_layer(w, p, n);
	else if (on_port(h, PORT_DHCP6_SERVER) || on_port(h, PORT_DHCP6_CLIENT))
		dhcp6_layer(w, p, n);
	else if (on_port(h, DNS_PORT))
		dns_layer(w, p, n);
	else if (on_port(h, PORT_IKE))
		ike_layer(w, p, n);
	else if (on_port(h, PORT_IKE_NAT))
		udp4500_layer(w, p, n);
	else
		dissect_data(w, p, n);
}

static void udp_checksum(struct dissection *w, const struct carrier *c, const uint8_t *p, const struct udp_hdr *h)
{
	enum udp_csum sum;

	if (c->ip6)
		sum = udp_check6(p, h, ip6_upper_src(c->ip6), ip6_upper_dst(c->ip6));
	else
		sum = udp_check4(p, h, c->ip4->h.src, c->ip4->h.dst);
	if (sum == UDP_CSUM_BAD)
		show_note(&w->s, "udp-checksum", "RFC 768", p + 6);
	else if (sum == UDP_CSUM_NONE && c->ip6)
		show_note(&w->s, "udp-checksum-zero", "RFC 8200 8.1", p + 6);
}

static void udp_layer(struct dissection *w, const struct carrier *c, const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	const char *why = NULL;
	struct udp_hdr h;
	bool good = udp_decode(p, n, &h, &why, &d);

	show_open(&w->s, "udp", NULL, p, n);
	if (n >= UDP_LEN) {
		show_num(&w->s, "source-port", h.sport, p, 2);
		show_num(&w->s, "destination-port", h.dport, p + 2, 2);
		show_num(&w->s, "length", h.len, p + 4, 2);
		show_hex(&w->s, "checksum", h.csum, p + 6, 2);
	}
	show_diags(&w->s, &d, p);
	if (good && c->whole && !w->quoted)
		udp_checksum(w, c, p, &h);
	if (!good && c->whole)
		dissect_fault(w, why, p);
	if (good)
		udp_payload(w, &h, p + UDP_LEN, h.len - UDP_LEN);
	else if (n > UDP_LEN && h.len > n)	/* cut: show what is there */
		udp_payload(w, &h, p + UDP_LEN, n - UDP_LEN);
	show_close(&w->s);
}

static void quoted_packet(struct dissection *w, const uint8_t *p, size_t n, uint16_t type)
{
	bool outer = w->quoted;

	if (!n)
		return;
	w->quoted = true;
	show_open(&w->s, "quoted", NULL, p, n);
	dissect_by_type(w, type, p, n);
	show_close(&w->s);
	w->quoted = outer;
}

static void icmp4_fields(const struct show *s, const struct icmp4 *m, const uint8_t *p, size_t n)
{
	show_num(s, "type", p[0], p, 1);
	show_num(s, "code", p[1], p + 1, 1);
	show_hex(s, "checksum", load16(p + 2), p + 2, 2);
	if (m->type == ICMP4_T_ECHO_REQUEST || m->type == ICMP4_T_ECHO_REPLY) {
		show_num(s, "identifier", m->id, p + 4, 2);
		show_num(s, "sequence", m->seq, p + 6, 2);
		show_num(s, "data-length", n - 8, p + 8, n - 8);
	} else if (m->type == ICMP4_T_UNREACHABLE && m->code == ICMP4_U_FRAG_NEEDED) {
		show_num(s, "mtu", m->mtu, p + 6, 2);
	} else if (m->type == ICMP4_T_PARAM_PROBLEM) {
		show_num(s, "pointer", m->pointer, p + 4, 1);
	} else if (m->type == ICMP4_T_REDIRECT) {
		show_ip4(s, "gateway", p + 4);
	}
}

static void icmp4_layer(struct dissection *w, const struct carrier *c, const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	struct icmp4 m;
	bool good = icmp4_decode(p, n, &m, &d);

	show_open(&w->s, "icmp4", NULL, p, n);
	if (!good) {
		if (!w->quoted)
			dissect_fault(w, "icmp4-short", p);
		dissect_data(w, p, n);
	} else {
		icmp4_fields(&w->s, &m, p, n);
		if (c->whole && !w->quoted)
			show_diags(&w->s, &d, p);
		if (icmp4_is_error(m.type))
			quoted_packet(w, m.body, m.body_len, ETYPE_IP4);
	}
	show_close(&w->s);
}

/* [RFC 4443 2.3] checksum, [RFC 4861 6.1, 7.1, 8.1] validity */
static void icmp6_verdicts(struct dissection *w, const struct carrier *c, const uint8_t *p, const struct icmp6 *m)
{
	const char *why;

	if (!c->ip6 || !c->whole)
		return;
	if (!ip6_upper_csum_ok(c->ip6))
		show_note(&w->s, "icmp6-checksum", "RFC 4443 2.3", p + 2);
	why = nd_invalid(m, &c->ip6->h.src, &c->ip6->h.dst, c->ip6->h.hop_limit);
	if (why)
		show_note(&w->s, "nd-invalid", why, p);
}

static void icmp6_layer(struct dissection *w, const struct carrier *c, const uint8_t *p, size_t n)
{
	const char *why = NULL;
	struct icmp6 m;
	bool good = icmp6_decode(p, n, &m, &why, NULL);

	icmp6_print(p, n, w->s.pr, place(w, p));
	if (!good) {
		w->good = w->good && w->quoted;		/* icmp6_print has said why */
		return;
	}
	if (!w->quoted)
		icmp6_verdicts(w, c, p, &m);
	if (icmp6_is_error(m.type) && icmp6_type_known(m.type))
		quoted_packet(w, m.body, m.body_len, ETYPE_IP6);
}

void dissect_upper(struct dissection *w, const struct carrier *c, const uint8_t *p, size_t n)
{
	switch (c->proto) {
	case PROTO_IP6:
	case PROTO_IP4:
		dissect_by_type(w, type_of_proto(c->proto), p, n);
		return;
	case PROTO_GRE:
		gre_layer(w, p, n);
		return;
	case PROTO_UDP:
		udp_layer(w, c, p, n);
		return;
	case PROTO_TCP:
		tcp_layer(w, p, n);
		return;
	case PROTO_ESP:
		esp_layer(w, p, n);
		return;
	case PROTO_ICMP4:
		icmp4_layer(w, c, p, n);
		return;
	case PROTO_ICMP6:
		icmp6_layer(w, c, p, n);
		return;
	case PROTO_MH:
		mh_layer(w, p, n);
		if (c->ip6 && c->whole && !w->quoted && !ip6_upper_csum_ok(c->ip6))
			show_note(&w->s, "mh-checksum", "RFC 6275 6.1.1", p + 4);
		return;
	case PROTO_NONE:		/* [RFC 8200 4.7] */
		return;
	}
	dissect_data(w, p, n);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: dissector, link and IP layers
 *
 * Shows a frame layer inside layer, as the packet is nested, so that "udp.ip6.source-address" is what stands in the
 * tunnel. It uses the codecs' decoders for everything that is judged and shows fields from the octets, whose offsets
 * it tells. Depth is bounded; nothing is kept between calls.
 *
 * It adds no judgement of its own but two: a checksum that can be verified and is wrong, and a neighbour discovery
 * message that RFC 4861 wants discarded, are notes.
 */
#include "wire/dissect.h"

#include "base/text.h"
#include "wire/arp.h"
#include "wire/dissect_walk.h"
#include "wire/eth.h"
#include "wire/pco.h"

void dissect_fault(struct dissection *w, const char *reason, const uint8_t *at)
{
	show_note(&w->s, reason, NULL, at);
	w->good = false;
}

void dissect_data(struct dissection *w, const uint8_t *p, size_t n)
{
	if (!n)
		return;
	show_open(&w->s, "data", NULL, p, n);
	show_num(&w->s, "length", n, p, n);
	show_octets(&w->s, "octets", p, n);
	show_close(&w->s);
}

/* ---- IPv6 ---- */

static void ip6_fields(const struct show *s, const uint8_t *p)
{
	show_num(s, "traffic-class", (load16(p) >> 4) & 0xff, p, 2);
	show_hex(s, "flow-label", load32(p) & 0xfffff, p + 1, 3);
	show_num(s, "payload-length", load16(p + 4), p + 4, 2);
	show_named(s, "next-header", p[6], ip_proto_name(p[6]), p + 6, 1);
	show_num(s, "hop-limit", p[7], p + 7, 1);
	show_ip6(s, "source-address", p + 8);
	show_ip6(s, "destination-address", p + 24);
}

static const char *option_name(uint8_t type, uint8_t ext)
{
	if (type == IP6_OPT_PADN)
		return "opt-padn";
	if (type == IP6_OPT_HAO && ext == PROTO_DSTOPTS)
		return "opt-home-address";
	if (type == IP6_OPT_ENCAP_LIMIT && ext == PROTO_DSTOPTS)
		return "opt-tunnel-encapsulation-limit";
	if (type == IP6_OPT_ROUTER_ALERT && ext == PROTO_HOPOPTS)
		return "opt-router-alert";
	return "opt-unknown";
}

static void ip6_options(const struct show *s, uint8_t ext, const uint8_t *at, const uint8_t *end)
{
	struct ip6_opt o;
	bool bad = false;

	while (ip6_opt_next(&at, end, &o, &bad)) {
		if (o.type == IP6_OPT_PAD1)
			continue;
		show_open(s, option_name(o.type, ext), NULL, o.start, o.len + 2u);
		if (o.type == IP6_OPT_HAO && o.len == 16) {
			show_ip6(s, "home-address", o.data);
		} else if (o.type == IP6_OPT_ENCAP_LIMIT && o.len == 1) {
			show_num(s, "limit", o.data[0], o.data, 1);
		} else {
			show_num(s, "type", o.type, o.start, 1);
			show_octets(s, "octets", o.data, o.len);
		}
		show_close(s);
	}
}

static void routing_fields(const struct show *s, const uint8_t *h, size_t len)
{
	show_num(s, "type", h[2], h + 2, 1);
	show_num(s, "segments-left", h[3], h + 3, 1);
	if (h[2] == 2 && len == IP6_RH2_LEN)
		show_ip6(s, "home-address", h + 8);
	else
		show_octets(s, "octets", h + 4, len - 4);
}

static void fragment_fields(const struct show *s, const uint8_t *h)
{
	static const struct show_flag more[] = { { 1, "M" }, { 0, NULL } };

	show_num(s, "offset", load16(h + 2) & 0xfff8u, h + 2, 2);
	show_flags(s, "flags", h[3] & 1u, more, h + 3, 1);
	show_hex(s, "identification", load32(h + 4), h + 4, 4);
}

/* The extension headers that the decoder walked: up to k->upper. */
static void ip6_extensions(const struct show *s, const struct ip6_packet *k)
{
	const uint8_t *h = k->p + IP6_LEN;
	uint8_t nh = k->p[6];

	while (h < k->upper) {
		size_t len = nh == PROTO_FRAGMENT ? IP6_FRAGMENT_LEN : (h[1] + 1u) * 8;
		const char *name = nh == PROTO_HOPOPTS ? "hop-by-hop" : nh == PROTO_DSTOPTS ? "destination-options" :
				   nh == PROTO_ROUTING ? "routing" : "fragment";

		show_open(s, name, NULL, h, len);
		show_named(s, "next-header", h[0], ip_proto_name(h[0]), h, 1);
		if (nh == PROTO_ROUTING)
			routing_fields(s, h, len);
		else if (nh == PROTO_FRAGMENT)
			fragment_fields(s, h);
		else
			ip6_options(s, nh, h + 2, h + len);
		show_close(s);
		nh = h[0];
		h += len;
	}
}

static void ip6_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], title[2 * ADDR_TEXT_MAX + 4];
	struct text t = text_on(title, sizeof title);
	struct wire_diags d = { 0 };
	struct ip6_packet k;
	bool good = ip6_decode_capture(p, n, &k, &d);
	struct carrier c = { .ip6 = &k, .proto = k.proto };

	if (k.len)
		text_add(&t, "%s > %s", ip6_text(&k.h.src, a), ip6_text(&k.h.dst, b));
	show_open(&w->s, "ip6", k.len ? title : NULL, p, k.len ? k.len : n);
	if (k.len) {
		ip6_fields(&w->s, p);
		ip6_extensions(&w->s, &k);
	}
	show_diags(&w->s, &d, p);
	if (k.cut && !w->quoted)
		dissect_fault(w, "ip6-cut", p + 4);
	if (!good && !(k.cut && w->quoted))
		dissect_fault(w, k.fault.reason, p + k.fault.offset);
	c.whole = good && !k.cut && !(k.fragment.present && (k.fragment.more || k.fragment.offset));
	if (good && k.fragment.present && (k.fragment.more || k.fragment.offset))
		dissect_data(w, k.upper, k.upper_len);
	else if (good)
		dissect_upper(w, &c, k.upper, k.upper_len);
	show_close(&w->s);
}

/* ---- IPv4 ---- */

static void ip4_fields(const struct show *s, const struct ip4_packet *k)
{
	static const struct show_flag flags[] = { { 0x40, "DF" }, { 0x20, "MF" }, { 0, NULL } };
	const uint8_t *p = k->p;

	show_num(s, "tos", p[1], p + 1, 1);
	show_num(s, "total-length", load16(p + 2), p + 2, 2);
	show_num(s, "identification", load16(p + 4), p + 4, 2);
	show_flags(s, "flags", p[6], flags, p + 6, 1);
	show_num(s, "fragment-offset", k->h.frag_offset, p + 6, 2);
	show_num(s, "ttl", p[8], p + 8, 1);
	show_named(s, "protocol", p[9], ip_proto_name(p[9]), p + 9, 1);
	show_hex(s, "checksum", load16(p + 10), p + 10, 2);
	show_ip4(s, "source-address", p + 12);
	show_ip4(s, "destination-address", p + 16);
	if (k->hdr_len > IP4_LEN)
		show_octets(s, "options", p + IP4_LEN, k->hdr_len - IP4_LEN);
}

static void ip4_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	char a[ADDR_TEXT_MAX], b[ADDR_TEXT_MAX], title[2 * ADDR_TEXT_MAX + 4];
	struct text t = text_on(title, sizeof title);
	struct wire_diags d = { 0 };
	struct ip4_packet k;
	bool good = ip4_decode_capture(p, n, &k, &d);
	struct carrier c = { .ip4 = &k, .proto = k.h.proto, .whole = good && !k.cut };

	if (good)
		text_add(&t, "%s > %s", ip4_text(k.h.src, a), ip4_text(k.h.dst, b));
	show_open(&w->s, "ip4", good ? title : NULL, p, good ? k.len : n);
	if (!good) {
		dissect_fault(w, k.fault.reason, p + k.fault.offset);
		show_close(&w->s);
		return;
	}
	ip4_fields(&w->s, &k);
	if (!w->quoted)			/* routers rewrite the quoted header and need not mend its checksum */
		show_diags(&w->s, &d, p);
	if (k.cut && !w->quoted)
		dissect_fault(w, "ip4-cut", p + 2);
	if (ip4_is_fragment(&k.h))
		dissect_data(w, k.upper, k.upper_len);
	else
		dissect_upper(w, &c, k.upper, k.upper_len);
	show_close(&w->s);
}

/* ---- link ---- */

static void arp_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct arp a;

	show_open(&w->s, "arp", NULL, p, n < ARP_LEN ? n : ARP_LEN);
	if (arp_decode(&r, &a, &d)) {
		const char *op = a.op == ARP_REQUEST ? "request" : a.op == ARP_REPLY ? "reply" : NULL;

		show_named(&w->s, "operation", a.op, op, p + 6, 2);
		show_mac(&w->s, "sender-hardware-address", p + 8);
		show_ip4(&w->s, "sender-protocol-address", p + 14);
		show_mac(&w->s, "target-hardware-address", p + 18);
		show_ip4(&w->s, "target-protocol-address", p + 24);
		show_diags(&w->s, &d, p);
	} else {
		dissect_fault(w, r.fault.reason, p + r.fault.offset);
	}
	show_close(&w->s);
}

/* The ethertype is anybody's for experiments: what is no NAS message is another one's. */
static void nas_layer(struct dissection *w, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct nas_message m;

	if (nas_decode(&r, &m, NULL))
		nas_print(p, n, w->s.pr, w->s.base_offset + (uint32_t)(p - w->s.base));
	else
		dissect_data(w, p, n);
}

void dissect_by_type(struct dissection *w, uint16_t type, const uint8_t *p, size_t n)
{
	if (w->depth == DISSECT_MAX_DEPTH) {
		dissect_fault(w, "too-deep", p);
		dissect_data(w, p, n);
		return;
	}
	w->depth++;
	if (type == ETYPE_IP6)
		ip6_layer(w, p, n);
	else if (type == ETYPE_IP4)
		ip4_layer(w, p, n);
	else if (type == ETYPE_ARP)
		arp_layer(w, p, n);
	else if (type == ETYPE_NAS)
		nas_layer(w, p, n);
	else
		dissect_data(w, p, n);
	w->depth--;
}

static void link_fields(const struct show *s, const struct link_view *v, const uint8_t *p)
{
	char buf[ADDR_TEXT_MAX];
	bool cooked = v->kind == WIRE_LINK_SLL || v->kind == WIRE_LINK_SLL2;

	if (v->has_dst)
		show_text(s, "destination", mac_text(&v->dst, buf), p, 6);
	if (v->has_src)
		show_text(s, "source", mac_text(&v->src, buf), p, v->len);
	if (v->vlan)
		show_num(s, "vlan", v->vlan, p, v->len);
	if (cooked) {
		show_num(s, "packet-type", v->pkttype, p, v->len);
		show_num(s, "hardware-type", v->arphrd, p, v->len);
	}
	if (v->kind == WIRE_LINK_SLL2)
		show_num(s, "interface", v->ifindex, p + 4, 4);
	show_hex(s, "type", v->type, v->len >= 2 ? p + v->len - 2 : p, v->len ? 2 : 0);
}

bool dissect(enum wire_link kind, const uint8_t *p, size_t n, const struct wire_printer *pr)
{
	struct dissection w = { .s = { pr, p, 0 }, .good = true };
	struct link_view v;

	if (!link_decode(kind, p, n, &v)) {
		show_open(&w.s, wire_link_name(kind), NULL, p, n);
		dissect_fault(&w, "link-short", p);
		show_close(&w.s);
		return false;
	}
	if (v.len) {
		show_open(&w.s, wire_link_name(kind), NULL, p, n);
		link_fields(&w.s, &v, p);
	}
	if (!v.len && !v.type)		/* nothing but IP can lie on a raw link [RFC 791 3.1] [RFC 8200 3] */
		dissect_fault(&w, "ip-version", p);
	dissect_by_type(&w, v.type, p + v.len, n - v.len);
	if (v.len)
		show_close(&w.s);
	return w.good;
}

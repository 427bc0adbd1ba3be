/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: frames
 *
 * From a captured frame down to the innermost transport payload: link headers of the types captures have, then IP
 * layers one inside the other through IP-in-IP [RFC 2473, RFC 4213], UDP 4191 [RFC 5555, RFC 5845] and GRE [RFC
 * 2784], to a Mobility Header if there is one, also straight in UDP 5436 [RFC 5844]. The walk is a loop with a
 * bounded number of layers, writes only what it found, and is fast enough for millions of packets a second;
 * wire/dissect.h shows the same layers in detail.
 *
 * Not done: reassembly (a fragment ends the walk), decryption (ESP ends it), IEEE 802.2.
 */
#include "wire/frame.h"

#include <stddef.h>

#include "base/checksum.h"
#include "wire/esp.h"
#include "wire/eth.h"
#include "wire/ip4.h"
#include "wire/ip6_glance.h"
#include "wire/udp.h"

const char *wire_link_name(enum wire_link t)
{
	switch (t) {
	case WIRE_LINK_ETHERNET: return "ethernet";
	case WIRE_LINK_RAW: return "raw";
	case WIRE_LINK_IP4: return "raw-ipv4";
	case WIRE_LINK_IP6: return "raw-ipv6";
	case WIRE_LINK_SLL: return "linux-cooked";
	case WIRE_LINK_SLL2: return "linux-cooked-v2";
	case WIRE_LINK_NULL: return "null";
	case WIRE_LINK_LOOP: return "loop";
	case WIRE_LINK_PPP: return "ppp";
	}
	return "?";
}

/* Most frames, into what is zero but for this. */
static inline bool plain_ethernet(enum wire_link kind, const uint8_t *p, size_t n, struct link_view *out)
{
	if (kind != WIRE_LINK_ETHERNET || n < ETH_LEN || (load16(p + 12) != ETYPE_IP6 && load16(p + 12) != ETYPE_IP4))
		return false;
	out->kind = kind;
	out->has_src = out->has_dst = true;
	memcpy(out->dst.o, p, 6);
	memcpy(out->src.o, p + 6, 6);
	out->type = load16(p + 12);
	out->len = ETH_LEN;
	return true;
}

static bool ethernet(const uint8_t *p, size_t n, struct link_view *out)
{
	struct reader r;
	struct eth_hdr h;

	if (plain_ethernet(WIRE_LINK_ETHERNET, p, n, out))
		return true;
	r = reader_on(p, n);
	if (!eth_decode(&r, &h, NULL))
		return false;
	out->has_src = out->has_dst = true;
	out->src = h.src;
	out->dst = h.dst;
	out->type = h.type;
	out->vlan = h.vlan;
	out->len = h.len;
	return true;
}

/* Link-layer address of a cooked header: length as told, 8 octets of room. */
static void cooked_address(struct link_view *out, unsigned len, const uint8_t *p)
{
	out->has_src = len == 6;
	if (out->has_src)
		memcpy(out->src.o, p, 6);
}

static bool cooked(const uint8_t *p, size_t n, struct link_view *out)
{
	if (n < 16)
		return false;
	out->pkttype = p[1];
	out->arphrd = load16(p + 2);
	cooked_address(out, load16(p + 4), p + 6);
	out->type = load16(p + 14);
	out->len = 16;
	return true;
}

static bool cooked2(const uint8_t *p, size_t n, struct link_view *out)
{
	if (n < 20)
		return false;
	out->type = load16(p);
	out->ifindex = load32(p + 4);
	out->arphrd = load16(p + 8);
	out->pkttype = p[10];
	cooked_address(out, p[11], p + 12);
	out->len = 20;
	return true;
}

static uint16_t type_by_nibble(const uint8_t *p, size_t n)
{
	if (!n)
		return 0;
	return p[0] >> 4 == 6 ? ETYPE_IP6 : p[0] >> 4 == 4 ? ETYPE_IP4 : 0;
}

/* The family is the capturing system's own number for its address families, in either octet order. */
static bool loopback(const uint8_t *p, size_t n, struct link_view *out)
{
	uint32_t family;

	if (n < 4)
		return false;
	family = load32(p);
	if (family > 0xffff)
		family = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	out->len = 4;
	if (family == 2)
		out->type = ETYPE_IP4;
	else if (family == 10 || family == 24 || family == 28 || family == 30)	/* Linux, NetBSD, FreeBSD, macOS */
		out->type = ETYPE_IP6;
	else
		out->type = 0;
	return true;
}

/* [RFC 1661 2, RFC 1662 3.1] the address and control octets may be left out, and the protocol may be one octet */
static bool ppp(const uint8_t *p, size_t n, struct link_view *out)
{
	size_t at = n >= 2 && p[0] == 0xff && p[1] == 3 ? 2 : 0;
	uint16_t protocol;

	if (n < at + 2)
		return false;
	protocol = p[at];
	if (!(protocol & 1))
		protocol = (uint16_t)(protocol << 8 | p[++at]);
	out->len = (uint8_t)(at + 1);
	out->type = protocol == 0x21 ? ETYPE_IP4 : protocol == 0x57 ? ETYPE_IP6 : 0;
	return true;
}

bool link_decode(enum wire_link kind, const uint8_t *p, size_t n, struct link_view *out)
{
	*out = (struct link_view){ .kind = kind };
	switch (kind) {
	case WIRE_LINK_ETHERNET:
		return ethernet(p, n, out);
	case WIRE_LINK_RAW:
		out->type = type_by_nibble(p, n);
		return n > 0;
	case WIRE_LINK_IP4:
		out->type = ETYPE_IP4;
		return true;
	case WIRE_LINK_IP6:
		out->type = ETYPE_IP6;
		return true;
	case WIRE_LINK_SLL:
		return cooked(p, n, out);
	case WIRE_LINK_SLL2:
		return cooked2(p, n, out);
	case WIRE_LINK_NULL:
	case WIRE_LINK_LOOP:
		return loopback(p, n, out);
	case WIRE_LINK_PPP:
		return ppp(p, n, out);
	}
	return false;
}

/* The next layer of the walk. */
struct step {
	const uint8_t *p;
	size_t n;
	uint16_t type;			/* ethertype of what is at p */
	enum encap encap;
	uint32_t gre_key;
};

static void stop(struct frame_view *v, const uint8_t *at, const char *reason)
{
	v->fault = (struct fault){ reason, (uint32_t)(at - v->p) };
}

static void upper(struct frame_view *v, uint8_t proto, const uint8_t *p, uint32_t n)
{
	v->proto = proto;
	v->upper = v->payload = p;
	v->upper_len = v->payload_len = n;
}

static uint16_t type_of_proto(uint8_t proto)
{
	return proto == PROTO_IP6 ? ETYPE_IP6 : proto == PROTO_IP4 ? ETYPE_IP4 : 0;
}

static bool into_gre(struct frame_view *v, const uint8_t *p, size_t n, struct step *s)
{
	struct gre_hdr g;

	if (!gre_decode(p, n, &g)) {
		stop(v, p, "gre");
		return false;
	}
	if (g.protocol != ETYPE_IP4 && g.protocol != ETYPE_IP6)
		return false;
	*s = (struct step){ p + g.len, n - g.len, g.protocol, ENCAP_GRE, g.key };
	return true;
}

/* [RFC 5555 4.1] */
static bool into_udp4191(struct frame_view *v, struct step *s)
{
	struct udp_encap_view e = udp_encap_demux(v->payload, v->payload_len);

	switch (e.kind) {
	case UDP_ENCAP_IP6:
	case UDP_ENCAP_IP4:
		*s = (struct step){ e.inner, e.inner_len, type_of_proto(e.proto), ENCAP_UDP, 0 };
		return true;
	case UDP_ENCAP_TLV:
		if (e.proto == PROTO_GRE)
			return into_gre(v, e.inner, e.inner_len, s);
		*s = (struct step){ e.inner, e.inner_len, type_of_proto(e.proto), ENCAP_UDP_TLV, 0 };
		if (!s->type)
			stop(v, e.inner, "udp-tlv-next-header");
		return s->type != 0;
	case UDP_ENCAP_KEEPALIVE:
	case UDP_ENCAP_EMPTY:
		return false;
	case UDP_ENCAP_BAD:
		stop(v, v->payload, "udp-encapsulation");
		return false;
	}
	return false;
}

static void mh_found(struct frame_view *v, const uint8_t *p, uint32_t n, bool in_udp)
{
	v->mh = p;
	v->mh_len = n;
	v->mh_in_udp = in_udp;
	v->proto = PROTO_MH;
}

/* True when another IP layer is inside. */
static bool into_udp(struct frame_view *v, struct frame_ip *ip, struct step *s)
{
	const uint8_t *p = v->upper;
	uint32_t len;

	if (v->upper_len < UDP_LEN) {
		stop(v, p, "udp-short");
		return false;
	}
	ip->sport = load16(p);
	ip->dport = load16(p + 2);
	len = load16(p + 4);
	if (len < UDP_LEN || (len > v->upper_len && !ip->cut)) {
		stop(v, p + 4, "udp-length");
		return false;
	}
	if (len > v->upper_len)
		len = v->upper_len;
	v->payload = p + UDP_LEN;
	v->payload_len = len - UDP_LEN;
	if (ip->sport == PORT_DSMIP || ip->dport == PORT_DSMIP)
		return into_udp4191(v, s);
	if ((ip->sport == PORT_PMIP || ip->dport == PORT_PMIP) && v->payload_len >= 6)
		mh_found(v, v->payload, v->payload_len, true);
	return false;
}

/* What the upper layer of an IP packet holds; true when another IP layer is inside. */
static bool into_upper(struct frame_view *v, struct frame_ip *ip, struct step *s)
{
	switch (v->proto) {
	case PROTO_IP6:
	case PROTO_IP4:
		*s = (struct step){ v->upper, v->upper_len, type_of_proto(v->proto), ENCAP_IP, 0 };
		return v->upper_len > 0;
	case PROTO_GRE:
		return into_gre(v, v->upper, v->upper_len, s);
	case PROTO_UDP:
		return into_udp(v, ip, s);
	case PROTO_TCP:
		if (v->upper_len >= 4) {
			ip->sport = load16(v->upper);
			ip->dport = load16(v->upper + 2);
		}
		return false;
	case PROTO_MH:
		mh_found(v, v->upper, v->upper_len, false);
		return false;
	}
	return false;
}

static void begin(struct frame_ip *ip, const struct frame_view *v, const struct step *s, uint8_t family)
{
	memset(ip, 0, offsetof(struct frame_ip, src));
	ip->family = family;
	ip->encap = (uint8_t)s->encap;
	ip->offset = (uint32_t)(s->p - v->p);
	ip->gre_key = s->gre_key;
}

/* Every shape of the headers. */
static bool walk_ip6(struct frame_view *v, struct frame_ip *ip, struct step *s)
{
	struct ip6_packet k;
	bool good = ip6_decode_capture(s->p, s->n, &k, NULL);

	begin(ip, v, s, 6);
	if (k.fault.reason)
		stop(v, s->p + k.fault.offset, k.fault.reason);
	if (!good && !k.len)
		return false;
	v->n_ip++;
	ip->hop_limit = k.h.hop_limit;
	ip->proto = k.proto;
	ip->len = k.len;
	ip->fragment = k.fragment.present && (k.fragment.more || k.fragment.offset);
	ip->cut = k.cut;
	ip->has_hao = k.has_hao;
	ip->has_rh2 = k.has_rh2;
	ip->src = k.h.src;
	ip->dst = k.h.dst;
	if (k.has_hao)
		ip->hao = k.hao;
	if (k.has_rh2)
		ip->rh2 = k.home;
	upper(v, k.proto, k.upper, k.upper_len);
	if (!good || ip->fragment)
		return false;
	if ((k.proto == PROTO_MH || k.proto == PROTO_ICMP6) && !k.cut)
		v->csum_bad = !ip6_upper_csum_ok(&k);
	return into_upper(v, ip, s);
}

static bool into_ip6(struct frame_view *v, struct frame_ip *ip, struct step *s)
{
	const uint8_t *p = s->p;
	struct ip6_glance g;

	if (!ip6_glance(p, s->n, &g))
		return walk_ip6(v, ip, s);
	begin(ip, v, s, 6);
	v->n_ip++;
	ip->hop_limit = p[7];
	ip->proto = g.proto;
	ip->len = g.end;
	ip->has_hao = g.hao;
	ip->has_rh2 = g.rh2;
	memcpy(ip->src.o, p + 8, 16);
	memcpy(ip->dst.o, p + 24, 16);
	if (g.hao)
		memcpy(ip->hao.o, p + g.at - 16, 16);
	if (g.rh2)
		memcpy(ip->rh2.o, p + g.at - 16, 16);
	upper(v, g.proto, p + g.at, g.end - g.at);
	if (g.proto == PROTO_IP6) {		/* most of what is in tunnels */
		*s = (struct step){ v->upper, v->upper_len, ETYPE_IP6, ENCAP_IP, 0 };
		return v->upper_len > 0;
	}
	if (g.proto == PROTO_MH || g.proto == PROTO_ICMP6)
		v->csum_bad = !ip6_csum_ok(g.hao ? &ip->hao : &ip->src, g.rh2 ? &ip->rh2 : &ip->dst, g.proto, v->upper,
					   v->upper_len);
	if (g.proto == PROTO_UDP)
		return into_udp(v, ip, s);
	if (g.proto != PROTO_MH)
		return into_upper(v, ip, s);
	mh_found(v, v->upper, v->upper_len, false);
	return false;
}

static bool into_ip4(struct frame_view *v, struct frame_ip *ip, struct step *s)
{
	struct ip4_packet k;
	bool good = ip4_decode_capture(s->p, s->n, &k, NULL);

	begin(ip, v, s, 4);
	if (!good) {
		stop(v, s->p + k.fault.offset, k.fault.reason);
		return false;
	}
	v->n_ip++;
	ip->hop_limit = k.h.ttl;
	ip->proto = k.h.proto;
	ip->len = k.len;
	ip->fragment = ip4_is_fragment(&k.h);
	ip->cut = k.cut;
	ip->src = ip6_mapped(k.h.src);
	ip->dst = ip6_mapped(k.h.dst);
	upper(v, k.h.proto, k.upper, k.upper_len);
	if (ip->fragment)
		return false;
	if (k.h.proto == PROTO_ICMP4 && !k.cut)
		v->csum_bad = csum_fold(csum_add(0, k.upper, k.upper_len)) != 0;
	return into_upper(v, ip, s);
}

bool frame_view_make(enum wire_link kind, const uint8_t *p, size_t n, struct frame_view *out)
{
	struct step s;
	bool deeper = true;

	memset(out, 0, offsetof(struct frame_view, ip));
	memset(&out->proto, 0, sizeof *out - offsetof(struct frame_view, proto));
	out->p = out->upper = out->payload = p;
	out->n = (uint32_t)n;
	if (!plain_ethernet(kind, p, n, &out->link) && !link_decode(kind, p, n, &out->link)) {
		stop(out, p, "link-short");
		return false;
	}
	s = (struct step){ p + out->link.len, n - out->link.len, out->link.type, ENCAP_NONE, 0 };
	while (deeper) {
		struct frame_ip *ip = &out->ip[out->n_ip];

		if (out->n_ip == FRAME_MAX_IP) {
			stop(out, s.p, "too-deep");
			break;
		}
		if (s.type == ETYPE_IP6)
			deeper = into_ip6(out, ip, &s);
		else if (s.type == ETYPE_IP4)
			deeper = into_ip4(out, ip, &s);
		else
			break;
	}
	if (!out->n_ip)
		upper(out, 0, s.p, (uint32_t)s.n);
	return true;
}

static bool on_udp_port(const struct frame_view *v, uint16_t port)
{
	const struct frame_ip *ip = frame_inner(v);

	return ip && !ip->fragment && ip->proto == PROTO_UDP && v->payload != v->upper &&
	       (ip->sport == port || ip->dport == port);
}

/* What UDP port 4500 carries, when it is of that kind. */
static const uint8_t *in_udp4500(const struct frame_view *v, enum udp4500 kind, uint32_t *n)
{
	struct udp4500_view u;

	if (!on_udp_port(v, PORT_IKE_NAT))
		return NULL;
	u = udp4500_demux(v->payload, v->payload_len);
	*n = u.inner_len;
	return u.kind == kind ? u.inner : NULL;
}

const uint8_t *frame_ike(const struct frame_view *v, uint32_t *n)
{
	if (!on_udp_port(v, PORT_IKE))
		return in_udp4500(v, UDP4500_IKE, n);
	*n = v->payload_len;
	return v->payload;
}

const uint8_t *frame_esp(const struct frame_view *v, uint32_t *n)
{
	const struct frame_ip *ip = frame_inner(v);

	if (!ip || ip->fragment || ip->proto != PROTO_ESP)
		return in_udp4500(v, UDP4500_ESP, n);
	*n = v->upper_len;
	return v->upper;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: tunnels
 *
 * What a datagram on UDP port 4191 holds: IPv6 or IPv4 by the version nibble [RFC 5555 4.1], or the TLV header, whose
 * nibble is 0 [RFC 5845 7.2]; and GRE version 0 [RFC 2784, RFC 2890]. A TLV length that disagrees with the datagram's
 * is refused [RFC 5845 7.1]. GRE with a source route (RFC 1701) is not read.
 */
#include "wire/tunnel.h"

#include <assert.h>

#include "base/checksum.h"

const char *encap_name(enum encap e)
{
	switch (e) {
	case ENCAP_NONE: return "link";
	case ENCAP_IP: return "IP";
	case ENCAP_UDP: return "UDP4191";
	case ENCAP_UDP_TLV: return "UDP4191-TLV";
	case ENCAP_GRE: return "GRE";
	case ENCAP_ICMP: return "quoted";
	}
	return "?";
}

static struct udp_encap_view view(enum udp_encap kind, uint8_t proto, const uint8_t *inner, size_t n)
{
	return (struct udp_encap_view){ kind, proto, inner, (uint32_t)n };
}

struct udp_encap_view udp_encap_demux(const uint8_t *p, size_t n)
{
	if (!n)
		return view(UDP_ENCAP_EMPTY, PROTO_NONE, p, 0);
	if (p[0] >> 4 == 6)
		return view(UDP_ENCAP_IP6, PROTO_IP6, p, n);
	if (p[0] >> 4 == 4)
		return view(UDP_ENCAP_IP4, PROTO_IP4, p, n);
	if (p[0] == 0xff && n == 1)
		return view(UDP_ENCAP_KEEPALIVE, PROTO_NONE, p + 1, 0);
	if (p[0] >> 4 == 0 && n >= UDP_TLV_LEN && load16(p + 2) == n - UDP_TLV_LEN)
		return view(UDP_ENCAP_TLV, p[1], p + UDP_TLV_LEN, n - UDP_TLV_LEN);
	return view(UDP_ENCAP_BAD, PROTO_NONE, p, n);
}

size_t udp_tlv_push(uint8_t *front, size_t room, uint8_t next_header, size_t payload_len)
{
	uint8_t *p = front - UDP_TLV_LEN;

	assert(room >= UDP_TLV_LEN && payload_len <= 65535);
	p[0] = 0;
	p[1] = next_header;
	store16(p + 2, (uint16_t)payload_len);
	return UDP_TLV_LEN;
}

bool gre_decode(const uint8_t *p, size_t n, struct gre_hdr *out)
{
	uint16_t flags;
	uint8_t at = 4;

	*out = (struct gre_hdr){ 0 };
	if (n < 4)
		return false;
	flags = load16(p);
	if (flags & 0x4c07)			/* bits 1, 4, 5 [RFC 2784 2.3], or a version other than 0 */
		return false;
	out->protocol = load16(p + 2);
	out->has_csum = flags & 0x8000;
	out->has_key = flags & 0x2000;
	out->has_seq = flags & 0x1000;
	out->len = (uint8_t)(4 + 4 * (out->has_csum + out->has_key + out->has_seq));
	if (out->len > n)
		return false;
	if (out->has_csum) {
		out->csum = load16(p + at);
		at += 4;
	}
	if (out->has_key) {
		out->key = load32(p + at);
		at += 4;
	}
	if (out->has_seq)
		out->seq = load32(p + at);
	return true;
}

bool gre_sum_ok(const uint8_t *p, size_t n, const struct gre_hdr *h)
{
	return !h->has_csum || !csum_fold(csum_add(0, p, n));
}

size_t gre_push(uint8_t *front, size_t room, const struct gre_hdr *h)
{
	size_t len = 4u + 4u * h->has_key + 4u * h->has_seq;
	uint8_t *p = front - len;

	assert(room >= len);
	store16(p, (uint16_t)(h->has_key << 13 | h->has_seq << 12));
	store16(p + 2, h->protocol);
	if (h->has_key)
		store32(p + 4, h->key);
	if (h->has_seq)
		store32(p + len - 4, h->seq);
	return len;
}

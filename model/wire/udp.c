/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: UDP
 *
 * [RFC 768, RFC 8200 8.1] Header, length checks, and the checksum over both address families. Whether a zero checksum
 * is acceptable over IPv6 [RFC 6935, RFC 6936] is left to the receiver, who knows whether the port is a tunnel's.
 */
#include "wire/udp.h"

#include <assert.h>

static bool fail(const char **why, const char *reason)
{
	if (why)
		*why = reason;
	return false;
}

bool udp_decode(const uint8_t *p, size_t n, struct udp_hdr *out, const char **why, struct wire_diags *d)
{
	*out = (struct udp_hdr){ 0 };
	if (n < UDP_LEN)
		return fail(why, "udp-short");
	out->sport = load16(p);
	out->dport = load16(p + 2);
	out->len = load16(p + 4);
	out->csum = load16(p + 6);
	if (out->len < UDP_LEN || out->len > n)
		return fail(why, "udp-length");
	if (out->len < n)
		wire_note(d, "udp-trailing", "RFC 768", out->len, (uint32_t)(n - out->len));
	return true;
}

static enum udp_csum check(const uint8_t *p, const struct udp_hdr *h, uint64_t pseudo)
{
	if (!h->csum)
		return UDP_CSUM_NONE;
	return csum_fold(csum_add(pseudo, p, h->len)) ? UDP_CSUM_BAD : UDP_CSUM_OK;
}

enum udp_csum udp_check4(const uint8_t *p, const struct udp_hdr *h, struct ip4_addr src, struct ip4_addr dst)
{
	return check(p, h, csum_pseudo4(src, dst, h->len, PROTO_UDP));
}

enum udp_csum udp_check6(const uint8_t *p, const struct udp_hdr *h, const struct ip6_addr *src,
			 const struct ip6_addr *dst)
{
	return check(p, h, csum_pseudo6(src, dst, h->len, PROTO_UDP));
}

size_t udp_push_nocsum(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, size_t payload_len)
{
	uint8_t *p = front - UDP_LEN;

	assert(room >= UDP_LEN && payload_len <= 65535 - UDP_LEN);
	store16(p, sport);
	store16(p + 2, dport);
	store16(p + 4, (uint16_t)(UDP_LEN + payload_len));
	store16(p + 6, 0);
	return UDP_LEN;
}

/* A sum that comes out as zero is sent as all ones: zero means "no checksum". */
static size_t fill(uint8_t *p, size_t n, uint64_t pseudo)
{
	uint16_t c = csum_fold(csum_add(pseudo, p, n));

	store16(p + 6, c ? c : 0xffff);
	return UDP_LEN;
}

size_t udp_push4(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, struct ip4_addr src, struct ip4_addr dst,
		 size_t payload_len)
{
	size_t n = UDP_LEN + payload_len;

	udp_push_nocsum(front, room, sport, dport, payload_len);
	return fill(front - UDP_LEN, n, csum_pseudo4(src, dst, (uint16_t)n, PROTO_UDP));
}

size_t udp_push6(uint8_t *front, size_t room, uint16_t sport, uint16_t dport, const struct ip6_addr *src,
		 const struct ip6_addr *dst, size_t payload_len)
{
	size_t n = UDP_LEN + payload_len;

	udp_push_nocsum(front, room, sport, dport, payload_len);
	return fill(front - UDP_LEN, n, csum_pseudo6(src, dst, (uint32_t)n, PROTO_UDP));
}

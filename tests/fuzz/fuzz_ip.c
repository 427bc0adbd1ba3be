/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: IPv4 and IPv6 headers, UDP, ICMPv4, GRE, ARP, Ethernet. Laws: a strict decode implies a lenient one
 * with the same result, everything lent lies inside the input, and a plain IPv6 header encodes back to the same
 * octets.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/arp.h"
#include "wire/eth.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/tunnel.h"
#include "wire/udp.h"

static void inside(const uint8_t *p, size_t n, const uint8_t *q, size_t len)
{
	LAW(q >= p && len <= n && (size_t)(q - p) <= n - len);
}

static void ip6(const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	struct ip6_packet k, lenient;
	uint8_t again[IP6_LEN];
	bool good = ip6_decode(p, n, &k, &d), capture = ip6_decode_capture(p, n, &lenient, NULL);

	LAW(good == !k.fault.reason && capture == !lenient.fault.reason);
	LAW(k.fault.offset <= n && lenient.fault.offset <= n);
	if (capture)
		inside(p, n, lenient.upper, lenient.upper_len);
	if (!good)
		return;
	LAW(capture && lenient.upper == k.upper && lenient.upper_len == k.upper_len && lenient.proto == k.proto);
	LAW(k.len == IP6_LEN + k.h.payload_len && k.upper + k.upper_len == p + k.len);
	LAW(!k.problem.set || k.problem.pointer < k.len);
	LAW(p[k.nh_offset] == k.proto);
	LAW(!k.has_hao || !memcmp(p + k.hao_offset + 2, k.hao.o, 16));
	LAW(!k.has_rh2 || !memcmp(p + k.rh2_offset + 8, k.home.o, 16));
	ip6_upper_csum_ok(&k);
	ip6_push(again + IP6_LEN, IP6_LEN, &k.h);
	LAW(!memcmp(again, p, IP6_LEN));
}

static void ip4(const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	struct ip4_packet k, lenient;
	bool good = ip4_decode(p, n, &k, &d), capture = ip4_decode_capture(p, n, &lenient, NULL);

	LAW(good == !k.fault.reason && capture == !lenient.fault.reason);
	if (capture)
		inside(p, n, lenient.upper, lenient.upper_len);
	if (!good)
		return;
	LAW(capture && k.len == k.h.total_len && k.csum_ok && lenient.upper == k.upper);
	if (k.hdr_len == IP4_LEN && !(p[6] & 0x80)) {	/* the reserved bit is not kept */
		uint8_t again[IP4_LEN];

		ip4_push(again + IP4_LEN, IP4_LEN, &k.h);
		LAW(!memcmp(again, p, 10) && !memcmp(again + 12, p + 12, 8));
	}
}

static void others(const uint8_t *p, size_t n)
{
	struct wire_diags d = { 0 };
	struct reader r = reader_on(p, n);
	const struct ip4_addr a = { { 1, 2, 3, 4 } };
	struct udp_encap_view v = udp_encap_demux(p, n);
	struct eth_hdr e;
	struct udp_hdr u;
	struct icmp4 m;
	struct gre_hdr g;
	struct arp x;

	LAW(eth_decode(&r, &e, &d) == reader_ok(&r));
	r = reader_on(p, n);
	LAW(arp_decode(&r, &x, &d) == reader_ok(&r));
	if (udp_decode(p, n, &u, NULL, &d)) {
		LAW(u.len >= UDP_LEN && u.len <= n);
		udp_check4(p, &u, a, a);
	}
	if (icmp4_decode(p, n, &m, &d))
		inside(p, n, m.body, m.body_len);
	LAW(!gre_decode(p, n, &g) || g.len <= n);
	inside(p, n, v.inner, v.inner_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ip6(p, n);
	ip4(p, n);
	others(p, n);
	return 0;
}

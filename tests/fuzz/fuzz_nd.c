/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: ICMPv6 and neighbour discovery. Laws: what decodes encodes again, and that decodes to an encoding of
 * the same octets (encode and decode agree from the second round on); printing opens as often as it closes, and says
 * why when it fails.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/icmp6.h"

static const struct ip6_addr src = { { 0xfe, 0x80, [15] = 1 } }, dst = { { 0xff, 2, [15] = 1 } };

static void round_trip(const struct icmp6 *m)
{
	static uint8_t first[70000], second[70000];
	size_t n = icmp6_encode(m, &src, &dst, first, sizeof first), n2;
	const char *why = NULL;
	struct icmp6 back;

	if (!n)
		return;
	LAW(icmp6_decode(first, n, &back, &why, NULL));
	n2 = icmp6_encode(&back, &src, &dst, second, sizeof second);
	LAW(n2 == n && !memcmp(first, second, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct wire_diags d = { 0 };
	const char *why = NULL;
	struct icmp6 m;
	bool good = icmp6_decode(p, n, &m, &why, &d);

	LAW(good == !why);
	icmp6_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened && (good || state.noted));
	if (!good)
		return 0;
	nd_invalid(&m, &src, &dst, 255);
	LAW(!m.body_len || (m.body >= p && m.body + m.body_len <= p + n));
	round_trip(&m);
	return 0;
}

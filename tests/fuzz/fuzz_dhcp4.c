/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: DHCPv4. The input is put behind a fixed part, because a fuzzer seldom finds the magic cookie; its
 * first octet says whether `file` and `sname` come from the input too. Laws: as in fuzz_nd.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/dhcp4.h"

static bool decode(const uint8_t *p, size_t n, struct dhcp4 *m)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	bool good = dhcp4_decode(&r, m, &d);

	LAW(good == reader_ok(&r));
	return good;
}

static void examine(const uint8_t *p, size_t n)
{
	static uint8_t first[8000], second[8000];
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	struct dhcp4 m, back;
	bool good = decode(p, n, &m);
	size_t n1;

	dhcp4_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened && (good || state.noted));
	if (!good)
		return;
	n1 = dhcp4_encode(&m, first, sizeof first);
	LAW(n1 >= DHCP4_MIN && decode(first, n1, &back) && back.has == m.has);
	LAW(dhcp4_encode(&back, second, sizeof second) == n1 && !memcmp(first, second, n1));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t at = 240, fields = n && (p[0] & 1) ? 192 : 0, taken;
	uint8_t *message;

	examine(p, n);
	if (n < 1 + fields)
		return 0;
	taken = n - 1 - fields;
	message = calloc(1, at + taken);
	message[0] = 1 + (p[0] >> 1 & 1);
	message[1] = 1;
	message[2] = 6;
	memcpy(message + 44, p + 1, fields);
	memcpy(message + 236, "\x63\x82\x53\x63", 4);
	memcpy(message + at, p + 1 + fields, taken);
	examine(message, at + taken);
	free(message);
	return 0;
}

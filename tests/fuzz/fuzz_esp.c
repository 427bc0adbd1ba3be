/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzz target: ESP and port 4500. The first octet chooses the cipher's sizes. Laws: the parts of a packet add up to
 * it; the payload lies before its padding; a packet with the least padding in the default pattern is framed again
 * octet for octet; what port 4500 carries lies within the datagram.
 */
#include <string.h>

#include "tests/fuzz/laws.h"
#include "wire/esp.h"

static const struct seal_sizes sizes[] = {
	{ 16, 16, 16 }, { 16, 16, 12 }, { 8, 1, 16 }, { 8, 8, 12 }, { 0, 1, 12 }, { 0, 1, 0 },
};

/* IV and ICV are the caller's: they are carried over. */
static void again(const uint8_t *p, const struct seal_sizes *z, const struct esp_parts *e, size_t payload, uint8_t next)
{
	static uint8_t buf[70000];
	struct esp_parts f;

	LAW(esp_payload_max(e->len, z) >= payload);
	if (esp_len(payload, z) != e->len || payload > 65000)
		return;
	LAW(esp_frame(&e->h, z, p + e->ct, payload, next, buf, sizeof buf, &f) == e->len);
	memcpy(buf + f.iv, p + e->iv, e->iv_len);
	memcpy(buf + f.icv, p + e->icv, e->icv_len);
	LAW(!memcmp(buf, p, e->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct laws_printer state = { 0 };
	struct wire_printer pr = laws_printer(&state);
	const struct seal_sizes *z;
	struct udp4500_view v;
	struct esp_parts e;
	size_t payload;
	uint8_t next;
	bool pattern;

	if (!n)
		return 0;
	z = &sizes[p[0] % (sizeof sizes / sizeof *sizes)];
	p++;
	n--;
	v = udp4500_demux(p, n);
	LAW(v.inner >= p && v.inner + v.inner_len == p + n);
	esp_print(p, n, &pr, 0);
	LAW(state.depth == 0 && state.opened == 1);
	if (!esp_view(p, n, z, &e, NULL))
		return 0;
	LAW(e.iv + e.iv_len == e.ct && e.ct + e.ct_len == e.icv && e.icv + e.icv_len == n && e.len == n);
	if (esp_trailer(p + e.ct, e.ct_len, &payload, &next, &pattern)) {
		LAW(payload + 2 <= e.ct_len);
		if (pattern)
			again(p, z, &e, payload, next);
	}
	return 0;
}

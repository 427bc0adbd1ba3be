/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: IPv4 headers
 *
 * [RFC 791, RFC 1122 3.2.1] Decoding, the checksum, and the 20-octet header we send. Options are stepped over: none
 * of ours needs them, and source routes are not followed.
 */
#include "wire/ip4.h"

#include <assert.h>

static bool fail(struct ip4_packet *k, uint32_t at, const char *reason)
{
	k->fault = (struct fault){ reason, at };
	return false;
}

static void fields(const uint8_t *p, struct ip4_hdr *h)
{
	uint16_t word = load16(p + 6);

	h->tos = p[1];
	h->total_len = load16(p + 2);
	h->id = load16(p + 4);
	h->df = word & 0x4000;
	h->mf = word & 0x2000;
	h->frag_offset = (uint16_t)((word & 0x1fff) << 3);
	h->ttl = p[8];
	h->proto = p[9];
	memcpy(h->src.o, p + 12, 4);
	memcpy(h->dst.o, p + 16, 4);
}

/* The sum over a header without options: ten words, faster than the general loop. */
static uint32_t plain_sum(const uint8_t *p)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < IP4_LEN; i += 2)
		sum += load16(p + i);
	return sum;
}

static bool decode(const uint8_t *p, size_t n, struct ip4_packet *out, struct wire_diags *d, bool capture)
{
	uint32_t len;

	*out = (struct ip4_packet){ .p = p, .upper = p };
	if (n < IP4_LEN)
		return fail(out, 0, "ip4-short");
	if (p[0] >> 4 != 4)
		return fail(out, 0, "ip4-version");
	fields(p, &out->h);
	out->hdr_len = (uint8_t)((p[0] & 15) * 4);
	if (out->hdr_len < IP4_LEN || out->hdr_len > n)
		return fail(out, 0, "ip4-header-length");
	len = out->h.total_len;
	if (capture && !len) {
		wire_note(d, "ip4-total-length-zero", NULL, 2, 0);
		len = (uint32_t)n;
	}
	if (len < out->hdr_len || (len > n && !capture))
		return fail(out, 2, "ip4-total-length");
	if (len > n) {
		out->cut = true;
		len = (uint32_t)n;
	}
	out->csum_ok = !csum_fold(out->hdr_len == IP4_LEN ? plain_sum(p) : csum_add(0, p, out->hdr_len));
	if (!out->csum_ok) {
		if (!capture)
			return fail(out, 10, "ip4-checksum");	/* [RFC 1122 3.2.1.2] silently discarded */
		wire_note(d, "ip4-checksum", "RFC 1122 3.2.1.2", 10, load16(p + 10));
	}
	out->len = len;
	out->upper = p + out->hdr_len;
	out->upper_len = len - out->hdr_len;
	return true;
}

bool ip4_decode(const uint8_t *p, size_t n, struct ip4_packet *out, struct wire_diags *d)
{
	return decode(p, n, out, d, false);
}

bool ip4_decode_capture(const uint8_t *p, size_t n, struct ip4_packet *out, struct wire_diags *d)
{
	return decode(p, n, out, d, true);
}

/* The checksum is summed from the values: reading back what was just written would wait for it. */
size_t ip4_push(uint8_t *front, size_t room, const struct ip4_hdr *h)
{
	uint8_t *p = front - IP4_LEN;
	uint16_t flags = (uint16_t)((h->df ? 0x4000 : 0) | (h->mf ? 0x2000 : 0) | h->frag_offset >> 3);
	uint16_t first = (uint16_t)(0x4500 | h->tos), life = (uint16_t)(h->ttl << 8 | h->proto);
	uint32_t src = ip4_u32(h->src), dst = ip4_u32(h->dst);
	uint64_t sum = (uint64_t)first + h->total_len + h->id + flags + life + src + dst;

	assert(room >= IP4_LEN && h->frag_offset % 8 == 0);
	store16(p, first);
	store16(p + 2, h->total_len);
	store16(p + 4, h->id);
	store16(p + 6, flags);
	store16(p + 8, life);
	store16(p + 10, csum_fold(sum));
	store32(p + 12, src);
	store32(p + 16, dst);
	return IP4_LEN;
}

/* [RFC 1624 3] */
void ip4_ttl_decrement(uint8_t *p)
{
	uint16_t old_word = load16(p + 8), csum;

	assert(p[8] > 0);
	p[8]--;
	csum = csum_update16(load16(p + 10), old_word, load16(p + 8));
	store16(p + 10, csum);
}

void ip4_mark_congested(uint8_t *p)
{
	uint16_t old_word = load16(p), csum;

	p[1] |= 3;
	csum = csum_update16(load16(p + 10), old_word, load16(p));
	store16(p + 10, csum);
}

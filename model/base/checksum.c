/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Internet checksum
 *
 * [RFC 1071] The sum of 16-bit words in one's complement does not mind the octet order it is taken in, nor the width
 * of the words: the octets are summed eight at a time in the machine's own order with end-around carry, folded to 16
 * bits, and only then brought into network order. The running sum that callers hold is always in network order, so
 * that parts (pseudo-header, header, payload) add up whatever machine this is.
 */
#include "base/checksum.h"

#include <string.h>

/*
 * Words and, apart, how often they overflowed: two additions a word, and the next word waits for one of them only. The
 * carries go in at the end.
 */
struct words {
	uint64_t sum, carries;
};

static inline void add_word(struct words *w, uint64_t v)
{
	w->sum += v;
	w->carries += w->sum < v;
}

static inline uint64_t all(struct words w)
{
	uint64_t s = w.sum + w.carries;

	return s + (s < w.carries);
}

/* A sum in the machine's octet order, folded to 16 bits and turned into network order. */
static uint64_t to_network(uint64_t s)
{
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffffffff) + (s >> 32);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	s = (s & 0xff) << 8 | s >> 8;
#endif
	return s;
}

/* Fewer than eight octets: as if zeros followed. */
static uint64_t tail_word(const uint8_t *p, size_t n)
{
	uint8_t last[8] = { 0 };
	uint64_t v;

	memcpy(last, p, n);
	memcpy(&v, last, 8);
	return v;
}

/* [RFC 1071 4.1] */
uint64_t csum_add(uint64_t sum, const uint8_t *p, size_t n)
{
	struct words a = { 0, 0 }, b = { 0, 0 };
	uint64_t v, w;

	for (; n >= 16; p += 16, n -= 16) {
		memcpy(&v, p, 8);
		memcpy(&w, p + 8, 8);
		add_word(&a, v);
		add_word(&b, w);
	}
	if (n >= 8) {
		memcpy(&v, p, 8);
		add_word(&a, v);
		p += 8;
		n -= 8;
	}
	if (n)
		add_word(&b, tail_word(p, n));
	add_word(&a, b.sum);
	a.carries += b.carries;
	return sum + to_network(all(a));
}

uint16_t csum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* [RFC 8200 8.1] */
uint64_t csum_pseudo6(const struct ip6_addr *src, const struct ip6_addr *dst, uint32_t len, uint8_t next_header)
{
	struct words s = { 0, 0 };
	uint64_t v[4];

	memcpy(v, src->o, 16);
	memcpy(v + 2, dst->o, 16);
	for (int i = 0; i < 4; i++)
		add_word(&s, v[i]);
	return to_network(all(s)) + (len >> 16) + (len & 0xffff) + next_header;
}

/* All ones are all ones in any octet order, so nothing is turned into network order here. */
bool csum_ok6(const struct ip6_addr *src, const struct ip6_addr *dst, uint8_t next_header, const uint8_t *p,
	      uint32_t n)
{
	struct words a = { big64((uint64_t)n << 32 | next_header), 0 }, b = { 0, 0 };
	uint64_t v[4], t;

	memcpy(v, src->o, 16);
	memcpy(v + 2, dst->o, 16);
	add_word(&a, v[0]);
	add_word(&b, v[1]);
	add_word(&a, v[2]);
	add_word(&b, v[3]);
	for (; n >= 16; p += 16, n -= 16) {
		memcpy(v, p, 16);
		add_word(&a, v[0]);
		add_word(&b, v[1]);
	}
	if (n >= 8) {
		memcpy(v, p, 8);
		add_word(&a, v[0]);
	}
	if (n & 7)
		add_word(&b, tail_word(p + (n & 8), n & 7));
	/* what overflowed counts one each, as every bit of 2^64 does */
	t = (a.sum & 0xffffffff) + (a.sum >> 32) + (b.sum & 0xffffffff) + (b.sum >> 32) + a.carries + b.carries;
	t = (t & 0xffff) + (t >> 16 & 0xffff) + (t >> 32);
	t = (t & 0xffff) + (t >> 16);
	return t == 0xffff;
}

/* [RFC 768, RFC 793 3.1] */
uint64_t csum_pseudo4(struct ip4_addr src, struct ip4_addr dst, uint16_t len, uint8_t protocol)
{
	uint32_t s = ip4_u32(src), d = ip4_u32(dst);

	return (uint64_t)(s >> 16) + (s & 0xffff) + (d >> 16) + (d & 0xffff) + len + protocol;
}

/* [RFC 1624 3] HC' = ~(~HC + ~m + m'), which unlike RFC 1141's form never yields the wrong zero. */
uint16_t csum_update16(uint16_t csum, uint16_t old_value, uint16_t new_value)
{
	return csum_fold((uint64_t)(uint16_t)~csum + (uint16_t)~old_value + new_value);
}

uint16_t csum_update32(uint16_t csum, uint32_t old_value, uint32_t new_value)
{
	uint32_t not_old = ~old_value;

	return csum_fold((uint64_t)(uint16_t)~csum + (not_old >> 16) + (not_old & 0xffff) + (new_value >> 16) +
			 (new_value & 0xffff));
}

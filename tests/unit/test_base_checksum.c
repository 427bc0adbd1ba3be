/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum against values worked out by hand and against the plain loop over 16-bit words. */
#include "base/checksum.h"
#include "tests/unit/damage.h"
#include "tests/unit/harness.h"

/* Word by word, as RFC 1071 section 1 says it. */
static uint16_t plain(uint32_t start, const uint8_t *p, size_t n)
{
	uint32_t sum = start;

	for (size_t i = 0; i < n; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

/* The example of RFC 1071 section 3 (sum ddf2) and two IPv4 headers with a known checksum. */
static void known_values(void)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	size_t n;
	uint8_t *h = octets_of("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7", &n);

	CU_ASSERT_EQUAL(csum_fold(csum_add(0, example, 8)), 0x220d);
	CU_ASSERT_EQUAL(csum_fold(csum_add(0, h, n)), 0);
	h[10] = h[11] = 0;
	CU_ASSERT_EQUAL(csum_fold(csum_add(0, h, n)), 0xb861);
	CU_ASSERT_EQUAL(csum_fold(csum_add(0, h, 0)), 0xffff);
	g_free(h);
}

/* A Mobility Header whose sum two other programs computed: Heartbeat between 2001:db8:0:f::1 and 2001:db8:0:1::1. */
static void pseudo_header_of_ipv6(void)
{
	struct ip6_addr src, dst;
	size_t n;
	uint8_t *mh = octets_of("3b020d0039c800010102030401001c040000000501020000", &n);

	CU_ASSERT_TRUE(ip6_parse("2001:db8:0:f::1", &src) && ip6_parse("2001:db8:0:1::1", &dst));
	CU_ASSERT_EQUAL(csum_fold(csum_add(csum_pseudo6(&src, &dst, (uint32_t)n, 135), mh, n)), 0);
	mh[5] ^= 1;
	CU_ASSERT_NOT_EQUAL(csum_fold(csum_add(csum_pseudo6(&src, &dst, (uint32_t)n, 135), mh, n)), 0);
	g_free(mh);
}

/*
 * 192.0.2.1 > 192.0.2.2, UDP, length 10: c000+0201+c000+0202+0011+000a = 1841e -> 841f;
 * plus 1234+5678+000a+abcd = 198a2 -> 98a3.
 */
static void pseudo_header_of_ipv4(void)
{
	static const uint8_t udp[] = { 0x12, 0x34, 0x56, 0x78, 0x00, 0x0a, 0, 0, 0xab, 0xcd };
	uint64_t s = csum_pseudo4((struct ip4_addr){ { 192, 0, 2, 1 } }, (struct ip4_addr){ { 192, 0, 2, 2 } }, 10, 17);

	CU_ASSERT_EQUAL(csum_fold(s), (uint16_t)~0x841f);
	CU_ASSERT_EQUAL(csum_fold(csum_add(s, udp, 10)), (uint16_t)~0x98a3);
}

static void any_length_and_place(void)
{
	GRand *rand = g_rand_new_with_seed(1);
	uint8_t buf[300];

	for (unsigned round = 0; round < 2000; round++) {
		size_t at = g_rand_int_range(rand, 0, 9), n = (size_t)g_rand_int_range(rand, 0, 290);
		uint32_t start = g_rand_int(rand) & 0xffff;

		for (size_t i = 0; i < sizeof buf; i++)
			buf[i] = (uint8_t)(round % 3 ? g_rand_int(rand) : 0xff);
		CU_ASSERT_EQUAL(csum_fold(csum_add(start, buf + at, n)), plain(start, buf + at, n));
		CU_ASSERT_EQUAL(csum_fold(csum_add(csum_add(start, buf + at, n & ~1u & 0x7e), buf + at + (n & ~1u & 0x7e),
						   n - (n & ~1u & 0x7e))), plain(start, buf + at, n));
	}
	g_rand_free(rand);
}

/* In one pass or in parts: the same answer, for right sums, wrong ones, and those that are one carry beside it. */
static void verified_as_computed(void)
{
	GRand *rand = g_rand_new_with_seed(3);
	struct ip6_addr src, dst;
	uint8_t buf[300];
	unsigned right = 0;

	for (unsigned round = 0; round < 5000; round++) {
		uint32_t n = (uint32_t)g_rand_int_range(rand, 8, 280);
		uint16_t c;
		bool ok;

		for (size_t i = 0; i < sizeof buf; i++)
			buf[i] = (uint8_t)(round % 3 ? g_rand_int(rand) : 0xff);
		for (size_t i = 0; i < 16; i++) {
			src.o[i] = (uint8_t)(round % 5 ? g_rand_int(rand) : 0xff);
			dst.o[i] = (uint8_t)(round % 7 ? g_rand_int(rand) : 0);
		}
		buf[4] = buf[5] = 0;
		c = (uint16_t)(csum_fold(csum_add(csum_pseudo6(&src, &dst, n, 135), buf, n)) + (round % 4 == 1) - (round % 4 == 2));
		buf[4] = (uint8_t)(c >> 8);
		buf[5] = (uint8_t)c;
		ok = !csum_fold(csum_add(csum_pseudo6(&src, &dst, n, 135), buf, n));
		CU_ASSERT_EQUAL(csum_ok6(&src, &dst, 135, buf, n), ok);
		right += ok;
	}
	CU_ASSERT_TRUE(right >= 2500 && right < 3000);
	memset(buf, 0, sizeof buf);
	memset(&src, 0, 16);
	CU_ASSERT_FALSE(csum_ok6(&src, &src, 0, buf, 0));
	g_rand_free(rand);
}

static void updates_equal_a_new_sum(void)
{
	GRand *rand = g_rand_new_with_seed(2);
	uint8_t buf[20];

	for (unsigned round = 0; round < 5000; round++) {
		uint32_t old_value, new_value = round % 5 ? g_rand_int(rand) : round % 2 ? 0 : 0xffffffff;
		uint16_t before, after;

		for (size_t i = 0; i < sizeof buf; i++)
			buf[i] = (uint8_t)(round % 7 ? g_rand_int(rand) : 0);
		buf[19] |= 1;			/* never a sum of zero, for which both zeros stand */
		before = csum_fold(csum_add(0, buf, 20));
		old_value = (uint32_t)buf[4] << 24 | (uint32_t)buf[5] << 16 | (uint32_t)buf[6] << 8 | buf[7];
		after = csum_update32(before, old_value, new_value);
		for (int i = 0; i < 4; i++)
			buf[4 + i] = (uint8_t)(new_value >> (24 - 8 * i));
		CU_ASSERT_EQUAL(after, csum_fold(csum_add(0, buf, 20)));
		before = after;
		after = csum_update16(before, (uint16_t)(buf[8] << 8 | buf[9]), (uint16_t)old_value);
		buf[8] = (uint8_t)(old_value >> 8);
		buf[9] = (uint8_t)old_value;
		CU_ASSERT_EQUAL(after, csum_fold(csum_add(0, buf, 20)));
	}
	g_rand_free(rand);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "known values", known_values },
		{ "pseudo-header of IPv6", pseudo_header_of_ipv6 },
		{ "verified as computed", verified_as_computed },
		{ "pseudo-header of IPv4", pseudo_header_of_ipv4 },
		{ "any length and place", any_length_and_place },
		{ "an update equals a new sum", updates_equal_a_new_sum },
	};

	return harness_main("base_checksum", tests, G_N_ELEMENTS(tests), argc, argv);
}

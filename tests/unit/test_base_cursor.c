/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cursors: big-endian both ways, the fault sticks, nothing outside is touched. */
#include "base/cursor.h"
#include "tests/unit/harness.h"

static void what_is_written_reads_back(void)
{
	const struct ip6_addr a = { { 0x20, 1, 0xd, 0xb8, [15] = 9 } };
	const struct ip4_addr b = { { 192, 0, 2, 1 } };
	const struct mac_addr m = { { 2, 3, 4, 5, 6, 7 } };
	uint8_t buf[64];
	struct writer w = writer_on(buf, sizeof buf);
	struct ip6_addr a2;
	struct mac_addr m2;
	struct reader r;

	put8(&w, 0x12);
	put16(&w, 0x3456);
	put32(&w, 0x789abcde);
	put48(&w, UINT64_C(0x010203040506));
	put64(&w, UINT64_C(0x1122334455667788));
	put_ip6(&w, &a);
	put_ip4(&w, b);
	put_mac(&w, &m);
	put_zeros(&w, 3);
	put_octets(&w, (const uint8_t *)"xy", 2);
	CU_ASSERT_EQUAL(writer_len(&w), 1 + 2 + 4 + 6 + 8 + 16 + 4 + 6 + 3 + 2);
	CU_ASSERT_EQUAL(memcmp(buf, "\x12\x34\x56\x78\x9a\xbc\xde\1\2\3\4\5\6\x11\x22\x33\x44\x55\x66\x77\x88", 21), 0);
	r = reader_on(buf, writer_len(&w));
	CU_ASSERT_EQUAL(get8(&r), 0x12);
	CU_ASSERT_EQUAL(get16(&r), 0x3456);
	CU_ASSERT_EQUAL(get32(&r), 0x789abcde);
	CU_ASSERT_EQUAL(get48(&r), UINT64_C(0x010203040506));
	CU_ASSERT_EQUAL(get64(&r), UINT64_C(0x1122334455667788));
	a2 = get_ip6(&r);
	CU_ASSERT_TRUE(ip6_eq(&a, &a2) && ip4_eq(get_ip4(&r), b));
	m2 = get_mac(&r);
	CU_ASSERT_TRUE(mac_eq(&m, &m2));
	get_skip(&r, 3);
	CU_ASSERT_EQUAL(memcmp(get_octets(&r, 2), "xy", 2), 0);
	CU_ASSERT_TRUE(reader_ok(&r) && reader_left(&r) == 0);
}

static void the_first_fault_sticks(void)
{
	static const uint8_t octets[6] = { 1, 2, 3, 4, 5, 6 };
	struct reader r = reader_on(octets, 6);

	CU_ASSERT_EQUAL(get32(&r), 0x01020304);
	CU_ASSERT_EQUAL(get32(&r), 0);
	CU_ASSERT_FALSE(reader_ok(&r));
	CU_ASSERT_EQUAL(r.fault.offset, 4);
	CU_ASSERT_EQUAL(get8(&r), 0);		/* although an octet would be there */
	CU_ASSERT_EQUAL(reader_left(&r), 0);
	reader_fail_at(&r, octets + 1, "another");
	CU_ASSERT_STRING_EQUAL(r.fault.reason, "short");
	CU_ASSERT_EQUAL(r.fault.offset, 4);
	CU_ASSERT_PTR_NULL(get_octets(&r, 1));
	r = reader_on(NULL, 0);
	CU_ASSERT_TRUE(reader_ok(&r) && reader_left(&r) == 0);
	get_skip(&r, 0);
	CU_ASSERT_TRUE(reader_ok(&r));
	CU_ASSERT_EQUAL(get8(&r), 0);
	CU_ASSERT_FALSE(reader_ok(&r));
	r = reader_on(octets, 6);
	get_skip(&r, SIZE_MAX);
	CU_ASSERT_FALSE(reader_ok(&r));
}

static void sub_readers(void)
{
	static const uint8_t octets[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct reader r = reader_on(octets, 10), sub, deeper;

	get_skip(&r, 2);
	sub = get_sub(&r, 5);
	CU_ASSERT_EQUAL(reader_left(&r), 3);
	CU_ASSERT_EQUAL(reader_left(&sub), 5);
	get_skip(&sub, 1);
	deeper = get_sub(&sub, 2);
	CU_ASSERT_EQUAL(reader_offset(&deeper), 3);
	get_skip(&deeper, 1);
	CU_ASSERT_EQUAL(get16(&deeper), 0);
	CU_ASSERT_EQUAL(deeper.fault.offset, 4);	/* counted from the outermost buffer */
	CU_ASSERT_TRUE(reader_ok(&sub));
	reader_join(&sub, &deeper);
	reader_join(&r, &sub);
	CU_ASSERT_FALSE(reader_ok(&r));
	CU_ASSERT_EQUAL(r.fault.offset, 4);
	r = reader_on(octets, 10);
	sub = get_sub(&r, 11);
	CU_ASSERT_FALSE(reader_ok(&r) || reader_ok(&sub));
	CU_ASSERT_EQUAL(reader_left(&sub), 0);
	deeper = get_sub(&r, 0);
	CU_ASSERT_EQUAL(get8(&deeper), 0);
}

static void writers_never_overrun(void)
{
	for (size_t cap = 0; cap < 12; cap++) {
		uint8_t *buf = g_malloc(cap ? cap : 1);
		struct writer w = writer_on(buf, cap);

		put32(&w, 1);
		put48(&w, 2);
		put8(&w, 3);
		CU_ASSERT_EQUAL(writer_ok(&w), cap >= 11);
		CU_ASSERT_TRUE(writer_len(&w) <= cap);
		put_zeros(&w, 1);
		put_octets(&w, (const uint8_t *)"abcdefghijkl", 12);
		CU_ASSERT_FALSE(writer_ok(&w));
		g_free(buf);
	}
}

static void patches_stay_inside(void)
{
	uint8_t buf[8] = { 0 };
	struct writer w = writer_on(buf, sizeof buf);

	put_zeros(&w, 4);
	put8_at(&w, 3, 0xaa);
	put16_at(&w, 1, 0xbbcc);
	CU_ASSERT_EQUAL(memcmp(buf, "\0\xbb\xcc\xaa\0\0\0\0", 8), 0);
	CU_ASSERT_TRUE(writer_ok(&w));
	put16_at(&w, 3, 1);
	CU_ASSERT_FALSE(writer_ok(&w));
	w = writer_on(buf, sizeof buf);
	put8_at(&w, 0, 1);
	CU_ASSERT_FALSE(writer_ok(&w));
	w = writer_on(buf, sizeof buf);
	put8(&w, 1);
	put16_at(&w, 0, 1);
	CU_ASSERT_FALSE(writer_ok(&w));
	CU_ASSERT_EQUAL(buf[4], 0);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "what is written reads back", what_is_written_reads_back },
		{ "the first fault sticks", the_first_fault_sticks },
		{ "sub-readers", sub_readers },
		{ "writers never overrun", writers_never_overrun },
		{ "patches stay inside", patches_stay_inside },
	};

	return harness_main("base_cursor", tests, G_N_ELEMENTS(tests), argc, argv);
}

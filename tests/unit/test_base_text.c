/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded text writer: the C library's formatter is the reference for what both know. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/harness.h"

#define SAME(...) do { \
	char ours_[200], theirs_[200]; \
	struct text t_ = text_on(ours_, sizeof ours_); \
	text_add(&t_, __VA_ARGS__); \
	snprintf(theirs_, sizeof theirs_, __VA_ARGS__); \
	CU_ASSERT_STRING_EQUAL(ours_, theirs_); \
	CU_ASSERT_EQUAL(t_.len, strlen(theirs_)); \
	CU_ASSERT_FALSE(t_.cut); \
} while (0)

static void conversions_as_the_c_library_does(void)
{
	SAME("plain");
	SAME("%d %i %u", -5, 7, 4294967295u);
	SAME("%d %d", INT32_MIN, INT32_MAX);
	SAME("%lld %llu", (long long)INT64_MIN, (unsigned long long)UINT64_MAX);
	SAME("%" PRId64 " %" PRIu64 " %" PRIx64, INT64_MIN, UINT64_MAX, UINT64_C(0xfedcba9876543210));
	SAME("%zu %ld %lu", (size_t)12345, -9L, 9UL);
	SAME("%jd", (intmax_t)-3);
	SAME("%hhu %hu", (uint8_t)255, (uint16_t)65535);
	SAME("%x %X %02x %08x %8x|%-8x|", 0xabcu, 0xabcu, 5u, 0xbeefu, 0xbeefu, 0xbeefu);
	SAME("%5d|%-5d|%05d|%05d", 42, 42, 42, -42);
	SAME("%s|%10s|%-10s|%.2s|%.*s|%5.1s|", "abc", "abc", "abc", "abc", 1, "xyz", "qrs");
	SAME("%c%c %3c %%", 'a', 'b', 'c');
	SAME("%*d|%0*x", 6, 42, 4, 0xfu);
}

static void what_does_not_fit_is_cut(void)
{
	for (size_t cap = 1; cap < 16; cap++) {
		char *buf = g_malloc(cap);
		struct text t = text_on(buf, cap);

		text_add(&t, "%s-%u", "abc", 12345u);	/* 9 octets */
		CU_ASSERT_EQUAL(t.cut, cap < 10);
		CU_ASSERT_EQUAL(t.len, cap < 10 ? cap - 1 : 9);
		CU_ASSERT_EQUAL(strlen(buf), t.len);
		CU_ASSERT_EQUAL(strncmp(buf, "abc-12345", t.len), 0);
		text_str(&t, "more");
		text_hex(&t, (const uint8_t *)"xyzxyzxyzxyzxyzxyz", 18);
		CU_ASSERT_TRUE(t.cut && strlen(buf) == cap - 1);
		g_free(buf);
	}
}

static void octets_in_hex(void)
{
	char buf[20];
	struct text t = text_on(buf, sizeof buf);

	text_hex(&t, (const uint8_t *)"\x00\x0f\xf0\xff\x9a", 5);
	CU_ASSERT_STRING_EQUAL(buf, "000ff0ff9a");
	text_hex(&t, NULL, 0);
	CU_ASSERT_EQUAL(t.len, 10);
}

int main(int argc, char **argv)
{
	static const struct harness_test tests[] = {
		{ "conversions as the C library does", conversions_as_the_c_library_does },
		{ "what does not fit is cut", what_does_not_fit_is_cut },
		{ "octets in hex", octets_in_hex },
	};

	return harness_main("base_text", tests, G_N_ELEMENTS(tests), argc, argv);
}

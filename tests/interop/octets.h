/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octets out of hexadecimal text, and the subscriber that all these tests have: TS 35.208 set 1.
 */
#ifndef MOOR_TESTS_INTEROP_OCTETS_H
#define MOOR_TESTS_INTEROP_OCTETS_H

#include <glib.h>
#include <stdint.h>

#define TEST_K "465b5ce8b199b49faa5f0a2ee238a6bc"
#define TEST_OPC "cd63cb71954a9f4e48a5994e37a02baf"
#define TEST_IMSI "001010123456789"

/* Asserts that there are 2 * n hexadecimal digits. */
static inline void octets_of_hex(const char *hex, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		g_assert(g_ascii_isxdigit(hex[2 * i]) && g_ascii_isxdigit(hex[2 * i + 1]));
		out[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
	}
}

#endif

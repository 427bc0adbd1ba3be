/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: damaged messages
 *
 * The decoders' laws hold for any octets. The cheapest way to many near misses is to damage good messages
 * systematically; the fuzz targets go on from there. It implements no clause.
 */
#include "tests/unit/damage.h"

#include <glib.h>
#include <string.h>

void damage_copy(const uint8_t *p, size_t n, damage_fn *fn, void *data)
{
	uint8_t *victim = g_malloc(n ? n : 1);

	memcpy(victim, p, n);
	fn(n ? victim : victim + 1, n, data);	/* an empty victim has no octet that may be read */
	g_free(victim);
}

size_t damage_each(const uint8_t *p, size_t n, damage_fn *fn, void *data)
{
	uint8_t *whole = g_memdup2(p, n);
	size_t count = 0;

	for (size_t cut = 0; cut < n; cut++, count++)
		damage_copy(p, cut, fn, data);
	for (size_t bit = 0; bit < 8 * n; bit++, count++) {
		whole[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		damage_copy(whole, n, fn, data);
		whole[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	g_free(whole);
	return count;
}

uint8_t *octets_of(const char *hex, size_t *n)
{
	GByteArray *a = g_byte_array_new();

	while (*hex) {
		uint8_t v;

		if (g_ascii_isspace(*hex)) {
			hex++;
			continue;
		}
		g_assert(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
		v = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
		g_byte_array_append(a, &v, 1);
		hex += 2;
	}
	*n = a->len;
	if (!*n)			/* never NULL, which may not even be copied from */
		g_byte_array_set_size(a, 1);
	return g_byte_array_free(a, FALSE);
}

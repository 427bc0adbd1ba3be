/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An unchecked text cursor for the lines of result files: the caller has reserved room. printf costs several times as
 * much, and these lines are written by the million. Internal.
 */
#ifndef MOOR_TRACES_LINE_H
#define MOOR_TRACES_LINE_H

#include <stdint.h>
#include <string.h>

#include "base/addr.h"

struct line { uint8_t *p; };

#define LINE_NUMBER 20u			/* most characters of a number, its sign included */

static inline void line_raw(struct line *l, const char *s, size_t n)
{
	memcpy(l->p, s, n);
	l->p += n;
}

#define line_literal(l, s) line_raw(l, s, sizeof(s) - 1)

static inline void line_text(struct line *l, const char *s)
{
	line_raw(l, s, strlen(s));
}

static inline void line_char(struct line *l, char c)
{
	*l->p++ = (uint8_t)c;
}

static inline void line_number(struct line *l, uint64_t v)
{
	char digits[20];
	unsigned n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	line_raw(l, digits + n, sizeof(digits) - n);
}

static inline void line_signed(struct line *l, int64_t v)
{
	if (v < 0)
		line_char(l, '-');
	line_number(l, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

/* IPv4-mapped addresses as dotted quads. */
static inline void line_address(struct line *l, const struct ip6_addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char buf[ADDR_TEXT_MAX];
	struct ip4_addr v4;

	if (!memcmp(a->o, mapped, 12)) {
		memcpy(v4.o, a->o + 12, 4);
		ip4_text(v4, buf);
	} else {
		ip6_text(a, buf);
	}
	line_text(l, buf);
}

#endif

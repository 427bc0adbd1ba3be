/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded text writer for names and printed values. It never overruns: what does not fit is cut, `cut` says so,
 * and the text is always ended. Locale and machine have no influence on what is written.
 */
#ifndef MOOR_BASE_TEXT_H
#define MOOR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *buf;		/* the caller's */
	size_t cap;		/* octets of buf, > 0 */
	size_t len;		/* octets written, the end not counted */
	bool cut;
};

struct text text_on(char *buf, size_t cap);
/* integers and strings only: no %f */
void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_str(struct text *t, const char *s);
void text_hex(struct text *t, const uint8_t *p, size_t n);	/* lower case, no separators */

#endif

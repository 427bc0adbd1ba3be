/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: bounded text
 *
 * A small formatter of our own instead of the C library's: it knows integers, characters and strings, has no locale,
 * draws in no stdio, and what does not fit is cut with a flag instead of a return value that callers forget. The
 * conversions are d i u x X c s %, with the flags 0 and -, a width, a precision for strings, and the lengths hh h l
 * ll z j. Anything else is an assertion: formats are constants, so the first run finds it.
 */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

struct text text_on(char *buf, size_t cap)
{
	assert(cap > 0);
	buf[0] = '\0';
	return (struct text){ .buf = buf, .cap = cap };
}

static void add_octets(struct text *t, const char *s, size_t n)
{
	size_t room = t->cap - 1 - t->len;

	if (n > room) {
		n = room;
		t->cut = true;
	}
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

static void add_fill(struct text *t, char c, size_t n)
{
	while (n-- && !t->cut)
		add_octets(t, &c, 1);
}

void text_str(struct text *t, const char *s)
{
	add_octets(t, s, strlen(s));
}

void text_hex(struct text *t, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n && !t->cut; i++) {
		char two[2] = { digits[p[i] >> 4], digits[p[i] & 15] };

		add_octets(t, two, 2);
	}
}

struct spec {
	bool left, zero;
	size_t width;
	bool has_precision;
	size_t precision;
	enum { LEN_INT, LEN_LONG, LEN_LONG_LONG, LEN_SIZE, LEN_MAX } length;
	char conversion;
};

static size_t number(const char **f, va_list *ap)
{
	size_t v = 0;

	if (**f == '*') {
		int a = va_arg(*ap, int);

		(*f)++;
		return a > 0 ? (size_t)a : 0;
	}
	while (**f >= '0' && **f <= '9')
		v = v * 10 + (size_t)(*(*f)++ - '0');
	return v;
}

/* *f stands behind the percent sign; afterwards behind the conversion. */
static struct spec spec_read(const char **f, va_list *ap)
{
	struct spec s = { .length = LEN_INT };

	for (; **f == '-' || **f == '0'; (*f)++) {
		if (**f == '-')
			s.left = true;
		else
			s.zero = true;
	}
	s.width = number(f, ap);
	if (**f == '.') {
		(*f)++;
		s.has_precision = true;
		s.precision = number(f, ap);
	}
	while (**f == 'h')		/* hh and h arrive promoted to int */
		(*f)++;
	if (**f == 'z' || **f == 'j') {
		s.length = **f == 'z' ? LEN_SIZE : LEN_MAX;
		(*f)++;
	} else if (**f == 'l') {
		(*f)++;
		s.length = LEN_LONG;
		if (**f == 'l') {
			(*f)++;
			s.length = LEN_LONG_LONG;
		}
	}
	s.conversion = **f;
	if (**f)
		(*f)++;
	return s;
}

static uint64_t arg_unsigned(const struct spec *s, va_list *ap)
{
	switch (s->length) {
	case LEN_INT: return va_arg(*ap, unsigned);
	case LEN_LONG: return va_arg(*ap, unsigned long);
	case LEN_LONG_LONG: return va_arg(*ap, unsigned long long);
	case LEN_SIZE: return va_arg(*ap, size_t);
	case LEN_MAX: return va_arg(*ap, uintmax_t);
	}
	return 0;
}

static int64_t arg_signed(const struct spec *s, va_list *ap)
{
	switch (s->length) {
	case LEN_INT: return va_arg(*ap, int);
	case LEN_LONG: return va_arg(*ap, long);
	case LEN_LONG_LONG: return va_arg(*ap, long long);
	case LEN_SIZE: return (int64_t)va_arg(*ap, size_t);
	case LEN_MAX: return va_arg(*ap, intmax_t);
	}
	return 0;
}

static void add_padded(struct text *t, const struct spec *s, const char *sign, const char *body, size_t n)
{
	size_t len = n + strlen(sign), fill = s->width > len ? s->width - len : 0;

	if (!s->left && !s->zero)
		add_fill(t, ' ', fill);
	text_str(t, sign);
	if (!s->left && s->zero)
		add_fill(t, '0', fill);
	add_octets(t, body, n);
	if (s->left)
		add_fill(t, ' ', fill);
}

static void add_number(struct text *t, const struct spec *s, const char *sign, uint64_t v, unsigned radix)
{
	const char *digits = s->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24], *p = buf + sizeof buf;

	do {
		*--p = digits[v % radix];
		v /= radix;
	} while (v);
	add_padded(t, s, sign, p, (size_t)(buf + sizeof buf - p));
}

static void add_conversion(struct text *t, struct spec *s, va_list *ap)
{
	const char *str;
	int64_t v;
	char c;

	switch (s->conversion) {
	case 'd':
	case 'i':
		v = arg_signed(s, ap);
		add_number(t, s, v < 0 ? "-" : "", v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
		return;
	case 'u':
		add_number(t, s, "", arg_unsigned(s, ap), 10);
		return;
	case 'x':
	case 'X':
		add_number(t, s, "", arg_unsigned(s, ap), 16);
		return;
	case 'c':
		c = (char)va_arg(*ap, int);
		s->zero = false;
		add_padded(t, s, "", &c, 1);
		return;
	case 's':
		str = va_arg(*ap, const char *);
		s->zero = false;
		add_padded(t, s, "", str, s->has_precision ? strnlen(str, s->precision) : strlen(str));
		return;
	case '%':
		add_octets(t, "%", 1);
		return;
	}
	assert(!"a conversion text_add does not know");
}

void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	while (*fmt) {
		size_t plain = strcspn(fmt, "%");
		struct spec s;

		add_octets(t, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		fmt++;
		s = spec_read(&fmt, &ap);
		add_conversion(t, &s, &ap);
	}
	va_end(ap);
}

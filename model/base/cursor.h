/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octet cursors with a sticky fault. A reader that runs past its end, or that meets a length its format forbids,
 * remembers the first offset and reason; every later read answers zero and never touches memory outside. A decoder
 * therefore reads straight through and asks once at its end. Integers are big-endian on the wire.
 *
 * A writer that does not fit sets its fault likewise; because our own data must always fit, the encoders assert on
 * it.
 */
#ifndef MOOR_BASE_CURSOR_H
#define MOOR_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/addr.h"

/* Big-endian numbers at a place whose bounds were checked. */
static inline uint16_t load16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return big16(v);
}

static inline uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return big32(v);
}

static inline void store16(uint8_t *p, uint16_t v)
{
	v = big16(v);
	memcpy(p, &v, 2);
}

static inline void store32(uint8_t *p, uint32_t v)
{
	v = big32(v);
	memcpy(p, &v, 4);
}

struct fault {
	const char *reason;		/* a constant text, NULL: no fault */
	uint32_t offset;		/* from the start of the outermost buffer */
};

struct reader {
	const uint8_t *base;		/* start of the outermost buffer: offsets count from here */
	const uint8_t *p, *end;
	struct fault fault;		/* the first one */
};

static inline struct reader reader_on(const uint8_t *p, size_t n)
{
	if (!p)			/* no octets at all: NULL may not even be moved by zero */
		p = (const uint8_t *)"";
	return (struct reader){ .base = p, .p = p, .end = p + n };
}

/* At the current offset; the first fault stays. Nothing is left to read afterwards. */
void reader_fail(struct reader *r, const char *reason);
void reader_fail_at(struct reader *r, const uint8_t *where, const char *reason);
static inline bool reader_ok(const struct reader *r) { return !r->fault.reason; }
static inline size_t reader_left(const struct reader *r) { return (size_t)(r->end - r->p); }	/* 0 after a fault */
static inline uint32_t reader_offset(const struct reader *r) { return (uint32_t)(r->p - r->base); }

/* Passes over n octets; NULL, and the fault "short", when they are not there. */
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (n > (size_t)(r->end - p)) {
		reader_fail(r, "short");
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t get8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p ? *p : 0;
}

static inline uint16_t get16(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p ? load16(p) : 0;
}

static inline uint32_t get32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p ? load32(p) : 0;
}

uint64_t get48(struct reader *r);
uint64_t get64(struct reader *r);

static inline struct ip6_addr get_ip6(struct reader *r)
{
	const uint8_t *p = reader_take(r, 16);
	struct ip6_addr a = { { 0 } };

	if (p)
		memcpy(a.o, p, 16);
	return a;
}

static inline struct ip4_addr get_ip4(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);
	struct ip4_addr a = { { 0 } };

	if (p)
		memcpy(a.o, p, 4);
	return a;
}

struct mac_addr get_mac(struct reader *r);
/* Lends n octets of the buffer; NULL on a fault (n > 0). */
static inline const uint8_t *get_octets(struct reader *r, size_t n) { return reader_take(r, n); }
static inline void get_skip(struct reader *r, size_t n) { (void)reader_take(r, n); }
/*
 * A reader over the next n octets, which r passes over. Offsets stay those of the outermost buffer. When they are not
 * there, or r was faulty before, the sub-reader is faulty too and empty.
 */
struct reader get_sub(struct reader *r, size_t n);
/* Carries the sub-reader's fault over to r, when r has none yet. */
void reader_join(struct reader *r, const struct reader *sub);

struct writer {
	uint8_t *base, *p, *end;
	struct fault fault;
};

static inline struct writer writer_on(uint8_t *p, size_t cap)
{
	return (struct writer){ .base = p, .p = p, .end = p + cap };
}

void writer_fail(struct writer *w, const char *reason);		/* the first fault stays; nothing fits afterwards */
static inline size_t writer_len(const struct writer *w) { return (size_t)(w->p - w->base); }
static inline bool writer_ok(const struct writer *w) { return !w->fault.reason; }

/* Room for n octets, which the caller writes; NULL, and the fault "full", when they do not fit. */
static inline uint8_t *writer_take(struct writer *w, size_t n)
{
	uint8_t *p = w->p;

	if (n > (size_t)(w->end - p)) {
		writer_fail(w, "full");
		return NULL;
	}
	w->p += n;
	return p;
}

static inline void put8(struct writer *w, uint8_t v)
{
	uint8_t *p = writer_take(w, 1);

	if (p)
		*p = v;
}

static inline void put16(struct writer *w, uint16_t v)
{
	uint8_t *p = writer_take(w, 2);

	if (p)
		store16(p, v);
}

static inline void put32(struct writer *w, uint32_t v)
{
	uint8_t *p = writer_take(w, 4);

	if (p)
		store32(p, v);
}

void put48(struct writer *w, uint64_t v);
void put64(struct writer *w, uint64_t v);

static inline void put_octets(struct writer *w, const uint8_t *src, size_t n)
{
	uint8_t *p = writer_take(w, n);

	if (p && n)
		memcpy(p, src, n);
}

static inline void put_ip6(struct writer *w, const struct ip6_addr *a) { put_octets(w, a->o, 16); }
static inline void put_ip4(struct writer *w, struct ip4_addr a) { put_octets(w, a.o, 4); }
static inline void put_mac(struct writer *w, const struct mac_addr *a) { put_octets(w, a->o, 6); }
void put_zeros(struct writer *w, size_t n);
void put8_at(struct writer *w, size_t at, uint8_t v);			/* at < writer_len, else a fault */
void put16_at(struct writer *w, size_t at, uint16_t v);			/* at + 1 < writer_len, else a fault */

#endif

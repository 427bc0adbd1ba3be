/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octet cursors with a sticky fault. A reader that runs past its end, or that meets a length its format forbids,
 * remembers the first offset and reason; every later read answers zero and never touches memory outside. A decoder
 * therefore reads straight through and asks once at its end. Integers are big-endian on the wire.
 *
 * A writer that does not fit sets its fault likewise; because our own data must always fit, the encoders assert on it.
 */
#ifndef MOOR_BASE_CURSOR_H
#define MOOR_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct fault {
	const char *reason;		/* a constant text, NULL: no fault */
	uint32_t offset;		/* from the start of the outermost reader */
};

struct reader {
	const uint8_t *base;		/* start of the outermost buffer: offsets count from here */
	const uint8_t *p, *end;
	struct fault fault;		/* the first one */
};

struct reader reader_on(const uint8_t *p, size_t n);
void reader_fail(struct reader *r, const char *reason);			/* at the current offset; the first fault stays */
void reader_fail_at(struct reader *r, const uint8_t *where, const char *reason);
static inline size_t reader_left(const struct reader *r) { return r->fault.reason ? 0 : (size_t)(r->end - r->p); }
static inline uint32_t reader_offset(const struct reader *r) { return (uint32_t)(r->p - r->base); }
static inline bool reader_ok(const struct reader *r) { return !r->fault.reason; }

uint8_t get8(struct reader *r);
uint16_t get16(struct reader *r);
uint32_t get32(struct reader *r);
uint64_t get48(struct reader *r);
uint64_t get64(struct reader *r);
struct ip6_addr get_ip6(struct reader *r);
struct ip4_addr get_ip4(struct reader *r);
struct mac_addr get_mac(struct reader *r);
const uint8_t *get_octets(struct reader *r, size_t n);			/* lends n octets of the buffer; NULL on fault (n > 0) */
void get_skip(struct reader *r, size_t n);
/* A reader over the next n octets, which r passes over. Offsets stay those of the outermost buffer. On a fault in r
 * it is faulty too. */
struct reader get_sub(struct reader *r, size_t n);
/* Carries the sub-reader's fault over to r, when r has none yet. */
void reader_join(struct reader *r, const struct reader *sub);

struct writer {
	uint8_t *base, *p, *end;
	struct fault fault;
};

struct writer writer_on(uint8_t *p, size_t cap);
void writer_fail(struct writer *w, const char *reason);
static inline size_t writer_len(const struct writer *w) { return (size_t)(w->p - w->base); }
static inline bool writer_ok(const struct writer *w) { return !w->fault.reason; }

void put8(struct writer *w, uint8_t v);
void put16(struct writer *w, uint16_t v);
void put32(struct writer *w, uint32_t v);
void put48(struct writer *w, uint64_t v);
void put64(struct writer *w, uint64_t v);
void put_ip6(struct writer *w, const struct ip6_addr *a);
void put_ip4(struct writer *w, struct ip4_addr a);
void put_mac(struct writer *w, const struct mac_addr *a);
void put_octets(struct writer *w, const uint8_t *p, size_t n);
void put_zeros(struct writer *w, size_t n);
void put8_at(struct writer *w, size_t at, uint8_t v);			/* at < writer_len, else a fault */
void put16_at(struct writer *w, size_t at, uint16_t v);

#endif

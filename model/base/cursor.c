/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: octet cursors
 *
 * The part of the cursors that is not hot: faults, sub-readers, and the widths used seldom. The fault is sticky and
 * empties the cursor (end = p, or p = end), so that the single bound check of reader_take and writer_take also stops
 * everything that comes after a fault: no second test on the fast path, and no loop over a faulty reader can run on.
 */
#include "base/cursor.h"

void reader_fail_at(struct reader *r, const uint8_t *where, const char *reason)
{
	if (!r->fault.reason)
		r->fault = (struct fault){ reason, (uint32_t)(where - r->base) };
	r->p = r->end;
}

void reader_fail(struct reader *r, const char *reason)
{
	reader_fail_at(r, r->p, reason);
}

uint64_t get48(struct reader *r)
{
	const uint8_t *p = reader_take(r, 6);

	if (!p)
		return 0;
	return (uint64_t)p[0] << 40 | (uint64_t)p[1] << 32 | (uint64_t)p[2] << 24 | (uint64_t)p[3] << 16 |
	       (uint64_t)p[4] << 8 | p[5];
}

uint64_t get64(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);

	return p ? octets_u64(p) : 0;
}

struct mac_addr get_mac(struct reader *r)
{
	const uint8_t *p = reader_take(r, 6);
	struct mac_addr a = { { 0 } };

	if (p)
		memcpy(a.o, p, 6);
	return a;
}

struct reader get_sub(struct reader *r, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	if (!p)
		return (struct reader){ .base = r->base, .p = r->end, .end = r->end, .fault = r->fault };
	return (struct reader){ .base = r->base, .p = p, .end = p + n };
}

void reader_join(struct reader *r, const struct reader *sub)
{
	if (!sub->fault.reason)
		return;
	if (!r->fault.reason)
		r->fault = sub->fault;
	r->p = r->end;
}

void writer_fail(struct writer *w, const char *reason)
{
	if (!w->fault.reason)
		w->fault = (struct fault){ reason, (uint32_t)(w->p - w->base) };
	w->end = w->p;
}

void put48(struct writer *w, uint64_t v)
{
	put16(w, (uint16_t)(v >> 32));
	put32(w, (uint32_t)v);
}

void put64(struct writer *w, uint64_t v)
{
	uint8_t *p = writer_take(w, 8);

	if (p)
		u64_octets(p, v);
}

void put_zeros(struct writer *w, size_t n)
{
	uint8_t *p = writer_take(w, n);

	if (p && n)
		memset(p, 0, n);
}

void put8_at(struct writer *w, size_t at, uint8_t v)
{
	if (at >= writer_len(w))
		writer_fail(w, "patch");
	else
		w->base[at] = v;
}

void put16_at(struct writer *w, size_t at, uint16_t v)
{
	if (writer_len(w) < 2 || at > writer_len(w) - 2) {
		writer_fail(w, "patch");
		return;
	}
	store16(w->base + at, v);
}

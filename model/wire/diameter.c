/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Diameter messages as octets [RFC 6733 3, 4]
 *
 * Decoding walks the attribute-value pairs once and files them in one array, members of groups behind their group.
 * A pair that leaves its message ends the decoding; one that leaves its group leaves the group's octets unread with a
 * note, since everything behind it can still be found. Not here: accounting, credit control, fragments of any kind.
 */
#include "wire/diameter.h"

#include <assert.h>

#define VERSION 1u
#define FLAGS_RESERVED 0x0fu
#define FAMILY_IP4 1u
#define FAMILY_IP6 2u

static uint32_t load24(const uint8_t *p) { return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]; }
static size_t padded(size_t n) { return (n + 3) & ~(size_t)3; }

static const uint32_t vendors[] = { DIAM_IETF, DIAM_3GPP, DIAM_OWN };
#define VENDORS (sizeof vendors / sizeof vendors[0])

static uint32_t id_of(uint32_t code, uint32_t vendor)
{
	for (uint32_t i = 0; i < VENDORS; i++) {
		if (vendors[i] == vendor && code < DIAM_ID(1, 0) && diam_row(DIAM_ID(i, code)))
			return DIAM_ID(i, code);
	}
	return AVP_OTHER;
}

static uint32_t vendor_of(uint32_t id) { return vendors[id >> 24]; }
static uint32_t code_of(uint32_t id) { return id & 0xffffffu; }

size_t diam_length(const uint8_t *p, size_t n) { return n < 4 ? 0 : load24(p + 1); }

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

struct walk {
	struct diam_msg *m;
	const uint8_t *base;
	struct wire_diags *d;
};

/* Whether data of this many octets can be of the type. */
static bool size_fits(const struct diam_row *row, const struct diam_avp *a)
{
	switch ((enum diam_type)row->type) {
	case DIAM_T_OCTETS:
	case DIAM_T_TEXT:
	case DIAM_T_GROUP:
		return true;
	case DIAM_T_IDENTITY:
		return a->len > 0;
	case DIAM_T_U32:
	case DIAM_T_ENUM:
		return a->len == 4;
	case DIAM_T_U64:
		return a->len == 8;
	case DIAM_T_ADDRESS:
		return a->len >= 2 && a->len == (load16(a->data) == FAMILY_IP4 ? 6u : load16(a->data) == FAMILY_IP6 ? 18u :
						 a->len);
	case DIAM_T_PREFIX6:
		return a->len == 17 && a->data[0] <= 128;
	}
	return false;
}

static bool pair_header(struct walk *k, struct reader *r, struct diam_avp *a, unsigned depth)
{
	const uint8_t *head = get_octets(r, DIAM_AVP_HEADER);
	uint32_t size, own = DIAM_AVP_HEADER;

	if (!head)
		return false;
	*a = (struct diam_avp){ .code = load32(head), .flags = head[4], .at = (uint32_t)(head - k->base),
				.depth = (uint8_t)depth };
	size = load24(head + 5);
	if (a->flags & DIAM_AVP_VENDOR) {
		a->vendor = get32(r);
		own += 4;
	}
	if (!reader_ok(r))
		r->fault.offset = (uint32_t)(head - r->base);
	else if (size < own)
		reader_fail_at(r, head, "diam-avp-length");
	if (!reader_ok(r))
		return false;
	a->len = size - own;
	if (padded(a->len) > reader_left(r)) {
		reader_fail_at(r, head, "diam-avp-short");
		return false;
	}
	a->data = get_octets(r, a->len);
	a->id = id_of(a->code, a->vendor);
	return true;
}

static void padding(struct walk *k, struct reader *r, const struct diam_avp *a)
{
	size_t n = padded(a->len) - a->len;
	const uint8_t *p = get_octets(r, n);

	for (size_t i = 0; p && i < n; i++) {
		if (p[i])
			wire_note(k->d, "diam-padding", "RFC 6733 4", a->at, p[i]);
	}
}

static bool walk(struct walk *k, struct reader *r, unsigned depth);

/* Its members, or as octets when they cannot be read. */
static void group(struct walk *k, const struct diam_avp *a)
{
	struct reader r = reader_on(a->data, a->len);
	unsigned before = k->m->n;
	uint32_t notes = k->d ? k->d->n : 0;

	if (a->depth + 1u >= DIAM_DEPTH_MAX) {
		wire_note(k->d, "diam-deep", NULL, a->at, a->depth);
		return;
	}
	if (walk(k, &r, a->depth + 1u))
		return;
	k->m->n = before;
	if (k->d)
		k->d->n = notes;
	wire_note(k->d, "diam-group", "RFC 6733 4.4", a->at, a->code);
}

static bool walk(struct walk *k, struct reader *r, unsigned depth)
{
	struct diam_avp a;

	while (reader_left(r)) {
		const struct diam_row *row;

		if (k->m->n == DIAM_AVPS_MAX) {
			reader_fail(r, "diam-many");
			return false;
		}
		if (!pair_header(k, r, &a, depth))
			return false;
		padding(k, r, &a);
		k->m->avp[k->m->n++] = a;
		if (a.flags & DIAM_AVP_RESERVED)
			wire_note(k->d, "diam-avp-flags", "RFC 6733 4.1", a.at, a.flags);
		row = diam_row(a.id);
		if (row && !size_fits(row, &a))
			wire_note(k->d, "diam-avp-size", "RFC 6733 4.2", a.at, a.len);
		if (row && row->type == DIAM_T_GROUP)
			group(k, &a);
	}
	return true;
}

static void header_notes(const struct diam_msg *m, struct wire_diags *d)
{
	if (m->flags & FLAGS_RESERVED || (m->flags & DIAM_F_REQUEST && m->flags & DIAM_F_ERROR) ||
	    (!(m->flags & DIAM_F_REQUEST) && m->flags & DIAM_F_AGAIN))
		wire_note(d, "diam-flags", "RFC 6733 3", 4, m->flags);
}

static const char *header_fault(const uint8_t *p, size_t n)
{
	size_t len = diam_length(p, n);

	if (n < DIAM_HEADER)
		return "diam-short";
	if (p[0] != VERSION)
		return "diam-version";
	if (len < DIAM_HEADER || len % 4 || len > DIAM_MESSAGE_MAX)
		return "diam-length";
	return len > n ? "diam-short" : len < n ? "diam-length" : NULL;
}

bool diam_decode(const uint8_t *p, size_t n, struct diam_msg *out, struct fault *fault, struct wire_diags *d)
{
	struct walk k = { out, p, d };
	struct reader r;

	out->n = 0;
	*fault = (struct fault){ .reason = header_fault(p, n) };
	if (n < DIAM_HEADER)
		return false;
	r = reader_on(p, n);
	out->len = (uint32_t)n;
	get_skip(&r, 4);
	out->flags = get8(&r);
	out->command = load24(get_octets(&r, 3));
	out->app = get32(&r);
	out->hop = get32(&r);
	out->end = get32(&r);
	if (fault->reason)
		return false;
	header_notes(out, d);
	walk(&k, &r, 0);
	*fault = r.fault;
	if (fault->reason && !strcmp(fault->reason, "short"))
		fault->reason = "diam-avp-short";
	return !fault->reason;
}

/* ---- looking ----------------------------------------------------------------------------------------------------- */

static const struct diam_avp *after(const struct diam_msg *m, unsigned i, unsigned depth, uint32_t id)
{
	for (; i < m->n && m->avp[i].depth >= depth; i++) {
		if (m->avp[i].depth == depth && m->avp[i].id == id)
			return &m->avp[i];
	}
	return NULL;
}

const struct diam_avp *diam_find(const struct diam_msg *m, const struct diam_avp *group, uint32_t id)
{
	return group ? after(m, (unsigned)(group - m->avp) + 1, group->depth + 1u, id) : after(m, 0, 0, id);
}

const struct diam_avp *diam_next(const struct diam_msg *m, const struct diam_avp *a)
{
	return after(m, (unsigned)(a - m->avp) + 1, a->depth, a->id);
}

bool diam_u32(const struct diam_avp *a, uint32_t *out)
{
	if (!a || a->len != 4)
		return false;
	*out = load32(a->data);
	return true;
}

bool diam_u64(const struct diam_avp *a, uint64_t *out)
{
	if (!a || a->len != 8)
		return false;
	*out = (uint64_t)load32(a->data) << 32 | load32(a->data + 4);
	return true;
}

bool diam_address(const struct diam_avp *a, struct ip6_addr *out)
{
	struct ip4_addr v4;

	if (a && a->len == 18 && load16(a->data) == FAMILY_IP6) {
		memcpy(out->o, a->data + 2, 16);
		return true;
	}
	if (!a || a->len != 6 || load16(a->data) != FAMILY_IP4)
		return false;
	memcpy(v4.o, a->data + 2, 4);
	*out = ip6_mapped(v4);
	return true;
}

bool diam_prefix6(const struct diam_avp *a, struct ip6_prefix *out)
{
	if (!a || a->len != 17 || a->data[0] > 128)
		return false;
	out->len = a->data[0];
	memcpy(out->addr.o, a->data + 1, 16);
	return true;
}

bool diam_text(const struct diam_avp *a, char *out, size_t cap)
{
	if (!a || a->len >= cap || memchr(a->data, 0, a->len))
		return false;
	memcpy(out, a->data, a->len);
	out[a->len] = '\0';
	return true;
}

uint32_t diam_result(const struct diam_msg *m)
{
	const struct diam_avp *x = diam_find(m, NULL, AVP_EXPERIMENTAL_RESULT);
	uint32_t code = 0;

	if (!diam_u32(diam_find(m, NULL, AVP_RESULT_CODE), &code) && x)
		diam_u32(diam_find(m, x, AVP_EXPERIMENTAL_RESULT_CODE), &code);
	return code;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put24(struct writer *w, uint32_t v)
{
	put8(w, (uint8_t)(v >> 16));
	put16(w, (uint16_t)v);
}

static void length_at(struct diam_writer *w, size_t at, size_t len)
{
	put8_at(&w->w, at, (uint8_t)(len >> 16));
	put16_at(&w->w, at + 1, (uint16_t)len);
}

void diam_w_begin(struct diam_writer *w, uint8_t *buf, size_t cap, uint8_t flags, uint32_t command, uint32_t app,
		  uint32_t hop, uint32_t end)
{
	*w = (struct diam_writer){ .w = writer_on(buf, cap < DIAM_MESSAGE_MAX ? cap : DIAM_MESSAGE_MAX) };
	put8(&w->w, VERSION);
	put24(&w->w, 0);
	put8(&w->w, flags);
	put24(&w->w, command);
	put32(&w->w, app);
	put32(&w->w, hop);
	put32(&w->w, end);
}

static void header(struct diam_writer *w, uint32_t code, uint32_t vendor, uint8_t flags, size_t data)
{
	put32(&w->w, code);
	put8(&w->w, flags);
	put24(&w->w, (uint32_t)(data + (flags & DIAM_AVP_VENDOR ? 12 : 8)));
	if (flags & DIAM_AVP_VENDOR)
		put32(&w->w, vendor);
}

static void header_of(struct diam_writer *w, uint32_t id, size_t data)
{
	const struct diam_row *row = diam_row(id);

	assert(row);
	header(w, code_of(id), vendor_of(id),
	       (uint8_t)((vendor_of(id) ? DIAM_AVP_VENDOR : 0) | (row->must ? DIAM_AVP_MUST : 0)), data);
}

void diam_w_octets(struct diam_writer *w, uint32_t id, const void *data, size_t n)
{
	header_of(w, id, n);
	put_octets(&w->w, data, n);
	put_zeros(&w->w, padded(n) - n);
}

void diam_w_text(struct diam_writer *w, uint32_t id, const char *text) { diam_w_octets(w, id, text, strlen(text)); }

void diam_w_u32(struct diam_writer *w, uint32_t id, uint32_t v)
{
	header_of(w, id, 4);
	put32(&w->w, v);
}

void diam_w_u64(struct diam_writer *w, uint32_t id, uint64_t v)
{
	header_of(w, id, 8);
	put64(&w->w, v);
}

void diam_w_address(struct diam_writer *w, uint32_t id, const struct ip6_addr *a)
{
	bool v4 = ip6_is_mapped(a);

	header_of(w, id, v4 ? 6 : 18);
	put16(&w->w, v4 ? FAMILY_IP4 : FAMILY_IP6);
	put_octets(&w->w, v4 ? a->o + 12 : a->o, v4 ? 4 : 16);
	put_zeros(&w->w, 2);
}

void diam_w_prefix6(struct diam_writer *w, uint32_t id, const struct ip6_prefix *p)
{
	header_of(w, id, 17);
	put8(&w->w, p->len);
	put_ip6(&w->w, &p->addr);
	put_zeros(&w->w, 3);
}

void diam_w_open(struct diam_writer *w, uint32_t id)
{
	assert(w->depth < DIAM_DEPTH_MAX);
	w->group[w->depth++] = writer_len(&w->w);
	header_of(w, id, 0);
}

void diam_w_close(struct diam_writer *w)
{
	size_t at;

	assert(w->depth);
	at = w->group[--w->depth];
	length_at(w, at + 5, writer_len(&w->w) - at);
}

static size_t shortest(const struct diam_row *row)
{
	switch ((enum diam_type)row->type) {
	case DIAM_T_OCTETS:
	case DIAM_T_TEXT:
	case DIAM_T_GROUP:
	case DIAM_T_IDENTITY:
		return 0;
	case DIAM_T_U32:
	case DIAM_T_ENUM:
		return 4;
	case DIAM_T_U64:
		return 8;
	case DIAM_T_ADDRESS:
		return 6;
	case DIAM_T_PREFIX6:
		return 17;
	}
	return 0;
}

void diam_w_header(struct diam_writer *w, const uint8_t *p, size_t n)
{
	uint8_t head[DIAM_AVP_HEADER + 4] = { 0 };
	const struct diam_row *row;
	uint32_t code, vendor;
	size_t data;

	memcpy(head, p, n < sizeof head ? n : sizeof head);
	code = load32(head);
	vendor = head[4] & DIAM_AVP_VENDOR ? load32(head + DIAM_AVP_HEADER) : 0;
	row = diam_row(id_of(code, vendor));
	data = row ? shortest(row) : 0;
	header(w, code, vendor, head[4], data);
	put_zeros(&w->w, padded(data));
}

void diam_w_again(struct diam_writer *w, const struct diam_avp *a)
{
	header(w, a->code, a->vendor, a->flags, a->len);
	put_octets(&w->w, a->data, a->len);
	put_zeros(&w->w, padded(a->len) - a->len);
}

size_t diam_w_end(struct diam_writer *w)
{
	assert(!w->depth);
	length_at(w, 1, writer_len(&w->w));
	return writer_ok(&w->w) ? writer_len(&w->w) : 0;
}

size_t diam_encode(const struct diam_msg *m, uint8_t *buf, size_t cap)
{
	struct diam_writer w;

	diam_w_begin(&w, buf, cap, m->flags, m->command, m->app, m->hop, m->end);
	for (unsigned i = 0; i < m->n; i++) {
		if (!m->avp[i].depth)
			diam_w_again(&w, &m->avp[i]);
	}
	return diam_w_end(&w);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP and EAP-AKA, reading
 *
 * [RFC 3748 4, RFC 4187 8 to 10] The packet's header, its type, and for EAP-AKA the attributes, each by the shape its
 * row says. Every attribute has a length of at least one unit of 4 octets, so the walk always moves on. What the
 * message must hold is checked apart (eap_check.c); what it means is model/proto's matter. Not read: expanded types
 * [RFC 3748 5.7] and methods other than AKA, whose data are lent as octets.
 */
#include "wire/eap.h"

#include "wire/eap_rows.h"

#define CLAUSE_ATTR "RFC 4187 8.1"
#define CRITICAL_BELOW 128u

struct walk {
	struct eap_attrs *out;
	struct wire_diags *d;
	const uint8_t *start;		/* attributes' places count from here */
	uint64_t seen[4];		/* a bit for each type */
};

const struct eap_attr *eap_attr_find(const struct eap_attrs *as, uint8_t type)
{
	for (unsigned i = 0; i < as->n; i++) {
		if (as->a[i].type == type)
			return &as->a[i];
	}
	return NULL;
}

static bool all_zeros(const uint8_t *p, size_t n)
{
	while (n && !*p)
		p++, n--;
	return !n;
}

/* Names and RES: so many octets, then zeros up to the next unit. */
static bool counted_in(struct walk *w, struct reader *v, struct eap_attr *a, size_t octets)
{
	if (octets > reader_left(v))
		return false;
	a->len = (uint16_t)octets;
	a->octets = get_octets(v, octets);
	if (reader_left(v) > 3 || !all_zeros(v->p, reader_left(v)))
		wire_note(w->d, "eap-aka-pad-octets", CLAUSE_ATTR, a->at, (uint32_t)reader_left(v));
	return true;
}

/* [RFC 4187 10.8] */
static bool res_in(struct walk *w, struct reader *v, struct eap_attr *a)
{
	if (a->value < 32 || a->value > 128)
		wire_note(w->d, "eap-aka-res-bits", "RFC 4187 10.8", a->at, a->value);
	return counted_in(w, v, a, ((size_t)a->value + 7) / 8);
}

/* [RFC 4187 10.12] */
static bool padding_in(struct walk *w, struct reader *v, struct eap_attr *a, size_t behind)
{
	size_t n = reader_left(v);

	a->len = (uint16_t)n;
	a->octets = v->p;
	a->value = 0;
	if (all_zeros(v->p, n) && n <= 10 && !behind)
		return true;
	w->out->bad_padding = true;
	wire_note(w->d, "eap-aka-padding", "RFC 4187 10.12", a->at, (uint32_t)n);
	return true;
}

/* The 16 bits behind the length, then so many octets exactly. */
static bool reserved_in(struct walk *w, struct reader *v, struct eap_attr *a, size_t octets)
{
	if (a->value)
		wire_note(w->d, "eap-aka-reserved", CLAUSE_ATTR, a->at, a->value);
	a->value = 0;
	a->len = (uint16_t)octets;
	a->octets = v->p;
	return reader_left(v) == octets;
}

/* v: what is behind type and length, at least 2 octets. behind: octets of the message after this attribute. */
static bool value_in(struct walk *w, const struct eap_row *row, struct reader *v, struct eap_attr *a, size_t behind)
{
	size_t n = reader_left(v);

	if (row->shape == EAP_S_PADDING)
		return padding_in(w, v, a, behind);
	if (row->shape == EAP_S_AUTS) {
		a->octets = v->p;
		a->len = (uint16_t)n;
		return n == 14;
	}
	a->value = get16(v);
	n -= 2;
	switch (row->shape) {
	case EAP_S_BLOCK:
		return reserved_in(w, v, a, 16);
	case EAP_S_RES:
		return res_in(w, v, a);
	case EAP_S_NAME:
		return counted_in(w, v, a, a->value);
	case EAP_S_FLAG:
		return reserved_in(w, v, a, 0);
	case EAP_S_NUMBER:
		return !n;
	case EAP_S_CIPHER:
		return n && n % 16 == 0 && reserved_in(w, v, a, n);
	case EAP_S_CHECK:
		return (!n || n == EAP_CHECKCODE_OCTETS) && reserved_in(w, v, a, n);
	case EAP_S_AUTS:
	case EAP_S_PADDING:
		break;
	}
	return true;
}

static void unknown_in(struct walk *w, struct reader *v, struct eap_attr *a)
{
	bool critical = a->type < CRITICAL_BELOW;	/* [RFC 4187 8.1] */

	a->octets = v->p;
	a->len = (uint16_t)reader_left(v);
	w->out->critical |= critical;
	wire_note(w->d, critical ? "eap-aka-attr-critical" : "eap-aka-attr-unknown", CLAUSE_ATTR, a->at, a->type);
}

static bool attr_in(struct reader *r, struct walk *w)
{
	const uint8_t *start = r->p;
	struct eap_attr a = { .type = get8(r), .at = (uint16_t)(start - w->start) };
	size_t octets = (size_t)get8(r) * 4;
	const struct eap_row *row = eap_row(a.type);
	struct reader v;

	if (octets < 4 || octets - 2 > reader_left(r)) {
		r->fault = (struct fault){ 0 };
		reader_fail_at(r, start, "eap-aka-attr-length");
		return false;
	}
	v = get_sub(r, octets - 2);
	if (!row) {
		unknown_in(w, &v, &a);
	} else if (!value_in(w, row, &v, &a, reader_left(r))) {
		reader_fail_at(r, start, "eap-aka-attr-length");
		return false;
	}
	if (row && (w->seen[a.type >> 6] >> (a.type & 63) & 1)) {
		w->out->repeated = true;
		wire_note(w->d, "eap-aka-attr-repeated", CLAUSE_ATTR, a.at, a.type);
	}
	w->seen[a.type >> 6] |= UINT64_C(1) << (a.type & 63);
	if (w->out->n == EAP_AKA_ATTRS_MAX) {
		reader_fail_at(r, start, "eap-aka-attrs-many");
		return false;
	}
	w->out->a[w->out->n++] = a;
	return true;
}

static bool attrs_in(struct reader *r, struct eap_attrs *out, struct wire_diags *d, const uint8_t *start)
{
	struct walk w = { .out = out, .d = d, .start = start };

	out->n = 0;
	out->critical = out->repeated = out->bad_padding = false;
	while (reader_left(r)) {
		if (!attr_in(r, &w))
			return false;
	}
	return reader_ok(r);
}

bool eap_attrs_decode(struct reader *r, struct eap_attrs *out, struct wire_diags *d)
{
	return attrs_in(r, out, d, r->p);
}

/* [RFC 4187 8.1] r: behind the type octet, to the packet's end. */
static bool aka_in(struct reader *r, struct eap_packet *p, struct wire_diags *d, const uint8_t *start)
{
	const struct eap_attr *mac;

	if (reader_left(r) < 3) {
		reader_fail_at(r, start, "eap-aka-short");
		return false;
	}
	p->subtype = get8(r);
	if (get16(r))
		wire_note(d, "eap-aka-reserved", CLAUSE_ATTR, (uint32_t)(r->p - 2 - start), 0);
	if (!attrs_in(r, &p->attrs, d, start))
		return false;
	mac = eap_attr_find(&p->attrs, AT_MAC);
	p->mac_at = mac ? (uint16_t)(mac->octets - start) : 0;
	if (eap_column(p->code, p->subtype) < 0)
		wire_note(d, "eap-aka-subtype", "RFC 4187 11", 5, p->subtype);
	else if (d)
		eap_aka_check(p, d);
	return true;
}

/* Code, identifier and length [RFC 3748 4]; afterwards body is what the Length covers. */
static bool header_in(struct reader *r, struct eap_packet *p, struct reader *body, struct wire_diags *d)
{
	const uint8_t *start = r->p;
	size_t all = reader_left(r), least;

	if (all < EAP_HEADER) {
		reader_fail(r, "eap-short");
		return false;
	}
	p->code = get8(r);
	p->id = get8(r);
	p->len = get16(r);
	if (p->code < EAP_REQUEST || p->code > EAP_FAILURE) {
		reader_fail_at(r, start, "eap-code");
		return false;
	}
	least = p->code <= EAP_RESPONSE ? EAP_HEADER + 1 : EAP_HEADER;
	if (p->len < EAP_HEADER || p->len > all || p->len < least) {
		reader_fail_at(r, start + 2, p->len == EAP_HEADER ? "eap-short" : "eap-length");
		return false;
	}
	*body = get_sub(r, p->len - EAP_HEADER);
	if (p->len < all)
		wire_note(d, "eap-trailing", "RFC 3748 4", p->len, (uint32_t)(all - p->len));
	r->p = r->end;
	return true;
}

bool eap_decode(struct reader *r, struct eap_packet *out, struct wire_diags *d)
{
	const uint8_t *start = r->p;
	struct reader body;

	out->type = out->subtype = 0;
	out->mac_at = out->type_data_len = 0;
	out->attrs.n = 0;
	out->attrs.critical = out->attrs.repeated = out->attrs.bad_padding = false;
	if (!header_in(r, out, &body, d))
		return false;
	if (out->code <= EAP_RESPONSE)
		out->type = get8(&body);
	else if (reader_left(&body))	/* Success and Failure have no data [RFC 3748 4.2] */
		wire_note(d, "eap-trailing", "RFC 3748 4.2", EAP_HEADER, (uint32_t)reader_left(&body));
	out->type_data = body.p;
	out->type_data_len = (uint16_t)reader_left(&body);
	if (out->type == EAP_AKA && !aka_in(&body, out, d, start))
		reader_join(r, &body);
	return reader_ok(r);
}

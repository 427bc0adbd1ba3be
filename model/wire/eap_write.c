/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP and EAP-AKA, writing
 *
 * [RFC 3748 4, RFC 4187 8.1] Attributes in the order of the calls, each by the shape of its row: reserved octets and
 * padding are zeros. What does not fit its shape sets the writer's fault, and the end then gives no octets: our own
 * messages are checked by whoever writes them.
 */
#include "wire/eap.h"

#include "wire/eap_rows.h"

#define ATTR_OCTETS_MAX (255u * 4u)

void eap_write_aka(struct eap_writer *w, uint8_t *buf, size_t cap, uint8_t code, uint8_t id, uint8_t subtype)
{
	w->w = writer_on(buf, cap);
	w->mac_at = 0;
	w->packet = true;
	put8(&w->w, code);
	put8(&w->w, id);
	put16(&w->w, 0);
	put8(&w->w, EAP_AKA);
	put8(&w->w, subtype);
	put16(&w->w, 0);
}

void eap_write_attrs(struct eap_writer *w, uint8_t *buf, size_t cap)
{
	w->w = writer_on(buf, cap);
	w->mac_at = 0;
	w->packet = false;
}

/* Type and length of an attribute with so many octets behind these. */
static void head_out(struct eap_writer *w, uint8_t type, size_t value)
{
	size_t all = (2 + value + 3) / 4 * 4;

	if (all > ATTR_OCTETS_MAX) {
		writer_fail(&w->w, "eap-aka-attr-length");
		return;
	}
	put8(&w->w, type);
	put8(&w->w, (uint8_t)(all / 4));
}

/* 16 bits, the octets, zeros up to the next unit. */
static void tail_out(struct eap_writer *w, uint8_t type, uint16_t number, const uint8_t *octets, size_t n)
{
	head_out(w, type, 2 + n);
	put16(&w->w, number);
	put_octets(&w->w, octets, n);
	put_zeros(&w->w, (4 - n % 4) % 4);
}

static bool fits(const struct eap_row *row, size_t n)
{
	switch (row->shape) {
	case EAP_S_BLOCK:
		return n == 16;
	case EAP_S_AUTS:
		return n == 14;
	case EAP_S_RES:
		return n <= 16;
	case EAP_S_NAME:
		return n <= ATTR_OCTETS_MAX - 4;
	case EAP_S_FLAG:
	case EAP_S_NUMBER:
		return false;
	case EAP_S_CIPHER:
		return n && n % 16 == 0;
	case EAP_S_CHECK:
		return !n || n == EAP_CHECKCODE_OCTETS;
	case EAP_S_PADDING:
		return n % 4 == 2;
	}
	return false;
}

static void octets_out(struct eap_writer *w, const struct eap_row *row, uint16_t number, const uint8_t *octets,
		       size_t n)
{
	if (!fits(row, n)) {
		writer_fail(&w->w, "eap-aka-attr-length");
		return;
	}
	if (row->type == AT_MAC && !w->mac_at)
		w->mac_at = (uint16_t)(writer_len(&w->w) + 4);
	if (row->shape == EAP_S_AUTS || row->shape == EAP_S_PADDING) {
		head_out(w, row->type, n);
		put_octets(&w->w, octets, n);
		return;
	}
	tail_out(w, row->type, number, octets, n);
}

void eap_write_octets(struct eap_writer *w, uint8_t type, const uint8_t *octets, size_t n)
{
	const struct eap_row *row = eap_row(type);
	uint16_t number = 0;

	if (!row) {
		writer_fail(&w->w, "eap-aka-attr-unknown");
		return;
	}
	if (row->shape == EAP_S_RES)
		number = (uint16_t)(n * 8);
	if (row->shape == EAP_S_NAME)
		number = (uint16_t)n;
	octets_out(w, row, number, octets, n);
}

void eap_write_number(struct eap_writer *w, uint8_t type, uint16_t value)
{
	tail_out(w, type, value, NULL, 0);
}

void eap_write_mac(struct eap_writer *w)
{
	static const uint8_t zeros[EAP_MAC_OCTETS];

	eap_write_octets(w, AT_MAC, zeros, sizeof zeros);
}

void eap_write_attr(struct eap_writer *w, const struct eap_attr *a)
{
	const struct eap_row *row = eap_row(a->type);
	bool bits;

	if (!row) {
		if (a->len % 4 != 2)
			writer_fail(&w->w, "eap-aka-attr-length");
		head_out(w, a->type, a->len);
		put_octets(&w->w, a->octets, a->len);
		return;
	}
	if (row->shape == EAP_S_FLAG || row->shape == EAP_S_NUMBER) {
		eap_write_number(w, a->type, row->shape == EAP_S_FLAG ? 0 : a->value);
		return;
	}
	if (a->type == AT_MAC && !a->octets) {
		eap_write_mac(w);
		return;
	}
	bits = row->shape == EAP_S_RES && a->value && ((size_t)a->value + 7) / 8 == a->len;
	if (bits)
		octets_out(w, row, a->value, a->octets, a->len);
	else
		eap_write_octets(w, a->type, a->octets, a->len);
}

/* [RFC 4187 10.12] */
void eap_write_padding(struct eap_writer *w)
{
	size_t over = writer_len(&w->w) % 16;

	if (!over)
		return;
	head_out(w, AT_PADDING, 16 - over - 2);
	put_zeros(&w->w, 16 - over - 2);
}

size_t eap_write_end(struct eap_writer *w)
{
	size_t n = writer_len(&w->w);

	if (!writer_ok(&w->w) || n > UINT16_MAX)
		return 0;
	if (w->packet)
		put16_at(&w->w, 2, (uint16_t)n);
	return n;
}

size_t eap_encode_result(uint8_t code, uint8_t id, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);

	put8(&w, code);
	put8(&w, id);
	put16(&w, EAP_HEADER);
	return writer_ok(&w) ? writer_len(&w) : 0;
}

size_t eap_encode_plain(uint8_t code, uint8_t id, uint8_t type, const uint8_t *data, size_t n, uint8_t *buf,
			size_t cap)
{
	struct writer w = writer_on(buf, cap);

	if (n > UINT16_MAX - EAP_HEADER - 1)
		return 0;
	put8(&w, code);
	put8(&w, id);
	put16(&w, (uint16_t)(EAP_HEADER + 1 + n));
	put8(&w, type);
	put_octets(&w, data, n);
	return writer_ok(&w) ? writer_len(&w) : 0;
}

size_t eap_encode(const struct eap_packet *p, uint8_t *buf, size_t cap)
{
	struct eap_writer w;

	if (p->code == EAP_SUCCESS || p->code == EAP_FAILURE)
		return eap_encode_result(p->code, p->id, buf, cap);
	if (p->type != EAP_AKA)
		return eap_encode_plain(p->code, p->id, p->type, p->type_data, p->type_data_len, buf, cap);
	eap_write_aka(&w, buf, cap, p->code, p->id, p->subtype);
	for (unsigned i = 0; i < p->attrs.n; i++)
		eap_write_attr(&w, &p->attrs.a[i]);
	return eap_write_end(&w);
}

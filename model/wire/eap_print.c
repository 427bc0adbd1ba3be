/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: EAP and EAP-AKA, for people
 *
 * The layer "eap" with the header's fields; a layer per attribute with its value. Octets that could not be read are
 * noted with the fault; what is encrypted stays octets here and is shown by eap_attrs_print to whoever has the key.
 */
#include "wire/eap.h"

#include "wire/eap_rows.h"
#include "wire/show.h"

static void number_show(const struct show *s, const struct eap_attr *a, const uint8_t *at)
{
	if (a->type == AT_NOTIFICATION)
		show_named(s, "code", a->value, eap_notification_name(a->value), at + 2, 2);
	else if (a->type == AT_CLIENT_ERROR_CODE)
		show_named(s, "code", a->value, a->value ? NULL : "unable to process packet", at + 2, 2);
	else
		show_num(s, "counter", a->value, at + 2, 2);
}

static void value_show(const struct show *s, const struct eap_row *row, const struct eap_attr *a, const uint8_t *at)
{
	switch (row->shape) {
	case EAP_S_BLOCK:
	case EAP_S_AUTS:
	case EAP_S_CIPHER:
	case EAP_S_CHECK:
	case EAP_S_PADDING:
		show_octets(s, "value", a->octets, a->len);
		return;
	case EAP_S_RES:
		show_num(s, "bits", a->value, at + 2, 2);
		show_octets(s, "value", a->octets, a->len);
		return;
	case EAP_S_NAME:
		show_string(s, "value", a->octets, a->len);
		return;
	case EAP_S_NUMBER:
		number_show(s, a, at);
		return;
	case EAP_S_FLAG:
		return;
	}
}

/* start: where the attributes' places count from. */
static void attrs_show(const struct show *s, const struct eap_attrs *as, const uint8_t *start)
{
	for (unsigned i = 0; i < as->n; i++) {
		const struct eap_attr *a = &as->a[i];
		const struct eap_row *row = eap_row(a->type);
		const uint8_t *at = start + a->at;

		show_open(s, row ? row->layer : "at-unknown", row ? row->name : NULL, at, (size_t)at[1] * 4);
		if (row) {
			value_show(s, row, a, at);
		} else {
			show_num(s, "type", a->type, at, 1);
			show_octets(s, "octets", a->octets, a->len);
		}
		show_close(s);
	}
}

static void data_show(const struct show *s, const struct eap_packet *m)
{
	if (m->type == EAP_IDENTITY || m->type == EAP_NOTIFICATION)
		show_string(s, m->type == EAP_IDENTITY ? "identity" : "message", m->type_data, m->type_data_len);
	else if (m->type == EAP_NAK && m->type_data_len == 1)
		show_named(s, "wanted", m->type_data[0], eap_type_name(m->type_data[0]), m->type_data, 1);
	else
		show_octets(s, "data", m->type_data, m->type_data_len);
}

void eap_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct eap_packet m = { 0 };
	bool good = eap_decode(&r, &m, &d);

	show_open(&s, "eap", good ? eap_message_name(m.code, m.type, m.subtype) : NULL, p, n);
	if (n >= EAP_HEADER) {
		show_named(&s, "code", p[0], eap_code_name(p[0]), p, 1);
		show_num(&s, "identifier", p[1], p + 1, 1);
		show_unit(&s, "length", load16(p + 2), "octets", p + 2, 2);
	}
	if (m.type)
		show_named(&s, "type", m.type, eap_type_name(m.type), p + 4, 1);
	if (m.type == EAP_AKA) {
		if (m.type_data_len >= 3)
			show_named(&s, "subtype", p[5], eap_aka_subtype_name(p[5]), p + 5, 1);
		attrs_show(&s, &m.attrs, p);
	} else if (m.type) {
		data_show(&s, &m);
	}
	show_diags(&s, &d, p);
	if (!good)
		show_note(&s, r.fault.reason, NULL, p + r.fault.offset);
	show_close(&s);
}

void eap_attrs_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct eap_attrs as;
	bool good = eap_attrs_decode(&r, &as, &d);

	show_open(&s, "eap-aka-encrypted", NULL, p, n);
	attrs_show(&s, &as, p);
	show_diags(&s, &d, p);
	if (!good)
		show_note(&s, r.fault.reason, NULL, p + r.fault.offset);
	show_close(&s);
}

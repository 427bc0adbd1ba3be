/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: Diameter, for people
 *
 * The layer "diameter" with the header's fields, a layer for each attribute-value pair that is named as the pair is in
 * lower case, groups with their members inside. Pairs that are not known show code, vendor and octets.
 */
#include "base/text.h"
#include "wire/diameter.h"
#include "wire/show.h"

#define NAME_MAX_OCTETS 48u

static const struct show_flag flags[] = {
	{ DIAM_F_REQUEST, "R" }, { DIAM_F_PROXIABLE, "P" }, { DIAM_F_ERROR, "E" }, { DIAM_F_AGAIN, "T" }, { 0, NULL }
};
static const struct show_flag avp_flags[] = {
	{ DIAM_AVP_VENDOR, "V" }, { DIAM_AVP_MUST, "M" }, { DIAM_AVP_PROTECTED, "P" }, { 0, NULL }
};

static void lower(const char *from, char out[NAME_MAX_OCTETS])
{
	size_t i = 0;

	for (; from[i] && i + 1 < NAME_MAX_OCTETS; i++)
		out[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] - 'A' + 'a') : from[i];
	out[i] = '\0';
}

static void address_show(const struct show *s, const struct diam_avp *a)
{
	struct ip6_addr x;

	if (!diam_address(a, &x))
		show_octets(s, "value", a->data, a->len);
	else if (ip6_is_mapped(&x))
		show_ip4(s, "value", a->data + 2);
	else
		show_ip6(s, "value", a->data + 2);
}

static void number_show(const struct show *s, const struct diam_avp *a)
{
	uint32_t v = 0;

	if (!diam_u32(a, &v))
		show_octets(s, "value", a->data, a->len);
	else if (a->id == AVP_RESULT_CODE || a->id == AVP_EXPERIMENTAL_RESULT_CODE)
		show_named(s, "value", v, diam_result_name(v), a->data, 4);
	else
		show_num(s, "value", v, a->data, 4);
}

static void prefix_show(const struct show *s, const struct diam_avp *a)
{
	char buf[ADDR_TEXT_MAX + 4];
	struct text t = text_on(buf, sizeof buf);
	char addr[ADDR_TEXT_MAX];
	struct ip6_prefix p;

	if (!diam_prefix6(a, &p)) {
		show_octets(s, "value", a->data, a->len);
		return;
	}
	text_add(&t, "%s/%u", ip6_text(&p.addr, addr), p.len);
	show_text(s, "value", buf, a->data, a->len);
}

static void value_show(const struct show *s, const struct diam_row *row, const struct diam_avp *a, bool members)
{
	uint64_t v = 0;

	switch ((enum diam_type)row->type) {
	case DIAM_T_OCTETS:
		show_octets(s, "value", a->data, a->len);
		return;
	case DIAM_T_TEXT:
	case DIAM_T_IDENTITY:
		show_string(s, "value", a->data, a->len);
		return;
	case DIAM_T_U32:
	case DIAM_T_ENUM:
		number_show(s, a);
		return;
	case DIAM_T_U64:
		if (diam_u64(a, &v))
			show_num(s, "value", v, a->data, 8);
		else
			show_octets(s, "value", a->data, a->len);
		return;
	case DIAM_T_ADDRESS:
		address_show(s, a);
		return;
	case DIAM_T_PREFIX6:
		prefix_show(s, a);
		return;
	case DIAM_T_GROUP:
		if (!members && a->len)
			show_octets(s, "value", a->data, a->len);
		return;
	}
}

static void pair_show(const struct show *s, const struct diam_msg *m, unsigned i)
{
	const struct diam_avp *a = &m->avp[i];
	const struct diam_row *row = diam_row(a->id);
	char name[NAME_MAX_OCTETS] = "avp";
	const uint8_t *at = s->base + a->at;

	if (row)
		lower(row->name, name);
	show_open(s, name, row ? row->name : NULL, at, (size_t)(a->data - at) + a->len);
	show_flags(s, "flags", a->flags, avp_flags, at + 4, 1);
	if (row) {
		value_show(s, row, a, i + 1 < m->n && m->avp[i + 1].depth > a->depth);
	} else {
		show_num(s, "code", a->code, at, 4);
		show_num(s, "vendor", a->vendor, at, 4);
		show_octets(s, "octets", a->data, a->len);
	}
}

static void pairs_show(const struct show *s, const struct diam_msg *m)
{
	unsigned open = 0;

	for (unsigned i = 0; i < m->n; i++) {
		for (; open > m->avp[i].depth; open--)
			show_close(s);
		pair_show(s, m, i);
		open++;
	}
	for (; open; open--)
		show_close(s);
}

void diam_print(const uint8_t *p, size_t n, const struct wire_printer *pr, uint32_t offset)
{
	struct show s = { pr, p, offset };
	struct wire_diags d = { 0 };
	struct diam_msg m = { 0 };
	struct fault fault;
	bool good = diam_decode(p, n, &m, &fault, &d);
	uint32_t command = n >= DIAM_HEADER ? load32(p + 4) & 0xffffffu : 0;
	const char *name = n >= DIAM_HEADER ? diam_command_name(command, p[4] & DIAM_F_REQUEST) : NULL;

	show_open(&s, "diameter", name, p, n);
	if (n >= DIAM_HEADER) {
		show_num(&s, "version", p[0], p, 1);
		show_unit(&s, "length", diam_length(p, n), "octets", p + 1, 3);
		show_flags(&s, "flags", p[4], flags, p + 4, 1);
		show_named(&s, "command", command, name, p + 5, 3);
		show_num(&s, "application", load32(p + 8), p + 8, 4);
		show_hex(&s, "hop-by-hop", load32(p + 12), p + 12, 4);
		show_hex(&s, "end-to-end", load32(p + 16), p + 16, 4);
	}
	pairs_show(&s, &m);
	show_diags(&s, &d, p);
	if (!good)
		show_note(&s, fault.reason, NULL, p + fault.offset);
	show_close(&s);
}

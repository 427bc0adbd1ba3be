/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: DHCPv4
 *
 * [RFC 2131 2, RFC 2132] A table row per option says its shape and where its value lives in struct dhcp4; reading,
 * writing and printing work from the shape. Overloaded `file` and `sname` fields are read after the option field, in
 * that order [RFC 2131 4.1]. An option whose length does not fit its shape is the fault "dhcp4-opt-length". Not read:
 * relay agent information, authentication, vendor options, and the joining of split options [RFC 3396].
 */
#include "wire/dhcp4.h"

#include <stddef.h>

#include "wire/ip.h"
#include "wire/show.h"

enum shape {
	S_U8,				/* uint8_t */
	S_U16,				/* uint16_t */
	S_U32,				/* uint32_t seconds */
	S_IP4,				/* struct ip4_addr */
	S_IP4_LIST,			/* struct ip4_addr[max], count at n_at */
	S_OCTETS,			/* uint8_t[max], count at n_at */
	S_TEXT				/* const uint8_t * lent, count at n_at */
};

struct row {
	uint8_t code;
	enum shape shape;
	uint16_t has;
	uint16_t at, n_at;		/* places in struct dhcp4 */
	uint8_t max;			/* elements kept */
	const char *name;
};

#define COOKIE 0x63825363u		/* [RFC 2131 3] */
#define AT(member) offsetof(struct dhcp4, member)

/* In the order the encoder writes them. */
static const struct row rows[] = {
	{ DHCP4_O_TYPE, S_U8, DHCP4_HAS_TYPE, AT(type), 0, 1, "opt-message-type" },
	{ DHCP4_O_MASK, S_IP4, DHCP4_HAS_MASK, AT(mask), 0, 1, "opt-subnet-mask" },
	{ DHCP4_O_ROUTER, S_IP4_LIST, DHCP4_HAS_ROUTER, AT(routers), AT(n_routers), DHCP4_MAX_ROUTERS, "opt-router" },
	{ DHCP4_O_DNS, S_IP4_LIST, DHCP4_HAS_DNS, AT(dns), AT(n_dns), DHCP4_MAX_DNS, "opt-dns-server" },
	{ DHCP4_O_HOST_NAME, S_TEXT, DHCP4_HAS_HOST_NAME, AT(host_name), AT(host_name_len), 255, "opt-host-name" },
	{ DHCP4_O_MTU, S_U16, DHCP4_HAS_MTU, AT(mtu), 0, 1, "opt-interface-mtu" },
	{ DHCP4_O_REQUESTED, S_IP4, DHCP4_HAS_REQUESTED, AT(requested), 0, 1, "opt-requested-address" },
	{ DHCP4_O_LEASE, S_U32, DHCP4_HAS_LEASE, AT(lease), 0, 1, "opt-lease-time" },
	{ DHCP4_O_SERVER_ID, S_IP4, DHCP4_HAS_SERVER_ID, AT(server_id), 0, 1, "opt-server-identifier" },
	{ DHCP4_O_PARAMS, S_OCTETS, DHCP4_HAS_PARAMS, AT(params), AT(n_params), DHCP4_MAX_PARAMS, "opt-parameter-list" },
	{ DHCP4_O_MESSAGE, S_TEXT, DHCP4_HAS_MESSAGE, AT(message), AT(message_len), 255, "opt-message" },
	{ DHCP4_O_MAX_SIZE, S_U16, DHCP4_HAS_MAX_SIZE, AT(max_size), 0, 1, "opt-maximum-message-size" },
	{ DHCP4_O_T1, S_U32, DHCP4_HAS_T1, AT(t1), 0, 1, "opt-renewal-time" },
	{ DHCP4_O_T2, S_U32, DHCP4_HAS_T2, AT(t2), 0, 1, "opt-rebinding-time" },
	{ DHCP4_O_CLIENT_ID, S_OCTETS, DHCP4_HAS_CLIENT_ID, AT(client_id), AT(client_id_len), DHCP4_MAX_CLIENT_ID,
	  "opt-client-identifier" },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

/* What is common to decoding and printing: a walk that calls back for every option. */
struct visit {
	void (*option)(struct visit *v, const struct row *row, uint8_t code, struct reader *value);
	struct dhcp4 *out;
	struct wire_diags *d;
	const struct show *s;
	uint8_t overload;		/* option 52: 1 file, 2 sname, 3 both */
};

static const struct row *row_of(uint8_t code)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].code == code)
			return &rows[i];
	}
	return NULL;
}

/* Octets of one element; the least length of the option. */
static size_t element(enum shape shape)
{
	switch (shape) {
	case S_U8:
	case S_OCTETS:
	case S_TEXT:
		return 1;
	case S_U16:
		return 2;
	case S_U32:
	case S_IP4:
	case S_IP4_LIST:
		return 4;
	}
	return 1;
}

static bool is_single(enum shape shape)
{
	return shape == S_U8 || shape == S_U16 || shape == S_U32 || shape == S_IP4;
}

static bool length_fits(const struct row *row, size_t n)
{
	size_t e = element(row->shape);

	return is_single(row->shape) ? n == e : n >= e && n % e == 0;
}

/* [RFC 2132 2] */
static void walk(struct reader *r, struct visit *v)
{
	while (reader_left(r)) {
		const uint8_t *start = r->p;
		uint8_t code = get8(r), len;
		const struct row *row;
		struct reader value;

		if (code == DHCP4_O_PAD)
			continue;
		if (code == DHCP4_O_END)
			return;
		len = get8(r);
		row = row_of(code);
		value = get_sub(r, len);
		if (!reader_ok(r) || (row && !length_fits(row, len)) || (code == DHCP4_O_OVERLOAD && len != 1)) {
			r->fault = (struct fault){ 0 };
			reader_fail_at(r, start, "dhcp4-opt-length");
			return;
		}
		if (code == DHCP4_O_OVERLOAD)
			v->overload = value.p[0] & 3;
		v->option(v, row, code, &value);
	}
	if (reader_ok(r))
		wire_note(v->d, "dhcp4-no-end", "RFC 2131 4.1", reader_offset(r), 0);
}

/* The option field and what is overloaded. fixed: the message's first octet. r stands behind the cookie. */
static void walk_all(struct reader *r, const uint8_t *fixed, struct visit *v)
{
	struct reader field;

	walk(r, v);
	if ((v->overload & 1) && reader_ok(r)) {
		field = (struct reader){ .base = r->base, .p = fixed + 108, .end = fixed + 236 };
		walk(&field, v);
		reader_join(r, &field);
	}
	if ((v->overload & 2) && reader_ok(r)) {
		field = (struct reader){ .base = r->base, .p = fixed + 44, .end = fixed + 108 };
		walk(&field, v);
		reader_join(r, &field);
	}
}

/* Decoding */

static void list_in(struct reader *value, const struct row *row, struct dhcp4 *m, struct wire_diags *d)
{
	uint8_t *to = (uint8_t *)m + row->at, *count = (uint8_t *)m + row->n_at;
	size_t e = element(row->shape), n = reader_left(value) / e;

	if (n > row->max) {
		wire_note(d, "dhcp4-opt-many", NULL, reader_offset(value), (uint32_t)n);
		n = row->max;
	}
	*count = (uint8_t)n;
	memcpy(to, value->p, n * e);
}

static void option_in(struct visit *v, const struct row *row, uint8_t code, struct reader *value)
{
	struct dhcp4 *m = v->out;
	uint8_t *to;

	if (!row)
		return;
	if (m->has & row->has) {
		wire_note(v->d, "dhcp4-opt-repeated", "RFC 3396", reader_offset(value) - 2, code);
		return;
	}
	m->has |= row->has;
	to = (uint8_t *)m + row->at;
	switch (row->shape) {
	case S_U8:
		*to = get8(value);
		return;
	case S_U16:
		*(uint16_t *)(void *)to = get16(value);
		return;
	case S_U32:
		*(uint32_t *)(void *)to = get32(value);
		return;
	case S_IP4:
		*(struct ip4_addr *)(void *)to = get_ip4(value);
		return;
	case S_IP4_LIST:
	case S_OCTETS:
		list_in(value, row, m, v->d);
		return;
	case S_TEXT:
		*((uint8_t *)m + row->n_at) = (uint8_t)reader_left(value);
		*(const uint8_t **)(void *)to = value->p;
		return;
	}
}

static void fixed_in(struct reader *r, struct dhcp4 *m, struct wire_diags *d)
{
	uint32_t at = reader_offset(r);
	uint8_t htype, hlen;

	m->op = get8(r);
	htype = get8(r);
	hlen = get8(r);
	m->hops = get8(r);
	m->xid = get32(r);
	m->secs = get16(r);
	m->broadcast = get16(r) & 0x8000;
	m->ciaddr = get_ip4(r);
	m->yiaddr = get_ip4(r);
	m->siaddr = get_ip4(r);
	m->giaddr = get_ip4(r);
	m->chaddr = get_mac(r);
	get_skip(r, 10 + 64 + 128);
	if (m->op != 1 && m->op != 2)
		wire_note(d, "dhcp4-op", "RFC 2131 2", at, m->op);
	if (htype != 1 || hlen != 6)
		wire_note(d, "dhcp4-hardware", "RFC 2131 2", at + 1, (uint32_t)htype << 8 | hlen);
}

bool dhcp4_decode(struct reader *r, struct dhcp4 *out, struct wire_diags *d)
{
	struct visit v = { .option = option_in, .out = out, .d = d };
	const uint8_t *fixed = r->p;

	*out = (struct dhcp4){ 0 };
	if (reader_left(r) < DHCP4_FIXED) {
		reader_fail(r, "dhcp4-short");
		return false;
	}
	fixed_in(r, out, d);
	if (get32(r) != COOKIE) {
		reader_fail_at(r, r->p - 4, "dhcp4-cookie");
		return false;
	}
	walk_all(r, fixed, &v);
	return reader_ok(r);
}

/* Encoding */

static void option_out(struct writer *w, const struct row *row, const struct dhcp4 *m)
{
	const uint8_t *from = (const uint8_t *)m + row->at;
	size_t n = is_single(row->shape) ? 1 : *((const uint8_t *)m + row->n_at);

	if (!n)
		return;
	if (n > row->max) {
		writer_fail(w, "dhcp4-count");
		return;
	}
	put8(w, row->code);
	put8(w, (uint8_t)(n * element(row->shape)));
	switch (row->shape) {
	case S_U8:
		put8(w, *from);
		return;
	case S_U16:
		put16(w, *(const uint16_t *)(const void *)from);
		return;
	case S_U32:
		put32(w, *(const uint32_t *)(const void *)from);
		return;
	case S_IP4:
	case S_IP4_LIST:
	case S_OCTETS:
		put_octets(w, from, n * element(row->shape));
		return;
	case S_TEXT:
		put_octets(w, *(const uint8_t *const *)(const void *)from, n);
		return;
	}
}

size_t dhcp4_encode(const struct dhcp4 *m, uint8_t *buf, size_t cap)
{
	struct writer w = writer_on(buf, cap);

	put8(&w, m->op);
	put8(&w, 1);
	put8(&w, 6);
	put8(&w, m->hops);
	put32(&w, m->xid);
	put16(&w, m->secs);
	put16(&w, m->broadcast ? 0x8000 : 0);
	put_ip4(&w, m->ciaddr);
	put_ip4(&w, m->yiaddr);
	put_ip4(&w, m->siaddr);
	put_ip4(&w, m->giaddr);
	put_mac(&w, &m->chaddr);
	put_zeros(&w, 10 + 64 + 128);
	put32(&w, COOKIE);
	for (size_t i = 0; i < N_ROWS; i++) {
		if (m->has & rows[i].has)
			option_out(&w, &rows[i], m);
	}
	put8(&w, DHCP4_O_END);
	if (writer_ok(&w) && writer_len(&w) < DHCP4_MIN)
		put_zeros(&w, DHCP4_MIN - writer_len(&w));
	return writer_ok(&w) ? writer_len(&w) : 0;
}

/* Printing */

const char *dhcp4_type_name(uint8_t type)
{
	static const char *const names[] = {
		"BOOTP", "DISCOVER", "OFFER", "REQUEST", "DECLINE", "ACK", "NAK", "RELEASE", "INFORM",
	};

	return names[type < sizeof names / sizeof names[0] ? type : 0];
}

static void option_show(struct visit *v, const struct row *row, uint8_t code, struct reader *value)
{
	const struct show *s = v->s;
	const uint8_t *p = value->p;
	size_t n = reader_left(value);

	show_open(s, row ? row->name : code == DHCP4_O_OVERLOAD ? "opt-overload" : "opt-unknown", NULL, p - 2, n + 2);
	if (!row) {
		show_num(s, "code", code, p - 2, 1);
		show_octets(s, "octets", p, n);
		show_close(s);
		return;
	}
	switch (row->shape) {
	case S_U8:
		show_named(s, "value", p[0], dhcp4_type_name(p[0]), p, 1);
		break;
	case S_U16:
		show_num(s, "value", load16(p), p, 2);
		break;
	case S_U32:
		show_seconds(s, "value", load32(p), p);
		break;
	case S_IP4:
	case S_IP4_LIST:
		for (size_t at = 0; at < n; at += 4)
			show_ip4(s, "address", p + at);
		break;
	case S_OCTETS:
		show_octets(s, "value", p, n);
		break;
	case S_TEXT:
		show_string(s, "value", p, n);
		break;
	}
	show_close(s);
}

static void fixed_show(const struct show *s, const uint8_t *p)
{
	static const struct show_flag flags[] = { { 0x8000, "B" }, { 0, NULL } };

	show_named(s, "op", p[0], p[0] == 1 ? "request" : p[0] == 2 ? "reply" : NULL, p, 1);
	show_num(s, "hops", p[3], p + 3, 1);
	show_hex(s, "xid", load32(p + 4), p + 4, 4);
	show_unit(s, "secs", load16(p + 8), "s", p + 8, 2);
	show_flags(s, "flags", load16(p + 10), flags, p + 10, 2);
	show_ip4(s, "ciaddr", p + 12);
	show_ip4(s, "yiaddr", p + 16);
	show_ip4(s, "siaddr", p + 20);
	show_ip4(s, "giaddr", p + 24);
	show_mac(s, "chaddr", p + 28);
}

void dhcp4_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct dhcp4 m;
	bool good = dhcp4_decode(&r, &m, &d);
	struct fault fault = r.fault;

	show_open(&s, "dhcp4", good ? dhcp4_type_name(m.type) : NULL, p, n);
	if (n >= DHCP4_FIXED) {
		struct visit v = { .option = option_show, .s = &s };

		fixed_show(&s, p);
		r = reader_on(p, n);
		get_skip(&r, DHCP4_FIXED);
		if (load32(p + 236) == COOKIE)
			walk_all(&r, p, &v);
	}
	show_diags(&s, &d, p);
	if (!good)
		show_note(&s, fault.reason, NULL, p + fault.offset);
	show_close(&s);
}

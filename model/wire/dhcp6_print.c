/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: showing DHCPv6
 *
 * Every option by its shape, options within options and messages within relay messages too, down to a depth that no
 * chain of relays within RFC 8415's hop limit reaches. Also the names of messages and status codes, and the one line of
 * ladders and packet comments.
 */
#include "wire/dhcp6_rows.h"
#include "wire/show.h"

#define DEPTH_MAX 24u

const char *dhcp6_type_name(uint8_t type)
{
	static const char *const names[] = {
		NULL, "Solicit", "Advertise", "Request", "Confirm", "Renew", "Rebind", "Reply", "Release", "Decline",
		"Reconfigure", "Information-request", "Relay-forward", "Relay-reply",
	};

	return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

const char *dhcp6_status_name(uint16_t status)
{
	static const char *const names[] = {
		"Success", "UnspecFail", "NoAddrsAvail", "NoBinding", "NotOnLink", "UseMulticast", "NoPrefixAvail",
	};

	return status < sizeof names / sizeof names[0] ? names[status] : NULL;
}

static void message_show(const struct show *s, const uint8_t *p, size_t n, unsigned depth);
static void options_show(const struct show *s, struct reader *r, unsigned depth);

static void sub_options_show(const struct show *s, const uint8_t *p, size_t n, unsigned depth)
{
	struct reader r = reader_on(p, n);

	options_show(s, &r, depth);
}

static void name_show(const struct show *s, const uint8_t *p, size_t n)
{
	char buf[DHCP6_NAME_MAX + 1];
	struct text t = text_on(buf, sizeof buf);

	if (dhcp6_name_text((struct dhcp6_octets){ p, (uint16_t)n }, &t))
		show_text(s, "name", t.len ? buf : ".", p, n);
	else
		show_octets(s, "name", p, n);
}

static void names_show(const struct show *s, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n);
	struct dhcp6_octets name;

	while (reader_left(&r) && dhcp6_take_name(&r, &name))
		name_show(s, name.o, name.len);
}

static void duid_show(const struct show *s, const uint8_t *p, size_t n)
{
	static const char *const types[] = { NULL, "DUID-LLT", "DUID-EN", "DUID-LL", "DUID-UUID" };
	uint16_t type = load16(p);

	show_named(s, "duid-type", type, type < 5 ? types[type] : NULL, p, 2);
	show_octets(s, "duid", p, n);
}

static void codes_show(const struct show *s, const uint8_t *p, size_t n)
{
	const struct dhcp6_row *row;

	for (size_t at = 0; at < n; at += 2) {
		row = dhcp6_row(load16(p + at));
		show_named(s, "code", load16(p + at), row ? row->name + 4 : NULL, p + at, 2);	/* without "opt-" */
	}
}

static void lifetimes_show(const struct show *s, const uint8_t *p)
{
	show_seconds(s, "preferred-lifetime", load32(p), p);
	show_seconds(s, "valid-lifetime", load32(p + 4), p + 4);
}

/* What stands before the options within. */
static void fixed_show(const struct show *s, enum dhcp6_shape shape, const uint8_t *p)
{
	if (shape == D6_IA || shape == D6_IA_TA)
		show_hex(s, "iaid", load32(p), p, 4);
	if (shape == D6_IA) {
		show_seconds(s, "t1", load32(p + 4), p + 4);
		show_seconds(s, "t2", load32(p + 8), p + 8);
	} else if (shape == D6_ADDRESS) {
		show_ip6(s, "address", p);
		lifetimes_show(s, p + 16);
	} else if (shape == D6_PREFIX) {
		lifetimes_show(s, p);
		show_num(s, "prefix-length", p[8], p + 8, 1);
		show_ip6(s, "prefix", p + 9);
	}
}

static void value_show(const struct show *s, enum dhcp6_shape shape, const uint8_t *p, size_t n, unsigned depth)
{
	switch (shape) {
	case D6_DUID: duid_show(s, p, n); return;
	case D6_IA: case D6_IA_TA: case D6_ADDRESS: case D6_PREFIX: case D6_OPTIONS:
		fixed_show(s, shape, p);
		sub_options_show(s, p + dhcp6_shape_fixed(shape), n - dhcp6_shape_fixed(shape), depth);
		return;
	case D6_CODES: codes_show(s, p, n); return;
	case D6_U8: show_num(s, "value", p[0], p, 1); return;
	case D6_CENTISECONDS: show_unit(s, "value", load16(p) * 10u, "ms", p, 2); return;
	case D6_SECONDS: show_seconds(s, "value", load32(p), p); return;
	case D6_MESSAGE: message_show(s, p, n, depth); return;
	case D6_STATUS:
		show_named(s, "status", load16(p), dhcp6_status_name(load16(p)), p, 2);
		if (n > 2)
			show_string(s, "message", p + 2, n - 2);
		return;
	case D6_EMPTY: return;
	case D6_OCTETS: show_octets(s, "octets", p, n); return;
	case D6_IP6_LIST:
		for (size_t at = 0; at < n; at += 16)
			show_ip6(s, "address", p + at);
		return;
	case D6_NAMES: names_show(s, p, n); return;
	case D6_NAME: name_show(s, p, n); return;
	case D6_HOME_PREFIX:
		show_num(s, "prefix-length", p[0], p, 1);
		show_ip6(s, "prefix", p + 1);
		return;
	case D6_IP6: show_ip6(s, "address", p); return;
	}
}

static void options_show(const struct show *s, struct reader *r, unsigned depth)
{
	const struct dhcp6_row *row;
	struct reader value;
	uint16_t code;

	if (depth >= DEPTH_MAX) {
		show_note(s, "too-deep", NULL, r->p);
		return;
	}
	while (dhcp6_next(r, &code, &row, &value)) {
		show_open(s, row ? row->name : "opt-unknown", NULL, value.p - 4, reader_left(&value) + 4);
		if (row) {
			value_show(s, row->shape, value.p, reader_left(&value), depth + 1);
		} else {
			show_num(s, "code", code, value.p - 4, 2);
			show_octets(s, "octets", value.p, reader_left(&value));
		}
		show_close(s);
	}
}

static void header_show(const struct show *s, struct reader *r)
{
	const uint8_t *p = r->p;

	show_named(s, "type", p[0], dhcp6_type_name(p[0]), p, 1);
	if (!dhcp6_is_relay(p[0])) {
		show_hex(s, "transaction-id", load32(p) & 0xffffff, p + 1, 3);
		get_skip(r, 4);
		return;
	}
	show_num(s, "hop-count", p[1], p + 1, 1);
	show_ip6(s, "link-address", p + 2);
	show_ip6(s, "peer-address", p + 18);
	get_skip(r, 34);
}

static void message_show(const struct show *s, const uint8_t *p, size_t n, unsigned depth)
{
	struct reader r = reader_on(p, n);
	struct wire_diags d = { 0 };
	struct dhcp6 m;
	bool good = dhcp6_decode(&r, &m, &d);
	struct fault fault = r.fault;

	show_open(s, "dhcp6", n ? dhcp6_type_name(p[0]) : NULL, p, n);
	if (n >= 4 && (n >= 34 || !dhcp6_is_relay(p[0]))) {
		r = reader_on(p, n);
		header_show(s, &r);
		options_show(s, &r, depth + 1);
	}
	show_diags(s, &d, p);
	if (!good)
		show_note(s, fault.reason, NULL, p + fault.offset);
	show_close(s);
}

void dhcp6_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };

	message_show(&s, p, n, 0);
}

/* ---- one line ---------------------------------------------------------------------------------------------------- */

static void status_line(struct text *t, bool has, uint16_t status)
{
	const char *name = dhcp6_status_name(status);

	if (!has || status == DHCP6_S_SUCCESS)
		return;
	if (name)
		text_add(t, " %s", name);
	else
		text_add(t, " status %u", status);
}

static void ia_line(struct text *t, const struct dhcp6_ia *ia)
{
	char buf[ADDR_TEXT_MAX];

	text_str(t, ia->pd ? " IA_PD" : " IA_NA");
	for (unsigned i = 0; i < ia->n; i++)
		text_add(t, " %s", ia->pd ? ip6_prefix_text(&ia->lease[i].prefix, buf) :
					    ip6_text(&ia->lease[i].prefix.addr, buf));
	status_line(t, ia->has_status, ia->status);
}

static void name_line(struct text *t, const char *what, struct dhcp6_octets name)
{
	text_str(t, what);
	dhcp6_name_text(name, t);
}

static void hni_line(struct text *t, const struct dhcp6_hni *h)
{
	char buf[ADDR_TEXT_MAX];
	struct ip4_addr a4;

	for (unsigned i = 0; i < h->n_haa; i++)
		text_add(t, " HA %s", dhcp6_haa_ip4(&h->haa[i], &a4) ? ip4_text(a4, buf) : ip6_text(&h->haa[i], buf));
	if (h->has_fqdn)
		name_line(t, " HA ", h->fqdn);
}

/* Relays within relays only as far as they may be stacked. */
static void summary_of(const uint8_t *p, size_t n, struct text *out, unsigned hops)
{
	struct reader r = reader_on(p, n);
	struct dhcp6 m;

	if (!dhcp6_decode(&r, &m, NULL)) {
		text_add(out, "DHCPv6 (%s)", r.fault.reason);
		return;
	}
	if (dhcp6_is_relay(m.type) && m.has & DHCP6_HAS_RELAY_MSG && hops < DHCP6_HOP_LIMIT) {
		text_add(out, "%s[", dhcp6_type_name(m.type));
		summary_of(m.relay_msg.o, m.relay_msg.len, out, hops + 1);
		text_str(out, "]");
		return;
	}
	text_add(out, "DHCPv6 %s", dhcp6_type_name(m.type) ? dhcp6_type_name(m.type) : "message");
	if (!dhcp6_is_relay(m.type))
		text_add(out, " xid 0x%06x", m.xid);
	status_line(out, m.has & DHCP6_HAS_STATUS, m.status);
	for (unsigned i = 0; i < m.n_ia; i++)
		ia_line(out, &m.ia[i]);
	for (unsigned i = 0; i < m.n_hnidf; i++)
		name_line(out, " id ", m.hnidf[i]);
	for (unsigned i = 0; i < m.n_hni; i++)
		hni_line(out, &m.hni[i]);
}

void dhcp6_summary(const uint8_t *p, size_t n, struct text *out)
{
	summary_of(p, n, out, 0);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: options of neighbour discovery
 *
 * [RFC 4861 4.6, RFC 6275 7.2 to 7.4, RFC 8106 5.1] One row per option: source and target link-layer address, prefix
 * information with the router address flag, redirected header, MTU, advertisement interval, home agent information,
 * recursive DNS servers. Unknown options are passed over [RFC 4861 4.6]; route information, nonces and other later
 * options are unknown here. A length of zero makes the message invalid [RFC 4861 6.1.1], and so does one that leaves
 * no room for the option's fields.
 */
#include "wire/nd_opt.h"

#include <stddef.h>

static void repeated(const struct reader *r, uint8_t type, struct wire_diags *d)
{
	wire_note(d, "nd-opt-repeated", "RFC 4861 4.6", reader_offset(r) - 2, type);
}

/* [RFC 4861 4.6.1] */
static void lla_decode(struct reader *r, bool *has, struct mac_addr *to, uint8_t type, struct wire_diags *d)
{
	if (*has) {
		repeated(r, type, d);
	} else if (reader_left(r) != 6) {
		wire_note(d, "nd-lla-length", "RFC 2464 6", reader_offset(r) - 1, (uint32_t)reader_left(r));
	} else {
		*has = true;
		*to = get_mac(r);
	}
}

static void slla_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	lla_decode(r, &o->has_slla, &o->slla, ND_O_SLLA, d);
}

static void tlla_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	lla_decode(r, &o->has_tlla, &o->tlla, ND_O_TLLA, d);
}

static void head(struct writer *w, uint8_t type, uint8_t units)
{
	put8(w, type);
	put8(w, units);
}

static void slla_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_slla)
		return;
	head(w, ND_O_SLLA, 1);
	put_mac(w, &o->slla);
}

static void tlla_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_tlla)
		return;
	head(w, ND_O_TLLA, 1);
	put_mac(w, &o->tlla);
}

static void lla_print(const struct show *s, const uint8_t *p, size_t n)
{
	if (n == 8)
		show_mac(s, "address", p + 2);
	else
		show_octets(s, "address", p + 2, n - 2);
}

/* [RFC 4861 4.6.2, RFC 6275 7.2] */
enum { PIO_L = 0x80, PIO_A = 0x40, PIO_R = 0x20 };

static void pio_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	uint32_t at = reader_offset(r) - 2;
	struct nd_prefix x;
	uint8_t flags;

	x.len = get8(r);
	flags = get8(r);
	x.on_link = flags & PIO_L;
	x.autonomous = flags & PIO_A;
	x.router_addr = flags & PIO_R;
	x.valid = get32(r);
	x.preferred = get32(r);
	get_skip(r, 4);
	x.addr = get_ip6(r);
	if (x.len > 128) {
		wire_note(d, "nd-prefix-length", "RFC 4861 4.6.2", at + 2, x.len);
		return;
	}
	if (x.preferred > x.valid)
		wire_note(d, "nd-prefix-lifetimes", "RFC 4862 5.5.3", at + 8, x.preferred);
	o->n_prefixes_seen++;
	if (o->n_prefixes < ND_MAX_PREFIXES)
		o->prefixes[o->n_prefixes++] = x;
	else
		wire_note(d, "nd-many-prefixes", NULL, at, o->n_prefixes_seen);
}

static void pio_encode(struct writer *w, const struct nd_opts *o)
{
	for (unsigned i = 0; i < o->n_prefixes; i++) {
		const struct nd_prefix *x = &o->prefixes[i];

		head(w, ND_O_PIO, 4);
		put8(w, x->len);
		put8(w, (uint8_t)((x->on_link ? PIO_L : 0) | (x->autonomous ? PIO_A : 0) | (x->router_addr ? PIO_R : 0)));
		put32(w, x->valid);
		put32(w, x->preferred);
		put32(w, 0);
		put_ip6(w, &x->addr);
	}
}

static void pio_print(const struct show *s, const uint8_t *p, size_t n)
{
	static const struct show_flag flags[] = { { PIO_L, "L" }, { PIO_A, "A" }, { PIO_R, "R" }, { 0, NULL } };

	(void)n;
	show_num(s, "prefix-length", p[2], p + 2, 1);
	show_flags(s, "flags", p[3], flags, p + 3, 1);
	show_seconds(s, "valid-lifetime", load32(p + 4), p + 4);
	show_seconds(s, "preferred-lifetime", load32(p + 8), p + 8);
	show_ip6(s, "prefix", p + 16);
}

/* [RFC 4861 4.6.3] */
static void redirected_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	if (o->has_redirected) {
		repeated(r, ND_O_REDIRECTED, d);
		return;
	}
	get_skip(r, 6);
	o->has_redirected = true;
	o->redirected_len = (uint32_t)reader_left(r);
	o->redirected = get_octets(r, o->redirected_len);
}

static void redirected_print(const struct show *s, const uint8_t *p, size_t n)
{
	show_octets(s, "packet", p + 8, n - 8);
}

/* [RFC 4861 4.6.4] */
static void mtu_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	if (o->has_mtu) {
		repeated(r, ND_O_MTU, d);
		return;
	}
	get_skip(r, 2);
	o->has_mtu = true;
	o->mtu = get32(r);
}

static void mtu_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_mtu)
		return;
	head(w, ND_O_MTU, 1);
	put16(w, 0);
	put32(w, o->mtu);
}

static void mtu_print(const struct show *s, const uint8_t *p, size_t n)
{
	(void)n;
	show_num(s, "mtu", load32(p + 4), p + 4, 4);
}

/* [RFC 6275 7.3] */
static void interval_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	if (o->has_adv_interval) {
		repeated(r, ND_O_ADV_INTERVAL, d);
		return;
	}
	get_skip(r, 2);
	o->has_adv_interval = true;
	o->adv_interval = get32(r);
}

static void interval_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_adv_interval)
		return;
	head(w, ND_O_ADV_INTERVAL, 1);
	put16(w, 0);
	put32(w, o->adv_interval);
}

static void interval_print(const struct show *s, const uint8_t *p, size_t n)
{
	(void)n;
	show_unit(s, "interval", load32(p + 4), "ms", p + 4, 4);
}

/* [RFC 6275 7.4] */
static void agent_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	if (o->has_home_agent) {
		repeated(r, ND_O_HOME_AGENT, d);
		return;
	}
	get_skip(r, 2);
	o->has_home_agent = true;
	o->ha_preference = get16(r);
	o->ha_lifetime = get16(r);
	if (!o->ha_lifetime)
		wire_note(d, "nd-home-agent-lifetime", "RFC 6275 7.4", reader_offset(r) - 2, 0);
}

static void agent_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_home_agent)
		return;
	head(w, ND_O_HOME_AGENT, 1);
	put16(w, 0);
	put16(w, o->ha_preference);
	put16(w, o->ha_lifetime);
}

static void agent_print(const struct show *s, const uint8_t *p, size_t n)
{
	(void)n;
	show_num(s, "preference", load16(p + 4), p + 4, 2);
	show_unit(s, "lifetime", load16(p + 6), "s", p + 6, 2);
}

/* [RFC 8106 5.1] */
static void rdnss_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	uint32_t at = reader_offset(r) - 2;

	if (o->has_rdnss) {
		repeated(r, ND_O_RDNSS, d);
		return;
	}
	get_skip(r, 2);
	o->has_rdnss = true;
	o->rdnss_lifetime = get32(r);
	while (reader_left(r) >= 16) {
		struct ip6_addr a = get_ip6(r);

		if (o->n_rdnss < ND_MAX_RDNSS)
			o->rdnss[o->n_rdnss++] = a;
		else
			wire_note(d, "nd-many-rdnss", NULL, at, ND_MAX_RDNSS);
	}
	if (reader_left(r))
		wire_note(d, "nd-rdnss-length", "RFC 8106 5.1", at + 1, (uint32_t)reader_left(r));
}

static void rdnss_encode(struct writer *w, const struct nd_opts *o)
{
	if (!o->has_rdnss || !o->n_rdnss)
		return;
	head(w, ND_O_RDNSS, (uint8_t)(1 + 2 * o->n_rdnss));
	put16(w, 0);
	put32(w, o->rdnss_lifetime);
	for (unsigned i = 0; i < o->n_rdnss; i++)
		put_ip6(w, &o->rdnss[i]);
}

static void rdnss_print(const struct show *s, const uint8_t *p, size_t n)
{
	show_seconds(s, "lifetime", load32(p + 4), p + 4);
	for (size_t at = 8; at + 16 <= n; at += 16)
		show_ip6(s, "server", p + at);
}

/* In the order the encoder writes them. */
static const struct nd_opt_row rows[] = {
	{ ND_O_SLLA, "opt-source-link-layer-address", "Source link-layer address", "RFC 4861 4.6.1", 1, 0,
	  slla_decode, slla_encode, lla_print },
	{ ND_O_TLLA, "opt-target-link-layer-address", "Target link-layer address", "RFC 4861 4.6.1", 1, 0,
	  tlla_decode, tlla_encode, lla_print },
	{ ND_O_MTU, "opt-mtu", "MTU", "RFC 4861 4.6.4", 1, 1, mtu_decode, mtu_encode, mtu_print },
	{ ND_O_PIO, "opt-prefix-information", "Prefix information", "RFC 4861 4.6.2", 4, 4,
	  pio_decode, pio_encode, pio_print },
	{ ND_O_ADV_INTERVAL, "opt-advertisement-interval", "Advertisement interval", "RFC 6275 7.3", 1, 1,
	  interval_decode, interval_encode, interval_print },
	{ ND_O_HOME_AGENT, "opt-home-agent-information", "Home agent information", "RFC 6275 7.4", 1, 1,
	  agent_decode, agent_encode, agent_print },
	{ ND_O_RDNSS, "opt-recursive-dns-server", "Recursive DNS servers", "RFC 8106 5.1", 3, 0,
	  rdnss_decode, rdnss_encode, rdnss_print },
	{ ND_O_REDIRECTED, "opt-redirected-header", "Redirected header", "RFC 4861 4.6.3", 1, 0,
	  redirected_decode, NULL, redirected_print },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

static const struct nd_opt_row *row_of(uint8_t type)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

/* The next option of r: a reader over what follows its length octet. False at the end or after a fault. */
static bool next(struct reader *r, const struct nd_opt_row **row, uint8_t *units, struct reader *value)
{
	const uint8_t *start = r->p;
	size_t left = reader_left(r);

	if (!left)
		return false;
	if (left < 2 || !start[1] || start[1] * 8u > left) {
		reader_fail_at(r, left < 2 ? start : start + 1, "nd-opt-length");
		return false;
	}
	*units = start[1];
	*row = row_of(start[0]);
	if (*row && *units < (*row)->min) {
		reader_fail_at(r, start + 1, "nd-opt-length");
		return false;
	}
	get_skip(r, 2);
	*value = get_sub(r, *units * 8u - 2);
	return true;
}

void nd_opts_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d)
{
	const struct nd_opt_row *row;
	struct reader value;
	uint8_t units;

	memset(o, 0, offsetof(struct nd_opts, prefixes));
	while (next(r, &row, &units, &value)) {
		if (!row)
			continue;
		if (row->max && units > row->max)
			wire_note(d, "nd-opt-long", row->clause, reader_offset(&value) - 1, units);
		row->decode(&value, o, d);
	}
}

void nd_opts_encode(struct writer *w, const struct nd_opts *o)
{
	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].encode)
			rows[i].encode(w, o);
	}
}

void nd_opts_print(const struct show *s, const uint8_t *p, size_t n)
{
	struct reader r = reader_on(p, n), value;
	const struct nd_opt_row *row;
	uint8_t units;

	while (next(&r, &row, &units, &value)) {
		const uint8_t *start = value.p - 2;

		show_open(s, row ? row->name : "opt-unknown", row ? row->title : NULL, start, units * 8u);
		if (row) {
			row->print(s, start, units * 8u);
		} else {
			show_num(s, "type", start[0], start, 1);
			show_octets(s, "octets", value.p, units * 8u - 2);
		}
		show_close(s);
	}
	if (!reader_ok(&r))
		show_note(s, r.fault.reason, "RFC 4861 6.1", p + r.fault.offset);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: printing ICMPv6
 *
 * Shows a message from its octets, so that the offsets of fields are those of the packet, and then says every
 * diagnostic of the decoder. The packet inside an error is left to wire/dissect.h, which can go on recursively.
 */
#include "wire/icmp6_rows.h"
#include "wire/nd_opt.h"
#include "wire/show.h"

static const struct show_flag ra_flags[] = { { 0x80, "M" }, { 0x40, "O" }, { 0x20, "H" }, { 0, NULL } };
static const struct show_flag na_flags[] = { { 0x80, "R" }, { 0x40, "S" }, { 0x20, "O" }, { 0, NULL } };

static void ra_print(const struct show *s, const uint8_t *p)
{
	show_num(s, "current-hop-limit", p[4], p + 4, 1);
	show_flags(s, "flags", p[5], ra_flags, p + 5, 1);
	show_unit(s, "router-lifetime", load16(p + 6), "s", p + 6, 2);
	show_unit(s, "reachable-time", load32(p + 8), "ms", p + 8, 4);
	show_unit(s, "retrans-timer", load32(p + 12), "ms", p + 12, 4);
}

static void agents_print(const struct show *s, const uint8_t *p, size_t n)
{
	show_num(s, "identifier", load16(p + 4), p + 4, 2);
	for (size_t at = 8; at + 16 <= n; at += 16)
		show_ip6(s, "home-agent", p + at);
}

static const char *code_name(uint8_t type, uint8_t code)
{
	static const char *const unreachable[] = {
		"no route", "administratively prohibited", "beyond scope", "address unreachable", "port unreachable",
		"policy", "reject route",
	};
	static const char *const exceeded[] = { "hop limit", "reassembly time" };
	static const char *const problem[] = { "erroneous field", "unknown next header", "unknown option" };

	if (type == ICMP6_T_UNREACHABLE && code < 7)
		return unreachable[code];
	if (type == ICMP6_T_TIME_EXCEEDED && code < 2)
		return exceeded[code];
	return type == ICMP6_T_PARAM_PROBLEM && code < 3 ? problem[code] : NULL;
}

/* The fixed part behind the checksum; n is at least the row's. */
static void fields(const struct show *s, const uint8_t *p, size_t n)
{
	switch ((enum icmp6_type)p[0]) {
	case ICMP6_T_UNREACHABLE:
	case ICMP6_T_TIME_EXCEEDED:
	case ICMP6_T_RS:
		return;
	case ICMP6_T_TOO_BIG:
		show_num(s, "mtu", load32(p + 4), p + 4, 4);
		return;
	case ICMP6_T_PARAM_PROBLEM:
		show_num(s, "pointer", load32(p + 4), p + 4, 4);
		return;
	case ICMP6_T_ECHO_REQUEST:
	case ICMP6_T_ECHO_REPLY:
		show_num(s, "identifier", load16(p + 4), p + 4, 2);
		show_num(s, "sequence", load16(p + 6), p + 6, 2);
		show_num(s, "data-length", n - 8, p + 8, n - 8);
		return;
	case ICMP6_T_RA:
		ra_print(s, p);
		return;
	case ICMP6_T_NS:
		show_ip6(s, "target", p + 8);
		return;
	case ICMP6_T_NA:
		show_flags(s, "flags", p[4], na_flags, p + 4, 1);
		show_ip6(s, "target", p + 8);
		return;
	case ICMP6_T_REDIRECT:
		show_ip6(s, "target", p + 8);
		show_ip6(s, "destination", p + 24);
		return;
	case ICMP6_T_DHAAD_REQUEST:
	case ICMP6_T_DHAAD_REPLY:
		agents_print(s, p, n);
		return;
	case ICMP6_T_MPS:
		show_num(s, "identifier", load16(p + 4), p + 4, 2);
		return;
	case ICMP6_T_MPA:
		show_num(s, "identifier", load16(p + 4), p + 4, 2);
		show_flags(s, "flags", p[6] & 0xc0u, ra_flags, p + 6, 1);
		return;
	}
}

void icmp6_print(const uint8_t *p, size_t n, const struct wire_printer *out, uint32_t base_offset)
{
	struct show s = { out, p, base_offset };
	const struct icmp6_row *row = n ? icmp6_row_of(p[0]) : NULL;
	struct wire_diags d = { 0 };
	const char *why = NULL;
	struct icmp6 m;
	bool good = icmp6_decode(p, n, &m, &why, &d);

	show_open(&s, n ? icmp6_type_name(p[0]) : "icmp6", NULL, p, n);
	if (n >= 4) {
		show_num(&s, "type", p[0], p, 1);
		show_named(&s, "code", p[1], code_name(p[0], p[1]), p + 1, 1);
		show_hex(&s, "checksum", load16(p + 2), p + 2, 2);
	}
	if (row && n >= row->fixed) {
		fields(&s, p, n);
		if (row->tail == ICMP6_OPTIONS)
			nd_opts_print(&s, p + row->fixed, n - row->fixed);
	}
	show_diags(&s, &d, p);
	if (!good && !(row && n >= row->fixed && row->tail == ICMP6_OPTIONS))	/* the options say it themselves */
		show_note(&s, why, NULL, p);
	show_close(&s);
}

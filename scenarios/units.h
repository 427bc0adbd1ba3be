/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities as texts with units: `40ms`, `1.5s`, `20Mbps`, `0.5%`, `1400octets`. Exact: decimal arithmetic on
 * integers, a value that its base unit cannot hold (0.3ns) is refused, never rounded.
 */
#ifndef MOOR_SCENARIOS_UNITS_H
#define MOOR_SCENARIOS_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit_kind {
	UNIT_NONE,	/* a plain whole number */
	UNIT_SPAN,	/* ns us ms s min h -> ns */
	UNIT_RATE,	/* bps kbps Mbps Gbps -> bit/s */
	UNIT_SHARE,	/* % ppm -> ppm */
	UNIT_OCTETS,	/* octets */
	UNIT_DRIFT,	/* ppm ppb -> ppb */
};

/* Reads the whole of text. NULL and *out set, or why not (a constant). A blank between number and unit is allowed. */
const char *unit_parse(enum unit_kind kind, const char *text, int64_t *out);
/* The shortest exact text: 1500000000 ns -> "1.5s". */
void unit_text(enum unit_kind kind, int64_t value, char *buf, size_t cap);
/*
 * A quantity of any kind, or a decimal number without a unit, as a decimal number in SI units for tables: "15ms" ->
 * "0.015" s, "20Mbps" -> "20000000" bit/s, "0.5%" -> "0.005" of 1, "1400octets" -> "1400" octet. False: text is no
 * such thing. *unit: a constant, "" without one.
 */
bool unit_si(const char *text, char *buf, size_t cap, const char **unit);
const char *unit_names(enum unit_kind kind);		/* "ns, us, ms, s, min, h" */
const char *unit_example(enum unit_kind kind);		/* "40ms" */
const char *unit_pattern(enum unit_kind kind);		/* regular expression (ECMA) for the JSON schema */

#endif

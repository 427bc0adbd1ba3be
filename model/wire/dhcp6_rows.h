/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of DHCPv6 options that dhcp6.c and dhcp6_print.c share: the shape of each option's value says its least
 * and exact length, and where further options lie in it.
 */
#ifndef MOOR_WIRE_DHCP6_ROWS_H
#define MOOR_WIRE_DHCP6_ROWS_H

#include "wire/dhcp6.h"

enum dhcp6_shape {
	D6_DUID,
	D6_IA,				/* IAID, T1, T2, options */
	D6_IA_TA,			/* IAID, options */
	D6_ADDRESS,			/* address, lifetimes, options */
	D6_PREFIX,			/* lifetimes, length, prefix, options */
	D6_CODES,			/* 16-bit option codes */
	D6_U8,
	D6_CENTISECONDS,		/* 16 bits */
	D6_SECONDS,			/* 32 bits */
	D6_MESSAGE,			/* a DHCPv6 message */
	D6_STATUS,			/* 16 bits, text */
	D6_EMPTY,
	D6_OCTETS,
	D6_IP6_LIST,
	D6_NAMES,			/* one domain name behind the other */
	D6_NAME,
	D6_OPTIONS,			/* options alone */
	D6_HOME_PREFIX,			/* length, prefix [RFC 6610 3.3] */
	D6_IP6
};

struct dhcp6_row {
	uint16_t code;
	uint8_t shape;			/* enum dhcp6_shape */
	const char *name;
};

/* NULL: nobody here reads this option. */
const struct dhcp6_row *dhcp6_row(uint16_t code);
/* Octets before the options within, or all of them when there are none. */
size_t dhcp6_shape_fixed(enum dhcp6_shape s);
bool dhcp6_shape_fits(enum dhcp6_shape s, size_t len);
/* The octets of one name at the reader, compression being none; false, and the fault "dhcp6-name", when it is none. */
bool dhcp6_take_name(struct reader *r, struct dhcp6_octets *out);
/*
 * Takes the next option off r: its code, row and value. False: none left, or a fault (r has it): too short for its
 * shape, or longer than what is left.
 */
bool dhcp6_next(struct reader *r, uint16_t *code, const struct dhcp6_row **row, struct reader *value);

#endif

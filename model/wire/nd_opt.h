/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of neighbour discovery: one row each. Used by icmp6.c only; others see struct nd_opts of wire/icmp6.h. */
#ifndef MOOR_WIRE_ND_OPT_H
#define MOOR_WIRE_ND_OPT_H

#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/icmp6.h"
#include "wire/show.h"

struct nd_opt_row {
	uint8_t type;
	const char *name;		/* "opt-mtu" */
	const char *title;		/* "MTU" */
	const char *clause;
	uint8_t min, max;		/* length field: units of 8 octets, type and length included; max 0: no limit */
	/* r stands behind the length; d's offsets count from the message's start. */
	void (*decode)(struct reader *r, struct nd_opts *o, struct wire_diags *d);
	/* Every instance that o holds; NULL: never sent. */
	void (*encode)(struct writer *w, const struct nd_opts *o);
	void (*print)(const struct show *s, const uint8_t *p, size_t n);	/* p: the type octet; n: whole option, >= 8 min */
};

/*
 * Reads all options of r into o (which is reset first). A length of zero, short of the row's minimum or beyond the
 * end is the fault "nd-opt-length".
 */
void nd_opts_decode(struct reader *r, struct nd_opts *o, struct wire_diags *d);
void nd_opts_encode(struct writer *w, const struct nd_opts *o);
void nd_opts_print(const struct show *s, const uint8_t *p, size_t n);

#endif

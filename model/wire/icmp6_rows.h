/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table behind wire/icmp6.h, shared by its codec (icmp6.c) and its printing (icmp6_print.c). */
#ifndef MOOR_WIRE_ICMP6_ROWS_H
#define MOOR_WIRE_ICMP6_ROWS_H

#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/icmp6.h"

enum icmp6_tail {
	ICMP6_BODY,			/* free octets follow the fixed part */
	ICMP6_OPTIONS,			/* neighbour discovery options follow */
	ICMP6_WHOLE			/* decode and encode handle all of it */
};

struct icmp6_row {
	uint8_t type;
	const char *name;
	uint8_t fixed;			/* least octets of the whole message */
	enum icmp6_tail tail;
	void (*decode)(struct reader *r, struct icmp6 *m, struct wire_diags *d);	/* r stands behind the checksum */
	void (*encode)(struct writer *w, const struct icmp6 *m);		/* NULL: never sent */
};

const struct icmp6_row *icmp6_row_of(uint8_t type);	/* NULL: a type we do not read */

#endif

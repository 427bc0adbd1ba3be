/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Named diagnostics. Decoding is pure and lenient: what a strict reader would refuse, but which leaves the rest
 * readable, is noted here with an id, a place and a clause; what makes the rest unreadable is a fault
 * (base/cursor.h). check functions add deviations from a profile with the same struct. Bounded: a packet with more
 * deviations than the array holds only counts them.
 */
#ifndef MOOR_WIRE_DIAG_H
#define MOOR_WIRE_DIAG_H

#include <stdint.h>

#define WIRE_DIAG_MAX 16

struct wire_diag {
	const char *id;			/* constant: "opt-alignment", "mh-payload-proto", "ba-lifetime-nonzero" */
	const char *clause;		/* "RFC 6275 6.2.1", or NULL */
	uint32_t offset;		/* from the start of what was decoded */
	uint32_t value;			/* the offending value, where one number tells it */
};

struct wire_diags {
	uint32_t n;			/* how many were found; the first WIRE_DIAG_MAX are kept */
	struct wire_diag d[WIRE_DIAG_MAX];
};

static inline void wire_note(struct wire_diags *ds, const char *id, const char *clause, uint32_t offset, uint32_t value)
{
	if (ds && ds->n++ < WIRE_DIAG_MAX)
		ds->d[ds->n - 1] = (struct wire_diag){ id, clause, offset, value };
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a broken node does to a message before it sends it: `edits` of a fault.
 *
 * Edits work on octets, in their order. Those that name an option lay the options out anew, aligned and padded as RFC
 * 6275 6.2 wants, and set the header length; the others leave everything else as it is, right or wrong.
 */
#ifndef MOOR_SCENARIOS_EDIT_H
#define MOOR_SCENARIOS_EDIT_H

#include "scenarios/scenario.h"

enum scen_edit_verb {
	EDIT_LEAVE_OUT, EDIT_DOUBLE, EDIT_REPLACE, EDIT_REVERSE, EDIT_ADD, EDIT_SET, EDIT_WRITE, EDIT_INSERT, EDIT_CUT,
	EDIT_PACK
};

enum scen_edit_field {
	FIELD_PAYLOAD_PROTO, FIELD_HEADER_LENGTH, FIELD_TYPE, FIELD_RESERVED, FIELD_STATUS, FIELD_SEQUENCE, FIELD_FLAGS,
	FIELD_LIFETIME, FIELD_KEY
};

struct scen_edit {
	struct scen_base base;
	int verb;			/* enum scen_edit_verb */
	const char *option;		/* a name without "opt-", or a number */
	int64_t nth;			/* of those of its type, from 1 */
	int field;			/* enum scen_edit_field */
	int64_t value;
	int64_t at;			/* octets */
	const char *octets;		/* hexadecimal digits, blanks between them as one likes */
};

extern const struct scen_section scen_edit_section;	/* schema_edit.c */

/*
 * Applies the edits (struct scen_edit) to the n octets of a Mobility Header, or (gre) of a packet with its GRE header
 * in front; returns how many there are then, at most cap, and at least 8. What does not fit or is not there
 * stays undone. n <= cap <= 65535.
 */
uint32_t edit_message(const GPtrArray *edits, bool gre, uint8_t *p, uint32_t n, uint32_t cap);

/* The edits of one fault make sense with its message. */
void edit_check(const struct scenario *s, const struct scen_fault *f, struct report *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the table of the scenario language, edits of messages
 *
 * The rows of what a broken node does to what it sends. It implements no clause.
 */
#include <stddef.h>

#include "scenarios/edit.h"

#define AT(member) .offset = offsetof(struct scen_edit, member)
#define K(kind) (UINT64_C(1) << (kind))

static const struct scen_choice verbs[] = {
	{ "leave-out", EDIT_LEAVE_OUT, "without this option" },
	{ "double", EDIT_DOUBLE, "with this option twice" },
	{ "replace", EDIT_REPLACE, "with other data in this option: `octets`, none unless said" },
	{ "reverse", EDIT_REVERSE, "with the data of this option the wrong way round, as in host order" },
	{ "add", EDIT_ADD, "with one more option at the end" },
	{ "set", EDIT_SET, "with another value in a field of the header" },
	{ "write", EDIT_WRITE, "with other `octets` from `at` on, in the message or in the data of an option" },
	{ "insert", EDIT_INSERT, "with more octets at `at`; lengths stay as they were" },
	{ "cut", EDIT_CUT, "without what is behind the first `at` octets; lengths stay as they were" },
	{ "pack", EDIT_PACK, "without any padding, the header length rounded down" },
	{ NULL, 0, NULL }
};

static const struct scen_choice fields[] = {
	{ "payload-proto", FIELD_PAYLOAD_PROTO, "Payload Proto" },
	{ "header-length", FIELD_HEADER_LENGTH, "Header Len" },
	{ "type", FIELD_TYPE, "MH Type; of GRE the protocol type" },
	{ "reserved", FIELD_RESERVED, "the octet behind the type" },
	{ "status", FIELD_STATUS, "status of a BA, status or trigger of a BRA or BRI" },
	{ "sequence", FIELD_SEQUENCE, "sequence number" },
	{ "flags", FIELD_FLAGS, "all flags with the reserved bits beside them; of GRE with the version" },
	{ "lifetime", FIELD_LIFETIME, "lifetime, units of 4 s" },
	{ "key", FIELD_KEY, "key of GRE" },
	{ NULL, 0, NULL }
};

#define WHOLE (K(EDIT_LEAVE_OUT) | K(EDIT_DOUBLE) | K(EDIT_REPLACE) | K(EDIT_REVERSE))
#define PLACED (K(EDIT_WRITE) | K(EDIT_INSERT) | K(EDIT_CUT))

static const struct scen_row rows[] = {
	{ "do", ST_ENUM, AT(verb), .choices = verbs, .required = SCEN_ALL, .about = "how the message leaves" },
	{ "option", ST_TEXT, AT(option), .kinds = WHOLE | K(EDIT_ADD) | K(EDIT_WRITE), .required = WHOLE | K(EDIT_ADD),
	  .about = "which: timestamp, mn-identifier … (a field's name without `opt-`), or a number" },
	{ "nth", ST_NUM, UNIT_NONE, AT(nth), .kinds = WHOLE | K(EDIT_WRITE), .def = "1", .min = "1", .max = "64",
	  .about = "the n-th of these options" },
	{ "field", ST_ENUM, AT(field), .choices = fields, .kinds = K(EDIT_SET), .required = K(EDIT_SET), .about = "which" },
	{ "value", ST_NUM, UNIT_NONE, AT(value), .kinds = K(EDIT_SET), .required = K(EDIT_SET), .min = "0",
	  .max = "4294967295", .about = "what it says" },
	{ "at", ST_NUM, UNIT_OCTETS, AT(at), .kinds = PLACED, .required = PLACED, .min = "0octets", .max = "2048octets",
	  .about = "from the beginning of the message, or of the option's data" },
	{ "octets", ST_TEXT, AT(octets), .kinds = K(EDIT_REPLACE) | K(EDIT_ADD) | K(EDIT_WRITE) | K(EDIT_INSERT),
	  .required = K(EDIT_WRITE) | K(EDIT_INSERT), .about = "hexadecimal digits" },
	{ .key = NULL }
};

const struct scen_section scen_edit_section = {
	"edit", "an edit",
	"What is wrong with a message, in the order of the list. Edits of options lay the options out anew with the right "
	"padding and length.",
	rows, sizeof(struct scen_edit), "do",
	"faults:\n"
	"  - {do: edit, message: PBU, by: mag1, "
	"edits: [{do: double, option: timestamp}, {do: set, field: lifetime, value: 1}]}",
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record consists of, as a table: one description serves the writer and the reader of events.jsonl, the binary
 * file and the documentation.
 */
#ifndef MOOR_TRACES_FIELDS_H
#define MOOR_TRACES_FIELDS_H

#include "world/record.h"

enum field_type {
	FIELD_BOOL, FIELD_U8, FIELD_U16, FIELD_U32, FIELD_U64, FIELD_I32, FIELD_TIME,
	FIELD_FLAGS,			/* 16 bits, written as a number */
	FIELD_WHAT,			/* an enum stored as int, written by name */
	FIELD_CLASS,			/* the same in one octet */
	FIELD_IP6, FIELD_IP4,		/* left out when unspecified; IPv4-mapped ones written as dotted quads */
	FIELD_PREFIX,
	FIELD_MAC,			/* left out when all zero */
	FIELD_STRING,			/* const char *, the same pointer always means the same text; left out when NULL */
	FIELD_TEXT,			/* const char *, may change behind the pointer */
	FIELD_OCTETS,			/* pointer, and a uint32_t length at `second`; left out when empty */
	FIELD_MACHINE, FIELD_STATE, FIELD_EVENT	/* of struct fsm; states and events are written by name */
};

struct record_field {
	const char *name;
	uint8_t type;			/* enum field_type */
	uint8_t n_names;
	uint16_t offset;		/* in struct moor_record */
	uint16_t second;
	const char *const *names;
};

/* The fields of a kind beyond time, kind, node, port and instance; *n: how many. */
const struct record_field *record_fields(enum rec_kind kind, unsigned *n);
/* Octets of struct moor_record that a record of that kind uses. */
size_t record_used(enum rec_kind kind);
/* REC_KINDS: no kind has that name. */
enum rec_kind record_kind_of(const char *name);

static inline const void *field_at(const struct moor_record *r, const struct record_field *f)
{
	return (const uint8_t *)r + f->offset;
}

#endif

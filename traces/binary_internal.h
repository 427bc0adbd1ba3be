/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of records.bin, shared by its writer and its reader. Internal.
 *
 * Every block begins with 32 bits: what it is in the lowest 8, its length (all of it) in the others. A definition
 * (text, node, port, machine) follows, or a record: time, node, port and instance where it has them, then the used
 * part of struct moor_record's union with pointers replaced by numbers, then its octets and passing texts.
 */
#ifndef MOOR_TRACES_BINARY_INTERNAL_H
#define MOOR_TRACES_BINARY_INTERNAL_H

#include <stddef.h>

#include "traces/fields.h"

/* The lowest 5 bits of a block's first octet: below BINARY_FILE a record's kind. */
enum { BINARY_FILE = 27, BINARY_TEXT, BINARY_NODE, BINARY_PORT, BINARY_MACHINE, BINARY_WHAT = 31 };
enum { BINARY_HAS_PORT = 0x20, BINARY_HAS_INSTANCE = 0x40 };

_Static_assert((int)REC_KINDS <= (int)BINARY_FILE, "kinds and definitions share 5 bits");

#define BINARY_HEAD 4u
#define BINARY_BODY offsetof(struct moor_record, u)	/* what is before it is written piece by piece */
#define BINARY_LEN_MAX 0xffffffu

#define BINARY_NUMBER_MAX (1u << 20)	/* nodes and ports: more than this and than octets in the file is damage */

static inline uint32_t binary_head(unsigned what, size_t len) { return (uint32_t)(len << 8 | what); }

struct binary_file_head {
	uint32_t head;
	char magic[4];
	char version[16];
	uint32_t record_size, kinds;
	uint64_t layout;		/* over the table of fields */
	int64_t start;
};

/* The pointers in a kind's records. */
struct binary_pointers {
	uint8_t n;
	uint8_t type[4];
	uint16_t offset[4], second[4];
};

void binary_pointers_fill(struct binary_pointers p[REC_KINDS]);
void binary_head_fill(struct binary_file_head *h, int64_t start);

#endif

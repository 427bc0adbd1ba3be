/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of records.bin, shared by its writer and its reader. Internal.
 *
 * Every block is {tag, length} and its content: a definition (text, node, port, machine) or a record, which is the
 * used part of struct moor_record with pointers replaced by numbers, followed by its octets and passing texts.
 */
#ifndef MOOR_TRACES_BINARY_INTERNAL_H
#define MOOR_TRACES_BINARY_INTERNAL_H

#include "traces/fields.h"

/* Tags below REC_KINDS are records. */
enum {
	BINARY_TAG_FILE = 0x6d6f6f72, BINARY_TAG_TEXT = 0x100, BINARY_TAG_NODE, BINARY_TAG_PORT, BINARY_TAG_MACHINE
};

#define BINARY_NUMBER_MAX (1u << 20)	/* nodes and ports: more than this and than octets in the file is damage */

struct binary_head {
	uint32_t tag, len;		/* len: of the whole block */
};

struct binary_file_head {
	struct binary_head head;
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The form of records.bin, shared by its writer and its reader. Internal.
 *
 * Every block begins with 32 bits: what it is in the lowest 8, its length (all of it) in the others. What is told
 * follows (a text, a node's or port's names, a machine; a scene, which is the node and time of all records from here
 * on; nothing but zeros), or a record: port and instance where it has them, then its fields. Whole, these are the used
 * part of struct moor_record's union with pointers replaced by numbers, then its octets and passing texts. The most
 * frequent kinds have a short form instead, in which octets reach to the block's end:
 *	frames		(frame << 8 | class), octets; a frame received as it was sent leaves these out (BINARY_AS_SENT)
 *	states		(machine's number << 24 | event << 16 | to << 8 | from), 32 bits
 *	signalling	the union up to the lent octets, octets
 */
#ifndef MOOR_TRACES_BINARY_INTERNAL_H
#define MOOR_TRACES_BINARY_INTERNAL_H

#include <stddef.h>

#include "traces/fields.h"

/* The lowest 5 bits of a block's first octet: below BINARY_FILLER a record's kind. */
enum {
	BINARY_FILLER = 24, BINARY_SCENE, BINARY_AS_SENT, BINARY_FILE, BINARY_TEXT, BINARY_NODE, BINARY_PORT, BINARY_MACHINE,
	BINARY_WHAT = 31
};
/* BINARY_WHOLE: in the whole form although there is a short one. */
enum { BINARY_HAS_PORT = 0x20, BINARY_HAS_INSTANCE = 0x40, BINARY_WHOLE = 0x80 };

_Static_assert((int)REC_KINDS <= (int)BINARY_FILLER, "kinds and the rest share 5 bits");

#define BINARY_FORM 3u				/* counts the forms this file had */
/* A frame may be told "as sent" while fewer than so many were sent after it; its reader remembers them. */
#define BINARY_FRAMES (UINT64_C(1) << 16)
#define BINARY_SIGNAL (offsetof(struct rec_signal, care_of) + sizeof(struct ip6_addr))
#define BINARY_FRAME_MAX (UINT64_C(1) << 56)	/* frame numbers of the short form are below */

#define BINARY_HEAD 4u
#define BINARY_BODY offsetof(struct moor_record, u)	/* what is before it is written piece by piece */
#define BINARY_LEN_MAX 0xffffffu
#define BINARY_SCENE_LEN (BINARY_HEAD + 12u)

#define BINARY_NUMBER_MAX (1u << 20)	/* nodes and ports: more than this and than octets in the file is damage */

static inline bool binary_has_short_form(enum rec_kind kind)
{
	return (REC_BIT(kind) & (REC_BIT(REC_FRAME_TX) | REC_BIT(REC_FRAME_RX) | REC_BIT(REC_STATE) | REC_BIT(REC_REFUSED)
				 | REC_BIT(REC_SIGNAL_TX) | REC_BIT(REC_SIGNAL_RX))) != 0;
}

static inline uint32_t binary_head(unsigned what, size_t len) { return (uint32_t)(len << 8 | what); }
static inline uint32_t binary_len(uint32_t head) { return head >> 8; }

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads pcap and pcapng files as a stream, of any size, from regular files and pipes. Nothing is trusted: every
 * length is checked, what is wrong is told with record number and file offset, and what could be read before it is
 * kept.
 *
 * Link types are translated to wire/frame.h's; frames of a type we do not read are handed out with `readable` false,
 * once per type with a fault that names it.
 */
#ifndef MOOR_TRACES_CAPTURE_H
#define MOOR_TRACES_CAPTURE_H

#include <glib.h>

#include "base/time.h"
#include "wire/frame.h"

enum capture_fault {
	CAPTURE_TRUNCATED,		/* the file ends inside a record; it is the last thing told */
	CAPTURE_BAD_LENGTH,		/* a length that cannot be true; reading ends when the next record cannot be found */
	CAPTURE_BAD_BLOCK,		/* a pcapng block that contradicts itself; skipped */
	CAPTURE_TIME_BACK,		/* time runs backwards against the record before; the record is kept */
	CAPTURE_ZERO_LENGTH,		/* a record without octets; kept */
	CAPTURE_CUT,			/* fewer octets captured than the packet had (snap length); kept; told once a file */
	CAPTURE_LINK_TYPE,		/* a link type that we do not read; told once a type */
	CAPTURE_FAULTS
};
const char *capture_fault_name(enum capture_fault f);

struct capture_frame {
	uint64_t number;		/* record number in the file, from 1, as tshark counts frames */
	uint64_t offset;		/* of its record in the file */
	int64_t at;			/* ns since 1970; the file's resolution is converted, finer ones rounded down */
	enum wire_link link;		/* valid if readable */
	bool readable;
	bool cut;			/* len < wire_len */
	uint32_t link_type;		/* the file's own number */
	uint32_t interface;		/* pcapng: interface number over all sections; pcap: 0 */
	uint32_t len, wire_len;		/* octets captured, octets that the packet had */
	uint8_t direction;		/* pcapng flags: 0 unknown, 1 inbound, 2 outbound */
	const uint8_t *octets;		/* lent until the next call, or */
	bool lasting;			/* until the capture is closed */
	const char *comment;		/* pcapng, first comment, lent, or NULL */
};

struct capture_iface {
	const char *name;		/* pcapng if_name, or "" */
	uint32_t link_type, snap_len;
};

struct capture_stats {
	uint64_t frames, octets;
	uint64_t faults[CAPTURE_FAULTS];
	uint32_t interfaces;
	int64_t first, last;		/* times of the first and last record; valid if frames > 0 */
	bool pcapng, swapped, nanosecond;
};

struct capture;

/* Told for each fault, in order. text: one line with what and where ("record 12 at offset 3456: ..."). */
typedef void capture_fault_fn(void *ctx, enum capture_fault f, uint64_t number, uint64_t offset, const char *text);

/* NULL with error: cannot be opened or is no capture at all (its first octets are named). "-": standard input. */
struct capture *capture_open(const char *path, GError **error);
void capture_on_fault(struct capture *c, capture_fault_fn *fn, void *ctx);
/* 1: a frame; 0: the end (also after a fault that ended reading: see stats); -1: read error, error set. */
int capture_next(struct capture *c, struct capture_frame *out, GError **error);
const struct capture_iface *capture_interface(const struct capture *c, uint32_t interface);	/* NULL past the last */
struct capture_stats capture_stats(const struct capture *c);
void capture_close(struct capture *c);

/* The number of our link type in a pcap file (LINKTYPE_), and back; false: we do not read it. */
bool capture_link_of(uint32_t link_type, enum wire_link *out);
const char *capture_link_type_name(uint32_t link_type);		/* "EN10MB", "LINUX_SLL2", "link type 123" never NULL */

#endif

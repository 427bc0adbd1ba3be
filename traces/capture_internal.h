/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two formats of the capture reader share: a window on the file, and the telling of faults. Internal.
 */
#ifndef MOOR_TRACES_CAPTURE_INTERNAL_H
#define MOOR_TRACES_CAPTURE_INTERNAL_H

#include <signal.h>

#include "traces/capture.h"

/*
 * Longest record or block that is believed. libpcap believes 262,144 octets of a packet; blocks have options too.
 */
#define CAPTURE_RECORD_MAX (4u << 20)
#define CAPTURE_WINDOW (1u << 18)

struct capture_iface_state {
	struct capture_iface iface;
	enum wire_link link;
	bool readable, told;		/* told: its link type was reported as one we do not read */
	uint8_t resolution;		/* if_tsresol */
	int64_t time_offset;		/* seconds, if_tsoffset */
};

struct capture {
	int fd;
	char *path;
	uint8_t *buf;
	size_t cap, at, end;		/* the window: unread octets are buf[at..end) */
	uint64_t base;			/* file offset of buf[0] */
	const volatile sig_atomic_t *lost;	/* while buf is map: pages of it are gone. NULL: it is not */
	uint8_t *map;			/* the whole file, as long as it was; buf is this until its end is reached. NULL: none */
	size_t map_len, map_dropped;
	bool eof, done;
	bool modified;			/* pcap: the 8 octets longer record header of magic a1b2cd34 */
	bool plain;			/* pcap: neither that nor the other octet order */
	int64_t tick;			/* pcap: ns of a fraction of a second */
	struct capture_stats stats;
	uint64_t number;		/* records met, those skipped included */
	int64_t last_at;		/* of the last frame; 0 before the first */
	GArray *ifaces;			/* struct capture_iface_state */
	uint32_t section;		/* pcapng: number of the first interface of the section */
	GString *comment;
	capture_fault_fn *told;
	void *told_ctx;
};

/* Reads on until n unread octets are there. */
ssize_t capture_fill(struct capture *c, size_t n, GError **error);
/* At least n unread octets: how many there are (fewer than n only at the end), or -1 with error. */
static inline ssize_t capture_need(struct capture *c, size_t n, GError **error)
{
	return G_LIKELY(c->end - c->at >= n) ? (ssize_t)(c->end - c->at) : capture_fill(c, n, error);
}
static inline const uint8_t *capture_here(const struct capture *c) { return c->buf + c->at; }
static inline uint64_t capture_offset(const struct capture *c) { return c->base + c->at; }

/* capture_map.c: maps the file when that pays; then buf is the mapping, and end what of it may be looked at. */
void capture_map(struct capture *c);
void capture_map_fill(struct capture *c, size_t n);
/* Pages are gone because the file became shorter; in their place are zeros. */
static inline bool capture_map_lost(const struct capture *c) { return c->lost && *c->lost; }
/* Behind a new end of the file there are zeros up to the end of the page: are we there? Asks the system. */
bool capture_map_short(const struct capture *c);
void capture_unmap(struct capture *c);

void capture_tell(struct capture *c, enum capture_fault f, uint64_t number, uint64_t offset, const char *fmt, ...)
	G_GNUC_PRINTF(5, 6);
uint32_t capture_add_iface(struct capture *c, uint32_t link_type, uint32_t snap_len, const char *name);
/* What both formats check about a frame whose octets, lengths, time and interface are filled in; counts it. */
void capture_judge(struct capture *c, struct capture_frame *f);

static inline uint32_t capture_u32(const struct capture *c, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return c->stats.swapped ? GUINT32_SWAP_LE_BE(v) : v;
}

static inline uint16_t capture_u16(const struct capture *c, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return c->stats.swapped ? GUINT16_SWAP_LE_BE(v) : v;
}

/* pcapng: reads blocks until a frame, as capture_next. The section header block stands at the window's start. */
int capture_next_block(struct capture *c, struct capture_frame *out, GError **error);

#endif

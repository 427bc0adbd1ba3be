/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads recordings of media (l2_record.h, docs/radio-traces.md) and finds in them what befell a frame.
 */
#ifndef MOOR_TRACES_L2_READ_H
#define MOOR_TRACES_L2_READ_H

#include <glib.h>
#include <stdbool.h>

#include "base/time.h"
#include "world/record.h"

#define L2_NONE UINT32_MAX
#define L2_EVERYBODY (UINT32_MAX - 1)

enum l2_kind { L2_SENT, L2_REFUSED, L2_HEARD, L2_IN, L2_OUT, L2_STATION, L2_RADIO };

struct l2_item {			/* a line */
	moor_time at;
	uint64_t frame;			/* sent, refused, heard: its number; ascending over what is sent */
	uint32_t line;			/* in the file, from 1 */
	uint32_t port, link;		/* places in the file's tables; a station's link may be L2_NONE */
	uint32_t len;			/* octets of a frame with its header; radio: place in radios */
	uint32_t to;			/* sent: a port, L2_EVERYBODY (a group), L2_NONE (nobody who was there) */
	uint32_t next;			/* sent: item of the first port that heard it, heard: of the next one; L2_NONE */
	uint32_t same;			/* sent: item of the port's next frame; L2_NONE */
	uint8_t kind;			/* enum l2_kind */
};

struct l2_name {			/* a link, or an interface of a node */
	char *name, *node;		/* node: of an interface */
	uint32_t line;
	uint32_t first;			/* of an interface: item of its first frame; L2_NONE */
	bool station;			/* an interface that the radio moves; a link that it moves them to */
};

struct l2_file {
	char *path, *scenario, *hash, *engine, *version;
	uint64_t seed;
	GArray *links, *ports;		/* struct l2_name */
	GArray *radios;			/* struct rec_radio; a radio item's `len` is its place here */
	GStringChunk *texts;		/* of them */
	GArray *items;			/* struct l2_item, in the order of the file, which is that of time */
	moor_time end;			/* of the run; of a recording that was cut short its last line */
	bool whole;			/* has its last line */
};

/* NULL: it cannot be read, or a line of it is wrong: the error says which. */
struct l2_file *l2_read(const char *path, GError **error);
/* The same of a text; name: for errors. */
struct l2_file *l2_read_text(const char *name, const char *text, size_t len, GError **error);
void l2_file_free(struct l2_file *f);

static inline struct l2_item *l2_item(const struct l2_file *f, uint32_t i)
{
	return &g_array_index(f->items, struct l2_item, i);
}
static inline struct l2_name *l2_link(const struct l2_file *f, uint32_t i)
{
	return &g_array_index(f->links, struct l2_name, i);
}
static inline struct l2_name *l2_port(const struct l2_file *f, uint32_t i)
{
	return &g_array_index(f->ports, struct l2_name, i);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small world for tests of model/world: nodes with one port each, which send numbered frames and log everything.
 */
#ifndef MOOR_TESTS_WORLD_RIG_H
#define MOOR_TESTS_WORLD_RIG_H

#include "tests/unit/harness.h"

#include "world/filter.h"
#include "world/record.h"
#include "world/timer.h"

/* One thing that was seen: a record of a frame or carrier, or a handler's call ("rx", "up", "down"). */
struct seen {
	moor_time at;
	char what[16];		/* tx, rx, loss, mask, queue, … ; handlers: got, up, down */
	uint32_t node;
	uint32_t len;
	uint32_t mark;		/* the frame's number as its sender counts, from the octets */
	uint64_t frame;
	bool altered;		/* the octets are not those that were sent */
};

struct rig {
	struct moor_world *w;
	GArray *seen;
	uint32_t next_mark;
	void (*on_rx)(struct rig *r, struct moor_port *p, struct moor_pkt *pkt);	/* may take it */
};

struct rig *rig_new(uint64_t seed);
void rig_free(struct rig *r);					/* asserts that nothing leaked */
/* A node of that name with one port "eth0", MAC 02:00:00:00:hi:lo by number. */
struct moor_port *rig_port(struct rig *r, const char *name);
struct mac_addr rig_mac(uint32_t number);
/* A frame of len octets (>= 18) to dst; returns its mark. */
uint32_t rig_send(struct rig *r, struct moor_port *from, const struct mac_addr *dst, uint32_t len);
/* At an instant, from a timer. */
void rig_send_at(struct rig *r, moor_time at, struct moor_port *from, const struct mac_addr *dst, uint32_t len);

unsigned rig_count(const struct rig *r, const char *what, uint32_t node);	/* node REC_NONE: any */
const struct seen *rig_find(const struct rig *r, const char *what, uint32_t node, unsigned nth);	/* NULL: no such */
/* The whole log as text, one "at what node mark;" after another; free with g_free. */
char *rig_log(const struct rig *r, const char *what);
void rig_forget(struct rig *r);

#endif

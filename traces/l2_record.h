/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes down what a medium does to the LANs that it carries (world/medium.h): who is on them, what was sent, who heard
 * it and when. The file's form: docs/radio-traces.md.
 *
 *	l = l2_record_new(world, path, &about, &error);	before media carry anything
 *	...the run...
 *	ok = l2_record_close(l, now, whole, &error);
 *
 * Point-to-point links are left out: on every engine they keep the same time.
 */
#ifndef MOOR_TRACES_L2_RECORD_H
#define MOOR_TRACES_L2_RECORD_H

#include <glib.h>

#include "world/world.h"

#define L2_VERSION 1

struct l2_about {			/* of the run; words without blanks; lent for the call */
	const char *scenario, *hash;
	uint64_t seed;
	const char *engine, *version;	/* "ns3", "3.37" */
};

struct l2_record;

/* Makes or empties the file. It holds whole lines alone, and every few of them at once, whatever ends the program. */
struct l2_record *l2_record_new(struct moor_world *w, const char *path, const struct l2_about *about, GError **error);
uint64_t l2_record_frames(const struct l2_record *l);
/* whole: the run came to its end. False: something could not be written. Frees l, which may be NULL. */
bool l2_record_close(struct l2_record *l, moor_time now, bool whole, GError **error);

#endif

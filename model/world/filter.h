/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters on a port: an ordered chain that sees every frame out of and into it. A filter passes, drops or holds a
 * frame (holding takes it; it comes back with moor_filter_resume). The stock ones are here; NAT is net/nat.h because
 * it reads IP.
 */
#ifndef MOOR_WORLD_FILTER_H
#define MOOR_WORLD_FILTER_H

#include "world/link.h"

enum filter_dir { FILTER_OUT, FILTER_IN };
enum filter_verdict { FILTER_PASS, FILTER_DROP, FILTER_HOLD };

struct moor_filter {
	const char *name;		/* constant, appears in drop records */
	/* *pkt may be replaced by a longer one (moor_pkt_push). */
	enum filter_verdict (*frame)(struct moor_filter *f, struct moor_port *p, enum filter_dir dir, struct moor_pkt **pkt);
	void (*destroy)(struct moor_filter *f);	/* frees f; may be NULL */
	struct moor_filter *next;	/* the chain's own: outwards order; inwards it runs from the last to the first */
};

void moor_filter_add(struct moor_port *p, struct moor_filter *f);	/* at the link's end of the chain; the port owns f */
void moor_filter_add_first(struct moor_port *p, struct moor_filter *f);	/* at the node's end */
void moor_filter_remove(struct moor_port *p, struct moor_filter *f);	/* and destroys it */
/* Takes pkt, goes on behind f. Outwards at once; inwards as an arrival at this instant, so it may be called from inside
 * any handler. A frame whose filter is removed meanwhile is dropped. */
void moor_filter_resume(struct moor_filter *f, struct moor_port *p, enum filter_dir dir, struct moor_pkt *pkt);

/* Impairs frames of one or both directions as a link would (loss, delay, duplication, reordering, corruption; rate,
 * queue, mtu unused). */
struct moor_filter *filter_impair_new(struct moor_port *p, const struct link_params *params, bool out, bool in);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One direction of one flow, as the metrics see it: gaps, losses, duplicates and late packets without a table of
 * packets. Internal to the metrics. Sequence numbers are those of the sender, starting anywhere, never wrapping (64
 * bits).
 */
#ifndef MOOR_TRACES_METRICS_FLOW_H
#define MOOR_TRACES_METRICS_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"

#define FLOW_WINDOW 128u	/* how far behind the newest packet a late one can be told from a duplicate */

struct flow_dir {
	bool sent_any, got_any;
	uint64_t sent_first, sent_high, got_first, got_high;	/* sequence numbers */
	moor_time sent_first_at, sent_high_at;
	moor_time got_first_sent_at, got_high_sent_at;		/* sending times of the packets that came */
	moor_time got_at;					/* last arrival that was no duplicate */
	uint64_t seen[2];					/* bit k: got_high - k came */

	/* what belongs to the step under way */
	bool counting;			/* base is known: the flow had arrived before or in this step */
	bool frozen;			/* limit is known */
	uint64_t base;			/* packets behind this one belong to the step … */
	uint64_t limit;			/* … up to this one */
	uint64_t received;		/* of them, each once */
	uint64_t judged;		/* packets up to this one were judged by an earlier step; valid if judged_any */
	bool judged_any;
	uint32_t duplicated, reordered;
	moor_time gap;			/* longest silence that ended in the step; 0: none */
};

/* The outcome of a step for this direction. */
struct flow_step {
	uint64_t lost, duplicated, reordered;
	moor_time gap, interval;
	bool open;			/* the gap had not ended */
	bool any;			/* the flow took part in the step */
};

enum flow_arrival { FLOW_NEW, FLOW_LATE, FLOW_DUPLICATE };

void metrics_flow_sent(struct flow_dir *d, uint64_t sequence, moor_time at);
/* silences: a silence that ends now counts for the step under way. */
enum flow_arrival metrics_flow_got(struct flow_dir *d, uint64_t sequence, moor_time sent_at, moor_time at,
				   bool silences);
void metrics_flow_begin(struct flow_dir *d);
/* No packet sent from now on belongs to the step. */
void metrics_flow_freeze(struct flow_dir *d);

enum flow_close {
	FLOW_CLOSE_WHOLE,		/* the step had its full time: what has not come is lost */
	FLOW_CLOSE_EARLY,		/* the next step begins: what is under way belongs to that one */
	FLOW_CLOSE_END			/* the records end: what was sent in the last METRICS_FLIGHT may be under way */
};
struct flow_step metrics_flow_close(struct flow_dir *d, moor_time at, enum flow_close how);

#endif

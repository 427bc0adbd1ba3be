/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Losses, duplicates, reordering and silences of one direction of a flow, streaming and in constant memory. It exists
 * so that a hundred thousand flows cost no table of packets. Definitions: docs/metrics.md. Reordered as in RFC 4737 3
 * (a packet whose number is smaller than one that came before it), duplicated as in RFC 5560 3.2 (every copy but the
 * first).
 */
#include "traces/metrics_flow.h"

#include <string.h>

#include "traces/metrics.h"

void metrics_flow_sent(struct flow_dir *d, uint64_t sequence, moor_time at)
{
	if (!d->sent_any) {
		d->sent_any = true;
		d->sent_first = d->sent_high = sequence;
		d->sent_first_at = d->sent_high_at = at;
	} else if (sequence > d->sent_high) {
		d->sent_high = sequence;
		d->sent_high_at = at;
	}
}

/* Moves the window so that its newest packet is the one of this number. */
static void window_slide(struct flow_dir *d, uint64_t sequence)
{
	uint64_t by = sequence - d->got_high;

	if (by >= FLOW_WINDOW) {
		d->seen[0] = d->seen[1] = 0;
	} else if (by >= 64) {
		d->seen[1] = d->seen[0] << (by - 64);
		d->seen[0] = 0;
	} else if (by > 0) {
		d->seen[1] = d->seen[1] << by | d->seen[0] >> (64 - by);
		d->seen[0] <<= by;
	}
	d->seen[0] |= 1;
	d->got_high = sequence;
}

/*
 * Whether the packet of a number below the newest came before; marks it as come. Outside the window it counts as
 * late.
 */
static bool window_seen(struct flow_dir *d, uint64_t sequence)
{
	uint64_t back = d->got_high - sequence, bit;

	if (back >= FLOW_WINDOW)
		return false;
	bit = UINT64_C(1) << (back & 63);
	if (d->seen[back >> 6] & bit)
		return true;
	d->seen[back >> 6] |= bit;
	return false;
}

static enum flow_arrival classify(struct flow_dir *d, uint64_t sequence, moor_time sent_at)
{
	if (!d->got_any) {
		d->got_any = true;
		d->got_first = d->got_high = sequence;
		d->got_first_sent_at = d->got_high_sent_at = sent_at;
		d->seen[0] = 1;
		return FLOW_NEW;
	}
	if (sequence > d->got_high) {
		window_slide(d, sequence);
		d->got_high_sent_at = sent_at;
		return FLOW_NEW;
	}
	return window_seen(d, sequence) ? FLOW_DUPLICATE : FLOW_LATE;
}

enum flow_arrival metrics_flow_got(struct flow_dir *d, uint64_t sequence, moor_time sent_at, moor_time at,
				   bool silences)
{
	bool first = !d->got_any;
	enum flow_arrival a = classify(d, sequence, sent_at);

	if (first) {			/* a flow counts from the first packet that arrived */
		d->counting = true;
		d->base = sequence - 1;
	} else if (a != FLOW_DUPLICATE && silences && at - d->got_at > d->gap) {
		d->gap = at - d->got_at;
	}
	if (a == FLOW_DUPLICATE) {
		d->duplicated++;
		return a;
	}
	d->got_at = at;
	if (a == FLOW_LATE)
		d->reordered++;
	/* modulo 2^64 a base of -1 (first number 0) counts as well */
	if (d->counting && sequence - d->base - 1 < UINT64_MAX / 2 && (!d->frozen || sequence <= d->limit))
		d->received++;
	return a;
}

void metrics_flow_begin(struct flow_dir *d)
{
	d->counting = d->got_any;
	d->base = d->judged_any && d->judged > d->got_high ? d->judged : d->got_high;
	d->frozen = false;
	d->received = 0;
	d->duplicated = d->reordered = 0;
	d->gap = 0;
}

static uint64_t highest_known(const struct flow_dir *d)
{
	return d->sent_any && d->sent_high > d->got_high ? d->sent_high : d->got_high;
}

void metrics_flow_freeze(struct flow_dir *d)
{
	if (d->frozen || !d->got_any)
		return;
	d->frozen = true;
	d->limit = highest_known(d);
}

/* Mean distance between sendings, from the sender's records or else from the times that the packets carried. */
static moor_time sending_interval(const struct flow_dir *d)
{
	if (d->sent_any && d->sent_high > d->sent_first)
		return (d->sent_high_at - d->sent_first_at) / (moor_time)(d->sent_high - d->sent_first);
	if (d->got_any && d->got_high > d->got_first)
		return (d->got_high_sent_at - d->got_first_sent_at) / (moor_time)(d->got_high - d->got_first);
	return 0;
}

/* Packets at the end of the flow that may still be under way. */
static uint64_t under_way(const struct flow_dir *d, moor_time at, moor_time interval)
{
	uint64_t tail = highest_known(d) - d->got_high, n;

	if (!tail || at - d->sent_high_at >= METRICS_FLIGHT)
		return 0;
	if (interval <= 0)
		return tail;
	n = (uint64_t)((METRICS_FLIGHT - (at - d->sent_high_at)) / interval) + 1;
	return n < tail ? n : tail;
}

static uint64_t last_of_step(const struct flow_dir *d, moor_time at, enum flow_close how, moor_time interval)
{
	switch (how) {
	case FLOW_CLOSE_EARLY:
		return d->frozen && d->limit < d->got_high ? d->limit : d->got_high;
	case FLOW_CLOSE_END:
		if (!d->frozen)
			return highest_known(d) - under_way(d, at, interval);
		break;
	case FLOW_CLOSE_WHOLE:
		break;
	}
	return d->frozen ? d->limit : highest_known(d);
}

struct flow_step metrics_flow_close(struct flow_dir *d, moor_time at, enum flow_close how)
{
	struct flow_step s = { .duplicated = d->duplicated, .reordered = d->reordered, .gap = d->gap };
	uint64_t last, span;

	/* A flow of which nothing had come when the step's time for packets was over began after it. */
	if (!d->counting || (how == FLOW_CLOSE_WHOLE && !d->frozen)) {
		memset(&s, 0, sizeof(s));
		return s;
	}
	s.interval = sending_interval(d);
	last = last_of_step(d, at, how, s.interval);
	span = last - d->base;
	d->judged = last;
	d->judged_any = true;
	s.any = d->received > 0 || (span > 0 && span < UINT64_MAX / 2) || highest_known(d) > d->got_high;
	if (span < UINT64_MAX / 2 && span > d->received)
		s.lost = span - d->received;
	/* packets were sent and nothing came: the silence goes on */
	if ((how == FLOW_CLOSE_EARLY ? highest_known(d) : last) > d->got_high && at - d->got_at > s.gap) {
		s.gap = at - d->got_at;
		s.open = true;
	}
	return s;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bounded parts of a timeline: tracks of bars that get coarser instead of longer, and counts of packets per span
 * of time whose spans double. They exist so that a picture of a day of simulated time is no larger than that of a
 * minute. No clause.
 */
#include "traces/timeline_internal.h"

#define SILENCE 3			/* sending intervals */

/* ---- tracks -------------------------------------------------------------------------------------- */

static void merge(struct tl_bar *into, const struct tl_bar *b)
{
	into->from = MIN(into->from, b->from);
	into->to = MAX(into->to, b->to);
	into->n += b->n;
	if (into->label != b->label)
		into->label = NULL;
	if (into->look == b->look)
		return;
	if (into->look == LOOK_HOST || into->look == LOOK_NETWORK)
		into->look = LOOK_MIXED;
	else
		into->look = MAX(into->look, b->look);
}

static void coarsen_once(struct tl_track *t)
{
	guint out = 0;

	for (guint i = 0; i < t->bars->len; i++) {
		struct tl_bar b = *track_bar(t, i), *last = out ? track_bar(t, out - 1) : NULL;

		if (last && MAX(b.to, last->to) - last->from <= t->quantum)
			merge(last, &b);
		else
			*track_bar(t, out++) = b;
	}
	g_array_set_size(t->bars, out);
}

void track_coarsen(struct tl_track *t, moor_time quantum, guint most)
{
	if (!t->bars)
		return;
	if (quantum > t->quantum)
		t->quantum = quantum;
	for (coarsen_once(t); t->bars->len > MAX(most, 1u); coarsen_once(t))
		t->quantum = t->quantum ? t->quantum * 2 : MOOR_MS;
}

void track_window(struct tl_track *t, moor_time from, moor_time to)
{
	guint out = 0;

	for (guint i = 0; i < track_len(t); i++)
		if (track_bar(t, i)->to >= from && track_bar(t, i)->from <= to)
			*track_bar(t, out++) = *track_bar(t, i);
	if (t->bars)
		g_array_set_size(t->bars, out);
}

void track_add(struct tl_track *t, struct tl_bar bar)
{
	if (!t->bars)
		t->bars = g_array_new(FALSE, FALSE, sizeof(struct tl_bar));
	bar.n = 1;
	if (t->bars->len >= TRACK_MAX)
		track_coarsen(t, 0, TRACK_MAX / 2);
	g_array_append_val(t->bars, bar);
}

/* What holds in this lane changes; NULL: nothing does from now on. */
void lane_switch(struct tl_lane *l, moor_time at, const char *label)
{
	if (l->open && l->current.label == label)
		return;
	if (l->open && at >= l->current.from) {
		l->current.to = at;
		if (at > l->current.from)
			track_add(&l->tracks[0], l->current);
	}
	l->open = label != NULL;
	l->current = (struct tl_bar){ .from = at, .label = label };
}

/* ---- user data ----------------------------------------------------------------------------------- */

static void count_packet(struct tl_flow *f, moor_time at)
{
	while ((at - f->first) / f->width >= (moor_time)TL_BINS) {
		for (guint i = 0; i < TL_BINS / 2; i++)
			f->bins[i] = f->bins[2 * i] + f->bins[2 * i + 1];
		for (guint i = TL_BINS / 2; i < TL_BINS; i++)
			f->bins[i] = 0;
		f->width *= 2;
	}
	f->bins[(at - f->first) / f->width]++;
}

void flow_sent(struct tl_flow *f, const struct moor_record *r)
{
	if (!f->sent_any)
		f->sent_first = r->at;
	/* known before anything comes, so that a flow of which nothing arrives is a silence too */
	else if (r->u.data.sequence > 0 && !f->any && r->at > f->sent_last)
		f->interval = r->at - f->sent_last;
	f->sent_any = true;
	f->sent_last = r->at;
}

/* The mean sending interval as the receiver sees it: losses do not change it where packets carry numbers. */
static void learn_interval(struct tl_flow *f, const struct moor_record *r)
{
	uint64_t n = r->u.data.sequence - f->sequence;
	moor_time now;

	if (r->u.data.sequence > f->sequence && r->u.data.sent_at > f->sent_at && n < INT32_MAX)
		now = (r->u.data.sent_at - f->sent_at) / (moor_time)n;
	else if (!r->u.data.sequence && !f->sequence && r->at > f->at)
		now = r->at - f->at;		/* no numbers */
	else
		return;
	if (!f->interval)
		f->interval = now;
	else if (now < SILENCE * f->interval)	/* a pause of the source is no interval */
		f->interval += (now - f->interval) / 8;
}

static void silence(struct tl_lane *l, moor_time from, moor_time to)
{
	if (l->flow->interval && to - from > SILENCE * l->flow->interval)
		track_add(&l->tracks[0], (struct tl_bar){ .from = from, .to = to });
}

void flow_received(struct tl_lane *l, const struct moor_record *r)
{
	struct tl_flow *f = l->flow;

	if (!f->any) {
		f->first = r->at;
		f->width = MOOR_MS;
		if (f->sent_any)
			silence(l, f->sent_first, r->at);
	} else {
		moor_time pause = r->u.data.sequence == f->sequence + 1 ? r->u.data.sent_at - f->sent_at : 0;

		learn_interval(f, r);
		/* the source's own pauses are none of the network's */
		if (pause <= SILENCE * f->interval)
			silence(l, f->at, r->at);
	}
	f->any = true;
	count_packet(f, r->at);
	f->at = r->at;
	if (r->u.data.sequence >= f->sequence) {
		f->sequence = r->u.data.sequence;
		f->sent_at = r->u.data.sent_at;
	}
}

void flow_end(struct tl_lane *l)
{
	const struct tl_flow *f = l->flow;

	/* what is under way at the end is no silence */
	if (f->sent_any)
		silence(l, f->any ? f->at : f->sent_first, f->sent_last);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the recorded channel between two ports
 *
 * Of each direction a list of what was sent in it: a unicast frame counts for the port that it was for, one to a group
 * for every port that was on the link. The nearest one in time within the window decides, before all others one of the
 * same sort, for a radio repeats unicast frames until they are heard, and others not. Without one the median of the
 * direction's delays is taken, or of all directions'. It implements no clause.
 */
#include "scenarios/l2_channel.h"

#include <stdlib.h>

#define UNKNOWN_DELAY (INT64_C(1000) * 1000)	/* of a recording in which nobody heard anything */

struct sample {
	moor_time at, delay;		/* L2_LOST */
};

struct way {
	GArray *samples[2];		/* struct sample: unicast, group */
	moor_time typical;		/* L2_LOST: nothing arrived */
};

struct l2_channel {
	const struct l2_file *f;
	GHashTable *ways;		/* struct way by from and to */
	moor_time typical;
};

static void way_free(gpointer p)
{
	struct way *w = p;

	g_array_unref(w->samples[0]);
	g_array_unref(w->samples[1]);
	g_free(w);
}

static struct way *way_of(const struct l2_channel *c, uint32_t from, uint32_t to)
{
	gint64 key = (gint64)((uint64_t)from << 32 | to);

	return g_hash_table_lookup(c->ways, &key);
}

static struct way *new_way(struct l2_channel *c, uint32_t from, uint32_t to)
{
	gint64 *key = g_new(gint64, 1);
	struct way *w = way_of(c, from, to);

	*key = (gint64)((uint64_t)from << 32 | to);
	if (w) {
		g_free(key);
		return w;
	}
	w = g_new0(struct way, 1);
	for (unsigned i = 0; i < 2; i++)
		w->samples[i] = g_array_new(FALSE, FALSE, sizeof(struct sample));
	g_hash_table_insert(c->ways, key, w);
	return w;
}

static moor_time delay_of(const struct l2_file *f, const struct l2_item *x, uint32_t to)
{
	for (uint32_t i = x->next; i != L2_NONE; i = l2_item(f, i)->next)
		if (l2_item(f, i)->port == to)
			return l2_item(f, i)->at - x->at;
	return L2_LOST;
}

static void count(struct l2_channel *c, const struct l2_item *x, uint32_t to, bool group)
{
	struct sample s = { x->at, delay_of(c->f, x, to) };

	g_array_append_val(new_way(c, x->port, to)->samples[group], s);
}

/* on: of each port the link that it is on; L2_NONE. */
static void count_frame(struct l2_channel *c, const struct l2_item *x, const uint32_t *on)
{
	if (x->to < c->f->ports->len)
		count(c, x, x->to, false);
	else if (x->to == L2_EVERYBODY)
		for (uint32_t p = 0; p < c->f->ports->len; p++)
			if (p != x->port && on[p] == x->link)
				count(c, x, p, true);
	if (x->to != L2_NONE)
		return;
	for (uint32_t i = x->next; i != L2_NONE; i = l2_item(c->f, i)->next)
		count(c, x, l2_item(c->f, i)->port, false);
}

static int compare(const void *a, const void *b)
{
	moor_time x = *(const moor_time *)a, y = *(const moor_time *)b;

	return (x > y) - (x < y);
}

static moor_time median(GArray *delays)
{
	g_array_sort(delays, compare);
	return delays->len ? g_array_index(delays, moor_time, delays->len / 2) : L2_LOST;
}

/* Medians do not depend on the table's order. */
static void typify(struct l2_channel *c)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(moor_time));
	GHashTableIter it;
	gpointer value;

	g_hash_table_iter_init(&it, c->ways);
	while (g_hash_table_iter_next(&it, NULL, &value)) {
		GArray *own = g_array_new(FALSE, FALSE, sizeof(moor_time));
		struct way *w = value;

		for (unsigned k = 0; k < 2; k++)
			for (guint i = 0; i < w->samples[k]->len; i++) {
				moor_time d = g_array_index(w->samples[k], struct sample, i).delay;

				if (d != L2_LOST)
					g_array_append_val(own, d);
			}
		g_array_append_vals(all, own->data, own->len);
		w->typical = median(own);
		g_array_unref(own);
	}
	c->typical = median(all);
	if (c->typical == L2_LOST)
		c->typical = UNKNOWN_DELAY;
	g_array_unref(all);
}

struct l2_channel *l2_channel_new(const struct l2_file *f)
{
	struct l2_channel *c = g_new0(struct l2_channel, 1);
	uint32_t *on = g_new(uint32_t, f->ports->len + 1);

	c->f = f;
	c->ways = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, way_free);
	for (guint i = 0; i < f->ports->len; i++)
		on[i] = L2_NONE;
	for (guint i = 0; i < f->items->len; i++) {
		const struct l2_item *x = l2_item(f, i);

		if (x->kind == L2_SENT)
			count_frame(c, x, on);
		else if (x->kind == L2_IN || x->kind == L2_OUT)
			on[x->port] = x->kind == L2_IN ? x->link : L2_NONE;
	}
	g_free(on);
	typify(c);
	return c;
}

void l2_channel_free(struct l2_channel *c)
{
	if (!c)
		return;
	g_hash_table_unref(c->ways);
	g_free(c);
}

/* The nearest in time, of two as near the earlier one; NULL: none within the window. */
static const struct sample *nearest(const GArray *samples, moor_time at)
{
	const struct sample *s = (const struct sample *)(const void *)samples->data, *best = NULL;
	guint lo = 0, hi = samples->len;

	while (lo < hi) {
		guint mid = lo + (hi - lo) / 2;

		if (s[mid].at < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < samples->len && s[lo].at - at <= L2_WINDOW)
		best = &s[lo];
	if (lo && at - s[lo - 1].at <= L2_WINDOW && (!best || at - s[lo - 1].at <= best->at - at))
		best = &s[lo - 1];
	return best;
}

moor_time l2_channel_delay(struct l2_channel *c, uint32_t from, uint32_t to, moor_time at, bool group)
{
	const struct way *w = way_of(c, from, to);
	const struct sample *s = w ? nearest(w->samples[group], at) : NULL;

	if (w && !s)
		s = nearest(w->samples[!group], at);
	if (s)
		return s->delay;
	return w && w->typical != L2_LOST ? w->typical : c->typical;
}

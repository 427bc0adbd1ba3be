/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: filters
 *
 * The chain of a port: outwards from the first to the last, inwards from the last to the first. What a filter held
 * goes on behind it: outwards at once (that only enqueues), inwards as an arrival of its own at the same instant,
 * because resuming may happen within a handler of the very node that would receive it.
 *
 * The stock filter impairs frames as a link does, for ports whose link is not ours (ns-3, live) or for one port of
 * many.
 */
#include "world/filter.h"

#include "world/priv.h"

#define MAX_FILTERS 16u

static unsigned chain(const struct moor_port *p, struct moor_filter *out[MAX_FILTERS])
{
	unsigned n = 0;

	for (struct moor_filter *f = p->filters; f; f = f->next)
		out[n++] = f;
	return n;
}

void moor_filter_add(struct moor_port *p, struct moor_filter *f)
{
	struct moor_filter **end = &p->filters;
	unsigned n = 1;

	for (; *end; n++)
		end = &(*end)->next;
	assert(n <= MAX_FILTERS);
	f->next = NULL;
	*end = f;
}

void moor_filter_add_first(struct moor_port *p, struct moor_filter *f)
{
	struct moor_filter *all[MAX_FILTERS];

	assert(chain(p, all) < MAX_FILTERS);
	f->next = p->filters;
	p->filters = f;
}

void moor_filter_remove(struct moor_port *p, struct moor_filter *f)
{
	struct moor_filter **at = &p->filters;

	while (*at && *at != f)
		at = &(*at)->next;
	assert(*at);
	*at = f->next;
	if (f->destroy)
		f->destroy(f);
}

void filters_free(struct moor_port *p)
{
	while (p->filters)
		moor_filter_remove(p, p->filters);
}

/* Runs pkt through the chain, behind a filter or from its beginning (NULL); takes pkt. */
void filters_run(struct moor_port *p, enum filter_dir dir, struct moor_filter *behind, struct moor_pkt *pkt)
{
	struct moor_filter *f[MAX_FILTERS];
	unsigned n = chain(p, f), i = 0;

	if (behind) {
		while (i < n && f[dir == FILTER_OUT ? i : n - 1 - i] != behind)
			i++;
		if (i++ == n) {		/* it was removed while it held the frame */
			port_drop(p, pkt, "filter");
			return;
		}
	}
	for (; i < n; i++) {
		struct moor_filter *here = f[dir == FILTER_OUT ? i : n - 1 - i];
		const char *name = here->name;

		switch (here->frame(here, p, dir, &pkt)) {
		case FILTER_PASS:
			break;
		case FILTER_DROP:
			port_drop(p, pkt, name);
			return;
		case FILTER_HOLD:
			return;
		}
	}
	if (dir == FILTER_OUT) {
		port_out(p, pkt);
	} else {
		pkt->as_sent = false;	/* filters may have changed it */
		port_hand_over(p, pkt);
	}
}

void moor_filter_resume(struct moor_filter *f, struct moor_port *p, enum filter_dir dir, struct moor_pkt *pkt)
{
	struct moor_world *w = world_of(p);

	if (dir == FILTER_OUT)
		filters_run(p, dir, f, pkt);
	else
		pkt_fly(w, pkt, p, w->now, WAY_IN, f);
}

/* ---- impairment -------------------------------------------------------------------------------------------------- */

struct impair_filter {
	struct moor_filter filter;
	struct link_params params;
	bool dirs[2];
	uint64_t stream[2];
	uint32_t frames[2];
	uint8_t mask_at[2];
	moor_time last[2];
};

static enum filter_verdict impair_frame(struct moor_filter *f, struct moor_port *p, enum filter_dir dir,
					struct moor_pkt **pkt)
{
	struct impair_filter *im = MOOR_CONTAINER(f, struct impair_filter, filter);
	struct moor_world *w = world_of(p);
	enum pkt_way way = dir == FILTER_OUT ? WAY_OUT : WAY_IN;
	struct fate fate;
	moor_time at;

	if (!im->dirs[dir])
		return FILTER_PASS;
	fate = impair(&im->params, im->stream[dir], im->frames[dir]++, *pkt);
	if (loss_mask_next(&im->params, &im->mask_at[dir]) || fate.lost)
		return FILTER_DROP;
	at = moor_time_add(w->now, fate.delay);
	if (!fate.late) {
		at = at < im->last[dir] ? im->last[dir] : at;
		im->last[dir] = at;
	}
	if (at == w->now && !fate.twice)
		return FILTER_PASS;
	if (fate.twice) {
		struct moor_pkt *copy = moor_pkt_copy(w, *pkt);

		pkt_fly(w, *pkt, p, at, way, f);
		pkt_fly(w, copy, p, at, way, f);
	} else {
		pkt_fly(w, *pkt, p, at, way, f);
	}
	return FILTER_HOLD;
}

static void impair_destroy(struct moor_filter *f)
{
	mem_free(MOOR_CONTAINER(f, struct impair_filter, filter));
}

struct moor_filter *filter_impair_new(struct moor_port *p, const struct link_params *params, bool out, bool in)
{
	struct moor_world *w = world_of(p);
	struct impair_filter *im = mem_zeroed(sizeof *im);
	uint64_t node = rng_make(w->config.seed, p->node->name, moor_port_name(p)).key;
	unsigned n = 0;

	assert(params->loss_mask_bits <= 64);
	for (const struct moor_filter *f = p->filters; f; f = f->next)
		n++;		/* two such filters on one port do not draw the same */
	im->filter = (struct moor_filter){ .name = "impair", .frame = impair_frame, .destroy = impair_destroy };
	im->params = *params;
	im->dirs[FILTER_OUT] = out;
	im->dirs[FILTER_IN] = in;
	im->stream[FILTER_OUT] = rng_make(node + n, "filter", "out").key;
	im->stream[FILTER_IN] = rng_make(node + n, "filter", "in").key;
	return &im->filter;
}

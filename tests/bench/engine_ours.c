/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our side of the queue benchmarks: the work of engines.h on the timers of a world, through the interface that
 * entities use.
 */
#include "tests/bench/engines.h"

#include <glib.h>
#include <string.h>

#include "world/priv.h"

/* Timers stand last, as world/timer.h asks for: what is before them is fetched ahead. */
struct holder {
	uint64_t touched[8];
	struct bench_work *work;
	uint32_t id;
	struct moor_timer t;
};

struct ue {
	struct bench_work *work;
	uint32_t id, unanswered;
	struct moor_timer think, request, reply, retransmit, life[2];
};

struct ours {
	struct moor_world *w;
	void *things;
};

static void count(struct moor_world *w, struct bench_work *work, uint64_t id)
{
	work->hash = bench_hash(work->hash, moor_world_now(w), id);
	if (!--work->left)
		moor_world_stop(w);
}

static void hold(struct moor_world *w, struct moor_timer *t)
{
	struct holder *h = MOOR_CONTAINER(t, struct holder, t);

	for (unsigned i = 0; i < 8; i++)
		h->touched[i] += h->id;
	moor_timer_in(w, t, bench_span(&h->work->draw), hold);
	count(w, h->work, h->id);
}

static void lifetime_over(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	(void)t;
	g_error("a lifetime ran out");
}

static void no_answer(struct moor_world *w, struct moor_timer *t)
{
	(void)w;
	(void)t;
	g_error("a retransmission timer fired");
}

static void request(struct moor_world *w, struct moor_timer *t);

static void think(struct moor_world *w, struct moor_timer *t)
{
	struct ue *u = MOOR_CONTAINER(t, struct ue, think);

	u->unanswered++;
	moor_timer_in(w, &u->request, 5 * MOOR_MS, request);
	moor_timer_in(w, &u->retransmit, MOOR_S, no_answer);
	count(w, u->work, u->id);
}

static void reply(struct moor_world *w, struct moor_timer *t)
{
	struct ue *u = MOOR_CONTAINER(t, struct ue, reply);

	u->unanswered--;
	moor_timer_cancel(w, &u->retransmit);
	moor_timer_in(w, &u->life[0], 2880 * MOOR_S, lifetime_over);
	moor_timer_in(w, &u->life[1], 3600 * MOOR_S, lifetime_over);
	moor_timer_in(w, &u->think, 60 * bench_span(&u->work->draw), think);
	count(w, u->work, u->id);
}

static void request(struct moor_world *w, struct moor_timer *t)
{
	struct ue *u = MOOR_CONTAINER(t, struct ue, request);

	moor_timer_in(w, &u->reply, 5 * MOOR_MS, reply);
	count(w, u->work, u->id);
}

static void *make(struct bench_work *work)
{
	struct ours *o = g_new0(struct ours, 1);

	o->w = moor_world_new(&(struct moor_world_config){ .seed = 1 });
	if (work->mix) {
		struct ue *u = o->things = g_new0(struct ue, work->n);

		for (uint32_t i = 0; i < work->n; i++, u++) {
			u->id = i;
			u->work = work;
			moor_timer_in(o->w, &u->life[0], 2880 * MOOR_S, lifetime_over);
			moor_timer_in(o->w, &u->life[1], 3600 * MOOR_S, lifetime_over);
			moor_timer_in(o->w, &u->think, 60 * bench_span(&work->draw), think);
		}
	} else {
		struct holder *h = o->things = g_new0(struct holder, work->n);

		for (uint32_t i = 0; i < work->n; i++, h++) {
			h->id = i;
			h->work = work;
			moor_timer_in(o->w, &h->t, bench_span(&work->draw), hold);
		}
	}
	return o;
}

static void run(void *engine, struct bench_work *work)
{
	struct ours *o = engine;

	o->w->stopped = false;		/* a benchmark may go on; worlds do not */
	while (work->left)
		moor_world_advance(o->w, moor_world_now(o->w) + 3600 * MOOR_S);
}

static uint64_t pending(void *engine) { return ((struct ours *)engine)->w->queue.entries; }

const struct bench_engine bench_ours = { "mooring", make, run, pending };

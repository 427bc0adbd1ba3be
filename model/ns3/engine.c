/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the world on ns-3's clock
 *
 * The world's contract about order (world.h) holds on its own: an event of ns-3 only says that some time has come. What
 * ns-3's devices deliver at the same instant is there before: its event was made when the frame was sent, and ours
 * steps
 * back once behind everything that is due now. It implements no clause.
 */
#include "ns3/engine.h"

#include "base/mem.h"

#define LOOK 4096u			/* events between two looks at *stop */

struct ns3_engine {
	const struct ns3c_table *n;
	struct moor_world *w;
	struct ns3c_timer timer;
	moor_time end;
	const volatile sig_atomic_t *stop;
	uint64_t turns;
	bool joined;			/* ns-3 is somebody else's */
	bool behind;			/* everything else of this instant has happened */
};

static void turn(void *arg);

static void arm(struct ns3_engine *e, moor_time now)
{
	moor_time next = moor_world_next(e->w);

	if (next == MOOR_NEVER || moor_world_stopped(e->w))
		e->n->timer_cancel_(&e->timer);
	else
		e->n->timer_set_(&e->timer, next > now ? next - now : 0, turn, e);
}

static void turn(void *arg)
{
	struct ns3_engine *e = arg;
	moor_time now;

	if (!e->behind && !e->n->alone_()) {
		e->behind = true;
		e->n->timer_set_(&e->timer, 0, turn, e);
		return;
	}
	e->behind = false;
	now = e->n->now_();
	moor_world_advance(e->w, now);
	if (moor_world_stopped(e->w) || (++e->turns % LOOK == 0 && e->stop && *e->stop))
		e->n->stop_();
	arm(e, now);
}

void ns3_engine_wake(struct ns3_engine *e)
{
	if (e->behind)
		return;
	/* that event comes behind everything that is due now: no other step back is needed */
	e->behind = true;
	e->n->timer_set_(&e->timer, 0, turn, e);
}

void ns3_engine_radio(struct ns3_engine *e, struct moor_port *p, const struct rec_radio *what)
{
	moor_time now = e->n->now_();

	if (moor_world_now(e->w) < now)
		moor_world_advance(e->w, now);
	moor_radio_emit(p, what);
}

struct ns3_engine *ns3_engine_new(const struct ns3c_table *table, struct moor_world *w, uint64_t seed,
				  void (*fatal)(void *ctx, const char *reason), void *ctx)
{
	struct ns3c_config c = { .seed = (uint32_t)seed ? (uint32_t)seed : 1, .run = 1, .fatal = fatal, .ctx = ctx };
	struct ns3_engine *e;

	if (table->init_(&c))
		return NULL;
	e = mem_zeroed(sizeof *e);
	e->n = table;
	e->w = w;
	return e;
}

struct ns3_engine *ns3_engine_join(const struct ns3c_table *table, struct moor_world *w)
{
	struct ns3_engine *e = mem_zeroed(sizeof *e);

	e->n = table;
	e->w = w;
	e->joined = true;
	return e;
}

void ns3_engine_free(struct ns3_engine *e)
{
	if (!e)
		return;
	e->n->timer_cancel_(&e->timer);
	if (!e->joined)
		e->n->end_();
	mem_free(e);
}

void ns3_engine_begin(struct ns3_engine *e) { arm(e, e->n->now_()); }

void ns3_engine_reach(struct ns3_engine *e, moor_time end)
{
	moor_time now = e->n->now_(), to = now < end ? now : end;

	e->n->timer_cancel_(&e->timer);
	e->behind = false;
	if (moor_world_now(e->w) < to && !moor_world_stopped(e->w))
		moor_world_advance(e->w, to);
}

void ns3_engine_run(struct ns3_engine *e, moor_time end, const volatile sig_atomic_t *stop)
{
	e->stop = stop;
	arm(e, e->n->now_());
	e->n->run_until_(end < MOOR_NEVER ? end + 1 : end);	/* what devices deliver at the end itself is of the run */
	if (e->n->now_() < end)
		return;			/* stopped */
	e->n->timer_cancel_(&e->timer);
	e->behind = false;
	moor_world_advance(e->w, end);
}

uint64_t ns3_engine_events(const struct ns3_engine *e) { return e->n->events_(); }

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: playing a scene of the swarm
 *
 * Builds the scenario as the runner does, but with the swarm's watch in place of traces and expectations, stops at the
 * moments when states are looked at, and tells what was found. It implements no clause.
 */
#include <string.h>

#include "scenarios/swarm_watch.h"

#define LOOK_EVERY (500 * MOOR_MS)	/* between two looks at all bindings */
#define EVENTS_MAX UINT64_C(3000000)

struct play {
	struct swarm_watch watch;
	const struct swarm_options *o;
	struct fingerprint *print;
	uint64_t events_max;
	bool sabotaged;
};

void swarm_refuse(struct swarm_report *out, const char *why)
{
	out->refused = true;
	out->n = 1;
	g_strlcpy(out->finding[0].invariant, "scenario", sizeof out->finding[0].invariant);
	g_strlcpy(out->finding[0].text, why, sizeof out->finding[0].text);
	g_strdelimit(g_strchomp(out->finding[0].text), "\n", ' ');
}

/* False: a storm, there is no sense in going on. */
static bool advance(struct play *p, moor_time t)
{
	struct swarm_watch *x = &p->watch;

	while (moor_world_now(x->w) < t) {
		moor_time step = MIN(moor_time_add(moor_world_now(x->w), LOOK_EVERY), t);

		moor_world_advance(x->w, step);
		x->out->now = step;
		swarm_check_always(x);
		if (p->o->sabotage && !p->sabotaged && step >= p->o->sabotage_at) {
			p->sabotaged = true;
			p->o->sabotage(p->o->arg, x->b);
		}
		if (moor_world_events(x->w) > p->events_max) {
			swarm_find(x, "storm", REC_NONE, "%" G_GUINT64_FORMAT " events", moor_world_events(x->w));
			return false;
		}
	}
	return true;
}

static void run(struct play *p)
{
	struct swarm_watch *x = &p->watch;

	if (x->settled != MOOR_NEVER) {
		if (!advance(p, x->settled))
			return;
		swarm_check_settled(x);
	}
	if (x->leaving != MOOR_NEVER) {
		if (!advance(p, x->leaving))
			return;
		swarm_check_reached(x);
	}
	if (advance(p, x->s->duration))
		swarm_check_end(x);
}

static void play_once(struct scen_file *f, const struct swarm_options *o, struct swarm_report *out)
{
	struct play p = { .o = o, .events_max = o->events_max ? o->events_max : EVENTS_MAX };
	struct swarm_watch *x = &p.watch;
	struct report r;
	struct scenario *s;
	char *why = NULL;

	out->begun = true;
	report_init(&r);
	s = scen_load(f, NULL, &r);
	if (!s)
		swarm_refuse(out, r.text->str);
	report_done(&r);
	if (s && s->radio) {
		swarm_refuse(out, "it has a `radio`, which needs ns-3: mooring run --engine ns3");
		scen_free(s);
		s = NULL;
	}
	if (!s)
		return;
	x->s = s;
	x->out = out;
	x->b = build_new(s, o->seed ? o->seed : (uint64_t)s->seed, NULL);
	x->w = build_world(x->b);
	swarm_watch_begin(x);
	p.print = fingerprint_new(x->w, false);
	if (build_fill(x->b, &why)) {
		swarm_watch_flows(x);
		run(&p);
	} else {
		swarm_refuse(out, why);
		g_free(why);
	}
	out->events = moor_world_events(x->w);
	fingerprint_text(p.print, out->fingerprint);
	fingerprint_free(p.print);
	build_free(x->b);
	swarm_watch_end(x);
	scen_free(s);
	out->done = true;
}

void swarm_play(struct scen_file *f, const struct swarm_options *o, struct swarm_report *out)
{
	struct swarm_report again = { .begun = false };
	struct swarm_finding *first = &out->finding[0];

	play_once(f, o, out);
	if (!o->twice || out->n)
		return;
	play_once(f, o, &again);
	if (!strcmp(again.fingerprint, out->fingerprint))
		return;
	out->n = 1;
	*first = (struct swarm_finding){ .at = out->now, .invariant = "determinism", .node = "-" };
	g_snprintf(first->text, sizeof first->text, "another course: %s, then %s", out->fingerprint, again.fingerprint);
}

void swarm_play_text(const char *name, const char *text, const struct swarm_options *o, struct swarm_report *out)
{
	struct report r;
	struct scen_file *f;

	report_init(&r);
	f = scen_open_text(name, text, strlen(text), &r);
	if (f)
		swarm_play(f, o, out);
	else
		swarm_refuse(out, r.text->str);
	report_done(&r);
	scen_close(f);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links of a world whose frames go as a recording says (traces/l2_read.h): what `links: {from: FILE}` asks for.
 *
 *	r = l2_replay_new(world, scenario, path, &error);	everything is built, nothing has happened
 *	l2_replay_advance(r, t);				in place of moor_world_advance
 *	l2_replay_free(r);					behind the world
 *
 * A frame that was recorded, sent again by the same port at the same time with the same length, has its recorded fate
 * to the nanosecond. Any other one has the fate of the channel at that time; see docs/radio-traces.md.
 */
#ifndef MOOR_SCENARIOS_L2_REPLAY_H
#define MOOR_SCENARIOS_L2_REPLAY_H

#include "scenarios/load.h"
#include "world/world.h"

struct l2_replay;

/* The file that `links.from` names, by its place: a scenario file's word is relative to that file, one of --set to the
 * working directory. NULL: the scenario has none. Free it. */
char *l2_replay_path(const struct scenario *s);

/* NULL with error: the recording cannot be read, or is none of this scenario's links and nodes. */
struct l2_replay *l2_replay_new(struct moor_world *w, const struct scenario *s, const char *path, GError **error);
void l2_replay_advance(struct l2_replay *r, moor_time t);	/* as moor_world_advance */
/* A handler of the world tells this port's radio something: the record of what it answered at once comes now. */
void l2_replay_told(struct l2_replay *r, const struct moor_port *p);
void l2_replay_tell(const struct l2_replay *r, GString *text);	/* for people: what was replayed */
void l2_replay_free(struct l2_replay *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runs.json, the manifest of a results folder of many runs: what was to be run, with which version, and how far it is.
 * Two folders whose manifests agree hold parts of one list of runs.
 */
#ifndef MOOR_CLI_RUN_STATE_H
#define MOOR_CLI_RUN_STATE_H

#include <stdint.h>

#include "cli/shard.h"

#define RUN_LIST_MAX 10000000u		/* runs of one command */

/* A point of a sweep, as far as it was reached. */
struct run_point { char *name, *file, *hash; char **overrides; };

struct run_state {
	char *version, *engine, *state;	/* state: "running", "finished", "interrupted", "write-error" */
	char *leaves;			/* of each run: "traces", "figures" (--no-trace), "tables" (--tables); "" unknown */
	char *fingerprints;		/* in the tables: "yes", "no"; "" unknown */
	char **sets;			/* of the command line, NULL-ended */
	guint runs, written;		/* of all shards together; in this folder */
	struct shard shard;		/* n 0: all */
	GPtrArray *points;		/* struct run_point, in their order */
	char *list;			/* which runs, in which order: a hash over points, scenarios and seeds; "" unknown */
	GChecksum *listing;		/* that, while it is made */
};

struct run_state *run_state_new(const char *engine, char *const *sets, guint runs, struct shard shard);
/* What runs leave; either may be "". */
void run_state_leaves(struct run_state *s, const char *leaves, const char *fingerprints);
void run_state_free(struct run_state *s);		/* may be NULL */
/* Notes the point, when it is not the last one noted. */
void run_state_point(struct run_state *s, const char *name, const char *file, const char *hash, char *const *overrides);
/* The next point of the whole list, whoever runs it: so many runs, from that seed on. */
void run_state_listed(struct run_state *s, const char *name, const char *hash, uint64_t seed, guint runs);
/* The same list as that of another manifest. */
void run_state_list(struct run_state *s, const char *list);
bool run_state_write(const struct run_state *s, const char *dir, GError **error);
/*
 * points.csv, what was set at each point, for who plots against it: point,experiment,path,value,number,unit, a line for
 * each path; of a point without overrides one line whose path is empty. number: the value in SI units, where it is one.
 */
bool run_points_write(const struct run_state *s, const char *dir, GError **error);
/* NULL with error: no such file (G_FILE_ERROR_NOENT), another format, damaged. */
struct run_state *run_state_read(const char *dir, GError **error);
/*
 * May runs of both stand in one table? False with error that says in what they differ: version, engine, settings,
 * what each run leaves, number of runs, or the scenario behind a point that both have. Their shards may differ.
 */
bool run_state_same(const struct run_state *a, const struct run_state *b, const char *dir, GError **error);
/* Are both parts of one list: the same runs behind the same numbers? False with error. */
bool run_state_same_list(const struct run_state *a, const struct run_state *b, const char *dir, GError **error);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part of a list of runs, for one of several machines: run k of the list (from 1) belongs to shard (k - 1) mod n + 1,
 * so that points of a sweep that take longer are spread over all of them.
 */
#ifndef MOOR_CLI_SHARD_H
#define MOOR_CLI_SHARD_H

#include <glib.h>
#include <stdbool.h>

#define SHARDS_MAX 100000u

struct shard { guint i, n; };		/* 1 to n; n 0: all runs */

/*
 * "3/8", or "auto": what the launcher says in the environment (shard_launchers), of which stderr is told. False after
 * telling why not; auto without a launcher is an error, for every machine would do everything. out: the folder of all
 * shards, where auto looks for some of another number (a task that is given again, alone, is an array of one);
 * may be NULL otherwise.
 */
bool shard_parse(const char *text, const char *out, struct shard *s);
bool shard_has(const struct shard *s, guint number);		/* number from 1 */
/* The names of the variables that auto looks for, one launcher a line, for --help and errors. */
extern const char shard_launchers[];

#endif

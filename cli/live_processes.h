/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A live run in several processes: the first one is the wire, judges and records; each other one plays some nodes.
 * Internal to live_processes.c (the first) and live_process.c (the others).
 */
#ifndef MOOR_CLI_LIVE_PROCESSES_H
#define MOOR_CLI_LIVE_PROCESSES_H

#include <sys/types.h>

#include "cli/live_run.h"
#include "emu/relay.h"

/* One process, as the first one knows it. */
struct process {
	struct live_run *run;
	GArray *nodes;			/* uint32_t: the numbers of those that it plays */
	GPtrArray *peers;		/* struct live_peer: those that have interfaces, each with its namespace */
	char *name;			/* of its nodes: "ue", "ha+aaa" */
	pid_t pid;			/* 0: not begun, or over */
	struct device *socket;		/* NULL: none */
	bool watched;			/* the socket is the engine's */
	struct relay_in in;
	struct relay_out out;
	GQueue going;			/* struct going: frames on their way into its nodes */
	uint64_t dropped;		/* batches so far */
	uint64_t looked;		/* as many at the last look, when one was waiting for its frame */
	bool done;			/* it said so itself */
	bool told;			/* to end */
	bool deaf;			/* it did not read what it was told */
	struct relay_done figures;
};

/* What a new process does, to its end. socket: to the first process. */
void live_process_play(const struct live_run *r, const struct process *p, int socket) G_GNUC_NORETURN;

#endif

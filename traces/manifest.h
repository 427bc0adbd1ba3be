/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.json, junit.xml and tap: what was run and what came of it. run.json is written when the run begins (state
 * "running") and again when it ends, so that the folder of an interrupted run says what it is.
 */
#ifndef MOOR_TRACES_MANIFEST_H
#define MOOR_TRACES_MANIFEST_H

#include "traces/traces.h"

struct manifest {
	const struct trace_options *options;
	const struct trace_result *result;	/* NULL: still running */
	uint64_t seed, events;
	moor_time end;
	const char *error;			/* of writing, or NULL */
	const struct metrics *metrics;		/* may be NULL */
};

bool manifest_write(const char *path, const struct manifest *m, GError **error);
bool junit_write(const char *path, const struct manifest *m, GError **error);
bool tap_write(const char *path, const struct manifest *m, GError **error);

/* The wireshark/ folder: a configuration with which Wireshark and tshark read port 4191. */
bool wireshark_write(const char *dir, GError **error);

#endif

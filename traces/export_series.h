/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Values over time for OMNeT++'s tables vector, vectorAttr and vectorData, and their distribution for statistic and
 * histogramBin. Values go to the file in blocks, so that a long run costs no memory; a vector's own line follows when
 * all of them are known.
 */
#ifndef MOOR_TRACES_EXPORT_SERIES_H
#define MOOR_TRACES_EXPORT_SERIES_H

#include "base/fsm.h"
#include "base/time.h"
#include "traces/sqlite_out.h"

enum series_kind { SERIES_DELAY, SERIES_SEQUENCE, SERIES_LOST, SERIES_CARRIER, SERIES_STATE };

/* What one run's series go to. */
struct series_to {
	struct sqlite_out *out;
	int64_t run;
	int64_t vector, statistic;	/* last keys; they go on from run to run */
	uint64_t values;		/* of all vectors */
};

struct series;
/* module is copied. flow, direction: of user data, else -1. */
struct series *series_new(struct series_to *to, enum series_kind kind, const char *module, int64_t flow, int direction);
/* The states of this machine, which must live until series_end; SERIES_STATE only. */
void series_machine(struct series *s, const struct fsm *machine);
/* Times and events (lines of events.jsonl) must not go back. */
void series_value(struct series *s, moor_time at, uint64_t event, double value);
/*
 * Writes what is left, the vector's line and attributes, for delays their histogram; frees s. A carrier that never
 * changed is left out.
 */
void series_end(struct series *s);

#endif

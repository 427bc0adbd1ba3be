/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output folder of a run (docs/traces.md):
 *	run.json  events.jsonl  handovers.csv  metrics.csv  trace.pcapng  ladder.svg  timeline.svg
 *	wireshark/  junit.xml  tap
 *
 * The writer attaches itself to the world's observation bus. Every file is written as the run goes and is valid up to
 * its last flush; flushes happen at whole records only. The first write error (disk full, folder gone) is kept, named
 * by path, and stops the world (moor_world_stop); what was written before it stays valid.
 */
#ifndef MOOR_TRACES_TRACES_H
#define MOOR_TRACES_TRACES_H

#include <glib.h>

#include "traces/flows_table.h"
#include "traces/metrics.h"
#include "traces/verdict.h"
#include "world/record.h"

enum trace_file {
	TRACE_EVENTS = 1 << 0,
	TRACE_HANDOVERS = 1 << 1,
	TRACE_METRICS = 1 << 2,
	TRACE_PCAPNG = 1 << 3,
	TRACE_LADDER = 1 << 4,
	TRACE_WIRESHARK = 1 << 5,
	TRACE_REPORTS = 1 << 6,		/* junit.xml and tap */
	TRACE_BINARY = 1 << 7,		/* records.bin: fast; the first five and the timeline are then made from it at the end */
	TRACE_TIMELINE = 1 << 8,
	TRACE_DEFAULT = TRACE_EVENTS | TRACE_HANDOVERS | TRACE_METRICS | TRACE_PCAPNG | TRACE_LADDER | TRACE_WIRESHARK
		| TRACE_REPORTS | TRACE_TIMELINE
};

/* All texts are lent until trace_writer_finish; any may be NULL. */
struct trace_options {
	unsigned files;			/* OR of enum trace_file; 0: TRACE_DEFAULT */
	bool frames_in_events;		/* FRAME_* records in events.jsonl too */
	bool frames_sent_only;		/* trace.pcapng: each frame once, as sent; else also as its receivers saw it (inbound) */
	uint64_t leave_out;		/* OR of REC_BIT: kinds not recorded (REC_DEVIATION saves the profile checks' time) */
	bool aggregate;			/* metrics.csv: sums only, no line per step */
	const char *run;		/* column `run`: "home-tour", "home-tour/seed=7" */
	const char *scenario;		/* its name */
	const char *scenario_path, *scenario_hash;
	const char *profile, *engine, *crypto;
	const char *const *overrides;	/* "key=value", ended by NULL */
	const char *command;		/* the command line that repeats this run */
	const struct flows_table *flows;	/* of the caller, finished by it; lines of metrics.csv; NULL: none */
	/* Fed and freed by the caller; the writer finishes them. NULL: the writer has its own. */
	struct metrics *metrics;
};

struct trace_result {
	enum verdict verdict;
	const struct trace_check *checks;
	size_t n_checks;
	const char *fingerprint, *protocol_fingerprint;	/* 32 hex digits or NULL */
	bool interrupted;
	const char *broken;		/* why the run could not go on, or NULL */
};

struct trace_writer;

/*
 * Makes the folder (and its parents) and the files. NULL with error naming the path. The world must outlive the
 * writer.
 */
struct trace_writer *trace_writer_new(struct moor_world *w, const char *dir, const struct trace_options *o,
				      GError **error);
/* The first write error so far, or NULL; lent. */
const GError *trace_writer_error(const struct trace_writer *t);
/* The writer's metrics, or the caller's; with TRACE_BINARY the writer's own are empty until it is finished. */
struct metrics *trace_writer_metrics(struct trace_writer *t);
/* Writes out what is buffered: live runs call it about once a second. */
void trace_writer_flush(struct trace_writer *t);
/*
 * Ends the run at the world's time: finishes the metrics, writes what is written last, closes. Frees t and the
 * metrics it made itself. False with error when anything could not be written.
 */
bool trace_writer_finish(struct trace_writer *t, const struct trace_result *r, GError **error);

/*
 * The same for results that come from no world (replay): records are fed with trace_writer_record, `start` is the
 * wall clock (ns since 1970) of record time 0 for trace.pcapng. FRAME_* records may be left out.
 */
struct trace_writer *trace_writer_new_named(const struct trace_names *names, int64_t start, const char *dir,
					    const struct trace_options *o, GError **error);
void trace_writer_record(void *writer, const struct moor_record *r);
/* As trace_writer_finish, `at` being the time of the end. */
bool trace_writer_finish_at(struct trace_writer *t, moor_time at, const struct trace_result *r, GError **error);

/*
 * Makes files (OR of TRACE_EVENTS, _HANDOVERS, _METRICS, _PCAPNG, _LADDER, _TIMELINE) of a run's folder from its
 * records.bin. What their heads say of the run is from its run.json, when there is one.
 */
bool trace_convert(const char *dir, unsigned files, GError **error);

#endif

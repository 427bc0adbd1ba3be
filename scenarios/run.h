/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: a world for one scenario, one combination of overrides and one seed; records to the sinks; verdicts.
 */
#ifndef MOOR_SCENARIOS_RUN_H
#define MOOR_SCENARIOS_RUN_H

#include <signal.h>

#include "scenarios/load.h"
#include "traces/names.h"
#include "traces/spread.h"
#include "traces/verdict.h"

/* What whoever looks at a run while it goes on may look at; lent until the engine's end(). */
struct expect_set;
struct metrics;
struct run_view {
	const char *name;		/* of the run */
	uint64_t seed;
	struct trace_names names;
	struct metrics *metrics;	/* may be listened to from now on; metrics_finish is the runner's */
	struct expect_set *expect;
};

/* Who makes time pass, when it is not the simulator. */
struct build;
struct run_result;
typedef void run_broken_fn(void *run, const char *reason);
struct run_engine {
	const char *name;		/* for run.json: "live" */
	bool simulates;			/* virtual time: other programs cannot take part */
	bool once;			/* a process has it for one run */
	void *ctx;
	/* of moor_world_config: frames of external ports; ctx is handed on */
	void (*out)(void *ctx, struct moor_port *port, moor_time at, const uint8_t *frame, size_t len);
	/* Everything is built, nothing has happened. False: *why is set, the runner frees it. */
	bool (*begin)(void *ctx, struct build *b, const struct scenario *s, char **why);
	/*
	 * To `end` or until *stop, or less when the engine itself has a reason: the run is judged as one that was cut
	 * short then. Runs the thread's default main context, by which the results are flushed.
	 */
	void (*play)(void *ctx, struct moor_world *w, moor_time end, const volatile sig_atomic_t *stop);
	/* What the run was like, for people; after play. Of simulations only where a table of the run is wanted, too. */
	void (*tell)(void *ctx, GString *text);
	/*
	 * Called before begin. When the engine is about to end the process it calls fn(run, reason): the results are
	 * closed then, with the verdict error and every record up to that moment, and handed on (run_options.broken).
	 * Nothing of the engine is called any more. NULL: it never does.
	 */
	void (*broken)(void *ctx, run_broken_fn *fn, void *run);
	/* The world is about to go. Also after a begin that failed or never was. */
	void (*end)(void *ctx);
	/* What is expected of others may come later by this share of its window, in ppm (expect_config). */
	int64_t late_ppm;
	moor_time late;
	/* Called before begin, when nothing is built yet; NULL: nobody looks. */
	void (*view)(void *ctx, const struct run_view *v);
	/* The largest lateness of the machine between two times; NULL: it has none. */
	moor_time (*late_between)(void *ctx, moor_time from, moor_time to);
	/* Before begin: *end, which is the scenario's duration, may be another. False: *why. NULL: it is not changed. */
	bool (*until)(void *ctx, moor_time *end, char **why);
	/*
	 * Does the run go on behind its end? Asked before begin (judged NULL), and told at the end what the verdict is,
	 * on which nothing later has an influence; then play is called once more, with MOOR_NEVER. NULL: it does not.
	 */
	bool (*goes_on)(void *ctx, const struct run_result *judged);
	/* Nodes of ours are late too, not only other programs; may be NULL. Read when a run begins. */
	const gboolean *apart;
	const char *version;		/* of what it is built on, one word: "3.37"; NULL: nothing */
};

struct run_options {
	const char *name;		/* "home-tour/seed=7" */
	uint64_t seed;
	const char *out;		/* folder for the results; NULL: none are written */
	bool traces;			/* events, packets and ladder too, not figures alone */
	bool records;			/* … in records.bin alone, from which they can be made (traces.h: trace_convert) */
	bool fingerprint;
	bool table;			/* the handover table into the text */
	bool engine_tells;		/* what the engine has to tell, though it is one run among others */
	bool steps;			/* its rows into the result */
	bool stand_in;			/* a simulation plays nodes of other programs with ours */
	bool progress;			/* a line on stderr after a second */
	const char *command;		/* the command line, for run.json */
	/* The point's scenario, read already, for many runs of it; lent. NULL: each run reads it for itself. */
	const struct scenario *scenario;
	const char *record_l2;		/* file for what media do (traces/l2_record.h); NULL: none */
	const volatile sig_atomic_t *stop;	/* set by a signal: end early */
	const struct run_engine *engine;	/* NULL: the simulator */
	/* The engine is about to end the process, and this is what there is to tell. NULL: nobody wants it. */
	void (*broken)(void *ctx, const struct run_result *r);
	void *broken_ctx;
};

enum run_trouble {
	RUN_FINE,
	RUN_REFUSED,			/* could not begin: the scenario or the output folder */
	RUN_SKIPPED,			/* needs an engine that was not asked for: error says which; the verdict is skip */
	RUN_BROKEN			/* broke down: a file that could not be written, packets lost track of */
};

struct run_result {
	enum run_trouble trouble;
	char *error;			/* what, when trouble; free */
	enum verdict verdict;
	bool interrupted;
	bool no_room;			/* the trouble is that its folder had none: the next run would have no more */
	unsigned checks, passed;
	uint64_t events;
	char fingerprint[33], protocol_fingerprint[33];	/* "" unless asked for */
	GString *text;			/* for people: table and expectations that were not met */
	GString *json;			/* one object */
	GArray *steps;			/* struct spread_row; empty unless asked for */
};

/* Runs. The result's strings are the caller's: run_result_done. */
void run_scenario(
	struct scen_file *f, const struct scen_point *point, const struct run_options *o, struct run_result *r);
void run_result_done(struct run_result *r);
void run_result_told(struct run_result *r);	/* frees its text and JSON, which are NULL from here on */

/*
 * The same in two halves, for an engine whose time passes between them: run_begin ends with the engine's begin, run_end
 * begins with its play and ends the run. NULL: there is no run, and the result says why. The options, the result and
 * the file must stay until then.
 */
struct run;
struct run *run_begin(struct scen_file *f, const struct scen_point *point, const struct run_options *o,
		      struct run_result *r);
void run_end(struct run *run);

#endif

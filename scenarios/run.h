/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: a world for one scenario, one combination of overrides and one seed; records to the sinks; verdicts.
 */
#ifndef MOOR_SCENARIOS_RUN_H
#define MOOR_SCENARIOS_RUN_H

#include <signal.h>

#include "scenarios/load.h"
#include "traces/spread.h"
#include "traces/verdict.h"

struct run_options {
	const char *name;		/* "home-tour/seed=7" */
	uint64_t seed;
	const char *out;		/* folder for the results; NULL: none are written */
	bool traces;			/* events, packets and ladder too, not figures alone */
	bool fingerprint;
	bool table;			/* the handover table into the text */
	bool steps;			/* its rows into the result */
	bool progress;			/* a line on stderr after a second */
	const char *command;		/* the command line, for run.json */
	const volatile sig_atomic_t *stop;	/* set by a signal: end early */
};

enum run_trouble {
	RUN_FINE,
	RUN_REFUSED,			/* could not begin: the scenario or the output folder */
	RUN_BROKEN			/* broke down: a file that could not be written, packets lost track of */
};

struct run_result {
	enum run_trouble trouble;
	char *error;			/* what, when trouble; free */
	enum verdict verdict;
	bool interrupted;
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

#endif

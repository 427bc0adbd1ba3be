/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring report`: a results folder as one HTML file, DIR/report.html, that needs nothing beside it: styles, script
 * and pictures stand in it, and everything essential can be read without the script. docs/report.md says what is on it.
 */
#ifndef MOOR_TRACES_REPORT_H
#define MOOR_TRACES_REPORT_H

#include <glib.h>
#include <stdbool.h>

#define REPORT_MESSAGES 1000u		/* of the list of messages, unless asked for more */
#define REPORT_MESSAGES_MOST 100000u

struct report_options {
	guint max_messages;		/* 0: REPORT_MESSAGES; what is left out is told on the page */
	/* What is known of the scenario of a single run beside its folder; any may be NULL. */
	const char *scenario, *scenario_note;	/* the file's text; whether it is still what was run */
	/*
	 * Where to put what the page says of files that have less in them than they had when the runs were over; free
	 * it. NULL is left where nothing is known to be missing. May be NULL.
	 */
	char **damage;
};

enum report_kind { REPORT_NONE, REPORT_RUN, REPORT_RUNS };
/* What a folder holds. NONE with error: there is no such folder, or neither run.json nor runs.json is in it. */
enum report_kind report_kind_of(const char *dir, GError **error);

/*
 * Where the scenario of a single run is, with what it was run, and the hash of that then: free each. False with error.
 */
struct report_scenario { char *path, *hash, **overrides; };
bool report_scenario_of(const char *dir, struct report_scenario *s, GError **error);
void report_scenario_clear(struct report_scenario *s);

/*
 * Writes DIR/report.html, wholly or not at all. False with error: a damaged manifest, a folder without any run, no
 * room. What is missing or cut short beside the manifest is told at the top of the page.
 */
bool report_run(const char *dir, const struct report_options *o, GError **error);
bool report_runs(const char *dir, const struct report_options *o, GError **error);

#endif

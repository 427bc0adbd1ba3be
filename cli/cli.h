/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of `mooring`. Each takes its own name as argv[0] and may reorder argv. stdout is the result, stderr the
 * talk.
 */
#ifndef MOOR_CLI_CLI_H
#define MOOR_CLI_CLI_H

#include <glib.h>

enum exit_code {
	EXIT_PASS = 0,
	EXIT_FAIL = 1,			/* an expectation failed */
	EXIT_USAGE = 2,			/* usage or scenario error */
	EXIT_INCONCLUSIVE = 3,		/* inconclusive only */
	EXIT_INTERNAL = 70,
	EXIT_CANNOT = 77,		/* cannot run here */
	EXIT_INTERRUPTED = 130
};

gint cli_by_name(gconstpointer a, gconstpointer b);	/* orders a GPtrArray of texts */
int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_fsm(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_swarm(int argc, char **argv);
int cmd_live(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_unpack(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_report(int argc, char **argv);

/*
 * `run` in real time. more: its own options, beside those that it has in common with `run`. beside: where one of
 * them is found, a simulation beside each run.
 */
struct run_engine;
int cli_run_live(int argc, char **argv, const struct run_engine *engine, const GOptionEntry *more,
		 const gboolean *beside);

/*
 * Parses options as GOption does. True: go on. False: *code is the exit code (0 after --help). arguments: what is left,
 * "SCENARIO..."; about: one paragraph.
 */
gboolean cli_options(
	int *argc, char ***argv, const char *arguments, const char *about, const GOptionEntry *entries, int *code);

/* The shipped scenarios' folder: beside the build, or installed. NULL: nowhere. Free it. */
char *cli_scenarios(void);

/*
 * Scenario files of the arguments: files as they are, folders with all *.yaml below them, sorted by name. A word that
 * is no path is looked for among the shipped scenarios ("home-tour", "handover"). False after saying what is wrong.
 */
gboolean cli_files(char **words, int n, GPtrArray *files);

/* Texts for scen_points: those of --set, then those of --zip (may be NULL). Takes sets; free with g_strfreev. */
char **cli_zips(char **sets, char *const *zips);

void cli_error(const char *fmt, ...) G_GNUC_PRINTF(1, 2);	/* "mooring: …" on stderr */

#endif

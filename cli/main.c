/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the mooring command
 *
 * Finds the command, hands the rest of the line to it, and passes on its exit code. What the commands have in common
 * (options, finding scenarios) is in cli.c. It implements no clause.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "emu/replay.h"
#include "moor-config.h"
#include "traces/commands.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *about;
};

static int cmd_version(int argc, char **argv);
static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
	{ "run", cmd_run, "SCENARIO...", "simulate scenarios and judge them" },
	{ "test", cmd_test, "[FOLDER...]", "run all scenarios below folders (default: the shipped ones)" },
	{ "check", cmd_check, "SCENARIO...", "read scenarios without running them" },
	{ "list", cmd_list, "", "shipped scenarios; --clause, --timers, --events" },
	{ "live", cmd_live, "SCENARIO...", "run scenarios in real time, with other programs as peers" },
	{ "ctl", cmd_ctl, "WORD...", "ask or change a live run (`mooring live --control NAME`)" },
	{ "replay", cmd_replay, "CAPTURE", "follow, time and judge the signalling in a capture" },
	{ "decode", cmd_decode, "CAPTURE|HEX", "show every frame layer by layer" },
	{ "ladder", cmd_ladder, "FOLDER|CAPTURE", "ladder diagram as text, SVG, PNG or PDF" },
	{ "unpack", cmd_unpack, "FOLDER...", "events.jsonl and trace.pcapng from records.bin (`run --records`)" },
	{ "merge", cmd_merge, "FOLDER...", "put the tables of `run --shard` together" },
	{ "report", cmd_report, "FOLDER...", "a results folder as one HTML page, report.html in it" },
	{ "diff", cmd_diff, "A [B]", "compare results over runs: what differs beyond the noise" },
	{ "export", cmd_export, "FOLDER...", "results as SQLite, in OMNeT++'s layout" },
	{ "plot", cmd_plot, "FOLDER|FILE", "pictures of results or of a scenario: SVG, PNG, PDF" },
	{ "swarm", cmd_swarm, "[SCENARIO...]", "random scenarios under invariants" },
	{ "bench", cmd_bench, "crypto", "measure this machine: a cost table for scenarios" },
	{ "fsm", cmd_fsm, "[MACHINE]", "state machines; --dot draws them" },
	{ "version", cmd_version, "", "what this is" },
	{ "help", cmd_help, "[COMMAND]", "this list, or a command's options" },
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void usage(FILE *f)
{
	fputs("usage: mooring COMMAND [OPTION...] ...\n\n", f);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(f, "  %-8s %-15s %s\n", commands[i].name, commands[i].arguments, commands[i].about);
	fputs("\nExit: 0 all passed, 1 an expectation failed, 2 usage or scenario error, 3 inconclusive only,\n"
	      "70 internal error, 77 cannot run here, 130 interrupted. `mooring COMMAND --help` tells the options.\n", f);
}

static int cmd_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("mooring %s (%s, GLib %d.%d)\n", MOORING_VERSION, MOORING_COMPILER, GLIB_MAJOR_VERSION, GLIB_MINOR_VERSION);
	return EXIT_PASS;
}

/* "-j2" as everybody writes it: GOption wants the number in a word of its own. */
static gboolean has_number(const char *word)
{
	return word[0] == '-' && g_ascii_isalpha(word[1]) && g_ascii_isdigit(word[2]) &&
	       strspn(word + 2, "0123456789") == strlen(word + 2);
}

static int run_command(const struct command *c, int argc, char **argv)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free), *lent = g_ptr_array_new();
	int code;

	g_ptr_array_add(words, g_strdup(c->name));
	for (int i = 1; i < argc; i++) {
		g_ptr_array_add(words, has_number(argv[i]) ? g_strndup(argv[i], 2) : g_strdup(argv[i]));
		if (has_number(argv[i]))
			g_ptr_array_add(words, g_strdup(argv[i] + 2));
	}
	/* a command may drop words from its list; they stay ours */
	for (guint i = 0; i < words->len; i++)
		g_ptr_array_add(lent, words->pdata[i]);
	g_ptr_array_add(lent, NULL);
	code = c->run((int)words->len, (char **)lent->pdata);
	g_ptr_array_unref(lent);
	g_ptr_array_unref(words);
	return code;
}

static int cmd_help(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find(argv[1]) : NULL;
	char help[] = "--help", name[32], *args[] = { name, help, NULL };

	if (argc > 1 && !c) {
		cli_error("there is no command `%s`", argv[1]);
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!c || c->run == cmd_help || c->run == cmd_version) {
		usage(stdout);
		return EXIT_PASS;
	}
	return run_command(c, 2, args);
}

/*
 * A descriptor that the caller closed would be given to the next file that is opened, and messages would be written
 * into results. Opened so that what is written to it fails, and is told.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	const struct command *c = argc > 1 ? find(argv[1]) : NULL;
	int code;

	hold_standard_descriptors();
	setlocale(LC_CTYPE, "");
	g_set_prgname("mooring");
	if (c) {
		code = run_command(c, argc - 1, argv + 1);
	} else if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		code = EXIT_PASS;
	} else if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		code = cmd_version(argc, argv);
	} else {
		if (argc > 1)
			cli_error("there is no command `%s`", argv[1]);
		usage(stderr);
		code = EXIT_USAGE;
	}
	/* a result that did not reach its reader is no result */
	if (fflush(stdout) || ferror(stdout)) {
		cli_error("standard output cannot be written");
		return code ? code : EXIT_INTERNAL;
	}
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring ladder`: the ladder diagram of a run's folder or of a capture, as text on the screen or as SVG. No clause.
 */
#include <stdio.h>

#include "traces/commands.h"
#include "traces/ladder.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 70 };

struct ladder_command {
	gint max, width;
	gboolean no_states, no_moves;
	char *svg;
};

static struct ladder *ladder_of(const char *path, const struct ladder_options *o, GError **error)
{
	char *events;
	struct ladder *l;

	if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
		if (g_str_has_suffix(path, ".jsonl"))
			return ladder_from_events(path, o, error);
		return ladder_from_capture(path, o, error);
	}
	events = g_build_filename(path, "events.jsonl", NULL);
	l = ladder_from_events(events, o, error);
	g_free(events);
	return l;
}

static int draw(const struct ladder_command *c, const char *path)
{
	const struct ladder_options o = { .max_items = (uint32_t)c->max, .width = (uint32_t)c->width, .states = !c->no_states,
		.moves = !c->no_moves, .title = path };
	GError *e = NULL;
	struct ladder *l = ladder_of(path, &o, &e);
	int code = EXIT_OK;

	if (!l) {
		fprintf(stderr, "mooring: %s\n", e->message);
		g_error_free(e);
		return EXIT_USAGE;
	}
	if (!ladder_items(l)) {
		fprintf(stderr, "mooring: %s: no signalling was seen\n", path);
		code = EXIT_FAILED;
	} else if (!c->svg) {
		ladder_text(l, stdout);
	} else if (!ladder_svg(l, c->svg, &e)) {
		fprintf(stderr, "mooring: %s\n", e->message);
		g_error_free(e);
		code = EXIT_INTERNAL;
	}
	ladder_free(l);
	return code;
}

int cmd_ladder(int argc, char **argv)
{
	struct ladder_command c = { .max = 400, .width = 100 };
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &c.svg, "draw it: .svg, .png or .pdf", "FILE" },
		{ "max", 0, 0, G_OPTION_ARG_INT, &c.max, "show at most N items (400)", "N" },
		{ "width", 'w', 0, G_OPTION_ARG_INT, &c.width, "columns of the text (100)", "N" },
		{ "no-states", 0, 0, G_OPTION_ARG_NONE, &c.no_states, "without changes of state", NULL },
		{ "no-moves", 0, 0, G_OPTION_ARG_NONE, &c.no_moves, "without movement and router discovery", NULL },
		G_OPTION_ENTRY_NULL
	};
	GOptionContext *o = g_option_context_new("DIR | CAPTURE - draws the messages of a run or a capture");
	GError *e = NULL;
	int code = EXIT_USAGE;

	g_option_context_add_main_entries(o, entries, NULL);
	if (!g_option_context_parse(o, &argc, &argv, &e)) {
		fprintf(stderr, "mooring: ladder: %s\n", e->message);
		g_error_free(e);
	} else if (argc != 2) {
		fputs("mooring: ladder: one folder of a run or one capture is wanted; --help tells more\n", stderr);
	} else if (c.max < 1 || c.width < 60) {
		fputs("mooring: ladder: --max must be at least 1 and --width at least 60\n", stderr);
	} else {
		code = draw(&c, argv[1]);
	}
	g_option_context_free(o);
	g_free(c.svg);
	return code;
}

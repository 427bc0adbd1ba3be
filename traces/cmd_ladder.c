/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `mooring ladder`: the ladder diagram of a run's folder or of a capture, as text on the screen or as SVG. No clause.
 */
#include <stdio.h>

#include "traces/checks.h"
#include "traces/commands.h"
#include "traces/ladder.h"
#include "traces/picture.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_INTERNAL = 70 };

struct ladder_command {
	gint max;
	gboolean no_states, no_moves;
	char *svg, *width, *from, *to, *title;
	uint32_t columns;		/* what they say */
	double points;
	moor_time first, last;
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

/* A picture of a run's folder has its expectations, and its scenario's name. */
static bool picture(const struct ladder_command *c, const struct checks *checks, struct ladder *l,
		    GError **error)
{
	if (checks)
		ladder_checks(l, (const struct trace_check *)(const void *)checks->a->data, checks->a->len, checks->end);
	return ladder_svg(l, c->svg, error);
}

static int draw(const struct ladder_command *c, const char *path)
{
	struct checks *checks = c->svg && g_file_test(path, G_FILE_TEST_IS_DIR) ? checks_of_folder(path) : NULL;
	const struct ladder_options o = { .max_items = (uint32_t)c->max, .width = c->columns, .states = !c->no_states,
		.moves = !c->no_moves, .title = c->title ? (*c->title ? c->title : NULL) : checks ? checks->title : path,
		.points = c->points, .from = c->first, .to = c->last };
	GError *e = NULL;
	struct ladder *l = ladder_of(path, &o, &e);
	int code = EXIT_OK;

	if (!l) {
		fprintf(stderr, "mooring: %s\n", e->message);
		g_error_free(e);
		code = EXIT_USAGE;
	} else if (!ladder_items(l)) {
		fprintf(stderr, "mooring: %s: no signalling was seen\n", path);
		code = EXIT_FAILED;
	} else if (!c->svg) {
		ladder_text(l, stdout);
	} else if (!picture(c, checks, l, &e)) {
		fprintf(stderr, "mooring: %s\n", e->message);
		g_error_free(e);
		code = EXIT_INTERNAL;
	}
	ladder_free(l);
	checks_free(checks);
	return code;
}

/* What the words say that are no numbers. False after saying which says nothing. */
static bool understand(struct ladder_command *c)
{
	char *end = NULL;

	c->columns = 100;
	if (c->width && c->svg && !svg_length(c->width, &c->points)) {
		fprintf(stderr, "mooring: ladder: --width %s: a picture's width is a length of " PICTURE_WIDTHS "\n", c->width);
		return false;
	}
	if (c->width && !c->svg) {
		c->columns = (uint32_t)g_ascii_strtoull(c->width, &end, 10);
		if (*end || c->columns < 60 || c->columns > 1000) {
			fputs("mooring: ladder: --max must be at least 1 and --width at least 60 (columns; lengths such as 84mm are of "
			      "pictures, with -o)\n", stderr);
			return false;
		}
	}
	return picture_span("ladder", c->from, c->to, &c->first, &c->last);
}

int cmd_ladder(int argc, char **argv)
{
	struct ladder_command c = { .max = 400 };
	const GOptionEntry entries[] = {
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &c.svg, "draw it: .svg, .png or .pdf", "FILE" },
		{ "max", 0, 0, G_OPTION_ARG_INT, &c.max, "show at most N items (400)", "N" },
		{ "width", 'w', 0, G_OPTION_ARG_STRING, &c.width, "columns of the text (100); of a picture a length: 84mm", "N" },
		{ "from", 0, 0, G_OPTION_ARG_STRING, &c.from, "leave out what was sent before: 9.5s", "TIME" },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &c.to, "and after", "TIME" },
		{ "title", 0, 0, G_OPTION_ARG_STRING, &c.title, "the words above it; \"\": none", "TEXT" },
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
	} else if (c.max < 1) {
		fputs("mooring: ladder: --max must be at least 1 and --width at least 60\n", stderr);
	} else if (understand(&c)) {
		code = draw(&c, argv[1]);
	}
	g_option_context_free(o);
	g_free(c.svg);
	g_free(c.width);
	g_free(c.from);
	g_free(c.to);
	g_free(c.title);
	return code;
}

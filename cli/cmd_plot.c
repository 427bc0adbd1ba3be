/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring plot
 *
 * Pictures of a results folder. What they show is worked out in traces/; here are the words of the command and the
 * programs that draw: gnuplot for figures over many runs, whose table and script stay beside the picture. It
 * implements no clause.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/plot.h"
#include "scenarios/tree.h"
#include "traces/checks.h"
#include "traces/ladder.h"
#include "traces/out.h"
#include "traces/phases.h"
#include "traces/picture.h"
#include "traces/plot.h"
#include "traces/timeline.h"

/* The first ones are enum plot_kind. */
static const char *const kinds[] = { "ecdf", "box", "mean", "sweep", "phases", "ladder", "timeline", "topology", NULL };
#define KINDS "of many runs: ecdf, box, mean, sweep; of one: phases, ladder, timeline; of a scenario: topology"
enum { KIND_PHASES = PLOT_SWEEP + 1, KIND_LADDER, KIND_TIMELINE, KIND_TOPOLOGY };

bool plot_suffix_known(const char *path)
{
	static const char *const suffixes[] = { ".svg", ".png", ".pdf" };

	for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
		if (g_str_has_suffix(path, suffixes[i]))
			return true;
	cli_error("plot: %s: a picture's name ends in .svg, .png or .pdf", path);
	return false;
}

bool plot_write(const char *path, const GString *text)
{
	GError *error = NULL;

	if (trace_out_file(path, text->str, text->len, &error))
		return true;
	cli_error("plot: %s", error->message);
	g_error_free(error);
	return false;
}

char *plot_beside(const char *picture, const char *suffix)
{
	return g_strdup_printf("%.*s%s", (int)strlen(picture) - 4, picture, suffix);
}

int plot_draw(const char *const *words, const char *package, const char *picture, const char *kept)
{
	char *folder = g_path_get_dirname(picture), *program = g_find_program_in_path(words[0]), *talk = NULL;
	GError *error = NULL;
	int status = 0, code = EXIT_PASS;

	if (!program) {
		cli_error("plot: %s is not installed: apt-get install %s (%s is written, and can be drawn elsewhere)", words[0],
			  package, kept);
		code = EXIT_CANNOT;
	} else if (!g_spawn_sync(folder, (char **)words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
				 NULL, &talk, &status, &error) || !g_spawn_check_wait_status(status, &error)) {
		cli_error("plot: %s could not draw %s: %s", words[0], kept, error->message);
		fputs(talk ? talk : "", stderr);
		g_error_free(error);
		g_unlink(picture);	/* begun and left empty */
		code = EXIT_INTERNAL;
	} else {
		printf("%s\n", picture);
	}
	g_free(talk);
	g_free(program);
	g_free(folder);
	return code;
}

/* ---- figures over many runs -------------------------------------------------------------------------------------- */

static bool find_figure(const char *name, struct spread_column *c)
{
	const char *names[SPREAD_FIGURES + 1] = { NULL };
	char near[128];

	for (unsigned i = 0; i < SPREAD_FIGURES; i++) {
		*c = spread_figure(i);
		if (!strcmp(c->figure, name))
			return true;
		names[i] = c->figure;
	}
	cli_error("plot: there is no metric `%s`%s (docs/metrics.md has all)", name,
		  report_nearest(name, names, near, sizeof near));
	return false;
}

static int draw_many(const struct plot *p, const char *picture)
{
	char *table = plot_beside(picture, ".dat"), *script = plot_beside(picture, ".gp");
	char *table_name = g_path_get_basename(table), *picture_name = g_path_get_basename(picture);
	char *script_name = g_path_get_basename(script);
	const char *words[] = { "gnuplot", "--default-settings", script_name, NULL };
	GString *data = g_string_new(NULL), *text = g_string_new(NULL);
	int code = EXIT_INTERNAL;

	plot_data(p, data);
	plot_script(p, table_name, picture_name, text);
	if (plot_write(table, data) && plot_write(script, text))
		code = plot_draw(words, "gnuplot-nox", picture, script);
	g_string_free(data, TRUE);
	g_string_free(text, TRUE);
	g_free(table_name);
	g_free(picture_name);
	g_free(script_name);
	g_free(table);
	g_free(script);
	return code;
}

static void notes(const struct plot *p)
{
	if (p->left_out)
		fprintf(stderr, "mooring: plot: %u of %u runs did not pass and are left out\n", p->left_out,
			p->left_out + p->runs);
	if (p->open)
		fprintf(stderr, "mooring: plot: %u values are lower bounds: the silence had not ended\n", p->open);
}

static int plot_many(const struct plot_words *w, const char *dir, enum plot_kind kind)
{
	struct plot_options o = { .kind = kind, .step = w->step, .point = w->point, .over = w->over,
				   .title = w->title, .width = w->points > 0 ? w->points : PLOT_COLUMN };
	GError *error = NULL;
	struct results *r;
	struct plot *p = NULL;
	int code = EXIT_USAGE;

	if (!find_figure(w->metric ? w->metric : "total", &o.figure))
		return EXIT_USAGE;
	r = results_open(dir, w->partial, &error);
	if (r)
		p = plot_new(r, &o, &error);
	if (p) {
		char *name = g_strdup_printf("%s-%s.svg", kinds[kind], o.figure.figure);
		char *picture = w->output ? g_strdup(w->output) : g_build_filename(dir, name, NULL);

		notes(p);
		code = draw_many(p, picture);
		g_free(picture);
		g_free(name);
	} else {
		cli_error("plot: %s", error->message);
		g_error_free(error);
	}
	plot_free(p);
	results_close(r);
	return code;
}

/* ---- one run ----------------------------------------------------------------------------------------------------- */

static bool draw_ladder(const struct plot_words *w, const char *dir, const char *picture, GError **error)
{
	struct checks *checks = checks_of_folder(dir);
	const char *title = !w->title ? checks->title : *w->title ? w->title : NULL;
	const struct ladder_options o = { .states = true, .moves = true, .title = title, .points = w->points,
					  .from = w->first, .to = w->last };
	char *events = g_build_filename(dir, "events.jsonl", NULL);
	struct ladder *l = ladder_from_events(events, &o, error);
	bool ok = false;

	if (l) {
		ladder_checks(l, (const struct trace_check *)(const void *)checks->a->data, checks->a->len, checks->end);
		ok = ladder_svg(l, picture, error);
	}
	ladder_free(l);
	checks_free(checks);
	g_free(events);
	return ok;
}

static bool draw_one(const struct plot_words *w, const struct results *r, int kind, const char *picture, GError **error)
{
	const struct results_point *p = r->points->pdata[0];
	const char *title = !w->title ? p->name : *w->title ? w->title : NULL;
	const struct phases_options o = { .step = w->step, .title = title, .width = w->points > 0 ? w->points : PLOT_COLUMN };
	const struct timeline_look look = { .title = w->title, .width = w->points, .from = w->first, .to = w->last };

	if (kind == KIND_LADDER)
		return draw_ladder(w, r->dir, picture, error);
	if (kind == KIND_TIMELINE)
		return timeline_of_folder(r->dir, &look, picture, error);
	return phases_draw((const struct spread_row *)(const void *)r->rows->data, r->rows->len, &o, picture, error);
}

static int plot_one(const struct plot_words *w, const char *dir, int kind)
{
	char *name = g_strdup_printf("plot-%s.svg", kinds[kind]);
	char *picture = w->output ? g_strdup(w->output) : g_build_filename(dir, name, NULL);
	GError *error = NULL;
	struct results *r = results_open(dir, w->partial, &error);
	int code = EXIT_USAGE;

	if (r && !r->single) {
		cli_error("plot: %s has %u runs, and a picture of %s is of one: give its folder (`mooring run -o` without "
			  "--tables makes one for each, `--seed N` runs one)", dir, r->written, kinds[kind]);
	} else if (r && draw_one(w, r, kind, picture, &error)) {
		printf("%s\n", picture);
		code = EXIT_PASS;
	} else {
		cli_error("plot: %s", error->message);
		g_error_free(error);
	}
	results_close(r);
	g_free(picture);
	g_free(name);
	return code;
}

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* A picture that a folder has by itself: of many runs a curve where something was swept, else how they are spread. */
static const char *default_kind(const char *dir)
{
	GError *error = NULL;
	struct results *r = results_open(dir, true, &error);
	const char *kind = !r ? "ecdf" : r->single ? "phases" : r->points->len > 1 ? "sweep" : "ecdf";

	g_clear_error(&error);
	results_close(r);
	return kind;
}

static int plot_kind(struct plot_words *w, char *dir, int kind)
{
	if (kind == KIND_TOPOLOGY)
		return plot_topology(w, dir);
	return kind < KIND_PHASES ? plot_many(w, dir, (enum plot_kind)kind) : plot_one(w, dir, kind);
}

/* False after saying which word is no length or time. */
static bool understand(struct plot_words *w)
{
	w->points = w->page ? 2 * PLOT_COLUMN : 0;
	if (w->width && !svg_length(w->width, &w->points)) {
		cli_error("plot: --width %s: a picture's width is a length of " PICTURE_WIDTHS, w->width);
		return false;
	}
	return picture_span("plot", w->from, w->to, &w->first, &w->last);
}

static int plot_words(struct plot_words *w, char *dir)
{
	const char *kind = w->kind ? w->kind : g_str_has_suffix(dir, ".yaml") ? "topology" : default_kind(dir);
	char near[128];

	if ((w->output && !plot_suffix_known(w->output)) || !understand(w))
		return EXIT_USAGE;
	for (int i = 0; kinds[i]; i++)
		if (!strcmp(kind, kinds[i]))
			return plot_kind(w, dir, i);
	cli_error("plot: there is no picture `%s`%s (" KINDS ")", kind, report_nearest(kind, kinds, near, sizeof near));
	return EXIT_USAGE;
}

int cmd_plot(int argc, char **argv)
{
	struct plot_words w = { .kind = NULL };
	const GOptionEntry entries[] = {
		{ "kind", 'k', 0, G_OPTION_ARG_STRING, &w.kind, KINDS, "KIND" },
		{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &w.output, "The picture (in DIR, SVG): .svg, .png or .pdf", "FILE" },
		{ "metric", 'm', 0, G_OPTION_ARG_STRING, &w.metric, "What is drawn (total); docs/metrics.md", "NAME" },
		{ "step", 0, 0, G_OPTION_ARG_STRING, &w.step, "Only steps with this in \"ue lte > wlan\" (handovers)", "STEP" },
		{ "point", 0, 0, G_OPTION_ARG_STRING, &w.point, "Only points with this in their names", "POINT" },
		{ "over", 0, 0, G_OPTION_ARG_STRING, &w.over, "The swept value on the x axis (the first)", "PATH" },
		{ "width", 'w', 0, G_OPTION_ARG_STRING, &w.width, "How wide it is: 84mm, 174mm, 3.5in, 252pt, 400px", "LENGTH" },
		{ "page", 0, 0, G_OPTION_ARG_NONE, &w.page, "As wide as a page (504pt), not as a column", NULL },
		{ "from", 0, 0, G_OPTION_ARG_STRING, &w.from, "Ladder and timeline: the span that is shown, 9.5s", "TIME" },
		{ "to", 0, 0, G_OPTION_ARG_STRING, &w.to, "and its end", "TIME" },
		{ "title", 0, 0, G_OPTION_ARG_STRING, &w.title, "The words above it; \"\": none", "TEXT" },
		{ "partial", 0, 0, G_OPTION_ARG_NONE, &w.partial, "Also folders whose runs were killed", NULL },
		G_OPTION_ENTRY_NULL };
	int code = EXIT_PASS;

	if (cli_options(&argc, &argv, "DIR|SCENARIO", "Draws pictures of a results folder, or of a scenario "
			"(docs/pictures.md).", entries, &code)) {
		if (argc == 2) {
			code = plot_words(&w, argv[1]);
		} else {
			cli_error("plot: which results folder? One is wanted");
			code = EXIT_USAGE;
		}
	}
	g_free(w.kind);
	g_free(w.output);
	g_free(w.metric);
	g_free(w.step);
	g_free(w.point);
	g_free(w.over);
	g_free(w.width);
	g_free(w.from);
	g_free(w.to);
	g_free(w.title);
	return code;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: mooring swarm
 *
 * Seeds become random scenarios, which are played under invariants (docs/swarm.md). Each seed runs in a process of its
 * own, so a crash or an endless loop is a finding like any other; results come in the order of the seeds, whatever the
 * number of workers. It implements no clause.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/swarm_pool.h"
#include "scenarios/expect.h"

#define RUNS_MAX 100000000

struct swarm {
	/* options */
	char *seed, *keep, *features, *without, *kind;
	int runs, workers, twice, limit;
	gboolean list, print, shrink, coverage, fingerprint;
	uint32_t mask;
	/* results */
	guint failed, told;
	uint64_t events, count[SWARM_COUNTS], digest;
	uint32_t followed[SWARM_MACHINES][FSM_MAX_STATES];
};

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static char *reproducer(const struct swarm *w, uint64_t seed)
{
	GString *s = g_string_new(NULL);

	g_string_printf(s, "mooring swarm --seed %" G_GUINT64_FORMAT " --runs 1", seed);
	if (w->features)
		g_string_append_printf(s, " --features %s", w->features);
	if (w->without)
		g_string_append_printf(s, " --without %s", w->without);
	if (w->kind)
		g_string_append_printf(s, " --kind %s", w->kind);
	return g_string_free(s, FALSE);
}

static void keep_text(const struct swarm *w, const char *name, const char *text)
{
	char *path = g_build_filename(w->keep, name, NULL);
	GError *error = NULL;

	if (g_mkdir_with_parents(w->keep, 0777) || !g_file_set_contents(path, text, -1, &error))
		cli_error("%s cannot be written%s%s", path, error ? ": " : "", error ? error->message : "");
	else
		printf("      kept as %s\n", path);
	g_clear_error(&error);
	g_free(path);
}

static void keep(struct swarm *w, uint64_t seed, const struct swarm_report *r)
{
	struct swarm_scene *s = swarm_make(seed, w->mask);
	char *name = g_strdup_printf("swarm-%" G_GUINT64_FORMAT ".yaml", seed);
	char *text = swarm_text(s, NULL);

	if (w->keep)
		keep_text(w, name, text);
	g_free(text);
	if (w->shrink) {
		unsigned left;

		text = swarm_shrink(s, r->n ? r->finding[0].invariant : NULL, w->limit, &left);
		printf("      %u of %u parts are enough%s", left, swarm_parts(s), w->keep ? "\n" : ":\n");
		g_free(name);
		name = g_strdup_printf("swarm-%" G_GUINT64_FORMAT "-small.yaml", seed);
		if (w->keep)
			keep_text(w, name, text);
		else
			fputs(text, stdout);
		g_free(text);
	}
	g_free(name);
	swarm_scene_free(s);
}

static void tell_findings(const struct swarm_report *r)
{
	for (unsigned i = 0; i < MIN(r->n, SWARM_FINDINGS); i++) {
		const struct swarm_finding *f = &r->finding[i];

		printf("      %s", f->invariant);
		if (*f->node)
			printf(" at %.3f s, %s", (double)f->at / MOOR_S, f->node);
		printf(": %s\n", f->text);
	}
	if (r->n > SWARM_FINDINGS)
		printf("      and %u more\n", r->n - SWARM_FINDINGS);
}

static void add_up(struct swarm *w, const struct swarm_report *r)
{
	w->told++;
	w->events += r->events;
	for (int i = 0; i < SWARM_COUNTS; i++)
		w->count[i] += r->count[i];
	for (unsigned m = 0; m < SWARM_MACHINES; m++)
		for (unsigned s = 0; s < FSM_MAX_STATES; s++)
			w->followed[m][s] |= r->followed[m][s];
	for (const char *p = r->fingerprint; *p; p++)
		w->digest = (w->digest ^ (unsigned char)*p) * UINT64_C(1099511628211);
}

static void on_done(void *ctx, uint64_t seed, const struct swarm_report *r)
{
	struct swarm *w = ctx;
	char *again;

	add_up(w, r);
	if (w->fingerprint)
		printf("fingerprint %s swarm-%" G_GUINT64_FORMAT "\n", r->fingerprint, seed);
	if (!r->n)
		return;
	w->failed++;
	again = reproducer(w, seed);
	printf("fail  %s\n", again);
	g_free(again);
	tell_findings(r);
	if (w->keep || w->shrink)
		keep(w, seed, r);
	fflush(stdout);
}

/* Ways of state machines that no run went. */
static void tell_coverage(const struct swarm *w)
{
	for (unsigned m = 0; scen_machines[m] && m < SWARM_MACHINES; m++) {
		const struct fsm *f = scen_machines[m];
		unsigned ways = 0, gone = 0;
		GString *never = g_string_new(NULL);

		for (unsigned a = 0; a < f->n_states; a++)
			for (unsigned b = 0; b < f->n_states; b++) {
				if (a == b || !fsm_follows(f, a, b))
					continue;
				ways++;
				if (w->followed[m][a] >> b & 1)
					gone++;
				else
					g_string_append_printf(never, "      %s to %s\n", f->states[a].name, f->states[b].name);
			}
		printf("%s: %u of %u transitions%s\n%s", f->name, gone, ways, gone < ways ? ", never:" : "", never->str);
		g_string_free(never, TRUE);
	}
}

static int tell_sum(const struct swarm *w, bool whole)
{
	for (int i = 0; i < SWARM_COUNTS; i++)
		printf("%s%" G_GUINT64_FORMAT " %s", i ? ", " : "", w->count[i], swarm_count_names[i]);
	printf("\n");
	if (w->coverage)
		tell_coverage(w);
	if (w->fingerprint)
		printf("digest %016" G_GINT64_MODIFIER "x\n", w->digest);
	printf("%u seeds: %u clean, %u failed, %" G_GUINT64_FORMAT " events%s\n", w->told, w->told - w->failed, w->failed,
	       w->events, whole ? "" : " (interrupted)");
	return !whole ? EXIT_INTERRUPTED : w->failed ? EXIT_FAIL : EXIT_PASS;
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

/* False: one is none of these. */
static bool choice_mask(const char *words, const struct swarm_choice *choices, int n, const char *what, uint32_t *mask)
{
	char **list = g_strsplit(words, ",", -1);
	bool ok = true;

	*mask = 0;
	for (char **word = list; *word && ok; word++) {
		int i = 0;

		while (i < n && strcmp(choices[i].name, *word))
			i++;
		ok = i < n;
		if (ok)
			*mask |= 1u << i;
		else
			cli_error("swarm: there is no %s `%s` (--list names them)", what, *word);
	}
	g_strfreev(list);
	return ok;
}

static bool feature_mask(const char *words, uint32_t *mask)
{
	return choice_mask(words, swarm_features, SWARM_FEATURES, "feature", mask);
}

static bool good_options(struct swarm *w, bool files)
{
	uint32_t some = 0, wanted = 0, kinds = (1u << SWARM_KINDS) - 1;
	char *end;

	w->mask = (1u << SWARM_FEATURES) - 1;
	if (w->features && !feature_mask(w->features, &w->mask))
		return false;
	if (w->kind && !choice_mask(w->kind, swarm_kinds, SWARM_KINDS, "kind", &kinds))
		return false;
	wanted = w->mask;
	if (w->without) {
		if (!feature_mask(w->without, &some))
			return false;
		w->mask &= ~some;
	}
	w->mask |= kinds * SWARM_KIND(0);
	if (w->seed && (!g_ascii_isdigit(*w->seed) || (g_ascii_strtoull(w->seed, &end, 10), *end) || strlen(w->seed) > 18))
		cli_error("--seed %s: must be a whole number of at most 18 digits", w->seed);
	else if (w->runs < 1 || w->runs > RUNS_MAX)
		cli_error("--runs %d: must be 1 to %d", w->runs, RUNS_MAX);
	else if (w->workers < 1 || w->workers > 1024)
		cli_error("-j %d: must be 1 to 1024", w->workers);
	else if (w->limit < 1)
		cli_error("--limit %d: must be 1 or more", w->limit);
	else if (w->twice < 0)
		cli_error("--twice %d: must be 0 or more", w->twice);
	else if (w->features && w->without && (wanted & some))
		cli_error("--features and --without: a feature is named by both");
	else if (files && (w->seed || w->features || w->without || w->kind || w->print))
		cli_error("named scenarios go without --seed, --kind, --features, --without and --print, which make some");
	else
		return true;
	return false;
}

/* A kept scenario, or any other, under the invariants. */
static int play_file(struct swarm *w, const char *path)
{
	struct swarm_report r = { .begun = false };

	swarm_child_file(path, w->limit, &r);
	add_up(w, &r);
	printf("%s %s\n", r.n ? "fail " : "clean", path);
	tell_findings(&r);
	w->failed += r.n > 0;
	return r.refused ? EXIT_USAGE : EXIT_PASS;
}

static int play_files(struct swarm *w, char **words, int n)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	int code = cli_files(words, n, paths) ? EXIT_PASS : EXIT_USAGE;

	for (guint i = 0; code == EXIT_PASS && i < paths->len; i++)
		code = play_file(w, paths->pdata[i]);
	g_ptr_array_unref(paths);
	return code == EXIT_PASS ? tell_sum(w, true) : code;
}

static int play_seeds(struct swarm *w)
{
	uint64_t first = w->seed ? g_ascii_strtoull(w->seed, NULL, 10) : 1;
	struct swarm_job j = { .first = first, .runs = (uint64_t)w->runs, .features = w->mask, .limit = w->limit,
			       .twice = (unsigned)MAX(w->twice, 0), .workers = (unsigned)w->workers };

	if (w->print) {
		struct swarm_scene *s = swarm_make(first, w->mask);
		char *text = swarm_text(s, NULL);

		fputs(text, stdout);
		g_free(text);
		swarm_scene_free(s);
		return EXIT_PASS;
	}
	return tell_sum(w, swarm_pool_run(&j, on_done, w));
}

static void list(void)
{
	for (int i = 0; i < SWARM_FEATURES; i++)
		printf("%-10s %s\n", swarm_features[i].name, swarm_features[i].about);
	for (int i = 0; i < SWARM_KINDS; i++)
		printf("kind %-5s %s\n", swarm_kinds[i].name, swarm_kinds[i].about);
}

int cmd_swarm(int argc, char **argv)
{
	struct swarm w = { .runs = 100, .workers = 1, .twice = 8, .limit = 120, .digest = UINT64_C(14695981039346656037) };
	const GOptionEntry entries[] = {
		{ "seed", 0, 0, G_OPTION_ARG_STRING, &w.seed, "The first seed (1)", "N" },
		{ "runs", 'n', 0, G_OPTION_ARG_INT, &w.runs, "So many seeds (100)", "N" },
		{ "jobs", 'j', 0, G_OPTION_ARG_INT, &w.workers, "So many at once (results do not depend on it)", "N" },
		{ "keep", 'k', 0, G_OPTION_ARG_FILENAME, &w.keep, "Keep the scenarios of failures in this folder", "FOLDER" },
		{ "shrink", 0, 0, G_OPTION_ARG_NONE, &w.shrink, "Make the scenarios of failures small", NULL },
		{ "features", 0, 0, G_OPTION_ARG_STRING, &w.features, "These alone, with commas between", "LIST" },
		{ "without", 0, 0, G_OPTION_ARG_STRING, &w.without, "All but these", "LIST" },
		{ "kind", 0, 0, G_OPTION_ARG_STRING, &w.kind, "Scenes of these kinds alone: dsmip, pmip, mixed, gateway", "LIST" },
		{ "twice", 0, 0, G_OPTION_ARG_INT, &w.twice, "Play every N-th seed again: its course must be the same (8; 0: none)",
		  "N" },
		{ "limit", 0, 0, G_OPTION_ARG_INT, &w.limit, "A seed that takes longer failed (120)", "SECONDS" },
		{ "print", 0, 0, G_OPTION_ARG_NONE, &w.print, "Print the first seed's scenario, play nothing", NULL },
		{ "coverage", 0, 0, G_OPTION_ARG_NONE, &w.coverage, "Tell which transitions of state machines were gone", NULL },
		{ "fingerprint", 0, 0, G_OPTION_ARG_NONE, &w.fingerprint, "Print what identifies the course of each run", NULL },
		{ "list", 0, 0, G_OPTION_ARG_NONE, &w.list, "Name the features", NULL },
		G_OPTION_ENTRY_NULL
	};
	int code = EXIT_PASS;

	if (cli_options(&argc, &argv, "[SCENARIO...]", "Plays random scenarios, or the named ones, under invariants.", entries,
			&code)) {
		if (w.list)
			list();
		if (!w.list)
			code = !good_options(&w, argc > 1) ? EXIT_USAGE : argc > 1 ? play_files(&w, argv + 1, argc - 1) : play_seeds(&w);
	}
	g_free(w.seed);
	g_free(w.keep);
	g_free(w.features);
	g_free(w.without);
	g_free(w.kind);
	return code;
}

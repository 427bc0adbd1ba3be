/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the report of one run
 *
 * run.json gives the verdict and what was run, events.jsonl the handover table (through the same metrics and the same
 * table as on the screen) and the list of messages, metrics.csv the totals; the pictures are those of the folder. What
 * is missing or was cut short is told at its place. It implements no clause.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moor-config.h"
#include "traces/csv_read.h"
#include "traces/events.h"
#include "traces/metrics.h"
#include "traces/report.h"
#include "traces/report_html.h"
#include "traces/report_key.h"
#include "traces/report_messages.h"
#include "traces/report_narrow.h"
#include "traces/results.h"
#include "traces/table.h"

#define STEPS_MOST 2000u
#define FLOW_ROWS_MOST 500u

struct run_page {
	GString *s;
	const char *dir;
	const struct report_options *o;
	JsonObject *root;
	struct name_table *table;
	struct trace_names names;
	struct metrics *metrics;		/* NULL: events.jsonl could not be read */
	struct report_messages *messages;
	char *trouble;				/* of reading it, or NULL */
	bool cut;				/* it is one of what stands in the file */
	moor_time last;
};

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void take_records(struct run_page *p, struct events_reader *e)
{
	GError *error = NULL;
	struct moor_record r;
	int got;

	while ((got = events_next(e, &r, &error)) == 1) {
		p->last = r.at;
		if (METRICS_KINDS & REC_BIT(r.kind))
			metrics_record(p->metrics, &r);
		report_messages_record(p->messages, &r);
	}
	if (got < 0)
		p->trouble = g_strdup_printf("%s What stands before it is shown.", error->message);
	else if (events_cut(e))
		p->trouble = g_strdup("events.jsonl ends in the middle of a line; what stands before it is shown.");
	p->cut = p->trouble != NULL;
	g_clear_error(&error);
}

static void read_events(struct run_page *p)
{
	char *path = g_build_filename(p->dir, "events.jsonl", NULL);
	GError *error = NULL;
	struct events_reader *e;
	gint64 end = 0;

	p->table = name_table_new();
	p->names = trace_names_of_table(p->table);
	html_integer(p->root, "end_ns", &end);
	e = events_open(path, p->table, &error);
	if (e) {
		p->metrics = metrics_new(&(struct metrics_config){ .names = p->names, .keep = STEPS_MOST });
		/* what a capture does not show must not become a zero (docs/replay.md) */
		if (!strcmp(html_member(p->root, "engine"), "replay"))
			metrics_unnumbered(p->metrics);
		p->messages = report_messages_new(&p->names, p->o->max_messages ? p->o->max_messages : REPORT_MESSAGES);
		take_records(p, e);
		metrics_finish(p->metrics, MAX(end, p->last));
		events_close(e);
	} else {
		p->trouble = g_strdup_printf("%s: steps and messages cannot be shown.", error->message);
		g_clear_error(&error);
	}
	g_free(path);
}

/* ---- verdict and expectations ------------------------------------------------------------------------------------ */

static const char *const by_badness[] = { "error", "fail", "inconclusive", "skip", "pass" };

static void state(struct run_page *p)
{
	const char *what = html_member(p->root, "state"), *error = html_member(p->root, "error");

	if (!strcmp(what, "running"))
		html_note(p->s, "This run has not ended, or was killed: what follows is as much of it as was written.");
	else if (!strcmp(what, "interrupted"))
		html_note(p->s, "This run was interrupted: what follows is what came before.");
	else if (strcmp(what, "finished"))
		html_printf(p->s, "p class=\"note\" role=\"note\"", "This run did not come to its end (%s): %s", what, error);
	if (p->trouble)
		html_note(p->s, p->trouble);
}

static guint count(JsonArray *checks, const char *verdict)
{
	guint n = 0;

	for (guint i = 0; checks && i < json_array_get_length(checks); i++)
		n += !strcmp(html_member(html_array_object(checks, i), "verdict"), verdict);
	return n;
}

/* Has a run that says that it was over less in its files than it should? */
static void damaged(struct run_page *p)
{
	const char *what = html_member(p->root, "state");
	struct results *r;
	GError *error = NULL;

	if (strcmp(what, "finished") && strcmp(what, "interrupted"))
		return;
	if (p->cut) {
		html_damaged(p->s, p->trouble, p->o->damage);
		return;
	}
	r = results_open(p->dir, false, &error);
	if (!r)
		html_damaged(p->s, error->message, p->o->damage);
	results_close(r);
	g_clear_error(&error);
}

static void verdict(struct run_page *p, JsonArray *checks)
{
	guint all = checks ? json_array_get_length(checks) : 0;

	html_section(p->s, "verdict", "Verdict");
	damaged(p);
	g_string_append(p->s, "<p class=\"big\">");
	if (!strcmp(html_member(p->root, "state"), "interrupted"))
		html_verdict(p->s, "interrupted");
	g_string_append_c(p->s, ' ');
	html_verdict(p->s, html_member(p->root, "verdict"));
	g_string_append_printf(p->s, " %u of %u expectations met</p>\n", count(checks, "pass"), all);
	report_key_checks(p->s, checks);
	state(p);
	if (p->metrics)
		report_key_run(p->s, p->metrics, &p->names);
	html_section_end(p->s);
}

static void check_row(GString *s, JsonObject *c)
{
	gint64 at;
	char *when = html_integer(c, "at_ns", &at) && at > 0 ? g_strdup_printf("%.6f", (double)at / 1e9) : g_strdup("");

	html_row(s);
	g_string_append(s, "<td>");
	html_verdict(s, html_member(c, "verdict"));
	g_string_append(s, "</td>");
	html_head_cell(s, html_member(c, "id"));
	html_element(s, "td class=\"wrap\"", html_member(c, "clause"));
	html_element(s, "td class=\"what\"", html_member(c, "message"));
	html_number(s, when);
	html_element(s, "td class=\"wrap small\"", html_member(c, "place"));
	html_words(s, html_member(c, "requirements"));
	g_string_append(s, "</tr>\n");
	g_free(when);
}

struct clause { const char *worst; guint of[G_N_ELEMENTS(by_badness)]; };

/* "RFC 7296 2.15, 2.16" names two clauses of one document: of the second, with the document's name. Free it. */
static char *whole_clause(const char *name, const char *before)
{
	const char *end = before ? strrchr(before, ' ') : NULL;

	if (!end || strchr(name, ' ') || !g_ascii_isdigit(*name))
		return g_strdup(name);
	return g_strdup_printf("%.*s %s", (int)(end - before), before, name);
}

static void count_clause(GHashTable *index, GPtrArray *order, const char *name, const char *verdict)
{
	struct clause *k = g_hash_table_lookup(index, name);

	if (!*name)
		return;
	if (!k) {
		k = g_new0(struct clause, 1);
		g_ptr_array_add(order, g_strdup(name));
		g_hash_table_insert(index, order->pdata[order->len - 1], k);
	}
	for (size_t v = 0; v < G_N_ELEMENTS(by_badness); v++)
		k->of[v] += !strcmp(by_badness[v], verdict);
}

/* Every clause of the texts "24.303 5.1.2.4, RFC 5555 4.1", in the order of appearance. */
static void sort_clauses(JsonArray *checks, GHashTable *index, GPtrArray *order)
{
	for (guint i = 0; i < json_array_get_length(checks); i++) {
		JsonObject *c = html_array_object(checks, i);
		char **names = g_strsplit(html_member(c, "clause"), ", ", -1);

		for (char **n = names; *n; n++) {
			char *whole = whole_clause(*n, n > names ? n[-1] : NULL);

			g_free(*n);
			*n = whole;
			count_clause(index, order, whole, html_member(c, "verdict"));
		}
		g_strfreev(names);
	}
}

static void clause_row(GString *s, const char *name, const struct clause *k)
{
	GString *how = g_string_new(NULL);
	size_t worst = G_N_ELEMENTS(by_badness);

	for (size_t v = G_N_ELEMENTS(by_badness); v-- > 0;)
		if (k->of[v]) {
			g_string_append_printf(how, "%s%u %s", how->len ? ", " : "", k->of[v], by_badness[v]);
			worst = v;
		}
	html_row(s);
	html_head_cell(s, name);
	g_string_append(s, "<td>");
	html_verdict(s, worst < G_N_ELEMENTS(by_badness) ? by_badness[worst] : "");
	g_string_append(s, "</td>");
	html_cell(s, how->str);
	g_string_append(s, "</tr>\n");
	g_string_free(how, TRUE);
}

static void clauses(GString *s, JsonArray *checks)
{
	GPtrArray *order = g_ptr_array_new_with_free_func(g_free);
	GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);

	sort_clauses(checks, index, order);
	html_table(s, "Verdicts by clause", "Clause|Worst|Expectations");
	for (guint i = 0; i < order->len; i++)
		clause_row(s, order->pdata[i], g_hash_table_lookup(index, order->pdata[i]));
	html_table_end(s);
	g_hash_table_unref(index);
	g_ptr_array_unref(order);
}

static void expectations(GString *s, JsonArray *checks)
{
	html_section(s, "expectations", "Expectations");
	if (!checks || !json_array_get_length(checks)) {
		html_note(s, "The run has no judged expectation.");
		html_section_end(s);
		return;
	}
	html_table_as(s, "cards", "Expectations, those that were not met first",
		      "Verdict|Id|Clause|What|#At, s|Place|Requirements");
	for (size_t v = 0; v < G_N_ELEMENTS(by_badness); v++)
		for (guint i = 0; i < json_array_get_length(checks); i++) {
			JsonObject *c = html_array_object(checks, i);

			if (!strcmp(html_member(c, "verdict"), by_badness[v]))
				check_row(s, c);
		}
	html_table_end(s);
	clauses(s, checks);
	html_section_end(s);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void step_cell(void *ctx, size_t line, bool first, bool number, const char *text)
{
	GString *s = ctx;

	if (line && first)
		g_string_append(s, line == 1 ? "</tr></thead>\n<tbody><tr>" : "</tr>\n<tr>");
	if (!line)
		html_element(s, number ? "th scope=\"col\" class=\"num\"" : "th scope=\"col\"", text);
	else
		html_element(s, number ? "td class=\"num\"" : "td", text);
}

static void steps(struct run_page *p)
{
	char *legend = NULL;
	size_t n = 0, all;
	FILE *f = open_memstream(&legend, &n);

	html_section(p->s, "steps", "Handovers");
	metrics_rows(p->metrics, &all);
	if (!all) {
		html_note(p->s, "No attach, handover or detach was seen.");
	} else {
		g_string_append(p->s, "<div class=\"box tall\" tabindex=\"0\" role=\"region\" aria-label=\"Steps\"><table>\n"
				"<caption>Each attach, handover and detach</caption>\n<thead><tr>");
		table_visit(p->metrics, &p->names, STEPS_MOST, step_cell, p->s);
		g_string_append(p->s, "</tr>\n");
		html_table_end(p->s);
		if (all == STEPS_MOST)
			html_note(p->s, "Only the first 2,000 steps are on this page; handovers.csv has all.");
	}
	table_legend(f);
	fclose(f);
	if (all)
		html_element(p->s, "p class=\"small\"", legend);
	free(legend);
	html_section_end(p->s);
}

/* ---- totals and flows -------------------------------------------------------------------------------------------- */

/* Lines of metrics.csv that are of one sort. prefix "": totals. */
static guint metric_lines(GString *s, struct csv_read *c, const char *prefix, guint most)
{
	const int node = csv_read_column(c, "node"), step = csv_read_column(c, "handover");
	const int metric = csv_read_column(c, "metric"), value = csv_read_column(c, "value");
	guint n = 0;

	while (node >= 0 && step >= 0 && metric >= 0 && value >= 0 && csv_read_next(c, NULL)) {
		const char *name = c->fields->pdata[metric];
		bool total = !strcmp(c->fields->pdata[node], "*") && !strcmp(c->fields->pdata[step], "*");

		if ((*prefix ? !g_str_has_prefix(name, prefix) : !total) || n++ >= most)
			continue;
		html_row(s);
		if (*prefix) {
			html_head_cell(s, name + strlen(prefix));
			html_cell(s, c->fields->pdata[node]);
			html_number(s, c->fields->pdata[step]);
		} else {
			html_head_cell(s, name);
		}
		html_number(s, c->fields->pdata[value]);
		g_string_append(s, "</tr>\n");
	}
	return n;
}

static void metric_table(struct run_page *p, const char *caption, const char *heads, const char *prefix, guint most)
{
	char *path = g_build_filename(p->dir, "metrics.csv", NULL);
	struct csv_read *c = csv_read_open(path, NULL);
	gsize before = p->s->len;
	guint n;

	if (c) {
		html_table(p->s, caption, heads);
		n = metric_lines(p->s, c, prefix, most);
		if (n)
			html_table_end(p->s);
		else
			g_string_truncate(p->s, before);
		if (n > most)
			html_printf(p->s, "p class=\"note\" role=\"note\"", "%u more lines are in metrics.csv.", n - most);
	} else if (!*prefix) {
		html_note(p->s, "metrics.csv cannot be read: there are no totals.");
	}
	csv_read_close(c);
	g_free(path);
}

static void totals(struct run_page *p)
{
	html_section(p->s, "totals", "Flows and totals");
	metric_table(p, "Flows by phase: sent, lost and received packets", "Flow, direction, figure|Node|#Phase|#Value",
		     "flow.", FLOW_ROWS_MOST);
	metric_table(p, "Totals of the run", "Figure|#Value", "", FLOW_ROWS_MOST);
	html_section_end(p->s);
}

/* ---- again ------------------------------------------------------------------------------------------------------- */

static void manifest(struct run_page *p)
{
	static const char *const members[] = { "run", "scenario", "scenario_path", "scenario_hash", "seed", "version",
		"profile", "engine", "crypto", "compiler", "state", "fingerprint", "protocol_fingerprint" };
	JsonArray *over = html_array(p->root, "overrides");
	GString *sets = g_string_new(NULL);

	for (guint i = 0; over && i < json_array_get_length(over); i++)
		g_string_append_printf(sets, "%s%s", i ? " " : "", html_array_text(over, i));
	html_table(p->s, "What was run", "");
	for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
		if (*html_member(p->root, members[i]))
			html_pair(p->s, members[i], html_member(p->root, members[i]));
	html_pair(p->s, "overrides", sets->len ? sets->str : "none");
	html_table_end(p->s);
	g_string_free(sets, TRUE);
}

static bool is_replay(const struct run_page *p)
{
	return !strcmp(html_member(p->root, "engine"), "replay");
}

static void promise(struct run_page *p)
{
	const char *engine = html_member(p->root, "engine"), *version = html_member(p->root, "version");

	if (is_replay(p))
		html_printf(p->s, "p", "mooring %s reads the same in the same capture, with the same keys and profile.", version);
	else if (!strcmp(engine, "live"))
		html_element(p->s, "p", "A live run does the same in real time; its times are those of the machine, so they come out "
			     "a little different each time, and there is no fingerprint.");
	else
		html_printf(p->s, "p", "With mooring %s, a scenario of the hash %s and seed %s the fingerprint is the same, on every "
			    "machine.", version, html_member(p->root, "scenario_hash"), html_member(p->root, "seed"));
}

static void again(struct run_page *p)
{
	const char *command = html_member(p->root, "command");

	html_section(p->s, "again", "Exactly this again");
	if (*command)
		html_listing(p->s, "Command", command);
	else
		html_note(p->s, "run.json does not say by which command this was made.");
	promise(p);
	manifest(p);
	if (p->o->scenario_note && !is_replay(p))
		html_note(p->s, p->o->scenario_note);
	if (p->o->scenario) {
		g_string_append(p->s, "<details><summary>The scenario</summary>\n");
		html_listing(p->s, "The scenario", p->o->scenario);
		g_string_append(p->s, "</details>\n");
	}
	html_section_end(p->s);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static void drawing(struct run_page *p, const char *file, const char *title, const char *alt)
{
	char *narrow = report_narrow(p->dir, file);

	html_picture(p->s, p->dir, file, narrow, title, alt);
	g_free(narrow);
}

static void pictures(struct run_page *p)
{
	html_section(p->s, "drawings", "Drawings");
	drawing(p, "timeline.svg", "Timeline: links, states, phases, signalling and data of each node",
		"Timeline of the run: links, states, phases, signalling and user data of each node on one axis of time. "
		"The table of handovers and the list of messages have the same in words.");
	drawing(p, "ladder.svg", "Ladder of the signalling, drawn to its times",
		"Ladder diagram of the signalling between the nodes. The list of messages has the same in words.");
	html_section_end(p->s);
}

/* What it is called, and what it is. */
static void begin(struct run_page *p)
{
	const char *name = html_member(p->root, "run"), *engine = html_member(p->root, "engine");
	const char *version = html_member(p->root, "version"), *scenario = html_member(p->root, "scenario");
	char *base, *lead;

	if (is_replay(p)) {
		base = g_path_get_basename(scenario);
		lead = g_strdup_printf("Replay of the capture %s, profile %s, mooring %s", scenario, html_member(p->root, "profile"),
				       version);
	} else {
		base = g_strdup(*name ? name : scenario);
		lead = g_strdup_printf("Scenario %s, seed %s, %s, mooring %s", scenario, html_member(p->root, "seed"),
				       !strcmp(engine, "live") ? "live in real time" : !strcmp(engine, "builtin") ?
				       "simulated by the built-in engine" : !strcmp(engine, "ns3") ? "simulated by ns-3" : engine,
				       version);
	}
	html_begin(p->s, base, lead);
	g_free(lead);
	g_free(base);
}

static void page(struct run_page *p)
{
	JsonArray *checks = html_array(p->root, "checks");

	begin(p);
	verdict(p, checks);
	expectations(p->s, checks);
	if (p->metrics)
		steps(p);
	if (p->messages)
		report_messages_write(p->s, p->messages, p->metrics);
	pictures(p);
	totals(p);
	html_pictures(p->s, p->dir);
	again(p);
	html_end(p->s, MOORING_VERSION);
}

bool report_run(const char *dir, const struct report_options *o, GError **error)
{
	struct run_page p = { .dir = dir, .o = o };
	JsonParser *parser;

	p.root = html_manifest(dir, "run.json", "mooring-run-1", &parser, error);
	if (!p.root)
		return false;
	p.s = g_string_sized_new(1 << 20);
	read_events(&p);
	page(&p);
	if (p.messages)
		report_messages_free(p.messages);
	if (p.metrics)
		metrics_free(p.metrics);
	name_table_free(p.table);
	g_free(p.trouble);
	g_object_unref(parser);
	return html_write(p.s, dir, error);
}

/* ---- what the scenario was --------------------------------------------------------------------------------------- */

bool report_scenario_of(const char *dir, struct report_scenario *s, GError **error)
{
	JsonParser *parser;
	JsonObject *root = html_manifest(dir, "run.json", "mooring-run-1", &parser, error);
	JsonArray *over;

	*s = (struct report_scenario){ NULL, NULL, NULL };
	if (!root)
		return false;
	over = html_array(root, "overrides");
	s->path = g_strdup(html_member(root, "scenario_path"));
	s->hash = g_strdup(html_member(root, "scenario_hash"));
	s->overrides = g_new0(char *, (over ? json_array_get_length(over) : 0) + 1);
	for (guint i = 0; over && i < json_array_get_length(over); i++)
		s->overrides[i] = g_strdup(html_array_text(over, i));
	g_object_unref(parser);
	return true;
}

void report_scenario_clear(struct report_scenario *s)
{
	g_free(s->path);
	g_free(s->hash);
	g_strfreev(s->overrides);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: what is read first in a report
 *
 * The figures that a run is mostly made for, as cards right below the verdict: for how long the user had no data, else
 * how long the step took, with the same digits as in the table of handovers. It implements no clause.
 */
#include "traces/report_key.h"

#include <inttypes.h>
#include <string.h>

#include "traces/report_html.h"
#include "traces/table.h"

#define CARDS_MOST 4u
#define CHECKS_MOST 3u
#define FIGURE_SHORT 16u

void report_key_begin(GString *s)
{
	g_string_append(s, "<ul class=\"key\" role=\"list\">\n");
}

void report_key_end(GString *s)
{
	g_string_append(s, "</ul>\n");
}

void report_key_card(GString *s, const char *of, const char *figure, const char *what, const char *more)
{
	g_string_append(s, "<li>");
	html_element(s, "span class=\"of\"", of);
	html_element(s, strlen(figure) > FIGURE_SHORT ? "strong class=\"long\"" : "strong", figure);
	html_element(s, "span", what);
	if (*more)
		html_element(s, "span class=\"small\"", more);
	g_string_append(s, "</li>\n");
}

static const struct { enum metric_id id; const char *what; } figures[] = {
	{ M_GAP_DOWN, "without downlink data" }, { M_GAP_UP, "without uplink data" }, { M_TOTAL, "until registered" } };

static const char *what_of(const struct handover_row *r, enum metric_id *id)
{
	for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
		*id = figures[i].id;
		if (r->v[*id] != METRIC_ABSENT)
			return figures[i].what;
	}
	return NULL;
}

static void step_card(GString *s, const struct handover_row *r, const struct trace_names *names)
{
	char buf[32], ms[24], *step = table_step(r);
	char *of = g_strdup_printf("%s: %s", trace_node_name(names, r->node, buf), step);
	GString *more = g_string_new(NULL), *figure = g_string_new(NULL);
	enum metric_id id;
	const char *what = what_of(r, &id);
	bool open = (id == M_GAP_DOWN && r->gap_down_open) || (id == M_GAP_UP && r->gap_up_open);
	int64_t lost = MAX(r->v[M_LOST_UP], 0) + MAX(r->v[M_LOST_DOWN], 0);

	if (what)
		g_string_append_printf(figure, "%s%s\u00a0ms", open ? ">" : "", table_ms(r->v[id], ms));
	if (r->outcome != OUTCOME_OK)
		g_string_append_printf(more, "outcome: %s; ", step_outcome_name(r->outcome));
	if (r->v[M_REGISTRATION] != METRIC_ABSENT)
		g_string_append_printf(more, "registration %s\u00a0ms; ", table_ms(r->v[M_REGISTRATION], ms));
	if (r->v[M_LOST_UP] != METRIC_ABSENT || r->v[M_LOST_DOWN] != METRIC_ABSENT)
		g_string_append_printf(more, "%" G_GINT64_FORMAT " packets lost; ", lost);
	g_string_append_printf(more, "at %" G_GINT64_FORMAT ".%03d\u00a0s", r->start / MOOR_S,
			       (int)(r->start % MOOR_S / MOOR_MS));
	report_key_card(s, of, what ? figure->str : step_outcome_name(r->outcome), what ? what : "no figure", more->str);
	g_string_free(figure, TRUE);
	g_string_free(more, TRUE);
	g_free(of);
	g_free(step);
}

/* Of many steps of a kind. */
static void sum_card(GString *s, const struct metrics *m, enum step_kind kind)
{
	struct metric_sum sum = { .n = 0 };
	char a[24], b[24], *of, *figure, *more;
	uint64_t all = 0;
	size_t i = 0;

	for (int o = 0; o < STEP_OUTCOMES; o++)
		all += metrics_steps(m, kind, (enum step_outcome)o);

	for (; i < G_N_ELEMENTS(figures); i++) {
		sum = metrics_sum(m, kind, figures[i].id);
		if (sum.n)
			break;
	}
	if (!sum.n)
		return;
	of = g_strdup_printf("%s: %" PRIu64 " of %" PRIu64 " ended well", step_kind_name(kind),
			     metrics_steps(m, kind, OUTCOME_OK), all);
	figure = g_strdup_printf("%s\u00a0ms", table_ms(sum.p50, a));
	more = g_strdup_printf("median; 95 %% of them within %s ms, longest %s ms", table_ms(sum.p95, a),
			       table_ms(sum.max, b));
	report_key_card(s, of, figure, figures[i].what, more);
	g_free(more);
	g_free(figure);
	g_free(of);
}

static bool wanted(const struct handover_row *r, bool moves)
{
	return moves ? r->kind == STEP_HANDOVER || r->kind == STEP_HOME : r->kind == STEP_ATTACH;
}

void report_key_run(GString *s, const struct metrics *m, const struct trace_names *names)
{
	size_t n, of[2] = { 0, 0 };
	const struct handover_row *rows = metrics_rows(m, &n);
	bool moves;

	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2; k++)
			of[k] += wanted(&rows[i], k);
	moves = of[true] > 0;
	if (!of[moves])
		return;
	report_key_begin(s);
	if (of[moves] > CARDS_MOST)
		for (int k = 0; k < STEP_KINDS; k++) {
			const struct handover_row one = { .kind = (enum step_kind)k };

			if (wanted(&one, moves))
				sum_card(s, m, one.kind);
		}
	else
		for (size_t i = 0; i < n; i++)
			if (wanted(&rows[i], moves))
				step_card(s, &rows[i], names);
	report_key_end(s);
}

void report_key_checks(GString *s, JsonArray *checks)
{
	static const char *const bad[] = { "error", "fail", "inconclusive" };
	guint n = 0;

	for (size_t v = 0; v < G_N_ELEMENTS(bad); v++)
		for (guint i = 0; checks && i < json_array_get_length(checks); i++) {
			JsonObject *c = html_array_object(checks, i);

			if (strcmp(html_member(c, "verdict"), bad[v]) || n++ >= CHECKS_MOST)
				continue;
			g_string_append(s, n == 1 ? "<ul class=\"unmet\">\n<li>" : "<li>");
			html_verdict(s, bad[v]);
			g_string_append_c(s, ' ');
			html_element(s, "b", html_member(c, "id"));
			html_text(s, html_member(c, "message"));
			g_string_append(s, "</li>\n");
		}
	if (n > CHECKS_MOST)
		g_string_append_printf(s, "<li><a href=\"#expectations\">%u more</a></li>\n", n - CHECKS_MOST);
	if (n)
		g_string_append(s, "</ul>\n");
}

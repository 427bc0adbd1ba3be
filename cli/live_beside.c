/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: live beside simulated
 *
 * What a live run is worth shows where it differs from the simulation of the same thing: not at all where all nodes
 * are ours, by other programs' timers and the machine's lateness elsewhere. Steps are matched by node, name and how
 * often a node had a step of that name. It implements no clause; docs/metrics.md defines the figures.
 */
#include "cli/live_beside.h"

#include <string.h>

#include "traces/table.h"

/* A column of the handover table: a metric or a sum of them. */
struct column {
	const char *head;
	enum metric_id of[3];
	unsigned n;
	bool always;			/* also when no step has anything in it */
};

static const struct column columns[] = {
	{ "L2", { M_L2_GAP }, 1, true }, { "WAIT", { M_SOLICIT_WAIT, M_ADDRESS_WAIT, M_BU_WAIT }, 3, true },
	{ "DETECT", { M_DETECTION }, 1, true }, { "ADDR", { M_ADDRESS }, 1, true }, { "DAD", { M_DAD }, 1, true },
	{ "DISC", { M_DISCOVERY }, 1, false }, { "IKE", { M_IKE }, 1, false }, { "AAA", { M_AAA }, 1, false },
	{ "REGIST", { M_REGISTRATION }, 1, true }, { "TOTAL", { M_TOTAL }, 1, true }, { "GAP-UP", { M_GAP_UP }, 1, true },
	{ "GAP-DN", { M_GAP_DOWN }, 1, true }, { "LOST", { M_LOST_UP, M_LOST_DOWN }, 2, true },
};

/* A step as it was in both; NULL: there was none. */
struct both {
	const struct spread_row *live, *simulated;
};

static guint nth_of_its_name(const GArray *rows, guint at)
{
	const struct spread_row *r = &g_array_index(rows, struct spread_row, at);
	guint n = 0;

	for (guint k = 0; k < at; k++) {
		const struct spread_row *x = &g_array_index(rows, struct spread_row, k);

		n += !strcmp(x->node, r->node) && !strcmp(x->step, r->step);
	}
	return n;
}

/* In the order of the live run, then what only the simulation had. */
static GArray *match(const GArray *live, const GArray *simulated)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct both));
	bool *taken = g_new0(bool, simulated->len + 1);

	for (guint i = 0; i < live->len; i++) {
		struct both b = { &g_array_index(live, struct spread_row, i), NULL };

		for (guint k = 0; k < simulated->len && !b.simulated; k++) {
			const struct spread_row *x = &g_array_index(simulated, struct spread_row, k);

			if (taken[k] || strcmp(x->node, b.live->node) || strcmp(x->step, b.live->step)
			    || nth_of_its_name(simulated, k) != nth_of_its_name(live, i))
				continue;
			taken[k] = true;
			b.simulated = x;
		}
		g_array_append_val(all, b);
	}
	for (guint k = 0; k < simulated->len; k++)
		if (!taken[k]) {
			struct both b = { NULL, &g_array_index(simulated, struct spread_row, k) };

			g_array_append_val(all, b);
		}
	g_free(taken);
	return all;
}

static int64_t value(const struct spread_row *r, const enum metric_id *of, unsigned n)
{
	int64_t sum = METRIC_ABSENT;

	for (unsigned k = 0; r && k < n; k++)
		if (r->v[of[k]] != METRIC_ABSENT)
			sum = (sum == METRIC_ABSENT ? 0 : sum) + r->v[of[k]];
	return sum;
}

static int64_t difference(int64_t live, int64_t simulated)
{
	return live == METRIC_ABSENT || simulated == METRIC_ABSENT ? METRIC_ABSENT : live - simulated;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static void cell(GString *line, const struct column *c, int64_t v, bool sign)
{
	char buf[32] = "-", ms[24];

	if (v != METRIC_ABSENT && metric_rows[c->of[0]].unit == UNIT_COUNT)
		g_snprintf(buf, sizeof buf, sign && v ? "%+" G_GINT64_FORMAT : "%" G_GINT64_FORMAT, v);
	else if (v != METRIC_ABSENT)
		g_snprintf(buf, sizeof buf, "%s%s", v < 0 ? "-" : sign && v ? "+" : "", table_ms(v < 0 ? -v : v, ms));
	g_string_append_printf(line, " %7s", buf);
}

static bool shown(const GArray *all, const struct column *c)
{
	bool any = c->always;

	for (guint k = 0; k < all->len && !any; k++) {
		const struct both *b = &g_array_index(all, struct both, k);

		any = value(b->live, c->of, c->n) > 0 || value(b->simulated, c->of, c->n) > 0;
	}
	return any;
}

/* Of the names before the figures. */
struct widths {
	int node, step;
};

static struct widths widths(const GArray *all)
{
	struct widths w = { (int)strlen("NODE"), (int)strlen("STEP") };

	for (guint k = 0; k < all->len; k++) {
		const struct both *b = &g_array_index(all, struct both, k);
		const struct spread_row *r = b->live ? b->live : b->simulated;

		w.node = MAX(w.node, (int)strlen(r->node));
		w.step = MAX(w.step, (int)strlen(r->step));
	}
	return w;
}

static void line(GString *text, const GArray *all, struct widths w, const struct both *b, int which)
{
	static const char *const names[] = { "live", "simulated", "difference" };
	const struct spread_row *r = b->live ? b->live : b->simulated, *own = which ? b->simulated : b->live;

	if (!which)
		g_string_append_printf(text, "%3" G_GINT64_FORMAT ".%03d  %-*s  %-*s", r->start / MOOR_S,
				       (int)(r->start % MOOR_S / MOOR_MS), w.node, r->node, w.step, r->step);
	else
		g_string_append_printf(text, "%*s", 7 + 2 + w.node + 2 + w.step, "");
	g_string_append_printf(text, "  %-10s", names[which]);
	for (guint k = 0; k < G_N_ELEMENTS(columns); k++) {
		const struct column *c = &columns[k];
		int64_t a = value(b->live, c->of, c->n), s = value(b->simulated, c->of, c->n);

		if (shown(all, c))
			cell(text, c, which == 2 ? difference(a, s) : which ? s : a, which == 2);
	}
	if (which == 2)
		g_string_append_c(text, '\n');
	else
		g_string_append_printf(text, "  %s\n", own ? step_outcome_name(own->outcome) : "no such step");
}

static void tell(GString *text, const GArray *all)
{
	struct widths w = widths(all);

	if (!all->len) {
		g_string_append(text, "\nlive beside simulated: no attach, handover or detach in either\n");
		return;
	}
	g_string_append_printf(text, "\nlive beside simulated, in ms\n%7s  %-*s  %-*s  %-10s", "AT", w.node, "NODE", w.step,
			       "STEP", "");
	for (guint k = 0; k < G_N_ELEMENTS(columns); k++)
		if (shown(all, &columns[k]))
			g_string_append_printf(text, " %7s", columns[k].head);
	g_string_append(text, "  RESULT\n");
	for (guint k = 0; k < all->len; k++)
		for (int which = 0; which < 3; which++)
			line(text, all, w, &g_array_index(all, struct both, k), which);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void put_side(GString *out, const char *name, const struct spread_row *r)
{
	g_string_append_printf(out, ", \"%s\": ", name);
	if (!r) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_printf(out, "{\"at_ns\": %" G_GINT64_FORMAT ", \"outcome\": \"%s\"", r->start,
			       step_outcome_name(r->outcome));
	for (int id = 0; id < METRICS; id++)
		if (r->v[id] != METRIC_ABSENT)
			g_string_append_printf(out, ", \"%s\": %" G_GINT64_FORMAT, metric_rows[id].name, r->v[id]);
	g_string_append_c(out, '}');
}

static void put_difference(GString *out, const struct both *b)
{
	const char *comma = "";

	g_string_append(out, ", \"difference\": {");
	for (int id = 0; b->live && b->simulated && id < METRICS; id++) {
		int64_t d = difference(b->live->v[id], b->simulated->v[id]);

		if (d == METRIC_ABSENT)
			continue;
		g_string_append_printf(out, "%s\"%s\": %" G_GINT64_FORMAT, comma, metric_rows[id].name, d);
		comma = ", ";
	}
	g_string_append_c(out, '}');
}

static void put_json(GString *json, const GArray *all)
{
	if (!json->len || json->str[json->len - 1] != '}')
		return;
	g_string_truncate(json, json->len - 1);
	g_string_append(json, ",\n   \"phases\": [");
	for (guint k = 0; k < all->len; k++) {
		const struct both *b = &g_array_index(all, struct both, k);
		const struct spread_row *r = b->live ? b->live : b->simulated;
		char *node = g_strescape(r->node, NULL), *step = g_strescape(r->step, NULL);

		g_string_append_printf(json, "%s\n    {\"node\": \"%s\", \"step\": \"%s\", \"kind\": \"%s\"", k ? "," : "",
				       node, step, step_kind_name(r->kind));
		put_side(json, "live", b->live);
		put_side(json, "simulated", b->simulated);
		put_difference(json, b);
		g_string_append_c(json, '}');
		g_free(node);
		g_free(step);
	}
	g_string_append(json, "]}");
}

void live_beside(const struct job *live, GString *text, GString *json)
{
	struct run_options o = { .name = live->options.name, .seed = live->options.seed, .steps = true, .stand_in = true,
				 .command = live->options.command, .stop = live->options.stop };
	struct run_result r;

	run_scenario(live->file, live->point, &o, &r);
	if (r.trouble || r.interrupted) {
		g_string_append_printf(text, "\nlive beside simulated: %s\n", r.error ? r.error : "the simulation was interrupted");
	} else {
		GArray *all = match(live->result.steps, r.steps);

		tell(text, all);
		if (r.verdict != VERDICT_PASS)
			g_string_append_printf(text, "the simulation's verdict is %s\n", verdict_name(r.verdict));
		put_json(json, all);
		g_array_unref(all);
	}
	run_result_done(&r);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: verdicts
 *
 * pass, inconclusive, fail, error; the worst member of a group decides. What could not be judged is never a pass: a
 * window that the run did not see to its end is inconclusive, something that must never happen after an event that
 * never came is an error. It implements no clause.
 */
#include <string.h>

#include "scenarios/expect_set.h"

struct judgement {
	enum verdict verdict;
	char text[400];
};

static void judge(struct judgement *j, enum verdict v, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

static void judge(struct judgement *j, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	j->verdict = v;
	va_start(ap, fmt);
	g_vsnprintf(j->text, sizeof j->text, fmt, ap);
	va_end(ap);
}

/* "BU by ue" */
static void what_text(const struct exp *p, GString *out)
{
	const struct scen_expect *e = p->e;

	if (e->state)
		g_string_append_printf(out, "%s of %s is %s", e->state->machine, e->state->node->text, e->state->is);
	else
		g_string_append(out, e->message ? e->message : e->event ? e->event : e->metric);
	if (e->by)
		g_string_append_printf(out, "%s %s", e->received ? " at" : " by", e->by->text);
}

static void anchor_text(const struct scen_anchor *a, GString *out)
{
	const struct scen_pattern *q = a->pattern;

	if (!q) {
		g_string_append(out, a->word);
		return;
	}
	g_string_append(out, q->message ? q->message : q->event ? q->event : q->label);
	if (q->by)
		g_string_append_printf(out, " by %s", q->by->text);
	if (q->nth > 1)
		g_string_append_printf(out, " number %" G_GINT64_FORMAT, q->nth);
}

static void window_text(const struct exp *p, GString *out)
{
	char lo[40], hi[40];

	unit_text(UNIT_SPAN, p->from, lo, sizeof lo);
	unit_text(UNIT_SPAN, p->upto, hi, sizeof hi);
	if (p->windowed && p->from)
		g_string_append_printf(out, " %s to %s", lo, hi);
	else if (p->windowed)
		g_string_append_printf(out, " within %s", hi);
	if (p->e->after.at) {
		g_string_append(out, " after ");
		anchor_text(&p->e->after, out);
	} else if (p->all.start) {
		unit_text(UNIT_SPAN, p->all.start, lo, sizeof lo);
		g_string_append_printf(out, p->windowed ? " after %s" : " from %s", lo);
	}
	if (p->e->before.at) {
		g_string_append(out, " before ");
		anchor_text(&p->e->before, out);
	}
}

static void judge_counts(const struct exp *p, const struct inst *i, bool open, bool interrupted, const char *window,
			 struct judgement *j)
{
	GString *what = g_string_new(NULL);
	const char *near = p->why->len ? "; " : "", *why = p->why->len ? p->why->str : "";
	int64_t got = i->count + i->rescued;

	what_text(p, what);
	if (i->unfinished && interrupted && !i->wrong)
		judge(j, VERDICT_INCONCLUSIVE, "%s%s: the run ended before the step did", what->str, window);
	else if (i->wrong || i->unfinished)
		judge(j, VERDICT_FAIL, "%s%s: %s", what->str, window, why);
	else if (i->count > p->most && !p->most)
		judge(j, VERDICT_FAIL, "%s%s: must never be, was seen %" G_GINT64_FORMAT " times%s%s", what->str, window, i->count,
		      p->named ? ", first " : "", p->named ? why : "");
	else if (i->count > p->most)
		judge(j, VERDICT_FAIL, "%s%s: seen %" G_GINT64_FORMAT " times, at most %" G_GINT64_FORMAT " expected", what->str,
			window, i->count, p->most);
	else if (got < p->least && open)
		judge(j, VERDICT_INCONCLUSIVE, "%s%s: not seen before the run ended, inside the window", what->str, window);
	else if (got < p->least && got + i->doubtful >= p->least)
		judge(j, VERDICT_INCONCLUSIVE, "%s%s: only the machine's own lateness explains when it came", what->str, window);
	else if (got < p->least && p->least == 1)
		judge(j, VERDICT_FAIL, "%s%s: not seen%s%s", what->str, window, near, why);
	else if (got < p->least)
		judge(j, VERDICT_FAIL, "%s%s: seen %" G_GINT64_FORMAT " times, %" G_GINT64_FORMAT " expected%s%s", what->str, window,
		      got, p->least, near, why);
	else if (p->most != INT64_MAX && open)
		judge(j, VERDICT_INCONCLUSIVE, "%s%s: the run ended inside the window", what->str, window);
	else
		judge(j, VERDICT_PASS, "%s%s", what->str, window);
	g_string_free(what, TRUE);
}

/* No window at all: the state at the run's end. */
static bool at_the_end(const struct exp *p)
{
	return p->machine && !p->windowed && p->upto == MOOR_NEVER && !p->e->after.at && !p->e->never;
}

/* A state that is still held when the records end. */
static void close_state(struct expect_set *x, struct exp *p, struct inst *i, moor_time end)
{
	if (!i->state)
		i->state = 1;		/* it never changed: the first state of its machine */
	if (at_the_end(p)) {
		i->count = i->state - 1 == p->is;
		i->hit_at = end;
		return;
	}
	expect_state_until(x, p, i, i, end);
}

static void judge_inst(struct expect_set *x, struct exp *p, struct inst *i, moor_time end, bool interrupted,
		       struct judgement *j)
{
	GString *window = g_string_new(NULL);
	moor_time start;
	bool started;
	const struct inst *closed = expect_window(p, i, &start, &started);
	bool open;

	window_text(p, window);
	if (!started) {
		GString *what = g_string_new(NULL);

		what_text(p, what);
		judge(j, interrupted ? VERDICT_INCONCLUSIVE : p->least ? VERDICT_FAIL : VERDICT_ERROR,
		      "%s%s: what it waits for never happened%s", what->str, window->str,
		      p->least ? "" : ", so nothing was judged");
		g_string_free(what, TRUE);
	} else if (interrupted && at_the_end(p)) {
		judge(j, VERDICT_INCONCLUSIVE, "%s of %s is %s at the end: the run ended before it", p->e->state->machine,
		      p->e->state->node->text, p->e->state->is);
	} else {
		if (p->machine)
			close_state(x, p, i, end);
		open = !closed->ended && (p->upto == MOOR_NEVER ? interrupted : moor_time_add(start, p->upto) > end);
		judge_counts(p, i, open, interrupted, window->str, j);
	}
	g_string_free(window, TRUE);
}

/* ---- metrics over all -------------------------------------------------------------------------------------------- */

static int64_t total_value(const struct metrics_totals *t, int which)
{
	const uint64_t all[] = {
		t->bus, t->bu_retransmissions, t->accepted, t->refused, t->unanswered, t->deregistrations,
		t->deregistrations_unanswered, t->data_tx, t->data_rx,
		t->data_tx > t->data_rx - t->duplicated ? t->data_tx - (t->data_rx - t->duplicated) : 0, t->duplicated, t->reordered,
	};

	return (int64_t)all[which];
}

static int64_t sum_value(const struct metrics *m, const struct exp *p, bool *any)
{
	struct metric_sum s = metrics_sum(m, (enum step_kind)p->e->step, (enum metric_id)p->metric.id);
	const int64_t values[] = { (int64_t)s.n, s.min, s.max, s.mean, s.p50, s.p95, s.p99 };

	*any = s.n > 0;
	return values[p->metric.sum - 1];
}

/* Of all members' flows of that name. */
static int64_t flow_value(const struct expect_set *x, const struct exp *p, bool *any)
{
	const struct scen_flow *f = scen_flow(x->s, p->e->flow->text);
	uint32_t first = scen_flow_number(x->s, f, 0);
	int phase = p->e->phase ? flows_table_phase(x->flows, p->e->phase) : -1;
	int64_t sum = 0;
	uint64_t v;

	*any = false;
	for (uint32_t k = first; (phase >= 0 || !p->e->phase) && scen_flow_numbered(x->s, k) == f; k++)
		if (flows_table_value(x->flows, k, phase, p->e->interface, (enum flow_figure)(p->metric.flow - 1), &v)) {
			*any = true;
			sum += (int64_t)v;
		}
	return sum;
}

/* Does it only grow while a run goes on? */
static bool grows(const struct exp *p)
{
	const char *name = p->metric.total >= 0 ? expect_totals[p->metric.total] : NULL;

	return name && !strstr(name, "unanswered") && !strstr(name, "lost");
}

static void judge_total(const struct expect_set *x, struct exp *p, const struct metrics *m, bool interrupted,
			struct judgement *j)
{
	struct metrics_totals totals;
	char value[40];
	bool any = true;
	int64_t v;

	if (p->metric.flow ? !x->flows : !m) {
		judge(j, VERDICT_ERROR, "%s: there are no metrics", p->e->metric);
		return;
	}
	if (p->metric.flow) {
		v = flow_value(x, p, &any);
	} else {
		totals = metrics_totals(m);
		v = p->metric.total >= 0 ? total_value(&totals, p->metric.total) : sum_value(m, p, &any);
	}
	unit_text(p->metric.unit == UNIT_NS ? UNIT_SPAN : UNIT_NONE, v, value, sizeof value);
	if (interrupted && !(grows(p) && (v > p->bound_most || (v >= p->bound_least && p->bound_most == INT64_MAX))))
		judge(j, VERDICT_INCONCLUSIVE, "%s: the run ended before it was complete", p->e->metric);
	else if (!any)
		judge(j, VERDICT_ERROR, "%s: no %s was seen, so nothing was judged", p->e->metric,
		      p->metric.flow ? "packet" : "step");
	else if (v < p->bound_least || v > p->bound_most)
		judge(j, VERDICT_FAIL, "%s is %s%s%s%s%s%s%s", p->e->metric, value, p->e->least ? ", least " : "",
		      p->e->least ? p->e->least : "", p->e->most ? ", most " : "", p->e->most ? p->e->most : "",
		      p->e->is ? ", not " : "", p->e->is ? p->e->is : "");
	else
		judge(j, VERDICT_PASS, "%s is %s", p->e->metric, value);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* A machine that was late proves nothing about others; what they put into their octets does. */
static void excuse(const struct expect_set *x, const struct exp *p, const struct inst *i, moor_time end,
		   struct judgement *j)
{
	bool octets = p->pat.kind == PAT_EVENT && p->pat.event->kind == REC_DEVIATION && i->count > p->most;
	char text[sizeof j->text], by[40];
	moor_time late;

	if ((j->verdict != VERDICT_FAIL && j->verdict != VERDICT_ERROR) || octets
	    || !expect_explained(x, p, i, end, &late))
		return;
	g_strlcpy(text, j->text, sizeof text);
	unit_text(UNIT_SPAN, late / MOOR_MS * MOOR_MS, by, sizeof by);
	judge(j, VERDICT_INCONCLUSIVE, "%s; the machine was %s late", text, by);
}

static void judge_exp(struct expect_set *x, struct exp *p, moor_time end, bool interrupted, const struct metrics *m)
{
	struct judgement worst = { .verdict = VERDICT_PASS }, j;
	moor_time at = MOOR_NEVER;
	guint members = 0, bad = 0;
	char name[128] = "";

	for (guint i = 0; i < p->n_inst; i++) {
		if (p->each && !expect_selected(x, p->selector, (int)i))
			continue;
		if (p->e->metric && (p->metric.total >= 0 || p->metric.sum || p->metric.flow))
			judge_total(x, p, m, interrupted, &j);
		else
			judge_inst(x, p, &p->inst[i], end, interrupted, &j);
		if (p->e->metric && j.verdict == VERDICT_FAIL && !p->inst[i].seen && !p->metric.sum && p->metric.total < 0 &&
		    !p->metric.flow)
			judge(&j, VERDICT_ERROR, "%s: no step was seen, so nothing was judged", p->e->metric);
		excuse(x, p, &p->inst[i], end, &j);
		bad += j.verdict != VERDICT_PASS;
		if (!members++ || j.verdict > worst.verdict) {
			worst = j;
			/* too few of them: it is the end that decided */
			at = p->inst[i].count && p->inst[i].hit_at > 0 ? p->inst[i].hit_at : MOOR_NEVER;
			if (p->each)
				expect_member_name(x->s, i, name, sizeof name);
		}
	}
	if (!members)
		judge(&worst, VERDICT_ERROR, "`by` selects nobody");
	if (p->each && bad)
		p->message = g_strdup_printf("%s: %s (%u of %u nodes)", name, worst.text, bad, members);
	else
		p->message = g_strdup(worst.text);
	p->check = (struct trace_check){
		.id = p->e->id, .clause = p->clause, .requirements = *p->covers ? p->covers : NULL, .place = p->place,
		.verdict = worst.verdict, .message = p->message, .at = at,
	};
}

#define LOOK_MAX 100u			/* members that are looked at in passing */

static enum verdict look_at(struct expect_set *x, const struct exp *kept, moor_time now)
{
	struct exp p = *kept;
	enum verdict worst = VERDICT_PASS;
	bool at_end = p.e->metric || at_the_end(&p);

	if (p.n_inst > LOOK_MAX)
		return VERDICT_INCONCLUSIVE;
	for (guint i = 0; i < p.n_inst; i++) {
		struct inst inst = p.inst[i];
		struct judgement j = { .verdict = VERDICT_INCONCLUSIVE };

		if (p.each && !expect_selected(x, p.selector, (int)i))
			continue;
		if (!at_end)
			judge_inst(x, &p, &inst, now, true, &j);
		else if (inst.wrong)
			j.verdict = VERDICT_FAIL;
		worst = verdict_worse(worst, j.verdict);
	}
	return worst;
}

struct expect_count expect_so_far(struct expect_set *x, moor_time now)
{
	struct expect_count n = { 0 };

	for (guint i = 0; i < x->n; i++) {
		enum verdict v = look_at(x, &x->exps[i], now);

		n.met += v == VERDICT_PASS;
		n.failed += v == VERDICT_FAIL;
		n.open += v != VERDICT_PASS && v != VERDICT_FAIL;
	}
	return n;
}

void expect_finish(struct expect_set *x, moor_time end, bool interrupted, const struct metrics *m)
{
	x->checks = g_new0(struct trace_check, x->n + 1);
	for (guint i = 0; i < x->n; i++) {
		judge_exp(x, &x->exps[i], end, interrupted, m);
		x->checks[i] = x->exps[i].check;
		x->verdict = verdict_worse(x->verdict, x->checks[i].verdict);
	}
}

const struct trace_check *expect_checks(const struct expect_set *x, size_t *n)
{
	*n = x->n;
	return x->checks;
}

enum verdict expect_verdict(const struct expect_set *x)
{
	return x->verdict;
}

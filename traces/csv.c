/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables for spreadsheets and statistics programs. It exists apart from the metrics so that these know nothing of
 * files. No clause but RFC 4180 for the quoting.
 */
#include "traces/csv.h"

#include "traces/line.h"

#define NAME_MOST 200u			/* characters of a name in a line, quotes included */

/* A text with quotes where it needs them, cut at NAME_MOST. */
static void add_name(struct line *l, const char *s)
{
	uint8_t *last = l->p + NAME_MOST - 2;

	if (!strpbrk(s, ",\"\r\n")) {
		line_raw(l, s, strnlen(s, NAME_MOST));
		return;
	}
	line_char(l, '"');
	for (; *s && l->p < last; s++) {
		if (*s == '"')
			line_char(l, '"');
		line_char(l, *s);
	}
	line_char(l, '"');
}

static void add_address(struct line *l, const struct ip6_addr *a)
{
	line_char(l, ',');
	if (!ip6_is_zero(a))
		line_address(l, a);
}

static void add_heads(GString *line, int from, int to)
{
	for (int i = from; i < to; i++)
		g_string_append_printf(line, ",%s%s", metric_rows[i].name, metric_rows[i].unit == UNIT_NS ? "_ns" : "");
}

void csv_handovers_header(struct trace_out *o)
{
	GString *line = g_string_new("run,node,instance,handover,kind,outcome,status,from_link,to_link,from_coa,to_coa,"
				     "home_address,nat,udp,start_ns,end_ns");

	add_heads(line, 0, METRICS_LATER);
	g_string_append(line, ",gap_up_open,gap_down_open,flow_up,flow_down");
	add_heads(line, METRICS_LATER, METRICS);
	g_string_append_c(line, '\n');
	trace_out_text(o, line->str);
	g_string_free(line, TRUE);
}

static void add_names(struct line *l, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	char name[32];

	add_name(l, run);
	line_char(l, ',');
	add_name(l, trace_node_name(names, r->node, name));
}

static void add_count(struct line *l, int64_t v)
{
	line_char(l, ',');
	line_signed(l, v);
}

static void add_flow(struct line *l, uint32_t flow)
{
	line_char(l, ',');
	if (flow != REC_NONE)
		line_number(l, flow);
}

static void add_step(struct line *l, const struct handover_row *r)
{
	add_count(l, r->instance);
	add_count(l, r->number);
	line_char(l, ',');
	line_text(l, step_kind_name(r->kind));
	line_char(l, ',');
	line_text(l, step_outcome_name(r->outcome));
	line_char(l, ',');
	if (r->answered)
		line_number(l, r->status);
	line_char(l, ',');
	add_name(l, r->from_link);
	line_char(l, ',');
	add_name(l, r->to_link);
	add_address(l, &r->from_coa);
	add_address(l, &r->to_coa);
	add_address(l, &r->home_address);
	add_count(l, r->nat);
	add_count(l, r->udp);
	add_count(l, r->start);
	add_count(l, r->end);
}

static void add_values(struct line *l, const struct handover_row *r, int from, int to)
{
	for (int i = from; i < to; i++) {
		line_char(l, ',');
		if (r->v[i] != METRIC_ABSENT)
			line_signed(l, r->v[i]);
	}
}

void csv_handover(struct trace_out *o, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	uint8_t *start = trace_out_reserve(o, 4 * NAME_MOST + (16 + METRICS) * (LINE_NUMBER + 1) + 3 * ADDR_TEXT_MAX);
	struct line l = { start };

	add_names(&l, run, names, r);
	add_step(&l, r);
	add_values(&l, r, 0, METRICS_LATER);
	add_count(&l, r->gap_up_open);
	add_count(&l, r->gap_down_open);
	add_flow(&l, r->flow_up);
	add_flow(&l, r->flow_down);
	add_values(&l, r, METRICS_LATER, METRICS);
	line_char(&l, '\n');
	trace_out_commit(o, (size_t)(l.p - start));
}

void csv_metrics_header(struct trace_out *o)
{
	trace_out_text(o, "run,node,handover,metric,value,unit\n");
}

void csv_metrics_of(struct trace_out *o, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	for (int i = 0; i < METRICS; i++) {
		uint8_t *start = trace_out_reserve(o, 2 * NAME_MOST + 3 * LINE_NUMBER + 64);
		struct line l = { start };

		if (r->v[i] == METRIC_ABSENT)
			continue;
		add_names(&l, run, names, r);
		add_count(&l, r->number);
		line_char(&l, ',');
		line_text(&l, metric_rows[i].name);
		add_count(&l, r->v[i]);
		line_char(&l, ',');
		line_text(&l, metric_unit_name(metric_rows[i].unit));
		line_char(&l, '\n');
		trace_out_commit(o, (size_t)(l.p - start));
	}
}

static void sum_line(struct trace_out *o, const char *run, const char *kind, const char *metric, const char *part,
		     int64_t v, const char *unit)
{
	uint8_t *start = trace_out_reserve(o, NAME_MOST + 2 * LINE_NUMBER + 128);
	struct line l = { start };

	add_name(&l, run);
	line_literal(&l, ",*,");
	line_text(&l, kind);
	line_char(&l, ',');
	line_text(&l, metric);
	line_char(&l, '.');
	line_text(&l, part);
	add_count(&l, v);
	line_char(&l, ',');
	line_text(&l, unit);
	line_char(&l, '\n');
	trace_out_commit(o, (size_t)(l.p - start));
}

static void sum_lines(struct trace_out *o, const char *run, const char *kind, int id, const struct metric_sum *s)
{
	const char *name = metric_rows[id].name, *unit = metric_unit_name(metric_rows[id].unit);

	sum_line(o, run, kind, name, "n", (int64_t)s->n, "1");
	sum_line(o, run, kind, name, "min", s->min, unit);
	sum_line(o, run, kind, name, "mean", s->mean, unit);
	sum_line(o, run, kind, name, "p50", s->p50, unit);
	sum_line(o, run, kind, name, "p95", s->p95, unit);
	sum_line(o, run, kind, name, "p99", s->p99, unit);
	sum_line(o, run, kind, name, "max", s->max, unit);
}

static void total_lines(struct trace_out *o, const char *run, const struct metrics_totals *t)
{
	const struct { const char *name; uint64_t v; } rows[] = {
		{ "sent", t->bus }, { "retransmitted", t->bu_retransmissions }, { "accepted", t->accepted },
		{ "refused", t->refused }, { "unanswered", t->unanswered }, { "deregistrations", t->deregistrations },
		{ "deregistrations_unanswered", t->deregistrations_unanswered },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		sum_line(o, run, "*", "binding_updates", rows[i].name, (int64_t)rows[i].v, "1");
	sum_line(o, run, "*", "data", "sent", (int64_t)t->data_tx, "1");
	sum_line(o, run, "*", "data", "received", (int64_t)t->data_rx, "1");
	sum_line(o, run, "*", "data", "duplicated", (int64_t)t->duplicated, "1");
	sum_line(o, run, "*", "data", "reordered", (int64_t)t->reordered, "1");
}

void csv_metrics_sums(struct trace_out *o, const char *run, const struct metrics *m)
{
	struct metrics_totals t = metrics_totals(m);

	for (int k = 0; k < STEP_KINDS; k++) {
		const char *kind = step_kind_name((enum step_kind)k);

		for (int i = 0; i < STEP_OUTCOMES; i++) {
			uint64_t n = metrics_steps(m, (enum step_kind)k, (enum step_outcome)i);

			if (n)
				sum_line(o, run, kind, "steps", step_outcome_name((enum step_outcome)i), (int64_t)n, "1");
		}
		for (int i = 0; i < METRICS; i++) {
			struct metric_sum s = metrics_sum(m, (enum step_kind)k, (enum metric_id)i);

			if (s.n)
				sum_lines(o, run, kind, i, &s);
		}
	}
	total_lines(o, run, &t);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tables for spreadsheets and statistics programs. It exists apart from the metrics so that these know nothing of
 * files. No clause but RFC 4180 for the quoting.
 */
#include "traces/csv.h"

static const char *quoted(const char *s, GString *buf)
{
	if (!strpbrk(s, ",\"\r\n"))
		return s;
	g_string_assign(buf, "\"");
	for (; *s; s++) {
		if (*s == '"')
			g_string_append_c(buf, '"');
		g_string_append_c(buf, *s);
	}
	g_string_append_c(buf, '"');
	return buf->str;
}

static const char *address(const struct ip6_addr *a, char buf[ADDR_TEXT_MAX])
{
	char *text;

	if (ip6_is_zero(a))
		return "";
	text = ip6_text(a, buf);
	return g_str_has_prefix(text, "::ffff:") && strchr(text, '.') ? text + 7 : text;
}

static void put_line(struct trace_out *o, const GString *line)
{
	memcpy(trace_out_reserve(o, line->len), line->str, line->len);
	trace_out_commit(o, line->len);
}

void csv_handovers_header(struct trace_out *o)
{
	GString *line = g_string_new("run,node,instance,handover,kind,outcome,status,from_link,to_link,from_coa,to_coa,"
				     "home_address,nat,udp,start_ns,end_ns");

	for (int i = 0; i < METRICS; i++)
		g_string_append_printf(line, ",%s%s", metric_rows[i].name, metric_rows[i].unit == UNIT_NS ? "_ns" : "");
	g_string_append(line, ",gap_up_open,gap_down_open,flow_up,flow_down\n");
	put_line(o, line);
	g_string_free(line, TRUE);
}

static void add_names(GString *line, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	GString *buf = g_string_new(NULL);
	char name[32];

	g_string_append(line, quoted(run, buf));
	g_string_append_c(line, ',');
	g_string_append(line, quoted(trace_node_name(names, r->node, name), buf));
	g_string_free(buf, TRUE);
}

static void add_flow(GString *line, uint32_t flow)
{
	g_string_append_c(line, ',');
	if (flow != REC_NONE)
		g_string_append_printf(line, "%" G_GUINT32_FORMAT, flow);
}

void csv_handover(struct trace_out *o, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	GString *line = g_string_sized_new(512), *buf = g_string_new(NULL);
	char a[ADDR_TEXT_MAX];

	add_names(line, run, names, r);
	g_string_append_printf(line, ",%u,%u,%s,%s,", r->instance, r->number, step_kind_name(r->kind),
			       step_outcome_name(r->outcome));
	if (r->answered)
		g_string_append_printf(line, "%u", r->status);
	g_string_append_printf(line, ",%s", quoted(r->from_link, buf));
	g_string_append_printf(line, ",%s", quoted(r->to_link, buf));
	g_string_append_printf(line, ",%s", address(&r->from_coa, a));
	g_string_append_printf(line, ",%s", address(&r->to_coa, a));
	g_string_append_printf(line, ",%s", address(&r->home_address, a));
	g_string_append_printf(line, ",%d,%d,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, r->nat, r->udp, r->start, r->end);
	for (int i = 0; i < METRICS; i++) {
		g_string_append_c(line, ',');
		if (r->v[i] != METRIC_ABSENT)
			g_string_append_printf(line, "%" G_GINT64_FORMAT, r->v[i]);
	}
	g_string_append_printf(line, ",%d,%d", r->gap_up_open, r->gap_down_open);
	add_flow(line, r->flow_up);
	add_flow(line, r->flow_down);
	g_string_append_c(line, '\n');
	put_line(o, line);
	g_string_free(buf, TRUE);
	g_string_free(line, TRUE);
}

void csv_metrics_header(struct trace_out *o)
{
	trace_out_text(o, "run,node,handover,metric,value,unit\n");
}

void csv_metrics_of(struct trace_out *o, const char *run, const struct trace_names *names, const struct handover_row *r)
{
	GString *line = g_string_sized_new(128);
	gsize names_end;

	add_names(line, run, names, r);
	g_string_append_printf(line, ",%u,", r->number);
	names_end = line->len;
	for (int i = 0; i < METRICS; i++) {
		if (r->v[i] == METRIC_ABSENT)
			continue;
		g_string_truncate(line, names_end);
		g_string_append_printf(line, "%s,%" G_GINT64_FORMAT ",%s\n", metric_rows[i].name, r->v[i],
				       metric_unit_name(metric_rows[i].unit));
		put_line(o, line);
	}
	g_string_free(line, TRUE);
}

static void sum_line(struct trace_out *o, const char *run, const char *kind, const char *metric, const char *part,
		     int64_t v, const char *unit)
{
	GString *buf = g_string_new(NULL), *line = g_string_new(quoted(run, buf));

	g_string_append_printf(line, ",*,%s,%s.%s,%" G_GINT64_FORMAT ",%s\n", kind, metric, part, v, unit);
	put_line(o, line);
	g_string_free(line, TRUE);
	g_string_free(buf, TRUE);
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

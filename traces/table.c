/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handover table on the screen. It exists so that run, demo and replay show the same columns; host timers (wait,
 * DAD) and network signalling (L2, detect, address, register) stand in columns of their own. Definitions:
 * docs/metrics.md.
 */
#include "traces/table.h"

#include <glib.h>
#include <stdlib.h>

#define ROWS_SHOWN 40u

enum align { LEFT, RIGHT };

enum { COLUMNS = 19, COLUMN_LOSS = 4, COLUMN_SCAN = 5, COLUMN_ASSOC = 6, COLUMN_DISC = 11, COLUMN_IKE = 12,
	COLUMN_AAA = 13 };

static const struct { const char *head; enum align align; } columns[COLUMNS] = {
	{ "AT", RIGHT }, { "NODE", LEFT }, { "STEP", LEFT }, { "L2", RIGHT }, { "LOSS", RIGHT }, { "SCAN", RIGHT },
	{ "ASSOC", RIGHT }, { "WAIT", RIGHT }, { "DETECT", RIGHT },
	{ "ADDR", RIGHT }, { "DAD", RIGHT }, { "DISC", RIGHT }, { "IKE", RIGHT }, { "AAA", RIGHT }, { "REGIST", RIGHT },
	{ "GAP-UP", RIGHT }, { "GAP-DN", RIGHT }, { "LOST", RIGHT }, { "RESULT", LEFT },
};

struct line { char *cell[COLUMNS]; };

char *table_ms(int64_t ns, char buf[24])
{
	int64_t us;

	if (ns == METRIC_ABSENT)
		return strcpy(buf, "-");
	us = ns / 1000;
	if (us < 10000)
		g_snprintf(buf, 24, "%" G_GINT64_FORMAT ".%03d", us / 1000, (int)(us % 1000));
	else if (us < 100000)
		g_snprintf(buf, 24, "%" G_GINT64_FORMAT ".%02d", us / 1000, (int)(us % 1000 / 10));
	else
		g_snprintf(buf, 24, "%" G_GINT64_FORMAT ".%d", us / 1000, (int)(us % 1000 / 100));
	return buf;
}

static char *ms_cell(int64_t ns, bool open)
{
	char buf[24];

	return g_strconcat(open ? ">" : "", table_ms(ns, buf), NULL);
}

char *table_step(const struct handover_row *r)
{
	const char *from = *r->from_link ? r->from_link : "?", *to = *r->to_link ? r->to_link : "?";

	switch (r->kind) {
	case STEP_ATTACH:
		return g_strdup_printf("attach %s", *r->to_link ? r->to_link : "");
	case STEP_HANDOVER:
	case STEP_HOME:
		return g_strdup_printf("%s > %s%s", from, to, r->kind == STEP_HOME ? " (home)" : "");
	case STEP_DETACH:
	case STEP_KINDS:
		break;
	}
	return g_strdup_printf("detach %s", r->from_link);
}

static char *result_cell(const struct handover_row *r)
{
	GString *s = g_string_new(step_outcome_name(r->outcome));
	int64_t again = r->v[M_RETRANSMISSIONS];

	if (r->answered && r->status >= 128)
		g_string_append_printf(s, " %u", r->status);
	if (again > 0)
		g_string_append_printf(s, ", %" G_GINT64_FORMAT " resent", again);
	if (r->nat)
		g_string_append(s, ", NAT");
	else if (r->udp)
		g_string_append(s, ", UDP");
	return g_string_free(s, FALSE);
}

static char *lost_cell(const struct handover_row *r)
{
	int64_t up = r->v[M_LOST_UP], down = r->v[M_LOST_DOWN];

	if (up == METRIC_ABSENT && down == METRIC_ABSENT)
		return g_strdup("-");
	return g_strdup_printf("%" G_GINT64_FORMAT, (up == METRIC_ABSENT ? 0 : up) + (down == METRIC_ABSENT ? 0 : down));
}

static char *at_cell(moor_time at)
{
	return g_strdup_printf("%" G_GINT64_FORMAT ".%03d", at / MOOR_S, (int)(at % MOOR_S / MOOR_MS));
}

/*
 * All waiting that is the host's own choice but for DAD, in one column: with it the columns add up to the whole step.
 */
static int64_t waits(const struct handover_row *r)
{
	static const enum metric_id ids[] = { M_SOLICIT_WAIT, M_ADDRESS_WAIT, M_BU_WAIT };
	int64_t sum = METRIC_ABSENT;

	for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
		if (r->v[ids[i]] != METRIC_ABSENT)
			sum = (sum == METRIC_ABSENT ? 0 : sum) + r->v[ids[i]];
	return sum;
}

static void row_line(struct line *l, const struct trace_names *names, const struct handover_row *r)
{
	char buf[32];
	int i = 0;

	l->cell[i++] = at_cell(r->start);
	l->cell[i++] = g_strdup(trace_node_name(names, r->node, buf));
	l->cell[i++] = table_step(r);
	l->cell[i++] = ms_cell(r->v[M_L2_GAP], false);
	l->cell[i++] = ms_cell(r->v[M_L2_LOSS], false);
	l->cell[i++] = ms_cell(r->v[M_L2_SCAN], false);
	l->cell[i++] = ms_cell(r->v[M_L2_ASSOC], false);
	l->cell[i++] = ms_cell(waits(r), false);
	l->cell[i++] = ms_cell(r->v[M_DETECTION], false);
	l->cell[i++] = ms_cell(r->v[M_ADDRESS], false);
	l->cell[i++] = ms_cell(r->v[M_DAD], false);
	l->cell[i++] = ms_cell(r->v[M_DISCOVERY], false);
	l->cell[i++] = ms_cell(r->v[M_IKE], false);
	l->cell[i++] = ms_cell(r->v[M_AAA], false);
	l->cell[i++] = ms_cell(r->v[M_REGISTRATION], false);
	l->cell[i++] = ms_cell(r->v[M_GAP_UP], r->gap_up_open);
	l->cell[i++] = ms_cell(r->v[M_GAP_DOWN], r->gap_down_open);
	l->cell[i++] = lost_cell(r);
	l->cell[i++] = result_cell(r);
}

/* What radios tell, discovery, IKE and AAA stand there only when some step had any. */
static bool shown(const struct line *lines, size_t n, int column)
{
	if ((column < COLUMN_LOSS || column > COLUMN_ASSOC) && column != COLUMN_DISC && column != COLUMN_IKE
	    && column != COLUMN_AAA)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(lines[i].cell[column], "-") && strcmp(lines[i].cell[column], "0.000"))
			return true;
	return false;
}

static void print_lines(FILE *f, struct line *lines, size_t n)
{
	size_t width[COLUMNS];

	for (int c = 0; c < COLUMNS; c++) {
		width[c] = strlen(columns[c].head);
		for (size_t i = 0; i < n; i++)
			width[c] = MAX(width[c], strlen(lines[i].cell[c]));
		if (!shown(lines, n, c))
			width[c] = 0;
	}
	for (size_t i = 0; i <= n; i++)
		for (int c = 0; c < COLUMNS; c++) {
			const char *s = i ? lines[i - 1].cell[c] : columns[c].head;

			if (c == COLUMNS - 1)
				fprintf(f, "%s\n", s);
			else if (width[c])
				fprintf(f, "%*s  ", columns[c].align == LEFT ? -(int)width[c] : (int)width[c], s);
		}
	if (width[COLUMN_LOSS] || width[COLUMN_SCAN] || width[COLUMN_ASSOC])
		fputs("By the radio: LOSS last beacon heard to link given up, before AT; SCAN for access points and ASSOC, the\n"
		      "rest, are parts of L2.\n", f);
	if (width[COLUMN_DISC])
		fputs("DISC: home agent discovery begun to found, which may overlap with ADDR and DAD.\n", f);
	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < COLUMNS; c++)
			g_free(lines[i].cell[c]);
}

/* ---- sums ---------------------------------------------------------------------------------------- */

static void print_sum(FILE *f, const struct metrics *m, enum step_kind k, enum metric_id id)
{
	struct metric_sum s = metrics_sum(m, k, id);
	char b[5][24];

	if (!s.n || (!s.max && (id == M_DISCOVERY || id == M_IKE || id == M_AAA)))
		return;
	if (metric_rows[id].unit == UNIT_NS)
		fprintf(f, "  %-18s %9s %9s %9s %9s %9s  ms\n", metric_rows[id].name, table_ms(s.min, b[0]),
			table_ms(s.p50, b[1]), table_ms(s.p95, b[2]), table_ms(s.max, b[3]), table_ms(s.mean, b[4]));
	else
		fprintf(f, "  %-18s %9" G_GINT64_FORMAT " %9" G_GINT64_FORMAT " %9" G_GINT64_FORMAT " %9" G_GINT64_FORMAT
			" %9" G_GINT64_FORMAT "\n", metric_rows[id].name, s.min, s.p50, s.p95, s.max, s.mean);
}

static void print_sums(FILE *f, const struct metrics *m)
{
	static const enum metric_id shown[] = {
		M_L2_GAP, M_L2_LOSS, M_L2_SCAN, M_L2_ASSOC,
		M_SOLICIT_WAIT, M_DETECTION, M_ADDRESS_WAIT, M_ADDRESS, M_DAD, M_DISCOVERY, M_IKE, M_AAA, M_REGISTRATION,
		M_TOTAL,
		M_GAP_UP, M_GAP_DOWN, M_LOST_UP, M_LOST_DOWN, M_RETRANSMISSIONS
	};

	for (int k = 0; k < STEP_KINDS; k++) {
		uint64_t all = 0, ok = metrics_steps(m, (enum step_kind)k, OUTCOME_OK);

		for (int o = 0; o < STEP_OUTCOMES; o++)
			all += metrics_steps(m, (enum step_kind)k, (enum step_outcome)o);
		if (!all)
			continue;
		fprintf(f, "%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " ok\n", step_kind_name((enum step_kind)k), ok, all);
		if (!ok)
			continue;
		fprintf(f, "  %-18s %9s %9s %9s %9s %9s\n", "", "min", "median", "95%", "max", "mean");
		for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
			print_sum(f, m, (enum step_kind)k, shown[i]);
	}
}

static void print_legend(FILE *f)
{
	fputs("AT in s, all else in ms. The network's share: L2 link lost to link up, DETECT solicitation to movement\n"
	      "detected, ADDR address configuration, IKE and in it the home agent's waiting for the AAA server (where there\n"
	      "were any), REGIST first BU to acceptance. The host's own timers: WAIT before soliciting and registering, DAD.\n"
	      "GAP: longest silence at the correspondent (UP) and at the mobile node\n"
	      "(DN), > when it had not ended. LOST: packets, both ways.\n", f);
}

static int by_start(const void *a, const void *b)
{
	const struct handover_row *x = *(const struct handover_row *const *)a, *y = *(const struct handover_row *const *)b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->node != y->node ? (x->node < y->node ? -1 : 1) : (x->number > y->number) - (x->number < y->number);
}

/* The first `shown` steps in the order in which they began. Free the list with g_free. */
static struct line *make_lines(const struct handover_row *rows, size_t n, size_t shown, const struct trace_names *names)
{
	const struct handover_row **order = g_new(const struct handover_row *, n);
	struct line *lines = g_new0(struct line, shown);

	for (size_t i = 0; i < n; i++)
		order[i] = &rows[i];
	qsort(order, n, sizeof(*order), by_start);
	for (size_t i = 0; i < shown; i++)
		row_line(&lines[i], names, order[i]);
	g_free(order);
	return lines;
}

static void print_rows(FILE *f, const struct handover_row *rows, size_t n, size_t shown,
		       const struct trace_names *names)
{
	struct line *lines = make_lines(rows, n, shown, names);

	print_lines(f, lines, shown);
	g_free(lines);
}

size_t table_visit(const struct metrics *m, const struct trace_names *names, size_t max, table_cell_fn *cell,
		   void *ctx)
{
	size_t n, few;
	const struct handover_row *rows = metrics_rows(m, &n);
	struct line *lines;

	few = MIN(n, max);
	lines = make_lines(rows, n, few, names);
	for (size_t i = 0; few && i <= few; i++)
		for (int c = 0; c < COLUMNS; c++)
			if (shown(lines, few, c))
				cell(ctx, i, c == 0, columns[c].align == RIGHT, i ? lines[i - 1].cell[c] : columns[c].head);
	for (size_t i = 0; i < few; i++)
		for (int c = 0; c < COLUMNS; c++)
			g_free(lines[i].cell[c]);
	g_free(lines);
	return n;
}

void table_legend(FILE *f)
{
	print_legend(f);
}

static uint64_t all_steps(const struct metrics *m)
{
	uint64_t all = 0;

	for (int k = 0; k < STEP_KINDS; k++)
		for (int o = 0; o < STEP_OUTCOMES; o++)
			all += metrics_steps(m, (enum step_kind)k, (enum step_outcome)o);
	return all;
}

void table_print(FILE *f, const struct metrics *m, const struct trace_names *names, const struct table_options *o)
{
	static const struct table_options usual;
	const struct handover_row *rows;
	size_t n, max;
	uint64_t all = all_steps(m);

	o = o ? o : &usual;
	max = o->max_rows ? o->max_rows : ROWS_SHOWN;
	rows = metrics_rows(m, &n);
	if (!all) {
		fputs("No attach, handover or detach was seen.\n", f);
		return;
	}
	if (!o->summary_only && n) {
		size_t shown = MIN(n, max);

		print_rows(f, rows, n, shown, names);
		if (all > shown)
			fprintf(f, "... and %" G_GUINT64_FORMAT " more steps\n", all - shown);
		if (o->legend)
			print_legend(f);
	}
	if (o->summary_only || all > max || all > n)
		print_sums(f, m);
}

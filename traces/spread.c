/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures over many runs. A run is one sample of a step, so what is asked is how well the median of its phases is
 * known: the interval between two order statistics, whose probability to hold the median follows from the binomial
 * distribution alone. Nothing is assumed of the distribution itself, which has steps (timers) and tails (losses).
 *
 * Runs that failed are counted and left out, steps that did not end well too. A silence that had not ended is a lower
 * bound; it stands in its place by that and is marked. It implements no clause.
 */
#include "traces/spread.h"

#include <stdlib.h>

#include "traces/table.h"

#define ABREAST 4u		/* steps side by side */
#define SEEDS_SHOWN 10u

/* What a table shows: a metric, or a sum of them. */
struct column {
	const char *name;		/* of the table; NULL: JSON alone */
	const char *json;
	enum metric_unit unit;
	enum metric_id of[3];
	unsigned n;
};

#define ONE(name, id) { name, NULL, UNIT_NS, { id }, 1 }
static const struct column columns[] = {
	ONE("L2", M_L2_GAP),
	{ "WAIT", "wait", UNIT_NS, { M_SOLICIT_WAIT, M_ADDRESS_WAIT, M_BU_WAIT }, 3 },
	ONE("DETECT", M_DETECTION), ONE("ADDR", M_ADDRESS), ONE("DAD", M_DAD), ONE("DISC", M_DISCOVERY), ONE("IKE", M_IKE),
	ONE("AAA", M_AAA), ONE("REGIST", M_REGISTRATION), ONE("TOTAL", M_TOTAL), ONE("GAP-UP", M_GAP_UP),
	ONE("GAP-DN", M_GAP_DOWN),
	{ "LOST", "lost", UNIT_COUNT, { M_LOST_UP, M_LOST_DOWN }, 2 },
};

/* A step over all runs. */
struct group {
	char *node, *step;
	uint32_t number;
	guint nth;			/* of this name in a run, from 0 */
	enum step_kind kind;
	guint all;			/* of them ok: */
	GArray *rows;			/* struct spread_row */
};

struct spread {
	GPtrArray *groups;		/* struct group, by kind, then in the order of the scenario */
	GArray *left_out;		/* uint64_t */
	guint runs;			/* that count */
};

struct value { int64_t v; bool open; };

/* One figure of a step. */
struct figure {
	uint64_t n;
	int64_t median, low, high, min, max;
	bool bounded;			/* low and high are there */
	bool open, low_open, high_open;
};

/* ---- statistics -------------------------------------------------------------------------------------------------- */

/*
 * Terms relative to the middle one, outward: nothing overflows, and what underflows is nothing. Sums run from the tail
 * inward, the small ones first.
 */
uint64_t spread_rank(uint64_t n, double *coverage)
{
	uint64_t mid = n / 2, k = 0;
	double *term = g_new(double, mid + 1), total = 0, tail = 0;

	term[mid] = 1;
	for (uint64_t i = mid; i-- > 0;)
		term[i] = term[i + 1] * (double)(i + 1) / (double)(n - i);
	for (uint64_t i = 0; i <= mid; i++)
		total += 2 * term[i];
	if (n % 2 == 0)
		total -= term[mid];
	while (k <= mid && (tail + term[k]) / total <= 0.025)
		tail += term[k++];
	if (coverage)
		*coverage = k ? 1 - 2 * tail / total : 0;
	g_free(term);
	return k;
}

int64_t spread_median(const int64_t *sorted, uint64_t n)
{
	int64_t low = sorted[(n - 1) / 2], high = sorted[n / 2];

	return low + (high - low) / 2;
}

/* ---- taking in --------------------------------------------------------------------------------------------------- */

static void group_free(gpointer data)
{
	struct group *g = data;

	g_free(g->node);
	g_free(g->step);
	g_array_unref(g->rows);
	g_free(g);
}

struct spread *spread_new(void)
{
	struct spread *s = g_new0(struct spread, 1);

	s->groups = g_ptr_array_new_with_free_func(group_free);
	s->left_out = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	return s;
}

void spread_free(struct spread *s)
{
	if (!s)
		return;
	g_ptr_array_unref(s->groups);
	g_array_unref(s->left_out);
	g_free(s);
}

static gint by_start(gconstpointer a, gconstpointer b)
{
	const struct spread_row *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return strcmp(x->node, y->node);
}

void spread_rows(GArray *rows, const struct metrics *m, const struct trace_names *names)
{
	size_t n;
	const struct handover_row *r = metrics_rows(m, &n);

	for (size_t i = 0; i < n; i++) {
		struct spread_row x = { .start = r[i].start, .number = r[i].node, .kind = r[i].kind, .outcome = r[i].outcome,
					.gap_up_open = r[i].gap_up_open, .gap_down_open = r[i].gap_down_open };
		char *step = g_strchomp(table_step(&r[i])), buf[32];

		g_strlcpy(x.node, trace_node_name(names, r[i].node, buf), sizeof x.node);
		g_strlcpy(x.step, step, sizeof x.step);
		memcpy(x.v, r[i].v, sizeof x.v);
		g_array_append_val(rows, x);
		g_free(step);
	}
	g_array_sort(rows, by_start);
}

static bool is_before(const struct group *a, const struct group *b)
{
	return a->kind != b->kind ? a->kind < b->kind : a->number < b->number;
}

static struct group *group_of(struct spread *s, const struct spread_row *r, guint nth)
{
	struct group *g;
	guint at;

	for (guint i = 0; i < s->groups->len; i++) {
		g = s->groups->pdata[i];
		if (g->nth == nth && g->kind == r->kind && !strcmp(g->node, r->node) && !strcmp(g->step, r->step))
			return g;
	}
	g = g_new0(struct group, 1);
	g->node = g_strdup(r->node);
	g->step = g_strdup(r->step);
	g->nth = nth;
	g->number = r->number;
	g->kind = r->kind;
	g->rows = g_array_new(FALSE, FALSE, sizeof(struct spread_row));
	for (at = s->groups->len; at && is_before(g, s->groups->pdata[at - 1]);)
		at--;
	g_ptr_array_insert(s->groups, (gint)at, g);
	return g;
}

void spread_run(struct spread *s, uint64_t seed, const struct spread_row *rows, guint n)
{
	(void)seed;
	s->runs++;
	for (guint i = 0; i < n; i++) {
		guint nth = 0;

		for (guint k = 0; k < i; k++)
			nth += rows[k].kind == rows[i].kind && !strcmp(rows[k].node, rows[i].node) &&
			       !strcmp(rows[k].step, rows[i].step);

		struct group *g = group_of(s, &rows[i], nth);

		g->all++;
		if (rows[i].outcome == OUTCOME_OK)
			g_array_append_val(g->rows, rows[i]);
	}
}

void spread_left_out(struct spread *s, uint64_t seed)
{
	g_array_append_val(s->left_out, seed);
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

static int64_t value_of(const struct spread_row *r, const struct column *c)
{
	int64_t sum = METRIC_ABSENT;

	for (unsigned k = 0; k < c->n; k++)
		if (r->v[c->of[k]] != METRIC_ABSENT)
			sum = (sum == METRIC_ABSENT ? 0 : sum) + r->v[c->of[k]];
	return sum;
}

static gint by_value(gconstpointer a, gconstpointer b)
{
	const struct value *x = a, *y = b;

	return x->v != y->v ? (x->v > y->v) - (x->v < y->v) : x->open - y->open;
}

static struct figure figure_of(const struct group *g, const struct column *c)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(struct value));
	struct figure f = { .n = 0 };
	const struct value *v;
	uint64_t k;

	for (guint i = 0; i < g->rows->len; i++) {
		const struct spread_row *r = &g_array_index(g->rows, struct spread_row, i);
		struct value x = { value_of(r, c), (c->of[0] == M_GAP_UP && r->gap_up_open) ||
						   (c->of[0] == M_GAP_DOWN && r->gap_down_open) };

		if (x.v != METRIC_ABSENT)
			g_array_append_val(values, x);
	}
	g_array_sort(values, by_value);
	f.n = values->len;
	v = (const struct value *)(const void *)values->data;
	if (f.n) {
		int64_t middle[2] = { v[(f.n - 1) / 2].v, v[f.n / 2].v };

		f.median = spread_median(middle, 2);
		f.open = v[f.n / 2].open;
		f.min = v[0].v;
		f.max = v[f.n - 1].v;
		k = spread_rank(f.n, NULL);
		f.bounded = k > 0;
		f.low = k ? v[k - 1].v : 0;
		f.low_open = k && v[k - 1].open;
		f.high = k ? v[f.n - k].v : 0;
		f.high_open = k && v[f.n - k].open;
	}
	g_array_unref(values);
	return f;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static char *number(const struct column *c, int64_t v, bool open)
{
	char buf[24];

	if (c->unit == UNIT_COUNT)
		return g_strdup_printf("%" G_GINT64_FORMAT, v);
	return g_strdup_printf("%s%s", open ? ">" : "", table_ms(v, buf));
}

/* "12.3 [11.0, 14.2]", the interval only where it is one, and how many there were when not one in each step */
static char *cell(const struct group *g, const struct column *c)
{
	struct figure f = figure_of(g, c);
	GString *s;
	char *text;

	if (!f.n)
		return g_strdup("-");
	text = number(c, f.median, f.open);
	s = g_string_new(text);
	g_free(text);
	if (f.bounded) {
		char *low = number(c, f.low, f.low_open), *high = number(c, f.high, f.high_open);

		if (strcmp(low, s->str) || strcmp(high, s->str))
			g_string_append_printf(s, " [%s, %s]", low, high);
		g_free(low);
		g_free(high);
	}
	if (f.n != g->rows->len)
		g_string_append_printf(s, " n=%" G_GUINT64_FORMAT, f.n);
	return g_string_free(s, FALSE);
}

static char *step_name(const struct group *g)
{
	return g->nth ? g_strdup_printf("%s, %u", g->step, g->nth + 1) : g_strdup(g->step);
}

/* One line of up to ABREAST cells, which are taken. */
static void line(FILE *f, const char *head, char **cells, guint n, const size_t *width)
{
	fprintf(f, "%-8s", head);
	for (guint i = 0; i < n; i++) {
		fprintf(f, "  %-*s", i + 1 < n ? (int)width[i] : 0, cells[i]);
		g_free(cells[i]);
	}
	fputc('\n', f);
}

static bool empty(char **cells, guint n)
{
	for (guint i = 0; i < n; i++)
		if (strcmp(cells[i], "-") && strcmp(cells[i], "0.000"))
			return false;
	return true;
}

static void print_groups(FILE *f, struct group *const *g, guint n)
{
	char *cells[G_N_ELEMENTS(columns) + 3][ABREAST];
	const guint rows = G_N_ELEMENTS(columns) + 3;
	size_t width[ABREAST] = { 0 };

	for (guint i = 0; i < n; i++) {
		cells[0][i] = g_strdup(g[i]->node);
		cells[1][i] = step_name(g[i]);
		cells[2][i] = g_strdup_printf("%u of %u ok", g[i]->rows->len, g[i]->all);
		for (guint c = 0; c < G_N_ELEMENTS(columns); c++)
			cells[c + 3][i] = cell(g[i], &columns[c]);
		for (guint r = 0; r < rows; r++)
			width[i] = MAX(width[i], strlen(cells[r][i]));
	}
	fputc('\n', f);
	for (guint r = 0; r < rows; r++) {
		const char *head = r == 0 ? step_kind_name(g[0]->kind) : r < 3 ? "" : columns[r - 3].name;

		if (r < 3 || !empty(cells[r], n))
			line(f, head, cells[r], n, width);
		else
			for (guint i = 0; i < n; i++)
				g_free(cells[r][i]);
	}
}

static void print_head(FILE *f, const struct spread *s)
{
	double coverage;
	uint64_t k = spread_rank(s->runs, &coverage);

	fprintf(f, "Over %u runs", s->runs);
	if (s->left_out->len) {
		fprintf(f, "; %u failed and are left out, seeds", s->left_out->len);
		for (guint i = 0; i < MIN(s->left_out->len, SEEDS_SHOWN); i++)
			fprintf(f, " %" G_GUINT64_FORMAT, g_array_index(s->left_out, uint64_t, i));
		if (s->left_out->len > SEEDS_SHOWN)
			fputs(" …", f);
	}
	if (k)
		fprintf(f, ": median [95 %% interval of the median: %" G_GUINT64_FORMAT "th value from either end, %.1f %%]\n", k,
			100 * coverage);
	else
		fputs(": median; an interval takes 6 runs\n", f);
}

void spread_print(FILE *f, const struct spread *s)
{
	if (!s->runs) {
		if (s->left_out->len)
			fprintf(f, "All %u runs failed: no figures.\n", s->left_out->len);
		else
			fputs("No run was complete: no figures.\n", f);
		return;
	}
	print_head(f, s);
	for (guint i = 0, n; i < s->groups->len; i += n) {
		struct group *const *g = (struct group *const *)(void *)&s->groups->pdata[i];

		for (n = 1; n < ABREAST && i + n < s->groups->len && g[n]->kind == g[0]->kind;)
			n++;
		print_groups(f, g, n);
	}
	fputs("\nms, LOST packets both ways. One value: the interval is that value. > at least: it had not ended. n= seen in "
	      "so\nmany steps. TOTAL step started to registered; the other names as in the table of one run "
	      "(docs/metrics.md).\n", f);
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void json_number(GString *out, const char *key, int64_t v)
{
	g_string_append_printf(out, "\"%s\": %" G_GINT64_FORMAT ", ", key, v);
}

static void json_figure(GString *out, const char *name, const struct figure *f, bool first)
{
	g_string_append_printf(out, "%s\"%s\": {\"n\": %" G_GUINT64_FORMAT ", ", first ? "" : ", ", name, f->n);
	json_number(out, "median", f->median);
	if (f->bounded) {
		json_number(out, "low", f->low);
		json_number(out, "high", f->high);
	} else {
		g_string_append(out, "\"low\": null, \"high\": null, ");
	}
	json_number(out, "min", f->min);
	json_number(out, "max", f->max);
	g_string_append_printf(out, "\"open\": %s}", f->open ? "true" : "false");
}

static void json_group(GString *out, const struct group *g)
{
	bool first = true;

	g_string_append_printf(out, "{\"node\": \"%s\", \"step\": \"%s\", ", g->node, g->step);
	json_number(out, "nth", g->nth + 1);
	g_string_append_printf(out, "\"kind\": \"%s\", \"steps\": %u, \"ok\": %u, \"metrics\": {", step_kind_name(g->kind),
			       g->all, g->rows->len);
	for (unsigned k = 0; k < METRICS + G_N_ELEMENTS(columns); k++) {
		struct column one = { NULL, NULL, UNIT_NS, { (enum metric_id)(k < METRICS ? k : 0) }, 1 };
		const struct column *c = k < METRICS ? &one : &columns[k - METRICS];
		struct figure f;

		if (k >= METRICS && !c->json)
			continue;
		f = figure_of(g, c);
		if (!f.n)
			continue;
		json_figure(out, k < METRICS ? metric_rows[k].name : c->json, &f, first);
		first = false;
	}
	g_string_append(out, "}}");
}

void spread_json(GString *out, const struct spread *s)
{
	double coverage;
	uint64_t k = spread_rank(s->runs, &coverage);

	g_string_append_printf(out, "{\"runs\": %u, \"left_out\": [", s->runs);
	for (guint i = 0; i < s->left_out->len; i++)
		g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, i ? ", " : "", g_array_index(s->left_out, uint64_t, i));
	g_string_append(out, "], ");
	json_number(out, "rank", (int64_t)k);
	json_number(out, "coverage_ppm", (int64_t)(coverage * 1000000));
	g_string_append(out, "\"steps\": [");
	for (guint i = 0; i < s->groups->len; i++) {
		g_string_append(out, i ? ",\n   " : "\n   ");
		json_group(out, s->groups->pdata[i]);
	}
	g_string_append(out, "]}");
}

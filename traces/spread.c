/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures over many runs. A run is one sample of a step, so what is asked is how well the median of its phases is
 * known: the interval between two order statistics, whose probability to hold the median follows from the binomial
 * distribution alone. Nothing is assumed of the distribution itself, which has steps (timers) and tails (losses).
 *
 * Runs that failed are counted and left out, steps that did not end well too. A silence that had not ended is a lower
 * bound; it stands in its place by that and is marked. It implements no clause.
 */
#include "traces/spread_internal.h"

#include <stdlib.h>

#include "traces/table.h"

#define ABREAST 4u		/* steps side by side */
#define SEEDS_SHOWN 10u

enum { COLUMN_WAIT = 4 };

#define ONE(name, id, figure) { name, figure, UNIT_NS, { id }, 1 }
const struct spread_column spread_columns[SPREAD_COLUMNS] = {
	ONE("L2", M_L2_GAP, "l2_gap"), ONE("L2-LOSS", M_L2_LOSS, "l2_loss"), ONE("L2-SCAN", M_L2_SCAN, "l2_scan"),
	ONE("L2-ASSOC", M_L2_ASSOC, "l2_assoc"),
	[COLUMN_WAIT] = { "WAIT", "wait", UNIT_NS, { M_SOLICIT_WAIT, M_ADDRESS_WAIT, M_BU_WAIT }, 3 },
	ONE("DETECT", M_DETECTION, "detection"), ONE("ADDR", M_ADDRESS, "address"), ONE("DAD", M_DAD, "dad"),
	ONE("DISC", M_DISCOVERY, "discovery"), ONE("IKE", M_IKE, "ike"), ONE("AAA", M_AAA, "aaa"),
	ONE("REGIST", M_REGISTRATION, "registration"), ONE("TOTAL", M_TOTAL, "total"), ONE("GAP-UP", M_GAP_UP, "gap_up"),
	ONE("GAP-DN", M_GAP_DOWN, "gap_down"),
	{ "LOST", "lost", UNIT_COUNT, { M_LOST_UP, M_LOST_DOWN }, 2 },
};

struct spread_column spread_figure(unsigned k)
{
	/* the two of the table that are sums */
	if (k >= METRICS)
		return spread_columns[k == METRICS ? COLUMN_WAIT : SPREAD_COLUMNS - 1];
	return (struct spread_column){ NULL, metric_rows[k].name, metric_rows[k].unit, { (enum metric_id)k }, 1 };
}

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
	struct spread_group *g = data;

	g_free(g->node);
	g_free(g->step);
	g_array_unref(g->rows);
	g_array_unref(g->seeds);
	g_free(g);
}

struct spread *spread_new(void)
{
	struct spread *s = g_new0(struct spread, 1);

	s->groups = g_ptr_array_new_with_free_func(group_free);
	s->index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	s->left_out = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	return s;
}

void spread_free(struct spread *s)
{
	if (!s)
		return;
	g_hash_table_unref(s->index);
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

static bool is_before(const struct spread_group *a, const struct spread_group *b)
{
	return a->kind != b->kind ? a->kind < b->kind : a->number < b->number;
}

/* What a step is known by in its run, but for how often that was there before. */
static char *key_of(enum step_kind kind, const char *node, const char *step)
{
	return g_strdup_printf("%d\t%s\t%s", kind, node, step);
}

char *spread_key(const struct spread_group *g)
{
	return g_strdup_printf("%d\t%s\t%s\t%u", g->kind, g->node, g->step, g->nth);
}

#define FEW 32u			/* so many are compared one by one faster than a table of them is made */

static bool same_step(const struct spread_row *a, const struct spread_row *b)
{
	return a->kind == b->kind && !strcmp(a->node, b->node) && !strcmp(a->step, b->step);
}

static void few_nth(const struct spread_row *rows, guint n, guint *nth)
{
	for (guint i = 1; i < n; i++)
		for (guint k = i; k-- > 0;)
			if (same_step(&rows[i], &rows[k])) {
				nth[i] = nth[k] + 1;
				break;
			}
}

guint *spread_nth(const struct spread_row *rows, guint n)
{
	guint *nth = g_new0(guint, n + 1);
	GHashTable *seen;

	if (n <= FEW) {
		few_nth(rows, n, nth);
		return nth;
	}
	seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < n; i++) {
		char *key = key_of(rows[i].kind, rows[i].node, rows[i].step);

		nth[i] = GPOINTER_TO_UINT(g_hash_table_lookup(seen, key));
		g_hash_table_replace(seen, key, GUINT_TO_POINTER(nth[i] + 1));
	}
	g_hash_table_unref(seen);
	return nth;
}

static struct spread_group *known_group(const struct spread *s, const struct spread_row *r, guint nth)
{
	for (guint i = 0; i < s->groups->len && s->groups->len <= FEW; i++) {
		struct spread_group *g = s->groups->pdata[i];

		if (g->kind == r->kind && g->nth == nth && !strcmp(g->node, r->node) && !strcmp(g->step, r->step))
			return g;
	}
	return NULL;
}

static struct spread_group *group_of(struct spread *s, const struct spread_row *r, guint nth)
{
	struct spread_group *g = known_group(s, r, nth);
	char *key;
	guint at;

	if (g)
		return g;
	key = g_strdup_printf("%d\t%s\t%s\t%u", r->kind, r->node, r->step, nth);
	g = g_hash_table_lookup(s->index, key);
	if (g) {
		g_free(key);
		return g;
	}
	g = g_new0(struct spread_group, 1);
	g->node = g_strdup(r->node);
	g->step = g_strdup(r->step);
	g->nth = nth;
	g->number = r->number;
	g->kind = r->kind;
	g->rows = g_array_new(FALSE, FALSE, sizeof(struct spread_row));
	g->seeds = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	for (at = s->groups->len; at && is_before(g, s->groups->pdata[at - 1]);)
		at--;
	g_ptr_array_insert(s->groups, (gint)at, g);
	g_hash_table_insert(s->index, key, g);
	return g;
}

void spread_run(struct spread *s, uint64_t seed, const struct spread_row *rows, guint n)
{
	guint *nth = spread_nth(rows, n);

	s->runs++;
	for (guint i = 0; i < n; i++) {
		struct spread_group *g = group_of(s, &rows[i], nth[i]);

		g->all++;
		if (rows[i].outcome != OUTCOME_OK)
			continue;
		g_array_append_val(g->rows, rows[i]);
		g_array_append_val(g->seeds, seed);
	}
	g_free(nth);
}

void spread_left_out(struct spread *s, uint64_t seed)
{
	g_array_append_val(s->left_out, seed);
}

bool spread_empty(const struct spread *s)
{
	return !s->runs && !s->left_out->len;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

int64_t spread_value(const struct spread_row *r, const struct spread_column *c, bool *open)
{
	int64_t sum = METRIC_ABSENT;

	for (unsigned k = 0; k < c->n; k++)
		if (r->v[c->of[k]] != METRIC_ABSENT)
			sum = (sum == METRIC_ABSENT ? 0 : sum) + r->v[c->of[k]];
	*open = (c->of[0] == M_GAP_UP && r->gap_up_open) || (c->of[0] == M_GAP_DOWN && r->gap_down_open);
	return sum;
}

static gint by_value(gconstpointer a, gconstpointer b)
{
	const struct value *x = a, *y = b;

	return x->v != y->v ? (x->v > y->v) - (x->v < y->v) : x->open - y->open;
}

static struct figure figure_of(const struct spread_group *g, const struct spread_column *c)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(struct value));
	struct figure f = { .n = 0 };
	const struct value *v;
	uint64_t k;

	for (guint i = 0; i < g->rows->len; i++) {
		const struct spread_row *r = &g_array_index(g->rows, struct spread_row, i);
		struct value x = { 0, false };

		x.v = spread_value(r, c, &x.open);
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

static char *number(const struct spread_column *c, int64_t v, bool open)
{
	char buf[24];

	if (c->unit == UNIT_COUNT)
		return g_strdup_printf("%" G_GINT64_FORMAT, v);
	return g_strdup_printf("%s%s", open ? ">" : "", table_ms(v, buf));
}

/* "12.3 [11.0, 14.2]", the interval only where it is one, and how many there were when not one in each step */
static char *cell(const void *ctx, const struct spread_group *g, const struct spread_column *c)
{
	(void)ctx;


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

char *spread_step(const struct spread_group *g)
{
	return g->nth ? g_strdup_printf("%s, %u", g->step, g->nth + 1) : g_strdup(g->step);
}

size_t spread_width(const char *text)
{
	return (size_t)g_utf8_strlen(text, -1);
}

void spread_pad(FILE *f, const char *text, size_t width)
{
	size_t has = spread_width(text);

	fprintf(f, "%s%*s", text, (int)(has < width ? width - has : 0), "");
}

/* One line of up to ABREAST cells, which are taken. */
static void line(FILE *f, const char *head, char **cells, guint n, const size_t *width)
{
	fprintf(f, "%-8s", head);
	for (guint i = 0; i < n; i++) {
		fputs("  ", f);
		spread_pad(f, cells[i], i + 1 < n ? width[i] : 0);
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

static void print_abreast(FILE *f, struct spread_group *const *g, guint n, spread_cell_fn *fn, const void *ctx)
{
	char *cells[SPREAD_COLUMNS + 3][ABREAST];
	const guint rows = SPREAD_COLUMNS + 3;
	size_t width[ABREAST] = { 0 };

	for (guint i = 0; i < n; i++) {
		cells[0][i] = g_strdup(g[i]->node);
		cells[1][i] = spread_step(g[i]);
		cells[2][i] = g_strdup_printf("%u of %u ok", g[i]->rows->len, g[i]->all);
		for (guint c = 0; c < SPREAD_COLUMNS; c++)
			cells[c + 3][i] = fn(ctx, g[i], &spread_columns[c]);
		for (guint r = 0; r < rows; r++)
			width[i] = MAX(width[i], spread_width(cells[r][i]));
	}
	fputc('\n', f);
	for (guint r = 0; r < rows; r++) {
		const char *head = r == 0 ? step_kind_name(g[0]->kind) : r < 3 ? "" : spread_columns[r - 3].name;

		if (r < 3 || !empty(cells[r], n))
			line(f, head, cells[r], n, width);
		else
			for (guint i = 0; i < n; i++)
				g_free(cells[r][i]);
	}
}

void spread_print_groups(FILE *f, const struct spread *s, spread_cell_fn *fn, const void *ctx)
{
	for (guint i = 0, n; i < s->groups->len; i += n) {
		struct spread_group *const *g = (struct spread_group *const *)(void *)&s->groups->pdata[i];

		for (n = 1; n < ABREAST && i + n < s->groups->len && g[n]->kind == g[0]->kind;)
			n++;
		print_abreast(f, g, n, fn, ctx);
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
	spread_print_groups(f, s, cell, NULL);
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

static void json_group(GString *out, const struct spread_group *g)
{
	bool first = true;

	g_string_append_printf(out, "{\"node\": \"%s\", \"step\": \"%s\", ", g->node, g->step);
	json_number(out, "nth", g->nth + 1);
	g_string_append_printf(out, "\"kind\": \"%s\", \"steps\": %u, \"ok\": %u, \"metrics\": {", step_kind_name(g->kind),
			       g->all, g->rows->len);
	for (unsigned k = 0; k < SPREAD_FIGURES; k++) {
		struct spread_column c = spread_figure(k);
		struct figure f = figure_of(g, &c);

		if (!f.n)
			continue;
		json_figure(out, c.figure, &f, first);
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

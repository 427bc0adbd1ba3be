/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: two sets of runs compared
 *
 * Where both sides ran the same seeds the differences seed by seed are judged (common random numbers: most of the noise
 * is in both and cancels), else the means by Welch's test. Ranks and effect sizes stand beside for the reader. One
 * correction goes over all figures, so that many of them are no reason to find something. It implements no clause.
 */
#include "traces/compare_internal.h"

#include <string.h>

const char *compare_finding_name(enum compare_finding f)
{
	static const char *const names[] = { "equal", "noise", "few", "differs" };

	return names[f];
}

const char *compare_test_name(enum compare_test t)
{
	static const char *const names[] = { "", "paired", "welch", "fisher" };

	return names[t];
}

static void pair_free(gpointer data)
{
	struct compare_pair *p = data;

	g_array_unref(p->rows);
	g_ptr_array_unref(p->lonely);
	g_array_unref(p->lonely_in_a);
	g_array_unref(p->changed);
	g_free(p);
}

struct compare *compare_new(const struct summary_options *o)
{
	struct compare *c = g_new0(struct compare, 1);

	c->o = o;
	c->pairs = g_ptr_array_new_with_free_func(pair_free);
	c->alone = g_ptr_array_new();
	c->alone_in_a = g_array_new(FALSE, FALSE, sizeof(bool));
	return c;
}

void compare_free(struct compare *c)
{
	if (!c)
		return;
	g_ptr_array_unref(c->pairs);
	g_ptr_array_unref(c->alone);
	g_array_unref(c->alone_in_a);
	g_free(c);
}

void compare_figure(struct compare *c, const char *part)
{
	c->part = part;
}

void compare_lonely(struct compare *c, const struct results_point *p, bool is_a)
{
	g_ptr_array_add(c->alone, (gpointer)p);
	g_array_append_val(c->alone_in_a, is_a);
}

/* ---- a figure ---------------------------------------------------------------------------------------------------- */

static bool same_values(const double *a, const double *b, guint n)
{
	for (guint i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* Which test, and what it says; values of common seeds stand first in a and b. */
static void choose_test(struct compare_row *r, bool all_common_equal)
{
	guint na = (guint)r->in_a.m.n, nb = (guint)r->in_b.m.n;
	bool constant = na && nb && r->in_a.m.min == r->in_a.m.max && r->in_b.m.min == r->in_b.m.max &&
			r->in_a.m.min == r->in_b.m.min;

	r->p = r->adjusted = 1;
	if (constant || (all_common_equal && r->pairs == na && r->pairs == nb)) {
		r->finding = COMPARE_EQUAL;
	} else if (r->paired.there && 2 * r->pairs >= MAX(na, nb)) {
		r->test = COMPARE_PAIRED;
		r->p = r->paired.p;
	} else if (r->welch.there) {
		r->test = COMPARE_WELCH;
		r->p = r->welch.p;
	} else {
		/* one run again with the same seed has no noise */
		r->finding = r->pairs == 1 && na == 1 && nb == 1 ? COMPARE_DIFFERS : COMPARE_FEW;
	}
	r->adjusted = r->p;
}

static void add_figure(struct compare *c, struct compare_pair *pair, const struct spread_group *a,
		       const struct spread_group *b, const struct spread_column *column)
{
	struct compare_row r = { .a = a, .b = b, .column = *column, .finding = COMPARE_NOISE };
	guint na, nb, open;
	uint64_t *sa, *sb;
	double *va = summary_values(a, column, &na, &open, &sa), *vb = summary_values(b, column, &nb, &open, &sb);
	bool equal;

	r.in_a = summary_figure_of(a, column, c->o);
	r.in_b = summary_figure_of(b, column, c->o);
	r.welch = stats_welch(va, na, vb, nb);
	r.ranks = stats_mann_whitney(va, na, vb, nb);
	/* from here on the two hold the common seeds alone */
	r.pairs = summary_match(va, sa, na, vb, sb, nb);
	r.paired = stats_paired(va, vb, r.pairs);
	equal = r.pairs && same_values(va, vb, r.pairs);
	if (na || nb) {
		choose_test(&r, equal);
		g_array_append_val(pair->rows, r);
	}
	g_free(va);
	g_free(vb);
	g_free(sa);
	g_free(sb);
}

/* How many of the steps ended well. */
static void add_share(struct compare_pair *pair, const struct spread_group *a, const struct spread_group *b)
{
	struct compare_row r = { .a = a, .b = b, .column = { NULL, NULL, UNIT_COUNT, { 0 }, 0 }, .test = COMPARE_FISHER };

	r.p = r.adjusted = stats_fisher(a->rows->len, a->all, b->rows->len, b->all);
	r.finding = (uint64_t)a->rows->len * b->all == (uint64_t)b->rows->len * a->all ? COMPARE_EQUAL : COMPARE_NOISE;
	if (r.finding == COMPARE_EQUAL)
		r.test = COMPARE_NO_TEST;
	g_array_append_val(pair->rows, r);
}

static void add_step(struct compare *c, struct compare_pair *pair, const struct spread_group *a,
		     const struct spread_group *b)
{
	if (!c->part)
		add_share(pair, a, b);
	for (unsigned k = 0; k < SPREAD_FIGURES; k++) {
		struct spread_column column = spread_figure(k);

		if (!c->part || strstr(column.figure, c->part))
			add_figure(c, pair, a, b, &column);
	}
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void lonely_step(struct compare_pair *pair, const struct spread_group *g, bool is_a)
{
	g_ptr_array_add(pair->lonely, (gpointer)g);
	g_array_append_val(pair->lonely_in_a, is_a);
}

static void all_steps(struct compare *c, struct compare_pair *pair)
{
	const struct spread *sides[2] = { pair->a->spread, pair->b->spread };

	for (int side = 0; side < 2; side++)
		for (guint i = 0; i < sides[side]->groups->len; i++) {
			const struct spread_group *g = sides[side]->groups->pdata[i], *other;
			char *key = spread_key(g);

			other = g_hash_table_lookup(sides[!side]->index, key);
			g_free(key);
			if (!other)
				lonely_step(pair, g, side == 0);
			else if (side == 0)
				add_step(c, pair, g, other);
		}
}

/* The only step whose "node step" is the text, or has it in it; NULL with error. */
static const struct spread_group *step_named(const struct results_point *p, const char *text, GError **error)
{
	const struct spread_group *found = NULL;
	GString *names = g_string_new(NULL);
	guint n = 0;

	for (guint i = 0; i < p->spread->groups->len; i++) {
		const struct spread_group *g = p->spread->groups->pdata[i];
		char *step = spread_step(g), *name = g_strdup_printf("%s %s", g->node, step);
		bool exact = !strcmp(name, text);

		g_string_append_printf(names, "%s`%s`", i ? ", " : "", name);
		if (exact || strstr(name, text)) {
			found = g;
			n = exact ? 1 : n + 1;
		}
		g_free(step);
		g_free(name);
		if (exact)
			break;
	}
	if (n != 1)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: `%s` fits %u of its steps; there are %s", p->name, text, n,
			    *names->str ? names->str : "none");
	g_string_free(names, TRUE);
	return n == 1 ? found : NULL;
}

/* ---- verdicts ---------------------------------------------------------------------------------------------------- */

const struct results_run *compare_run(const struct results_point *p, uint64_t seed)
{
	const struct results_run *runs = (const struct results_run *)(const void *)p->runs->data;
	guint guess = p->runs->len && seed >= runs[0].seed ? (guint)MIN(seed - runs[0].seed, p->runs->len - 1) : 0;

	/* seeds count on from the first, unless somebody put the table together by hand */
	if (p->runs->len && runs[guess].seed == seed)
		return &runs[guess];
	for (guint i = 0; i < p->runs->len; i++)
		if (runs[i].seed == seed)
			return &runs[i];
	return NULL;
}

static bool counts(const struct results_run *r)
{
	return r->finished && r->verdict == VERDICT_PASS;
}

static void compare_verdicts(struct compare_pair *p)
{
	for (guint i = 0; i < p->a->runs->len; i++)
		p->passed_a += counts(&g_array_index(p->a->runs, struct results_run, i));
	for (guint i = 0; i < p->b->runs->len; i++) {
		const struct results_run *b = &g_array_index(p->b->runs, struct results_run, i), *a = compare_run(p->a, b->seed);

		p->passed_b += counts(b);
		if (!a)
			continue;
		p->common++;
		p->same_course += *a->fingerprint && !strcmp(a->fingerprint, b->fingerprint);
		if (a->verdict != b->verdict || a->finished != b->finished)
			g_array_append_val(p->changed, i);
	}
	p->p_passed = p->common ? 1 : stats_fisher(p->passed_a, p->a->runs->len, p->passed_b, p->b->runs->len);
}

bool compare_points(struct compare *c, const struct results_point *a, const struct results_point *b, const char *step_a,
		    const char *step_b, GError **error)
{
	struct compare_pair *pair = g_new0(struct compare_pair, 1);
	const struct spread_group *ga, *gb;

	pair->a = a;
	pair->b = b;
	pair->rows = g_array_new(FALSE, FALSE, sizeof(struct compare_row));
	pair->lonely = g_ptr_array_new();
	pair->lonely_in_a = g_array_new(FALSE, FALSE, sizeof(bool));
	pair->changed = g_array_new(FALSE, FALSE, sizeof(guint));
	g_ptr_array_add(c->pairs, pair);
	compare_verdicts(pair);
	if (!step_a && !step_b) {
		all_steps(c, pair);
		return true;
	}
	ga = step_named(a, step_a ? step_a : step_b, error);
	gb = ga ? step_named(b, step_b ? step_b : step_a, error) : NULL;
	if (ga && gb)
		add_step(c, pair, ga, gb);
	return ga && gb;
}

bool compare_of_nothing(const struct compare *c)
{
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = c->pairs->pdata[i];

		/* runs of the same course are the same, whatever came of them */
		if (p->passed_a || p->passed_b || (p->common && p->same_course == p->common))
			return false;
	}
	return !c->differs;
}

/* ---- the decision ------------------------------------------------------------------------------------------------ */

static void judge_rows(struct compare *c, GArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		struct compare_row *r = &g_array_index(rows, struct compare_row, i);

		if (r->test != COMPARE_NO_TEST && r->adjusted < COMPARE_ALPHA)
			r->finding = COMPARE_DIFFERS;
		c->tests += r->test != COMPARE_NO_TEST;
		c->differing += r->finding == COMPARE_DIFFERS;
	}
}

bool compare_decide(struct compare *c)
{
	GPtrArray *p = g_ptr_array_new();

	c->differs = c->alone->len > 0;
	for (guint i = 0; i < c->pairs->len; i++) {
		struct compare_pair *pair = c->pairs->pdata[i];

		for (guint k = 0; k < pair->rows->len; k++) {
			struct compare_row *r = &g_array_index(pair->rows, struct compare_row, k);

			if (r->test != COMPARE_NO_TEST)
				g_ptr_array_add(p, &r->adjusted);
		}
		c->differs |= pair->changed->len || pair->lonely->len || pair->p_passed < COMPARE_ALPHA;
	}
	stats_holm((double **)p->pdata, p->len);
	g_ptr_array_unref(p);
	for (guint i = 0; i < c->pairs->len; i++)
		judge_rows(c, ((struct compare_pair *)c->pairs->pdata[i])->rows);
	c->differs |= c->differing > 0;
	return c->differs;
}

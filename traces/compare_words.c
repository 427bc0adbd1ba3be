/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a comparison in words
 *
 * One line for each difference of the figures that a step is judged by (total, gaps, losses), or of those asked for:
 * how much, how sure, by which test over how many values, and what the effect looks like; then, as far as there is
 * room, where nothing was found, and what may still be there. It implements no clause.
 */
#include <math.h>
#include <string.h>

#include "traces/compare_internal.h"

#define SENTENCES 12u
#define MIDDLE 0.005			/* of Cliff's delta: nobody is above */

static bool is_one_of(const struct compare *c, const struct compare_row *r)
{
	static const char *const judged[] = { "total", "gap_up", "gap_down", "lost" };
	bool found = false;

	for (size_t i = 0; i < G_N_ELEMENTS(judged); i++)
		found = found || !g_strcmp0(r->column.figure, judged[i]);
	return r->column.figure && r->in_a.m.n && r->in_b.m.n && (c->part || found);
}

static const char *unit_of(const struct compare_row *r)
{
	if (r->column.unit == UNIT_NS)
		return " ms";
	return g_str_has_prefix(r->column.figure, "lost") ? " packets" : "";
}

static void put(FILE *f, const struct compare_row *r, double v)
{
	char *text = summary_plain(r->column.unit, v);

	fputs(text, f);
	g_free(text);
}

static void put_subject(FILE *f, const struct compare_row *r)
{
	char *a = spread_step(r->a), *b = spread_step(r->b);
	const char *name = compare_column_name(r);

	fprintf(f, "  %s %s", r->a->node, a);
	if (strcmp(r->a->node, r->b->node) || strcmp(a, b))
		fprintf(f, " (A), %s %s (B)", r->b->node, b);
	fprintf(f, ": %s ", name);
	g_free(a);
	g_free(b);
}

static void put_interval(FILE *f, const struct compare_row *r, const struct stats_compared *t)
{
	fputs(" [", f);
	put(f, r, t->interval.low);
	fputs(", ", f);
	put(f, r, t->interval.high);
	fputs("]", f);
}

/*
 * Cliff's delta is the share of comparisons that one side wins less the share that the other one does: of all with all,
 * so that it may be below 100 % where each seed by itself says the same.
 */
static void put_test(FILE *f, const struct compare_row *r)
{
	if (r->test == COMPARE_PAIRED)
		fprintf(f, " (paired t test, %u seeds)", r->pairs);
	else
		fprintf(f, " (Welch's t test, %u and %u values)", (guint)r->in_a.m.n, (guint)r->in_b.m.n);
	if (r->ranks.there && fabs(r->ranks.delta) > MIDDLE)
		fprintf(f, "; of any two values %s above %s in %.0f %%", r->ranks.delta > 0 ? "B" : "A",
			r->ranks.delta > 0 ? "A" : "B", 50 * (1 + fabs(r->ranks.delta)));
	fputc('\n', f);
}

/* "TOTAL is 80.10 ms more in B [79.62, 80.57] (paired t test, 20 seeds); of any two values B above A in 95 %" */
static void put_difference(FILE *f, const struct compare_row *r, const struct stats_compared *t)
{
	put_subject(f, r);
	fputs("is ", f);
	put(f, r, fabs(t->difference));
	fprintf(f, "%s %s in B", unit_of(r), t->difference > 0 ? "more" : "less");
	if (t->interval.there && t->interval.low < t->interval.high)
		put_interval(f, r, t);
	else
		fputs(r->test == COMPARE_PAIRED ? " for every seed" : " always", f);
	put_test(f, r);
}

static void put_none(FILE *f, const struct compare *c, const struct compare_row *r, const struct stats_compared *t)
{
	put_subject(f, r);
	if (r->p < COMPARE_ALPHA)
		fprintf(f, "differs by itself, p %.2g, but not among %u figures; B - A", r->p, c->tests);
	else
		fputs("shows no difference; B - A may lie in", f);
	if (t->interval.there)
		put_interval(f, r, t);
	put_test(f, r);
}

static bool has_sentence(const struct compare *c, const struct compare_row *r, bool differing)
{
	if (!is_one_of(c, r) || !compare_test_of(r) || (r->test != COMPARE_PAIRED && r->test != COMPARE_WELCH))
		return false;
	if (differing)
		return r->finding == COMPARE_DIFFERS;
	return r->finding == COMPARE_NOISE && (c->part || !g_strcmp0(r->column.figure, "total"));
}

/* How many there are with those before, n; printed are those that have room. */
static guint put_sentences(FILE *f, const struct compare *c, bool differing, guint n)
{
	for (guint i = 0; i < c->pairs->len; i++) {
		const struct compare_pair *p = c->pairs->pdata[i];

		for (guint k = 0; k < p->rows->len; k++) {
			const struct compare_row *r = &g_array_index(p->rows, struct compare_row, k);

			if (!has_sentence(c, r, differing) || n++ >= SENTENCES)
				continue;
			if (n == 1)
				fputs("\nIn words, of means with their 95 % interval:\n", f);
			if (differing)
				put_difference(f, r, compare_test_of(r));
			else
				put_none(f, c, r, compare_test_of(r));
		}
	}
	return n;
}

void compare_words(FILE *f, const struct compare *c)
{
	guint n = put_sentences(f, c, true, 0);

	if (n > SENTENCES)
		fprintf(f, "  and %u more that differ\n", n - SENTENCES);
	put_sentences(f, c, false, n);
}

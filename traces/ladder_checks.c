/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of a run's expectations, as bands of its ladder. Apart from the collector because records do not hold
 * them: they come from the runner, or from the manifest of a finished run. No clause.
 */
#include "traces/ladder_internal.h"

#define CHECKS_MOST 200u

static char *words(const struct trace_check *c)
{
	GString *s = g_string_new(c->id ? c->id : "expectation");

	if (c->verdict == VERDICT_PASS)
		return g_string_free(s, FALSE);
	if (c->clause && *c->clause)
		g_string_append_printf(s, " [%s]", c->clause);
	g_string_append_printf(s, " %s", c->verdict == VERDICT_FAIL ? "not met" : verdict_name(c->verdict));
	if (c->message && *c->message)
		g_string_append_printf(s, ": %s", c->message);
	return g_string_free(s, FALSE);
}

/* Those that were not decided were waited for until the end. */
void ladder_checks(struct ladder *l, const struct trace_check *checks, size_t n, moor_time end)
{
	moor_time last = end == MOOR_NEVER ? 0 : end;

	for (guint i = 0; i < l->items->len && end == MOOR_NEVER; i++)
		last = MAX(last, ladder_item_at(l, i)->end);
	for (size_t i = 0; i < n; i++) {
		struct ladder_check c = { checks[i].at == MOOR_NEVER ? last : checks[i].at, checks[i].verdict, NULL };

		l->verdicts[c.verdict]++;
		if (l->checks->len >= CHECKS_MOST || c.at < l->o.from || (l->o.to > 0 && c.at > l->o.to))
			continue;
		c.text = words(&checks[i]);
		g_array_append_val(l->checks, c);
	}
}

enum verdict ladder_worst(const struct ladder *l)
{
	enum verdict worst = VERDICT_PASS;

	for (int v = VERDICT_PASS; v <= VERDICT_ERROR; v++)
		if (l->verdicts[v])
			worst = verdict_worse(worst, (enum verdict)v);
	return worst;
}

char *ladder_checks_summary(const struct ladder *l)
{
	guint all = 0;

	for (int v = VERDICT_PASS; v <= VERDICT_ERROR; v++)
		all += l->verdicts[v];
	if (!all)
		return NULL;
	return g_strdup_printf("%s: %u of %u expectations met", verdict_name(ladder_worst(l)), l->verdicts[VERDICT_PASS], all);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: when there are runs enough
 *
 * The width of an interval falls with the root of the number of runs, so the worst figure says how many are likely to
 * do; a look is taken then, not after each run, because whoever looks often enough sees a narrow interval by chance.
 * It implements no clause.
 */
#include "traces/precision.h"

#include <math.h>
#include <string.h>

#include "traces/summary_internal.h"

/* A name of the table or of the files. */
static bool find_figure(const char *text, char *figure, size_t room)
{
	for (unsigned k = 0; k < SPREAD_FIGURES; k++)
		if (!strcmp(spread_figure(k).figure, text)) {
			g_strlcpy(figure, text, room);
			return true;
		}
	for (unsigned k = 0; k < SPREAD_COLUMNS; k++)
		if (!g_ascii_strcasecmp(spread_columns[k].name, text)) {
			g_strlcpy(figure, spread_columns[k].figure, room);
			return true;
		}
	return false;
}

bool precision_parse(const char *text, struct precision *p, const char **why)
{
	char *end;
	double v = g_ascii_isdigit(*text) ? g_ascii_strtod(text, &end) : 0;

	*p = (struct precision){ .share = v / 100 };
	if (!(v >= 0.01 && v <= 100) || *end != '%') {
		*why = "must be 0.01% to 100%";
		return false;
	}
	if (!end[1])
		return true;
	*why = "behind the share comes `:` and the name of a figure of docs/metrics.md, as 5%:total";
	return end[1] == ':' && find_figure(end + 2, p->figure, sizeof p->figure);
}

/* Mean of the whole step; 0: it has none. */
static double whole_step(const struct spread_group *g, const struct summary_options *o)
{
	const struct spread_column total = spread_figure(M_TOTAL);

	return summary_figure_of(g, &total, o).m.mean;
}

/* Is that figure asked for? One that was named always; else times that matter, seen in most of the steps. */
static bool asked_for(const struct precision *p, const struct spread_group *g, const struct summary_figure *f,
		      const struct spread_column *c, double whole)
{
	if (!f->m.n)
		return false;
	if (*p->figure)
		return true;
	return c->unit == UNIT_NS && f->m.mean > PRECISION_PART * whole && 2 * f->m.n > g->rows->len;
}

static double share_of(const struct summary_figure *f)
{
	if (!f->interval.there)
		return 10;		/* nothing is known: far more runs */
	if (f->interval.high <= f->interval.low)
		return 0;
	return f->m.mean != 0 ? (f->interval.high - f->interval.low) / 2 / fabs(f->m.mean) : 10;
}

static void look_at(struct precision_state *state, const struct precision *p, const struct spread_group *g,
		    const struct spread_column *c, double whole, const struct summary_options *o)
{
	struct summary_figure f = summary_figure_of(g, c, o);
	double share;
	char *step;

	if (!asked_for(p, g, &f, c, whole))
		return;
	share = share_of(&f);
	if (state->what && share <= state->worst)
		return;
	state->worst = share;
	g_free(state->what);
	step = spread_step(g);
	state->what = g_strdup_printf("%s %s %s", g->node, step, c->name ? c->name : c->figure);
	g_free(step);
}

struct precision_state precision_look(const struct precision *p, const struct spread *s, guint runs, guint most,
				      const struct summary_options *o)
{
	struct precision_state state = { .worst = 0 };
	double more;

	for (guint i = 0; i < s->groups->len; i++) {
		const struct spread_group *g = s->groups->pdata[i];
		double whole = *p->figure ? 0 : whole_step(g, o);

		for (unsigned k = 0; k < (*p->figure ? SPREAD_FIGURES : SPREAD_COLUMNS); k++) {
			struct spread_column c = *p->figure ? spread_figure(k) : spread_columns[k];

			if (!*p->figure || !strcmp(c.figure, p->figure))
				look_at(&state, p, g, &c, whole, o);
		}
	}
	state.reached = state.what && state.worst <= p->share;
	/* a twentieth more than by rule, a tenth more at least, twice as many at most */
	more = ceil(runs * (state.worst / p->share) * (state.worst / p->share) * 1.05);
	state.next = (guint)CLAMP(more, runs + 1 + runs / 10, 2.0 * runs + 1);
	state.next = MIN(state.next, most);
	return state;
}

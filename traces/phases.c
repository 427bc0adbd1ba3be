/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws the phases of steps with Cairo. A phase has its colour and, where it is a wait of the host, a hatch of its own;
 * a host's phase and the network's answer to it share a colour. Letters have 9 points. Widths from 60 mm on are laid
 * out anew, not made smaller. No clause.
 */
#include "traces/phases.h"

#include <string.h>

#include "traces/svg.h"

#define FONT "Sans 9"
#define EDGE 12.0
#define ROW_TITLE 14.0
#define BAR 15.0
#define GAP_ROW 23.0
#define LEGEND_ROW 14.0
#define LEGEND_COLUMN 104.0
#define AXIS 30.0
#define TICKS_MOST 6
#define MINUS "\u2212"
#define CROSSES_MOST 12

enum hatch { HATCH_NONE, HATCH_RISING, HATCH_FALLING, HATCH_CROSSED, HATCH_UPRIGHT, HATCH_LEVEL, HATCH_HALF };

static const struct look {
	enum metric_id id;
	enum svg_colour colour, ink;
	double strength;
	enum hatch hatch;
	const char *words;
} looks[] = {
	{ M_L2_GAP, SVG_GREY, SVG_BLACK, 0.22, HATCH_NONE, "L2 gap" },
	{ M_SOLICIT_WAIT, SVG_ORANGE, SVG_BLACK, 0.45, HATCH_RISING, "wait before RS" },
	{ M_DETECTION, SVG_ORANGE, SVG_BLACK, 1, HATCH_NONE, "detection" },
	{ M_ADDRESS_WAIT, SVG_SKY, SVG_BLACK, 0.4, HATCH_UPRIGHT, "address wait" },
	{ M_ADDRESS, SVG_SKY, SVG_BLACK, 0.65, HATCH_NONE, "address" },
	{ M_DAD, SVG_YELLOW, SVG_BLACK, 0.8, HATCH_FALLING, "DAD" },
	{ M_DISCOVERY, SVG_TEAL, SVG_WHITE, 1, HATCH_NONE, "discovery" },
	{ M_IKE, SVG_PURPLE, SVG_BLACK, 1, HATCH_HALF, "IKEv2" },
	{ M_AAA, SVG_VERMILLION, SVG_WHITE, 1, HATCH_NONE, "AAA" },
	{ M_BU_WAIT, SVG_DEEP_BLUE, SVG_BLACK, 0.25, HATCH_LEVEL, "wait before BU" },
	{ M_RETRANSMIT_WAIT, SVG_DEEP_BLUE, SVG_BLACK, 0.25, HATCH_CROSSED, "retransmission" },
	{ M_REGISTRATION_RTT, SVG_DEEP_BLUE, SVG_WHITE, 1, HATCH_NONE, "registration" },
};
G_STATIC_ASSERT(G_N_ELEMENTS(looks) == PHASES);

struct page {
	struct svg s;
	const struct phases_options *o;
	GPtrArray *rows;		/* const struct spread_row */
	guint more;			/* that are not shown */
	moor_time from, to;		/* of the axis */
	uint32_t seen;			/* bit i: looks[i] occurs */
	double y;
};

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

guint phases_spans(const struct spread_row *r, struct phases_span *spans)
{
	moor_time at = 0;
	guint n = 0;

	for (guint i = 0; i < PHASES; i++) {
		int64_t v = r->v[looks[i].id];

		if (v == METRIC_ABSENT || v <= 0)
			continue;
		spans[n++] = (struct phases_span){ looks[i].id, at, at + v };
		at += v;
	}
	return n;
}

/* A silence ends with the first packet over the new place; where none came it is not known when it was. */
static bool silence(const struct spread_row *r, bool up, moor_time *from, moor_time *to)
{
	int64_t gap = r->v[up ? M_GAP_UP : M_GAP_DOWN], first = r->v[up ? M_FIRST_UP : M_FIRST_DOWN];

	if (gap == METRIC_ABSENT || gap <= 0)
		return false;
	*to = first != METRIC_ABSENT ? first : gap;
	*from = *to - gap;
	return true;
}

static moor_time end_of(const struct spread_row *r)
{
	struct phases_span spans[PHASES];
	guint n = phases_spans(r, spans);
	moor_time end = n ? spans[n - 1].to : 0;

	return r->v[M_TOTAL] != METRIC_ABSENT ? MAX(end, r->v[M_TOTAL]) : end;
}

static gint by_start(gconstpointer a, gconstpointer b)
{
	const struct spread_row *x = *(const struct spread_row *const *)a, *y = *(const struct spread_row *const *)b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void choose(struct page *p, const struct spread_row *rows, guint n, enum step_kind kind)
{
	for (guint i = 0; i < n; i++) {
		char *name = g_strdup_printf("%s %s", rows[i].node, rows[i].step);

		if (rows[i].kind == kind && end_of(&rows[i]) > 0 && (!p->o->step || strstr(name, p->o->step)))
			g_ptr_array_add(p->rows, (gpointer)(uintptr_t)&rows[i]);
		g_free(name);
	}
	g_ptr_array_sort(p->rows, by_start);
	p->more = p->rows->len > PHASES_STEPS ? p->rows->len - PHASES_STEPS : 0;
	g_ptr_array_set_size(p->rows, (int)MIN(p->rows->len, PHASES_STEPS));
}

static void measure(struct page *p)
{
	for (guint i = 0; i < p->rows->len; i++) {
		const struct spread_row *r = p->rows->pdata[i];
		moor_time from, to;

		p->to = MAX(p->to, end_of(r));
		for (int up = 0; up < 2; up++)
			if (silence(r, up, &from, &to)) {
				p->from = MIN(p->from, from);
				p->to = MAX(p->to, to);
			}
		for (guint k = 0; k < PHASES; k++)
			if (r->v[looks[k].id] != METRIC_ABSENT && r->v[looks[k].id] > 0)
				p->seen |= 1u << k;
	}
}

/* ---- bars -------------------------------------------------------------------------------------------------------- */

static double x_of(const struct page *p, moor_time at)
{
	return EDGE + (p->o->width - 2 * EDGE) * (double)(at - p->from) / (double)(p->to - p->from);
}

static void stripes(struct svg *s, double x, double y, double w, double h, double lean)
{
	cairo_save(s->cr);
	cairo_rectangle(s->cr, x, y, w, h);
	cairo_clip(s->cr);
	for (double at = x - h; at < x + w + h; at += 4) {
		cairo_move_to(s->cr, at - lean * h / 2, y + h);
		cairo_line_to(s->cr, at + lean * h / 2, y);
	}
	svg_colour(s, SVG_BLACK);
	cairo_set_line_width(s->cr, 0.6);
	cairo_stroke(s->cr);
	cairo_restore(s->cr);
}

static void box(struct svg *s, const struct look *l, double x, double y, double w, double h)
{
	svg_tint(s, l->colour, l->strength);
	cairo_rectangle(s->cr, x, y, w, h);
	cairo_fill(s->cr);
	if (l->hatch == HATCH_RISING || l->hatch == HATCH_CROSSED)
		stripes(s, x, y, w, h, 1);
	if (l->hatch == HATCH_FALLING || l->hatch == HATCH_CROSSED)
		stripes(s, x, y, w, h, -1);
	if (l->hatch == HATCH_UPRIGHT)
		stripes(s, x, y, w, h, 0);
	for (double at = y + 2.5; l->hatch == HATCH_LEVEL && at < y + h; at += 3.5) {
		svg_colour(s, SVG_BLACK);
		svg_line(s, x, at, x + w, at, 0.6);
	}
	if (l->hatch == HATCH_HALF)
		stripes(s, x, y + h / 2, w, h / 2, 1);
	svg_colour(s, SVG_BLACK);
	cairo_set_line_width(s->cr, 0.4);
	cairo_rectangle(s->cr, x, y, w, h);
	cairo_stroke(s->cr);
}

static const struct look *look_of(enum metric_id id)
{
	for (guint i = 0; i < PHASES; i++)
		if (looks[i].id == id)
			return &looks[i];
	return &looks[0];
}

static char *milliseconds(moor_time t)
{
	if (t >= 10 * MOOR_S)
		return g_strdup_printf("%" G_GINT64_FORMAT ".%02d s", t / MOOR_S, (int)(t % MOOR_S / (10 * MOOR_MS)));
	return g_strdup_printf("%" G_GINT64_FORMAT ".%d ms", t / MOOR_MS, (int)(t % MOOR_MS / (100 * MOOR_US)));
}

static void bar(struct page *p, const struct spread_row *r)
{
	struct phases_span spans[PHASES];
	guint n = phases_spans(r, spans);
	moor_time total = end_of(r);
	char *took = milliseconds(total);
	char *words = g_strdup_printf("%s %s, %s%s%s", r->node, r->step, took, r->outcome == OUTCOME_OK ? "" : ", ",
				      r->outcome == OUTCOME_OK ? "" : step_outcome_name(r->outcome));

	if (svg_wide(&p->s, FONT, words) <= p->o->width - 2 * EDGE)
		svg_text(&p->s, EDGE, p->y, 0, FONT, r->outcome == OUTCOME_OK ? SVG_BLACK : SVG_RED, words);
	else
		svg_short(&p->s, EDGE, p->y + 6, 0, FONT, r->outcome == OUTCOME_OK ? SVG_BLACK : SVG_RED, words,
			  p->o->width - 2 * EDGE);
	p->y += ROW_TITLE;
	for (guint i = 0; i < n; i++) {
		const struct look *l = look_of(spans[i].id);
		double x = x_of(p, spans[i].from), w = x_of(p, spans[i].to) - x;

		box(&p->s, l, x, p->y, w, BAR);
		if (l->hatch == HATCH_NONE)
			svg_label(&p->s, x + w / 2, p->y + BAR / 2, 1, FONT, l->ink, l->words, w - 4);
	}
	/* where it was registered, also where phases were not seen */
	svg_colour(&p->s, SVG_BLACK);
	svg_line(&p->s, x_of(p, 0), p->y - 1, x_of(p, 0), p->y + BAR + 1, 1);
	svg_line(&p->s, x_of(p, total), p->y - 1, x_of(p, total), p->y + BAR + 1, 1);
	p->y += BAR + 3;
	g_free(words);
	g_free(took);
}

/* ---- silence and losses ------------------------------------------------------------------------------------------ */

static void crosses(struct page *p, double x1, double x2, double y, int64_t lost)
{
	int64_t n = MIN(lost, CROSSES_MOST);

	n = MIN(n, MAX((int64_t)((x2 - x1) / 7), 1));
	svg_colour(&p->s, SVG_RED);
	for (int64_t i = 0; i < n; i++)
		svg_cross(&p->s, x1 + (x2 - x1) * (double)(2 * i + 1) / (double)(2 * n), y, 2.5);
}

static void gap(struct page *p, const struct spread_row *r, bool up)
{
	int64_t lost = r->v[up ? M_LOST_UP : M_LOST_DOWN];
	bool open = up ? r->gap_up_open : r->gap_down_open;
	moor_time from, to;
	double x1, x2, y = p->y + 4;
	char *took, *words;

	if (!silence(r, up, &from, &to))
		return;
	x1 = x_of(p, from);
	x2 = x_of(p, to);
	svg_colour(&p->s, SVG_BLACK);
	svg_line(&p->s, x1, y, x2, y, 1);
	svg_line(&p->s, x1, y - 3, x1, y + 3, 1);
	if (!open)
		svg_line(&p->s, x2, y - 3, x2, y + 3, 1);
	if (lost != METRIC_ABSENT && lost > 0)
		crosses(p, x1, x2, y, lost);
	took = milliseconds(to - from);
	words = g_strdup_printf(lost != METRIC_ABSENT ? "%s silent %s%s, %" G_GINT64_FORMAT " lost" : "%s silent %s%s",
				up ? "uplink" : "downlink", open ? "> " : "", took, lost);
	svg_text(&p->s, MAX(MIN(x1, p->o->width - EDGE - svg_wide(&p->s, FONT, words)), EDGE), y + 5, 0, FONT, SVG_BLACK,
		 words);
	p->y += GAP_ROW;
	g_free(took);
	g_free(words);
}

/* ---- axis and legend --------------------------------------------------------------------------------------------- */

static moor_time tick_of(moor_time span)
{
	static const int steps[] = { 1, 2, 5 };

	for (moor_time unit = MOOR_US; unit < 1000 * MOOR_S; unit *= 10)
		for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
			if (span / (unit * steps[i]) <= TICKS_MOST)
				return unit * steps[i];
	return 1000 * MOOR_S;
}

static void axis(struct page *p, double top, double bottom)
{
	moor_time tick = tick_of(p->to - p->from), first = p->from / tick * tick;
	double free_from = 0;

	for (moor_time at = first < p->from ? first + tick : first; at <= p->to; at += tick) {
		moor_time size = at < 0 ? -at : at;
		char *words = tick >= MOOR_MS ? g_strdup_printf("%s%" G_GINT64_FORMAT, at < 0 ? MINUS : "", size / MOOR_MS) :
			g_strdup_printf("%s%.3f", at < 0 ? MINUS : "", (double)size / MOOR_MS);
		double x = x_of(p, at), wide, left;

		svg_colour(&p->s, at ? SVG_LINE : SVG_GREY);
		svg_line(&p->s, x, top, x, bottom, 0.6);
		wide = svg_wide(&p->s, FONT, words);
		left = CLAMP(x - wide / 2, 2, p->o->width - 2 - wide);
		if (left >= free_from) {
			svg_text(&p->s, left, bottom + 1, 0, FONT, SVG_BLACK, words);
			free_from = left + wide + 5;
		}
		g_free(words);
	}
	svg_text(&p->s, p->o->width / 2, bottom + 14, 1, FONT, SVG_BLACK, "ms since the step began");
}

static guint legend_columns(const struct page *p)
{
	return MAX((guint)((p->o->width - 2 * EDGE) / LEGEND_COLUMN), 1u);
}

static guint legend_rows(const struct page *p)
{
	guint n = 0;

	for (guint i = 0; i < PHASES; i++)
		n += p->seen >> i & 1;
	return (n + legend_columns(p) - 1) / legend_columns(p);
}

static void legend(struct page *p, double y)
{
	double column = (p->o->width - 2 * EDGE) / legend_columns(p);
	guint n = 0;

	for (guint i = 0; i < PHASES; i++) {
		double x = EDGE + column * (n % legend_columns(p)), at = y + LEGEND_ROW * (n / legend_columns(p));

		if (!(p->seen >> i & 1))
			continue;
		box(&p->s, &looks[i], x, at + 2, 20, 9);
		svg_text(&p->s, x + 24, at - 0.5, 0, FONT, SVG_BLACK, looks[i].words);
		n++;
	}
	y += LEGEND_ROW * legend_rows(p);
	svg_text(&p->s, EDGE, y, 0, FONT, SVG_BLACK, "hatched: the host waits; solid: the network");
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static double height_of(const struct page *p)
{
	double h = 8 + AXIS + 8 + LEGEND_ROW * (legend_rows(p) + 1) + 6;
	moor_time from, to;

	h += p->o->title ? ROW_TITLE + 2 : 0;
	h += p->more ? ROW_TITLE : 0;
	for (guint i = 0; i < p->rows->len; i++) {
		h += ROW_TITLE + BAR + 3 + 4;
		for (int up = 0; up < 2; up++)
			h += silence(p->rows->pdata[i], up, &from, &to) ? GAP_ROW : 0;
	}
	return h;
}

static bool page(struct page *p, const char *path, GError **error)
{
	double h = height_of(p), bottom = h - AXIS - 8 - LEGEND_ROW * (legend_rows(p) + 1) - 6, top;
	double room = p->o->width - 2 * EDGE;

	svg_begin_for(&p->s, path, p->o->width, h);
	p->y = 6;
	if (p->o->title)
		svg_short(&p->s, EDGE, p->y + 6, 0, "Sans Bold 9", SVG_BLACK, p->o->title, room);
	p->y += p->o->title ? ROW_TITLE + 2 : 0;
	top = p->y;
	axis(p, top, bottom);
	for (guint i = 0; i < p->rows->len; i++) {
		bar(p, p->rows->pdata[i]);
		for (int up = 0; up < 2; up++)
			gap(p, p->rows->pdata[i], !up);
		p->y += 4;
	}
	if (p->more) {
		char *words = g_strdup_printf("and %u more steps that are not shown", p->more);

		svg_text(&p->s, EDGE, p->y, 0, FONT, SVG_BLACK, words);
		g_free(words);
	}
	legend(p, bottom + AXIS + 6);
	return svg_end(&p->s, path, error);
}

bool phases_draw(const struct spread_row *rows, guint n, const struct phases_options *o, const char *path,
		 GError **error)
{
	static const enum step_kind order[] = { STEP_HANDOVER, STEP_ATTACH, STEP_HOME, STEP_DETACH };
	struct page p = { .o = o, .rows = g_ptr_array_new() };
	bool ok = false;

	for (size_t i = 0; i < G_N_ELEMENTS(order) && !p.rows->len; i++)
		choose(&p, rows, n, order[i]);
	measure(&p);
	if (p.rows->len)
		ok = page(&p, path, error);
	else
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "phases were seen in none of %u steps%s%s%s", n,
			    o->step ? " with `" : "", o->step ? o->step : "", o->step ? "` in their names" : "");
	g_ptr_array_unref(p.rows);
	return ok;
}

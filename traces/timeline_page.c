/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page around a timeline's lanes: the axis of time, what the scenario did, what became of its expectations, the
 * legend; and the file. No clause.
 */
#include "traces/timeline_draw.h"

#define STATES_TOLD 24u
#define LINES_DOWN 16u
#define MARGIN 8.0
#define FONT "Sans 8"
#define ITALIC "Sans Italic 8"
#define LEGEND_ROW 13.0
#define TITLE "Sans Bold 10"

/* The lines of the axis, or its words, which stand over all lines. */
static void axis(const struct timeline *t, struct svg *s, bool words)
{
	moor_time tick = timeline_tick(timeline_span(t), t->narrow ? 5 : 12);
	double end = t->narrow ? 10 : t->left - 12, y = t->top - 10;
	unsigned decimals = 0;
	char buf[40];

	for (moor_time unit = MOOR_S; unit > tick && decimals < 9; unit /= 10)
		decimals++;
	if (words)
		svg_label(s, t->narrow ? 2 : t->left - 14, y, t->narrow ? 0 : 2, FONT, SVG_BLACK, t->narrow ? "s" : "time (s)",
			  t->left);
	for (moor_time at = (t->from + tick - 1) / tick * tick; at <= timeline_last(t) && t->end > 0; at += tick) {
		double x = timeline_x(t, at), wide = svg_wide(s, FONT, svg_seconds(at, decimals, buf));
		double left = MIN(x - wide / 2, t->width - 1 - wide);

		if (!words) {
			svg_colour(s, SVG_LINE);
			svg_line(s, x, t->top - 4, x, t->bottom, 0.6);
		} else if (left >= end) {
			svg_text(s, left, y - 5, 0, FONT, SVG_BLACK, buf);
			end = left + wide + 3;
		}
	}
}

/* ---- rows of words above the axis ---------------------------------------------------------------- */

struct words { double left, wide; unsigned row; char text[64]; };

/*
 * Where the words of a bar stand that is marked at x: right of the mark, or left of it at the page's edge, in the first
 * row with room. False: there is none.
 */
static bool find_room(const struct timeline *t, struct svg *s, double *free_from, double x, struct words *w,
		      unsigned rows)
{
	w->wide = svg_wide(s, ITALIC, w->text);
	w->left = x + 2;
	if (w->left + w->wide > t->width - 2)
		w->left = MAX(t->width - 2 - w->wide, 2);
	for (w->row = 0; w->row < rows; w->row++)
		if (w->left >= free_from[w->row]) {
			free_from[w->row] = w->left + w->wide + 6;
			return true;
		}
	return false;
}

enum rows_do { ROWS_COUNT, ROWS_LINES, ROWS_WORDS };

static void line_down(const struct timeline *t, struct svg *s, enum svg_colour c, double x, double y, bool many)
{
	static const double dashes[] = { 3, 3 };

	cairo_set_dash(s->cr, dashes, 2, 0);
	svg_colour(s, c);
	svg_line(s, x, y, x, many ? t->top - 18 : t->bottom, c == SVG_RED ? 1 : 0.5);
	cairo_set_dash(s->cr, dashes, 0, 0);
}

/*
 * Words at their times, each with a line down through all lanes unless that were too many lines; all lines are drawn
 * before the first word. How many rows of words there are.
 */
static unsigned events(struct timeline *t, struct svg *s, struct tl_track *k, double y, enum svg_colour c,
		       const char *several, enum rows_do what)
{
	double free_from[TL_ROWS] = { 0 };
	unsigned rows = 0;
	bool many;

	track_coarsen(k, timeline_points(t, 2), 100);
	many = track_len(k) > LINES_DOWN;
	for (guint i = 0; i < track_len(k); i++) {
		const struct tl_bar *b = track_bar(k, i);
		double x = timeline_x(t, b->from);
		struct words w = { .text = "" };
		bool there;

		if (b->n > 1)
			g_snprintf(w.text, sizeof(w.text), "%u %s", b->n, b->label ? b->label : several);
		else
			g_snprintf(w.text, sizeof(w.text), "%s", b->label ? b->label : "");
		there = find_room(t, s, free_from, x, &w, c == SVG_RED ? TL_ROWS : many ? 1 : 3);
		rows = there ? MAX(rows, w.row + 1) : rows;
		if (what == ROWS_LINES)
			line_down(t, s, c, x, y + (there ? w.row * TL_ROW : 0), many);
		else if (what == ROWS_WORDS && there)
			svg_text(s, w.left, y + w.row * TL_ROW, 0, ITALIC, c == SVG_RED ? c : SVG_BLACK, w.text);
	}
	return rows;
}

/* Where the signs of expectations stand. */
static double checks_y(const struct timeline *t)
{
	return t->top - 22 - t->failure_rows * TL_ROW;
}

static void checks(struct timeline *t, struct svg *s)
{
	double y = checks_y(t);

	if (!track_len(&t->failures) && !track_len(&t->met))
		return;
	track_coarsen(&t->met, timeline_points(t, 8), 100);
	if (!t->narrow)
		svg_label(s, t->left - 14, y, 2, FONT, SVG_BLACK, "expectations", t->left - 16);
	for (guint i = 0; i < track_len(&t->met); i++) {
		double x = timeline_x(t, track_bar(&t->met, i)->from);

		for (guint k = 0; k < track_len(&t->failures); k++) {
			double cross = timeline_x(t, track_bar(&t->failures, k)->from);

			x = x > cross - 8 && x < cross + 8 ? cross - 9 : x;
		}
		svg_colour(s, SVG_GREEN);
		svg_tick(s, x, y, 3.5);
	}
	events(t, s, &t->failures, y + 5, SVG_RED, "not met", ROWS_WORDS);
	for (guint i = 0; i < track_len(&t->failures); i++) {
		svg_colour(s, SVG_RED);
		svg_cross(s, timeline_x(t, track_bar(&t->failures, i)->from), y, 3.2);
	}
}

/* ---- legend -------------------------------------------------------------------------------------- */

/* A pen that writes signs with their meanings in rows; it only measures when it does not draw. */
struct pen { struct svg *s; const struct timeline *t; double x, y; bool drawn; };

/* Room for a sign of that width and its words. True: draw the sign at p->x. */
static bool next(struct pen *p, double sign, const char *text, double *at)
{
	double w = sign + 4 + svg_wide(p->s, FONT, text);

	if (p->x + w > p->t->width - 4 && p->x > MARGIN) {
		p->x = MARGIN;
		p->y += LEGEND_ROW;
	}
	*at = p->x;
	if (p->drawn)
		svg_label(p->s, p->x + sign + 4, p->y, 0, FONT, SVG_BLACK, text, p->t->width);
	p->x += w + 12;
	return p->drawn;
}

static void legend_phases(struct pen *p)
{
	double x;

	if (next(p, 20, "network signalling", &x))
		draw_phase(p->s, x, p->y - 4, 20, 8, LOOK_NETWORK);
	if (next(p, 20, "host timer (waits, DAD, retransmission)", &x))
		draw_phase(p->s, x, p->y - 4, 20, 8, LOOK_HOST);
	if (next(p, 8, "BU sent", &x))
		draw_mark(p->s, x + 4, p->y, LOOK_BU);
	if (next(p, 8, "BA received", &x))
		draw_mark(p->s, x + 4, p->y, LOOK_BA);
	if (next(p, 14, "refused", &x))
		draw_mark(p->s, x + 4, p->y, LOOK_REFUSED);
	if (next(p, 8, "other message", &x))
		draw_mark(p->s, x + 4, p->y, LOOK_OTHER);
}

static void legend_data(struct pen *p)
{
	double x;

	if (next(p, 20, "packets received, height: how many", &x)) {
		svg_tint(p->s, SVG_TEAL, 0.7);
		draw_box(p->s, x, p->y - 4, 20, 8, false);
	}
	if (next(p, 20, "silence longer than 3 sending intervals", &x))
		draw_silence(p->s, x, p->y - 4, 20, 8);
	if (track_len(&p->t->met) && next(p, 8, "expectation met", &x)) {
		svg_colour(p->s, SVG_GREEN);
		svg_tick(p->s, x + 4, p->y, 3.5);
	}
	if (track_len(&p->t->failures) && next(p, 8, "not met", &x)) {
		svg_colour(p->s, SVG_RED);
		svg_cross(p->s, x + 4, p->y, 3.2);
	}
}

/* Its lower edge. */
static double legend(const struct timeline *t, struct svg *s, bool drawn)
{
	struct pen p = { s, t, MARGIN, t->bottom + 12, drawn };
	char buf[64];
	double x;

	legend_phases(&p);
	legend_data(&p);
	if (t->states->len) {
		p.x = MARGIN;
		p.y += LEGEND_ROW;
	}
	for (guint i = 0; i < MIN(t->states->len, STATES_TOLD); i++)
		if (next(&p, 14, t->states->pdata[i], &x)) {
			state_tint(s, i);
			draw_box(s, x, p.y - 5, 14, 10, true);
			g_snprintf(buf, sizeof(buf), "%u", i + 1);
			svg_label(s, x + 7, p.y, 1, FONT, SVG_BLACK, buf, 14);
		}
	if (t->hidden) {
		g_snprintf(buf, sizeof(buf), "and %u more nodes that are not shown", t->hidden);
		p.y += LEGEND_ROW;
		if (drawn)
			svg_label(s, MARGIN, p.y, 0, ITALIC, SVG_BLACK, buf, t->width);
	}
	if (!t->nodes->len && drawn)
		svg_label(s, t->left, t->top + 20, 0, ITALIC, SVG_BLACK, "No mobile node did anything.", t->plot);
	return p.y + LEGEND_ROW;
}

/* Colours go to states in the order in which they stand on the page. */
static void number_states(struct timeline *t)
{
	for (guint i = 0; i < t->nodes->len; i++) {
		const struct tl_node *n = t->nodes->pdata[i];

		for (guint k = 0; n->shown && k < n->lanes->len; k++)
			lane_states(t, n->lanes->pdata[k]);
	}
}

bool timeline_svg(struct timeline *t, moor_time end, const char *path, GError **error)
{
	struct svg s;
	double above = MARGIN;
	bool judged;

	timeline_end(t, end);
	timeline_widths(t);
	svg_begin_measure(&s);
	judged = track_len(&t->failures) || track_len(&t->met);
	above += t->title ? svg_high(&s, TITLE, t->title, t->width - 2 * MARGIN, NULL) + 2 : 0;
	t->action_rows = events(t, &s, &t->actions, 0, SVG_GREY, "events", ROWS_COUNT);
	t->failure_rows = events(t, &s, &t->failures, 0, SVG_RED, "not met", ROWS_COUNT);
	timeline_lay_out(t, above + (t->action_rows + t->failure_rows + (judged ? 1 : 0)) * TL_ROW + 20);
	number_states(t);
	t->height = legend(t, &s, false);
	svg_begin_for(&s, path, t->width, t->height);
	if (t->title)
		svg_lines(&s, MARGIN, MARGIN, 0, TITLE, SVG_BLACK, t->title, t->width - 2 * MARGIN, false);
	axis(t, &s, false);
	if (track_len(&t->actions) && !t->narrow)
		svg_label(&s, t->left - 14, above + TL_ROW / 2, 2, FONT, SVG_BLACK, "scenario", t->left - 16);
	events(t, &s, &t->actions, above, SVG_GREY, "events", ROWS_LINES);
	events(t, &s, &t->failures, checks_y(t) + 5, SVG_RED, "not met", ROWS_LINES);
	events(t, &s, &t->actions, above, SVG_GREY, "events", ROWS_WORDS);
	draw_nodes(t, &s);
	checks(t, &s);
	axis(t, &s, true);
	legend(t, &s, true);
	return svg_end(&s, path, error);
}

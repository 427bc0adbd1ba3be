/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page around a timeline's lanes: the axis of time, what the scenario did, expectations that failed, the legend;
 * and the file. No clause.
 */
#include "traces/timeline_draw.h"

#define STATES_TOLD 24u
#define LINES_DOWN 16u

static void axis(const struct timeline *t, struct svg *s)
{
	moor_time tick = timeline_tick(t->end);
	unsigned decimals = 0;
	char buf[40];

	for (moor_time unit = MOOR_S; unit > tick && decimals < 9; unit /= 10)
		decimals++;
	for (moor_time at = 0; at <= t->end && t->end > 0; at += tick) {
		double x = timeline_x(t, at);

		svg_colour(s, SVG_LINE);
		svg_line(s, x, t->top - 4, x, t->bottom, 0.6);
		svg_text(s, x, t->top - 16, 1, "Sans 7", SVG_GREY, svg_seconds(at, decimals, buf));
	}
	svg_text(s, TL_LEFT - 14, t->top - 16, 2, "Sans 7", SVG_GREY, "seconds");
}

/* A row of words at their times, each with a line down through all lanes unless that were too many lines. */
static void events(struct timeline *t, struct svg *s, struct tl_track *k, double y, const char *name,
		   enum svg_colour c, const char *several)
{
	static const double dashes[] = { 3, 3 };
	double free_from = 0;
	bool many;

	track_coarsen(k, (moor_time)((double)t->end * 2 / TL_PLOT), 100);
	many = track_len(k) > LINES_DOWN;
	svg_label(s, TL_LEFT - 14, y + 6, 2, "Sans 7", c, name, TL_LEFT);
	for (guint i = 0; i < track_len(k); i++) {
		const struct tl_bar *b = track_bar(k, i);
		double x = timeline_x(t, b->from), w;
		char buf[64];

		cairo_set_dash(s->cr, dashes, 2, 0);
		svg_colour(s, c);
		svg_line(s, x, y + 12, x, many ? y + 15 : t->bottom, 0.5);
		cairo_set_dash(s->cr, dashes, 0, 0);
		if (x < free_from)
			continue;
		if (b->n > 1)
			g_snprintf(buf, sizeof(buf), "%u %s", b->n, b->label ? b->label : several);
		w = svg_label(s, x + 1, y + 6, 0, "Sans Italic 7", c, b->n > 1 ? buf : b->label ? b->label : "",
			      TL_LEFT + TL_PLOT + TL_RIGHT - x);
		free_from = x + w + 6;
	}
}

/* ---- legend -------------------------------------------------------------------------------------- */

static double words(struct svg *s, double x, double y, const char *text)
{
	return x + svg_label(s, x, y, 0, "Sans 7", SVG_BLACK, text, TL_PLOT) + 16;
}

static void signs(struct svg *s, double y)
{
	double x = 24;

	draw_phase(s, x - 10, y - 4, 22, 8, LOOK_NETWORK);
	x = words(s, x + 16, y, "network signalling");
	draw_phase(s, x, y - 4, 22, 8, LOOK_HOST);
	x = words(s, x + 26, y, "host timer (waits, DAD, retransmission)");
	draw_mark(s, x, y, LOOK_BU);
	x = words(s, x + 7, y, "BU sent");
	draw_mark(s, x, y, LOOK_BA);
	x = words(s, x + 7, y, "BA received");
	draw_mark(s, x, y, LOOK_REFUSED);
	x = words(s, x + 13, y, "refused");
	draw_mark(s, x, y, LOOK_OTHER);
	x = words(s, x + 7, y, "other");
	svg_tint(s, SVG_TEAL, 0.7);
	draw_box(s, x, y - 4, 22, 8, false);
	x = words(s, x + 26, y, "packets received, height: how many");
	draw_silence(s, x, y - 4, 22, 8);
	words(s, x + 26, y, "silence longer than 3 sending intervals");
}

static void states(const struct timeline *t, struct svg *s, double y)
{
	double x = 14;

	for (guint i = 0; i < MIN(t->states->len, STATES_TOLD); i++) {
		state_tint(s, i);
		draw_box(s, x, y - 4, 14, 8, true);
		x = words(s, x + 18, y, t->states->pdata[i]);
		if (x > TL_LEFT + TL_PLOT - 80) {
			x = 14;
			y += 13;
		}
	}
}

static void legend(const struct timeline *t, struct svg *s)
{
	char buf[64];

	signs(s, t->bottom + 12);
	states(t, s, t->bottom + 26);
	if (t->hidden)
		g_snprintf(buf, sizeof(buf), "and %u more nodes that are not shown", t->hidden);
	if (t->hidden)
		svg_label(s, 12, t->bottom + 54, 0, "Sans Italic 7", SVG_GREY, buf, TL_PLOT);
	if (!t->nodes->len)
		svg_label(s, TL_LEFT, t->top + 20, 0, "Sans Italic 7", SVG_GREY, "No mobile node did anything.", TL_PLOT);
}

bool timeline_svg(struct timeline *t, moor_time end, const char *path, GError **error)
{
	struct svg s;

	timeline_end(t, end);
	timeline_lay_out(t);
	svg_begin_for(&s, path, TL_LEFT + TL_PLOT + TL_RIGHT, t->height);
	if (t->title)
		svg_text(&s, 12, 8, 0, "Sans Bold 11", SVG_BLACK, t->title);
	axis(t, &s);
	if (track_len(&t->actions))
		events(t, &s, &t->actions, 29, "scenario", SVG_GREY, "events");
	draw_nodes(t, &s);
	if (track_len(&t->failures))
		events(t, &s, &t->failures, t->top - 34, "not met", SVG_RED, "not met");
	legend(t, &s);
	return svg_end(&s, path, error);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws a ladder with Cairo and Pango: life lines, slanted arrows from the time of sending to the time of receiving,
 * lost messages with a cross, and a band for each expectation at the time at which it was decided. No clause.
 */
#include "traces/ladder_draw.h"

#include <string.h>

#define LEGEND_ROW 13.0
#define MARGIN 6.0

/* ---- items --------------------------------------------------------------------------------------- */

static void head(struct ladder_page *p, double x, double y, double from_x, double from_y)
{
	double dx = x - from_x, dy = y - from_y, n = dx * dx + dy * dy, s, long_ = p->narrow ? 6.5 : 9;

	if (n <= 0)
		return;
	for (s = 1; s * s < n; s += 1)	/* the length, to a point: no need of libm */
		;
	dx *= long_ / s;
	dy *= long_ / s;
	cairo_move_to(p->s.cr, x, y);
	cairo_line_to(p->s.cr, x - dx + 0.45 * dy, y - dy - 0.45 * dx);
	cairo_line_to(p->s.cr, x - dx - 0.45 * dy, y - dy + 0.45 * dx);
	cairo_close_path(p->s.cr);
	cairo_fill(p->s.cr);
}

static bool lost(const struct ladder_item *i)
{
	return !i->delivered && !i->broadcast;
}

static enum svg_colour message_colour(const struct ladder_item *i)
{
	if (lost(i) || i->refused)
		return SVG_RED;
	return i->udp ? SVG_BLUE : i->copy || !i->delivered ? SVG_GREY : SVG_BLACK;
}

static void stroke(struct ladder_page *p, double x1, double y1, double x2, double y2, bool dashed)
{
	static const double dashes[] = { 5, 3 };

	cairo_set_dash(p->s.cr, dashes, dashed ? 2 : 0, 0);
	svg_line(&p->s, x1, y1, x2, y2, 1.3);
	cairo_set_dash(p->s.cr, dashes, 0, 0);
}

static void message(struct ladder_page *p, const struct ladder_end *e)
{
	const struct ladder_item *i = ladder_item_at(p->l, e->item);
	int from, to;
	double x1, x2, y2 = p->got_y[e->item] > 0 ? p->got_y[e->item] : e->y;

	ladder_columns(p, i, &from, &to);
	x1 = ladder_x(p, from);
	x2 = CLAMP(ladder_x(p, to), p->left, p->right);
	if (!i->delivered)
		x2 = (x1 + x2) / 2;
	svg_colour(&p->s, message_colour(i));
	stroke(p, x1, e->y, x2, y2, i->udp);
	if (i->delivered)
		head(p, x2, y2, x1, e->y);
	else if (lost(i))
		svg_cross(&p->s, x2, y2, 4);
	else
		svg_line(&p->s, x2, y2 - 3, x2, y2 + 3, 1.3);
}

static void note(struct ladder_page *p, const struct ladder_end *e)
{
	double x = ladder_x(p, ladder_seat_of(p->l, ladder_item_at(p->l, e->item)->from));

	svg_colour(&p->s, SVG_GREEN);
	cairo_arc(p->s.cr, x, e->y, p->narrow ? 2.6 : 3.2, 0, 6.2832);
	cairo_fill(p->s.cr);
}

/* On white, so that no line strikes words out. */
static void item_words(struct ladder_page *p, const struct ladder_end *e)
{
	const struct ladder_item *i = e->kind == END_SENT ? ladder_item_at(p->l, e->item) : NULL;

	if (!i)
		svg_lines(&p->s, e->x, e->top, 0, p->font, SVG_BLACK, e->text, e->room, true);
	else
		svg_lines(&p->s, e->x, e->top, e->align, p->font, i->kind == LADDER_NOTE ? SVG_GREEN : message_colour(i), e->text,
			  e->room, true);
}

static void bar(struct ladder_page *p, const struct ladder_end *e)
{
	svg_colour(&p->s, SVG_GREY);
	svg_line(&p->s, p->left, e->y, p->right, e->y, 0.6);
	svg_lines(&p->s, e->x, e->top, 2, p->narrow ? "Sans Italic 8" : "Sans Italic 9", SVG_BLACK, e->text, e->room, true);
}

/* ---- expectations -------------------------------------------------------------------------------- */

static enum svg_colour verdict_colour(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return SVG_GREEN;
	case VERDICT_FAIL: case VERDICT_ERROR:
		return SVG_RED;
	case VERDICT_SKIP: case VERDICT_INCONCLUSIVE:
		break;
	}
	return SVG_GREY;
}

static void sign(struct ladder_page *p, double x, double y, enum verdict v)
{
	svg_colour(&p->s, verdict_colour(v));
	if (v == VERDICT_PASS)
		svg_tick(&p->s, x, y, 3.5);
	else if (v == VERDICT_FAIL || v == VERDICT_ERROR)
		svg_cross(&p->s, x, y, 3.2);
	else
		svg_line(&p->s, x - 3.5, y, x + 3.5, y, 2);
}

/* What was met is pale, with a thin edge; what was not has a heavy edge, that is seen in grey, too. */
static void band(struct ladder_page *p, const struct ladder_end *e)
{
	enum verdict v = ladder_check_at(p->l, e->item)->verdict;
	double line = svg_high(&p->s, p->font, "Ag", p->width, NULL);

	svg_tint(&p->s, verdict_colour(v), v == VERDICT_PASS ? 0.08 : 0.14);
	cairo_rectangle(p->s.cr, p->left, e->y, p->right - p->left, e->high + 6);
	cairo_fill_preserve(p->s.cr);
	svg_colour(&p->s, verdict_colour(v));
	cairo_set_line_width(p->s.cr, v == VERDICT_PASS ? 0.5 : 1.2);
	cairo_stroke(p->s.cr);
	sign(p, p->left + 9, e->top + line / 2, v);
}

/* ---- around them --------------------------------------------------------------------------------- */

static void times(struct ladder_page *p)
{
	double free_from = 0;
	moor_time last = MOOR_NEVER;

	for (size_t k = 0; k < p->n; k++) {
		const struct ladder_end *e = &p->ends[k];
		double y = e->kind == END_CHECK ? e->y + e->high / 2 + 3 : e->y;
		char buf[40];

		if (e->kind == END_ARRIVAL || e->at == last || y < free_from)
			continue;
		last = e->at;
		free_from = y + 10;
		svg_label(&p->s, p->left - 6, y, 2, LADDER_TIME, SVG_GREY, svg_seconds(last, p->decimals, buf), p->left);
	}
}

static void names(struct ladder_page *p)
{
	for (unsigned c = 0; c < p->l->seats->len; c++) {
		char name[32];
		const char *words = ladder_seat_name(p->l, c, name);
		double w = svg_wide(&p->s, LADDER_NAME, words), x = ladder_x(p, (int)c);
		double y = p->names_y + LADDER_NAME_ROW * (p->name_row[c] + 0.5);

		svg_colour(&p->s, SVG_GREY);
		svg_line(&p->s, x, y + 5, x, p->bottom - 4, 0.7);
		svg_text(&p->s, CLAMP(x, w / 2 + 2, MAX(p->width - w / 2 - 2, w / 2)), y - 6, 1, LADDER_NAME, SVG_BLACK, words);
	}
	svg_label(&p->s, p->left - 6, p->top - LADDER_NAME_ROW / 2 - 4, 2, LADDER_TIME, SVG_GREY,
		  p->narrow ? "s" : "time (s)", p->left);
}

enum sign { SIGN_UDP, SIGN_LOST, SIGN_REFUSED, SIGN_NOTE, SIGN_MET, SIGN_FAILED, SIGNS };

static unsigned signs_seen(const struct ladder_page *p)
{
	unsigned seen = 0;

	for (size_t k = 0; k < p->n; k++) {
		const struct ladder_end *e = &p->ends[k];
		const struct ladder_item *i = e->kind == END_CHECK ? NULL : ladder_item_at(p->l, e->item);

		if (!i) {
			enum verdict v = ladder_check_at(p->l, e->item)->verdict;

			seen |= v == VERDICT_PASS ? 1u << SIGN_MET : v == VERDICT_FAIL || v == VERDICT_ERROR ? 1u << SIGN_FAILED : 0;
		} else if (i->kind == LADDER_NOTE) {
			seen |= 1u << SIGN_NOTE;
		} else if (i->kind == LADDER_MESSAGE) {
			seen |= (i->udp ? 1u << SIGN_UDP : 0) | (lost(i) ? 1u << SIGN_LOST : 0) |
				(i->refused ? 1u << SIGN_REFUSED : 0);
		}
	}
	return seen;
}

static void draw_sign(struct ladder_page *p, enum sign what, double x, double y)
{
	switch (what) {
	case SIGN_UDP: case SIGN_REFUSED:
		svg_colour(&p->s, what == SIGN_UDP ? SVG_BLUE : SVG_RED);
		stroke(p, x, y, x + 20, y, what == SIGN_UDP);
		head(p, x + 22, y, x, y);
		break;
	case SIGN_LOST:
		svg_colour(&p->s, SVG_RED);
		stroke(p, x, y, x + 16, y, false);
		svg_cross(&p->s, x + 16, y, 4);
		break;
	case SIGN_NOTE:
		svg_colour(&p->s, SVG_GREEN);
		cairo_arc(p->s.cr, x + 18, y, 2.6, 0, 6.2832);
		cairo_fill(p->s.cr);
		break;
	case SIGN_MET: case SIGN_FAILED:
		sign(p, x + 16, y, what == SIGN_MET ? VERDICT_PASS : VERDICT_FAIL);
		break;
	case SIGNS:
		break;
	}
}

/* What the signs mean that occur; returns its lower edge. Without `drawn` it is only measured. */
static double legend(struct ladder_page *p, bool drawn)
{
	static const char *const meanings[SIGNS] = { "in UDP", "lost", "refused", "at this node", "expectation met",
		"not met" };
	unsigned seen = signs_seen(p);
	double x = p->left, y = p->bottom + 6;

	for (int i = 0; i < SIGNS; i++) {
		double w = svg_wide(&p->s, LADDER_LEGEND, meanings[i]) + 28;

		if (!(seen >> i & 1))
			continue;
		if (x + w > p->right && x > p->left) {
			x = p->left;
			y += LEGEND_ROW;
		}
		if (drawn) {
			draw_sign(p, (enum sign)i, x, y);
			svg_label(&p->s, x + 26, y, 0, LADDER_LEGEND, SVG_BLACK, meanings[i], p->width);
		}
		x += w + 12;
	}
	if (drawn && p->hidden) {
		char *words = g_strdup_printf("%" G_GUINT64_FORMAT " more are not shown", p->hidden);

		svg_label(&p->s, p->left, y + LEGEND_ROW, 0, "Sans Italic 8", SVG_BLACK, words, p->width);
		g_free(words);
	}
	return y + (p->hidden ? LEGEND_ROW : 0) + LEGEND_ROW;
}

/* ---- the file ------------------------------------------------------------------------------------ */

static void draw(struct ladder_page *p)
{
	if (p->l->o.title)
		svg_lines(&p->s, MARGIN, MARGIN, 0, LADDER_TITLE, SVG_BLACK, p->l->o.title, p->width - 2 * MARGIN, false);
	if (p->summary) {
		sign(p, MARGIN + 5, p->summary_y + 6, ladder_worst(p->l));
		svg_lines(&p->s, MARGIN + 13, p->summary_y, 0, p->font, SVG_BLACK, p->summary, p->width - 2 * MARGIN - 12, false);
	}
	names(p);
	times(p);
	/* bands and bars first: arrows may cross them, words stay on top */
	for (size_t k = 0; k < p->n; k++) {
		const struct ladder_end *e = &p->ends[k];

		if (e->kind == END_CHECK)
			band(p, e);
		else if (e->kind == END_SENT && ladder_item_at(p->l, e->item)->kind == LADDER_BAR)
			bar(p, e);
	}
	for (int words = 0; words < 2; words++)
		for (size_t k = 0; k < p->n; k++) {
			const struct ladder_end *e = &p->ends[k];
			enum ladder_kind kind = e->kind == END_SENT ? ladder_item_at(p->l, e->item)->kind : LADDER_BAR;

			if (words && (kind != LADDER_BAR || e->kind == END_CHECK))
				item_words(p, e);
			else if (words)
				continue;
			else if (kind == LADDER_MESSAGE)
				message(p, e);
			else if (kind == LADDER_NOTE)
				note(p, e);
		}
	legend(p, true);
}

bool ladder_svg(struct ladder *l, const char *path, GError **error)
{
	struct ladder_page p = { .l = l };
	bool ok;

	ladder_seats(l, LADDER_SEATS);
	svg_begin_measure(&p.s);
	ladder_place(&p);
	p.height = legend(&p, false) + 2;
	svg_begin_for(&p.s, path, p.width, p.height);
	draw(&p);
	ok = svg_end(&p.s, path, error);
	ladder_page_free(&p);
	return ok;
}

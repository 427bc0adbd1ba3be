/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws a ladder as SVG with Cairo and Pango: life lines, slanted arrows from the time of sending to the time of
 * receiving, a time axis whose spacing grows with the time between events without being proportional. No clause.
 */
#include "traces/ladder_internal.h"

#include "traces/svg.h"

#define SEATS_MAX 12u
#define LEFT 92.0
#define TOP 64.0
#define COLUMN 230.0
#define RIGHT 300.0
#define NO_SEAT (-1)

/* One end of an item on the time axis. */
struct end {
	moor_time at;
	uint32_t item;
	bool arrival;
	double y;
};

struct drawing {
	struct svg s;
	const struct ladder *l;
	struct end *ends;
	size_t n;
	double *sent_y, *got_y;		/* by item */
	double height, width;
};

static double seat_x(int seat)
{
	return LEFT + 70 + seat * COLUMN;
}

/* ---- the time axis ------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	const struct end *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->item != y->item ? (x->item < y->item ? -1 : 1) : x->arrival - y->arrival;
}

/* Room between two events: more for longer times, but no more than five lines. */
static double room_for(moor_time dt)
{
	double room = 20;

	for (moor_time t = MOOR_MS; t <= dt && room < 60; t *= 10)
		room += 8;
	return room;
}

static bool item_shown(const struct ladder *l, const struct ladder_item *i)
{
	bool from = ladder_seat_of(l, i->from) >= 0, to = ladder_seat_of(l, i->to) >= 0;

	return i->kind == LADDER_BAR || from || (i->kind == LADDER_MESSAGE && to);
}

static uint64_t lay_out(struct drawing *d)
{
	const struct ladder *l = d->l;
	uint64_t hidden = 0;
	double y = TOP + 10;

	d->ends = g_new(struct end, 2 * l->items->len + 1);
	d->sent_y = g_new0(double, l->items->len + 1);
	d->got_y = g_new0(double, l->items->len + 1);
	for (guint n = 0; n < l->items->len; n++) {
		const struct ladder_item *i = ladder_item_at(l, n);

		if (!item_shown(l, i)) {
			hidden++;
			continue;
		}
		d->ends[d->n++] = (struct end){ i->at, n, false, 0 };
		if (i->kind == LADDER_MESSAGE && i->delivered && i->end > i->at)
			d->ends[d->n++] = (struct end){ i->end, n, true, 0 };
	}
	qsort(d->ends, d->n, sizeof(*d->ends), by_time);
	for (size_t k = 0; k < d->n; k++) {
		struct end *e = &d->ends[k];

		y += k ? (e->arrival ? 12 : room_for(e->at - d->ends[k - 1].at)) : 0;
		y += !e->arrival && ladder_item_at(l, e->item)->kind == LADDER_MESSAGE ? 8 : 0;	/* its words stand above it */
		e->y = y;
		*(e->arrival ? &d->got_y[e->item] : &d->sent_y[e->item]) = y;
	}
	d->height = y + 40;
	return hidden;
}

/* ---- items --------------------------------------------------------------------------------------- */

static void head(struct drawing *d, double x, double y, double from_x, double from_y)
{
	double dx = x - from_x, dy = y - from_y, n = dx * dx + dy * dy, s;

	if (n <= 0)
		return;
	for (s = 1; s * s < n; s += 1)	/* the length, to a pixel: no need of libm */
		;
	dx /= s;
	dy /= s;
	cairo_move_to(d->s.cr, x, y);
	cairo_line_to(d->s.cr, x - 9 * dx + 4 * dy, y - 9 * dy - 4 * dx);
	cairo_line_to(d->s.cr, x - 9 * dx - 4 * dy, y - 9 * dy + 4 * dx);
	cairo_close_path(d->s.cr);
	cairo_fill(d->s.cr);
}

static enum svg_colour message_colour(const struct ladder_item *i)
{
	if (!i->delivered || i->refused)
		return SVG_RED;
	return i->udp ? SVG_BLUE : i->copy ? SVG_GREY : SVG_BLACK;
}

static void message(struct drawing *d, uint32_t n)
{
	const struct ladder_item *i = ladder_item_at(d->l, n);
	int from = ladder_seat_of(d->l, i->from), to = ladder_seat_of(d->l, i->to);
	double x1, x2, y1 = d->sent_y[n], y2 = d->got_y[n] > 0 ? d->got_y[n] : y1;
	static const double dashes[] = { 6, 4 };
	char *words = ladder_describe(i);

	if (from < 0)
		from = to - 1;
	if (to < 0 || to == from)
		to = from + 1;
	x1 = seat_x(from);
	x2 = seat_x(to);
	if (!i->delivered)
		x2 = (x1 + x2) / 2;
	svg_colour(&d->s, message_colour(i));
	cairo_set_line_width(d->s.cr, 1.4);
	cairo_set_dash(d->s.cr, dashes, i->udp ? 2 : 0, 0);
	cairo_move_to(d->s.cr, x1, y1);
	cairo_line_to(d->s.cr, x2, y2);
	cairo_stroke(d->s.cr);
	cairo_set_dash(d->s.cr, dashes, 0, 0);
	if (i->delivered) {
		head(d, x2, y2, x1, y1);
	} else {
		svg_colour(&d->s, SVG_RED);
		svg_cross(&d->s, x2, y2, 5);
	}
	svg_text(&d->s, MIN(x1, x2) + 8, MIN(y1, y2) - 15, 0, "Sans 8", message_colour(i), words);
	g_free(words);
}

static void note(struct drawing *d, uint32_t n)
{
	const struct ladder_item *i = ladder_item_at(d->l, n);
	double x = seat_x(ladder_seat_of(d->l, i->from)), y = d->sent_y[n];
	char *words = ladder_describe(i);

	svg_colour(&d->s, SVG_GREEN);
	cairo_arc(d->s.cr, x, y, 3.5, 0, 6.2832);
	cairo_fill(d->s.cr);
	svg_text(&d->s, x + 8, y - 7, 0, "Sans 8", SVG_GREEN, words);
	g_free(words);
}

static void bar(struct drawing *d, uint32_t n)
{
	const struct ladder_item *i = ladder_item_at(d->l, n);
	double y = d->sent_y[n];

	svg_colour(&d->s, SVG_LINE);
	svg_line(&d->s, LEFT, y, d->width - 20, y, 1);
	svg_text(&d->s, d->width - 24, y - 7, 2, "Sans Italic 8", SVG_GREY, i->text ? i->text : "");
}

static void times(struct drawing *d)
{
	moor_time last = MOOR_NEVER;

	for (size_t k = 0; k < d->n; k++) {
		char buf[40];

		if (d->ends[k].arrival || d->ends[k].at == last)
			continue;
		last = d->ends[k].at;
		svg_text(&d->s, LEFT - 12, d->ends[k].y - 7, 2, "Monospace 7", SVG_GREY, svg_seconds(last, 6, buf));
	}
}

static void frame(struct drawing *d, uint64_t hidden)
{
	char buf[64];

	if (d->l->o.title)
		svg_text(&d->s, 12, 8, 0, "Sans Bold 11", SVG_BLACK, d->l->o.title);
	for (unsigned c = 0; c < d->l->seats->len; c++) {
		char name[32];

		svg_colour(&d->s, SVG_GREY);
		svg_line(&d->s, seat_x((int)c), TOP - 4, seat_x((int)c), d->height - 24, 1);
		svg_text(&d->s, seat_x((int)c), TOP - 24, 1, "Sans Bold 10", SVG_BLACK, ladder_seat_name(d->l, c, name));
	}
	svg_text(&d->s, LEFT - 12, TOP - 24, 2, "Sans 8", SVG_GREY, "s");
	if (hidden) {
		g_snprintf(buf, sizeof(buf), "%" G_GUINT64_FORMAT " more are not shown", hidden);
		svg_text(&d->s, LEFT, d->height - 20, 0, "Sans Italic 8", SVG_GREY, buf);
	}
}

/* ---- the file ------------------------------------------------------------------------------------ */

static void draw(struct drawing *d, uint64_t hidden)
{
	frame(d, hidden);
	times(d);
	/* bars and notes first: arrows may cross them, words stay on top */
	for (size_t k = 0; k < d->n; k++) {
		uint32_t n = d->ends[k].item;

		if (ladder_item_at(d->l, n)->kind == LADDER_BAR)
			bar(d, n);
		else if (ladder_item_at(d->l, n)->kind == LADDER_NOTE)
			note(d, n);
	}
	for (size_t k = 0; k < d->n; k++)
		if (!d->ends[k].arrival && ladder_item_at(d->l, d->ends[k].item)->kind == LADDER_MESSAGE)
			message(d, d->ends[k].item);
}

bool ladder_svg(struct ladder *l, const char *path, GError **error)
{
	struct drawing d = { .l = l };
	uint64_t hidden;
	bool ok;

	ladder_seats(l, SEATS_MAX);
	hidden = lay_out(&d) + l->left_out;
	d.width = LEFT + 70 + MAX(l->seats->len, 1u) * COLUMN + RIGHT - COLUMN;
	svg_begin_for(&d.s, path, d.width, d.height);
	draw(&d, hidden);
	ok = svg_end(&d.s, path, error);
	g_free(d.ends);
	g_free(d.sent_y);
	g_free(d.got_y);
	return ok;
}

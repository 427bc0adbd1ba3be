/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the parts of a ladder stand on a page of a given width: columns share what the times leave, words that do not
 * fit beside their arrow move or are broken into lines, and the distance between two lines grows with the time between
 * them without being proportional. It exists apart from the drawing so that a column of a paper and a telephone get a
 * picture of their own, with letters of full size, and not one made smaller. No clause.
 */
#include "traces/ladder_draw.h"

#include <stdlib.h>
#include <string.h>

#define MARGIN 6.0
#define NO_BREAK "\xc2\xa0"		/* U+00A0 */
#define COLUMN 190.0			/* where there is room */

void ladder_columns(const struct ladder_page *p, const struct ladder_item *i, int *from, int *to)
{
	*from = ladder_seat_of(p->l, i->from);
	*to = ladder_seat_of(p->l, i->to);
	if (*from < 0)
		*from = *to > 0 ? *to - 1 : *to + 1;
	if (*to < 0 || *to == *from)
		*to = *from + 1 < (int)p->l->seats->len || !*from ? *from + 1 : *from - 1;
}

/* ---- what there is ------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
	const struct ladder_end *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if ((x->kind == END_CHECK) != (y->kind == END_CHECK))
		return x->kind == END_CHECK ? 1 : -1;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static bool item_shown(const struct ladder *l, const struct ladder_item *i)
{
	bool from = ladder_seat_of(l, i->from) >= 0, to = ladder_seat_of(l, i->to) >= 0;

	return i->kind == LADDER_BAR || from || (i->kind == LADDER_MESSAGE && to);
}

/* A number and its unit stay on one line. Takes the text and returns it, or another. */
static char *units_kept(char *text)
{
	GString *s = g_string_new(NULL);

	for (const char *c = text; *c; c++) {
		const char *unit = *c == ' ' && c > text && g_ascii_isdigit(c[-1]) ? c + 1 : "";
		size_t n = *unit == 'm' ? 2 : 1;

		if (unit[n - 1] == 's' && !g_ascii_isalnum(unit[n]))
			g_string_append(s, NO_BREAK);
		else
			g_string_append_c(s, *c);
	}
	g_free(text);
	return g_string_free(s, FALSE);
}

static void collect(struct ladder_page *p)
{
	const struct ladder *l = p->l;

	p->ends = g_new0(struct ladder_end, 2 * l->items->len + l->checks->len + 1);
	p->got_y = g_new0(double, l->items->len + 1);
	p->hidden = l->left_out;
	for (guint n = 0; n < l->items->len; n++) {
		const struct ladder_item *i = ladder_item_at(l, n);

		if (!item_shown(l, i)) {
			p->hidden++;
			continue;
		}
		p->ends[p->n++] = (struct ladder_end){ .at = i->at, .item = n, .kind = END_SENT,
			.text = i->kind == LADDER_BAR ? g_strdup(i->text ? i->text : "") : units_kept(ladder_describe(i)) };
		if (i->kind == LADDER_MESSAGE && i->delivered && i->end > i->at)
			p->ends[p->n++] = (struct ladder_end){ .at = i->end, .item = n, .kind = END_ARRIVAL };
	}
	for (guint n = 0; n < l->checks->len; n++) {
		const struct ladder_check *c = ladder_check_at(l, n);

		p->ends[p->n++] = (struct ladder_end){ .at = c->at, .item = n, .kind = END_CHECK, .text = g_strdup(c->text) };
	}
	qsort(p->ends, p->n, sizeof(*p->ends), by_time);
}

/* Expectations that were met at the same moment, with nothing in between, share a band. */
static void share_bands(struct ladder_page *p)
{
	size_t out = 0;

	for (size_t k = 0; k < p->n; k++) {
		struct ladder_end e = p->ends[k], *last = out ? &p->ends[out - 1] : NULL;

		if (e.kind == END_CHECK && last && last->kind == END_CHECK && last->at == e.at &&
		    ladder_check_at(p->l, e.item)->verdict == VERDICT_PASS &&
		    ladder_check_at(p->l, last->item)->verdict == VERDICT_PASS) {
			char *both = g_strconcat(last->text, ", ", e.text, NULL);

			g_free(last->text);
			g_free(e.text);
			last->text = both;
		} else {
			p->ends[out++] = e;
		}
	}
	p->n = out;
}

/* ---- columns ------------------------------------------------------------------------------------- */

static double times_wide(struct ladder_page *p)
{
	double w = 0;
	char buf[40];

	for (size_t k = 0; k < p->n; k++)
		w = MAX(w, svg_wide(&p->s, LADDER_TIME, svg_seconds(p->ends[k].at, p->decimals, buf)));
	return w;
}

/* The names of the columns in as many rows as it takes to keep them apart. */
static void name_rows(struct ladder_page *p)
{
	double free_from[LADDER_NAME_ROWS] = { 0 };

	p->name_rows = 1;
	for (unsigned c = 0; c < p->l->seats->len; c++) {
		char name[32];
		double w = svg_wide(&p->s, LADDER_NAME, ladder_seat_name(p->l, c, name));
		double x = CLAMP(ladder_x(p, (int)c), w / 2, MAX(p->width - w / 2 - 2, w / 2));
		unsigned row = 0;

		while (row + 1 < LADDER_NAME_ROWS && x - w / 2 < free_from[row])
			row++;
		free_from[row] = x + w / 2 + 5;
		p->name_row[c] = row;
		p->name_rows = MAX(p->name_rows, row + 1);
	}
}

static void columns(struct ladder_page *p)
{
	unsigned seats = MAX(p->l->seats->len, 1u);
	double wanted = p->l->o.points, beside;

	p->width = wanted > 0 ? wanted : MIN(90 + COLUMN * (seats + 1), SVG_WIDTH_SCREEN);
	p->narrow = p->width < SVG_NARROW;
	p->font = p->narrow ? "Sans 8" : "Sans 9";
	p->decimals = p->narrow ? 3 : 6;
	p->left = MARGIN + times_wide(p) + 8;
	p->right = p->width - MARGIN;
	beside = p->narrow ? 8 : MIN(200.0, 0.9 * (p->right - p->left) / (seats + 1));
	p->first = p->left + (p->narrow ? 4 : 20);
	p->pitch = seats > 1 ? (p->right - beside - p->first) / (seats - 1) : p->right - p->left;
	name_rows(p);
}

/* ---- words --------------------------------------------------------------------------------------- */

static void message_words(struct ladder_page *p, struct ladder_end *e)
{
	const struct ladder_item *i = ladder_item_at(p->l, e->item);
	int from, to;
	double w = svg_wide(&p->s, p->font, e->text);

	ladder_columns(p, i, &from, &to);
	e->x = ladder_x(p, MIN(from, to)) + 6;
	/* moved to the left for one line, or for lines that are not too short */
	if (w > p->right - e->x && (w < p->right - p->left - 3 || p->right - e->x < 0.6 * (p->right - p->left)))
		e->x = MAX(p->right - w - 1, p->left + 2);
	e->room = p->right - e->x;
}

static void note_words(struct ladder_page *p, struct ladder_end *e)
{
	double x = ladder_x(p, ladder_seat_of(p->l, ladder_item_at(p->l, e->item)->from));
	double w = svg_wide(&p->s, p->font, e->text), after = p->right - x - 7, before = x - 7 - p->left - 2;

	e->align = w > after && before > after ? 2 : 0;
	e->room = e->align ? before : after;
	e->x = e->align ? x - 7 - e->room : x + 7;
}

static double room_for(const struct ladder_page *p, moor_time dt)
{
	double room = 4, step = p->narrow ? 4 : 7;

	for (moor_time t = MOOR_MS; t <= dt && room < 4 + 5 * step; t *= 10)
		room += step;
	return room;
}

static double place_words(struct ladder_page *p, struct ladder_end *e, double y)
{
	bool arrow = e->kind == END_SENT && ladder_item_at(p->l, e->item)->kind == LADDER_MESSAGE;
	bool is_note = e->kind == END_SENT && ladder_item_at(p->l, e->item)->kind == LADDER_NOTE;
	double line = svg_high(&p->s, p->font, "Ag", p->width, NULL);

	e->top = y;
	if (e->kind == END_CHECK) {
		e->x = p->left + 18;
		e->room = p->right - e->x - 4;
		e->high = svg_high(&p->s, p->font, e->text, e->room, NULL);
		e->y = y;
		e->top = y + 3;
		return y + e->high + 6;
	}
	if (arrow)
		message_words(p, e);
	else if (is_note)
		note_words(p, e);
	else {
		e->x = p->left + 40;
		e->room = p->right - e->x;
		e->align = 2;
	}
	e->high = svg_high(&p->s, p->font, e->text, e->room, NULL);
	e->y = arrow ? y + e->high + 2 : y + line / 2;
	return arrow ? e->y + 3 : y + e->high;
}

static void rows(struct ladder_page *p)
{
	double y = p->top + 4;

	for (size_t k = 0; k < p->n; k++) {
		struct ladder_end *e = &p->ends[k];

		if (e->kind == END_ARRIVAL) {
			y = e->y = p->got_y[e->item] = y + 8;
			y += 3;
			continue;
		}
		y += k ? room_for(p, e->at - p->ends[k - 1].at) : 0;
		y = place_words(p, e, y);
	}
	p->bottom = y + 8;
}

void ladder_place(struct ladder_page *p)
{
	double y = MARGIN;

	collect(p);
	share_bands(p);
	columns(p);
	if (p->l->o.title)
		y += svg_high(&p->s, LADDER_TITLE, p->l->o.title, p->width - 2 * MARGIN, NULL) + 2;
	p->summary_y = y;
	p->summary = ladder_checks_summary(p->l);
	if (p->summary) {
		p->summary_high = svg_high(&p->s, p->font, p->summary, p->width - 2 * MARGIN - 12, NULL);
		y += p->summary_high + 2;
	}
	p->names_y = y + 2;
	p->top = p->names_y + p->name_rows * LADDER_NAME_ROW + 4;
	rows(p);
}

void ladder_page_free(struct ladder_page *p)
{
	for (size_t k = 0; k < p->n; k++)
		g_free(p->ends[k].text);
	g_free(p->ends);
	g_free(p->got_y);
	g_free(p->summary);
}

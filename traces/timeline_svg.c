/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Draws a timeline's lanes. Every meaning has a sign besides its colour: states and links their names, host timers
 * hatching, silences a crossed box, messages the direction of a triangle, refusals a cross. No clause.
 */
#include "traces/timeline_draw.h"

#include <string.h>

#define SMALL "Sans 8"
#define BAR_LEAST 1.2
#define PHASE_TOP 13.0

static const enum svg_colour tints[] = {
	SVG_TEAL, SVG_ORANGE, SVG_SKY, SVG_YELLOW, SVG_PURPLE, SVG_DEEP_BLUE, SVG_VERMILLION
};

/* ---- bars ---------------------------------------------------------------------------------------- */

void draw_box(struct svg *s, double x, double y, double w, double h, bool outlined)
{
	cairo_rectangle(s->cr, x, y, w, h);
	if (!outlined) {
		cairo_fill(s->cr);
		return;
	}
	cairo_fill_preserve(s->cr);
	svg_colour(s, SVG_GREY);
	cairo_set_line_width(s->cr, 0.5);
	cairo_stroke(s->cr);
}

void draw_hatch(struct svg *s, double x, double y, double w, double h)
{
	for (double at = x; at + h * 0.6 <= x + w; at += 3.5) {
		cairo_move_to(s->cr, at, y + h);
		cairo_line_to(s->cr, at + h * 0.6, y);
	}
	cairo_set_line_width(s->cr, 0.6);
	cairo_stroke(s->cr);
}

static void bar_place(const struct timeline *t, const struct tl_bar *b, double *x, double *w)
{
	double end = MIN(timeline_x(t, b->to), t->left + t->plot);

	*x = MAX(timeline_x(t, b->from), t->left);
	*w = MAX(end - *x, BAR_LEAST);
}

/* States in which a machine does nothing are a line only. */
static bool idle(const char *state)
{
	return state && (!strcmp(state, "IDLE") || !strcmp(state, "STOPPED") || !strcmp(state, "NONE"));
}

unsigned state_number(struct timeline *t, const char *state)
{
	for (guint i = 0; i < t->states->len; i++)
		if (t->states->pdata[i] == state)
			return i;
	g_ptr_array_add(t->states, (gpointer)(uintptr_t)state);
	return t->states->len - 1;
}

void lane_states(struct timeline *t, const struct tl_lane *l)
{
	for (guint i = 0; (l->kind == LANE_STATE || l->kind == LANE_RADIO) && i < track_len(&l->tracks[0]); i++) {
		const char *label = track_bar(&l->tracks[0], i)->label;

		if (label && !idle(label) && (l->kind == LANE_STATE || timeline_radio_is_away(label)))
			state_number(t, label);
	}
}

void state_tint(struct svg *s, unsigned number)
{
	/* the second round is paler */
	svg_tint(s, tints[number % G_N_ELEMENTS(tints)], number < G_N_ELEMENTS(tints) ? 0.55 : 0.3);
}

static void named_bar(struct timeline *t, struct svg *s, const struct tl_lane *l, const struct tl_bar *b)
{
	double x, w;
	char buf[32];
	const char *words = b->label;
	unsigned state = 0;		/* from 1; 0: it is none */

	bar_place(t, b, &x, &w);
	if (b->n > 1) {
		g_snprintf(buf, sizeof(buf), "%u changes", b->n);
		words = b->label ? b->label : buf;
	}
	if (idle(b->label)) {
		svg_colour(s, SVG_GREY);
		svg_line(s, x, l->y + l->height / 2, x + w, l->y + l->height / 2, 0.8);
		return;
	}
	if (!b->label)
		svg_tint(s, SVG_BLACK, 0.25);
	else if (l->kind == LANE_LINK || (l->kind == LANE_RADIO && !timeline_radio_is_away(b->label)))
		svg_tint(s, SVG_SKY, 0.35);
	else
		state_tint(s, (state = state_number(t, b->label) + 1) - 1);
	draw_box(s, x, l->y, w, l->height, true);
	if (!b->label) {
		svg_colour(s, SVG_GREY);
		draw_hatch(s, x, l->y, w, l->height);
	}
	if (svg_label(s, x + w / 2, l->y + l->height / 2, 1, SMALL, SVG_BLACK, words, w - 4) > 0 || !state)
		return;
	/* the number that its colour has in the legend */
	g_snprintf(buf, sizeof(buf), "%u", state);
	svg_label(s, x + w / 2, l->y + l->height / 2, 1, SMALL, SVG_BLACK, buf, w);
}

static void bars(struct timeline *t, struct svg *s, struct tl_lane *l)
{
	struct tl_track *k = &l->tracks[0];

	track_coarsen(k, timeline_points(t, 1.0), t->bars_per_track);
	for (guint i = 0; i < track_len(k); i++)
		named_bar(t, s, l, track_bar(k, i));
}

/* ---- phases -------------------------------------------------------------------------------------- */

void draw_phase(struct svg *s, double x, double y, double w, double h, unsigned look)
{
	if (look == LOOK_NETWORK)
		svg_colour(s, SVG_DEEP_BLUE);
	else if (look == LOOK_HOST)
		svg_colour(s, SVG_ORANGE);
	else
		svg_colour(s, SVG_GREY);
	draw_box(s, x, y, w, h, false);
	if (look != LOOK_HOST)
		return;
	svg_colour(s, SVG_BLACK);
	draw_hatch(s, x, y, w, h);
}

static void step_words(const struct tl_bar *b, char *buf, size_t n)
{
	char total[40];

	if (b->n > 1)
		g_snprintf(buf, n, "%u steps", b->n);
	else
		g_snprintf(buf, n, "%s%s%s %s s%s", step_kind_name(b->kind), b->label && *b->label ? " " : "",
			   b->label ? b->label : "", svg_seconds(b->to - b->from, 3, total),
			   b->look == LOOK_STEP_OK ? "" : ", failed");
}

static void steps(struct timeline *t, struct svg *s, struct tl_lane *l)
{
	struct tl_track *k = &l->tracks[PHASE_STEP];
	double free_from = 0;

	track_coarsen(k, timeline_points(t, 1.0), t->bars_per_track);
	for (guint i = 0; i < track_len(k); i++) {
		const struct tl_bar *b = track_bar(k, i);
		double x, w, at;
		char words[96], total[40];

		bar_place(t, b, &x, &w);
		svg_colour(s, b->look == LOOK_STEP_OK ? SVG_BLACK : SVG_RED);
		svg_line(s, x, l->y + PHASE_TOP - 1.5, x + w, l->y + PHASE_TOP - 1.5, 1);
		step_words(b, words, sizeof(words));
		w = svg_wide(s, SMALL, words);
		at = MIN(MAX(x, free_from), t->width - 2 - w);
		/* without its name, where there is no room for it */
		if ((at - x > 30 || at < free_from) && b->n == 1) {
			g_snprintf(words, sizeof(words), "%s s", svg_seconds(b->to - b->from, 3, total));
			w = svg_wide(s, SMALL, words);
			at = MIN(MAX(x, free_from), t->width - 2 - w);
		}
		if (at - x > 30 || at < free_from)
			continue;
		svg_text(s, at, l->y, 0, SMALL, b->look == LOOK_STEP_OK ? SVG_BLACK : SVG_RED, words);
		free_from = at + w + 8;
	}
}

static void phases(struct timeline *t, struct svg *s, struct tl_lane *l)
{
	int row = 0;

	/* in one stroke: the file's size is what drawing costs */
	for (int p = PHASE_STEP + 1; p < TL_PHASES; p++) {
		if (!timeline_has_phase(l, p))
			continue;
		cairo_move_to(s->cr, t->left, l->y + PHASE_TOP + ++row * PHASE_ROW);
		cairo_rel_line_to(s->cr, t->plot, 0);
	}
	svg_colour(s, SVG_LINE);
	cairo_set_line_width(s->cr, 0.4);
	cairo_stroke(s->cr);
	row = 0;
	for (int p = PHASE_STEP + 1; p < TL_PHASES; p++) {
		double y = l->y + PHASE_TOP + row * PHASE_ROW, x, w;
		struct tl_track *k = &l->tracks[p];

		if (!timeline_has_phase(l, p))
			continue;
		row++;
		svg_label(s, t->left - 6, y + PHASE_ROW / 2, 2, SMALL, SVG_GREY, tl_phase_names[p], t->left);
		track_coarsen(k, timeline_points(t, 1.0), t->bars_per_track);
		for (guint i = 0; i < track_len(k); i++) {
			bar_place(t, track_bar(k, i), &x, &w);
			draw_phase(s, x, y + 1, w, PHASE_ROW - 2, track_bar(k, i)->look);
		}
	}
	steps(t, s, l);
}

/* ---- messages ------------------------------------------------------------------------------------ */

void draw_mark(struct svg *s, double x, double y, unsigned look)
{
	double h = look == LOOK_BU ? -4 : 4;

	if (look == LOOK_BU || look == LOOK_BA || look == LOOK_REFUSED) {
		svg_colour(s, look == LOOK_BU ? SVG_DEEP_BLUE : look == LOOK_BA ? SVG_TEAL : SVG_RED);
		cairo_move_to(s->cr, x, y + h);
		cairo_line_to(s->cr, x - 3.5, y - h * 0.75);
		cairo_line_to(s->cr, x + 3.5, y - h * 0.75);
	} else {
		svg_colour(s, SVG_BLACK);
		cairo_move_to(s->cr, x, y - 3);
		cairo_line_to(s->cr, x + 3, y);
		cairo_line_to(s->cr, x, y + 3);
		cairo_line_to(s->cr, x - 3, y);
	}
	cairo_close_path(s->cr);
	cairo_fill(s->cr);
	if (look == LOOK_REFUSED)
		svg_cross(s, x + 7, y, 2.5);
}

static void marks(struct timeline *t, struct svg *s, struct tl_lane *l, int tracks)
{
	for (int n = 0; n < tracks; n++) {
		double y = l->y + l->height * (2 * n + 1) / (2 * tracks), free_from = 0, x, w;
		struct tl_track *k = &l->tracks[n];

		track_coarsen(k, timeline_points(t, 5), t->bars_per_track);
		for (guint i = 0; i < track_len(k); i++) {
			const struct tl_bar *b = track_bar(k, i);

			x = timeline_x(t, b->from);
			draw_mark(s, x, y, b->look);
			if (!b->label || x < free_from)
				continue;
			w = svg_label(s, x + 6, y, 0, SMALL, SVG_BLACK, b->label, t->left + t->plot - x - 6);
			free_from = x + w + 12;
		}
	}
}

/* ---- user data ----------------------------------------------------------------------------------- */

/* Heights in quarters of the busiest span: the eye shall see silences and changes, not the count's own jitter. */
static unsigned quarters(const struct tl_flow *f, guint bin, uint32_t most)
{
	return most ? (unsigned)(((uint64_t)f->bins[bin] * 4 + most - 1) / most) : 0;
}

/*
 * Counted spans put together until they are a point wide, and, where single packets cannot be told apart, until each
 * holds so many that their number does not jump by itself.
 */
static guint gather(const struct timeline *t, struct tl_flow *g)
{
	moor_time point = timeline_points(t, 1.0), least = g->interval > 4 * point ? point : MAX(point, 5 * g->interval);
	guint group = 1;

	while (group < TL_BINS && g->width * group < least)
		group *= 2;
	for (guint i = 0; i < TL_BINS; i += group) {
		uint32_t sum = 0;

		for (guint k = i; k < i + group; k++)
			sum += g->bins[k];
		g->bins[i / group] = sum;
	}
	g->width *= group;
	return TL_BINS / group;
}

static void density(const struct timeline *t, struct svg *s, const struct tl_lane *l)
{
	struct tl_flow g = *l->flow;
	guint n = gather(t, &g), next;
	uint32_t most = 0;

	for (guint i = 0; i < n; i++)
		most = MAX(most, g.bins[i]);
	for (guint i = 0; i < n; i = next) {
		unsigned q = quarters(&g, i, most);
		double x1 = MAX(timeline_x(t, g.first + i * g.width), t->left), x2;

		for (next = i + 1; next < n && quarters(&g, next, most) == q; next++)
			;
		x2 = MIN(timeline_x(t, g.first + next * g.width), MAX(timeline_x(t, g.at), x1 + BAR_LEAST));
		x2 = MIN(x2, t->left + t->plot);
		if (q && x2 > x1)
			cairo_rectangle(s->cr, x1, l->y + l->height * (4 - q) / 4, x2 - x1, l->height * q / 4);
	}
	svg_tint(s, SVG_TEAL, 0.7);
	cairo_fill(s->cr);
}

void draw_silence(struct svg *s, double x, double y, double w, double h)
{
	svg_tint(s, SVG_VERMILLION, 0.35);
	draw_box(s, x, y, w, h, false);
	svg_colour(s, SVG_RED);
	cairo_rectangle(s->cr, x, y, w, h);
	if (w > 5) {
		cairo_move_to(s->cr, x, y);
		cairo_line_to(s->cr, x + w, y + h);
		cairo_move_to(s->cr, x, y + h);
		cairo_line_to(s->cr, x + w, y);
	}
	cairo_set_line_width(s->cr, 0.8);
	cairo_stroke(s->cr);
}

static void flow(struct timeline *t, struct svg *s, struct tl_lane *l)
{
	struct tl_track *k = &l->tracks[0];

	if (l->flow->any)
		density(t, s, l);
	svg_colour(s, SVG_LINE);
	svg_line(s, t->left, l->y + l->height, t->left + t->plot, l->y + l->height, 0.6);
	track_coarsen(k, timeline_points(t, 1.0), t->bars_per_track);
	for (guint i = 0; i < track_len(k); i++) {
		double x, w, wide, free_to = i + 1 < track_len(k) ? timeline_x(t, track_bar(k, i + 1)->from) : t->left + t->plot;
		char buf[40], words[64];
		const struct tl_bar *b = track_bar(k, i);

		bar_place(t, b, &x, &w);
		draw_silence(s, x, l->y, w, l->height);
		g_snprintf(words, sizeof(words), "%s s", svg_seconds(b->to - b->from, 3, buf));
		wide = svg_wide(s, SMALL, words) + 6;
		if (b->n == 1 && w > wide)
			svg_text(s, x + w / 2, l->y + 4, 1, SMALL, SVG_RED, words);
		else if (b->n == 1 && free_to - x - w > wide)
			svg_text(s, x + w + 3, l->y + 4, 0, SMALL, SVG_RED, words);
	}
}

/* ---- all of them --------------------------------------------------------------------------------- */

static void lane(struct timeline *t, struct svg *s, struct tl_lane *l)
{
	double label_y = l->kind == LANE_PHASES ? l->y + 5 : l->y + l->height / 2;

	if (!t->narrow)
		svg_short(s, t->left - 6, label_y, 2, SMALL, SVG_BLACK, l->label, t->left - 14);
	else if (l->kind != LANE_PHASES && svg_wide(s, SMALL, l->label) <= t->plot)
		svg_text(s, t->left, l->y - TL_ROW, 0, SMALL, SVG_BLACK, l->label);
	else if (l->kind != LANE_PHASES)
		svg_short(s, t->left, l->y - TL_ROW / 2, 0, SMALL, SVG_BLACK, l->label, t->plot);
	switch (l->kind) {
	case LANE_LINK: case LANE_RADIO: case LANE_STATE:
		bars(t, s, l);
		break;
	case LANE_PHASES:
		phases(t, s, l);
		break;
	case LANE_SIGNALS:
		marks(t, s, l, 2);
		break;
	case LANE_NAT:
		marks(t, s, l, 1);
		break;
	case LANE_FLOW:
		flow(t, s, l);
		break;
	case LANE_KINDS:
		break;
	}
}

void draw_nodes(struct timeline *t, struct svg *s)
{
	for (guint i = 0; i < t->nodes->len; i++) {
		struct tl_node *n = t->nodes->pdata[i];

		if (!n->shown)
			continue;
		svg_colour(s, SVG_GREY);
		svg_line(s, 6, n->y, t->left + t->plot, n->y, 0.8);
		svg_short(s, 8, n->y + 9, 0, "Sans Bold 9", SVG_BLACK, n->name, t->width - 16);
		for (guint k = 0; k < n->lanes->len; k++)
			if (((struct tl_lane *)n->lanes->pdata[k])->height > 0)
				lane(t, s, n->lanes->pdata[k]);
	}
}

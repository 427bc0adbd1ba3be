/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The drawing parts that all pictures of a run share: an SVG page with Cairo, words with Pango, one palette. The
 * colours with names of their own are those of Okabe and Ito, which colour-blind people can tell apart; none of them
 * ever is the only sign of anything. Lengths are in points, y grows downwards.
 */
#ifndef MOOR_TRACES_SVG_H
#define MOOR_TRACES_SVG_H

#include <pango/pangocairo.h>
#include <stdbool.h>

#include "base/time.h"

enum svg_colour {
	SVG_BLACK, SVG_GREY, SVG_RED, SVG_BLUE, SVG_GREEN, SVG_LINE, SVG_WHITE,
	SVG_ORANGE, SVG_SKY, SVG_TEAL, SVG_YELLOW, SVG_DEEP_BLUE, SVG_VERMILLION, SVG_PURPLE
};

/* What the end of a picture's name says: ".svg" (and anything else), ".png", ".pdf". */
enum svg_format { SVG_IS_SVG, SVG_IS_PNG, SVG_IS_PDF };
enum svg_format svg_format_of(const char *path);

struct svg {
	cairo_t *cr;
	cairo_surface_t *surface;
	GHashTable *layouts;		/* font and words -> PangoLayout: most words stand on a page more than once */
	GString *file;
	enum svg_format format;
};

/* Widths of pictures in points: the least, and that of a page on a screen of 1280 dots. */
#define SVG_WIDTH_LEAST 170.0
#define SVG_WIDTH_MOST 2400.0
#define SVG_WIDTH_SCREEN 936.0
#define SVG_NARROW 400.0		/* below: a column of a paper, a telephone; letters and words get less room */

/* "84mm", "17.4cm", "3.5in", "252pt", "400px" (96 to the inch) in points. False: no length, or out of that range. */
bool svg_length(const char *text, double *points);

/*
 * A page on which nothing is drawn, for measuring words before the height of the real one is known; svg_begin_for goes
 * on with the words. svg_begin_for makes a white page in the format that the path wants (PNG: four dots to the point,
 * two on wide pages). svg_end writes the file, frees all and returns false with error when it cannot be written.
 */
void svg_begin_measure(struct svg *s);
void svg_begin_for(struct svg *s, const char *path, double width, double height);
bool svg_end(struct svg *s, const char *path, GError **error);

void svg_colour(struct svg *s, enum svg_colour c);
/* The same, mixed with white: strength 0 .. 1. */
void svg_tint(struct svg *s, enum svg_colour c, double strength);
/*
 * Words with their left (align 0), middle (1) or right (2) end at x and their upper edge at y, on white so that lines
 * do not cross them. font as Pango reads it, in true points: "Sans Bold 8". None is to be smaller than 8.
 */
void svg_text(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words);
/* The same without the white, its middle at height y, when it is at most `room` wide: else nothing. Width drawn. */
double svg_label(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
		 double room);
/* The same, shortened with dots where there is not enough room. */
double svg_short(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
		 double room);
/* How wide words are. */
double svg_wide(struct svg *s, const char *font, const char *words);
/* Words in lines that are at most `room` wide: how high they are, and the width of the longest line if w is there. */
double svg_high(struct svg *s, const char *font, const char *words, double room, double *w);
/* They with the left upper corner at x, y, on white if `paper`; align 2: their right ends at x + room. */
void svg_lines(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
	       double room, bool paper);
void svg_line(struct svg *s, double x1, double y1, double x2, double y2, double width);
void svg_cross(struct svg *s, double x, double y, double size);
void svg_tick(struct svg *s, double x, double y, double size);	/* a check mark */

/* Seconds with that many decimals, 0 .. 9; at >= 0. */
char *svg_seconds(moor_time at, unsigned decimals, char buf[40]);

#endif

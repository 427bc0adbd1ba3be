/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages, words and colours for the pictures of a run. It exists so that ladder and timeline look alike and say times
 * alike. No clause.
 */
#include "traces/svg.h"

#include <cairo/cairo-pdf.h>
#include <cairo/cairo-svg.h>
#include <string.h>

#include "traces/out.h"

#define PNG_DOTS 6e7			/* readers of PNG give up somewhere above */
#define PNG_SIDE 30000.0		/* Cairo's own limit is 32767 */
#define PNG_NARROW 600.0		/* points: made for a column or a page of a paper */
#define LEAST_ROOM 6.0			/* no word is that narrow: not worth measuring one */

/* The green is so blue that who sees no difference between red and green tells it from the red. */
static const struct { double r, g, b; } colours[] = {
	[SVG_BLACK] = { 0.15, 0.15, 0.15 }, [SVG_GREY] = { 0.38, 0.38, 0.38 }, [SVG_RED] = { 0.75, 0.1, 0.1 },
	[SVG_BLUE] = { 0.1, 0.3, 0.7 }, [SVG_GREEN] = { 0, 0.42, 0.37 }, [SVG_LINE] = { 0.85, 0.85, 0.85 },
	[SVG_WHITE] = { 1, 1, 1 },
	[SVG_ORANGE] = { 0.902, 0.624, 0 }, [SVG_SKY] = { 0.337, 0.706, 0.914 }, [SVG_TEAL] = { 0, 0.620, 0.451 },
	[SVG_YELLOW] = { 0.941, 0.894, 0.259 }, [SVG_DEEP_BLUE] = { 0, 0.447, 0.698 },
	[SVG_VERMILLION] = { 0.835, 0.369, 0 }, [SVG_PURPLE] = { 0.8, 0.475, 0.655 }
};

/*
 * Fontconfig keeps its tables until the process ends and has nobody to free them; a leak checker asks this function
 * what it need not tell.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

void svg_colour(struct svg *s, enum svg_colour c)
{
	cairo_set_source_rgb(s->cr, colours[c].r, colours[c].g, colours[c].b);
}

void svg_tint(struct svg *s, enum svg_colour c, double strength)
{
	double white = 1 - strength;

	cairo_set_source_rgb(s->cr, white + strength * colours[c].r, white + strength * colours[c].g,
			     white + strength * colours[c].b);
}

/* ---- words --------------------------------------------------------------------------------------- */

/* Sizes are points, and letters as wide on every page: nothing is fitted to the dots of a screen. */
static PangoLayout *new_layout(struct svg *s, const char *font, const char *words)
{
	PangoLayout *l = pango_cairo_create_layout(s->cr);
	PangoFontDescription *f = pango_font_description_from_string(font);
	cairo_font_options_t *o = cairo_font_options_create();
	char *valid = g_utf8_make_valid(words, -1);

	cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(pango_layout_get_context(l), o);
	pango_cairo_context_set_resolution(pango_layout_get_context(l), 72);
	pango_layout_context_changed(l);
	pango_layout_set_font_description(l, f);
	pango_layout_set_text(l, valid, -1);
	g_free(valid);
	cairo_font_options_destroy(o);
	pango_font_description_free(f);
	return l;
}

/* room 0: one line. */
static PangoLayout *lay_words(struct svg *s, const char *font, const char *words, double room, double *w, double *h)
{
	char *key = g_strdup_printf("%s\n%d\n%s", font, (int)room, words);
	PangoLayout *l = g_hash_table_lookup(s->layouts, key);
	PangoRectangle box;

	if (!l) {
		l = new_layout(s, font, words);
		if (room > 0) {
			pango_layout_set_width(l, (int)room * PANGO_SCALE);
			pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
		}
		g_hash_table_insert(s->layouts, g_strdup(key), l);
	}
	g_free(key);
	pango_layout_get_extents(l, NULL, &box);
	*w = (double)box.width / PANGO_SCALE;
	*h = (double)box.height / PANGO_SCALE;
	return l;
}

static void show(struct svg *s, PangoLayout *l, double x, double y, enum svg_colour c)
{
	svg_colour(s, c);
	cairo_move_to(s->cr, x, y);
	pango_cairo_show_layout(s->cr, l);
	cairo_new_path(s->cr);		/* else a circle drawn next would begin here */
}

void svg_text(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words)
{
	double w, h;
	PangoLayout *l = lay_words(s, font, words, 0, &w, &h);

	x -= align * w / 2.0;
	svg_colour(s, SVG_WHITE);
	cairo_rectangle(s->cr, x - 1, y, w + 2, h);
	cairo_fill(s->cr);
	show(s, l, x, y, c);
}

double svg_label(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
		 double room)
{
	double w, h;
	PangoLayout *l;

	if (room < LEAST_ROOM)
		return 0;
	l = lay_words(s, font, words, 0, &w, &h);
	if (w > room)
		return 0;
	show(s, l, x - align * w / 2.0, y - h / 2.0, c);
	return w;
}

double svg_short(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
		 double room)
{
	double w = svg_label(s, x, y, align, font, c, words, room);
	char *valid = w > 0 ? NULL : g_utf8_make_valid(words, -1);

	for (glong n = valid ? g_utf8_strlen(valid, -1) - 1 : 0; n > 0 && w <= 0; n--) {
		char *part = g_utf8_substring(valid, 0, n), *some = g_strconcat(g_strchomp(part), "\u2026", NULL);

		w = svg_label(s, x, y, align, font, c, some, room);
		g_free(some);
		g_free(part);
	}
	g_free(valid);
	return w;
}

double svg_wide(struct svg *s, const char *font, const char *words)
{
	double w, h;

	lay_words(s, font, words, 0, &w, &h);
	return w;
}

double svg_high(struct svg *s, const char *font, const char *words, double room, double *w)
{
	double wide, h;

	lay_words(s, font, words, MAX(room, 1.0), w ? w : &wide, &h);
	return h;
}

/* White as far as each line reaches. */
static void paper_below(struct svg *s, PangoLayout *l, double x, double y)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);

	do {
		PangoRectangle box;

		pango_layout_iter_get_line_extents(i, NULL, &box);
		cairo_rectangle(s->cr, x + (double)box.x / PANGO_SCALE - 1, y + (double)box.y / PANGO_SCALE,
				(double)box.width / PANGO_SCALE + 2, (double)box.height / PANGO_SCALE);
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
	svg_colour(s, SVG_WHITE);
	cairo_fill(s->cr);
}

void svg_lines(struct svg *s, double x, double y, int align, const char *font, enum svg_colour c, const char *words,
	       double room, bool paper)
{
	double w, h;
	PangoLayout *l = lay_words(s, font, words, MAX(room, 1.0), &w, &h);

	pango_layout_set_alignment(l, align == 2 ? PANGO_ALIGN_RIGHT : align == 1 ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
	if (paper)
		paper_below(s, l, x, y);
	show(s, l, x, y, c);
}

char *svg_seconds(moor_time at, unsigned decimals, char buf[40])
{
	int64_t unit = MOOR_S, whole = at / MOOR_S;

	for (unsigned i = 0; i < decimals; i++)
		unit /= 10;
	if (decimals)
		g_snprintf(buf, 40, "%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT, whole, (int)decimals, at % MOOR_S / unit);
	else
		g_snprintf(buf, 40, "%" G_GINT64_FORMAT, whole);
	return buf;
}

/* ---- lines --------------------------------------------------------------------------------------- */

void svg_line(struct svg *s, double x1, double y1, double x2, double y2, double width)
{
	cairo_set_line_width(s->cr, width);
	cairo_move_to(s->cr, x1, y1);
	cairo_line_to(s->cr, x2, y2);
	cairo_stroke(s->cr);
}

void svg_cross(struct svg *s, double x, double y, double size)
{
	svg_line(s, x - size, y - size, x + size, y + size, 2);
	svg_line(s, x - size, y + size, x + size, y - size, 2);
}

void svg_tick(struct svg *s, double x, double y, double size)
{
	cairo_set_line_width(s->cr, 1.6);
	cairo_move_to(s->cr, x - size, y);
	cairo_line_to(s->cr, x - size * 0.3, y + size * 0.8);
	cairo_line_to(s->cr, x + size, y - size);
	cairo_stroke(s->cr);
}

/* ---- the page ------------------------------------------------------------------------------------ */

static cairo_status_t collect(void *string, const unsigned char *p, unsigned int n)
{
	g_string_append_len(string, (const char *)p, n);
	return CAIRO_STATUS_SUCCESS;
}

enum svg_format svg_format_of(const char *path)
{
	return g_str_has_suffix(path, ".png") ? SVG_IS_PNG : g_str_has_suffix(path, ".pdf") ? SVG_IS_PDF : SVG_IS_SVG;
}

/* Fine enough for print, unless the page is so large that the picture would be too large for its readers. */
static double png_scale(double width, double height)
{
	double scale = width <= PNG_NARROW ? 4 : 2;

	while (scale > 1 && (width * height * scale * scale > PNG_DOTS || MAX(width, height) * scale > PNG_SIDE))
		scale /= 2;
	return scale;
}

static cairo_surface_t *surface_of(struct svg *s, double width, double height)
{
	double scale = png_scale(width, height);
	cairo_surface_t *surface = NULL;

	switch (s->format) {
	case SVG_IS_SVG:
		surface = cairo_svg_surface_create_for_stream(collect, s->file, width, height);
		break;
	case SVG_IS_PDF:
		surface = cairo_pdf_surface_create_for_stream(collect, s->file, width, height);
		/* equal runs shall give equal files, at any time */
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
		break;
	case SVG_IS_PNG:
		surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * scale + 0.5), (int)(height * scale + 0.5));
		cairo_surface_set_device_scale(surface, scale, scale);
		break;
	}
	return surface;
}

bool svg_length(const char *text, double *points)
{
	static const struct { const char *name; double points; } units[] = {
		{ "mm", 72 / 25.4 }, { "cm", 720 / 25.4 }, { "in", 72 }, { "pt", 1 }, { "px", 0.75 }
	};
	char *end;
	double v = g_ascii_strtod(text, &end);

	if (end == text || !g_ascii_isdigit(*text))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (!strcmp(end, units[i].name)) {
			*points = v * units[i].points;
			return *points >= SVG_WIDTH_LEAST - 0.1 && *points <= SVG_WIDTH_MOST;
		}
	return false;
}

static void words_begin(struct svg *s)
{
	s->layouts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
}

void svg_begin_measure(struct svg *s)
{
	*s = (struct svg){ .surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL) };
	s->cr = cairo_create(s->surface);
	words_begin(s);
}

void svg_begin_for(struct svg *s, const char *path, double width, double height)
{
	if (s->layouts) {
		cairo_destroy(s->cr);
		cairo_surface_destroy(s->surface);
	} else {
		words_begin(s);
	}
	s->format = svg_format_of(path);
	s->file = g_string_new(NULL);
	s->surface = surface_of(s, width, height);
	s->cr = cairo_create(s->surface);
	svg_colour(s, SVG_WHITE);
	cairo_paint(s->cr);
}

/*
 * Cairo numbers the page with what the process drew before it. Nothing refers to the number, and equal runs shall
 * give equal files.
 */
static void forget_number(GString *file)
{
	static const char mark[] = "<g id=\"surface";
	char *at = strstr(file->str, mark), *end = at ? strchr(at, '>') : NULL;

	if (end)
		g_string_erase(file, at + 2 - file->str, end - (at + 2));
}

/*
 * Cairo calls the letters of every file glyph0-1 and so on. Two pictures within one page would show one another's
 * letters: here they get names of this picture alone, of the same length.
 */
static void own_letters(GString *file)
{
	static const char common[] = "glyph";
	char own[sizeof(common)] = "";
	uint32_t h = 2166136261u;

	for (gsize i = 0; i < file->len; i++)
		h = (h ^ (guchar)file->str[i]) * 16777619u;
	for (size_t i = 0; i < sizeof(own) - 1; i++, h /= 26)
		own[i] = (char)('a' + h % 26);
	for (char *at = strstr(file->str, common); at; at = strstr(at, common)) {
		if (at > file->str && (at[-1] == '"' || at[-1] == '#'))
			memcpy(at, own, sizeof(own) - 1);
		at += sizeof(own) - 1;
	}
}

bool svg_end(struct svg *s, const char *path, GError **error)
{
	bool ok;

	g_hash_table_destroy(s->layouts);
	cairo_destroy(s->cr);
	if (s->format == SVG_IS_PNG && cairo_surface_status(s->surface) == CAIRO_STATUS_SUCCESS)
		cairo_surface_write_to_png_stream(s->surface, collect, s->file);
	cairo_surface_finish(s->surface);
	ok = cairo_surface_status(s->surface) == CAIRO_STATUS_SUCCESS;
	if (!ok)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
			    cairo_status_to_string(cairo_surface_status(s->surface)));
	cairo_surface_destroy(s->surface);
	if (s->format == SVG_IS_SVG) {
		forget_number(s->file);
		own_letters(s->file);
	}
	if (ok)
		ok = trace_out_file(path, s->file->str, s->file->len, error);
	g_string_free(s->file, TRUE);
	*s = (struct svg){ 0 };
	return ok;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script by which gnuplot draws a table of plot_data.c. The page is white, whatever stands around it; a line has a
 * colour of Okabe and Ito, a dash and a marker of its own, so that it is known without its colour, too; letters have
 * 9 points at the width of a paper's column. No clause.
 */
#include "traces/plot.h"

#include <string.h>

#define LETTERS 9
#define LETTER_WIDTH 5.0		/* points, of most of them */
#define AXIS_ROOM 60.0			/* what stands beside the plot */
#define SAMPLE_ROOM 34.0		/* and beside a name of the legend */
#define KEY_LETTER 5.6			/* points, with capitals among them */
#define PNG_SCALE 4			/* 288 dots to the inch */

static const struct { const char *colour, *dash; int marker; } looks[PLOT_LINES] = {
	{ "#0072B2", "solid", 7 }, { "#D55E00", "(9,3)", 5 }, { "#009E73", "(3,3)", 9 }, { "#CC79A7", "(9,3,3,3)", 13 },
	{ "#222222", "(14,4)", 6 }, { "#E69F00", "(2,2)", 4 }, { "#56B4E9", "(12,3,2,3,2,3)", 8 },
	{ "#707070", "(5,2)", 12 },
};

/* A text in single quotes. */
static void quoted(GString *out, const char *text)
{
	g_string_append_c(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			g_string_append_c(out, '\'');
		g_string_append_c(out, (guchar)*text < ' ' ? ' ' : *text);
	}
	g_string_append_c(out, '\'');
}

/* A label at a tic, which gnuplot takes for a format: "2%". */
static void quoted_tic(GString *out, const char *text)
{
	char **parts = g_strsplit(text, "%", -1), *doubled = g_strjoinv("%%", parts);

	quoted(out, doubled);
	g_free(doubled);
	g_strfreev(parts);
}

static void say(GString *out, const char *before, const char *text, const char *after)
{
	g_string_append(out, before);
	quoted(out, text);
	g_string_append(out, after);
}

static const struct plot_cell *cell_at(const struct plot *p, guint i)
{
	return &g_array_index(p->cells, struct plot_cell, i);
}

static const struct plot_cell *first_of(const struct plot *p, guint block)
{
	for (guint i = 0; i < p->cells->len; i++)
		if (plot_block(p, cell_at(p, i)) == block)
			return cell_at(p, i);
	return NULL;
}

static bool in_places(const struct plot *p)
{
	return p->o.kind == PLOT_BOX || p->o.kind == PLOT_MEAN || (p->o.kind == PLOT_SWEEP && !p->numeric);
}

static const char *tic_label(const struct plot *p, guint point)
{
	const struct plot_point *at = &g_array_index(p->points, struct plot_point, point);

	/* the value alone where nothing else differs: its name is the axis' */
	return *at->value && !*at->rest ? at->value : p->o.kind == PLOT_SWEEP ? at->value : at->label;
}

/* Steps side by side in one point: their names stand below them, and no legend is needed. */
static bool named_below(const struct plot *p)
{
	return (p->o.kind == PLOT_BOX || p->o.kind == PLOT_MEAN) && p->points->len == 1 && p->steps->len > 1;
}

static size_t longest_label(const struct plot *p)
{
	size_t n = 0;

	for (guint i = 0; i < p->points->len && !named_below(p); i++)
		n = MAX(n, spread_width(tic_label(p, i)));
	for (guint i = 0; i < p->steps->len && named_below(p); i++)
		n = MAX(n, spread_width(p->steps->pdata[i]));
	return n;
}

static double width_of(const struct plot *p)
{
	return p->o.width;
}

static bool slanted(const struct plot *p)
{
	/* steps of a point share four fifths of its place */
	double room = (width_of(p) - AXIS_ROOM) / (named_below(p) ? p->steps->len / 0.8 : p->points->len);

	return (double)longest_label(p) * LETTER_WIDTH + 10 > room;
}

static bool keyed(const struct plot *p)
{
	return plot_blocks(p) > 1 && !named_below(p);
}

/* ---- the legend -------------------------------------------------------------------------------------------------- */

static char *name_of(const struct plot *p, guint block)
{
	const struct plot_cell *c = first_of(p, block);

	return c ? plot_name(p, c) : g_strdup("no value");
}

/* "delay" where each line is called "delay=" and a value: that stands above them once. Else NULL; free it. */
static char *common_name(const struct plot *p)
{
	char *common = NULL;

	for (guint b = 0; b < plot_blocks(p); b++) {
		char *name = name_of(p, b), *equals = strchr(name, '=');
		bool same = equals && !strchr(equals + 1, '=');

		if (same)
			*equals = '\0';
		same = same && (!common || !strcmp(common, name));
		if (!common && same)
			common = g_strdup(name);
		g_free(name);
		if (!same) {
			g_free(common);
			return NULL;
		}
	}
	return common;
}

/* Cuts the middle out of a text that the picture has no room for. */
static char *cut_to(char *text, size_t room)
{
	glong n = g_utf8_strlen(text, -1);
	char *begin, *cut;

	if (spread_width(text) <= room || n < 8)
		return text;
	begin = g_utf8_substring(text, 0, (glong)room / 2);
	cut = g_strconcat(begin, "…", g_utf8_offset_to_pointer(text, n - ((glong)room - (glong)room / 2 - 1)), NULL);
	g_free(begin);
	g_free(text);
	return cut;
}

/* What stands beside a line's sample. */
static char *legend_of(const struct plot *p, guint block, bool common)
{
	char *name = name_of(p, block), *equals = strchr(name, '=');

	if (common && equals)
		memmove(name, equals + 1, strlen(equals + 1) + 1);
	return cut_to(name, (size_t)((width_of(p) - AXIS_ROOM - SAMPLE_ROOM) / KEY_LETTER));
}

/* ---- what the reader must know ----------------------------------------------------------------------------------- */

static void span_of_n(const struct plot *p, guint *least, guint *most)
{
	*least = G_MAXUINT;
	*most = 0;
	for (guint i = 0; i < p->cells->len; i++) {
		*least = MIN(*least, cell_at(p, i)->n);
		*most = MAX(*most, cell_at(p, i)->n);
	}
}

/* The sort of the figures, and over how many runs: a picture says so itself, wherever it is shown. Free it. */
static char *notes(const struct plot *p)
{
	static const char *const what[] = {
		[PLOT_ECDF] = "", [PLOT_BOX] = "box: quartiles, line: median, cross: mean,\nwhiskers: within 1.5 IQR\n",
		[PLOT_MEAN] = "mean, 95 % interval, ", [PLOT_SWEEP] = "mean, 95 % interval, "
	};
	GString *s = g_string_new(what[p->o.kind]);
	guint least, most;

	span_of_n(p, &least, &most);
	if (least == most)
		g_string_append_printf(s, "n = %u runs%s", most, p->cells->len > 1 ? " each" : "");
	else
		g_string_append_printf(s, "n = %u to %u runs", least, most);
	if (p->left_out)
		g_string_append_printf(s, "\n%u of %u runs did not pass: left out", p->left_out, p->left_out + p->runs);
	if (p->open)
		g_string_append_printf(s, "\n%u values are lower bounds", p->open);
	return g_string_free(s, FALSE);
}

static guint lines_in(const char *text)
{
	guint n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Above the plot: what is drawn, then the notes. */
static char *heading(const struct plot *p)
{
	const char *title = p->o.title ? p->o.title : p->steps->len == 1 ? p->steps->pdata[0] : "";
	char *note = notes(p), *both = *title ? g_strconcat(title, "\n", note, NULL) : g_strdup(note);

	g_free(note);
	return both;
}

/* Double quotes are for the new lines alone: in them gnuplot would run what stands between backquotes as a command. */
static void quoted_lines(GString *out, const char *text)
{
	char **parts = g_strsplit(text, "\n", -1);

	for (char **p = parts; *p; p++) {
		g_string_append(out, p > parts ? ".\"\\n\"." : "");
		quoted(out, *p);
	}
	g_strfreev(parts);
}

/* The distance of ticks on an axis of numbers, so that their labels do not touch; 0: gnuplot may choose. */
static double ticks(const struct plot *p)
{
	static const double steps[] = { 1, 2, 5 };
	double low = 0, high = 0, room = width_of(p) - AXIS_ROOM;
	bool any = false;

	for (guint i = 0; i < p->cells->len; i++) {
		const struct plot_cell *c = cell_at(p, i);
		double a = p->o.kind == PLOT_ECDF ? c->v[0] : g_array_index(p->points, struct plot_point, c->point).x;
		double b = p->o.kind == PLOT_ECDF ? c->v[c->n - 1] : a;

		low = any ? MIN(low, a) : a;
		high = any ? MAX(high, b) : b;
		any = true;
	}
	for (double unit = 0.001; high > low && unit < 1e9; unit *= 10)
		for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
			char *label = g_strdup_printf("%.6g", unit * steps[i] * ((int)(high / (unit * steps[i]))));
			double wide = (double)strlen(label) * 5.8 + 10;

			g_free(label);
			if ((high - low) / (unit * steps[i]) <= MIN(room / wide, 7))
				return unit * steps[i];
		}
	return 0;
}

/* Room for the lines of the legend, and for slanted labels. */
static double height_of(const struct plot *p)
{
	double h = MIN(p->o.width, 560.0) * 0.5 + 40;
	char *above = heading(p), *common = common_name(p);

	h += 11.0 * lines_in(above);
	g_free(above);
	if (keyed(p))
		h += 13.0 * (plot_blocks(p) + (common ? 2 : 0)) + 6;
	if (in_places(p) && slanted(p))
		h += MIN(150.0, (double)longest_label(p) * LETTER_WIDTH * 0.6);
	g_free(common);
	return h;
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

/* Nine points, as each of gnuplot's terminals counts them; that of PDF has points of 4/3 and is told so. */
static int letters(const char *picture)
{
	if (g_str_has_suffix(picture, ".png"))
		return (LETTERS * 3 + 3) / 4;
	return g_str_has_suffix(picture, ".pdf") ? LETTERS : LETTERS * 4 / 3;
}

static void terminal(const struct plot *p, const char *picture, GString *out)
{
	int w = (int)(width_of(p) + 0.5), h = (int)height_of(p);
	int wide = (int)(width_of(p) * 2540 / 72 + 0.5), high = h * 2540 / 72;	/* thousandths of a centimetre */

	if (g_str_has_suffix(picture, ".png"))
		g_string_append_printf(out, "set terminal pngcairo size %d,%d font 'Sans,%d' fontscale %d linewidth %d "
				       "pointscale %d background rgb 'white' noenhanced\n", w * PNG_SCALE, h * PNG_SCALE, letters(picture),
				       PNG_SCALE, PNG_SCALE, PNG_SCALE);
	else if (g_str_has_suffix(picture, ".pdf"))
		g_string_append_printf(out, "set terminal pdfcairo size %d.%03dcm,%d.%03dcm font 'Sans,%d' fontscale 0.75 "
				       "linewidth 1 background rgb 'white' noenhanced\n", wide / 1000, wide % 1000, high / 1000, high % 1000,
				       letters(picture));
	else
		g_string_append_printf(out, "set terminal svg size %d,%d font 'sans-serif,%d' linewidth 1 background rgb 'white' "
				       "noenhanced\n", w * 4 / 3, h * 4 / 3, letters(picture));
	say(out, "set output ", picture, "\n");
}

static void styles(const struct plot *p, const char *picture, GString *out)
{
	guint n = plot_blocks(p);
	char *above = heading(p);

	g_string_append(out, "\n# colours of Okabe and Ito; dashes and markers say the same\n");
	for (guint i = 0; i < n; i++)
		g_string_append_printf(out, "set linetype %u linecolor rgb '%s' linewidth 1.6 dashtype %s pointtype %d "
				       "pointsize 0.55\n", i + 1, looks[i].colour, looks[i].dash, looks[i].marker);
	g_string_append(out, "set border 3 linecolor rgb '#222222'\nset tics nomirror out scale 0.5\n"
			"set grid ytics linecolor rgb '#d8d8d8' linetype 1 dashtype solid linewidth 0.5\n"
			"set style fill transparent solid 0.2 noborder\nset datafile missing '-'\n");
	g_string_append(out, "set title ");
	quoted_lines(out, above);
	g_string_append_printf(out, " offset 0,-0.6 font ',%d'\nset tmargin %u.%u\n", letters(picture) - 1,
			       lines_in(above), 4 + MIN(lines_in(above), 4u));
	g_free(above);
	if (!keyed(p)) {
		g_string_append(out, "unset key\n");
		return;
	}
	g_string_append(out, "set key below left Left reverse maxcols 1 samplen 3 spacing 1.1 width 1 height 0.6");
	above = common_name(p);
	if (above) {
		char *two = g_strconcat("\n", above, NULL);

		g_string_append(out, " title ");
		quoted_lines(out, two);
		g_string_append(out, " left");
		g_free(two);
	}
	g_string_append_c(out, '\n');
	g_free(above);
}

static void axes(const struct plot *p, GString *out)
{
	char step[G_ASCII_DTOSTR_BUF_SIZE];
	char *figure = g_strdup_printf("%s (%s)", p->o.figure.figure,
				       p->o.figure.unit == UNIT_NS ? "ms" : "count");
	char *x = g_strdup_printf(*p->unit && p->numeric && p->o.kind == PLOT_SWEEP ? "%s (%s)" : "%s", p->parameter, p->unit);

	g_string_append(out, "\n# axes\n");
	say(out, p->o.kind == PLOT_ECDF ? "set xlabel " : "set ylabel ", figure,
	    p->o.kind == PLOT_ECDF ? " offset 0,0.6\n" : "\n");
	if (p->o.kind == PLOT_ECDF) {
		g_string_append(out, "set ylabel 'share of the runs'\nset yrange [0:1]\nset autoscale xfix\n"
				"set offsets graph 0.03, graph 0.03, 0, 0\n");
	} else {
		if (*p->parameter)
			say(out, "set xlabel ", x, in_places(p) && slanted(p) ? "\n" : " offset 0,0.6\n");
		g_string_append(out, p->o.kind == PLOT_BOX ?
				"set offsets 0, 0, graph 0.05, graph 0.05\nset yrange [0<*:*]\n" : "set yrange [0:*]\n");
	}
	if (in_places(p)) {
		g_string_append_printf(out, "set xrange [%s:%u.%u]\nset xtics %s(", named_below(p) ? "0.5" : "0.4",
				       p->points->len, named_below(p) ? 5 : 6, slanted(p) ? "rotate by 35 right " : "");
		for (guint i = 0; i < p->points->len && !named_below(p); i++) {
			quoted_tic(out, tic_label(p, i));
			g_string_append_printf(out, " %u%s", i + 1, i + 1 < p->points->len ? ", " : ")\n");
		}
		for (guint i = 0; i < p->steps->len && named_below(p); i++) {
			quoted_tic(out, p->steps->pdata[i]);
			g_ascii_formatd(step, sizeof step, "%.6f", plot_place(p, &(struct plot_cell){ .step = i }));
			g_string_append_printf(out, " %s%s", step, i + 1 < p->steps->len ? ", " : ")\n");
		}
	} else if (ticks(p) > 0) {
		g_string_append_printf(out, "set xtics %s\n", g_ascii_formatd(step, sizeof step, "%.6g", ticks(p)));
	}
	if (p->o.kind == PLOT_SWEEP && !in_places(p)) {
		g_string_append(out, "set autoscale xfix\nset offsets graph 0.03, graph 0.03, 0, 0\n# set logscale x\n");
	}
	g_free(figure);
	g_free(x);
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static void part(GString *out, guint block, const char *how, guint look)
{
	g_string_append_printf(out, "data index %u %s", block, how);
	g_string_append_printf(out, " linetype %u", look);
}

static void titled(GString *out, const char *name)
{
	say(out, " title ", name, "");
}

static void ecdf(const struct plot *p, GString *out, guint b, const char *name)
{
	const struct plot_cell *c = first_of(p, b);
	guint every = c ? MAX(c->n / 5, 1u) : 1;

	part(out, b, "using 1:2 with steps", b + 1);
	g_string_append(out, " notitle, \\\n     ");
	/* some markers, not at the same places for each line */
	g_string_append_printf(out, "data index %u every %u::%u using 1:2 with points linetype %u dashtype solid "
			       "notitle, \\\n     ", b, every, MIN(1 + b % every, every), b + 1);
	g_string_append_printf(out, "NaN with linespoints linetype %u", b + 1);
	titled(out, name);
}

static void box(const struct plot *p, GString *out, guint b, const char *name)
{
	/* fill patterns of gnuplot: 0 is empty */
	static const int patterns[PLOT_LINES] = { 0, 4, 2, 5, 6, 1, 7, 3 };
	double room = 0.56 / p->steps->len;
	char width[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(width, sizeof width, "%.3f", room);
	g_string_append_printf(out, "data index %u using 1:3:2:6:5:(%s) with candlesticks linetype %u dashtype solid "
			       "linewidth 1.2 fillstyle pattern %d border linetype %u", b, width, b + 1, patterns[b], b + 1);
	titled(out, name);
	g_string_append(out, " whiskerbars 0.5");
	g_string_append_printf(out, ", \\\n     data index %u using 1:4:4:4:4:(%s) with candlesticks linecolor "
			       "rgb '#222222' dashtype solid linewidth 2.4 notitle", b, width);
	g_string_append_printf(out, ", \\\n     data index %u using 1:($8 > 0 ? $7 : NaN) with points linecolor "
			       "rgb '#222222' pointtype 2 pointsize 0.6 linewidth 2 notitle", b);
	g_string_append_printf(out, ", \\\n     data index %u using 1:($8 == 0 ? $7 : NaN) with points linetype %u "
			       "pointtype 6 pointsize 0.5 linewidth 2 notitle", b, b + 1);
}

static void mean(const struct plot *p, GString *out, guint b, const char *name)
{
	bool line = p->o.kind == PLOT_SWEEP && p->numeric;

	if (line) {
		part(out, b, "using 1:3:4 with filledcurves", b + 1);
		g_string_append(out, " notitle, \\\n     ");
	}
	part(out, b, "using 1:2:3:4 with yerrorbars", b + 1);
	/* markers of their own: those of bars leave a hole around them */
	g_string_append(out, " dashtype solid linewidth 1 pointsize 0 notitle, \\\n     ");
	part(out, b, line ? "using 1:2 with linespoints" : "using 1:2 with points", b + 1);
	titled(out, name);
}

static void lines(const struct plot *p, GString *out)
{
	char *common = common_name(p);

	g_string_append(out, "\nplot ");
	for (guint b = 0; b < plot_blocks(p); b++) {
		char *name = legend_of(p, b, common != NULL);

		if (b)
			g_string_append(out, ", \\\n     ");
		switch (p->o.kind) {
		case PLOT_ECDF:
			ecdf(p, out, b, name);
			break;
		case PLOT_BOX:
			box(p, out, b, name);
			break;
		case PLOT_MEAN:
		case PLOT_SWEEP:
			mean(p, out, b, name);
			break;
		}
		g_free(name);
	}
	g_string_append_c(out, '\n');
	g_free(common);
}

void plot_script(const struct plot *p, const char *data, const char *picture, GString *out)
{
	g_string_append(out, "# draws the picture again, in the folder of the table: gnuplot --default-settings THIS\n");
	terminal(p, picture, out);
	g_string_append(out, "set encoding utf8\n");
	say(out, "data = ", data, "\n");
	styles(p, picture, out);
	axes(p, out);
	lines(p, out);
}

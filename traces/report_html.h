/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of which report*.c make their pages. Every text from outside goes through html_text, in contents and in
 * attributes alike; nothing from outside ever stands in the script. Internal.
 */
#ifndef MOOR_TRACES_REPORT_HTML_H
#define MOOR_TRACES_REPORT_HTML_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "traces/verdict.h"

/* Made at build time of report.css and report.js. */
extern const char report_css[], report_js[];

/* With < > & " ' escaped, control characters and what is no UTF-8 replaced. NULL: nothing. */
void html_text(GString *s, const char *text);
/* A whole element: <tag>text</tag>. tag may hold attributes that we wrote ourselves. */
void html_element(GString *s, const char *tag, const char *text);
void html_printf(GString *s, const char *tag, const char *fmt, ...) G_GNUC_PRINTF(3, 4);	/* the text, escaped */

/* Sections have an id for the contents and for links. */
void html_begin(GString *s, const char *title, const char *lead);
void html_verdict(GString *s, const char *verdict);		/* a word with a sign and a colour of its own */
/*
 * In front of all else of a page: files that are damaged, by the error that their reader gives. damage (may be NULL)
 * gets the same; free it.
 */
void html_damaged(GString *s, const char *error, char **damage);
void html_note(GString *s, const char *text);			/* something that the reader has to know */
void html_section(GString *s, const char *id, const char *title);
void html_section_end(GString *s);
void html_end(GString *s, const char *version);
/* The contents: a link to each section written since html_begin. Goes to the place that html_begin kept for it. */
void html_contents(GString *s);

/* A table in a box of its own, which scrolls. heads: separated by |, a leading # stands to the right. */
void html_table(GString *s, const char *caption, const char *heads);
/* class "cards": on narrow screens a row is a card; "tall": scrolls below its heads. */
void html_table_as(GString *s, const char *class, const char *caption, const char *heads);
void html_row(GString *s);
void html_cell(GString *s, const char *text);
void html_words(GString *s, const char *text);		/* a cell of words that are not broken */
void html_number(GString *s, const char *text);
void html_head_cell(GString *s, const char *text);		/* names its row */
void html_table_end(GString *s);

/* Two columns: what, and its value. */
void html_pair(GString *s, const char *name, const char *value);
/* Text as it is, in a box that scrolls. */
void html_listing(GString *s, const char *label, const char *text);

/*
 * SVG or PNG as a part of the page, with zoom. False when there is none, or one too large: that is told on the page.
 * narrow (may be NULL): SVG that takes its place where the page is not wider than 640 pixels.
 */
bool html_picture(GString *s, const char *dir, const char *file, const char *narrow, const char *title,
		  const char *alt);
/* All other pictures of the folder and of those below it that `mooring plot` writes into. How many. */
guint html_pictures(GString *s, const char *dir);

/* The root object of a file. NULL with error naming it. Free the parser with g_object_unref. */
JsonObject *html_manifest(const char *dir, const char *file, const char *format, JsonParser **p, GError **error);
/* A text; "" if there is none, or no text. o may be NULL, here and below. */
const char *html_member(JsonObject *o, const char *name);
bool html_integer(JsonObject *o, const char *name, gint64 *v);	/* false: there is none, or no whole number */
JsonArray *html_array(JsonObject *o, const char *name);		/* NULL: none */
JsonObject *html_array_object(JsonArray *a, guint i);		/* NULL if it is none */
const char *html_array_text(JsonArray *a, guint i);		/* "" if it is no text */

/* Writes DIR/report.html and frees s. */
bool html_write(GString *s, const char *dir, GError **error);

#endif

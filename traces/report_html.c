/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: parts of an HTML page
 *
 * Escaping, sections, tables, pictures and the frame around them. A page asks the browser to load nothing at all (its
 * content security policy says so, too), so that it is the same in ten years and without a network. It implements no
 * clause.
 */
#include "traces/report_html.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "traces/out.h"

#define PICTURE_MOST (8u * 1024 * 1024)	/* octets of a picture that is taken into the page */
#define PICTURES_MOST 40u
#define CONTENTS "<!-- contents -->"

/* ---- texts ------------------------------------------------------------------------------------------------------- */

void html_text(GString *s, const char *text)
{
	char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	for (const char *p = valid; p && *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '<')
			g_string_append(s, "&lt;");
		else if (c == '>')
			g_string_append(s, "&gt;");
		else if (c == '&')
			g_string_append(s, "&amp;");
		else if (c == '"')
			g_string_append(s, "&quot;");
		else if (c == '\'')
			g_string_append(s, "&#39;");
		else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			g_string_append(s, "\xef\xbf\xbd");
		else
			g_string_append_c(s, (char)c);
	}
	g_free(valid);
}

void html_element(GString *s, const char *tag, const char *text)
{
	g_string_append_printf(s, "<%s>", tag);
	html_text(s, text);
	g_string_append_printf(s, "</%.*s>\n", (int)strcspn(tag, " "), tag);
}

void html_printf(GString *s, const char *tag, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	html_element(s, tag, text);
	g_free(text);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

void html_begin(GString *s, const char *title, const char *lead)
{
	g_string_append(s, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
			"style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
	html_text(s, title);
	g_string_append(s, "</title>\n<style>\n");
	g_string_append(s, report_css);
	g_string_append(s, "</style>\n</head>\n<body>\n<a class=\"jump\" href=\"#main\">To the results</a>\n<header>\n");
	html_element(s, "h1", title);
	if (lead && *lead)
		html_element(s, "p class=\"lead\"", lead);
	g_string_append(s, CONTENTS "</header>\n<main id=\"main\">\n");
}

void html_contents(GString *s)
{
	GString *nav = g_string_new("<nav aria-label=\"Contents\"><ul>\n");
	const char *at = s->str, *place = strstr(s->str, CONTENTS);
	gssize where = place - s->str;

	/* only our own words can look like this: what comes from outside has no < left */
	while ((at = strstr(at, "<section id=\"")) != NULL) {
		const char *id = at + strlen("<section id=\""), *title = strstr(id, "<h2"), *end = strstr(id, "</h2>");

		if (title && end) {
			title = strchr(title, '>') + 1;
			g_string_append_printf(nav, "<li><a href=\"#%.*s\">%.*s</a></li>\n", (int)strcspn(id, "\""), id,
					       (int)(end - title), title);
		}
		at = id;
	}
	g_string_append(nav, "</ul></nav>\n");
	g_string_erase(s, where, (gssize)strlen(CONTENTS));
	g_string_insert(s, where, nav->str);
	g_string_free(nav, TRUE);
}

void html_end(GString *s, const char *version)
{
	g_string_append(s, "</main>\n<footer><p>Made by <code>mooring report</code> of mooring ");
	html_text(s, version);
	g_string_append(s, ". This page needs no network and no other file.</p></footer>\n<script>\n");
	g_string_append(s, report_js);
	g_string_append(s, "</script>\n</body>\n</html>\n");
	html_contents(s);
}

void html_verdict(GString *s, const char *verdict)
{
	static const struct { const char *name, *sign; } signs[] = {
		{ "pass", "\xe2\x9c\x93" }, { "fail", "\xe2\x9c\x97" }, { "error", "\xe2\x9c\x97" }, { "inconclusive", "?" },
		{ "skip", "\xe2\x80\x93" } };
	const char *class = "none", *sign = "\xe2\x80\xa6";

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (!strcmp(signs[i].name, verdict)) {
			class = signs[i].name;
			sign = signs[i].sign;
		}
	g_string_append_printf(s, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> ", class, sign);
	html_text(s, *verdict ? verdict : "no verdict");
	g_string_append(s, "</span>");
}

void html_note(GString *s, const char *text)
{
	html_element(s, "p class=\"note\" role=\"note\"", text);
}

/* Readers name the option of other commands by which they take what is there: here it is taken. */
static char *without_option(const char *error)
{
	const char *option = strstr(error, " (--partial");

	return option ? g_strndup(error, (gsize)(option - error)) : g_strdup(error);
}

void html_damaged(GString *s, const char *error, char **damage)
{
	char *what = without_option(error);

	html_printf(s, "p class=\"note\" role=\"note\"",
		    "These results are damaged: %s. What follows is what is left of them.", what);
	if (damage)
		*damage = what;
	else
		g_free(what);
}

void html_section(GString *s, const char *id, const char *title)
{
	g_string_append_printf(s, "<section id=\"%s\" aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">", id, id, id);
	html_text(s, title);
	g_string_append(s, "</h2>\n");
}

void html_section_end(GString *s)
{
	g_string_append(s, "</section>\n");
}

/* ---- tables and lists -------------------------------------------------------------------------------------------- */

void html_table(GString *s, const char *caption, const char *heads)
{
	html_table_as(s, "", caption, heads);
}

void html_table_as(GString *s, const char *class, const char *caption, const char *heads)
{
	char **names = g_strsplit(heads, "|", -1);

	g_string_append_printf(s, "<div class=\"box %s\" tabindex=\"0\" role=\"region\" aria-label=\"", class);
	html_text(s, caption);
	g_string_append(s, "\"><table>\n<caption>");
	html_text(s, caption);
	g_string_append(s, "</caption>\n<thead><tr>");
	for (char **n = names; *n && **names; n++)
		html_element(s, **n == '#' ? "th scope=\"col\" class=\"num\"" : "th scope=\"col\"", **n == '#' ? *n + 1 : *n);
	g_string_append(s, "</tr></thead>\n<tbody>\n");
	g_strfreev(names);
}

void html_row(GString *s)
{
	g_string_append(s, "<tr>");
}

void html_cell(GString *s, const char *text)
{
	html_element(s, "td", text);
}

void html_words(GString *s, const char *text)
{
	char **words = g_strsplit(text, " ", -1);

	g_string_append(s, "<td class=\"wrap small\">");
	for (char **w = words; *w; w++) {
		g_string_append(s, w > words ? " <span class=\"nb\">" : "<span class=\"nb\">");
		html_text(s, *w);
		g_string_append(s, "</span>");
	}
	g_string_append(s, "</td>\n");
	g_strfreev(words);
}

void html_number(GString *s, const char *text)
{
	html_element(s, "td class=\"num\"", text);
}

void html_head_cell(GString *s, const char *text)
{
	html_element(s, "th scope=\"row\"", text);
}

void html_table_end(GString *s)
{
	g_string_append(s, "</tbody></table></div>\n");
}

void html_pair(GString *s, const char *name, const char *value)
{
	html_row(s);
	html_head_cell(s, name);
	html_element(s, "td class=\"wrap\"", value);
	g_string_append(s, "</tr>\n");
}

void html_listing(GString *s, const char *label, const char *text)
{
	g_string_append(s, "<pre tabindex=\"0\" role=\"region\" aria-label=\"");
	html_text(s, label);
	g_string_append(s, "\"><code>");
	html_text(s, text);
	g_string_append(s, "</code></pre>\n");
}

/* ---- pictures ---------------------------------------------------------------------------------------------------- */

struct embedded {
	const char *octets, *narrow;	/* narrow: NULL, or SVG */
	gsize n;
	bool svg;
};

static void source(GString *s, const char *narrow)
{
	char *base64 = g_base64_encode((const guchar *)narrow, strlen(narrow));

	g_string_append_printf(s, "<source media=\"(max-width: 640px)\" srcset=\"data:image/svg+xml;base64,%s\">", base64);
	g_free(base64);
}

static void embed(GString *s, const struct embedded *e, const char *title, const char *alt)
{
	char *base64 = g_base64_encode((const guchar *)e->octets, e->n);

	g_string_append(s, "<figure class=\"picture\">\n<figcaption>");
	html_text(s, title);
	g_string_append(s, "</figcaption>\n<div class=\"zoom\" hidden></div>\n"
			"<div class=\"box paper\" tabindex=\"0\" role=\"region\" aria-label=\"");
	html_text(s, title);
	g_string_append(s, "\"><picture>");
	if (e->narrow)
		source(s, e->narrow);
	g_string_append(s, "<img alt=\"");
	html_text(s, alt);
	g_string_append_printf(s, "\" src=\"data:image/%s;base64,%s\"></picture></div>\n</figure>\n",
			       e->svg ? "svg+xml" : "png", base64);
	g_free(base64);
}

bool html_picture(GString *s, const char *dir, const char *file, const char *narrow, const char *title,
		  const char *alt)
{
	char *path = g_build_filename(dir, file, NULL), *octets = NULL, *why = NULL;
	bool svg = g_str_has_suffix(file, ".svg");
	gsize n = 0;

	if (!g_file_get_contents(path, &octets, &n, NULL))
		why = g_strdup_printf("%s is not in the folder.", file);
	else if (n > PICTURE_MOST)
		why = g_strdup_printf("%s has %" G_GSIZE_FORMAT " octets and is left out of this page; it is in the folder.", file,
				      n);
	else if (svg ? !g_strstr_len(octets, (gssize)n, "</svg>") : n < 8 || memcmp(octets, "\x89PNG", 4))
		why = g_strdup_printf("%s is no whole picture and is left out.", file);
	if (why)
		html_note(s, why);
	else
		embed(s, &(struct embedded){ octets, narrow, n, svg }, title, alt);
	g_free(octets);
	g_free(path);
	if (!why)
		return true;
	g_free(why);
	return false;
}

static void find_in(GPtrArray *found, const char *dir, const char *below)
{
	char *path = g_build_filename(dir, below, NULL);
	GDir *d = g_dir_open(path, 0, NULL);

	for (const char *name; d && (name = g_dir_read_name(d)) != NULL;)
		if ((g_str_has_suffix(name, ".svg") || g_str_has_suffix(name, ".png")) && strcmp(name, "ladder.svg")
		    && strcmp(name, "timeline.svg"))
			g_ptr_array_add(found, *below ? g_build_filename(below, name, NULL) : g_strdup(name));
	if (d)
		g_dir_close(d);
	g_free(path);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of a picture that is there as PNG and as SVG, the SVG. */
static bool is_twin(const GPtrArray *found, const char *name)
{
	char *stem;
	bool twin = false;

	if (!g_str_has_suffix(name, ".png"))
		return false;
	stem = g_strndup(name, strlen(name) - 4);
	for (guint i = 0; i < found->len; i++) {
		const char *other = found->pdata[i];

		twin = twin || (g_str_has_prefix(other, stem) && !strcmp(other + strlen(stem), ".svg"));
	}
	g_free(stem);
	return twin;
}

/* What `mooring plot` calls its pictures, in words: "box-total.svg" is a box plot of total. Free it. */
static char *picture_title(const char *file)
{
	static const struct { const char *kind, *words; } kinds[] = {
		{ "ecdf-", "Distribution (ECDF) of" }, { "box-", "Box plot of" }, { "mean-", "Means of" },
		{ "sweep-", "Over what was swept:" }, { "plot-", "" }, { "topology", "Topology" } };
	char *name = g_path_get_basename(file), *title = NULL;
	size_t stem = strlen(name) - 4;

	for (size_t i = 0; i < G_N_ELEMENTS(kinds) && !title; i++) {
		size_t n = strlen(kinds[i].kind);

		if (g_str_has_prefix(name, kinds[i].kind))
			title = g_strdup_printf("%s%s%.*s (%s)", kinds[i].words, *kinds[i].words && stem > n ? " " : "",
						(int)(stem > n ? stem - n : 0), name + n, file);
	}
	if (title)
		title[0] = g_ascii_toupper(title[0]);
	g_free(name);
	return title ? title : g_strdup(file);
}

guint html_pictures(GString *s, const char *dir)
{
	static const char *const below[] = { "", "plots", "pictures", "figures" };
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	guint shown = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(below); i++)
		find_in(found, dir, below[i]);
	g_ptr_array_sort(found, by_name);
	if (found->len)
		html_section(s, "pictures", "Pictures");
	g_string_append(s, found->len ? "<div class=\"pictures\">\n" : "");
	for (guint i = 0; i < found->len && shown < PICTURES_MOST; i++) {
		char *title = picture_title(found->pdata[i]);
		char *alt = g_strdup_printf("%s; its figures are in the tables of this page or beside the file.", title);

		if (!is_twin(found, found->pdata[i]))
			shown += html_picture(s, dir, found->pdata[i], NULL, title, alt);
		g_free(alt);
		g_free(title);
	}
	g_string_append(s, found->len ? "</div>\n" : "");
	if (found->len && shown == PICTURES_MOST)
		html_note(s, "Only the first 40 pictures of the folder are on this page.");
	if (found->len)
		html_section_end(s);
	g_ptr_array_unref(found);
	return shown;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static JsonObject *refuse(JsonParser **p, const char *path, const char *what, GError **error)
{
	bool named = g_str_has_prefix(what, path);

	g_clear_error(error);
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s%s%s", named ? "" : path, named ? "" : ": ", what);
	g_clear_object(p);
	return NULL;
}

JsonObject *html_manifest(const char *dir, const char *file, const char *format, JsonParser **p, GError **error)
{
	char *path = g_build_filename(dir, file, NULL);
	JsonObject *o = NULL;
	JsonNode *root;
	GError *e = NULL;

	*p = json_parser_new();
	if (!json_parser_load_from_file(*p, path, &e)) {
		refuse(p, path, e->message, error);
	} else {
		root = json_parser_get_root(*p);
		o = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
		if (!o || strcmp(html_member(o, "format"), format))
			o = refuse(p, path, "is no manifest of a format that this program knows", error);
	}
	g_clear_error(&e);
	g_free(path);
	return o;
}

const char *html_member(JsonObject *o, const char *name)
{
	JsonNode *n = o ? json_object_get_member(o, name) : NULL;

	return n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_get_string(n) : "";
}

bool html_integer(JsonObject *o, const char *name, gint64 *v)
{
	JsonNode *n = o ? json_object_get_member(o, name) : NULL;

	if (!n || !JSON_NODE_HOLDS_VALUE(n) || json_node_get_value_type(n) != G_TYPE_INT64)
		return false;
	*v = json_node_get_int(n);
	return true;
}

JsonObject *html_array_object(JsonArray *a, guint i)
{
	JsonNode *n = json_array_get_element(a, i);

	return JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;
}

JsonArray *html_array(JsonObject *o, const char *name)
{
	JsonNode *n = o ? json_object_get_member(o, name) : NULL;

	return n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
}

const char *html_array_text(JsonArray *a, guint i)
{
	JsonNode *n = json_array_get_element(a, i);

	return JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_get_string(n) : "";
}

bool html_write(GString *s, const char *dir, GError **error)
{
	char *path = g_build_filename(dir, "report.html", NULL);
	bool ok = trace_out_file(path, s->str, s->len, error);

	g_string_free(s, TRUE);
	g_free(path);
	return ok;
}

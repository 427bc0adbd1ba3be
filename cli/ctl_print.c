/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: answers for people
 *
 * Knows no answer in particular: names ending in _ns are times, lists of objects are tables whose columns are the names
 * in the order in which they come. It implements no clause.
 */
#include "cli/ctl_print.h"

#include <string.h>

static bool is_time(const char *name)
{
	return g_str_has_suffix(name, "_ns") || !strcmp(name, "t");
}

/* A name without its unit. */
static char *title(const char *name)
{
	char *text = g_strndup(name, strlen(name) - (g_str_has_suffix(name, "_ns") ? 3 : 0));

	return g_strdelimit(text, "_", ' ');
}

static char *time_text(gint64 ns)
{
	if (ns < 1000000 && ns > -1000000)
		return g_strdup_printf("%.1f us", (double)ns / 1e3);
	if (ns < 1000000000 && ns > -1000000000)
		return g_strdup_printf("%.3f ms", (double)ns / 1e6);
	return g_strdup_printf("%.3f s", (double)ns / 1e9);
}

/* A single value, or a list of them; objects as name value pairs. */
static char *value_text(const char *name, JsonNode *n);

static char *joined(JsonNode *n)
{
	GString *out = g_string_new(NULL);
	JsonArray *list = JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	JsonObject *o = JSON_NODE_HOLDS_OBJECT(n) ? json_node_get_object(n) : NULL;

	for (guint i = 0; list && i < json_array_get_length(list); i++) {
		char *text = value_text("", json_array_get_element(list, i));

		g_string_append_printf(out, "%s%s", i ? ", " : "", text);
		g_free(text);
	}
	for (GList *m = o ? json_object_get_members(o) : NULL; m; m = g_list_delete_link(m, m)) {
		char *name = title(m->data), *text = value_text(m->data, json_object_get_member(o, m->data));

		g_string_append_printf(out, "%s%s %s", out->len ? ", " : "", name, text);
		g_free(name);
		g_free(text);
	}
	return g_string_free(out, FALSE);
}

static char *value_text(const char *name, JsonNode *n)
{
	if (!JSON_NODE_HOLDS_VALUE(n))
		return JSON_NODE_HOLDS_NULL(n) ? g_strdup("-") : joined(n);
	if (json_node_get_value_type(n) == G_TYPE_INT64)
		return is_time(name) ? time_text(json_node_get_int(n))
				     : g_strdup_printf("%" G_GINT64_FORMAT, json_node_get_int(n));
	if (json_node_get_value_type(n) == G_TYPE_BOOLEAN)
		return g_strdup(json_node_get_boolean(n) ? "yes" : "no");
	if (json_node_get_value_type(n) == G_TYPE_STRING)
		return g_strdup(json_node_get_string(n));
	return g_strdup_printf("%g", json_node_get_double(n));
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static bool is_table(JsonNode *n)
{
	JsonArray *list = JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;

	return list && json_array_get_length(list) && JSON_NODE_HOLDS_OBJECT(json_array_get_element(list, 0));
}

/* The names that any row has; each where the first row that has it has it. */
static GPtrArray *columns(JsonArray *rows)
{
	GPtrArray *all = g_ptr_array_new();

	for (guint i = 0; i < json_array_get_length(rows); i++) {
		guint at = 0;

		for (GList *m = json_object_get_members(json_array_get_object_element(rows, i)); m; m = g_list_delete_link(m, m)) {
			guint k = 0;

			while (k < all->len && strcmp(all->pdata[k], m->data))
				k++;
			if (k == all->len)
				g_ptr_array_insert(all, (gint)(k = MIN(at, all->len)), m->data);
			at = k + 1;
		}
	}
	return all;
}

static char *cell(JsonObject *row, const char *name)
{
	return json_object_has_member(row, name) ? value_text(name, json_object_get_member(row, name)) : g_strdup("-");
}

static void print_row(GString *out, char **cells, const size_t *widths, guint n)
{
	for (guint k = 0; k < n; k++) {
		g_string_append(out, cells[k]);
		for (size_t len = (size_t)g_utf8_strlen(cells[k], -1); k + 1 < n && len < widths[k] + 2; len++)
			g_string_append_c(out, ' ');
	}
	g_string_append_c(out, '\n');
}

static void print_table(GString *out, JsonArray *rows)
{
	GPtrArray *names = columns(rows);
	guint n = json_array_get_length(rows), wide = names->len;
	char **cells = g_new0(char *, (gsize)(n + 1) * wide + 1);
	size_t *widths = g_new0(size_t, wide + 1);

	for (guint i = 0; i <= n; i++)
		for (guint k = 0; k < wide; k++) {
			char **at = &cells[i * wide + k];

			*at = i ? cell(json_array_get_object_element(rows, i - 1), names->pdata[k]) : title(names->pdata[k]);
			for (char *p = *at; !i && *p; p++)
				*p = g_ascii_toupper(*p);
			widths[k] = MAX(widths[k], (size_t)g_utf8_strlen(*at, -1));
		}
	for (guint i = 0; i <= n; i++)
		print_row(out, &cells[i * wide], widths, wide);
	g_strfreev(cells);
	g_free(widths);
	g_ptr_array_unref(names);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* An action that was done, or will be. */
static void print_action(JsonObject *o, GString *out)
{
	char *at = time_text(json_object_get_int_member_with_default(o, "at_ns", 0));

	g_string_append_printf(out, "%s at %s\n", json_object_get_string_member(o, "do"), at);
	g_free(at);
}

void ctl_print(JsonObject *answer, GString *out)
{
	JsonNode *table = NULL;

	if (json_object_has_member(answer, "do")) {
		print_action(answer, out);
		return;
	}

	for (GList *m = json_object_get_members(answer); m; m = g_list_delete_link(m, m)) {
		const char *name = m->data;
		JsonNode *v = json_object_get_member(answer, name);
		char *what, *text;

		if (!strcmp(name, "ok") || !strcmp(name, "id"))
			continue;
		if (is_table(v)) {
			table = v;
			continue;
		}
		what = title(name);
		text = value_text(name, v);
		g_string_append_printf(out, "%-13s %s\n", what, *text ? text : "none");
		g_free(what);
		g_free(text);
	}
	if (!table)
		return;
	g_string_append_c(out, '\n');
	print_table(out, json_node_get_array(table));
}

void ctl_print_record(JsonObject *o, GString *out)
{
	gint64 t = json_object_has_member(o, "t") ? json_object_get_int_member(o, "t") : 0;
	const char *node = json_object_has_member(o, "node") ? json_object_get_string_member(o, "node") : "-";
	const char *kind = json_object_has_member(o, "kind") ? json_object_get_string_member(o, "kind") : "?";

	g_string_append_printf(out, "%10.6f  %-8s %-11s", (double)t / 1e9, node, kind);
	for (GList *m = json_object_get_members(o); m; m = g_list_delete_link(m, m)) {
		const char *name = m->data;
		char *text;

		if (!strcmp(name, "t") || !strcmp(name, "node") || !strcmp(name, "kind") || !strcmp(name, "message"))
			continue;
		text = value_text(name, json_object_get_member(o, name));
		g_string_append_printf(out, " %s=%s", name, text);
		g_free(text);
	}
	g_string_append_c(out, '\n');
}

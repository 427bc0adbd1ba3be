/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the expectations of a run back from its manifest. It exists because pictures that are drawn later show them as
 * those that were drawn with the run do. No clause.
 */
#include "traces/checks.h"

#include <stdbool.h>
#include <string.h>

#include "traces/members.h"

static bool time_member(JsonObject *o, const char *key, moor_time *t)
{
	JsonNode *n = json_object_get_member(o, key);

	if (!n || !JSON_NODE_HOLDS_VALUE(n) || json_node_get_value_type(n) != G_TYPE_INT64 || json_node_get_int(n) < 0)
		return false;
	*t = json_node_get_int(n);
	return true;
}

static const char *kept(struct checks *c, JsonObject *o, const char *key)
{
	const char *text = member_text(o, key);

	return *text ? g_string_chunk_insert(c->texts, text) : NULL;
}

static void add(struct checks *c, JsonObject *o)
{
	struct trace_check check = { .id = kept(c, o, "id"), .clause = kept(c, o, "clause"), .message = kept(c, o, "message"),
				     .at = MOOR_NEVER };
	const char *verdict = member_text(o, "verdict");

	time_member(o, "at_ns", &check.at);
	for (int v = VERDICT_PASS; v <= VERDICT_ERROR && check.id; v++)
		if (!strcmp(verdict, verdict_name((enum verdict)v))) {
			check.verdict = (enum verdict)v;
			g_array_append_val(c->a, check);
		}
}

static void take(struct checks *c, JsonObject *o)
{
	JsonNode *n = json_object_get_member(o, "checks");
	JsonArray *a = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	const char *name = member_text(o, "run"), *seed = member_text(o, "seed");

	for (guint i = 0; a && i < json_array_get_length(a); i++) {
		JsonNode *e = json_array_get_element(a, i);

		if (JSON_NODE_HOLDS_OBJECT(e))
			add(c, json_node_get_object(e));
	}
	time_member(o, "end_ns", &c->end);
	if (*name)
		c->title = *seed ? g_strdup_printf("%s (seed\xc2\xa0%s)", name, seed) : g_strdup(name);
}

struct checks *checks_of_folder(const char *dir)
{
	struct checks *c = g_new0(struct checks, 1);
	JsonParser *p = json_parser_new();
	char *path = g_build_filename(dir, "run.json", NULL);

	c->a = g_array_new(FALSE, FALSE, sizeof(struct trace_check));
	c->texts = g_string_chunk_new(512);
	c->end = MOOR_NEVER;
	if (json_parser_load_from_file(p, path, NULL) && json_parser_get_root(p) &&
	    JSON_NODE_HOLDS_OBJECT(json_parser_get_root(p)))
		take(c, json_node_get_object(json_parser_get_root(p)));
	if (!c->title)
		c->title = g_path_get_basename(dir);
	g_free(path);
	g_object_unref(p);
	return c;
}

void checks_free(struct checks *c)
{
	if (!c)
		return;
	g_array_unref(c->a);
	g_string_chunk_free(c->texts);
	g_free(c->title);
	g_free(c);
}

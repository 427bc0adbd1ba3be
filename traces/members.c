/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads members of JSON objects without trusting their kind: json-glib would complain on standard error about a member
 * that is missing or of another kind. It exists for the manifests of results, which people edit and kills cut short.
 */
#include "traces/members.h"

const char *member_text(JsonObject *o, const char *key)
{
	JsonNode *n = json_object_get_member(o, key);

	return n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == G_TYPE_STRING ? json_node_get_string(n) : "";
}

guint member_count(JsonObject *o, const char *key)
{
	JsonNode *n = json_object_get_member(o, key);
	gint64 v = n && JSON_NODE_HOLDS_VALUE(n) && json_node_get_value_type(n) == G_TYPE_INT64 ? json_node_get_int(n) : 0;

	return v > 0 && v <= G_MAXUINT ? (guint)v : 0;
}

/* NULL-ended, what is no text is left out; free it. */
char **member_texts(JsonObject *o, const char *key)
{
	JsonNode *n = json_object_get_member(o, key);
	JsonArray *a = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
	GPtrArray *list = g_ptr_array_new();

	for (guint i = 0; a && i < json_array_get_length(a); i++) {
		JsonNode *e = json_array_get_element(a, i);

		if (JSON_NODE_HOLDS_VALUE(e) && json_node_get_value_type(e) == G_TYPE_STRING)
			g_ptr_array_add(list, g_strdup(json_node_get_string(e)));
	}
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the manifest of many runs
 *
 * Written before the first run and again when all are over, read when they are gone on with or put together. Nothing in
 * it depends on the machine, on time, or on who ran what, so that equal results have equal manifests. It implements no
 * clause.
 */
#include "cli/run_state.h"

#include <string.h>

#include "moor-config.h"
#include "traces/members.h"
#include "traces/out.h"
#include "traces/summary.h"

#define FORMAT "mooring-runs-1"

static void point_free(gpointer data)
{
	struct run_point *p = data;

	g_free(p->name);
	g_free(p->file);
	g_free(p->hash);
	g_strfreev(p->overrides);
	g_free(p);
}

struct run_state *run_state_new(const char *engine, char *const *sets, guint runs, struct shard shard)
{
	static char *none[] = { NULL };
	struct run_state *s = g_new0(struct run_state, 1);

	s->version = g_strdup(MOORING_VERSION);
	s->engine = g_strdup(engine);
	s->state = g_strdup("running");
	s->sets = g_strdupv(sets ? (char **)sets : none);
	s->runs = runs;
	s->shard = shard;
	s->points = g_ptr_array_new_with_free_func(point_free);
	return s;
}

void run_state_free(struct run_state *s)
{
	if (!s)
		return;
	g_free(s->version);
	g_free(s->engine);
	g_free(s->state);
	g_strfreev(s->sets);
	g_ptr_array_unref(s->points);
	g_free(s);
}

static struct run_point *point_called(const struct run_state *s, const char *name)
{
	for (guint i = 0; i < s->points->len; i++) {
		struct run_point *p = s->points->pdata[i];

		if (!strcmp(p->name, name))
			return p;
	}
	return NULL;
}

void run_state_point(struct run_state *s, const char *name, const char *file, const char *hash, char *const *overrides)
{
	struct run_point *last = s->points->len ? s->points->pdata[s->points->len - 1] : NULL;
	struct run_point *p;

	if (last && !strcmp(last->name, name))
		return;
	p = g_new0(struct run_point, 1);
	p->name = g_strdup(name);
	p->file = g_strdup(file);
	p->hash = g_strdup(hash);
	p->overrides = g_strdupv((char **)overrides);
	g_ptr_array_add(s->points, p);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_list(GString *t, char *const *list)
{
	g_string_append_c(t, '[');
	for (guint i = 0; list[i]; i++) {
		g_string_append(t, i ? ", " : "");
		summary_json_text(t, list[i]);
	}
	g_string_append_c(t, ']');
}

static void put_point(GString *t, const struct run_point *p)
{
	g_string_append(t, "\n    {\"point\": ");
	summary_json_text(t, p->name);
	g_string_append(t, ", \"file\": ");
	summary_json_text(t, p->file);
	g_string_append(t, ", \"hash\": ");
	summary_json_text(t, p->hash);
	g_string_append(t, ", \"overrides\": ");
	put_list(t, p->overrides);
	g_string_append_c(t, '}');
}

bool run_state_write(const struct run_state *s, const char *dir, GError **error)
{
	GString *t = g_string_new("{\n  \"format\": \"" FORMAT "\",\n  \"version\": ");
	char *path = g_build_filename(dir, "runs.json", NULL);
	bool ok;

	summary_json_text(t, s->version);
	g_string_append(t, ",\n  \"state\": ");
	summary_json_text(t, s->state);
	g_string_append(t, ",\n  \"engine\": ");
	summary_json_text(t, s->engine);
	if (s->shard.n)
		g_string_append_printf(t, ",\n  \"shard\": \"%u/%u\"", s->shard.i, s->shard.n);
	g_string_append_printf(t, ",\n  \"runs\": %u,\n  \"written\": %u,\n  \"set\": ", s->runs, s->written);
	put_list(t, s->sets);
	g_string_append(t, ",\n  \"points\": [");
	for (guint i = 0; i < s->points->len; i++) {
		g_string_append(t, i ? "," : "");
		put_point(t, s->points->pdata[i]);
	}
	g_string_append(t, s->points->len ? "\n  ]\n}\n" : "]\n}\n");
	ok = trace_out_file(path, t->str, t->len, error);
	g_string_free(t, TRUE);
	g_free(path);
	return ok;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void read_points(struct run_state *s, JsonObject *o)
{
	JsonNode *n = json_object_get_member(o, "points");
	JsonArray *a = n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;

	for (guint i = 0; a && i < json_array_get_length(a); i++) {
		JsonNode *e = json_array_get_element(a, i);
		JsonObject *p = JSON_NODE_HOLDS_OBJECT(e) ? json_node_get_object(e) : NULL;
		char **overrides;

		if (!p)
			continue;
		overrides = member_texts(p, "overrides");
		run_state_point(s, member_text(p, "point"), member_text(p, "file"), member_text(p, "hash"), overrides);
		g_strfreev(overrides);
	}
}

static struct run_state *state_of(JsonObject *o)
{
	const char *shard = member_text(o, "shard");
	char **sets = member_texts(o, "set");
	struct run_state *s = run_state_new(member_text(o, "engine"), sets, member_count(o, "runs"), (struct shard){ 0, 0 });

	g_strfreev(sets);
	g_free(s->version);
	s->version = g_strdup(member_text(o, "version"));
	g_free(s->state);
	s->state = g_strdup(member_text(o, "state"));
	s->written = member_count(o, "written");
	if (*shard)
		shard_parse(shard, NULL, &s->shard);
	read_points(s, o);
	return s;
}

struct run_state *run_state_read(const char *dir, GError **error)
{
	char *path = g_build_filename(dir, "runs.json", NULL), *text = NULL;
	JsonParser *p = json_parser_new();
	struct run_state *s = NULL;
	GError *bad = NULL;

	if (!g_file_get_contents(path, &text, NULL, error)) {
		/* as it is: who asks may look whether there is none */
	} else if (!json_parser_load_from_data(p, text, -1, &bad) || !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(p))) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, bad ? bad->message : "is no JSON object");
	} else if (strcmp(member_text(json_node_get_object(json_parser_get_root(p)), "format"), FORMAT)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: is of format `%.40s`, this program reads `" FORMAT "`",
			    path, member_text(json_node_get_object(json_parser_get_root(p)), "format"));
	} else {
		s = state_of(json_node_get_object(json_parser_get_root(p)));
	}
	g_clear_error(&bad);
	g_object_unref(p);
	g_free(text);
	g_free(path);
	return s;
}

/* ---- two of them ------------------------------------------------------------------------------------------------- */

static char *difference(const struct run_state *a, const struct run_state *b)
{
	char *one = g_strjoinv(" ", a->sets), *other = g_strjoinv(" ", b->sets), *what = NULL;

	if (strcmp(a->version, b->version))
		what = g_strdup_printf("its runs are of version %.40s, not %.40s", a->version, b->version);
	else if (strcmp(a->engine, b->engine))
		what = g_strdup_printf("its runs are of engine `%.40s`, not `%.40s`", a->engine, b->engine);
	else if (a->runs != b->runs)
		what = g_strdup_printf("its list has %u runs, not %u", a->runs, b->runs);
	else if (strcmp(one, other))
		what = g_strdup_printf("its runs were made with --set `%s`, not `%s`", one, other);
	for (guint i = 0; i < a->points->len && !what; i++) {
		const struct run_point *p = a->points->pdata[i], *q = point_called(b, p->name);

		if (q && strcmp(p->hash, q->hash))
			what = g_strdup_printf("the scenario of %s is not the one that it was", p->name);
	}
	g_free(one);
	g_free(other);
	return what;
}

bool run_state_same(const struct run_state *a, const struct run_state *b, const char *dir, GError **error)
{
	char *what = difference(a, b);
	bool same = !what;

	if (what)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", dir, what);
	g_free(what);
	return same;
}

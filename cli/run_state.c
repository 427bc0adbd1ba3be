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
	s->leaves = g_strdup("");
	s->fingerprints = g_strdup("");
	s->sets = g_strdupv(sets ? (char **)sets : none);
	s->runs = runs;
	s->shard = shard;
	s->points = g_ptr_array_new_with_free_func(point_free);
	s->list = g_strdup("");
	return s;
}

void run_state_free(struct run_state *s)
{
	if (!s)
		return;
	g_free(s->version);
	g_free(s->engine);
	g_free(s->state);
	g_free(s->leaves);
	g_free(s->fingerprints);
	g_strfreev(s->sets);
	g_ptr_array_unref(s->points);
	g_free(s->list);
	if (s->listing)
		g_checksum_free(s->listing);
	g_free(s);
}

void run_state_leaves(struct run_state *s, const char *leaves, const char *fingerprints)
{
	g_free(s->leaves);
	g_free(s->fingerprints);
	s->leaves = g_strdup(leaves);
	s->fingerprints = g_strdup(fingerprints);
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

void run_state_listed(struct run_state *s, const char *name, const char *hash, uint64_t seed, guint runs)
{
	char *text = g_strdup_printf("%s\n%s\n%" G_GUINT64_FORMAT "\n%u\n", name, hash, seed, runs);

	if (!s->listing)
		s->listing = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(s->listing, (const guchar *)text, -1);
	g_free(text);
}

void run_state_list(struct run_state *s, const char *list)
{
	g_free(s->list);
	s->list = g_strdup(list);
}

/* As many digits as a scenario's hash has; free it. */
static char *list_of(const struct run_state *s)
{
	GChecksum *c = s->listing ? g_checksum_copy(s->listing) : NULL;	/* asking for it closes it */
	char *list = c ? g_strndup(g_checksum_get_string(c), 16) : g_strdup(s->list);

	if (c)
		g_checksum_free(c);
	return list;
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

/* What is not known has none. */
static void put_member(GString *t, const char *name, const char *text)
{
	if (!*text)
		return;
	g_string_append_printf(t, ",\n  \"%s\": ", name);
	summary_json_text(t, text);
}

bool run_state_write(const struct run_state *s, const char *dir, GError **error)
{
	GString *t = g_string_new("{\n  \"format\": \"" FORMAT "\",\n  \"version\": ");
	char *path = g_build_filename(dir, "runs.json", NULL), *list = list_of(s);
	bool ok;

	summary_json_text(t, s->version);
	g_string_append(t, ",\n  \"state\": ");
	summary_json_text(t, s->state);
	g_string_append(t, ",\n  \"engine\": ");
	summary_json_text(t, s->engine);
	put_member(t, "leaves", s->leaves);
	put_member(t, "fingerprints", s->fingerprints);
	if (s->shard.n)
		g_string_append_printf(t, ",\n  \"shard\": \"%u/%u\"", s->shard.i, s->shard.n);
	g_string_append_printf(t, ",\n  \"runs\": %u,\n  \"written\": %u,\n  \"set\": ", s->runs, s->written);
	put_list(t, s->sets);
	g_string_append(t, ",\n  \"list\": ");
	summary_json_text(t, list);
	g_string_append(t, ",\n  \"points\": [");
	for (guint i = 0; i < s->points->len; i++) {
		g_string_append(t, i ? "," : "");
		put_point(t, s->points->pdata[i]);
	}
	g_string_append(t, s->points->len ? "\n  ]\n}\n" : "]\n}\n");
	/* it says how the command ended: a disk without room for a new file is the very case */
	ok = trace_out_file_over(path, t->str, t->len, error);
	g_string_free(t, TRUE);
	g_free(list);
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
	run_state_leaves(s, member_text(o, "leaves"), member_text(o, "fingerprints"));
	s->written = member_count(o, "written");
	run_state_list(s, member_text(o, "list"));
	if (*shard)
		shard_parse(shard, NULL, &s->shard);
	read_points(s, o);
	return s;
}

/* What is wrong with a manifest, or NULL; free it. o NULL: it is no object, for the reason that bad has. */
static char *fault_of(JsonObject *o, const GError *bad)
{
	if (!o)
		return g_strdup(bad ? bad->message : "is no JSON object");
	if (strcmp(member_text(o, "format"), FORMAT))
		return g_strdup_printf("is of format `%.40s`, this program reads `" FORMAT "`", member_text(o, "format"));
	if (member_count(o, "runs") > RUN_LIST_MAX)
		return g_strdup_printf("says %u runs, there are at most %u", member_count(o, "runs"), RUN_LIST_MAX);
	return NULL;
}

struct run_state *run_state_read(const char *dir, GError **error)
{
	char *path = g_build_filename(dir, "runs.json", NULL), *text = NULL, *fault;
	JsonParser *p = json_parser_new();
	JsonObject *o = NULL;
	struct run_state *s = NULL;
	GError *bad = NULL;

	/* as it is: who asks may look whether there is none */
	if (g_file_get_contents(path, &text, NULL, error)) {
		JsonNode *root = json_parser_load_from_data(p, text, -1, &bad) ? json_parser_get_root(p) : NULL;

		o = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
		fault = fault_of(o, bad);
		if (fault)
			g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: %s", path, fault);
		else
			s = state_of(o);
		g_free(fault);
	}
	g_clear_error(&bad);
	g_object_unref(p);
	g_free(text);
	g_free(path);
	return s;
}

/* ---- two of them ------------------------------------------------------------------------------------------------- */

/* A sweep may have a hundred thousand points. */
static char *changed_point(const struct run_state *a, const struct run_state *b)
{
	GHashTable *hashes = g_hash_table_new(g_str_hash, g_str_equal);
	char *what = NULL;

	for (guint i = 0; i < b->points->len; i++) {
		const struct run_point *q = b->points->pdata[i];

		g_hash_table_insert(hashes, q->name, q->hash);
	}
	for (guint i = 0; i < a->points->len && !what; i++) {
		const struct run_point *p = a->points->pdata[i];
		const char *hash = g_hash_table_lookup(hashes, p->name);

		if (hash && strcmp(p->hash, hash))
			what = g_strdup_printf("the scenario of %s is not the one that it was", p->name);
	}
	g_hash_table_unref(hashes);
	return what;
}

/* The option that one has and the other has not, that both leave the same; NULL: they do. */
static char *other_leavings(const struct run_state *a, const struct run_state *b)
{
	static const struct { const char *leaves, *option; } all[] = { { "tables", "--tables" }, { "figures", "--no-trace" },
		{ "records", "--records" } };

	for (size_t i = 0; i < G_N_ELEMENTS(all) && *a->leaves && *b->leaves; i++) {
		bool was = !strcmp(a->leaves, all[i].leaves), is = !strcmp(b->leaves, all[i].leaves);

		if (was != is)
			return g_strdup_printf("its runs were made with%s %s, not with%s", was ? "" : "out", all[i].option,
					       was ? "out" : "");
	}
	if (!*a->fingerprints || !*b->fingerprints || !strcmp(a->fingerprints, b->fingerprints))
		return NULL;
	return g_strdup_printf("its runs were made with%s --fingerprint, not with%s", *a->fingerprints == 'y' ? "" : "out",
			       *a->fingerprints == 'y' ? "out" : "");
}

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
	if (!what)
		what = other_leavings(a, b);
	if (!what)
		what = changed_point(a, b);
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

bool run_state_same_list(const struct run_state *a, const struct run_state *b, const char *dir, GError **error)
{
	bool same = !*a->list || !*b->list || !strcmp(a->list, b->list);

	if (!same)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: holds runs of another list: other scenarios, other points "
			    "or other seeds", dir);
	return same;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: YAML files as trees with places
 *
 * libfyaml's event parser reads; the tree is our own, because a scenario is merged from several texts (`extends`,
 * `--set`) and every word must still know its file, line and column when a check fails long after reading. Events, not
 * documents, so that depth and size are bounded before memory is spent on hostile input. It implements no clause.
 */
#include "scenarios/tree.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <string.h>

#define LARGE_MAP 40u		/* keys: from here on a table finds them */

struct reader {
	struct tree_pool *pool;
	const struct tree_source *source;
	struct report *report;
	struct fy_parser *parser;
	bool stopped;			/* an error was reported */
};

static void node_free(gpointer p)
{
	struct tree *t = p;

	g_free(t->text);
	if (t->keys)
		g_ptr_array_unref(t->keys);
	if (t->items)
		g_ptr_array_unref(t->items);
	if (t->places)
		g_hash_table_unref(t->places);
	g_free(t);
}

static void source_free(gpointer p)
{
	struct tree_source *s = p;

	g_free(s->name);
	g_free(s->text);
	g_free(s);
}

struct tree_pool *tree_pool_new(void)
{
	struct tree_pool *pool = g_new0(struct tree_pool, 1);

	pool->sources = g_ptr_array_new_with_free_func(source_free);
	pool->nodes = g_ptr_array_new_with_free_func(node_free);
	return pool;
}

void tree_pool_free(struct tree_pool *pool)
{
	if (!pool)
		return;
	g_ptr_array_unref(pool->nodes);
	g_ptr_array_unref(pool->sources);
	g_free(pool);
}

static struct tree *node_new(struct tree_pool *pool, enum tree_kind kind, const struct tree_source *source)
{
	struct tree *t = g_new0(struct tree, 1);

	t->kind = kind;
	t->source = source;
	t->line = t->column = t->width = 1;
	if (kind != TREE_SCALAR)
		t->items = g_ptr_array_new();
	if (kind == TREE_MAP)
		t->keys = g_ptr_array_new();
	g_ptr_array_add(pool->nodes, t);
	return t;
}

struct tree *tree_new(struct tree_pool *pool, enum tree_kind kind, const struct tree *place)
{
	struct tree *t = node_new(pool, kind, place->source);

	t->line = place->line;
	t->column = place->column;
	t->width = place->width;
	return t;
}

struct tree *tree_scalar(struct tree_pool *pool, const char *text, const struct tree *place)
{
	struct tree *t = tree_new(pool, TREE_SCALAR, place);

	t->text = g_strdup(text);
	return t;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void place(struct tree *t, const struct fy_mark *start, const struct fy_mark *end)
{
	if (!start)
		return;
	t->line = (unsigned)start->line + 1;
	t->column = (unsigned)start->column + 1;
	if (end && end->line == start->line && end->column > start->column)
		t->width = (unsigned)(end->column - start->column);
}

static void stop_at(struct reader *rd, const struct fy_mark *start, const char *message)
{
	struct tree *spot = node_new(rd->pool, TREE_SCALAR, rd->source);

	place(spot, start, NULL);
	report_at(rd->report, spot, "%s", message);
	rd->stopped = true;
}

/* Anchors and tags hide what a file says from its reader; `extends` does what they would be used for. */
static bool plain_node(struct reader *rd, struct fy_event *e)
{
	if (fy_event_get_anchor_token(e)) {
		stop_at(rd, fy_event_start_mark(e), "anchors are not part of the scenario language; use `extends`");
		return false;
	}
	if (fy_event_get_tag_token(e)) {
		stop_at(rd, fy_event_start_mark(e), "tags are not part of the scenario language");
		return false;
	}
	return true;
}

static struct tree *read_node(struct reader *rd, struct fy_event *e, unsigned depth);

static struct fy_event *next_event(struct reader *rd)
{
	struct fy_event *e = fy_parser_parse(rd->parser);

	if (!e && !rd->stopped)
		rd->stopped = true;	/* the diagnostics name the place */
	return e;
}

static struct tree *read_scalar(struct reader *rd, struct fy_event *e)
{
	struct tree *t = node_new(rd->pool, TREE_SCALAR, rd->source);
	struct fy_token *token = fy_event_get_token(e);
	size_t len = 0;
	const char *text = token ? fy_token_get_text(token, &len) : NULL;

	t->text = g_strndup(text ? text : "", len);
	t->quoted = token && fy_token_scalar_style(token) != FYSS_PLAIN;
	place(t, fy_event_start_mark(e), fy_event_end_mark(e));
	if (memchr(t->text, 0, len) || strlen(t->text) != len)
		stop_at(rd, fy_event_start_mark(e), "a NUL character in a text");
	return t;
}

static void read_list(struct reader *rd, struct tree *t, unsigned depth)
{
	for (;;) {
		struct fy_event *e = next_event(rd);
		bool end = !e || e->type == FYET_SEQUENCE_END;
		struct tree *item = end ? NULL : read_node(rd, e, depth);

		fy_parser_event_free(rd->parser, e);
		if (end || rd->stopped)
			return;
		g_ptr_array_add(t->items, item);
	}
}

static void add_pair(struct reader *rd, struct tree *t, struct tree *key, struct tree *value, GHashTable *seen)
{
	const struct tree *before = g_hash_table_lookup(seen, key->text);

	if (before) {
		report_at(rd->report, key, "key `%s` is here twice; it was first on line %u", key->text, before->line);
		rd->stopped = true;
		return;
	}
	g_hash_table_insert(seen, key->text, key);
	if (value->kind == TREE_SCALAR && !*value->text && !value->quoted) {
		/* nothing was written, so it stands nowhere */
		value->line = key->line;
		value->column = key->column;
		value->width = key->width;
	}
	g_ptr_array_add(t->keys, key);
	g_ptr_array_add(t->items, value);
}

static struct tree *read_key(struct reader *rd, struct fy_event *e)
{
	if (e->type != FYET_SCALAR) {
		stop_at(rd, fy_event_start_mark(e), "a key must be a plain word");
		return NULL;
	}
	if (!plain_node(rd, e))
		return NULL;
	struct tree *key = read_scalar(rd, e);

	if (!rd->stopped && (!*key->text || !strcmp(key->text, "<<"))) {
		report_at(rd->report, key, *key->text ? "merge keys are not part of the scenario language; use `extends`"
						      : "a key is missing here");
		rd->stopped = true;
	}
	return key;
}

static void read_map(struct reader *rd, struct tree *t, unsigned depth)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (;;) {
		struct fy_event *e = next_event(rd);
		bool end = !e || e->type == FYET_MAPPING_END;
		struct tree *key = end ? NULL : read_key(rd, e);

		fy_parser_event_free(rd->parser, e);
		if (end || rd->stopped)
			break;
		e = next_event(rd);
		struct tree *value = e ? read_node(rd, e, depth) : NULL;

		fy_parser_event_free(rd->parser, e);
		if (rd->stopped)
			break;
		add_pair(rd, t, key, value, seen);
		if (rd->stopped)
			break;
	}
	g_hash_table_unref(seen);
}

static struct tree *read_node(struct reader *rd, struct fy_event *e, unsigned depth)
{
	struct tree *t;

	if (depth > TREE_DEPTH_MAX) {
		stop_at(rd, fy_event_start_mark(e), "nested too deeply");
		return NULL;
	}
	if (e->type == FYET_ALIAS) {
		stop_at(rd, fy_event_start_mark(e), "aliases are not part of the scenario language; use `extends`");
		return NULL;
	}
	if (!plain_node(rd, e))
		return NULL;
	if (e->type == FYET_SCALAR)
		return read_scalar(rd, e);
	t = node_new(rd->pool, e->type == FYET_MAPPING_START ? TREE_MAP : TREE_LIST, rd->source);
	place(t, fy_event_start_mark(e), NULL);
	if (t->kind == TREE_MAP)
		read_map(rd, t, depth + 1);
	else
		read_list(rd, t, depth + 1);
	return t;
}

/* libfyaml's own words about broken syntax; it counts lines and columns from 1. */
static void report_syntax(struct reader *rd, struct fy_diag *diag)
{
	void *it = NULL;
	struct fy_diag_error *err = fy_diag_errors_iterate(diag, &it);
	struct tree *spot = node_new(rd->pool, TREE_SCALAR, rd->source);

	if (err && err->line > 0) {
		spot->line = (unsigned)err->line;
		spot->column = err->column > 0 ? (unsigned)err->column : 1;
	}
	report_at(rd->report, spot, "not YAML: %s", err && err->msg ? err->msg : "cannot be read");
}

static struct tree *read_stream(struct reader *rd)
{
	struct tree *root = NULL;
	unsigned documents = 0;

	while (!rd->stopped) {
		struct fy_event *e = next_event(rd);

		if (!e)
			break;
		enum fy_event_type type = e->type;

		if (type == FYET_DOCUMENT_START) {
			const struct fy_version *v = fy_document_start_event_version(e);

			if (documents++)
				stop_at(rd, fy_event_start_mark(e), "a second document; a scenario file holds one");
			else if (v && v->major == 1 && v->minor < 2)
				stop_at(rd, NULL, "%YAML 1.1 was asked for; scenarios are YAML 1.2");
		} else if (type == FYET_SCALAR || type == FYET_MAPPING_START || type == FYET_SEQUENCE_START || type == FYET_ALIAS) {
			root = read_node(rd, e, 0);
		}
		fy_parser_event_free(rd->parser, e);
		if (type == FYET_STREAM_END)
			break;
	}
	return rd->stopped ? NULL : root;
}

/* A character that no YAML text may hold, and its place. */
static bool check_text(struct reader *rd)
{
	const char *end, *text = rd->source->text;
	struct tree *spot;

	if (g_utf8_validate_len(text, rd->source->len, &end))
		return true;
	spot = node_new(rd->pool, TREE_SCALAR, rd->source);
	for (const char *p = text; p < end; p++)
		if (*p == '\n') {
			spot->line++;
			spot->column = 1;
		} else if (((unsigned char)*p & 0xc0) != 0x80) {
			spot->column++;
		}
	report_at(rd->report, spot, *end ? "octet 0x%02x is not UTF-8" : "a NUL octet (0x%02x)", (unsigned char)*end);
	return false;
}

static struct tree *read_source(struct tree_pool *pool, const struct tree_source *source, struct report *r)
{
	struct reader rd = { .pool = pool, .source = source, .report = r };
	struct fy_diag_cfg diag_cfg;
	unsigned before = r->errors;

	if (!check_text(&rd))
		return NULL;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.output_fn = NULL;
	diag_cfg.level = FYET_ERROR;
	struct fy_diag *diag = fy_diag_create(&diag_cfg);

	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE, .diag = diag,
	};
	struct tree *root = NULL;

	rd.parser = fy_parser_create(&cfg);
	if (fy_parser_set_string(rd.parser, source->text, source->len) == 0)
		root = read_stream(&rd);
	if (rd.stopped && r->errors == before)
		report_syntax(&rd, diag);
	fy_parser_destroy(rd.parser);
	fy_diag_destroy(diag);
	return root;
}

static struct tree_source *source_new(struct tree_pool *pool, const char *name, char *text, size_t len)
{
	struct tree_source *s = g_new0(struct tree_source, 1);

	s->name = g_strdup(name);
	s->text = text;
	s->len = len;
	g_ptr_array_add(pool->sources, s);
	return s;
}

struct tree *tree_read_text(struct tree_pool *pool, const char *name, const char *text, size_t len, struct report *r)
{
	char *copy = g_malloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = 0;
	return read_source(pool, source_new(pool, name, copy, len), r);
}

/* At most TREE_FILE_MAX octets of a file, pipe or device, ended by NUL; NULL after reporting. */
static char *read_octets(const char *path, size_t *len, const struct tree *from, struct report *r)
{
	FILE *f = fopen(path, "re");
	char *text = f ? g_malloc(TREE_FILE_MAX + 2) : NULL;

	if (f)
		*len = fread(text, 1, TREE_FILE_MAX + 1, f);
	if (!f || ferror(f)) {
		report_at(r, from, "%s: %s", path, g_strerror(errno));
		g_clear_pointer(&text, g_free);
	} else if (*len > TREE_FILE_MAX) {
		report_at(r, from, "%s: larger than %u octets; this is no scenario", path, TREE_FILE_MAX);
		g_clear_pointer(&text, g_free);
	} else {
		text = g_realloc(text, *len + 1);
		text[*len] = 0;
	}
	if (f)
		fclose(f);
	return text;
}

struct tree *tree_read_file(struct tree_pool *pool, const char *path, const struct tree *from, struct report *r)
{
	size_t len = 0;
	char *text = read_octets(path, &len, from, r);

	if (!text)
		return NULL;
	struct tree_source *source = source_new(pool, path, text, len);

	source->from = from;
	unsigned before = r->errors;
	struct tree *root = read_source(pool, source, r);

	if (!root && r->errors == before) {
		struct tree *spot = node_new(pool, TREE_SCALAR, source);

		report_at(r, spot, "the file is empty");
	}
	return root;
}

/* ---- changing ---------------------------------------------------------------------------------------------------- */

struct tree *tree_copy(struct tree_pool *pool, const struct tree *t)
{
	struct tree *c = tree_new(pool, t->kind, t);

	c->quoted = t->quoted;
	c->text = g_strdup(t->text);
	for (guint i = 0; i < tree_count(t); i++) {
		g_ptr_array_add(c->items, tree_copy(pool, tree_item(t, i)));
		if (t->keys)
			g_ptr_array_add(c->keys, tree_copy(pool, tree_key(t, i)));
	}
	return c;
}

guint tree_count(const struct tree *t)
{
	return t->items ? t->items->len : 0;
}

struct tree *tree_item(const struct tree *t, guint i)
{
	return g_ptr_array_index(t->items, i);
}

const struct tree *tree_key(const struct tree *map, guint i)
{
	return g_ptr_array_index(map->keys, i);
}

/* Where a large map has the key, counted from 1; 0: nowhere. The table is made, and made longer, when it is asked. */
static guint place_of(struct tree *map, const char *key)
{
	if (!map->places) {
		map->places = g_hash_table_new(g_str_hash, g_str_equal);
		map->placed = 0;
	}
	for (; map->placed < map->keys->len; map->placed++)
		g_hash_table_insert(map->places, tree_key(map, map->placed)->text, GUINT_TO_POINTER(map->placed + 1));
	return GPOINTER_TO_UINT(g_hash_table_lookup(map->places, key));
}

struct tree *tree_get(const struct tree *map, const char *key, guint *at)
{
	if (map->keys && map->keys->len > LARGE_MAP) {
		guint place = place_of((struct tree *)map, key);	/* a memo: what the map says stays the same */

		if (place && at)
			*at = place - 1;
		return place ? tree_item(map, place - 1) : NULL;
	}
	for (guint i = 0; i < tree_count(map); i++)
		if (map->keys && !strcmp(tree_key(map, i)->text, key)) {
			if (at)
				*at = i;
			return tree_item(map, i);
		}
	return NULL;
}

void tree_put(struct tree *map, struct tree *key, struct tree *value)
{
	guint at;

	if (tree_get(map, key->text, &at)) {
		map->keys->pdata[at] = key;
		map->items->pdata[at] = value;
		return;
	}
	g_ptr_array_add(map->keys, key);
	g_ptr_array_add(map->items, value);
}

void tree_remove(struct tree *map, const char *key)
{
	guint at;

	if (!tree_get(map, key, &at))
		return;
	g_clear_pointer(&map->places, g_hash_table_unref);
	g_ptr_array_remove_index(map->keys, at);
	g_ptr_array_remove_index(map->items, at);
}

void tree_merge(struct tree_pool *pool, struct tree *base, struct tree *over)
{
	for (guint i = 0; i < tree_count(over); i++) {
		struct tree *key = over->keys->pdata[i], *value = tree_item(over, i);
		struct tree *old = tree_get(base, key->text, NULL);

		if (old && old->kind == TREE_MAP && value->kind == TREE_MAP)
			tree_merge(pool, old, value);
		else
			tree_put(base, key, value);
	}
}

const char *tree_kind_name(const struct tree *t)
{
	static const char *const names[] = { [TREE_SCALAR] = "a value", [TREE_LIST] = "a list", [TREE_MAP] = "a mapping" };

	return names[t->kind];
}

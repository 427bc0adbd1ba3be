/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: loading a scenario
 *
 * file -> tree -> laid upon what it extends -> overrides laid upon it -> structs -> checks. Every step keeps the
 * places of words, so an error in a value that came from `--set` points into the argument, and one from an extended
 * file names both files. It implements no clause.
 */
#include "scenarios/load.h"

#include <string.h>

#include "scenarios/names.h"
#include "scenarios/radio.h"

#define EXTENDS_MAX 8

struct loaded {
	struct scenario s;		/* first: what scen_load returns */
	struct decode decode;
	struct tree_pool *pool;		/* what only this point needs: a sweep of a million must not keep it all */
	char hash[17];
};

/* ---- extends ----------------------------------------------------------------------------------------------------- */

static bool same_file(const char *a, const char *b)
{
	char *ca = g_canonicalize_filename(a, NULL), *cb = g_canonicalize_filename(b, NULL);
	bool same = !strcmp(ca, cb);

	g_free(ca);
	g_free(cb);
	return same;
}

static struct tree *read_extended(struct tree_pool *pool, const char *path, const struct tree *from, unsigned depth,
				  struct report *r)
{
	struct tree *root, *word, *base;
	char *folder, *next;

	for (const struct tree *f = from; f; f = f->source->from)
		if (same_file(f->source->name, path)) {
			report_at(r, from, "`extends` goes round in a circle: %s is already being read", path);
			return NULL;
		}
	if (depth > EXTENDS_MAX) {
		report_at(r, from, "more than %d files extend each other", EXTENDS_MAX);
		return NULL;
	}
	root = tree_read_file(pool, path, from, r);
	if (!root)
		return NULL;
	if (root->kind != TREE_MAP) {
		report_at(r, root, "a scenario is a mapping of keys, not %s", tree_kind_name(root));
		return NULL;
	}
	word = tree_get(root, "extends", NULL);
	if (!word)
		return root;
	if (word->kind != TREE_SCALAR || !*word->text) {
		report_at(r, word, "`extends` must be the path of a scenario file");
		return NULL;
	}
	folder = g_path_get_dirname(path);
	next = g_path_is_absolute(word->text) ? g_strdup(word->text) : g_build_filename(folder, word->text, NULL);
	base = read_extended(pool, next, word, depth + 1, r);
	g_free(folder);
	g_free(next);
	if (!base)
		return NULL;
	/* places of the result are those of the file that was asked for */
	tree_merge(pool, base, root);
	base->line = root->line;
	base->column = root->column;
	base->source = root->source;
	return base;
}

struct scen_file *scen_open(const char *path, struct report *r)
{
	struct scen_file *f = g_new0(struct scen_file, 1);

	f->pool = tree_pool_new();
	f->path = g_strdup(path);
	f->root = read_extended(f->pool, path, NULL, 0, r);
	if (!f->root) {
		scen_close(f);
		return NULL;
	}
	return f;
}

struct scen_file *scen_open_text(const char *name, const char *text, size_t len, struct report *r)
{
	struct scen_file *f = g_new0(struct scen_file, 1);
	struct tree *word;

	f->pool = tree_pool_new();
	f->path = g_strdup(name);
	f->root = tree_read_text(f->pool, name, text, len, r);
	word = f->root && f->root->kind == TREE_MAP ? tree_get(f->root, "extends", NULL) : NULL;
	if (f->root && f->root->kind != TREE_MAP)
		report_at(r, f->root, "a scenario is a mapping of keys, not %s", tree_kind_name(f->root));
	if (word)
		report_at(r, word, "a text has no place from which another file could be found");
	if (!f->root || f->root->kind != TREE_MAP || word) {
		scen_close(f);
		return NULL;
	}
	return f;
}

void scen_close(struct scen_file *f)
{
	if (!f)
		return;
	tree_pool_free(f->pool);
	g_free((char *)f->path);
	g_free(f);
}

/* ---- overrides --------------------------------------------------------------------------------------------------- */

/* What names an element of a list. */
static const char *element_name(const struct tree *t)
{
	static const char *const keys[] = { "label", "id", "flow" };

	for (size_t i = 0; i < G_N_ELEMENTS(keys) && t->kind == TREE_MAP; i++) {
		const struct tree *v = tree_get(t, keys[i], NULL);

		if (v && v->kind == TREE_SCALAR)
			return v->text;
	}
	return NULL;
}

static struct tree *list_element(struct tree *list, const char *part, const struct tree *place, struct report *r)
{
	const char *names[65];
	char near[80];
	unsigned n = 0;
	int64_t number;

	for (guint i = 0; i < tree_count(list); i++) {
		const char *name = element_name(tree_item(list, i));

		if (name && !strcmp(name, part))
			return tree_item(list, i);
		if (name && n < 64)
			names[n++] = name;
	}
	names[n] = NULL;
	if (!unit_parse(UNIT_NONE, part, &number) && number >= 1 && number <= (int64_t)tree_count(list))
		return tree_item(list, (guint)number - 1);
	report_at(r, place, "the list has no element `%s`%s (elements are named by label, id or flow, or numbered 1 to %u)",
		part, report_nearest(part, names, near, sizeof near), tree_count(list));
	return NULL;
}

/* A word of the path as a tree node that stands in the override's text. */
static struct tree *path_word(struct tree_pool *pool, const struct tree *value, const char *part, unsigned column)
{
	struct tree *t = tree_scalar(pool, part, value);

	t->line = 1;
	t->column = column;
	t->width = (unsigned)strlen(part);
	return t;
}

/* Walks to where the path leads and puts the value there. */
static bool put_at(struct tree_pool *pool, struct tree *root, const char *path, struct tree *value, struct report *r)
{
	struct tree *t = root;
	const char *rest = path;

	for (;;) {
		const char *dot = strchr(rest, '.');
		bool whole = !dot || (t->kind == TREE_MAP && tree_get(t, rest, NULL));	/* keys may hold dots */
		char *part = whole ? g_strdup(rest) : g_strndup(rest, (size_t)(dot - rest));
		struct tree *word = path_word(pool, value, part, (unsigned)(rest - path) + 1);
		struct tree *next = t->kind == TREE_MAP ? tree_get(t, part, NULL) : NULL;
		bool ok = *part != 0;

		if (!ok) {
			report_at(r, word, "the path has an empty part");
		} else if (t->kind == TREE_LIST && whole) {
			report_at(r, word, "an element of a list cannot be replaced as a whole; name a key of it");
			ok = false;
		} else if (t->kind == TREE_LIST) {
			next = list_element(t, part, word, r);
			ok = next != NULL;
		} else if (whole) {
			tree_put(t, word, value);
		} else if (!next) {
			next = tree_new(pool, TREE_MAP, word);
			tree_put(t, word, next);
		} else if (next->kind == TREE_SCALAR) {
			report_at(r, word, "`%s` is a value; the path ends here", part);
			ok = false;
		}
		g_free(part);
		if (!ok || whole)
			return ok;
		t = next;
		rest = dot + 1;
	}
}

/* What a sweep has in quotes was read again: brackets in them are a list by now, and no such word. */
static bool is_word(const struct tree *t, const char *word)
{
	return t->kind == TREE_SCALAR && !strcmp(t->text, word);
}

static const struct tree *same_word(const struct tree *values, const char *word)
{
	if (values->kind == TREE_SCALAR)
		return is_word(values, word) ? values : NULL;
	for (guint i = 0; values->kind == TREE_LIST && i < tree_count(values); i++)
		if (is_word(tree_item(values, i), word))
			return tree_item(values, i);
	return NULL;
}

/* Where the file's `sweep` says this value of the path, for errors and names of files; NULL: nowhere in one word. */
static const struct tree *swept(const struct tree *sweep, const char *path, const char *word)
{
	const struct tree *found = NULL;

	for (guint i = 0; !found && i < tree_count(sweep); i++) {
		const struct tree *item = tree_item(sweep, i);

		if (sweep->kind == TREE_LIST)
			found = swept(item, path, word);
		else if (sweep->kind == TREE_MAP && !strcmp(tree_key(sweep, i)->text, path))
			found = same_word(item, word);
		else if (sweep->kind == TREE_MAP && !strcmp(tree_key(sweep, i)->text, "zip"))
			found = swept(item, path, word);
	}
	return found;
}

/*
 * "path=value": the value is YAML (a word or a flow list). Its place is where the file's sweep says it, else in the
 * override's own text.
 */
static bool apply_override(struct tree_pool *pool, struct tree *root, const char *text, struct report *r)
{
	const struct tree *sweep = tree_get(root, "sweep", NULL), *said;
	const char *equals = strchr(text, '=');
	struct tree *value = NULL;

	if (equals && equals[1]) {
		/* blanks in place of the path keep columns true */
		char *padded = g_strdup(text);

		memset(padded, ' ', (size_t)(equals - text) + 1);
		value = tree_read_text(pool, "--set", padded, strlen(padded), r);
		g_free(padded);
		if (!value)
			return false;
		/* shown in errors: the argument itself */
		struct tree_source *source = (struct tree_source *)value->source;

		memcpy(source->text, text, source->len);
	} else {
		report_at(r, NULL, "--set %s: must be path=value", text);
		return false;
	}
	char *path = g_strndup(text, (size_t)(equals - text));
	bool ok;

	said = sweep && value->kind == TREE_SCALAR ? swept(sweep, path, value->text) : NULL;
	ok = put_at(pool, root, path, said ? tree_copy(pool, said) : value, r);

	g_free(path);
	return ok;
}

/* ---- one point --------------------------------------------------------------------------------------------------- */

static void hash_tree(GChecksum *sum, const struct tree *t)
{
	static const char *const marks[] = { [TREE_SCALAR] = "=", [TREE_LIST] = "[", [TREE_MAP] = "{" };

	g_checksum_update(sum, (const guchar *)marks[t->kind], 1);
	if (t->text)
		g_checksum_update(sum, (const guchar *)t->text, (gssize)strlen(t->text) + 1);
	for (guint i = 0; i < tree_count(t); i++) {
		if (t->keys)
			hash_tree(sum, tree_key(t, i));
		hash_tree(sum, tree_item(t, i));
	}
	g_checksum_update(sum, (const guchar *)"]", 1);
}

/* Which scenario was it? The seed is told apart, so that runs that differ in it alone share the hash. */
static void make_hash(struct tree_pool *pool, const struct tree *root, char out[17])
{
	struct tree *copy = tree_copy(pool, root);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);

	tree_remove(copy, "seed");
	tree_remove(copy, "sweep");
	tree_remove(copy, "extends");
	if (tree_get(copy, "links", NULL))	/* a channel, as the seed is a course of chance */
		tree_remove(tree_get(copy, "links", NULL), "from");
	hash_tree(sum, copy);
	g_strlcpy(out, g_checksum_get_string(sum), 17);
	g_checksum_free(sum);
}

struct scenario *scen_load(struct scen_file *f, const struct scen_point *point, struct report *r)
{
	struct loaded *l = g_new0(struct loaded, 1);
	struct tree *root;
	unsigned before = r->errors;

	l->pool = tree_pool_new();
	root = tree_copy(l->pool, f->root);
	decode_init(&l->decode, l->pool, r);
	for (char **o = point ? point->overrides : NULL; o && *o; o++)
		apply_override(l->pool, root, *o, r);
	if (r->errors == before)
		decode_section(&l->decode, &scen_top, root, &l->s);
	/* only a ue may say how many it is */
	for (guint i = 0; l->s.nodes && i < l->s.nodes->len; i++) {
		struct scen_node *n = l->s.nodes->pdata[i];

		n->count = MAX(n->count, 1);
	}
	if (r->errors == before)
		names_make(&l->s);
	if (r->errors == before)
		scen_check_refs(&l->s, (const struct decode_ref *)(void *)l->decode.refs->data, l->decode.refs->len, r);
	if (r->errors == before)
		scen_check(&l->s, r);
	if (r->errors != before) {
		scen_free(&l->s);
		return NULL;
	}
	l->s.duration = radio_end(&l->s);
	make_hash(l->pool, root, l->hash);
	return &l->s;
}

void scen_free(struct scenario *s)
{
	struct loaded *l = (struct loaded *)(void *)s;

	if (!s)
		return;
	names_free(s);
	decode_done(&l->decode);
	tree_pool_free(l->pool);
	g_free(l);
}

const char *scen_hash(const struct scenario *s)
{
	return ((const struct loaded *)(const void *)s)->hash;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A YAML file as a tree that remembers where each word stood, and the reports that point there.
 *
 * Only what a scenario needs is let in: one document, mappings with plain keys, lists, scalars. Anchors, aliases, tags,
 * merge keys and YAML 1.1 directives are refused by name. A key twice in one mapping is an error.
 */
#ifndef MOOR_SCENARIOS_TREE_H
#define MOOR_SCENARIOS_TREE_H

#include <glib.h>
#include <stdbool.h>

#define TREE_FILE_MAX (4u << 20)	/* octets of a scenario file */
#define TREE_DEPTH_MAX 32		/* mappings and lists within each other */

/* A text that trees were read from: a file or one --set argument. */
struct tree_source {
	char *name;			/* as the user gave it; "--set" for overrides */
	char *text;			/* ends with NUL */
	size_t len;
	const struct tree *from;	/* the word that led here (`extends: this.yaml`), or NULL */
	const char *how;		/* it did: "named"; NULL: "extended" */
};

enum tree_kind { TREE_SCALAR, TREE_LIST, TREE_MAP };

struct tree {
	enum tree_kind kind;
	bool quoted;			/* scalar written with quotes */
	const struct tree_source *source;
	unsigned line, column, width;	/* from 1; in characters; width of the caret, at least 1 */
	char *text;			/* scalar */
	GPtrArray *keys;		/* map: scalars, in order */
	GPtrArray *items;		/* map: values beside keys; list: elements */
	GHashTable *places;		/* of a large map: key -> its place, from 1, of the first `placed` keys; NULL: none */
	guint placed;
};

/* Owns sources and nodes; everything goes with it. */
struct tree_pool {
	GPtrArray *sources, *nodes;
};

struct tree_pool *tree_pool_new(void);
void tree_pool_free(struct tree_pool *pool);

/* ---- reports ----------------------------------------------------------------------------------------------------- */

/* Errors about scenarios, as text for people: file:line:column, the line, a caret. At most REPORT_MAX are kept. */
#define REPORT_MAX 20

struct report {
	GString *text;
	unsigned errors;
};

void report_init(struct report *r);
void report_done(struct report *r);
/* at: the word in question; NULL: no place. */
void report_at(struct report *r, const struct tree *at, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
/* "; did you mean `x`?" or "" — into buf, returned. names ends with NULL. */
const char *report_nearest(const char *word, const char *const *names, char *buf, size_t cap);

/* ---- reading and changing ---------------------------------------------------------------------------------------- */

/* Reads a file, or the text given with the name. NULL after reporting. */
struct tree *tree_read_file(struct tree_pool *pool, const char *path, const struct tree *from, struct report *r);
struct tree *tree_read_text(struct tree_pool *pool, const char *name, const char *text, size_t len, struct report *r);

struct tree *tree_copy(struct tree_pool *pool, const struct tree *t);
struct tree *tree_new(
	struct tree_pool *pool, enum tree_kind kind, const struct tree *place); /* stands where place stands */
struct tree *tree_scalar(struct tree_pool *pool, const char *text, const struct tree *place);

/* The value of a key, NULL when the map has none. at: index of the key, or NULL. */
struct tree *tree_get(const struct tree *map, const char *key, guint *at);
const struct tree *tree_key(const struct tree *map, guint i);
struct tree *tree_item(const struct tree *t, guint i);
guint tree_count(const struct tree *t);		/* of a list or map */
void tree_put(struct tree *map, struct tree *key, struct tree *value);	/* replaces */
void tree_remove(struct tree *map, const char *key);

/* over laid upon base, in base: maps merge key by key, everything else is replaced. Both stay the pool's. */
void tree_merge(struct tree_pool *pool, struct tree *base, struct tree *over);
const char *tree_kind_name(const struct tree *t);	/* "a mapping", "a list", "a value" */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scenario language as data. One table of rows (schema_table.c) says for every key its type, unit, default,
 * bounds, choices and meaning; the reader (decode.c), the JSON Schema (schema_json.c) and the reference page
 * (schema_page.c) are made from it.
 */
#ifndef MOOR_SCENARIOS_SCHEMA_H
#define MOOR_SCENARIOS_SCHEMA_H

#include "scenarios/tree.h"
#include "scenarios/units.h"

enum scen_type {
	ST_TEXT,	/* const char *: any text */
	ST_IDENT,	/* const char *: a name: letters, digits, '-', '_'; begins with a letter */
	ST_BOOL,	/* bool: true, false */
	ST_NUM,		/* int64_t in the row's unit */
	ST_RANGE,	/* struct scen_range: one quantity or [low, high] */
	ST_ENUM,	/* int: one of the row's choices */
	ST_DELAY,	/* struct delay: 40ms, uniform(1ms, 5ms), normal(40ms, 5ms), exponential(10ms, 5ms) */
	ST_MASK,	/* struct scen_mask: 0 and 1 */
	ST_ADDR6,	/* struct ip6_addr */
	ST_PREFIX6,	/* struct ip6_prefix */
	ST_PREFIX4,	/* struct ip4_prefix */
	ST_TEXTS,	/* GPtrArray of const struct tree *: a list of texts, or one */
	ST_REF,		/* const struct tree *: the name of something else in the scenario (row.ref) */
	ST_REFS,	/* GPtrArray of const struct tree *: a list of those, or one */
	ST_VALUES,	/* const struct tree *: a mapping from free names to values */
	ST_LISTS,	/* const struct tree *: a mapping from free names to a value or a list of values */
	ST_SWEEP,	/* const struct tree *: such a mapping, with `zip`; scen_points reads it */
	ST_TIMERS,	/* const struct tree *: a mapping from names of the timer table to spans and counts */
	ST_PATH,	/* const struct tree *: a list of points, also of a file (scenarios/motion.h) */
	ST_ANCHOR,	/* struct scen_anchor: a word, or a section */
	ST_SECTION,	/* the section's struct, by pointer; NULL when absent */
	ST_LIST,	/* GPtrArray of pointers to the section's struct */
	ST_NAMED	/* the same, from a mapping name -> section */
};

/* What a name must be the name of. */
enum scen_ref {
	REF_NONE,
	REF_NODE,	/* one node, or one member of a group ("ue7") */
	REF_NODES,	/* the same, a whole group, or a pattern ("ue*") */
	REF_LINK,
	REF_FLOW
};

struct scen_choice {
	const char *name;	/* NULL ends the list */
	int value;
	const char *about;
};

struct scen_range { int64_t lo, hi; };
struct scen_mask { uint64_t mask; uint8_t bits; };

struct scen_section;

enum scen_how { HOW_UPTO, HOW_EXACT };	/* a range given as one value v: 0..v, or v..v */

struct scen_row {
	const char *key;
	enum scen_type type;
	enum unit_kind unit;		/* NUM, RANGE */
	enum scen_ref ref;		/* REF, REFS */
	enum scen_how how;		/* RANGE */
	size_t offset;			/* in the section's struct */
	const struct scen_choice *choices;
	const struct scen_section *section;
	const char *def;		/* in the language; NULL: none */
	const char *min, *max;		/* in the language; NULL: no bound */
	const char *step;		/* in the language: multiples of it only; NULL: any */
	uint64_t kinds;			/* 1 << value of the section's selecting key; 0: all */
	uint64_t required;		/* for which of them the key must be there; SCEN_ALL */
	const char *about;
	const char *clause;
	const struct scen_row *beside;	/* NAMED: a key of the mapping that is no member's name; its offset is in our struct */
};

#define SCEN_ALL UINT64_MAX

struct scen_section {
	const char *name;		/* "link" */
	const char *title;		/* "a link" */
	const char *about;
	const struct scen_row *rows;	/* key NULL ends them */
	size_t size;			/* of the struct, which begins with struct scen_base */
	const char *selector;		/* the key whose choice decides which other keys may be there, or NULL */
	const char *example;
};

/* Every section's struct begins so. */
struct scen_base {
	const struct tree *at;		/* the mapping it came from */
	const char *name;		/* NAMED: the key; else NULL */
	uint64_t given[2];		/* bit i: row i was in the file */
	unsigned place;			/* in its list: nodes, links, timeline, flows, expectations (scenarios/names.h) */
};

struct scen_pattern;
struct scen_anchor {
	const struct tree *at;			/* NULL: none was given */
	const char *word;			/* set when it is a word */
	struct scen_pattern *pattern;		/* set when it is a section */
};

extern const struct scen_section scen_top;

/* All sections in the order of the reference page; NULL ends them. */
extern const struct scen_section *const scen_sections[];

/* Memory of decoded structs and lists; freed with the scenario. */
struct decode {
	struct tree_pool *pool;
	struct report *report;
	GPtrArray *owned;	/* blocks for g_free */
	GPtrArray *lists;	/* GPtrArray */
	GArray *refs;		/* struct decode_ref: names to be checked when all is read */
};

struct decode_ref {
	const struct tree *word;
	enum scen_ref ref;
};

void decode_init(struct decode *d, struct tree_pool *pool, struct report *report);
void decode_done(struct decode *d);
/* Fills out from the mapping; errors go to the report. */
void decode_section(struct decode *d, const struct scen_section *section, const struct tree *map, void *out);
bool decode_word(struct decode *d, const struct scen_row *row, const struct tree *t, void *out);
bool scen_is_ident(const char *s);
bool scen_given(const struct scen_section *section, const void *base, const char *key);

/* Generated documents; free with g_free. */
char *schema_json(void);
char *schema_page(void);
/* The type of a row for people: "time, 0s to 1h". */
void schema_type_text(const struct scen_row *row, GString *out);

#endif

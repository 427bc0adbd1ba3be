/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: actions told while a run goes on
 *
 * Words become the tree that a timeline entry of a file would be, each node with its place in the line of words, so
 * that errors point there. The rest is the loader's: table, names, checks. What a verb's words without names mean is
 * taken from the table as well: its required keys in their order, then the few further ones below. It implements no
 * clause.
 */
#include "scenarios/act.h"

#include <string.h>

#include "scenarios/names.h"
#include "scenarios/pmip.h"

#define NAME "words"			/* of the source, in reports */

struct act_told {
	struct tree_pool *pool;
	struct decode decode;
	struct scen_action action;
	bool named;			/* the tables of names know it */
};

/* One line of words on its way to a tree. */
struct line {
	const struct scenario *s;
	struct tree_pool *pool;
	struct tree_source *source;	/* the words, a blank between each two */
	const char *const *words;
	guint n;
	GArray *at;			/* guint: octet at which each word begins */
	struct tree *map;
	int verb;			/* enum scen_verb; -1: none of that name */
	struct report *r;
};

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const struct scen_section *action_section(void)
{
	const struct scen_row *row = scen_top.rows;

	while (strcmp(row->key, "timeline"))
		row++;
	return row->section;
}

static const struct scen_row *find_row(const struct scen_section *s, const char *key)
{
	for (const struct scen_row *row = s->rows; row->key; row++)
		if (!strcmp(row->key, key))
			return row;
	return NULL;
}

const struct scen_choice *act_verbs(void)
{
	return find_row(action_section(), "do")->choices;
}

/* Beyond what is required. */
static const char *const *further(int verb)
{
	static const char *const to[] = { "to", NULL }, *const what[] = { "what", NULL }, *const want[] = { "want", NULL },
		*const packet[] = { "packet", NULL }, *const other[] = { "to-pdn", NULL }, *const none[] = { NULL };

	if (verb == DO_ATTACH || verb == DO_HANDOVER || verb == DO_MOVE)
		return to;
	if (verb == DO_REKEY)
		return what;
	if (verb == DO_WANT_IPV4)
		return want;
	if (verb == DO_STRAY)
		return packet;
	return verb == DO_CLAIM ? other : none;
}

/* The key of the k-th word without a name, of n such words in all; NULL: no more. */
static const char *nth_key(int verb, guint n, guint k)
{
	static const char *const one[] = { "link", NULL }, *const two[] = { "node", "interface", NULL };
	const char *const *list = n > 1 ? two : one;
	uint64_t bit = UINT64_C(1) << verb;

	if (verb == DO_LINK_DOWN || verb == DO_LINK_UP)
		return k < g_strv_length((char **)list) ? list[k] : NULL;
	for (const struct scen_row *row = action_section()->rows; row->key; row++) {
		bool named = !strcmp(row->key, "at") || !strcmp(row->key, "do") || row->type == ST_SECTION;

		if (!named && (row->required & bit) && (!row->kinds || (row->kinds & bit)) && !k--)
			return row->key;
	}
	list = further(verb);
	return k < g_strv_length((char **)list) ? list[k] : NULL;
}

char *act_usage(int verb)
{
	const struct scen_choice *c = act_verbs();
	GString *out = g_string_new(NULL);
	bool carrier = verb == DO_LINK_DOWN || verb == DO_LINK_UP;
	const char *key;

	while (c->name && c->value != verb)
		c++;
	g_string_append(out, c->name ? c->name : "?");
	if (verb == DO_SET)
		g_string_append(out, " TARGET.KEY=VALUE...");
	for (guint k = 0; verb != DO_SET && (key = nth_key(verb, 1, k)); k++) {
		char *upper = g_ascii_strup(key, -1);
		bool optional = g_strv_contains(further(verb), key) && verb != DO_MOVE;

		g_string_append_printf(out, optional ? " [%s]" : " %s", upper);
		g_free(upper);
	}
	if (carrier)
		g_string_append(out, "|NODE INTERFACE");
	return g_string_free(out, FALSE);
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

/* A scalar that stands at an octet of the line. */
static struct tree *word_at(struct line *l, guint at, const char *text, size_t len)
{
	struct tree here = { .source = l->source, .line = 1 };
	char *copy = g_strndup(text, len);
	struct tree *t;

	here.column = (unsigned)g_utf8_strlen(l->source->text, (gssize)at) + 1;
	here.width = MAX((unsigned)g_utf8_strlen(copy, -1), 1u);
	t = tree_scalar(l->pool, copy, &here);
	g_free(copy);
	return t;
}

static struct tree *word(struct line *l, guint k)
{
	return word_at(l, g_array_index(l->at, guint, k), l->words[k], strlen(l->words[k]));
}

/*
 * What stands behind the `=` of word k, from octet `from` of the word on, as YAML has it. Blanks in place of everything
 * before keep columns true.
 */
static struct tree *value(struct line *l, guint k, size_t from)
{
	guint at = g_array_index(l->at, guint, k) + (guint)from;
	GString *padded = g_string_new(NULL);
	struct tree *t = NULL;

	for (glong i = g_utf8_strlen(l->source->text, (gssize)at); i > 0; i--)
		g_string_append_c(padded, ' ');
	if (!l->words[k][from])
		t = word_at(l, at, "", 0);
	g_string_append(padded, l->words[k] + from);
	if (!t)
		t = tree_read_text(l->pool, NAME, padded->str, padded->len, l->r);
	if (t && t->source != l->source) {
		/* shown in reports: all the words */
		struct tree_source *source = (struct tree_source *)t->source;

		g_free(source->text);
		source->text = g_strdup(l->source->text);
		source->len = l->source->len;
	}
	g_string_free(padded, TRUE);
	return t;
}

/* ---- words to a tree --------------------------------------------------------------------------------------------- */

static void put(struct line *l, struct tree *map, struct tree *key, struct tree *v)
{
	if (tree_get(map, key->text, NULL))
		report_at(l->r, key, "`%s` is here twice", key->text);
	else if (v)
		tree_put(map, key, v);
}

/* The section of `set` that a value of this node belongs to, by the key; NULL: nothing of it can be set. */
static const char *section_of(const struct scen_node *n, const char *key)
{
	if (n->kind == NODE_LMA || (n->kind == NODE_HA && !find_row(&scen_settings_section, key) &&
				    find_row(&scen_anchoring_section, key)))
		return "anchoring";
	if (n->kind == NODE_MAG)
		return "gateway";
	return n->kind == NODE_HA ? "settings" : NULL;
}

static const char *base_name(const void *p)
{
	return ((const struct scen_base *)p)->name;
}

static void no_target(struct line *l, const struct tree *target)
{
	guint links = l->s->links->len, nodes = l->s->nodes->len;
	const char **names = g_new0(const char *, links + nodes + 1);
	char near[100];

	for (guint i = 0; i < links + nodes; i++)
		names[i] = base_name(i < links ? l->s->links->pdata[i] : l->s->nodes->pdata[i - links]);
	report_at(l->r, target, "there is no link or node `%s`%s", target->text,
		  report_nearest(target->text, names, near, sizeof near));
	g_free(names);
}

/* TARGET.KEY=VALUE */
static void put_set(struct line *l, guint k, size_t dot, size_t equals)
{
	const char *w = l->words[k];
	guint at = g_array_index(l->at, guint, k);
	struct tree *target = word_at(l, at, w, dot), *key = word_at(l, at + (guint)dot + 1, w + dot + 1, equals - dot - 1);
	const struct scen_link *link = scen_link(l->s, target->text);
	uint32_t member;
	const struct scen_node *n = link ? NULL : scen_member(l->s, target->text, &member);
	const char *section = link ? "params" : n ? section_of(n, key->text) : NULL, *who = link ? "link" : "node";
	const struct tree *before = tree_get(l->map, who, NULL);
	struct tree *map;

	if (!link && !n) {
		no_target(l, target);
		return;
	}
	if (!section) {
		report_at(l->r, target, "nothing of `%s` can be set: it is no link, home agent, LMA or MAG", target->text);
		return;
	}
	if ((before && strcmp(before->text, target->text)) || (!before && tree_get(l->map, link ? "node" : "link", NULL))) {
		report_at(l->r, target, "`set` changes one link or node at a time");
		return;
	}
	if (!before)
		tree_put(l->map, word_at(l, at, who, strlen(who)), target);
	map = tree_get(l->map, section, NULL);
	if (!map) {
		map = tree_new(l->pool, TREE_MAP, target);
		tree_put(l->map, word_at(l, at, section, strlen(section)), map);
	}
	put(l, map, key, value(l, k, equals + 1));
}

/* NAME=... : octets of the name, or 0 */
static size_t name_length(const char *w, const char *stops)
{
	size_t n = 0;

	while (g_ascii_isalnum(w[n]) || (n && (w[n] == '-' || w[n] == '_')))
		n++;
	return n && w[n] && strchr(stops, w[n]) ? n : 0;
}

static bool is_named(const char *w, size_t *dot, size_t *equals)
{
	*equals = *dot = name_length(w, "=.");
	if (*dot && w[*dot] == '.') {
		size_t n = name_length(w + *dot + 1, "=");

		*equals = n ? *dot + 1 + n : 0;
	}
	return *equals != 0;
}

static void too_many(struct line *l, guint k)
{
	char *usage = l->verb >= 0 ? act_usage(l->verb) : NULL;

	if (usage)
		report_at(l->r, word(l, k), "a word too many: %s, others as KEY=VALUE", usage);
	g_free(usage);
}

static void read_words(struct line *l)
{
	guint plain = 0, seen = 0;
	size_t dot, equals;

	for (guint k = 1; k < l->n; k++)
		plain += !is_named(l->words[k], &dot, &equals);
	for (guint k = 1; k < l->n && !l->r->errors; k++) {
		const char *w = l->words[k];
		guint at = g_array_index(l->at, guint, k);
		const char *key;

		if (!is_named(w, &dot, &equals)) {
			key = l->verb < 0 || l->verb == DO_SET ? NULL : nth_key(l->verb, plain, seen++);
			if (key)
				put(l, l->map, word_at(l, at, key, strlen(key)), word(l, k));
			else
				too_many(l, k);
		} else if (w[dot] == '.' && l->verb == DO_SET) {
			put_set(l, k, dot, equals);
		} else {
			put(l, l->map, word_at(l, at, w, equals), value(l, k, equals + 1));
		}
	}
}

/* When: now, or later as the words say. */
static void put_time(struct line *l, moor_time now, moor_time end)
{
	const struct tree *at = tree_get(l->map, "at", NULL);
	char text[40];
	int64_t t;

	unit_text(UNIT_SPAN, now, text, sizeof text);
	if (!at)
		tree_put(l->map, word_at(l, 0, "at", 2), word_at(l, 0, text, strlen(text)));
	else if (at->kind == TREE_SCALAR && !unit_parse(UNIT_SPAN, at->text, &t) && t < now)
		report_at(l->r, at, "that is over: it is %s now", text);
	else if (at->kind == TREE_SCALAR && !unit_parse(UNIT_SPAN, at->text, &t) && t > end)
		report_at(l->r, at, "after the end of the run");
}

static struct tree *words_to_tree(struct line *l, moor_time now, moor_time end)
{
	GString *all = g_string_new(NULL);
	struct tree place = { .line = 1, .column = 1, .width = 1 };

	for (guint k = 0; k < l->n; k++) {
		guint at = (guint)all->len + (k > 0);

		g_string_append_printf(all, "%s%s", k ? " " : "", l->words[k]);
		g_array_append_val(l->at, at);
	}
	l->source = g_new0(struct tree_source, 1);
	l->source->name = g_strdup(NAME);
	l->source->len = all->len;
	l->source->text = g_string_free(all, FALSE);
	g_ptr_array_add(l->pool->sources, l->source);
	place.source = l->source;
	place.width = (unsigned)g_utf8_strlen(l->words[0], -1);
	l->map = tree_new(l->pool, TREE_MAP, &place);
	tree_put(l->map, word_at(l, 0, "do", 2), word(l, 0));
	l->verb = -1;
	for (const struct scen_choice *c = act_verbs(); c->name; c++)
		if (!strcmp(c->name, l->words[0]))
			l->verb = c->value;
	read_words(l);
	put_time(l, now, end);
	return l->map;
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static bool sound_words(const char *const *words, guint n, struct report *r)
{
	if (!n || n > ACT_WORDS_MAX) {
		report_at(r, NULL, n ? "more than %u words" : "an action has at least one word", ACT_WORDS_MAX);
		return false;
	}
	for (guint k = 0; k < n; k++) {
		bool clean = *words[k] && g_utf8_validate(words[k], -1, NULL);

		for (const char *p = words[k]; clean && *p; p++)
			clean = (unsigned char)*p >= ' ' && *p != 0x7f;
		if (!clean) {
			report_at(r, NULL, "word %u is empty, or no text", k + 1);
			return false;
		}
	}
	return true;
}

/* ---- the action -------------------------------------------------------------------------------------------------- */

struct act_told *act_tell(const struct scenario *s, const char *const *words, guint n, moor_time now, moor_time end,
			  guint *entry, struct report *r)
{
	struct act_told *t;
	unsigned before = r->errors;
	struct line l = { .s = s, .words = words, .n = n, .r = r };

	if (!sound_words(words, n, r))
		return NULL;
	t = g_new0(struct act_told, 1);
	l.pool = t->pool = tree_pool_new();
	l.at = g_array_new(FALSE, FALSE, sizeof(guint));
	decode_init(&t->decode, t->pool, r);
	words_to_tree(&l, now, end);
	g_array_unref(l.at);
	if (r->errors == before)
		decode_section(&t->decode, action_section(), l.map, &t->action);
	if (r->errors == before)
		scen_check_refs(s, (const struct decode_ref *)(void *)t->decode.refs->data, t->decode.refs->len, r);
	g_ptr_array_add(s->timeline, &t->action);
	if (r->errors == before) {
		t->named = true;
		names_action(s, &t->action, true);
		scen_check_action(s, &t->action, r);
	}
	if (r->errors != before) {
		act_take_back(s, t);
		return NULL;
	}
	*entry = s->timeline->len - 1;
	return t;
}

void act_told_free(struct act_told *t)
{
	if (!t)
		return;
	decode_done(&t->decode);
	tree_pool_free(t->pool);
	g_free(t);
}

void act_take_back(const struct scenario *s, struct act_told *t)
{
	if (t->named)
		names_action(s, &t->action, false);
	g_ptr_array_set_size(s->timeline, (gint)s->timeline->len - 1);
	act_told_free(t);
}

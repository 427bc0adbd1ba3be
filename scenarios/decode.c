/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: from trees to structs, by the table
 *
 * The reader knows types, the table knows keys. Defaults are written in the language and read by the same functions,
 * so the reference page cannot say one thing and the reader do another. It implements no clause.
 */
#include "scenarios/schema.h"

#include <string.h>

#include "net/timers.h"
#include "scenarios/motion.h"
#include "scenarios/scenario.h"
#include "world/link.h"

void decode_init(struct decode *d, struct tree_pool *pool, struct report *report)
{
	d->pool = pool;
	d->report = report;
	d->owned = g_ptr_array_new_with_free_func(g_free);
	d->lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	d->refs = g_array_new(FALSE, FALSE, sizeof(struct decode_ref));
}

void decode_done(struct decode *d)
{
	g_ptr_array_unref(d->owned);
	g_ptr_array_unref(d->lists);
	g_array_unref(d->refs);
}

static void *take(struct decode *d, size_t size)
{
	void *p = g_malloc0(size);

	g_ptr_array_add(d->owned, p);
	return p;
}

static GPtrArray *take_list(struct decode *d)
{
	GPtrArray *list = g_ptr_array_new();

	g_ptr_array_add(d->lists, list);
	return list;
}

bool scen_is_ident(const char *s)
{
	if (!g_ascii_isalpha(*s))
		return false;
	while (g_ascii_isalnum(*s) || *s == '-' || *s == '_')
		s++;
	return !*s;
}

static bool fail(struct decode *d, const struct scen_row *row, const struct tree *t, const char *why)
{
	if (t->kind == TREE_SCALAR)
		report_at(d->report, t, "`%s`: `%s`: %s", row->key, t->text, why);
	else
		report_at(d->report, t, "`%s`: %s", row->key, why);
	return false;
}

static bool need_scalar(struct decode *d, const struct scen_row *row, const struct tree *t, const char *wanted)
{
	if (t->kind != TREE_SCALAR) {
		report_at(d->report, t, "`%s` must be %s, not %s", row->key, wanted, tree_kind_name(t));
		return false;
	}
	if (!*t->text && !t->quoted) {
		report_at(d->report, t, "`%s` has no value; it must be %s", row->key, wanted);
		return false;
	}
	return true;
}

/* ---- scalars ----------------------------------------------------------------------------------------------------- */

static bool read_quantity(struct decode *d, const struct scen_row *row, const struct tree *t, int64_t *out)
{
	int64_t bound;
	char why[120];

	if (!need_scalar(d, row, t, row->unit == UNIT_NONE ? "a whole number" : "a quantity with its unit"))
		return false;
	const char *wrong = unit_parse(row->unit, t->text, out);

	if (wrong)
		return fail(d, row, t, wrong);
	if (row->min && !unit_parse(row->unit, row->min, &bound) && *out < bound) {
		g_snprintf(why, sizeof why, "the least is %s", row->min);
		return fail(d, row, t, why);
	}
	if (row->max && !unit_parse(row->unit, row->max, &bound) && *out > bound) {
		g_snprintf(why, sizeof why, "the most is %s", row->max);
		return fail(d, row, t, why);
	}
	if (row->step && !unit_parse(row->unit, row->step, &bound) && *out % bound) {
		g_snprintf(why, sizeof why, "only multiples of %s can be said", row->step);
		return fail(d, row, t, why);
	}
	return true;
}

static bool read_range(struct decode *d, const struct scen_row *row, const struct tree *t, struct scen_range *out)
{
	if (t->kind == TREE_SCALAR) {
		if (!read_quantity(d, row, t, &out->hi))
			return false;
		out->lo = row->how == HOW_EXACT ? out->hi : 0;
		return true;
	}
	if (t->kind != TREE_LIST || tree_count(t) != 2)
		return fail(d, row, t, "must be one value or [low, high]");
	if (!read_quantity(d, row, tree_item(t, 0), &out->lo) || !read_quantity(d, row, tree_item(t, 1), &out->hi))
		return false;
	return out->lo <= out->hi || fail(d, row, t, "the low end is above the high end");
}

static bool read_bool(struct decode *d, const struct scen_row *row, const struct tree *t, bool *out)
{
	if (!need_scalar(d, row, t, "true or false"))
		return false;
	if (strcmp(t->text, "true") && strcmp(t->text, "false"))
		return fail(d, row, t, "must be true or false");
	*out = t->text[0] == 't';
	return true;
}

static bool read_enum(struct decode *d, const struct scen_row *row, const struct tree *t, int *out)
{
	const char *names[64];
	char near[80];
	unsigned n = 0;
	GString *all;

	if (!need_scalar(d, row, t, "one of its words"))
		return false;
	for (const struct scen_choice *c = row->choices; c->name; c++) {
		if (!strcmp(c->name, t->text)) {
			*out = c->value;
			return true;
		}
		names[n++] = c->name;
	}
	names[n] = NULL;
	all = g_string_new(NULL);
	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(all, "%s%s", i ? ", " : "", names[i]);
	report_at(d->report, t, "`%s`: there is no `%s`%s (one of: %s)", row->key, t->text,
		  report_nearest(t->text, names, near, sizeof near), all->str);
	g_string_free(all, TRUE);
	return false;
}

static bool read_delay(struct decode *d, const struct scen_row *row, const struct tree *t, struct delay *out)
{
	static const char *const names[] = {
		[DELAY_UNIFORM] = "uniform(", [DELAY_NORMAL] = "normal(", [DELAY_EXPONENTIAL] = "exponential(",
	};
	enum delay_kind kind = DELAY_CONSTANT;
	int64_t a = 0, b = 0;

	if (!need_scalar(d, row, t, "a time or a distribution"))
		return false;
	for (unsigned k = DELAY_UNIFORM; k <= DELAY_EXPONENTIAL; k++)
		if (g_str_has_prefix(t->text, names[k]))
			kind = (enum delay_kind)k;
	if (kind == DELAY_CONSTANT) {
		if (strchr(t->text, '('))
			return fail(d, row, t, "the distributions are uniform(a, b), normal(mean, deviation), exponential(least, mean)");
		const char *wrong = unit_parse(UNIT_SPAN, t->text, &a);

		if (wrong || a < 0)
			return fail(d, row, t, wrong ? wrong : "a delay cannot be negative");
	} else {
		char **parts = g_strsplit(t->text + strlen(names[kind]), ",", 3);
		const char *wrong = "needs two times in its parentheses";

		if (g_strv_length(parts) == 2 && g_str_has_suffix(parts[1], ")")) {
			parts[1][strlen(parts[1]) - 1] = 0;
			wrong = unit_parse(UNIT_SPAN, g_strstrip(parts[0]), &a);
			wrong = wrong ? wrong : unit_parse(UNIT_SPAN, g_strstrip(parts[1]), &b);
		}
		g_strfreev(parts);
		if (!wrong && (a < 0 || b < 0 || (kind == DELAY_UNIFORM && b < a)))
			wrong = "the times must not be negative, nor fall";
		if (wrong)
			return fail(d, row, t, wrong);
	}
	*out = (struct delay){ .kind = kind, .a = a, .b = b };
	return true;
}

static bool read_mask(struct decode *d, const struct scen_row *row, const struct tree *t, struct scen_mask *out)
{
	size_t n;

	if (!need_scalar(d, row, t, "a row of 0 and 1"))
		return false;
	n = strlen(t->text);
	if (n > 64 || strspn(t->text, "01") != n)
		return fail(d, row, t, "must be 1 to 64 digits 0 (let through) and 1 (lose)");
	out->bits = (uint8_t)n;
	out->mask = 0;
	for (size_t i = 0; i < n; i++)
		out->mask |= (uint64_t)(t->text[i] == '1') << i;
	return true;
}

static bool read_prefix(struct decode *d, const struct scen_row *row, const struct tree *t, void *out)
{
	bool six = row->type == ST_PREFIX6;
	struct ip6_prefix p6;
	struct ip4_prefix p4;
	struct ip6_addr a6;
	struct ip4_addr a4;

	if (!need_scalar(d, row, t, six ? "an IPv6 prefix" : "an IPv4 prefix"))
		return false;
	if (six ? !ip6_prefix_parse(t->text, &p6) : !ip4_prefix_parse(t->text, &p4))
		return fail(
			d, row, t, six ? "not an IPv6 prefix such as 2001:db8:1::/64" : "not an IPv4 prefix such as 192.0.2.0/24");
	char *address = g_strndup(t->text, strcspn(t->text, "/"));
	/* 2001:db8::1/32 is an address with a length, most likely a slip */
	bool clean = six ? ip6_parse(address, &a6) && ip6_eq(&a6, &p6.addr) : ip4_parse(address, &a4) && ip4_eq(a4, p4.addr);

	g_free(address);
	if (!clean)
		return fail(d, row, t, "bits beyond the prefix length are set");
	if (six)
		*(struct ip6_prefix *)out = p6;
	else
		*(struct ip4_prefix *)out = p4;
	return true;
}

static bool read_ref(struct decode *d, const struct scen_row *row, const struct tree *t)
{
	struct decode_ref ref = { t, row->ref };

	if (!need_scalar(d, row, t, "a name"))
		return false;
	g_array_append_val(d->refs, ref);
	return true;
}

/* ---- lists and sections ------------------------------------------------------------------------------------------ */

/* A list of words; one word stands for a list of one. */
static bool read_words(struct decode *d, const struct scen_row *row, const struct tree *t, GPtrArray **out)
{
	GPtrArray *list = take_list(d);
	guint n = t->kind == TREE_LIST ? tree_count(t) : 1;

	if (t->kind == TREE_MAP)
		return fail(d, row, t, "must be a list of words");
	for (guint i = 0; i < n; i++) {
		const struct tree *word = t->kind == TREE_LIST ? tree_item(t, i) : t;

		if (row->type == ST_REFS ? !read_ref(d, row, word) : !need_scalar(d, row, word, "a text"))
			return false;
		g_ptr_array_add(list, (gpointer)word);
	}
	*out = list;
	return true;
}

static bool check_values(struct decode *d, const struct scen_row *row, const struct tree *t)
{
	if (t->kind != TREE_MAP)
		return fail(d, row, t, "must be a mapping from names to values");
	for (guint i = 0; i < tree_count(t); i++) {
		const struct tree *v = tree_item(t, i);

		if (v->kind == TREE_MAP)
			return fail(d, row, v, "a value was expected here");
		for (guint k = 0; v->kind == TREE_LIST && k < tree_count(v); k++)
			if (tree_item(v, k)->kind != TREE_SCALAR)
				return fail(d, row, tree_item(v, k), "a value was expected here");
	}
	return true;
}

static bool check_timers(struct decode *d, const struct scen_row *row, const struct tree *t)
{
	const char *names[TIMER_IDS + 1];
	char near[80], low[40], high[40];
	bool ok = t->kind == TREE_MAP || fail(d, row, t, "must be a mapping from timers to values");

	for (unsigned i = 0; i < TIMER_IDS; i++)
		names[i] = timer_rows[i].name;
	names[TIMER_IDS] = NULL;
	for (guint i = 0; t->kind == TREE_MAP && i < tree_count(t); i++) {
		const struct tree *key = tree_key(t, i);
		int id = timer_find(key->text);
		int64_t v;

		if (id < 0) {
			report_at(d->report, key, "there is no timer `%s`%s (`mooring list --timers` shows them)", key->text,
				  report_nearest(key->text, names, near, sizeof near));
			ok = false;
			continue;
		}
		enum unit_kind unit = timer_rows[id].unit == TIMER_SPAN ? UNIT_SPAN : UNIT_NONE;
		struct scen_row one = { .key = key->text, .unit = unit, .min = low, .max = high };

		unit_text(unit, timer_rows[id].min, low, sizeof low);
		unit_text(unit, timer_rows[id].max, high, sizeof high);
		ok = read_quantity(d, &one, tree_item(t, i), &v) && ok;
	}
	return ok;
}

static void *read_member(struct decode *d, const struct scen_row *row, const struct tree *t, const char *name)
{
	struct scen_base *base;

	if (t->kind != TREE_MAP) {
		report_at(d->report, t, "%s is a mapping of keys, not %s", row->section->title, tree_kind_name(t));
		return NULL;
	}
	base = take(d, row->section->size);
	base->name = name;
	decode_section(d, row->section, t, base);
	return base;
}

static bool read_members(struct decode *d, const struct scen_row *row, const struct tree *t, GPtrArray **out)
{
	bool named = row->type == ST_NAMED;

	*out = take_list(d);
	if (t->kind != (named ? TREE_MAP : TREE_LIST)) {
		report_at(d->report, t, "`%s` must be %s, not %s", row->key, named ? "a mapping from names" : "a list",
			  tree_kind_name(t));
		return false;
	}
	for (guint i = 0; i < tree_count(t); i++) {
		const char *name = named ? tree_key(t, i)->text : NULL;

		if (named && row->beside && !strcmp(name, row->beside->key)) {
			decode_word(d, row->beside, tree_item(t, i), (char *)out - row->offset + row->beside->offset);
			continue;
		}
		if (named && !scen_is_ident(name)) {
			report_at(d->report, tree_key(t, i), "`%s` is not a name: a letter, then letters, digits, - and _", name);
			continue;
		}
		void *member = read_member(d, row, tree_item(t, i), name);

		if (member)
			g_ptr_array_add(*out, member);
	}
	return true;
}

static bool read_anchor(struct decode *d, const struct scen_row *row, const struct tree *t, struct scen_anchor *out)
{
	out->at = t;
	if (t->kind == TREE_MAP) {
		out->pattern = read_member(d, row, t, NULL);
		return out->pattern != NULL;
	}
	out->word = t->text;
	return need_scalar(d, row, t, "a label, a verb, an expectation's id, or a mapping");
}

static bool read_text(struct decode *d, const struct scen_row *row, const struct tree *t, const char **out)
{
	if (!need_scalar(d, row, t, row->type == ST_IDENT ? "a name" : "a text"))
		return false;
	if (row->type == ST_IDENT && !scen_is_ident(t->text))
		return fail(d, row, t, "not a name: a letter, then letters, digits, - and _");
	*out = t->text;
	return true;
}

bool decode_word(struct decode *d, const struct scen_row *row, const struct tree *t, void *out)
{
	bool ok = false;

	switch (row->type) {
	case ST_TEXT:
	case ST_IDENT:
		return read_text(d, row, t, out);
	case ST_BOOL:
		return read_bool(d, row, t, out);
	case ST_NUM:
		return read_quantity(d, row, t, out);
	case ST_RANGE:
		return read_range(d, row, t, out);
	case ST_ENUM:
		return read_enum(d, row, t, out);
	case ST_DELAY:
		return read_delay(d, row, t, out);
	case ST_MASK:
		return read_mask(d, row, t, out);
	case ST_ADDR6:
		return need_scalar(d, row, t, "an IPv6 address") &&
			(ip6_parse(t->text, out) || fail(d, row, t, "not an IPv6 address"));
	case ST_PREFIX6:
	case ST_PREFIX4:
		return read_prefix(d, row, t, out);
	case ST_TEXTS:
	case ST_REFS:
		return read_words(d, row, t, out);
	case ST_REF:
		ok = read_ref(d, row, t);
		break;
	case ST_VALUES:
	case ST_LISTS:
		ok = check_values(d, row, t);
		break;
	case ST_SWEEP:
		ok = true;		/* scen_points has looked at it */
		break;
	case ST_TIMERS:
		ok = check_timers(d, row, t);
		break;
	case ST_PATH:
		*(const struct tree **)out = motion_points(d->pool, t, d->report);
		return *(const struct tree **)out != NULL;
	case ST_ANCHOR:
		return read_anchor(d, row, t, out);
	case ST_SECTION:
		*(void **)out = read_member(d, row, t, NULL);
		return *(void **)out != NULL;
	case ST_LIST:
	case ST_NAMED:
		return read_members(d, row, t, out);
	}
	*(const struct tree **)out = ok ? t : NULL;
	return ok;
}

/* ---- a section --------------------------------------------------------------------------------------------------- */

/* The value of the selecting key as a bit, SCEN_ALL without one, 0 when it is missing or wrong (reported later by its
 * row). */
static uint64_t selected(const struct scen_section *s, const struct tree *map)
{
	const struct scen_row *row = s->rows;
	const struct tree *t;

	if (!s->selector)
		return SCEN_ALL;
	while (strcmp(row->key, s->selector))
		row++;
	t = tree_get(map, s->selector, NULL);
	for (const struct scen_choice *c = row->choices; c->name; c++)
		if (t ? t->kind == TREE_SCALAR && !strcmp(c->name, t->text) : row->def && !strcmp(c->name, row->def))
			return UINT64_C(1) << c->value;
	return 0;
}

static bool row_fits(const struct scen_row *row, uint64_t kind)
{
	return !row->kinds || (row->kinds & kind);
}

static void report_unknown(
	struct decode *d, const struct scen_section *s, uint64_t kind, const struct tree *map, guint i)
{
	const struct tree *key = tree_key(map, i);
	const char *names[128];
	char near[100];
	unsigned n = 0;

	for (const struct scen_row *row = s->rows; row->key; row++) {
		if (!strcmp(row->key, key->text)) {
			const struct tree *sel = tree_get(map, s->selector, NULL);

			report_at(d->report, key, "key `%s` does not go with `%s: %s`", key->text, s->selector,
				  sel && sel->kind == TREE_SCALAR ? sel->text : "?");
			return;
		}
		if (row_fits(row, kind))
			names[n++] = row->key;
	}
	names[n] = NULL;
	report_at(d->report, key, "unknown key `%s` in %s%s", key->text, s->title,
		  report_nearest(key->text, names, near, sizeof near));
}

static void check_keys(struct decode *d, const struct scen_section *s, uint64_t kind, const struct tree *map)
{
	for (guint i = 0; i < tree_count(map); i++) {
		const struct scen_row *row = s->rows;

		while (row->key && (strcmp(row->key, tree_key(map, i)->text) || (kind && !row_fits(row, kind))))
			row++;
		if (!row->key)
			report_unknown(d, s, kind, map, i);
	}
}

/* A default: a word, `[low, high]`, or {} for a section with all its own defaults. */
static const struct tree *default_tree(struct decode *d, const char *def, const struct tree *map)
{
	if (def[0] == '{')
		return tree_new(d->pool, TREE_MAP, map);
	if (def[0] == '[')
		return tree_read_text(d->pool, "default", def, strlen(def), d->report);
	return tree_scalar(d->pool, def, map);
}

void decode_section(struct decode *d, const struct scen_section *s, const struct tree *map, void *out)
{
	struct scen_base *base = out;
	uint64_t kind = selected(s, map);
	unsigned i = 0;

	base->at = map;
	check_keys(d, s, kind, map);
	for (const struct scen_row *row = s->rows; row->key; row++, i++) {
		void *to = (char *)out + row->offset;
		const struct tree *t = tree_get(map, row->key, NULL);

		if (row->type == ST_LIST || row->type == ST_NAMED || row->type == ST_TEXTS || row->type == ST_REFS)
			*(GPtrArray **)to = take_list(d);
		if (t && row_fits(row, kind)) {
			base->given[i / 64] |= UINT64_C(1) << i % 64;
			decode_word(d, row, t, to);
		} else if (!t && !kind && !strcmp(row->key, s->selector) && !row->def) {
			report_at(d->report, map, "%s needs the key `%s`: %s", s->title, row->key, row->about);
		} else if (!t && (row->required & kind) && row_fits(row, kind)) {
			report_at(d->report, map, "%s needs the key `%s`: %s", s->title, row->key, row->about);
		} else if (!t && row->def && row_fits(row, kind)) {
			decode_word(d, row, default_tree(d, row->def, map), to);
		}
	}
}

bool scen_given(const struct scen_section *s, const void *base, const char *key)
{
	const struct scen_base *b = base;

	for (unsigned i = 0; s->rows[i].key; i++)
		if (!strcmp(s->rows[i].key, key) && (b->given[i / 64] >> i % 64 & 1))
			return true;
	return false;
}

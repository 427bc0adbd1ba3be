/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: sweeps
 *
 * The file's `sweep`, `--set path={…}` and `--zip` as axes: paths with the values they take. Axes that are zipped go in
 * step, all others are crossed. Values are counted first and made only when all of them together are few enough, so
 * that a slip of the finger costs an error and no memory. It implements no clause.
 */
#include "scenarios/load.h"

#include <string.h>

#define ZIP "zip "			/* a text of sets that begins so: "zip a={1,2} b={3,4}" */

/* One value, or a range of them. */
struct part {
	char *text;			/* as it stands there */
	bool range;
	enum unit_kind unit;
	int64_t lo, hi, step;		/* step 0: geometric */
	int64_t factor;			/* in billionths */
	guint64 count;
};

struct axis {
	char *path;
	const struct tree *at;		/* in the file; NULL: command line */
	const char *how;		/* "--set", "--zip", "`sweep`": where it was said */
	GArray *parts;			/* struct part */
	GPtrArray *values;		/* GRefString "path=value"; NULL: not made yet */
};

/* Axes that go in step: one, or those of a zip. */
struct factor {
	const struct tree *at;
	bool zip;
	GPtrArray *axes;
};

static void part_clear(gpointer p)
{
	g_free(((struct part *)p)->text);
}

static void value_free(gpointer text)
{
	g_ref_string_release(text);
}

static void axis_free(gpointer p)
{
	struct axis *a = p;

	g_free(a->path);
	g_array_unref(a->parts);
	if (a->values)
		g_ptr_array_unref(a->values);
	g_free(a);
}

static void factor_free(gpointer p)
{
	struct factor *f = p;

	g_ptr_array_unref(f->axes);
	g_free(f);
}

static struct axis *axis_new(char *path, const struct tree *at, const char *how)
{
	struct axis *a = g_new0(struct axis, 1);

	a->path = path;
	a->at = at;
	a->how = how;
	a->parts = g_array_new(FALSE, FALSE, sizeof(struct part));
	g_array_set_clear_func(a->parts, part_clear);
	return a;
}

static struct factor *factor_new(GPtrArray *factors, const struct tree *at, bool zip)
{
	struct factor *f = g_new0(struct factor, 1);

	f->at = at;
	f->zip = zip;
	f->axes = g_ptr_array_new_with_free_func(axis_free);
	g_ptr_array_add(factors, f);
	return f;
}

static guint64 axis_count(const struct axis *a)
{
	guint64 n = 0;

	for (guint i = 0; i < a->parts->len; i++)
		n += g_array_index(a->parts, struct part, i).count;
	return n;
}

static bool fail(const struct axis *a, struct report *r, const char *what)
{
	report_at(r, a->at, "%s %s: %s", a->how, a->path, what);
	return false;
}

static bool fail_with(const struct axis *a, struct report *r, char *what)
{
	fail(a, r, what);
	g_free(what);
	return false;
}

/* ---- values and ranges ------------------------------------------------------------------------------------------- */

/* At each sep that stands in no brackets and no quotes. */
static char **split(const char *text, char sep)
{
	GPtrArray *all = g_ptr_array_new();
	const char *from = text, *p;
	int depth = 0;
	char quote = 0;

	for (p = text; *p; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '"' || *p == '\'')
			quote = *p;
		else if (strchr("([{", *p))
			depth++;
		else if (strchr(")]}", *p))
			depth--;
		else if (*p == sep && depth <= 0) {
			g_ptr_array_add(all, g_strstrip(g_strndup(from, (gsize)(p - from))));
			from = p + 1;
		}
	}
	g_ptr_array_add(all, g_strstrip(g_strdup(from)));
	g_ptr_array_add(all, NULL);
	return (char **)g_ptr_array_free(all, FALSE);
}

/* The unit that all of them have. False: *why. */
static bool common_unit(char *const *texts, guint n, enum unit_kind *unit, int64_t *values, const char **why)
{
	static const enum unit_kind kinds[] = { UNIT_NONE, UNIT_SPAN, UNIT_RATE, UNIT_SHARE, UNIT_OCTETS, UNIT_DRIFT };
	guint numbers = 0;

	for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
		guint good = 0;

		for (guint i = 0; i < n; i++)
			good += !unit_parse(kinds[k], texts[i], &values[i]);
		*unit = kinds[k];
		if (good == n)
			return true;
		numbers += good;
	}
	*why = numbers >= n ? "its ends and its step have different units"
			    : "it needs whole numbers or quantities with units";
	return false;
}

/* lo, then each the factor times the one before, to the nearest whole base unit. 0: no further one. */
static int64_t next_of(const struct part *p, int64_t v)
{
	__int128 next = v;

	if (p->step)
		next += p->step;
	else
		next = (next * p->factor + 500000000) / 1000000000;
	if (p->step < 0 ? next < p->hi : next > p->hi)
		return v;
	return (int64_t)next;
}

static const char *count_linear(struct part *p)
{
	bool down = p->hi < p->lo;
	guint64 way = down ? (guint64)p->lo - (guint64)p->hi : (guint64)p->hi - (guint64)p->lo;

	if (!p->step)
		return "a step of 0 leads nowhere";
	if (way && down != (p->step < 0))
		return down ? "its end is below its beginning: the step must be negative, as in {5..1/-1}"
			    : "its end is above its beginning: the step must not be negative";
	p->count = way / (p->step < 0 ? 0 - (guint64)p->step : (guint64)p->step) + 1;
	return NULL;
}

static const char *count_geometric(struct part *p, const char *factor)
{
	char *seconds = g_strconcat(factor, "s", NULL);		/* a decimal number, nine digits behind the point */
	const char *wrong = unit_parse(UNIT_SPAN, seconds, &p->factor);

	g_free(seconds);
	if (wrong)
		return "its factor is no number such as 10 or 1.5";
	if (p->factor <= 1000000000)
		return "its factor must be above 1";
	if (p->lo <= 0)
		return "with a factor it must begin above 0";
	if (p->hi < p->lo)
		return "its end is below its beginning";
	p->step = 0;
	p->count = 1;
	for (int64_t v = p->lo, next; p->count <= SCEN_POINTS_MAX; v = next, p->count++) {
		__int128 raw = ((__int128)v * p->factor + 500000000) / 1000000000;

		if (raw == v)
			return "its factor is so near to 1 that rounded values repeat";
		next = next_of(p, v);
		if (next == v)
			break;
	}
	return NULL;
}

/* a..b, a..b/step (or a..b..step), a..b*factor. NULL, or what is wrong. */
static const char *read_range(struct part *p)
{
	char **ends = g_strsplit(p->text, "..", -1), *step = NULL, *times = NULL;
	guint n = g_strv_length(ends);
	const char *why = NULL;
	int64_t values[3] = { 0, 0, 1 };

	if (n == 2) {
		step = strchr(ends[1], '/');
		times = step ? NULL : strchr(ends[1], '*');
		if (step)
			*step++ = 0;
		if (times)
			*times++ = 0;
	} else if (n == 3) {
		step = ends[2];
	}

	char *texts[3] = { g_strstrip(ends[0]), g_strstrip(ends[1]), step ? g_strstrip(step) : NULL };

	if (n > 3)
		why = "it has too many ends";
	else if (!common_unit(texts, step ? 3 : 2, &p->unit, values, &why))
		;		/* why says it */
	else if (!step && !times && p->unit != UNIT_NONE)
		why = "quantities with units need a step, as in {10ms..50ms/10ms}";
	p->lo = values[0];
	p->hi = values[1];
	p->step = values[2];
	if (!why && times)
		why = count_geometric(p, g_strstrip(times));
	else if (!why)
		why = count_linear(p);
	g_strfreev(ends);
	return why;
}

static bool looks_like_range(const char *item)
{
	return (g_ascii_isdigit(*item) || *item == '-') && strstr(item, "..") && !strpbrk(item, "([{\"'");
}

/* One of {a,b,c}. */
static bool add_item(struct axis *a, const char *item, struct report *r)
{
	struct part p = { .text = g_strdup(item), .range = looks_like_range(item), .count = 1 };
	const char *why = NULL;

	if (p.range)
		why = read_range(&p);
	g_array_append_val(a->parts, p);
	if (why)
		return fail_with(a, r, g_strdup_printf("{%s} is no range: %s", item, why));
	if (p.count > SCEN_POINTS_MAX)
		return fail_with(a, r, g_strdup_printf("{%s} has more than %u values", item, SCEN_POINTS_MAX));
	return true;
}

/* {…}, or the text itself. */
static bool add_values(struct axis *a, const char *text, struct report *r)
{
	size_t n = strlen(text);

	if (n < 2 || text[0] != '{' || text[n - 1] != '}') {
		struct part p = { .text = g_strdup(text), .count = 1 };

		g_array_append_val(a->parts, p);
		return true;
	}

	char *inner = g_strstrip(g_strndup(text + 1, n - 2)), **items = split(inner, ',');
	bool ok = *inner != 0;

	if (!ok)
		fail(a, r, "{} holds no value");
	for (char **i = items; ok && *i; i++)
		ok = **i ? add_item(a, *i, r) : fail_with(a, r, g_strdup_printf("an empty value in {%s}", inner));
	g_strfreev(items);
	g_free(inner);
	return ok;
}

/* ---- the file's sweep -------------------------------------------------------------------------------------------- */

/* Braces with a mapping in them are a value. */
static bool add_tree(struct axis *a, const struct tree *v, struct report *r)
{
	struct part p = { .count = 1 };

	if (v->kind != TREE_SCALAR) {
		report_at(r, v, "`sweep` needs single values (with quotes where they hold brackets: \"{1..5}\")");
		return false;
	}
	a->at = v;
	if (*v->text == '{' && !strstr(v->text, ": "))
		return add_values(a, v->text, r);
	p.text = g_strdup(v->text);
	g_array_append_val(a->parts, p);
	return true;
}

static bool file_axis(struct factor *f, const struct tree *key, const struct tree *list, struct report *r)
{
	struct axis *a = axis_new(g_strdup(key->text), key, "`sweep`");
	bool ok = true;

	g_ptr_array_add(f->axes, a);
	for (guint k = 0; ok && k < (list->kind == TREE_LIST ? tree_count(list) : 1); k++)
		ok = add_tree(a, list->kind == TREE_LIST ? tree_item(list, k) : list, r);
	a->at = key;
	if (ok && !a->parts->len) {
		report_at(r, list, "`sweep` needs at least one value");
		ok = false;
	}
	return ok;
}

static bool file_zip(GPtrArray *factors, const struct tree *zip, struct report *r)
{
	struct factor *f;
	bool ok = true;

	if (zip->kind != TREE_MAP || !tree_count(zip)) {
		report_at(r, zip, "`zip` must be a mapping from paths to lists of values, or a list of such");
		return false;
	}
	f = factor_new(factors, zip, true);
	for (guint i = 0; ok && i < tree_count(zip); i++)
		ok = file_axis(f, tree_key(zip, i), tree_item(zip, i), r);
	return ok;
}

static bool file_factors(GPtrArray *factors, const struct tree *sweep, struct report *r)
{
	bool ok = !sweep || sweep->kind == TREE_MAP;

	if (!ok)
		report_at(r, sweep, "`sweep` must be a mapping from paths to lists of values");
	for (guint i = 0; ok && sweep && i < tree_count(sweep); i++) {
		const struct tree *key = tree_key(sweep, i), *v = tree_item(sweep, i);

		if (strcmp(key->text, "zip")) {
			ok = file_axis(factor_new(factors, key, false), key, v, r);
			continue;
		}
		if (v->kind != TREE_LIST || !tree_count(v))
			ok = file_zip(factors, v, r);
		for (guint k = 0; ok && v->kind == TREE_LIST && k < tree_count(v); k++)
			ok = file_zip(factors, tree_item(v, k), r);
	}
	return ok;
}

/* ---- the command line -------------------------------------------------------------------------------------------- */

/* The axis of that path from the file goes: the command line says otherwise. */
static void forget_file(GPtrArray *factors, const char *path)
{
	for (guint i = 0; i < factors->len; i++) {
		struct factor *f = factors->pdata[i];

		for (guint k = 0; k < f->axes->len; k++) {
			const struct axis *a = f->axes->pdata[k];

			if (a->at && !strcmp(a->path, path))
				g_ptr_array_remove_index(f->axes, k--);
		}
		if (!f->axes->len)
			g_ptr_array_remove_index(factors, i--);
	}
}

static struct axis *said_before(const GPtrArray *factors, const char *path)
{
	for (guint i = 0; i < factors->len; i++) {
		const struct factor *f = factors->pdata[i];
		struct axis *a = f->axes->len ? f->axes->pdata[0] : NULL;

		if (!f->zip && a && !a->at && !strcmp(a->path, path))
			return a;
	}
	return NULL;
}

/* "path=value". zip NULL: an axis of its own, or more values for the one that an earlier --set made. */
static bool set_axis(GPtrArray *factors, struct factor *zip, const char *set, struct report *r)
{
	const char *equals = strchr(set, '='), *how = zip ? "--zip" : "--set";
	char *path;
	struct axis *a;

	if (!equals || equals == set || !equals[1]) {
		report_at(r, NULL, "%s %s: must be path=value", how, set);
		return false;
	}
	path = g_strndup(set, (size_t)(equals - set));
	a = zip ? NULL : said_before(factors, path);
	if (a) {
		g_free(path);
		return add_values(a, equals + 1, r);
	}
	a = axis_new(path, NULL, how);
	if (!zip) {
		forget_file(factors, path);
		zip = factor_new(factors, NULL, false);
	}
	g_ptr_array_add(zip->axes, a);
	return add_values(a, equals + 1, r);
}

static bool set_zip(GPtrArray *factors, const char *texts, struct report *r)
{
	char **sets = split(texts, ' ');
	struct factor *f;
	bool ok = true;

	for (char **s = sets; *s; s++) {
		char *path = g_strndup(*s, strcspn(*s, "="));

		forget_file(factors, path);
		g_free(path);
	}
	f = factor_new(factors, NULL, true);
	for (char **s = sets; ok && *s; s++)
		if (**s)
			ok = set_axis(factors, f, *s, r);
	g_strfreev(sets);
	if (ok && !f->axes->len) {
		report_at(r, NULL, "--zip: which paths? Write --zip 'a={1,2} b={3,4}'");
		ok = false;
	}
	return ok;
}

/* ---- all together ------------------------------------------------------------------------------------------------ */

/* Zips of unequal length, and paths that have two axes. */
static bool check_axes(const GPtrArray *factors, struct report *r)
{
	GHashTable *paths = g_hash_table_new(g_str_hash, g_str_equal);
	bool ok = true;

	for (guint i = 0; ok && i < factors->len; i++) {
		const struct factor *f = factors->pdata[i];
		const struct axis *first = f->axes->pdata[0];

		for (guint k = 0; ok && k < f->axes->len; k++) {
			const struct axis *a = f->axes->pdata[k];

			if (!g_hash_table_add(paths, a->path))
				ok = fail(a, r, "is swept twice, once of it in a zip");
			else if (axis_count(a) != axis_count(first))
				ok = fail_with(a, r, g_strdup_printf("values: %" G_GUINT64_FORMAT ", but %s, which it is zipped with, has %"
								     G_GUINT64_FORMAT, axis_count(a), first->path, axis_count(first)));
		}
	}
	g_hash_table_unref(paths);
	return ok;
}

/* "links.lte.delay: 3000 × seed: 4000" */
static char *axes_text(const GPtrArray *factors)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < factors->len; i++) {
		const struct axis *a = ((const struct factor *)factors->pdata[i])->axes->pdata[0];

		if (axis_count(a) > 1)
			g_string_append_printf(s, "%s%s: %" G_GUINT64_FORMAT, s->len ? " × " : "", a->path, axis_count(a));
	}
	return g_string_free(s, FALSE);
}

/* 0 after reporting. */
static guint count_points(const GPtrArray *factors, const struct tree *sweep, struct report *r)
{
	guint64 total = 1;

	for (guint i = 0; i < factors->len; i++) {
		total *= axis_count(((const struct factor *)factors->pdata[i])->axes->pdata[0]);
		if (total > SCEN_POINTS_MAX) {
			char *axes = axes_text(factors);

			report_at(r, sweep, "the sweep has more than %u combinations (%s)", SCEN_POINTS_MAX, axes);
			g_free(axes);
			return 0;
		}
	}
	return (guint)total;
}

static void put_value(struct axis *a, const char *value)
{
	char *text = g_strdup_printf("%s=%s", a->path, value);

	g_ptr_array_add(a->values, g_ref_string_new(text));
	g_free(text);
}

/* As it would be written: of shares that were given in percent none turns into ppm. */
static void range_text(const struct part *p, int64_t v, char *buf, size_t cap)
{
	int64_t rest = v % 10000;
	int digits = 4;

	if (p->unit != UNIT_SHARE || !strchr(p->text, '%') || v < 0) {
		unit_text(p->unit, v, buf, cap);
		return;
	}
	for (; digits && rest % 10 == 0; digits--)
		rest /= 10;
	if (digits)
		g_snprintf(buf, cap, "%" G_GINT64_FORMAT ".%0*d%%", v / 10000, digits, (int)rest);
	else
		g_snprintf(buf, cap, "%" G_GINT64_FORMAT "%%", v / 10000);
}

/* False: a value is there twice, which in a zip it may be. */
static bool make_values(struct axis *a, bool zip, struct report *r)
{
	GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
	char buf[64];
	bool ok = true;

	a->values = g_ptr_array_new_with_free_func(value_free);
	for (guint i = 0; i < a->parts->len; i++) {
		const struct part *p = &g_array_index(a->parts, struct part, i);
		int64_t v = p->lo;

		for (guint64 k = 0; k < p->count; k++, v = next_of(p, v)) {
			if (p->range)
				range_text(p, v, buf, sizeof buf);
			put_value(a, p->range ? buf : p->text);
		}
	}
	for (guint i = 0; ok && !zip && a->parts->len > 1 && i < a->values->len; i++)
		if (!g_hash_table_add(seen, a->values->pdata[i]))
			ok = fail_with(a, r, g_strdup_printf("the value `%s` is there twice",
							     (char *)a->values->pdata[i] + strlen(a->path) + 1));
	g_hash_table_unref(seen);
	return ok;
}

static void point_free(gpointer p)
{
	struct scen_point *point = p;

	for (char **o = point->overrides; *o; o++)
		g_ref_string_release(*o);
	g_free(point->overrides);
	g_free(point);
}

static struct scen_point *make_point(const GPtrArray *factors, guint n_axes, guint k)
{
	struct scen_point *p = g_new0(struct scen_point, 1);
	guint at = n_axes;

	p->overrides = g_new0(char *, n_axes + 1);
	for (guint i = factors->len; i-- > 0;) {
		const struct factor *f = factors->pdata[i];
		guint len = ((const struct axis *)f->axes->pdata[0])->values->len;

		for (guint x = f->axes->len; x-- > 0;)
			p->overrides[--at] = g_ref_string_acquire(((struct axis *)f->axes->pdata[x])->values->pdata[k % len]);
		k /= len;
	}
	return p;
}

static GPtrArray *make_points(const GPtrArray *factors, guint total, struct report *r)
{
	GPtrArray *points = g_ptr_array_new_full(total, point_free);
	guint n_axes = 0;
	bool ok = true;

	for (guint i = 0; i < factors->len; i++) {
		const struct factor *f = factors->pdata[i];

		n_axes += f->axes->len;
		for (guint k = 0; ok && k < f->axes->len; k++)
			ok = make_values(f->axes->pdata[k], f->zip, r);
	}
	for (guint k = 0; ok && k < total; k++)
		g_ptr_array_add(points, make_point(factors, n_axes, k));
	if (ok)
		return points;
	g_ptr_array_unref(points);
	return NULL;
}

GPtrArray *scen_points(struct scen_file *f, const char *const *sets, struct report *r)
{
	const struct tree *sweep = tree_get(f->root, "sweep", NULL);
	GPtrArray *factors = g_ptr_array_new_with_free_func(factor_free), *points = NULL;
	bool ok = file_factors(factors, sweep, r);
	guint total;

	for (; ok && sets && *sets; sets++)
		ok = g_str_has_prefix(*sets, ZIP) ? set_zip(factors, *sets + strlen(ZIP), r)
						  : set_axis(factors, NULL, *sets, r);
	ok = ok && check_axes(factors, r);
	total = ok ? count_points(factors, sweep, r) : 0;
	if (total)
		points = make_points(factors, total, r);
	g_ptr_array_unref(factors);
	return points;
}

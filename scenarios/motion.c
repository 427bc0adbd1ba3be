/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: where nodes are and how they move
 *
 * Ways are made here, in the scenario's terms, and not by whoever carries frames: a member's way is the group's, moved
 * as a whole, so that all of them take the same turns. It implements no clause.
 */
#include "scenarios/motion.h"

#include <math.h>
#include <string.h>

#include "base/time.h"

bool motion_number(const char *text, double most, double *out)
{
	char *end;

	*out = g_ascii_strtod(text, &end);
	return end != text && !*end && isfinite(*out) && fabs(*out) <= most;
}

void motion_pair(const GPtrArray *pair, double out[2])
{
	out[0] = out[1] = 0;
	for (guint i = 0; i < MIN(pair->len, 2); i++)
		motion_number(((const struct tree *)pair->pdata[i])->text, G_MAXDOUBLE, &out[i]);
}

/* ---- a file ------------------------------------------------------------------------------------------------------ */

#define POINTS_MAX 100000u

/* One word of a line, as a node of the tree that stands there. */
static struct tree *word_at(struct tree_pool *pool, struct tree_source *source, unsigned line, const char *text,
			    const char *word, const char *suffix)
{
	struct tree place = { .source = source, .line = line, .column = (unsigned)(word - text) + 1 };
	char *bare = g_strstrip(g_strndup(word, strcspn(word, ",\n"))), *whole = g_strconcat(bare, suffix, NULL);
	struct tree *t;

	place.width = (unsigned)MAX(strlen(bare), 1);
	t = tree_scalar(pool, whole, &place);
	g_free(bare);
	g_free(whole);
	return t;
}

/* "0.5,10,5": seconds of times become quantities. */
static struct tree *point_at(struct tree_pool *pool, struct tree_source *source, unsigned line, const char *text,
			     bool timed)
{
	struct tree place = { .source = source, .line = line, .column = 1, .width = (unsigned)MAX(strcspn(text, "\n"), 1) };
	struct tree *point = tree_new(pool, TREE_LIST, &place);
	const char *word = text;

	for (unsigned i = 0;; i++) {
		g_ptr_array_add(point->items, word_at(pool, source, line, text, word, timed && !i ? "s" : ""));
		word += strcspn(word, ",\n");
		if (*word++ != ',')
			return point;
	}
}

/* "t,x,y" or "x,y", blanks as one likes. */
static bool head_of(const char *line, bool *timed)
{
	char *word = g_strndup(line, strcspn(line, "\n")), *to = word;
	bool good;

	for (const char *p = word; *p; p++)
		if (!g_ascii_isspace(*p))
			*to++ = *p;
	*to = 0;
	*timed = !strcmp(word, "t,x,y");
	good = *timed || !strcmp(word, "x,y");
	g_free(word);
	return good;
}

static struct tree *points_of(struct tree_pool *pool, struct tree_source *source, struct report *r)
{
	struct tree place = { .source = source, .line = 1, .column = 1, .width = 1 };
	struct tree *points = tree_new(pool, TREE_LIST, &place);
	bool timed = false, head = false;
	unsigned line = 1;

	for (const char *p = source->text; p && *p; line++, p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		if (!p[strspn(p, " \t\r")] || p[strspn(p, " \t\r")] == '\n' || *p == '#')
			continue;
		if (!head && !head_of(p, &timed)) {
			place.line = line;
			place.width = (unsigned)MAX(strcspn(p, "\n"), 1);
			report_at(r, tree_new(pool, TREE_LIST, &place), "the first line of a path is `t,x,y` (seconds, metres) or `x,y`");
			return NULL;
		}
		if (head)
			g_ptr_array_add(points->items, point_at(pool, source, line, p, timed));
		head = true;
		if (points->items->len > POINTS_MAX) {
			report_at(r, points, "a path has %u points at most", POINTS_MAX);
			return NULL;
		}
	}
	return points;
}

static struct tree_source *read_source(struct tree_pool *pool, const struct tree *word, struct report *r)
{
	char *folder = g_path_get_dirname(word->source->name), *text = NULL;
	char *path = g_path_is_absolute(word->text) ? g_strdup(word->text) : g_build_filename(folder, word->text, NULL);
	struct tree_source *source = NULL;
	GError *error = NULL;
	gsize len = 0;

	if (!g_file_get_contents(path, &text, &len, &error)) {
		report_at(r, word, "%s", error->message);
		g_error_free(error);
	} else if (len > TREE_FILE_MAX || memchr(text, 0, len) || !g_utf8_validate(text, (gssize)len, NULL)) {
		report_at(r, word, "`%s` is no text of %u octets at most", path, TREE_FILE_MAX);
	} else {
		source = g_new0(struct tree_source, 1);
		*source = (struct tree_source){ .name = g_strdup(path), .text = g_strdup(text), .len = len, .from = word,
						.how = "named" };
		g_ptr_array_add(pool->sources, source);
	}
	g_free(text);
	g_free(path);
	g_free(folder);
	return source;
}

const struct tree *motion_points(struct tree_pool *pool, const struct tree *path, struct report *r)
{
	struct tree *word, *points;
	struct tree_source *source;

	if (path->kind == TREE_LIST)
		return path;
	word = path->kind == TREE_MAP && tree_count(path) == 1 ? tree_get(path, "file", NULL) : NULL;
	if (!word || word->kind != TREE_SCALAR || !*word->text) {
		report_at(r, path, "`path` must be a list of points, or {file: walk.csv}");
		return NULL;
	}
	source = read_source(pool, word, r);
	points = source ? points_of(pool, source, r) : NULL;
	/* beside its name, so that the scenario's hash is over what the file holds */
	if (points)
		tree_put((struct tree *)path, tree_scalar(pool, "points", word), points);
	return points;
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static const struct tree *at_key(const struct tree *map, const char *key)
{
	const struct tree *t = tree_get(map, key, NULL);

	return t ? t : map;
}

static void check_number(const struct tree *t, const char *key, struct report *r)
{
	double n;

	if (!motion_number(t->text, MOTION_FAR, &n))
		report_at(r, t, "`%s`: `%s` is no number within %g", key, t->text, MOTION_FAR);
}

void motion_check_pair(const struct tree *map, const char *key, const GPtrArray *pair, struct report *r)
{
	if (pair->len != 2)
		report_at(r, at_key(map, key), "`%s` has two numbers", key);
	for (guint i = 0; i < pair->len; i++)
		check_number(pair->pdata[i], key, r);
}

/* One of its points, behind the time `before`, which becomes its own. */
static void check_point(const struct tree *p, bool timed, int64_t *before, struct report *r)
{
	guint n = timed ? 3 : 2;
	int64_t t = 0;

	if (p->kind != TREE_LIST || tree_count(p) != n) {
		report_at(r, p, timed ? "a point of a path is [time, x, y]; with a `speed` it is [x, y]" :
					"a point of a path with a `speed` is [x, y]");
		return;
	}
	for (guint i = 0; i < n; i++)
		if (tree_item(p, i)->kind != TREE_SCALAR) {
			report_at(r, tree_item(p, i), "a number was expected here");
			return;
		}
	for (guint i = timed; i < n; i++)
		check_number(tree_item(p, i), "path", r);
	if (!timed)
		return;
	const char *wrong = unit_parse(UNIT_SPAN, tree_item(p, 0)->text, &t);

	if (wrong)
		report_at(r, tree_item(p, 0), "`path`: `%s`: %s", tree_item(p, 0)->text, wrong);
	else if (t <= *before)
		report_at(r, tree_item(p, 0), t < 0 ? "`path`: a time cannot be negative" : "`path`: times ascend");
	*before = t;
}

static void check_path(const struct tree *map, const struct scen_motion *m, struct report *r)
{
	int64_t before = m->at->len ? 0 : -1;	/* a place at the beginning is its first point */
	double speed;

	if (!tree_count(m->path))
		report_at(r, m->path, "a path has a point or more");
	for (guint i = 0; i < tree_count(m->path) && r->errors < REPORT_MAX; i++)
		check_point(tree_item(m->path, i), !m->speed, &before, r);
	if (m->speed && (!motion_number(m->speed, MOTION_FAR, &speed) || speed < 0.001))
		report_at(r, at_key(map, "speed"), "`%s` is no number from 0.001 to %g", m->speed, MOTION_FAR);
	if (!m->speed && m->depart)
		report_at(r, at_key(map, "depart"), "the path's points say when it is where");
	if (m->velocity->len)
		report_at(r, at_key(map, "velocity"), "it has a `velocity` or a `path`, not both");
}

void motion_check(const struct tree *map, const struct scen_motion *m, struct report *r)
{
	if (m->at->len || !m->path)
		motion_check_pair(map, "at", m->at, r);
	if (m->velocity->len)
		motion_check_pair(map, "velocity", m->velocity, r);
	if (m->spacing->len)
		motion_check_pair(map, "spacing", m->spacing, r);
	if (m->jitter->len)
		motion_check_pair(map, "jitter", m->jitter, r);
	if (m->path)
		check_path(map, m, r);
	else if (m->speed)
		report_at(r, at_key(map, "speed"), "`speed` goes with a `path`");
}

/* ---- ways -------------------------------------------------------------------------------------------------------- */

#define LONG_ENOUGH (INT64_C(1) << 61)	/* ns: 73 years, and no path's next point overflows */

static void go(GArray *way, int64_t t, double x, double y)
{
	struct scen_waypoint p = { t, x, y };

	g_array_append_val(way, p);
}

static struct scen_waypoint last_of(const GArray *way)
{
	return g_array_index(way, struct scen_waypoint, way->len - 1);
}

/* As long after the last point as the speed wants; one that is there already takes no time. */
static int64_t time_at(const GArray *way, double speed, const double v[2])
{
	const struct scen_waypoint last = last_of(way);
	double dx = v[0] - last.x, dy = v[1] - last.y;

	return last.t < LONG_ENOUGH ? last.t + (int64_t)(sqrt(dx * dx + dy * dy) / speed * MOOR_S) : last.t;
}

static void go_along(GArray *way, const struct scen_motion *m)
{
	bool timed = !m->speed;
	double v[2], speed = 1;

	if (!timed)
		motion_number(m->speed, G_MAXDOUBLE, &speed);
	for (guint i = 0; i < tree_count(m->path); i++) {
		const struct tree *p = tree_item(m->path, i);
		int64_t t = 0;

		for (guint k = 0; k < 2; k++)
			motion_number(tree_item(p, k + timed)->text, G_MAXDOUBLE, &v[k]);
		if (!i && m->at->len) {
			double at[2];

			motion_pair(m->at, at);
			go(way, 0, at[0], at[1]);
		} else if (!i) {
			go(way, 0, v[0], v[1]);		/* stands there until the point's time */
		}
		if (!i && m->depart)
			go(way, m->depart, last_of(way).x, last_of(way).y);
		if (timed)
			unit_parse(UNIT_SPAN, tree_item(p, 0)->text, &t);
		else
			t = time_at(way, speed, v);
		if (t > last_of(way).t)
			go(way, t, v[0], v[1]);
	}
}

static void go_straight(GArray *way, const struct scen_motion *m, int64_t end)
{
	double at[2], v[2], span = (double)(end - m->depart) / MOOR_S;

	motion_pair(m->at, at);
	motion_pair(m->velocity, v);
	go(way, 0, at[0], at[1]);
	if (!m->velocity->len || m->depart >= end)
		return;
	if (m->depart)
		go(way, m->depart, at[0], at[1]);
	go(way, end, at[0] + v[0] * span, at[1] + v[1] * span);
}

GArray *motion_way(const struct scen_motion *m, uint32_t member, struct rng *rng, int64_t end)
{
	GArray *way = g_array_new(FALSE, FALSE, sizeof(struct scen_waypoint));
	double spacing[2], jitter[2], by[2];

	if (m->path)
		go_along(way, m);
	else
		go_straight(way, m, end);
	motion_pair(m->spacing, spacing);
	motion_pair(m->jitter, jitter);
	for (unsigned i = 0; i < 2; i++) {
		by[i] = spacing[i] * member;
		if (jitter[i] != 0)
			by[i] += jitter[i] * (2 * rng_unit(rng) - 1);
	}
	for (guint i = 0; i < way->len; i++) {
		g_array_index(way, struct scen_waypoint, i).x += by[0];
		g_array_index(way, struct scen_waypoint, i).y += by[1];
	}
	return way;
}

int64_t motion_arrival(const struct scen_motion *m)
{
	GArray *way = g_array_new(FALSE, FALSE, sizeof(struct scen_waypoint));
	int64_t t = 0;

	if (m->path)
		go_along(way, m);
	if (way->len)
		t = g_array_index(way, struct scen_waypoint, way->len - 1).t;
	g_array_unref(way);
	return t;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The points of a sweep as a picture names them: what all names have in common is left out, the swept value becomes a
 * number where all of them are numbers of one unit. A point is called "scenario/path=value/path=value". No clause.
 */
#include "traces/plot.h"

#include <string.h>

/* A name in its parts: the scenario, and what was set. */
struct parts {
	GPtrArray *names, *values;
};

static void parts_clear(gpointer data)
{
	struct parts *p = data;

	g_ptr_array_unref(p->names);
	g_ptr_array_unref(p->values);
}

/* Length of "path" when "path=" stands here: values may have slashes, too. */
static size_t path_here(const char *text)
{
	size_t n = 0;

	while (g_ascii_isalnum(text[n]) || (text[n] && strchr("._-*[]", text[n])))
		n++;
	return text[n] == '=' ? n : 0;
}

static struct parts parts_of(const char *name)
{
	struct parts p = { g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free) };

	while (name) {
		const char *end = strchr(name, '/');
		size_t n = path_here(name);

		while (end && !path_here(end + 1))
			end = strchr(end + 1, '/');
		g_ptr_array_add(p.names, n ? g_strndup(name, n) : g_strdup(""));
		name += n ? n + 1 : 0;
		g_ptr_array_add(p.values, end ? g_strndup(name, (size_t)(end - name)) : g_strdup(name));
		name = end ? end + 1 : NULL;
	}
	return p;
}

static const char *value_of(const struct parts *p, const char *name)
{
	for (guint i = 0; i < p->names->len; i++)
		if (!strcmp(p->names->pdata[i], name))
			return p->values->pdata[i];
	return "";
}

/* The end of a path is enough. */
static const char *short_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && dot[1] ? dot + 1 : path;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static const struct unit { const char *name, *shown; double factor; } units[] = {
	{ "ns", "ms", 1e-6 }, { "us", "ms", 1e-3 }, { "ms", "ms", 1 }, { "s", "ms", 1e3 }, { "min", "ms", 6e4 },
	{ "h", "ms", 3.6e6 }, { "bps", "Mbit/s", 1e-6 }, { "kbps", "Mbit/s", 1e-3 }, { "Mbps", "Mbit/s", 1 },
	{ "Gbps", "Mbit/s", 1e3 }, { "%", "%", 1 }, { "ppm", "%", 1e-4 }, { "octets", "octets", 1 },
	{ "packets", "packets", 1 },
	{ "m", "m", 1 }, { "mps", "m/s", 1 }, { "m/s", "m/s", 1 }, { "kmh", "m/s", 1 / 3.6 }, { "dB", "dB", 1 },
	{ "dBm", "dBm", 1 }, { "", "", 1 },
};

static bool number_of(const char *text, double *v, const char **shown)
{
	char *end;

	*v = g_ascii_strtod(text, &end);
	if (end == text || !(*v >= -1e15 && *v <= 1e15))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (!strcmp(end, units[i].name)) {
			*v *= units[i].factor;
			*shown = units[i].shown;
			return true;
		}
	return false;
}

/* Milliseconds unless that makes large numbers. */
static void choose_unit(struct plot *p, const char *shown)
{
	double most = 0;

	for (guint i = 0; i < p->points->len; i++)
		most = MAX(most, g_array_index(p->points, struct plot_point, i).x);
	p->unit = g_strdup(strcmp(shown, "ms") || most < 1e4 ? shown : "s");
	for (guint i = 0; i < p->points->len && !strcmp(p->unit, "s"); i++)
		g_array_index(p->points, struct plot_point, i).x /= 1e3;
}

static void number_points(struct plot *p)
{
	const char *first = NULL;

	p->numeric = *p->parameter != '\0';
	for (guint i = 0; i < p->points->len && p->numeric; i++) {
		struct plot_point *point = &g_array_index(p->points, struct plot_point, i);
		const char *shown = "";

		p->numeric = number_of(point->value, &point->x, &shown) && (!first || !strcmp(first, shown));
		first = shown;
	}
	if (p->numeric)
		choose_unit(p, first);
	else
		p->unit = g_strdup("");
}

/* ---- labels ------------------------------------------------------------------------------------------------------ */

/* Do the points differ in it? */
static bool differs(const GArray *all, const char *name)
{
	for (guint i = 1; i < all->len; i++)
		if (strcmp(value_of(&g_array_index(all, struct parts, i), name),
			   value_of(&g_array_index(all, struct parts, 0), name)))
			return true;
	return false;
}

static char *label_of(const GArray *all, const struct parts *p, const char *but)
{
	GString *s = g_string_new(NULL);

	for (guint i = 0; i < p->names->len; i++) {
		const char *name = p->names->pdata[i];

		if (!differs(all, name) || (but && !strcmp(name, but)))
			continue;
		if (s->len)
			g_string_append(s, ", ");
		if (*name)
			g_string_append_printf(s, "%s=", short_name(name));
		g_string_append(s, p->values->pdata[i]);
	}
	return g_string_free(s, FALSE);
}

/* The swept value that is wanted, or the first there is. */
static const char *find_parameter(const struct plot *p, const GArray *all, GError **error)
{
	GString *known = g_string_new(NULL);
	const char *found = NULL;
	const struct parts *first = &g_array_index(all, struct parts, 0);

	for (guint i = 0; i < first->names->len; i++) {
		const char *name = first->names->pdata[i];

		if (!*name || !differs(all, name))
			continue;
		g_string_append_printf(known, "%s%s", known->len ? ", " : "", name);
		if (!found && (!p->o.over || strstr(name, p->o.over)))
			found = name;
	}
	if (!found && p->o.over)
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "no value called `%s` differs between the points (%s)",
			    p->o.over, known->len ? known->str : "none does");
	g_string_free(known, TRUE);
	return found ? found : "";
}

bool plot_points(struct plot *p, GError **error)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct parts));
	GError *bad = NULL;
	const char *parameter;

	g_array_set_clear_func(all, parts_clear);
	for (guint i = 0; i < p->points->len; i++) {
		struct parts parts = parts_of(g_array_index(p->points, struct plot_point, i).of->name);

		g_array_append_val(all, parts);
	}
	parameter = find_parameter(p, all, &bad);
	p->parameter = g_strdup(parameter);
	for (guint i = 0; i < p->points->len; i++) {
		struct plot_point *point = &g_array_index(p->points, struct plot_point, i);
		const struct parts *parts = &g_array_index(all, struct parts, i);

		point->label = label_of(all, parts, NULL);
		point->rest = label_of(all, parts, parameter);
		point->value = g_strdup(*parameter ? value_of(parts, parameter) : "");
	}
	number_points(p);
	g_array_unref(all);
	if (bad)
		g_propagate_error(error, bad);
	return !bad;
}

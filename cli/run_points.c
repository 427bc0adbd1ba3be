/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: points.csv
 *
 * The other tables name a point by one text; here that text stands beside each path that was set and its value, as it
 * was written and as a number, so that figures can be plotted against it without taking names apart. Made of the same
 * points as runs.json. It implements no clause but RFC 4180 for the quoting.
 */
#include "cli/run_state.h"

#include <string.h>

#include "scenarios/units.h"
#include "traces/out.h"
#include "traces/summary.h"

/* override NULL: nothing was set. */
static void put_line(GString *t, const struct run_point *p, const char *override)
{
	const char *value = override ? strchr(override, '=') : NULL, *unit = "";
	/* the name of a scenario holds no slash */
	char *experiment = g_strndup(p->name, strcspn(p->name, "/")), *path, number[64] = "";

	path = g_strndup(override ? override : "", value ? (gsize)(value - override) : 0);
	value = value ? value + 1 : "";
	if (*value && !unit_si(value, number, sizeof number, &unit))
		*number = 0;
	summary_csv_text(t, p->name);
	g_string_append_c(t, ',');
	summary_csv_text(t, experiment);
	g_string_append_c(t, ',');
	summary_csv_text(t, path);
	g_string_append_c(t, ',');
	summary_csv_text(t, value);
	g_string_append_printf(t, ",%s,%s\n", number, unit);
	g_free(experiment);
	g_free(path);
}

bool run_points_write(const struct run_state *s, const char *dir, GError **error)
{
	GString *t = g_string_new("point,experiment,path,value,number,unit\n");
	char *path = g_build_filename(dir, "points.csv", NULL);
	bool ok;

	for (guint i = 0; i < s->points->len; i++) {
		const struct run_point *p = s->points->pdata[i];

		if (!p->overrides[0])
			put_line(t, p, NULL);
		for (char **o = p->overrides; *o; o++)
			put_line(t, p, *o);
	}
	ok = trace_out_file(path, t->str, t->len, error);
	g_string_free(t, TRUE);
	g_free(path);
	return ok;
}

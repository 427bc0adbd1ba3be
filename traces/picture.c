/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the spans of time that pictures are asked for. It exists because the commands that draw are two, and shall
 * refuse the same words. No clause.
 */
#include "traces/picture.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 1e9			/* seconds */

static bool time_of(const char *text, moor_time *t)
{
	static const struct { const char *name; double ns; } units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "min", 6e10 }, { "h", 3.6e12 }
	};
	char *end;
	double v = g_ascii_strtod(text, &end);

	for (size_t i = 0; i < G_N_ELEMENTS(units) && g_ascii_isdigit(*text); i++)
		if (!strcmp(end, units[i].name) && v >= 0 && v * units[i].ns <= LONGEST * 1e9) {
			*t = (moor_time)(v * units[i].ns + 0.5);
			return true;
		}
	return false;
}

bool picture_span(const char *command, const char *from, const char *to, moor_time *first, moor_time *last)
{
	*first = *last = 0;
	if ((from && !time_of(from, first)) || (to && !time_of(to, last)))
		fprintf(stderr, "mooring: %s: --from and --to are times with a unit: 9.5s, 9500ms\n", command);
	else if (to && *last <= *first)
		fprintf(stderr, "mooring: %s: --to %s is not after --from %s\n", command, to, from ? from : "0s");
	else
		return true;
	return false;
}

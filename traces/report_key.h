/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be read first in a report: how long it took, and what was not met. Internal.
 */
#ifndef MOOR_TRACES_REPORT_KEY_H
#define MOOR_TRACES_REPORT_KEY_H

#include <json-glib/json-glib.h>

#include "traces/metrics.h"

/* A card with one figure: of what, the figure, what it is, and more in small letters. Between begin and end. */
void report_key_begin(GString *s);
void report_key_card(GString *s, const char *of, const char *figure, const char *what, const char *more);
void report_key_end(GString *s);

/* The cards of a run: its handovers one by one or, if they are many, their median; without any its attaches. */
void report_key_run(GString *s, const struct metrics *m, const struct trace_names *names);
/* The first expectations that were not met. */
void report_key_checks(GString *s, JsonArray *checks);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of figures and the names of steps and outcomes. It exists so that csv files, expectations, tables and
 * docs speak of the same things. No clause.
 */
#include "traces/metrics.h"

const struct metric_row metric_rows[METRICS] = {
#define X(id, name, unit, sort, about) { name, unit, sort, about },
	METRIC_TABLE(X)
#undef X
};

int metric_find(const char *name)
{
	for (int i = 0; i < METRICS; i++)
		if (!strcmp(metric_rows[i].name, name))
			return i;
	return -1;
}

const char *metric_unit_name(enum metric_unit u)
{
	static const char *const names[] = { "ns", "1" };

	return names[u];
}

const char *step_kind_name(enum step_kind k)
{
	static const char *const names[STEP_KINDS] = { "attach", "handover", "home", "detach" };

	return names[k];
}

const char *step_outcome_name(enum step_outcome o)
{
	static const char *const names[STEP_OUTCOMES] = {
		"ok", "refused", "no-answer", "failed", "overtaken", "open"
	};

	return names[o];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of verdicts, the same in run.json, junit.xml, tap and on the screen. No clause.
 */
#include "traces/verdict.h"

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "pass", "skip", "inconclusive", "fail", "error" };

	return names[v];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a report of many runs: cards with the main ones, and a table for each step. Internal.
 */
#ifndef MOOR_TRACES_REPORT_FIGURES_H
#define MOOR_TRACES_REPORT_FIGURES_H

#include "traces/results.h"

struct report_figures {
	GString *s;
	const struct results *r;
	bool bootstrap;			/* intervals by bootstrap, not Student's t */
	GPtrArray *axes;		/* made when it is first needed: paths that were swept */
};

void report_figures_key(struct report_figures *f);
void report_figures_section(struct report_figures *f);
void report_figures_done(struct report_figures *f);

#endif

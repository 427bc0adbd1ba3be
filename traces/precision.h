/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How well the means are known, and how many runs it would take to know them well enough: `--precision 5%:total`. All
 * depends on the figures of the runs in the order of their seeds alone.
 */
#ifndef MOOR_TRACES_PRECISION_H
#define MOOR_TRACES_PRECISION_H

#include "traces/spread.h"
#include "traces/summary.h"

#define PRECISION_LEAST 10u		/* runs before the first look */
#define PRECISION_PART 0.01		/* phases of less than this share of the step are not asked for */

struct precision {
	double share;			/* half the interval over the mean, at most */
	char figure[40];		/* of summary.csv, or "" : every phase and gap of a step */
};

/* "5%", "0.5%:total", "2%:GAP-UP". False: *why says what is wrong, lent. */
bool precision_parse(const char *text, struct precision *p, const char **why);

struct precision_state {
	bool reached;
	guint next;			/* runs to look again at, more than there are; not more than `most` */
	double worst;			/* share of the worst figure; 0: there is none to look at */
	char *what;			/* "ue lte > wlan total", free it; NULL: no figure */
};

/* runs: how many there are, those that failed among them; most: how many there may be. */
struct precision_state precision_look(const struct precision *p, const struct spread *s, guint runs, guint most,
				      const struct summary_options *o);

#endif

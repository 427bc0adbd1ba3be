/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sets of runs compared: each figure of each step (docs/statistics.md, "Comparing"), and the verdicts. What is
 * beyond the noise is decided once over all figures, by Holm's correction at 5 %.
 */
#ifndef MOOR_TRACES_COMPARE_H
#define MOOR_TRACES_COMPARE_H

#include <stdio.h>

#include "traces/results.h"
#include "traces/summary.h"

#define COMPARE_ALPHA 0.05

struct compare;

struct compare *compare_new(const struct summary_options *o);	/* o is lent */
void compare_free(struct compare *c);
/* A text that is part of the figure's name ("total", "gap"); NULL: all. Lent. Before compare_points. */
void compare_figure(struct compare *c, const char *part);
/*
 * A pair of points, which are lent until compare_free. step_a and step_b: "node step", or a part of it that fits one
 * step of the point: these two alone are compared; NULL: all steps that are called the same. False with error.
 */
bool compare_points(struct compare *c, const struct results_point *a, const struct results_point *b, const char *step_a,
		    const char *step_b, GError **error);
/* There is a point on one side alone. */
void compare_lonely(struct compare *c, const struct results_point *p, bool is_a);
/* After all points: the correction. True: something differs beyond the noise. */
bool compare_decide(struct compare *c);
/* Behind it: no run passed on either side, so nothing was compared but that. */
bool compare_of_nothing(const struct compare *c);

void compare_print(FILE *f, const struct compare *c);
void compare_json(GString *out, const struct compare *c);	/* members of an object */
void compare_csv(GString *out, const struct compare *c);	/* with its header */

#endif

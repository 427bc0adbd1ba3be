/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keys `diameter` and `radius` of AAA servers may say: rules beyond those of their rows. */
#ifndef MOOR_SCENARIOS_AAA_H
#define MOOR_SCENARIOS_AAA_H

#include "scenarios/load.h"
#include "scenarios/scenario.h"

void aaa_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);

#endif

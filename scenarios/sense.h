/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and verbs that would do nothing where they stand (check_sense.c); what is wrong goes to the report.
 */
#ifndef MOOR_SCENARIOS_SENSE_H
#define MOOR_SCENARIOS_SENSE_H

#include "scenarios/load.h"

void sense_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
/* Keys that another key takes the sense from (check_needless.c). */
void needless_check(const struct scenario *s, struct report *r);
void needless_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void needless_check_link(const struct scenario *s, const struct scen_link *l, struct report *r);
void sense_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);

#endif

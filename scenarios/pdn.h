/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules about several PDN connections of a UE in a scenario (check_pdn.c); what is wrong goes to the report.
 */
#ifndef MOOR_SCENARIOS_PDN_H
#define MOOR_SCENARIOS_PDN_H

#include "scenarios/load.h"

void pdn_check_node(const struct scenario *s, const struct scen_node *n, struct report *r);
void pdn_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);
void pdn_check_flow(const struct scenario *s, const struct scen_flow *f, struct report *r);
void pdn_check_expect(const struct scenario *s, const struct scen_expect *e, struct report *r);

#endif

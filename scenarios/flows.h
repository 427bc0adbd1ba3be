/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routing rules and accesses in scenarios: what is wrong with them before the run, and how they are done in it.
 */
#ifndef MOOR_SCENARIOS_FLOWS_H
#define MOOR_SCENARIOS_FLOWS_H

#include "entity/ue.h"
#include "proto/dsmip_ue_flow.h"
#include "scenarios/scenario.h"

void flows_check_node(const struct scen_node *n, struct report *r);
void flows_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);
/* Is an interface of n: by its number from 1; 0: none. */
unsigned flows_interface(const struct scen_node *n, const char *name);
/* The rule of an add-flow, number k of those that it adds; NULL, or what is wrong with it. */
const char *flows_rule(const struct scen_action *a, const struct scen_node *n, unsigned k, struct ifom_flow *out);
void flows_act(const struct scen_action *a, const struct scen_node *n, struct ue *u);
void flows_profile(const struct scen_node *n, struct ue_profile *p);

#endif

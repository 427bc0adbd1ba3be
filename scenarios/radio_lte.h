/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LTE of a scenario, for ns-3: which access link it is, where its eNBs stand, and how UEs go from one to the other.
 */
#ifndef MOOR_SCENARIOS_RADIO_LTE_H
#define MOOR_SCENARIOS_RADIO_LTE_H

#include "scenarios/load.h"

enum { LTE_ENBS_MAX = 1000, LTE_UES_MAX = 40 };		/* as model/ns3/ns3c.h has them */

struct scen_enb {
	struct scen_base base;
	GPtrArray *at;			/* const struct tree *: two metres */
};

enum scen_lte_handover { LTE_HANDOVER_A3, LTE_HANDOVER_COMMAND };

struct scen_lte {
	struct scen_base base;
	const struct tree *link;
	GPtrArray *enbs;		/* struct scen_enb */
	int handover;			/* enum scen_lte_handover */
	const char *hysteresis;		/* dB */
	int64_t time_to_trigger, core;	/* ns */
};

struct scen_station;
extern const struct scen_section scen_lte_section, scen_enb_section;

/* s->radio is there. */
void lte_check(const struct scenario *s, struct report *r);
void lte_check_station(const struct scenario *s, const struct scen_station *x, const struct scen_node *n,
		       struct report *r);
void lte_check_action(const struct scenario *s, const struct scen_action *a, struct report *r);
/* The place of that eNB in the scenario's list; -1: no such. */
int lte_enb(const struct scen_lte *l, const char *name);
/* The station that this node is: itself, one of its group, or NULL. */
const struct scen_station *radio_station(const struct scenario *s, const char *node);

#endif

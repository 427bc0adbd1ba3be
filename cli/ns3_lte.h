/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LTE of a run on ns-3's clock, as the scenario has it. One in a process.
 */
#ifndef MOOR_CLI_NS3_LTE_H
#define MOOR_CLI_NS3_LTE_H

#include "ns3/lte.h"
#include "scenarios/build.h"
#include "scenarios/radio_lte.h"

/* Also takes over the timeline's `x2`. False: *why, free it. x: the scenario's; NULL: it has none, nothing to do. */
bool ns3_lte_begin(const struct ns3c_table *table, struct ns3_engine *e, struct build *b, const struct scen_lte *x,
		   char **why);
/* The port is a UE. NULL: done. Else why not, lent. */
const char *ns3_lte_station(struct moor_port *p, const struct ns3_way *way);
void ns3_lte_tell(GString *text);
void ns3_lte_end(void);			/* behind ns3_engine_free */

#endif

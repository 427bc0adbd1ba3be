/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An access link of a world on ns-3's LTE: the port of its one fixed node (a MAG, an access router, a gateway) is the
 * far end of SGi, every other port a UE of its own. Which eNB serves whom is ns-3's matter (positions, measurements,
 * event A3) or the caller's (ns3_lte_handover); of a handover between eNBs by X2 the fixed node sees nothing.
 *
 *	lte = ns3_lte_new(table, engine, world, link, &config, &why);	an isolated LAN with its fixed node's port as hub
 *	why = ns3_lte_ue(lte, port, &way);
 *	moor_link_attach(link, port, false);				switched on
 *
 * A UE's port is on the link while it is switched on and its radio is connected. Attached before that, it comes to the
 * link when it is; an interface that somebody else takes off its link is switched off until it is attached again, which
 * changes nothing on the radio. The hub is told of who comes and goes at once, records (world/radio.h) of each step.
 */
#ifndef MOOR_NS3_LTE_H
#define MOOR_NS3_LTE_H

#include "ns3/engine.h"
#include "ns3/way.h"
#include "world/medium.h"

struct ns3_lte;

/* What a UE was told by the radio; lent. When: ns-3's present. cell: number of the eNB, from 0. */
typedef void ns3_lte_fn(void *ctx, struct moor_port *ue, moor_time at, enum ns3c_lte_event event, unsigned cell);

struct ns3_lte_config {
	struct ns3c_lte_config radio;
	moor_time core;			/* from the eNBs' gateway to the fixed node and back, each way */
	ns3_lte_fn *fn;			/* may be NULL */
	void *ctx;
};

/*
 * NULL: *why, lent. The link is a LAN without rate and delay of its own, with an MTU of 1500 at most; before anything
 * ran. The ns-3 node that the fixed node's end is at gets the link's name.
 */
struct ns3_lte *ns3_lte_new(const struct ns3c_table *table, struct ns3_engine *e, struct moor_world *w,
			    struct moor_link *l, const struct ns3_lte_config *c, const char **why);
void ns3_lte_free(struct ns3_lte *l);		/* behind ns3_engine_free */
/* NULL: done. Else why it cannot be, lent. Before anything ran. It connects by itself, to the nearest eNB. */
const char *ns3_lte_ue(struct ns3_lte *l, struct moor_port *p, const struct ns3_way *way);
/*
 * X2, now, to that eNB (from 0); from one of the world's handlers too. NULL: it begins, and ns-3 has the last word
 * about how it ends. Else why not, lent: the UE's records say RADIO_HANDOVER_FAILED without a start.
 */
const char *ns3_lte_handover(struct ns3_lte *l, const struct moor_port *p, size_t to);
bool ns3_lte_connected(const struct ns3_lte *l, const struct moor_port *p);

#endif

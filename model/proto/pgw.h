/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PDN gateway: home agent and local mobility anchor in one node, for the same subscribers and the same prefixes
 * [24.303 5.1.3.1; RFC 6612 3.2, 4.2]. A UE behind a MAG is at home; elsewhere it registers a care-of address.
 *
 * Two binding caches that do not touch one another: each protocol's messages change its own alone. One pool: a PDN
 * connection - subscriber and APN - has one home network prefix and one IPv4 home address, whichever access it is used
 * over. Packets go by the home agent's binding first, by the anchor's session else.
 */
#ifndef MOOR_PROTO_PGW_H
#define MOOR_PROTO_PGW_H

#include "proto/dsmip_ha.h"
#include "proto/pmip_lma.h"

/* Copied. */
struct pgw_config {
	/*
	 * Pools and LMAA are the home agent's: they are filled in. With security associations at the home agent `mag` is the
	 * list of peers whose Mobility Headers come without them; it must not be empty then.
	 */
	struct pmip_lma_config pmip;
	/* A mobile node that registers from elsewhere has left the MAG: its session there is revoked. Default true. */
	bool release;
};

void pgw_config_default(struct pgw_config *c);

struct pgw;
/* Once, behind dsmip_ha_new and s2c_ha_new; takes the host's hooks over. Free it before the home agent. */
struct pgw *pgw_new(struct dsmip_ha *a, const struct pgw_config *c);
void pgw_free(struct pgw *g);
/* Without security associations nobody says in messages of the home agent who a UE is: this subscriber has that prefix,
 * which is assigned (dsmip_ha_assign), for its PDN connection to that APN (copied). */
void pgw_connection(struct pgw *g, struct imsi i, const char *apn, const struct ip6_prefix *hnp);
/* The anchor's part of a restart, behind the home agent's; prefixes stay whose they are. */
void pgw_reboot(struct pgw *g);
struct pmip_lma *pgw_lma(const struct pgw *g);

#endif

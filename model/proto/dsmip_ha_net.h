/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of a home agent on a link that mobile nodes share, for dsmip_ha_net.c (standing in for them),
 * dsmip_ha_agents.c (home agents on the link) and dsmip_ha_prefix.c (its prefix, for mobile nodes away).
 */
#ifndef MOOR_PROTO_DSMIP_HA_NET_H
#define MOOR_PROTO_DSMIP_HA_NET_H

#include "proto/dsmip_ha_priv.h"
#include "base/rng.h"
#include "proto/dsmip_icmp.h"

#define HA_LIST_MAX 15u			/* other home agents that are remembered */
#define HA_ADDRS_MAX 2u			/* global addresses of one */

/* Home Agents List entry [RFC 6275 10.1]. */
struct ha_listed {
	struct ip6_addr local;		/* link-local: who it is */
	struct ip6_addr global[HA_ADDRS_MAX];
	moor_time until;
	uint16_t preference;
	uint8_t n;
};

struct ha_net {
	struct ip6_addr anycast;	/* Mobile IPv6 Home-Agents [RFC 2526] */
	struct router_advert advert;
	struct ha_listed list[HA_LIST_MAX];
	unsigned n;
	struct rng rng;			/* of the stream "mip6" */
};

/* dsmip_ha_net.c */
bool dsmip_ha_net_anycast(const struct dsmip_ha *a, const struct ip6_addr *addr);

/* dsmip_ha_agents.c */
void dsmip_ha_agents_asked(struct dsmip_ha *a, const struct net_rx *rx, const struct icmp6 *m);
uint64_t dsmip_ha_net_draw(struct dsmip_ha *a, uint64_t below);	/* a random number */

/* dsmip_ha_prefix.c */
void dsmip_ha_prefix_asked(struct dsmip_ha *a, const struct net_rx *rx, const struct icmp6 *m);
void dsmip_ha_prefix_changed(struct dsmip_ha *a);
void dsmip_ha_prefix_done(struct bce *b);		/* nothing more is sent to it */

#endif

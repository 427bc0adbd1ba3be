/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delegated prefixes of a UE: the mobile router of RFC 6276 and RFC 3963, and what a UE configures through its tunnel
 * by DHCP. Behind the UE lies a mobile network, one link, on which the first /64 of each delegated prefix is advertised
 * while the home agent serves it.
 */
#ifndef MOOR_PROTO_DSMIP_UE_PD_H
#define MOOR_PROTO_DSMIP_UE_PD_H

#include "proto/dhcp6_client.h"
#include "proto/dsmip_ue.h"

/* The link behind the UE. The host's profile must have mobile_router. Once, at set-up. */
void dsmip_ue_mobile_network(struct dsmip_ue *d, struct net_iface *inside);

struct net_iface *dsmip_ue_inside(const struct dsmip_ue *d);		/* NULL: none */

struct dsmip_ue_pd_ask {
	uint8_t prefix_len;		/* wanted; 0: the home agent's choice */
	bool rapid;			/* Rapid Commit [RFC 6276 3.4] */
	uint8_t solicits;		/* then given up [RFC 6276 3.3]; default 6; 0: for ever */
};
/* False: there is one already, or no binding and no home link to ask over [RFC 6276 3.1]. */
bool dsmip_ue_request_prefix(struct dsmip_ue *d, const struct dsmip_ue_pd_ask *ask);
void dsmip_ue_release_prefix(struct dsmip_ue *d);
/* The prefixes that are held now; returns how many. */
unsigned dsmip_ue_delegated(const struct dsmip_ue *d, struct ip6_prefix *out, unsigned max);

/*
 * Further parameters through the tunnel, or over the home link: an Information-request [24.303 5.1.1, 5.1.2.4]. What
 * comes is recorded as a note. False: no binding and not at home, or one is under way.
 */
bool dsmip_ue_configure(struct dsmip_ue *d);
/* The same by DHCPv4, from the IPv4 home address: a DHCPINFORM. False: none is bound, or one is under way. */
bool dsmip_ue_configure4(struct dsmip_ue *d);
/* UDP payload to port 68. False: it is no answer to that. */
bool dsmip_ue_configured4(struct dsmip_ue *d, const struct net_rx *rx);

#endif

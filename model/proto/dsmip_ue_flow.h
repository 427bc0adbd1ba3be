/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP flow mobility on the UE [24.303 5.1.2.4, RFC 5648, RFC 6088, RFC 6089]: several care-of addresses of one home
 * address at once, and routing rules that say which packets go by which of them. For each PDN connection
 * (struct dsmip_ue) on its own. Only with `ifom` in its profile; every other call here then does nothing.
 *
 * The binding identifier (BID) of an access is the number of its interface (net_iface_number), from 1.
 */
#ifndef MOOR_PROTO_DSMIP_UE_FLOW_H
#define MOOR_PROTO_DSMIP_UE_FLOW_H

#include "proto/dsmip_ue.h"
#include "proto/ifom.h"

#define DSMIP_UE_RULES 400u		/* routing rules of one PDN connection at most */

/* Does the home agent do it? Learnt by IKEv2 by itself; PCO and ANDSF tell it here [R24303-5.1.2.1a-02]. */
enum dsmip_ifom { DSMIP_IFOM_UNKNOWN, DSMIP_IFOM_YES, DSMIP_IFOM_NO };
void dsmip_ue_ifom_capability(struct dsmip_ue *d, enum dsmip_ifom c);

/*
 * Adds a routing rule, or replaces the one with its FID; bid: of interfaces. It is registered as soon as there is a
 * binding, and again after each loss of it. Copied. Returns enum mh_fid_status:
 *	MH_FID_MALFORMED	FID, priority, selector or BIDs are no good
 *	MH_FID_REJECTED		another rule has its priority, there are too many, or the profile has no `ifom`
 */
uint8_t dsmip_ue_flow_put(struct dsmip_ue *d, const struct ifom_flow *f);
/* The rule's packets go by these BIDs from now on, its selector stays. False: no such rule, or BIDs. */
bool dsmip_ue_flow_move(struct dsmip_ue *d, uint16_t fid, const uint16_t *bid, unsigned n);
bool dsmip_ue_flow_remove(struct dsmip_ue *d, uint16_t fid);		/* false: no such rule */

/* Whether the interface is used as one of several accesses: its binding is removed, or made [RFC 5648 5.4]. */
void dsmip_ue_access(struct dsmip_ue *d, struct net_iface *i, bool use);

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct dsmip_ue_bid {
	uint16_t bid;
	uint8_t priority;
	bool bound, home, nat, udp;
	struct ip6_addr care_of;	/* IPv4 mapped */
	moor_time expires;
};
/* The n-th registered care-of address, from 0; false: there are fewer. */
bool dsmip_ue_bid_at(const struct dsmip_ue *d, unsigned n, struct dsmip_ue_bid *out);

enum dsmip_ue_rule {
	DSMIP_RULE_NONE,		/* there is no such rule */
	DSMIP_RULE_PENDING,		/* to be told, or told and not answered */
	DSMIP_RULE_REGISTERED,
	DSMIP_RULE_REFUSED		/* the home agent will not have it: the default takes its packets */
};
/* status (may be NULL): of the home agent's last answer about it. */
enum dsmip_ue_rule dsmip_ue_flow_state(const struct dsmip_ue *d, uint16_t fid, uint8_t *status);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the home agent, for UEs with several care-of addresses alone: dsmip_ha_bid.c (registering them),
 * dsmip_ha_care.c (keeping them), and dsmip_ha_flow.c (flow bindings, and which care-of address a packet goes to).
 * Everything hangs on a binding cache entry's struct bce_rare.
 */
#ifndef MOOR_PROTO_DSMIP_HA_IFOM_H
#define MOOR_PROTO_DSMIP_HA_IFOM_H

#include "proto/dsmip_ha_priv.h"
#include "proto/ifom.h"

/* A registered care-of address; its number is its BID's place in the table. */
struct care_of {
	struct ip6_addr remote;		/* as in struct bce; on the home link: the home address */
	struct ip4_addr coa4;
	moor_time expires;
	uint16_t lifetime;		/* granted, units of 4 s */
	uint16_t port;
	uint8_t encap;
	bool nat;
	bool home;			/* packets go to the home link, not into a tunnel [RFC 5648 5.6] */
};

struct bce_mcoa {
	struct ifom_table table;
	struct care_of care[IFOM_BIDS];
	struct net_tunnel tunnels[IFOM_BIDS];	/* of the last packet that goes to several */
	struct ha_ifom_answer *waiting;		/* while DAD runs: what its BA will say; else NULL */
	moor_handle self;
};

/* What a BA says about the BIDs and FIDs of its BU [RFC 5648 6.2, RFC 6089 5.3.5]. */
#define HA_IFOM_ANSWERS 36u			/* so that the other options of a BA find room in its MH_OPT_MAX */
struct ha_bid_answer {
	uint16_t bid;
	uint8_t status;				/* 0: that of the BA */
	uint8_t priority;
	bool home;
	const struct mh_opt *o;			/* of the BU */
};
struct ha_fid_answer {
	uint16_t fid, priority;
	uint8_t status;
	struct mh_octets subs;			/* as in the BU, lent; gone when the answer waited */
};
struct ha_ifom_answer {
	unsigned n_bid, n_fid;
	uint32_t octets;			/* of all of it, so that it fits into one message */
	struct ha_bid_answer bid[HA_IFOM_ANSWERS];
	struct ha_fid_answer fid[HA_IFOM_ANSWERS];
};

static inline struct bce_mcoa *bce_mcoa(const struct bce *b)	/* NULL: one care-of address, without a BID */
{
	const struct bce_rare *x = bce_rare(b);

	return x ? x->mcoa : NULL;
}

/* dsmip_ha_care.c; at: the place of a BID that is registered */
const struct care_of *dsmip_ha_care_at(const struct bce_mcoa *m, uint16_t bid);	/* NULL: m is, or no such BID */
struct bce_mcoa *dsmip_ha_care_make(struct bce *b);		/* the same, made (empty) when absent */
void dsmip_ha_care_record(const struct bce *b, int at, enum rec_binding what);
void dsmip_ha_care_end(struct bce *b, int at, enum rec_binding what);	/* that one goes */
void dsmip_ha_care_arm(struct bce *b);				/* some lifetime is another one now */
/* After a change: the entry as the strongest BID has it. was: where packets without a BID went before. */
void dsmip_ha_care_settle(struct dsmip_ha *a, struct bce *b, const struct ip6_addr *was);

/* dsmip_ha_bid.c */
void dsmip_ha_bid_copy(const struct bu *u, struct ha_ifom_answer *out);	/* the BU's BIDs with status 0 */
void dsmip_ha_add_ifom(struct mh_msg *m, const struct ha_ifom_answer *r);
void dsmip_ha_bid_answer(struct ha_ifom_answer *r, const struct ha_bid_answer *x);

/* dsmip_ha_flow.c: after the BIDs [RFC 6089 5.3.2, 5.3.3]; b NULL or without BIDs: none of them is known */
void dsmip_ha_flows(struct dsmip_ha *a, struct bce *b, const struct bu *u, struct ha_ifom_answer *out);
bool dsmip_ha_has_flows(const struct mh_msg *m);	/* a Flow Identification or Flow Summary option */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the UE's IP flow mobility, shared by dsmip_ue_bid.c (accesses, their Binding Updates in turn) and
 * dsmip_ue_flow.c (routing rules, packets). What the rest of the UE calls is in dsmip_ue_priv.h.
 */
#ifndef MOOR_PROTO_DSMIP_UE_IFOM_H
#define MOOR_PROTO_DSMIP_UE_IFOM_H

#include "proto/dsmip_ue_flow.h"
#include "proto/dsmip_ue_priv.h"

#define UE_BIDS 8u			/* interfaces 1 to 8 */
#define UE_TOLD 12u			/* Flow Identification options of one BU at most */
#define UE_ROOM 900u			/* octets of them in one BU */
#define UE_SUBS 249u			/* octets of an option's sub-options at most */
#define UE_NAMED 127u			/* FIDs of one Flow Summary option */

/* One access: interface number = BID = index + 1. */
struct ue_access {
	struct ip6_addr coa;		/* registered; IPv4 mapped; at home the home address */
	struct ip6_addr place;		/* what the interface has now; :: nothing */
	moor_time expires, refresh;	/* of the registration; refresh MOOR_NEVER: none */
	moor_time last_up;		/* a packet of ours went there */
	moor_time retry;		/* not used before: it did not answer */
	uint32_t keepalive_s;		/* 0: none */
	uint8_t priority;		/* BID-PRI */
	uint8_t encap;			/* of the tunnel */
	bool bound;			/* the home agent has it */
	bool home;			/* place is the home link */
	bool home_bound;		/* coa is */
	bool no_nd;			/* status 5: the home address must not be configured there */
	bool barred;			/* not to be used */
	bool refused;			/* by the home agent, from this place */
	bool unknown;			/* the home agent asked for its care-of address [RFC 5648 5.7] */
	bool due;			/* to be refreshed now */
	bool nat;
};

enum ue_in_bu { RULE_OUT, RULE_NAMED, RULE_TOLD };	/* left out; Flow Summary; Flow Identification option */

struct ue_rule {
	struct ifom_flow want;		/* fid 0: a free place */
	struct ifom_flow said;		/* as in the BU under way */
	uint32_t version, told;		/* of want, counted up; the one that was said */
	uint8_t in_bu;			/* enum ue_in_bu: of the BU under way */
	uint8_t tries;
	uint8_t status;			/* of the last answer */
	bool at_ha, changed;		/* the home agent has it; has not this version of it */
	bool gone;			/* to be removed there */
	bool refused;
};

enum ue_job { JOB_REGISTER, JOB_REFRESH, JOB_REMOVE };

struct ue_ifom {
	struct dsmip_ue *d;		/* gone before this is */
	struct moor_world *w;
	struct ifom_table table;	/* what the home agent has, as far as it said so */
	struct moor_timer timer;	/* the next refresh, keepalive, expiry or retry of any access */
	struct ue_access access[UE_BIDS];
	struct ue_rule *rules;
	uint32_t n_rules, cap_rules;
	uint8_t known;			/* enum dsmip_ifom */
	uint8_t job;			/* index + 1 of the access that the series of BUs is about; 0: none */
	uint8_t op;			/* enum ue_job */
	uint8_t bulk;			/* bit: that access is named in the BU too */
	bool on;			/* bindings have BIDs */
	bool unsupported;		/* this home agent does not do it */
	bool no_flows;			/* it knows BIDs but no flow bindings */
	bool no_bulk, home_barred;	/* status 168, 169 */
	bool overwrite;			/* O in the BU under way */
	struct mac_addr mac;		/* of the interface on the home link, while a BU is written */
	uint8_t subs[UE_TOLD][UE_SUBS];
	uint8_t summary[DSMIP_UE_RULES * 2];
};

static inline struct ue_ifom *ue_ifom(const struct dsmip_ue *d) { return d->rare ? dsmip_ue_rare(d)->ifom : NULL; }

/* dsmip_ue_bid.c */
bool dsmip_ue_bid_any(const struct ue_ifom *f);			/* one is registered at least */
/* May packets leave by its tunnel (at home: natively) now? */
bool dsmip_ue_bid_carries(const struct ue_ifom *f, unsigned i);
/* Strongest first (BID-PRI, then BID): the first that carries packets; -1: none. */
int dsmip_ue_bid_default(const struct ue_ifom *f);
void dsmip_ue_bids_next(struct ue_ifom *f);			/* the next thing to be said, if nothing is being said */

/* dsmip_ue_flow.c */
/* A rule waits to be told or removed: the access to do it by in *i. */
bool dsmip_ue_flows_waiting(const struct ue_ifom *f, unsigned *i);
void dsmip_ue_flows_begin(struct ue_ifom *f);			/* what of the rules is in the BU of the job */
void dsmip_ue_flows_options(struct ue_ifom *f, struct mh_msg *m);
void dsmip_ue_flows_answered(struct ue_ifom *f, const struct mh_msg *m);
void dsmip_ue_flows_forget(struct ue_ifom *f);			/* the home agent has none of them (any more) */

#endif

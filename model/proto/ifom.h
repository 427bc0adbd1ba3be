/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IP flow mobility, what both ends of DSMIPv6 keep of it: care-of addresses by their binding identifier (BID) and an
 * ordered list of flow bindings [24.303 5.1.2.4, 5.1.3.2; RFC 5648 4, RFC 6088, RFC 6089 4.3], and the classifier that
 * finds the flow binding of a packet. The home agent steers downlink packets by it, the UE uplink ones.
 *
 * A selector describes packets as the home agent sends them to the UE: its source is the correspondent. The UE turns
 * its own packets around before it asks (ifom_read with uplink true).
 *
 * No addresses here: where a BID leads is its owner's matter. A table of zeros is an empty one that holds no memory.
 * Nothing here sends, arms timers or writes records.
 */
#ifndef MOOR_PROTO_IFOM_H
#define MOOR_PROTO_IFOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/index.h"
#include "wire/mh_flow.h"

#define IFOM_BIDS 16u			/* registered BIDs of one UE at most; numbered 0..15 as in the sets below */
#define IFOM_FLOW_BIDS MH_FLOW_BID_MAX	/* BIDs of one flow binding at most */
#define IFOM_FLOWS 65535u		/* as many as there are FIDs */

/* A registered care-of address, as far as the order of them goes [RFC 6089 4.1]. */
struct ifom_bid {
	uint16_t bid;			/* 1..65535; 0: this place is free */
	uint8_t priority;		/* BID-PRI 1..127, lower is stronger; 0 (RFC 5648 only): weaker than all */
};

/* One flow binding [RFC 6089 4.3]. */
struct ifom_flow {
	uint16_t fid;			/* 1..65535 */
	uint16_t priority;		/* FID-PRI 1..65535, lower is stronger */
	uint16_t bid[IFOM_FLOW_BIDS];	/* where its packets go, in the order of the Binding Reference; no duplicates */
	uint8_t n_bid;			/* 1..IFOM_FLOW_BIDS */
	bool active;			/* one of the BIDs at least is registered; kept by the table */
	bool kept;			/* named by the BU under way, see ifom_round_begin; kept by the table */
	struct mh_ts ts;		/* format MH_TS_IP4 or MH_TS_IP6, sane (ifom_ts_sane) */
};

/* Several care-of addresses and their flows, of one UE (and PDN connection). Members are the table's own. */
struct ifom_table {
	struct ifom_flow *flows;	/* in no order: places 0..n-1, those with FID 0 are free */
	uint32_t *order;		/* the places of the count flow bindings by FID-PRI; then the free ones */
	struct ifom_rules *rules;	/* compiled from the active flows; NULL: changed since, or none */
	struct index by_fid;		/* FID -> place + 1 */
	uint32_t n, cap, order_cap;
	uint32_t count;			/* flow bindings */
	struct ifom_bid bids[IFOM_BIDS];
};

void ifom_done(struct ifom_table *t);		/* forgets everything, frees; t is an empty table then */
size_t ifom_octets(const struct ifom_table *t);	/* memory held beyond *t */

/* ---- binding identifiers ----------------------------------------------------------------------------------------- */

/*
 * Registers a BID or changes its priority; flows that name it become active [RFC 6089 5.3.1]. Returns its place
 * 0..15, which stays its own until it is removed, or -1 when all places are taken (status 130 of the BA).
 */
int ifom_bid_put(struct ifom_table *t, uint16_t bid, uint8_t priority);
bool ifom_bid_remove(struct ifom_table *t, uint16_t bid);	/* false: not registered. Flows stay, maybe inactive */
int ifom_bid_find(const struct ifom_table *t, uint16_t bid);	/* its place; -1: not registered */
/*
 * The place of the BID that takes what no flow binding does: the lowest BID-PRI, of equals the lowest BID [RFC 6089
 * 5.1.1]. -1: none registered.
 */
int ifom_bid_default(const struct ifom_table *t);
int ifom_bid_strongest(const struct ifom_table *t, uint16_t places);	/* the same of those in a set of places */
/* The places of a flow's registered BIDs as a set of bits (bit n: place n); 0: it is inactive. */
uint16_t ifom_flow_places(const struct ifom_table *t, const struct ifom_flow *f);

/* ---- flow bindings ----------------------------------------------------------------------------------------------- */

/*
 * Adds a flow binding or replaces the one with its FID [RFC 6089 5.3.2]. f is copied; active and kept are ignored.
 * Returns enum mh_fid_status and changes nothing unless it is MH_FID_OK:
 *	MH_FID_MALFORMED	FID or priority 0, no BID, a selector that no packet can match (ifom_ts_sane)
 *	MH_FID_TS_UNSUPPORTED	a format other than MH_TS_IP4 and MH_TS_IP6
 *	MH_FID_BID_NOT_FOUND	a BID that is not registered (any of them, also when others are) and that this flow
 *				binding did not have before
 *	MH_FID_REJECTED		another flow binding has this priority [RFC 6089 4.2: unique]
 */
uint8_t ifom_flow_put(struct ifom_table *t, const struct ifom_flow *f);
bool ifom_flow_remove(struct ifom_table *t, uint16_t fid);		/* false: no such */
const struct ifom_flow *ifom_flow_find(const struct ifom_table *t, uint16_t fid);	/* lent till the next change */
/* In the order of FID-PRI, strongest first, inactive ones included: start with NULL. Lent till the next change. */
const struct ifom_flow *ifom_flow_next(const struct ifom_table *t, const struct ifom_flow *f);
void ifom_flows_clear(struct ifom_table *t);

/*
 * What a BU does not name is removed [RFC 6089 5.3.4]: begin, put or keep each named one, end. keep: false when there
 * is no such FID (status 132). end: how many flow bindings were removed. A successful ifom_flow_put keeps too; one
 * that fails does not, so keep first what the BU names.
 */
void ifom_round_begin(struct ifom_table *t);
bool ifom_round_keep(struct ifom_table *t, uint16_t fid);
uint32_t ifom_round_end(struct ifom_table *t);

/* ---- on the wire ------------------------------------------------------------------------------------------------- */

/* Every start not above its end, and no field that the format lacks. */
bool ifom_ts_sane(const struct mh_ts *ts);

/*
 * A Flow Identification option into a flow binding. old: the one with its FID, or NULL; what the option leaves out is
 * taken from it [RFC 6089 5.3.2.2]. Returns a status; MH_FID_OK: *out may be put. BIDs are not looked up here. Beyond
 * RFC 6089 5.3.2.1: more BIDs than IFOM_FLOW_BIDS is MH_FID_REJECTED.
 */
uint8_t ifom_flow_read(const struct mh_opt *o, const struct ifom_flow *old, struct ifom_flow *out);
/*
 * The sub-options of a Flow Identification option for f, as opt.flow.subs wants them; reference, selector: which ones
 * (both for a new flow binding). Octets written, 0: does not fit (cap < 249 may do that) or both false.
 */
size_t ifom_flow_write(const struct ifom_flow *f, bool reference, bool selector, uint8_t *buf, size_t cap);

/* ---- packets ----------------------------------------------------------------------------------------------------- */

/* What the classifier wants to know of a packet. */
struct ifom_packet {
	struct mh_flow_key key;		/* as the home agent sees it */
	bool fragment;			/* it is one, ... */
	bool first;			/* ... and the first: it has the ports */
	uint32_t id;			/* of the fragments of one packet */
};

/*
 * Reads an IPv4 or IPv6 packet (from its IP header; IPv6 extension headers are passed over, so the next header is that
 * of the upper layer). Of ESP and AH the SPI is read, of TCP, UDP, SCTP, DCCP and UDP-Lite the ports. uplink: sent by
 * the UE, so source and destination change places. False: not an IP packet; *out is zero then, and matches nothing.
 */
bool ifom_read(const uint8_t *packet, uint32_t len, bool uplink, struct ifom_packet *out);

/*
 * The active flow binding with the lowest FID-PRI whose selector matches [RFC 6089 5.3.6]; NULL: none, the default BID
 * takes it. Lent till the next change. Fragments but the first go where the first went while that is remembered (the
 * last IFOM_FRAGMENTS packets in pieces); otherwise they match as what they are, without ports. Not const: it compiles
 * what changed and remembers flows that it saw.
 */
#define IFOM_FRAGMENTS 16u
const struct ifom_flow *ifom_classify(struct ifom_table *t, const struct ifom_packet *p);
/* The same by trying one selector after the other, without fragments' memory: what ifom_classify is tested against. */
const struct ifom_flow *ifom_match(const struct ifom_table *t, const struct mh_flow_key *k);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flow bindings: the sub-options of the Flow Identification option [RFC 6089 4.2.1, RFC 7109 6.2] and the binary
 * traffic selectors [RFC 6088]. A selector describes downlink packets as the home agent sees them: its source is
 * the correspondent, its destination the mobile node.
 */
#ifndef MOOR_WIRE_MH_FLOW_H
#define MOOR_WIRE_MH_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "wire/diag.h"
#include "wire/mh_opt.h"

enum mh_fid_status {						/* [RFC 6089 4.2] */
	MH_FID_OK = 0, MH_FID_PROHIBITED = 128, MH_FID_REJECTED = 129, MH_FID_MALFORMED = 130,
	MH_FID_BID_NOT_FOUND = 131,
	MH_FID_NOT_FOUND = 132, MH_FID_TS_UNSUPPORTED = 133,
};

enum mh_flow_sub {
	MH_SUB_PAD1 = 0, MH_SUB_PADN = 1, MH_SUB_BID_REFERENCE = 2, MH_SUB_TRAFFIC_SELECTOR = 3, MH_SUB_ACTION
	= 4, MH_SUB_TARGET_COA = 5,
};

enum mh_flow_action {						/* [RFC 7109 6.2.1] */
	MH_ACTION_ADD = 11, MH_ACTION_DELETE = 12, MH_ACTION_MODIFY = 13, MH_ACTION_REFRESH = 14,
	MH_ACTION_MOVE = 15, MH_ACTION_REVOKE = 16,
};

enum mh_ts_format { MH_TS_IP4 = 1, MH_TS_IP6 = 2 };

/*
 * Presence bits: one per field of either format. An end is only legal with its start; without an end the start is
 * the only value.
 */
enum mh_ts_field {
	MH_TS_SRC = 1 << 0, MH_TS_SRC_END = 1 << 1, MH_TS_DST = 1 << 2, MH_TS_DST_END = 1 << 3, MH_TS_SPI = 1
	<< 4, MH_TS_SPI_END = 1 << 5,
	MH_TS_LABEL = 1 << 6, MH_TS_LABEL_END = 1 << 7,		/* IPv6 only */
	MH_TS_SPORT = 1 << 8, MH_TS_SPORT_END = 1 << 9, MH_TS_DPORT = 1 << 10, MH_TS_DPORT_END = 1 << 11,
	MH_TS_DS = 1 << 12, MH_TS_DS_END = 1 << 13,		/* DS or traffic class: the upper 6 bits count */
	MH_TS_PROTO = 1 << 14, MH_TS_PROTO_END = 1 << 15,	/* protocol or next header */
};

struct mh_ts {
	uint8_t format;				/* enum mh_ts_format */
	uint16_t has;				/* enum mh_ts_field; fields not in `has` are zero */
	/*
	 * Ranges [0]..[1], inclusive; after decoding [1] equals [0] when no end was given. IPv4 addresses lie in
	 * the first 4 octets.
	 */
	struct ip6_addr src[2], dst[2];
	uint32_t spi[2], label[2];
	uint16_t sport[2], dport[2];
	uint8_t ds[2], proto[2];
};

#define MH_FLOW_BID_MAX 16			/* BIDs kept of one Binding Reference */

/* All sub-options of one Flow Identification option. */
struct mh_flow {
	bool has_ref, has_ts, has_action, has_target;
	uint8_t n_bid;				/* of the Binding Reference */
	uint8_t n_ref;				/* the same as read: beyond MH_FLOW_BID_MAX they are not kept; not written */
	uint16_t bid[MH_FLOW_BID_MAX];
	struct mh_ts ts;			/* format as read; only formats 1 and 2 have their fields set */
	struct mh_octets ts_raw;		/* the selector after format and reserved, lent */
	uint8_t action;				/* enum mh_flow_action */
	uint8_t target_family;			/* 4 or 6 */
	union { struct ip4_addr target4; struct ip6_addr target6; };
};

/*
 * What a packet shows to a selector; fields that the packet does not have are left out of `has` (same bits, starts
 * only).
 */
struct mh_flow_key {
	uint8_t family;				/* 4 or 6 */
	uint16_t has;
	struct ip6_addr src, dst;
	uint32_t spi, label;
	uint16_t sport, dport;
	uint8_t ds, proto;
};

/*
 * Reads the sub-options. True when all lengths fit and nothing that must be single is doubled; false: the option
 * is malformed (status 130), with notes in d (may be NULL) at `offset` + place within subs. Unknown sub-options
 * are passed over.
 */
bool mh_flow_decode(struct mh_octets subs, struct mh_flow *out, struct wire_diags *d, uint32_t offset);

/*
 * Writes the sub-options of f in the order reference, selector, action, target, aligned as RFC 6088 3 asks when
 * the first octet lies on an 8-octet boundary; mh_encode puts a Flow Identification option with sub-options there.
 * Returns octets (<= cap), 0 when f is empty or does not fit.
 */
size_t mh_flow_encode(const struct mh_flow *f, uint8_t *buf, size_t cap);

bool mh_ts_decode(uint8_t format, const uint8_t *p, size_t n, struct mh_ts *out, struct wire_diags *d, uint32_t offset);
size_t mh_ts_encode(const struct mh_ts *ts, uint8_t *buf, size_t cap);	/* without format and reserved octets */
/* every field given must be in its range [RFC 6089 5.3] */
bool mh_ts_match(const struct mh_ts *ts, const struct mh_flow_key *k);
bool mh_ts_eq(const struct mh_ts *a, const struct mh_ts *b);
/* The same flow seen in the other direction (uplink): source and destination change places. */
void mh_ts_reverse(const struct mh_ts *ts, struct mh_ts *out);

#endif

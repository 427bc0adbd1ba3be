/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a host between MAG and LMA can try: a PMIPv6 message in clear, with the address of another as its source.
 */
#ifndef MOOR_PROTO_PMIP_FORGE_H
#define MOOR_PROTO_PMIP_FORGE_H

#include "proto/pmip.h"

enum pmip_forged {
	PMIP_FORGED_PBU,		/* takes the mobile node over: first attachment by the MAG `as` */
	PMIP_FORGED_END,		/* a de-registration */
	PMIP_FORGED_PBA,		/* refuses the mobile node, status 128 */
	PMIP_FORGED_BRI,		/* revokes its session */
	PMIP_FORGED_BRI_ALL,		/* global, per-peer policy: all sessions of the MAG */
	PMIP_FORGED_HEARTBEAT		/* unsolicited, with another Restart Counter than any before */
};

struct pmip_forgery {
	enum pmip_forged what;
	struct ip6_addr as, to;		/* MAG or LMA in whose name, and who is to believe it */
	struct imsi imsi;		/* none: the message names nobody */
	struct ip6_prefix hnp;		/* length 0: none */
	uint16_t seq;			/* what a guess is worth */
};

/* False: there is no way to the target. */
bool pmip_forge(struct net_host *from, const struct pmip_forgery *f);

#endif

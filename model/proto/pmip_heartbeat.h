/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Heartbeats between MAG and LMA [RFC 5847]: is the peer reachable, and has it lost its sessions. One instance for a
 * node; requests go to a peer while there are sessions with it.
 */
#ifndef MOOR_PROTO_PMIP_HEARTBEAT_H
#define MOOR_PROTO_PMIP_HEARTBEAT_H

#include "proto/pmip.h"

struct pmip_heart;

/* Called from a timer or a message; the owner may drop its sessions with the peer in there. */
struct pmip_heart_ops {
	void (*lost)(void *owner, const struct ip6_addr *peer);		/* too many requests without an answer */
	/*
	 * Its Restart Counter is another one. since: when it last had the one before; what was agreed later than that was
	 * agreed with the node that restarted, or is yet to be agreed anew.
	 */
	void (*restarted)(void *owner, const struct ip6_addr *peer, moor_time since);
};

/* timers NULL: defaults; kept by reference, as ops is. */
struct pmip_heart *pmip_heart_new(struct net_host *h, enum mh_profile profile, const struct timer_set *timers,
				  const struct pmip_heart_ops *ops, void *owner);
void pmip_heart_free(struct pmip_heart *x);
/*
 * Requests go to this peer from now on, from `local`; on false no more, and it is forgotten but for its counter.
 * Addresses: IPv4 as mapped.
 */
void pmip_heart_watch(struct pmip_heart *x, const struct ip6_addr *local, const struct ip6_addr *peer,
		      enum pmip_transport t, bool on);
void pmip_heart_input(struct pmip_heart *x, const struct pmip_rx *r);
/*
 * This node lost its sessions: the Restart Counter goes up, and every peer that was watched hears of it [RFC 5847
 * 3.2].
 */
void pmip_heart_restart(struct pmip_heart *x);
/* This peer alone hears of it, later: there was no way to it when it was due. */
void pmip_heart_tell(struct pmip_heart *x, const struct ip6_addr *local, const struct ip6_addr *peer,
		     enum pmip_transport t);
bool pmip_heart_watched(const struct pmip_heart *x, const struct ip6_addr *peer);
uint32_t pmip_heart_counter(const struct pmip_heart *x);	/* our Restart Counter */
/* Does the peer answer? True while nothing is known. */
bool pmip_heart_alive(const struct pmip_heart *x, const struct ip6_addr *peer);

#endif

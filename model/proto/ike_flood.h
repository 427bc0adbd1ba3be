/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host that begins IKE SAs and never goes on: what a responder's cookies are for [RFC 7296 2.6].
 */
#ifndef MOOR_PROTO_IKE_FLOOD_H
#define MOOR_PROTO_IKE_FLOOD_H

#include "net/net.h"
#include "world/timer.h"

struct ike_flood;

/*
 * Sends `count` IKE_SA_INIT requests from h to port 500 of `to`, one every `every` ns (0: all at once), each with an
 * SPI and a nonce of its own from the node's stream "ike-flood". Answers are not looked at. Goes with the host.
 */
void ike_flood_start(struct net_host *h, const struct ip6_addr *to, uint32_t count, moor_time every);

#endif

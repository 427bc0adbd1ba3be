/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP and ICMPv6 echo as a service: requests are sent with an identifier of the caller's, replies handed back to it
 * [RFC 792, RFC 4443 4].
 */
#ifndef MOOR_NET_ECHO_H
#define MOOR_NET_ECHO_H

#include "net/net.h"

/* data: behind the 8 octets of the echo reply's header. Lent. */
typedef void net_echo_fn(void *owner, const struct net_rx *rx, const uint8_t *data, uint32_t len);

/* Returns the identifier, unique on this host (both families). */
uint16_t net_echo_bind(struct net_host *h, net_echo_fn *fn, void *owner);
/* p holds the data alone and is taken. The family follows from s->dst (IPv4 as mapped). */
bool net_echo_send(struct net_host *h, struct moor_pkt *p, const struct net_send *s, uint16_t id, uint16_t sequence);

#endif

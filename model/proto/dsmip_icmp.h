/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Home agent address discovery and mobile prefix messages [RFC 6275 6.5 to 6.8], as both ends send and record them.
 */
#ifndef MOOR_PROTO_DSMIP_ICMP_H
#define MOOR_PROTO_DSMIP_ICMP_H

#include "proto/dsmip.h"
#include "wire/icmp6.h"

/* s: src (not ::), dst, home_address, rh2, tunnel, via. False: net had no way for it. */
bool dsmip_icmp_send(struct net_host *h, const struct icmp6 *m, const struct net_send *s, const struct ip6_addr *hoa,
		     const struct ip6_addr *coa, uint16_t attempt);
void dsmip_icmp_record_rx(const struct net_rx *rx, const struct icmp6 *m, const struct ip6_addr *hoa,
			  const struct ip6_addr *coa);

#endif

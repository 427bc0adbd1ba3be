/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What resolver and server share: the record of a message.
 */
#ifndef MOOR_PROTO_DNS_PRIV_H
#define MOOR_PROTO_DNS_PRIV_H

#include "net/net.h"
#include "wire/dns.h"

/* octets: the message; attempt: 1 first, 0 unknown. */
void dns_record_message(struct net_host *h, bool sent, const struct dns_message *m, const uint8_t *octets, size_t n,
			const struct ip6_addr *src, const struct ip6_addr *dst, uint16_t attempt);
void dns_discard(struct net_host *h, const char *reason, const char *clause);
struct ip6_addr dns_source(const struct net_rx *rx);		/* IPv4 as mapped */
struct ip6_addr dns_destination(const struct net_rx *rx);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What clients, servers and relays of DHCPv6 share: sending a message with its record, and the record of one that
 * came. In records (protocol SIGNAL_DHCP6) `type` is the message's own, `subtype` that of the client's or server's
 * message inside relay messages, which for others is the same.
 */
#ifndef MOOR_PROTO_DHCP6_H
#define MOOR_PROTO_DHCP6_H

#include "net/net.h"
#include "wire/dhcp6.h"

#define DHCP6_MESSAGE_MAX 1400u

extern const struct ip6_addr dhcp6_all_agents;		/* ff02::1:2, all relay agents and servers [RFC 8415 7.1] */

typedef void dhcp6_send_fn(void *owner, struct moor_pkt *p, struct net_send *s, uint16_t sport, uint16_t dport);

/* The type of the message within relay messages, however many; 0: none. */
uint8_t dhcp6_inner_type(const uint8_t *p, size_t n);

struct dhcp6_tx {
	struct net_host *h;
	struct net_send send;		/* src, dst, via; class and protocol are filled in */
	uint16_t sport, dport;
	uint16_t attempt;		/* for the record; 0: unknown */
	struct ip6_addr home_address;	/* for the record; :: none */
	dhcp6_send_fn *fn;		/* NULL: net_udp_send */
	void *owner;
};

/* The octets of a message. */
void dhcp6_transmit(const struct dhcp6_tx *tx, const uint8_t *p, size_t n);
void dhcp6_record_rx(const struct net_rx *rx);
void dhcp6_discard(const struct net_rx *rx, const char *reason, const char *clause);
/* Who sent what came: the (inner) source, or the home address that a Home Address option names. */
static inline const struct ip6_addr *dhcp6_from(const struct net_rx *rx) { return ip6_upper_src(rx->ip6); }
/* A unicast address that a host elsewhere may have: not ::, multicast, link-local, loopback, mapped. */
bool dhcp6_usable6(const struct ip6_addr *a);
bool dhcp6_usable4(struct ip4_addr a);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPINFORM [RFC 2131 3.4, 4.4.3]: a host that has its IPv4 address otherwise asks a server for the rest. This is
 * DHCPv4 without state, which a UE may run through its tunnel [24.303 5.1.1, 5.1.2.4].
 */
#ifndef MOOR_PROTO_DHCP4_INFORM_H
#define MOOR_PROTO_DHCP4_INFORM_H

#include "net/net.h"
#include "net/timers.h"
#include "wire/dhcp4.h"

#define DHCP4_INFORM_TRIES 4u

struct dhcp4_inform;
struct dhcp4_inform_ops {
	void (*got)(struct dhcp4_inform *c, const struct dhcp4 *ack);	/* over; ack is lent */
	void (*failed)(struct dhcp4_inform *c);				/* over: nobody answered */
};

/* Embedded by its owner, zeros at first. */
struct dhcp4_inform {
	struct net_host *h;
	const struct dhcp4_inform_ops *ops;
	const struct timer_set *timers;	/* NULL: defaults */
	struct ip4_addr own, server;
	struct moor_timer timer;
	uint32_t xid;
	uint8_t tries;			/* 0: nothing is under way */
};

/* Asks `server` for DNS servers from the address `own`, of which the owner has seen to that it can be used. */
void dhcp4_inform_start(struct dhcp4_inform *c);
void dhcp4_inform_stop(struct dhcp4_inform *c);
/* UDP payload to port 68. False: it is not for this one. */
bool dhcp4_inform_input(struct dhcp4_inform *c, const struct net_rx *rx);

/* The server's side: answers a DHCPINFORM that came to `own` with DNS servers; all else is passed over. */
void dhcp4_inform_answer(const struct net_rx *rx, const struct ip4_addr *dns, unsigned n);

#endif

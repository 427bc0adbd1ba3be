/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small DHCPv4 server for one interface [RFC 2131 4.3]: one pool, leases by client (client identifier or MAC), offers
 * that are kept for a while, renewal, rebinding, NAK for what it does not know, RELEASE, DECLINE. No relay agents.
 */
#ifndef MOOR_PROTO_DHCP4_SERVER_H
#define MOOR_PROTO_DHCP4_SERVER_H

#include "net/net.h"

struct dhcp4_server_config {
	struct ip4_addr address;	/* own address on the interface: server identifier and source */
	struct ip4_addr first, last;	/* the pool, both included */
	uint8_t prefix_len;		/* subnet mask told to clients, 1..32 */
	struct ip4_addr router;		/* 0.0.0.0: none told */
	uint32_t lease;			/* seconds; UINT32_MAX: without end; default 3600 */
	moor_time offer_hold;		/* an address offered is kept this long; default 60 s */
	moor_time delay;		/* thinking time before each answer; default 0 */
};

void dhcp4_server_config_default(struct dhcp4_server_config *c);

struct dhcp4_server;

/* The owner binds UDP port 67 of the host and hands in what arrives on the interface. */
struct dhcp4_server *dhcp4_server_new(struct net_iface *i, const struct dhcp4_server_config *c);
void dhcp4_server_free(struct dhcp4_server *s);
uint32_t dhcp4_server_leases(const struct dhcp4_server *s);	/* granted and not over */
void dhcp4_server_input(struct dhcp4_server *s, const struct net_rx *rx);	/* UDP payload */
void dhcp4_server_memory(const struct dhcp4_server *s, mem_report_fn *fn, void *ctx);
/* Stops answering (a dead server), or answers again. */
void dhcp4_server_mute(struct dhcp4_server *s, bool mute);
/* Forgets all leases; renewals are then refused with NAK. */
void dhcp4_server_forget(struct dhcp4_server *s);

#endif

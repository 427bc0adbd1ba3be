/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 relay agent [RFC 8415 19] on a router: what clients (and other relays) send on a link goes to a server as a
 * Relay-forward message, and the server's Relay-reply is undone. Several links of one router share a server or have
 * their own. The owner hands it what arrives on UDP port 547.
 */
#ifndef MOOR_PROTO_DHCP6_RELAY_H
#define MOOR_PROTO_DHCP6_RELAY_H

#include "net/net.h"

struct dhcp6_relay;
struct dhcp6_relay *dhcp6_relay_new(struct net_host *h);
void dhcp6_relay_free(struct dhcp6_relay *r);
/* What clients send on this interface goes to that server from now on; 8 interfaces at most. */
void dhcp6_relay_add(struct dhcp6_relay *r, struct net_iface *clients, const struct ip6_addr *server);
/*
 * What the link-address field says of a client's message, in place of an address of the interface: where each client
 * has a prefix of its own. False: it may have nothing, the message is dropped.
 */
typedef bool dhcp6_link_fn(void *owner, const struct net_rx *rx, struct ip6_addr *link);
/* By which link-local address that client knows us; false: the interface's own. */
typedef bool dhcp6_source_fn(void *owner, const struct mac_addr *client, struct ip6_addr *src);
void dhcp6_relay_links(struct dhcp6_relay *r, dhcp6_link_fn *fn, dhcp6_source_fn *source, void *owner);
bool dhcp6_relay_has(const struct dhcp6_relay *r, const struct net_iface *i);	/* it relays for clients there */
void dhcp6_relay_input(struct dhcp6_relay *r, const struct net_rx *rx, uint16_t sport);

#endif

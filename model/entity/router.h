/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router: IPv6 and IPv4 forwarding between its interfaces, router advertisements, a DHCPv4 server and a NAT where
 * wanted.
 */
#ifndef MOOR_ENTITY_ROUTER_H
#define MOOR_ENTITY_ROUTER_H

#include "net/nat.h"
#include "net/net.h"
#include "net/router.h"
#include "proto/dhcp4_server.h"

#define ROUTER_IFACE_MAX 8
#define ROUTER_ROUTE_MAX 16

struct router_iface_config {
	const char *name;		/* copied */
	struct mac_addr mac;
	struct ip6_addr a6;		/* :: none */
	uint8_t len6;
	struct ip4_addr a4;		/* 0.0.0.0 none */
	uint8_t len4;
	const struct router_advert *advert;	/* copied; NULL: no advertisements */
	const struct dhcp4_server_config *dhcp4;/* copied; NULL: no server. address zero: a4 */
	/* copied; NULL: none. This is the outside interface; outside zero: a4 */
	const struct nat_params *nat;
};

/* A static route. prefix: IPv4 as mapped prefix with len 96 + n. next_hop zero: on-link of iface. */
struct router_route {
	struct ip6_prefix prefix;
	struct ip6_addr next_hop;
	const char *iface;
};

/* Copied. */
struct router_config {
	const struct net_profile *net;	/* NULL: net_profile_router; kept by reference */
	unsigned n_ifaces;
	struct router_iface_config iface[ROUTER_IFACE_MAX];
	unsigned n_routes;
	struct router_route route[ROUTER_ROUTE_MAX];
};

struct router;
struct router *router_new(struct moor_node *n, const struct router_config *c);	/* owned by the node */
struct net_host *router_host(const struct router *r);
struct net_iface *router_iface(const struct router *r, const char *name);
struct moor_port *router_port(const struct router *r, unsigned i);
struct moor_filter *router_nat(const struct router *r);				/* the first one, NULL: none */
struct dhcp4_server *router_dhcp4(const struct router *r, const char *iface);	/* NULL: none */
void router_add_route(struct router *r, const struct router_route *route);
/* Stops (NULL) or changes the advertisements of an interface. */
void router_set_advert(struct router *r, const char *iface, const struct router_advert *advert);

#endif

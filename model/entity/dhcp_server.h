/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node that does nothing but DHCP on one link: DHCPv4, and DHCPv6 where proto/dhcp6_service.h is put on its host.
 */
#ifndef MOOR_ENTITY_DHCP_SERVER_H
#define MOOR_ENTITY_DHCP_SERVER_H

#include "net/net.h"
#include "proto/dhcp4_server.h"

/* Copied. */
struct dhcp_server_config {
	const struct net_profile *net;	/* NULL: net_profile_host; kept by reference */
	const char *iface;		/* its name; NULL: "eth" */
	struct mac_addr mac;
	uint8_t len4;			/* of dhcp4.address on the link */
	struct ip6_addr a6;		/* :: none */
	uint8_t len6;
	struct dhcp4_server_config dhcp4;
};

struct dhcp_server;
struct dhcp_server *dhcp_server_new(struct moor_node *n, const struct dhcp_server_config *c);	/* owned by the node */
struct net_host *dhcp_server_host(const struct dhcp_server *s);
struct moor_port *dhcp_server_port(const struct dhcp_server *s);
struct dhcp4_server *dhcp_server_dhcp4(const struct dhcp_server *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCPv6 on a host that is no home agent: a server, a relay for some of its links, or both. It has UDP port 547.
 */
#ifndef MOOR_PROTO_DHCP6_SERVICE_H
#define MOOR_PROTO_DHCP6_SERVICE_H

#include "proto/dhcp6_server.h"

struct dhcp6_service;
struct dhcp6_service *dhcp6_service_new(struct net_host *h);		/* owned by the host */
/* Answers on all links of the host that it does not relay for, and what relays send. Once; copied. */
void dhcp6_service_serve(struct dhcp6_service *s, const struct dhcp6_server_config *c);
/* What clients ask on this link goes to that server (proto/dhcp6_relay.h). */
void dhcp6_service_relay(struct dhcp6_service *s, struct net_iface *clients, const struct ip6_addr *server);
struct dhcp6_server *dhcp6_service_server(const struct dhcp6_service *s);	/* NULL: none */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home agent as a DHCPv6 server: delegating router for its mobile routers [RFC 6276], and server of what UEs ask
 * through their tunnels or over the home link [24.303 5.1.1].
 */
#ifndef MOOR_PROTO_DSMIP_HA_PD_H
#define MOOR_PROTO_DSMIP_HA_PD_H

#include "proto/dhcp6_server.h"
#include "proto/dsmip_ha.h"

/* Copied. Once; UDP port 547 of the host is its own from now on. */
void dsmip_ha_serve_dhcp6(struct dsmip_ha *a, const struct dhcp6_server_config *c);
struct dhcp6_server *dsmip_ha_dhcp6(const struct dsmip_ha *a);		/* NULL: none */

#endif

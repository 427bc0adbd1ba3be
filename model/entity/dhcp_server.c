/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node that does nothing but DHCPv4 on one link. The rules are proto/dhcp4_server.c's.
 */
#include "entity/dhcp_server.h"

#include <glib.h>

#include "wire/ip.h"

struct dhcp_server {
	struct net_host *host;
	struct net_iface *iface;
	struct dhcp4_server *dhcp4;
};

static void input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct dhcp_server *s = owner;

	(void)sport, (void)dport;
	dhcp4_server_input(s->dhcp4, rx);
}

static void done(void *arg)
{
	struct dhcp_server *s = arg;

	dhcp4_server_free(s->dhcp4);
	g_free(s);
}

struct dhcp_server *dhcp_server_new(struct moor_node *n, const struct dhcp_server_config *c)
{
	struct dhcp_server *s = g_new0(struct dhcp_server, 1);
	struct ip6_addr a = ip6_mapped(c->dhcp4.address);

	s->host = net_host_new(n, c->net ? c->net : &net_profile_host);
	net_host_own(s->host, s, done);
	s->iface = net_iface_new(s->host, c->iface ? c->iface : "eth", &c->mac);
	if (!ip4_is_zero(c->dhcp4.address))
		net_address_add(s->iface, &a, (uint8_t)(96 + c->len4));
	if (!ip6_is_zero(&c->a6))
		net_address_add(s->iface, &c->a6, c->len6);
	s->dhcp4 = dhcp4_server_new(s->iface, &c->dhcp4);
	net_udp_bind(s->host, PORT_DHCP4_SERVER, input, s);
	return s;
}

struct net_host *dhcp_server_host(const struct dhcp_server *s) { return s->host; }
struct moor_port *dhcp_server_port(const struct dhcp_server *s) { return net_iface_port(s->iface); }
struct dhcp4_server *dhcp_server_dhcp4(const struct dhcp_server *s) { return s->dhcp4; }

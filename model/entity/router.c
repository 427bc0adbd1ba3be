/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A router: forwarding between its interfaces, and what the access links want of it: router advertisements [RFC
 * 4861 6.2], DHCPv4 [RFC 2131], a NAT on one interface [RFC 4787]. All of it is other files' work; this one puts it
 * together.
 */
#include "entity/router.h"

#include <glib.h>

#include "wire/ip.h"

struct router_iface {
	struct net_iface *iface;
	struct dhcp4_server *dhcp4;
	struct moor_filter *nat;
};

struct router {
	struct net_host *host;
	unsigned n;
	struct router_iface i[ROUTER_IFACE_MAX];
};

/* One UDP port serves all interfaces' servers. */
static void dhcp_input(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct router *r = owner;

	(void)sport, (void)dport;
	for (unsigned k = 0; k < r->n; k++)
		if (r->i[k].iface == rx->iface && r->i[k].dhcp4)
			dhcp4_server_input(r->i[k].dhcp4, rx);
}

static void done(void *arg)
{
	struct router *r = arg;

	for (unsigned k = 0; k < r->n; k++)
		if (r->i[k].dhcp4)
			dhcp4_server_free(r->i[k].dhcp4);
	g_free(r);
}

static void add_addresses(struct net_iface *i, const struct router_iface_config *c)
{
	struct ip6_addr a4 = ip6_mapped(c->a4);

	if (!ip6_is_zero(&c->a6))
		net_address_add(i, &c->a6, c->len6);
	if (!ip4_is_zero(c->a4))
		net_address_add(i, &a4, (uint8_t)(96 + c->len4));
}

static void add_dhcp4(struct router *r, struct router_iface *i, const struct router_iface_config *c)
{
	struct dhcp4_server_config d = *c->dhcp4;
	bool first = true;

	for (unsigned k = 0; k < r->n; k++)
		first = first && !r->i[k].dhcp4;
	if (ip4_is_zero(d.address))
		d.address = c->a4;
	i->dhcp4 = dhcp4_server_new(i->iface, &d);
	if (first)
		net_udp_bind(r->host, PORT_DHCP4_SERVER, dhcp_input, r);
}

static void add_nat(struct router_iface *i, const struct router_iface_config *c)
{
	struct nat_params p = *c->nat;

	if (ip4_is_zero(p.outside))
		p.outside = c->a4;
	i->nat = nat_new(net_iface_port(i->iface), &p);
	moor_filter_add(net_iface_port(i->iface), i->nat);
}

static void add_iface(struct router *r, const struct router_iface_config *c)
{
	struct router_iface *i = &r->i[r->n++];

	i->iface = net_iface_new(r->host, c->name, &c->mac);
	add_addresses(i->iface, c);
	if (c->dhcp4)
		add_dhcp4(r, i, c);
	if (c->nat)
		add_nat(i, c);
	if (c->advert)
		router_advertise(i->iface, c->advert);
}

/* Hairpinning needs the NAT to see what inside hosts send to the outside address: it never reaches the outside port. */
static void add_companions(struct router *r)
{
	struct moor_filter *nat = router_nat(r);

	for (unsigned k = 0; nat && k < r->n; k++)
		if (!r->i[k].nat)
			moor_filter_add(net_iface_port(r->i[k].iface), nat_inside_new(nat));
}

struct router *router_new(struct moor_node *n, const struct router_config *c)
{
	struct router *r = g_new0(struct router, 1);

	r->host = net_host_new(n, c->net ? c->net : &net_profile_router);
	net_host_own(r->host, r, done);
	g_assert(c->n_ifaces <= ROUTER_IFACE_MAX && c->n_routes <= ROUTER_ROUTE_MAX);
	for (unsigned k = 0; k < c->n_ifaces; k++)
		add_iface(r, &c->iface[k]);
	add_companions(r);
	for (unsigned k = 0; k < c->n_routes; k++)
		router_add_route(r, &c->route[k]);
	return r;
}

struct net_host *router_host(const struct router *r) { return r->host; }

struct net_iface *router_iface(const struct router *r, const char *name)
{
	return net_iface_find(r->host, name);
}

struct moor_port *router_port(const struct router *r, unsigned i)
{
	return i < r->n ? net_iface_port(r->i[i].iface) : NULL;
}

struct moor_filter *router_nat(const struct router *r)
{
	for (unsigned k = 0; k < r->n; k++)
		if (r->i[k].nat)
			return r->i[k].nat;
	return NULL;
}

struct dhcp4_server *router_dhcp4(const struct router *r, const char *iface)
{
	for (unsigned k = 0; k < r->n; k++)
		if (!strcmp(net_iface_name(r->i[k].iface), iface))
			return r->i[k].dhcp4;
	return NULL;
}

void router_add_route(struct router *r, const struct router_route *route)
{
	net_route_add(r->host, &route->prefix, &route->next_hop, net_iface_find(r->host, route->iface));
}

void router_set_advert(struct router *r, const char *iface, const struct router_advert *advert)
{
	router_advertise(net_iface_find(r->host, iface), advert);
}

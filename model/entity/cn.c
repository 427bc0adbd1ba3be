/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A correspondent node: a dual-stack host with a traffic sink. It knows nothing of mobility, as TS 24.303 4.1 wants
 * it: no route optimisation, everything goes to the home address.
 */
#include "entity/cn.h"

#include <glib.h>

#include "net/traffic.h"

struct cn {
	struct net_host *host;
	struct net_iface *iface;
	struct ip6_addr a6, a4;		/* a4 mapped; :: none */
};

static void add_default(struct cn *c, const struct ip6_addr *gateway, bool v4)
{
	struct ip6_addr zero = v4 ? ip6_mapped((struct ip4_addr){ { 0 } }) : ip6_any;
	struct ip6_prefix all = { zero, v4 ? 96 : 0 };

	net_route_add(c->host, &all, gateway, c->iface);
}

struct cn *cn_new(struct moor_node *n, const struct cn_config *config)
{
	struct cn *c = g_new0(struct cn, 1);
	struct ip6_addr gateway4 = ip6_mapped(config->gateway4);

	c->host = net_host_new(n, config->net ? config->net : &net_profile_host);
	net_host_own(c->host, c, g_free);
	c->iface = net_iface_new(c->host, config->iface ? config->iface : "eth", &config->mac);
	if (!ip6_is_zero(&config->a6)) {
		c->a6 = config->a6;
		net_address_add(c->iface, &c->a6, config->len6);
	}
	if (!ip4_is_zero(config->a4)) {
		c->a4 = ip6_mapped(config->a4);
		net_address_add(c->iface, &c->a4, (uint8_t)(96 + config->len4));
	}
	if (!ip6_is_zero(&config->gateway6))
		add_default(c, &config->gateway6, false);
	if (!ip4_is_zero(config->gateway4))
		add_default(c, &gateway4, true);
	if (!config->no_sink)
		traffic_sink(c->host, TRAFFIC_PORT);
	return c;
}

struct net_host *cn_host(const struct cn *c) { return c->host; }
struct net_iface *cn_iface(const struct cn *c) { return c->iface; }
struct moor_port *cn_port(const struct cn *c) { return net_iface_port(c->iface); }

bool cn_address6(void *arg, struct ip6_addr *out)
{
	const struct cn *c = arg;

	if (ip6_is_zero(&c->a6))
		return net_address_global(c->iface, false, out);
	*out = c->a6;
	return true;
}

bool cn_address4(void *arg, struct ip6_addr *out)
{
	const struct cn *c = arg;

	*out = c->a4;
	return !ip6_is_zero(&c->a4);
}

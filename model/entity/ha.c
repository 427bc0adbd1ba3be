/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the home agent as a node
 *
 * A router with DSMIPv6's home agent on it: interfaces, addresses, default routes, and a home link where each UE
 * gets its own prefix advertised [24.303 5.1.2.3]. With a local mobility anchor on it, it is a PDN gateway
 * (proto/pgw.c).
 */
#include "entity/ha.h"

#include <assert.h>

#include "base/mem.h"

struct ha {
	struct net_host *host;
	struct dsmip_ha *dsmip;
	struct pgw *gateway;		/* NULL: none */
	struct net_profile net;		/* the default, with UDP 4191 */
};

void ha_config_default(struct ha_config *c)
{
	*c = (struct ha_config){ .net = NULL };
	dsmip_ha_config_default(&c->dsmip);
}

static void destroy(void *thing)
{
	struct ha *h = thing;

	if (h->gateway)
		pgw_free(h->gateway);
	dsmip_ha_free(h->dsmip);
	mem_free(h);
}

static void add_addresses(struct net_iface *i, const struct ha_iface_config *c)
{
	struct ip6_addr mapped = ip6_mapped(c->a4);

	if (!ip6_is_zero(&c->a6))
		net_address_add(i, &c->a6, c->len6);
	if (!ip4_is_zero(c->a4))
		net_address_add(i, &mapped, (uint8_t)(96 + c->len4));
}

/* The addresses that UEs know: on an interface, or on none. */
static void own_addresses(struct ha *h, const struct dsmip_ha_addr *a)
{
	struct ip6_addr mapped = ip6_mapped(a->a4);

	if (!net_address_is_ours(h->host, &a->a6))
		net_address_add_virtual(h->host, &a->a6);
	if (!ip4_is_zero(a->a4) && !net_address_is_ours(h->host, &mapped))
		net_address_add_virtual(h->host, &mapped);
}

static void default_routes(struct ha *h, const struct ha_config *c)
{
	struct ip6_addr zero4 = ip6_mapped((struct ip4_addr){ { 0 } }), gateway4 = ip6_mapped(c->gateway4);
	struct net_iface *first = net_iface_next(h->host, NULL);

	if (!ip6_is_zero(&c->gateway6))
		net_route_add(h->host, &(struct ip6_prefix){ ip6_any, 0 }, &c->gateway6, first);
	if (!ip4_is_zero(c->gateway4))
		net_route_add(h->host, &(struct ip6_prefix){ zero4, 96 }, &gateway4, first);
}

static void home_link(struct ha *h, const struct ha_config *c, struct net_iface *i)
{
	struct router_advert r = router_advert_default;

	if (c->ra_interval_max) {
		r.interval_min = c->ra_interval_min;
		r.interval_max = c->ra_interval_max;
	}
	r.home_agent = true;
	dsmip_ha_home_link(h->dsmip, i, &r);
}

struct ha *ha_new(struct moor_node *n, const struct ha_config *c)
{
	struct ha *h = mem_zeroed(sizeof *h);
	struct net_iface *home = NULL;

	h->net = net_profile_router;
	h->net.dsmip_udp = true;
	h->net.timers = c->dsmip.timers;
	h->net.dad |= c->dsmip.dad;	/* it probes for others as for itself */
	h->host = net_host_new(n, c->net ? c->net : &h->net);
	net_host_own(h->host, h, destroy);
	assert(c->n_ifaces <= HA_IFACE_MAX);
	for (unsigned k = 0; k < c->n_ifaces; k++) {
		struct net_iface *i = net_iface_new(h->host, c->iface[k].name, &c->iface[k].mac);

		add_addresses(i, &c->iface[k]);
		if (c->iface[k].home)
			home = i;
	}
	own_addresses(h, &c->dsmip.addr);
	default_routes(h, c);
	h->dsmip = dsmip_ha_new(h->host, &c->dsmip);
	if (c->security)
		s2c_ha_new(h->dsmip, c->security);
	if (c->gateway)
		h->gateway = pgw_new(h->dsmip, c->gateway);
	if (home)
		home_link(h, c, home);
	return h;
}

static void give(struct ha *h, const struct mac_addr *home_mac, const struct ip6_prefix *hnp)
{
	if (home_mac && mac_u64(home_mac))
		dsmip_ha_home_host(h->dsmip, home_mac, hnp);
}

bool ha_assign(struct ha *h, const struct mac_addr *home_mac, struct ip6_prefix *hnp)
{
	if (!dsmip_ha_assign(h->dsmip, hnp))
		return false;
	give(h, home_mac, hnp);
	return true;
}

bool ha_assign_this(struct ha *h, const struct mac_addr *home_mac, const struct ip6_prefix *hnp)
{
	if (!dsmip_ha_assign_this(h->dsmip, hnp))
		return false;
	give(h, home_mac, hnp);
	return true;
}

bool ha_connection(struct ha *h, struct imsi i, const char *apn, const struct mac_addr *home_mac,
		   struct ip6_prefix *hnp)
{
	struct s2c_ha *s = s2c_ha_of(h->dsmip);

	return s && ha_assign(h, home_mac, hnp) && s2c_ha_connection(s, i, apn, hnp);
}

void ha_static_hoa4(struct ha *h, const struct ip6_prefix *hnp, struct ip4_addr hoa4)
{
	dsmip_ha_static_hoa4(h->dsmip, hnp, hoa4);
}

void ha_reboot(struct ha *h)
{
	dsmip_ha_reboot(h->dsmip);
	if (s2c_ha_of(h->dsmip))
		s2c_ha_restart(s2c_ha_of(h->dsmip), true);
	if (h->gateway)
		pgw_reboot(h->gateway);
}

void ha_lose_sas(struct ha *h)
{
	if (s2c_ha_of(h->dsmip))
		s2c_ha_restart(s2c_ha_of(h->dsmip), false);
}

struct s2c_ha *ha_security(const struct ha *h) { return s2c_ha_of(h->dsmip); }
struct pgw *ha_gateway(const struct ha *h) { return h->gateway; }
struct dsmip_ha *ha_dsmip(const struct ha *h) { return h->dsmip; }
struct net_host *ha_host(const struct ha *h) { return h->host; }

struct net_iface *ha_iface(const struct ha *h, const char *name)
{
	return net_iface_find(h->host, name);
}

struct moor_port *ha_port(const struct ha *h, unsigned n)
{
	struct net_iface *i = net_iface_next(h->host, NULL);

	while (i && n--)
		i = net_iface_next(h->host, i);
	return i ? net_iface_port(i) : NULL;
}

void ha_memory(const struct ha *h, mem_report_fn *fn, void *ctx)
{
	dsmip_ha_memory(h->dsmip, fn, ctx);
	if (h->gateway)
		pmip_lma_memory(pgw_lma(h->gateway), fn, ctx);
	if (s2c_ha_of(h->dsmip))
		s2c_ha_memory(s2c_ha_of(h->dsmip), fn, ctx);
}

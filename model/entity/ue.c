/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the UE as a node
 *
 * Puts a host, its interfaces, a DHCPv4 client for each interface that wants one, DSMIPv6 and its security together;
 * what they do is theirs. The glue: a carrier starts and stops the DHCP client of its interface, and DSMIPv6 is told
 * what it obtained.
 *
 * Several PDN connections [24.303 4.3]: the first one is the UE, the others are a struct ue as well, whose interfaces
 * and DHCP clients are the first one's.
 *
 * Carrier changes reach the DHCP clients before DSMIPv6, so that an address of a lost link is gone when the next
 * care-of address is chosen.
 */
#include "entity/ue.h"

#include <assert.h>

#include "proto/dsmip_ue_pd.h"
#include "proto/world_slab.h"
#include "wire/ip.h"

struct ue_client {
	struct dhcp4_client dhcp;
	struct ue *ue;
	moor_handle next;		/* of the same UE; 0: the last */
};

/* It lies in the room behind its struct dsmip_ue, which knows the host. */
struct ue {
	const struct ue_profile *profile;
	moor_handle clients;		/* made when their interface first comes up, then kept */
	uint8_t dhcp4;			/* bit: that interface wants one */
};

static const char client_key;

/* ---- settings ---------------------------------------------------------------------------------------------------- */

static void on_dhcp(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport);
static void on_carrier(void *owner, struct net_iface *i, bool up);
static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what);

static const struct net_service services[] = { { .number = PORT_DHCP4_CLIENT, .udp = on_dhcp } };

static const struct net_events ue_events = {
	.carrier = on_carrier, .address = on_address, .services = services, .n_services = 1,
};

void ue_profile_default(struct ue_profile *p)
{
	*p = (struct ue_profile){ .net = net_profile_host, .dhcp = dhcp4_client_profile_default };
	p->net.dsmip_udp = true;
	p->net.events = &ue_events;
	dsmip_ue_profile_default(&p->dsmip);
}

void ue_profile_timers(struct ue_profile *p, const struct timer_set *t)
{
	p->net.timers = t;
	p->dsmip.timers = t;
	p->dhcp.timers = t;
}

/* ---- DHCP clients ------------------------------------------------------------------------------------------------ */

static struct slab *clients_of(const struct ue *u)
{
	return world_slab(net_host_world(ue_host(u)), &client_key, "ue-dhcp", sizeof(struct ue_client));
}

static struct ue_client *first_client(const struct ue *u)
{
	return u->clients ? slab_get(clients_of(u), u->clients) : NULL;
}

static struct ue_client *next_client(const struct ue_client *c)
{
	return c->next ? slab_get(clients_of(c->ue), c->next) : NULL;
}

static struct ue_client *client_on(const struct ue *u, const struct net_iface *i)
{
	for (struct ue_client *c = first_client(u); c; c = next_client(c))
		if (c->dhcp.iface == i)
			return c;
	return NULL;
}

static struct ue_client *client_from(struct dhcp4_client *c)
{
	return MOOR_CONTAINER(c, struct ue_client, dhcp);
}

static void tell_ip4(const struct ue *u, struct net_iface *i, bool usable)
{
	for (struct dsmip_ue *d = ue_dsmip(u); d; d = dsmip_ue_pdn_next(d))
		dsmip_ue_ip4(d, i, usable);
}

static void on_offered(struct dhcp4_client *c)
{
	for (struct dsmip_ue *d = ue_dsmip(client_from(c)->ue); d; d = dsmip_ue_pdn_next(d))
		dsmip_ue_ip4_seen(d, c->iface);
}

static void on_bound(struct dhcp4_client *c, bool renewed)
{
	if (!renewed)
		tell_ip4(client_from(c)->ue, c->iface, true);
}

static void on_lost(struct dhcp4_client *c)
{
	tell_ip4(client_from(c)->ue, c->iface, false);
}

static const struct dhcp4_client_ops client_ops = { .offered = on_offered, .bound = on_bound, .lost = on_lost };

static bool wants_client(const struct ue *u, const struct net_iface *i)
{
	return u->dhcp4 >> (net_iface_number(i) - 1) & 1;
}

static struct ue_client *add_client(struct ue *u, struct net_iface *i)
{
	moor_handle h;
	struct ue_client *c = slab_alloc(clients_of(u), &h);

	dhcp4_client_init(&c->dhcp, i, &u->profile->dhcp, &client_ops);
	c->ue = u;
	c->next = u->clients;
	u->clients = h;
	return c;
}

static void on_dhcp(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct ue_client *c = client_on(dsmip_ue_room(owner), rx->iface);

	(void)dport;
	for (struct dsmip_ue *d = owner; d && rx->outer.encap != ENCAP_PLAIN; d = dsmip_ue_pdn_next(d))
		if (dsmip_ue_configured4(d, rx))
			return;
	if (c && sport == PORT_DHCP4_SERVER)
		dhcp4_client_input(&c->dhcp, rx);
}

static void on_carrier(void *owner, struct net_iface *i, bool up)
{
	struct ue *u = dsmip_ue_room(owner);
	struct ue_client *c = client_on(u, i);

	if (!c && up && wants_client(u, i))
		c = add_client(u, i);
	if (c && up)
		dhcp4_client_start(&c->dhcp);
	else if (c)
		dhcp4_client_stop(&c->dhcp);
}

/* A duplicate IPv4 address is the DHCP server's to know [RFC 2131 3.1 step 5]. */
static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	struct ue_client *c;

	if (what != ADDRESS_DUPLICATE || !dsmip_is_mapped(addr))
		return;
	c = client_on(dsmip_ue_room(owner), i);
	if (c && ip4_eq(c->dhcp.address, dsmip_unmap(addr)))
		dhcp4_client_conflict(&c->dhcp);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

struct ue *ue_new(struct moor_node *n, const struct ue_config *c)
{
	struct ip6_addr hoa = ip6_from_prefix_iid(&c->hnp, c->hoa_iid ? c->hoa_iid : 1);
	struct net_host *h = net_host_new(n, &c->profile->net);
	uint8_t dhcp4 = 0;
	struct ue *u;

	assert(c->n_ifaces >= 1 && c->n_ifaces <= UE_IFACE_MAX && c->profile->dsmip.n_ha >= 1);
	for (unsigned k = 0; k < c->n_ifaces; k++) {
		net_iface_new(h, c->iface[k].name, &c->iface[k].mac);
		dhcp4 |= (uint8_t)(c->iface[k].dhcp4 << k);
	}
	u = dsmip_ue_room(dsmip_ue_new(h, &c->profile->dsmip, &c->hnp, &hoa, c->hoa4, sizeof *u));
	u->profile = c->profile;
	u->dhcp4 = dhcp4;
	if (c->profile->dsmip.security)
		s2c_ue_new(ue_dsmip(u), &c->security, &c->hnp);
	return u;
}

struct ue *ue_pdn_new(struct ue *u, const struct ue_config *c)
{
	struct ip6_addr hoa = ip6_from_prefix_iid(&c->hnp, c->hoa_iid ? c->hoa_iid : 1);
	struct dsmip_ue *first = ue_dsmip(u), *last = first, *d;
	struct ue *x;

	while (dsmip_ue_pdn_next(last))
		last = dsmip_ue_pdn_next(last);
	if (dsmip_ue_pdn_number(last) + 1 >= DSMIP_PDN_MAX)
		return NULL;
	d = dsmip_ue_pdn_new(first, &c->profile->dsmip, &c->hnp, &hoa, c->hoa4, sizeof *x);
	x = dsmip_ue_room(d);
	x->profile = c->profile;
	if (c->profile->dsmip.security)
		s2c_ue_new(d, &c->security, &c->hnp);
	return x;
}

struct ue *ue_pdn(struct ue *u, unsigned number)
{
	struct dsmip_ue *d = ue_dsmip(u);

	while (d && number--)
		d = dsmip_ue_pdn_next(d);
	return d ? dsmip_ue_room(d) : NULL;
}

/* ---- actions ----------------------------------------------------------------------------------------------------- */

struct net_iface *ue_iface(const struct ue *u, const char *name)
{
	return name ? net_iface_find(ue_host(u), name) : NULL;
}

void ue_attach(struct ue *u, const char *iface)
{
	dsmip_ue_attach(ue_dsmip(u), ue_iface(u, iface));
}

void ue_handover(struct ue *u, const char *iface)
{
	dsmip_ue_handover(ue_dsmip(u), ue_iface(u, iface));
}

void ue_detach(struct ue *u)
{
	dsmip_ue_detach(ue_dsmip(u));
}

void ue_refresh(struct ue *u)
{
	dsmip_ue_refresh(ue_dsmip(u));
}

void ue_want_hoa4(struct ue *u, bool want)
{
	dsmip_ue_want_hoa4(ue_dsmip(u), want);
}

void ue_set_sequence(struct ue *u, uint16_t next)
{
	dsmip_ue_set_sequence(ue_dsmip(u), next);
}

void ue_reboot(struct ue *u)
{
	for (struct dsmip_ue *d = ue_dsmip(u); d; d = dsmip_ue_pdn_next(d))
		dsmip_ue_reboot(d);
	for (unsigned n = UE_IFACE_MAX; n; n--) {
		struct ue_client *c = client_on(u, net_iface_numbered(ue_host(u), n));

		if (!c)
			continue;
		dhcp4_client_stop(&c->dhcp);
		if (net_iface_up(c->dhcp.iface))
			dhcp4_client_start(&c->dhcp);
	}
}

void ue_ip4_static(struct ue *u, const char *iface, struct ip4_addr a, uint8_t prefix_len, struct ip4_addr router)
{
	struct net_iface *i = ue_iface(u, iface);
	struct ip6_prefix all = { ip6_mapped((struct ip4_addr){ { 0 } }), 96 };
	struct ip6_addr mapped = ip6_mapped(a), gateway = ip6_mapped(router);

	net_address_add(i, &mapped, (uint8_t)(96 + prefix_len));
	if (!ip4_is_zero(router))
		net_route_add(ue_host(u), &all, &gateway, i);
	tell_ip4(u, i, true);
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct net_host *ue_host(const struct ue *u) { return dsmip_ue_host(dsmip_ue_of(u)); }
struct dsmip_ue *ue_dsmip(const struct ue *u) { return dsmip_ue_of(u); }

struct moor_port *ue_port(const struct ue *u, unsigned n)
{
	struct net_iface *i = net_iface_next(ue_host(u), NULL);

	while (i && n--)
		i = net_iface_next(ue_host(u), i);
	return i ? net_iface_port(i) : NULL;
}

bool ue_source6(void *arg, struct ip6_addr *out)
{
	const struct ue *u = arg;

	*out = *dsmip_ue_hoa(ue_dsmip(u));
	return dsmip_ue_reachable(ue_dsmip(u));
}

bool ue_source4(void *arg, struct ip6_addr *out)
{
	return ue_address4(arg, out);
}

bool ue_address6(void *arg, struct ip6_addr *out)
{
	const struct ue *u = arg;

	*out = *dsmip_ue_hoa(ue_dsmip(u));
	return dsmip_ue_knows_hoa(ue_dsmip(u));
}

bool ue_address4(void *arg, struct ip6_addr *out)
{
	const struct ue *u = arg;
	struct ip4_addr a = dsmip_ue_hoa4(ue_dsmip(u));

	*out = ip6_mapped(a);
	return !ip4_is_zero(a) || dsmip_ue_home4(ue_dsmip(u), out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: a mobile node that knows nothing of mobility
 *
 * A plain host [RFC 5213 3, 6.14]: it configures what router advertisements, DHCPv4 and DHCPv6 offer, and goes on with
 * it wherever the network shows the same. The steps of a movement are recorded as a UE's are, so that both kinds of
 * mobility can be compared; MOVE_STARTED and MOVE_LINK_UP carry the link-local address that follows from the hardware
 * address, by which the signalling of a mobile access gateway finds its mobile node again. A movement is over when the
 * preferred interface has a router and a global address that may be used; of a host that has nothing but IPv4, when
 * DHCPv4 has given it an address. DHCPv6 runs on the preferred interface alone.
 */
#include "entity/mn.h"

#include <assert.h>

#include "base/mem.h"
#include "proto/dhcp6_client.h"
#include "proto/dsmip.h"
#include "wire/ip.h"

struct mn_client {
	struct dhcp4_client dhcp;
	struct mn *mn;
	bool wanted;
};

struct mn {
	struct net_host *host;
	const struct mn_profile *profile;
	struct net_iface *via;		/* preferred; NULL: nowhere in particular */
	uint8_t steps;			/* bit per enum rec_move of the movement under way; 0: none */
	bool routed;			/* a router was heard since the link came up */
	bool ip4_only;
	uint8_t dhcp6_on;		/* number of the interface that the DHCPv6 client works on; 0: none runs */
	moor_handle dhcp6;
	struct ip6_addr last6, last4;	/* what it was reached by; :: nothing yet */
	unsigned n_ifaces;
	struct mn_client client[MN_IFACE_MAX];
};

/* ---- movements --------------------------------------------------------------------------------------------------- */

static void record(struct mn *m, enum rec_move what, const struct net_iface *i, const struct ip6_addr *addr)
{
	struct moor_world *w = net_host_world(m->host);
	struct moor_record r;

	m->steps |= (uint8_t)(1u << what);
	if (!moor_record_wanted(w, REC_MOVE))
		return;
	MOOR_RECORD_BEGIN(&r, REC_MOVE, moor_node_id(net_host_node(m->host)), REC_NONE, move);
	if (i)
		r.port = moor_port_number(net_iface_port(i));
	r.u.move.what = what;
	r.u.move.addr = *addr;
	moor_record_emit(w, &r);
}

static struct ip6_addr link_local(const struct net_iface *i)
{
	return ip6_link_local(mac_iid(moor_port_mac(net_iface_port(i))));
}

static bool did(const struct mn *m, enum rec_move what) { return m->steps >> what & 1; }

static void begin(struct mn *m)
{
	struct ip6_addr ll = link_local(m->via);

	if (m->steps)
		return;
	m->routed = false;
	record(m, MOVE_STARTED, m->via, &ll);
}

/* Everything is there: the movement is over. */
static void settle(struct mn *m)
{
	struct ip6_addr a;

	if (!m->steps || !did(m, MOVE_LINK_UP) || !m->routed || !net_address_global(m->via, false, &a))
		return;
	if (!did(m, MOVE_ADDRESS_FORMED))
		record(m, MOVE_ADDRESS_FORMED, m->via, &a);
	record(m, MOVE_ADDRESS_READY, m->via, &a);
	record(m, MOVE_REGISTERED, m->via, &a);
	m->steps = 0;
}

static void on_advert(void *owner, struct net_iface *i, const struct ip6_addr *router,
		      const struct ip6_prefix *prefixes, unsigned n, bool new_link)
{
	struct mn *m = owner;

	(void)prefixes, (void)new_link;
	if (i != m->via || !n || !did(m, MOVE_LINK_UP))
		return;
	if (!did(m, MOVE_DETECTED))
		record(m, MOVE_DETECTED, i, router);
	m->routed = true;
	settle(m);
}

static bool is_global(const struct ip6_addr *a)
{
	return !ip6_is_link_local(a) && !dsmip_is_mapped(a);
}

static struct mn_client *client_on(struct mn *m, const struct net_iface *i)
{
	return &m->client[net_iface_number(i) - 1];
}

static void on_address(void *owner, struct net_iface *i, const struct ip6_addr *addr, enum rec_address what)
{
	struct mn *m = owner;
	struct mn_client *c = client_on(m, i);

	if (what == ADDRESS_DUPLICATE && dsmip_is_mapped(addr) && ip4_eq(c->dhcp.address, dsmip_unmap(addr)))
		dhcp4_client_conflict(&c->dhcp);
	if (i != m->via || !is_global(addr) || (what != ADDRESS_TENTATIVE && what != ADDRESS_USABLE))
		return;
	if (did(m, MOVE_LINK_UP) && !did(m, MOVE_ADDRESS_FORMED))
		record(m, MOVE_ADDRESS_FORMED, i, addr);
	settle(m);
}

static void stop_dhcp6(struct mn *m)
{
	dhcp6_client_stop(m->host, m->dhcp6);
	m->dhcp6 = 0;
	m->dhcp6_on = 0;
}

static void on_carrier(void *owner, struct net_iface *i, bool up)
{
	struct mn *m = owner;
	struct mn_client *c = client_on(m, i);
	struct ip6_addr ll = link_local(i);

	if (m->profile->carrier && up)
		m->profile->carrier(m->profile->ctx, m, i, true);
	if (m->dhcp6_on == net_iface_number(i))
		stop_dhcp6(m);
	if (i == m->via && (up || !did(m, MOVE_STARTED)))
		begin(m);
	if (i == m->via && up)
		record(m, MOVE_LINK_UP, i, &ll);
	if (c->wanted && up)
		dhcp4_client_start(&c->dhcp);
	else if (c->wanted)
		dhcp4_client_stop(&c->dhcp);
	if (m->profile->carrier && !up)
		m->profile->carrier(m->profile->ctx, m, i, false);
}

/* ---- DHCPv4 ------------------------------------------------------------------------------------------------------ */

static void on_bound(struct dhcp4_client *c, bool renewed)
{
	struct mn *m = MOOR_CONTAINER(c, struct mn_client, dhcp)->mn;
	struct ip6_addr router = ip6_mapped(c->router), a = ip6_mapped(c->address);

	if (renewed || !m->ip4_only || c->iface != m->via || !did(m, MOVE_LINK_UP))
		return;
	record(m, MOVE_DETECTED, m->via, &router);
	record(m, MOVE_ADDRESS_FORMED, m->via, &a);
	record(m, MOVE_ADDRESS_READY, m->via, &a);
	record(m, MOVE_REGISTERED, m->via, &a);
	m->steps = 0;
}

static void on_lost(struct dhcp4_client *c) { (void)c; }

static const struct dhcp4_client_ops client_ops = { .bound = on_bound, .lost = on_lost };

void mn_want4(struct mn *m, bool want)
{
	for (unsigned k = 0; k < m->n_ifaces; k++) {
		struct mn_client *c = &m->client[k];

		if (c->wanted == want)
			continue;
		c->wanted = want;
		if (!want)
			dhcp4_client_release(&c->dhcp);
		else if (net_iface_up(net_iface_numbered(m->host, k + 1)))
			dhcp4_client_start(&c->dhcp);
	}
}

static void on_dhcp(void *owner, struct net_rx *rx, uint16_t sport, uint16_t dport)
{
	struct mn_client *c = client_on(owner, rx->iface);

	(void)dport;
	if (c->wanted && sport == PORT_DHCP4_SERVER)
		dhcp4_client_input(&c->dhcp, rx);
}

/* ---- DHCPv6 ------------------------------------------------------------------------------------------------------ */

/* An address of a lease goes through duplicate address detection as any other [RFC 8415 18.2.10.1]. */
static void on_lease(void *owner, const struct dhcp6_lease *l, unsigned n)
{
	struct mn *m = owner;
	struct net_iface *i = net_iface_numbered(m->host, m->dhcp6_on);

	for (unsigned k = 0; i && k < n; k++) {
		struct ip6_prefix p = ip6_prefix_make(&l[k].prefix.addr, 64);

		if (!net_address_is_ours(m->host, &l[k].prefix.addr))
			net_address_form(i, &p, ip6_low64(&l[k].prefix.addr));
	}
}

static void on_no_lease(void *owner, enum dhcp6_failure why)
{
	struct mn *m = owner;
	struct ip6_addr a;
	struct net_iface *i = net_iface_numbered(m->host, m->dhcp6_on);

	m->dhcp6 = 0;
	if (why == DHCP6_GONE && i && net_address_global(i, false, &a))
		net_address_remove(i, &a);
}

static const struct dhcp6_lease_ops lease_ops = { .bound = on_lease, .lost = on_no_lease };

static void on_info(void *owner, const struct dhcp6_info *info) { (void)info, ((struct mn *)owner)->dhcp6 = 0; }
static void on_no_info(void *owner, enum dhcp6_failure why, const struct dhcp6_info *rest)
{
	(void)why, (void)rest;
	((struct mn *)owner)->dhcp6 = 0;
}

static const struct dhcp6_info_ops info_ops = { .got = on_info, .failed = on_no_info };

/* [R5213d-7-02] addresses by DHCPv6 where the router says M, other things alone with O [RFC 4861 4.2]; once per link */
static void on_dhcp6(void *owner, struct net_iface *i, bool managed, bool other)
{
	struct mn *m = owner;
	struct dhcp6_lease_ask ask = { .way = { .link = i }, .iaid = net_iface_number(i),
				       .timers = m->profile->net.timers };
	struct dhcp6_info_ask info = { .way = { .link = i }, .timers = m->profile->net.timers };

	(void)other;
	if (i != m->via || m->dhcp6_on == net_iface_number(i))
		return;
	stop_dhcp6(m);
	m->dhcp6_on = (uint8_t)net_iface_number(i);
	m->dhcp6 = managed ? dhcp6_lease_start(m->host, &ask, &lease_ops, m) :
		   dhcp6_info_start(m->host, &info, &info_ops, m);
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static const struct net_service services[] = { { .number = PORT_DHCP4_CLIENT, .udp = on_dhcp } };

static const struct net_events mn_events = {
	.carrier = on_carrier, .address = on_address, .advert = on_advert, .dhcp6 = on_dhcp6,
	.services = services, .n_services = 1,
};

static const struct net_hooks mn_hooks = { .events = &mn_events };

void mn_profile_default(struct mn_profile *p)
{
	*p = (struct mn_profile){ .net = net_profile_host, .dhcp = dhcp4_client_profile_default };
	p->dhcp.reboot = true;
}

static void destroy(void *thing)
{
	struct mn *m = thing;

	for (unsigned k = 0; k < m->n_ifaces; k++)
		moor_timer_cancel(net_host_world(m->host), &m->client[k].dhcp.timer);
	mem_free(m);
}

struct mn *mn_new(struct moor_node *n, const struct mn_config *c)
{
	struct mn *m = mem_zeroed(sizeof *m);

	assert(c->n_ifaces >= 1 && c->n_ifaces <= MN_IFACE_MAX);
	m->host = c->n_ifaces == 1 ? net_host_new_plain(n, &c->profile->net) : net_host_new(n, &c->profile->net);
	m->profile = c->profile;
	m->n_ifaces = c->n_ifaces;
	m->ip4_only = c->ip4_only;
	net_host_own(m->host, m, destroy);
	for (unsigned k = 0; k < c->n_ifaces; k++) {
		struct net_iface *i = net_iface_new(m->host, c->iface[k].name, &c->iface[k].mac);

		dhcp4_client_init(&m->client[k].dhcp, i, &c->profile->dhcp, &client_ops);
		m->client[k].mn = m;
		m->client[k].wanted = c->iface[k].dhcp4;
	}
	net_host_hooks_of(m->host, &mn_hooks, m);
	return m;
}

void mn_prefer(struct mn *m, const char *iface)
{
	m->via = iface ? mn_iface(m, iface) : NULL;
	m->steps = 0;
	if (!m->via)
		return;
	net_iface_prefer(m->via);
	begin(m);
}

void mn_go_on(struct mn *m, const char *iface)
{
	m->via = mn_iface(m, iface);
	m->routed = false;
	net_iface_prefer(m->via);
	begin(m);
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct net_host *mn_host(const struct mn *m) { return m->host; }
struct net_iface *mn_preferred(const struct mn *m) { return m->via; }

struct net_iface *mn_iface(const struct mn *m, const char *name)
{
	return net_iface_find(m->host, name);
}

struct moor_port *mn_port(const struct mn *m, unsigned i)
{
	return i < m->n_ifaces ? net_iface_port(net_iface_numbered(m->host, i + 1)) : NULL;
}

static bool source(const struct mn *m, bool v4, struct ip6_addr *out)
{
	if (m->via && net_address_global(m->via, v4, out))
		return true;
	for (struct net_iface *i = net_iface_next(m->host, NULL); i; i = net_iface_next(m->host, i))
		if (net_address_global(i, v4, out))
			return true;
	return false;
}

static bool address(struct mn *m, bool v4, struct ip6_addr *last, struct ip6_addr *out)
{
	if (source(m, v4, out))
		*last = *out;
	*out = *last;
	return !ip6_is_zero(last);
}

bool mn_source6(void *arg, struct ip6_addr *out) { return source(arg, false, out); }
bool mn_source4(void *arg, struct ip6_addr *out) { return source(arg, true, out); }

bool mn_address6(void *arg, struct ip6_addr *out)
{
	struct mn *m = arg;

	return address(m, false, &m->last6, out);
}

bool mn_address4(void *arg, struct ip6_addr *out)
{
	struct mn *m = arg;

	return address(m, true, &m->last4, out);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mobile node of PMIPv6: a plain host with interfaces. It knows nothing of mobility [RFC 5213 3]: what it does is
 * router discovery, address configuration and, where wanted, DHCPv4. Links are attached to its ports by the scenario.
 *
 *	mn = mn_new(node, &config);
 *	mn_prefer(mn, "wlan"); moor_link_attach(wlan, mn_port(mn, 0), false);
 */
#ifndef MOOR_ENTITY_MN_H
#define MOOR_ENTITY_MN_H

#include "net/net.h"
#include "proto/dhcp4_client.h"

#define MN_IFACE_MAX 6

struct mn;

/* Shared by many mobile nodes, kept by reference; outlives them. */
struct mn_profile {
	struct net_profile net;
	struct dhcp4_client_profile dhcp;
	/*
	 * An interface's link came, and nothing was done about it yet, or went, and everything was: who decides may prefer
	 * another one now (mn_prefer, mn_go_on), and attach and detach ports. NULL: nobody asks.
	 */
	void (*carrier)(void *ctx, struct mn *m, struct net_iface *i, bool up);
	void *ctx;
};
void mn_profile_default(struct mn_profile *p);

struct mn_iface_config {
	const char *name;		/* copied */
	struct mac_addr mac;
	bool dhcp4;			/* runs a DHCPv4 client while its link is up */
};

/* Copied at creation but for the profile. */
struct mn_config {
	const struct mn_profile *profile;
	bool ip4_only;			/* a movement is over with an IPv4 address; no router is waited for */
	unsigned n_ifaces;		/* 1 .. MN_IFACE_MAX */
	struct mn_iface_config iface[MN_IFACE_MAX];
};

struct mn *mn_new(struct moor_node *n, const struct mn_config *c);	/* owned by the node */

/*
 * The scenario wants it on this interface from now on: where its own packets go when there are several. The links are
 * moved by the scenario. Begins a movement for the records; NULL: the interface that it prefers already.
 */
void mn_prefer(struct mn *m, const char *iface);
/* The same, when the loss of a link has begun a movement already: it goes on over this interface. */
void mn_go_on(struct mn *m, const char *iface);
struct net_iface *mn_preferred(const struct mn *m);			/* NULL: none */

/* Its DHCPv4 clients ask from now on, or release what they have. */
void mn_want4(struct mn *m, bool want);

struct net_host *mn_host(const struct mn *m);
struct net_iface *mn_iface(const struct mn *m, const char *name);	/* NULL: no such */
struct moor_port *mn_port(const struct mn *m, unsigned i);		/* of the i-th interface, NULL past the last */
/*
 * For traffic (traffic_addr_fn), arg: the struct mn. The first global address of the preferred interface, else of any
 * other; as a destination the same, and while it has none the last one it had.
 */
bool mn_source6(void *arg, struct ip6_addr *out);
bool mn_source4(void *arg, struct ip6_addr *out);
bool mn_address6(void *arg, struct ip6_addr *out);
bool mn_address4(void *arg, struct ip6_addr *out);

#endif

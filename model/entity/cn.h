/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A correspondent node: a plain dual-stack host that sends and receives user data. It knows nothing of mobility.
 */
#ifndef MOOR_ENTITY_CN_H
#define MOOR_ENTITY_CN_H

#include "net/net.h"

/* Copied. */
struct cn_config {
	const struct net_profile *net;	/* NULL: net_profile_host; kept by reference */
	const char *iface;		/* its name; NULL: "eth" */
	struct mac_addr mac;
	struct ip6_addr a6;		/* :: none, then SLAAC decides */
	uint8_t len6;
	struct ip4_addr a4;		/* 0.0.0.0 none */
	uint8_t len4;
	struct ip6_addr gateway6;	/* default routes; zero: none (IPv6: learnt from advertisements) */
	struct ip4_addr gateway4;
	bool no_sink;			/* does not listen on TRAFFIC_PORT */
};

struct cn;
struct cn *cn_new(struct moor_node *n, const struct cn_config *c);	/* owned by the node */
struct net_host *cn_host(const struct cn *c);
struct net_iface *cn_iface(const struct cn *c);
struct moor_port *cn_port(const struct cn *c);
/* For traffic (traffic_addr_fn). arg: the struct cn. */
bool cn_address6(void *arg, struct ip6_addr *out);
bool cn_address4(void *arg, struct ip6_addr *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The home agent as a node: a router with the binding cache. Its interfaces get their addresses and routes from the
 * scenario's config; a home link is one of them. With `gateway` it is a PDN gateway: local mobility anchor as well.
 */
#ifndef MOOR_ENTITY_HA_H
#define MOOR_ENTITY_HA_H

#include "net/net.h"
#include "proto/dsmip_ha.h"
#include "proto/pgw.h"
#include "proto/s2c_ha.h"

#define HA_IFACE_MAX 4

struct ha_iface_config {
	const char *name;		/* copied */
	struct mac_addr mac;
	struct ip6_addr a6;		/* :: none */
	uint8_t len6;
	struct ip4_addr a4;		/* 0.0.0.0 none */
	uint8_t len4;
	bool home;			/* the home link: advertises each UE's own prefix there (at most one) */
};

/* Copied. */
struct ha_config {
	/* addr: one of the interfaces' addresses, or others (then they are virtual ones) */
	struct dsmip_ha_config dsmip;
	/*
	 * NULL: `ipsec: none`. Otherwise only UEs that were authenticated get a prefix, and only Mobility Headers in ESP
	 * are believed. Copied.
	 */
	const struct s2c_ha_config *security;
	/* It is a PDN gateway, a local mobility anchor too; without home links then. NULL: a home agent alone. Copied. */
	const struct pgw_config *gateway;
	const struct net_profile *net;	/* NULL: net_profile_router with UDP 4191 taken apart; kept by reference */
	/* home link's unsolicited advertisements; 0: RFC 4861's defaults */
	moor_time ra_interval_min, ra_interval_max;
	struct ip6_addr gateway6;	/* default routes; zero: none */
	struct ip4_addr gateway4;
	unsigned n_ifaces;
	struct ha_iface_config iface[HA_IFACE_MAX];
};

void ha_config_default(struct ha_config *c);

struct ha;
struct ha *ha_new(struct moor_node *n, const struct ha_config *c);	/* owned by the node */

/*
 * The home network prefix for one more UE; home_mac: of its interface on the home link, NULL or zero: none. False:
 * pool used up.
 */
bool ha_assign(struct ha *h, const struct mac_addr *home_mac, struct ip6_prefix *hnp);
/* The same with a prefix that is already chosen. */
bool ha_assign_this(struct ha *h, const struct mac_addr *home_mac, const struct ip6_prefix *hnp);
/*
 * With security: a PDN connection that this subscriber has already, over a 3GPP access: its prefix is the next of the
 * pool, and shown on the home link to that MAC. IKEv2 will find it again [R24303-5.1.3.1-12 to -16]. False: pool used
 * up, or no security. With `home_mac` and `hnp` as in ha_assign.
 */
bool ha_connection(struct ha *h, struct imsi i, const char *apn, const struct mac_addr *home_mac,
		   struct ip6_prefix *hnp);
void ha_static_hoa4(struct ha *h, const struct ip6_prefix *hnp, struct ip4_addr hoa4);
void ha_reboot(struct ha *h);				/* the binding cache and all security associations are lost */
void ha_lose_sas(struct ha *h);				/* the security associations alone */

struct pgw *ha_gateway(const struct ha *h);		/* NULL: none */
struct dsmip_ha *ha_dsmip(const struct ha *h);
struct s2c_ha *ha_security(const struct ha *h);		/* NULL: `ipsec: none` */
struct net_host *ha_host(const struct ha *h);
struct net_iface *ha_iface(const struct ha *h, const char *name);
struct moor_port *ha_port(const struct ha *h, unsigned i);
void ha_memory(const struct ha *h, mem_report_fn *fn, void *ctx);	/* of cache and maps */

#endif

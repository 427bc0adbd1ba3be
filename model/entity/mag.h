/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mobile access gateway as a node: a router with interfaces towards the core and others that are access links.
 * Access links are LANs whose hub is this node's port, so that it hears of hosts that come and go.
 */
#ifndef MOOR_ENTITY_MAG_H
#define MOOR_ENTITY_MAG_H

#include "net/net.h"
#include "proto/pmip_mag.h"
#include "proto/pmip_mag_sec.h"

#define MAG_IFACE_MAX 8

struct mag_iface_config {
	const char *name;		/* copied */
	struct mac_addr mac;
	struct ip6_addr a6;		/* :: none */
	uint8_t len6;
	struct ip4_addr a4;		/* 0.0.0.0 none */
	uint8_t len4;
	bool access;			/* an access link; mobile nodes attach there */
	uint8_t att;			/* enum mh_att, of an access link */
	struct ip6_prefix guests;	/* of an access link: for those without the service; length 0: none */
	uint8_t coming, going;		/* enum pmip_coming, enum pmip_going; both 0: the link tells */
};

/* Copied. */
struct mag_config {
	struct pmip_mag_config pmip;	/* proxy_coa, proxy_coa4: addresses of interfaces that are no access links */
	const struct pmip_sec_config *security;	/* copied; NULL: signalling goes unprotected */
	const struct net_profile *net;	/* kept by reference; must take UDP 4191 apart */
	unsigned n_ifaces;
	struct mag_iface_config iface[MAG_IFACE_MAX];
};

struct mag;
struct mag *mag_new(struct moor_node *n, const struct mag_config *c);	/* owned by the node */
struct pmip_mag *mag_pmip(const struct mag *m);
struct net_host *mag_host(const struct mag *m);
/*
 * The access interfaces are told to PMIPv6 when their ports are hubs of their links: once, after moor_link_attach.
 */
void mag_open(struct mag *m);

#endif

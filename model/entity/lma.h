/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local mobility anchor as a node: a router with PMIPv6's binding cache on it. Its interfaces get their addresses
 * from the scenario's config; home network prefixes are on none of them.
 */
#ifndef MOOR_ENTITY_LMA_H
#define MOOR_ENTITY_LMA_H

#include "net/net.h"
#include "proto/pmip_lma.h"
#include "proto/pmip_lma_sec.h"

#define LMA_IFACE_MAX 8

struct lma_iface_config {
	const char *name;		/* copied */
	struct mac_addr mac;
	struct ip6_addr a6;		/* :: none */
	uint8_t len6;
	struct ip4_addr a4;		/* 0.0.0.0 none */
	uint8_t len4;
};

/* Copied. */
struct lma_config {
	struct pmip_lma_config pmip;	/* lmaa, lmaa4: addresses of interfaces */
	const struct pmip_sec_config *security;	/* copied; NULL: signalling goes unprotected */
	const struct net_profile *net;	/* kept by reference; must take UDP 4191 apart */
	unsigned n_ifaces;
	struct lma_iface_config iface[LMA_IFACE_MAX];
};

struct lma;
struct lma *lma_new(struct moor_node *n, const struct lma_config *c);	/* owned by the node */
struct pmip_lma *lma_pmip(const struct lma *a);
struct net_host *lma_host(const struct lma *a);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UE as a node: a host with interfaces, a DHCPv4 client where one wants it, and DSMIPv6. Links are attached to
 * its ports by the scenario (world/link.h); everything else follows from carrier, router advertisements and DHCP.
 *
 *	profile = shared settings of many UEs
 *	ue = ue_new(node, &config);
 *	moor_link_attach(lte, ue_port(ue, 0), false); ue_attach(ue, "lte");
 */
#ifndef MOOR_ENTITY_UE_H
#define MOOR_ENTITY_UE_H

#include "net/net.h"
#include "proto/dhcp4_client.h"
#include "proto/dsmip_ue.h"
#include "proto/s2c_ue.h"

#define UE_IFACE_MAX 6

/* Shared by many UEs, kept by reference; outlives them. ue_profile_default fills all but dsmip.ha and dsmip.n_ha. */
struct ue_profile {
	struct net_profile net;
	struct dsmip_ue_profile dsmip;
	struct dhcp4_client_profile dhcp;
	/*
	 * dsmip.security: NULL is `ipsec: none`. Otherwise every UE of the profile runs IKEv2 with EAP-AKA before it
	 * registers, and needs
	 *	in the profile	dsmip.security->ike (crypto, trust, suites), ->apn
	 *	in ue_config	security.card (imsi, k, opc)
	 *	at the HA	ha_config.security (identity, AAA server that knows the IMSI)
	 */
};
void ue_profile_default(struct ue_profile *p);
/* One timer set for all three layers (RFC and test values alike); kept by reference. */
void ue_profile_timers(struct ue_profile *p, const struct timer_set *t);

struct ue_iface_config {
	const char *name;		/* of the port; copied */
	struct mac_addr mac;
	bool dhcp4;			/* runs a DHCPv4 client while its link is up */
};

/* Copied at creation but for the profile. */
struct ue_config {
	const struct ue_profile *profile;
	/*
	 * /64: static home network prefix (see ha_assign). With security it is what is known before IKEv2, of a PDN
	 * connection that exists already (see ha_connection); len 0: nothing, the home agent will tell.
	 */
	struct ip6_prefix hnp;
	uint64_t hoa_iid;		/* interface identifier of the home address; 0: 1 */
	struct ip4_addr hoa4;		/* static IPv4 home address; 0.0.0.0: dynamic or none */
	struct s2c_ue_config security;	/* looked at when the profile has dsmip.security */
	unsigned n_ifaces;		/* 1 .. UE_IFACE_MAX */
	struct ue_iface_config iface[UE_IFACE_MAX];
};

struct ue;
struct ue *ue_new(struct moor_node *n, const struct ue_config *c);	/* owned by the node */
/*
 * One more PDN connection of the UE [24.303 4.3], with the interfaces and the card that it has: of the config profile
 * (dsmip: home agents, APN), hnp, hoa_iid and hoa4 count. What is given back stands for that connection in all
 * functions below; interfaces are the UE's. NULL: there are DSMIP_PDN_MAX.
 */
struct ue *ue_pdn_new(struct ue *u, const struct ue_config *c);
struct ue *ue_pdn(struct ue *u, unsigned number);	/* 0: the first, which is the UE itself; NULL: no such */

/* ---- actions of a timeline (iface: an interface's name; NULL: none in particular) -------------------------------- */

/* Each is about one PDN connection; ue_reboot and ue_ip4_static are about the whole UE. */

void ue_attach(struct ue *u, const char *iface);	/* connect to the PDN over it */
void ue_handover(struct ue *u, const char *iface);	/* prefer it from now on; the links are moved by the scenario */
void ue_detach(struct ue *u);
void ue_refresh(struct ue *u);				/* periodic BU now */
void ue_want_hoa4(struct ue *u, bool want);
void ue_set_sequence(struct ue *u, uint16_t next);
/* binding, leases, security associations and addresses forgotten (the card keeps what it has); attach starts anew */
void ue_reboot(struct ue *u);
/* A static IPv4 address instead of DHCP (prefix_len 0..32; router 0.0.0.0: none). */
void ue_ip4_static(struct ue *u, const char *iface, struct ip4_addr a, uint8_t prefix_len, struct ip4_addr router);

/* ---- queries ----------------------------------------------------------------------------------------------------- */

struct net_host *ue_host(const struct ue *u);
struct dsmip_ue *ue_dsmip(const struct ue *u);
struct net_iface *ue_iface(const struct ue *u, const char *name);	/* NULL: no such */
struct moor_port *ue_port(const struct ue *u, unsigned i);		/* of the i-th interface, NULL past the last */
/* For traffic (traffic_addr_fn): the home addresses while they may be used. arg: the struct ue. */
bool ue_source6(void *arg, struct ip6_addr *out);
bool ue_source4(void *arg, struct ip6_addr *out);
/* As destinations for others: known from the start (IPv6, static) or once assigned. */
bool ue_address6(void *arg, struct ip6_addr *out);
bool ue_address4(void *arg, struct ip6_addr *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a home agent of S2c does with IKEv2 [24.303 5.1.3.1]: it relays EAP between UE and AAA, chooses the home
 * network prefix, redirects, and lets a UE have security associations for the home addresses of its own prefix alone.
 */
#ifndef MOOR_PROTO_S2C_HA_H
#define MOOR_PROTO_S2C_HA_H

#include "proto/aaa.h"
#include "proto/dsmip_ha.h"
#include "proto/ike.h"

#define S2C_DNS_MAX 2u

/* Copied at creation. s2c_ha_config_default fills all but ike and aaa. */
struct s2c_ha_config {
	/* crypto and identity must be set; kept by reference. The certificate: see struct s2c_ue_profile. */
	const struct ike_config *ike;
	struct aaa_server *aaa;			/* NULL: nobody can be authenticated; outlives the home agent */
	struct aaa_client_config client;	/* addresses are filled in from dsmip.addr */
	struct ip6_addr dns6[S2C_DNS_MAX];	/* :: none */
	struct ip4_addr dns4[S2C_DNS_MAX];	/* 0.0.0.0 none */
	struct dsmip_ha_addr tells;		/* home agent that HOME_AGENT_ADDRESS names; zeros: this one */
	bool ifom;				/* IFOM capable */
	/* Peers may have a child SA in tunnel mode for all packets of a home address [RFC 4877 6.4]. */
	bool tunnel;
	bool addresses;				/* INTERNAL_IP6_ADDRESS for who asks for it and for no prefix [RFC 4877 9] */
	uint32_t prefix_life_s;			/* of MIP6_HOME_PREFIX; all ones: infinite, the default */
};

void s2c_ha_config_default(struct s2c_ha_config *c);

/* Where a subscriber's PDN connection stands. */
struct s2c_pdn_view {
	struct ip6_prefix hnp;
	moor_handle sa;				/* its IKE SA; 0: none */
	moor_handle child;			/* of the home address; 0: none */
	bool existing;				/* it was there before any SA: see ha_connection */
};

struct s2c_ha;
/* Once, behind dsmip_ha_new; goes with the home agent. */
void s2c_ha_new(struct dsmip_ha *a, const struct s2c_ha_config *c);
/* A PDN connection that stands without IKEv2; hnp: assigned (dsmip_ha_assign). False: the prefix has one already. */
bool s2c_ha_connection(struct s2c_ha *s, struct imsi i, const char *apn, const struct ip6_prefix *hnp);
/*
 * The operator wants this subscriber's PDN connection (apn NULL: all of them) elsewhere, now: by Home Agent Switch, or
 * by REDIRECT in the IKE SA where the UE knows it. Returns how many were told, or will be once they are registered.
 */
unsigned s2c_ha_reallocate(struct s2c_ha *s, struct imsi i, const char *apn, const struct dsmip_ha_addr *to,
			   bool redirect);
/* All SAs are lost; with `bindings` the binding cache was too (dsmip_ha_reboot comes first). */
void s2c_ha_restart(struct s2c_ha *s, bool bindings);
struct s2c_ha *s2c_ha_of(const struct dsmip_ha *a);	/* NULL: `ipsec: none` */
/* False: the subscriber has no PDN connection here. apn NULL: the first. */
bool s2c_ha_pdn(const struct s2c_ha *s, struct imsi i, const char *apn, struct s2c_pdn_view *out);
/* The prefix of the PDN connection to this APN (NULL: any) for which there is a security association. False: none. */
bool s2c_ha_pdn_secured(const struct s2c_ha *s, struct imsi i, const char *apn, struct ip6_prefix *hnp);
/*
 * A PDN connection of this subscriber to this APN (NULL: any) is used over a 3GPP access from now on: the first that is
 * not yet, one with a security association before others, else a new one, named name. *hnp: its prefix; with len 64 on
 * entry that very one; fixed: it is nobody else's ever. False: the pool is used up, or the prefix is another's.
 */
bool s2c_ha_pdn_open(struct s2c_ha *s, struct imsi i, const char *apn, const char *name, struct ip6_prefix *hnp,
		     bool fixed);
/* May this subscriber's connection have the prefix: it has it already, or nobody has, and it is of the pool. */
/* fixed: the subscriber's profile names it, so that nobody else ever gets it. */
bool s2c_ha_pdn_owns(const struct s2c_ha *s, struct imsi i, const char *apn, const struct ip6_prefix *hnp, bool fixed);
/* The 3GPP access is left: the connection stays as long as a security association or a binding wants it. */
void s2c_ha_pdn_close(struct s2c_ha *s, const struct ip6_prefix *hnp);
struct aaa_client *s2c_ha_aaa(const struct s2c_ha *s);
unsigned s2c_ha_sessions(const struct s2c_ha *s);	/* IKE SAs whose peer was identified */
/* The ends of the SA under which this address of a prefix may have a child SA in tunnel mode. False: there is none. */
bool s2c_ha_tunnel(const struct dsmip_ha *a, const struct ip6_addr *hoa, struct net_tunnel *out);
void s2c_ha_memory(const struct s2c_ha *s, mem_report_fn *fn, void *ctx);

#endif

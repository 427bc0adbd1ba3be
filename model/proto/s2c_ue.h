/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a UE of S2c does with IKEv2 [24.303 5.1.2.2]: it sets up the security association for its home address with
 * EAP-AKA, is told its home network prefix, follows redirections, moves the association's endpoints at handovers and
 * takes it down at the end. DSMIPv6 (proto/dsmip_ue.h) asks for it when the profile has `security`; others need not
 * look in here.
 */
#ifndef MOOR_PROTO_S2C_UE_H
#define MOOR_PROTO_S2C_UE_H

#include "proto/dsmip_ue.h"
#include "proto/eap_aka.h"
#include "proto/ike.h"

/* Shared by many UEs, constant while they run, kept by reference. s2c_ue_profile_default fills all but ike and apn. */
struct s2c_ue_profile {
	/*
	 * crypto and trust must be set, redirect true [24.303 5.1.2.2]; identity is not looked at. The home agent's
	 * certificate must name the APN (dNSName) or the address that IKE was sent to (iPAddress).
	 */
	const struct ike_config *ike;
	const char *apn;		/* IDr, as TS 23.003 9 has it: "internet.mnc001.mcc001.gprs" */
	bool dns6, dns4;		/* asks for DNS servers; true */
	bool ifom;			/* asks whether the home agent is IFOM capable */
	/* REDIRECT in an INFORMATIONAL request is as a Home Agent Switch; RFC 5685 8 forbids it: false, acknowledged alone */
	bool follow_redirect;
	bool ask_address;		/* INTERNAL_IP6_ADDRESS too, for responders that tell nothing without it [RFC 4877 9] */
	/*
	 * The home agent is a plain IPsec gateway: the child SA is a tunnel for all packets of the home address [RFC 4877
	 * 6.4], and nothing is registered: DSMIPv6 stays in CHILD_SA.
	 */
	bool tunnel;
	bool pdn_identifier;		/* names a home network prefix that is known already [R24303-5.1.2.2-27]; true */
	/* EAP-AKA, as in struct eap_aka_peer_config: pseudonyms, reauth and checkcode true, the others false or 0 */
	bool pseudonyms, reauth, result_ind, checkcode, conservative;
	bool client_error;		/* a fault for scenarios */
	uint16_t counter_max;
	/* Second authentication, EAP-MD5 with an external AAA server [RFC 4739]; user NULL: none is offered. */
	const char *user, *password;
};

void s2c_ue_profile_default(struct s2c_ue_profile *p);

/* Copied at creation. imsi, k and opc; the rest zero: a fresh card. */
struct s2c_ue_config {
	struct usim card;
};

/* Once, behind dsmip_ue_new, with its hnp, when the profile has security. */
void s2c_ue_new(struct dsmip_ue *d, const struct s2c_ue_config *c, const struct ip6_prefix *hnp);

/* Where a UE's security stands, for tests and timelines. */
struct s2c_ue_view {
	struct usim *card;
	const char *apn;		/* of the profile */
	moor_handle sa;			/* IKE SA in use or being set up; 0: none. See ike_sa_get */
	moor_handle child;		/* of the home address, in net/ipsec.h; 0: none */
	struct dsmip_ha_addr home_agent;	/* the one in use; another than the list's after a redirection */
	unsigned redirects;		/* counted in the current period [RFC 5685 7] */
	bool ifom;			/* the home agent is IFOM capable */
	bool fast;			/* the last authentication was a fast one */
	enum ike_reason why;		/* of the last failure; IKE_OK: none so far */
	uint16_t detail;		/* notify type behind it, 0: none */
	enum eap_cause cause;		/* of EAP, when why is IKE_EAP_FAILED or IKE_AUTH_FAILED */
	unsigned n_dns;
	struct ip6_addr dns[4];		/* IPv4 as mapped */
};

/* False: `ipsec: none`. */
bool s2c_ue_view(const struct dsmip_ue *d, struct s2c_ue_view *out);
/* The ends of the SA with a plain gateway (`tunnel` of the profile), once its child SA stands; false: there is none. */
bool s2c_ue_tunnel(const struct dsmip_ue *d, struct net_tunnel *out);
void s2c_ue_rekey(struct dsmip_ue *d, bool ike);	/* the IKE SA (true) or the child SA gets new keys now */
void s2c_ue_check(struct dsmip_ue *d);			/* liveness check now [RFC 7296 2.4] */

#endif

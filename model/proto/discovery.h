/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Home agent discovery of a UE [24.303 5.1.2.1] and what comes with it: the home network prefix by protocol
 * configuration options [24.303 5.1.2.3] and whether the home agent knows IP flow mobility [24.303 5.1.2.1a].
 *
 * A profile of DSMIPv6 with `discovery` has its UEs go through the methods in their order, each until it yields an
 * address, at each attach anew; when no home agent of what was found may be tried any more, the methods that are left
 * go on. It runs in state DISCOVER, in memory that exists only then; what was found stays with the UE.
 */
#ifndef MOOR_PROTO_DISCOVERY_H
#define MOOR_PROTO_DISCOVERY_H

#include "proto/dns_client.h"
#include "proto/dsmip.h"

enum discovery_method {
	DISCOVERY_PCO,			/* asked for at 3GPP attach [24.303 5.1.2.1.2] */
	DISCOVERY_IKEV2,		/* HOME_AGENT_ADDRESS, when a tunnel to an ePDG is set up [24.303 5.1.2.1.3] */
	DISCOVERY_DHCP6,		/* addresses, or an FQDN that DNS then resolves [24.303 5.1.2.1.5] */
	DISCOVERY_DNS,			/* the HA-APN's AAAA and A records [24.303 5.1.2.1.4, RFC 5026 5.1] */
	DISCOVERY_SERVICE,		/* SRV records of the home domain [RFC 5026 5.2] */
	DISCOVERY_STATIC,		/* the profile's list */
	DISCOVERY_METHODS
};

/* Inter-system routing policies of ANDSF, as far as they tell about IFOM [R24303-5.1.2.1a-05]. */
enum andsf { ANDSF_NONE, ANDSF_IFOM, ANDSF_NO_IFOM };

/* Shared by many UEs, constant while they run. */
struct discovery_profile {
	uint8_t n;
	uint8_t method[DISCOVERY_METHODS];	/* enum discovery_method, in the order in which they are tried */
	const char *apn;		/* of the PDN, for NAS */
	const char *ha_apn;		/* FQDN [R24303-4.2-04], for DHCPv6 and DNS */
	const char *service;		/* "_mip6._ipv6.DOMAIN" */
	struct ip6_addr dns[DNS_SERVERS_MAX];	/* known from elsewhere; :: none; IPv4 as mapped */
	struct dsmip_ha_addr epdg;	/* where IKEv2 is asked */
	uint8_t access_3gpp;		/* bit n: interface n + 1 is a 3GPP access; 0: all may be */
	uint8_t dhcp6_tries;		/* Information-requests, then the next method; 0: 3 */
	bool hnp;			/* asks for the home network prefix too, by PCO */
	uint8_t andsf;			/* enum andsf, for this APN */
};

const char *discovery_method_name(enum discovery_method m);

#endif

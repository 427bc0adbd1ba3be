/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the MAG: IPv4 home addresses of mobile nodes [RFC 5844 3.2] (pmip_mag_ip4.c), and DHCPv4 towards them
 * [RFC 5844 3.4] (pmip_mag_dhcp4.c).
 */
#ifndef MOOR_PROTO_PMIP_MAG_DHCP_H
#define MOOR_PROTO_PMIP_MAG_DHCP_H

#include "proto/pmip_mag_priv.h"

/* ---- pmip_mag_ip4.c ---------------------------------------------------------------------------------------------- */

/* Does the next PBU ask for an IPv4 home address (or name the one that there is)? */
bool pmip_mag_asks4(const struct pmip_bule *b);
bool pmip_mag_on_demand4(const struct pmip_bule *b);		/* only once DHCP asks for one */
void pmip_mag_put_ip4(const struct pmip_bule *b, struct mh_msg *m, bool dereg);	/* the option of the PBU, if so */
void pmip_mag_take_ip4(struct pmip_bule *b, const struct mh_msg *m);	/* what an accepting PBA says of it */
void pmip_mag_no_ip4(struct pmip_bule *b);			/* no address (any more) */
/* An answer with one of RFC 5844's statuses: true when something else is to be tried, which is set. */
bool pmip_mag_refused_ip4(struct pmip_bule *b, uint8_t status);
bool pmip_mag_arp_proxies(void *owner, const struct net_iface *i, const struct mac_addr *from, struct ip4_addr target);
/* Largest packet that fits the tunnel of this session [RFC 5844 3.4.3]. */
uint32_t pmip_mag_tunnel_mtu(const struct pmip_bule *b);

/* ---- pmip_mag_dhcp4.c -------------------------------------------------------------------------------------------- */

void pmip_mag_dhcp4_new(struct pmip_mag *m);			/* takes UDP port 67 of the host when IPv4 is served */
void pmip_mag_dhcp4_access(struct pmip_mag *m, struct net_iface *i);
void pmip_mag_dhcp4_settled(struct pmip_bule *b);		/* its PBU was answered: so is a client that waits */
void pmip_mag_dhcp4_forget(struct pmip_bule *b);		/* nobody waits for it any more */

/* ---- pmip_mag_pbu.c ---------------------------------------------------------------------------------------------- */

/* Is what it waits for the answer to that? */
static inline bool pmip_bule_releases4(const struct pmip_bule *b)
{
	const struct pmip_bule_rare *r = pmip_bule_rare(b);

	return r && r->release4;
}
void pmip_mag_release4(struct pmip_bule *b);			/* gives back the IPv4 home address alone */
void pmip_mag_released4(struct pmip_bule *b);			/* that was answered */

#endif

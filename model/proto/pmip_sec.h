/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security between MAG and LMA [RFC 5213 4, 29.275 5.4, 33.402]: IKEv2 with a pre-shared key or certificates, and ESP
 * in transport mode around Mobility Headers. The MAG initiates, at its start and whenever it has something to say and
 * no SA; the LMA answers whom its peer authorization database has.
 *
 * Optional: inside one operator's network [33.210] it may be left out, and MAGs and LMAs without it have none of this.
 * Once it is there nothing goes or is believed without ESP. Over IPv6 transport alone.
 */
#ifndef MOOR_PROTO_PMIP_SEC_H
#define MOOR_PROTO_PMIP_SEC_H

#include "proto/ike.h"
#include "proto/pmip.h"

/* An entry of the peer authorization database [RFC 5213 4.1]. */
struct pmip_sec_peer {
	struct ike_id id;
	struct ike_pad pad;		/* how it proves that; never by EAP */
	struct ip6_addr addr;		/* the one remote address that child SAs may be for */
};

/* Copied; what it points to is kept by reference and outlives the world. */
struct pmip_sec_config {
	const struct ike_config *ike;	/* crypto and, with certificates, identity and trust are set */
	struct ike_id id;		/* who we are */
	struct ip6_addr own;		/* Proxy-CoA or LMAA */
	struct ip6_addr claims;		/* of a rogue MAG: the Proxy-CoA that it asks a child SA for; :: its own */
	const struct pmip_sec_peer *peers;
	unsigned n_peers;
};

/*
 * What ESP is demanded for, at either end [RFC 5213 4.2]: what a MAG sends from Binding Update to Binding Revocation,
 * what an LMA sends from Binding Acknowledgement to Binding Revocation. A traffic selector is one range of types, and
 * one SA has to be for all of them [RFC 5846 13, RFC 5847 6]; Binding Error answers what came without an SA.
 */
#define PMIP_SEC_POLICIES 2u
extern const struct ipsec_policy pmip_sec_spd_mag[PMIP_SEC_POLICIES];
extern const struct ipsec_policy pmip_sec_spd_lma[PMIP_SEC_POLICIES];
/* The child SA between these two, from the end whose policies they are. */
struct ipsec_selector pmip_sec_selector(const struct ipsec_policy *spd, const struct ip6_addr *own,
					const struct ip6_addr *peer);

/*
 * A child SA that the peer asks for, in place: what both the policy and the peer's entry allow of it. False: nothing.
 */
bool pmip_sec_narrow(const struct ipsec_policy *spd, const struct ip6_addr *own, const struct ip6_addr *peer,
		     struct ipsec_selector *sel);

const struct pmip_sec_peer *pmip_sec_by_id(const struct pmip_sec_config *c, const struct ike_id *id);	/* NULL: none */
const struct pmip_sec_peer *pmip_sec_by_addr(const struct pmip_sec_config *c, const struct ip6_addr *addr);
struct ike_id pmip_sec_name(const char *fqdn);		/* an ID payload's FQDN; at most IKE_ID_MAX octets count */
/*
 * A message that was understood: did it come in ESP [RFC 5846 6.2]? A record when not. The policies see to Mobility
 * Headers before; this is for those that come in UDP port 5436.
 */
bool pmip_sec_admits(struct net_host *h, const struct pmip_rx *x);

/* How security with one peer stands. */
struct pmip_sec_view {
	bool there;			/* there is such a peer */
	bool secured;			/* a child SA stands */
	bool refused;			/* MAG: the last attempt was, or the LMA proved to be another one */
	moor_handle sa, child;		/* of IKE and of net/ipsec.h; 0: none */
	uint32_t attempts;		/* MAG: IKE SAs that were begun */
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two ends of PMIPv6 share: the ways in which signalling travels between MAG and LMA, the names of mobile
 * nodes, and the records of signalling [RFC 5213, RFC 5844, 29.275].
 *
 * Addresses of either family are struct ip6_addr, IPv4 as mapped ones: the Proxy-CoA and the LMAA of an IPv4 transport
 * network are IPv4-Proxy-CoA and IPv4-LMAA.
 */
#ifndef MOOR_PROTO_PMIP_H
#define MOOR_PROTO_PMIP_H

#include "net/net.h"
#include "net/timers.h"
#include "proto/dsmip.h"
#include "wire/eap_id.h"
#include "wire/mh.h"

#define PMIP_UDP_PORT 5436u		/* signalling of RFC 5844 4.1.3, at the LMA */
#define PMIP_HNP_MAX 4u			/* home network prefixes of one mobility session */
#define PMIP_LL_ID_MAX 8u		/* octets of a link-layer identifier that are kept; longer ones are refused with 128 */

/* How signalling travels. User data goes in GRE (or IP in IP) over the same family. */
enum pmip_transport {
	PMIP_IP6,			/* the Mobility Header in IPv6 */
	PMIP_IP4,			/* IPv6 header with mapped addresses in IPv4, protocol 41 [29.275 6.1] */
	PMIP_UDP4,			/* the same in UDP port 4191 [29.275 5.1] */
	PMIP_UDP4_BARE			/* UDP port 5436, no IPv6 header, checksum 0 [RFC 5844 4.1.3.1] */
};

/* A received PMIPv6 message after the checks of RFC 6275 9.2. Lent. */
struct pmip_rx {
	struct dsmip_rx d;		/* m, mh, mh_len, rx; hoa is not used */
	enum pmip_transport transport;
	struct ip6_addr src, dst;	/* of the innermost IPv6 header; IPv4 as mapped: source is the Proxy-CoA of a PBU */
	uint16_t sport;			/* PMIP_UDP4, PMIP_UDP4_BARE: the peer's */
};

/*
 * The messages of types (FSM_BIT(mh_type)) are understood. DSMIP_UNKNOWN_TYPE: a Binding Error was the answer. With the
 * profile of OpenAirInterface's daemons a message may run past its header length.
 */
enum dsmip_verdict pmip_receive(const struct net_rx *rx, uint64_t types, enum mh_profile profile, struct pmip_rx *out);
/* Of a datagram on port 5436. */
enum dsmip_verdict pmip_receive_bare(const struct net_rx *rx, uint64_t types, uint16_t sport, struct pmip_rx *out);

/* Where a message goes and what the records say about it. */
struct pmip_tx {
	struct ip6_addr local, remote;	/* mapped ones with the IPv4 transports */
	enum pmip_transport transport;
	uint16_t dport, sport;		/* PMIP_UDP4, PMIP_UDP4_BARE; 0: the transport's own */
	enum mh_profile profile;
	struct mh_context context;	/* proxy is filled in */
	struct ip6_addr hnp;		/* for the records: the first home network prefix, and */
	struct ip6_addr proxy_coa;
	uint32_t instance;
	uint16_t attempt;
};

/* Encodes, seals, records and sends m. False when net had no way for it (recorded as sent: it was tried). */
bool pmip_send(struct net_host *h, const struct mh_msg *m, const struct pmip_tx *tx);
/* REC_SIGNAL_RX of a message that was understood, and its deviations from the profile. */
void pmip_record_rx(const struct pmip_rx *r, enum mh_profile profile, struct mh_context c, const struct ip6_addr *hnp,
		    const struct ip6_addr *proxy_coa, uint32_t instance);

/* Is it the transport of an IPv4 network? */
static inline bool pmip_is_ip4(enum pmip_transport t) { return t != PMIP_IP6; }
/* The kind of user tunnel that goes with it; UDP only where the signalling is. */
uint8_t pmip_encap(enum pmip_transport t);

/* ---- user packets [RFC 5845 7]: pmip_tlv.c ----------------------------------------------------------------------- */

bool pmip_is_udp(enum pmip_transport t);
uint8_t pmip_data_encap(enum pmip_transport t, bool gre, bool tlv);	/* enum net_encap; tlv: agreed */
uint16_t pmip_data_port(enum pmip_transport t);		/* with UDP, at the LMA and, without NAT, at the MAG */
bool pmip_tlv_asks(enum pmip_transport t, enum mh_profile profile, bool gre, bool wanted);	/* T in a PBU? */

/* ---- names of mobile nodes --------------------------------------------------------------------------------------- */

/*
 * The IMSI behind an MN Identifier option: a NAI that holds one [TS 23.003 19.3.2] (subtype 1), or the IMSI's digits
 * (subtype 3, RFC 8371). False: it names nobody that we could know; zero octets likewise.
 */
bool pmip_id_imsi(const struct mh_opt *id, struct imsi *out);
/* Adds the MN Identifier option with this IMSI's NAI, whose octets go to room (kept by the caller until sent). */
void pmip_add_id(struct mh_msg *m, struct imsi i, uint8_t room[EAP_NAI_MAX]);

/*
 * Peers of other makes call mobile nodes by names that hold no IMSI. Within the model an IMSI stands for each of them;
 * the owner knows which. Kept by reference; NULL in a configuration: IMSIs' own NAIs alone.
 */
struct pmip_names {
	bool (*find)(void *owner, const struct mh_opt *id, struct imsi *out);	/* false: it is none of these */
	/* Fills in subtype and octets, which live as long as the owner; false: it has no other name. */
	bool (*name)(void *owner, struct imsi i, struct mh_opt *id);
	void *owner;
};
bool pmip_who(const struct pmip_names *names, const struct mh_opt *id, struct imsi *out);
void pmip_add_name(const struct pmip_names *names, struct mh_msg *m, struct imsi i, uint8_t room[EAP_NAI_MAX]);

/* A Home Network Prefix option with what came in another one: no longer than an address, whatever that said. */
void pmip_add_hnp(struct mh_msg *m, const struct mh_opt *from);

/* ---- clocks ------------------------------------------------------------------------------------------------------ */

/* The node's own wall clock as a Timestamp option has it [RFC 5213 8.8]. */
struct mh_stamp pmip_now(const struct net_host *h);

#endif

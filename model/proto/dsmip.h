/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the UE and the home agent of DSMIPv6 share: numbers, the checks every Mobility Header goes through before its
 * type matters [RFC 6275 9.2], and the records of signalling [RFC 6275, RFC 5555, 24.303].
 */
#ifndef MOOR_PROTO_DSMIP_H
#define MOOR_PROTO_DSMIP_H

#include "net/net.h"
#include "net/timers.h"
#include "wire/mh.h"
#include "wire/mh_profile.h"

#define DSMIP_UDP_PORT 4191u		/* RFC 5555 4.1, both ends */
#define DSMIP_HA_MAX 8			/* candidate home agents of one UE */
#define DSMIP_PROTO_MH 135

/* A flag or option that the profile decides unless the scenario does. */
enum dsmip_switch { DSMIP_BY_PROFILE, DSMIP_NEVER, DSMIP_ALWAYS };

/* A home agent's addresses; a4 0.0.0.0: it has none, so no IPv4 care-of address can be registered there. */
struct dsmip_ha_addr {
	struct ip6_addr a6;
	struct ip4_addr a4;
};

/* A received Mobility Header after the checks of RFC 6275 9.2. Lent: m points into rx. */
struct dsmip_rx {
	const struct net_rx *rx;
	struct mh_msg m;
	const uint8_t *mh;		/* the Mobility Header's octets */
	uint32_t mh_len;
	struct ip6_addr hoa;		/* HAO, else the (inner) IPv6 source */
	struct ip6_addr coa;		/* source of the outermost header; IPv4 mapped */
	struct ip6_addr dst;		/* (inner) destination; with a type 2 routing header its home address */
	bool has_hao, has_rh2, v4;	/* v4: it came in IPv4 */
};

enum dsmip_verdict {
	DSMIP_OK,
	/* recorded; an ICMPv6 Parameter Problem was sent where RFC 6275 9.2 wants one */
	DSMIP_DROP,
	DSMIP_UNKNOWN_TYPE		/* the caller answers with a Binding Error, status 2 */
};

/* types: FSM_BIT(mh_type) of the messages that the caller knows. out is filled as far as it was read. */
enum dsmip_verdict dsmip_receive(const struct net_rx *rx, uint64_t types, struct dsmip_rx *out);
/* The same of a peer whose header length is rounded down: the message is all that the packet holds. */
enum dsmip_verdict dsmip_receive_whole(const struct net_rx *rx, uint64_t types, struct dsmip_rx *out);

/* Where a message goes and what the records say about it. */
struct dsmip_tx {
	struct net_send send;		/* src, dst, home_address, rh2, tunnel, via; the rest is filled in */
	enum mh_profile profile;
	struct mh_context context;	/* for the deviations of what is sent */
	struct ip6_addr hoa, coa;	/* for the records */
	uint32_t instance;
	uint16_t attempt;
	bool nat;
};

/* Encodes, seals, records and sends m. False when net had no way for it (recorded as sent: it was tried). */
bool dsmip_send(struct net_host *h, const struct mh_msg *m, const struct dsmip_tx *tx);

/*
 * A Binding Error to whoever sent rx [RFC 6275 9.3.3, 24.303 5.1.3.3]: to the source address on the wire, in the
 * encapsulation that rx came in; udp: whether that is UDP when it came in IPv4. hoa: of the Home Address option, or
 * zero. The caller limits the rate.
 */
void dsmip_send_error(const struct net_rx *rx, uint8_t status, const struct ip6_addr *hoa, bool udp,
		      enum mh_profile profile, uint32_t instance);

/* REC_SIGNAL_RX of a message that was understood, and its deviations from the profile. */
void dsmip_record_rx(const struct dsmip_rx *r, enum mh_profile profile, const struct mh_context *c, uint32_t instance,
		     bool nat);
/* The same of a proxy message: hnp is the first home network prefix. */
void dsmip_record_proxy_rx(const struct dsmip_rx *r, enum mh_profile profile, const struct mh_context *c,
			   const struct ip6_addr *hnp, const struct ip6_addr *proxy_coa, uint32_t instance);
/* What of m itself a record of it says: type, sequence number, lifetime and so on. */
void dsmip_signal_body(struct rec_signal *s, const struct mh_msg *m);
/* REC_SIGNAL_TX of the n octets that m was encoded to, and its deviations; dsmip_send does it by itself. */
void dsmip_record_tx(struct net_host *h, const struct mh_msg *m, const struct dsmip_tx *tx, const uint8_t *mh,
		     size_t n);
void dsmip_discard(struct net_host *h, uint32_t instance, const char *reason, const char *clause);

/* a is newer than b [RFC 6275 9.5.1]: not among b and the 32768 values before it, modulo 2^16. */
static inline bool dsmip_seq_newer(uint16_t a, uint16_t b)
{
	uint16_t d = (uint16_t)(a - b);

	return d >= 1 && d < 32768;
}

/* A unicast address that may be a home or care-of address: not ::, multicast, link-local, loopback, mapped. */
bool dsmip_routable6(const struct ip6_addr *a);
bool dsmip_routable4(struct ip4_addr a);			/* unicast, not 0/8, 127/8, broadcast */
static inline bool dsmip_is_mapped(const struct ip6_addr *a) { return ip6_is_mapped(a); }
static inline struct ip4_addr dsmip_unmap(const struct ip6_addr *a) { return ip6_mapped_ip4(a); }

#endif

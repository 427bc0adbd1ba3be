/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec of one host: security policies, security associations, ESP [RFC 4301, RFC 4303], with what Mobile IPv6 asks of
 * them [RFC 4877]: selectors by Mobility Header type, the home address in place of the care-of address on both ways
 * (Home Address option, type 2 routing header), so that a child SA survives every handover.
 *
 *	out   each IPv6 packet that this host originates is held against the policies: the first whose selector fits says
 *	      bypass, discard or protect; protect needs a child SA, without one the packet is discarded ("esp-no-sa").
 *	      Policies of tunnel mode are also for what would enter a mobile node's tunnel, forwarded or not.
 *	in    every ESP packet (protocol 50; in UDP port 4500, tunnel mode only) passes SPI, replay window, ICV and
 *	      selector; then the inner upper layer goes on with rx->protected = true. What comes unprotected is held
 *	      against the policies: a Mobility Header that must be protected is discarded ("policy").
 *
 * Keys are installed and removed by IKE (proto/ike.h) or, for tests, by hand. A host without struct ipsec pays nothing.
 * All addresses of selectors are those of the final hop's view: home address of the mobile node, home agent's address.
 */
#ifndef MOOR_NET_IPSEC_H
#define MOOR_NET_IPSEC_H

#include "base/slab.h"
#include "crypto/crypto.h"
#include "net/net.h"

struct ipsec;

enum ipsec_action { IPSEC_BYPASS, IPSEC_DISCARD, IPSEC_PROTECT };
enum ipsec_mode { IPSEC_TRANSPORT, IPSEC_TUNNEL };

/*
 * Local and remote from this host's point of view. Ports in host order, both ends included; for protocol 135 the MH
 * type stands in the high octet of the port of the side that sends it [RFC 4877 5.1, RFC 7296 3.13.1]: 0x0500 .. 0x05ff
 * is BU. proto 0: any.
 */
struct ipsec_selector {
	struct ip6_addr local, remote;
	uint8_t local_len, remote_len;	/* prefix lengths, 0: any address */
	uint8_t proto;
	uint16_t local_lo, local_hi, remote_lo, remote_hi;
};

struct ipsec_policy {
	struct ipsec_selector sel;
	enum ipsec_action action;
	enum ipsec_mode mode;		/* PROTECT */
	bool where_sa;			/* PROTECT: it is for packets that a child SA is there for, and passes over others */
};

/* One child SA: a pair of SAs. Copied. */
struct ipsec_child_config {
	uint32_t spi_in, spi_out;	/* in: from ipsec_spi */
	enum ipsec_mode mode;
	bool udp;			/* ESP in UDP 4500 [RFC 3948]: tunnel mode through a NAT */
	struct ipsec_selector sel;
	struct ip6_addr peer;		/* tunnel mode: outer addresses, IPv4 as mapped. Peer zero: those of the mobility */
	struct ip6_addr own;		/* tunnel, which follow the binding [RFC 4877 4.3]; not with udp */
	uint16_t peer_port;		/* udp */
	uint16_t encr;			/* IANA transform ids, see crypto/crypto.h */
	uint16_t key_bits;		/* of encr, 0: it has but one length */
	uint16_t integ;			/* 0 with an AEAD */
	const uint8_t *encr_in, *integ_in, *encr_out, *integ_out;	/* lengths follow from the algorithms */
	uint64_t soft_packets;		/* after so many packets out the owner is told to rekey; 0: 2^32 - 2^20 */
};

/* What the owner of the SAs (IKE) hears. Posted like net's events: never from inside its own calls. */
struct ipsec_ops {
	void (*soft_limit)(void *owner, moor_handle child);	/* sequence numbers run out [RFC 4303 3.3.3] */
	/* a packet had to be dropped for want of an SA */
	void (*no_sa)(void *owner, const struct ipsec_selector *wanted);
	void (*unknown_spi)(void *owner, const struct ip6_addr *from, uint32_t spi);	/* the peer uses what we lost */
	void (*heard)(void *owner, moor_handle child);		/* first authentic packet on a child after a silence of a second */
};

/* Once per host; freed with it. crypto, ops (NULL: nobody listens): kept by reference. crypto outlives the world. */
struct ipsec *ipsec_new(struct net_host *h, struct crypto *crypto, const struct ipsec_ops *ops, void *owner);
struct ipsec *ipsec_of(const struct net_host *h);	/* NULL: none */

/* Asked in order; the first that fits decides; none fits: bypass. Kept by reference, many hosts share them. */
void ipsec_policies(struct ipsec *s, const struct ipsec_policy *p, unsigned n);
/*
 * The policies of RFC 4877 for one end of DSMIPv6: every Mobility Header between this host and the other end must be
 * protected, but for Binding Error (it answers what came without an SA) and return routability. Constant, for many.
 */
extern const struct ipsec_policy ipsec_policies_mip6[];
extern const unsigned ipsec_n_policies_mip6;

/* A fresh inbound SPI (256 .. 2^32-1, from the stream "spi"), reserved until a child has it or it is given back. */
uint32_t ipsec_spi(struct ipsec *s);
void ipsec_spi_back(struct ipsec *s, uint32_t spi);

/*
 * The newest child whose selector fits is used outbound; all that stand are accepted inbound (rekeying overlaps). 0: a
 * child with this inbound SPI stands already. An inbound SPI that was not asked for is taken as well (keys by hand).
 */
moor_handle ipsec_child_add(struct ipsec *s, const struct ipsec_child_config *c);
void ipsec_child_remove(struct ipsec *s, moor_handle child);
/* Takes this child for outbound packets although a newer one stands (false), or again (true) [RFC 7296 2.8]. */
void ipsec_child_outbound(struct ipsec *s, moor_handle child, bool use);
/* Tunnel mode: the outer addresses and the peer's port change [RFC 4877 9]. */
void ipsec_child_move(struct ipsec *s, moor_handle child, const struct ip6_addr *own, const struct ip6_addr *peer,
		      uint16_t peer_port);
void ipsec_clear(struct ipsec *s);			/* all SAs are lost: a restart */

struct ipsec_child_view {
	uint32_t spi_in, spi_out;
	struct ipsec_selector sel;
	uint64_t packets_in, packets_out;
	uint64_t replayed, bad_icv;	/* refused inbound */
	moor_time last_in;		/* of an authentic packet; 0: none yet */
};
bool ipsec_child_view(const struct ipsec *s, moor_handle child, struct ipsec_child_view *out);
/*
 * The child that such a packet goes through outbound; 0: there is none, or no policy wants one. Ports as in selectors:
 * a Mobility Header's type << 8, local.
 */
moor_handle ipsec_child_for(const struct ipsec *s, const struct ip6_addr *local, const struct ip6_addr *remote,
			    uint8_t proto, uint16_t local_port, uint16_t remote_port);
/* A policy wants ESP for such a packet, and there is no SA for it: it would be discarded. */
bool ipsec_blocked(const struct ipsec *s, const struct ip6_addr *local, const struct ip6_addr *remote, uint8_t proto,
		   uint16_t local_port, uint16_t remote_port);
unsigned ipsec_children(const struct ipsec *s);

#endif

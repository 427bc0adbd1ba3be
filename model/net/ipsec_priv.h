/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of IPsec: its structs and what its files ask of each other, and what the IP layer asks of them. Nobody
 * outside net/ includes this.
 *
 *	ipsec.c		a host's instance, child SAs and how they are found, SPIs
 *	ipsec_policy.c	selectors, policies, which child a packet gets
 *	ipsec_out.c	protecting: transport mode in net_send6, tunnel mode in net_tunnel_out
 *	ipsec_in.c	ESP packets to this node, and the check of what came without
 *	ipsec_event.c	what the owner of the SAs hears
 *
 * A child SA is found by (host, inbound SPI) and by (host, remote end of its selector) through two indexes of the
 * world, so a home agent with a hundred thousand of them looks at one or two per packet.
 */
#ifndef MOOR_NET_IPSEC_PRIV_H
#define MOOR_NET_IPSEC_PRIV_H

#include "net/core.h"
#include "net/ipsec.h"
#include "wire/esp.h"

#define IPSEC_WINDOW 64u		/* sequence numbers remembered [RFC 4303 3.4.3] */
#define IPSEC_SOFT_PACKETS (UINT32_MAX - (1u << 20) + 1u)	/* 2^32 - 2^20 */
#define ESP_UDP_PORT 4500u		/* RFC 3948 */
#define IPSEC_EVENTS_MAX 4096u		/* that wait in one world; what comes on top of them is not told */

/* Two SAs, one in each direction. Until it has keys it only holds an SPI (larval). */
struct child {
	struct ipsec_selector sel;
	uint32_t spi_in, spi_out;
	moor_handle owner;		/* of the struct ipsec */
	moor_handle next, prev;		/* of the same host, the newest first */
	moor_handle outer;		/* tunnel mode: its struct child_outer */
	crypto_key key_in, key_out;	/* 0: larval */
	uint32_t sent;			/* sequence number of the last packet out */
	uint32_t soft;			/* at this one the owner is told */
	uint32_t top;			/* highest sequence number taken in */
	uint32_t received, replayed, bad_icv;
	uint32_t born;			/* counts up on each host: larger is newer */
	uint64_t window;		/* bit n: top - n was seen */
	moor_time last_in;
	uint8_t mode;			/* enum ipsec_mode */
	bool udp, outbound;
};

_Static_assert(sizeof(struct child) <= 144, "a hundred thousand UEs have two hundred thousand of these");

/* Where a tunnel-mode SA leads. */
struct child_outer {
	struct ip6_addr own, peer;	/* peer zero: where the mobility tunnel leads */
	uint16_t peer_port;
};

struct ipsec {
	struct ipsec_world *iw;
	struct net_host *h;
	struct crypto *crypto;
	const struct ipsec_ops *ops;
	void *owner;
	const struct ipsec_policy *policies;
	uint64_t iv_key;		/* of the node's stream "esp-iv" */
	moor_handle self, first;	/* first: the newest child */
	uint32_t n_policies;
	uint32_t n_children;		/* larval ones apart */
	uint32_t born;
	uint32_t draws;			/* of the node's stream "spi" */
	uint8_t only;			/* all policies are about this protocol; 0: they differ */
	bool tunnels;			/* some policy is about tunnel mode */
};

enum ipsec_event_kind { IPSEC_SOFT_LIMIT, IPSEC_NO_SA, IPSEC_UNKNOWN_SPI, IPSEC_HEARD };

struct ipsec_event {
	struct ipsec_event *next;
	moor_handle self, owner, child;
	uint32_t spi;
	uint8_t kind;
	struct ip6_addr from;
	struct ipsec_selector wanted;
};

struct ipsec_world {
	struct moor_world *w;
	struct slab hosts, children, outers, events;
	struct index by_spi, by_remote;
	uint32_t lens[129];		/* children by the length of their remote prefix */
	uint8_t used[129];		/* lengths in use, falling */
	uint32_t n_used;
	struct ipsec_event *first, *last;
	struct moor_timer timer;
};

/* A packet as selectors see it. Ports: in host order; MH type and ICMP type stand in the one of the side that sends. */
struct flow {
	const struct ip6_addr *local, *remote;
	uint8_t proto;
	bool has_local, has_remote;	/* there is such a port */
	uint16_t local_port, remote_port;
};

/* ---- ipsec.c ----------------------------------------------------------------------------------------------------- */

static inline struct ipsec *net_ipsec(const struct net_host *h)	/* NULL: none */
{
	return h->ipsec ? slab_at(h->nw->ipsecs, slab_number(h->ipsec)) : NULL;
}

static inline struct child *child_get(const struct ipsec *s, moor_handle h)	/* NULL: gone, larval or another's */
{
	struct child *c = slab_get(&s->iw->children, h);

	return c && c->owner == s->self && c->key_in ? c : NULL;
}

static inline struct child_outer *child_outer(const struct ipsec *s, const struct child *c)	/* tunnel mode only */
{
	return slab_get(&s->iw->outers, c->outer);
}

struct child *child_by_spi(const struct ipsec *s, uint32_t spi, moor_handle *self);
struct seal_sizes child_sizes(const struct ipsec *s, crypto_key k);

/* ---- ipsec_policy.c ---------------------------------------------------------------------------------------------- */

struct ip6_addr addr_masked(const struct ip6_addr *a, uint8_t len);
uint32_t remote_hash(const struct ipsec *s, const struct ip6_addr *masked, uint8_t len);
bool selector_fits(const struct ipsec_selector *s, const struct flow *f);
/* n octets of upper layer at `upper`. out: this host sends it. */
struct flow flow_of(const struct ip6_addr *local, const struct ip6_addr *remote, uint8_t proto, const uint8_t *upper,
		    uint32_t n, bool out);
/* The flow of a whole IP packet; room for its addresses. False: it cannot be read. */
bool flow_of_packet(const uint8_t *p, uint32_t n, bool out, struct ip6_addr room[2], struct flow *f);
const struct ipsec_policy *policy_for(const struct ipsec *s, const struct flow *f);	/* NULL: none fits */
/* The newest of this mode that fits and is used outbound. */
struct child *child_for(const struct ipsec *s, const struct flow *f, enum ipsec_mode mode, moor_handle *self);

/* ---- ipsec_event.c ----------------------------------------------------------------------------------------------- */

/* To be filled in; NULL: too many wait. */
struct ipsec_event *ipsec_post(struct ipsec *s, enum ipsec_event_kind kind);

/* ---- ipsec_out.c: for out.c and tunnel.c ------------------------------------------------------------------------- */

/*
 * p starts at the upper layer; the addresses are those of the final hop's view. Takes p; the packet to go on with, and
 * *proto what it is now, or NULL when it was dropped.
 */
struct moor_pkt *ipsec_out(struct ipsec *s, struct moor_pkt *p, const struct ip6_addr *src, const struct ip6_addr *dst,
			   uint8_t *proto);

enum ipsec_way { WAY_PLAIN, WAY_ESP, WAY_NONE };
/*
 * What tunnel mode wants of the IP packet at p, which is ours or about to enter a mobile node's tunnel t (NULL: none).
 * WAY_ESP: *child, and *out where it leads. WAY_NONE: it must not leave.
 */
enum ipsec_way ipsec_tunnel_way(struct ipsec *s, const struct moor_pkt *p, const struct net_tunnel *t,
				struct net_tunnel *out, moor_handle *child);
/* The IP packet p becomes an ESP packet; NULL: dropped. */
struct moor_pkt *ipsec_wrap(struct ipsec *s, struct moor_pkt *p, moor_handle child);
uint32_t ipsec_inner_max(const struct ipsec *s, moor_handle child, uint32_t octets);	/* the longest packet to wrap */

/* ---- ipsec_in.c: for in.c, in4.c, upper.c ------------------------------------------------------------------------ */

struct ipsec_opened {
	uint8_t next;			/* what is inside; the packet's rx->payload points there */
	bool tunnel;
	bool vouches;			/* the SA is for the sender's (home) address alone */
};

/* An ESP packet at rx->payload within c->p; it is decrypted in place. False: refused, and a record says why. */
bool ipsec_in(struct ipsec *s, struct net_in *c, struct net_rx *rx, const struct ip6_addr *src,
	      const struct ip6_addr *dst, struct ipsec_opened *out);
/* The same over IPv4 or in UDP, where only tunnel mode is spoken. Takes c->p. */
void ipsec_tunnel_in(struct ipsec *s, struct net_in *c, struct net_rx *rx, const struct net_outer *outer);
/* The inner packet at rx->payload goes on by itself. Takes c->p. */
void ipsec_inner_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer);
bool ipsec_admits(struct ipsec *s, const struct net_in *c, const struct net_rx *rx, uint8_t proto);
/* A packet that came through a mobility tunnel without ESP: from its IP header. */
bool ipsec_admits_inner(struct ipsec *s, const uint8_t *inner, uint32_t len);

/* Whether what came may go on to the upper layer proto; a record when not. */
static inline bool net_admits(const struct net_in *c, const struct net_rx *rx, uint8_t proto)
{
	struct ipsec *s = net_ipsec(c->h);

	return !s || rx->protected || ipsec_admits(s, c, rx, proto);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the IP layer: its structs and what its files ask of each other. Nobody outside net/ includes this.
 *
 * Memory: everything of fixed size lives in slabs of one struct net_world per world. A host costs what it uses:
 * what is known about a link (struct net_link) exists while the interface is up, the rarely needed rest (struct
 * net_extra) from its first use.
 *
 * Ownership of packets: every function here that is given a struct moor_pkt takes it, unless its comment says "lent".
 *
 * Re-entrancy: work that comes from the world (frames, timers, carrier) runs between net_enter and net_leave.
 * Events to the layers above are queued and delivered by the outermost net_leave; an event raised outside waits
 * for a timer due now.
 */
#ifndef MOOR_NET_CORE_H
#define MOOR_NET_CORE_H

#include "base/index.h"
#include "base/map.h"
#include "base/rng.h"
#include "base/slab.h"
#include "net/echo.h"
#include "net/net.h"
#include "net/timers.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

#define NET_ADDRS_MAX 32u		/* addresses and prefixes of one host that came from advertisements */
#define NET_ROUTERS_MAX 8u		/* default routers of one interface */
#define NET_QUEUE_MAX 3u		/* packets awaiting resolution, per neighbour */
#define NET_NEIGHS_HOST 1024u		/* neighbours of one interface of a host */
#define NET_NEIGHS_ROUTER (1u << 22)	/* … of a router */
#define NET_NEIGHS_LISTED 8u		/* more than so many are found through an index */
#define NET_HANDLERS_LISTED 8u		/* more handlers than so many are found through a map */
#define NET_ROUTES_LISTED 16u		/* more routes than so many stand in a table */
#define NET_REASSEMBLIES_MAX 64u	/* packets being put together, per host */
#define NET_FRAGMENTS_MAX 64u		/* pieces of one packet */
#define NET_REASSEMBLY_OCTETS (1u << 20)	/* octets waiting in one host's reassemblies */
#define NET_PMTU_MAX 1024u		/* path MTUs kept per host */
#define NET_DEPTH_MAX 4u		/* tunnels inside one another that are taken apart */

/* ---- structs ----------------------------------------------------------------------------------------------------- */

enum addr_state {
	ADDR_PREFIX,			/* no address: an on-link prefix */
	ADDR_TENTATIVE,
	ADDR_OPTIMISTIC,		/* tentative and used nevertheless [RFC 4429] */
	ADDR_USABLE,
	ADDR_DUPLICATE			/* kept so that the next advertisement does not form it again */
};

enum addr_origin { ADDR_STATIC, ADDR_VIRTUAL, ADDR_LINK_LOCAL, ADDR_AUTO, ADDR_FORMED };

/* An address of the host. */
struct net_addr {
	struct ip6_addr a;		/* IPv4 as mapped */
	struct net_iface *i;		/* NULL: virtual */
	uint32_t next;			/* of the host, see net_addr_at */
	moor_handle times;		/* of its struct net_times; 0: it lives without end */
	struct moor_timer dad;
	uint8_t len;			/* of the prefix, 0..128 */
	uint8_t state, origin;
	uint8_t dad_left : 6;		/* solicitations still to be sent */
	uint8_t deprecated : 1;		/* said so */
};

/* What ends, for ADDR_AUTO and ADDR_FORMED. */
struct net_times {
	moor_time valid, preferred;	/* ends of the lifetimes */
	moor_time on_link;		/* the prefix is on-link until then; 0: it is not */
	uint32_t router;		/* id of who advertised it last; 0: nobody we know */
};

enum neigh_state { NEIGH_INCOMPLETE, NEIGH_REACHABLE, NEIGH_STALE, NEIGH_DELAY, NEIGH_PROBE };

/* Neighbour cache entry [RFC 4861 5.1]; for IPv4 the ARP cache, with the same states [RFC 1122 2.3.2.1]. */
struct net_neigh {
	struct ip6_addr ip;		/* IPv4 as mapped */
	union {
		moor_time until;	/* REACHABLE: its end; otherwise when the state was entered; not INCOMPLETE */
		struct moor_pkt *queue;	/* INCOMPLETE: IP packets awaiting resolution, oldest first */
	};
	struct net_iface *i;
	union {
		moor_handle next;	/* of the interface, while they are few */
		uint32_t port;		/* when they are many: moor_pkt_hint's */
	};
	struct moor_timer timer;	/* INCOMPLETE, DELAY, PROBE */
	struct mac_addr mac;
	uint8_t state;
	uint8_t is_router : 1, tries : 7;
};

/* Default router list entry. */
struct net_router {
	struct ip6_addr ip;
	moor_time lifetime;		/* its end */
	moor_time missed;		/* lost when no advertisement comes until then; MOOR_NEVER: no matter */
	uint32_t next;			/* of the interface, see net_router_at */
	uint32_t id : 31;		/* nobody else's in this world */
	uint32_t suspect : 1;		/* neighbour unreachability detection failed */
};

/* What is known about the link an interface is on; gone with the carrier. */
struct net_link {
	struct net_iface *i;
	struct net_router own_router;	/* mostly there is but one */
	uint32_t routers;		/* in order of appearance, see net_router_at */
	moor_handle neighs;		/* while they are few, the newest first */
	uint32_t n_neighs;
	uint32_t base_reachable_us;	/* advertised, 0: the timer table's */
	uint32_t reachable_us;		/* the random value made of it [RFC 4861 6.3.2] */
	uint32_t retrans_us;		/* advertised, 0: the timer table's */
	struct moor_timer rs;		/* next router solicitation */
	struct moor_timer life;		/* next end of a lifetime */
	uint16_t mtu;			/* advertised, 0: none */
	uint16_t rs_left;		/* solicitations still to be sent */
	uint8_t hop_limit;		/* advertised, 0: none */
	bool heard : 1;			/* an advertisement was taken in since the link came */
	bool disabled6 : 1;		/* the link-local address is a duplicate [RFC 4862 5.4.5] */
	bool indexed : 1;		/* neighbours are many: found through net_world.neighs */
	bool own_used : 1;		/* own_router is in the list */
};

struct net_iface {
	struct net_host *h;
	struct moor_port *port;
	struct net_link *link;		/* NULL: down */
	moor_handle link_self;		/* 0: it is the host's own */
	uint8_t number;			/* of the host, from 1 */
	bool watched;			/* every frame is shown to the hooks first */
};

/* One beyond the host's own ones. */
struct net_more_iface {
	struct net_iface i;
	moor_handle next;
};

struct net_listener {
	const struct net_events *ev;
	void *owner;
	moor_handle next;
};

/* What upper layers want freed with the host. */
struct net_owned {
	void *arg;
	void (*destroy)(void *arg);
	moor_handle next;		/* registered before */
};

enum handler_kind { HANDLER_PROTO, HANDLER_UDP, HANDLER_ECHO, HANDLER_LINK, HANDLER_REST };

/* Who takes what came in. */
struct net_taker {
	union {
		net_proto_fn *proto;
		net_udp_fn *udp;
		net_echo_fn *echo;
		net_link_fn *link;
	} fn;
	void *owner;
};

struct net_handler {
	struct net_taker taker;
	struct net_handler *next;
	moor_handle self;
	uint16_t number;		/* next header, port, identifier of echo replies, or ethertype */
	uint8_t kind;
};

struct net_route {
	struct ip6_addr addr;
	struct ip6_addr next_hop;	/* zero: on-link */
	struct net_iface *out;
	struct net_route *next;		/* listed, by falling length; unused in a table */
	moor_handle self;
	uint8_t len;
};

/* A packet being put together [RFC 8200 4.5, RFC 791 3.2]. */
struct net_reassembly {
	struct ip6_addr src, dst;
	struct net_host *h;
	struct net_iface *i;
	struct net_reassembly *next;
	struct moor_pkt *pieces;	/* by offset; data behind the headers; see piece_at in reassembly.c */
	struct moor_timer timer;
	moor_handle self;
	uint32_t id;
	uint32_t octets;		/* kept in pieces, headers included */
	uint32_t total;			/* of the fragmentable part, once the last piece is there; 0: not yet */
	uint32_t have;			/* octets of the fragmentable part that are there */
	uint16_t n;
	uint8_t proto;			/* IPv4 only */
	bool dead;			/* an overlap was seen: whatever comes is dropped until the time is over */
	bool bare;			/* a piece did not come out of ESP, so the whole did not */
};

struct net_pmtu {
	struct ip6_addr dst;
	moor_time until;
	struct net_pmtu *next;		/* the next younger one */
	moor_handle self;
	uint32_t mtu;
};

/* Routes of a host that has many: an index by prefix, and which lengths there are. */
struct net_route_table {
	struct index at;
	uint32_t count[129];		/* by length */
	uint8_t lens[129];		/* lengths in use, falling */
	uint32_t n_lens;
};

/* What few hosts need. */
struct net_extra {
	struct net_host *h;
	struct net_handler *handlers;
	moor_handle owned;
	moor_handle advertisers;	/* router.c's */
	moor_handle more_ifaces;	/* the first beyond those in the host */
	struct net_reassembly *reassemblies;
	struct net_route_table *table;	/* when there are many routes */
	struct net_pmtu *pmtu_first, *pmtu_last;	/* oldest and youngest */
	struct map pmtu_at;
	struct moor_pkt *loop;		/* packets to ourselves, oldest first */
	struct moor_timer loop_timer;
	struct map handlers_at;		/* when there are many */
	moor_time error_tat;		/* token bucket of ICMP errors, as theoretical arrival time */
	uint32_t n_reassemblies, reassembly_octets;
};

/*
 * The first interfaces and addresses and one link stand within the host, side by side: that is all of them for most
 * hosts, and a packet to a UE touches a handful of neighbouring cache lines instead of as many far ones. A plain host
 * ends behind its second address: it has room for one interface and two addresses.
 */
#define HOST_IFACES 2u
#define HOST_ADDRS 4u
#define PLAIN_IFACES 1u
#define PLAIN_ADDRS 2u

struct net_host {
	struct net_world *nw;
	const struct net_profile *profile;
	const struct net_hooks *hooks;	/* NULL: none */
	void *hooks_owner;
	moor_handle extra;		/* struct net_extra: net_rest; 0: none */
	moor_handle ipsec;		/* struct ipsec: net_ipsec; 0: none */
	struct moor_node *node;
	uint32_t addrs;			/* the newest, see net_addr_at */
	moor_handle listeners, routes;	/* the first of each; routes while they are few */
	uint32_t draws;			/* of the "nd" stream */
	uint32_t ids;			/* counts on: identifications, ephemeral ports */
	uint8_t n_ifaces;
	uint8_t prefer;			/* number of the preferred interface; 0: none */
	uint8_t own_used;		/* bit: that own address is in the list */
	bool own_link_used : 1;
	bool plain : 1;
	struct net_link own_link;
	struct net_iface own_iface;
	struct net_addr own_addrs[HOST_ADDRS];
	struct net_iface second_iface;
};

#define PLAIN_HOST_OCTETS (offsetof(struct net_host, own_addrs) + PLAIN_ADDRS * sizeof(struct net_addr))

_Static_assert(sizeof(struct net_host) <= 384, "six cache lines; a million UEs have a million hosts");
_Static_assert(PLAIN_HOST_OCTETS <= 272 && PLAIN_HOST_OCTETS % _Alignof(struct net_host) == 0, "a million nodes, too");

enum net_slab {
	S_HOSTS, S_PLAIN_HOSTS, S_IFACES, S_LINKS, S_ADDRS, S_TIMES, S_NEIGHS, S_ROUTERS, S_ROUTES, S_HANDLERS,
	S_LISTENERS, S_EXTRAS, S_REASSEMBLIES, S_PMTUS, S_EVENTS, S_ADVERTS, S_ADVERTISERS, S_ANSWERS, S_OWNED, NET_SLABS
};

/* Something that the layers above are to hear of; see event.c. */
enum event_kind { EVENT_CARRIER, EVENT_ADDRESS, EVENT_ADVERT, EVENT_ROUTER_LOST, EVENT_STATION, EVENT_DHCP6 };

struct net_event {
	struct net_event *next;
	struct net_host *h;
	struct net_iface *i;
	moor_handle self;
	uint8_t kind, n, what;
	bool flag;
	struct ip6_addr addr;
};

struct net_advert_event {
	struct net_event e;
	struct ip6_prefix prefixes[ND_MAX_PREFIXES];
};

/* One per world. */
struct net_world {
	struct moor_world *w;
	struct slab s[NET_SLABS];
	const struct slab *ipsecs;	/* struct ipsec of all hosts; NULL: nobody has one */
	struct net_event *first, *last;	/* waiting */
	struct moor_timer event_timer;
	struct index neighs;		/* those of interfaces that have many */
	uint32_t depth;			/* net_enter less net_leave */
	uint32_t router_ids;		/* the last one given out */
	size_t extra_octets;		/* of route tables */
	moor_handle sweep;		/* hand of the neighbour sweep */
};

/* A packet on its way in. */
struct net_in {
	struct net_host *h;
	struct net_iface *i;
	struct moor_pkt *p;		/* data at the IP header */
	struct net_outer outer;
	uint8_t depth;			/* tunnels taken apart so far */
	bool l2_multicast;		/* the frame was not for us alone */
	bool protected;			/* it came out of ESP in tunnel mode */
	struct mac_addr from;		/* sender of the frame */
};

struct net_hop {
	struct net_iface *i;
	struct ip6_addr ip;		/* whom to give it to there */
};

/* ---- memory fetched ahead ---------------------------------------------------------------------------------------- */

/*
 * The lines of a host, by where something of it stands: not by following pointers, which would wait for the memory that
 * they are meant to bring. Of what is no host's own nothing useful is fetched, and nothing harmful.
 */
static inline void net_fetch_host_at(const void *member, size_t offset)
{
	uintptr_t start = (uintptr_t)member - offset;

	mem_fetch((const char *)(start & ~(uintptr_t)63), 320);
}

/* `second`: it is its second interface. */
static inline void net_fetch_host(const struct net_iface *i, bool second)
{
	net_fetch_host_at(i, second ? offsetof(struct net_host, second_iface) : offsetof(struct net_host, own_iface));
}

/* ---- host.c, event.c --------------------------------------------------------------------------------------------- */

struct net_world *net_world_of(struct moor_world *w);
void net_address_foresee(struct moor_world *w);
void net_discover_foresee(struct moor_world *w);
void net_neigh_foresee(struct moor_world *w);
void net_foresee_frame(const void *owner, const uint8_t *frame, size_t len);
struct net_extra *net_extra(struct net_host *h);	/* made when absent */
static inline struct net_extra *net_rest(const struct net_host *h)	/* NULL: none */
{
	return h->extra ? slab_at(&h->nw->s[S_EXTRAS], slab_number(h->extra)) : NULL;
}
int64_t net_timer(const struct net_host *h, enum timer_id id);
uint64_t net_draw(struct net_host *h, uint64_t n);	/* 0 .. n-1; n > 0 */
moor_time net_draw_span(struct net_host *h, moor_time hi);	/* 0 .. hi */
moor_time net_rs_delay(struct net_host *h);		/* drawn */
static inline struct moor_world *net_w(const struct net_host *h) { return h->nw->w; }
static inline moor_time net_now(const struct net_host *h) { return moor_world_now(h->nw->w); }
void net_discard(struct net_host *h, struct net_iface *i, const char *reason, const char *clause);	/* REC_DISCARD */
void net_drop(struct net_host *h, struct net_iface *i, struct moor_pkt *p, const char *reason, const char *clause);

static inline void net_enter(struct net_world *nw) { nw->depth++; }
void net_leave(struct net_world *nw);			/* the outermost one delivers what was posted */
struct net_event *net_post(struct net_iface *i, enum event_kind kind);	/* to be filled in; NULL: nobody listens */
/* Records, and tells the listeners later. */
void net_tell_address(struct net_iface *i, struct net_host *h, const struct net_addr *a, enum rec_address what);
void net_tell_advert(struct net_iface *i, const struct ip6_addr *router, const struct ip6_prefix *prefixes, unsigned n,
		     bool new_link);
void net_tell_dhcp6(struct net_iface *i, bool managed, bool other);
void net_tell_router_lost(struct net_iface *i, bool v4);
void net_tell_station(void *owner, struct moor_port *hub, const struct mac_addr *mac, bool there);
void net_record_router(struct net_iface *i, enum rec_router what, const struct ip6_addr *router);
void net_record_advert(struct net_iface *i, enum rec_router what, const struct ip6_addr *router, const struct icmp6 *m);

/* ---- address.c --------------------------------------------------------------------------------------------------- */

static inline bool net_is_mapped(const struct ip6_addr *a) { return ip6_is_mapped(a); }
static inline struct ip4_addr net_unmap(const struct ip6_addr *a) { return ip6_mapped_ip4(a); }

static inline bool net_addr_live(const struct net_addr *a)	/* assigned: a destination and a source */
{
	return a->state == ADDR_USABLE || a->state == ADDR_OPTIMISTIC;
}

/* An own address by its place, from 1; any other by its handle, which is always larger. NULL for 0. */
static inline struct net_addr *net_addr_at(const struct net_host *h, uint32_t ref)
{
	if (ref - 1 < HOST_ADDRS)
		return (struct net_addr *)(uintptr_t)&h->own_addrs[ref - 1];
	return ref ? slab_at(&h->nw->s[S_ADDRS], slab_number(ref)) : NULL;
}

/* From the newest to the oldest. */
#define EACH_ADDR(a, h) for (struct net_addr *a = net_addr_at((h), (h)->addrs); a; a = net_addr_at((h), a->next))

/* NULL: it lives without end, and its prefix is on-link when it is static. */
static inline struct net_times *net_times(const struct net_addr *a)
{
	return a->times ? slab_at(&a->i->h->nw->s[S_TIMES], slab_number(a->times)) : NULL;
}

static inline bool net_learnt_from(const struct net_addr *a, uint32_t router)
{
	return a->times && net_times(a)->router == router;
}

static inline bool net_on_link(const struct net_addr *a, moor_time now)
{
	return a->times ? net_times(a)->on_link > now : a->origin == ADDR_STATIC;
}

struct net_iface *net_iface_beyond(const struct net_host *h, unsigned n);	/* the n-th that is not the host's own */

/* By its number; NULL beyond the last. */
static inline struct net_iface *net_iface_at(const struct net_host *h, unsigned number)
{
	if (number - 1 >= h->n_ifaces)
		return NULL;
	if (number == 1)
		return (struct net_iface *)(uintptr_t)&h->own_iface;
	if (h->plain)
		return net_iface_beyond(h, number - PLAIN_IFACES);
	if (number == 2)
		return (struct net_iface *)(uintptr_t)&h->second_iface;
	return net_iface_beyond(h, number - HOST_IFACES);
}

static inline struct net_iface *net_iface_after(const struct net_iface *i)	/* NULL: it is the last */
{
	return net_iface_at(i->h, i->number + 1u);
}

/* 1 is the link's own one, anything larger a handle. NULL for 0. */
static inline struct net_router *net_router_at(const struct net_iface *i, uint32_t ref)
{
	if (ref == 1)
		return &i->link->own_router;
	return ref ? slab_at(&i->h->nw->s[S_ROUTERS], slab_number(ref)) : NULL;
}

static inline struct net_neigh *net_neigh_at(const struct net_host *h, moor_handle at)	/* NULL for 0 */
{
	return at ? slab_at(&h->nw->s[S_NEIGHS], slab_number(at)) : NULL;
}

#define EACH_IFACE(i, h) for (struct net_iface *i = net_iface_at((h), 1); i; i = net_iface_after(i))

/* The next listener; 0 before the first. NULL: there is none. */
static inline struct net_listener *net_listener_at(const struct net_host *h, moor_handle at)
{
	return at ? slab_get(&h->nw->s[S_LISTENERS], at) : NULL;
}

struct net_addr *net_addr_ours(const struct net_host *h, const struct ip6_addr *a);	/* live; NULL */
struct net_addr *net_addr_on(const struct net_iface *i, const struct ip6_addr *a);	/* of any state but PREFIX; NULL */
struct net_addr *net_addr_new(struct net_host *h, struct net_iface *i, const struct ip6_addr *a, uint8_t len,
			      enum addr_origin origin);
void net_addr_gone(struct net_addr *a);			/* recorded as removed when it was assigned; freed */
void net_addr_dad(struct net_addr *a, moor_time delay);	/* begins duplicate address detection, or skips it */
void net_addr_clash(struct net_addr *a);		/* somebody else has it or wants it */
void net_addr_lifetimes(struct net_iface *i);		/* what has ended ends; arms the timer for the next */
void net_addr_leave_link(struct net_iface *i);		/* all that was learnt on the link it was on */
unsigned net_addr_count(const struct net_iface *i);
/* The source for dst by way of i [RFC 6724 5]. False: there is none. */
bool net_addr_source(const struct net_host *h, const struct net_iface *i, const struct ip6_addr *dst,
		     struct ip6_addr *out);
bool net_addr_link_local(const struct net_iface *i, struct ip6_addr *out);	/* live */

/* ---- neighbour.c, arp.c ------------------------------------------------------------------------------------------ */

struct net_neigh *net_neigh_find(const struct net_iface *i, const struct ip6_addr *ip);
struct net_neigh *net_neigh_learn(struct net_iface *i, const struct ip6_addr *ip, const struct mac_addr *mac);
void net_neigh_confirm(struct net_neigh *n, const struct mac_addr *mac);	/* REACHABLE now; sends what waits */
void net_neigh_flush(struct net_iface *i);		/* the link is gone */
void net_neigh_probe(struct net_iface *i, const struct ip6_addr *ip);
void net_neigh_send(struct net_iface *i, const struct ip6_addr *next_hop, struct moor_pkt *p);	/* an IP packet */
void net_frame_send(struct net_iface *i, const struct mac_addr *to, struct moor_pkt *p, uint16_t type);
void net_arp_in(struct net_iface *i, struct moor_pkt *p);
void net_arp_request(struct net_iface *i, struct ip4_addr target, const struct mac_addr *to);	/* to NULL: broadcast */
void net_arp_announce(struct net_iface *i, struct ip4_addr a);
moor_time net_retrans(const struct net_iface *i);
moor_time net_reachable(const struct net_iface *i);
void net_reachable_draw(struct net_iface *i);

/* ---- nd.c: neighbour discovery messages -------------------------------------------------------------------------- */

/* Sends an ND message; to NULL: by the neighbour cache, or the group of a multicast dst. */
void net_nd_send(struct net_iface *i, const struct ip6_addr *src, const struct ip6_addr *dst, const struct mac_addr *to,
		 const struct icmp6 *m);
/* src NULL: chosen for the target. to NULL: multicast to the solicited node. */
void net_nd_solicit(struct net_iface *i, const struct ip6_addr *src, const struct ip6_addr *target,
		    const struct mac_addr *to);
/* A host says that addr is its own: the hooks are told. */
void net_host_address(const struct net_in *c, const struct ip6_addr *addr);
/* Is `ours` the link-local address that the sender of the frame knows us by, no address of the interface? */
bool net_seen_as(const struct net_in *c, const struct ip6_addr *ours);
void net_nd_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m);	/* p lent */

/* ---- discover.c: the host side of router discovery, movement ----------------------------------------------------- */

void net_discover_start(struct net_iface *i, moor_time delay);
void net_discover_in(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m);
void net_discover_stop(struct net_iface *i);
moor_time net_discover_lifetimes(struct net_iface *i, moor_time now);	/* ends what is over; the next end */
void net_discover_unreachable(struct net_iface *i, const struct ip6_addr *ip);	/* NUD gave up on this neighbour */
void net_discover_reachable(struct net_iface *i, const struct ip6_addr *ip);
void net_discover_not_router(struct net_iface *i, const struct ip6_addr *ip);
struct net_router *net_default(const struct net_iface *i, bool suspects);	/* NULL: none */

/* ---- router.c ---------------------------------------------------------------------------------------------------- */

extern const size_t net_router_size_advertiser, net_router_size_answer;	/* slab objects */
void net_router_solicited(struct net_in *c, const struct ip6_packet *k, const struct icmp6 *m);
void net_router_carrier(struct net_iface *i, bool up);
bool net_advertises(const struct net_iface *i);		/* a router on this link, whatever the host is on others */

/* ---- route.c ----------------------------------------------------------------------------------------------------- */

/* Next hop to dst (not multicast). src NULL or zero: does not matter; via NULL: any. False: no route. */
bool net_route_find(const struct net_host *h, const struct ip6_addr *src, const struct ip6_addr *dst,
		    struct net_iface *via, struct net_hop *out);
uint32_t net_iface_mtu(const struct net_iface *i);
uint32_t net_hop_mtu(const struct net_host *h, const struct net_hop *hop, const struct ip6_addr *dst);
void net_pmtu_learn(struct net_host *h, const struct ip6_addr *dst, uint32_t mtu);

/* ---- in.c, in6.c, in4.c ------------------------------------------------------------------------------------------ */

void net_frame_in(void *owner, struct moor_port *port, struct moor_pkt *p);
void net_in6(struct net_in *c);
void net_in4(struct net_in *c);
void net_in_ip(struct net_in *c);			/* by version */

/* ---- out.c ------------------------------------------------------------------------------------------------------- */

/* An IP packet of ours, complete: hooks, tunnel, route, fragmentation, neighbour. */
bool net_originate(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *tunnel, struct net_iface *via,
		   bool no_divert);
/* To the next hop; fragments what is too long there, when it may be fragmented here. */
void net_emit(struct net_host *h, struct moor_pkt *p, const struct net_hop *hop, uint32_t mtu);
void net_loop(struct net_host *h, struct moor_pkt *p);	/* comes in again as if received */
/* IPv4 addresses as mapped ones. no_source: 0.0.0.0 stays (DHCP); else it is chosen. */
bool net_send4_as(struct net_host *h, struct moor_pkt *p, const struct net_send *s, bool no_source);
/* An IPv6 header with nothing else: 40 octets in front. */
struct moor_pkt *net_push6(struct net_host *h, struct moor_pkt *p, const struct ip6_addr *src,
			   const struct ip6_addr *dst, uint8_t next_header, uint8_t hop_limit);
uint8_t net_hop_limit(const struct net_host *h, const struct net_iface *via);	/* for what we send */
struct net_iface *net_iface_any(const struct net_host *h);	/* the preferred one if up, the first that is, or NULL */

/* ---- forward.c --------------------------------------------------------------------------------------------------- */

void net_forward6(struct net_in *c);
void net_forward4(struct net_in *c);

/* ---- loop.c ------------------------------------------------------------------------------------------------------ */

/* What the packet's own encapsulation limit allows the outer header: -1 it has none, -2 it is used up (*pointer). */
int net_encap_limit(const uint8_t *p, uint32_t n, uint32_t *pointer);
bool net_tunnel_recursive(const uint8_t *p, uint32_t n, const struct net_tunnel *t);	/* it is within t already */
/* Whether it is worth a look: the IP packet may be a tunnel packet. */
static inline bool net_in_tunnel(const uint8_t *p)
{
	if (p[0] >> 4 == 4)
		return p[9] == PROTO_IP4 || p[9] == PROTO_IP6 || p[9] == PROTO_UDP || p[9] == PROTO_GRE;
	return p[6] == PROTO_IP6 || p[6] == PROTO_IP4 || p[6] == PROTO_DSTOPTS || p[6] == PROTO_FRAGMENT || p[6] == PROTO_GRE;
}

/* ---- tunnel.c ---------------------------------------------------------------------------------------------------- */

extern const uint8_t net_tunnel_overhead[];		/* by enum net_encap */
/* A GRE header and what follows it (lent), behind the outer header `outer`: to net_tunnel_in, or dropped. */
void net_gre_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer, const uint8_t *p,
		uint32_t n);
uint32_t net_gre_overhead(const struct net_tunnel *t);	/* with the TLV header where there is one; 0 without GRE */
struct moor_pkt *net_gre_push(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t);
/* in: the interface a forwarded packet came from, NULL: it is ours. */
bool net_tunnel_out(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, struct net_iface *in);
/* In ESP by this child SA, t being where it leads. */
bool net_tunnel_esp(struct net_host *h, struct moor_pkt *p, const struct net_tunnel *t, moor_handle child,
		    struct net_iface *in);
/* inner: in c->p, whose rx is the outer packet's. Only with a tunnel_in hook. */
void net_tunnel_in(struct net_in *c, const struct net_rx *rx, const struct net_outer *outer, const uint8_t *inner,
		   uint32_t inner_len);
/* An ICMP error cites a tunnel packet of ours: tells the inner packet's source [RFC 2473 8]. */
void net_tunnel_error(struct net_host *h, const struct net_rx *rx, const uint8_t *outer, uint32_t len,
		      uint32_t headers, bool too_big, uint32_t mtu);

/* ---- fragment.c, reassembly.c ------------------------------------------------------------------------------------ */

/* The pieces linked by next, each at most mtu octets long. NULL (p freed): it cannot be cut so. */
struct moor_pkt *net_fragment6(struct net_host *h, struct moor_pkt *p, uint32_t mtu);
struct moor_pkt *net_fragment4(struct net_host *h, struct moor_pkt *p, uint32_t mtu);
void net_reassemble6(struct net_in *c, const struct ip6_packet *k);
void net_reassemble4(struct net_in *c, const struct ip4_packet *k);

/* ---- icmp.c, icmp_in.c ------------------------------------------------------------------------------------------- */

/* About the packet at `packet` (lent), which came in on i (NULL: our own). */
void net_error6(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, bool l2_multicast,
		uint8_t type, uint8_t code, uint32_t arg);
void net_error4(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, bool l2_multicast,
		uint8_t type, uint8_t code, uint32_t arg);
/* By its version: no route (code 0) or host unreachable (code 3 / 1); too big with mtu. */
enum net_trouble { TROUBLE_NO_ROUTE, TROUBLE_UNREACHABLE, TROUBLE_TOO_BIG };
void net_trouble(struct net_host *h, struct net_iface *i, const uint8_t *packet, uint32_t len, enum net_trouble what,
		 uint32_t mtu);
void net_icmp6_in(struct net_in *c, struct net_rx *rx);
void net_icmp4_in(struct net_in *c, struct net_rx *rx);

/* ---- upper.c ----------------------------------------------------------------------------------------------------- */

bool net_handler_find(const struct net_host *h, enum handler_kind kind, uint16_t number, struct net_taker *out);
void net_link_in(struct net_in *c, uint16_t ethertype);	/* takes c->p */
bool net_rest_in(struct net_in *c, struct net_rx *rx);	/* false: nobody wanted it; the packet stays the caller's */
struct net_taker *net_handler_add(struct net_host *h, enum handler_kind kind, uint16_t number, void *owner);
void net_handler_remove(struct net_host *h, enum handler_kind kind, uint16_t number);
/* A port or identifier of this host that is fn's already, else a new one; fn is called without an owner. */
uint16_t net_udp_shared(struct net_host *h, net_udp_fn *fn);
uint16_t net_echo_shared(struct net_host *h, net_echo_fn *fn);
/* rx->payload at the UDP header; c->p lent unless the answer is true (it was a tunnel and is taken). */
bool net_udp_in(struct net_in *c, struct net_rx *rx);

#endif
